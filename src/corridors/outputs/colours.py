"""Colours, line patterns and names of corridors, checked for colour-blind readers.

The five colours differ by at least 20 units of CAM02-UCS from each other in normal vision and
in full deuteranopia, protanopia and tritanopia, and stand out at 3:1 or more from land and
sea. Colour is never the only sign: lines are labelled, modes are patterns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

INK = "#16202b"
MUTED = "#55616e"
SEA = "#dfe8ee"
LAND = "#f7f5f0"
COAST = "#b9c4cc"
BORDER = "#c6c1b4"
RIVER = "#cfdde6"


class CorridorStyle(NamedTuple):
    """How one corridor is named and drawn.

    Parameters
    ----------
    name, short : str
        Full and short name in running text.
    line : str
        Colour of the line, at least 3:1 on land and sea.
    text : str
        The same hue, dark enough for text on white (4.5:1).
    """

    name: str
    short: str
    line: str
    text: str


STYLES = {
    "northern": CorridorStyle("Northern Route", "Northern", "#0b4a8a", "#0b4a8a"),
    "titr": CorridorStyle("Trans-Caspian (TITR)", "TITR", "#b8430f", "#a33a0b"),
    "pakistan": CorridorStyle("Pakistan sea access", "Pakistan", "#11936f", "#0a6b50"),
    "southern": CorridorStyle("Southern, via Iran", "Southern", "#a86db0", "#7b4184"),
    "ocean": CorridorStyle("Ocean", "Ocean", "#4c3b38", "#4c3b38"),
}
#: Order of lanes where corridors share a track, and of everything listed.
ORDER = tuple(STYLES)
#: Routes that follow no corridor, by their rank.
CHOICES = (
    CorridorStyle("First choice", "First choice", "#0b4a8a", "#0b4a8a"),
    CorridorStyle("Second choice", "Second choice", "#b8430f", "#a33a0b"),
)
_OWN = ("#5f6b76", "#4a545e")

#: Width in pixels and dash pattern of a leg by mode; the pattern alone tells the mode.
MODES = {
    "rail": ("Rail", 4.0, "", "butt"),
    "road": ("Road", 4.0, "7 5", "butt"),
    "ferry": ("Ferry", 5.0, "0.1 7.5", "round"),
    "sea": ("Sea", 3.6, "15 6", "butt"),
}


def style_of(corridor: str | None, *, rank: int = 0) -> CorridorStyle:
    """Style of a corridor id; a corridor of the user's own is drawn grey under its id.

    Examples
    --------
    >>> style_of("titr").line
    '#b8430f'
    """
    if corridor is None:
        return CHOICES[min(rank, len(CHOICES) - 1)]
    return STYLES.get(corridor) or CorridorStyle(corridor, corridor, *_OWN)


def distinct(corridors: Sequence[str | None]) -> list[CorridorStyle]:
    """One style per option, no colour and no name twice.

    Examples
    --------
    >>> [style.short for style in distinct(["titr", "titr", None])]
    ['TITR 1', 'TITR 2', 'Second choice']
    """
    out: list[CorridorStyle] = []
    for rank, corridor in enumerate(corridors):
        style = style_of(corridor, rank=rank)
        used = {other.line for other in out}
        spare = [s for s in STYLES.values() if s.line not in used]
        if style.line in used and spare:
            style = style._replace(line=spare[0].line, text=spare[0].text)
        if corridors.count(corridor) > 1 and corridor is not None:
            number = 1 + corridors[:rank].count(corridor)
            style = style._replace(name=f"{style.name} {number}", short=f"{style.short} {number}")
        out.append(style)
    return out


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` by WCAG 2.

    Examples
    --------
    >>> luminance("#ffffff")
    1.0
    """
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return round(0.2126 * r + 0.7152 * g + 0.0722 * b, 6)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours by WCAG 2.

    Examples
    --------
    >>> contrast("#000000", "#ffffff")
    21.0
    """
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
