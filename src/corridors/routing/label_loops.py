"""Searches over the labels of an unrolled graph: numba compiles the loops where it is there.

Without it they run as they stand, over lists instead of arrays, with the same results.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

from corridors.routing.heap import compiled, drop, push

INFINITY = float("inf")


@compiled
def costs_to_go(
    indptr: Any,
    tail: Any,
    cost: Any,
    goal_label: Any,
    goal_cost: Any,
    low: Any,
    keys: Any,
    labels: Any,
    place: Any,
) -> None:
    """Least cost from every label to the end of the journey, into ``low``.

    Arcs are in the order of the labels they lead into. ``keys``, ``labels`` and ``place`` have room
    for the heap; ``place`` is -1 everywhere before and after.
    """
    size = 0
    for g in range(len(goal_label)):
        label = goal_label[g]
        if goal_cost[g] < low[label]:
            low[label] = goal_cost[g]
            size = push(keys, labels, place, size, label, goal_cost[g])
    while size > 0:
        now, label = keys[0], labels[0]
        size = drop(keys, labels, place, size)
        for arc in range(indptr[label], indptr[label + 1]):
            total = now + cost[arc]
            before = tail[arc]
            if total < low[before]:
                low[before] = total
                size = push(keys, labels, place, size, before, total)


@compiled
def cheapest(
    indptr: Any,
    head: Any,
    cost: Any,
    low: Any,
    start_label: Any,
    start_cost: Any,
    goal_cost: Any,
    best: Any,
    by: Any,
) -> int:
    """Search towards the end of the journey, with costs to go that are nowhere too high.

    ``goal_cost`` holds what ending at each label costs, infinite where no journey ends. Fills
    ``best`` and ``by``, the arc that leads to each label or -1 - s for start s; returns the label
    that the cheapest way ends at, or -1.
    """
    count = len(best)
    heap = [(0.0, 0)]
    heap.pop()
    for s in range(len(start_label)):
        label = start_label[s]
        if start_cost[s] < best[label] and low[label] < INFINITY:
            best[label] = start_cost[s]
            by[label] = -1 - s
            heappush(heap, (start_cost[s] + low[label], label))
    while len(heap) > 0:
        least, label = heappop(heap)
        if label >= count:
            return int(label - count)
        now = best[label]
        if least > now + low[label]:
            continue
        if goal_cost[label] < INFINITY:
            heappush(heap, (now + goal_cost[label], label + count))
        for arc in range(indptr[label], indptr[label + 1]):
            there = head[arc]
            total = now + cost[arc]
            if total < best[there] and low[there] < INFINITY:
                best[there] = total
                by[there] = arc
                heappush(heap, (total + low[there], there))
    return -1


@compiled
def efficient(
    indptr: Any,
    head: Any,
    one: Any,
    two: Any,
    low_one: Any,
    low_two: Any,
    start_label: Any,
    start_one: Any,
    start_two: Any,
    goal_first: Any,
    goal_next: Any,
    goal_one: Any,
    goal_two: Any,
    best_two: Any,
) -> Any:
    """Ways that no other one equals or beats in both costs, in order of the first.

    Labels come off the heap by the least first cost they can end with, so that of two at the same
    place the later one is worth keeping only for a lower second cost. ``best_two`` holds the
    least second cost seen at each place and is filled.

    Returns
    -------
    list of (float, float)
        Both costs of each.
    list of (int, int, int)
        The start and the goal of each, and how many arcs it has.
    list of int
        Their arcs one way behind the other, each from its end.
    """
    heap = [(0.0, 0.0, 0, 0)]
    heap.pop()
    ways = [(0, 0, 0, 0.0, 0.0)]
    ways.pop()
    ends = [(0, 0)]
    ends.pop()
    reached = INFINITY
    for s in range(len(start_label)):
        place = start_label[s]
        first, second = start_one[s] + low_one[place], start_two[s] + low_two[place]
        if second < INFINITY and first < INFINITY:
            heappush(heap, (first, second, len(ways), -1))
            ways.append((place, -1 - s, -1, start_one[s], start_two[s]))
    while len(heap) > 0:
        first, second, way, goal = heappop(heap)
        if second >= reached:
            continue
        if goal >= 0:
            reached = second
            ends.append((way, goal))
            continue
        place, _, _, spent_one, spent_two = ways[way]
        if spent_two >= best_two[place]:
            continue
        best_two[place] = spent_two
        goal = goal_first[place]
        while goal >= 0:
            total_two = spent_two + goal_two[goal]
            if total_two < reached:
                heappush(heap, (spent_one + goal_one[goal], total_two, way, goal))
            goal = goal_next[goal]
        for arc in range(indptr[place], indptr[place + 1]):
            there = head[arc]
            now_two = spent_two + two[arc]
            end_two = now_two + low_two[there]
            if end_two >= reached or now_two >= best_two[there]:
                continue
            now_one = spent_one + one[arc]
            end_one = now_one + low_one[there]
            if end_one < INFINITY:
                heappush(heap, (end_one, end_two, len(ways), -1))
                ways.append((there, arc, way, now_one, now_two))
    totals = [(0.0, 0.0)]
    totals.pop()
    kinds = [(0, 0, 0)]
    kinds.pop()
    arcs = [0]
    arcs.pop()
    for way, goal in ends:
        totals.append((ways[way][3] + goal_one[goal], ways[way][4] + goal_two[goal]))
        size = 0
        while ways[way][1] >= 0:
            arcs.append(ways[way][1])
            size += 1
            way = ways[way][2]
        kinds.append((-1 - ways[way][1], goal, size))
    return totals, kinds, arcs
