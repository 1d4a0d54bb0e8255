"""The gallery: ``make maps`` runs the commands of its page, and what the page shows is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from corridors.cli.main import parser


def test_the_page_shows_what_make_draws(repository: Path) -> None:
    page = (repository / "maps" / "README.md").read_text("utf-8")
    recipe = (repository / "Makefile").read_text("utf-8").partition("\nmaps: ")[2]
    recipe = recipe.partition("\n\n")[0].replace("\\\n", " ")
    lines = [line.removesuffix(" >/dev/null") for line in recipe.splitlines()]
    drawn = [shlex.split(line)[1:] for line in lines if "/corridors " in line]
    shown = [shlex.split(line)[1:] for line in re.findall(r"`(corridors [^`]+)`", page)]
    assert drawn == shown
    for words in shown:
        assert parser(words[0]).parse_args(words).run
    for name in re.findall(r"\]\(([^)]+)\)", page):
        assert (repository / "maps" / name).is_file(), name


def test_the_gallery_is_small(repository: Path) -> None:
    files = list((repository / "maps").iterdir())
    assert sum(file.stat().st_size for file in files) <= 10_000_000
    assert all(file.stat().st_size <= 1_000_000 for file in files)
    for name in ("upgrades", "isochrones-almaty", "chokepoints"):
        assert (repository / "maps" / f"{name}.html").stat().st_size <= 500_000, name
