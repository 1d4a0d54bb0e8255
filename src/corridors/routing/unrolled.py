"""The movement graph unrolled along plans: one arc for each haul and door at each stage.

Stages that go on in the same ways are one, whatever lies before them, so that many variants come
to few stages. A label is a state at a stage with what matters for what may follow: how many places
to pass are behind it, whether a haul led there, whether a train has been boarded.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.movement.graph import Move, State
from corridors.routing.arcs import Floats, Price
from corridors.routing.kernel import Kernel
from corridors.routing.plan import Gateway, Section
from corridors.routing.plan_tree import PlanTree
from corridors.routing.search import Found, Quest

Ints = NDArray[np.int64]

RAN, BOARDED = 2, 1
"""Bits of a label: a haul led here; a train has been boarded."""


class Stage(NamedTuple):
    """Sections of plans from which the same ways lead on."""

    section: Section | None
    onward: tuple[tuple[Gateway, int], ...]
    ends: bool


class Block(NamedTuple):
    """Arcs of one kind, in the order in which they are made."""

    tail: Ints
    head: Ints
    item: Ints
    amount: Floats


class Unrolled:
    """Labels and arcs of a plan tree.

    Parameters
    ----------
    kernel : Kernel
        Of the movement graph.
    tree : PlanTree
    modes : frozenset of str, optional
        Only these modes.
    via : sequence of frozenset of str
        Facility sets to visit, in order.

    Attributes
    ----------
    count : int
        Number of labels.
    tail, head : (a,) int64
        Labels of each arc, sorted by `tail`.
    item : (a,) int64
        What an arc is charged by: doors, then zones (a kilometre), then boarding in each state.
    amount : (a,) float64
        How much of it.
    indptr : (n + 1,) int64
        Slices of the arcs out of each label.
    """

    def __init__(
        self,
        kernel: Kernel,
        tree: PlanTree,
        *,
        modes: frozenset[str] | None = None,
        via: Sequence[frozenset[str]] = (),
    ) -> None:
        self.kernel, self.arcs, self.modes, self.via = kernel, kernel.arcs, modes, tuple(via)
        self.tree = tree
        self.stages, self._stage_of = _stages(tree)
        self.roots = list(dict.fromkeys(self._stage_of[root] for root in tree.roots))
        states = self.arcs.states
        self._pass = np.array(
            [[self._passed(state, behind) for state in states] for behind in range(len(via) + 1)],
            dtype=np.int64,
        )
        blocks = [
            block
            for number in range(len(self.stages))
            for behind in range(len(via) + 1)
            for block in self._blocks(number, behind)
        ]
        tail, head, item, amount = (
            np.concatenate([getattr(block, name) for block in blocks]) for name in Block._fields
        )
        self.count = 4 * len(states) * (len(via) + 1) * len(self.stages)
        order = np.argsort(tail, kind="stable")
        self.tail, self.head, self.item = tail[order], head[order], item[order]
        self.amount = amount[order]
        self.indptr = _slices(self.tail, self.count)

    @cached_property
    def into(self) -> tuple[Ints, Ints]:
        """Slices by the label led into, and the arcs in that order."""
        order = np.argsort(self.head, kind="stable").astype(np.int64)
        return _slices(self.head[order], self.count), order

    def label(self, stage: int, behind: int, state: int, bits: int = 0) -> int:
        """Number of a label."""
        return 4 * (len(self.arcs) * (stage * (len(self.via) + 1) + behind) + state) + bits

    def state(self, label: int) -> State:
        """State of a label."""
        return self.arcs.states[(label >> 2) % len(self.arcs)]

    def stage(self, label: int) -> int:
        """Stage of a label."""
        return (label >> 2) // len(self.arcs) // (len(self.via) + 1)

    def cost(self, price: Price, quest: Quest) -> Floats:
        """Cost of every arc for a question; infinite where the question does not allow it."""
        rates = np.concatenate([price.door, price.zone, price.board])
        cost: Floats = self.amount * rates[self.item]
        cost[self._shut(quest)] = np.inf
        return cost

    # What leads where ------------------------------------------------------------------------

    def _passed(self, state: State, behind: int) -> int:
        while behind < len(self.via) and state[0] in self.via[behind]:
            behind += 1
        return behind

    def _blocks(self, number: int, behind: int) -> list[Block]:
        stage = self.stages[number]
        shape = self.kernel.shapes.shape(stage.section, [g for g, _ in stage.onward], self.modes)
        allowed = self.kernel.shapes.mode_mask(self.modes)
        turns = (self._is_turn & allowed) | shape.open_door.astype(bool)
        found = [self._doors(np.flatnonzero(turns), number, number, behind)]
        rail = np.zeros(len(self.arcs), dtype=bool)
        rail[self.arcs.tail[turns]] = True
        for gateway, child in stage.onward:
            doors = self._gate(gateway)
            doors = doors[allowed[doors]]
            rail[self.arcs.tail[doors]] = True
            found.append(self._doors(doors, number, child, behind))
        for zone, start in enumerate(shape.km_at.tolist()):
            if start >= 0:
                rail[self.arcs.first[zone] : self.arcs.first[zone + 1]] = True
                found += self._hauls(zone, start, number, behind)
        boarding = np.flatnonzero(rail & self.arcs.rail)
        here = 4 * (len(self.arcs) * (number * (len(self.via) + 1) + behind) + boarding)
        item = len(self.arcs.moves) + len(self.arcs.zones) + boarding
        found.append(Block(here, here + BOARDED, item.astype(np.int64), np.ones(len(here))))
        return found

    def _gate(self, gateway: Gateway) -> Ints:
        """Doors that go through a gateway."""
        near = [self.arcs.doors_of.get(x, ()) for x in (*gateway.crossings, *gateway.services)]
        doors = {int(door) for group in near for door in group}
        through = [door for door in doors if gateway.passed_by(self.arcs.moves[door])]
        return np.array(sorted(through), dtype=np.int64)

    @cached_property
    def _is_turn(self) -> NDArray[np.bool_]:
        """Doors other than crossings and services: some of them lead to the goal only."""
        return np.array([m.crossing is None and m.service is None for m in self.arcs.moves])

    def _doors(self, doors: NDArray[np.intp] | Ints, one: int, other: int, behind: int) -> Block:
        arcs, width = self.arcs, len(self.arcs)
        layers = len(self.via) + 1
        tails, heads = arcs.tail[doors], arcs.head[doors]
        tail = 4 * (width * (one * layers + behind) + tails)
        head = 4 * (width * (other * layers + self._pass[behind][heads]) + heads)
        by_rail = self.kernel.rail_door[doors].astype(bool)
        parts = []
        for bits in range(4):
            # A train is boarded before it crosses a border; only a road leads to a haul before.
            usable = ~by_rail if not bits & BOARDED else np.ones(len(doors), dtype=bool)
            if bits == RAN:
                usable = usable & ~arcs.rail[tails]
            parts.append(
                (tail[usable] + bits, head[usable] + (bits & BOARDED), np.asarray(doors)[usable])
            )
        columns = (np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True))
        new_tail, new_head, item = columns
        return Block(new_tail, new_head, item, np.ones(len(item)))

    def _hauls(self, zone: int, start: int, number: int, behind: int) -> list[Block]:
        arcs, layers = self.arcs, len(self.via) + 1
        first, end = int(arcs.first[zone]), int(arcs.first[zone + 1])
        size = end - first
        km = self.kernel.shapes.pool[start : start + size * size].reshape(size, size)
        a, b = np.nonzero(np.isfinite(km) & ~np.eye(size, dtype=bool))
        base = len(arcs) * number * layers
        after = self._pass[behind][first + b]
        tail = 4 * (base + len(arcs) * behind + first + a)
        # A place that had to be visited may be left by another haul.
        head = 4 * (base + len(arcs) * after + first + b) + np.where(after == behind, RAN, 0)
        item = np.full(len(a), len(arcs.moves) + zone, dtype=np.int64)
        boarded = (BOARDED,) if arcs.rail[first] else (0, BOARDED)
        return [
            Block((tail + bit).astype(np.int64), (head + bit).astype(np.int64), item, km[a, b])
            for bit in boarded
        ]

    @cached_property
    def _arcs_of_door(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.item, kind="stable").astype(np.int64)
        size = len(self.arcs.moves) + len(self.arcs.zones) + len(self.arcs)
        return _slices(self.item[order], size), order

    @cached_property
    def _closed(self) -> NDArray[np.bool_]:
        """Arcs of doors that no stage opens by itself."""
        closed = np.zeros(len(self.item), dtype=bool)
        stage = self.tail // (4 * len(self.arcs) * (len(self.via) + 1))
        for number, row in enumerate(self.stages):
            gateways = [gateway for gateway, _ in row.onward]
            shape = self.kernel.shapes.shape(row.section, gateways, self.modes)
            here = np.flatnonzero((stage == number) & (self.item < len(self.arcs.moves)))
            here = here[self._is_turn[self.item[here]]]
            closed[here] = shape.open_door[self.item[here]] == 0
        return closed

    def _shut(self, quest: Quest) -> NDArray[np.bool_]:
        """Arcs that a question does not allow."""
        shut, arcs = self._closed.copy(), self.arcs
        into, order = self._arcs_of_door
        ends = {arcs.at[s] for s in (*quest.goals, *quest.goal_moves) if s in arcs.at}
        for door in np.flatnonzero(self._is_turn & np.isin(arcs.head, list(ends))).tolist():
            if arcs.states[arcs.head[door]][1] in arcs.graph.zones:
                shut[order[into[door] : into[door + 1]]] = False
        for group in (quest.starts, quest.goals):
            numbers = [arcs.at[state] for state in group if state in arcs.at]
            idle = np.isin(arcs.tail, numbers) & np.isin(arcs.head, numbers)
            for door in np.flatnonzero(idle).tolist():
                if arcs.moves[door].kind == "lift":
                    shut[order[into[door] : into[door + 1]]] = True
        return shut

    # Ends --------------------------------------------------------------------------------------

    def starts(self, quest: Quest, prices: Sequence[Price]) -> list[Start]:
        """Labels that a journey begins in."""
        found = []
        for state in quest.starts:
            moves = [(move.to, move) for move in quest.start_moves.get(state, ())]
            for there, move in [(state, None), *moves]:
                number = self.arcs.at.get(there)
                if number is None or not self._mode_allowed(there):
                    continue
                first = self._passed(state, 0)
                behind = self._passed(there, first)
                bits = RAN if move is not None and behind == first else 0
                cost = tuple(self._haul_cost(move, price) for price in prices)
                for root in self.roots:
                    label = self.label(root, behind, number, bits)
                    found.append(Start(label, cost, state, move))
        return found

    def goals(self, quest: Quest, prices: Sequence[Price]) -> list[Goal]:
        """Labels that a journey may end in, and what ending there costs."""
        found = []
        ends: list[tuple[State, State, Move | None]] = [(s, s, None) for s in quest.goals]
        ends += [
            (state, move.to, move) for state, moves in quest.goal_moves.items() for move in moves
        ]
        for state, there, move in ends:
            number = self.arcs.at.get(state)
            if number is None:
                continue
            last = self.arcs.at.get(there)
            cost = tuple(
                self._haul_cost(move, price) + (0.0 if last is None else float(price.release[last]))
                for price in prices
            )
            for stage, row in enumerate(self.stages):
                for behind in range(len(self.via) + 1) if row.ends else ():
                    if self._passed(there, behind) == len(self.via):
                        found += [
                            Goal(self.label(stage, behind, number, bits), cost, move)
                            for bits in range(4)
                        ]
        return found

    def _haul_cost(self, move: Move | None, price: Price) -> float:
        if move is None or move.haul is None:
            return 0.0
        return move.haul.km * float(price.zone[self._zone_number[move.haul.zone]])

    @cached_property
    def _zone_number(self) -> dict[str, int]:
        return {zone: number for number, zone in enumerate(self.arcs.zones)}

    def _mode_allowed(self, state: State) -> bool:
        return self.modes is None or self.arcs.graph.mode_of(state) in self.modes

    # Paths -------------------------------------------------------------------------------------

    def found(self, start: Start, arcs: Sequence[int], goal: Goal, cost: float) -> Found:
        """A path as the search hands it on."""
        moves = [] if start.move is None else [start.move]
        doors, zones = len(self.arcs.moves), len(self.arcs.zones)
        for arc in arcs:
            item = int(self.item[arc])
            if item < doors:
                moves.append(self.arcs.moves[item])
            elif item < doors + zones:
                one, other = (int(x[arc]) >> 2 for x in (self.tail, self.head))
                moves.append(self.kernel.haul(one % len(self.arcs), other % len(self.arcs)))
        if goal.move is not None:
            moves.append(goal.move)
        return Found(start.state, tuple(moves), cost)

    def plan(self, start: Start, arcs: Sequence[int]) -> int:
        """Number of the first plan that a path follows."""
        stage = self.stage(start.label)
        node = next(root for root in self.tree.roots if self._stage_of[root] == stage)
        for arc in arcs:
            after = self.stage(int(self.head[arc]))
            if after != stage:
                stage, move = after, self.arcs.moves[int(self.item[arc])]
                node = next(
                    child
                    for gateway, child in self.tree.nodes[node].children
                    if self._stage_of[child] == stage and gateway.passed_by(move)
                )
        return self.tree.nodes[node].plans[0]


class Start(NamedTuple):
    """A label to begin in, with what it has cost by then, and the first move by road if any."""

    label: int
    cost: tuple[float, ...]
    state: State
    move: Move | None


class Goal(NamedTuple):
    """A label to end in, with what the rest costs, and the last move by road if any."""

    label: int
    cost: tuple[float, ...]
    move: Move | None


def _stages(tree: PlanTree) -> tuple[list[Stage], dict[int, int]]:
    """Nodes of a plan tree where those that go on in the same ways are one; the one of each."""
    stages: list[Stage] = []
    numbers: dict[Stage, int] = {}
    of_node: dict[int, int] = {}
    for node in range(len(tree.nodes) - 1, -1, -1):  # children stand behind their parents
        here = tree.nodes[node]
        onward = dict.fromkeys((gateway, of_node[child]) for gateway, child in here.children)
        stage = Stage(here.section, tuple(onward), bool(here.plans))
        if stage not in numbers:
            numbers[stage] = len(stages)
            stages.append(stage)
        of_node[node] = numbers[stage]
    return stages, of_node


def _slices(values: Ints, size: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(values, minlength=size))]).astype(np.int64)
