"""Ways none of which another one beats in two costs: exact, with least costs to go as bounds.

Labels are set in the order of the first cost they can end with, so that at each place only a lower
second cost is news, and none that cannot end below the best second cost so far (the search of
Hernández Ulloa and others 2020, BOA*). The bounds are exact: one backward search for each cost.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from corridors.costing.model import CostModel
from corridors.movement.graph import MovementGraph
from corridors.routing.arcs import Components, Floats, Price
from corridors.routing.kernel import MOST_GRAPHS, Kernel, kernel_of
from corridors.routing.plan_tree import PlanTree
from corridors.routing.search import Found, Quest
from corridors.routing.unrolled import Goal, Ints, Start, Unrolled, form

MOST_TREES = 16
"""How many plan trees are kept unrolled."""


class Efficient(NamedTuple):
    """A way that no other one equals or beats in both costs.

    Attributes
    ----------
    one, two : float
        Its costs.
    plan : int
        Number of the plan that it follows.
    found : Found
        The way; its cost is the first one.
    """

    one: float
    two: float
    plan: int
    found: Found


class Fronts:
    """Two-criteria searches over one movement graph; what a plan tree allows is kept.

    Parameters
    ----------
    kernel : Kernel

    Examples
    --------
    >>> from corridors.analysis.engine import Engine
    >>> from corridors.analysis.setting import open_desk
    >>> desk = open_desk(Engine.load(), "Xi'an", "Duisburg", "terminal", "balanced", None, None)
    >>> fronts = fronts_of(desk.graph)
    >>> hours, usd = priced(fronts.kernel, desk.model, closed=desk.graph.closed)
    >>> front = fronts.front(desk.quest(()), hours, usd)
    >>> [way.one for way in front] == sorted(way.one for way in front)
    True
    >>> [way.two for way in front] == sorted((way.two for way in front), reverse=True)
    True
    """

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._unrolled: OrderedDict[object, Unrolled] = OrderedDict()

    def unrolled(self, quest: Quest, tree: PlanTree | None = None) -> Unrolled:
        """Labels and arcs of a plan tree, over the whole graph without one."""
        tree = tree or PlanTree()
        nodes = tuple((n.section, tuple(n.children), tuple(n.plans)) for n in tree.nodes)
        key = (nodes, tuple(tree.roots), quest.modes, tuple(quest.via))
        if key not in self._unrolled:
            self._unrolled[key] = Unrolled(self.kernel, tree, modes=quest.modes, via=quest.via)
            while len(self._unrolled) > MOST_TREES:
                self._unrolled.popitem(last=False)
        return self._unrolled[key]

    def front(
        self, quest: Quest, one: Price, two: Price, tree: PlanTree | None = None
    ) -> list[Efficient]:
        """All ways along any plan of a tree that no other one equals or beats in both costs.

        Of several ways with the same costs one is kept.

        Parameters
        ----------
        quest : Quest
        one, two : Price
            The costs, such as hours and dollars.
        tree : PlanTree, optional
            Without, the ways over the whole graph.

        Returns
        -------
        list of Efficient
            The first cost rises, the second falls.
        """
        unrolled = self.unrolled(quest, tree)
        starts = unrolled.starts(quest, (one, two))
        goals = unrolled.goals(quest, (one, two))
        if not starts or not goals:
            return []
        rates = (unrolled.rates(one, quest), unrolled.rates(two, quest))
        totals, kinds, flat = _search(unrolled, rates, starts, goals)
        steps = unrolled.steps(flat)
        front, end = [], 0
        for (first, second), (start, goal, size) in zip(totals, kinds, strict=True):
            way = steps[end : end + size][::-1]
            end += size
            found = unrolled.found(starts[start], way, goals[goal], first)
            front.append(Efficient(first, second, unrolled.plan(starts[start], way), found))
        return front


_FRONTS: OrderedDict[Kernel, Fronts] = OrderedDict()


def fronts_of(graph: MovementGraph) -> Fronts:
    """The searches of a graph before anything is shut, kept for the next question."""
    kernel = kernel_of(graph)
    if kernel not in _FRONTS:
        _FRONTS[kernel] = Fronts(kernel)
        while len(_FRONTS) > MOST_GRAPHS:
            _FRONTS.popitem(last=False)
    return _FRONTS[kernel]


def priced(kernel: Kernel, model: CostModel, *, closed: Collection[str]) -> tuple[Price, Price]:
    """Hours and dollars of everything; infinite where something is shut or has no price.

    Parameters
    ----------
    kernel : Kernel
    model : CostModel
    closed : collection of str
        What is shut beside that which the kernel's own graph has shut.
    """
    return _priced(kernel, model, frozenset(closed))


@lru_cache(maxsize=MOST_GRAPHS)
def _priced(kernel: Kernel, model: CostModel, closed: frozenset[str]) -> tuple[Price, Price]:
    prices = kernel.prices(model)
    if prices is not None:
        return kernel.shut(prices.hours, closed), kernel.shut(prices.usd, closed)
    # What lacks a row is met by the plain search, which says so, before it matters here.
    parts = Components(kernel.arcs, model)
    ends = np.cumsum([len(part) for part in parts.prices().hours])
    found = []
    for price in parts.prices()[:2]:
        whole = np.concatenate(price)
        whole[list(parts.failed)] = np.inf
        whole[np.isnan(whole)] = np.inf
        found.append(kernel.shut(Price(*np.split(whole, ends[:-1])), closed))
    return found[0], found[1]


def weighed(
    kernel: Kernel, model: CostModel, hour: float, dollar: float, *, closed: Collection[str]
) -> Price:
    """Generalised cost of everything, with what an hour and what a dollar counts."""
    both = zip(*priced(kernel, model, closed=closed), strict=True)
    parts = []
    for hours, usd in both:
        known = np.isfinite(hours) & np.isfinite(usd)
        total = np.full(len(hours), np.inf)
        total[known] = hours[known] * hour + usd[known] * dollar
        parts.append(total)
    return Price(*parts)


Answer = tuple[list[tuple[float, float]], list[tuple[int, int, int]], list[int]]


def _search(
    unrolled: Unrolled,
    rates: tuple[Floats, Floats],
    starts: Sequence[Start],
    goals: Sequence[Goal],
) -> Answer:
    from corridors.routing.label_loops import efficient

    goal_label, start_label = (
        form(np.array([end.label for end in ends], dtype=np.int64)) for ends in (goals, starts)
    )
    goal_one, goal_two = (form(np.array([goal.cost[i] for goal in goals])) for i in (0, 1))
    start_one, start_two = (form(np.array([start.cost[i] for start in starts])) for i in (0, 1))
    low_one = unrolled.costs_to_go(rates[0], goal_label, goal_one)
    low_two = unrolled.costs_to_go(rates[1], goal_label, goal_two)
    best_two, out = form(np.full(unrolled.count, np.inf)), unrolled.out
    first, following = (form(part) for part in _by_label(goals, unrolled.count))
    found: Answer = efficient(
        *unrolled.form_out, form(out.cost(rates[0])), form(out.cost(rates[1])),
        low_one, low_two, start_label, start_one, start_two, first, following,
        goal_one, goal_two, best_two,
    )  # fmt: skip
    return found


def _by_label(goals: Sequence[Goal], count: int) -> tuple[Ints, Ints]:
    """First goal of each label, and the next one of the same label; -1 where there is none."""
    first = np.full(count, -1, dtype=np.int64)
    following = np.full(len(goals), -1, dtype=np.int64)
    for number, goal in enumerate(goals):
        following[number] = first[goal.label]
        first[goal.label] = number
    return first, following
