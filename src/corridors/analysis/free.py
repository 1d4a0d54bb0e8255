"""The best route over all corridors and none, and the next best that really differs."""

from __future__ import annotations

from collections.abc import Sequence

from corridors.analysis.compare import (
    ROUNDS,
    Answer,
    Option,
    asked,
    drawn_option,
    plans_of,
    variants_of,
)
from corridors.analysis.desk import Conditions, Desk
from corridors.analysis.engine import Engine
from corridors.analysis.lease import doors, leased
from corridors.analysis.setting import open_desk
from corridors.analysis.spread import Draws
from corridors.routing.route import Route
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
    two thirds of its length with the first. The box is leased as in the corridor that a route comes
    nearest to. The search knows no lease, so the best of every corridor is looked at as well.
    """
    desk = open_desk(
        engine, origin, destination, scope, objective, value_of_time_usd_day, conditions, terms
    )
    numbers = Draws(desk.ledger, count=draws, seed=seed)
    found = best_free(desk)
    if found is None:
        reason = "no path joins the two places"
        if desk.conditions.restricts:
            reason = f"barred by {asked(desk.conditions)}, or {reason}"
        elif desk.situation.closing:
            reason = f"barred by {'; '.join(desk.situation.closing)}, or {reason}"
        options: tuple[Option, ...] = (Option(None, "infeasible", reason, None, None),)
    else:
        along = [_unbound(route) for name in engine.plans for route in _best_of(desk, name)]
        best = min([leased(desk, found), *along], key=desk.rank)
        routes = [best, *_next_best(desk, best, along)]
        options = tuple(drawn_option(desk, route, numbers) for route in routes)
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
        found = here.find().get(0)
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


def _best_of(desk: Desk, corridor: str) -> list[Route]:
    """The best route of a corridor, if it has one."""
    routes = [v.route for v in variants_of(desk, plans_of(desk, corridor)) if v.route is not None]
    return sorted(routes, key=desk.rank)[:1]


def _unbound(route: Route) -> Route:
    return route._replace(corridor=None, variant=None)


def _next_best(desk: Desk, best: Route, along: Sequence[Route]) -> list[Route]:
    """Best route that really differs: one door of the best shut, or along a corridor."""
    candidates = list(along)
    for door in doors(best):
        route = best_free(desk.without(frozenset({door})))
        if route is not None:
            candidates.append(leased(desk, route))
    differing = [r for r in candidates if shared_km(best, r) <= MOST_SHARED * r.km]
    return sorted(differing, key=desk.rank)[:1]


def shared_km(one: Route, other: Route) -> float:
    """Kilometres of `other` that run between the same two points as in `one`."""
    known = {(leg.mode, *sorted((leg.a, leg.b))) for leg in one.legs}
    return sum(leg.km for leg in other.legs if (leg.mode, *sorted((leg.a, leg.b))) in known)
