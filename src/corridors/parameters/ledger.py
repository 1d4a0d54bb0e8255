"""The parameter table in memory: every number the model computes with, and where it is from.

A key is a path of segments (``border_h/KZ-DOS/ab``). Callers name keys from the most
specific to the most general and get the first row that exists, so a planner can add a
figure for one yard without touching the rest. Broken rows are refused with the file, the
line and the column; nothing is ever filled in silently.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from corridors.errors import DataError, ParameterError
from corridors.parameters.row import ParameterRow as ParameterRow
from corridors.shelf import Shelf

PLAIN = (
    "key", "low", "typ", "high", "unit", "grade", "source", "url", "year", "seen", "note", "file",
    "line",
)  # fmt: skip
"""What is kept of a row of the parameter table."""


class KeptRows(Mapping[str, ParameterRow]):
    """Rows by key, each made when it is asked for: a question needs one in five.

    Parameters
    ----------
    plain : iterable of list
        Cells of checked rows, as `PLAIN` names them.
    """

    def __init__(self, plain: Iterable[list[Any]]) -> None:
        self._plain = {cells[0]: cells for cells in plain}
        self._made: dict[str, ParameterRow] = {}

    def __getitem__(self, key: str) -> ParameterRow:
        row = self._made.get(key)
        if row is None:
            row = self._made[key] = ParameterRow(*self._plain[key])
        return row

    def get(self, key: str, default: Any = None) -> Any:
        """The row of a key, or the default: most keys that are tried have none."""
        return self[key] if key in self._plain else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._plain)

    def __len__(self) -> int:
        return len(self._plain)


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

    __slots__ = ("_keys", "_rows", "families")

    def __init__(self, rows: Iterable[ParameterRow] = ()) -> None:
        table: dict[str, ParameterRow] = {}
        for row in rows:
            if row.key in table:
                raise DataError(
                    f"{row.where}: column key: {row.key!r} appears twice "
                    f"(first at {table[row.key].where}); keep one row per key"
                )
            table[row.key] = row
        self._hold(MappingProxyType(table))

    def _hold(self, rows: Mapping[str, ParameterRow]) -> None:
        self._rows, self._keys = rows, frozenset(rows)
        self.families = frozenset(key.partition("/")[0] for key in rows)

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
        # Late: the kept rows of a table need no reader.
        from corridors.parameters.parameter_table import read_parameters

        return cls(read_parameters(Path(path)))

    @classmethod
    def kept(cls, path: Path, shelf: Shelf) -> Ledger:
        """As `read`, but not cell by cell while the table has not changed since it was checked.

        Raises
        ------
        corridors.errors.DataError
            As `read`.
        """

        def plain() -> list[list[Any]]:
            return [[getattr(row, name) for name in PLAIN] for row in cls.read(path)]

        ledger = cls()
        ledger._hold(KeptRows(shelf.get("parameters", [path], PLAIN, plain)))
        return ledger

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[ParameterRow]:
        return iter(self._rows.values())

    @property
    def keys(self) -> Iterable[str]:
        """All keys, in the order of the table."""
        return self._rows.keys()

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
        known = self._keys
        for key in keys:
            if key in known:
                return self._rows[key]
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
            assumed.append(row._replace(source="user assumption"))
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
