"""Drawn lines on a plane: lanes side by side, smooth where a corridor changes lane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Points = np.ndarray[Any, np.dtype[np.float64]]
Runs = Sequence[tuple[float, float]]

_STEP = 4.0
_EASE = 36.0


def side_by_side(legs: Sequence[Points], lanes: Sequence[Runs], *, gap: float) -> list[Points]:
    """Shift the legs of one corridor to their lanes.

    Parameters
    ----------
    legs : sequence of (n, 2) arrays
        Pixel coordinates, y down.
    lanes : sequence of runs
        (vertex position, lane) pairs per leg.
    gap : float
        Pixels between neighbouring lanes.

    Returns
    -------
    list of (m, 2) arrays
        One line per leg; neighbours meet.

    Examples
    --------
    >>> side_by_side([np.array([[0.0, 0.0], [8.0, 0.0]])], [[(0.0, 1.0)]], gap=6.0)[0].tolist()
    [[0.0, 6.0], [4.0, 6.0], [8.0, 6.0]]
    """
    sampled = [_resample(leg) for leg in legs]
    drawn = [i for i, (xy, _) in enumerate(sampled) if len(xy) > 1]
    out: list[Points] = [np.empty((0, 2)) for _ in legs]
    if not drawn:
        return out
    xy = np.concatenate([sampled[i][0] for i in drawn])
    shift = np.concatenate([_lane_at(sampled[i][1], lanes[i]) for i in drawn])
    if shift.any():
        shift = _smooth(shift, int(_EASE / _STEP))
        xy = xy + _normals(xy) * (shift * gap)[:, None]
    start = 0
    for i in drawn:
        count = len(sampled[i][0])
        piece = xy[start : start + count]
        if start and len(out[i - 1]) and i - 1 in drawn:
            piece = np.concatenate([out[i - 1][-1:], piece[1:]])
        out[i] = piece
        start += count
    return out


def _resample(line: Points) -> tuple[Points, Points]:
    if len(line) < 2:
        return line, np.empty(0)
    step = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(step)])
    count = max(2, int(np.ceil(along[-1] / _STEP)) + 1)
    where = np.linspace(0.0, along[-1], count)
    xy = np.column_stack([np.interp(where, along, line[:, k]) for k in (0, 1)])
    return xy, np.interp(where, along, np.arange(len(line), dtype=float))


def _lane_at(position: Points, runs: Runs) -> Points:
    if not runs:
        return np.zeros(len(position))
    starts = np.array([at for at, _ in runs])
    values = np.array([lane for _, lane in runs])
    return np.asarray(values[np.maximum(0, np.searchsorted(starts, position, "right") - 1)])


def _smooth(values: Points, reach: int) -> Points:
    width = min(2 * reach + 1, len(values) | 1)
    padded = np.pad(values, width // 2, mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")[: len(values)]


def _normals(xy: Points) -> Points:
    """Unit normals of the line smoothed a little: a wriggle must not tear lanes apart."""
    tangent = np.gradient(xy, axis=0)
    tangent = np.column_stack([_smooth(tangent[:, k], 3) for k in (0, 1)])
    length = np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)
    return np.column_stack([-tangent[:, 1], tangent[:, 0]]) / length[:, None]
