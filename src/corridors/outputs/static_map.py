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
from shapely.geometry import LineString, Polygon, box

from corridors.errors import OptionalDependencyError
from corridors.outputs import basemap, text, wording
from corridors.outputs.colours import (
    BORDER,
    COAST,
    LAND,
    MODES,
    RIVER,
    SEA,
)
from corridors.outputs.labels import Sheet, text_width
from corridors.outputs.projection import Conic, conic_for
from corridors.outputs.static_parts import footer, glyph, header, legend, svg_text, table
from corridors.outputs.strokes import side_by_side
from corridors.outputs.view import Geometries, view
from corridors.polyline import decode

Points = np.ndarray[Any, np.dtype[np.float64]]
WIDTH = 1400.0
_FONT = 'Inter, "Segoe UI", "Noto Sans", "Helvetica Neue", Arial, sans-serif'
_GAP = 6.2
_MARGIN = (70.0, 54.0)


class _Frame:
    """Maps (lon, lat) to pixels of the map part of the sheet."""

    def __init__(self, bounds: Sequence[float], lines: Sequence[Points], top: float) -> None:
        west, south, east, north = bounds
        self.conic: Conic = conic_for(west, south, east, north)
        corners = np.array([(west, south), (east, south), (east, north), (west, north)])
        every = np.concatenate([self.conic.project(line) for line in [*lines, corners[:0]]])
        if not len(every):
            every = self.conic.project(corners)
        low, high = every.min(axis=0), every.max(axis=0)
        span = np.maximum(high - low, 0.02)
        self.height = float(np.clip(WIDTH * span[1] / span[0], 520.0, 800.0))
        room = np.array([WIDTH - 2 * _MARGIN[0], self.height - 2 * _MARGIN[1]])
        self.scale = float((room / span).min())
        self.middle = (low + high) / 2
        self.top = top

    def __call__(self, points: Any) -> Points:
        xy = (self.conic.project(points) - self.middle) * self.scale
        return np.column_stack([WIDTH / 2 + xy[:, 0], self.top + self.height / 2 - xy[:, 1]])


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


def sheet_svg(document: Mapping[str, Any], seen: Mapping[str, Any], base: Mapping[str, Any]) -> str:
    """Draw a view that is computed already; see :func:`comparison_svg`."""
    head, top = header(document, WIDTH)
    drawn, bottom = _map(seen, base, top)
    rows, bottom = table(document, bottom, WIDTH)
    feet, height = footer(document, base["note"], seen["undrawn"], bottom, WIDTH)
    return _svg(document, f"{drawn}{head}{rows}{feet}", height)


def _map(seen: Mapping[str, Any], base: Mapping[str, Any], top: float) -> tuple[str, float]:
    """The map with its key from `top` on; returns the SVG and where it ends."""
    lines = [line for legs in seen["lines"] for line in legs if len(line)]
    lines += [np.array([[m["lon"], m["lat"]]]) for m in seen["marks"]]
    frame = _Frame(seen["bounds"], lines, top)
    sheet = Sheet((6.0, top + 6.0, WIDTH - 6.0, top + frame.height - 6.0))
    routes, drawn = _routes(seen, frame, sheet)
    key = legend(seen, (0.0, top, WIDTH, top + frame.height), sheet)
    marks = _mark_labels(seen, frame, sheet) + _pills(seen["options"], drawn, sheet)
    body = _base(base, frame) + routes + marks + _place_names(frame, sheet)
    return (
        f'<svg x="0" y="{top:.0f}" width="{WIDTH:.0f}" height="{frame.height:.0f}" '
        f'viewBox="0 {top:.0f} {WIDTH:.0f} {frame.height:.0f}">'
        f'<rect y="{top:.0f}" width="{WIDTH:.0f}" height="{frame.height:.0f}" fill="{SEA}"/>'
        f"{body}{key}</svg>",
        top + frame.height,
    )


def _svg(document: Mapping[str, Any], content: str, height: float) -> str:
    name = text.escape(wording.title(document))
    described = text.escape(f"{wording.headline(document)}. {wording.scope(document)}.")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height:.0f}" '
        f"font-family='{_FONT}' role=\"img\">"
        f"<title>{name}</title><desc>{described}</desc>"
        f'<rect width="{WIDTH:.0f}" height="{height:.0f}" fill="#fff"/>'
        f"{content}</svg>\n"
    )


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


def _base(base: Mapping[str, Any], frame: _Frame) -> str:
    window = box(-8.0, frame.top - 8.0, WIDTH + 8.0, frame.top + frame.height + 8.0)
    parts = [
        f'<path d="{_areas(base["land"], frame, window)}" fill="{LAND}" stroke="{COAST}" '
        'stroke-width=".8" fill-rule="evenodd"/>',
        f'<path d="{_areas(base["lakes"], frame, window)}" fill="{SEA}" stroke="{COAST}" '
        'stroke-width=".6"/>',
    ]
    for key, style in (
        ("rivers", f'stroke="{RIVER}" stroke-width=".9"'),
        ("borders", f'stroke="{BORDER}" stroke-width="1"'),
        ("disputed", f'stroke="{BORDER}" stroke-width="1.3" stroke-dasharray="1.5 3"'),
    ):
        path = _lines(base[key], frame, window)
        if path:
            parts.append(f'<path d="{path}" fill="none" {style} stroke-linejoin="round"/>')
    return "".join(parts)


def _areas(rings: Sequence[Sequence[str]], frame: _Frame, window: Polygon) -> str:
    out: list[str] = []
    for outer, *holes in rings:
        shell = frame(decode(outer, digits=2))
        low, high = shell.min(axis=0), shell.max(axis=0)
        west, north, east, south = window.bounds
        if high[0] < west or low[0] > east or high[1] < north or low[1] > south:
            continue
        shape = Polygon(shell, [frame(decode(h, digits=2)) for h in holes]).buffer(0)
        clipped = shape.intersection(window).simplify(0.8)
        for part in getattr(clipped, "geoms", [clipped]):
            if part.geom_type == "Polygon" and part.area > 5:
                edges = (part.exterior, *part.interiors)
                out += [_path(np.asarray(ring.coords)[:-1], 0) + "Z" for ring in edges]
    return "".join(out)


def _lines(encoded: Sequence[str], frame: _Frame, window: Polygon) -> str:
    out: list[str] = []
    for line in encoded:
        clipped = LineString(frame(decode(line, digits=2))).intersection(window).simplify(0.6)
        out += [
            _path(np.asarray(part.coords), 0)
            for part in getattr(clipped, "geoms", [clipped])
            if part.geom_type == "LineString" and part.length > 3
        ]
    return "".join(out)


def _path(xy: Points, digits: int) -> str:
    """Relative path data: shorter than absolute, and rounded without drift."""
    scale = 10**digits
    grid = np.round(xy * scale).astype(int)
    steps = np.diff(grid, axis=0)
    steps = steps[(steps != 0).any(axis=1)]

    def number(value: int) -> str:
        return f"{value / scale:.{digits}f}".rstrip("0").rstrip(".") if digits else str(value)

    moves = "".join(f"{number(dx)} {number(dy)} " for dx, dy in steps.tolist())
    x, y = grid[0].tolist()
    return f"M{number(x)} {number(y)}l{moves.rstrip()}" if moves else ""


def _routes(seen: Mapping[str, Any], frame: _Frame, sheet: Sheet) -> tuple[str, list[list[Points]]]:
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
            path = _path(np.asarray(LineString(xy).simplify(0.35).coords), 1)
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


def _mark_labels(seen: Mapping[str, Any], frame: _Frame, sheet: Sheet) -> str:
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


def _place_names(frame: _Frame, sheet: Sheet) -> str:
    out: list[str] = []
    for labels, style in (
        (basemap.WATER_LABELS, 'fill="#4c6b82" font-style="italic"'),
        (basemap.COUNTRY_LABELS, 'fill="#716e66" letter-spacing="1.4"'),
    ):
        for name, lon, lat, _ in sorted(labels, key=lambda label: label[3]):
            x, y = frame([(lon, lat)])[0]
            wide = text_width(name, 12.0) + 1.4 * len(name)
            if sheet.take((x - wide / 2 - 6, y - 9, x + wide / 2 + 6, y + 9), off_lines=True):
                out.append(
                    f'<text x="{x:.0f}" y="{y + 4:.0f}" font-size="12" text-anchor="middle" '
                    f"{style}>{text.escape(name)}</text>"
                )
    return "".join(out)
