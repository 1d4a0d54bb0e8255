"""The compiled network of a data folder: as packaged, from the user's cache, or made anew."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import TextIO

from corridors.errors import DataError
from corridors.movement.compiled import CompiledNetwork
from corridors.movement.compiled_folder import SCHEMA, read_compiled
from corridors.network.inputs import input_hashes
from corridors.network.tables import Tables
from corridors.shelf import PART, cache_dir, clear_up


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
    packaged = _readable(data / "compiled")
    if packaged is not None and packaged.inputs == hashes and not opened:
        return packaged
    name = [SCHEMA, hashes, *([sorted(opened)] if opened else [])]
    key = hashlib.sha256(json.dumps(name, sort_keys=True).encode()).hexdigest()
    cached = cache_dir() / key[:32]
    network = _whole(cached)
    if network is not None:
        return network
    if log is not None:
        why = f"{', '.join(sorted(opened))} opened" if opened else "tables changed"
        print(f"corridors: {why}, compiling the network (about 20 s, once)", file=log)
    return _compile_into(cached, data, tables, packaged)


def _compile_into(
    target: Path, data: Path, tables: Tables, known: CompiledNetwork | None
) -> CompiledNetwork:
    """Compile beside the target and rename: whoever reads meets a whole network or none."""
    # Late: a query on the packaged network needs no geometry library.
    import shutil
    import tempfile

    from corridors.movement.compile import compile_network

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        clear_up(target.parent)
        beside = Path(tempfile.mkdtemp(prefix=PART, dir=target.parent))
    except OSError as error:
        raise DataError(
            f"cannot write the cache folder {target.parent} ({error.strerror}): "
            "set CORRIDORS_CACHE to a folder that can be written"
        ) from error
    try:
        made = beside / "new"
        made.mkdir()
        compile_network(data, out=made, tables=tables, known=known)
        for _ in range(TRIES):
            try:
                made.rename(target)
            except OSError:
                # Another process was first and its result is the same by its name; or what lies
                # there is damaged, and makes room.
                network = _whole(target)
                if network is not None:
                    return network
                with contextlib.suppress(OSError):
                    target.rename(beside / "damaged")
            else:
                return read_compiled(target)
        raise DataError(f"{target} cannot be replaced: remove it by hand")
    finally:
        shutil.rmtree(beside, ignore_errors=True)


TRIES = 3
"""A damaged network is moved away once; more rounds only where processes do so at a time."""


def _readable(folder: Path) -> CompiledNetwork | None:
    """A compiled network, or None where it is not there, damaged, or of another version."""
    try:
        return read_compiled(folder)
    except DataError:
        return None


def _whole(folder: Path) -> CompiledNetwork | None:
    """As `_readable`, with every file looked at: a question may open any of them later."""
    network = _readable(folder)
    try:
        if network is not None:
            network.check()
    except DataError:
        return None
    return network
