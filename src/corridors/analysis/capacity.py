"""How many containers a corridor can take in a week, and what binds: maximum flow, minimum cut."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from corridors.analysis.capacities import Capacities, Door, Limit, doors_of
from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.analysis.setting import situation_of
from corridors.conditions.situation import corridor_id
from corridors.errors import UsageError
from corridors.movement.graph import Move, MovementGraph, State
from corridors.routing.plan import Plan
from corridors.shipment import End, Heading, Shipment

if TYPE_CHECKING:
    from corridors.conditions.situation import Situation

EU = (
    "AT", "BE", "BG", "HR", "CZ", "DK", "FR", "DE", "GR", "HU", "IT", "LU", "NL", "PL", "RO", "SK",
    "SI", "SE",
)  # fmt: skip
"""Members joined by standard gauge. A train that has reached Latvia has passed a border of the
Union and none of its gateways, so EE, LV, LT, FI, and ES and PT have to be named."""
SOURCE, SINK = "from", "to"
CUTS = 2
"""How many cuts are named: the one that binds, and the one that binds once it is raised."""


class Cut(NamedTuple):
    """What binds: doors that are full together.

    Attributes
    ----------
    teu_week : int
    limits : tuple of Limit
    """

    teu_week: int
    limits: tuple[Limit, ...]


@dataclass(frozen=True)
class CorridorCapacity:
    """What one corridor, or several together, can take one way.

    Attributes
    ----------
    corridors : tuple of str
    teu_week, low, high : int or None
        None: no published capacity stands in the way, which is not the same as no limit.
    known : int or None
        As much of it as passes only doors whose capacity is published.
    cuts : tuple of Cut
        The binding one, then the next after it has been raised.
    unknown : tuple of Door
        Gateways of the corridor without a published capacity.
    reason : str
        Why nothing passes; empty where something does.
    """

    corridors: tuple[str, ...]
    teu_week: int | None
    low: int | None
    high: int | None
    known: int | None
    cuts: tuple[Cut, ...]
    unknown: tuple[Door, ...]
    reason: str = ""


@dataclass(frozen=True)
class CapacityAnswer:
    """Capacities from some countries to others under one situation.

    Attributes
    ----------
    origins, destinations : tuple of str
        Country codes.
    heading : {"westbound", "eastbound"}
    one_way_share : float
        Share of a capacity for both directions that one has.
    situation : Situation
    unused_caps : tuple of str
        Limits of conditions on things that are no doors.
    each : tuple of CorridorCapacity
    together : CorridorCapacity or None
        Those that have a known limit, as one network: what they share counts once.
    """

    engine: Engine = field(repr=False)
    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    heading: Heading
    one_way_share: float
    situation: Situation = field(repr=False)
    unused_caps: tuple[str, ...]
    each: tuple[CorridorCapacity, ...]
    together: CorridorCapacity | None


class Arc(NamedTuple):
    """An arc of the capacity graph; without a limit nothing is known to stop a box."""

    tail: object
    head: object
    limit: Limit | None = None
    door: Door | None = None


def capacity(
    engine: Engine,
    origins: Sequence[str],
    destinations: Sequence[str],
    *,
    corridors: Sequence[str] = (),
    conditions: Conditions | None = None,
) -> CapacityAnswer:
    """Most containers that can pass from some countries to others in a week, one way.

    Parameters
    ----------
    engine : Engine
    origins, destinations : sequence of str
        Country codes; ``EU`` stands for its members on the standard gauge (see `EU`).
    corridors : sequence of str
        Only these; all without.
    conditions : Conditions, optional
        Scenarios, the day (`as_of`), avoided countries.

    Raises
    ------
    UsageError
        A country or corridor that does not exist, or one country at both ends.

    Examples
    --------
    >>> answer = capacity(Engine.load(), ["CN"], ["EU"], corridors=["titr"])
    >>> [limit.label for limit in answer.each[0].cuts[0].limits]
    ['facility AZ-ALT']
    """
    conditions = conditions or Conditions()
    starts, goals = _countries(engine, origins), _countries(engine, destinations)
    if set(starts) & set(goals):
        raise UsageError(f"{', '.join(sorted(set(starts) & set(goals)))}: both origin and goal")
    names = _corridors(engine, corridors)
    ledger = engine.ledger
    if conditions.rates is not None:
        ledger = ledger.overlay(conditions.rates)
    if conditions.assume:
        ledger = ledger.override(conditions.assume)
    ends = (_middle(engine, starts), _middle(engine, goals))
    shipment = Shipment(*ends, "terminal", "balanced", 0.0)
    situation = situation_of(engine, ledger, conditions, shipment)
    graph = engine.graph(
        avoid={*conditions.avoid, *situation.avoid},
        closed=conditions.closed | situation.closed,
        opened=situation.opened,
    )
    limits = Capacities.of(engine.folder, engine.tables, ledger, situation.caps)
    heading = shipment.heading

    def solve(chosen: Sequence[str]) -> CorridorCapacity:
        plans = [
            part
            for name in chosen
            if graph.is_open(corridor_id(name))
            for plan in engine.plans[name]
            for start in starts
            for goal in goals
            if (part := plan.between(start, goal)) is not None
        ]
        arcs = capacity_arcs(graph, list(dict.fromkeys(plans)), starts, goals, limits, heading)
        gateways = {
            name for plan in plans for gate in plan.gateways
            for name in gate.crossings | gate.services
        }  # fmt: skip
        return _solved(tuple(chosen), arcs, gateways)

    each = tuple(solve([name]) for name in names)
    bounded = [row.corridors[0] for row in each if row.teu_week]
    return CapacityAnswer(
        engine, tuple(starts), tuple(goals), heading, limits.one_way_share, situation,
        tuple(f"{cap.target} {cap.id}" for cap in limits.unused_caps(corridors=False)),
        each, solve(bounded) if len(bounded) > 1 else None,
    )  # fmt: skip


# The graph --------------------------------------------------------------------------------


def capacity_arcs(
    graph: MovementGraph,
    plans: Sequence[Plan],
    origins: Collection[str],
    destinations: Collection[str],
    limits: Capacities,
    heading: Heading,
) -> list[Arc]:
    """Arcs from ``"from"`` to ``"to"`` for all ways that some plans allow.

    A zone is one node, for no line has a published capacity. Plans laid over each other may be
    combined in ways that none of them has, so that the flow found is never too small.
    """
    allowed, zones = _doors(graph, plans), _zones(graph, plans)
    arcs: dict[tuple[object, object], Arc] = {}

    def join(tail: object, head: object, door: Door | None = None) -> None:
        limit = limits.limit(door, heading) if door else None
        arcs.setdefault((tail, head), Arc(tail, head, limit, door))

    def through(tail: object, doors: Iterable[Door], head: object) -> None:
        here = tail
        for door in doors:
            known = limits.limit(door, heading) is not None
            if door[0] in ("facility", "group") and not known:
                continue  # of these only the known ones are listed: most are no bottleneck
            entry, leave = (door, "in"), (door, "out")
            join(here, entry)
            join(entry, leave, door)
            here = leave
        if here != head:
            join(here, head)

    members = {zone: frozenset(graph.zone_hauls(zone).names) for zone in sorted(zones)}

    def usable(state: State) -> bool:
        return state[1] in zones or state[1].partition(":")[2] in ("in", "out")

    def node(state: State) -> object:
        return state[1] if state[0] in members.get(state[1], ()) else state

    for zone in members:
        row = graph.zones[zone]
        if not set(row.countries).isdisjoint(origins):
            join(SOURCE, zone)
        if not set(row.countries).isdisjoint(destinations):
            join(zone, SINK)
    for state, moves in graph.moves.items():
        for move in moves:
            if not (usable(state) and usable(move.to)):
                continue
            name = _door_name(move)
            if name is not None and (name, move.forward) not in allowed:
                continue
            through(node(state), doors_of(graph, state, move), node(move.to))
    return list(arcs.values())


def _door_name(move: Move) -> str | None:
    if move.crossing is not None:
        return move.crossing.id
    return move.service.id if move.service is not None else None


def _zones(graph: MovementGraph, plans: Sequence[Plan]) -> set[str]:
    sections = {section for plan in plans for section in plan.sections}
    return {
        zone.zone for zone in graph.zones.values() if any(part.admits(zone) for part in sections)
    }


def _doors(graph: MovementGraph, plans: Sequence[Plan]) -> set[tuple[str, bool]]:
    """Crossings and services of the plans, each with whether it is passed from its a to its b."""
    facilities, tables = graph.facilities, graph.tables
    doors = [(row.id, row.a, row.b, row.mode) for row in tables.crossings]
    doors += [(row.id, row.a, row.b, row.mode) for row in tables.services]
    rows = {
        name: (facilities[a].country, facilities[b].country, mode) for name, a, b, mode in doors
    }
    found: set[tuple[str, bool]] = set()
    for plan in plans:
        for number, gateway in enumerate(plan.gateways):
            before, after = plan.sections[number], plan.sections[number + 1]
            for name in gateway.crossings | gateway.services:
                a, b, _ = rows[name]
                if a in before.countries and b in after.countries:
                    found.add((name, True))
                if b in before.countries and a in after.countries:
                    found.add((name, False))
        for section in plan.sections:
            for name, (a, b, mode) in rows.items():
                if mode in section.modes and {a, b} <= section.countries:
                    found |= {(name, True), (name, False)}
    return found


# The flow ---------------------------------------------------------------------------------


def maximum_flow(arcs: Sequence[Arc]) -> Cut | None:
    """Value of the maximum flow and the arcs of the minimum cut next to the goal.

    Returns
    -------
    Cut or None
        None when a way without any limit leads through.

    Examples
    --------
    >>> def limit(name, teu):
    ...     return Limit(("crossing", name), "westbound", teu, teu, teu, "stated")
    >>> cut = maximum_flow([
    ...     Arc("from", "a", limit("A", 30)), Arc("from", "b", limit("B", 40)),
    ...     Arc("a", "to", limit("C", 50)), Arc("b", "to", limit("D", 10)),
    ... ])
    >>> cut.teu_week, [limit.label for limit in cut.limits]
    (40, ['crossing A', 'crossing D'])
    """
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from((SOURCE, SINK))
    for arc in arcs:
        # Whole containers: the solver is exact on integers.
        about = {} if arc.limit is None else {"capacity": round(arc.limit.teu_week)}
        graph.add_edge(arc.tail, arc.head, **about)
    try:
        value, (near, _) = nx.minimum_cut(graph, SOURCE, SINK)
    except nx.NetworkXUnbounded:
        return None
    full = [a.limit for a in arcs if a.limit and a.tail in near and a.head not in near]
    return Cut(int(value), tuple(sorted(set(full), key=lambda limit: limit.door)))


def cuts_of(arcs: Sequence[Arc], count: int = CUTS) -> list[Cut]:
    """The binding cut, then what binds when its doors are raised out of the way, and so on."""
    found: list[Cut] = []
    rest = list(arcs)
    while len(found) < count and (cut := maximum_flow(rest)) is not None and cut.limits:
        found.append(cut)
        full = {limit.door for limit in cut.limits}
        rest = [
            arc._replace(limit=None) if arc.limit and arc.limit.door in full else arc
            for arc in rest
        ]
    return found


def _solved(
    names: tuple[str, ...], arcs: Sequence[Arc], gateways: Collection[str]
) -> CorridorCapacity:
    if not _connected(arcs):
        reason = "no open way" if gateways else "does not lead from one to the other"
        return CorridorCapacity(names, 0, 0, 0, 0, (), (), reason)
    first = maximum_flow(arcs)
    live = set(_on_some_way(arcs))
    unknown = {arc.door for arc in live if arc.door and arc.limit is None}
    known = maximum_flow([a for a in arcs if a.limit or a.door is None])
    ends = [maximum_flow(_at(arcs, end)) for end in ("low", "high")]
    low, high = (None if cut is None else cut.teu_week for cut in ends)
    return CorridorCapacity(
        names,
        None if first is None else first.teu_week,
        low,
        high,
        None if known is None else known.teu_week,
        tuple(cuts_of(arcs)),
        tuple(sorted(door for door in unknown if door[1] in gateways)),
    )


def _at(arcs: Iterable[Arc], end: str) -> list[Arc]:
    return [
        arc._replace(limit=arc.limit._replace(teu_week=getattr(arc.limit, end)))
        if arc.limit
        else arc
        for arc in arcs
    ]


def _connected(arcs: Sequence[Arc]) -> bool:
    return SINK in _reached(arcs, SOURCE, "tail", "head")


def _on_some_way(arcs: Sequence[Arc]) -> Iterator[Arc]:
    ahead = _reached(arcs, SOURCE, "tail", "head")
    behind = _reached(arcs, SINK, "head", "tail")
    return (arc for arc in arcs if arc.tail in ahead and arc.head in behind)


def _reached(arcs: Sequence[Arc], start: object, here: str, there: str) -> set[object]:
    following: dict[object, list[object]] = {}
    for arc in arcs:
        following.setdefault(getattr(arc, here), []).append(getattr(arc, there))
    seen, stack = {start}, [start]
    while stack:
        for node in following.get(stack.pop(), ()):
            if node not in seen:
                seen.add(node)
                stack.append(node)
    return seen


# What was asked ---------------------------------------------------------------------------


def _countries(engine: Engine, codes: Sequence[str]) -> list[str]:
    known = {facility.country for facility in engine.tables.facilities}
    found: list[str] = []
    for code in codes:
        members = [c for c in EU if c in known] if code.upper() == "EU" else [code.upper()]
        if not set(members) <= known:
            raise UsageError(f"{code!r}: no country of the network (codes such as CN, or EU)")
        found += members
    if not found:
        raise UsageError("name at least one country at each end, such as --from CN --to EU")
    return list(dict.fromkeys(found))


def _corridors(engine: Engine, names: Sequence[str]) -> list[str]:
    for name in names:
        if name not in engine.plans:
            raise UsageError(f"no corridor {name!r}: choose from {', '.join(engine.plans)}")
    return [name for name in engine.plans if not names or name in names]


def _middle(engine: Engine, countries: Collection[str]) -> End:
    """A point that tells which way the flow is heading."""
    rows = [row for row in engine.tables.facilities if row.country in countries]
    lon, lat = (sum(getattr(row, axis) for row in rows) / len(rows) for axis in ("lon", "lat"))
    return End("", "", next(iter(countries)), lon, lat)
