"""What a journey hangs on: removals, cuts, disjoint routes, last switch; by hand on the toy.

Alfa to Charlie costs, at 4 USD an hour: rail 108.58 h and 1,896.2 USD, truck 121.69 h and
1,206.6, water 96.5217 h and 1,320 (``tests/routing/test_toy_routes.py`` works them out). So truck
is the best (1,693.36), then water (1,706.0867), then rail (2,330.52).
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.cuts import disjoint_routes, minimum_cut
from corridors.analysis.desk import Conditions, Desk
from corridors.analysis.engine import Engine
from corridors.analysis.lease import doors
from corridors.analysis.resilience import (
    Element,
    Removal,
    criticality,
    detours,
    elements_of,
    uses,
    without,
)
from corridors.analysis.setting import open_desk
from corridors.analysis.switching import switching
from corridors.analysis.ways import FREE, best_way, corridors_of, shut, ways_of
from corridors.errors import UsageError

EAST, WEST = ("Alfa", "Charlie"), ("Charlie", "Alfa")


def desk_of(engine: Engine, ends: tuple[str, str] = EAST, **conditions: Any) -> Desk:
    return open_desk(engine, *ends, "terminal", "balanced", None, Conditions(**conditions))


def by_id(engine: Engine, **more: Any) -> dict[str, Removal]:
    found = criticality([desk_of(engine)], **more)
    return {group[0].element.id: group[0] for group in found.removals}


# Removal ------------------------------------------------------------------------------------


def test_removals_by_hand(toy_engine: Engine) -> None:
    found = by_id(toy_engine)
    # Without the border to CC only the ship is left.
    border = found["BC-rail"]
    assert border.best.instead == "water"
    assert border.best.loss_usd == pytest.approx(1706.086667 - 1693.36)
    assert border.best.days == pytest.approx((96.521667 - 121.69) / 24)
    assert border.best.usd == pytest.approx(1320 - 1206.6)
    assert {c.option: c.instead for c in border.by_corridor} == {
        "rail": "nothing",
        "truck": "nothing",
    }
    # Without the road border the truck is gone, and rail is left alone.
    assert [c.option for c in found["AB-road"].by_corridor] == ["truck"]
    assert found["AB-road"].best.loss_usd == pytest.approx(border.best.loss_usd)
    # The ship is not the best: without it the best stays.
    for ident in ("toys", "A-PRT", "C-PRT"):
        assert found[ident].best.loss_usd == 0
        assert found[ident].best.instead == "truck"
        assert [(c.option, c.days) for c in found[ident].by_corridor] == [("water", None)]
    # Rail goes round DD: 170 km more at 40 km/h and 0.3 USD/km.
    (round_dd,) = found["DD"].by_corridor
    assert round_dd.option == "rail"
    assert round_dd.days == pytest.approx(170 / 40 / 24)
    assert round_dd.usd == pytest.approx(51)
    assert found["DD"].best.loss_usd == 0


def test_order_is_that_of_the_damage(toy_engine: Engine) -> None:
    found = criticality([desk_of(toy_engine)])
    assert [group[0].element.id for group in found.removals] == [
        "BC-rail", "BB",  # the best and two corridors; a crossing before a country
        "AB-road",  # the best and one corridor
        "AB-rail", "A-PRT", "C-PRT", "toys",  # one corridor, not the best
        "DD",  # 68 USD
    ]  # fmt: skip


def test_two_journeys_count_alike_and_the_ends_are_no_elements(toy_engine: Engine) -> None:
    found = criticality([desk_of(toy_engine), desk_of(toy_engine, WEST)])
    assert [len(group) for group in found.removals][:2] == [2, 2]
    idents = {group[0].element.id for group in found.removals}
    assert not idents & {"AA", "CC", "A-TER", "C-TER"}
    rows = found.study().rows
    assert {row["origin"] for row in rows} == {"Alfa", "Charlie"}
    assert [row["rank"] for row in rows] == sorted(row["rank"] for row in rows)


def test_kinds_and_corridors_can_be_chosen(toy_engine: Engine) -> None:
    assert set(by_id(toy_engine, kinds=["services"])) == {"toys"}
    assert set(by_id(toy_engine, corridors=["truck"], kinds=["crossing"])) == {
        "AB-road",
        "BC-rail",
    }
    with pytest.raises(UsageError, match="no kind 'bridge'"):
        criticality([desk_of(toy_engine)], kinds=["bridge"])
    with pytest.raises(UsageError, match="no corridor 'silk'"):
        criticality([desk_of(toy_engine)], corridors=["silk"])


def test_when_no_corridor_is_left_any_way_counts(toy_engine: Engine) -> None:
    desk = desk_of(toy_engine, closed=frozenset({"toys", "AB-road"}))
    (group,) = criticality([desk], kinds=["crossing"], corridors=["rail"]).removals[:1]
    assert group[0].best.instead == "nothing"
    assert math.isinf(group[0].best.loss_usd)
    closed = desk_of(toy_engine, closed=frozenset({"toys", "BC-rail"}))
    with pytest.raises(UsageError, match="nothing to remove"):
        criticality([closed])


@given(
    closed=st.frozensets(st.sampled_from(["AB-rail", "AB-road", "TOY-FERRY", "B-TER"]), max_size=2),
    ends=st.sampled_from([EAST, WEST]),
)
def test_a_removal_never_lowers_a_cost_and_spares_who_does_not_use_it(
    toy_engine: Engine, closed: frozenset[str], ends: tuple[str, str]
) -> None:
    desk = desk_of(toy_engine, ends, closed=closed)
    names = corridors_of(desk)
    before = ways_of(desk, names)
    routes = [route for route in before.values() if route is not None]
    for element in {e for route in routes for e in elements_of(desk, route)}:
        here = without(desk, element)
        for name, route in before.items():
            after = best_way(here, name)
            if route is None:
                assert after is None
            elif after is not None:
                assert desk.rank(after) >= desk.rank(route) * (1 - 1e-12)
                assert not uses(desk, after, element)
            if route is not None and not uses(desk, route, element):
                assert after is not None
                assert desk.rank(after) == pytest.approx(desk.rank(route), rel=1e-12)


def test_a_closed_strait_opens_the_way_round_it(toy: Any, load: Any, tmp_path: Any) -> None:
    row = (
        "TOY-ROUND,Round,Toy,ferry,round,A-PRT,C-PRT,1,SND,toy,unscheduled,24,24,24,,,expert,own,,"
    )
    services = toy.with_row("services", "TOY-FERRY", ",1,,toy,", ",1,STR,toy,")["services"]
    points = (*toy.TABLES["chokepoints"], "STR,Strait,-1.3,3", "SND,Sound,-1.3,5")
    folder = toy.write_toy(
        tmp_path,
        tables={"services": (*services, row), "chokepoints": points},
        parameters={"freight_usd/round": 950},
    )
    desk = desk_of(load(folder))
    assert detours(desk.graph, {"STR"}) == {("service", "TOY-ROUND")}
    assert detours(desk.graph, {"STR", "SND"}) == set()
    here = without(desk, Element("chokepoint", "STR", "Strait", frozenset({"STR"})))
    route = best_way(here, FREE)
    assert here.graph.open_services == {"TOY-ROUND"}
    assert route is not None


# Cuts ---------------------------------------------------------------------------------------


def test_minimum_cuts_by_hand(toy_engine: Engine) -> None:
    graph = toy_engine.graph()
    # By land everything passes the one crossing to CC, and a ship goes round.
    assert minimum_cut(graph, ["AA"], ["CC"]).doors == ("BC-rail", "TOY-FERRY")
    assert minimum_cut(graph, ["AA"], ["CC"], modes=["rail"]).doors == ("BC-rail",)
    # Into BB: two borders from AA, and by ship through CC.
    assert minimum_cut(graph, ["AA"], ["BB"]).doors == ("AB-rail", "AB-road", "BC-rail")
    assert minimum_cut(graph, ["AA", "CC"], ["BB"]).doors == ("AB-rail", "AB-road", "BC-rail")
    assert minimum_cut(graph, ["AA"], ["CC"], modes=["road", "ferry"]).doors == ("TOY-FERRY",)
    assert minimum_cut(graph, ["BB"], ["CC"], modes=["road"]).doors == ()


@given(
    closed=st.frozensets(
        st.sampled_from(["AB-rail", "AB-road", "BC-rail", "TOY-FERRY", "C-PRT"]), max_size=3
    ),
    ends=st.sampled_from([EAST, WEST]),
)
def test_a_cut_cuts_and_nothing_smaller_does(
    toy_engine: Engine, closed: frozenset[str], ends: tuple[str, str]
) -> None:
    desk = desk_of(toy_engine, ends, closed=closed)
    codes = [desk.shipment.origin.country], [desk.shipment.destination.country]
    found = minimum_cut(desk.graph, *codes).doors
    assert best_way(shut(desk, closed=found), FREE) is None
    every = sorted(desk.graph.open_crossings | desk.graph.open_services)
    for fewer in itertools.combinations(every, len(found) - 1) if found else ():
        assert best_way(shut(desk, closed=fewer), FREE) is not None


def test_cut_refuses_what_has_no_border(toy_engine: Engine) -> None:
    graph = toy_engine.graph()
    with pytest.raises(UsageError, match="no facility"):
        minimum_cut(graph, ["AA"], ["XX"])
    with pytest.raises(UsageError, match="from itself"):
        minimum_cut(graph, ["AA"], ["AA"])


def test_disjoint_routes_share_no_door_and_are_as_many_as_the_cut(toy_engine: Engine) -> None:
    desk = desk_of(toy_engine)
    routes = disjoint_routes(desk)
    passed = [door for route in routes for door in route.doors]
    assert len(passed) == len(set(passed))
    assert len(routes) == len(minimum_cut(desk.graph, ["AA"], ["CC"]).doors) == 2
    assert routes[1].doors == ("TOY-FERRY",)
    assert len(disjoint_routes(desk, most=1)) == 1


# Switching ----------------------------------------------------------------------------------


def test_last_switch_by_hand(toy_engine: Engine) -> None:
    """Westbound by train: at the yard before AA a truck can be had by going back to Bravo."""
    found = switching(desk_of(toy_engine, WEST), "rail", "truck")
    assert [point.at for point in found.points] == [
        "C-YRD", "B-EYRD", "B-WYRD", "A-YRD", "A-TER",
    ]  # fmt: skip
    last = found.last
    assert last is not None
    assert last.at == "B-WYRD"
    # Stay: crossing 0.54 h, border 10, gauge 5, 350 km 7, release 16; the lease comes at the end.
    assert last.stay_days * 24 == pytest.approx(38.54)
    assert last.stay_usd == pytest.approx(10.8 + 120 + 50 + 175 + 80 + 1000)
    # Switch: another train is waited for (24 h), 230 km back at 40 km/h, a lift of 20 h, 564 km
    # at 60 km/h, border 6, reload 9, release 4.
    assert last.switch_days is not None
    assert last.switch_days * 24 == pytest.approx(24 + 5.75 + 20 + 9.4 + 6 + 9 + 4)
    assert last.switch_usd == pytest.approx(70 + 92 + 60 + 564 + 60 + 45)
    days = (last.switch_days - last.stay_days) * 96
    assert last.extra_usd == pytest.approx(days + 891 - 1435.8)
    assert [p.switch_days for p in found.points[-2:]] == [None, None]
    assert found.study().facts == {"last": "B-WYRD"}


def test_parts_of_a_switch_add_up(toy_engine: Engine) -> None:
    desk = desk_of(toy_engine, WEST)
    route = best_way(desk, "rail")
    assert route is not None
    for point in switching(desk, "rail", "truck").points:
        assert point.day + point.stay_days == pytest.approx(route.mean("hours") / 24)
        if point.route is not None:
            assert doors(point.route)


def test_no_switch_where_both_go_on_alike(toy_engine: Engine) -> None:
    """Eastbound truck and train share the rest from Bravo on, and meet nowhere before."""
    found = switching(desk_of(toy_engine, EAST), "truck", "rail")
    assert found.last is None
    assert not found.study().found
    with pytest.raises(UsageError, match="two different corridors"):
        switching(desk_of(toy_engine), "rail", "rail")
    with pytest.raises(UsageError, match="idle has no route"):
        switching(desk_of(toy_engine), "idle", "rail")
