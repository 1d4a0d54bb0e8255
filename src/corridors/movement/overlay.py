"""Curated tables laid over a flat network: masks, links, zones, facilities on their lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from corridors.movement.arc_edits import keep_arcs, split_arcs
from corridors.movement.gauges import zones_by_gauge
from corridors.movement.link_overlay import add_links
from corridors.movement.segments import Anchor, Segments
from corridors.network.connected import components
from corridors.network.countries import CountryPolygons
from corridors.network.flat import FlatNetwork
from corridors.network.tables import Facility, Mask, Tables

FACILITY_REACH_KM = 25.0
"""Beyond this a facility is not put on a line at all; beyond 4 km the audit asks for a reason."""

BACKBONE_KM = 40.0
"""A facility prefers a line that belongs to at least this much connected track of its zone..."""

BACKBONE_DETOUR_KM = 4.0
"""... unless such a line is this much further away than the nearest one."""


@dataclass(frozen=True, slots=True)
class ZonedNetwork:
    """A flat network with every arc in its zone and every facility on a junction.

    Attributes
    ----------
    flat : FlatNetwork
    zones : tuple of str
        Zone ids that `arc_zone` points into.
    arc_zone : (m,) int16
        Zone of each arc, -1 where the country is not served by this mode.
    node_of : dict
        ``(facility id, zone id)`` to junction index.
    snap_km : dict
        ``(facility id, zone id)`` to the distance between the facility and its line.
    foot : dict
        ``(facility id, zone id)`` to (lon, lat) on that line.
    unplaced : dict
        ``(facility id, zone id)`` of facilities too far from any line of the zone.
    loose_ends : tuple of str
        Links of which an end meets neither a line nor another link.
    gauge_without_zone : dict
        ``(country, gauge in mm)`` to km of line that no zone of the country has the gauge of.
    """

    flat: FlatNetwork
    zones: tuple[str, ...]
    arc_zone: NDArray[np.int16]
    node_of: dict[tuple[str, str], int]
    snap_km: dict[tuple[str, str], float]
    foot: dict[tuple[str, str], tuple[float, float]]
    unplaced: dict[tuple[str, str], float]
    loose_ends: tuple[str, ...]
    gauge_without_zone: dict[tuple[str, int], float] = field(default_factory=dict)


def lay_over(flat: FlatNetwork, tables: Tables, *, polygons: CountryPolygons) -> ZonedNetwork:
    """Lay the curated tables over a flat network.

    Parameters
    ----------
    flat : FlatNetwork
    tables : Tables
    polygons : CountryPolygons
        Decides in which country a curated link lies.

    Returns
    -------
    ZonedNetwork
    """
    mode = flat.mode
    flat = _mask(flat, [mask for mask in tables.masks if mask.mode == mode])
    links = [link for link in tables.links if link.mode == mode]
    flat, loose = add_links(flat, links, polygons=polygons)
    zones = tuple(zone.zone for zone in tables.zones if zone.mode == mode)
    arc_zone = _zone_of_arcs(flat, tables, zones)
    flat, arc_zone, unzoned = zones_by_gauge(flat, arc_zone, tables.zones, zones)
    # What is planned stands on no line yet: it would only cut the lines of today.
    built = tuple(f for f in tables.facilities if f.status != "planned")
    zoned = _place_facilities(flat, arc_zone, zones, built, loose=loose)
    return replace(zoned, gauge_without_zone=unzoned)


def _mask(flat: FlatNetwork, masks: Iterable[Mask]) -> FlatNetwork:
    drop = np.zeros(len(flat.u), dtype=bool)
    arc_of_vertex = np.repeat(np.arange(len(flat.u)), np.diff(flat.start))
    for mask in masks:
        inside = (
            (flat.vertex_lon >= mask.west)
            & (flat.vertex_lon <= mask.east)
            & (flat.vertex_lat >= mask.south)
            & (flat.vertex_lat <= mask.north)
        )
        drop[arc_of_vertex[inside]] = True
    return keep_arcs(flat, ~drop)


def _zone_of_arcs(flat: FlatNetwork, tables: Tables, zones: tuple[str, ...]) -> NDArray[np.int16]:
    position = {zone: i for i, zone in enumerate(zones)}
    default = np.full(len(flat.countries), -1, dtype=np.int16)
    for zone in tables.zones:
        if zone.mode == flat.mode and zone.default:
            for code in zone.countries:
                if code in flat.countries:
                    default[flat.countries.index(code)] = position[zone.zone]
    arc_zone = default[flat.country]
    middle = ((flat.start[:-1] + flat.start[1:]) // 2).astype(np.int64)
    lon, lat = flat.vertex_lon[middle], flat.vertex_lat[middle]
    for area in tables.zone_areas:
        if area.mode != flat.mode or area.country not in flat.countries:
            continue
        inside = (lon >= area.west) & (lon <= area.east)
        inside &= (lat >= area.south) & (lat <= area.north)
        inside &= flat.country == flat.countries.index(area.country)
        arc_zone[inside] = position[area.zone]
    return np.asarray(arc_zone, dtype=np.int16)


def _place_facilities(
    flat: FlatNetwork,
    arc_zone: NDArray[np.int16],
    zones: tuple[str, ...],
    facilities: tuple[Facility, ...],
    *,
    loose: tuple[str, ...],
) -> ZonedNetwork:
    segments = Segments(flat)
    keys: list[tuple[str, str]] = []
    anchors: list[Anchor] = []
    unplaced: dict[tuple[str, str], float] = {}
    backbone = _backbone(flat, arc_zone)
    for facility in facilities:
        for zone in facility.zones:
            if zone not in zones:
                continue
            inside = arc_zone == zones.index(zone)
            anchor = segments.nearest(
                facility.lon, facility.lat, allowed=inside, reach_km=FACILITY_REACH_KM
            )
            if anchor is None:
                unplaced[(facility.id, zone)] = FACILITY_REACH_KM
                continue
            main = segments.nearest(
                facility.lon, facility.lat, allowed=inside & backbone, reach_km=FACILITY_REACH_KM
            )
            if main and main.offset_km <= anchor.offset_km + BACKBONE_DETOUR_KM:
                anchor = main
            keys.append((facility.id, zone))
            anchors.append(anchor)
    flat, nodes, parent = split_arcs(flat, anchors)
    return ZonedNetwork(
        flat=flat,
        zones=zones,
        arc_zone=arc_zone[parent],
        node_of=dict(zip(keys, nodes, strict=True)),
        snap_km={key: anchor.offset_km for key, anchor in zip(keys, anchors, strict=True)},
        foot={
            key: (float(flat.lon[node]), float(flat.lat[node]))
            for key, node in zip(keys, nodes, strict=True)
        },
        unplaced=unplaced,
        loose_ends=loose,
    )


def _backbone(flat: FlatNetwork, arc_zone: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Arcs in a connected part of their zone that is long enough to be a line, not a yard."""
    result = np.zeros(len(flat.u), dtype=bool)
    for zone in np.unique(arc_zone[arc_zone >= 0]):
        arcs = np.flatnonzero(arc_zone == zone)
        u, v = flat.u[arcs], flat.v[arcs]
        label = components(len(flat.lon), u, v)
        size = np.bincount(label[u], weights=flat.km[arcs], minlength=len(flat.lon))
        result[arcs] = size[label[u]] >= BACKBONE_KM
    return result
