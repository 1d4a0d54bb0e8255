"""Shared fixtures. Sockets are blocked for the whole suite: nothing here may need a network.

A test that starts a local kernel or browser says so with ``@pytest.mark.enable_socket``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples on every machine: a failure in CI is a failure at the desk.
settings.register_profile(
    "corridors",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("corridors")

REPOSITORY = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--source-dir",
        default=os.environ.get("CORRIDORS_SOURCES"),
        help="folder with the published packages that the build reads (default: CORRIDORS_SOURCES)",
    )


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the working tree."""
    return REPOSITORY


@pytest.fixture(scope="session")
def geodata() -> Path:
    """The data folder that ships with the package."""
    from corridors.data_location import data_dir

    return data_dir()


@pytest.fixture(scope="session")
def source_dir(request: pytest.FixtureRequest) -> Path:
    """Folder with the build's inputs; the test skips where there is none."""
    given = request.config.getoption("--source-dir")
    if not given or not Path(given).is_dir():
        pytest.skip("build inputs are not here: give --source-dir or set CORRIDORS_SOURCES")
    return Path(given)
