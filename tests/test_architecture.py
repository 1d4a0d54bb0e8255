"""House rules a reader relies on: arrows between rooms, no hidden printing, no stray paths."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "corridors"
MODULES = sorted(SOURCE.rglob("*.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def _tracked(repository: Path) -> list[Path]:
    answer = subprocess.run(
        ["git", "ls-files", "-z"], cwd=repository, capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        pytest.skip("not a git checkout: the tree cannot be listed")
    return [repository / name for name in answer.stdout.split("\0") if name]


def test_rooms_import_in_one_direction(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = pytest.importorskip("importlinter.cli")
    monkeypatch.chdir(repository)
    failed = cli.lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert not failed, capsys.readouterr().out


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_module_is_documented_and_typed(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not tree.body:
        return
    assert ast.get_docstring(tree), "every module says in one line what it is for"
    futures = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
    if len(tree.body) > 1:
        assert futures, "from __future__ import annotations"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_only_the_command_line_prints(path: Path) -> None:
    if _name(path).startswith("cli"):
        return
    tree = ast.parse(path.read_text("utf-8"))
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    printed = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]
    # Writing to a stream that the caller gave is the caller's choice.
    assert not [c.lineno for c in printed if not any(k.arg == "file" for k in c.keywords)]


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_catch_all_module_names(path: Path) -> None:
    assert not re.search(r"util|helper|manager|wrapper|factory|misc|common", path.stem)


def test_tree_names_no_machine_path_and_no_registry_host(repository: Path) -> None:
    machine = re.compile(r"(?<![\w.:/-])/(?:work|tmp|root|home)/[a-z]")
    host = re.compile(
        r"files\.pythonhosted\.org|pypi\.org/simple|registry\.npmjs\.org|registry\.yarnpkg"
    )
    text = {".py", ".md", ".toml", ".csv", ".yaml", ".yml", ".ipynb", ".txt", ""}
    found = []
    for path in _tracked(repository):
        if path.suffix not in text or path == Path(__file__) or not path.is_file():
            continue
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            if machine.search(line) or host.search(line):
                found.append(f"{path.relative_to(repository)}:{number}: {line.strip()[:90]}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("room", ["errors", "data_location", "places", "costing", "routing"])
def test_room_starts_without_the_geo_stack(room: str) -> None:
    """A query must start faster than the geo libraries it does not use can be imported."""
    if not ((SOURCE / room).is_dir() or (SOURCE / f"{room}.py").is_file()):
        pytest.skip(f"there is no room {room} yet")
    heavy = ("geopandas", "pandas", "shapely", "folium", "branca", "networkx", "scipy", "pyproj")
    code = (
        f"import sys, corridors.{room}; "
        f"print(','.join(m for m in {heavy!r} if m in sys.modules), end='')"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(SOURCE.parent), "PATH": "", "SYSTEMROOT": ""},
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "", f"corridors.{room} imports {answer.stdout}"
