"""How long each sea and ferry service is, and the line it sails."""

from __future__ import annotations

import itertools
from collections import defaultdict
from pathlib import Path
from typing import Any

from corridors.errors import NoRouteError, SnapError
from corridors.geodesy import great_circle_km
from corridors.network.sea import read_sea_network, sea_path
from corridors.network.tables import USABLE_SERVICES, LonLat, Tables

QUAY_REACH_KM = 60.0
"""A hand-drawn lane must begin and end this near to its ports."""


def service_lanes(
    tables: Tables, data: Path, findings: list[dict[str, Any]]
) -> dict[str, tuple[float, list[LonLat]]]:
    """Length in km and (lon, lat) line of every service that can be drawn.

    Services with a hand-drawn lane follow it; the others follow the general sea-lane network
    through their chokepoints. What cannot be drawn is noted in `findings` and left out, so
    that it is no arc. Those without a schedule are drawn too, for a condition may open them;
    where they cannot be, it is no fault.
    """
    facilities = {f.id: (f.lon, f.lat) for f in tables.facilities}
    chokepoints = {c.id: (c.lon, c.lat) for c in tables.chokepoints}
    drawn: dict[str, list[LonLat]] = defaultdict(list)
    for point in sorted(tables.lanes, key=lambda p: (p.lane, p.seq)):
        drawn[point.lane].append((point.lon, point.lat))
    network = read_sea_network(data / "sea")
    lanes: dict[str, tuple[float, list[LonLat]]] = {}
    known: dict[tuple[Any, ...], tuple[float, list[LonLat]]] = {}
    for service in tables.services:
        faults = findings if service.status in USABLE_SERVICES else []
        a, b = facilities[service.a], facilities[service.b]
        if service.lane:
            line = _along(drawn[service.lane], a, b)
            if line is None:
                faults.append({"check": "lane_misses_port", "id": service.id})
                continue
            lanes[service.id] = (line_km(line), line)
            continue
        via = [chokepoints[name] for name in service.via]
        key = (a, b, *via)
        if key not in known:
            try:
                known[key] = sea_path(network, a, b, via=via)
            except (SnapError, NoRouteError) as error:
                faults.append({"check": "service_no_lane", "id": service.id, "why": str(error)})
                continue
        lanes[service.id] = known[key]
    return lanes


def line_km(line: list[LonLat]) -> float:
    """Length of a line of (lon, lat) points in km."""
    return sum(great_circle_km(*p, *q) for p, q in itertools.pairwise(line))


def _along(lane: list[LonLat], a: LonLat, b: LonLat) -> list[LonLat] | None:
    """The lane from port a to port b, or None where it does not lead from one to the other."""
    for line in (lane, lane[::-1]):
        if (
            great_circle_km(*line[0], *a) <= QUAY_REACH_KM
            and great_circle_km(*line[-1], *b) <= QUAY_REACH_KM
        ):
            return [a, *line, b]
    return None
