"""Hostile tables: every fault names file, line, column and value, and none gets through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from corridors.errors import DataError
from corridors.network.tables import FILES, read_tables


@pytest.fixture
def folder(toy: ModuleType, tmp_path: Path) -> Path:
    return Path(toy.write_toy(tmp_path))


def edit(folder: Path, table: str, change: Callable[[str], str]) -> Path:
    path = folder / "curated" / f"{table}.csv"
    before = path.read_text("utf-8")
    after = change(before)
    assert after != before, "the change changes nothing"
    path.write_text(after, "utf-8")
    return path


def replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


def fault(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_tables(folder)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_toy_and_packaged_tables_can_be_read(folder: Path, geodata: Path) -> None:
    assert len(read_tables(folder).facilities) == 13
    assert len(read_tables(geodata).facilities) > 300


@pytest.mark.parametrize(
    ("table", "old", "new", "words"),
    [
        ("zones", "BB,rail,1520,", "BB,rail,152O,", ("zones.csv:3", "gauge_mm", "152O")),
        ("zones", ",AA,1,", ",AA,yes,", ("zones.csv:2", "default", "yes")),
        ("zones", "rail:AA,rail,", "rail:AA,tram,", ("zones.csv:2", "mode", "tram", "rail, road")),
        ("zones", "rail:AA,rail,", ",rail,", ("zones.csv:2", "'zone'", "empty")),
        ("zone_areas", "3.8,", "nan,", ("zone_areas.csv:2", "west", "nan", "finite")),
        ("zone_areas", "3.8,", "inf,", ("zone_areas.csv:2", "west", "inf", "finite")),
        ("zone_areas", "3.8,", "381,", ("zone_areas.csv:2", "west", "381", "180")),
        ("zone_areas", "transit_without_control", "x", ("zone_areas.csv:2", "kind", "'x'")),
        ("facilities", "AA,0,0.5,", "AA,91,0.5,", ("facilities.csv:2", "lat", "91", "90 degrees")),
        ("facilities", "AA,0,0.5,", "AA,0,-181,", ("facilities.csv:2", "lon", "-181")),
        ("facilities", "AA,0,0.5,", "AA,,0.5,", ("facilities.csv:2", "lat", "''")),
        ("facilities", "AA,0,0.5,", 'AA,"0,1",0.5,', ("facilities.csv:2", "lat", "0,1")),
        ("facilities", "A-YRD,Alfa yard", ",Alfa yard", ("facilities.csv:3", "id", "is empty")),
        ("facilities", ",gauge_yard,", ",yard,", ("facilities.csv:3", "kind", "dry_port")),
        ("crossings", "closed,", "shut,", ("crossings.csv:3", "status", "shut", "operating")),
        ("services", ",24,24,24,", ",24,a day,24,", ("services.csv:2", "headway_h_typ", "a day")),
        ("services", "A-PRT,C-PRT,1", "A-PRT,C-PRT,2", ("services.csv:2", "both_ways", "'2'")),
        ("lanes", "toy,1,", "toy,1.5,", ("lanes.csv:2", "seq", "1.5", "whole number")),
        ("corridors", ",section,", ",part,", ("corridors.csv:2", "kind", "part", "gateway")),
    ],
)  # fmt: skip
def test_broken_cell_is_named(
    folder: Path, table: str, old: str, new: str, words: tuple[str, ...]
) -> None:
    edit(folder, table, replaced(old, new))
    message = fault(folder)
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("table", "old", "new", "where", "value"),
    [
        ("facilities", "rail:AA;road:AA", "rail:AA;road:XX", "2: column 'zones'", "road:XX"),
        ("zone_areas", ",rail:BB,", ",rail:XX,", "2: column 'zone'", "rail:XX"),
        ("crossings", "A-YRD,B-WYRD,", "A-XXX,B-WYRD,", "2: column 'a'", "A-XXX"),
        ("crossings", ",B-WYRD,A-YRD,op", ",B-XXX,A-YRD,op", "2: column 'gauge_ab'", "B-XXX"),
        ("services", "toys,A-PRT,", "toys,A-XXX,", "2: column 'a'", "A-XXX"),
        ("services", ",1,,toy,op", ",1,,lost,op", "2: column 'lane'", "lost"),
        ("services", ",1,,toy,op", ",1,SUZ,toy,op", "2: column 'via'", "SUZ"),
        ("corridors", "crossing:BC-rail", "crossing:XX", "3: column 'value'", "XX"),
        ("corridors", "group:toys", "group:XX", "18: column 'value'", "XX"),
        ("corridors", "group:toys", "toys", "18: column 'value'", "crossing:"),
        ("corridors", "service:TOY-IDLE", "ship:TOY-IDLE", "21: column 'value'", "must start"),
    ],
)  # fmt: skip
def test_unknown_reference_is_named(
    folder: Path, table: str, old: str, new: str, where: str, value: str
) -> None:
    edit(folder, table, replaced(old, new))
    message = fault(folder)
    assert f"{table}.csv:{where}" in message
    assert value in message


@pytest.mark.parametrize("table", ["zones", "facilities", "crossings", "services"])
def test_duplicate_id_is_named(folder: Path, table: str) -> None:
    path = edit(folder, table, lambda text: text + text.splitlines()[1] + "\n")
    message = fault(folder)
    first = path.read_text("utf-8").splitlines()[1].split(",")[0]
    # The second of the two, the last line of the file.
    lines = len(path.read_text("utf-8").splitlines())
    assert f"{path.name}:{lines}: column" in message
    assert first in message


@pytest.mark.parametrize("table", FILES)
def test_missing_table_and_missing_column(folder: Path, table: str) -> None:
    path = folder / "curated" / f"{table}.csv"
    text = path.read_text("utf-8")
    first = text.partition(",")[0]
    path.write_text(text.replace(first, "other", 1), "utf-8")
    message = fault(folder)
    assert f"{table}.csv:1" in message
    assert repr(first) in message
    path.unlink()
    assert f"{table}.csv" in fault(folder)


def test_too_many_and_too_few_cells(folder: Path) -> None:
    edit(folder, "facilities", replaced("invented,\nA-YRD", "invented,,one more\nA-YRD"))
    message = fault(folder)
    assert "facilities.csv:2" in message
    assert "12 cells expected" in message
    edit(folder, "facilities", replaced("invented,,one more\n", "invented\n"))
    assert "facilities.csv:2" in fault(folder)


def test_line_is_that_of_the_file_after_a_cell_with_a_break(folder: Path) -> None:
    edit(folder, "facilities", replaced("invented,\nA-YRD", 'invented,"two\nlines"\nA-YRD'))
    edit(folder, "facilities", replaced("A-Y2,Alfa north,AA,1", "A-Y2,Alfa north,AA,one"))
    # Header, a row of two lines, A-YRD, then the fault.
    message = fault(folder)
    assert "facilities.csv:5" in message
    assert "'one'" in message


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("A-TER,Alfa terminal", "A-TER , Alfa terminal "),
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("Alfa terminal", "Альфа 阿尔法 ألفا"),
    ],
    ids=["bom", "crlf", "blanks", "no last newline", "other scripts"],
)  # fmt: skip
def test_what_spreadsheets_write_is_read(folder: Path, change: Callable[[str], str]) -> None:
    plain = [f.id for f in read_tables(folder).facilities]
    path = folder / "curated" / "facilities.csv"
    path.write_bytes(change(path.read_text("utf-8")).encode("utf-8"))
    assert [f.id for f in read_tables(folder).facilities] == plain


def test_bytes_that_are_no_text_are_an_error(folder: Path) -> None:
    path = folder / "curated" / "facilities.csv"
    path.write_bytes(path.read_bytes().replace(b"Alfa terminal", b"Alfa \xff\xfe"))
    assert "facilities.csv" in fault(folder)
    path.unlink()
    path.mkdir()
    assert "facilities.csv" in fault(folder)


@pytest.mark.parametrize(
    ("geometry", "word"),
    [
        ("3.1 0", "two points"),
        ("3.1 0,200 0", "180 degrees"),
        ("3.1 0,4.0", "'3.1 0,4.0'"),
        ("3.1 0,x 0", "'3.1 0,x 0'"),
        ("", "''"),
    ],
)
def test_broken_line_of_a_link(folder: Path, geometry: str, word: str) -> None:
    edit(folder, "links", lambda text: f'{text}gap-1,rail,gap,"{geometry}",,operating,invented,\n')
    message = fault(folder)
    assert "links.csv:2" in message
    assert "geometry" in message
    assert word in message


def test_missing_folder() -> None:
    with pytest.raises(DataError, match=r"zones\.csv"):
        read_tables(Path("no", "such", "folder"))
