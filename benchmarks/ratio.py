"""One measured comparison, and how several commands or functions are timed in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """What was measured against what.

    Attributes
    ----------
    group, name : str
        Section of the report, and the line in it.
    ours, theirs : str
        What was run on either side.
    ours_ms, theirs_ms : tuple of float
        Every single run, in milliseconds.
    ratio : float
        Of medians: how many times faster ours is, or with `lower_is_better` ours over theirs.
    want : float
        The bound that was asked for.
    lower_is_better : bool
        Whether the bound is an upper one.
    note : str
        What was checked equal, how large the problem was, what was extrapolated.
    """

    group: str
    name: str
    ours: str
    theirs: str
    ours_ms: tuple[float, ...]
    theirs_ms: tuple[float, ...]
    ratio: float
    want: float
    lower_is_better: bool = False
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the bound is kept."""
        return self.ratio <= self.want if self.lower_is_better else self.ratio >= self.want


def interleaved(sides: Mapping[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """Milliseconds of each side, run in turn so that a busy minute strikes all alike.

    Each side runs once outside the count: caches, bytecode and compiled code are warm.
    """
    for run in sides.values():
        run()
    spent: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(runs):
        for name, run in sides.items():
            begin = time.perf_counter()
            run()
            spent[name].append((time.perf_counter() - begin) * 1000)
    return spent


def faster(
    group: str,
    name: str,
    spent: Mapping[str, list[float]],
    ours: str,
    theirs: str,
    want: float,
    note: str = "",
) -> Ratio:
    """How many times faster ours is, by medians."""
    one, other = tuple(spent[ours]), tuple(spent[theirs])
    ratio = statistics.median(other) / statistics.median(one)
    return Ratio(group, name, ours, theirs, one, other, ratio, want, False, note)


def within(
    group: str,
    name: str,
    spent: Mapping[str, list[float]],
    ours: str,
    theirs: str,
    want: float,
    note: str = "",
) -> Ratio:
    """How many times as long ours takes, by medians; the bound is an upper one."""
    one, other = tuple(spent[ours]), tuple(spent[theirs])
    ratio = statistics.median(one) / statistics.median(other)
    return Ratio(group, name, ours, theirs, one, other, ratio, want, True, note)
