"""The network as a NetworkX graph, for inspection and for tools that know one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.analysis.engine import Engine

if TYPE_CHECKING:
    import networkx as nx


def network_graph(engine: Engine) -> nx.MultiDiGraph:
    """Facilities as nodes; hauls, crossings and services as edges, one each way where open."""
    import networkx as nx

    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for f in engine.tables.facilities:
        graph.add_node(f.id, x=f.lon, y=f.lat, name=f.name, country=f.country, kind=f.kind)

    def join(a: str, b: str, both: bool, km: float, **about: Any) -> None:
        graph.add_edge(a, b, length=km * 1000, **about)
        if both:
            graph.add_edge(b, a, length=km * 1000, **about)

    for haul in engine.network.hauls:
        mode = haul.zone.partition(":")[0]
        join(haul.a, haul.b, True, haul.km, kind="haul", mode=mode, zone=haul.zone)
    crossings = {c.id: c for c in engine.tables.crossings}
    for run in engine.network.crossings:
        row = crossings[run.id]
        if row.status == "operating":
            km = run.km_a + run.km_b
            join(row.a, row.b, True, km, kind="crossing", mode=row.mode, id=row.id)
    services = {s.id: s for s in engine.tables.services}
    for sailing in engine.network.services:
        row_s = services[sailing.id]
        about = {"kind": "service", "mode": row_s.mode, "id": row_s.id}
        join(row_s.a, row_s.b, row_s.both_ways, sailing.km, **about)
    return graph
