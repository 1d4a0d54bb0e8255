"""One region of a network made anew, the rest kept and joined at its edge."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from corridors.build.borders import cut_where
from corridors.build.edge_pieces import appended
from corridors.build.edges import Edges, Floats
from corridors.build.flatten_osm import flat_network
from corridors.errors import DataError
from corridors.geodesy import great_circle_km_array
from corridors.network.flat import STITCHED, FlatNetwork, no_tags

JOIN_KM = {"rail": 5.0, "road": 3.0}
"""How far apart the old and the new end of one line may lie on the edge of the area: the packaged
network is rounded to 0.001 degree and thinned."""


def read_area(path: Path) -> Any:
    """Polygon of a GeoJSON file: a geometry, a feature or a collection of features.

    Raises
    ------
    DataError
        The file is missing, no GeoJSON, holds no polygon, or one outside the world.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a readable GeoJSON file ({error})") from error
    if not isinstance(document, dict):
        raise DataError(f"{path}: not GeoJSON: it holds no object")
    kind = document.get("type")
    features = document.get("features") if kind == "FeatureCollection" else [document]
    try:
        found = [
            shapely.from_geojson(json.dumps(f.get("geometry") if f["type"] == "Feature" else f))
            for f in features or []
        ]
    except (shapely.GEOSException, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path}: not GeoJSON: {error}") from error
    polygons = [shape for shape in found if shape.geom_type in ("Polygon", "MultiPolygon")]
    area = shapely.union_all([shapely.make_valid(shape) for shape in polygons])
    if area.is_empty or area.area == 0:
        raise DataError(f"{path}: holds no polygon: draw the area to replace")
    west, south, east, north = area.bounds
    if west < -180 or south < -90 or east > 180 or north > 90:
        raise DataError(f"{path}: the area leaves the world: GeoJSON has longitude, latitude")
    return area


def replace_area(
    base: FlatNetwork, fresh: FlatNetwork, area: Any, *, counts: dict[str, Any]
) -> FlatNetwork:
    """Lines of `fresh` inside an area and of `base` outside it, joined where they meet.

    Parameters
    ----------
    base, fresh : FlatNetwork
        Of one mode.
    area : polygon
    counts : dict
        Gets what was taken, joined and left loose.

    Returns
    -------
    FlatNetwork
    """
    countries = tuple(sorted({*base.countries, *fresh.countries}))
    classes = fresh.tags.classes if fresh.tags else ()
    shapely.prepare(area)
    outside, outer = _part(base, area, 0, countries, classes)
    inside, inner = _part(fresh, area, 1, countries, classes)
    shift = len(outside.lon)
    merged = replace(
        appended(outside, replace(inside, u=inside.u + shift, v=inside.v + shift)),
        lon=np.concatenate([outside.lon, inside.lon]),
        lat=np.concatenate([outside.lat, inside.lat]),
        fixed=np.concatenate([outside.fixed, inside.fixed]),
    )
    joins = _joins(merged, outer, inner + shift, limit_km=JOIN_KM[base.mode])
    joined = _with_joins(merged, joins)
    ends = {end for pair in joins for end in pair[:2]}
    loose = [int(node) for node in outer if int(node) not in ends]
    counts["replaced"] = {
        "km_kept": round(float(outside.km.sum()), 1),
        "km_new": round(float(inside.km.sum()), 1),
        "joins": len(joins),
        "join_km": round(sum(km for *_, km in joins), 1),
        "new_lines_ending_at_the_edge": len(inner) - len(joins),
        "old_lines_cut_loose": [
            [round(float(merged.lon[node]), 4), round(float(merged.lat[node]), 4)] for node in loose
        ],
    }
    return flat_network(joined, mode=base.mode, countries=countries, counts=counts)


def _part(
    flat: FlatNetwork, area: Any, wanted: int, countries: tuple[str, ...], classes: tuple[str, ...]
) -> tuple[Edges, NDArray[np.int64]]:
    """The lines on one side of the edge of an area, and the nodes they were cut in."""
    edges = _edges(flat, countries, classes)
    if not len(edges):
        return edges, np.empty(0, dtype=np.int64)

    def locate(lon: Floats, lat: Floats) -> NDArray[np.int16]:
        return np.asarray(shapely.contains_xy(area, lon, lat), dtype=np.int16)

    count = len(edges.lon)
    cut, part = cut_where(edges, locate)
    cut = cut.take(part == wanted)
    ends = np.unique(np.concatenate([cut.u, cut.v]))
    return cut, ends[ends >= count]


def _edges(flat: FlatNetwork, countries: tuple[str, ...], classes: tuple[str, ...]) -> Edges:
    count = len(flat.u)
    tags = flat.tags or no_tags((), count)
    class_km = np.zeros((count, len(classes)), dtype=np.float32)
    for i, name in enumerate(classes):
        if name in tags.classes:
            class_km[:, i] = tags.class_km[:, tags.classes.index(name)]
    number = np.array([countries.index(code) for code in flat.countries], dtype=np.int16)
    limited = tags.max_kmh > 0
    hours = flat.km / np.where(limited, tags.max_kmh, np.inf)
    return Edges(
        classes=classes,
        lon=flat.lon,
        lat=flat.lat,
        fixed=np.zeros(len(flat.lon), dtype=bool),
        u=flat.u.astype(np.int64),
        v=flat.v.astype(np.int64),
        km=flat.km,
        gauge=tags.gauge_mm,
        oneway=tags.oneway,
        class_km=class_km,
        limit=np.column_stack([flat.km * limited, hours]).astype(np.float32),
        country=number[flat.country] if count else np.empty(0, dtype=np.int16),
        flags=flat.flags,
        start=flat.start,
        vlon=flat.vertex_lon,
        vlat=flat.vertex_lat,
    )


def _joins(
    edges: Edges, outer: NDArray[np.int64], inner: NDArray[np.int64], *, limit_km: float
) -> list[tuple[int, int, float]]:
    """(old end, new end, km): the nearest first, each end once."""
    country = np.full(len(edges.lon), -1, dtype=np.int16)
    country[edges.u], country[edges.v] = edges.country, edges.country
    found: list[tuple[float, int, int]] = []
    for node in outer.tolist():
        km = great_circle_km_array(
            edges.lon[inner], edges.lat[inner], edges.lon[node], edges.lat[node]
        )
        near = np.flatnonzero((km <= limit_km) & (country[inner] == country[node]))
        found += [(float(km[i]), node, int(inner[i])) for i in near]
    used: set[int] = set()
    joins = []
    for km_apart, old, new in sorted(found):
        if old not in used and new not in used:
            used |= {old, new}
            joins.append((old, new, km_apart))
    return joins


def _with_joins(edges: Edges, joins: list[tuple[int, int, float]]) -> Edges:
    if not joins:
        return edges
    ends = np.array([(old, new) for old, new, _ in joins], dtype=np.int64)
    of_node = np.empty(len(edges.lon), dtype=np.int64)
    of_node[edges.u], of_node[edges.v] = np.arange(len(edges)), np.arange(len(edges))
    like = edges.take(of_node[ends[:, 1]])
    count = len(joins)
    return appended(
        edges,
        replace(
            like,
            u=ends[:, 0],
            v=ends[:, 1],
            km=np.array([km for *_, km in joins]),
            oneway=np.zeros(count, dtype=bool),
            class_km=np.zeros((count, len(edges.classes)), dtype=np.float32),
            limit=np.zeros((count, 2), dtype=np.float32),
            flags=np.full(count, STITCHED, dtype=np.uint8),
            start=np.arange(0, 2 * count + 1, 2, dtype=np.int64),
            vlon=edges.lon[ends].ravel(),
            vlat=edges.lat[ends].ravel(),
        ),
    )
