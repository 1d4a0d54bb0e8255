"""One question at work: what was asked, resolved and priced, ready to be searched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.analysis.engine import Engine
from corridors.conditions.situation import Situation
from corridors.costing.charge import Vector
from corridors.costing.model import CostModel
from corridors.costing.pricing import Pricing
from corridors.movement.graph import Move, MovementGraph, State
from corridors.parameters import Ledger
from corridors.routing.doors import door_vectors
from corridors.routing.ends import Joined, RoadReach, join
from corridors.routing.many import in_series
from corridors.routing.plan import Plan
from corridors.routing.plan_tree import PlanTree
from corridors.routing.quest import SAME, Found, Quest, Weigh
from corridors.routing.route import Route, build_route
from corridors.routing.search import cheapest_first
from corridors.shipment import Shipment

if TYPE_CHECKING:
    from datetime import date

    from corridors.routing.arcs import Price


MOST_JOINED = 4096
"""Ends of journeys that stay joined to the graph."""


@dataclass(frozen=True)
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
    as_of : date or None
        What held on that day holds for the whole journey.
    scenarios : tuple of str
        Conditions forced whatever their dates: ids of the catalogue, or paths of files.
    price_month : str
        Prices of that month, such as ``2025-01``; those of the tables without.
    """

    avoid: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    modes: frozenset[str] | None = None
    assume: Mapping[str, float | str] = field(default_factory=dict)
    rates: Path | None = None
    closed: frozenset[str] = frozenset()
    as_of: date | None = None
    scenarios: tuple[str, ...] = ()
    price_month: str = ""

    @property
    def restricts(self) -> bool:
        """Whether the question itself may bar a route that is open otherwise."""
        return bool(self.avoid or self.modes is not None or self.closed or self.via)


@dataclass
class Desk:
    """One question being worked on."""

    engine: Engine
    graph: MovementGraph
    ledger: Ledger
    pricing: Pricing
    shipment: Shipment
    conditions: Conditions
    via: tuple[frozenset[str], ...]
    reaches: tuple[RoadReach | None, RoadReach | None]
    memo: dict[object, object] = field(default_factory=dict)
    joined: dict[tuple[object, ...], Joined] = field(default_factory=dict)
    """Ends joined to a graph, shared by the desks of one setting."""

    @property
    def situation(self) -> Situation:
        """What differs from an ordinary week."""
        return self.pricing.situation

    @cached_property
    def model(self) -> CostModel:
        """Prices of the day of departure: what the search goes by."""
        return self.pricing.on(self.situation.day(0.0))

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

        def weigh(state: State, move: Move) -> float:
            if move.haul is not None:
                return move.haul.km * zone_weight(move.haul.zone)
            key: tuple[object, ...] = (state, move.to, move.kind)
            if move.crossing is not None:
                key = (move.crossing.id, move.forward)
            elif move.service is not None:
                key = (move.service.id, move.forward)
            if key not in events:
                parts = door_vectors(model, graph, state, move)
                cost = sum(p.mean("hours") * hour + p.mean("usd") * dollar for p in parts)
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
        start, goal = self._join(plans, arriving=False), self._join(plans, arriving=True)
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

    def _join(self, plans: Sequence[Plan], *, arriving: bool) -> Joined:
        sections = [plan.sections[-1 if arriving else 0] for plan in plans]
        modes = frozenset(mode for section in sections for mode in section.modes)
        end = self.shipment.destination if arriving else self.shipment.origin
        price = (self.pricing, weights(self.shipment))
        key = (self.graph, price, end, arriving, modes if plans else None)
        if key not in self.joined:
            if len(self.joined) >= MOST_JOINED:
                self.joined.clear()
            self.joined[key] = join(
                self.graph,
                end,
                model=self.model,
                worth=self.worth,
                trunk_modes=modes if plans else None,
                reach=self.reaches[int(arriving)],
                arriving=arriving,
            )
        return self.joined[key]

    def find(self, plans: Sequence[Plan] = ()) -> dict[int, Found]:
        """Cheapest way of each plan that has one, by its number; without plans of the graph, as 0.

        One question is searched plainly, one of a series by the compiled search; the answers
        are the same.
        """
        return dict(self.cheapest_first(plans))

    def cheapest_first(self, plans: Sequence[Plan] = ()) -> Iterator[tuple[int, Found]]:
        """As `find`, but the cheapest plan first, and searched only as far as somebody asks."""
        quest, tree = self.quest(plans), PlanTree(plans)
        if in_series() and not self.via and self.price is not None:
            # Late: a single question needs none of it.
            from corridors.routing.kernel import kernel_of

            found = kernel_of(self.graph).search(quest, self.price, tree)
            return iter(sorted(found.items(), key=_cost))
        return cheapest_first(self.graph, quest, self.weigh, tree)

    def cheapest(
        self, plans: Sequence[Plan], tree: PlanTree | None = None
    ) -> tuple[int, Found] | None:
        """Number and way of the plan with the cheapest way, of equals the first; or None.

        Whoever asks with the same plans again and again hands over their tree.
        """
        if in_series() and not self.via and self.price is not None:
            from corridors.routing.kernel import kernel_of

            kernel = kernel_of(self.graph)
            return kernel.cheapest(self.quest(plans), self.price, tree or PlanTree(plans))
        ways = self.cheapest_first(plans)
        best = next(ways, None)
        if best is None:
            return None
        limit = best[1].cost * (1 + SAME)
        same = takewhile(lambda way: way[1].cost <= limit, ways)
        return min((best, *same), key=lambda way: way[0])

    @cached_property
    def price(self) -> Price | None:
        """What `weigh` says of everything at once; None where something has no price."""
        from corridors.routing.kernel import kernel_of

        kernel = kernel_of(self.graph)
        prices = kernel.prices(self.model)
        if prices is None:
            return None
        return kernel.shut(prices.weighed(*weights(self.shipment)), self.graph.closed)

    def route(self, found: Found, *, corridor: str | None, variant: str | None) -> Route:
        """Legs and events of a found path."""
        return build_route(
            found,
            graph=self.graph,
            pricing=self.pricing,
            shipment=self.shipment,
            corridor=corridor,
            variant=variant,
        )

    def between(
        self, shipment: Shipment, reaches: tuple[RoadReach | None, RoadReach | None]
    ) -> Desk:
        """Another shipment of the same heading and worth: what was priced and weighed is shared."""
        desk = replace(self, shipment=shipment, reaches=reaches, memo={})
        # What a property has worked out stands in the instance under the property's name.
        desk.__dict__.update(model=self.model, weigh=self.weigh)
        if in_series():
            desk.__dict__.update(price=self.price)
        return desk

    def without(self, closed: frozenset[str]) -> Desk:
        """The same question with more things shut; itself where there is nothing more."""
        if not closed:
            return self
        graph = self.engine.graph(
            avoid=self.graph.avoid,
            closed=self.graph.closed | closed,
            opened=self.situation.opened,
        )
        return replace(self, graph=graph, memo={})

    def rank(self, route: Route) -> float:
        """Mean generalised cost of a whole route."""
        hour, dollar = weights(self.shipment)
        return route.mean("hours") * hour + route.mean("usd") * dollar


def _cost(way: tuple[int, Found]) -> float:
    return way[1].cost


def weights(shipment: Shipment) -> tuple[float, float]:
    """Generalised cost of an hour and of a dollar; what is not asked for breaks ties only."""
    hour = shipment.value_of_time_usd_day / 24
    return {"balanced": (hour, 1.0), "time": (hour, 1e-6), "cost": (hour * 1e-6, 1.0)}[
        shipment.objective
    ]
