"""The table of published figures: reading, filtering, and refusing what is broken."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from corridors.errors import DataError, UsageError
from corridors.parameters import Evidence, EvidenceRow, parse_age
from corridors.parameters.evidence import COLUMNS

TODAY = dt.date(2026, 11, 21)


def facts() -> Evidence:
    return Evidence(
        [
            EvidenceRow("A", from_place="Aktau", kind="average", grade="measured", year=2022),
            EvidenceRow("B", to_place="Baku (Alat)", kind="target", grade="published", year=2025),
            EvidenceRow("C", note="see Aktau port", kind="average", grade="published"),
        ]
    )


def ids(rows: Evidence) -> list[str]:
    return [row.id for row in rows]


def test_places_match_as_whole_words_whatever_the_case() -> None:
    assert ids(facts().select(terms=["aktau"])) == ["A", "C"]
    assert ids(facts().select(terms=["KZ-AAU", "Alat"])) == ["B"]
    assert ids(facts().select(terms=["Akt"])) == []


def test_filters_combine() -> None:
    assert ids(facts().select(kind="average", grade="published")) == ["C"]
    assert ids(facts().select()) == ["A", "B", "C"]


def test_stale_counts_from_the_end_of_the_year_and_unknown_is_stale() -> None:
    # end of 2022 to November 2026 is 47 months, end of 2025 is 11
    assert ids(facts().select(stale_months=24, today=TODAY)) == ["A", "C"]
    assert ids(facts().select(stale_months=47, today=TODAY)) == ["C"]
    assert ids(facts().select(stale_months=10, today=TODAY)) == ["A", "B", "C"]


def test_a_misspelt_filter_is_an_error_not_an_empty_answer() -> None:
    with pytest.raises(UsageError, match="grade"):
        facts().select(grade="Measured")
    with pytest.raises(UsageError, match="kind"):
        facts().select(kind="averages")
    with pytest.raises(UsageError, match="today"):
        facts().select(stale_months=24)


@pytest.mark.parametrize(("text", "months"), [("24m", 24), ("2y", 24), (" 6M ", 6), ("0m", 0)])
def test_ages(text: str, months: int) -> None:
    assert parse_age(text) == months


@pytest.mark.parametrize("text", ["", "24", "m", "-3m", "1.5y", "24 m", "two years"])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(UsageError):
        parse_age(text)


def write(tmp_path: Path, **cells: str) -> Path:
    row = dict.fromkeys(COLUMNS, "") | {"id": "X1", "kind": "average"} | cells
    path = tmp_path / "evidence.csv"
    path.write_text(",".join(COLUMNS) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
    return path


def test_a_row_round_trips(tmp_path: Path) -> None:
    path = write(tmp_path, value_low="9", value_high="11", year="2024", grade="published")
    row = Evidence.read(path)["X1"]
    assert (row.value_low, row.value_high, row.midpoint, row.year) == (9.0, 11.0, 10.0, 2024)
    assert row.price_year is None


def test_a_figure_in_words_has_no_midpoint(tmp_path: Path) -> None:
    assert Evidence.read(write(tmp_path))["X1"].midpoint is None


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"id": ""}, "column id"),
        ({"kind": "claim"}, "column kind: 'claim'"),
        ({"grade": "A"}, "column grade: 'A'"),
        ({"value_low": "nine", "value_high": "9"}, "column value_low: 'nine' is not a number"),
        ({"value_low": "9"}, "column value_high"),
        ({"value_low": "9", "value_high": "8"}, "column value_low: '9' is above"),
        ({"value_low": "nan", "value_high": "8"}, "column value_low: 'nan' is not finite"),
        ({"year": "24"}, "column year"),
        ({"price_year": "mid 2024"}, "column price_year"),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, cells: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=rf"evidence\.csv:2: {message}"):
        Evidence.read(write(tmp_path, **cells))


def test_two_rows_of_one_id_are_refused() -> None:
    with pytest.raises(DataError, match="twice"):
        Evidence([EvidenceRow("A"), EvidenceRow("A")])


def later(tmp_path: Path, **cells: str) -> Evidence:
    old = {"id": "A", "quantity": "volume_teu", "year": "2024", "superseded_by": "B"}
    new = {"id": "B", "quantity": "volume_teu", "year": "2025"}
    rows = [old | cells, new] if "superseded_by" in cells else [old, new | cells]
    blank = dict.fromkeys(COLUMNS, "") | {"kind": "other"}
    path = tmp_path / "evidence.csv"
    lines = [",".join(COLUMNS), *(",".join((blank | row).values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Evidence.read(path)


def test_a_superseded_figure_stays_with_its_date(tmp_path: Path) -> None:
    rows = later(tmp_path)
    assert ids(rows.select()) == ["A", "B"]
    assert (rows["A"].superseded_by, rows["A"].year) == ("B", 2024)


def test_a_superseded_figure_is_found_without_its_successor(tmp_path: Path) -> None:
    rows = later(tmp_path)
    assert ids(rows.select(stale_months=18, today=TODAY)) == ["A"]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"id": "C"}, "no other row"),
        ({"superseded_by": "A"}, "no other row"),
        ({"quantity": "distance_km"}, "speaks of 'distance_km'"),
        ({"year": "2023"}, "is older"),
    ],
)
def test_nothing_is_superseded_by_what_is_absent_unlike_or_older(
    tmp_path: Path, cells: dict[str, str], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        later(tmp_path, **cells)
