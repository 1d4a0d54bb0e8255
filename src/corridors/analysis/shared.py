"""What two routes have in common, measured on the lines and lanes themselves."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from corridors.geodesy import great_circle_km
from corridors.movement.graph import Move, MovementGraph, State
from corridors.movement.zone_graph import ZoneGraph
from corridors.routing.route import Route

Track = Mapping[object, float]
"""Piece of line or lane to its kilometres."""


class Tracks:
    """Pieces that routes run over; hauls are traced once.

    Parameters
    ----------
    graph : MovementGraph
    """

    def __init__(self, graph: MovementGraph) -> None:
        self.graph = graph
        self._runs: dict[object, dict[object, float]] = {}

    def of(self, route: Route) -> Track:
        """Pieces of a route."""
        pieces: dict[object, float] = {}
        for leg in route.legs:
            for state, move in leg.moves:
                for piece, km in self._pieces(state, move).items():
                    pieces[piece] = pieces.get(piece, 0.0) + km
        return pieces

    def _pieces(self, state: State, move: Move) -> dict[object, float]:
        if move.service is not None:
            return self._lane(move.service.id)
        if move.crossing is not None:
            run = move.crossing
            return {(run.id, "crossing"): run.km_a + run.km_b}
        assert move.haul is not None
        haul = move.haul
        key = (haul.zone, *sorted((haul.a, haul.b)))
        if key not in self._runs:
            self._runs[key] = self._haul(haul.zone, haul.a, haul.b, haul.km)
        return self._runs[key]

    def _haul(self, zone: str, a: str, b: str, km: float) -> dict[object, float]:
        mode = zone.partition(":")[0]
        lines = self.graph.network.lines(mode)
        ends = [lines.node_of.get((facility, zone)) for facility in (a, b)]
        if ends[0] is None or ends[1] is None:
            return {(zone, a, b): km}  # by road from a point off the terminals
        graph: ZoneGraph = lines.graph(zone, closed_countries=self.graph.avoid)
        steps = graph.reach({ends[0]: 0.0}, targets=[ends[1]]).arcs_to(ends[1])
        return {(mode, arc): float(lines.flat.km[arc]) for arc, _ in steps}

    def _lane(self, service: str) -> dict[object, float]:
        key = ("lane", service)
        if key not in self._runs:
            lane = [(round(lon, 2), round(lat, 2)) for lon, lat in self.graph.network.lane(service)]
            pieces: dict[object, float] = {}
            for one, other in pairwise(lane):
                piece = ("sea", *sorted((one, other)))
                length = great_circle_km(one[0], one[1], other[0], other[1])
                pieces[piece] = pieces.get(piece, 0.0) + length
            self._runs[key] = pieces
        return self._runs[key]


def shared_share(one: Track, other: Track) -> float:
    """Share of the length of `other` that `one` runs over too.

    Examples
    --------
    >>> shared_share({"a": 100.0, "b": 50.0}, {"a": 100.0, "c": 300.0})
    0.25
    """
    whole = sum(other.values())
    return sum(km for piece, km in other.items() if piece in one) / whole if whole else 0.0
