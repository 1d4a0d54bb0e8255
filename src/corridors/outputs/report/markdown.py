"""The report as Markdown, with its pictures as files beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from corridors.outputs.plain import cell
from corridors.outputs.report.content import Block, Brief, Grid, Lines

# What would begin a list, a heading, a rule or a quotation at the start of a line.
_STARTS = re.compile(r"^(\d+)([.)])(?=\s|$)|^()([#+=-])")
_INLINE = re.compile(r"[&!~{}$]|(?<=[\w.])@|:(?=//)|(?<=www)\.")


def markdown(brief: Brief, pictures: Collection[str] = ()) -> str:
    """Write the report as Markdown.

    Parameters
    ----------
    brief : Brief
    pictures : collection of str
        Names of the picture files beside it, such as ``map.png``.

    Examples
    --------
    >>> print(markdown(Brief("en", "A to B", "*", "", ())))
    # A to B
    <BLANKLINE>
    **\\***
    <BLANKLINE>
    """
    parts = [f"# {prose(brief.title)}", f"**{prose(brief.headline)}**", prose(brief.scope)]
    for section in brief.sections:
        parts.append(f"## {prose(section.heading)}")
        for block in section.blocks:
            parts += _written(block, pictures)
    return "\n\n".join(part for part in parts if part) + "\n"


def prose(value: str) -> str:
    """Text that starts no markup of its own, at the start of a line or within one.

    Examples
    --------
    >>> prose("- a & <b>")
    '\\\\- a \\\\& \\\\<b\\\\>'
    """
    safe = _INLINE.sub(lambda found: "\\" + found[0], cell(value))
    return _STARTS.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[4]}", safe)


def _written(block: Block, pictures: Collection[str]) -> Iterator[str]:
    if isinstance(block, Lines):
        if block.tone == "points":
            yield "\n".join(f"- {prose(item)}" for item in block.items)
        elif block.tone == "code":
            yield "\n\n".join(_code(item) for item in block.items)
        else:
            yield "\n\n".join(prose(item) for item in block.items)
    elif isinstance(block, Grid):
        yield _table(block)
    else:
        found = next((n for n in (f"{block.name}.svg", f"{block.name}.png") if n in pictures), "")
        if found:
            yield f"![{prose(block.said)}]({found})"


def _code(value: str) -> str:
    """Code in a fence longer than any run of ticks in it."""
    ticks = max((len(run) for run in re.findall(r"`+", value)), default=0)
    fence = "`" * max(3, ticks + 1)
    return f"{fence}\n{value}\n{fence}"


def _table(grid: Grid) -> str:
    marks = [":--" if number in grid.words else "--:" for number in range(len(grid.heads))]
    rows = [[prose(text) for text in row] for row in (grid.heads, *grid.rows)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{'|'.join(marks)}|", *lines[1:]])
