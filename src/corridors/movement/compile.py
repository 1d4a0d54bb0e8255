"""Compile the data folder: facilities on lines, hauls between them, crossings, services.

Facilities are the only doors between zones, so a border is crossed only where a crossing for
that mode exists, and a container never changes gauge or mode without an event.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from corridors.geodesy import great_circle_km_array
from corridors.movement.compiled import (
    CompiledNetwork,
    CrossingRun,
    Haul,
    Lines,
    ServiceRun,
    haul_table,
)
from corridors.movement.compiled_folder import write_compiled, write_lines
from corridors.movement.haul_runs import hauls_from
from corridors.movement.overlay import ZonedNetwork, lay_over
from corridors.movement.sea_lanes import service_lanes
from corridors.movement.zone_graph import Walker, ZoneGraph, round_trip
from corridors.network.countries import read_polygons
from corridors.network.flat import read_flat_network
from corridors.network.inputs import input_hashes
from corridors.network.tables import Crossing, Tables, read_tables

MODES = ("rail", "road")
CROSSING_REACH_KM = (12.0, 40.0)
"""How far the border point of the lines may lie from the curated point: usual, and at most
(the country polygons are generalised); the audit lists every use of the second."""


def compile_network(
    data: Path, *, out: Path, tables: Tables | None = None, known: CompiledNetwork | None = None
) -> CompiledNetwork:
    """Compile a data folder into ``out``.

    Parameters
    ----------
    data : Path
        Folder with ``osm/``, ``sea/``, ``basemap/`` and ``curated/``.
    out : Path
        Existing empty folder to write into.
    tables : Tables, optional
        Already read tables of the same folder.
    known : CompiledNetwork, optional
        Its sea legs are taken over where all that decides them is the same.

    Raises
    ------
    DataError
        A table or file of the folder is broken.
    """
    hashes = input_hashes(data)
    tables = tables or read_tables(data)
    polygons = read_polygons(data / "basemap" / "countries.npz")
    findings: list[dict[str, Any]] = []
    hauls: list[Haul] = []
    crossings: list[CrossingRun] = []
    snap_km: dict[tuple[str, str], float] = {}
    foot: dict[tuple[str, str], tuple[float, float]] = {}
    for mode in MODES:
        flat = read_flat_network(data / "osm" / f"{mode}.npz")
        zoned = lay_over(flat, tables, polygons=polygons)
        _note_placement(zoned, mode, findings)
        snap_km |= zoned.snap_km
        foot |= zoned.foot
        lines = Lines(zoned.flat, zoned.zones, zoned.arc_zone, zoned.node_of)
        rows = [c for c in tables.crossings if c.mode == mode]
        owners = {zone.zone: zone.countries for zone in tables.zones}
        mode_hauls, mode_crossings = _runs(lines, rows, owners, findings)
        hauls += mode_hauls
        crossings += mode_crossings
        write_lines(out / f"{mode}.npz", lines)
    lanes = _known_lanes(known, hashes, findings) or service_lanes(tables, data, findings)
    services = [ServiceRun(id=name, km=km) for name, (km, _) in lanes.items()]
    table = haul_table(hauls)
    compiled = CompiledNetwork(out, hashes, {}, snap_km, foot, table, crossings, services, findings)
    lane_points = {name: points for name, (_, points) in lanes.items()}
    (out / "lanes.json").write_text(
        json.dumps(
            {k: [[round(x, 4), round(y, 4)] for x, y in v] for k, v in lane_points.items()},
            separators=(",", ":"),
        ),
        "utf-8",
    )
    write_compiled(compiled)
    return compiled


SEA_INPUTS = (
    "sea/lanes.npz", "sea/coast.npz", "curated/facilities.csv", "curated/services.csv",
    "curated/lanes.csv", "curated/chokepoints.csv",
)  # fmt: skip
"""Files that decide the sea legs, and nothing else does."""


def _known_lanes(
    known: CompiledNetwork | None, hashes: Mapping[str, str], findings: list[dict[str, Any]]
) -> dict[str, tuple[float, list[tuple[float, float]]]]:
    """Sea legs of another compiled network, empty where they need not be the same."""
    if known is None or any(known.inputs.get(n) != hashes.get(n) for n in SEA_INPUTS):
        return {}
    checks = ("lane_misses_port", "service_no_lane")
    findings += [found for found in known.findings if found["check"] in checks]
    return {run.id: (run.km, known.lane(run.id)) for run in known.services}


def _note_placement(zoned: ZonedNetwork, mode: str, findings: list[dict[str, Any]]) -> None:
    for (facility, zone), km in sorted(zoned.unplaced.items()):
        findings.append(
            {"check": "facility_unplaced", "id": facility, "zone": zone, "beyond_km": km}
        )
    findings.extend(
        {"check": "link_loose_end", "id": link, "mode": mode} for link in zoned.loose_ends
    )
    findings.extend(
        {"check": "gauge_without_zone", "id": f"{country}/{gauge}", "km": round(km, 1)}
        for (country, gauge), km in sorted(zoned.gauge_without_zone.items())
    )


def _runs(
    lines: Lines,
    crossings: list[Crossing],
    owners: Mapping[str, tuple[str, ...]],
    findings: list[dict[str, Any]],
) -> tuple[list[Haul], list[CrossingRun]]:
    """Hauls between all facilities of each zone, and the runs to the border points."""
    wanted = _border_candidates(lines, crossings)
    hauls: list[Haul] = []
    to_border: dict[tuple[str, str, int], tuple[float, dict[str, float]]] = {}
    by_zone: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for (facility, zone), node in sorted(lines.node_of.items()):
        by_zone[zone].append((facility, node))
    for zone, members in by_zone.items():
        graph = ZoneGraph(lines.flat, lines.zone_arcs(zone))
        walker = Walker(lines.flat)
        for i, (facility, node) in enumerate(members):
            borders = wanted.get((facility, zone), set())
            others = members[i + 1 :]
            if not others and not borders:
                continue
            targets = {n for _, n in others} | borders
            reached = round_trip(graph, node, targets)
            here = (facility, node)
            hauls += hauls_from(walker, reached, here, others, zone=zone, own=owners[zone])
            for border in borders & reached.keys():
                km, _, _, countries = walker.walk(reached[border], border)
                to_border[(facility, zone, border)] = (km, countries)
    runs = []
    for crossing in crossings:
        run = _best_run(lines, crossing, to_border)
        if run is not None:
            runs.append(run)
        elif crossing.status == "operating":
            findings.append({"check": "crossing_unresolved", "id": crossing.id})
    return hauls, runs


def _border_candidates(
    lines: Lines, crossings: Iterable[Crossing]
) -> dict[tuple[str, str], set[int]]:
    """Junctions where lines of both zones of a crossing meet near its curated point."""
    zones_at: dict[int, set[int]] = defaultdict(set)
    for ends in (lines.flat.u, lines.flat.v):
        for node, zone in zip(ends.tolist(), lines.arc_zone.tolist(), strict=True):
            if zone >= 0:
                zones_at[node].add(zone)
    shared = np.array(sorted(n for n, z in zones_at.items() if len(z) > 1), dtype=np.int64)
    lon, lat = lines.flat.lon[shared], lines.flat.lat[shared]
    wanted: dict[tuple[str, str], set[int]] = defaultdict(set)
    for crossing in crossings:
        km = great_circle_km_array(lon, lat, crossing.lon, crossing.lat)
        near = shared[km <= CROSSING_REACH_KM[1]]
        for zone_a, zone_b in _zone_pairs(lines, crossing):
            pair = {lines.zones.index(zone_a), lines.zones.index(zone_b)}
            nodes = {int(n) for n in near if pair <= zones_at[int(n)]}
            wanted[(crossing.a, zone_a)] |= nodes
            wanted[(crossing.b, zone_b)] |= nodes
    return wanted


def _zone_pairs(lines: Lines, crossing: Crossing) -> list[tuple[str, str]]:
    of_a = [zone for zone in lines.zones if (crossing.a, zone) in lines.node_of]
    of_b = [zone for zone in lines.zones if (crossing.b, zone) in lines.node_of]
    return [(a, b) for a in of_a for b in of_b if a != b]


def _best_run(
    lines: Lines,
    crossing: Crossing,
    to_border: dict[tuple[str, str, int], tuple[float, dict[str, float]]],
) -> CrossingRun | None:
    options: list[tuple[float, float, int, str, str]] = []
    for zone_a, zone_b in _zone_pairs(lines, crossing):
        for facility, zone, node in to_border:
            if (facility, zone) != (crossing.a, zone_a):
                continue
            if (crossing.b, zone_b, node) not in to_border:
                continue
            off = float(
                great_circle_km_array(
                    lines.flat.lon[node], lines.flat.lat[node], crossing.lon, crossing.lat
                )
            )
            if off > CROSSING_REACH_KM[1]:
                continue
            km = to_border[(crossing.a, zone_a, node)][0] + to_border[(crossing.b, zone_b, node)][0]
            far = 0.0 if off <= CROSSING_REACH_KM[0] else 1.0
            options.append((far, km, node, zone_a, zone_b))
    if not options:
        return None
    _, _, node, zone_a, zone_b = min(options)
    lon, lat = float(lines.flat.lon[node]), float(lines.flat.lat[node])
    km_a, countries_a = to_border[(crossing.a, zone_a, node)]
    km_b, countries_b = to_border[(crossing.b, zone_b, node)]
    off = float(great_circle_km_array(lon, lat, crossing.lon, crossing.lat))
    return CrossingRun(
        crossing.id, zone_a, zone_b, node, lon, lat, off, km_a, km_b, countries_a, countries_b
    )
