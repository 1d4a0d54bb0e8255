"""The inside of a section: doors and hauls that lead on without leaving it, priced once."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from corridors.movement.compiled import Haul
from corridors.movement.graph import Move, MovementGraph, State
from corridors.routing.front import Front
from corridors.routing.plan import Section
from corridors.routing.quest import Quest, Weigh

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LAND = frozenset({"rail", "road"})
WATER = frozenset({"sea", "ferry"})


class Interior:
    """What a section offers; many variants run through it, so it is worked out once for all.

    Parameters
    ----------
    graph : MovementGraph
    quest : Quest
    weigh : callable
    section : Section or None
        None is all of the graph.
    """

    def __init__(
        self, graph: MovementGraph, quest: Quest, weigh: Weigh, section: Section | None
    ) -> None:
        self.graph, self.quest, self.weigh, self.section = graph, quest, weigh, section
        self._doors: dict[State, list[Move]] = {}
        self._into: dict[State, list[tuple[State, Move, float]]] = {}
        self._targets: dict[str, frozenset[str]] = {}
        self._costs: dict[str, NDArray[np.float64]] = {}
        self._boarding: dict[State, float] = {}

    # Doors -------------------------------------------------------------------------------

    def doors(self, state: State) -> list[Move]:
        """Moves out of a state, other than hauls, that stay inside."""
        found = self._doors.get(state)
        if found is None:
            found = self._doors[state] = [
                move
                for move in self.graph.moves.get(state, ())
                if self.is_of_use(state, move) and self.holds(move)
            ]
        return found

    def into(self, state: State) -> list[tuple[State, Move, float]]:
        """The doors that lead into a state, each with the state before and its price."""
        found = self._into.get(state)
        if found is None:
            found = self._into[state] = [
                (before, move, self.weigh(before, move))
                for before, move in self.graph.moves_into.get(state, ())
                if self.is_of_use(before, move) and self.holds(move)
            ]
        return found

    def is_of_use(self, state: State, move: Move) -> bool:
        """Whether the question allows a door, and somebody would book it."""
        if not self.takes(self.graph.mode_of(move.to)):
            return False
        if move.kind != "lift":
            return True
        # Nobody lifts a box between two ways of standing at an end.
        starts, goals = self.quest.starts, self.quest.goals
        return not (
            (state in starts and move.to in starts) or (state in goals and move.to in goals)
        )

    def holds(self, move: Move) -> bool:
        """Whether a door stays inside and leads on."""
        section = self.section
        if section is None:
            return True
        if move.crossing is not None or move.service is not None:
            # A service inside a section: a train ferry over a lake.
            row = self.graph.crossing_rows[move.crossing.id] if move.crossing else move.service
            assert row is not None
            facilities, countries = self.graph.facilities, section.countries
            return (
                row.mode in section.modes
                and facilities[row.a].country in countries
                and facilities[row.b].country in countries
            )
        mode = self.graph.mode_of(move.to)
        if mode in WATER:
            return move.to[1].endswith(":out") and bool(self.doors(move.to))
        if mode in section.modes:
            return True
        return move.to in self.quest.goals or move.to in self.quest.goal_moves

    def takes(self, mode: str) -> bool:
        """Whether the question allows a mode."""
        return self.quest.modes is None or mode in self.quest.modes

    # Hauls -------------------------------------------------------------------------------

    def admits(self, zone: str) -> bool:
        """Whether hauls of a zone may be used."""
        row = self.graph.zones.get(zone)
        return (
            row is not None
            and self.takes(row.mode)
            and (self.section is None or self.section.admits(row))
        )

    def targets(self, zone: str) -> frozenset[str]:
        """Facilities of a zone worth hauling to: those with a door that stays inside, the ends."""
        found = self._targets.get(zone)
        if found is None:
            names = self.graph.zone_hauls(zone).names
            found = frozenset(name for name in names if self._is_target((name, zone)))
            self._targets[zone] = found
        return found

    def _is_target(self, state: State) -> bool:
        if state in self.quest.goals or state in self.quest.goal_moves:
            return True
        if any(state[0] in places for places in self.quest.via):
            return True
        one_mode = self.section is not None and not self.section.modes >= LAND
        if one_mode and state[0] in self.graph.plain_terminals:
            return False  # it leads to the other land mode only
        return bool(self.doors(state))

    def front(self, zone: str, wanted: list[bool]) -> Front | None:
        """Priced hauls of a zone, for improving the wanted facilities."""
        hauls = self.graph.zone_hauls(zone)
        if not hauls.names:
            return None
        if zone not in self._costs:
            start = (hauls.names[0], zone)
            one_km = Haul(hauls.names[0], hauls.names[0], zone, 1.0, 0.0, 0.0, {})
            price = self.weigh(start, Move("haul", start, haul=one_km))
            # A line that clips a country outside its zone needs that country in the section.
            km = hauls.km if self.section is None else hauls.within(self.section.countries)
            self._costs[zone] = km * price
        return Front(hauls, self._costs[zone], wanted)

    def hauls(self, state: State, targets: Collection[str]) -> list[Move]:
        """Hauls out of a state to some facilities, one by one."""
        facility, zone = state
        by_target = self.graph.hauls_from(facility, zone)
        moves = [by_target[name] for name in targets if name in by_target]
        if self.section is None:
            return moves
        countries = self.section.countries
        return [move for move in moves if move.haul and countries.issuperset(move.haul.foreign)]

    def boarding(self, state: State) -> float:
        """Cost of boarding the first train in a state."""
        if state not in self._boarding:
            self._boarding[state] = self.quest.board(state) if self.quest.board else 0.0
        return self._boarding[state]
