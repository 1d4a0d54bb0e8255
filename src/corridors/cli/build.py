"""``corridors build``: make a network from its sources."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from corridors.errors import UsageError


def add_options(build: argparse.ArgumentParser) -> None:
    """Options of the command."""
    source = build.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--packaged", action="store_true", help="the packaged network, from published packages"
    )
    source.add_argument(
        "--osm", nargs="+", metavar="FILE", help="OpenStreetMap extracts, together one map"
    )
    source.add_argument(
        "--overpass", metavar="S,W,N,E", help="a small box of the map, asked for over the network"
    )
    source.add_argument(
        "--tables", action="store_true", help="only what follows from the tables and lines there"
    )
    build.add_argument("--source-dir", metavar="DIR", help="folder with the downloaded packages")
    build.add_argument(
        "--replace-area", metavar="FILE.geojson", help="new lines inside it, packaged ones outside"
    )
    build.add_argument(
        "--curated", metavar="DIR", help="tables of your own instead of the packaged"
    )
    build.add_argument("--out", required=True, metavar="DIR", help="the data folder to make")


def run_build(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors build``."""
    for line in _lines(options):
        print(line, file=sys.stderr)
    from corridors.analysis.engine import ship_rows

    ship_rows(Path(options.out))
    return 0


def _lines(options: argparse.Namespace) -> Iterator[str]:
    for name in ("source_dir", "replace_area", "curated", "out", "overpass"):
        if getattr(options, name) == "":
            raise UsageError(f"--{name.replace('_', '-')}: the value is empty")
    out = Path(options.out)
    if options.packaged:
        if options.replace_area or options.curated:
            raise UsageError("--replace-area and --curated go with --osm or --overpass")
        from corridors.build.packaged import build_packaged

        source = Path(options.source_dir) if options.source_dir else None
        return build_packaged(out, source_dir=source)
    if options.source_dir:
        raise UsageError("--source-dir goes with --packaged")
    if options.tables:
        if options.replace_area or options.curated:
            raise UsageError("--replace-area and --curated go with --osm or --overpass")
        from corridors.build.packaged import recompile
        from corridors.data_location import data_dir

        return recompile(data_dir(options.out))
    return _from_map(options, out)


def _from_map(options: argparse.Namespace, out: Path) -> Iterator[str]:
    from corridors.build.osm_folder import OsmBuild, build_osm
    from corridors.build.progress import Progress
    from corridors.data_location import data_dir

    more: dict[str, Any] = {
        "curated": Path(options.curated) if options.curated else None,
        "area": Path(options.replace_area) if options.replace_area else None,
    }
    task = OsmBuild(out=out, base=data_dir(), progress=Progress(sys.stderr), **more)
    if options.overpass:
        from corridors.build.overpass import build_overpass, read_box

        return build_overpass(task, read_box(options.overpass))
    return build_osm(task, [Path(path) for path in options.osm])
