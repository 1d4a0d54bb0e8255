"""The search: cheapest ways through states and plan stages by mean generalised cost.

Two facts keep it small and exact. A haul is already the shortest run between two facilities of
its zone, so two hauls in a row are never needed: after one, only a door can follow. And inside a
section only those facilities matter that have a door the plan can use, so a haul is only tried
to these.

All variants of a corridor are searched at once: they share their beginnings in a tree of
sections, and the search goes on until every variant has its cheapest way or none is left.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from corridors.movement.compiled import Haul
from corridors.movement.graph import Move, MovementGraph, State
from corridors.routing.front import Front
from corridors.routing.plan import Section
from corridors.routing.plan_tree import PlanNode, PlanTree

Weigh = Callable[[State, Move], float]
"""Generalised cost of a move out of a state, in USD; never negative."""

Label = tuple[State, int, int, bool, bool]
"""State, node of the plan tree, via places passed, whether a haul led here, whether a train has
been boarded."""

INFINITY = float("inf")


class Found(NamedTuple):
    """A path: the state it starts in, its moves, its generalised cost."""

    start: State
    moves: tuple[Move, ...]
    cost: float


@dataclass(frozen=True, slots=True)
class Quest:
    """What is searched.

    Attributes
    ----------
    starts, goals : mapping of State to float
        Entry and exit costs of the states that count as origin and destination.
    start_moves, goal_moves : mapping of State to sequence of Move
        Extra first and last moves (by road from or to a point off the terminals).
    via : sequence of frozenset of str
        Facility sets to visit, in order.
    modes : frozenset of str, optional
        Only these modes.
    board : callable, optional
        Cost of boarding the first train in a state.
    memo : dict
        Costs to go, kept for the next search with the same goals under the same weights.
    """

    starts: Mapping[State, float]
    goals: Mapping[State, float]
    start_moves: Mapping[State, Sequence[Move]] = field(default_factory=dict)
    goal_moves: Mapping[State, Sequence[Move]] = field(default_factory=dict)
    via: Sequence[frozenset[str]] = ()
    modes: frozenset[str] | None = None
    board: Callable[[State], float] | None = None
    memo: dict[object, CostToGo] = field(default_factory=dict)


def search(
    graph: MovementGraph, quest: Quest, weigh: Weigh, tree: PlanTree | None = None
) -> dict[int, Found]:
    """Cheapest path of every plan of a tree that has one, by plan number.

    Ties are broken by order of insertion, which is fixed: same input, same path.
    """
    return _Search(graph, quest, weigh, tree or PlanTree()).run()


class _Search:
    def __init__(self, graph: MovementGraph, quest: Quest, weigh: Weigh, tree: PlanTree) -> None:
        self.graph, self.quest, self.weigh, self.tree = graph, quest, weigh, tree
        self.best: dict[Label, float] = {}
        self.before: dict[Label, tuple[Label, Move | None]] = {}
        self.heap: list[tuple[float, int, Label]] = []
        self.pushed = 0
        self.doors: dict[tuple[State, int], list[tuple[Move, int]]] = {}
        self.targets: dict[tuple[str, int], list[str]] = {}
        self.known_after: dict[tuple[int, int], list[int]] = {}
        self.boarding: dict[State, float] = {}
        self.fronts: dict[tuple[str, int, bool], Front | None] = {}

    def run(self) -> dict[int, Found]:
        quest, tree = self.quest, self.tree
        for state, cost in quest.starts.items():
            if self._mode_allowed(self.graph.mode_of(state)):
                for root in tree.roots:
                    label = (state, root, self._passed(state, 0), False, False)
                    self._push(label, cost, None, None)
        found: dict[int, Found] = {}
        arrived: dict[int, tuple[float, Label]] = {}
        settled: set[Label] = set()
        wanted = tree.count
        while self.heap:
            bound, _, label = heapq.heappop(self.heap)
            if label in settled:
                continue
            here = tree.nodes[label[1]]
            if self._is_last(here):
                self._end(label, here, settled, found)
                if len(found) == wanted:
                    return found
                continue
            settled.add(label)
            cost = self.best[label]
            state, node, passed, _, _ = label
            if tree.nodes[node].plans and passed == len(quest.via) and state in quest.goals:
                total = cost + quest.goals[state]
                if total < arrived.get(node, (INFINITY, label))[0]:
                    arrived[node] = (total, label)
            for end, (total, last) in list(arrived.items()):
                # Nothing cheaper can come once the frontier has passed the best arrival.
                if total <= bound:
                    del arrived[end]
                    for plan in tree.nodes[end].plans:
                        if plan not in found:
                            found[plan] = self._trace(last, total)
            if len(found) == wanted:
                return found
            self._expand(label, cost, settled)
        for end, (total, last) in arrived.items():
            for plan in tree.nodes[end].plans:
                if plan not in found:
                    found[plan] = self._trace(last, total)
        return found

    def _expand(self, label: Label, cost: float, settled: set[Label]) -> None:
        state, node, _, ran, _ = label
        if not ran:
            if self.quest.via:
                for move in self._hauls(state, node):
                    self._step(label, cost, move, node, settled)
            else:
                self._run(label, cost)
            for move in self.quest.start_moves.get(state, ()):
                self._step(label, cost, move, node, settled)
        for move, next_node in self._doors(state, node):
            self._step(label, cost, move, next_node, settled)
        for move in self.quest.goal_moves.get(state, ()):
            self._step(label, cost, move, node, settled)

    def _step(self, label: Label, cost: float, move: Move, node: int, settled: set[Label]) -> None:
        state, _, passed, _, boarded = label
        now = self._passed(move.to, passed)
        if not boarded and self._runs_by_rail(state, move):
            boarded = True
            cost += self.boarding_at(state)
        # A place that had to be visited may be left by another haul.
        reached = (move.to, node, now, move.haul is not None and now == passed, boarded)
        if reached not in settled:
            self._push(reached, cost + self.weigh(state, move), label, move)

    def _run(self, label: Label, cost: float) -> None:
        """All hauls of a zone at once: only those that improve on what is known are kept."""
        (facility, zone), node, passed, _, boarded = label
        if not boarded and zone.startswith("rail:"):
            cost, boarded = cost + self.boarding_at((facility, zone)), True
        key = (zone, node, boarded)
        if key not in self.fronts:
            self.fronts[key] = self._front(zone, node)
        front = self.fronts[key]
        if front is not None:
            for other, total in front.improve(facility, cost):
                self._push(((other, zone), node, passed, True, boarded), total, label, None)

    def _front(self, zone: str, node: int) -> Front | None:
        targets = frozenset(self.targets_in(zone, node))
        if not targets:
            return None
        return self.front(zone, node, lambda facility: facility in targets)

    def front(self, zone: str, node: int, wanted: Callable[[str], bool]) -> Front | None:
        """Priced hauls of a zone, for improving the wanted facilities."""
        hauls = self.graph.zone_hauls(zone)
        if not hauls.names:
            return None
        start = (hauls.names[0], zone)
        one_km = Haul(hauls.names[0], hauls.names[0], zone, 1.0, 0.0, 0.0, {})
        price = self.weigh(start, Move("haul", start, haul=one_km))
        section = self.tree.nodes[node].section
        km = hauls.km if section is None else hauls.within(section.countries)
        return Front(hauls, km * price, [wanted(name) for name in hauls.names])

    def boarding_at(self, state: State) -> float:
        """Cost of boarding the first train in a state."""
        if state not in self.boarding:
            self.boarding[state] = self.quest.board(state) if self.quest.board else 0.0
        return self.boarding[state]

    def _runs_by_rail(self, state: State, move: Move) -> bool:
        runs = move.haul is not None or move.crossing is not None
        return runs and state[1].startswith("rail:")

    def _push(self, label: Label, cost: float, before: Label | None, move: Move | None) -> None:
        if cost < self.best.get(label, INFINITY):
            self.best[label] = cost
            if before is not None:
                self.before[label] = (before, move)
            here = self.tree.nodes[label[1]]
            bound = cost
            if self._is_last(here):
                bound += self._to_go(here, boarded=label[4]).at_least(label[0], boarded=label[4])
            heapq.heappush(self.heap, (bound, self.pushed, label))
            self.pushed += 1

    def _end(
        self, label: Label, here: PlanNode, settled: set[Label], found: dict[int, Found]
    ) -> None:
        """Take the cheapest way on from a last section, or put the label back.

        The way on is worked out only as far as it can matter: while it might still be the
        cheapest of all that wait.
        """
        state, _, _, _, boarded = label
        cost = self.best[label]
        room = self.heap[0][0] if self.heap else INFINITY
        to_go = self._to_go(here, boarded=boarded)
        total = cost + to_go.settle(state, boarded=boarded, limit=room - cost)
        if total > room or not to_go.knows(state, boarded=boarded):
            if total < INFINITY:
                heapq.heappush(self.heap, (total, self.pushed, label))
                self.pushed += 1
            return
        settled.add(label)
        if total < INFINITY:
            for plan in here.plans:
                if plan not in found:
                    found[plan] = self._finish(label, total)

    def _is_last(self, here: PlanNode) -> bool:
        """Whether the rest of the way lies in one section and its cost can be known exactly."""
        return here.section is not None and not here.children and not self.quest.via

    def _to_go(self, here: PlanNode, *, boarded: bool) -> CostToGo:
        key = (here.section, boarded, tuple(self.quest.goals.items()), tuple(self.quest.goal_moves))
        if key not in self.quest.memo:
            assert here.section is not None
            tree = PlanTree()
            tree.nodes[0].section = here.section
            search = _Search(self.graph, self.quest, self.weigh, tree)
            self.quest.memo[key] = CostToGo(search, either=not boarded)
        return self.quest.memo[key]

    def _finish(self, label: Label, cost: float) -> Found:
        """The way so far, and from here the cheapest way to the goal."""
        start = self._trace(label, cost)
        boarded = label[4]
        to_go = self._to_go(self.tree.nodes[label[1]], boarded=boarded)
        rest = to_go.moves_from(label[0], boarded=boarded)
        return Found(start.start, (*start.moves, *rest), cost)

    # What may follow ---------------------------------------------------------------------

    def _hauls(self, state: State, node: int) -> Iterable[Move]:
        facility, zone = state
        targets = self.targets_in(zone, node) if zone in self.graph.zones else ()
        if not targets:
            return ()
        by_target = self.graph.hauls_from(facility, zone)
        section = self.tree.nodes[node].section
        return [
            by_target[target]
            for target in targets
            if target in by_target and _fits(by_target[target].haul, section)
        ]

    def targets_in(self, zone: str, node: int) -> list[str]:
        """Facilities of a zone worth hauling to: those with a usable door, and the ends."""
        key = (zone, node)
        if key not in self.targets:
            section = self.tree.nodes[node].section
            self.targets[key] = (
                [f for f in self.graph.zone_hauls(zone).names if self._is_target((f, zone), node)]
                if zone in self.graph.zones
                and self._mode_allowed(zone.partition(":")[0])
                and (section is None or section.admits(self.graph.zones[zone]))
                else []
            )
        return self.targets[key]

    def _is_target(self, state: State, node: int) -> bool:
        if state in self.quest.goals or state in self.quest.goal_moves:
            return True
        if any(state[0] in places for places in self.quest.via):
            return True
        section = self.tree.nodes[node].section
        one_mode = section is not None and not {"rail", "road"} <= section.modes
        if one_mode and state[0] in self.graph.plain_terminals:
            return False  # it leads to the other land mode only
        return bool(self._doors(state, node))

    def _doors(self, state: State, node: int) -> list[tuple[Move, int]]:
        """Moves out of a state other than hauls, each with the node it leads to."""
        key = (state, node)
        if key not in self.doors:
            self.doors[key] = [
                (move, after)
                for move in self.graph.moves.get(state, ())
                if not self.is_idle(state, move)
                for after in self.after(move, node)
            ]
        return self.doors[key]

    def is_idle(self, state: State, move: Move) -> bool:
        """A lift between two ways of standing at an end: nobody books it."""
        return move.kind == "lift" and any(
            state in ends and move.to in ends for ends in (self.quest.starts, self.quest.goals)
        )

    def after(self, move: Move, node: int) -> list[int]:
        """Nodes that a move leads to: children through a gateway, or the same section."""
        key = (id(move), node)  # moves live as long as their graph
        if key not in self.known_after:
            self.known_after[key] = self._after(move, node)
        return self.known_after[key]

    def _after(self, move: Move, node: int) -> list[int]:
        if not self._mode_allowed(self.graph.mode_of(move.to)):
            return []
        here = self.tree.nodes[node]
        if here.section is None:
            return [node]
        if move.crossing is None and move.service is None:
            return [node] if self._lift_leads_on(move, node, here.section) else []
        after = [child for gateway, child in here.children if gateway.passed_by(move)]
        if self._stays_inside(move, here.section):
            after.append(node)
        return after

    def _lift_leads_on(self, move: Move, node: int, section: Section) -> bool:
        mode = self.graph.mode_of(move.to)
        if mode in section.modes and mode in ("rail", "road"):
            return True
        if mode in ("sea", "ferry"):
            if move.to[1].endswith(":out"):
                return any(
                    self.after(sailing, node) for sailing in self.graph.moves.get(move.to, ())
                )
            return False
        return move.to in self.quest.goals or move.to in self.quest.goal_moves

    def _stays_inside(self, move: Move, section: Section) -> bool:
        if move.crossing is not None:
            row = self.graph.crossing_rows[move.crossing.id]
            one, other, mode = row.a, row.b, row.mode
        else:
            # A service inside a section: a train ferry over a lake.
            assert move.service is not None
            one, other, mode = move.service.a, move.service.b, move.service.mode
        facilities, countries = self.graph.facilities, section.countries
        return (
            mode in section.modes
            and facilities[one].country in countries
            and facilities[other].country in countries
        )

    def _mode_allowed(self, mode: str) -> bool:
        return self.quest.modes is None or mode in self.quest.modes

    def _passed(self, state: State, passed: int) -> int:
        via = self.quest.via
        while passed < len(via) and state[0] in via[passed]:
            passed += 1
        return passed

    def _trace(self, label: Label, cost: float) -> Found:
        moves: list[Move] = []
        while label in self.before:
            facility = label[0][0]
            label, move = self.before[label]
            moves.append(move or self.graph.haul_between(label[0], facility))
        return Found(start=label[0], moves=tuple(moves[::-1]), cost=cost)


class CostToGo:
    """Exact cost from states of a last section to the goal, searched backwards as needed.

    Many variants end in the same section: this is worked out once for all of them. Whether a
    train has been boarded before matters, for the first one is waited for; with `either` both
    cases are worked out, else only that of a journey that has been on a train.
    """

    def __init__(self, search: _Search, *, either: bool) -> None:
        self.search, self.either = search, either
        self.best: dict[tuple[State, bool], float] = {}
        self.settled: dict[tuple[State, bool], float] = {}
        self.next: dict[tuple[State, bool], tuple[Move | None, tuple[State, bool]]] = {}
        self.heap: list[tuple[float, int, tuple[State, bool]]] = []
        self.pushed = 0
        self.into = search.graph.moves_into
        self.fronts: dict[tuple[str, bool], Front | None] = {}
        self.last: dict[State, list[tuple[State, Move]]] = {}
        for extras in (search.quest.goal_moves, search.quest.start_moves):
            for state, moves in extras.items():
                for move in moves:
                    self.last.setdefault(move.to, []).append((state, move))
        for state, cost in search.quest.goals.items():
            for boarded in (True, False) if either else (True,):
                self._push((state, boarded), cost, None, (state, boarded))

    def at_least(self, state: State, *, boarded: bool) -> float:
        """What is known of the cost from a state: exact once settled, else not above it."""
        known = self.settled.get((state, boarded))
        if known is not None:
            return known
        return self.heap[0][0] if self.heap else INFINITY

    def knows(self, state: State, *, boarded: bool) -> bool:
        """Whether the cost from a state is exact by now."""
        return (state, boarded) in self.settled or not self.heap

    def settle(self, state: State, *, boarded: bool, limit: float) -> float:
        """Cost from a state to the goal, or a bound beyond the limit; infinite without a way."""
        key = (state, boarded)
        while key not in self.settled and self.heap:
            cost, _, here = heapq.heappop(self.heap)
            if here not in self.settled:
                self.settled[here] = cost
                self._expand(here, cost)
            # Asked last: whoever asks again at the same limit gets on by one state at least.
            if self.heap and self.heap[0][0] > limit:
                break
        return self.at_least(state, boarded=boarded)

    def moves_from(self, state: State, *, boarded: bool) -> list[Move]:
        """Moves of the cheapest way from a settled state to the goal."""
        key, moves = (state, boarded), []
        while self.next[key][1] != key:
            move, after = self.next[key]
            moves.append(move or self.search.graph.haul_between(key[0], after[0][0]))
            key = after
        return moves

    def _push(
        self, key: tuple[State, bool], cost: float, move: Move | None, after: tuple[State, bool]
    ) -> None:
        if cost < self.best.get(key, INFINITY):
            self.best[key] = cost
            self.next[key] = (move, after)
            heapq.heappush(self.heap, (cost, self.pushed, key))
            self.pushed += 1

    def _expand(self, key: tuple[State, bool], cost: float) -> None:
        state, boarded = key
        search = self.search
        for before, move in self.last.get(state, ()):
            self._push((before, boarded), cost + search.weigh(before, move), move, key)
        for before, move in self.into.get(state, ()):
            if not search.is_idle(before, move) and 0 in search.after(move, 0):
                price = search.weigh(before, move)
                if move.crossing is not None and before[1].startswith("rail:"):
                    self._by_rail(before, boarded, cost + price, move, key)
                else:
                    self._push((before, boarded), cost + price, move, key)
        self._run_into(key, cost)

    def _by_rail(
        self, before: State, boarded: bool, cost: float, move: Move | None, key: tuple[State, bool]
    ) -> None:
        """A run by rail: whoever had not boarded a train before boards one for it."""
        if boarded:
            self._push((before, True), cost, move, key)
            if self.either:
                boarding = self.search.boarding_at(before)
                self._push((before, False), cost + boarding, move, key)

    def _run_into(self, key: tuple[State, bool], cost: float) -> None:
        # A haul has the same length both ways, and the same price within one heading.
        (facility, zone), boarded = key
        if zone.startswith("rail:") and not boarded:
            return
        if (zone, boarded) not in self.fronts:
            self.fronts[(zone, boarded)] = self._front(zone)
        front = self.fronts[(zone, boarded)]
        if front is None:
            return
        for other, total in front.improve(facility, cost):
            if zone.startswith("rail:"):
                self._by_rail((other, zone), True, total, None, key)
            else:
                self._push(((other, zone), boarded), total, None, key)

    def _front(self, zone: str) -> Front | None:
        search = self.search
        if not search.targets_in(zone, 0):
            return None
        starts = (*search.quest.starts, *search.quest.start_moves)
        return search.front(zone, 0, lambda f: (f, zone) in self.into or (f, zone) in starts)


def _fits(haul: Haul | None, section: Section | None) -> bool:
    """A line that clips a country outside its zone needs that country in the section."""
    assert haul is not None
    return section is None or not haul.foreign or section.countries.issuperset(haul.foreign)
