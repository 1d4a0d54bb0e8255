"""Breaks in the map's lines: joined up to a limit, and every join flagged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from corridors.build.edge_pieces import appended, split_at
from corridors.build.edges import LINES_AT_ONCE, Edges
from corridors.geodesy import great_circle_km_array
from corridors.network.connected import components
from corridors.network.flat import STITCHED

LEAST_COSINE = 0.5
"""A join turns by at most 60 degrees from where the line was heading."""


def stitch(edges: Edges, *, limit_km: float, counts: dict[str, Any]) -> Edges:
    """Join loose ends to the nearest line of another part, up to the limit, and flag the joins.

    Inside one part only two loose ends of lines are joined, never the end of a siding: it ends
    at a buffer stop.
    """
    joins = _joins(edges, limit_km) if len(edges) else []
    counts["stitched_breaks"] = len(joins)
    counts["stitched_km"] = round(sum(km for km, *_ in joins), 3)
    counts["stitched_at"] = [
        [round(float(edges.lon[node]), 5), round(float(edges.lat[node]), 5), round(km, 3)]
        for km, node, *_ in joins
    ]
    if not joins:
        return edges
    edges, targets = split_at(edges, [(edge, vertex) for _, _, edge, vertex in joins])
    km = np.array([km for km, *_ in joins])
    ends = np.array([node for _, node, *_ in joins], dtype=np.int64)
    like = np.array([np.flatnonzero((edges.u == n) | (edges.v == n))[0] for n in ends])
    added = edges.take(like)
    at = np.column_stack([ends, targets])
    return appended(
        edges,
        replace(
            added,
            u=ends,
            v=targets,
            km=km,
            oneway=np.zeros(len(ends), dtype=bool),
            class_km=np.zeros((len(ends), len(edges.classes)), dtype=np.float32),
            limit=np.zeros((len(ends), 2), dtype=np.float32),
            flags=added.flags | np.uint8(STITCHED),
            start=np.arange(0, 2 * len(ends) + 1, 2, dtype=np.int64),
            vlon=edges.lon[at].ravel(),
            vlat=edges.lat[at].ravel(),
        ),
    )


def _joins(edges: Edges, limit_km: float) -> list[tuple[float, int, int, int]]:
    """(km, loose node, edge, vertex of that edge) of the joins to make, nearest first."""
    label = components(len(edges.lon), edges.u, edges.v)
    degree = edges.degree()
    loose = np.flatnonzero((degree == 1) & ~edges.fixed)
    of_end = np.full(len(edges.lon), -1, dtype=np.int64)
    of_end[edges.u], of_end[edges.v] = np.arange(len(edges)), np.arange(len(edges))
    at, near = _near(edges, loose, limit_km)
    node = loose[at]
    service = np.zeros(len(edges), dtype=bool)
    if "service" in edges.classes:
        service = edges.class_km[:, edges.classes.index("service")] > edges.km / 2
    other_part = label[node] != label[edges.u[near]]
    own = of_end[node]
    fits = own != near
    fits &= edges.country[own] == edges.country[near]
    fits &= other_part | ~(service[own] | service[near])
    node, near, own, other_part = node[fits], near[fits], own[fits], other_part[fits]
    fits = _same_gauge(edges.gauge[own], edges.gauge[near])
    found: list[tuple[float, int, int, int]] = []
    for n, edge, apart in zip(
        node[fits].tolist(), near[fits].tolist(), other_part[fits].tolist(), strict=True
    ):
        part = slice(int(edges.start[edge]), int(edges.start[edge + 1]))
        km = great_circle_km_array(edges.vlon[part], edges.vlat[part], edges.lon[n], edges.lat[n])
        vertex = int(km.argmin())
        ends = {0: int(edges.u[edge]), len(km) - 1: int(edges.v[edge])}
        target = ends.get(vertex)
        between_ends = target is not None and degree[target] == 1
        if km[vertex] > limit_km or target == n or not (apart or between_ends):
            continue
        if _goes_on(edges, n, int(of_end[n]), part.start + vertex):
            found.append((float(km[vertex]), n, edge, vertex))
    return _chosen(sorted(found), label, edges)


def _near(
    edges: Edges, loose: NDArray[np.int64], limit_km: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of a loose end, by its place in the list, and an edge that may be in reach of it."""
    tree = shapely.STRtree(shapely.points(edges.lon[loose], edges.lat[loose]))
    # Wide enough for a degree of longitude anywhere on the map; measured later.
    far = float(np.abs(edges.lat).max())
    reach = limit_km / 111.0 / float(np.cos(np.radians(min(far, 80.0))))
    ends: list[NDArray[np.int64]] = []
    lines: list[NDArray[np.int64]] = []
    for begin in range(0, len(edges), LINES_AT_ONCE):
        start = edges.start[begin : begin + LINES_AT_ONCE + 1]
        part = slice(int(start[0]), int(start[-1]))
        of_vertex = np.repeat(np.arange(len(start) - 1), np.diff(start))
        shapes = shapely.linestrings(edges.vlon[part], edges.vlat[part], indices=of_vertex)
        line, end = tree.query(shapes, predicate="dwithin", distance=reach)
        ends.append(end)
        lines.append(line + begin)
    at, near = np.concatenate(ends), np.concatenate(lines)
    order = np.lexsort((near, at))
    return at[order], near[order]


def _goes_on(edges: Edges, node: int, edge: int, vertex: int) -> bool:
    """Whether a join leads on where the line was heading, and not across to the next track."""
    begin, end = int(edges.start[edge]), int(edges.start[edge + 1]) - 1
    before = begin + 1 if int(edges.u[edge]) == node else end - 1
    here = np.array([edges.lon[node], edges.lat[node]])
    scale = np.array([np.cos(np.radians(here[1])), 1.0])
    heading = (here - [edges.vlon[before], edges.vlat[before]]) * scale
    join = (np.array([edges.vlon[vertex], edges.vlat[vertex]]) - here) * scale
    size = float(np.hypot(*heading) * np.hypot(*join))
    return size == 0 or float(heading @ join) >= LEAST_COSINE * size


def _chosen(
    found: list[tuple[float, int, int, int]], label: NDArray[np.int64], edges: Edges
) -> list[tuple[float, int, int, int]]:
    """Each part and each loose end is joined once by a join."""
    parent: dict[int, int] = {}

    def root(x: int) -> int:
        while parent.get(x, x) != x:
            x = parent[x]
        return x

    used: set[int] = set()
    joins = []
    for km, node, edge, vertex in found:
        one, other = root(int(label[node])), root(int(label[edges.u[edge]]))
        last = int(edges.start[edge + 1] - edges.start[edge]) - 1
        target = {0: int(edges.u[edge]), last: int(edges.v[edge])}.get(vertex, -1)
        inside = int(label[node]) == int(label[edges.u[edge]])
        if node in used or target in used or (one == other and not inside):
            continue
        used |= {node, target} - {-1}
        parent[max(one, other)] = min(one, other)
        joins.append((km, node, edge, vertex))
    return joins


def _same_gauge(one: NDArray[np.uint16], other: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Whether two lines have a gauge in common, or one of them does not tell."""
    unknown = (one[:, 0] == 0) | (other[:, 0] == 0)
    shared = (one[:, :, None] == other[:, None, :]) & (one[:, :, None] > 0)
    return np.asarray(unknown | shared.any(axis=(1, 2)), dtype=bool)
