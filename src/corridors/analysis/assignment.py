"""A weekly demand spread over corridors: who goes where, where it queues, what is left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from corridors.analysis.capacities import CORRIDOR, Capacities, Gate, Limit, doors_of
from corridors.analysis.choice import Equilibrium, Market, equilibrium, incidence
from corridors.analysis.closure import Held, held_boxes
from corridors.analysis.compare import blocked_by, plans_of
from corridors.analysis.demand import Demand
from corridors.analysis.desk import Conditions, Desk
from corridors.analysis.engine import Engine
from corridors.analysis.flows import Booked, Flows, Way
from corridors.analysis.setting import open_desk
from corridors.errors import UsageError
from corridors.movement.graph import Move, State
from corridors.routing.plan_tree import PlanTree
from corridors.routing.search import search

ROUNDS = 6
"""Most times that ways round the queues are looked for."""


@dataclass(frozen=True)
class Assignment:
    """A demand before and under the conditions asked.

    Attributes
    ----------
    engine : Engine
    demands : tuple of Demand
    conditions : Conditions
    flows : Flows
        Everybody chooses anew under the conditions.
    before : Flows or None
        The same demand in an ordinary week; None where nothing was asked.
    at_once : Flows or None
        Under the conditions, but every box keeps the corridor it was booked on.
    held : tuple of Held
    closed_days : int or None
    corridor_usd, variant_usd : float
        Scales of choice.
    """

    engine: Engine = field(repr=False)
    demands: tuple[Demand, ...]
    conditions: Conditions
    flows: Flows
    before: Flows | None
    at_once: Flows | None
    held: tuple[Held, ...]
    closed_days: int | None
    corridor_usd: float
    variant_usd: float


def assign(
    engine: Engine,
    demands: Sequence[Demand],
    *,
    corridors: Sequence[str] = (),
    conditions: Conditions | None = None,
    closed_days: int | None = None,
) -> Assignment:
    """Spread a weekly demand over the corridors.

    Parameters
    ----------
    engine : Engine
    demands : sequence of Demand
    corridors : sequence of str
        Only these; all without.
    conditions : Conditions, optional
        With scenarios or a day (`as_of`) the ordinary week is worked out too, and what is left
        behind when nobody re-books.
    closed_days : int, optional
        How long the conditions hold; the dates of the scenarios without.

    Raises
    ------
    UsageError
        Nothing to choose from, or a value of time of zero.
    """
    conditions = conditions or Conditions()
    desks = _Desks(engine, demands, corridors, conditions)
    flows = desks.settle()
    before = at_once = None
    held: tuple[Held, ...] = ()
    days = closed_days
    if conditions.scenarios or conditions.as_of is not None:
        ordinary = replace(conditions, scenarios=(), as_of=None)
        usual = _Desks(engine, demands, corridors, ordinary)
        before = usual.settle()
        days = closed_days if closed_days is not None else _length_days(engine, conditions)
        at_once = desks.settle(booked=before.booked)
        held = held_boxes(before, at_once, days)
    elif closed_days is not None:
        raise UsageError("--closed-days needs a --scenario or --as-of: something that is shut")
    return Assignment(
        engine, tuple(demands), conditions, flows, before, at_once, held, days, *desks.scales
    )


def spread(
    engine: Engine,
    demands: Sequence[Demand],
    *,
    corridors: Sequence[str] = (),
    conditions: Conditions | None = None,
) -> Flows:
    """Where a demand goes under one situation; see `assign` for a comparison of two."""
    return _Desks(engine, demands, corridors, conditions or Conditions()).settle()


class _Desks:
    """The demands under one situation, ready to be spread."""

    def __init__(
        self,
        engine: Engine,
        demands: Sequence[Demand],
        corridors: Sequence[str],
        conditions: Conditions,
    ) -> None:
        for name in corridors:
            if name not in engine.plans:
                raise UsageError(f"no corridor {name!r}: choose from {', '.join(engine.plans)}")
        if not demands:
            raise UsageError("there is no demand: give at least one row")
        self.demands = demands
        self.corridors = [name for name in engine.plans if not corridors or name in corridors]
        self.desks = [
            open_desk(
                engine, d.origin, d.destination, "terminal", "balanced",
                d.value_of_time_usd_day, conditions,
            )
            for d in demands
        ]  # fmt: skip
        for demand, desk in zip(demands, self.desks, strict=True):
            if not 0.0 < demand.teu_week < float("inf"):
                raise UsageError(
                    f"{demand.origin} to {demand.destination}: {demand.teu_week} TEU a week is no "
                    "demand; give a number above zero"
                )
            if desk.shipment.value_of_time_usd_day <= 0.0:
                raise UsageError(
                    f"{demand.origin} to {demand.destination}: a value of time of zero cannot "
                    "weigh a queue; give USD per container and day"
                )
        first = self.desks[0]
        self.situation = first.situation
        self.limits = Capacities.of(engine.folder, engine.tables, first.ledger, self.situation.caps)
        self.scales = (
            first.ledger.get("choice_usd/corridor").typ,
            first.ledger.get("choice_usd/variant").typ,
        )
        self.known: dict[Gate, Limit | None] = {}

    def limit(self, gate: Gate) -> Limit | None:
        if gate not in self.known:
            self.known[gate] = self.limits.limit(*gate)
        return self.known[gate]

    def room(self, gate: Gate) -> Limit:
        """The limit of a gate that has one."""
        limit = self.limit(gate)
        assert limit is not None
        return limit

    def settle(self, booked: Booked | None = None) -> Flows:
        """Ways, queues, ways round the queues, until no new way is found."""
        ways: dict[tuple[int, str, str, tuple[Gate, ...]], Way] = {}
        wait: dict[Gate, float] = {}
        for _ in range(ROUNDS):
            held_up = {
                (way.demand, way.corridor)
                for way in ways.values()
                if not wait.keys().isdisjoint(way.gates)
            }
            fresh = [
                way
                for number, desk in enumerate(self.desks)
                for corridor in self.corridors
                if booked is None or (number, corridor) in booked
                if not ways or (number, corridor) in held_up
                for way in self._ways(number, desk, corridor, wait)
            ]
            count = len(ways)
            for way in fresh:
                key = (way.demand, way.corridor, way.variant, way.gates)
                if key not in ways or way.cost_usd < ways[key].cost_usd:
                    ways[key] = way
            found, gates = self._solve(list(ways.values()), booked)
            hours = zip(gates, found.wait_h.tolist(), strict=True)
            wait = {gate: queue for gate, queue in hours if queue > 0.0}
            if len(ways) == count or not wait:
                break
        return self._flows(list(ways.values()), found, gates, booked)

    def _ways(
        self, number: int, desk: Desk, corridor: str, wait: Mapping[Gate, float]
    ) -> list[Way]:
        """Cheapest way of each variant, queues priced in; its cost is given without them."""
        graph, heading = desk.graph, desk.shipment.heading
        plans = [plan for plan in plans_of(desk, corridor) if not blocked_by(graph, plan)]
        if not plans:
            return []
        hour = desk.shipment.value_of_time_usd_day / 24

        def weigh(state: State, move: Move) -> float:
            cost = desk.weigh(state, move)
            if wait and move.haul is None:
                doors = doors_of(graph, state, move)
                cost += hour * sum(wait.get((door, heading), 0.0) for door in doors)
            return cost

        quest = desk.quest(plans).reweighed()
        result = []
        for plan, found in search(graph, quest, weigh, PlanTree(plans)).items():
            whole: Gate = ((CORRIDOR, corridor), heading)
            gates: dict[Gate, None] = {} if self.limit(whole) is None else {whole: None}
            state = found.start
            for move in found.moves:
                for door in doors_of(graph, state, move):
                    if self.limit((door, heading)) is not None:
                        gates[(door, heading)] = None
                state = move.to
            variant = plans[plan].variant
            route = desk.route(found, corridor=corridor, variant=variant)
            cost = route.mean("hours") * hour + route.mean("usd")
            result.append(Way(number, corridor, variant, cost, tuple(gates), route))
        return result

    def _solve(self, ways: Sequence[Way], booked: Booked | None) -> tuple[Equilibrium, list[Gate]]:
        gates = sorted({gate for way in ways for gate in way.gates})
        worth = [desk.shipment.value_of_time_usd_day / 24 for desk in self.desks]
        if booked is None:
            owner = [way.demand for way in ways]
            volume = [demand.teu_week for demand in self.demands]
        else:
            order = {key: i for i, key in enumerate(booked)}
            owner = [order[(way.demand, way.corridor)] for way in ways]
            volume = list(booked.values())
            worth = [worth[number] for number, _ in booked]
        market = Market(
            np.array(volume), np.array(worth), np.array(owner, dtype=np.int64),
            tuple(way.corridor for way in ways), np.array([way.cost_usd for way in ways]),
            incidence([way.gates for way in ways], gates),
            np.array([self.room(gate).teu_week for gate in gates]),
        )  # fmt: skip
        found = equilibrium(market, corridor_usd=self.scales[0], variant_usd=self.scales[1])
        return found, gates

    def _flows(
        self,
        ways: Sequence[Way],
        found: Equilibrium,
        gates: Sequence[Gate],
        booked: Booked | None,
    ) -> Flows:
        stranded = found.stranded.tolist()
        if booked is not None:
            by_demand = [0.0] * len(self.demands)
            for (number, _), teu in zip(booked, stranded, strict=True):
                by_demand[number] += teu
            stranded = by_demand
        return Flows(
            tuple(ways), tuple(found.flow.tolist()), tuple(stranded),
            tuple(self.room(gate) for gate in gates), tuple(found.load.tolist()),
            tuple(found.wait_h.tolist()), found.gap, self.situation,
            tuple(f"{cap.target} {cap.id}" for cap in self.limits.unused_caps()),
        )  # fmt: skip


def _length_days(engine: Engine, conditions: Conditions) -> int | None:
    """How long the named scenarios lasted by their own dates; the longest."""
    lengths = []
    for name in conditions.scenarios:
        condition = engine.catalogue.get(name)
        if condition is not None and condition.first and condition.last:
            lengths.append((condition.last - condition.first).days + 1)
    return max(lengths, default=None)
