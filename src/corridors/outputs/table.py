"""The comparison as a table for a terminal of 100 columns: what was asked, the finding, why.

Written as plain lines: a terminal library costs more time at start than all of them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from corridors.outputs import text, wording

WIDTH = 100
COLUMNS = (
    ("run", ("rail", "road")),
    ("border", ("border", "passage", "hold")),
    ("gauge", ("gauge_change",)),
    ("dwell", ("lift", "transshipment", "release", "pickup", "delivery")),
    ("ship wait", ("wait",)),
    ("sailing", ("sea", "ferry")),
    ("fill", ("fill",)),
)
"""Where days go: heading, and the leg modes and event kinds under it."""

HEADS = (
    "P10", "days", "P90", "P10", "USD/FEU", "P90", "t CO2e", "km", "borders", "gauge", "lifts",
    "assumed",
)  # fmt: skip

NOTE = (
    "P10 and P90: one in ten better, one in ten worse; they do not add. Assumed: share of the "
    "mean days/dollars that rests on assumptions. Borders and names are no statement on status."
)
FLAG_NOTE = "Flags are no clearance: check goods, parties, carriers and insurance."

Option = Mapping[str, Any]


def comparison_table(document: Mapping[str, Any], *, colour: bool = False) -> str:
    """Write a compare or route document as text.

    Parameters
    ----------
    document : mapping
        As `corridors.analysis.document.document` makes it.
    colour : bool
        Whether the terminal takes bold.

    Returns
    -------
    str
        Lines of at most 100 columns (a word longer than that stands alone).
    """
    strong = _bold if colour else str
    options = document["options"]
    named = dict(zip(map(id, options), wording.names(options), strict=True))

    def name(option: Option) -> str:
        return named[id(option)]

    usable = [option for option in options if option["status"] == "ok"]
    lines = [
        *_wrapped(wording.title(document), strong),
        *_wrapped(wording.scope(document)),
        *_conditions(document["conditions"]),
        "",
        *_wrapped(wording.headline(document) + ".", strong),
        "",
    ]
    for line in wording.chances(document):
        lines += _wrapped(f"{line}.")
    if wording.chances(document):
        lines.append("")
    if usable:
        lines += [*_options(usable, name, strong, unit=str(document["shipment"]["unit"])), ""]
        for option in usable:
            lines += _path(option, name(option), strong)
        lines += ["", *_where_days_go(usable, name)]
    for option in options:
        if option["status"] != "ok":
            lines += _wrapped(f"{name(option)}: {option['status']}: {option['reason']}")
    lines += ["", *_notes(document, usable)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _bold(line: str) -> str:
    return f"\x1b[1m{line}\x1b[0m"


def _wrapped(line: str, style: Callable[[str], str] = str, *, indent: int = 0) -> list[str]:
    space = " " * indent
    # A figure and its per cent sign stay on one line.
    wrapped = textwrap.wrap(
        text.clean(line).replace(" %", "\u00a0%"), WIDTH, initial_indent=space,
        subsequent_indent=space, break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return [style(part.replace("\u00a0%", " %")) for part in wrapped]


def _conditions(conditions: Mapping[str, Any]) -> list[str]:
    lines = _wrapped("Conditions: " + "; ".join(conditions["applied"]) + ".")
    known = conditions["known_but_not_applied"]
    if known:
        lines += _wrapped(f"Known and not applied: {'; '.join(known)}.")
    return lines


def _days(value: float) -> str:
    return f"{round(value * 2) / 2:.1f}".removesuffix(".0")


def _usd(value: float) -> str:
    return f"{round(value / 50) * 50:,.0f}"


def _grid(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as columns: the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _options(
    options: Sequence[Option],
    name: Callable[[Option], str],
    strong: Callable[[str], str],
    *,
    unit: str,
) -> list[str]:
    rows: list[Sequence[str]] = [("", *(head.replace("FEU", unit) for head in HEADS))]
    for option in options:
        days, usd, evidence = option["time_days"], option["cost_usd"], option["evidence"]
        shares = [f"{evidence[key]['assumption']:.0%}" for key in ("time", "cost")]
        rows.append(
            (
                name(option),
                *(_days(days[part]) for part in ("p10", "mean", "p90")),
                *(_usd(usd[part]) for part in ("p10", "mean", "p90")),
                f"{option['co2e_kg']['typ'] / 1000:.1f}",
                f"{option['distance_km']:,.0f}",
                str(len(option["border_crossings"])),
                str(len(option["gauge_changes"])),
                str(len(option["transshipments"])),
                "/".join(shares),
            )
        )
    head, *body = _grid(rows)
    return [strong(head), *body]


def _path(option: Option, name: str, strong: Callable[[str], str]) -> list[str]:
    """Countries, gateways, what makes the P90, flags: the lines under the numbers."""
    variant = f"{option['variant']}: " if option["variant"] else ""
    lines = _wrapped(f"{name}: {variant}{' · '.join(option['countries'])}", strong)
    lines += _wrapped(_places(option), indent=2)
    lines += _wrapped(f"P90 made by: {option['p90_made_by']}", indent=2)
    if option.get("adjustments"):
        lines += _wrapped(f"Acting: {', '.join(option['adjustments'])}", indent=2)
    landed = option.get("landed")
    if landed:
        lines += _wrapped(_landed(landed), indent=2)
    if option["flags"]:
        lines += _wrapped(f"Flags: {'; '.join(option['flags'])}", indent=2)
    hidden = option.get("transit_without_control", [])
    if hidden:
        parts = [f"{row['country']} {row['km']:.0f} km" for row in hidden]
        lines += _wrapped(f"Transit without control: {', '.join(parts)}", indent=2)
    return lines


def _landed(landed: Mapping[str, Any]) -> str:
    parts = [f"freight {_usd(landed['freight'])}"]
    parts += [
        f"{word} {_usd(landed[key])}"
        for key, word in (
            ("insurance", "insurance"),
            ("war_risk", "war risk"),
            ("capital", "capital"),
        )
        if landed[key]
    ]
    return (
        f"Landed {_usd(landed['mean'])} USD ({_usd(landed['p10'])}–{_usd(landed['p90'])}) "
        f"at a cargo value of {landed['cargo_value_usd']:,.0f}: {', '.join(parts)}"
    )


def _places(option: Option) -> str:
    """Borders in order; ``~`` is a ship."""
    events = {event["id"]: event for event in option["events"]}
    legs = {leg["id"]: leg for leg in option["legs"]}
    pieces: list[str] = []
    for step in option["sequence"]:
        if step in legs:
            leg = legs[step]
            if leg["mode"] in ("sea", "ferry"):
                pieces.append(f"{leg['from']} ~ {leg['to']}")
        elif events[step]["kind"] == "border":
            pieces.append(events[step]["place"])
    return ", ".join(pieces) or "no border on the way"


def _where_days_go(options: Sequence[Option], name: Callable[[Option], str]) -> list[str]:
    rows: list[Sequence[str]] = [
        ("Where the mean days go", *(head for head, _ in COLUMNS), "total")
    ]
    for option in options:
        cells = []
        for _, kinds in COLUMNS:
            hours = sum(leg["hours"] for leg in option["legs"] if leg["mode"] in kinds)
            hours += sum(e["hours"] for e in option["events"] if e["kind"] in kinds)
            cells.append(f"{hours / 24:.1f}" if hours else "–")
        rows.append((name(option), *cells, f"{option['time_days']['mean']:.1f}"))
    return _grid(rows)


def _notes(document: Mapping[str, Any], usable: Sequence[Option]) -> list[str]:
    data = document["data"]
    lines = _wrapped(FLAG_NOTE) if any(option["flags"] for option in usable) else []
    lines += _wrapped(NOTE)
    lines += _wrapped(
        f"Data {data['built']} ({data['version']}). Lines © OpenStreetMap contributors, ODbL."
    )
    # The command is one line whatever its length: it is there to be copied.
    return [*lines, text.clean(f"Again: {document['reproduce']}")]
