"""What only a process of its own can show: signals, pipes, imports, the same bytes again."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Process = Callable[..., subprocess.CompletedProcess[str]]
ASK = ("compare", "Xi'an", "Duisburg")
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and pipes of POSIX")


def test_the_same_command_gives_the_same_bytes(process: Process) -> None:
    first, second = (
        process(*ASK, "--format", "json", env={"PYTHONHASHSEED": seed}) for seed in "12"
    )
    assert first.returncode == 0
    assert first.stdout == second.stdout


def test_reproduce_gives_the_same_answer(process: Process) -> None:
    ask = (
        "compare", "Xi'an", "Duisburg", "--avoid", "IR", "--optimise", "time", "--draws", "300",
        "--seed", "7", "--assume", "value_of_time_usd_day=50",
    )  # fmt: skip
    first = process(*ask, "--format", "json")
    document = json.loads(first.stdout)
    program, *again = shlex.split(document["reproduce"])
    assert program == "corridors"
    assert json.loads(process(*again, "--format", "json").stdout) == document


def test_the_seed_moves_quantiles_and_no_mean(process: Process) -> None:
    ask = (*ASK, "--corridor", "titr", "--draws", "300", "--format", "json", "--seed")
    one, two = (json.loads(process(*ask, seed).stdout)["options"][0] for seed in "12")
    assert one["time_days"]["mean"] == two["time_days"]["mean"]
    assert one["time_days"]["p90"] != two["time_days"]["p90"]


def test_a_comparison_imports_no_map_or_table_library(process: Process) -> None:
    code = (
        "import sys; from corridors.cli import main; status = main(sys.argv[1:]); "
        "heavy = {'pandas', 'scipy', 'geopandas', 'osmnx', 'folium', 'matplotlib', 'networkx', "
        "'shapely', 'pyproj', 'yaml', 'numba', 'joblib', 'dask', 'pyarrow', 'decimal', 'asyncio', "
        "'concurrent', 'multiprocessing', 'tempfile', 'shutil', 'xml'}; "
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr); sys.exit(status)"
    )
    ran = process(*ASK, program=("-c", code))
    assert ran.returncode == 0
    assert ran.stderr.splitlines()[-1] == "[]"


def test_the_import_loads_nothing_that_counts(process: Process) -> None:
    code = "import sys; import corridors; print(sorted({'numpy', 'argparse'} & set(sys.modules)))"
    assert process(program=("-c", code)).stdout == "[]\n"


def test_a_single_question_asks_for_no_threads_and_keeps_what_was_asked(process: Process) -> None:
    code = (
        "import os, sys; from corridors.cli import main; sys.argv[1:] = ['--version']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    usual = os.environ.get("OPENBLAS_NUM_THREADS", "1")
    for given, kept in (({}, usual), ({"OPENBLAS_NUM_THREADS": "3"}, "3")):
        ran = process(program=("-c", code), env=given)
        assert ran.stdout.splitlines()[-1] == kept


def test_stderr_is_silent_when_all_is_well(process: Process) -> None:
    ran = process(*ASK, "--draws", "100")
    assert ran.returncode == 0
    assert ran.stderr == ""


def test_errors_of_a_process(process: Process) -> None:
    ran = process("compare", "Aktua", "Duisburg")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1
    assert "Aktau" in ran.stderr
    assert process(*ASK, "--avoid", "CN").returncode == 3
    assert process(*ASK, "--data", "/no/such/folder").returncode == 4


def test_the_installed_command_is_the_module(process: Process) -> None:
    command = Path(sys.executable).with_name("corridors")
    if not command.exists():
        pytest.skip("corridors is not installed here; tests run on the source tree")
    ran = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    assert ran.stdout == process("--version").stdout


@POSIX
def test_a_reader_that_leaves_early_ends_it_quietly(repository: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "corridors", "evidence", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(repository / "src")},
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.read(1)
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait(timeout=120) == 0


@POSIX
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("command", [ASK, ("places", "Aktau"), ("evidence", "--for", "KZ-AAU")])
def test_a_full_disk_behind_stdout_is_an_output_error(
    repository: Path, command: tuple[str, ...]
) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "corridors", *command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(repository / "src")},
            check=False,
        )
    assert ran.returncode == 4, ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_that_is_not_utf8(process: Process, encoding: str) -> None:
    for command in ((*ASK, "--draws", "100"), ("places", "西安"), ("compare", "Ақтау", "Актоу")):
        ran = process(*command, env={"PYTHONIOENCODING": encoding}, errors="replace")
        assert ran.returncode in (0, 2, 3)
        assert "internal" not in ran.stderr
        assert "Traceback" not in ran.stderr


def _interrupted(repository: Path, folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Interrupt a command while it waits for its own rates: a pipe that nobody writes to."""
    pipe = folder / "rates.csv"
    os.mkfifo(pipe)
    with subprocess.Popen(
        [sys.executable, "-m", "corridors", *arguments, "--rates", str(pipe)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(repository / "src")},
    ) as run:
        end = time.monotonic() + 120
        writer = -1
        while writer < 0:
            try:
                writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                assert run.poll() is None, run.communicate()
                assert time.monotonic() < end
                time.sleep(0.05)
        try:
            time.sleep(0.1)
            run.send_signal(signal.SIGINT)
            out, err = run.communicate(timeout=60)
        finally:
            os.close(writer)
    pipe.unlink()
    return run.returncode, out, err


@POSIX
@pytest.mark.parametrize("command", ["compare", "map"])
def test_an_interrupt_leaves_nothing_half_written(
    repository: Path, tmp_path: Path, command: str
) -> None:
    target = tmp_path / "answer.html"
    code, out, err = _interrupted(
        repository, tmp_path, command, "Xi'an", "Duisburg", "--out", str(target)
    )
    assert (code, out) == (130, "")
    assert err == "corridors: interrupted\n"
    assert list(tmp_path.iterdir()) == []


def test_help_of_every_command(run: Callable[..., Any]) -> None:
    top = run("--help")
    assert top.code == 0
    commands = ("compare", "route", "map", "places", "audit", "evidence", "validate", "build")
    for command in commands:
        assert command in top.out
        shown = run(command, "--help")
        assert shown.code == 0
        assert shown.out.startswith("usage: corridors " + command)
