"""Chunks worked on by this process, or by several on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool

from corridors.analysis.engine import Engine
from corridors.errors import OptionalDependencyError, SweepError
from corridors.series.cells import Bench
from corridors.series.parts import parts_of
from corridors.series.plan import Chunk
from corridors.series.work import Job, work_for_parent

Result = tuple[int, dict[str, bytes]]

MOST_DEATHS = 3
"""Workers that may die one after the other, without a chunk done in between."""


def here(engine: Engine, job: Job, chunks: Sequence[Chunk]) -> Iterator[Result]:
    """One chunk after the other, in this process."""
    bench = Bench(engine, job.asked)
    for chunk in chunks:
        yield chunk.number, parts_of(bench.work(chunk))


def by_processes(job: Job, chunks: Sequence[Chunk], jobs: int) -> Iterator[Result]:
    """Chunks as they get done by some processes; a chunk whose worker dies is begun again.

    Raises
    ------
    OptionalDependencyError
        joblib is not installed.
    SweepError
        Workers die again and again.
    """
    try:
        from joblib import Parallel, delayed
    except ImportError:
        raise OptionalDependencyError(
            "several jobs need joblib: pip install 'corridors[series]'"
        ) from None
    waiting = {chunk.number: chunk for chunk in chunks}
    deaths = 0
    while waiting:
        # Few chunks are handed out ahead: what is done waits in memory until it is written.
        parallel = Parallel(
            n_jobs=jobs, return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs"
        )
        tasks = [delayed(work_for_parent)(os.getpid(), job, chunk) for chunk in waiting.values()]
        try:
            for number, parts in parallel(tasks):
                del waiting[number]
                deaths = 0
                yield number, parts
        except BrokenProcessPool:
            deaths += 1
            if deaths >= MOST_DEATHS:
                raise SweepError(
                    f"workers died {deaths} times without getting anything done: most likely the "
                    "memory is too small for so many jobs; what is done is kept, the same command "
                    "with fewer --jobs goes on"
                ) from None
