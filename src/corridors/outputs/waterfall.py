"""Where the mean days and dollars go: one bar per corridor, cut by cause.

The causes are those of the table, so that the same numbers stand in both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from corridors.outputs import text, wording
from corridors.outputs.colours import INK, MUTED, CorridorStyle, contrast
from corridors.outputs.labels import text_width
from corridors.outputs.profile_labels import shortened
from corridors.outputs.profile_steps import Unit, unit_of
from corridors.outputs.static_parts import svg_text
from corridors.outputs.table import COLUMNS

Option = Mapping[str, Any]


class Cause(NamedTuple):
    """Something that takes days or dollars.

    Attributes
    ----------
    name : str
        Heading, as in the table.
    kinds : tuple of str
        Leg modes and event kinds it covers.
    colour : str
        Cold for moving, warm for standing.
    """

    name: str
    kinds: tuple[str, ...]
    colour: str


_COLOURS = {
    "run": "#5b7f9e",
    "sailing": "#a9c3d6",
    "border": "#c4622d",
    "gauge": "#8c3b1f",
    "dwell": "#e8b48e",
    "ship wait": "#f3d9a0",
    "fill": "#d9a935",
}
_BOX = Cause("container", ("equipment", "empty_return", "lease"), "#8d8796")
_REST = "#c9c6d0"


def causes() -> list[Cause]:
    """The causes in the order they are drawn.

    Examples
    --------
    >>> [cause.name for cause in causes()][:3]
    ['run', 'border', 'gauge']
    """
    return [*(Cause(n, kinds, _COLOURS.get(n, _REST)) for n, kinds in COLUMNS), _BOX]


def parts_of(option: Option, unit: Unit) -> dict[str, float]:
    """Mean days or dollars of an option by cause; what no cause covers is ``other``.

    Examples
    --------
    >>> legs = [{"mode": "rail", "hours": 48.0}]
    >>> events = [{"kind": "border", "hours": 24.0}, {"kind": "new", "hours": 12.0}]
    >>> parts_of({"legs": legs, "events": events}, unit_of("days"))
    {'run': 2.0, 'border': 1.0, 'other': 0.5}
    """
    every = [(leg["mode"], leg[unit.own]) for leg in option["legs"]]
    every += [(event["kind"], event[unit.own]) for event in option["events"]]
    known = {kind: cause.name for cause in causes() for kind in cause.kinds}
    values: dict[str, list[float]] = {name: [] for name in (*known.values(), "other")}
    for kind, value in every:
        values[known.get(kind, "other")].append(float(value))
    sums = {name: math.fsum(found) / unit.size for name, found in values.items()}
    return {name: value for name, value in sums.items() if value}


def panel(
    document: Mapping[str, Any], of: str, left: float, top: float, width: float, *, narrow: bool
) -> tuple[str, float]:
    """Draw the bars of one dimension with heading and key.

    Returns
    -------
    (str, float)
        A fragment of SVG, and where it ends.

    Examples
    --------
    >>> panel({"options": []}, "days", 0, 10, 300, narrow=True)
    ('', 10)
    """
    unit = unit_of(of)
    options = wording.usable(document)
    if not options:
        return "", top
    styles = wording.styles(options)
    rows = [parts_of(option, unit) for option in options]
    heading = f"Where the mean {'days' if unit.name == 'days' else 'dollars'} go"
    out = [svg_text(left, top + 14, heading, 15, bold=True)]
    key, y = _key(rows, left, top + 34, width)
    out.append(key)
    edge = left if narrow else left + 132
    end = left + width - (14 if narrow else 160)
    most = max(float(option[unit.summary]["p90"]) for option in options)
    scale = (end - edge) / (most or 1.0)
    for option, style, row in zip(options, styles, rows, strict=True):
        high = 22.0 if narrow else 24.0
        out.append(_head(option, style, unit, (left, y, left + width), high, narrow=narrow))
        y += 18 if narrow else 0
        out.append(_bar(row, unit, edge, y, scale, high))
        out.append(_range(option, unit, edge, y + high, scale))
        y += high + (20 if narrow else 14)
    return "".join(out), y


def _key(
    rows: Sequence[Mapping[str, float]], left: float, top: float, width: float
) -> tuple[str, float]:
    out: list[str] = []
    x, y = left, top
    for cause in (*causes(), Cause("other", (), _REST)):
        if not any(cause.name in row for row in rows):
            continue
        room = text_width(cause.name, 12) + 34
        if x + room - 14 > left + width and x > left:
            x, y = left, y + 19
        out.append(
            f'<rect x="{x:.1f}" y="{y - 10:.1f}" width="12" height="12" rx="2" '
            f'fill="{cause.colour}"/>' + svg_text(x + 17, y, cause.name, 12, fill=MUTED)
        )
        x += room
    if x + 110 > left + width:
        x, y = left, y + 19
    out.append(
        f'<path d="M{x:.1f} {y - 7:.1f}v6m0-3h20m0-3v6" fill="none" stroke="{INK}" '
        f'stroke-width="1.2"/><circle cx="{x + 9:.1f}" cy="{y - 4:.1f}" r="3" fill="{INK}"/>'
        + svg_text(x + 27, y, "mean, P10–P90", 12, fill=MUTED)
    )
    return "".join(out), y + 14


def _head(
    option: Option,
    style: CorridorStyle,
    unit: Unit,
    area: tuple[float, float, float],
    high: float,
    *,
    narrow: bool,
) -> str:
    """Name at the left, total and range at the right."""
    left, y, right = area
    base = y + (12 if narrow else high * 0.5 + 4.5)
    summary = option[unit.summary]
    total = unit.total(float(summary["mean"]))
    spread = f" ({wording.spread(summary, unit.bare)})"
    wide = text_width(spread, 12)
    start = right - wide - text_width(total, 13, bold=True) - 4
    name = shortened(style.short, start - left - 24 if narrow else 104.0, 13, bold=True)
    return (
        f'<rect x="{left:.1f}" y="{base - 11:.1f}" width="12" height="12" rx="3" '
        f'fill="{style.line}"/>'
        + svg_text(left + 18, base, name, 13, bold=True)
        + svg_text(right - wide, base, total, 13, bold=True, anchor="end")
        + svg_text(right, base, spread, 12, fill=MUTED, anchor="end")
    )


def _bar(
    row: Mapping[str, float], unit: Unit, left: float, top: float, scale: float, high: float
) -> str:
    colours = {cause.name: cause.colour for cause in causes()}
    out: list[str] = []
    x = left
    for name, value in row.items():
        wide = max(value * scale, 0.0)
        colour = colours.get(name, _REST)
        words = f"{value:.1f}" if unit.name == "days" else f"{value:,.0f}"
        said = f"{name}: {unit.part(value)}"
        out.append(
            f'<rect x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{high:.0f}" '
            f'fill="{colour}" stroke="#fff"><title>{text.escape(said)}</title></rect>'
        )
        if text_width(words, 11.5) + 5 <= wide:
            ink = INK if contrast(INK, colour) >= 4.5 else "#ffffff"
            middle = x + wide / 2
            out.append(svg_text(middle, top + high / 2 + 4, words, 11.5, fill=ink, anchor="middle"))
        x += wide
    return f"<g>{''.join(out)}</g>"


def _range(option: Option, unit: Unit, left: float, y: float, scale: float) -> str:
    """P10 to P90 of the total under the bar, the mean as a dot."""
    summary = option[unit.summary]
    low, mean, high = (left + float(summary[k]) * scale for k in ("p10", "mean", "p90"))
    y += 5
    return (
        f'<path d="M{low:.1f} {y - 3:.1f}v6M{low:.1f} {y:.1f}H{high:.1f}m0-3v6" fill="none" '
        f'stroke="{INK}" stroke-width="1.2"/><circle cx="{mean:.1f}" cy="{y:.1f}" r="3" '
        f'fill="{INK}"/>'
    )
