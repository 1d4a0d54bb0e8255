"""The toy world of ``tests/movement/toy.py`` and the packaged network, read once."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from corridors.analysis.engine import Engine


def _toy() -> ModuleType:
    # Tests are no package: the toy is loaded by its path, once for all folders.
    name = "corridors_tests_toy"
    if name not in sys.modules:
        path = Path(__file__).parents[1] / "movement" / "toy.py"
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
    return Path(_toy().write_toy(tmp_path_factory.mktemp("toy")))


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
