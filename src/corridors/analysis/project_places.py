"""Where projects lie: on lines, yards, crossings and ships of the network, or along towns.

A project is drawn by what it changes: the network's own lines where it has them, a haul between
two yards where a track is doubled, points that published descriptions name elsewhere. What has
no place (a package of money, a tariff) is not given one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from corridors.analysis.engine import Engine
from corridors.analysis.pipelines import Pipeline, read_pipelines
from corridors.analysis.projects import Project
from corridors.errors import DataError
from corridors.geodesy import great_circle_km
from corridors.movement.zone_graph import ZoneGraph, line_of
from corridors.network.cells import reader
from corridors.network.tables import LonLat, read_rows

KINDS = ("link", "haul", "facility", "crossing", "service", "line", "pipeline")
BASES = ("stated", "assumed")
"""Whether the source of the project names this place, or we put the project there."""

REACH_KM = 20.0
"""A point given for a haul lies no farther from the line than this."""


class PlaceRow(NamedTuple):
    """One row of ``project_places.csv``.

    Attributes
    ----------
    project : str
        Id of the register.
    kind : str
        One of `KINDS`.
    value : str
        An id; for a haul ids or ``lon lat`` in order with semicolons, for a line ``lon lat``
        with commas.
    haul_zone : str
        The zone that a haul runs in; blank otherwise.
    basis : {"stated", "assumed"}
    source : str
    """

    project: str
    kind: str
    value: str
    haul_zone: str
    basis: str
    source: str


class Place(NamedTuple):
    """A piece of a project on the map: a line, or a point if it has one vertex.

    Attributes
    ----------
    row : PlaceRow
    points : tuple of (lon, lat)
    """

    row: PlaceRow
    points: tuple[LonLat, ...]


def project_places(engine: Engine, projects: Mapping[str, Project]) -> dict[str, list[Place]]:
    """Where the projects of a register lie; those that have no place are absent.

    Raises
    ------
    DataError
        A row is broken, or names something that does not exist.

    Examples
    --------
    >>> from corridors.analysis.projects import read_projects
    >>> engine = Engine.load()
    >>> places = project_places(engine, read_projects(engine))
    >>> [place.row.kind for place in places["anaklia"]], "eu-2024" in places
    (['facility', 'link'], False)
    """
    table = engine.folder / "curated" / "project_places.csv"
    if not table.exists():
        return {}
    pipelines = read_pipelines(engine)
    found: dict[str, list[Place]] = {}
    for row in read_rows(table, PlaceRow):
        where = f"{table}: row {row.project!r} {row.value!r}: column"
        if row.project not in projects:
            raise DataError(f"{where} project: there is no such project")
        for column, allowed in (("kind", KINDS), ("basis", BASES)):
            if getattr(row, column) not in allowed:
                raise DataError(
                    f"{where} {column}: {getattr(row, column)!r} is none of {', '.join(allowed)}"
                )
        points = _points(engine, row, pipelines, where)
        found.setdefault(row.project, []).append(Place(row, tuple(points)))
    return found


def _points(
    engine: Engine, row: PlaceRow, pipelines: Mapping[str, Pipeline], where: str
) -> Iterable[LonLat]:
    tables = engine.tables
    if row.kind == "line":
        return _line(row.value, where)
    if row.kind == "haul":
        return _haul(engine, row, where)
    if row.kind == "pipeline":
        return _named({name: p.line for name, p in pipelines.items()}, row.value, where)
    if row.kind == "link":
        return _named({link.id: link.geometry for link in tables.links}, row.value, where)
    if row.kind == "service":
        lane = engine.network.lane(row.value)
        return _named({row.value: lane} if lane else {}, row.value, where)
    rows = tables.facilities if row.kind == "facility" else tables.crossings
    return _named({place.id: [(place.lon, place.lat)] for place in rows}, row.value, where)


def _named(known: Mapping[str, Iterable[LonLat]], name: str, where: str) -> Iterable[LonLat]:
    if name not in known:
        raise DataError(f"{where} value: there is no such id")
    return known[name]


def _line(value: str, where: str) -> Iterable[LonLat]:
    try:
        points: tuple[LonLat, ...] = reader("tuple[LonLat, ...]", "value", None)(value)
    except ValueError as error:
        raise DataError(f"{where} value: {error}") from None
    return points


def _haul(engine: Engine, row: PlaceRow, where: str) -> list[LonLat]:
    """The line of the network by way of all its points."""
    mode = row.haul_zone.partition(":")[0]
    if mode not in ("rail", "road"):
        raise DataError(f"{where} haul_zone: {row.haul_zone!r} is no zone")
    lines = engine.network.lines(mode)
    if row.haul_zone not in lines.zones:
        raise DataError(f"{where} haul_zone: {row.haul_zone!r} is no zone")
    graph = lines.graph(row.haul_zone)
    nodes = []
    for part in row.value.split(";"):
        node = lines.node_of.get((part.strip(), row.haul_zone))
        nodes.append(_near(graph, part, where) if node is None else node)
    if len(nodes) < 2:
        raise DataError(f"{where} value: a haul has two ends")
    found: list[LonLat] = []
    for start, goal in pairwise(nodes):
        steps = graph.reach({start: 0.0}, targets=[goal]).arcs_to(goal)
        if not steps:
            raise DataError(f"{where} value: no line of {row.haul_zone} joins its points")
        found += line_of(lines.flat, steps)
    return found


def _near(graph: ZoneGraph, text: str, where: str) -> int:
    """The junction of a zone next to ``lon lat``."""
    try:
        lon, lat = (float(number) for number in text.split())
    except ValueError:
        raise DataError(
            f"{where} value: {text!r} is neither a place of the zone nor lon lat"
        ) from None
    flat = graph.flat
    away = {
        node: great_circle_km(lon, lat, float(flat.lon[node]), float(flat.lat[node]))
        for node in graph.next
    }
    node = min(away, key=lambda node: (away[node], node), default=-1)
    if node < 0 or away[node] > REACH_KM:
        raise DataError(f"{where} value: {text!r} lies more than {REACH_KM:g} km from any line")
    return node
