"""Lines of an answer's legs, drawn out of the network when somebody wants to see them."""

from __future__ import annotations

import math
from typing import Protocol

from corridors.analysis.compare import Answer
from corridors.movement.graph import Move, MovementGraph, State
from corridors.routing.route import Route
from corridors.shipment import Shipment

Geometries = dict[tuple[str, str], list[tuple[float, float]]]
"""(corridor, leg id) to (lon, lat) pairs."""


class Asked(Protocol):
    """A question or its answer: what the lines of a route are found by."""

    @property
    def graph(self) -> MovementGraph:
        """The network under its mask."""
        ...

    @property
    def shipment(self) -> Shipment:
        """Origin and destination."""
        ...


def geometries(answer: Answer) -> Geometries:
    """(lon, lat) line of every leg, keyed by corridor and leg id.

    Free routes are keyed ``best`` and ``next``.
    """
    result: Geometries = {}
    for position, option in enumerate(answer.options):
        if option.route is None:
            continue
        name = option.corridor or ("best", "next")[position]
        lines = route_lines(answer, option.route)
        result |= {(name, leg.id): line for leg, line in zip(option.route.legs, lines, strict=True)}
    return result


def route_lines(asked: Asked, route: Route) -> list[list[tuple[float, float]]]:
    """(lon, lat) line of every leg of a route, in order."""
    return [
        [point for state, move in leg.moves for point in _line(asked, state, move)]
        for leg in route.legs
    ]


def _line(asked: Asked, state: State, move: Move) -> list[tuple[float, float]]:
    network = asked.graph.network
    if move.service is not None:
        lane = network.lane(move.service.id)
        return lane if move.forward else lane[::-1]
    if move.crossing is not None:
        run = move.crossing
        row = asked.graph.crossing_rows[run.id]
        lines = network.lines(row.mode)
        a, b = lines.node_of[(row.a, run.zone_a)], lines.node_of[(row.b, run.zone_b)]
        line = _path(asked, row.mode, run.zone_a, a, run.node)
        line += _path(asked, row.mode, run.zone_b, run.node, b)
        return line if move.forward else line[::-1]
    assert move.haul is not None
    haul = move.haul
    mode = haul.zone.partition(":")[0]
    lines = network.lines(mode)
    ends = [lines.node_of.get((f, haul.zone)) for f in (haul.a, haul.b)]
    if ends[0] is None:
        return _access_line(asked, haul.zone, haul.a, ends[1], move)
    assert ends[1] is not None
    line = _path(asked, mode, haul.zone, ends[0], ends[1])
    return line if move.forward else line[::-1]


def _access_line(
    asked: Asked, zone: str, point: str, node: int | None, move: Move
) -> list[tuple[float, float]]:
    assert node is not None
    end = next(e for e in (asked.shipment.origin, asked.shipment.destination) if e.id == point)
    lines = asked.graph.network.lines("road")
    graph = lines.graph(zone, closed_countries=asked.graph.avoid)
    near = min(
        graph.next,
        key=lambda n: (
            (lines.flat.lon[n] - end.lon) ** 2 * math.cos(math.radians(end.lat)) ** 2
            + (lines.flat.lat[n] - end.lat) ** 2
        ),
    )
    line = [(end.lon, end.lat), *_path(asked, "road", zone, near, node)]
    return line if move.forward else line[::-1]


def _path(asked: Asked, mode: str, zone: str, a: int, b: int) -> list[tuple[float, float]]:
    from corridors.movement.zone_graph import line_of

    lines = asked.graph.network.lines(mode)
    graph = lines.graph(zone, closed_countries=asked.graph.avoid)
    reach = graph.reach({a: 0.0}, targets=[b])
    steps = reach.arcs_to(b)
    if not steps:
        return [(float(lines.flat.lon[a]), float(lines.flat.lat[a]))]
    return line_of(lines.flat, steps)
