"""Hauls of a zone without an avoided country: as if the whole zone were measured again."""

from __future__ import annotations

import pytest

from corridors.analysis.engine import Engine
from corridors.movement.graph import MovementGraph
from corridors.movement.haul_runs import hauls_from
from corridors.movement.zone_graph import Walker, round_trip

pytestmark = pytest.mark.xdist_group("packaged")


def measured_anew(engine: Engine, zone: str, avoid: str) -> dict[tuple[str, str], object]:
    lines = engine.network.lines(zone.partition(":")[0])
    graph = lines.graph(zone, closed_countries=frozenset({avoid}))
    own = next(row.countries for row in engine.tables.zones if row.zone == zone)
    country = {f.id: f.country for f in engine.tables.facilities}
    members = sorted(
        (f, node) for (f, z), node in lines.node_of.items() if z == zone and country[f] != avoid
    )
    walker, found = Walker(lines.flat), {}
    for i, start in enumerate(members):
        others = members[i + 1 :]
        if others and start[1] in graph.next:
            reached = round_trip(graph, start[1], [node for _, node in others])
            for haul in hauls_from(walker, reached, start, others, zone=zone, own=own):
                found[(haul.a, haul.b)] = (round(haul.km, 2), list(haul.countries))
    return found


@pytest.mark.parametrize(
    ("zone", "avoid"), [("rail:EU", "AT"), ("rail:EU", "NL"), ("rail:KZ", "RU"), ("rail:RU", "KZ")]
)
def test_hauls_round_a_country_are_the_shortest_left(engine: Engine, zone: str, avoid: str) -> None:
    graph = MovementGraph(engine.network, engine.tables, avoid=[avoid])
    hauls = list(graph.zone_hauls(zone))
    expected = measured_anew(engine, zone, avoid)
    assert {(haul.a, haul.b) for haul in hauls} == set(expected)
    for haul in hauls:
        assert avoid not in haul.countries
        km, countries = expected[(haul.a, haul.b)]  # type: ignore[misc]
        # The compiled lengths are rounded: some metres on thousands of kilometres.
        assert haul.km == pytest.approx(km, abs=0.03)
        assert list(haul.countries) == countries


def test_a_graph_like_another_shares_its_hauls(engine: Engine) -> None:
    one = MovementGraph(engine.network, engine.tables, avoid=["AT"])
    other = MovementGraph(
        engine.network, engine.tables, avoid=["AT"], closed=["CNKZ-DOS-rail"], like=one
    )
    assert other.zone_hauls("rail:EU") is one.zone_hauls("rail:EU")
    third = MovementGraph(engine.network, engine.tables, avoid=["HU"], like=one)
    assert third.zone_hauls("rail:EU") is not one.zone_hauls("rail:EU")
