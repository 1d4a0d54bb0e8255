"""The compiled network: what a query reads, and the files it is kept in.

``hauls.jsonl`` holds facilities' states, hauls, crossings and services with lengths per country:
all that a query needs. ``rail.npz``, ``road.npz`` (lines with their zones) and ``lanes.npz`` are
opened only to draw, to start from a point off the terminals, or to re-solve a zone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.errors import DataError

if TYPE_CHECKING:
    from corridors.movement.zone_graph import ZoneGraph
    from corridors.network.flat import FlatNetwork

KmByCountry = dict[str, float]

NO_CLASSES: Mapping[str, float] = MappingProxyType({})


class Haul(NamedTuple):
    """A run inside one zone between two facilities (or a crossing's share of one).

    Attributes
    ----------
    a, b : str
        Facility ids.
    zone : str
    km : float
    stitched_km, curated_km : float
        How much of it rests on stitched breaks and on curated links.
    countries : dict
        Kilometres per country by geometry.
    foreign : tuple of str
        Countries that the line clips although its zone does not own them.
    classes : mapping
        Kilometres by class of line (``electrified``, ``double_track``, ``motorway``), where the
        network was built from a source with tags; a kilometre may be of several classes.
    """

    a: str
    b: str
    zone: str
    km: float
    stitched_km: float
    curated_km: float
    countries: KmByCountry
    foreign: tuple[str, ...] = ()
    classes: Mapping[str, float] = NO_CLASSES


class CrossingRun(NamedTuple):
    """A border crossing with the line on either side of the border point, from `a` to `b`."""

    id: str
    zone_a: str
    zone_b: str
    node: int
    lon: float
    lat: float
    off_km: float
    km_a: float
    km_b: float
    countries_a: KmByCountry
    countries_b: KmByCountry


class ServiceRun(NamedTuple):
    """A sea or ferry service with its measured length from `a` to `b`."""

    id: str
    km: float


class ZoneHauls:
    """Hauls of one zone: lengths as a matrix at once, the rest of a haul when it is asked for.

    Attributes
    ----------
    zone : str
    names : list of str
        Facilities in the order of the matrix.
    at : dict
        Facility to its position.
    km : (n, n) float64
        Lengths, infinite where there is no haul.
    """

    def __init__(self, zone: str, lengths: Mapping[str, Any], details: str) -> None:
        self.zone = zone
        self.names: list[str] = lengths["names"]
        self.at = {name: i for i, name in enumerate(self.names)}
        self._a, self._b, self._lengths = lengths["a"], lengths["b"], lengths["km"]
        self._foreign: dict[str, list[str]] = lengths["foreign"]
        self._details = details.split("\n")  # one haul a line: parsed one by one
        size = len(self.names)
        self.km = np.full((size, size), np.inf)
        self.km[self._a, self._b] = self.km[self._b, self._a] = self._lengths

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[Haul]:
        return (self.haul(number) for number in range(len(self)))

    def within(self, countries: Collection[str]) -> NDArray[np.float64]:
        """The lengths without the hauls that clip a country outside zone and `countries`."""
        shut = [int(row) for row, codes in self._foreign.items() if not set(codes) <= {*countries}]
        if not shut:
            return self.km
        km = self.km.copy()
        for row in shut:
            km[self._a[row], self._b[row]] = km[self._b[row], self._a[row]] = np.inf
        return km

    def touches(self, countries: Collection[str]) -> bool:
        """Whether a haul runs in any of the countries."""
        return any(not haul_countries.isdisjoint(countries) for haul_countries in self._codes)

    def from_facility(self, facility: str) -> list[Haul]:
        """Hauls that begin or end at a facility."""
        at = self.at.get(facility)
        if at is None:
            return []
        a, b = self._ends
        return [self.haul(int(row)) for row in np.flatnonzero((a == at) | (b == at))]

    def between(self, one: str, other: str) -> Haul:
        """The haul between two facilities, in the direction it is stored."""
        i, j = self.at[one], self.at[other]
        a, b = self._ends
        return self.haul(int(np.flatnonzero(((a == i) & (b == j)) | ((a == j) & (b == i)))[0]))

    def haul(self, row: int) -> Haul:
        """A haul with all that is known of it."""
        stitched, curated, packed, *classes = _parsed(self._details[row], self.zone)
        km = self._lengths[row]
        return Haul(
            self.names[self._a[row]],
            self.names[self._b[row]],
            self.zone,
            km,
            stitched,
            curated,
            unpack(packed, km),
            tuple(self._foreign.get(str(row), ())),
            classes[0] if classes else NO_CLASSES,
        )

    @cached_property
    def _ends(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return np.array(self._a, dtype=np.int64), np.array(self._b, dtype=np.int64)

    @cached_property
    def _codes(self) -> set[frozenset[str]]:
        return {frozenset(haul.countries) for haul in self}


class HaulTable:
    """Hauls by zone, as text until the zone is asked for: most are never needed.

    Attributes
    ----------
    texts : dict
        Zone to two pieces of JSON: lengths, and the rest of each haul.
    """

    def __init__(self, texts: dict[str, tuple[str, str]]) -> None:
        self.texts = texts
        self._zones: dict[str, ZoneHauls] = {}

    @property
    def zones(self) -> list[str]:
        """Zones that have hauls."""
        return list(self.texts)

    def zone(self, zone: str) -> ZoneHauls:
        """Hauls of a zone.

        Raises
        ------
        DataError
            The stored text is damaged.
        """
        if zone not in self._zones:
            lengths, details = self.texts.get(zone, (_NO_HAULS, ""))
            self._zones[zone] = ZoneHauls(zone, _parsed(lengths, zone), details)
        return self._zones[zone]

    def __iter__(self) -> Iterator[Haul]:
        for zone in self.texts:
            yield from self.zone(zone)

    def __len__(self) -> int:
        return sum(len(self.zone(zone)) for zone in self.texts)


_NO_HAULS = '{"names":[],"a":[],"b":[],"km":[],"foreign":{}}'


def _parsed(text: str, zone: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise DataError(f"hauls of {zone}: damaged ({error}); recompile the network") from error


class Lines:
    """The lines of one mode with their zones: geometry and arbitrary starting points."""

    def __init__(
        self,
        flat: FlatNetwork,
        zones: tuple[str, ...],
        arc_zone: NDArray[np.int16],
        node_of: dict[tuple[str, str], int],
    ) -> None:
        self.flat, self.zones, self.arc_zone, self.node_of = flat, zones, arc_zone, node_of
        self._graphs: dict[tuple[str, frozenset[str]], ZoneGraph] = {}

    def zone_arcs(self, zone: str) -> NDArray[np.int64]:
        """Arc numbers of one zone."""
        return np.flatnonzero(self.arc_zone == self.zones.index(zone))

    def graph(self, zone: str, *, closed_countries: frozenset[str] = frozenset()) -> ZoneGraph:
        """The zone as a graph, kept for the next call."""
        from corridors.movement.zone_graph import ZoneGraph

        key = (zone, closed_countries)
        if key not in self._graphs:
            self._graphs[key] = ZoneGraph(
                self.flat, self.zone_arcs(zone), closed_countries=closed_countries
            )
        return self._graphs[key]


class CompiledNetwork:
    """Facilities' states, hauls, crossings and services, with lines opened on demand.

    Attributes
    ----------
    inputs, files : dict of str to str
        SHA-256 of what it was compiled from, and of the files beside its hauls.
    """

    def __init__(
        self,
        folder: Path,
        inputs: dict[str, str],
        files: dict[str, str],
        snap_km: dict[tuple[str, str], float],
        foot: dict[tuple[str, str], tuple[float, float]],
        hauls: HaulTable,
        crossings: list[CrossingRun],
        services: list[ServiceRun],
        findings: list[dict[str, Any]],
    ) -> None:
        self.folder, self.inputs, self.files = folder, inputs, files
        self.snap_km, self.foot, self.hauls = snap_km, foot, hauls
        self.crossings, self.services, self.findings = crossings, services, findings
        self._lines: dict[str, Lines] = {}
        self._lanes: dict[str, list[list[float]]] = {}

    def lines(self, mode: str) -> Lines:
        """Lines of a mode.

        Raises
        ------
        DataError
            The file is missing or damaged.
        """
        if mode not in self._lines:
            from corridors.movement.compiled_folder import read_lines

            self.check(f"{mode}.json", f"{mode}.npz")
            self._lines[mode] = read_lines(self.folder, mode)
        return self._lines[mode]

    def lane(self, service: str) -> list[tuple[float, float]]:
        """(lon, lat) points of a service from its `a` to its `b`.

        Raises
        ------
        DataError
            The file of lanes is missing or damaged.
        """
        if not self._lanes:
            self.check("lanes.json")
            path = self.folder / "lanes.json"
            try:
                self._lanes = json.loads(path.read_text("utf-8"))
            except (OSError, ValueError) as error:
                raise DataError(f"{path}: not readable ({error}); recompile the network") from error
        return [(lon, lat) for lon, lat in self._lanes.get(service, [])]

    def check(self, *names: str) -> None:
        """Refuse files of the folder, or any of them, that are not as they were written.

        Raises
        ------
        DataError
        """
        for name in names or self.files:
            path = self.folder / name
            try:
                found = hashlib.sha256(path.read_bytes()).hexdigest()
            except OSError as error:
                raise DataError(f"{path}: not readable ({error}); recompile the network") from error
            if self.files.get(name, found) != found:
                raise DataError(f"{path}: damaged; recompile the network")


def haul_table(hauls: Iterable[Haul]) -> HaulTable:
    """Hauls as the text that is stored, zone by zone."""
    by_zone: dict[str, list[Haul]] = {}
    for haul in hauls:
        by_zone.setdefault(haul.zone, []).append(haul)
    return HaulTable({zone: zone_text(members) for zone, members in by_zone.items()})


def zone_text(hauls: Sequence[Haul]) -> tuple[str, str]:
    """Lengths, and the rest of each haul, of one zone as JSON."""
    names = list(dict.fromkeys(name for haul in hauls for name in (haul.a, haul.b)))
    at = {name: i for i, name in enumerate(names)}
    lengths = {
        "names": names,
        "a": [at[haul.a] for haul in hauls],
        "b": [at[haul.b] for haul in hauls],
        "km": [round(haul.km, 3) for haul in hauls],
        "foreign": {str(i): haul.foreign for i, haul in enumerate(hauls) if haul.foreign},
    }
    return compact(lengths), "\n".join(_details(haul) for haul in hauls)


def _details(haul: Haul) -> str:
    row: list[Any] = [round(haul.stitched_km, 1), round(haul.curated_km, 1), pack(haul.countries)]
    if haul.classes:
        row.append({name: round(km, 1) for name, km in haul.classes.items()})
    return compact(row)


def compact(value: Any) -> str:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def pack(countries: KmByCountry) -> str | dict[str, float]:
    """Kilometres by country as they are written: of a single one its code only."""
    if len(countries) == 1:
        return next(iter(countries))
    return {code: round(km, 2) for code, km in countries.items()}


def unpack(packed: str | dict[str, float], km: float) -> KmByCountry:
    """What `pack` made, given the length."""
    return {packed: km} if isinstance(packed, str) else packed
