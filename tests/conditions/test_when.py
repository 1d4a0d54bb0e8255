"""When an adjustment acts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.conditions.when import Case, When
from corridors.errors import DataError


def test_terms_must_all_hold() -> None:
    when = When.parse("booking=single heading=eastbound")
    assert when.fits(Case(booking="single", heading="eastbound"))
    assert not when.fits(Case(booking="single", heading="westbound"))
    assert not when.fits(Case(booking="block", heading="eastbound"))


def test_heavier_than_is_strict_and_needs_a_weight() -> None:
    heavy = When.parse("weight_t>24")
    assert heavy.fits(Case(weight_t=24.5))
    assert not heavy.fits(Case(weight_t=24.0))
    assert not heavy.fits(Case())


def test_spans_include_both_ends_and_any_of_them_holds() -> None:
    feast = When.parse("date=2026-02-15..2026-02-23,2027-02-05..2027-02-12")
    inside = (date(2026, 2, 15), date(2026, 2, 23), date(2027, 2, 8))
    outside = (date(2026, 2, 14), date(2026, 2, 24), date(2027, 2, 13), None)
    assert all(feast.holds_on(day) for day in inside)
    assert not any(feast.holds_on(day) for day in outside)


def test_month_and_date_must_both_hold() -> None:
    when = When.parse("month=11 date=2026-11-10..2026-12-10")
    assert when.holds_on(date(2026, 11, 10))
    assert not when.holds_on(date(2026, 12, 1))


@given(st.dates(date(2020, 1, 1), date(2032, 12, 31)))
def test_what_is_not_dated_always_holds(day: date) -> None:
    assert When.parse("").holds_on(day)
    assert When.parse("unit=TEU").holds_on(None)


@given(st.dates(date(2020, 1, 1), date(2032, 12, 31)), st.sets(st.integers(1, 12), min_size=1))
def test_months_hold_in_every_year(day: date, months: set[int]) -> None:
    when = When.parse(f"month={','.join(map(str, months))}")
    assert when.holds_on(day) == (day.month in months)


@pytest.mark.parametrize(
    "text",
    ["month=13", "month=", "month=1,,2", "month=November", "date=2027-02-30", "booking=train",
     "date=2027-03-02..2027-03-01", "weight_t>", "weight_t>-1", "weight_t>nan", "season=winter",
     "winter", "unit=40ft", "date=2027"],
)  # fmt: skip
def test_what_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(DataError) as caught:
        When.parse(text)
    assert text.split("=")[0].split(">")[0] in str(caught.value)
