"""The curated tables of places and facilities, read with the plain ``csv`` module."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from corridors.errors import DataError
from corridors.places.place import Place
from corridors.places.spelling import fold
from corridors.shelf import Shelf

PLACE_COLUMNS = ("id", "name", "country", "lat", "lon", "facilities", "unlocodes", "aliases")
FACILITY_COLUMNS = ("id", "name", "country", "lat", "lon", "kind", "unlocode")
# Where a container can begin or end: the other kinds are points a route passes.
ENDPOINT_KINDS = frozenset({"terminal", "port", "ferry_port", "dry_port"})


class CuratedRow(NamedTuple):
    """One row of a curated table with the names it answers to.

    Parameters
    ----------
    place : Place
        What a lookup returns.
    names : sequence of str
        Name and aliases as written.
    keys : sequence of str
        The search keys of the names.
    unlocodes : sequence of str
        UN/LOCODEs without spaces.
    endpoint : bool
        True where a container can begin or end.
    """

    place: Place
    names: Sequence[str]
    keys: Sequence[str]
    unlocodes: Sequence[str]
    endpoint: bool


def kept_curated(folder: Path, shelf: Shelf) -> tuple[list[CuratedRow], list[CuratedRow]]:
    """Places and facilities of a data folder, read cell by cell only when a table has changed.

    Raises
    ------
    DataError
        As `read_places` and `read_facilities`.
    """
    paths = [folder / "curated" / name for name in ("places.csv", "facilities.csv")]
    shape = (Place._fields, CuratedRow._fields)

    def plain() -> list[list[CuratedRow]]:
        return [read_places(paths[0]), read_facilities(paths[1])]

    places, facilities = shelf.get("places", paths, shape, plain)
    return _rows(places), _rows(facilities)


def _rows(plain: Iterable[Sequence[Any]]) -> list[CuratedRow]:
    """Rows of JSON, which knows lists where a place has tuples."""
    rows = []
    for (code, name, country, lon, lat, facilities, source), *names in plain:
        place = Place(code, name, country, lon, lat, tuple(facilities), source)
        rows.append(CuratedRow(place, *names))
    return rows


def read_places(path: Path) -> list[CuratedRow]:
    """Read ``places.csv``.

    Parameters
    ----------
    path : Path
        The table.

    Raises
    ------
    DataError
        With file, line, column and value of the fault.
    """
    rows = []
    for line, row in _records(path, PLACE_COLUMNS):
        place = _place(path, line, row, facilities=_items(row["facilities"]))
        names = (place.name, *_items(row["aliases"]))
        rows.append(
            CuratedRow(
                place=place,
                names=names,
                keys=_keys(names),
                unlocodes=_codes(row["unlocodes"]),
                endpoint=True,
            )
        )
    return rows


def read_facilities(path: Path) -> list[CuratedRow]:
    """Read ``facilities.csv``.

    Parameters
    ----------
    path : Path
        The table.

    Raises
    ------
    DataError
        With file, line, column and value of the fault.
    """
    rows = []
    for line, row in _records(path, FACILITY_COLUMNS):
        place = _place(path, line, row, facilities=(row["id"],), source_is_facility=True)
        # "Uzen (Zhanaozen)": what the brackets add is not always a name of its own.
        names = (place.name, place.name.partition("(")[0])
        rows.append(
            CuratedRow(
                place=place,
                names=names,
                keys=_keys(names),
                unlocodes=_codes(row["unlocode"]),
                endpoint=row["kind"] in ENDPOINT_KINDS,
            )
        )
    return rows


def _records(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    records: list[tuple[int, dict[str, str]]] = []
    seen: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            missing = [c for c in columns if c not in (reader.fieldnames or ())]
            if missing:
                raise DataError(f"{path}:1: column {', '.join(missing)} is missing")
            for row in reader:
                line = reader.line_num
                if None in row or None in row.values():
                    raise DataError(
                        f"{path}:{line}: {len(reader.fieldnames or ())} columns expected; "
                        "a cell with a comma needs quotes"
                    )
                record = {name: value.strip() for name, value in row.items()}
                if not record["id"]:
                    raise DataError(f"{path}:{line}:id: is empty")
                if record["id"] in seen:
                    raise DataError(
                        f"{path}:{line}:id: {record['id']!r} is already on line "
                        f"{seen[record['id']]}"
                    )
                seen[record["id"]] = line
                records.append((line, record))
    except FileNotFoundError:
        raise DataError(f"{path} is missing") from None
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise DataError(f"{path} cannot be read: {fault}") from fault
    return records


def _place(
    path: Path,
    line: int,
    row: dict[str, str],
    *,
    facilities: tuple[str, ...],
    source_is_facility: bool = False,
) -> Place:
    if not row["name"]:
        raise DataError(f"{path}:{line}:name: is empty")
    if len(row["country"]) != 2 or not row["country"].isalpha() or not row["country"].isupper():
        raise DataError(
            f"{path}:{line}:country: {row['country']!r} is not a two-letter ISO 3166 code"
        )
    return Place(
        id=row["id"],
        name=row["name"],
        country=row["country"],
        lon=_degrees(path, line, "lon", row["lon"], 180.0),
        lat=_degrees(path, line, "lat", row["lat"], 90.0),
        facilities=facilities,
        source="facility" if source_is_facility else "curated",
    )


def _degrees(path: Path, line: int, column: str, text: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -most <= value <= most:
        raise DataError(
            f"{path}:{line}:{column}: {text!r} is not a number from {-most:g} to {most:g}"
        )
    return value


def _keys(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in map(fold, names) if key))


def _items(cell: str) -> tuple[str, ...]:
    return tuple(item for item in (part.strip() for part in cell.split(";")) if item)


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(item.replace(" ", "").upper() for item in _items(cell))
