"""Before and after: what is lost, what moves, and causes that add up."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corridors.analysis.assignment import assign
from corridors.analysis.capacities import Limit
from corridors.analysis.demand import Demand
from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.analysis.room import Room
from corridors.analysis.whatif import Change, what_if
from corridors.errors import UsageError
from corridors.shipment import Terms


def changes(engine: Engine, *ends: str, **asked: Any) -> dict[str, Change]:
    answer = what_if(engine, *ends, conditions=Conditions(**asked), draws=200)
    return {change.corridor: change for change in answer.changes}


def test_nothing_changed_is_refused(toy_engine: Engine) -> None:
    with pytest.raises(UsageError, match="nothing is changed"):
        what_if(toy_engine, "Charlie", "Alfa", terms=Terms(depart=date(2027, 1, 1)))


def test_a_country_avoided_is_lost(toy_engine: Engine) -> None:
    found = changes(toy_engine, "Charlie", "Alfa", avoid=("BB",))
    assert found["rail"].verdict == "lost"
    assert found["water"].verdict == "same"
    assert found["water"].causes == ()
    assert found["water"].days == 0.0


def test_a_longer_way_is_one_cause(toy_engine: Engine) -> None:
    # Without DD the train runs 400 instead of 230 km in BB: 4.25 h at 40 km/h, 68 USD.
    change = changes(toy_engine, "Charlie", "Alfa", avoid=("DD",))["rail"]
    (cause,) = change.causes
    assert (cause.key, cause.at) == ("run", "rail:BB")
    assert cause.hours == pytest.approx(170 / 40)
    assert cause.usd == pytest.approx(170 * 0.4)
    assert change.days == pytest.approx(170 / 40 / 24)
    assert change.days_band == pytest.approx((170 / 40 / 24,) * 2)


@pytest.mark.parametrize(
    "asked",
    [{"scenarios": ("red-sea-2023",)}, {"as_of": date(2026, 3, 15)}, {"avoid": ("RU", "BY")},
     {"price_month": "2024-07"}, {"scenarios": ("pakistan-ports@closed", "caspian-closed")}],
    ids=str,
)  # fmt: skip
def test_causes_add_up_on_the_real_network(engine: Engine, asked: dict[str, Any]) -> None:
    found = changes(engine, "Xi'an", "Duisburg", **asked)
    assert any(change.verdict != "same" for change in found.values())
    for change in found.values():
        if change.days is not None and change.usd is not None:
            # Causes below half a minute or a cent are left out: a little may be missing.
            hours = math.fsum(cause.hours for cause in change.causes)
            assert hours / 24 == pytest.approx(change.days, abs=0.01)
            usd = math.fsum(cause.usd for cause in change.causes)
            assert usd == pytest.approx(change.usd, abs=0.5)


def test_without_russia_and_belarus_titr_stays(engine: Engine) -> None:
    found = changes(engine, "Xi'an", "Duisburg", avoid=("RU", "BY"))
    assert found["northern"].verdict == "lost"
    assert found["titr"].after.route is not None


def test_pakistans_ports_closed_take_the_corridor_away(engine: Engine) -> None:
    found = changes(engine, "Xi'an", "Duisburg", scenarios=("pakistan-ports@closed",))
    assert found["pakistan"].verdict == "lost"
    assert "Pakistan" in found["pakistan"].after.reason


# What a way can take --------------------------------------------------------------------------


def tightest(room: Room | None) -> Limit:
    assert room is not None
    assert room.tightest is not None
    return room.tightest


def test_capacity_left_is_that_of_the_tightest_known_door(limited: Engine) -> None:
    found = changes(limited, "Charlie", "Alfa", scenarios=("ferry-capped",))
    water, rail, truck = (found[name] for name in ("water", "rail", "truck"))
    # The ferry takes 30 one way; capped at 20 both ways together, 10.
    assert tightest(water.room_before).teu_week == 30
    assert tightest(water.room_after).teu_week == 10
    assert tightest(water.room_after).basis == "condition"
    # BC-rail takes 200 both ways, 100 one way; AB-rail 60; the truck's border 50.
    assert tightest(rail.room_after).door == ("crossing", "AB-rail")
    assert tightest(rail.room_after).teu_week == 60
    assert rail.room_after is not None
    assert (rail.room_after.known, rail.room_after.doors) == (2, 2)
    assert tightest(truck.room_after).teu_week == 50


def test_capacity_of_what_is_lost_is_none(limited: Engine) -> None:
    change = changes(limited, "Charlie", "Alfa", scenarios=("ab-shut",))["rail"]
    assert change.verdict == "lost"
    assert change.room_before is not None
    assert change.room_after is None


def test_capacity_that_nobody_published_is_unknown(toy_engine: Engine) -> None:
    change = changes(toy_engine, "Charlie", "Alfa", avoid=("DD",))["rail"]
    assert change.room_after is not None
    assert change.room_after.tightest is None
    assert (change.room_after.known, change.room_after.doors) == (0, 2)


def test_a_corridor_can_be_capped(limited: Engine, tmp_path: Path) -> None:
    own = tmp_path / "few.yaml"
    own.write_text(
        "id: few\ntitle: Few slots\ngrade: hypothetical\n"
        "effects:\n  - cap: {corridor: rail, teu_week: 40}\n"
    )
    found = changes(limited, "Charlie", "Alfa", scenarios=(str(own),))
    for name, most in (("rail", 20), ("truck", 50)):
        assert tightest(found[name].room_after).teu_week == most
    week = [Demand("Charlie", "Alfa", 500)]
    flows = assign(limited, week, conditions=Conditions(scenarios=(str(own),))).flows
    assert flows.by_corridor()["rail"] <= 20 * (1 + 1e-9)
    assert flows.unused_caps == ()


def test_a_closure_leaves_little_room_on_the_way_round(engine: Engine) -> None:
    """Days alone say that a shut Polish border costs little; the room says otherwise."""
    change = changes(engine, "Xi'an", "Duisburg", scenarios=("poland-belarus-2025",))["northern"]
    assert tightest(change.room_after).teu_week < 0.2 * tightest(change.room_before).teu_week
