"""Projects and their money: what is promised, what was claimed, and what the model makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.analysis.whatif import WhatIf, what_if
from corridors.errors import DataError, UsageError
from corridors.network.tables import read_rows

KINDS = (
    "rail", "road", "port", "ship", "terminal", "border", "tariff", "package", "pipeline",
)  # fmt: skip
STATUSES = ("announced", "MoU", "signed", "disbursed", "under construction", "built")
"""From words to works; a later one says nothing about money that is paid."""
GRADES = ("reported", "estimate", "claim")


class Project(NamedTuple):
    """One row of ``projects.csv``.

    Attributes
    ----------
    id, title, kind, status, since, expected, funder : str
    amount_low, amount_high : float or None
        In units of `currency`; equal where one figure was given.
    currency : str
    within : str
        Id of the package it is part of: its amount is in that of the package already.
    condition : str
        Id of the dated condition that models it; blank where nothing can be modelled.
    claim : str
        What the project says of itself.
    claim_days : float or None
        Days that it claims to save.
    countries : tuple of str
    source, url, grade, note : str
    """

    id: str
    title: str
    kind: str
    status: str
    since: str
    expected: str
    funder: str
    amount_low: float | None
    amount_high: float | None
    currency: str
    within: str
    condition: str
    claim: str
    claim_days: float | None
    countries: tuple[str, ...]
    source: str
    url: str
    grade: str
    note: str = ""


class Total(NamedTuple):
    """Money of several projects in one currency, no package counted twice."""

    currency: str
    low: float
    high: float
    projects: tuple[str, ...]


class Effect(NamedTuple):
    """What one project changes on one journey, by one corridor.

    Attributes
    ----------
    project : Project
    corridor : str
        Empty where no corridor changes.
    verdict : str
        As of `analysis.whatif.Change`; ``same`` where nothing changes.
    days, usd : float or None
        After less before: a saving is negative.
    teu_week_before, teu_week_after : int or None
        Capacity of the corridor from country to country; None is unknown.
    bottleneck : str
        What binds the corridor once the project is there; empty where that is unknown.
    days_per_billion : float or None
        Days saved per billion of the project's own currency, at its highest amount; None where
        no amount is known or no day is saved.
    """

    project: Project
    corridor: str
    verdict: str
    days: float | None
    usd: float | None
    teu_week_before: int | None
    teu_week_after: int | None
    bottleneck: str
    days_per_billion: float | None


def read_projects(engine: Engine) -> dict[str, Project]:
    """The register of a data folder, by id.

    Raises
    ------
    DataError
        The table is missing, or a row is broken or speaks of something that does not exist.
    """
    path = engine.folder / "curated" / "projects.csv"
    found: dict[str, Project] = {}
    for row in read_rows(path, Project):
        if not row.id or row.id in found:
            raise DataError(f"{path}: column id: {row.id!r} is blank or appears twice")
        found[row.id] = row
    for row in found.values():
        _check(row, found, engine, path)
    return found


def _check(row: Project, rows: Mapping[str, Project], engine: Engine, path: Path) -> None:
    where = f"{path}: row {row.id!r}: column"
    for column, allowed in (("kind", KINDS), ("status", STATUSES), ("grade", GRADES)):
        if getattr(row, column) not in allowed:
            raise DataError(
                f"{where} {column}: {getattr(row, column)!r} is none of {', '.join(allowed)}"
            )
    low, high = row.amount_low, row.amount_high
    if (low is None) != (high is None) or (low is not None and high is not None and low > high):
        raise DataError(f"{where} amount_low: low and high are given together and in order")
    if low is not None and (low <= 0 or not row.currency):
        raise DataError(f"{where} amount_low: an amount is above zero and has a currency")
    if row.condition and row.condition not in engine.catalogue:
        raise DataError(f"{where} condition: there is no condition {row.condition!r}")
    seen = [row.id]
    while rows[seen[-1]].within:
        above = rows[seen[-1]].within
        if above not in rows or above in seen:
            why = "comes back to itself" if above in seen else "is no project"
            raise DataError(f"{where} within: {above!r} {why}")
        seen.append(above)


def select(
    projects: Mapping[str, Project], *, name: str = "", status: str = "", country: str = ""
) -> list[Project]:
    """Some projects of the register; with a name that one and what is within it.

    Raises
    ------
    UsageError
        No such project, status or country.
    """
    if name and name not in projects:
        from difflib import get_close_matches

        near = get_close_matches(name, projects, n=3, cutoff=0.4)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise UsageError(f"no project {name!r}{hint}")
    if status and status not in STATUSES:
        raise UsageError(f"no status {status!r}: choose from {', '.join(STATUSES)}")
    code = country.upper()
    known = {c for row in projects.values() for c in row.countries}
    if code and code not in known:
        raise UsageError(f"no project in {country!r}: there are some in {', '.join(sorted(known))}")
    return [
        row
        for row in projects.values()
        if (not name or name in lineage(row, projects))
        and (not status or row.status == status)
        and (not code or code in row.countries)
    ]


def lineage(row: Project, projects: Mapping[str, Project]) -> list[str]:
    """The project and the packages it is in, from inside out."""
    names = [row.id]
    while projects[names[-1]].within:
        names.append(projects[names[-1]].within)
    return names


def totals(chosen: Iterable[Project], projects: Mapping[str, Project]) -> list[Total]:
    """Money by currency: what lies within a chosen package with an amount is in it already.

    Several parts of one package together are never more than the package, chosen or not: two
    announcements that may speak of the same money are not added up.

    Examples
    --------
    >>> engine = Engine.load()
    >>> rows = read_projects(engine)
    >>> [(t.low / 1e9, t.high / 1e9) for t in totals([rows["eu-2024"], rows["eib-2024"]], rows)]
    [(10.0, 10.0)]
    >>> [(t.low / 1e9, t.high / 1e9) for t in totals([rows["eu-2024"], rows["eu-2025"]], rows)]
    [(10.0, 13.0)]
    """
    paid = {row.id: row for row in chosen if row.amount_low is not None}
    groups: dict[tuple[str, str], list[Project]] = {}
    for row in paid.values():
        above = [name for name in lineage(row, projects)[1:] if _has_money(projects[name])]
        if not any(name in paid for name in above):
            groups.setdefault((row.currency, above[0] if above else row.id), []).append(row)
    found: dict[str, list[Total]] = {}
    for (currency, package), rows in groups.items():
        low, high = (
            sum(getattr(row, end) for row in rows) for end in ("amount_low", "amount_high")
        )
        whole = projects[package]
        if len(rows) > 1 and whole.currency == currency:
            low, high = min(low, whole.amount_low or low), min(high, whole.amount_high or high)
        found.setdefault(currency, []).append(
            Total(currency, low, high, tuple(row.id for row in rows))
        )
    return [
        Total(
            currency,
            sum(part.low for part in parts),
            sum(part.high for part in parts),
            tuple(name for part in parts for name in part.projects),
        )
        for currency, parts in sorted(found.items())
    ]


def _has_money(row: Project) -> bool:
    return row.amount_low is not None


def amount(row: Project, projects: Mapping[str, Project]) -> Total | None:
    """Money of a project: its own, else what is known of its parts, where that is one currency."""
    inside = [part for part in projects.values() if row.id in lineage(part, projects)]
    known = totals([row] if row.amount_low is not None else inside, projects)
    return known[0] if len(known) == 1 else None


def effects(
    engine: Engine,
    chosen: Sequence[Project],
    projects: Mapping[str, Project],
    origin: str,
    destination: str,
    *,
    draws: int = 200,
) -> list[Effect]:
    """What each project that has a condition changes between two places, each on its own.

    Gains of projects in a row do not add up, so none are added.
    """
    return [
        effect
        for row in chosen
        if row.condition
        for effect in _effects_of(engine, row, projects, origin, destination, draws)
    ]


def _effects_of(
    engine: Engine,
    row: Project,
    projects: Mapping[str, Project],
    origin: str,
    destination: str,
    draws: int,
) -> list[Effect]:
    conditions = Conditions(scenarios=(row.condition,))
    answer = what_if(engine, origin, destination, conditions=conditions, draws=draws)
    rooms = _rooms(engine, answer, conditions)
    money = amount(row, projects)
    found = []
    for change in answer.changes:
        before, after, bottleneck = rooms.get(change.corridor, (None, None, ""))
        # A line that is cut anew at a yard differs by metres: that is no change.
        still = change.days is not None and change.usd is not None
        still = still and abs(change.days or 0.0) < 0.05 and abs(change.usd or 0.0) < 5.0
        if (still or change.verdict in ("same", "closed")) and before == after:
            continue
        saved = -change.days if change.days is not None else 0.0
        per_billion = saved / (money.high / 1e9) if money and saved > 0.05 else None
        found.append(
            Effect(
                row, change.corridor, "same" if still else change.verdict, change.days, change.usd,
                before, after, bottleneck, per_billion,
            )
        )  # fmt: skip
    return found or [Effect(row, "", "same", None, None, None, None, "", None)]


def _rooms(
    engine: Engine, answer: WhatIf, conditions: Conditions
) -> dict[str, tuple[int | None, int | None, str]]:
    """Capacity of each corridor before and after, and what binds after."""
    from corridors.analysis.capacity import capacity

    shipment = answer.before.shipment
    ends = ([shipment.origin.country], [shipment.destination.country])
    if ends[0] == ends[1]:
        return {}
    before = capacity(engine, *ends).each
    after = capacity(engine, *ends, conditions=conditions).each
    return {
        one.corridors[0]: (
            one.teu_week,
            other.teu_week,
            ", ".join(limit.label for limit in other.cuts[0].limits) if other.cuts else "",
        )
        for one, other in zip(before, after, strict=True)
    }
