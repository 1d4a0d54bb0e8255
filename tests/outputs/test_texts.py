"""Cleaning, rounding, colours, the finding."""

from __future__ import annotations

import itertools
import json

import pytest

from corridors.outputs import colours, text, wording
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


def test_lines_stand_out_from_land_and_sea() -> None:
    for style in colours.STYLES.values():
        assert colours.contrast(style.line, colours.SEA) >= 3
        assert colours.contrast(style.line, colours.LAND) >= 3
        assert colours.contrast(style.text, "#ffffff") >= 4.5


#: Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
_VISION = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.01182, 0.04294, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.3039),
    ),
}


def _oklab(colour: str, vision: str) -> tuple[float, ...]:
    raw = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in raw]
    rgb = [
        min(1.0, max(0.0, sum(m * c for m, c in zip(row, linear, strict=True))))
        for row in _VISION[vision]
    ]
    to_cone = (
        (0.4122214708, 0.5363325363, 0.0514459929),
        (0.2119034982, 0.6806995451, 0.1073969566),
        (0.0883024619, 0.2817188376, 0.6299787005),
    )
    cone = [sum(m * c for m, c in zip(row, rgb, strict=True)) ** (1 / 3) for row in to_cone]
    to_lab = (
        (0.2104542553, 0.793617785, -0.0040720468),
        (1.9779984951, -2.428592205, 0.4505937099),
        (0.0259040371, 0.7827717662, -0.808675766),
    )
    return tuple(sum(m * c for m, c in zip(row, cone, strict=True)) for row in to_lab)


@pytest.mark.parametrize("vision", sorted(_VISION))
def test_corridors_differ_for_every_eye(vision: str) -> None:
    lines = [style.line for style in colours.STYLES.values()]
    for one, other in itertools.combinations(lines, 2):
        a, b = _oklab(one, vision), _oklab(other, vision)
        away = sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5
        # Red, blue and green of the usual marker set come to 0.02 here.
        assert away > 0.085, (one, other, away)


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
