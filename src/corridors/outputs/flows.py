"""Capacity, assignment and dependence as tables."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from corridors.outputs import text
from corridors.outputs.colours import distinct
from corridors.outputs.flow_documents import door_rows

Document = dict[str, Any]
WIDTH = 100


def capacity_table(document: Document) -> str:
    """What each corridor can take, what binds and what is not known."""
    ends = " to ".join(_countries(document[end]) for end in ("from", "to"))
    lines = [f"{ends}, {document['heading']}: TEU a week, one way", ""]
    for row in document["corridors"]:
        lines += _capacity_lines(_name(row["corridors"][0]), row)
    if document["together"]:
        lines += _capacity_lines(_joined(document["together"]["corridors"]), document["together"])
    share = f"{document['one_way_share']:.0%}"
    lines += _wrapped(
        "Present state. What else uses the same doors is not taken off. Lines have no capacity "
        f"here, and a door without a published one stops nothing. Of a capacity for both "
        f"directions one has {share} (one_way_share)."
    )
    return _finished(lines, document)


def _capacity_lines(name: str, row: Document) -> list[str]:
    if row["reason"]:
        return [f"{name}: {row['reason']}", ""]
    lines = []
    if row["teu_week"] is None:
        lines.append(f"{name}: no known limit, which is not the same as none")
    else:
        band = f"{_teu(row['teu_week_low'])}–{_teu(row['teu_week_high'])}"
        year = _teu(row["teu_week"] * 52)
        lines.append(f"{name}: at most {_teu(row['teu_week'])} ({band}), {year} a year")
    for word, cut in zip(("binds", "then"), row["cuts"], strict=False):
        doors = [f"{d['name']} {_teu(d['teu_week'])} ({_basis(d)})" for d in cut["doors"]]
        total = f"{_teu(cut['teu_week'])}: " if word == "then" or len(doors) > 1 else ""
        lines += _wrapped(f"{word}  {total}{' + '.join(doors)}", indent=2)
    if row["cuts"] and len(row["cuts"]) == 1:
        lines.append("  then   no further limit is published")
    if row["upper_bound_share"]:
        known = f"{1 - row['upper_bound_share']:.0%}"
        lines += _wrapped(
            f"{known} of it passes only doors with a published capacity; the rest is an upper "
            "bound",
            indent=2,
        )
    if row["unknown"]:
        names = [door["name"] for door in row["unknown"]]
        more = f" and {len(names) - 6} more" if len(names) > 6 else ""
        lines += _wrapped(f"unknown  {', '.join(names[:6])}{more}", indent=2)
    return [*lines, ""]


def _basis(door: Document) -> str:
    year = f" {door['year']}" if door["year"] else ""
    return f"{door['basis']}{year}"


def assignment_table(document: Document) -> str:
    """Flows by corridor, full doors, and what is left behind."""
    lines = [
        f"{_teu(document['demand_teu_week'])} TEU a week, by corridor",
        "",
    ]
    lines += _held_lines(document) if document["before"] else _plain_lines(document)
    if document["flows"]["stranded_teu_week"] >= 0.5:
        left = _teu(document["flows"]["stranded_teu_week"])
        lines += ["", f"No room on any corridor: {left} TEU a week"]
    doors = [door for door in door_rows(document) if (door["used"] or 0.0) >= 0.5]
    if doors:
        lines += ["", "Doors more than half full" + (" then" if document["before"] else "")]
        rows = [["", "TEU", "of", "used", "wait, days"]]
        for door in doors:
            wait = door["wait_days"]
            told = "full" if wait is None else (f"{wait:.1f}" if wait else "–")
            used = f"{door['used']:.0%}"
            rows.append([door["name"], _teu(door["load"]), _teu(door["teu_week"]), used, told])
        lines += _grid(rows)
    choice = document["choice"]
    lines.append("")
    lines += _wrapped(
        f"Choice: nested logit on generalised cost, {choice['corridor_usd']:g} USD between "
        f"corridors and {choice['variant_usd']:g} between ways of one (choice_usd/...). A wait is "
        "what holds off as many as do not fit. Doors without a published capacity are never full. "
        f"Gap {document['flows']['gap']:.0e}."
    )
    return _finished(lines, document)


def _plain_lines(document: Document) -> list[str]:
    flows = document["flows"]["by_corridor"]
    total = document["demand_teu_week"]
    rows = [["", "TEU", "share"]]
    rows += [[_name(key), _teu(teu), f"{teu / total:.0%}"] for key, teu in flows.items()]
    return _grid(rows)


def _held_lines(document: Document) -> list[str]:
    days = document["closed_days"]
    held = {row["corridor"]: row for row in document["held"]}
    after = document["flows"]["by_corridor"]
    head = ["", "ordinary", "carried", "stranded", "backlog", "cleared", "if all choose anew"]
    rows = [head]
    for name in dict.fromkeys([*held, *after]):
        row = held.get(name)
        cells = ["–"] * 5
        if row is not None:
            cells = [_teu(row["before"]), _teu(row["carried"]), _teu(row["stranded"]), "–", "–"]
            if row["stranded"] and days is not None:
                clear = row["clear_days"]
                cells[3] = _teu(row["backlog"])
                cells[4] = "never" if clear is None else f"{clear:.0f} days"
        rows.append([_name(name), *cells, _teu(after.get(name, 0.0))])
    told = (
        f"Carried and stranded: boxes keep their corridor while it lasts ({days} days); the "
        "backlog is cleared so many days after the end, beside the ordinary traffic."
        if days is not None
        else "Carried and stranded: boxes keep their corridor. The length of it is not known: "
        "--closed-days gives the backlog and the time to clear it."
    )
    return [*_grid(rows), "", *_wrapped(told)]


def dependence_table(document: Document) -> str:
    """Shares of outlets, their concentration, who has no other, and what would help."""
    lines = [f"{document['pairs']} pairs of origin and destination", ""]
    for what, key, index in (
        ("Exit countries", "exit_countries", "hhi_country"),
        ("Exit gateways", "exit_gateways", "hhi_gateway"),
    ):
        rows = document[key]
        told = ", ".join(f"{r.get('name') or r['id']} {r['share']:.0%}" for r in rows[:8])
        more = f", {len(rows) - 8} more" if len(rows) > 8 else ""
        hhi = f"{document[index]:,.0f}"
        lines += _wrapped(f"{what}: concentration {hhi} of 10,000; {told}{more}")
    transit = ", ".join(f"{r['id']} {r['share']:.0%}" for r in document["transit"][:10])
    lines += _wrapped(f"In transit through: {transit or 'none'}")
    for code, pairs in document["no_other_outlet"].items():
        told = "; ".join(" to ".join(pair) for pair in pairs[:8])
        more = f" and {len(pairs) - 8} more" if len(pairs) > 8 else ""
        lines += _wrapped(f"No outlet but {code}: {told}{more}")
    if not document["no_other_outlet"]:
        lines.append("Every pair has outlets to more than one country.")
    if document["no_option"]:
        told = "; ".join(" to ".join(pair) for pair in document["no_option"])
        lines += _wrapped(f"No option left: {told}")
    if document["projects"]:
        lines += ["", "Projects, one at a time: change of the concentration"]
        rows = [["", "countries", "gateways"]]
        rows += [
            [r["title"], _change(r["change_country"]), _change(r["change_gateway"])]
            for r in document["projects"]
        ]
        lines += _grid(rows)
    lines.append("")
    lines += _wrapped(
        "Shares by the choice model (choice_usd/...), each pair with the same weight unless a "
        "demand table gives volumes. Concentration: Herfindahl-Hirschman index; 10,000 is one "
        "single outlet."
    )
    return _finished(lines, document)


def _finished(lines: list[str], document: Document) -> str:
    conditions = document["conditions"]
    for word, key in (
        ("Applied", "applied"), ("Outside its dates", "counterfactual"),
        ("Known and not applied", "known_but_not_applied"), ("Limits not used", "caps_not_used"),
    ):  # fmt: skip
        if conditions[key]:
            lines += _wrapped(f"{word}: {'; '.join(map(text.clean, conditions[key]))}.")
    data = document["data"]
    lines.append(f"Data {data['date']} ({data['version']}).")
    if document["reproduce"]:
        lines.append(f"Again: {text.clean(document['reproduce'])}")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _wrapped(line: str, *, indent: int = 0) -> list[str]:
    return textwrap.wrap(
        text.clean(line), WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _grid(rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [[text.clean(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    return [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]


def _name(corridor: str) -> str:
    return distinct([corridor])[0].short


def _joined(corridors: Sequence[str]) -> str:
    *first, last = map(_name, corridors)
    return f"{', '.join(first)} and {last} together"


def _countries(codes: Iterable[str]) -> str:
    listed = list(codes)
    return ", ".join(listed) if len(listed) < 6 else f"{len(listed)} countries"


def _change(value: float) -> str:
    return f"{round(value):+,}" if round(value) else "0"


def _teu(value: float | None) -> str:
    """Whole containers below a hundred, else three digits that mean something.

    Examples
    --------
    >>> _teu(33769), _teu(743), _teu(1442.4), _teu(0.2)
    ('33,800', '743', '1,440', '0')
    """
    if value is None:
        return "no limit known"
    if value < 1000:
        return f"{value:.0f}"
    step = 10 ** (len(str(int(value))) - 3)
    return f"{round(value / step) * step:,}"
