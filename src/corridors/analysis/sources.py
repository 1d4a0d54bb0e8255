"""Where the numbers come from: parameter rows and published facts, filtered."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corridors.network.tables import Facility, read_rows
from corridors.parameters import Evidence, Ledger, ParameterRow
from corridors.parameters.evidence import parse_age

COLUMNS = ("key", "low", "typ", "high", "unit", "grade", "source", "url", "year", "seen", "note")


def evidence_rows(
    folder: Path,
    *,
    subject: str | None = None,
    grade: str | None = None,
    facts: bool = False,
    stale: str | None = None,
) -> list[dict[str, Any]]:
    """Rows of the parameter table, or of the table of published facts.

    Parameters
    ----------
    folder : Path
        Data folder.
    subject : str, optional
        A facility, crossing, service, zone or key: rows that speak of it.
    grade : str, optional
    facts : bool
        Published facts instead of parameters.
    stale : str, optional
        Only what is older, such as ``24m`` or ``2y``.

    Examples
    --------
    >>> from corridors.data_location import data_dir
    >>> rows = evidence_rows(data_dir(), subject="KZ-AAU")
    >>> all("KZ-AAU" in row["key"] for row in rows)
    True
    """
    months = parse_age(stale) if stale else None
    today = dt.date.today()
    if facts:
        table = Evidence.read(folder / "curated" / "evidence.csv")
        terms = _names(folder, subject) if subject else ()
        picked = table.select(
            terms=terms, grade=grade, stale_months=months, today=today if months else None
        )
        return [{k: "" if v is None else v for k, v in asdict(row).items()} for row in picked]
    ledger = Ledger.read(folder / "curated" / "parameters.csv")
    rows = []
    for row in ledger:
        parts = row.key.split("/")
        if subject and subject not in parts and not row.key.startswith(subject):
            continue
        if grade and row.grade != grade:
            continue
        if months is not None and not _is_stale(row, months, today):
            continue
        rows.append({c: "" if (v := getattr(row, c)) is None else v for c in COLUMNS})
    return rows


def _is_stale(row: ParameterRow, months: int, today: dt.date) -> bool:
    """Whether the end of the year a row speaks of lies further back; without a year it is."""
    return row.year is None or (today.year - row.year) * 12 + today.month - 12 > months


def _names(folder: Path, subject: str) -> tuple[str, ...]:
    """The id and, for a facility, the words of its name that a press report would use."""
    for facility in read_rows(folder / "curated" / "facilities.csv", Facility):
        if facility.id == subject:
            return (subject, facility.name, facility.name.split()[0])
    return (subject,)
