"""The network as layers: one table with geometry for each curated table and each mode's lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.analysis.engine import Engine
from corridors.exchange.selection import Selection
from corridors.movement.compiled import Lines
from corridors.network.cells import cell_text
from corridors.network.countries import read_polygons
from corridors.network.flat import CURATED, STITCHED, ArcTags
from corridors.network.tables import (
    FILES,
    Chokepoint,
    Crossing,
    Facility,
    LanePoint,
    Mask,
    ZoneArea,
    cell_kinds,
)

if TYPE_CHECKING:
    import geopandas

CRS = "EPSG:4326"

POSITION = ("lon", "lat")
SIDES = ("west", "south", "east", "north")

DERIVED = frozenset({"distance_km", "fid"})
"""Columns of a layer that are no columns of its table: worked out, and not read back."""


class Layer(NamedTuple):
    """A layer of a file.

    Attributes
    ----------
    frame : GeoDataFrame
        EPSG:4326; a plain DataFrame where the layer has no geometry.
    shape : str
        Type of its geometry, ``""`` for none.
    about : str
        What one row is, and whose data it is.
    """

    frame: Any
    shape: str
    about: str


Layers = dict[str, Layer]

_OSM = "Lines (c) OpenStreetMap contributors, ODbL 1.0"
_OURS = "corridors project, CC BY 4.0"
_SEA = "sea lanes: searoute, Eurostat marnet"
_EARTH = "countries from Natural Earth, public domain"

ABOUT = {
    "zones": ("MultiPolygon", f"Zones: one rate, one speed, one gauge. {_OURS}; {_EARTH}"),
    "zone_areas": ("Polygon", f"Boxes whose lines belong to another zone. {_OURS}"),
    "masks": ("Polygon", f"Boxes in which lines of the map are dropped. {_OURS}"),
    "road_lines": ("LineString", f"Roads, with curated links laid over. {_OSM}; links: {_OURS}"),
    "rail_lines": ("LineString", f"Railways, with curated links laid over. {_OSM}; links: {_OURS}"),
    "links": ("LineString", f"Curated pieces of line. {_OURS}"),
    "services": ("LineString", f"Ship and ferry services with their lanes. {_OURS}; {_SEA}"),
    "lanes": ("Point", f"Points of hand-drawn sea lanes. {_OURS}"),
    "chokepoints": ("Point", f"Straits, canals and capes. {_OURS}"),
    "crossings": ("Point", f"Border crossings. {_OURS}"),
    "facilities": ("Point", f"Terminals, ports, border stations and yards. {_OURS}"),
}
"""Layers from the ground up: areas, lines, points."""


def network_layers(engine: Engine, chosen: Selection) -> Layers:
    """The layers of a part of the network; empty ones are left out.

    Parameters
    ----------
    engine : Engine
    chosen : Selection

    Examples
    --------
    >>> from corridors.exchange.selection import selection
    >>> layers = network_layers(Engine.load(), selection(["rail"], (49, 40, 54, 46)))
    >>> "KZ-AAU" in set(layers["facilities"].frame["id"])
    True
    """
    tables = chosen.tables(engine.tables)
    found: Layers = {}
    for name, (shape, about) in ABOUT.items():
        mode, _, kind = name.rpartition("_")
        if kind == "lines":
            if mode not in chosen.modes:
                continue
            frame = line_frame(engine.network.lines(mode), chosen)
        else:
            frame = table_frame(name, getattr(tables, name), _geometries(name, engine, chosen))
        if name == "zones" and chosen.box is not None:
            frame = frame[frame.intersects(_box(chosen))]
        if len(frame):
            found[name] = Layer(frame.reset_index(drop=True), shape, about)
    return found


def table_frame(
    name: str, rows: Sequence[Any], geometries: Callable[[Sequence[Any]], dict[str, Any]]
) -> geopandas.GeoDataFrame:
    """Rows of a curated table, with what is in the geometry left out of the columns."""
    import geopandas
    import pandas as pd

    row_class = FILES[name]
    columns: dict[str, Any] = {}
    for column, kind in cell_kinds(row_class).items():
        values = [getattr(row, column) for row in rows]
        if column in in_geometry(row_class):
            continue
        if kind.startswith("int"):
            columns[column] = pd.array(values, dtype="Int64")
        elif kind.startswith("float"):
            columns[column] = np.array([np.nan if v is None else v for v in values], dtype=float)
        elif kind == "bool":
            columns[column] = np.array(values, dtype=bool)
        else:
            columns[column] = pd.Series([cell_text(v) for v in values], dtype=object)
    more = geometries(rows)
    geometry = more.pop("geometry")
    return geopandas.GeoDataFrame(columns | more, geometry=geometry, crs=CRS)


def in_geometry(row_class: type[Any]) -> tuple[str, ...]:
    """Columns of a table that a layer holds as its geometry, and nowhere else."""
    if row_class in (Facility, Crossing, LanePoint, Chokepoint):
        return POSITION
    if row_class in (ZoneArea, Mask):
        return SIDES
    return ("geometry",)


def _geometries(
    name: str, engine: Engine, chosen: Selection
) -> Callable[[Sequence[Any]], dict[str, Any]]:
    import shapely

    def points(rows: Sequence[Any]) -> dict[str, Any]:
        return {"geometry": shapely.points([(r.lon, r.lat) for r in rows] or np.empty((0, 2)))}

    def boxes(rows: Sequence[Any]) -> dict[str, Any]:
        sides = np.array([[getattr(r, side) for side in SIDES] for r in rows]).reshape(-1, 4)
        return {"geometry": shapely.box(*sides.T)}

    def links(rows: Sequence[Any]) -> dict[str, Any]:
        return {"geometry": [shapely.linestrings(row.geometry) for row in rows]}

    def services(rows: Sequence[Any]) -> dict[str, Any]:
        km = {run.id: run.km for run in engine.network.services}
        lanes = [engine.network.lane(row.id) for row in rows]
        return {
            "distance_km": np.array([km.get(row.id, np.nan) for row in rows], dtype=float),
            "geometry": [shapely.linestrings(lane) if len(lane) > 1 else None for lane in lanes],
        }

    def zones(rows: Sequence[Any]) -> dict[str, Any]:
        shapes = zone_shapes(engine)
        return {"geometry": [shapes[row.zone] for row in rows]}

    own = {"links": links, "services": services, "zones": zones}
    return own.get(name) or (boxes if name in ("zone_areas", "masks") else points)


def line_frame(lines: Lines, chosen: Selection) -> geopandas.GeoDataFrame:
    """The lines of a mode as they are searched: masked, with links, cut at facilities."""
    import geopandas
    import pandas as pd
    import shapely

    flat, tags = lines.flat, lines.flat.tags
    coordinates = np.column_stack([flat.vertex_lon, flat.vertex_lat])
    arc = np.repeat(np.arange(len(flat.u)), np.diff(flat.start))
    geometry = shapely.linestrings(coordinates, indices=arc)
    kept = np.arange(len(flat.u))
    if chosen.box is not None:
        kept = np.flatnonzero(shapely.intersects(geometry, _box(chosen)))
    zone = np.array([*lines.zones, ""], dtype=object)[lines.arc_zone[kept]]
    columns: dict[str, Any] = {
        "id": kept,
        "from_node": flat.u[kept],
        "to_node": flat.v[kept],
        "mode": pd.Series([flat.mode] * len(kept), dtype=object),
        "country": pd.Series(np.array(flat.countries, dtype=object)[flat.country[kept]]),
        "zone": pd.Series(zone, dtype=object),
        "length_km": flat.km[kept],
        "stitched": (flat.flags[kept] & STITCHED) > 0,
        "curated": (flat.flags[kept] & CURATED) > 0,
        "oneway": np.zeros(len(kept), dtype=bool) if tags is None else tags.oneway[kept],
    }
    if tags is not None:
        columns |= _tag_columns(tags, kept)
    return geopandas.GeoDataFrame(columns, geometry=geometry[kept], crs=CRS)


def _tag_columns(tags: ArcTags, kept: NDArray[np.int64]) -> dict[str, Any]:
    """What the map's tags tell of each line; blank where they tell nothing."""
    import pandas as pd

    gauges = [";".join(str(mm) for mm in pair if mm) for pair in tags.gauge_mm[kept].tolist()]
    speed = pd.array(tags.max_kmh[kept].astype(np.int64), dtype="Int64")
    speed[tags.max_kmh[kept] == 0] = pd.NA
    columns: dict[str, Any] = {"gauge_mm": pd.Series(gauges, dtype=object), "max_kmh": speed}
    for position, name in enumerate(tags.classes):
        columns[f"{name}_km"] = tags.class_km[kept, position]
    return columns


def zone_shapes(engine: Engine) -> dict[str, Any]:
    """Where each zone applies: its countries, with the boxes of `zone_areas` moved over."""
    import shapely

    polygons = read_polygons(engine.folder / "basemap" / "countries.npz")
    country: dict[str, list[Any]] = defaultdict(list)
    for code, shape in zip(polygons.codes, polygons.shapes, strict=True):
        country[code].append(shape)
    default = {
        (z.mode, code): z.zone for z in engine.tables.zones if z.default for code in z.countries
    }
    parts: dict[str, list[tuple[str, Any]]] = {z.zone: [] for z in engine.tables.zones}
    for (_, code), zone in default.items():
        parts[zone] += [(code, shape) for shape in country[code]]
    for area in engine.tables.zone_areas:
        box = shapely.box(area.west, area.south, area.east, area.north)
        losing = default.get((area.mode, area.country))
        if losing is not None:
            parts[losing] = [
                (code, shapely.difference(shape, box) if code == area.country else shape)
                for code, shape in parts[losing]
            ]
        parts[area.zone] += [
            ("", shapely.intersection(shape, box)) for shape in country[area.country]
        ]
    return {zone: _multi([shape for _, shape in shapes]) for zone, shapes in parts.items()}


def _multi(shapes: Sequence[Any]) -> Any:
    import shapely

    whole = shapely.union_all(np.array(shapes, dtype=object)) if shapes else None
    polygons = [p for p in shapely.get_parts(whole) if p.geom_type == "Polygon"] if shapes else []
    return shapely.multipolygons(polygons) if polygons else None


def _box(chosen: Selection) -> Any:
    import shapely

    assert chosen.box is not None
    return shapely.box(*chosen.box)
