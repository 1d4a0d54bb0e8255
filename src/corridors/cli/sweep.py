"""``corridors sweep``."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from pathlib import Path

from corridors import __version__
from corridors.cli.journeys import EXIT_NONE_OK
from corridors.errors import UsageError


def add_options(command: argparse.ArgumentParser) -> None:
    """What a series is told beside its plan."""
    from corridors.cli import options

    add = command.add_argument
    add("plan", metavar="PLAN.yaml", help="journeys, sets of conditions, days, terms")
    add("--out", required=True, metavar="DIR", help="results; goes on with an interrupted run")
    add("--jobs", type=options.positive, default=1, metavar="N", help="processes on this machine")
    add(
        "--scheduler",
        metavar="tcp://HOST:PORT",
        help="Dask: a scheduler you trust, or `local` for one here with --jobs workers",
    )
    options.add_data(command)


def run_sweep(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors sweep``."""
    from corridors.analysis.engine import Engine
    from corridors.series.folder import Folder
    from corridors.series.reading import read_plan
    from corridors.series.results import statuses
    from corridors.series.run import run

    gc.enable()  # unlike a single question, this goes on for long
    for name in ("plan", "out"):
        if not getattr(options, name):
            raise UsageError(f"{name}: the path is empty")
    engine = Engine.load(options.data)
    plan = read_plan(engine, options.plan)
    try:
        outcome = run(
            engine, plan, options.out,
            edition=__version__, jobs=options.jobs, scheduler=options.scheduler,
            stream=sys.stderr,
        )  # fmt: skip
    except KeyboardInterrupt:
        done = len(Folder(Path(options.out)).parts("rows"))
        print(
            f"corridors: {done} of {plan.parts} parts are done; the same command goes on",
            file=sys.stderr,
        )
        raise
    counts = statuses(outcome.folder)
    days = len(plan.departs)
    print(
        f"{len(plan.journeys):,} journeys × {len(plan.asked.conditions):,} sets of conditions"
        f"{f' × {days:,} days' if plan.departs != (None,) else ''} × "
        f"{len(plan.asked.corridors)} corridors: {counts.total():,} rows"
    )
    print(" · ".join(f"{counts[status]:,} {status}" for status in sorted(counts)))
    before = f", {outcome.kept:,} of them done before" if outcome.kept else ""
    print(f"{outcome.parts:,} parts in {outcome.folder}{before}")
    return 0 if counts["ok"] else EXIT_NONE_OK
