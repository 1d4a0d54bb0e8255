"""The profile in a browser: linked with the map, by pointer and keyboard; readable without."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridors.outputs import text, wording
from corridors.outputs.map import comparison_map
from corridors.outputs.profile_page import profile_html

pytestmark = pytest.mark.browser
HOSTILE = json.loads(Path(__file__).with_name("hostile_names.json").read_text())
Open = Callable[..., Any]
MAP = "window[Object.keys(window).find(k => k.startsWith('map_'))]"
SCREEN = {"width": 1400, "height": 1000}
#: Middle of the longest leg of an option, in pixels of the window.
MIDDLE = """number => {
  const pane = [...document.querySelectorAll('.pane')].find(p => p.offsetParent);
  const line = pane.querySelector(`.line[data-o="${number}"]`), m = pane.firstChild.getScreenCTM();
  const paths = [...line.children].sort((a, b) => b.getTotalLength() - a.getTotalLength());
  const p = paths[0].getPointAtLength(paths[0].getTotalLength() * 0.7);
  return [p.x * m.a + m.e, p.y * m.d + m.f, [...line.children].indexOf(paths[0])];
}"""


@pytest.fixture
def own_page(document: dict, tmp_path: Path) -> Path:
    path = tmp_path / "profile.html"
    path.write_text(profile_html(document), encoding="utf-8")
    return path


def _rings(page: Any) -> int:
    return int(
        page.locator('.leaflet-casing-pane path[stroke="#16202b"]').count()
        + page.locator('.leaflet-hits-pane path[stroke="#16202b"]').count()
    )


def test_pointing_at_the_profile_shows_the_leg_on_the_map(
    page_file: Path, open_page: Open, document: dict
) -> None:
    page = open_page(page_file, viewport=SCREEN)
    assert _rings(page) == 0
    x, y, index = page.evaluate(MIDDLE, 3)
    page.mouse.move(x, y)
    page.wait_for_timeout(100)
    ocean = document["options"][3]
    leg = next(p for p in ocean["legs"] if p["id"] == ocean["profile"][index]["step"])
    said = page.inner_text(".reading")
    assert said.startswith("Ocean: Sea, ")
    assert text.hours(leg["hours"]) in said
    so_far = ocean["profile"][index]
    assert f"{text.thousands(so_far['km'])} km" in said
    assert f"day {text.days(so_far['hours']['mean'] / 24)}" in said
    assert page.locator('.leaflet-casing-pane path[stroke="#16202b"]').count() == 1
    assert page.locator(".pane .dim").count() > 0
    page.mouse.move(x, 20)
    page.wait_for_timeout(100)
    assert _rings(page) == 0
    assert page.locator(".pane .dim").count() == 0
    assert page.log == []


def test_walking_with_the_keyboard(page_file: Path, open_page: Open, document: dict) -> None:
    page = open_page(page_file, viewport=SCREEN)
    walk = page.locator(".walk")
    walk.focus()
    steps = document["options"][1]["profile"]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert page.inner_text(".reading").startswith("TITR: Waiting for the train to fill")
    assert page.locator('.leaflet-hits-pane path[stroke="#16202b"]').count() == 1
    page.keyboard.press("End")
    assert walk.get_attribute("aria-valuenow") == str(len(steps))
    whole = document["options"][1]["time_days"]
    assert f"day {text.days(whole['mean'])}" in walk.get_attribute("aria-valuetext")
    page.check("[value=usd]")
    walk.focus()
    page.keyboard.press("End")
    page.keyboard.press("Escape")
    assert "Each line is the mean" in page.inner_text(".reading")
    assert _rings(page) == 0
    assert page.log == []


def test_a_mark_and_a_line_of_the_map_show_on_the_profile(page_file: Path, open_page: Open) -> None:
    page = open_page(page_file, viewport=SCREEN)
    glow = ".pane.wide .glow >> nth=0"
    page.evaluate(f"{MAP}.setView([42, 50], 5.5, {{animate: false}})")
    page.wait_for_timeout(200)
    page.focus('[aria-label^="Aktau"]')
    assert "Aktau" in page.inner_text(".reading")
    assert page.get_attribute(glow, "d").count("M") >= 2
    page.focus("#play")
    assert not page.get_attribute(glow, "d")
    page.locator(".leaflet-hits-pane path.leaflet-interactive").last.dispatch_event("mouseover")
    assert page.inner_text(".reading").startswith("Ocean: ")
    assert page.get_attribute(glow, "d").startswith("M")


def test_the_day_of_the_slider_is_a_line_on_the_profile(page_file: Path, open_page: Open) -> None:
    page = open_page(page_file, viewport=SCREEN)
    page.evaluate("document.querySelector('#day').value = 20")
    page.dispatch_event("#day", "input")
    drawn = page.evaluate(
        "(() => { const g = document.querySelector('.days .wide [data-scale]'),"
        " t = g.querySelector('.now').getAttribute('transform');"
        " return (g.dataset.zero - Number(t.match(/ ([\\d.]+)/)[1])) / g.dataset.scale; })()"
    )
    assert drawn == pytest.approx(20, abs=0.1)


def test_folded_away_the_map_has_the_room(page_file: Path, open_page: Open) -> None:
    page = open_page(page_file, viewport=SCREEN)
    before = page.locator("#stage").bounding_box()["height"]
    page.focus("#profile summary")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    after = page.locator("#stage").bounding_box()["height"]
    assert after > before + 200
    assert page.evaluate(f"{MAP}.getSize().y") == pytest.approx(after, abs=1)


def test_a_low_window_starts_folded(page_file: Path, open_page: Open) -> None:
    page = open_page(page_file, viewport={"width": 1400, "height": 640})
    assert page.get_attribute("#profile details", "open") is None


def test_days_or_dollars(own_page: Path, open_page: Open) -> None:
    for options in ({}, {"java_script_enabled": False}):
        page = open_page(own_page, viewport=SCREEN, **options)
        assert page.locator(".days .wide").is_visible()
        assert not page.locator(".usd .wide").is_visible()
        assert not page.locator(".days .narrow").is_visible()
        page.check("[value=usd]")
        assert page.locator(".usd .wide").is_visible()
        assert not page.locator(".days .wide").is_visible()


@pytest.mark.parametrize("width", [1400, 390])
def test_own_page_fits_and_asks_nothing(own_page: Path, open_page: Open, width: int) -> None:
    page = open_page(own_page, viewport={"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    x, y, _ = page.evaluate(MIDDLE, 0)
    page.mouse.move(x, y)
    assert page.inner_text(".reading").startswith("Northern: ")
    for fold in page.query_selector_all("details summary"):
        fold.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    rows = page.locator("tbody tr").count()
    assert rows == page.evaluate(
        "JSON.parse(document.getElementById('steps').textContent)"
        ".reduce((n, o) => n + o.steps.length, 0)"
    )
    assert page.log == []


def test_one_page_of_paper(own_page: Path, open_page: Open) -> None:
    page = open_page(own_page)
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) == 1


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_shown_as_they_are(
    document: dict, geometries: dict, tmp_path: Path, open_page: Open, name: str
) -> None:
    document["shipment"]["origin"]["name"] = name
    for option in document["options"]:
        for part in (*option["legs"], *option["events"]):
            part.update({k: name for k in ("from", "to", "place") if k in part})
    shown = " ".join(wording.short_place(name).split())
    path = tmp_path / "profile.html"
    path.write_text(profile_html(document), encoding="utf-8")
    comparison_map(document, geometries).save(tmp_path / "map.html")
    for file in (path, tmp_path / "map.html"):
        page = open_page(file, viewport=SCREEN)
        page.locator(".walk").focus()
        page.keyboard.press("Home")
        assert shown in " ".join(page.inner_text(".reading").split())
        assert page.evaluate("window.__ran") is None
        assert [line for line in page.log if not line.startswith("warning")] == []


def test_accessibility_rules(own_page: Path, page_file: Path, open_page: Open) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    for file in (own_page, page_file):
        for size in (SCREEN, {"width": 390, "height": 844}):
            page = open_page(file, viewport=size, bypass_csp=True)
            page.locator(".walk").focus()
            page.keyboard.press("ArrowRight")
            found = axe.Axe().run(page).response["violations"]
            bad = [(v["id"], v["impact"]) for v in found if v["impact"] in ("serious", "critical")]
            assert bad == []
