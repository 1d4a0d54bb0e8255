"""When an adjustment acts: by the terms of the shipment, and by the day it is met."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from corridors.errors import DataError

TERMS = {
    "unit": frozenset({"FEU", "2x20", "TEU"}),
    "booking": frozenset({"block", "single"}),
    "ownership": frozenset({"SOC", "COC"}),
    "heading": frozenset({"westbound", "eastbound"}),
}


class Case(NamedTuple):
    """What is fixed for a whole journey.

    Attributes
    ----------
    unit, booking, ownership, heading : str
    weight_t : float or None
        Weight of the cargo.
    cargo : str
        Its HS code; empty where none is stated.
    """

    unit: str = "FEU"
    booking: str = "block"
    ownership: str = "SOC"
    heading: str = "westbound"
    weight_t: float | None = None
    cargo: str = ""


class When(NamedTuple):
    """Terms that must all hold; without any it always acts.

    Attributes
    ----------
    terms : tuple of (str, str)
        Term and the value it must have.
    above_t : float, optional
        Cargo heavier than this.
    months : frozenset of int, optional
        Months of the day it is met.
    spans : tuple of (date or None, date or None)
        First and last day of each, both included; any of them holds. None is open.

    Examples
    --------
    >>> winter = When.parse("booking=single month=12,1,2")
    >>> winter.fits(Case(booking="single")), winter.holds_on(date(2027, 1, 5))
    (True, True)
    >>> winter.fits(Case()), winter.holds_on(None)
    (False, False)
    """

    terms: tuple[tuple[str, str], ...] = ()
    above_t: float | None = None
    months: frozenset[int] | None = None
    spans: tuple[tuple[date | None, date | None], ...] = ()

    @classmethod
    def parse(cls, text: str) -> When:
        """Read ``month=11,12 booking=single`` and the like.

        Raises
        ------
        DataError
            A term is not known or its value is none of its kind.
        """
        terms: list[tuple[str, str]] = []
        above = months = None
        spans: tuple[tuple[date | None, date | None], ...] = ()
        for part in text.split():
            name, sign, value = part.partition("=")
            if part.startswith("weight_t>"):
                above = _tonnes(part)
            elif not sign or not value:
                raise DataError(f"{part!r} is no term: write {' '.join(EXAMPLES)}")
            elif name == "month":
                months = _months(value)
            elif name == "date":
                spans = tuple(_dates(span) for span in value.split(","))
            elif value in TERMS.get(name, ()):
                terms.append((name, value))
            else:
                known = TERMS.get(name)
                choice = f"one of {', '.join(sorted(known))}" if known else " ".join(EXAMPLES)
                raise DataError(f"{part!r} is no term: {choice}")
        return cls(tuple(terms), above, months, spans)

    @property
    def dated(self) -> bool:
        """Whether it depends on the day."""
        return self.months is not None or bool(self.spans)

    def fits(self, case: Case) -> bool:
        """Whether the terms of a journey are met."""
        if self.above_t is not None and not (case.weight_t or 0.0) > self.above_t:
            return False
        return all(getattr(case, name) == value for name, value in self.terms)

    def holds_on(self, day: date | None) -> bool:
        """Whether it acts on a day; what depends on the day acts on none without one."""
        if not self.dated:
            return True
        if day is None:
            return False
        if self.months is not None and day.month not in self.months:
            return False
        return not self.spans or any(
            (first is None or first <= day) and (last is None or day <= last)
            for first, last in self.spans
        )


EXAMPLES = (
    "month=11,12", "date=2027-02-04..2027-02-16", "booking=single", "unit=2x20", "weight_t>24",
    "ownership=COC", "heading=westbound",
)  # fmt: skip


def _tonnes(part: str) -> float:
    try:
        value = float(part.removeprefix("weight_t>"))
    except ValueError:
        value = -1.0
    if not 0.0 <= value < float("inf"):
        raise DataError(f"{part!r}: write tonnes, such as weight_t>24")
    return value


def _months(value: str) -> frozenset[int]:
    parts = value.split(",")
    if not all(p.isascii() and p.isdigit() and 1 <= int(p) <= 12 for p in parts):
        raise DataError(f"month={value}: months are numbers from 1 to 12, such as month=11,12,1")
    return frozenset(int(part) for part in parts)


def _dates(value: str) -> tuple[date, date]:
    first, dots, last = value.partition("..")
    try:
        span = date.fromisoformat(first), date.fromisoformat(last if dots else first)
    except ValueError:
        raise DataError(f"date={value}: write date=2027-02-04..2027-02-16") from None
    if span[0] > span[1]:
        raise DataError(f"date={value}: the first day lies after the last")
    return span
