"""``corridors sweep``: one command from a plan to a folder, quiet where nobody watches."""

from __future__ import annotations

import importlib.util
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridors.cli import main

Run = Callable[..., Any]
Failed = Callable[[Any, int], str]


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(
        "origins: [Alfa, Bravo]\ndestinations: [Charlie]\n"
        "conditions:\n- name: ordinary\n- name: no ferry\n  closed: [TOY-FERRY]\ndraws: 20\n"
    )
    return path


def test_a_plan_becomes_a_folder(run: Run, plan: Path, toy_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    asked = ("sweep", str(plan), "--out", str(out), "--data", str(toy_folder))
    answer = run(*asked)
    assert answer.code == 0
    assert answer.err == ""
    lines = answer.out.splitlines()
    assert lines[0] == "2 journeys × 2 sets of conditions × 4 corridors: 16 rows"
    assert lines[1] == "1 excluded · 6 infeasible · 9 ok"
    assert lines[2] == f"4 parts in {out}"
    assert json.loads((out / "manifest.json").read_text())["complete"] is True
    again = run(*asked)
    assert again.code == 0
    assert again.out.splitlines()[2] == f"4 parts in {out}, 4 of them done before"


def test_nothing_to_be_had_is_exit_3(run: Run, toy_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("pairs: [[Alfa, Charlie]]\ncorridors: [idle]\ndraws: 5\n")
    answer = run("sweep", str(path), "--out", str(tmp_path / "o"), "--data", str(toy_folder))
    assert answer.code == 3
    assert "1 infeasible" in answer.out


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("origins: [Alfa]\ndestinatons: [Bravo]\n", 2, "did you mean destinations"),
        ("pairs: [[Alfa, Bravissimo]]\n", 2, "plan.yaml:1: pairs[0][1]"),
        (None, 2, "cannot be read"),
    ],
)
def test_a_wrong_plan_is_one_line(
    run: Run,
    failed: Failed,
    toy_folder: Path,
    tmp_path: Path,
    text: str | None,
    code: int,
    said: str,
) -> None:
    path = tmp_path / "plan.yaml"
    if text is not None:
        path.write_text(text)
    answer = run("sweep", str(path), "--out", str(tmp_path / "o"), "--data", str(toy_folder))
    assert said in failed(answer, code)
    assert not (tmp_path / "o").exists()


def test_results_of_another_plan_stay(
    run: Run, failed: Failed, plan: Path, toy_folder: Path, tmp_path: Path
) -> None:
    asked = ("sweep", str(plan), "--out", str(tmp_path / "o"), "--data", str(toy_folder))
    run(*asked)
    before = {path.name: path.read_bytes() for path in (tmp_path / "o").iterdir()}
    plan.write_text(plan.read_text() + "seed: 9\n")
    assert "give a new folder with --out" in failed(run(*asked), 2)
    assert {path.name: path.read_bytes() for path in (tmp_path / "o").iterdir()} == before


@pytest.mark.parametrize("options", [("--jobs", "0"), ("--jobs", "two"), ()])
def test_wrong_options_are_refused(
    run: Run, failed: Failed, plan: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    out = ("--out", str(tmp_path / "o")) if options else ("--out", "")
    failed(run("sweep", str(plan), *out, *options), 2)


def test_without_pyarrow_the_command_that_helps_is_named(
    run: Run,
    failed: Failed,
    plan: Path,
    toy_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    find = importlib.util.find_spec
    without = lambda name, *more: None if name == "pyarrow" else find(name, *more)  # noqa: E731
    monkeypatch.setattr(importlib.util, "find_spec", without)
    answer = run("sweep", str(plan), "--out", str(tmp_path / "o"), "--data", str(toy_folder))
    assert "pip install 'corridors[series]'" in failed(answer, 2)


def test_a_terminal_sees_how_far_it_has_come(
    plan: Path,
    toy_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    main(["sweep", str(plan), "--out", str(tmp_path / "o"), "--data", str(toy_folder)])
    assert "4 cells [" in screen.getvalue()
    assert screen.getvalue().endswith("\r\x1b[K"), "and the line is gone at the end"
