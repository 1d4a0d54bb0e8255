"""Prices of another month: dated indices moved from the month of the tables to the one asked."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from corridors.conditions.adjustment import Adjustment
from corridors.conditions.when import When
from corridors.errors import DataError, UsageError
from corridors.network.tables import read_rows
from corridors.parameters import ParameterRow
from corridors.parameters.row import GRADES

HEADINGS = ("westbound", "eastbound")


class IndexRow(NamedTuple):
    """One dated value of a price series."""

    series: str
    month: str
    value: float
    unit: str
    grade: str
    source: str
    url: str = ""
    seen: str = ""
    note: str = ""


class PriceTarget(NamedTuple):
    """A parameter that moves with a series."""

    series: str
    target: str
    note: str = ""


class Indexed(NamedTuple):
    """What a change of the price month comes to.

    Attributes
    ----------
    adjustments : list of Adjustment
    moved, missing : list of str
        Series applied, and series that have no value for one of the two months.
    """

    adjustments: list[Adjustment]
    moved: list[str]
    missing: list[str]


class PriceBook(NamedTuple):
    """Price series and what moves with them.

    Attributes
    ----------
    rows : dict of (str, str) to IndexRow
        By series and month.
    moving : dict of str to frozenset of str
        Parameters that move with each series.
    """

    rows: dict[tuple[str, str], IndexRow]
    moving: dict[str, frozenset[str]]

    @classmethod
    def read(cls, folder: Path) -> PriceBook:
        """Read both tables of a data folder; without them there are no series.

        Raises
        ------
        DataError
            A table is broken.
        """
        values, targets = folder / "curated/price_index.csv", folder / "curated/price_targets.csv"
        if not (values.exists() and targets.exists()):
            return cls({}, {})
        moving: dict[str, frozenset[str]] = {}
        for row in read_rows(targets, PriceTarget):
            moving[row.series] = moving.get(row.series, frozenset()) | {row.target}
        rows = {(r.series, r.month): r for r in read_rows(values, IndexRow)}
        for found in rows.values():
            if not found.value > 0:
                raise DataError(
                    f"{values}: {found.series} in {found.month} is {found.value:g}: an index is "
                    "positive"
                )
        return cls(rows, moving)

    def months(self, series: str) -> list[str]:
        """Months for which a series has a value."""
        return sorted(month for name, month in self.rows if name == series)

    def heading(self, series: str) -> str:
        """The one heading whose prices a series moves; empty where it moves both."""
        ends = {target.rpartition("/")[2] for target in self.moving.get(series, ())}
        (end,) = ends if len(ends) == 1 else ("",)
        return end if end in HEADINGS else ""


def index_prices(folder: Path, *, base: str, month: str) -> Indexed:
    """Factors that bring prices from one month to another.

    Parameters
    ----------
    folder : Path
        Data folder.
    base, month : str
        Such as ``2025-06``.

    Raises
    ------
    UsageError
        No series has a value for the month asked.
    DataError
        A table is broken.
    """
    book = PriceBook.read(folder)
    result = Indexed([], [], [])
    for series, moving in book.moving.items():
        one, other = book.rows.get((series, base)), book.rows.get((series, month))
        if one is None or other is None:
            result.missing.append(series)
            continue
        factor = other.value / one.value
        grade = max(one.grade, other.grade, key=GRADES.index)
        row = ParameterRow(
            f"price/{series}", factor, factor, factor, "factor", grade, other.source, other.url
        )
        result.moved.append(f"{series} ×{factor:.2f}")
        result.adjustments.append(
            Adjustment(f"price/{series}/{month}", "times", moving, When(), row, is_level=True)
        )
    if not result.moved:
        months = sorted({m for s, m in book.rows if (s, base) in book.rows})
        raise UsageError(
            f"no price series has a value for {month!r}; there are {', '.join(months) or 'none'}"
        )
    return result
