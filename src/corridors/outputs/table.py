"""The comparison as a table for a terminal of 100 columns: what was asked, the finding, why."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from corridors.outputs import text, wording

WIDTH = 100
NAMES = {
    "northern": "Northern",
    "titr": "TITR",
    "pakistan": "Pakistan",
    "ocean": "Ocean",
    "southern": "Southern",
}
COLUMNS = (
    ("run", ("rail", "road")),
    ("border", ("border",)),
    ("gauge", ("gauge_change",)),
    ("dwell", ("lift", "transshipment", "release", "pickup", "delivery")),
    ("ship wait", ("wait",)),
    ("sailing", ("sea", "ferry")),
    ("fill", ("fill",)),
)
"""Where days go: heading, and the leg modes and event kinds under it."""

SHORT_FLAGS = "Flags are no clearance: check goods, parties, carriers and insurance."


def comparison_table(document: Mapping[str, Any], *, colour: bool = False) -> str:
    """Write a compare or route document as text.

    Parameters
    ----------
    document : mapping
        As `corridors.analysis.document.document` makes it.
    colour : bool
        Whether the terminal takes colours.

    Returns
    -------
    str
        Lines of at most 100 columns.
    """
    stream = io.StringIO()
    console = Console(
        file=stream, width=WIDTH, force_terminal=colour, no_color=not colour, highlight=False,
        emoji=False, markup=False,
    )  # fmt: skip
    _say(console, wording.title(document), style="bold")
    _say(console, wording.scope(document))
    _conditions(console, document["conditions"])
    console.print()
    _say(console, wording.headline(document) + ".", style="bold")
    console.print()
    usable = [option for option in document["options"] if option["status"] == "ok"]
    if usable:
        _options(console, document["options"])
        console.print()
        console.print(_where_days_go(usable))
    for option in document["options"]:
        if option["status"] != "ok":
            _say(console, f"{_name(option)}: {option['status']}: {option['reason']}")
    _notes(console, document, usable)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _say(console: Console, line: str, *, style: str = "") -> None:
    indent = len(line) - len(line.lstrip(" "))
    console.print(Padding(Text(text.clean(line), style=style), (0, 0, 0, indent)))


def _conditions(console: Console, conditions: Mapping[str, Any]) -> None:
    _say(console, "Conditions: " + "; ".join(conditions["applied"]) + ".")
    known = conditions["known_but_not_applied"]
    if known:
        _say(console, f"Known and not applied: {'; '.join(known)}.")


def _name(option: Mapping[str, Any]) -> str:
    corridor = option["corridor"]
    return NAMES.get(corridor, corridor) if corridor else "Free route"


def _range(values: Mapping[str, float], number: Any) -> tuple[str, str, str]:
    return number(values["p10"]), number(values["mean"]), number(values["p90"])


def _days(value: float) -> str:
    return f"{round(value * 2) / 2:.1f}".removesuffix(".0")


def _usd(value: float) -> str:
    return f"{round(value / 50) * 50:,.0f}"


def _options(console: Console, options: Sequence[Mapping[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column("", no_wrap=True)
    heads = (
        "P10", "days", "P90", "P10", "USD/FEU", "P90", "t CO2e", "km", "borders", "gauge", "lifts",
        "assumed",
    )  # fmt: skip
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    for option in options:
        if option["status"] != "ok":
            continue
        evidence = option["evidence"]
        table.add_row(
            Text(_name(option), style="bold"),
            *_range(option["time_days"], _days),
            *_range(option["cost_usd"], _usd),
            f"{option['co2e_kg']['typ'] / 1000:.1f}",
            f"{option['distance_km']:,.0f}",
            str(len(option["border_crossings"])),
            str(len(option["gauge_changes"])),
            str(len(option["transshipments"])),
            f"{evidence['time']['assumption']:.0%}/{evidence['cost']['assumption']:.0%}",
        )
    console.print(table)
    console.print()
    for option in options:
        if option["status"] == "ok":
            _path(console, option)


def _path(console: Console, option: Mapping[str, Any]) -> None:
    """Countries, gateways, what makes the P90, flags: the lines under the numbers."""
    head = f"{_name(option)}: "
    variant = f"{option['variant']}: " if option["variant"] else ""
    _say(console, f"{head}{variant}{' · '.join(option['countries'])}", style="bold")
    _say(console, f"  {_places(option)}")
    _say(console, f"  P90 made by: {option['p90_made_by']}")
    if option["flags"]:
        _say(console, f"  Flags: {'; '.join(option['flags'])}")
    hidden = option.get("transit_without_control", [])
    if hidden:
        parts = [f"{row['country']} {row['km']:.0f} km" for row in hidden]
        _say(console, f"  Transit without control: {', '.join(parts)}")


def _places(option: Mapping[str, Any]) -> str:
    """Gateways in order; ``~`` is a ship, ``=`` a road, ``,`` a train."""
    pieces: list[str] = []
    events = {event["id"]: event for event in option["events"]}
    legs = {leg["id"]: leg for leg in option["legs"]}
    join = ""
    for step in option["sequence"]:
        if step in legs:
            leg = legs[step]
            mark = {"rail": ", ", "road": " = "}.get(leg["mode"], " ~ ")
            if leg["mode"] in ("sea", "ferry"):
                pieces += [join, leg["from"], mark, leg["to"]]
                join = ", "
            continue
        event = events[step]
        if event["kind"] == "border":
            pieces += [join, event["place"]]
            join = ", "
    line = "".join(pieces)
    return line.removeprefix(", ") or "no border on the way"


def _where_days_go(options: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column("Where the mean days go", no_wrap=True, min_width=24)
    for head, _ in COLUMNS:
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("total", justify="right", no_wrap=True)
    for option in options:
        cells = []
        for _, kinds in COLUMNS:
            hours = sum(leg["hours"] for leg in option["legs"] if leg["mode"] in kinds)
            hours += sum(e["hours"] for e in option["events"] if e["kind"] in kinds)
            cells.append(f"{hours / 24:.1f}" if hours else "–")
        table.add_row(_name(option), *cells, f"{option['time_days']['mean']:.1f}")
    return table


def _notes(
    console: Console, document: Mapping[str, Any], usable: Sequence[Mapping[str, Any]]
) -> None:
    console.print()
    if any(option["flags"] for option in usable):
        _say(console, SHORT_FLAGS)
    _say(
        console,
        "P10 and P90: one in ten better, one in ten worse; they do not add. Assumed: share of the "
        "mean days/dollars that rests on assumptions. Borders and names are no statement on "
        "status.",
    )
    data = document["data"]
    _say(
        console,
        f"Data {data['built']} ({data['version']}). Lines (c) OpenStreetMap contributors, ODbL.",
    )
    _say(console, f"Again: {document['reproduce']}")
