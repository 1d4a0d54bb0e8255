"""Figures judged by their clock and kind, and scored by hand-computed numbers."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.engine import Engine
from corridors.analysis.published import Row, read_validation, splits
from corridors.analysis.scoring import Baseline, fit_baseline, scores, winkler
from corridors.analysis.unused import unused_figures
from corridors.analysis.validation import Judged, Modelled, ask, meets, validate, within_clock
from corridors.errors import DataError
from corridors.outputs.validation_page import validation_page
from corridors.parameters import Evidence


def row(kind: str = "average", low: float = 10, high: float = 10, **cells: object) -> Row:
    blank: dict[str, object] = {
        "id": "V1", "group": "", "fact_ids": ("F",), "origin": "A", "destination": "B",
        "corridor": "northern", "variant": "", "modes": (), "clock": "departure-arrival",
        "kind": kind, "quantity": "time_days", "low": low, "high": high,
    }  # fmt: skip
    return Row(**(blank | cells))  # type: ignore[arg-type]


def model(p10: float, p50: float, p90: float, mean: float | None = None, **km: float) -> Modelled:
    return Modelled(mean or p50, p10, p50, p90, 1.1 * p90, km)


# Kinds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "low", "high", "modelled", "met"),
    [
        ("average", 10, 12, model(6, 8.5, 15), True),  # 15 % below the range and no more
        ("average", 10, 12, model(6, 8.4, 15), False),
        ("average", 10, 12, model(6, 13.9, 15), False),
        ("mean", 10, 10, model(2, 5, 20, mean=10), True),  # the mean, whatever the median
        ("mean", 10, 10, model(8, 10, 20, mean=12), False),
        ("record", 9, 9, model(10, 12, 15), True),  # a tenth below P10
        ("record", 8.9, 8.9, model(10, 12, 15), False),
        ("record", 13, 13, model(10, 12, 15), False),  # half of the model beats the record
        ("target", 12, 12, model(10, 11, 15, mean=12.1), True),
        ("target", 12, 12, model(10, 11, 15, mean=11.9), False),
        ("bad_week", 16, 20, model(8, 10, 15), True),  # P95 is 16.5
        ("bad_week", 17, 20, model(8, 10, 15), False),
        ("trip", 15, 15, model(8, 10, 15), True),
        ("trip", 15.1, 15.1, model(8, 10, 15), False),
        ("ratio", 1.3, 1.5, model(1.5, 1.5, 1.5), True),  # no slack: a range is given
        ("ratio", 1.3, 1.5, model(1.51, 1.51, 1.51), False),
    ],
)
def test_each_kind_is_judged_as_what_it_is(
    kind: str, low: float, high: float, modelled: Modelled, met: bool
) -> None:
    verdict, why = meets(row(kind, low, high), modelled)
    assert verdict is met
    assert bool(why) is not met


# Clocks ----------------------------------------------------------------------------------


def test_a_clock_covers_its_own_events_only(engine: Engine) -> None:
    question = row(origin="CN-XIA", destination="DE-DUI", corridor="titr", clock="door-door")
    route = ask(engine, question)
    kinds = {
        clock: [getattr(step, "kind", step.__class__.__name__) for step in steps]
        for clock in ("door-door", "departure-arrival", "port-port", "wait-sailing", "release")
        if (steps := within_clock(route, clock).steps) is not None
    }
    assert kinds["door-door"][0] == "pickup"
    assert kinds["door-door"][-2:] == ["delivery", "equipment"]
    assert not {"pickup", "fill", "release", "delivery"} & set(kinds["departure-arrival"])
    assert {"border", "wait", "gauge_change", "Leg"} <= set(kinds["departure-arrival"])
    assert set(kinds["port-port"]) <= {"Leg", "transshipment"}
    assert set(kinds["wait-sailing"]) - set(kinds["port-port"]) == {"wait"}
    assert kinds["release"] == ["release"]


@pytest.mark.parametrize("corridor", ["northern", "titr"])
def test_a_wider_clock_is_never_shorter(engine: Engine, corridor: str) -> None:
    route = ask(engine, row(origin="CN-XIA", destination="DE-DUI", corridor=corridor))
    hours = [
        within_clock(route, clock).mean("hours")
        for clock in ("port-port", "wait-sailing", "departure-arrival", "terminal-terminal")
    ]
    assert hours == sorted(hours)


def test_a_border_clock_holds_no_running(engine: Engine) -> None:
    route = ask(engine, row(origin="BY-BRT", destination="PL-MAA", corridor="", modes=("rail",)))
    border = within_clock(route, "border-reload")
    assert [event.kind for event in border.events] == ["border", "gauge_change"]
    assert border.legs == ()


# The table -------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, geodata: Path) -> Path:
    """A folder with the tables that the validation reads besides the engine's."""
    curated = tmp_path / "curated"
    curated.mkdir()
    for name in ("evidence", "evidence_split", "validation", "validation_unused"):
        shutil.copy(geodata / "curated" / f"{name}.csv", curated)
    return tmp_path


def edit(folder: Path, name: str, change: Callable[[str], str]) -> None:
    path = folder / "curated" / name
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("border-border,average", "border,average", "V001: clock 'border' is none of"),
        ("border-border,average", "border-border,mode", "V001: kind 'mode' is none of"),
        ("average,time_days,6,8", "average,hours,6,8", "V001: quantity 'hours' is none of"),
        ("average,time_days,6,8", "average,time_days,8,6", "V001: low 8 and high 6: no range"),
        ("average,time_days,6,8", "average,time_days,0,8", "V001: low 0 and high 8: no range"),
        ("average,time_days,6,8,", "average,time_days,6,8,2025-06", "V001: a cost has a price"),
    ],
)
def test_a_broken_row_is_named(folder: Path, old: str, new: str, message: str) -> None:
    edit(folder, "validation.csv", lambda text: text.replace(old, new, 1))
    with pytest.raises(DataError, match=message):
        read_validation(folder)


def test_a_row_of_two_sides_is_not_held_out(folder: Path) -> None:
    rows = (
        row(id="A", fact_ids=("X012",)),
        row(id="B", fact_ids=("N001",)),
        row(id="C", fact_ids=("X012", "N001")),
    )
    assert splits(folder, rows) == {"A": "validate", "B": "calibrate", "C": "calibrate"}


def test_a_fact_or_publisher_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(DataError, match="V1: no fact 'Z999'"):
        splits(folder, (row(fact_ids=("Z999",)),))
    edit(folder, "evidence_split.csv", lambda text: text.replace("Caixin,Caixin", "X,Caixin"))
    with pytest.raises(DataError, match="'Caixin' of Y002 has no side"):
        splits(folder, (row(fact_ids=("Y002",)),))


def test_every_figure_of_a_journey_is_used_or_has_a_reason(geodata: Path) -> None:
    count = unused_figures(geodata)
    used = {fact for r in read_validation(geodata) for fact in r.fact_ids}
    assert sum(count.values()) + len(used) == len(Evidence.read(geodata / "curated/evidence.csv"))


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("validation_unused.csv", "N033,", "N032,", "N032 in validation.csv too"),
        ("validation_unused.csv", "N033,", "N001x,", "no row for N033"),
        ("validation_unused.csv", "fact_id,reason\n", "fact_id,reason\nZ1,no\n", "Z1 not in"),
    ],
)
def test_an_unused_figure_is_unused_once(
    folder: Path, name: str, old: str, new: str, message: str
) -> None:
    edit(folder, name, lambda text: text.replace(old, new, 1))
    with pytest.raises(DataError, match=message):
        unused_figures(folder)


# Scores ----------------------------------------------------------------------------------


def judged(kind: str, value: float, modelled: Modelled | None, **cells: object) -> Judged:
    split = cells.pop("split", "validate")
    r = row(kind, value, value, **({"id": f"{kind}{value}"} | cells))
    met = None if modelled is None else meets(r, modelled)[0]
    return Judged(r, split, modelled, met, "")  # type: ignore[arg-type]


def score(rows: list[Judged], name: str) -> tuple[str, int, bool | None]:
    found = next(s for s in scores(rows) if s.split == "validate" and s.name.startswith(name))
    return found.value, found.figures, found.met


def test_scores_by_hand() -> None:
    rows = [
        judged("average", 10, model(8, 11, 14)),  # error 0.1, width 6 / 11, inside
        judged("average", 20, model(22, 26, 30)),  # error 0.3, width 8 / 26, outside
        judged("average", 30, model(20, 24, 40)),  # error 0.2, width 20 / 24, inside
        judged("record", 9, model(10, 12, 14)),
        judged("trip", 9, model(10, 12, 14)),
        judged("average", 1, None),
    ]
    assert score(rows, "median error of P50, time") == ("20 %", 3, False)
    assert score(rows, "averages inside") == ("67 %", 3, False)
    assert score(rows, "single trips inside") == ("0 %", 1, False)
    assert score(rows, "median width") == ("0.55", 3, True)
    assert score(rows, "records more than") == ("0 %", 1, True)
    assert score(rows, "median error of P50, cost") == ("–", 0, None)


def test_one_publication_counts_once() -> None:
    rows = [judged("average", 10, model(8, 10, 14))]
    rows += [judged("average", 10, model(8, 15, 16), group="much", id=f"V{n}") for n in range(20)]
    assert score(rows, "median error of P50, time") == ("25 %", 2, False)


def test_the_baseline_finds_the_speeds_that_made_the_figures() -> None:
    cells = {"split": "calibrate"}
    rows = [
        judged("average", rail / 800 + sea / 500, model(1, 2, 3, rail=rail, sea=sea), **cells)
        for rail, sea in ((4000.0, 0.0), (2000.0, 1000.0), (500.0, 9000.0))
    ]  # fmt: skip
    found = fit_baseline(rows, "time_days").per_km
    assert found == pytest.approx({"rail": 1 / 800, "sea": 1 / 500})
    answer = Baseline(found).answer(model(0, 1, 2, rail=1600.0))
    assert (answer.p10, answer.p50, answer.p90) == pytest.approx((1, 2, 3))


def test_the_baseline_never_runs_backwards() -> None:
    rows = [
        judged("average", 10, model(1, 2, 3, rail=1000.0, road=10.0), split="calibrate"),
        judged("average", 5, model(1, 2, 3, rail=500.0, road=100.0), split="calibrate", id="b"),
        judged("average", 4, model(1, 2, 3, rail=500.0, road=400.0), split="calibrate", id="c"),
    ]
    assert all(value > 0 for value in fit_baseline(rows, "time_days").per_km.values())
    assert fit_baseline([], "time_days").per_km == {}


def test_a_border_is_no_matter_of_kilometres() -> None:
    border = judged("average", 1, model(1, 1, 2), clock="border-reload", split="calibrate")
    assert fit_baseline([border], "time_days").per_km == {}


@given(st.integers(0, 50), st.integers(0, 50), st.integers(-20, 120))
def test_the_interval_score_is_the_width_and_ten_times_what_lies_outside(
    low: int, width: int, value: int
) -> None:
    outside = max(low - value, value - low - width, 0)
    assert math.isclose(winkler(low, low + width, value), width + 10 * outside)


# The page --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def verdicts(engine: Engine) -> list[Judged]:
    return validate(engine)


def test_every_row_is_answered(verdicts: list[Judged]) -> None:
    assert [j.row.id for j in verdicts if j.why.startswith("not modelled")] == []


def test_every_miss_on_the_held_out_side_is_explained(verdicts: list[Judged]) -> None:
    silent = [j.row.id for j in verdicts if j.met is False and not j.row.reason]
    assert silent == []


def test_the_model_is_scored_on_enough(verdicts: list[Judged]) -> None:
    held_out = [j for j in verdicts if j.split == "validate" and j.met is not None]
    assert len(held_out) >= 40
    assert {"average", "trip", "record", "target", "difference"} <= {j.row.kind for j in held_out}


def test_the_page_shows_every_row_and_escapes_what_it_is_given(verdicts: list[Judged]) -> None:
    evil = replace(verdicts[0], row=verdicts[0].row._replace(id="V|<b>"))
    page = validation_page([evil, *verdicts[1:]], scores(verdicts), [], [], {"why | not": 3})
    assert all(f"| {j.row.id} |" in page for j in verdicts[1:])
    assert "V\\|\\<b\\>" in page
    assert "| why \\| not | 3 |" in page
