"""The interactive corridor map: a folium map that is one file and asks no network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import folium
from branca.element import Figure, MacroElement
from folium.template import Template

from corridors.errors import OutputError, UsageError
from corridors.outputs import basemap, text, wording
from corridors.outputs.answers import Case, Shut, map_data, plain_base, views
from corridors.outputs.figure import (
    LEAFLET_CSS,
    LEAFLET_JS,
    OfflineFigure,
    Raw,
    write_atomically,
)
from corridors.outputs.page import parts
from corridors.outputs.static_map import png_of, sheet_svg
from corridors.outputs.template import asset_text, squeezed
from corridors.outputs.view import Geometries

MAP_OPTIONS: dict[str, Any] = {
    "zoom_control": "bottomright",
    "zoom_snap": 0.25,
    "zoom_delta": 0.5,
    "wheel_px_per_zoom_level": 110,
}


#: What runs in the page: base map, lines side by side, profile, picture to save, corridors.
SCRIPTS = ("base.js", "lanes.js", "profile.js", "picture.js", "app.js")


class CorridorMap(folium.Map):
    """A :class:`folium.Map` without assets from a network and without a page of its own.

    Users' own folium layers can be added to it as to any folium map. A layer that wants a
    file from a network is refused when the map is written, with the way to supply the file.
    """

    default_js = [("leaflet", LEAFLET_JS)]  # noqa: RUF012 - as folium declares it
    default_css = [("leaflet_css", LEAFLET_CSS)]  # noqa: RUF012 - as folium declares it
    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div class="folium-map needs-script" id="{{ this.get_name() }}" role="region"
         aria-label="Interactive map. Arrow keys pan, plus and minus zoom, Tab walks the marks.">
        </div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
            center: {{ this.location|tojson }}, crs: L.CRS.EPSG3857,
            minZoom: 1.5, maxZoom: 9,
            ...{{ this.options|tojavascript }}
        });
        L.control.zoom({position: "bottomright"}).addTo({{ this.get_name() }});
        {% endmacro %}
        """
    )

    static: str = ""

    def _repr_png_(self) -> bytes | None:
        """The static map, for viewers that strip scripts from notebooks."""
        return png_of(self.static, width=1000) if self.static else None

    def save(self, outfile: Any, close_file: bool = True, **kwargs: Any) -> None:
        """Write the page; a file appears whole or not at all."""
        page = self.get_root().render(**kwargs).encode("utf-8")
        if isinstance(outfile, str | bytes | Path):
            name = outfile.decode() if isinstance(outfile, bytes) else outfile
            write_atomically({Path(name): page})
            return
        stream: IO[bytes] = outfile
        stream.write(page)
        if close_file:
            stream.close()


class CorridorLayer(MacroElement):
    """Everything that is drawn for the corridors: one JSON blob and one constant script."""

    def __init__(self, blob: str, *, themed: bool = False, several: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "CorridorLayer"
        self.blob = blob
        # One answer is saved as the sheet that is drawn already.
        own = SCRIPTS if several else tuple(s for s in SCRIPTS if s != "picture.js")
        self.scripts = (*own[:-1], "theme.js", own[-1]) if themed else own
        self.styles = ("style.css", "profile.css", *(("theme.css",) if themed else ()))

    def render(self, **kwargs: Any) -> str:
        """Add blob, style and script to the figure as raw text; the layer itself is empty."""
        figure, parent_map = self.get_root(), self._parent
        if not isinstance(figure, Figure) or parent_map is None:
            raise UsageError("a corridor layer is drawn as part of a folium map")
        name, parent = self.get_name(), parent_map.get_name()
        style = "".join(asset_text(style) for style in self.styles)
        figure.header.add_child(Raw(f"<style>{style}</style>"), name=name)
        figure.html.add_child(
            Raw(f'<script type="application/json" id="{name}">{self.blob}</script>'), name=name
        )
        code = "".join(squeezed(asset_text(script)) for script in self.scripts)
        figure.script.add_child(
            Raw(f"{code}\ncorridorsMap({parent}, {json.dumps(name)});"), name=name
        )
        return ""


def comparison_map(
    document: Mapping[str, Any],
    geometries: Geometries,
    *,
    boundaries: str | Path = "neutral",
    tiles: str | Mapping[str, Any] | None = None,
    shut: Sequence[Shut] = (),
    cases: Sequence[Case] = (),
    overlays: Sequence[Mapping[str, Any]] = (),
) -> folium.Map:
    """Draw a comparison as an interactive map that works without a network.

    Parameters
    ----------
    document : mapping
        The JSON document of ``corridors compare`` or ``corridors route``.
    geometries : mapping
        (corridor, leg id) to (lon, lat) vertices.
    boundaries : "neutral", "none" or path
        Natural Earth boundaries with disputed lines dotted, none, or a GeoJSON of lines.
    tiles : str or mapping, optional
        Address template of an online tile layer (``https://host/{z}/{x}/{y}.png``), or a
        mapping with ``url`` and ``attribution`` such as an xyzservices provider. It is offered
        as a choice in the map and never loaded before it is chosen.
    shut : sequence
        Gateways that are shut in this answer: objects with ``name``, ``lon``, ``lat``, ``why``.
    cases : sequence of Case
        Answers to the same question in other cases; buttons switch the whole page to them.
    overlays : sequence of mapping
        Layers of projects or pipelines, which the list of layers shows and hides.

    Returns
    -------
    folium.Map
        Saving it writes one self-contained HTML file. ``add_child`` stacks further layers.

    Examples
    --------
    >>> place = {"name": "A", "lon": 60.0, "lat": 45.0}
    >>> document = {"options": [], "shipment": {"origin": place, "destination": place}}
    >>> type(comparison_map(document, {})).__mro__[1].__name__
    'Map'
    """
    asked = Case(wording.asked(document), document, geometries, shut)
    return _compose([asked, *cases], boundaries=boundaries, tiles=tiles, overlays=overlays)[0]


def _compose(
    cases: Sequence[Case],
    *,
    boundaries: str | Path,
    tiles: str | Mapping[str, Any] | None,
    overlays: Sequence[Mapping[str, Any]],
) -> tuple[CorridorMap, str]:
    _same_question(cases)
    seen = views(cases)
    base = basemap.load(boundaries)
    static = sheet_svg(cases[0].document, seen[0], base, overlays)
    provider = tile_provider(tiles)
    note = str(base.pop("note"))
    kinds = {mark["kind"] for one in seen for mark in one["marks"]}
    filled, changing = parts(cases, note=note, static=static, marks=kinds)
    data = map_data(cases, seen)
    for answer, fill in zip(data["answers"], changing, strict=True):
        answer["fill"] = fill
    blob = text.script_json(
        data
        | {
            "base": plain_base(basemap.thinned(base, seen[0]["bounds"])),
            "countries": basemap.COUNTRY_LABELS,
            "waters": basemap.WATER_LABELS,
            "tiles": provider,
            "overlays": list(overlays),
        }
    )
    token = hashlib.sha256(f"{blob}{static}{filled}".encode()).hexdigest()[:16]
    west, south, east, north = seen[0]["bounds"]
    drawn = CorridorMap(
        location=[(south + north) / 2, (west + east) / 2], zoom_start=4, tiles=None, **MAP_OPTIONS
    )
    drawn._id = token
    drawn.static = static
    layer = CorridorLayer(blob, themed=bool(overlays), several=len(cases) > 1)
    layer._id = token
    drawn.add_child(layer)
    host = "{0.scheme}://{0.netloc}".format(urlsplit(provider["url"])) if provider else ""
    figure = OfflineFigure(filled, tile_host=host.replace("{s}", "*"))
    figure._id = token
    figure.add_child(drawn)
    return drawn, static


def _same_question(cases: Sequence[Case]) -> None:
    """Every case must list the corridors of the first one, in the same order."""
    first = [option["corridor"] for option in cases[0].document["options"]]
    for case in cases[1:]:
        if [option["corridor"] for option in case.document["options"]] != first:
            raise UsageError(
                f"case {text.clean(case.title)!r} has other corridors than the map: compare the "
                "same corridors between the same places"
            )


def tile_provider(tiles: str | Mapping[str, Any] | None) -> dict[str, str] | None:
    """Address and attribution of an online tile layer, checked; None for none.

    Raises
    ------
    UsageError
        It is no tile address.
    """
    if not tiles:
        return None
    if isinstance(tiles, str):
        url, attribution = tiles, ""
    else:
        # An xyzservices provider fills {variant} and the like itself.
        build = getattr(tiles, "build_url", None)
        url = str(build(x="{x}", y="{y}", z="{z}") if build else tiles.get("url", ""))
        attribution = text.clean(tiles.get("attribution"))
    parsed = urlsplit(url)
    if (
        parsed.scheme not in ("https", "http")
        or not parsed.netloc
        or any(c in url for c in " \"'<>;")
    ):
        raise UsageError(
            f"tiles={url!r} is not a tile address: give https://host/{{z}}/{{x}}/{{y}}.png "
            "or a mapping with 'url' and 'attribution'"
        )
    return {"url": url, "attribution": attribution or parsed.netloc}


def write_map(
    document: Mapping[str, Any],
    geometries: Geometries,
    path_html: str | Path,
    *,
    boundaries: str | Path = "neutral",
    tiles: str | Mapping[str, Any] | None = None,
    shut: Sequence[Shut] = (),
    cases: Sequence[Case] = (),
    overlays: Sequence[Mapping[str, Any]] = (),
) -> list[Path]:
    """Write ``name.html``, ``name.svg`` and ``name.png``: all of them, or none.

    Parameters
    ----------
    path_html : str or Path
        Where the HTML goes; must end in ``.html``.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        The place cannot be written.

    Examples
    --------
    >>> write_map({"options": []}, {}, "map.png")
    Traceback (most recent call last):
        ...
    corridors.errors.OutputError: map.png: a map file must end in .html
    """
    path = Path(path_html)
    if path.suffix.lower() not in (".html", ".htm"):
        raise OutputError(f"{path}: a map file must end in .html")
    asked = Case(wording.asked(document), document, geometries, shut)
    drawn, static = _compose([asked, *cases], boundaries=boundaries, tiles=tiles, overlays=overlays)
    return write_atomically(
        {
            path: drawn.get_root().render().encode("utf-8"),
            path.with_suffix(".svg"): static.encode("utf-8"),
            path.with_suffix(".png"): png_of(static),
        }
    )
