"""Lanes, marks and times behind both maps."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import LineString

from corridors.errors import DataError
from corridors.outputs.lanes import parallel_lanes
from corridors.outputs.strokes import side_by_side
from corridors.outputs.view import view


def test_shared_track_gets_three_lanes(document: dict, geometries: dict) -> None:
    seen = view(document, geometries)
    first = {o["short"]: o["legs"][0]["lanes"][0] for o in seen["options"]}
    assert {first[name][1] for name in ("Northern", "TITR", "Pakistan")} == {-1.0, 0.0, 1.0}


def test_lanes_mirror_when_corridors_meet_head_on() -> None:
    east = np.array([[60.0, 45.0], [70.0, 45.0]])
    lanes = parallel_lanes([[east], [east[::-1]]])
    assert lanes == [[[(0.0, -0.5)]], [[(0.0, -0.5)]]]


def test_a_crossing_is_not_shared_track() -> None:
    east = np.array([[60.0, 45.0], [70.0, 45.0]])
    north = np.array([[65.0, 40.0], [65.0, 50.0]])
    assert parallel_lanes([[east], [north]]) == [[[(0.0, 0.0)]], [[(0.0, 0.0)]]]


@pytest.mark.parametrize("zoom", [3, 4, 6])
def test_lanes_stay_apart_at_every_zoom(zoom: int) -> None:
    track = np.array([[60 + i / 10, 45 + np.sin(i / 9)] for i in range(120)])
    lanes = parallel_lanes([[track], [track], [track]])
    scale = 256 * 2**zoom / 360
    lines = [
        LineString(side_by_side([track * scale * (1, -1)], legs, gap=6.2)[0]) for legs in lanes
    ]
    for one, other in ((0, 1), (1, 2)):
        away = [
            lines[one].interpolate(t, normalized=True).distance(lines[other])
            for t in np.linspace(0.1, 0.9, 50)
        ]
        assert min(away) >= 5.0


def test_times_add_up_to_the_mean(document: dict, geometries: dict) -> None:
    for option in view(document, geometries)["options"]:
        assert sum(span[0] for span in option["times"]) / 24 == pytest.approx(
            option["days"], abs=0.01
        )


def test_travel_is_in_order(document: dict, geometries: dict) -> None:
    for option in view(document, geometries)["options"]:
        places = [span[1] + span[2] for span in option["times"]]
        assert places == sorted(places)


def test_a_leg_without_line_is_said_not_invented(document: dict, geometries: dict) -> None:
    fewer = {key: line for key, line in geometries.items() if key != ("titr", "titr-3")}
    seen = view(document, fewer)
    assert seen["undrawn"] == ["TITR: Aktau to Alat"]
    assert [leg["g"] for leg in seen["options"][1]["legs"]].count("") == 1


def test_marks_show_the_most_telling_kind(document: dict, geometries: dict) -> None:
    kinds = {m["name"]: m["kind"] for m in view(document, geometries)["marks"]}
    assert kinds["Aktau"] == "wait"
    assert kinds["Dostyk"] == "gauge"
    assert kinds["Petropavl"] == "border"
    assert kinds["Xi'an fixture"] == "end"


def test_antimeridian_and_long_chords(document: dict) -> None:
    line = {("northern", "northern-1"): [(170.0, 50.0), (-170.0, 50.0)]}
    legs = view(document, line)["lines"][0]
    assert np.abs(np.diff(legs[0][:, 0])).max() < 10
    assert legs[0][:, 0].max() == pytest.approx(190.0)
    assert legs[0][:, 1].max() > 50.3  # the great circle bends towards the pole


def test_broken_document_is_a_typed_error() -> None:
    with pytest.raises(DataError, match="lacks what a map needs"):
        view({"options": [{"status": "ok"}], "shipment": {}}, {})
