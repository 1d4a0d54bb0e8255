"""A small area of the map asked from an Overpass server, through OSMnx: same tags, same lines."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from corridors.build.osm_folder import OsmBuild, build_folder
from corridors.build.osm_lines import UNITS, Located, OsmLines, Point, Ways, assembled, clean
from corridors.build.osm_tags import (
    FERRY_KEYS,
    KEYS,
    POINT_KINDS,
    WAY_TAGS,
    Line,
    classify,
    point_kind,
)
from corridors.build.progress import Progress
from corridors.errors import DataError, OptionalDependencyError, UsageError
from corridors.shelf import cache_dir

MOST_KM2 = 25_000.0
"""Largest area that is asked for: beyond it an extract is quicker, and kinder to the server."""

Box = tuple[float, float, float, float]
"""South, west, north, east in degrees."""


def read_box(text: str) -> Box:
    """Read ``south,west,north,east``.

    Raises
    ------
    UsageError
        Not four numbers, not a box on the world, or too large.

    Examples
    --------
    >>> read_box("43.7,7.3,43.8,7.5")
    (43.7, 7.3, 43.8, 7.5)
    """
    try:
        south, west, north, east = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(
            f"--overpass: {text!r} is no box: write south,west,north,east in degrees"
        ) from None
    if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
        raise UsageError(
            f"--overpass: {text!r} is no box on the world: write south,west,north,east"
        )
    km2 = (north - south) * (east - west) * 111.2**2 * math.cos(math.radians((south + north) / 2))
    if km2 > MOST_KM2:
        raise UsageError(
            f"--overpass: {km2:,.0f} km2 is too large to ask for (at most {MOST_KM2:,.0f}): "
            "download an extract and give it with --osm"
        )
    return south, west, north, east


def build_overpass(task: OsmBuild, box: Box) -> Iterator[str]:
    """Build a data folder from what a server tells of a box.

    Raises
    ------
    DataError
        The server cannot be reached or does not answer.
    """

    def read(progress: Progress) -> OsmLines:
        progress.step("asking the Overpass server")
        return read_overpass(box)

    return build_folder(task, read)


def read_overpass(box: Box) -> OsmLines:
    """Ask for the lines and points of a box.

    Parameters
    ----------
    box : (south, west, north, east)

    Returns
    -------
    OsmLines
        As from a file of the same area.

    Raises
    ------
    DataError
        The server cannot be reached or does not answer.
    OptionalDependencyError
        OSMnx is not installed.
    """
    ways = Ways(frozenset({"rail", "road", "ferry"}), True, classify)
    graph, features = _asked(box)
    if graph is not None:
        _take_ways(graph, ways)
    if features is not None:
        _take_points(features, ways)
    ways.files.append(
        {
            "file": "Overpass " + ",".join(f"{side:g}" for side in box),
            "bytes": 0,
            "ways_read": sum(ways.read_count.values()),
            "ways_kept": len(ways.way),
            "ways_out_of_order": 0,
        }
    )
    lines = ways.lines()
    found = Located(lines.ids)
    if graph is not None:
        # By id: the order in which a graph holds them says nothing.
        nodes = sorted(graph.nodes(data=True))
        ids = np.array([node for node, _ in nodes], dtype=np.int64)
        xy = np.array([(data["x"], data["y"]) for _, data in nodes]).reshape(-1, 2)
        units = np.rint(xy * UNITS).astype(np.int64)
        found.take((ids, units[:, 0], units[:, 1]))
    return assembled(lines, found, ways)


def _asked(box: Box) -> tuple[Any, Any]:
    """The lines as a graph and the points as a table, None where there is nothing."""
    try:
        import osmnx
        import requests
    except ImportError as error:
        raise OptionalDependencyError(
            "asking an Overpass server needs OSMnx: pip install 'corridors[osm]'"
        ) from error
    south, west, north, east = box
    bbox = (west, south, east, north)
    with _settings(osmnx):
        try:
            return (
                _or_none(
                    osmnx, osmnx.graph_from_bbox, bbox, simplify=False, retain_all=True,
                    truncate_by_edge=True, custom_filter=_filters(),
                ),
                _or_none(osmnx, osmnx.features_from_bbox, bbox, _point_tags()),
            )  # fmt: skip
        except (requests.RequestException, OSError) as error:
            raise DataError(
                "the Overpass server cannot be reached "
                f"({type(error).__name__}): it needs a network; "
                "without one, download an extract elsewhere and give it with --osm"
            ) from error
        except osmnx._errors.ResponseStatusCodeError as error:
            said = clean(str(error))
            raise DataError(f"the Overpass server refused ({said}): try again later") from error


def _or_none(osmnx: Any, ask: Any, *args: Any, **kwargs: Any) -> Any:
    try:
        return ask(*args, **kwargs)
    except osmnx._errors.InsufficientResponseError:
        return None
    except ValueError as error:
        # OSMnx says so of a graph in which nothing lies inside the box.
        if "no graph nodes" in str(error).lower():
            return None
        raise


@contextmanager
def _settings(osmnx: Any) -> Iterator[None]:
    """Settings for the time of a request: tags as they are, each way once, our own cache."""
    wanted = {
        "all_oneway": True,
        "useful_tags_way": [*KEYS, *FERRY_KEYS, "name"],
        "cache_folder": cache_dir() / "overpass",
    }
    before = {name: getattr(osmnx.settings, name) for name in wanted}
    try:
        for name, value in wanted.items():
            setattr(osmnx.settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(osmnx.settings, name, value)


def _filters() -> list[str]:
    """One filter per key: the values of `WAY_TAGS`."""
    values: dict[str, list[str]] = defaultdict(list)
    for key, value in WAY_TAGS:
        values[key].append(value)
    return [f'["{key}"~"^({"|".join(some)})$"]' for key, some in values.items()]


def _point_tags() -> dict[str, list[str]]:
    values: dict[str, list[str]] = defaultdict(list)
    for key, value in POINT_KINDS:
        values[key].append(value)
    return dict(values)


def _take_ways(graph: Any, ways: Ways) -> None:
    """Ways put together again from the edges of a graph, each in the order of its nodes."""
    tags: dict[int, dict[str, str]] = {}
    steps: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for u, v, data in graph.edges(data=True):
        way = int(data["osmid"])
        tags[way] = data
        steps[way].append((u, v))
    more = 0
    for way in sorted(steps):
        data = dict(tags[way])
        if data.get("oneway") in ("-1", "reverse"):
            data["oneway"] = "yes"  # OSMnx has turned the nodes round
        first, *others = _paths(steps[way])
        known = {key: str(data[key]) for key in (*KEYS, *FERRY_KEYS) if key in data}
        ways.take(way, 1, known, first.copy, partial(str, data.get("name", "")))
        line, number = ways.kind_of(known)
        if isinstance(line, Line):
            for path in others:  # the rest of a way that the edge of the box cuts
                more += 1
                ways.add(-more, 1, number, path)


def _paths(steps: list[tuple[int, int]]) -> list[list[int]]:
    """Steps of one way in as few rows as they can be run through."""
    after: dict[int, list[int]] = defaultdict(list)
    surplus: dict[int, int] = defaultdict(int)
    for u, v in sorted(steps, reverse=True):
        after[u].append(v)
        surplus[u] += 1
        surplus[v] -= 1
    starts = [node for node in sorted(after) for _ in range(max(0, surplus[node]))]
    paths: list[list[int]] = []
    for start in [*starts, *sorted(after)]:
        # Hierholzer: where a row is stuck, a round that was left aside is put in.
        stack: list[int] = [start]
        path: list[int] = []
        while stack and (after[stack[-1]] or path or len(stack) > 1):
            if after[stack[-1]]:
                stack.append(after[stack[-1]].pop())
            else:
                path.append(stack.pop())
        if path:
            paths += _rows(path[::-1], set(steps))
    return paths


def _rows(path: list[int], steps: set[tuple[int, int]]) -> list[list[int]]:
    """The path, cut where it takes a step that the way does not."""
    rows = [path[:1]]
    for u, v in itertools.pairwise(path):
        if (u, v) in steps:
            rows[-1].append(v)
        else:
            rows.append([v])
    return [row for row in rows if len(row) > 1]


def _take_points(features: Any, ways: Ways) -> None:
    for (element, number), row in features.iterrows():
        tags = {str(key): value for key, value in row.items() if isinstance(value, str)}
        kind = point_kind(tags.get)
        if kind is None or element == "relation":
            continue
        xy = np.unique(np.array(_corners(row.geometry)), axis=0).mean(axis=0)
        lon, lat = round(float(xy[0]), 7), round(float(xy[1]), 7)
        name = clean(tags.get("name", ""))
        ways.points.append(Point(kind, name, lon, lat, f"{element}/{number}"))


def _corners(shape: Any) -> list[tuple[float, float]]:
    line = shape.exterior if shape.geom_type == "Polygon" else shape
    return [(x, y) for x, y, *_ in line.coords]
