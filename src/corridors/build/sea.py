"""Old address of `corridors.network.sea`: the lanes are read when tables are compiled."""

from __future__ import annotations

from corridors.network.sea import SeaNetwork, read_sea_network, sea_path

__all__ = ["SeaNetwork", "read_sea_network", "sea_path"]
