"""Before and after as a document, a table and rows."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from corridors.analysis.document import document
from corridors.analysis.room import Room
from corridors.analysis.whatif import Change, WhatIf
from corridors.outputs import text, wording

WIDTH = 100
SHOWN = 5
"""Causes written out under each corridor."""
ROOMS = ("capacity_before", "capacity_after")

VERDICTS = {
    "opened": "opened",
    "lost": "lost",
    "closed": "not usable before and after",
    "rerouted": "takes another variant",
    "changed": "changed",
    "same": "no change",
}


def whatif_document(answer: WhatIf, *, reproduce: str) -> dict[str, Any]:
    """The JSON document ``corridors.whatif/1``: both answers, and what changed between them."""
    return {
        "schema": "corridors.whatif/1",
        "before": document(answer.before, reproduce=reproduce),
        "after": document(answer.after, reproduce=reproduce),
        "changes": [_change(change) for change in answer.changes],
        "reproduce": reproduce,
    }


def _change(change: Change) -> dict[str, Any]:
    def variant(name: str) -> str | None:
        route = getattr(change, name).route
        return None if route is None else str(route.variant)

    return {
        "corridor": change.corridor,
        "verdict": change.verdict,
        "variant_before": variant("before"),
        "variant_after": variant("after"),
        "reason": change.after.reason or None,
        "days": change.days,
        "days_p10": None if change.days_band is None else change.days_band[0],
        "days_p90": None if change.days_band is None else change.days_band[1],
        "usd": change.usd,
        "usd_p10": None if change.usd_band is None else change.usd_band[0],
        "usd_p90": None if change.usd_band is None else change.usd_band[1],
        "co2e_kg": change.co2e_kg,
        "causes": [cause._asdict() for cause in change.causes],
        "capacity_before": _room(change.room_before),
        "capacity_after": _room(change.room_after),
    }


def _room(room: Room | None) -> dict[str, Any] | None:
    """What a way can take in a week; a limit of null is unknown, not endless."""
    if room is None:
        return None
    limit = room.tightest
    return {
        "teu_week": None if limit is None else limit.teu_week,
        "teu_week_low": None if limit is None else limit.low,
        "teu_week_high": None if limit is None else limit.high,
        "door": None if limit is None else limit.door[1],
        "kind": None if limit is None else limit.door[0],
        "basis": None if limit is None else limit.basis,
        "grade": None if limit is None else limit.grade or None,
        "source": None if limit is None else limit.source or None,
        "doors_known": room.known,
        "doors": room.doors,
    }


def whatif_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One flat row per corridor, for CSV and frames."""
    rows = []
    for change in found["changes"]:
        row = {k: v for k, v in change.items() if k not in ("causes", *ROOMS)}
        for name in ROOMS:
            room = change[name] or {}
            row |= {f"{name}_{k}": room.get(k) for k in ("teu_week", "door")}
        row["causes"] = "; ".join(
            f"{c['key']} {c['at']} {c['hours'] / 24:+.1f} d {c['usd']:+.0f} USD"
            for c in change["causes"][:SHOWN]
        )
        rows.append(row)
    return rows


def whatif_table(found: Mapping[str, Any], *, names: Mapping[str, str]) -> str:
    """Text for a terminal of 100 columns.

    Parameters
    ----------
    found : mapping
        As `whatif_document` makes it.
    names : mapping
        Facility id to name, for the places of the causes.
    """
    before, after = found["before"], found["after"]
    lines = _wrapped(f"{wording.title(after)}: what if")
    lines += _wrapped(wording.scope(after))
    known = set(before["conditions"]["applied"])
    changed = [said for said in after["conditions"]["applied"] if said not in known]
    lines += _wrapped("Changed: " + ("; ".join(changed) or "nothing that is dated") + ".")
    forced = after["conditions"]["counterfactual"]
    if forced:
        lines += _wrapped(f"Counterfactual, forced outside their dates: {', '.join(forced)}.")
    lines += ["", *_wrapped(f"Before: {wording.headline(before)}.")]
    lines += [*_wrapped(f"After: {wording.headline(after)}."), ""]
    rows = [("", "days before", "after", "change", "USD before", "after", "change", "t CO2e")]
    short = dict(
        zip([o["corridor"] for o in after["options"]], wording.names(after["options"]), strict=True)
    )
    options = list(zip(before["options"], after["options"], found["changes"], strict=True))
    for one, other, change in options:
        rows.append(
            (
                short[change["corridor"]],
                *_pair(one, other, "time_days", _days),
                _signed(change["days"], _days),
                *_pair(one, other, "cost_usd", _usd),
                _signed(change["usd"], _usd),
                _signed(change["co2e_kg"], lambda kg: f"{kg / 1000:.1f}"),
            )
        )
    lines += _columns(rows)
    lines.append("")
    for one, other, change in options:
        lines += _why(short[change["corridor"]], change, names)
        lines += _new_flags(one, other)
    lines += ["", *_rooms(found["changes"], short)]
    lines += _wrapped(
        "Changes are differences of means; causes add up to them. Capacity is one way and for all "
        "who use the door; what is not published is unknown. Flags are no clearance."
    )
    lines.append(text.clean(f"Again: {found['reproduce']}"))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _new_flags(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Flags that an option has only after the change."""
    new = [flag for flag in other["flags"] if flag not in one["flags"]]
    return [line for flag in new for line in _wrapped(f"Flag: {flag}", indent=2)]


def _rooms(changes: Sequence[Mapping[str, Any]], short: Mapping[str, str]) -> list[str]:
    """Tightest door with a published capacity, before and after."""
    rows = [("TEU a week", "before", "after", "at the tightest known door", "known")]
    for change in changes:
        before, after = (change[name] for name in ROOMS)
        seen = after or before
        if seen is None:
            continue
        doors = [room["door"] for room in (before, after) if room and room["door"]]
        rows.append(
            (
                short[change["corridor"]],
                _teu(before),
                _teu(after),
                " / ".join(dict.fromkeys(doors)) or "–",
                f"{seen['doors_known']} of {seen['doors']}",
            )
        )
    return _columns(rows) if len(rows) > 1 else []


def _teu(room: Mapping[str, Any] | None) -> str:
    if room is None:
        return "–"
    return "unknown" if room["teu_week"] is None else f"{room['teu_week']:,.0f}"


def _pair(
    one: Mapping[str, Any], other: Mapping[str, Any], key: str, write: Callable[[float], str]
) -> tuple[str, str]:
    def shown(option: Mapping[str, Any]) -> str:
        return write(option[key]["mean"]) if option["status"] == "ok" else "–"

    return shown(one), shown(other)


def _signed(value: float | None, write: Callable[[float], str]) -> str:
    if value is None:
        return "–"
    shown = write(abs(value))
    if not shown.strip("0.,"):
        return "0"
    return f"{'+' if value > 0 else '−'}{shown}"


def _days(value: float) -> str:
    return f"{value:.1f}"


def _usd(value: float) -> str:
    return f"{round(value / 50) * 50:,.0f}"


def _why(name: str, change: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    verdict = VERDICTS[change["verdict"]]
    if change["verdict"] == "rerouted":
        verdict = f"{change['variant_before']} before, {change['variant_after']} after"
    elif change["verdict"] in ("lost", "closed"):
        verdict = f"{verdict}: {change['reason']}"
    lines = _wrapped(f"{name}: {verdict}")
    if change["verdict"] in ("rerouted", "changed"):
        parts = [_cause(cause, names) for cause in change["causes"][:SHOWN]]
        rest = len(change["causes"]) - SHOWN
        if rest > 0:
            parts.append(f"and {rest} more")
        lines += _wrapped("; ".join(parts), indent=2)
        if change["days_p10"] is not None:
            lines += _wrapped(
                f"One in ten below {change['days_p10']:+.1f} d, one in ten above "
                f"{change['days_p90']:+.1f} d",
                indent=2,
            )
    return lines


def _cause(cause: Mapping[str, Any], names: Mapping[str, str]) -> str:
    parts = []
    if abs(cause["hours"]) >= 1:
        parts.append(f"{cause['hours'] / 24:+.1f} d")
    if abs(cause["usd"]) >= 1:
        parts.append(f"{cause['usd']:+,.0f} USD")
    if not parts:
        parts.append(f"{cause['co2e_kg']:+,.0f} kg CO2e")
    return f"{cause['key']} {names.get(cause['at'], cause['at'])} {' '.join(parts)}"


def _wrapped(line: str, *, indent: int = 0) -> list[str]:
    space = " " * indent
    return textwrap.wrap(
        text.clean(line), WIDTH, initial_indent=space, subsequent_indent=space,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def conditions_rows(conditions: Sequence[Any]) -> list[dict[str, Any]]:
    """The catalogue as flat rows."""
    return [
        {
            "id": condition.id,
            "kind": condition.kind,
            "valid_from": "" if condition.first is None else condition.first.isoformat(),
            "valid_to": "" if condition.last is None else condition.last.isoformat(),
            "last_known": condition.last_known,
            "grade": condition.grade,
            "title": condition.title,
        }
        for condition in conditions
    ]


def condition_text(condition: Any) -> str:
    """All that one condition says."""
    months = f", months {', '.join(map(str, sorted(condition.months)))}" if condition.months else ""
    if condition.first is None:
        span = "no dates: acts only when it is named"
    else:
        span = f"{condition.first} to {condition.last or 'no end seen'}{months}"
    lines = [
        f"{condition.title} ({condition.id})",
        f"{condition.kind}, {condition.grade}; {span}; last known {condition.last_known or '–'}",
    ]
    lines += [f"includes {name}" for name in condition.includes]
    lines += [f"closes {kind} {name}" for kind, name in condition.closes]
    lines += [f"opens {kind} {name}" for kind, name in condition.opens]
    lines += [
        f"bans {' '.join(ban.target)} for goods of HS {', '.join(ban.hs)}: {ban.text}"
        for ban in condition.bans
    ]
    if condition.shared:
        lines.append(f"leaves services that others run too: {', '.join(condition.shared)}")
    for change in condition.changes:
        row = change.row
        sign = {"times": "×", "set": "=", "add": "+"}[change.effect]
        values = f"{row.low:g} / {row.typ:g} / {row.high:g}"
        lines.append(
            f"{sign} {values} {row.unit} on {', '.join(sorted(change.targets))} ({row.grade})"
        )
    lines += [
        f"caps {cap.target} {cap.id} at {cap.teu_week:g} TEU a week" for cap in condition.caps
    ]
    lines += [f"flags {flag.target[1]}: {flag.text}" for flag in condition.flags]
    lines += [f"source: {source.title} {source.url}" for source in condition.sources]
    if condition.note:
        lines.append(condition.note)
    wrapped = [part for line in lines for part in _wrapped(line)]
    return "\n".join(wrapped) + "\n"
