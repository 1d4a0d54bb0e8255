"""Read OpenStreetMap files: the lines and points freight needs, and a count of all the rest.

Two passes over each file, the ways first and then the nodes they name, so that the order of
things in a file does not matter and only nodes in use are kept. Several files are one map: a way
that is in two of them is taken once.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.build.osm_nodes import Batch, node_batches
from corridors.build.osm_tags import (
    POINT_KINDS,
    WAY_TAGS,
    Classifier,
    Dropped,
    Get,
    Line,
    duration_h,
    point_kind,
)
from corridors.build.progress import Progress
from corridors.errors import DataError, OptionalDependencyError

SUFFIXES = (".pbf", ".osm", ".osm.gz", ".osm.bz2")

UNITS = 10_000_000
"""Positions are stored in whole units of a degree divided by this, as OpenStreetMap does."""

_TICK = 2000

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
    node : (r,) int64
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
    node: NDArray[np.int64]
    x: NDArray[np.int32]
    y: NDArray[np.int32]
    points: list[Point] = field(default_factory=list)
    ferries: list[Ferry] = field(default_factory=list)
    counts: dict[str, Any] = field(default_factory=dict)


def read_osm(
    paths: Sequence[Path],
    *,
    modes: Sequence[str] = ("rail", "road", "ferry"),
    points: bool = True,
    classify: Classify | None = None,
    progress: Progress | None = None,
) -> OsmLines:
    """Read one or several OpenStreetMap files as one map.

    Parameters
    ----------
    paths : sequence of Path
        ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2``.
    modes : sequence of {"rail", "road", "ferry"}
        Which lines to look for.
    points : bool
        Whether to list ports, terminals, yards, stations and border controls as well.
    classify : callable, optional
        From ``tags.get`` of a way to what it is; the freight rules of `osm_tags` by default.
    progress : Progress, optional

    Returns
    -------
    OsmLines

    Raises
    ------
    DataError
        A file is missing, a folder, truncated, damaged or of another format.
    OptionalDependencyError
        pyosmium is not installed.
    """
    progress = progress or Progress()
    for path in paths:
        check_file(path)
    ways = _Ways(frozenset(modes), points, classify or Classifier())
    for path in paths:
        ways.read(path, progress)
    lines = ways.lines()
    found = _Located(lines.ids)
    for path in paths:
        progress.step(f"nodes of {path.name}")
        found.begin_file()
        for batch in node_batches(path):
            progress.add(len(batch[0]))
            found.take(batch)
        if points:
            ways.read_points(path)
    progress.done()
    return _assembled(lines, found, ways)


def check_file(path: Path) -> None:
    """Refuse what cannot be an OpenStreetMap file before any work is done.

    Raises
    ------
    DataError
        Naming what is wrong with it.
    """
    if path.is_dir():
        raise DataError(f"{path} is a folder: give the file in it that ends in .osm.pbf")
    if not path.is_file():
        raise DataError(f"{path} does not exist: give an OpenStreetMap file")
    if not path.name.endswith(SUFFIXES):
        raise DataError(
            f"{path}: the name must end in .osm.pbf, .osm, .osm.gz or .osm.bz2, "
            "so that its format is known"
        )
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty: download it again")


def osmium_module() -> Any:
    """The pyosmium package.

    Raises
    ------
    OptionalDependencyError
        It is not installed.
    """
    try:
        import osmium
    except ImportError as error:
        raise OptionalDependencyError(
            "reading OpenStreetMap files needs pyosmium: pip install 'corridors[osm]'"
        ) from error
    return osmium


@dataclass(slots=True)
class _Refs:
    """Ways with node ids, before the nodes are found."""

    way: NDArray[np.int64]
    kind: NDArray[np.int32]
    start: NDArray[np.int64]
    ref: NDArray[np.int64]
    ids: NDArray[np.int64]


class _Ways:
    def __init__(self, modes: frozenset[str], points: bool, classify: Classify) -> None:
        self.modes, self.with_points, self.classify = modes, points, classify
        self.kinds: dict[Line, int] = {}
        self.way, self.kind, self.version = array("q"), array("i"), array("i")
        self.size, self.ref = array("i"), array("q")
        self.read_count: Counter[str] = Counter()
        self.kept: Counter[str] = Counter()
        self.dropped: dict[str, Counter[str]] = {}
        self.faults: Counter[str] = Counter()
        self.points: list[Point] = []
        self.areas: list[tuple[str, str, int, array[int]]] = []
        self.ferries: list[Ferry] = []
        self.files: list[dict[str, Any]] = []
        self.merged = 0

    def read(self, path: Path, progress: Progress) -> None:
        osmium = osmium_module()
        progress.step(f"ways of {path.name}")
        first, count, last, unsorted = len(self.way), 0, 0, 0
        try:
            for way in self._wanted(osmium, path):
                count += 1
                if count % _TICK == 0:
                    progress.add(_TICK)
                unsorted += way.id < last
                last = way.id
                self._way(way)
        except (RuntimeError, OSError) as error:
            raise DataError(
                f"{path}: cannot be read as OpenStreetMap data ({error}): "
                "download it again, or check that it is complete"
            ) from error
        kept = len(self.way) - first
        row = {"file": path.name, "bytes": path.stat().st_size, "ways_read": count,
               "ways_kept": kept, "ways_out_of_order": unsorted}  # fmt: skip
        self.files.append(row)

    def _wanted(self, osmium: Any, path: Path) -> Iterator[Any]:
        keys = {"rail": "railway", "road": "highway", "ferry": "route"}
        wanted = {keys[mode] for mode in self.modes}
        tags = [tag for tag in WAY_TAGS if tag[0] in wanted]
        if self.with_points:
            tags += list(POINT_KINDS)
        ways = osmium.FileProcessor(str(path), osmium.osm.WAY)
        return iter(ways.with_filter(osmium.filter.TagFilter(*tags)))

    def _way(self, way: Any) -> None:
        get = way.tags.get
        line = self.classify(get)
        if not way.visible:
            self._drop("other", "deleted")
            return
        if not isinstance(line, Line):
            if line.mode in self.modes:
                self.read_count[line.mode] += 1
                self._drop(line.mode, line.reason)
            elif self.with_points:
                self._area(way, get)
            return
        if line.mode not in self.modes:
            return
        self.read_count[line.mode] += 1
        refs = [node.ref for node in way.nodes]
        if len(refs) < 2:
            self._drop(line.mode, "fewer than two nodes")
            return
        self.kept[line.mode] += 1
        self.way.append(way.id)
        self.kind.append(self.kinds.setdefault(line, len(self.kinds)))
        self.version.append(way.version)
        self.size.append(len(refs))
        self.ref.extend(refs)
        if line.mode == "ferry":
            vehicles = get("motor_vehicle") or get("motorcar") or ""
            by_rail = get("railway") == "ferry" or get("train") == "yes"
            name = clean(get("name") or "")
            hours = duration_h(get("duration"))
            self.ferries.append(Ferry(way.id, name, hours, clean(vehicles), by_rail))

    def _drop(self, mode: str, reason: str) -> None:
        self.dropped.setdefault(mode, Counter())[reason] += 1

    def _area(self, way: Any, get: Any) -> None:
        kind = point_kind(get)
        if kind is not None:
            refs = array("q", [node.ref for node in way.nodes])
            self.areas.append((kind, clean(get("name") or ""), way.id, refs))

    def read_points(self, path: Path) -> None:
        osmium = osmium_module()
        wanted = osmium.filter.TagFilter(*POINT_KINDS)
        for node in osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(wanted):
            kind = point_kind(node.tags.get)
            if kind is None or not node.visible:
                continue
            if not node.location.valid():
                self.faults["points outside the world"] += 1
                continue
            name = clean(node.tags.get("name") or "")
            lon, lat = node.location.lon, node.location.lat
            self.points.append(Point(kind, name, lon, lat, f"node/{node.id}"))

    def lines(self) -> _Refs:
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
        begin = np.cumsum(size) - size
        start = np.concatenate([[0], np.cumsum(size[order])]).astype(np.int64)
        at = np.arange(start[-1]) + np.repeat(begin[order] - start[:-1], size[order])
        ref = ref[at]
        if len(ref) and int(ref.min()) < 0:
            raise DataError(
                "a way names nodes by negative ids, as an editor writes them before an upload: "
                "give a file with the ids of the map"
            )
        others = [np.frombuffer(refs, dtype=np.int64) for *_, refs in self.areas]
        ids = np.unique(np.concatenate([ref, *others]))
        return _Refs(way[order], kind[order], start, ref, ids)


class _Located:
    """Positions of the nodes that are in use, filled in batch by batch."""

    def __init__(self, ids: NDArray[np.int64]) -> None:
        self.ids = ids
        self.x = np.zeros(len(ids), dtype=np.int32)
        self.y = np.zeros(len(ids), dtype=np.int32)
        self.known = np.zeros(len(ids), dtype=bool)
        self.here = np.zeros(len(ids), dtype=bool)
        self.outside = self.twice = self.moved = 0

    def begin_file(self) -> None:
        self.here[:] = False

    def take(self, batch: Batch) -> None:
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


def _assembled(refs: _Refs, found: _Located, ways: _Ways) -> OsmLines:
    node = np.searchsorted(found.ids, refs.ref)
    missing = ~found.known[node]
    node[missing] = -1
    way_of = np.repeat(np.arange(len(refs.way)), np.diff(refs.start))
    faults = ways.faults
    faults["nodes that no file holds"] = len(np.unique(refs.ref[missing]))
    faults["ways with such nodes, cut there"] = len(np.unique(way_of[missing]))
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


def _area_points(areas: list[tuple[str, str, int, array[int]]], found: _Located) -> list[Point]:
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
