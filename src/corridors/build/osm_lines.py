"""Lines of the map over the nodes they use, put together from ways and nodes as they are met.

Where ways and nodes come from, a file or a server, is not known here.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.build.osm_nodes import Batch
from corridors.build.osm_tags import Dropped, Get, Line, duration_h, point_kind
from corridors.errors import DataError

UNITS = 10_000_000
"""Positions are stored in whole units of a degree divided by this, as OpenStreetMap does."""

Classify = Callable[[Get], Line | Dropped]


class Point(NamedTuple):
    """A port, terminal, yard, station or border control."""

    kind: str
    name: str
    lon: float
    lat: float
    osm: str


class Ferry(NamedTuple):
    """A ferry line of the map; whether a ship sails it the services table decides."""

    way: int
    name: str
    duration_h: float | None
    motor_vehicle: str
    rail: bool


@dataclass(slots=True)
class OsmLines:
    """Kept ways over the nodes they use.

    Attributes
    ----------
    kinds : tuple of Line
        What `kind` points into.
    way, kind : (w,) int
        Id and kind of each way, by ascending id.
    start : (w + 1,) int64
        Slices of `node`.
    node : (r,) int32
        Positions in `x` and `y`, -1 where no file holds the node.
    x, y : (n,) int32
        Longitude and latitude of the nodes in units of 1e-7 degree.
    points : list of Point
    ferries : list of Ferry
    counts : dict
        What was read, kept, dropped and found wrong, for the build report.
    """

    kinds: tuple[Line, ...]
    way: NDArray[np.int64]
    kind: NDArray[np.int32]
    start: NDArray[np.int64]
    node: NDArray[np.int32]
    x: NDArray[np.int32]
    y: NDArray[np.int32]
    points: list[Point] = field(default_factory=list)
    ferries: list[Ferry] = field(default_factory=list)
    counts: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Refs:
    """Ways with node ids, before the nodes are found."""

    way: NDArray[np.int64]
    kind: NDArray[np.int32]
    start: NDArray[np.int64]
    ref: NDArray[np.int64]
    ids: NDArray[np.int64]


class Ways:
    """Ways as they are met, with what was dropped and why."""

    def __init__(self, modes: frozenset[str], points: bool, classify: Classify) -> None:
        self.modes, self.with_points, self.classify = modes, points, classify
        self.kinds: dict[Line, int] = {}
        self._known: dict[tuple[tuple[str, str], ...], tuple[Line | Dropped, int]] = {}
        self.way, self.kind, self.version = array("q"), array("i"), array("i")
        self.size, self.ref = array("i"), array("q")
        self.read_count: Counter[str] = Counter()
        self.dropped: dict[str, Counter[str]] = {}
        self.faults: Counter[str] = Counter()
        self.points: list[Point] = []
        self.areas: list[tuple[str, str, int, array[int]]] = []
        self.ferries: list[Ferry] = []
        self.files: list[dict[str, Any]] = []
        self.merged = 0

    def take(
        self,
        way: int,
        version: int,
        tags: Mapping[str, str],
        refs: Callable[[], list[int]],
        name: Callable[[], str],
    ) -> None:
        """Keep a way, or drop it under a reason.

        Parameters
        ----------
        way, version : int
        tags : mapping
            In an order that does not depend on the way.
        refs, name : callable
            Give the ids of its nodes and its name; asked only where they are needed.
        """
        line, number = self.kind_of(tags)
        if not isinstance(line, Line):
            if line.mode in self.modes:
                self.read_count[line.mode] += 1
                self.drop(line.mode, line.reason)
            elif self.with_points:
                self._area(way, tags.get, refs, name)
            return
        if line.mode not in self.modes:
            return
        self.read_count[line.mode] += 1
        nodes = refs()
        if len(nodes) < 2:
            self.drop(line.mode, "fewer than two nodes")
            return
        self.add(way, version, number, nodes)
        if line.mode == "ferry":
            vehicles = tags.get("motor_vehicle") or tags.get("motorcar") or ""
            by_rail = tags.get("railway") == "ferry" or tags.get("train") == "yes"
            hours = duration_h(tags.get("duration"))
            self.ferries.append(Ferry(way, clean(name()), hours, clean(vehicles), by_rail))

    def kind_of(self, tags: Mapping[str, str]) -> tuple[Line | Dropped, int]:
        """What a way with these tags is, and the number of its kind; worked out once for each."""
        key = tuple(tags.items())
        found = self._known.get(key)
        if found is None:
            line = self.classify(tags.get)
            number = -1
            if isinstance(line, Line):
                number = self.kinds.setdefault(line, len(self.kinds))
            found = self._known[key] = (line, number)
        return found

    def add(self, way: int, version: int, number: int, nodes: Sequence[int]) -> None:
        """Keep a way of a kind that is known by number."""
        self.way.append(way)
        self.kind.append(number)
        self.version.append(version)
        self.size.append(len(nodes))
        self.ref.extend(nodes)

    def drop(self, mode: str, reason: str) -> None:
        """Count a way that is not kept."""
        self.dropped.setdefault(mode, Counter())[reason] += 1

    def _area(
        self, way: int, get: Get, refs: Callable[[], list[int]], name: Callable[[], str]
    ) -> None:
        kind = point_kind(get)
        if kind is not None:
            self.areas.append((kind, clean(name()), way, array("q", refs())))

    def lines(self) -> Refs:
        """Ways by ascending id, each once: of several the newest, then the longest."""
        way = np.frombuffer(self.way, dtype=np.int64)
        kind = np.frombuffer(self.kind, dtype=np.int32)
        size = np.frombuffer(self.size, dtype=np.int32).astype(np.int64)
        version = np.frombuffer(self.version, dtype=np.int32)
        ref = np.frombuffer(self.ref, dtype=np.int64)
        order = np.lexsort((-np.arange(len(way)), size, version, way))
        last = np.ones(len(order), dtype=bool)
        last[:-1] = way[order][1:] != way[order][:-1]
        self.merged = int((~last).sum())
        order = order[last]
        start = np.concatenate([[0], np.cumsum(size[order])]).astype(np.int64)
        if not np.array_equal(order, np.arange(len(way))):
            begin = np.cumsum(size) - size
            at = np.arange(start[-1]) + np.repeat(begin[order] - start[:-1], size[order])
            ref = ref[at]
        if len(ref) and int(ref.min()) < 0:
            raise DataError(
                "a way names nodes by negative ids, as an editor writes them before an upload: "
                "give a file with the ids of the map"
            )
        others = [np.frombuffer(refs, dtype=np.int64) for *_, refs in self.areas]
        # Sorted by hand: the set that `unique` makes is many times its numbers.
        ids = np.concatenate([ref, *others])
        ids.sort()
        first = np.ones(len(ids), dtype=bool)
        first[1:] = ids[1:] != ids[:-1]
        return Refs(way[order], kind[order], start, ref, ids[first])


class Located:
    """Positions of the nodes that are in use, filled in batch by batch."""

    def __init__(self, ids: NDArray[np.int64]) -> None:
        self.ids = ids
        self.x = np.zeros(len(ids), dtype=np.int32)
        self.y = np.zeros(len(ids), dtype=np.int32)
        self.known = np.zeros(len(ids), dtype=bool)
        self.here = np.zeros(len(ids), dtype=bool)
        self.outside = self.twice = self.moved = 0

    def begin_file(self) -> None:
        """What comes now is of another file: a node in both is given once in each."""
        self.here[:] = False

    def take(self, batch: Batch) -> None:
        """Note the positions of those nodes of a batch that are in use."""
        ids, x, y = batch
        if not len(self.ids) or not len(ids):
            return
        at = np.searchsorted(self.ids, ids)
        at[at == len(self.ids)] = 0
        used = np.flatnonzero(self.ids[at] == ids)
        if not len(used):
            return
        at, x, y = at[used], x[used], y[used]
        inside = (np.abs(x) <= 180 * UNITS) & (np.abs(y) <= 90 * UNITS)
        self.outside += int((~inside).sum())
        at, x, y = at[inside], x[inside], y[inside]
        unique, first = np.unique(at, return_index=True)
        self.twice += len(at) - len(unique) + int(self.here[unique].sum())
        self.moved += int((self.known[at] & ((self.x[at] != x) | (self.y[at] != y))).sum())
        self.here[unique] = True
        fresh = ~self.known[unique]
        unique, first = unique[fresh], first[fresh]
        self.x[unique], self.y[unique] = x[first], y[first]
        self.known[unique] = True


def assembled(refs: Refs, found: Located, ways: Ways) -> OsmLines:
    """Ways over the nodes that were found, with all counts."""
    node = np.searchsorted(found.ids, refs.ref).astype(np.int32)
    missing = np.flatnonzero(~found.known[node])
    node[missing] = -1
    holed = np.searchsorted(refs.start, missing, side="right")
    faults = ways.faults
    faults["nodes that no file holds"] = len(np.unique(refs.ref[missing]))
    faults["ways with such nodes, cut there"] = len(np.unique(holed))
    faults["nodes outside the world"] = found.outside
    faults["nodes given twice in a file"] = found.twice
    faults["nodes with two positions, the first kept"] = found.moved
    faults["ways given more than once"] = ways.merged
    faults["ways out of order"] = sum(row["ways_out_of_order"] for row in ways.files)
    points = ways.points + _area_points(ways.areas, found)
    kept = Counter(tuple(ways.kinds)[kind].mode for kind in refs.kind.tolist())
    return OsmLines(
        kinds=tuple(ways.kinds),
        way=refs.way,
        kind=refs.kind,
        start=refs.start,
        node=node,
        x=found.x,
        y=found.y,
        points=sorted(set(points)),
        ferries=sorted(set(ways.ferries)),
        counts={
            "files": ways.files,
            "ways_read": dict(sorted(ways.read_count.items())),
            "ways_kept": dict(sorted(kept.items())),
            "ways_dropped": {
                mode: dict(sorted(why.items())) for mode, why in sorted(ways.dropped.items())
            },
            "warnings": {name: count for name, count in sorted(faults.items()) if count},
        },
    )


def _area_points(areas: list[tuple[str, str, int, array[int]]], found: Located) -> list[Point]:
    """Areas as the middle of their corners."""
    points = []
    for kind, name, way, refs in areas:
        at = np.unique(np.searchsorted(found.ids, np.frombuffer(refs, dtype=np.int64)))
        at = at[found.known[at]]
        if len(at):
            lon, lat = float(found.x[at].mean()) / UNITS, float(found.y[at].mean()) / UNITS
            points.append(Point(kind, name, round(lon, 7), round(lat, 7), f"way/{way}"))
    return points


def clean(text: str) -> str:
    """Text of the map in one line without control characters.

    Examples
    --------
    >>> clean("Dostyk\\x1b[31m\\nyard")
    'Dostyk [31m yard'
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text[:500]).split())
