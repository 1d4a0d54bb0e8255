"""What a journey hangs on: each crossing, port, strait and country taken away in turn."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

from corridors.analysis.desk import Desk
from corridors.analysis.lease import doors
from corridors.analysis.study import Study
from corridors.analysis.ways import FREE, best_way, corridors_of, countries, shut, ways_of
from corridors.errors import UsageError
from corridors.movement.graph import MovementGraph
from corridors.network.tables import USABLE_SERVICES
from corridors.routing.route import Route

KINDS = ("crossing", "port", "services", "chokepoint", "country")
"""Kinds of elements that are taken away, one at a time."""

THREE = {
    "Malacca": frozenset({"MAL"}),
    "Hormuz": frozenset({"HOR"}),
    "Red Sea": frozenset({"BAM", "SUZ"}),
}
"""The three straits that the founding question names; the Red Sea has a gate at either end."""


ROUND = (
    "With a chokepoint gone, ships sail by services kept for that case (such as Sunda for "
    "Malacca) where the tables have one between the same ports."
)


class Element(NamedTuple):
    """Something that can be taken away.

    Attributes
    ----------
    kind : str
        One of `KINDS`, or ``chokepoints`` for several together.
    id, name : str
    closed, avoid : frozenset of str
        What is shut with it: ids, and countries.
    """

    kind: str
    id: str
    name: str
    closed: frozenset[str] = frozenset()
    avoid: frozenset[str] = frozenset()


class Change(NamedTuple):
    """What a removal does to one option of a journey.

    Attributes
    ----------
    option : str
        Corridor, or ``free``.
    days, usd : float or None
        More than before; None where nothing is left.
    loss_usd : float
        Mean generalised cost more than before; infinite where nothing is left.
    instead : str
        Variant or corridor that is used then.
    """

    option: str
    days: float | None
    usd: float | None
    loss_usd: float
    instead: str


class Removal(NamedTuple):
    """What the removal of an element does to one journey.

    Attributes
    ----------
    element : Element
    origin, destination : str
    best : Change
        For the best option of all.
    by_corridor : tuple of Change
        Corridors whose best route uses the element; the others lose nothing by definition.
    """

    element: Element
    origin: str
    destination: str
    best: Change
    by_corridor: tuple[Change, ...]


@dataclass(frozen=True)
class Criticality:
    """Elements of some journeys, the most critical first.

    Attributes
    ----------
    removals : tuple of tuple of Removal
        By element in order of rank; one entry per journey that uses it.
    corridors : tuple of str
    journeys : tuple of (str, str)
    """

    removals: tuple[tuple[Removal, ...], ...]
    corridors: tuple[str, ...]
    journeys: tuple[tuple[str, str], ...]

    def study(self) -> Study:
        """Rows by element and journey."""
        rows: list[dict[str, Any]] = []
        for rank, group in enumerate(self.removals, 1):
            for removal in group:
                changes = {change.option: change for change in removal.by_corridor}
                row = {
                    "rank": rank,
                    "kind": removal.element.kind,
                    "id": removal.element.id,
                    "name": removal.element.name,
                    "origin": removal.origin,
                    "destination": removal.destination,
                    "best_then": removal.best.instead,
                    "best_days": removal.best.days,
                    "best_usd": removal.best.usd,
                    "best_loss_usd": _finite(removal.best.loss_usd),
                }
                for name in self.corridors:
                    change = changes.get(name)
                    row[f"{name}_days"] = change.days if change else 0.0
                    row[f"{name}_usd"] = change.usd if change else 0.0
                    row[f"{name}_loss_usd"] = _finite(change.loss_usd) if change else 0.0
                    row[f"{name}_then"] = change.instead if change else ""
                rows.append(row)
        journeys = "; ".join(f"{one} to {other}" for one, other in self.journeys)
        ships = any(str(row["kind"]).startswith("chokepoint") for row in rows)
        return Study(
            "criticality",
            f"What hurts most when it is gone: {journeys}",
            rows,
            (
                "Ranked by what the best corridor then costs more, an hour at the value of time, "
                "then by what it does to the other corridors. Only what lies on a chosen route is "
                "taken away: the rest costs nothing by definition. Capacity is left aside: what "
                "remains is taken to have room.",
                *((ROUND,) if ships else ()),
            ),
            facts={"corridors": list(self.corridors)},
        )


# Elements ------------------------------------------------------------------------------------


def elements_of(desk: Desk, route: Route, kinds: Collection[str] = KINDS) -> list[Element]:
    """Elements that a route uses, those at its two ends left aside.

    Parameters
    ----------
    desk : Desk
    route : Route
    kinds : collection of str
    """
    graph = desk.graph
    names = {f.id: f.name for f in graph.tables.facilities}
    services = {service.id: service for service in graph.tables.services}
    points = {point.id: point.name for point in graph.tables.chokepoints}
    found: list[Element] = []
    for door in doors(route):
        if door in graph.crossing_rows:
            row = graph.crossing_rows[door]
            name = f"{names[row.a]}–{names[row.b]} ({row.mode})"
            found.append(Element("crossing", door, name, frozenset({door})))
            continue
        service = services[door]
        found += [
            Element("port", port, names[port], frozenset({port})) for port in (service.a, service.b)
        ]
        group = service.group
        found.append(Element("services", group, f"ships of {group}", frozenset({group})))
        found += [
            Element("chokepoint", point, points.get(point, point), frozenset({point}))
            for point in service.via
        ]
    ends = {desk.shipment.origin.country, desk.shipment.destination.country}
    found += [
        Element("country", code, code, avoid=frozenset({code}))
        for code in countries(graph, route)
        if code not in ends
    ]
    own = {*desk.shipment.origin.facilities, *desk.shipment.destination.facilities}
    kept = [e for e in found if e.kind in kinds and not (e.kind == "port" and e.id in own)]
    return list(dict.fromkeys(kept))


def straits() -> list[Element]:
    """The three chokepoints alone, two together, and all three."""
    sets = [c for size in (1, 2, 3) for c in combinations(THREE, size)]
    return [
        Element(
            "chokepoints",
            "+".join(sorted(point for name in chosen for point in THREE[name])),
            ", ".join(sorted(chosen)),
            frozenset().union(*(THREE[name] for name in chosen)),
        )
        for chosen in sets
    ]


def detours(graph: MovementGraph, points: Collection[str]) -> set[tuple[str, str]]:
    """Services kept for a closed strait: unscheduled, between the same two ports, round it."""
    services = graph.tables.services
    cut = {
        frozenset({service.a, service.b})
        for service in services
        if service.status in USABLE_SERVICES and not set(points).isdisjoint(service.via)
    }
    return {
        ("service", service.id)
        for service in services
        if service.status == "unscheduled"
        and service.via
        and frozenset({service.a, service.b}) in cut
        and set(points).isdisjoint(service.via)
        and graph.is_open(service.id, service.group, *service.via)
    }


def uses(desk: Desk, route: Route, element: Element) -> bool:
    """Whether a route would have to change without an element."""
    if element.avoid:
        return not element.avoid.isdisjoint(countries(desk.graph, route))
    services = {service.id: service for service in desk.graph.tables.services}
    touched: set[str] = set()
    for door in doors(route):
        touched.add(door)
        if door in services:
            service = services[door]
            touched |= {service.group, service.a, service.b, *service.via}
    touched |= {e.at for e in route.events if e.kind in ("lift", "transshipment")}
    return not element.closed.isdisjoint(touched)


# Removal -------------------------------------------------------------------------------------


def criticality(
    desks: Sequence[Desk],
    *,
    corridors: Collection[str] = (),
    kinds: Collection[str] = KINDS,
    together: bool = True,
) -> Criticality:
    """Take away everything that the best routes of some journeys use, one thing at a time.

    Parameters
    ----------
    desks : sequence of Desk
        One per journey; each counts alike.
    corridors : collection of str
        Only these; all without.
    kinds : collection of str
        Kinds of elements, of `KINDS`.
    together : bool
        Whether to add the three straits alone and together, where a best route passes one.

    Returns
    -------
    Criticality

    Raises
    ------
    UsageError
        A corridor or kind does not exist, or no journey has a route.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(f"no kind {kind!r}: choose from {', '.join(KINDS)}")
    if not desks:
        raise UsageError("no journey is given")
    names = corridors_of(desks[0], corridors)
    groups: dict[Element, list[Removal]] = {}
    nothing = True
    for desk in desks:
        base = {name: route for name, route in ways_of(desk, names).items() if route is not None}
        if not base and not corridors:
            base = _there(FREE, best_way(desk, FREE))
        if not base:
            continue
        nothing = False
        wanted = [e for route in base.values() for e in elements_of(desk, route, kinds)]
        if together and "chokepoint" in kinds and _sails(desk, base.values()):
            alone = {element.closed for element in wanted if element.kind == "chokepoint"}
            wanted += [element for element in straits() if element.closed not in alone]
        for element in dict.fromkeys(wanted):
            hit = [name for name, route in base.items() if uses(desk, route, element)]
            removal = _removal(desk, element, base, hit)
            groups.setdefault(element, []).append(removal)
    if nothing:
        raise UsageError("no route joins the two places under these conditions: nothing to remove")
    ordered = sorted(groups.values(), key=_rank)
    journeys = tuple((d.shipment.origin.name, d.shipment.destination.name) for d in desks)
    return Criticality(tuple(tuple(group) for group in ordered), tuple(names), journeys)


def without(desk: Desk, element: Element) -> Desk:
    """The question without an element; ships go round a closed strait where they can."""
    opened = detours(desk.graph, element.closed) if element.kind.startswith("choke") else ()
    return shut(desk, closed=element.closed, avoid=element.avoid, opened=opened)


def _removal(desk: Desk, element: Element, base: dict[str, Route], hit: Sequence[str]) -> Removal:
    then: dict[str, Route | None] = dict(base)
    here = without(desk, element) if hit else desk
    for name in hit:
        then[name] = best_way(here, name)
    if not any(then.values()) and FREE not in then:
        # No corridor is left: some other way may be.
        then[FREE] = best_way(here, FREE)
    changes = tuple(
        _change(desk, name, base[name], then[name], _variant(then[name]))
        for name in hit
        if name != FREE
    )
    one, other = _best(desk, base), _best(desk, then)
    assert one is not None
    now = None if other is None else then[other]
    best = _change(desk, one, base[one], now, other or "nothing")
    ends = desk.shipment.origin.name, desk.shipment.destination.name
    return Removal(element, *ends, best, changes)


def _sails(desk: Desk, routes: Iterable[Route]) -> bool:
    """Whether a route passes one of the three straits."""
    every = straits()[-1]
    return any(uses(desk, route, every) for route in routes)


def _there(name: str, route: Route | None) -> dict[str, Route]:
    return {} if route is None else {name: route}


def _best(desk: Desk, ways: Mapping[str, Route | None]) -> str | None:
    """Name of the best option; the first in table order of several alike."""
    there = [(desk.rank(route), name) for name, route in ways.items() if route is not None]
    return min(there, key=lambda pair: pair[0])[1] if there else None


def _change(desk: Desk, option: str, was: Route, now: Route | None, instead: str) -> Change:
    if now is None:
        return Change(option, None, None, math.inf, instead)
    return Change(
        option,
        (now.mean("hours") - was.mean("hours")) / 24,
        now.mean("usd") - was.mean("usd"),
        desk.rank(now) - desk.rank(was),
        instead,
    )


def _variant(route: Route | None) -> str:
    return "nothing" if route is None else route.variant or FREE


def _finite(value: float) -> float | None:
    return None if math.isinf(value) else value


def _rank(group: Iterable[Removal]) -> tuple[object, ...]:
    """Journeys lost, then cost of the best, then corridors lost and their cost; then the id."""
    removals = list(group)
    best = [removal.best.loss_usd for removal in removals]
    others = [change.loss_usd for removal in removals for change in removal.by_corridor]
    element = removals[0].element
    return (
        *_weight(best),
        *_weight(others),
        (*KINDS, "chokepoints").index(element.kind),
        element.id,
    )


def _weight(losses: Sequence[float]) -> tuple[float, float]:
    """Greatest first: how many are lost, and what the rest loses."""
    lost = sum(math.isinf(loss) for loss in losses)
    return -lost, -round(math.fsum(loss for loss in losses if not math.isinf(loss)), 6)
