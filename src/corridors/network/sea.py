"""Sea lanes: the packaged network, and the shortest way by sea between two points.

The lanes join open water to open water. A port is joined to lanes near it by a straight access
that keeps off the land as far as the coastline at 1:10m can tell; canals and straits are part of
the lanes. The Caspian is not: its lanes are curated, and no container ship passes the Volga-Don
canal.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridors.errors import DataError, NoRouteError, SnapError, UsageError
from corridors.geodesy import great_circle_km, great_circle_km_array, local_xy_km
from corridors.network.coast import Coast, read_coast

SCHEMA = "corridors-sea/1"
LANES_FILE = "lanes.npz"
COAST_FILE = "coast.npz"
SCALE = 1e-5

Point = tuple[float, float]

# An access this much longer than the nearest one is not looked at.
_ENTRIES = 24
_FARTHEST_ACCESS_KM = 600.0
# Land on an access counts this many times, so that any way by water near by is preferred.
_LAND_PENALTY = 25.0
# Berths lie behind the coastline of a 1:10m map: up to this far it is the port, not a short cut.
PORT_LAND_KM = 25.0
# Land that a coastline simplified to 300 m can put on a clear way.
ROUGH_LAND_KM = 2.0
# A chokepoint this near the line across a strait means that strait.
_GATE_KM = 130.0
_CHOKEPOINT_KM = 250.0


@dataclass(frozen=True, slots=True)
class SeaNetwork:
    """Sea lanes as a graph with geometry.

    Parameters
    ----------
    lon, lat : numpy.ndarray of float, shape (nodes,)
        Junctions of lanes in degrees.
    entry : numpy.ndarray of bool, shape (nodes,)
        True where a port may be joined: the junction lies on water.
    u, v : numpy.ndarray of int, shape (edges,)
        Ends of each edge; lanes are sailed both ways.
    km : numpy.ndarray of float, shape (edges,)
        Length along the vertices, never below the great circle.
    passages : numpy.ndarray of int, shape (edges,)
        Bit n is set where the edge goes through ``passage_names[n]``.
    passage_names : tuple of str
        Straits and canals that can be avoided.
    points : numpy.ndarray of float, shape (vertices, 2)
        Longitude and latitude of all vertices, edge after edge.
    starts : numpy.ndarray of int, shape (edges + 1,)
        Edge n owns ``points[starts[n]:starts[n + 1]]``, from u to v.
    gates : numpy.ndarray of float, shape (passages, 4)
        Line across each passage: longitude and latitude of its two ends.
    coast : Coast
        Land, to join ports.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    entry: NDArray[np.bool_]
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    km: NDArray[np.float64]
    passages: NDArray[np.int64]
    passage_names: tuple[str, ...]
    points: NDArray[np.float64]
    starts: NDArray[np.int64]
    gates: NDArray[np.float64]
    coast: Coast

    def neighbours(self) -> list[list[tuple[int, float, int]]]:
        """Return, for each junction, (junction, km, edge) of the lanes that leave it."""
        table: list[list[tuple[int, float, int]]] = [[] for _ in range(len(self.lon))]
        rows = zip(self.u.tolist(), self.v.tolist(), self.km.tolist(), strict=True)
        for edge, (u, v, km) in enumerate(rows):
            table[u].append((v, km, edge))
            table[v].append((u, km, edge))
        return table

    def line(self, edge: int, *, start: int) -> list[Point]:
        """Return the vertices of an edge, beginning at one of its ends.

        Parameters
        ----------
        edge : int
            Number of the edge.
        start : int
            Junction to begin at.
        """
        part = self.points[self.starts[edge] : self.starts[edge + 1]]
        if int(self.u[edge]) != start:
            part = part[::-1]
        return [(float(x), float(y)) for x, y in part]


def read_sea_network(folder: Path) -> SeaNetwork:
    """Read the packaged lanes and coast.

    Parameters
    ----------
    folder : Path
        ``geodata/sea``.

    Returns
    -------
    SeaNetwork
        The network.

    Raises
    ------
    DataError
        A file is missing or damaged.

    Examples
    --------
    >>> from corridors.data_location import data_dir
    >>> "suez" in read_sea_network(data_dir() / "sea").passage_names
    True
    """
    path = folder / LANES_FILE
    try:
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["schema"]) != SCHEMA:
                raise DataError(f"{path} is not a {SCHEMA} file: rebuild it")
            points = stored["points"] * SCALE
            starts = stored["starts"].astype(np.int64)
            u, v = stored["u"].astype(np.int64), stored["v"].astype(np.int64)
            entry = stored["entry"].astype(np.bool_)
            passages = stored["passages"].astype(np.int64)
            gates = stored["gates"].astype(np.float64)
            names = tuple(str(name) for name in stored["passage_names"])
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(f"{path} is missing: reinstall corridors or restore the file") from None
    except Exception as fault:  # a damaged archive raises whatever its layer raises
        raise DataError(f"{path} cannot be read: {fault}") from fault
    lon, lat = np.zeros(len(entry)), np.zeros(len(entry))
    first, last = points[starts[:-1]], points[starts[1:] - 1]
    lon[u], lat[u] = first[:, 0], first[:, 1]
    lon[v], lat[v] = last[:, 0], last[:, 1]
    return SeaNetwork(
        lon=lon,
        lat=lat,
        entry=entry,
        u=u,
        v=v,
        km=edge_lengths(points, starts),
        passages=passages,
        passage_names=names,
        points=points,
        starts=starts,
        gates=gates,
        coast=read_coast(folder / COAST_FILE),
    )


def edge_lengths(points: NDArray[Any], starts: NDArray[Any]) -> NDArray[np.float64]:
    """Return the length in km of each edge along its vertices.

    Parameters
    ----------
    points : numpy.ndarray of float, shape (vertices, 2)
        Longitude and latitude, edge after edge.
    starts : numpy.ndarray of int, shape (edges + 1,)
        First vertex of each edge.
    """
    steps = great_circle_km_array(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])
    steps = np.append(steps, 0.0)
    steps[starts[1:] - 1] = 0.0  # the step from one edge to the next is none
    return np.add.reduceat(steps, starts[:-1])


def sea_path(
    network: SeaNetwork,
    a: Point,
    b: Point,
    *,
    via: Sequence[Point] = (),
    avoid_passages: Collection[str] = frozenset(),
) -> tuple[float, list[Point]]:
    """Return the shortest way by sea between two ports.

    Parameters
    ----------
    network : SeaNetwork
        Lanes and coast.
    a, b : tuple of float
        Longitude and latitude of the ports.
    via : sequence of tuple of float
        Chokepoints to pass, in order.
    avoid_passages : collection of str
        Names from ``network.passage_names`` that must not be sailed.

    Returns
    -------
    km : float
        Length along the vertices; never below the great circle.
    line : list of tuple of float
        Longitude and latitude from `a` to `b`.

    Raises
    ------
    SnapError
        A port has no lane near it that can be reached by water.
    NoRouteError
        The ports are not joined under the given conditions.
    UsageError
        A passage that is not known.

    Examples
    --------
    >>> from corridors.data_location import data_dir
    >>> lanes = read_sea_network(data_dir() / "sea")
    >>> km, line = sea_path(lanes, (41.65, 42.15), (28.66, 44.10))  # Poti to Constanta
    >>> 1060 < km < 1180
    True
    """
    banned = _banned(network, avoid_passages)
    table = network.neighbours()
    stages = [*(_at_chokepoint(network, point) for point in via), _access(network, b)]
    reached = _access(network, a)
    trees: list[_Tree] = []
    for goals in stages:
        tree = _search(table, reached, goals, banned)
        # Every way to pass a strait is kept until the end, so that the whole way is the shortest.
        reached = {node: tree.km[node] + more for node, more in goals.items() if node in tree.km}
        if not reached:
            raise _not_joined(network, a, b, avoid_passages)
        trees.append(tree)
    node = min(reached, key=lambda end: (reached[end], end))
    back: list[Point] = [b]
    for tree in reversed(trees):
        back.append((float(network.lon[node]), float(network.lat[node])))
        while node in tree.came:
            edge, before = tree.came[node]
            back += network.line(edge, start=node)
            node = before
    back.append((float(network.lon[node]), float(network.lat[node])))
    back.append(a)
    line = _without_repeats(back[::-1])
    xy = np.array(line)
    km = float(great_circle_km_array(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1]).sum())
    return km, line


def _banned(network: SeaNetwork, avoid: Collection[str]) -> NDArray[np.bool_]:
    mask = 0
    for name in avoid:
        if name not in network.passage_names:
            known = ", ".join(network.passage_names)
            raise UsageError(f"no sea passage called {name!r}: known are {known}")
        mask |= 1 << network.passage_names.index(name)
    return np.asarray((network.passages & mask) != 0, dtype=np.bool_)


def _access(network: SeaNetwork, port: Point) -> dict[int, float]:
    """Junctions a port can be joined to, with the km of the access and a penalty for land."""
    distances = great_circle_km_array(port[0], port[1], network.lon, network.lat)
    distances = np.where(network.entry, distances, np.inf)
    nearest = np.argsort(distances, kind="stable")[:_ENTRIES]
    found: dict[int, float] = {}
    least_land = float("inf")
    for node in nearest.tolist():
        km = float(distances[node])
        if km > _FARTHEST_ACCESS_KM:
            break
        junction = (float(network.lon[node]), float(network.lat[node]))
        # Land is explained beside the berth; farther out it would be an isthmus.
        share = max(0.0, 1.0 - PORT_LAND_KM / km) if km > 0 else 0.0
        quay = (
            junction[0] + share * (port[0] - junction[0]),
            junction[1] + share * (port[1] - junction[1]),
        )
        between = network.coast.land_km(junction, quay)
        land = between + network.coast.land_km(quay, port)
        least_land = min(least_land, land)
        if between <= ROUGH_LAND_KM:
            found[node] = km + _LAND_PENALTY * land
    if not found:
        near = float(distances[nearest[0]]) if len(nearest) else float("inf")
        obstacle = f", and at least {least_land:.0f} km of land" if np.isfinite(least_land) else ""
        raise SnapError(
            f"{port[1]:.3f},{port[0]:.3f} has no sea lane within reach: "
            f"the nearest is {near:.0f} km away{obstacle}",
            distance_km=near,
        )
    return found


def _at_chokepoint(network: SeaNetwork, point: Point) -> dict[int, float]:
    """Junctions at a chokepoint: the ends of the lanes through its strait, or the nearest one."""
    gate_km = [_km_to_line(point, gate) for gate in network.gates]
    nearest = int(np.argmin(gate_km))
    if gate_km[nearest] <= _GATE_KM:
        through = np.flatnonzero(network.passages & (1 << nearest))
        return dict.fromkeys([*network.u[through].tolist(), *network.v[through].tolist()], 0.0)
    distances = great_circle_km_array(point[0], point[1], network.lon, network.lat)
    node = int(np.argmin(distances))
    if distances[node] > _CHOKEPOINT_KM:
        raise SnapError(
            f"{point[1]:.3f},{point[0]:.3f} is not on a sea lane: the nearest is "
            f"{distances[node]:.0f} km away",
            distance_km=float(distances[node]),
        )
    return {node: 0.0}


def _km_to_line(point: Point, gate: NDArray[np.float64]) -> float:
    x, y = local_xy_km(
        np.array([gate[0], gate[2]]), np.array([gate[1], gate[3]]), lon0=point[0], lat0=point[1]
    )
    dx, dy = x[1] - x[0], y[1] - y[0]
    share = float(np.clip(-(x[0] * dx + y[0] * dy) / (dx * dx + dy * dy), 0.0, 1.0))
    return float(np.hypot(x[0] + share * dx, y[0] + share * dy))


@dataclass(frozen=True, slots=True)
class _Tree:
    """Shortest ways from the starts: km by junction, and (edge, junction before) to draw them."""

    km: dict[int, float]
    came: dict[int, tuple[int, int]]


def _search(
    table: list[list[tuple[int, float, int]]],
    starts: dict[int, float],
    goals: dict[int, float],
    banned: NDArray[np.bool_],
) -> _Tree:
    """Dijkstra from several starts until all goals that can be reached are."""
    best = dict(starts)
    came: dict[int, tuple[int, int]] = {}
    open_goals = set(goals)
    heap = [(km, node) for node, km in starts.items()]
    heapq.heapify(heap)
    while heap and open_goals:
        km, node = heapq.heappop(heap)
        if km > best[node]:
            continue
        open_goals.discard(node)
        for other, length, edge in table[node]:
            reached = km + length
            if reached < best.get(other, float("inf")) and not banned[edge]:
                best[other] = reached
                came[other] = (edge, node)
                heapq.heappush(heap, (reached, other))
    return _Tree(best, came)


def _without_repeats(line: list[Point]) -> list[Point]:
    return [p for n, p in enumerate(line) if n == 0 or p != line[n - 1]]


def _not_joined(network: SeaNetwork, a: Point, b: Point, avoid: Collection[str]) -> NoRouteError:
    without = f" without {', '.join(sorted(avoid))}" if avoid else ""
    return NoRouteError(
        f"no way by sea from {a[1]:.2f},{a[0]:.2f} to {b[1]:.2f},{b[0]:.2f}{without} "
        f"({great_circle_km(*a, *b):.0f} km apart)"
    )
