"""A theme as one static sheet: finding, map in a conic projection, key, sources."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from shapely.geometry import LineString, box

from corridors.outputs.colours import MUTED
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
from corridors.outputs.static_parts import svg_text, wrap
from corridors.outputs.theme import DIGITS, Theme
from corridors.polyline import decode

Points = np.ndarray[Any, np.dtype[np.float64]]
_EDGE = 28.0
_NEAR = 15.0


def theme_svg(theme: Theme, base: Mapping[str, Any]) -> str:
    """Draw a theme as one SVG.

    Parameters
    ----------
    theme : Theme
    base : mapping
        As of :func:`corridors.outputs.basemap.load`.

    Returns
    -------
    str
        A standalone SVG without scripts, links or fonts of its own.
    """
    head, top = _header(theme)
    frame = Frame(theme.bounds, [_inside(theme)], top)
    sheet = Sheet((6.0, top + 6.0, WIDTH - 6.0, top + frame.height - 6.0))
    layers = [Strokes(layer, frame, sheet) for layer in theme.overlays]
    key = key_svg(theme.entries, (0.0, top, WIDTH, top + frame.height), sheet)
    # The highest layer has the first choice of room.
    marks = [layer.marks() for layer in reversed(layers)]
    names = [layer.names() for layer in reversed(layers)]
    strokes = "".join(layer.paths for layer in layers)
    drawn = "".join([*reversed(marks), *names])
    body = ground(base, frame) + strokes + drawn + place_names(frame, sheet) + key
    feet, height = _footer(theme, str(base.get("note", "")), top + frame.height)
    whole = framed(body, top, frame.height) + head + feet
    return whole_sheet(theme.title, f"{theme.headline}. {theme.scope}.", whole, height)


class Strokes:
    """A layer on a sheet: its lines at once, its marks and names when it is their turn.

    Parameters
    ----------
    layer : mapping
        As of :func:`corridors.outputs.theme.overlay`.
    frame : Frame
    sheet : Sheet
        Remembers the lines, so that names keep off them.
    """

    def __init__(self, layer: Mapping[str, Any], frame: Frame, sheet: Sheet) -> None:
        self.layer, self.frame, self.sheet = layer, frame, sheet
        self.paths, self.lines = _strokes(layer, frame, sheet)

    def marks(self) -> str:
        """Marks of the points with their names."""
        return _marks(self.layer, self.frame, self.sheet)

    def names(self) -> str:
        """Names beside the lines."""
        return _line_names(self.layer, self.lines, self.sheet)

    def marks_and_names(self) -> str:
        """Both."""
        return self.marks() + self.names()


def _header(theme: Theme) -> tuple[str, float]:
    room = WIDTH - 2 * _EDGE
    out = [svg_text(_EDGE, 30, theme.title, 15, bold=True, fill=MUTED)]
    y = 60.0
    for line in wrap(theme.headline, room, 24, bold=True):
        out.append(svg_text(_EDGE, y, line, 24, bold=True))
        y += 30
    y -= 6
    for line in wrap(theme.scope, room, 14):
        out.append(svg_text(_EDGE, y, line, 14, fill=MUTED))
        y += 20
    return "".join(out), y


def _inside(theme: Theme) -> Points:
    """What must be on the sheet: all that is drawn within the bounds, or their corners."""
    west, south, east, north = theme.bounds
    spots = [
        p
        for o in theme.overlays
        for line in o["lines"]
        for g in line["g"]
        for p in decode(g, digits=DIGITS)
    ]
    spots += [(p["lon"], p["lat"]) for o in theme.overlays for p in o["points"]]
    kept = [(x, y) for x, y in spots if west <= x <= east and south <= y <= north]
    return np.array(kept if len(kept) > 1 else [(west, south), (east, north)])


def _strokes(
    layer: Mapping[str, Any], frame: Frame, sheet: Sheet
) -> tuple[str, list[list[Points]]]:
    """Paths of a layer's lines, and the pixels of each line that lies on the sheet."""
    left, top, right, bottom = sheet.inside
    window = box(left - 14, top - 14, right + 14, bottom + 14)
    casings: list[str] = []
    colours: list[str] = []
    drawn: list[list[Points]] = []
    for line in layer["lines"]:
        style = layer["classes"][line["c"]]
        kept: list[Points] = []
        for text in line["g"]:
            xy = frame(decode(text, digits=DIGITS))
            if len(xy) < 2:
                continue
            seen = LineString(xy).intersection(window).simplify(0.5)
            parts = getattr(seen, "geoms", [seen])
            kept += [np.asarray(p.coords) for p in parts if p.geom_type == "LineString"]
        drawn.append(kept)
        paths = [path_data(xy, 0 if len(xy) > 40 else 1) for xy in kept if len(xy) > 1]
        path = "".join(paths)
        if not path or not style["on"]:
            continue
        if line["rows"]:
            for xy in kept:
                sheet.trace((x, y) for x, y in _even(xy).tolist())
        weight = float(line.get("weight") or style["weight"])
        dash = line.get("dash", style["dash"])
        cap = "round" if dash.startswith("0.1 ") else "butt"
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        if line["rows"] and not line.get("bare"):
            casings.append(f'<path d="{path}" stroke="#fff" stroke-width="{weight + 2.5:g}"/>')
        colours.append(
            f'<path d="{path}" stroke="{style["color"]}" stroke-width="{weight:g}" '
            f'stroke-linecap="{cap}"{dashes}/>'
        )
        if style["shape"] == "tube":
            colours.append(f'<path d="{path}" stroke="#fff" stroke-width="{weight * 0.4:.1f}"/>')
    group = '<g fill="none" stroke-linejoin="round">'
    return f"{group}{''.join(casings)}{''.join(colours)}</g>", drawn


def _even(xy: Points) -> Points:
    """Points of a line every few pixels."""
    step = np.hypot(*np.diff(xy, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(step)])
    where = np.linspace(0.0, along[-1], max(2, int(along[-1] / 6) + 1))
    return np.column_stack([np.interp(where, along, xy[:, k]) for k in (0, 1)])


def _marks(layer: Mapping[str, Any], frame: Frame, sheet: Sheet) -> str:
    glyphs: list[str] = []
    names: list[str] = []
    shown: list[tuple[Mapping[str, Any], float, float]] = []
    left, top, right, bottom = sheet.inside
    for point in layer["points"]:
        style = layer["classes"][point["c"]]
        x, y = frame([(point["lon"], point["lat"])])[0].tolist()
        inside = left < x < right and top < y < bottom
        # Two marks on one spot cannot be read: the more telling one, given first, stays.
        near = _NEAR if point.get("size", style["size"]) > 4 else 9.0
        if not inside or not style["on"]:
            continue
        if layer["quiet"] and not sheet.free((x - 6, y - 6, x + 6, y + 6)):
            continue
        if any(math.hypot(x - a, y - b) < near for _, a, b in shown):
            continue
        shown.append((point, x, y))
        sheet.block((x - 7, y - 7, x + 7, y + 7))
        glyphs.append(
            mark_svg(
                point.get("mark", style["mark"]), x, y,
                float(point.get("size", style["size"])), style["color"],
            )
        )  # fmt: skip
    for point, x, y in shown:
        if point.get("label"):
            names.append(_label(sheet, point["label"], [(x, y)], bold=not layer["quiet"]))
    edge = '<g stroke="#fff" stroke-width="1.6">'
    return f"{edge}{''.join(reversed(glyphs))}</g>{''.join(names)}"


def _line_names(layer: Mapping[str, Any], drawn: Sequence[Sequence[Points]], sheet: Sheet) -> str:
    """Names beside lines, near the middle of what is seen of them."""
    out: list[str] = []
    for line, parts in zip(layer["lines"], drawn, strict=True):
        style = layer["classes"][line["c"]]
        long = [xy for xy in parts if len(xy) > 1]
        if not line.get("label") or not long or not style["on"]:
            continue
        points = _even(max(long, key=lambda xy: float(np.hypot(*np.diff(xy, axis=0).T).sum())))
        spots = [
            tuple(points[int(share * (len(points) - 1))].tolist())
            for share in (0.5, 0.35, 0.65, 0.2, 0.8, 0.0, 1.0)
        ]
        bold = style["shape"] != "tube" and not layer["quiet"]
        out.append(_label(sheet, line["label"], spots, bold=bold))
    return "".join(out)


def _label(sheet: Sheet, value: str, spots: Sequence[tuple[float, float]], *, bold: bool) -> str:
    wide = text_width(value, 13.0, bold=bold)
    place = sheet.place_beside(spots, wide, 15.6, away=11.0)
    if place is None:
        return ""
    return svg_text(place[0], place[1] + 4.7, value, 13, bold=bold, halo=True)


def mark_svg(mark: str, x: float, y: float, r: float, color: str) -> str:
    """The shape of a point, the same as on the page, for a group with a white edge.

    Examples
    --------
    >>> mark_svg("full", 5, 5, 4, "#000000")[:27]
    '<circle cx="5" cy="5" r="4"'
    """
    edge = f'fill="{color}" stroke="#fff" stroke-width="1.6"'
    if mark == "triangle":
        w, h = r * 1.15, r * 0.95
        shape = f'<path d="M0 {-w:.1f} {w:.1f} {h:.1f}H{-w:.1f}Z" {edge} stroke-linejoin="round"/>'
    elif mark == "square":
        shape = (
            f'<rect x="{-r * 0.85:.1f}" y="{-r * 0.85:.1f}" width="{r * 1.7:.1f}" '
            f'height="{r * 1.7:.1f}" {edge}/>'
        )
    elif mark == "end":
        shape = (
            '<circle r="8" fill="#16202b" stroke="#fff" stroke-width="2"/>'
            '<circle r="2.8" fill="#fff" stroke="none"/>'
        )
    elif mark in ("ring", "half"):
        dots = ' stroke-dasharray="2.6 2"' if mark == "ring" else ""
        half = f'<path d="M0 {-r:g}A{r:g} {r:g} 0 0 0 0 {r:g}Z" fill="{color}"/>'
        shape = f'<circle r="{r:g}" fill="#fff" stroke="{color}" stroke-width="2.4"{dots}/>' + (
            half if mark == "half" else ""
        )
    else:
        return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:g}" fill="{color}"/>'
    return f'<g transform="translate({x:.1f} {y:.1f})">{shape}</g>'


def sample_svg(entry: Mapping[str, Any], x: float, y: float) -> str:
    """What an entry of the key looks like: 40 pixels of its line, and its mark on it."""
    out = ""
    if entry["shape"] != "point":
        dash = f' stroke-dasharray="{entry["dash"]}"' if entry["dash"] else ""
        cap = "round" if entry["dash"].startswith("0.1 ") else "butt"
        out += (
            f'<path d="M{x:g} {y:g}h40" stroke="{entry["color"]}" '
            f'stroke-width="{entry["weight"]:g}" stroke-linecap="{cap}"{dash}/>'
        )
        if entry["shape"] == "tube":
            core = float(entry["weight"]) * 0.4
            out += f'<path d="M{x:g} {y:g}h40" stroke="#fff" stroke-width="{core:.1f}"/>'
    if entry["mark"]:
        mark = mark_svg(entry["mark"], x + 20, y, float(entry["size"]), entry["color"])
        out += f'<g stroke="#fff" stroke-width="1.6">{mark}</g>'
    return out


def key_svg(
    entries: Sequence[Mapping[str, Any]], area: tuple[float, float, float, float], sheet: Sheet
) -> str:
    """The key in the corner that crosses the fewest lines."""
    if not entries:
        return ""
    step = 21.0
    wide = 84.0 + max(text_width(str(entry["label"]), 13.0) for entry in entries)
    high = len(entries) * step + 18
    left, top, right, bottom = area
    corners = [
        (x, y, x + wide, y + high)
        for y in (bottom - high - 18, top + 18)
        for x in (left + 18, right - wide - 18)
    ]
    spot = min(corners, key=lambda box: (not sheet.free(box), sheet.crossed(box)))
    x, y = spot[:2]
    sheet.block(spot)
    out = [
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{wide:.0f}" height="{high:.0f}" rx="8" '
        'fill="#fff" fill-opacity=".93"/>'
    ]
    y += 20
    for entry in entries:
        out.append(sample_svg(entry, x + 14, y) + svg_text(x + 68, y + 4.5, entry["label"], 13))
        y += step
    return "".join(out)


def _footer(theme: Theme, note: str, top: float) -> tuple[str, float]:
    lines = [f"{heading}: {'; '.join(said)}." for heading, said in theme.beside]
    lines.append(" ".join([*theme.notes, note]))
    y = top + 20
    out = []
    for paragraph in lines:
        for line in wrap(paragraph, WIDTH - 2 * _EDGE, 12):
            out.append(svg_text(_EDGE, y, line, 12, fill=MUTED))
            y += 17
    return "".join(out), y + 2
