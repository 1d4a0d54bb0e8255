"""Names on a profile: the total at the end of each line, and the stops on the way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from corridors.outputs import wording
from corridors.outputs.colours import INK, CorridorStyle
from corridors.outputs.labels import Sheet, text_width
from corridors.outputs.profile_steps import Option, Step, Stop, Unit, stops_of
from corridors.outputs.static_parts import glyph, glyph_link, svg_text

Point = tuple[float, float]
#: Without the packaged font a viewer's own may run wider.
_SLACK = 1.06


class Track(NamedTuple):
    """A corridor on a profile: what it is, how it is drawn, where its steps lie.

    Attributes
    ----------
    way : list of list of (x, y)
        Points of every step.
    caps : (top, bottom)
        Where the range of the total ends.
    """

    option: Option
    style: CorridorStyle
    number: int
    steps: list[Step]
    way: list[list[Point]]
    caps: Point = (0.0, 0.0)

    @property
    def end(self) -> Point:
        """Where its line ends."""
        return self.way[-1][-1]


def end_name(track: Track, unit: Unit, size: float) -> tuple[str, str, float]:
    """Name with total, range, and the width of the wider of the two.

    The total is written as in the table.
    """
    summary = track.option[unit.summary]
    name = shortened(track.style.short, 150, size, bold=True)
    first = f"{name} {unit.total(float(summary['mean']))}"
    second = wording.spread(summary, unit.bare)
    wide = max(text_width(first, size, bold=True), text_width(second, size - 1.5))
    return first, second, wide * _SLACK + 4


def end_names(tracks: Sequence[Track], unit: Unit, sheet: Sheet, size: float) -> list[str]:
    """Name, total and range at the end of each line; the longest way first.

    They are to stand where `haloed` stands, or in a page that knows the class ``halo``.
    """
    out: list[str] = []
    for track in sorted(tracks, key=lambda t: -t.end[0]):
        first, second, wide = end_name(track, unit, size)
        high = size * 2.25
        x, y = track.end
        on_cap = None
        found = (
            _room(sheet, x, y, wide, high, _NEAR_END)
            or (on_cap := _on_cap(sheet, track, wide, high))
            or _room(sheet, x, y, wide, high, _OFF_END)
            or _room(sheet, x, y, wide, high, _NEAR_END, off_lines=False)
        )
        # A total is never left out: at worst it lies on another.
        left, middle, anchor = found or (min(x + 11, sheet.inside[2] - wide), y, "start")
        at = left + wide if anchor == "end" else left
        lines = (
            (middle - size * 0.12, first, size, True),
            (middle + size, second, size - 1.5, False),
        )
        drawn = "".join(
            svg_text(at, base, words, points, bold=bold, fill=track.style.text, anchor=anchor)
            for base, words, points, bold in lines
        )
        led = not on_cap and _far((x, y), (at, middle))
        lead = _lead((x, y), (at, middle), track.style.text) if led else ""
        out.append(f'<g data-o="{track.number}" class="halo">{lead}{drawn}</g>')
    return out


def stop_names(
    tracks: Sequence[Track],
    unit: Unit,
    sheet: Sheet,
    size: float,
    *,
    reach: float,
    linked: bool = False,
) -> tuple[list[str], list[str]]:
    """Marks and names of the stops, the longest first.

    A name that finds no room within `reach` pixels is left out. A `linked` mark points at the
    glyph that stands in the page.
    """
    tries = [(dx, dy, away) for dx, dy, away in _NEAR_STOP if away <= reach]
    found = [(track, stop) for track in tracks for stop in stops_of(track.steps)]
    found.sort(key=lambda pair: -pair[1].value)
    shown: list[tuple[Track, Stop, Point]] = []
    for track, stop in found:
        low, high = track.way[stop.first][0], track.way[stop.last][-1]
        at = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2)
        if any(math.dist(at, other) < 13 for _, _, other in shown):
            continue
        if any(math.dist(at, other.end) < 11 for other in tracks):
            continue
        shown.append((track, stop, at))
        sheet.block((at[0] - 7, at[1] - 7, at[0] + 7, at[1] + 7))
    marks: list[str] = []
    names: list[str] = []
    said: set[str] = set()
    for track, stop, at in shown:
        words = f"{stop.name} {unit.part(stop.value)}".strip()
        alike = sum(words == f"{s.name} {unit.part(s.value)}" for _, s in found)
        # What two corridors pass alike is named once, and belongs to neither.
        owner = f' data-o="{track.number}"' if alike == 1 else ""
        colour = track.style.text if alike == 1 else INK
        mark = glyph_link(stop.kind, *at) if linked else glyph(stop.kind, *at)
        wide = text_width(words, size) * _SLACK + 2
        place = None if words in said else _room(sheet, *at, wide, size * 1.25, tries)
        if place is not None:
            said.add(words)
            left, middle, anchor = place
            edge = left + wide if anchor == "end" else left
            if _far(at, (edge, middle)):
                mark = _lead(at, (edge, middle), colour) + mark
            name = svg_text(edge, middle + size * 0.36, words, size, fill=colour, anchor=anchor)
            names.append(name.replace("<text", f'<text class="halo"{owner}', 1))
        marks.append(f"<g{owner}>{mark}</g>")
    return marks, names


def haloed(names: Sequence[str]) -> str:
    """Names with a white rim, said once for all of them."""
    return (
        '<g stroke="#fff" stroke-width="3.4" stroke-linejoin="round" paint-order="stroke">'
        f"{''.join(names)}</g>"
    )


def _far(point: Point, label: Point) -> bool:
    """Whether a label stands so far off that a line has to lead to it."""
    return math.dist(point, label) > 19


def _lead(point: Point, label: Point, colour: str) -> str:
    (x, y), (u, v) = point, label
    return (
        f'<path d="M{x:.1f} {y:.1f}L{u:.1f} {v:.1f}" stroke="{colour}" stroke-width=".8" '
        'stroke-opacity=".8"/>'
    )


def shortened(value: str, width: float, size: float, *, bold: bool = False) -> str:
    """Cut a text to a width.

    Examples
    --------
    >>> shortened("Xi'an", 100, 12), shortened("Xi'an", 20, 12)
    ("Xi'an", 'X…')
    """
    if text_width(value, size, bold=bold) <= width:
        return value
    while value and text_width(value + "…", size, bold=bold) > width:
        value = value[:-1]
    return value.rstrip() + "…"


#: Where a label may lie: to which side, how far up or down, and how far off.
_NEAR_END = [
    (dx, dy, away)
    for away in (11.0, 16.0)
    for dx, dy in ((1, 0), (1, 0.5), (1, -0.5), (1, 1), (1, -1), (-1, -1), (-1, 0), (-1, 1))
]
_OFF_END = [(dx, dy, away) for away in (24.0, 34.0, 46.0, 60.0) for dx, dy, _ in _NEAR_END[:8]]
_NEAR_STOP = [
    (dx, dy, away)
    for away in (11.0, 18.0, 28.0, 40.0, 54.0, 70.0)
    for dx, dy in ((-1, -0.5), (1, 0.5), (-1, 0), (1, 0), (-1, -1), (1, 1), (1, -0.5), (-1, 0.5))
]


def _room(
    sheet: Sheet,
    x: float,
    y: float,
    wide: float,
    high: float,
    tries: Sequence[tuple[float, float, float]],
    *,
    off_lines: bool = True,
) -> tuple[float, float, str] | None:
    """Free room for a label near a point: left edge, middle height, and where it is held."""
    for dx, dy, away in tries:
        near = away * 0.75 if dy else away
        left = x + near if dx > 0 else x - near - wide
        middle = y + dy * (high / 2 + away * 0.7)
        box = (left - 2, middle - high / 2, left + wide + 2, middle + high / 2)
        if sheet.take(box, off_lines=off_lines):
            return left, middle, "start" if dx > 0 else "end"
    return None


def _on_cap(
    sheet: Sheet, track: Track, wide: float, high: float
) -> tuple[float, float, str] | None:
    """Room above or below the range of a total, as far inside the sheet as it must be."""
    left = min(track.end[0] - wide / 2, sheet.inside[2] - wide - 2)
    for middle in (track.caps[0] - high / 2 - 5, track.caps[1] + high / 2 + 5):
        box = (left - 2, middle - high / 2, left + wide + 2, middle + high / 2)
        if sheet.take(box, off_lines=True):
            return left, middle, "start"
    return None
