"""Writing results: beside the target first, then renamed, so that nothing is half-written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from corridors.errors import OutputError


def write_text(path: Path, text: str) -> None:
    """Write text to a file, whole or not at all.

    Raises
    ------
    OutputError
        The folder does not exist or cannot be written.
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write bytes to a file, whole or not at all.

    Raises
    ------
    OutputError
        The folder does not exist or cannot be written.
    """
    check_writable(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        beside = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            mask = os.umask(0)
            os.umask(mask)
            beside.chmod(0o666 & ~mask)  # mkstemp makes files private
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


def check_writable(path: Path) -> None:
    """Refuse a target that cannot be written before any work is done for it.

    Raises
    ------
    OutputError
        The path is a folder, or its folder is missing or not writable.
    """
    if path.is_dir():
        raise OutputError(f"cannot write {path}: it is a folder")
    if not path.parent.is_dir():
        raise OutputError(f"cannot write {path}: the folder {path.parent} does not exist")
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"cannot write {path}: no permission in {path.parent}")
