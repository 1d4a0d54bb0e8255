"""The pictures of a report, without the headings and notes that its pages have themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridors.outputs import text, wording
from corridors.outputs.profile import key, profile_svg
from corridors.outputs.profile_chart import chart
from corridors.outputs.profile_page import has_profile
from corridors.outputs.static_map import comparison_svg, map_svg, png_of
from corridors.outputs.view import Geometries
from corridors.outputs.waterfall import panel

_WIDTH = 1400.0
_FONT = 'Inter, "Segoe UI", "Noto Sans", "Helvetica Neue", Arial, sans-serif'
#: Pixels across a page of paper: 200 to the inch on A4.
PAPER_WIDTH = 1500


def figures(document: Mapping[str, Any], geometries: Geometries) -> dict[str, str]:
    """SVG of every figure a report names: ``map``, ``days``, ``usd``.

    Examples
    --------
    >>> figures({"options": []}, {})
    {}
    """
    if not wording.usable(document):
        return {}
    drawn = {"map": map_svg(document, geometries)}
    if has_profile(document):
        drawn |= {of: _profile(document, of) for of in ("days", "usd")}
    return drawn


def sheets(document: Mapping[str, Any], geometries: Geometries) -> dict[str, str]:
    """SVG that stand alone, with finding, key, notes and sources.

    Examples
    --------
    >>> place = {"name": "A", "lon": 60.0, "lat": 45.0}
    >>> nothing = {"options": [], "shipment": {"origin": place, "destination": place}}
    >>> list(sheets(nothing, {}))
    ['map']
    """
    drawn = {"map": comparison_svg(document, geometries)}
    if has_profile(document):
        drawn |= {of: profile_svg(document, of) for of in ("days", "usd")}
    return drawn


def raster(drawn: Mapping[str, str], *, width: int = PAPER_WIDTH) -> dict[str, bytes]:
    """The same as PNG.

    Examples
    --------
    >>> raster({})
    {}
    """
    return {name: png_of(svg, width=width) for name, svg in drawn.items()}


def _profile(document: Mapping[str, Any], of: str) -> str:
    drawn, base = key(document, (0.0, _WIDTH), 16.0)
    bottom = base + 500.0
    drawn += chart(document, of, (0.0, base + 14.0, _WIDTH, bottom))
    bars, height = panel(document, of, 0.0, bottom + 18.0, _WIDTH, narrow=False)
    name = "Days along the way" if of == "days" else "Dollars along the way"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {height:.0f}" '
        f"font-family='{_FONT}' role=\"img\"><title>{text.escape(name)}: "
        f"{text.escape(wording.title(document))}</title>"
        f'<rect width="{_WIDTH:.0f}" height="{height:.0f}" fill="#fff"/>{drawn}{bars}</svg>\n'
    )
