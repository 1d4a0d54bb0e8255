"""The spread of a demand: laws that hold for every market, and small ones by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.choice import Equilibrium, Market, equilibrium

CORRIDOR, VARIANT = 500.0, 100.0


def market(
    teu: list[float],
    owner: list[int],
    nest: list[str],
    cost: list[float],
    passes: list[list[float]],
    room: list[float],
    usd_hour: list[float] | None = None,
) -> Market:
    return Market(
        np.array(teu), np.array(usd_hour or [10.0] * len(teu)), np.array(owner, dtype=np.int64),
        tuple(nest), np.array(cost), np.array(passes, dtype=float).reshape(len(owner), len(room)),
        np.array(room),
    )  # fmt: skip


def solve(made: Market) -> Equilibrium:
    return equilibrium(made, corridor_usd=CORRIDOR, variant_usd=VARIANT)


@st.composite
def markets(draw: st.DrawFn) -> Market:
    demands = draw(st.integers(1, 3))
    ways = draw(st.integers(1, 6))
    doors = draw(st.integers(0, 3))
    numbers = st.floats(1.0, 500.0)
    return market(
        draw(st.lists(numbers, min_size=demands, max_size=demands)),
        draw(st.lists(st.integers(0, demands - 1), min_size=ways, max_size=ways)),
        draw(st.lists(st.sampled_from(["n", "t", "o"]), min_size=ways, max_size=ways)),
        draw(st.lists(st.floats(100.0, 9000.0), min_size=ways, max_size=ways)),
        draw(
            st.lists(
                st.lists(st.sampled_from([0.0, 1.0]), min_size=doors, max_size=doors),
                min_size=ways,
                max_size=ways,
            )
        ),
        draw(st.lists(st.floats(0.0, 400.0), min_size=doors, max_size=doors)),
        draw(st.lists(st.floats(1.0, 30.0), min_size=demands, max_size=demands)),
    )


@given(markets())
def test_nothing_is_lost_and_no_door_takes_more_than_it_can(made: Market) -> None:
    found = solve(made)
    assert np.all(found.flow >= 0.0)
    assert np.all(found.wait_h >= 0.0)
    sent = np.bincount(made.owner, found.flow, minlength=len(made.teu_week))
    assert sent + found.stranded == pytest.approx(made.teu_week, rel=1e-8)
    assert np.all(found.load <= made.room * (1 + 1e-9) + 1e-9)


@given(markets())
def test_nobody_waits_where_there_is_room(made: Market) -> None:
    found = solve(made)
    if made.room.size and made.room.min() < 1e-2:
        return  # what has no room at all has no queue either
    assert found.gap <= 1e-4
    for wait, load, room in zip(found.wait_h, found.load, made.room, strict=True):
        if wait > 0.0:
            assert load == pytest.approx(room, rel=1e-3)


@given(markets())
def test_the_same_market_gives_the_same_bytes(made: Market) -> None:
    assert solve(made).flow.tobytes() == solve(made).flow.tobytes()


def test_without_doors_it_is_a_nested_logit() -> None:
    found = solve(market([100.0], [0, 0, 0], ["n", "n", "t"], [1000.0, 1100.0, 1200.0], [], []))
    inside = [1.0, math.exp(-100 / VARIANT)]
    worth = 1000.0 - VARIANT * math.log(sum(inside))
    north = math.exp(-worth / CORRIDOR)
    other = math.exp(-1200 / CORRIDOR)
    share = north / (north + other)
    expected = [100 * share * part / sum(inside) for part in inside] + [100 * (1 - share)]
    assert found.flow == pytest.approx(expected)
    assert found.gap == 0.0


def test_more_than_all_doors_can_take_is_left_behind() -> None:
    full = market([100.0], [0, 0], ["n", "t"], [1000.0, 1200.0], [[1, 0], [0, 1]], [20.0, 30.0])
    found = solve(full)
    assert found.flow == pytest.approx([20.0, 30.0], rel=1e-5)
    assert found.stranded == pytest.approx([50.0], rel=1e-5)


def test_a_door_without_room_takes_nothing() -> None:
    shut = market([10.0], [0, 0], ["n", "t"], [100.0, 900.0], [[1], [0]], [0.0])
    found = solve(shut)
    assert found.flow == pytest.approx([0.0, 10.0])


def test_a_demand_without_a_way_stays() -> None:
    found = solve(market([10.0, 5.0], [0], ["n"], [100.0], [[]], []))
    assert found.stranded.tolist() == [0.0, 5.0]


def test_whoever_values_an_hour_more_gives_way() -> None:
    """Two demands at one door: the one in a hurry leaves it for the dear way round."""
    made = market(
        [100.0, 100.0], [0, 0, 1, 1], ["n", "t", "n", "t"], [1000.0, 2000.0] * 2,
        [[1], [0], [1], [0]], [100.0], usd_hour=[5.0, 50.0],
    )  # fmt: skip
    found = solve(made)
    assert found.load == pytest.approx([100.0], rel=1e-6)
    assert found.flow[0] > 2 * found.flow[2]


def test_a_series_of_equal_doors_waits_once() -> None:
    one = market([100.0], [0, 0], ["n", "t"], [1000.0, 1000.0], [[1], [0]], [20.0])
    two = market([100.0], [0, 0], ["n", "t"], [1000.0, 1000.0], [[1, 1], [0, 0]], [20.0, 20.0])
    assert solve(two).wait_h.sum() == pytest.approx(solve(one).wait_h.sum(), rel=1e-6)
