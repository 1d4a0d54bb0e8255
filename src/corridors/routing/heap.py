"""Compiling a loop, and the heap that the loops of the search share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bytes = NDArray[np.uint8]

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
