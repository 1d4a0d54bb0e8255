"""From edges of the map to a flat network: countries, breaks, double lines, islands.

The order matters: an edge is cut at the border before anything is merged, so that no step can
join two countries; lines side by side become one only between the same two junctions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from corridors.build.borders import absorb_slivers, cut_at_borders
from corridors.build.edge_pieces import drawn_km
from corridors.build.edges import Edges, edges_of, run_together, thinned
from corridors.build.osm_lines import OsmLines
from corridors.build.parallels import merge_parallels
from corridors.build.stitches import stitch
from corridors.network.connected import components
from corridors.network.countries import CountryPolygons
from corridors.network.flat import ArcTags, FlatNetwork


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the build may go in mending and thinning one mode.

    Attributes
    ----------
    stitch_km : float
        Longest break that is joined, and flagged.
    junction_km : float
        Largest diameter of a yard throat or interchange that becomes one junction.
    sliver_km : float
        A piece behind a border shorter than this in all is noise of the generalised border.
    island_km : float
        A part with less line than this is dropped, unless it is a tenth of the largest.
    """

    stitch_km: float
    junction_km: float
    sliver_km: float
    island_km: float


LIMITS = {
    "rail": Limits(stitch_km=0.3, junction_km=0.6, sliver_km=8.0, island_km=25.0),
    "road": Limits(stitch_km=0.1, junction_km=1.5, sliver_km=8.0, island_km=60.0),
}


def flatten_osm(
    lines: OsmLines, *, mode: str, polygons: CountryPolygons, served: frozenset[str]
) -> tuple[FlatNetwork, dict[str, Any]]:
    """Make the flat network of one mode from what was read.

    Parameters
    ----------
    lines : OsmLines
    mode : {"rail", "road"}
    polygons : CountryPolygons
    served : frozenset of str
        Alpha-2 codes to keep; lines elsewhere are dropped and counted.

    Returns
    -------
    FlatNetwork, dict
        The network and the counts for the build report.
    """
    counts: dict[str, Any] = {}
    limits = LIMITS[mode]
    edges = thinned(run_together(edges_of(lines, mode=mode, counts=counts)))
    counts["mapped_km"] = round(float(edges.km.sum()), 1)
    counts["simplified_edges"] = len(edges)
    countries = tuple(sorted(served))
    if len(edges):
        edges = cut_at_borders(edges, polygons=polygons, countries=countries, counts=counts)
    if len(edges):
        absorb_slivers(edges, limit_km=limits.sliver_km, counts=counts)
        edges = stitch(edges, limit_km=limits.stitch_km, counts=counts)
        edges = merge_parallels(edges, junction_km=limits.junction_km, counts=counts)
        edges = drop_islands(edges, limit_km=limits.island_km, counts=counts)
    return flat_network(edges, mode=mode, countries=countries, counts=counts), counts


def drop_islands(edges: Edges, *, limit_km: float, counts: dict[str, Any]) -> Edges:
    """Drop parts that are too small to be a network of their own."""
    label = components(len(edges.lon), edges.u, edges.v)
    size = np.bincount(label[edges.u], weights=edges.km, minlength=len(edges.lon))
    largest = float(size.max()) if len(edges) else 0.0
    enough = size >= min(limit_km, largest / 10)
    keep = enough[label[edges.u]]
    sizes = size[size > 0]
    counts["components"] = {
        "count": len(sizes),
        "kept": int((sizes >= min(limit_km, largest / 10)).sum()),
        "largest_km": round(largest, 1),
        "dropped_km": round(float(edges.km[~keep].sum()), 1),
    }
    return edges.take(keep)


def flat_network(
    edges: Edges, *, mode: str, countries: tuple[str, ...], counts: dict[str, Any]
) -> FlatNetwork:
    """The finished edges in the form that is stored, in an order of their own making."""
    first_lon, first_lat = edges.vlon[edges.start[:-1]], edges.vlat[edges.start[:-1]]
    last_lon, last_lat = edges.vlon[edges.start[1:] - 1], edges.vlat[edges.start[1:] - 1]
    order = np.lexsort((edges.km, last_lat, last_lon, first_lat, first_lon))
    edges = edges.take(order)
    nodes, ends = np.unique(np.concatenate([edges.u, edges.v]), return_inverse=True)
    ends = ends.reshape(2, -1).astype(np.int32)
    km = np.maximum(edges.km, drawn_km(edges))
    mean_kmh = np.divide(
        edges.limit[:, 0], edges.limit[:, 1], out=np.zeros(len(edges)), where=edges.limit[:, 1] > 0
    )
    known = edges.limit[:, 0] >= edges.km / 2
    counts["junctions"], counts["arcs"], counts["vertices"] = (
        len(nodes), len(edges), len(edges.vlon),
    )  # fmt: skip
    counts["km"] = round(float(km.sum()), 1)
    counts["km_by_country"] = {
        countries[i]: round(float(total), 1)
        for i, total in enumerate(np.bincount(edges.country, weights=km, minlength=len(countries)))
        if total > 0
    }
    counts["km_by_class"] = {
        name: round(float(total), 1)
        for name, total in zip(edges.classes, edges.class_km.sum(axis=0), strict=True)
        if total > 0
    }
    counts["oneway_km"] = round(float(km[edges.oneway].sum()), 1)
    return FlatNetwork(
        mode=mode,
        countries=countries,
        lon=edges.lon[nodes],
        lat=edges.lat[nodes],
        u=ends[0],
        v=ends[1],
        km=km,
        country=edges.country.astype(np.uint8),
        flags=edges.flags,
        start=edges.start,
        vertex_lon=edges.vlon,
        vertex_lat=edges.vlat,
        tags=ArcTags(
            classes=edges.classes,
            gauge_mm=edges.gauge,
            oneway=edges.oneway,
            max_kmh=np.rint(np.where(known, mean_kmh, 0)).astype(np.uint16),
            class_km=np.minimum(edges.class_km.astype(np.float64), km[:, None]),
        ),
    )
