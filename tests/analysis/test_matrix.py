"""A matrix says of every pair what a question about that pair alone says."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

import corridors as co
from corridors.analysis.compare import compare
from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.analysis.free import best_free
from corridors.analysis.matrix import FREE, matrix
from corridors.analysis.setting import open_desk
from corridors.errors import UnknownPlaceError, UsageError
from corridors.shipment import Terms

ORIGINS = ["Xi'an", "Almaty", "Karachi"]
DESTINATIONS = ["Duisburg", "Istanbul", "Tashkent"]

QUESTIONS: list[dict[str, Any]] = [
    {},
    {"objective": "time"},
    {"objective": "cost", "conditions": Conditions(avoid=("RU", "BY"))},
    {"conditions": Conditions(modes=frozenset({"rail", "road"}), assume={"gauge_h": 90.0})},
    {"terms": Terms(depart=dt.date(2026, 11, 15))},
    {"conditions": Conditions(via=("Aktau",)), "scope": "door"},
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load()


@pytest.mark.slow
@pytest.mark.parametrize("asked", QUESTIONS)
def test_every_pair_is_as_a_comparison_of_it(engine: Engine, asked: dict[str, Any]) -> None:
    found = matrix(engine, ORIGINS, DESTINATIONS, **asked)
    answers = 0
    for o, origin in enumerate(ORIGINS):
        for d, destination in enumerate(DESTINATIONS):
            single = compare(engine, origin, destination, draws=1, **asked)
            desk = open_desk(
                engine, origin, destination, asked.get("scope", "terminal"),
                asked.get("objective", "balanced"), None, asked.get("conditions"),
                asked.get("terms"),
            )  # fmt: skip
            cells = [c for c in found.cells if (c.origin, c.destination) == (o, d)]
            for cell, option in zip(cells, single.options, strict=True):
                assert cell.corridor == option.corridor
                if option.route is None:
                    assert cell.reason == option.reason
                    assert math.isnan(cell.days)
                    continue
                answers += 1
                assert cell.days == pytest.approx(option.route.mean("hours") / 24, rel=1e-9)
                assert cell.usd == pytest.approx(option.route.mean("usd"), rel=1e-9)
                assert cell.km == pytest.approx(option.route.km, rel=1e-9)
                assert cell.co2e_t == pytest.approx(option.route.mean("co2e_kg") / 1000, rel=1e-9)
            routes = [option.route for option in single.options if option.route is not None]
            best = min(routes, key=desk.rank, default=None)
            assert found.corridor[o, d] == ("" if best is None else best.corridor)
            if best is not None:
                assert found.days[o, d] == pytest.approx(best.mean("hours") / 24, rel=1e-9)
    assert answers


@pytest.mark.parametrize("scope", ["terminal", "door"])
@pytest.mark.parametrize("modes", [None, frozenset({"rail", "road"})])
def test_free_ways_are_those_of_single_questions(
    engine: Engine, scope: Any, modes: frozenset[str] | None
) -> None:
    origins, destinations = ["Xi'an", "Baku", "43.30,76.90"], ["Duisburg", "Poti", "Karachi"]
    asked: Any = {"scope": scope, "conditions": Conditions(modes=modes)}
    found = matrix(engine, origins, destinations, corridors=[FREE], **asked)
    for o, origin in enumerate(origins):
        for d, destination in enumerate(destinations):
            desk = open_desk(
                engine, origin, destination, scope, "balanced", None, asked["conditions"]
            )
            route = best_free(desk)
            if route is None:
                assert found.best[3 * o + d].reason == "no path joins the two places"
                assert np.isnan(found.days[o, d])
                continue
            assert found.days[o, d] == pytest.approx(route.mean("hours") / 24, rel=1e-9)
            assert found.usd[o, d] == pytest.approx(route.mean("usd"), rel=1e-9)
            assert found.km[o, d] == pytest.approx(route.km, rel=1e-9)
            assert found.co2e_t[o, d] == pytest.approx(route.mean("co2e_kg") / 1000, rel=1e-9)


def test_a_place_against_itself_has_a_reason_and_no_figures(engine: Engine) -> None:
    found = matrix(engine, ["Almaty"], ["Almaty", "Tashkent"], corridors=["titr"])
    assert found.frame["reason"][0] == "origin and destination are the same place"
    assert found.frame["corridor"][0] == ""
    assert np.isnan(found.usd[0, 0])
    assert len(found.options) == 2


def test_what_cannot_be_understood_is_refused() -> None:
    with pytest.raises(UsageError, match=r"origins is a list, such as origins=\['Almaty'\]"):
        co.matrix("Almaty", ["Tashkent"])
    with pytest.raises(UsageError, match="at least one origin"):
        co.matrix([], ["Tashkent"])
    with pytest.raises(UsageError, match="no corridor 'nothern'"):
        co.matrix(["Almaty"], ["Tashkent"], corridors=["nothern"])
    with pytest.raises(UnknownPlaceError):
        co.matrix(["Almaty"], ["Nowhere at all"])
