"""The parameter table: lookup, overrides, and every way a table can be broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridors.errors import DataError, ParameterError
from corridors.parameters import Ledger, ParameterRow
from corridors.parameters.parameter_table import COLUMNS

HEADER = ",".join(COLUMNS)
GOOD = "speed_kmh/rail:KZ,30,42,52,km/h,assumption,,,2024,2026-11-21,block train"
PUBLISHED = "gauge_h/KZ-DOS,6,14,40,h,published,Some report,https://example.org/r,2022,2026-11-21,"


def table(tmp_path: Path, *lines: str, name: str = "parameters.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
    return path


def test_a_good_table_is_read_with_its_lines(tmp_path: Path) -> None:
    ledger = Ledger.read(table(tmp_path, GOOD, PUBLISHED))
    row = ledger.get("gauge_h/KZ-DOS")
    assert len(ledger) == 2
    assert (row.low, row.typ, row.high, row.unit) == (6.0, 14.0, 40.0, "h")
    assert (row.year, row.where) == (2022, "parameters.csv:3")
    assert [r.key for r in ledger] == ["speed_kmh/rail:KZ", "gauge_h/KZ-DOS"]


def test_the_first_existing_key_wins(tmp_path: Path) -> None:
    ledger = Ledger.read(table(tmp_path, GOOD, "speed_kmh/rail,20,30,40,km/h,assumption,,,,,"))
    assert ledger.get("speed_kmh/rail:KZ/westbound", "speed_kmh/rail:KZ").typ == 42.0
    assert ledger.get("speed_kmh/rail:XX", "speed_kmh/rail").typ == 30.0
    assert ledger.first("speed_kmh/road") is None


def test_an_unknown_key_names_what_was_tried_and_what_is_near(tmp_path: Path) -> None:
    ledger = Ledger.read(table(tmp_path, GOOD))
    with pytest.raises(ParameterError) as caught:
        ledger.get("speed_kmh/rail:KX", "speed_kmh/rail")
    assert "speed_kmh/rail:KX" in str(caught.value)
    assert "did you mean speed_kmh/rail:KZ" in str(caught.value)
    assert isinstance(caught.value, KeyError)


def test_find_by_prefix_is_sorted(tmp_path: Path) -> None:
    lines = [f"lift_h/{x},1,2,3,h,assumption,,,,," for x in ("b", "a")]
    ledger = Ledger.read(table(tmp_path, GOOD, *lines))
    assert [row.key for row in ledger.find("lift_h/")] == ["lift_h/a", "lift_h/b"]


def test_the_distribution_is_built_once() -> None:
    row = ParameterRow("lift_h", 1.0, 2.0, 3.0, "h", "assumption")
    assert row.distribution is row.distribution
    assert row.mean == row.distribution.mean


def test_override_is_certain_marked_and_leaves_no_trace(tmp_path: Path) -> None:
    ledger = Ledger.read(table(tmp_path, GOOD, PUBLISHED))
    assumed = ledger.override({"gauge_h/KZ-DOS": "5"}).get("gauge_h/KZ-DOS")
    assert (assumed.low, assumed.typ, assumed.high, assumed.unit) == (5.0, 5.0, 5.0, "h")
    assert (assumed.grade, assumed.source) == ("assumption", "user assumption")
    assert assumed.distribution.is_constant
    assert ledger.get("gauge_h/KZ-DOS").typ == 14.0


def test_override_of_an_unknown_key_is_an_error_with_a_suggestion(tmp_path: Path) -> None:
    ledger = Ledger.read(table(tmp_path, GOOD))
    with pytest.raises(ParameterError, match=r"did you mean speed_kmh/rail:KZ"):
        ledger.override({"speed_km/rail:KZ": 50})


@pytest.mark.parametrize("value", ["fast", "", "nan", "inf", -1, "-0.5"])
def test_override_needs_a_number(tmp_path: Path, value: str | float) -> None:
    with pytest.raises(ParameterError):
        Ledger.read(table(tmp_path, GOOD)).override({"speed_kmh/rail:KZ": value})


def test_overlay_replaces_and_adds(tmp_path: Path) -> None:
    base = Ledger.read(table(tmp_path, GOOD, PUBLISHED))
    own = table(
        tmp_path,
        "gauge_h/KZ-DOS,4,5,6,h,expert,our terminal contract,,2026,2026-11-01,",
        "gauge_h/KZ-ALT,4,5,6,h,expert,our terminal contract,,2026,2026-11-01,",
        name="own.csv",
    )
    both = base.overlay(own)
    assert both.get("gauge_h/KZ-DOS").where == "own.csv:2"
    assert both.get("gauge_h/KZ-ALT").typ == 5.0
    assert len(base) == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("gauge_h/KZ-DOS,4,5,6,h,expert,,,,,", "own.csv:2: column source"),
        ("gauge_hours/KZ-DOS,4,5,6,h,expert,quote,,,,", "own.csv:2: column key"),
        ("gauge_h/KZ-DOS,4,5,6,d,expert,quote,,,,", "own.csv:2: column unit"),
    ],
)
def test_overlay_refuses(tmp_path: Path, line: str, message: str) -> None:
    base = Ledger.read(table(tmp_path, GOOD, PUBLISHED))
    with pytest.raises(DataError, match=message):
        base.overlay(table(tmp_path, line, name="own.csv"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("k,1,two,3,h,assumption,,,,,", r":3: column typ: 'two' is not a number"),
        ("k,1,,3,h,assumption,,,,,", r":3: column typ: '' is not a number"),
        ("k,nan,2,3,h,assumption,,,,,", r":3: column low: 'nan' is not finite"),
        ("k,1,2,inf,h,assumption,,,,,", r":3: column high: 'inf' is not finite"),
        ("k,1,2_000,3e3,h,assumption,,,,,", r":3: column typ: '2_000' is not a number"),
        ("k,1,２,3,h,assumption,,,,,", r":3: column typ: '２' is not a number"),
        ("k,1,2,3,h,assumption,,,²⁰²⁴,,", r":3: column year"),
        ("k,3,2,4,h,assumption,,,,,", r":3: column low: '3' is above typ"),
        ("k,1,2,1.5,h,assumption,,,,,", r":3: column high: '1.5' is below typ"),
        ("k,-1,2,3,h,assumption,,,,,", r":3: column low: '-1' is negative"),
        ("k,0,2,3,h,assumption,,,,,", r":3: column low: '0' is zero"),
        ("k,1,2,13,h,assumption,,,,,", r":3: column high: '13' is over 6 times typ"),
        ("k,1,7,8,h,assumption,,,,,", r":3: column low: '1' is under"),
        ("k,1,2,3,,assumption,,,,,", r":3: column unit: '' is blank"),
        ("k,1,2,3,h,guess,,,,,", r":3: column grade: 'guess' is none of"),
        ("k,1,2,3,h,published,,,,,", r":3: column source"),
        ("k,1,2,3,h,measured,A title,,,,", r":3: column source"),
        ("k,1,2,3,h,assumption,,,May 2024,,", r":3: column year"),
        (",1,2,3,h,assumption,,,,,", r":3: column key"),
        ("a//b,1,2,3,h,assumption,,,,,", r":3: column key"),
        ("k,1,2,3,h,assumption,,,,", r":3: 10 cells instead of 11"),
        ("k,1,2,3,h,assumption,,,,,note, with comma", r":3: 12 cells"),
        (GOOD, r":3: column key: 'speed_kmh/rail:KZ' appears twice \(first at parameters.csv:2"),
    ],
)
def test_a_broken_row_is_named_by_file_line_and_column(
    tmp_path: Path, line: str, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        Ledger.read(table(tmp_path, GOOD, line))


def test_zero_is_a_value(tmp_path: Path) -> None:
    ledger = Ledger.read(table(tmp_path, "border_usd/rail/PL-DE,0,0,0,USD/FEU,expert,,,,,"))
    assert ledger.get("border_usd/rail/PL-DE").mean == 0.0


def test_a_missing_and_an_unknown_column_are_named(tmp_path: Path) -> None:
    path = tmp_path / "parameters.csv"
    path.write_text(HEADER.replace("high", "hi") + "\n" + GOOD + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="missing high; unknown hi"):
        Ledger.read(path)


def test_columns_in_another_order_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "parameters.csv"
    path.write_text(HEADER.replace("key,low", "low,key") + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="another order"):
        Ledger.read(path)


def test_an_empty_file_and_a_missing_file_are_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    with pytest.raises(DataError, match=r"empty\.csv: the file is empty"):
        Ledger.read(empty)
    with pytest.raises(DataError, match="no such file"):
        Ledger.read(tmp_path / "nowhere.csv")
    with pytest.raises(DataError, match="cannot be read"):
        Ledger.read(tmp_path)


def test_a_header_alone_is_an_empty_ledger(tmp_path: Path) -> None:
    assert len(Ledger.read(table(tmp_path))) == 0


def test_a_byte_order_mark_and_blank_lines_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "parameters.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\n{GOOD}\r\n,,,,,,,,,,\r\n\r\n".encode())
    assert Ledger.read(path).get("speed_kmh/rail:KZ").typ == 42.0


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parameters.csv"
    path.write_bytes(HEADER.encode() + b"\nk,1,2,3,h,expert,,,,,Baku \xff\n")
    with pytest.raises(DataError, match="not UTF-8"):
        Ledger.read(path)


@given(st.text(max_size=80))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_is_either_a_row_or_a_named_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "fuzz.csv"
    path.write_bytes((HEADER + "\n" + text).encode("utf-8", errors="replace"))
    try:
        ledger = Ledger.read(path)
    except DataError:
        return
    assert all(row.distribution.mean >= 0.0 for row in ledger)


@given(st.lists(st.text(alphabet="0123456789.-e_,nai ", max_size=8), min_size=3, max_size=3))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_read_makes_a_distribution(tmp_path: Path, numbers: list[str]) -> None:
    cells = ",".join('"' + number + '"' for number in numbers)
    path = table(tmp_path, f"k,{cells},h,assumption,,,,,", name="fuzz.csv")
    try:
        row = Ledger.read(path).get("k")
    except DataError:
        return
    assert row.distribution.mean >= 0.0
