"""Other ways than the best: what they share, what they cost, and when there are no more."""

from __future__ import annotations

from typing import Any

import pytest

from corridors.analysis.desk import Conditions, Desk
from corridors.analysis.engine import Engine
from corridors.analysis.other_ways import MOST_ALIKE, other_ways
from corridors.analysis.setting import open_desk
from corridors.analysis.shared import Tracks, shared_share
from corridors.analysis.ways import best_way
from corridors.errors import UsageError
from corridors.routing.pareto import fronts_of, weighed
from corridors.routing.penalties import DEARER, Overlaps

EAST = ("Alfa", "Charlie")


def desk_of(engine: Engine, ends: tuple[str, str] = EAST, **conditions: Any) -> Desk:
    return open_desk(engine, *ends, "terminal", "balanced", None, Conditions(**conditions))


def doors_of(route: Any) -> list[str]:
    moves = [move for leg in route.legs for _, move in leg.moves]
    return [m.crossing.id if m.crossing else m.service.id for m in moves if not m.haul]


def test_the_toy_has_three_ways_to_charlie(toy_engine: Engine) -> None:
    """By ship, by truck to Bravo and on by train, and by train: all that its tables allow.

    Train and truck share 434 km, see `test_tradeoffs`; the ship shares nothing with either.
    """
    found = other_ways(desk_of(toy_engine))
    assert found.best is not None
    ways = [doors_of(found.best), *(doors_of(way.route) for way in found.others)]
    assert sorted(map(tuple, ways)) == [
        ("AB-rail", "BC-rail"), ("AB-road", "BC-rail"), ("TOY-FERRY",),
    ]  # fmt: skip
    assert ways[0] == doors_of(best_way(desk_of(toy_engine), "free"))
    study = found.study()
    assert "2 of 5 others" in study.title
    assert study.notes[0].startswith("3 fewer than asked for")
    assert [row["way"] for row in study.rows] == [0, 1, 2]


def test_what_shares_too_much_is_left_out(toy_engine: Engine) -> None:
    """With the ship shut, train and truck share 434 of 998 or of 1,038 km."""
    desk = desk_of(toy_engine, closed=frozenset({"TOY-FERRY"}))
    (other,) = other_ways(desk, most_shared=0.5).others
    assert other.shared == pytest.approx(434 / other.route.km)
    assert other_ways(desk, most_shared=0.4).others == ()


def test_the_same_question_has_the_same_answer(toy_engine: Engine) -> None:
    one, two = (other_ways(desk_of(toy_engine)).study() for _ in range(2))
    assert one.rows == two.rows


def test_no_way_at_all_is_said(toy_engine: Engine) -> None:
    doors = frozenset({"AB-rail", "AB-road", "BC-rail", "TOY-FERRY"})
    found = other_ways(desk_of(toy_engine, closed=doors))
    assert found.best is None
    assert not found.study().found


@pytest.mark.parametrize(
    "wrong",
    [{"wanted": 0}, {"wanted": 99}, {"most_shared": 0.0}, {"most_shared": 1.5},
     {"most_shared": float("nan")}],
)  # fmt: skip
def test_numbers_out_of_bounds_are_refused(toy_engine: Engine, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"--k|--most-shared"):
        other_ways(desk_of(toy_engine), **wrong)


def test_hauls_over_one_line_share_it(toy_engine: Engine) -> None:
    """B-TER lies 230 km along the 340 from B-WYRD to B-EYRD."""
    desk = desk_of(toy_engine)
    unrolled = fronts_of(desk.graph).unrolled(desk.quest(()))
    overlaps, at = Overlaps(unrolled), unrolled.arcs.at
    west, middle, east = (at[(name, "rail:BB")] for name in ("B-WYRD", "B-TER", "B-EYRD"))
    first = int(unrolled.arcs.first[unrolled.arcs.zone_of[west]])
    share = overlaps.shares(west, east)
    assert share[west - first, middle - first] == pytest.approx(1.0)
    assert share[middle - first, east - first] == pytest.approx(1.0)
    part = overlaps.shares(middle, east)
    assert part[west - first, east - first] == pytest.approx(110 / 340)
    assert part[west - first, middle - first] == 0.0
    assert DEARER > 1.0


JOURNEYS = [("Xi'an", "Duisburg"), ("Almaty", "Istanbul"), ("Tashkent", "Hamburg")]


@pytest.mark.parametrize("ends", JOURNEYS, ids=" ".join)
def test_five_ways_that_differ(engine: Engine, ends: tuple[str, str]) -> None:
    desk = desk_of(engine, ends)
    found = other_ways(desk)
    assert found.best is not None
    assert len(found.others) == 5
    tracks = Tracks(desk.graph)
    base = tracks.of(found.best)
    lines = [tracks.of(way.route) for way in found.others]
    for way, line in zip(found.others, lines, strict=True):
        assert way.shared == pytest.approx(shared_share(base, line))
        assert way.shared < 0.7
        assert way.route.legs[0].a in desk.shipment.origin.facilities
        assert way.route.legs[-1].b in desk.shipment.destination.facilities
        assert way.dearer == pytest.approx(desk.rank(way.route) / desk.rank(found.best))
    for later, line in enumerate(lines):
        assert all(shared_share(other, line) <= MOST_ALIKE for other in lines[:later])


def test_weighing_is_that_of_the_plain_search(engine: Engine) -> None:
    desk = desk_of(engine, ("Xi'an", "Duisburg"), closed=frozenset({"CN-KZ-ALA"}))
    kernel = fronts_of(desk.graph).kernel
    price = weighed(kernel, desk.model, 2.0, 0.5, closed=desk.graph.closed)
    prices = kernel.prices(desk.model)
    assert prices is not None
    shut = [move.crossing is not None and move.crossing.id == "CN-KZ-ALA"
            for move in kernel.arcs.moves]  # fmt: skip
    for door, is_shut in enumerate(shut):
        both = 2.0 * prices.hours.door[door] + 0.5 * prices.usd.door[door]
        assert price.door[door] == (float("inf") if is_shut else pytest.approx(both))
