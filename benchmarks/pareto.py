"""The exact front of hours and dollars, and five alternatives, beside one query of ours.

Ten pairs of places far apart. The query is the compiled search for the best way over the whole
graph, from the two places to the path; the front is every way that no other beats in both. The
alternatives are compared with that query and the route it comes to, since each of them is a route
with legs and events, its shared length measured on the lines. Lines stay traced from one question
to the next, as in a series; what tracing them the first time takes is stated.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from itertools import pairwise

from corridors.analysis.desk import Desk, weights
from corridors.analysis.engine import Engine
from corridors.analysis.other_ways import MOST_SHARED, OtherWays, other_ways
from corridors.analysis.setting import Setting
from corridors.analysis.ways import aimed
from corridors.routing.many import is_compiled, series
from corridors.routing.pareto import Efficient, fronts_of, priced
from ratio import Ratio, interleaved

GROUP = "Fronts and alternatives"
PAIRS = (
    ("Xi'an", "Duisburg"), ("Chongqing", "Hamburg"), ("Shanghai", "Warsaw"), ("Urumqi", "Milan"),
    ("Almaty", "Istanbul"), ("Tashkent", "Hamburg"), ("Moscow", "Karachi"), ("Chengdu", "Lodz"),
    ("Zhengzhou", "Budapest"), ("Baku", "Xi'an"),
)  # fmt: skip
VALUES = (1.0, 30.0, 100.0, 300.0, 1000.0, 10000.0)
"""USD a day at which the best of the front must be the best of a search."""


def query(desk: Desk) -> object:
    """One query: the best way over the whole graph."""
    return desk.find(())[0]


def routed(desk: Desk) -> object:
    """One query and the route it comes to."""
    return desk.route(desk.find(())[0], corridor=None, variant=None)


def front(desk: Desk) -> list[Efficient]:
    """All ways that no other beats in hours and dollars."""
    fronts = fronts_of(desk.graph)
    return fronts.front(desk.quest(()), *priced(fronts.kernel, desk.model, closed=()))


def checked(desk: Desk) -> tuple[int, int]:
    """Sizes of the front, whole and at an hour and 10 USD, after it was held against searches.

    Raises
    ------
    ValueError
        A search finds a way that the front lacks, or one way of it beats another.
    """
    ways = [(way.one, way.two) for way in front(desk)]
    if any(a[0] > b[0] or a[1] <= b[1] for a, b in pairwise(ways)):
        raise ValueError("one way of the front beats another")
    for value in VALUES:
        best = aimed(desk, "balanced", value).find(())[0].cost
        mine = min(hours * value / 24 + usd for hours, usd in ways)
        if abs(mine - best) > 1e-6 * best:
            raise ValueError(f"at {value:g} USD a day a search finds {best}, the front {mine}")
    steps = sorted({(round(hours), round(usd / 10)) for hours, usd in ways})
    kept: list[tuple[int, int]] = []
    for step in steps:
        if not kept or step[1] < kept[-1][1]:
            kept.append(step)
    return len(ways), len(kept)


def differing(found: OtherWays) -> int:
    """How many alternatives there are, after their shared length was looked at.

    Raises
    ------
    ValueError
        One shares too much.
    """
    if any(way.shared >= MOST_SHARED for way in found.others):
        raise ValueError("an alternative shares too much of its length with the best")
    return len(found.others)


def measure(runs: int) -> list[Ratio]:
    """Front and alternatives of every pair beside the query of the same pair."""
    if not is_compiled():
        print("pareto: skipped, numba is not installed (extra [fast])")
        return []
    engine = Engine.load()
    setting = Setting(engine)
    desks = [setting.desk(engine.end(one), engine.end(other)) for one, other in PAIRS]
    with series():
        sizes = [checked(desk) for desk in desks]
        begin = time.perf_counter()
        counts = [differing(other_ways(desk)) for desk in desks]
        first = (time.perf_counter() - begin) * 1000 / len(desks)
        fronts = _beside(desks, front, query, runs)
        others = _beside(desks, other_ways, routed, runs)
    whole = statistics.median(size for size, _ in sizes)
    kept = statistics.median(size for _, size in sizes)
    hour, _ = weights(desks[0].shipment)
    return [
        _ratio(
            "exact front of hours and dollars", "front", "one query", 10.0, fronts,
            f"{len(PAIRS)} pairs, median of their ratios; {whole:g} ways a front, {kept:g} at an "
            f"hour and 10 USD; the best of the front equals the search at {len(VALUES)} values of "
            "time",
        ),
        _ratio(
            "five alternatives that really differ", "alternatives", "one query with its route",
            15.0, others,
            f"{len(PAIRS)} pairs, median of their ratios; found: "
            f"{', '.join(str(count) for count in counts)}; each shares less than "
            f"{MOST_SHARED:.0%} of its length with the best, measured on the lines at "
            f"{hour * 24:g} USD a day; the first time, with lines traced and loops loaded, "
            f"{first:,.0f} ms a pair",
        ),
    ]  # fmt: skip


Runs = list[tuple[list[float], list[float]]]


def _beside(
    desks: Sequence[Desk],
    ours: Callable[[Desk], object],
    theirs: Callable[[Desk], object],
    runs: int,
) -> Runs:
    """Milliseconds of both for every pair."""
    found = []
    for desk in desks:
        sides = {"ours": lambda desk=desk: ours(desk), "theirs": lambda desk=desk: theirs(desk)}
        spent = interleaved(sides, runs)
        found.append((spent["ours"], spent["theirs"]))
    return found


def _ratio(name: str, ours: str, theirs: str, want: float, spent: Runs, note: str) -> Ratio:
    one = tuple(statistics.median(ms) for ms, _ in spent)
    other = tuple(statistics.median(ms) for _, ms in spent)
    ratio = statistics.median(a / b for a, b in zip(one, other, strict=True))
    return Ratio(GROUP, name, ours, theirs, one, other, ratio, want, True, note)


if __name__ == "__main__":
    for row in measure(25):
        print(f"{row.name}: {row.ratio:.1f} times one query ({row.note})")
        print([f"{a:.1f}/{b:.2f}" for a, b in zip(row.ours_ms, row.theirs_ms, strict=True)])
