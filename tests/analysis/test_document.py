"""The document: what scripts rely on is there, is plain, and a broken folder is a typed error."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from corridors.analysis.compare import Answer, compare
from corridors.analysis.document import document
from corridors.analysis.engine import Engine
from corridors.analysis.free import free_route
from corridors.analysis.geometry import geometries
from corridors.errors import DataError, SnapError, UsageError
from corridors.geodesy import great_circle_km


@pytest.fixture
def answer(toy_engine: Engine) -> Answer:
    return compare(toy_engine, "Alfa", "Charlie", draws=20)


@pytest.fixture
def made(answer: Answer) -> dict[str, Any]:
    return document(answer, reproduce="corridors compare Alfa Charlie")


def test_document_is_plain_json_and_survives_it(made: dict[str, Any]) -> None:
    text = json.dumps(made, allow_nan=False)
    assert json.loads(text) == made


def test_head_says_what_was_asked(made: dict[str, Any]) -> None:
    assert made["schema"] == "corridors.compare/1"
    shipment = made["shipment"]
    assert (shipment["origin"]["country"], shipment["destination"]["country"]) == ("AA", "CC")
    assert shipment["direction"] == "eastbound"
    assert shipment["value_of_time_usd_day"] == 96
    assert made["conditions"]["applied"] == ["normal operation"]
    assert made["reproduce"] == "corridors compare Alfa Charlie"


def test_options_by_hand(made: dict[str, Any]) -> None:
    rail = next(o for o in made["options"] if o["corridor"] == "rail")
    assert rail["time_days"]["mean"] == pytest.approx(108.58 / 24)
    assert rail["cost_usd"]["mean"] == pytest.approx(1896.2)
    assert rail["km_by_mode"] == {"rail": 1038.0, "road": 0.0, "ferry": 0.0, "sea": 0.0}
    assert rail["countries"] == ["AA", "BB", "DD", "CC"]
    hidden = rail["transit_without_control"]
    assert [(h["country"], h["km"]) for h in hidden] == [("DD", 50.0)]
    assert [(b["from"], b["to"]) for b in rail["border_crossings"]] == [("AA", "BB"), ("BB", "CC")]
    assert [b["place"] for b in rail["border_crossings"]] == [
        "Alfa yard–Bravo west", "Bravo east–Charlie yard",
    ]  # fmt: skip
    assert [g["place"] for g in rail["gauge_changes"]] == ["Bravo west", "Charlie yard"]
    assert rail["transshipments"] == []
    assert rail["flags"] == ["BB: toy rule (Rule 1)"]
    assert rail["evidence"]["time"]["assumption"] == pytest.approx(1)
    # All of the toy is certain: low, middle and high of CO2e are one.
    assert rail["co2e_kg"] == pytest.approx(dict.fromkeys(("low", "typ", "high"), 339.4))


def test_options_that_are_not_open_have_a_reason_and_no_figures(made: dict[str, Any]) -> None:
    idle = next(o for o in made["options"] if o["corridor"] == "idle")
    assert idle["status"] == "infeasible"
    assert idle["reason"]
    assert "time_days" not in idle


def near(points: list[tuple[float, float]]) -> list[Any]:
    return [pytest.approx(list(point), abs=1e-6) for point in points]


def test_lines_belong_to_legs_and_join(answer: Answer) -> None:
    lines = geometries(answer)
    for option in answer.options:
        if option.route is None:
            continue
        for leg in option.route.legs:
            line = lines[(str(option.corridor), leg.id)]
            drawn = math.fsum(great_circle_km(*p, *q) for p, q in itertools.pairwise(line))
            assert 0 < drawn <= leg.km * 1.001 + 0.1
    assert [list(p) for p in lines[("rail", "L1")]] == near([(0.5, 0), (2.9, 0)])
    # From the west: past the border, the clipped country, to the yard in the east.
    assert lines[("rail", "L3")][0] == pytest.approx((3.1, 0))
    assert lines[("rail", "L3")][-1] == pytest.approx((5.9, 0))


def test_lines_are_turned_round_with_the_journey(toy_engine: Engine) -> None:
    lines = geometries(compare(toy_engine, "Charlie", "Alfa", draws=5))
    assert [list(p) for p in lines[("rail", "L1")]] == near([(8.5, 0), (6.1, 0)])
    assert lines[("water", "L2")][0] == pytest.approx((8, -0.9))
    assert lines[("water", "L2")][-1] == pytest.approx((1, -0.9))


def test_free_routes_are_best_and_next(toy_engine: Engine) -> None:
    answer = free_route(toy_engine, "Alfa", "Charlie", draws=5)
    made = document(answer, reproduce="")
    assert made["schema"] == "corridors.route/1"
    assert {name for name, _ in geometries(answer)} == {"best", "next"}


@pytest.mark.parametrize("missing", ["edition.txt", "flags.csv", "places.csv"])
def test_missing_file_of_a_folder_is_a_typed_error(
    toy: ModuleType, tmp_path: Path, load: Callable[[Path], Engine], missing: str
) -> None:
    folder = toy.write_toy(tmp_path)
    (folder / "curated" / missing).unlink()
    with pytest.raises(DataError, match=missing):
        document(compare(load(folder), "Alfa", "Charlie", draws=5), reproduce="")


def test_point_at_sea_and_far_from_roads(toy_engine: Engine) -> None:
    with pytest.raises(SnapError, match="sea"):
        compare(toy_engine, "-1.8,4.0", "Charlie", draws=5)
    # On land, 111 km north of the nearest road.
    with pytest.raises(SnapError, match="nearest road") as caught:
        compare(toy_engine, "1.0,0.5", "Charlie", draws=5)
    assert caught.value.distance_km == pytest.approx(110.6, abs=1)


def test_same_place_twice(toy_engine: Engine) -> None:
    with pytest.raises(UsageError, match="same place"):
        compare(toy_engine, "Alfa", "A-TER", draws=5)
    with pytest.raises(UsageError, match="no corridor 'x'"):
        compare(toy_engine, "Alfa", "Charlie", corridors=["x"], draws=5)
