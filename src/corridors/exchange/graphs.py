"""The network as NetworkX graphs: doors and what joins them, and the lines as OSMnx has streets."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from corridors.analysis.engine import Engine
from corridors.errors import UsageError
from corridors.exchange.layers import CRS, line_frame
from corridors.exchange.selection import Selection
from corridors.network.tables import USABLE_SERVICES

if TYPE_CHECKING:
    import geopandas
    import networkx as nx


_IN_STRUCTURE = ("id", "from_node", "to_node", "length_km", "oneway", "geometry")
"""Columns of a line that are the graph itself, or attributes under OSMnx's names."""


def network_graph(engine: Engine) -> nx.MultiDiGraph:
    """Facilities as nodes; hauls, crossings and services as edges, one each way where open."""
    import networkx as nx

    graph = nx.MultiDiGraph(crs=CRS)
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
        if row_s.status in USABLE_SERVICES:
            about = {"kind": "service", "mode": row_s.mode, "id": row_s.id}
            join(row_s.a, row_s.b, row_s.both_ways, sailing.km, **about)
    return graph


def line_graph(engine: Engine, mode: str, chosen: Selection) -> nx.MultiDiGraph:
    """The lines of a mode as OSMnx has a street network.

    Parameters
    ----------
    engine : Engine
    mode : {"rail", "road"}
    chosen : Selection
        Its box cuts the region out; lines that touch it are kept whole.

    Returns
    -------
    networkx.MultiDiGraph
        Junctions (``x``, ``y``, ``street_count``) with whole numbers as ids; edges with ``osmid``,
        ``length`` in metres, ``oneway`` and ``geometry``, one each way where the line is open
        both ways. ``graph.graph["facilities"]`` leads from
        facility ids to junctions. The attribute ``osmid`` is the number of the line in this
        network: the lines are simplified, and the numbers of OpenStreetMap's ways are not kept.

    Raises
    ------
    UsageError
        A mode without lines, or no line in the box.
    """
    import networkx as nx
    import pandas as pd

    if mode not in ("rail", "road"):
        raise UsageError(f"no lines of mode {mode!r}: choose from rail, road")
    lines = engine.network.lines(mode)
    frame = line_frame(lines, chosen)
    if not len(frame):
        where = "" if chosen.box is None else f" in the box {chosen.box}"
        raise UsageError(f"no {mode} line{where}")
    graph = nx.MultiDiGraph(crs=CRS, simplified=True, mode=mode)
    about_columns = [c for c in frame.columns if c not in _IN_STRUCTURE]
    for row in frame.to_dict("records"):
        u, v = int(row["from_node"]), int(row["to_node"])
        about = {
            "osmid": int(row["id"]),
            "length": float(row["length_km"]) * 1000,
            "oneway": bool(row["oneway"]),
        }
        about |= {name: row[name] for name in about_columns if not pd.isna(row[name])}
        graph.add_edge(u, v, geometry=row["geometry"], reversed=False, **about)
        if not row["oneway"]:
            graph.add_edge(v, u, geometry=row["geometry"].reverse(), reversed=True, **about)
    streets = Counter([*frame["from_node"].tolist(), *frame["to_node"].tolist()])
    for node, attributes in graph.nodes(data=True):
        attributes["x"], attributes["y"] = float(lines.flat.lon[node]), float(lines.flat.lat[node])
        attributes["street_count"] = streets[node]
    places = sorted((f, node) for (f, _), node in lines.node_of.items() if node in graph)
    graph.graph["facilities"] = dict(places)
    return graph


def route_graph(legs: geopandas.GeoDataFrame) -> nx.MultiDiGraph:
    """The legs of one option as an OSMnx graph that holds nothing else.

    Parameters
    ----------
    legs : GeoDataFrame
        In order, with ``from``, ``from_id``, ``to``, ``to_id``, ``mode``, ``distance_km``,
        ``hours``, ``cost_usd`` and their lines.

    Returns
    -------
    networkx.MultiDiGraph
        As `line_graph`, with edges one way; ``graph.graph["route"]`` is the list of nodes for
        ``osmnx.plot_graph_route``.
    """
    import networkx as nx

    graph = nx.MultiDiGraph(crs=CRS, simplified=True)
    for number, (leg, line) in enumerate(zip(legs.to_dict("records"), legs.geometry, strict=True)):
        for node, side, at in ((number, "from", 0), (number + 1, "to", -1)):
            if node not in graph:
                lon, lat = line.coords[at][:2]
                graph.add_node(node, x=lon, y=lat, facility=leg[f"{side}_id"], name=leg[side])
        graph.add_edge(
            number, number + 1, osmid=number, length=leg["distance_km"] * 1000, oneway=True,
            reversed=False, mode=leg["mode"], hours=leg["hours"], cost_usd=leg["cost_usd"],
            geometry=line,
        )  # fmt: skip
    for node in graph:
        graph.nodes[node]["street_count"] = graph.degree(node)
    graph.graph["route"] = list(range(len(legs) + 1))
    return graph
