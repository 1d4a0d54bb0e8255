"""``corridors build --osm``: from OpenStreetMap files to a data folder that can be asked."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corridors.build.flatten_osm import flatten_osm
from corridors.build.memory import give_back_large_arrays
from corridors.build.osm_lines import OsmLines
from corridors.build.osm_reader import read_osm
from corridors.build.progress import Progress
from corridors.build.replace_area import read_area, replace_area
from corridors.build.report import build_report
from corridors.build.report_page import report_page
from corridors.build.staging import staged_folder
from corridors.errors import CorridorsError, DataError, OutputError
from corridors.movement.compile import compile_network
from corridors.movement.compiled import CompiledNetwork
from corridors.movement.compiled_folder import read_compiled
from corridors.network.countries import read_polygons
from corridors.network.flat import FlatNetwork, read_flat_network
from corridors.network.tables import Tables, read_tables

MODES = ("rail", "road")

MADE = ("osm", "compiled")
"""Parts of a data folder that a build makes; everything else is taken over."""

PARTS = ("curated", "conditions", "places", "sea", "basemap")
"""Parts of a data folder that a build takes from another."""

REPORT_JSON = "build-report.json"
REPORT_HTML = "build-report.html"

Read = Callable[[Progress], OsmLines]


@dataclass(frozen=True, slots=True)
class OsmBuild:
    """What to build.

    Parameters
    ----------
    out : Path
        The data folder to make or to make anew.
    base : Path
        The data folder that tables, seas and places come from where `out` has none yet.
    curated : Path, optional
        Folder with tables of the user's own instead.
    area : Path, optional
        GeoJSON file: inside it the lines are new, outside they are those of `base`.
    """

    out: Path
    base: Path
    curated: Path | None = None
    area: Path | None = None
    progress: Progress = field(default_factory=Progress)


def build_osm(task: OsmBuild, files: Sequence[Path]) -> Iterator[str]:
    """Build a data folder from OpenStreetMap files; yields a line when a part is done.

    Parameters
    ----------
    task : OsmBuild
    files : sequence of Path
        One map together.

    Raises
    ------
    DataError
        A file, table or area is not what it should be.
    OutputError
        The folder cannot be written; what was there is unchanged.
    """

    def read(progress: Progress) -> OsmLines:
        lines = read_osm(files, progress=progress)
        for row, path in zip(lines.counts["files"], files, strict=True):
            with path.open("rb") as stream:
                row["sha256"] = hashlib.file_digest(stream, "sha256").hexdigest()
        return lines

    return build_folder(task, read)


def build_folder(task: OsmBuild, read: Read) -> Iterator[str]:
    """Build a data folder from whatever gives the lines."""
    if task.curated is not None and not (task.curated / "zones.csv").is_file():
        raise DataError(f"{task.curated} holds no zones.csv: give a folder of curated tables")
    if task.out.resolve() == task.base.resolve():
        raise OutputError(f"{task.out} is the folder the build starts from: give another one")
    give_back_large_arrays()
    with staged_folder(task.out) as staging:
        try:
            yield from _made(task, read, staging)
        except CorridorsError as error:
            raise _where_it_came_from(error, task, staging) from error
    yield f"{task.out}: done; use it with --data {task.out}"


def _where_it_came_from(error: CorridorsError, task: OsmBuild, staging: Path) -> CorridorsError:
    """The error with the user's own path in the place of the temporary one."""
    said = str(error)
    if str(staging) not in said:
        return error
    own = task.out if (task.out / "curated").is_dir() else task.base
    said = said.replace(str(staging / "curated"), str(task.curated or own / "curated"))
    return DataError(said.replace(str(staging), str(task.out)))


def _made(task: OsmBuild, read: Read, staging: Path) -> Iterator[str]:
    progress = task.progress
    _take_over(task, staging)
    tables = read_tables(staging)
    polygons = read_polygons(staging / "basemap" / "countries.npz")
    if task.area is not None:
        read_area(task.area)  # a fault in it is told before the long work
    lines = read(progress)
    kept = sum(lines.counts["ways_kept"].values())
    yield f"{sum(lines.counts['ways_read'].values()):,} ways read, {kept:,} kept"
    (staging / "osm").mkdir()
    counts: dict[str, Any] = {}
    fresh: dict[str, FlatNetwork] = {}
    for mode in MODES:
        progress.step(f"{mode}: junctions, borders, double lines")
        fresh[mode], counts[mode] = flatten_osm(
            lines, mode=mode, polygons=polygons, served=_served(tables, mode)
        )
        network = fresh[mode]
        if task.area is not None:
            network = _in_area(task, mode, network, counts[mode])
        network.write(staging / "osm" / f"{mode}.npz")
        progress.done()
        if task.area is not None:
            yield from _told_of_area(mode, counts[mode])
        yield f"{mode}: {float(network.km.sum()):,.0f} km in {len(network.u):,} arcs"
    _write_points(lines, staging / "osm")
    progress.step("facilities, hauls and crossings")
    compiled = staging / "compiled"
    compiled.mkdir()
    compile_network(staging, out=compiled, tables=tables, known=_compiled(task.base))
    progress.done()
    yield "facilities, hauls and crossings compiled"
    document = build_report(lines, counts, read_compiled(compiled), tables, fresh)
    _write(staging / REPORT_JSON, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    _write(staging / REPORT_HTML, report_page(document, fresh))
    unmatched = len(document["crossings"]["unmatched"])
    if unmatched:
        yield f"{unmatched} border points match no listed crossing and stay closed"
    for said, count in lines.counts["warnings"].items():
        yield f"warning: {count:,} {said}"


def _compiled(base: Path) -> CompiledNetwork | None:
    """The compiled network of the base, None where it has none that can be read."""
    try:
        return read_compiled(base / "compiled")
    except DataError:
        return None


def _in_area(task: OsmBuild, mode: str, fresh: FlatNetwork, counts: dict[str, Any]) -> FlatNetwork:
    assert task.area is not None
    base = read_flat_network(task.base / "osm" / f"{mode}.npz")
    if not len(fresh.u):
        counts["replaced"] = None  # an extract of the other mode says nothing of this one
        return base
    return replace_area(base, fresh, read_area(task.area), counts=counts)


def _told_of_area(mode: str, counts: dict[str, Any]) -> Iterator[str]:
    replaced = counts["replaced"]
    if replaced is None:
        yield f"{mode}: no line in the files, the area keeps what it had"
        return
    yield f"{mode}: {replaced['km_new']:,.0f} km in the area, joined in {replaced['joins']} places"
    if replaced["old_lines_cut_loose"]:
        yield (
            f"warning: {len(replaced['old_lines_cut_loose'])} lines of {mode} now end at the edge "
            "of the area, because no new line goes on there: is the area larger than the files?"
        )


def _served(tables: Tables, mode: str) -> frozenset[str]:
    return frozenset(
        country for zone in tables.zones if zone.mode == mode for country in zone.countries
    )


def _take_over(task: OsmBuild, staging: Path) -> None:
    """Everything a build does not make: the user's own first, then that of the base."""
    made = {*MADE, REPORT_JSON, REPORT_HTML}
    own = list(task.out.iterdir()) if task.out.is_dir() else []
    for path in own:
        if path.name not in made:
            _copy(path, staging / path.name)
    for name in PARTS:
        if not (staging / name).exists():
            _copy(task.base / name, staging / name)
    if task.curated is not None:
        shutil.rmtree(staging / "curated")
        _copy(task.curated, staging / "curated")


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.is_file():
        shutil.copy2(source, target)


def _write_points(lines: OsmLines, folder: Path) -> None:
    """Points and ferries of the map, for whoever adds facilities and services by hand."""
    rows: list[tuple[Any, ...]] = [("kind", "name", "lat", "lon", "osm")]
    rows += [(p.kind, p.name, f"{p.lat:.5f}", f"{p.lon:.5f}", p.osm) for p in lines.points]
    _write(folder / "points.csv", _csv(rows))
    rows = [("osm", "name", "duration_h", "motor_vehicle", "rail")]
    rows += [
        (f"way/{f.way}", f.name, "" if f.duration_h is None else f"{f.duration_h:.2f}",
         f.motor_vehicle, int(f.rail))
        for f in lines.ferries
    ]  # fmt: skip
    _write(folder / "ferries.csv", _csv(rows))


def _csv(rows: list[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
