"""Freight of services kept for a closed strait follows one rule from the rows of the usual ways."""

from __future__ import annotations

import pytest

from corridors.analysis.engine import Engine
from corridors.parameters import ParameterRow

ROUND = {
    "sunda-cape": ("OC-SUNDA", "cape", "OCC"),
    "lombok-cape": ("OC-LOMBOK", "cape", "OCC"),
    "sunda-suez": ("OC-SUNDAS", "suez", "OCS"),
}


def freight(engine: Engine, way: str) -> ParameterRow:
    return engine.ledger.get(f"freight_usd/asia-europe-{way}")


def test_every_way_round_is_here(engine: Engine) -> None:
    groups = {row.group for row in engine.tables.services if row.id.startswith("OC-")}
    assert groups == {f"asia-europe-{way}" for way in ROUND}


@pytest.mark.parametrize("way", ROUND)
def test_a_way_round_costs_its_extra_kilometres(engine: Engine, way: str) -> None:
    km = {run.id: run.km for run in engine.network.services}
    cape, suez = freight(engine, "cape"), freight(engine, "suez")
    usd_km = (cape.typ - suez.typ) / (km["OCC-YSN-RTM"] - km["OCS-YSN-RTM"])
    ships, usual, usual_ships = ROUND[way]
    longer = km[f"{ships}-YSN-RTM"] - km[f"{usual_ships}-YSN-RTM"]
    row, base = freight(engine, way), freight(engine, usual)
    assert row.typ == pytest.approx(base.typ + max(longer, 0.0) * usd_km, abs=5)
    # The spread is that of the way it replaces.
    assert row.low / row.typ == pytest.approx(base.low / base.typ, rel=0.01)
    assert row.high / row.typ == pytest.approx(base.high / base.typ, rel=0.01)
    assert row.grade == "assumption"


@pytest.mark.parametrize("way", ROUND)
def test_the_way_home_is_priced_alike(engine: Engine, way: str) -> None:
    # Suez and Cape have one backhaul price: an extra kilometre costs nothing there.
    back = [freight(engine, f"{name}/eastbound") for name in ("cape", "suez", way)]
    assert len({(row.low, row.typ, row.high) for row in back}) == 1
