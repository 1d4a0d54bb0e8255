"""The loops of the compiled search through a tree of plans: stage after stage, and back."""

from __future__ import annotations

import numpy as np

from corridors.routing.heap import Bytes, Floats, Ints, Longs, compiled, drop, push
from corridors.routing.loops import OPENED, SHUT, settle

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
