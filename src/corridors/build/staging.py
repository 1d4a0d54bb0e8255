"""A data folder that appears whole or not at all: made beside its place, then put there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from corridors.errors import OutputError


@contextmanager
def staged_folder(out: Path) -> Iterator[Path]:
    """An empty folder beside `out` that takes its place when the block ends well.

    What was there before is left untouched until then, and for good if the block fails.

    Parameters
    ----------
    out : Path
        A data folder, or a place for one.

    Raises
    ------
    OutputError
        The place cannot be written, holds something else, is being built by another process,
        or the disk is full.
    """
    out = out.expanduser().resolve()
    _check_place(out)
    with _locked(out):
        before = _before(out)
        if before.is_dir() and not out.exists():
            before.rename(out)  # a build was killed between two renames
        for stale in out.parent.glob(f".{out.name}.part-*"):
            shutil.rmtree(stale, ignore_errors=True)  # of a build that was killed
        try:
            staging = Path(tempfile.mkdtemp(prefix=f".{out.name}.part-", dir=out.parent))
        except OSError as error:
            raise _unwritable(out, error) from error
        try:
            yield staging
            _put_in_place(staging, out)
        except OutputError:
            raise
        except OSError as error:
            raise _unwritable(out, error) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _unwritable(out: Path, error: OSError) -> OutputError:
    said = error.strerror or str(error)
    return OutputError(f"cannot write {out}: {said}; nothing was changed there")


def _check_place(out: Path) -> None:
    if not out.parent.is_dir():
        raise OutputError(f"cannot write {out}: the folder {out.parent} does not exist")
    if out.exists() and not out.is_dir():
        raise OutputError(f"cannot write {out}: it is a file; give a folder")
    for folder in (out, out.parent):
        if folder.exists() and not os.access(folder, os.W_OK):
            raise OutputError(f"cannot write {out}: no permission in {folder}")
    if out.is_dir() and any(out.iterdir()) and not (out / "curated").is_dir():
        raise OutputError(
            f"{out} holds other things than a data folder: give a new folder, "
            "so that nothing of yours is replaced"
        )


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the place against another build; the system lets go if this process dies."""
    path = out.parent / f".{out.name}.lock"
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        # Another build may have removed the file between our opening and our locking it.
        if not (
            _lock(handle) and path.exists() and os.path.samestat(os.fstat(handle), path.stat())
        ):
            raise OutputError(
                f"another build into {out} is under way: wait for it, or give another folder"
            )
        try:
            yield
        finally:
            with suppress(OSError):  # Windows keeps an open file; it blocks nobody
                path.unlink()
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    try:
        import fcntl
    except ImportError:  # no such module on Windows
        return _lock_by_region(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _lock_by_region(handle: int) -> bool:
    import importlib

    msvcrt = importlib.import_module("msvcrt")
    try:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True


def _before(out: Path) -> Path:
    """Where the old folder stands while the new one takes its place."""
    return out.parent / f".{out.name}.part-before"


def _put_in_place(staging: Path, out: Path) -> None:
    mask = os.umask(0)
    os.umask(mask)
    staging.chmod(0o777 & ~mask)  # mkdtemp makes folders private
    if not out.exists():
        staging.rename(out)
        return
    before = _before(out)
    out.rename(before)
    try:
        staging.rename(out)
    except BaseException:
        before.rename(out)
        raise
    shutil.rmtree(before, ignore_errors=True)
