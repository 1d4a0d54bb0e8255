"""A demand spread over the toy and over the real network: kept, limited, stranded, cleared."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.analysis.assignment import Assignment, assign
from corridors.analysis.demand import Demand, read_demand
from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.analysis.flows import Flows
from corridors.errors import DataError, UsageError

SHUT = Conditions(scenarios=("ab-shut",))


def kept(demands: tuple[Demand, ...], flows: Flows) -> None:
    """Each demand is where it went and what was left, and no door takes more than it can."""
    for number, demand in enumerate(demands):
        sent = sum(
            teu for way, teu in zip(flows.ways, flows.flow, strict=True) if way.demand == number
        )
        assert sent + flows.stranded[number] == pytest.approx(demand.teu_week, rel=1e-8)
    for limit, load in zip(flows.limits, flows.load, strict=True):
        assert load <= limit.teu_week * (1 + 1e-9)


# On the toy -------------------------------------------------------------------------------


@settings(max_examples=12)
@given(st.floats(1.0, 400.0), st.floats(1.0, 400.0), st.floats(5.0, 500.0))
def test_flow_is_conserved_and_doors_are_respected(
    limited: Engine, west: float, back: float, worth: float
) -> None:
    demands = (Demand("Charlie", "Alfa", west, worth), Demand("Alfa", "Charlie", back))
    answer = assign(limited, demands)
    kept(demands, answer.flows)
    assert answer.flows.gap < 1e-4


def test_each_direction_has_its_own_half_of_a_door(limited: Engine) -> None:
    demands = (Demand("Charlie", "Alfa", 500.0), Demand("Alfa", "Charlie", 500.0))
    flows = assign(limited, demands).flows
    load = {
        (limit.door[1], limit.heading): teu
        for limit, teu in zip(flows.limits, flows.load, strict=True)
    }
    for heading in ("westbound", "eastbound"):
        assert load[("BC-rail", heading)] == pytest.approx(100.0, rel=1e-4)
        assert load[("TOY-FERRY", heading)] == pytest.approx(30.0, rel=1e-4)
    assert flows.stranded == pytest.approx((370.0, 370.0), rel=1e-4)


def test_a_full_door_sends_some_another_way_and_makes_the_rest_wait(limited: Engine) -> None:
    few = assign(limited, [Demand("Charlie", "Alfa", 1.0)]).flows
    many = assign(limited, [Demand("Charlie", "Alfa", 100.0)]).flows
    assert not any(few.wait_h)
    assert any(many.wait_h)
    best = max(few.by_corridor(), key=lambda name: few.by_corridor()[name])
    assert many.by_corridor()[best] / 100.0 < few.by_corridor()[best]


def test_a_closure_strands_its_corridor_and_is_cleared(limited: Engine) -> None:
    demands = (Demand("Charlie", "Alfa", 50.0),)
    answer = assign(limited, demands, corridors=["rail", "truck"], conditions=SHUT)
    assert answer.before is not None
    assert answer.at_once is not None
    for flows in (answer.before, answer.flows):
        kept(demands, flows)
    held = {row.corridor: row for row in answer.held}
    rail = answer.before.by_corridor()["rail"]
    assert held["rail"].stranded == pytest.approx(rail)
    assert held["truck"].stranded == 0.0
    assert answer.closed_days == 14  # by its own dates, both included
    # Two weeks of the trains' traffic, through what the ordinary week leaves free.
    load = {limit.door[1]: teu for limit, teu in zip(
        answer.before.limits, answer.before.load, strict=True)}  # fmt: skip
    free = min(60.0 - load["AB-rail"], 100.0 - load["BC-rail"])
    assert held["rail"].clear_days == pytest.approx(7 * 2 * rail / free, rel=1e-6)


def test_the_length_can_be_given(limited: Engine) -> None:
    answer = assign(limited, [Demand("Charlie", "Alfa", 50.0)], conditions=SHUT, closed_days=7)
    assert answer.closed_days == 7
    longer = assign(limited, [Demand("Charlie", "Alfa", 50.0)], conditions=SHUT, closed_days=21)
    one, three = ({r.corridor: r for r in a.held}["rail"].clear_days for a in (answer, longer))
    assert one is not None
    assert three == pytest.approx(3 * one)


def test_a_cap_of_a_condition_holds(limited: Engine) -> None:
    capped = Conditions(scenarios=("ferry-capped",))
    flows = assign(
        limited, [Demand("Charlie", "Alfa", 200.0)], corridors=["water"], conditions=capped
    ).flows
    assert flows.by_corridor()["water"] == pytest.approx(10.0)
    assert flows.stranded == pytest.approx((190.0,))


def test_the_scale_of_choice_is_a_parameter(limited: Engine) -> None:
    demand = [Demand("Charlie", "Alfa", 1.0)]
    sharp, blunt = (
        assign(limited, demand, conditions=Conditions(assume={"choice_usd/corridor": usd}))
        for usd in (120.0, 5000.0)
    )
    assert max(sharp.flows.flow) > max(blunt.flows.flow)


@pytest.mark.parametrize(
    ("demand", "said"),
    [
        (Demand("Charlie", "Alfa", 0.0), "above zero"),
        (Demand("Charlie", "Alfa", float("inf")), "above zero"),
        (Demand("Charlie", "Alfa", 1.0, 0.0), "value of time of zero"),
    ],
)
def test_what_is_no_demand(limited: Engine, demand: Demand, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        assign(limited, [demand])


def test_a_length_without_anything_shut(limited: Engine) -> None:
    with pytest.raises(UsageError, match="needs a --scenario"):
        assign(limited, [Demand("Charlie", "Alfa", 1.0)], closed_days=3)
    with pytest.raises(UsageError, match="at least one row"):
        assign(limited, [])


# Tables -----------------------------------------------------------------------------------


def test_a_table_is_read_with_and_without_a_value_of_time(tmp_path: Path) -> None:
    table = tmp_path / "demand.csv"
    table.write_text(
        "\ufefforigin,destination,teu_week,value_of_time\nXi'an,Duisburg,10,300\nAlmaty,Poti,2.5,\n",
        "utf-8",
    )
    assert read_demand(table) == (
        Demand("Xi'an", "Duisburg", 10.0, 300.0), Demand("Almaty", "Poti", 2.5, None),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "column origin is missing"),
        ("origin,destination\na,b\n", "column teu_week is missing"),
        ("origin,destination,teu_week,colour\na,b,1,red\n", "colour"),
        ("origin,destination,teu_week\n", "no demand in it"),
        ("origin,destination,teu_week\na,b\n", ":2: 2 cells instead of 3"),
        ("origin,destination,teu_week\na,b,many\n", ":2: column teu_week: 'many'"),
        ("origin,destination,teu_week\na,b,-4\n", "no number above zero"),
        ("origin,destination,teu_week\na,b,1_000\n", "no number above zero"),
        ("origin,destination,teu_week\n,b,1\n", "column origin: blank"),
        ("origin,destination,teu_week,value_of_time\na,b,1,0\n", "column value_of_time"),
    ],
)
def test_a_fault_in_a_table_is_named(tmp_path: Path, content: str, said: str) -> None:
    table = tmp_path / "demand.csv"
    table.write_text(content, "utf-8")
    with pytest.raises(DataError, match=said):
        read_demand(table)


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_demand(tmp_path / "no.csv")


# The Polish closure of September 2025 -----------------------------------------------------

WESTBOUND_2024_TEU = 330_700
"""China to Europe by rail in 2024 (ERAI); in a week 6,360."""


@pytest.fixture(scope="module")
def poland(engine: Engine) -> Assignment:
    week = WESTBOUND_2024_TEU / 52
    # Goods that go by rail: a day is worth what one source gives, 0.8 % of 40,000 USD.
    demands = [
        Demand("Xi'an", "Duisburg", 0.6 * week, 320.0),
        Demand("Chengdu", "Lodz", 0.4 * week, 320.0),
    ]
    return assign(engine, demands, conditions=Conditions(scenarios=("poland-belarus-2025",)))


def test_most_of_the_northern_traffic_is_stranded(poland: Assignment) -> None:
    held = {row.corridor: row for row in poland.held}
    northern = held["northern"]
    assert northern.before > 0.5 * WESTBOUND_2024_TEU / 52
    # Nine tenths stood, as reported; a free shortest path would have lost a few hours only.
    assert northern.stranded > 0.7 * northern.before
    assert 0.0 < northern.carried < 0.3 * northern.before


def test_the_backlog_takes_days_to_clear_not_hours_nor_months(poland: Assignment) -> None:
    northern = {row.corridor: row for row in poland.held}["northern"]
    assert poland.closed_days == 14
    assert northern.clear_days is not None
    assert 3 < northern.clear_days < 60


def test_the_other_corridors_stay_as_they_were(poland: Assignment) -> None:
    for row in poland.held:
        if row.corridor != "northern":
            assert row.stranded == 0.0


def test_conserved_within_limits_and_with_a_small_gap(poland: Assignment) -> None:
    assert poland.before is not None
    for flows in (poland.before, poland.flows):
        kept(poland.demands, flows)
        assert flows.gap < 1e-5
