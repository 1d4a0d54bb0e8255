"""The register of projects as text and as rows."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from corridors.analysis.projects import Effect, Project, Total
from corridors.outputs import text

WIDTH = 100
SYMBOLS = {"EUR": "€", "USD": "$"}
CAPITAL = (
    "Capital is that of the whole project; what it buys on this journey alone cannot be told "
    "apart. Each project acts on its own: gains of several do not add up. Fewer days mean a saving."
)


def project_rows(projects: Sequence[Project]) -> list[dict[str, Any]]:
    """One flat row per project."""
    rows = []
    for project in projects:
        row = {name: "" if value is None else value for name, value in project._asdict().items()}
        rows.append(row | {"countries": ";".join(project.countries)})
    return rows


def effect_rows(effects: Sequence[Effect]) -> list[dict[str, Any]]:
    """One flat row per project and corridor that it changes."""
    rows = []
    for effect in effects:
        row: dict[str, Any] = {"project": effect.project.id, "claim": effect.project.claim}
        row["claim_days"] = effect.project.claim_days
        row |= {name: value for name, value in effect._asdict().items() if name != "project"}
        rows.append({name: "" if value is None else value for name, value in row.items()})
    return rows


def projects_document(
    projects: Sequence[Project], totals: Sequence[Total], effects: Sequence[Effect] | None
) -> dict[str, Any]:
    """The JSON document ``corridors.projects/1``."""
    found: dict[str, Any] = {
        "schema": "corridors.projects/1",
        "projects": [row._asdict() | {"countries": list(row.countries)} for row in projects],
        "totals": [total._asdict() | {"projects": list(total.projects)} for total in totals],
    }
    if effects is not None:
        found["effects"] = [
            effect._asdict() | {"project": effect.project.id, "claim": effect.project.claim}
            for effect in effects
        ]
        found["note"] = CAPITAL
    return found


def projects_table(
    projects: Sequence[Project], totals: Sequence[Total], every: Mapping[str, Project]
) -> str:
    """Text for a terminal of 100 columns; one project is shown with all that is known of it."""
    if len(projects) == 1:
        return one_project(projects[0])
    lines = []
    chosen = {project.id for project in projects}
    for project in projects:
        money = amount_text(project.amount_low, project.amount_high, project.currency)
        inside = f", within {project.within}" if project.within else ""
        when = f", due {project.expected}" if _is_due(project) else ""
        lines += _wrapped(f"{project.id}: {project.title}")
        facts = [project.kind, project.status + when, money, ";".join(project.countries)]
        lines += _wrapped(" · ".join(part for part in facts if part) + inside, indent=4)
    lines.append("")
    for total in totals:
        money = amount_text(total.low, total.high, total.currency)
        lines += _wrapped(f"Together {money}, no package twice: {', '.join(total.projects)}")
    blank = sum(every[name].amount_low is None for name in chosen)
    lines += _wrapped(
        f"{len(projects)} projects, {blank} of them without a published amount. Announced is not "
        "signed, signed is not paid. Currencies are not added to each other."
    )
    return "\n".join(lines) + "\n"


def one_project(project: Project) -> str:
    """All that is known of one project."""
    money = amount_text(project.amount_low, project.amount_high, project.currency)
    lines = _wrapped(f"{project.title} ({project.id})")
    for name, value in (
        ("kind", project.kind),
        ("status", project.status),
        ("since", project.since),
        ("expected", project.expected),
        ("funder", project.funder),
        ("amount", money or "not published"),
        ("within", project.within),
        ("countries", ";".join(project.countries)),
        ("claim", project.claim),
        ("modelled by", project.condition or "nothing: see the note"),
        ("source", f"{project.source} {project.url}".strip() or "none kept"),
        ("grade", project.grade),
        ("note", project.note),
    ):
        if value:
            lines += _wrapped(f"{name}: {value}", indent=4)
    return "\n".join(lines) + "\n"


def effects_table(effects: Sequence[Effect], origin: str, destination: str) -> str:
    """What each project changes on one journey, beside its own claim."""
    lines = _wrapped(f"{origin} to {destination}: each project alone, after less before")
    of: dict[str, list[Effect]] = {}
    for effect in effects:
        of.setdefault(effect.project.id, []).append(effect)
    for rows in of.values():
        project = rows[0].project
        lines += ["", *_wrapped(f"{project.id}: {project.title}, {project.status}")]
        if project.claim:
            lines += _wrapped(f"claim: {project.claim}", indent=4)
        for effect in rows:
            lines += _wrapped(_modelled(effect), indent=4)
    lines += ["", *_wrapped(CAPITAL)]
    return "\n".join(lines) + "\n"


def _modelled(effect: Effect) -> str:
    if not effect.corridor:
        return "model: no corridor changes on this journey"
    parts = [f"model: {effect.corridor} {effect.verdict}"]
    if effect.days is not None and effect.usd is not None:
        parts.append(f"{effect.days:+.1f} d, {round(effect.usd / 10) * 10:+,.0f} USD")
    if effect.teu_week_before != effect.teu_week_after:
        parts.append(f"{_teu(effect.teu_week_before)} to {_teu(effect.teu_week_after)} TEU a week")
    if effect.bottleneck:
        parts.append(f"then binds {effect.bottleneck}")
    if effect.days_per_billion is not None:
        currency = effect.project.currency or "of its parts"
        parts.append(f"{effect.days_per_billion:.2f} d saved per billion {currency}")
    return "; ".join(parts)


def _teu(value: int | None) -> str:
    return "unknown" if value is None else f"{value:,}"


def amount_text(low: float | None, high: float | None, currency: str) -> str:
    """An amount as it would be said; empty where none is known.

    Examples
    --------
    >>> amount_text(4.6e9, 8.2e9, "USD"), amount_text(3e8, 3e8, "USD"), amount_text(None, None, "")
    ('$4.6–8.2bn', '$300m', '')
    """
    if low is None or high is None:
        return ""
    unit, word = (1e9, "bn") if high >= 1e9 else (1e6, "m")
    sign = SYMBOLS.get(currency, f"{currency} ")
    ends = dict.fromkeys(f"{value / unit:.4g}" for value in (low, high))
    return f"{sign}{'–'.join(ends)}{word}"


def _is_due(project: Project) -> bool:
    return bool(project.expected) and project.status != "built"


def _wrapped(line: str, *, indent: int = 0) -> list[str]:
    space = " " * indent
    return textwrap.wrap(
        text.clean(line), WIDTH, initial_indent=space, subsequent_indent=space,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
