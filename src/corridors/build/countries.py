"""Which country a point lies in, from Natural Earth polygons (1:10m, public domain).

Border lines of that source are generalised and, in places, disputed; they decide only which
zone a piece of track is priced in. Near a border the curated facilities decide instead.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from corridors.errors import DataError
from corridors.network.countries import CountryPolygons

# ISO 3166-1 numeric (the ids of the source) to alpha-2, for every country that the network
# serves or that a line of it may clip.
ALPHA2 = {
    "004": "AF", "008": "AL", "031": "AZ", "040": "AT", "050": "BD", "051": "AM", "056": "BE",
    "064": "BT", "070": "BA", "100": "BG", "104": "MM", "112": "BY", "116": "KH", "156": "CN",
    "158": "TW", "191": "HR", "196": "CY", "203": "CZ", "208": "DK", "233": "EE", "246": "FI",
    "250": "FR", "268": "GE", "276": "DE", "300": "GR", "348": "HU", "356": "IN", "364": "IR",
    "368": "IQ", "372": "IE", "376": "IL", "380": "IT", "392": "JP", "398": "KZ", "400": "JO",
    "408": "KP", "410": "KR", "414": "KW", "417": "KG", "418": "LA", "422": "LB", "428": "LV",
    "440": "LT", "442": "LU", "496": "MN", "498": "MD", "499": "ME", "512": "OM", "524": "NP",
    "528": "NL", "578": "NO", "586": "PK", "616": "PL", "620": "PT", "634": "QA", "642": "RO",
    "643": "RU", "682": "SA", "688": "RS", "703": "SK", "704": "VN", "705": "SI", "724": "ES",
    "752": "SE", "756": "CH", "760": "SY", "762": "TJ", "764": "TH", "784": "AE", "792": "TR",
    "795": "TM", "804": "UA", "807": "MK", "818": "EG", "826": "GB", "860": "UZ", "887": "YE",
}  # fmt: skip


_REGION = shapely.box(-15.0, 0.0, 150.0, 70.0)


def read_country_polygons(path: Path) -> CountryPolygons:
    """Read ``countries-10m.json`` of the ``world-atlas`` package.

    Raises
    ------
    DataError
        The file is missing or is not a TopoJSON of countries.
    """
    try:
        topology = json.loads(path.read_text("utf-8"))
        geometries = topology["objects"]["countries"]["geometries"]
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path}: not a TopoJSON file of countries: {error}") from error
    arcs = _decode_arcs(topology)
    codes: list[str] = []
    pieces: list[Any] = []
    for geometry in geometries:
        code = ALPHA2.get(str(geometry.get("id", "")), "")
        if not code:
            continue
        shape = shapely.intersection(shapely.make_valid(_shape(geometry, arcs)), _REGION)
        # Subdivided, so that a point is tested against a part and not all of Russia.
        for part in shapely.get_parts(shape):
            for piece in _subdivide(part) if part.geom_type == "Polygon" else ():
                codes.append(code)
                pieces.append(piece)
    return CountryPolygons(codes=tuple(codes), shapes=np.array(pieces, dtype=object))


def _decode_arcs(topology: dict[str, Any]) -> list[NDArray[np.float64]]:
    transform = topology["transform"]
    scale, shift = np.array(transform["scale"]), np.array(transform["translate"])
    return [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]


def _ring(indices: list[int], arcs: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _shape(geometry: dict[str, Any], arcs: list[NDArray[np.float64]]) -> Any:
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    shapes = []
    for rings in polygons:
        lines = [line for line in (_ring(ring, arcs) for ring in rings) if len(line) > 3]
        if lines:  # quantised islets collapse to fewer than four points
            shapes.append(shapely.Polygon(lines[0], lines[1:]))
    return shapely.MultiPolygon(shapes)


def _subdivide(shape: Any, *, most_points: int = 400) -> list[Any]:
    """Cut a polygon into rectangles of it until each has few vertices."""
    if shapely.get_num_coordinates(shape) <= most_points:
        return [shape]
    west, south, east, north = shape.bounds
    if east - west > north - south:
        middle = (west + east) / 2
        boxes = [(west, south, middle, north), (middle, south, east, north)]
    else:
        middle = (south + north) / 2
        boxes = [(west, south, east, middle), (west, middle, east, north)]
    pieces: list[Any] = []
    for box in boxes:
        for part in shapely.get_parts(shapely.intersection(shape, shapely.box(*box))):
            if part.geom_type == "Polygon" and not part.is_empty:
                pieces.extend(_subdivide(part, most_points=most_points))
    return pieces
