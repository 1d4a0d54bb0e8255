"""Which country each edge lies in: cut where the line leaves one for another."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from corridors.build.edge_pieces import appended
from corridors.build.edges import Edges, Floats, Ints, redrawn, thinned
from corridors.geodesy import great_circle_km
from corridors.network.connected import components
from corridors.network.countries import CountryPolygons

_HALVINGS = 12
"""A border is found to a four-thousandth of the piece that crosses it."""

_FINEST_DEG = 0.02
"""A line is looked at this often on its way."""

_SAME_DEG = 1e-7
"""A vertex this near to the straight line between its neighbours was put there by the cutting."""

_POINTS_AT_ONCE = 50_000
"""A point as an object is many times its coordinates."""

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
    number = {code: i for i, code in enumerate(countries)}

    def locate(lon: Floats, lat: Floats) -> NDArray[np.int16]:
        found = np.empty(len(lon), dtype=np.int16)
        for begin in range(0, len(lon), _POINTS_AT_ONCE):
            some = slice(begin, begin + _POINTS_AT_ONCE)
            names, inverse = np.unique(polygons.locate(lon[some], lat[some]), return_inverse=True)
            # Countries that are not served get numbers below zero, each its own.
            each = [number.setdefault(str(n), len(countries) - 1 - len(number)) for n in names]
            found[some] = np.array(each, dtype=np.int16)[inverse.ravel()]
        return found

    cut, country = cut_where(edges, locate)
    keep = country >= 0
    counts["km_dropped_unserved"] = {
        code or "sea": round(float(cut.km[country == n].sum()), 1)
        for code, n in sorted(number.items())
        if n < 0 and (country == n).any()
    }
    kept = replace(cut, country=country)
    del cut
    if not keep.all():
        kept = kept.take(keep)
    fixed = np.zeros(len(kept.lon), dtype=bool)
    fixed[len(edges.lon) :] = True
    kept = replace(kept, fixed=fixed)
    _loosen(kept)
    counts["border_points"] = int(kept.fixed.sum())
    return kept


Locate = Callable[[Floats, Floats], NDArray[np.int16]]


def cut_where(edges: Edges, locate: Locate) -> tuple[Edges, NDArray[np.int16]]:
    """Cut edges where they leave one part of the world for another.

    Parameters
    ----------
    edges : Edges
    locate : callable
        From longitudes and latitudes to the number of the part each point lies in.

    Returns
    -------
    Edges
        New nodes, where edges were cut, stand after the old ones.
    (m,) int16
        Part that each edge lies in.
    """
    edges = _finer(edges)
    part = locate(edges.vlon, edges.vlat)
    change = np.zeros(len(edges.vlon), dtype=bool)  # between this vertex and the next
    change[:-1] = part[:-1] != part[1:]
    change[edges.start[1:] - 1] = False
    where = np.flatnonzero(change)
    of_vertex = np.repeat(np.arange(len(edges)), np.diff(edges.start))
    crossing = np.zeros(len(edges), dtype=bool)
    crossing[of_vertex[where]] = True
    lon, lat = _cut_points(edges, where, part, locate)
    pieces, parts = _pieces(edges, np.flatnonzero(crossing), where, part, lon, lat)
    parts = np.concatenate([part[edges.start[:-1]][~crossing], parts])
    edges = thinned(edges.take(~crossing), tolerance_deg=_SAME_DEG)
    edges = replace(edges, lon=pieces.lon, lat=pieces.lat, fixed=pieces.fixed)
    return appended(edges, thinned(pieces, tolerance_deg=_SAME_DEG)), parts


def _finer(edges: Edges) -> Edges:
    """Vertices every two kilometres, so that no straight piece crosses a part unseen."""

    def line(part: slice) -> tuple[Floats, Floats]:
        return edges.vlon[part], edges.vlat[part]

    def cut(lines: Any) -> Any:
        # Only the long ones: a ring that was thinned to a point is no line to GEOS.
        long = shapely.length(lines) > _FINEST_DEG
        lines[long] = shapely.segmentize(lines[long], _FINEST_DEG)
        return lines

    start, vlon, vlat = redrawn(edges.start, line, cut)
    return replace(edges, start=start, vlon=vlon, vlat=vlat)


def _pieces(
    edges: Edges, crossing: Ints, where: Ints, part: NDArray[np.int16], lon: Floats, lat: Floats
) -> tuple[Edges, NDArray[np.int16]]:
    """The edges that cross from part to part, in pieces."""
    point_after = {int(vertex): i for i, vertex in enumerate(where.tolist())}
    base = len(edges.lon)
    ends: list[tuple[int, int]] = []
    parent: list[int] = []
    share: list[float] = []
    parts: list[int] = []
    lines: list[list[tuple[float, float]]] = []
    for edge in crossing.tolist():
        begin, end = int(edges.start[edge]), int(edges.start[edge + 1])
        node, first = int(edges.u[edge]), len(lines)
        line: list[tuple[float, float]] = []
        for vertex in range(begin, end):
            line.append((float(edges.vlon[vertex]), float(edges.vlat[vertex])))
            at = point_after.get(vertex)
            if at is not None or vertex == end - 1:
                last = int(edges.v[edge]) if at is None else base + at
                if at is not None:
                    line.append((float(lon[at]), float(lat[at])))
                ends.append((node, last))
                parts.append(int(part[vertex]))
                lines.append(line)
                node, line = last, line[-1:]
        drawn = [_line_km(piece) for piece in lines[first:]]
        total = sum(drawn)
        share += [km / total if total else 1 / len(drawn) for km in drawn]
        parent += [edge] * len(drawn)
    shares = np.array(share, dtype=np.float64)
    cut = edges.take(np.array(parent, dtype=np.int64))
    both = np.array(ends, dtype=np.int64).reshape(-1, 2)
    xy = np.array([point for line in lines for point in line], dtype=np.float64).reshape(-1, 2)
    pieces = replace(
        cut,
        lon=np.concatenate([edges.lon, lon]),
        lat=np.concatenate([edges.lat, lat]),
        fixed=np.concatenate([edges.fixed, np.zeros(len(lon), dtype=bool)]),
        u=both[:, 0],
        v=both[:, 1],
        km=cut.km * shares,
        class_km=(cut.class_km * shares[:, None]).astype(np.float32),
        limit=(cut.limit * shares[:, None]).astype(np.float32),
        start=np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64),
        vlon=xy[:, 0],
        vlat=xy[:, 1],
    )
    return pieces, np.array(parts, dtype=np.int16)


def _line_km(points: list[tuple[float, float]]) -> float:
    return sum(great_circle_km(*p, *q) for p, q in itertools.pairwise(points))


def _cut_points(
    edges: Edges, where: Ints, part: NDArray[np.int16], locate: Locate
) -> tuple[Floats, Floats]:
    """Where between a vertex and the next the first one's part ends."""
    if not len(where):
        return np.empty(0), np.empty(0)
    low, high = np.zeros(len(where)), np.ones(len(where))
    lon1, lat1 = edges.vlon[where], edges.vlat[where]
    lon2, lat2 = edges.vlon[where + 1], edges.vlat[where + 1]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        own = part[where] == locate(lon1 + middle * (lon2 - lon1), lat1 + middle * (lat2 - lat1))
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
