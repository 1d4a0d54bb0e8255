"""Changing one's mind on the way: where a box can still go on by another corridor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from corridors.analysis.compare import blocked_by, plans_of
from corridors.analysis.desk import Desk
from corridors.analysis.lease import doors
from corridors.analysis.study import Study
from corridors.analysis.ways import corridors_of
from corridors.errors import UsageError
from corridors.movement.graph import Move, State
from corridors.routing.plan_tree import PlanTree
from corridors.routing.route import Route
from corridors.routing.search import Found, Quest, search

LAST_EVENTS = ("release", "delivery", "equipment")


class Point(NamedTuple):
    """A place on the way, and what staying or switching costs from there.

    Attributes
    ----------
    at : str
        Facility.
    day : float
        Days since the start of the clock.
    stay_days, stay_usd : float
        What is left by the first corridor.
    switch_days, switch_usd : float or None
        What is left by the other one; None where it cannot be reached any more.
    extra_usd : float
        Mean generalised cost of switching over staying; infinite where it is too late.
    route : Route or None
        The remainder by the other corridor.
    """

    at: str
    day: float
    stay_days: float
    stay_usd: float
    switch_days: float | None
    switch_usd: float | None
    extra_usd: float
    route: Route | None


@dataclass(frozen=True)
class Switching:
    """Places along the best route of a corridor, in order of travel."""

    desk: Desk
    corridor: str
    other: str
    variant: str
    points: tuple[Point, ...]

    @property
    def last(self) -> Point | None:
        """The last place from where the other corridor can be reached."""
        return next((p for p in reversed(self.points) if p.switch_days is not None), None)

    def study(self) -> Study:
        """One row per place."""
        names = self.desk.engine.names
        last = self.last
        rows = [
            {
                "at": point.at,
                "name": names.get(point.at, point.at),
                "day": point.day,
                "stay_days": point.stay_days,
                "stay_usd": point.stay_usd,
                "switch_days": point.switch_days,
                "switch_usd": point.switch_usd,
                "extra_days": (
                    None if point.switch_days is None else point.switch_days - point.stay_days
                ),
                "extra_usd": (
                    None if point.switch_usd is None else point.switch_usd - point.stay_usd
                ),
                "by": point.route.variant if point.route else "",
                "last": point is last,
            }
            for point in self.points
        ]
        where = (
            "nowhere on the way" if last is None
            else f"last at {names.get(last.at, last.at)}, day {last.day:.1f}"
        )  # fmt: skip
        return Study(
            "switch",
            f"From {self.corridor} ({self.variant}) to {self.other} on the way: {where}",
            rows,
            (
                "Switching means to go on from that place in the countries and by the gateways of "
                "the other corridor (nothing is shown where both go on alike); the box leaves "
                "its train there and waits for another. The "
                "other corridor's container lease is counted, what was paid on the way is spent "
                "either way, and no penalty of a contract is known.",
            ),
            found=last is not None,
            facts={"last": None if last is None else last.at},
        )


def switching(desk: Desk, corridor: str, other: str) -> Switching:
    """Cost of going on by another corridor from each place along the best route of one.

    Parameters
    ----------
    desk : Desk
    corridor, other : str

    Raises
    ------
    UsageError
        A corridor does not exist, both are the same, or the first has no route.
    """
    corridors_of(desk, (corridor, other))
    if corridor == other:
        raise UsageError(f"--between {corridor},{other}: name two different corridors")
    found, route = _chosen(desk, corridor)
    points = []
    for number in range(len(found.moves)):
        move = found.moves[number]
        if move.kind not in ("haul", "access", "crossing", "service"):
            continue
        done = _steps_until(desk, found, number + 1, corridor)
        hours, usd = _spent(route, done)
        rest = _remainder(desk, move.to, other) if move.to[0] in desk.graph.facilities else None
        ahead = {door for later in found.moves[number + 1 :] for door in _door(later)}
        if rest is not None and ahead.issuperset(doors(rest)):
            rest = None  # the two are one from here on
        stay = route.mean("hours") - hours, route.mean("usd") - usd
        points.append(_point(desk, move.to[0], hours, stay, rest))
    # Two moves may end at one place: what counts is when the box last stands there.
    kept = {point.at: point for point in points}
    return Switching(desk, corridor, other, route.variant or "", tuple(kept.values()))


def _door(move: Move) -> list[str]:
    return [row.id for row in (move.crossing, move.service) if row is not None]


def _point(
    desk: Desk, at: str, hours: float, stay: tuple[float, float], rest: Route | None
) -> Point:
    if rest is None:
        return Point(at, hours / 24, stay[0] / 24, stay[1], None, None, math.inf, None)
    more = rest.mean("hours"), rest.mean("usd")
    hour = desk.shipment.value_of_time_usd_day / 24
    extra = (more[0] - stay[0]) * hour + more[1] - stay[1]
    return Point(at, hours / 24, stay[0] / 24, stay[1], more[0] / 24, more[1], extra, rest)


def _chosen(desk: Desk, corridor: str) -> tuple[Found, Route]:
    plans = [plan for plan in plans_of(desk, corridor) if not blocked_by(desk.graph, plan)]
    found = search(desk.graph, desk.quest(plans), desk.weigh, PlanTree(plans)) if plans else {}
    ways = [
        (found[n], desk.route(found[n], corridor=corridor, variant=plans[n].variant))
        for n in sorted(found)
    ]
    ways = [way for way in ways if not way[1].barred]
    if not ways:
        raise UsageError(f"{corridor} has no route under these conditions")
    return min(ways, key=lambda way: desk.rank(way[1]))


def _steps_until(desk: Desk, found: Found, count: int, corridor: str) -> int:
    """How many steps of the whole route the first moves come to."""
    part = Found(found.start, found.moves[:count], 0.0)
    steps = list(desk.route(part, corridor=corridor, variant=None).steps)
    while steps and getattr(steps[-1], "kind", "") in LAST_EVENTS:
        steps.pop()
    return len(steps)


def _spent(route: Route, count: int) -> tuple[float, float]:
    done = route.steps[:count]
    return (
        math.fsum(step.vector.mean("hours") for step in done),
        math.fsum(step.vector.mean("usd") for step in done),
    )


def _remainder(desk: Desk, state: State, corridor: str) -> Route | None:
    """Best way on from a state by another corridor."""
    origin = desk.shipment.origin._replace(country=desk.graph.facilities[state[0]].country)
    here = replace(desk, shipment=desk.shipment._replace(origin=origin), memo={})
    plans = [plan for plan in plans_of(here, corridor) if not blocked_by(desk.graph, plan)]
    if not plans:
        return None
    ends = here.quest(plans)
    quest = Quest(
        starts={state: 0.0},
        goals=ends.goals,
        goal_moves=ends.goal_moves,
        modes=ends.modes,
        board=ends.board,
        memo=here.memo,
    )
    found = search(here.graph, quest, here.weigh, PlanTree(plans))
    routes: Sequence[Route] = [
        here.route(found[n], corridor=corridor, variant=plans[n].variant) for n in sorted(found)
    ]
    open_ones = [route for route in routes if not route.barred]
    return min(open_ones, key=desk.rank, default=None)
