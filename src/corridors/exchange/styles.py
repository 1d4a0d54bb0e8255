"""How QGIS draws each layer: styles in its own XML, kept beside the data in a GeoPackage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from corridors.outputs.colours import BORDER, COAST, INK, MUTED, STYLES

DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"

_RAIL, _ROAD, _WATER, _AREA = "#3a4652", "#b08d57", "#2a6f97", "#8a6fae"
_RANK = {"terminal": "#0b4a8a", "port": _WATER, "ferry_port": _WATER, "dry_port": "#11936f",
         "border": "#b8430f", "gauge_yard": "#a86db0", "waypoint": MUTED}  # fmt: skip
_GRADES = {"measured": "#11936f", "published": "#0b4a8a", "expert": "#a86db0",
           "assumption": "#b8430f"}  # fmt: skip


class Sign(NamedTuple):
    """How one kind of feature is drawn.

    Attributes
    ----------
    value : str
        Value of the style's column; ``""`` for everything else.
    colour : str
        ``#rrggbb``.
    size : float
        Width of a line or diameter of a point, in millimetres.
    pattern : str
        Shape of a point, or pen of a line or outline, by QGIS's names.
    """

    value: str
    colour: str
    size: float
    pattern: str


class Style(NamedTuple):
    """The style of a layer.

    Attributes
    ----------
    shape : {"Point", "LineString", "Polygon"}
    column : str
        What the signs go by; ``""`` where all features look the same.
    signs : tuple of Sign
    label : str
        Column written beside a feature; ``""`` for none.
    label_scale : int
        Labels appear when the map is at least this large: 1 to this number.
    """

    shape: str
    column: str
    signs: tuple[Sign, ...]
    label: str = ""
    label_scale: int = 0


def _by_mode(*, rail: float, road: float, sea: float) -> tuple[Sign, ...]:
    return (
        Sign("rail", _RAIL, rail, "solid"),
        Sign("road", _ROAD, road, "dash"),
        Sign("ferry", _WATER, sea, "dot"),
        Sign("sea", _WATER, sea, "dash dot"),
    )


_CORRIDOR_LINES = (*(Sign(name, s.line, 0.9, "solid") for name, s in STYLES.items()),
                   Sign("", INK, 0.9, "solid"))  # fmt: skip

LAYER_STYLES = {
    "zones": Style("Polygon", "mode", (Sign("rail", BORDER, 0.2, "solid"),
                                       Sign("road", COAST, 0.2, "dot"))),
    "zone_areas": Style("Polygon", "", (Sign("", _AREA, 0.3, "dash"),), "id", 3_000_000),
    "masks": Style("Polygon", "", (Sign("", "#b8430f", 0.3, "dash"),), "id", 3_000_000),
    "rail_lines": Style("LineString", "curated", (Sign("false", _RAIL, 0.35, "solid"),
                                                  Sign("true", "#b8430f", 0.5, "solid"))),
    "road_lines": Style("LineString", "curated", (Sign("false", _ROAD, 0.25, "solid"),
                                                  Sign("true", "#b8430f", 0.5, "solid"))),
    "links": Style("LineString", "mode", _by_mode(rail=0.6, road=0.6, sea=0.6), "id", 2_000_000),
    "services": Style("LineString", "mode", _by_mode(rail=0.4, road=0.4, sea=0.4)),
    "lanes": Style("Point", "", (Sign("", _WATER, 1.0, "circle"),)),
    "chokepoints": Style("Point", "", (Sign("", _WATER, 2.2, "diamond"),), "name", 40_000_000),
    "crossings": Style("Point", "status", (Sign("operating", "#b8430f", 1.8, "square"),
                                           Sign("closed", INK, 1.8, "cross2"),
                                           Sign("planned", MUTED, 1.8, "square")), "id", 5_000_000),
    "facilities": Style("Point", "kind", tuple(Sign(kind, colour, 2.0, "circle")
                                               for kind, colour in _RANK.items()),
                        "name", 8_000_000),
    "legs": Style("LineString", "corridor", _CORRIDOR_LINES, "mode", 15_000_000),
    "events": Style("Point", "grade", tuple(Sign(grade, colour, 2.4, "circle")
                                            for grade, colour in _GRADES.items()),
                    "kind", 8_000_000),
}  # fmt: skip
"""Layer to style; the names are those of the layers."""


def style_document(style: Style) -> str:
    """A style as QGIS reads it.

    Examples
    --------
    >>> style_document(LAYER_STYLES["lanes"]).count("<symbol ")
    1
    """
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling")
    kind = "categorizedSymbol" if style.column else "singleSymbol"
    renderer = ET.SubElement(root, "renderer-v2", type=kind, symbollevels="0", enableorderby="0")
    if style.column:
        renderer.set("attr", style.column)
        categories = ET.SubElement(renderer, "categories")
        for number, sign in enumerate(style.signs):
            ET.SubElement(
                categories, "category", render="true", symbol=str(number),
                value=sign.value, label=sign.value or "other",
                type="bool" if sign.value in ("true", "false") else "string",
            )  # fmt: skip
    symbols = ET.SubElement(renderer, "symbols")
    for number, sign in enumerate(style.signs):
        _symbol(symbols, str(number), style.shape, sign)
    if style.label:
        _labels(root, style)
    return DOCTYPE + ET.tostring(root, encoding="unicode") + "\n"


def _symbol(parent: ET.Element, name: str, shape: str, sign: Sign) -> None:
    kind, layer = {
        "Point": ("marker", "SimpleMarker"),
        "LineString": ("line", "SimpleLine"),
        "Polygon": ("fill", "SimpleFill"),
    }[shape]
    symbol = ET.SubElement(parent, "symbol", type=kind, name=name, alpha="1")
    inner = ET.SubElement(symbol, "layer", attrib={"class": layer, "enabled": "1", "pass": "0"})
    colour, millimetres = _rgba(sign.colour), f"{sign.size:g}"
    values = {
        "Point": {
            "name": sign.pattern, "color": colour, "size": millimetres, "size_unit": "MM",
            "outline_color": "255,255,255,255", "outline_width": "0.2", "outline_style": "solid",
        },
        "LineString": {
            "line_color": colour, "line_width": millimetres, "line_width_unit": "MM",
            "line_style": sign.pattern, "capstyle": "round", "joinstyle": "round",
        },
        "Polygon": {
            "color": _rgba(sign.colour, 40), "style": "solid", "outline_color": colour,
            "outline_width": millimetres, "outline_style": sign.pattern,
        },
    }[shape]  # fmt: skip
    if sign.pattern == "cross2":  # a sign without an area is drawn by its outline
        values |= {"outline_color": colour, "outline_width": "0.5"}
    _map(inner, values)
    for key, value in values.items():  # as QGIS before 3.18 reads them
        ET.SubElement(inner, "prop", k=key, v=value)


def _labels(root: ET.Element, style: Style) -> None:
    labeling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    text = ET.SubElement(
        settings, "text-style", fieldName=style.label, isExpression="0", fontSize="8",
        fontSizeUnit="Point", textColor=_rgba(INK),
    )  # fmt: skip
    ET.SubElement(
        text, "text-buffer", bufferDraw="1", bufferSize="0.7", bufferSizeUnits="MM",
        bufferColor="255,255,255,255",
    )  # fmt: skip
    placement = {"Point": "6", "LineString": "2", "Polygon": "1"}[style.shape]
    ET.SubElement(settings, "placement", placement=placement, dist="0.8", distUnits="MM")
    ET.SubElement(
        settings, "rendering", scaleVisibility="1", scaleMin="1", scaleMax=str(style.label_scale),
        obstacle="1",
    )  # fmt: skip


def _map(parent: ET.Element, values: dict[str, str]) -> None:
    options = ET.SubElement(parent, "Option", type="Map")
    for key, value in values.items():
        ET.SubElement(options, "Option", type="QString", name=key, value=value)


def _rgba(colour: str, alpha: int = 255) -> str:
    """A colour as QGIS writes it.

    Examples
    --------
    >>> _rgba("#0b4a8a")
    '11,74,138,255'
    """
    parts: Sequence[int] = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return ",".join(str(part) for part in (*parts, alpha))
