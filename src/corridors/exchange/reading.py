"""Tables back from a GeoPackage, GeoParquet files or a GMNS folder, as curated rows.

A row is read as its CSV would be: by the same readers, with the same refusals. Positions come
from the geometry, so that a point moved or a line drawn in QGIS counts.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corridors.errors import DataError, OutputError, UsageError
from corridors.exchange.geoparquet import need_pyarrow
from corridors.exchange.gmns import IN_LINK, LINK_END, OWN, columns_of
from corridors.exchange.layers import ABOUT, CRS, DERIVED, POSITION, SIDES, in_geometry
from corridors.network.cells import cell_text
from corridors.network.tables import FILES, Link, cell_kinds, cell_readers, cell_texts
from corridors.outputs.files import write_text

TABLES = tuple(name for name in FILES if name in ABOUT)
"""Tables that a file of another tool can hold."""


@dataclass(slots=True)
class ReadTables:
    """What was read.

    Attributes
    ----------
    rows : dict
        Table to its rows.
    left_out : dict
        Table to columns of the file that the table does not have.
    """

    rows: dict[str, list[Any]] = field(default_factory=dict)
    left_out: dict[str, list[str]] = field(default_factory=dict)


def read_exchange(path: Path) -> ReadTables:
    """Read tables from a file or folder.

    Parameters
    ----------
    path : Path
        ``.gpkg``; ``.parquet`` or a folder of such files, named as tables; a folder with a GMNS
        ``node.csv``, or one that `corridors export --format gmns` wrote.

    Raises
    ------
    DataError
        A file cannot be read, or a row is no row of its table; the message names file, layer,
        row, column and value.
    UsageError
        There is no table in it.
    OptionalDependencyError
        GeoParquet without pyarrow.
    """
    # Unlike Path.exists, this says no to a name that is too long for the file system.
    if not os.path.exists(path):  # noqa: PTH110
        raise DataError(f"{path}: no such file or folder")
    if path.suffix.lower() == ".gpkg" and path.is_file():
        found = _read_geopackage(path)
    elif path.suffix.lower() == ".parquet" and path.is_file():
        found = _read_geoparquet([path])
    elif path.is_dir() and (files := sorted(path.glob("*.parquet"))):
        found = _read_geoparquet(files)
    elif path.is_dir():
        gmns = path / "curated" if (path / "curated" / "node.csv").is_file() else path
        if not (gmns / "node.csv").is_file():
            raise UsageError(f"{path}: holds neither GeoParquet files nor a GMNS node.csv")
        found = _read_gmns(gmns)
    else:
        raise UsageError(f"{path}: give a .gpkg, a .parquet or a folder of GeoParquet or GMNS")
    if not found.rows:
        raise UsageError(f"{path}: holds none of the tables {', '.join(TABLES)}")
    _check_once(path, found)
    return found


def write_curated(found: ReadTables, folder: Path) -> list[Path]:
    """Write tables as curated CSV files, each whole or not at all.

    Parameters
    ----------
    found : ReadTables
    folder : Path
        Made where it does not exist. A table that is there already is not replaced.

    Raises
    ------
    OutputError
        A table is there already, or the folder cannot be written.
    """
    targets = {name: folder / f"{name}.csv" for name in found.rows}
    for target in targets.values():
        if target.exists():
            raise OutputError(f"cannot write {target}: it exists; give another folder")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror}") from error
    for name, target in targets.items():
        write_text(target, table_text(FILES[name], found.rows[name]))
    return list(targets.values())


def table_text(row_class: type[Any], rows: Iterable[Any]) -> str:
    """A table as CSV text.

    Examples
    --------
    >>> from corridors.network.tables import Chokepoint
    >>> print(table_text(Chokepoint, [Chokepoint("MAL", "Malacca", 2.8, 101.0)]), end="")
    id,name,lat,lon
    MAL,Malacca,2.8,101
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(cell_kinds(row_class))
    writer.writerows(cell_texts(row).values() for row in rows)
    return buffer.getvalue()


def _check_once(path: Path, found: ReadTables) -> None:
    for name, rows in found.rows.items():
        if "id" not in cell_kinds(FILES[name]):
            continue
        seen: set[str] = set()
        for row in rows:
            if row.id in seen:
                raise DataError(f"{path}: {name}: {row.id!r} stands in two rows")
            seen.add(row.id)


# Layers ------------------------------------------------------------------------------------


def _read_geopackage(path: Path) -> ReadTables:
    import pyogrio

    found = ReadTables()
    try:
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        for name in names:
            if name in TABLES:
                frame = pyogrio.read_dataframe(path, layer=name)
                _add_layer(found, name, frame, f"{path}: layer {name!r}")
    except RuntimeError as error:  # GDAL's errors are RuntimeErrors
        raise DataError(f"{path}: not a readable GeoPackage ({error})") from error
    return found


def _read_geoparquet(files: Sequence[Path]) -> ReadTables:
    need_pyarrow()
    import geopandas

    found = ReadTables()
    for file in files:
        if file.stem not in TABLES:
            continue
        try:
            frame = geopandas.read_parquet(file)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise DataError(f"{file}: not a readable GeoParquet file ({error})") from error
        _add_layer(found, file.stem, frame, str(file))
    return found


def _add_layer(found: ReadTables, name: str, frame: Any, where: str) -> None:
    row_class = FILES[name]
    from_geometry = in_geometry(row_class)
    columns = [column for column in cell_kinds(row_class) if column not in from_geometry]
    has_geometry = hasattr(frame, "geometry")
    if has_geometry and frame.crs is None:
        raise DataError(f"{where}: no coordinate system; save it with one, such as {CRS}")
    if has_geometry and not frame.crs.equals(CRS, ignore_axis_order=True):
        frame = frame.to_crs(CRS)
    shape_column = frame.geometry.name if has_geometry else None
    own_columns = {*columns, shape_column, *DERIVED, *from_geometry}
    unknown = [str(c) for c in frame.columns if c not in own_columns]
    if unknown:
        found.left_out[name] = unknown
    present = [column for column in columns if column in frame.columns]
    shapes = frame.geometry if has_geometry else [None] * len(frame)
    read = _RowReader(row_class)
    rows = []
    for number, (values, shape) in enumerate(
        zip(frame[present].itertuples(index=False, name=None), shapes, strict=True), 1
    ):
        cells = {c: _text(value) for c, value in zip(present, values, strict=True)}
        place = f"{where}, row {number} ({cells.get('id', '')})"
        if set(from_geometry) <= set(row_class._fields):
            cells |= _position(row_class, shape, place)
        rows.append(read(cells, place))
    found.rows[name] = rows


def _position(row_class: type[Any], shape: Any, where: str) -> dict[str, str]:
    """The cells of a row that its geometry holds."""
    if shape is None or shape.is_empty:
        raise DataError(f"{where}: has no geometry")
    if row_class is Link:
        parts = getattr(shape, "geoms", [shape])
        if len(parts) != 1 or parts[0].geom_type != "LineString":
            raise DataError(f"{where}: is a {shape.geom_type}; draw it as one line")
        return {"geometry": cell_text(tuple((c[0], c[1]) for c in parts[0].coords))}
    if "west" in row_class._fields:
        if shape.area < 0.999 * shape.envelope.area:
            raise DataError(f"{where}: is no box; draw it as a rectangle along the grid")
        return dict(zip(SIDES, map(cell_text, shape.bounds), strict=True))
    parts = getattr(shape, "geoms", [shape])
    if len(parts) != 1 or parts[0].geom_type != "Point":
        raise DataError(f"{where}: is a {shape.geom_type}; draw it as one point")
    return dict(zip(POSITION, (cell_text(parts[0].x), cell_text(parts[0].y)), strict=True))


def _text(value: Any) -> str:
    """The cell of a value as another tool stored it."""
    import pandas as pd

    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if hasattr(value, "item"):  # a number of numpy's
        value = value.item()
    return cell_text(value).strip()


class _RowReader:
    """Reads rows of one table from texts, as its CSV is read."""

    def __init__(self, row_class: type[Any]) -> None:
        self.row_class = row_class
        self.readers: dict[str, Callable[[str], Any]] = cell_readers(row_class)
        defaults = row_class._field_defaults
        self.required = [name for name in self.readers if name not in defaults]

    def __call__(self, cells: Mapping[str, str], where: str) -> Any:
        for name in self.required:
            if name not in cells:
                raise DataError(f"{where}: column {name!r} is missing")
        values = {}
        for name, read in self.readers.items():
            if name not in cells or (not cells[name] and name not in self.required):
                continue
            try:
                values[name] = read(cells[name])
            except ValueError as error:
                raise DataError(f"{where}: column {name!r}: {cells[name]!r} {error}") from None
        return self.row_class(**values)


# GMNS --------------------------------------------------------------------------------------


def _read_gmns(folder: Path) -> ReadTables:
    found = ReadTables()
    node_path, link_path = folder / "node.csv", folder / "link.csv"
    read = _RowReader(FILES["facilities"])
    columns = columns_of("facilities")
    facilities = [
        read({name: row[c] for name, c in columns.items() if c in row}, where)
        for where, row in _records(node_path, needed=("node_id", "x_coord", "y_coord"))
        if row.get("node_type") != LINK_END
    ]
    if facilities:
        found.rows["facilities"] = facilities
    if not link_path.is_file():
        return found
    needed = ("link_id", "from_node_id", "to_node_id", "directed", f"{OWN}table")
    shapes = _shapes(folder / "geometry.csv")
    readers = {name: _RowReader(FILES[name]) for name in IN_LINK}
    for where, row in _records(link_path, needed=needed):
        name = row[f"{OWN}table"]
        if name not in IN_LINK:
            raise DataError(
                f"{where}: column '{OWN}table': {name!r} is not one of {', '.join(IN_LINK)}"
            )
        cells = {field: row[c] for field, c in columns_of(name).items() if c in row}
        cells["id"] = row.get(f"{OWN}id") or row["link_id"]
        both_ways = _opposite(row["directed"], where)
        if name == "services":
            cells["both_ways"] = both_ways
        elif both_ways == "0":
            raise DataError(f"{where}: column 'directed': only services can be one way")
        if name == "links":
            wkt = row.get("geometry") or shapes.get(row.get("geometry_id", ""), "")
            cells |= _position(Link, _shape(wkt, where), where)
        found.rows.setdefault(name, []).append(readers[name](cells, where))
    return found


def _records(path: Path, *, needed: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of a CSV file with their place in it."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            header = next(lines, [])
            for name in needed:
                if name not in header:
                    raise DataError(f"{path}:1: column {name!r} is missing")
            for cells in lines:
                if not cells:
                    continue
                where = f"{path}:{lines.line_num}"
                if len(cells) != len(header):
                    raise DataError(f"{where}: {len(header)} cells expected, found {len(cells)}")
                yield where, dict(zip(header, (c.strip() for c in cells), strict=True))
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a readable CSV table ({error})") from error


def _shapes(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    rows = _records(path, needed=("geometry_id", "geometry"))
    return {row["geometry_id"]: row["geometry"] for _, row in rows}


def _shape(wkt: str, where: str) -> Any:
    import shapely

    if not wkt:
        raise DataError(f"{where}: has no geometry")
    try:
        return shapely.from_wkt(wkt)
    except shapely.GEOSException:
        raise DataError(f"{where}: geometry {wkt[:40]!r} is no well-known text") from None


def _opposite(directed: str, where: str) -> str:
    known = {"true": "0", "1": "0", "false": "1", "0": "1"}
    if directed.lower() not in known:
        raise DataError(f"{where}: column 'directed': {directed!r} is not true or false")
    return known[directed.lower()]
