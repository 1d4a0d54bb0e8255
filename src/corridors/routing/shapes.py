"""What a stage of a plan allows, as masks over doors, zones and states; and a plan tree of them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.routing.arcs import KINDS, Arcs, Floats, Ints, Mask
from corridors.routing.plan import Gateway, Section
from corridors.routing.plan_tree import PlanTree

Bytes = NDArray[np.uint8]
Longs = NDArray[np.int64]
Modes = frozenset[str] | None


class Shape(NamedTuple):
    """One stage.

    Attributes
    ----------
    open_door : (m,) uint8
        Doors that may be used and lead to the same stage.
    km_at : (z,) int64
        Where the haul matrix of each zone begins in the pool; -1 where no haul may be used.
    wanted : (n,) uint8
        States worth hauling to: a door leads on.
    """

    open_door: Bytes
    km_at: Longs
    wanted: Bytes


class Blueprint(NamedTuple):
    """A plan tree over shapes.

    Attributes
    ----------
    parent, shape : (k,) int32
        Of each node: the node before it (-1 for a root) and its shape.
    gate_at, gate_door : int32
        Doors that lead from the parent into each node.
    last : (k,) int32
        Number among the last sections, -1 for a node that is none.
    ends : list of int
        Shape of each last section.
    has_plans : (k,) uint8
        Whether a plan ends in the node.
    open_doors, km_ats, wanteds : arrays
        The shapes, one row each.
    """

    parent: Ints
    shape: Ints
    gate_at: Ints
    gate_door: Ints
    last: Ints
    ends: list[int]
    has_plans: Bytes
    open_doors: Bytes
    km_ats: Longs
    wanteds: Bytes


class Shapes:
    """Stages and trees of one movement graph, each worked out once.

    Parameters
    ----------
    arcs : Arcs
    """

    def __init__(self, arcs: Arcs) -> None:
        self.arcs, self.graph = arcs, arcs.graph
        self._shapes: dict[tuple[object, ...], Shape] = {}
        self._trees: dict[tuple[object, ...], Blueprint] = {}
        self._pool: list[Floats] = [arcs.flat_km]
        self._lock = threading.Lock()
        self._masked: dict[tuple[int, frozenset[str]], int] = {}
        self._gates: dict[Gateway, Ints] = {}

    @cached_property
    def _to_mode(self) -> NDArray[np.str_]:
        return np.array([self.graph.mode_of(move.to) for move in self.arcs.moves], dtype="U8")

    @cached_property
    def _is_land(self) -> Mask:
        return np.isin(self._to_mode, ["rail", "road"])

    @cached_property
    def _is_line(self) -> Mask:
        """Crossings and services."""
        return np.isin(self.arcs.kind, [KINDS.index("crossing"), KINDS.index("service")])

    @cached_property
    def _line_of(self) -> tuple[NDArray[np.str_], NDArray[np.str_], NDArray[np.str_]]:
        """Mode and the countries at both ends of crossings and services; blank for other doors."""
        rows = []
        country = {f.id: f.country for f in self.graph.facilities.values()}
        for move in self.arcs.moves:
            if move.crossing is not None:
                crossing = self.graph.crossing_rows[move.crossing.id]
                rows.append((crossing.mode, country[crossing.a], country[crossing.b]))
            elif move.service is not None:
                service = move.service
                rows.append((service.mode, country[service.a], country[service.b]))
            else:
                rows.append(("", "", ""))
        mode, one, other = zip(*rows, strict=True) if rows else ((), (), ())
        return np.array(mode, dtype="U8"), np.array(one, "U4"), np.array(other, "U4")

    @cached_property
    def _lines_by_id(self) -> dict[tuple[str, str], list[int]]:
        found: dict[tuple[str, str], list[int]] = {}
        for door, move in enumerate(self.arcs.moves):
            if move.crossing is not None:
                found.setdefault(("crossing", move.crossing.id), []).append(door)
            elif move.service is not None:
                found.setdefault(("service", move.service.id), []).append(door)
        return found

    def _gate(self, gateway: Gateway) -> Ints:
        """Doors that go through a gateway."""
        if gateway not in self._gates:
            names = [("crossing", name) for name in gateway.crossings]
            names += [("service", name) for name in gateway.services]
            doors = sorted(door for name in names for door in self._lines_by_id.get(name, ()))
            self._gates[gateway] = np.array(doors, dtype=np.int32)
        return self._gates[gateway]

    def mode_mask(self, modes: Modes) -> Mask:
        """Doors that lead to a mode that was asked for."""
        if modes is None:
            return np.ones(len(self.arcs.moves), dtype=bool)
        return np.isin(self._to_mode, sorted(modes))

    def shape(self, section: Section | None, gateways: Sequence[Gateway], modes: Modes) -> Shape:
        """What a section allows that some gateways lead out of."""
        key = (section, tuple(gateways), modes)
        if key not in self._shapes:
            self._shapes[key] = self._shape(section, gateways, modes)
        return self._shapes[key]

    def _shape(self, section: Section | None, gateways: Sequence[Gateway], modes: Modes) -> Shape:
        arcs, graph = self.arcs, self.graph
        allowed = self.mode_mask(modes)
        if section is None:
            stays, usable, shut_terminals = allowed, allowed, False
        else:
            mode, one, other = self._line_of
            countries = sorted(section.countries)
            inside = np.isin(one, countries) & np.isin(other, countries)
            stays = inside & np.isin(mode, sorted(section.modes)) & self._is_line & allowed
            gates = np.zeros(len(arcs.moves), dtype=bool)
            for gateway in gateways:
                gates[self._gate(gateway)] = True
            lines = stays | (gates & allowed)
            stays = stays | (self._leading_on(section, lines) & ~self._is_line & allowed)
            usable = stays | lines
            shut_terminals = not {"rail", "road"} <= section.modes
        wanted = np.zeros(len(arcs), dtype=np.uint8)
        wanted[arcs.tail[usable]] = 1
        if shut_terminals:
            # They lead to the other land mode only.
            plain = [s for s, state in enumerate(arcs.states) if state[0] in graph.plain_terminals]
            wanted[plain] = 0
        return Shape(stays.astype(np.uint8), self._km_at(section, modes), wanted)

    def _leading_on(self, section: Section, lines: Mask) -> Mask:
        """Lifts, passes and gauge changes onto a mode of the section, or to a ship that sails."""
        on_land = self._is_land & np.isin(self._to_mode, sorted(section.modes))
        sails = np.zeros(len(self.arcs), dtype=bool)
        sails[self.arcs.tail[lines]] = True
        out = np.array([zone.endswith(":out") for _, zone in self.arcs.states], dtype=bool)
        to_ship: Mask = ~self._is_land & (sails & out)[self.arcs.head]
        return on_land | to_ship

    def _km_at(self, section: Section | None, modes: Modes) -> Longs:
        km_at = np.full(len(self.arcs.zones), -1, dtype=np.int64)
        for number, zone in enumerate(self.arcs.zones):
            row = self.graph.zones[zone]
            if modes is not None and row.mode not in modes:
                continue
            if section is None:
                km_at[number] = self.arcs.first_km[number]
            elif section.admits(row):
                km_at[number] = self._within(number, section.countries)
        return km_at

    def _within(self, zone: int, countries: frozenset[str]) -> int:
        """Where the matrix without hauls that clip a country outside the section begins."""
        key = (zone, countries)
        # Two threads must not put two matrices in one place.
        with self._lock:
            if key not in self._masked:
                hauls = self.graph.zone_hauls(self.arcs.zones[zone])
                km = hauls.within(countries)
                place = int(self.arcs.first_km[zone])
                if km is not hauls.km:
                    place = sum(part.size for part in self._pool)
                    self._pool.append(np.ascontiguousarray(km).ravel())
                self._masked[key] = place
            return self._masked[key]

    @property
    def pool(self) -> Floats:
        """Haul matrices of all zones, masked ones included."""
        with self._lock:
            if len(self._pool) > 1:
                self._pool = [np.concatenate(self._pool)]
            return self._pool[0]

    def tree(self, tree: PlanTree, modes: Modes) -> Blueprint:
        """A plan tree as arrays, kept for the next question with the same plans."""
        nodes = tree.nodes
        key = (modes, *((n.section, tuple(n.children), tuple(n.plans)) for n in nodes))
        if key not in self._trees:
            self._trees[key] = self._blueprint(tree, modes)
        return self._trees[key]

    def _blueprint(self, tree: PlanTree, modes: Modes) -> Blueprint:
        nodes = tree.nodes
        allowed = self.mode_mask(modes)
        parent = np.full(len(nodes), -1, dtype=np.int32)
        doors: list[Ints] = [np.zeros(0, dtype=np.int32)] * len(nodes)
        for number, node in enumerate(nodes):
            for gateway, child in node.children:
                parent[child] = number
                gate = self._gate(gateway)
                doors[child] = gate[allowed[gate]]
        shapes: dict[int, int] = {}
        rows: list[Shape] = []
        ends: dict[int, int] = {}
        shape = np.zeros(len(nodes), dtype=np.int32)
        last = np.full(len(nodes), -1, dtype=np.int32)
        for number, node in enumerate(nodes):
            found = self.shape(node.section, [gateway for gateway, _ in node.children], modes)
            if id(found) not in shapes:
                shapes[id(found)] = len(rows)
                rows.append(found)
            shape[number] = shapes[id(found)]
            if node.section is not None and not node.children:
                last[number] = ends.setdefault(int(shape[number]), len(ends))
        return Blueprint(
            parent,
            shape,
            _starts(doors),
            np.concatenate(doors).astype(np.int32),
            last,
            list(ends),
            np.array([bool(node.plans) for node in nodes], dtype=np.uint8),
            np.stack([row.open_door for row in rows]),
            np.stack([row.km_at for row in rows]),
            np.stack([row.wanted for row in rows]),
        )


def _starts(parts: Iterable[Ints]) -> Ints:
    return np.cumsum([0, *(len(part) for part in parts)]).astype(np.int32)
