"""The loops of the two-criteria search: numba compiles them where it is there.

Without it they run as they stand, over lists instead of arrays, with the same results.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

from corridors.routing.loops import compiled

INFINITY = float("inf")


@compiled
def costs_to_go(
    into: Any, order: Any, tail: Any, cost: Any, goal_label: Any, goal_cost: Any, low: Any
) -> None:
    """Least cost from every label to the end of the journey, into ``low``."""
    heap = [(0.0, 0)]
    heap.pop()
    for g in range(len(goal_label)):
        label = goal_label[g]
        if goal_cost[g] < low[label]:
            low[label] = goal_cost[g]
            heappush(heap, (goal_cost[g], label))
    while len(heap) > 0:
        now, label = heappop(heap)
        if now > low[label]:
            continue
        for k in range(into[label], into[label + 1]):
            arc = order[k]
            total = now + cost[arc]
            before = tail[arc]
            if total < low[before]:
                low[before] = total
                heappush(heap, (total, before))


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
    list of (way, goal)
    list of (place, arc, way before, first cost, second cost)
        The ways by number; an arc of -1 - s begins at start s.
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
    return ends, ways
