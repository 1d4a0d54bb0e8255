"""Adjustments: on which charges they act, how factors multiply, what leaves no trace."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.compare import compare
from corridors.analysis.engine import Engine
from corridors.conditions.adjustment import Adjustment, product, read_adjustments
from corridors.conditions.situation import Situation, compose
from corridors.conditions.when import Case, When
from corridors.costing.model import CostModel
from corridors.costing.pricing import Pricing
from corridors.errors import DataError
from corridors.parameters import Ledger, ParameterRow
from corridors.shipment import Terms


def row(key: str, low: float, typ: float, high: float, grade: str = "expert") -> ParameterRow:
    return ParameterRow(key, low, typ, high, "unit", grade)


def adjustment(effect: Any, target: str, typ: float, when: str = "", **cells: Any) -> Adjustment:
    number = ParameterRow(f"adjust/{target}", typ, typ, typ, "unit", "assumption")
    return Adjustment(target, effect, frozenset({target}), When.parse(when), number, **cells)


LEDGER = Ledger(
    [row("fill_h/rail", 24, 24, 24), row("speed_kmh/rail", 50, 50, 50),
     row("rate_usd_km/rail", 0.5, 0.5, 0.5), row("co2e_kg_km/rail", 0.3, 0.3, 0.3)]
)  # fmt: skip


def test_general_target_reaches_the_special_charge() -> None:
    slow = adjustment("times", "speed_kmh/rail", 0.5)
    model = CostModel(LEDGER, heading="westbound", adjustments=[slow])
    assert model.run("rail:AA", 100.0, country="AA").mean("hours") == 4.0


def test_special_target_leaves_other_zones_alone() -> None:
    slow = adjustment("times", "speed_kmh/rail:BB", 0.5)
    model = CostModel(LEDGER, heading="westbound", adjustments=[slow])
    assert model.run("rail:AA", 100.0, country="AA").mean("hours") == 2.0
    assert model.run("rail:BB", 100.0, country="BB").mean("hours") == 4.0


def test_an_adjustment_with_two_targets_acts_once() -> None:
    both = Adjustment(
        "both", "add", frozenset({"fill_h/rail", "fill_h"}), When(), row("adjust/both", 6, 6, 6)
    )
    model = CostModel(LEDGER, heading="westbound", adjustments=[both])
    vector = model.optional_event("fill", ("T", "AA", "rail"), at="T", country="AA")
    assert vector is not None
    assert vector.mean("hours") == 30.0


def test_addition_is_a_charge_of_its_own() -> None:
    storm = adjustment("add", "fill_h/rail", 6.0)
    model = CostModel(LEDGER, heading="westbound", adjustments=[storm])
    vector = model.optional_event("fill", ("T", "AA", "rail"), at="T", country="AA")
    assert vector is not None
    assert [c.row.key for c in vector.hours] == ["fill_h/rail", "adjust/fill_h/rail"]


@given(
    st.floats(0.2, 1.0), st.floats(1.0, 5.0), st.floats(0.5, 2.0),
    st.floats(0.3, 1.0), st.floats(1.0, 3.0),
)  # fmt: skip
def test_product_multiplies_medians_and_never_narrows(
    low: float, high: float, factor: float, wide_low: float, wide_high: float
) -> None:
    base = row("x", low * 10, 10, high * 10, "published")
    times = Adjustment(
        "f", "times", frozenset(), When(),
        row("adjust/f", factor * wide_low, factor, factor * wide_high, "assumption"),
    )  # fmt: skip
    done = product(base, [times])
    assert done.typ == pytest.approx(10 * factor)
    assert done.low <= done.typ <= done.high
    assert done.high / done.typ >= max(high, wide_high) - 1e-9
    assert done.low / done.typ <= min(low, wide_low) + 1e-9
    assert done.key == "x"
    assert done.grade == "assumption"
    assert done.adjusted == ("f",)


def test_factor_one_changes_nothing_but_the_grade() -> None:
    base = row("x", 5, 10, 30, "published")
    one = Adjustment("one", "times", frozenset(), When(), row("adjust/one", 1, 1, 1, "published"))
    done = product(base, [one])
    assert (done.low, done.typ, done.high, done.grade) == (5, 10, 30, "published")


def test_days_on_which_the_same_acts_share_a_model() -> None:
    winter = adjustment("add", "fill_h/rail", 6.0, "month=1,2")
    prices = Pricing(LEDGER, heading="westbound", situation=Situation(adjustments=(winter,)))
    assert prices.on(date(2027, 1, 3)) is prices.on(date(2028, 2, 9))
    assert prices.on(date(2027, 3, 1)) is prices.on(None)
    assert prices.on(date(2027, 1, 3)) is not prices.on(None)


def test_terms_that_do_not_fit_are_left_out() -> None:
    single = adjustment("add", "fill_h/rail", 6.0, "booking=single")
    assert compose(Case(), [single]).adjustments == ()
    assert compose(Case(booking="single"), [single]).adjustments == (single,)


# On the toy: fill 30 h at C-TER, border BC 10 h, AB 20 h, and so on -------------------------


def toy_with(toy: ModuleType, load: Any, folder: Path, *lines: str, **numbers: float) -> Engine:
    toy.write_toy(folder, parameters=toy.PARAMETERS | numbers)
    table = "\n".join(["id,effect,target,when,note", *lines]) + "\n"
    (folder / "curated" / "adjustments.csv").write_text(table)
    engine: Engine = load(folder)
    return engine


def test_a_season_acts_on_the_day_the_box_gets_there(
    toy: ModuleType, load: Any, tmp_path: Path
) -> None:
    engine = toy_with(
        toy, load, tmp_path, "frost,add,border_h/AB-rail,month=2,", **{"adjust/frost": 48}
    )
    plain = compare(engine, "Charlie", "Alfa", corridors=["rail"]).options[0].route
    assert plain is not None
    base = plain.mean("hours")
    for depart, extra in (("2027-01-25", 0), ("2027-01-30", 48), ("2027-02-27", 0)):
        terms = Terms(depart=date.fromisoformat(depart))
        route = compare(engine, "Charlie", "Alfa", corridors=["rail"], terms=terms).options[0].route
        assert route is not None
        assert route.mean("hours") == pytest.approx(base + extra), depart


def test_taken_off_no_trace(toy: ModuleType, load: Any, tmp_path: Path, toy_engine: Engine) -> None:
    engine = toy_with(
        toy, load, tmp_path, "frost,add,border_h/rail,month=2,", **{"adjust/frost": 48}
    )
    before = compare(engine, "Charlie", "Alfa").options
    compare(engine, "Charlie", "Alfa", terms=Terms(depart=date(2027, 2, 3)))
    after = compare(engine, "Charlie", "Alfa").options
    plain = compare(toy_engine, "Charlie", "Alfa").options
    for one, two, three in zip(before, after, plain, strict=True):
        if one.route and two.route and three.route:
            assert one.route.mean("hours") == two.route.mean("hours") == three.route.mean("hours")
            assert one.route.mean("usd") == two.route.mean("usd") == three.route.mean("usd")


@pytest.mark.parametrize(
    ("line", "cell"),
    [("a,minus,fill_h/rail,,", "effect"), ("a,add,fillh/rail,,", "target"),
     ("a,add,speed_kmh/rail,,", "effect"), ("a,add,fill_h/rail,month=0,", "when"),
     ("b,add,fill_h/rail,,", "id"), (",add,fill_h/rail,,", "id")],
)  # fmt: skip
def test_a_broken_row_names_file_line_and_column(tmp_path: Path, line: str, cell: str) -> None:
    (tmp_path / "curated").mkdir()
    path = tmp_path / "curated" / "adjustments.csv"
    path.write_text(f"id,effect,target,when,note\n{line}\n")
    ledger = LEDGER.with_rows([row("adjust/a", 1, 1, 1)])
    with pytest.raises(DataError, match=rf"adjustments.csv:2: column {cell}"):
        read_adjustments(tmp_path, ledger)


def test_without_a_table_there_are_none(tmp_path: Path) -> None:
    assert read_adjustments(tmp_path, LEDGER) == []
