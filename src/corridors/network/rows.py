"""What a row of each curated network table may hold.

The row classes are the one truth about the tables: the reader, the documentation of the columns
and the audit go by them.
"""

from __future__ import annotations

from typing import NamedTuple

from corridors.network.cells import LonLat


class Zone(NamedTuple):
    """Where one rate, one speed and one gauge hold and no border is felt."""

    zone: str
    mode: str
    gauge_mm: int | None
    countries: tuple[str, ...]
    default: bool
    note: str = ""


class ZoneArea(NamedTuple):
    """A box whose lines of one country belong to another zone than that country's own."""

    id: str
    mode: str
    country: str
    west: float
    south: float
    east: float
    north: float
    zone: str
    kind: str
    reason: str
    source: str = ""


class Facility(NamedTuple):
    """A place where a container can change train, mode, gauge or country."""

    id: str
    name: str
    country: str
    lat: float
    lon: float
    kind: str
    zones: tuple[str, ...]
    unlocode: str = ""
    status: str = "operating"
    snap_exception: str = ""
    source: str = ""
    note: str = ""


class Crossing(NamedTuple):
    """A border crossing point for one mode, between a facility on either side."""

    id: str
    mode: str
    a: str
    b: str
    lat: float
    lon: float
    gauge_ab: str = ""
    gauge_ba: str = ""
    status: str = "operating"
    note: str = ""
    source: str = ""


class Link(NamedTuple):
    """A curated piece of line added to the OpenStreetMap network."""

    id: str
    mode: str
    kind: str
    geometry: tuple[LonLat, ...]
    length_km: float | None = None
    status: str = "operating"
    source: str = ""
    note: str = ""


class Mask(NamedTuple):
    """A box inside which lines of the mode do not serve (closed, dormant, one commodity)."""

    id: str
    mode: str
    west: float
    south: float
    east: float
    north: float
    reason: str
    source: str = ""


class Service(NamedTuple):
    """A ferry, feeder or liner service; without one, two ports are not connected."""

    id: str
    name: str
    operator: str
    mode: str
    group: str
    a: str
    b: str
    both_ways: bool
    via: tuple[str, ...] = ()
    lane: str = ""
    status: str = "operating"
    headway_h_low: float | None = None
    headway_h_typ: float | None = None
    headway_h_high: float | None = None
    capacity_teu: float | None = None
    last_confirmed: str = ""
    grade: str = ""
    source: str = ""
    url: str = ""
    note: str = ""


class LanePoint(NamedTuple):
    """One point of a hand-drawn sea lane."""

    lane: str
    seq: int
    lat: float
    lon: float


class Chokepoint(NamedTuple):
    """A strait, canal or cape that a sea service passes."""

    id: str
    name: str
    lat: float
    lon: float


class CorridorStep(NamedTuple):
    """A section (countries and modes) or a gateway (crossings or services) of a variant."""

    corridor: str
    variant: str
    seq: int
    kind: str
    value: tuple[str, ...]
    modes: tuple[str, ...] = ()
    note: str = ""


CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "Zone": {"mode": ("rail", "road")},
    "ZoneArea": {
        "mode": ("rail", "road"),
        "kind": ("transit_without_control", "gauge", "terrain", "border_fix"),
    },
    "Facility": {
        "kind": (
            "terminal", "port", "ferry_port", "dry_port", "border", "gauge_yard", "waypoint",
        )
    },
    "Crossing": {"mode": ("rail", "road"), "status": ("operating", "closed", "planned")},
    "Link": {
        "mode": ("rail", "road"),
        "kind": ("gap", "spur", "reshape", "new_line"),
        "status": ("operating", "closed", "planned"),
    },
    "Mask": {"mode": ("rail", "road")},
    "Service": {
        "mode": ("ferry", "sea"),
        "status": ("operating", "seasonal", "suspended", "unscheduled", "planned"),
    },
    "CorridorStep": {"kind": ("section", "gateway")},
}  # fmt: skip


USABLE_SERVICES = frozenset({"operating", "seasonal"})
"""Statuses of a service that can be booked."""


def gateway_targets(step: CorridorStep) -> list[tuple[str, str]]:
    """(kind, id) of all that a gateway step names; a kind holds until the next one.

    Examples
    --------
    >>> row = CorridorStep("c", "v", 2, "gateway", ("crossing:X", "Y", "service:Z"))
    >>> gateway_targets(row)
    [('crossing', 'X'), ('crossing', 'Y'), ('service', 'Z')]
    """
    if step.kind != "gateway":
        return []
    kind, targets = "", []
    for value in step.value:
        before, colon, name = value.partition(":")
        kind, name = (before, name) if colon else (kind, before)
        targets.append((kind, name))
    return targets
