"""An invented comparison with its lines, and a browser where there is one."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


def _geometry() -> dict[tuple[str, str], list[tuple[float, float]]]:
    stored = json.loads((HERE / "fixture_geometry.json").read_text(encoding="utf-8"))
    return {
        (key.split("|")[0], key.split("|")[1]): [(x, y) for x, y in line]
        for key, line in stored.items()
    }


@pytest.fixture(scope="session")
def _document() -> dict[str, Any]:
    return json.loads((HERE / "fixture_document.json").read_text(encoding="utf-8"))


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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Headless Chromium from the system; the test skips where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        pytest.skip("no Chromium on this machine: install the system package 'chromium'")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
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
