"""The facts are split by publisher before any fitting; no parameter rests on the held-out side."""

from __future__ import annotations

import csv
import hashlib
import re
from pathlib import Path

import pytest

CURATED = Path(__file__).resolve().parents[2] / "geodata" / "curated"
REASONS = {"earlier calibration row", "cited by a parameter", "nothing to hold out", "hash"}
FACT = re.compile(r"\b(?:[NTPOSMRXY]\d{3}|SV-[A-Z0-9-]+\d)\b")


def rows_of(name: str) -> list[dict[str, str]]:
    with (CURATED / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


SPLIT = {row["publisher"]: row for row in rows_of("evidence_split.csv")}
FACTS = {row["id"]: row for row in rows_of("evidence.csv")}


def held_out(fact: str) -> bool:
    return SPLIT[FACTS[fact]["publisher"]]["split"] == "validate"


def test_every_publisher_has_one_side_and_a_reason() -> None:
    assert len(SPLIT) == len(rows_of("evidence_split.csv"))
    assert {row["publisher"] for row in FACTS.values()} == set(SPLIT)
    assert {row["split"] for row in SPLIT.values()} == {"calibrate", "validate"}
    assert {row["reason"] for row in SPLIT.values()} == REASONS


def test_a_house_quoted_by_several_publishers_stands_on_one_side() -> None:
    sides: dict[str, set[str]] = {}
    for row in SPLIT.values():
        sides.setdefault(row["house"], set()).add(row["split"])
    assert {house: side for house, side in sides.items() if len(side) > 1} == {}


def test_houses_not_used_yet_are_split_by_their_name_alone() -> None:
    for row in SPLIT.values():
        first = hashlib.sha256(row["house"].encode()).digest()[0]
        if row["reason"] == "hash":
            assert row["split"] == ("calibrate" if first < 64 else "validate"), row["publisher"]
        else:
            assert row["split"] == "calibrate", row["publisher"]


@pytest.mark.parametrize("table", ["parameters.csv", "price_index.csv", "adjustments.csv"])
def test_no_input_rests_on_a_held_out_fact(table: str) -> None:
    leaks = [
        (row["note"], fact)
        for row in rows_of(table)
        for fact in FACT.findall(row["note"])
        if fact in FACTS and held_out(fact)
    ]
    assert leaks == []


@pytest.mark.parametrize("table", ["parameters.csv", "price_index.csv"])
def test_no_input_cites_a_held_out_page(table: str) -> None:
    pages = {row["url"] for row in FACTS.values() if held_out(row["id"]) and row["url"]}
    assert [row["note"] for row in rows_of(table) if row["url"] in pages] == []
