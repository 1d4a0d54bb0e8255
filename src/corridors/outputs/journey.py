"""A journey in time: where the container is, hour by hour, moving or waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Points = np.ndarray[Any, np.dtype[np.float64]]
_AT_START = ("fill", "pickup", "equipment")
_AT_END = ("release", "delivery")


def stops(option: Mapping[str, Any], lines: Sequence[Points]) -> list[float]:
    """Where each event happens along the legs: 2.0 is the start of leg 2, 2.4 inside it.

    The document's ``sequence`` of leg and event ids says it where there is one. Otherwise an
    event belongs to the leg end it names. One that names none (a border inside a leg) is
    put at the nearest point of the line, never before the event that precedes it.

    Examples
    --------
    >>> legs = [{"from_id": "A", "to_id": "B"}, {"from_id": "B", "to_id": "C"}]
    >>> stops({"legs": legs, "events": [{"kind": "lift", "place_id": "B"}]}, [])
    [1.0]
    """
    legs = option["legs"]
    if option.get("sequence"):
        return _in_sequence(option)
    out: list[float] = []
    reached = 0.0
    for event in option["events"]:
        kind = event["kind"]
        place = _joint(event, legs, reached)
        if kind in _AT_START:
            place = 0.0
        elif kind in _AT_END:
            place = float(len(legs))
        elif place is None:
            place = _nearest(event, lines, reached)
        reached = max(reached, place) if kind not in _AT_START else reached
        out.append(place)
    return out


def _in_sequence(option: Mapping[str, Any]) -> list[float]:
    legs = {leg["id"] for leg in option["legs"]}
    passed = 0.0
    place: dict[str, float] = {}
    for step in option["sequence"]:
        if step in legs:
            passed += 1.0
        else:
            place[step] = passed
    return [place.get(event["id"], passed) for event in option["events"]]


def _joint(event: Mapping[str, Any], legs: Sequence[Mapping[str, Any]], reached: float) -> Any:
    for key, suffix in (("place_id", "_id"), ("place", "")):
        name = event.get(key)
        if not name:
            continue
        found = [float(i) for i, leg in enumerate(legs) if leg.get(f"from{suffix}") == name]
        found += [i + 1.0 for i, leg in enumerate(legs) if leg.get(f"to{suffix}") == name]
        later = [place for place in found if place >= reached]
        if found:
            return min(later) if later else max(found)
    return None


def _nearest(event: Mapping[str, Any], lines: Sequence[Points], reached: float) -> float:
    if event.get("lon") is None or event.get("lat") is None:
        return reached
    best, where = np.inf, reached
    for number, line in enumerate(lines):
        if number + 1 < reached or not len(line):
            continue
        scale = np.cos(np.radians(event["lat"]))
        away = np.hypot((line[:, 0] - event["lon"]) * scale, line[:, 1] - event["lat"])
        closest = int(away.argmin())
        place = number + _along(line)[closest]
        if place >= reached and away[closest] < best:
            best, where = float(away[closest]), float(place)
    return where


def _along(line: Points) -> Points:
    """Share of the line's length at each vertex."""
    if len(line) < 2:
        return np.zeros(len(line))
    scale = np.cos(np.radians(line[:, 1].mean()))
    step = np.hypot(np.diff(line[:, 0]) * scale, np.diff(line[:, 1]))
    length = np.concatenate([[0.0], np.cumsum(step)])
    return np.asarray(length / (length[-1] or 1.0))


def timetable(option: Mapping[str, Any], lines: Sequence[Points]) -> list[list[float]]:
    """Spans of the journey by mean hours, in order of travel.

    Returns
    -------
    list of [hours, leg, start, end, event]
        Moving along ``leg`` from share ``start`` to ``end`` (event -1), or standing at
        ``start`` of ``leg`` for event number ``event``. The hours add up to the mean total.

    Examples
    --------
    >>> legs = [{"from_id": "A", "to_id": "B", "hours": 10.0}]
    >>> event = {"kind": "lift", "place_id": "B", "hours": 2.0}
    >>> timetable({"legs": legs, "events": [event]}, [])
    [[10.0, 0, 0.0, 1.0, -1], [2.0, 0, 1.0, 1.0, 0]]
    """
    legs, events = option["legs"], option["events"]
    if not legs:
        return []
    places = stops(option, lines)
    order = sorted(range(len(events)), key=lambda number: (places[number], number))
    out: list[list[float]] = []
    here = 0.0

    def move(to: float) -> None:
        nonlocal here
        while here < to - 1e-9:
            leg = int(here)
            end = min(to - leg, 1.0)
            hours = float(legs[leg]["hours"]) * (end - (here - leg))
            out.append([round(hours, 3), leg, round(here - leg, 4), round(end, 4), -1])
            here = leg + end

    for number in order:
        move(places[number])
        leg = min(int(here), len(legs) - 1)
        hours = float(events[number]["hours"] or 0.0)
        if hours > 0:
            out.append([round(hours, 3), leg, round(here - leg, 4), round(here - leg, 4), number])
    move(float(len(legs)))
    return out
