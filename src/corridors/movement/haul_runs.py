"""Hauls of one zone, as runs over its lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from corridors.movement.compiled import Haul
from corridors.movement.zone_graph import Reach, Walker

Stop = tuple[str, int]
"""(facility id, junction)."""


def hauls_from(
    walker: Walker,
    reached: Mapping[int, Reach],
    start: Stop,
    others: Collection[Stop],
    *,
    zone: str,
    own: Collection[str],
) -> list[Haul]:
    """Hauls from one facility to those of the others that were reached.

    Parameters
    ----------
    walker : Walker
    reached : mapping
        Junction to the reach that leads there, from `round_trip`.
    start : (facility, junction)
    others : collection of (facility, junction)
    zone : str
    own : collection of str
        Countries of the zone; others on the way are noted as foreign.
    """
    hauls = []
    for facility, node in others:
        if node not in reached:
            continue
        km, stitched, curated, countries = walker.walk(reached[node], node)
        foreign = tuple(code for code in countries if code not in own)
        classes = walker.classes(reached[node], node)
        hauls.append(
            Haul(start[0], facility, zone, km, stitched, curated, countries, foreign, classes)
        )
    return hauls
