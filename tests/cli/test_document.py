"""The JSON document: every key and type that `docs/json.md` promises, and its arithmetic."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest

Ask = Callable[..., dict[str, Any]]

COMPARE = ("compare", "Xi'an", "Duisburg")
QUESTIONS = {
    "westbound": COMPARE,
    "eastbound": ("compare", "Duisburg", "Xi'an"),
    "door": (*COMPARE, "--scope", "door"),
    "short": ("compare", "Almaty", "Poti"),
    "off-terminal": ("compare", "43.35,77.0", "Budapest"),
    "barred": (*COMPARE, "--avoid", "RU,BY"),
    "free": ("route", "Tashkent", "Istanbul"),
}

END = {"id": str, "name": str, "country": str, "lon": float, "lat": float}
MANY = {"mean": float, "p10": float, "p50": float, "p90": float}
GRADES = dict.fromkeys(("measured", "published", "expert", "assumption"), float)
MODES = dict.fromkeys(("rail", "road", "ferry", "sea"), float)
SHAPE: dict[str, Any] = {
    "schema": str,
    "shipment": {
        "origin": END,
        "destination": END,
        "unit": str,
        "scope": str,
        "clock_start": str,
        "clock_end": str,
        "ownership": str,
        "as_of": (str, type(None)),
        "price_month": str,
        "direction": str,
    },
    "conditions": {"applied": [str], "known_but_not_applied": [str], "last_known": str},
    "options": [
        {"corridor": (str, type(None)), "variant": (str, type(None)), "status": str,
         "reason": (str, type(None)), "flags": [str]}
    ],
    "data": {"version": str, "built": str, "licences": [str]},
    "reproduce": str,
}  # fmt: skip
OK_SHAPE: dict[str, Any] = {
    "time_days": MANY,
    "cost_usd": MANY,
    "co2e_kg": {"low": float, "typ": float, "high": float},
    "distance_km": float,
    "km_by_mode": MODES,
    "countries": [str],
    "border_crossings": [{"place": str, "from": str, "to": str}],
    "gauge_changes": [{"place": str, "from_mm": int, "to_mm": int}],
    "transshipments": [{"place": str, "from": str, "to": str}],
    "evidence": {"time": GRADES, "cost": GRADES},
    "p90_made_by": str,
    "legs": [
        {"id": str, "from": str, "to": str, "from_id": str, "to_id": str, "mode": str,
         "gauge_mm": (int, type(None)), "distance_km": float, "hours": float, "cost_usd": float,
         "countries": [str]}
    ],
    "events": [
        {"id": str, "kind": str, "place": str, "place_id": str, "hours": float,
         "cost_usd": float, "p10_hours": float, "p90_hours": float, "source": str,
         "grade": str, "lon": float, "lat": float}
    ],
    "sequence": [str],
    "profile": [
        {"step": str, "km": float, "hours": {"mean": float, "p10": float, "p90": float},
         "usd": {"mean": float, "p10": float, "p90": float}}
    ],
}  # fmt: skip
EVENT_KINDS = {
    "fill", "border", "passage", "hold", "gauge_change", "lift", "wait", "release", "pickup",
    "delivery", "transshipment", "equipment",
}  # fmt: skip


def faults(value: Any, shape: Any, where: str = "$") -> Iterator[str]:
    """Where a value has not the shape; keys beyond the shape are allowed."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            yield f"{where}: no object"
            return
        for key, inner in shape.items():
            if key not in value:
                yield f"{where}.{key}: missing"
            else:
                yield from faults(value[key], inner, f"{where}.{key}")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{where}: no list"
            return
        for position, item in enumerate(value):
            yield from faults(item, shape[0], f"{where}[{position}]")
    elif shape is float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            yield f"{where}: {value!r} is no number"
        elif not math.isfinite(value):
            yield f"{where}: {value!r}"
    elif not isinstance(value, shape):
        yield f"{where}: {value!r}"


@pytest.fixture(params=QUESTIONS)
def asked(request: pytest.FixtureRequest, answers: Ask) -> dict[str, Any]:
    return answers(*QUESTIONS[request.param])


def usable(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [option for option in document["options"] if option["status"] == "ok"]


def test_every_promised_key_is_there(asked: dict[str, Any]) -> None:
    assert list(faults(asked, SHAPE)) == []
    for option in usable(asked):
        assert list(faults(option, OK_SHAPE, option["corridor"] or "free")) == []


def test_words_are_of_the_contract(asked: dict[str, Any]) -> None:
    assert asked["schema"] in ("corridors.compare/1", "corridors.route/1")
    assert asked["shipment"]["direction"] in ("westbound", "eastbound")
    assert asked["shipment"]["scope"] in ("terminal", "door")
    assert asked["shipment"]["ownership"] in ("SOC", "COC")
    for option in asked["options"]:
        assert option["status"] in ("ok", "excluded", "infeasible")
        assert (option["status"] == "ok") == (option["reason"] is None)
    for option in usable(asked):
        assert {leg["mode"] for leg in option["legs"]} <= set(MODES)
        assert {event["kind"] for event in option["events"]} <= EVENT_KINDS
        assert {event["grade"] for event in option["events"]} <= set(GRADES)


def test_legs_and_events_add_up_to_the_means_exactly(asked: dict[str, Any]) -> None:
    for option in usable(asked):
        parts = [*option["legs"], *option["events"]]
        for part, whole, scale in (("hours", "time_days", 24), ("cost_usd", "cost_usd", 1)):
            total = math.fsum(step[part] for step in parts) / scale
            assert total == pytest.approx(option[whole]["mean"], rel=1e-12)
        assert math.fsum(leg["distance_km"] for leg in option["legs"]) == pytest.approx(
            option["distance_km"], rel=1e-12
        )
        assert math.fsum(option["km_by_mode"].values()) == pytest.approx(option["distance_km"])


def test_quantiles_are_in_order_and_shares_sum_to_one(asked: dict[str, Any]) -> None:
    for option in usable(asked):
        for key in ("time_days", "cost_usd"):
            values = option[key]
            assert 0 < values["p10"] < values["p50"] < values["p90"]
            assert values["p10"] < values["mean"] < values["p90"]
        co2e = option["co2e_kg"]
        assert 0 < co2e["low"] <= co2e["typ"] <= co2e["high"]
        for shares in option["evidence"].values():
            assert math.fsum(shares.values()) == pytest.approx(1.0)
            assert all(share >= 0 for share in shares.values())
        for event in option["events"]:
            assert event["p10_hours"] <= event["p90_hours"]


def test_the_parts_tell_one_story(asked: dict[str, Any]) -> None:
    """Lists beside the legs and events hold the same things as they do."""
    for option in usable(asked):
        kinds = [event["kind"] for event in option["events"]]
        assert len(option["border_crossings"]) == kinds.count("border")
        assert len(option["gauge_changes"]) == kinds.count("gauge_change")
        lifts = kinds.count("lift") + kinds.count("transshipment")
        assert len(option["transshipments"]) == lifts
        steps = [step["id"] for step in (*option["legs"], *option["events"])]
        assert sorted(option["sequence"]) == sorted(steps)
        assert len(set(steps)) == len(steps)
        for change in option["gauge_changes"]:
            assert change["from_mm"] != change["to_mm"]
        touched = {code for leg in option["legs"] for code in leg["countries"]}
        assert touched <= set(option["countries"])
        for leg in option["legs"]:
            assert math.fsum(leg["km_by_country"].values()) <= leg["distance_km"] + 0.1


def test_legs_join_end_to_end(asked: dict[str, Any]) -> None:
    for option in usable(asked):
        legs = option["legs"]
        for before, after in itertools.pairwise(legs):
            assert before["to_id"] == after["from_id"]
        # A train that changes gauge stands at a gauge change between two rail legs.
        events = {event["id"]: event for event in option["events"]}
        gauge, changed = None, False
        for step in option["sequence"]:
            if step in events:
                changed |= events[step]["kind"] == "gauge_change"
                continue
            leg = next(leg for leg in legs if leg["id"] == step)
            if leg["mode"] != "rail":
                gauge = None
            else:
                assert gauge in (None, leg["gauge_mm"]) or changed
                gauge = leg["gauge_mm"]
            changed = False


# What the corridors are ------------------------------------------------------------------


def one(document: dict[str, Any], corridor: str) -> dict[str, Any]:
    return next(option for option in document["options"] if option["corridor"] == corridor)


def pairs(option: dict[str, Any]) -> list[str]:
    return [f"{row['from']}-{row['to']}" for row in option["border_crossings"]]


def test_five_corridors_are_ok_or_say_why_not(answers: Ask) -> None:
    document = answers(*COMPARE)
    names = [option["corridor"] for option in document["options"]]
    assert sorted(names) == ["northern", "ocean", "pakistan", "southern", "titr"]
    for option in document["options"]:
        assert option["status"] == "ok" or option["reason"]


def test_northern_changes_gauge_twice_and_never_mode(answers: Ask) -> None:
    option = one(answers(*COMPARE), "northern")
    assert option["status"] == "ok"
    assert pairs(option) == ["CN-KZ", "KZ-RU", "RU-BY", "BY-PL"]
    assert option["transshipments"] == []
    assert {leg["mode"] for leg in option["legs"]} == {"rail"}
    first, second = option["gauge_changes"]
    assert first["place"].startswith(("Dostyk", "Altynkol"))
    assert second["place"].startswith("Mala")
    assert [first["from_mm"], first["to_mm"], second["to_mm"]] == [1435, 1520, 1435]


def test_eastbound_gauge_is_changed_on_the_receiving_side(answers: Ask) -> None:
    option = one(answers(*QUESTIONS["eastbound"]), "northern")
    assert pairs(option) == ["PL-BY", "BY-RU", "RU-KZ", "KZ-CN"]
    first, second = option["gauge_changes"]
    assert first["place"].startswith("Brest")
    assert second["place"].startswith(("Alashankou", "Khorgos"))


def test_titr_crosses_the_caspian_without_russia_belarus_or_iran(answers: Ask) -> None:
    option = one(answers(*COMPARE), "titr")
    assert option["status"] == "ok"
    assert {"KZ", "AZ", "GE"} <= set(option["countries"])
    assert not {"RU", "BY", "IR"} & set(option["countries"])
    waits = [event for event in option["events"] if event["kind"] == "wait"]
    assert waits
    assert all(event["hours"] > 0 for event in waits)


def test_pakistan_goes_over_khunjerab_to_a_port_with_ships(answers: Ask) -> None:
    option = one(answers(*COMPARE), "pakistan")
    assert option["status"] == "ok"
    assert "CN-PK" in pairs(option)
    assert any("Sost" in event["place"] for event in option["events"])
    assert any(leg["mode"] == "road" and "PK" in leg["countries"] for leg in option["legs"])
    sailing = [leg for leg in option["legs"] if leg["mode"] == "sea"]
    assert sailing[0]["from"].startswith(("Karachi", "Port Qasim", "Qasim"))


def test_every_variant_has_means_or_a_reason(answers: Ask) -> None:
    for option in answers(*COMPARE)["options"]:
        for variant in option["variants"]:
            if variant["status"] == "ok":
                assert variant["mean_days"] > 0
                assert variant["mean_cost_usd"] > 0
            else:
                assert variant["reason"]


def test_avoided_countries_are_in_no_leg(answers: Ask) -> None:
    document = answers(*QUESTIONS["barred"])
    assert one(document, "northern")["status"] == "excluded"
    assert "RU" in one(document, "northern")["reason"]
    assert usable(document)
    for option in usable(document):
        assert not {"RU", "BY"} & {c for leg in option["legs"] for c in leg["km_by_country"]}


def test_door_adds_collection_and_delivery(answers: Ask) -> None:
    terminal, door = answers(*COMPARE), answers(*QUESTIONS["door"])
    kinds = [event["kind"] for event in one(door, "northern")["events"]]
    assert kinds[0] == "pickup"
    assert "delivery" in kinds[-2:]
    days = [one(document, "northern")["time_days"]["mean"] for document in (terminal, door)]
    assert days[0] < days[1]
    assert door["shipment"]["clock_start"] != terminal["shipment"]["clock_start"]


def test_a_free_route_names_no_corridor(answers: Ask) -> None:
    document = answers(*QUESTIONS["free"])
    assert document["schema"] == "corridors.route/1"
    assert 1 <= len(document["options"]) <= 2
    assert all(option["corridor"] is None for option in document["options"])


def test_the_free_route_is_never_worse_than_a_corridor(answers: Ask) -> None:
    value = answers(*COMPARE)["shipment"]["value_of_time_usd_day"]

    def rank(option: dict[str, Any]) -> float:
        return float(option["time_days"]["mean"] * value + option["cost_usd"]["mean"])

    free = answers("route", "Xi'an", "Duisburg")["options"][0]
    best = min(rank(option) for option in usable(answers(*COMPARE)))
    assert rank(free) <= best * (1 + 1e-9)


def test_an_assumption_moves_what_it_should_and_nothing_else(answers: Ask) -> None:
    plain = answers(*COMPARE)
    leg = one(plain, "northern")["events"][0]
    component = next(c for c in leg["components"] if c["unit"] == "h")
    longer = component["mean"] + 240
    changed = answers(*COMPARE, "--assume", f"{component['key']}={longer}")
    before, after = (one(d, "northern")["time_days"]["mean"] for d in (plain, changed))
    assert after - before == pytest.approx(10, abs=1e-6)
    assert one(changed, "northern")["cost_usd"]["mean"] == pytest.approx(
        one(plain, "northern")["cost_usd"]["mean"]
    )
    assert any(component["key"] in line for line in changed["conditions"]["applied"])
