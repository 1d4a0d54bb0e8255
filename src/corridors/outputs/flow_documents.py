"""Capacity, assignment and dependence as documents, and as rows for CSV and data frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridors.analysis.assignment import Assignment
    from corridors.analysis.capacities import Door, Limit
    from corridors.analysis.capacity import CapacityAnswer, CorridorCapacity
    from corridors.analysis.dependence import Dependence
    from corridors.analysis.engine import Engine
    from corridors.analysis.flows import Flows
    from corridors.conditions.situation import Situation

Document = dict[str, Any]
LONGEST_WAIT_H = 90 * 24.0
"""A wait above this is no forecast any more: the door is full, whatever one waits."""


def capacity_document(answer: CapacityAnswer, *, reproduce: str = "") -> Document:
    """All of a capacity answer, with the source of each limit that binds."""
    return {
        "kind": "capacity",
        "from": list(answer.origins),
        "to": list(answer.destinations),
        "heading": answer.heading,
        "unit": "TEU a week, one way",
        "one_way_share": answer.one_way_share,
        "conditions": _situation(answer.situation, answer.unused_caps),
        "corridors": [_corridor(answer.engine, row) for row in answer.each],
        "together": _corridor(answer.engine, answer.together) if answer.together else None,
        **_origin(answer.engine, reproduce),
    }


def _corridor(engine: Engine, row: CorridorCapacity) -> Document:
    upper = None
    if row.teu_week:
        upper = 1.0 - min(row.known or 0, row.teu_week) / row.teu_week
    return {
        "corridors": list(row.corridors),
        "teu_week": row.teu_week,
        "teu_week_low": row.low,
        "teu_week_high": row.high,
        "through_known_doors_only": row.known,
        "upper_bound_share": upper,
        "cuts": [
            {"teu_week": cut.teu_week, "doors": [_limit(engine, limit) for limit in cut.limits]}
            for cut in row.cuts
        ],
        "unknown": [
            {"target": kind, "id": name, "name": door_name(engine, (kind, name))}
            for kind, name in row.unknown
        ],
        "reason": row.reason,
    }


def _limit(engine: Engine, limit: Limit) -> Document:
    kind, name = limit.door
    return {
        "target": kind,
        "id": name,
        "name": door_name(engine, limit.door),
        "heading": limit.heading,
        "teu_week": limit.teu_week,
        "teu_week_low": limit.low,
        "teu_week_high": limit.high,
        "basis": limit.basis,
        "year": limit.year,
        "grade": limit.grade,
        "source": limit.source,
        "url": limit.url,
        "note": limit.note,
    }


def assignment_document(answer: Assignment, *, reproduce: str = "") -> Document:
    """All of an assignment: flows by row, corridor and way; doors; what was left behind."""
    engine = answer.engine
    return {
        "kind": "assign",
        "unit": "TEU a week",
        "choice": {
            "model": "nested logit on generalised cost, waits where a door is full",
            "corridor_usd": answer.corridor_usd,
            "variant_usd": answer.variant_usd,
        },
        "demand_teu_week": sum(d.teu_week for d in answer.demands),
        "conditions": _situation(answer.flows.situation, answer.flows.unused_caps),
        "closed_days": answer.closed_days,
        "flows": _flows(answer, answer.flows),
        "before": _flows(answer, answer.before) if answer.before else None,
        "held": [
            {**row._asdict(), "backlog": _backlog(row.stranded, answer.closed_days)}
            for row in answer.held
        ],
        **_origin(engine, reproduce),
    }


def _backlog(stranded: float, days: int | None) -> float | None:
    return None if days is None else stranded * days / 7


def _flows(answer: Assignment, flows: Flows) -> Document:
    rows = []
    for way, teu in zip(flows.ways, flows.flow, strict=True):
        demand = answer.demands[way.demand]
        rows.append(
            {
                "origin": demand.origin,
                "destination": demand.destination,
                "corridor": way.corridor,
                "variant": way.variant,
                "teu_week": teu,
                "days": way.route.mean("hours") / 24,
                "usd": way.route.mean("usd"),
                "generalised_usd": way.cost_usd,
                "doors": [f"{door[0]} {door[1]}" for door, _ in way.gates],
            }
        )
    doors = []
    for limit, load, wait in zip(flows.limits, flows.load, flows.wait_h, strict=True):
        doors.append(
            {
                **_limit(answer.engine, limit),
                "load": load,
                "used": load / limit.teu_week if limit.teu_week else None,
                "wait_days": wait / 24 if wait <= LONGEST_WAIT_H else None,
                "full": wait > 0.0,
            }
        )
    stranded = [
        {"origin": d.origin, "destination": d.destination, "teu_week": teu}
        for d, teu in zip(answer.demands, flows.stranded, strict=True)
        if teu > 0.0
    ]
    return {
        "by_corridor": flows.by_corridor(),
        "stranded_teu_week": sum(flows.stranded),
        "stranded": stranded,
        "gap": flows.gap,
        "ways": rows,
        "doors": doors,
    }


def dependence_document(answer: Dependence, *, reproduce: str = "") -> Document:
    """All of a dependence answer."""
    return {
        "kind": "dependence",
        "pairs": len(answer.demands),
        "conditions": _situation(answer.flows.situation, answer.flows.unused_caps),
        "exit_countries": [row._asdict() for row in answer.countries],
        "exit_gateways": [
            {**row._asdict(), "name": gateway_name(answer.engine, row.id)}
            for row in answer.gateways
        ],
        "hhi_country": answer.hhi_country,
        "hhi_gateway": answer.hhi_gateway,
        "transit": [row._asdict() for row in answer.transit],
        "no_other_outlet": {
            code: [list(pair) for pair in rows] for code, rows in answer.captive.items()
        },
        "no_option": [list(pair) for pair in answer.without],
        "projects": [row._asdict() for row in answer.reliefs],
        **_origin(answer.engine, reproduce),
    }


def _situation(situation: Situation, unused: Sequence[str]) -> Document:
    return {
        "applied": list(situation.applied),
        "counterfactual": list(situation.counterfactual),
        "known_but_not_applied": list(situation.known),
        "caps_not_used": list(unused),
    }


def _origin(engine: Engine, reproduce: str) -> Document:
    data = {"date": engine.edition.date, "version": engine.version}
    return {"data": data, "reproduce": reproduce}


def door_name(engine: Engine, door: Door) -> str:
    """A door in words."""
    kind, name = door
    if kind == "facility":
        return engine.names.get(name, name)
    if kind == "group":
        return f"all ships of {name}"
    return gateway_name(engine, name)


def gateway_name(engine: Engine, name: str) -> str:
    """A crossing by its two sides, a service or facility by its name."""
    for row in engine.tables.crossings:
        if row.id == name:
            return f"{engine.names[row.a]}–{engine.names[row.b]}"
    for service in engine.tables.services:
        if service.id == name:
            return service.name
    return engine.names.get(name, name)


# Rows -------------------------------------------------------------------------------------


def capacity_rows(document: Document) -> list[Document]:
    """One row per corridor, and one for all together."""
    every = [*document["corridors"], *([document["together"]] if document["together"] else [])]
    return [
        {
            "corridor": " + ".join(row["corridors"]),
            **{key: row[key] for key in ("teu_week", "teu_week_low", "teu_week_high")},
            "upper_bound_share": row["upper_bound_share"],
            "binds": "; ".join(door["name"] for cut in row["cuts"][:1] for door in cut["doors"]),
            "next_teu_week": row["cuts"][1]["teu_week"] if len(row["cuts"]) > 1 else None,
            "then": "; ".join(door["name"] for cut in row["cuts"][1:2] for door in cut["doors"]),
            "unknown": len(row["unknown"]),
            "reason": row["reason"],
        }
        for row in every
    ]


def assignment_rows(document: Document) -> list[Document]:
    """One row per way, under the conditions asked."""
    keys = (
        "origin", "destination", "corridor", "variant", "teu_week", "days", "usd",
        "generalised_usd",
    )  # fmt: skip
    rows = [{key: way[key] for key in keys} for way in document["flows"]["ways"]]
    rows += [
        {**dict.fromkeys(keys), **row, "corridor": "stranded"}
        for row in document["flows"]["stranded"]
    ]
    return rows


def door_rows(document: Document) -> list[Document]:
    """One row per door with a known limit, the fullest first."""
    keys = ("target", "id", "name", "heading", "teu_week", "load", "used", "wait_days", "basis")
    rows = [{key: door[key] for key in keys} for door in document["flows"]["doors"]]
    return sorted(rows, key=lambda row: (-(row["used"] or 0.0), row["id"]))


def dependence_rows(document: Document) -> list[Document]:
    """One row per outlet and country on the way."""
    parts = (
        ("exit country", "exit_countries"), ("exit gateway", "exit_gateways"),
        ("transit", "transit"),
    )  # fmt: skip
    return [
        {"what": what, "id": row["id"], "name": row.get("name", ""), "share": row["share"]}
        for what, key in parts
        for row in document[key]
    ]
