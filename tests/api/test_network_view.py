"""The whole network as a NetworkX graph."""

from __future__ import annotations

import networkx as nx

import corridors as co


def test_network_view_holds_every_door_and_no_closed_one() -> None:
    graph = co.to_networkx()
    engine = co.load()
    assert set(graph) == {f.id for f in engine.tables.facilities}
    kinds = {about["kind"] for *_, about in graph.edges(data=True)}
    assert kinds == {"haul", "crossing", "service"}
    closed = {c.id for c in engine.tables.crossings if c.status != "operating"}
    assert not closed & {about.get("id") for *_, about in graph.edges(data=True)}
    unscheduled = {s.id for s in engine.tables.services if s.status == "unscheduled"}
    assert unscheduled
    assert not unscheduled & {about.get("id") for *_, about in graph.edges(data=True)}


def test_network_view_answers_a_networkx_question() -> None:
    graph = co.to_networkx()
    metres = nx.shortest_path_length(graph, "KZ-DOS", "KZ-AAU", weight="length")
    assert 2_700_000 < metres < 3_500_000
