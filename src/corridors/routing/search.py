"""The search: cheapest ways through states and plan stages by mean generalised cost.

Two facts keep it small and exact. A haul is already the shortest run between two facilities of
its zone, so two hauls in a row are never needed: after one, only a door can follow. And inside a
section only those facilities matter that have a door the plan can use, so a haul is only tried
to these.

All variants of a corridor are searched at once: they share their beginnings in a tree of
sections. Cheap variants are found before dear ones, and whoever needs only the first of them
stops there.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from corridors.movement.graph import Move, MovementGraph, State
from corridors.routing.interior import Interior
from corridors.routing.plan import Section
from corridors.routing.plan_tree import PlanTree
from corridors.routing.quest import Found as Found
from corridors.routing.quest import Quest as Quest
from corridors.routing.quest import Weigh as Weigh
from corridors.routing.stage import Stage
from corridors.routing.to_go import INFINITY, CostToGo

Label = tuple[State, int, int, bool, bool]
"""State, node of the plan tree, via places passed, whether a haul led here, whether a train has
been boarded."""


def search(
    graph: MovementGraph, quest: Quest, weigh: Weigh, tree: PlanTree | None = None
) -> dict[int, Found]:
    """Cheapest path of every plan of a tree that has one, by plan number.

    Ties are broken by order of insertion, which is fixed: same input, same path.
    """
    return dict(cheapest_first(graph, quest, weigh, tree))


def cheapest_first(
    graph: MovementGraph, quest: Quest, weigh: Weigh, tree: PlanTree | None = None
) -> Iterator[tuple[int, Found]]:
    """As `search`, but one plan after the other, the cheapest first: searched as far as asked."""
    return _Search(graph, quest, weigh, tree or PlanTree()).run()


class _Search:
    def __init__(self, graph: MovementGraph, quest: Quest, weigh: Weigh, tree: PlanTree) -> None:
        self.graph, self.quest, self.weigh, self.tree = graph, quest, weigh, tree
        self.ends = quest.ends
        self.stages = [
            Stage(number, node, self._interior(node.section))
            for number, node in enumerate(tree.nodes)
        ]
        self.best: dict[Label, float] = {}
        self.before: dict[Label, tuple[Label, Move | None]] = {}
        self.heap: list[tuple[float, int, Label]] = []
        self.pushed = 0
        self.settled: set[Label] = set()
        self.found: set[int] = set()
        self.to_go: dict[tuple[int, bool], CostToGo] = {}

    def run(self) -> Iterator[tuple[int, Found]]:
        """Plans with their cheapest paths, in order of cost."""
        self._start()
        arrived: dict[int, tuple[float, Label]] = {}
        heap, settled, stages, goals = self.heap, self.settled, self.stages, self.quest.goals
        vias, wanted = len(self.quest.via), self.tree.count
        while heap and len(self.found) < wanted:
            bound, _, label = heapq.heappop(heap)
            if label in settled:
                continue
            stage = stages[label[1]]
            if stage.is_last:
                yield from self._finish(label, stage)
                continue
            settled.add(label)
            cost = self.best[label]
            state, node, passed, _, _ = label
            if stage.plans and passed == vias and state in goals:
                total = cost + goals[state]
                if node not in arrived or total < arrived[node][0]:
                    arrived[node] = (total, label)
            # Nothing cheaper can come once the frontier has passed the best arrival.
            for end in [end for end, (total, _) in arrived.items() if total <= bound]:
                yield from self._arrive(end, *arrived.pop(end))
            self._expand(label, cost, stage)
        for end, (total, label) in arrived.items():
            yield from self._arrive(end, total, label)

    def _start(self) -> None:
        for state, cost in self.quest.starts.items():
            for root in self.tree.roots:
                if self.stages[root].interior.takes(self.graph.mode_of(state)):
                    self._push((state, root, self._passed(state, 0), False, False), cost)

    def _arrive(self, node: int, total: float, label: Label) -> Iterator[tuple[int, Found]]:
        """Plans that end at a node and have no way yet."""
        for plan in self.stages[node].plans:
            if plan not in self.found:
                self.found.add(plan)
                yield plan, Found(*self._trace(label), total)

    # Onward ------------------------------------------------------------------------------

    def _expand(self, label: Label, cost: float, stage: Stage) -> None:
        state, node, _, ran, _ = label
        if not ran:
            if self.quest.via:
                for move in stage.hauls(state):
                    self._step(label, cost, move, node)
            else:
                self._run(label, cost, stage)
            for move in self.quest.start_moves.get(state, ()):
                self._step(label, cost, move, node)
        for door in stage.doors(state):
            self._pass(label, cost, *door)
        for move in self.quest.goal_moves.get(state, ()):
            self._step(label, cost, move, node)

    def _step(self, label: Label, cost: float, move: Move, node: int) -> None:
        """A run from facility to facility, or by road from or to a point off them."""
        by_rail = move.haul is not None and label[0][1].startswith("rail:")
        self._pass(label, cost, move, node, self.weigh(label[0], move), by_rail)

    def _pass(
        self, label: Label, cost: float, move: Move, node: int, price: float, by_rail: bool
    ) -> None:
        state, _, passed, _, boarded = label
        now = self._passed(move.to, passed) if self.quest.via else passed
        if by_rail and not boarded:
            boarded = True
            cost += self.stages[node].interior.boarding(state)
        # A place that had to be visited may be left by another haul.
        ran = move.haul is not None and now == passed
        reached = (move.to, node, now, ran, boarded)
        if reached not in self.settled:
            self._push(reached, cost + price, label, move)

    def _run(self, label: Label, cost: float, stage: Stage) -> None:
        """All hauls of a zone at once: only those that improve on what is known are kept."""
        (facility, zone), node, passed, _, boarded = label
        if not boarded and zone.startswith("rail:"):
            cost, boarded = cost + stage.interior.boarding(label[0]), True
        front = stage.front(zone, boarded=boarded)
        if front is not None:
            for other, total in front.improve(facility, cost):
                self._push(((other, zone), node, passed, True, boarded), total, label)

    def _push(
        self, label: Label, cost: float, before: Label | None = None, move: Move | None = None
    ) -> None:
        if cost < self.best.get(label, INFINITY):
            self.best[label] = cost
            if before is not None:
                self.before[label] = (before, move)
            state, node, _, _, boarded = label
            if self.stages[node].is_last:
                cost += self._to_go(node, boarded=boarded).at_least((state, boarded))
            heapq.heappush(self.heap, (cost, self.pushed, label))
            self.pushed += 1

    def _passed(self, state: State, passed: int) -> int:
        via = self.quest.via
        while passed < len(via) and state[0] in via[passed]:
            passed += 1
        return passed

    # Home --------------------------------------------------------------------------------

    def _finish(self, label: Label, stage: Stage) -> Iterator[tuple[int, Found]]:
        """Take the cheapest way on from a last section, or put the label back.

        The way on is worked out only as far as it can matter: while it might still be the
        cheapest of all that wait.
        """
        state, node, _, _, boarded = label
        here, cost = (state, boarded), self.best[label]
        room = self.heap[0][0] if self.heap else INFINITY
        to_go = self._to_go(node, boarded=boarded)
        total = cost + to_go.settle(here, limit=room - cost)
        if total > room or not to_go.knows(here):
            if total < INFINITY:
                heapq.heappush(self.heap, (total, self.pushed, label))
                self.pushed += 1
            return
        self.settled.add(label)
        if total < INFINITY:
            for plan in stage.plans:
                if plan not in self.found:
                    self.found.add(plan)
                    start, moves = self._trace(label)
                    yield plan, Found(start, (*moves, *to_go.moves_from(here)), total)

    def _trace(self, label: Label) -> tuple[State, tuple[Move, ...]]:
        """Where the way to a label starts, and its moves."""
        moves: list[Move] = []
        while label in self.before:
            facility = label[0][0]
            label, move = self.before[label]
            moves.append(move or self.graph.haul_between(label[0], facility))
        return label[0], tuple(moves[::-1])

    # Kept for the next search between the same ends --------------------------------------

    def _interior(self, section: Section | None) -> Interior:
        key = (section, self.ends)
        if key not in self.quest.memo:
            self.quest.memo[key] = Interior(self.graph, self.quest, self.weigh, section)
        interior: Interior = self.quest.memo[key]
        return interior

    def _to_go(self, node: int, *, boarded: bool) -> CostToGo:
        if (node, boarded) not in self.to_go:
            interior = self.stages[node].interior
            key = (interior.section, boarded, self.ends)
            if key not in self.quest.memo:
                self.quest.memo[key] = CostToGo(interior, either=not boarded)
            self.to_go[(node, boarded)] = self.quest.memo[key]
        return self.to_go[(node, boarded)]
