"""Draws: one set of random numbers for all corridors, correlated within countries."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corridors.costing.charge import Charge
from corridors.parameters import Ledger, ParameterRow
from corridors.routing.route import Event, Leg, Route

REACH, FINE = 6.0, 6000
"""How many spreads the normal curve is followed to either side, and in how many steps."""

MOST_BYTES = 256_000_000
"""Memory that numbers kept for the next charge may take."""


@dataclass(frozen=True)
class Spread:
    """Drawn totals of one route.

    Attributes
    ----------
    hours, usd : (n,) float64
    step_hours : dict
        Step id to its drawn hours.
    draws : Draws
        The random numbers behind them.
    """

    hours: NDArray[np.float64]
    usd: NDArray[np.float64]
    step_hours: dict[str, NDArray[np.float64]]
    draws: Draws = field(repr=False)

    def step_usd(self, step: Leg | Event) -> NDArray[np.float64]:
        """Drawn dollars of a step: few ask for them, so they are drawn again and not kept."""
        return drawn_sum(step.vector.usd, self.draws, "usd")

    def quantiles(self, dimension: str) -> tuple[float, float, float]:
        """P10, P50 and P90 of ``hours`` or ``usd``."""
        low, middle, high = quantiles(getattr(self, dimension), (0.1, 0.5, 0.9))
        return float(low), float(middle), float(high)

    def bands(self, steps: Sequence[Leg | Event]) -> list[tuple[float, float]]:
        """P10 and P90 of the hours of some steps."""
        if not steps:
            return []
        drawn = np.stack([self.step_hours[step.id] for step in steps])
        low, high = quantiles(drawn, (0.1, 0.9))
        return list(zip(low.tolist(), high.tolist(), strict=True))

    def p90_step(self) -> str:
        """Step that adds most to its own mean in the draws at or beyond P90."""
        (threshold,) = quantiles(self.hours, (0.9,))
        bad = self.hours >= threshold
        return max(
            self.step_hours,
            key=lambda step: float(
                self.step_hours[step][bad].mean() - self.step_hours[step].mean()
            ),
        )


class Draws:
    """Standard normal numbers by name: the same name gives the same numbers everywhere.

    Parameters
    ----------
    ledger : Ledger
        For ``shock_share/hours`` and ``shock_share/usd``: the share of variance that charges
        of one country have in common; ``shock_share_week/...``: that which all charges of a week
        have in common, for a full season is felt at every border and port.
    count, seed : int
    like : Draws, optional
        Another set of the same count and seed: what it has drawn by now is taken over.
    """

    def __init__(self, ledger: Ledger, *, count: int, seed: int, like: Draws | None = None) -> None:
        self.count, self.seed = count, seed
        self.share = {d: ledger.get(f"shock_share/{d}").typ for d in ("hours", "usd")}
        self.week = {d: _share(ledger, f"shock_share_week/{d}") for d in ("hours", "usd")}
        self._known: dict[str, NDArray[np.float64]] = {}
        if like is not None and (like.count, like.seed) == (count, seed):
            self._known = like._known
        # Rows are told apart by who they are: each is kept beside what was drawn of it.
        self._units: dict[tuple[object, ...], tuple[ParameterRow, NDArray[np.float64]]] = {}

    def normal(self, name: str) -> NDArray[np.float64]:
        """(count,) standard normal numbers of a name."""
        if name not in self._known:
            self._make_room()
            digest = hashlib.blake2b(f"{self.seed}:{name}".encode(), digest_size=8).digest()
            generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))
            self._known[name] = generator.permutation(self._grid)
        return self._known[name]

    @cached_property
    def _grid(self) -> NDArray[np.float64]:
        """The normal quantiles in the middle of equal slices: every name draws each once.

        A Latin hypercube (McKay, Beckman and Conover 1979): means and quantiles settle with
        fewer draws than with independent ones.
        """
        # NumPy has no inverse of the normal distribution, and the standard library's loads decimal
        # numbers first: the area under the curve is summed up and read backwards.
        z = np.linspace(-REACH, REACH, 1 + 2 * FINE)
        density = np.exp(-0.5 * z * z)
        area = np.concatenate(([0.0], np.cumsum(density[1:] + density[:-1])))
        slices = (np.arange(self.count) + 0.5) / self.count
        return np.interp(slices, area / area[-1], z)

    def charge(self, charge: Charge, dimension: str) -> NDArray[np.float64]:
        """Drawn values of a charge: those of one unit, drawn once, times its amount."""
        key = (id(charge.row), charge.at, charge.group, charge.inverse, dimension)
        if key not in self._units:
            self._make_room()
            self._units[key] = (charge.row, self._unit(charge, dimension))
        return self._units[key][1] * charge.amount

    def _unit(self, charge: Charge, dimension: str) -> NDArray[np.float64]:
        distribution = charge._replace(amount=1.0).distribution
        share, week = self.share[dimension], self.week[dimension]
        z = math.sqrt(share) * self.normal(f"{dimension}|{charge.group}")
        z = z + math.sqrt(1 - share - week) * self.normal(f"{dimension}|{charge.draw_key}")
        if week:
            z = z + math.sqrt(week) * self.normal(f"{dimension}||week")
        # A fast day is a low number of hours whether the row holds a speed or a duration.
        drawn = distribution.sample(z)
        row = charge.row
        return drawn if row.chance == 1.0 else drawn * self.occurs(row.chance_of, row.chance)

    def _make_room(self) -> None:
        """Forget all that can be drawn again before it takes too much memory."""
        if (len(self._known) + len(self._units)) * self.count * 8 > MOST_BYTES:
            self._known.clear()
            self._units.clear()

    def occurs(self, name: str, chance: float) -> NDArray[np.bool_]:
        """(count,) in which draws something happens: the same for all that hangs on it."""
        from statistics import NormalDist

        return np.asarray(self.normal(f"occurs|{name}") < NormalDist().inv_cdf(chance))


def _share(ledger: Ledger, key: str) -> float:
    row = ledger.first(key)
    return 0.0 if row is None else row.typ


def draw(route: Route, draws: Draws) -> Spread:
    """Draw the totals of a route."""
    hours = np.zeros(draws.count)
    usd = np.zeros(draws.count)
    by_step: dict[str, NDArray[np.float64]] = {}
    for step in route.steps:
        step_hours = drawn_sum(step.vector.hours, draws, "hours")
        by_step[step.id] = step_hours
        hours += step_hours
        usd += drawn_sum(step.vector.usd, draws, "usd")
    return Spread(hours, usd, by_step, draws)


def drawn_sum(charges: Sequence[Charge], draws: Draws, dimension: str) -> NDArray[np.float64]:
    """Drawn total of some charges."""
    result = np.zeros(draws.count)
    for charge in charges:
        if charge.amount:
            result += draws.charge(charge, dimension)
    return result


def quantiles(drawn: NDArray[np.float64], shares: Sequence[float]) -> list[NDArray[np.float64]]:
    """Quantiles along the last axis, linear between order statistics.

    The same numbers as `numpy.quantile`, which at its first call loads parts of NumPy that a
    comparison does not need otherwise.

    Examples
    --------
    >>> [float(q) for q in quantiles(np.array([3.0, 1.0, 2.0]), (0.0, 0.25, 1.0))]
    [1.0, 1.5, 3.0]
    """
    ordered = np.sort(drawn, axis=-1)
    result = []
    for share in shares:
        at = share * (ordered.shape[-1] - 1)
        below = int(at)
        above = min(below + 1, ordered.shape[-1] - 1)
        low, high = ordered[..., below], ordered[..., above]
        result.append(low + (at - below) * (high - low))
    return result
