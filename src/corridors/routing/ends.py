"""How a journey begins and ends: at the facilities of a place, or by road to the nearest ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.costing.charge import Vector
from corridors.costing.model import CostModel
from corridors.errors import SnapError
from corridors.movement.compiled import Haul, Lines
from corridors.movement.graph import LIFT_KINDS, Move, MovementGraph, State
from corridors.routing.many import in_series
from corridors.shipment import End

if TYPE_CHECKING:
    from corridors.movement.segments import Anchor

ACCESS = "road:access"
"""Zone name of a point off the terminals."""

ROAD_REACH_KM = 40.0
"""A point further from any road of the network is refused."""

LOOKED_AT_KM = 800.0
"""How far away a road is looked for, to say how far the nearest is."""

NEAREST = 3
"""Terminals of each kind that a point off the terminals is joined to."""


class Joined:
    """An end joined to the movement graph.

    Attributes
    ----------
    states : dict
        States that count as the end, with the generalised cost of starting or ending there.
    out, into : dict
        Extra moves from a state at the beginning, and to the end point at the end.
    """

    def __init__(self) -> None:
        self.states: dict[State, float] = {}
        self.out: dict[State, list[Move]] = defaultdict(list)
        self.into: dict[State, list[Move]] = defaultdict(list)


class RoadReach(NamedTuple):
    """Road distances from a point off the terminals to facilities of its zone."""

    zone: str
    hauls: tuple[Haul, ...]


def country_of_point(graph: MovementGraph, lon: float, lat: float) -> str:
    """Country of a bare coordinate.

    Raises
    ------
    SnapError
        The point lies at sea or outside every country of the region.
    """
    # Late: polygons are needed for bare coordinates only.
    from corridors.network.countries import read_polygons

    path = graph.tables.folder / "basemap" / "countries.npz"
    tree = None
    if in_series():
        from corridors.routing.reach import borders

        polygons, tree = borders(path, path.stat().st_mtime_ns)
    else:
        polygons = read_polygons(path)
    here = (np.array([lon]), np.array([lat]))
    code = str(polygons.locate(*here, reach_deg=0.02, tree=tree)[0])
    if not code:
        raise SnapError(
            f"{lat:.3f},{lon:.3f} lies at sea or outside the region served: "
            "give a point on land, or the name of a port"
        )
    return code


def road_reach(graph: MovementGraph, end: End) -> RoadReach:
    """Measure the roads from a point to every facility of its road zone.

    Raises
    ------
    SnapError
        No road of the network comes near the point.
    """
    # Late: a named terminal needs no line to be looked for.
    from corridors.movement.segments import Segments

    lines = graph.network.lines("road")
    finder = None
    if in_series():
        from corridors.routing.reach import finder_of

        finder = finder_of(graph.network)
        anchor = finder.nearest(end.lon, end.lat, reach_km=LOOKED_AT_KM)
    else:
        anchor = Segments(lines.flat).nearest(
            end.lon, end.lat, allowed=lines.arc_zone >= 0, reach_km=LOOKED_AT_KM
        )
    if anchor is None or anchor.offset_km > ROAD_REACH_KM:
        far = f"more than {LOOKED_AT_KM:.0f}" if anchor is None else f"{anchor.offset_km:.0f}"
        raise SnapError(
            f"{end.name} lies {far} km from the nearest road of the network "
            f"(limit {ROAD_REACH_KM:.0f} km): name a terminal or a town nearer to it",
            distance_km=None if anchor is None else anchor.offset_km,
        )
    zone = lines.zones[int(lines.arc_zone[anchor.arc])]
    if finder is not None:
        return RoadReach(zone, tuple(finder.hauls(anchor, end.id, end.country, graph.avoid)))
    return RoadReach(zone, tuple(_searched(graph, end, lines, anchor)))


def _searched(graph: MovementGraph, end: End, lines: Lines, anchor: Anchor) -> Iterator[Haul]:
    """Ways from a point to the facilities of its zone, by a search from there."""
    from corridors.movement.zone_graph import km_by_country

    zone = lines.zones[int(lines.arc_zone[anchor.arc])]
    u, v = int(lines.flat.u[anchor.arc]), int(lines.flat.v[anchor.arc])
    length = float(lines.flat.km[anchor.arc])
    # The stretch between the point and its road counts as road.
    sources = {u: anchor.km + anchor.offset_km}
    other = length - anchor.km + anchor.offset_km
    sources[v] = min(other, sources.get(v, other))
    members = {f: node for (f, z), node in lines.node_of.items() if z == zone}
    closed = frozenset(graph.avoid)
    reach = lines.graph(zone, closed_countries=closed).reach(sources, targets=set(members.values()))
    for facility, node in sorted(members.items()):
        if node in reach.km:
            countries = km_by_country(lines.flat, reach.arcs_to(node)) or {end.country: 0.0}
            first = next(iter(countries))
            countries[first] += reach.km[node] - sum(countries.values())
            yield Haul(end.id, facility, zone, reach.km[node], 0.0, 0.0, countries)


def join(
    graph: MovementGraph,
    end: End,
    *,
    model: CostModel,
    worth: Callable[[Vector], float],
    trunk_modes: frozenset[str] | None,
    reach: RoadReach | None,
    arriving: bool,
) -> Joined:
    """Join an end to the graph for one plan.

    Parameters
    ----------
    graph, end, model
    worth : callable
        Generalised cost of a vector of charges.
    trunk_modes : frozenset of str or None
        Modes of the plan's first or last section; None where all are allowed.
    reach : RoadReach or None
        Road distances, for an end that has no facilities of its own.
    arriving : bool
        Whether this is the destination.
    """
    joined = Joined()

    def price(state: State) -> float:
        if not arriving:
            return 0.0
        keys = (state[0], graph.mode_of(state))
        vector = model.optional_event("release", keys, at="", country="")
        return 0.0 if vector is None else worth(vector)

    land = [state for f in end.facilities for state in graph.states_of(f)]
    for state in land:
        joined.states[state] = price(state)
    for facility in end.facilities:
        for mode in sorted(graph.quays.get(facility, ())):
            quay = (facility, f"{mode}:in" if arriving else f"{mode}:out")
            # A box can be collected on the quay; it is brought there by a lift, where there
            # is a land side.
            if arriving or not graph.states_of(facility):
                joined.states[quay] = price(quay)
    if reach is not None:
        joined.states[(end.id, ACCESS)] = 0.0
        _by_road(graph, joined, (end.id, ACCESS), reach.hauls, trunk_modes, arriving=arriving)
    elif trunk_modes is not None and trunk_modes.isdisjoint(graph.mode_of(s) for s in land):
        # No facility of the place stands on a line of the trunk: by road to one that does.
        for state in land:
            hauls = [_outward(move, state) for move in graph.hauls_from(*state).values()]
            _by_road(graph, joined, state, hauls, trunk_modes, arriving=arriving)
    return joined


def _outward(move: Move, state: State) -> Haul:
    assert move.haul is not None
    haul = move.haul
    if haul.a == state[0]:
        return haul
    return Haul(
        haul.b, haul.a, haul.zone, haul.km, haul.stitched_km, haul.curated_km,
        dict(reversed(haul.countries.items())),
    )  # fmt: skip


def _by_road(
    graph: MovementGraph,
    joined: Joined,
    point: State,
    hauls: Iterable[Haul],
    trunk_modes: frozenset[str] | None,
    *,
    arriving: bool,
) -> None:
    """Moves by road between a point and what it may use: all by road, else the nearest."""
    road_hauls = sorted((h for h in hauls if h.zone.startswith("road:")), key=lambda h: (h.km, h.b))
    chosen = road_hauls
    if trunk_modes is not None and "road" not in trunk_modes:
        chosen = _nearest_terminals(graph, road_hauls)
    for haul in chosen:
        if not graph.avoid.isdisjoint(haul.countries):
            continue
        there = (haul.b, haul.zone)
        if arriving:
            joined.into[there].append(Move("access", point, False, haul=haul))
        else:
            joined.out[point].append(Move("access", there, True, haul=haul))


def _nearest_terminals(graph: MovementGraph, hauls: list[Haul]) -> list[Haul]:
    rail: list[Haul] = []
    quay: list[Haul] = []
    for haul in hauls:
        facility = graph.facilities[haul.b]
        if facility.kind not in LIFT_KINDS:
            continue
        if any(graph.mode_of(s) == "rail" for s in graph.states_of(facility.id)):
            rail.append(haul)
        if "sea" in facility.zones:
            quay.append(haul)
    return list({h.b: h for h in (*rail[:NEAREST], *quay[:NEAREST])}.values())
