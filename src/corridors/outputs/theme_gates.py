"""The map of chokepoints: what closing each strait, border and port on the ways changes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from corridors.analysis.desk import Desk
from corridors.analysis.engine import Engine
from corridors.analysis.geometry import route_lines
from corridors.analysis.resilience import Change, Criticality, Element, Removal
from corridors.analysis.ways import ways_of
from corridors.errors import UsageError
from corridors.outputs import text, wording
from corridors.outputs.colours import style_of
from corridors.outputs.theme import LonLat, Style, Theme, bounds_of, line_of, overlay, point_of

KINDS = ("chokepoint", "crossing", "port")
"""Kinds of elements that have a place."""

SHAPES = {"chokepoint": "triangle", "crossing": "square", "port": "full"}
LOST = Style("Closed: a corridor has no way left", "#5c1505", "point", size=8.5)
DEAR = Style("Time and money worth $1,000 or more", "#b8430f", "point", size=8.0)
FELT = Style("Worth $200 to $1,000", "#dd8a55", "point", size=6.5)
LITTLE = Style("Worth less than $200", "#8a949e", "point", size=5.5)
UNUSED = Style("Strait that these ways do not pass", "#8a949e", "point", mark="ring", size=4.5)
STYLES = (LOST, DEAR, FELT, LITTLE, UNUSED)
LIMITS_USD = (1000.0, 200.0)

WAY = Style("Best way of a corridor", "#8a949e", "line", 2.4, mark="")
SHAPE_KEY = (
    Style("Strait, canal or cape", "#55616e", "point", mark="triangle", size=6.5),
    Style("Border crossing", "#55616e", "point", mark="square", size=6.5),
    Style("Port", "#55616e", "point", mark="full", size=6.5),
)
READ = (
    "Each is closed alone and every corridor whose best way uses it is searched again; ships go "
    "round a closed strait where a service is kept for that case. On top: mean dollars and days at "
    "the value of time, one laden container; the days alone stand beside the name and may fall "
    "where the next way is quicker and dearer. Capacity of what remains is left aside. Ends of the "
    "journey are not closed."
)


class Gate(NamedTuple):
    """What closing one element does, over all journeys.

    Attributes
    ----------
    element : Element
    at : (lon, lat)
    removals : tuple of Removal
    worst : Change
        The greatest loss of a corridor.
    """

    element: Element
    at: LonLat
    removals: tuple[Removal, ...]
    worst: Change


def gates_theme(desks: Sequence[Desk], found: Criticality, *, reproduce: str = "") -> Theme:
    """What hurts when it is closed, as a theme.

    Parameters
    ----------
    desks : sequence of Desk
        The journeys; their best ways are drawn beneath.
    found : Criticality
        Of these journeys.
    reproduce : str

    Raises
    ------
    UsageError
        Nothing that has a place lies on the ways.
    """
    engine = desks[0].engine
    gates = _gates(engine, found)
    if not gates:
        raise UsageError("nothing on these ways has a place that could be closed")
    used = {gate.element.id for gate in gates}
    points = [_point(gate) for gate in gates]
    rest = [point for point in engine.tables.chokepoints if point.id not in used]
    points += [
        point_of(4, point.name, (point.lon, point.lat), [("On these ways", "no")]) for point in rest
    ]
    lines = [
        line_of(
            0, style_of(name).name, [leg for leg in route_lines(desk, route) if len(leg) > 1],
            [("Variant", route.variant or "")], bare=True,
        )
        for desk in desks
        for name, route in ways_of(desk, found.corridors).items()
        if route is not None
    ]  # fmt: skip
    journeys = "; ".join(f"{text.clean(a)} to {text.clean(b)}" for a, b in found.journeys)
    spots = [gate.at for gate in gates]
    return Theme(
        title="What hangs on one gate",
        headline=_headline(gates),
        scope=f"{journeys} · each gate closed alone, the best ways of "
        f"{', '.join(style_of(name).short for name in found.corridors)}",
        overlays=(
            overlay("Ways", [WAY], lines, []),
            overlay("Gates", STYLES, [], points),
        ),
        bounds=bounds_of(spots),
        caption="When it is closed",
        columns=("Gate", "Corridor", "Days", "USD", "Then by"),
        rows=tuple(row for gate in gates for row in _rows(gate)),
        beside=_beside(found),
        notes=(
            READ,
            "Lines: © OpenStreetMap contributors, ODbL 1.0.",
            f"Data {engine.edition.date}.",
        ),
        key=tuple(style.as_json() for style in SHAPE_KEY),
        reproduce=reproduce,
    )


def _gates(engine: Engine, found: Criticality) -> list[Gate]:
    """Elements with a place, the greatest loss first."""
    tables = engine.tables
    places: dict[tuple[str, str], LonLat] = {}
    for kind, rows in (
        ("crossing", tables.crossings),
        ("port", tables.facilities),
        ("chokepoint", tables.chokepoints),
    ):
        rows_here: Iterable[Any] = rows
        places |= {(kind, row.id): (row.lon, row.lat) for row in rows_here}
    gates = []
    for group in found.removals:
        element = group[0].element
        at = places.get((element.kind, element.id))
        changes = [change for removal in group for change in removal.by_corridor]
        if at is not None and changes:
            worst = max(changes, key=lambda change: change.loss_usd)
            gates.append(Gate(element, at, tuple(group), worst))
    return sorted(gates, key=lambda gate: -gate.worst.loss_usd)


def _grade(gate: Gate) -> int:
    loss = gate.worst.loss_usd
    if math.isinf(loss):
        return 0
    return 1 + sum(loss < limit for limit in LIMITS_USD)


def _point(gate: Gate) -> dict[str, Any]:
    rows = [
        (
            style_of(change.option).short
            + (f", {removal.origin}" if len(gate.removals) > 1 else ""),
            _effect(change),
        )
        for removal in gate.removals
        for change in removal.by_corridor
    ]
    grade = _grade(gate)
    # What costs little is not named on the map: its mark says so, and the table.
    label = "" if STYLES[grade] == LITTLE else f"{_name(gate)}: {_short(gate.worst)}"
    return point_of(
        grade, gate.element.name, gate.at, rows, mark=SHAPES[gate.element.kind], label=label
    )


def _name(gate: Gate) -> str:
    return wording.short_place(gate.element.name)


def _effect(change: Change) -> str:
    if change.days is None or change.usd is None:
        return "no way left"
    return f"{_days(change.days)} days, {_usd(change.usd)}, then by {text.clean(change.instead)}"


def _short(change: Change) -> str:
    name = style_of(change.option).short
    if change.days is None or change.usd is None:
        return f"no {name}"
    return f"{name} {_days(change.days)} d" if change.days >= 0.5 else f"{name} {_usd(change.usd)}"


def _days(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _usd(value: float) -> str:
    sign = "−" if value < 0 else "+"
    return f"{sign}{text.usd(abs(value))}"


def _rows(gate: Gate) -> list[tuple[str, ...]]:
    return [
        (
            text.clean(gate.element.name), style_of(change.option).short,
            "none left" if change.days is None else _days(change.days),
            "" if change.usd is None else _usd(change.usd), text.clean(change.instead),
        )
        for removal in gate.removals
        for change in removal.by_corridor
    ]  # fmt: skip


def _headline(gates: Sequence[Gate]) -> str:
    lost = sorted(
        {
            style_of(change.option).short
            for gate in gates
            for removal in gate.removals
            for change in removal.by_corridor
            if change.days is None
        }
    )
    count = sum(gate.worst.days is None for gate in gates)
    left = [gate for gate in gates if gate.worst.days is not None]
    said = ""
    if count:
        said = (
            f"{count} of {len(gates)} gates {'leaves' if count == 1 else 'leave'} "
            f"{' or '.join(lost)} without a way when {'it is' if count == 1 else 'they are'} closed"
        )
    if not left:
        return said
    first = left[0]
    dear = (
        f"{_name(first)} costs {style_of(first.worst.option).short} "
        f"{_days(first.worst.days or 0.0)} days and {_usd(first.worst.usd or 0.0)}"
    )
    return f"{said}; of the rest {dear}" if said else f"Of {len(gates)} gates {dear} when closed"


def _beside(found: Criticality) -> tuple[tuple[str, tuple[str, ...]], ...]:
    said = []
    for group in found.removals:
        if group[0].element.kind in KINDS:
            continue
        changes = [change for removal in group for change in removal.by_corridor]
        if changes:
            effects = ", ".join(_short(change) for change in changes)
            said.append(f"{text.clean(group[0].element.name)}: {effects}")
    return (("Closed together, or without one place", tuple(said)),) if said else ()
