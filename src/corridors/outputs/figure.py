"""A folium figure that is one file: every asset inlined, unknown assets refused.

Strings handed to folium or branca classes are compiled as Jinja templates when the page is
rendered, so a place name could run code. Nothing that comes from data passes through them
here: our parts are :class:`Raw`, which no template engine ever sees.
"""

from __future__ import annotations

import html
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from branca.element import CssLink, Element, Figure, JavascriptLink

from corridors.errors import DataError, OutputError
from corridors.outputs.template import asset_text, data_uri, fill

LEAFLET_JS = "leaflet.js"
LEAFLET_CSS = "leaflet.css"
_EXTERNAL = re.compile(
    r"<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)\s*=\s*[\"']?\s*((?:https?:)?//[^\"'\s>]+)",
    re.IGNORECASE,
)
_SOURCE_MAP = re.compile(r"//# sourceMappingURL=\S+|/\*# sourceMappingURL=.*?\*/")


class OfflineAssetError(OutputError):
    """A folium layer wants a file from the network; carries its address as ``url``."""

    def __init__(self, message: str, *, url: str = "") -> None:
        super().__init__(message)
        self.url = url


class Raw(Element):
    """A piece of page that is written as it is and never compiled as a template.

    Examples
    --------
    >>> Raw("{{ 7 * 7 }}").render()
    '{{ 7 * 7 }}'
    """

    def __init__(self, content: str) -> None:
        super().__init__()
        self.content = content

    def render(self, **kwargs: Any) -> str:
        """Return the content unchanged."""
        return self.content


def _leaflet_css() -> str:
    css = re.sub(r"/\*.*?\*/", "", asset_text(LEAFLET_CSS), flags=re.DOTALL)
    layers = f"url({data_uri('leaflet-layers.png')})"
    css = re.sub(r"url\(images/layers(?:-2x)?\.png\)", layers, css)
    css = re.sub(r"url\((?!data:)[^)]*\)", "none", css)
    # A space before a colon may belong to a selector; all others are for people.
    return re.sub(r"\s*([{};,])\s*|(:)\s+", r"\1\2", re.sub(r"\s+", " ", css))


class OfflineFigure(Figure):
    """A figure whose page asks nothing from a network.

    Parameters
    ----------
    parts : mapping
        Finished HTML for the slots of the page.
    tile_host : str
        Origin that images may come from, empty for none.
    page : str
        Template of the page, an asset of this package.

    Examples
    --------
    >>> OfflineFigure({}).height
    '760px'
    """

    def __init__(
        self, parts: Mapping[str, str], *, tile_host: str = "", page: str = "page.html"
    ) -> None:
        super().__init__(height="760px")
        self.parts = dict(parts)
        self.tile_host = tile_host
        self.page = page
        self.allowed: dict[str, str] = {}

    def allow_asset(self, url: str, content: str | Path) -> None:
        """Supply the content of a file that a folium layer wants, so that it can be inlined.

        Parameters
        ----------
        url : str
            The address as the error message named it.
        content : str or Path
            The JavaScript or CSS text, or the path of a file that holds it.
        """
        if isinstance(content, Path):
            try:
                content = content.read_text(encoding="utf-8")
            except OSError as exc:
                raise DataError(f"{content}: cannot be read ({exc.strerror})") from exc
        self.allowed[url] = content

    def render(self, **kwargs: Any) -> str:
        """The whole page.

        Raises
        ------
        OfflineAssetError
            A layer wants a file that is neither vendored nor allowed.
        """
        for child in self._children.values():
            _refuse_tiles(child)
            child.render(**kwargs)
        head = "".join(self._head(child) for child in self.header._children.values())
        body = "".join(child.render(**kwargs) for child in self.html._children.values())
        script = "".join(child.render(**kwargs) + "\n" for child in self.script._children.values())
        for piece in (head, body):
            _refuse_links(piece)
        images = " ".join(part for part in ("data:", "blob:", self.tile_host) if part)
        policy = (
            "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
            f"img-src {images}; base-uri 'none'; form-action 'none'"
        )
        own = {"POLICY": html.escape(policy), "HEAD": head, "MAP": body, "SCRIPT": script}
        return fill(asset_text(self.page), self.parts | own)

    def _head(self, child: Element) -> str:
        if isinstance(child, Raw):
            return child.content
        if not isinstance(child, JavascriptLink | CssLink):
            return "" if "http-equiv" in (child._template_str or "") else str(child.render())
        is_script = isinstance(child, JavascriptLink)
        content = self._content(child.url)
        content = _SOURCE_MAP.sub("", content)
        if is_script:
            return "<script>" + re.sub(r"</(script)", r"<\\/\1", content, flags=re.I) + "</script>"
        return "<style>" + content.replace("</", "<\\/") + "</style>"

    def _content(self, url: str) -> str:
        if url in self.allowed:
            return self.allowed[url]
        if url == LEAFLET_CSS:
            return _leaflet_css()
        if url == LEAFLET_JS:
            icons = {
                "iconUrl": data_uri("leaflet-marker-icon.png"),
                "iconRetinaUrl": data_uri("leaflet-marker-icon.png"),
                "shadowUrl": data_uri("leaflet-marker-shadow.png"),
            }
            # A page is handed on alone: the conditions of the licence go with it.
            return (
                f"/* @preserve\n{asset_text('leaflet-LICENSE.txt').strip()}\n*/\n"
                + asset_text(LEAFLET_JS)
                + "\n"
                + asset_text("shim.js").replace('"%%ICONS%%"', json.dumps(icons))
            )
        raise _missing(url)


def _missing(url: str) -> OfflineAssetError:
    return OfflineAssetError(
        f"a folium layer wants {url}, which is not part of this package, and the map must work "
        "without a network: remove the layer, or supply the file with "
        "map.get_root().allow_asset(url, Path('file'))",
        url=url,
    )


def _refuse_links(piece: str) -> None:
    found = _EXTERNAL.search(piece)
    if found:
        raise _missing(found[1])


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():
        yield from _walk(child)


def _refuse_tiles(root: Element) -> None:
    from folium.raster_layers import TileLayer, WmsTileLayer

    for element in _walk(root):
        if isinstance(element, TileLayer | WmsTileLayer):
            url = str(getattr(element, "tiles", None) or getattr(element, "url", "tiles"))
            raise OfflineAssetError(
                f"a tile layer ({url}) needs a network: give the address as tiles= to the map "
                "function instead, which keeps the plain map when tiles cannot be reached",
                url=url,
            )


def write_atomically(contents: Mapping[Path, bytes]) -> list[Path]:
    """Write files so that either all appear whole or none is touched.

    Everything is written beside its place first; only when all of it is on disk are the
    files renamed.

    Examples
    --------
    >>> write_atomically({})
    []
    """
    waiting: list[tuple[Path, Path]] = []
    try:
        for path, content in contents.items():
            if path.is_dir():
                raise IsADirectoryError(21, "is a folder", str(path))
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            waiting.append((Path(name), path))
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            # mkstemp makes private files; a map is made to be handed on.
            Path(name).chmod(0o644)
        for temporary, path in waiting:
            temporary.replace(path)
    except OSError as exc:
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)
        where = exc.filename or next(iter(contents), "")
        raise OutputError(f"cannot write {where}: {exc.strerror or exc}") from exc
    return list(contents)
