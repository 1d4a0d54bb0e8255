"""The lines of one zone as a graph: distances from a junction, and the line of a path."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corridors.network.flat import CURATED, STITCHED, FlatNetwork

INFINITY = float("inf")

Adjacent = dict[int, list[tuple[int, float, int]]]
"""Junction to (junction beyond, km, arc)."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Distances from a source inside a zone, and how each junction was reached.

    Attributes
    ----------
    km : dict
        Junction to distance; junctions that cannot be reached are absent.
    via : dict
        Junction to (arc, junction before); sources are absent.
    """

    km: dict[int, float]
    via: dict[int, tuple[int, int]]

    def arcs_to(self, node: int) -> list[tuple[int, int]]:
        """(arc, junction it is entered from) along the path to a junction, in order."""
        steps: list[tuple[int, int]] = []
        while node in self.via:
            arc, before = self.via[node]
            steps.append((arc, before))
            node = before
        return steps[::-1]


class ZoneGraph:
    """Adjacency of the arcs of one zone.

    Parameters
    ----------
    flat : FlatNetwork
        The network that the arc numbers refer to.
    arcs : (k,) int array
        Arcs of the zone.
    closed_countries : collection of str
        Arcs in these countries are left out (for ``--avoid`` on geometry).
    """

    def __init__(
        self,
        flat: FlatNetwork,
        arcs: NDArray[np.int64],
        *,
        closed_countries: Collection[str] = (),
    ) -> None:
        self.flat = flat
        if closed_countries:
            closed = [flat.countries.index(c) for c in closed_countries if c in flat.countries]
            arcs = arcs[~np.isin(flat.country[arcs], closed)]
        self.arcs = arcs
        # Where one-way arcs begin; empty for a network without directions.
        self.oneway_from: dict[int, int] = {}
        if flat.tags is not None:
            directed = arcs[flat.tags.oneway[arcs]]
            self.oneway_from = dict(zip(directed.tolist(), flat.u[directed].tolist(), strict=True))
        self.next: Adjacent = {}
        for arc, u, v, km in zip(
            arcs.tolist(),
            flat.u[arcs].tolist(),
            flat.v[arcs].tolist(),
            flat.km[arcs].tolist(),
            strict=True,
        ):
            self.next.setdefault(u, []).append((v, km, arc))
            self.next.setdefault(v, []).append((u, km, arc))

    @cached_property
    def _directed(self) -> dict[int, Adjacent]:
        """What may be run out of each junction along one-way lines, and against them."""
        begins = self.oneway_from
        return {
            direction: {
                node: [
                    step
                    for step in steps
                    if step[2] not in begins or (begins[step[2]] == node) == (direction > 0)
                ]
                for node, steps in self.next.items()
            }
            for direction in (1, -1)
        }

    def reach(
        self,
        sources: Mapping[int, float],
        *,
        targets: Iterable[int] | None = None,
        limit_km: float = INFINITY,
        direction: int = 0,
    ) -> Reach:
        """Shortest distances from the sources (junction to km already run).

        Parameters
        ----------
        sources : mapping
        targets : iterable of int, optional
            Stop once all of these are settled.
        limit_km : float
            Do not look beyond this distance.
        direction : {0, 1, -1}
            1 follows one-way lines from the sources, -1 runs them back to the sources, 0 leaves
            their direction aside.
        """
        following = self._directed[direction] if direction and self.oneway_from else self.next
        waiting = set(targets) if targets is not None else None
        best: dict[int, float] = {}
        via: dict[int, tuple[int, int]] = {}
        settled: dict[int, float] = {}
        heap: list[tuple[float, int]] = []
        for node, km in sources.items():
            best[node] = km
            heap.append((km, node))
        heapq.heapify(heap)
        while heap:
            km, node = heapq.heappop(heap)
            if node in settled:
                continue
            if km > limit_km:
                break
            settled[node] = km
            if waiting is not None:
                waiting.discard(node)
                if not waiting:
                    break
            # What is settled is no farther than any way found later.
            for other, step, arc in following.get(node, ()):
                total = km + step
                if total < best.get(other, INFINITY):
                    best[other] = total
                    via[other] = (arc, node)
                    heapq.heappush(heap, (total, other))
        return Reach(km=settled, via=via)


def round_trip(graph: ZoneGraph, node: int, targets: Iterable[int]) -> dict[int, Reach]:
    """For each target the longer of the ways there and back; targets without both are absent.

    A haul is one row for both directions. Where carriageways differ, the longer way is the one
    that can be relied upon.
    """
    wanted = set(targets)
    out = graph.reach({node: 0.0}, targets=wanted, direction=1)
    if not graph.oneway_from:
        return {target: out for target in wanted if target in out.km}
    back = graph.reach({node: 0.0}, targets=wanted, direction=-1)
    return {
        target: out if out.km[target] >= back.km[target] else back
        for target in wanted
        if target in out.km and target in back.km
    }


def line_of(flat: FlatNetwork, steps: Iterable[tuple[int, int]]) -> list[tuple[float, float]]:
    """(lon, lat) vertices along a path of (arc, junction it is entered from)."""
    line: list[tuple[float, float]] = []
    for arc, entered in steps:
        part = slice(int(flat.start[arc]), int(flat.start[arc + 1]))
        lon, lat = flat.vertex_lon[part], flat.vertex_lat[part]
        if entered != int(flat.u[arc]):
            lon, lat = lon[::-1], lat[::-1]
        points = list(zip(lon.tolist(), lat.tolist(), strict=True))
        line.extend(points[1:] if line and line[-1] == points[0] else points)
    return line


def km_by_country(flat: FlatNetwork, steps: Iterable[tuple[int, int]]) -> dict[str, float]:
    """Kilometres per country along a path, in the order the countries are met."""
    result: dict[str, float] = {}
    for arc, _ in steps:
        code = flat.countries[int(flat.country[arc])]
        result[code] = result.get(code, 0.0) + float(flat.km[arc])
    return result


class Walker:
    """Sums along paths: length, what rests on stitches and curated lines, km per country."""

    def __init__(self, flat: FlatNetwork) -> None:
        self.km = flat.km.tolist()
        self.flags = flat.flags.tolist()
        self.country = [flat.countries[c] for c in flat.country.tolist()]
        self.tags = flat.tags

    def walk(self, reach: Reach, node: int) -> tuple[float, float, float, dict[str, float]]:
        """Km, stitched km, curated km and km per country of the path to a junction."""
        stitched = curated = 0.0
        countries: dict[str, float] = {}
        for arc, _ in reach.arcs_to(node):
            km, flag, code = self.km[arc], self.flags[arc], self.country[arc]
            countries[code] = countries.get(code, 0.0) + km
            # An arc is run together from many edges; the flag marks it whole.
            stitched += km if flag & STITCHED else 0.0
            curated += km if flag & CURATED else 0.0
        return reach.km[node], stitched, curated, countries

    def classes(self, reach: Reach, node: int) -> dict[str, float]:
        """Km of each class of line on the path to a junction; empty without tags."""
        if self.tags is None:
            return {}
        arcs = [arc for arc, _ in reach.arcs_to(node)]
        km = self.tags.class_km[arcs].sum(axis=0).tolist()
        return {name: value for name, value in zip(self.tags.classes, km, strict=True) if value}
