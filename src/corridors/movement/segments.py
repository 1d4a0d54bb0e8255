"""Finding the line nearest to a point, and where on it the point belongs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridors.geodesy import great_circle_km_array, local_xy_km
from corridors.network.flat import FlatNetwork


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a point meets an arc.

    Attributes
    ----------
    arc : int
    km : float
        Along the arc from its first end.
    offset_km : float
        Between the point and the line.
    lon, lat : float
        Foot of the point on the line.
    """

    arc: int
    km: float
    offset_km: float
    lon: float
    lat: float


class Segments:
    """Straight pieces of all arcs, for finding the one nearest to a point."""

    def __init__(self, flat: FlatNetwork) -> None:
        size = np.diff(flat.start)
        arc_of_vertex = np.repeat(np.arange(len(flat.u)), size)
        first = np.flatnonzero(arc_of_vertex[:-1] == arc_of_vertex[1:])
        self.arc = arc_of_vertex[first]
        self.lon1, self.lat1 = flat.vertex_lon[first], flat.vertex_lat[first]
        self.lon2, self.lat2 = flat.vertex_lon[first + 1], flat.vertex_lat[first + 1]
        chord = great_circle_km_array(self.lon1, self.lat1, self.lon2, self.lat2)
        total = np.bincount(self.arc, weights=chord, minlength=len(flat.u))
        before = np.cumsum(chord) - chord
        start = np.full(len(flat.u), np.inf)
        np.minimum.at(start, self.arc, before)
        # An arc is at least as long as its drawn line: positions are scaled to its length.
        scale = np.divide(flat.km, total, out=np.ones_like(flat.km), where=total > 0)[self.arc]
        self.km1, self.km_len = (before - start[self.arc]) * scale, chord * scale

    def nearest(
        self,
        lon: float,
        lat: float,
        *,
        allowed: NDArray[np.bool_],
        reach_km: float,
        among: NDArray[np.int64] | None = None,
    ) -> Anchor | None:
        """Foot of a point on the nearest arc among those allowed, within reach.

        With `among` only these pieces are looked at: all that touch the box within reach.
        """
        dlat = reach_km / 110.0
        dlon = dlat / max(0.1, float(np.cos(np.radians(lat))))
        if among is None:
            near = np.flatnonzero(self._touch(slice(None), lon, lat, dlon, dlat))
        else:
            near = among[self._touch(among, lon, lat, dlon, dlat)]
        near = near[allowed[self.arc[near]]]
        if not len(near):
            return None
        x1, y1 = local_xy_km(self.lon1[near], self.lat1[near], lon0=lon, lat0=lat)
        x2, y2 = local_xy_km(self.lon2[near], self.lat2[near], lon0=lon, lat0=lat)
        dx, dy = x2 - x1, y2 - y1
        square = dx**2 + dy**2
        share = np.divide(
            -(x1 * dx + y1 * dy), square, out=np.zeros_like(square), where=square > 0
        ).clip(0, 1)
        distance = np.hypot(x1 + share * dx, y1 + share * dy)
        best = int(distance.argmin())
        if distance[best] > reach_km:
            return None
        at, along = near[best], float(share[best])
        return Anchor(
            arc=int(self.arc[at]),
            km=float(self.km1[at] + along * self.km_len[at]),
            offset_km=float(distance[best]),
            lon=float(self.lon1[at] + along * (self.lon2[at] - self.lon1[at])),
            lat=float(self.lat1[at] + along * (self.lat2[at] - self.lat1[at])),
        )

    def _touch(
        self, pieces: slice | NDArray[np.int64], lon: float, lat: float, dlon: float, dlat: float
    ) -> NDArray[np.bool_]:
        """Which pieces touch a box about a point."""
        lon1, lon2 = self.lon1[pieces], self.lon2[pieces]
        lat1, lat2 = self.lat1[pieces], self.lat2[pieces]
        touch: NDArray[np.bool_] = (
            (np.minimum(lat1, lat2) <= lat + dlat)
            & (np.maximum(lat1, lat2) >= lat - dlat)
            & (np.minimum(lon1, lon2) <= lon + dlon)
            & (np.maximum(lon1, lon2) >= lon - dlon)
        )
        return touch
