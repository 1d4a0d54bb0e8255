"""Maps of upgrades, reach and chokepoints: what they say is what the model found."""

from __future__ import annotations

import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import folium
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.analysis.isochrones import isochrones
from corridors.analysis.project_places import project_places
from corridors.analysis.projects import read_projects
from corridors.analysis.resilience import criticality
from corridors.analysis.setting import open_desk
from corridors.errors import OutputError, UsageError
from corridors.outputs import basemap
from corridors.outputs.colours import LAND, STYLES, contrast, luminance
from corridors.outputs.map import comparison_map
from corridors.outputs.theme import Style, Theme, bounds_of, line_of, overlay, point_of
from corridors.outputs.theme_gates import KINDS, gates_theme
from corridors.outputs.theme_isochrones import isochrone_theme, joined, ramp, scope_of
from corridors.outputs.theme_layers import (
    PIPES,
    QUIET_STATES,
    STATES,
    money_text,
    pipeline_overlay,
    project_overlay,
)
from corridors.outputs.theme_map import theme_map
from corridors.outputs.theme_projects import projects_theme
from corridors.outputs.theme_sheet import theme_svg
from corridors.polyline import decode

HOSTILE = json.loads(Path(__file__).with_name("hostile_names.json").read_text())
Open = Callable[..., Any]


def named(name: str) -> Theme:
    """A theme that says `name` wherever it can say something."""
    style = Style(name, "#0b4a8a")
    things = overlay(
        name,
        [style, style._replace(shape="tube", dash="7 5")],
        [line_of(1, name, [[(60.0, 42.0), (66.0, 45.0)]], [(name, name)], label=name)],
        [point_of(0, f"{name} 2", (62.0, 41.0), [(name, name)], label=name)],
    )
    return Theme(
        title=name, headline=name, scope=name, overlays=(things,), bounds=(55.0, 38.0, 70.0, 48.0),
        caption=name, columns=(name, "Days"), rows=((" ".join(name.split()), name),),
        beside=((name, (name,)),), notes=(name,), reproduce=name,
    )  # fmt: skip


# What is drawn ---------------------------------------------------------------------------


def test_states_are_told_without_colour() -> None:
    assert len({style.dash for style in STATES}) == 3
    assert len({style.mark for style in STATES}) == 3
    assert {style.shape for style in PIPES} == {"tube"}
    for style in (*STATES, *PIPES, *QUIET_STATES):
        assert contrast(style.color, LAND) >= 3.0


@given(st.integers(1, 9))
def test_a_ramp_goes_from_dark_to_light(number: int) -> None:
    colours = ramp(number)
    assert len(colours) == number
    light = [luminance(colour) for colour in colours]
    assert light == sorted(light)
    assert len(set(light)) == number


def test_the_key_names_what_is_drawn_and_nothing_else() -> None:
    styles = [Style("A", "#000000"), Style("B", "#111111"), Style("C", "#222222")]
    made = overlay("x", styles, [line_of(2, "l", [[(0, 0), (1, 1)]], [])], [])
    assert [entry["label"] for entry in made["classes"]] == ["C"]
    assert made["lines"][0]["c"] == 0


@given(
    st.lists(
        st.lists(st.tuples(st.floats(0, 20), st.floats(0, 20)), min_size=2, max_size=6),
        min_size=1, max_size=4,
    )
)  # fmt: skip
def test_joined_lines_stay_where_the_lines_are(parts: list[list[tuple[float, float]]]) -> None:
    grid = 0.05
    parts = [part for part in parts if len(set(part)) > 1]
    found = joined(parts, grid)
    if not parts or not found:
        return
    lines = shapely.union_all([shapely.LineString(part) for part in parts])
    away = max(lines.distance(shapely.Point(p)) for part in found for p in part)
    assert away <= grid * 2


# Upgrades --------------------------------------------------------------------------------


def test_every_project_is_on_the_map_or_beside_it(engine: Engine) -> None:
    theme = projects_theme(engine)
    projects = read_projects(engine)
    drawn = {thing["name"] for layer in theme.overlays for k in ("lines", "points")
             for thing in layer[k]}  # fmt: skip
    listed = {line for _, lines in theme.beside for line in lines}
    for project in projects.values():
        line = f"{project.title}: {money_text(project, projects)}, {project.status}"
        if project.kind != "pipeline":
            assert (project.title in drawn) != (line in listed), project.id
    rows = {row[0]: row[1] for row in theme.rows}
    assert rows == {p.title: p.status for p in projects.values() if p.title in rows}
    counts = [sum(row[1] == word for row in theme.rows) for word in ("built", "under construction")]
    assert theme.headline.startswith(
        f"Of {len(rows)} upgrades on this map, {counts[0]} are built and {counts[1]} under"
    )


def test_pattern_follows_status(engine: Engine) -> None:
    layer = project_overlay(engine)
    status = {p.title: p.status for p in read_projects(engine).values()}
    for thing in (*layer["lines"], *layer["points"]):
        expected = {"built": "", "under construction": "9 5"}.get(status[thing["name"]], "0.1 7.5")
        assert layer["classes"][thing["c"]]["dash"] == expected


def test_on_a_day_only_what_is_promised_by_then(engine: Engine) -> None:
    def second(on: dt.date) -> set[str]:
        layer = projects_theme(engine, on=on, pipelines=False).overlays[0]
        return {
            thing["name"] for thing in (*layer["lines"], *layer["points"])
            if layer["classes"][thing["c"]]["label"].startswith("Promised for 20")
        }  # fmt: skip

    # Due 2027-12: the whole month has to be over.
    line = "Bakhty-Ayagoz, third railway to China"
    assert line not in second(dt.date(2027, 12, 30))
    assert line in second(dt.date(2027, 12, 31))
    # Due 2030, so the whole year.
    assert "Rail Baltica" not in second(dt.date(2030, 6, 1))
    assert "Rail Baltica" in second(dt.date(2030, 12, 31))
    # What has no date is never promised.
    assert "Trans-Afghan railway" not in second(dt.date(2099, 1, 1))
    with pytest.raises(UsageError, match="no project matches"):
        projects_theme(engine, name="trans-afghan", on=dt.date(2020, 1, 1))


def test_lines_of_the_network_are_those_of_the_network(engine: Engine) -> None:
    layer = project_overlay(engine)
    places = project_places(engine, read_projects(engine))
    drawn = next(line for line in layer["lines"] if line["name"] == "Dostyk-Moyinty second track")
    known = shapely.LineString(places["dostyk-moyinty"][0].points)
    for x, y in decode(drawn["g"][0], digits=2):
        assert known.distance(shapely.Point(x, y)) < 0.01


def test_pipelines_say_that_they_are_schematic(engine: Engine) -> None:
    layer = pipeline_overlay(engine)
    assert all("schematic" in entry["label"] for entry in layer["classes"])
    assert all(dict(line["rows"])["Drawn"].startswith("schematic") for line in layer["lines"])
    theme = projects_theme(engine)
    assert "never added to boxes" in " ".join(theme.notes)
    assert len(projects_theme(engine, pipelines=False).overlays) == 1


# Reach -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reach(engine: Engine) -> Any:
    modes = frozenset({"rail", "sea", "ferry"})
    return isochrones(engine, "Almaty", conditions=Conditions(modes=modes))


def test_colour_lies_on_lines_of_the_network_only(reach: Any) -> None:
    theme = isochrone_theme(reach, scope="")
    network = shapely.STRtree(
        [shapely.LineString(part) for line in reach.lines if line.kind == "line"
         for part in line.parts]
    )  # fmt: skip
    points = [
        shapely.Point(p) for line in theme.overlays[0]["lines"] if "dash" not in line
        for part in line["g"] for p in decode(part, digits=2)
    ]  # fmt: skip
    assert len(points) > 1000
    nearest = network.query_nearest(points, return_distance=True, all_matches=False)[1]
    assert float(nearest.max()) < 0.06


def test_every_place_is_met_by_a_drawn_line(reach: Any) -> None:
    theme = isochrone_theme(reach, scope="")
    drawn = shapely.STRtree(
        [shapely.LineString(decode(part, digits=2)) for line in theme.overlays[0]["lines"]
         for part in line["g"]]
    )  # fmt: skip
    places = [shapely.Point(p.lon, p.lat) for p in reach.facilities if p.days >= 0.1]
    nearest = drawn.query_nearest(places, return_distance=True, all_matches=False)[1]
    # A facility may stand 4 km from its line, some by exception more.
    assert float(np.quantile(nearest, 0.95)) < 0.1


def test_places_have_the_days_that_were_found(reach: Any) -> None:
    theme = isochrone_theme(reach, scope="")
    layer = theme.overlays[0]
    assert [entry["label"] for entry in layer["classes"]] == [
        "Up to 5 days", "5 to 10 days", "10 to 15 days", "15 to 20 days", "20 to 30 days",
    ]  # fmt: skip
    found = {(p["name"], p["lon"]): p for p in layer["points"]}
    assert len(layer["points"]) == len(reach.facilities)
    for place in reach.facilities:
        point = found[(place.name, round(place.lon, 3))]
        assert dict(point["rows"])["Days"] == f"{place.days:.1f}"
        assert reach.bands[point["c"]] == place.band
    near = sum(place.band <= 10 for place in reach.facilities)
    assert f" {near} of {len(reach.facilities)} yards" in theme.headline
    assert len({row[1] for row in theme.rows}) == len(theme.rows)


def test_the_ways_of_the_toy_are_those_taken(toy_engine: Engine) -> None:
    found = isochrones(toy_engine, "Alfa", bands=[30])
    ways = {line.mode: shapely.MultiLineString(line.parts) for line in found.ways}
    rail = ways["rail"]
    # By the clipped track through DD, 230 km, and not 400 km round it.
    assert rail.distance(shapely.Point(4.1, 0.0)) < 1e-9
    assert rail.distance(shapely.Point(3.6, 0.3)) > 0.25
    every = shapely.union_all([shapely.MultiLineString(line.parts) for line in found.lines])
    assert all(every.buffer(1e-6).contains(line) for line in ways.values())


def test_nothing_in_reach_is_said(toy_engine: Engine) -> None:
    found = isochrones(
        toy_engine, "Alfa", bands=[30], conditions=Conditions(modes=frozenset({"sea"}))
    )
    with pytest.raises(UsageError, match="nothing is within reach of Alfa"):
        isochrone_theme(found, scope=scope_of(Conditions()))


# Chokepoints -----------------------------------------------------------------------------


def test_gates_of_the_toy(toy_engine: Engine) -> None:
    desk = open_desk(toy_engine, "Alfa", "Charlie", "terminal", "balanced", None, None, None)
    found = criticality([desk], kinds=KINDS)
    theme = gates_theme([desk], found, reproduce="again")
    rows = {(row[0].partition(" (")[0], row[1]): row[2] for row in theme.rows}
    # Rail and truck have no other border to CC, rail none to BB; the ferry has no other port.
    assert rows[("Bravo east–Charlie yard", "rail")] == "none left"
    assert rows[("Bravo east–Charlie yard", "truck")] == "none left"
    assert rows[("Alfa yard–Bravo west", "rail")] == "none left"
    assert rows[("Alfa port", "water")] == "none left"
    assert "leave rail or truck or water without a way" in theme.headline
    points = {p["name"].partition(" (")[0]: p for p in theme.overlays[1]["points"]}
    assert points["Bravo east–Charlie yard"]["mark"] == "square"
    assert points["Alfa port"]["mark"] == "full"
    assert (points["Alfa port"]["lon"], points["Alfa port"]["lat"]) == (1.0, -0.9)


def test_gates_say_what_the_study_says(engine: Engine) -> None:
    desk = open_desk(engine, "Aktau", "Poti", "terminal", "balanced", None, None, None)
    found = criticality([desk], corridors=["titr"], kinds=KINDS)
    theme = gates_theme([desk], found)
    study = {row["name"]: row for row in found.study().rows}
    assert theme.rows
    for name, _, days, _, then in theme.rows:
        expected = study[name]["titr_days"]
        said = "none left" if expected is None else f"{expected:+.1f}".replace("-", "−")
        assert days == said
        assert then == study[name]["titr_then"]


# Pages and sheets ------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_sheet_shows_hostile_names_as_they_are(name: str) -> None:
    svg = theme_svg(named(name), basemap.load())
    root = ET.fromstring(svg)
    said = " ".join("".join(root.itertext()).split())
    assert " ".join(name.split()) in said
    tags = {element.tag.partition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "rect", "path", "g", "circle", "text"}


@pytest.mark.browser
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_page_shows_hostile_names_as_they_are(tmp_path: Path, open_page: Open, name: str) -> None:
    theme_map(named(name)).save(tmp_path / "map.html")
    page = open_page(tmp_path / "map.html")
    shown = " ".join(name.split())
    page.click("button[data-place]")
    page.wait_for_timeout(200)
    popup = " ".join(page.inner_text(".leaflet-popup-content").split())
    assert popup.count(shown) >= 3
    assert shown in " ".join(page.inner_text("#panel").split())
    assert shown in " ".join(page.inner_text("h1").split())
    page.click("#layers summary")
    assert shown in " ".join(page.inner_text("#layer-list").split())
    assert page.evaluate("window.__ran") is None
    assert page.log == []


@pytest.fixture(scope="module")
def upgrades(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("themes") / "upgrades.html"
    theme_map(projects_theme(engine, reproduce="corridors projects --map map.html")).write(path)
    return path


def test_a_map_is_three_files_that_are_small_and_ask_nothing(upgrades: Path) -> None:
    names = {file.name: file.stat().st_size for file in upgrades.parent.iterdir()}
    assert set(names) == {"upgrades.html", "upgrades.svg", "upgrades.png"}
    assert names["upgrades.html"] <= 500_000
    assert names["upgrades.svg"] <= 100_000
    page = upgrades.read_text("utf-8")
    assert not re.search(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)\s*=\s*[^>]*?//", page)
    ET.parse(upgrades.with_suffix(".svg"))


def test_the_same_question_gives_the_same_bytes(engine: Engine) -> None:
    pages = {theme_map(projects_theme(engine)).get_root().render() for _ in range(2)}
    assert len(pages) == 1


@pytest.mark.browser
def test_a_page_asks_nothing_and_leads_from_the_table_to_the_map(
    upgrades: Path, open_page: Open
) -> None:
    page = open_page(upgrades)
    for button in page.query_selector_all("button[data-place]")[:5]:
        button.click()
        page.wait_for_timeout(80)
        # The one before may still be fading.
        title = page.locator(".leaflet-popup-content h2").last.inner_text()
        assert title == button.inner_text()
    page.keyboard.press("Escape")
    page.wait_for_timeout(400)
    assert page.locator(".leaflet-popup").count() == 0
    page.click("#layers summary")
    for box in page.query_selector_all("#layers input"):
        box.click()
        box.click()
    assert page.log == []


@pytest.mark.browser
def test_a_layer_that_is_off_is_gone_with_its_marks_and_names(
    upgrades: Path, open_page: Open
) -> None:
    page = open_page(upgrades)
    page.click("#layers summary")
    assert page.locator(".mark[aria-label*='announced']").count() > 0
    page.locator("#layer-list").get_by_label("Announced, memorandum or signed").click()
    assert page.locator(".mark[aria-label*='announced']").count() == 0
    assert "Trans-Afghan railway" not in page.inner_text(".names")


@pytest.mark.browser
def test_without_scripts_the_sheet_and_the_table_are_there(upgrades: Path, open_page: Open) -> None:
    page = open_page(upgrades, java_script_enabled=False)
    assert page.locator("#static svg").first.is_visible()
    assert not page.locator("#legend").is_visible()
    assert "Dostyk-Moyinty second track" in page.inner_text("#panel table")


@pytest.mark.browser
def test_on_a_phone_nothing_scrolls_sideways(upgrades: Path, open_page: Open) -> None:
    page = open_page(upgrades, viewport={"width": 390, "height": 844}, device_scale_factor=2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    stage = page.locator("#stage").bounding_box()
    assert stage["y"] + stage["height"] <= 844


@pytest.mark.browser
def test_theme_pages_keep_the_rules(upgrades: Path, open_page: Open) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    for size in ({"width": 1400, "height": 900}, {"width": 390, "height": 844}):
        page = open_page(upgrades, viewport=size, bypass_csp=True)
        page.locator("button[data-place]").first.click()
        page.wait_for_timeout(300)
        found = axe.Axe().run(page).response["violations"]
        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []


@pytest.mark.browser
def test_names_do_not_lie_on_each_other(upgrades: Path, open_page: Open) -> None:
    page = open_page(upgrades)
    boxes = page.evaluate(
        "[...document.querySelectorAll('.names > div')].map(e => { const r = "
        "e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom, e.textContent]; })"
    )
    assert len(boxes) > 20
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            apart = a[0] >= b[2] - 1 or b[0] >= a[2] - 1 or a[1] >= b[3] - 1 or b[1] >= a[3] - 1
            assert apart, (a[4], b[4])


def test_a_map_is_a_folium_map_and_refuses_another_ending(tmp_path: Path) -> None:
    drawn = theme_map(named("A"))
    assert isinstance(drawn, folium.Map)
    assert drawn.theme.headline == "A"
    with pytest.raises(OutputError, match=r"must end in \.html"):
        drawn.write(tmp_path / "map.png")
    assert list(tmp_path.iterdir()) == []


def test_layers_on_a_corridor_map_are_grey_and_in_its_key(
    engine: Engine, document: dict[str, Any], geometries: Any
) -> None:
    layers = [project_overlay(engine), pipeline_overlay(engine)]
    drawn = comparison_map(document, geometries, overlays=layers)
    corridors = {style.line for style in STYLES.values()}
    assert not corridors & {entry["color"] for layer in layers for entry in layer["classes"]}
    root = ET.fromstring(drawn.static)  # type: ignore[attr-defined]
    said = {element.text for element in root.iter() if element.tag.endswith("text")}
    assert {entry["label"] for layer in layers for entry in layer["classes"]} <= said
    plain = comparison_map(document, geometries)
    assert "corridorsOverlay = " not in plain.get_root().render()
    assert len(drawn.static) > len(plain.static)  # type: ignore[attr-defined]


@pytest.mark.browser
def test_layers_on_a_corridor_map_can_be_taken_off(
    engine: Engine, document: dict[str, Any], geometries: Any, tmp_path: Path, open_page: Open
) -> None:
    layers = [project_overlay(engine), pipeline_overlay(engine)]
    comparison_map(document, geometries, overlays=layers).save(tmp_path / "map.html")
    page = open_page(tmp_path / "map.html")
    # The key is folded where it would cover a route.
    assert "Oil pipeline, schematic" in (page.text_content("#legend") or "")
    page.click("#layers summary")
    for box in ("Built", "Oil pipeline, schematic"):
        page.locator("#layer-list").get_by_label(box, exact=True).click()
    assert page.log == []


def test_bounds_have_a_rim() -> None:
    assert bounds_of([]) == (20.0, 25.0, 110.0, 60.0)
    assert bounds_of([(10.0, 20.0)]) == (9.0, 19.0, 11.0, 21.0)
