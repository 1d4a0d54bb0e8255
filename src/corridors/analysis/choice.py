"""How a demand spreads over ways: a nested logit in which full doors make everybody wait.

Each way costs dollars and hours. Shippers choose a corridor, then a way of it, by logit on
generalised cost. Where more would come than a door can take, a queue grows until as many have
gone elsewhere as do not fit: the hours of that wait are the multipliers of one convex problem
(Fisk 1980, with capacities as in Bell 1995), which is solved door after door.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
NEVER = 50.0
"""Scales of choice by which staying at home is worse than the dearest way: nobody stays while
there is room anywhere (exp(-50))."""
SWEEPS, STEPS = 30, 60
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Market:
    """Some demands, their ways, and what the ways pass.

    Attributes
    ----------
    teu_week, usd_hour : array, one per demand
        Volume, and what an hour is worth; above zero.
    owner : array of int, one per way
        Demand it belongs to.
    nest : sequence of str, one per way
        Corridor.
    cost_usd : array, one per way
        Generalised cost without any queue.
    passes : array, ways by doors
        1 where a way passes a door.
    room : array, one per door
        TEU a week.
    """

    teu_week: Array
    usd_hour: Array
    owner: NDArray[np.int64]
    nest: tuple[str, ...]
    cost_usd: Array
    passes: Array
    room: Array


@dataclass(frozen=True)
class Equilibrium:
    """Flows at which nobody who waits would rather go another way.

    Attributes
    ----------
    flow : array, one per way
    stranded : array, one per demand
        What finds no room on any way.
    wait_h : array, one per door
    load : array, one per door
    gap : float
        Largest share of a door by which loads and room miss each other where there is a queue,
        or exceed the room where there is none, before the last rounding into the room.
    """

    flow: Array
    stranded: Array
    wait_h: Array
    load: Array
    gap: float


def equilibrium(market: Market, *, corridor_usd: float, variant_usd: float) -> Equilibrium:
    """Spread the demands of a market.

    Parameters
    ----------
    market : Market
    corridor_usd, variant_usd : float
        Scales of choice between corridors and between ways of one corridor; the second is not
        above the first.

    Examples
    --------
    Two equal ways, one with room for 20 of 100: a wait sends the others round.

    >>> two = Market(
    ...     np.array([100.0]), np.array([10.0]), np.array([0, 0]), ("a", "b"),
    ...     np.array([1000.0, 1000.0]), np.array([[1.0], [0.0]]), np.array([20.0]),
    ... )
    >>> found = equilibrium(two, corridor_usd=500.0, variant_usd=100.0)
    >>> found.flow.round(3).tolist(), found.wait_h.round(2).tolist()
    ([20.0, 80.0], [69.31])
    """
    spread = _Spread(market, corridor_usd, min(variant_usd, corridor_usd))
    wait = np.zeros(len(market.room))
    gap = 0.0
    for _ in range(SWEEPS):
        for door in range(len(wait)):
            wait[door] = _queue(spread, wait, door)
        wait = _descend(spread, wait)
        gap = _gap(market, wait, spread.load(wait))
        if gap <= TOLERANCE:
            break
    flow = _into_the_room(market, spread.flow(wait))
    sent = np.bincount(market.owner, flow, minlength=len(market.teu_week))
    stranded = np.maximum(market.teu_week - sent, 0.0)
    # Nothing but the tail of a logit: no box stays behind for that.
    stranded[stranded < 1e-9 * market.teu_week] = 0.0
    return Equilibrium(flow, stranded, wait, flow @ market.passes, gap)


class _Spread:
    """Flows as a function of the waits."""

    def __init__(self, market: Market, corridor_usd: float, variant_usd: float) -> None:
        self.market, self.corridor_usd, self.variant_usd = market, corridor_usd, variant_usd
        pairs = list(zip(market.owner.tolist(), market.nest, strict=True))
        nests = list(dict.fromkeys(pairs))
        number = {pair: i for i, pair in enumerate(nests)}
        self.nest_of = np.array([number[pair] for pair in pairs], dtype=np.int64)
        self.owner_of = np.array([owner for owner, _ in nests], dtype=np.int64)
        demands = len(market.teu_week)
        dearest = np.full(demands, 0.0)
        np.maximum.at(dearest, market.owner, market.cost_usd)
        self.home = dearest + NEVER * corridor_usd
        self.usd_of_wait = market.usd_hour[market.owner][:, None] * market.passes

    def flow(self, wait: Array) -> Array:
        """Flow on each way."""
        flows: Array = self._shares(wait)[0]
        return flows

    def _shares(self, wait: Array) -> tuple[Array, Array, Array, Array]:
        """Flow on each way; share of a way in its nest, of a nest in its demand; expected cost."""
        market = self.market
        cost = market.cost_usd + self.usd_of_wait @ wait
        best = np.full(len(self.owner_of), np.inf)
        np.minimum.at(best, self.nest_of, cost)
        weight = np.exp(-(cost - best[self.nest_of]) / self.variant_usd)
        total = np.bincount(self.nest_of, weight, minlength=len(best))
        worth = best - self.variant_usd * np.log(total)
        least = self.home.copy()
        np.minimum.at(least, self.owner_of, worth)
        nest_weight = np.exp(-(worth - least[self.owner_of]) / self.corridor_usd)
        at_home = np.exp(-(self.home - least) / self.corridor_usd)
        whole = at_home + np.bincount(self.owner_of, nest_weight, minlength=len(least))
        expected = least - self.corridor_usd * np.log(whole)
        in_nest = weight / total[self.nest_of]
        in_demand = nest_weight / whole[self.owner_of]
        flow = market.teu_week[market.owner] * in_demand[self.nest_of] * in_nest
        return flow, in_nest, in_demand, expected

    def dual(self, wait: Array) -> tuple[float, Array, Array]:
        """The convex function of the waits; loads (it falls by load less room); their slopes."""
        market = self.market
        flow, in_nest, in_demand, expected = self._shares(wait)
        passes, usd_hour = market.passes, market.usd_hour
        value = float(market.room @ wait - (market.teu_week / usd_hour) @ expected)
        nest_mean = np.zeros((len(self.owner_of), passes.shape[1]))
        np.add.at(nest_mean, self.nest_of, in_nest[:, None] * passes)
        mean = np.zeros((len(usd_hour), passes.shape[1]))
        np.add.at(mean, self.owner_of, in_demand[:, None] * nest_mean)
        own = nest_mean[self.nest_of]
        change = (passes - own) / self.variant_usd + (own - mean[market.owner]) / self.corridor_usd
        slope = -passes.T @ (change * (flow * usd_hour[market.owner])[:, None])
        return value, flow @ passes, slope

    def load(self, wait: Array) -> Array:
        """Load of each door."""
        loads: Array = self.flow(wait) @ self.market.passes
        return loads


def _queue(spread: _Spread, wait: Array, door: int) -> float:
    """The wait at one door at which just as many come as fit, the other waits given."""
    room = spread.market.room[door]
    trial = wait.copy()

    def over(hours: float) -> float:
        trial[door] = hours
        return float(spread.load(trial)[door] - room)

    if over(0.0) <= 0.0:
        return 0.0
    low, high = 0.0, max(2.0 * float(wait[door]), 24.0)
    while over(high) > 0.0:
        low, high = high, 2.0 * high
        if high > 1e9:
            return float(low)  # no room at all: whoever depends on the door stays at home
    for _ in range(60):
        middle = 0.5 * (low + high)
        if over(middle) > 0.0:
            low = middle
        else:
            high = middle
        if high - low <= 1e-9 * high:
            break
    return float(high)


def _descend(spread: _Spread, wait: Array) -> Array:
    """All waits moved at once, downhill in the one convex function whose lowest point they are.

    Damped Newton steps, cut off at zero: doors in a row hand their wait to each other without
    any change of cost, and one door after the other would take for ever to sort that out.
    """
    room = spread.market.room
    damping = 1e-3
    value, load, slope = spread.dual(wait)
    for _ in range(STEPS):
        if _gap(spread.market, wait, load) <= TOLERANCE:
            break
        downhill = load - room
        free = np.flatnonzero((wait > 0.0) | (downhill > 0.0))
        curve = -slope[np.ix_(free, free)]
        scale = max(float(np.mean(np.diag(curve))), 1e-12)
        while damping < 1e9:
            step = np.linalg.solve(
                curve + damping * scale * np.eye(len(free)), downhill[free]
            )  # fmt: skip
            moved = wait.copy()
            moved[free] = np.maximum(wait[free] + step, 0.0)
            lower, its_load, its_slope = spread.dual(moved)
            if lower < value - 1e-4 * float(downhill @ (moved - wait)):
                break
            damping *= 10.0
        else:
            break
        wait, value, load, slope = moved, lower, its_load, its_slope
        damping = max(0.1 * damping, 1e-12)
    return wait


def _gap(market: Market, wait: Array, load: Array) -> float:
    if not len(wait):
        return 0.0
    room = np.maximum(market.room, 1e-9)
    off = np.where(wait > 0.0, np.abs(load - market.room), np.maximum(load - market.room, 0.0))
    return float(np.max(off / room))


def _into_the_room(market: Market, flow: Array) -> Array:
    """Cut what the last digits put above a limit; what is cut counts as stranded."""
    flow = flow.copy()
    for _ in range(len(market.room)):
        load = flow @ market.passes
        ratio = np.divide(
            load, market.room, out=np.where(load > 0.0, np.inf, 0.0), where=market.room > 0.0
        )
        worst = int(np.argmax(ratio)) if len(ratio) else -1
        if worst < 0 or ratio[worst] <= 1.0:
            break
        share = market.room[worst] / load[worst]
        flow = np.where(market.passes[:, worst] > 0.0, flow * share, flow)
    return flow


def incidence(passed: Sequence[Sequence[Hashable]], gates: Sequence[Hashable]) -> Array:
    """1 where a way passes a gate: ways by gates.

    Examples
    --------
    >>> incidence([["A", "B"], []], ["A", "C"]).tolist()
    [[1.0, 0.0], [0.0, 0.0]]
    """
    rows = [[float(gate in own) for gate in gates] for own in passed]
    return np.array(rows, dtype=float).reshape(len(passed), len(gates))
