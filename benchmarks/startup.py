"""Cold start: one printed comparison beside ``import geopandas``, in turn, every run checked."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path


def _seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    spent = time.perf_counter() - begin
    if answer.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with {answer.returncode}: {answer.stderr.strip()}")
    return spent


def main() -> None:
    """Run both commands in turn and print median, quartiles and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    runs: int = parser.parse_args().runs
    commands = {
        'corridors compare "Xi\'an" Duisburg': [
            str(Path(sys.executable).with_name("corridors")),
            "compare",
            "Xi'an",
            "Duisburg",
        ],
        'python -c "import geopandas"': [sys.executable, "-c", "import geopandas"],
    }
    # One run each outside the count writes the bytecode and fills the file cache for both.
    for command in commands.values():
        _seconds(command)
    spent: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            spent[name].append(_seconds(command))
    medians = []
    for name, values in spent.items():
        low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
        medians.append(middle)
        print(f"{name:38} median {middle:.3f} s   quartiles {low:.3f} - {high:.3f} s")
    print(f"ratio of medians {medians[0] / medians[1]:.2f} over {runs} runs each, all exit 0")


if __name__ == "__main__":
    main()
