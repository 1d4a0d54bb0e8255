"""How much a way can take in a week: its tightest door, as far as capacities are published."""

from __future__ import annotations

from typing import NamedTuple

from corridors.analysis.capacities import CORRIDOR, Capacities, Door, Limit, doors_of
from corridors.analysis.compare import Answer
from corridors.routing.route import Route

IN_A_YARD = ("lift", "transshipment", "gauge_change")
"""Events that are no move of a leg and take room at a terminal, port or yard."""


class Room(NamedTuple):
    """What the doors of one way leave.

    Attributes
    ----------
    tightest : Limit or None
        The door that takes least, in the direction of the shipment; None where no capacity on the
        way is published, which is not the same as no limit.
    known, doors : int
        How many of the crossings and services on the way have a published capacity, and how many
        there are. Yards and terminals count as known where they have one.
    """

    tightest: Limit | None
    known: int
    doors: int


def rooms(answer: Answer) -> dict[str | None, Room]:
    """What each usable option of an answer leaves, by corridor; limits of conditions included.

    Examples
    --------
    >>> from corridors.analysis.compare import compare
    >>> from corridors.analysis.engine import Engine
    >>> answer = compare(Engine.load(), "Xi'an", "Duisburg", corridors=["titr"], draws=20)
    >>> rooms(answer)["titr"].tightest.label
    'service CAS-AAU-ALT'
    """
    engine = answer.engine
    limits = Capacities.of(engine.folder, engine.tables, answer.ledger, answer.situation.caps)
    return {
        option.corridor: room_of(answer, option.route, limits)
        for option in answer.options
        if option.route is not None
    }


def room_of(answer: Answer, route: Route, limits: Capacities) -> Room:
    """What the doors of a route leave."""
    passed: dict[Door, None] = {}
    if route.corridor is not None:
        passed[(CORRIDOR, route.corridor)] = None
    for leg in route.legs:
        for state, move in leg.moves:
            for door in doors_of(answer.graph, state, move):
                passed[door] = None
    for event in route.events:
        if event.kind in IN_A_YARD:
            passed[("facility", event.at)] = None
    found = {door: limits.limit(door, answer.shipment.heading) for door in passed}
    known = [limit for limit in found.values() if limit is not None]
    gateways = {door for door in passed if door[0] in ("crossing", "service")}
    counted = gateways | {limit.door for limit in known}
    tightest = min(known, key=lambda limit: (limit.teu_week, limit.door), default=None)
    return Room(tightest, len(known), len(counted))
