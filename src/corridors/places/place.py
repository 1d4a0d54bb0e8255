"""The value a lookup returns."""

from __future__ import annotations

from typing import Literal, NamedTuple

PlaceSource = Literal["coordinates", "facility", "curated", "geonames"]


class Place(NamedTuple):
    """A named point, and the facilities that are known to serve it.

    Parameters
    ----------
    id : str
        Stable id: a facility id, a curated place id, ``geonames:ID`` or ``lat,lon``.
    name : str
        Name to print.
    country : str
        ISO 3166-1 alpha-2 code; empty for bare coordinates, whose country comes from geometry.
    lon, lat : float
        Degrees east and north (WGS 84).
    facilities : tuple of str
        Ids of terminals and ports that serve the place; empty where they are to be searched.
    source : str
        ``coordinates``, ``facility``, ``curated`` or ``geonames``.

    Examples
    --------
    >>> Place(id="KZ-X", name="Example", country="KZ", lon=51.2, lat=43.6).label
    'Example (KZ)'
    """

    id: str
    name: str
    country: str
    lon: float
    lat: float
    facilities: tuple[str, ...] = ()
    source: PlaceSource = "curated"

    @property
    def label(self) -> str:
        """Name with country code, as lists of candidates print it."""
        return f"{self.name} ({self.country})" if self.country else self.name

    @property
    def position(self) -> str:
        """Coordinates in the form that a query accepts."""
        return f"{self.lat:.2f},{self.lon:.2f}"
