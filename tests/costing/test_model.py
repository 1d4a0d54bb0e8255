"""Charges: which row is taken, what it is multiplied by, and that nothing is smeared."""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.engine import Engine
from corridors.costing.charge import Charge, Vector, total
from corridors.costing.model import CostModel
from corridors.errors import ParameterError
from corridors.network.tables import Facility, Service
from corridors.parameters import Ledger, ParameterRow
from corridors.shipment import Heading


def row(
    key: str, typ: float, *, low: float | None = None, high: float | None = None
) -> ParameterRow:
    return ParameterRow(key, low or typ, typ, high or typ, "unit", "assumption")


def model(*rows: ParameterRow, heading: Heading = "westbound") -> CostModel:
    return CostModel(Ledger(rows), heading=heading)


YARD = Facility("A-YRD", "Alfa yard", "AA", 0.0, 2.9, "gauge_yard", ("rail:AA",))


def service(**cells: object) -> Service:
    base: dict[str, object] = {
        "id": "S", "name": "S", "operator": "", "mode": "ferry", "group": "G", "a": "X", "b": "Y",
        "both_ways": True, "status": "operating", "grade": "expert",
    }  # fmt: skip
    return Service(**(base | cells))  # type: ignore[arg-type]


def test_run_is_kilometres_by_speed_and_rate() -> None:
    run = model(
        row("speed_kmh/rail", 40), row("rate_usd_km/rail", 0.5), row("co2e_kg_km/rail", 0.2)
    )
    vector = run.run("rail:AA", 200.0, country="AA")
    assert vector.mean("hours") == 5
    assert vector.mean("usd") == 100
    assert vector.mean("co2e_kg") == pytest.approx(40)
    assert run.per_km("rail:AA") == pytest.approx((1 / 40, 0.5))


@pytest.mark.parametrize(
    ("keys", "heading", "hours"),
    [
        (["speed_kmh/rail"], "westbound", 10),
        (["speed_kmh/rail", "speed_kmh/rail/westbound"], "westbound", 5),
        (["speed_kmh/rail", "speed_kmh/rail/westbound"], "eastbound", 10),
        (["speed_kmh/rail", "speed_kmh/rail/westbound", "speed_kmh/rail:AA"], "westbound", 10 / 3),
        (
            ["speed_kmh/rail", "speed_kmh/rail:AA", "speed_kmh/rail:AA/westbound"],
            "westbound", 10 / 3,
        ),
    ],
)  # fmt: skip
def test_most_specific_row_wins(keys: list[str], heading: Heading, hours: float) -> None:
    """The n-th key has speed 10 n, so that 100 km take 10 / n hours."""
    speeds = [row(key, 10.0 * n) for n, key in enumerate(keys, 1)]
    costs = model(*speeds, row("rate_usd_km/rail", 1), row("co2e_kg_km/rail", 1), heading=heading)
    assert costs.run("rail:AA", 100.0, country="").mean("hours") == pytest.approx(hours)


def test_missing_row_is_an_error_that_names_the_keys() -> None:
    with pytest.raises(ParameterError, match="speed_kmh/rail:AA"):
        model().run("rail:AA", 1.0, country="")
    with pytest.raises(ParameterError, match="gauge_h/A-YRD"):
        model().gauge_change(YARD)


def test_event_keys_of_a_border(toy_engine: Engine) -> None:
    crossing = next(c for c in toy_engine.tables.crossings if c.id == "AB-rail")
    costs = CostModel(toy_engine.ledger, heading="westbound")
    there = costs.border(crossing, forward=True, countries=("AA", "BB"))
    back = costs.border(crossing, forward=False, countries=("BB", "AA"))
    assert [c.row.key for c in (*there.hours, *there.usd)] == [
        "border_h/AB-rail/ab", "border_usd/rail",
    ]  # fmt: skip
    assert [c.row.key for c in (*back.hours, *back.usd)] == [
        "border_h/rail",
        "border_usd/rail/BB-AA",
    ]
    # The shock is that of the country entered.
    assert (there.hours[0].group, back.hours[0].group) == ("BB", "AA")


def test_reload_is_only_where_the_ledger_has_a_row(toy_engine: Engine) -> None:
    rows = {c.id: c for c in toy_engine.tables.crossings}
    costs = CostModel(toy_engine.ledger, heading="westbound")
    back = costs.reload(rows["AB-road"], forward=False, country="AA")
    assert back is not None
    assert (back.mean("hours"), back.mean("usd")) == (9, 45)
    there = costs.reload(rows["AB-road"], forward=True, country="BB")
    assert there is not None
    assert (there.mean("hours"), there.mean("usd")) == (9, 0)
    assert costs.reload(rows["AB-rail"], forward=True, country="BB") is None


def test_wait_is_derived_from_the_headway() -> None:
    """A box comes at any time: at an even headway of 24 h it waits 12 on average."""
    charge = model().wait(service(headway_h_typ=24.0), YARD).hours[0]
    assert (charge.row.low, charge.row.typ, charge.row.high) == pytest.approx((2.4, 12, 21.6))
    # The law through P10, P50 and P90 has nearly the mean of the even one.
    assert charge.mean == pytest.approx(12, rel=0.02)
    uneven = model().wait(
        service(headway_h_low=12.0, headway_h_typ=24.0, headway_h_high=72.0), YARD
    )
    assert uneven.hours[0].mean > charge.mean
    assert uneven.hours[0].row.grade == "expert"


def test_wait_row_comes_before_the_headway_and_the_group() -> None:
    costs = model(row("wait_h/S", 7), row("wait_h/G", 9))
    assert costs.wait(service(headway_h_typ=24.0), YARD).mean("hours") == 7
    assert model(row("wait_h/G", 9)).wait(service(headway_h_typ=24.0), YARD).mean("hours") == 9


def test_service_without_headway_and_row_cannot_be_priced() -> None:
    with pytest.raises(ParameterError, match="wait_h/S"):
        model().wait(service(), YARD)


def test_sailing_by_row_or_by_distance() -> None:
    common = (row("freight_usd/G", 800), row("co2e_kg_km/ferry", 2))
    by_distance = model(row("sail_kmh/ferry", 20), *common).sailing(service(), 300.0)
    assert [by_distance.mean(d) for d in ("hours", "usd", "co2e_kg")] == [15, 800, 600]
    by_row = model(row("sail_h/S", 21), *common).sailing(service(), 300.0)
    assert by_row.mean("hours") == 21
    with pytest.raises(ParameterError, match="freight_usd/S"):
        model(row("sail_h/S", 21)).sailing(service(), 300.0)


@given(
    st.lists(st.floats(0.001, 1e6), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_total_does_not_depend_on_the_order(amounts: list[float], chance: object) -> None:
    charges = [Charge(row("k", 1.5, low=1.0, high=2.5), a, False, "x", "AA") for a in amounts]
    shuffled = charges[:]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert total(charges) == total(shuffled) == Vector(hours=tuple(charges)).mean("hours")


@given(
    low=st.floats(0.2, 1.0), high=st.floats(1.0, 6.0), typ=st.floats(0.1, 1e4),
    amount=st.floats(0.1, 1e4),
)  # fmt: skip
def test_mean_of_a_charge_is_that_of_its_distribution(
    low: float, high: float, typ: float, amount: float
) -> None:
    """Checked against the integral of the quantile function."""
    charge = Charge(row("k", typ, low=low * typ, high=high * typ), amount, False, "x", "AA")
    # Midpoints of equal shares of probability, by the normal's own quantiles.
    from statistics import NormalDist

    z = np.array([NormalDist().inv_cdf((k + 0.5) / 4000) for k in range(4000)])
    assert charge.distribution.sample(z).mean() == pytest.approx(charge.mean, rel=0.01)
    slow = Charge(row("k", typ, low=low * typ, high=high * typ), amount, True, "x", "AA")
    assert slow.mean >= amount / typ * (1 - 1e-12) or low * high < 1 or high > 1
    assert slow.distribution.typ == pytest.approx(amount / typ)


def test_charge_of_nothing_is_nothing() -> None:
    assert Charge(row("k", 0.0), 3.0, False, "x", "AA").mean == 0
    assert Charge(row("k", 5.0), 0.0, False, "x", "AA").mean == 0
    with pytest.raises(ParameterError, match="k=0"):
        _ = Charge(row("k", 0.0), 3.0, True, "x", "AA").mean


def test_rate_of_a_zone_is_not_touched_by_events(toy: ModuleType, toy_engine: Engine) -> None:
    """Nothing of a border is smeared over the haul beside it."""
    plain = CostModel(toy_engine.ledger, heading="westbound").per_km("rail:AA")
    dear = toy_engine.ledger.override({"border_h/rail": 500.0, "border_usd/rail": 9000.0})
    assert CostModel(dear, heading="westbound").per_km("rail:AA") == plain
    assert plain == pytest.approx((1 / 50, 0.5))
    assert math.isclose(toy.PARAMETERS["rate_usd_km/rail"], 0.5)


def test_every_row_that_a_question_may_need_is_there(engine: Engine) -> None:
    """All zones, crossings, yards, lifts and usable services of the packaged network."""
    graph = engine.graph()
    for heading in ("westbound", "eastbound"):
        costs = CostModel(engine.ledger, heading=heading)
        for zone in engine.tables.zones:
            hours, usd = costs.per_km(zone.zone)
            assert 0 < hours < 0.2
            assert 0 < usd < 10
        for state, moves in graph.moves.items():
            for move in moves:
                facility = graph.facilities[state[0]]
                if move.crossing is not None:
                    crossing = graph.crossing_rows[move.crossing.id]
                    pair = ("AA", "BB")
                    vector = costs.border(crossing, forward=move.forward, countries=pair)
                    yard = crossing.gauge_ab if move.forward else crossing.gauge_ba
                    if yard:
                        costs.gauge_change(graph.facilities[yard])
                elif move.service is not None:
                    costs.wait(move.service, facility)
                    km = graph.service_km[move.service.id]
                    vector = costs.sailing(move.service, km)
                elif move.kind == "lift":
                    vector = costs.lift(facility, graph.mode_of(state), graph.mode_of(move.to))
                else:
                    continue
                assert vector.mean("hours") >= 0
                assert vector.mean("usd") >= 0
