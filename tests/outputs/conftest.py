"""An invented comparison with its lines, and a browser where there is one."""

from __future__ import annotations

import copy
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).parent


def _geometry() -> dict[tuple[str, str], list[tuple[float, float]]]:
    stored = json.loads((HERE / "fixture_geometry.json").read_text(encoding="utf-8"))
    return {
        (key.split("|")[0], key.split("|")[1]): [(x, y) for x, y in line]
        for key, line in stored.items()
    }


def _order(option: dict[str, Any], lines: list[Any]) -> list[str]:
    """Legs and events in the order of the journey."""
    from corridors.outputs.journey import stops

    waiting = sorted(zip(stops(option, lines), (e["id"] for e in option["events"]), strict=True))
    order: list[str] = []
    for number, leg in enumerate(option["legs"]):
        while waiting and waiting[0][0] <= number:
            order.append(waiting.pop(0)[1])
        order.append(leg["id"])
    return order + [event for _, event in waiting]


def _profile(option: dict[str, Any], order: list[str]) -> list[dict[str, Any]]:
    """Running totals; an invented range that widens to that of the option."""
    parts = {part["id"]: part for part in (*option["legs"], *option["events"])}
    rows: list[dict[str, Any]] = []
    km, so_far = 0.0, {"hours": 0.0, "usd": 0.0}
    for step in order:
        part = parts[step]
        km += part.get("distance_km", 0.0)
        row: dict[str, Any] = {"step": step, "km": km}
        for key, own, summary in (("hours", "hours", "time_days"), ("usd", "cost_usd", "cost_usd")):
            so_far[key] += part[own]
            whole = option[summary]
            row[key] = {"mean": so_far[key]} | {
                name: so_far[key] * whole[name] / whole["mean"] for name in ("p10", "p90")
            }
        rows.append(row)
    return rows


@pytest.fixture(scope="session")
def _document() -> dict[str, Any]:
    made = json.loads((HERE / "fixture_document.json").read_text(encoding="utf-8"))
    geometry = _geometry()
    for option in made["options"]:
        if option["status"] == "ok":
            lines = [np.array(geometry[(option["corridor"], leg["id"])]) for leg in option["legs"]]
            option["profile"] = _profile(option, _order(option, lines))
    return made


@pytest.fixture
def document(_document: dict[str, Any]) -> dict[str, Any]:
    """A compare document with invented figures: four options and one excluded."""
    return copy.deepcopy(_document)


@pytest.fixture(scope="session")
def geometries() -> dict[tuple[str, str], list[tuple[float, float]]]:
    """The lines of the document's legs."""
    return _geometry()


@pytest.fixture(scope="session")
def page_file(_document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interactive map of the document, written once; not to be changed."""
    from corridors.outputs.map import comparison_map

    path = tmp_path_factory.mktemp("page") / "map.html"
    comparison_map(copy.deepcopy(_document), _geometry()).save(path)
    return path


FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{assets}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Headless Chromium from the system; the test skips where there is none.

    It knows the packaged font only: pages look the same, and break their lines at the same
    words, on every machine.
    """
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        pytest.skip("no Chromium on this machine: install the system package 'chromium'")
    from importlib.resources import files

    folder = tmp_path_factory.mktemp("fonts")
    assets = files("corridors.outputs") / "assets"
    (folder / "fonts.conf").write_text(FONTS.format(assets=assets, cache=folder), encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--font-render-hinting=none"],
            env=os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf")},
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open a file in a fresh context; ``page.log`` lists requests, console lines and errors."""
    contexts = []

    def open_file(path: Path, **options: Any) -> Any:
        options.setdefault("viewport", {"width": 1400, "height": 900})
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.log = []
        page.on(
            "request",
            lambda r: (
                None
                if r.url.startswith(("data:", "file:", "blob:", "about:"))
                else page.log.append(f"request {r.url}")
            ),
        )
        page.on("console", lambda m: page.log.append(f"{m.type} {m.text}"))
        page.on("pageerror", lambda e: page.log.append(f"error {e}"))
        page.goto(path.resolve().as_uri())
        page.wait_for_timeout(400)
        return page

    yield open_file
    for context in contexts:
        context.close()
