"""Which numbers an answer hangs on: each parameter at its P10 and P90, one at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from corridors.analysis.study import Study
from corridors.costing.charge import Charge
from corridors.errors import UsageError
from corridors.parameters import ParameterRow
from corridors.routing.route import Route

Measure = Literal["days", "usd"]


class Bar(NamedTuple):
    """What one parameter does to the mean.

    Attributes
    ----------
    row : ParameterRow
        As it stands in the route, adjustments included.
    days_low, days_high : float
        Change of the mean days with the parameter at its P10 and at its P90.
    usd_low, usd_high : float
    """

    row: ParameterRow
    days_low: float
    days_high: float
    usd_low: float
    usd_high: float

    def swing(self, of: Measure) -> float:
        """Distance between the two ends."""
        if of == "days":
            return abs(self.days_high - self.days_low)
        return abs(self.usd_high - self.usd_low)


@dataclass(frozen=True)
class Tornado:
    """Bars of a route, or of the difference between two, the widest first."""

    corridor: str
    against: str | None
    of: Measure
    days: float
    usd: float
    bars: tuple[Bar, ...]

    def study(self) -> Study:
        """One row per parameter."""
        rows = [
            {
                "key": bar.row.key,
                "unit": bar.row.unit,
                "p10": bar.row.low,
                "p50": bar.row.typ,
                "p90": bar.row.high,
                "days_at_p10": bar.days_low,
                "days_at_p90": bar.days_high,
                "usd_at_p10": bar.usd_low,
                "usd_at_p90": bar.usd_high,
                "swing": bar.swing(self.of),
                "grade": bar.row.grade,
                "source": bar.row.source,
            }
            for bar in self.bars
        ]
        named = self.corridor if self.against is None else f"{self.corridor} less {self.against}"
        return Study(
            "tornado",
            f"{named}: {self.days:+.1f} days, {self.usd:+,.0f} USD; what moves it most ({self.of})",
            rows,
            (
                "Change of the mean when one parameter is certain to be at its P10 or its P90 and "
                "all others stay; the way is held fixed. A row counts once, wherever the way "
                "meets it. The changes do not add to the spread: parameters move together within "
                "a country.",
            ),
            found=bool(rows),
            facts={"of": self.of, "days": self.days, "usd": self.usd},
        )


def tornado(route: Route, against: Route | None = None, *, of: Measure = "days") -> Tornado:
    """Turn each parameter of a route to its P10 and P90.

    Parameters
    ----------
    route : Route
    against : Route, optional
        With it, the difference between the two is looked at; what both pay alike cancels out.
    of : {"days", "usd"}
        What the bars are sorted by.

    Raises
    ------
    UsageError
        A measure that does not exist.
    """
    if of not in ("days", "usd"):
        raise UsageError(f"of={of!r}: choose days or usd")
    effects: dict[str, list[float]] = {}
    rows: dict[str, ParameterRow] = {}
    for sign, one in ((1.0, route), (-1.0, against)):
        if one is None:
            continue
        for dimension, at, unit in (("hours", 0, 24.0), ("usd", 2, 1.0)):
            for charge in _charges(one, dimension):
                rows.setdefault(charge.row.key, charge.row)
                effect = effects.setdefault(charge.row.key, [0.0] * 4)
                for end, value in enumerate((charge.row.low, charge.row.high)):
                    change = _at(charge, value) - charge.mean
                    effect[at + end] += sign * change / unit
    bars = [Bar(rows[key], *effect) for key, effect in effects.items()]
    bars.sort(key=lambda bar: (-round(bar.swing(of), 9), bar.row.key))
    days, usd = route.mean("hours") / 24, route.mean("usd")
    if against is not None:
        days, usd = days - against.mean("hours") / 24, usd - against.mean("usd")
    name = route.corridor or "free"
    other = None if against is None else against.corridor or "free"
    return Tornado(name, other, of, days, usd, tuple(bars))


def _charges(route: Route, dimension: str) -> Iterable[Charge]:
    return route.charges("hours" if dimension == "hours" else "usd")


def _at(charge: Charge, value: float) -> float:
    """A charge whose row is certain to have a value."""
    if not charge.inverse:
        return charge.amount * value
    return charge.amount / value if value else math.inf
