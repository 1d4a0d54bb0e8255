"""Chances read off the draws: to be there in time, to beat another corridor, how much buffer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.analysis.spread import Spread, quantiles

LEVELS = (0.8, 0.9, 0.95)
"""Service levels that planners ask buffers for."""


class Buffer(NamedTuple):
    """Days to plan with so that a share of boxes is in time.

    Attributes
    ----------
    level : float
    days : float
        Days from start to end of the clock that this share does not exceed.
    buffer_days : float
        What that is beyond the median.
    """

    level: float
    days: float
    buffer_days: float


class Duel(NamedTuple):
    """Two options drawn under the same luck.

    Attributes
    ----------
    one, other : int
        Positions of the options.
    p_faster, p_cheaper : float
        Share of draws in which the first takes less time, costs less.
    """

    one: int
    other: int
    p_faster: float
    p_cheaper: float


def p_meets(hours: NDArray[np.float64], deadline_days: float) -> float:
    """Share of drawn hours that are within a deadline.

    Examples
    --------
    >>> p_meets(np.array([240.0, 264.0, 288.0, 312.0]), 11.0)
    0.5
    """
    return float(np.mean(hours <= 24.0 * deadline_days))


def buffers(spread: Spread) -> list[Buffer]:
    """Days to plan with for each service level."""
    median, *days = (float(q) / 24 for q in quantiles(spread.hours, (0.5, *LEVELS)))
    return [Buffer(level, day, day - median) for level, day in zip(LEVELS, days, strict=True)]


def duels(spreads: Sequence[Spread | None]) -> list[Duel]:
    """Every ordered pair of drawn options; the draws are the same, so one has to differ to win."""
    return [
        Duel(i, j, float(np.mean(one.hours < other.hours)), float(np.mean(one.usd < other.usd)))
        for i, one in enumerate(spreads)
        for j, other in enumerate(spreads)
        if one is not None and other is not None and i != j
    ]


def p_best(spreads: Sequence[Spread | None], dimension: str) -> list[float | None]:
    """Share of draws in which each option is the fastest (``hours``) or cheapest (``usd``)."""
    drawn = [None if s is None else getattr(s, dimension) for s in spreads]
    there = [d for d in drawn if d is not None]
    if not there:
        return [None for _ in drawn]
    least = np.min(np.stack(there), axis=0)
    return [None if d is None else float(np.mean(d <= least)) for d in drawn]
