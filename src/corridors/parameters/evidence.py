"""The published figures: what others have said, by which clock and in what sense.

A figure without its clock is not comparable: station to station, terminal to terminal and
door to door differ by days. Each row therefore keeps where its clock starts and ends, its
scope, and its kind: a target or record bounds the model from below, a trip is one journey out
of many, an average is held against the median, a bad week belongs to its named condition.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from corridors.errors import DataError, UsageError
from corridors.parameters.parameter_table import is_year, plain_number, read_table
from corridors.parameters.row import GRADES

KINDS = ("target", "record", "trip", "average", "bad_week", "assessment", "capacity", "other")
_NUMBERS = ("value_low", "value_high")
_YEARS = ("price_year", "year")


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One published figure, in our own words, with its source.

    Blank text means unknown; numbers and years are ``None`` when unknown. `value_low` and
    `value_high` are the range the source gives (equal for a single figure), not a P10-P90.
    `superseded_by` names a later figure for the same thing; the row stays, with its date.

    Examples
    --------
    >>> row = EvidenceRow("T001", quantity="transit_time_days", value_low=9.0, value_high=9.0)
    >>> row.midpoint
    9.0
    """

    id: str
    corridor: str = ""
    quantity: str = ""
    from_place: str = ""
    to_place: str = ""
    value_low: float | None = None
    value_high: float | None = None
    unit: str = ""
    currency: str = ""
    price_year: int | None = None
    year: int | None = None
    direction: str = ""
    conditions: str = ""
    clock_start: str = ""
    clock_end: str = ""
    scope: str = ""
    ownership: str = ""
    kind: str = "other"
    source_title: str = ""
    publisher: str = ""
    url: str = ""
    seen: str = ""
    grade: str = ""
    note: str = ""
    superseded_by: str = ""

    @property
    def midpoint(self) -> float | None:
        """Middle of the range the source gives; ``None`` for a figure in words only."""
        if self.value_low is None or self.value_high is None:
            return None
        return 0.5 * (self.value_low + self.value_high)

    def mentions(self, term: str) -> bool:
        """Whether `term` stands as a whole word in the places, conditions or note."""
        pattern = re.compile(rf"(?<!\w){re.escape(term)}(?!\w)", re.IGNORECASE)
        return any(
            pattern.search(text)
            for text in (self.from_place, self.to_place, self.conditions, self.note)
        )


COLUMNS = tuple(f.name for f in fields(EvidenceRow))


class Evidence:
    """An immutable list of published figures.

    Parameters
    ----------
    rows : iterable of EvidenceRow
        Rows with distinct ids.

    Examples
    --------
    >>> facts = Evidence([EvidenceRow("T001", from_place="Altynkol", kind="target")])
    >>> [row.id for row in facts.select(terms=["altynkol"], kind="target")]
    ['T001']
    """

    __slots__ = ("_rows",)

    def __init__(self, rows: Iterable[EvidenceRow] = ()) -> None:
        table: dict[str, EvidenceRow] = {}
        for row in rows:
            if row.id in table:
                raise DataError(f"evidence id {row.id!r} appears twice; keep one row per id")
            table[row.id] = row
        self._rows = table

    @classmethod
    def read(cls, path: str | Path) -> Evidence:
        """Read the evidence table from a CSV file.

        Raises
        ------
        corridors.errors.DataError
            If the file or a row is broken; the message names file, line, column and value.
        """
        file = Path(path)
        table = cls(_row(file, line, cells) for line, cells in read_table(file, COLUMNS))
        for row in table:
            _check_later(file, row, table)
        return table

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[EvidenceRow]:
        return iter(self._rows.values())

    def __contains__(self, row_id: object) -> bool:
        return row_id in self._rows

    def __getitem__(self, row_id: str) -> EvidenceRow:
        return self._rows[row_id]

    def select(
        self,
        *,
        terms: Iterable[str] = (),
        corridor: str | None = None,
        quantity: str | None = None,
        grade: str | None = None,
        kind: str | None = None,
        stale_months: int | None = None,
        today: dt.date | None = None,
    ) -> Evidence:
        """Return the rows that meet every condition given.

        Parameters
        ----------
        terms : iterable of str
            Names of one place (its id, name and aliases); a row must mention at least one.
        corridor, quantity, grade, kind : str, optional
            Exact value of that column.
        stale_months : int, optional
            Keep only figures older than this. The age runs from the end of the year the
            figure speaks of; a figure without a year counts as stale, for nobody can say
            that it is fresh.
        today : datetime.date, optional
            Date to count from; required with `stale_months`, so that an answer can be
            repeated.
        """
        wanted = [term for term in terms if term]
        if grade is not None and grade not in GRADES:
            raise UsageError(f"unknown grade {grade!r}; one of {', '.join(GRADES)}")
        if kind is not None and kind not in KINDS:
            raise UsageError(f"unknown kind {kind!r}; one of {', '.join(KINDS)}")
        if stale_months is not None and today is None:
            raise UsageError("stale_months needs the date to count from (today)")

        def keep(row: EvidenceRow) -> bool:
            return (
                (not wanted or any(row.mentions(term) for term in wanted))
                and (corridor is None or row.corridor == corridor)
                and (quantity is None or row.quantity == quantity)
                and (grade is None or row.grade == grade)
                and (kind is None or row.kind == kind)
                and (
                    stale_months is None or today is None or _age_months(row, today) > stale_months
                )
            )

        return Evidence(row for row in self if keep(row))


def _check_later(path: Path, row: EvidenceRow, table: Evidence) -> None:
    """A figure is superseded by a row that is there, speaks of the same and is not older."""
    if not row.superseded_by:
        return
    where = f"{path}: row {row.id!r}: superseded_by {row.superseded_by!r}"
    if row.superseded_by not in table or row.superseded_by == row.id:
        raise DataError(f"{where} is no other row of the table")
    later = table[row.superseded_by]
    if later.quantity != row.quantity:
        raise DataError(f"{where} speaks of {later.quantity!r}, not of {row.quantity!r}")
    if row.year is not None and later.year is not None and later.year < row.year:
        raise DataError(f"{where} is older ({later.year}) than the row itself ({row.year})")


def parse_age(text: str) -> int:
    """Turn an age such as ``24m`` or ``2y`` into months.

    Parameters
    ----------
    text : str
        A whole number followed by ``m`` (months) or ``y`` (years).

    Raises
    ------
    corridors.errors.UsageError
        If the text is anything else.

    Examples
    --------
    >>> parse_age("24m"), parse_age("2y")
    (24, 24)
    """
    match = re.fullmatch(r"(\d{1,4})([my])", text.strip().lower())
    if match is None:
        raise UsageError(f"{text!r} is not an age; write 24m for months or 2y for years")
    count = int(match.group(1))
    return count if match.group(2) == "m" else 12 * count


def _age_months(row: EvidenceRow, today: dt.date) -> float:
    if row.year is None:
        return math.inf
    return max(0, (today.year - row.year - 1) * 12 + today.month)


def _row(path: Path, line: int, cells: dict[str, str]) -> EvidenceRow:
    def fail(column: str, why: str) -> DataError:
        return DataError(f"{path}:{line}: column {column}: {cells[column]!r} {why}")

    if not cells["id"]:
        raise fail("id", "is blank")
    if cells["kind"] not in KINDS:
        raise fail("kind", f"is none of {', '.join(KINDS)}")
    if cells["grade"] and cells["grade"] not in GRADES:
        raise fail("grade", f"is none of {', '.join(GRADES)}")
    numbers: dict[str, float | None] = {}
    for column in _NUMBERS:
        value = plain_number(cells[column]) if cells[column] else None
        if cells[column] and value is None:
            raise fail(column, "is not a number")
        if value is not None and not math.isfinite(value):
            raise fail(column, "is not finite")
        numbers[column] = value
    low, high = numbers["value_low"], numbers["value_high"]
    if (low is None) != (high is None):
        raise fail("value_high", "and value_low must both be given or both be blank")
    if low is not None and high is not None and low > high:
        raise fail("value_low", f"is above value_high ({high:g})")
    years: dict[str, int | None] = {}
    for column in _YEARS:
        if cells[column] and not is_year(cells[column]):
            raise fail(column, "is not a year of four digits")
        years[column] = int(cells[column]) if cells[column] else None
    text = {name: cells[name] for name in COLUMNS if name not in numbers and name not in years}
    return EvidenceRow(
        **text,
        value_low=low,
        value_high=high,
        price_year=years["price_year"],
        year=years["year"],
    )
