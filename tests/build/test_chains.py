"""Running edges together: hand cases, and the rule node by node as the reference."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corridors.build.chains import Arcs, chains, joints, simplified

Edge = tuple[int, int]


def as_arcs(edges: dict[Edge, tuple[float, int, int]]) -> Arcs:
    keys = list(edges)
    u, v = (np.array([key[i] for key in keys], dtype=np.int64) for i in (0, 1))
    return Arcs(
        u=u,
        v=v,
        km=np.array([edges[key][0] for key in keys]),
        country=np.array([edges[key][1] for key in keys], dtype=np.int16),
        flags=np.array([edges[key][2] for key in keys], dtype=np.uint8),
        start=2 * np.arange(len(keys) + 1),
        vertex=np.column_stack([u, v]).ravel(),
    )


def one_by_one(
    edges: dict[Edge, tuple[float, int, int]], fixed: set[int]
) -> dict[Edge, tuple[float, int, int, list[int]]]:
    """Each vertex in turn: its two edges become one, but no loop and none beside another."""
    now = {key: (*value, list(key)) for key, value in edges.items()}
    for node in sorted({node for key in edges for node in key}):
        mine = sorted(key for key in now if node in key)
        if len(mine) != 2 or node in fixed:
            continue
        (one, other), (first, second) = mine, (now[mine[0]], now[mine[1]])
        a, b = (key[0] if key[1] == node else key[1] for key in (one, other))
        if first[1] != second[1] or a == b or (min(a, b), max(a, b)) in now:
            continue
        head = first[3] if first[3][-1] == node else first[3][::-1]
        tail = second[3] if second[3][0] == node else second[3][::-1]
        path = head + tail[1:]
        del now[one], now[other]
        now[min(a, b), max(a, b)] = (
            first[0] + second[0], first[1], first[2] | second[2], path if a < b else path[::-1],
        )  # fmt: skip
    return now


networks = st.integers(2, 14).flatmap(
    lambda count: st.tuples(
        st.dictionaries(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
            .filter(lambda key: key[0] != key[1])
            .map(lambda key: (min(key), max(key))),
            st.tuples(st.integers(1, 50).map(float), st.integers(0, 1), st.integers(0, 1)),
            min_size=1,
            max_size=count + 3,
        ),
        st.sets(st.integers(0, count - 1), max_size=2),
        st.just(count),
    )
)


@given(networks)
def test_all_at_once_is_the_same_as_one_by_one(
    case: tuple[dict[Edge, tuple[float, int, int]], set[int], int],
) -> None:
    edges, fixed, count = case
    mask = np.zeros(count, dtype=bool)
    mask[list(fixed)] = True
    arcs = simplified(as_arcs(edges), fixed=mask)
    got = {
        (int(arcs.u[i]), int(arcs.v[i])): (
            float(arcs.km[i]),
            int(arcs.country[i]),
            int(arcs.flags[i]),
            arcs.vertex[arcs.start[i] : arcs.start[i + 1]].tolist(),
        )
        for i in range(len(arcs.u))
    }
    assert got == one_by_one(edges, fixed)
    assert list(got) == sorted(got)


def test_a_ring_keeps_its_three_highest_vertices() -> None:
    ring = {(0, 1): (1.0, 0, 0), (1, 2): (2.0, 0, 0), (2, 3): (4.0, 0, 0), (3, 4): (8.0, 0, 0),
            (0, 4): (16.0, 0, 0)}  # fmt: skip
    arcs = simplified(as_arcs(ring), fixed=np.zeros(5, dtype=bool))
    assert list(zip(arcs.u.tolist(), arcs.v.tolist(), arcs.km.tolist(), strict=True)) == [
        (2, 3, 4.0), (2, 4, 19.0), (3, 4, 8.0),
    ]  # fmt: skip


def test_of_two_ways_side_by_side_one_keeps_a_vertex() -> None:
    edges = {(0, 2): (1.0, 0, 0), (1, 2): (1.0, 0, 0), (0, 3): (5.0, 0, 0), (1, 3): (5.0, 0, 0),
             (0, 4): (9.0, 0, 0), (1, 5): (9.0, 0, 0)}  # fmt: skip
    arcs = simplified(as_arcs(edges), fixed=np.zeros(6, dtype=bool))
    assert list(zip(arcs.u.tolist(), arcs.v.tolist(), arcs.km.tolist(), strict=True)) == [
        (0, 1, 2.0), (0, 3, 5.0), (0, 4, 9.0), (1, 3, 5.0), (1, 5, 9.0),
    ]  # fmt: skip


def test_a_loop_at_a_junction_may_be_one_chain() -> None:
    # 0 - 1, and from 1 by 2 and 3 back to 1.
    u, v = np.array([0, 1, 2, 3]), np.array([1, 2, 3, 1])
    joint = joints(u, v, count=4, kind=np.zeros(4, dtype=np.int64))
    assert joint.tolist() == [False, False, True, True]
    found = chains(u, v, joint)
    assert found.edge.tolist() == [0, 1, 2, 3]
    assert found.start.tolist() == [0, 1, 4]
    assert [ends.tolist() for ends in found.ends(u, v)] == [[0, 1], [1, 1]]


@given(networks)
def test_no_edge_is_lost_and_lengths_add_up(
    case: tuple[dict[Edge, tuple[float, int, int]], set[int], int],
) -> None:
    edges, _, count = case
    arcs = as_arcs(edges)
    joint = joints(arcs.u, arcs.v, count=count, kind=arcs.country)
    found = chains(arcs.u, arcs.v, joint)
    assert sorted(found.edge.tolist()) == list(range(len(arcs.u)))
    assert found.sums(arcs.km).sum() == arcs.km.sum()
