"""The value of a parameter at which two corridors change places, found and then tried out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from corridors.analysis.compare import compare
from corridors.analysis.desk import Desk
from corridors.analysis.lever import VALUE_OF_TIME, Lever, lever
from corridors.analysis.study import Study
from corridors.analysis.ways import aimed, best_way, corridors_of
from corridors.errors import UsageError
from corridors.shipment import Objective

Aspect = Literal["cost", "time", "balanced"]

SPAN = 10.0
"""Without a range of the user's, a tenth to ten times the present value is looked at."""

STEPS = 12
CLOSE = 1e-6
"""Relative width at which the bisection stops."""

BESIDE = 1e-3
"""How far on either side of a break-even value the question is asked again."""

UNITS = {"cost": "USD", "time": "days", "balanced": "USD"}


class Flip(NamedTuple):
    """A value at which the better of two corridors changes.

    Attributes
    ----------
    value : float
    below, above : str
        The better corridor on either side.
    just_below, just_above : float
        First corridor less the second a thousandth below and above, by asking again.
    verified : bool
        Whether these two have opposite signs.
    """

    value: float
    below: str
    above: str
    just_below: float
    just_above: float
    verified: bool


@dataclass(frozen=True)
class BreakEven:
    """Where two corridors change places.

    Attributes
    ----------
    lever : Lever
    of : {"cost", "time", "balanced"}
    one, other : str
        Corridors; differences are the first less the second.
    low, high : float
        Range looked at.
    now, at_low, at_high : float
        Difference today and at both ends.
    flips : tuple of Flip
    """

    lever: Lever
    of: Aspect
    one: str
    other: str
    low: float
    high: float
    now: float
    at_low: float
    at_high: float
    flips: tuple[Flip, ...]

    def better(self, difference: float) -> str:
        """The corridor that a difference speaks for."""
        return self.one if difference < 0 else self.other

    def study(self) -> Study:
        """One row per break-even value."""
        unit, lev = UNITS[self.of], self.lever
        rows = [
            {
                "key": lev.key,
                "now": lev.now,
                "break_even": flip.value,
                "unit": lev.unit,
                "times_now": flip.value / lev.now if lev.now else None,
                "better_below": flip.below,
                "better_above": flip.above,
                "just_below": flip.just_below,
                "just_above": flip.just_above,
                "verified": flip.verified,
            }
            for flip in self.flips
        ]
        measure = {"cost": "costs less", "time": "is quicker", "balanced": "is better"}[self.of]
        today = f"today {self.better(self.now)} {measure}, by {abs(self.now):,.1f} {unit}"
        if math.isclose(self.at_low, self.at_high, rel_tol=1e-9, abs_tol=1e-9):
            outcome = "this number moves neither of the two"
        elif not rows:
            outcome = f"no break-even from {self.low:,.4g} to {self.high:,.4g} {lev.unit}"
        else:
            outcome = "; ".join(
                f"at {flip.value:,.4g} {lev.unit} {flip.above} takes the place of {flip.below}"
                for flip in self.flips
            )
        return Study(
            "breakeven",
            f"{self.one} against {self.other} by {lev.key}: {outcome}; {today}",
            rows,
            (
                f"Means of the best variant by {self.of}, chosen anew at each value; looked for "
                f"from {self.low:,.4g} to {self.high:,.4g} {lev.unit}. Verified: asked again a "
                "thousandth below and above, with the sign changed.",
                *(
                    ()
                    if lev.option
                    else ("This key has no option of the command line: it was turned in place.",)
                ),
            ),
            found=bool(rows),
            facts={
                "now": self.now, "at_low": self.at_low, "at_high": self.at_high,
                "low": self.low, "high": self.high, "unit": unit,
            },
        )  # fmt: skip


def break_even(
    desk: Desk,
    key: str,
    between: tuple[str, str],
    *,
    of: Aspect = "cost",
    factor: bool = False,
    span: tuple[float, float] | None = None,
) -> BreakEven:
    """Find the values at which one corridor takes the place of the other.

    Parameters
    ----------
    desk : Desk
    key : str
        As `lever` takes it.
    between : (str, str)
        Two corridors.
    of : {"cost", "time", "balanced"}
        What they are compared by.
    factor : bool
        Turn a factor on everything under the key.
    span : (float, float), optional
        Range to look at.

    Raises
    ------
    UsageError
        A corridor does not exist or has no route, or the range is no range.
    """
    one, other = between
    corridors_of(desk, between)
    if one == other:
        raise UsageError(f"--between {one},{other}: name two different corridors")
    objective: Objective = of
    here = aimed(desk, objective)
    turned = lever(here, key, factor=factor)
    low, high = span or (turned.now / SPAN, turned.now * SPAN)
    if not (0 <= low < high < math.inf):
        raise UsageError(
            f"the range {low:g} to {high:g} {turned.unit} has no room: give --range LOW:HIGH"
        )

    def difference(value: float) -> float:
        return _difference(turned.turn(here, value), one, other, of)

    now = _difference(here, one, other, of)
    if not math.isfinite(now):
        lost = one if now > 0 else other
        raise UsageError(f"{lost} has no route under these conditions: there is nothing to compare")
    grid = _grid(low, high)
    values = [difference(value) for value in grid]
    flips = []
    for i in range(len(grid) - 1):
        if (values[i] < 0) != (values[i + 1] < 0):
            value = _bisect(difference, grid[i], grid[i + 1], ends=(values[i], values[i + 1]))
            flips.append(_flip(here, turned, value, one, other, of))
    return BreakEven(turned, of, one, other, low, high, now, values[0], values[-1], tuple(flips))


def _grid(low: float, high: float) -> list[float]:
    """Values to look at first: even steps of a ratio, or of a sum from zero on."""
    if low > 0:
        ratio = (high / low) ** (1 / STEPS)
        return [low * ratio**i for i in range(STEPS)] + [high]
    return [high * i / STEPS for i in range(STEPS + 1)]


def _bisect(
    difference: Callable[[float], float], low: float, high: float, *, ends: tuple[float, float]
) -> float:
    """Narrow a bracket: on either side of where a straight line would cross, then in halves."""
    below, above = ends
    while high - low > CLOSE * high:
        width = high - low
        points = [(low + high) / 2]
        if math.isfinite(below) and math.isfinite(above) and below != above:
            guess = low + width * below / (below - above)
            points = [guess - CLOSE * high / 3, guess + CLOSE * high / 3, *points]
        for point in points:
            if not low < point < high or high - low <= CLOSE * high:
                continue
            value = difference(point)
            if (value < 0) == (ends[0] < 0):
                low, below = point, value
            else:
                high, above = point, value
    return (low + high) / 2


def _difference(desk: Desk, one: str, other: str, of: Aspect) -> float:
    """First corridor less the second; infinite where only one of them has a route."""
    scores = []
    for name in (one, other):
        route = best_way(desk, name)
        if route is None:
            scores.append(math.inf)
        elif of == "time":
            scores.append(route.mean("hours") / 24)
        else:
            scores.append(route.mean("usd") if of == "cost" else desk.rank(route))
    if math.isinf(scores[0]) and math.isinf(scores[1]):
        raise UsageError(f"neither {one} nor {other} has a route under these conditions")
    return scores[0] - scores[1]


def _flip(desk: Desk, turned: Lever, value: float, one: str, other: str, of: Aspect) -> Flip:
    below, above = (
        _asked_again(desk, turned, value * side, one, other, of)
        for side in (1 - BESIDE, 1 + BESIDE)
    )
    first, second = (one if d < 0 else other for d in (below, above))
    return Flip(value, first, second, below, above, (below < 0) != (above < 0))


def _asked_again(
    desk: Desk, turned: Lever, value: float, one: str, other: str, of: Aspect
) -> float:
    """The difference by the comparison that a user would run, where an option sets the value."""
    if not turned.option:
        return _difference(turned.turn(desk, value), one, other, of)
    shipment, conditions = desk.shipment, desk.conditions
    worth = shipment.value_of_time_usd_day
    if turned.key == VALUE_OF_TIME:
        worth = value
    else:
        conditions = replace(conditions, assume={**conditions.assume, turned.key: value})
    answer = compare(
        desk.engine,
        _said(desk, arriving=False),
        _said(desk, arriving=True),
        corridors=(one, other),
        scope=shipment.scope,
        objective=shipment.objective,
        value_of_time_usd_day=worth,
        conditions=conditions,
        terms=shipment.terms,
        draws=1,
    )
    routes = {option.corridor: option.route for option in answer.options}
    scores = []
    for name in (one, other):
        route = routes[name]
        if route is None:
            scores.append(math.inf)
        elif of == "time":
            scores.append(route.mean("hours") / 24)
        else:
            days = route.mean("hours") / 24 * worth if of == "balanced" else 0.0
            scores.append(route.mean("usd") + days)
    return scores[0] - scores[1]


def _said(desk: Desk, *, arriving: bool) -> str:
    """An end in a form that leads back to it: its facility, or its position."""
    end = desk.shipment.destination if arriving else desk.shipment.origin
    return end.id if end.facilities else f"{end.lat},{end.lon}"
