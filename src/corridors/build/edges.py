"""Lines of one mode as edges between junctions: cut where ways share a node, run together after.

Two ways meet only where they share a node of the map: a bridge over a line is no junction. Every
step takes edges and returns edges, as plain arrays.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from corridors.build.osm_lines import UNITS, OsmLines
from corridors.build.osm_tags import CLASSES
from corridors.geodesy import great_circle_km_array

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Positions = NDArray[np.int32]

_AT_ONCE = 200_000
LINES_AT_ONCE = 20_000
"""A line as an object is many times its coordinates: so many are made at a time."""

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
    class_km : (m, k) float32
    limit : (m, 2) float32
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
    class_km: NDArray[np.float32]
    limit: NDArray[np.float32]
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


def edges_of(lines: OsmLines, *, mode: str, counts: dict[str, Any]) -> Edges:
    """Cut the ways of one mode where they share nodes.

    Parameters
    ----------
    lines : OsmLines
    mode : {"rail", "road"}
    counts : dict
        Gets what was counted.
    """
    runs = _runs(*_pieces(lines, mode, counts), lines=lines)
    node, names = runs.node, CLASSES[mode]

    def line(part: slice) -> tuple[Floats, Floats]:
        return lines.x[node[part]] / UNITS, lines.y[node[part]] / UNITS

    start, vlon, vlat = redrawn(runs.start, line, _simplified(LINE_TOLERANCE_DEG))
    ends = np.concatenate([node[runs.start[:-1]], node[runs.start[1:] - 1]])
    nodes, ends = np.unique(ends, return_inverse=True)
    kind, km = runs.kind, runs.km.astype(np.float32)
    class_km = np.array(
        [[name in k.classes for name in names] for k in lines.kinds], dtype=np.float32
    ).reshape(len(lines.kinds), len(names))[kind]
    class_km *= km[:, None]
    gauge = np.zeros((len(lines.kinds), 2), dtype=np.uint16)
    for i, k in enumerate(lines.kinds):
        gauge[i, : len(k.gauges_mm)] = k.gauges_mm
    limit = np.array([k.max_kmh for k in lines.kinds], dtype=np.float32)[kind]
    limited = limit > 0
    return Edges(
        classes=names,
        lon=lines.x[nodes] / UNITS,
        lat=lines.y[nodes] / UNITS,
        fixed=np.zeros(len(nodes), dtype=bool),
        u=ends[: len(km)].astype(np.int64),
        v=ends[len(km) :].astype(np.int64),
        km=runs.km,
        gauge=gauge[kind],
        oneway=np.array([k.oneway != 0 for k in lines.kinds], dtype=bool)[kind],
        class_km=class_km,
        limit=np.column_stack([km * limited, km / np.where(limited, limit, np.float32(np.inf))]),
        country=np.full(len(km), -1, dtype=np.int16),
        flags=np.zeros(len(km), dtype=np.uint8),
        start=start,
        vlon=vlon,
        vlat=vlat,
    )


class _Pieces(NamedTuple):
    """Pieces from node to node in the order of the ways: place in its way's nodes, ends, kind."""

    first: Positions
    a: Positions
    b: Positions
    kind: Positions


class _Runs(NamedTuple):
    """Pieces run together along their way between nodes where something else begins or ends."""

    start: Ints
    node: Positions
    km: Floats
    kind: Positions


def _pieces(lines: OsmLines, mode: str, counts: dict[str, Any]) -> _Pieces:
    of_mode = np.array([kind.mode == mode for kind in lines.kinds], dtype=bool)
    against = np.array([kind.oneway < 0 for kind in lines.kinds], dtype=bool)
    chosen = of_mode[lines.kind] if of_mode.any() else np.zeros(len(lines.way), dtype=bool)
    kind_of_way = lines.kind[chosen]
    backward = against[kind_of_way] if len(kind_of_way) else np.empty(0, dtype=bool)
    if chosen.all() and not backward.any():
        node, start = lines.node, lines.start
    else:
        at, start = gather(lines.start, np.flatnonzero(chosen), backward=backward)
        node = lines.node[at]
        del at
    # A piece of line begins at every node of a way but its last.
    follows = np.ones(len(node), dtype=bool)
    follows[start[1:] - 1] = False
    first = np.flatnonzero(follows).astype(np.int32)
    whole = (node[first] >= 0) & (node[first + 1] >= 0)
    lost = len(first) - int(whole.sum())
    whole &= node[first] != node[first + 1]
    counts["segments_lost_to_missing_nodes"] = lost
    counts["segments_without_length"] = len(first) - int(whole.sum()) - lost
    first = first[whole]
    a, b = node[first], node[first + 1]
    once = _first_of_each(a, b, len(lines.x))
    twice = ~once
    counts["segments_mapped_twice"] = int(twice.sum())
    counts["km_mapped_twice"] = round(float(_km_between(lines, a[twice], b[twice]).sum()), 3)
    if twice.any():
        first, a, b = first[once], a[once], b[once]
    of_way = np.searchsorted(start, first, side="right") - 1
    return _Pieces(first, a, b, kind_of_way[of_way])


def _first_of_each(a: Positions, b: Positions, count: int) -> NDArray[np.bool_]:
    """Whether a piece is the first between its two nodes."""
    key = np.minimum(a, b).astype(np.int64)
    key *= count + 1
    key += np.maximum(a, b)
    order = np.argsort(key, kind="stable")
    key = key[order]
    once = np.ones(len(a), dtype=bool)
    once[order[1:]] = key[1:] != key[:-1]
    return once


def _km_between(lines: OsmLines, a: Positions, b: Positions) -> Floats:
    """Lengths of pieces, some at a time: the terms of a great circle are many and large."""
    km = np.empty(len(a))
    for begin in range(0, len(a), _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        x1, y1 = lines.x[a[some]] / UNITS, lines.y[a[some]] / UNITS
        x2, y2 = lines.x[b[some]] / UNITS, lines.y[b[some]] / UNITS
        km[some] = great_circle_km_array(x1, y1, x2, y2)
    return km


def _runs(
    first: Positions, a: Positions, b: Positions, kind: Positions, *, lines: OsmLines
) -> _Runs:
    degree = np.bincount(a, minlength=len(lines.x))
    degree += np.bincount(b, minlength=len(lines.x))
    begins = np.ones(len(a), dtype=bool)
    begins[1:] = (b[:-1] != a[1:]) | (np.diff(first) != 1) | (degree[a[1:]] != 2)
    del degree
    head = np.flatnonzero(begins)
    tail = np.append(head[1:], len(a)) - 1 if len(a) else head
    start = np.concatenate([[0], np.cumsum(tail - head + 2)]).astype(np.int64)
    run = np.cumsum(begins, dtype=np.int32) - 1
    km: Floats = np.zeros(len(head))
    km += np.bincount(run, weights=_km_between(lines, a, b), minlength=len(head))
    node = np.empty(int(start[-1]), dtype=np.int32)
    node[np.arange(len(a), dtype=np.int32) + run] = a
    node[start[1:] - 1] = b[tail]
    return _Runs(start, node, km, kind[head])


def run_together(edges: Edges) -> Edges:
    """Join edges at nodes where nothing but one of them ends and the other begins.

    Country, gauge and direction do not change inside an edge; classes and limits are summed.
    """
    count = len(edges)
    if not count:
        return edges
    # End 2 i is where edge i begins, end 2 i + 1 where it ends.
    node = np.column_stack([edges.u, edges.v]).ravel()
    order = np.argsort(node, kind="stable")
    sorted_node = node[order]
    degree = edges.degree()
    pair = np.flatnonzero(sorted_node[:-1] == sorted_node[1:])
    pair = pair[degree[sorted_node[pair]] == 2]
    pair = pair[~edges.fixed[sorted_node[pair]]]
    one, other = order[pair], order[pair + 1]
    mine, theirs = one // 2, other // 2
    fits = (mine != theirs) & (edges.country[mine] == edges.country[theirs])
    fits &= (edges.gauge[mine] == edges.gauge[theirs]).all(axis=1)
    fits &= edges.oneway[mine] == edges.oneway[theirs]
    # On a one-way line an end leads into a beginning.
    fits &= ~edges.oneway[mine] | (one % 2 != other % 2)
    partner = np.full(2 * count, -1, dtype=np.int64)
    partner[one[fits]], partner[other[fits]] = other[fits], one[fits]
    del node, order, sorted_node, degree, pair, one, other, mine, theirs, fits
    return _chained(edges, _chains(partner.data, edges.oneway.data))


def _chains(partner: Sequence[int], oneway: Sequence[int]) -> tuple[Ints, NDArray[np.bool_], Ints]:
    """Edges in the order they are run through, whether backward, and where a chain begins."""
    count = len(oneway)
    done = bytearray(count)
    order, back, heads = array("q"), array("b"), array("q")
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
                done[end // 2] = 1
                order.append(end // 2)
                back.append(end % 2)
                end = partner[end ^ 1]
    return (
        np.frombuffer(order, dtype=np.int64),
        np.frombuffer(back, dtype=np.int8).astype(bool),
        np.frombuffer(heads, dtype=np.int64),
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

    def line(part: slice) -> tuple[Floats, Floats]:
        return edges.vlon[part], edges.vlat[part]

    start, vlon, vlat = redrawn(edges.start, line, _simplified(tolerance_deg))
    return replace(edges, start=start, vlon=vlon, vlat=vlat)


def _simplified(tolerance_deg: float) -> Callable[[Any], Any]:
    return lambda lines: shapely.simplify(lines, tolerance_deg, preserve_topology=False)


def redrawn(
    start: Ints, line: Callable[[slice], tuple[Floats, Floats]], change: Callable[[Any], Any]
) -> tuple[Ints, Floats, Floats]:
    """New slices and vertices of lines that are changed one by one.

    Some at a time: a line as an object is many times its coordinates.

    Parameters
    ----------
    start : (m + 1,) int64
    line : callable
        From a slice of vertices to their longitudes and latitudes.
    change : callable
        From an array of lines to an array of lines.
    """
    lon: list[Floats] = [np.empty(0)]
    lat: list[Floats] = [np.empty(0)]
    sizes: list[Ints] = [np.zeros(1, dtype=np.int64)]
    for begin in range(0, len(start) - 1, LINES_AT_ONCE):
        here = start[begin : begin + LINES_AT_ONCE + 1]
        of_vertex = np.repeat(np.arange(len(here) - 1), np.diff(here))
        lines = shapely.linestrings(*line(slice(int(here[0]), int(here[-1]))), indices=of_vertex)
        xy, of_line = shapely.get_coordinates(change(lines), return_index=True)
        lon.append(xy[:, 0].copy())
        lat.append(xy[:, 1].copy())
        sizes.append(np.bincount(of_line, minlength=len(here) - 1))
    return np.cumsum(np.concatenate(sizes)), np.concatenate(lon), np.concatenate(lat)
