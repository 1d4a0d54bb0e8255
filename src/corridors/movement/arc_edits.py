"""Editing a flat network: arcs dropped, added, and cut where a junction is wanted."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from corridors.geodesy import great_circle_km_array
from corridors.movement.segments import Anchor
from corridors.network.flat import ArcTags, FlatNetwork, no_tags


@dataclass(slots=True)
class NewArc:
    """An arc to be added: its ends, length, country by number, flags and vertices."""

    u: int
    v: int
    km: float
    country: int
    flags: int
    lon: list[float]
    lat: list[float]


def keep_arcs(flat: FlatNetwork, keep: NDArray[np.bool_]) -> FlatNetwork:
    """The network with these arcs only; junctions keep their numbers."""
    if keep.all():
        return flat
    size = np.diff(flat.start)
    vertices = np.repeat(keep, size)
    return replace(
        flat,
        u=flat.u[keep],
        v=flat.v[keep],
        km=flat.km[keep],
        country=flat.country[keep],
        flags=flat.flags[keep],
        start=np.concatenate([[0], np.cumsum(size[keep])]).astype(np.int64),
        vertex_lon=flat.vertex_lon[vertices],
        vertex_lat=flat.vertex_lat[vertices],
    )


def extended(
    flat: FlatNetwork,
    nodes: list[tuple[float, float]],
    arcs: list[NewArc],
    *,
    drop: NDArray[np.bool_] | None = None,
    countries: tuple[str, ...] | None = None,
    tags: ArcTags | None = None,
) -> FlatNetwork:
    """The network with further junctions and arcs, without those that are dropped."""
    if drop is not None:
        flat = keep_arcs(flat, ~drop)
    sizes = [len(arc.lon) for arc in arcs]
    return replace(
        flat,
        countries=countries or flat.countries,
        lon=np.concatenate([flat.lon, [lon for lon, _ in nodes]]),
        lat=np.concatenate([flat.lat, [lat for _, lat in nodes]]),
        u=np.concatenate([flat.u, [arc.u for arc in arcs]]).astype(np.int32),
        v=np.concatenate([flat.v, [arc.v for arc in arcs]]).astype(np.int32),
        km=np.concatenate([flat.km, [arc.km for arc in arcs]]),
        country=np.concatenate([flat.country, [arc.country for arc in arcs]]).astype(np.uint8),
        flags=np.concatenate([flat.flags, [arc.flags for arc in arcs]]).astype(np.uint8),
        start=np.concatenate([flat.start, flat.start[-1] + np.cumsum(sizes)]).astype(np.int64),
        vertex_lon=np.concatenate([flat.vertex_lon, *(arc.lon for arc in arcs)]),
        vertex_lat=np.concatenate([flat.vertex_lat, *(arc.lat for arc in arcs)]),
        tags=None
        if flat.tags is None
        else flat.tags.plus(tags or no_tags(flat.tags.classes, len(arcs))),
    )


def split_arcs(
    flat: FlatNetwork, anchors: list[Anchor]
) -> tuple[FlatNetwork, list[int], NDArray[np.int64]]:
    """Put a junction at every anchor.

    Returns
    -------
    FlatNetwork
    list of int
        Junction of each anchor, in order.
    (m,) int64
        For each arc of the result, the arc of the input it is (a piece of).
    """
    by_arc: dict[int, list[int]] = defaultdict(list)
    for i, anchor in enumerate(anchors):
        by_arc[anchor.arc].append(i)
    node_of = [-1] * len(anchors)
    nodes: list[tuple[float, float]] = []
    arcs: list[NewArc] = []
    parents: list[int] = []
    drop = np.zeros(len(flat.u), dtype=bool)
    for arc, members in sorted(by_arc.items()):
        total = float(flat.km[arc])
        u, v = int(flat.u[arc]), int(flat.v[arc])
        cuts: list[tuple[float, int, float, float]] = []
        for i in sorted(members, key=lambda i: anchors[i].km):
            anchor = anchors[i]
            if anchor.km <= 0.02:
                node_of[i] = u
            elif anchor.km >= total - 0.02:
                node_of[i] = v
            elif cuts and anchor.km - cuts[-1][0] <= 0.02:
                node_of[i] = cuts[-1][1]
            else:
                node_of[i] = len(flat.lon) + len(nodes)
                nodes.append((anchor.lon, anchor.lat))
                cuts.append((anchor.km, node_of[i], anchor.lon, anchor.lat))
        if cuts:
            drop[arc] = True
            pieces = _cut(flat, arc, cuts)
            arcs.extend(pieces)
            parents.extend([arc] * len(pieces))
    kept = np.flatnonzero(~drop)
    tags = None
    if flat.tags is not None:
        share = np.array([arc.km for arc in arcs]) / flat.km[parents]
        tags = flat.tags.take(parents, share=share)
    result = extended(flat, nodes, arcs, drop=drop, tags=tags)
    return result, node_of, np.concatenate([kept, parents]).astype(np.int64)


def _cut(flat: FlatNetwork, arc: int, cuts: list[tuple[float, int, float, float]]) -> list[NewArc]:
    part = slice(int(flat.start[arc]), int(flat.start[arc + 1]))
    lon, lat = flat.vertex_lon[part], flat.vertex_lat[part]
    chord = great_circle_km_array(lon[:-1], lat[:-1], lon[1:], lat[1:])
    total = float(chord.sum())
    along = np.concatenate([[0.0], np.cumsum(chord)]) * (
        float(flat.km[arc]) / total if total else 1.0
    )
    country, flags = int(flat.country[arc]), int(flat.flags[arc])
    ends = [
        (0.0, int(flat.u[arc]), float(lon[0]), float(lat[0])),
        *cuts,
        (float(flat.km[arc]), int(flat.v[arc]), float(lon[-1]), float(lat[-1])),
    ]
    pieces = []
    for (km1, node1, lon1, lat1), (km2, node2, lon2, lat2) in itertools.pairwise(ends):
        between = (along > km1 + 1e-9) & (along < km2 - 1e-9)
        pieces.append(
            NewArc(
                node1,
                node2,
                km2 - km1,
                country,
                flags,
                [lon1, *lon[between].tolist(), lon2],
                [lat1, *lat[between].tolist(), lat2],
            )
        )
    return pieces
