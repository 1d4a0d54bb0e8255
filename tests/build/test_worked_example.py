"""The worked example of docs/build-your-own-network.md runs and prints what it shows."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from corridors.cli import main

pytest.importorskip("osmium")


def test_the_worked_example(
    helsinki: Path,
    repository: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (repository / "docs" / "build-your-own-network.md").read_text("utf-8")
    found = re.search(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    shutil.copyfile(helsinki, tmp_path / helsinki.name)
    monkeypatch.chdir(tmp_path)
    steps = re.split(r"^\$ ", found.group(1), flags=re.MULTILINE)[1:]
    assert len(steps) == 2
    for step in steps:
        command, _, shown = step.partition("\n")
        program, *arguments = shlex.split(command)
        assert program == "corridors"
        assert main(arguments) == 0
        printed = capsys.readouterr()
        if shown:
            assert printed.err == shown
        else:
            assert printed.out
    parts = {path.name for path in (tmp_path / "my-network").iterdir()}
    table = text[text.index("| In it | What |") :].split("\n\n")[0]
    named = {name.strip("/").split("/")[0] for name in re.findall(r"`([^`]+)`", table)}
    assert parts <= named


def test_every_option_is_in_the_document(repository: Path) -> None:
    text = (repository / "docs" / "build-your-own-network.md").read_text("utf-8")
    for option in ("--osm", "--overpass", "--replace-area", "--curated", "--out"):
        assert option in text
