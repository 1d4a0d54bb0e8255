"""All benchmarks in one run: every ratio printed, and `docs/performance.md` written.

    make benchmarks                        # in a venv of its own, with the wheel and the peers
    python benchmarks/run.py --runs 11     # where corridors and the extra [bench] are installed

Both sides of a ratio run in turn, so that a busy minute strikes both; answers are compared before
anything is timed, and a benchmark whose answers differ stops with an error.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import os
import platform
import statistics
import sys
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from ratio import Ratio

MODULES = ("startup", "search", "pareto", "draws", "sweep", "simplification")
PACKAGES = (
    "corridors", "numpy", "numba", "scipy", "networkx", "igraph", "networkit", "scgraph", "osmnx",
    "geopandas", "joblib", "dask",
)  # fmt: skip

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"

HEAD = """\
# Performance

Written by `make benchmarks`, which anybody can run. Each line is measured against a bound that was
set beforehand. Both sides run in turn, {runs} times each, after one run that is not counted; their
answers are compared before anything is timed. *Times* are medians with quartiles, in milliseconds.
"""


def main() -> int:
    """Run every module, print the ratios, write the page; 1 where a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=11, help="times each side is run")
    parser.add_argument(
        "--only", nargs="+", choices=MODULES, help="some of them; a page only with --out"
    )
    parser.add_argument("--out", type=Path, help=f"the page; without {PAGE.name}, of all of them")
    options = parser.parse_args()
    out = options.out or (None if options.only else PAGE)
    ratios: list[Ratio] = []
    loads = [os.getloadavg()[0]]
    begin = time.perf_counter()
    for name in options.only or MODULES:
        module = importlib.import_module(name)
        for ratio in module.measure(options.runs):
            ratios.append(ratio)
            print(line(ratio), flush=True)
        loads.append(os.getloadavg()[0])
    if out is not None:
        page = written(ratios, runs=options.runs, loads=loads, seconds=time.perf_counter() - begin)
        beside = out.with_suffix(".tmp")
        beside.write_text(page, "utf-8")
        beside.replace(out)
    missed = [ratio.name for ratio in ratios if not ratio.met]
    print(f"{len(ratios) - len(missed)} of {len(ratios)} bounds met" + (f"; {out}" if out else ""))
    return 1 if missed else 0


def line(ratio: Ratio) -> str:
    """One ratio for the terminal."""
    bound = f"{'<=' if ratio.lower_is_better else '>='} {ratio.want:g}"
    mark = "met" if ratio.met else "MISSED"
    return (
        f"{ratio.group}: {ratio.name}: {figure(ratio.ratio)} ({bound}, {mark}); "
        f"{times(ratio.ours_ms)} beside {times(ratio.theirs_ms)} ms ({ratio.theirs})"
    )


def figure(value: float) -> str:
    """A ratio to the figures that it is good for."""
    return f"{value:,.0f}" if value >= 20 else f"{value:.2f}" if value < 2 else f"{value:.1f}"


def times(values: Sequence[float]) -> str:
    """Median and quartiles of some times in milliseconds."""
    if not values:
        return "–"
    if len(values) == 1:
        return _ms(values[0])
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{_ms(middle)} ({_ms(low)}–{_ms(high)})"


def _ms(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def written(ratios: Sequence[Ratio], *, runs: int, loads: Sequence[float], seconds: float) -> str:
    """The page."""
    parts = [HEAD.format(runs=runs)]
    missed = [ratio for ratio in ratios if not ratio.met]
    said = f"{len(ratios) - len(missed)} of {len(ratios)} bounds are met."
    if missed:
        said += " Missed: " + "; ".join(ratio.name for ratio in missed) + "."
    parts.append(said + "\n")
    for group in dict.fromkeys(ratio.group for ratio in ratios):
        parts.append(f"## {group}\n")
        parts.append("| | Ratio | Bound | | Ours | Times, ms | Theirs | Times, ms |")
        parts.append("|---|---|---|---|---|---|---|---|")
        rows = [ratio for ratio in ratios if ratio.group == group]
        for ratio in rows:
            bound = f"{'≤' if ratio.lower_is_better else '≥'} {ratio.want:g}"
            cells = (
                ratio.name, f"**{figure(ratio.ratio)}**", bound, "met" if ratio.met else "missed",
                ratio.ours, times(ratio.ours_ms), ratio.theirs, times(ratio.theirs_ms),
            )  # fmt: skip
            parts.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
        parts.append("")
        notes: dict[str, list[str]] = {}
        for ratio in rows:
            if ratio.note:
                notes.setdefault(ratio.note, []).append(ratio.name)
        parts += [f"- *{'*, *'.join(names)}*: {note}." for note, names in notes.items()]
        parts.append("")
    parts.append("## Machine\n")
    parts.append(machine(loads, seconds))
    return "\n".join(parts) + "\n"


def machine(loads: Sequence[float], seconds: float) -> str:
    """What the figures were taken on."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    low, high = min(loads), max(loads)
    return (
        f"{os.cpu_count()} cores ({processor()}), {platform.system()} {platform.release()}, Python "
        f"{platform.python_version()}; {dt.date.today().isoformat()}; load between the benchmarks "
        f"{low:.1f} to {high:.1f}; the whole run took {seconds / 60:.0f} minutes.\n\n"
        f"{', '.join(found)}."
    )


def processor() -> str:
    """Name of the processor, as far as the system tells it."""
    try:
        for entry in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if entry.startswith("model name"):
                return entry.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
