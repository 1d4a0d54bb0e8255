"""Lines of one mode as edges between junctions: cut where ways share a node, run together after.

Two ways meet only where they share a node of the map: a bridge over a line is no junction. Every
step takes edges and returns edges, as plain arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from corridors.build.osm_lines import UNITS, OsmLines
from corridors.build.osm_tags import CLASSES
from corridors.geodesy import great_circle_km_array

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LINE_TOLERANCE_DEG = 0.0002
"""How far a drawn line may leave the mapped one (about 20 m); lengths are of the mapped one."""


@dataclass(slots=True)
class Edges:
    """Edges between nodes, each with its line and what is known of it.

    Attributes
    ----------
    classes : tuple of str
        Columns of `class_km`.
    lon, lat : (n,) float64
        Nodes.
    fixed : (n,) bool
        Nodes that are never run through or merged, such as border points.
    u, v : (m,) int64
        Ends. An edge with `oneway` leads from `u` to `v` only.
    km : (m,) float64
        Length as mapped.
    gauge : (m, 2) uint16
        Tagged gauges in mm, ascending; 0 where there is none.
    oneway : (m,) bool
    class_km : (m, k) float64
    limit : (m, 2) float64
        Kilometres with a tagged speed limit, and hours they take at it.
    country : (m,) int16
        Index of a country, -1 while unknown.
    flags : (m,) uint8
    start : (m + 1,) int64
        Slices of the vertices.
    vlon, vlat : (k,) float64
        Line of each edge from `u` to `v`.
    """

    classes: tuple[str, ...]
    lon: Floats
    lat: Floats
    fixed: NDArray[np.bool_]
    u: Ints
    v: Ints
    km: Floats
    gauge: NDArray[np.uint16]
    oneway: NDArray[np.bool_]
    class_km: Floats
    limit: Floats
    country: NDArray[np.int16]
    flags: NDArray[np.uint8]
    start: Ints
    vlon: Floats
    vlat: Floats

    def __len__(self) -> int:
        return len(self.u)

    def take(self, rows: Any) -> Edges:
        """Some of the edges, by mask or position."""
        index = np.arange(len(self))[rows]
        at, start = gather(self.start, index)
        return replace(
            self,
            u=self.u[index],
            v=self.v[index],
            km=self.km[index],
            gauge=self.gauge[index],
            oneway=self.oneway[index],
            class_km=self.class_km[index],
            limit=self.limit[index],
            country=self.country[index],
            flags=self.flags[index],
            start=start,
            vlon=self.vlon[at],
            vlat=self.vlat[at],
        )

    def degree(self) -> Ints:
        """How many ends of edges meet in each node."""
        return np.bincount(np.concatenate([self.u, self.v]), minlength=len(self.lon))


def gather(
    start: Ints, index: Ints, *, backward: NDArray[np.bool_] | None = None
) -> tuple[Ints, Ints]:
    """Positions of the vertices of some edges one after the other, and the new slices.

    Examples
    --------
    >>> gather(np.array([0, 2, 5]), np.array([1, 0]))[0].tolist()
    [2, 3, 4, 0, 1]
    """
    size = start[index + 1] - start[index]
    ends = np.cumsum(size)
    steps = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - size, size)
    first = start[index]
    if backward is not None:
        steps = np.where(np.repeat(backward, size), -steps, steps)
        first = np.where(backward, start[index + 1] - 1, first)
    return np.repeat(first, size) + steps, np.concatenate([[0], ends]).astype(np.int64)


def components(count: int, u: Ints, v: Ints) -> Ints:
    """Component of each node: the smallest node in it."""
    label = np.arange(count)
    while True:
        before = label.copy()
        low = np.minimum(label[u], label[v])
        np.minimum.at(label, u, low)
        np.minimum.at(label, v, low)
        label = label[label]
        if np.array_equal(label, before):
            return label


def edges_of(lines: OsmLines, *, mode: str, counts: dict[str, Any]) -> Edges:
    """Cut the ways of one mode where they share nodes.

    Parameters
    ----------
    lines : OsmLines
    mode : {"rail", "road"}
    counts : dict
        Gets what was counted.
    """
    of_mode = np.array([kind.mode == mode for kind in lines.kinds], dtype=bool)
    ways = np.flatnonzero(of_mode[lines.kind]) if of_mode.any() else np.empty(0, dtype=np.int64)
    against = np.array([kind.oneway < 0 for kind in lines.kinds], dtype=bool)
    kind_of_way = lines.kind[ways]
    backward = against[kind_of_way] if len(ways) else np.empty(0, dtype=bool)
    at, start = gather(lines.start, ways, backward=backward)
    node = lines.node[at]
    way = np.repeat(np.arange(len(ways)), np.diff(start))
    first = np.flatnonzero(way[:-1] == way[1:])
    a, b = node[first], node[first + 1]
    whole = (a >= 0) & (b >= 0)
    counts["segments_lost_to_missing_nodes"] = int((~whole).sum())
    moving = a != b
    counts["segments_without_length"] = int((whole & ~moving).sum())
    first, a, b = first[whole & moving], a[whole & moving], b[whole & moving]
    low, high = np.minimum(a, b), np.maximum(a, b)
    _, once = np.unique(low * (len(lines.x) + 1) + high, return_index=True)
    once.sort()
    counts["segments_mapped_twice"] = len(a) - len(once)
    first, a, b = first[once], a[once], b[once]
    return _runs(lines, mode, first, a, b, kind_of_way[way[first]])


def _runs(
    lines: OsmLines, mode: str, first: Ints, a: Ints, b: Ints, kind: NDArray[np.int32]
) -> Edges:
    """Segments run together along their way between nodes where something else begins or ends."""
    x, y = lines.x / UNITS, lines.y / UNITS
    km = great_circle_km_array(x[a], y[a], x[b], y[b])
    degree = np.bincount(np.concatenate([a, b]), minlength=len(x))
    begins = np.ones(len(a), dtype=bool)
    begins[1:] = (b[:-1] != a[1:]) | (np.diff(first) != 1) | (degree[a[1:]] != 2)
    head = np.flatnonzero(begins)
    tail = np.append(head[1:], len(a)) - 1 if len(a) else head
    run = np.cumsum(begins) - 1
    size = tail - head + 2
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    vertex = np.empty(int(start[-1]), dtype=np.int64)
    vertex[np.arange(len(a)) + run] = a
    vertex[start[1:] - 1] = b[tail]
    nodes, ends = np.unique(np.concatenate([a[head], b[tail]]), return_inverse=True)
    of_run = kind[head]
    length = np.bincount(run, weights=km, minlength=len(head)).astype(np.float64)
    names = CLASSES[mode]
    holds = np.array(
        [[name in k.classes for name in names] for k in lines.kinds], dtype=np.float64
    ).reshape(len(lines.kinds), len(names))
    gauge = np.zeros((len(lines.kinds), 2), dtype=np.uint16)
    for i, k in enumerate(lines.kinds):
        gauge[i, : len(k.gauges_mm)] = k.gauges_mm
    limit = np.array([k.max_kmh for k in lines.kinds], dtype=np.float64)[of_run]
    limited = limit > 0
    return Edges(
        classes=names,
        lon=x[nodes],
        lat=y[nodes],
        fixed=np.zeros(len(nodes), dtype=bool),
        u=ends[: len(head)].astype(np.int64),
        v=ends[len(head) :].astype(np.int64),
        km=length,
        gauge=gauge[of_run],
        oneway=np.array([k.oneway != 0 for k in lines.kinds], dtype=bool)[of_run],
        class_km=holds[of_run] * length[:, None],
        limit=np.column_stack([length * limited, length / np.where(limited, limit, np.inf)]),
        country=np.full(len(head), -1, dtype=np.int16),
        flags=np.zeros(len(head), dtype=np.uint8),
        start=start,
        vlon=x[vertex],
        vlat=y[vertex],
    )


def run_together(edges: Edges) -> Edges:
    """Join edges at nodes where nothing but one of them ends and the other begins.

    Country, gauge and direction do not change inside an edge; classes and limits are summed.
    """
    count = len(edges)
    if not count:
        return edges
    alike = np.column_stack([edges.country, edges.gauge, edges.oneway]).astype(np.int64)
    # End 2 i is where edge i begins, end 2 i + 1 where it ends.
    node = np.column_stack([edges.u, edges.v]).ravel()
    order = np.argsort(node, kind="stable")
    sorted_node = node[order]
    degree = edges.degree()
    pair = np.flatnonzero(sorted_node[:-1] == sorted_node[1:])
    pair = pair[degree[sorted_node[pair]] == 2]
    pair = pair[~edges.fixed[sorted_node[pair]]]
    one, other = order[pair], order[pair + 1]
    fits = (one // 2 != other // 2) & (alike[one // 2] == alike[other // 2]).all(axis=1)
    # On a one-way line an end leads into a beginning.
    fits &= ~edges.oneway[one // 2] | (one % 2 != other % 2)
    partner = np.full(2 * count, -1, dtype=np.int64)
    partner[one[fits]], partner[other[fits]] = other[fits], one[fits]
    return _chained(edges, _chains(partner.tolist(), edges.oneway.tolist()))


def _chains(partner: list[int], oneway: list[bool]) -> tuple[Ints, NDArray[np.bool_], Ints]:
    """Edges in the order they are run through, whether backward, and where a chain begins."""
    count = len(oneway)
    done = [False] * count
    order: list[int] = []
    back: list[bool] = []
    heads: list[int] = []
    # Chains with a loose end first; what is left are rings.
    for ring in (False, True):
        for edge in range(count):
            if done[edge]:
                continue
            if ring or partner[2 * edge] < 0:
                end = 2 * edge
            elif partner[2 * edge + 1] < 0 and not oneway[edge]:
                end = 2 * edge + 1
            else:
                continue
            heads.append(len(order))
            while end >= 0 and not done[end // 2]:
                done[end // 2] = True
                order.append(end // 2)
                back.append(end % 2 == 1)
                end = partner[end ^ 1]
    return (
        np.array(order, dtype=np.int64),
        np.array(back, dtype=bool),
        np.array(heads, dtype=np.int64),
    )


def _chained(edges: Edges, chains: tuple[Ints, NDArray[np.bool_], Ints]) -> Edges:
    order, back, heads = chains
    tails = np.append(heads[1:], len(order)) - 1
    at, start = gather(edges.start, order, backward=back)
    # A later piece begins where the one before it ends: that vertex is there already.
    keep = np.ones(len(at), dtype=bool)
    later = np.ones(len(order), dtype=bool)
    later[heads] = False
    keep[start[:-1][later]] = False
    size = np.diff(start) - later
    total = np.add.reduceat(size, heads)
    begin, end = order[heads], order[tails]
    flags = np.bitwise_or.reduceat(edges.flags[order], heads)
    return replace(
        edges,
        u=np.where(back[heads], edges.v[begin], edges.u[begin]),
        v=np.where(back[tails], edges.u[end], edges.v[end]),
        km=np.add.reduceat(edges.km[order], heads),
        gauge=edges.gauge[begin],
        oneway=edges.oneway[begin],
        class_km=np.add.reduceat(edges.class_km[order], heads, axis=0),
        limit=np.add.reduceat(edges.limit[order], heads, axis=0),
        country=edges.country[begin],
        flags=flags,
        start=np.concatenate([[0], np.cumsum(total)]).astype(np.int64),
        vlon=edges.vlon[at[keep]],
        vlat=edges.vlat[at[keep]],
    )


def thinned(edges: Edges, *, tolerance_deg: float = LINE_TOLERANCE_DEG) -> Edges:
    """Drop vertices that hardly bend the line; lengths stay."""
    if not len(edges):
        return edges
    of_vertex = np.repeat(np.arange(len(edges)), np.diff(edges.start))
    lines = shapely.linestrings(edges.vlon, edges.vlat, indices=of_vertex)
    xy, of_edge = shapely.get_coordinates(
        shapely.simplify(lines, tolerance_deg, preserve_topology=False), return_index=True
    )
    size = np.bincount(of_edge, minlength=len(edges))
    return replace(
        edges,
        start=np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
        vlon=xy[:, 0],
        vlat=xy[:, 1],
    )
