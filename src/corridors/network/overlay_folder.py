"""A user's own tables laid over a data folder: rows of the same key replaced, others added.

The result is a data folder like any other, in the cache: what reads, compiles or audits a data
folder needs to know nothing of overlays.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from corridors.errors import DataError
from corridors.network.cells import cell_text
from corridors.network.tables import FILES, read_rows, read_tables

KEYS: dict[str, tuple[str, ...]] = {
    "zones": ("zone",),
    "zone_areas": ("id",),
    "facilities": ("id",),
    "places": ("id",),
    "crossings": ("id",),
    "links": ("id",),
    "masks": ("id",),
    "services": ("id",),
    "lanes": ("lane",),
    "chokepoints": ("id",),
    "corridors": ("corridor", "variant"),
    "audit_allow": ("check", "subject"),
}
"""Tables that can be laid over, and the columns that say which rows are replaced."""

_ELSEWHERE = {"parameters": "give your own numbers with --rates FILE.csv"}


class _Row(NamedTuple):
    cells: dict[str, str]
    path: Path
    line: int


def overlay_folder(base: Path, overlay: Path, *, cache: Path) -> Path:
    """A data folder with the tables of `overlay` laid over those of `base`.

    Parameters
    ----------
    base : Path
        A data folder.
    overlay : Path
        A folder with some of the tables of `KEYS` as CSV, by the columns of the curated ones;
        columns with a default may be absent. Rows replace those with the same key, whole, or are
        added.
    cache : Path
        Where the folder is made, under a name that changes with everything in it.

    Returns
    -------
    Path

    Raises
    ------
    DataError
        The folder holds no table or an unknown one, a row cannot be read, or it names an id that
        neither side has; the message names the user's file and line.
    """
    given = _given(overlay)
    for name, path in given.items():
        if name in FILES:
            read_rows(path, FILES[name])
    target = cache / f"overlay-{_fingerprint(base, given)}"
    if target.is_dir():
        return target
    try:
        cache.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix="part-", dir=cache))
    except OSError as error:
        raise DataError(
            f"cannot write the cache folder {cache} ({error.strerror}): "
            "set CORRIDORS_CACHE to a folder that can be written"
        ) from error
    try:
        _lay(base, given, beside)
        try:
            beside.rename(target)
        except OSError:
            # Another process was first; its result is the same by its name.
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return target


def _given(overlay: Path) -> dict[str, Path]:
    # Unlike Path.is_dir, this says no to a name that is too long for the file system.
    if not os.path.isdir(overlay):  # noqa: PTH112
        raise DataError(f"no overlay folder at {overlay}: give a folder with tables as CSV")
    given = {path.stem: path for path in sorted(overlay.glob("*.csv"))}
    for name, path in given.items():
        if name not in KEYS:
            why = _ELSEWHERE.get(name, f"choose from {', '.join(KEYS)}")
            raise DataError(f"{path}: no table to lay over: {why}")
    if not given:
        raise DataError(f"{overlay}: holds no table: {', '.join(KEYS)} with the suffix .csv")
    return given


def _fingerprint(base: Path, given: dict[str, Path]) -> str:
    digest = hashlib.sha256(str(base.resolve()).encode())
    for path in [*sorted((base / "curated").glob("*")), *given.values()]:
        if path.is_file():
            digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    for path in sorted(base.rglob("*")):  # where folders cannot be linked, these are copies
        if path.is_file() and path.parent.name != "curated":
            state = path.stat()
            digest.update(f"\0{path.name} {state.st_size} {state.st_mtime_ns}".encode())
    return digest.hexdigest()[:32]


def _lay(base: Path, given: dict[str, Path], target: Path) -> None:
    for part in base.iterdir():
        if part.name == "curated":
            shutil.copytree(part, target / "curated")
            continue
        try:
            (target / part.name).symlink_to(part.resolve(), target_is_directory=part.is_dir())
        except OSError:  # Windows lets few users make links
            copy = shutil.copytree if part.is_dir() else shutil.copyfile
            copy(part, target / part.name)
    origins: dict[tuple[str, int], tuple[Path, int]] = {}
    for name, path in given.items():
        merged = target / "curated" / path.name
        header, rows = _merged(base / "curated" / path.name, path, KEYS[name])
        merged.write_text(_text(name, header, rows, origins), "utf-8")
    try:
        read_tables(target)
    except DataError as error:
        raise DataError(_at_origin(str(error), target / "curated", base, origins)) from error


def _merged(base: Path, own: Path, key: Sequence[str]) -> tuple[list[str], list[_Row]]:
    header, rows = _read(base)
    own_header, own_rows = _read(own)
    defaults = getattr(FILES.get(own.stem), "_field_defaults", {})
    blank = {column: cell_text(defaults.get(column, "")) for column in header}
    for column in own_header:
        if column not in header:
            raise DataError(f"{own}:1: no column {column!r}: {own.name} has {', '.join(header)}")
    for column in key:
        if column not in own_header:
            raise DataError(f"{own}:1: column {column!r} is missing")
    by_key: dict[tuple[str, ...], list[_Row]] = {}
    for row in own_rows:
        whole = row._replace(cells=blank | row.cells)
        by_key.setdefault(tuple(row.cells[column] for column in key), []).append(whole)
    result: list[_Row] = []
    used: set[tuple[str, ...]] = set()
    for row in rows:
        at = tuple(row.cells[column] for column in key)
        if at not in by_key:
            result.append(row)
        elif at not in used:
            result += by_key[at]
            used.add(at)
    for at, members in by_key.items():
        if at not in used:
            result += members
    return header, result


def _read(path: Path) -> tuple[list[str], list[_Row]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            header = next(lines, [])
            rows = []
            for cells in lines:
                if not cells:
                    continue
                if len(cells) != len(header):
                    where = f"{path}:{lines.line_num}"
                    raise DataError(f"{where}: {len(header)} cells expected, found {len(cells)}")
                values = dict(zip(header, (c.strip() for c in cells), strict=True))
                rows.append(_Row(values, path, lines.line_num))
            return header, rows
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a readable CSV table ({error})") from error


def _text(
    name: str,
    header: Sequence[str],
    rows: Sequence[_Row],
    origins: dict[tuple[str, int], tuple[Path, int]],
) -> str:
    lines = [_csv_line(header)]
    line = 1
    for row in rows:
        lines.append(_csv_line([row.cells[column] for column in header]))
        line += lines[-1].count("\n")  # a cell may hold a break
        origins[(name, line)] = (row.path, row.line)
    return "".join(lines)


def _csv_line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()


def _at_origin(
    message: str, curated: Path, base: Path, origins: dict[tuple[str, int], tuple[Path, int]]
) -> str:
    """The message with the user's own file and line instead of the merged ones."""
    found = re.match(re.escape(str(curated)) + r"[\\/](\w+)\.csv:(\d+)", message)
    origin = origins.get((found[1], int(found[2]))) if found else None
    if found and origin:
        return f"{origin[0]}:{origin[1]}{message[found.end() :]}"
    return message.replace(str(curated), str(base / "curated"))
