"""Series: two workers beside one, and how the time grows with what is asked.

`measure` gives the ratio; run as a program it prints the tables of ``docs/scaling.md``, and with
``--write`` puts them there.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from corridors.analysis.engine import Engine
from corridors.routing.arcs import arcs_of
from corridors.routing.many import is_compiled
from corridors.series.cells import Bench
from corridors.series.plan import SweepPlan
from corridors.series.reading import read_plan
from corridors.series.run import run
from ratio import Ratio, faster, interleaved

GROUP = "Series"
BIG = Path(__file__).with_name("sweep_2000x10.yaml")
DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "scaling.md"
BEGIN, END = "<!-- measured by benchmarks/sweep.py -->", "<!-- end of the measured part -->"
WANT = 1.5
"""How many times as fast two workers are to be."""

WORKERS = (1, 2, 4, 8, 16, 64)
AVOIDED = ((), ("IR", "PK", "AF", "TM", "UZ", "TJ", "KG"), ("TR", "AZ", "GE", "AM", "BG"))
"""Countries taken away step by step, none of which the journeys need."""


def plan_of(
    engine: Engine, *, origins: int, destinations: int, sets: int, **more: Any
) -> SweepPlan:
    """A part of the big plan."""
    import yaml

    asked = yaml.safe_load(BIG.read_text("utf-8"))
    asked["origins"] = asked["origins"][:origins]
    asked["destinations"] = asked["destinations"][:destinations]
    asked["conditions"] = asked["conditions"][:sets]
    return read_plan(engine, asked | more)


def measure(runs: int) -> list[Ratio]:
    """One process beside two workers, from the plan to the last part.

    Raises
    ------
    RuntimeError
        The results differ by a byte.
    """
    engine = Engine.load(quiet=True)
    seeds = itertools.count(1)

    def results(jobs: int, seed: int) -> dict[str, bytes]:
        plan = plan_of(engine, origins=20, destinations=25, sets=4, seed=seed)
        with tempfile.TemporaryDirectory() as folder:
            run(engine, plan, folder, jobs=jobs)
            return {path.name: path.read_bytes() for path in Path(folder).iterdir()}

    if results(1, 0) != results(2, 0):
        raise RuntimeError("two workers give other bytes than one")
    # A new seed each time: nobody has anything left over from the run before.
    sides = {
        "one process": lambda: results(1, next(seeds)),
        "two workers": lambda: results(2, next(seeds)),
    }
    spent = interleaved(sides, runs)
    note = f"2,000 cells, 200 draws, {os.cpu_count()} cores; same bytes"
    return [faster(GROUP, "two workers", spent, "two workers", "one process", WANT, note)]


# How the time grows ------------------------------------------------------------------------------


class Spent(NamedTuple):
    """What a command took."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def command(plan: str, jobs: int) -> Spent:
    """``corridors sweep`` in a process of its own, from its start to its end."""
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "plan.yaml"
        path.write_text(plan, "utf-8")
        words = [sys.executable, "-m", "corridors", "sweep", str(path)]
        words += ["--out", str(folder / "out"), "--jobs", str(jobs)]
        begin = time.perf_counter()
        silent = os.open(os.devnull, os.O_WRONLY)
        child = os.posix_spawn(
            words[0], words, dict(os.environ), file_actions=[(os.POSIX_SPAWN_DUP2, silent, 1)]
        )
        os.close(silent)
        _, status, used = os.wait4(child, 0)
        if status:
            raise RuntimeError(f"corridors sweep ended with {os.waitstatus_to_exitcode(status)}")
        unit = 1e6 if sys.platform == "darwin" else 1e3
        wall = time.perf_counter() - begin
        return Spent(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)
    finally:
        shutil.rmtree(folder)


def text(*, origins: int, destinations: int, sets: int = 1, draws: int = 200) -> str:
    """A part of the big plan as YAML."""
    import yaml

    asked = yaml.safe_load(BIG.read_text("utf-8"))
    asked["origins"] = asked["origins"][:origins]
    asked["destinations"] = asked["destinations"][:destinations]
    asked["conditions"] = asked["conditions"][:sets]
    return str(yaml.safe_dump(asked | {"draws": draws}, allow_unicode=True))


def tables() -> str:
    """Everything that ``docs/scaling.md`` shows as measured, as Markdown."""
    lines = [_machine(), ""]
    lines += ["| Journeys | Wall, s | CPU, s | Peak, MB |", "|---:|---:|---:|---:|"]
    by_pairs: dict[int, Spent] = {}
    command(text(origins=5, destinations=10), 1)  # after an installation loops are compiled once
    for origins, destinations in ((5, 10), (10, 20), (20, 40), (40, 50)):
        spent = command(text(origins=origins, destinations=destinations), 1)
        by_pairs[origins * destinations] = spent
        lines.append(_line(f"{origins * destinations:,}", spent))
    few, many = min(by_pairs), max(by_pairs)
    cell = (by_pairs[many].cpu_s - by_pairs[few].cpu_s) / (many - few)
    start = by_pairs[few].cpu_s - few * cell
    lines += ["", "| Draws (200 journeys) | Wall, s | CPU, s | Peak, MB |", "|---:|---:|---:|---:|"]
    for draws in (100, 1_000, 10_000):
        lines.append(
            _line(f"{draws:,}", command(text(origins=10, destinations=20, draws=draws), 1))
        )
    lines += ["", "| States of the graph | ms per cell (northern alone) |", "|---:|---:|"]
    lines += [f"| {states:,} | {ms:.2f} |" for states, ms in by_states()]
    lines += ["", "| Workers (2,000 journeys × 2) | Wall, s | CPU, s |", "|---:|---:|---:|"]
    by_workers = {jobs: command(text(origins=40, destinations=50, sets=2), jobs) for jobs in (1, 2)}
    lines += [f"| {j} | {s.wall_s:.1f} | {s.cpu_s:.1f} |" for j, s in by_workers.items()]
    lines += ["", f"Two workers: {by_workers[1].wall_s / by_workers[2].wall_s:.2f} times as fast."]
    lines += ["", *_modelled(start, cell, writing())]
    whole = command(BIG.read_text("utf-8"), 2)
    lines += ["", f"The whole of it on two workers, measured: {whole.wall_s:.0f} s."]
    return "\n".join(lines)


def by_states() -> list[tuple[int, float]]:
    """States of the graph, and milliseconds of a cell of one corridor, as countries go."""
    engine = Engine.load(quiet=True)
    found = []
    avoided: tuple[str, ...] = ()
    for more in AVOIDED:
        avoided += more
        plan = plan_of(
            engine, origins=10, destinations=13, sets=1, corridors=["northern"],
            conditions=[{"name": "fewer", "avoid": list(avoided)}],
        )  # fmt: skip
        bench = Bench(engine, plan.asked)
        chunks = list(plan.chunks())
        for chunk in chunks:
            bench.work(chunk)
        begin = time.process_time()
        for chunk in chunks:
            bench.work(chunk)
        spent = time.process_time() - begin
        found.append((_states_in(engine, avoided), 1000 * spent / plan.cells))
    return found


def _states_in(engine: Engine, avoided: Sequence[str]) -> int:
    """States that a box can be in when some countries are avoided."""
    graph = engine.graph(avoid=avoided)
    return sum(
        graph.facilities[facility].country not in avoided for facility, _ in arcs_of(graph).states
    )


def writing() -> float:
    """Seconds in which the asking process writes one part of a hundred cells."""
    from corridors.series.folder import Folder
    from corridors.series.parts import parts_of

    engine = Engine.load(quiet=True)
    plan = plan_of(engine, origins=2, destinations=50, sets=1, cells_per_part=100)
    parts = parts_of(Bench(engine, plan.asked).work(next(plan.chunks())))
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        for number in range(20):
            Folder(Path(folder)).keep(number, parts)
        return (time.perf_counter() - begin) / 20


def _modelled(start: float, cell: float, write: float) -> list[str]:
    cells, parts = 20_000, 200
    head = (
        f"Model for 2,000 journeys × 10 sets of conditions (cells {cells:,}, parts {parts}): "
        f"T(w) = k · s + max(cells · c / w, parts · p), with s = {start:.1f} s to start (k = 1 for "
        f"one process, 2 for workers, which start after the one that asks), "
        f"c = {1000 * cell:.1f} ms a cell, p = {1000 * write:.1f} ms to take in and write a part."
    )
    rows = [
        f"| {w} | {(1 + (w > 1)) * start + max(cells * cell / w, parts * write):.0f} |"
        for w in WORKERS
    ]
    return [head, "", "| Workers | Modelled, s |", "|---:|---:|", *rows]


def _line(name: str, spent: Spent) -> str:
    return f"| {name} | {spent.wall_s:.1f} | {spent.cpu_s:.1f} | {spent.peak_mb:.0f} |"


def _machine() -> str:
    load = os.getloadavg()[0]
    loops = "compiled search" if is_compiled() else "plain search: [fast] is not installed"
    busy = " Other work ran beside it: wall times say little, CPU times more." if load > 1.5 else ""
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f} when it "
        f"began, {loops}; all five corridors, 200 draws unless stated; one process unless "
        f"stated.{busy}"
    )


def main() -> None:
    """Print the tables; with ``--write`` put them into the document."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    found = tables()
    if options.parse_args().write:
        before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        DOCUMENT.write_text(f"{before}{BEGIN}\n\n{found}\n\n{END}{after}", "utf-8")
    print(found)


if __name__ == "__main__":
    main()
