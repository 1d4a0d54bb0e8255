"""No page asks a network for anything: not at first, not after any click, not when told to."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from branca.element import Element

from corridors.outputs.map import comparison_map
from corridors.outputs.profile_page import profile_html

Open = Callable[..., Any]
ASSETS = files("corridors.outputs") / "assets"
#: Every way a page can ask for a file, to a port where nothing listens.
WAYS = """
<style>@import url("http://127.0.0.1:9/import.css");
.asks{background:url("http://127.0.0.1:9/background.png")}
@font-face{font-family:Asks;src:url("http://127.0.0.1:9/font.woff2")}</style>
<p class="asks" style="font-family:Asks">asks</p>
<script>
fetch("http://127.0.0.1:9/fetch").catch(function () {});
var x = new XMLHttpRequest(); x.open("GET", "http://127.0.0.1:9/xhr"); x.onerror = function () {};
try { x.send(); } catch (error) {}
navigator.sendBeacon("http://127.0.0.1:9/beacon");
try { new WebSocket("ws://127.0.0.1:9/socket"); } catch (error) {}
try { new EventSource("http://127.0.0.1:9/events"); } catch (error) {}
var i = new Image(); i.src = "http://127.0.0.1:9/image.png";
var s = document.createElement("script"); s.src = "http://127.0.0.1:9/script.js"; document.head.append(s);
var f = document.createElement("iframe"); f.src = "http://127.0.0.1:9/frame"; document.body.append(f);
</script>
"""  # noqa: E501
ASKED = ("import.css", "background.png", "font.woff2", "fetch", "xhr", "beacon", "events",
         "image.png", "script.js", "frame")  # fmt: skip


def click_everything(page: Any) -> None:
    """Open, press and tick all that can be, three times round; printing alone is left out."""
    page.evaluate("window.print = () => {}")
    for _ in range(3):
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        page.evaluate(
            "document.querySelectorAll('button:not([data-do]), input[type=checkbox],"
            " input[type=radio]:not([data-tiles])').forEach(e => e.click())"
        )
        page.wait_for_timeout(120)
    for mark in page.query_selector_all(".leaflet-marker-icon, .leaflet-hits-pane path"):
        mark.dispatch_event("click")
    for control in page.query_selector_all("input[type=range]"):
        control.evaluate(
            "e => { e.value = (+e.max + +e.min) / 2;"
            " e.dispatchEvent(new Event('input')); e.dispatchEvent(new Event('change')); }"
        )
    page.wait_for_timeout(300)


@pytest.mark.browser
def test_the_log_sees_every_way_to_ask(tmp_path: Path, open_page: Open) -> None:
    """What the other tests rest on: without our policy each of these is noticed."""
    (tmp_path / "asks.html").write_text(f"<!doctype html><title>a</title><body>{WAYS}")
    page = open_page(tmp_path / "asks.html")
    said = " ".join(page.log)
    assert [way for way in ASKED if f"request http://127.0.0.1:9/{way}" not in said] == []


@pytest.mark.browser
def test_the_policy_stops_every_way_to_ask(
    document: dict, geometries: dict, tmp_path: Path, open_page: Open
) -> None:
    drawn = comparison_map(document, geometries)
    drawn.get_root().html.add_child(Element(WAYS))
    drawn.save(tmp_path / "map.html")
    page = open_page(tmp_path / "map.html")
    click_everything(page)
    refused = [line for line in page.log if "Content Security Policy" in line]
    for way in (*ASKED, "ws://127.0.0.1:9"):
        assert any(way in line for line in refused), way
    assert page.get_by_text("asks", exact=True).count() == 1, "the piece is in the page"


@pytest.mark.browser
@pytest.mark.parametrize("size", [(1400, 900), (390, 844)], ids=["desk", "phone"])
def test_nothing_is_asked_before_or_after_any_click(
    page_file: Path, document: dict, tmp_path: Path, open_page: Open, size: tuple[int, int]
) -> None:
    (tmp_path / "profile.html").write_text(profile_html(document), encoding="utf-8")
    for path in (page_file, tmp_path / "profile.html"):
        page = open_page(path, viewport={"width": size[0], "height": size[1]})
        assert page.log == []
        click_everything(page)
        for kind in ("svg", "png"):
            button = page.locator(f"[data-do={kind}]:visible")
            if button.count():
                with page.expect_download():
                    button.first.click()
        assert page.log == []


def test_no_own_script_or_style_names_an_address() -> None:
    """Our code has no means to ask: what it needs is in the page."""
    for entry in ASSETS.iterdir():
        if not entry.name.endswith((".js", ".css", ".html")) or entry.name.startswith("leaflet"):
            continue
        code = entry.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        for way in ("http:", "https:", "//cdn", "fetch(", "XMLHttpRequest", "WebSocket", "import(",
                    "EventSource", "sendBeacon", "@import", "importScripts"):  # fmt: skip
            assert way not in code, (entry.name, way)
        for target in re.findall(r"url\(([^)]*)\)", code):
            assert target.strip("\"'").startswith(("data:", "#")), (entry.name, target)


def test_own_scripts_never_parse_markup() -> None:
    """The shim for users' own Folium popups is the one that does, as Folium means it."""
    own = [e for e in ASSETS.iterdir() if e.name.endswith(".js") and e.name != "leaflet.js"]
    assert len(own) >= 3
    for entry in own:
        if entry.name == "shim.js":
            continue
        code = entry.read_text(encoding="utf-8")
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                    "</", "new Function", "createContextualFragment", "DOMParser", "setHTML",
                    ):  # fmt: skip
            assert way not in code, (entry.name, way)
