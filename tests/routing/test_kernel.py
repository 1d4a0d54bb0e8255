"""The compiled search, the plain one, the loops uncompiled and NetworkX give the same answers."""

from __future__ import annotations

import importlib
import math
import random
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridors.routing.kernel as kernel_module
from corridors import routing
from corridors.analysis.compare import plans_of
from corridors.analysis.desk import Conditions, Desk, weights
from corridors.analysis.engine import Engine
from corridors.analysis.setting import open_desk
from corridors.costing.pricing import Pricing
from corridors.errors import SnapError
from corridors.movement.graph import MovementGraph, State
from corridors.routing import line_loops
from corridors.routing.arcs import Components, arcs_of
from corridors.routing.ends import road_reach
from corridors.routing.kernel import Kernel, kernel_of
from corridors.routing.many import series
from corridors.routing.plan_tree import PlanTree
from corridors.routing.search import Found, Quest, search


@pytest.fixture(scope="module")
def plain_loops() -> dict[str, ModuleType]:
    """The loops as they run where numba is not installed."""
    names = ("heap", "loops", "tree_loops")
    paths = [f"corridors.routing.{name}" for name in names]
    kept = {path: sys.modules.pop(path, None) for path in (*paths, "numba")}
    sys.modules["numba"] = None  # type: ignore[assignment]
    try:
        plain = {name: importlib.import_module(f"corridors.routing.{name}") for name in names}
    finally:
        for path, module in kept.items():
            del sys.modules[path]
            if module is not None:
                sys.modules[path] = module
            if path in paths:  # the package holds it too
                name = path.rpartition(".")[2]
                delattr(routing, name)
                if module is not None:
                    setattr(routing, name, module)
    assert plain["heap"].NUMBA is None
    return plain


def asked(engine: Engine, *ends: str, **more: Any) -> Desk:
    """A question opened."""
    conditions = Conditions(**{k: v for k, v in more.items() if k != "objective"})
    objective = more.get("objective", "balanced")
    return open_desk(engine, *ends, "terminal", objective, None, conditions)


def walked(desk: Desk, quest: Quest, found: Found) -> float:
    """Cost of a path, move by move."""
    total, state, boarded = quest.starts[found.start], found.start, False
    for move in found.moves:
        total += desk.weigh(state, move)
        if not boarded and state[1].startswith("rail:") and (move.haul or move.crossing):
            assert quest.board is not None
            total, boarded = total + quest.board(state), True
        state = move.to
    return total + quest.goals[state]


def same(desk: Desk, plans: Any, plain: dict[int, Found], other: dict[int, Found]) -> None:
    """Both have the same plans at the same cost, and the paths of the other cost what it says."""
    assert plain.keys() == other.keys()
    quest = desk.quest(plans)
    for number, found in plain.items():
        assert other[number].cost == pytest.approx(found.cost, rel=1e-9)
        assert walked(desk, quest, other[number]) == pytest.approx(found.cost, rel=1e-9)


def jobs(desk: Desk) -> list[list[Any]]:
    """No plans at all, and those of each corridor that has some for the journey."""
    return [[], *(plans for name in desk.engine.plans if (plans := plans_of(desk, name)))]


def compare_searches(desk: Desk) -> int:
    answers = 0
    assert desk.price is not None
    for plans in jobs(desk):
        plain = search(desk.graph, desk.quest(plans), desk.weigh, PlanTree(plans))
        kernel = kernel_of(desk.graph)
        same(desk, plans, plain, kernel.search(desk.quest(plans), desk.price, PlanTree(plans)))
        answers += len(plain)
    return answers


CASES: list[tuple[tuple[str, str], dict[str, Any]]] = [
    (("Xi'an", "Duisburg"), {}),
    (("Duisburg", "Xi'an"), {"avoid": ("RU",)}),
    (("Almaty", "Istanbul"), {"closed": frozenset({"caspian"})}),
    (("Tashkent", "Karachi"), {"objective": "time"}),
    (("43.30,76.90", "Baku"), {"objective": "cost"}),
    (("Baku", "43.30,76.90"), {"modes": frozenset({"rail", "road"})}),
    (("Chongqing", "51.50,7.20"), {"scenarios": ("red-sea-2023",)}),
    (("Lahore", "Moscow"), {"assume": {"gauge_h": 200.0}, "price_month": "2025-01"}),
]


@pytest.mark.parametrize(("ends", "more"), CASES)
def test_real_journeys_are_answered_alike(
    engine: Engine, ends: tuple[str, str], more: dict[str, Any]
) -> None:
    assert compare_searches(asked(engine, *ends, **more))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(12))
def test_random_conditions_and_closures_are_answered_alike(engine: Engine, number: int) -> None:
    chance = random.Random(f"kernel {number}")
    families = ("speed_kmh/", "rate_usd_km/", "border_h/", "lift_h/", "gauge_h", "wait_h/", "fill_")
    keys = sorted(row.key for row in engine.ledger if row.key.startswith(families))
    assume = {
        key: engine.ledger.get(key).typ * chance.uniform(0.3, 3.0)
        for key in chance.sample(keys, 30)
    }
    tables = engine.tables
    closed = {
        *chance.sample([c.id for c in tables.crossings if c.status == "operating"], 6),
        *chance.sample([s.id for s in tables.services], 25),
        *chance.sample([f.id for f in tables.facilities if f.kind in ("terminal", "port")], 6),
    }
    places = chance.sample([f.id for f in tables.facilities if engine.graph().states_of(f.id)], 2)
    avoid = (chance.choice(["RU", "IR", "TM", "CN", "KZ"]),) if number % 3 == 0 else ()
    desk = asked(engine, *places, assume=assume, closed=frozenset(closed), avoid=avoid)
    compare_searches(desk)


def test_what_is_shut_in_the_graph_is_shut_by_the_mask(engine: Engine) -> None:
    whole = asked(engine, "Almaty", "Baku")
    used = next(move.crossing.id for move in whole.find()[0].moves if move.crossing)
    desk = asked(engine, "Almaty", "Baku", closed=frozenset({used, "caspian"}))
    assert kernel_of(desk.graph) is kernel_of(whole.graph)
    alone = Kernel(arcs_of(desk.graph))
    prices = alone.prices(desk.model)
    assert prices is not None
    assert desk.price is not None
    own = alone.search(desk.quest(()), prices.weighed(*weights(desk.shipment)))
    masked = kernel_of(desk.graph).search(desk.quest(()), desk.price)
    assert own[0].cost == pytest.approx(masked[0].cost, rel=1e-12)
    assert own[0].cost > whole.find()[0].cost


def test_uncompiled_loops_give_the_same_answers(
    engine: Engine, plain_loops: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = asked(engine, "Almaty", "Poti")
    assert desk.price is not None
    for plans in jobs(desk)[:3]:
        asking = (desk.quest(plans), desk.price, PlanTree(plans))
        compiled = kernel_of(desk.graph).search(*asking)
        with monkeypatch.context() as patch:
            patch.setattr(kernel_module, "_loops", lambda: plain_loops["loops"])
            patch.setattr(kernel_module, "_tree_loops", lambda: plain_loops["tree_loops"])
            assert kernel_of(desk.graph).search(*asking) == compiled


def whole_graph(graph: MovementGraph, desk: Desk) -> Any:
    """The movement graph for NetworkX, hauls and doors as edges with their weights."""
    import networkx as nx

    net = nx.DiGraph()
    states: set[State] = {*graph.moves, *(m.to for moves in graph.moves.values() for m in moves)}
    states |= {state for f in graph.facilities for state in graph.states_of(f)}
    for state in states:
        hauls = graph.hauls_from(*state).values() if state[1] in graph.zones else ()
        for move in (*graph.moves.get(state, ()), *hauls):
            cost = desk.weigh(state, move)
            if cost < net.get_edge_data(state, move.to, {"weight": math.inf})["weight"]:
                net.add_edge(state, move.to, weight=cost)
    return net


@pytest.mark.parametrize("which", ["toy", "real"])
def test_costs_are_those_of_networkx(request: pytest.FixtureRequest, which: str) -> None:
    import networkx as nx

    chosen: Engine = request.getfixturevalue("toy_engine" if which == "toy" else "engine")
    ends = ("alfa", "charlie") if which == "toy" else ("Xi'an", "Duisburg")
    desk = asked(chosen, *ends)
    net = whole_graph(desk.graph, desk)
    assert desk.price is not None
    kernel = kernel_of(desk.graph)
    chance = random.Random("networkx")
    starts = chance.sample(sorted(net), min(12, len(net)))
    for start in starts:
        costs = nx.single_source_dijkstra_path_length(net, start)
        for goal in chance.sample(sorted(net), 12 if which == "real" else len(net)):
            found = kernel.search(Quest({start: 0.0}, {goal: 0.0}), desk.price).get(0)
            if found is None:
                assert goal not in costs
            else:
                # Lengths of hauls are stored to the metre: two in a row may be shorter than one.
                assert found.cost == pytest.approx(costs[goal], rel=1e-6, abs=0.01)


@given(
    edges=st.lists(
        st.tuples(
            st.integers(0, 11),
            st.integers(0, 11),
            st.one_of(st.just(0.0), st.floats(1e-3, 1e3), st.floats(1e-12, 1e-6)),
        ),
        min_size=1,
        max_size=60,
    ),
    width=st.floats(0.05, 2000.0),
)
def test_buckets_find_what_networkx_finds(
    edges: list[tuple[int, int, float]], width: float
) -> None:
    import networkx as nx

    net = nx.DiGraph()
    net.add_nodes_from(range(12))
    for one, other, cost in edges:
        if cost < net.get_edge_data(one, other, {"weight": math.inf})["weight"]:
            net.add_edge(one, other, weight=cost)
    rows = sorted(net.edges(data="weight"))
    counts = np.bincount([row[0] for row in rows], minlength=12)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    head = np.array([row[1] for row in rows], dtype=np.int32)
    cost = np.array([row[2] for row in rows], dtype=np.float64)
    first = np.empty(1 << math.ceil(math.log2(cost.max() / width + 4)), dtype=np.int32)
    best, before, after, ahead = np.empty(12), *(np.empty(12, dtype=np.int32) for _ in range(3))
    work = (best, before, first, after, ahead)
    line_loops.settle_flat(indptr, head, cost, 0, -1, width, *work)
    expected = nx.single_source_dijkstra_path_length(net, 0)
    assert {n: c for n, c in enumerate(best.tolist()) if c < math.inf} == pytest.approx(expected)
    every = best.copy()
    for goal in range(12):
        line_loops.settle_flat(indptr, head, cost, 0, goal, width, *work)
        assert best[goal] == every[goal]
        node, total = goal, 0.0
        while every[goal] < math.inf and before[node] >= 0:
            arc = before[node]
            total, node = total + cost[arc], int(np.searchsorted(indptr, arc, side="right")) - 1
        assert every[goal] == math.inf or (node, total) == (0, pytest.approx(every[goal]))


def test_prices_are_what_the_plain_search_weighs(engine: Engine) -> None:
    for more in ({}, {"scenarios": ("red-sea-2023",)}, {"price_month": "2025-01"}):
        desk = asked(engine, "Xi'an", "Duisburg", **more)
        arcs = arcs_of(desk.graph)
        price = Components(arcs, desk.model).prices().weighed(*weights(desk.shipment))
        for door, move in enumerate(arcs.moves):
            state = arcs.states[arcs.tail[door]]
            assert price.door[door] == pytest.approx(desk.weigh(state, move), rel=1e-12)
        for number in np.flatnonzero(arcs.rail).tolist():
            assert price.board[number] == pytest.approx(desk.board(arcs.states[number]), rel=1e-12)


def test_new_figures_are_one_pass_over_the_terms(engine: Engine) -> None:
    desk = asked(engine, "Xi'an", "Duisburg", scenarios=("red-sea-2023",))
    parts = Components(arcs_of(desk.graph), desk.model)
    rows = {
        row.key: row.typ * 1.3
        for number, row in enumerate(desk.ledger)
        if number % 2 and not row.key.startswith("adjust/")
    }
    ledger = desk.ledger.override(rows)
    rates = parts.rates_under(ledger)
    assert rates is not None
    pricing = Pricing(ledger, heading=desk.shipment.heading, situation=desk.situation)
    anew = Components(parts.arcs, pricing.on(None)).prices()
    for one, other in zip(parts.prices(rates), anew, strict=True):
        for part, wanted in zip(one, other, strict=True):
            np.testing.assert_allclose(part, wanted, rtol=1e-12)
    # An adjustment that is another one cannot be put in by a rate.
    adjusted = next(row.key for row in desk.ledger if row.key.startswith("adjust/"))
    assert parts.rates_under(desk.ledger.override({adjusted: 2.0})) is None


def test_points_off_the_terminals_are_read_off_as_they_are_searched(engine: Engine) -> None:
    chance = random.Random("points")
    places = [f for f in engine.tables.facilities if engine.graph().states_of(f.id)]
    looked_at = 0
    for avoid in ((), ("RU",)):
        graph = engine.graph(avoid=avoid)
        for place in chance.sample(places, 6):
            lat = place.lat + chance.uniform(-0.6, 0.6)
            lon = place.lon + chance.uniform(-0.6, 0.6)
            text = f"{lat:.4f},{lon:.4f}"
            try:
                end = engine.end(text)
                plain = road_reach(graph, end)
            except SnapError as error:
                with series(), pytest.raises(SnapError, match=str(error)[:20]):
                    road_reach(graph, engine.end(text))
                continue
            with series():
                assert engine.end(text) == end
                fast = road_reach(graph, end)
            assert fast.zone == plain.zone
            assert [haul.b for haul in fast.hauls] == [haul.b for haul in plain.hauls]
            for one, other in zip(fast.hauls, plain.hauls, strict=True):
                assert one.km == pytest.approx(other.km, rel=1e-12)
                assert list(one.countries) == list(other.countries)
                assert one.countries == pytest.approx(other.countries, abs=1e-9)
            looked_at += len(fast.hauls)
    assert looked_at > 100


def test_threads_do_not_change_answers(engine: Engine) -> None:
    from concurrent.futures import ThreadPoolExecutor

    ends = [
        ("Xi'an", "Duisburg"),
        ("Almaty", "Istanbul"),
        ("Tashkent", "Karachi"),
        ("Baku", "Lodz"),
    ]
    desks = [asked(engine, *pair) for pair in ends]

    def answers(desk: Desk) -> list[dict[int, Found]]:
        with series():
            return [desk.find(plans) for plans in jobs(desk)]

    alone = [answers(desk) for desk in desks]
    kernel_module._KERNELS.clear()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(answers, desks * 3)) == alone * 3
