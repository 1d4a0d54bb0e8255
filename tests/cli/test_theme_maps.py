"""``--map`` of studies and of the register: three files beside the answer, or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., object]
ENDINGS = ("html", "png", "svg")


@pytest.mark.parametrize(
    "words",
    [
        ("isochrones", "Alfa", "--bands", "1,5"),
        ("criticality", "Alfa", "Charlie", "--kind", "crossing,port"),
    ],
)
def test_a_map_stands_beside_the_answer(
    run: Run, toy_folder: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    plain = run(*words, "--data", str(toy_folder))
    ran = run(*words, "--data", str(toy_folder), "--map", str(tmp_path / "m.html"))
    assert (ran.code, ran.out) == (0, plain.out)
    assert {file.name for file in tmp_path.iterdir()} == {f"m.{ending}" for ending in ENDINGS}
    page = (tmp_path / "m.html").read_text("utf-8")
    # Where the file went is nobody's business but the user's.
    assert "--map map.html" in page
    assert str(tmp_path) not in page


def test_the_register_is_drawn_for_a_day(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "m.html"
    ran = run("projects", "--country", "AF", "--on", "2030-01-01", "--map", str(path))
    assert ran.code == 0
    assert "promised by 2030-01-01" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("projects", "--map", "m.png"), 4, "must end in .html"),
        (("projects", "--map", ""), 4, "must end in .html"),
        (("projects", "--map", "nowhere/m.html"), 4, "does not exist"),
        (("projects", "--on", "2030-01-01"), 2, "add --map"),
        (("projects", "--on", "soon", "--map", "m.html"), 2, "no date"),
        (("isochrones", "Alfa", "--map", "m.svg"), 4, "must end in .html"),
        (("criticality", "Alfa", "Charlie", "--map", "m.txt"), 4, "must end in .html"),
    ],
)
def test_a_wrong_target_is_refused_before_any_work(
    run: Run, failed: Callable[..., str], toy_folder: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, said: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    data = () if words[0] == "projects" else ("--data", str(toy_folder))
    assert said in failed(run(*words, *data), code)
    assert list(tmp_path.iterdir()) == []


def test_nothing_in_reach_draws_nothing(run: Run, toy_folder: Path, tmp_path: Path) -> None:
    words = ("isochrones", "Alfa", "--mode", "sea", "--data", str(toy_folder))
    ran = run(*words, "--map", str(tmp_path / "m.html"))
    assert ran.code == 3
    assert list(tmp_path.iterdir()) == []
