"""A route as a planner reads it: legs and events in order, each with its charges."""

from __future__ import annotations

import math
from datetime import date
from typing import Literal, NamedTuple

from corridors.conditions.situation import Closure
from corridors.costing.charge import Charge, Vector, total
from corridors.costing.model import CostModel
from corridors.costing.pricing import Pricing
from corridors.movement.graph import Move, MovementGraph, State
from corridors.parameters import ParameterRow
from corridors.routing.search import Found
from corridors.shipment import Shipment

EventKind = Literal[
    "pickup", "fill", "border", "passage", "hold", "gauge_change", "lift", "transshipment", "wait",
    "release", "delivery", "equipment",
]  # fmt: skip


class Leg(NamedTuple):
    """A run by one mode between two points.

    Attributes
    ----------
    id : str
        Stable within a route.
    mode : {"rail", "road", "sea", "ferry"}
    gauge_mm : int or None
    a, b : str
        Facility ids (or the id of a place off the terminals).
    moves : tuple of (State, Move)
        What it is made of, for its geometry.
    km : float
    countries : dict
        Kilometres per country by geometry; empty at sea.
    stitched_km, curated_km : float
        How much rests on joins and on curated lines.
    vector : Vector
    """

    id: str
    mode: str
    gauge_mm: int | None
    a: str
    b: str
    moves: tuple[tuple[State, Move], ...]
    km: float
    countries: dict[str, float]
    stitched_km: float
    curated_km: float
    vector: Vector


class Event(NamedTuple):
    """Something that takes time or money at a place.

    Attributes
    ----------
    id : str
    kind : str
        One of `EventKind`.
    at : str
        Facility, crossing or service id.
    lon, lat : float
    detail : dict
        Countries of a border, gauges of a gauge change, modes of a lift.
    vector : Vector
    """

    id: str
    kind: EventKind
    at: str
    lon: float
    lat: float
    detail: dict[str, str | int | None]
    vector: Vector


class Route(NamedTuple):
    """Legs and events in the order they happen.

    Attributes
    ----------
    corridor, variant : str or None
    steps : tuple of Leg or Event
    held : tuple of Closure
        Closures that the box waits out.
    barred : tuple of Closure
        Closures met that have no known end: the route cannot be taken.
    way : Found or None
        The path it was made of.
    gates : tuple of (int, tuple of str)
        Where something may be shut: position of the step it stands before, and what bars it.
    """

    corridor: str | None
    variant: str | None
    steps: tuple[Leg | Event, ...]
    held: tuple[Closure, ...] = ()
    barred: tuple[Closure, ...] = ()
    way: Found | None = None
    gates: tuple[tuple[int, tuple[str, ...]], ...] = ()

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The runs."""
        return tuple(step for step in self.steps if isinstance(step, Leg))

    @property
    def events(self) -> tuple[Event, ...]:
        """The events."""
        return tuple(step for step in self.steps if isinstance(step, Event))

    def charges(self, dimension: Literal["hours", "usd", "co2e_kg"]) -> list[Charge]:
        """All charges of one dimension."""
        return [c for step in self.steps for c in getattr(step.vector, dimension)]

    def mean(self, dimension: Literal["hours", "usd", "co2e_kg"]) -> float:
        """Expected total: the exact sum over legs and events."""
        return math.fsum(total(getattr(step.vector, dimension)) for step in self.steps)

    @property
    def km(self) -> float:
        """Length of all legs."""
        return math.fsum(leg.km for leg in self.legs)

    @property
    def countries(self) -> tuple[str, ...]:
        """Countries touched on land, hidden transit included, in the order met."""
        return tuple(dict.fromkeys(code for leg in self.legs for code in leg.countries))


def build_route(
    found: Found,
    *,
    graph: MovementGraph,
    pricing: Pricing,
    shipment: Shipment,
    corridor: str | None,
    variant: str | None,
) -> Route:
    """Turn a found path into legs and events, with what happens at both ends added.

    With a day of departure each leg and event is priced on the day it begins on average.
    """
    return _Builder(graph, pricing, shipment).build(found, corridor=corridor, variant=variant)


class Pieces:
    """Steps of routes move by move, where no day counts: a series keeps them for the next route.

    In their order they are the steps of `build_route`, but for their ids.

    Parameters
    ----------
    graph, pricing
    shipment : Shipment
        Of the scope asked about; its places count at the ends only.
    """

    def __init__(self, graph: MovementGraph, pricing: Pricing, shipment: Shipment) -> None:
        self.graph, self.pricing, self.shipment = graph, pricing, shipment

    def first(self, state: State) -> list[Leg | Event]:
        """What happens before the first move out of a state."""
        builder = self._builder()
        builder.begin(state)
        return builder.steps

    def boarding(self, state: State) -> list[Leg | Event]:
        """What happens before the first run by rail, out of a state."""
        builder = self._builder()
        builder.fill(state)
        return builder.steps

    def move(self, state: State, move: Move) -> list[Leg | Event]:
        """What a move comes to."""
        builder = self._builder()
        builder.on_rail_yet = True
        builder.add(state, move)
        return builder.steps

    def last(self, state: State, corridor: str | None) -> list[Leg | Event]:
        """What happens after the last move, in the state it led to."""
        builder = self._builder()
        builder.end(state, corridor)
        return builder.steps

    def _builder(self) -> _Builder:
        return _Builder(self.graph, self.pricing, self.shipment)


def runs_by_rail(graph: MovementGraph, state: State, move: Move) -> bool:
    """Whether a move out of a state needs a train: the first one is waited for."""
    return move.kind in RUNS and graph.mode_of(state) == "rail"


RUNS = ("haul", "access", "crossing")
"""Kinds of moves over land."""


class _Builder:
    def __init__(self, graph: MovementGraph, pricing: Pricing, shipment: Shipment) -> None:
        self.graph, self.pricing, self.shipment = graph, pricing, shipment
        self.steps: list[Leg | Event] = []
        self.hours = 0.0
        self.held: list[Closure] = []
        self.barred: list[Closure] = []
        self.gates: list[tuple[int, tuple[str, ...]]] = []
        self.on_rail_yet = False

    @property
    def day(self) -> date | None:
        """The day it is by now."""
        return self.pricing.situation.day(self.hours)

    @property
    def model(self) -> CostModel:
        """Prices of that day."""
        return self.pricing.on(self.day)

    def build(self, found: Found, *, corridor: str | None, variant: str | None) -> Route:
        last = found.start
        self.begin(last)
        for move in found.moves:
            self.add(last, move)
            last = move.to
        self.end(last, corridor)
        return Route(
            corridor, variant, tuple(self.steps), tuple(self.held), tuple(self.barred), found,
            tuple(self.gates),
        )  # fmt: skip

    # Moves -------------------------------------------------------------------------------

    def add(self, state: State, move: Move) -> None:
        """Steps of a move, with the wait for the first train before it."""
        if not self.on_rail_yet and runs_by_rail(self.graph, state, move):
            self.on_rail_yet = True
            self.fill(state)
        if move.kind in ("haul", "access"):
            self._haul(state, move)
        elif move.kind == "crossing":
            self._crossing(state, move)
        elif move.kind == "service":
            self._sail(state, move)
        elif move.kind == "lift":
            self._lift(state, move)
        elif move.kind == "gauge_change":
            self._gauge(state[0], self._gauge_of(state[1]), self._gauge_of(move.to[1]))

    def _haul(self, state: State, move: Move) -> None:
        assert move.haul is not None
        haul = move.haul
        countries = haul.countries if move.forward else dict(reversed(haul.countries.items()))
        self._leg(
            haul.zone.partition(":")[0],
            self._gauge_of(haul.zone),
            state,
            move,
            km=haul.km,
            countries=countries,
            stitched=haul.stitched_km,
            curated=haul.curated_km,
            vector=self.model.haul(haul),
        )

    def _crossing(self, state: State, move: Move) -> None:
        assert move.crossing is not None
        run = move.crossing
        row = self.graph.crossing_rows[run.id]
        one, other = (run.countries_a, run.countries_b)
        if not move.forward:
            one, other = dict(reversed(other.items())), dict(reversed(one.items()))
        # A crossing's own pair of countries, whatever a generalised border makes of the last
        # kilometres of the line.
        pair = (
            self.graph.facilities[row.a].country,
            self.graph.facilities[row.b].country,
        )
        pair = pair if move.forward else (pair[1], pair[0])
        yard = row.gauge_ab if move.forward else row.gauge_ba
        zone_from = run.zone_a if move.forward else run.zone_b
        zone_to = run.zone_b if move.forward else run.zone_a
        gauges = (self._gauge_of(zone_from), self._gauge_of(zone_to))
        countries = {pair[0]: sum(one.values())}
        countries[pair[1]] = countries.get(pair[1], 0.0) + sum(other.values())
        here = state[0]
        self._hold((row.id,), here)
        if yard and yard == here:
            self._gauge(yard, *gauges)
        self._leg(
            row.mode,
            gauges[1] if yard == here else gauges[0],
            state,
            move,
            km=run.km_a + run.km_b,
            countries=countries,
            stitched=0.0,
            curated=0.0,
            vector=self.model.crossing_run(run),
        )
        detail: dict[str, str | int | None] = {"from": pair[0], "to": pair[1]}
        self._event(
            "border" if pair[0] != pair[1] else "passage",
            row.id,
            run.lon,
            run.lat,
            detail,
            self.model.border(row, forward=move.forward, countries=pair),
        )
        if yard and yard != here:
            self._gauge(yard, *gauges)
        reload = self.model.reload(row, forward=move.forward, country=pair[1])
        if reload is not None:
            entry = self.graph.facilities[move.to[0]]
            turn: dict[str, str | int | None] = {"from": row.mode, "to": row.mode}
            self._event("lift", entry.id, entry.lon, entry.lat, turn, reload)

    def _sail(self, state: State, move: Move) -> None:
        assert move.service is not None
        service = move.service
        port = self.graph.facilities[state[0]]
        self._hold((service.id, service.group, service.a, service.b, *service.via), port.id)
        detail: dict[str, str | int | None] = {"service": service.id}
        self._event("wait", port.id, port.lon, port.lat, detail, self.model.wait(service, port))
        km = self.graph.service_km[service.id]
        self._leg(
            service.mode,
            None,
            state,
            move,
            km=km,
            countries={},
            stitched=0.0,
            curated=0.0,
            vector=self.model.sailing(service, km),
        )

    def _lift(self, state: State, move: Move) -> None:
        facility = self.graph.facilities[state[0]]
        one, other = self.graph.mode_of(state), self.graph.mode_of(move.to)
        self._hold((facility.id,), facility.id)
        self._event(
            "transshipment" if {one, other} <= {"sea", "ferry"} else "lift",
            facility.id,
            facility.lon,
            facility.lat,
            {"from": one, "to": other},
            self.model.lift(facility, one, other),
        )

    # Ends --------------------------------------------------------------------------------

    def begin(self, state: State) -> None:
        """What happens before the first move."""
        self._end_event("pickup", self.shipment.origin.country, state)

    def end(self, state: State, corridor: str | None) -> None:
        """What happens after the last move."""
        self._release(state)
        self._end_event("delivery", self.shipment.destination.country, state)
        self._equipment(corridor)

    def fill(self, state: State) -> None:
        """The first train is not boarded but waited for: a block train leaves when full."""
        facility = self.graph.facilities[state[0]]
        vector = self.model.fill(facility)
        if vector is not None:
            self._event("fill", facility.id, facility.lon, facility.lat, {}, vector)

    def _release(self, state: State) -> None:
        facility = self.graph.facilities.get(state[0])
        if facility is not None:
            mode = self.graph.mode_of(state)
            self._optional("release", (facility.id, mode), facility.id, facility.country)

    def _end_event(self, kind: EventKind, country: str, state: State) -> None:
        if self.shipment.scope == "door":
            end = self.shipment.origin if kind == "pickup" else self.shipment.destination
            self._optional(kind, (country, ""), state[0], country, lonlat=(end.lon, end.lat))

    def _equipment(self, corridor: str | None) -> None:
        if corridor is not None:
            end = self.shipment.destination
            vector = self.model.equipment(corridor, country=end.country)
            if vector is not None:
                self._event("equipment", corridor, end.lon, end.lat, {}, vector)

    def _optional(
        self,
        kind: EventKind,
        keys: tuple[str, ...],
        at: str,
        country: str,
        *,
        lonlat: tuple[float, float] | None = None,
    ) -> None:
        vector = self.model.optional_event(kind, keys, at=at, country=country)
        if vector is None:
            return
        if lonlat is None:
            facility = self.graph.facilities[at]
            lonlat = (facility.lon, facility.lat)
        self._event(kind, at, *lonlat, {}, vector)

    # Pieces ------------------------------------------------------------------------------

    def _hold(self, ids: tuple[str, ...], at: str) -> None:
        """Wait where something is shut on the day the box gets there, if an end is known."""
        self.gates.append((len(self.steps), ids))
        day = self.day
        closure = self.pricing.situation.shut(ids, day)
        if closure is None or day is None:
            return
        if not closure.end_is_known:
            self.barred.append(closure)
            return
        hours = closure.wait_h(day)
        grade = "published" if closure.grade == "reported" and closure.url else "assumption"
        row = ParameterRow(
            f"hold/{closure.condition}",
            hours,
            hours,
            hours,
            "h",
            grade,
            closure.source,
            closure.url,
        )
        facility = self.graph.facilities[at]
        vector = Vector(hours=(Charge(row, 1.0, False, closure.id, facility.country),))
        self.held.append(closure)
        detail: dict[str, str | int | None] = {"condition": closure.condition}
        self._event("hold", at, facility.lon, facility.lat, detail, vector)

    def _gauge_of(self, zone: str) -> int | None:
        row = self.graph.zones.get(zone)
        return row.gauge_mm if row else None

    def _gauge(self, yard: str, from_mm: int | None, to_mm: int | None) -> None:
        facility = self.graph.facilities[yard]
        self._event(
            "gauge_change",
            yard,
            facility.lon,
            facility.lat,
            {"from_mm": from_mm, "to_mm": to_mm},
            self.model.gauge_change(facility),
        )

    def _leg(
        self,
        mode: str,
        gauge_mm: int | None,
        state: State,
        move: Move,
        *,
        km: float,
        countries: dict[str, float],
        stitched: float,
        curated: float,
        vector: Vector,
    ) -> None:
        number = sum(isinstance(step, Leg) for step in self.steps) + 1
        self.hours += vector.mean("hours")
        self.steps.append(
            Leg(
                id=f"L{number}",
                mode=mode,
                gauge_mm=gauge_mm,
                a=state[0],
                b=move.to[0],
                moves=((state, move),),
                km=km,
                countries=countries,
                stitched_km=stitched,
                curated_km=curated,
                vector=vector,
            )
        )

    def _event(
        self,
        kind: EventKind,
        at: str,
        lon: float,
        lat: float,
        detail: dict[str, str | int | None],
        vector: Vector,
    ) -> None:
        number = sum(isinstance(step, Event) for step in self.steps) + 1
        self.hours += vector.mean("hours")
        self.steps.append(Event(f"E{number}", kind, at, lon, lat, detail, vector))
