"""How much hangs on one neighbour: shares and concentration of ways out, and what would help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from corridors.analysis.assignment import spread
from corridors.analysis.demand import Demand
from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.analysis.flows import SMALL, Flows
from corridors.errors import UsageError
from corridors.routing.route import Event, Route

WEIGHT_TEU = 1e-3
"""Volume of a pair where none is given: too little to fill anything, so that shares count."""
WHOLE = 10_000.0
"""A Herfindahl-Hirschman index of one single outlet."""


class Exit(NamedTuple):
    """Where a route leaves the country it begins in.

    Attributes
    ----------
    country : str
        First country after it; across a sea, that of the port of arrival.
    gateway : str
        Crossing, or port of departure.
    """

    country: str
    gateway: str


class Share(NamedTuple):
    """One outlet, or one country on the way, and its share of the flow."""

    id: str
    share: float


class Relief(NamedTuple):
    """What one project would do to the concentration.

    Attributes
    ----------
    id, title : str
    hhi_country, hhi_gateway : float
        With the project.
    change_country, change_gateway : float
        Below zero is less concentrated.
    """

    id: str
    title: str
    hhi_country: float
    hhi_gateway: float
    change_country: float
    change_gateway: float


@dataclass(frozen=True)
class Dependence:
    """Ways out of some origins to some destinations.

    Attributes
    ----------
    engine : Engine
    demands : tuple of Demand
    conditions : Conditions
    flows : Flows
    countries, gateways, transit : tuple of Share
        Exit countries, exit gateways, and countries entered on the way that are neither origin
        nor destination; largest first. The first two add up to one.
    hhi_country, hhi_gateway : float
        Sum of the squared shares times 10,000.
    captive : dict of str to tuple of (str, str)
        By exit country the pairs that have no other outlet.
    without : tuple of (str, str)
        Pairs that have no option at all.
    reliefs : tuple of Relief
        The project that lowers the concentration over countries most comes first.
    """

    engine: Engine = field(repr=False)
    demands: tuple[Demand, ...]
    conditions: Conditions
    flows: Flows = field(repr=False)
    countries: tuple[Share, ...]
    gateways: tuple[Share, ...]
    transit: tuple[Share, ...]
    hhi_country: float
    hhi_gateway: float
    captive: Mapping[str, tuple[tuple[str, str], ...]]
    without: tuple[tuple[str, str], ...]
    reliefs: tuple[Relief, ...] = ()


def dependence(
    engine: Engine,
    demands: Sequence[Demand],
    *,
    corridors: Sequence[str] = (),
    conditions: Conditions | None = None,
    projects: bool = False,
) -> Dependence:
    """Shares and concentration of the ways out of the origins of a demand.

    Parameters
    ----------
    engine : Engine
    demands : sequence of Demand
        See `pairs`, or a table with volumes, which then queue where a limit is known.
    corridors : sequence of str
        Only these; all without.
    conditions : Conditions, optional
    projects : bool
        Also try every upgrade of the catalogue, one at a time. A planned line has its network
        compiled once.

    Examples
    --------
    >>> engine = Engine.load()
    >>> found = dependence(engine, pairs(engine, ["Almaty"], ["Shanghai"]))
    >>> found.countries[0].id
    'CN'
    """
    conditions = conditions or Conditions()
    flows = spread(engine, demands, corridors=corridors, conditions=conditions)
    result = _measured(engine, tuple(demands), conditions, flows)
    if not projects:
        return result
    reliefs = []
    for name, condition in engine.catalogue.items():
        if condition.kind != "upgrade" or name in conditions.scenarios:
            continue
        built = replace(conditions, scenarios=(*conditions.scenarios, name))
        with_it = _measured(
            engine, tuple(demands), built,
            spread(engine, demands, corridors=corridors, conditions=built),
        )  # fmt: skip
        by_country, by_gateway = with_it.hhi_country, with_it.hhi_gateway
        change = by_country - result.hhi_country, by_gateway - result.hhi_gateway
        reliefs.append(Relief(name, condition.title, by_country, by_gateway, *change))
    reliefs.sort(key=lambda row: (round(row.hhi_country, 6), round(row.hhi_gateway, 6), row.id))
    return replace(result, reliefs=tuple(reliefs))


def pairs(
    engine: Engine, origins: Sequence[str], destinations: Sequence[str]
) -> tuple[Demand, ...]:
    """Every origin with every destination, each pair with the same weight.

    A country code of two capital letters stands for the terminals of that country.
    """
    starts, goals = _places(engine, origins), _places(engine, destinations)
    found = tuple(
        Demand(start, goal, WEIGHT_TEU) for start in starts for goal in goals if start != goal
    )
    if not found:
        raise UsageError("no pair of an origin and a destination: name at least one of each")
    return found


def _places(engine: Engine, names: Sequence[str]) -> list[str]:
    places: list[str] = []
    countries = {facility.country for facility in engine.tables.facilities}
    for name in names:
        if name in countries:
            places += [
                row.id
                for row in engine.tables.facilities
                if row.country == name and row.kind in ("terminal", "dry_port")
            ]
        else:
            places.append(name)
    return list(dict.fromkeys(places))


def exit_of(route: Route, origin: str, country_of: Mapping[str, str]) -> Exit | None:
    """Where a route leaves its country for the last time; None if it never does."""
    found = None
    for step in route.steps:
        if isinstance(step, Event):
            if step.kind == "border" and step.detail["from"] == origin:
                found = Exit(str(step.detail["to"]), step.at)
        elif step.mode in ("sea", "ferry"):
            a, b = country_of.get(step.a, ""), country_of.get(step.b, "")
            if a == origin != b:
                found = Exit(b, step.a)
    return found


def _entered(route: Route, country_of: Mapping[str, str]) -> set[str]:
    """Countries entered through a border or a port; a line that clips one does not count."""
    borders = {str(e.detail["to"]) for e in route.events if e.kind == "border"}
    by_sea = [leg for leg in route.legs if leg.mode in ("sea", "ferry")]
    ports = {country_of.get(end, "") for leg in by_sea for end in (leg.a, leg.b)}
    return (borders | ports) - {""}


def concentration(shares: Sequence[float]) -> float:
    """Herfindahl-Hirschman index of shares that add up to one.

    Examples
    --------
    >>> concentration([0.5, 0.3, 0.2])
    3800.0
    """
    return round(WHOLE * sum(share * share for share in shares), 9)


def _measured(
    engine: Engine, demands: tuple[Demand, ...], conditions: Conditions, flows: Flows
) -> Dependence:
    country_of = {row.id: row.country for row in engine.tables.facilities}
    ends = [(engine.end(d.origin).country, engine.end(d.destination).country) for d in demands]
    total = sum(flows.flow)
    countries: dict[str, float] = {}
    gateways: dict[str, float] = {}
    transit: dict[str, float] = {}
    outlets: dict[int, set[str]] = {}
    for way, teu in zip(flows.ways, flows.flow, strict=True):
        left = exit_of(way.route, ends[way.demand][0], country_of)
        if left is not None:
            outlets.setdefault(way.demand, set()).add(left.country)
            countries[left.country] = countries.get(left.country, 0.0) + teu
            gateways[left.gateway] = gateways.get(left.gateway, 0.0) + teu
        for code in _entered(way.route, country_of).difference(ends[way.demand]):
            transit[code] = transit.get(code, 0.0) + teu
    captive: dict[str, list[tuple[str, str]]] = {}
    for number, neighbours in sorted(outlets.items()):
        if len(neighbours) == 1:
            (only,) = neighbours
            captive.setdefault(only, []).append(demands[number][:2])
    exits, doors = _shares(countries), _shares(gateways)
    return Dependence(
        engine, demands, conditions, flows, exits, doors,
        _shares(transit, total), concentration([row.share for row in exits]),
        concentration([row.share for row in doors]),
        {code: tuple(rows) for code, rows in sorted(captive.items())},
        tuple(d[:2] for number, d in enumerate(demands) if number not in outlets),
    )  # fmt: skip


def _shares(volumes: Mapping[str, float], total: float | None = None) -> tuple[Share, ...]:
    """Shares, largest first; what comes to nothing is left out."""
    whole = sum(volumes.values()) if total is None else total
    if whole <= 0.0:
        return ()
    rows = [Share(name, teu / whole) for name, teu in volumes.items() if teu > SMALL * whole]
    return tuple(sorted(rows, key=lambda row: (-round(row.share, 9), row.id)))
