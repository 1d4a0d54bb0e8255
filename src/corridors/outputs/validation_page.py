"""The page of modelled beside published figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corridors.outputs.plain import cell

HEAD = """# Modelled beside published figures

Made by `corridors validate` from `geodata/curated/validation.csv`. A published figure is a
question to the model: from where to where, by which corridor, and above all **by which clock**.
Figures of another clock are never compared; the last section counts the figures that could not be
used, and why.

**Split.** Publishers were divided into two sides before anything was fitted with these rows
(`evidence_split.csv`). Every publisher that an earlier calibration or a parameter cites is on the
*calibrate* side, with every house it quotes; of the others, the first byte of the SHA-256 of the
house's name decides (below 64: calibrate). A row of several publishers is on the calibrate side
unless all are held out. No parameter cites a held-out figure; a test sees to that.

**Kinds.** An *average* in the words of a forwarder is held against P50, a *mean* over counted
shipments against the mean. A *trip* is one dated journey and should lie within P10–P90 four times
in five. A *record* may lie a tenth below P10 and not above P50; a *target* is a promise that the
mean should not beat. A *bad week* is asked under its own dated condition or date and should lie
within P95. *Ratio* and *difference* compare two corridors. Rows of one publication count as one
figure in the scores. A cost of another price month is scored only where a price index leads
there.
"""


TENTHS_FROM = 2.0
"""Days below this are shown to a hundredth: a border or a crossing takes hours."""


def validation_page(
    judged: Sequence[Any],
    scores: Sequence[Any],
    checks: Sequence[Any],
    converged: Sequence[Any],
    unused: Mapping[str, int],
) -> str:
    """The whole page as Markdown.

    Parameters
    ----------
    judged, scores, checks, converged : sequences
        Of `corridors.analysis`: `Judged`, `Score`, `Check`, `Converged`.
    unused : dict
        Reason to the number of published figures that could not be used.
    """
    lines = [HEAD]
    for split, title in (
        ("validate", "Scores on the held-out side"),
        ("calibrate", "Scores on the side it was fitted on"),
    ):
        lines += [f"## {title}", "", *_scores([s for s in scores if s.split == split]), ""]
    lines += ["## Named checks", "", *_checks(checks), ""]
    lines += ["## Figures", ""]
    for split in ("validate", "calibrate"):
        rows = [j for j in judged if j.split == split]
        scored = [j for j in rows if j.met is not None]
        met = sum(j.met for j in scored)
        lines += [f"### {split.capitalize()}: {met} of {len(scored)} met", "", *_rows(scored), ""]
    misses = [j for j in judged if j.met is False]
    lines += ["## Misses, by mechanism", "", *_misses(misses), ""]
    silent = [j for j in judged if j.met is None]
    lines += ["## Shown, not scored", "", *_silent(silent), ""]
    lines += ["## Convergence", "", *_converged(converged), ""]
    lines += ["## Published figures not used, and why", "", *_unused(unused)]
    return "\n".join(lines) + "\n"


def _table(head: str, rows: Sequence[Sequence[str]]) -> list[str]:
    columns = head.split(" | ")
    return [
        f"| {head} |",
        "|" + "---|" * len(columns),
        *("| " + " | ".join(cell(text) for text in row) + " |" for row in rows),
    ]


def _scores(scores: Sequence[Any]) -> list[str]:
    verdict = {True: "met", False: "**missed**", None: "–"}
    rows = [
        f"| {cell(s.name)} | {cell(s.value)} | {cell(s.target)} | {s.figures} | {verdict[s.met]} |"
        for s in scores
    ]
    return ["| Score | Value | Target | Publications | |", "|---|---|---|---|---|", *rows]


def _checks(checks: Sequence[Any]) -> list[str]:
    rows = [
        [
            check.name,
            check.basis,
            f"{_number(check.value, check.unit)} {check.unit}",
            f"{_number(check.low, check.unit)}–{_number(check.high, check.unit)}",
            "met" if check.met else "missed",
        ]
        for check in checks
    ]
    return _table("Check | Basis | Model | Wanted | Result", rows)


def _rows(judged: Sequence[Any]) -> list[str]:
    return _table(
        "Row | Journey | Corridor | Clock | Kind | Published | P50 | P10–P90 | Result",
        [_row(j) for j in judged],
    )


def _row(judged: Any) -> list[str]:
    row, modelled = judged.row, judged.modelled
    unit = _unit(row)
    middle = band = "–"
    if modelled is not None:
        middle = f"{_number(modelled.middle(row.kind), unit)} {unit}"
        if row.kind not in ("ratio", "difference"):
            band = f"{_number(modelled.p10, unit)}–{_number(modelled.p90, unit)}"
    when = [row.depart or row.month, row.scenario, row.booking and f"{row.booking} wagon"]
    extra = "".join(f", {part}" for part in when if part)
    return [
        row.id,
        f"{row.origin} to {row.destination}",
        " ".join(part for part in (row.corridor, row.variant) if part) or "any",
        row.clock + extra,
        row.kind.replace("_", " "),
        f"{_span(row)} ({', '.join(row.fact_ids)})",
        middle,
        band,
        "met" if judged.met else "missed",
    ]


def _misses(misses: Sequence[Any]) -> list[str]:
    if not misses:
        return ["None."]
    return [
        "Where the source does not tell the cause, the reason begins with *Judgement*.",
        "",
        *(
            f"- **{j.row.id}** ({j.split}) {cell(j.why)}. "
            f"{cell(j.row.reason) or 'Not explained yet.'}"
            for j in misses
        ),
    ]


def _silent(judged: Sequence[Any]) -> list[str]:
    rows = [
        [
            j.row.id,
            f"{j.row.origin} to {j.row.destination}",
            f"{_span(j.row)} ({', '.join(j.row.fact_ids)})",
            j.why,
        ]
        for j in judged
    ]
    return _table("Row | Journey | Published | Why", rows)


def _converged(converged: Sequence[Any]) -> list[str]:
    rows = [
        [c.journey, c.corridor, *(f"{value:.2%}".replace("%", " %") for value in c[2:])]
        for c in converged
    ]
    return [
        "How far the figures of headline routes move between 2,000 and 20,000 draws.",
        "",
        *_table("Journey | Corridor | Mean | P10 | P50 | P90", rows),
    ]


def _unused(unused: Mapping[str, int]) -> list[str]:
    rows = sorted(unused.items(), key=lambda item: -item[1])
    return _table("Why | Figures", [[why, str(count)] for why, count in rows])


def _unit(row: Any) -> str:
    if row.kind == "ratio":
        return "×"
    return {"time_days": "d", "cost_usd": "USD"}[row.quantity]


def _number(value: float, unit: str) -> str:
    if unit == "USD":
        return f"{value:,.0f}"
    return f"{value:.2f}" if unit == "×" or value < TENTHS_FROM else f"{value:.1f}"


def _span(row: Any) -> str:
    unit = _unit(row)
    low, high = _number(row.low, unit), _number(row.high, unit)
    return f"{low} {unit}" if row.low == row.high else f"{low}–{high} {unit}"
