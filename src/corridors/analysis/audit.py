"""The audit: what of the network and its tables does not hold together, and what is allowed to."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from corridors.analysis.engine import Engine
from corridors.analysis.pipelines import SHARE, read_pipelines
from corridors.analysis.project_places import project_places
from corridors.analysis.projects import read_projects
from corridors.errors import DataError
from corridors.geodesy import great_circle_km
from corridors.movement.compile import CROSSING_REACH_KM
from corridors.movement.compiled import Haul
from corridors.movement.link_overlay import LINK_REACH_KM
from corridors.network.coast import ashore_pieces, read_coast
from corridors.network.tables import USABLE_SERVICES, Link, LonLat

SNAP_KM = 4.0
"""A facility further from a line of its mode needs a reason."""

ROUNDING_KM = 0.05
"""Rounding of stored lengths and positions."""

WORKS = frozenset({"rail", "road", "port", "ship", "terminal", "pipeline"})
"""Kinds of projects that lie somewhere; money, tariffs and rules do not."""

KEYED = {
    "border_h": "crossings", "border_usd": "crossings", "reload_h": "crossings",
    "reload_usd": "crossings", "gauge_h": "facilities", "gauge_usd": "facilities",
    "lift_h": "facilities", "lift_usd": "facilities",
}  # fmt: skip
"""Families of parameters whose second segment may be an id of a table."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the audit has to say.

    Attributes
    ----------
    check : str
    subject : str
        Id of the row it speaks of.
    detail : str
        What is wrong, with numbers.
    allowed : bool
        Whether ``audit_allow.csv`` or the row itself gives a reason.
    """

    check: str
    subject: str
    detail: str
    allowed: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def audit(engine: Engine) -> list[Finding]:
    """Check a data folder.

    Returns
    -------
    list of Finding
        Faults first.

    Raises
    ------
    DataError
        The allow-list is broken.
    """
    allowed = _allow_list(engine)
    findings = [
        replace(
            found,
            allowed=True,
            detail=f"{found.detail} [{allowed[(found.check, found.subject)]}]",
        )
        if (found.check, found.subject) in allowed
        else found
        for found in _all(engine)
    ]
    used = {(found.check, found.subject) for found in findings}
    findings += [
        Finding("allow_list_stale", subject, f"nothing of kind {check} is found any more")
        for check, subject in sorted(set(allowed) - used)
    ]
    return sorted(findings, key=lambda f: (f.allowed, f.check, f.subject))


def _allow_list(engine: Engine) -> dict[tuple[str, str], str]:
    path = engine.folder / "curated" / "audit_allow.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return {(row["check"], row["subject"]): row["reason"] for row in rows}
    except (OSError, KeyError, csv.Error) as error:
        raise DataError(f"{path}: not a readable allow-list ({error})") from error


def _all(engine: Engine) -> Iterator[Finding]:
    yield from _compile_findings(engine)
    yield from _snaps(engine)
    yield from _isolated(engine)
    yield from _lengths(engine)
    yield from _sea_legs(engine)
    yield from _crossings(engine)
    yield from _hidden_transit(engine)
    yield from _gateways(engine)
    yield from _gauges(engine)
    yield from _keys(engine)
    yield from _drawn(engine)


def _compile_findings(engine: Engine) -> Iterator[Finding]:
    spurs = {link.id for link in engine.tables.links if _ends_at_facility(engine, link)}
    for found in engine.network.findings:
        detail = ", ".join(f"{k} {v}" for k, v in found.items() if k not in ("check", "id"))
        # A spur ends at a yard or a quay: its far end meets nothing.
        ends = found["check"] == "link_loose_end" and found["id"] in spurs
        yield Finding(found["check"], found["id"], detail, allowed=ends)


def _ends_at_facility(engine: Engine, link: Link) -> bool:
    """Whether the end of a link that meets no line lies at a yard or a quay."""
    if link.kind == "spur":
        return True
    points = [(f.lon, f.lat) for f in engine.tables.facilities]
    others = [
        end
        for other in engine.tables.links
        if other.id != link.id
        for end in (other.geometry[0], other.geometry[-1])
    ]
    lines = engine.network.lines(link.mode).flat
    for end in (link.geometry[0], link.geometry[-1]):
        near = (abs(lines.lon - end[0]) < 1e-3) & (abs(lines.lat - end[1]) < 1e-3)
        degree = np.isin(lines.u, np.flatnonzero(near)).sum()
        degree += np.isin(lines.v, np.flatnonzero(near)).sum()
        joined = degree > 1 or any(great_circle_km(*end, *o) <= LINK_REACH_KM for o in others)
        if not joined and not any(great_circle_km(*end, *p) <= SNAP_KM for p in points):
            return False
    return True


def _snaps(engine: Engine) -> Iterator[Finding]:
    reasons = {f.id: f.snap_exception for f in engine.tables.facilities}
    for (facility, zone), km in engine.network.snap_km.items():
        if km > SNAP_KM:
            reason = reasons.get(facility, "")
            detail = f"{km:.1f} km from the nearest line of {zone}"
            yield Finding(
                "facility_off_line",
                facility,
                f"{detail} [{reason}]" if reason else detail,
                allowed=bool(reason),
            )


def _isolated(engine: Engine) -> Iterator[Finding]:
    """Facilities on a line that leads nowhere: no haul, no crossing."""
    reached = {(h.a, h.zone) for h in engine.network.hauls}
    reached |= {(h.b, h.zone) for h in engine.network.hauls}
    rows = {c.id: c for c in engine.tables.crossings}
    for run in engine.network.crossings:
        reached |= {(rows[run.id].a, run.zone_a), (rows[run.id].b, run.zone_b)}
    for facility, zone in engine.network.snap_km:
        if (facility, zone) not in reached:
            yield Finding("facility_isolated", facility, f"no haul and no crossing in {zone}")


def _lengths(engine: Engine) -> Iterator[Finding]:
    foot = engine.network.foot
    for haul in engine.network.hauls:
        gap = _below(haul, foot)
        if gap > ROUNDING_KM:
            yield Finding(
                "below_great_circle", f"{haul.a}-{haul.b}", f"{haul.zone}: short by {gap:.1f} km"
            )
    places = {f.id: (f.lon, f.lat) for f in engine.tables.facilities}
    rows = {s.id: s for s in engine.tables.services}
    for run in engine.network.services:
        straight = great_circle_km(*places[rows[run.id].a], *places[rows[run.id].b])
        if run.km < straight - 1:
            yield Finding("below_great_circle", run.id, f"{run.km:.0f} < {straight:.0f} km")


def _below(haul: Haul, foot: dict[tuple[str, str], tuple[float, float]]) -> float:
    straight = great_circle_km(*foot[(haul.a, haul.zone)], *foot[(haul.b, haul.zone)])
    return straight - haul.km


def _sea_legs(engine: Engine) -> Iterator[Finding]:
    coast = read_coast(engine.folder / "sea" / "coast.npz")
    judged: dict[tuple[LonLat, ...], float] = {}
    for run in engine.network.services:
        line = tuple(engine.network.lane(run.id))
        if line not in judged:
            judged[line] = sum(km for km, _, _ in ashore_pieces(coast, line))
        if judged[line]:
            yield Finding("sea_leg_over_land", run.id, f"{judged[line]:.0f} km over land")


def _crossings(engine: Engine) -> Iterator[Finding]:
    for run in engine.network.crossings:
        if run.off_km > CROSSING_REACH_KM[0]:
            yield Finding(
                "crossing_off_border", run.id, f"border of the lines is {run.off_km:.0f} km away"
            )


def _hidden_transit(engine: Engine) -> Iterator[Finding]:
    """Countries that lines of a zone clip: listed always, a fault never."""
    clipped: dict[tuple[str, str], int] = {}
    for haul in engine.network.hauls:
        for code in haul.foreign:
            clipped[(haul.zone, code)] = clipped.get((haul.zone, code), 0) + 1
    for (zone, code), count in sorted(clipped.items()):
        yield Finding("hidden_transit", f"{zone}/{code}", f"{count} hauls run through", True)


def _gateways(engine: Engine) -> Iterator[Finding]:
    graph = engine.graph()
    crossings = {c.id: c for c in engine.tables.crossings}
    services = {s.id: s for s in engine.tables.services}
    for plans in engine.plans.values():
        for plan in plans:
            for gateway in plan.gateways:
                if gateway.crossings & graph.open_crossings:
                    continue
                if gateway.services & graph.open_services:
                    continue
                dead = [c for c in gateway.crossings if crossings[c].status == "operating"]
                dead += [s for s in gateway.services if services[s].status in USABLE_SERVICES]
                yield Finding(
                    "gateway_shut",
                    f"{plan.corridor}/{plan.variant}",
                    f"{gateway.label[:60]} cannot be passed",
                    # By its own row's status: planned or without service.
                    allowed=not dead,
                )


def _gauges(engine: Engine) -> Iterator[Finding]:
    """A break of gauge is worked exactly once: named where gauges differ, and only there."""
    zones = {zone.zone: zone for zone in engine.tables.zones}
    rows = {c.id: c for c in engine.tables.crossings}
    for run in engine.network.crossings:
        row = rows[run.id]
        breaks = zones[run.zone_a].gauge_mm != zones[run.zone_b].gauge_mm
        named = bool(row.gauge_ab) and bool(row.gauge_ba)
        if row.mode == "rail" and breaks != named:
            what = "no yard named for a break of gauge" if breaks else "a yard without a break"
            yield Finding("gauge_event", row.id, f"{what} ({run.zone_a}, {run.zone_b})")
        elif {row.gauge_ab, row.gauge_ba} - {row.a, row.b, ""}:
            yield Finding("gauge_event", row.id, "the yard is neither end of the crossing")


def _keys(engine: Engine) -> Iterator[Finding]:
    """Parameter rows that no longer belong to anything."""
    known = {
        "crossings": {c.id for c in engine.tables.crossings},
        "facilities": {f.id for f in engine.tables.facilities},
    }
    for row in engine.ledger:
        family, _, rest = row.key.partition("/")
        name = rest.split("/")[0]
        table = KEYED.get(family)
        # Ids begin with a country's capitals; fallbacks are modes or pairs of modes.
        if table and name[:2].isupper() and name not in known[table]:
            yield Finding("parameter_orphan", row.key, f"{name} is in no row of {table}")


def _drawn(engine: Engine) -> Iterator[Finding]:
    """What is only drawn: works without a place, pipelines longer or shorter than can be."""
    low, high = SHARE
    for name, pipe in read_pipelines(engine).items():
        if pipe.share is not None and not low <= pipe.share <= high:
            detail = f"drawn {pipe.drawn_km:,.0f} km of {pipe.row.length_km:,.0f}"
            yield Finding("pipeline_length", name, detail)
    if not (engine.folder / "curated" / "project_places.csv").exists():
        return
    projects = read_projects(engine)
    places = project_places(engine, projects)
    for name, project in projects.items():
        if project.kind in WORKS and name not in places:
            yield Finding("project_unplaced", name, f"{project.kind}: no row in project_places.csv")
