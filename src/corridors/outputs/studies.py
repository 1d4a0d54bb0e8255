"""Studies as tables, Markdown, CSV and JSON: one shape for all of them."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from corridors.outputs import text
from corridors.outputs.plain import rows_as

if TYPE_CHECKING:
    from corridors.analysis.study import Study

Row = Mapping[str, Any]
WIDTH = 100
LONGEST = 44
"""A name is cut at this length, so that the figures stay in sight."""


class Column(NamedTuple):
    """A column of a printed table."""

    head: str
    cell: Callable[[Row], str]
    left: bool = False


def study_text(study: Study, kind: str, *, reproduce: str) -> str:
    """Write a study as ``table``, ``md``, ``csv`` or ``json``."""
    if kind == "json":
        return (
            json.dumps(study_document(study, reproduce=reproduce), ensure_ascii=False, indent=2)
            + "\n"
        )
    if kind == "csv":
        return rows_as("csv", list(study.rows)) if study.rows else ""
    if kind == "md":
        return study_markdown(study, reproduce=reproduce)
    return study_table(study, reproduce=reproduce)


def study_document(study: Study, *, reproduce: str) -> dict[str, Any]:
    """The JSON document of a study: numbers unrounded, rows flat."""
    return {
        "schema": f"corridors.{study.kind}/1",
        "title": study.title,
        **study.facts,
        "rows": [dict(row) for row in study.rows],
        "notes": list(study.notes),
        "reproduce": reproduce,
    }


def study_table(study: Study, *, reproduce: str) -> str:
    """Lines of at most 100 columns where the words allow it."""
    lines = [*_wrapped(f"{study.title}."), ""]
    rows = shown(study)
    if rows:
        lines += [*_grid(rows, columns(study)), ""]
    for note in (*study.notes, *_left_out(study)):
        lines += _wrapped(note)
    lines.append(text.clean(f"Again: {reproduce}"))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def study_markdown(study: Study, *, reproduce: str) -> str:
    """Title, table and notes as Markdown."""
    chosen = columns(study)
    lines = [f"# {_cell(study.title)}", ""]
    rows = shown(study)
    if rows:
        lines.append("| " + " | ".join(_cell(column.head) for column in chosen) + " |")
        lines.append("|" + "|".join("---" if c.left else "--:" for c in chosen) + "|")
        lines += ["| " + " | ".join(_cell(c.cell(row)) for c in chosen) + " |" for row in rows]
        lines.append("")
    lines += [f"- {_cell(note)}" for note in (*study.notes, *_left_out(study))]
    return "\n".join([*lines, "", f"Again: `{_cell(reproduce)}`"]) + "\n"


def shown(study: Study) -> list[Row]:
    """Rows that a table shows.

    Of an isochrone the nearest facility of each country; of choices those that really differ and
    the extremes, for between them lie many that are nearly alike.
    """
    if study.kind == "pareto":
        return [row for row in study.rows if row["differs"] or row["leads"]]
    if study.kind != "isochrones":
        return list(study.rows)
    first: dict[str, Row] = {}
    for row in study.rows:
        first.setdefault(row["country"], row)
    return list(first.values())


def _left_out(study: Study) -> list[str]:
    rest = len(study.rows) - len(shown(study))
    if study.kind != "pareto" or not rest:
        return []
    return [f"{rest} more lie between these and are nearly like one of them: --format csv or json."]


def columns(study: Study) -> list[Column]:
    """Columns of a kind of study."""
    if study.kind == "criticality":
        several = len({_journey(row) for row in study.rows}) > 1
        journey = [Column("journey", _journey, left=True)] if several else []
        corridors = [_corridor(name) for name in study.facts["corridors"]]
        return [*_CRITICALITY, *journey, *corridors]
    return _COLUMNS[study.kind]


# Cells ---------------------------------------------------------------------------------------


def _text(key: str, head: str = "") -> Column:
    return Column(head or key, lambda row: _short(row[key]), left=True)


def _short(value: object) -> str:
    words = text.clean(value)
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _days(key: str, head: str, *, sign: str = "") -> Column:
    def cell(row: Row) -> str:
        # Adding zero turns a negative zero into a plain one.
        return "–" if row[key] is None else f"{round(row[key], 1) + 0.0:{sign}.1f}"

    return Column(head, cell)


def _usd(key: str, head: str, *, sign: str = "") -> Column:
    def cell(row: Row) -> str:
        return "–" if row[key] is None else f"{_tens(row[key]):{sign},.0f}"

    return Column(head, cell)


def _tens(value: float) -> float:
    return round(value / 10) * 10 + 0.0


def _number(key: str, head: str) -> Column:
    return Column(head, lambda row: "–" if row[key] is None else f"{row[key]:,.4g}")


def _share(key: str, head: str) -> Column:
    return Column(head, lambda row: f"{row[key]:.0%}")


def _corridor(name: str) -> Column:
    def cell(row: Row) -> str:
        if not row[f"{name}_then"]:
            return "·"
        days, usd = row[f"{name}_days"], row[f"{name}_usd"]
        return "lost" if days is None else f"{days:+.1f}/{_tens(usd):+,.0f}"

    return Column(name, cell)


def _best(row: Row) -> str:
    if row["best_days"] is None:
        return "lost"
    if not row["best_loss_usd"]:
        return "·"
    return f"{row['best_days']:+.1f}/{_tens(row['best_usd']):+,.0f}"


def _journey(row: Row) -> str:
    return text.clean(f"{row['origin']}–{row['destination']}")


def _element(row: Row) -> str:
    """Crossings and groups by id, so that one can be looked up; places by name."""
    kind, ident = row["kind"], text.clean(row["id"])
    words = {
        "crossing": ident,
        "services": f"ships: {ident}",
        "country": f"country {ident}",
    }.get(kind, text.clean(row["name"]))
    return words if len(words) <= SHORT else words[: SHORT - 1] + "…"


def _stands_out(row: Row) -> str:
    return row["leads"] or "differs"


SHORT = 24
_CRITICALITY = [
    Column("#", lambda row: str(row["rank"])),
    Column("days/USD more without", _element, left=True),
    Column("best", _best),
]
_COLUMNS: dict[str, list[Column]] = {
    "cut": [_text("id"), _text("name"), _text("mode"), _text("group")],
    "disjoint": [
        Column("#", lambda row: str(row["route"])), _days("days", "days"), _usd("usd", "USD"),
        Column("km", lambda row: f"{row['km']:,.0f}"), _text("countries"), _text("doors"),
    ],
    "alternatives": [
        Column("#", lambda row: "best" if row["way"] == 0 else str(row["way"])),
        _days("days", "days"), _usd("usd", "USD"),
        Column("km", lambda row: f"{row['km']:,.0f}"),
        Column("stretch", lambda row: f"{row['stretch']:.2f}"),
        _share("shared_with_best", "shared"), _text("countries"), _text("doors"),
    ],
    "switch": [
        _text("name", "at"), _days("day", "day"), _days("stay_days", "stay: days"),
        _usd("stay_usd", "USD"), _days("switch_days", "switch: days"), _usd("switch_usd", "USD"),
        _days("extra_days", "more: days", sign="+"), _usd("extra_usd", "USD", sign="+"),
        Column("", lambda row: "last" if row["last"] else "", left=True),
    ],
    "isochrones": [
        _text("country"), _text("name", "nearest facility"), _days("days", "days"),
        _usd("usd", "USD"), Column("band", lambda row: f"{row['band']:g}"),
    ],
    "breakeven": [
        _text("key"), _number("now", "now"), _number("break_even", "break-even"), _text("unit"),
        _text("better_below", "better below"), _text("better_above", "better above"),
        Column("verified", lambda row: "yes" if row["verified"] else "no"),
    ],
    "tornado": [
        _text("key"), _number("p10", "P10"), _number("p50", "P50"), _number("p90", "P90"),
        _text("unit"), _days("days_at_p10", "days at P10", sign="+"),
        _days("days_at_p90", "at P90", sign="+"), _usd("usd_at_p10", "USD at P10", sign="+"),
        _usd("usd_at_p90", "at P90", sign="+"), _text("grade"),
    ],
    "pareto": [
        Column("corridor", lambda row: _short(f"{row['corridor']} {row['variant']}"), left=True),
        _days("days", "days"), _usd("usd", "USD"),
        Column("t CO2e", lambda row: f"{row['co2e_kg'] / 1000:.1f}"),
        _share("exposure", "exposed"), _text("flagged"), _share("shared_with_best", "shared"),
        Column("", _stands_out, left=True),
    ],
}  # fmt: skip


# Lines ---------------------------------------------------------------------------------------


def _grid(rows: Sequence[Row], chosen: Sequence[Column]) -> list[str]:
    cells = [[column.head for column in chosen]]
    cells += [[text.clean(column.cell(row)) for column in chosen] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(chosen))]
    return [
        "  ".join(
            cell.ljust(width) if column.left else cell.rjust(width)
            for cell, width, column in zip(line, widths, chosen, strict=True)
        )
        for line in cells
    ]


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(text.clean(line), WIDTH, break_long_words=False, break_on_hyphens=False)


def _cell(value: object) -> str:
    cleaned = text.clean(value)
    for char in "\\|`*_[]<>":
        cleaned = cleaned.replace(char, "\\" + char)
    return cleaned
