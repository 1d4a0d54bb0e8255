"""A data folder of the user's own: broken rows are named, hostile names stay text."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Failed = Callable[[Any, int], str]
ASK = ("compare", "Xi'an", "Duisburg", "--draws", "200")

CELLS = {
    "zones.csv": "gauge_mm",
    "zone_areas.csv": "west",
    "facilities.csv": "lat",
    "places.csv": "lon",
    "crossings.csv": "lat",
    "links.csv": "length_km",
    "masks.csv": "north",
    "services.csv": "headway_h_typ",
    "lanes.csv": "lat",
    "chokepoints.csv": "lon",
    "corridors.csv": "seq",
    "parameters.csv": "typ",
}


def edit(path: Path, line: int, column: str, value: str) -> None:
    """Set one cell; ``line`` counts from 1, header included."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    rows[line - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("table", CELLS)
@pytest.mark.parametrize("value", ["abc", "\x1b[31m9", "1e999"], ids=ascii)
def test_a_broken_cell_is_named(
    run: Run, failed: Failed, own_data: Path, table: str, value: str
) -> None:
    edit(own_data / "curated" / table, 3, CELLS[table], value)
    line = failed(run(*ASK, "--data", str(own_data)), 4)
    assert re.search(rf"{table}:3\b", line), line
    assert CELLS[table] in line
    assert repr(value)[1:-1] in line or value in line


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("facilities.csv", "lat", "95"),
        ("facilities.csv", "lat", ""),
        ("facilities.csv", "kind", "airport"),
        ("facilities.csv", "zones", "rail:ATLANTIS"),
        ("crossings.csv", "a", "XX-NONE"),
        ("crossings.csv", "mode", "air"),
        ("crossings.csv", "status", "maybe"),
        ("services.csv", "a", "XX-NONE"),
        ("services.csv", "status", "often"),
        ("services.csv", "lane", "no-such-lane"),
        ("corridors.csv", "kind", "jump"),
        ("corridors.csv", "value", "crossing:XX-NONE"),
        ("zones.csv", "mode", "air"),
        ("zone_areas.csv", "zone", "rail:ATLANTIS"),
        ("links.csv", "geometry", "10 10"),
        ("parameters.csv", "grade", "certain"),
    ],
)
def test_a_value_outside_its_list_is_named(
    run: Run, failed: Failed, own_data: Path, table: str, column: str, value: str
) -> None:
    path = own_data / "curated" / table
    line = 3
    if table == "corridors.csv" and column == "value":
        rows = rows_of(path)
        line = 2 + next(i for i, row in enumerate(rows) if row["kind"] == "gateway")
    edit(path, line, column, value)
    message = failed(run(*ASK, "--data", str(own_data)), 4)
    assert table in message
    assert column in message
    assert value.removeprefix("crossing:") in message


@pytest.mark.parametrize("table", CELLS)
def test_a_table_that_is_missing_empty_or_no_text(
    run: Run, failed: Failed, own_data: Path, table: str
) -> None:
    path = own_data / "curated" / table
    header = path.read_text("utf-8").splitlines()[0]
    for content in (None, b"", b"\xff\xfe\x00", header.replace(",", ";").encode()):
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
        line = failed(run(*ASK, "--data", str(own_data)), 4)
        assert table in line


def test_rows_with_too_many_cells_or_ids_twice(run: Run, failed: Failed, own_data: Path) -> None:
    path = own_data / "curated" / "facilities.csv"
    text = path.read_text("utf-8")
    path.write_text(text + "A,B,C\n", "utf-8")
    assert "facilities.csv:" in failed(run(*ASK, "--data", str(own_data)), 4)
    first = text.splitlines()[1]
    path.write_text(f"{text}{first}\n", "utf-8")
    assert first.split(",")[0] in failed(run(*ASK, "--data", str(own_data)), 4)


@pytest.mark.parametrize("command", [ASK, ("places", "Aktau"), ("audit",), ("evidence",)])
def test_a_folder_that_is_not_there_or_holds_no_data(
    run: Run, failed: Failed, tmp_path: Path, command: tuple[str, ...]
) -> None:
    assert "no data folder" in failed(run(*command, "--data", str(tmp_path / "none")), 4)
    assert "curated" in failed(run(*command, "--data", str(tmp_path)), 4)
    (tmp_path / "curated").mkdir()
    failed(run(*command, "--data", str(tmp_path)), 4)
    file = tmp_path / "file"
    file.write_text("")
    failed(run(*command, "--data", str(file)), 4)


@pytest.mark.parametrize("part", ["osm", "places"])
def test_a_part_of_the_folder_is_missing_or_broken(
    run: Run, own_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """A compilation may be announced first; the last line names the file."""
    monkeypatch.setenv("CORRIDORS_CACHE", str(tmp_path / "cache"))
    real = (own_data / part).resolve()
    (own_data / part).unlink()
    name = "Duisburg" if part == "osm" else "Xinzheng"
    ran = run("compare", "Xi'an", name, "--data", str(own_data))
    assert (ran.code, ran.out) == (4, "")
    assert f"/{part}" in ran.err.splitlines()[-1].replace("\\", "/")
    shutil.copytree(real, own_data / part)
    for file in (own_data / part).iterdir():
        file.write_bytes(b"\x00broken")
    ran = run("compare", "Xi'an", name, "--data", str(own_data))
    assert (ran.code, ran.out) == (4, "")
    assert f"/{part}" in ran.err.splitlines()[-1].replace("\\", "/")


HOSTILE = [
    "<script>alert(1)</script>",
    "\x1b[31mred\x1b[0m\x07",
    "[bold]rich[/bold] {{7*7}}",
    "=cmd|'/c calc'!A1",
    "a|b `c` *d*",
    "\u202eright to left",
]


@pytest.mark.usefixtures("as_packaged")
@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_names_stay_text(run: Run, own_data: Path, tmp_path: Path, name: str) -> None:
    curated = own_data / "curated"
    for table in ("places.csv", "facilities.csv"):
        rows = rows_of(curated / table)
        wanted = {"places.csv": "xian", "facilities.csv": "CN-XIA"}[table]
        line = 2 + next(i for i, row in enumerate(rows) if row["id"] == wanted)
        edit(curated / table, line, "name", name)
    ask = (
        "compare", "xian", "Duisburg", "--draws", "200", "--corridor", "northern",
        "--data", str(own_data),
    )  # fmt: skip
    table = run(*ask)
    assert table.code == 0, table.err
    assert table.err == ""
    for kind in ("table", "md", "csv"):
        out = run(*ask, "--format", kind).out
        assert all(char.isprintable() or char == "\n" for char in out)
        assert "49 " not in out.splitlines()[0]
    cells = [
        cell for row in csv.reader(run(*ask, "--format", "csv").out.splitlines()) for cell in row
    ]
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)
    document = json.loads(run(*ask, "--format", "json").out)
    assert document["shipment"]["origin"]["name"] == name.strip()
    page = tmp_path / "map.html"
    assert run("map", *ask[1:], "--out", str(page)).code == 0
    assert "<script>alert(1)" not in page.read_text("utf-8")
    assert "<script>alert(1)" not in page.with_suffix(".svg").read_text("utf-8")
    found = run("places", "xian", "--data", str(own_data))
    assert found.out.count("\n") == len(found.out.splitlines())
    assert "\x1b" not in found.out


@pytest.mark.usefixtures("as_packaged")
def test_a_newline_in_a_name_starts_no_line(run: Run, own_data: Path) -> None:
    path = own_data / "curated" / "places.csv"
    rows = rows_of(path)
    line = 2 + next(i for i, row in enumerate(rows) if row["id"] == "xian")
    edit(path, line, "name", "Xi'an\nFAKE 1 day 1 USD")
    for command in (
        ("places", "xian", "--data", str(own_data)),
        ("compare", "xian", "Duisburg", "--draws", "200", "--data", str(own_data)),
    ):
        ran = run(*command)
        assert ran.code == 0
        assert not any(part.startswith("FAKE") for part in ran.out.splitlines())


@pytest.mark.usefixtures("as_packaged")
def test_a_hostile_condition_file_stays_text(run: Run, failed: Failed, own_data: Path) -> None:
    real = (own_data / "conditions").resolve()
    (own_data / "conditions").unlink()
    shutil.copytree(real, own_data / "conditions")
    path = next((own_data / "conditions").glob("hormuz*.yaml"))
    text = path.read_text("utf-8")
    path.write_text(
        re.sub(r"(?m)^title:.*$", "title: \x1b[31m<b>[red]shut[/]{{7*7}}", text), "utf-8"
    )
    ran = run(*ASK, "--data", str(own_data))
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert "<b>[red]shut[/]{{7*7}}" in " ".join(ran.out.split())
    path.write_bytes(b"\xff\xfe")
    assert path.name in failed(run(*ASK, "--data", str(own_data)), 4)
