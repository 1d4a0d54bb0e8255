"""The answer as the JSON document that scripts rely on (``docs/json.md``).

Hours and dollars of legs and events are expected values and add up to the means exactly;
quantiles come from the draws and never add.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from corridors.analysis.compare import Answer, Option
from corridors.analysis.flags import read_flags, targets_of
from corridors.analysis.known import known_conditions
from corridors.analysis.reliability import buffers, duels, p_best, p_meets
from corridors.analysis.rules import acting, handovers, papers, read_regimes, read_rules
from corridors.analysis.spread import Spread, quantiles
from corridors.costing.charge import Charge
from corridors.routing.route import Event, Leg, Route
from corridors.shipment import End

if TYPE_CHECKING:
    from datetime import date

GRADES = ("measured", "published", "expert", "assumption")
LICENCES = (
    "Lines: (c) OpenStreetMap contributors, ODbL 1.0",
    "Sea lanes: searoute / Eurostat marnet",
    "Place names: GeoNames, CC BY 4.0",
    "Borders and coast: Natural Earth, public domain",
    "Curated tables: corridors, CC BY 4.0",
)


def document(
    answer: Answer, *, reproduce: str, profile: bool = False, variants: bool = True
) -> dict[str, Any]:
    """Make the document of an answer.

    Parameters
    ----------
    answer : Answer
    reproduce : str
        The command that gives the same answer again.
    profile : bool
        Whether each option says what has run up after each step.
    variants : bool
        Whether each option lists the variants that were tried.

    Returns
    -------
    dict
        ``corridors.compare/1`` or ``corridors.route/1``.
    """
    return _Writer(answer, profile=profile, variants=variants).write(reproduce)


class _Writer:
    def __init__(self, answer: Answer, *, profile: bool, variants: bool) -> None:
        self.answer, self.profile, self.variants = answer, profile, variants
        self.flags = read_flags(answer.engine)
        self.regimes = read_regimes(answer.engine.folder)

    def write(self, reproduce: str) -> dict[str, Any]:
        answer = self.answer
        return {
            "schema": f"corridors.{answer.kind}/1",
            "shipment": self._shipment(),
            "conditions": self._conditions(),
            "options": [
                self._option(option, *chances)
                for option, *chances in zip(
                    answer.options, self._best("hours"), self._best("usd"), strict=True
                )
            ],
            "duels": self._duels(),
            "data": self._data(),
            "reproduce": reproduce,
        }

    # Head --------------------------------------------------------------------------------

    def _shipment(self) -> dict[str, Any]:
        shipment, terms = self.answer.shipment, self.answer.shipment.terms
        terminal = shipment.scope == "terminal"
        conditions = self.answer.conditions
        return {
            "origin": _end(shipment.origin),
            "destination": _end(shipment.destination),
            "unit": terms.unit,
            "booking": terms.booking,
            "weight_t": self.answer.situation.case.weight_t,
            "cargo_value_usd": terms.cargo_value_usd,
            "cargo": terms.cargo,
            "goods": list(terms.goods),
            "scope": shipment.scope,
            "clock_start": _clock_start(shipment.origin, terminal),
            "clock_end": _clock_end(shipment.destination, terminal),
            "ownership": terms.ownership,
            "laden": True,
            "as_of": _iso(conditions.as_of),
            "depart": _iso(terms.depart),
            "deadline_days": terms.deadline_days,
            "price_month": conditions.price_month or self.answer.engine.edition.price_month,
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
        situation = self.answer.situation
        applied += situation.applied
        dated = situation.depart is not None or situation.fixed is not None
        entries = known_conditions(self.answer.engine.folder)
        known = situation.known if dated else tuple(entry.sentence for entry in entries)
        return {
            "applied": applied or ["normal operation"],
            "known_but_not_applied": list(known),
            "last_known": max((entry.last_known for entry in entries), default=""),
            "counterfactual": list(situation.counterfactual),
        }

    def _data(self) -> dict[str, Any]:
        engine = self.answer.engine
        return {
            "version": engine.version,
            "built": engine.edition.date,
            "licences": list(LICENCES),
        }

    # Options -----------------------------------------------------------------------------

    def _best(self, dimension: str) -> list[float | None]:
        return p_best([option.spread for option in self.answer.options], dimension)

    def _duels(self) -> list[dict[str, Any]]:
        """Every ordered pair of usable options of a comparison."""
        options = self.answer.options
        return [
            {
                "corridor": options[duel.one].corridor,
                "other": options[duel.other].corridor,
                "p_faster": duel.p_faster,
                "p_cheaper": duel.p_cheaper,
            }
            for duel in duels([option.spread for option in options])
        ]

    def _option(
        self, option: Option, p_fastest: float | None, p_cheapest: float | None
    ) -> dict[str, Any]:
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
        body |= {
            "p_fastest": p_fastest,
            "p_cheapest": p_cheapest,
            "reliability": self._reliability(option.spread),
            "landed": _landed(option),
        }
        if self.profile:
            body["profile"] = _profile(option.route, option.spread)
        return body | {"variants": self._variants(option)}

    def _reliability(self, spread: Spread) -> dict[str, Any]:
        deadline = self.answer.shipment.terms.deadline_days
        return {
            "p_meets_deadline": None if deadline is None else p_meets(spread.hours, deadline),
            "p_stopped": self._stopped(spread),
            "levels": [buffer._asdict() for buffer in buffers(spread)],
        }

    def _stopped(self, spread: Spread) -> float | None:
        """Share of boxes that come to something shut without a known end; None on no date."""
        if self.answer.shipment.terms.depart is None:
            return None
        from corridors.analysis.arrivals import p_stopped

        return p_stopped(spread)

    def _variants(self, option: Option) -> list[dict[str, Any]]:
        if not self.variants:
            return []
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
        notes = papers(self.regimes, route)
        worst = spread.p90_step()
        slowest = next(step for step in route.steps if step.id == worst)
        return {
            "flags": self._flags(route),
            "adjustments": _adjustments(route),
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
            "handovers": handovers(notes.values()),
            "p90_made_by": self._step_name(slowest),
            "on_stitched_km": math.fsum(leg.stitched_km for leg in legs),
            "on_curated_km": math.fsum(leg.curated_km for leg in legs),
            "evidence": {
                "time": _grades(route.charges("hours")),
                "cost": _grades(route.charges("usd")),
            },
            "legs": [self._leg(leg, notes[leg.id]) for leg in legs],
            "events": [
                self._event(event, low, high)
                for event, (low, high) in zip(events, spread.bands(events), strict=True)
            ],
            "sequence": [step.id for step in route.steps],
        }

    def _flags(self, route: Route) -> list[str]:
        """Rules and dated notes of the countries touched, and limits of weight."""
        situation = self.answer.situation
        rules = [
            f"{code}: {flag.flag} ({flag.rule})"
            for code in route.countries
            for flag in self.flags.get(code, [])
        ]
        cargo = self.answer.shipment.terms.cargo
        passed = targets_of(route, self.answer.graph) if situation.flags else frozenset()
        notes = [
            f"{flag.target[1]}: {flag.text}"
            for flag in situation.flags
            if flag.target in passed and flag.speaks_of(cargo)
        ]
        return [*rules, *notes, *self._overweight(route), *self._goods(route)]

    def _goods(self, route: Route) -> list[str]:
        """Rules for the goods, where goods are stated."""
        terms = self.answer.shipment.terms
        if not terms.cargo and not terms.goods:
            return []
        day = self.answer.situation.day(0.0)
        met = acting(
            read_rules(self.answer.engine.folder),
            route,
            cargo=terms.cargo,
            goods=(*terms.goods, "any"),
            day=day,
        )
        return [f"{rule.rule} ({rule.source or 'no source'})" for rule in met]

    def _overweight(self, route: Route) -> list[str]:
        weight = self.answer.situation.case.weight_t
        found: dict[str, str] = {}
        for leg in route.legs:
            for _, move in leg.moves:
                zones = [move.haul.zone] if move.haul else []
                zones += [move.crossing.zone_a, move.crossing.zone_b] if move.crossing else []
                for zone in zones:
                    limit = self.answer.ledger.first(
                        f"payload_limit_t/{zone}", f"payload_limit_t/{zone.partition(':')[0]}"
                    )
                    if limit is not None and weight is not None and weight > limit.typ:
                        found[zone] = (
                            f"{zone}: {weight:g} t of cargo is above the usual limit of "
                            f"{limit.typ:g} t ({limit.source or limit.grade})"
                        )
        return list(found.values())

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

    def _leg(self, leg: Leg, note: str) -> dict[str, Any]:
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
            "co2e_kg": _kilograms(leg.vector.co2e_kg),
            "document": note,
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
            "co2e_kg": _kilograms(event.vector.co2e_kg),
            "p10_hours": low,
            "p90_hours": high,
            "source": _source(charges),
            "grade": _worst(charges),
            "components": [
                {
                    "key": c.row.key,
                    "mean": c.mean,
                    "unit": c.row.unit,
                    "grade": c.row.grade,
                    "adjusted": list(c.row.adjusted),
                }
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
            "passage": "passage at",
            "hold": "waiting for the reopening at",
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
    return _kilograms(route.charges("co2e_kg"))


def _kilograms(charges: Sequence[Charge]) -> dict[str, float]:
    """Well-to-wheel: low, middle and high factors summed as they stand, without draws."""
    return {
        name: math.fsum(getattr(charge.row, name) * charge.amount for charge in charges)
        for name in ("low", "typ", "high")
    }


def _landed(option: Option) -> dict[str, Any] | None:
    total = option.landed
    if total is None:
        return None
    parts = {name: getattr(total, name) for name in ("freight", "insurance", "war_risk", "capital")}
    shown = quantiles(total.drawn, (0.1, 0.5, 0.9))
    return (
        {"cargo_value_usd": total.cargo_value_usd}
        | parts
        | _quantities(total.mean, [float(q) for q in shown])
        | {"grades": sorted({c.row.grade for c in total.charges}, key=GRADES.index)}
    )


def _adjustments(route: Route) -> list[str]:
    """Ids of the adjustments that act on a route: terms, seasons, prices, conditions."""
    found: dict[str, None] = {}
    for dimension in ("hours", "usd"):
        for charge in route.charges(dimension):
            for name in charge.row.adjusted:
                found[name] = None
            family, _, name = charge.row.key.partition("/")
            if family in ("adjust", "condition", "hold"):
                found[name] = None
    return sorted(found)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


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
