"""``corridors profile``: one file, in the form its ending names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
ASKED = ("profile", "Xi'an", "Duisburg", "--draws", "100", "--out")


@pytest.mark.parametrize("ending", [".html", ".svg", ".png"])
def test_one_file_of_the_form_asked_for(run: Run, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"days{ending}"
    ran = run(*ASKED, str(path), "--of", "usd")
    assert (ran.code, ran.out, ran.err) == (0, f"{path}\n", "")
    assert list(tmp_path.iterdir()) == [path]
    content = path.read_bytes()
    start = {".html": b"<!doctype html>", ".svg": b"<svg", ".png": b"\x89PNG"}[ending]
    assert content.startswith(start)
    if ending == ".html":
        page = content.decode("utf-8")
        assert not re.findall(
            r"<(?:script|img|iframe|link)[^>]* (?:src|href)=.?(?:https?:)?//", page
        )
        assert not re.findall(r"(?:@import|url\()[^)]{0,3}https?://", page)
        assert "corridors profile" in page


def test_totals_are_those_of_compare(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "days.svg"
    run(*ASKED, str(path))
    drawn = path.read_text("utf-8")
    table = run("compare", "Xi'an", "Duisburg", "--draws", "100").out
    rows = dict(re.findall(r"^(\w+) +[\d.]+ +([\d.]+) +[\d.]+ +\d+,\d+ ", table, re.MULTILINE))
    assert len(rows) == 5
    for name, days in rows.items():
        assert f">{name} {days} days<" in drawn


@pytest.mark.parametrize("name", ["days.pdf", "days", "no/folder.svg"])
def test_a_file_that_cannot_be_is_refused_before_any_work(
    run: Run, tmp_path: Path, name: str
) -> None:
    ran = run(*ASKED, str(tmp_path / name))
    assert (ran.code, ran.out) == (4, "")
    assert ran.err.startswith("corridors: ")
    assert list(tmp_path.iterdir()) == []


def test_without_an_option_it_says_so_and_is_exit_3(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "days.svg"
    ran = run(*ASKED, str(path), "--avoid", "CN")
    assert ran.code == 3
    assert "No corridor can serve this shipment" in path.read_text("utf-8")


def test_only_days_and_usd(run: Run, tmp_path: Path) -> None:
    ran = run(*ASKED, str(tmp_path / "p.svg"), "--of", "hours")
    assert ran.code == 2
