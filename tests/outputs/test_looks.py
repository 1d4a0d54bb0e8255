"""Pages look as they did when somebody last looked at them.

Pictures of an invented comparison are compared with those in ``baselines``, at half their size and
with room for the edges of letters. After a change that is meant, look at the new pictures and
accept them: ``CORRIDORS_ACCEPT_LOOKS=1 python -m pytest tests/outputs/test_looks.py``.
"""

from __future__ import annotations

import copy
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridors.outputs.answers import Case
from corridors.outputs.map import comparison_map
from corridors.outputs.static_map import comparison_png

image = pytest.importorskip("PIL.Image")
BASELINES = Path(__file__).with_name("baselines")
MAP = "window[Object.keys(window).find(k => k.startsWith('map_'))]"
DESK, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
Open = Callable[..., Any]
#: Share of pixels that may differ by more than a shade: letters are drawn a little differently.
ROOM, SHADE = 0.004, 40


def _half(picture: Any) -> np.ndarray:
    size = (picture.width // 2, picture.height // 2)
    return np.asarray(picture.convert("RGB").resize(size, image.Resampling.BOX), dtype=int)


def difference(one: Any, other: Any) -> float:
    """Share of the pixels at half size that differ by more than a shade in some colour."""
    if one.size != other.size:
        return 1.0
    return float((np.abs(_half(one) - _half(other)).max(axis=2) > SHADE).mean())


def _check(name: str, png: bytes, tmp_path: Path) -> None:
    made = image.open(io.BytesIO(png)).convert("RGB")
    coverage, none = image.Quantize.MAXCOVERAGE, image.Dither.NONE
    small = made.quantize(96, method=coverage, kmeans=1, dither=none)
    path = BASELINES / f"{name}.png"
    if os.environ.get("CORRIDORS_ACCEPT_LOOKS"):
        # A picture that looks the same keeps its bytes, and the history stays small.
        if not path.exists() or difference(made, image.open(path).convert("RGB")) > ROOM / 5:
            BASELINES.mkdir(exist_ok=True)
            small.save(path, optimize=True)
        return
    kept = tmp_path / f"{name}.png"
    small.save(kept, optimize=True)
    assert path.exists(), f"no picture of {name} yet: look at {kept}, then accept it"
    away = difference(made, image.open(path).convert("RGB"))
    assert away <= ROOM, (
        f"{name} looks different in {away:.1%} of its pixels: look at {kept} beside {path}; if it "
        "is as meant, accept it with CORRIDORS_ACCEPT_LOOKS=1"
    )


def _still(page: Any) -> None:
    page.evaluate("document.fonts.ready.then(() => 1)")
    page.add_style_tag(content="*{transition:none!important;animation:none!important}")
    page.wait_for_timeout(300)


def _view(page: Any, lat: float, lon: float, zoom: float) -> None:
    page.evaluate(f"{MAP}.setView([{lat}, {lon}], {zoom}, {{animate: false}})")
    page.wait_for_timeout(300)


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_map_as_it_opens(
    page_file: Path, open_page: Open, tmp_path: Path, size: dict[str, int]
) -> None:
    page = open_page(page_file, viewport=size)
    _still(page)
    _check(f"map-{size['width']}", page.screenshot(), tmp_path)


@pytest.mark.browser
def test_the_whole_page_on_a_phone(page_file: Path, open_page: Open, tmp_path: Path) -> None:
    page = open_page(page_file, viewport=PHONE)
    _still(page)
    _check("map-390-whole", page.screenshot(full_page=True), tmp_path)


@pytest.mark.browser
def test_the_caspian(page_file: Path, open_page: Open, tmp_path: Path) -> None:
    page = open_page(page_file, viewport=DESK)
    _view(page, 41.8, 49.5, 6)
    _still(page)
    _check("map-caspian", page.screenshot(), tmp_path)


@pytest.mark.browser
def test_shared_track(page_file: Path, open_page: Open, tmp_path: Path) -> None:
    page = open_page(page_file, viewport=DESK)
    _view(page, 39.5, 94.0, 6)
    _still(page)
    _check("map-lanes", page.screenshot(), tmp_path)


@pytest.mark.browser
def test_a_popup(page_file: Path, open_page: Open, tmp_path: Path) -> None:
    page = open_page(page_file, viewport=DESK)
    _view(page, 41.8, 49.5, 5)
    page.locator('[aria-label^="Aktau"]').focus()
    page.keyboard.press("Enter")
    page.locator(".leaflet-popup :focus").wait_for()
    _still(page)
    _check("map-popup", page.screenshot(), tmp_path)


def _round_the_cape(document: dict, geometries: dict) -> tuple[dict, dict]:
    """The invented answer with both sea corridors twelve days longer, round the Cape."""
    made, lines = copy.deepcopy(document), dict(geometries)
    cape = [(55.0, -25.0), (30.0, -35.5), (17.5, -35.2), (-18.5, 14.5), (-11.0, 37.0),
            (-10.0, 44.0), (-5.8, 48.9), (1.6, 51.1), (3.9, 52.0)]  # fmt: skip
    begin = {"ocean": lambda p: p[0] > 80, "pakistan": lambda p: p[0] > 62}
    for option in made["options"]:
        if option["corridor"] not in begin:
            continue
        for leg in option["legs"]:
            if leg["mode"] == "sea":
                key = (option["corridor"], leg["id"])
                lines[key] = [p for p in lines[key] if begin[option["corridor"]](p)] + cape
                leg["hours"] += 288.0
                leg["distance_km"] += 6000.0
        for name in option["time_days"]:
            option["time_days"][name] += 12.0
        option["distance_km"] += 6000.0
        for step in option["profile"][1:]:
            step["hours"] = {name: value + 288.0 for name, value in step["hours"].items()}
    return made, lines


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_ships_round_the_cape(
    document: dict, geometries: dict, open_page: Open, tmp_path: Path, size: dict[str, int]
) -> None:
    case = Case("Red Sea shut", *_round_the_cape(document, geometries))
    comparison_map(document, geometries, cases=[case]).save(tmp_path / "map.html")
    page = open_page(tmp_path / "map.html", viewport=size)
    page.get_by_label("Red Sea shut").check()
    page.wait_for_timeout(800)
    _still(page)
    # The Cape is not under the clock.
    clock = page.locator("#clock").bounding_box()["y"]
    marks = [mark.bounding_box() for mark in page.locator(".leaflet-marker-icon").all()]
    assert max(box["y"] + box["height"] / 2 for box in marks) < clock
    _check(f"map-red-sea-{size['width']}", page.screenshot(), tmp_path)


@pytest.mark.browser
def test_without_scripts(page_file: Path, open_page: Open, tmp_path: Path) -> None:
    page = open_page(page_file, viewport=DESK, java_script_enabled=False)
    page.wait_for_timeout(200)
    _check("map-no-scripts", page.screenshot(), tmp_path)


def test_the_sheet(document: dict, geometries: dict, tmp_path: Path) -> None:
    _check("sheet", comparison_png(document, geometries, width=1400), tmp_path)


# The measure itself -----------------------------------------------------------------------


@pytest.mark.browser
def test_what_a_reader_would_notice_is_noticed(page_file: Path, open_page: Open) -> None:
    """A corridor taken off, the key shut or a label moved is more than the room that is given."""

    def shot(change: str) -> Any:
        page = open_page(page_file, viewport=DESK)
        _still(page)
        page.evaluate(change)
        page.wait_for_timeout(300)
        return image.open(io.BytesIO(page.screenshot()))

    as_it_is = shot("1")
    assert difference(as_it_is, shot("1")) < ROOM / 5
    for change in (
        "document.querySelectorAll('#layers input')[1].click()",
        "document.querySelector('#legend details').open = false",
        "document.querySelector('#panel').scrollTop = 40",
        "document.body.style.fontSize = '15px'",
    ):
        assert difference(as_it_is, shot(change)) > ROOM, change


def test_baselines_are_small_and_used() -> None:
    code = Path(__file__).read_text(encoding="utf-8")
    for path in BASELINES.iterdir():
        assert path.suffix == ".png"
        assert path.stat().st_size <= 150_000, path.name
        assert f'"{path.stem}"' in code or path.stem.rsplit("-", 1)[0] in code, path.name
