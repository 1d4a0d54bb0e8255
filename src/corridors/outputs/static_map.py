"""The static map: one SVG in a conic projection, and the same picture as PNG.

No browser and no drawing library is needed for the SVG. The PNG is drawn from it with the
fonts of the package, so that it looks the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from shapely.geometry import LineString

from corridors.errors import OptionalDependencyError
from corridors.outputs import basemap, wording
from corridors.outputs.colours import MODES
from corridors.outputs.ground import (
    WIDTH,
    Frame,
    framed,
    ground,
    path_data,
    place_names,
    whole_sheet,
)
from corridors.outputs.labels import Sheet, text_width
from corridors.outputs.static_parts import footer, glyph, header, legend, svg_text, table
from corridors.outputs.strokes import side_by_side
from corridors.outputs.theme_sheet import Strokes, key_svg
from corridors.outputs.view import Geometries, view

Points = np.ndarray[Any, np.dtype[np.float64]]
_GAP = 6.2


def comparison_svg(
    document: Mapping[str, Any],
    geometries: Geometries,
    *,
    boundaries: str | Path = "neutral",
) -> str:
    """Draw the comparison as one SVG: finding, map, key, figures and sources.

    Parameters
    ----------
    document : mapping
        The JSON document of ``corridors compare`` or ``corridors route``.
    geometries : mapping
        (corridor, leg id) to (lon, lat) vertices.
    boundaries : "neutral", "none" or path
        See :func:`corridors.outputs.basemap.load`.

    Returns
    -------
    str
        A standalone SVG without scripts, links or fonts of its own.

    Examples
    --------
    >>> place = {"name": "A", "lon": 60.0, "lat": 45.0}
    >>> nothing = {"options": [], "shipment": {"origin": place, "destination": place}}
    >>> comparison_svg(nothing, {})[:4]
    '<svg'
    """
    return sheet_svg(document, view(document, geometries), basemap.load(boundaries))


def map_svg(
    document: Mapping[str, Any],
    geometries: Geometries,
    *,
    boundaries: str | Path = "neutral",
) -> str:
    """Draw the map with its key alone, for a page that has the finding and figures itself.

    Examples
    --------
    >>> place = {"name": "A", "lon": 60.0, "lat": 45.0}
    >>> nothing = {"options": [], "shipment": {"origin": place, "destination": place}}
    >>> map_svg(nothing, {})[:4]
    '<svg'
    """
    drawn, height = _map(view(document, geometries), basemap.load(boundaries), 0.0)
    return _svg(document, drawn, height)


def sheet_svg(
    document: Mapping[str, Any],
    seen: Mapping[str, Any],
    base: Mapping[str, Any],
    overlays: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Draw a view that is computed already, layers of themes under it; see `comparison_svg`."""
    head, top = header(document, WIDTH)
    drawn, bottom = _map(seen, base, top, overlays)
    rows, bottom = table(document, bottom, WIDTH)
    feet, height = footer(document, base["note"], seen["undrawn"], bottom, WIDTH)
    return _svg(document, f"{drawn}{head}{rows}{feet}", height)


def _map(
    seen: Mapping[str, Any],
    base: Mapping[str, Any],
    top: float,
    overlays: Sequence[Mapping[str, Any]] = (),
) -> tuple[str, float]:
    """The map with its key from `top` on; returns the SVG and where it ends."""
    lines = [line for legs in seen["lines"] for line in legs if len(line)]
    lines += [np.array([[m["lon"], m["lat"]]]) for m in seen["marks"]]
    frame = Frame(seen["bounds"], lines, top)
    sheet = Sheet((6.0, top + 6.0, WIDTH - 6.0, top + frame.height - 6.0))
    under = [Strokes(layer, frame, sheet) for layer in reversed(overlays)]
    routes, drawn = _routes(seen, frame, sheet)
    area = (0.0, top, WIDTH, top + frame.height)
    key = legend(seen, area, sheet)
    key += key_svg([e for layer in overlays for e in layer["classes"]], area, sheet)
    marks = _mark_labels(seen, frame, sheet) + _pills(seen["options"], drawn, sheet)
    themes = "".join(layer.marks_and_names() for layer in reversed(under))
    lines_under = "".join(layer.paths for layer in under)
    body = ground(base, frame) + lines_under + routes + marks + themes + place_names(frame, sheet)
    return framed(f"{body}{key}", top, frame.height), top + frame.height


def _svg(document: Mapping[str, Any], content: str, height: float) -> str:
    described = f"{wording.headline(document)}. {wording.scope(document)}."
    return whole_sheet(wording.title(document), described, content, height)


def comparison_png(
    document: Mapping[str, Any],
    geometries: Geometries,
    *,
    boundaries: str | Path = "neutral",
    width: int = 2000,
) -> bytes:
    """Draw the same picture as PNG bytes, with the fonts of the package.

    Examples
    --------
    >>> place = {"name": "A", "lon": 60.0, "lat": 45.0}
    >>> nothing = {"options": [], "shipment": {"origin": place, "destination": place}}
    >>> comparison_png(nothing, {}, width=200)[1:4]
    b'PNG'
    """
    return png_of(comparison_svg(document, geometries, boundaries=boundaries), width=width)


def png_of(svg: str, *, width: int = 2000) -> bytes:
    """Rasterise an SVG of this package.

    Examples
    --------
    >>> png_of('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"/>', width=20)[1:4]
    b'PNG'
    """
    try:
        import resvg_py
    except ImportError as exc:
        raise OptionalDependencyError(
            "drawing a PNG needs resvg-py: pip install resvg-py, or use the SVG"
        ) from exc
    assets = files("corridors.outputs") / "assets"
    with (
        as_file(assets / "Inter-Regular.ttf") as regular,
        as_file(assets / "Inter-SemiBold.ttf") as bold,
    ):
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg,
                width=width,
                skip_system_fonts=True,
                font_files=[str(regular), str(bold)],
                font_family="Inter",
                sans_serif_family="Inter",
            )
        )


def _routes(seen: Mapping[str, Any], frame: Frame, sheet: Sheet) -> tuple[str, list[list[Points]]]:
    casing: list[str] = []
    strokes: list[str] = []
    drawn: list[list[Points]] = []
    for option, legs, lanes in zip(seen["options"], seen["lines"], seen["lanes"], strict=True):
        shifted = side_by_side([frame(leg) if len(leg) else leg for leg in legs], lanes, gap=_GAP)
        drawn.append(shifted)
        for leg, xy in zip(option["legs"], shifted, strict=True):
            if len(xy) < 2:
                continue
            sheet.trace(zip(xy[::2, 0].tolist(), xy[::2, 1].tolist(), strict=True))
            path = path_data(np.asarray(LineString(xy).simplify(0.35).coords), 1)
            _, width, dash, cap = MODES[leg["mode"]]
            casing.append(
                f'<path d="{path}" stroke-width="{width + 3:g}" stroke="#fff" '
                'stroke-linecap="round"/>'
            )
            dashes = f' stroke-dasharray="{dash}"' if dash else ""
            strokes.append(
                f'<path d="{path}" stroke-width="{width:g}" stroke="{option["line"]}" '
                f'stroke-linecap="{cap}"{dashes}/>'
            )
    lines = f'<g fill="none" stroke-linejoin="round">{"".join(casing)}{"".join(strokes)}</g>'
    return lines, drawn


def _mark_labels(seen: Mapping[str, Any], frame: Frame, sheet: Sheet) -> str:
    glyphs: list[str] = []
    names: list[str] = []
    at = [frame([(m["lon"], m["lat"])])[0] for m in seen["marks"]]
    shown: list[tuple[float, float]] = []
    for mark, (x, y) in zip(seen["marks"], at, strict=True):
        # Two marks on one spot cannot be read: the more telling one, sorted first, stays.
        if any(abs(x - a) < 11 and abs(y - b) < 11 for a, b in shown):
            continue
        shown.append((x, y))
        sheet.block((x - 8, y - 8, x + 8, y + 8))
        glyphs.append(glyph(mark["kind"], x, y))
    for mark, (x, y) in zip(seen["marks"], at, strict=True):
        if (x, y) not in shown or not mark["label"]:
            continue
        size = 16.0 if mark["kind"] == "end" else 13.0
        wide = text_width(mark["label"], size, bold=True)
        place = sheet.place(x, y, wide, size * 1.2, away=12.0)
        if place:
            names.append(
                svg_text(
                    place[0], place[1] + size * 0.36, mark["label"], size, bold=True, halo=True
                )
            )
    return "".join(reversed(glyphs)) + "".join(names)


def _pills(
    options: Sequence[Mapping[str, Any]], drawn: Sequence[Sequence[Points]], sheet: Sheet
) -> str:
    """The corridor's name on its own line, so that colour is never the only key."""
    out: list[str] = []
    for option, legs in zip(options, drawn, strict=True):
        whole = [leg for leg in legs if len(leg) > 1]
        if not whole:
            continue
        line = np.concatenate(whole)
        others = [p for other in drawn if other is not legs for p in other if len(p) > 1]
        wide = text_width(option["short"], 13.0, bold=True) + 18
        for x, y in _loneliest(line, others):
            if sheet.take((x - wide / 2 - 3, y - 13, x + wide / 2 + 3, y + 13)):
                out.append(
                    f'<rect x="{x - wide / 2:.1f}" y="{y - 11:.1f}" width="{wide:.1f}" '
                    f'height="22" rx="11" fill="{option["text"]}" stroke="#fff" '
                    'stroke-width="1.5"/>'
                    + svg_text(
                        x, y + 4.7, option["short"], 13, bold=True, fill="#fff", anchor="middle"
                    )
                )
                break
    return "".join(out)


def _loneliest(line: Points, others: Sequence[Points]) -> Points:
    """Points of a line, those far from the other corridors and near its middle first."""
    shares = np.linspace(0.15, 0.85, 29)
    points = line[(shares * (len(line) - 1)).astype(int)]
    away = np.full(len(points), 60.0)
    if others:
        cloud = np.concatenate([other[::2] for other in others])
        apart = np.hypot(*(points[:, None, :] - cloud[None, :, :]).transpose(2, 0, 1))
        away = np.minimum(away, apart.min(axis=1))
    order = np.lexsort((np.abs(shares - 0.5), -np.round(away / 20)))
    return np.asarray(points[order])
