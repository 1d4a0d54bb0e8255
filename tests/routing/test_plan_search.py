"""Corridor plans searched together, with bounds, cost what each costs searched plainly alone."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from corridors.analysis.compare import compare, variants_of
from corridors.analysis.desk import Conditions, Desk
from corridors.analysis.engine import Engine
from corridors.analysis.setting import open_desk
from corridors.movement.graph import Move, State
from corridors.routing.plan import Plan, read_plans
from corridors.routing.plan_tree import PlanTree
from corridors.routing.quest import SAME, Quest
from corridors.routing.search import cheapest_first, search

Label = tuple[State, int, bool, bool]


class Plainly:
    """Dijkstra over (state, section, whether a haul led here, whether a train was boarded).

    No bound, no targets, no tree: every haul and every door that the plan's words allow.
    """

    def __init__(self, desk: Desk, quest: Quest, plan: Plan) -> None:
        self.desk, self.quest, self.plan, self.graph = desk, quest, plan, desk.graph

    def cost(self) -> float:
        best: dict[Label, float] = {}
        heap: list[tuple[float, int, Label]] = []
        count = itertools.count()
        for state, cost in self.quest.starts.items():
            best[(state, 0, False, False)] = cost
            heap.append((cost, next(count), (state, 0, False, False)))
        heapq.heapify(heap)
        cheapest = float("inf")
        while heap:
            cost, _, label = heapq.heappop(heap)
            if cost >= cheapest:
                break
            if cost > best[label]:
                continue
            state, section, _, boarded = label
            if section == len(self.plan.sections) - 1 and state in self.quest.goals:
                cheapest = min(cheapest, cost + self.quest.goals[state])
            for move, after in self.moves(label):
                total = cost + self.desk.weigh(state, move)
                by_rail = state[1].startswith("rail:") and bool(move.haul or move.crossing)
                if by_rail and not boarded and self.quest.board is not None:
                    total += self.quest.board(state)
                reached = (move.to, after, move.haul is not None, boarded or by_rail)
                if total < best.get(reached, float("inf")):
                    best[reached] = total
                    heapq.heappush(heap, (total, next(count), reached))
        return cheapest

    def moves(self, label: Label) -> Iterator[tuple[Move, int]]:
        state, number, ran, _ = label
        section = self.plan.sections[number]
        zone = self.graph.zones.get(state[1])
        if not ran:
            if zone is not None and section.admits(zone):
                for move in self.graph.hauls_from(*state).values():
                    assert move.haul is not None
                    if set(move.haul.foreign) <= section.countries:
                        yield move, number
            for move in self.quest.start_moves.get(state, ()):
                yield move, number
        for move in self.quest.goal_moves.get(state, ()):
            yield move, number
        for move in self.graph.moves.get(state, ()):
            if move.crossing is None and move.service is None:
                if self._lift_allowed(state, move, number):
                    yield move, number
                continue
            if number < len(self.plan.gateways) and self.plan.gateways[number].passed_by(move):
                yield move, number + 1
            row: Any = self.graph.crossing_rows[move.crossing.id] if move.crossing else move.service
            inside = {self.graph.facilities[f].country for f in (row.a, row.b)}
            if row.mode in section.modes and inside <= section.countries:
                yield move, number

    def _lift_allowed(self, state: State, move: Move, number: int) -> bool:
        for ends in (self.quest.starts, self.quest.goals):
            if move.kind == "lift" and state in ends and move.to in ends:
                return False  # from one way of standing at an end to another
        mode = self.graph.mode_of(move.to)
        if mode in ("sea", "ferry"):
            return True
        last = move.to in self.quest.goals or move.to in self.quest.goal_moves
        return mode in self.plan.sections[number].modes or last


def together_and_alone(desk: Desk, plans: list[Plan], chosen: list[Plan]) -> None:
    quest = desk.quest(plans)
    found = search(desk.graph, quest, desk.weigh, PlanTree(plans))
    for plan in chosen:
        number = plans.index(plan)
        expected = Plainly(desk, quest, plan).cost()
        got = found[number].cost if number in found else float("inf")
        # Hauls are stored to the metre: two in a row may be shorter than one by as much.
        assert got == pytest.approx(expected, rel=1e-7), (plan.corridor, plan.variant)
        if number in found:
            walked(desk, quest, plan, found[number])


def walked(desk: Desk, quest: Quest, plan: Plan, found: Any) -> None:
    """The path itself is allowed, costs what is said and passes the gateways in order."""
    total, state, boarded = quest.starts[found.start], found.start, False
    for move in found.moves:
        total += desk.weigh(state, move)
        if state[1].startswith("rail:") and (move.haul or move.crossing) and not boarded:
            boarded = True
            assert quest.board is not None
            total += quest.board(state)
        state = move.to
    assert total + quest.goals[state] == pytest.approx(found.cost, rel=1e-7)
    gateways = iter(plan.gateways)
    waiting = next(gateways, None)
    for move in found.moves:
        if waiting is not None and waiting.passed_by(move):
            waiting = next(gateways, None)
    assert waiting is None


def plans_of(engine: Engine, desk: Desk, corridor: str) -> list[Plan]:
    shipment = desk.shipment
    parts = (
        plan.between(shipment.origin.country, shipment.destination.country)
        for plan in engine.plans[corridor]
    )
    return list(dict.fromkeys(part for part in parts if part is not None))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("origin", "destination", "conditions"),
    [
        ("Xi'an", "Duisburg", Conditions()),
        ("Duisburg", "Xi'an", Conditions(avoid=("RU",))),
        ("Almaty", "Istanbul", Conditions(closed=frozenset({"caspian"}))),
        ("Tashkent", "Karachi", Conditions()),
        ("43.30,76.90", "Baku", Conditions()),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_packaged_plans_cost_the_same_searched_plainly(
    engine: Engine, origin: str, destination: str, conditions: Conditions
) -> None:
    chance = random.Random(f"{origin} {destination}")
    desk = open_desk(engine, origin, destination, "terminal", "balanced", None, conditions)
    tried = 0
    for corridor in engine.plans:
        plans = plans_of(engine, desk, corridor)
        if plans:
            chosen = chance.sample(plans, min(12, len(plans)))
            together_and_alone(desk, plans, chosen)
            tried += len(chosen)
    assert tried >= 4


@pytest.mark.parametrize("ends", [("Alfa", "Charlie"), ("Charlie", "Alfa"), ("Bravo", "Alfa")])
def test_toy_plans_cost_the_same_searched_plainly(
    toy_engine: Engine, ends: tuple[str, str]
) -> None:
    desk = open_desk(toy_engine, *ends, "terminal", "balanced", None, None)
    for corridor in toy_engine.plans:
        plans = plans_of(toy_engine, desk, corridor)
        together_and_alone(desk, plans, plans)


@pytest.mark.parametrize("asked", [1, 3, 1000])
def test_cheapest_first_is_the_search_in_order_of_cost(engine: Engine, asked: int) -> None:
    """However much of it is taken at a time, and whatever is searched in between."""
    desk = open_desk(engine, "Xi'an", "Duisburg", "terminal", "balanced", None, None)
    for corridor in ("northern", "titr", "ocean"):
        plans = plans_of(engine, desk, corridor)
        whole = search(desk.graph, replaced_memo(desk, plans), desk.weigh, PlanTree(plans))
        ways = cheapest_first(desk.graph, desk.quest(plans), desk.weigh, PlanTree(plans))
        first = list(itertools.islice(ways, asked))
        search(desk.graph, desk.quest(plans), desk.weigh, PlanTree(plans))
        found = [*first, *ways]
        costs = [way.cost for _, way in found]
        assert costs == sorted(costs)
        assert dict(found) == whole
        assert len(found) == len(whole) > 1


def replaced_memo(desk: Desk, plans: list[Plan]) -> Quest:
    """The quest with nothing kept by searches before."""
    return desk.quest(plans).reweighed()


def test_variants_are_the_same_whether_the_best_is_asked_first_or_last(engine: Engine) -> None:
    desks = [
        open_desk(engine, *ends, "terminal", "balanced", None, conditions)
        for ends, conditions in (
            (("Xi'an", "Duisburg"), Conditions()),
            (("Duisburg", "Xi'an"), Conditions(avoid=("RU",))),
            (("Almaty", "Istanbul"), Conditions(modes=frozenset({"rail", "ferry"}))),
        )
    ]
    for desk in desks:
        for corridor in engine.plans:
            plans = plans_of(engine, desk, corridor)
            early, late = variants_of(desk, plans), variants_of(desk, plans)
            best = early.best
            names = [(v.name, v.rank, v.reason) for v in late]
            assert [(v.name, v.rank, v.reason) for v in early] == names
            ranks = [v.rank for v in late if v.is_open]
            assert (best is None) == (not ranks)
            if best is not None:
                assert late.best is not None
                assert (
                    best.name
                    == late.best.name
                    == next(name for name, rank, _ in names if rank <= min(ranks) * (1 + SAME))
                )


def test_facilities_at_one_spot_do_not_hide_a_zone(
    toy: ModuleType, tmp_path: Path, load: Any
) -> None:
    """A haul of no length is a haul: here it is the first of its zone."""
    rows = list(toy.TABLES["facilities"])
    twin = "A-AAA,Alfa twin,AA,0,0.5,terminal,rail:AA;road:AA,,operating,,invented,"
    rows[1:1] = [twin]
    engine = load(toy.write_toy(tmp_path, tables={"facilities": rows}))
    hauls = {(h.a, h.b): h.km for h in engine.network.hauls if h.zone == "rail:AA"}
    assert hauls[("A-AAA", "A-TER")] == 0
    for ends in (("Alfa", "Charlie"), ("Charlie", "Alfa")):
        options = {o.corridor: o for o in compare(engine, *ends, draws=5).options}
        assert {name: o.status for name, o in options.items()} == {
            "rail": "ok", "truck": "ok", "water": "ok", "idle": "infeasible",
        }  # fmt: skip
        assert options["rail"].route.km == pytest.approx(1038)


def test_what_a_closure_bars_is_excluded_and_not_called_impossible(toy_engine: Engine) -> None:
    """The reason comes from a search without the closure, which must know nothing of it."""
    cases = [
        (("Alfa", "Charlie"), Conditions(closed=frozenset({"BC-rail"})), "rail", "BC-rail"),
        (("Alfa", "Charlie"), Conditions(closed=frozenset({"B-TER"})), "truck", "B-TER"),
        (("Alfa", "Charlie"), Conditions(avoid=("CC",)), "rail", "CC"),
        (("Charlie", "Alfa"), Conditions(avoid=("AA",)), "rail", "AA"),
        (("Charlie", "Alfa"), Conditions(closed=frozenset({"A-PRT"})), "water", "A-PRT"),
    ]  # fmt: skip
    for ends, conditions, corridor, word in cases:
        options = compare(toy_engine, *ends, draws=5, conditions=conditions).options
        option = next(o for o in options if o.corridor == corridor)
        assert option.status == "excluded", (ends, conditions)
        assert word in option.reason


def test_plan_runs_both_ways_and_only_between_its_sections(toy_engine: Engine) -> None:
    plan = read_plans(toy_engine.tables)["rail"][0]
    there, back = plan.between("CC", "AA"), plan.between("AA", "CC")
    assert there == plan
    assert back is not None
    assert back.sections == plan.sections[::-1]
    assert back.gateways == plan.gateways[::-1]
    part = plan.between("BB", "AA")
    assert part is not None
    assert (len(part.sections), len(part.gateways)) == (2, 1)
    assert plan.between("AA", "AA") is None
    assert plan.between("AA", "XX") is None


def test_tree_shares_what_plans_have_in_common(toy_engine: Engine) -> None:
    plans = read_plans(toy_engine.tables)["rail"]
    tree = PlanTree(plans)
    # CC and BB are shared; AA is reached by two gateways.
    assert (len(tree.roots), len(tree.nodes), tree.count) == (1, 4, 2)
