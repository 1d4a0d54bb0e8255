"""Labels that do not cover each other: measured with the packaged font, placed greedily."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

Box = tuple[float, float, float, float]


@cache
def _widths(weight: int) -> dict[str, float]:
    source = files("corridors.outputs") / "assets" / "inter-widths.json"
    table = json.loads(source.read_text(encoding="utf-8"))[str(weight)]
    return {char: int(width) / 1000 for width, chars in table.items() for char in chars}


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a text in pixels in the packaged font.

    Examples
    --------
    >>> text_width("il", 10) < text_width("MW", 10)
    True
    """
    widths = _widths(600 if bold else 400)
    return size * sum(widths.get(char, 0.7) for char in text)


class Sheet:
    """A sheet of paper that remembers where something is already drawn.

    Parameters
    ----------
    inside : box
        Left, top, right and bottom edge within which labels must stay.

    Examples
    --------
    >>> sheet = Sheet((0, 0, 100, 100))
    >>> sheet.take((10, 10, 30, 20)), sheet.take((20, 15, 40, 25))
    (True, False)
    """

    def __init__(self, inside: Box) -> None:
        self.inside = inside
        self.taken: list[Box] = []
        self.lines: list[Box] = []

    def trace(self, points: Iterable[tuple[float, float]], *, reach: float = 5.0) -> None:
        """Remember a drawn line, which labels cross only when there is no other room."""
        self.lines += [(x - reach, y - reach, x + reach, y + reach) for x, y in points]

    def crossed(self, box: Box) -> int:
        """How much of the drawn lines lies under a box."""
        return sum(
            box[0] < t[2] and box[2] > t[0] and box[1] < t[3] and box[3] > t[1] for t in self.lines
        )

    def block(self, box: Box) -> None:
        """Mark a box as covered, whatever is there already."""
        self.taken.append(box)

    def free(self, box: Box, *, off_lines: bool = False) -> bool:
        """Whether a box lies inside and touches nothing."""
        left, top, right, bottom = self.inside
        if box[0] < left or box[1] < top or box[2] > right or box[3] > bottom:
            return False
        return not any(
            box[0] < t[2] and box[2] > t[0] and box[1] < t[3] and box[3] > t[1]
            for t in (self.taken + self.lines if off_lines else self.taken)
        )

    def take(self, box: Box, *, off_lines: bool = False) -> bool:
        """Block a box if it is free."""
        if not self.free(box, off_lines=off_lines):
            return False
        self.taken.append(box)
        return True

    def place(
        self, x: float, y: float, width: float, height: float, *, away: float
    ) -> tuple[float, float] | None:
        """Find room for a label round a point: its left edge and its middle height, or None."""
        return self.place_beside([(x, y)], width, height, away=away)

    def place_beside(
        self, spots: Sequence[tuple[float, float]], width: float, height: float, *, away: float
    ) -> tuple[float, float] | None:
        """Find room beside one of some points, the first that keeps off the lines if any does."""
        for off_lines in (True, False):
            for x, y in spots:
                for dx, dy in _around(away, width, height):
                    left, middle = x + dx, y + dy
                    box = (left - 2, middle - height / 2, left + width + 2, middle + height / 2)
                    if self.take(box, off_lines=off_lines):
                        return left, middle
        return None


def _around(away: float, width: float, height: float) -> Iterable[tuple[float, float]]:
    up = height * 0.5 + away * 0.75
    yield away, 0.0
    yield -away - width, 0.0
    yield away * 0.6, -up
    yield -away * 0.6 - width, -up
    yield away * 0.6, up
    yield -away * 0.6 - width, up
    yield -width / 2, -up - 3
    yield -width / 2, up + 3
