"""Lambert conformal conic projection on the sphere, for static maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Points = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Conic:
    """Lambert conformal conic with two standard parallels, on the unit sphere.

    Parameters
    ----------
    lon0 : float
        Central meridian in degrees.
    lat1, lat2 : float
        Standard parallels in degrees, not opposite.

    Examples
    --------
    >>> Conic(60.0, 25.0, 52.0).project([(60.0, 40.0)]).round(6).tolist()[0][0]
    0.0
    """

    lon0: float
    lat1: float
    lat2: float

    @property
    def _cone(self) -> tuple[float, float]:
        a, b = np.radians(self.lat1), np.radians(self.lat2)
        if abs(a - b) < 1e-6:
            n = float(np.sin(a))
        else:
            n = float(
                np.log(np.cos(a) / np.cos(b))
                / np.log(np.tan(np.pi / 4 + b / 2) / np.tan(np.pi / 4 + a / 2))
            )
        return n, float(np.cos(a) * np.tan(np.pi / 4 + a / 2) ** n / n)

    def project(self, points: Any) -> Points:
        """Plane coordinates (x east, y north) of (lon, lat) points in degrees."""
        array = np.asarray(points, dtype=float).reshape(-1, 2)
        n, f = self._cone
        # Far south the cone runs to infinity; what is drawn never comes near.
        lat = np.radians(np.clip(array[:, 1], -60.0, 89.5))
        lon = np.radians(array[:, 0] - self.lon0)
        rho = f / np.tan(np.pi / 4 + lat / 2) ** n
        rho0 = f / np.tan(np.pi / 4 + np.radians((self.lat1 + self.lat2) / 2) / 2) ** n
        return np.column_stack([rho * np.sin(n * lon), rho0 - rho * np.cos(n * lon)])


def conic_for(west: float, south: float, east: float, north: float) -> Conic:
    """A conic whose standard parallels lie a sixth inside the box.

    Examples
    --------
    >>> conic_for(0, 20, 120, 56).lon0
    60.0
    """
    lat1, lat2 = south + (north - south) / 6, north - (north - south) / 6
    lat1 = max(lat1, 12.0)
    return Conic((west + east) / 2, lat1, max(lat2, lat1 + 8.0))
