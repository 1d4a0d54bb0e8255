"""10,000 draws of five corridors beside a NetworkX loop over the same draws, and what re-use costs.

The product searches the best way of each corridor by mean prices, once, and draws the charges of
these ways. NetworkX is given, for each corridor, the movement graph with all that the corridor
allows and nothing that cannot lie on a way, takes the weights of a draw and searches again. Draws
are the same on both sides: the same parameter at the same place has the same number in draw 17.

A way that is best by the mean need not be best in draw 17. How much cheaper the best way of each
draw is than the way kept is measured and stated; nobody knows the draw beforehand, so that it is
what perfect foresight would save.
"""

from __future__ import annotations

import importlib.util
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridors.analysis.compare import Answer, compare, plans_of
from corridors.analysis.desk import Desk, weights
from corridors.analysis.engine import Engine
from corridors.analysis.setting import open_desk
from corridors.analysis.spread import Draws
from corridors.costing.charge import Vector
from corridors.routing.arcs import door_vectors
from corridors.routing.label_loops import costs_to_go
from corridors.routing.pareto import fronts_of
from corridors.routing.plan_tree import PlanTree
from corridors.routing.unrolled import Step, Unrolled
from ratio import Ratio, interleaved

GROUP = "Draws"
ORIGIN, DESTINATION = "Xi'an", "Duisburg"
DRAWS, LOOPED, RESOLVED, SEED = 10_000, 50, 200, 1
"""Draws asked for, those that NetworkX runs over, those whose best way is searched anew."""

Floats = NDArray[np.float64]


@dataclass
class Corridor:
    """All that one corridor allows, priced in some draws.

    Attributes
    ----------
    name : str
    tail, head : (a,) int64
        Arcs between labels from 0, the beginning, to 1, the end.
    unit : (a,) int64
        Row of `price` that an arc is charged by.
    amount : (a,) float64
    price : (u, draws) float64
        Generalised cost of one unit in each draw.
    """

    name: str
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    unit: NDArray[np.int64]
    amount: Floats
    price: Floats

    def weights(self, number: int) -> Floats:
        """Cost of each arc in a draw."""
        return self.amount * self.price[self.unit, number]

    def least(self) -> Callable[[int], float]:
        """A search for the cost of the best way in a draw, by the project's own loop."""
        count = int(max(self.tail.max(), self.head.max())) + 1
        order = np.argsort(self.head, kind="stable")
        into = np.concatenate([[0], np.cumsum(np.bincount(self.head, minlength=count))])
        tail, goal, free = self.tail[order], np.array([1]), np.array([0.0])

        def search(number: int) -> float:
            low = np.full(count, np.inf)
            cost = self.weights(number)[order]
            room = np.empty(count), np.empty(count, np.int64), np.full(count, -1, np.int64)
            costs_to_go(into, tail, cost, goal, free, low, *room)
            return float(low[0])

        return search


class Units:
    """Generalised cost of one unit of everything, in the first draws of many."""

    def __init__(self, desk: Desk, draws: Draws, kept: int) -> None:
        self.desk, self.draws, self.kept = desk, draws, kept
        self.numbers: dict[object, int] = {}
        self.rows: list[Floats] = []

    def of(self, key: object, vectors: Callable[[], Sequence[Vector]]) -> int:
        """Row of a unit, drawn when it is met first."""
        if key not in self.numbers:
            self.numbers[key] = len(self.rows)
            self.rows.append(self.drawn(vectors()))
        return self.numbers[key]

    def drawn(self, vectors: Sequence[Vector]) -> Floats:
        """Generalised cost of some charges in each draw kept."""
        row = np.zeros(self.kept)
        for vector in vectors:
            for name, weight in zip(("hours", "usd"), weights(self.desk.shipment), strict=True):
                for charge in getattr(vector, name):
                    if charge.amount:
                        row += weight * self.draws.charge(charge, name)[: self.kept]
        return row


def corridor_of(desk: Desk, name: str, units: Units) -> Corridor | None:
    """What a corridor allows between the two places, without labels that lie on no way."""
    plans = plans_of(desk, name)
    if not plans:
        return None
    quest = desk.quest(plans)
    unrolled = fronts_of(desk.graph).unrolled(quest, PlanTree(plans))
    kernel, graph, model = unrolled.kernel, desk.graph, desk.model
    prices = kernel.prices(model)
    if prices is None:
        raise ValueError("something has no price: take another pair of places")
    starts = unrolled.starts(quest, (prices.usd,))
    goals = unrolled.goals(quest, (prices.usd,))
    if any(end.move is not None for end in (*starts, *goals)):
        raise ValueError("a place off the terminals: take another pair of places")
    out = unrolled.out
    usable = np.isfinite(out.cost(unrolled.rates(prices.usd, quest)))
    usable &= _reached(unrolled, [s.label for s in starts], usable, forward=True)[unrolled.tail]
    usable &= _reached(unrolled, [g.label for g in goals], usable, forward=False)[out.label]
    arcs = np.flatnonzero(usable)
    states, moves = unrolled.arcs.states, unrolled.arcs.moves

    def unit(step: Step) -> int:
        one = states[step.one]
        if step.door >= 0:
            move = moves[step.door]
            return units.of(step.door, lambda: door_vectors(model, graph, one, move))
        if step.is_haul:
            haul = kernel.haul(step.one, step.other).haul
            assert haul is not None
            zone, country = haul.zone, next(iter(haul.countries), "")
            return units.of((zone, country), lambda: [model.run(zone, 1.0, country=country)])
        fill = model.fill(graph.facilities[one[0]])
        return units.of((one, "fill"), lambda: [] if fill is None else [fill])

    def release(label: int) -> int:
        facility, zone = unrolled.state(label)
        keys = (facility, zone.partition(":")[0])
        country = graph.facilities[facility].country
        vector = model.optional_event("release", keys, at=facility, country=country)
        return units.of((*keys, "release"), lambda: [] if vector is None else [vector])

    nothing = units.of("nothing", list)
    labels = np.unique(np.concatenate([unrolled.tail[arcs], unrolled.out.label[arcs]]))
    known = set(labels.tolist())
    first = [s.label for s in starts if s.label in known]
    last = [g.label for g in goals if g.label in known]
    number = {label: at + 2 for at, label in enumerate(labels.tolist())}
    unit_of = [unit(step) for step in unrolled.steps(arcs.tolist())]
    return Corridor(
        name,
        np.array([*(number[x] for x in unrolled.tail[arcs].tolist()), *[0] * len(first),
                  *(number[x] for x in last)]),
        np.array([*(number[x] for x in unrolled.out.label[arcs].tolist()),
                  *(number[x] for x in first), *[1] * len(last)]),
        np.array([*unit_of, *[nothing] * len(first), *map(release, last)]),
        np.concatenate([out.amount[arcs], np.ones(len(first) + len(last))]),
        np.zeros((0, 0)),
    )  # fmt: skip


def _reached(
    unrolled: Unrolled, labels: list[int], usable: NDArray[np.bool_], *, forward: bool
) -> NDArray[np.bool_]:
    """Labels that usable arcs lead to from some, or from which they lead to them."""
    one, other = (
        (unrolled.tail[usable], unrolled.out.label[usable])
        if forward
        else (unrolled.out.label[usable], unrolled.tail[usable])
    )
    reached = np.zeros(unrolled.count, dtype=bool)
    reached[labels] = True
    while True:
        fresh = other[reached[one] & ~reached[other]]
        if not len(fresh):
            return reached
        reached[fresh] = True


class Networkx:
    """The corridors as NetworkX graphs, weighed anew and searched for each draw."""

    def __init__(self, corridors: Sequence[Corridor]) -> None:
        import networkx as nx

        self.nx, self.corridors = nx, corridors
        self.graphs, self.data, self.twins = [], [], []
        for corridor in corridors:
            graph = nx.DiGraph()
            count = int(max(corridor.tail.max(), corridor.head.max())) + 1
            pairs, twin = np.unique(corridor.tail * count + corridor.head, return_inverse=True)
            ends = [(pair // count, pair % count) for pair in pairs.tolist()]
            graph.add_edges_from(ends)
            self.graphs.append(graph)
            self.data.append([graph.edges[end] for end in ends])
            # Several ships may sail between two ports: the cheapest counts.
            order = np.argsort(twin, kind="stable")
            self.twins.append((order, np.flatnonzero(np.diff(twin[order], prepend=-1))))

    def cost(self, which: int, number: int) -> float:
        """Cost of the best way of a corridor in a draw."""
        order, first = self.twins[which]
        weighed = np.minimum.reduceat(self.corridors[which].weights(number)[order], first)
        for data, weight in zip(self.data[which], weighed.tolist(), strict=True):
            data["weight"] = weight
        found: tuple[float, list[int]] = self.nx.bidirectional_dijkstra(self.graphs[which], 0, 1)
        return found[0]

    def loop(self, draws: int) -> list[list[float]]:
        """Cost of the best way of every corridor in the first draws."""
        return [
            [self.cost(which, number) for which in range(len(self.corridors))]
            for number in range(draws)
        ]


def searched_part(answer: Answer, name: str, units: Units) -> Floats:
    """Drawn generalised cost of what a search decides on the way that a comparison keeps."""
    option = next(option for option in answer.options if option.corridor == name)
    assert option.route is not None
    kinds = ("pickup", "delivery", "equipment")
    steps = [s for s in option.route.steps if getattr(s, "kind", "") not in kinds]
    return units.drawn([step.vector for step in steps])


def checked(corridors: Sequence[Corridor], peer: Networkx, kept: Sequence[Floats]) -> str:
    """Compare the answers draw by draw, and say what keeping the ways costs.

    Raises
    ------
    ValueError
        NetworkX finds another cost, or a way kept is cheaper than the best.
    """
    gaps = []
    for which, corridor in enumerate(corridors):
        search = corridor.least()
        best = np.array([search(number) for number in range(RESOLVED)])
        for number in range(3):
            if not np.isclose(peer.cost(which, number), best[number], rtol=1e-9):
                raise ValueError(f"{corridor.name}: NetworkX finds another way in draw {number}")
        # Hauls are stored to the metre: two in a row may be shorter than one by as much.
        if (kept[which] < best * (1 - 1e-6)).any():
            raise ValueError(f"{corridor.name}: a way kept is cheaper than the best")
        gaps.append(np.maximum(1 - best / kept[which], 0.0))
    every = np.concatenate(gaps)
    if every.min() > 1e-6:
        raise ValueError("no way kept is ever the best: these are not the same draws")
    words = [
        f"{corridor.name} mean {gap.mean():.2%}, p99 {np.quantile(gap, 0.99):.1%}"
        for corridor, gap in zip(corridors, gaps, strict=True)
    ]
    words.append(f"all mean {every.mean():.2%}, p99 {np.quantile(every, 0.99):.1%}")
    return "; ".join(words)


def measure(runs: int) -> list[Ratio]:
    """A comparison with 10,000 draws beside the loop, which is run over 50 of them."""
    if importlib.util.find_spec("networkx") is None:
        print("draws: skipped, networkx is not installed")
        return []
    engine = Engine.load()
    desk = open_desk(engine, ORIGIN, DESTINATION, "terminal", "balanced", None, None)
    units = Units(desk, Draws(desk.ledger, count=DRAWS, seed=SEED), RESOLVED)
    found = [corridor_of(desk, name, units) for name in engine.plans]
    corridors = [corridor for corridor in found if corridor is not None]
    price = np.stack(units.rows)
    for corridor in corridors:
        corridor.price = price

    def ours() -> Answer:
        return compare(engine, ORIGIN, DESTINATION, draws=DRAWS, seed=SEED)

    answer = ours()
    peer = Networkx(corridors)
    kept = [searched_part(answer, corridor.name, units) for corridor in corridors]
    gap = checked(corridors, peer, kept)
    spent = interleaved({"corridors": ours, "NetworkX": lambda: peer.loop(LOOPED)}, runs)
    one = tuple(spent["corridors"])
    other = tuple(ms * DRAWS / LOOPED for ms in spent["NetworkX"])
    arcs = sum(len(corridor.tail) for corridor in corridors)
    note = (
        f"{ORIGIN} to {DESTINATION}, search included; NetworkX: {arcs:,} arcs in {len(corridors)} "
        f"graphs, extrapolated from {LOOPED} draws; equal costs in every draw looked at. The best "
        f"way of a draw, found anew, costs less than the way kept by this share of what a search "
        f"decides (lease, pick-up and delivery apart), over {RESOLVED} draws: {gap}"
    )
    ratio = statistics.median(other) / statistics.median(one)
    name = f"{DRAWS:,} draws of {len(corridors)} corridors"
    return [Ratio(GROUP, name, "corridors", "NetworkX", one, other, ratio, 50.0, False, note)]


if __name__ == "__main__":
    for row in measure(2):
        print(f"{row.name}: {row.ratio:,.0f} times as fast ({row.note})")
