"""The SVG and the PNG made of it."""

from __future__ import annotations

import json
import re
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from corridors.outputs.labels import text_width
from corridors.outputs.static_map import comparison_png, comparison_svg, png_of

HOSTILE = json.loads(Path(__file__).with_name("hostile_names.json").read_text())
_SVG = "{http://www.w3.org/2000/svg}"


def _texts(svg: str) -> list[str]:
    return ["".join(e.itertext()) for e in ET.fromstring(svg).iter(f"{_SVG}text")]


def test_parts_of_the_sheet(document: dict, geometries: dict) -> None:
    svg = comparison_svg(document, geometries)
    texts = " ".join(_texts(svg))
    for wanted in (
        "ranges overlap",
        "Aktau",
        "Małaszewicze",
        "Constanța",
        "Böyük Kəsik",
        "OpenStreetMap contributors",
        "Natural Earth",
        "No endorsement",
        "fixture-0",
        "Excluded. Fixture: no container service",
        "Hormuz restricted",
        "Change of mode or ship",
        "Change of gauge",
        "terminal gate in to ready for collection",
    ):
        assert wanted in texts, wanted
    assert len(svg.encode()) <= 100_000
    assert ET.fromstring(svg).find(f"{_SVG}title") is not None


def test_nothing_is_referenced(document: dict, geometries: dict) -> None:
    svg = comparison_svg(document, geometries)
    assert not re.search(r"href|url\(|@import|<script|<style|<image|<foreignObject", svg)


def test_same_input_same_bytes(document: dict, geometries: dict) -> None:
    assert comparison_svg(document, geometries) == comparison_svg(document, geometries)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_text(document: dict, geometries: dict, name: str) -> None:
    document["shipment"]["origin"]["name"] = name
    svg = comparison_svg(document, geometries)
    assert any(name in drawn for drawn in _texts(svg))
    assert not re.search(r"<(script|img)\b", svg)


def test_modes_can_be_told_without_colour(document: dict, geometries: dict) -> None:
    svg = comparison_svg(document, geometries)
    for dash in ('stroke-dasharray="7 5"', 'stroke-dasharray="0.1 7.5"', 'stroke-dasharray="15 6"'):
        assert dash in svg


def test_png_opens_and_is_two_thousand_wide(document: dict, geometries: dict) -> None:
    png = comparison_png(document, geometries)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", png[16:20])[0] == 2000


def _drawn(character: str, weight: int) -> bytes:
    return png_of(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" font-family="Inter">'
        f'<text x="4" y="30" font-size="26" font-weight="{weight}">{character}</text></svg>',
        width=80,
    )


@pytest.mark.parametrize("weight", [400, 600])
def test_letters_of_the_region_are_in_the_packaged_font(weight: int) -> None:
    blank = _drawn(" ", weight)
    # Chinese is not in the packaged font: it shows what a missing letter looks like.
    missing = _drawn("\u4e2d", weight)
    for letter in "łńśżćęąóțșăâîəƏöüğışçéèÜİҚқҰұӘәҒғЖЩюΩ"[:-1] + "–·₂−":
        drawn = _drawn(letter, weight)
        assert drawn not in (blank, missing), letter
        assert text_width(letter, 10) > 0


def test_a_document_without_options_still_makes_a_sheet(document: dict) -> None:
    document["options"] = document["options"][-1:]
    assert "No corridor can serve this shipment" in " ".join(_texts(comparison_svg(document, {})))
