"""Data that travel with a scheduler to each of its workers, those that come later included."""

from __future__ import annotations

from typing import Any

from distributed import WorkerPlugin

from corridors.series.work import unpack


class ShippedData(WorkerPlugin):
    """A data folder as bytes.

    Parameters
    ----------
    digest : str
        Fingerprint of the data.
    packed : bytes
    """

    def __init__(self, digest: str, packed: bytes) -> None:
        self.digest, self.packed = digest, packed
        self.name = f"corridors-data-{digest[:16]}"

    def setup(self, worker: Any) -> None:
        """Unpack once, when the worker begins."""
        unpack(self.digest, self.packed)
