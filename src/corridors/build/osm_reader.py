"""Read OpenStreetMap files: the lines and points freight needs, and a count of all the rest.

Two passes over each file, the ways first and then the nodes they name, so that the order of
things in a file does not matter and only nodes in use are kept. Several files are one map: a way
that is in two of them is taken once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corridors.build import osm_opl
from corridors.build.osm_lines import Classify, Located, OsmLines, Point, Ways, assembled, clean
from corridors.build.osm_nodes import node_batches
from corridors.build.osm_tags import POINT_KINDS, WAY_TAGS, point_kind
from corridors.build.osm_tags import classify as classify_by_tags
from corridors.build.progress import Progress
from corridors.errors import DataError

SUFFIXES = (".pbf", ".osm", ".osm.gz", ".osm.bz2")

_TICK = 2000


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
    ways = Ways(frozenset(modes), points, classify or classify_by_tags)
    with tempfile.TemporaryDirectory() as folder:
        texts = [Path(folder) / f"{number}.opl" for number in range(len(paths))]
        for path, text in zip(paths, texts, strict=True):
            _read_ways(path, text, ways, progress)
        refs = ways.lines()
        found = Located(refs.ids)
        for path, text in zip(paths, texts, strict=True):
            progress.step(f"nodes of {path.name}")
            found.begin_file()
            for batch in node_batches(path, None if _is_binary(path) else text):
                progress.add(len(batch[0]))
                found.take(batch)
            if points:
                _read_points(path, ways)
    progress.done()
    return assembled(refs, found, ways)


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


def _is_binary(path: Path) -> bool:
    """Whether nodes are decoded from the file; of a text file they come with the ways."""
    return path.name.endswith(".pbf")


def _read_ways(path: Path, text: Path, ways: Ways, progress: Progress) -> None:
    progress.step(f"ways of {path.name}")
    keys = {"rail": "railway", "road": "highway", "ferry": "route"}
    wanted = {keys[mode] for mode in ways.modes}
    tags = [tag for tag in WAY_TAGS if tag[0] in wanted]
    if ways.with_points:
        tags += list(POINT_KINDS)
    first, count, last, unsorted = len(ways.way), 0, 0, 0
    osm_opl.write_scratch(path, text, tags, nodes=not _is_binary(path))
    for way in osm_opl.ways(text):
        count += 1
        if count % _TICK == 0:
            progress.add(_TICK)
        unsorted += way.id < last
        last = way.id
        if way.visible:
            ways.take(way.id, way.version, way.tags, way.refs, way.name)
        else:
            ways.drop("other", "deleted")
    ways.files.append(
        {
            "file": path.name,
            "bytes": path.stat().st_size,
            "ways_read": count,
            "ways_kept": len(ways.way) - first,
            "ways_out_of_order": unsorted,
        }
    )


def _read_points(path: Path, ways: Ways) -> None:
    osmium = osm_opl.osmium_module()
    source: Any = osmium.FileProcessor(str(path), osmium.osm.NODE)
    for node in source.with_filter(osmium.filter.TagFilter(*POINT_KINDS)):
        kind = point_kind(node.tags.get)
        if kind is None or not node.visible:
            continue
        if not node.location.valid():
            ways.faults["points outside the world"] += 1
            continue
        name = clean(node.tags.get("name") or "")
        lon, lat = node.location.lon, node.location.lat
        ways.points.append(Point(kind, name, lon, lat, f"node/{node.id}"))
