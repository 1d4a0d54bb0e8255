"""The question the package exists for: the corridors side by side for one journey."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, NamedTuple

from corridors.analysis.desk import Conditions, Desk
from corridors.analysis.engine import Engine
from corridors.analysis.landed import Landed, landed
from corridors.analysis.setting import open_desk
from corridors.analysis.spread import Draws, Spread, draw
from corridors.analysis.variants import Variant, Variants
from corridors.conditions.situation import Closure, Situation, corridor_id
from corridors.errors import UsageError
from corridors.movement.graph import MovementGraph
from corridors.parameters import Ledger
from corridors.routing.plan import Plan
from corridors.routing.route import Route
from corridors.shipment import Objective, Scope, Shipment, Terms


class Option(NamedTuple):
    """One corridor in a comparison.

    Attributes
    ----------
    corridor : str or None
        None for a free route.
    status : {"ok", "excluded", "infeasible"}
    reason : str
        What bars or blocks it; empty when ok.
    route : Route or None
        The best variant by mean.
    spread : Spread or None
    variants : sequence of Variant
        Every variant that was tried.
    landed : Landed or None
        Where a cargo value is stated.
    """

    corridor: str | None
    status: Literal["ok", "excluded", "infeasible"]
    reason: str
    route: Route | None
    spread: Spread | None
    variants: Sequence[Variant] = ()
    landed: Landed | None = None


@dataclass(frozen=True)
class Answer:
    """All that a question gave: shipment, conditions, options, and the model behind them."""

    kind: Literal["compare", "route"]
    engine: Engine = field(repr=False)
    ledger: Ledger = field(repr=False)
    graph: MovementGraph = field(repr=False)
    shipment: Shipment
    conditions: Conditions
    situation: Situation = field(repr=False)
    options: tuple[Option, ...] = field(repr=False)
    draws: int
    seed: int

    @property
    def found(self) -> bool:
        """Whether at least one option is ok."""
        return any(option.status == "ok" for option in self.options)


def compare(
    engine: Engine,
    origin: str,
    destination: str,
    *,
    corridors: Sequence[str] = (),
    scope: Scope = "terminal",
    objective: Objective = "balanced",
    value_of_time_usd_day: float | None = None,
    conditions: Conditions | None = None,
    terms: Terms | None = None,
    draws: int = 2000,
    seed: int = 1,
) -> Answer:
    """Compare the corridors between two places.

    Parameters
    ----------
    engine : Engine
    origin, destination : str
        Names, aliases, UN/LOCODEs, facility ids or ``lat,lon``.
    corridors : sequence of str
        Only these; all without.
    scope : {"terminal", "door"}
    objective : {"balanced", "time", "cost"}
        What variants are ranked by.
    value_of_time_usd_day : float, optional
        The ledger's without.
    conditions : Conditions, optional
    terms : Terms, optional
        One forty-foot container in a block train, on no date, without.
    draws, seed : int
        Size and seed of the simulation.

    Raises
    ------
    UnknownPlaceError, AmbiguousPlaceError, SnapError, UsageError, ParameterError
        The question cannot be understood.

    Examples
    --------
    >>> answer = compare(Engine.load(), "Xi'an", "Duisburg", draws=100)
    >>> [option.corridor for option in answer.options][:2]
    ['northern', 'titr']
    """
    desk = open_desk(
        engine, origin, destination, scope, objective, value_of_time_usd_day, conditions, terms
    )
    check_corridors(engine, corridors)
    numbers = Draws(desk.ledger, count=draws, seed=seed)
    options = tuple(
        option_of(desk, name, numbers)
        for name in engine.plans
        if not corridors or name in corridors
    )
    return Answer(
        "compare", engine, desk.ledger, desk.graph, desk.shipment, desk.conditions,
        desk.situation, options, draws, seed,
    )  # fmt: skip


def check_corridors(engine: Engine, corridors: Sequence[str]) -> None:
    """Refuse a corridor that the network does not have.

    Raises
    ------
    UsageError
    """
    unknown = [name for name in corridors if name not in engine.plans]
    if unknown:
        known = ", ".join(engine.plans)
        raise UsageError(f"no corridor {unknown[0]!r}: choose from {known}")


def option_of(desk: Desk, corridor: str, numbers: Draws) -> Option:
    """What one corridor offers."""
    plans = plans_of(desk, corridor)
    variants = variants_of(desk, plans)
    if not variants:
        shipment = desk.shipment
        reason = (
            f"this corridor does not lead from {shipment.origin.country} "
            f"to {shipment.destination.country}"
        )
        return Option(corridor, "infeasible", reason, None, None)
    best = variants.best
    if best is None:
        status, reason = _why_none(desk, corridor, variants)
        return Option(corridor, status, reason, None, None, variants)
    assert best.route is not None
    return drawn_option(desk, best.route, numbers, variants)


def drawn_option(
    desk: Desk, route: Route, numbers: Draws, variants: Sequence[Variant] = ()
) -> Option:
    """An option with its spread, and its landed cost where a cargo value is stated."""
    if desk.situation.depart is None:
        spread = draw(route, numbers)
    else:
        from corridors.analysis.arrivals import drawn_on_days

        spread = drawn_on_days(desk, route, numbers)
    value = desk.shipment.terms.cargo_value_usd
    total = None
    if value is not None:
        total = landed(route, spread, desk.ledger, numbers, cargo_value_usd=value)
    return Option(route.corridor, "ok", "", route, spread, variants, total)


def plans_of(desk: Desk, corridor: str) -> list[Plan]:
    """Variants that serve the pair of countries; those that come to the same are one.

    Where the box comes with the ship, a part without a ship has no box: it is none.
    """
    origin, destination = desk.shipment.origin.country, desk.shipment.destination.country
    services = () if _has_box(desk, corridor) else desk.graph.tables.services
    ships = {service.id for service in services if service.mode == "sea"}
    kept: dict[object, Plan] = {}
    for plan in desk.engine.plans[corridor]:
        part = plan.between(origin, destination)
        if part is None:
            continue
        if plan.sails(ships) <= part.sails(ships):
            kept.setdefault((part.sections, part.gateways), part)
    return list(kept.values())


def _has_box(desk: Desk, corridor: str) -> bool:
    """Whether the tables charge a corridor's container apart from the freight."""
    families = ("equipment_usd", "empty_return_usd")
    keys = [f"{family}/{corridor}" for family in families]
    own = [f"{key}/{desk.shipment.terms.ownership}" for key in keys]
    return desk.ledger.first(*keys, *own) is not None


def variants_of(desk: Desk, plans: Sequence[Plan]) -> Variants:
    """Route of each plan, or why it has none."""
    shut = {plan: blocked_by(desk.graph, plan) for plan in plans}
    numbers = [number for number, plan in enumerate(plans) if not shut[plan]]
    passable = [plans[number] for number in numbers]
    held_up: dict[Plan, Closure] = {}

    def ways() -> Iterator[tuple[int, Variant]]:
        # On no date, or one that stands still, the search knows the whole price.
        for at, way in desk.cheapest_first(passable):
            plan = passable[at]
            make = partial(desk.route, way, corridor=plan.corridor, variant=plan.variant)
            yield numbers[at], Variant(plan.variant, rank=way.cost, make=make)

    def dated_ways() -> Iterator[tuple[int, Variant]]:
        routes, barred = open_routes(desk, passable)
        held_up.update({passable[at]: closure for at, closure in barred.items()})
        for rank, at in sorted((desk.rank(route), at) for at, route in routes.items()):
            make = partial(_known, routes[at])
            yield numbers[at], Variant(passable[at].variant, rank=rank, make=make)

    def why(plan: Plan) -> str:
        if plan in held_up:
            closure = held_up[plan]
            return f"{MET}{closure.title} when the box gets to {closure.id}, end unknown"
        return shut[plan] or NO_PATH

    if not passable:
        return Variants(plans, iter(()), why)
    return Variants(plans, ways() if desk.situation.depart is None else dated_ways(), why)


def _known(route: Route) -> Route:
    return route


MET = "shut by "
"""Begins the reason of a variant that a closure bars on its day."""

ROUNDS = 8
"""Most closures on one journey that are looked at one after the other."""


def open_routes(desk: Desk, plans: Sequence[Plan]) -> tuple[dict[int, Route], dict[int, Closure]]:
    """Routes that can be taken on the days they are on the road, by position of the plan.

    A box that meets a closure with a known end may wait or go round it; one that meets a closure
    without a known end must go round. So each closure met is shut in the next round, and of
    waiting and going round the cheaper is kept.

    Returns
    -------
    dict of int to Route
    dict of int to Closure
        What bars the plans that have no route for that reason.
    """
    kept: dict[int, Route] = {}
    barred: dict[int, Closure] = {}
    closed: frozenset[str] = frozenset()
    for _ in range(ROUNDS):
        here = desk.without(closed)
        met: set[str] = set()
        for number, way in here.find(plans).items():
            plan = plans[number]
            route = here.route(way, corridor=plan.corridor, variant=plan.variant)
            met |= {closure.id for closure in (*route.held, *route.barred)}
            if route.barred:
                barred.setdefault(number, route.barred[0])
            elif number not in kept or desk.rank(route) < desk.rank(kept[number]):
                kept[number] = route
        if met <= closed:
            break
        closed |= met
    return kept, {number: closure for number, closure in barred.items() if number not in kept}


NO_PATH = "no path in the countries and modes of the corridor joins its gateways"


def blocked_by(graph: MovementGraph, plan: Plan) -> str:
    """Name the first gateway of a plan that cannot be passed; empty when all can."""
    if not graph.is_open(corridor_id(plan.corridor)):
        return "the corridor as a whole is shut"
    open_crossings, open_services = graph.open_crossings, graph.open_services
    for gateway in plan.gateways:
        if gateway.crossings & open_crossings or gateway.services & open_services:
            continue
        services = graph.service_rows
        states = sorted(
            {f"{services[s].name}: {services[s].status}" for s in gateway.services if s in services}
            | {
                f"{graph.crossing_rows[c].id}: {graph.crossing_rows[c].status}"
                for c in gateway.crossings
            }
        )
        detail = "; ".join(states[:3])
        if gateway.services and not gateway.crossings:
            return f"no scheduled service in use ({detail})"
        return f"no open way through {gateway.label} ({detail})"
    return ""


def _why_none(
    desk: Desk, corridor: str, variants: Sequence[Variant]
) -> tuple[Literal["excluded", "infeasible"], str]:
    """Excluded by what was asked or held, or not there at all?"""
    situation = desk.situation
    held = bool(situation.closing)
    if desk.conditions.restricts or held:
        free = replace(
            desk,
            graph=desk.engine.graph(),
            conditions=replace(desk.conditions, avoid=(), via=(), modes=None, closed=frozenset()),
            via=(),
            memo={},
        )
        plans = plans_of(free, corridor)
        if any(free.cheapest_first(plans)):
            met = [v.reason for v in variants if v.reason.startswith(MET)]
            barring = [asked(desk.conditions)] if desk.conditions.restricts else []
            barring += [reason.removeprefix(MET) for reason in dict.fromkeys(met)]
            if not met and situation.closing:
                barring.append("; ".join(situation.closing))
            return "excluded", f"barred by {' and '.join(barring)}"
    reasons = list(dict.fromkeys(v.reason for v in variants))
    return "infeasible", "; ".join(reasons[:2])


def asked(conditions: Conditions) -> str:
    """What a question bars, in the words of the command line."""
    parts = []
    if conditions.avoid:
        parts.append(f"--avoid {','.join(conditions.avoid)}")
    if conditions.via:
        parts.append(" ".join(f"--via {name}" for name in conditions.via))
    if conditions.modes is not None:
        parts.append(f"--mode {','.join(sorted(conditions.modes))}")
    if conditions.closed:
        parts.append(f"closure of {', '.join(sorted(conditions.closed))}")
    return " and ".join(parts)
