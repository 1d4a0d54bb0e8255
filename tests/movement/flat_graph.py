"""The whole movement graph, flat: every junction of every line, nothing precomputed.

Written apart from the engine's own search on purpose, to compare it with. Only the doors
(which crossing joins which facilities, which service which ports) come from the same tables;
distances, prices and the search are made anew.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np

from corridors.analysis.engine import Engine
from corridors.costing.charge import Vector
from corridors.costing.model import CostModel
from corridors.movement.overlay import ZonedNetwork, lay_over
from corridors.network.countries import read_polygons
from corridors.network.flat import read_flat_network

LIFTED_AT = {"terminal", "port", "ferry_port", "dry_port"}
State = tuple[str, str]


class FlatGraph:
    """Junctions by zone, facilities' states and quays as nodes; doors as arcs.

    Parameters
    ----------
    engine : Engine
        For its tables, and for which border point each crossing uses.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        tables = engine.tables
        polygons = read_polygons(engine.folder / "basemap" / "countries.npz")
        self.zoned: dict[str, ZonedNetwork] = {}
        node: dict[tuple[str, int], int] = {}
        tails, heads, lengths, zones, countries = [], [], [], [], []
        self.zone_names: list[str] = []
        for mode in ("rail", "road"):
            flat = read_flat_network(engine.folder / "osm" / f"{mode}.npz")
            zoned = lay_over(flat, tables, polygons=polygons)
            self.zoned[mode] = zoned
            for number, zone in enumerate(zoned.zones):
                arcs = np.flatnonzero(zoned.arc_zone == number)
                position = len(self.zone_names)
                self.zone_names.append(zone)
                for u, v, km, country in zip(
                    zoned.flat.u[arcs].tolist(),
                    zoned.flat.v[arcs].tolist(),
                    zoned.flat.km[arcs].tolist(),
                    zoned.flat.country[arcs].tolist(),
                    strict=True,
                ):
                    tails.append(node.setdefault((zone, u), len(node)))
                    heads.append(node.setdefault((zone, v), len(node)))
                    lengths.append(km)
                    zones.append(position)
                    countries.append(zoned.flat.countries[country])
        self.tails, self.heads = np.array(tails), np.array(heads)
        self.km, self.zone = np.array(lengths), np.array(zones)
        self.country = np.array(countries)
        self.state: dict[State, int] = {}
        for mode in ("rail", "road"):
            for (facility, zone), junction in self.zoned[mode].node_of.items():
                self.state[(facility, zone)] = node.setdefault((zone, junction), len(node))
        self.node = node
        for service in tables.services:
            for port in (service.a, service.b):
                for quay in (f"{service.mode}:in", f"{service.mode}:out"):
                    self.state.setdefault((port, quay), len(node) + len(self.state))
        # Quays are numbered behind the junctions.
        self.size = len(node)
        for key in [k for k in self.state if k[1].split(":")[1] in ("in", "out")]:
            self.state[key] = self.size
            self.size += 1
        self._to_border: dict[tuple[int, int], float] = {}

    def weights(
        self,
        model: CostModel,
        hour: float,
        *,
        avoid: Collection[str] = (),
        closed: Collection[str] = (),
    ) -> Any:
        """Arcs as a sparse matrix of generalised cost in USD."""
        # Here, not above: scipy is an extra, and the module is imported to look for examples.
        from scipy.sparse import csr_matrix

        per_km = np.full(len(self.zone_names), np.nan)
        for position in np.unique(self.zone):
            zone = self.zone_names[position]
            per_km[position] = price(model.run(zone, 1.0, country=""), hour)
        cost = self.km * per_km[self.zone]
        # What owns nothing but avoided countries is shut whole.
        owned = {z.zone: set(z.countries) for z in self.engine.tables.zones}
        shut = {i for i, z in enumerate(self.zone_names) if owned[z] <= set(avoid)}
        clipped = set(self._zones_in(avoid))
        open_arcs = ~(np.isin(self.country, list(avoid)) & np.isin(self.zone, list(clipped)))
        open_arcs &= ~np.isin(self.zone, list(shut & clipped))
        per_zone = dict(zip(self.zone_names, per_km.tolist(), strict=True))
        doors = [
            (self.state[one], self.state[other], c)
            for one, other, c in self.doors(model, hour, per_zone, avoid=avoid, closed=closed)
        ]
        u, v, c = self.tails[open_arcs], self.heads[open_arcs], cost[open_arcs]
        out, into, more = (np.array(column) for column in zip(*doors, strict=True))
        tail, head = np.concatenate([u, v, out]), np.concatenate([v, u, into])
        data = np.concatenate([c, c, more])
        # The cheapest of parallel arcs; scipy would add them up.
        order = np.lexsort((data, head, tail))
        tail, head, data = tail[order], head[order], data[order]
        first = np.ones(len(data), dtype=bool)
        first[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
        first &= tail != head
        # A stored zero is an arc of no cost to scipy, a missing entry is none.
        pairs = (tail[first], head[first])
        return csr_matrix((data[first], pairs), shape=(self.size, self.size))

    def _zones_in(self, avoid: Collection[str]) -> Iterable[int]:
        """Zones with a line in an avoided country."""
        return np.unique(self.zone[np.isin(self.country, list(avoid))]).tolist()

    def doors(
        self,
        model: CostModel,
        hour: float,
        per_km: Mapping[str, float],
        *,
        avoid: Collection[str],
        closed: Collection[str],
    ) -> Iterable[tuple[State, State, float]]:
        """Crossings, services and transfers, each with its cost."""
        tables, avoided, shut = self.engine.tables, set(avoid), set(closed)
        facilities = {f.id: f for f in tables.facilities}
        rows = {c.id: c for c in tables.crossings}
        zones = {z.zone: z for z in tables.zones}
        for run in self.engine.network.crossings:
            row = rows[run.id]
            if row.status != "operating" or row.id in shut:
                continue
            if avoided & {*run.countries_a, *run.countries_b}:
                continue
            line = (
                self.border_km(row.mode, row.a, run.zone_a, run.lon, run.lat) * per_km[run.zone_a]
            )
            line += (
                self.border_km(row.mode, row.b, run.zone_b, run.lon, run.lat) * per_km[run.zone_b]
            )
            countries = (facilities[row.a].country, facilities[row.b].country)
            for forward in (True, False):
                pair = countries if forward else countries[::-1]
                total = line + price(model.border(row, forward=forward, countries=pair), hour)
                yard = row.gauge_ab if forward else row.gauge_ba
                if yard:
                    total += price(model.gauge_change(facilities[yard]), hour)
                total += price(model.reload(row, forward=forward, country=pair[1]), hour)
                ends = ((row.a, run.zone_a), (row.b, run.zone_b))
                yield (*(ends if forward else ends[::-1]), total)
        km = {run.id: run.km for run in self.engine.network.services}
        quays: dict[str, set[str]] = defaultdict(set)
        for service in tables.services:
            if service.id not in km:
                continue
            for port in (service.a, service.b):
                quays[port].add(service.mode)
            if service.status not in ("operating", "seasonal"):
                continue
            if shut & {service.id, service.group, service.a, service.b, *service.via}:
                continue
            if avoided & {facilities[service.a].country, facilities[service.b].country}:
                continue
            ways = [(service.a, service.b)] + [(service.b, service.a)] * service.both_ways
            for a, b in ways:
                total = price(model.wait(service, facilities[a]), hour)
                total += price(model.sailing(service, km[service.id]), hour)
                yield (a, f"{service.mode}:out"), (b, f"{service.mode}:in"), total
        for facility in tables.facilities:
            if facility.country in avoided:
                continue
            land = [(facility.id, z) for z in facility.zones if (facility.id, z) in self.state]
            lifted = facility.kind in LIFTED_AT and facility.id not in shut
            into = [(facility.id, f"{m}:in") for m in quays[facility.id]]
            out = [(facility.id, f"{m}:out") for m in quays[facility.id]]
            for one in [*land, *into]:
                for other in [*land, *out]:
                    if one == other:
                        continue
                    modes = (one[1].split(":")[0], other[1].split(":")[0])
                    on_land = one in land and other in land
                    if on_land and modes[0] == modes[1]:
                        same = zones[one[1]].gauge_mm == zones[other[1]].gauge_mm
                        yield one, other, 0.0 if same else price(model.gauge_change(facility), hour)
                    elif lifted:
                        yield one, other, price(model.lift(facility, *modes), hour)

    def border_km(self, mode: str, facility: str, zone: str, lon: float, lat: float) -> float:
        """Length from a facility to a border point along the lines of its zone."""
        zoned = self.zoned[mode]
        off = np.abs(zoned.flat.lon - lon) + np.abs(zoned.flat.lat - lat)
        goals = {
            self.node[(zone, int(n))]
            for n in np.flatnonzero(off < 1e-9)
            if (zone, int(n)) in self.node
        }
        start = self.state[(facility, zone)]
        known = self._to_border.get((start, min(goals)))
        if known is None:
            known = self._walk(start, goals)
            self._to_border[(start, min(goals))] = known
        return known

    def _walk(self, start: int, goals: set[int]) -> float:
        if not hasattr(self, "_next"):
            self._next: dict[int, list[tuple[int, float]]] = defaultdict(list)
            for u, v, km in zip(
                self.tails.tolist(), self.heads.tolist(), self.km.tolist(), strict=True
            ):
                self._next[u].append((v, km))
                self._next[v].append((u, km))
        best, heap = {start: 0.0}, [(0.0, start)]
        while heap:
            km, here = heapq.heappop(heap)
            if here in goals:
                return km
            if km > best[here]:
                continue
            for there, step in self._next[here]:
                if km + step < best.get(there, np.inf):
                    best[there] = km + step
                    heapq.heappush(heap, (km + step, there))
        raise AssertionError("the border point is not on the lines of the zone")

    def costs(self, matrix: Any, starts: list[int]) -> Any:
        """Cheapest generalised costs from some nodes to all."""
        from scipy.sparse.csgraph import dijkstra

        return dijkstra(matrix, directed=True, indices=starts)


def price(vector: Vector | None, hour: float) -> float:
    """Generalised cost of one charge vector."""
    return 0.0 if vector is None else vector.mean("hours") * hour + vector.mean("usd")
