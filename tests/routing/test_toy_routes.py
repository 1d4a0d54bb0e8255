"""Routes on the toy, worked out by hand: km, hours, USD, events, order, direction.

An hour is worth 4 USD in the toy (96 a day). Rates in USD per km: rail 0.5, in BB 0.4 westbound
and 0.3 eastbound, road 1. Speeds in km/h: rail 50, in BB 40, road 60, ferry 20.
"""

from __future__ import annotations

import itertools
import math
from types import ModuleType
from typing import Any

import pytest

from corridors.analysis.compare import Answer, compare
from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.routing.route import Event, Leg, Route

Step = tuple[str, str, float, float]
EAST, WEST = ("Alfa", "Charlie"), ("Charlie", "Alfa")


def ask(engine: Engine, ends: tuple[str, str], **more: Any) -> dict[str, Any]:
    answer: Answer = compare(engine, *ends, draws=10, **more)
    return {option.corridor: option for option in answer.options}


def steps(route: Route) -> list[Step]:
    """(what, where, hours, USD) of every step."""
    rows = []
    for step in route.steps:
        name, where = (
            (f"{step.mode} {step.km:g}", f"{step.a} {step.b}")
            if isinstance(step, Leg)
            else (step.kind, step.at)
        )
        hours, usd = step.vector.mean("hours"), step.vector.mean("usd")
        rows.append((name, where, round(hours, 6), round(usd, 6)))
    return rows


# (corridor, ends) to its steps and to (hours, USD, km). Worked out by hand.
BY_HAND: dict[tuple[str, tuple[str, str]], tuple[list[Step], tuple[float, float, float]]] = {
    ("rail", EAST): (
        [
            ("fill", "A-TER", 24, 70),
            ("rail 350", "A-TER A-YRD", 7, 175),  # 350 / 50, 350 * 0.5
            # Each side of the border at its own speed and rate: 12 / 50 + 12 / 40, and
            # 12 * 0.5 + 12 * 0.3 as BB has a rate of its own eastbound.
            ("rail 24", "A-YRD B-WYRD", 0.54, 9.6),
            ("border", "AB-rail", 20, 100),  # a row for this crossing in this direction
            ("gauge_change", "B-WYRD", 8, 50),  # on the receiving side
            ("rail 340", "B-WYRD B-EYRD", 8.5, 102),  # 100 + 50 + 80 + 110, past B-TER
            ("rail 24", "B-EYRD C-YRD", 0.54, 9.6),
            ("border", "BC-rail", 10, 100),
            ("gauge_change", "C-YRD", 8, 50),
            ("rail 300", "C-YRD C-TER", 6, 150),
            ("release", "C-TER", 16, 80),
            ("equipment", "rail", 0, 1000),
        ],
        (108.58, 1896.2, 1038),
    ),
    ("rail", WEST): (
        [
            ("fill", "C-TER", 30, 70),  # a row for the country
            ("rail 300", "C-TER C-YRD", 6, 150),
            ("rail 24", "C-YRD B-EYRD", 0.54, 10.8),  # 12 * 0.5 + 12 * 0.4
            ("border", "BC-rail", 10, 100),
            ("gauge_change", "B-EYRD", 8, 50),
            ("rail 340", "B-EYRD B-WYRD", 8.5, 136),
            ("rail 24", "B-WYRD A-YRD", 0.54, 10.8),
            ("border", "AB-rail", 10, 120),  # a row for the pair BB-AA
            ("gauge_change", "A-YRD", 5, 50),  # a row for the yard
            ("rail 350", "A-YRD A-TER", 7, 175),
            ("release", "A-TER", 16, 80),
            ("equipment", "rail", 0, 1000),
        ],
        (101.58, 1952.6, 1038),
    ),
    ("truck", EAST): (
        [
            ("road 310", "A-TER A-GATE", 5.166667, 310),
            ("road 24", "A-GATE B-GATE", 0.4, 24),
            ("border", "AB-road", 6, 60),
            ("lift", "B-GATE", 9, 0),  # from truck to truck; dollars only westbound
            ("road 230", "B-GATE B-TER", 3.833333, 230),
            ("lift", "B-TER", 30, 90),
            ("fill", "B-TER", 24, 70),  # the first train
            ("rail 110", "B-TER B-EYRD", 2.75, 33),
            ("rail 24", "B-EYRD C-YRD", 0.54, 9.6),
            ("border", "BC-rail", 10, 100),
            ("gauge_change", "C-YRD", 8, 50),
            ("rail 300", "C-YRD C-TER", 6, 150),
            ("release", "C-TER", 16, 80),
        ],
        (121.69, 1206.6, 998),
    ),
    ("truck", WEST): (
        [
            ("fill", "C-TER", 30, 70),
            ("rail 300", "C-TER C-YRD", 6, 150),
            ("rail 24", "C-YRD B-EYRD", 0.54, 10.8),
            ("border", "BC-rail", 10, 100),
            ("gauge_change", "B-EYRD", 8, 50),
            ("rail 110", "B-EYRD B-TER", 2.75, 44),
            ("lift", "B-TER", 20, 60),
            ("road 230", "B-TER B-GATE", 3.833333, 230),
            ("road 24", "B-GATE A-GATE", 0.4, 24),
            ("border", "AB-road", 6, 60),
            ("lift", "A-GATE", 9, 45),
            ("road 310", "A-GATE A-TER", 5.166667, 310),
            ("release", "A-TER", 4, 0),
        ],
        (105.69, 1153.8, 998),
    ),
    ("water", EAST): (
        [
            ("road 120", "A-TER A-PRT", 2, 120),
            ("lift", "A-PRT", 18, 90),
            ("wait", "A-PRT", 12, 0),
            # Port to lane 0.4 degrees (44.48 km), 7 degrees at 1.3 S (778.16 km), 0.4 degrees.
            ("ferry 867.1", "A-PRT C-PRT", 43.355, 900),
            ("lift", "C-PRT", 15, 80),
            ("road 130", "C-PRT C-TER", 2.166667, 130),
            ("release", "C-TER", 4, 0),
        ],
        (96.521667, 1320, 1117.1),
    ),
}


@pytest.mark.parametrize(
    ("corridor", "ends"),
    BY_HAND,
    ids=lambda part: "-".join(part) if isinstance(part, tuple) else part,
)
def test_route_is_the_one_worked_out_by_hand(
    toy_engine: Engine, corridor: str, ends: tuple[str, str]
) -> None:
    expected, (hours, usd, km) = BY_HAND[(corridor, ends)]
    option = ask(toy_engine, ends)[corridor]
    assert option.status == "ok"
    assert steps(option.route) == expected
    assert option.route.mean("hours") == pytest.approx(hours, abs=1e-6)
    assert option.route.mean("usd") == pytest.approx(usd, abs=1e-6)
    assert option.route.km == pytest.approx(km)
    assert option.route.mean("hours") == pytest.approx(math.fsum(s[2] for s in expected), abs=1e-5)


# The last begins at a border yard: the first train is boarded to cross.
@pytest.mark.parametrize("ends", [EAST, WEST, ("A-YRD", "Charlie")])
def test_cost_of_the_search_is_the_cost_of_the_route(
    toy_engine: Engine, ends: tuple[str, str]
) -> None:
    """What is added after the search (equipment) is the same for all variants of a corridor."""
    from corridors.analysis.setting import open_desk
    from corridors.routing.plan_tree import PlanTree
    from corridors.routing.search import search

    desk = open_desk(toy_engine, *ends, "terminal", "balanced", None, None)
    for name in ("rail", "truck", "water"):
        parts = [
            p
            for plan in toy_engine.plans[name]
            if (p := plan.between(desk.shipment.origin.country, desk.shipment.destination.country))
        ]
        for number, found in search(
            desk.graph, desk.quest(parts), desk.weigh, PlanTree(parts)
        ).items():
            route = desk.route(found, corridor=name, variant=parts[number].variant)
            extra = sum(e.vector.mean("usd") for e in route.events if e.kind == "equipment")
            assert desk.rank(route) - extra == pytest.approx(found.cost, rel=1e-12)


def test_co2e_is_kilometres_times_factor_plus_events(toy_engine: Engine) -> None:
    route = ask(toy_engine, EAST)["rail"].route
    # 1,038 km of rail at 0.3 and two gauge changes at 14.
    assert route.mean("co2e_kg") == pytest.approx(1038 * 0.3 + 2 * 14)
    route = ask(toy_engine, EAST)["water"].route
    # 250 km of road at 1.2, 867.1 km of ferry at 2, two lifts at 10.
    assert route.mean("co2e_kg") == pytest.approx(250 * 1.2 + 867.1 * 2 + 2 * 10)


@pytest.mark.parametrize(
    ("ends", "worked"),
    [
        (EAST, [("B-WYRD", 1435, 1520), ("C-YRD", 1520, 1435)]),
        (WEST, [("B-EYRD", 1435, 1520), ("A-YRD", 1520, 1435)]),
    ],
)
def test_gauge_is_changed_on_the_receiving_side(
    toy_engine: Engine, ends: tuple[str, str], worked: list[tuple[str, int, int]]
) -> None:
    events = ask(toy_engine, ends)["rail"].route.events
    found = [
        (e.at, e.detail["from_mm"], e.detail["to_mm"]) for e in events if e.kind == "gauge_change"
    ]
    assert found == worked


def test_hidden_country_is_listed_and_is_no_border(toy_engine: Engine) -> None:
    route = ask(toy_engine, EAST)["rail"].route
    assert route.countries == ("AA", "BB", "DD", "CC")
    haul = next(leg for leg in route.legs if leg.a == "B-WYRD")
    assert haul.countries == {"BB": 290.0, "DD": 50.0}
    borders = [(e.detail["from"], e.detail["to"]) for e in route.events if e.kind == "border"]
    assert borders == [("AA", "BB"), ("BB", "CC")]


def test_avoiding_the_hidden_country_takes_the_other_line(toy_engine: Engine) -> None:
    # 400 km instead of 230: 170 km more at 40 km/h and 0.3 USD.
    options = ask(toy_engine, EAST, conditions=Conditions(avoid=("DD",)))
    route = options["rail"].route
    assert route.countries == ("AA", "BB", "CC")
    assert route.km == pytest.approx(1038 + 170)
    assert route.mean("hours") == pytest.approx(108.58 + 170 / 40)
    assert route.mean("usd") == pytest.approx(1896.2 + 170 * 0.3)


def test_avoiding_a_country_on_the_way_excludes(toy_engine: Engine) -> None:
    options = ask(toy_engine, EAST, conditions=Conditions(avoid=("BB",)))
    assert {name: o.status for name, o in options.items()} == {
        "rail": "excluded", "truck": "excluded", "water": "ok", "idle": "infeasible",
    }  # fmt: skip
    assert options["rail"].reason == "barred by --avoid BB"


def test_closed_crossing_is_not_used_and_named(toy_engine: Engine) -> None:
    option = ask(toy_engine, EAST)["rail"]
    assert {v.name: v.reason for v in option.variants} == {
        "yard": "", "north": "no open way through AB2-rail (AB2-rail: closed)",
    }  # fmt: skip
    assert option.route.variant == "yard"


def test_the_closed_crossing_would_be_shorter(toy: ModuleType, tmp_path: Any, load: Any) -> None:
    tables = toy.with_row("crossings", "AB2-rail", "closed", "operating")
    engine = load(toy.write_toy(tmp_path, tables=tables))
    route = ask(engine, EAST)["rail"].route
    assert route.variant == "north"
    # 290 + 24 + 240 instead of 350 + 24 + 230: 50 km less.
    assert route.km == pytest.approx(1038 - 50)
    assert [e.at for e in route.events if e.kind == "gauge_change"] == ["B-Y2", "C-YRD"]


def test_suspended_service_is_no_arc(toy_engine: Engine) -> None:
    option = ask(toy_engine, EAST)["idle"]
    assert option.status == "infeasible"
    assert "Idle ferry: suspended" in option.reason


def test_door_scope_adds_collection_and_delivery(toy_engine: Engine) -> None:
    terminal = ask(toy_engine, WEST)["rail"].route
    door = ask(toy_engine, WEST, scope="door")["rail"].route
    kinds = [e.kind for e in door.events]
    assert kinds[0] == "pickup"
    assert kinds[-2:] == ["delivery", "equipment"]
    # pickup 3 h, 200 USD; delivery 5 h and in AA 300 USD.
    assert door.mean("hours") == pytest.approx(terminal.mean("hours") + 8)
    assert door.mean("usd") == pytest.approx(terminal.mean("usd") + 500)


def test_legs_join_end_to_end(toy_engine: Engine) -> None:
    for ends in (EAST, WEST):
        for option in ask(toy_engine, ends).values():
            if option.route is not None:
                legs = option.route.legs
                assert all(one.b == other.a for one, other in itertools.pairwise(legs))


def test_via_makes_the_route_pass_there(toy_engine: Engine) -> None:
    option = ask(toy_engine, EAST, conditions=Conditions(via=("Bravo",)))["rail"]
    assert "B-TER" in {f for leg in option.route.legs for f in (leg.a, leg.b)}
    assert option.route.km == pytest.approx(1038)
    barred = ask(toy_engine, EAST, conditions=Conditions(via=("Bravo",)))["water"]
    assert (barred.status, barred.reason) == ("excluded", "barred by --via Bravo")


def test_a_mode_left_out_is_not_used(toy_engine: Engine) -> None:
    options = ask(toy_engine, EAST, conditions=Conditions(modes=frozenset({"rail"})))
    assert {name: o.status for name, o in options.items()} == {
        "rail": "ok", "truck": "excluded", "water": "excluded", "idle": "infeasible",
    }  # fmt: skip


def test_no_lift_before_the_first_train_where_lifts_are_cheap(
    toy: ModuleType, tmp_path: Any, load: Any
) -> None:
    """The fill cannot be dodged by way of the terminal's own yard gate, nor the release."""
    cheap = {
        "lift_h/rail-road": 1, "lift_h/road-rail": 1, "lift_h/C-TER/rail-road": 1,
        "lift_usd/rail-road": 5, "lift_usd/road-rail": 5,
    }  # fmt: skip
    engine = load(toy.write_toy(tmp_path, parameters=cheap))
    for ends in (EAST, WEST):
        route = ask(engine, ends)["rail"].route
        assert "lift" not in [e.kind for e in route.events]
        assert steps(route) == BY_HAND[("rail", ends)][0]


def test_reaching_a_point_by_road(toy_engine: Engine) -> None:
    """A bare coordinate on the road: 0.4 of the way from Alfa's terminal to the gate."""
    lon, lat = 0.5 + 0.4 * 2.4, -0.4 * 0.5
    answer = compare(toy_engine, f"{lat},{lon}", "Charlie", draws=10)
    route = next(o.route for o in answer.options if o.corridor == "truck")
    assert route is not None
    first = route.legs[0]
    assert first.mode == "road"
    # 0.6 of 310 km, and no more than metres of it from rounding coordinates.
    assert first.km == pytest.approx(0.6 * 310, abs=0.1)
    assert first.b == "A-GATE"
    assert isinstance(route.steps[0], Leg)
    assert not any(isinstance(s, Event) and s.kind == "fill" for s in route.steps[:1])
