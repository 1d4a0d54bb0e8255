"""The map in a real browser: nothing requested, nothing run, readable without scripts."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridors.outputs import text
from corridors.outputs.map import comparison_map

pytestmark = pytest.mark.browser
HOSTILE = json.loads(Path(__file__).with_name("hostile_names.json").read_text())
Open = Callable[..., Any]
MAP = "window[Object.keys(window).find(k => k.startsWith('map_'))]"


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_shown_as_they_are(
    document: dict, geometries: dict, tmp_path: Path, open_page: Open, name: str
) -> None:
    document["shipment"]["origin"]["name"] = name
    for option in document["options"]:
        option["reason"] = name
        option["flags"] = [name]
        for part in (*option["legs"], *option["events"]):
            part.update({k: name for k in ("from", "to", "place", "source") if k in part})
    comparison_map(document, geometries).save(tmp_path / "map.html")
    page = open_page(tmp_path / "map.html")
    page.locator(".leaflet-marker-icon").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    shown = " ".join(name.split())
    assert shown in " ".join(page.inner_text(".leaflet-popup-content").split())
    assert shown in " ".join(page.inner_text("#panel").split())
    assert page.title().startswith(shown.split(" <")[0][:20])
    assert page.evaluate("window.__ran") is None
    assert [line for line in page.log if not line.startswith("warning")] == []


@pytest.mark.parametrize("host", ["javascript off", "sandboxed frame", "strict policy"])
def test_scripts_blocked_shows_static_map_and_figures(
    page_file: Path, tmp_path: Path, open_page: Open, host: str, document: dict
) -> None:
    source = page_file.read_text(encoding="utf-8")
    target, options = page_file, {}
    if host == "javascript off":
        options = {"java_script_enabled": False}
    elif host == "sandboxed frame":
        target = tmp_path / "frame.html"
        frame = f'<iframe sandbox style="width:1390px;height:880px" srcdoc="{html.escape(source)}">'
        target.write_text(frame + "</iframe>", encoding="utf-8")
    else:
        target = tmp_path / "policy.html"
        policy = (
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "img-src data:; style-src 'unsafe-inline'\">"
        )
        target.write_text(source.replace("<head>", "<head>" + policy), encoding="utf-8")
    page = open_page(target, **options)
    frame = page.frames[-1]
    assert frame.locator("#static svg").first.is_visible()
    assert not frame.locator("#clock").is_visible()
    days = text.days(document["options"][0]["time_days"]["mean"])
    assert days in frame.locator(".figures tbody tr").first.inner_text()
    assert frame.locator(".card").count() == len(document["options"])


def test_phone(page_file: Path, open_page: Open) -> None:
    page = open_page(page_file, viewport={"width": 390, "height": 844}, device_scale_factor=2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    stage = page.locator("#stage").bounding_box()
    assert stage["y"] + stage["height"] <= 844


def test_containers_wait_and_arrive(page_file: Path, open_page: Open) -> None:
    page = open_page(page_file)
    page.evaluate("document.querySelector('#day').value = 11.5")
    page.dispatch_event("#day", "input")
    assert "TITR: wait for a ship, Aktau" in page.inner_text("#where")
    assert page.locator(".mover.waits").count() >= 1
    page.evaluate("document.querySelector('#day').value = 999")
    page.dispatch_event("#day", "input")
    assert page.inner_text("#where").count("arrived") == 4


def test_reduced_motion_never_animates(page_file: Path, open_page: Open) -> None:
    page = open_page(page_file, reduced_motion="reduce")
    before = page.input_value("#day")
    page.click("#play")
    after = page.input_value("#day")
    page.wait_for_timeout(300)
    assert float(after) - float(before) == pytest.approx(5)
    assert page.input_value("#day") == after


def test_shared_track_is_legible_at_every_zoom(page_file: Path, open_page: Open) -> None:
    page = open_page(page_file)
    for zoom in (3, 4, 6):
        page.evaluate(f"{MAP}.setView([42, 90], {zoom}, {{animate: false}})")
        rings = page.evaluate(
            f"[0, 1, 2].map(n => {MAP}.corridors.rings(n)[0].map(p => [p.x, p.y]))"
        )
        for one, other in ((0, 1), (1, 2)):
            part = rings[one][len(rings[one]) // 4 : len(rings[one]) // 2]
            gaps = [
                min(((x - a) ** 2 + (y - b) ** 2) ** 0.5 for a, b in rings[other]) for x, y in part
            ]
            assert min(gaps) >= 4.9, zoom


def test_tiles_that_cannot_be_reached_leave_the_plain_map(
    document: dict, geometries: dict, tmp_path: Path, open_page: Open
) -> None:
    tiles = {"url": "http://127.0.0.1:9/{z}/{x}/{y}.png", "attribution": "<b>Own</b> server"}
    comparison_map(document, geometries, tiles=tiles).save(tmp_path / "map.html")
    page = open_page(tmp_path / "map.html")
    assert page.log == []
    page.click("#layers summary")
    page.click("text=Online tiles")
    page.wait_for_timeout(1200)
    assert "Tiles cannot be reached" in page.inner_text("#layers")
    assert page.locator(".leaflet-ground-pane path").count() > 2


def test_two_maps_in_one_notebook(
    document: dict, geometries: dict, tmp_path: Path, open_page: Open
) -> None:
    both = comparison_map(document, geometries)._repr_html_() * 2
    (tmp_path / "two.html").write_text(both, encoding="utf-8")
    page = open_page(tmp_path / "two.html")
    page.wait_for_timeout(800)
    assert page.log == []
    assert len(page.frames) == 3
    for frame in page.frames[1:]:
        assert frame.locator(".leaflet-marker-icon").count() > 3


def test_nothing_to_show_still_opens(document: dict, tmp_path: Path, open_page: Open) -> None:
    document["options"] = document["options"][-1:]
    comparison_map(document, {}).save(tmp_path / "map.html")
    page = open_page(tmp_path / "map.html")
    assert page.inner_text("h1") == "No corridor can serve this shipment"
    assert page.log == []


def test_accessibility_rules(page_file: Path, open_page: Open) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    for size in ({"width": 1400, "height": 900}, {"width": 390, "height": 844}):
        page = open_page(page_file, viewport=size, bypass_csp=True)
        page.locator(".leaflet-marker-icon").nth(2).focus()
        page.keyboard.press("Enter")
        page.wait_for_timeout(300)
        found = axe.Axe().run(page).response["violations"]
        bad = [(v["id"], v["impact"]) for v in found if v["impact"] in ("serious", "critical")]
        assert bad == []
