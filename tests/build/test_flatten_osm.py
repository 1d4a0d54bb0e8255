"""From edges to a flat network on the toy's map: borders, breaks, double lines, islands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from corridors.build.flatten_osm import LIMITS, flatten_osm
from corridors.build.osm_reader import read_osm
from corridors.geodesy import great_circle_km
from corridors.network.flat import STITCHED, FlatNetwork, read_flat_network

pytest.importorskip("osmium")

RAIL = {"railway": "rail"}
MAIN = {**RAIL, "usage": "main"}
DEGREE = great_circle_km(0, 0, 1, 0)

Flatten = Callable[..., tuple[FlatNetwork, dict[str, Any]]]


@pytest.fixture
def flatten(write_osm: Callable[..., Path], toy: ModuleType) -> Flatten:
    def make(nodes: Any, ways: Any, mode: str = "rail") -> tuple[FlatNetwork, dict[str, Any]]:
        lines = read_osm([write_osm(nodes, ways)])
        served = frozenset(toy.COUNTRIES) - {"DD"}
        return flatten_osm(lines, mode=mode, polygons=toy.polygons(), served=served)

    return make


def test_a_line_is_cut_at_the_border(flatten: Flatten) -> None:
    flat, counts = flatten({1: (2.0, 0.0), 2: (3.5, 0.0)}, [(1, [1, 2], MAIN)])
    assert counts["border_points"] == 1
    assert [flat.countries[c] for c in flat.country] == ["AA", "BB"]
    assert flat.km == pytest.approx([DEGREE, DEGREE / 2], rel=1e-3)
    assert sorted(flat.lon) == pytest.approx([2.0, 3.0, 3.5], abs=1e-3)


def test_lines_in_no_country_of_the_list_are_dropped_and_counted(flatten: Flatten) -> None:
    flat, counts = flatten({1: (3.5, 0.0), 2: (4.1, 0.0)}, [(1, [1, 2], MAIN)])
    assert flat.km.sum() == pytest.approx(0.4 * DEGREE, rel=1e-3)
    assert counts["km_dropped_unserved"] == {"DD": pytest.approx(0.2 * DEGREE, rel=1e-2)}


def test_a_straight_line_across_a_corner_is_cut_as_well(flatten: Flatten) -> None:
    """Both its ends lie in BB, and DD in between."""
    flat, counts = flatten({1: (3.5, 0.0), 2: (4.7, 0.0)}, [(1, [1, 2], MAIN)])
    assert {flat.countries[c] for c in flat.country} == {"BB"}
    assert counts["km_dropped_unserved"] == {"DD": pytest.approx(0.4 * DEGREE, rel=1e-2)}
    assert len(flat.vertex_lon) == 4


def test_a_short_piece_behind_the_border_is_noise(flatten: Flatten) -> None:
    nodes = {1: (2.0, 0.0), 2: (2.99, 0.0), 3: (3.02, 0.005), 4: (2.99, 0.01), 5: (2.0, 0.01)}
    flat, counts = flatten(nodes, [(1, [1, 2, 3, 4, 5], MAIN)])
    assert {flat.countries[c] for c in flat.country} == {"AA"}
    assert counts["border_slivers_absorbed"] == 1
    assert len(flat.u) == 1


def test_a_break_is_joined_up_to_the_limit_and_flagged(flatten: Flatten) -> None:
    limit = LIMITS["rail"].stitch_km / DEGREE
    for gap, joined in ((0.9 * limit, True), (1.1 * limit, False)):
        nodes = {1: (1.0, 0.0), 2: (1.5, 0.0), 3: (1.5 + gap, 0.0), 4: (2.0, 0.0)}
        flat, counts = flatten(nodes, [(1, [1, 2], MAIN), (2, [3, 4], MAIN)])
        assert counts["stitched_breaks"] == int(joined)
        assert bool((flat.flags & STITCHED).any()) == joined
        assert counts["components"]["count"] == (1 if joined else 2)
        if joined:
            assert counts["stitched_at"][0][2] == pytest.approx(gap * DEGREE, abs=2e-3)


def test_a_break_between_gauges_is_not_joined(flatten: Flatten) -> None:
    nodes = {1: (1.0, 0.0), 2: (1.5, 0.0), 3: (1.501, 0.0), 4: (2.0, 0.0)}
    wide, narrow = {**MAIN, "gauge": "1520"}, {**MAIN, "gauge": "1435"}
    _, counts = flatten(nodes, [(1, [1, 2], wide), (2, [3, 4], narrow)])
    assert counts["stitched_breaks"] == 0


def test_the_end_of_a_siding_is_not_joined_to_the_track_beside_it(flatten: Flatten) -> None:
    nodes = {1: (1.0, 0.0), 2: (1.3, 0.0), 3: (1.6, 0.0), 4: (1.301, 0.0005), 5: (1.34, 0.0005)}
    siding = {**RAIL, "service": "siding"}
    _, counts = flatten(nodes, [(1, [1, 2, 3], MAIN), (2, [2, 4, 5], siding)])
    assert counts["stitched_breaks"] == 0


TRACKS = {
    1: (1.0, 0.0), 2: (1.5, 0.0), 11: (1.0, 0.0001), 12: (1.5, 0.0001), 0: (0.5, 0.0),
    3: (2.0, 0.0),
}  # fmt: skip
ON = [(8, [0, 1], MAIN), (9, [2, 3], MAIN)]


def test_two_tracks_become_one_double_track(flatten: Flatten) -> None:
    across = {**RAIL, "service": "crossover"}
    ways = [(1, [1, 2], MAIN), (2, [11, 12], MAIN), (3, [1, 11], across), (4, [2, 12], across)]
    flat, counts = flatten(TRACKS, [*ways, *ON])
    assert len(flat.u) == 1
    assert counts["km_by_class"]["double_track"] == pytest.approx(DEGREE / 2, rel=1e-2)
    assert counts["km_side_by_side"] == pytest.approx(DEGREE / 2, rel=1e-2)


def test_a_siding_makes_no_double_track_and_another_gauge_stays(flatten: Flatten) -> None:
    across = {**RAIL, "service": "crossover"}
    ends = [(3, [1, 11], across), (4, [2, 12], across)]
    siding = {**RAIL, "service": "siding"}
    flat, counts = flatten(TRACKS, [(1, [1, 2], MAIN), (2, [11, 12], siding), *ends, *ON])
    assert len(flat.u) == 1
    assert "double_track" not in counts["km_by_class"]
    one, other = {**MAIN, "gauge": "1435"}, {**MAIN, "gauge": "1520"}
    flat, _ = flatten(TRACKS, [(1, [1, 2], one), (2, [11, 12], other), *ends, *ON])
    assert flat.tags is not None
    assert sorted(flat.tags.gauge_mm[:, 0].tolist()) == [0, 0, 1435, 1520]


def test_carriageways_become_a_road_for_both_and_a_single_one_stays_one_way(
    flatten: Flatten,
) -> None:
    nodes = {1: (1.0, 0.0), 2: (1.9, 0.0), 11: (1.0, 0.001), 12: (1.9, 0.001), 3: (2.8, 0.0)}
    there, road = {"highway": "motorway"}, {"highway": "trunk"}
    ways = [
        (1, [1, 2], there), (2, [12, 11], there), (3, [1, 11], road), (4, [2, 12], road),
        (5, [2, 3], {**road, "oneway": "yes"}),
    ]  # fmt: skip
    flat, counts = flatten(nodes, ways, "road")
    assert flat.tags is not None
    assert sorted(flat.tags.oneway.tolist()) == [False, True]
    only = int(np.flatnonzero(flat.tags.oneway)[0])
    assert flat.lon[flat.u[only]] < flat.lon[flat.v[only]]
    assert counts["oneway_km"] == pytest.approx(0.9 * DEGREE, rel=1e-2)


def test_islands_are_dropped_but_a_small_map_keeps_its_own(flatten: Flatten) -> None:
    nodes = {1: (0.5, 0.0), 2: (2.9, 0.0), 3: (1.0, 1.0), 4: (1.1, 1.0)}
    ways = [(1, [1, 2], MAIN), (2, [3, 4], MAIN)]
    flat, counts = flatten(nodes, ways)
    assert len(flat.u) == 1
    assert counts["components"]["dropped_km"] == pytest.approx(0.1 * DEGREE, abs=0.1)
    flat, _ = flatten(nodes, ways[1:])
    assert flat.km.sum() == pytest.approx(0.1 * DEGREE, rel=1e-2)


def test_what_tags_tell_is_written_and_read(flatten: Flatten, tmp_path: Path) -> None:
    tags = {**MAIN, "gauge": "1435;1520", "maxspeed": "80", "electrified": "no"}
    flat, _ = flatten({1: (1.0, 0.0), 2: (1.5, 0.0)}, [(1, [1, 2], tags)])
    flat.write(tmp_path / "rail.npz")
    read = read_flat_network(tmp_path / "rail.npz").tags
    assert read is not None
    assert flat.tags is not None
    assert read.classes == flat.tags.classes
    assert read.gauge_mm.tolist() == [[1435, 1520]]
    assert read.max_kmh.tolist() == [80]
    assert not read.oneway.any()
    np.testing.assert_allclose(read.class_km, flat.tags.class_km, atol=1e-3)


def test_odd_ways_do_no_harm(flatten: Flatten, tmp_path: Path) -> None:
    """Nodes at one place, a ring of a metre, a way back on itself, a figure of eight."""
    nodes = {
        1: (1.0, 0.0), 2: (1.5, 0.0), 3: (1.5, 0.0), 4: (1.50001, 0.0), 5: (1.50001, 0.00001),
        6: (1.7, 0.1), 7: (1.7, -0.1), 8: (1.9, 0.1), 9: (1.9, -0.1),
    }  # fmt: skip
    ways = [
        (1, [1, 2, 3, 3], MAIN), (2, [2, 4, 5, 2], RAIL), (3, [3, 6, 3], RAIL),
        (4, [6, 9, 8, 7, 6], MAIN),
    ]  # fmt: skip
    flat, _ = flatten(nodes, ways)
    flat.write(tmp_path / "rail.npz")
    assert len(read_flat_network(tmp_path / "rail.npz").u) == len(flat.u) > 0
    assert np.isfinite(flat.km).all()
    chord = [great_circle_km(flat.lon[u], flat.lat[u], flat.lon[v], flat.lat[v])
             for u, v in zip(flat.u, flat.v, strict=True)]  # fmt: skip
    assert (flat.km >= np.array(chord) - 1e-9).all()


def test_nothing_mapped_gives_an_empty_network(flatten: Flatten, tmp_path: Path) -> None:
    flat, counts = flatten({1: (1.0, 0.0), 2: (1.5, 0.0)}, [(1, [1, 2], MAIN)], "road")
    assert len(flat.u) == 0
    assert counts["km"] == 0
    flat.write(tmp_path / "road.npz")
    assert len(read_flat_network(tmp_path / "road.npz").u) == 0


def test_the_same_lines_give_the_same_bytes_whatever_the_order(
    flatten: Flatten, tmp_path: Path
) -> None:
    nodes = {n: (1 + n / 10, (n % 3) / 10) for n in range(1, 9)}
    ways = [(1, [1, 2, 3], MAIN), (2, [3, 4, 5], MAIN), (3, [3, 6], RAIL), (4, [6, 7, 8], RAIL)]
    for name, some in (("one", ways), ("two", ways[::-1])):
        flatten(nodes, some)[0].write(tmp_path / f"{name}.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
