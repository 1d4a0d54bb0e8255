"""Build inputs are the pinned files, or an error that names both digests. Nothing is fetched."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from corridors.build import sources
from corridors.build.sources import SOURCES, locate, sha256
from corridors.errors import DataError


@pytest.mark.parametrize("name", SOURCES)
def test_every_input_is_pinned(name: str) -> None:
    source = SOURCES[name]
    assert re.fullmatch(r"[0-9a-f]{64}", source.sha256)
    assert source.version in source.filename


@pytest.mark.parametrize("name", SOURCES)
def test_given_files_are_the_pinned_ones(name: str, source_dir: Path, tmp_path: Path) -> None:
    path = locate(name, tmp_path, source_dir=source_dir)
    assert sha256(path) == SOURCES[name].sha256


def test_another_content_names_both_digests(tmp_path: Path) -> None:
    path = tmp_path / SOURCES["searoute"].filename
    path.write_bytes(b"not it")
    with pytest.raises(DataError) as caught:
        locate("searoute", tmp_path)
    assert SOURCES["searoute"].sha256 in str(caught.value)
    assert sha256(path) in str(caught.value)


def test_a_missing_file_says_what_to_put_where(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"world-atlas 2\.0\.2"):
        locate("world-atlas", tmp_path, source_dir=tmp_path)


def test_an_unknown_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="known are scgraph_data"):
        locate("nothing", tmp_path)


@pytest.mark.parametrize("name", ["searoute", "world-atlas"])
def test_a_failed_fetch_leaves_nothing_behind(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "first\nERROR: no such package\n")

    monkeypatch.setattr(sources.shutil, "which", lambda _: "npm")
    monkeypatch.setattr(sources.subprocess, "run", refuse)
    with pytest.raises(DataError, match="no such package"):
        locate(name, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_wrong_fetched_file_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deliver(command: list[str], *, cwd: Path, **_: Any) -> subprocess.CompletedProcess[str]:
        (cwd / SOURCES["searoute"].filename).write_bytes(b"changed upstream")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(sources.subprocess, "run", deliver)
    with pytest.raises(DataError, match="is not the pinned"):
        locate("searoute", tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_npm_absent_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources.shutil, "which", lambda _: None)
    with pytest.raises(DataError, match="no 'npm'"):
        locate("world-atlas", tmp_path / "cache")
