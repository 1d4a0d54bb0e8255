"""Studies on the command line: forms of output, exit codes, files, wrong input."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Failed = Callable[[Any, int], str]

EVERY = {
    "criticality": ("criticality", "Alfa", "Charlie"),
    "cut": ("cut", "AA", "CC"),
    "alternatives": ("alternatives", "Alfa", "Charlie"),
    "disjoint": ("disjoint", "Alfa", "Charlie"),
    "switch": ("switch", "Charlie", "Alfa", "--between", "rail,truck"),
    "breakeven": (
        "breakeven", "Alfa", "Charlie", "--key", "freight_usd/toys", "--between", "truck,water",
    ),
    "tornado": ("tornado", "Alfa", "Charlie", "--corridor", "rail", "--against", "truck"),
    "pareto": ("pareto", "Alfa", "Charlie"),
    "isochrones": ("isochrones", "Alfa"),
}  # fmt: skip


@pytest.mark.parametrize("name", EVERY)
def test_forms_say_the_same(run: Run, toy_folder: Path, name: str) -> None:
    words = (*EVERY[name], "--data", str(toy_folder))
    table = run(*words)
    assert (table.code, table.err) == (0, "")
    assert run(*words).out == table.out
    document = json.loads(run(*words, "--format", "json").out)
    assert document["schema"] == f"corridors.{name}/1"
    assert document["rows"]
    rows = list(csv.DictReader(io.StringIO(run(*words, "--format", "csv").out)))
    assert len(rows) == len(document["rows"])
    assert list(rows[0]) == list(document["rows"][0])
    assert " ".join(document["title"].split()) in " ".join(table.out.split())
    assert document["reproduce"] in table.out
    assert "nan" not in table.out
    markdown = run(*words, "--format", "md").out
    assert markdown.startswith("# ")
    assert max(len(line) for line in table.out.splitlines() if "Again" not in line) <= 120


def test_the_command_in_an_answer_gives_it_again(run: Run, toy_folder: Path) -> None:
    import shlex

    words = (*EVERY["breakeven"], "--data", str(toy_folder), "--assume", "gauge_h=5")
    first = run(*words)
    again = shlex.split(first.out.splitlines()[-1].removeprefix("Again: "))
    assert run(*again[1:]).out == first.out


def test_nothing_found_is_exit_three(run: Run, toy_folder: Path) -> None:
    data = ("--data", str(toy_folder))
    key = ("--key", "wait_h/TOY-FERRY", "--between", "rail,truck")
    none = run("breakeven", "Alfa", "Charlie", *key, *data)
    assert none.code == 3
    assert "moves neither" in none.out
    assert run("cut", "BB", "CC", "--mode", "road", *data).code == 3
    assert run("switch", "Alfa", "Charlie", "--between", "truck,rail", *data).code == 3


def test_isochrones_write_a_file_and_a_table(run: Run, toy_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "reach.geojson"
    ran = run("isochrones", "Alfa", "--bands", "1,5", "--out", str(path), "--data", str(toy_folder))
    assert ran.code == 0
    assert "nearest facility" in ran.out
    drawn = json.loads(path.read_text("utf-8"))
    assert drawn["type"] == "FeatureCollection"
    assert drawn["bands"] == [1.0, 5.0]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("criticality", "Alfa", "Charlie", "--kind", "bridge"), "no kind 'bridge'"),
        (("cut", "AA", "AA"), "from itself"),
        (("cut", "AA", "ZZ"), "no facility"),
        (("cut", "AA", "CC", "--mode", "bus"), "no mode 'bus'"),
        (("switch", "Alfa", "Charlie", "--between", "rail"), "name two corridors"),
        (("switch", "Alfa", "Charlie", "--between", "rail,silk"), "no corridor 'silk'"),
        (("breakeven", "Alfa", "Charlie", "--key", "x", "--between", "rail,truck"), "parameter"),
        (
            ("breakeven", "Alfa", "Charlie", "--key", "index/x", "--between", "rail,truck"),
            "price",
        ),
        (
            ("breakeven", "Alfa", "Charlie", "--key", "gauge_h", "--between", "rail,truck",
             "--range", "a:b"),
            "--range",
        ),
        (("tornado", "Alfa", "Charlie"), "name one corridor"),
        (("tornado", "Alfa", "Charlie", "--corridor", "idle"), "idle has no route"),
        (("isochrones", "Alfa", "--bands", "5,3"), "bands must grow"),
        (("isochrones", "Alfa", "--bands", "five"), "--bands"),
        (("isochrones", "Nowhere"), "unknown place"),
    ],
)  # fmt: skip
def test_wrong_input_is_one_line(
    run: Run, failed: Failed, toy_folder: Path, words: tuple[str, ...], said: str
) -> None:
    line = failed(run(*words, "--data", str(toy_folder)), 4 if "index/x" in words else 2)
    assert said in line


def test_an_unwritable_file_is_refused_before_the_work(
    run: Run, failed: Failed, toy_folder: Path, tmp_path: Path
) -> None:
    out = str(tmp_path / "no" / "reach.geojson")
    assert "does not exist" in failed(
        run("isochrones", "Alfa", "--out", out, "--data", str(toy_folder)), 4
    )
