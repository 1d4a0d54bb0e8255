"""The page round the map: finding, cards, ranges, table and sources, as escaped HTML.

All of it is there before any script runs, so a viewer that blocks scripts still shows the
figures beside the static map.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from corridors.outputs import text, wording
from corridors.outputs.colours import INK, MODES, CorridorStyle, style_of
from corridors.outputs.profile_page import below_map
from corridors.outputs.static_parts import glyph
from corridors.outputs.table import FLAG_NOTE
from corridors.outputs.text import escape
from corridors.outputs.view import MARKS


def parts(document: Mapping[str, Any], *, note: str, static: str) -> dict[str, str]:
    """Fill the slots of the page.

    Parameters
    ----------
    document : mapping
        The comparison.
    note : str
        The note on boundaries.
    static : str
        The static SVG.

    Examples
    --------
    >>> document = {"options": [], "shipment": {"origin": {"name": "<b>"}, "destination": {}}}
    >>> parts(document, note="", static="")["TITLE"]
    '&lt;b&gt; to ?'
    """
    options = wording.usable(document)
    styles = wording.styles(options)
    return {
        "TITLE": escape(wording.title(document)),
        "HEADLINE": _unbroken(wording.headline(document)),
        "SCOPE": escape(wording.scope(document)),
        "STATIC": static,
        "STYLE": "",
        "LEGEND": _legend(),
        "CARDS": _cards(document, styles),
        "RANGES": _ranges(options, styles) + _chances(document),
        "TABLE": _table(options, styles),
        "PROFILE": below_map(document),
        "NOTES": _notes(document, note),
    }


def _unbroken(sentence: str) -> str:
    """A range in brackets stays on one line."""
    return re.sub(r"\([^()]{1,20}\)", r'<span class="nb">\g<0></span>', escape(sentence))


def _legend() -> str:
    rows = []
    for label, width, dash, cap in MODES.values():
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        rows.append(
            f'<li><svg width="40" height="14" viewBox="0 0 40 14" aria-hidden="true"><path '
            f'd="M2 7H38" stroke="{INK}" stroke-width="{width:g}" stroke-linecap="{cap}"{dashes}/>'
            f"</svg>{escape(label)}</li>"
        )
    for kind, label in MARKS.items():
        if kind != "terminal":
            rows.append(
                '<li><svg width="40" height="20" viewBox="0 0 40 20" aria-hidden="true">'
                f"{glyph(kind, 20, 10)}</svg>{escape(label)}</li>"
            )
    return "".join(rows)


def _cards(document: Mapping[str, Any], styles: Sequence[CorridorStyle]) -> str:
    out: list[str] = []
    number = 0
    for option in document["options"]:
        if option["status"] != "ok":
            name = text.clean(style_of(option["corridor"]).name)
            status = "Excluded" if option["status"] == "excluded" else "Not possible"
            out.append(
                f'<article class="card off"><h3>{escape(name)}</h3><p class="why">'
                f"<b>{status}.</b> {escape(wording.why_not(option))}</p>"
                "</article>"
            )
            continue
        out.append(_card(option, number, styles[number]))
        number += 1
    return "".join(out)


def _card(option: Mapping[str, Any], number: int, style: CorridorStyle) -> str:
    time, cost = option["time_days"], option["cost_usd"]
    figures = (
        ("Time", f"{text.days(time['mean'])} <small>days</small>", wording.spread(time, text.days)),
        ("Cost", text.usd(cost["mean"]), wording.spread(cost, text.usd)),
        ("CO₂e", f"{text.tonnes(option['co2e_kg']['typ'])} <small>t</small>", _co2_range(option)),
        ("Distance", f"{text.thousands(option['distance_km'])} <small>km</small>", ""),
    )
    cells = "".join(
        f"<div><dt>{label}</dt><dd><strong>{value}</strong><span>{spread}</span></dd></div>"
        for label, value, spread in figures
    )
    counts = " · ".join(
        (
            _count(len(option["border_crossings"]), "border"),
            _count(len(option["gauge_changes"]), "gauge change"),
            _count(len(option["transshipments"]), "lift"),
        )
    )
    countries = " ".join(text.clean(c) for c in option["countries"])
    flags = "".join(f"<li>{escape(_flag(flag))}</li>" for flag in option.get("flags") or ())
    return (
        f'<article class="card" data-option="{number}" style="--c:{style.line};--t:{style.text}">'
        f'<h3><button type="button" aria-pressed="false">{escape(style.name)}</button></h3>'
        f'<p class="via">{escape(wording.via(option))}</p><dl class="kpi">{cells}</dl>'
        f"{_mix(option)}"
        f'<p class="counts">{counts}</p><p class="counts">{escape(countries)}</p>'
        + (f'<ul class="flags">{flags}</ul>' if flags else "")
        + _slowest(option)
        + _grades(option)
        + "</article>"
    )


def _co2_range(option: Mapping[str, Any]) -> str:
    co2 = option["co2e_kg"]
    return f"{text.tonnes(co2['low'])}–{text.tonnes(co2['high'])}"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _flag(flag: Any) -> str:
    if isinstance(flag, Mapping):
        return text.clean(flag.get("title") or flag.get("id") or flag)
    return text.clean(flag)


def _mix(option: Mapping[str, Any]) -> str:
    share = text.shares({m: float(option["km_by_mode"].get(m) or 0.0) for m in MODES})
    bars = "".join(f'<i class="{mode}" style="flex:{value}"></i>' for mode, value in share.items())
    words = " · ".join(f"{wording.MODE_WORDS[mode]} {value}%" for mode, value in share.items())
    return f'<div class="mix" aria-hidden="true">{bars}</div><p class="mixl">{escape(words)}</p>'


def _slowest(option: Mapping[str, Any]) -> str:
    step = text.clean(option.get("p90_made_by"))
    return f'<p class="grades">Bad weeks are made by: {escape(step)}</p>' if step else ""


def _grades(option: Mapping[str, Any]) -> str:
    found = {
        label: share
        for label, key in (("days", "time"), ("dollars", "cost"))
        if (share := wording.assumption_share(option, key)) is not None
    }
    if not found:
        return ""
    words = " and ".join(f"{share:.0%} of {label}" for label, share in found.items())
    return f'<p class="grades">Resting on assumptions: {words}</p>'


def _ranges(options: Sequence[Mapping[str, Any]], styles: Sequence[CorridorStyle]) -> str:
    return "".join(
        f"<h2>{escape(heading)}</h2>{_bars(options, styles, key, unit, write)}"
        for heading, key, unit, write in (
            ("Days: mean, P10 to P90", "time_days", 1.0, text.days),
            ("Cost in 1,000 USD: mean, P10 to P90", "cost_usd", 1000.0, text.usd),
        )
        if options
    )


def _chances(document: Mapping[str, Any]) -> str:
    return "".join(f'<p class="grades">{escape(line)}.</p>' for line in wording.chances(document))


def _bars(
    options: Sequence[Mapping[str, Any]],
    styles: Sequence[CorridorStyle],
    key: str,
    unit: float,
    write: Any,
) -> str:
    left, right = 88.0, 346.0
    most = max(float(o[key]["p90"]) for o in options) / unit
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9) if most / s <= 6)
    scale = (right - left) / (step * -(-most // step) or 1.0)
    bottom = 14.0 + 22.0 * len(options)
    out: list[str] = []
    tick = 0
    while tick * scale <= right - left + 0.1:
        x = left + tick * scale
        out.append(
            f'<path d="M{x:.1f} 4V{bottom:.0f}" stroke="#d9dee3"/><text x="{x:.1f}" '
            f'y="{bottom + 14:.0f}" text-anchor="middle" class="tick">{tick}</text>'
        )
        tick += step
    said = []
    for number, (option, style) in enumerate(zip(options, styles, strict=True)):
        figures = option[key]
        y = 18.0 + 22.0 * number
        low, high = (left + float(figures[q]) / unit * scale for q in ("p10", "p90"))
        mean = left + float(figures["mean"]) / unit * scale
        out.append(
            f'<text x="0" y="{y + 4:.0f}">{escape(style.short)}</text>'
            f'<path d="M{low:.1f} {y:.0f}H{high:.1f}" stroke="{style.line}" stroke-width="8" '
            f'stroke-opacity=".3" stroke-linecap="round"/>'
            f'<circle cx="{mean:.1f}" cy="{y:.0f}" r="5.5" fill="{style.line}" stroke="#fff" '
            'stroke-width="1.5"/>'
        )
        said.append(f"{style.short} {write(figures['mean'])} ({wording.spread(figures, write)})")
    return (
        f'<svg class="bars" viewBox="0 0 360 {bottom + 18:.0f}" role="img" '
        f'aria-label="{escape("; ".join(said))}">{"".join(out)}</svg>'
    )


def _table(options: Sequence[Mapping[str, Any]], styles: Sequence[CorridorStyle]) -> str:
    rows = []
    for option, style in zip(options, styles, strict=True):
        time, cost = option["time_days"], option["cost_usd"]
        cells = (
            f"{text.days(time['mean'])} ({wording.spread(time, text.days)})",
            f"{text.usd(cost['mean'])} ({wording.spread(cost, text.usd)})",
            text.tonnes(option["co2e_kg"]["typ"]),
            text.thousands(option["distance_km"]),
        )
        rows.append(
            f'<tr><th scope="row">{escape(style.short)}</th>'
            + "".join(f"<td>{_unbroken(cell)}</td>" for cell in cells)
            + "</tr>"
        )
    return "".join(rows)


def _notes(document: Mapping[str, Any], note: str) -> str:
    lines = [*wording.condition_lines(document), *wording.sources(document, note)]
    if any(option.get("flags") for option in wording.usable(document)):
        lines.insert(0, FLAG_NOTE)
    out = "".join(f"<p>{escape(line)}</p>" for line in lines)
    if document.get("reproduce"):
        out += f"<p>Made by <code>{escape(document['reproduce'])}</code></p>"
    return out
