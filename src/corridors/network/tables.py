"""The curated tables: reading them so that a fault names its cell.

Everything is text a planner can open, read and diff. Rows that were read and checked once are
kept (`corridors.shelf`) until a byte of a table changes.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from corridors.errors import DataError
from corridors.network.cells import LonLat as LonLat  # rows and their readers speak of it
from corridors.network.cells import cell_text, reader
from corridors.network.references import check_references
from corridors.network.rows import CHOICES
from corridors.network.rows import USABLE_SERVICES as USABLE_SERVICES
from corridors.network.rows import Chokepoint as Chokepoint
from corridors.network.rows import CorridorStep as CorridorStep
from corridors.network.rows import Crossing as Crossing
from corridors.network.rows import Facility as Facility
from corridors.network.rows import LanePoint as LanePoint
from corridors.network.rows import Link as Link
from corridors.network.rows import Mask as Mask
from corridors.network.rows import Service as Service
from corridors.network.rows import Zone as Zone
from corridors.network.rows import ZoneArea as ZoneArea
from corridors.network.rows import gateway_targets as gateway_targets
from corridors.shelf import Shelf

Row = TypeVar("Row")


class Tables(NamedTuple):
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


def kept_tables(folder: Path, shelf: Shelf) -> Tables:
    """As `read_tables`, but not cell by cell while no table has changed since they were checked.

    Raises
    ------
    DataError
        As `read_tables`.
    """
    sources = [folder / "curated" / f"{name}.csv" for name in FILES]
    shape = {name: cell_kinds(row) for name, row in FILES.items()}

    def plain() -> dict[str, Any]:
        tables = read_tables(folder)
        return {name: getattr(tables, name) for name in FILES}

    kept = shelf.get("tables", sources, shape, plain)
    return Tables(folder, **{name: _rows(row, kept[name]) for name, row in FILES.items()})


def _rows(row_class: type[Any], plain: Iterable[list[Any]]) -> tuple[Any, ...]:
    """Rows of JSON, which knows lists where rows have tuples."""
    kinds = list(cell_kinds(row_class).values())
    lists = [at for at, kind in enumerate(kinds) if kind == "tuple[str, ...]"]
    lines = [at for at, kind in enumerate(kinds) if kind == "tuple[LonLat, ...]"]
    make = row_class._make
    rows = []
    for row in plain:
        cells = list(row)
        for at in lists:
            cells[at] = tuple(cells[at])
        for at in lines:
            cells[at] = tuple((lon, lat) for lon, lat in cells[at])
        rows.append(make(cells))
    return tuple(rows)


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


def with_opened(tables: Tables, opened: Collection[tuple[str, str]]) -> Tables:
    """The tables with planned, closed or unscheduled things in operation.

    Parameters
    ----------
    tables : Tables
    opened : collection of (str, str)
        Kind (``facility``, ``crossing``, ``link``, ``service``, ``group``) and id.
    """
    wanted = set(opened)

    def turned(rows: Iterable[Any], kind: str) -> tuple[Any, ...]:
        return tuple(
            row._replace(status="operating")
            if (kind, row.id) in wanted or ("group", getattr(row, "group", "")) in wanted
            else row
            for row in rows
        )

    return tables._replace(
        facilities=turned(tables.facilities, "facility"),
        crossings=turned(tables.crossings, "crossing"),
        links=turned(tables.links, "link"),
        services=turned(tables.services, "service"),
    )
