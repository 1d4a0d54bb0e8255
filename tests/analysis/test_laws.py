"""The laws of the house on the toy, by random conditions and prices."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridors.analysis.compare import Answer, compare
from corridors.analysis.desk import Conditions
from corridors.analysis.document import document
from corridors.analysis.engine import Engine
from corridors.analysis.free import free_route
from corridors.analysis.reliability import buffers
from corridors.analysis.setting import open_desk
from corridors.analysis.whatif import change_of
from corridors.routing.plan_tree import PlanTree
from corridors.routing.search import search

EAST, WEST = ("Alfa", "Charlie"), ("Charlie", "Alfa")
CLOSABLE = (
    "AB-rail", "BC-rail", "AB-road", "TOY-FERRY", "toys",
    "A-TER", "A-PRT", "B-TER", "C-TER", "C-PRT",
)  # fmt: skip
AVOIDABLE = ("AA", "BB", "CC", "DD")
PRICED = (
    "speed_kmh/rail", "speed_kmh/rail:BB", "speed_kmh/road", "sail_kmh/ferry",
    "rate_usd_km/rail", "rate_usd_km/rail:BB", "rate_usd_km/road", "freight_usd/toys",
    "border_h/rail", "border_h/AB-rail/ab", "border_usd/rail", "gauge_h", "gauge_usd",
    "lift_h/rail-road", "lift_h/road-rail", "lift_h/road-ferry", "lift_usd/road-rail",
    "fill_h/rail", "fill_h/CC", "fill_usd/rail", "release_h/rail", "release_h/road",
    "release_usd/rail", "equipment_usd/rail",
)  # fmt: skip

ends = st.sampled_from([EAST, WEST])
closures = st.frozensets(st.sampled_from(CLOSABLE), max_size=3)
avoided = st.frozensets(st.sampled_from(AVOIDABLE), max_size=2).map(lambda s: tuple(sorted(s)))
prices = st.dictionaries(st.sampled_from(PRICED), st.floats(0.5, 500), max_size=8)

# The engine is read once and keeps nothing of a question: that is what is tested here.
laws = settings(max_examples=60, suppress_health_check=list(HealthCheck))


def text(answer: Answer) -> str:
    return json.dumps(document(answer, reproduce="again"), sort_keys=True)


def search_costs(
    engine: Engine, journey: tuple[str, str], conditions: Conditions
) -> dict[tuple[str, str], float]:
    """Generalised cost of every variant, and of the free route, that can be travelled."""
    desk = open_desk(engine, *journey, "terminal", "balanced", None, conditions)
    costs: dict[tuple[str, str], float] = {}
    shipment = desk.shipment
    for corridor, plans in engine.plans.items():
        for plan in plans:
            part = plan.between(shipment.origin.country, shipment.destination.country)
            assert part is not None
            found = search(desk.graph, desk.quest([part]), desk.weigh, PlanTree([part]))
            if found:
                costs[(corridor, plan.variant)] = found[0].cost
    free = search(desk.graph, desk.quest(()), desk.weigh)
    if free:
        costs[("", "free")] = free[0].cost
    return costs


@laws
@given(ends=ends, first=closures, more=closures, avoid=avoided, also=avoided, price=prices)
def test_closing_and_avoiding_never_lower_a_cost(
    toy_engine: Engine,
    ends: tuple[str, str],
    first: frozenset[str],
    more: frozenset[str],
    avoid: tuple[str, ...],
    also: tuple[str, ...],
    price: Mapping[str, float],
) -> None:
    fewer = Conditions(closed=first, avoid=avoid, assume=price)
    both = tuple(sorted({*avoid, *also}))
    stricter = Conditions(closed=first | more, avoid=both, assume=price)
    open_costs = search_costs(toy_engine, ends, fewer)
    shut_costs = search_costs(toy_engine, ends, stricter)
    assert set(shut_costs) <= set(open_costs)
    for way, cost in shut_costs.items():
        assert cost >= open_costs[way] * (1 - 1e-12)


@laws
@given(ends=ends, closed=closures, avoid=avoided, price=prices)
def test_what_is_closed_or_avoided_is_not_touched(
    toy_engine: Engine,
    ends: tuple[str, str],
    closed: frozenset[str],
    avoid: tuple[str, ...],
    price: Mapping[str, float],
) -> None:
    conditions = Conditions(closed=closed, avoid=avoid, assume=price)
    answer = compare(toy_engine, *ends, draws=5, conditions=conditions)
    for option in answer.options:
        if option.route is None:
            assert option.reason
            continue
        used = {e.at for e in option.route.events if e.kind in ("border", "lift", "transshipment")}
        used |= {str(e.detail["service"]) for e in option.route.events if e.kind == "wait"}
        reloads = {e.at for e in option.route.events if e.detail.get("from") == "road"}
        assert not (used - reloads) & closed
        assert not set(option.route.countries) & set(avoid)


@laws
@given(ends=ends, closed=closures, avoid=avoided, price=prices)
def test_conditions_taken_off_leave_no_trace(
    toy_engine: Engine,
    ends: tuple[str, str],
    closed: frozenset[str],
    avoid: tuple[str, ...],
    price: Mapping[str, float],
) -> None:
    before = text(compare(toy_engine, *ends, draws=20))
    conditions = Conditions(closed=closed, avoid=avoid, assume=price)
    compare(toy_engine, *ends, draws=20, conditions=conditions)
    free_route(toy_engine, *ends, draws=20, conditions=conditions)
    assert text(compare(toy_engine, *ends, draws=20)) == before


@laws
@given(ends=ends, price=prices, scope=st.sampled_from(["terminal", "door"]))
def test_legs_and_events_add_up_to_the_means(
    spread_engine: Engine,
    ends: tuple[str, str],
    price: Mapping[str, float],
    scope: Literal["terminal", "door"],
) -> None:
    conditions = Conditions(assume=price)
    answer = compare(spread_engine, *ends, draws=5, scope=scope, conditions=conditions)
    made = document(answer, reproduce="")
    assert any(o["status"] == "ok" for o in made["options"])
    for option in made["options"]:
        if option["status"] == "ok":
            adds_up(option)


def adds_up(option: Mapping[str, Any]) -> None:
    steps = {step["id"]: step for step in [*option["legs"], *option["events"]]}
    assert list(option["sequence"])
    assert set(option["sequence"]) == set(steps)
    assert len(option["sequence"]) == len(steps)
    hours = math.fsum(step["hours"] for step in steps.values())
    assert hours / 24 == option["time_days"]["mean"]
    usd = math.fsum(step["cost_usd"] for step in steps.values())
    assert usd == option["cost_usd"]["mean"]
    km = math.fsum(leg["distance_km"] for leg in option["legs"])
    assert km == option["distance_km"]
    assert math.isclose(math.fsum(option["km_by_mode"].values()), km, rel_tol=1e-12)
    for event in option["events"]:
        parts = math.fsum(part["mean"] for part in event["components"])
        assert math.isclose(parts, event["hours"] + event["cost_usd"], rel_tol=1e-12)
    for share in option["evidence"].values():
        assert math.isclose(math.fsum(share.values()), 1.0, rel_tol=1e-12)
    lifts = [e for e in option["events"] if e["kind"] in ("lift", "transshipment")]
    assert len(option["transshipments"]) == len(lifts)


@laws
@given(ends=ends, price=prices)
def test_an_objective_is_never_beaten_by_another(
    toy_engine: Engine, ends: tuple[str, str], price: Mapping[str, float]
) -> None:
    conditions = Conditions(assume=price)
    answers = {
        objective: compare(
            toy_engine, *ends, draws=5, objective=objective, conditions=conditions
        ).options
        for objective in ("balanced", "time", "cost")
    }
    for balanced, time, cost in zip(*answers.values(), strict=True):
        assert balanced.status == time.status == cost.status
        if balanced.route is not None and time.route is not None and cost.route is not None:
            slack = 1e-3  # the other dimension breaks ties: a millionth of a dollar counts
            for other in (balanced.route, cost.route):
                assert time.route.mean("hours") <= other.mean("hours") + slack
            for other in (balanced.route, time.route):
                assert cost.route.mean("usd") <= other.mean("usd") + slack


@laws
@given(ends=ends, price=prices, seed=st.integers(0, 2**31))
def test_certain_numbers_have_no_spread(
    toy_engine: Engine, ends: tuple[str, str], price: Mapping[str, float], seed: int
) -> None:
    answer = compare(toy_engine, *ends, draws=30, seed=seed, conditions=Conditions(assume=price))
    for option in document(answer, reproduce="")["options"]:
        if option["status"] == "ok":
            for name in ("time_days", "cost_usd"):
                values = option[name]
                for quantile in ("p10", "p50", "p90"):
                    assert math.isclose(values[quantile], values["mean"], rel_tol=1e-12)
            for event in option["events"]:
                assert math.isclose(event["p10_hours"], event["hours"], rel_tol=1e-12)
                assert math.isclose(event["p90_hours"], event["hours"], rel_tol=1e-12)


@pytest.mark.parametrize("journey", [EAST, WEST])
def test_same_seed_same_document_another_seed_another(
    spread_engine: Engine, journey: tuple[str, str]
) -> None:
    first = text(compare(spread_engine, *journey, draws=200, seed=7))
    assert text(compare(spread_engine, *journey, draws=200, seed=7)) == first
    other = text(compare(spread_engine, *journey, draws=200, seed=8))
    assert other != first
    # Means do not come from draws.
    one, two = (json.loads(t)["options"] for t in (first, other))
    assert [o.get("cost_usd", {}).get("mean") for o in one] == [
        o.get("cost_usd", {}).get("mean") for o in two
    ]


def test_a_second_engine_gives_the_same_document(
    load: Any, toy_folder: Any, toy_engine: Engine
) -> None:
    assert text(compare(load(toy_folder), *EAST, draws=50)) == text(
        compare(toy_engine, *EAST, draws=50)
    )


def test_reversing_is_no_copy_but_has_the_same_doors(toy_engine: Engine) -> None:
    def doors(option: Any) -> set[str]:
        return {
            move.crossing.id if move.crossing else move.service.id
            for leg in option.route.legs
            for _, move in leg.moves
            if move.crossing or move.service
        }

    there = compare(toy_engine, *EAST, draws=5).options
    back = compare(toy_engine, *WEST, draws=5).options
    for one, other in zip(there, back, strict=True):
        assert one.status == other.status
        if one.route is not None and other.route is not None:
            assert doors(one) == doors(other)
            assert one.route.km == pytest.approx(other.route.km)
            if one.corridor != "water":
                assert one.route.mean("hours") != other.route.mean("hours")
                assert one.route.mean("usd") != other.route.mean("usd")


def test_free_route_is_no_dearer_than_any_corridor(toy_engine: Engine) -> None:
    for journey in (EAST, WEST):
        costs = search_costs(toy_engine, journey, Conditions())
        free = costs.pop(("", "free"))
        assert free <= min(costs.values()) + 1e-9


def test_next_best_differs(toy_engine: Engine) -> None:
    answer = free_route(toy_engine, *EAST, draws=5)
    assert [o.status for o in answer.options] == ["ok", "ok"]
    first, second = (o.route for o in answer.options)
    assert first is not None
    assert second is not None
    from corridors.analysis.free import MOST_SHARED, shared_km

    assert shared_km(first, second) <= MOST_SHARED * second.km


@laws
@given(
    journey=ends,
    key=st.sampled_from([key for key in PRICED if "_h" in key.partition("/")[0]]),
    more=st.floats(0.0, 400.0),
)
def test_hours_on_top_of_an_event_never_speed_a_route(
    toy_engine: Engine, journey: tuple[str, str], key: str, more: float
) -> None:
    base = compare(toy_engine, *journey, objective="time", draws=2)
    old = toy_engine.ledger.get(key).typ
    slower = Conditions(assume={key: old + more})
    after = compare(toy_engine, *journey, objective="time", conditions=slower, draws=2)
    for one, other in zip(base.options, after.options, strict=True):
        assert (one.route is None) == (other.route is None)
        if one.route is not None and other.route is not None:
            assert other.route.mean("hours") >= one.route.mean("hours") - 1e-9


def test_an_option_beside_itself_is_exactly_equal(spread_engine: Engine) -> None:
    one = compare(spread_engine, "Charlie", "Alfa", draws=500, seed=7).options
    two = compare(spread_engine, "Charlie", "Alfa", draws=500, seed=7).options
    for a, b in zip(one, two, strict=True):
        if a.spread is not None and b.spread is not None:
            np.testing.assert_array_equal(a.spread.hours, b.spread.hours)
            change = change_of(a, b)
            assert (change.days, change.usd, change.causes) == (0.0, 0.0, ())
            assert change.days_band == (0.0, 0.0)


def test_quantiles_rise(spread_engine: Engine) -> None:
    for option in compare(spread_engine, "Charlie", "Alfa", draws=500).options:
        if option.spread is not None:
            for dimension in ("hours", "usd"):
                low, middle, high = option.spread.quantiles(dimension)
                assert low < middle < high
            days = [buffer.days for buffer in buffers(option.spread)]
            assert days == sorted(days)


def test_emissions_of_legs_and_events_add_up(engine: Engine) -> None:
    answer = compare(engine, "Xi'an", "Duisburg", draws=20)
    for option in document(answer, reproduce="")["options"]:
        if option["status"] == "ok":
            for name in ("low", "typ", "high"):
                parts = [step["co2e_kg"][name] for step in option["legs"] + option["events"]]
                assert math.fsum(parts) == pytest.approx(option["co2e_kg"][name])
