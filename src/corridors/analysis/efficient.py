"""Routes of a corridor that no other of its routes beats in days and dollars: every one of them."""

from __future__ import annotations

from corridors.analysis.compare import ROUNDS, blocked_by, plans_of
from corridors.analysis.desk import Desk
from corridors.analysis.lease import leased
from corridors.analysis.ways import FREE
from corridors.routing.pareto import fronts_of, priced
from corridors.routing.plan_tree import PlanTree
from corridors.routing.route import Route


def efficient_routes(desk: Desk, corridor: str) -> list[Route]:
    """Routes none of which another one equals or beats in mean hours and mean dollars.

    The search goes by the prices of the day of departure and knows no lease of the box, which is
    the same for all routes of a corridor. A closure met on the way is waited out or gone round:
    each is shut in the next round, and the routes of all rounds are kept.

    Parameters
    ----------
    desk : Desk
    corridor : str
        Name of a corridor, or ``free``.

    Returns
    -------
    list of Route
        By rising hours; with a day of departure, those of one round after the other.

    Examples
    --------
    >>> from corridors.analysis.setting import open_desk
    >>> from corridors.analysis.engine import Engine
    >>> desk = open_desk(Engine.load(), "Xi'an", "Duisburg", "terminal", "balanced", None, None)
    >>> routes = efficient_routes(desk, "ocean")
    >>> routes[0].mean("hours") < routes[-1].mean("hours")
    True
    >>> routes[0].mean("usd") > routes[-1].mean("usd")
    True
    """
    kept: list[Route] = []
    closed: frozenset[str] = frozenset()
    for _ in range(ROUNDS):
        routes = _of_round(desk.without(closed), corridor)
        kept += [route for route in routes if not route.barred]
        met = {closure.id for route in routes for closure in (*route.held, *route.barred)}
        if met <= closed:
            break
        closed |= met
    return kept


def _of_round(desk: Desk, corridor: str) -> list[Route]:
    fronts = fronts_of(desk.graph)
    hours, usd = priced(fronts.kernel, desk.model, closed=desk.graph.closed)
    if corridor == FREE:
        front = fronts.front(desk.quest(()), hours, usd)
        routes = [desk.route(way.found, corridor=None, variant=None) for way in front]
        return [leased(desk, route) for route in routes]
    plans = [plan for plan in plans_of(desk, corridor) if not blocked_by(desk.graph, plan)]
    if not plans:
        return []
    return [
        desk.route(way.found, corridor=corridor, variant=plans[way.plan].variant)
        for way in fronts.front(desk.quest(plans), hours, usd, PlanTree(plans))
    ]
