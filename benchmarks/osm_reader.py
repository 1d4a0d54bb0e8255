"""Reading OpenStreetMap: ours beside pyrosm and OSMnx, interleaved, each run a process of its own.

Every tool is asked for the same lines, ``railway=rail``. Ours is timed from the extract to the
simplified network, and pyrosm for reading alone, because it makes no network. OSMnx reads XML only
and no filter: it gets a file converted to XML that holds those lines alone (conversion not
counted), and ours is timed on that same file once more. Imports are not counted in seconds and
are counted in memory. A tool that fails says why.

A synthetic file ten times as large as the largest extract is written from copies of it, to hold
peak memory of the whole import against a limit.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
EXTRACTS = (
    "cologne-railway.osm.pbf", "vde8.2-rail.osm.pbf", "monaco.osm.pbf", "Helsinki.osm.pbf",
    "moscow.osm.gz", "krems.osm.gz", "china_nw_rail_reconstructed.osm.pbf",
)  # fmt: skip
TOOLS = ("corridors", "pyrosm", "corridors on XML", "osmnx on XML")
TIMES_LARGER = 10
BASE_MB, PER_MB = 250.0, 1.2
"""Peak memory allowed: this much, and this much for each MB of the file."""

MB = 1024 * 1024


# One run, in a process of its own ----------------------------------------------------------------


def run_corridors(path: Path) -> dict[str, Any]:
    """From the file to the simplified network, by this project."""
    import osmium  # noqa: F401  imported before the clock starts, as for the others
    import shapely  # noqa: F401

    from corridors.build.edges import components, edges_of, run_together, thinned
    from corridors.build.osm_reader import read_osm
    from corridors.build.osm_tags import Dropped, Get, Line, classify

    def rail(get: Get) -> Line | Dropped:
        found = classify(get)
        return Line("rail") if get("railway") == "rail" and isinstance(found, Dropped) else found

    begin = time.perf_counter()
    lines = read_osm([path], modes=["rail"], points=False, classify=rail)
    counts: dict[str, Any] = {}
    edges = thinned(run_together(edges_of(lines, mode="rail", counts=counts)))
    seconds = time.perf_counter() - begin
    label = components(len(edges.lon), edges.u, edges.v)
    return {
        "seconds": seconds,
        "ways": len(lines.way),
        # The others count a piece twice that two ways share.
        "km": float(edges.km.sum()) + counts["km_mapped_twice"],
        "components": len(set(label[edges.u].tolist())),
    }


def run_pyrosm(path: Path) -> dict[str, Any]:
    """Reading the lines alone, by pyrosm."""
    import pyrosm
    import shapely

    from corridors.geodesy import great_circle_km_array

    begin = time.perf_counter()
    lines = pyrosm.OSM(str(path)).get_data_by_custom_criteria(
        custom_filter={"railway": ["rail"]}, filter_type="keep",
        keep_nodes=False, keep_relations=False,
    )  # fmt: skip
    seconds = time.perf_counter() - begin
    if lines is None:
        return {"seconds": seconds, "ways": 0, "km": 0.0, "components": None}
    shapes = shapely.get_parts(lines.geometry.to_numpy())
    closed = shapely.get_type_id(shapes) == 3
    shapes[closed] = shapely.get_exterior_ring(shapes[closed])
    xy, of_line = shapely.get_coordinates(shapes, return_index=True)
    step = great_circle_km_array(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1])
    km = float(step[of_line[:-1] == of_line[1:]].sum())
    return {"seconds": seconds, "ways": len(lines), "km": km, "components": None}


def run_osmnx(path: Path) -> dict[str, Any]:
    """From the converted file to the simplified graph, by OSMnx."""
    import networkx as nx
    import osmnx

    begin = time.perf_counter()
    graph = osmnx.graph_from_xml(path, bidirectional=True, simplify=True, retain_all=True)
    seconds = time.perf_counter() - begin
    # Each line stands in it once for each direction.
    metres = sum(data["length"] for *_, data in graph.edges(data=True)) / 2
    ways = {way for *_, data in graph.edges(data=True) for way in _each(data["osmid"])}
    return {
        "seconds": seconds,
        "ways": len(ways),
        "km": metres / 1000,
        "components": sum(1 for part in nx.weakly_connected_components(graph) if len(part) > 1),
    }


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def run_whole(path: Path) -> dict[str, Any]:
    """The whole import: all modes, borders, breaks, double lines, to the stored network."""
    from corridors.build.flatten_osm import flatten_osm
    from corridors.build.memory import give_back_large_arrays
    from corridors.build.osm_reader import read_osm
    from corridors.network.countries import read_polygons

    give_back_large_arrays()
    polygons = read_polygons(REPOSITORY / "geodata" / "basemap" / "countries.npz")
    begin = time.perf_counter()
    lines = read_osm([path])
    ways, km = len(lines.way), 0.0
    for mode in ("rail", "road"):
        served = frozenset(code for code in polygons.codes if code)
        flat, _ = flatten_osm(lines, mode=mode, polygons=polygons, served=served)
        km += float(flat.km.sum())
    return {"seconds": time.perf_counter() - begin, "ways": ways, "km": km, "components": None}


RUNS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "corridors": run_corridors, "pyrosm": run_pyrosm, "corridors on XML": run_corridors,
    "osmnx on XML": run_osmnx, "whole": run_whole,
}  # fmt: skip


def child(tool: str, path: Path) -> None:
    """One run; what it found goes to stdout as JSON."""
    warnings.simplefilter("ignore")
    try:
        found = RUNS[tool](path)
    except Exception as error:
        found = {"error": f"{type(error).__name__}: {error}".splitlines()[0][:160]}
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


def measured(tool: str, path: Path) -> dict[str, Any]:
    """One run in a new process."""
    command = [sys.executable, __file__, "--child", tool, str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        return {"error": f"ended with {answer.returncode}", "peak_mb": 0.0}
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


# Files -------------------------------------------------------------------------------------------


def converted(source: Path, folder: Path) -> dict[str, Path]:
    """The extract as each tool reads it."""
    rails = folder / f"{source.name}.rail.osm"
    _write_rails(source, rails)
    paths = {
        "corridors": source, "pyrosm": source, "corridors on XML": rails, "osmnx on XML": rails,
    }  # fmt: skip
    if not source.name.endswith(".pbf"):
        paths["pyrosm"] = folder / f"{source.name}.osm.pbf"
        _write_all(source, paths["pyrosm"])
    return paths


def _write_rails(source: Path, target: Path) -> None:
    import osmium

    def ways() -> Iterator[Any]:
        rails = osmium.filter.TagFilter(("railway", "rail"))
        yield from osmium.FileProcessor(str(source), osmium.osm.WAY).with_filter(rails)

    used = {node.ref for way in ways() for node in way.nodes}
    with osmium.SimpleWriter(str(target)) as writer:
        for node in osmium.FileProcessor(str(source), osmium.osm.NODE):
            if node.id in used:
                writer.add_node(node)
        for way in ways():
            writer.add_way(way)


def _write_all(source: Path, target: Path) -> None:
    import osmium

    with osmium.SimpleWriter(str(target)) as writer:
        for thing in osmium.FileProcessor(str(source)):
            writer.add(thing)


def write_synthetic(source: Path, target: Path, *, size: int) -> int:
    """Write copies of an extract, moved and with ids of their own, until the file is large enough.

    Returns
    -------
    int
        How many copies.
    """
    import osmium

    copies = size // source.stat().st_size + 1
    while True:
        target.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(target)) as writer:
            for kind in (osmium.osm.NODE, osmium.osm.WAY):
                for copy in range(copies):
                    for thing in osmium.FileProcessor(str(source), kind):
                        writer.add(_copied(osmium, thing, copy))
        if target.stat().st_size >= size:
            return copies
        copies += 1


def _copied(osmium: Any, thing: Any, copy: int) -> Any:
    step = 20_000_000_000 * copy
    if thing.is_way():
        refs = [node.ref + step for node in thing.nodes]
        return thing.replace(id=thing.id + step, nodes=refs)
    lon = thing.location.lon - 0.031 * copy
    return thing.replace(
        id=thing.id + step, location=osmium.osm.Location(lon, thing.location.lat - 0.017 * copy)
    )


# The table ---------------------------------------------------------------------------------------


def compare(extracts: list[Path], runs: int, folder: Path) -> dict[str, dict[str, Any]]:
    """All tools on all extracts, in turn; figures by extract and tool."""
    paths = {extract.name: converted(extract, folder) for extract in extracts}
    found: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for run in range(runs):
        for name in paths:
            # A tool never always follows the same other one.
            for i in range(len(TOOLS)):
                tool = TOOLS[(i + run) % len(TOOLS)]
                found[name][tool].append(measured(tool, paths[name][tool]))
        print(f"run {run + 1} of {runs}", file=sys.stderr)
    return {
        name: {tool: _middle(rows) for tool, rows in tools.items()} for name, tools in found.items()
    }


def _middle(rows: list[dict[str, Any]]) -> dict[str, Any]:
    failed = [row["error"] for row in rows if "error" in row]
    if failed:
        return {"error": failed[0]}
    return {
        **rows[0],
        "seconds": statistics.median(row["seconds"] for row in rows),
        "least": min(row["seconds"] for row in rows),
        "most": max(row["seconds"] for row in rows),
        "peak_mb": max(row["peak_mb"] for row in rows),
    }


def report(found: dict[str, dict[str, Any]], large: dict[str, Any], runs: int) -> str:
    """The document that is written."""
    versions = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("pyrosm", "osmnx", "osmium")
    )
    parts = [
        "# Reading OpenStreetMap: figures",
        "",
        "Written by `benchmarks/osm_reader.py`; do not edit. "
        f"{runs} runs of each tool on each file, in turn, every run a process of its own; "
        f"{versions}; Python {sys.version.split()[0]}. Seconds are medians, with the least and the "
        "most; memory is the highest peak, imports included.",
        "",
        "All tools are asked for the same lines, `railway=rail`. corridors is timed from the "
        "extract to the simplified network, pyrosm for reading alone (`.osm.gz` converted to PBF "
        "for it). OSMnx reads XML only: it gets those lines alone, converted (not counted), and "
        "corridors is timed on the same file once more. Components are of the network as mapped, "
        "before breaks are joined.",
        "",
        "| File | Tool | Ways | Rail km | Components | Seconds | Peak MB |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for name, tools in found.items():
        for tool in TOOLS:
            row = tools[tool]
            if "error" in row:
                parts.append(f"| {name} | {tool} | fails: {row['error']} | | | | |")
                continue
            count = "" if row["components"] is None else f"{row['components']:,}"
            spent = f"{row['seconds']:.3f} ({row['least']:.3f}–{row['most']:.3f})"
            parts.append(
                f"| {name} | {tool} | {row['ways']:,} | {row['km']:,.1f} | {count} | {spent} "
                f"| {row['peak_mb']:,.0f} |"
            )
    parts += ["", "## Against the targets", "", *_targets(found), ""]
    limit = BASE_MB + PER_MB * large["file_mb"]
    parts += [
        "## A file ten times larger",
        "",
        f"{large['copies']} copies of {large['source']}, moved, with ids of their own: "
        f"{large['file_mb']:.1f} MB, {large['ways']:,} ways, in which every node is part of a "
        f"line. The import, from the file to the flat network, took {large['seconds']:.1f} s and "
        f"{large['peak_mb']:,.0f} MB at its peak; allowed are {BASE_MB:.0f} MB and {PER_MB:g} "
        f"times the file, {limit:,.0f} MB: {'met' if large['peak_mb'] <= limit else 'MISSED'}.",
    ]
    return "\n".join(parts) + "\n"


def _targets(found: dict[str, dict[str, Any]]) -> list[str]:
    lines = [
        "Rail km that corridors has of the better peer's; how many times as long OSMnx takes on "
        "its XML as corridors on the extract (target 10) and as corridors on the same XML, and "
        "pyrosm's read as corridors on the extract (target 1). Where a file holds a city and a "
        "dozen tracks, the extract is mostly other things, which the XML has not.",
        "",
        "| File | km | OSMnx, extract | OSMnx, same XML | pyrosm |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, tools in found.items():
        best = max((tools[t]["km"] for t in TOOLS[1::2] if "km" in tools[t]), default=0.0)
        share = f"{tools['corridors']['km'] / best:.3%}" if best else ""
        ratios = (
            _ratio(tools["osmnx on XML"], tools["corridors"]),
            _ratio(tools["osmnx on XML"], tools["corridors on XML"]),
            _ratio(tools["pyrosm"], tools["corridors"]),
        )
        lines.append(f"| {name} | {share} | {' | '.join(ratios)} |")
    return lines


def _ratio(other: dict[str, Any], ours: dict[str, Any]) -> str:
    if "seconds" not in other or "seconds" not in ours:
        return "fails"
    return f"{other['seconds'] / ours['seconds']:.1f}"


def main() -> None:
    """Measure and write the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", nargs=2, metavar=("TOOL", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument(
        "--files", type=Path, default=REPOSITORY.parent / "shared" / "geodata" / "files"
    )
    parser.add_argument("--out", type=Path, default=REPOSITORY / "docs" / "osm-benchmark.md")
    options = parser.parse_args()
    if options.child:
        child(options.child[0], Path(options.child[1]))
        return
    extracts = [options.files / name for name in EXTRACTS]
    missing = [path.name for path in extracts if not path.is_file()]
    if missing:
        sys.exit(f"{options.files} lacks {', '.join(missing)}: give --files")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        largest = max((p for p in extracts if p.suffix == ".pbf"), key=lambda p: p.stat().st_size)
        synthetic = folder / "synthetic.osm.pbf"
        copies = write_synthetic(largest, synthetic, size=TIMES_LARGER * largest.stat().st_size)
        large = measured("whole", synthetic)
        if "error" in large:
            sys.exit(f"the whole import of the synthetic file failed: {large['error']}")
        large |= {
            "copies": copies, "source": largest.name, "file_mb": synthetic.stat().st_size / MB,
        }  # fmt: skip
        found = compare(extracts, options.runs, folder)
    options.out.write_text(report(found, large, options.runs), encoding="utf-8")
    print(options.out)


if __name__ == "__main__":
    main()
