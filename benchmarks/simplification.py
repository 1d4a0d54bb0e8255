"""Simplification: the default network beside `osmnx.simplify_graph`, on the same edges.

The rail and road lines of the data folder are taken apart into one edge from each vertex of a line
to the next. Both sides then run edges together at vertices where nothing else begins and the
country does not change, and both hand over the new edges with their lengths and lines. OSMnx is
given a finished directed graph, which is how it holds a network; making it is not timed.

What follows the simplification in the build has no counterpart in OSMnx and is stated beside it.
"""

from __future__ import annotations

import importlib.util
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridors.build.chains import chains, joints
from corridors.data_location import data_dir
from corridors.network.flat import FlatNetwork, read_flat_network
from ratio import Ratio, faster, interleaved

GROUP = "Simplification"
KM_APART = 1e-6
"""Lengths of the same edge on both sides may differ by this much."""


@dataclass(frozen=True)
class Segments:
    """Single edges of one mode, each a straight line, and the nodes between them."""

    mode: str
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    km: NDArray[np.float64]
    country: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]


def segments_of(network: FlatNetwork) -> Segments:
    """Take the arcs of a network apart; its length is spread over an arc by the chord."""
    size = np.diff(network.start)
    arc = np.repeat(np.arange(len(size)), size)
    count = len(network.lon)
    node = count + np.arange(len(arc))
    node[network.start[:-1]], node[network.start[1:] - 1] = network.u, network.v
    lon = np.concatenate([network.lon, network.vertex_lon])
    lat = np.concatenate([network.lat, network.vertex_lat])
    goes_on = np.flatnonzero(arc[:-1] == arc[1:])
    u, v, arc = node[goes_on], node[goes_on + 1], arc[goes_on]
    chord = np.hypot(lon[u] - lon[v], lat[u] - lat[v]) + 1e-9
    whole = np.bincount(arc, weights=chord)
    km = network.km[arc] * chord / whole[arc]
    return Segments(network.mode, u, v, km, network.country[arc].astype(np.int64), lon, lat)


def ours(raw: Segments) -> tuple[NDArray[np.int64], ...]:
    """Ends, lengths and lines of the simplified edges."""
    joint = joints(raw.u, raw.v, count=len(raw.lon), kind=raw.country)
    found = chains(raw.u, raw.v, joint)
    one, other = found.ends(raw.u, raw.v)
    vertex, start = found.lines(2 * np.arange(len(raw.u) + 1))
    vertex = np.column_stack([raw.u, raw.v]).ravel()[vertex]
    lines = np.column_stack([raw.lon[vertex], raw.lat[vertex]])
    return one, other, found.sums(raw.km), start, lines


def as_graph(raw: Segments) -> Any:
    """The same edges as OSMnx holds them: both ways, with coordinates at the nodes."""
    import networkx as nx

    graph = nx.MultiDiGraph(crs="epsg:4326")
    for node in np.unique(np.concatenate([raw.u, raw.v])).tolist():
        graph.add_node(node, x=float(raw.lon[node]), y=float(raw.lat[node]))
    for a, b, km, country in zip(
        raw.u.tolist(), raw.v.tolist(), raw.km.tolist(), raw.country.tolist(), strict=True
    ):
        graph.add_edge(a, b, length=km, country=country)
        graph.add_edge(b, a, length=km, country=country)
    return graph


def theirs(graph: Any) -> Any:
    """The simplified graph of OSMnx; rings without a junction are left, as by ours."""
    import osmnx

    return osmnx.simplify_graph(graph, edge_attrs_differ=["country"], remove_rings=False)


def checked(raw: Segments, graph: Any) -> str:
    """Raise unless both sides keep the same junctions and edges of the same lengths.

    Raises
    ------
    ValueError
        The answers differ.
    """
    one, other, km, _, _ = ours(raw)
    simple = theirs(graph)
    if set(one.tolist()) | set(other.tolist()) != set(simple.nodes):
        raise ValueError(f"{raw.mode}: other junctions are kept")
    mine: dict[tuple[int, int], list[float]] = {}
    for a, b, length in zip(one.tolist(), other.tolist(), km.tolist(), strict=True):
        mine.setdefault((min(a, b), max(a, b)), []).append(length)
    yours: dict[tuple[int, int], list[float]] = {}
    for a, b, length in simple.edges(data="length"):
        yours.setdefault((min(a, b), max(a, b)), []).append(length)
    if mine.keys() != yours.keys():
        raise ValueError(f"{raw.mode}: other junctions are joined")
    for key, lengths in mine.items():
        # Each is there once a direction.
        twice = sorted(lengths * 2)
        if len(twice) != len(yours[key]) or not np.allclose(
            twice, sorted(yours[key]), rtol=0.0, atol=KM_APART
        ):
            raise ValueError(f"{raw.mode}: edges between {key} have other lengths")
    kept = len(simple.nodes)
    return f"{raw.mode} {len(raw.u):,} edges to {len(km):,} between {kept:,} junctions"


def measure(runs: int) -> list[Ratio]:
    """Rail and road, one after the other, on either side."""
    if importlib.util.find_spec("osmnx") is None:
        print("simplification: skipped, osmnx is not installed (extra [osm])")
        return []
    folder = data_dir()
    raws = [segments_of(read_flat_network(folder / "osm" / f"{m}.npz")) for m in ("rail", "road")]
    graphs = [as_graph(raw) for raw in raws]
    sizes = "; ".join(map(checked, raws, graphs))
    spent = interleaved(
        {
            "corridors": lambda: [ours(raw) for raw in raws],
            "osmnx.simplify_graph": lambda: [theirs(graph) for graph in graphs],
        },
        runs,
    )
    note = (
        f"{sizes}; same junctions, lengths equal to {KM_APART:g} km. Apart from that the build "
        f"takes: {_apart(folder)}"
    )
    return [
        faster(
            GROUP, "default network, rail and road", spent, "corridors", "osmnx.simplify_graph",
            20.0, note,
        )
    ]  # fmt: skip


def _apart(folder: Path) -> str:
    """Once each: what the build does with the simplified network."""
    from corridors.movement.compile import compile_network

    with tempfile.TemporaryDirectory() as out:
        seconds = _seconds(partial(compile_network, folder, out=Path(out)))
    return f"hauls between all facilities of all zones {seconds:.1f} s"


def _seconds(run: Callable[[], object]) -> float:
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


if __name__ == "__main__":
    for ratio in measure(3):
        print(f"{ratio.name}: {ratio.ratio:.0f} times as fast ({ratio.note})")
