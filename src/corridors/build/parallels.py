"""Double lines become one: junctions close together, and lines side by side between them."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridors.build.edges import Edges, run_together
from corridors.geodesy import great_circle_km, great_circle_km_array
from corridors.network.flat import STITCHED

ALIKE_SHARE = 0.1
ALIKE_KM = 0.5
"""Lines between the same junctions are one line where their lengths differ by less than this
share and these km: tracks side by side, the two carriageways of a road."""


def merge_parallels(edges: Edges, *, junction_km: float, counts: dict[str, Any]) -> Edges:
    """Make yard throats and interchanges one junction each, and lines side by side one line.

    Of lines side by side the shortest is kept. Two tracks become a double track; a carriageway
    each way becomes a road for both. Lines of another gauge or a very different length stay.

    Parameters
    ----------
    edges : Edges
    junction_km : float
        Largest diameter of what becomes one junction.
    counts : dict
        Gets what was merged.
    """
    of_node = _clusters(edges, limit_km=junction_km)
    moved = _moved(edges, of_node)
    inside = (moved.u == moved.v) & (moved.km <= 3 * junction_km)
    counts["km_inside_junctions"] = round(float(edges.km[inside].sum()), 1)
    once, merged_km = _merged(moved.take(~inside))
    # What was a yard or a crossover between is gone: lines that ran past it now end together.
    twice, more_km = _merged(run_together(once))
    counts["km_side_by_side"] = round(merged_km + more_km, 1)
    return run_together(twice)


def _clusters(edges: Edges, *, limit_km: float) -> NDArray[np.int64]:
    """Node that stands for each node: short edges shrink until a cluster is too wide."""
    parent = array("q", range(len(edges.lon)))
    wests, souths = array("d", edges.lon.tobytes()), array("d", edges.lat.tobytes())
    easts, norths = array("d", wests), array("d", souths)

    def root(x: int) -> int:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    loose = ~edges.fixed[edges.u] & ~edges.fixed[edges.v]
    # A join stays a join of its own: it must be seen in the result.
    mapped = edges.flags & STITCHED == 0
    short = np.flatnonzero((edges.km <= limit_km) & loose & mapped)
    for edge in short[np.argsort(edges.km[short], kind="stable")].data:
        a, b = root(int(edges.u[edge])), root(int(edges.v[edge]))
        if a == b:
            continue
        a, b = min(a, b), max(a, b)
        west, south = min(wests[a], wests[b]), min(souths[a], souths[b])
        east, north = max(easts[a], easts[b]), max(norths[a], norths[b])
        if great_circle_km(west, south, east, north) > limit_km:
            continue
        parent[b] = a
        wests[a], souths[a], easts[a], norths[a] = west, south, east, north
    label = np.fromiter((root(x) for x in range(len(parent))), dtype=np.int64, count=len(parent))
    # The node nearest to the middle stands for all: lines run through it with the least detour.
    middle_lon = (np.frombuffer(wests)[label] + np.frombuffer(easts)[label]) / 2
    middle_lat = (np.frombuffer(souths)[label] + np.frombuffer(norths)[label]) / 2
    off = great_circle_km_array(edges.lon, edges.lat, middle_lon, middle_lat)
    order = np.lexsort((np.arange(len(label)), off, label))
    first = np.ones(len(order), dtype=bool)
    first[1:] = label[order][1:] != label[order][:-1]
    stands = np.empty(len(label), dtype=np.int64)
    stands[label[order][first]] = order[first]
    return stands[label]


def _moved(edges: Edges, of_node: NDArray[np.int64]) -> Edges:
    """Edges between the nodes that stand for their ends, drawn and measured all the way."""
    u, v = of_node[edges.u], of_node[edges.v]
    km = edges.km.copy()
    at_u, at_v = u != edges.u, v != edges.v
    for old, new in ((edges.u, u), (edges.v, v)):
        km += great_circle_km_array(edges.lon[old], edges.lat[old], edges.lon[new], edges.lat[new])
    size = np.diff(edges.start) + at_u + at_v
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    vlon, vlat = np.empty(int(start[-1])), np.empty(int(start[-1]))
    at = np.arange(len(edges.vlon)) + np.repeat(start[:-1] + at_u - edges.start[:-1],
                                                np.diff(edges.start))  # fmt: skip
    vlon[at], vlat[at] = edges.vlon, edges.vlat
    for here, node in ((start[:-1], u), (start[1:] - 1, v)):
        vlon[here], vlat[here] = edges.lon[node], edges.lat[node]
    return replace(edges, u=u, v=v, km=km, start=start, vlon=vlon, vlat=vlat)


def _merged(edges: Edges) -> tuple[Edges, float]:
    low, high = np.minimum(edges.u, edges.v), np.maximum(edges.u, edges.v)
    # Edges between the same nodes stand together, the shortest first; most stand alone.
    order = np.lexsort((np.arange(len(edges)), edges.km, edges.country, high, low))
    new = np.ones(len(order), dtype=bool)
    for column in (low, high, edges.country):
        new[1:] &= column[order][1:] == column[order][:-1]
    new[1:] = ~new[1:]
    heads = np.flatnonzero(new)
    sizes = np.diff(np.append(heads, len(order)))
    shared = np.flatnonzero(sizes > 1)
    keep = np.ones(len(edges), dtype=bool)
    # 1: from the lower node to the higher, 2: back, 3: both.
    ways = np.where(edges.oneway, np.where(edges.u == low, 1, 2), 3)
    km, gauge, class_km = edges.km.copy(), edges.gauge.copy(), edges.class_km.copy()
    running = _running_tracks(edges)
    double = edges.classes.index("double_track") if "double_track" in edges.classes else -1
    for group in shared.tolist():
        members = order[heads[group] : heads[group] + sizes[group]].tolist()
        kept: list[int] = []
        for edge in members:
            twin = next((k for k in kept if _alike(edge, k, km=km, gauge=gauge)), -1)
            if twin < 0:
                kept.append(edge)
                continue
            keep[edge] = False
            if ways[twin] | ways[edge] != ways[twin]:
                # Each way has its own length: the line for both is as long as the longer.
                km[twin] = max(km[twin], km[edge])
            ways[twin] |= ways[edge]
            if not gauge[twin, 0]:
                gauge[twin] = gauge[edge]
            if double >= 0 and running[twin] and running[edge]:
                class_km[twin, double] = edges.km[twin]
    merged_km = float(edges.km[~keep].sum())
    changed = replace(edges, km=km, gauge=gauge, class_km=class_km, oneway=ways != 3)
    return changed.take(keep), merged_km


def _running_tracks(edges: Edges) -> NDArray[np.bool_]:
    """Tracks that trains run on from station to station, as far as tags tell."""
    if "service" not in edges.classes:
        return np.zeros(len(edges), dtype=bool)
    aside = edges.class_km[:, edges.classes.index("service")]
    return np.asarray(aside < edges.km / 2, dtype=bool)


def _alike(edge: int, kept: int, *, km: NDArray[np.float64], gauge: NDArray[np.uint16]) -> bool:
    if km[edge] - km[kept] > ALIKE_SHARE * km[kept] + ALIKE_KM:
        return False
    mine, theirs = set(gauge[edge].tolist()) - {0}, set(gauge[kept].tolist()) - {0}
    return not mine or not theirs or mine <= theirs
