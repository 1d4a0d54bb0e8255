"""A theme as an interactive map: one file that asks no network, like every map of this package."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from branca.element import Figure, MacroElement

from corridors.errors import OutputError, UsageError
from corridors.outputs import basemap, text
from corridors.outputs.answers import plain_base
from corridors.outputs.figure import OfflineFigure, Raw, write_atomically
from corridors.outputs.map import MAP_OPTIONS, CorridorMap, tile_provider
from corridors.outputs.static_map import png_of
from corridors.outputs.template import asset_text
from corridors.outputs.text import escape
from corridors.outputs.theme import Theme
from corridors.outputs.theme_sheet import sample_svg, theme_svg

PNG_WIDTH = 1400
"""Enough for a page of text; the SVG has any size."""


class ThemeMap(CorridorMap):
    """A theme as a folium map.

    Attributes
    ----------
    theme : Theme
        Headline, table and what else the page says.
    """

    theme: Theme

    def write(self, path_html: str | Path) -> list[Path]:
        """Write ``name.html``, ``name.svg`` and ``name.png``: all of them, or none.

        Raises
        ------
        OutputError
            The path does not end in ``.html``, or cannot be written.
        """
        path = html_path(path_html)
        return write_atomically(
            {
                path: self.get_root().render().encode("utf-8"),
                path.with_suffix(".svg"): self.static.encode("utf-8"),
                path.with_suffix(".png"): png_of(self.static, width=PNG_WIDTH),
            }
        )


def html_path(path: str | Path) -> Path:
    """A path whose ending says that it is a page.

    Raises
    ------
    OutputError
        It does not.
    """
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise OutputError(f"{target}: a map file must end in .html")
    return target


class ThemeLayer(MacroElement):
    """Everything that is drawn for a theme: one JSON blob and constant scripts."""

    def __init__(self, blob: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "ThemeLayer"
        self.blob = blob

    def render(self, **kwargs: Any) -> str:
        """Add blob, style and script to the figure as raw text; the layer itself is empty."""
        figure, parent_map = self.get_root(), self._parent
        if not isinstance(figure, Figure) or parent_map is None:
            raise UsageError("a theme layer is drawn as part of a folium map")
        name, parent = self.get_name(), parent_map.get_name()
        style = asset_text("style.css") + asset_text("theme.css")
        figure.header.add_child(Raw(f"<style>{style}</style>"), name=name)
        figure.html.add_child(
            Raw(f'<script type="application/json" id="{name}">{self.blob}</script>'), name=name
        )
        code = "".join(asset_text(name) for name in ("lanes.js", "base.js", "theme.js"))
        figure.script.add_child(
            Raw(f"{code}\ncorridorsTheme({parent}, {json.dumps(name)});"), name=name
        )
        return ""


def theme_map(
    theme: Theme,
    *,
    boundaries: str | Path = "neutral",
    tiles: str | Mapping[str, Any] | None = None,
) -> ThemeMap:
    """Draw a theme as a folium map that works without a network.

    Parameters
    ----------
    theme : Theme
    boundaries, tiles
        As of :func:`corridors.outputs.map.comparison_map`.

    Examples
    --------
    >>> empty = Theme("A", "Nothing", "", (), (50.0, 40.0, 60.0, 45.0), "", (), ())
    >>> theme_map(empty).theme.headline
    'Nothing'
    """
    base = basemap.load(boundaries)
    static = theme_svg(theme, base)
    provider = tile_provider(tiles)
    note = str(base.pop("note"))
    blob = text.script_json(
        {
            "overlays": theme.overlays,
            "bounds": theme.bounds,
            "base": plain_base(basemap.thinned(base, theme.bounds)),
            "countries": basemap.COUNTRY_LABELS,
            "waters": basemap.WATER_LABELS,
            "tiles": provider,
        }
    )
    token = hashlib.sha256(f"{blob}{static}".encode()).hexdigest()[:16]
    west, south, east, north = theme.bounds
    drawn = ThemeMap(
        location=[(south + north) / 2, (west + east) / 2], zoom_start=4, tiles=None, **MAP_OPTIONS
    )
    drawn._id = token
    drawn.static = static
    drawn.theme = theme
    layer = ThemeLayer(blob)
    layer._id = token
    drawn.add_child(layer)
    host = "{0.scheme}://{0.netloc}".format(urlsplit(provider["url"])) if provider else ""
    figure = OfflineFigure(
        parts(theme, note=note, static=static),
        tile_host=host.replace("{s}", "*"),
        page="theme.html",
    )
    figure._id = token
    figure.add_child(drawn)
    return drawn


def parts(theme: Theme, *, note: str, static: str) -> dict[str, str]:
    """Fill the slots of the page; all of it is there before a script runs.

    Examples
    --------
    >>> theme = Theme("<b>", "", "", (), (50.0, 40.0, 60.0, 45.0), "", (), ())
    >>> parts(theme, note="", static="")["TITLE"]
    '&lt;b&gt;'
    """
    numeric = [
        all(_is_number(row[at]) for row in theme.rows) and bool(theme.rows)
        for at in range(len(theme.columns))
    ]
    columns = "".join(
        f'<th scope="col"{_class(number)}>{escape(column)}</th>'
        for column, number in zip(theme.columns, numeric, strict=True)
    )
    where = _places(theme)
    rows = []
    for row in theme.rows:
        name = escape(row[0])
        if row[0] in where:
            name = f'<button type="button" data-place="{where[row[0]]}">{name}</button>'
        cells = "".join(
            f"<td{_class(number, cell)}>{escape(cell)}</td>"
            for cell, number in zip(row[1:], numeric[1:], strict=True)
        )
        rows.append(f'<tr><th scope="row">{name}</th>{cells}</tr>')
    beside = "".join(
        f'<section class="beside"><h2>{escape(heading)}</h2><ul>'
        + "".join(f"<li>{escape(line)}</li>" for line in lines)
        + "</ul></section>"
        for heading, lines in theme.beside
    )
    notes = "".join(f"<p>{escape(line)}</p>" for line in (*theme.notes, note))
    if theme.reproduce:
        notes += f"<p>Made by <code>{escape(theme.reproduce)}</code></p>"
    return {
        "TITLE": escape(theme.title),
        "HEADLINE": escape(theme.headline),
        "SCOPE": f"<b>{escape(theme.title)}</b> · {escape(theme.scope)}",
        "STATIC": static,
        "LEGEND": "".join(
            '<li><svg width="44" height="20" viewBox="0 0 44 20" aria-hidden="true">'
            f"{sample_svg(entry, 2, 10)}</svg>{escape(entry['label'])}</li>"
            for entry in theme.entries
        ),
        "CAPTION": escape(theme.caption),
        "COLUMNS": columns,
        "TABLE": "".join(rows),
        "BESIDE": beside,
        "NOTES": notes,
    }


def _class(number: bool, cell: str = "") -> str:
    if number:
        return ' class="number"'
    return ' class="nb"' if re.fullmatch(r"[\d.,$€–-]{1,11}", cell) else ""


def _is_number(cell: str) -> bool:
    return bool(cell) and cell.strip("+−-$").replace(",", "").replace(".", "").isdigit()


def _places(theme: Theme) -> dict[str, str]:
    """Where on the map the first cell of a row is found: layer, list and number."""
    found: dict[str, str] = {}
    for at, layer in enumerate(theme.overlays):
        for kind in ("lines", "points"):
            for number, thing in enumerate(layer[kind]):
                if thing["rows"]:
                    found.setdefault(thing["name"], f"{at} {kind} {number}")
    return found
