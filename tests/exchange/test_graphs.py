"""The lines as OSMnx has streets: attributes, lengths by hand, and OSMnx itself at work."""

from __future__ import annotations

import csv
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pyogrio
import pytest
import shapely

import corridors as co
from corridors.analysis.engine import Engine
from corridors.errors import NoRouteError, UsageError
from corridors.exchange.formats import export_network
from corridors.exchange.graphs import line_graph
from corridors.exchange.selection import Selection, selection
from corridors.movement.compiled import Lines
from corridors.network.flat import no_tags


def test_lengths_are_those_of_the_lines(rich: Engine) -> None:
    graph = line_graph(rich, "rail", Selection())
    at = graph.graph["facilities"]
    metres = nx.shortest_path_length(graph, at["A-TER"], at["C-TER"], weight="length")
    assert metres == pytest.approx(1000 * (290 + 24 + 240 + 110 + 24 + 300))
    assert graph.number_of_edges() == 2 * len(rich.network.lines("rail").flat.u)


def test_nodes_and_edges_are_as_osmnx_expects(rich: Engine) -> None:
    graph = line_graph(rich, "road", Selection())
    assert graph.graph["crs"] == "EPSG:4326"
    for node, about in graph.nodes(data=True):
        assert type(node) is int
        assert type(about["x"]) is type(about["y"]) is float
        assert about["street_count"] == graph.out_degree(node)  # no road of the toy is one way
    for u, v, about in graph.edges(data=True):
        assert type(about["osmid"]) is int
        ends = [about["geometry"].coords[k] for k in (0, -1)]
        for node, end in zip((u, v), ends, strict=True):
            here = (graph.nodes[node]["x"], graph.nodes[node]["y"])
            assert end == pytest.approx(here, abs=2e-5)


def tagged(lines: Lines) -> Lines:
    """The toy's railway with tags: its first line one way, of two gauges, and electrified."""
    tags = no_tags(("electrified",), len(lines.flat.u))
    tags.oneway[0] = True
    tags.gauge_mm[0] = (1435, 1520)
    tags.max_kmh[0] = 120
    tags.class_km[0, 0] = 7.5
    flat = replace(lines.flat, tags=tags)
    return Lines(flat, lines.zones, lines.arc_zone, lines.node_of)


def test_tags_of_the_map_are_attributes_and_one_way_lines_are_so(
    rich: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = tagged(rich.network.lines("rail"))
    monkeypatch.setitem(rich.network._lines, "rail", lines)
    graph = line_graph(rich, "rail", Selection())
    assert graph.number_of_edges() == 2 * len(lines.flat.u) - 1
    u, v = int(lines.flat.u[0]), int(lines.flat.v[0])
    about = graph.edges[u, v, 0]
    assert not graph.has_edge(v, u)
    assert (about["oneway"], about["gauge_mm"], about["max_kmh"]) == (True, "1435;1520", 120)
    assert about["electrified_km"] == 7.5
    others = [about for *_, about in graph.edges(data=True) if about["osmid"] != 0]
    assert not any("max_kmh" in about for about in others)  # unknown is absent, not 0
    export_network(rich, selection(["rail"]), tmp_path / "net", form="gmns")
    with (tmp_path / "net" / "rail" / "link.csv").open(encoding="utf-8", newline="") as file:
        first, second, *_ = csv.DictReader(file)
    assert (first["directed"], first["corridors_max_kmh"]) == ("true", "120")
    assert (second["directed"], second["corridors_max_kmh"]) == ("false", "")
    export_network(rich, selection(["rail"]), tmp_path / "net.gpkg", form="gpkg")
    drawn = pyogrio.read_dataframe(tmp_path / "net.gpkg", layer="rail_lines")
    assert drawn["oneway"].sum() == 1
    assert drawn["max_kmh"].notna().sum() == 1


def test_a_mode_without_lines(
    rich: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As in a network of one's own that was built from a railway extract."""
    lines = rich.network.lines("road")
    none = np.zeros(len(lines.flat.u), dtype=bool)
    empty = replace(
        lines.flat, u=lines.flat.u[none], v=lines.flat.v[none], km=lines.flat.km[none],
        country=lines.flat.country[none], flags=lines.flat.flags[none],
        start=np.zeros(1, dtype=np.int64), vertex_lon=np.zeros(0), vertex_lat=np.zeros(0),
    )  # fmt: skip
    bare = Lines(empty, lines.zones, lines.arc_zone[none], {})
    monkeypatch.setitem(rich.network._lines, "road", bare)
    with pytest.raises(UsageError, match=r"no road line$"):
        line_graph(rich, "road", Selection())
    export_network(rich, Selection(), tmp_path / "net.gpkg", form="gpkg")
    assert "road_lines" not in {str(name) for name, _ in pyogrio.list_layers(tmp_path / "net.gpkg")}
    export_network(rich, Selection(), tmp_path / "net", form="gmns")
    assert len((tmp_path / "net" / "road" / "link.csv").read_text().splitlines()) == 1


def test_a_region(rich: Engine) -> None:
    graph = line_graph(rich, "rail", selection(box=(7, -1, 9, 1)))
    assert set(graph.graph["facilities"]) == {"C-YRD", "C-TER"}
    with pytest.raises(UsageError, match="no rail line in the box"):
        line_graph(rich, "rail", selection(box=(20, 20, 21, 21)))
    with pytest.raises(UsageError, match="rail, road"):
        line_graph(rich, "sea", Selection())


@pytest.fixture(scope="module")
def osmnx() -> Any:
    """OSMnx, drawing to memory."""
    pytest.importorskip("matplotlib").use("Agg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return pytest.importorskip("osmnx")


@pytest.fixture(scope="module")
def caspian() -> Any:
    return co.to_osmnx("rail", bbox=(46, 39, 60, 48))


def test_osmnx_takes_the_graph_for_its_own(osmnx: Any, caspian: Any) -> None:
    osmnx.convert.validate_graph(caspian, strict=True)
    nodes, edges = osmnx.graph_to_gdfs(caspian)
    assert len(nodes) == len(caspian)
    assert edges.geometry.geom_type.unique().tolist() == ["LineString"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_osmnx_finds_and_draws_a_route(osmnx: Any, caspian: Any) -> None:
    at = caspian.graph["facilities"]
    route = osmnx.shortest_path(caspian, at["KZ-AAU"], at["KZ-BEI"], weight="length")
    km = nx.path_weight(caspian, route, "length") / 1000
    ours = next(
        haul.km
        for haul in co.load().network.hauls
        if {haul.a, haul.b} == {"KZ-AAU", "KZ-BEI"} and haul.zone.startswith("rail")
    )
    assert km == pytest.approx(ours, abs=0.01)
    figure, _ = osmnx.plot_graph_route(caspian, route, show=False, close=True, node_size=0)
    assert figure.axes[0].collections  # lines were drawn


@pytest.fixture(scope="module")
def answer() -> Any:
    return co.compare("Xi'an", "Duisburg", corridors=["titr"], draws=50)


def test_a_route_as_a_graph(answer: Any) -> None:
    option = answer["titr"]
    graph = co.to_osmnx(route=option)
    route = graph.graph["route"]
    assert nx.path_weight(graph, route, "length") == pytest.approx(
        option.summary["distance_km"] * 1000
    )
    assert graph.nodes[route[0]]["facility"] == option.summary["legs"][0]["from_id"]
    drawn = shapely.union_all([about["geometry"] for *_, about in graph.edges(data=True)])
    assert drawn.covers(option.legs.geometry.iloc[0])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_osmnx_draws_a_route_of_ours(osmnx: Any, answer: Any) -> None:
    graph = co.to_osmnx(route=answer["titr"])
    osmnx.convert.validate_graph(graph, strict=True)
    figure, axis = osmnx.plot_graph_route(
        graph, graph.graph["route"], show=False, close=True, node_size=0
    )
    assert figure is axis.figure


def test_an_option_without_a_route() -> None:
    barred = co.compare("Xi'an", "Duisburg", corridors=["titr"], mode=["road"], draws=50)
    with pytest.raises(NoRouteError):
        co.to_osmnx(route=barred["titr"])
