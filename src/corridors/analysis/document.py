"""The answer as the JSON document that scripts rely on (``docs/json.md``).

Hours and dollars of legs and events are expected values and add up to the means exactly;
quantiles come from the draws and never add.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from corridors.analysis.compare import Answer, Option
from corridors.analysis.flags import read_flags
from corridors.analysis.known import known_conditions
from corridors.analysis.spread import Spread
from corridors.costing.charge import Charge
from corridors.movement.graph import Move, State
from corridors.routing.route import Event, Leg, Route
from corridors.shipment import End

GRADES = ("measured", "published", "expert", "assumption")
LICENCES = (
    "Lines: (c) OpenStreetMap contributors, ODbL 1.0",
    "Sea lanes: searoute / Eurostat marnet",
    "Place names: GeoNames, CC BY 4.0",
    "Borders and coast: Natural Earth, public domain",
    "Curated tables: corridors, CC BY 4.0",
)

Geometries = dict[tuple[str, str], list[tuple[float, float]]]


def document(answer: Answer, *, reproduce: str, profile: bool = False) -> dict[str, Any]:
    """Make the document of an answer.

    Parameters
    ----------
    answer : Answer
    reproduce : str
        The command that gives the same answer again.
    profile : bool
        Whether each option says what has run up after each step.

    Returns
    -------
    dict
        ``corridors.compare/1`` or ``corridors.route/1``.
    """
    return _Writer(answer, profile=profile).write(reproduce)


def geometries(answer: Answer) -> Geometries:
    """(lon, lat) line of every leg, keyed by corridor and leg id.

    Free routes are keyed ``best`` and ``next``.
    """
    result: Geometries = {}
    for position, option in enumerate(answer.options):
        if option.route is None:
            continue
        name = option.corridor or ("best", "next")[position]
        for leg in option.route.legs:
            line: list[tuple[float, float]] = []
            for state, move in leg.moves:
                line.extend(_line(answer, state, move))
            result[(name, leg.id)] = line
    return result


def _line(answer: Answer, state: State, move: Move) -> list[tuple[float, float]]:
    network = answer.graph.network
    if move.service is not None:
        lane = network.lane(move.service.id)
        return lane if move.forward else lane[::-1]
    if move.crossing is not None:
        run = move.crossing
        row = answer.graph.crossing_rows[run.id]
        lines = network.lines(row.mode)
        a, b = lines.node_of[(row.a, run.zone_a)], lines.node_of[(row.b, run.zone_b)]
        line = _path(answer, row.mode, run.zone_a, a, run.node)
        line += _path(answer, row.mode, run.zone_b, run.node, b)
        return line if move.forward else line[::-1]
    assert move.haul is not None
    haul = move.haul
    mode = haul.zone.partition(":")[0]
    lines = network.lines(mode)
    ends = [lines.node_of.get((f, haul.zone)) for f in (haul.a, haul.b)]
    if ends[0] is None:
        return _access_line(answer, haul.zone, haul.a, ends[1], move)
    assert ends[1] is not None
    line = _path(answer, mode, haul.zone, ends[0], ends[1])
    return line if move.forward else line[::-1]


def _access_line(
    answer: Answer, zone: str, point: str, node: int | None, move: Move
) -> list[tuple[float, float]]:
    assert node is not None
    end = next(e for e in (answer.shipment.origin, answer.shipment.destination) if e.id == point)
    lines = answer.graph.network.lines("road")
    graph = lines.graph(zone, closed_countries=answer.graph.avoid)
    near = min(
        graph.next,
        key=lambda n: (
            (lines.flat.lon[n] - end.lon) ** 2 * math.cos(math.radians(end.lat)) ** 2
            + (lines.flat.lat[n] - end.lat) ** 2
        ),
    )
    line = [(end.lon, end.lat), *_path(answer, "road", zone, near, node)]
    return line if move.forward else line[::-1]


def _path(answer: Answer, mode: str, zone: str, a: int, b: int) -> list[tuple[float, float]]:
    from corridors.movement.zone_graph import line_of

    lines = answer.graph.network.lines(mode)
    graph = lines.graph(zone, closed_countries=answer.graph.avoid)
    reach = graph.reach({a: 0.0}, targets=[b])
    steps = reach.arcs_to(b)
    if not steps:
        return [(float(lines.flat.lon[a]), float(lines.flat.lat[a]))]
    return line_of(lines.flat, steps)


class _Writer:
    def __init__(self, answer: Answer, *, profile: bool = False) -> None:
        self.answer, self.profile = answer, profile
        self.flags = read_flags(answer.engine)

    def write(self, reproduce: str) -> dict[str, Any]:
        answer = self.answer
        return {
            "schema": f"corridors.{answer.kind}/1",
            "shipment": self._shipment(),
            "conditions": self._conditions(),
            "options": [self._option(option) for option in answer.options],
            "data": self._data(),
            "reproduce": reproduce,
        }

    # Head --------------------------------------------------------------------------------

    def _shipment(self) -> dict[str, Any]:
        shipment = self.answer.shipment
        terminal = shipment.scope == "terminal"
        return {
            "origin": _end(shipment.origin),
            "destination": _end(shipment.destination),
            "unit": shipment.unit,
            "scope": shipment.scope,
            "clock_start": _clock_start(shipment.origin, terminal),
            "clock_end": _clock_end(shipment.destination, terminal),
            "ownership": shipment.ownership,
            "laden": True,
            "as_of": None,
            "price_month": self.answer.engine.edition.price_month,
            "direction": shipment.heading,
            "objective": shipment.objective,
            "value_of_time_usd_day": shipment.value_of_time_usd_day,
        }

    def _conditions(self) -> dict[str, Any]:
        conditions = self.answer.conditions
        applied = []
        if conditions.avoid:
            applied.append(f"avoid {', '.join(conditions.avoid)}")
        applied += [f"via {name}" for name in conditions.via]
        if conditions.modes is not None:
            applied.append(f"modes {', '.join(sorted(conditions.modes))}")
        applied += [f"assume {key}={value}" for key, value in conditions.assume.items()]
        if conditions.rates is not None:
            applied.append(f"rates {conditions.rates.name}")
        known = known_conditions(self.answer.engine.folder)
        return {
            "applied": applied or ["normal operation"],
            "known_but_not_applied": [entry.sentence for entry in known],
            "last_known": max((entry.last_known for entry in known), default=""),
        }

    def _data(self) -> dict[str, Any]:
        engine = self.answer.engine
        return {
            "version": engine.version,
            "built": engine.edition.date,
            "licences": list(LICENCES),
        }

    # Options -----------------------------------------------------------------------------

    def _option(self, option: Option) -> dict[str, Any]:
        head: dict[str, Any] = {
            "corridor": option.corridor,
            "variant": option.route.variant if option.route else None,
            "status": option.status,
            "reason": option.reason or None,
            "flags": [],
        }
        if option.route is None or option.spread is None:
            return head | {"variants": self._variants(option)}
        body = head | self._body(option.route, option.spread)
        if self.profile:
            body["profile"] = _profile(option.route, option.spread)
        return body | {"variants": self._variants(option)}

    def _variants(self, option: Option) -> list[dict[str, Any]]:
        rows = []
        for variant in option.variants:
            row: dict[str, Any] = {
                "variant": variant.name,
                "status": "ok" if variant.route else "infeasible",
                "reason": variant.reason or None,
            }
            if variant.route is not None:
                row["mean_days"] = variant.route.mean("hours") / 24
                row["mean_cost_usd"] = variant.route.mean("usd")
                row["distance_km"] = variant.route.km
            rows.append(row)
        return rows

    def _body(self, route: Route, spread: Spread) -> dict[str, Any]:
        hours, usd = spread.quantiles("hours"), spread.quantiles("usd")
        legs, events = route.legs, route.events
        worst = spread.p90_step()
        slowest = next(step for step in route.steps if step.id == worst)
        return {
            "flags": [
                f"{code}: {flag.flag} ({flag.rule})"
                for code in route.countries
                for flag in self.flags.get(code, [])
            ],
            "time_days": _quantities(route.mean("hours") / 24, [h / 24 for h in hours]),
            "cost_usd": _quantities(route.mean("usd"), usd),
            "co2e_kg": _co2e(route),
            "distance_km": route.km,
            "km_by_mode": {
                mode: math.fsum(leg.km for leg in legs if leg.mode == mode)
                for mode in ("rail", "road", "ferry", "sea")
            },
            "countries": list(self._countries(route)),
            "transit_without_control": self._hidden(route),
            "border_crossings": [
                {"place": self._event_place(e), "from": e.detail["from"], "to": e.detail["to"]}
                for e in events
                if e.kind == "border"
            ],
            "gauge_changes": [
                {"place": self._event_place(e), **e.detail}
                for e in events
                if e.kind == "gauge_change"
            ],
            "transshipments": [
                {"place": self._event_place(e), **e.detail}
                for e in events
                if e.kind in ("lift", "transshipment")
            ],
            "p90_made_by": self._step_name(slowest),
            "on_stitched_km": math.fsum(leg.stitched_km for leg in legs),
            "on_curated_km": math.fsum(leg.curated_km for leg in legs),
            "evidence": {
                "time": _grades(route.charges("hours")),
                "cost": _grades(route.charges("usd")),
            },
            "legs": [self._leg(leg) for leg in legs],
            "events": [
                self._event(event, low, high)
                for event, (low, high) in zip(events, spread.bands(events), strict=True)
            ],
            "sequence": [step.id for step in route.steps],
        }

    def _countries(self, route: Route) -> list[str]:
        """Countries of the lines, and of ports where only a ship touches the country."""
        found: list[str] = []
        for step in route.steps:
            if isinstance(step, Leg):
                found += step.countries
                found += [
                    self.answer.graph.facilities[f].country
                    for f in (step.a, step.b)
                    if f in self.answer.graph.facilities
                ]
        return list(dict.fromkeys(code for code in found if code))

    def _hidden(self, route: Route) -> list[dict[str, Any]]:
        """Countries that a line clips without a border event."""
        hidden = []
        for leg in route.legs:
            for state, move in leg.moves:
                if move.haul is None or state[1] not in self.answer.graph.zones:
                    continue
                own = self.answer.graph.zones[move.haul.zone].countries
                hidden += [
                    {"country": code, "leg": leg.id, "km": km}
                    for code, km in leg.countries.items()
                    if code not in own
                ]
        return hidden

    def _leg(self, leg: Leg) -> dict[str, Any]:
        return {
            "id": leg.id,
            "from": self._name(leg.a),
            "to": self._name(leg.b),
            "from_id": leg.a,
            "to_id": leg.b,
            "from_lonlat": self._lonlat(leg.a),
            "to_lonlat": self._lonlat(leg.b),
            "mode": leg.mode,
            "gauge_mm": leg.gauge_mm,
            "distance_km": leg.km,
            "hours": leg.vector.mean("hours"),
            "cost_usd": leg.vector.mean("usd"),
            "countries": list(leg.countries),
            "km_by_country": leg.countries,
            "grade": _worst(leg.vector.hours),
            "source": _source(leg.vector.hours),
        }

    def _event(self, event: Event, low: float, high: float) -> dict[str, Any]:
        charges = (*event.vector.hours, *event.vector.usd)
        return {
            "id": event.id,
            "kind": event.kind,
            "place": self._event_place(event),
            "place_id": event.at,
            "lon": event.lon,
            "lat": event.lat,
            "hours": event.vector.mean("hours"),
            "cost_usd": event.vector.mean("usd"),
            "p10_hours": low,
            "p90_hours": high,
            "source": _source(charges),
            "grade": _worst(charges),
            "components": [
                {"key": c.row.key, "mean": c.mean, "unit": c.row.unit, "grade": c.row.grade}
                for c in charges
            ],
            "detail": dict(event.detail),
        }

    # Names -------------------------------------------------------------------------------

    def _name(self, place: str) -> str:
        for end in (self.answer.shipment.origin, self.answer.shipment.destination):
            if end.id == place:
                return end.name
        return self.answer.engine.names.get(place, place)

    def _lonlat(self, place: str) -> list[float]:
        facility = self.answer.graph.facilities.get(place)
        if facility is not None:
            return [facility.lon, facility.lat]
        ends = (self.answer.shipment.origin, self.answer.shipment.destination)
        return next([end.lon, end.lat] for end in ends if end.id == place)

    def _event_place(self, event: Event) -> str:
        row = self.answer.graph.crossing_rows.get(event.at)
        if row is None:
            return self._name(event.at)
        ends = [self._name(row.a), self._name(row.b)]
        if self.answer.graph.facilities[row.a].country != event.detail.get("from"):
            ends.reverse()
        return "–".join(ends)

    def _step_name(self, step: Leg | Event) -> str:
        if isinstance(step, Leg):
            return f"{step.mode} {self._name(step.a)} to {self._name(step.b)}"
        kind = {
            "fill": "waiting for a full train at",
            "wait": "waiting for a ship at",
            "gauge_change": "gauge change at",
            "lift": "dwell at",
            "transshipment": "transshipment at",
            "release": "release at",
            "border": "border",
        }.get(step.kind, step.kind)
        return f"{kind} {self._event_place(step)}"


def _end(end: End) -> dict[str, Any]:
    return {
        "id": end.id, "name": end.name, "country": end.country, "lon": end.lon, "lat": end.lat,
    }  # fmt: skip


def _clock_start(end: End, terminal: bool) -> str:
    if not terminal:
        return "collection from the shipper"
    return "gate-in at the origin terminal" if end.facilities else "departure by road"


def _clock_end(end: End, terminal: bool) -> str:
    if not terminal:
        return "delivery to the consignee"
    return (
        "ready for collection at the destination terminal" if end.facilities else "arrival by road"
    )


def _quantities(mean: float, quantiles: Sequence[float]) -> dict[str, float]:
    return {"mean": mean, "p10": quantiles[0], "p50": quantiles[1], "p90": quantiles[2]}


def _profile(route: Route, spread: Spread) -> list[dict[str, Any]]:
    from corridors.analysis.profile import profile

    return [
        {"step": row.step, "km": row.km, "hours": row.hours._asdict(), "usd": row.usd._asdict()}
        for row in profile(route, spread)
    ]


def _co2e(route: Route) -> dict[str, float]:
    charges = route.charges("co2e_kg")
    return {
        name: math.fsum(getattr(charge.row, name) * charge.amount for charge in charges)
        for name in ("low", "typ", "high")
    }


def _grades(charges: Sequence[Charge]) -> dict[str, float]:
    """Share of the expected total that rests on rows of each grade."""
    whole = math.fsum(charge.mean for charge in charges)
    return {
        grade: math.fsum(c.mean for c in charges if c.row.grade == grade) / whole if whole else 0.0
        for grade in GRADES
    }


def _worst(charges: Sequence[Charge]) -> str:
    return max((c.row.grade for c in charges), key=GRADES.index, default="assumption")


def _source(charges: Sequence[Charge]) -> str:
    names = dict.fromkeys(c.row.source for c in charges if c.row.source)
    return "; ".join(names) or "assumption"
