"""Curated tables laid over a flat network: masks, links, zones, facilities on their lines."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from corridors.errors import DataError
from corridors.geodesy import great_circle_km, great_circle_km_array
from corridors.movement.gauges import zones_by_gauge
from corridors.movement.segments import Anchor, Segments
from corridors.network.countries import CountryPolygons
from corridors.network.flat import CURATED, ArcTags, FlatNetwork, no_tags
from corridors.network.tables import Facility, Link, Mask, Tables

LINK_REACH_KM = 3.0
"""How far from the network the end of a curated link may lie and still join it."""

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
    links = [link for link in tables.links if link.mode == mode and _acts(link)]
    flat, loose = _add_links(flat, links, polygons=polygons)
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
    return _keep(flat, ~drop)


def _keep(flat: FlatNetwork, keep: NDArray[np.bool_]) -> FlatNetwork:
    if keep.all():
        return flat
    size = np.diff(flat.start)
    vertices = np.repeat(keep, size)
    return replace(
        flat,
        u=flat.u[keep],
        v=flat.v[keep],
        km=flat.km[keep],
        country=flat.country[keep],
        flags=flat.flags[keep],
        start=np.concatenate([[0], np.cumsum(size[keep])]).astype(np.int64),
        vertex_lon=flat.vertex_lon[vertices],
        vertex_lat=flat.vertex_lat[vertices],
    )


def _acts(link: Link) -> bool:
    """Whether a link adds a line, or takes one away: a reshape that is closed only drops."""
    return link.status == "operating" or (link.kind, link.status) == ("reshape", "closed")


@dataclass(slots=True)
class _NewArc:
    u: int
    v: int
    km: float
    country: int
    flags: int
    lon: list[float]
    lat: list[float]


def _extend(
    flat: FlatNetwork,
    nodes: list[tuple[float, float]],
    arcs: list[_NewArc],
    *,
    drop: NDArray[np.bool_] | None = None,
    countries: tuple[str, ...] | None = None,
    tags: ArcTags | None = None,
) -> FlatNetwork:
    if drop is not None:
        flat = _keep(flat, ~drop)
    sizes = [len(arc.lon) for arc in arcs]
    return replace(
        flat,
        countries=countries or flat.countries,
        lon=np.concatenate([flat.lon, [lon for lon, _ in nodes]]),
        lat=np.concatenate([flat.lat, [lat for _, lat in nodes]]),
        u=np.concatenate([flat.u, [arc.u for arc in arcs]]).astype(np.int32),
        v=np.concatenate([flat.v, [arc.v for arc in arcs]]).astype(np.int32),
        km=np.concatenate([flat.km, [arc.km for arc in arcs]]),
        country=np.concatenate([flat.country, [arc.country for arc in arcs]]).astype(np.uint8),
        flags=np.concatenate([flat.flags, [arc.flags for arc in arcs]]).astype(np.uint8),
        start=np.concatenate([flat.start, flat.start[-1] + np.cumsum(sizes)]).astype(np.int64),
        vertex_lon=np.concatenate([flat.vertex_lon, *(arc.lon for arc in arcs)]),
        vertex_lat=np.concatenate([flat.vertex_lat, *(arc.lat for arc in arcs)]),
        tags=None
        if flat.tags is None
        else flat.tags.plus(tags or no_tags(flat.tags.classes, len(arcs))),
    )


def split_arcs(
    flat: FlatNetwork, anchors: list[Anchor]
) -> tuple[FlatNetwork, list[int], NDArray[np.int64]]:
    """Put a junction at every anchor.

    Returns
    -------
    FlatNetwork
    list of int
        Junction of each anchor, in order.
    (m,) int64
        For each arc of the result, the arc of the input it is (a piece of).
    """
    by_arc: dict[int, list[int]] = defaultdict(list)
    for i, anchor in enumerate(anchors):
        by_arc[anchor.arc].append(i)
    node_of = [-1] * len(anchors)
    nodes: list[tuple[float, float]] = []
    arcs: list[_NewArc] = []
    parents: list[int] = []
    drop = np.zeros(len(flat.u), dtype=bool)
    for arc, members in sorted(by_arc.items()):
        total = float(flat.km[arc])
        u, v = int(flat.u[arc]), int(flat.v[arc])
        cuts: list[tuple[float, int, float, float]] = []
        for i in sorted(members, key=lambda i: anchors[i].km):
            anchor = anchors[i]
            if anchor.km <= 0.02:
                node_of[i] = u
            elif anchor.km >= total - 0.02:
                node_of[i] = v
            elif cuts and anchor.km - cuts[-1][0] <= 0.02:
                node_of[i] = cuts[-1][1]
            else:
                node_of[i] = len(flat.lon) + len(nodes)
                nodes.append((anchor.lon, anchor.lat))
                cuts.append((anchor.km, node_of[i], anchor.lon, anchor.lat))
        if cuts:
            drop[arc] = True
            pieces = _cut(flat, arc, cuts)
            arcs.extend(pieces)
            parents.extend([arc] * len(pieces))
    kept = np.flatnonzero(~drop)
    tags = None
    if flat.tags is not None:
        share = np.array([arc.km for arc in arcs]) / flat.km[parents]
        tags = flat.tags.take(parents, share=share)
    result = _extend(flat, nodes, arcs, drop=drop, tags=tags)
    return result, node_of, np.concatenate([kept, parents]).astype(np.int64)


def _cut(flat: FlatNetwork, arc: int, cuts: list[tuple[float, int, float, float]]) -> list[_NewArc]:
    part = slice(int(flat.start[arc]), int(flat.start[arc + 1]))
    lon, lat = flat.vertex_lon[part], flat.vertex_lat[part]
    chord = great_circle_km_array(lon[:-1], lat[:-1], lon[1:], lat[1:])
    total = float(chord.sum())
    along = np.concatenate([[0.0], np.cumsum(chord)]) * (
        float(flat.km[arc]) / total if total else 1.0
    )
    country, flags = int(flat.country[arc]), int(flat.flags[arc])
    ends = [
        (0.0, int(flat.u[arc]), float(lon[0]), float(lat[0])),
        *cuts,
        (float(flat.km[arc]), int(flat.v[arc]), float(lon[-1]), float(lat[-1])),
    ]
    pieces = []
    for (km1, node1, lon1, lat1), (km2, node2, lon2, lat2) in itertools.pairwise(ends):
        between = (along > km1 + 1e-9) & (along < km2 - 1e-9)
        pieces.append(
            _NewArc(
                node1,
                node2,
                km2 - km1,
                country,
                flags,
                [lon1, *lon[between].tolist(), lon2],
                [lat1, *lat[between].tolist(), lat2],
            )
        )
    return pieces


def _add_links(
    flat: FlatNetwork, links: list[Link], *, polygons: CountryPolygons
) -> tuple[FlatNetwork, tuple[str, ...]]:
    if not links:
        return flat, ()
    segments, everywhere = Segments(flat), np.ones(len(flat.u), dtype=bool)
    ends = [(link, point) for link in links for point in (link.geometry[0], link.geometry[-1])]
    found = [
        segments.nearest(lon, lat, allowed=everywhere, reach_km=LINK_REACH_KM)
        for _, (lon, lat) in ends
    ]
    anchors = [anchor for anchor in found if anchor is not None]
    flat, joined, _ = split_arcs(flat, anchors)
    nodes_iter = iter(joined)
    end_nodes = [-1 if anchor is None else next(nodes_iter) for anchor in found]
    nodes: list[tuple[float, float]] = []
    loose: list[str] = []
    for i, (link, point) in enumerate(ends):
        if end_nodes[i] >= 0:
            continue
        partners = _other_link_ends(i, ends)
        partner = next((end_nodes[j] for j in partners if end_nodes[j] >= 0), None)
        if partner is None:
            if not partners:
                loose.append(link.id)
            end_nodes[i] = len(flat.lon) + len(nodes)
            nodes.append(point)
        else:
            end_nodes[i] = partner
    position = {code: i for i, code in enumerate(flat.countries)}
    arcs: list[_NewArc] = []
    for i, link in enumerate(links):
        if link.status == "closed":
            continue
        pair = (end_nodes[2 * i], end_nodes[2 * i + 1])
        length_km = link.length_km
        if length_km is None and link.kind == "reshape":
            # A chord has the length of its line; only the shape is wanting.
            length_km = min((float(flat.km[arc]) for arc in _between(flat, pair)), default=None)
        arcs.extend(_link_arcs(link, pair, flat, nodes, position, length_km, polygons=polygons))
    replaced = _chords_of(flat, links, end_nodes)
    flat = _extend(flat, nodes, arcs, drop=replaced, countries=tuple(position))
    return flat, tuple(dict.fromkeys(loose))


def _other_link_ends(i: int, ends: list[tuple[Link, tuple[float, float]]]) -> list[int]:
    """Ends of other links that this end meets."""
    lon, lat = ends[i][1]
    return [
        j
        for j, (_, (other_lon, other_lat)) in enumerate(ends)
        if j // 2 != i // 2 and great_circle_km(lon, lat, other_lon, other_lat) <= LINK_REACH_KM
    ]


def _link_arcs(
    link: Link,
    pair: tuple[int, int],
    flat: FlatNetwork,
    nodes: list[tuple[float, float]],
    position: dict[str, int],
    length_km: float | None,
    *,
    polygons: CountryPolygons,
) -> list[_NewArc]:
    """One arc per country that a link runs through, joined in nodes on the borders."""

    def place(node: int) -> tuple[float, float]:
        if node < len(flat.lon):
            return float(flat.lon[node]), float(flat.lat[node])
        return nodes[node - len(flat.lon)]

    points = [place(pair[0]), *link.geometry, place(pair[1])]
    # Points every 2 km, so that a border is met where it is and not half a chord away.
    fine: list[tuple[float, float]] = [points[0]]
    for (lon1, lat1), (lon2, lat2) in itertools.pairwise(points):
        steps = max(1, int(great_circle_km(lon1, lat1, lon2, lat2) // 2))
        fine += [
            (lon1 + (lon2 - lon1) * k / steps, lat1 + (lat2 - lat1) * k / steps)
            for k in range(1, steps + 1)
        ]
    lon, lat = np.array([p[0] for p in fine]), np.array([p[1] for p in fine])
    codes = polygons.locate(lon, lat).tolist()
    drawn = float(great_circle_km_array(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())
    scale = max(1.0, (length_km or drawn) / drawn) if drawn else 1.0
    arcs: list[_NewArc] = []
    begin, node = 0, pair[0]
    for k in range(1, len(fine)):
        last = k == len(fine) - 1
        if codes[k] == codes[begin] and not last:
            continue
        if last:
            end_node = pair[1]
        else:
            end_node = len(flat.lon) + len(nodes)
            nodes.append(fine[k])
        if not codes[begin]:
            raise DataError(f"links.csv: {link.id!r} leaves every known country at {fine[begin]}")
        piece = slice(begin, k + 1)
        km = great_circle_km_array(lon[piece][:-1], lat[piece][:-1], lon[piece][1:], lat[piece][1:])
        arcs.append(
            _NewArc(
                node,
                end_node,
                float(km.sum()) * scale,
                position.setdefault(codes[begin], len(position)),
                CURATED,
                lon[piece].tolist(),
                lat[piece].tolist(),
            )
        )
        begin, node = k, end_node
    return arcs


def _chords_of(flat: FlatNetwork, links: list[Link], end_nodes: list[int]) -> NDArray[np.bool_]:
    """Arcs that a reshaping link replaces: the bare chords between its two ends."""
    drop = np.zeros(len(flat.u), dtype=bool)
    for i, link in enumerate(links):
        if link.kind == "reshape":
            drop[_between(flat, (end_nodes[2 * i], end_nodes[2 * i + 1]))] = True
    return drop


def _between(flat: FlatNetwork, pair: tuple[int, int]) -> NDArray[np.int64]:
    """Arcs that join two junctions."""
    a, b = pair
    joins = ((flat.u == a) & (flat.v == b)) | ((flat.u == b) & (flat.v == a))
    return np.flatnonzero(joins)


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
    label = np.arange(len(flat.lon))
    for zone in np.unique(arc_zone[arc_zone >= 0]):
        arcs = np.flatnonzero(arc_zone == zone)
        u, v = flat.u[arcs], flat.v[arcs]
        label[:] = np.arange(len(flat.lon))
        while True:
            before = label.copy()
            low = np.minimum(label[u], label[v])
            np.minimum.at(label, u, low)
            np.minimum.at(label, v, low)
            label = label[label]
            if np.array_equal(label, before):
                break
        size = np.bincount(label[u], weights=flat.km[arcs], minlength=len(flat.lon))
        result[arcs] = size[label[u]] >= BACKBONE_KM
    return result
