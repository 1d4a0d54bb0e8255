"""Answers as CSV, Markdown and plain tables."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from corridors.outputs import text, wording

Row = Mapping[str, Any]


def comparison_csv(document: Row) -> str:
    """One row per option; numbers unrounded."""
    head = [
        "corridor", "variant", "status", "reason", "days_p10", "days_mean", "days_p90",
        "usd_p10", "usd_mean", "usd_p90", "co2e_kg_typ", "km", "borders", "gauge_changes",
        "lifts", "countries", "p90_made_by", "assumed_time", "assumed_cost",
    ]  # fmt: skip
    rows: list[list[Any]] = []
    for option in document["options"]:
        row = [option["corridor"], option["variant"], option["status"], option["reason"]]
        if option["status"] == "ok":
            for key in ("time_days", "cost_usd"):
                row += [option[key][part] for part in ("p10", "mean", "p90")]
            row += [option["co2e_kg"]["typ"], option["distance_km"]]
            row += [
                len(option[key]) for key in ("border_crossings", "gauge_changes", "transshipments")
            ]
            row += [" ".join(option["countries"]), option["p90_made_by"]]
            row += [option["evidence"][key]["assumption"] for key in ("time", "cost")]
        rows.append([*row, *[""] * (len(head) - len(row))])
    return _csv([head, *rows])


def comparison_markdown(document: Row) -> str:
    """Headline, scope, table and reasons as Markdown."""
    lines = [
        f"# {cell(wording.title(document))}",
        "",
        f"**{cell(wording.headline(document))}.**",
        "",
        cell(wording.scope(document)),
        *(cell(line) for line in wording.condition_lines(document)),
        "",
        "| Corridor | Days (P10–P90) | USD per FEU (P10–P90) | t CO2e | km | Borders | Gauge | "
        "Lifts | Countries | P90 made by | Assumed (days / USD) |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for option in document["options"]:
        name = cell(option["corridor"] or "free")
        if option["status"] != "ok":
            lines.append(f"| {name} | {option['status']}: {cell(option['reason'])} |||||||||| ")
            continue
        days, usd = option["time_days"], option["cost_usd"]
        shares = [f"{option['evidence'][key]['assumption']:.0%}" for key in ("time", "cost")]
        cells = [
            f"{name} ({cell(option['variant'] or '')})",
            f"{text.days(days['mean'])} ({text.days(days['p10'])}–{text.days(days['p90'])})",
            f"{text.usd(usd['mean'])} ({text.usd(usd['p10'])}–{text.usd(usd['p90'])})",
            text.tonnes(option["co2e_kg"]["typ"]),
            text.thousands(option["distance_km"]),
            str(len(option["border_crossings"])),
            str(len(option["gauge_changes"])),
            str(len(option["transshipments"])),
            " ".join(option["countries"]),
            cell(option["p90_made_by"]),
            " / ".join(shares),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", f"Again: `{cell(document['reproduce'])}`", ""]
    lines += [f"- {cell(licence)}" for licence in document["data"]["licences"]]
    return "\n".join(lines) + "\n"


def cell(value: object) -> str:
    """Text that cannot start Markdown of its own in a table."""
    cleaned = text.clean(value)
    for char in "\\|`*_[]<>":
        cleaned = cleaned.replace(char, "\\" + char)
    return cleaned


def findings_table(findings: Sequence[Any]) -> str:
    """Audit findings, one a line, with the counts below."""
    lines = [
        f"{'allowed' if f.allowed else 'FAULT':8}{f.check:24}{text.clean(f.subject):28}"
        f"{text.clean(f.detail)}"
        for f in findings
    ]
    faults = sum(not f.allowed for f in findings)
    lines.append(f"{len(findings)} findings, {faults} not allowed")
    return "\n".join(lines) + "\n"


def rows_as(kind: str, rows: Sequence[Row]) -> str:
    """Rows with the same columns as ``csv``, ``json`` or a plain ``table``."""
    if kind == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    head = list(rows[0])
    if kind == "csv":
        return _csv([head, *([row[name] for name in head] for row in rows)])
    blocks = []
    for row in rows:
        first, *rest = head
        lines = [text.clean(row[first])]
        lines += [f"    {name:10} {text.clean(row[name])}" for name in rest if row[name] != ""]
        blocks.append("\n".join(lines))
    return "\n".join(blocks) + f"\n{len(rows)} rows\n"


def _csv(rows: Sequence[Sequence[Any]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return stream.getvalue()


def _safe(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe."""
    if isinstance(cell, str):
        cell = text.clean(cell)
        if cell.startswith(("=", "+", "-", "@")):
            return "'" + cell
    return cell
