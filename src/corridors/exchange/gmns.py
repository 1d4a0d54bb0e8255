"""GMNS: nodes, links and geometry as CSV, by the field names of its version 0.96.

A folder holds up to four networks, each complete in itself:

- ``movement``: what a container can do. Facilities are nodes; hauls inside a zone, open crossings
  and services that sail are links. What happens at a facility (a lift, a change of gauge, the wait
  for a ship) has no place in GMNS and is not in it.
- ``curated``: the tables, in whatever state, in a form that is read back.
- ``rail`` and ``road``: the lines, with their geometry.

Columns that GMNS does not know begin with ``corridors_``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corridors.analysis.engine import Engine
from corridors.exchange.geoparquet import NOTES
from corridors.exchange.layers import CRS, line_frame
from corridors.exchange.selection import Selection
from corridors.exchange.targets import whole_folder
from corridors.network.cells import cell_text
from corridors.network.tables import FILES, USABLE_SERVICES, cell_texts

VERSION = "0.96"
OWN = "corridors_"

GMNS_COLUMNS: dict[str, dict[str, str]] = {
    "facilities": {
        "id": "node_id", "name": "name", "lon": "x_coord", "lat": "y_coord", "kind": "node_type",
    },
    "links": {"mode": "facility_type", "length_km": "length"},
    "crossings": {"mode": "facility_type", "a": "from_node_id", "b": "to_node_id"},
    "services": {
        "name": "name", "operator": "jurisdiction", "mode": "facility_type",
        "a": "from_node_id", "b": "to_node_id",
    },
}  # fmt: skip
"""Columns of the tables that GMNS has a field for; the others are ours."""

IN_LINK = ("links", "crossings", "services")
"""Tables of which a row is a link."""

NODE = ("node_id", "name", "x_coord", "y_coord", "node_type")
LINK = (
    "link_id", "name", "from_node_id", "to_node_id", "directed", "geometry_id", "dir_flag",
    "length", "facility_type", "jurisdiction",
)  # fmt: skip

Rows = Iterable[Mapping[str, Any]]


def write_gmns(engine: Engine, chosen: Selection, folder: Path) -> None:
    """Write a part of the network into a folder, whole or not at all.

    Parameters
    ----------
    engine : Engine
    chosen : Selection
    folder : Path
        Does not exist yet, or is empty.

    Raises
    ------
    OutputError
        The folder cannot be written.
    """
    with whole_folder(folder) as beside:
        _write_movement(engine, chosen, beside / "movement")
        _write_curated(engine, chosen, beside / "curated")
        for mode in ("rail", "road"):
            if mode in chosen.modes:
                _write_lines(engine, mode, chosen, beside / mode)
        (beside / NOTES).write_text(_NOTES, "utf-8")


_NOTES = f"""General Modeling Network Specification {VERSION}; see docs/data.md of corridors.
Lengths in km. Columns that begin with {OWN} are not of GMNS.
movement: what a container can do; no lift, gauge change, border or wait is in it.
curated: the tables, read back by `corridors import`. corridors project, CC BY 4.0.
rail, road: lines, (c) OpenStreetMap contributors, ODbL 1.0, with curated links laid over.
Sea lanes: searoute, Eurostat marnet.
"""


def own(column: str) -> str:
    """A column of ours by its name in a GMNS file.

    Examples
    --------
    >>> own("zones")
    'corridors_zones'
    """
    return OWN + column


def columns_of(table: str) -> dict[str, str]:
    """Every column of a table with its name in a GMNS file.

    Examples
    --------
    >>> columns_of("facilities")["kind"], columns_of("facilities")["zones"]
    ('node_type', 'corridors_zones')
    """
    names: Sequence[str] = FILES[table]._fields
    return {name: GMNS_COLUMNS[table].get(name, own(name)) for name in names}


# Networks ----------------------------------------------------------------------------------


def _write_movement(engine: Engine, chosen: Selection, folder: Path) -> None:
    tables = chosen.tables(engine.tables)
    kept = {f.id for f in tables.facilities}
    links: list[dict[str, Any]] = []
    for haul in engine.network.hauls:
        mode = haul.zone.partition(":")[0]
        if mode in chosen.modes and {haul.a, haul.b} <= kept:
            links.append({
                "link_id": f"{haul.zone}/{haul.a}/{haul.b}", "from_node_id": haul.a,
                "to_node_id": haul.b, "directed": "false", "dir_flag": "0", "length": haul.km,
                "facility_type": mode, own("kind"): "haul", own("zone"): haul.zone,
                own("countries"): tuple(haul.countries), own("stitched_km"): haul.stitched_km,
                own("curated_km"): haul.curated_km,
            })  # fmt: skip
    crossings = {c.id: c for c in tables.crossings if c.status == "operating"}
    for run in engine.network.crossings:
        if run.id in crossings:
            row = crossings[run.id]
            links.append({
                "link_id": row.id, "from_node_id": row.a, "to_node_id": row.b, "directed": "false",
                "dir_flag": 0, "length": run.km_a + run.km_b, "facility_type": row.mode,
                own("kind"): "crossing",
            })  # fmt: skip
    services = {s.id: s for s in tables.services if s.status in USABLE_SERVICES}
    lanes: list[tuple[str, str]] = []
    for sailing in engine.network.services:
        if sailing.id in services:
            ship = services[sailing.id]
            lanes.append((ship.id, _wkt(engine.network.lane(ship.id))))
            links.append({
                "link_id": ship.id, "name": ship.name, "from_node_id": ship.a,
                "to_node_id": ship.b, "directed": _truth(not ship.both_ways),
                "geometry_id": ship.id, "dir_flag": 1, "length": sailing.km,
                "facility_type": ship.mode, "jurisdiction": ship.operator, own("kind"): "service",
            })  # fmt: skip
    ours = ("kind", "zone", "countries", "stitched_km", "curated_km")
    _write(
        folder, "movement", nodes=map(_facility, tables.facilities), links=links, shapes=lanes,
        node_columns=_ours("facilities"), link_columns=map(own, ours),
    )  # fmt: skip


def _write_curated(engine: Engine, chosen: Selection, folder: Path) -> None:
    tables = chosen.tables(engine.tables)
    nodes = [_facility(f) for f in tables.facilities]
    links: list[dict[str, Any]] = []
    shapes: list[tuple[str, str]] = []
    for name in IN_LINK:
        for row in getattr(tables, name):
            key = f"{name}/{row.id}"
            cells = cell_texts(row)
            link = {column: cells[field] for field, column in columns_of(name).items()}
            link |= {"link_id": key, own("table"): name, "directed": "false", "dir_flag": "0"}
            line = engine.network.lane(row.id) if name == "services" else ()
            if name == "services":
                link["directed"] = _truth(not row.both_ways)
                link.pop(own("both_ways"))
            elif name == "links":
                line = row.geometry
                link |= {"from_node_id": f"{key}/from", "to_node_id": f"{key}/to"}
                link.pop(own("geometry"))
                for end, (lon, lat) in (("from", line[0]), ("to", line[-1])):
                    nodes.append({
                        "node_id": f"{key}/{end}", "x_coord": lon, "y_coord": lat,
                        "node_type": LINK_END,
                    })  # fmt: skip
            if len(line) > 1:
                link |= {"geometry_id": key, "dir_flag": "1"}
                shapes.append((key, _wkt(line)))
            links.append(link)
    ours = [own("table"), *dict.fromkeys(c for name in IN_LINK for c in _ours(name))]
    for held in ("geometry", "both_ways"):  # by geometry.csv, and by `directed`
        ours.remove(own(held))
    _write(
        folder, "curated", nodes=nodes, links=links, shapes=shapes,
        node_columns=_ours("facilities"), link_columns=ours,
    )  # fmt: skip


LINK_END = "link_end"
"""Type of a node that is the end of a curated link and no facility."""


_LINE_FIELDS = ("id", "from_node", "to_node", "mode", "length_km", "oneway", "geometry")
"""Columns of a line that GMNS has a field for."""


def _write_lines(engine: Engine, mode: str, chosen: Selection, folder: Path) -> None:
    import shapely

    lines = engine.network.lines(mode)
    frame = line_frame(lines, chosen)
    facilities: dict[int, list[str]] = {}
    for (facility, _), node in sorted(lines.node_of.items()):
        facilities.setdefault(node, []).append(facility)
    ends = sorted({*frame["from_node"].tolist(), *frame["to_node"].tolist()})
    nodes = (
        {
            "node_id": node, "x_coord": round(float(lines.flat.lon[node]), 5),
            "y_coord": round(float(lines.flat.lat[node]), 5),
            "node_type": "facility" if node in facilities else "junction",
            own("facility"): tuple(dict.fromkeys(facilities.get(node, ()))),
        }
        for node in ends
    )  # fmt: skip
    more = [c for c in frame.columns if c not in _LINE_FIELDS]
    links = (
        {
            "link_id": row["id"], "from_node_id": row["from_node"], "to_node_id": row["to_node"],
            "directed": _truth(row["oneway"]), "geometry_id": row["id"], "dir_flag": "1",
            "length": round(row["length_km"], 3), "facility_type": mode,
            **{own(c): row[c] for c in more},
        }
        for row in frame.drop(columns="geometry").to_dict("records")
    )  # fmt: skip
    texts = shapely.to_wkt(frame.geometry.to_numpy(), rounding_precision=5)
    _write(
        folder, mode, nodes=nodes, links=links,
        shapes=zip(map(str, frame["id"]), texts, strict=True), node_columns=[own("facility")],
        link_columns=map(own, more),
    )  # fmt: skip


def _facility(facility: Any) -> dict[str, Any]:
    cells = cell_texts(facility)
    return {column: cells[name] for name, column in columns_of("facilities").items()}


def _ours(table: str) -> list[str]:
    return [column for column in columns_of(table).values() if column.startswith(OWN)]


# Files -------------------------------------------------------------------------------------


def _write(
    folder: Path,
    name: str,
    *,
    nodes: Rows,
    links: Rows,
    shapes: Iterable[tuple[str, str]],
    node_columns: Iterable[str],
    link_columns: Iterable[str],
) -> None:
    folder.mkdir()
    _csv(folder / "node.csv", [*NODE, *node_columns], nodes)
    _csv(folder / "link.csv", [*LINK, *link_columns], links)
    geometry = ({"geometry_id": key, "geometry": wkt} for key, wkt in shapes)
    _csv(folder / "geometry.csv", ["geometry_id", "geometry"], geometry)
    config = {
        "dataset_name": f"corridors {name}", "short_length": "m", "long_length": "km",
        "speed": "km/h", "crs": CRS, "geometry_field_format": "WKT", "currency": "USD",
        "version_number": VERSION,
    }  # fmt: skip
    _csv(folder / "config.csv", list(config), [config])


def _csv(path: Path, columns: Sequence[str], rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(_cells(columns, rows))


def _cells(columns: Sequence[str], rows: Rows) -> Iterator[list[str]]:
    for row in rows:
        yield [_cell(row.get(column)) for column in columns]


def _cell(value: Any) -> str:
    # A number that a table of pandas' does not know is no number, and differs from itself.
    return "" if value is not None and value != value else cell_text(value)


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _wkt(line: Iterable[tuple[float, float]]) -> str:
    points = ", ".join(f"{cell_text(float(lon))} {cell_text(float(lat))}" for lon, lat in line)
    return f"LINESTRING ({points})"
