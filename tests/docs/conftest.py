"""Documents show what the program prints; ``CORRIDORS_REWRITE_DOCS=1`` prints it anew."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session")
def rewrite() -> bool:
    """Whether shown outputs are to be replaced by the true ones instead of compared."""
    return bool(os.environ.get("CORRIDORS_REWRITE_DOCS"))
