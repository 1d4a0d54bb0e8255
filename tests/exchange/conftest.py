"""A toy with one row of every table, and the packaged network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from corridors.analysis.engine import Engine

MORE = {
    "links": (
        "id,mode,kind,geometry,length_km,status,source,note",
        'short-cut,rail,new_line,"3.1 0,3.45 0.31234,3.9 0",95.5,planned,invented,"a, note"',
        'loop,road,gap,"2.9 -0.5,3 -0.6,3.1 -0.5",,operating,invented,',
    ),
    "masks": (
        "id,mode,west,south,east,north,reason,source",
        "north,road,4.1,1.1,4.3,1.4,disused,invented",
    ),
    "chokepoints": ("id,name,lat,lon", "STR,Strait of Toys,-1.3,4.5"),
}


@pytest.fixture(scope="session")
def rich_folder(toy: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy with links, a mask, a strait and a service one way."""
    services = (
        *toy.TABLES["services"],
        "TOY-ONE,Игрушка,Toy,sea,ones,A-PRT,C-PRT,0,STR,toy,seasonal,,36.5,,120,2022-05,expert,own,,",
    )
    tables = MORE | {"services": services}
    return Path(toy.write_toy(tmp_path_factory.mktemp("rich"), tables=tables))


@pytest.fixture(scope="session")
def rich(load: Callable[[Path], Engine], rich_folder: Path) -> Engine:
    return load(rich_folder)


@pytest.fixture(scope="session")
def same_rows() -> Callable[[Any, Any, tuple[str, ...]], None]:
    """Check that rows are the same in every value, and lines to 1e-5 degree."""

    def check(found: Any, expected: Any, names: tuple[str, ...]) -> None:
        for name in names:
            ours, theirs = list(found[name]), list(getattr(expected, name))
            assert len(ours) == len(theirs), name
            for one, other in zip(ours, theirs, strict=True):
                one, other = one._asdict(), other._asdict()
                for column in ("geometry", "lat", "lon", "west", "south", "east", "north"):
                    a, b = one.pop(column, None), other.pop(column, None)
                    assert flat(a) == pytest.approx(flat(b), abs=1e-5)
                assert one == other

    def flat(value: Any) -> list[float]:
        if value is None:
            return []
        if isinstance(value, tuple):
            return [number for point in value for number in point]
        return [value]

    return check
