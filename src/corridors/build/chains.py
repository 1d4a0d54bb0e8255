"""Edges that follow each other without a branch, found for a whole network at once.

All chains are walked side by side, one edge a step: the work is that of reading every edge twice,
and the steps are as many as the longest chain has edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.build.edges import gather
from corridors.network.connected import components

Ints = NDArray[np.int64]


class Chains(NamedTuple):
    """Every edge once, in the order in which chains run over them.

    Attributes
    ----------
    edge : (m,) int64
    backward : (m,) bool
        Whether the chain runs over the edge from its `v` to its `u`.
    start : (c + 1,) int64
        Slices of the chains.
    """

    edge: Ints
    backward: NDArray[np.bool_]
    start: Ints

    def ends(self, u: Ints, v: Ints) -> tuple[Ints, Ints]:
        """First and last node of each chain."""
        first, last = self.start[:-1], self.start[1:] - 1
        return (
            np.where(self.backward[first], v[self.edge[first]], u[self.edge[first]]),
            np.where(self.backward[last], u[self.edge[last]], v[self.edge[last]]),
        )

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """A figure of the edges, such as their length, added up along each chain."""
        return np.asarray(np.add.reduceat(values[self.edge], self.start[:-1]))

    def lines(self, start: Ints) -> tuple[Ints, Ints]:
        """Positions of the vertices of each chain in order, and their slices.

        Parameters
        ----------
        start : (m + 1,) int64
            Slices of the vertices of the edges; a later edge begins where the one before it ends.
        """
        at, pieces = gather(start, self.edge, backward=self.backward)
        later = np.ones(len(self.edge), dtype=bool)
        later[self.start[:-1]] = False
        keep = np.ones(len(at), dtype=bool)
        keep[pieces[:-1][later]] = False
        size = np.add.reduceat(np.diff(pieces) - later, self.start[:-1])
        return at[keep], np.concatenate([[0], np.cumsum(size)]).astype(np.int64)


def joints(u: Ints, v: Ints, *, count: int, kind: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Nodes where one edge leads on into one other of the same kind, and not back.

    Parameters
    ----------
    u, v : (m,) int64
    count : int
        Number of nodes.
    kind : (m,) int
        What may not change inside a chain, such as the country.

    Examples
    --------
    >>> joints(np.array([0, 1, 2]), np.array([1, 2, 3]), count=4, kind=np.array([7, 7, 8])).tolist()
    [False, True, False, False]
    """
    ends = np.concatenate([u, v])
    degree = np.bincount(ends, minlength=count)
    # Where two ends meet, their sum less one of them is the other.
    far = np.concatenate([v, u])
    far_sum = np.bincount(ends, weights=far, minlength=count)
    a_far, a_kind = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    a_far[ends] = far
    a_kind[ends] = np.concatenate([kind, kind])
    kinds = np.bincount(ends, weights=np.concatenate([kind, kind]), minlength=count)
    apart = (far_sum != 2 * a_far) & (a_far != np.arange(count))
    return np.asarray((degree == 2) & apart & (kinds == 2 * a_kind))


def chains(u: Ints, v: Ints, joint: NDArray[np.bool_]) -> Chains:
    """Run edges together at joints.

    Parameters
    ----------
    u, v : (m,) int64
        Ends of the edges.
    joint : (n,) bool
        Nodes to run through; exactly two ends of different edges meet in each.

    Returns
    -------
    Chains
        In the order of their first edge. A ring of joints alone has no end to begin at: its edges
        stay single.

    Examples
    --------
    >>> found = chains(np.array([0, 2, 3]), np.array([1, 1, 2]), np.array([0, 1, 1, 0], dtype=bool))
    >>> found.edge.tolist(), found.backward.tolist(), found.start.tolist()
    ([0, 1, 2], [False, True, True], [0, 3])
    """
    count = len(u)
    # End 2 i is where edge i begins, end 2 i + 1 where it ends.
    node = np.column_stack([u, v]).ravel()
    meeting = np.flatnonzero(joint[node])
    meeting = meeting[np.argsort(node[meeting], kind="stable")]
    partner = np.full(2 * count, -1, dtype=np.int64)
    partner[meeting[::2]], partner[meeting[1::2]] = meeting[1::2], meeting[::2]
    heads = np.flatnonzero(partner < 0)
    number, at = np.arange(len(heads)), heads
    last = heads.copy()
    numbers, ends = [number], [at]
    while len(at):
        at = partner[at ^ 1]
        going = at >= 0
        number, at = number[going], at[going]
        last[number] = at
        numbers.append(number)
        ends.append(at)
    # Each chain was walked from both sides.
    kept = heads < (last ^ 1)
    step = np.repeat(np.arange(len(ends)), [len(some) for some in ends])
    number, at = np.concatenate(numbers), np.concatenate(ends)
    kept_at = kept[number]
    step, number, at = step[kept_at], (np.cumsum(kept) - 1)[number[kept_at]], at[kept_at]
    size = np.bincount(number, minlength=int(kept.sum()))
    start = np.concatenate([[0], np.cumsum(size)])
    order = np.empty(len(at), dtype=np.int64)
    order[start[number] + step] = at
    return _with_rings(order, start, count)


def _with_rings(order: Ints, start: Ints, count: int) -> Chains:
    if len(order) < count:
        alone = np.ones(count, dtype=bool)
        alone[order >> 1] = False
        rings = np.flatnonzero(alone)
        start = np.concatenate([start, start[-1] + 1 + np.arange(len(rings))])
        order = np.concatenate([order, 2 * rings])
    return Chains(order >> 1, (order & 1).astype(bool), start.astype(np.int64))


@dataclass(frozen=True, slots=True)
class Arcs:
    """Arcs between junctions, each with its line, at most one between any two junctions.

    Attributes
    ----------
    u, v : (m,) int64
        Junctions, ``u < v``.
    km : (m,) float64
    country : (m,) int16
    flags : (m,) uint8
    start : (m + 1,) int64
        Slices of the vertices.
    vertex : (k,) int64
        Line of each arc from `u` to `v`.
    """

    u: NDArray[np.int64]
    v: NDArray[np.int64]
    km: NDArray[np.float64]
    country: NDArray[np.int16]
    flags: NDArray[np.uint8]
    start: NDArray[np.int64]
    vertex: NDArray[np.int64]


def simplified(arcs: Arcs, *, fixed: NDArray[np.bool_]) -> Arcs:
    """Run arcs together at plain vertices, as long as no two arcs come to join the same junctions.

    Parameters
    ----------
    arcs : Arcs
    fixed : (n,) bool
        Vertices that stay, such as border points.
    """
    joint = ~fixed & joints(arcs.u, arcs.v, count=len(fixed), kind=arcs.country)
    joint &= ~_stays(arcs, joint)
    found = chains(arcs.u, arcs.v, joint)
    one, other = found.ends(arcs.u, arcs.v)
    turned = one > other
    vertex, start = found.lines(arcs.start)
    order = np.lexsort((np.maximum(one, other), np.minimum(one, other)))
    at, new_start = gather(start, order, backward=turned[order])
    first = found.edge[found.start[:-1]]
    return Arcs(
        u=np.minimum(one, other)[order],
        v=np.maximum(one, other)[order],
        km=found.sums(arcs.km)[order],
        country=arcs.country[first][order],
        flags=np.bitwise_or.reduceat(arcs.flags[found.edge], found.start[:-1])[order],
        start=new_start,
        vertex=arcs.vertex[vertex][at],
    )


def _stays(arcs: Arcs, joint: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Plain vertices that stay junctions, so that there are no loops and no parallel arcs.

    Of each the vertices with the highest numbers: one of a chain that lies beside another, two of
    a loop, three of a ring. Beside each other, the chain whose highest number is lowest becomes
    the arc, unless there is one already.
    """
    stays = np.zeros(len(joint), dtype=bool)
    found = chains(arcs.u, arcs.v, joint)
    one, other = found.ends(arcs.u, arcs.v)
    size = np.diff(found.start)
    number = np.repeat(np.arange(len(size)), size)
    into = np.where(found.backward, arcs.u[found.edge], arcs.v[found.edge])
    inner = np.ones(len(into), dtype=bool)
    inner[found.start[1:] - 1] = False
    rings = (size == 1) & joint[one] & joint[other]
    highest = np.full(len(size), -1, dtype=np.int64)
    np.maximum.at(highest, number[inner], into[inner])
    # A direct arc has no vertex inside and comes first.
    order = np.lexsort((highest, np.maximum(one, other), np.minimum(one, other)))
    low, high = np.minimum(one, other)[order], np.maximum(one, other)[order]
    beside = np.zeros(len(order), dtype=bool)
    beside[1:] = (np.diff(low) == 0) & (np.diff(high) == 0)
    beside &= low != high
    stays[highest[order[beside]]] = True
    loop = (one == other)[number] & inner
    stays[_highest(into[loop], number[loop], most=2)] = True
    if rings.any():
        edge = found.edge[found.start[:-1][rings]]
        label = components(len(joint), arcs.u[edge], arcs.v[edge])
        nodes = np.unique(np.concatenate([arcs.u[edge], arcs.v[edge]]))
        stays[_highest(nodes, label[nodes], most=3)] = True
    return stays


def _highest(
    values: NDArray[np.int64], group: NDArray[np.int64], *, most: int
) -> NDArray[np.int64]:
    """The highest values of each group.

    Examples
    --------
    >>> _highest(np.array([4, 9, 6, 1]), np.array([0, 0, 0, 1]), most=2).tolist()
    [9, 6, 1]
    """
    order = np.lexsort((-values, group))
    values, group = values[order], group[order]
    rank = np.arange(len(group)) - np.searchsorted(group, group)
    return values[rank < most]
