"""The movement graph unrolled along plans: one arc for each haul and door at each stage.

Stages that go on in the same ways are one, whatever lies before them, so that many variants come
to few stages. A label is a state at a stage with what matters for what may follow: how many places
to pass are behind it, whether a haul led there, whether a train has been boarded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.movement.graph import Move, State
from corridors.routing.arcs import Floats, Price
from corridors.routing.kernel import Kernel
from corridors.routing.many import is_compiled
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


class Sorted(NamedTuple):
    """Arcs in the order of the labels at one of their ends.

    Attributes
    ----------
    indptr : (n + 1,) int64
        Slices of the arcs of each label.
    label : (a,) int64
        The label at the other end.
    item : (a,) int64
        What an arc is charged by: doors, zones (a kilometre), boarding in each state, and once
        more doors where a stage does not open them.
    amount : (a,) float64
        How much of it.
    """

    indptr: Ints
    label: Ints
    item: Ints
    amount: Floats

    def cost(self, rates: Floats) -> Floats:
        """Cost of every arc under some prices of the items."""
        return self.amount * rates[self.item]


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
    out : Sorted
        Arcs by the label they lead out of, each with the one it leads to.
    into : Sorted
        Arcs by the label they lead into, each with the one it leads out of.
    tail : (a,) int64
        Of the arcs in the order of `out`, the label they lead out of.
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
        self.tail = tail[order]
        self.out = Sorted(_slices(tail, self.count), head[order], item[order], amount[order])
        order = np.argsort(head, kind="stable")
        self.into = Sorted(_slices(head, self.count), tail[order], item[order], amount[order])

    def label(self, stage: int, behind: int, state: int, bits: int = 0) -> int:
        """Number of a label."""
        return 4 * (len(self.arcs) * (stage * (len(self.via) + 1) + behind) + state) + bits

    def state(self, label: int) -> State:
        """State of a label."""
        return self.arcs.states[(label >> 2) % len(self.arcs)]

    def stage(self, label: int) -> int:
        """Stage of a label."""
        return (label >> 2) // len(self.arcs) // (len(self.via) + 1)

    def rates(self, price: Price, quest: Quest) -> Floats:
        """Price of every item for a question; infinite where the question does not allow it."""
        arcs = self.arcs
        door = price.door.copy()
        for group in (quest.starts, quest.goals):
            here = self._are(group)
            door[self._is_lift & here[arcs.tail] & here[arcs.head]] = np.inf
        opened = self._is_turn & self._is_land[arcs.head]
        opened &= self._are((*quest.goals, *quest.goal_moves))[arcs.head]
        return np.concatenate([door, price.zone, price.board, np.where(opened, door, np.inf)])

    def _are(self, states: Iterable[State]) -> NDArray[np.bool_]:
        mask = np.zeros(len(self.arcs), dtype=bool)
        mask[[self.arcs.at[state] for state in states if state in self.arcs.at]] = True
        return mask

    @cached_property
    def _is_land(self) -> NDArray[np.bool_]:
        zones = self.arcs.graph.zones
        return np.array([zone in zones for _, zone in self.arcs.states])

    @cached_property
    def _is_lift(self) -> NDArray[np.bool_]:
        return np.array([move.kind == "lift" for move in self.arcs.moves])

    # What leads where ------------------------------------------------------------------------

    def _passed(self, state: State, behind: int) -> int:
        while behind < len(self.via) and state[0] in self.via[behind]:
            behind += 1
        return behind

    def _blocks(self, number: int, behind: int) -> list[Block]:
        stage = self.stages[number]
        shape = self.kernel.shapes.shape(stage.section, [g for g, _ in stage.onward], self.modes)
        allowed = self.kernel.shapes.mode_mask(self.modes)
        open_ones = shape.open_door.astype(bool)
        # Some lifts lead to the goal only: they have a price of their own.
        others = self._is_turn & allowed & ~open_ones
        size = len(self.arcs.moves) + len(self.arcs.zones) + len(self.arcs)
        closed = self._doors(np.flatnonzero(others), number, number, behind)
        found = [
            self._doors(np.flatnonzero(open_ones), number, number, behind),
            closed._replace(item=closed.item + size),
        ]
        rail = np.zeros(len(self.arcs), dtype=bool)
        rail[self.arcs.tail[open_ones | others]] = True
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

    def hauls(self, zone: int) -> tuple[Ints, Ints, Ints]:
        """Arcs of `out` that are hauls of a zone, and the places of their ends in its matrix."""
        if zone not in self._hauls_of:
            found = np.flatnonzero(self.out.item == len(self.arcs.moves) + zone)
            start = int(self.arcs.first[zone])
            one, other = ((x[found] >> 2) % len(self.arcs) for x in (self.tail, self.out.label))
            self._hauls_of[zone] = (found, one - start, other - start)
        return self._hauls_of[zone]

    @cached_property
    def _hauls_of(self) -> dict[int, tuple[Ints, Ints, Ints]]:
        return {}

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

    # Searches and paths --------------------------------------------------------------------------

    @cached_property
    def form_out(self) -> tuple[Any, Any]:
        """Slices and labels of `out` as the loops take them."""
        return form(self.out.indptr), form(self.out.label)

    @cached_property
    def _form_into(self) -> tuple[Any, Any]:
        return form(self.into.indptr), form(self.into.label)

    def costs_to_go(self, rates: Floats, goal_label: Any, goal_cost: Any) -> Any:
        """Least cost from every label to the end, under some prices of the items."""
        from corridors.routing.label_loops import costs_to_go

        low = form(np.full(self.count, np.inf))
        keys, labels = form(np.empty(self.count)), form(np.empty(self.count, dtype=np.int64))
        place = form(np.full(self.count, -1, dtype=np.int64))
        cost = form(self.into.cost(rates))
        costs_to_go(*self._form_into, cost, goal_label, goal_cost, low, keys, labels, place)
        return low

    def steps(self, arcs: Sequence[int]) -> list[Step]:
        """What happens on some arcs of `out`."""
        doors, width = len(self.arcs.moves), len(self.arcs)
        others = doors + len(self.arcs.zones) + width
        item = self.out.item[arcs]
        door = np.where(item < doors, item, np.where(item >= others, item - others, -1))
        is_haul = (item >= doors) & (item < doors + len(self.arcs.zones))
        tail, head = self.tail[arcs] >> 2, self.out.label[arcs] >> 2
        layer = width * (len(self.via) + 1)
        columns = (door, is_haul, tail % width, head % width, tail // layer, head // layer)
        return [Step(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]

    def found(self, start: Start, steps: Sequence[Step], goal: Goal, cost: float) -> Found:
        """A path as the search hands it on."""
        moves = [] if start.move is None else [start.move]
        for step in steps:
            if step.door >= 0:
                moves.append(self.arcs.moves[step.door])
            elif step.is_haul:
                moves.append(self.kernel.haul(step.one, step.other))
        if goal.move is not None:
            moves.append(goal.move)
        return Found(start.state, tuple(moves), cost)

    def plan(self, start: Start, steps: Sequence[Step]) -> int:
        """Number of the first plan that a path follows."""
        stage = self.stage(start.label)
        node = next(root for root in self.tree.roots if self._stage_of[root] == stage)
        for step in steps:
            if step.after != step.stage:
                move = self.arcs.moves[step.door]
                node = next(
                    child
                    for gateway, child in self.tree.nodes[node].children
                    if self._stage_of[child] == step.after and gateway.passed_by(move)
                )
        return self.tree.nodes[node].plans[0]


class Step(NamedTuple):
    """What happens on an arc.

    Attributes
    ----------
    door : int
        The door gone through, -1 for a haul and for the boarding of a train.
    is_haul : bool
    one, other : int
        States before and after.
    stage, after : int
        Stages before and after.
    """

    door: int
    is_haul: bool
    one: int
    other: int
    stage: int
    after: int


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


def form(values: NDArray[Any]) -> Any:
    """Arrays as the loops take them: not compiled, they run several times as fast over lists."""
    return values if is_compiled() else values.tolist()
