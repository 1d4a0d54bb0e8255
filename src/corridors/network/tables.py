"""The curated tables: what a row may hold, and reading them so that a fault names its cell.

The row classes below are the one truth about the tables: the reader, the documentation of the
columns and the audit go by them. Everything is text a planner can open, read and diff.
"""

from __future__ import annotations

import csv
import typing
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from corridors.errors import DataError
from corridors.network.cells import LonLat as LonLat  # rows and their readers speak of it
from corridors.network.cells import cell_text, reader

Row = TypeVar("Row")


class Zone(NamedTuple):
    """Where one rate, one speed and one gauge hold and no border is felt."""

    zone: str
    mode: str
    gauge_mm: int | None
    countries: tuple[str, ...]
    default: bool
    note: str = ""


class ZoneArea(NamedTuple):
    """A box whose lines of one country belong to another zone than that country's own."""

    id: str
    mode: str
    country: str
    west: float
    south: float
    east: float
    north: float
    zone: str
    kind: str
    reason: str
    source: str = ""


class Facility(NamedTuple):
    """A place where a container can change train, mode, gauge or country."""

    id: str
    name: str
    country: str
    lat: float
    lon: float
    kind: str
    zones: tuple[str, ...]
    unlocode: str = ""
    status: str = "operating"
    snap_exception: str = ""
    source: str = ""
    note: str = ""


class Crossing(NamedTuple):
    """A border crossing point for one mode, between a facility on either side."""

    id: str
    mode: str
    a: str
    b: str
    lat: float
    lon: float
    gauge_ab: str = ""
    gauge_ba: str = ""
    status: str = "operating"
    note: str = ""
    source: str = ""


class Link(NamedTuple):
    """A curated piece of line added to the OpenStreetMap network."""

    id: str
    mode: str
    kind: str
    geometry: tuple[LonLat, ...]
    length_km: float | None = None
    status: str = "operating"
    source: str = ""
    note: str = ""


class Mask(NamedTuple):
    """A box inside which lines of the mode do not serve (closed, dormant, one commodity)."""

    id: str
    mode: str
    west: float
    south: float
    east: float
    north: float
    reason: str
    source: str = ""


class Service(NamedTuple):
    """A ferry, feeder or liner service; without one, two ports are not connected."""

    id: str
    name: str
    operator: str
    mode: str
    group: str
    a: str
    b: str
    both_ways: bool
    via: tuple[str, ...] = ()
    lane: str = ""
    status: str = "operating"
    headway_h_low: float | None = None
    headway_h_typ: float | None = None
    headway_h_high: float | None = None
    capacity_teu: float | None = None
    last_confirmed: str = ""
    grade: str = ""
    source: str = ""
    url: str = ""
    note: str = ""


class LanePoint(NamedTuple):
    """One point of a hand-drawn sea lane."""

    lane: str
    seq: int
    lat: float
    lon: float


class Chokepoint(NamedTuple):
    """A strait, canal or cape that a sea service passes."""

    id: str
    name: str
    lat: float
    lon: float


class CorridorStep(NamedTuple):
    """A section (countries and modes) or a gateway (crossings or services) of a variant."""

    corridor: str
    variant: str
    seq: int
    kind: str
    value: tuple[str, ...]
    modes: tuple[str, ...] = ()
    note: str = ""


CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "Zone": {"mode": ("rail", "road")},
    "ZoneArea": {
        "mode": ("rail", "road"),
        "kind": ("transit_without_control", "gauge", "terrain", "border_fix"),
    },
    "Facility": {
        "kind": (
            "terminal", "port", "ferry_port", "dry_port", "border", "gauge_yard", "waypoint",
        )
    },
    "Crossing": {"mode": ("rail", "road"), "status": ("operating", "closed", "planned")},
    "Link": {
        "mode": ("rail", "road"),
        "kind": ("gap", "spur", "reshape", "new_line"),
        "status": ("operating", "closed", "planned"),
    },
    "Mask": {"mode": ("rail", "road")},
    "Service": {
        "mode": ("ferry", "sea"),
        "status": ("operating", "seasonal", "suspended", "unscheduled", "planned"),
    },
    "CorridorStep": {"kind": ("section", "gateway")},
}  # fmt: skip


USABLE_SERVICES = frozenset({"operating", "seasonal"})
"""Statuses of a service that can be booked."""


@dataclass(frozen=True, slots=True)
class Tables:
    """All curated network tables of one data folder."""

    folder: Path
    zones: tuple[Zone, ...]
    zone_areas: tuple[ZoneArea, ...]
    facilities: tuple[Facility, ...]
    crossings: tuple[Crossing, ...]
    links: tuple[Link, ...]
    masks: tuple[Mask, ...]
    services: tuple[Service, ...]
    lanes: tuple[LanePoint, ...]
    chokepoints: tuple[Chokepoint, ...]
    corridors: tuple[CorridorStep, ...]


FILES: dict[str, type[Any]] = {
    "zones": Zone,
    "zone_areas": ZoneArea,
    "facilities": Facility,
    "crossings": Crossing,
    "links": Link,
    "masks": Mask,
    "services": Service,
    "lanes": LanePoint,
    "chokepoints": Chokepoint,
    "corridors": CorridorStep,
}


def read_tables(folder: Path) -> Tables:
    """Read every network table under ``<folder>/curated``.

    Parameters
    ----------
    folder : Path
        A data folder, such as the packaged one.

    Returns
    -------
    Tables

    Raises
    ------
    DataError
        A table is missing or a cell cannot be read; the message names file, line, column
        and value.
    """
    curated = folder / "curated"
    read = {name: read_rows(curated / f"{name}.csv", row) for name, row in FILES.items()}
    tables = Tables(folder=folder, **read)
    check_references(tables)
    return tables


def read_rows(path: Path, row_class: type[Row]) -> tuple[Row, ...]:
    """Read one table into instances of its row class.

    Raises
    ------
    DataError
        With file, line, column and value of the first fault.
    """
    shape: Any = row_class  # a NamedTuple class, which typing cannot bound a variable by
    read = cell_readers(row_class)
    required = [name for name in shape._fields if name not in shape._field_defaults]
    rows: list[Row] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            header = next(lines, [])
            absent = [name for name in required if name not in header]
            if absent:
                raise DataError(f"{path}:1: column {absent[0]!r} is missing")
            known = [(at, name, read[name]) for at, name in enumerate(header) if name in read]
            for cells in lines:
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise DataError(
                        f"{path}:{lines.line_num}: {len(header)} cells expected, found {len(cells)}"
                    )
                try:
                    values = {name: make(cells[at].strip()) for at, name, make in known}
                except (ValueError, KeyError):
                    raise _fault(f"{path}:{lines.line_num}", cells, known) from None
                rows.append(row_class(**values))
    except FileNotFoundError as error:
        raise DataError(f"{path}: missing; is the data folder complete?") from error
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a readable CSV table ({error})") from error
    return tuple(rows)


def cell_kinds(row_class: type[Any]) -> dict[str, str]:
    """Columns of a row class, each with its type as it is written there.

    Examples
    --------
    >>> cell_kinds(Zone)["gauge_mm"]
    'int | None'
    """
    # Annotations as they are written: to evaluate them takes longer than to read a table.
    kinds = row_class.__annotations__.items()
    return {name: str(getattr(kind, "__forward_arg__", kind)) for name, kind in kinds}


def cell_readers(row_class: type[Any]) -> dict[str, Callable[[str], Any]]:
    """How the cells of each column are read; a ValueError says what a text is not.

    Examples
    --------
    >>> cell_readers(Zone)["countries"]("KZ;UZ")
    ('KZ', 'UZ')
    """
    choices = CHOICES.get(row_class.__name__, {})
    kinds = cell_kinds(row_class)
    return {name: reader(kind, name, choices.get(name)) for name, kind in kinds.items()}


def cell_texts(row: Any) -> dict[str, str]:
    """The cells of a row, as they stand in its table.

    Examples
    --------
    >>> cell_texts(Chokepoint("MAL", "Strait of Malacca", 2.8, 101.0))
    {'id': 'MAL', 'name': 'Strait of Malacca', 'lat': '2.8', 'lon': '101'}
    """
    return {name: cell_text(value) for name, value in row._asdict().items()}


def _fault(
    where: str, cells: list[str], known: list[tuple[int, str, Callable[[str], Any]]]
) -> DataError:
    """The first cell of a row that cannot be read, and why."""
    for at, name, make in known:
        try:
            make(cells[at].strip())
        except (ValueError, KeyError) as error:
            return DataError(f"{where}: column {name!r}: {cells[at].strip()!r} {error}")
    return DataError(f"{where}: cannot be read")


def gateway_targets(step: CorridorStep) -> list[tuple[str, str]]:
    """(kind, id) of all that a gateway step names; a kind holds until the next one.

    Examples
    --------
    >>> row = CorridorStep("c", "v", 2, "gateway", ("crossing:X", "Y", "service:Z"))
    >>> gateway_targets(row)
    [('crossing', 'X'), ('crossing', 'Y'), ('service', 'Z')]
    """
    if step.kind != "gateway":
        return []
    kind, targets = "", []
    for value in step.value:
        before, colon, name = value.partition(":")
        kind, name = (before, name) if colon else (kind, before)
        targets.append((kind, name))
    return targets


def with_opened(tables: Tables, opened: typing.Collection[tuple[str, str]]) -> Tables:
    """The tables with planned, closed or unscheduled things in operation.

    Parameters
    ----------
    tables : Tables
    opened : collection of (str, str)
        Kind (``facility``, ``crossing``, ``link``, ``service``, ``group``) and id.
    """
    wanted = set(opened)

    def turned(rows: typing.Iterable[Any], kind: str) -> tuple[Any, ...]:
        return tuple(
            row._replace(status="operating")
            if (kind, row.id) in wanted or ("group", getattr(row, "group", "")) in wanted
            else row
            for row in rows
        )

    return replace(
        tables,
        facilities=turned(tables.facilities, "facility"),
        crossings=turned(tables.crossings, "crossing"),
        links=turned(tables.links, "link"),
        services=turned(tables.services, "service"),
    )


def check_references(tables: Tables) -> None:
    """Every id a row names must exist, and no id twice.

    Raises
    ------
    DataError
        Naming the table, the row and the id.
    """
    curated = tables.folder / "curated"
    zones = _unique(tables.zones, "zone", curated / "zones.csv")
    facilities = _unique(tables.facilities, "id", curated / "facilities.csv")
    crossings = _unique(tables.crossings, "id", curated / "crossings.csv")
    services = _unique(tables.services, "id", curated / "services.csv")
    chokepoints = _unique(tables.chokepoints, "id", curated / "chokepoints.csv")
    _unique(tables.links, "id", curated / "links.csv")
    groups = {service.group for service in tables.services}
    lanes = {point.lane for point in tables.lanes}

    def need(
        table: str,
        row: tuple[str, ...],
        names: typing.Iterable[str],
        known: typing.Container[str],
    ) -> None:
        for name in names:
            if name and name not in known:
                where = _where(curated / table, row, name)
                raise DataError(f"{where}: row {'/'.join(row)!r} names {name!r}: no such id")

    for facility in tables.facilities:
        need("facilities.csv", (facility.id,), facility.zones, {*zones, "sea"})
    for area in tables.zone_areas:
        need("zone_areas.csv", (area.id,), [area.zone], zones)
    for crossing in tables.crossings:
        ends = [crossing.a, crossing.b, crossing.gauge_ab, crossing.gauge_ba]
        need("crossings.csv", (crossing.id,), ends, facilities)
    for service in tables.services:
        need("services.csv", (service.id,), [service.a, service.b], facilities)
        need("services.csv", (service.id,), service.via, chokepoints)
        need("services.csv", (service.id,), [service.lane], lanes)
    for step in tables.corridors:
        row = (step.corridor, step.variant, str(step.seq))
        for kind, name in gateway_targets(step):
            known = {"crossing": crossings, "service": services, "group": groups}.get(kind)
            if known is None:
                raise DataError(
                    f"{_where(curated / 'corridors.csv', row, name)}: gateway {name!r} "
                    "must start with crossing:, service: or group:"
                )
            need("corridors.csv", row, [name], known)


def _unique(rows: typing.Iterable[Any], attribute: str, path: Path) -> set[str]:
    seen: set[str] = set()
    for row in rows:
        key = getattr(row, attribute)
        if key in seen:
            raise DataError(f"{_where(path, (key,), key, last=True)}: {key!r} stands in two rows")
        seen.add(key)
    return seen


def _where(path: Path, row: tuple[str, ...], value: str, *, last: bool = False) -> str:
    """File, line and column of a value, looked for again once a row is known to be wrong."""
    found = str(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        header = next(lines, [])
        for cells in lines:
            if tuple(cell.strip() for cell in cells[: len(row)]) != row:
                continue
            holds = [h for h, c in zip(header, cells, strict=False) if _mentions(c, value)]
            found = f"{path}:{lines.line_num}: column {holds[0]!r}" if holds else found
            if not last:
                break
    return found


def _mentions(cell: str, value: str) -> bool:
    return value in (part.strip().rpartition(":")[2] for part in cell.split(";")) or value in (
        part.strip() for part in cell.split(";")
    )
