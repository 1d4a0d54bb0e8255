"""Before and after: what is lost, what moves, and causes that add up."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest

from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
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
     {"price_month": "2024-07"}, {"scenarios": ("pakistan-ports-closed", "caspian-closed")}],
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
    found = changes(engine, "Xi'an", "Duisburg", scenarios=("pakistan-ports-closed",))
    assert found["pakistan"].verdict == "lost"
    assert "Pakistan" in found["pakistan"].after.reason
