"""A data folder is read once, and again when its files have changed."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import corridors as co


def test_a_folder_is_read_once(toy: ModuleType, tmp_path: Path) -> None:
    folder = toy.write_toy(tmp_path)
    assert co.load(folder) is co.load(str(folder))
    assert co.load() is co.load()


def test_an_edited_folder_is_read_again(toy: ModuleType, tmp_path: Path) -> None:
    """A notebook that edits a table and asks again must not get the answer of before."""
    folder = toy.write_toy(tmp_path)
    before = co.compare("alfa", "charlie", data=folder, draws=20).table["days"]["rail"]
    table = folder / "curated" / "parameters.csv"
    rows = table.read_text("utf-8")
    longer = rows.replace("border_h/rail,10.0,10,10.0,", "border_h/rail,34.0,34,34.0,")
    assert longer != rows
    table.write_text(longer, "utf-8")
    after = co.compare("alfa", "charlie", data=folder, draws=20).table["days"]["rail"]
    assert round(after - before, 6) == 1.0
