"""The parts of the static sheet round the map: head, key, figures, feet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridors.outputs import text, wording
from corridors.outputs.colours import INK, MODES, MUTED, style_of
from corridors.outputs.labels import Box, Sheet, text_width
from corridors.outputs.view import MARKS

_EDGE = 28.0


def tenths(value: float) -> str:
    """A coordinate to the tenth of a pixel, as short as it can be written.

    Examples
    --------
    >>> tenths(12.04), tenths(0.26)
    ('12', '0.3')
    """
    return f"{value:.1f}".removesuffix(".0")


def svg_text(
    x: float,
    y: float,
    value: str,
    size: float,
    *,
    bold: bool = False,
    fill: str = INK,
    anchor: str = "start",
    halo: bool = False,
) -> str:
    """One line of escaped text.

    Examples
    --------
    >>> svg_text(0, 0, "<b>", 10)
    '<text x="0" y="0" font-size="10" fill="#16202b">&lt;b&gt;</text>'
    """
    extra = ' font-weight="600"' if bold else ""
    extra += f' text-anchor="{anchor}"' if anchor != "start" else ""
    if halo:
        extra += ' stroke="#fff" stroke-width="3.4" stroke-linejoin="round" paint-order="stroke"'
    return (
        f'<text x="{tenths(x)}" y="{tenths(y)}" font-size="{size:g}" fill="{fill}"{extra}>'
        f"{text.escape(value)}</text>"
    )


def wrap(value: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines no wider than `width` pixels.

    Examples
    --------
    >>> wrap("one two", 30, 10)
    ['one', 'two']
    """
    lines: list[str] = []
    for word in value.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def header(document: Mapping[str, Any], width: float) -> tuple[str, float]:
    """Title, finding and scope; returns the SVG and its height."""
    room = width - 2 * _EDGE
    out = [svg_text(_EDGE, 30, wording.title(document), 15, bold=True, fill=MUTED)]
    y = 60.0
    for line in wrap(wording.headline(document), room, 24, bold=True):
        out.append(svg_text(_EDGE, y, line, 24, bold=True))
        y += 30
    y -= 6
    for line in wrap(wording.scope_on_map(document), room, 14):
        out.append(svg_text(_EDGE, y, line, 14, fill=MUTED))
        y += 20
    return "".join(out), y


def glyph(kind: str, x: float, y: float) -> str:
    """The shape of one kind of mark, centred on a point."""
    return f'<g transform="translate({x:.1f} {y:.1f})">{_shape(kind)}</g>'


def glyph_link(kind: str, x: float, y: float) -> str:
    """The same by reference to `glyph_shapes`, for pages that show many.

    Examples
    --------
    >>> glyph_link("border", 1, 2)
    '<use href="#glyph-border" x="1" y="2"/>'
    """
    return f'<use href="#glyph-{kind}" x="{tenths(x)}" y="{tenths(y)}"/>'


def glyph_shapes() -> str:
    """An element for a page that holds every shape once and shows none."""
    shapes = "".join(f'<g id="glyph-{kind}">{_shape(kind)}</g>' for kind in MARKS)
    return (
        '<svg width="0" height="0" style="position:absolute" aria-hidden="true">'
        f"<defs>{shapes}</defs></svg>"
    )


def _shape(kind: str) -> str:
    style = f'fill="#fff" stroke="{INK}" stroke-width="1.8"'
    shapes = {
        "end": f'<circle r="8" fill="{INK}" stroke="#fff" stroke-width="2"/>'
        '<circle r="2.8" fill="#fff"/>',
        "shut": '<path d="M0-8.6 8.8 6.8H-8.8Z" fill="#c8102e" stroke="#fff" stroke-width="1.6" '
        'stroke-linejoin="round"/><path d="M0-3.4V1.6M0 4.3v.2" fill="none" stroke="#fff" '
        'stroke-width="2" stroke-linecap="round"/>',
        "wait": f'<circle r="6.4" {style}/><path d="M0-3.8V.4L2.8 2" fill="none" stroke="{INK}" '
        'stroke-width="1.6" stroke-linecap="round"/>',
        "gauge": f'<path d="M0-7 7 0 0 7-7 0Z" {style}/>',
        "border": f'<rect x="-4.6" y="-4.6" width="9.2" height="9.2" {style}/>',
        "transfer": f'<circle r="5.4" {style}/><circle r="1.9" fill="{INK}"/>',
        "strait": f'<path d="M0-6.6 6.8 5.4H-6.8Z" fill="#ffd23f" stroke="{INK}" '
        'stroke-width="1.5" stroke-linejoin="round"/>',
        "terminal": f'<circle r="3.8" {style}/>',
    }
    return shapes[kind]


def legend(seen: Mapping[str, Any], area: Box, sheet: Sheet) -> str:
    """Key of line patterns and marks, only those that occur, in the emptiest corner."""
    modes = [m for m in MODES if any(g["mode"] == m for o in seen["options"] for g in o["legs"])]
    kinds = [k for k in list(MARKS)[:-1] if any(mark["kind"] == k for mark in seen["marks"])]
    step, rows = 21.0, len(modes) + len(kinds)
    if not rows:
        return ""
    high = rows * step + 18
    left, top, right, bottom = area
    corners = [
        (x, y, x + 225, y + high)
        for y in (bottom - high - 18, top + 18)
        for x in (left + 18, right - 243)
    ]
    box = min(corners, key=sheet.crossed)
    x, y = box[:2]
    sheet.block(box)
    out = [
        f'<rect x="{x}" y="{y:.0f}" width="225" height="{high:.0f}" rx="8" fill="#fff" '
        'fill-opacity=".93"/>'
    ]
    y += 20
    for mode in modes:
        label, width, dash, cap = MODES[mode]
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        out.append(
            f'<path d="M{x + 14} {y:.0f}h40" stroke="{INK}" stroke-width="{width:g}" '
            f'stroke-linecap="{cap}"{dashes}/>' + svg_text(x + 66, y + 4.5, label, 13)
        )
        y += step
    for kind in kinds:
        out.append(glyph(kind, x + 34, y) + svg_text(x + 66, y + 4.5, MARKS[kind], 13))
        y += step
    return "".join(out)


_COLUMNS = (
    ("Corridor", 0.0, "start"),
    ("Days", 330.0, "end"),
    ("P10–P90", 430.0, "end"),
    ("USD", 520.0, "end"),
    ("P10–P90", 670.0, "end"),
    ("t CO₂e", 745.0, "end"),
    ("km", 825.0, "end"),
    ("Borders", 900.0, "end"),
    ("Gauge", 965.0, "end"),
    ("Lifts", 1020.0, "end"),
    ("Countries", 1050.0, "start"),
)


def table(document: Mapping[str, Any], top: float, width: float) -> tuple[str, float]:
    """One row of figures per option; returns the SVG and where it ends."""
    y = top + 26.0
    out = [
        svg_text(_EDGE + x + (0 if n else 22), y, label, 12, fill=MUTED, anchor=anchor)
        for n, (label, x, anchor) in enumerate(_COLUMNS)
    ]
    styles = iter(wording.styles(wording.usable(document)))
    for option in document["options"]:
        y += 26
        style = next(styles) if option["status"] == "ok" else style_of(option["corridor"])
        out.append(
            f'<path d="M{_EDGE} {y - 17:.0f}H{width - _EDGE:.0f}" stroke="#d9dee3"/>'
            f'<rect x="{_EDGE}" y="{y - 11:.0f}" width="14" height="14" rx="3" '
            f'fill="{style.line if option["status"] == "ok" else "#c3c9cf"}"/>'
        )
        if option["status"] != "ok":
            out.append(svg_text(_EDGE + 22, y, style.name, 14, bold=True, fill=MUTED))
            status = "Excluded" if option["status"] == "excluded" else "Not possible"
            reason = f"{status}. {wording.why_not(option)}"
            line = wrap(reason, width - _EDGE * 2 - 230, 13)
            short = line[0] + (" …" if len(line) > 1 else "") if line else ""
            out.append(svg_text(_EDGE + 230, y, short, 13, fill=MUTED))
            continue
        cells = (style.name, *_cells(option))
        for n, ((_, x, anchor), cell) in enumerate(zip(_COLUMNS, cells, strict=True)):
            strong = n in (0, 1, 3)
            at = _EDGE + x + (0 if n else 22)
            out.append(svg_text(at, y, cell, 14 if n else 15, bold=strong, anchor=anchor))
    return "".join(out), y + 10


def _cells(option: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        text.days(option["time_days"]["mean"]),
        wording.spread(option["time_days"], text.days),
        text.usd(option["cost_usd"]["mean"]),
        wording.spread(option["cost_usd"], text.usd),
        text.tonnes(option["co2e_kg"]["typ"]),
        text.thousands(option["distance_km"]),
        str(len(option["border_crossings"])),
        str(len(option["gauge_changes"])),
        str(len(option["transshipments"])),
        _fit(" ".join(text.clean(c) for c in option["countries"]), 290.0, 13.0),
    )


def _fit(value: str, width: float, size: float) -> str:
    lines = wrap(value, width, size)
    return lines[0] + (" …" if len(lines) > 1 else "") if lines else ""


def footer(
    document: Mapping[str, Any], note: str, undrawn: list[str], top: float, width: float
) -> tuple[str, float]:
    """Conditions, sources and notes; returns the SVG and the height of the whole sheet."""
    lines = wording.condition_lines(document, most=6)
    if undrawn:
        lines.append(f"Not drawn, no line in the data: {'; '.join(undrawn)}.")
    lines.append(" ".join(wording.sources(document, note)))
    y = top + 20
    out = []
    for paragraph in lines:
        for line in wrap(paragraph, width - 2 * _EDGE, 12):
            out.append(svg_text(_EDGE, y, line, 12, fill=MUTED))
            y += 17
    return "".join(out), y + 2
