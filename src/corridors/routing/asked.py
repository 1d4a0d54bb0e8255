"""One question as the compiled search takes it: its ends, extra moves and prices by number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.movement.compiled import Haul
from corridors.movement.graph import Move, State
from corridors.routing.arcs import Arcs, Floats, Ints, Price
from corridors.routing.quest import Quest
from corridors.routing.shapes import Bytes

if TYPE_CHECKING:
    from corridors.routing.kernel import Kernel

ENDS = 2
"""States beside those of the graph: a point off the terminals at either end."""


class Extras(NamedTuple):
    """First and last moves of a question that the graph does not have."""

    at: Ints
    head: Ints
    cost: Floats
    last: Bytes
    into: Ints
    into_tail: Ints
    into_number: Ints
    moves: list[Move]


class Asked:
    """Ends, extra moves and prices of one question by number.

    Parameters
    ----------
    kernel : Kernel
    quest : Quest
    price : Price
        Generalised cost of everything.

    Attributes
    ----------
    width : int
        States of the graph and those beside it.
    starts : list of (int, float)
        States to begin in and what entering costs.
    goal : (width,) float64
        What leaving costs; infinite in states that are no goal.
    goal_wanted, begins : states worth hauling to, and from, for the sake of the ends
    aboard : {0, 1}
        1 where the first train is not waited for.
    patch : (m,) uint8
        What the question does to doors (`loops.SHUT`, `loops.OPENED`).
    extras : Extras
    """

    def __init__(self, kernel: Kernel, quest: Quest, price: Price) -> None:
        arcs = kernel.arcs
        self.quest, self.price = quest, price
        self.width = len(arcs) + ENDS
        self.extra_states: list[State] = []
        at = self._numbers(arcs)
        allowed = quest.modes
        self.starts = [
            (at[state], cost)
            for state, cost in quest.starts.items()
            if allowed is None or arcs.graph.mode_of(state) in allowed
        ]
        self.goal = np.full(self.width, np.inf)
        for state, cost in quest.goals.items():
            self.goal[at[state]] = cost
        ends = [at[state] for state in (*quest.goals, *quest.goal_moves)]
        self.goal_wanted = np.array([s for s in ends if s < len(arcs)], dtype=np.int32)
        self.begins = [at[state] for state in (*quest.starts, *quest.start_moves)]
        # Where nothing is paid for boarding, everybody has been on a train.
        self.board, self.aboard = price.board, int(quest.board is None)
        self.patch = self._patch(kernel, at, ends)
        self.extras = self._extras(arcs, at, kernel.zone_at)

    def _numbers(self, arcs: Arcs) -> dict[State, int]:
        """Numbers of the states that the question speaks of; points off the terminals get one."""
        quest = self.quest
        moves = [m for extra in (quest.start_moves, quest.goal_moves) for m in extra.values()]
        heads = [move.to for group in moves for move in group]
        at: dict[State, int] = {}
        named = (*quest.starts, *quest.goals, *quest.start_moves, *quest.goal_moves, *heads)
        for state in named:
            number = arcs.at.get(state)
            if number is None and state not in at:
                number = len(arcs) + len(self.extra_states)
                self.extra_states.append(state)
            at[state] = at[state] if number is None else number
        assert len(self.extra_states) <= ENDS
        return at

    def _patch(self, kernel: Kernel, at: Mapping[State, int], ends: Iterable[int]) -> Bytes:
        """Lifts that lead to the goal only are opened, those between two of its states shut."""
        from corridors.routing.loops import OPENED, SHUT

        arcs, quest = kernel.arcs, self.quest
        patch = np.zeros(len(arcs.moves), dtype=np.uint8)
        into, order = kernel.into
        modes = quest.modes
        for state in ends:
            if state < len(arcs) and arcs.states[state][1] in arcs.graph.zones:
                if modes is not None and arcs.graph.mode_of(arcs.states[state]) not in modes:
                    continue
                for door in order[into[state] : into[state + 1]].tolist():
                    move = arcs.moves[door]
                    if move.crossing is None and move.service is None:
                        patch[door] = OPENED
        for group in (quest.starts, quest.goals):
            numbers = {at[state] for state in group if at[state] < len(arcs)}
            for state in numbers:
                for door in range(arcs.indptr[state], arcs.indptr[state + 1]):
                    if arcs.moves[door].kind == "lift" and int(arcs.head[door]) in numbers:
                        patch[door] = SHUT
        return patch

    def _extras(self, arcs: Arcs, at: Mapping[State, int], zone_at: Mapping[str, int]) -> Extras:
        if not self.quest.start_moves and not self.quest.goal_moves:
            none = np.zeros(0, dtype=np.int32)
            at_none = np.zeros(self.width + 1, dtype=np.int32)
            flags = none.astype(np.uint8)
            return Extras(at_none, none, np.zeros(0), flags, at_none, none, none, [])
        rows = [
            (at[state], at[move.to], self._haul_cost(move.haul, zone_at), last, move)
            for last, extra in enumerate((self.quest.start_moves, self.quest.goal_moves))
            for state, moves in extra.items()
            for move in moves
        ]
        rows.sort(key=lambda row: row[0])
        tail = np.array([row[0] for row in rows], dtype=np.int32)
        head = np.array([row[1] for row in rows], dtype=np.int32)
        order = np.argsort(head, kind="stable").astype(np.int32)
        return Extras(
            _indptr(tail, self.width),
            head,
            np.array([row[2] for row in rows], dtype=np.float64),
            np.array([row[3] for row in rows], dtype=np.uint8),
            _indptr(head, self.width),
            tail[order],
            order,
            [row[4] for row in rows],
        )

    def _haul_cost(self, haul: Haul | None, zone_at: Mapping[str, int]) -> float:
        assert haul is not None
        return haul.km * float(self.price.zone[zone_at[haul.zone]])


def _indptr(values: Ints, size: int) -> Ints:
    counts = np.bincount(values, minlength=size) if len(values) else np.zeros(size, dtype=int)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
