"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from corridors.errors import OutputError
from corridors.outputs.files import check_writable


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path beside the target to write to; it takes the target's place when all went well.

    Raises
    ------
    OutputError
        The target is a folder, or its folder is missing, not writable or full.
    """
    check_writable(path)
    with _beside(path) as folder:
        yield folder / path.name
        (folder / path.name).replace(path)


@contextlib.contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder beside the target to write into; it takes the target's place when all went well.

    Raises
    ------
    OutputError
        The target exists and is not an empty folder, or cannot be made.
    """
    if path.is_dir() and not any(path.iterdir()):
        check_writable(path / "any")
    elif path.exists():
        raise OutputError(f"cannot write {path}: it exists; give a folder that does not")
    else:
        check_writable(path)
    with _beside(path) as folder:
        inside = folder / path.name
        inside.mkdir()
        yield inside
        if path.is_dir():
            path.rmdir()
        inside.rename(path)


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[Path]:
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.absolute().parent))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write {path}: {os.strerror(error.errno or 0)}") from error
