"""The loops of the compiled search: plain functions over arrays that numba compiles if it is there.

Without the extra ``[fast]`` they run as they stand, with the same results. A label is a state
with two more bits: whether a haul led here (then only a door can follow), and whether a train
has been boarded (the first one is waited for).
"""

from __future__ import annotations

import numpy as np

from corridors.routing.heap import Bytes, Floats, Ints, Longs, compiled, drop, push

SHUT, OPENED = 1, 2
"""What a question does to a door that is otherwise as the stage has it."""


# Forwards through one stage --------------------------------------------------------------------


@compiled
def settle(
    base: int,
    size: int,
    cost: Floats,
    before: Ints,
    by: Ints,
    keys: Floats,
    labels: Ints,
    place: Ints,
    indptr: Ints,
    head: Ints,
    rail_door: Bytes,
    door_cost: Floats,
    open_door: Bytes,
    patch: Bytes,
    zone_of: Ints,
    first: Ints,
    rail: Bytes,
    board: Floats,
    zone_cost: Floats,
    km_at: Longs,
    pool: Floats,
    wanted: Bytes,
    goal: Floats,
    stop: bool,
    extra_at: Ints,
    extra_head: Ints,
    extra_cost: Floats,
    extra_last: Bytes,
) -> int:
    """Settle all labels of one stage from those that wait in the heap.

    ``cost``, ``before`` and ``by`` are of all stages together, the labels of this one begin at
    ``base``; ``by`` is a door, -1 for a haul, -3 - e for an extra move, -2 for a beginning. With
    ``stop`` the search ends once no goal can be reached for less. Returns the best label at a
    goal, or -1.
    """
    states = indptr.size - 1
    best, bound, arrived = np.inf, np.inf, -1
    while size > 0:
        label, now = labels[0], keys[0]
        if stop and now >= best:
            break
        size = drop(keys, labels, place, size)
        state = (label - base) >> 2
        ran = (label >> 1) & 1
        boarded = label & 1
        # Who has been on a train, or may still be hauled, can do all that the other can.
        if (boarded == 0 and cost[label + 1] <= now) or (ran == 1 and cost[label - 2] <= now):
            continue
        if goal[state] + now < best:
            best, arrived = goal[state] + now, label
        for e in range(extra_at[state], extra_at[state + 1]):
            if ran == 0 or extra_last[e] == 1:
                there = base + 4 * extra_head[e] + 2 + boarded
                total = now + extra_cost[e]
                if total < cost[there] and total < bound:
                    cost[there] = total
                    before[there] = label
                    by[there] = -3 - e
                    size = push(keys, labels, place, size, there, total)
                    if stop and total + goal[extra_head[e]] < bound:
                        bound = total + goal[extra_head[e]]
        if state >= states:
            continue
        zone = zone_of[state]
        if ran == 0 and zone >= 0 and km_at[zone] >= 0:
            run, on = now, boarded
            if rail[state] == 1 and boarded == 0:
                run += board[state]
                on = 1
            start, end, price = first[zone], first[zone + 1], zone_cost[zone]
            row = km_at[zone] + (state - start) * (end - start) - start
            for other in range(start, end):
                total = run + pool[row + other] * price
                there = base + 4 * other + 2 + on
                if total < cost[there] and total < cost[there - 2] and total < bound:
                    if wanted[other] == 0 or (on == 0 and total >= cost[there + 1]):
                        continue
                    cost[there] = total
                    before[there] = label
                    by[there] = -1
                    size = push(keys, labels, place, size, there, total)
                    if stop and total + goal[other] < bound:
                        bound = total + goal[other]
        for door in range(indptr[state], indptr[state + 1]):
            if patch[door] == SHUT or (open_door[door] == 0 and patch[door] != OPENED):
                continue
            run, on = now, boarded
            if rail_door[door] == 1 and boarded == 0:
                run += board[state]
                on = 1
            total = run + door_cost[door]
            there = base + 4 * head[door] + on
            if total < cost[there] and total < bound:
                cost[there] = total
                before[there] = label
                by[there] = door
                size = push(keys, labels, place, size, there, total)
                if stop and total + goal[head[door]] < bound:
                    bound = total + goal[head[door]]
    for at in range(size):
        place[labels[at]] = -1
    return arrived


# Many origins, many destinations ----------------------------------------------------------------


@compiled
def mark_lifts(
    patch: Bytes,
    value: int,
    start: int,
    end: int,
    members: Ints,
    indptr: Ints,
    head: Ints,
    lift: Bytes,
) -> None:
    """Patch the lifts between the states ``members[start:end]``."""
    for one in range(start, end):
        for door in range(indptr[members[one]], indptr[members[one] + 1]):
            if lift[door] == 1:
                for other in range(start, end):
                    if members[other] == head[door]:
                        patch[door] = value


@compiled
def settle_pairs(
    start_at: Ints,
    start_state: Ints,
    start_cost: Floats,
    aboard: int,
    goal_at: Ints,
    goal_state: Ints,
    goal_cost: Floats,
    cost: Floats,
    before: Ints,
    by: Ints,
    keys: Floats,
    labels: Ints,
    place: Ints,
    indptr: Ints,
    head: Ints,
    tail: Ints,
    rail_door: Bytes,
    door_cost: Floats,
    open_door: Bytes,
    patch: Bytes,
    zone_of: Ints,
    first: Ints,
    rail: Bytes,
    board: Floats,
    zone_cost: Floats,
    km_at: Longs,
    pool: Floats,
    wanted: Bytes,
    nowhere: Floats,
    extra_at: Ints,
    extra_head: Ints,
    extra_cost: Floats,
    extra_last: Bytes,
    lift: Bytes,
    parts: Floats,
    door_km: Floats,
    zones: int,
    result: Floats,
    idle: Bytes,
) -> None:
    """From each origin to all destinations: cost, then the components summed along each way.

    ``aboard`` is 1 where the first train is not waited for. Lifts between two states of the
    origin are shut. Those between two states of a destination
    cannot be, for all are searched at once: a way that uses one is marked in ``idle``.
    """
    doors = door_cost.size
    states = indptr.size - 1
    for o in range(start_at.size - 1):
        cost[: 4 * nowhere.size] = np.inf
        size = 0
        for s in range(start_at[o], start_at[o + 1]):
            label = 4 * start_state[s] + aboard
            if start_cost[s] < cost[label]:
                cost[label] = start_cost[s]
                by[label] = -2
                size = push(keys, labels, place, size, label, start_cost[s])
        mark_lifts(patch, SHUT, start_at[o], start_at[o + 1], start_state, indptr, head, lift)
        settle(
            0, size, cost, before, by, keys, labels, place, indptr, head, rail_door, door_cost,
            open_door, patch, zone_of, first, rail, board, zone_cost, km_at, pool, wanted, nowhere,
            False, extra_at, extra_head, extra_cost, extra_last,
        )  # fmt: skip
        mark_lifts(patch, 0, start_at[o], start_at[o + 1], start_state, indptr, head, lift)
        for d in range(goal_at.size - 1):
            best, end = np.inf, -1
            for g in range(goal_at[d], goal_at[d + 1]):
                for bits in range(4):
                    label = 4 * goal_state[g] + bits
                    if cost[label] + goal_cost[g] < best:
                        best, end = cost[label] + goal_cost[g], label
            result[0, o, d] = best
            if end < 0:
                continue
            hours, usd, co2e, km = 0.0, 0.0, 0.0, 0.0
            item = doors + zones + states + (end >> 2)
            hours += parts[0, item]
            usd += parts[1, item]
            co2e += parts[2, item]
            while by[end] != -2:
                earlier = before[end]
                state = earlier >> 2
                if (end & 1) != (earlier & 1):
                    item = doors + zones + state
                    hours += parts[0, item]
                    usd += parts[1, item]
                    co2e += parts[2, item]
                door = by[end]
                if door >= 0:
                    if lift[door] == 1:
                        within = 0
                        for g in range(goal_at[d], goal_at[d + 1]):
                            if goal_state[g] == state or goal_state[g] == end >> 2:
                                within += 1
                        if within == 2:
                            idle[o, d] = 1
                    hours += parts[0, door]
                    usd += parts[1, door]
                    co2e += parts[2, door]
                    km += door_km[door]
                else:
                    zone = zone_of[state]
                    row = km_at[zone] + (state - first[zone]) * (first[zone + 1] - first[zone])
                    run = pool[row + (end >> 2) - first[zone]]
                    item = doors + zone
                    hours += run * parts[0, item]
                    usd += run * parts[1, item]
                    co2e += run * parts[2, item]
                    km += run
                end = earlier
            result[1, o, d] = hours
            result[2, o, d] = usd
            result[3, o, d] = km
            result[4, o, d] = co2e
