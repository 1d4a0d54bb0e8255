"""Reading a parameter table: broken rows are refused with the file, the line and the column."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corridors.errors import DataError
from corridors.parameters.row import GRADES, ParameterRow

COLUMNS = ("key", "low", "typ", "high", "unit", "grade", "source", "url", "year", "seen", "note")
# A wider band than this says nothing; the table must then be split by condition instead.
MAX_RATIO = 6.0


def plain_number(text: str) -> float | None:
    """Return the number written in `text`, or ``None`` if it is none.

    Stricter than ``float``: digit groups (``1_000``) and digits of other scripts are more
    likely slips than numbers.
    """
    if not text.isascii() or "_" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def is_year(text: str) -> bool:
    """Whether `text` is a year of four digits."""
    return len(text) == 4 and text.isascii() and text.isdigit()


def read_table(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, cells) of a CSV file whose header must be exactly `columns`.

    Parameters
    ----------
    path : pathlib.Path
        UTF-8 file; a byte-order mark, as spreadsheets write it, is accepted.
    columns : tuple of str
        Column names, in order.

    Raises
    ------
    corridors.errors.DataError
        If the file is missing, empty, not UTF-8, or its header or a row has other columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            header = next(reader, None)
            if header is None:
                raise DataError(f"{path}: the file is empty; expected columns {','.join(columns)}")
            _check_header(path, tuple(header), columns)
            for cells in reader:
                if not any(cells):
                    continue
                if len(cells) != len(columns):
                    raise DataError(
                        f"{path}:{reader.line_num}: {len(cells)} cells instead of {len(columns)}; "
                        "a comma inside a cell needs quotes"
                    )
                yield reader.line_num, dict(zip(columns, map(str.strip, cells), strict=True))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text ({error.reason})") from None
    except (OSError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None


def _check_header(path: Path, header: tuple[str, ...], columns: tuple[str, ...]) -> None:
    if header == columns:
        return
    missing = [name for name in columns if name not in header]
    extra = [name for name in header if name not in columns]
    detail = []
    if missing:
        detail.append(f"missing {', '.join(missing)}")
    if extra:
        detail.append(f"unknown {', '.join(extra)}")
    if not detail:
        detail.append("columns in another order or repeated")
    raise DataError(f"{path}:1: header: {'; '.join(detail)}; expected {','.join(columns)}")


def read_parameters(path: Path) -> Iterator[ParameterRow]:
    """Yield the rows of a parameter table.

    Raises
    ------
    corridors.errors.DataError
        As `read_table`, or a row is broken; the message names file, line, column and value.
    """
    for line, cells in read_table(path, COLUMNS):
        yield _row(path, line, cells)


def _row(path: Path, line: int, cells: dict[str, str]) -> ParameterRow:
    def fail(column: str, why: str) -> DataError:
        return DataError(f"{path}:{line}: column {column}: {cells[column]!r} {why}")

    def number(column: str) -> float:
        value = plain_number(cells[column])
        if value is None:
            raise fail(column, "is not a number")
        if not math.isfinite(value):
            raise fail(column, "is not finite")
        if value < 0.0:
            raise fail(column, "is negative")
        return value

    if not cells["key"] or any(not part for part in cells["key"].split("/")):
        raise fail("key", "is not a path of segments such as speed_kmh/rail:KZ")
    low, typ, high = number("low"), number("typ"), number("high")
    if low > typ:
        raise fail("low", f"is above typ ({typ:g})")
    if high < typ:
        raise fail("high", f"is below typ ({typ:g})")
    if low == 0.0 and high > 0.0:
        raise fail("low", "is zero while high is not: all three are zero or none")
    if high > MAX_RATIO * typ:
        raise fail("high", f"is over {MAX_RATIO:g} times typ: split the row by condition")
    if typ > MAX_RATIO * low:
        raise fail("low", f"is under one {MAX_RATIO:g}th of typ: split the row by condition")
    if not cells["unit"]:
        raise fail("unit", "is blank")
    if cells["grade"] not in GRADES:
        raise fail("grade", f"is none of {', '.join(GRADES)}")
    if cells["grade"] in ("measured", "published") and not (cells["source"] and cells["url"]):
        raise fail("source", f"or url is blank, but the grade is {cells['grade']}")
    if cells["year"] and not is_year(cells["year"]):
        raise fail("year", "is not a year of four digits")
    year = int(cells["year"]) if cells["year"] else None
    texts = ("key", "unit", "grade", "source", "url", "seen", "note")
    text: dict[str, Any] = {name: cells[name] for name in texts}
    return ParameterRow(low=low, typ=typ, high=high, year=year, file=path.name, line=line, **text)
