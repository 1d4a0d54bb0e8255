"""The same chunks on Dask distributed: a scheduler of the user's, or one on this machine.

A Dask scheduler runs whatever it is sent: only one that is trusted, in a network that is
trusted, may be named.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from corridors.analysis.engine import Engine
from corridors.errors import OptionalDependencyError, SweepError
from corridors.series.plan import Chunk
from corridors.series.work import Job, has_data, pack, work

Result = tuple[int, dict[str, bytes]]

LOCAL = "local"
"""In place of an address: a scheduler and workers of one's own, on this machine."""

RETRIES = 3
WAIT_S = 60


def on_cluster(
    engine: Engine, job: Job, chunks: Sequence[Chunk], *, scheduler: str, jobs: int
) -> Iterator[Result]:
    """Chunks as they get done by the workers of a scheduler.

    The data are sent to each worker once, if it has not got them; a chunk whose worker dies is
    given to another.

    Raises
    ------
    OptionalDependencyError
        Dask distributed is not installed.
    SweepError
        There is no such scheduler, it has no workers, or they die again and again.
    """
    dask = _dask()
    own = None
    try:
        if scheduler == LOCAL:
            own = _workers_here(dask, jobs)
        client = _client(dask, own or scheduler, scheduler)
        try:
            yield from _spread(dask, client, engine, job, chunks)
        finally:
            client.close()
    finally:
        if own is not None:
            own.close()


def _workers_here(dask: Any, jobs: int) -> Any:
    try:
        return dask.LocalCluster(
            n_workers=jobs, threads_per_worker=1, processes=True, dashboard_address=None
        )
    except (OSError, RuntimeError, TimeoutError) as error:
        raise SweepError(f"--scheduler {LOCAL}: no workers could be started ({error})") from None


def _client(dask: Any, at: Any, named: str) -> Any:
    try:
        return dask.Client(at, timeout=WAIT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        why = str(error)
    # A client that was half made closes itself when it is collected, under a lock that the next
    # client's making holds too: it has to go now, or that one may wait for ever.
    gc.collect()
    raise SweepError(
        f"--scheduler {named}: no answer ({why}); an address looks like "
        f"tcp://host:8786, and {LOCAL!r} starts workers here"
    )


def _dask() -> Any:
    try:
        return import_module("distributed")
    except ImportError:
        raise OptionalDependencyError(
            "--scheduler needs Dask: pip install 'corridors[dask]'"
        ) from None


def _spread(
    dask: Any, client: Any, engine: Engine, job: Job, chunks: Sequence[Chunk]
) -> Iterator[Result]:
    from corridors.series.shipped import ShippedData

    try:
        client.wait_for_workers(1, timeout=WAIT_S)
    except TimeoutError:
        raise SweepError(f"the scheduler has no worker after {WAIT_S} seconds") from None
    if not all(client.run(has_data, job).values()):
        client.register_plugin(ShippedData(job.digest, pack(engine.folder)))
    ahead = 2 * max(1, sum(client.nthreads().values()))
    waiting = iter(chunks)

    def send() -> Any:
        for chunk in waiting:
            return client.submit(work, job, chunk, retries=RETRIES, pure=False)
        return None

    first = [future for _ in range(ahead) if (future := send()) is not None]
    done = dask.as_completed(first, loop=client.loop)
    try:
        for future in done:
            result: Result = future.result()
            future.release()
            more = send()
            if more is not None:
                done.add(more)
            yield result
    except dask.KilledWorker as error:
        raise SweepError(
            f"workers die again and again over one chunk ({error}): most likely their memory is "
            "too small; what is done is kept, the same command goes on"
        ) from None
    except OSError as error:
        raise SweepError(
            f"the scheduler is gone ({error}); what is done is kept, the same command goes on"
        ) from None
