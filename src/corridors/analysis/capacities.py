"""What borders, ports and ships can take in a week, as far as it is published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from corridors.conditions.condition import Cap
from corridors.errors import DataError
from corridors.movement.graph import Move, MovementGraph, State
from corridors.network.tables import Tables, read_rows
from corridors.parameters import Ledger
from corridors.parameters.row import GRADES
from corridors.shipment import Heading

TARGETS = ("crossing", "facility", "service", "group")
CORRIDOR = "corridor"
"""A door of its own where a condition limits all that goes along a corridor."""
DIRECTIONS = ("both", "each", "westbound", "eastbound")
BASES = ("stated", "trains", "trucks", "sailings", "carried")
"""A capacity somebody states in TEU; trains, trucks or sailings a week times the TEU of one; or
only what has been carried, so that the true limit may be higher."""

Door = tuple[str, str]
"""Kind of target and its id: something a container passes that may be full."""

Gate = tuple[Door, Heading]
"""A door in one direction."""


class CapacityRow(NamedTuple):
    """One row of ``capacities.csv``; what is not listed is unknown, not unlimited.

    Attributes
    ----------
    target : {"crossing", "facility", "service", "group"}
    id : str
    direction : {"both", "each", "westbound", "eastbound"}
        Both directions together, that much each way, or one way only.
    teu_week_low, teu_week, teu_week_high : float
        Present state, never an end state that is planned.
    basis : str
        One of `BASES`.
    year, grade, source, url, seen, note
        Where it comes from.
    """

    target: str
    id: str
    direction: str
    teu_week_low: float
    teu_week: float
    teu_week_high: float
    basis: str
    year: int | None
    grade: str
    source: str
    url: str
    seen: str = ""
    note: str = ""


class Limit(NamedTuple):
    """What a door can take in one direction.

    Attributes
    ----------
    door : Door
    heading : {"westbound", "eastbound"}
    low, teu_week, high : float
    basis : str
        One of `BASES`, or ``condition`` where a dated condition sets it.
    grade, source, url, note : str
    year : int or None
    """

    door: Door
    heading: Heading
    low: float
    teu_week: float
    high: float
    basis: str
    grade: str = ""
    source: str = ""
    url: str = ""
    year: int | None = None
    note: str = ""

    @property
    def label(self) -> str:
        """Kind and id in one word each."""
        return f"{self.door[0]} {self.door[1]}"

    @property
    def gate(self) -> Gate:
        """The door in its direction."""
        return self.door, self.heading


def read_capacities(folder: Path, tables: Tables) -> tuple[CapacityRow, ...]:
    """Read ``capacities.csv`` of a data folder; without the table every capacity is unknown.

    Raises
    ------
    DataError
        A cell cannot be read, or a row speaks of something that does not exist.
    """
    path = folder / "curated" / "capacities.csv"
    if not path.exists():
        return ()
    rows = read_rows(path, CapacityRow)
    known = {
        "crossing": {row.id for row in tables.crossings},
        "facility": {row.id for row in tables.facilities},
        "service": {row.id for row in tables.services},
        "group": {row.group for row in tables.services},
    }
    directions: dict[Door, set[str]] = {}
    for number, row in enumerate(rows, 2):
        where = f"{path}: row {number}"
        for column, allowed in (
            ("target", TARGETS), ("direction", DIRECTIONS), ("basis", BASES), ("grade", GRADES),
        ):  # fmt: skip
            if getattr(row, column) not in allowed:
                raise DataError(
                    f"{where}: column {column}: {getattr(row, column)!r} is none of "
                    f"{', '.join(allowed)}"
                )
        if row.id not in known[row.target]:
            raise DataError(f"{where}: column id: there is no {row.target} {row.id!r}")
        if not 0.0 <= row.teu_week_low <= row.teu_week <= row.teu_week_high:
            raise DataError(f"{where}: teu_week: low, typical and high are not in order")
        if not (row.source and row.url):
            raise DataError(f"{where}: source and url: a capacity without a source is unknown")
        taken = directions.setdefault((row.target, row.id), set())
        if taken and (taken | {row.direction}) != {"westbound", "eastbound"}:
            raise DataError(
                f"{where}: {row.target} {row.id} has a row already: one row, or one for each way"
            )
        if row.direction in taken:
            raise DataError(f"{where}: {row.target} {row.id} {row.direction} appears twice")
        taken.add(row.direction)
    return rows


@dataclass(frozen=True)
class Capacities:
    """Limits by door and direction, with those that dated conditions set.

    Parameters
    ----------
    rows : tuple of CapacityRow
    caps : tuple of Cap
        In force: each stands instead of the row of its target.
    one_way_share : float
        Share of a capacity for both directions that one direction can have.
    """

    rows: tuple[CapacityRow, ...]
    caps: tuple[Cap, ...] = ()
    one_way_share: float = 0.5

    @classmethod
    def of(
        cls, folder: Path, tables: Tables, ledger: Ledger, caps: Iterable[Cap] = ()
    ) -> Capacities:
        """Read the table, with the share of one direction from the ledger."""
        row = ledger.first("one_way_share")
        share = cls.one_way_share if row is None else min(row.typ, 1.0)
        return cls(read_capacities(folder, tables), tuple(caps), share)

    def limit(self, door: Door, heading: Heading) -> Limit | None:
        """What a door can take in a direction; None when nobody has published it.

        Examples
        --------
        >>> row = CapacityRow("crossing", "X", "both", 80, 100, 120, "stated", 2025, "published",
        ...                   "a report", "https://example.org")
        >>> Capacities((row,)).limit(("crossing", "X"), "westbound").teu_week
        50.0
        >>> Capacities((row,)).limit(("crossing", "Y"), "westbound") is None
        True
        """
        caps = [cap.teu_week for cap in self.caps if (cap.target, cap.id) == door]
        if caps:
            most = min(caps) * self.one_way_share
            return Limit(
                door, heading, most, most, most, "condition", note="set by a dated condition"
            )
        for row in self.rows:
            if (row.target, row.id) == door and row.direction in ("both", "each", heading):
                share = self.one_way_share if row.direction == "both" else 1.0
                return Limit(
                    door, heading, row.teu_week_low * share, row.teu_week * share,
                    row.teu_week_high * share, row.basis, row.grade, row.source, row.url,
                    row.year, row.note,
                )  # fmt: skip
        return None

    def unused_caps(self, *, corridors: bool = True) -> tuple[Cap, ...]:
        """Limits of conditions on something that no door stands for: links, countries.

        Parameters
        ----------
        corridors : bool
            Whether whole corridors are doors.
        """
        doors = (*TARGETS, CORRIDOR) if corridors else TARGETS
        return tuple(cap for cap in self.caps if cap.target not in doors)


def doors_of(graph: MovementGraph, state: State, move: Move) -> tuple[Door, ...]:
    """What a move passes that may be full.

    A crossing and the yard that works its break of gauge, a service and its group, or the
    terminal where the box is lifted. Lines have no capacity in the tables.
    """
    if move.crossing is not None:
        row = graph.crossing_rows[move.crossing.id]
        yard = row.gauge_ab if move.forward else row.gauge_ba
        own: Door = ("crossing", row.id)
        return (own, ("facility", yard)) if yard else (own,)
    if move.service is not None:
        return (("service", move.service.id), ("group", move.service.group))
    if move.kind in ("lift", "gauge_change"):
        return (("facility", state[0]),)
    return ()
