"""The overlay of hauls and doors gives the same costs as the whole flat graph."""

from __future__ import annotations

import importlib.util
import random
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridors.analysis.desk import Desk
from corridors.analysis.engine import Engine
from corridors.conditions.situation import Situation
from corridors.costing.pricing import Pricing
from corridors.movement.graph import State
from corridors.routing.search import Quest, search
from corridors.shipment import End, Heading, Shipment

pytest.importorskip("scipy", reason="the flat graph needs scipy: pip install 'corridors[analysis]'")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("flat")]

HOUR = 100 / 24
ROUNDED_USD = 0.01
"""Lengths of hauls are stored to the metre: a few tenths of a cent on a journey."""


@pytest.fixture(scope="module")
def flat(engine: Engine) -> Any:
    name = "corridors_tests_flat_graph"
    if name not in sys.modules:
        path = Path(__file__).with_name("flat_graph.py")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name].FlatGraph(engine)


def desk(
    engine: Engine,
    heading: Heading,
    *,
    assume: Mapping[str, float] | None = None,
    avoid: tuple[str, ...] = (),
    closed: frozenset[str] = frozenset(),
) -> Desk:
    west, east = End("w", "w", "", 0, 0), End("e", "e", "", 1, 0)
    ends = (east, west) if heading == "westbound" else (west, east)
    shipment = Shipment(*ends, "terminal", "balanced", HOUR * 24)
    assert shipment.heading == heading
    ledger = engine.ledger.override(assume or {})
    pricing = Pricing(ledger, heading=heading, situation=Situation())
    graph = engine.graph(avoid=avoid, closed=closed)
    conditions: Any = None
    return Desk(engine, graph, ledger, pricing, shipment, conditions, (), (None, None))


def compare_pairs(
    flat: Any, desk: Desk, pairs: list[tuple[State, State]], **conditions: Any
) -> list[float]:
    """Assert that both give the same costs; return them."""
    matrix = flat.weights(desk.model, HOUR, **conditions)
    starts = list(dict.fromkeys(start for start, _ in pairs))
    costs = flat.costs(matrix, [flat.state[s] for s in starts])
    row = {start: i for i, start in enumerate(starts)}
    wrong, found_costs = [], []
    for start, goal in pairs:
        found = search(desk.graph, Quest({start: 0.0}, {goal: 0.0}), desk.weigh).get(0)
        overlay = found.cost if found else np.inf
        expected = float(costs[row[start], flat.state[goal]])
        found_costs.append(overlay)
        near = np.isclose(overlay, expected, rtol=1e-6, atol=ROUNDED_USD)
        if not near:
            wrong.append((start, goal, overlay, expected))
    assert not wrong, f"{len(wrong)} of {len(pairs)} differ: {wrong[:5]}"
    return found_costs


def land_states(engine: Engine, *, avoid: tuple[str, ...] = ()) -> list[State]:
    """States of facilities on a line, outside avoided countries."""
    country = {f.id: f.country for f in engine.tables.facilities}
    return sorted(s for s in engine.network.snap_km if country[s[0]] not in avoid)


def random_pairs(
    states: list[State], chance: random.Random, *, starts: int, each: int
) -> list[tuple[State, State]]:
    pairs = []
    for start in chance.sample(states, starts):
        pairs += [(start, goal) for goal in chance.sample(states, each) if goal != start]
    return pairs


@pytest.mark.parametrize("heading", ["westbound", "eastbound"])
def test_a_thousand_random_pairs_cost_the_same(engine: Engine, flat: Any, heading: Heading) -> None:
    chance = random.Random(f"pairs {heading}")
    pairs = random_pairs(land_states(engine), chance, starts=100, each=11)[:1000]
    assert len(pairs) == 1000
    costs = compare_pairs(flat, desk(engine, heading), pairs)
    assert np.isfinite(costs).mean() > 0.8


def random_conditions(engine: Engine, chance: random.Random) -> dict[str, Any]:
    """Zone prices and speeds, closed facilities, crossings and services, an avoided country."""
    keys = sorted(
        row.key
        for row in engine.ledger
        if row.key.startswith(("speed_kmh/", "rate_usd_km/", "border_h/", "lift_h/", "gauge_h/"))
    )
    assume = {
        key: engine.ledger.get(key).typ * chance.uniform(0.3, 3.0)
        for key in chance.sample(keys, 25)
    }
    tables = engine.tables
    lifted = [f.id for f in tables.facilities if f.kind in ("terminal", "port", "ferry_port")]
    closed = {
        *chance.sample([c.id for c in tables.crossings if c.status == "operating"], 4),
        *chance.sample([s.id for s in tables.services], 20),
        *chance.sample(lifted, 5),
    }
    # Countries that share no zone; and those that lines of a neighbour's zone clip.
    whole = sorted({z.countries[0] for z in tables.zones if len(z.countries) == 1})
    clipped = sorted({area.country for area in tables.zone_areas if area.kind != "terrain"})
    avoid = (chance.choice(chance.choice([whole, clipped])),) if chance.random() < 0.7 else ()
    return {"assume": assume, "closed": frozenset(closed), "avoid": avoid}


def test_fifty_random_conditions_cost_the_same(engine: Engine, flat: Any) -> None:
    for number in range(50):
        chance = random.Random(f"conditions {number}")
        conditions = random_conditions(engine, chance)
        heading: Heading = chance.choice(["westbound", "eastbound"])
        avoid, closed = conditions["avoid"], conditions["closed"]
        states = land_states(engine, avoid=avoid)
        pairs = random_pairs(states, chance, starts=2, each=4)
        compare_pairs(flat, desk(engine, heading, **conditions), pairs, avoid=avoid, closed=closed)
