"""The profile and the bars: the document's numbers, drawn to scale, names as text."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.errors import DataError, OutputError, UsageError
from corridors.outputs import text, wording
from corridors.outputs.labels import text_width
from corridors.outputs.picture import Picture
from corridors.outputs.profile import notes, profile_svg, waterfall_svg
from corridors.outputs.profile_chart import chart, chart_pieces, ticks
from corridors.outputs.profile_page import profile_html, profile_picture, waterfall_picture
from corridors.outputs.profile_steps import UNITS, steps_of, stops_of
from corridors.outputs.waterfall import causes, parts_of

HOSTILE = json.loads(Path(__file__).with_name("hostile_names.json").read_text())
_SVG = "{http://www.w3.org/2000/svg}"


def _texts(svg: str) -> list[str]:
    return ["".join(e.itertext()) for e in ET.fromstring(svg).iter(f"{_SVG}text")]


@pytest.mark.parametrize("of", UNITS)
def test_totals_on_the_sheet_are_those_of_the_table(document: dict, of: str) -> None:
    texts = _texts(profile_svg(document, of))
    unit = UNITS[of]
    for option, name in zip(
        wording.usable(document), wording.names(wording.usable(document)), strict=True
    ):
        whole = option[unit.summary]
        assert f"{name} {unit.total(whole['mean'])}" in texts
        assert wording.spread(whole, unit.bare) in texts
        assert f"({wording.spread(whole, unit.bare)})" in [t.strip() for t in texts]


@pytest.mark.parametrize("of", UNITS)
def test_lines_and_whiskers_are_to_scale(document: dict, of: str) -> None:
    unit = UNITS[of]
    pieces = chart_pieces(document, of, (0, 0, 1000, 500))
    zero, scale, drawn = pieces.zero, pieces.scale, ET.fromstring(f"<g>{''.join(pieces.over)}</g>")
    ends = {g.get("data-o"): g for g in drawn.iter("g") if g.get("class") == "end"}
    for number, option in enumerate(wording.usable(document)):
        whole = option[unit.summary]
        circle = ends[str(number)].find("circle")
        assert (zero - float(circle.get("cy"))) / scale == pytest.approx(
            whole["mean"], abs=0.1 / scale
        )
        high, low = re.match(r"M\S+ (\S+)V(\S+)M", ends[str(number)].find("path").get("d")).groups()
        for y, name in ((high, "p90"), (low, "p10")):
            assert (zero - float(y)) / scale == pytest.approx(whole[name], abs=0.1 / scale)


def test_every_step_is_drawn_in_order_and_never_back(document: dict) -> None:
    pieces = chart_pieces(document, "days", (0, 0, 1000, 500))
    drawn = ET.fromstring(f"<g>{''.join(pieces.over)}</g>")
    lines = [g for g in drawn.iter("g") if g.get("class") == "line"]
    assert len(lines) == len(wording.usable(document))
    for line, option in zip(lines, wording.usable(document), strict=True):
        paths = line.findall("path")
        assert len(paths) == len(option["profile"])
        ways = [
            [tuple(map(float, p.split())) for p in path.get("d")[1:].split("L")] for path in paths
        ]
        for before, after in pairwise(ways):
            assert math.dist(before[-1], after[0]) < 0.2
        for (x, y), (u, v) in pairwise(way[-1] for way in ways):
            # Lanes of shared track end within some pixels.
            assert u >= x - 7
            assert v <= y + 7


def test_labels_do_not_cover_each_other(document: dict) -> None:
    for of in UNITS:
        drawn = ET.fromstring(chart(document, of, (0, 0, 1340, 560)))
        boxes = []
        for e in drawn.iter("text"):
            size, words = float(e.get("font-size") or 12), "".join(e.itertext())
            if e.get("font-size") is None:
                continue  # the numbers of the axes
            wide = text_width(words, size, bold=e.get("font-weight") == "600")
            x, y = float(e.get("x")), float(e.get("y"))
            left = x - wide if e.get("text-anchor") == "end" else x
            boxes.append((left, y - size * 0.72, left + wide, y, words))
        assert len(boxes) > 8
        for i, one in enumerate(boxes):
            for two in boxes[i + 1 :]:
                apart = one[0] >= two[2] or two[0] >= one[2] or one[1] >= two[3] or two[1] >= one[3]
                assert apart, (one[4], two[4])


def test_bars_add_up_and_agree_with_the_table(document: dict) -> None:
    from corridors.outputs.table import COLUMNS

    for option in wording.usable(document):
        for unit in UNITS.values():
            parts = parts_of(option, unit)
            own = math.fsum(p[unit.own] for p in (*option["legs"], *option["events"])) / unit.size
            assert math.fsum(parts.values()) == pytest.approx(own)
        days = parts_of(option, UNITS["days"])
        for name, kinds in COLUMNS:
            hours = sum(x["hours"] for x in option["legs"] if x["mode"] in kinds)
            hours += sum(x["hours"] for x in option["events"] if x["kind"] in kinds)
            assert days.get(name, 0.0) == pytest.approx(hours / 24)


def test_a_kind_without_a_cause_is_not_lost(document: dict) -> None:
    option = wording.usable(document)[0]
    option["events"][0]["kind"] = "something new"
    assert parts_of(option, UNITS["days"])["other"] == pytest.approx(
        option["events"][0]["hours"] / 24
    )
    assert "other" in _texts(waterfall_svg(document))


def test_no_two_causes_have_one_colour() -> None:
    colours = [cause.colour for cause in causes()]
    assert len(set(colours)) == len(colours)


def test_stops_gather_what_happens_at_one_place(document: dict) -> None:
    titr = next(o for o in document["options"] if o["corridor"] == "titr")
    steps = steps_of(titr, UNITS["days"])
    stops = {stop.name: stop for stop in stops_of(steps)}
    assert stops["Aktau"].kind == "wait"
    at_aktau = [e for e in titr["events"] if wording.short_place(e["place"]) == "Aktau"]
    assert len(at_aktau) == 2
    assert stops["Aktau"].value == pytest.approx(sum(e["hours"] for e in at_aktau) / 24)


@given(st.floats(0.01, 1e6), st.floats(100, 900), st.floats(20, 90))
def test_ticks_reach_the_most_and_keep_apart(most: float, room: float, apart: float) -> None:
    marks = ticks(most, room, apart=apart)
    assert marks[0] == 0
    assert marks[-1] >= most * (1 - 1e-6)
    assert (marks[1] - marks[0]) * room / most >= apart * (1 - 1e-6)
    assert len(marks) <= 2 + room / apart


def test_nothing_is_referenced_and_same_bytes(document: dict) -> None:
    for svg in (profile_svg(document), profile_svg(document, "usd"), waterfall_svg(document)):
        assert not re.search(r"href|url\(|@import|<script|<style|<image|<foreignObject", svg)
        assert len(svg) < 60_000
    assert profile_svg(document) == profile_svg(document)
    assert profile_html(document) == profile_html(document)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_text(document: dict, name: str) -> None:
    document["shipment"]["origin"]["name"] = name
    document["shipment"]["clock_start"] = name
    document["reproduce"] = name
    for option in document["options"]:
        option["reason"] = option["variant"] = name
        for part in (*option.get("legs", ()), *option.get("events", ())):
            part.update({k: name for k in ("from", "to", "place", "source") if k in part})
    for svg in (profile_svg(document), profile_svg(document, "usd"), waterfall_svg(document)):
        assert any(name in drawn for drawn in _texts(svg))
        assert not re.search(r"<(script|img)\b", svg)
    page = profile_html(document)
    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    assert "<img" not in page
    # Slots in a name are not filled.
    assert "%%SCRIPT%%" not in page.replace("Aktau %%SCRIPT%%", "")


def test_says_what_it_rests_on_and_what_is_closed(document: dict) -> None:
    lines = " ".join(notes(document))
    assert "Southern: excluded. Fixture: no container service" in lines
    assert "OpenStreetMap contributors" in lines
    assert "fixture-0" in lines
    assert "assumptions: Northern" in lines


def test_without_profiles_it_says_how_to_get_them(document: dict) -> None:
    for option in document["options"]:
        option.pop("profile", None)
    with pytest.raises(DataError, match="profile=True"):
        profile_svg(document)
    with pytest.raises(UsageError, match="choose from days, usd"):
        profile_svg(document, "hours")


def test_nothing_usable_still_makes_a_sheet(document: dict) -> None:
    document["options"] = document["options"][-1:]
    for svg in (profile_svg(document), waterfall_svg(document)):
        assert "No corridor can serve this shipment" in _texts(svg)
    assert "No corridor can serve this shipment" in profile_html(document)


def test_two_options_of_one_corridor_and_none(document: dict) -> None:
    first, second = wording.usable(document)[:2]
    second["corridor"] = first["corridor"]
    texts = " ".join(_texts(profile_svg(document)))
    assert "Northern 1" in texts
    assert "Northern 2" in texts


def test_pictures_are_saved_by_their_ending(document: dict, tmp_path: Path) -> None:
    for picture in (profile_picture(document, "usd"), waterfall_picture(document)):
        assert picture._repr_svg_().startswith("<svg")
        assert picture._repr_html_().startswith("<div><svg")
        assert picture.save(tmp_path / "p.svg").read_text("utf-8") == picture.svg
        assert picture.save(tmp_path / "p.png").read_bytes()[:4] == b"\x89PNG"
        assert picture.save(str(tmp_path / "p.html")).read_text("utf-8").startswith("<!doctype")
    with pytest.raises(OutputError, match="must end in"):
        picture.save(tmp_path / "p.pdf")
    assert not (tmp_path / "p.pdf").exists()


def test_a_page_is_made_only_when_asked_for() -> None:
    def never() -> str:
        raise AssertionError

    assert Picture("<svg/>", never)._repr_svg_() == "<svg/>"


def test_reading_of_a_total_is_that_of_the_card(document: dict) -> None:
    page = profile_html(document)
    for option in wording.usable(document):
        whole = option["time_days"]
        assert f"day {text.days(whole['mean'])} ({wording.spread(whole, text.days)})" in page
