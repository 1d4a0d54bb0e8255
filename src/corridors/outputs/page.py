"""The page round the map: finding, cards, ranges, table and sources, as escaped HTML.

All of it is there before any script runs, so a viewer that blocks scripts still shows the
figures beside the static map.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from corridors.outputs import text, wording
from corridors.outputs.answers import Case, change, moved, share_elements
from corridors.outputs.colours import INK, MODES, CorridorStyle, style_of
from corridors.outputs.profile_page import below_map, has_profile, map_charts
from corridors.outputs.static_parts import glyph, glyph_shapes
from corridors.outputs.table import FLAG_NOTE
from corridors.outputs.text import escape
from corridors.outputs.view import MARKS


def parts(
    cases: Sequence[Case], *, note: str, static: str, marks: Collection[str]
) -> tuple[dict[str, str], list[dict[str, list[int]]]]:
    """Fill the slots of the page.

    Parameters
    ----------
    cases : sequence of Case
        The answer as asked, which the page shows, and others that it can show.
    note : str
        The note on boundaries.
    static : str
        The static SVG.
    marks : collection of str
        Kinds of marks that occur.

    Returns
    -------
    dict, list
        HTML by slot, and for each answer the elements that change with it.

    Examples
    --------
    >>> document = {"options": [], "shipment": {"origin": {"name": "<b>"}, "destination": {}}}
    >>> parts([Case("", document, {})], note="", static="", marks=())[0]["TITLE"]
    '&lt;b&gt; to ?'
    """
    document = cases[0].document
    every = [case.document for case in cases]
    answers = [_elements(case, None if n == 0 else document, every) for n, case in enumerate(cases)]
    shared = share_elements(answers)
    first = {slot: "".join(elements) for slot, elements in answers[0].items()}
    return {
        "TITLE": escape(wording.title(document)),
        "HEADLINE": first["headline"],
        "SCOPE": escape(wording.scope_on_map(document)),
        "CASE": first["case"],
        "STATIC": static,
        "STYLE": "",
        "LEGEND": _legend(marks),
        "CASES": _choice(cases),
        "CARDS": first["cards"],
        "RANGES": first["ranges"],
        "TABLE": first["table"],
        "EVERY": _every(cases),
        "PROFILE": glyph_shapes() + below_map(document, every) if has_profile(document) else "",
        "CONDITIONS": first["conditions"],
        "NOTES": _notes(every, note),
        "SPARE": shared.spare,
    }, shared.fill


def _elements(
    case: Case, before: Mapping[str, Any] | None, every: Sequence[Mapping[str, Any]]
) -> dict[str, list[str]]:
    """What changes with the answer, by slot; each element stands alone."""
    document = case.document
    options = wording.usable(document)
    styles = wording.styles(options)
    lines = wording.condition_lines(document)
    out = {
        "headline": [f"<span>{_unbroken(wording.headline(document))}</span>"],
        "case": _case_line(case, before) if before is not None else [],
        "cards": _cards(document, styles, before),
        "ranges": _ranges(options, styles, every) + _chances(document),
        "table": _table(options, styles),
        "conditions": [f"<p>{escape(line)}</p>" for line in lines],
    }
    for (of, kind), drawn in map_charts(document, every).items():
        out[f"chart-{of}-{kind}-under"] = drawn.under
        out[f"chart-{of}-{kind}-over"] = drawn.over
    return out


def _case_line(case: Case, before: Mapping[str, Any]) -> list[str]:
    return [
        f"<span>What if: {escape(case.title)}. </span>",
        f'<span class="moved">{escape(moved(before, case.document))}.</span>',
    ]


def _choice(cases: Sequence[Case]) -> str:
    """Buttons that choose the case; nothing without cases."""
    if len(cases) < 2:
        return ""
    buttons = "".join(
        f'<label><input type="radio" name="case" value="{n}"{" checked" if n == 0 else ""}>'
        f"<span>{escape(case.title)}</span></label>"
        for n, case in enumerate(cases)
    )
    return (
        '<fieldset id="cases" class="needs-script"><legend>If something breaks</legend>'
        f"<div>{buttons}</div></fieldset>"
    )


def _every(cases: Sequence[Case]) -> str:
    """All cases, corridor by corridor, for those who cannot or do not press buttons."""
    if len(cases) < 2:
        return ""
    first = cases[0].document
    names = _short_names(first)
    bodies = []
    for case in cases:
        rows = "".join(
            _every_row(name, one, other if case is not cases[0] else None)
            for name, one, other in zip(
                names, case.document["options"], first["options"], strict=True
            )
        )
        bodies.append(
            f'<tbody><tr><th colspan="5" scope="rowgroup">{escape(case.title)}</th></tr>'
            f"{rows}</tbody>"
        )
    head = "".join(
        f'<th scope="col">{words}</th>'
        for words in ("Corridor", "Days (P10–P90)", "change", "USD (P10–P90)", "change")
    )
    return (
        '<details open class="figures every"><summary>Every case as a table</summary>'
        f"<table><thead><tr>{head}</tr></thead>{''.join(bodies)}</table></details>"
    )


def _short_names(document: Mapping[str, Any]) -> list[str]:
    names = iter(wording.names(wording.usable(document)))
    return [
        next(names) if option["status"] == "ok" else wording.corridor_name(option)
        for option in document["options"]
    ]


def _every_row(name: str, option: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    head = f'<tr><th scope="row">{escape(name)}</th>'
    if option["status"] != "ok":
        return f'{head}<td colspan="4" class="lost">{escape(wording.why_not(option))}</td></tr>'
    cells = []
    for key, write in (("time_days", text.days), ("cost_usd", text.usd)):
        figures = option[key]
        cells.append(_unbroken(f"{write(figures['mean'])} ({wording.spread(figures, write)})"))
        if before is None:
            cells.append("")
        elif before["status"] != "ok":
            cells.append("opens")
        else:
            cells.append(escape(change(before, option, key, write) or "0"))
    return head + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _unbroken(sentence: str) -> str:
    """A range in brackets stays on one line."""
    return re.sub(r"\([^()]{1,20}\)", r'<span class="nb">\g<0></span>', escape(sentence))


def _legend(marks: Collection[str]) -> str:
    rows = []
    for label, width, dash, cap in MODES.values():
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        rows.append(
            f'<li><svg width="40" height="14" viewBox="0 0 40 14" aria-hidden="true"><path '
            f'd="M2 7H38" stroke="{INK}" stroke-width="{width:g}" stroke-linecap="{cap}"{dashes}/>'
            f"</svg>{escape(label)}</li>"
        )
    for kind, label in MARKS.items():
        if kind != "terminal" and (kind != "shut" or kind in marks):
            rows.append(
                '<li><svg width="40" height="20" viewBox="0 0 40 20" aria-hidden="true">'
                f"{glyph(kind, 20, 10)}</svg>{escape(label)}</li>"
            )
    return "".join(rows)


def _cards(
    document: Mapping[str, Any],
    styles: Sequence[CorridorStyle],
    before: Mapping[str, Any] | None,
) -> list[str]:
    """A card for each corridor; in another case with what it was before."""
    out: list[str] = []
    shown = iter(styles)
    earlier = before["options"] if before else [None] * len(document["options"])
    for seat, (option, was) in enumerate(zip(document["options"], earlier, strict=True)):
        if was is not None and was["status"] != "ok":
            was = None
        if option["status"] == "ok":
            out.append(_card(option, seat, next(shown), was))
            continue
        name = text.clean(style_of(option["corridor"]).name)
        status = "Excluded" if option["status"] == "excluded" else "Not possible"
        once = (
            f" Before: {text.days(was['time_days']['mean'])} days, "
            f"{text.usd(was['cost_usd']['mean'])}."
            if was
            else ""
        )
        out.append(
            f'<article class="card off"><h3>{escape(name)}</h3><p class="why">'
            f"<b>{status}.</b> {escape(wording.why_not(option))}{once}</p></article>"
        )
    return out


def _card(
    option: Mapping[str, Any], seat: int, style: CorridorStyle, before: Mapping[str, Any] | None
) -> str:
    time, cost = option["time_days"], option["cost_usd"]
    figures = (
        ("Time", f"{text.days(time['mean'])} <small>days</small>", wording.spread(time, text.days)),
        ("Cost", text.usd(cost["mean"]), wording.spread(cost, text.usd)),
        ("CO₂e", f"{text.tonnes(option['co2e_kg']['typ'])} <small>t</small>", _co2_range(option)),
        ("Distance", f"{text.thousands(option['distance_km'])} <small>km</small>", ""),
    )
    differ = (
        (change(before, option, "time_days", text.days), " days"),
        (change(before, option, "cost_usd", text.usd), ""),
    ) if before else ()  # fmt: skip
    changes = [
        f'<b class="{"more" if words[0] == "+" else "less"}">{words}{unit}</b>' if words else ""
        for words, unit in differ
    ] + ["", "", "", ""]
    cells = "".join(
        f"<div><dt>{label}</dt><dd><strong>{value}</strong><span>{spread}</span>{delta}</dd></div>"
        for (label, value, spread), delta in zip(figures, changes, strict=False)
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
        f'<article class="card" data-option="{seat}" style="--c:{style.line};--t:{style.text}">'
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


def _ranges(
    options: Sequence[Mapping[str, Any]],
    styles: Sequence[CorridorStyle],
    every: Sequence[Mapping[str, Any]],
) -> list[str]:
    """Bars of the ranges, on a scale that all answers of the page share."""
    shown = [option for document in every for option in wording.usable(document)]
    return [
        f"<div><h2>{escape(heading)}</h2>{_bars(options, styles, key, unit, write, most)}</div>"
        for heading, key, unit, write in (
            ("Days: mean, P10 to P90", "time_days", 1.0, text.days),
            ("Cost in 1,000 USD: mean, P10 to P90", "cost_usd", 1000.0, text.usd),
        )
        if options and (most := max(float(o[key]["p90"]) for o in shown) / unit) is not None
    ]


def _chances(document: Mapping[str, Any]) -> list[str]:
    return [f'<p class="grades">{escape(line)}.</p>' for line in wording.chances(document)]


def _bars(
    options: Sequence[Mapping[str, Any]],
    styles: Sequence[CorridorStyle],
    key: str,
    unit: float,
    write: Any,
    most: float,
) -> str:
    left, right = 88.0, 346.0
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9) if most / s <= 6)
    scale = (right - left) / (step * -(-most // step) or 1.0)
    bottom = 14.0 + 22.0 * len(options)
    out: list[str] = []
    tick = 0
    rules = ""
    while tick * scale <= right - left + 0.1:
        x = left + tick * scale
        rules += f"M{x:.1f} 4V{bottom:.0f}"
        out.append(f'<text x="{x:.1f}" y="{bottom + 14:.0f}" class="tick">{tick}</text>')
        tick += step
    out.insert(0, f'<path d="{rules}" stroke="#d9dee3"/>')
    said = []
    for number, (option, style) in enumerate(zip(options, styles, strict=True)):
        figures = option[key]
        y = 18.0 + 22.0 * number
        low, high = (left + float(figures[q]) / unit * scale for q in ("p10", "p90"))
        mean = left + float(figures["mean"]) / unit * scale
        out.append(
            f'<text x="0" y="{y + 4:.0f}">{escape(style.short)}</text>'
            f'<path d="M{low:.1f} {y:.0f}H{high:.1f}" stroke="{style.line}" class="range"/>'
            f'<circle cx="{mean:.1f}" cy="{y:.0f}" r="5.5" fill="{style.line}"/>'
        )
        said.append(f"{style.short} {write(figures['mean'])} ({wording.spread(figures, write)})")
    return (
        f'<svg class="bars" viewBox="0 0 360 {bottom + 18:.0f}" role="img" '
        f'aria-label="{escape("; ".join(said))}">{"".join(out)}</svg>'
    )


def _table(options: Sequence[Mapping[str, Any]], styles: Sequence[CorridorStyle]) -> list[str]:
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
    return rows


def _notes(every: Sequence[Mapping[str, Any]], note: str) -> str:
    document = every[0]
    lines = wording.sources(document, note)
    if any(option.get("flags") for one in every for option in wording.usable(one)):
        lines.insert(0, FLAG_NOTE)
    out = "".join(f"<p>{escape(line)}</p>" for line in lines)
    if document.get("reproduce"):
        out += f"<p>Made by <code>{escape(document['reproduce'])}</code></p>"
    return out
