"""Which country each edge lies in: cut where the line leaves one for another."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridors.build.edge_pieces import appended
from corridors.build.edges import Edges, components
from corridors.geodesy import great_circle_km_array
from corridors.network.countries import CountryPolygons

_HALVINGS = 12
"""A border is found to a four-thousandth of the piece that crosses it."""

_ROUNDS = 3


def cut_at_borders(
    edges: Edges, *, polygons: CountryPolygons, countries: tuple[str, ...], counts: dict[str, Any]
) -> Edges:
    """Cut edges at borders and drop what lies in no country of the list.

    Parameters
    ----------
    edges : Edges
    polygons : CountryPolygons
    countries : tuple of str
        Alpha-2 codes that the countries of the result point into.
    counts : dict
        Gets what was cut and dropped.
    """
    codes = polygons.locate(edges.vlon, edges.vlat)
    number = {code: i for i, code in enumerate(countries)}
    names, inverse = np.unique(codes, return_inverse=True)
    served = np.array([number.get(str(name), -1) for name in names], dtype=np.int16)
    country = served[inverse.ravel()]
    first, last = edges.start[:-1], edges.start[1:] - 1
    change = np.zeros(len(edges.vlon), dtype=bool)  # between this vertex and the next
    change[:-1] = country[:-1] != country[1:]
    change[last] = False
    where = np.flatnonzero(change)
    crossing = np.zeros(len(edges), dtype=bool)
    of_vertex = np.repeat(np.arange(len(edges)), np.diff(edges.start))
    crossing[of_vertex[where]] = True
    plain = replace(edges, country=country[first]).take(~crossing)
    lost = Counter(str(code) or "sea" for code in codes[first][~crossing & (country[first] < 0)])
    counts["edges_dropped_unserved"] = dict(sorted(lost.items()))
    cut = _cut(edges, crossing, where, country, polygons=polygons, countries=countries)
    counts["border_points"] = int(cut.fixed.sum())
    plain = replace(plain, lon=cut.lon, lat=cut.lat, fixed=cut.fixed)
    both = appended(plain, cut)
    keep = both.country >= 0
    counts["km_dropped_unserved"] = round(float(both.km[~keep].sum()), 1)
    return both.take(keep)


def _cut(
    edges: Edges,
    crossing: NDArray[np.bool_],
    where: NDArray[np.int64],
    country: NDArray[np.int16],
    *,
    polygons: CountryPolygons,
    countries: tuple[str, ...],
) -> Edges:
    """The edges that cross borders, in pieces of one country each."""
    lon, lat = _border_points(edges, where, country, polygons=polygons, countries=countries)
    point_after = {int(vertex): i for i, vertex in enumerate(where.tolist())}
    base = len(edges.lon)
    u: list[int] = []
    v: list[int] = []
    parent: list[int] = []
    share: list[float] = []
    sizes: list[int] = []
    code: list[int] = []
    vlon: list[float] = []
    vlat: list[float] = []
    for edge in np.flatnonzero(crossing).tolist():
        begin, end = int(edges.start[edge]), int(edges.start[edge + 1])
        node = int(edges.u[edge])
        line: list[tuple[float, float]] = []
        pieces: list[tuple[int, int, int, list[tuple[float, float]]]] = []
        for vertex in range(begin, end):
            line.append((float(edges.vlon[vertex]), float(edges.vlat[vertex])))
            at = point_after.get(vertex)
            if at is not None:
                border = (float(lon[at]), float(lat[at]))
                pieces.append((node, base + at, int(country[vertex]), [*line, border]))
                node, line = base + at, [border]
        pieces.append((node, int(edges.v[edge]), int(country[end - 1]), line))
        drawn = [_line_km(piece[3]) for piece in pieces]
        total = sum(drawn) or 1.0
        for (one, other, number, points), km in zip(pieces, drawn, strict=True):
            u.append(one)
            v.append(other)
            parent.append(edge)
            share.append(km / total)
            code.append(number)
            sizes.append(len(points))
            vlon += [x for x, _ in points]
            vlat += [y for _, y in points]
    part = np.array(share)
    cut = edges.take(np.array(parent, dtype=np.int64))
    # A border point is one only between two countries that are served.
    served = (country[where] >= 0) & (country[where + 1] >= 0) if len(where) else np.empty(0, bool)
    return replace(
        cut,
        lon=np.concatenate([edges.lon, lon]),
        lat=np.concatenate([edges.lat, lat]),
        fixed=np.concatenate([edges.fixed, served]),
        u=np.array(u, dtype=np.int64),
        v=np.array(v, dtype=np.int64),
        km=cut.km * part,
        class_km=cut.class_km * part[:, None],
        limit=cut.limit * part[:, None],
        country=np.array(code, dtype=np.int16),
        start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        vlon=np.array(vlon),
        vlat=np.array(vlat),
    )


def _line_km(points: list[tuple[float, float]]) -> float:
    lon, lat = (np.array(column) for column in zip(*points, strict=True))
    return float(great_circle_km_array(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())


def _border_points(
    edges: Edges,
    where: NDArray[np.int64],
    country: NDArray[np.int16],
    *,
    polygons: CountryPolygons,
    countries: tuple[str, ...],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where between a vertex and the next the first one's country ends."""
    low, high = np.zeros(len(where)), np.ones(len(where))
    lon1, lat1 = edges.vlon[where], edges.vlat[where]
    lon2, lat2 = (edges.vlon[where + 1], edges.vlat[where + 1]) if len(where) else (lon1, lat1)
    number = {code: i for i, code in enumerate(countries)}
    for _ in range(_HALVINGS if len(where) else 0):
        middle = (low + high) / 2
        codes = polygons.locate(lon1 + middle * (lon2 - lon1), lat1 + middle * (lat2 - lat1))
        here = np.array([number.get(str(code), -1) for code in codes], dtype=np.int16)
        own = here == country[where]
        low, high = np.where(own, middle, low), np.where(own, high, middle)
    share = (low + high) / 2
    return lon1 + share * (lon2 - lon1), lat1 + share * (lat2 - lat1)


def absorb_slivers(edges: Edges, *, limit_km: float, counts: dict[str, Any]) -> None:
    """Give small pieces behind a generalised border back to the country they belong to.

    A part of the lines of one country that holds less than the limit and leads nowhere but back
    over the border is no line of that country. Works in place.
    """
    absorbed = 0
    absorbed_km = 0.0
    for _ in range(_ROUNDS):
        label = _country_parts(edges)
        size = np.bincount(label, weights=edges.km, minlength=len(edges))
        at: dict[int, set[int]] = defaultdict(set)
        for end in (edges.u, edges.v):
            border = np.flatnonzero(edges.fixed[end])
            for node, part in zip(end[border].tolist(), label[border].tolist(), strict=True):
                at[node].add(part)
        votes: dict[int, Counter[int]] = defaultdict(Counter)
        for parts in at.values():
            for mine in parts:
                for theirs in parts:
                    if size[mine] < limit_km and size[theirs] > size[mine]:
                        votes[mine][int(edges.country[theirs])] += 1
        if not votes:
            break
        for part, count in sorted(votes.items()):
            rows = label == part
            absorbed += 1
            absorbed_km += float(edges.km[rows].sum())
            edges.country[rows] = min(count, key=lambda code: (-count[code], code))
    _loosen(edges)
    counts["border_slivers_absorbed"] = absorbed
    counts["border_slivers_km"] = round(absorbed_km, 1)


def _country_parts(edges: Edges) -> NDArray[np.int64]:
    """Connected part of one country that each edge belongs to, named by its first edge."""
    # A border point is a node of its own on each side.
    width = int(edges.country.max()) + 2 if len(edges) else 1
    ends = [
        np.where(edges.fixed[end], len(edges.lon) + end * width + edges.country + 1, end)
        for end in (edges.u, edges.v)
    ]
    _, index = np.unique(np.concatenate(ends), return_inverse=True)
    index = index.reshape(2, -1)
    label = components(int(index.max()) + 1 if index.size else 0, index[0], index[1])[index[0]]
    _, first, part = np.unique(label, return_index=True, return_inverse=True)
    return np.asarray(first[part.ravel()], dtype=np.int64)


def _loosen(edges: Edges) -> None:
    """A border point between edges of one country is no border point any more."""
    low = np.full(len(edges.lon), np.iinfo(np.int16).max, dtype=np.int16)
    high = np.full(len(edges.lon), -1, dtype=np.int16)
    for end in (edges.u, edges.v):
        np.minimum.at(low, end, edges.country)
        np.maximum.at(high, end, edges.country)
    edges.fixed[:] = edges.fixed & (low != high)
