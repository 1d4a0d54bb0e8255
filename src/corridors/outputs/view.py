"""What a map shows, computed once: the interactive and the static map draw the same view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from shapely.geometry import LineString, Point

from corridors.errors import DataError
from corridors.outputs import basemap, text, wording
from corridors.outputs.colours import MODES, ORDER, CorridorStyle
from corridors.outputs.journey import timetable
from corridors.outputs.lanes import parallel_lanes
from corridors.polyline import encode

Points = np.ndarray[Any, np.dtype[np.float64]]
Geometries = Mapping[tuple[str, str], Sequence[tuple[float, float]]]

#: What a mark stands for, most telling first: where several events meet, the first is drawn.
MARKS = {
    "end": "Origin or destination",
    "shut": "Shut",
    "wait": "Wait for a ship",
    "gauge": "Change of gauge",
    "border": "Border crossing",
    "transfer": "Change of mode or ship",
    "strait": "Strait, canal or cape",
    "terminal": "Terminal",
}
MARK_OF = {
    "wait": "wait",
    "gauge_change": "gauge",
    "border": "border",
    "lift": "transfer",
    "transshipment": "transfer",
}
#: Degrees; about 400 m, two pixels at the deepest zoom.
_TOLERANCE = 0.004
_SAME_PLACE_DEGREES = 0.02
_LONGEST_CHORD_KM = 250.0
_NEAR_STRAIT_DEGREES = 0.6


def view(
    document: Mapping[str, Any], geometries: Geometries, *, shut: Sequence[Any] = ()
) -> dict[str, Any]:
    """Lines with lanes, marks and times of a compare or route document.

    Parameters
    ----------
    document : mapping
        The JSON document of ``corridors compare`` or ``corridors route``.
    geometries : mapping
        (corridor, leg id) to (lon, lat) vertices; routes that follow no corridor are ``best``
        and ``next``.
    shut : sequence
        Gateways that are shut, with ``name``, ``lon``, ``lat`` and ``why``.

    Returns
    -------
    dict
        ``options`` (those that can be taken, with legs and timetable), ``marks``, ``bounds``
        (west, south, east, north) and ``undrawn``, the legs without a line.

    Examples
    --------
    >>> empty = {"options": [], "shipment": {"origin": {}, "destination": {}}}
    >>> view(empty, {})["marks"]
    []
    """
    try:
        return _view(document, geometries, shut)
    except (KeyError, TypeError, IndexError) as exc:
        raise DataError(f"the document lacks what a map needs: {exc!r}") from exc


def _view(
    document: Mapping[str, Any], geometries: Geometries, shut: Sequence[Any]
) -> dict[str, Any]:
    options = wording.usable(document)
    styles = wording.styles(options)
    undrawn: list[str] = []
    lines: list[list[Points]] = []
    for option, style in zip(options, styles, strict=True):
        before: float | None = None
        owner = _owner(document, option)
        legs = []
        for leg in option["legs"]:
            line = _line(geometries.get((owner, leg["id"]), ()), before)
            if len(line):
                before = float(line[-1, 0])
            else:
                undrawn.append(
                    f"{style.short}: {text.clean(leg['from'])} to {text.clean(leg['to'])}"
                )
            legs.append(line)
        lines.append(legs)
    order = sorted(range(len(options)), key=lambda i: _rank(options[i]["corridor"]))
    lanes = dict(zip(order, parallel_lanes([lines[i] for i in order]), strict=True))
    shown = [
        _option(option, style, lines[i], lanes[i])
        for i, (option, style) in enumerate(zip(options, styles, strict=True))
    ]
    marks = _marks(document, options, lines, shut)
    return {
        "options": shown,
        "lines": lines,
        "lanes": [lanes[i] for i in range(len(options))],
        "marks": marks,
        "bounds": _bounds([line for legs in lines for line in legs if len(line)], marks),
        "undrawn": undrawn,
    }


def _owner(document: Mapping[str, Any], option: Mapping[str, Any]) -> str:
    """Key of an option's lines; routes that follow no corridor go by their place in the list."""
    if option["corridor"]:
        return str(option["corridor"])
    place = next(i for i, other in enumerate(document["options"]) if other is option)
    return ("best", "next")[min(place, 1)]


def _rank(corridor: str | None) -> int:
    return ORDER.index(corridor) if corridor in ORDER else len(ORDER)


def _line(points: Sequence[tuple[float, float]], before: float | None) -> Points:
    """Clean, unwrapped at the antimeridian, on great circles, simplified."""
    array = np.asarray([p[:2] for p in points], dtype=float).reshape(-1, 2)
    if len(array) < 2 or not np.isfinite(array).all():
        return np.empty((0, 2))
    array = array.copy()
    array[:, 0] = np.degrees(np.unwrap(np.radians(array[:, 0])))
    if before is not None:
        array[:, 0] += 360.0 * round((before - array[0, 0]) / 360.0)
    array = _great_circles(array)
    simple = LineString(array).simplify(_TOLERANCE, preserve_topology=False)
    return np.round(np.asarray(simple.coords, dtype=float), 3)


def _great_circles(line: Points) -> Points:
    """Points between vertices that lie far apart: a long chord at sea is a great circle."""
    lon, lat = np.radians(line[:, 0]), np.radians(line[:, 1])
    xyz = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    chord = np.linalg.norm(np.diff(xyz, axis=0), axis=1)
    angle = 2 * np.arcsin(np.minimum(1.0, chord / 2))
    if not (angle * 6371.0 > _LONGEST_CHORD_KM).any():
        return line
    out = [line[:1]]
    for i, turn in enumerate(angle):
        parts = int(np.ceil(turn * 6371.0 / _LONGEST_CHORD_KM))
        if parts > 1:
            t = np.arange(1, parts)[:, None] / parts
            mid = (np.sin((1 - t) * turn) * xyz[i] + np.sin(t * turn) * xyz[i + 1]) / np.sin(turn)
            at = np.degrees(
                np.column_stack([np.arctan2(mid[:, 1], mid[:, 0]), np.arcsin(mid[:, 2])])
            )
            at[:, 0] += 360.0 * np.round((line[i, 0] - at[:, 0]) / 360.0)
            out.append(at)
        out.append(line[i + 1 : i + 2])
    return np.concatenate(out)


def _option(
    option: Mapping[str, Any],
    style: CorridorStyle,
    lines: Sequence[Points],
    lanes: Sequence[list[tuple[float, float]]],
) -> dict[str, Any]:
    return {
        "name": style.name,
        "short": style.short,
        "line": style.line,
        "text": style.text,
        "days": round(float(option["time_days"]["mean"]), 3),
        "legs": [
            {
                "mode": leg["mode"] if leg["mode"] in MODES else "road",
                "g": encode(line),
                "lanes": [[at, lane] for at, lane in runs],
                "from": text.clean(leg["from"]),
                "to": text.clean(leg["to"]),
                "goal": wording.short_place(leg["to"]),
                "rows": _leg_rows(leg),
            }
            for leg, line, runs in zip(option["legs"], lines, lanes, strict=True)
        ],
        "events": [
            [
                wording.EVENT_WORDS.get(e["kind"], text.clean(e["kind"])),
                wording.short_place(e.get("place")),
                *(_position(e, option, lines) or ()),
            ]
            for e in option["events"]
        ],
        "times": timetable(option, lines),
    }


def _leg_rows(leg: Mapping[str, Any]) -> list[list[str]]:
    rows = [
        ["Distance", f"{text.thousands(leg['distance_km'])} km"],
        ["Moving time", text.hours(leg["hours"])],
        ["Haul cost", text.usd(leg["cost_usd"])],
    ]
    if leg.get("gauge_mm"):
        rows.append(["Gauge", f"{int(leg['gauge_mm'])} mm"])
    if leg.get("countries"):
        rows.append(["Countries", ", ".join(text.clean(c) for c in leg["countries"])])
    return rows


def _marks(
    document: Mapping[str, Any],
    options: Sequence[Mapping[str, Any]],
    lines: Sequence[Sequence[Points]],
    shut: Sequence[Any],
) -> list[dict[str, Any]]:
    marks: list[dict[str, Any]] = []
    for role in ("origin", "destination"):
        place = document["shipment"][role]
        if place.get("lon") is not None and place.get("lat") is not None:
            mark = _mark(marks, place.get("name"), place["lon"], place["lat"])
            mark["kind"] = "end"
            mark["name"] = mark["label"] = text.clean(place.get("name"))
    for number, option in enumerate(options):
        for place, event in enumerate(option["events"]):
            at = _position(event, option, lines[number])
            if at is None:
                continue
            mark = _mark(marks, event.get("place"), *at)
            kind = MARK_OF.get(event["kind"], "terminal")
            if _mark_rank(kind) < _mark_rank(mark["kind"]):
                mark["kind"] = kind
            mark["items"].append(_item(number, event) | {"event": place})
    _straits(marks, options, lines)
    for gate in shut:
        mark = _mark(marks, gate.name, gate.lon, gate.lat)
        mark["kind"] = "shut" if mark["kind"] != "end" else "end"
        mark["items"].append({"what": text.clean(gate.why)})
    marks.sort(key=lambda m: (_mark_rank(m["kind"]), m["name"], m["lon"], m["lat"]))
    return marks


def _straits(
    marks: list[dict[str, Any]],
    options: Sequence[Mapping[str, Any]],
    lines: Sequence[Sequence[Points]],
) -> None:
    """Mark the straits that the sea legs pass; a cape is passed at some distance."""
    for name, lon, lat in basemap.straits():
        for number, option in enumerate(options):
            for leg, line in zip(option["legs"], lines[number], strict=True):
                if leg["mode"] != "sea" or len(line) < 2:
                    continue
                if LineString(line).distance(Point(lon, lat)) < _NEAR_STRAIT_DEGREES:
                    mark = _mark(marks, name, lon, lat)
                    if mark["kind"] == "terminal":
                        mark["kind"] = "strait"
                    mark["items"].append({"option": number, "what": "passes", "rows": []})
                    break


def _mark_rank(kind: str) -> int:
    return list(MARKS).index(kind)


def _mark(marks: list[dict[str, Any]], name: object, lon: float, lat: float) -> dict[str, Any]:
    for mark in marks:
        if (
            abs(mark["lon"] - lon) < _SAME_PLACE_DEGREES
            and abs(mark["lat"] - lat) < _SAME_PLACE_DEGREES
        ):
            return mark
    made = {
        "lon": round(float(lon), 4),
        "lat": round(float(lat), 4),
        "name": text.clean(name),
        "label": wording.short_place(name),
        "kind": "terminal",
        "items": [],
    }
    marks.append(made)
    return made


def _position(
    event: Mapping[str, Any], option: Mapping[str, Any], lines: Sequence[Points]
) -> tuple[float, float] | None:
    if event.get("lon") is not None and event.get("lat") is not None:
        return float(event["lon"]), float(event["lat"])
    for leg, line in zip(option["legs"], lines, strict=True):
        if not len(line):
            continue
        for key, index in (("from", 0), ("to", -1)):
            if event.get("place") and event["place"] == leg.get(key):
                return float(line[index, 0]), float(line[index, 1])
    return None


def _item(option: int, event: Mapping[str, Any]) -> dict[str, Any]:
    hours = text.hours(float(event["hours"] or 0.0))
    if event.get("p10_hours") is not None and event.get("p90_hours") is not None:
        low, high = text.hours(float(event["p10_hours"])), text.hours(float(event["p90_hours"]))
        hours += f" ({low} to {high})" if low != high else ""
    rows = [["Time", hours], ["Cost", text.usd(float(event["cost_usd"] or 0.0))]]
    for key, label in (("grade", "Grade"), ("source", "Source")):
        if event.get(key):
            rows.append([label, text.clean(event[key])])
    return {
        "option": option,
        "what": wording.EVENT_WORDS.get(event["kind"], text.clean(event["kind"])),
        "place": text.clean(event.get("place")),
        "rows": rows,
    }


def _bounds(lines: Sequence[Points], marks: Sequence[Mapping[str, Any]]) -> list[float]:
    points = [*lines, *(np.array([[m["lon"], m["lat"]]]) for m in marks)]
    if not points:
        return [20.0, 25.0, 110.0, 60.0]
    every = np.concatenate(points)
    west, south = every.min(axis=0)
    east, north = every.max(axis=0)
    return [round(float(v), 3) for v in (west, south, east, north)]
