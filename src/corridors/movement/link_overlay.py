"""Curated links laid over a flat network: lines of one's own, and better shapes for bare chords."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from corridors.errors import DataError
from corridors.geodesy import great_circle_km, great_circle_km_array
from corridors.movement.arc_edits import NewArc, extended, split_arcs
from corridors.movement.segments import Segments
from corridors.network.countries import CountryPolygons
from corridors.network.flat import CURATED, FlatNetwork
from corridors.network.tables import Link

LINK_REACH_KM = 3.0
"""How far from the network the end of a curated link may lie and still join it."""


def _acts(link: Link) -> bool:
    """Whether a link adds a line, or takes one away: a reshape that is closed only drops."""
    return link.status == "operating" or (link.kind, link.status) == ("reshape", "closed")


def add_links(
    flat: FlatNetwork, links: list[Link], *, polygons: CountryPolygons
) -> tuple[FlatNetwork, tuple[str, ...]]:
    """The network with the links that act on it, and the ids of those with a loose end.

    Raises
    ------
    DataError
        A link leaves every known country.
    """
    links = [link for link in links if _acts(link)]
    if not links:
        return flat, ()
    segments, everywhere = Segments(flat), np.ones(len(flat.u), dtype=bool)
    ends = [(link, point) for link in links for point in (link.geometry[0], link.geometry[-1])]
    found = [
        segments.nearest(lon, lat, allowed=everywhere, reach_km=LINK_REACH_KM)
        for _, (lon, lat) in ends
    ]
    anchors = [anchor for anchor in found if anchor is not None]
    flat, joined, _ = split_arcs(flat, anchors)
    nodes_iter = iter(joined)
    end_nodes = [-1 if anchor is None else next(nodes_iter) for anchor in found]
    nodes: list[tuple[float, float]] = []
    loose: list[str] = []
    for i, (link, point) in enumerate(ends):
        if end_nodes[i] >= 0:
            continue
        partners = _other_link_ends(i, ends)
        partner = next((end_nodes[j] for j in partners if end_nodes[j] >= 0), None)
        if partner is None:
            if not partners:
                loose.append(link.id)
            end_nodes[i] = len(flat.lon) + len(nodes)
            nodes.append(point)
        else:
            end_nodes[i] = partner
    position = {code: i for i, code in enumerate(flat.countries)}
    arcs: list[NewArc] = []
    for i, link in enumerate(links):
        if link.status == "closed":
            continue
        pair = (end_nodes[2 * i], end_nodes[2 * i + 1])
        length_km = link.length_km
        if length_km is None and link.kind == "reshape":
            # A chord has the length of its line; only the shape is wanting.
            length_km = min((float(flat.km[arc]) for arc in _between(flat, pair)), default=None)
        arcs.extend(_link_arcs(link, pair, flat, nodes, position, length_km, polygons=polygons))
    replaced = _chords_of(flat, links, end_nodes)
    flat = extended(flat, nodes, arcs, drop=replaced, countries=tuple(position))
    return flat, tuple(dict.fromkeys(loose))


def _other_link_ends(i: int, ends: list[tuple[Link, tuple[float, float]]]) -> list[int]:
    """Ends of other links that this end meets."""
    lon, lat = ends[i][1]
    return [
        j
        for j, (_, (other_lon, other_lat)) in enumerate(ends)
        if j // 2 != i // 2 and great_circle_km(lon, lat, other_lon, other_lat) <= LINK_REACH_KM
    ]


def _link_arcs(
    link: Link,
    pair: tuple[int, int],
    flat: FlatNetwork,
    nodes: list[tuple[float, float]],
    position: dict[str, int],
    length_km: float | None,
    *,
    polygons: CountryPolygons,
) -> list[NewArc]:
    """One arc per country that a link runs through, joined in nodes on the borders."""

    def place(node: int) -> tuple[float, float]:
        if node < len(flat.lon):
            return float(flat.lon[node]), float(flat.lat[node])
        return nodes[node - len(flat.lon)]

    points = [place(pair[0]), *link.geometry, place(pair[1])]
    # Points every 2 km, so that a border is met where it is and not half a chord away.
    fine: list[tuple[float, float]] = [points[0]]
    for (lon1, lat1), (lon2, lat2) in itertools.pairwise(points):
        steps = max(1, int(great_circle_km(lon1, lat1, lon2, lat2) // 2))
        fine += [
            (lon1 + (lon2 - lon1) * k / steps, lat1 + (lat2 - lat1) * k / steps)
            for k in range(1, steps + 1)
        ]
    lon, lat = np.array([p[0] for p in fine]), np.array([p[1] for p in fine])
    codes = polygons.locate(lon, lat).tolist()
    drawn = float(great_circle_km_array(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())
    scale = max(1.0, (length_km or drawn) / drawn) if drawn else 1.0
    arcs: list[NewArc] = []
    begin, node = 0, pair[0]
    for k in range(1, len(fine)):
        last = k == len(fine) - 1
        if codes[k] == codes[begin] and not last:
            continue
        if last:
            end_node = pair[1]
        else:
            end_node = len(flat.lon) + len(nodes)
            nodes.append(fine[k])
        if not codes[begin]:
            raise DataError(f"links.csv: {link.id!r} leaves every known country at {fine[begin]}")
        piece = slice(begin, k + 1)
        km = great_circle_km_array(lon[piece][:-1], lat[piece][:-1], lon[piece][1:], lat[piece][1:])
        arcs.append(
            NewArc(
                node,
                end_node,
                float(km.sum()) * scale,
                position.setdefault(codes[begin], len(position)),
                CURATED,
                lon[piece].tolist(),
                lat[piece].tolist(),
            )
        )
        begin, node = k, end_node
    return arcs


def _chords_of(flat: FlatNetwork, links: list[Link], end_nodes: list[int]) -> NDArray[np.bool_]:
    """Arcs that a reshaping link replaces: the bare chords between its two ends."""
    drop = np.zeros(len(flat.u), dtype=bool)
    for i, link in enumerate(links):
        if link.kind == "reshape":
            drop[_between(flat, (end_nodes[2 * i], end_nodes[2 * i + 1]))] = True
    return drop


def _between(flat: FlatNetwork, pair: tuple[int, int]) -> NDArray[np.int64]:
    """Arcs that join two junctions."""
    a, b = pair
    joins = ((flat.u == a) & (flat.v == b)) | ((flat.u == b) & (flat.v == a))
    return np.flatnonzero(joins)
