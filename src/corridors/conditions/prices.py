"""Prices of another month: dated indices moved from the month of the tables to the one asked."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from corridors.conditions.adjustment import Adjustment
from corridors.conditions.when import When
from corridors.errors import UsageError
from corridors.network.tables import read_rows
from corridors.parameters import ParameterRow
from corridors.parameters.ledger import GRADES


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
    rows = {(r.series, r.month): r for r in read_rows(folder / "curated/price_index.csv", IndexRow)}
    targets = read_rows(folder / "curated/price_targets.csv", PriceTarget)
    result = Indexed([], [], [])
    for series in dict.fromkeys(target.series for target in targets):
        one, other = rows.get((series, base)), rows.get((series, month))
        if one is None or other is None:
            result.missing.append(series)
            continue
        factor = other.value / one.value
        grade = max(one.grade, other.grade, key=GRADES.index)
        row = ParameterRow(
            f"price/{series}", factor, factor, factor, "factor", grade, other.source, other.url
        )
        result.moved.append(f"{series} ×{factor:.2f}")
        moving = frozenset(target.target for target in targets if target.series == series)
        result.adjustments.append(
            Adjustment(f"price/{series}/{month}", "times", moving, When(), row)
        )
    if not result.moved:
        months = sorted({m for s, m in rows if (s, base) in rows})
        raise UsageError(
            f"no price series has a value for {month!r}; there are {', '.join(months) or 'none'}"
        )
    return result
