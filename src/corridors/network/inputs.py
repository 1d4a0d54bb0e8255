"""Which files decide the compiled network, and their SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

INPUTS = (
    "osm/rail.npz",
    "osm/road.npz",
    "basemap/countries.npz",
    "sea/lanes.npz",
    "sea/coast.npz",
    "curated/zones.csv",
    "curated/zone_areas.csv",
    "curated/facilities.csv",
    "curated/crossings.csv",
    "curated/links.csv",
    "curated/masks.csv",
    "curated/services.csv",
    "curated/lanes.csv",
    "curated/chokepoints.csv",
)


def input_hashes(data: Path) -> dict[str, str]:
    """SHA-256 of every input of the compiled network that exists in a data folder."""
    return {
        name: hashlib.sha256((data / name).read_bytes()).hexdigest()
        for name in INPUTS
        if (data / name).is_file()
    }
