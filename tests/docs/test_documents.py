"""README and docs: every command runs, shown output is what it prints, links lead somewhere.

A block ``console`` is run. In a block ``console shown`` the lines under a command are compared
with what it prints, figures aside: those move when a table is corrected. Shown lines that end with
``...`` are the first of more. A comment ``# exit N``
names an exit code other than 0. With ``CORRIDORS_REWRITE_DOCS=1`` the true output is written into
the documents.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from corridors.cli import main

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```console( shown)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REFRESH = "run: CORRIDORS_REWRITE_DOCS=1 python -m pytest tests/docs"


class Example(NamedTuple):
    """One command of a document."""

    document: str
    command: str
    shown: str | None

    @property
    def words(self) -> list[str]:
        return shlex.split(self.command, comments=True)

    @property
    def code(self) -> int:
        found = re.search(r"# exit (\d+)", self.command)
        return int(found.group(1)) if found else 0


def examples() -> Iterator[Example]:
    for path in DOCUMENTS:
        for shown, body in BLOCK.findall(path.read_text("utf-8")):
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                yield Example(path.name, command, output if shown else None)


def run(example: Example) -> str:
    """What the command prints; errors too."""
    program, *arguments = example.words
    assert program == "corridors"
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    assert code == example.code, err.getvalue()
    if code in (0, 3):
        assert err.getvalue() == ""
    return out.getvalue() + err.getvalue()


def without_figures(text: str) -> list[str]:
    """Words without numbers, rules and the breaking of lines."""
    bare = re.sub(r"[0-9a-f]{16}|[−$]?\d[\d,.]*%?|[–]", " ", text)
    return bare.split()


@pytest.mark.parametrize("example", list(examples()), ids=lambda e: f"{e.document}: {e.command}")
def test_commands_run_and_print_what_is_shown(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rewrite: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    if "validate" in example.words or "audit" in example.words:
        pytest.skip("has a test of its own")
    printed = run(example)
    if example.shown is None:
        return
    if example.shown.endswith("\n...\n"):
        count = len(example.shown.splitlines()) - 1
        printed = "\n".join([*printed.splitlines()[:count], "..."]) + "\n"
    if rewrite and printed != example.shown:
        path = next(path for path in DOCUMENTS if path.name == example.document)
        text = path.read_text("utf-8")
        old = f"$ {example.command}\n{example.shown}"
        assert text.count(old) == 1
        path.write_text(text.replace(old, f"$ {example.command}\n{printed}"), "utf-8")
        return
    assert without_figures(printed) == without_figures(example.shown), REFRESH


@pytest.mark.slow
def test_validation_is_what_the_model_gives(
    tmp_path: Path, rewrite: bool, repository: Path
) -> None:
    path = repository / "docs" / "validation.md"
    fresh = tmp_path / "validation.md"
    assert main(["validate", "--out", str(path if rewrite else fresh)]) == 0
    if not rewrite:
        old, new = path.read_text("utf-8"), fresh.read_text("utf-8")
        assert without_figures(old) == without_figures(new), REFRESH


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        found = (path.parent / name) if name else path
        assert found.exists(), target
        if anchor:
            heads = re.findall(r"^#+ (.*)$", found.read_text("utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
            assert anchor in slugs, target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_no_paths_of_a_machine(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.findall(r"(?<![\w.])/(?:work|tmp|home|root|Users|opt)/", text)


def test_every_option_is_documented() -> None:
    from corridors.cli.main import parser

    text = (REPOSITORY / "docs" / "cli.md").read_text("utf-8")
    subparsers = next(a for a in parser()._actions if a.choices)
    assert subparsers.choices is not None
    for name, command in dict(subparsers.choices).items():  # type: ignore[call-overload]
        assert f"corridors {name}" in text
        if name == "build":
            continue
        for action in command._actions:
            for option in action.option_strings:
                if option.startswith("--") and option not in ("--help", "--limit"):
                    assert option in text, f"{name} {option}"


def test_every_key_of_the_document_is_documented() -> None:
    import json

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        main(["compare", "Xi'an", "Duisburg", "--draws", "50", "--format", "json"])
    text = (REPOSITORY / "docs" / "json.md").read_text("utf-8")

    def keys(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "km_by_country":
                    yield key
                    continue
                yield key
                if key != "detail":
                    yield from keys(inner)
        elif isinstance(value, list):
            for item in value:
                yield from keys(item)

    missing = {key for key in keys(json.loads(out.getvalue())) if f"`{key}`" not in text
               and f".{key}`" not in text and f"`{key}." not in text}  # fmt: skip
    assert missing == set()
