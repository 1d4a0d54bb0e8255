"""The question the package exists for: the corridors side by side for one journey."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from corridors.analysis.engine import Engine
from corridors.analysis.spread import Draws, Spread, draw
from corridors.costing.charge import Vector
from corridors.costing.model import CostModel
from corridors.errors import UsageError
from corridors.movement.graph import Move, MovementGraph, State
from corridors.network.tables import read_rows
from corridors.parameters import Ledger
from corridors.routing.ends import RoadReach, join, road_reach
from corridors.routing.plan import Plan
from corridors.routing.route import Route, build_route
from corridors.routing.search import CostToGo, Found, PlanTree, Quest, Weigh, search
from corridors.shipment import Objective, Scope, Shipment

MODES = ("rail", "road", "sea", "ferry")


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the answer is asked under, besides the shipment.

    Attributes
    ----------
    avoid : tuple of str
        Country codes no line may touch, hidden transit included.
    via : tuple of str
        Places to pass, in order.
    modes : frozenset of str or None
    assume : mapping of str to float
        Parameters set to one certain value.
    rates : Path or None
        The user's own parameter rows.
    closed : frozenset of str
        Facilities, crossings, services or groups that are shut.
    """

    avoid: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    modes: frozenset[str] | None = None
    assume: Mapping[str, float | str] = field(default_factory=dict)
    rates: Path | None = None
    closed: frozenset[str] = frozenset()

    @property
    def restricts(self) -> bool:
        """Whether anything may bar a route that is open otherwise."""
        return bool(self.avoid or self.modes is not None or self.closed or self.via)


class Variant(NamedTuple):
    """One way along a corridor: its route, or why there is none."""

    name: str
    route: Route | None
    reason: str = ""


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
    variants : tuple of Variant
        Every variant that was tried.
    """

    corridor: str | None
    status: Literal["ok", "excluded", "infeasible"]
    reason: str
    route: Route | None
    spread: Spread | None
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True)
class Answer:
    """All that a question gave: shipment, conditions, options, and the model behind them."""

    kind: Literal["compare", "route"]
    engine: Engine = field(repr=False)
    ledger: Ledger = field(repr=False)
    graph: MovementGraph = field(repr=False)
    shipment: Shipment
    conditions: Conditions
    options: tuple[Option, ...] = field(repr=False)
    draws: int
    seed: int

    @property
    def found(self) -> bool:
        """Whether at least one option is ok."""
        return any(option.status == "ok" for option in self.options)


@dataclass
class Desk:
    """One question being worked on."""

    engine: Engine
    graph: MovementGraph
    ledger: Ledger
    model: CostModel
    shipment: Shipment
    conditions: Conditions
    via: tuple[frozenset[str], ...]
    reaches: tuple[RoadReach | None, RoadReach | None]
    memo: dict[object, CostToGo] = field(default_factory=dict)

    @cached_property
    def weigh(self) -> Weigh:
        """Mean generalised cost of a move, by the shipment's objective."""
        hour, dollar = weights(self.shipment)
        events: dict[tuple[object, ...], float] = {}
        model, graph = self.model, self.graph

        per_km: dict[str, float] = {}

        def zone_weight(zone: str) -> float:
            if zone not in per_km:
                hours, usd = model.per_km(zone)
                per_km[zone] = hours * hour + usd * dollar
            return per_km[zone]

        def vectors(state: State, move: Move) -> float:
            if move.crossing is not None:
                row = graph.crossing_rows[move.crossing.id]
                pair = (graph.facilities[row.a].country, graph.facilities[row.b].country)
                pair = pair if move.forward else (pair[1], pair[0])
                parts = [model.border(row, forward=move.forward, countries=pair)]
                yard = row.gauge_ab if move.forward else row.gauge_ba
                if yard:
                    parts.append(model.gauge_change(graph.facilities[yard]))
                reload = model.reload(row, forward=move.forward, country=pair[1])
                if reload is not None:
                    parts.append(reload)
            elif move.service is not None:
                port = graph.facilities[state[0]]
                km = graph.service_km[move.service.id]
                parts = [model.wait(move.service, port), model.sailing(move.service, km)]
            elif move.kind == "lift":
                facility = graph.facilities[state[0]]
                parts = [model.lift(facility, graph.mode_of(state), graph.mode_of(move.to))]
            elif move.kind == "gauge_change":
                parts = [model.gauge_change(graph.facilities[state[0]])]
            else:
                return 0.0
            return sum(p.mean("hours") * hour + p.mean("usd") * dollar for p in parts)

        def weigh(state: State, move: Move) -> float:
            if move.haul is not None:
                return move.haul.km * zone_weight(move.haul.zone)
            key: tuple[object, ...] = (state, move.to, move.kind)
            if move.crossing is not None:
                key = (move.crossing.id, move.forward)
            elif move.service is not None:
                key = (move.service.id, move.forward)
            if key not in events:
                cost = vectors(state, move)
                if move.crossing is not None:
                    run = move.crossing
                    cost += run.km_a * zone_weight(run.zone_a) + run.km_b * zone_weight(run.zone_b)
                events[key] = cost
            return events[key]

        return weigh

    def worth(self, vector: Vector) -> float:
        """Mean generalised cost of some charges."""
        hour, dollar = weights(self.shipment)
        return vector.mean("hours") * hour + vector.mean("usd") * dollar

    def board(self, state: State) -> float:
        """Mean generalised cost of boarding the first train at a terminal."""
        vector = self.model.fill(self.graph.facilities[state[0]])
        return 0.0 if vector is None else self.worth(vector)

    def quest(self, plans: Sequence[Plan]) -> Quest:
        """The search for some plans of one corridor, ends joined."""
        ends = []
        for arriving, end in ((False, self.shipment.origin), (True, self.shipment.destination)):
            sections = [plan.sections[-1 if arriving else 0] for plan in plans]
            modes = frozenset(mode for section in sections for mode in section.modes)
            ends.append(
                join(
                    self.graph,
                    end,
                    model=self.model,
                    worth=self.worth,
                    trunk_modes=modes if plans else None,
                    reach=self.reaches[int(arriving)],
                    arriving=arriving,
                )
            )
        start, goal = ends
        return Quest(
            starts=start.states,
            goals=goal.states,
            start_moves=start.out,
            goal_moves=goal.into,
            via=self.via,
            modes=self.conditions.modes,
            board=self.board,
            memo=self.memo,
        )

    def route(self, found: Found, *, corridor: str | None, variant: str | None) -> Route:
        """Legs and events of a found path."""
        return build_route(
            found,
            graph=self.graph,
            model=self.model,
            shipment=self.shipment,
            corridor=corridor,
            variant=variant,
        )

    def rank(self, route: Route) -> float:
        """Mean generalised cost of a whole route."""
        hour, dollar = weights(self.shipment)
        return route.mean("hours") * hour + route.mean("usd") * dollar


def weights(shipment: Shipment) -> tuple[float, float]:
    """Generalised cost of an hour and of a dollar; what is not asked for breaks ties only."""
    hour = shipment.value_of_time_usd_day / 24
    return {"balanced": (hour, 1.0), "time": (hour, 1e-6), "cost": (hour * 1e-6, 1.0)}[
        shipment.objective
    ]


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
        engine, origin, destination, scope, objective, value_of_time_usd_day, conditions
    )
    unknown = [name for name in corridors if name not in engine.plans]
    if unknown:
        known = ", ".join(engine.plans)
        raise UsageError(f"no corridor {unknown[0]!r}: choose from {known}")
    numbers = Draws(desk.ledger, count=draws, seed=seed)
    options = tuple(
        _option(desk, name, numbers) for name in engine.plans if not corridors or name in corridors
    )
    return Answer(
        "compare", engine, desk.ledger, desk.graph, desk.shipment, desk.conditions,
        options, draws, seed,
    )  # fmt: skip


def open_desk(
    engine: Engine,
    origin: str,
    destination: str,
    scope: Scope,
    objective: Objective,
    value_of_time_usd_day: float | None,
    conditions: Conditions | None,
) -> Desk:
    """Resolve places and parameters of a question."""
    conditions = conditions or Conditions()
    _check_modes(conditions.modes)
    _check_countries(engine, conditions.avoid)
    ledger = engine.ledger
    if conditions.rates is not None:
        ledger = ledger.overlay(conditions.rates)
    if conditions.assume:
        ledger = ledger.override(conditions.assume)
    start, goal = engine.end(origin), engine.end(destination)
    if start.id == goal.id or (set(start.facilities) & set(goal.facilities)):
        raise UsageError(f"origin and destination are the same place: {start.name}")
    value = value_of_time_usd_day
    if value is None:
        value = ledger.get("value_of_time_usd_day").typ
    shipment = Shipment(start, goal, scope, objective, value)
    graph = engine.graph(avoid=conditions.avoid, closed=conditions.closed)
    model = CostModel(ledger, heading=shipment.heading)
    via = tuple(_via(engine, name) for name in conditions.via)
    reaches = tuple(
        road_reach(graph, end) if not _served(graph, end.facilities) else None
        for end in (start, goal)
    )
    return Desk(engine, graph, ledger, model, shipment, conditions, via, (reaches[0], reaches[1]))


def _served(graph: MovementGraph, facilities: Collection[str]) -> bool:
    return any(graph.states_of(f) or "sea" in graph.facilities[f].zones for f in facilities)


def _check_modes(modes: frozenset[str] | None) -> None:
    for mode in sorted(modes or ()):
        if mode not in MODES:
            raise UsageError(f"no mode {mode!r}: choose from {', '.join(MODES)}")


def _check_countries(engine: Engine, codes: Sequence[str]) -> None:
    known = {f.country for f in engine.tables.facilities}
    known |= {code for zone in engine.tables.zones for code in zone.countries}
    known |= {area.country for area in engine.tables.zone_areas}
    for code in codes:
        if code not in known:
            raise UsageError(
                f"cannot avoid {code!r}: not a country of the network "
                "(ISO codes of two letters, such as RU,BY)"
            )


def _via(engine: Engine, text: str) -> frozenset[str]:
    end = engine.end(text)
    if not end.facilities:
        raise UsageError(f"--via {text!r}: no terminal, port or crossing of the network there")
    return frozenset(end.facilities)


def _option(desk: Desk, corridor: str, numbers: Draws) -> Option:
    plans = _plans(desk, corridor)
    variants = _variants(desk, plans)
    if not variants:
        shipment = desk.shipment
        reason = (
            f"this corridor does not lead from {shipment.origin.country} "
            f"to {shipment.destination.country}"
        )
        return Option(corridor, "infeasible", reason, None, None)
    open_ones = [v for v in variants if v.route is not None]
    if not open_ones:
        status, reason = _why_none(desk, corridor, variants)
        return Option(corridor, status, reason, None, None, tuple(variants))
    best = min(open_ones, key=lambda v: desk.rank(v.route) if v.route else 0.0)
    assert best.route is not None
    return Option(corridor, "ok", "", best.route, draw(best.route, numbers), tuple(variants))


def _plans(desk: Desk, corridor: str) -> list[Plan]:
    """Variants that serve the pair of countries; those that come to the same are one."""
    origin, destination = desk.shipment.origin.country, desk.shipment.destination.country
    kept: dict[object, Plan] = {}
    for plan in desk.engine.plans[corridor]:
        part = plan.between(origin, destination)
        if part is not None:
            kept.setdefault((part.sections, part.gateways), part)
    return list(kept.values())


def _variants(desk: Desk, plans: Sequence[Plan]) -> list[Variant]:
    shut = {plan: blocked_by(desk.graph, plan) for plan in plans}
    passable = [plan for plan in plans if not shut[plan]]
    found: dict[int, Found] = {}
    if passable:
        found = search(desk.graph, desk.quest(passable), desk.weigh, PlanTree(passable))
    ways = {plan: found[number] for number, plan in enumerate(passable) if number in found}
    return [
        Variant(plan.variant, desk.route(ways[plan], corridor=plan.corridor, variant=plan.variant))
        if plan in ways
        else Variant(plan.variant, None, shut[plan] or NO_PATH)
        for plan in plans
    ]


NO_PATH = "no path in the countries and modes of the corridor joins its gateways"


def blocked_by(graph: MovementGraph, plan: Plan) -> str:
    """Name the first gateway of a plan that cannot be passed; empty when all can."""
    open_crossings, open_services = graph.open_crossings, graph.open_services
    services = {service.id: service for service in graph.tables.services}
    for gateway in plan.gateways:
        if gateway.crossings & open_crossings or gateway.services & open_services:
            continue
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
    """Excluded by what was asked, or not there at all?"""
    if desk.conditions.restricts:
        free = replace(
            desk,
            graph=desk.engine.graph(),
            conditions=replace(desk.conditions, avoid=(), via=(), modes=None, closed=frozenset()),
            via=(),
            memo={},
        )
        plans = _plans(free, corridor)
        if search(free.graph, free.quest(plans), free.weigh, PlanTree(plans)):
            return "excluded", f"barred by {_asked(desk.conditions)}"
    reasons = list(dict.fromkeys(v.reason for v in variants))
    return "infeasible", "; ".join(reasons[:2])


def _asked(conditions: Conditions) -> str:
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
            reason = f"barred by {_asked(desk.conditions)}, or {reason}"
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


def read_assumptions(pairs: Sequence[str]) -> dict[str, str]:
    """``KEY=VALUE`` texts as a mapping.

    Raises
    ------
    UsageError
        A text has no ``=``.
    """
    result: dict[str, str] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise UsageError(f"--assume {pair!r}: write KEY=VALUE, such as wait_h/caspian=60")
        result[key.strip()] = value.strip()
    return result


class Flag(NamedTuple):
    """A rule that a planner must check before using a country."""

    country: str
    flag: str
    rule: str
    since: str = ""
    source: str = ""
    note: str = ""


def read_flags(engine: Engine) -> dict[str, list[Flag]]:
    """Rules that flag a country, by code: a flag is no clearance, and no flag is none either.

    Raises
    ------
    DataError
        The table is missing or broken.
    """
    flags: dict[str, list[Flag]] = {}
    for row in read_rows(engine.folder / "curated" / "flags.csv", Flag):
        flags.setdefault(row.country, []).append(row)
    return flags
