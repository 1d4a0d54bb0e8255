"""The packaged published figures and the calibration rows that lean on them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from corridors.parameters import Evidence

CURATED = Path(__file__).resolve().parents[2] / "geodata" / "curated"
EVIDENCE_KINDS = {
    "average": {"average", "assessment", "other"},
    "mean": {"average"},
    "trip": {"trip"},
    "record": {"record"},
    "target": {"target"},
    "bad_week": {"bad_week"},
    "ratio": {"average"},
    "difference": {"average"},
}
"""Which kinds of published figure a kind of validation row may rest on."""

READ_OTHERWISE = {
    ("SV-NR-XIA-DUI-FT-1", "record"),  # the timetable of ten days was met on the first run
    ("SV-BT-XIA-EUR-1", "target"),  # repeats the announcement T033
    ("SV-TI-CHN-EUR-MSK-1", "average"),  # repeats the product T018
    ("T036", "record"),  # one fact holds the record and the regular train
    ("T093", "average"),  # a timetable that a ferry keeps
    ("SV-OC-T-SUEZ-1", "average"),  # repeats the log O009
}
"""Facts used as another kind than the ledger calls them, each with its reason."""


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


def test_validation_rows_name_places_and_ways_that_exist() -> None:
    rows = rows_of("validation.csv")
    assert len(rows) > 150
    assert len({r["id"] for r in rows}) == len(rows)
    facilities = {r["id"] for r in rows_of("facilities.csv")}
    variants = {(r["corridor"], r["variant"]) for r in rows_of("corridors.csv")}
    corridors = {corridor for corridor, _ in variants}
    scenarios = {path.stem for path in (CURATED.parent / "conditions").glob("*.yaml")}
    for row in rows:
        name = row["id"]
        assert {row["origin"], row["destination"]} <= facilities, name
        assert not row["corridor"] or row["corridor"] in corridors, name
        assert not row["variant"] or (row["corridor"], row["variant"]) in variants, name
        assert set(row["modes"].split(";")) <= {"", "rail", "road", "sea", "ferry"}, name
        assert row["scenario"] in scenarios | {""}, name
        assert row["note"], name


def test_a_validation_row_is_of_the_kind_of_its_facts(evidence: Evidence) -> None:
    odd = {
        (fact, row["kind"])
        for row in rows_of("validation.csv")
        for fact in row["fact_ids"].split(";")
        if evidence[fact].kind not in EVIDENCE_KINDS[row["kind"]]
    }
    assert odd == READ_OTHERWISE


def test_a_validation_row_repeats_the_figures_of_its_facts(evidence: Evidence) -> None:
    # In days or dollars; of several facts the row lies within their common range. Sums of both
    # sides of a border and parts of a sentence are left to the reader.
    for row in rows_of("validation.csv"):
        facts = [evidence[fact] for fact in row["fact_ids"].split(";")]
        if row["kind"] in ("mean", "difference") or row["fact_ids"] in PARTS:
            continue
        scale = 24 if facts[0].unit == "hours" else 1
        known = [f for f in facts if f.value_low is not None and f.value_high is not None]
        low = min(f.value_low for f in known if f.value_low is not None) / scale
        high = max(f.value_high for f in known if f.value_high is not None) / scale
        assert low * 0.98 <= float(row["low"]) <= float(row["high"]) <= high * 1.02, row["id"]


PARTS = {
    "T045;T046",  # per cent more, as a factor
    "T039",  # "about three times", as a range
    "SV-PK-KHG-JEA-1",  # the road part of a journey
    "SV-FE-TKM-ALA-2",  # nine to ten hours, rounded in the ledger
}


def test_facts_named_in_parameter_notes_exist(evidence: Evidence) -> None:
    cited = {
        fact
        for row in rows_of("parameters.csv")
        for fact in re.findall(r"\b([NTPOSMR]\d{3})\b", row["note"])
    }
    assert cited
    assert sorted(fact for fact in cited if fact not in evidence) == []
