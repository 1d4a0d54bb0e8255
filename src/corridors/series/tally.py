"""Figures of routes put together from the moves they share.

Two thousand routes make the same few thousand moves. What a move comes to (hours, dollars,
kilometres, draws) is worked out once for all routes under the same prices; a route is their sum,
to the last bit the one that `build_route` and `draw` give.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.analysis.compare import blocked_by, plans_of
from corridors.analysis.desk import Desk
from corridors.analysis.spread import Draws, Spread, drawn_sum
from corridors.costing.charge import total
from corridors.movement.graph import Move, MovementGraph, State
from corridors.routing.plan import Plan
from corridors.routing.plan_tree import PlanTree
from corridors.routing.route import Event, Leg, Pieces, Route, runs_by_rail
from corridors.routing.search import Found

Floats = NDArray[np.float64]

MOST_BYTES = 128_000_000
"""Memory that the draws of moves may take before they are drawn again."""


class Figures(NamedTuple):
    """What a route comes to.

    Attributes
    ----------
    hours_mean, usd_mean, km, co2e_kg : float
    hours, usd : (n,) float64
        Draws.
    borders : int
    countries : tuple of str
        In the order met; of ports too, where only a ship touches the country.
    """

    hours_mean: float
    usd_mean: float
    km: float
    co2e_kg: float
    hours: Floats
    usd: Floats
    borders: int
    countries: tuple[str, ...]


def route_figures(desk: Desk, route: Route, spread: Spread) -> Figures:
    """What a route comes to that was made as a whole."""
    steps = route.steps
    return Figures(
        route.mean("hours"),
        route.mean("usd"),
        route.km,
        math.fsum(kg for step in steps for kg in _kilograms(step)),
        spread.hours,
        spread.usd,
        sum(event.kind == "border" for event in route.events),
        tuple(dict.fromkeys(code for step in steps for code in _countries(desk.graph, step))),
    )


def _kilograms(step: Leg | Event) -> tuple[float, ...]:
    """CO2e by the middle factors, as a comparison sums them up."""
    return tuple(charge.row.typ * charge.amount for charge in step.vector.co2e_kg)


def _countries(graph: MovementGraph, step: Leg | Event) -> tuple[str, ...]:
    """Countries of a line, and of its ends: ports where only a ship touches a country."""
    if isinstance(step, Event):
        return ()
    ends = (graph.facilities[f].country for f in (step.a, step.b) if f in graph.facilities)
    return tuple(code for code in (*step.countries, *ends) if code)


class Piece(NamedTuple):
    """What one step comes to."""

    hours_mean: float
    usd_mean: float
    km: float | None
    co2e_kg: tuple[float, ...]
    hours: Floats
    usd: Floats
    is_border: bool
    countries: tuple[str, ...]


class Tally:
    """Routes of one heading under one set of conditions, on no date or one that stands still.

    Parameters
    ----------
    desk : Desk
        Any of them: their prices and graph are the same.
    numbers : Draws
    """

    def __init__(self, desk: Desk, numbers: Draws) -> None:
        self.graph, self.pricing, self.numbers = desk.graph, desk.pricing, numbers
        self._moves: dict[tuple[object, ...], tuple[Piece, ...]] = {}
        self._count = 0
        self._plans: dict[tuple[str, str, str], tuple[list[Plan], PlanTree]] = {}

    def passable(self, desk: Desk, corridor: str) -> tuple[list[Plan], PlanTree]:
        """Variants that serve the pair of countries and have all gateways open."""
        shipment = desk.shipment
        key = (corridor, shipment.origin.country, shipment.destination.country)
        if key not in self._plans:
            plans = [p for p in plans_of(desk, corridor) if not blocked_by(desk.graph, p)]
            self._plans[key] = (plans, PlanTree(plans))
        return self._plans[key]

    def figures(self, desk: Desk, found: Found, corridor: str) -> Figures:
        """Sum up a way."""
        steps = list(self._steps(desk, found, corridor))
        hours, usd = np.zeros(self.numbers.count), np.zeros(self.numbers.count)
        for step in steps:
            hours += step.hours
            usd += step.usd
        return Figures(
            math.fsum(step.hours_mean for step in steps),
            math.fsum(step.usd_mean for step in steps),
            math.fsum(step.km for step in steps if step.km is not None),
            math.fsum(kg for step in steps for kg in step.co2e_kg),
            hours,
            usd,
            sum(step.is_border for step in steps),
            tuple(dict.fromkeys(code for step in steps for code in step.countries)),
        )

    def _steps(self, desk: Desk, found: Found, corridor: str) -> Iterator[Piece]:
        shipment, state, boarded = desk.shipment, found.start, False
        pieces = Pieces(self.graph, self.pricing, shipment)
        key: tuple[object, ...] = ("first", state, shipment.origin.country)
        yield from self._kept(key, partial(pieces.first, state))
        for move in found.moves:
            if not boarded and runs_by_rail(self.graph, state, move):
                boarded = True
                yield from self._kept(("board", state), partial(pieces.boarding, state))
            yield from self._kept(_key(state, move), partial(pieces.move, state, move))
            state = move.to
        key = ("last", state, corridor, shipment.destination.country)
        yield from self._kept(key, partial(pieces.last, state, corridor))

    def _kept(
        self, key: tuple[object, ...], make: Callable[[], list[Leg | Event]]
    ) -> tuple[Piece, ...]:
        found = self._moves.get(key)
        if found is None:
            if 2 * 8 * self.numbers.count * self._count > MOST_BYTES:
                self._moves.clear()
                self._count = 0
            found = self._moves[key] = tuple(self._piece(step) for step in make())
            self._count += len(found)
        return found

    def _piece(self, step: Leg | Event) -> Piece:
        vector, numbers = step.vector, self.numbers
        return Piece(
            total(vector.hours),
            total(vector.usd),
            step.km if isinstance(step, Leg) else None,
            _kilograms(step),
            drawn_sum(vector.hours, numbers, "hours"),
            drawn_sum(vector.usd, numbers, "usd"),
            isinstance(step, Event) and step.kind == "border",
            _countries(self.graph, step),
        )


def _key(state: State, move: Move) -> tuple[object, ...]:
    """What tells a move from all others under one graph."""
    row = move.crossing or move.service
    return (state, move.to, move.kind, move.forward, row.id if row is not None else "")
