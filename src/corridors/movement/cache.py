"""The compiled network of a data folder: as packaged, from the user's cache, or made anew."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import TextIO

from corridors.errors import DataError
from corridors.movement.compiled import SCHEMA, CompiledNetwork, read_compiled
from corridors.network.inputs import input_hashes
from corridors.network.tables import Tables


def fresh_network(
    data: Path, tables: Tables, *, opened: Collection[str] = (), log: TextIO | None = None
) -> CompiledNetwork:
    """The compiled network that belongs to the folder's tables as they are now.

    Parameters
    ----------
    data : Path
    tables : Tables
        Tables of the same folder.
    opened : collection of str
        Planned links and facilities that `tables` give as operating: that network has a place of
        its own.
    log : text stream, optional
        Gets one line when the network has to be compiled.

    Raises
    ------
    DataError
        Tables cannot be compiled, or the cache folder cannot be written.
    """
    hashes = input_hashes(data)
    packaged = data / "compiled"
    network = _readable(packaged)
    if network is not None and network.inputs == hashes and not opened:
        return network
    name = [SCHEMA, hashes, *([sorted(opened)] if opened else [])]
    key = hashlib.sha256(json.dumps(name, sort_keys=True).encode()).hexdigest()
    cached = cache_dir() / key[:32]
    network = _readable(cached)
    if network is not None:
        return network
    _remove(cached)  # damaged, or not there: made anew
    if log is not None:
        why = f"{', '.join(sorted(opened))} opened" if opened else "tables changed"
        print(f"corridors: {why}, compiling the network (about 20 s, once)", file=log)
    return _compile_into(cached, data, tables)


def cache_dir() -> Path:
    """Folder for what can be made again: ``CORRIDORS_CACHE``, else the platform's own."""
    named = os.environ.get("CORRIDORS_CACHE")
    if named:
        return Path(named)
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "corridors" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "corridors"


def _compile_into(target: Path, data: Path, tables: Tables) -> CompiledNetwork:
    # Late: a query on the packaged network needs no geometry library.
    import shutil
    import tempfile

    from corridors.movement.compile import compile_network

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix="part-", dir=target.parent))
    except OSError as error:
        raise DataError(
            f"cannot write the cache folder {target.parent} ({error.strerror}): "
            "set CORRIDORS_CACHE to a folder that can be written"
        ) from error
    try:
        compile_network(data, out=beside, tables=tables)
        try:
            beside.rename(target)
        except OSError:
            # Another process was first; its result is the same by its name.
            if not (target / "hauls.json").is_file():
                raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return read_compiled(target)


def _readable(folder: Path) -> CompiledNetwork | None:
    """A compiled network, or None where it is damaged or of another version."""
    if not (folder / "hauls.json").is_file():
        return None
    try:
        return read_compiled(folder)
    except DataError:
        return None


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
