"""Pipelines as schematic lines: where oil and gas leave, never added to what boxes can use."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from corridors.analysis.engine import Engine
from corridors.errors import DataError
from corridors.geodesy import great_circle_km
from corridors.network.tables import LonLat, read_rows

CARRIES = ("oil", "gas")
STATES = ("planned", "under construction", "built")
BASES = ("named", "placed")
"""A point that a published description of the route names, or one that we put there."""

SCHEMATIC_KM = 20
"""How far a point may lie from the pipe; between two points the pipe is not followed at all."""

SHARE = (0.75, 1.02)
"""Straight lines between towns are shorter than the pipe, but not by more than a quarter."""


class PipelineRow(NamedTuple):
    """One row of ``pipelines.csv``."""

    id: str
    name: str
    short: str
    carries: str
    status: str
    length_km: float | None
    capacity: str
    countries: tuple[str, ...]
    project: str
    source: str
    url: str
    note: str = ""


class PipelinePoint(NamedTuple):
    """One row of ``pipeline_points.csv``."""

    pipeline: str
    seq: int
    place: str
    lon: float
    lat: float
    basis: str


class Pipeline(NamedTuple):
    """A pipeline, or the section of one that has a length of its own.

    Attributes
    ----------
    row : PipelineRow
    points : tuple of PipelinePoint
        In the order in which it is drawn.
    """

    row: PipelineRow
    points: tuple[PipelinePoint, ...]

    @property
    def line(self) -> list[LonLat]:
        """(lon, lat) of its points."""
        return [(point.lon, point.lat) for point in self.points]

    @property
    def drawn_km(self) -> float:
        """Length as drawn."""
        ends = pairwise(self.points)
        return float(sum(great_circle_km(a.lon, a.lat, b.lon, b.lat) for a, b in ends))

    @property
    def share(self) -> float | None:
        """Drawn length as a share of the published one; None where none is published."""
        return None if self.row.length_km is None else self.drawn_km / self.row.length_km


def read_pipelines(engine: Engine) -> dict[str, Pipeline]:
    """Pipelines of a data folder, by id; none where it has no table of them.

    Raises
    ------
    DataError
        A row is broken, or a pipeline has fewer than two points.

    Examples
    --------
    >>> pipelines = read_pipelines(Engine.load())
    >>> pipelines["cpc"].points[0].place
    'Tengiz'
    """
    table = engine.folder / "curated" / "pipelines.csv"
    if not table.exists():
        return {}
    points_table = table.with_name("pipeline_points.csv")
    points: dict[str, list[PipelinePoint]] = {}
    for point in read_rows(points_table, PipelinePoint):
        if point.basis not in BASES:
            raise DataError(
                f"{points_table}: {point.pipeline!r} {point.seq}: column basis: {point.basis!r} "
                f"is none of {', '.join(BASES)}"
            )
        points.setdefault(point.pipeline, []).append(point)
    found: dict[str, Pipeline] = {}
    for row in read_rows(table, PipelineRow):
        where = f"{table}: row {row.id!r}: column"
        if row.id in found:
            raise DataError(f"{where} id: appears twice")
        for column, allowed in (("carries", CARRIES), ("status", STATES)):
            if getattr(row, column) not in allowed:
                raise DataError(
                    f"{where} {column}: {getattr(row, column)!r} is none of {', '.join(allowed)}"
                )
        mine = points.pop(row.id, [])
        if len(mine) < 2 or [p.seq for p in mine] != sorted({p.seq for p in mine}):
            raise DataError(
                f"{where} id: {points_table.name} needs two points of it or more, by growing seq"
            )
        found[row.id] = Pipeline(row, tuple(mine))
    if points:
        raise DataError(f"{points_table}: {min(points)!r} is no pipeline of {table.name}")
    return found
