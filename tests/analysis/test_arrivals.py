"""Draws on their own days: who comes to a closed gate waits, and nobody else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from corridors.analysis.arrivals import DatedSpread, matched, p_stopped
from corridors.analysis.compare import Option, compare
from corridors.analysis.document import document
from corridors.analysis.engine import Engine
from corridors.analysis.profile import profile
from corridors.analysis.spread import draw
from corridors.costing.charge import Charge, Vector
from corridors.parameters import ParameterRow
from corridors.routing.route import Event, Leg
from corridors.shipment import Terms

HEAD = """\
id: shut
title: The yard is shut
kind: disruption
valid_from: 2027-02-01
valid_to: 2027-02-10
last_known: 2027-02
grade: hypothetical
effects:
"""
CLOSED = HEAD + "  - close: {crossing: AB-rail}\n"
QUEUE = HEAD + "  - add_h: {event: border_h/AB-rail, typ: 100}\n"
DEAR = HEAD + "  - times: {event: border_usd/rail, typ: 3}\n"
OPEN_END = CLOSED.replace("valid_to: 2027-02-10", "valid_to: null")

Make = Callable[..., Engine]
FIRST, LAST = date(2027, 2, 1), date(2027, 2, 10)


@pytest.fixture(scope="module")
def make(
    toy: ModuleType, load: Callable[[Path], Engine], tmp_path_factory: pytest.TempPathFactory
) -> Make:
    """Makes the toy with a condition, certain or spread."""
    made: dict[tuple[str, bool], Engine] = {}

    def world(condition: str = "", *, certain: bool = False) -> Engine:
        key = (condition, certain)
        if key not in made:
            spread = (1.0, 1.0) if certain else (0.7, 1.8)
            folder = Path(toy.write_toy(tmp_path_factory.mktemp("days"), spread=spread))
            (folder / "conditions").mkdir()
            if condition:
                (folder / "conditions" / "shut.yaml").write_text(condition, "utf-8")
            made[key] = load(folder)
        return made[key]

    return world


def by_rail(engine: Engine, depart: date | None, draws: int = 200) -> Option:
    terms = Terms(depart=depart)
    answer = compare(engine, "Charlie", "Alfa", corridors=["rail"], terms=terms, draws=draws)
    return answer.options[0]


def drawn(option: Option) -> DatedSpread:
    assert isinstance(option.spread, DatedSpread)
    return option.spread


def arrival(option: Option, step_kind: str) -> NDArray[np.float64]:
    """Hours until each draw is at the first event of a kind, from the steps before it."""
    assert option.route is not None
    assert option.spread is not None
    so_far = np.zeros_like(option.spread.hours)
    for step in option.route.steps:
        if isinstance(step, Event) and step.kind == step_kind and step.at == "AB-rail":
            return so_far
        so_far = so_far + option.spread.step_hours[step.id]
    raise AssertionError(f"no {step_kind}")


@pytest.mark.parametrize("condition", [CLOSED, QUEUE, DEAR])
@pytest.mark.parametrize("shift", range(-3, 14))
def test_without_spread_every_draw_is_the_mean(make: Make, condition: str, shift: int) -> None:
    option = by_rail(make(condition, certain=True), FIRST + timedelta(days=shift), draws=5)
    assert option.route is not None
    assert option.spread is not None
    spread = option.spread
    assert spread.hours == pytest.approx(option.route.mean("hours"))
    assert spread.usd == pytest.approx(option.route.mean("usd"))
    for step in option.route.steps:
        assert spread.step_hours[step.id] == pytest.approx(step.vector.mean("hours"))
    assert p_stopped(spread) == 0.0


@given(shift=st.integers(min_value=-60, max_value=40), condition=st.sampled_from([CLOSED, QUEUE]))
def test_off_its_days_a_condition_leaves_no_trace(make: Make, shift: int, condition: str) -> None:
    depart = FIRST + timedelta(days=shift)
    with_it, without = by_rail(make(condition), depart), by_rail(make(), depart)
    assert with_it.spread is not None
    assert without.spread is not None
    there = without.spread.step_hours
    late = depart > LAST
    early = float(without.spread.hours.max()) / 24 < (FIRST - depart).days
    if late or early:
        assert (with_it.spread.hours == without.spread.hours).all()
        assert (with_it.spread.usd == without.spread.usd).all()
        assert with_it.spread.step_hours.keys() == there.keys()
    # It never makes anything faster.
    assert (with_it.spread.hours >= without.spread.hours - 1e-9).all()


@pytest.mark.parametrize("shift", range(-3, 10, 2))
def test_each_draw_waits_from_its_own_day(make: Make, shift: int) -> None:
    depart = FIRST + timedelta(days=shift)
    option = by_rail(make(CLOSED), depart, draws=400)
    assert option.route is not None
    spread = drawn(option)
    # Worked out again, box by box, from the hours that it takes to the gate when nothing is shut.
    base = by_rail(make(), depart, draws=400).route
    assert base is not None
    free = draw(base, spread.draws)
    gate = next(
        position
        for position, step in enumerate(base.steps)
        if isinstance(step, Leg) and {step.a, step.b} == {"B-WYRD", "A-YRD"}
    )
    to_gate = np.sum([free.step_hours[step.id] for step in base.steps[:gate]], axis=0)
    expected = np.zeros_like(spread.hours)
    for i, hours in enumerate(to_gate):
        day = depart + timedelta(hours=float(hours))
        if FIRST <= day <= LAST:
            expected[i] = 24 * ((LAST - day).days + 1) - 12
    assert spread.hours - free.hours == pytest.approx(expected, abs=1e-6)
    if shift == -3:
        # Some come before it and some into it: the mean of the way shows neither.
        assert 0 < (expected > 0).mean() < 1


def test_hours_on_top_are_for_those_who_come_on_these_days(make: Make) -> None:
    depart = FIRST + timedelta(days=7)
    option, plain = by_rail(make(QUEUE), depart), by_rail(make(), depart)
    assert plain.spread is not None
    more = drawn(option).hours - plain.spread.hours
    came = arrival(plain, "border")
    inside = came / 24 < (LAST - depart).days + 1
    assert 0 < inside.mean() < 1
    assert more == pytest.approx(np.where(inside, 100.0, 0.0), abs=1e-6)


def test_dollars_go_by_the_day_too_and_steps_add_up(make: Make) -> None:
    depart = FIRST + timedelta(days=7)
    option, plain = by_rail(make(DEAR), depart), by_rail(make(), depart)
    assert plain.spread is not None
    assert option.route is not None
    spread = drawn(option)
    ratio = spread.usd / plain.spread.usd
    assert ratio.min() == pytest.approx(1.0)
    assert ratio.max() > 1.0
    assert sum(spread.step_usd(step) for step in option.route.steps) == pytest.approx(spread.usd)
    assert sum(spread.step_hours.values()) == pytest.approx(spread.hours)
    last = profile(option.route, spread)[-1]
    assert (last.hours.p10, last.hours.p90) == pytest.approx(spread.quantiles("hours")[::2])
    assert (last.usd.p10, last.usd.p90) == pytest.approx(spread.quantiles("usd")[::2])


def test_a_closure_without_an_end_stops_some_and_says_so(make: Make) -> None:
    # The mean comes to the yard before it is shut; a part of the boxes does not.
    depart = FIRST - timedelta(days=4)
    engine = make(OPEN_END)
    option = by_rail(engine, depart)
    share = p_stopped(drawn(option))
    came = arrival(option, "border")
    assert 0.0 < share < 1.0
    assert share == pytest.approx((came / 24 >= (FIRST - depart).days).mean(), abs=0.03)
    terms = Terms(depart=depart)
    answer = compare(engine, "Charlie", "Alfa", corridors=["rail"], terms=terms, draws=200)
    told = document(answer, reproduce="")["options"][0]["reliability"]["p_stopped"]
    assert told == share
    usual = compare(engine, "Charlie", "Alfa", corridors=["rail"], draws=20)
    assert document(usual, reproduce="")["options"][0]["reliability"]["p_stopped"] is None


def test_an_ordinary_week_is_drawn_as_ever(make: Make) -> None:
    option = by_rail(make(CLOSED), None)
    assert option.route is not None
    assert option.spread is not None
    assert not isinstance(option.spread, DatedSpread)
    plain = draw(option.route, option.spread.draws)
    assert (option.spread.hours == plain.hours).all()


def test_steps_are_matched_by_what_they_are_and_where() -> None:
    row = ParameterRow("x_h", 1, 1, 1, "h", "assumption")

    def event(number: int, kind: str, at: str, hours: float) -> Event:
        vector = Vector(hours=(Charge(row, hours, False, at, ""),))
        return Event(f"E{number}", kind, at, 0.0, 0.0, {}, vector)  # type: ignore[arg-type]

    base = [event(1, "lift", "A", 1), event(2, "release", "B", 2), event(3, "equipment", "rail", 3)]
    other = [event(1, "fill", "A", 10), event(2, "lift", "A", 20), event(3, "delivery", "B", 40)]
    found = {name: [c.amount for c in v.hours] for name, v in matched(base, other).items()}
    # New before the lift counts with it, new at the end too; the release is not there that day;
    # the lease is no part of the way.
    assert found == {"E1": [10, 20, 40], "E2": [], "E3": [3]}


def test_boxes_late_for_the_last_train_before_the_polish_closure(engine: Engine) -> None:
    """The mean reaches Brest the day before it shut: its own answer shows no wait at all."""

    def northern(depart: str) -> Option:
        terms = Terms(depart=date.fromisoformat(depart))
        return compare(
            engine, "Xi'an", "Duisburg", corridors=["northern"], terms=terms, draws=500
        ).options[0]

    calm, eve = northern("2025-08-01"), northern("2025-08-26")
    assert calm.route is not None
    assert eve.route is not None
    assert abs(eve.route.mean("hours") - calm.route.mean("hours")) < 24
    (_, middle, high), (_, usual, usual_high) = (
        option.spread.quantiles("hours") if option.spread else (0.0, 0.0, 0.0)
        for option in (eve, calm)
    )
    assert abs(middle - usual) < 24
    assert high > usual_high + 5 * 24
