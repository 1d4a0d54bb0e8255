"""The compiled network: what a query reads, and the files it is kept in.

``hauls.json`` holds facilities' states, hauls, crossings and services with lengths per country:
all that a query needs. ``rail.npz``, ``road.npz`` (lines with their zones) and ``lanes.npz`` are
opened only to draw, to start from a point off the terminals, or to re-solve a zone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.errors import DataError
from corridors.movement.zone_graph import ZoneGraph
from corridors.network.flat import FlatNetwork, read_flat_network

SCHEMA = "corridors.network/2"

KmByCountry = dict[str, float]


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
    """

    a: str
    b: str
    zone: str
    km: float
    stitched_km: float
    curated_km: float
    countries: KmByCountry
    foreign: tuple[str, ...] = ()


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


HaulRow = tuple[str, str, float, float, float, "str | KmByCountry", Sequence[str]]
"""a, b, km, stitched km, curated km, km per country (a code alone stands for the whole), and the
countries among them that the zone does not own."""


@dataclass(slots=True)
class HaulTable:
    """Hauls by zone, as text until the zone is asked for: most are never needed.

    Attributes
    ----------
    texts : dict
        Zone to its rows as JSON.
    """

    texts: dict[str, str]
    _rows: dict[str, list[HaulRow]] = field(default_factory=dict)

    @property
    def zones(self) -> list[str]:
        """Zones that have hauls."""
        return list(self.texts)

    def rows(self, zone: str) -> list[HaulRow]:
        """Rows of a zone.

        Raises
        ------
        DataError
            The stored text is damaged.
        """
        if zone not in self._rows:
            try:
                self._rows[zone] = json.loads(self.texts.get(zone, "[]"))
            except ValueError as error:
                raise DataError(f"hauls of {zone}: damaged ({error}); recompile") from error
        return self._rows[zone]

    def haul(self, zone: str, row: HaulRow) -> Haul:
        """A row as a haul."""
        a, b, km, stitched, curated, packed, foreign = row
        countries = _unpack(packed, km)
        return Haul(a, b, zone, km, stitched, curated, countries, tuple(foreign))

    def touches(self, zone: str, countries: Collection[str]) -> bool:
        """Whether a haul of the zone runs in any of the countries."""
        return any(
            packed in countries
            if isinstance(packed, str)
            else any(code in countries for code in packed)
            for *_, packed, _ in self.rows(zone)
        )

    def __iter__(self) -> Iterator[Haul]:
        for zone in self.texts:
            for row in self.rows(zone):
                yield self.haul(zone, row)

    def __len__(self) -> int:
        return sum(len(self.rows(zone)) for zone in self.texts)


@dataclass(slots=True)
class Lines:
    """The lines of one mode with their zones: geometry and arbitrary starting points."""

    flat: FlatNetwork
    zones: tuple[str, ...]
    arc_zone: NDArray[np.int16]
    node_of: dict[tuple[str, str], int]
    _graphs: dict[tuple[str, frozenset[str]], ZoneGraph] = field(default_factory=dict)

    def zone_arcs(self, zone: str) -> NDArray[np.int64]:
        """Arc numbers of one zone."""
        return np.flatnonzero(self.arc_zone == self.zones.index(zone))

    def graph(self, zone: str, *, closed_countries: frozenset[str] = frozenset()) -> ZoneGraph:
        """The zone as a graph, kept for the next call."""
        key = (zone, closed_countries)
        if key not in self._graphs:
            self._graphs[key] = ZoneGraph(
                self.flat, self.zone_arcs(zone), closed_countries=closed_countries
            )
        return self._graphs[key]


@dataclass(slots=True)
class CompiledNetwork:
    """Facilities' states, hauls, crossings and services, with lines opened on demand."""

    folder: Path
    inputs: dict[str, str]
    snap_km: dict[tuple[str, str], float]
    foot: dict[tuple[str, str], tuple[float, float]]
    hauls: HaulTable
    crossings: list[CrossingRun]
    services: list[ServiceRun]
    findings: list[dict[str, Any]]
    _lines: dict[str, Lines] = field(default_factory=dict)
    _lanes: dict[str, list[list[float]]] = field(default_factory=dict)

    def lines(self, mode: str) -> Lines:
        """Lines of a mode.

        Raises
        ------
        DataError
            The file is missing or damaged.
        """
        if mode not in self._lines:
            self._lines[mode] = _read_lines(self.folder, mode)
        return self._lines[mode]

    def lane(self, service: str) -> list[tuple[float, float]]:
        """(lon, lat) points of a service from its `a` to its `b`.

        Raises
        ------
        DataError
            The file of lanes is missing or damaged.
        """
        if not self._lanes:
            path = self.folder / "lanes.json"
            try:
                self._lanes = json.loads(path.read_text("utf-8"))
            except (OSError, ValueError) as error:
                raise DataError(f"{path}: not readable ({error}); recompile the network") from error
        return [(lon, lat) for lon, lat in self._lanes.get(service, [])]


def write_lines(path: Path, lines: Lines) -> None:
    """Write lines and their zones beside each other; same input, same bytes."""
    lines.flat.write(path)
    keys = sorted(lines.node_of)
    extra = {
        "zones": list(lines.zones),
        "nodes": [[facility, zone, lines.node_of[(facility, zone)]] for facility, zone in keys],
        "arc_zone": _runs(lines.arc_zone),
    }
    path.with_suffix(".json").write_text(json.dumps(extra, separators=(",", ":")), "utf-8")


def _runs(values: NDArray[np.int16]) -> list[list[int]]:
    """Run-length form: arcs of a zone mostly stand together."""
    edges = np.flatnonzero(np.diff(values)) + 1
    starts = np.concatenate([[0], edges]).astype(int)
    sizes = np.diff(np.concatenate([starts, [len(values)]]))
    return [[int(values[s]), int(n)] for s, n in zip(starts, sizes, strict=True)]


def _read_lines(folder: Path, mode: str) -> Lines:
    path = folder / f"{mode}.json"
    try:
        extra = json.loads(path.read_text("utf-8"))
        runs = np.array(extra["arc_zone"], dtype=np.int64)
        arc_zone = np.repeat(runs[:, 0], runs[:, 1]).astype(np.int16)
        node_of = {(f, z): int(n) for f, z, n in extra["nodes"]}
        zones = tuple(extra["zones"])
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise DataError(f"{path}: not readable ({error}); recompile the network") from error
    flat = read_flat_network(folder / f"{mode}.npz")
    return Lines(flat=flat, zones=zones, arc_zone=arc_zone, node_of=node_of)


def write_compiled(network: CompiledNetwork) -> None:
    """Write ``hauls.json``: rows rather than objects, so that it is read quickly."""
    document = {
        "schema": SCHEMA,
        "inputs": network.inputs,
        "attribution": "Lines: (c) OpenStreetMap contributors, ODbL 1.0",
        "hauls": network.hauls.texts,
        "snap": [
            [a, b, round(km, 3), *(round(x, 5) for x in network.foot[(a, b)])]
            for (a, b), km in sorted(network.snap_km.items())
        ],
        "crossings": [
            c._asdict()
            | {"km_a": round(c.km_a, 3), "km_b": round(c.km_b, 3), "off_km": round(c.off_km, 2)}
            | {"countries_a": _pack(c.countries_a), "countries_b": _pack(c.countries_b)}
            for c in network.crossings
        ],
        "services": [[s.id, round(s.km, 1)] for s in network.services],
        "findings": network.findings,
    }
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    (network.folder / "hauls.json").write_text(text, "utf-8")


def haul_table(hauls: Iterable[Haul]) -> HaulTable:
    """Hauls as rows by zone."""
    rows: dict[str, list[HaulRow]] = {}
    for h in hauls:
        rows.setdefault(h.zone, []).append(haul_row(h))
    # Text inside the text: a zone is parsed when a query first looks into it.
    return HaulTable({zone: json.dumps(r, separators=(",", ":")) for zone, r in rows.items()})


def haul_row(haul: Haul) -> HaulRow:
    """A haul as the row that is stored."""
    return (
        haul.a,
        haul.b,
        round(haul.km, 3),
        round(haul.stitched_km, 1),
        round(haul.curated_km, 1),
        _pack(haul.countries),
        haul.foreign,
    )


def _pack(countries: KmByCountry) -> str | dict[str, float]:
    if len(countries) == 1:
        return next(iter(countries))
    return {code: round(km, 2) for code, km in countries.items()}


def _unpack(packed: str | dict[str, float], km: float) -> KmByCountry:
    return {packed: km} if isinstance(packed, str) else packed


def read_compiled(folder: Path) -> CompiledNetwork:
    """Read what `write_compiled` wrote.

    Raises
    ------
    DataError
        The folder holds no compiled network, or a damaged one.
    """
    path = folder / "hauls.json"
    try:
        document = json.loads(path.read_text("utf-8"))
        if document["schema"] != SCHEMA:
            raise DataError(f"{path}: schema {document['schema']!r}, expected {SCHEMA!r}")
        crossings = [
            CrossingRun(
                **row
                | {
                    "countries_a": _unpack(row["countries_a"], row["km_a"]),
                    "countries_b": _unpack(row["countries_b"], row["km_b"]),
                }
            )
            for row in document["crossings"]
        ]
        return CompiledNetwork(
            folder=folder,
            inputs=document["inputs"],
            snap_km={(f, z): km for f, z, km, _, _ in document["snap"]},
            foot={(f, z): (lon, lat) for f, z, _, lon, lat in document["snap"]},
            hauls=HaulTable(document["hauls"]),
            crossings=crossings,
            services=[ServiceRun(*row) for row in document["services"]],
            findings=document["findings"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path}: not a compiled network ({error})") from error
