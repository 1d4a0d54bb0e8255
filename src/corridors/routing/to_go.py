"""The rest of the way: exact cost from states of a last section to the goal, found backwards."""

from __future__ import annotations

import heapq

from corridors.movement.graph import Move, State
from corridors.routing.front import Front
from corridors.routing.interior import Interior

INFINITY = float("inf")

Standing = tuple[State, bool]
"""A state, and whether a train has been boarded before."""


class CostToGo:
    """Exact cost from states of a last section to the goal, searched as far as it is asked for.

    Many variants end in the same section: this is worked out once for all of them. Whether a
    train has been boarded before matters, for the first one is waited for; with `either` both
    cases are worked out, else only that of a journey that has been on a train.
    """

    def __init__(self, interior: Interior, *, either: bool) -> None:
        self.interior, self.either = interior, either
        self.best: dict[Standing, float] = {}
        self.settled: dict[Standing, float] = {}
        self.next: dict[Standing, tuple[Move | None, Standing]] = {}
        self.heap: list[tuple[float, int, Standing]] = []
        self.pushed = 0
        self.fronts: dict[tuple[str, bool], Front | None] = {}
        self.extra: dict[State, list[tuple[State, Move]]] = {}
        quest = interior.quest
        for extras in (quest.goal_moves, quest.start_moves):
            for state, moves in extras.items():
                for move in moves:
                    self.extra.setdefault(move.to, []).append((state, move))
        for state, cost in quest.goals.items():
            for boarded in (True, False) if either else (True,):
                self._push((state, boarded), cost, None, (state, boarded))

    def at_least(self, here: Standing) -> float:
        """What is known of the cost from here: exact once settled, else not above it."""
        known = self.settled.get(here)
        if known is not None:
            return known
        return self.heap[0][0] if self.heap else INFINITY

    def knows(self, here: Standing) -> bool:
        """Whether the cost from here is exact by now."""
        return here in self.settled or not self.heap

    def settle(self, here: Standing, *, limit: float) -> float:
        """Cost from here to the goal, or a bound beyond the limit; infinite without a way."""
        settled, heap = self.settled, self.heap
        while here not in settled and heap:
            cost, _, nearest = heapq.heappop(heap)
            if nearest not in settled:
                settled[nearest] = cost
                self._expand(nearest, cost)
            # Asked last: whoever asks again at the same limit gets on by one state at least.
            if heap and heap[0][0] > limit:
                break
        return self.at_least(here)

    def moves_from(self, here: Standing) -> list[Move]:
        """Moves of the cheapest way from a settled state to the goal."""
        moves = []
        while self.next[here][1] != here:
            move, after = self.next[here]
            moves.append(move or self.interior.graph.haul_between(here[0], after[0][0]))
            here = after
        return moves

    def _push(self, here: Standing, cost: float, move: Move | None, after: Standing) -> None:
        if cost < self.best.get(here, INFINITY):
            self.best[here] = cost
            self.next[here] = (move, after)
            heapq.heappush(self.heap, (cost, self.pushed, here))
            self.pushed += 1

    def _expand(self, here: Standing, cost: float) -> None:
        state, boarded = here
        for before, move in self.extra.get(state, ()):
            self._push((before, boarded), cost + self.interior.weigh(before, move), move, here)
        for before, move, price in self.interior.into(state):
            if move.crossing is not None and before[1].startswith("rail:"):
                self._by_rail(before, cost + price, move, here)
            else:
                self._push((before, boarded), cost + price, move, here)
        self._run_into(here, cost)

    def _by_rail(self, before: State, cost: float, move: Move | None, here: Standing) -> None:
        """A run by rail: whoever had not boarded a train before boards one for it."""
        if here[1]:
            self._push((before, True), cost, move, here)
            if self.either:
                boarding = self.interior.boarding(before)
                self._push((before, False), cost + boarding, move, here)

    def _run_into(self, here: Standing, cost: float) -> None:
        # A haul has the same length both ways, and the same price within one heading.
        (facility, zone), boarded = here
        rail = zone.startswith("rail:")
        if rail and not boarded:
            return
        key = (zone, boarded)
        if key not in self.fronts:
            self.fronts[key] = self._front(zone)
        front = self.fronts[key]
        if front is None:
            return
        for other, total in front.improve(facility, cost):
            if rail:
                self._by_rail((other, zone), total, None, here)
            else:
                self._push(((other, zone), boarded), total, None, here)

    def _front(self, zone: str) -> Front | None:
        interior = self.interior
        if not interior.admits(zone):
            return None
        into, quest = interior.graph.moves_into, interior.quest
        states = [(name, zone) for name in interior.graph.zone_hauls(zone).names]
        wanted = [s in into or s in quest.starts or s in quest.start_moves for s in states]
        return interior.front(zone, wanted)
