"""Ways one after the other, each time with a higher price on what has been used by then.

The penalty method: a path is found, what it runs over is made dearer, and the next search goes
another way as soon as that is worth it. What runs over the same line pays for the part it shares,
wherever it leaves that line.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.routing.arcs import Floats, Price
from corridors.routing.search import Found, Quest
from corridors.routing.unrolled import Goal, Ints, Step, Unrolled, form

DEARER = 1.4
"""What the price of a piece of the way is multiplied by each time a way runs over it."""

ASIDE_KM = 1.0
"""A facility that makes a haul longer by less than this lies on its line."""


class Way(NamedTuple):
    """A path, and what it costs without penalties."""

    found: Found
    cost: float


class Overlaps:
    """What hauls and ships have in common: told from the facilities on a line, and from straits.

    Parameters
    ----------
    unrolled : Unrolled
    """

    def __init__(self, unrolled: Unrolled) -> None:
        self.unrolled, self.arcs = unrolled, unrolled.arcs
        self._along: dict[int, NDArray[np.bool_]] = {}
        self._hauls: dict[tuple[int, int], tuple[Ints, Floats]] = {}
        self._doors: dict[int, tuple[Ints, Floats]] = {}

    def hauls(self, one: int, other: int) -> tuple[Ints, Floats]:
        """Arcs that run over the line between two states, and what part of each does."""
        if (one, other) not in self._hauls:
            zone = int(self.arcs.zone_of[one])
            places, a, b = self.unrolled.hauls(zone)
            share = self.shares(one, other)[a, b]
            some = np.flatnonzero(share > 0)
            found = (places[some], share[some])
            self._hauls[(one, other)] = self._hauls[(other, one)] = found
        return self._hauls[(one, other)]

    def doors(self, door: int) -> tuple[Ints, Floats]:
        """Doors that share the way of one, itself included, and what part of it."""
        if door not in self._doors:
            share = np.zeros(len(self.arcs.moves))
            service = self.arcs.moves[door].service
            if service is not None:
                # Ships through the same straits sail most of the way together.
                for number, move in enumerate(self.arcs.moves):
                    if move.service is not None:
                        mine, theirs = {*service.via}, {*move.service.via}
                        common = len(mine & theirs) / max(len(mine | theirs), 1)
                        share[number] = 1.0 if move.service.group == service.group else common
            share[door] = 1.0
            some = np.flatnonzero(share > 0)
            self._doors[door] = (some, share[some])
        return self._doors[door]

    def shares(self, one: int, other: int) -> Floats:
        """(k, k) part of each haul of a zone that lies on the line between two of its states."""
        zone = int(self.arcs.zone_of[one])
        start = int(self.arcs.first[zone])
        a, b = one - start, other - start
        km, along = self._km(zone), self._on_lines(zone)
        on = np.flatnonzero(along[a, b])
        common = along[:, :, on]
        last = np.where(common, km[a, on], -np.inf).max(axis=2)
        first = np.where(common, km[a, on], np.inf).min(axis=2)
        shared = np.where(common.any(axis=2), last - first, 0.0)
        share = np.divide(shared, km, out=np.zeros_like(km), where=(km > 0) & np.isfinite(km))
        return np.minimum(share, 1.0)

    def _km(self, zone: int) -> Floats:
        """(k, k) lengths of the hauls of a zone; nothing from a place to itself."""
        km = self.arcs.km[zone].copy()
        np.fill_diagonal(km, 0.0)
        return km

    def _on_lines(self, zone: int) -> NDArray[np.bool_]:
        """(k, k, k) whether the third facility of a zone lies on the line between two."""
        if zone not in self._along:
            km = self._km(zone)
            through = km[:, None, :] + km.T[None, :, :]
            self._along[zone] = (through <= km[:, :, None] + ASIDE_KM) & np.isfinite(through)
        return self._along[zone]


class Penalties:
    """Ways over an unrolled graph, one after the other.

    Parameters
    ----------
    overlaps : Overlaps
        Of the unrolled graph.
    quest : Quest
    price : Price
        Generalised cost of everything.

    Examples
    --------
    >>> from corridors.analysis.desk import weights
    >>> from corridors.analysis.setting import open_desk
    >>> from corridors.analysis.engine import Engine
    >>> from corridors.routing.pareto import fronts_of, weighed
    >>> desk = open_desk(Engine.load(), "Xi'an", "Duisburg", "terminal", "balanced", None, None)
    >>> fronts = fronts_of(desk.graph)
    >>> price = weighed(fronts.kernel, desk.model, *weights(desk.shipment), closed=())
    >>> quest = desk.quest(())
    >>> ways = Penalties(Overlaps(fronts.unrolled(quest)), quest, price)
    >>> first, second = ways.following(), ways.following()
    >>> first.cost < second.cost
    True
    """

    def __init__(self, overlaps: Overlaps, quest: Quest, price: Price) -> None:
        self.overlaps, self.unrolled = overlaps, overlaps.unrolled
        unrolled = self.unrolled
        self.rates = unrolled.rates(price, quest)
        self.factor = np.ones(len(unrolled.tail))
        self.starts = unrolled.starts(quest, (price,))
        self.goals: dict[int, Goal] = {}
        for goal in unrolled.goals(quest, (price,)):
            kept = self.goals.get(goal.label)
            if kept is None or goal.cost < kept.cost:
                self.goals[goal.label] = goal
        self._plain = self.rates.copy()

    @cached_property
    def _fixed(self) -> tuple[Any, ...]:
        """What all searches have in common: costs to go without penalties, and the ends."""
        labels = np.array(list(self.goals), dtype=np.int64)
        costs = np.array([goal.cost[0] for goal in self.goals.values()])
        ends = np.full(self.unrolled.count, np.inf)
        ends[labels] = costs
        low = self.unrolled.costs_to_go(self._plain, form(labels), form(costs))
        starts = np.array([start.label for start in self.starts], dtype=np.int64)
        begun = np.array([start.cost[0] for start in self.starts])
        return low, form(starts), form(begun), form(ends)

    def shut(self, closed: Collection[str]) -> None:
        """Nothing leads through some doors any more."""
        doors = np.flatnonzero(~self.unrolled.arcs.open_doors(closed))
        self.rates[doors] = np.inf
        self.rates[doors - len(self.unrolled.arcs.moves)] = np.inf

    def following(self) -> Way | None:
        """The next way; from then on what it runs over is dearer."""
        from corridors.routing.label_loops import cheapest

        unrolled = self.unrolled
        if not self.starts or not self.goals:
            return None
        low, starts, begun, ends = self._fixed
        cost = unrolled.out.cost(self.rates) * self.factor
        best = form(np.full(unrolled.count, np.inf))
        by = form(np.full(unrolled.count, -1, dtype=np.int64))
        label = cheapest(*unrolled.form_out, form(cost), low, starts, begun, ends, best, by)
        if label < 0:
            return None
        goal = self.goals[label]
        arcs: list[int] = []
        while by[label] >= 0:
            arcs.append(int(by[label]))
            label = int(unrolled.tail[arcs[-1]])
        start = self.starts[-1 - int(by[label])]
        arcs.reverse()
        plain = unrolled.out.amount[arcs] * self._plain[unrolled.out.item[arcs]]
        total = start.cost[0] + float(plain.sum()) + goal.cost[0]
        steps = unrolled.steps(arcs)
        self._make_dearer(steps)
        return Way(unrolled.found(start, steps, goal, total), total)

    def _make_dearer(self, steps: Sequence[Step]) -> None:
        doors = len(self.unrolled.arcs.moves)
        for step in steps:
            if step.door >= 0:
                some, share = self.overlaps.doors(step.door)
                dearer = 1.0 + (DEARER - 1.0) * share
                self.rates[some] *= dearer
                self.rates[some - doors] *= dearer
            elif step.is_haul:
                some, share = self.overlaps.hauls(step.one, step.other)
                self.factor[some] *= 1.0 + (DEARER - 1.0) * share
