"""What tags mean to freight: one case for each rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.build.osm_tags import (
    CLASSES,
    NOT_FREIGHT_RAIL,
    Dropped,
    Line,
    classify,
    duration_h,
    gauges,
    point_kind,
    speed_kmh,
)


@pytest.mark.parametrize("value", NOT_FREIGHT_RAIL)
def test_other_railways_are_dropped_with_a_reason(value: str) -> None:
    assert classify({"railway": value}.get) == Dropped("rail", NOT_FREIGHT_RAIL[value])


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"railway": "rail", "disused": "yes"}, "disused"),
        ({"railway": "rail", "abandoned": "yes"}, "abandoned"),
        ({"railway": "rail", "usage": "tourism"}, "museum line"),
        ({"railway": "rail", "railway:preserved": "yes"}, "museum line"),
        ({"railway": "rail", "usage": "military"}, "military or test line"),
        ({"highway": "construction"}, "under construction"),
        ({"highway": "residential"}, "minor road"),
        ({"highway": "primary", "hgv": "no"}, "closed to lorries"),
        ({"highway": "primary", "access": "private"}, "closed to lorries"),
        ({"highway": "primary", "motor_vehicle": "no", "access": "yes"}, "closed to lorries"),
    ],
)
def test_lines_without_freight_are_dropped(tags: dict[str, str], reason: str) -> None:
    found = classify(tags.get)
    assert isinstance(found, Dropped)
    assert found.reason == reason


def test_a_line_with_all_its_tags() -> None:
    tags = {
        "railway": "rail", "usage": "main", "electrified": "contact_line", "tracks": "2",
        "gauge": "1435;1520", "maxspeed": "120", "bridge": "yes", "tunnel": "no",
        "highspeed": "yes",
    }  # fmt: skip
    classes = {"main", "electrified", "double_track", "bridge", "highspeed"}
    assert classify(tags.get) == Line("rail", (1435, 1520), frozenset(classes), 0, 120)


def test_lorries_may_be_let_in_where_others_are_not() -> None:
    found = classify({"highway": "trunk", "access": "no", "hgv": "designated"}.get)
    assert found == Line("road", (), frozenset({"trunk"}))
    found = classify({"highway": "secondary", "hgv": "delivery"}.get)
    assert found == Line("road", (), frozenset({"secondary", "hgv_limited"}))


@pytest.mark.parametrize(
    ("tags", "way"),
    [
        ({"highway": "primary"}, 0),
        ({"highway": "primary", "oneway": "yes"}, 1),
        ({"highway": "primary", "oneway": "-1"}, -1),
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway_link"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "primary", "junction": "roundabout"}, 1),
    ],
)
def test_direction(tags: dict[str, str], way: int) -> None:
    found = classify(tags.get)
    assert isinstance(found, Line)
    assert found.oneway == way


def test_numbers_in_tags() -> None:
    assert gauges("1520;1435;760") == (1435, 1520)
    assert gauges("15200") == ()
    assert gauges("1435 mm") == (1435,)
    assert speed_kmh("walk") == 0
    assert speed_kmh("1000") == 0
    assert duration_h("25:00") == 25
    assert duration_h("P1DT2H30M") == 26.5
    assert duration_h("P") is None
    assert point_kind({"barrier": "border_control"}.get) == "border_control"
    assert point_kind({"shop": "bakery"}.get) is None


@given(
    st.dictionaries(
        st.sampled_from(["railway", "highway", "route", "gauge", "maxspeed", "hgv", "oneway",
                         "electrified", "tracks", "usage", "service", "bridge"]),
        st.text(max_size=12) | st.sampled_from(["rail", "primary", "ferry", "yes", "no", "-1"]),
    )
)  # fmt: skip
def test_any_tags_are_answered(tags: dict[str, str]) -> None:
    found = classify(tags.get)
    if isinstance(found, Line):
        assert found.classes <= set(CLASSES[found.mode])
        assert list(found.gauges_mm) == sorted(set(found.gauges_mm))
        assert len(found.gauges_mm) <= 2
        assert found.oneway in (-1, 0, 1)
