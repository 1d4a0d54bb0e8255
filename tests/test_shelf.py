"""Checked rows are kept as long as no byte of their tables changes, and never trusted damaged."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import corridors
from corridors.analysis.engine import ship_rows
from corridors.errors import DataError
from corridors.network.tables import FILES, kept_tables, read_tables
from corridors.parameters import Ledger
from corridors.places import Gazetteer
from corridors.places.curated import kept_curated, read_facilities, read_places
from corridors.shelf import PART, SPARE, Shelf

SOURCE = str(Path(corridors.__file__).parents[1])


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of this test."""
    monkeypatch.setenv("CORRIDORS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(toy: ModuleType, tmp_path: Path) -> Path:
    return Path(toy.write_toy(tmp_path / "data"))


class Counted:
    """A reader that counts how often it is asked, and the shelf in front of it."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "source.txt"
        self.source.write_text("one", "utf-8")
        self.shelf, self.calls = Shelf(folder), 0

    def read(self) -> list[str]:
        self.calls += 1
        return [self.source.read_text("utf-8")]

    def get(self, shape: object = 1) -> list[str]:
        return list(self.shelf.get("things", [self.source], shape, self.read))


@pytest.fixture
def counted(tmp_path: Path, cached: Path) -> Counted:
    return Counted(tmp_path)


def test_kept_until_a_byte_or_the_shape_changes(counted: Counted) -> None:
    assert [counted.get(), counted.get(), counted.calls] == [["one"], ["one"], 1]
    counted.source.write_text("two", "utf-8")
    assert [counted.get(), counted.get(), counted.calls] == [["two"], ["two"], 2]
    counted.source.write_text("one", "utf-8")
    assert [counted.get(), counted.calls] == [["one"], 2]
    assert [counted.get(shape=2), counted.calls] == [["one"], 3]


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda content: content[:-1],
        lambda content: content.replace(b"one", b"two"),
        lambda content: b"x" + content[1:],
        lambda content: content.partition(b"\n")[2],
        lambda _: b"\xff\xfe",
    ],
    ids=["empty", "cut", "changed", "other key", "no head", "no text"],
)
def test_damage_is_never_believed(
    counted: Counted, cached: Path, damage: Callable[[bytes], bytes]
) -> None:
    counted.get()
    (kept,) = cached.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert [counted.get(), counted.calls] == [["one"], 2]
    assert kept.read_bytes() == whole
    assert [counted.get(), counted.calls] == [["one"], 2]


def test_a_cache_that_cannot_be_written_costs_time_only(
    counted: Counted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    monkeypatch.setenv("CORRIDORS_CACHE", str(tmp_path / "file" / "below"))
    assert [counted.get(), counted.get(), counted.calls] == [["one"], ["one"], 2]


def test_old_rows_go(counted: Counted, cached: Path) -> None:
    for number in range(SPARE + 3):
        counted.source.write_text(str(number), "utf-8")
        counted.get()
    assert len(list(cached.iterdir())) == SPARE


def test_what_a_killed_writer_left_goes(counted: Counted, cached: Path) -> None:
    cached.mkdir()
    young, old = cached / f"{PART}things-young", cached / f"{PART}things-old"
    for half in (young, old):
        half.write_text("{", "utf-8")
    os.utime(old, (0, 0))
    assert counted.get() == ["one"]
    assert young.exists()
    assert not old.exists()


def test_processes_at_once_keep_one_result(folder: Path, cached: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from corridors.network.tables import kept_tables;"
        "from corridors.shelf import Shelf; folder = Path(sys.argv[1]); input();"
        "[print(len(kept_tables(folder, Shelf(folder)).facilities)) for _ in range(20)]"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={"PYTHONPATH": SOURCE, "CORRIDORS_CACHE": str(cached)},
        )
        for _ in range(3)
    ]  # fmt: skip
    answers = {process.communicate("\n", timeout=120)[0] for process in both}
    assert answers == {"13\n" * 20}
    assert len(list(cached.iterdir())) == 1


def test_kept_rows_are_the_rows_read(geodata: Path, cached: Path) -> None:
    curated, shelf = geodata / "curated", Shelf(geodata)
    tables = read_tables(geodata)
    rows = list(Ledger.read(curated / "parameters.csv"))
    places = (read_places(curated / "places.csv"), read_facilities(curated / "facilities.csv"))
    for _ in ("made", "kept"):
        assert kept_tables(geodata, shelf) == tables
        assert list(Ledger.kept(curated / "parameters.csv", shelf)) == rows
        for kept, read in zip(kept_curated(geodata, shelf), places, strict=True):
            assert [row.place for row in kept] == [row.place for row in read]
            assert [tuple(row.keys) for row in kept] == [row.keys for row in read]
            assert [tuple(row.unlocodes) for row in kept] == [row.unlocodes for row in read]


def test_a_fault_is_told_however_often_it_is_asked(folder: Path, cached: Path) -> None:
    kept_tables(folder, Shelf(folder))
    path = folder / "curated" / "zones.csv"
    path.write_text(path.read_text("utf-8").replace("1435", "broad"), "utf-8")
    for _ in range(2):
        with pytest.raises(DataError, match=r"zones\.csv:2: column 'gauge_mm': 'broad'"):
            kept_tables(folder, Shelf(folder))
    path.unlink()
    with pytest.raises(DataError, match=r"zones\.csv: missing"):
        kept_tables(folder, Shelf(folder))


def test_a_folder_takes_its_rows_along(folder: Path, cached: Path, tmp_path: Path) -> None:
    (folder / "compiled").mkdir()
    ship_rows(folder)
    moved = tmp_path / "elsewhere"
    shutil.copytree(folder, moved)
    kept_tables(moved, Shelf(moved))
    Gazetteer(moved).resolve("Alfa")
    assert not cached.exists()


def test_packaged_rows_are_fresh(geodata: Path) -> None:
    """Stale ones harm nobody; run `corridors build --tables --out geodata` to have them quick."""

    def stale() -> None:
        pytest.fail("a table was changed and the checked rows are those of before")

    class Fails(Shelf):
        def get(self, name, sources, shape, read):  # type: ignore[no-untyped-def]
            return super().get(name, sources, shape, stale)

    shelf = Fails(geodata, ship=True)
    assert len(kept_tables(geodata, shelf)) == len(FILES) + 1
    Ledger.kept(geodata / "curated" / "parameters.csv", shelf)
    kept_curated(geodata, shelf)
