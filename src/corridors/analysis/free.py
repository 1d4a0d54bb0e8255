"""The best route over all corridors and none, and the next best that really differs."""

from __future__ import annotations

from corridors.analysis.compare import ROUNDS, Answer, Option, asked, drawn_option
from corridors.analysis.desk import Conditions, Desk, open_desk
from corridors.analysis.engine import Engine
from corridors.analysis.lease import leased
from corridors.analysis.spread import Draws
from corridors.routing.route import Route
from corridors.routing.search import search
from corridors.shipment import Objective, Scope, Terms


def free_route(
    engine: Engine,
    origin: str,
    destination: str,
    *,
    scope: Scope = "terminal",
    objective: Objective = "balanced",
    value_of_time_usd_day: float | None = None,
    conditions: Conditions | None = None,
    terms: Terms | None = None,
    draws: int = 2000,
    seed: int = 1,
) -> Answer:
    """The best route over all corridors and none, and the next best that really differs.

    Takes the parameters of `compare`. The second option shares at most
    two thirds of its length with the first. The box is leased as in the corridor it comes nearest
    to.
    """
    desk = open_desk(
        engine, origin, destination, scope, objective, value_of_time_usd_day, conditions, terms
    )
    numbers = Draws(desk.ledger, count=draws, seed=seed)
    best = best_free(desk)
    if best is None:
        reason = "no path joins the two places"
        if desk.conditions.restricts:
            reason = f"barred by {asked(desk.conditions)}, or {reason}"
        elif desk.situation.applied:
            reason = f"barred by {'; '.join(desk.situation.applied)}, or {reason}"
        options: tuple[Option, ...] = (Option(None, "infeasible", reason, None, None),)
    else:
        routes = [best, *_next_best(desk, best)]
        options = tuple(drawn_option(desk, leased(desk, route), numbers) for route in routes)
    return Answer(
        "route", engine, desk.ledger, desk.graph, desk.shipment, desk.conditions,
        desk.situation, options, draws, seed,
    )  # fmt: skip


def best_free(desk: Desk) -> Route | None:
    """The cheapest route that is open on its days."""
    best: Route | None = None
    closed: frozenset[str] = frozenset()
    for _ in range(ROUNDS):
        here = desk.without(closed)
        found = search(here.graph, here.quest(()), here.weigh).get(0)
        if found is None:
            break
        route = here.route(found, corridor=None, variant=None)
        if not route.barred and (best is None or desk.rank(route) < desk.rank(best)):
            best = route
        met = {closure.id for closure in (*route.held, *route.barred)}
        if met <= closed:
            break
        closed |= met
    return best


MOST_SHARED = 2 / 3
"""An alternative may share at most this part of its length with the best route."""


def _next_best(desk: Desk, best: Route) -> list[Route]:
    """Best route that must leave one door of the best route shut."""
    doors = [
        (move.crossing.id if move.crossing else move.service.id if move.service else "")
        for leg in best.legs
        for _, move in leg.moves
    ]
    candidates = []
    for door in dict.fromkeys(d for d in doors if d):
        route = best_free(desk.without(frozenset({door})))
        if route is not None and shared_km(best, route) <= MOST_SHARED * route.km:
            candidates.append(route)
    return sorted(candidates, key=desk.rank)[:1]


def shared_km(one: Route, other: Route) -> float:
    """Kilometres of `other` that run between the same two points as in `one`."""
    known = {(leg.mode, *sorted((leg.a, leg.b))) for leg in one.legs}
    return sum(leg.km for leg in other.legs if (leg.mode, *sorted((leg.a, leg.b))) in known)
