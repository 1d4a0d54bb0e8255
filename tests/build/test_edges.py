"""Ways cut into edges and run together again: junctions, levels, odd ways, and what stays."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.build.edges import Edges, edges_of, run_together, thinned
from corridors.build.osm_reader import read_osm
from corridors.build.osm_tags import CLASSES, Line
from corridors.geodesy import great_circle_km

pytest.importorskip("osmium")

RAIL = {"railway": "rail"}
KM = great_circle_km(0, 0, 0.01, 0)  # between neighbours of the grid below


def grid(*names: int) -> dict[int, tuple[float, float]]:
    """Nodes on the equator and above: node 12 stands at column 2 of row 1."""
    return {n: ((n % 10) / 100, (n // 10) / 100) for n in names}


@pytest.fixture
def edges(write_osm: Callable[..., Path]) -> Callable[..., tuple[Edges, dict[str, Any]]]:
    def make(nodes: Any, ways: Any, mode: str = "rail") -> tuple[Edges, dict[str, Any]]:
        counts: dict[str, Any] = {}
        lines = read_osm([write_osm(nodes, ways)], modes=[mode], points=False)
        return edges_of(lines, mode=mode, counts=counts), counts

    return make


def ends(edges: Edges) -> list[tuple[int, int]]:
    """Ends of edges as grid numbers, in order."""
    name = [round(x * 100) + 10 * round(y * 100) for x, y in zip(edges.lon, edges.lat, strict=True)]
    return sorted(
        (name[a], name[b]) for a, b in zip(edges.u.tolist(), edges.v.tolist(), strict=True)
    )


def test_ways_are_cut_where_they_share_a_node(edges: Any) -> None:
    made, _ = edges(grid(1, 2, 3, 12, 22), [(1, [1, 2, 3], RAIL), (2, [2, 12, 22], RAIL)])
    assert ends(made) == [(1, 2), (2, 3), (2, 22)]
    assert made.km.sum() == pytest.approx(4 * KM, rel=1e-6)


def test_a_bridge_without_a_shared_node_is_no_junction(edges: Any) -> None:
    nodes = {**grid(1, 3), 5: (0.02, -0.01), 6: (0.02, 0.01)}
    made, _ = edges(nodes, [(1, [1, 3], RAIL), (2, [5, 6], {**RAIL, "bridge": "yes"})])
    assert len(run_together(made)) == 2
    assert made.degree().max() == 1


def test_a_way_is_cut_at_a_missing_node_and_not_drawn_across(edges: Any) -> None:
    made, counts = edges(grid(1, 2, 4, 5), [(1, [1, 2, 3, 4, 5], RAIL)])
    assert ends(made) == [(1, 2), (4, 5)]
    assert counts["segments_lost_to_missing_nodes"] == 2


def test_zero_length_and_doubled_pieces_are_counted(edges: Any) -> None:
    ways = [(1, [1, 1, 2, 3], RAIL), (2, [3, 2], RAIL)]
    made, counts = edges(grid(1, 2, 3), ways)
    assert counts["segments_without_length"] == 1
    assert counts["segments_mapped_twice"] == 1
    assert made.km.sum() == pytest.approx(2 * KM, rel=1e-6)
    same_place, counts = edges({1: (0, 0), 2: (0, 0)}, [(1, [1, 2], RAIL)])
    assert same_place.km.tolist() == [0.0]
    assert len(thinned(run_together(same_place))) == 1


def test_a_way_that_crosses_itself_meets_itself_only_in_a_shared_node(edges: Any) -> None:
    made, _ = edges(grid(1, 2, 12, 11, 3), [(1, [1, 2, 12, 11, 2, 3], RAIL)])
    assert ends(run_together(made)) == [(1, 2), (2, 2), (2, 3)]


def test_a_ring_alone_is_one_edge(edges: Any) -> None:
    ring, _ = edges(grid(1, 2, 12, 11), [(1, [1, 2, 12], RAIL), (2, [12, 11, 1], RAIL)])
    made = run_together(ring)
    assert len(made) == 1
    assert made.u[0] == made.v[0]
    assert made.km[0] == pytest.approx(4 * KM, rel=1e-3)


def test_gauge_and_direction_never_change_inside_an_edge(edges: Any) -> None:
    ways = [(1, [1, 2], {**RAIL, "gauge": "1435"}), (2, [2, 3], {**RAIL, "gauge": "1520"})]
    made, _ = edges(grid(1, 2, 3), ways)
    assert len(run_together(made)) == 2
    one = {"highway": "trunk", "oneway": "yes"}
    for tags, way, count in (
        ({"highway": "trunk"}, [2, 3], 2),
        (one, [2, 3], 1),
        (one, [3, 2], 2),
        ({**one, "oneway": "-1"}, [3, 2], 1),
    ):
        made, _ = edges(grid(1, 2, 3), [(1, [1, 2], one), (2, way, tags)], "road")
        joined = run_together(made)
        assert len(joined) == count
        if count == 1:
            assert ends(joined) == [(1, 3)]
            assert joined.oneway.tolist() == [True]


def test_classes_and_limits_are_summed(edges: Any) -> None:
    ways = [
        (1, [1, 2], {**RAIL, "electrified": "contact_line", "maxspeed": "100"}),
        (2, [2, 3], {**RAIL, "electrified": "no"}),
    ]
    made, _ = edges(grid(1, 2, 3), ways)
    joined = run_together(made)
    columns = [joined.classes.index(name) for name in ("electrified", "not_electrified")]
    assert joined.class_km[0, columns] == pytest.approx([KM, KM], rel=1e-6)
    assert joined.limit[0] == pytest.approx([KM, KM / 100], rel=1e-6)


def test_no_line_of_the_mode_gives_no_edge(edges: Any) -> None:
    made, _ = edges(grid(1, 2), [(1, [1, 2], RAIL)], "road")
    assert len(thinned(run_together(made))) == 0


KINDS = (
    Line("rail"),
    Line("rail", (1435,), frozenset({"main"})),
    Line("rail", (1435, 1520), frozenset({"electrified"}), 0, 80),
)


@st.composite
def ways(draw: st.DrawFn) -> list[tuple[list[int], int]]:
    node = st.integers(0, 24)
    some = st.lists(node, min_size=2, max_size=7)
    return draw(st.lists(st.tuples(some, st.integers(0, len(KINDS) - 1)), min_size=1, max_size=8))


@given(ways())
def test_running_together_changes_neither_length_nor_what_is_joined(
    ways: Sequence[tuple[list[int], int]],
) -> None:
    from corridors.build.osm_lines import OsmLines

    sizes = [len(refs) for refs, _ in ways]
    lines = OsmLines(
        kinds=KINDS,
        way=np.arange(len(ways)),
        kind=np.array([kind for _, kind in ways], dtype=np.int32),
        start=np.concatenate([[0], np.cumsum(sizes)]),
        node=np.array([n for refs, _ in ways for n in refs], dtype=np.int64),
        x=np.array([n % 5 * 100_000 for n in range(25)], dtype=np.int32),
        y=np.array([n // 5 * 100_000 for n in range(25)], dtype=np.int32),
    )
    made = edges_of(lines, mode="rail", counts={})
    joined = run_together(made)
    pairs = {
        frozenset(pair) for refs, _ in ways for pair in itertools.pairwise(refs)
        if pair[0] != pair[1]
    }  # fmt: skip
    mapped = sum(
        great_circle_km(a % 5 / 100, a // 5 / 100, b % 5 / 100, b // 5 / 100)
        for a, b in (sorted(pair) for pair in pairs)
    )
    for edges in (made, joined):
        assert edges.km.sum() == pytest.approx(mapped)
        assert edges.class_km.shape == (len(edges), len(CLASSES["rail"]))
        first, last = edges.start[:-1], edges.start[1:] - 1
        assert (edges.vlon[first] == edges.lon[edges.u]).all()
        assert (edges.vlat[last] == edges.lat[edges.v]).all()
    assert made.class_km.sum(axis=0) == pytest.approx(joined.class_km.sum(axis=0))
    # Every place where three or more pieces meet is still a junction.
    touched = np.bincount([n for pair in pairs for n in pair], minlength=25)
    left = {(round(x * 100), round(y * 100)) for x, y in
            zip(joined.lon[joined.u], joined.lat[joined.u], strict=True)}  # fmt: skip
    left |= {(round(x * 100), round(y * 100)) for x, y in
             zip(joined.lon[joined.v], joined.lat[joined.v], strict=True)}  # fmt: skip
    assert {(n % 5, n // 5) for n in np.flatnonzero(touched > 2)} <= left
    again = run_together(joined)
    assert len(again) == len(joined)
