"""The loaded model: tables, compiled network, parameters, places; read once, used often."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from corridors.data_location import data_dir
from corridors.errors import DataError
from corridors.movement.cache import fresh_network
from corridors.movement.compiled import CompiledNetwork
from corridors.movement.graph import MovementGraph
from corridors.network.tables import Tables, kept_tables, with_opened
from corridors.parameters import Ledger
from corridors.places import Gazetteer
from corridors.places.curated import kept_curated
from corridors.routing.ends import country_of_point
from corridors.routing.plan import Plan, read_plans
from corridors.shelf import Shelf
from corridors.shipment import End

if TYPE_CHECKING:
    from corridors.conditions.condition import Condition

ANSWER_TABLES = (
    "parameters.csv", "adjustments.csv", "price_index.csv", "price_targets.csv", "corridors.csv",
    "flags.csv", "goods_rules.csv", "regimes.csv", "capacities.csv", "edition.txt",
)  # fmt: skip
"""Tables that an answer depends on beside the inputs of the compiled network."""

MOST_GRAPHS = 24
"""Graphs kept for the next question under the same mask."""


class Edition(NamedTuple):
    """When the data were put together, and the month its prices speak of."""

    date: str
    price_month: str

    @property
    def day(self) -> dt.date:
        """Date of the data."""
        return dt.date.fromisoformat(self.date)


@dataclass
class Engine:
    """Everything a question needs, read from one data folder.

    Parameters
    ----------
    folder : Path
        The data folder.
    tables : Tables
    network : CompiledNetwork
    ledger : Ledger
        Parameters before any assumption of the user's.

    Examples
    --------
    >>> engine = Engine.load()
    >>> engine.end("Xi'an").country
    'CN'
    """

    folder: Path
    tables: Tables
    network: CompiledNetwork
    ledger: Ledger
    _graphs: dict[tuple[frozenset[str], ...], MovementGraph] = field(
        default_factory=dict, repr=False
    )

    @classmethod
    def load(cls, data: str | Path | None = None, *, quiet: bool = False) -> Engine:
        """Read a data folder; recompile its network when a table has changed.

        Parameters
        ----------
        data : str or Path, optional
            Folder of the user's own; the packaged one without.
        quiet : bool
            Say nothing on stderr about a recompilation.

        Raises
        ------
        DataError
            The folder is missing, incomplete or broken.
        """
        folder = data_dir(data)
        shelf = Shelf(folder)
        tables = kept_tables(folder, shelf)
        ledger = Ledger.kept(folder / "curated" / "parameters.csv", shelf)
        network = fresh_network(folder, tables, log=None if quiet else sys.stderr)
        return cls(folder, tables, network, ledger)

    @cached_property
    def edition(self) -> Edition:
        """Date of the data, and the month its prices speak of.

        Raises
        ------
        DataError
            ``edition.txt`` is missing or has not these two lines.
        """
        path = self.folder / "curated" / "edition.txt"
        try:
            date, price_month = path.read_text("utf-8").split()
            dt.date.fromisoformat(date)
        except (OSError, ValueError) as error:
            raise DataError(
                f"{path}: not readable ({error}); it holds two lines: the date of the data "
                "(2026-11-21) and the month of its prices (2025-06)"
            ) from None
        return Edition(date, price_month)

    @cached_property
    def catalogue(self) -> dict[str, Condition]:
        """Dated conditions, by id.

        Raises
        ------
        DataError
            A file is broken.
        """
        from corridors.conditions.dated import read_catalogue

        return read_catalogue(self.folder, self.tables, self.ledger)

    @cached_property
    def version(self) -> str:
        """Fingerprint of every table an answer is computed from, dated conditions included."""
        digest = hashlib.sha256(repr(sorted(self.network.inputs.items())).encode())
        for name in ANSWER_TABLES:
            path = self.folder / "curated" / name
            # Adjustments and indices may be absent: a network of one's own need not have them.
            digest.update(path.read_bytes() if path.exists() else b"")
        for path in sorted((self.folder / "conditions").glob("*.yaml")):
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()[:16]

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """Place names."""
        return Gazetteer(self.folder)

    @cached_property
    def plans(self) -> dict[str, list[Plan]]:
        """Variants of every corridor."""
        return read_plans(self.tables)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Facility id to name."""
        return {f.id: f.name for f in self.tables.facilities}

    def graph(
        self,
        *,
        avoid: Collection[str] = (),
        closed: Collection[str] = (),
        opened: Collection[tuple[str, str]] = (),
    ) -> MovementGraph:
        """Movement graph under a mask, kept for the next question.

        Parameters
        ----------
        avoid : collection of str
            Countries.
        closed : collection of str
            Facilities, crossings, services and groups that are shut.
        opened : collection of (str, str)
            Kind and id of what is used although planned or without a schedule; with a link or a
            planned facility on land among them the network is compiled again, once.
        """
        key = (frozenset(avoid), frozenset(closed), frozenset(f"{k}:{n}" for k, n in opened))
        if key not in self._graphs:
            tables, network = self.tables, self.network
            if opened:
                tables = with_opened(tables, opened)
                laid = {name for kind, name in opened if self._is_laid(kind, name)}
                if laid:
                    network = fresh_network(self.folder, tables, opened=laid, log=sys.stderr)
            while len(self._graphs) >= MOST_GRAPHS:
                # A long series must not fill the memory with graphs of masks gone by.
                del self._graphs[next(iter(self._graphs))]
            self._graphs[key] = MovementGraph(network, tables, avoid=avoid, closed=closed)
        found = self._graphs[key] = self._graphs.pop(key)  # the one last used stands last
        return found

    def _is_laid(self, kind: str, name: str) -> bool:
        """Whether it changes lines: a link, or a planned facility that is put on one."""
        return kind == "link" or any(
            kind == "facility" and row.id == name and row.status == "planned"
            for row in self.tables.facilities
            if row.zones != ("sea",)
        )

    def end(self, text: str) -> End:
        """Resolve a place, UN/LOCODE, facility id or ``lat,lon``.

        Raises
        ------
        UnknownPlaceError, AmbiguousPlaceError
            With suggestions or candidates.
        SnapError
            A coordinate at sea or outside the region.
        """
        place = self.gazetteer.resolve(text)
        country = place.country or country_of_point(self.graph(), place.lon, place.lat)
        known = tuple(f for f in place.facilities if f in self.names)
        return End(place.id, place.name, country, place.lon, place.lat, known)


def ship_rows(folder: Path) -> None:
    """Keep the checked rows of a data folder in the folder itself: whoever gets it starts at once.

    Raises
    ------
    DataError
        A table is broken.
    """
    shelf = Shelf(folder, ship=True)
    kept_tables(folder, shelf)
    Ledger.kept(folder / "curated" / "parameters.csv", shelf)
    kept_curated(folder, shelf)
