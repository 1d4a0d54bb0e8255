"""The compiled network is never stale, never half-made, and made once."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import corridors
from corridors.errors import DataError
from corridors.movement import cache
from corridors.movement import compile as compiling
from corridors.movement.cache import fresh_network
from corridors.movement.compile import compile_network
from corridors.movement.compiled import read_compiled
from corridors.network.inputs import input_hashes
from corridors.network.tables import read_tables

SOURCE = str(Path(corridors.__file__).parents[1])


@pytest.fixture
def folder(toy: ModuleType, tmp_path: Path) -> Path:
    return Path(toy.write_toy(tmp_path / "data"))


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of this test."""
    monkeypatch.setenv("CORRIDORS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def ask(folder: Path) -> tuple[dict[str, float], str]:
    """Kilometres of all hauls, and what was said."""
    said = io.StringIO()
    network = fresh_network(folder, read_tables(folder), log=said)
    return {f"{h.a} {h.b}": h.km for h in network.hauls}, said.getvalue()


def entries(cached: Path) -> list[str]:
    return sorted(p.name for p in cached.iterdir())


def test_first_question_compiles_and_the_second_reads(folder: Path, cached: Path) -> None:
    first, said = ask(folder)
    assert said.count("\n") == 1
    assert "compiling" in said
    assert len(entries(cached)) == 1
    second, said = ask(folder)
    assert (second, said) == (first, "")
    assert len(entries(cached)) == 1


def test_packaged_form_is_used_while_it_fits(
    folder: Path, cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "compiled").mkdir()
    compile_network(folder, out=folder / "compiled")
    with monkeypatch.context() as patch:
        patch.setattr(cache, "_compile_into", lambda *_: pytest.fail("compiled again"))
        _, said = ask(folder)
    assert said == ""
    assert not cached.exists()


@pytest.mark.parametrize("old", ['{"schema": "corridors.network/0"}', "{", ""])
def test_packaged_form_that_cannot_be_read_is_made_anew(
    folder: Path, cached: Path, old: str
) -> None:
    """A folder of the user's own may have been copied from another version."""
    (folder / "compiled").mkdir()
    (folder / "compiled" / "hauls.json").write_text(old, "utf-8")
    hauls, said = ask(folder)
    assert hauls["A-TER A-YRD"] == 350
    assert "compiling" in said


@pytest.mark.parametrize(
    "change",
    ["curated/facilities.csv", "osm/rail.npz", "basemap/countries.npz", "curated/masks.csv"],
)
def test_changed_input_is_compiled_anew(
    folder: Path, cached: Path, toy: ModuleType, change: str
) -> None:
    (folder / "compiled").mkdir()
    compile_network(folder, out=folder / "compiled")
    before = (folder / "compiled" / "hauls.json").read_bytes()
    path = folder / change
    if change.endswith(".csv"):
        path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    elif change.startswith("osm"):
        arcs = [(u, v, km + 1, country) for u, v, km, country in toy.RAIL_ARCS]
        toy.flat_network("rail", toy.RAIL_NODES, arcs).write(path)
    else:
        from corridors.network.countries import CountryPolygons

        polygons = toy.polygons()
        CountryPolygons(polygons.codes[::-1], polygons.shapes[::-1]).write(path)
    hauls, said = ask(folder)
    assert "compiling" in said
    assert len(entries(cached)) == 1
    assert hauls["A-TER A-YRD"] == (351 if change.startswith("osm") else 350)
    # The packaged form is not ours to change.
    assert (folder / "compiled" / "hauls.json").read_bytes() == before


def test_changed_length_changes_the_answer(folder: Path, cached: Path, toy: ModuleType) -> None:
    assert ask(folder)[0]["A-TER A-YRD"] == 350
    arcs = [(u, v, 360 if u == "a" else km, c) for u, v, km, c in toy.RAIL_ARCS]
    original = (folder / "osm" / "rail.npz").read_bytes()
    toy.flat_network("rail", toy.RAIL_NODES, arcs).write(folder / "osm" / "rail.npz")
    assert ask(folder)[0]["A-TER A-YRD"] == 360
    # Taken off again, the first compiled form is found again: no trace is left.
    (folder / "osm" / "rail.npz").write_bytes(original)
    hauls, said = ask(folder)
    assert (hauls["A-TER A-YRD"], said) == (350, "")


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_text("{", "utf-8"),
        lambda path: path.write_text("[]", "utf-8"),
        lambda path: path.write_text(path.read_text("utf-8")[:200], "utf-8"),
        lambda path: path.write_text(json.dumps({"schema": "corridors.network/0"}), "utf-8"),
        lambda path: path.write_bytes(b"\xff\xfe\x00"),
        lambda path: path.write_text(
            path.read_text("utf-8").replace('"hauls":', '"houls":', 1), "utf-8"
        ),
    ],
    ids=["open brace", "list", "cut", "other schema", "no text", "no hauls"],
)  # fmt: skip
def test_damaged_cache_is_made_anew(folder: Path, cached: Path, damage: object) -> None:
    first, _ = ask(folder)
    assert callable(damage)
    damage(cached / entries(cached)[0] / "hauls.json")
    again, said = ask(folder)
    assert again == first
    assert "compiling" in said
    assert len(entries(cached)) == 1


def test_cache_that_cannot_be_written_is_an_error(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        monkeypatch.setenv("CORRIDORS_CACHE", str(place))
        with pytest.raises(DataError, match="CORRIDORS_CACHE") as caught:
            ask(folder)
        assert str(tmp_path / "file") in str(caught.value)
        assert caught.value.exit_code == 4


def test_failed_compilation_leaves_nothing(
    folder: Path, cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DataError("a fault in the middle")

    monkeypatch.setattr(compiling, "write_compiled", fail)
    with pytest.raises(DataError, match="in the middle"):
        ask(folder)
    assert entries(cached) == []


def test_two_processes_make_one_result(folder: Path, cached: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from corridors.movement.cache import fresh_network;"
        "from corridors.network.tables import read_tables;"
        "folder = Path(sys.argv[1]); tables = read_tables(folder); input();"
        "print(len(fresh_network(folder, tables).hauls))"
    )
    environment = os.environ | {"PYTHONPATH": SOURCE}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env=environment,
        )
        for _ in range(2)
    ]  # fmt: skip
    for process in both:  # both have read the tables and wait at the line
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    assert answers[0][0] == answers[1][0] != ""
    assert len(entries(cached)) == 1


def test_same_input_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        compile_network(folder, out=tmp_path / name)
    names = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert "hauls.json" in names
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_compiled_form_names_its_inputs(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    compile_network(folder, out=tmp_path / "out")
    assert read_compiled(tmp_path / "out").inputs == input_hashes(folder)


def test_packaged_network_is_fresh(geodata: Path) -> None:
    """A table was changed and `corridors build` not run: the first question would take long."""
    packaged = json.loads((geodata / "compiled" / "hauls.json").read_text("utf-8"))
    current = input_hashes(geodata)
    assert [name for name in current if packaged["inputs"].get(name) != current[name]] == []
