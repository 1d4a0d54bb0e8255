"""The two pages: one to hand round the table, one with everything. Nothing is requested."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from corridors.outputs import wording
from corridors.outputs.report.content import Brief, Figure, Grid, Lines
from corridors.outputs.report.headings import Words

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = files("corridors.outputs.report") / "templates"
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
_BRACKETS = re.compile(r"(\([^()]{1,24}\))")
_RANGE = re.compile(r"\s(\([^()]{1,24}\))$")


def one_page(brief: Brief, document: Mapping[str, Any], drawn: Mapping[str, str]) -> str:
    """The page that prints on one sheet of A4.

    Parameters
    ----------
    brief : Brief
    document : mapping
        Whose options the colours are of.
    drawn : mapping
        SVG of the figures.

    Examples
    --------
    >>> page = one_page(Brief("en", "{{ 7 * 7 }} <b>", "", "", ()), {"options": []}, {})
    >>> "<h1></h1>" in page, "{{ 7 * 7 }} &lt;b&gt;" in page
    (True, True)
    """
    return _render("brief.html", brief, document, drawn)


def long_page(brief: Brief, document: Mapping[str, Any], drawn: Mapping[str, str]) -> str:
    """The page with every section.

    Examples
    --------
    >>> page = long_page(Brief("ru", "А – Б", "", "", ()), {"options": []}, {})
    >>> '<html lang="ru">' in page
    True
    """
    return _render("report.html", brief, document, drawn)


def _render(name: str, brief: Brief, document: Mapping[str, Any], drawn: Mapping[str, str]) -> str:
    from markupsafe import Markup

    found = wording.styles(wording.usable(document))
    summary = brief.section("summary")
    grids = (block for block in summary.blocks if isinstance(block, Grid)) if summary else ()
    rows = next((grid.rows for grid in grids), ())
    return (
        _templates()
        .get_template(name)
        .render(
            brief=brief,
            words=Words(brief.lang),
            policy=_POLICY,
            # Drawn by this package with every name escaped: the only markup taken as it is.
            drawn={name: Markup(svg) for name, svg in drawn.items()},  # noqa: S704
            colours={row[0]: style.line for row, style in zip(rows, found, strict=False)},
        )
    )


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(lambda name: (_FOLDER / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["grid"] = lambda block: isinstance(block, Grid)
    environment.tests["lines"] = lambda block: isinstance(block, Lines)
    environment.tests["figure"] = lambda block: isinstance(block, Figure)
    environment.filters["ranged"] = _ranged
    environment.filters["pieces"] = _BRACKETS.split
    return environment


def _ranged(cell: str) -> tuple[str, str]:
    """A figure and its range in brackets, which is set smaller and stays on one line."""
    found = _RANGE.search(cell)
    return (cell[: found.start()], found[1]) if found else (cell, "")
