"""The dated conditions: well formed, sourced, and speaking of things that exist."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from corridors.parameters import Ledger, SplitLognormal

GEODATA = Path(__file__).resolve().parents[2] / "geodata"
FILES = sorted((GEODATA / "conditions").glob("*.yaml"))
FIELDS = {
    "id",
    "title",
    "kind",
    "valid_from",
    "valid_to",
    "last_known",
    "grade",
    "sources",
    "effects",
    "note",
}
GRADES = {"reported", "estimate", "claim", "planned", "hypothetical"}


def load(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


@pytest.fixture(scope="module")
def known() -> dict[str, set[str]]:
    def column(table: str, name: str) -> set[str]:
        path = GEODATA / "curated" / f"{table}.csv"
        if not path.exists():
            pytest.skip(f"{table}.csv is not there yet")
        with path.open(encoding="utf-8", newline="") as stream:
            return {row[name] for row in csv.DictReader(stream)}

    return {
        "crossing": column("crossings", "id"),
        "facility": column("facilities", "id"),
        "service": column("services", "id"),
        "group": column("services", "group"),
        "country": column("facilities", "country"),
    }


def test_there_are_some() -> None:
    assert len(FILES) >= 20


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_condition_is_well_formed(path: Path, known: dict[str, set[str]]) -> None:
    ledger = Ledger.read(GEODATA / "curated" / "parameters.csv")
    data = load(path)
    assert data.keys() - {"months"} == FIELDS
    assert data["id"] == path.stem
    assert data["kind"] in {"disruption", "upgrade"}
    assert data["grade"] in GRADES
    assert data["effects"]
    first, last = data["valid_from"], data["valid_to"]
    assert first is None or isinstance(first, dt.date)
    assert last is None or (isinstance(last, dt.date) and first is not None and first <= last)
    assert set(data.get("months", [])) <= set(range(1, 13))
    assert data["grade"] == "hypothetical" or data["sources"]
    assert (data["grade"] == "hypothetical") == (first is None)
    for source in data["sources"]:
        assert source["title"]
        assert source["url"].startswith("http")
    for effect in data["effects"]:
        ((verb, body),) = effect.items()
        if verb in {"close", "open"}:
            ((what, name),) = body.items()
            assert name in known[what], f"{what} {name}"
        elif verb in {"add_h", "add_usd"}:
            assert body["event"] in ledger, body["event"]
            assert body["event"].split("/")[0].endswith("_h" if verb == "add_h" else "_usd")
            assert SplitLognormal(body["low"], body["typ"], body["high"]).mean > 0
        else:
            assert verb == "flag"
            assert body["text"]
            assert body["country"] in known["country"]
