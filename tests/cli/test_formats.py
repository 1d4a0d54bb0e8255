"""Tables, Markdown and CSV; files whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ASK = ("compare", "Xi'an", "Duisburg", "--draws", "200")
FORMATS = ("table", "json", "md", "csv")


@pytest.mark.parametrize(
    "arguments",
    [
        ASK,
        ("compare", "Duisburg", "Almaty"),
        ("compare", "Kashgar", "Karachi"),
        ("route", "Tashkent", "Istanbul"),
        ("compare", "Xi'an", "Duisburg", "--avoid", "RU,BY,IR", "--scope", "door"),
    ],
    ids=" ".join,
)
def test_the_table_fits_100_columns(run: Callable[..., Any], arguments: tuple[str, ...]) -> None:
    ran = run(*arguments, "--draws", "200")
    assert ran.code == 0
    assert max(len(line) for line in ran.out.splitlines()) <= 100
    assert "\x1b" not in ran.out
    assert "nan" not in ran.out.lower().split()
    assert "…" not in ran.out, "a heading or a name is cut"


def test_the_table_says_what_a_figure_covers(run: Callable[..., Any]) -> None:
    out = " ".join(run(*ASK).out.split())
    for words in (
        "One laden 40 ft container", "shipper-owned", "gate-in at the origin terminal",
        "westbound", "prices of", "Known and not applied", "P90 made by", "fill", "borders",
        "gauge", "lifts", "OpenStreetMap", "Again: corridors compare", "CN · KZ",
    ):  # fmt: skip
        assert words in out


def test_csv_has_one_row_per_option(run: Callable[..., Any]) -> None:
    document = json.loads(run(*ASK, "--format", "json").out)
    rows = list(csv.DictReader(io.StringIO(run(*ASK, "--format", "csv").out)))
    assert [row["corridor"] for row in rows] == [o["corridor"] for o in document["options"]]
    for row, option in zip(rows, document["options"], strict=True):
        if option["status"] == "ok":
            assert float(row["days_mean"]) == option["time_days"]["mean"]
            assert float(row["usd_p90"]) == option["cost_usd"]["p90"]


def test_markdown_is_one_table(run: Callable[..., Any]) -> None:
    out = run(*ASK, "--format", "md").out
    assert out.startswith("# Xi'an to Duisburg\n")
    table = [line for line in out.splitlines() if line.startswith("|")]
    assert len(table) == 2 + 5
    assert len({line.count("|") for line in table}) == 1


@pytest.mark.parametrize("kind", FORMATS)
def test_out_writes_what_stdout_would_show(
    run: Callable[..., Any], tmp_path: Path, kind: str
) -> None:
    shown = run(*ASK, "--format", kind)
    path = tmp_path / f"answer.{kind}"
    written = run(*ASK, "--format", kind, "--out", str(path))
    assert (written.code, written.out) == (0, "")
    assert path.read_text("utf-8") == shown.out
    assert list(tmp_path.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) & 0o400


def test_an_old_file_is_replaced_whole(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text("x" * 1_000_000)
    assert run(*ASK, "--format", "json", "--out", str(path)).code == 0
    assert json.loads(path.read_text("utf-8"))["schema"] == "corridors.compare/1"


def test_no_option_is_still_a_document(run: Callable[..., Any]) -> None:
    ran = run(*ASK, "--avoid", "CN", "--format", "json")
    assert ran.code == 3
    document = json.loads(ran.out)
    assert document["options"]
    assert all(option["status"] != "ok" for option in document["options"])
    assert all(option["reason"] for option in document["options"])


@pytest.mark.parametrize("kind", FORMATS)
def test_no_option_in_every_format(run: Callable[..., Any], kind: str) -> None:
    ran = run(*ASK, "--mode", "ferry", "--format", kind)
    assert ran.code == 3
    assert "ferry" in ran.out


def test_only_the_corridor_asked_for(run: Callable[..., Any]) -> None:
    ran = run(*ASK, "--corridor", "titr", "--corridor", "ocean", "--format", "json")
    assert [o["corridor"] for o in json.loads(ran.out)["options"]] == ["titr", "ocean"]


def test_a_place_to_pass_is_passed(run: Callable[..., Any]) -> None:
    ran = run(*ASK, "--via", "Almaty", "--format", "json")
    document = json.loads(ran.out)
    assert "via Almaty" in document["conditions"]["applied"]
    for option in document["options"]:
        assert option["status"] != "ok" or "KZ" in option["countries"]


def test_time_and_cost_are_optimised(run: Callable[..., Any]) -> None:
    found = {
        goal: json.loads(run(*ASK, "--optimise", goal, "--format", "json").out)
        for goal in ("time", "cost")
    }
    for fast, cheap in zip(found["time"]["options"], found["cost"]["options"], strict=True):
        if fast["status"] == "ok":
            assert fast["time_days"]["mean"] <= cheap["time_days"]["mean"] + 1e-9
            assert cheap["cost_usd"]["mean"] <= fast["cost_usd"]["mean"] + 1e-9
