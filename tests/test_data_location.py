"""The data folder: the user's own or the packaged one, never a silent fallback."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.data_location import data_dir
from corridors.errors import DataError


def test_packaged_folder_is_found() -> None:
    assert (data_dir() / "curated").is_dir()


def test_a_folder_of_the_users_own_is_taken_as_given(tmp_path: Path) -> None:
    (tmp_path / "curated").mkdir()
    assert data_dir(tmp_path) == tmp_path
    assert data_dir(str(tmp_path)) == tmp_path


def test_a_missing_folder_is_an_error_not_a_fallback(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no data folder"):
        data_dir(tmp_path / "nowhere")


def test_a_folder_without_tables_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="curated"):
        data_dir(tmp_path)
