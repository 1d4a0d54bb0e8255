"""The parameter table in memory: every number the model computes with, and where it is from.

A key is a path of segments (``border_h/KZ-DOS/ab``). Callers name keys from the most
specific to the most general and get the first row that exists, so a planner can add a
figure for one yard without touching the rest. Broken rows are refused with the file, the
line and the column; nothing is ever filled in silently.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from corridors.errors import DataError, ParameterError
from corridors.parameters.distribution import SplitLognormal

COLUMNS = ("key", "low", "typ", "high", "unit", "grade", "source", "url", "year", "seen", "note")
GRADES = ("measured", "published", "expert", "assumption")
# A wider band than this says nothing; the table must then be split by condition instead.
MAX_RATIO = 6.0


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One parameter: a value with its spread, its unit and its origin.

    Parameters
    ----------
    key : str
        Path of segments joined by ``/``, unique in a ledger.
    low, typ, high : float
        P10, P50 and P90 in `unit`; all positive or all zero.
    unit : str
        Unit of the three numbers (``h``, ``USD/FEU``, ``km/h`` ...).
    grade : str
        ``measured``, ``published``, ``expert`` or ``assumption``.
    source, url : str
        Title and address of the source; blank only for the last two grades.
    year : int or None
        Year the value speaks of.
    seen : str
        Date the source was read, ISO.
    note : str
        Clock, scope, condition, and how the value was derived.
    file, line : str, int
        Where the row stands, for messages.
    adjusted : tuple of str
        Ids of the adjustments that have multiplied it.
    chance : float
        Probability that it is charged at all.
    chance_of : str
        What happens or not: rows with the same name are charged together.

    Examples
    --------
    >>> row = ParameterRow("lift_h", 4.0, 8.0, 24.0, "h", "assumption")
    >>> row.distribution.quantile(0.5)
    8.0
    """

    key: str
    low: float
    typ: float
    high: float
    unit: str
    grade: str
    source: str = ""
    url: str = ""
    year: int | None = None
    seen: str = ""
    note: str = ""
    file: str = ""
    line: int = 0
    adjusted: tuple[str, ...] = ()
    chance: float = 1.0
    chance_of: str = ""
    _cache: list[SplitLognormal] = field(
        default_factory=list, init=False, repr=False, compare=False
    )
    _means: dict[str, float] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def distribution(self) -> SplitLognormal:
        """The row as a distribution, built once."""
        if not self._cache:
            self._cache.append(SplitLognormal(self.low, self.typ, self.high))
        return self._cache[0]

    @property
    def mean(self) -> float:
        """Expected value in the row's unit, worked out once."""
        if "mean" not in self._means:
            self._means["mean"] = self.distribution.mean
        return self._means["mean"]

    @property
    def mean_reciprocal(self) -> float:
        """Expected value of one over the row (the pace of a speed), worked out once."""
        if "reciprocal" not in self._means:
            self._means["reciprocal"] = self.distribution.reciprocal().mean
        return self._means["reciprocal"]

    @property
    def where(self) -> str:
        """File and line, as ``parameters.csv:12``; the key when the row came from elsewhere."""
        return f"{self.file}:{self.line}" if self.file else self.key


class Ledger:
    """An immutable table of parameters, looked up by key.

    Parameters
    ----------
    rows : iterable of ParameterRow
        Rows with distinct keys.

    Attributes
    ----------
    families : frozenset of str
        First segments of all keys.

    Examples
    --------
    >>> ledger = Ledger([ParameterRow("speed_kmh/rail", 20.0, 30.0, 40.0, "km/h", "assumption")])
    >>> ledger.get("speed_kmh/rail:KZ", "speed_kmh/rail").typ
    30.0
    >>> ledger.override({"speed_kmh/rail": 50.0}).get("speed_kmh/rail").mean
    50.0
    """

    __slots__ = ("_rows", "families")

    def __init__(self, rows: Iterable[ParameterRow] = ()) -> None:
        table: dict[str, ParameterRow] = {}
        for row in rows:
            if row.key in table:
                raise DataError(
                    f"{row.where}: column key: {row.key!r} appears twice "
                    f"(first at {table[row.key].where}); keep one row per key"
                )
            table[row.key] = row
        self._rows: Mapping[str, ParameterRow] = MappingProxyType(table)
        self.families = frozenset(key.partition("/")[0] for key in table)

    @classmethod
    def read(cls, path: str | Path) -> Ledger:
        """Read a parameter table from a CSV file (UTF-8, with header).

        Parameters
        ----------
        path : str or pathlib.Path
            The file.

        Raises
        ------
        corridors.errors.DataError
            If the file cannot be read, its header is not the expected one, or a row is
            broken; the message names file, line, column and value.
        """
        return cls(_read_rows(Path(path)))

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[ParameterRow]:
        return iter(self._rows.values())

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def get(self, *keys: str) -> ParameterRow:
        """Return the row of the first of `keys` that exists.

        Parameters
        ----------
        *keys : str
            Keys from the most specific to the most general.

        Raises
        ------
        corridors.errors.ParameterError
            If none exists; the message lists the keys tried and the nearest known ones.
        """
        for key in keys:
            row = self._rows.get(key)
            if row is not None:
                return row
        if not keys:
            raise ParameterError("no parameter key was given")
        raise ParameterError(
            f"no parameter for {' or '.join(repr(k) for k in keys)}{self._hint(keys[0])}"
        )

    def first(self, *keys: str) -> ParameterRow | None:
        """Return the row of the first of `keys` that exists, or ``None``.

        For lines that may rightly be absent, such as a lease on a corridor without one.
        """
        for key in keys:
            row = self._rows.get(key)
            if row is not None:
                return row
        return None

    def with_rows(self, rows: Iterable[ParameterRow]) -> Ledger:
        """Return a ledger in which `rows` replace those of the same key or are added."""
        return Ledger((dict(self._rows) | {row.key: row for row in rows}).values())

    def find(self, prefix: str) -> list[ParameterRow]:
        """Return the rows whose key starts with `prefix`, sorted by key.

        Examples
        --------
        >>> ledger = Ledger([ParameterRow("lift_h", 4.0, 8.0, 24.0, "h", "assumption")])
        >>> [row.key for row in ledger.find("lift")]
        ['lift_h']
        """
        return [self._rows[key] for key in sorted(self._rows) if key.startswith(prefix)]

    def override(self, values: Mapping[str, float | str]) -> Ledger:
        """Return a ledger in which some keys take one certain value of the user's.

        Parameters
        ----------
        values : mapping of str to float or str
            Key and value, in the unit of the row it replaces.

        Raises
        ------
        corridors.errors.ParameterError
            If a key does not exist or a value is no finite number >= 0.
        """
        assumed = []
        for key, value in values.items():
            old = self._rows.get(key)
            if old is None:
                raise ParameterError(f"cannot assume {key!r}: no such parameter{self._hint(key)}")
            number = _user_number(key, value, unit=old.unit)
            note = f"replaces {old.typ:g} {old.unit} ({old.grade})"
            row = ParameterRow(key, number, number, number, old.unit, "assumption", note=note)
            assumed.append(replace(row, source="user assumption"))
        return self.with_rows(assumed)

    def overlay(self, path: str | Path) -> Ledger:
        """Return a ledger in which the rows of the user's own table come first.

        Parameters
        ----------
        path : str or pathlib.Path
            CSV file with the columns of the parameter table. Every row needs a source: a
            contract or a quote is as good as a publication, but it must be named.

        Raises
        ------
        corridors.errors.DataError
            If the file is broken, a row has no source, a unit differs from the row it
            replaces, or a key belongs to no known family (most likely a slip of the pen).
        """
        families = {_family(key) for key in self._rows}
        own = Ledger.read(path)
        for row in own:
            if not row.source:
                raise DataError(f"{row.where}: column source: blank; name where the value is from")
            if _family(row.key) not in families:
                raise DataError(
                    f"{row.where}: column key: {row.key!r} belongs to no known family"
                    f"{self._hint(row.key)}"
                )
            old = self._rows.get(row.key)
            if old is not None and old.unit != row.unit:
                raise DataError(
                    f"{row.where}: column unit: {row.unit!r}, but {row.key!r} is in {old.unit!r}"
                )
        return self.with_rows(own)

    def _hint(self, key: str) -> str:
        # Imported late: only a mistake pays for it.
        from difflib import get_close_matches

        near = get_close_matches(key, self._rows, n=3, cutoff=0.6)
        return f"; did you mean {', '.join(near)}?" if near else ""


def _family(key: str) -> str:
    return key.split("/", 1)[0]


def _user_number(key: str, value: float | str, *, unit: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ParameterError(f"{key}={value!r} is not a number (unit {unit})") from None
    if not math.isfinite(number) or number < 0.0:
        raise ParameterError(f"{key}={value!r} must be finite and not negative (unit {unit})")
    return number


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


def _read_rows(path: Path) -> Iterator[ParameterRow]:
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
