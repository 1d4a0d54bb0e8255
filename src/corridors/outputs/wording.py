"""The sentences of a map: finding, scope, provenance. One place, so that every output agrees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from corridors.outputs import text
from corridors.outputs.colours import CorridorStyle, distinct, style_of

Option = Mapping[str, Any]
MODE_WORDS = {"rail": "Rail", "road": "Road", "ferry": "Ferry", "sea": "Sea"}
EVENT_WORDS = {
    "fill": "Waiting for the train to fill",
    "border": "Border crossing",
    "gauge_change": "Change of gauge",
    "lift": "Lift between modes",
    "wait": "Wait for a ship",
    "release": "Release at destination",
    "pickup": "Pick-up",
    "delivery": "Delivery",
    "transshipment": "Transshipment between ships",
    "equipment": "Container equipment",
    "passage": "Passage",
    "hold": "Waiting for the reopening",
}
#: Kinds of event at which a reader would say the route goes "via" the place.
VIA_KINDS = ("border", "gauge_change", "lift", "wait", "transshipment")
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_KIND_OF_PLACE = re.compile(
    r"\s+(?:(?:rail|transfer|gauge|border)\s+)?(?:yard|station|terminal)$"
    r"|\s+(?:(?:ferry|dry|sea|river|road)\s+)?port$|\s+customs$",
    re.IGNORECASE,
)
_OWNERSHIP = {"SOC": "shipper-owned", "COC": "carrier-owned"}
_UNITS = {
    "FEU": "one laden 40 ft container",
    "2x20": "two laden 20 ft containers",
    "TEU": "one laden 20 ft container",
}
_BOOKINGS = {"single": "single wagon"}
_SCOPES = {"terminal": "terminal gate to terminal gate", "door": "door to door"}


def usable(document: Mapping[str, Any]) -> list[Option]:
    """Options that can be taken."""
    return [o for o in document["options"] if o["status"] == "ok"]


def title(document: Mapping[str, Any]) -> str:
    """Origin to destination."""
    ends = document["shipment"]
    return f"{_end(ends['origin'])} to {_end(ends['destination'])}"


def _end(place: Mapping[str, Any]) -> str:
    return text.clean(place.get("name") or place.get("id") or "?")


def styles(options: Sequence[Option]) -> list[CorridorStyle]:
    """Colour and clean name of each option, none twice."""
    found = distinct([option["corridor"] for option in options])
    return [s._replace(name=text.clean(s.name), short=text.clean(s.short)) for s in found]


def names(options: Sequence[Option]) -> list[str]:
    """A short name for each option that tells it from the others."""
    return [style.short for style in styles(options)]


def corridor_name(option: Option) -> str:
    """The short name of an option that cannot be taken, by its corridor alone."""
    return text.clean(style_of(option["corridor"]).short)


def spread(summary: Mapping[str, float], write: Any) -> str:
    """The P10 to P90 range."""
    return f"{write(summary['p10'])}–{write(summary['p90'])}"


def headline(document: Mapping[str, Any]) -> str:
    """The finding in one sentence, never stronger than the ranges allow.

    An option *is* fastest or cheapest only when its P90 lies below every other P10. Otherwise
    the sentence ranks by mean and says that the ranges overlap.

    Examples
    --------
    >>> headline({"options": [], "shipment": {}})
    'No corridor can serve this shipment'
    """
    options = usable(document)
    if not options:
        return "No corridor can serve this shipment"
    labels = dict(zip(map(id, options), names(options), strict=True))
    if len(options) == 1:
        only = options[0]
        found = " is the only way found" if len(document["options"]) > 1 else ""
        return f"{labels[id(only)]}{found}: {_time(only)}, {text.usd(_mean(only, 'cost_usd'))}"
    quick, clear_time = _best(options, "time_days")
    cheap, clear_cost = _best(options, "cost_usd")
    others = (o for o in options if o is not quick)
    second = min(others, key=lambda o: _mean(o, "time_days"))
    name, rival = labels[id(quick)], labels[id(second)]
    low_cost = text.usd(_mean(cheap, "cost_usd"))
    if quick is cheap and clear_time and clear_cost:
        return (
            f"{name} is fastest and cheapest: {_time(quick)} against {_time(second, unit='')} "
            f"by {rival}; {low_cost}"
        )
    shown = text.days(_mean(quick, "time_days"))
    alike = [labels[id(o)] for o in options if text.days(_mean(o, "time_days")) == shown]
    if len(alike) > 2:
        listed = ", ".join(alike[:-1])
        time_part = f"{listed} and {alike[-1]} take as long: {_time(quick)}"
    elif len(alike) == 2:
        time_part = f"{name} and {rival} take as long: {_time(quick)} and {_time(second, unit='')}"
    else:
        claim = "is fastest" if clear_time else "is fastest on average, but ranges overlap"
        time_part = f"{name} {claim}: {_time(quick)} against {_time(second, unit='')} by {rival}"
    other = "it" if cheap is quick else labels[id(cheap)]
    also = "also " if cheap is quick else ""
    claim = f"is {also}cheapest" if clear_cost else f"is {also}cheapest on average"
    return f"{time_part}; {other} {claim} at {low_cost}"


def _time(option: Option, *, unit: str = " days") -> str:
    summary = option["time_days"]
    return f"{text.days(summary['mean'])}{unit} ({spread(summary, text.days)})"


def _mean(option: Option, key: str) -> float:
    return float(option[key]["mean"])


def _best(options: Sequence[Option], key: str) -> tuple[Option, bool]:
    best = min(options, key=lambda o: _mean(o, key))
    return best, all(best[key]["p90"] < o[key]["p10"] for o in options if o is not best)


def scope(document: Mapping[str, Any]) -> str:
    """What one figure covers: unit, ownership, clock, direction, prices, date."""
    s = document["shipment"]
    parts = [
        _UNITS.get(str(s.get("unit")), text.clean(s.get("unit"))),
        _BOOKINGS.get(str(s.get("booking")), ""),
        _OWNERSHIP.get(str(s.get("ownership")), text.clean(s.get("ownership"))),
        _clock(s),
        text.clean(s.get("direction")),
        f"prices of {text.clean(s['price_month'])}" if s.get("price_month") else "",
        _date(s),
    ]
    line = " · ".join(part for part in parts if part)
    return line[:1].upper() + line[1:]


def _date(shipment: Mapping[str, Any]) -> str:
    if shipment.get("as_of"):
        return f"as of {text.clean(shipment['as_of'])}"
    if shipment.get("depart"):
        return f"gate-in on {text.clean(shipment['depart'])}"
    return "normal operation"


def scope_on_map(document: Mapping[str, Any]) -> str:
    """`scope` for a reader who sees what was applied elsewhere on the page.

    Examples
    --------
    >>> scope_on_map({"shipment": {"unit": "FEU"}, "conditions": {"applied": ["Red Sea"]}})
    'One laden 40 ft container · normal operation but for: Red Sea'
    """
    line = scope(document)
    if not line.endswith("normal operation") or asked(document) == "Normal operation":
        return line
    applied = _join((document.get("conditions") or {}).get("applied"))
    return f"{line} but for: {applied}" if applied else line


def asked(document: Mapping[str, Any]) -> str:
    """What the answer as asked is called beside other cases.

    Examples
    --------
    >>> asked({"conditions": {"applied": ["normal operation"]}})
    'Normal operation'
    """
    applied = list((document.get("conditions") or {}).get("applied") or ())
    return "Normal operation" if applied == ["normal operation"] else "As asked"


def chances(document: Mapping[str, Any]) -> list[str]:
    """How often each option is fastest, cheapest and in time, over the draws they share.

    Examples
    --------
    >>> chances({"options": [], "shipment": {}})
    []
    """
    options = usable(document)
    labels = dict(zip(map(id, options), names(options), strict=True))
    lines = []
    if len(options) > 1:
        parts = []
        for key, claim in (("p_fastest", "fastest"), ("p_cheapest", "cheapest")):
            ranked = sorted(options, key=lambda o: -(o.get(key) or 0.0))
            told = [
                f"{labels[id(o)]} {text.percent(o[key])}"
                for o in ranked
                if (o.get(key) or 0.0) >= 0.01
            ]
            if told:
                parts.append(f"{claim}: {', '.join(told)}")
        if parts:
            lines.append(f"Chance of being {'; '.join(parts)}")
    deadline = document["shipment"].get("deadline_days")
    if deadline is not None and options:
        told = [
            f"{labels[id(o)]} {text.percent(o['reliability']['p_meets_deadline'])}" for o in options
        ]
        lines.append(f"Chance of being there within {deadline:g} days: {', '.join(told)}")
    return lines


def _clock(shipment: Mapping[str, Any]) -> str:
    start, end = shipment.get("clock_start"), shipment.get("clock_end")
    if start and end:
        return f"{text.clean(start)} to {text.clean(end)}"
    return _SCOPES.get(str(shipment.get("scope")), text.clean(shipment.get("scope")))


def short_place(name: object) -> str:
    """A place name short enough for a label: without brackets and the kind of facility.

    Examples
    --------
    >>> short_place("Khorgos (Horgos) rail station–Altynkol")
    'Khorgos–Altynkol'
    """
    whole = text.clean(name)
    parts = [_KIND_OF_PLACE.sub("", _BRACKETS.sub(" ", part)).strip() for part in whole.split("–")]
    if not all(parts):
        return whole
    return "–".join(dict.fromkeys(" ".join(part.split()) for part in parts))


def via(option: Option) -> str:
    """The places that tell one variant from another, in the order they are passed."""
    ends = {short_place(leg.get("from")) for leg in option["legs"][:1]}
    ends |= {short_place(leg.get("to")) for leg in option["legs"][-1:]}
    places: list[str] = []
    for event in option["events"]:
        place = short_place(event.get("place"))
        # A yard at a border just named ("Brest–Małaszewicze") needs no second mention.
        named = {part for other in (*places, *ends) for part in (other, *other.split("–"))}
        if event["kind"] in VIA_KINDS and place and place not in named:
            places.append(place)
    if not places:
        return text.clean(option.get("variant")).replace("-", " · ")
    return ", ".join(places)


def why_not(option: Option) -> str:
    """The reason an option cannot be taken, as a sentence."""
    reason = text.clean(option.get("reason")) or "no reason given"
    return reason[:1].upper() + reason[1:].rstrip(".") + "."


def condition_lines(document: Mapping[str, Any], *, most: int = 99) -> list[str]:
    """What was applied, and what is known and was not; at most so many of the latter."""
    conditions = document.get("conditions") or {}
    out = []
    applied = _join(conditions.get("applied"))
    if applied and applied != "normal operation":
        out.append(f"Applied: {applied}.")
    every = list(conditions.get("known_but_not_applied") or ())
    if known := _join(every[:most]):
        known += f"; and {len(every) - most} more" if len(every) > most else ""
        seen = text.clean(conditions.get("last_known"))
        out.append(f"Known{f' as of {seen}' if seen else ''} and not applied: {known}.")
    return out


def sources(document: Mapping[str, Any], note: str) -> list[str]:
    """Attribution, data version, licences and the note on boundaries."""
    data = document.get("data") or {}
    version = text.clean(data.get("version"))
    built = text.clean(data.get("built"))
    credit = "Rail and road: © OpenStreetMap contributors, ODbL 1.0. Base map: Natural Earth."
    # The two above are always said; the document's list adds the rest.
    others = [
        text.clean(licence)
        for licence in data.get("licences") or ()
        if not any(said in str(licence) for said in ("OpenStreetMap", "Natural Earth", "ODbL"))
    ]
    lines = [f"{credit} {'. '.join(others)}." if others else credit, note]
    if version or built:
        lines.append(f"Data {version}{f', built {built}' if built else ''}.")
    return lines


def assumption_share(option: Option, key: str) -> float | None:
    """Share of days or dollars that rests on assumptions, 0 to 1."""
    grades = (option.get("evidence") or {}).get(key) or {}
    total = sum(float(v) for v in grades.values())
    return float(grades.get("assumption", 0.0)) / total if total > 0 else None


def _join(values: Iterable[Any] | None) -> str:
    return "; ".join(
        text.clean(v.get("title") or v.get("id")) if isinstance(v, Mapping) else text.clean(v)
        for v in values or ()
    ).rstrip(".")
