"""The example notebooks run from top to bottom and stay small."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

NEEDS = {
    "04_your_own_network": ("osmium", "pyrosm"),
    "03_briefing": ("xlsxwriter", "docx", "reportlab"),
}
NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.fixture
def notebook(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def test_every_notebook_is_there() -> None:
    stems = [path.stem for path in NOTEBOOKS]
    assert stems == ["01_compare", "02_what_if", "03_briefing", "04_your_own_network"]


# The kernel is a process on this machine that is spoken to over local sockets.
@pytest.mark.enable_socket
@pytest.mark.filterwarnings("default")
def test_it_runs(
    path: Path,
    notebook: Any,
    repository: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rewrite: bool,
) -> None:
    for library in NEEDS.get(path.stem, ()):
        pytest.importorskip(library)
    monkeypatch.setenv("PYTHONPATH", str(repository / "src"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    try:
        client.execute()
    except nbclient.exceptions.DeadKernelError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no kernel can be started here: {error}")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    outputs = [output for cell in code for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"], "a warning"
    if rewrite:
        nbformat.write(small(notebook), path)


def small(notebook: Any) -> Any:
    """The notebook with its outputs, but without the map's page and pictures."""
    notebook.metadata = {k: v for k, v in notebook.metadata.items() if k == "kernelspec"}
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if len(str(o)) < 20_000]
    return notebook


def test_it_is_small_and_names_no_machine(notebook: Any) -> None:
    text = nbformat.writes(notebook)
    assert len(text) < 120_000, "heavy outputs, such as the map's, are not stored"
    for word in ("/tmp", "/home", "/root", "/Users", "C:\\\\"):
        assert word not in text
