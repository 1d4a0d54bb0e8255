"""What tags do in movement: gauge before the curated rule, one-way lines, classes in hauls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from corridors.movement.compile import compile_network
from corridors.movement.compiled import CompiledNetwork
from corridors.movement.compiled_folder import read_compiled
from corridors.movement.gauges import zones_by_gauge
from corridors.movement.overlay import lay_over
from corridors.movement.zone_graph import ZoneGraph, round_trip
from corridors.network.flat import ArcTags, FlatNetwork, no_tags
from corridors.network.tables import read_tables

NODES = {"a": (0.5, 0.0), "b": (1.0, 0.0), "c": (1.5, 0.0), "d": (1.0, 0.4)}


@pytest.fixture
def line(toy: ModuleType) -> Callable[..., FlatNetwork]:
    """Arcs of country AA with the given gauges."""

    def make(*gauges: tuple[int, int]) -> FlatNetwork:
        arcs = [("a", "b", 60.0, "AA"), ("b", "c", 60.0, "AA")][: len(gauges)]
        flat: FlatNetwork = toy.flat_network("rail", NODES, arcs)
        tags = replace(no_tags((), len(arcs)), gauge_mm=np.array(gauges, dtype=np.uint16))
        return replace(flat, tags=tags)

    return make


def zones_of(flat: FlatNetwork, toy_folder: Path, **more: str) -> tuple[list[str], dict]:  # type: ignore[type-arg]
    rows = list(read_tables(toy_folder).zones)
    if more:
        rows.append(rows[0]._replace(zone="rail:AA-1520", gauge_mm=1520, default=False))
    names = tuple(zone.zone for zone in rows if zone.mode == "rail")
    default = np.zeros(len(flat.u), dtype=np.int16)  # rail:AA, 1435 mm
    _, zones, without = zones_by_gauge(flat, default, rows, names)
    return [names[z] if z >= 0 else "" for z in zones], without


def test_the_tag_comes_before_the_rule(line: Callable[..., FlatNetwork], toy_folder: Path) -> None:
    flat = line((1520, 0), (0, 0))
    assert zones_of(flat, toy_folder, wide="1520")[0] == ["rail:AA-1520", "rail:AA"]


def test_a_gauge_that_no_zone_has_is_used_by_no_train(
    line: Callable[..., FlatNetwork], toy_folder: Path
) -> None:
    zones, without = zones_of(line((760, 0), (1435, 0)), toy_folder)
    assert zones == ["", "rail:AA"]
    assert without == {("AA", 760): 60.0}


def test_mixed_gauge_counts_as_both(line: Callable[..., FlatNetwork], toy_folder: Path) -> None:
    zones, without = zones_of(line((1435, 1520), (1432, 0)), toy_folder, wide="1520")
    assert zones == ["rail:AA", "rail:AA", "rail:AA-1520"]
    assert without == {}


def test_a_doubled_arc_is_the_same_line(line: Callable[..., FlatNetwork], toy_folder: Path) -> None:
    rows = list(read_tables(toy_folder).zones)
    rows.append(rows[0]._replace(zone="rail:AA-1520", gauge_mm=1520, default=False))
    names = tuple(zone.zone for zone in rows if zone.mode == "rail")
    flat = line((0, 0), (1435, 1520))
    both, _, _ = zones_by_gauge(flat, np.zeros(2, dtype=np.int16), rows, names)
    assert both.u.tolist() == [0, 1, 1]
    assert both.km.tolist() == [60.0, 60.0, 60.0]
    assert both.vertex_lon[both.start[2] :].tolist() == [1.0, 1.5]
    assert both.start.tolist() == [0, 2, 4, 6]


# One way --------------------------------------------------------------------------------------


@pytest.fixture
def ring(toy: ModuleType) -> FlatNetwork:
    """A straight one-way road of 60 km from a to b; back it is 90 km by d."""
    arcs = [("a", "b", 60.0, "AA"), ("b", "d", 50.0, "AA"), ("d", "a", 70.0, "AA")]
    flat: FlatNetwork = toy.flat_network("road", NODES, arcs)
    tags = replace(no_tags((), 3), oneway=np.array([True, False, False]))
    return replace(flat, tags=tags)


def test_one_way_lines_are_run_one_way(ring: FlatNetwork) -> None:
    graph = ZoneGraph(ring, np.arange(3))
    assert graph.reach({0: 0.0}, direction=1).km[1] == 60
    assert graph.reach({0: 0.0}, direction=-1).km[1] == 120
    assert graph.reach({1: 0.0}, direction=1).km[0] == 120
    assert graph.reach({1: 0.0}, direction=-1).km[0] == 60
    assert graph.reach({1: 0.0}).km[0] == 60


def test_a_haul_is_as_long_as_the_longer_way(ring: FlatNetwork) -> None:
    graph = ZoneGraph(ring, np.arange(3))
    for start, end in ((0, 1), (1, 0)):
        assert round_trip(graph, start, [end])[end].km[end] == 120


def test_a_place_that_cannot_be_left_is_no_target(ring: FlatNetwork) -> None:
    graph = ZoneGraph(ring, np.array([0]))
    assert round_trip(graph, 0, [1]) == {}


# Classes --------------------------------------------------------------------------------------


def tagged(toy: ModuleType, folder: Path) -> None:
    """Give every line of the toy's railway tags: electrified but for the first."""
    from corridors.network.flat import read_flat_network

    path = folder / "osm" / "rail.npz"
    flat = read_flat_network(path)
    count = len(flat.u)
    electrified = np.where(np.arange(count) == 0, 0.0, flat.km)
    tags = ArcTags(
        ("electrified",),
        np.zeros((count, 2), dtype=np.uint16),
        np.zeros(count, dtype=bool),
        np.zeros(count, dtype=np.uint16),
        electrified[:, None],
    )
    replace(flat, tags=tags).write(path)


def test_hauls_know_their_classes(toy: ModuleType, tmp_path: Path) -> None:
    folder = Path(toy.write_toy(tmp_path / "data"))
    before = compiled(folder, tmp_path / "before")
    assert all(not haul.classes for haul in before.hauls)
    tagged(toy, folder)
    after = compiled(folder, tmp_path / "after")
    rail = {(h.a, h.b): h for h in after.hauls if h.zone.startswith("rail")}
    # A-TER stands at the far end of the first arc of 350 km, which has no wire.
    assert not rail[("A-TER", "A-YRD")].classes
    wired = rail[("B-TER", "B-WYRD")] if ("B-TER", "B-WYRD") in rail else rail[("B-WYRD", "B-TER")]
    assert wired.classes == {"electrified": pytest.approx(wired.km, abs=0.1)}
    assert [h.km for h in before.hauls] == [h.km for h in after.hauls]
    again = read_compiled(after.folder)
    assert [dict(h.classes) for h in again.hauls] == [dict(h.classes) for h in after.hauls]


def compiled(folder: Path, out: Path) -> CompiledNetwork:
    out.mkdir()
    return compile_network(folder, out=out)


# Facilities -----------------------------------------------------------------------------------


def test_a_nearer_line_of_another_country_or_gauge_is_not_taken(
    toy: ModuleType, toy_folder: Path
) -> None:
    nodes = {
        "a1": (2.0, 0.1), "a2": (2.9, 0.1), "b1": (3.0, 0.0), "b2": (3.5, 0.0),
        "n1": (2.0, 0.02), "n2": (2.9, 0.02),
    }  # fmt: skip
    arcs = [("a1", "a2", 110.0, "AA"), ("b1", "b2", 60.0, "BB"), ("n1", "n2", 110.0, "AA")]
    flat: FlatNetwork = toy.flat_network("rail", nodes, arcs)
    narrow = np.array([[1435, 0], [1520, 0], [760, 0]], dtype=np.uint16)
    flat = replace(flat, tags=replace(no_tags((), 3), gauge_mm=narrow))
    tables = read_tables(toy_folder)
    yard = next(f for f in tables.facilities if f.id == "A-YRD")
    far = yard._replace(id="A-FAR", lat=-1.0, lon=1.0)
    tables = tables._replace(facilities=(yard._replace(lat=0.0, lon=2.9), far))
    zoned = lay_over(flat, tables, polygons=toy.polygons())
    # 0.1 degree to its own line; 0.02 to the narrow gauge, and BB's line is nearer as well.
    assert zoned.snap_km == {("A-YRD", "rail:AA"): pytest.approx(11.06, abs=0.1)}
    assert zoned.unplaced == {("A-FAR", "rail:AA"): 25.0}
    assert zoned.gauge_without_zone == {("AA", 760): 110.0}
