"""docs/map-checks.md: twenty-four checks, each with tests that exist and can fail."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "map-checks.md").read_text("utf-8")


def test_every_check_has_a_row(page: str) -> None:
    numbers = [int(n) for n in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)]
    assert numbers == list(range(1, 25))
    rows = [line for line in page.splitlines() if line.startswith("| ") and "::" in line]
    assert len(rows) >= 31
    for line in page.splitlines():
        if line.startswith("|") and not re.match(r"^\|[ |\-:]*$|^\| No|^\| \| Tests", line):
            assert NAMED.search(line), line


def test_every_named_test_is_there_and_asserts(page: str, repository: Path) -> None:
    found = NAMED.findall(page)
    assert len(found) > 60
    assert len(found) == page.count("::"), "a name that cannot be read"
    for name, function in found:
        folder = repository / "tests" if "/" in name else repository / "tests" / "outputs"
        tree = ast.parse((folder / name).read_text("utf-8"))
        made = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert function in made, f"{name}::{function}"
        inner = list(ast.walk(made[function]))
        called = {
            node.func.id
            for node in inner
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        for helper in called & set(made):
            inner += ast.walk(made[helper])
        checks = [n for n in inner if isinstance(n, ast.Assert)]
        raises = [n for n in inner if isinstance(n, ast.Attribute) and n.attr == "raises"]
        assert checks or raises, f"{name}::{function} cannot fail"
