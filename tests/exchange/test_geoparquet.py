"""GeoParquet: one file for each layer, tables back, and a clear word without pyarrow."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pytest

from corridors.analysis.engine import Engine
from corridors.errors import OptionalDependencyError
from corridors.exchange.formats import export_network
from corridors.exchange.reading import TABLES, read_exchange
from corridors.exchange.selection import Selection, selection

pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def folder(rich: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("parquet") / "net"
    export_network(rich, Selection(), path, form="parquet")
    return path


def test_each_layer_is_a_geoparquet_file(folder: Path) -> None:
    names = {path.stem for path in folder.glob("*.parquet")}
    assert names == {*TABLES, "rail_lines", "road_lines"}
    for name in names:
        frame = geopandas.read_parquet(folder / f"{name}.parquet")
        assert frame.crs == "EPSG:4326"
        assert len(frame)
    notes = (folder / "README.txt").read_text("utf-8")
    assert "OpenStreetMap contributors, ODbL 1.0" in notes


def test_tables_come_back_as_they_were(
    folder: Path, rich: Engine, same_rows: Callable[..., None]
) -> None:
    same_rows(read_exchange(folder).rows, rich.tables, TABLES)
    one = read_exchange(folder / "facilities.parquet")
    assert list(one.rows) == ["facilities"]


def test_packaged_tables_come_back_as_they_were(
    engine: Engine, tmp_path: Path, same_rows: Callable[..., None]
) -> None:
    sea = selection(["sea", "ferry"])
    export_network(engine, sea, tmp_path / "sea", form="parquet")
    found = read_exchange(tmp_path / "sea")
    same_rows(found.rows, sea.tables(engine.tables), ("facilities", "services", "lanes"))


def test_without_pyarrow_the_command_that_helps_is_named(
    rich: Engine, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec

    def absent(name: str, *rest: Any) -> Any:
        return None if name == "pyarrow" else find(name, *rest)

    monkeypatch.setattr(importlib.util, "find_spec", absent)
    for attempt in (
        lambda: export_network(rich, Selection(), tmp_path / "net", form="parquet"),
        lambda: read_exchange(folder),
    ):
        with pytest.raises(OptionalDependencyError, match=r"pip install 'corridors\[exchange\]'"):
            attempt()
    assert list(tmp_path.iterdir()) == []
