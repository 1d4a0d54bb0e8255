"""Outlets, their concentration, and who has no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.compare import compare
from corridors.analysis.demand import Demand
from corridors.analysis.dependence import Dependence, concentration, dependence, exit_of, pairs
from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.errors import UsageError

ORIGINS = ["Almaty", "Astana"]
GOALS = ["Duisburg", "Shanghai"]


@pytest.mark.parametrize(
    ("shares", "index"),
    [([1.0], 10_000), ([0.5, 0.5], 5000), ([0.6, 0.3, 0.1], 4600), ([0.25] * 4, 2500), ([], 0)],
)
def test_the_index_by_hand(shares: list[float], index: float) -> None:
    assert concentration(shares) == pytest.approx(index)


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=12))
def test_the_index_lies_between_equal_shares_and_one_outlet(parts: list[float]) -> None:
    shares = [part / sum(parts) for part in parts]
    assert 10_000 / len(shares) - 1e-6 <= concentration(shares) <= 10_000 + 1e-6


# On the toy: trains and trucks leave CC for BB, the ship for AA --------------------------


def test_the_toy_by_hand(limited: Engine) -> None:
    found = dependence(limited, pairs(limited, ["Charlie"], ["Alfa"]))
    flows = found.flows.by_corridor()
    total = sum(flows.values())
    ship = flows["water"] / total
    assert {row.id: row.share for row in found.countries} == pytest.approx(
        {"BB": 1 - ship, "AA": ship}
    )
    assert {row.id for row in found.gateways} == {"BC-rail", "C-PRT"}
    assert found.hhi_country == pytest.approx(10_000 * (ship**2 + (1 - ship) ** 2))
    assert {row.id: row.share for row in found.transit} == pytest.approx({"BB": 1 - ship})
    assert found.captive == {}


def test_without_the_ship_there_is_one_outlet(limited: Engine) -> None:
    demands = pairs(limited, ["Charlie"], ["Alfa"])
    found = dependence(limited, demands, corridors=["rail", "truck"])
    assert found.hhi_country == found.hhi_gateway == 10_000
    assert found.captive == {"BB": (("Charlie", "Alfa"),)}


def test_a_pair_without_any_option_is_named(limited: Engine) -> None:
    shut = Conditions(scenarios=("ab-shut",))
    found = dependence(
        limited, pairs(limited, ["Charlie"], ["Alfa"]), corridors=["rail"], conditions=shut
    )
    assert found.without == (("Charlie", "Alfa"),)
    assert found.countries == ()
    assert found.hhi_country == 0.0


def test_volumes_weigh(limited: Engine) -> None:
    light, heavy = (
        dependence(
            limited,
            [Demand("Charlie", "Alfa", 1.0), Demand("Alfa", "Charlie", teu)],
            corridors=["rail", "water"],
        )
        for teu in (0.1, 9.0)
    )
    share = [{row.id: row.share for row in found.gateways} for found in (light, heavy)]
    assert share[1].get("AB-rail", 0) > share[0].get("AB-rail", 0)


def test_a_country_stands_for_its_terminals(limited: Engine) -> None:
    assert [d[:2] for d in pairs(limited, ["CC"], ["AA", "Bravo"])] == [
        ("C-TER", "A-TER"), ("C-TER", "Bravo"),
    ]  # fmt: skip
    with pytest.raises(UsageError, match="at least one of each"):
        pairs(limited, [], ["Alfa"])


def test_the_last_way_out_counts(engine: Engine) -> None:
    country_of = {row.id: row.country for row in engine.tables.facilities}
    answer = compare(engine, "Xi'an", "Duisburg", draws=10)
    left = {
        option.corridor: exit_of(option.route, "CN", country_of)
        for option in answer.options
        if option.route is not None
    }
    northern, ocean = left["northern"], left["ocean"]
    assert northern is not None
    assert northern.country in ("KZ", "RU", "MN")
    assert northern.gateway.startswith("CN")
    assert ocean is not None
    assert country_of[ocean.gateway] == "CN"


# Kazakhstan -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kazakh(engine: Engine) -> Dependence:
    return dependence(engine, pairs(engine, ORIGINS, GOALS))


def test_shares_add_up_and_china_and_russia_lead(kazakh: Dependence) -> None:
    for rows in (kazakh.countries, kazakh.gateways):
        assert sum(row.share for row in rows) == pytest.approx(1.0, abs=1e-5)
        assert [row.share for row in rows] == sorted((row.share for row in rows), reverse=True)
    assert {row.id for row in kazakh.countries[:2]} == {"CN", "RU"}
    assert kazakh.hhi_country > kazakh.hhi_gateway


def test_without_russia_the_concentration_rises(engine: Engine, kazakh: Dependence) -> None:
    found = dependence(
        engine, pairs(engine, ORIGINS, GOALS), conditions=Conditions(avoid=("RU", "BY"))
    )
    assert "RU" not in {row.id for row in found.countries}
    assert found.hhi_country > kazakh.hhi_country


def test_with_the_chinese_border_shut_nothing_leaves_by_it(engine: Engine) -> None:
    shut = Conditions(scenarios=("china-kazakhstan-closed",))
    found = dependence(engine, pairs(engine, ORIGINS, GOALS), conditions=shut)
    assert "CN" not in {row.id for row in found.countries}
    # What is left of the way to Shanghai leads through one neighbour only.
    told = {pair for rows in found.captive.values() for pair in rows} | set(found.without)
    assert {pair for pair in told if pair[1] == "Shanghai"} == {
        (origin, "Shanghai") for origin in ORIGINS
    }


def test_kazakhstan_is_on_the_way_from_china_to_europe_by_land(engine: Engine) -> None:
    found = dependence(
        engine,
        pairs(engine, ["Xi'an"], ["Duisburg"]),
        corridors=["northern", "titr", "southern"],
    )
    transit = {row.id: row.share for row in found.transit}
    assert transit["KZ"] > 0.9
    assert transit["RU"] > 0.5


def test_the_order_is_the_same_every_time(engine: Engine, kazakh: Dependence) -> None:
    again = dependence(engine, pairs(engine, ORIGINS, GOALS))
    assert again.countries == kazakh.countries
    assert again.gateways == kazakh.gateways
