"""A way by water round a cape, between two points whose chord crosses land."""

from __future__ import annotations

import heapq
import math

import numpy as np
from numpy.typing import NDArray

from corridors.geodesy import great_circle_km
from corridors.network.coast import Coast

Point = tuple[float, float]

_FINEST_DEG = 0.01
_CELLS_ACROSS = 160
_NEIGHBOURS = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy]
_SNAP_CELLS = 8


def way_by_water(coast: Coast, a: Point, b: Point) -> list[Point] | None:
    """Return a short line from `a` to `b` that keeps to the water, or None.

    Parameters
    ----------
    coast : Coast
        Land.
    a, b : tuple of float
        Longitude and latitude; they may lie a little ashore.

    Returns
    -------
    list of tuple of float or None
        Vertices from `a` to `b`; None where the water between them is too narrow for the grid.
    """
    reach = max(abs(a[0] - b[0]), abs(a[1] - b[1]))
    margin = max(0.15, 0.5 * reach)
    west, east = min(a[0], b[0]) - margin, max(a[0], b[0]) + margin
    south, north = min(a[1], b[1]) - margin, max(a[1], b[1]) + margin
    step = max(_FINEST_DEG, max(east - west, north - south) / _CELLS_ACROSS)
    lons = np.arange(west, east + step, step)
    lats = np.arange(south, north + step, step)
    water = _water(coast.within(west, -90.0, east, 90.0), lons, lats)
    start, goal = (_cell(water, p, west=west, south=south, step=step) for p in (a, b))
    if start is None or goal is None:
        return None
    cells = _shortest(water, start, goal, narrowing=math.cos(math.radians((south + north) / 2)))
    if cells is None:
        return None
    line = [a, *((float(lons[i]), float(lats[j])) for i, j in cells), b]
    return [(round(x, 5), round(y, 5)) for x, y in _pulled(coast, line)]


def _water(coast: Coast, lons: NDArray[np.float64], lats: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mask of grid points on water, shape (lons, lats): parity of coasts to the south."""
    mask = np.empty((len(lons), len(lats)), dtype=np.bool_)
    for i, lon in enumerate(lons):
        hit = (coast.x1 <= lon) & (coast.x2 > lon)
        x1, x2, y1, y2 = coast.x1[hit], coast.x2[hit], coast.y1[hit], coast.y2[hit]
        crossings = np.sort(y1 + (lon - x1) / (x2 - x1) * (y2 - y1))
        mask[i] = np.searchsorted(crossings, lats) % 2 == 0
    return mask


def _cell(
    water: NDArray[np.bool_], point: Point, *, west: float, south: float, step: float
) -> tuple[int, int] | None:
    i, j = round((point[0] - west) / step), round((point[1] - south) / step)
    best: tuple[int, int, int] | None = None
    for x in range(max(0, i - _SNAP_CELLS), min(water.shape[0], i + _SNAP_CELLS + 1)):
        for y in range(max(0, j - _SNAP_CELLS), min(water.shape[1], j + _SNAP_CELLS + 1)):
            if water[x, y]:
                candidate = ((x - i) ** 2 + (y - j) ** 2, x, y)
                best = candidate if best is None else min(best, candidate)
    return None if best is None else best[1:]


def _shortest(
    water: NDArray[np.bool_], start: tuple[int, int], goal: tuple[int, int], *, narrowing: float
) -> list[tuple[int, int]] | None:
    steps = [(dx, dy, math.hypot(dx * narrowing, dy)) for dx, dy in _NEIGHBOURS]
    best = {start: 0.0}
    came: dict[tuple[int, int], tuple[int, int]] = {}
    heap = [(0.0, start)]
    width, height = water.shape
    while heap:
        cost, cell = heapq.heappop(heap)
        if cell == goal:
            break
        if cost > best[cell]:
            continue
        for dx, dy, length in steps:
            other = (cell[0] + dx, cell[1] + dy)
            if not (0 <= other[0] < width and 0 <= other[1] < height and water[other]):
                continue
            reached = cost + length
            if reached < best.get(other, math.inf):
                best[other] = reached
                came[other] = cell
                heapq.heappush(heap, (reached, other))
    if goal not in best:
        return None
    cells = [goal]
    while cells[-1] != start:
        cells.append(came[cells[-1]])
    return cells[::-1]


def _pulled(coast: Coast, line: list[Point]) -> list[Point]:
    """Drop vertices as long as the chord over them stays on water."""
    kept = [line[0]]
    at = 0
    while at < len(line) - 1:
        ahead = at + 1
        # Doubling first, so that a long straight reach costs few tests.
        stride = 1
        while ahead + stride < len(line) and _clear(coast, line[at], line[ahead + stride]):
            ahead += stride
            stride *= 2
        while stride:
            if ahead + stride < len(line) and _clear(coast, line[at], line[ahead + stride]):
                ahead += stride
            stride //= 2
        kept.append(line[ahead])
        at = ahead
    return kept


def _clear(coast: Coast, a: Point, b: Point) -> bool:
    return coast.land_km(a, b) <= 0.02 * great_circle_km(*a, *b) * (not coast.ashore(*b))
