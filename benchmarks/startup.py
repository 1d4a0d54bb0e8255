"""Cold start: a printed comparison and two imports, each a process of its own, run in turn.

Run with the Python of an environment into which the wheel was installed by pip: an editable
install or a source tree on the path would measure something else.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ratio import Ratio, interleaved, within

GROUP = "Cold start"
COMPARE = 'corridors compare "Xi\'an" Duisburg'
GEOPANDAS = 'python -c "import geopandas"'
CORRIDORS = 'python -c "import corridors"'
NUMPY = 'python -c "import numpy"'

COMMANDS = {
    COMPARE: [str(Path(sys.executable).with_name("corridors")), "compare", "Xi'an", "Duisburg"],
    GEOPANDAS: [sys.executable, "-c", "import geopandas"],
    CORRIDORS: [sys.executable, "-c", "import corridors"],
    NUMPY: [sys.executable, "-c", "import numpy"],
}


def measure(runs: int) -> list[Ratio]:
    """Ratios of the cold start.

    Raises
    ------
    SystemExit
        A command failed, or did not print the same answer every time.
    """
    spent = interleaved(_sides(), runs)
    note = "process start to exit, 2,000 draws, five corridors printed; same bytes in every run"
    return [
        within(GROUP, "a comparison", spent, COMPARE, GEOPANDAS, 0.6, note),
        within(GROUP, "the import", spent, CORRIDORS, NUMPY, 1.3, "process start to exit"),
    ]


def _sides() -> dict[str, Callable[[], object]]:
    # The installed wheel is meant, wherever the benchmark lies.
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    printed: dict[str, str] = {}

    def run(name: str) -> None:
        ran = subprocess.run(
            COMMANDS[name], capture_output=True, text=True, check=False, env=environment
        )
        if ran.returncode != 0 or printed.setdefault(name, ran.stdout) != ran.stdout:
            sys.exit(f"{name}\nended with {ran.returncode}: {ran.stderr.strip() or ran.stdout}")

    return {name: partial(run, name) for name in COMMANDS}


def main() -> None:
    """Run all commands in turn and print medians, quartiles and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    runs: int = parser.parse_args().runs
    for ratio in measure(runs):
        for name, spent in ((ratio.ours, ratio.ours_ms), (ratio.theirs, ratio.theirs_ms)):
            low, middle, high = statistics.quantiles(spent, n=4, method="inclusive")
            print(f"{name:38} median {middle:4.0f} ms   quartiles {low:.0f} - {high:.0f} ms")
        met = "met" if ratio.met else "missed"
        print(f"ratio of medians {ratio.ratio:.2f}, wanted at most {ratio.want}: {met}\n")


if __name__ == "__main__":
    main()
