"""How true the network is: distances between known places beside reference lengths.

A path runs on the lines alone, as a lorry or a train would: inside zones, over a border only
where a crossing is resolved, from one gauge to another only at a yard that stands in both.
Costs, terminals and waits are not in it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.errors import DataError
from corridors.geodesy import great_circle_km
from corridors.movement.arc_edits import split_arcs
from corridors.movement.compiled import CompiledNetwork, CrossingRun
from corridors.movement.segments import Anchor, Segments
from corridors.movement.zone_graph import ZoneGraph, km_by_country, line_of
from corridors.network.flat import CURATED, FlatNetwork
from corridors.network.tables import LonLat, Tables, read_rows

SNAP_KM = {"rail": 8.0, "road": 12.0}
"""A place further than this from every line of the mode is refused."""

CLOSE_KM = 5.0
"""Places nearer than this to their lines count as well placed."""

STRAIGHT_KM = 60.0
"""A straight piece longer than this is hardly the shape of a line that anybody built."""

TABLE = "reference_lengths.csv"

_DOOR = -1
"""Stands for an arc where a path passes from zone to zone on the spot."""


class Reference(NamedTuple):
    """One row of ``reference_lengths.csv``.

    Attributes
    ----------
    id, name, mode : str
    group : str
        ``pair``, or ``path`` for a named continuous path.
    gauge_mm : tuple of str
        Gauges in the order they are met; empty for roads.
    places : tuple of str
        Places passed in order: a facility id, or ``Name lat lon``.
    countries : tuple of str
        Countries that the line runs through; no other may be entered.
    exists : bool
        Whether such a line is there and open to freight.
    km : float or None
        Reference length.
    grade : str
        ``published`` (a source states it) or ``approximate`` (general knowledge).
    source, url, note : str
    argument : str
        Why an error beyond the limit stands.
    own : bool
        Whether a curated link on the way takes its length from the same figure.
    """

    id: str
    name: str
    mode: str
    group: str
    gauge_mm: tuple[str, ...]
    places: tuple[str, ...]
    countries: tuple[str, ...]
    exists: bool
    km: float | None = None
    grade: str = ""
    source: str = ""
    url: str = ""
    note: str = ""
    argument: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """A reference row with what the network makes of it.

    Attributes
    ----------
    row : Reference
    km : float or None
        Length of the path; None where the network refuses it.
    reason : str
        Why it is refused.
    snap_km : tuple of float
        Distances of the places from their lines.
    gauge_mm : tuple of str
        Gauges in the order they are met.
    countries : tuple of str
        Countries in the order they are met.
    curated_km : float
        What rests on curated lines.
    straight : tuple
        Straight pieces longer than `STRAIGHT_KM`: km and their ends as (lon, lat).
    """

    row: Reference
    km: float | None = None
    reason: str = ""
    snap_km: tuple[float, ...] = ()
    gauge_mm: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    curated_km: float = 0.0
    straight: tuple[tuple[float, LonLat, LonLat], ...] = ()

    @property
    def error(self) -> float | None:
        """Relative error of the length, where there are a path and a reference."""
        if self.km is None or self.row.km is None:
            return None
        return self.km / self.row.km - 1.0

    @property
    def well_placed(self) -> bool:
        """Whether every place lies near its line."""
        return bool(self.snap_km) and max(self.snap_km) <= CLOSE_KM

    @property
    def true(self) -> bool:
        """Whether the network has what is there and lacks what is not, in the right gauges."""
        if not self.row.exists:
            return self.km is None
        return self.km is not None and self.gauge_mm == self.row.gauge_mm


def read_references(folder: Path) -> tuple[Reference, ...]:
    """Read ``curated/reference_lengths.csv`` of a data folder.

    Raises
    ------
    DataError
        The table is missing or a cell cannot be read.

    Examples
    --------
    >>> from corridors.data_location import data_dir
    >>> read_references(data_dir())[0].name
    'Urumqi–Alashankou'
    """
    return read_rows(folder / "curated" / TABLE, Reference)


def measure(
    network: CompiledNetwork, tables: Tables, references: Iterable[Reference]
) -> list[Measured]:
    """Measure every reference row on the compiled lines.

    Parameters
    ----------
    network : CompiledNetwork
    tables : Tables
        Of the same data folder.
    references : iterable of Reference

    Returns
    -------
    list of Measured
        In the order given.

    Raises
    ------
    DataError
        A place is neither a facility nor a coordinate.
    """
    rows = list(references)
    found: dict[str, Measured] = {}
    for mode in sorted({row.mode for row in rows}):
        of_mode = [row for row in rows if row.mode == mode]
        ways = _Ways(network, tables, of_mode, mode=mode)
        found |= {row.id: ways.measure(row) for row in of_mode}
    return [found[row.id] for row in rows]


class _Ways:
    """The lines of a mode with a junction at every place, and doors between their zones."""

    def __init__(
        self, network: CompiledNetwork, tables: Tables, rows: Sequence[Reference], *, mode: str
    ) -> None:
        lines = network.lines(mode)
        self.mode, self.zone_names = mode, lines.zones
        self.gauge = {zone.zone: str(zone.gauge_mm or "") for zone in tables.zones}
        self.position = {f.id: (f.lon, f.lat) for f in tables.facilities}
        segments = Segments(lines.flat)
        self.lost: dict[str, str] = {}
        stands: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for (facility, zone), node in sorted(lines.node_of.items()):
            stands[facility].append((node, zone))
        anchors: dict[tuple[str, int], Anchor] = {}
        self.snap_km: dict[tuple[str, int], float] = {}
        for row in rows:
            allowed = (lines.arc_zone >= 0) & _in_countries(lines.flat, row.countries)
            for i, place in enumerate(row.places):
                if place in stands:
                    zones = [zone for _, zone in stands[place]]
                    self.snap_km[row.id, i] = min(network.snap_km[place, zone] for zone in zones)
                    continue
                lon, lat = self._locate(place)
                anchor = segments.nearest(lon, lat, allowed=allowed, reach_km=SNAP_KM[mode])
                if anchor is None:
                    self.lost.setdefault(
                        row.id, f"no {mode} line within {SNAP_KM[mode]:.0f} km of {_name(place)}"
                    )
                else:
                    anchors[row.id, i] = anchor
                    self.snap_km[row.id, i] = anchor.offset_km
        flat, nodes, parent = split_arcs(lines.flat, list(anchors.values()))
        self.arc_zone = lines.arc_zone[parent]
        self.flat, number = _apart(flat, self.arc_zone)
        place_of = {zone: i for i, zone in enumerate(lines.zones)}
        at: dict[int, list[int]] = defaultdict(list)
        self.zone_of: dict[int, int] = {}
        for (node, zone_at), own in number.items():
            at[node].append(own)
            self.zone_of[own] = zone_at
        self.nodes: dict[tuple[str, int], list[int]] = {
            key: at[node] for key, node in zip(anchors, nodes, strict=True)
        }
        self.nodes_of_facility = {
            facility: [number[node, place_of[zone]] for node, zone in stood]
            for facility, stood in stands.items()
        }
        operating = {c.id for c in tables.crossings if c.mode == mode and c.status == "operating"}
        runs = [run for run in network.crossings if run.id in operating]
        self.doors = _doors(runs, self.nodes_of_facility, place_of, number)

    def _locate(self, place: str) -> tuple[float, float]:
        if place in self.position:
            return self.position[place]
        words = place.split()
        try:
            return float(words[-1]), float(words[-2])
        except (ValueError, IndexError):
            raise DataError(
                f"{TABLE}: {place!r} is neither a facility nor `Name lat lon`"
            ) from None

    def measure(self, row: Reference) -> Measured:
        """The shortest way through the places of a row."""
        if row.id in self.lost:
            return Measured(row, reason=self.lost[row.id])
        graph = self._graph(row.countries)
        snap = tuple(self.snap_km[row.id, i] for i in range(len(row.places)))
        stops = [self._stop(row, i) for i in range(len(row.places))]
        steps: list[tuple[int, int]] = []
        nodes: list[int] = []
        km = 0.0
        begin = stops[0]
        for i, ends in enumerate(stops[1:]):
            reach = graph.reach(dict.fromkeys(begin, 0.0), targets=ends)
            reached = [node for node in ends if node in reach.km]
            if not reached:
                between = " and ".join(_name(place) for place in row.places[i : i + 2])
                return Measured(row, reason=f"no way between {between}", snap_km=snap)
            # A yard stands in two zones: the one the train came in on, not the one beyond.
            end = min(reached, key=lambda n: (reach.km[n], reach.via.get(n, (0,))[0] == _DOOR, n))
            km += reach.km[end]
            nodes += [*(node for _, node in reach.arcs_to(end)), end]
            steps += [step for step in reach.arcs_to(end) if step[0] != _DOOR]
            begin = [end]
        gauges = (self.gauge[self.zone_names[self.zone_of[node]]] for node in nodes)
        pieces = itertools.pairwise(line_of(self.flat, steps))
        straight = ((great_circle_km(*one, *other), one, other) for one, other in pieces)
        curated = sum(float(self.flat.km[a]) for a, _ in steps if self.flat.flags[a] & CURATED)
        return Measured(
            row,
            km=km,
            snap_km=snap,
            gauge_mm=tuple(gauge for gauge, _ in itertools.groupby(gauges) if gauge),
            countries=tuple(km_by_country(self.flat, steps)),
            curated_km=curated,
            straight=tuple(piece for piece in straight if piece[0] > STRAIGHT_KM),
        )

    def _stop(self, row: Reference, i: int) -> list[int]:
        place = row.places[i]
        return self.nodes_of_facility.get(place) or self.nodes[row.id, i]

    def _graph(self, countries: Sequence[str]) -> ZoneGraph:
        wanted = (self.arc_zone >= 0) & _in_countries(self.flat, countries)
        graph = ZoneGraph(self.flat, np.flatnonzero(wanted))
        for one, other in self.doors:
            if one in graph.next and other in graph.next:
                graph.next[one].append((other, 0.0, _DOOR))
                graph.next[other].append((one, 0.0, _DOOR))
        return graph


def _name(place: str) -> str:
    words = place.split()
    return place if len(words) == 1 else " ".join(words[:-2])


def _in_countries(flat: FlatNetwork, countries: Sequence[str]) -> NDArray[np.bool_]:
    return np.isin(flat.country, [i for i, c in enumerate(flat.countries) if c in countries])


def _apart(
    flat: FlatNetwork, arc_zone: NDArray[np.int16]
) -> tuple[FlatNetwork, dict[tuple[int, int], int]]:
    """Give each zone junctions of its own, by (junction, zone)."""
    width = int(arc_zone.max()) + 2
    zone = arc_zone.astype(np.int64) + 1
    keys = np.concatenate([flat.u * width + zone, flat.v * width + zone])
    known, place = np.unique(keys, return_inverse=True)
    node, of_zone = known // width, known % width - 1
    pairs = zip(node.tolist(), of_zone.tolist(), strict=True)
    number = {(n, z): i for i, (n, z) in enumerate(pairs)}
    u, v = np.split(place.astype(np.int32), 2)
    return replace(flat, lon=flat.lon[node], lat=flat.lat[node], u=u, v=v), number


def _doors(
    runs: Iterable[CrossingRun],
    facilities: Mapping[str, list[int]],
    place_of: Mapping[str, int],
    number: Mapping[tuple[int, int], int],
) -> list[tuple[int, int]]:
    """Pairs of junctions between which a path may pass from zone to zone."""
    doors = [
        (number[run.node, place_of[run.zone_a]], number[run.node, place_of[run.zone_b]])
        for run in runs
    ]
    for nodes in facilities.values():
        doors += itertools.pairwise(nodes)
    return doors
