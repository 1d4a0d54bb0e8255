"""Names on a profile: the total at the end of each line, and the stops on the way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from corridors.outputs import wording
from corridors.outputs.colours import INK, CorridorStyle
from corridors.outputs.labels import Sheet, text_width
from corridors.outputs.profile_steps import Option, Step, Stop, Unit, stops_of
from corridors.outputs.static_parts import glyph, svg_text

Point = tuple[float, float]


class Track(NamedTuple):
    """A corridor on a profile: what it is, how it is drawn, where its steps lie."""

    option: Option
    style: CorridorStyle
    number: int
    steps: list[Step]
    way: list[list[Point]]

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
    return first, second, wide + 4


def end_names(tracks: Sequence[Track], unit: Unit, sheet: Sheet, size: float) -> str:
    """Name, total and range at the end of each line; the longest way first."""
    out: list[str] = []
    for track in sorted(tracks, key=lambda t: -t.end[0]):
        first, second, wide = end_name(track, unit, size)
        high = size * 2.25
        x, y = track.end
        # A total is never left out: at worst it lies on a line.
        left, middle, anchor = _room(sheet, x, y, wide, high, _NEAR_END) or (
            min(x + 11, sheet.inside[2] - wide), y, "start",
        )  # fmt: skip
        at = left + wide if anchor == "end" else left
        lines = (
            (middle - size * 0.12, first, size, True),
            (middle + size, second, size - 1.5, False),
        )
        drawn = "".join(
            svg_text(
                at, base, words, points, bold=bold, fill=track.style.text, anchor=anchor, halo=True
            )
            for base, words, points, bold in lines
        )
        out.append(f'<g class="name" data-o="{track.number}">{drawn}</g>')
    return "".join(out)


def stop_names(tracks: Sequence[Track], unit: Unit, sheet: Sheet, size: float) -> str:
    """Marks and names of the stops, the longest first; what finds no room is left out."""
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
    leads: list[str] = []
    names: list[str] = []
    said: set[str] = set()
    for track, stop, at in shown:
        words = f"{stop.name} {unit.part(stop.value)}".strip()
        wide = text_width(words, size) + 2
        # One place passed alike by two corridors is named once.
        place = None if words in said else _room(sheet, *at, wide, size * 1.25, _NEAR_STOP)
        if place is None:
            continue
        said.add(words)
        left, middle, anchor = place
        edge = left + wide if anchor == "end" else left
        alike = sum(words == f"{s.name} {unit.part(s.value)}" for _, s in found)
        colour = track.style.text if alike == 1 else INK
        if math.dist((edge, middle), at) > 16:
            leads.append(
                f'<path d="M{at[0]:.1f} {at[1]:.1f}L{edge:.1f} {middle:.1f}" '
                f'stroke="{colour}" stroke-width=".8" stroke-opacity=".8"/>'
            )
        base = middle + size * 0.36
        names.append(svg_text(edge, base, words, size, fill=colour, anchor=anchor, halo=True))
    glyphs = [glyph(stop.kind, *at) for _, stop, at in shown]
    return "".join([*leads, *glyphs, *names])


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
    for away in (11.0, 16.0, 24.0, 34.0, 46.0, 60.0)
    for dx, dy in ((1, 0), (1, 0.5), (1, -0.5), (1, 1), (1, -1), (-1, -1), (-1, 0), (-1, 1))
]
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
) -> tuple[float, float, str] | None:
    """Free room for a label near a point: left edge, middle height, and where it is held."""
    for dx, dy, away in tries:
        near = away * 0.75 if dy else away
        left = x + near if dx > 0 else x - near - wide
        middle = y + dy * (high / 2 + away * 0.7)
        box = (left - 2, middle - high / 2, left + wide + 2, middle + high / 2)
        if sheet.take(box, off_lines=True):
            return left, middle, "start" if dx > 0 else "end"
    return None
