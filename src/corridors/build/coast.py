"""Land for the sea lanes: Natural Earth 1:10m from the npm package ``world-atlas``."""

from __future__ import annotations

import json
import math
import tarfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corridors.errors import DataError
from corridors.network.coast import SCALE, SCHEMA, Box

_TOLERANCE_DEG = 0.003
_LEAST_AREA_DEG2 = 2e-4  # about 2 km²: rocks do not bend a lane


def build_coast(world_atlas: Path, out: Path, *, box: Box) -> int:
    """Write the land of a box as rings of points.

    Parameters
    ----------
    world_atlas : Path
        The npm archive of ``world-atlas``.
    out : Path
        File to write.
    box : tuple of float
        West, south, east, north in degrees.

    Returns
    -------
    int
        Number of points written.

    Raises
    ------
    DataError
        The archive does not hold the expected land.
    """
    import shapely

    window = shapely.box(*box)
    rings: list[NDArray[np.float64]] = []
    for exterior, holes in land_rings(world_atlas):
        shape = shapely.make_valid(shapely.Polygon(exterior, holes))
        shape = shapely.intersection(shapely.simplify(shape, _TOLERANCE_DEG), window)
        for part in shapely.get_parts(shape):
            if part.geom_type != "Polygon" or part.area < _LEAST_AREA_DEG2:
                continue
            rings += [shapely.get_coordinates(ring) for ring in (part.exterior, *part.interiors)]
    points = np.round(np.concatenate(rings) / SCALE).astype(np.int32)
    starts = np.concatenate([[0], np.cumsum([len(ring) for ring in rings])]).astype(np.int32)
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        out, schema=np.array(SCHEMA), lon=points[:, 0], lat=points[:, 1], starts=starts
    )
    return len(points)


def land_rings(
    world_atlas: Path,
) -> list[tuple[NDArray[np.float64], list[NDArray[np.float64]]]]:
    """Return exterior and holes of each piece of land, with longitudes made continuous.

    Parameters
    ----------
    world_atlas : Path
        The npm archive of ``world-atlas``.

    Raises
    ------
    DataError
        The archive does not hold ``land-10m.json``.
    """
    try:
        with tarfile.open(world_atlas) as archive:
            member = archive.extractfile("package/land-10m.json")
            topology = json.loads(member.read() if member is not None else b"")
        transform = topology["transform"]
        geometries = topology["objects"]["land"]["geometries"]
    except (OSError, KeyError, ValueError, tarfile.TarError) as fault:
        raise DataError(f"{world_atlas} holds no land of Natural Earth: {fault}") from fault
    scale, shift = np.array(transform["scale"]), np.array(transform["translate"])
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]

    def ring(numbers: list[int]) -> NDArray[np.float64]:
        parts = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
        return _unwrapped(np.concatenate([parts[0], *(part[1:] for part in parts[1:])]))

    polygons = [
        polygon
        for geometry in geometries
        for polygon in (
            geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        )
    ]
    return [(ring(polygon[0]), [ring(hole) for hole in polygon[1:]]) for polygon in polygons]


def _unwrapped(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """Undo the jump at 180 degrees: the land that crosses it would cover the whole band."""
    step = np.diff(ring[:, 0])
    turns = np.where(step > 180, -360, np.where(step < -180, 360, 0))
    ring = ring.copy()
    ring[1:, 0] += np.cumsum(turns)
    ring[:, 0] -= 360 * math.floor((ring[:, 0].min() + ring[:, 0].max()) / 720 + 0.5)
    return ring
