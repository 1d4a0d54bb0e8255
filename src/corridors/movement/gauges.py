"""Which zone a line belongs to by the gauge that the map tells, before the curated rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from corridors.network.flat import FlatNetwork
from corridors.network.tables import Zone

SAME_GAUGE_MM = 5
"""Gauges this near work together: 1520 and 1524 mm, 1435 and 1432 mm."""


def zones_by_gauge(
    flat: FlatNetwork, arc_zone: NDArray[np.int16], rows: Iterable[Zone], zones: tuple[str, ...]
) -> tuple[FlatNetwork, NDArray[np.int16], dict[tuple[str, int], float]]:
    """Put arcs whose gauge is tagged into the zone of their country that has the gauge.

    A line of two gauges becomes one arc in each of their zones. A line whose gauge no zone of
    its country has belongs to none: no train of the model runs on it.

    Returns
    -------
    FlatNetwork
        With a second arc for each line of mixed gauge that two zones use.
    (m,) int16
        Zone of each arc, -1 where there is none.
    dict
        ``(country, gauge)`` to km of line without a zone.
    """
    without: dict[tuple[str, int], float] = defaultdict(float)
    if flat.tags is None or not flat.tags.gauge_mm.any():
        return flat, arc_zone, dict(without)
    gauge_of = {zone.zone: zone.gauge_mm for zone in rows}
    owned: dict[str, list[str]] = defaultdict(list)
    for zone in rows:
        if zone.mode == flat.mode:
            for code in zone.countries:
                owned[code].append(zone.zone)
    position = {zone: i for i, zone in enumerate(zones)}
    arc_zone = arc_zone.copy()
    again: list[int] = []
    again_zone: list[int] = []
    for arc in np.flatnonzero(flat.tags.gauge_mm[:, 0]).tolist():
        country = flat.countries[int(flat.country[arc])]
        by_rule = zones[arc_zone[arc]] if arc_zone[arc] >= 0 else None
        found: list[str] = []
        for gauge in flat.tags.gauge_mm[arc].tolist():
            if not gauge:
                continue
            zone_name = _zone_with(gauge, [*([by_rule] if by_rule else []), *owned[country]],
                                   gauge_of)  # fmt: skip
            if zone_name is None:
                without[(country, gauge)] += float(flat.km[arc])
            elif zone_name not in found:
                found.append(zone_name)
        # Where the rule's own zone is among them it comes first.
        found.sort(key=lambda name: name != by_rule)
        arc_zone[arc] = position[found[0]] if found else -1
        for zone_name in found[1:]:
            again.append(arc)
            again_zone.append(position[zone_name])
    if again:
        flat = _doubled(flat, np.array(again, dtype=np.int64))
        arc_zone = np.concatenate([arc_zone, np.array(again_zone, dtype=np.int16)])
    return flat, arc_zone, dict(without)


def _zone_with(gauge: int, candidates: list[str], gauge_of: dict[str, int | None]) -> str | None:
    """The first zone of this gauge."""
    for name in candidates:
        zone_gauge = gauge_of[name]
        if zone_gauge is not None and abs(zone_gauge - gauge) <= SAME_GAUGE_MM:
            return name
    return None


def _doubled(flat: FlatNetwork, arcs: NDArray[np.int64]) -> FlatNetwork:
    """The network with some of its arcs a second time."""
    assert flat.tags is not None
    size = np.diff(flat.start)[arcs]
    ends = np.cumsum(size)
    at = np.arange(int(ends[-1])) + np.repeat(flat.start[:-1][arcs] - (ends - size), size)
    return replace(
        flat,
        u=np.concatenate([flat.u, flat.u[arcs]]),
        v=np.concatenate([flat.v, flat.v[arcs]]),
        km=np.concatenate([flat.km, flat.km[arcs]]),
        country=np.concatenate([flat.country, flat.country[arcs]]),
        flags=np.concatenate([flat.flags, flat.flags[arcs]]),
        start=np.concatenate([flat.start, flat.start[-1] + ends]),
        vertex_lon=np.concatenate([flat.vertex_lon, flat.vertex_lon[at]]),
        vertex_lat=np.concatenate([flat.vertex_lat, flat.vertex_lat[at]]),
        tags=flat.tags.plus(flat.tags.take(arcs)),
    )
