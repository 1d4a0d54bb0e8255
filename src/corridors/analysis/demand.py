"""A weekly demand as a table: from where to where, how much, and what a day is worth."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from corridors.errors import DataError
from corridors.parameters.parameter_table import plain_number

REQUIRED = ("origin", "destination", "teu_week")
OPTIONAL = ("value_of_time",)


class Demand(NamedTuple):
    """One row of a demand table.

    Attributes
    ----------
    origin, destination : str
    teu_week : float
    value_of_time_usd_day : float or None
        Per forty-foot container; the ledger's without.
    """

    origin: str
    destination: str
    teu_week: float
    value_of_time_usd_day: float | None = None


def demand_path(folder: Path, name: str) -> Path:
    """A demand table by its path, or by its name alone where the data folder has one of it."""
    packaged = folder / "demand" / f"{name}.csv"
    # Unlike Path.exists, this says no to a name that is too long for the file system.
    known = not os.path.exists(name) and os.path.exists(packaged)  # noqa: PTH110
    return packaged if known else Path(name)


def read_demand(path: Path) -> tuple[Demand, ...]:
    """Read a demand table: origin, destination, teu_week and, if wanted, value_of_time.

    Raises
    ------
    DataError
        With file, line and column of the first fault.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = [name.strip() for name in next(reader, [])]
            _check_header(path, header)
            rows = [
                _demand(f"{path}:{reader.line_num}", header, cells)
                for cells in reader
                if any(cells)
            ]
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; it holds {','.join(REQUIRED)}") from None
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a readable CSV table ({error})") from None
    if not rows:
        raise DataError(f"{path}: no demand in it")
    return tuple(rows)


def _check_header(path: Path, header: Sequence[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    extra = [name for name in header if name not in (*REQUIRED, *OPTIONAL)]
    if missing or extra or len(set(header)) != len(header):
        fault = f"column {missing[0]} is missing" if missing else f"column {extra or header}"
        raise DataError(f"{path}:1: {fault}; expected {','.join(REQUIRED)}[,{OPTIONAL[0]}]")


def _demand(where: str, header: Sequence[str], cells: Sequence[str]) -> Demand:
    if len(cells) != len(header):
        raise DataError(f"{where}: {len(cells)} cells instead of {len(header)}")
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}

    def number(name: str) -> float:
        value = plain_number(row[name])
        if value is None or not 0.0 < value < 1e9:
            raise DataError(f"{where}: column {name}: {row[name]!r} is no number above zero")
        return value

    for name in REQUIRED[:2]:
        if not row[name]:
            raise DataError(f"{where}: column {name}: blank")
    worth = number("value_of_time") if row.get("value_of_time") else None
    return Demand(row["origin"], row["destination"], number("teu_week"), worth)
