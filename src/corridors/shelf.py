"""What was read and checked once, kept as plain JSON under the SHA-256 of the files it is from.

Reading a table cell by cell, with every check, takes longer than to answer a question. So the
checked rows are kept: beside the compiled network of a data folder, else in the user's cache. A
kept file names the digest of its sources and of its own contents; one that is stale, cut or
changed is as good as none, and is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

FORM = "corridors.rows/1"
"""Changes when cells are read in another way: what was kept before is then read anew."""

PART = "part-"
"""How files and folders are called while they are written."""

ABANDONED_S = 86_400
"""Whoever has been writing for longer was killed."""

SPARE = 8
"""Kept files of one name in the cache: the newest ones."""


def cache_dir() -> Path:
    """Folder for what can be made again: ``CORRIDORS_CACHE``, else the platform's own."""
    named = os.environ.get("CORRIDORS_CACHE")
    if named:
        return Path(named)
    windows = os.name == "nt"
    named = os.environ.get("LOCALAPPDATA" if windows else "XDG_CACHE_HOME")
    try:
        base = Path(named) if named else Path.home() / ("" if windows else ".cache")
    except RuntimeError:  # nobody's home, as in a container whose user has no name
        import tempfile

        base = Path(tempfile.gettempdir())
    return base / "corridors" / "cache" if windows else base / "corridors"


class Shelf:
    """Kept rows of one data folder.

    Parameters
    ----------
    data : Path
        The data folder.
    ship : bool
        Keep what is made in the folder itself, as it is shipped, instead of the user's cache.
    """

    def __init__(self, data: Path, *, ship: bool = False) -> None:
        self.data, self.ship = data, ship

    def get(
        self, name: str, sources: Sequence[Path], shape: object, read: Callable[[], Any]
    ) -> Any:
        """Plain values made of some files: the kept ones while the files are the same.

        Parameters
        ----------
        name : str
            What the kept file is called.
        sources : sequence of Path
            All files that `read` looks at.
        shape : object
            Names of columns or the like; under another shape nothing that was kept fits.
        read : callable
            Reads and checks the sources; gives what JSON can hold.
        """
        try:
            digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sources]
        except OSError:
            return read()  # it says what is missing
        key = _digest(json.dumps([FORM, name, shape, digests]).encode())
        shipped = self.data / "compiled" / f"{name}.json"
        cached = cache_dir() / f"{name}-{key[:32]}.json"
        for path in (shipped,) if self.ship else (shipped, cached):
            kept = _kept(path, key)
            if kept is not None:
                return kept
        made = read()
        if self.ship:
            _keep(shipped, key, made)
        else:
            _keep(cached, key, made)
            _thin_out(cached.parent, name)
            clear_up(cached.parent)
        return made


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _kept(path: Path, key: str) -> Any:
    """What a file holds, None where it is not there, of other sources, or damaged."""
    try:
        head, _, body = path.read_bytes().partition(b"\n")
        return json.loads(body) if head.decode() == f"{key} {_digest(body)}" else None
    except (OSError, ValueError):
        return None


def _keep(path: Path, key: str, made: Any) -> None:
    """Write beside and rename: a reader meets all of it or nothing, whoever else writes."""
    body = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
    beside = path.with_name(f"{PART}{path.name}-{os.getpid()}-{threading.get_ident()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(f"{key} {_digest(body)}\n".encode() + body)
        beside.replace(path)
    except OSError:
        # Without it the next question takes a little longer.
        with contextlib.suppress(OSError):
            beside.unlink()


def _thin_out(folder: Path, name: str) -> None:
    """Every edit of a table leaves a kept file behind: the oldest go."""
    with contextlib.suppress(OSError):  # another process was first
        kept = sorted(folder.glob(f"{name}-*.json"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-SPARE]:
            path.unlink(missing_ok=True)


def clear_up(folder: Path) -> None:
    """Remove from a cache folder what killed processes left half written."""
    import shutil

    for path in folder.glob(f"{PART}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > ABANDONED_S:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
