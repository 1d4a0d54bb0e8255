"""What a theme map shows: a finding, layers with their key, a table, what has no place.

A theme is made once and drawn three ways (page, sheet, layer on a corridor map), so that a line
is the same colour, pattern and width wherever it is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from corridors.outputs import text
from corridors.polyline import encode

LonLat = tuple[float, float]
Rows = Sequence[tuple[str, str]]

MARKS = ("full", "half", "ring", "triangle", "square", "dot", "end")
"""Shapes of a point; the first three are also states of completion."""

DIGITS = 2
"""Decimals of a degree that a theme's lines keep: about a kilometre."""


class Style(NamedTuple):
    """One entry of a key: how its lines and points look.

    Attributes
    ----------
    label : str
    color : str
        ``#rrggbb``.
    shape : {"line", "tube", "point"}
        A tube is a line with a light core, so that it is told from a road or railway in grey.
    weight : float
        Pixels.
    dash : str
        As SVG writes it; empty for a whole line.
    mark : str
        One of `MARKS`.
    size : float
        Radius of a mark.
    on : bool
        Whether it is shown at first.
    """

    label: str
    color: str
    shape: str = "line"
    weight: float = 4.0
    dash: str = ""
    mark: str = "full"
    size: float = 6.0
    on: bool = True

    def as_json(self) -> dict[str, Any]:
        """For the page."""
        return self._asdict() | {"label": text.clean(self.label)}


def line_of(
    number: int, name: str, parts: Sequence[Sequence[LonLat]], rows: Rows, **more: Any
) -> dict[str, Any]:
    """A line of a layer.

    Parameters
    ----------
    number : int
        Of its style.
    name : str
    parts : sequence of lines
        (lon, lat) vertices.
    rows : sequence of (str, str)
        What its popup says; none, and it has no popup.
    **more
        ``label`` beside the line; ``weight`` and ``dash`` other than those of the style.

    Examples
    --------
    >>> line_of(0, "A <b>", [[(60.0, 45.0), (61.0, 45.0)]], [], label="A")["label"]
    'A'
    """
    return {
        "c": number,
        "name": text.clean(name),
        "g": [encode(part, digits=DIGITS) for part in parts],
        "rows": _clean(rows),
    } | {key: text.clean(value) if key == "label" else value for key, value in more.items()}


def point_of(number: int, name: str, at: LonLat, rows: Rows, **more: Any) -> dict[str, Any]:
    """A point of a layer; as `line_of`, with ``mark`` and ``size`` other than the style's.

    Examples
    --------
    >>> point_of(0, "Aktau", (51.22, 43.6), [("Kind", "port")])["rows"]
    [['Kind', 'port']]
    """
    return {
        "c": number,
        "name": text.clean(name),
        "lon": round(float(at[0]), 3),
        "lat": round(float(at[1]), 3),
        "rows": _clean(rows),
    } | {key: text.clean(value) if key == "label" else value for key, value in more.items()}


def overlay(
    title: str,
    styles: Sequence[Style],
    lines: Sequence[dict[str, Any]],
    points: Sequence[dict[str, Any]],
    *,
    quiet: bool = False,
) -> dict[str, Any]:
    """A layer as the page takes it; styles without a line or point are left out of its key.

    A quiet one is an aside on a map about something else: its names are light, and stand only
    where there is room right beside their line.
    """
    used = sorted({thing["c"] for thing in (*lines, *points)})
    place = {number: at for at, number in enumerate(used)}
    return {
        "title": text.clean(title),
        "quiet": quiet,
        "classes": [styles[number].as_json() for number in used],
        "lines": [line | {"c": place[line["c"]]} for line in lines],
        "points": [point | {"c": place[point["c"]]} for point in points],
    }


def _clean(rows: Rows) -> list[list[str]]:
    return [[text.clean(label), text.clean(value)] for label, value in rows if text.clean(value)]


@dataclass(frozen=True)
class Theme:
    """A map about one thing.

    Attributes
    ----------
    title, headline, scope : str
        The headline states the finding.
    overlays : tuple of dict
        Layers, the lowest first; see `overlay`.
    bounds : (west, south, east, north)
    caption : str
        Of the table.
    columns : tuple of str
    rows : tuple of tuple of str
        The same figures as on the map, for reading and for screen readers.
    beside : tuple of (heading, lines)
        What has no place on the map.
    notes : tuple of str
        How to read it, sources, data version.
    key : tuple of dict
        More entries of the key, as the classes of a layer.
    reproduce : str
        Command that makes it again.
    """

    title: str
    headline: str
    scope: str
    overlays: tuple[dict[str, Any], ...]
    bounds: tuple[float, float, float, float]
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    beside: tuple[tuple[str, tuple[str, ...]], ...] = ()
    notes: tuple[str, ...] = ()
    key: tuple[dict[str, Any], ...] = field(default=())
    reproduce: str = ""

    @property
    def entries(self) -> list[dict[str, Any]]:
        """All entries of the key, in order."""
        return [*(entry for layer in self.overlays for entry in layer["classes"]), *self.key]


def bounds_of(points: Sequence[LonLat]) -> tuple[float, float, float, float]:
    """West, south, east and north of some points, with a rim.

    Examples
    --------
    >>> bounds_of([(60.0, 40.0), (70.0, 45.0)])
    (59.0, 39.0, 71.0, 46.0)
    """
    if not points:
        return (20.0, 25.0, 110.0, 60.0)
    lon, lat = [p[0] for p in points], [p[1] for p in points]
    return (
        round(min(lon) - 1, 2), round(min(lat) - 1, 2),
        round(max(lon) + 1, 2), round(max(lat) + 1, 2),
    )  # fmt: skip
