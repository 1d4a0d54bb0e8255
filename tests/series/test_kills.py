"""Killed in the middle: what is made in the end equals what nobody interrupted, byte for byte.

Real processes and real signals; where they cannot be sent, or psutil is missing, this is skipped.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from corridors.analysis.engine import Engine

PATIENCE_S = 120
CODE = (
    # The code of this checkout, wherever an installed one may lie; the guard is for the workers.
    "import sys; from corridors.cli import main\n"
    "if __name__ == '__main__': sys.exit(main(sys.argv[1:]))"
)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def ps() -> ModuleType:
    if not hasattr(signal, "SIGKILL"):
        pytest.skip("no SIGKILL on this system")
    return pytest.importorskip("psutil")  # type: ignore[no-any-return]


@pytest.fixture
def start(
    spread_engine: Engine, plan_path: Path, tmp_path: Path, ps: ModuleType
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Begin the series in a process of its own; whatever is left of it is ended."""
    script = tmp_path / "series.py"
    script.write_text(CODE)
    begun: list[subprocess.Popen[bytes]] = []

    def begin(out: Path, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(script), "sweep", str(plan_path), "--out", str(out)]
        command += ["--data", str(spread_engine.folder), *options]
        path = str(Path(__file__).resolve().parents[2] / "src")
        environment = {**os.environ, "PYTHONPATH": path, "CORRIDORS_CACHE": str(tmp_path / "c")}
        with (tmp_path / "stderr.txt").open("ab") as stderr:
            process = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=stderr
            )
        begun.append(process)
        return process

    yield begin
    for process in begun:
        if process.poll() is None:
            for child in ps.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def wait_for(ready: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Until some parts are there, while the process is still at it."""
    end = time.monotonic() + PATIENCE_S
    while not ready():
        assert process.poll() is None, "it came to its end before it could be killed"
        assert time.monotonic() < end, "nothing was done in time"
        time.sleep(0.005)


def parts(out: Path) -> int:
    return len(list(out.glob("rows-*.parquet")))


def finish(process: subprocess.Popen[bytes]) -> str:
    output, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, output
    return output.decode()


def test_a_killed_driver_goes_on_where_it_was(
    start: Callable[..., subprocess.Popen[bytes]], tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    process = start(out)
    wait_for(lambda: parts(out) >= 3, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert content(out) != undisturbed
    assert "of them done before" in finish(start(out))
    assert content(out) == undisturbed


def test_a_killed_worker_and_then_its_driver_lose_nothing(
    start: Callable[..., subprocess.Popen[bytes]],
    tmp_path: Path,
    undisturbed: dict[str, bytes],
    ps: ModuleType,
) -> None:
    out = tmp_path / "out"
    process = start(out, "--jobs", "2")
    wait_for(lambda: parts(out) >= 2, process)
    workers = [
        child
        for child in ps.Process(process.pid).children(recursive=True)
        if "popen_loky" in " ".join(child.cmdline())
    ]
    assert workers
    workers[0].kill()
    before = parts(out)
    wait_for(lambda: parts(out) >= before + 2, process)
    orphans = ps.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, alive = ps.wait_procs(orphans, timeout=PATIENCE_S)
    assert not alive, "whoever works for nobody ends"
    assert "of them done before" in finish(start(out, "--jobs", "2"))
    assert content(out) == undisturbed


def test_an_interrupt_leaves_a_folder_that_goes_on(
    start: Callable[..., subprocess.Popen[bytes]], tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    process = start(out)
    wait_for(lambda: parts(out) >= 2, process)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=PATIENCE_S)
    assert process.returncode == 130
    said = (tmp_path / "stderr.txt").read_text()
    assert "parts are done; the same command goes on" in said
    assert "Traceback" not in said
    finish(start(out))
    assert content(out) == undisturbed


@pytest.mark.slow
def test_dask_makes_the_same_bytes_and_survives_a_killed_worker(
    start: Callable[..., subprocess.Popen[bytes]],
    tmp_path: Path,
    undisturbed: dict[str, bytes],
    ps: ModuleType,
) -> None:
    pytest.importorskip("distributed")
    out = tmp_path / "out"
    process = start(out, "--scheduler", "local", "--jobs", "2")
    wait_for(lambda: parts(out) >= 2, process)
    workers = [
        child
        for child in ps.Process(process.pid).children(recursive=True)
        if "spawn_main" in " ".join(child.cmdline())
    ]
    assert workers
    workers[0].kill()
    finish(process)
    assert content(out) == undisturbed


SHIPPED = """
import sys
from corridors.analysis.engine import Engine
from corridors.series.cluster import on_cluster
from corridors.series.folder import data_digest
from corridors.series.local import here
from corridors.series.reading import read_plan
from corridors.series.work import Job

if __name__ == "__main__":
    engine = Engine.load(sys.argv[1], quiet=True)
    asked = {"pairs": [["Alfa", "Bravo"], ["Alfa", "Charlie"]], "draws": 20, "cells_per_part": 1}
    plan = read_plan(engine, asked)
    job = Job("shipped", plan.asked, sys.argv[1] + "-not-here", data_digest(engine.folder))
    chunks = list(plan.chunks())
    found = dict(on_cluster(engine, job, chunks, scheduler="local", jobs=1))
    sys.exit(found != dict(here(engine, job, chunks)) or len(found) != 2)
"""


@pytest.mark.slow
def test_dask_workers_without_the_data_are_sent_them(spread_engine: Engine, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    script = tmp_path / "shipped.py"
    script.write_text(SHIPPED)
    path = str(Path(__file__).resolve().parents[2] / "src")
    environment = {**os.environ, "PYTHONPATH": path, "CORRIDORS_CACHE": str(tmp_path / "c")}
    subprocess.run(
        [sys.executable, str(script), str(spread_engine.folder)],
        env=environment, check=True, timeout=PATIENCE_S, capture_output=True,
    )  # fmt: skip
