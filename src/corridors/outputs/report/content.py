"""What a report is made of. Every form writes the same pieces, so no two can disagree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Signs: what one line of a table on A4 holds, what a cell is worth, what a word may ask for.
_LINE, _LONGEST_CELL, _LONGEST_WORD = 124, 46, 26

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
        """Share of the width for each column: no word is broken while others have room to give.

        Examples
        --------
        >>> Grid("", ("a", "b"), (("x" * 10, "y " * 17),)).widths()
        [0.25, 0.75]
        """
        words: list[float] = []
        cells: list[float] = []
        for column in zip(self.heads, *self.rows, strict=True):
            longest = max((len(word) for cell in column for word in cell.split()), default=0)
            words.append(min(longest, _LONGEST_WORD) + 2)
            cells.append(max(words[-1], min(max(map(len, column)), _LONGEST_CELL) + 2))
        spare = _LINE - sum(words)
        wished = sum(cells) - sum(words)
        if sum(cells) > _LINE and spare > 0:
            # What is left when every column has its longest word goes to those with sentences.
            cells = [w + spare * (c - w) / wished for w, c in zip(words, cells, strict=True)]
        elif spare <= 0:
            cells = words
        return [width / sum(cells) for width in cells]


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
