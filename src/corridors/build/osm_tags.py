"""What an OpenStreetMap way or point means to freight, by its tags alone.

One table per mode says which values are looked for; everything else is dropped under a reason
that the build report counts. Nothing here knows about files or geometry.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

RAIL_CLASSES = (
    "electrified", "not_electrified", "double_track", "main", "branch", "industrial", "service",
    "highspeed", "passenger", "bridge", "tunnel",
)  # fmt: skip
"""What is summed in km per rail arc. What no tag tells is in no class."""

ROAD_CLASSES = (
    "motorway", "trunk", "primary", "secondary", "toll", "hgv_limited", "bridge", "tunnel",
)  # fmt: skip
"""What is summed in km per road arc."""

CLASSES = {"rail": RAIL_CLASSES, "road": ROAD_CLASSES, "ferry": ()}

HIGHWAYS = ("motorway", "trunk", "primary", "secondary")

NOT_FREIGHT_RAIL = {
    "construction": "under construction", "proposed": "proposed", "planned": "proposed",
    "disused": "disused", "abandoned": "abandoned", "razed": "abandoned",
    "dismantled": "abandoned", "subway": "metro", "light_rail": "light rail", "tram": "tram",
    "monorail": "monorail", "funicular": "funicular", "miniature": "miniature line",
    "preserved": "museum line", "narrow_gauge": "narrow gauge",
}  # fmt: skip
"""Values of ``railway`` that are lines of a kind no container runs on."""

WAY_TAGS = (
    ("railway", "rail"),
    *(("railway", value) for value in NOT_FREIGHT_RAIL),
    *(("highway", value) for value in HIGHWAYS),
    *(("highway", f"{value}_link") for value in HIGHWAYS),
    ("highway", "construction"), ("highway", "proposed"),
    ("route", "ferry"), ("route", "shipping"),
)  # fmt: skip
"""Tags of the ways that are looked at."""

POINT_KINDS: dict[tuple[str, str], str] = {
    ("railway", "station"): "station",
    ("railway", "yard"): "freight_yard",
    ("railway", "border"): "border_control",
    ("railway", "container_terminal"): "container_terminal",
    ("industrial", "container_terminal"): "container_terminal",
    ("industrial", "intermodal_freight_terminal"): "container_terminal",
    ("landuse", "port"): "port",
    ("industrial", "port"): "port",
    ("landuse", "harbour"): "port",
    ("harbour", "yes"): "port",
    ("seamark:type", "harbour"): "port",
    ("amenity", "ferry_terminal"): "ferry_terminal",
    ("barrier", "border_control"): "border_control",
    ("government", "border_control"): "border_control",
    ("government", "customs"): "border_control",
}
"""Tags of points and areas that are listed beside the network."""

Get = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Line:
    """A way that is kept.

    Attributes
    ----------
    mode : {"rail", "road", "ferry"}
    gauges_mm : tuple of int
        As tagged; empty where no tag tells. Two for a line of mixed gauge.
    classes : frozenset of str
        Of `CLASSES` of the mode.
    oneway : int
        1 along the way, -1 against it, 0 both.
    max_kmh : int
        Tagged limit, 0 unknown.
    """

    mode: str
    gauges_mm: tuple[int, ...] = ()
    classes: frozenset[str] = frozenset()
    oneway: int = 0
    max_kmh: int = 0


@dataclass(frozen=True, slots=True)
class Dropped:
    """A way that is not kept, and why."""

    mode: str
    reason: str


KEYS = (
    "railway", "highway", "route", "service", "usage", "gauge", "electrified", "tracks",
    "maxspeed", "bridge", "tunnel", "disused", "abandoned", "railway:preserved", "highspeed",
    "railway:traffic_mode", "hgv", "access", "motor_vehicle", "vehicle", "oneway", "junction",
    "toll", "maxweight", "hgv:conditional",
)  # fmt: skip
"""Keys that decide what a way is."""

FERRY_KEYS = ("duration", "motorcar", "train")
"""Keys that are noted of a ferry."""


def classify(get: Get) -> Line | Dropped:
    """Decide what one way is.

    Parameters
    ----------
    get : callable
        Value of a key or None; ``tags.get`` of a dict will do.

    Returns
    -------
    Line or Dropped

    Examples
    --------
    >>> line = classify({"railway": "rail", "gauge": "1435;1520", "usage": "main"}.get)
    >>> line.gauges_mm, sorted(line.classes)
    ((1435, 1520), ['main'])
    >>> classify({"railway": "tram"}.get)
    Dropped(mode='rail', reason='tram')
    """
    railway = get("railway")
    if railway is not None and (railway == "rail" or railway in NOT_FREIGHT_RAIL):
        return _rail(railway, get)
    highway = get("highway")
    if highway is not None:
        return _road(highway, get)
    if get("route") in ("ferry", "shipping"):
        return Line("ferry")
    return Dropped("other", "no line")


def _rail(railway: str, get: Get) -> Line | Dropped:
    if railway != "rail":
        return Dropped("rail", NOT_FREIGHT_RAIL[railway])
    for key, reason in (("disused", "disused"), ("abandoned", "abandoned")):
        if get(key) == "yes":
            return Dropped("rail", reason)
    if get("usage") in ("tourism", "leisure") or get("railway:preserved") == "yes":
        return Dropped("rail", "museum line")
    if get("usage") in ("military", "test", "scientific"):
        return Dropped("rail", "military or test line")
    classes = _crossing_structures(get)
    electrified = get("electrified")
    if electrified in ("no", "none"):
        classes.add("not_electrified")
    elif electrified:
        classes.add("electrified")
    usage = get("usage")
    if get("service"):
        classes.add("service")
    elif usage in ("main", "branch", "industrial"):
        classes.add(usage)
    tracks = _whole(get("tracks"))
    if tracks is not None and tracks >= 2:
        classes.add("double_track")
    if get("highspeed") == "yes":
        classes.add("highspeed")
    # Kept and summed: tracks through a station carry the tag, and freight runs past it.
    if get("railway:traffic_mode") == "passenger":
        classes.add("passenger")
    return Line("rail", gauges(get("gauge")), frozenset(classes), 0, speed_kmh(get("maxspeed")))


def _road(highway: str, get: Get) -> Line | Dropped:
    if highway in ("construction", "proposed"):
        return Dropped("road", "under construction" if highway == "construction" else "proposed")
    kind = highway.removesuffix("_link")
    if kind not in HIGHWAYS:
        return Dropped("road", "minor road")
    # The most special key that is set decides; hgv=yes opens a road that is shut to others.
    allowed = next(
        (v for v in map(get, ("hgv", "motor_vehicle", "vehicle", "access")) if v is not None), "yes"
    )
    if allowed in ("no", "private", "forestry", "agricultural", "emergency", "military"):
        return Dropped("road", "closed to lorries")
    classes = _crossing_structures(get) | {kind}
    limits = (get("maxweight"), get("hgv:conditional"))
    if allowed in ("delivery", "destination", "customers", "permit", "discouraged") or any(limits):
        classes.add("hgv_limited")
    if get("toll") not in (None, "no"):
        classes.add("toll")
    return Line("road", (), frozenset(classes), _oneway(kind, get), speed_kmh(get("maxspeed")))


def _crossing_structures(get: Get) -> set[str]:
    return {key for key in ("bridge", "tunnel") if get(key) not in (None, "no")}


def _oneway(kind: str, get: Get) -> int:
    value = get("oneway")
    if value in ("yes", "true", "1"):
        return 1
    if value in ("-1", "reverse"):
        return -1
    if value in ("no", "false", "0"):
        return 0
    implied = kind == "motorway" or get("junction") in ("roundabout", "circular")
    return 1 if implied else 0


def gauges(text: str | None) -> tuple[int, ...]:
    """Track gauges in mm that a tag names, at most two, in ascending order.

    Examples
    --------
    >>> gauges("1520;1435"), gauges("broad"), gauges(None), gauges("1435-1668")
    ((1435, 1520), (), (), (1435, 1668))
    """
    found = {int(part) for part in re.findall(r"(?<!\d)\d{3,4}(?!\d)", text or "")}
    plain = sorted(value for value in found if 300 <= value <= 1700)
    return tuple(plain[:2]) if len(plain) <= 2 else (plain[-2], plain[-1])


def speed_kmh(text: str | None) -> int:
    """Limit that a ``maxspeed`` tag states in km/h, 0 where it states none.

    Examples
    --------
    >>> speed_kmh("120"), speed_kmh("50 mph"), speed_kmh("RU:motorway"), speed_kmh("80;100")
    (120, 80, 0, 80)
    """
    found = re.match(r"\s*(\d{1,3})(?:\.\d+)?\s*(mph)?\s*(?:;|$)", text or "")
    if not found:
        return 0
    return round(int(found.group(1)) * (1.609344 if found.group(2) else 1.0))


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,3}", text) else None


def duration_h(text: str | None) -> float | None:
    """Hours of a ``duration`` tag: ``hh:mm``, ``hh:mm:ss``, whole minutes, or ISO 8601.

    Examples
    --------
    >>> duration_h("01:30"), duration_h("90"), duration_h("PT18H"), duration_h("soon")
    (1.5, 1.5, 18.0, None)
    """
    text = (text or "").strip()
    clock = re.fullmatch(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?", text)
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours + minutes / 60 + seconds / 3600
    if re.fullmatch(r"\d{1,5}", text):
        return int(text) / 60
    iso = re.fullmatch(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?)?", text)
    if iso and any(iso.groups()):
        days, hours, minutes = (int(part or 0) for part in iso.groups())
        return days * 24 + hours + minutes / 60
    return None


def point_kind(get: Get) -> str | None:
    """Kind of a point or area, None where it is none of ours.

    Examples
    --------
    >>> point_kind({"railway": "yard", "name": "Dostyk"}.get)
    'freight_yard'
    """
    for (key, value), kind in POINT_KINDS.items():
        if get(key) == value:
            return kind
    return None
