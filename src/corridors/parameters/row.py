"""One parameter: a value with its spread, its unit and its origin."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from corridors.parameters.distribution import SplitLognormal

GRADES = ("measured", "published", "expert", "assumption")


class _Cells(NamedTuple):
    key: str
    low: float
    typ: float
    high: float
    unit: str
    grade: str
    source: str = ""
    url: str = ""
    year: int | None = None
    seen: str = ""
    note: str = ""
    file: str = ""
    line: int = 0
    adjusted: tuple[str, ...] = ()
    chance: float = 1.0
    chance_of: str = ""


class ParameterRow(_Cells):
    """One parameter: a value with its spread, its unit and its origin.

    Parameters
    ----------
    key : str
        Path of segments joined by ``/``, unique in a ledger.
    low, typ, high : float
        P10, P50 and P90 in `unit`; all positive or all zero.
    unit : str
        Unit of the three numbers (``h``, ``USD/FEU``, ``km/h`` ...).
    grade : str
        ``measured``, ``published``, ``expert`` or ``assumption``.
    source, url : str
        Title and address of the source; blank only for the last two grades.
    year : int or None
        Year the value speaks of.
    seen : str
        Date the source was read, ISO.
    note : str
        Clock, scope, condition, and how the value was derived.
    file, line : str, int
        Where the row stands, for messages.
    adjusted : tuple of str
        Ids of the adjustments that have multiplied it.
    chance : float
        Probability that it is charged at all.
    chance_of : str
        What happens or not: rows with the same name are charged together.

    Examples
    --------
    >>> row = ParameterRow("lift_h", 4.0, 8.0, 24.0, "h", "assumption")
    >>> row.distribution.quantile(0.5)
    8.0
    """

    @cached_property
    def distribution(self) -> SplitLognormal:
        """The row as a distribution, built once."""
        return SplitLognormal(self.low, self.typ, self.high)

    @cached_property
    def mean(self) -> float:
        """Expected value in the row's unit, worked out once."""
        return self.distribution.mean

    @cached_property
    def mean_reciprocal(self) -> float:
        """Expected value of one over the row (the pace of a speed), worked out once."""
        return self.distribution.reciprocal().mean

    @property
    def where(self) -> str:
        """File and line, as ``parameters.csv:12``; the key when the row came from elsewhere."""
        return f"{self.file}:{self.line}" if self.file else self.key
