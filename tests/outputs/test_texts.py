"""Cleaning, rounding, the finding."""

from __future__ import annotations

import json

import pytest

from corridors.outputs import text, wording
from corridors.polyline import decode, encode


@pytest.mark.parametrize("bad", ["\x1b[31m", "\u202e", "\u2066", "\x00", "\ud800", "\x07"])
def test_clean_drops_what_no_name_holds(bad: str) -> None:
    assert text.clean(f"Ak{bad[0]}tau") == "Aktau"


def test_script_json_cannot_leave_its_element() -> None:
    written = text.script_json({"a": "</script><!--&\u2028"})
    assert not set("<>&\u2028") & set(written)
    assert json.loads(written) == {"a": "</script><!--&\u2028"}


def test_shares_add_to_a_hundred() -> None:
    assert sum(text.shares({"rail": 1, "road": 1, "sea": 1}).values()) == 100


def test_polyline_round_trip() -> None:
    points = [(76.953, 43.251), (-9.9, -34.5), (179.999, 0.0), (181.2, 0.001)]
    assert decode(encode(points)) == points


def _set(document: dict, corridor: str, days: tuple[float, float, float]) -> None:
    for option in document["options"]:
        if option["corridor"] == corridor:
            option["time_days"] = dict(zip(("p10", "mean", "p90"), days, strict=True))


def test_headline_claims_only_what_ranges_allow(document: dict) -> None:
    assert "ranges overlap" in wording.headline(document)
    _set(document, "northern", (12, 14, 16))
    assert wording.headline(document).startswith("Northern is fastest: 14 days (12–16) against")


def test_equal_times_are_not_ranked(document: dict) -> None:
    _set(document, "titr", (10, 15.4, 25))
    assert wording.headline(document).startswith("Northern and TITR take as long: 15.5 days")


def test_labels_are_short_and_never_empty() -> None:
    assert wording.short_place("Tashkurgan customs–Sost dry port") == "Tashkurgan–Sost"
    assert wording.short_place("Ghulam Khan (Afghan side)–Ghulam Khan road port") == "Ghulam Khan"
    assert wording.short_place("Port Qasim") == "Port Qasim"
    assert wording.short_place("(only brackets)") == "(only brackets)"


def test_headline_with_one_and_no_option(document: dict) -> None:
    document["options"] = document["options"][:1] + document["options"][-1:]
    assert wording.headline(document).startswith("Northern is the only way found")
    document["options"] = document["options"][-1:]
    assert wording.headline(document) == "No corridor can serve this shipment"


def test_same_corridor_twice_is_told_apart(document: dict) -> None:
    twice = [document["options"][1]] * 2
    assert wording.names(twice) == ["TITR 1", "TITR 2"]
    assert wording.names([{"corridor": None}] * 2) == ["First choice", "Second choice"]
    lines = [style.line for style in wording.styles(twice)]
    assert len(set(lines)) == 2


def test_scope_line_names_clock_and_prices(document: dict) -> None:
    line = wording.scope(document)
    for part in ("40 ft", "shipper-owned", "terminal gate in to ready", "2025-06", "normal"):
        assert part in line
