"""One question asked again and again: its best ways by corridor, under changes, without draws."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from corridors.analysis.compare import plans_of, variants_of
from corridors.analysis.desk import Desk
from corridors.analysis.free import best_free
from corridors.analysis.lease import leased
from corridors.analysis.setting import situation_of
from corridors.conditions.adjustment import Adjustment
from corridors.costing.pricing import Pricing
from corridors.errors import UsageError
from corridors.movement.graph import MovementGraph
from corridors.network.tables import with_opened
from corridors.routing.route import Leg, Route
from corridors.shipment import Objective

FREE = "free"
"""Name of the route that is bound to no corridor."""


def corridors_of(desk: Desk, wanted: Collection[str] = ()) -> list[str]:
    """Corridors to look at, in table order.

    Raises
    ------
    UsageError
        A corridor does not exist.
    """
    known = list(desk.engine.plans)
    for name in wanted:
        if name not in known:
            raise UsageError(f"no corridor {name!r}: choose from {', '.join(known)}")
    return [name for name in known if not wanted or name in wanted]


def best_way(desk: Desk, corridor: str) -> Route | None:
    """Best route of a corridor by mean, or of all with ``free``."""
    if corridor == FREE:
        route = best_free(desk)
        return None if route is None else leased(desk, route)
    routes = [v.route for v in variants_of(desk, plans_of(desk, corridor)) if v.route is not None]
    return min(routes, key=desk.rank, default=None)


def ways_of(desk: Desk, corridors: Sequence[str]) -> dict[str, Route | None]:
    """Best route of each corridor."""
    return {name: best_way(desk, name) for name in corridors}


# The question changed ------------------------------------------------------------------------


def shut(
    desk: Desk,
    *,
    closed: Collection[str] = (),
    avoid: Collection[str] = (),
    opened: Collection[tuple[str, str]] = (),
) -> Desk:
    """The same question with things shut, or opened; graphs are not kept.

    Parameters
    ----------
    desk : Desk
    closed : collection of str
        Crossings, facilities, services, groups, chokepoints.
    avoid : collection of str
        Countries.
    opened : collection of (str, str)
        Kind and id of services that sail although they do not in an ordinary week.
    """
    old = desk.graph
    tables = with_opened(old.tables, opened) if opened else old.tables
    graph = MovementGraph(
        old.network, tables, avoid={*old.avoid, *avoid}, closed={*old.closed, *closed},
        like=old,
    )  # fmt: skip
    return replace(desk, graph=graph, memo={})


def repriced(
    desk: Desk, values: Mapping[str, float] | None = None, factors: Sequence[Adjustment] = ()
) -> Desk:
    """The same question with some parameters set to certain values, or multiplied."""
    ledger = desk.ledger.override(dict(values)) if values else desk.ledger
    situation = desk.situation
    if values:
        # Numbers of adjustments are rows of the ledger too.
        situation = situation_of(desk.engine, ledger, desk.conditions, desk.shipment)
    if factors:
        situation = replace(situation, adjustments=(*situation.adjustments, *factors))
    pricing = Pricing(ledger, heading=desk.shipment.heading, situation=situation)
    return replace(desk, ledger=ledger, pricing=pricing, memo={})


def aimed(desk: Desk, objective: Objective, value_of_time_usd_day: float | None = None) -> Desk:
    """The same question ranked by something else."""
    value = desk.shipment.value_of_time_usd_day
    if value_of_time_usd_day is not None:
        value = value_of_time_usd_day
    shipment = desk.shipment._replace(objective=objective, value_of_time_usd_day=value)
    return replace(desk, shipment=shipment, memo={})


# What a route uses ---------------------------------------------------------------------------


def countries(graph: MovementGraph, route: Route) -> list[str]:
    """Countries of the lines, and of ports where only a ship touches the country."""
    found: list[str] = []
    for step in route.steps:
        if isinstance(step, Leg):
            found += step.countries
            found += [
                graph.facilities[f].country for f in (step.a, step.b) if f in graph.facilities
            ]
    return list(dict.fromkeys(code for code in found if code))
