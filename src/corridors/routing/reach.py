"""Points off the terminals, many of them: roads prepared once, then a point is looked up.

A single point is measured by a search of its own (`routing.ends.road_reach`). For a series the
roads of a zone are searched once from each of its facilities; from then on the way from any
point is read off: its road lies between two junctions, and each knows its way to every facility.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.movement.compiled import CompiledNetwork, Haul, Lines
from corridors.movement.segments import Anchor, Segments
from corridors.network.countries import CountryPolygons, read_polygons

if TYPE_CHECKING:
    import shapely

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

CELL_DEG = 0.5
"""Side of the squares that straight pieces of road are sorted into."""

MOST_ZONES = 12
"""Zones whose roads are kept prepared."""

MOST_NETWORKS = 2

BUCKETS = 4096


class ZoneRoads(NamedTuple):
    """Roads of a zone, searched from each of its facilities.

    Attributes
    ----------
    at : (n,) int32
        Number within the zone of every junction of the network, -1 for those of other zones.
    tail, km, country : arrays
        Of each arc in the zone, in both directions.
    members : list of (str, int, int)
        Facility, its junction in the network, and its row below; -1 where its roads are shut.
    far : (f, k) float64
        Kilometres from each facility to each junction.
    before : (f, k) int32
        Arc by which each junction is reached from each facility.
    """

    at: Ints
    tail: Ints
    km: Floats
    country: Ints
    members: list[tuple[str, int, int]]
    far: Floats
    before: Ints


class RoadFinder:
    """Roads near points, and the ways from there to facilities.

    Parameters
    ----------
    lines : Lines
    """

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.segments = Segments(lines.flat)
        self.on_zone = lines.arc_zone >= 0
        self._cells = _cells(self.segments)
        self._zones: OrderedDict[tuple[str, frozenset[str]], ZoneRoads] = OrderedDict()

    def nearest(self, lon: float, lat: float, *, reach_km: float) -> Anchor | None:
        """Foot of a point on the nearest road that belongs to a zone.

        Looked for in ever wider squares: the first within its own reach is the nearest of all.
        """
        reach = 12.5
        while reach < reach_km:
            found = self._within(lon, lat, reach)
            if found is not None:
                return found
            reach *= 4
        return self._within(lon, lat, reach_km)

    def _within(self, lon: float, lat: float, reach_km: float) -> Anchor | None:
        dlat = reach_km / 110.0
        dlon = dlat / max(0.1, float(np.cos(np.radians(lat))))
        near = self._cells.near(lon - dlon, lat - dlat, lon + dlon, lat + dlat)
        return self.segments.nearest(lon, lat, allowed=self.on_zone, reach_km=reach_km, among=near)

    def hauls(self, anchor: Anchor, name: str, country: str, avoid: Collection[str]) -> list[Haul]:
        """Ways from a point to every facility of its zone that can be reached.

        Parameters
        ----------
        anchor : Anchor
            Where the point meets its road.
        name, country : str
            Id and country of the point.
        avoid : collection of str
            Countries that no road may touch.
        """
        # Late: numba takes longer to load than a single point to search from.
        from corridors.routing.line_loops import read_off

        flat = self.lines.flat
        zone = self.lines.zones[int(self.lines.arc_zone[anchor.arc])]
        roads = self.roads(zone, frozenset(avoid))
        u, v = int(flat.u[anchor.arc]), int(flat.v[anchor.arc])
        # The stretch between the point and its road counts as road.
        begins = {u: anchor.km + anchor.offset_km}
        other = float(flat.km[anchor.arc]) - anchor.km + anchor.offset_km
        begins[v] = min(other, begins.get(v, other))
        ends = [(int(roads.at[node]), km) for node, km in begins.items() if roads.at[node] >= 0]
        length = np.full(len(roads.far), np.inf)
        sums = np.zeros((len(roads.far), len(flat.countries)))
        order = np.full((len(roads.far), len(flat.countries)), -1, dtype=np.int32)
        read_off(
            np.array([node for node, _ in ends], dtype=np.int32),
            np.array([km for _, km in ends], dtype=np.float64),
            roads.far, roads.before, roads.tail, roads.km, roads.country, length, sums, order,
        )  # fmt: skip
        kms, codes, by_code = length.tolist(), order.tolist(), sums.tolist()
        found = []
        for facility, junction, row in roads.members:
            countries: dict[str, float] = {}
            if row < 0:
                if junction not in begins:
                    continue
                total = begins[junction]  # the point stands beside it
            else:
                total = kms[row]
                for code in codes[row]:
                    if code < 0:
                        break
                    countries[flat.countries[code]] = by_code[row][code]
            if total < np.inf:
                countries = countries or {country: 0.0}
                first = next(iter(countries))
                countries[first] += total - sum(countries.values())
                found.append(Haul(name, facility, zone, total, 0.0, 0.0, countries))
        return found

    def roads(self, zone: str, avoid: frozenset[str]) -> ZoneRoads:
        """Roads of a zone, prepared once."""
        key = (zone, avoid)
        if key not in self._zones:
            self._zones[key] = self._prepared(zone, avoid)
            while len(self._zones) > MOST_ZONES:
                self._zones.popitem(last=False)
        self._zones.move_to_end(key)
        return self._zones[key]

    def _prepared(self, zone: str, avoid: frozenset[str]) -> ZoneRoads:
        from corridors.routing.line_loops import settle_flat

        flat, lines = self.lines.flat, self.lines
        arcs = lines.zone_arcs(zone)
        shut = [flat.countries.index(code) for code in avoid if code in flat.countries]
        arcs = arcs[~np.isin(flat.country[arcs], shut)]
        u, v = flat.u[arcs], flat.v[arcs]
        nodes = np.unique(np.concatenate([u, v]))
        at = np.full(len(flat.lon), -1, dtype=np.int32)
        at[nodes] = np.arange(len(nodes))
        tail = np.concatenate([at[u], at[v]])
        order = np.argsort(tail, kind="stable")
        tail, head = tail[order], np.concatenate([at[v], at[u]])[order]
        km = np.concatenate([flat.km[arcs]] * 2)[order]
        country = np.concatenate([flat.country[arcs]] * 2)[order].astype(np.int32)
        counts = np.bincount(tail, minlength=len(nodes))
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        nodes_of = sorted((f, n) for (f, z), n in lines.node_of.items() if z == zone)
        begins = [int(at[node]) for _, node in nodes_of if at[node] >= 0]
        rows = iter(range(len(begins)))
        members = [(f, node, next(rows) if at[node] >= 0 else -1) for f, node in nodes_of]
        far = np.empty((len(begins), len(nodes)))
        before = np.empty((len(begins), len(nodes)), dtype=np.int32)
        first = np.empty(BUCKETS, dtype=np.int32)
        after, ahead = np.empty(len(nodes), dtype=np.int32), np.empty(len(nodes), dtype=np.int32)
        width = float(km.max(initial=1.0)) / (BUCKETS - 3)
        for row, node in enumerate(begins):
            settle_flat(
                indptr, head, km, node, -1, width, far[row], before[row], first, after, ahead
            )
        return ZoneRoads(at, tail, km, country, members, far, before)


@lru_cache(maxsize=MOST_NETWORKS)
def borders(path: Path, changed: int) -> tuple[CountryPolygons, shapely.STRtree]:
    """Country polygons with their tree, kept for the next point.

    Parameters
    ----------
    path : Path
    changed : int
        When the file was written: one that was written again is read again.
    """
    import shapely

    polygons = read_polygons(path)
    return polygons, shapely.STRtree(polygons.shapes)


class _Cells(NamedTuple):
    """Straight pieces by the squares that they touch."""

    start: NDArray[np.int64]
    piece: NDArray[np.int64]
    columns: int
    rows: int

    def near(self, west: float, south: float, east: float, north: float) -> NDArray[np.int64]:
        """Pieces in squares that a box touches, each once, in order."""
        x0, x1 = _square(west, 180, self.columns), _square(east, 180, self.columns)
        y0, y1 = _square(south, 90, self.rows), _square(north, 90, self.rows)
        found = [
            self.piece[self.start[y * self.columns + x0] : self.start[y * self.columns + x1 + 1]]
            for y in range(y0, y1 + 1)
        ]
        return np.unique(np.concatenate(found))


def _square(degrees: float, offset: float, most: int) -> int:
    return min(max(int((degrees + offset) // CELL_DEG), 0), most - 1)


def _cells(segments: Segments) -> _Cells:
    columns, rows = int(360 / CELL_DEG), int(180 / CELL_DEG)

    def squares(low: Floats, high: Floats, offset: float, most: int) -> tuple[Ints, Ints]:
        pair = ((np.minimum(low, high) + offset), (np.maximum(low, high) + offset))
        one, other = (np.clip(x // CELL_DEG, 0, most - 1).astype(np.int32) for x in pair)
        return one, other

    x0, x1 = squares(segments.lon1, segments.lon2, 180, columns)
    y0, y1 = squares(segments.lat1, segments.lat2, 90, rows)
    wide, high = x1 - x0 + 1, y1 - y0 + 1
    count = (wide * high).astype(np.int64)
    piece = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
    cell = (y0[piece] + place // wide[piece]).astype(np.int64) * columns
    cell += x0[piece] + place % wide[piece]
    order = np.lexsort((piece, cell))
    counts = np.bincount(cell, minlength=columns * rows)
    return _Cells(np.concatenate([[0], np.cumsum(counts)]), piece[order], columns, rows)


_FINDERS: OrderedDict[int, RoadFinder] = OrderedDict()


def finder_of(network: CompiledNetwork) -> RoadFinder:
    """The prepared roads of a network, kept for the next point."""
    lines = network.lines("road")
    # A finder holds its lines: while it is kept nothing else can have their id.
    found = _FINDERS.get(id(lines))
    if found is None:
        found = _FINDERS[id(lines)] = RoadFinder(lines)
        while len(_FINDERS) > MOST_NETWORKS:
            _FINDERS.popitem(last=False)
    return found
