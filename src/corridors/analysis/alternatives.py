"""The same question in other cases: what a map can switch to, and what is shut in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from corridors.analysis.compare import Answer, option_of
from corridors.analysis.geometry import Geometries, geometries
from corridors.analysis.scenarios import forced_conditions
from corridors.analysis.setting import Setting
from corridors.analysis.spread import Draws
from corridors.errors import UsageError
from corridors.movement.graph import MovementGraph

_NEAR_DEGREES = 4.0
"""A gateway farther from everything that is drawn is of no concern to the journey."""
_LONGEST_KM = 2500.0
"""On a longer ship's way the middle says nothing about what is shut."""


class Gate(NamedTuple):
    """A gateway that is shut.

    Attributes
    ----------
    name : str
    lon, lat : float
        Degrees.
    why : str
        What shuts it.
    """

    name: str
    lon: float
    lat: float
    why: str


class Alternative(NamedTuple):
    """An answer in another case.

    Attributes
    ----------
    title : str
    answer : Answer
    lines : dict
        (corridor, leg id) to (lon, lat) pairs.
    shut : tuple of Gate
    """

    title: str
    answer: Answer
    lines: Geometries
    shut: tuple[Gate, ...]


def alternatives(
    answer: Answer, lines: Geometries, scenarios: Sequence[str]
) -> tuple[Alternative, ...]:
    """Ask the question of an answer again, with each scenario on top of what it was asked under.

    Parameters
    ----------
    answer : Answer
        A comparison of corridors.
    lines : dict
        Its `geometries`.
    scenarios : sequence of str
        Ids of the catalogue, or paths of files; each alone.

    Raises
    ------
    UsageError
        A free route, or a scenario that the answer was asked under already.
    ScenarioError
        A scenario that does not exist or cannot be read.

    Examples
    --------
    >>> from corridors.analysis.compare import compare
    >>> from corridors.analysis.engine import Engine
    >>> answer = compare(Engine.load(), "Xi'an", "Duisburg", draws=50)
    >>> [red_sea] = alternatives(answer, geometries(answer), ["red-sea-2023"])
    >>> sorted(gate.name for gate in red_sea.shut)
    ['Bab el-Mandeb', 'Suez Canal']
    """
    if scenarios and answer.kind != "compare":
        raise UsageError("scenario buttons need a comparison of corridors, not a free route")
    found = []
    for name in dict.fromkeys(scenarios):
        if name in answer.conditions.scenarios:
            raise UsageError(
                f"scenario {name!r} is in force already: a button would change nothing"
            )
        first, *_ = forced_conditions(answer.engine, answer.ledger, (name,))
        after = _again(answer, name)
        drawn = geometries(after)
        title = first.title.removeprefix("What if: ")
        shut = shut_gates(after, drawn, before=(answer, lines))
        found.append(Alternative(title[:1].upper() + title[1:], after, drawn, shut))
    return tuple(found)


def _again(answer: Answer, scenario: str) -> Answer:
    asked = answer.shipment
    conditions = replace(answer.conditions, scenarios=(*answer.conditions.scenarios, scenario))
    setting = Setting(
        answer.engine, asked.scope, asked.objective, asked.value_of_time_usd_day, conditions,
        asked.terms,
    )  # fmt: skip
    desk = setting.desk(asked.origin, asked.destination)
    numbers = Draws(desk.ledger, count=answer.draws, seed=answer.seed)
    options = tuple(option_of(desk, str(o.corridor), numbers) for o in answer.options)
    return replace(
        answer, ledger=desk.ledger, graph=desk.graph, shipment=desk.shipment,
        conditions=desk.conditions, situation=desk.situation, options=options,
    )  # fmt: skip


def shut_gates(
    answer: Answer, lines: Geometries, *, before: tuple[Answer, Geometries] | None = None
) -> tuple[Gate, ...]:
    """Gateways near the journey that the conditions of an answer shut.

    Crossings and facilities that are shut; straits that no operating service passes any more; and,
    with the answer `before`, crossings on its routes into a country that is avoided now, and the
    middle of a short ship's way that is shut.

    Parameters
    ----------
    answer : Answer
    lines : dict
        Its `geometries`.
    before : (Answer, dict), optional
        The same question without the conditions, and its lines.
    """
    if not answer.graph.closed and not answer.graph.avoid:
        return ()
    why = "; ".join(dict.fromkeys(answer.situation.closing)) or "Shut by what was asked"
    drawn = np.array([p for some in (lines, before[1] if before else {}) for p in _flat(some)])
    if not len(drawn):
        return ()
    places = [*_places(answer), *(_on_the_way(answer, *before) if before else ())]
    found = [p for p in places if (abs(drawn - p[1:]) < _NEAR_DEGREES).all(axis=1).any()]
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    found += [p for p in _straits(answer.graph) if (low <= p[1:]).all() and (high >= p[1:]).all()]
    return tuple({(lon, lat): Gate(name, lon, lat, why) for name, lon, lat in found}.values())


def _flat(lines: Geometries) -> Iterator[tuple[float, float]]:
    return (point for line in lines.values() for point in line)


def _places(answer: Answer) -> Iterator[tuple[str, float, float]]:
    tables, names = answer.graph.tables, answer.engine.names
    for row in tables.crossings:
        if row.id in answer.graph.closed:
            yield f"{names.get(row.a, row.a)}–{names.get(row.b, row.b)}", row.lon, row.lat
    for facility in tables.facilities:
        if facility.id in answer.graph.closed:
            yield facility.name, facility.lon, facility.lat


def _straits(graph: MovementGraph) -> Iterator[tuple[str, float, float]]:
    passed: set[str] = set()
    barred: set[str] = set()
    for service in graph.tables.services:
        if service.status == "operating":
            shut = not graph.closed.isdisjoint((service.id, service.group, *service.via))
            (barred if shut else passed).update(service.via)
    for strait in graph.tables.chokepoints:
        if strait.id in barred - passed:
            yield strait.name, strait.lon, strait.lat


def _on_the_way(
    answer: Answer, before: Answer, lines: Geometries
) -> Iterator[tuple[str, float, float]]:
    """What the routes before used, and nobody may now."""
    graph, names = answer.graph, answer.engine.names
    rows = {row.id: row for row in graph.tables.crossings}
    for option in before.options:
        for leg in option.route.legs if option.route else ():
            services = [move.service for _, move in leg.moves if move.service]
            shut = any(not graph.closed.isdisjoint((s.id, s.group)) for s in services)
            line = lines.get((str(option.corridor), leg.id), [])
            if shut and line and leg.km < _LONGEST_KM:
                ends = f"Ship {names.get(leg.a, leg.a)}–{names.get(leg.b, leg.b)}"
                yield ends, *line[len(line) // 2]
        for event in option.route.events if option.route else ():
            row = rows.get(event.at)
            if row is None:
                continue
            countries = {graph.facilities[end].country for end in (row.a, row.b)}
            if not graph.avoid.isdisjoint(countries):
                yield f"{names.get(row.a, row.a)}–{names.get(row.b, row.b)}", row.lon, row.lat
