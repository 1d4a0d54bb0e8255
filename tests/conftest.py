"""Shared fixtures. Sockets are blocked for the whole suite: nothing here may need a network.

A test that starts a local kernel or browser says so with ``@pytest.mark.enable_socket``.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

from corridors.analysis.engine import Engine

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


def _toy() -> ModuleType:
    # Tests are no package: the toy is loaded by its path, once for all folders.
    name = "corridors_tests_toy"
    if name not in sys.modules:
        path = Path(__file__).parent / "movement" / "toy.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def toy() -> ModuleType:
    """Tables, lines and numbers of the toy, and what writes them."""
    return _toy()


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy as a data folder; not to be changed."""
    folder = Path(_toy().write_toy(tmp_path_factory.mktemp("toy")))
    # A command that compiles it says so: whichever test comes first would see that.
    Engine.load(folder, quiet=True)
    return folder


@pytest.fixture(scope="session")
def load(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Engine]:
    """Load a data folder with a cache of the tests' own."""
    cache = tmp_path_factory.mktemp("cache")

    def load_with_cache(folder: Path) -> Engine:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CORRIDORS_CACHE", str(cache))
            return Engine.load(folder, quiet=True)

    return load_with_cache


@pytest.fixture(scope="session")
def toy_engine(load: Callable[[Path], Engine], toy_folder: Path) -> Engine:
    """The engine on the toy, where every number is certain."""
    return load(toy_folder)


@pytest.fixture(scope="session")
def spread_engine(
    load: Callable[[Path], Engine], tmp_path_factory: pytest.TempPathFactory
) -> Engine:
    """The engine on the toy, where every number spreads from 0.7 to 1.8 of its median."""
    folder = _toy().write_toy(tmp_path_factory.mktemp("spread"), spread=(0.7, 1.8))
    return load(Path(folder))


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The engine on the packaged network."""
    return Engine.load(quiet=True)
