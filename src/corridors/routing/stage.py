"""A node of a plan tree at work: the doors of its section, and the gateways out of it."""

from __future__ import annotations

from typing import NamedTuple

from corridors.movement.graph import Move, State
from corridors.routing.front import Front
from corridors.routing.interior import Interior
from corridors.routing.plan_tree import PlanNode


class Door(NamedTuple):
    """A move out of a state, the node of the plan tree that it leads to, and its price."""

    move: Move
    node: int
    cost: float
    by_rail: bool


class Stage:
    """What may follow in each state at a node of a plan tree.

    Parameters
    ----------
    number : int
        The node's place in the tree.
    node : PlanNode
    interior : Interior
        Of the node's section.

    Attributes
    ----------
    plans : list of int
        Plans that end here.
    is_last : bool
        Whether the rest of the way lies in this section, and its cost can be known exactly.
    """

    def __init__(self, number: int, node: PlanNode, interior: Interior) -> None:
        self.number, self.interior, self.plans = number, interior, node.plans
        self.is_last = node.section is not None and not node.children and not interior.quest.via
        self._crossings: dict[str, list[int]] = {}
        self._services: dict[str, list[int]] = {}
        for gateway, child in node.children:
            for name in gateway.crossings:
                self._crossings.setdefault(name, []).append(child)
            for name in gateway.services:
                self._services.setdefault(name, []).append(child)
        graph = interior.graph
        self._quays = {s for name in self._services for s, _ in graph.by_service.get(name, ())}
        self._before_gateways = {
            *(s for name in self._crossings for s, _ in graph.by_crossing.get(name, ())),
            *(
                s
                for quay in self._quays
                for s, move in graph.moves_into.get(quay, ())
                if interior.is_of_use(s, move)
            ),
        }
        self._doors: dict[State, list[Door]] = {}
        self._targets: dict[str, list[str]] = {}
        self._fronts: dict[tuple[str, bool], Front | None] = {}

    def doors(self, state: State) -> list[Door]:
        """Moves out of a state other than hauls."""
        found = self._doors.get(state)
        if found is None:
            interior, rail = self.interior, state[1].startswith("rail:")
            found = self._doors[state] = [
                Door(move, node, interior.weigh(state, move), rail and move.crossing is not None)
                for move in interior.graph.moves.get(state, ())
                if interior.is_of_use(state, move)
                for node in self._after(move)
            ]
        return found

    def _after(self, move: Move) -> list[int]:
        """Nodes that a door leads to: children through a gateway, or this one again."""
        after: list[int] = []
        if move.crossing is not None:
            after += self._crossings.get(move.crossing.id, ())
        elif move.service is not None:
            after += self._services.get(move.service.id, ())
        if move.to in self._quays or self.interior.holds(move):
            after.append(self.number)
        return after

    def targets(self, zone: str) -> list[str]:
        """Facilities of a zone worth hauling to, in the order of the zone."""
        found = self._targets.get(zone)
        if found is None:
            interior = self.interior
            inside = interior.targets(zone) if interior.admits(zone) else None
            found = self._targets[zone] = (
                [
                    name
                    for name in interior.graph.zone_hauls(zone).names
                    if name in inside or (name, zone) in self._before_gateways
                ]
                if inside is not None
                else []
            )
        return found

    def hauls(self, state: State) -> list[Move]:
        """Hauls out of a state, one by one."""
        targets = self.targets(state[1])
        return self.interior.hauls(state, targets) if targets else []

    def front(self, zone: str, *, boarded: bool) -> Front | None:
        """All hauls of a zone at once; None where none is of use."""
        key = (zone, boarded)
        if key not in self._fronts:
            targets = frozenset(self.targets(zone))
            names = self.interior.graph.zone_hauls(zone).names if targets else ()
            wanted = [name in targets for name in names]
            self._fronts[key] = self.interior.front(zone, wanted) if targets else None
        return self._fronts[key]
