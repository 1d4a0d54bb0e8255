"""``capacity``, ``assign`` and ``dependence`` on the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_capacity_says_what_binds_and_what_is_unknown(run: Run) -> None:
    ran = run("capacity", "--from", "CN", "--to", "EU", "--corridor", "titr")
    assert ran.code == 0
    text = ran.out
    assert "binds  Alat (Port of Baku)" in text
    assert "then" in text
    assert "upper bound" in text
    assert "unknown" in text


def test_the_document_carries_sources_and_repeats_itself(run: Run) -> None:
    words = ("capacity", "--from", "CN", "--to", "PL", "--scenario", "poland-belarus-2025")
    one, two = (run(*words, "--format", "json").out for _ in range(2))
    assert one == two
    document = json.loads(one)
    northern = document["corridors"][0]
    assert northern["teu_week"] == sum(round(d["teu_week"]) for d in northern["cuts"][0]["doors"])
    assert all(door["url"].startswith("http") for door in northern["cuts"][0]["doors"])
    assert 0.0 < northern["upper_bound_share"] < 1.0
    assert document["conditions"]["applied"]
    assert document["reproduce"] == (
        "corridors capacity --from CN --to PL --scenario poland-belarus-2025"
    )


def test_nothing_passes_is_exit_3(run: Run) -> None:
    ran = run(
        "capacity", "--from", "CN", "--to", "DE", "--corridor", "northern", "--avoid", "RU,BY"
    )
    assert ran.code == 3
    assert "no open way" in ran.out


def test_flows_add_up_in_every_form(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "demand.csv"
    table.write_text("origin,destination,teu_week\nXi'an,Duisburg,900\nAlmaty,Poti,100\n", "utf-8")
    rows = list(csv.DictReader(io.StringIO(run("assign", str(table), "--format", "csv").out)))
    assert sum(float(row["teu_week"]) for row in rows) == pytest.approx(1000.0)
    document = json.loads(run("assign", str(table), "--format", "json").out)
    flows = document["flows"]
    sent = sum(flows["by_corridor"].values())
    assert sent + flows["stranded_teu_week"] == pytest.approx(document["demand_teu_week"])
    assert all(door["load"] <= door["teu_week"] * (1 + 1e-9) for door in flows["doors"])
    assert 0.0 <= flows["gap"] < 1e-4
    assert document["before"] is None


def test_a_closure_shows_the_backlog_and_its_end(run: Run) -> None:
    ran = run(
        "assign", "china-europe-rail-2024", "--scenario", "poland-belarus-2025",
        "--closed-days", "7", "--corridor", "northern",
    )  # fmt: skip
    assert ran.code == 0
    text = ran.out
    assert "stranded" in text
    assert "(7 days)" in text
    assert "No room on any corridor" in text  # one corridor only: the rest has nowhere to go
    assert "Gap" in text


def test_dependence_in_every_form(run: Run) -> None:
    words = ("dependence", "--origins", "Almaty", "--destinations", "Duisburg,Shanghai")
    text = run(*words).out
    assert "Exit countries: concentration" in text
    rows = list(csv.DictReader(io.StringIO(run(*words, "--format", "csv").out)))
    shares = [float(row["share"]) for row in rows if row["what"] == "exit country"]
    assert sum(shares) == pytest.approx(1.0, abs=1e-5)
    document = json.loads(run(*words, "--format", "json").out)
    assert document["hhi_country"] == pytest.approx(
        1e4 * sum(share**2 for share in shares), rel=1e-4
    )
    assert document["projects"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("capacity", "--from", "CN", "--to", "CN"), "both origin and goal"),
        (("capacity", "--from", "CN"), "--to"),
        (("capacity", "--from", "Narnia", "--to", "EU"), "no country"),
        (("assign", "no-such-demand"), "no such file"),
        (("assign", "china-europe-rail-2024", "--closed-days", "3"), "needs a --scenario"),
        (("assign", "china-europe-rail-2024", "--scenario", "no-such-thing"), "no scenario"),
        (("assign", "china-europe-rail-2024", "--corridor", "sky"), "no corridor"),
        (("assign", "china-europe-rail-2024", "--assume", "choice_usd/coridor=1"), "choice_usd"),
        (("dependence", "--origins", "Almaty"), "--destinations"),
        (("dependence",), "--origins"),
        (
            ("dependence", "--origins", "Almaty", "--destinations", "Poti", "--demand", "x"),
            "instead",
        ),
        (("dependence", "--origins", "Almaty", "--destinations", "Atlantis"), "Atlantis"),
    ],
)
def test_wrong_input_is_one_line(run: Run, words: tuple[str, ...], said: str) -> None:
    ran = run(*words)
    assert ran.code in (2, 4)
    assert ran.out == ""
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_the_demand_of_2024_has_its_size(geodata: Path) -> None:
    with (geodata / "demand" / "china-europe-rail-2024.csv").open(encoding="utf-8") as stream:
        total = sum(float(row["teu_week"]) for row in csv.DictReader(stream))
    assert total == pytest.approx(330_700 / 52, rel=0.001)
