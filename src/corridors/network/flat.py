"""The flat network of one mode: junctions, arcs with geometry, one country per arc.

This is what the build makes of OpenStreetMap and nothing else; curated tables are laid over it
when it is compiled. It is an ODbL database and kept apart from our own tables.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridors.errors import DataError
from corridors.network.arrays import write_arrays

STITCHED = 1
"""Flag of an arc that holds a join the build made across a small break in the source."""

CURATED = 2
"""Flag of an arc whose line comes from a curated table instead of OpenStreetMap."""

DEGREES = 1e-5
"""Stored coordinates are whole multiples of this many degrees (about a metre)."""

_FIELDS = ("node_xy", "arc_uv", "arc_m", "arc_country", "arc_flags", "arc_start", "vertex_xy")
_TAG_FIELDS = ("arc_gauge", "arc_oneway", "arc_max_kmh", "arc_class_m")


@dataclass(frozen=True, slots=True)
class ArcTags:
    """What the map's tags tell of each arc; 0 where they tell nothing.

    Attributes
    ----------
    classes : tuple of str
        Columns of `class_km`, such as ``electrified`` or ``motorway``.
    gauge_mm : (m, 2) uint16
        Track gauges, ascending; two on a line of mixed gauge.
    oneway : (m,) bool
        Whether the arc leads from its `u` to its `v` only.
    max_kmh : (m,) uint16
        Mean speed limit over the arc, where most of it has one.
    class_km : (m, k) float64
        Kilometres of the arc that are of each class.
    """

    classes: tuple[str, ...]
    gauge_mm: NDArray[np.uint16]
    oneway: NDArray[np.bool_]
    max_kmh: NDArray[np.uint16]
    class_km: NDArray[np.float64]

    def take(self, rows: Any, *, share: NDArray[np.float64] | None = None) -> ArcTags:
        """Tags of some arcs, or of pieces of them with the given share of the length."""
        class_km = self.class_km[rows]
        return ArcTags(
            self.classes,
            self.gauge_mm[rows],
            self.oneway[rows],
            self.max_kmh[rows],
            class_km if share is None else class_km * share[:, None],
        )

    def plus(self, other: ArcTags) -> ArcTags:
        """These tags and then the others, which must have the same classes."""
        return ArcTags(
            self.classes,
            np.concatenate([self.gauge_mm, other.gauge_mm]),
            np.concatenate([self.oneway, other.oneway]),
            np.concatenate([self.max_kmh, other.max_kmh]),
            np.concatenate([self.class_km, other.class_km]),
        )


def no_tags(classes: tuple[str, ...], count: int) -> ArcTags:
    """Tags of arcs of which nothing is known.

    Examples
    --------
    >>> no_tags(("main",), 2).class_km.tolist()
    [[0.0], [0.0]]
    """
    return ArcTags(
        classes,
        np.zeros((count, 2), dtype=np.uint16),
        np.zeros(count, dtype=bool),
        np.zeros(count, dtype=np.uint16),
        np.zeros((count, len(classes))),
    )


@dataclass(frozen=True, slots=True)
class FlatNetwork:
    """Junctions and undirected arcs of one mode.

    Attributes
    ----------
    mode : {"rail", "road"}
    countries : tuple of str
        Alpha-2 codes that `arc_country` points into.
    lon, lat : (n,) float64
        Junctions.
    u, v : (m,) int32
        Ends of each arc.
    km : (m,) float64
        Length along the line, never below the chord.
    country : (m,) uint8
        Country the arc lies in; arcs of two countries meet only in a junction on the border.
    flags : (m,) uint8
        Bit field, see `STITCHED`.
    start : (m + 1,) int64
        Slices of the vertex arrays.
    vertex_lon, vertex_lat : (k,) float64
        Line of every arc from `u` to `v`, ends included.
    tags : ArcTags, optional
        What the source's tags tell; None for a source without tags.
    """

    mode: str
    countries: tuple[str, ...]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    u: NDArray[np.int32]
    v: NDArray[np.int32]
    km: NDArray[np.float64]
    country: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    start: NDArray[np.int64]
    vertex_lon: NDArray[np.float64]
    vertex_lat: NDArray[np.float64]
    tags: ArcTags | None = None

    def write(self, path: Path) -> None:
        """Write the network; same input, same bytes."""
        vertices = np.column_stack([self.vertex_lon, self.vertex_lat])
        arrays: dict[str, NDArray[Any]] = {
            "node_xy": _quantise(np.column_stack([self.lon, self.lat])),
            "arc_uv": np.column_stack([self.u, self.v]).astype(np.int32),
            "arc_m": np.ceil(np.round(self.km * 1000, 6)).astype(np.int32),
            "arc_country": self.country,
            "arc_flags": self.flags,
            "arc_start": self.start.astype(np.int32),
            # Differences between neighbouring vertices are small numbers and compress well.
            "vertex_xy": np.diff(_quantise(vertices), axis=0, prepend=0).astype(np.int32),
            "countries": np.array(self.countries, dtype="<U2"),
            "mode": np.array(self.mode, dtype="<U8"),
        }
        if self.tags is not None:
            arrays |= {
                "arc_gauge": self.tags.gauge_mm,
                "arc_oneway": self.tags.oneway,
                "arc_max_kmh": self.tags.max_kmh,
                "arc_class_m": np.rint(self.tags.class_km * 1000).astype(np.int32),
                "classes": np.array(self.tags.classes, dtype="<U24"),
            }
        write_arrays(path, arrays)


def read_flat_network(path: Path) -> FlatNetwork:
    """Read what `FlatNetwork.write` wrote.

    Raises
    ------
    DataError
        The file is missing, truncated or not a flat network.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            arrays = {name: data[name] for name in _FIELDS}
            countries = tuple(str(code) for code in data["countries"])
            mode = str(data["mode"])
            tags = _tags(data) if "classes" in data else None
    except FileNotFoundError as error:
        raise DataError(f"{path}: missing; run `corridors build --packaged`") from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: not a readable network file ({error}); rebuild it") from error
    nodes = arrays["node_xy"] * DEGREES
    vertices = np.cumsum(arrays["vertex_xy"], axis=0) * DEGREES
    return FlatNetwork(
        mode=mode,
        countries=countries,
        lon=nodes[:, 0],
        lat=nodes[:, 1],
        u=arrays["arc_uv"][:, 0],
        v=arrays["arc_uv"][:, 1],
        km=arrays["arc_m"] / 1000,
        country=arrays["arc_country"],
        flags=arrays["arc_flags"],
        start=arrays["arc_start"].astype(np.int64),
        vertex_lon=vertices[:, 0],
        vertex_lat=vertices[:, 1],
        tags=tags,
    )


def _tags(data: Any) -> ArcTags:
    gauge, oneway, max_kmh, class_m = (data[name] for name in _TAG_FIELDS)
    classes = tuple(str(name) for name in data["classes"])
    return ArcTags(classes, gauge, oneway, max_kmh, class_m / 1000)


def _quantise(degrees: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(degrees / DEGREES).astype(np.int64)
