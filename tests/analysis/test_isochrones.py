"""Reach of a place: hours by hand on the toy, laws on the packaged network."""

from __future__ import annotations

import itertools

import pytest

from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.analysis.free import free_route
from corridors.analysis.isochrones import Isochrones, isochrones
from corridors.errors import UsageError

# Eastbound from Alfa. By road 60 km/h; by rail a train is waited for 24 h, then 50 km/h, in BB 40.
HOURS = {
    "A-TER": 0.0,
    "A-PRT": 120 / 60,
    "A-GATE": 310 / 60,
    "B-GATE": 310 / 60 + 24 / 60 + 6 + 9,  # border 6, from truck to truck 9
    "B-TER": 310 / 60 + 24 / 60 + 15 + 230 / 60,
    "A-YRD": 24 + 350 / 50,
    "A-Y2": 24 + 290 / 50,
    "B-WYRD": 31 + 0.54 + 20 + 8,  # border 20 in this direction, gauge 8
    "C-PRT": 2 + 18 + 12 + 43.355,  # lift, wait, sailing
    "C-TER": 2 + 18 + 12 + 43.355 + 15 + 130 / 60,
}


def hours(found: Isochrones) -> dict[str, float]:
    return {place.id: place.days * 24 for place in found.facilities}


def test_hours_by_hand(toy_engine: Engine) -> None:
    found = hours(isochrones(toy_engine, "Alfa", bands=[30]))
    for facility, expected in HOURS.items():
        assert found[facility] == pytest.approx(expected, abs=1e-4), facility


def test_dollars_by_hand(toy_engine: Engine) -> None:
    found = isochrones(toy_engine, "Alfa", of="usd", bands=[5000])
    usd = {place.id: place.usd for place in found.facilities}
    assert usd["A-PRT"] == pytest.approx(120)
    assert usd["A-YRD"] == pytest.approx(70 + 350 * 0.5)
    # To Bravo by train: 245 + 9.6 + 100 + 50 + 230 km at 0.3.
    assert usd["B-TER"] == pytest.approx(245 + 9.6 + 100 + 50 + 69)


def test_prices_are_those_of_the_heading(toy_engine: Engine) -> None:
    """From Bravo: 110 km at 0.3 USD eastward, 230 km at 0.4 westward, and 70 to board."""
    found = isochrones(toy_engine, "Bravo", of="usd", bands=[5000])
    usd = {place.id: place.usd for place in found.facilities}
    assert usd["B-EYRD"] == pytest.approx(70 + 110 * 0.3)
    assert usd["B-WYRD"] == pytest.approx(70 + 230 * 0.4)


def test_bands_hold_what_they_say(toy_engine: Engine) -> None:
    bands = (0.5, 1.0, 2.0)
    found = isochrones(toy_engine, "Alfa", bands=bands)
    for place in found.facilities:
        below = max((band for band in bands if band < place.band), default=-1.0)
        assert below < place.days <= place.band
    assert "C-TER" not in hours(found)  # 92.5 h
    assert {line.band for line in found.lines} <= set(bands)
    # What is cut off has no influence on what is kept.
    whole = hours(isochrones(toy_engine, "Alfa", bands=[30]))
    assert all(whole[place.id] == place.days * 24 for place in found.facilities)


def test_conditions_act(toy_engine: Engine) -> None:
    plain = hours(isochrones(toy_engine, "Alfa", bands=[30]))
    shut = hours(isochrones(toy_engine, "Alfa", bands=[30], conditions=Conditions(avoid=("BB",))))
    assert "B-TER" not in shut
    assert shut["C-PRT"] == plain["C-PRT"]
    rail = isochrones(
        toy_engine, "Alfa", bands=[30], conditions=Conditions(modes=frozenset({"rail"}))
    )
    assert "C-PRT" not in hours(rail)
    assert {line.mode for line in rail.lines} == {"rail"}


@pytest.mark.parametrize("bands", [[5, 5], [10, 5], [0, 5], [-1]])
def test_bands_must_grow(toy_engine: Engine, bands: list[float]) -> None:
    with pytest.raises(UsageError, match="bands must grow"):
        isochrones(toy_engine, "Alfa", bands=bands)


def test_geojson_has_points_lines_and_no_areas(toy_engine: Engine) -> None:
    found = isochrones(toy_engine, "Alfa", bands=[30]).geojson(reproduce="again")
    kinds = {feature["geometry"]["type"] for feature in found["features"]}
    assert kinds == {"Point", "MultiLineString"}
    assert {f["properties"]["kind"] for f in found["features"]} == {"facility", "line", "ship"}
    assert "OpenStreetMap" in found["attribution"]


@pytest.mark.xdist_group("packaged")
def test_almaty(engine: Engine) -> None:
    conditions = Conditions(modes=frozenset({"rail", "sea", "ferry"}))
    found = isochrones(engine, "Almaty", conditions=conditions)
    reached = hours(found)
    # As quick as the search between two places says, release left aside.
    for place in ("KZ-AAU", "AZ-ALT", "PL-MAA"):
        answer = free_route(
            engine, "Almaty", place, objective="time", conditions=conditions, draws=1
        )
        route = answer.options[0].route
        assert route is not None
        release = sum(e.vector.mean("hours") for e in route.events if e.kind == "release")
        assert reached[place] == pytest.approx(route.mean("hours") - release, rel=1e-6)
    # The Caspian is crossed by ships, and no line is drawn on it.
    ships = {line.name for line in found.lines if line.kind == "ship"}
    assert any("Aktau" in name or "Kuryk" in name for name in ships)
    for line in found.lines:
        if line.kind == "line":
            for part in line.parts:
                for (one, lat), (other, _) in itertools.pairwise(part):
                    assert not (41 < lat < 43 and min(one, other) < 50.6 < max(one, other))
