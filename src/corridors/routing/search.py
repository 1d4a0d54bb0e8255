"""The search: cheapest way through states and plan stages by mean generalised cost.

A haul is already the shortest run between two facilities of its zone, so two hauls in a row
are never needed: after one, only a door can follow. That keeps a search to a few hundred
states and makes it exact.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from corridors.movement.graph import Move, MovementGraph, State
from corridors.routing.plan import Plan, Section

Weigh = Callable[[State, Move], float]
"""Generalised cost of a move out of a state, in USD; never negative."""

Label = tuple[State, int, int, bool]
"""State, stage of the plan, via places passed, whether a haul led here."""


@dataclass(frozen=True, slots=True)
class Found:
    """A path: the state it starts in, and its moves with the stage each was made in."""

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
    start_moves : mapping of State to sequence of Move
        Extra first moves (access by road from a point off the terminals).
    goal_moves : mapping of State to sequence of Move
        Extra last moves.
    plan : Plan, optional
        Sections and gateways to respect; free search without.
    via : sequence of frozenset of str
        Facility sets to visit, in order.
    modes : frozenset of str, optional
        Only these modes.
    ends : frozenset of str
        Facilities in whose states the plan's mode limits do not apply (the ends).
    """

    starts: Mapping[State, float]
    goals: Mapping[State, float]
    start_moves: Mapping[State, Sequence[Move]] = field(default_factory=dict)
    goal_moves: Mapping[State, Sequence[Move]] = field(default_factory=dict)
    plan: Plan | None = None
    via: Sequence[frozenset[str]] = ()
    modes: frozenset[str] | None = None


def search(graph: MovementGraph, quest: Quest, weigh: Weigh) -> Found | None:
    """Cheapest path of a quest, or None.

    Ties are broken by order of insertion, which is fixed: same input, same path.
    """
    last_stage = len(quest.plan.sections) - 1 if quest.plan else 0
    best: dict[Label, float] = {}
    before: dict[Label, tuple[Label, Move]] = {}
    settled: set[Label] = set()
    heap: list[tuple[float, int, Label]] = []
    count = 0
    for state, cost in quest.starts.items():
        if not _allowed_mode(quest, graph.mode_of(state)):
            continue
        label = (state, 0, _passed(quest, state, 0), False)
        best[label] = cost
        heapq.heappush(heap, (cost, count, label))
        count += 1
    while heap:
        cost, _, label = heapq.heappop(heap)
        if label in settled:
            continue
        settled.add(label)
        state, stage, passed, ran = label
        if state in quest.goals and stage == last_stage and passed == len(quest.via):
            goal: Label = ((GOAL, ""), stage, passed, False)
            total = cost + quest.goals[state]
            if total < best.get(goal, INFINITY):
                best[goal] = total
                before[goal] = (label, _ARRIVE)
                heapq.heappush(heap, (total, count, goal))
                count += 1
        if state[0] == GOAL:
            return _trace(label, before, cost)
        for move, next_stage in _moves(graph, quest, label):
            total = cost + weigh(state, move)
            via = _passed(quest, move.to, passed)
            # A place that had to be visited may be left by another haul.
            next_label = (move.to, next_stage, via, move.haul is not None and via == passed)
            if next_label not in settled and total < best.get(next_label, INFINITY):
                best[next_label] = total
                before[next_label] = (label, move)
                heapq.heappush(heap, (total, count, next_label))
                count += 1
    return None


INFINITY = float("inf")
GOAL = "(arrived)"
_ARRIVE = Move("pass", (GOAL, ""))


def _moves(
    graph: MovementGraph, quest: Quest, label: Label
) -> list[tuple[Move, int]]:
    state, stage, _, ran = label
    section = quest.plan.sections[stage] if quest.plan else None
    result: list[tuple[Move, int]] = []
    if not ran:
        for move in graph.hauls.get(state, ()):
            if _haul_fits(graph, quest, section, move):
                result.append((move, stage))
    for move in graph.moves.get(state, ()):
        if not _allowed_mode(quest, graph.mode_of(move.to)):
            continue
        if quest.plan is not None and move.kind in ("crossing", "service"):
            next_stage = _stage_after(graph, quest.plan, stage, move)
            if next_stage is not None:
                result.append((move, next_stage))
        elif section is None or move.kind not in ("lift",) or _lift_fits(graph, section, move):
            result.append((move, stage))
    for extra in (quest.start_moves, quest.goal_moves):
        result.extend((move, stage) for move in extra.get(state, ()))
    return result


def _haul_fits(
    graph: MovementGraph, quest: Quest, section: Section | None, move: Move
) -> bool:
    assert move.haul is not None
    zone = move.haul.zone
    mode = zone.partition(":")[0]
    if not _allowed_mode(quest, mode):
        return False
    if section is None:
        return True
    if mode not in section.modes:
        return False
    own = graph.zones[zone].countries
    # A zone of several countries (Schengen) is entered whole; a line that clips a country
    # outside its zone needs that country in the section.
    return not section.countries.isdisjoint(own) and all(
        code in own or code in section.countries for code in move.haul.countries
    )


def _lift_fits(graph: MovementGraph, section: Section, move: Move) -> bool:
    mode = graph.mode_of(move.to)
    return mode in section.modes or mode in ("sea", "ferry") or mode == "road"


def _stage_after(graph: MovementGraph, plan: Plan, stage: int, move: Move) -> int | None:
    """Stage after a crossing or service, or None where the plan does not allow it."""
    if stage < len(plan.gateways) and plan.gateways[stage].passed_by(move):
        return stage + 1
    if move.crossing is None:
        # A service inside a section (a train ferry on a lake) needs both ends in it.
        assert move.service is not None
        section = plan.sections[stage]
        ends = {graph.facilities[e].country for e in (move.service.a, move.service.b)}
        return stage if ends <= section.countries and move.service.mode in section.modes else None
    section = plan.sections[stage]
    row = graph.crossing_rows[move.crossing.id]
    countries = {graph.facilities[row.a].country, graph.facilities[row.b].country}
    return stage if countries <= section.countries and row.mode in section.modes else None


def _allowed_mode(quest: Quest, mode: str) -> bool:
    return quest.modes is None or mode in quest.modes


def _passed(quest: Quest, state: State, passed: int) -> int:
    while passed < len(quest.via) and state[0] in quest.via[passed]:
        passed += 1
    return passed


def _trace(label: Label, before: dict[Label, tuple[Label, Move]], cost: float) -> Found:
    moves: list[Move] = []
    while label in before:
        label, move = before[label]
        if move is not _ARRIVE:
            moves.append(move)
    return Found(start=label[0], moves=tuple(moves[::-1]), cost=cost)
