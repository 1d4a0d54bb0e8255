"""The lease of the box on a route that is bound to no corridor."""

from __future__ import annotations

from typing import cast

from corridors.analysis.compare import plans_of
from corridors.analysis.desk import Desk
from corridors.routing.route import Event, Route


def followed(desk: Desk, route: Route) -> str | None:
    """The corridor that a free route comes nearest to: most of a variant's gateways passed.

    Looked for among the parts that lead between the two places, and where it meets none of these
    among whole corridors.
    """
    passed = set(doors(route))
    for whole in (False, True):
        best: tuple[float, int, str] | None = None
        for number, name in enumerate(desk.engine.plans):
            for gateways in _gateways(desk, name, whole=whole):
                met = sum(not passed.isdisjoint(gateway) for gateway in gateways)
                share = met / len(gateways)
                if met and (best is None or (share, -number) > (best[0], best[1])):
                    best = (share, -number, name)
        if best is not None:
            return best[2]
    return None


def _gateways(desk: Desk, corridor: str, *, whole: bool) -> list[list[frozenset[str]]]:
    """Doors of each gateway of each variant; kept, for many routes may be asked about."""
    key = ("gateways", corridor, whole)
    known = desk.memo.get(key)
    if known is None:
        plans = desk.engine.plans[corridor] if whole else plans_of(desk, corridor)
        known = desk.memo[key] = [
            [gateway.crossings | gateway.services for gateway in plan.gateways] for plan in plans
        ]
    return cast("list[list[frozenset[str]]]", known)


def leased(desk: Desk, route: Route) -> Route:
    """A free route with the lease of its box, which only corridors have rows for.

    Without it a free route would look cheaper than the same way as a corridor.
    """
    name = followed(desk, route)
    end = desk.shipment.destination
    vector = None if name is None else desk.model.equipment(name, country=end.country)
    if name is None or vector is None:
        return route
    number = len(route.events) + 1
    lease = Event(f"E{number}", "equipment", name, end.lon, end.lat, {}, vector)
    return route._replace(steps=(*route.steps, lease))


def doors(route: Route) -> list[str]:
    """Crossings and services that a route goes through, in order."""
    found = [
        move.crossing.id if move.crossing else move.service.id if move.service else ""
        for leg in route.legs
        for _, move in leg.moves
    ]
    return list(dict.fromkeys(door for door in found if door))
