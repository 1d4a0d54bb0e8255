"""The build as a whole: what is missing is named before anything is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from corridors.build.packaged import _unpacked, build_packaged
from corridors.build.sources import SOURCES, locate
from corridors.errors import DataError


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="curated"):
        list(build_packaged(tmp_path))


def test_a_missing_source_is_named_and_nothing_is_written(geodata: Path, tmp_path: Path) -> None:
    out, empty = tmp_path / "out", tmp_path / "empty"
    shutil.copytree(geodata / "curated", out / "curated")
    empty.mkdir()
    with pytest.raises(DataError, match="scgraph_data"):
        list(build_packaged(out, source_dir=empty))
    assert [path.name for path in out.iterdir()] == ["curated"]


def test_the_maps_are_found_in_the_archives(source_dir: Path, tmp_path: Path) -> None:
    files = {name: locate(name, tmp_path, source_dir=source_dir) for name in SOURCES}
    maps = _unpacked(files, tmp_path)
    assert sorted(maps) == ["countries-10m.json", "countries-50m.json", "world_50m.json"]
    assert all(path.stat().st_size > 100_000 for path in maps.values())
