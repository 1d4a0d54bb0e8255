"""``corridors build --osm`` on the toy's map: a folder that answers, whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from corridors.analysis.engine import Engine
from corridors.build import osm_folder
from corridors.build.osm_folder import OsmBuild, build_osm
from corridors.build.staging import staged_folder
from corridors.errors import CorridorsError, DataError, OutputError

pytest.importorskip("osmium")

RAIL = {"railway": "rail", "usage": "main", "electrified": "contact_line"}

# The railways of the toy's AA and BB, drawn as a map would, and one line over the border that
# no row lists.
NODES = {
    1: (0.5, 0.0), 2: (1.7, 0.0), 3: (2.9, 0.0), 4: (3.1, 0.0), 5: (5.0, 0.0), 6: (5.9, 0.0),
    7: (6.1, 0.0), 8: (8.5, 0.0), 20: (2.5, 0.8), 21: (3.5, 0.8), 22: (5.0, 0.4),
}  # fmt: skip
LINES = [
    (1, [1, 2, 3], {**RAIL, "gauge": "1435"}),
    (2, [3, 4], {**RAIL, "gauge": "1435;1520"}),
    (3, [4, 22, 5, 6], {**RAIL, "gauge": "1520"}),
    (4, [6, 7], {**RAIL, "gauge": "1435;1520"}),
    (5, [7, 8], {**RAIL, "gauge": "1435"}),
    (6, [2, 20, 21, 22], RAIL),
    (7, [1, 3], {"highway": "trunk", "name": "\u202eevil<script>"}),
]


@pytest.fixture
def source(write_osm: Callable[..., Path]) -> Path:
    customs = {"barrier": "border_control", "name": "Post <b>\x7f"}
    yard = {"railway": "yard", "name": "Yard"}
    return write_osm({**NODES, 30: (3.0, 0.79)}, LINES, tagged={30: customs, 5: yard})


@pytest.fixture
def build(source: Path, toy_folder: Path, tmp_path: Path) -> Callable[..., list[str]]:
    def run(name: str = "out", **more: Any) -> list[str]:
        files = more.pop("files", [source])
        return list(build_osm(OsmBuild(tmp_path / name, toy_folder, **more), files))

    return run


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def beside(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_built_folder_answers(
    build: Callable[..., list[str]], tmp_path: Path, load: Callable[[Path], Engine]
) -> None:
    said = build()
    assert "done" in said[-1]
    assert beside(tmp_path) == {"map.osm", "out"}
    engine = load(tmp_path / "out")
    hauls = {frozenset((h.a, h.b)): h for h in engine.network.hauls if h.zone == "rail:AA"}
    haul = hauls[frozenset(("A-TER", "A-YRD"))]
    # 2.4 degrees of the equator.
    assert haul.km == pytest.approx(2.4 * 111.195, rel=1e-3)
    assert haul.classes["electrified"] == pytest.approx(haul.km, rel=1e-2)
    assert {run.id for run in engine.network.crossings} >= {"AB-rail", "BC-rail"}


def test_the_report_tells_what_became_of_everything(
    build: Callable[..., list[str]], tmp_path: Path
) -> None:
    said = build()
    report = json.loads((tmp_path / "out" / "build-report.json").read_text("utf-8"))
    assert report["read"]["ways_kept"] == {"rail": 6, "road": 1}
    assert report["read"]["files"][0]["file"] == "map.osm"
    matched = {row["id"]: row for row in report["crossings"]["matched"]}
    assert matched["AB-rail"]["usable"]
    assert matched["BC-rail"]["off_km"] < 1
    [unmatched] = report["crossings"]["unmatched"]
    assert unmatched["countries"] == ["AA", "BB"]
    assert unmatched["control"] == "Post <b>"
    assert any("1 border points match no listed crossing" in line for line in said)
    placed = {(row["id"], row["zone"]): row for row in report["facilities"]["placed"]}
    assert placed[("A-TER", "rail:AA")]["snapped_km"] == 0
    # Half a degree from the only road.
    assert {row["id"] for row in report["facilities"]["refused"]} == {"A-GATE", "B-GATE"}
    page = (tmp_path / "out" / "build-report.html").read_text("utf-8")
    assert "<script" not in page
    assert "Post &lt;b&gt;" in page
    assert "<svg" in page
    points = (tmp_path / "out" / "osm" / "points.csv").read_text("utf-8")
    assert "border_control,Post <b>,0.79000,3.00000,node/30" in points


def test_the_unlisted_line_stays_closed(
    build: Callable[..., list[str]], tmp_path: Path, load: Callable[[Path], Engine]
) -> None:
    build()
    engine = load(tmp_path / "out")
    assert "AB2-rail" not in {
        run.id for run in engine.network.crossings
        if engine.tables.crossings[[c.id for c in engine.tables.crossings].index(run.id)].status
        == "operating"
    }  # fmt: skip
    lines = engine.network.lines("rail")
    for haul in engine.network.hauls:
        owners = next(z.countries for z in engine.tables.zones if z.zone == haul.zone)
        assert set(haul.countries) - set(haul.foreign) <= set(owners)
    assert len(lines.flat.u) > 0


def test_same_input_same_bytes(build: Callable[..., list[str]], tmp_path: Path) -> None:
    build("one")
    build("two")
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two")
    # Made anew over itself, too.
    build("one")
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two")


def test_sea_legs_are_taken_over_where_nothing_of_them_changed(
    build: Callable[..., list[str]], toy_engine: Engine, toy_folder: Path, tmp_path: Path
) -> None:
    from corridors.movement.compile import compile_network

    (tmp_path / "new").mkdir()
    (tmp_path / "taken").mkdir()
    new = compile_network(toy_folder, out=tmp_path / "new")
    taken = compile_network(toy_folder, out=tmp_path / "taken", known=new)
    assert new.services == taken.services
    assert snapshot(tmp_path / "new") == snapshot(tmp_path / "taken")


def test_the_users_own_tables_survive_a_rebuild(
    build: Callable[..., list[str]], tmp_path: Path
) -> None:
    build()
    note = tmp_path / "out" / "curated" / "edition.txt"
    note.write_text("mine\n")
    (tmp_path / "out" / "notes.txt").write_text("keep me")
    build()
    assert note.read_text() == "mine\n"
    assert (tmp_path / "out" / "notes.txt").read_text() == "keep me"


def test_tables_of_ones_own(
    build: Callable[..., list[str]], toy_folder: Path, tmp_path: Path
) -> None:
    own = tmp_path / "tables"
    shutil.copytree(toy_folder / "curated", own)
    crossings = own / "crossings.csv"
    row = "AB9-rail,rail,A-YRD,B-WYRD,0.8,3,B-WYRD,A-YRD,operating,,mine\n"
    crossings.write_text(crossings.read_text("utf-8") + row, "utf-8")
    build(curated=own)
    report = json.loads((tmp_path / "out" / "build-report.json").read_text("utf-8"))
    assert "AB9-rail" in {row["id"] for row in report["crossings"]["matched"]}
    crossings.write_text(crossings.read_text("utf-8") + row.replace("0.8", "x"), "utf-8")
    before = snapshot(tmp_path / "out")
    with pytest.raises(DataError, match=str(own)):
        build(curated=own)
    with pytest.raises(DataError, match=r"zones\.csv"):
        build(curated=tmp_path)
    assert snapshot(tmp_path / "out") == before


# Nothing partial ------------------------------------------------------------------------------


@pytest.fixture
def built(build: Callable[..., list[str]], tmp_path: Path) -> Iterator[dict[str, bytes]]:
    """A folder that was built before; a failed build leaves it and its neighbours alone."""
    build()
    before, names = snapshot(tmp_path / "out"), beside(tmp_path)
    yield before
    assert snapshot(tmp_path / "out") == before
    assert beside(tmp_path) - {"bad.osm"} == names


def test_an_interrupted_build_leaves_the_old_folder(
    build: Callable[..., list[str]], built: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(osm_folder, "compile_network", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build()


def test_a_full_disk_is_told_and_nothing_is_left(
    build: Callable[..., list[str]], built: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(osm_folder, "report_page", full)
    with pytest.raises(OutputError, match="No space left"):
        build()


def test_a_broken_file_leaves_the_old_folder(
    build: Callable[..., list[str]], built: dict[str, bytes], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.osm"
    bad.write_text("<osm><way id='1'>")
    with pytest.raises(DataError, match=r"bad\.osm"):
        build(files=[bad])


def test_a_new_folder_does_not_appear_when_the_build_fails(
    build: Callable[..., list[str]], tmp_path: Path
) -> None:
    with pytest.raises(DataError):
        build("new", files=[tmp_path / "absent.osm"])
    assert beside(tmp_path) <= {"map.osm"}


def test_two_builds_at_once(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from corridors.build.staging import staged_folder\n"
        "with staged_folder(Path(sys.argv[1])) as part: (part / 'second').touch()"
    )

    def second() -> subprocess.CompletedProcess[str]:
        paths = os.pathsep.join(sys.path)
        return subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / "out")],
            capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths},
        )  # fmt: skip

    with staged_folder(tmp_path / "out") as part:
        (part / "curated").mkdir()
        other = second()
    assert other.returncode != 0
    assert "another build" in other.stderr
    assert beside(tmp_path / "out") == {"curated"}
    assert second().returncode == 0
    assert beside(tmp_path / "out") == {"second"}
    assert beside(tmp_path) == {"out"}


def test_what_a_killed_build_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".out.part-dead").mkdir()
    (tmp_path / ".out.lock").touch()
    with staged_folder(tmp_path / "out"):
        pass
    assert beside(tmp_path) == {"out"}


def test_the_old_folder_of_a_build_killed_at_the_end_comes_back(tmp_path: Path) -> None:
    old = tmp_path / ".out.part-before"
    (old / "curated").mkdir(parents=True)
    (old / "mine.txt").write_text("mine")
    with pytest.raises(ZeroDivisionError), staged_folder(tmp_path / "out"):
        raise ZeroDivisionError
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"
    assert beside(tmp_path) == {"out"}


def test_places_that_cannot_be_written(
    build: Callable[..., list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "photo.jpg").write_text("x")
    for name, said in (
        ("file", "it is a file"),
        ("mine", "other things"),
        ("absent/out", "does not exist"),
    ):
        with pytest.raises(OutputError, match=said):
            build(name)
    assert beside(tmp_path / "mine") == {"photo.jpg"}
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="no permission"):
        build()


def test_the_folder_it_starts_from_is_never_built_over(source: Path, toy_folder: Path) -> None:
    with pytest.raises(OutputError, match="starts from"):
        list(build_osm(OsmBuild(toy_folder, toy_folder), [source]))


def test_no_lines_at_all_is_a_network_without_lines(
    build: Callable[..., list[str]], write_osm: Callable[..., Path], tmp_path: Path,
    load: Callable[[Path], Engine],
) -> None:  # fmt: skip
    build(files=[write_osm(NODES, name="bare.osm")])
    engine = load(tmp_path / "out")
    assert len(engine.network.hauls) == 0


def test_the_command(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from corridors.cli import main

    assert main(["build", "--out", "x"]) == 2
    assert main(["build", "--osm", str(source), "--packaged", "--out", "x"]) == 2
    assert main(["build", "--packaged", "--curated", "x", "--out", "x"]) == 2
    assert main(["build", "--osm", str(source), "--source-dir", "x", "--out", "x"]) == 2
    assert main(["build", "--osm", str(tmp_path), "--out", str(tmp_path / "new")]) == 4
    said = capsys.readouterr()
    assert "is a folder" in said.err
    assert said.out == ""
    assert "\x1b" not in said.err
    assert beside(tmp_path) == {"map.osm"}


def test_errors_are_ours(build: Callable[..., list[str]], write_osm: Callable[..., Path]) -> None:
    with pytest.raises(CorridorsError):
        build(files=[write_osm({-5: (1, 1), 2: (1, 1)}, [(1, [-5, 2], RAIL)], name="neg.osm")])
