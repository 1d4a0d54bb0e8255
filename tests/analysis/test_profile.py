"""The profile: running totals that end in the route's own, to the last bit."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.analysis.compare import compare
from corridors.analysis.document import document
from corridors.analysis.engine import Engine
from corridors.analysis.profile import profile
from corridors.analysis.spread import Draws, draw
from corridors.costing.charge import Charge, Vector
from corridors.parameters import ParameterRow
from corridors.routing.route import Event, Leg, Route

amounts = st.floats(0.0, 500.0, allow_nan=False)
charges = st.builds(
    lambda name, country, typ, amount: Charge(
        ParameterRow(name, 0.6 * typ, typ, 1.9 * typ, "h", "assumption"),
        amount,
        False,
        name,
        country,
    ),
    st.sampled_from("abcdef"),
    st.sampled_from(("AA", "BB")),
    st.floats(0.1, 50.0),
    amounts,
)
vectors = st.builds(
    lambda hours, usd: Vector(tuple(hours), tuple(usd)),
    st.lists(charges, max_size=3),
    st.lists(charges, max_size=3),
)


@st.composite
def routes(make: Any) -> Route:
    steps: list[Leg | Event] = []
    for number in range(make(st.integers(1, 12))):
        vector = make(vectors)
        if make(st.booleans()):
            km = make(amounts)
            leg = Leg(f"L{number}", "rail", 1435, "a", "b", (), km, {}, 0.0, 0.0, vector)
            steps.append(leg)
        else:
            steps.append(Event(f"E{number}", "border", "x", 0.0, 0.0, {}, vector))
    return Route("toy", None, tuple(steps))


@settings(max_examples=60)
@given(route=routes(), seed=st.integers(0, 5))
def test_running_totals_end_in_the_route(spread_engine: Engine, route: Route, seed: int) -> None:
    spread = draw(route, Draws(spread_engine.ledger, count=64, seed=seed))
    steps = profile(route, spread)
    assert [row.step for row in steps] == [step.id for step in route.steps]
    last = steps[-1]
    assert last.hours.mean == route.mean("hours")
    assert last.usd.mean == route.mean("usd")
    assert last.km == route.km
    for band, dimension in ((last.hours, "hours"), (last.usd, "usd")):
        low, _, high = spread.quantiles(dimension)
        assert (band.p10, band.p90) == (low, high)


@settings(max_examples=60)
@given(route=routes())
def test_nothing_ever_runs_back(spread_engine: Engine, route: Route) -> None:
    spread = draw(route, Draws(spread_engine.ledger, count=64, seed=1))
    for before, after in itertools.pairwise(profile(route, spread)):
        assert before.km <= after.km
        for one, other in ((before.hours, after.hours), (before.usd, after.usd)):
            assert one.mean <= other.mean
            # Between two order statistics, rounding moves a quantile by its last digits.
            assert one.p10 <= other.p10 * (1 + 1e-12)
            assert one.p90 <= other.p90 * (1 + 1e-12)
            assert one.p10 <= one.p90


def test_certain_numbers_have_no_band(toy_engine: Engine) -> None:
    option = next(
        o for o in compare(toy_engine, "Alfa", "Charlie", draws=20).options if o.corridor == "rail"
    )
    assert option.route is not None
    assert option.spread is not None
    steps = profile(option.route, option.spread)
    assert steps[-1].hours.mean == pytest.approx(108.58)
    assert steps[-1].usd.mean == pytest.approx(1896.2)
    assert steps[-1].km == pytest.approx(1038)
    for row in steps:
        assert (row.hours.p10, row.hours.p90) == pytest.approx((row.hours.mean,) * 2)
        assert (row.usd.p10, row.usd.p90) == pytest.approx((row.usd.mean,) * 2)


def test_document_has_it_when_asked(spread_engine: Engine) -> None:
    answer = compare(spread_engine, "Alfa", "Charlie", draws=50)
    plain = document(answer, reproduce="")
    asked = document(answer, reproduce="", profile=True)
    assert not any("profile" in option for option in plain["options"])
    found = 0
    for option, bare in zip(asked["options"], plain["options"], strict=True):
        if option["status"] != "ok":
            assert option == bare
            continue
        found += 1
        rows = option.pop("profile")
        assert option == bare
        assert json.loads(json.dumps(rows, allow_nan=False)) == rows
        assert [row["step"] for row in rows] == option["sequence"]
        assert rows[-1]["hours"]["mean"] / 24 == option["time_days"]["mean"]
        assert rows[-1]["usd"] == {k: option["cost_usd"][k] for k in ("mean", "p10", "p90")}
        # A step adds its own mean and its own length, as they stand in legs and events.
        parts = {part["id"]: part for part in (*option["legs"], *option["events"])}
        start = {"km": 0.0, "hours": {"mean": 0.0}, "usd": {"mean": 0.0}}
        for before, after in itertools.pairwise([start, *rows]):
            part = parts[after["step"]]
            assert after["km"] - before["km"] == pytest.approx(part.get("distance_km", 0.0))
            for key, own in (("hours", "hours"), ("usd", "cost_usd")):
                assert after[key]["mean"] - before[key]["mean"] == pytest.approx(part[own])
    assert found >= 2
