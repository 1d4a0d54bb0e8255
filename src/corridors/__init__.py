"""Transport corridors across Eurasia, side by side on the real network."""

from __future__ import annotations

__version__ = "0.1.0"
