"""A toy world whose every answer can be worked out by hand.

Three countries in a row on the equator, with the gauges 1435, 1520 and 1435 mm; a fourth, DD,
that the railway of BB clips without a control; a port and a ferry that go round BB; a road
border where boxes are reloaded; a shorter crossing that is closed. Lengths are given, not
measured: each is a round number above the chord (1 degree is 111.195 km)::

          lon  0.5        2.9  3.0  3.1     3.9  4.3     5.0    5.9  6.0  6.1       8.5
    north               A-Y2 -+- B-Y2                     |
              /   290       12 12         240              |
    rail    A-TER --350-- A-YRD+B-WYRD-100-.-50DD-.-80-- B-TER-110-B-EYRD+C-YRD-300-C-TER
              |             12 12                         |           12 12          |
    road      '--310-- A-GATE -+- B-GATE ------230--------'                          |
    road    A-PRT (120 from A-TER)         ~~ ferry ~~            C-PRT (130 from C-TER)

Rail can also leave DD aside: 400 km from B-WYRD to B-TER instead of 230.
"""

from __future__ import annotations

import csv
import functools
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import shapely

from corridors.data_location import data_dir
from corridors.network.countries import CountryPolygons
from corridors.network.flat import FlatNetwork

COUNTRIES = ("AA", "BB", "CC", "DD")

Arc = tuple[str, str, float, str]

RAIL_NODES = {
    "a": (0.5, 0.0), "ay": (2.9, 0.0), "ab": (3.0, 0.0), "bw": (3.1, 0.0), "d1": (3.9, 0.0),
    "d2": (4.3, 0.0), "b": (5.0, 0.0), "be": (5.9, 0.0), "bc": (6.0, 0.0), "cy": (6.1, 0.0),
    "c": (8.5, 0.0), "a2": (2.9, 1.0), "ab2": (3.0, 1.0), "b2": (3.1, 1.0), "round": (4.1, 0.6),
}  # fmt: skip
RAIL_ARCS: tuple[Arc, ...] = (
    ("a", "ay", 350, "AA"), ("ay", "ab", 12, "AA"), ("ab", "bw", 12, "BB"),
    ("bw", "d1", 100, "BB"), ("d1", "d2", 50, "DD"), ("d2", "b", 80, "BB"),
    ("bw", "round", 200, "BB"), ("round", "b", 200, "BB"),
    ("b", "be", 110, "BB"), ("be", "bc", 12, "BB"), ("bc", "cy", 12, "CC"), ("cy", "c", 300, "CC"),
    ("a", "a2", 290, "AA"), ("a2", "ab2", 12, "AA"), ("ab2", "b2", 12, "BB"),
    ("b2", "b", 240, "BB"),
)  # fmt: skip
ROAD_NODES = {
    "a": (0.5, 0.0), "gate_a": (2.9, -0.5), "ab": (3.0, -0.5), "gate_b": (3.1, -0.5),
    "b": (5.0, 0.0), "a_port": (1.0, -0.9), "c": (8.5, 0.0), "c_port": (8.0, -0.9),
}  # fmt: skip
ROAD_ARCS: tuple[Arc, ...] = (
    ("a", "gate_a", 310, "AA"), ("gate_a", "ab", 12, "AA"), ("ab", "gate_b", 12, "BB"),
    ("gate_b", "b", 230, "BB"), ("a", "a_port", 120, "AA"), ("c", "c_port", 130, "CC"),
)  # fmt: skip

TABLES: dict[str, tuple[str, ...]] = {
    "zones": (
        "zone,mode,gauge_mm,countries,default,note",
        "rail:AA,rail,1435,AA,1,", "rail:BB,rail,1520,BB,1,", "rail:CC,rail,1435,CC,1,",
        "road:AA,road,,AA,1,", "road:BB,road,,BB,1,", "road:CC,road,,CC,1,",
        "road:DD,road,,DD,1,",
    ),
    "zone_areas": (
        "id,mode,country,west,south,east,north,zone,kind,reason,source",
        "clip,rail,DD,3.8,-0.2,4.4,0.2,rail:BB,transit_without_control,clips DD,invented",
    ),
    "facilities": (
        "id,name,country,lat,lon,kind,zones,unlocode,status,snap_exception,source,note",
        "A-TER,Alfa terminal,AA,0,0.5,terminal,rail:AA;road:AA,,operating,,invented,",
        "A-YRD,Alfa yard,AA,0,2.9,gauge_yard,rail:AA,,operating,,invented,",
        "A-Y2,Alfa north,AA,1,2.9,gauge_yard,rail:AA,,operating,,invented,",
        "A-GATE,Alfa gate,AA,-0.5,2.9,border,road:AA,,operating,,invented,",
        "A-PRT,Alfa port,AA,-0.9,1,ferry_port,road:AA,,operating,,invented,",
        "B-WYRD,Bravo west,BB,0,3.1,gauge_yard,rail:BB,,operating,,invented,",
        "B-Y2,Bravo north,BB,1,3.1,gauge_yard,rail:BB,,operating,,invented,",
        "B-GATE,Bravo gate,BB,-0.5,3.1,border,road:BB,,operating,,invented,",
        "B-TER,Bravo terminal,BB,0,5,terminal,rail:BB;road:BB,,operating,,invented,",
        "B-EYRD,Bravo east,BB,0,5.9,gauge_yard,rail:BB,,operating,,invented,",
        "C-YRD,Charlie yard,CC,0,6.1,gauge_yard,rail:CC,,operating,,invented,",
        "C-TER,Charlie terminal,CC,0,8.5,terminal,rail:CC;road:CC,,operating,,invented,",
        "C-PRT,Charlie port,CC,-0.9,8,ferry_port,road:CC,,operating,,invented,",
    ),
    "places": (
        "id,name,country,lat,lon,facilities,unlocodes,aliases",
        "alfa,Alfa,AA,0,0.5,A-TER,,", "bravo,Bravo,BB,0,5,B-TER,,",
        "charlie,Charlie,CC,0,8.5,C-TER,,",
    ),
    "crossings": (
        "id,mode,a,b,lat,lon,gauge_ab,gauge_ba,status,note,source",
        "AB-rail,rail,A-YRD,B-WYRD,0,3,B-WYRD,A-YRD,operating,,invented",
        "AB2-rail,rail,A-Y2,B-Y2,1,3,B-Y2,A-Y2,closed,shorter but closed,invented",
        "BC-rail,rail,B-EYRD,C-YRD,0,6,C-YRD,B-EYRD,operating,,invented",
        "AB-road,road,A-GATE,B-GATE,-0.5,3,,,operating,,invented",
    ),
    "links": ("id,mode,kind,geometry,length_km,status,source,note",),
    "masks": ("id,mode,west,south,east,north,reason,source",),
    "services": (
        "id,name,operator,mode,group,a,b,both_ways,via,lane,status,headway_h_low,headway_h_typ,"
        "headway_h_high,capacity_teu,last_confirmed,grade,source,url,note",
        "TOY-FERRY,Toy ferry,Toy,ferry,toys,A-PRT,C-PRT,1,,toy,operating,24,24,24,,,expert,own,,",
        "TOY-IDLE,Idle ferry,T,ferry,idle,A-PRT,C-PRT,1,,toy,suspended,24,24,24,,,expert,own,,",
    ),
    "lanes": ("lane,seq,lat,lon", "toy,1,-1.3,1", "toy,2,-1.3,8"),
    "chokepoints": ("id,name,lat,lon",),
    "corridors": (
        "corridor,variant,seq,kind,value,modes,note",
        "rail,yard,1,section,CC,rail,", "rail,yard,2,gateway,crossing:BC-rail,,",
        "rail,yard,3,section,BB;DD,rail,", "rail,yard,4,gateway,crossing:AB-rail,,",
        "rail,yard,5,section,AA,rail,",
        "rail,north,1,section,CC,rail,", "rail,north,2,gateway,crossing:BC-rail,,",
        "rail,north,3,section,BB;DD,rail,", "rail,north,4,gateway,crossing:AB2-rail,,",
        "rail,north,5,section,AA,rail,",
        "truck,gate,1,section,CC,rail,", "truck,gate,2,gateway,crossing:BC-rail,,",
        "truck,gate,3,section,BB;DD,rail;road,", "truck,gate,4,gateway,crossing:AB-road,,",
        "truck,gate,5,section,AA,road,",
        "water,ferry,1,section,CC,rail;road,", "water,ferry,2,gateway,group:toys,,",
        "water,ferry,3,section,AA,rail;road,",
        "idle,ferry,1,section,CC,road,", "idle,ferry,2,gateway,service:TOY-IDLE,,",
        "idle,ferry,3,section,AA,road,",
    ),
    "flags": ("country,flag,rule,since,source,note", "BB,toy rule,Rule 1,2020-01-01,invented,"),
    "audit_allow": ("check,subject,reason",),
}  # fmt: skip

# Every row is certain, so that means are the numbers themselves; a spread is asked for by name.
PARAMETERS: dict[str, float] = {
    "speed_kmh/rail": 50, "speed_kmh/rail:BB": 40, "speed_kmh/road": 60,
    "rate_usd_km/rail": 0.5, "rate_usd_km/rail:BB": 0.4, "rate_usd_km/rail:BB/eastbound": 0.3,
    "rate_usd_km/road": 1.0,
    "border_h/rail": 10, "border_h/AB-rail/ab": 20, "border_usd/rail": 100,
    "border_usd/rail/BB-AA": 120, "border_h/road": 6, "border_usd/road": 60,
    "reload_h/AB-road": 9, "reload_usd/AB-road/ba": 45,
    "gauge_h": 8, "gauge_h/A-YRD": 5, "gauge_usd": 50,
    "lift_h/rail-road": 20, "lift_h/road-rail": 30, "lift_h/C-TER/rail-road": 19,
    "lift_h/road-ferry": 18, "lift_h/ferry-road": 15,
    "lift_h/ferry-ferry": 10, "lift_usd/ferry-ferry": 70,
    "lift_usd/rail-road": 60, "lift_usd/road-rail": 90, "lift_usd/road-ferry": 90,
    "lift_usd/ferry-road": 80,
    "wait_h/TOY-FERRY": 12, "sail_kmh/ferry": 20, "freight_usd/toys": 900,
    "fill_h/rail": 24, "fill_h/CC": 30, "fill_usd/rail": 70,
    "release_h/rail": 16, "release_usd/rail": 80, "release_h/road": 4,
    "pickup_h": 3, "pickup_usd": 200, "delivery_h": 5, "delivery_usd/AA": 300,
    "equipment_usd/rail": 1000,
    "co2e_kg_km/rail": 0.3, "co2e_kg_km/road": 1.2, "co2e_kg_km/ferry": 2.0,
    "co2e_kg/lift": 10, "co2e_kg/gauge": 14,
    "value_of_time_usd_day": 96, "shock_share/hours": 0.35, "shock_share/usd": 0.5,
}  # fmt: skip


def flat_network(
    mode: str, nodes: Mapping[str, tuple[float, float]], arcs: Sequence[Arc]
) -> FlatNetwork:
    """A flat network of straight arcs with given lengths."""
    names = list(nodes)
    ends = [[names.index(u), names.index(v)] for u, v, _, _ in arcs]
    lon, lat = (np.array([nodes[name][k] for name in names]) for k in (0, 1))
    uv = np.array(ends, dtype=np.int32)
    return FlatNetwork(
        mode=mode, countries=COUNTRIES, lon=lon, lat=lat, u=uv[:, 0], v=uv[:, 1],
        km=np.array([km for _, _, km, _ in arcs], dtype=np.float64),
        country=np.array([COUNTRIES.index(c) for *_, c in arcs], dtype=np.uint8),
        flags=np.zeros(len(arcs), dtype=np.uint8),
        start=np.arange(0, 2 * len(arcs) + 1, 2, dtype=np.int64),
        vertex_lon=lon[uv].ravel(), vertex_lat=lat[uv].ravel(),
    )  # fmt: skip


def polygons() -> CountryPolygons:
    """Boxes side by side; DD is cut out of BB."""
    dd = shapely.box(3.9, -0.3, 4.3, 0.3)
    shapes = [
        shapely.box(0, -1, 3, 2), shapely.difference(shapely.box(3, -1, 6, 2), dd),
        shapely.box(6, -1, 9, 2), dd,
    ]  # fmt: skip
    return CountryPolygons(codes=COUNTRIES, shapes=np.array(shapes, dtype=object))


def parameter_rows(
    values: Mapping[str, float], *, spread: tuple[float, float] = (1.0, 1.0)
) -> Iterable[tuple[str, ...]]:
    """Rows of the parameter table; a spread multiplies low and high where zero is not meant."""
    certain = ("value_of_time", "shock_share")
    for key, typ in values.items():
        low, high = (1.0, 1.0) if key.startswith(certain) else spread
        numbers = (str(typ * low), str(typ), str(typ * high))
        yield (key, *numbers, "unit", "assumption", "", "", "", "", "invented for a test")


@functools.cache
def _empty_gazetteer() -> bytes:
    return (data_dir() / "places" / "cities.txt.gz").read_bytes()


def write_toy(
    folder: Path,
    *,
    tables: Mapping[str, Sequence[str]] | None = None,
    parameters: Mapping[str, float] | None = None,
    spread: tuple[float, float] = (1.0, 1.0),
    rail: tuple[Mapping[str, tuple[float, float]], Sequence[Arc]] = (RAIL_NODES, RAIL_ARCS),
) -> Path:
    """Write the toy as a data folder; tables and parameters given replace its own."""
    packaged = data_dir()
    for name in ("osm", "basemap", "curated", "sea", "places"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    flat_network("rail", *rail).write(folder / "osm" / "rail.npz")
    flat_network("road", ROAD_NODES, ROAD_ARCS).write(folder / "osm" / "road.npz")
    polygons().write(folder / "basemap" / "countries.npz")
    for name in ("sea/lanes.npz", "sea/coast.npz", "places/countries.csv"):
        shutil.copyfile(packaged / name, folder / name)
    (folder / "places" / "cities.txt.gz").write_bytes(_empty_gazetteer())
    for name, lines in (TABLES | dict(tables or {})).items():
        (folder / "curated" / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "curated" / "edition.txt").write_text("2025-01-01\n2025-01\n", "utf-8")
    with (folder / "curated" / "parameters.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        header = "key,low,typ,high,unit,grade,source,url,year,seen,note"
        writer.writerow(header.split(","))
        writer.writerows(parameter_rows(PARAMETERS | dict(parameters or {}), spread=spread))
    return folder


def with_row(table: str, key: str, old: str, new: str) -> dict[str, tuple[str, ...]]:
    """The toy's table with a text replaced in the row that starts with a key."""
    lines = tuple(
        line.replace(old, new, 1) if line.split(",")[0] == key else line for line in TABLES[table]
    )
    assert lines != TABLES[table], f"{key} in {table} holds no {old!r}"
    return {table: lines}


def without_row(table: str, key: str) -> dict[str, tuple[str, ...]]:
    """The toy's table without the row that starts with a key."""
    lines = tuple(line for line in TABLES[table] if line.split(",")[0] != key)
    assert lines != TABLES[table], f"no row {key} in {table}"
    return {table: lines}
