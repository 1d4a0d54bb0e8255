"""Legs as lines and events as points (RFC 7946), with the unrounded figures of the document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from corridors.outputs import text, wording
from corridors.outputs.view import Geometries

_DIGITS = 5


def geojson(document: Mapping[str, Any], geometries: Geometries) -> str:
    """Write legs and events of every usable option.

    Parameters
    ----------
    document : mapping
        The JSON document of ``corridors compare`` or ``corridors route``.
    geometries : mapping
        (corridor, leg id) to (lon, lat) vertices.

    Examples
    --------
    >>> place = {"name": "A", "lon": 60.0, "lat": 45.0}
    >>> nothing = {"options": [], "shipment": {"origin": place, "destination": place}}
    >>> json.loads(geojson(nothing, {}))["features"]
    []
    """
    data = document.get("data") or {}
    collection = {
        "type": "FeatureCollection",
        "name": wording.title(document),
        "scope": wording.scope_on_map(document),
        "reproduce": document.get("reproduce"),
        "data": dict(data),
        "features": list(_features(document, geometries)),
    }
    return json.dumps(_cleaned(collection), ensure_ascii=False, allow_nan=False) + "\n"


def _features(document: Mapping[str, Any], geometries: Geometries) -> Iterator[dict[str, Any]]:
    for option in wording.usable(document):
        place = next(i for i, other in enumerate(document["options"]) if other is option)
        owner = str(option["corridor"] or ("best", "next")[min(place, 1)])
        for leg in option["legs"]:
            line = geometries.get((owner, leg["id"]), ())
            yield _feature(_line([(x, y) for x, y in line]), "leg", owner, leg)
        for event in option["events"]:
            lon, lat = event.get("lon"), event.get("lat")
            point = None
            if lon is not None and lat is not None:
                point = {"type": "Point", "coordinates": [round(lon, _DIGITS), round(lat, _DIGITS)]}
            yield _feature(point, "event", owner, event)


def _feature(
    geometry: dict[str, Any] | None, feature: str, owner: str, part: Mapping[str, Any]
) -> dict[str, Any]:
    properties: dict[str, Any] = {"corridor": owner, "feature": feature}
    for key, value in part.items():
        if key in ("lon", "lat", "from_lonlat", "to_lonlat", "components"):
            continue
        if key == "co2e_kg":
            properties["co2e_kg"] = value["typ"] if isinstance(value, Mapping) else value
        else:
            properties[key] = value
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _line(points: list[tuple[float, float]]) -> dict[str, Any] | None:
    """A line, cut where it passes 180 degrees; the pieces end on the meridian."""
    pieces: list[list[list[float]]] = []
    for x, y in points:
        at = [round((x + 180.0) % 360.0 - 180.0, _DIGITS), round(y, _DIGITS)]
        if not pieces or abs(at[0] - pieces[-1][-1][0]) > 180.0:
            if pieces:
                before = pieces[-1][-1]
                side = 180.0 if before[0] > 0 else -180.0
                span = 360.0 - abs(at[0] - before[0])
                share = abs(side - before[0]) / span if span else 0.0
                lat = round(before[1] + share * (at[1] - before[1]), _DIGITS)
                pieces[-1].append([side, lat])
                pieces.append([[-side, lat]])
            else:
                pieces.append([])
        if not pieces[-1] or pieces[-1][-1] != at:
            pieces[-1].append(at)
    kept = [piece for piece in pieces if any(a != b for a, b in pairwise(piece))]
    if not kept:
        return None
    if len(kept) == 1:
        return {"type": "LineString", "coordinates": kept[0]}
    return {"type": "MultiLineString", "coordinates": kept}


def _cleaned(value: Any) -> Any:
    """The same without control and bidi characters in any text."""
    if isinstance(value, str):
        return text.clean(value)
    if isinstance(value, Mapping):
        return {text.clean(key): _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    return value
