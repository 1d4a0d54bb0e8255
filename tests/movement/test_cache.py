"""The compiled network is never stale, never half-made, and made once."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import corridors
from corridors.errors import DataError
from corridors.movement import cache
from corridors.movement import compile as compiling
from corridors.movement.cache import fresh_network
from corridors.movement.compile import compile_network
from corridors.movement.compiled_folder import BESIDE, HAULS, read_compiled
from corridors.network.inputs import input_hashes
from corridors.network.tables import read_tables
from corridors.shelf import PART

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


@pytest.mark.parametrize("old", ['["corridors.network/0","0"]\n', "{", ""])
def test_packaged_form_that_cannot_be_read_is_made_anew(
    folder: Path, cached: Path, old: str
) -> None:
    """A folder of the user's own may have been copied from another version."""
    (folder / "compiled").mkdir()
    (folder / "compiled" / HAULS).write_text(old, "utf-8")
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
    before = (folder / "compiled" / HAULS).read_bytes()
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
    assert (folder / "compiled" / HAULS).read_bytes() == before


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


def flipped(content: bytes) -> bytes:
    """One digit in the middle is another: it still looks like what it was."""
    at = next(i for i in range(len(content) // 2, len(content)) if 0x30 <= content[i] < 0x39)
    return content[:at] + bytes([content[at] + 1]) + content[at + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"{",
        lambda _: b"",
        lambda content: content[:200],
        lambda content: content[:-1],
        lambda content: content + b"\n",
        lambda _: b'["corridors.network/0","0"]\n{}',
        lambda _: b"\xff\xfe\x00",
        lambda content: content.replace(b'"snap":', b'"snip":', 1),
        flipped,
    ],
    ids=["brace", "empty", "cut", "shorter", "longer", "other schema", "no text", "key", "digit"],
)  # fmt: skip
def test_damaged_cache_is_made_anew(
    folder: Path, cached: Path, damage: Callable[[bytes], bytes]
) -> None:
    first, _ = ask(folder)
    path = cached / entries(cached)[0] / HAULS
    path.write_bytes(damage(path.read_bytes()))
    again, said = ask(folder)
    assert again == first
    assert "compiling" in said
    assert len(entries(cached)) == 1
    assert ask(folder) == (first, "")


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize("damage", ["gone", "cut", "changed"])
def test_every_file_of_the_cache_is_looked_at(
    folder: Path, cached: Path, name: str, damage: str
) -> None:
    first, _ = ask(folder)
    path = cached / entries(cached)[0] / name
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(content[:-1] if damage == "cut" else content[:-9] + b"x" + content[-8:])
    again, said = ask(folder)
    assert again == first
    assert "compiling" in said
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", BESIDE)
def test_damaged_packaged_file_is_refused_when_it_is_opened(
    folder: Path, cached: Path, name: str
) -> None:
    (folder / "compiled").mkdir()
    compile_network(folder, out=folder / "compiled")
    path = folder / "compiled" / name
    path.write_bytes(path.read_bytes()[:-1])
    network = fresh_network(folder, read_tables(folder))
    with pytest.raises(DataError, match=f"{name}: damaged; recompile"):
        network.lane("TOY-FERRY") if name == "lanes.json" else network.lines(name[:4])


def test_what_a_killed_writer_left_is_no_network(folder: Path, cached: Path) -> None:
    """Half a folder under another name is never read, and goes once it is old."""
    first, _ = ask(folder)
    whole = cached / entries(cached)[0]
    young, old = cached / f"{PART}young", cached / f"{PART}old"
    for half in (young, old):
        (half / "new").mkdir(parents=True)
        (half / "new" / HAULS).write_bytes((whole / HAULS).read_bytes()[:100])
    os.utime(old, (0, 0))
    assert ask(folder) == (first, "")
    (whole / HAULS).unlink()
    assert ask(folder)[0] == first
    assert entries(cached) == sorted([whole.name, young.name])


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_process_killed_while_it_compiles_harms_nobody(folder: Path, cached: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from corridors.movement import compile as compiling;"
        "from corridors.movement.cache import fresh_network;"
        "from corridors.network.tables import read_tables;"
        "compiling.write_compiled = lambda _: os.kill(os.getpid(), signal.SIGKILL);"
        "folder = Path(sys.argv[1]); fresh_network(folder, read_tables(folder))"
    )
    environment = os.environ | {"PYTHONPATH": SOURCE}
    ran = subprocess.run([sys.executable, "-c", code, str(folder)], env=environment, check=False)
    assert ran.returncode == -signal.SIGKILL
    (left,) = entries(cached)
    assert left.startswith(PART)
    hauls, said = ask(folder)
    assert "compiling" in said
    assert hauls["A-TER A-YRD"] == 350


def test_damage_found_by_many_processes_at_once_is_mended(folder: Path, cached: Path) -> None:
    first, _ = ask(folder)
    path = cached / entries(cached)[0] / HAULS
    path.write_bytes(flipped(path.read_bytes()))
    answers = together(folder, 4)
    assert len(set(answers)) == 1
    assert len(entries(cached)) == 1
    assert ask(folder) == (first, "")


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


def together(folder: Path, count: int) -> list[str]:
    """What so many processes say that ask for the network at the same moment."""
    code = (
        "import sys; from pathlib import Path; from corridors.movement.cache import fresh_network;"
        "from corridors.network.tables import read_tables;"
        "folder = Path(sys.argv[1]); tables = read_tables(folder); input();"
        "print(sum(haul.km for haul in fresh_network(folder, tables).hauls))"
    )
    environment = os.environ | {"PYTHONPATH": SOURCE}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env=environment,
        )
        for _ in range(count)
    ]  # fmt: skip
    for process in processes:  # all have read the tables and wait at the line
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * count, answers
    return [said for said, _ in answers]


def test_processes_at_once_make_one_result(folder: Path, cached: Path) -> None:
    answers = together(folder, 4)
    assert len(set(answers)) == 1
    assert float(answers[0]) > 0
    assert len(entries(cached)) == 1


def test_same_input_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        compile_network(folder, out=tmp_path / name)
    names = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert HAULS in names
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_compiled_form_names_its_inputs(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    compile_network(folder, out=tmp_path / "out")
    assert read_compiled(tmp_path / "out").inputs == input_hashes(folder)


def test_packaged_network_is_fresh(geodata: Path) -> None:
    """A table was changed and `corridors build` not run: the first question would take long."""
    packaged, current = read_compiled(geodata / "compiled"), input_hashes(geodata)
    assert [name for name in current if packaged.inputs.get(name) != current[name]] == []
    packaged.check()
