"""Searches beside NetworkX, igraph, SciPy, NetworKit and scgraph, on the same flat graph.

The flat graph is every junction of every line with every door between them, built apart from the
engine (the tests hold both to equal costs, see `tests/movement/flat_graph.py`). The product does
not search it: it searches facilities and hauls. Far pairs go from terminals on Chinese railways to
terminals on those of the EU; all sides hand over paths.
"""

from __future__ import annotations

import importlib.util
import itertools
import math
import multiprocessing
import random
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridors.analysis.desk import Desk, weights
from corridors.analysis.engine import Engine
from corridors.analysis.setting import Setting, open_desk
from corridors.movement.graph import State
from corridors.parameters import Ledger
from corridors.routing.arcs import Components, Prices, arcs_of
from corridors.routing.kernel import Kernel
from corridors.routing.line_loops import settle_flat
from corridors.routing.many import is_compiled, series
from corridors.routing.search import Quest
from ratio import Ratio, faster, interleaved, within

GROUP = "Search"
PEERS = ("networkx", "igraph", "scipy", "networkit", "scgraph")
PAIRS = 6
MATRIX = 20
NEAR = {"rel_tol": 1e-6, "abs_tol": 0.01}
"""Totals of all sides; hauls are stored to the metre, which is a cent on a journey."""
EQUAL = "totals equal to 1e-6 or a cent, as hauls are stored to the metre"
HIERARCHY_S = 300
"""How long scgraph may contract the flat graph."""

Floats = NDArray[np.float64]
Pair = tuple[int, int]


@dataclass(frozen=True)
class Flat:
    """The flat graph as arrays: arcs in order of their tails.

    Attributes
    ----------
    indptr, head : int32
    cost : float64
    state : dict
        Node of each state of a facility.
    build : object
        What weighs it anew.
    """

    indptr: NDArray[np.int32]
    head: NDArray[np.int32]
    cost: Floats
    state: Mapping[State, int]
    build: Any

    @property
    def tail(self) -> NDArray[np.int64]:
        """Node before each arc."""
        return np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))

    def under(self, desk: Desk) -> Floats:
        """Cost of every arc under other prices, in the same order."""
        matrix = self.build.weights(desk.model, weights(desk.shipment)[0])
        if not np.array_equal(matrix.indices, self.head):
            raise ValueError("other conditions changed the arcs of the flat graph")
        return np.asarray(matrix.data)


def _flat_module() -> ModuleType:
    path = Path(__file__).parents[1] / "tests" / "movement" / "flat_graph.py"
    spec = importlib.util.spec_from_file_location("corridors_flat_graph", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["corridors_flat_graph"] = module
    spec.loader.exec_module(module)
    return module


def flat_graph(engine: Engine, desk: Desk) -> Flat:
    """Build the flat graph under the prices of a question."""
    build = _flat_module().FlatGraph(engine)
    matrix = build.weights(desk.model, weights(desk.shipment)[0])
    matrix.sort_indices()
    return Flat(
        matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), matrix.data, build.state,
        build,
    )  # fmt: skip


class FlatSearch:
    """The product's loop over prepared lines, on the flat graph."""

    def __init__(self, flat: Flat) -> None:
        nodes, self.flat = len(flat.indptr) - 1, flat
        self.tail = flat.tail
        # A bucket holds what lies within a median arc or two.
        self.width = 2.0 * float(np.median(flat.cost))
        places = 1 << math.ceil(math.log2(float(flat.cost.max()) / self.width + 4))
        self.best = np.empty(nodes)
        self.before, self.after, self.ahead = (np.empty(nodes, dtype=np.int32) for _ in range(3))
        self.first = np.empty(places, dtype=np.int32)

    def path(self, pair: Pair) -> list[int]:
        """Nodes of the cheapest path."""
        start, goal = pair
        settle_flat(
            self.flat.indptr, self.flat.head, self.flat.cost, start, goal, self.width, self.best,
            self.before, self.first, self.after, self.ahead,
        )  # fmt: skip
        nodes, node = [goal], goal
        while node != start:
            node = int(self.tail[self.before[node]])
            nodes.append(node)
        return nodes[::-1]


# Peers ------------------------------------------------------------------------------------------


def networkx_sides(flat: Flat) -> tuple[Any, dict[str, Callable[[Pair], list[int]]]]:
    """The graph, and the three searches that NetworkX offers between two nodes."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_weighted_edges_from(
        zip(flat.tail.tolist(), flat.head.tolist(), flat.cost.tolist(), strict=True)
    )
    return graph, {
        "networkx dijkstra": lambda pair: nx.single_source_dijkstra(graph, *pair)[1],
        "networkx bidirectional": lambda pair: nx.bidirectional_dijkstra(graph, *pair)[1],
        "networkx A*": lambda pair: nx.astar_path(graph, *pair),
    }


def igraph_side(flat: Flat) -> Callable[[Pair], list[int]]:
    """Dijkstra of igraph."""
    import igraph

    edges = np.column_stack([flat.tail, flat.head]).tolist()
    graph = igraph.Graph(n=len(flat.indptr) - 1, edges=edges, directed=True)
    cost = flat.cost.tolist()
    graph.es["weight"] = cost
    return lambda pair: graph.get_shortest_path(*pair, weights="weight", output="vpath")


def scipy_side(flat: Flat) -> Callable[[Pair], list[int]]:
    """Dijkstra of SciPy; it has no goal to stop at."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    size = len(flat.indptr) - 1
    matrix = csr_matrix((flat.cost, flat.head, flat.indptr), shape=(size, size))

    def path(pair: Pair) -> list[int]:
        _, before = dijkstra(matrix, indices=pair[0], return_predecessors=True)
        nodes, node = [pair[1]], pair[1]
        while node != pair[0]:
            node = int(before[node])
            nodes.append(node)
        return nodes[::-1]

    return path


def networkit_sides(flat: Flat) -> dict[str, Callable[[Pair], list[int]]]:
    """Both searches of NetworKit."""
    import networkit

    networkit.setNumberOfThreads(1)
    ends = (flat.tail.astype(np.uint64), flat.head.astype(np.uint64))
    size = len(flat.indptr) - 1
    graph = networkit.GraphFromCoo((flat.cost, ends), n=size, weighted=True, directed=True)

    def plain(pair: Pair) -> list[int]:
        run = networkit.distance.Dijkstra(graph, pair[0], True, False, pair[1])
        run.run()
        return list(run.getPath(pair[1]))

    def bidirectional(pair: Pair) -> list[int]:
        run = networkit.distance.BidirectionalDijkstra(graph, *pair, True)
        run.run()
        return [pair[0], *run.getPath(), pair[1]]

    return {"networkit dijkstra": plain, "networkit bidirectional": bidirectional}


def scgraph_graph(flat: Flat, cost: Floats) -> Any:
    """The graph as scgraph takes it, from lists."""
    from scgraph import Graph

    adjacency: list[dict[int, float]] = [{} for _ in range(len(flat.indptr) - 1)]
    for tail, head, value in zip(
        flat.tail.tolist(), flat.head.tolist(), cost.tolist(), strict=True
    ):
        adjacency[tail][head] = value
    return Graph(adjacency)


SCGRAPH = ("dijkstra", "bidirectional_dijkstra", "dijkstra_buckets", "bidirectional_buckets")


def scgraph_sides(graph: Any) -> dict[str, Callable[[Pair], list[int]]]:
    """Its searches that need no preparation."""
    return {f"scgraph {name}": partial(_scgraph_path, getattr(graph, name)) for name in SCGRAPH}


def _scgraph_path(search: Callable[[int, int], Mapping[str, Any]], pair: Pair) -> list[int]:
    return list(search(*pair)["path"])


# Measuring --------------------------------------------------------------------------------------


def far_pairs(flat: Flat, graph_states: Sequence[State], count: int) -> list[tuple[State, State]]:
    """Terminals on Chinese railways to those on railways of the EU, drawn once."""
    chance = random.Random("far pairs")
    known = [state for state in graph_states if state in flat.state]
    east = sorted(state for state in known if state[1] == "rail:CN")
    west = sorted(state for state in known if state[1] == "rail:EU")
    return [(chance.choice(east), chance.choice(west)) for _ in range(count)]


def cost_of(flat: Flat, nodes: Sequence[int], cost: Floats | None = None) -> float:
    """Cost of a path, arc by arc."""
    values = flat.cost if cost is None else cost
    total = []
    for one, other in itertools.pairwise(nodes):
        arcs = np.arange(flat.indptr[one], flat.indptr[one + 1])
        total.append(float(values[arcs[flat.head[arcs] == other]].min()))
    return math.fsum(total)


def check(name: str, got: Sequence[float], wanted: Sequence[float]) -> None:
    """Raise where totals differ.

    Raises
    ------
    ValueError
    """
    for one, other in zip(got, wanted, strict=True):
        if not math.isclose(one, other, **NEAR):
            raise ValueError(f"{name} costs {one}, not {other}")


def each(search: Callable[[Any], object], pairs: Sequence[Any]) -> Callable[[], object]:
    """One search for every pair."""
    return lambda: [search(pair) for pair in pairs]


def best_of(spent: Mapping[str, list[float]], beginning: str) -> str:
    """The side of a peer with the lowest median."""
    names = [name for name in spent if name.startswith(beginning)]
    return min(names, key=lambda name: statistics.median(spent[name]))


def measure(runs: int) -> list[Ratio]:
    """All ratios of searching.

    Raises
    ------
    ValueError
        Totals differ.
    """
    missing = [name for name in PEERS if importlib.util.find_spec(name) is None]
    if missing or not is_compiled():
        print(f"search: skipped, not installed: {', '.join(missing) or 'numba'} (extra [bench])")
        return []
    engine = Engine.load(quiet=True)
    desk = open_desk(engine, "Xi'an", "Duisburg", "terminal", "balanced", None, None)
    flat = flat_graph(engine, desk)
    kernel = Kernel(arcs_of(desk.graph))
    parts = Components(kernel.arcs, desk.model)
    bench = _Bench(engine, desk, flat, kernel, parts, runs)
    with series():
        return [*bench.queries(), *bench.conditions(), *bench.matrix(), *bench.points()]


class _Bench:
    """What the measurements share."""

    def __init__(
        self,
        engine: Engine,
        desk: Desk,
        flat: Flat,
        kernel: Kernel,
        parts: Components,
        runs: int,
    ) -> None:
        self.engine, self.desk, self.flat = engine, desk, flat
        self.kernel, self.parts, self.runs = kernel, parts, runs
        self.hour, self.dollar = weights(desk.shipment)
        self.states = far_pairs(flat, kernel.arcs.states, PAIRS)
        self.pairs = [(flat.state[o], flat.state[d]) for o, d in self.states]
        self.size = f"{len(flat.indptr) - 1:,} nodes, {len(flat.head):,} arcs, {PAIRS} far pairs"

    def ours(self, prices: Prices, pair: tuple[State, State]) -> Any:
        """The product's query: cheapest way with its moves, hours, USD, km and CO2e."""
        price = prices.weighed(self.hour, self.dollar)
        return self.kernel.way(Quest({pair[0]: 0.0}, {pair[1]: 0.0}), price, prices)

    def queries(self) -> Iterator[Ratio]:
        """The product's query and the loop on the flat graph beside the peers."""
        flat, prices = self.flat, self.parts.prices()
        price = prices.weighed(self.hour, self.dollar)

        def product(pair: tuple[State, State]) -> Any:
            return self.kernel.way(Quest({pair[0]: 0.0}, {pair[1]: 0.0}), price, prices)

        ours = FlatSearch(flat)
        _, theirs = networkx_sides(flat)
        searches: dict[str, Callable[[Pair], list[int]]] = {
            "flat loop": ours.path, **theirs, "igraph": igraph_side(flat),
            "scipy": scipy_side(flat), **networkit_sides(flat),
            **scgraph_sides(scgraph_graph(flat, flat.cost)),
        }  # fmt: skip
        wanted = [cost_of(flat, ours.path(pair)) for pair in self.pairs]
        for name, search in searches.items():
            check(name, [cost_of(flat, search(pair)) for pair in self.pairs], wanted)
        for pair, expected in zip(self.states, wanted, strict=True):
            way = product(pair)
            check("the product", [way.found.cost], [expected])
            # Nothing is collected at the end of a path through the graph alone.
            at = self.kernel.arcs.at[pair[1]]
            hours, usd = (
                one - float(part.release[at])
                for one, part in ((way.hours, prices.hours), (way.usd, prices.usd))
            )
            check("its components", [hours * self.hour + usd * self.dollar], [expected])
        spent = interleaved(
            {
                "product": each(product, self.states),
                **{name: each(search, self.pairs) for name, search in searches.items()},
            },
            self.runs,
        )
        note = f"{self.size}; {EQUAL}; the product gives hours, USD, km, CO2e, moves"
        networkx, scgraph = best_of(spent, "networkx"), best_of(spent, "scgraph")
        yield faster(GROUP, "query, beside NetworkX", spent, "product", networkx, 100.0, note)
        yield faster(GROUP, "query, beside scgraph", spent, "product", scgraph, 15.0, note)
        note = f"{self.size}; paths compared arc by arc; from prepared arrays on every side"
        for name, peer, want in (
            ("NetworkX", networkx, 6.0),
            ("igraph", "igraph", 1.5),
            ("SciPy", "scipy", 1.0),
            ("NetworKit", best_of(spent, "networkit"), 1.0),
            ("scgraph", scgraph, 1.0),
        ):
            title = f"flat graph, beside {name}"
            yield faster(GROUP, title, spent, "flat loop", peer, want, note)

    def conditions(self) -> Iterator[Ratio]:
        """All weights changed, then one query."""
        flat = self.flat
        changed = [self._changed(number) for number in range(2)]
        rates = [self._rates(ledger) for ledger, _ in changed]
        costs = [flat.under(desk) for _, desk in changed]
        state, pair = self.states[0], self.pairs[0]
        graph, searches = networkx_sides(flat)
        tail, head = flat.tail.tolist(), flat.head.tolist()
        edges = [graph[one][other] for one, other in zip(tail, head, strict=True)]
        lists = [cost.tolist() for cost in costs]

        def reweighed(search: Callable[[Pair], list[int]], number: int) -> list[int]:
            for edge, value in zip(edges, lists[number], strict=True):
                edge["weight"] = value
            return search(pair)

        def rebuilt(name: str, number: int) -> list[int]:
            graph = scgraph_graph(flat, costs[number])
            return _scgraph_path(getattr(graph, name), pair)

        sides: dict[str, Callable[[int], Any]] = {
            "product": lambda number: self.ours(self.parts.prices(rates[number]), state),
            **{name: partial(reweighed, search) for name, search in searches.items()},
            **{f"scgraph {name}": partial(rebuilt, name) for name in SCGRAPH},
        }
        for number, cost in enumerate(costs):
            wanted = [self.ours(self.parts.prices(rates[number]), state).found.cost]
            for name, side in sides.items():
                if name != "product":
                    check(name, [cost_of(flat, side(number), cost)], wanted)
        spent = interleaved({name: each(side, (0, 1)) for name, side in sides.items()}, self.runs)
        note = (
            f"{self.size.rpartition(',')[0]}; every rate changed; new figures are given as rates "
            f"on our side and as arc weights on theirs; {EQUAL}"
        )
        networkx, scgraph = best_of(spent, "networkx"), best_of(spent, "scgraph")
        title = "new conditions and one query, beside"
        yield faster(
            GROUP, f"{title} NetworkX re-weighted", spent, "product", networkx, 100.0, note
        )
        yield faster(GROUP, f"{title} scgraph rebuilt", spent, "product", scgraph, 20.0, note)

    def _changed(self, number: int) -> tuple[Ledger, Desk]:
        """A ledger with every figure changed, and a desk with its prices."""
        chance = random.Random(f"conditions {number}")
        rows = {
            row.key: row.typ * chance.uniform(0.5, 2.0)
            for row in self.desk.ledger
            if not row.key.startswith(("adjust/", "value_of_time", "payload_t", "shock_share"))
        }
        setting = Setting(self.engine, value_of_time_usd_day=self.hour * 24)
        setting.ledger = self.desk.ledger.override(rows)
        ends = (self.desk.shipment.origin, self.desk.shipment.destination)
        return setting.ledger, setting.desk(*ends)

    def _rates(self, ledger: Ledger) -> Floats:
        rates = self.parts.rates_under(ledger)
        if rates is None:
            raise ValueError("other figures changed what is charged")
        return rates

    def matrix(self) -> Iterator[Ratio]:
        """Twenty origins by twenty destinations."""
        flat, prices = self.flat, self.parts.prices()
        price = prices.weighed(self.hour, self.dollar)
        pairs = far_pairs(flat, self.kernel.arcs.states, 40 * MATRIX)
        origins = list(dict.fromkeys(o for o, _ in pairs))[:MATRIX]
        goals = list(dict.fromkeys(d for _, d in pairs))[:MATRIX]
        graph = scgraph_graph(flat, flat.cost)
        ends = [(flat.state[o], flat.state[d]) for o in origins for d in goals]

        def ours() -> Floats:
            found, _ = self.kernel.ways(
                [{o: 0.0} for o in origins],
                [{d: 0.0} for d in goals],
                price,
                prices,
                board=False,  # the flat graph knows of no waiting for the first train
            )
            return found.cost

        def theirs() -> list[float]:
            return [float(graph.contraction_hierarchy(*pair)["length"]) for pair in ends]

        title = f"{len(origins)} x {len(goals)} matrix, beside scgraph"
        note = f"{self.size.rpartition(',')[0]}; the product sums hours, USD, km, CO2e of each way"
        if contracts(flat):
            graph.create_contraction_hierarchy()
            check("the matrix", ours().ravel().tolist(), theirs())
            spent = interleaved({"product": ours, "contraction hierarchy": theirs}, self.runs)
            peer, name = "contraction hierarchy", f"{title}'s contraction hierarchy"
        else:
            # What it would take without: one tree from each origin.
            def trees() -> list[float]:
                found = []
                for o in origins:
                    tree = graph.get_shortest_path_tree(flat.state[o])
                    found += [
                        float(graph.get_tree_path(flat.state[o], flat.state[d], tree)["length"])
                        for d in goals
                    ]
                return found

            check("the matrix", ours().ravel().tolist(), trees())
            spent = interleaved({"product": ours, "trees": trees}, self.runs)
            peer, name = "trees", f"{title}'s trees"
            note += f"; its contraction hierarchy was not built in {HIERARCHY_S} s"
        yield faster(GROUP, name, spent, "product", peer, 20.0, note)

    def points(self) -> Iterator[Ratio]:
        """An origin anywhere beside an origin that is a known place."""
        setting = Setting(self.engine)
        known = ["Xi'an", "Chongqing", "Almaty", "Tashkent", "Lodz", "Mersin"]
        places = [self.engine.end(name) for name in known]
        points = [f"{p.lat + 0.11:.4f},{p.lon + 0.07:.4f}" for p in places]
        goal = self.engine.end("Duisburg")

        def ask(text: str) -> Any:
            desk = setting.desk(self.engine.end(text), goal)
            route = desk.route(desk.find()[0], corridor=None, variant=None)
            return [route.mean("hours"), route.mean("usd"), route.mean("co2e_kg"), route.km]

        for text in points:
            by_point = ask(text)
            single = open_desk(self.engine, text, "Duisburg", "terminal", "balanced", None, None)
            route = single.route(single.find()[0], corridor=None, variant=None)
            check(
                "a point off the terminals", by_point[:2], [route.mean("hours"), route.mean("usd")]
            )
        spent = interleaved({"lat,lon": each(ask, points), "known": each(ask, known)}, self.runs)
        note = (
            "text to route with all components, conditions opened once, roads of the zone "
            f"prepared; {len(known)} origins to Duisburg"
        )
        yield within(GROUP, "origin lat,lon over known place", spent, "lat,lon", "known", 3.0, note)


def contracts(flat: Flat) -> bool:
    """Whether scgraph contracts the graph in the time it is given; tried in another process."""
    arrays = (flat.indptr, flat.head, flat.cost)
    context = multiprocessing.get_context("spawn")
    child = context.Process(target=_contract, args=arrays, daemon=True)
    child.start()
    child.join(HIERARCHY_S)
    if child.is_alive():
        child.kill()
        child.join()
        return False
    return child.exitcode == 0


def _contract(indptr: Any, head: Any, cost: Any) -> None:
    graph = scgraph_graph(Flat(indptr, head, cost, {}, None), cost)
    graph.create_contraction_hierarchy()


if __name__ == "__main__":
    for ratio in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
        mark = "met" if ratio.met else "MISSED"
        print(f"{ratio.name}: {ratio.ratio:.2f} (bound {ratio.want:g}, {mark}; {ratio.theirs})")
