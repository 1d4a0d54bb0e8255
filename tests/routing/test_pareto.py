"""Two-criteria searches: against every path of small graphs, and against searches by one cost."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.compare import plans_of
from corridors.analysis.desk import Conditions, Desk
from corridors.analysis.engine import Engine
from corridors.analysis.setting import open_desk
from corridors.movement.graph import Move, State
from corridors.routing import label_loops
from corridors.routing.arcs import Components, arcs_of
from corridors.routing.kernel import Kernel
from corridors.routing.pareto import Efficient, Fronts, _priced, fronts_of, priced
from corridors.routing.plan import Plan
from corridors.routing.plan_tree import PlanTree
from corridors.routing.search import Quest, search

Pair = tuple[float, float]
Arc = tuple[int, int, int, int]


def efficient_of(pairs: Iterable[Pair]) -> list[Pair]:
    """Those that no other one equals or beats in both."""
    kept: list[Pair] = []
    for pair in sorted(set(pairs)):
        if not kept or pair[1] < kept[-1][1]:
            kept.append(pair)
    return kept


# The loops alone ----------------------------------------------------------------------------


def as_they_stand(loop: Any) -> Any:
    """A loop that is not compiled, nor is what it calls."""
    python = getattr(loop, "py_func", loop)
    names = {name: getattr(value, "py_func", value) for name, value in python.__globals__.items()}
    return FunctionType(python.__code__, names)


def front_of(arcs: list[Arc], count: int, form: Callable[[Any], Any], plain: bool) -> list[Pair]:
    """Front from node 0 to the last one."""
    arcs = sorted(arcs)
    tail, head, one, two = (np.array([arc[i] for arc in arcs], dtype=np.int64) for i in range(4))
    back = np.argsort(head, kind="stable")

    def slices(values: Any) -> Any:
        return form(np.concatenate([[0], np.cumsum(np.bincount(values, minlength=count))]))

    to_go, search_front = (
        as_they_stand(loop) if plain else loop
        for loop in (label_loops.costs_to_go, label_loops.efficient)
    )
    goal, free = form(np.array([count - 1])), form(np.array([0.0]))
    low = []
    for cost in (one, two):
        bounds = form(np.full(count, np.inf))
        entering = form(cost[back].astype(np.float64))
        room = [form(np.full(count, -1, dtype=kind)) for kind in (float, np.int64, np.int64)]
        to_go(slices(head), form(tail[back]), entering, goal, free, bounds, *room)
        low.append(bounds)
    first = np.full(count, -1, dtype=np.int64)
    first[-1] = 0
    start, none = form(np.array([0])), form(np.array([-1]))
    costs = [form(cost.astype(np.float64)) for cost in (one, two)]
    totals, kinds, flat = search_front(
        slices(tail), form(head), *costs, *low, start, free, free,
        form(first), none, free, free, form(np.full(count, np.inf)),
    )  # fmt: skip
    end = 0
    for pair, (begin, last, size) in zip(totals, kinds, strict=True):
        way = flat[end : end + size]
        end += size
        assert (begin, last) == (0, 0)
        assert [head[arc] for arc in way[1:]] == [tail[arc] for arc in way[:-1]]
        assert pair == (sum(one[way]), sum(two[way]))
    return [tuple(pair) for pair in totals]


def every_path(arcs: list[Arc], count: int) -> list[Pair]:
    """Costs of every simple path from node 0 to the last one, by NetworkX."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(count))
    for a, b, one, two in arcs:
        graph.add_edge(a, b, one=one, two=two)
    return [
        tuple(sum(graph.edges[edge][name] for edge in path) for name in ("one", "two"))
        for path in nx.all_simple_edge_paths(graph, 0, count - 1)
    ]  # type: ignore[return-value]


graphs = st.integers(2, 7).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.lists(
            st.tuples(
                st.integers(0, count - 1), st.integers(0, count - 1),
                st.integers(0, 9), st.integers(0, 9),
            ),
            min_size=1,
            max_size=18,
        ),
    )
)  # fmt: skip


@given(graphs)
def test_the_front_is_that_of_every_path(case: tuple[int, list[Arc]]) -> None:
    count, arcs = case
    expected = efficient_of(every_path(arcs, count))
    assert front_of(arcs, count, np.ndarray.tolist, plain=True) == expected


@given(graphs)
def test_compiled_loops_give_the_same(case: tuple[int, list[Arc]]) -> None:
    pytest.importorskip("numba", reason="the extra [fast] is not installed")
    count, arcs = case
    plain = front_of(arcs, count, np.ndarray.tolist, plain=True)
    assert front_of(arcs, count, np.asarray, plain=False) == plain


def test_a_front_by_hand() -> None:
    arcs = [(0, 1, 1, 5), (0, 1, 3, 1), (1, 2, 1, 5), (1, 2, 3, 1), (0, 2, 4, 9), (0, 2, 7, 0)]
    assert front_of(arcs, 3, np.ndarray.tolist, plain=True) == [(2, 10), (4, 6), (6, 2), (7, 0)]


# Along plans --------------------------------------------------------------------------------


class Exhausted:
    """Every way that the words of the plans allow, kept only while no other one beats it.

    No bound, no stages, no arrays: doors and hauls as the movement graph has them.
    """

    def __init__(self, desk: Desk, quest: Quest, plan: Plan | None) -> None:
        self.desk, self.quest, self.plan, self.graph = desk, quest, plan, desk.graph

    def front(self) -> list[Pair]:
        best: dict[Any, list[Pair]] = {}
        arrived: list[Pair] = []
        waiting: list[tuple[Any, Pair]] = [
            ((state, 0, False, False), (0.0, 0.0)) for state in self.quest.starts
        ]
        while waiting:
            label, spent = waiting.pop()
            known = best.setdefault(label, [])
            if any(one <= spent[0] and two <= spent[1] for one, two in known):
                continue
            known[:] = [p for p in known if not (spent[0] <= p[0] and spent[1] <= p[1])]
            known.append(spent)
            state, number, _, boarded = label
            if state in self.quest.goals and self._is_last(number):
                arrived.append(self._plus(spent, self._release(state)))
            for move, after in self._moves(label):
                total = self._plus(spent, self._cost(state, move))
                by_rail = state[1].startswith("rail:") and bool(move.haul or move.crossing)
                if by_rail and not boarded:
                    fill = self.desk.model.fill(self.graph.facilities[state[0]])
                    if fill is not None:
                        total = self._plus(total, (fill.mean("hours"), fill.mean("usd")))
                waiting.append(((move.to, after, move.haul is not None, boarded or by_rail), total))
        return efficient_of(arrived)

    def _plus(self, one: Pair, other: Pair) -> Pair:
        return one[0] + other[0], one[1] + other[1]

    def _is_last(self, number: int) -> bool:
        return self.plan is None or number == len(self.plan.sections) - 1

    def _release(self, state: State) -> Pair:
        if state[0] not in self.graph.facilities:
            return 0.0, 0.0
        vector = self.desk.model.optional_event(
            "release", (state[0], self.graph.mode_of(state)), at="", country=""
        )
        return (0.0, 0.0) if vector is None else (vector.mean("hours"), vector.mean("usd"))

    def _cost(self, state: State, move: Move) -> Pair:
        from corridors.routing.doors import door_vectors

        if move.haul is not None:
            vector = self.desk.model.haul(move.haul)
            return vector.mean("hours"), vector.mean("usd")
        vectors = door_vectors(self.desk.model, self.graph, state, move)
        if move.crossing is not None:
            vectors = [*vectors, self.desk.model.crossing_run(move.crossing)]
        return sum(v.mean("hours") for v in vectors), sum(v.mean("usd") for v in vectors)

    def _moves(self, label: Any) -> Iterable[tuple[Move, int]]:
        state, number, ran, _ = label
        section = None if self.plan is None else self.plan.sections[number]
        zone = self.graph.zones.get(state[1])
        if not ran:
            if zone is not None and (section is None or section.admits(zone)):
                for move in self.graph.hauls_from(*state).values():
                    assert move.haul is not None
                    if section is None or set(move.haul.foreign) <= section.countries:
                        yield move, number
            for move in self.quest.start_moves.get(state, ()):
                yield move, number
        for move in self.quest.goal_moves.get(state, ()):
            yield move, number
        for move in self.graph.moves.get(state, ()):
            ends = (self.quest.starts, self.quest.goals)
            if move.kind == "lift" and any(state in e and move.to in e for e in ends):
                continue
            if section is None or self.plan is None:
                yield move, number
                continue
            if move.crossing is None and move.service is None:
                mode = self.graph.mode_of(move.to)
                last = move.to in self.quest.goals or move.to in self.quest.goal_moves
                if mode in ("sea", "ferry") or mode in section.modes or last:
                    yield move, number
                continue
            gateways = self.plan.gateways
            if number < len(gateways) and gateways[number].passed_by(move):
                yield move, number + 1
            row: Any = self.graph.crossing_rows[move.crossing.id] if move.crossing else move.service
            inside = {self.graph.facilities[f].country for f in (row.a, row.b)}
            if row.mode in section.modes and inside <= section.countries:
                yield move, number


def opened(engine: Engine, ends: tuple[str, str], **conditions: Any) -> Desk:
    return open_desk(engine, *ends, "terminal", "balanced", None, Conditions(**conditions))


def fronts_for(desk: Desk, plans: list[Plan]) -> list[Efficient]:
    arcs = arcs_of(desk.graph)
    prices = Components(arcs, desk.model).prices()
    tree = PlanTree(plans) if plans else None
    return Fronts(Kernel(arcs)).front(desk.quest(plans), prices.hours, prices.usd, tree)


def pairs(front: Iterable[Efficient]) -> list[Pair]:
    return [(way.one, way.two) for way in front]


ENDS = list(itertools.permutations(("Alfa", "Bravo", "Charlie"), 2))


@pytest.mark.parametrize("ends", ENDS, ids=" ".join)
def test_the_free_front_of_the_toy_is_that_of_every_way(
    toy_engine: Engine, ends: tuple[str, str]
) -> None:
    desk = opened(toy_engine, ends)
    expected = Exhausted(desk, desk.quest(()), None).front()
    got = pairs(fronts_for(desk, []))
    assert len(got) > 0
    assert np.allclose(got, expected, rtol=1e-9)


@pytest.mark.parametrize("ends", ENDS, ids=" ".join)
def test_the_fronts_of_corridors_are_those_of_every_way(
    toy_engine: Engine, ends: tuple[str, str]
) -> None:
    desk = opened(toy_engine, ends)
    for corridor in toy_engine.plans:
        plans = plans_of(desk, corridor)
        if not plans:
            continue
        quest = desk.quest(plans)
        each = [Exhausted(desk, quest, plan).front() for plan in plans]
        expected = efficient_of(itertools.chain.from_iterable(each))
        got = fronts_for(desk, plans)
        assert np.allclose(pairs(got) or [], expected or [], rtol=1e-9)
        for way in got:
            alone = each[way.plan]
            assert any(np.allclose((way.one, way.two), pair, rtol=1e-9) for pair in alone)


QUESTIONS: list[tuple[tuple[str, str], dict[str, Any]]] = [
    (("Xi'an", "Duisburg"), {}),
    (("Duisburg", "Xi'an"), {"avoid": ("RU",)}),
    (("Almaty", "Istanbul"), {"via": ("Aktau",)}),
    (("43.30,76.90", "Baku"), {}),
    (("Tashkent", "48.2,16.4"), {"modes": frozenset({"rail", "road"})}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("ends", "conditions"), QUESTIONS)
def test_every_value_of_time_finds_its_best_way_on_the_front(
    engine: Engine, ends: tuple[str, str], conditions: dict[str, Any]
) -> None:
    """The best of the front is the best of the plain search, whatever an hour is worth."""
    from corridors.analysis.ways import aimed

    desk = opened(engine, ends, **conditions)
    free = fronts_for(desk, [])
    assert pairs(free) == efficient_of(pairs(free))
    cases: list[tuple[list[Plan], list[Efficient]]] = [([], free)]
    for corridor in engine.plans:
        plans = plans_of(desk, corridor)
        if plans:
            cases.append((plans, fronts_for(desk, plans)))
    for value in (0.01, 100.0, 100000.0):
        here = aimed(desk, "balanced", value)
        for plans, front in cases:
            tree = PlanTree(plans) if plans else None
            found = search(here.graph, here.quest(plans), here.weigh, tree)
            best = min((way.cost for way in found.values()), default=np.inf)
            mine = min((one * value / 24 + two for one, two in pairs(front)), default=np.inf)
            # Hauls are stored to the metre: two in a row may be shorter than one by as much.
            assert mine == pytest.approx(best, rel=1e-6)


def test_ways_of_the_front_are_routes_that_cost_what_is_said(engine: Engine) -> None:
    desk = opened(engine, ("Xi'an", "Duisburg"))
    front = fronts_for(desk, [])
    assert len(front) > 5
    for way in front:
        route = desk.route(way.found, corridor=None, variant=None)
        assert route.mean("hours") == pytest.approx(way.one, rel=1e-9)
        assert route.mean("usd") == pytest.approx(way.two, rel=1e-9)


def test_a_place_to_pass_is_passed(engine: Engine) -> None:
    desk = opened(engine, ("Almaty", "Istanbul"), via=("Aktau",))
    for way in fronts_for(desk, []):
        assert any(move.to[0] in desk.via[0] for move in way.found.moves)


def test_nothing_leads_where_nothing_goes(toy_engine: Engine) -> None:
    doors = frozenset({"AB-rail", "AB-road", "BC-rail", "TOY-FERRY"})
    desk = opened(toy_engine, ("Alfa", "Charlie"), closed=doors)
    assert fronts_for(desk, []) == []


def test_what_has_no_price_is_not_gone_through(
    toy_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest keeps its price; a speed of nothing is no price."""
    desk = opened(toy_engine, ("Alfa", "Charlie"))
    kernel = fronts_of(desk.graph).kernel
    whole = priced(kernel, desk.model, closed=())
    monkeypatch.setattr(kernel, "prices", lambda model: None)
    _priced.cache_clear()
    for one, other in zip(whole, priced(kernel, desk.model, closed=()), strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    still = opened(toy_engine, ("Alfa", "Charlie"), assume={"speed_kmh/road": 0.0})
    hours, _ = priced(kernel, still.model, closed=())
    roads = [zone.startswith("road:") for zone in kernel.arcs.zones]
    assert np.isinf(hours.zone[roads]).all()
    assert np.isfinite(hours.zone[[not road for road in roads]]).all()
