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
LEVEL = {"title", "sources", "includes", "effects", "note"}


def load(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def effects_of(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Effects of a file and of all its levels."""
    rows = list(data.get("effects", []))
    return rows + [row for level in data.get("levels", {}).values() for row in level["effects"]]


def names() -> set[str]:
    """Ids that another condition may include."""
    found = set()
    for path in FILES:
        levels = load(path).get("levels", {})
        found |= {path.stem} | {f"{path.stem}@{level}" for level in levels}
    return found


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
        "link": column("links", "id"),
        "chokepoint": column("chokepoints", "id"),
        "corridor": column("corridors", "corridor"),
    }


def test_there_are_some() -> None:
    assert len(FILES) >= 20


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_condition_is_well_formed(path: Path, known: dict[str, set[str]]) -> None:
    ledger = Ledger.read(GEODATA / "curated" / "parameters.csv")
    data = load(path)
    assert data.keys() - {"months", "includes", "effects", "levels"} == FIELDS - {"effects"}
    assert data["id"] == path.stem
    assert data["kind"] in {"disruption", "upgrade"}
    assert data["grade"] in GRADES
    parts = data.get("includes", [])
    assert data.get("effects") or parts or data["levels"]
    assert set(parts) <= names() - {path.stem}
    for level in data.get("levels", {}).values():
        assert level.keys() <= LEVEL
        assert set(level.get("includes", [])) <= names()
    # A compound stands for no day: its parts have dates of their own.
    assert not parts or data["valid_from"] is None
    first, last = data["valid_from"], data["valid_to"]
    assert first is None or isinstance(first, dt.date)
    assert last is None or (isinstance(last, dt.date) and first is not None and first <= last)
    assert set(data.get("months", [])) <= set(range(1, 13))
    assert data["grade"] == "hypothetical" or data["sources"]
    assert (data["grade"] == "hypothetical") == (first is None)
    for source in data["sources"]:
        assert source["title"]
        assert source["url"].startswith("http")
    for effect in effects_of(data):
        ((verb, body),) = effect.items()
        if verb in {"close", "open"}:
            ((what, name),) = body.items()
            assert name in known[what], f"{what} {name}"
        elif verb in {"add_h", "add_usd", "times"}:
            own = body["event"].split("/")[1] in known["facility"]
            assert body["event"] in ledger or own, body["event"]
            if verb != "times":
                assert body["event"].split("/")[0].endswith("_h" if verb == "add_h" else "_usd")
            assert SplitLognormal(body["low"], body["typ"], body["high"]).mean > 0
        elif verb == "cap":
            ((what, name),) = ((key, value) for key, value in body.items() if key != "teu_week")
            assert name in known[what], f"{what} {name}"
            assert body["teu_week"] > 0
        elif verb == "ban":
            what, name = next((key, body[key]) for key in known if key in body)
            assert name in known[what], f"{what} {name}"
            assert all(isinstance(code, str) for code in body["hs"])
        elif verb == "reprice":
            assert set(body.get("on", [])) <= known["group"]
        else:
            assert verb == "flag"
            assert body["text"]
            assert body["country"] in known["country"]


def test_every_planned_line_is_opened_by_some_condition() -> None:
    """A planned link nobody can open would be a line on the map and no more."""
    opened = {
        name
        for path in FILES
        for effect in effects_of(load(path))
        for what, name in effect.get("open", {}).items()
        if what == "link"
    }
    with (GEODATA / "curated" / "links.csv").open(encoding="utf-8", newline="") as stream:
        planned = {row["id"] for row in csv.DictReader(stream) if row["status"] == "planned"}
    assert opened == planned
