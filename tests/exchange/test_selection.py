"""Which rows a choice of modes and a box keep."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.engine import Engine
from corridors.errors import UsageError
from corridors.exchange.layers import line_frame, network_layers
from corridors.exchange.selection import Selection, read_box, selection


def ids(rows: tuple) -> set[str]:
    return {row.id for row in rows}


def test_a_mode_keeps_its_facilities_and_nothing_of_others(rich: Engine) -> None:
    rail = selection(["rail"]).tables(rich.tables)
    assert ids(rail.facilities) == {
        "A-TER", "A-YRD", "A-Y2", "B-WYRD", "B-Y2", "B-TER", "B-EYRD", "C-YRD", "C-TER",
    }  # fmt: skip
    assert ids(rail.crossings) == {"AB-rail", "AB2-rail", "BC-rail"}
    assert rail.services == rail.lanes == rail.chokepoints == rail.masks == ()
    ferry = selection(["ferry"]).tables(rich.tables)
    assert ids(ferry.facilities) == {"A-PRT", "C-PRT"}  # by their services: no zone says sea
    assert ids(ferry.services) == {"TOY-FERRY", "TOY-IDLE"}
    assert len(ferry.lanes) == 2


def test_a_box_keeps_no_crossing_and_no_ship_with_one_end(rich: Engine) -> None:
    west = selection(box=(0, -2, 3.05, 2)).tables(rich.tables)
    assert ids(west.facilities) == {"A-TER", "A-YRD", "A-Y2", "A-GATE", "A-PRT"}
    assert west.crossings == west.services == ()
    assert ids(west.links) == {"loop"}  # touches, and is kept whole
    both = selection(box=(2.8, -0.2, 3.2, 0.2)).tables(rich.tables)
    assert ids(both.crossings) == {"AB-rail"}
    assert ids(both.links) == {"short-cut"}


def test_lines_that_touch_the_box_are_kept_whole(rich: Engine) -> None:
    lines = rich.network.lines("rail")
    frame = line_frame(lines, selection(box=(7, -0.1, 7.1, 0.1)))
    assert frame["length_km"].tolist() == [300]
    assert set(network_layers(rich, selection(["rail"], (7, -0.1, 7.1, 0.1)))) == {
        "rail_lines", "zones",
    }  # fmt: skip


@given(st.tuples(*[st.floats(-2, 10, allow_nan=False)] * 4))
def test_a_box_that_is_larger_keeps_at_least_as_much(box: tuple[float, ...]) -> None:
    west, south, east, north = box
    if not (west < east and south < north):
        with pytest.raises(UsageError):
            selection(box=box)
        return
    small, large = selection(box=box), selection(box=(west - 1, south - 1, east + 1, north + 1))
    for lon, lat in ((0.5, 0), (2.9, 0), (3.0, -0.5), (8.5, 0)):
        assert large.holds(lon, lat) or not small.holds(lon, lat)


def test_everything_is_the_default(rich: Engine) -> None:
    assert Selection().tables(rich.tables) == rich.tables


@pytest.mark.parametrize(
    "text",
    ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "5,0,1,1", "0,1,1,1", "0,0,181,1", "0,-91,1,1",
     "nan,0,1,1", "0,0,inf,1", "0 0 1 1"],
)  # fmt: skip
def test_a_box_that_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="W,S,E,N"):
        read_box(text)


def test_numbers_of_a_box() -> None:
    assert read_box(" -10.5, -20,30 ,40 ") == (-10.5, -20, 30, 40)
    with pytest.raises(UsageError):
        selection(box=(math.nan, 0, 1, 1))
    with pytest.raises(UsageError, match="no mode 'tram'"):
        selection(["tram"])
