"""Published figures as questions to the model: rows of ``validation.csv`` and their sides."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from corridors.errors import DataError
from corridors.network.tables import read_rows
from corridors.parameters import Evidence

Split = Literal["calibrate", "validate"]

CLOCKS = (
    "departure-arrival", "border-border", "terminal-terminal", "door-door", "port-port",
    "wait-sailing", "border-reload", "release",
)  # fmt: skip
KINDS = ("average", "mean", "trip", "record", "target", "bad_week", "ratio", "difference")
QUANTITIES = {"time_days": 24.0, "cost_usd": 1.0}
"""What a figure may speak of, and how many hours or dollars one of its units is."""


class Row(NamedTuple):
    """One row of ``validation.csv``: a published figure as a question to the model.

    Attributes
    ----------
    id : str
    group : str
        Rows of one publication count as one figure in the scores; blank is a group of its own.
    fact_ids : tuple of str
        Rows of ``evidence.csv``.
    origin, destination : str
    corridor, variant : str
        Blank is the best way whatever the corridor, and the best variant.
    modes : tuple of str
        Modes of the journey where the source names them; none is all.
    clock : str
        One of `CLOCKS`.
    kind : str
        One of `KINDS`. A `mean` over counted shipments is held against the mean, an `average` in
        the words of a forwarder against P50.
    quantity : {"time_days", "cost_usd"}
    low, high : float
        Range that the source gives, equal for a single figure.
    month : str
        Price month of a cost.
    depart : str
        Day of departure of a figure that belongs to a season.
    booking : {"", "single"}
    scenario : str
        The dated condition a bad week happened under.
    unscored : str
        Why the row is shown but not scored.
    note, reason : str
        What was read into the source; by which mechanism the model misses it.
    """

    id: str
    group: str
    fact_ids: tuple[str, ...]
    origin: str
    destination: str
    corridor: str
    variant: str
    modes: tuple[str, ...]
    clock: str
    kind: str
    quantity: str
    low: float
    high: float
    month: str = ""
    depart: str = ""
    booking: str = ""
    scenario: str = ""
    unscored: str = ""
    note: str = ""
    reason: str = ""

    @property
    def midpoint(self) -> float:
        """Middle of the published range."""
        return 0.5 * (self.low + self.high)


class PublisherRow(NamedTuple):
    """One publisher of ``evidence_split.csv``."""

    publisher: str
    house: str
    split: str
    reason: str


def read_validation(folder: Path) -> tuple[Row, ...]:
    """Read ``validation.csv``.

    Raises
    ------
    DataError
        A row is of an unknown clock, kind or quantity, or its range is turned round.
    """
    path = folder / "curated" / "validation.csv"
    rows = read_rows(path, Row)
    for row in rows:
        for name, value, known in (
            ("clock", row.clock, CLOCKS),
            ("kind", row.kind, KINDS),
            ("quantity", row.quantity, tuple(QUANTITIES)),
            ("booking", row.booking, ("", "single")),
        ):
            if value not in known:
                raise DataError(f"{path}: {row.id}: {name} {value!r} is none of {', '.join(known)}")
        if not 0 < row.low <= row.high:
            raise DataError(f"{path}: {row.id}: low {row.low:g} and high {row.high:g}: no range")
        if (row.quantity == "cost_usd" and row.kind != "ratio") != bool(row.month):
            raise DataError(f"{path}: {row.id}: a cost has a price month, and only a cost has one")
    return rows


def splits(folder: Path, rows: tuple[Row, ...]) -> dict[str, Split]:
    """Side of every row, by the publishers of its facts.

    Raises
    ------
    DataError
        A fact is not in ``evidence.csv`` or its publisher not in ``evidence_split.csv``.
    """
    evidence = Evidence.read(folder / "curated" / "evidence.csv")
    path = folder / "curated" / "evidence_split.csv"
    side = {row.publisher: row.split for row in read_rows(path, PublisherRow)}
    result: dict[str, Split] = {}
    for row in rows:
        sides = set()
        for fact in row.fact_ids:
            if fact not in evidence:
                raise DataError(f"validation row {row.id}: no fact {fact!r} in evidence.csv")
            publisher = evidence[fact].publisher
            if publisher not in side:
                raise DataError(f"{path}: publisher {publisher!r} of {fact} has no side")
            sides.add(side[publisher])
        result[row.id] = "validate" if sides == {"validate"} else "calibrate"
    return result
