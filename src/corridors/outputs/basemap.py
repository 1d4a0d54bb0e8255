"""The base map that travels inside every map: land, water and boundaries, no tiles."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from shapely.geometry import LineString

from corridors.data_location import data_dir
from corridors.errors import DataError, UsageError
from corridors.polyline import decode, encode

NOTE = (
    "Boundaries: Natural Earth, for orientation only; dotted lines are disputed. "
    "No endorsement of any boundary or name is meant."
)
NOTE_NONE = "No boundaries are drawn."
NOTE_OWN = "Boundaries: supplied by the user of this map."

#: Labels of states and waters: text, lon, lat, rank (1 is shown first).
COUNTRY_LABELS: tuple[tuple[str, float, float, int], ...] = (
    ("KAZAKHSTAN", 67.6, 48.6, 1), ("RUSSIA", 60.0, 58.5, 1), ("CHINA", 101.0, 35.2, 1),
    ("IRAN", 54.2, 32.6, 1), ("TÜRKIYE", 34.2, 39.2, 2), ("PAKISTAN", 67.0, 28.6, 2),
    ("INDIA", 78.5, 22.6, 1), ("MONGOLIA", 103.5, 46.9, 2), ("UZBEKISTAN", 63.0, 42.0, 3),
    ("TURKMENISTAN", 59.4, 39.0, 3), ("AFGHANISTAN", 65.2, 33.6, 2), ("UKRAINE", 31.5, 49.0, 2),
    ("POLAND", 19.2, 51.9, 3), ("GERMANY", 10.4, 50.9, 3), ("FRANCE", 2.4, 46.8, 2),
    ("SPAIN", -3.7, 40.0, 2), ("ROMANIA", 25.0, 46.0, 4), ("BELARUS", 28.0, 53.4, 4),
    ("EGYPT", 29.0, 26.8, 2), ("SAUDI ARABIA", 44.5, 24.3, 2), ("KYRGYZSTAN", 74.6, 41.5, 4),
    ("TAJIKISTAN", 70.9, 38.7, 4), ("GEORGIA", 43.4, 42.35, 5), ("AZERBAIJAN", 47.9, 40.35, 5),
    ("IRAQ", 43.3, 33.1, 3), ("ETHIOPIA", 39.5, 8.6, 3), ("SUDAN", 30.2, 16.0, 3),
    ("LIBYA", 17.6, 27.4, 3), ("ALGERIA", 2.6, 28.2, 3), ("VIET NAM", 107.9, 14.0, 4),
    ("THAILAND", 101.0, 15.6, 4), ("MYANMAR", 96.2, 21.4, 4), ("INDONESIA", 113.9, -0.6, 3),
    ("OMAN", 56.4, 20.8, 4), ("ITALY", 12.6, 43.0, 4), ("SWEDEN", 15.0, 61.2, 3),
    ("FINLAND", 26.3, 62.7, 3), ("SOUTH AFRICA", 24.0, -29.5, 3),
)  # fmt: skip
WATER_LABELS: tuple[tuple[str, float, float, int], ...] = (
    ("Caspian Sea", 51.2, 38.6, 1), ("Black Sea", 34.0, 43.5, 1),
    ("Mediterranean Sea", 17.8, 34.7, 1), ("Red Sea", 37.9, 21.0, 3),
    ("Arabian Sea", 63.5, 14.8, 1),
    ("Bay of Bengal", 88.6, 14.2, 2), ("Indian Ocean", 76.0, -8.0, 1),
    ("Atlantic Ocean", -18.0, 41.0, 1), ("Baltic Sea", 19.6, 57.2, 3), ("North Sea", 3.4, 56.3, 3),
)  # fmt: skip


@cache
def _packaged() -> dict[str, Any]:
    path = data_dir() / "basemap" / "basemap.json"
    return _read(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise DataError(f"{path}: the base map cannot be read ({exc})") from exc
    if not isinstance(content, dict):
        raise DataError(f"{path}: the base map is not a JSON object")
    return content


@cache
def straits() -> tuple[tuple[str, float, float], ...]:
    """Straits, canals and capes that ships pass: name, longitude, latitude.

    Examples
    --------
    >>> any(name == "Suez Canal" for name, _, _ in straits())
    True
    """
    path = data_dir() / "curated" / "chokepoints.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(
                (row["name"], float(row["lon"]), float(row["lat"])) for row in csv.DictReader(file)
            )
    except (OSError, KeyError, ValueError, TypeError) as exc:
        raise DataError(f"{path}: chokepoints cannot be read ({exc})") from exc


def load(boundaries: str | Path = "neutral") -> dict[str, Any]:
    """Land, lakes, rivers and boundaries as encoded polylines, with the note that goes with them.

    Parameters
    ----------
    boundaries : "neutral", "none" or path
        ``"neutral"`` draws Natural Earth lines with disputed ones dotted; ``"none"`` draws none;
        a path is a GeoJSON file of lines (property ``disputed`` true for dotted ones).

    Examples
    --------
    >>> load("none")["borders"]
    []
    """
    base = _packaged()
    out = {key: base[key] for key in ("land", "lakes", "rivers", "borders", "disputed")}
    if boundaries == "neutral":
        return out | {"note": NOTE}
    if boundaries == "none":
        return out | {"borders": [], "disputed": [], "note": NOTE_NONE}
    path = Path(boundaries)
    if not path.exists():
        raise UsageError(
            f"boundaries={str(boundaries)!r}: give 'neutral', 'none' or an existing GeoJSON file"
        )
    borders, disputed = _own_lines(path)
    return out | {"borders": borders, "disputed": disputed, "note": NOTE_OWN}


#: Degrees: within the accuracy of the lines where the map is, coarser far from it. Rivers are
#: there to be recognised.
_NEAR, _FAR = {"rivers": 0.06}, 0.25
_NEAR_ELSE = 0.03


def thinned(base: Mapping[str, Any], bounds: Sequence[float]) -> dict[str, Any]:
    """The base map for a page that opens on `bounds`: fewer points, and fewest far away.

    Parameters
    ----------
    base : mapping
        Of `load`, without its note.
    bounds : (west, south, east, north)
        What the page opens on.

    Examples
    --------
    >>> line = encode([(0, 0), (1, 0.01), (2, 0), (90, 0), (91, 0.1), (92, 0)], digits=2)
    >>> decode(thinned({"borders": [line]}, (0, 0, 3, 1))["borders"][0], digits=2)
    [(0.0, 0.0), (2.0, 0.0), (90.0, 0.0), (92.0, 0.0)]
    """
    west, south, east, north = bounds
    aside, above = max(12.0, (east - west) / 4), max(10.0, (north - south) / 3)
    window = np.array([[west - aside, south - above], [east + aside, north + above]])

    def thin(value: Any, near: float) -> Any:
        if not isinstance(value, str):
            return [thin(part, near) for part in value]
        points = np.array(decode(value, digits=2))
        inside = ((points >= window[0]) & (points <= window[1])).all(axis=1)
        cuts = [0, *(np.flatnonzero(inside[1:] != inside[:-1]) + 1).tolist(), len(points)]
        kept = [
            _simple(points[start:end], near if inside[start] else _FAR)
            for start, end in pairwise(cuts)
        ]
        line = np.concatenate(kept)
        # A ring keeps enough points to be one.
        return encode(line if len(line) > 3 else points, digits=2)

    return {key: thin(value, _NEAR.get(key, _NEAR_ELSE)) for key, value in base.items()}


def _simple(points: Any, tolerance: float) -> Any:
    if len(points) < 3:
        return points
    return np.asarray(LineString(points).simplify(tolerance, preserve_topology=False).coords)


def _own_lines(path: Path) -> tuple[list[str], list[str]]:
    found: dict[bool, list[str]] = {False: [], True: []}
    try:
        for feature in _read(path)["features"]:
            geometry = feature["geometry"]
            lines = geometry["coordinates"]
            if geometry["type"] == "LineString":
                lines = [lines]
            elif geometry["type"] != "MultiLineString":
                raise DataError(f"{path}: boundaries are lines, not {geometry['type']}")
            dotted = bool((feature.get("properties") or {}).get("disputed"))
            found[dotted] += [encode(line, digits=2) for line in lines]
    except (KeyError, TypeError, IndexError, AttributeError) as exc:
        raise DataError(f"{path}: not a GeoJSON feature collection of lines ({exc!r})") from exc
    return found[False], found[True]
