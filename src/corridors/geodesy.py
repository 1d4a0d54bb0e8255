"""Distances on the ellipsoid, in NumPy alone so that a query needs no projection library."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

MEAN_RADIUS_KM = 6371.0088
"""IUGG mean Earth radius."""

_A, _B = 6378.137, 6356.752314245  # WGS 84 semi-axes in km


def great_circle_km(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Great-circle distance between two points in km (haversine on the mean sphere).

    Examples
    --------
    >>> round(great_circle_km(0, 0, 0, 1), 1)
    111.2
    """
    p1, p2 = math.radians(lat1), math.radians(lat2)
    a = (
        math.sin((p2 - p1) / 2) ** 2
        + math.cos(p1) * math.cos(p2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    )
    return 2 * MEAN_RADIUS_KM * math.asin(min(1.0, math.sqrt(a)))


def great_circle_km_array(
    lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike
) -> NDArray[np.float64]:
    """Great-circle distances in km, element by element."""
    p1, p2 = np.radians(lat1), np.radians(lat2)
    dlon = np.radians(np.asarray(lon2) - np.asarray(lon1))
    a = np.sin((p2 - p1) / 2) ** 2 + np.cos(p1) * np.cos(p2) * np.sin(dlon / 2) ** 2
    return np.asarray(2 * MEAN_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(a))), dtype=np.float64)


def local_xy_km(
    lon: NDArray[np.float64], lat: NDArray[np.float64], *, lon0: float, lat0: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Plane coordinates in km around a point; good to 0.1 % within 100 km of it."""
    phi = math.radians(lat0)
    e2 = 1 - (_B / _A) ** 2
    w = math.sqrt(1 - e2 * math.sin(phi) ** 2)
    prime_vertical = _A / w
    meridian = _A * (1 - e2) / w**3
    x = np.radians(lon - lon0) * prime_vertical * math.cos(phi)
    y = np.radians(lat - lat0) * meridian
    return x, y
