"""Every origin against every destination: days, dollars, km, CO2e and the best corridor.

Expected values without draws. One setting is opened for all pairs, so that conditions are
priced once; the pairs are answered by the compiled search where it can be had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.analysis.compare import blocked_by, check_corridors, option_of, plans_of
from corridors.analysis.desk import Conditions, Desk, weights
from corridors.analysis.engine import Engine
from corridors.analysis.setting import Setting
from corridors.analysis.spread import Draws
from corridors.errors import UsageError
from corridors.routing.many import series
from corridors.routing.plan import Plan
from corridors.routing.route import Route
from corridors.shipment import End, Heading, Objective, Scope, Terms

if TYPE_CHECKING:
    import pandas as pd

    from corridors.movement.graph import State

NO_WAY = "no path joins the two places"

FREE = "free"
"""Name of the way that is bound to no corridor."""


class Cell(NamedTuple):
    """One pair under one corridor.

    Attributes
    ----------
    origin, destination : int
        Positions of the two places.
    corridor : str
        ``free`` for a way that is bound to none.
    days, usd, km, co2e_t : float
        Expected values; not a number where there is no way.
    worth : float
        What corridors are ranked by: expected generalised cost in USD; infinite without a way.
    reason : str
        Why there is no way; empty where there is one.
    """

    origin: int
    destination: int
    corridor: str
    days: float
    usd: float
    km: float
    co2e_t: float
    worth: float
    reason: str


@dataclass(frozen=True)
class Matrix:
    """Every origin against every destination.

    Attributes
    ----------
    origins, destinations : tuple of str
        Names as they were understood.
    corridors : tuple of str
        What was looked at.
    objective : {"balanced", "time", "cost"}
        What the best corridor is chosen by.
    cells : tuple of Cell
        Origins in order, destinations within, corridors within.
    """

    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    corridors: tuple[str, ...]
    objective: Objective
    cells: tuple[Cell, ...] = field(repr=False)

    @property
    def best(self) -> tuple[Cell, ...]:
        """The best corridor of each pair; of equals the first."""
        step = len(self.corridors)
        groups = (self.cells[at : at + step] for at in range(0, len(self.cells), step))
        return tuple(min(group, key=_worth) for group in groups)

    def _array(self, name: str) -> NDArray[np.float64]:
        values = np.array([getattr(cell, name) for cell in self.best], dtype=np.float64)
        return values.reshape(len(self.origins), len(self.destinations))

    @property
    def days(self) -> NDArray[np.float64]:
        """Expected days of the best corridor, origins by destinations."""
        return self._array("days")

    @property
    def usd(self) -> NDArray[np.float64]:
        """Expected dollars of the best corridor."""
        return self._array("usd")

    @property
    def km(self) -> NDArray[np.float64]:
        """Kilometres of the best corridor."""
        return self._array("km")

    @property
    def co2e_t(self) -> NDArray[np.float64]:
        """Expected tonnes of CO2e of the best corridor."""
        return self._array("co2e_t")

    @property
    def corridor(self) -> NDArray[np.str_]:
        """Best corridor; empty where there is no way."""
        names = ["" if cell.reason else cell.corridor for cell in self.best]
        return np.array(names, dtype=np.str_).reshape(len(self.origins), len(self.destinations))

    @property
    def frame(self) -> pd.DataFrame:
        """One row per pair: the best corridor, or why there is none."""
        return self._frame(self.best)

    @property
    def options(self) -> pd.DataFrame:
        """One row per pair and corridor."""
        return self._frame(self.cells)

    def _frame(self, cells: Sequence[Cell]) -> pd.DataFrame:
        import pandas as pd

        rows: list[dict[str, Any]] = [
            {
                "origin": self.origins[cell.origin],
                "destination": self.destinations[cell.destination],
                "corridor": "" if cell.reason and cells is not self.cells else cell.corridor,
                "days": cell.days,
                "usd": cell.usd,
                "km": cell.km,
                "co2e_t": cell.co2e_t,
                "reason": cell.reason,
            }
            for cell in cells
        ]
        return pd.DataFrame(rows)


def matrix(
    engine: Engine,
    origins: Sequence[str],
    destinations: Sequence[str],
    *,
    corridors: Sequence[str] = (),
    scope: Scope = "terminal",
    objective: Objective = "balanced",
    value_of_time_usd_day: float | None = None,
    conditions: Conditions | None = None,
    terms: Terms | None = None,
) -> Matrix:
    """Every origin against every destination.

    Parameters
    ----------
    engine : Engine
    origins, destinations : sequence of str
        Places, as in `corridors.analysis.compare.compare`.
    corridors : sequence of str
        Only these; all without. ``free`` alone is the cheapest way over the whole network that
        is bound to no corridor, without the lease of the box.
    scope, objective, value_of_time_usd_day, conditions, terms
        As in a comparison.

    Raises
    ------
    UnknownPlaceError, AmbiguousPlaceError, SnapError, UsageError, ParameterError
        A place or the conditions cannot be understood.

    Examples
    --------
    >>> found = matrix(Engine.load(), ["Xi'an", "Chongqing"], ["Duisburg", "Istanbul"])
    >>> found.days.shape
    (2, 2)
    >>> found.corridor[0, 0]
    np.str_('ocean')
    """
    if not origins or not destinations:
        raise UsageError("a matrix needs at least one origin and one destination")
    free = tuple(corridors) == (FREE,)
    if not free:
        check_corridors(engine, corridors)
    names = (FREE,) if free else tuple(n for n in engine.plans if not corridors or n in corridors)
    setting = Setting(engine, scope, objective, value_of_time_usd_day, conditions, terms)
    starts = [engine.end(text) for text in origins]
    goals = [engine.end(text) for text in destinations]
    with series():
        work = _Work(setting, names, starts, goals)
        cells = [
            cell for o in range(len(starts)) for d in range(len(goals)) for cell in work.cells(o, d)
        ]
    return Matrix(
        tuple(end.name for end in starts), tuple(end.name for end in goals), names, objective,
        tuple(cells),
    )  # fmt: skip


def _worth(cell: Cell) -> float:
    return cell.worth


class _Work:
    """What pairs of one setting share."""

    def __init__(
        self, setting: Setting, corridors: Sequence[str], starts: list[End], goals: list[End]
    ) -> None:
        self.setting, self.corridors = setting, corridors
        self.starts, self.goals = starts, goals
        self.numbers = Draws(setting.ledger, count=1, seed=1)
        self._plans: dict[tuple[object, ...], list[Plan]] = {}
        self._ways: dict[Heading, dict[tuple[int, int], Cell]] = {}

    def cells(self, o: int, d: int) -> list[Cell]:
        """The pair under every corridor."""
        start, goal = self.starts[o], self.goals[d]
        if start.id == goal.id or set(start.facilities) & set(goal.facilities):
            reason = "origin and destination are the same place"
            return [_none(o, d, name, reason) for name in self.corridors]
        desk = self.setting.desk(start, goal)
        if self.corridors == (FREE,):
            heading = desk.shipment.heading
            if heading not in self._ways:
                self._ways[heading] = self._search_all(desk)
            known = self._ways[heading].get((o, d))
            if known is not None:
                return [known]
        return [self._cell(o, d, desk, name) for name in self.corridors]

    def _search_all(self, first: Desk) -> dict[tuple[int, int], Cell]:
        """Free ways of all pairs of a heading by one search from each origin, where that can be.

        It cannot on days that go by, by way of a place, and from or to a point off the
        terminals: such pairs are absent.
        """
        if first.situation.depart is not None or first.via or first.price is None:
            return {}
        from corridors.routing.kernel import kernel_of

        heading, desks = first.shipment.heading, {}
        for o, start in enumerate(self.starts):
            for d, goal in enumerate(self.goals):
                if start.id == goal.id or set(start.facilities) & set(goal.facilities):
                    continue
                desk = self.setting.desk(start, goal)
                if desk.shipment.heading == heading and desk.reaches == (None, None):
                    desks[(o, d)] = desk
        rows = {o: desk for (o, _), desk in desks.items()}
        columns = {d: desk for (_, d), desk in desks.items()}
        kernel, modes = kernel_of(first.graph), first.conditions.modes
        prices = kernel.prices(first.model)
        if not desks or prices is None:
            return {}
        ways, unsure = kernel.ways(
            [_allowed(first, desk.quest(()).starts) for desk in rows.values()],
            [desk.quest(()).goals for desk in columns.values()],
            first.price,
            prices,
            modes=modes,
        )
        hour, dollar = weights(first.shipment)
        found: dict[tuple[int, int], Cell] = {}
        for (o, d), desk in desks.items():
            at = (list(rows).index(o), list(columns).index(d))
            if unsure[at]:
                continue
            if not np.isfinite(ways.cost[at]):
                found[(o, d)] = _none(o, d, FREE, NO_WAY)
                continue
            hours, usd = _ends(desk)
            hours, usd = hours + float(ways.hours[at]), usd + float(ways.usd[at])
            found[(o, d)] = Cell(
                o, d, FREE, hours / 24, usd, float(ways.km[at]), float(ways.co2e_kg[at]) / 1000,
                hours * hour + usd * dollar, "",
            )  # fmt: skip
        return found

    def _cell(self, o: int, d: int, desk: Desk, corridor: str) -> Cell:
        route, reason = self._free(desk) if corridor == FREE else self._along(desk, corridor)
        if route is None:
            return _none(o, d, corridor, reason)
        hours, usd, co2e = (route.mean(name) for name in ("hours", "usd", "co2e_kg"))
        return Cell(
            o, d, corridor, hours / 24, usd, route.km, co2e / 1000, desk.rank(route), ""
        )  # fmt: skip

    def _along(self, desk: Desk, corridor: str) -> tuple[Route | None, str]:
        if desk.situation.depart is None:
            plans = self._passable(desk, corridor)
            best = desk.cheapest(plans) if plans else None
            if best is not None:
                plan = plans[best[0]]
                return desk.route(best[1], corridor=plan.corridor, variant=plan.variant), ""
        # On days that go by on the way, or where nothing leads through: as any comparison.
        option = option_of(desk, corridor, self.numbers)
        return option.route, option.reason

    def _passable(self, desk: Desk, corridor: str) -> list[Plan]:
        ends = (desk.shipment.origin.country, desk.shipment.destination.country)
        key = (corridor, *ends, id(desk.graph))
        if key not in self._plans:
            plans = plans_of(desk, corridor)
            self._plans[key] = [plan for plan in plans if not blocked_by(desk.graph, plan)]
        return self._plans[key]

    def _free(self, desk: Desk) -> tuple[Route | None, str]:
        from corridors.analysis.free import best_free

        route = best_free(desk)
        return route, "" if route is not None else NO_WAY


def _allowed(desk: Desk, states: Mapping[State, float]) -> dict[State, float]:
    """Of the states of an origin those of a mode that was asked for."""
    modes = desk.conditions.modes
    return {s: c for s, c in states.items() if modes is None or desk.graph.mode_of(s) in modes}


def _ends(desk: Desk) -> tuple[float, float]:
    """Expected hours and dollars of what happens at the doors at both ends, if it is asked for."""
    shipment, model = desk.shipment, desk.model
    if shipment.scope != "door":
        return 0.0, 0.0
    vectors = [
        model.optional_event(name, (end.country, ""), at=end.id, country=end.country)
        for name, end in (("pickup", shipment.origin), ("delivery", shipment.destination))
    ]
    hours = sum(v.mean("hours") for v in vectors if v is not None)
    return hours, sum(v.mean("usd") for v in vectors if v is not None)


def _none(o: int, d: int, corridor: str, reason: str) -> Cell:
    nan = float("nan")
    return Cell(o, d, corridor, nan, nan, nan, nan, float("inf"), reason)
