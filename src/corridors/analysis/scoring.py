"""Scores of the model on published figures, and of a naive baseline on the same ones."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from corridors.analysis.published import Split
from corridors.analysis.validation import RECORD_BELOW_P10, SLACK, Judged, Modelled

MODES = ("rail", "road", "sea")
AVERAGES = ("average", "mean")

TAIL = 0.2
"""Share of journeys outside P10-P90: sets the price of a miss in the interval score."""

INSIDE = (0.7, 0.9)
WIDTH = 0.9
GAIN = 2.0
"""Targets: share of midpoints inside the band, width of the band, gain over the baseline."""

BASELINE_SPREAD = 0.5


@dataclass(frozen=True, slots=True)
class Score:
    """One score of one side of the split.

    Attributes
    ----------
    split : {"calibrate", "validate"}
    name, value, target : str
    figures : int
        Publications it rests on.
    met : bool or None
        None where nothing is there to score.
    """

    split: Split
    name: str
    value: str
    target: str
    figures: int
    met: bool | None


@dataclass(frozen=True, slots=True)
class Baseline:
    """Kilometres at one speed, or one rate, per mode; half of it either way as its band.

    Attributes
    ----------
    per_km : dict
        Mode to days or USD per km.
    """

    per_km: dict[str, float]

    def answer(self, modelled: Modelled) -> Modelled:
        """What the baseline says over the same kilometres."""
        value = math.fsum(self.per_km.get(mode, 0.0) * km for mode, km in modelled.km.items())
        low, high = value * (1 - BASELINE_SPREAD), value * (1 + BASELINE_SPREAD)
        return Modelled(value, low, value, high, high, modelled.km)


def fit_baseline(judged: Iterable[Judged], quantity: str) -> Baseline:
    """Fit one number per mode on the averages of the calibrate side, by relative error."""
    rows = [j for j in _averages(judged, quantity) if j.split == "calibrate" and _runs(j)]
    modes = [m for m in MODES if any(m in j.modelled.km for j in rows if j.modelled)]
    while rows and modes:
        shares = np.array(
            [
                [j.modelled.km.get(m, 0.0) / j.row.midpoint for m in modes]
                for j in rows
                if j.modelled
            ]
        )
        solved, *_ = np.linalg.lstsq(shares, np.ones(len(rows)), rcond=None)
        if (solved > 0).all():
            return Baseline(dict(zip(modes, map(float, solved), strict=True)))
        modes.pop(int(np.argmin(solved)))
    return Baseline({})


def scores(judged: Sequence[Judged]) -> list[Score]:
    """All scores, the held-out side first."""
    result = []
    baselines = {q: fit_baseline(judged, q) for q in SLACK}
    for split in get_args(Split)[::-1]:
        result += _side(split, [j for j in judged if j.split == split], baselines)
    return result


def _side(split: Split, side: Sequence[Judged], baselines: dict[str, Baseline]) -> list[Score]:
    result = []

    def add(
        name: str, value: float | None, target: str, rows: Sequence[Judged], *, met: bool
    ) -> None:
        text = "–" if value is None else f"{value:.0%}" if "%" in target else f"{value:.2f}"
        known = None if value is None else met
        result.append(
            Score(split, name, text.replace("%", " %"), target, len(_groups(rows)), known)
        )

    for quantity, words in (("time_days", "time"), ("cost_usd", "cost")):
        rows = _averages(side, quantity)
        error = _median(rows, lambda j, m: abs(m.middle(j.row.kind) / j.row.midpoint - 1))
        most = SLACK[quantity]
        target = f"at most {most:.0%}".replace("%", " %")
        add(
            f"median error of P50, {words}, averages", error, target,
            rows, met=error is not None and error <= most,
        )  # fmt: skip
    rows = _averages(side)
    inside = _mean(rows, lambda j, m: float(m.p10 <= j.row.midpoint <= m.p90))
    low, high = INSIDE
    add(
        "averages inside P10–P90", inside, f"{low:.0%}–{high:.0%}".replace("%", " %"),
        rows, met=inside is not None and low <= inside <= high,
    )  # fmt: skip
    trips = [j for j in side if j.modelled and j.row.kind == "trip"]
    inside = _mean(trips, lambda j, m: float(m.p10 <= j.row.midpoint <= m.p90))
    add(
        "single trips inside P10–P90", inside, f"{low:.0%}–{high:.0%}".replace("%", " %"),
        trips, met=inside is not None and low <= inside <= high,
    )  # fmt: skip
    width = _median(rows, lambda _, m: (m.p90 - m.p10) / m.p50)
    add(
        "median width of P10–P90 over P50", width, f"at most {WIDTH:g}",
        rows, met=width is not None and width <= WIDTH,
    )  # fmt: skip
    records = [j for j in side if j.modelled and j.row.kind == "record"]
    below = _mean(records, lambda j, m: float(j.row.high < m.p10 * (1 - RECORD_BELOW_P10)))
    add(
        f"records more than {RECORD_BELOW_P10:.0%} below P10".replace("%", " %"), below, "0 %",
        records, met=below == 0,
    )  # fmt: skip
    for quantity, words in (("time_days", "time"), ("cost_usd", "cost")):
        runs = [j for j in _averages(side, quantity) if _runs(j)]
        result += _gains(split, words, runs, baselines[quantity])
    return result


def _gains(split: Split, words: str, rows: Sequence[Judged], baseline: Baseline) -> list[Score]:
    def error(judged: Judged, modelled: Modelled) -> float:
        return abs(modelled.middle(judged.row.kind) / judged.row.midpoint - 1)

    def interval(judged: Judged, modelled: Modelled) -> float:
        return winkler(modelled.p10, modelled.p90, judged.row.midpoint) / judged.row.midpoint

    result = []
    for name, score, together in (
        (f"gain over the baseline, error of P50, {words}", error, _median),
        (f"gain over the baseline, interval score, {words}", interval, _mean),
    ):
        own = together(rows, score)

        def naive(
            judged: Judged,
            modelled: Modelled,
            score: Callable[[Judged, Modelled], float] = score,
        ) -> float:
            return score(judged, baseline.answer(modelled))

        other = together(rows, naive)
        value = other / own if own and other is not None else None
        text = "–" if value is None else f"{value:.1f} ({own:.2f} against {other:.2f})"
        met = None if value is None else value >= GAIN
        result.append(Score(split, name, text, f"at least {GAIN:g}", len(_groups(rows)), met))
    return result


def winkler(low: float, high: float, value: float) -> float:
    """Interval score of an 80 % interval: its width, and five times what lies outside, twice.

    Examples
    --------
    >>> winkler(8, 12, 10), winkler(8, 12, 13)
    (4, 14.0)
    """
    outside = max(low - value, 0.0) + max(value - high, 0.0)
    return high - low + (2 / TAIL) * outside if outside else high - low


def _averages(judged: Iterable[Judged], quantity: str | None = None) -> list[Judged]:
    return [
        j
        for j in judged
        if j.modelled is not None
        and j.row.kind in AVERAGES
        and (quantity is None or j.row.quantity == quantity)
    ]


def _runs(judged: Judged) -> bool:
    """Whether kilometres say anything about the figure: not for a border or a wait alone."""
    return judged.row.clock not in ("border-reload", "wait-sailing", "release")


def _groups(rows: Sequence[Judged]) -> dict[str, list[Judged]]:
    """Rows by publication, so that one that says much does not count as many."""
    result: dict[str, list[Judged]] = {}
    for judged in rows:
        result.setdefault(judged.row.group or judged.row.id, []).append(judged)
    return result


def _values(rows: Sequence[Judged], score: Callable[[Judged, Modelled], float]) -> list[float]:
    return [
        statistics.fmean(score(j, j.modelled) for j in group if j.modelled is not None)
        for group in _groups(rows).values()
    ]


def _median(rows: Sequence[Judged], score: Callable[[Judged, Modelled], float]) -> float | None:
    values = _values(rows, score)
    return statistics.median(values) if values else None


def _mean(rows: Sequence[Judged], score: Callable[[Judged, Modelled], float]) -> float | None:
    values = _values(rows, score)
    return statistics.fmean(values) if values else None
