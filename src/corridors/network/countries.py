"""Country polygons of the region, and which of them a point lies in.

From Natural Earth 1:10m (public domain). Border lines of that source are generalised and, in
places, disputed; here they decide only which zone a piece of line is priced in.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from corridors.errors import DataError
from corridors.network.arrays import write_arrays

_DEGREES = 1e-4


@dataclass(frozen=True, slots=True)
class CountryPolygons:
    """Country shapes with their alpha-2 codes (``""`` where the source has no such code)."""

    codes: tuple[str, ...]
    shapes: NDArray[np.object_]

    def locate(
        self,
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
        *,
        reach_deg: float = 0.3,
        tree: shapely.STRtree | None = None,
    ) -> NDArray[np.str_]:
        """Country code of each point; off the coast the nearest country within `reach_deg`.

        Parameters
        ----------
        lon, lat : (n,) degrees
        reach_deg : float
            How far out at sea (bridges, quays, generalised coast) a point still counts.
        tree : shapely.STRtree, optional
            Of the shapes, where it is kept for many points; built anew without.

        Returns
        -------
        (n,) array of alpha-2 codes, ``""`` where there is none.
        """
        points = shapely.points(lon, lat)
        found = np.full(len(points), "", dtype="<U2")
        tree = tree or shapely.STRtree(self.shapes)
        at, shape = tree.query(points, predicate="intersects")
        codes = np.array(self.codes)
        found[at] = codes[shape]
        missing = np.flatnonzero(found == "")
        if len(missing):
            near, shape = tree.query_nearest(
                points[missing], max_distance=reach_deg, all_matches=False
            )
            found[missing[near]] = codes[shape]
        return found

    def write(self, path: Path) -> None:
        """Write the polygons to one compressed file; same input, same bytes."""
        coordinates, ring_of = shapely.get_coordinates(
            shapely.get_rings(self.shapes), return_index=True
        )
        rings, shape_of = shapely.get_rings(self.shapes, return_index=True)
        arrays = {
            "xy": np.diff(np.rint(coordinates / _DEGREES).astype(np.int64), axis=0, prepend=0),
            "ring_size": np.bincount(ring_of, minlength=len(rings)).astype(np.int32),
            "shape_of_ring": shape_of.astype(np.int32),
            "codes": np.array(self.codes, dtype="<U2"),
        }
        narrow = {k: a.astype(np.int32) if a.dtype.kind == "i" else a for k, a in arrays.items()}
        write_arrays(path, narrow)


def read_polygons(path: Path) -> CountryPolygons:
    """Read what `CountryPolygons.write` wrote.

    Raises
    ------
    DataError
        The file is missing or damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            xy, size = np.cumsum(data["xy"], axis=0) * _DEGREES, data["ring_size"]
            shape_of, codes = data["shape_of_ring"], data["codes"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: not a readable file of country polygons ({error})") from error
    rings = shapely.linearrings(xy, indices=np.repeat(np.arange(len(size)), size))
    shapes = shapely.polygons(rings, indices=shape_of)
    return CountryPolygons(codes=tuple(str(code) for code in codes), shapes=shapes)
