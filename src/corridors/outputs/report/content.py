"""What a report is made of. Every form writes the same pieces, so no two can disagree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "points", "note", "code"]


@dataclass(frozen=True)
class Lines:
    """Paragraphs or points.

    Attributes
    ----------
    items : tuple of str
        Plain text without control characters; each form escapes it.
    tone : {"plain", "points", "note", "code"}
        How they are set.
    """

    items: tuple[str, ...]
    tone: Tone = "plain"


@dataclass(frozen=True)
class Grid:
    """A table whose first column names the row.

    Attributes
    ----------
    name : str
        What the table holds, for those who cannot see it.
    heads : tuple of str
    rows : tuple of tuple of str
        As many cells each as there are heads.
    words : tuple of int
        Columns of running text, set to the left; the others hold figures.
    """

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[int, ...] = (0,)

    def widths(self) -> list[float]:
        """Share of the width for each column: longest cell, within what paper can give.

        Examples
        --------
        >>> Grid("", ("a", "b"), (("x" * 10, "y" * 36),)).widths()
        [0.25, 0.75]
        """
        wanted = []
        for cells in zip(self.heads, *self.rows, strict=True):
            longest = min(max(map(len, cells)), 46)
            # A word is broken only where it would leave the other columns no room.
            word = max((len(word) for cell in cells for word in cell.split()), default=0)
            wanted.append(max(longest, min(word, 26) + 2, 4))
        return [width / sum(wanted) for width in wanted]


@dataclass(frozen=True)
class Figure:
    """A picture of the folder.

    Attributes
    ----------
    name : str
        ``map``, ``days``, ``usd``.
    said : str
        What it shows, for those who cannot see it.
    """

    name: str
    said: str


Block = Lines | Grid | Figure


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it.

    Attributes
    ----------
    key : str
        Names the section in every language.
    heading : str
    blocks : tuple of Lines, Grid or Figure
    """

    key: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Brief:
    """A whole report in one language.

    Attributes
    ----------
    lang : str
        ``en`` or ``ru``.
    title, headline, scope : str
    sections : tuple of Section
    """

    lang: str
    title: str
    headline: str
    scope: str
    sections: tuple[Section, ...]

    def section(self, key: str) -> Section | None:
        """The section of a key, None where there is nothing to say.

        Examples
        --------
        >>> Brief("en", "", "", "", ()).section("flags") is None
        True
        """
        return next((section for section in self.sections if section.key == key), None)
