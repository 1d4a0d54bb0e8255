"""The movement graph: states of a container, and what may happen to it next.

A state is a facility together with what the container stands on there: a zone
(``rail:KZ``, ``road:PK``) or a quay (``sea:in``, ``sea:out``, ``ferry:in``, ``ferry:out``).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import Literal, NamedTuple

from corridors.movement.compiled import CompiledNetwork, CrossingRun, Haul, ZoneHauls, zone_text
from corridors.network.tables import USABLE_SERVICES, Crossing, Facility, Service, Tables, Zone

State = tuple[str, str]
"""(facility id, zone id or quay)."""

LIFT_KINDS = frozenset({"terminal", "port", "ferry_port", "dry_port"})
"""Facilities where a box can change mode."""


class Move(NamedTuple):
    """One thing that can happen to a container in a state.

    Attributes
    ----------
    kind : {"haul", "crossing", "service", "lift", "gauge_change", "pass", "access"}
    to : State
    forward : bool
        Whether the underlying row is used from its `a` to its `b`.
    haul, crossing, service : optional
        The underlying row.
    """

    kind: Literal["haul", "crossing", "service", "lift", "gauge_change", "pass", "access"]
    to: State
    forward: bool = True
    haul: Haul | None = None
    crossing: CrossingRun | None = None
    service: Service | None = None


class MovementGraph:
    """What a container can do, from the compiled network and the curated tables.

    Parameters
    ----------
    network : CompiledNetwork
    tables : Tables
    avoid : collection of str
        Countries that no line may touch, hidden transit included.
    closed : collection of str
        Ids of crossings, services and facilities (as doors) that are shut.
    like : MovementGraph, optional
        Of the same network; where it avoids the same countries its hauls are taken over.
    """

    def __init__(
        self,
        network: CompiledNetwork,
        tables: Tables,
        *,
        avoid: Collection[str] = (),
        closed: Collection[str] = (),
        like: MovementGraph | None = None,
    ) -> None:
        self.network, self.tables = network, tables
        self.avoid, self.closed = frozenset(avoid), frozenset(closed)
        self.facilities: dict[str, Facility] = {f.id: f for f in tables.facilities}
        self.zones: dict[str, Zone] = {z.zone: z for z in tables.zones}
        self.crossing_rows: dict[str, Crossing] = {c.id: c for c in tables.crossings}
        self.service_km = {run.id: run.km for run in network.services}
        self.quays: dict[str, set[str]] = defaultdict(set)
        for service in tables.services:
            if service.id in self.service_km and service.status in USABLE_SERVICES:
                self.quays[service.a].add(service.mode)
                self.quays[service.b].add(service.mode)
        self.moves: dict[State, list[Move]] = defaultdict(list)
        self._hauls: dict[State, dict[str, Move]] = {}
        self._zone_hauls: dict[str, ZoneHauls] = {}
        if like is not None and like.network is network and like.avoid == self.avoid:
            self._hauls, self._zone_hauls = like._hauls, like._zone_hauls
        self._add_crossings()
        self._add_services()
        self._add_transfers()

    def is_open(self, *ids: str) -> bool:
        """Whether none of the ids is shut."""
        return self.closed.isdisjoint(ids)

    @cached_property
    def plain_terminals(self) -> frozenset[str]:
        """Facilities whose only doors are lifts between rail and road."""
        doors = {state[0] for state, moves in self.moves.items() for m in moves if m.kind != "lift"}
        return frozenset(f for f in self.facilities if f not in doors and f not in self.quays)

    @cached_property
    def moves_into(self) -> dict[State, list[tuple[State, Move]]]:
        """Moves other than hauls by the state they lead to, each with the state before."""
        result: dict[State, list[tuple[State, Move]]] = defaultdict(list)
        for before, moves in self.moves.items():
            for move in moves:
                result[move.to].append((before, move))
        return result

    @cached_property
    def service_rows(self) -> dict[str, Service]:
        """Services by id, whatever their status."""
        return {service.id: service for service in self.tables.services}

    @cached_property
    def by_crossing(self) -> dict[str, list[tuple[State, Move]]]:
        """Ways over each crossing that can be passed, each with the state before."""
        result: dict[str, list[tuple[State, Move]]] = defaultdict(list)
        for before, moves in self.moves.items():
            for move in moves:
                if move.crossing is not None:
                    result[move.crossing.id].append((before, move))
        return dict(result)

    @cached_property
    def by_service(self) -> dict[str, list[tuple[State, Move]]]:
        """Sailings of each service that can be taken, each with the state before."""
        result: dict[str, list[tuple[State, Move]]] = defaultdict(list)
        for before, moves in self.moves.items():
            for move in moves:
                if move.service is not None:
                    result[move.service.id].append((before, move))
        return dict(result)

    @cached_property
    def open_crossings(self) -> frozenset[str]:
        """Crossings that can be passed."""
        return frozenset(self.by_crossing)

    @cached_property
    def open_services(self) -> frozenset[str]:
        """Services that can be taken."""
        return frozenset(self.by_service)

    def states_of(self, facility: str) -> list[State]:
        """Land states of a facility."""
        return [
            (facility, zone)
            for zone in self.facilities[facility].zones
            if (facility, zone) in self.network.snap_km
        ]

    def mode_of(self, state: State) -> str:
        """Mode of a state: rail, road, sea or ferry."""
        return state[1].partition(":")[0]

    # Hauls -------------------------------------------------------------------------------

    def hauls_from(self, facility: str, zone: str) -> dict[str, Move]:
        """Hauls out of a facility inside a zone, by the facility they lead to."""
        key = (facility, zone)
        if key not in self._hauls:
            self._hauls[key] = {
                move.to[0]: move
                for haul in self.zone_hauls(zone).from_facility(facility)
                for move in [_as_move(haul, facility)]
            }
        return self._hauls[key]

    def haul_between(self, state: State, other: str) -> Move:
        """The haul from a state to another facility of its zone."""
        return _as_move(self.zone_hauls(state[1]).between(state[0], other), state[0])

    def zone_hauls(self, zone: str) -> ZoneHauls:
        """Hauls of a zone under the mask."""
        if zone not in self._zone_hauls:
            self._zone_hauls[zone] = self._unmasked(zone)
        return self._zone_hauls[zone]

    def _unmasked(self, zone: str) -> ZoneHauls:
        hauls = self.network.hauls.zone(zone)
        if not self.avoid or not hauls.touches(self.avoid):
            return hauls
        own = self.zones[zone].countries
        # Where an avoided country touches the zone but does not own it, another way may exist.
        shut = {f.id for f in self.facilities.values() if f.country in self.avoid}
        open_hauls = (
            [] if set(own) <= self.avoid else _resolve(self.network, hauls, self.avoid, own, shut)
        )
        lengths, details = zone_text(open_hauls)
        return ZoneHauls(zone, json.loads(lengths), details)

    # Doors -------------------------------------------------------------------------------

    def _add_crossings(self) -> None:
        for run in self.network.crossings:
            row = self.crossing_rows.get(run.id)
            if row is None or row.status != "operating" or not self.is_open(row.id):
                continue
            touched = {*run.countries_a, *run.countries_b}
            if not self.avoid.isdisjoint(touched):
                continue
            a, b = (row.a, run.zone_a), (row.b, run.zone_b)
            self.moves[a].append(Move("crossing", b, True, crossing=run))
            self.moves[b].append(Move("crossing", a, False, crossing=run))

    def _add_services(self) -> None:
        for service in self.tables.services:
            if service.status not in USABLE_SERVICES or service.id not in self.service_km:
                continue
            if not self.is_open(service.id, service.group, service.a, service.b, *service.via):
                continue
            ends = {self.facilities[service.a].country, self.facilities[service.b].country}
            if not self.avoid.isdisjoint(ends):
                continue
            out, into = f"{service.mode}:out", f"{service.mode}:in"
            self.moves[(service.a, out)].append(
                Move("service", (service.b, into), True, service=service)
            )
            if service.both_ways:
                self.moves[(service.b, out)].append(
                    Move("service", (service.a, into), False, service=service)
                )

    def _add_transfers(self) -> None:
        for facility in self.facilities.values():
            if facility.country in self.avoid:
                continue
            land = self.states_of(facility.id)
            self._add_passes(land)
            if facility.kind in LIFT_KINDS and self.is_open(facility.id):
                self._add_lifts(facility, land, self.quays.get(facility.id, ()))

    def _add_passes(self, land: list[State]) -> None:
        if len(land) < 2:
            return
        for one in land:
            for other in land:
                here, there = self.zones[one[1]], self.zones[other[1]]
                if here is not there and here.mode == there.mode:
                    same = here.gauge_mm == there.gauge_mm
                    self.moves[one].append(Move("pass" if same else "gauge_change", other))

    def _add_lifts(self, facility: Facility, land: list[State], quays: Iterable[str]) -> None:
        for one in land:
            for other in land:
                if self.zones[one[1]].mode != self.zones[other[1]].mode:
                    self.moves[one].append(Move("lift", other))
        waters = sorted(quays)
        for mode in waters:
            into, out = (facility.id, f"{mode}:in"), (facility.id, f"{mode}:out")
            for state in land:
                self.moves[state].append(Move("lift", out))
                self.moves[into].append(Move("lift", state))
            for next_mode in waters:
                self.moves[into].append(Move("lift", (facility.id, f"{next_mode}:out")))


def _as_move(haul: Haul, start: str) -> Move:
    forward = haul.a == start
    return Move("haul", (haul.b if forward else haul.a, haul.zone), forward, haul=haul)


def _resolve(
    network: CompiledNetwork,
    hauls: ZoneHauls,
    avoid: frozenset[str],
    own: tuple[str, ...],
    shut: Collection[str],
) -> list[Haul]:
    """Hauls of one zone without the lines and facilities in avoided countries.

    A haul that touches none of them is the shortest still: only the others are measured again.
    """
    from corridors.movement.haul_runs import hauls_from
    from corridors.movement.zone_graph import Walker, km_by_country, round_trip

    zone = hauls.zone
    lines = network.lines(zone.partition(":")[0])
    graph = lines.graph(zone, closed_countries=avoid)
    node_of = {f: node for (f, z), node in lines.node_of.items() if z == zone}
    touched: list[tuple[str, str]] = []
    kept: dict[tuple[str, str], Haul] = {}
    order = []
    for haul in hauls:
        if haul.a in shut or haul.b in shut:
            continue
        order.append((haul.a, haul.b))
        # Where carriageways differ, a haul speaks of one direction only.
        if avoid.isdisjoint(haul.countries) and not graph.oneway_from:
            kept[(haul.a, haul.b)] = haul
        else:
            touched.append((haul.a, haul.b))
    walker = Walker(lines.flat)
    for start, others in _starts(touched, directed=bool(graph.oneway_from)):
        if node_of[start] in graph.next:
            ends = [(other, node_of[other]) for other in others]
            reached = round_trip(graph, node_of[start], [node for _, node in ends])
            for haul in hauls_from(
                walker, reached, (start, node_of[start]), ends, zone=zone, own=own
            ):
                kept[(haul.a, haul.b)] = haul
                steps = reached[node_of[haul.b]].arcs_to(node_of[haul.b])
                # Countries in the order they are met from the other end.
                countries = km_by_country(lines.flat, steps[::-1])
                foreign = tuple(code for code in countries if code not in own)
                turned = haul._replace(a=haul.b, b=haul.a, countries=countries, foreign=foreign)
                kept[(haul.b, haul.a)] = turned
    return [kept[pair] for pair in order if pair in kept]


def _starts(pairs: list[tuple[str, str]], *, directed: bool) -> Iterator[tuple[str, list[str]]]:
    """Facilities to measure from, each with those to measure to: few, for each costs a search.

    Either end of a pair will do, but where lines have directions the first one is kept.
    """
    waiting: dict[str, dict[str, None]] = defaultdict(dict)
    for one, other in pairs:
        waiting[one][other] = None
        if not directed:
            waiting[other][one] = None
    while waiting:
        start = max(waiting, key=lambda facility: (len(waiting[facility]), facility))
        others = list(waiting.pop(start))
        for other in others:
            if other in waiting:
                waiting[other].pop(start, None)
                if not waiting[other]:
                    del waiting[other]
        yield start, others
