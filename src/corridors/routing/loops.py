"""The loops of the compiled search: plain functions over arrays that numba compiles if it is there.

Without the extra ``[fast]`` they run as they stand, with the same results. A label is a state
with two more bits: whether a haul led here (then only a door can follow), and whether a train
has been boarded (the first one is waited for).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bytes = NDArray[np.uint8]

SHUT, OPENED = 1, 2
"""What a question does to a door that is otherwise as the stage has it."""

F = TypeVar("F", bound=Callable[..., Any])


def _numba() -> Any:
    try:
        import numba
    except ImportError:
        return None
    return numba


NUMBA = _numba()


def compiled(function: F) -> F:
    """Compile a loop where numba is there; its machine code is kept for the next process."""
    if NUMBA is None:
        return function
    try:
        fast: F = NUMBA.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no folder for the cache can be written to
        fast = NUMBA.njit(nogil=True)(function)
    return fast


# A heap of labels by key, with the place of each label: four children to a node ---------------


@compiled
def push(keys: Floats, labels: Ints, place: Ints, size: int, label: int, key: float) -> int:
    """Put a label in, or move it up if it is in already; returns the new size."""
    at = place[label]
    if at < 0:
        at = size
        size += 1
    while at > 0:
        up = (at - 1) >> 2
        if keys[up] <= key:
            break
        keys[at] = keys[up]
        labels[at] = labels[up]
        place[labels[at]] = at
        at = up
    keys[at] = key
    labels[at] = label
    place[label] = at
    return size


@compiled
def drop(keys: Floats, labels: Ints, place: Ints, size: int) -> int:
    """Take the first label out; returns the new size."""
    place[labels[0]] = -1
    size -= 1
    if size == 0:
        return 0
    key = keys[size]
    label = labels[size]
    at = 0
    while True:
        child = 4 * at + 1
        if child >= size:
            break
        least = child
        for other in range(child + 1, min(child + 4, size)):
            if keys[other] < keys[least]:
                least = other
        if keys[least] >= key:
            break
        keys[at] = keys[least]
        labels[at] = labels[least]
        place[labels[at]] = at
        at = least
    keys[at] = key
    labels[at] = label
    place[label] = at
    return size


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


# Backwards through a last stage ------------------------------------------------------------------


@compiled
def settle_back(
    cost: Floats,
    after: Ints,
    by: Ints,
    keys: Floats,
    labels: Ints,
    place: Ints,
    into: Ints,
    into_door: Ints,
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
    goal: Floats,
    extra_into: Ints,
    extra_tail: Ints,
    extra_by: Ints,
    extra_cost: Floats,
) -> None:
    """Cost from every state to the goal, by (state, whether a train has been boarded before)."""
    states = into.size - 1
    size = 0
    cost[:] = np.inf
    after[:] = -1
    for state in range(goal.size):
        if goal[state] < np.inf:
            for boarded in range(2):
                label = 2 * state + boarded
                cost[label] = goal[state]
                by[label] = -2
                size = push(keys, labels, place, size, label, goal[state])
    while size > 0:
        label, now = labels[0], keys[0]
        size = drop(keys, labels, place, size)
        state, boarded = label >> 1, label & 1
        for e in range(extra_into[state], extra_into[state + 1]):
            there = 2 * extra_tail[e] + boarded
            total = now + extra_cost[extra_by[e]]
            if total < cost[there]:
                cost[there] = total
                after[there] = label
                by[there] = -3 - extra_by[e]
                size = push(keys, labels, place, size, there, total)
        if state >= states:
            continue
        for d in range(into[state], into[state + 1]):
            door = into_door[d]
            if patch[door] == SHUT or (open_door[door] == 0 and patch[door] != OPENED):
                continue
            total = now + door_cost[door]
            if rail_door[door] == 0:
                there = 2 * tail[door] + boarded
                if total < cost[there]:
                    cost[there] = total
                    after[there] = label
                    by[there] = door
                    size = push(keys, labels, place, size, there, total)
            elif boarded == 1:
                for on in range(2):
                    if on == 0:
                        total += board[tail[door]]
                    else:
                        total = now + door_cost[door]
                    there = 2 * tail[door] + on
                    if total < cost[there]:
                        cost[there] = total
                        after[there] = label
                        by[there] = door
                        size = push(keys, labels, place, size, there, total)
        zone = zone_of[state]
        if zone < 0 or km_at[zone] < 0 or (rail[state] == 1 and boarded == 0):
            continue
        start, end, price = first[zone], first[zone + 1], zone_cost[zone]
        row = km_at[zone] + (state - start) * (end - start) - start
        for other in range(start, end):
            if wanted[other] == 1:
                total = now + pool[row + other] * price
                there = 2 * other + boarded
                if total < cost[there]:
                    cost[there] = total
                    after[there] = label
                    by[there] = -1
                    size = push(keys, labels, place, size, there, total)
                if rail[state] == 1:
                    total += board[other]
                    there = 2 * other
                    if total < cost[there]:
                        cost[there] = total
                        after[there] = label
                        by[there] = -1
                        size = push(keys, labels, place, size, there, total)


# A tree of plans ------------------------------------------------------------------------------


@compiled
def settle_tree(
    width: int,
    parent: Ints,
    shape: Ints,
    gate_at: Ints,
    gate_door: Ints,
    last: Ints,
    stop: bool,
    togo: Floats,
    best: Floats,
    best_label: Ints,
    best_door: Ints,
    seed_state: Ints,
    seed_cost: Floats,
    aboard: int,
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
    open_doors: Bytes,
    patch: Bytes,
    zone_of: Ints,
    first: Ints,
    rail: Bytes,
    board: Floats,
    zone_cost: Floats,
    km_ats: Longs,
    pool: Floats,
    wanteds: Bytes,
    goal_wanted: Ints,
    goal: Floats,
    has_plans: Bytes,
    extra_at: Ints,
    extra_head: Ints,
    extra_cost: Floats,
    extra_last: Bytes,
) -> None:
    """Settle every node of a plan tree, parents first.

    ``best`` of a node that plans end in is the cheapest total; ``best_label`` the label it comes
    from: at a goal inside the node, or before the door ``best_door`` into a last section.
    ``aboard`` is 1 where the first train is not waited for. With ``stop``, for a tree of one
    node, the search ends with the first goal that cannot be beaten.
    """
    nowhere = np.full(goal.size, np.inf)
    for node in range(parent.size):
        base = 4 * width * node
        size = 0
        slot = last[node]
        best[node] = np.inf
        best_label[node] = -1
        best_door[node] = -1
        if parent[node] < 0:
            for s in range(seed_state.size):
                state = seed_state[s]
                if slot >= 0:
                    total = seed_cost[s] + togo[slot, 2 * state + aboard]
                    if total < best[node]:
                        best[node] = total
                        best_label[node] = -2 - state
                else:
                    label = base + 4 * state + aboard
                    if seed_cost[s] < cost[label]:
                        cost[label] = seed_cost[s]
                        before[label] = -1
                        by[label] = -2
                        size = push(keys, labels, place, size, label, seed_cost[s])
        else:
            origin = 4 * width * parent[node]
            for g in range(gate_at[node], gate_at[node + 1]):
                door = gate_door[g]
                for bits in range(4):
                    label = origin + 4 * tail[door] + bits
                    total = cost[label]
                    if total == np.inf:
                        continue
                    on = bits & 1
                    if rail_door[door] == 1 and on == 0:
                        total += board[tail[door]]
                        on = 1
                    total += door_cost[door]
                    if slot >= 0:
                        total += togo[slot, 2 * head[door] + on]
                        if total < best[node]:
                            best[node] = total
                            best_label[node] = label
                            best_door[node] = door
                    else:
                        there = base + 4 * head[door] + on
                        if total < cost[there]:
                            cost[there] = total
                            before[there] = label
                            by[there] = door
                            size = push(keys, labels, place, size, there, total)
        if slot >= 0 or size == 0:
            continue
        k = shape[node]
        wanted = wanteds[k]
        if goal_wanted.size > 0:
            wanted = wanted.copy()
            for g in range(goal_wanted.size):
                wanted[goal_wanted[g]] = 1
        arrived = settle(
            base,
            size,
            cost,
            before,
            by,
            keys,
            labels,
            place,
            indptr,
            head,
            rail_door,
            door_cost,
            open_doors[k],
            patch,
            zone_of,
            first,
            rail,
            board,
            zone_cost,
            km_ats[k],
            pool,
            wanted,
            goal if has_plans[node] == 1 else nowhere,
            stop,
            extra_at,
            extra_head,
            extra_cost,
            extra_last,
        )
        if arrived >= 0:
            best[node] = cost[arrived] + goal[(arrived - base) >> 2]
            best_label[node] = arrived


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


# Lines, junction by junction ----------------------------------------------------------------------


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
