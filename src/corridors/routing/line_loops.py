"""The loops of the compiled search along lines, junction by junction."""

from __future__ import annotations

import numpy as np

from corridors.routing.heap import Floats, Ints, compiled


@compiled
def settle_flat(
    indptr: Ints,
    head: Ints,
    cost: Floats,
    start: int,
    goal: int,
    width: float,
    best: Floats,
    before: Ints,
    first: Ints,
    after: Ints,
    ahead: Ints,
) -> None:
    """Cheapest cost from one node to all, or until a goal (-1 for none) cannot be beaten.

    Nodes wait in buckets of a width, not in order: within a bucket a node may be looked at more
    than once, and what is left when the last bucket is empty is exact. ``before`` is the arc by
    which a node is reached. ``first`` needs a power of two of places, more than the dearest arc
    has widths.
    """
    mask = first.size - 1
    best[:] = np.inf
    first[:] = -1
    scale = 1.0 / width
    best[start] = 0.0
    before[start] = -1
    first[0], after[start], ahead[start] = start, -1, -1
    waiting, now = 1, 0
    while waiting > 0:
        here = first[now & mask]
        if here < 0:
            now += 1
            if goal >= 0 and now * width > best[goal]:
                break
            continue
        follower = after[here]
        first[now & mask] = follower
        if follower >= 0:
            ahead[follower] = -1
        ahead[here] = -2
        waiting -= 1
        spent = best[here]
        for arc in range(indptr[here], indptr[here + 1]):
            there = head[arc]
            total = spent + cost[arc]
            known = best[there]
            if total >= known:
                continue
            best[there] = total
            before[there] = arc
            # A rounded division must not put a node behind the bucket that is being emptied.
            bucket = max(int(total * scale), now)
            if known < np.inf and ahead[there] != -2:
                old = max(int(known * scale), now)
                if old == bucket:
                    continue
                one, other = ahead[there], after[there]
                if one == -1:
                    first[old & mask] = other
                else:
                    after[one] = other
                if other >= 0:
                    ahead[other] = one
                waiting -= 1
            follower = first[bucket & mask]
            first[bucket & mask] = there
            after[there] = follower
            ahead[there] = -1
            if follower >= 0:
                ahead[follower] = there
            waiting += 1


@compiled
def read_off(
    nodes: Ints,
    spent: Floats,
    far: Floats,
    before: Ints,
    tail: Ints,
    km: Floats,
    country: Ints,
    length: Floats,
    sums: Floats,
    order: Ints,
) -> None:
    """Ways from a point between some nodes to the roots of some trees.

    Of each way its length, the kilometres by country, and the countries as they are met, -1
    behind the last; the length is infinite where there is no way. Where all arcs lie in one
    country no way need be followed.
    """
    alone = country.size > 0 and country.min() == country.max()
    for row in range(far.shape[0]):
        best, node = np.inf, -1
        for n in range(nodes.size):
            if spent[n] + far[row, nodes[n]] < best:
                best, node = spent[n] + far[row, nodes[n]], nodes[n]
                length[row] = spent[n]
        met = 0
        order[row, 0] = -1
        if node < 0:
            length[row] = np.inf
            continue
        if alone:
            if before[row, node] >= 0:
                order[row, 0] = country[0]
                order[row, 1:2] = -1
                sums[row, country[0]] = far[row, node]
            length[row] = best
            continue
        while before[row, node] >= 0:
            arc = before[row, node]
            length[row] += km[arc]
            code = country[arc]
            if sums[row, code] == 0.0:
                order[row, met] = code
                met += 1
                if met < order.shape[1]:
                    order[row, met] = -1
            sums[row, code] += km[arc]
            node = tail[arc]
