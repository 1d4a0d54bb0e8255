"""The command line in process: exit code, stdout and stderr of one command."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from corridors.cli import main

FEW = ("--draws", "200")
"""Enough draws for a test that does not look at quantiles."""


@pytest.fixture(scope="session", autouse=True)
def _packaged_data_are_read_once() -> Iterator[None]:
    """Commands in this process share one engine; those in a process of their own do not."""
    from corridors.analysis.engine import Engine

    kept: list[Engine] = []
    load = Engine.load

    def once(data: str | Path | None = None, **options: Any) -> Engine:
        if data is not None:
            return load(data, **options)
        if not kept:
            kept.append(load(**options))
        return kept[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "load", staticmethod(once))
        yield


class Ran(NamedTuple):
    """What one command left behind."""

    code: int
    out: str
    err: str


def run_main(*arguments: str) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(list(arguments))
        except SystemExit as stop:  # --help and --version end inside argparse
            code = int(stop.code or 0)
    return Ran(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def run() -> Callable[..., Ran]:
    """Run one command in this process."""
    return run_main


@pytest.fixture(scope="session")
def process(repository: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run one command in a process of its own."""

    def start(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(repository / "src")}
        environment.update(options.pop("env", {}))
        return subprocess.run(
            [sys.executable, *options.pop("program", ("-m", "corridors")), *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment,
            check=False,
            timeout=300,
            **options,
        )

    return start


@pytest.fixture(scope="session")
def answers() -> Callable[..., dict[str, Any]]:
    """The JSON document of a command, asked once for the whole session."""
    known: dict[tuple[str, ...], dict[str, Any]] = {}

    def ask(*arguments: str) -> dict[str, Any]:
        if arguments not in known:
            ran = run_main(*arguments, "--format", "json")
            assert ran.out, ran.err
            known[arguments] = json.loads(ran.out)
        return known[arguments]

    return ask


@pytest.fixture
def own_data(geodata: Path, tmp_path: Path) -> Path:
    """A data folder of the user's own: tables to edit, everything else as packaged."""
    folder = tmp_path / "data"
    folder.mkdir()
    for part in geodata.iterdir():
        if part.name == "curated":
            shutil.copytree(part, folder / part.name)
        else:
            (folder / part.name).symlink_to(part, target_is_directory=part.is_dir())
    return folder


@pytest.fixture
def as_packaged(geodata: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the packaged lines when a test changes names only: compiling takes half a minute."""
    from corridors.analysis import engine
    from corridors.movement.cache import fresh_network
    from corridors.network.tables import read_tables

    network = fresh_network(geodata, read_tables(geodata))
    monkeypatch.setattr(engine, "fresh_network", lambda *_, **__: network)


@pytest.fixture
def failed() -> Callable[[Ran, int], str]:
    """Check that a command failed as promised; its one line is returned."""

    def check(ran: Ran, code: int) -> str:
        assert ran.code == code, ran
        assert ran.out == ""
        lines = ran.err.splitlines()
        assert len(lines) == 1, ran.err
        assert lines[0].startswith("corridors: ")
        assert "Traceback" not in ran.err
        assert lines[0].isprintable()
        return lines[0]

    return check
