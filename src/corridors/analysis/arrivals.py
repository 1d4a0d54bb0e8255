"""Draws on their own days: each box waits, and pays the season, of the day it gets there itself.

A route is built along its mean journey. A closure that ends on Thursday is waited for by the boxes
that come on Tuesday and not by those that come on Friday, wherever the mean lies: here every draw
goes along the route with its own clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from corridors.analysis.desk import Desk
from corridors.analysis.spread import Draws, Spread, draw
from corridors.conditions.situation import Situation
from corridors.costing.charge import Vector
from corridors.costing.model import CostModel
from corridors.costing.pricing import Pricing
from corridors.routing.route import Event, Leg, Route, build_route

Step = Leg | Event
Numbers = NDArray[np.float64]

PER_HOUR = 3_600_000_000
"""Microseconds: dates are told apart as finely as the standard library adds hours to them."""


@dataclass(frozen=True, slots=True)
class DatedSpread(Spread):
    """Drawn totals of a route whose draws have days of their own.

    Attributes
    ----------
    step_dollars : dict
        Step id to its drawn dollars.
    stopped : (n,) bool
        Draws that come to something shut without a known end: they are counted without the wait,
        for nobody knows it.
    """

    step_dollars: dict[str, Numbers] = field(default_factory=dict)
    stopped: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def step_usd(self, step: Step) -> Numbers:
        """Drawn dollars of a step."""
        return self.step_dollars[step.id]


def drawn_on_days(desk: Desk, route: Route, numbers: Draws) -> Spread:
    """Draw the totals of a route, each draw on the days it is there itself.

    Without a departure, or without anything dated, the same as `corridors.analysis.spread.draw`.
    A wait for a reopening counts with the step before which it stands.
    """
    situation = desk.situation
    if situation.depart is None or route.way is None or not situation.is_dated:
        return draw(route, numbers)
    return _Journey(desk, route, numbers, situation.depart).drawn()


def p_stopped(spread: Spread) -> float:
    """Share of the draws that come to something shut without a known end."""
    return float(np.mean(spread.stopped)) if isinstance(spread, DatedSpread) else 0.0


class _Still(Pricing):
    """One day's prices whatever the day, and nothing shut."""

    def __init__(self, pricing: Pricing, model: CostModel) -> None:
        super().__init__(pricing.ledger, heading=pricing.heading, situation=Situation())
        self.model = model

    def on(self, day: date | None) -> CostModel:
        return self.model


class _Journey:
    def __init__(self, desk: Desk, route: Route, numbers: Draws, depart: date) -> None:
        self.desk, self.route, self.numbers, self.depart = desk, route, numbers, depart
        self.stopped = np.zeros(numbers.count, dtype=np.bool_)
        self.vectors: dict[int, Mapping[str, Vector]] = {}
        self.gates: dict[int, list[tuple[str, ...]]] = {}
        for position, ids in route.gates:
            self.gates.setdefault(position, []).append(ids)

    def drawn(self) -> DatedSpread:
        now = np.zeros(self.numbers.count)
        usd = np.zeros(self.numbers.count)
        by_step: dict[str, Numbers] = {}
        dollars: dict[str, Numbers] = {}
        for position, step in enumerate(self.route.steps):
            wait = np.zeros(self.numbers.count)
            for ids in self.gates.get(position, ()):
                wait += self._wait(ids, now + wait)
            if isinstance(step, Event) and step.kind == "hold":
                hours, cost = wait, np.zeros(self.numbers.count)
            else:
                hours, cost = self._priced(step, now + wait)
                hours = wait + hours
            by_step[step.id], dollars[step.id] = hours, cost
            now = now + hours
            usd = usd + cost
        return DatedSpread(now, usd, by_step, self.numbers, dollars, self.stopped)

    def _days(self, hours: Numbers) -> NDArray[np.int64]:
        """Whole days since the departure, as the calendar counts them."""
        return np.round(hours * PER_HOUR).astype(np.int64) // (24 * PER_HOUR)

    def _wait(self, ids: tuple[str, ...], now: Numbers) -> Numbers:
        """Hours until what is shut on the day of each draw is open again."""
        days = self._days(now)
        wait = np.zeros_like(now)
        for number in sorted(set(days.tolist())):
            day = self.depart + timedelta(days=number)
            closure = self.desk.situation.shut(ids, day)
            if closure is None:
                continue
            there = days == number
            if closure.end_is_known:
                wait[there] = closure.wait_h(day)
            else:
                self.stopped |= there
        return wait

    def _priced(self, step: Step, now: Numbers) -> tuple[Numbers, Numbers]:
        """Drawn hours and dollars of a step at the prices of each draw's own day."""
        days = self._days(now)
        # Most steps cost the same on all days: each kind of day is drawn once.
        kinds: list[tuple[Vector, list[int]]] = []
        for number in sorted(set(days.tolist())):
            vector = self._vector(step, self.depart + timedelta(days=number))
            same = next((numbers for known, numbers in kinds if known == vector), None)
            if same is None:
                kinds.append((vector, [number]))
            else:
                same.append(number)
        if len(kinds) == 1:
            return self._sum(kinds[0][0], "hours"), self._sum(kinds[0][0], "usd")
        hours, usd = np.zeros_like(now), np.zeros_like(now)
        for vector, chosen in kinds:
            there = np.isin(days, chosen)
            hours[there] = self._sum(vector, "hours")[there]
            usd[there] = self._sum(vector, "usd")[there]
        return hours, usd

    def _sum(self, vector: Vector, dimension: str) -> Numbers:
        total = np.zeros(self.numbers.count)
        for charge in getattr(vector, dimension):
            if charge.amount:
                total += self.numbers.charge(charge, dimension)
        return total

    def _vector(self, step: Step, day: date) -> Vector:
        """Charges of a step on a day."""
        model = self.desk.pricing.on(day)
        if id(model) not in self.vectors:
            self.vectors[id(model)] = self._all_on(model)
        return self.vectors[id(model)].get(step.id, step.vector)

    def _all_on(self, model: CostModel) -> Mapping[str, Vector]:
        """Charges of all steps at the prices of one day."""
        route, desk = self.route, self.desk
        assert route.way is not None
        same = build_route(
            route.way,
            graph=desk.graph,
            pricing=_Still(desk.pricing, model),
            shipment=desk.shipment,
            corridor=route.corridor,
            variant=route.variant,
        )
        return matched([s for s in route.steps if not _is_hold(s)], same.steps)


def _is_hold(step: Step) -> bool:
    return isinstance(step, Event) and step.kind == "hold"


def matched(steps: Sequence[Step], others: Sequence[Step]) -> dict[str, Vector]:
    """Charges of the same steps on another day, by id.

    A step that is not there on that day costs nothing; one that is only there on that day counts
    with the next. The lease of a free route is no part of its way and keeps its charges.
    """
    names = _named(steps)
    found = {
        step.id: step.vector if name[0] == "equipment" else Vector() for name, step in names.items()
    }
    left = Vector()
    last = ""
    for name, other in _named(others).items():
        if name not in names:
            left = _both(left, other.vector)
            continue
        last = names[name].id
        found[last] = _both(left, other.vector)
        left = Vector()
    if last and left != Vector():
        found[last] = _both(found[last], left)
    return found


def _both(one: Vector, other: Vector) -> Vector:
    return other if one == Vector() else Vector(*(a + b for a, b in zip(one, other, strict=True)))


def _named(steps: Sequence[Step]) -> dict[tuple[str, str, int], Step]:
    """Steps by what they are, where, and for the how manieth time."""
    found: dict[tuple[str, str, int], Step] = {}
    for step in steps:
        what, where = (
            (step.kind, step.at) if isinstance(step, Event) else (step.mode, f"{step.a}>{step.b}")
        )
        number = 0
        while (what, where, number) in found:
            number += 1
        found[(what, where, number)] = step
    return found
