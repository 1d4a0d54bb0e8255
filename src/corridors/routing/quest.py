"""What is searched, and what a search gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from corridors.movement.graph import Move, State

Weigh = Callable[[State, Move], float]
"""Generalised cost of a move out of a state, in USD; never negative."""

SAME = 1e-9
"""Costs that differ by less than this share are equal but for the order of a sum."""

NO_MOVES: Mapping[State, Sequence[Move]] = MappingProxyType({})


class Found(NamedTuple):
    """A path: the state it starts in, its moves, its generalised cost."""

    start: State
    moves: tuple[Move, ...]
    cost: float


class Quest:
    """What is searched.

    Parameters
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
    memo : dict, optional
        What a search keeps for the next one between the same ends under the same weights.
    """

    __slots__ = ("board", "goal_moves", "goals", "memo", "modes", "start_moves", "starts", "via")

    def __init__(
        self,
        starts: Mapping[State, float],
        goals: Mapping[State, float],
        start_moves: Mapping[State, Sequence[Move]] = NO_MOVES,
        goal_moves: Mapping[State, Sequence[Move]] = NO_MOVES,
        via: Sequence[frozenset[str]] = (),
        modes: frozenset[str] | None = None,
        board: Callable[[State], float] | None = None,
        memo: MutableMapping[object, Any] | None = None,
    ) -> None:
        self.starts, self.goals = starts, goals
        self.start_moves, self.goal_moves = start_moves, goal_moves
        self.via, self.modes, self.board = via, modes, board
        self.memo = {} if memo is None else memo

    def reweighed(self) -> Quest:
        """The same quest for other weights: nothing that was kept holds under them."""
        return Quest(
            self.starts, self.goals, self.start_moves, self.goal_moves, self.via, self.modes,
            self.board,
        )  # fmt: skip

    @property
    def ends(self) -> tuple[object, ...]:
        """Origin and destination, as far as what is kept for them depends on them."""
        extras = (*self.start_moves.items(), *self.goal_moves.items())
        reached = tuple((state, *(move.to for move in moves)) for state, moves in extras)
        return (tuple(self.starts), tuple(self.goals.items()), reached)
