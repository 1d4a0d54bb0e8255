"""What is given for what: break-even values, tornado bars, Pareto fronts; by hand on the toy."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.breakeven import BESIDE, break_even
from corridors.analysis.compare import compare
from corridors.analysis.desk import Conditions, Desk
from corridors.analysis.efficient import efficient_routes
from corridors.analysis.engine import Engine
from corridors.analysis.lease import leased
from corridors.analysis.setting import open_desk
from corridors.analysis.shared import Tracks, shared_share
from corridors.analysis.tornado import tornado
from corridors.analysis.tradeoffs import MOST_SHARED, Measures, front, measured, pareto
from corridors.analysis.ways import aimed, best_way, repriced
from corridors.errors import ParameterError, UsageError
from corridors.routing.route import Route
from corridors.shipment import Terms

EAST, WEST = ("Alfa", "Charlie"), ("Charlie", "Alfa")


def desk_of(engine: Engine, ends: tuple[str, str] = EAST, **conditions: Any) -> Desk:
    return open_desk(engine, *ends, "terminal", "balanced", None, Conditions(**conditions))


def way(desk: Desk, corridor: str) -> Route:
    route = best_way(desk, corridor)
    assert route is not None
    return route


# Break-even ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "between", "of", "factor", "value", "below"),
    [
        # Truck costs 1,206.6 USD, the ship 1,320 at a freight of 900.
        ("freight_usd/toys", ("truck", "water"), "cost", False, 900 - 113.4, "water"),
        ("freight_usd/toys", ("truck", "water"), "cost", True, 786.6 / 900, "water"),
        # The train takes 108.58 h, the ship 96.5217 with a wait of 12.
        ("wait_h/TOY-FERRY", ("water", "rail"), "time", False, 12 + 12.058333, "water"),
        # The ship takes 25.168333 h less than the truck and costs 113.4 more.
        ("value_of_time_usd_day", ("truck", "water"), "balanced", False, 108.135881, "truck"),
    ],
)
def test_break_even_by_hand(
    toy_engine: Engine,
    key: str,
    between: tuple[str, str],
    of: Any,
    factor: bool,
    value: float,
    below: str,
) -> None:
    found = break_even(desk_of(toy_engine), key, between, of=of, factor=factor)
    (flip,) = found.flips
    assert flip.value == pytest.approx(value, rel=1e-5)
    assert flip.below == below
    assert flip.verified
    assert flip.just_below * flip.just_above < 0
    assert found.study().found
    present = {"freight_usd/toys": 900, "wait_h/TOY-FERRY": 12, "value_of_time_usd_day": 96}
    assert found.lever.now == pytest.approx(1 if factor else present[key])


def test_break_even_holds_when_a_user_runs_it_again(toy_engine: Engine) -> None:
    found = break_even(desk_of(toy_engine), "freight_usd/toys", ("truck", "water"))
    for side, cheaper in ((1 - BESIDE, "water"), (1 + BESIDE, "truck")):
        price = {"freight_usd/toys": found.flips[0].value * side}
        options = compare(
            toy_engine, *EAST, objective="cost", conditions=Conditions(assume=price), draws=1
        ).options
        usd = {o.corridor: o.route.mean("usd") for o in options if o.route is not None}
        assert min(("truck", "water"), key=usd.__getitem__) == cheaper


def test_a_number_on_neither_way_flips_nothing(toy_engine: Engine) -> None:
    found = break_even(desk_of(toy_engine), "wait_h/TOY-FERRY", ("rail", "truck"), of="time")
    assert found.flips == ()
    assert "moves neither" in found.study().title
    assert not found.study().found


def test_several_flips_are_all_found(toy_engine: Engine) -> None:
    """A key that both pay, one more: rail and truck both run by rail, but not as far."""
    found = break_even(desk_of(toy_engine), "speed_kmh/rail:BB", ("rail", "truck"), of="time")
    for flip in found.flips:
        assert flip.verified
    signs = [found.at_low, *(f.just_above for f in found.flips)]
    assert len(found.flips) == sum((one < 0) != (other < 0) for one, other in pairwise(signs))


def test_break_even_refuses_what_cannot_be(toy_engine: Engine) -> None:
    desk = desk_of(toy_engine)
    with pytest.raises(ParameterError, match="did you mean"):
        break_even(desk, "freight_usd/toy", ("truck", "water"))
    with pytest.raises(UsageError, match="no parameter begins"):
        break_even(desk, "frieght/toys", ("truck", "water"), factor=True)
    with pytest.raises(UsageError, match="has no route"):
        break_even(desk, "gauge_h", ("idle", "rail"))
    with pytest.raises(UsageError, match="two different"):
        break_even(desk, "gauge_h", ("rail", "rail"))
    with pytest.raises(UsageError, match="--range"):
        break_even(desk, "gauge_h", ("rail", "truck"), span=(9.0, 3.0))


# Tornado ------------------------------------------------------------------------------------


@pytest.mark.parametrize("corridor", ["rail", "water"])
def test_a_bar_is_what_setting_the_parameter_does(spread_engine: Engine, corridor: str) -> None:
    """The train and the ship have one way each: searched anew, it is still the same way."""
    desk = desk_of(spread_engine)
    route = way(desk, corridor)
    bars = tornado(route).bars
    assert len(bars) > 8
    for bar in bars:
        for value, days, usd in (
            (bar.row.low, bar.days_low, bar.usd_low),
            (bar.row.high, bar.days_high, bar.usd_high),
        ):
            other = way(repriced(desk, {bar.row.key: value}), corridor)
            change = (other.mean("hours") - route.mean("hours")) / 24
            assert days == pytest.approx(change, abs=1e-9)
            assert usd == pytest.approx(other.mean("usd") - route.mean("usd"), abs=1e-6)


def test_a_fast_day_is_a_short_one(spread_engine: Engine) -> None:
    bars = {bar.row.key: bar for bar in tornado(way(desk_of(spread_engine), "rail")).bars}
    assert bars["speed_kmh/rail"].days_low > 0 > bars["speed_kmh/rail"].days_high
    assert bars["gauge_h"].days_low < 0 < bars["gauge_h"].days_high


def test_what_is_not_on_the_way_has_no_bar(spread_engine: Engine) -> None:
    desk = desk_of(spread_engine)
    route = way(desk, "rail")
    keys = {bar.row.key for bar in tornado(route).bars}
    assert not keys & {"speed_kmh/road", "freight_usd/toys", "wait_h/TOY-FERRY"}
    same = way(repriced(desk, {"speed_kmh/road": 5.0}), "rail")
    assert same.mean("hours") == route.mean("hours")


def test_bars_are_sorted_and_differences_cancel_what_is_common(spread_engine: Engine) -> None:
    desk = desk_of(spread_engine)
    rail, truck = way(desk, "rail"), way(desk, "truck")
    for of in ("days", "usd"):
        found = tornado(rail, truck, of=of)  # type: ignore[arg-type]
        swings = [bar.swing(of) for bar in found.bars]  # type: ignore[arg-type]
        assert swings == sorted(swings, reverse=True)
        assert found.days == pytest.approx((rail.mean("hours") - truck.mean("hours")) / 24)
    for bar in tornado(rail, rail).bars:
        assert bar[1:] == pytest.approx((0.0, 0.0, 0.0, 0.0), abs=1e-9)
    alone = {bar.row.key: bar for bar in tornado(rail).bars}
    other = {bar.row.key: bar for bar in tornado(truck).bars}
    for bar in tornado(rail, truck).bars:
        parts = [group[bar.row.key].days_high if bar.row.key in group else 0.0
                 for group in (alone, other)]  # fmt: skip
        assert bar.days_high == pytest.approx(parts[0] - parts[1])


def test_certain_numbers_have_flat_bars(toy_engine: Engine) -> None:
    for bar in tornado(way(desk_of(toy_engine), "rail")).bars:
        assert bar[1:] == pytest.approx((0.0, 0.0, 0.0, 0.0))


# Pareto -------------------------------------------------------------------------------------


def beats(one: Measures, other: Measures) -> bool:
    mine, theirs = one.rounded, other.rounded
    return mine != theirs and all(a <= b for a, b in zip(mine, theirs, strict=True))


measures = st.builds(
    Measures,
    days=st.floats(1, 3),
    usd=st.floats(100, 300),
    co2e_kg=st.floats(10, 90),
    exposure=st.sampled_from([0.0, 0.2, 0.5]),
)


@given(rows=st.lists(measures, max_size=12))
def test_front_is_free_of_the_beaten_and_beats_the_rest(rows: list[Measures]) -> None:
    rated = [(row, i) for i, row in enumerate(rows)]
    kept = [row for row, _ in front(rated)]
    assert not any(beats(one, other) for one in kept for other in kept)
    assert len({row.rounded for row in kept}) == len(kept)
    for row in rows:
        assert any(one.rounded == row.rounded or beats(one, row) for one in kept)


def test_front_by_hand() -> None:
    quick, cheap = Measures(10, 5000, 900, 0.0), Measures(20, 3000, 900, 0.0)
    slow, alike = Measures(11, 5000, 900, 0.0), Measures(10.01, 5004, 903, 0.001)
    clean = Measures(21, 5000, 100, 0.0)
    given_rows = [(m, i) for i, m in enumerate((quick, cheap, slow, alike, clean))]
    assert [i for _, i in front(given_rows)] == [0, 1, 4]


@pytest.mark.parametrize("ends", [EAST, WEST])
def test_pareto_of_the_toy(toy_engine: Engine, ends: tuple[str, str]) -> None:
    desk = desk_of(toy_engine, ends)
    found = pareto(desk)
    rows = [choice.measures for choice in found.choices]
    assert not any(beats(one, other) for one in rows for other in rows)
    ranks = [desk.rank(choice.route) for choice in found.choices]
    assert ranks == sorted(ranks)
    assert found.choices[0].shared == 1.0
    assert found.choices[0].differs
    # The quickest and the cheapest corridor are on every front.
    for objective, dimension in (("time", "hours"), ("cost", "usd")):
        here = aimed(desk, objective)  # type: ignore[arg-type]
        least = min(way(here, name).mean(dimension) for name in ("rail", "truck", "water"))  # type: ignore[arg-type]
        assert min(c.route.mean(dimension) for c in found.choices) <= least + 1e-9  # type: ignore[arg-type]


VALUES = (0.5, 5.0, 20.0, 96.0, 300.0, 2000.0)


@pytest.mark.parametrize("ends", [EAST, WEST])
def test_no_value_of_time_finds_a_way_that_the_front_lacks(
    toy_engine: Engine, ends: tuple[str, str]
) -> None:
    """What is best at some value of time is on the front, or beaten by what is."""
    desk = desk_of(toy_engine, ends)
    have = [choice.measures for choice in pareto(desk).choices]
    for value in VALUES:
        here = aimed(desk, "balanced", value)
        for name in ("rail", "truck", "water", "free"):
            one = measured(desk, way(here, name), ()).rounded
            assert any(m.rounded[0] <= one[0] and m.rounded[1] <= one[1] for m in have)


@pytest.mark.parametrize("corridor", ["rail", "truck", "water", "free"])
def test_efficient_routes_beat_each_other_in_nothing(toy_engine: Engine, corridor: str) -> None:
    desk = desk_of(toy_engine)
    routes = efficient_routes(desk, corridor)
    hours = [route.mean("hours") for route in routes]
    assert hours == sorted(hours)
    for objective in ("time", "cost"):
        best = way(aimed(desk, objective), corridor)  # type: ignore[arg-type]
        assert min(desk.rank(route) for route in routes) <= desk.rank(best) + 1e-9
    if corridor != "free":
        assert {route.corridor for route in routes} == {corridor}
        usd = [route.mean("usd") for route in routes]
        assert usd == sorted(usd, reverse=True)


def test_a_dated_front_keeps_no_barred_route(toy_engine: Engine) -> None:
    terms = Terms(depart=date(2026, 6, 1))
    desk = open_desk(toy_engine, *EAST, "terminal", "balanced", None, None, terms)
    found = pareto(desk)
    assert found.choices
    assert all(not choice.route.barred for choice in found.choices)
    assert "by the prices of 2026-06-01" in found.study().notes[0]


def test_notes_say_what_is_exact(toy_engine: Engine) -> None:
    assert "or of none" in pareto(desk_of(toy_engine)).study().notes[0]
    alone = pareto(desk_of(toy_engine), corridors=["rail"]).study().notes[0]
    assert "Days against dollars: exact" in alone
    assert "or of none" not in alone


def test_exposure_is_the_share_of_flagged_land(toy_engine: Engine) -> None:
    """BB has a flag: by rail 12 + 290 + 12 of the 1,038 km eastbound lie in it, 50 in DD."""
    found = pareto(desk_of(toy_engine), corridors=["rail"])
    (choice,) = found.choices
    assert choice.flagged == ("BB",)
    assert choice.measures.exposure == pytest.approx((12 + 340 - 50 + 12) / 1038)
    (ship,) = pareto(desk_of(toy_engine), corridors=["water"]).choices
    assert ship.measures.exposure == 0


def test_shared_length_is_measured_on_the_lines(toy_engine: Engine) -> None:
    """Train and truck eastbound: from Bravo on they run over the same 110 + 24 + 300 km."""
    desk = desk_of(toy_engine)
    tracks = Tracks(desk.graph)
    rail, truck, ship = (tracks.of(way(desk, name)) for name in ("rail", "truck", "water"))
    assert sum(rail.values()) == pytest.approx(1038)
    assert shared_share(rail, truck) == pytest.approx(434 / 998)
    assert shared_share(truck, rail) == pytest.approx(434 / 1038)
    assert shared_share(rail, ship) == 0
    assert shared_share(ship, ship) == pytest.approx(1.0)
    assert MOST_SHARED > 434 / 1038


def test_a_free_route_pays_for_its_box_like_the_corridor_it_follows(toy_engine: Engine) -> None:
    """Only rail has a row for the lease: 1,000 USD."""
    desk = desk_of(toy_engine, closed=frozenset({"toys", "AB-road"}))
    free, rail = way(desk, "free"), way(desk, "rail")
    assert free.mean("usd") == pytest.approx(rail.mean("usd"))
    ship = desk_of(toy_engine, closed=frozenset({"BC-rail"}))
    assert way(ship, "free").mean("usd") == pytest.approx(1320)
    assert leased(ship, way(ship, "water")).mean("usd") == pytest.approx(1320)
