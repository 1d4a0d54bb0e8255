"""What is within so many days or dollars of a place: facilities, lines and ships, never areas.

A band of days between two lines of rail would claim land that no train serves, and one across
a sea would claim water: so facilities and the lines that reach them are graded, nothing else.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.analysis.desk import Conditions, Desk
from corridors.analysis.engine import Engine
from corridors.analysis.setting import open_desk
from corridors.analysis.study import Study
from corridors.analysis.switching import LAST_EVENTS
from corridors.analysis.ways import aimed
from corridors.errors import UsageError
from corridors.movement.graph import Move, State
from corridors.routing.search import Found, Weigh
from corridors.shipment import Terms

Measure = Literal["days", "usd"]
Label = tuple[State, bool]
"""State, and whether a train has been boarded."""

DAYS = (5.0, 10.0, 15.0, 20.0, 30.0)
DOLLARS = (1000.0, 2000.0, 4000.0, 6000.0, 10000.0)
INFINITY = float("inf")
SIMPLE_DEG = 0.005
"""Lines are drawn to about half a kilometre: they are looked at, not measured."""


class Reached(NamedTuple):
    """A facility and what it takes to stand there.

    Attributes
    ----------
    id, name, country, kind : str
    lon, lat : float
    days, usd : float
        Of the way that is quickest, or cheapest, whichever was asked.
    band : float
        Upper end of its band.
    """

    id: str
    name: str
    country: str
    kind: str
    lon: float
    lat: float
    days: float
    usd: float
    band: float


class Line(NamedTuple):
    """Lines of one mode in one band, or the lane of a ship taken.

    Attributes
    ----------
    kind : {"line", "ship"}
    mode : str
    name : str
        Of the service; empty for lines.
    band : float
    parts : list of list of (lon, lat)
    """

    kind: Literal["line", "ship"]
    mode: str
    name: str
    band: float
    parts: list[list[tuple[float, float]]]


@dataclass(frozen=True)
class Isochrones:
    """Facilities in order of reach, and the graded lines."""

    place: str
    of: Measure
    bands: tuple[float, ...]
    facilities: tuple[Reached, ...]
    lines: tuple[Line, ...]
    ways: tuple[Line, ...] = ()
    """Those of the lines that lie on a way found to a facility, and the ships: for maps."""
    at: tuple[float, float] | None = None
    """(lon, lat) of the place."""

    def study(self) -> Study:
        """One row per facility."""
        unit = "days" if self.of == "days" else "USD"
        counts = ", ".join(
            f"{sum(f.band <= band for f in self.facilities)} within {band:g}" for band in self.bands
        )
        return Study(
            "isochrones",
            f"Facilities within reach of {self.place}, by {unit}: {counts}",
            [facility._asdict() for facility in self.facilities],
            (
                "Mean days and dollars until the box stands there, release not counted, by the "
                f"{'quickest' if self.of == 'days' else 'cheapest'} way; westward prices for what "
                "lies west of the place, eastward for the rest. Only facilities and lines are "
                "graded: between them nothing is served. A line is graded by when a train or "
                "truck passes, not by when a box could be taken off there.",
            ),
            found=bool(self.facilities),
            facts={"bands": list(self.bands), "of": self.of},
        )

    def features(self) -> list[dict[str, Any]]:
        """GeoJSON features: points of facilities, lines of land and ships."""
        found: list[dict[str, Any]] = [
            {
                "type": "Feature",
                "geometry": {
                    "type": "MultiLineString",
                    "coordinates": [[list(point) for point in part] for part in line.parts],
                },
                "properties": {
                    "kind": line.kind, "mode": line.mode, "name": line.name, "band": line.band,
                },
            }
            for line in self.lines
        ]  # fmt: skip
        for place in self.facilities:
            values = place._asdict()
            point = [values.pop("lon"), values.pop("lat")]
            values["facility_kind"] = values.pop("kind")
            found.append(
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": point},
                    "properties": {"kind": "facility", **values},
                }
            )
        return found

    def geojson(self, *, reproduce: str = "") -> dict[str, Any]:
        """A GeoJSON feature collection (WGS 84, lon lat)."""
        return {
            "type": "FeatureCollection",
            "schema": "corridors.isochrones/1",
            "place": self.place,
            "of": self.of,
            "bands": list(self.bands),
            "attribution": "Lines: (c) OpenStreetMap contributors, ODbL 1.0",
            "reproduce": reproduce,
            "features": self.features(),
        }


def isochrones(
    engine: Engine,
    place: str,
    *,
    of: Measure = "days",
    bands: Sequence[float] = (),
    conditions: Conditions | None = None,
    terms: Terms | None = None,
) -> Isochrones:
    """Reach of a place over the network, by land and by ships that sail.

    Parameters
    ----------
    engine : Engine
    place : str
        Name, alias, UN/LOCODE, facility id or ``lat,lon``.
    of : {"days", "usd"}
    bands : sequence of float
        Upper ends; `DAYS` or `DOLLARS` without. What lies beyond the last is left out.
    conditions : Conditions, optional
    terms : Terms, optional

    Raises
    ------
    UsageError
        Bands that do not grow, or a measure that does not exist.
    """
    if of not in ("days", "usd"):
        raise UsageError(f"of={of!r}: choose days or usd")
    limits = tuple(float(band) for band in bands) or (DAYS if of == "days" else DOLLARS)
    if list(limits) != sorted(set(limits)) or limits[0] <= 0:
        raise UsageError("bands must grow from above 0, such as 5,10,20")
    facilities: list[Reached] = []
    lines: list[Line] = []
    ways: list[Line] = []
    west, east = _headings(engine, place, conditions, terms)
    lon = west.shipment.origin.lon
    for desk, side in ((west, -1), (east, 1)):
        spread = _Spread(desk, of, limits)
        # What lies exactly at the place's longitude belongs to the east.
        facilities += [f for f in spread.facilities() if (f.lon < lon) == (side < 0)]
        here, taken = spread.lines(lon, side)
        lines += here
        ways += taken
    facilities.sort(key=lambda f: (f.days if of == "days" else f.usd, f.id))
    origin = west.shipment.origin
    return Isochrones(
        origin.name, of, limits, tuple(facilities), _merged(lines), _merged(ways),
        (origin.lon, origin.lat),
    )  # fmt: skip


def _headings(
    engine: Engine, place: str, conditions: Conditions | None, terms: Terms | None
) -> tuple[Desk, Desk]:
    """The question asked towards either end of the network: prices differ by heading."""
    origin = engine.end(place)
    graph = engine.graph()
    ends = [
        f
        for f in engine.tables.facilities
        if graph.states_of(f.id) and f.id not in origin.facilities
    ]

    def desk(end: str) -> Desk:
        return open_desk(engine, place, end, "terminal", "balanced", None, conditions, terms)

    lowest, highest = min(ends, key=lambda f: (f.lon, f.id)), max(ends, key=lambda f: (f.lon, f.id))
    return desk(lowest.id), desk(highest.id)


class _Spread:
    """One search from the place to everywhere, under one heading."""

    def __init__(self, desk: Desk, of: Measure, bands: tuple[float, ...]) -> None:
        # A dollar an hour, or a dollar a dollar: the weight is the measure itself.
        self.desk = aimed(desk, "time" if of == "days" else "cost", 24.0)
        self.of, self.bands, self.graph = of, bands, desk.graph
        self.limit = bands[-1] * (24.0 if of == "days" else 1.0)
        self.weigh: Weigh = self.desk.weigh
        self.settled: dict[Label, float] = {}
        self.before: dict[Label, tuple[Label, Move]] = {}
        self.prices: dict[str, float] = {}
        self._run()

    def _price(self, zone: str) -> float:
        """Weight of a kilometre in a zone."""
        if zone not in self.prices:
            hours, usd = self.desk.model.per_km(zone)
            self.prices[zone] = hours + usd * 1e-6 if self.of == "days" else usd + hours * 1e-6
        return self.prices[zone]

    def _run(self) -> None:
        quest = self.desk.quest(())
        best: dict[Label, float] = {}
        heap: list[tuple[float, int, Label]] = []
        pushed = 0

        def push(label: Label, cost: float, before: tuple[Label, Move] | None) -> None:
            nonlocal pushed
            if cost <= self.limit and cost < best.get(label, INFINITY):
                best[label] = cost
                if before is not None:
                    self.before[label] = before
                heapq.heappush(heap, (cost, pushed, label))
                pushed += 1

        allowed = self.desk.conditions.modes
        for state, cost in quest.starts.items():
            if not allowed or self.graph.mode_of(state) in allowed:
                push((state, False), cost, None)
        while heap:
            cost, _, label = heapq.heappop(heap)
            if label in self.settled:
                continue
            self.settled[label] = cost
            state, boarded = label
            for move in (*self.graph.moves.get(state, ()), *quest.start_moves.get(state, ())):
                idle = move.kind == "lift" and state in quest.starts and move.to in quest.starts
                if idle or (allowed and self.graph.mode_of(move.to) not in allowed):
                    continue
                total, on = cost, boarded
                if not boarded and move.crossing is not None and state[1].startswith("rail:"):
                    total, on = cost + self.desk.board(state), True
                push((move.to, on), total + self.weigh(state, move), (label, move))
            for other, total, on in self._hauls(state, cost, boarded):
                if total < best.get((other, on), INFINITY):
                    push((other, on), total, (label, self.graph.haul_between(state, other[0])))

    def _hauls(self, state: State, cost: float, boarded: bool) -> list[tuple[State, float, bool]]:
        facility, zone = state
        if zone not in self.graph.zones:
            return []
        hauls = self.graph.zone_hauls(zone)
        at = hauls.at.get(facility)
        if at is None:
            return []
        if zone.startswith("rail:") and not boarded:
            cost, boarded = cost + self.desk.board(state), True
        total = cost + hauls.km[at] * self._price(zone)
        near = np.flatnonzero(total <= self.limit)
        return [((hauls.names[i], zone), float(total[i]), boarded) for i in near.tolist()]

    def band(self, weight: float) -> float:
        """Upper end of the band that a weight lies in; infinite beyond the last."""
        value = weight / 24.0 if self.of == "days" else weight
        return next((band for band in self.bands if value <= band), INFINITY)

    def facilities(self) -> list[Reached]:
        """Facilities with the days and dollars of the way that was found."""
        found = []
        for facility, label in self._nearest().items():
            hours, usd, barred = self._spent(label)
            row = self.graph.facilities[facility]
            band = self.band(hours if self.of == "days" else usd)
            if not barred and band < INFINITY:
                where = (facility, row.name, row.country, row.kind, row.lon, row.lat)
                found.append(Reached(*where, hours / 24, usd, band))
        return found

    def _nearest(self) -> dict[str, Label]:
        """The label by which each facility is reached first."""
        nearest: dict[str, tuple[float, Label]] = {}
        for label, cost in self.settled.items():
            facility = label[0][0]
            if facility in self.graph.facilities and cost < nearest.get(facility, (INFINITY,))[0]:
                nearest[facility] = (cost, label)
        return {facility: label for facility, (_, label) in nearest.items()}

    def _spent(self, label: Label) -> tuple[float, float, bool]:
        route = self.desk.route(self._trace(label), corridor=None, variant=None)
        steps = list(route.steps)
        while steps and getattr(steps[-1], "kind", "") in LAST_EVENTS:
            steps.pop()
        hours = sum(step.vector.mean("hours") for step in steps)
        return hours, sum(step.vector.mean("usd") for step in steps), bool(route.barred)

    def _trace(self, label: Label) -> Found:
        moves: list[Move] = []
        while label in self.before:
            label, move = self.before[label]
            moves.append(move)
        return Found(label[0], tuple(moves[::-1]), 0.0)

    # Lines -------------------------------------------------------------------------------

    def lines(self, lon: float, side: int) -> tuple[list[Line], list[Line]]:
        """Graded lines on one side of a longitude, and those on the ways found; ships in both."""
        found = self._ships(lon, side)
        ways = list(found)
        sources: dict[str, dict[int, float]] = {}
        for (state, boarded), cost in self.settled.items():
            facility, zone = state
            mode = self.graph.mode_of(state)
            if zone not in self.graph.zones:
                continue
            node = self.graph.network.lines(mode).node_of.get((facility, zone))
            if node is None:
                continue
            if mode == "rail" and not boarded:
                cost = cost + self.desk.board(state)
            run = cost / self._price(zone)
            known = sources.setdefault(zone, {})
            known[node] = min(run, known.get(node, INFINITY))
        taken = self._taken()
        for zone in sorted(sources):
            every, used = self._zone(zone, sources[zone], taken.get(zone, set()), lon, side)
            found += every
            ways += used
        return found, ways

    def _taken(self) -> dict[str, set[int]]:
        """Arcs by zone that lie on the way to a facility, hauls and borders alike."""
        runs: dict[tuple[str, int], set[int]] = {}
        for label in self._nearest().values():
            while label in self.before:
                before, move = self.before[label]
                for zone, start, goal in self._runs(before[0], label[0], move):
                    runs.setdefault((zone, start), set()).add(goal)
                label = before
        taken: dict[str, set[int]] = {}
        for (zone, start), goals in sorted(runs.items()):
            graph = self.graph.network.lines(zone.partition(":")[0]).graph(
                zone, closed_countries=self.graph.avoid
            )
            reach = graph.reach({start: 0.0}, targets=goals)
            for goal in sorted(goals):
                taken.setdefault(zone, set()).update(arc for arc, _ in reach.arcs_to(goal))
        return taken

    def _runs(self, start: State, goal: State, move: Move) -> list[tuple[str, int, int]]:
        """Zone and two junctions of each run that a move makes on land lines."""
        if move.service is not None:
            return []
        if move.crossing is not None:
            run = move.crossing
            row = self.graph.crossing_rows[run.id]
            nodes = self.graph.network.lines(row.mode).node_of
            ends = (
                (run.zone_a, nodes[(row.a, run.zone_a)]),
                (run.zone_b, nodes[(row.b, run.zone_b)]),
            )
            return [(zone, node, run.node) for zone, node in ends]
        zone = start[1]
        if move.haul is None or zone != goal[1]:
            return []
        nodes = self.graph.network.lines(zone.partition(":")[0]).node_of
        pair = nodes.get((start[0], zone)), nodes.get((goal[0], zone))
        return [] if pair[0] is None or pair[1] is None else [(zone, pair[0], pair[1])]

    def _zone(
        self, zone: str, sources: Mapping[int, float], taken: set[int], lon: float, side: int
    ) -> tuple[list[Line], list[Line]]:
        mode = zone.partition(":")[0]
        lines = self.graph.network.lines(mode)
        graph = lines.graph(zone, closed_countries=self.graph.avoid)
        reach = graph.reach(sources, limit_km=self.limit / self._price(zone))
        weight = np.full(len(lines.flat.lon), np.inf)
        weight[list(reach.km)] = np.array(list(reach.km.values())) * self._price(zone)
        u, v = lines.flat.u[graph.arcs], lines.flat.v[graph.arcs]
        # Reached from both ends: the middle of the line is what an arc is graded by.
        middle = (weight[u] + weight[v]) / 2
        here = (lines.flat.lon[u] < lon) == (side < 0)
        by_band: dict[float, list[int]] = {}
        for arc, value in zip(graph.arcs[here].tolist(), middle[here].tolist(), strict=True):
            band = self.band(value)
            if band < INFINITY:
                by_band.setdefault(band, []).append(arc)
        used = {band: [arc for arc in arcs if arc in taken] for band, arcs in by_band.items()}
        every, ways = (
            [
                Line("line", mode, "", band, _drawn(lines.flat, np.array(arcs)))
                for band, arcs in sorted(chosen.items())
                if arcs
            ]
            for chosen in (by_band, used)
        )
        return every, ways

    def _ships(self, lon: float, side: int) -> list[Line]:
        found = []
        for label, (_, move) in self.before.items():
            if move.service is None or label not in self.settled:
                continue
            band = self.band(self.settled[label])
            lane = self.graph.network.lane(move.service.id)
            port = self.graph.facilities[move.to[0]]
            if band < INFINITY and lane and (port.lon < lon) == (side < 0):
                points = [(round(x, 3), round(y, 3)) for x, y in lane]
                found.append(Line("ship", move.service.mode, move.service.name, band, [points]))
        return found


def _drawn(flat: Any, arcs: NDArray[np.int64]) -> list[list[tuple[float, float]]]:
    """Lines of some arcs, simplified."""
    import shapely

    starts, ends = flat.start[arcs], flat.start[arcs + 1]
    counts = (ends - starts).astype(np.int64)
    index = np.repeat(np.arange(len(arcs)), counts)
    at = np.concatenate(
        [np.arange(s, e) for s, e in zip(starts.tolist(), ends.tolist(), strict=True)]
    )
    points = np.column_stack([flat.vertex_lon[at], flat.vertex_lat[at]])
    simple = shapely.simplify(shapely.linestrings(points, indices=index), SIMPLE_DEG)
    coordinates, owner = shapely.get_coordinates(simple, return_index=True)
    parts: list[list[tuple[float, float]]] = [[] for _ in range(len(arcs))]
    for number, (x, y) in zip(owner.tolist(), coordinates.round(3).tolist(), strict=True):
        if not parts[number] or parts[number][-1] != (x, y):
            parts[number].append((x, y))
    return [part for part in parts if len(part) > 1]


def _merged(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines of one mode and band together; a ship once, in the band it is first taken in."""
    merged: dict[tuple[object, ...], Line] = {}
    for line in sorted(lines, key=lambda line: (line.kind, line.mode, line.name, line.band)):
        key = (line.kind, line.mode, line.name, line.band if line.kind == "line" else 0.0)
        if key in merged and line.kind == "line":
            merged[key] = line._replace(parts=merged[key].parts + line.parts)
        else:
            merged.setdefault(key, line)
    return tuple(merged.values())
