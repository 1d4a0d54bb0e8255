"""Published figures that the model cannot be held against, and why."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from corridors.analysis.published import read_validation
from corridors.errors import DataError
from corridors.network.tables import read_rows
from corridors.parameters import Evidence

JOURNEYS = frozenset(
    (
        "time_days", "border_hours", "sailing_hours", "port_hours", "cost_per_feu",
        "cost_per_teu", "cost_per_container", "freight_per_truck", "ratio",
    )
)  # fmt: skip
"""Quantities that a journey or an event of the model could answer."""

INPUT = "input of the model, or context: no journey"


class UnusedRow(NamedTuple):
    """One row of ``validation_unused.csv``."""

    fact_id: str
    reason: str


def unused_figures(folder: Path) -> dict[str, int]:
    """Number of published figures by the reason that keeps them out of the validation.

    Raises
    ------
    DataError
        A figure of a journey is neither used nor given a reason, or is both.
    """
    path = folder / "curated" / "validation_unused.csv"
    reasons = {row.fact_id: row.reason for row in read_rows(path, UnusedRow)}
    used = {fact for row in read_validation(folder) for fact in row.fact_ids}
    both = sorted(used & set(reasons))
    if both:
        raise DataError(f"{path}: {', '.join(both)} in validation.csv too")
    count: Counter[str] = Counter()
    for fact in Evidence.read(folder / "curated" / "evidence.csv"):
        if fact.id in used:
            continue
        reason = reasons.pop(fact.id, None)
        if reason is None and fact.quantity in JOURNEYS:
            raise DataError(f"{path}: no row for {fact.id}, which is not in validation.csv either")
        count[reason or INPUT] += 1
    if reasons:
        raise DataError(f"{path}: {', '.join(sorted(reasons))} not in evidence.csv")
    return dict(count)
