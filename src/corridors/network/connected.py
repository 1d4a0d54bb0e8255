"""Which nodes of a network hang together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def components(
    count: int, u: NDArray[np.integer[Any]], v: NDArray[np.integer[Any]]
) -> NDArray[np.int64]:
    """Component of each node: the smallest node in it.

    Parameters
    ----------
    count : int
        How many nodes there are.
    u, v : (n,) int array
        Ends of the edges.

    Examples
    --------
    >>> components(5, np.array([1, 4]), np.array([2, 3])).tolist()
    [0, 1, 1, 3, 3]
    """
    label = np.arange(count)
    while True:
        before = label.copy()
        low = np.minimum(label[u], label[v])
        np.minimum.at(label, u, low)
        np.minimum.at(label, v, low)
        label = label[label]
        if np.array_equal(label, before):
            return label
