"""Files of the package that pages are made of, and the filling of their slots."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from corridors.errors import DataError

_ASSETS = files("corridors.outputs") / "assets"
_COMMENT = re.compile(r"^[ \t]*/\*(?:[^*]|\*(?!/))*\*/[ \t]*\n", re.M)
_INDENT = re.compile(r"^[ \t]+", re.M)
_SLOT = re.compile(r"%%([A-Z_]+)%%")


@cache
def asset(name: str) -> bytes:
    """Read a vendored file and check it against the manifest.

    Examples
    --------
    >>> asset("leaflet.js")[:3]
    b'/* '
    """
    manifest = json.loads((_ASSETS / "MANIFEST.json").read_text(encoding="utf-8"))
    content = (_ASSETS / name).read_bytes()
    wanted = manifest.get(name, {}).get("sha256")
    if wanted and hashlib.sha256(content).hexdigest() != wanted:
        raise DataError(f"asset {name} is not the file the manifest names: reinstall corridors")
    return content


def asset_text(name: str) -> str:
    """Read a text asset of this package.

    Examples
    --------
    >>> "leaflet-pane" in asset_text("leaflet.css")
    True
    """
    return asset(name).decode("utf-8")


def squeezed(script: str) -> str:
    """A script of this package without indentation and comments that fill their lines.

    Examples
    --------
    >>> squeezed("/* what\\n   it does */\\nvar a;\\n  var b; /* kept */\\n")
    'var a;\\nvar b; /* kept */\\n'
    """
    return _INDENT.sub("", _COMMENT.sub("", script))


def data_uri(name: str) -> str:
    """A vendored image as ``data:`` address.

    Examples
    --------
    >>> data_uri("leaflet-layers.png")[:22]
    'data:image/png;base64,'
    """
    return "data:image/png;base64," + base64.b64encode(asset(name)).decode("ascii")


def fill(template: str, parts: Mapping[str, str]) -> str:
    """Put parts into the ``%%NAME%%`` slots of a page, once: what a part holds is not searched.

    Examples
    --------
    >>> fill("<p>%%A%%</p>", {"A": "%%B%%", "B": "never"})
    '<p>%%B%%</p>'
    """
    return _SLOT.sub(lambda slot: parts[slot[1]], template)
