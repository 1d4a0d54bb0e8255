"""What a door is charged with: borders, changes of gauge and mode, waits and sailings."""

from __future__ import annotations

from corridors.costing.charge import Vector
from corridors.costing.model import CostModel
from corridors.movement.graph import Move, MovementGraph, State


def door_vectors(model: CostModel, graph: MovementGraph, state: State, move: Move) -> list[Vector]:
    """Charges of a move other than a haul; none of one that is free.

    The line on both sides of a border point is not among them: it is charged by the kilometre.
    """
    if move.crossing is not None:
        row = graph.crossing_rows[move.crossing.id]
        pair = (graph.facilities[row.a].country, graph.facilities[row.b].country)
        pair = pair if move.forward else (pair[1], pair[0])
        parts = [model.border(row, forward=move.forward, countries=pair)]
        yard = row.gauge_ab if move.forward else row.gauge_ba
        if yard:
            parts.append(model.gauge_change(graph.facilities[yard]))
        reload = model.reload(row, forward=move.forward, country=pair[1])
        return parts if reload is None else [*parts, reload]
    if move.kind in ("haul", "access"):
        return []
    facility = graph.facilities[state[0]]
    if move.service is not None:
        km = graph.service_km[move.service.id]
        return [model.wait(move.service, facility), model.sailing(move.service, km)]
    if move.kind == "lift":
        return [model.lift(facility, graph.mode_of(state), graph.mode_of(move.to))]
    if move.kind == "gauge_change":
        return [model.gauge_change(facility)]
    return []
