"""The pages of a report in a browser: nothing asked, one sheet of paper, readable by all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridors.outputs.report.brief import brief
from corridors.outputs.report.folder import write_report
from corridors.outputs.report.page import long_page

pytestmark = pytest.mark.browser
HOSTILE = json.loads(Path(__file__).with_name("hostile_names.json").read_text())
Open = Callable[..., Any]
SIZES = ({"width": 1400, "height": 900}, {"width": 390, "height": 844})
PAGES = ("brief.html", "report.html")


@pytest.fixture(scope="module", params=["en", "ru"])
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of five corridors with everything a question can add."""
    import corridors as co

    made = co.compare(
        "Xi'an", "Duisburg", draws=100, depart="2026-11-15", deadline_days=25,
        cargo_value_usd=150_000, cargo="8703", goods=["dangerous"],
    )  # fmt: skip
    target = tmp_path_factory.mktemp("report") / "brief"
    made.report(target, lang=request.param, formats=["html"])
    return target


def test_nothing_is_asked_and_nothing_fails(real: Path, open_page: Open) -> None:
    for name in PAGES:
        for size in SIZES:
            page = open_page(real / name, viewport=size)
            assert page.log == []
            assert page.evaluate("document.querySelectorAll('script').length") == 0
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], (name, size)
        assert (real / name).stat().st_size <= 500_000


def test_the_brief_is_one_sheet(real: Path, open_page: Open) -> None:
    page = open_page(real / "brief.html")
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) == 1
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", paper)
    assert box is not None
    assert [round(float(side)) for side in box.groups()] == [595, 842]


def test_the_policy_lets_nothing_run(real: Path, open_page: Open) -> None:
    page = open_page(real / "report.html")
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.__ran=1';"
        "document.body.append(s); const i = new Image(); i.src = 'http://127.0.0.1:9/x.png'; }"
    )
    page.wait_for_timeout(150)
    assert page.evaluate("window.__ran") is None
    # Refused by the page's own policy before anything leaves it.
    assert [line for line in page.log if "Content Security Policy" in line]


def test_accessibility_rules(real: Path, open_page: Open) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    for name, size in zip(PAGES, SIZES, strict=True):
        page = open_page(real / name, viewport=size, bypass_csp=True)
        found = axe.Axe().run(page).response["violations"]
        bad = [
            (v["id"], v["impact"], v["nodes"][0]["html"][:80])
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert bad == [], (name, size)


def test_the_pictures_are_drawn(
    document: Any, geometries: Any, tmp_path: Path, open_page: Open
) -> None:
    write_report(document, geometries, tmp_path / "brief", forms=["html"])
    page = open_page(tmp_path / "brief" / "report.html")
    tall = page.evaluate(
        "[...document.querySelectorAll('figure div>svg')].map(s => s.clientHeight)"
    )
    assert len(tall) == 3
    assert min(tall) > 300


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_is_text(document: Any, tmp_path: Path, open_page: Open, name: str) -> None:
    for end in ("origin", "destination"):
        document["shipment"][end]["name"] = name
    document["options"][0]["corridor"] = document["options"][0]["variant"] = name
    document["options"][0]["legs"][0]["from"] = document["reproduce"] = name
    file = tmp_path / "report.html"
    file.write_text(long_page(brief(document), document, {}), encoding="utf-8")
    page = open_page(file)
    assert page.log == []
    assert page.evaluate("window.__ran") is None
    shown = " ".join(name.split())
    assert page.title() == f"{shown} to {shown}"
    assert shown in " ".join(page.inner_text("header").split())
    assert shown in " ".join(page.inner_text("main").split())
