"""The profile: kilometres across, days or dollars upwards, one line per corridor.

A run slopes, an event is a step straight up, the band holds eight in ten shipments. Everything
is read from the document, so that the end of a line is the total of the table.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from corridors.outputs import text, wording
from corridors.outputs.colours import INK, MODES, MUTED
from corridors.outputs.labels import Box, Sheet, text_width
from corridors.outputs.profile_labels import (
    Point,
    Track,
    end_name,
    end_names,
    haloed,
    shortened,
    stop_names,
)
from corridors.outputs.profile_steps import Step, Unit, steps_of, unit_of
from corridors.outputs.static_parts import svg_text, tenths

_RULE = "#e3e7eb"
_LANE = 3.1
_EASE = 34.0


def ticks(most: float, room: float, *, apart: float) -> list[float]:
    """Round numbers from 0 to at least `most`, at least so many pixels apart.

    Examples
    --------
    >>> ticks(47, 300, apart=50)
    [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
    """
    most = max(most, 1e-9)
    least = most * apart / room
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= least * (1 - 1e-9))
    return [step * n for n in range(math.ceil(most / step - 1e-9) + 1)]


@dataclass
class _Frame:
    """Maps kilometres and days or dollars to pixels."""

    area: Box
    km: float
    most: float
    zero: Point = field(init=False)
    scale: Point = field(init=False)

    def __post_init__(self) -> None:
        left, top, right, bottom = self.area
        self.zero = (left, bottom)
        self.scale = ((right - left) / (self.km or 1.0), (bottom - top) / (self.most or 1.0))

    def __call__(self, km: float, value: float) -> Point:
        return self.zero[0] + km * self.scale[0], self.zero[1] - value * self.scale[1]


class Pieces(NamedTuple):
    """A chart in elements, so that charts of several answers in one page may share them.

    Attributes
    ----------
    under, over : list of str
        What lies below a step that is pointed at, and what lies above it.
    now : str
        The line of the day, where there is one.
    zero, scale : float
        Where nothing has been spent, and pixels of one day or dollar.
    """

    under: list[str]
    over: list[str]
    now: str
    zero: float
    scale: float


def chart(document: Mapping[str, Any], of: str, area: Box, *, narrow: bool = False) -> str:
    """Draw the profiles of a document into an area of a sheet.

    Parameters
    ----------
    document : mapping
        Made with ``profile=True``.
    of : "days" or "usd"
    area : box
        Left, top, right and bottom edge, axes and labels included.
    narrow : bool
        For a column as wide as a telephone: no room at the right for the names.

    Returns
    -------
    str
        A fragment of SVG.

    Examples
    --------
    >>> chart({"options": [], "shipment": {"origin": {}, "destination": {}}}, "days", (0, 0, 9, 9))
    ''
    """
    if not wording.usable(document):
        return ""
    drawn = chart_pieces(document, of, area, narrow=narrow, linked=False)
    return f"<g>{''.join(drawn.under + drawn.over)}</g>"


def chart_pieces(
    document: Mapping[str, Any],
    of: str,
    area: Box,
    *,
    narrow: bool = False,
    linked: bool = True,
    among: Sequence[Mapping[str, Any]] = (),
) -> Pieces:
    """The elements of a chart.

    Parameters
    ----------
    linked : bool
        Whether every step is a path of its own, in order, for a script to find, and glyphs stand
        in the page already.
    among : sequence of mapping
        Documents that are drawn on the same scale.
    """
    unit = unit_of(of)
    bare = _bare(document, unit)
    if not bare:
        return Pieces([], [], "", area[3], 1.0)
    sizes = (11.5, 10.5) if narrow else (13.5, 12.0)
    shown = [track for other in among for track in _bare(other, unit)] or bare
    frame, ups = _frame(shown, unit, area, size=sizes[0], narrow=narrow)
    tracks = [
        track._replace(way=way, caps=_caps(track.steps[-1], frame))
        for track, way in zip(bare, _ways(bare, frame), strict=True)
    ]
    left, _, right, bottom = frame.area
    sheet = Sheet((left + 2, area[1], area[2] - 2, bottom - 2))
    axes = _axes(document, unit, frame, ups, edges=(area[0], area[2]), narrow=narrow)
    under = [f"<g>{axes}</g>", *(_band(track, frame, linked=linked) for track in tracks)]
    over = [*_lines(tracks, sheet, linked=linked), *(_end(t, frame, sheet) for t in tracks)]
    ends = end_names(tracks, unit, sheet, sizes[0])
    marks, stops = stop_names(tracks, unit, sheet, sizes[1], reach=_reach(area), linked=linked)
    over += marks
    over += [*stops, *ends] if linked else [haloed(stops), haloed(ends)]
    now = f'<path class="now" d="M{left:.0f} 0H{right:.0f}" stroke="{INK}" visibility="hidden"/>'
    return Pieces(under, over, now if unit.name == "days" else "", bottom, frame.scale[1])


def _bare(document: Mapping[str, Any], unit: Unit) -> list[Track]:
    """Tracks before they are drawn; numbered by their place among all options."""
    seats = [n for n, option in enumerate(document["options"]) if option["status"] == "ok"]
    options = wording.usable(document)
    return [
        Track(option, style, seat, steps_of(option, unit), [])
        for seat, option, style in zip(seats, options, wording.styles(options), strict=True)
    ]


def _reach(area: Box) -> float:
    """How far off a name may stand: in a low picture leaders would cross everything."""
    return min(70.0, (area[3] - area[1]) / 8, (area[2] - area[0]) / 13)


def _frame(
    tracks: Sequence[Track], unit: Unit, area: Box, *, size: float, narrow: bool
) -> tuple[_Frame, list[float]]:
    """The scale, with room at the right for the names of the longest ways."""
    km = max(track.steps[-1].km[1] for track in tracks)
    most = max(step.p90[1] for track in tracks for step in track.steps)
    far = [track for track in tracks if track.steps[-1].km[1] > 0.8 * km]
    aside = 12.0 if narrow else 26 + max(end_name(track, unit, size)[2] for track in far)
    left, top, right, bottom = area
    below = 40 if narrow else 26
    ups = ticks(most, bottom - top - 24 - below, apart=44)
    beside = 14 + max(text_width(tick_name(value, unit), 12) for value in ups)
    plot = (left + beside, top + 24, right - aside, bottom - below)
    # Above the highest tick that is needed there may be room left: it is not shown.
    return _Frame(plot, km, max(most, ups[-2] if len(ups) > 1 else 0.0) * 1.02), ups


def tick_name(value: float, unit: Unit) -> str:
    """What stands at a tick.

    Examples
    --------
    >>> tick_name(2000, unit_of("usd")), tick_name(2.5, unit_of("days"))
    ('$2,000', '2.5')
    """
    return f"${value:,.0f}" if unit.name == "usd" else f"{value:g}"


def _axes(
    document: Mapping[str, Any],
    unit: Unit,
    frame: _Frame,
    ups: Sequence[float],
    *,
    edges: tuple[float, float],
    narrow: bool,
) -> str:
    left, top, right, bottom = frame.area
    size = 11.0 if narrow else 12.0
    start, edge = edges
    rules, notches = "", f"M{left:.0f} {bottom:.1f}H{right:.1f}"
    values: list[tuple[float, float, str]] = []
    for value in ups:
        if value > frame.most:
            break
        y = frame(0, value)[1]
        rules += f"M{left:.0f} {y:.1f}H{right:.1f}"
        values.append((left - 8, y + 4, tick_name(value, unit)))
    lengths: list[tuple[float, float, str]] = []
    for km in ticks(frame.km, right - left, apart=70 if narrow else 90):
        if km > frame.km:
            break
        x = frame(km, 0)[0]
        notches += f"M{x:.1f} {bottom:.1f}v5"
        words = f"{km:,.0f}"
        # The last one stays inside the sheet.
        over = max(0.0, x + text_width(words, size) / 2 - edge)
        lengths.append((x - over, bottom + 18, words))
    out = [
        f'<path d="{rules}" stroke="{_RULE}"/><path d="{notches}" stroke="{MUTED}"/>',
        _names(values, size, "end"),
        _names(lengths, size, "middle"),
    ]
    origin = wording.short_place(document["shipment"]["origin"].get("name"))
    across = f"km from {origin}"
    across = shortened(across, right - left if narrow else edge - right - 28, size)
    if narrow:
        out.append(svg_text(right, bottom + 34, across, size, fill=MUTED, anchor="end"))
    else:
        out.append(svg_text(right + 26, bottom + 18, across, size, fill=MUTED))
    clock = text.clean(document["shipment"].get("clock_start")) or "the start"
    upward = f"Days since {clock}" if unit.name == "days" else "US dollars spent so far"
    out.append(svg_text(start, top - 10, shortened(upward, edge - start, size), size, fill=MUTED))
    return "".join(out)


def _names(names: Iterable[tuple[float, float, str]], size: float, anchor: str) -> str:
    """Numbers of an axis: their style is said once."""
    drawn = "".join(f'<text x="{tenths(x)}" y="{tenths(y)}">{name}</text>' for x, y, name in names)
    return f'<g font-size="{size:g}" fill="{MUTED}" text-anchor="{anchor}">{drawn}</g>'


def _pairs(points: Iterable[Point]) -> str:
    return "L".join(f"{tenths(x)} {tenths(y)}" for x, y in points)


def _band(track: Track, frame: _Frame, *, linked: bool) -> str:
    """P10 to P90 after every step: along the upper edge and back along the lower."""
    high = [frame(0, 0), *(frame(s.km[1], s.p90[1]) for s in track.steps)]
    low = [frame(0, 0), *(frame(s.km[1], s.p10[1]) for s in track.steps)]
    # A page that is linked has the rest in its style, said once for all its charts.
    style = "" if linked else ' fill-opacity=".09" stroke-width=".8" stroke-opacity=".5"'
    return (
        f'<path class="band" data-o="{track.number}" d="M{_pairs([*high, *reversed(low)])}Z" '
        f'fill="{track.style.line}" stroke="{track.style.line}"{style}/>'
    )


# Lines --------------------------------------------------------------------------------------


def _ways(tracks: Sequence[Track], frame: _Frame) -> list[list[list[Point]]]:
    """Points of every step; where corridors run up alike they lie side by side."""
    plain = [
        [[frame(s.km[0], s.mean[0]), frame(s.km[1], s.mean[1])] for s in track.steps]
        for track in tracks
    ]
    lines = [[way[0][0], *(step[1] for step in way)] if way else [] for way in plain]
    together = [
        max((_shared(line, other) for other in lines if other is not line), default=0.0)
        for line in lines
    ]
    middle = min(track.steps[-1].km[1] for track in tracks)
    order = sorted(
        (i for i in range(len(tracks)) if together[i] > 12),
        key=lambda i: -_value_at(tracks[i], middle),
    )
    shift = {i: _LANE * ((len(order) - 1) / 2 - rank) for rank, i in enumerate(order)}
    return [
        [
            [(x, min(y, frame.zero[1])) for x, y in points]
            for points in _shifted(way, together[i], shift.get(i, 0.0))
        ]
        for i, way in enumerate(plain)
    ]


def _value_at(track: Track, km: float) -> float:
    for step in track.steps:
        if step.km[1] > km:
            share = (km - step.km[0]) / (step.km[1] - step.km[0])
            return step.mean[0] + share * (step.mean[1] - step.mean[0])
    return track.steps[-1].mean[1]


def _shared(line: Sequence[Point], other: Sequence[Point]) -> float:
    """Length in pixels for which two lines from one origin are the same."""
    gone = 0.0
    for (a, b), (c, d) in zip(pairwise(line), pairwise(other), strict=False):
        one, two = math.dist(a, b), math.dist(c, d)
        least = min(one, two)
        if not least:
            if one or two:
                return gone
            continue
        p = [a[k] + (b[k] - a[k]) * least / one for k in (0, 1)]
        q = [c[k] + (d[k] - c[k]) * least / two for k in (0, 1)]
        if math.dist(p, q) > 1.5:
            return gone
        gone += least
        if abs(one - two) > 1.5:
            return gone
    return gone


def _shifted(way: Sequence[Sequence[Point]], shared: float, shift: float) -> Iterator[list[Point]]:
    """Steps moved into a lane as long as they are shared, and eased in and out of it."""
    bends = (_EASE / 2, shared, shared + _EASE) if shift else ()
    gone = 0.0
    for start, end in way:
        length = math.dist(start, end)
        cuts = sorted(bend - gone for bend in bends if gone < bend < gone + length)
        points: list[Point] = []
        for at in (0.0, *cuts, length):
            share = at / length if length else 0.0
            here = gone + at
            rest = max(0.0, min(1.0, here * 2 / _EASE, 1 - (here - shared) / _EASE)) * shift
            x = start[0] + (end[0] - start[0]) * share - rest
            points.append((x, start[1] + (end[1] - start[1]) * share - rest))
        yield points
        gone += length


def _lines(tracks: Sequence[Track], sheet: Sheet, *, linked: bool) -> list[str]:
    """The white rims of all lines, then the lines."""
    rims: list[str] = []
    strokes: list[str] = []
    for track in tracks:
        for points in track.way:
            for a, b in pairwise(points):
                parts = max(1, int(math.dist(a, b) / 8))
                sheet.trace(
                    (
                        (a[0] + (b[0] - a[0]) * k / parts, a[1] + (b[1] - a[1]) * k / parts)
                        for k in range(parts + 1)
                    ),
                    reach=3.0,
                )
        every = [p for n, points in enumerate(track.way) for p in points[min(n, 1) :]]
        rim = ' fill="none" stroke="#fff" stroke-width="5" stroke-linejoin="round"'
        style = ' fill="none" stroke-width="3" stroke-linecap="square" stroke-linejoin="round"'
        rims.append(f'<path class="rim" d="M{_pairs(every)}"{"" if linked else rim}/>')
        pieces = [_stroke(run, linked=linked) for run in _runs(track, linked=linked)]
        strokes.append(
            f'<g class="line" data-o="{track.number}" stroke="{track.style.line}"'
            f"{'' if linked else style}>"
            f"{''.join(pieces)}</g>"
        )
    return [*rims, *strokes]


def _runs(track: Track, *, linked: bool) -> Iterator[tuple[Step, list[Point]]]:
    """Steps with their points; those of one pattern are joined when no script looks for them."""
    held: tuple[Step, list[Point]] | None = None
    for step, points in zip(track.steps, track.way, strict=True):
        if held and not linked and held[0].mode == step.mode:
            held[1].extend(points[1:])
            continue
        if held:
            yield held
        held = (step, list(points))
    if held:
        yield held


def _stroke(run: tuple[Step, list[Point]], *, linked: bool) -> str:
    step, points = run
    path = f'<path d="M{_pairs(points)}"'
    if not step.mode or step.mode == "rail":
        return path + "/>"
    if linked:
        return f'{path} class="{step.mode}"/>'
    _, width, dash, cap = MODES[step.mode]
    return (
        f'{path} stroke-width="{min(width, 3.4):g}" stroke-linecap="{cap}" '
        f'stroke-dasharray="{dash}"/>'
    )


def _caps(last: Step, frame: _Frame) -> Point:
    return frame(0, last.p90[1])[1], frame(0, last.p10[1])[1]


def _end(track: Track, frame: _Frame, sheet: Sheet) -> str:
    """The total, with its range as a whisker."""
    last = track.steps[-1]
    x, y = frame(last.km[1], last.mean[1])
    high, low = track.caps
    sheet.trace([(x, high + (low - high) * k / 10) for k in range(11)], reach=4.0)
    sheet.block((x - 6, y - 6, x + 6, y + 6))
    colour = track.style.line
    across, up, down, middle = (tenths(value) for value in (x, high, low, y))
    cap = tenths(x - 4)
    return (
        f'<g class="end" data-o="{track.number}" stroke="{colour}" stroke-width="1.6">'
        f'<path d="M{across} {up}V{down}M{cap} {up}h8M{cap} {down}h8" fill="none"/>'
        f'<circle cx="{across}" cy="{middle}" r="5" fill="{colour}" stroke="#fff"/></g>'
    )
