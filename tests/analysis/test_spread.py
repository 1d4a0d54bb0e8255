"""Draws: the mean of many is the exact mean, and the same event draws alike everywhere."""

from __future__ import annotations

import math

import numpy as np
import pytest

from corridors.analysis.compare import compare
from corridors.analysis.engine import Engine
from corridors.analysis.spread import Draws
from corridors.costing.charge import Charge
from corridors.parameters import ParameterRow

COUNT = 20_000


@pytest.mark.parametrize("journey", [("Alfa", "Charlie"), ("Charlie", "Alfa")])
def test_mean_of_the_draws_is_the_exact_mean(
    spread_engine: Engine, journey: tuple[str, str]
) -> None:
    for option in compare(spread_engine, *journey, draws=COUNT).options:
        if option.route is not None and option.spread is not None:
            hours, usd = option.spread.hours, option.spread.usd
            assert hours.mean() == pytest.approx(option.route.mean("hours"), rel=0.015)
            assert usd.mean() == pytest.approx(option.route.mean("usd"), rel=0.015)


def test_mean_of_the_draws_on_the_packaged_network(engine: Engine) -> None:
    for option in compare(engine, "Xi'an", "Duisburg", draws=COUNT).options:
        assert option.route is not None
        assert option.spread is not None
        for dimension, drawn in (("hours", option.spread.hours), ("usd", option.spread.usd)):
            exact = option.route.mean("hours" if dimension == "hours" else "usd")
            assert drawn.mean() == pytest.approx(exact, rel=0.015), (option.corridor, dimension)
            low, middle, high = option.spread.quantiles(dimension)
            assert 0 < low < middle < high
        steps = np.sum(list(option.spread.step_hours.values()), axis=0)
        np.testing.assert_allclose(steps, option.spread.hours, rtol=1e-12)
        assert option.spread.p90_step() in {step.id for step in option.route.steps}


def test_same_event_draws_alike_on_two_corridors(spread_engine: Engine) -> None:
    options = {o.corridor: o for o in compare(spread_engine, "Alfa", "Charlie", draws=50).options}
    shared = 0
    drawn = {}
    for name in ("rail", "truck"):
        option = options[name]
        assert option.route is not None
        assert option.spread is not None
        for event in option.route.events:
            key = (event.kind, event.at)
            if key in drawn:
                np.testing.assert_array_equal(drawn[key], option.spread.step_hours[event.id])
                shared += 1
            drawn[key] = option.spread.step_hours[event.id]
    assert shared >= 3  # the border of BB and CC, the yard in CC, the release


def test_closing_something_does_not_change_the_draws_of_the_rest(engine: Engine) -> None:
    from corridors.analysis.desk import Conditions

    def draws(conditions: Conditions | None) -> dict[tuple[str, str], np.ndarray]:
        answer = compare(
            engine, "Xi'an", "Duisburg", corridors=["titr"], draws=50, conditions=conditions
        )
        option = answer.options[0]
        assert option.route is not None
        assert option.spread is not None
        return {(e.kind, e.at): option.spread.step_hours[e.id] for e in option.route.events}

    usual, avoiding = draws(None), draws(Conditions(avoid=("RU", "BY")))
    assert usual.keys() == avoiding.keys()
    for key in usual:
        np.testing.assert_array_equal(usual[key], avoiding[key])


def charge(key: str, *, at: str, group: str, low: float = 5.0, high: float = 20.0) -> Charge:
    row = ParameterRow(key, low, 10.0, high, "h", "assumption")
    return Charge(row, 1.0, False, at, group)


def test_a_charge_draws_its_own_quantiles(spread_engine: Engine) -> None:
    draws = Draws(spread_engine.ledger, count=COUNT, seed=3)
    values = draws.charge(charge("wait_h/x", at="x", group="AA"), "hours")
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    assert (low, middle, high) == pytest.approx((5, 10, 20), rel=0.03)
    # A speed has its bad day where it is low.
    row = ParameterRow("speed_kmh/x", 20.0, 40.0, 50.0, "km/h", "assumption")
    hours = draws.charge(Charge(row, 1000.0, True, "x", "AA"), "hours")
    assert np.quantile(hours, (0.1, 0.5, 0.9)) == pytest.approx((20, 25, 50), rel=0.03)


def test_charges_of_a_country_share_a_part_of_their_variance(spread_engine: Engine) -> None:
    draws = Draws(spread_engine.ledger, count=COUNT, seed=3)
    one, same, other = (
        np.log(draws.charge(charge(f"wait_h/{k}", at=k, group=g), "hours"))
        for k, g in (("x", "AA"), ("y", "AA"), ("z", "BB"))
    )
    # Symmetric in the logarithm, so that the correlation is the share itself: 0.35.
    assert np.corrcoef(one, same)[0, 1] == pytest.approx(0.35, abs=0.03)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.03


def test_same_row_at_the_same_place_is_one_draw(spread_engine: Engine) -> None:
    draws = Draws(spread_engine.ledger, count=100, seed=3)
    one = draws.charge(charge("wait_h/x", at="x", group="AA"), "hours")
    two = Draws(spread_engine.ledger, count=100, seed=3).charge(
        charge("wait_h/x", at="x", group="AA"), "hours"
    )
    np.testing.assert_array_equal(one, two)
    elsewhere = draws.charge(charge("wait_h/x", at="y", group="AA"), "hours")
    assert not np.array_equal(one, elsewhere)


def test_seed_and_name_make_the_numbers(spread_engine: Engine) -> None:
    first = Draws(spread_engine.ledger, count=COUNT, seed=1)
    numbers = first.normal("a")
    assert first.normal("a") is numbers
    assert not np.array_equal(numbers, Draws(spread_engine.ledger, count=COUNT, seed=2).normal("a"))
    again = Draws(spread_engine.ledger, count=COUNT, seed=1).normal("a")
    np.testing.assert_array_equal(again, numbers)


def test_every_name_draws_each_slice_once(spread_engine: Engine) -> None:
    draws = Draws(spread_engine.ledger, count=COUNT, seed=1)
    one, other = draws.normal("a"), draws.normal("b")
    np.testing.assert_array_equal(np.sort(one), np.sort(other))
    assert abs(one.mean()) < 1e-9
    assert one.std() == pytest.approx(1, abs=0.01)
    # In an order of its own, so that names know nothing of each other.
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / math.sqrt(COUNT)
