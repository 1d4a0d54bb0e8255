"""The packaged published figures and the calibration rows that lean on them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from corridors.parameters import Evidence

CURATED = Path(__file__).resolve().parents[2] / "geodata" / "curated"
VALIDATION_COLUMNS = (
    "id,fact_ids,origin,destination,corridor,variant,clock,kind,quantity,low,high,tolerance,note"
)
CLOCKS = {"departure-arrival", "terminal-terminal", "border-border", "port-port"}


def rows_of(name: str) -> list[dict[str, str]]:
    path = CURATED / name
    if not path.exists():
        pytest.skip(f"{name} is not there yet")
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence.read(CURATED / "evidence.csv")


def test_there_is_a_wealth_of_it(evidence: Evidence) -> None:
    assert len(evidence) > 700


def test_every_figure_has_a_source_and_an_address(evidence: Evidence) -> None:
    naked = [r.id for r in evidence if r.grade != "assumption" and not (r.source_title and r.url)]
    assert naked == []


def test_money_has_a_currency_and_a_price_year(evidence: Evidence) -> None:
    bare = [r.id for r in evidence if "USD" in r.unit and r.currency != "USD"]
    assert bare == []
    assert not [r.id for r in evidence if r.currency and r.year and r.price_year is None]


def test_border_figures_of_three_kinds_are_told_apart(evidence: Evidence) -> None:
    scopes = {r.scope for r in evidence.select(quantity="border_hours")}
    assert {"per shipment, waiting included", "process time", "queue included"} <= scopes


def test_official_best_times_are_targets(evidence: Evidence) -> None:
    assert {evidence[i].kind for i in ("T001", "T002", "T003", "T014")} == {"target"}
    assert evidence["N032"].kind == "average"
    assert evidence["N060"].kind == "bad_week"


def test_validation_rows_are_sound(evidence: Evidence) -> None:
    rows = rows_of("validation.csv")
    assert ",".join(rows[0]) == VALIDATION_COLUMNS
    assert len({r["id"] for r in rows}) == len(rows)
    facilities = {r["id"] for r in rows_of("facilities.csv")}
    variants = {(r["corridor"], r["variant"]) for r in rows_of("corridors.csv")}
    corridors = {corridor for corridor, _ in variants}
    for row in rows:
        name = row["id"]
        assert row["clock"] in CLOCKS, name
        assert row["kind"] in {"target", "average", "bad_week", "quote", "ratio"}, name
        assert row["quantity"] in {"time_days", "cost_usd"}, name
        assert 0 < float(row["low"]) <= float(row["high"]), name
        assert 0 <= float(row["tolerance"]) < 1, name
        assert {row["origin"], row["destination"]} <= facilities, name
        assert not row["corridor"] or row["corridor"] in corridors, name
        assert not row["variant"] or (row["corridor"], row["variant"]) in variants, name
        for fact in row["fact_ids"].split(";"):
            assert fact in evidence, f"{name}: {fact}"


def test_facts_named_in_parameter_notes_exist(evidence: Evidence) -> None:
    cited = {
        fact
        for row in rows_of("parameters.csv")
        for fact in re.findall(r"\b([NTPOSMR]\d{3})\b", row["note"])
    }
    assert cited
    assert sorted(fact for fact in cited if fact not in evidence) == []
