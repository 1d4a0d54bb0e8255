"""One question at work: what was asked, resolved and priced, ready to be searched."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.analysis.engine import Engine
from corridors.analysis.rules import GOODS, check_cargo
from corridors.analysis.scenarios import forced_conditions
from corridors.conditions.adjustment import read_adjustments
from corridors.conditions.situation import Situation, compose
from corridors.conditions.when import Case
from corridors.costing.charge import Vector
from corridors.costing.model import CostModel
from corridors.costing.pricing import Pricing
from corridors.errors import UsageError
from corridors.movement.graph import Move, MovementGraph, State
from corridors.parameters import Ledger
from corridors.routing.ends import Joined, RoadReach, join, road_reach
from corridors.routing.many import in_series
from corridors.routing.plan import Plan
from corridors.routing.plan_tree import PlanTree
from corridors.routing.quest import SAME, Found, Quest, Weigh
from corridors.routing.route import Route, build_route
from corridors.routing.search import cheapest_first
from corridors.shipment import End, Heading, Objective, Scope, Shipment, Terms

if TYPE_CHECKING:
    from datetime import date

    from corridors.routing.arcs import Price


MODES = ("rail", "road", "sea", "ferry")
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


def open_desk(
    engine: Engine,
    origin: str,
    destination: str,
    scope: Scope,
    objective: Objective,
    value_of_time_usd_day: float | None,
    conditions: Conditions | None,
    terms: Terms | None = None,
) -> Desk:
    """Resolve places and parameters of a question.

    Raises
    ------
    UsageError, UnknownPlaceError, AmbiguousPlaceError, SnapError, ParameterError, ScenarioError
        The question cannot be understood.
    """
    setting = Setting(engine, scope, objective, value_of_time_usd_day, conditions, terms)
    return setting.desk(engine.end(origin), engine.end(destination))


class Setting:
    """Everything about a question but its two places: many journeys may be asked under it.

    Desks of one heading share their graph, their prices and what was weighed by them.

    Parameters
    ----------
    engine : Engine
    scope : {"terminal", "door"}
    objective : {"balanced", "time", "cost"}
    value_of_time_usd_day : float, optional
        The ledger's without.
    conditions : Conditions, optional
    terms : Terms, optional

    Raises
    ------
    UsageError, UnknownPlaceError, ParameterError, DataError
        The conditions or terms cannot be understood.

    Examples
    --------
    >>> engine = Engine.load()
    >>> setting = Setting(engine)
    >>> one = setting.desk(engine.end("Xi'an"), engine.end("Duisburg"))
    >>> other = setting.desk(engine.end("Chongqing"), engine.end("Duisburg"))
    >>> one.weigh is other.weigh
    True
    """

    def __init__(
        self,
        engine: Engine,
        scope: Scope = "terminal",
        objective: Objective = "balanced",
        value_of_time_usd_day: float | None = None,
        conditions: Conditions | None = None,
        terms: Terms | None = None,
    ) -> None:
        self.engine, self.scope, self.objective = engine, scope, objective
        self.conditions, self.terms = conditions or Conditions(), _checked(terms or Terms())
        _check_modes(self.conditions.modes)
        _check_countries(engine, self.conditions.avoid)
        ledger = engine.ledger
        if self.conditions.rates is not None:
            ledger = ledger.overlay(self.conditions.rates)
        if self.conditions.assume:
            ledger = ledger.override(self.conditions.assume)
        self.ledger, self._value = ledger, value_of_time_usd_day
        self._via: tuple[frozenset[str], ...] | None = None
        self._desks: dict[Heading, Desk] = {}
        self._reaches: dict[tuple[MovementGraph, End], RoadReach] = {}

    def desk(self, start: End, goal: End) -> Desk:
        """The question between two places.

        Raises
        ------
        UsageError, SnapError, ScenarioError, ParameterError
            The two are one place, or the situation cannot be made.
        """
        if start.id == goal.id or (set(start.facilities) & set(goal.facilities)):
            raise UsageError(f"origin and destination are the same place: {start.name}")
        value = self._value
        if value is None:
            value = self.ledger.get("value_of_time_usd_day").typ
        shipment = Shipment(start, goal, self.scope, self.objective, value, self.terms)
        if shipment.heading not in self._desks:
            self._desks[shipment.heading] = self._open(shipment)
        first = self._desks[shipment.heading]
        graph = first.graph
        return first.between(shipment, (self._reach(graph, start), self._reach(graph, goal)))

    def _reach(self, graph: MovementGraph, end: End) -> RoadReach | None:
        """Roads from a point off the terminals, measured once."""
        if _served(graph, end.facilities):
            return None
        key = (graph, end)
        if key not in self._reaches:
            if len(self._reaches) >= MOST_JOINED:
                self._reaches.clear()
            self._reaches[key] = road_reach(graph, end)
        return self._reaches[key]

    def _open(self, shipment: Shipment) -> Desk:
        engine, conditions = self.engine, self.conditions
        situation = situation_of(engine, self.ledger, conditions, shipment)
        pricing = Pricing(self.ledger, heading=shipment.heading, situation=situation)
        graph = engine.graph(
            avoid={*conditions.avoid, *situation.avoid},
            closed=conditions.closed | situation.closed,
            opened=situation.opened,
        )
        if self._via is None:
            self._via = tuple(_via(engine, name) for name in conditions.via)
        reaches = (None, None)
        return Desk(engine, graph, self.ledger, pricing, shipment, conditions, self._via, reaches)


def situation_of(
    engine: Engine, ledger: Ledger, conditions: Conditions, shipment: Shipment
) -> Situation:
    """What differs from an ordinary week: terms, seasons, prices, dated conditions.

    Raises
    ------
    UsageError
        Two dates that exclude each other.
    ScenarioError
        A scenario that does not exist or cannot be read.
    """
    terms = shipment.terms
    if conditions.as_of is not None and terms.depart is not None:
        raise UsageError(
            "--as-of and --depart exclude each other: the first holds one day still, with the "
            "second the days go by on the way"
        )
    weight = terms.weight_t
    if weight is None:
        usual = ledger.first(f"payload_t/{terms.unit}")
        weight = usual.typ if usual is not None else None
    case = Case(terms.unit, terms.booking, terms.ownership, shipment.heading, weight, terms.cargo)
    adjustments = read_adjustments(engine.folder, ledger)
    applied: list[str] = []
    base = engine.edition.price_month if conditions.price_month else ""
    if conditions.price_month and conditions.price_month != base:
        from corridors.conditions.prices import index_prices

        indexed = index_prices(engine.folder, base=base, month=conditions.price_month)
        adjustments += indexed.adjustments
        applied.append(f"prices of {conditions.price_month}: {', '.join(indexed.moved)}")
        if indexed.missing:
            applied.append(f"prices of {base} kept for {', '.join(indexed.missing)}")
    dated = terms.depart is not None or conditions.as_of is not None
    catalogue = engine.catalogue if dated or conditions.scenarios else {}
    situation = compose(
        case,
        adjustments,
        tuple(catalogue.values()) if dated else (),
        depart=terms.depart,
        as_of=conditions.as_of,
        forced=forced_conditions(engine, ledger, conditions.scenarios),
        reference=engine.edition.day,
    )
    return replace(situation, applied=(*applied, *situation.applied))


def _checked(terms: Terms) -> Terms:
    """The terms with a plain HS code; unknown kinds of goods are refused."""
    for name in terms.goods:
        if name not in GOODS:
            raise UsageError(f"no kind of goods {name!r}: choose from {', '.join(GOODS)}")
    return terms._replace(cargo=check_cargo(terms.cargo)) if terms.cargo else terms


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
