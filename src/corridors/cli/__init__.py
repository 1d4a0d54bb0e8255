"""The command line: the only place that prints. ``docs/cli.md`` has the contract."""

from __future__ import annotations

from corridors.cli.main import main

__all__ = ["main"]
