"""The compiled search: the answers of `routing.search`, for many questions in one process.

A single question is answered by the plain search, which needs nothing loaded. A series (a
matrix, a sweep, many comparisons) puts the graph into arrays once and lets compiled loops run
over them. Both follow the same rules, and the tests hold them to the same answers.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from types import ModuleType
from typing import NamedTuple

import numpy as np

from corridors.costing.model import CostModel
from corridors.movement.graph import Move, MovementGraph, State
from corridors.routing.arcs import KINDS, Arcs, Components, Floats, Ints, Mask, Price, Prices
from corridors.routing.asked import ENDS, Asked
from corridors.routing.plan_tree import PlanTree
from corridors.routing.quest import SAME, Found, Quest
from corridors.routing.shapes import Blueprint, Modes, Shapes

INFINITY = float("inf")
MOST_GRAPHS, MOST_MODELS = 8, 16
"""How many graphs, and how many sets of components of each, are kept."""


def _loops() -> ModuleType:
    # Late: numba takes longer to load than a single question to answer.
    from corridors.routing import loops

    return loops


def _tree_loops() -> ModuleType:
    from corridors.routing import tree_loops

    return tree_loops


class Ways(NamedTuple):
    """Cheapest ways from each origin to each destination over the whole graph.

    Attributes
    ----------
    cost : (o, d) float64
        Generalised cost; infinite where there is no way.
    hours, usd, km, co2e_kg : (o, d) float64
        Expected totals along the way; not a number where there is none.
    """

    cost: Floats
    hours: Floats
    usd: Floats
    km: Floats
    co2e_kg: Floats


class Way(NamedTuple):
    """A path with its expected totals, from the first move to the handing over."""

    found: Found
    hours: float
    usd: float
    km: float
    co2e_kg: float


class Kernel:
    """Compiled searches over one movement graph.

    Parameters
    ----------
    arcs : Arcs

    Examples
    --------
    >>> from corridors.analysis.desk import weights
    >>> from corridors.analysis.setting import open_desk
    >>> from corridors.analysis.engine import Engine
    >>> from corridors.routing.arcs import Components, arcs_of
    >>> desk = open_desk(Engine.load(), "Xi'an", "Duisburg", "terminal", "balanced", None, None)
    >>> arcs = arcs_of(desk.graph)
    >>> price = Components(arcs, desk.model).prices().weighed(*weights(desk.shipment))
    >>> found = Kernel(arcs).search(desk.quest(()), price)
    >>> abs(found[0].cost - desk.find()[0].cost) < 1e-6
    True
    """

    def __init__(self, arcs: Arcs) -> None:
        self.arcs = arcs
        self.shapes = Shapes(arcs)
        self.zone_at = {zone: number for number, zone in enumerate(arcs.zones)}
        self._hauls: dict[tuple[int, int], Move] = {}
        self._work = threading.local()
        self._components: OrderedDict[tuple[object, ...], Components] = OrderedDict()
        crossing = np.array([move.crossing is not None for move in arcs.moves], dtype=bool)
        self.rail_door = (crossing & arcs.rail[arcs.tail]).astype(np.uint8)
        self.rail = arcs.rail.astype(np.uint8)

    @cached_property
    def into(self) -> tuple[Ints, Ints]:
        """Doors by the state they lead into, as `Arcs.indptr` has them by the state before."""
        order = np.argsort(self.arcs.head, kind="stable").astype(np.int32)
        counts = np.bincount(self.arcs.head, minlength=len(self.arcs))
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32), order

    def prices(self, model: CostModel) -> Prices | None:
        """Price of everything under a model; None where something has none.

        Models that differ in figures only share their components: new figures are one pass.
        """
        key = (model.heading, model.ownership, model.adjustments)
        known = self._components.get(key)
        rates = None if known is None else known.rates_under(model.ledger)
        if known is None or rates is None:
            known = self._components[key] = Components(self.arcs, model)
            rates = known.rates
            while len(self._components) > MOST_MODELS:
                self._components.popitem(last=False)
        if known.failed or not np.isfinite(rates).all():
            return None
        return known.prices(rates)

    def shut(self, price: Price, closed: Collection[str]) -> Price:
        """The price with more shut than in the graph: what is shut cannot be paid for."""
        shut = ~self.arcs.open_doors(closed)
        return price._replace(door=np.where(shut, np.inf, price.door)) if shut.any() else price

    def search(self, quest: Quest, price: Price, tree: PlanTree | None = None) -> dict[int, Found]:
        """Cheapest path of every plan of a tree that has one: what `routing.search.search` finds.

        Parameters
        ----------
        quest : Quest
            Without places to pass on the way.
        price : Price
            Generalised cost of everything.
        tree : PlanTree, optional
            Without, the best path over the whole graph.
        """
        tree = tree or PlanTree()
        question = Asked(self, quest, price)
        plan = self.shapes.tree(tree, quest.modes)
        return _Run(self, question, plan).found([node.plans for node in tree.nodes])

    def cheapest(
        self, quest: Quest, price: Price, tree: PlanTree | None = None
    ) -> tuple[int, Found] | None:
        """The plan with the cheapest path, of equals the first, and that path; None without any."""
        tree = tree or PlanTree()
        question = Asked(self, quest, price)
        run = _Run(self, question, self.shapes.tree(tree, quest.modes))
        return run.cheapest([node.plans for node in tree.nodes])

    def way(self, quest: Quest, price: Price, prices: Prices) -> Way | None:
        """Cheapest path over the whole graph, with its expected totals; None without one.

        Parameters
        ----------
        quest : Quest
            Without places to pass on the way.
        price : Price
            What is searched by.
        prices : Prices
            What the path is summed up in.
        """
        run = _Run(self, Asked(self, quest, price), self.shapes.tree(PlanTree(), quest.modes))
        return run.way(prices)

    def haul(self, one: int, other: int) -> Move:
        """The haul between two states of a zone, made once."""
        key = (one, other)
        if key not in self._hauls:
            states, graph = self.arcs.states, self.arcs.graph
            self._hauls[key] = graph.haul_between(states[one], states[other][0])
        return self._hauls[key]

    def ways(
        self,
        origins: Sequence[Mapping[State, float]],
        destinations: Sequence[Mapping[State, float]],
        price: Price,
        prices: Prices,
        *,
        modes: Modes = None,
        board: bool = True,
    ) -> tuple[Ways, Mask]:
        """One search from each origin to all destinations, with every component of each way.

        Parameters
        ----------
        origins, destinations : sequence of mapping of State to float
            Entry and exit costs, as in `Quest`.
        price : Price
            What is searched by.
        prices : Prices
            What the ways are summed up in.
        modes : frozenset of str, optional
        board : bool
            Whether the first train is waited for.

        Returns
        -------
        Ways
        (o, d) bool
            Pairs whose way ends with a lift between two ways of standing at the destination: no
            question allows that, so they are to be searched one by one.
        """
        arcs, shape = self.arcs, self.shapes.shape(None, (), modes)
        starts, goals = _listed(arcs, origins), _listed(arcs, destinations)
        wanted = shape.wanted.copy()
        wanted[goals[1]] = 1
        parts = np.stack(
            [
                np.concatenate([*part, np.zeros(0)])
                for part in (prices.hours, prices.usd, prices.co2e_kg)
            ]
        )
        work = self.work(1)
        result = np.full((5, len(origins), len(destinations)), np.nan)
        idle = np.zeros(result.shape[1:], dtype=np.uint8)
        _loops().settle_pairs(
            *starts, int(not board), *goals, *work,
            arcs.indptr, arcs.head, arcs.tail, self.rail_door, price.door, shape.open_door,
            np.zeros(len(arcs.moves), dtype=np.uint8), arcs.zone_of, arcs.first, self.rail,
            price.board, price.zone, shape.km_at, self.shapes.pool, wanted,
            np.full(work[0].size // 4, np.inf), np.zeros(work[0].size // 4 + 1, dtype=np.int32),
            np.zeros(0, dtype=np.int32), np.zeros(0), np.zeros(0, dtype=np.uint8),
            (arcs.kind == KINDS.index("lift")).astype(np.uint8), parts, self.door_km,
            len(arcs.zones), result, idle,
        )  # fmt: skip
        return Ways(*result), idle.astype(bool)

    @cached_property
    def door_km(self) -> Floats:
        """Kilometres that a door leads over."""
        graph = self.arcs.graph
        return np.array(
            [
                move.crossing.km_a + move.crossing.km_b
                if move.crossing is not None
                else graph.service_km[move.service.id]
                if move.service is not None
                else 0.0
                for move in self.arcs.moves
            ],
            dtype=np.float64,
        )

    def work(self, nodes: int) -> tuple[Floats, Ints, Ints, Floats, Ints, Ints]:
        """Arrays that a search fills; each thread has its own."""
        width = len(self.arcs) + ENDS
        have = getattr(self._work, "arrays", None)
        if have is None or have[0].size < 4 * width * nodes:
            size = 4 * width * nodes
            have = (
                np.empty(size), np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32),
                np.empty(4 * width), np.empty(4 * width, dtype=np.int32),
                np.full(size, -1, dtype=np.int32),
            )  # fmt: skip
            self._work.arrays = have
        cost, before, by, keys, labels, place = have
        cost[: 4 * width * nodes] = np.inf
        return cost, before, by, keys, labels, place


_KERNELS: OrderedDict[tuple[object, ...], Kernel] = OrderedDict()


def kernel_of(graph: MovementGraph) -> Kernel:
    """The kernel of a graph before anything is shut, kept for the next question.

    Graphs that differ only in what is shut share it: see `Kernel.shut`.
    """
    # The kernel holds network and tables: while it is kept nothing else can have their ids.
    key = (id(graph.network), id(graph.tables), graph.avoid)
    found = _KERNELS.get(key)
    if found is None:
        whole = graph
        if graph.closed:
            whole = MovementGraph(graph.network, graph.tables, avoid=graph.avoid, like=graph)
        found = _KERNELS[key] = Kernel(Arcs(whole))
        while len(_KERNELS) > MOST_GRAPHS:
            _KERNELS.popitem(last=False)
    return found


class _Run:
    """One search of a tree: costs to go from last sections, then all stages, then the paths."""

    def __init__(self, kernel: Kernel, question: Asked, plan: Blueprint) -> None:
        self.kernel, self.question, self.plan = kernel, question, plan
        arcs, shapes, price = kernel.arcs, kernel.shapes, question.price
        width, extras = question.width, question.extras
        loops, nodes = _tree_loops(), len(plan.parent)
        self.work = kernel.work(nodes)
        cost, before, by, keys, labels, place = self.work
        self.togo = np.empty((len(plan.ends), 2 * width))
        self.after = np.empty((len(plan.ends), 2 * width), dtype=np.int32)
        self.after_by = np.empty((len(plan.ends), 2 * width), dtype=np.int32)
        if plan.ends:
            into, order = kernel.into
            starts_run = (np.diff(into) > 0).astype(np.uint8)
            starts_run[[s for s in question.begins if s < len(arcs)]] = 1
            for slot, shape in enumerate(plan.ends):
                loops.settle_back(
                    self.togo[slot], self.after[slot], self.after_by[slot], keys, labels, place,
                    into, order, arcs.tail, kernel.rail_door, price.door, plan.open_doors[shape],
                    question.patch, arcs.zone_of, arcs.first, kernel.rail, question.board,
                    price.zone, plan.km_ats[shape], shapes.pool, starts_run, question.goal,
                    extras.into, extras.into_tail, extras.into_number, extras.cost,
                )  # fmt: skip
        self.best = np.empty(nodes)
        self.best_label = np.empty(nodes, dtype=np.int64)
        self.best_door = np.empty(nodes, dtype=np.int32)
        loops.settle_tree(
            width, plan.parent, plan.shape, plan.gate_at, plan.gate_door, plan.last,
            nodes == 1, self.togo, self.best, self.best_label, self.best_door,
            np.array([s for s, _ in question.starts], dtype=np.int32),
            np.array([c for _, c in question.starts], dtype=np.float64), question.aboard,
            cost, before, by, keys, labels, place,
            arcs.indptr, arcs.head, arcs.tail, kernel.rail_door, price.door, plan.open_doors,
            question.patch, arcs.zone_of, arcs.first, kernel.rail, question.board, price.zone,
            plan.km_ats, shapes.pool, plan.wanteds, question.goal_wanted, question.goal,
            plan.has_plans, extras.at, extras.head, extras.cost, extras.last,
        )  # fmt: skip

    def found(self, plans: Sequence[Sequence[int]]) -> dict[int, Found]:
        """Paths by plan."""
        result: dict[int, Found] = {}
        for node, numbers in enumerate(plans):
            cost = float(self.best[node])
            if numbers and cost < INFINITY:
                start, moves = self._path(node)
                way = Found(start, tuple(moves), cost)
                result.update({number: way for number in numbers if number not in result})
        return dict(sorted(result.items()))

    def cheapest(self, plans: Sequence[Sequence[int]]) -> tuple[int, Found] | None:
        """Of all plans the cheapest: only its path is followed."""
        ends = [(min(plans[n]), n, float(self.best[n])) for n in range(len(plans)) if plans[n]]
        lowest = min((cost for _, _, cost in ends), default=INFINITY)
        if lowest == INFINITY:
            return None
        plan, node, cost = min(end for end in ends if end[2] <= lowest * (1 + SAME))
        start, moves = self._path(node)
        return plan, Found(start, tuple(moves), cost)

    def way(self, prices: Prices) -> Way | None:
        """The path of a tree of one node, summed up."""
        if not self.best[0] < INFINITY:
            return None
        arcs, kernel, label = self.kernel.arcs, self.kernel, int(self.best_label[0])
        _, before, by, *_ = self.work
        end, run_km = self._number(label), 0.0
        doors: list[int] = []
        boards: list[int] = []
        hauls: dict[int, float] = {}
        moves: list[Move] = []
        while by[label] != -2:
            how, earlier = int(by[label]), int(before[label])
            state = self._number(earlier)
            move = self._move(how, state, self._number(label))
            moves.append(move)
            if (label ^ earlier) & 1:
                boards.append(state)
            if move.haul is None:
                doors.append(how)
            else:
                zone, run = kernel.zone_at[move.haul.zone], move.haul.km
                hauls[zone] = hauls.get(zone, 0.0) + run
                run_km += run
            label = earlier
        found = Found(self._state(self._number(label)), tuple(moves[::-1]), float(self.best[0]))
        goals = [end] if end < len(arcs) else []
        zones, kms = list(hauls), np.array(list(hauls.values()))
        hours, usd, co2e_kg = (
            float(
                part.door[doors].sum()
                + part.board[boards].sum()
                + part.zone[zones] @ kms
                + part.release[goals].sum()
            )
            for part in prices
        )
        return Way(found, hours, usd, run_km + float(kernel.door_km[doors].sum()), co2e_kg)

    def _path(self, node: int) -> tuple[State, list[Move]]:
        label, slot = int(self.best_label[node]), int(self.plan.last[node])
        if slot < 0:
            return self._traced(label)
        if label <= -2:
            state = -2 - label
            return self._state(state), self._onward(slot, 2 * state + self.question.aboard)
        door = int(self.best_door[node])
        start, moves = self._traced(label)
        boarded = (label & 1) | int(self.kernel.rail_door[door])
        onward = self._onward(slot, 2 * int(self.kernel.arcs.head[door]) + boarded)
        return start, [*moves, self.kernel.arcs.moves[door], *onward]

    def _traced(self, label: int) -> tuple[State, list[Move]]:
        _, before, by, *_ = self.work
        moves = []
        while by[label] != -2:
            how, earlier = int(by[label]), int(before[label])
            moves.append(self._move(how, self._number(earlier), self._number(label)))
            label = earlier
        return self._state(self._number(label)), moves[::-1]

    def _onward(self, slot: int, label: int) -> list[Move]:
        moves = []
        while self.after_by[slot, label] != -2:
            how, later = int(self.after_by[slot, label]), int(self.after[slot, label])
            moves.append(self._move(how, label >> 1, later >> 1))
            label = later
        return moves

    def _move(self, how: int, one: int, other: int) -> Move:
        if how >= 0:
            return self.kernel.arcs.moves[how]
        return self.kernel.haul(one, other) if how == -1 else self.question.extras.moves[-3 - how]

    def _number(self, label: int) -> int:
        return (label >> 2) % self.question.width

    def _state(self, number: int) -> State:
        states = self.kernel.arcs.states
        if number < len(states):
            return states[number]
        return self.question.extra_states[number - len(states)]


def _listed(arcs: Arcs, ends: Sequence[Mapping[State, float]]) -> tuple[Ints, Ints, Floats]:
    """Ends as arrays: where each begins, its states, their costs."""
    at = np.cumsum([0, *(len(end) for end in ends)]).astype(np.int32)
    states = [arcs.at[state] for end in ends for state in end]
    costs = [cost for end in ends for cost in end.values()]
    return at, np.array(states, dtype=np.int32), np.array(costs, dtype=np.float64)
