"""Edges in pieces: cut at vertices, put together again, measured along their drawn line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridors.build.edges import Edges
from corridors.geodesy import great_circle_km_array


def split_at(edges: Edges, places: list[tuple[int, int]]) -> tuple[Edges, NDArray[np.int64]]:
    """Put a node at vertices of edges.

    Parameters
    ----------
    edges : Edges
    places : list of (edge, vertex of the edge)

    Returns
    -------
    Edges
    (n,) int64
        Node of each place.
    """
    nodes = np.empty(len(places), dtype=np.int64)
    cuts: dict[int, set[int]] = {}
    for edge, vertex in places:
        if 0 < vertex < int(edges.start[edge + 1] - edges.start[edge]) - 1:
            cuts.setdefault(edge, set()).add(vertex)
    node_at: dict[tuple[int, int], int] = {}
    new_lon: list[float] = []
    new_lat: list[float] = []
    rows: list[tuple[int, int, int, int, int]] = []  # edge, first and last vertex, ends
    for edge, inner in sorted(cuts.items()):
        first = int(edges.start[edge])
        marks = [0, *sorted(inner), int(edges.start[edge + 1]) - first - 1]
        ends = [int(edges.u[edge])]
        for vertex in marks[1:-1]:
            node_at[(edge, vertex)] = len(edges.lon) + len(new_lon)
            ends.append(node_at[(edge, vertex)])
            new_lon.append(float(edges.vlon[first + vertex]))
            new_lat.append(float(edges.vlat[first + vertex]))
        ends.append(int(edges.v[edge]))
        rows += [
            (edge, marks[k], marks[k + 1], ends[k], ends[k + 1]) for k in range(len(marks) - 1)
        ]
    for i, (edge, vertex) in enumerate(places):
        end = edges.u[edge] if vertex == 0 else edges.v[edge]
        nodes[i] = node_at.get((edge, vertex), int(end))
    return pieces_of(edges, rows, new_lon=new_lon, new_lat=new_lat), nodes


def pieces_of(
    edges: Edges,
    rows: list[tuple[int, int, int, int, int]],
    *,
    new_lon: list[float],
    new_lat: list[float],
) -> Edges:
    """Replace edges by pieces of them: (edge, first and last vertex, node at either end)."""
    if not rows:
        return edges
    edge, first, last, u, v = (
        np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)
    )
    keep = np.ones(len(edges), dtype=bool)
    keep[edge] = False
    nodes = replace(
        edges,
        lon=np.concatenate([edges.lon, new_lon]),
        lat=np.concatenate([edges.lat, new_lat]),
        fixed=np.concatenate([edges.fixed, np.zeros(len(new_lon), dtype=bool)]),
    )
    step = np.zeros(len(edges.vlon))
    step[1:] = great_circle_km_array(
        edges.vlon[:-1], edges.vlat[:-1], edges.vlon[1:], edges.vlat[1:]
    )
    step[edges.start[:-1]] = 0.0
    along = np.cumsum(step)
    begin = edges.start[edge]
    whole = along[edges.start[edge + 1] - 1] - along[begin]
    drawn = along[begin + last] - along[begin + first]
    share = np.divide(drawn, whole, out=np.full(len(edge), 0.0), where=whole > 0)
    cut = nodes.take(edge)
    size = last - first + 1
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    at = np.arange(int(start[-1])) + np.repeat(begin + first - start[:-1], size)
    pieces = replace(
        cut,
        u=u,
        v=v,
        km=cut.km * share,
        class_km=(cut.class_km * share[:, None]).astype(np.float32),
        limit=(cut.limit * share[:, None]).astype(np.float32),
        start=start,
        vlon=edges.vlon[at],
        vlat=edges.vlat[at],
    )
    return appended(nodes.take(keep), pieces)


def appended(edges: Edges, more: Edges) -> Edges:
    """Edges and then more edges over the same nodes."""
    both: dict[str, Any] = {
        name: np.concatenate([getattr(edges, name), getattr(more, name)])
        for name in ("u", "v", "km", "gauge", "oneway", "class_km", "limit", "country", "flags",
                     "vlon", "vlat")
    }  # fmt: skip
    start = np.concatenate([edges.start, more.start[1:] + edges.start[-1]])
    return replace(edges, **both, start=start)


def drawn_km(edges: Edges) -> NDArray[np.float64]:
    """Length of the drawn line of each edge."""
    if not len(edges):
        return np.empty(0)
    steps = np.zeros(len(edges.vlon))
    steps[:-1] = great_circle_km_array(
        edges.vlon[:-1], edges.vlat[:-1], edges.vlon[1:], edges.vlat[1:]
    )
    steps[edges.start[1:] - 1] = 0.0
    return np.asarray(np.add.reduceat(steps, edges.start[:-1]), dtype=np.float64)
