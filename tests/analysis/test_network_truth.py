"""The network beside reference lengths: the toy by hand, the packaged network as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

import pytest

from corridors.analysis.engine import Engine
from corridors.analysis.truth import Measured, Reference, measure, read_references
from corridors.errors import DataError
from corridors.outputs.truth_page import OUTLIER, TARGETS, truth_markdown

pytestmark = pytest.mark.xdist_group("packaged")

TOY_PLACES = {"west": "West 0 1.7", "east": "East 0 7.3"}


def ask(places: Sequence[str], countries: Sequence[str], **more: Any) -> Reference:
    row = Reference(
        "T1", "toy", "rail", "pair", ("1435", "1520"), tuple(places), tuple(countries), True, 600.0
    )
    return row._replace(**more)


def measured(engine: Engine, *rows: Reference) -> list[Measured]:
    return measure(engine.network, engine.tables, rows)


# The toy, by hand --------------------------------------------------------------------------


def test_a_way_over_a_border_is_the_sum_of_its_lines(toy_engine: Engine) -> None:
    found = measured(toy_engine, ask(["A-TER", "B-TER"], ["AA", "BB", "DD"]))[0]
    assert found.km == pytest.approx(350 + 12 + 12 + 230, abs=0.01)
    assert found.gauge_mm == ("1435", "1520")
    assert found.countries == ("AA", "BB", "DD")
    assert found.snap_km == (0, 0)
    assert found.error == pytest.approx(604 / 600 - 1, abs=1e-4)
    assert found.true


def test_countries_not_named_are_not_entered(toy_engine: Engine) -> None:
    round_about = measured(toy_engine, ask(["A-TER", "B-TER"], ["AA", "BB"]))[0]
    assert round_about.km == pytest.approx(350 + 12 + 12 + 400, abs=0.01)
    nowhere = measured(toy_engine, ask(["A-TER", "C-TER"], ["AA", "CC"]))[0]
    assert nowhere.km is None
    assert nowhere.reason == "no way between A-TER and C-TER"


def test_a_place_between_two_junctions(toy_engine: Engine) -> None:
    # Half-way along the 350 km from 0.5 to 2.9 degrees.
    row = ask([TOY_PLACES["west"], "A-YRD"], ["AA"], gauge_mm=("1435",))
    assert measured(toy_engine, row)[0].km == pytest.approx(175, abs=0.1)


def test_closed_crossing_is_no_way(toy_engine: Engine) -> None:
    row = ask(["A-Y2", "B-Y2"], ["AA", "BB", "DD"], exists=False)
    found = measured(toy_engine, row)[0]
    # Over the closed crossing it would be 24 km; by the open one it is far more.
    assert found.km == pytest.approx(290 + 350 + 24 + 230 + 240, abs=0.01)
    assert not found.true


def test_places_in_turn(toy_engine: Engine) -> None:
    row = ask(["A-YRD", "A-TER", "A-YRD"], ["AA"], gauge_mm=("1435",))
    assert measured(toy_engine, row)[0].km == pytest.approx(700, abs=0.01)


def test_place_off_the_lines_is_refused(toy_engine: Engine) -> None:
    found = measured(toy_engine, ask(["Far off 5 1", "A-YRD"], ["AA"]))[0]
    assert found.km is None
    assert found.reason == "no rail line within 8 km of Far off"


def test_wrong_gauge_is_not_true(toy_engine: Engine) -> None:
    found = measured(toy_engine, ask(["A-TER", "A-YRD"], ["AA"], gauge_mm=("1520",)))[0]
    assert found.km == pytest.approx(350, abs=0.01)
    assert not found.true


@pytest.mark.parametrize("place", ["NO-SUCH", "Somewhere", "Somewhere north east"])
def test_place_that_is_none(toy_engine: Engine, place: str) -> None:
    with pytest.raises(DataError, match="reference_lengths"):
        measured(toy_engine, ask([place, "A-YRD"], ["AA"]))


def test_page_argues_and_refuses(toy: ModuleType, toy_engine: Engine) -> None:
    rows = measured(
        toy_engine,
        ask(["A-TER", "B-TER"], ["AA", "BB", "DD"], km=500.0, argument="the toy | is long"),
        ask(["A-TER", "C-TER"], ["AA", "CC"], id="T2", exists=False, km=None, note="never built"),
    )
    page = truth_markdown(rows)
    assert "- **T1 toy** (rail, +21%): the toy \\| is long" in page
    assert "| T2 | toy | never built | no way between A-TER and C-TER |" in page
    assert "| rail | 2 | 1 of 1 | 1 of 1 | 20.8% (aim 5%)" in page


# The packaged network ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def truth(engine: Engine) -> list[Measured]:
    return measure(engine.network, engine.tables, read_references(engine.folder))


def test_the_pairs_are_all_there(truth: list[Measured]) -> None:
    pairs = [r.row for r in truth if r.row.group == "pair"]
    assert sum(row.mode == "rail" and row.km is not None for row in pairs) == 112
    assert sum(row.mode == "road" and row.km is not None for row in pairs) == 69


def test_what_exists_routes_and_what_does_not_is_refused(truth: list[Measured]) -> None:
    wrong = [
        f"{r.row.id} {r.row.name}: {r.km} {r.gauge_mm} {r.reason}" for r in truth if not r.true
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("mode", ["rail", "road"])
def test_median_error(truth: list[Measured], mode: str) -> None:
    errors = [
        abs(r.error) for r in truth if r.row.mode == mode and r.error is not None and not r.row.own
    ]
    assert len(errors) >= 69
    assert median(errors) <= TARGETS[mode, "all"]


@pytest.mark.parametrize("mode", ["rail", "road"])
def test_median_error_beside_published_lengths(truth: list[Measured], mode: str) -> None:
    errors = [
        abs(r.error)
        for r in truth
        if r.row.mode == mode and r.row.grade == "published" and r.well_placed
        if r.error is not None and not r.row.own
    ]
    assert len(errors) >= 7
    assert median(errors) <= TARGETS[mode, ""]


def test_each_outlier_is_argued(truth: list[Measured]) -> None:
    silent = [
        f"{r.row.id} {r.row.name}: {r.error:+.0%}"
        for r in truth
        if r.error is not None and abs(r.error) > OUTLIER and not r.row.argument
    ]
    assert not silent


def test_no_argument_without_an_error(truth: list[Measured]) -> None:
    idle = [
        r.row.id
        for r in truth
        if r.row.argument and (r.error is None or abs(r.error) <= 0.75 * OUTLIER)
    ]
    assert not idle


def test_published_lengths_have_a_source(engine: Engine) -> None:
    for row in read_references(engine.folder):
        if row.grade == "published":
            assert row.source, row.id
            assert row.url.startswith("http"), row.id
        elif row.km is not None:
            assert row.grade == "approximate", row.id


def test_page_is_what_the_network_gives(truth: list[Measured], repository: Path) -> None:
    page = (repository / "docs" / "network-truth.md").read_text("utf-8")
    assert page == truth_markdown(truth), (
        "run `python -m corridors.outputs.truth_page docs/network-truth.md`"
    )
