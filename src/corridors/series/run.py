"""A series from its plan to its folder: what is not done yet is done, and written as it comes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from corridors.analysis.engine import Engine
from corridors.build.progress import Progress
from corridors.errors import UsageError
from corridors.series.cluster import on_cluster
from corridors.series.folder import Folder, Makers, data_digest
from corridors.series.local import Result, by_processes, here
from corridors.series.parts import need_pyarrow
from corridors.series.plan import Chunk, SweepPlan
from corridors.series.work import Job


class Outcome(NamedTuple):
    """What a run did.

    Attributes
    ----------
    folder : Path
    parts, kept : int
        All parts of the plan, and those that had been done before.
    """

    folder: Path
    parts: int
    kept: int


def run(
    engine: Engine,
    plan: SweepPlan,
    out: str | Path,
    *,
    edition: str = "",
    jobs: int = 1,
    scheduler: str | None = None,
    stream: TextIO | None = None,
) -> Outcome:
    """Answer all cells of a plan that the folder has not got yet.

    Parameters
    ----------
    engine : Engine
    plan : SweepPlan
    out : str or Path
        Folder of the results: a new one, or that of an interrupted run of the same plan.
    edition : str
        Of this package: results of two editions are not mixed.
    jobs : int
        Processes on this machine.
    scheduler : str, optional
        Address of a Dask scheduler, or ``local`` for one here.
    stream : text stream, optional
        Gets a progress bar where it is a terminal.

    Raises
    ------
    SweepError, OutputError, OptionalDependencyError
    """
    need_pyarrow()
    if jobs < 1:
        raise UsageError(f"jobs={jobs}: at least 1")
    digest = data_digest(engine.folder)
    made_by = Makers(edition, engine.version, digest)
    folder = Folder(Path(out))
    folder.open(plan, made_by)
    with folder.locked():
        folder.clear()
        folder.open(plan, made_by)
        done = folder.done(plan)
        chunks = [chunk for chunk in plan.chunks() if chunk.number not in done]
        key = hashlib.sha256(f"{plan.digest}{digest}".encode()).hexdigest()
        job = Job(key, plan.asked, str(engine.folder.absolute()), digest)
        progress = Progress(stream)
        progress.step(f"{plan.cells:,} cells", total=plan.parts)
        progress.add(len(done))
        try:
            for number, parts in _results(engine, job, chunks, jobs=jobs, scheduler=scheduler):
                folder.keep(number, parts)
                progress.add()
        finally:
            progress.done()
        folder.finish(plan, made_by)
    return Outcome(folder.path, plan.parts, len(done))


def _results(
    engine: Engine, job: Job, chunks: list[Chunk], *, jobs: int, scheduler: str | None
) -> Iterator[Result]:
    if scheduler is not None and chunks:
        return on_cluster(engine, job, chunks, scheduler=scheduler, jobs=jobs)
    if jobs > 1 and len(chunks) > 1:
        return by_processes(job, chunks, jobs)
    return here(engine, job, chunks)
