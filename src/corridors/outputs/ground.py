"""The ground of static maps: projection to a sheet, land and water, names of states and seas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from shapely.geometry import LineString, Polygon, box

from corridors.outputs import basemap, text
from corridors.outputs.colours import BORDER, COAST, LAND, RIVER, SEA
from corridors.outputs.labels import Sheet, text_width
from corridors.outputs.projection import Conic, conic_for
from corridors.polyline import decode

Points = np.ndarray[Any, np.dtype[np.float64]]
WIDTH = 1400.0
_FONT = 'Inter, "Segoe UI", "Noto Sans", "Helvetica Neue", Arial, sans-serif'
_MARGIN = (70.0, 54.0)


class Frame:
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
        """Pixels of (lon, lat) points."""
        xy = (self.conic.project(points) - self.middle) * self.scale
        return np.column_stack([WIDTH / 2 + xy[:, 0], self.top + self.height / 2 - xy[:, 1]])


def ground(base: Mapping[str, Any], frame: Frame) -> str:
    """Land, lakes, rivers and boundaries of a base map, as SVG."""
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
        path = _lines(base[key], frame, window, 1.2 if key == "rivers" else 0.8)
        if path:
            parts.append(f'<path d="{path}" fill="none" {style} stroke-linejoin="round"/>')
    return "".join(parts)


def _areas(rings: Sequence[Sequence[str]], frame: Frame, window: Polygon) -> str:
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
                out += [path_data(np.asarray(ring.coords)[:-1], 0) + "Z" for ring in edges]
    return "".join(out)


def _lines(encoded: Sequence[str], frame: Frame, window: Polygon, tolerance: float) -> str:
    out: list[str] = []
    for line in encoded:
        clipped = LineString(frame(decode(line, digits=2))).intersection(window).simplify(tolerance)
        out += [
            path_data(np.asarray(part.coords), 0)
            for part in getattr(clipped, "geoms", [clipped])
            if part.geom_type == "LineString" and part.length > 3
        ]
    return "".join(out)


def path_data(xy: Points, digits: int) -> str:
    """Relative path data: shorter than absolute, and rounded without drift."""
    scale = 10**digits
    grid = np.round(xy * scale).astype(int)
    steps = np.diff(grid, axis=0)
    steps = steps[(steps != 0).any(axis=1)]

    def number(value: int) -> str:
        return f"{value / scale:.{digits}f}".rstrip("0").rstrip(".") if digits else str(value)

    # A minus parts two numbers as well as a space does.
    moves = "".join(f" {number(dx)} {number(dy)}" for dx, dy in steps.tolist()).replace(" -", "-")
    x, y = grid[0].tolist()
    return f"M{number(x)} {number(y)}l{moves.lstrip()}" if moves else ""


def place_names(frame: Frame, sheet: Sheet) -> str:
    """Names of waters and states where nothing else stands."""
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


def framed(content: str, top: float, height: float) -> str:
    """A window of the sheet: water, and what is drawn on it, cut off at its edges."""
    return (
        f'<svg x="0" y="{top:.0f}" width="{WIDTH:.0f}" height="{height:.0f}" '
        f'viewBox="0 {top:.0f} {WIDTH:.0f} {height:.0f}">'
        f'<rect y="{top:.0f}" width="{WIDTH:.0f}" height="{height:.0f}" fill="{SEA}"/>'
        f"{content}</svg>"
    )


def whole_sheet(name: str, described: str, content: str, height: float) -> str:
    """A standalone SVG without scripts, links or fonts of its own.

    Parameters
    ----------
    name, described : str
        Title and description for screen readers.
    content : str
        Finished SVG.
    height : float

    Examples
    --------
    >>> "<title>&lt;b&gt;</title>" in whole_sheet("<b>", "", "", 10)
    True
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height:.0f}" '
        f"font-family='{_FONT}' role=\"img\">"
        f"<title>{text.escape(name)}</title><desc>{text.escape(described)}</desc>"
        f'<rect width="{WIDTH:.0f}" height="{height:.0f}" fill="#fff"/>'
        f"{content}</svg>\n"
    )
