"""Along the way: hours and dollars that have run up after each leg and event of a route."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.analysis.spread import Spread, quantiles
from corridors.costing.charge import total
from corridors.routing.route import Leg, Route


class Band(NamedTuple):
    """What has run up so far: expected value, and what one in ten stays under or exceeds."""

    mean: float
    p10: float
    p90: float


class ProfileStep(NamedTuple):
    """Where a route stands after one step.

    Attributes
    ----------
    step : str
        Id of the leg or event that has just ended.
    km : float
        Length of the legs so far; an event adds none.
    hours, usd : Band
        Of the whole way from the start, not of the step alone.
    """

    step: str
    km: float
    hours: Band
    usd: Band


def profile(route: Route, spread: Spread) -> list[ProfileStep]:
    """Add the steps of a route up, in their order.

    Parameters
    ----------
    route : Route
    spread : Spread
        The draws of this route.

    Returns
    -------
    list of ProfileStep
        One per step. The last one is the route's total: its means are ``route.mean`` and its
        quantiles those of `spread`, to the last bit.

    Examples
    --------
    >>> from corridors.analysis.compare import compare
    >>> from corridors.analysis.engine import Engine
    >>> answer = compare(Engine.load(), "Xi'an", "Duisburg", corridors=["titr"], draws=100)
    >>> titr = answer.options[0]
    >>> profile(titr.route, titr.spread)[-1].hours.mean == titr.route.mean("hours")
    True
    """
    km = _exact_sums([step.km if isinstance(step, Leg) else 0.0 for step in route.steps])
    hours, usd = _bands(route, spread, "hours"), _bands(route, spread, "usd")
    return [
        ProfileStep(step.id, *row)
        for step, row in zip(route.steps, zip(km, hours, usd, strict=True), strict=True)
    ]


def _bands(route: Route, spread: Spread, dimension: Literal["hours", "usd"]) -> Iterator[Band]:
    means = _exact_sums([total(getattr(step.vector, dimension)) for step in route.steps])
    so_far: NDArray[np.float64] = np.zeros_like(spread.hours)
    for step, mean in zip(route.steps, means, strict=True):
        drawn = spread.step_hours[step.id] if dimension == "hours" else spread.step_usd(step)
        so_far = so_far + drawn
        low, high = quantiles(so_far, (0.1, 0.9))
        yield Band(mean, float(low), float(high))


def _exact_sums(values: list[float]) -> list[float]:
    """Running totals, each rounded once only: the last one is what ``math.fsum`` gives."""
    return [math.fsum(values[: i + 1]) for i in range(len(values))]
