"""Rules that flag a country: a flag is no clearance, and no flag is none either."""

from __future__ import annotations

from typing import NamedTuple

from corridors.analysis.engine import Engine
from corridors.movement.graph import MovementGraph
from corridors.network.tables import read_rows
from corridors.routing.route import Route


class Flag(NamedTuple):
    """A rule that a planner must check before using a country."""

    country: str
    flag: str
    rule: str
    since: str = ""
    source: str = ""
    note: str = ""


def read_flags(engine: Engine) -> dict[str, list[Flag]]:
    """Rules that flag a country, by code: a flag is no clearance, and no flag is none either.

    Raises
    ------
    DataError
        The table is missing or broken.
    """
    flags: dict[str, list[Flag]] = {}
    for row in read_rows(engine.folder / "curated" / "flags.csv", Flag):
        flags.setdefault(row.country, []).append(row)
    return flags


def targets_of(route: Route, graph: MovementGraph) -> frozenset[tuple[str, str]]:
    """All that a route passes and a condition may speak of, as kind and id.

    Countries that only a ship touches count, as they do where a country is avoided.
    """
    found: set[tuple[str, str]] = {("country", code) for code in route.countries}
    if route.corridor is not None:
        found.add(("corridor", route.corridor))
    for leg in route.legs:
        for place in (leg.a, leg.b):
            if place in graph.facilities:
                found |= {("facility", place), ("country", graph.facilities[place].country)}
        for _, move in leg.moves:
            if move.crossing is not None:
                found.add(("crossing", move.crossing.id))
            if move.service is not None:
                found |= {("service", move.service.id), ("group", move.service.group)}
                found |= {("chokepoint", name) for name in move.service.via}
    return frozenset(found)
