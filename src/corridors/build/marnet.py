"""Make the packaged sea lanes from the marnet that the `searoute` package carries.

What is changed, and why: the part outside the region is dropped; the Caspian and the rivers and
canals of Russia are dropped, because container ships do not pass them and the Caspian has curated
lanes; pieces that cross land are dropped unless they are a canal or strait that ships use; long
pieces are drawn along the great circle; straits and canals are marked, so that they can be avoided.
"""

from __future__ import annotations

import json
import tarfile
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from corridors.build.coast import build_coast
from corridors.build.sources import sha256
from corridors.build.water import way_by_water
from corridors.errors import DataError
from corridors.geodesy import great_circle_km
from corridors.network.coast import NARROWS, Box, Coast, in_box, read_coast
from corridors.network.sea import COAST_FILE, LANES_FILE, SCALE, SCHEMA

Point = tuple[float, float]

REGION: Box = (-30.0, -44.0, 150.0, 66.0)
# Inland waters of the source that join seas which container ships cannot join.
CUT: dict[str, Box] = {
    "Caspian Sea": (46.3, 36.0, 56.0, 48.0),
    "Volga, Volga-Don canal and lower Don": (38.9, 45.5, 50.0, 62.0),
}
# Lines laid across a strait from land to land: a lane that crosses one goes through the passage.
PASSAGES: dict[str, tuple[Point, Point]] = {
    "suez": ((32.0, 30.7), (32.8, 30.7)),
    "bab_el_mandeb": ((42.8, 12.35), (43.9, 13.3)),
    "hormuz": ((56.3, 26.1), (56.9, 27.2)),
    "malacca": ((101.3, 1.6), (102.2, 2.7)),
    "sunda": ((105.5, -5.5), (106.2, -6.2)),
    "lombok": ((115.4, -8.45), (116.3, -8.45)),
    "gibraltar": ((-5.6, 35.5), (-5.6, 36.5)),
    "bosporus": ((28.6, 41.15), (29.6, 41.15)),
    "dardanelles": ((26.3, 40.35), (26.8, 40.1)),
    "taiwan_strait": ((119.0, 25.3), (121.0, 24.2)),
    "luzon_strait": ((120.8, 22.4), (121.2, 18.3)),
    "cape_of_good_hope": ((19.5, -34.0), (19.5, -44.0)),
    "dover": ((1.1, 51.3), (1.9, 50.7)),
    "kerch": ((36.2, 45.25), (37.0, 45.25)),
}
MOST_LAND_KM = 3.0
_LONGEST_CHORD_KM = 150.0
_LONGEST_DETOUR_KM = 400.0
_MOST_DETOUR = 1.5


@dataclass(frozen=True, slots=True)
class SeaCounts:
    """What was kept and what was dropped.

    Parameters
    ----------
    pieces, cut, over_land, islands : int
        Straight pieces of the source in the region; those cut as inland water; those dropped
        because they cross land; those not joined to the rest afterwards.
    nodes, edges : int
        Size of the packaged network.
    """

    pieces: int
    cut: int
    over_land: int
    islands: int
    nodes: int
    edges: int


def build_sea(searoute: Path, world_atlas: Path, out: Path) -> SeaCounts:
    """Write ``lanes.npz`` and ``coast.npz``.

    Parameters
    ----------
    searoute : Path
        The source archive of ``searoute`` 1.6.0.
    world_atlas : Path
        The npm archive of ``world-atlas`` 2.0.2.
    out : Path
        Folder to write to (``geodata/sea``).

    Returns
    -------
    SeaCounts
        What was kept and dropped.

    Raises
    ------
    DataError
        An archive does not hold what is expected.
    """
    build_coast(world_atlas, out / COAST_FILE, box=REGION)
    coast = read_coast(out / COAST_FILE)
    pieces = [piece for piece in _pieces(searoute) if all(in_box(p, REGION) for p in piece)]
    open_sea = [
        piece
        for piece in pieces
        if not any(in_box(point, box) for box in CUT.values() for point in piece)
    ]
    lines = [_afloat(_densified(*piece), coast) for piece in open_sea]
    afloat = [line for line in lines if line is not None]
    joined = _largest_component(afloat)
    edges = _merged(joined)
    _write(edges, coast, out / LANES_FILE, made_from=(searoute, world_atlas))
    nodes = {end for edge in edges for end in (edge[0], edge[-1])}
    return SeaCounts(
        pieces=len(pieces),
        cut=len(pieces) - len(open_sea),
        over_land=len(lines) - len(afloat),
        islands=len(afloat) - len(joined),
        nodes=len(nodes),
        edges=len(edges),
    )


def _pieces(searoute: Path) -> list[tuple[Point, Point]]:
    try:
        with tarfile.open(searoute) as archive:
            member = archive.extractfile("searoute-1.6.0/searoute/data/marnet_searoute.geojson")
            features = json.loads(member.read() if member is not None else b"")["features"]
    except (OSError, KeyError, ValueError, tarfile.TarError) as fault:
        raise DataError(f"{searoute} holds no marnet: {fault}") from fault
    found: dict[tuple[Point, Point], None] = {}
    for feature in features:
        geometry = feature["geometry"]
        several = geometry["type"] == "MultiLineString"
        for line in geometry["coordinates"] if several else [geometry["coordinates"]]:
            points = [_rounded(point[0], point[1]) for point in line]
            for a, b in pairwise(points):
                # A piece over the date line would be drawn round the world.
                if a != b and abs(a[0] - b[0]) < 180:
                    found[(min(a, b), max(a, b))] = None
    return list(found)


def _rounded(lon: float, lat: float) -> Point:
    return (round((lon + 180) % 360 - 180, 5), round(lat, 5))


def _densified(a: Point, b: Point) -> list[Point]:
    """Great-circle points no more than the longest chord apart."""
    steps = int(np.ceil(great_circle_km(*a, *b) / _LONGEST_CHORD_KM))
    if steps < 2:
        return [a, b]

    def vector(point: Point) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        lon, lat = np.radians(point)
        return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])

    start, end = vector(a), vector(b)
    angle = np.arccos(np.clip(start @ end, -1, 1))
    line = [a]
    for step in range(1, steps):
        share = step / steps
        x, y, z = (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(
            angle
        )
        lon, lat = np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))
        line.append(_rounded(float(lon), float(lat)))
    return [*line, b]


def _afloat(line: list[Point], coast: Coast) -> list[Point] | None:
    """Return the line, or a way round the land it crosses; None where there is none."""
    if _land_km(line, coast) <= MOST_LAND_KM:
        return line
    direct = great_circle_km(*line[0], *line[-1])
    if direct <= _LONGEST_DETOUR_KM:
        detour = way_by_water(coast, line[0], line[-1])
        if detour is not None and _land_km(detour, coast) <= MOST_LAND_KM:
            length = sum(great_circle_km(*a, *b) for a, b in pairwise(detour))
            if length <= _MOST_DETOUR * direct:
                return detour
    # A canal has no water at this scale: there the line of the source stays.
    if any(in_box(line[0], box) and in_box(line[-1], box) for box in NARROWS.values()):
        return line
    return None


def _land_km(line: list[Point], coast: Coast) -> float:
    return sum(coast.land_km(a, b) for a, b in pairwise(line))


def _largest_component(lines: list[list[Point]]) -> list[list[Point]]:
    around: dict[Point, list[Point]] = defaultdict(list)
    for line in lines:
        around[line[0]].append(line[-1])
        around[line[-1]].append(line[0])
    left, largest = set(around), set[Point]()
    for seed in sorted(around):
        if seed not in left:
            continue
        left.discard(seed)
        reached, stack = {seed}, [seed]
        while stack:
            for other in around[stack.pop()]:
                if other in left:
                    left.discard(other)
                    reached.add(other)
                    stack.append(other)
        if len(reached) > len(largest):
            largest = reached
    return [line for line in lines if line[0] in largest]


def _merged(lines: list[list[Point]]) -> list[list[Point]]:
    """Join pieces at points where only two meet; keep straits apart so they can be marked."""
    ends: dict[Point, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        ends[line[0]].append(number)
        ends[line[-1]].append(number)
    marked = [_passages_of(line) for line in lines]

    def passes(point: Point) -> bool:
        meet = ends[point]
        return len(meet) == 2 and meet[0] != meet[1] and marked[meet[0]] == marked[meet[1]]

    used = [False] * len(lines)
    edges: list[list[Point]] = []
    # Chains from a junction first; what is left then are rings without one.
    seeds = [n for n, line in enumerate(lines) if not (passes(line[0]) and passes(line[-1]))]
    for seed in (*seeds, *range(len(lines))):
        if used[seed]:
            continue
        line = lines[seed] if not passes(lines[seed][0]) else lines[seed][::-1]
        used[seed] = True
        chain = list(line)
        while passes(chain[-1]):
            follow = [n for n in ends[chain[-1]] if not used[n]]
            if not follow:
                break
            used[follow[0]] = True
            piece = lines[follow[0]]
            chain += piece[1:] if piece[0] == chain[-1] else piece[::-1][1:]
        edges.append(chain)
    return sorted(edges)


def _passages_of(line: list[Point]) -> int:
    mask = 0
    for bit, gate in enumerate(PASSAGES.values()):
        if any(_crosses(a, b, *gate) for a, b in pairwise(line)):
            mask |= 1 << bit
    return mask


def _crosses(a: Point, b: Point, c: Point, d: Point) -> bool:
    def side(p: Point, q: Point, r: Point) -> bool:
        return (q[0] - p[0]) * (r[1] - p[1]) > (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) != side(a, b, d) and side(c, d, a) != side(c, d, b)


def _is_entry(point: Point, coast: Coast) -> bool:
    return not coast.ashore(*point) or any(in_box(point, box) for box in NARROWS.values())


def _write(
    edges: list[list[Point]], coast: Coast, path: Path, *, made_from: tuple[Path, ...]
) -> None:
    number: dict[Point, int] = {}
    for edge in edges:
        for end in (edge[0], edge[-1]):
            number.setdefault(end, len(number))
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        schema=np.array(SCHEMA),
        made_from=np.array([f"{source.name} sha256 {sha256(source)}" for source in made_from]),
        u=np.array([number[edge[0]] for edge in edges], dtype=np.int32),
        v=np.array([number[edge[-1]] for edge in edges], dtype=np.int32),
        passages=np.array([_passages_of(edge) for edge in edges], dtype=np.int32),
        passage_names=np.array(list(PASSAGES)),
        points=np.round(np.array([p for edge in edges for p in edge]) / SCALE).astype(np.int32),
        starts=np.concatenate([[0], np.cumsum([len(edge) for edge in edges])]).astype(np.int32),
        gates=np.array([[*a, *b] for a, b in PASSAGES.values()]),
        entry=np.array([_is_entry(point, coast) for point in number]),
    )
