"""How many ways there are: fewest doors to shut between countries, routes that share none."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from corridors.analysis.desk import Desk
from corridors.analysis.lease import doors
from corridors.analysis.study import Study
from corridors.analysis.ways import FREE, best_way, countries, shut
from corridors.errors import UsageError
from corridors.movement.graph import MovementGraph, State
from corridors.routing.route import Route

MOST_ROUTES = 12
"""Routes without a common door that are looked for at most."""


@dataclass(frozen=True)
class Cut:
    """Fewest crossings and services to shut so that no path remains.

    Attributes
    ----------
    sources, sinks : tuple of str
        Country codes.
    doors : tuple of str
        Crossings and services, sorted; as many routes exist that have no door in common.
    modes : tuple of str
        Modes that were allowed; all when empty.
    graph : MovementGraph
    """

    sources: tuple[str, ...]
    sinks: tuple[str, ...]
    doors: tuple[str, ...]
    modes: tuple[str, ...]
    graph: MovementGraph

    def study(self) -> Study:
        """One row per door of the cut."""
        names = {f.id: f.name for f in self.graph.tables.facilities}
        services = {service.id: service for service in self.graph.tables.services}
        rows: list[dict[str, Any]] = []
        for door in self.doors:
            row = self.graph.crossing_rows.get(door)
            if row is not None:
                name = f"{names[row.a]}–{names[row.b]}"
                rows.append({"kind": "crossing", "id": door, "name": name, "mode": row.mode,
                             "group": ""})  # fmt: skip
            else:
                one = services[door]
                rows.append({"kind": "service", "id": door, "name": one.name, "mode": one.mode,
                             "group": one.group})  # fmt: skip
        ways = f" by {', '.join(self.modes)}" if self.modes else ""
        return Study(
            "cut",
            f"{len(self.doors)} crossings and services to shut so that nothing gets from "
            f"{', '.join(self.sources)} to {', '.join(self.sinks)}{ways}",
            rows,
            (
                "Smallest number of doors (max-flow, every crossing and every service counts "
                "one, whatever it can carry); as many routes exist that share no door. Of "
                "several smallest cuts the one nearest to the destination is shown.",
            ),
            found=bool(self.doors),
            facts={"size": len(self.doors)},
        )


def minimum_cut(
    graph: MovementGraph,
    sources: Collection[str],
    sinks: Collection[str],
    *,
    modes: Collection[str] = (),
) -> Cut:
    """Fewest crossings and services whose closure leaves no path between countries.

    Parameters
    ----------
    graph : MovementGraph
    sources, sinks : collection of str
        Country codes; any facility of them is a beginning or an end.
    modes : collection of str
        Only these; all without.

    Raises
    ------
    UsageError
        A country has no facility, or the two lie in one zone without a border between them.
    """
    import networkx as nx

    for code in (*sources, *sinks):
        if not any(f.country == code for f in graph.facilities.values()):
            raise UsageError(f"no facility of the network lies in {code!r} (ISO codes: CN, DE)")
    if set(sources) & set(sinks):
        raise UsageError("a country cannot be cut from itself")
    flow = _network(graph, set(sources), set(sinks), frozenset(modes))
    try:
        _, (reached, _) = nx.minimum_cut(flow, "source", "sink")
    except nx.NetworkXUnbounded:
        raise UsageError(
            f"{', '.join(sources)} and {', '.join(sinks)} lie in one zone: no border between "
            "them to shut"
        ) from None
    cut = [
        node[1]
        for node in flow
        if node[0] == "into" and node in reached and ("out", node[1]) not in reached
    ]
    return Cut(tuple(sources), tuple(sinks), tuple(sorted(cut)), tuple(sorted(modes)), graph)


def _network(
    graph: MovementGraph, sources: set[str], sinks: set[str], modes: frozenset[str]
) -> Any:
    """Flow network: doors carry one, everything else without limit."""
    import networkx as nx

    flow = nx.DiGraph()
    flow.add_nodes_from(("source", "sink"))

    def allowed(state: State) -> bool:
        return not modes or graph.mode_of(state) in modes

    states: dict[State, None] = {}
    for state, moves in graph.moves.items():
        for move in moves:
            if not (allowed(state) and allowed(move.to)):
                continue
            states[state] = states[move.to] = None
            door = move.crossing.id if move.crossing else move.service.id if move.service else ""
            if not door:
                flow.add_edge(("at", state), ("at", move.to))
                continue
            # One capacity for a door, whichever way it is passed.
            flow.add_edge(("at", state), ("into", door))
            flow.add_edge(("into", door), ("out", door), capacity=1)
            flow.add_edge(("out", door), ("at", move.to))
    for zone in graph.zones:
        if modes and zone.partition(":")[0] not in modes:
            continue
        hauls = graph.zone_hauls(zone)
        for haul in hauls:
            one, other = (haul.a, zone), (haul.b, zone)
            states[one] = states[other] = None
            flow.add_edge(("at", one), ("at", other))
            flow.add_edge(("at", other), ("at", one))
    for state in states:
        country = graph.facilities[state[0]].country
        if country in sources:
            flow.add_edge("source", ("at", state))
        if country in sinks:
            flow.add_edge(("at", state), "sink")
    return flow


class Disjoint(NamedTuple):
    """One of several routes without a common door."""

    route: Route
    doors: tuple[str, ...]


def disjoint_routes(
    desk: Desk, *, by_group: bool = True, most: int = MOST_ROUTES
) -> list[Disjoint]:
    """The best route, the best that shares no crossing or service with it, and so on.

    Parameters
    ----------
    desk : Desk
    by_group : bool
        Whether the services of a strait or sea count as one door (``asia-europe-suez``).
    most : int
    """
    groups = {service.id: service.group for service in desk.graph.tables.services}
    found: list[Disjoint] = []
    closed: set[str] = set()
    while len(found) < most:
        route = best_way(shut(desk, closed=closed), FREE)
        if route is None:
            break
        passed = doors(route)
        found.append(Disjoint(route, tuple(passed)))
        closed |= {groups.get(door, door) if by_group else door for door in passed}
        if not passed:
            break  # no border on the way: it cannot be told from any other
    return found


def disjoint_study(desk: Desk, routes: Iterable[Disjoint], *, by_group: bool = True) -> Study:
    """One row per route."""
    rows = [
        {
            "route": number,
            "days": route.mean("hours") / 24,
            "usd": route.mean("usd"),
            "km": route.km,
            "countries": " ".join(countries(desk.graph, route)),
            "doors": " ".join(passed),
        }
        for number, (route, passed) in enumerate(routes, 1)
    ]
    shipment = desk.shipment
    unit = "crossing or group of services" if by_group else "crossing or service"
    return Study(
        "disjoint",
        f"{len(rows)} routes from {shipment.origin.name} to {shipment.destination.name} without "
        f"a common {unit}",
        rows,
        (
            "One after the other: each is the best that shares no door with those before it. "
            "Choosing the first ones worse might leave room for one more.",
        ),
        found=bool(rows),
    )
