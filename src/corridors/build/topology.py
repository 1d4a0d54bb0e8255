"""From raw OSM vertices to a flat network: clip, one country per arc, stitch, merge, contract.

Every step takes and returns plain arrays and adds its counts to the build report.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridors.build.chains import Arcs, simplified
from corridors.build.packaged_extract import RawLines
from corridors.geodesy import great_circle_km, great_circle_km_array
from corridors.network.connected import components
from corridors.network.countries import CountryPolygons
from corridors.network.flat import STITCHED, FlatNetwork

BOX = (-10.0, 5.0, 145.0, 65.0)
"""West, south, east, north of the region."""


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How far the build may go in mending and thinning one mode.

    Attributes
    ----------
    stitch_km : float
        Longest break that is joined (and flagged).
    cluster_km : float
        Largest diameter of a yard throat or interchange that becomes one junction.
    sliver_km : float
        A piece of track in a neighbouring country shorter than this in all is taken for
        noise of the generalised border.
    island_km : float
        A component with less track than this is dropped.
    """

    stitch_km: float
    cluster_km: float
    sliver_km: float
    island_km: float


TOLERANCES = {
    "rail": Tolerances(stitch_km=2.2, cluster_km=0.6, sliver_km=8.0, island_km=25.0),
    "road": Tolerances(stitch_km=0.5, cluster_km=1.5, sliver_km=8.0, island_km=60.0),
}


@dataclass(slots=True)
class Lines:
    """Working form: vertices with a country index, undirected edges with km and flags."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    country: NDArray[np.int16]
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    km: NDArray[np.float64]
    flags: NDArray[np.uint8]
    edge_country: NDArray[np.int16] = field(default_factory=lambda: np.empty(0, dtype=np.int16))


def flatten(
    raw: RawLines, *, mode: str, polygons: CountryPolygons, served: frozenset[str]
) -> tuple[FlatNetwork, dict[str, Any]]:
    """Make the flat network of one mode.

    Parameters
    ----------
    raw : RawLines
        Vertices and edges of the source.
    mode : {"rail", "road"}
    polygons : CountryPolygons
    served : frozenset of str
        Alpha-2 codes to keep; lines elsewhere are dropped and counted.

    Returns
    -------
    FlatNetwork, dict
        The network and the counts for the build report.
    """
    limits = TOLERANCES[mode]
    report: dict[str, Any] = {"mode": mode, "source_vertices": len(raw.lon)}
    countries = tuple(sorted(served))
    lines = _clip(raw, polygons=polygons, countries=countries, report=report)
    _absorb_slivers(lines, limits=limits, report=report)
    lines = _stitch(lines, limits=limits, report=report)
    lines = _split_at_borders(lines, polygons=polygons, countries=countries, report=report)
    lines = _drop_islands(lines, limits=limits, report=report)
    network = _contract(lines, mode=mode, countries=countries, limits=limits, report=report)
    return network, report


def _clip(
    raw: RawLines, *, polygons: CountryPolygons, countries: tuple[str, ...], report: dict[str, Any]
) -> Lines:
    west, south, east, north = BOX
    inside = (raw.lon >= west) & (raw.lon <= east) & (raw.lat >= south) & (raw.lat <= north)
    index = np.full(len(raw.lon), -1, dtype=np.int64)
    kept = np.flatnonzero(inside)
    codes = polygons.locate(raw.lon[kept], raw.lat[kept])
    position = {code: i for i, code in enumerate(countries)}
    served = np.array([position.get(str(code), -1) for code in codes], dtype=np.int16)
    dropped: dict[str, int] = defaultdict(int)
    for code in codes[served < 0]:
        dropped[str(code) or "other"] += 1
    report["vertices_in_box"] = len(kept)
    report["vertices_dropped_unserved"] = dict(sorted(dropped.items()))
    kept, served = kept[served >= 0], served[served >= 0]
    index[kept] = np.arange(len(kept))
    u, v = index[raw.u], index[raw.v]
    both = (u >= 0) & (v >= 0) & (u != v)
    u, v, km = u[both], v[both], raw.km[both]
    lon, lat = raw.lon[kept], raw.lat[kept]
    # The source rounds to metres and uses its own radius: never below the chord.
    km = np.maximum(km, great_circle_km_array(lon[u], lat[u], lon[v], lat[v]))
    return Lines(lon, lat, served, u, v, km, np.zeros(len(u), dtype=np.uint8))


def _absorb_slivers(lines: Lines, *, limits: Tolerances, report: dict[str, Any]) -> None:
    """Give small pieces of track behind a generalised border back to their own side."""
    absorbed = 0
    for _ in range(3):
        same = lines.country[lines.u] == lines.country[lines.v]
        label = components(len(lines.lon), lines.u[same], lines.v[same])
        size = np.bincount(label[lines.u[same]], weights=lines.km[same], minlength=len(lines.lon))
        votes: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for a, b in zip(lines.u[~same].tolist(), lines.v[~same].tolist(), strict=True):
            for one, other in ((a, b), (b, a)):
                mine, theirs = int(label[one]), int(label[other])
                if size[mine] < limits.sliver_km and size[theirs] > size[mine]:
                    votes[mine][int(lines.country[other])] += 1
        if not votes:
            break
        new = {piece: max(sorted(count), key=count.__getitem__) for piece, count in votes.items()}
        change = np.isin(label, list(new))
        absorbed += int(change.sum())
        lines.country[change] = [new[int(piece)] for piece in label[change]]
    report["vertices_absorbed_as_border_noise"] = absorbed


def _stitch(lines: Lines, *, limits: Tolerances, report: dict[str, Any]) -> Lines:
    """Join breaks of the source up to the limit: between components, and at dangling ends."""
    label = components(len(lines.lon), lines.u, lines.v)
    degree = np.bincount(np.concatenate([lines.u, lines.v]), minlength=len(lines.lon))
    main = int(np.bincount(label).argmax())
    seekers = np.flatnonzero((label != main) | (degree == 1))
    pairs = _near_pairs(lines.lon, lines.lat, seekers, limits.stitch_km)
    parent: dict[int, int] = {}

    def root(x: int) -> int:
        while parent.get(x, x) != x:
            x = parent[x]
        return x

    neighbours: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for a, b, km in zip(lines.u.tolist(), lines.v.tolist(), lines.km.tolist(), strict=True):
        neighbours[a].append((b, km))
        neighbours[b].append((a, km))
    joins: list[tuple[int, int, float]] = []
    for km, a, b in pairs:
        if lines.country[a] != lines.country[b]:
            continue
        one, other = root(int(label[a])), root(int(label[b]))
        if one == other and not _is_detour(neighbours, a, b, beyond_km=10 * km + 5):
            continue
        parent[max(one, other)] = min(one, other)
        joins.append((a, b, km))
        neighbours[a].append((b, km))
        neighbours[b].append((a, km))
    report["stitched_breaks"] = len(joins)
    report["stitched_km"] = round(sum(km for *_, km in joins), 1)
    if not joins:
        return lines
    extra = np.array([(a, b) for a, b, _ in joins], dtype=np.int64)
    return Lines(
        lines.lon,
        lines.lat,
        lines.country,
        np.concatenate([lines.u, extra[:, 0]]),
        np.concatenate([lines.v, extra[:, 1]]),
        np.concatenate([lines.km, [km for *_, km in joins]]),
        np.concatenate([lines.flags, np.full(len(joins), STITCHED, dtype=np.uint8)]),
    )


def _near_pairs(
    lon: NDArray[np.float64], lat: NDArray[np.float64], seekers: NDArray[np.int64], limit_km: float
) -> list[tuple[float, int, int]]:
    """(km, seeker, other) for every vertex within the limit of a seeker, nearest first."""
    cell = limit_km / 111.0
    rows = np.floor(lat / cell).astype(np.int64)
    # Columns as wide as the limit at the row's own latitude.
    width = cell / np.cos(np.radians((rows + 0.5) * cell))
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    columns = np.floor(lon / width).astype(np.int64)
    for i, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
        cells[(row, column)].append(i)
    pairs: list[tuple[float, int, int]] = []
    for a in seekers.tolist():
        for row in range(rows[a] - 1, rows[a] + 2):
            step = cell / np.cos(np.radians((row + 0.5) * cell))
            middle = int(np.floor(lon[a] / step))
            for column in (middle - 1, middle, middle + 1):
                for b in cells.get((row, column), ()):
                    if a == b:
                        continue
                    km = great_circle_km(lon[a], lat[a], lon[b], lat[b])
                    if km <= limit_km:
                        pairs.append((km, a, b))
    pairs.sort()
    return pairs


def _is_detour(
    neighbours: dict[int, list[tuple[int, float]]], a: int, b: int, *, beyond_km: float
) -> bool:
    """Whether the way from a to b along the lines is longer than the limit."""
    best = {a: 0.0}
    frontier = [(0.0, a)]
    while frontier:
        frontier.sort(reverse=True)
        km, node = frontier.pop()
        if node == b:
            return False
        for other, step in neighbours[node]:
            total = km + step
            if total <= beyond_km and total < best.get(other, np.inf):
                best[other] = total
                frontier.append((total, other))
        if len(best) > 3000:
            return False  # a dense yard: leave it alone
    return True


def _split_at_borders(
    lines: Lines, *, polygons: CountryPolygons, countries: tuple[str, ...], report: dict[str, Any]
) -> Lines:
    """Put a vertex where an edge leaves one country for another."""
    cross = np.flatnonzero(lines.country[lines.u] != lines.country[lines.v])
    share = _border_share(lines, cross, polygons=polygons, countries=countries)
    a, b = lines.u[cross], lines.v[cross]
    count = len(lines.lon)
    new = count + np.arange(len(cross))
    lon = np.concatenate([lines.lon, lines.lon[a] + share * (lines.lon[b] - lines.lon[a])])
    lat = np.concatenate([lines.lat, lines.lat[a] + share * (lines.lat[b] - lines.lat[a])])
    keep = np.ones(len(lines.u), dtype=bool)
    keep[cross] = False
    report["border_points"] = len(cross)
    return Lines(
        lon,
        lat,
        # -1 marks a border vertex: it belongs to both sides and is never merged away.
        np.concatenate([lines.country, np.full(len(cross), -1, dtype=np.int16)]),
        np.concatenate([lines.u[keep], a, new]),
        np.concatenate([lines.v[keep], new, b]),
        np.concatenate([lines.km[keep], lines.km[cross] * share, lines.km[cross] * (1 - share)]),
        np.concatenate([lines.flags[keep], lines.flags[cross], lines.flags[cross]]),
        np.concatenate([lines.country[lines.u[keep]], lines.country[a], lines.country[b]]).astype(
            np.int16
        ),
    )


def _border_share(
    lines: Lines,
    cross: NDArray[np.int64],
    *,
    polygons: CountryPolygons,
    countries: tuple[str, ...],
) -> NDArray[np.float64]:
    """Share of each crossing edge that lies on the side of its first end."""
    steps = np.linspace(0.02, 0.98, 25)
    a, b = lines.u[cross], lines.v[cross]
    lon = lines.lon[a][:, None] + steps * (lines.lon[b] - lines.lon[a])[:, None]
    lat = lines.lat[a][:, None] + steps * (lines.lat[b] - lines.lat[a])[:, None]
    found = polygons.locate(lon.ravel(), lat.ravel()).reshape(lon.shape)
    own = np.array(countries)[lines.country[a]][:, None]
    return np.asarray(np.clip((found == own).mean(axis=1), 0.02, 0.98), dtype=np.float64)


def _drop_islands(lines: Lines, *, limits: Tolerances, report: dict[str, Any]) -> Lines:
    label = components(len(lines.lon), lines.u, lines.v)
    size = np.bincount(label[lines.u], weights=lines.km, minlength=len(lines.lon))
    keep = size[label[lines.u]] >= limits.island_km
    total = float(lines.km.sum())
    sizes = size[size > 0]
    report["components"] = {
        "count": len(sizes),
        "largest_share": round(float(sizes.max() / total), 4),
        "dropped_count": int((sizes < limits.island_km).sum()),
        "dropped_km": round(float(lines.km[~keep].sum()), 1),
        "total_km": round(total, 1),
    }
    return Lines(
        lines.lon,
        lines.lat,
        lines.country,
        lines.u[keep],
        lines.v[keep],
        lines.km[keep],
        lines.flags[keep],
        lines.edge_country[keep],
    )


def _clusters(lines: Lines, *, limit_km: float) -> NDArray[np.int64]:
    """Representative vertex of each vertex: short edges shrink until a cluster is too wide."""
    parent = np.arange(len(lines.lon))
    box = np.column_stack([lines.lon, lines.lat, lines.lon, lines.lat])

    def root(x: int) -> int:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = int(parent[x])
        return x

    degree = np.bincount(np.concatenate([lines.u, lines.v]), minlength=len(lines.lon))
    short = np.flatnonzero(
        (lines.km <= limit_km) & (lines.country[lines.u] >= 0) & (lines.country[lines.v] >= 0)
    )
    for e in short[np.argsort(lines.km[short], kind="stable")].tolist():
        a, b = root(int(lines.u[e])), root(int(lines.v[e]))
        if a == b:
            continue
        west, south = np.minimum(box[a, :2], box[b, :2])
        east, north = np.maximum(box[a, 2:], box[b, 2:])
        if great_circle_km(west, south, east, north) > limit_km:
            continue
        if (degree[a], -a) < (degree[b], -b):
            a, b = b, a
        parent[b] = a
        box[a] = (west, south, east, north)
    return np.array([root(x) for x in range(len(parent))])


def _contract(
    lines: Lines,
    *,
    mode: str,
    countries: tuple[str, ...],
    limits: Tolerances,
    report: dict[str, Any],
) -> FlatNetwork:
    """Merge clusters into junctions, then run chains of plain vertices together to arcs."""
    merged = _merged(lines, _clusters(lines, limit_km=limits.cluster_km))
    report["arcs_after_merging"] = len(merged.u)
    arcs = simplified(merged, fixed=lines.country < 0)
    return _as_network(arcs, lines, mode=mode, countries=countries, report=report)


def _merged(lines: Lines, rep: NDArray[np.int64]) -> Arcs:
    """Edges between clusters: of several between the same two the shortest."""
    a, b = lines.u.astype(np.int64), lines.v.astype(np.int64)
    ra, rb = rep[a], rep[b]
    km = lines.km.copy()
    for one, other in ((ra, a), (b, rb)):
        off = np.flatnonzero(one != other)
        one, other = one[off], other[off]
        km[off] += great_circle_km_array(
            lines.lon[one], lines.lat[one], lines.lon[other], lines.lat[other]
        )
    low, high = np.minimum(ra, rb), np.maximum(ra, rb)
    order = np.lexsort((km, high, low))
    order = order[low[order] != high[order]]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    edge = order[first]
    backward = ra[edge] > rb[edge]
    # From the one junction by the ends of the edge to the other; an end that is the junction
    # itself is there once.
    line = np.column_stack([ra[edge], a[edge], b[edge], rb[edge]])
    line[backward] = line[backward, ::-1]
    there = np.ones(line.shape, dtype=bool)
    there[:, 1], there[:, 2] = line[:, 0] != line[:, 1], line[:, 2] != line[:, 3]
    return Arcs(
        u=low[edge],
        v=high[edge],
        km=km[edge],
        country=lines.edge_country[edge],
        flags=lines.flags[edge],
        start=np.concatenate([[0], np.cumsum(there.sum(axis=1))]).astype(np.int64),
        vertex=line[there],
    )


def _as_network(
    arcs: Arcs,
    lines: Lines,
    *,
    mode: str,
    countries: tuple[str, ...],
    report: dict[str, Any],
) -> FlatNetwork:
    nodes, ends = np.unique(np.concatenate([arcs.u, arcs.v]), return_inverse=True)
    ends = ends.reshape(2, -1).astype(np.int32)
    # Where an edge was cut at a border the cut may lie beside the great circle: an arc is never
    # shorter than the line it is drawn by.
    lon, lat = lines.lon[arcs.vertex], lines.lat[arcs.vertex]
    steps = great_circle_km_array(lon[:-1], lat[:-1], lon[1:], lat[1:])
    steps = np.append(steps, 0.0)
    steps[arcs.start[1:] - 1] = 0.0
    drawn = np.add.reduceat(steps, arcs.start[:-1])
    report["junctions"], report["arcs"], report["vertices"] = len(nodes), len(arcs.u), len(lon)
    return FlatNetwork(
        mode=mode,
        countries=countries,
        lon=lines.lon[nodes],
        lat=lines.lat[nodes],
        u=ends[0],
        v=ends[1],
        km=np.maximum(drawn, arcs.km),
        country=arcs.country.astype(np.uint8),
        flags=arcs.flags,
        start=arcs.start,
        vertex_lon=lon,
        vertex_lat=lat,
    )
