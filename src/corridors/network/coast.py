"""Land as segments of coastline, to keep sea legs at sea; in NumPy alone.

Natural Earth 1:10m land (public domain), simplified to about 300 m. At that scale canals, locks
and river ports lie on land: they are allowed by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridors.errors import DataError
from corridors.geodesy import great_circle_km

Point = tuple[float, float]
Box = tuple[float, float, float, float]

SCHEMA = "corridors-coast/1"
# Narrow waters where a map at 1:10m shows land on the lane: each is a fairway for container ships.
NARROWS: dict[str, Box] = {
    "Suez Canal": (32.2, 29.6, 32.75, 31.4),
    "Dardanelles": (25.9, 39.9, 26.9, 40.5),
    "Bosporus": (28.9, 40.95, 29.25, 41.3),
    "Rotterdam": (3.8, 51.7, 4.6, 52.1),
    "Western Scheldt": (3.5, 51.2, 4.4, 51.5),
    "Elbe": (8.6, 53.4, 10.1, 54.1),
    "Singapore and Johor": (103.5, 1.0, 104.2, 1.6),
    "Shatt al-Arab": (47.8, 29.8, 49.2, 30.6),
}
SCALE = 1e-5


@dataclass(frozen=True, slots=True)
class Coast:
    """Coastline segments, ordered by their western end.

    Parameters
    ----------
    x1, y1, x2, y2 : numpy.ndarray of float, shape (segments,)
        Ends of each segment in degrees; ``x1 <= x2``.
    widest : float
        Largest ``x2 - x1``: how far west of a window its segments can begin.
    """

    x1: NDArray[np.float64]
    y1: NDArray[np.float64]
    x2: NDArray[np.float64]
    y2: NDArray[np.float64]
    widest: float

    def within(self, west: float, south: float, east: float, north: float) -> Coast:
        """Return the segments that touch a window, for many tests in one area.

        Parameters
        ----------
        west, south, east, north : float
            Window in degrees.
        """
        first = int(np.searchsorted(self.x1, west - self.widest, side="left"))
        last = int(np.searchsorted(self.x1, east, side="right"))
        part = slice(first, last)
        low = np.minimum(self.y1[part], self.y2[part])
        high = np.maximum(self.y1[part], self.y2[part])
        kept = np.flatnonzero((self.x2[part] >= west) & (high >= south) & (low <= north)) + first
        return Coast(self.x1[kept], self.y1[kept], self.x2[kept], self.y2[kept], self.widest)

    def ashore(self, lon: float, lat: float) -> bool:
        """Return True where a point lies on land.

        Parameters
        ----------
        lon, lat : float
            Degrees.
        """
        # A ray to the south crosses the coast an odd number of times from land.
        first = int(np.searchsorted(self.x1, lon - self.widest, side="left"))
        last = int(np.searchsorted(self.x1, lon, side="right"))
        x1, x2 = self.x1[first:last], self.x2[first:last]
        hit = x2 > lon
        x1, x2 = x1[hit], x2[hit]
        y1, y2 = self.y1[first:last][hit], self.y2[first:last][hit]
        y = y1 + (lon - x1) / (x2 - x1) * (y2 - y1)
        return bool(np.count_nonzero(y < lat) % 2)

    def land_km(self, a: Point, b: Point) -> float:
        """Return how many km of the chord from `a` to `b` lie on land.

        Parameters
        ----------
        a, b : tuple of float
            Longitude and latitude in degrees.
        """
        near = self.within(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
        cuts = _cuts(near, a, b)
        bounds = np.concatenate([[0.0], cuts, [1.0]])
        inside = self.ashore(*a)
        share = 0.0
        for begin, end in pairwise(bounds):
            if inside:
                share += float(end - begin)
            inside = not inside
        return share * great_circle_km(*a, *b)


def in_box(point: Point, box: Box) -> bool:
    """Return True where a point lies in a west, south, east, north box.

    Parameters
    ----------
    point : tuple of float
        Longitude and latitude.
    box : tuple of float
        West, south, east, north.
    """
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def ashore_pieces(
    coast: Coast, line: Sequence[Point], *, most_km: float = 3.0, port_km: float = 25.0
) -> list[tuple[float, Point, Point]]:
    """Return the pieces of a ship's way that cross more land than can be explained.

    Parameters
    ----------
    coast : Coast
        Land.
    line : sequence of tuple of float
        Longitude and latitude from berth to berth.
    most_km : float
        Land that the scale of the coastline explains, for each piece.
    port_km : float
        The same for the first and the last piece, which end at a berth.

    Returns
    -------
    list of tuple
        Kilometres of land and the two ends of each piece; the fairways of `NARROWS` are left out.

    Examples
    --------
    >>> from corridors.data_location import data_dir
    >>> coast = read_coast(data_dir() / "sea" / "coast.npz")
    >>> ashore_pieces(coast, [(-9.5, 38.0), (-9.8, 40.0), (-9.5, 43.0)])
    []
    >>> len(ashore_pieces(coast, [(-9.5, 38.0), (3.0, 40.0)]))
    1
    """
    found = []
    last = len(line) - 2
    for number, (a, b) in enumerate(pairwise(line)):
        if any(in_box(a, box) and in_box(b, box) for box in NARROWS.values()):
            continue
        land = coast.land_km(a, b)
        if land > (port_km if number in (0, last) else most_km):
            found.append((land, a, b))
    return found


def _cuts(coast: Coast, a: Point, b: Point) -> NDArray[np.float64]:
    """Return where, from 0 at `a` to 1 at `b`, a chord crosses the coast."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    ex, ey = coast.x2 - coast.x1, coast.y2 - coast.y1
    across = dx * ey - dy * ex
    fx, fy = coast.x1 - a[0], coast.y1 - a[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (fx * ey - fy * ex) / across
        u = (fx * dy - fy * dx) / across
    # Half open along the coast: a shared vertex counts once.
    crossing = (across != 0) & (t > 0) & (t < 1) & (u >= 0) & (u < 1)
    return np.asarray(np.sort(t[crossing]), dtype=np.float64)


def read_coast(path: Path) -> Coast:
    """Read the packaged coast.

    Parameters
    ----------
    path : Path
        ``geodata/sea/coast.npz``.

    Raises
    ------
    DataError
        The file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["schema"]) != SCHEMA:
                raise DataError(f"{path} is not a {SCHEMA} file: rebuild it")
            x = stored["lon"] * SCALE
            y = stored["lat"] * SCALE
            starts = stored["starts"]
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(f"{path} is missing: reinstall corridors or restore the file") from None
    except Exception as fault:  # a damaged archive raises whatever its layer raises
        raise DataError(f"{path} cannot be read: {fault}") from fault
    return _segments(x, y, starts)


def _segments(x: NDArray[Any], y: NDArray[Any], starts: NDArray[Any]) -> Coast:
    joined = np.ones(len(x) - 1, dtype=bool)
    joined[starts[1:-1] - 1] = False
    x1, y1, x2, y2 = x[:-1][joined], y[:-1][joined], x[1:][joined], y[1:][joined]
    back = x1 > x2
    x1, x2 = np.where(back, x2, x1), np.where(back, x1, x2)
    y1, y2 = np.where(back, y2, y1), np.where(back, y1, y2)
    order = np.argsort(x1, kind="stable")
    widest = float((x2 - x1).max()) if len(x1) else 0.0
    return Coast(x1[order], y1[order], x2[order], y2[order], widest)
