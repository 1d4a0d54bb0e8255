"""The build report: what became of every way, facility and border of the source."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from corridors.build.osm_lines import OsmLines, Point
from corridors.geodesy import great_circle_km, great_circle_km_array
from corridors.movement.compile import CROSSING_REACH_KM
from corridors.movement.compiled import CompiledNetwork
from corridors.movement.overlay import FACILITY_REACH_KM
from corridors.network.flat import FlatNetwork
from corridors.network.tables import Crossing, Tables

SCHEMA = "corridors.build/1"

ATTRIBUTION = "Lines: (c) OpenStreetMap contributors, ODbL 1.0"

SAME_BORDER_POINT_KM = 5.0
"""Border points of one pair of countries this near to each other are one crossing of the map."""

NEAR_KM = 3 * FACILITY_REACH_KM
"""A facility further than this from every new line is none of this build's business."""

AT_LINE_KM = 10.0
"""A border point further than this from every vertex of the new lines belongs to other lines."""

CONTROL_KM = 10.0
"""A border control of the map this near to a border point is named beside it."""


def build_report(
    lines: OsmLines,
    counts: Mapping[str, dict[str, Any]],
    network: CompiledNetwork,
    tables: Tables,
    fresh: Mapping[str, FlatNetwork],
) -> dict[str, Any]:
    """The whole report as one document; the same for the same input.

    Parameters
    ----------
    lines : OsmLines
        What was read.
    counts : mapping
        Mode to what was counted in flattening it.
    network : CompiledNetwork
    tables : Tables
    fresh : mapping
        Mode to the lines that were built from the source.
    """
    return {
        "schema": SCHEMA,
        "attribution": ATTRIBUTION,
        "read": lines.counts,
        **{mode: dict(count) for mode, count in counts.items()},
        "points": dict(sorted(Counter(point.kind for point in lines.points).items())),
        "ferries": len(lines.ferries),
        "facilities": _facilities(network, tables, fresh),
        "crossings": _crossings(network, tables, lines.points, fresh),
        "findings": [found for found in network.findings if found["check"] == "gauge_without_zone"],
    }


def _facilities(
    network: CompiledNetwork, tables: Tables, fresh: Mapping[str, FlatNetwork]
) -> dict[str, Any]:
    """Facilities near the new lines: where they were put, and which were refused."""
    placed, refused, elsewhere = [], [], 0
    for facility in tables.facilities:
        for zone in facility.zones:
            mode = zone.partition(":")[0]
            if mode not in fresh:
                continue
            km = network.snap_km.get((facility.id, zone))
            row = {"id": facility.id, "name": facility.name, "zone": zone,
                   "lon": facility.lon, "lat": facility.lat}  # fmt: skip
            if _away_km(fresh[mode], facility.lon, facility.lat) > NEAR_KM:
                elsewhere += 1
            elif km is None:
                refused.append(row)
            else:
                placed.append({**row, "snapped_km": round(km, 2)})
    return {
        "limit_km": FACILITY_REACH_KM,
        "placed": sorted(placed, key=lambda row: (-row["snapped_km"], row["id"], row["zone"])),
        "refused": refused,
        "elsewhere": elsewhere,
    }


def _away_km(flat: FlatNetwork, lon: float, lat: float) -> float:
    """Distance to the nearest vertex of the new lines."""
    if not len(flat.vertex_lon):
        return float("inf")
    return float(great_circle_km_array(flat.vertex_lon, flat.vertex_lat, lon, lat).min())


def _crossings(
    network: CompiledNetwork,
    tables: Tables,
    points: list[Point],
    fresh: Mapping[str, FlatNetwork],
) -> dict[str, Any]:
    """Where lines leave one country for another, and which listed crossing that is."""
    country = {f.id: f.country for f in tables.facilities}
    runs = {run.id for run in network.crossings}
    controls = [point for point in points if point.kind == "border_control"]
    matched: dict[str, dict[str, Any]] = {}
    unmatched: list[dict[str, Any]] = []
    open_borders = 0
    for mode in ("rail", "road"):
        rows = [row for row in tables.crossings if row.mode == mode]
        found, inside = _border_points(network, mode)
        open_borders += inside
        for pair, lon, lat in found:
            if _away_km(fresh[mode], lon, lat) > AT_LINE_KM:
                continue  # of the packaged network, or of a curated link elsewhere
            near = sorted(
                (great_circle_km(lon, lat, row.lon, row.lat), row.id, row)
                for row in rows
                if {country[row.a], country[row.b]} == set(pair)
            )
            if near and near[0][0] <= CROSSING_REACH_KM[0]:
                km, _, row = near[0]
                if row.id not in matched or km < matched[row.id]["off_km"]:
                    matched[row.id] = _matched(row, km, row.id in runs)
                continue
            unmatched.append(
                {
                    "mode": mode,
                    "countries": list(pair),
                    "lon": round(lon, 5),
                    "lat": round(lat, 5),
                    "nearest": near[0][1] if near else None,
                    "nearest_km": round(near[0][0], 1) if near else None,
                    "control": _control(controls, lon, lat),
                }
            )
    return {
        "reach_km": CROSSING_REACH_KM[0],
        "inside_one_zone": open_borders,
        "matched": [matched[name] for name in sorted(matched)],
        "unmatched": unmatched,
    }


def _matched(row: Crossing, km: float, resolved: bool) -> dict[str, Any]:
    return {
        "id": row.id,
        "mode": row.mode,
        "status": row.status,
        "off_km": round(km, 1),
        "usable": resolved and row.status == "operating",
    }


def _control(controls: list[Point], lon: float, lat: float) -> str | None:
    near = [(great_circle_km(lon, lat, p.lon, p.lat), p.name or p.osm) for p in controls]
    best = min(near, default=None)
    return best[1] if best is not None and best[0] <= CONTROL_KM else None


def _border_points(
    network: CompiledNetwork, mode: str
) -> tuple[list[tuple[tuple[str, str], float, float]], int]:
    """(countries, lon, lat) where zones of two countries meet; and borders inside one zone."""
    lines = network.lines(mode)
    flat = lines.flat
    at: dict[int, set[tuple[int, int]]] = defaultdict(set)
    border = _nodes_of_two_countries(flat)
    for end in (flat.u, flat.v):
        arcs = np.flatnonzero(border[end])
        for node, country, zone in zip(
            end[arcs].tolist(),
            flat.country[arcs].tolist(),
            lines.arc_zone[arcs].tolist(),
            strict=True,
        ):
            at[node].add((country, zone))
    found: list[tuple[tuple[str, str], float, float]] = []
    inside = 0
    for node, sides in sorted(at.items()):
        codes = sorted({flat.countries[country] for country, _ in sides})
        if len({zone for _, zone in sides}) == 1:
            inside += 1
            continue
        lon, lat = float(flat.lon[node]), float(flat.lat[node])
        for i, one in enumerate(codes):
            for other in codes[i + 1 :]:
                pair = (one, other)
                if not any(
                    known == pair and great_circle_km(lon, lat, x, y) <= SAME_BORDER_POINT_KM
                    for known, x, y in found
                ):
                    found.append((pair, lon, lat))
    return found, inside


def _nodes_of_two_countries(flat: FlatNetwork) -> Any:
    low = np.full(len(flat.lon), 255, dtype=np.uint8)
    high = np.zeros(len(flat.lon), dtype=np.uint8)
    for end in (flat.u, flat.v):
        np.minimum.at(low, end, flat.country)
        np.maximum.at(high, end, flat.country)
    return low < high
