"""One chunk worked on in some process: the data are read once there and kept."""

from __future__ import annotations

import atexit
import io
import os
import shutil
import tempfile
import threading
import time
import zipfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

from corridors.analysis.engine import Engine
from corridors.data_location import data_dir
from corridors.errors import CorridorsError, DataError
from corridors.series.cells import Bench
from corridors.series.folder import data_digest, data_files
from corridors.series.parts import parts_of
from corridors.series.plan import Asked, Chunk


class Job(NamedTuple):
    """What every process of a series is told.

    Attributes
    ----------
    key : str
        Fingerprint of plan and data.
    asked : Asked
    data : str
        Folder of the data, as seen by the process that asks.
    digest : str
        Fingerprint of the data.
    """

    key: str
    asked: Asked
    data: str
    digest: str


_engines: dict[str, Engine] = {}
_benches: dict[str, Bench] = {}
_unpacked: dict[str, Path] = {}
_one_at_a_time = threading.Lock()
"""An engine fills its caches as it goes: threads of one process take turns."""

LOOK_S = 2.0
"""How often an orphan looks for its parent."""


def work(job: Job, chunk: Chunk) -> tuple[int, dict[str, bytes]]:
    """Number of a chunk and its parts.

    Raises
    ------
    DataError
        This process has not the data that the series was begun with.
    """
    with _one_at_a_time:
        # One series and one engine at a time: what the next series shares is the data.
        if job.digest not in _engines:
            _engines.clear()
            _engines[job.digest] = Engine.load(_folder(job), quiet=True)
        if job.key not in _benches:
            _benches.clear()
            _benches[job.key] = Bench(_engines[job.digest], job.asked)
        return chunk.number, parts_of(_benches[job.key].work(chunk))


def work_for_parent(parent: int, job: Job, chunk: Chunk) -> tuple[int, dict[str, bytes]]:
    """As `work`, in a process that ends when the one that asked is killed."""
    _end_with(parent)
    return work(job, chunk)


@cache
def _end_with(parent: int) -> None:
    if not hasattr(os, "fork"):  # elsewhere the number of a parent says nothing about its life
        return

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_S)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()


def pack(folder: Path) -> bytes:
    """A data folder as bytes, for processes that do not have it."""
    beside = io.BytesIO()
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in [*data_files(folder), *sorted((folder / "compiled").glob("*"))]:
            archive.write(path, path.relative_to(folder).as_posix())
    return beside.getvalue()


def unpack(digest: str, packed: bytes) -> None:
    """Keep shipped data for the chunks to come, as long as this process lives."""
    if digest not in _unpacked:
        folder = Path(tempfile.mkdtemp(prefix="corridors-data-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            archive.extractall(folder)  # ours: packed by the process that asks
        _unpacked[digest] = folder


def has_data(job: Job) -> bool:
    """Whether this process has the data of a series, in some folder or unpacked."""
    try:
        _folder(job)
    except DataError:
        return False
    return True


def _folder(job: Job) -> Path:
    if job.digest in _unpacked:
        return _unpacked[job.digest]
    for known in (job.data, None):
        try:
            folder = data_dir(known)
        except CorridorsError:
            continue
        if data_digest(folder) == job.digest:
            return folder
    raise DataError(
        f"a worker has not the data of this series: no folder {job.data} with the same content; "
        "do not change data while a series runs"
    )
