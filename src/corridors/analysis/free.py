"""The best route over all corridors and none, and the next best that really differs."""

from __future__ import annotations

from dataclasses import replace

from corridors.analysis.compare import Answer, Option, asked
from corridors.analysis.desk import Conditions, Desk, open_desk
from corridors.analysis.engine import Engine
from corridors.analysis.spread import Draws, draw
from corridors.routing.route import Route
from corridors.routing.search import search
from corridors.shipment import Objective, Scope


def free_route(
    engine: Engine,
    origin: str,
    destination: str,
    *,
    scope: Scope = "terminal",
    objective: Objective = "balanced",
    value_of_time_usd_day: float | None = None,
    conditions: Conditions | None = None,
    draws: int = 2000,
    seed: int = 1,
) -> Answer:
    """The best route over all corridors and none, and the next best that really differs.

    Takes the parameters of `compare`. The second option shares at most
    two thirds of its length with the first.
    """
    desk = open_desk(
        engine, origin, destination, scope, objective, value_of_time_usd_day, conditions
    )
    numbers = Draws(desk.ledger, count=draws, seed=seed)
    found = search(desk.graph, desk.quest(()), desk.weigh).get(0)
    if found is None:
        reason = "no path joins the two places"
        if desk.conditions.restricts:
            reason = f"barred by {asked(desk.conditions)}, or {reason}"
        options: tuple[Option, ...] = (Option(None, "infeasible", reason, None, None),)
    else:
        best = desk.route(found, corridor=None, variant=None)
        routes = [best, *_next_best(desk, best)]
        options = tuple(Option(None, "ok", "", r, draw(r, numbers)) for r in routes)
    return Answer(
        "route", engine, desk.ledger, desk.graph, desk.shipment, desk.conditions,
        options, draws, seed,
    )  # fmt: skip


MOST_SHARED = 2 / 3
"""An alternative may share at most this part of its length with the best route."""


def _next_best(desk: Desk, best: Route) -> list[Route]:
    """Best route that must leave one door of the best route shut."""
    doors = [
        (move.crossing.id if move.crossing else move.service.id if move.service else "")
        for leg in best.legs
        for _, move in leg.moves
    ]
    quest, candidates = desk.quest(()), []
    for door in dict.fromkeys(d for d in doors if d):
        graph = desk.engine.graph(
            avoid=desk.conditions.avoid, closed=desk.conditions.closed | {door}
        )
        other = replace(desk, graph=graph, memo={})
        found = search(graph, quest, other.weigh).get(0)
        if found is not None:
            route = other.route(found, corridor=None, variant=None)
            if shared_km(best, route) <= MOST_SHARED * route.km:
                candidates.append(route)
    return sorted(candidates, key=desk.rank)[:1]


def shared_km(one: Route, other: Route) -> float:
    """Kilometres of `other` that run between the same two points as in `one`."""
    known = {(leg.mode, *sorted((leg.a, leg.b))) for leg in one.legs}
    return sum(leg.km for leg in other.legs if (leg.mode, *sorted((leg.a, leg.b))) in known)
