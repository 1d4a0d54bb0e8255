"""Parallel lanes: corridors that share a track are drawn side by side, never on top."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

Points = np.ndarray[Any, np.dtype[np.float64]]
Signs = np.ndarray[Any, np.dtype[np.int8]]
Runs = list[tuple[float, float]]

_RADIUS_KM = 6371.0
_STEP_KM = 5.0
#: Lines closer than one to two cells cannot be told apart at the zooms of a corridor map.
_CELL_KM = 6.0
#: A meeting shorter than this is a crossing, a parting shorter than this a station throat.
_SHORTEST_KM = 45.0
_NEIGHBOURS = np.array(list(itertools.product((-1, 0, 1), repeat=3)), dtype=np.int64)
#: One number for a cell: the Earth is about 2,100 cells across.
_KEY = np.array([1, 1 << 14, 1 << 28], dtype=np.int64)


def _unit(points: Points) -> Points:
    lon, lat = np.radians(points[:, 0]), np.radians(points[:, 1])
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


class _Track:
    """A corridor as evenly spaced samples that remember their leg and vertex position."""

    def __init__(self, legs: Sequence[Points]) -> None:
        at: list[Points] = []
        position: list[tuple[int, float]] = []
        for number, leg in enumerate(legs):
            if len(leg) < 2:
                continue
            xyz = _unit(leg)
            step = np.linalg.norm(np.diff(xyz, axis=0), axis=1) * _RADIUS_KM
            along = np.concatenate([[0.0], np.cumsum(step)])
            count = max(2, int(along[-1] / _STEP_KM) + 1)
            where = np.linspace(0.0, along[-1], count)
            at.append(np.column_stack([np.interp(where, along, xyz[:, k]) for k in range(3)]))
            index = np.interp(where, along, np.arange(len(leg), dtype=float))
            position += [(number, float(i)) for i in index]
        self.xyz: Points = np.concatenate(at) if at else np.empty((0, 3))
        self.position = position
        self.heading = np.gradient(self.xyz, axis=0) if len(self.xyz) > 1 else self.xyz
        cells = np.floor(self.xyz * (_RADIUS_KM / _CELL_KM)).astype(np.int64)
        self.keys = cells @ _KEY
        # Each sample claims its cell and the 26 round it; the first sample to claim one keeps it.
        near = (cells[:, None, :] + _NEIGHBOURS) @ _KEY
        self.claimed, first = np.unique(near.ravel(), return_index=True)
        self.owner = first // len(_NEIGHBOURS)

    def meets(self, other: _Track) -> Signs:
        """For each sample: 1 beside `other` in the same heading, -1 against it, 0 apart."""
        if not len(other.claimed):
            return np.zeros(len(self.keys), dtype=np.int8)
        place = np.minimum(np.searchsorted(other.claimed, self.keys), len(other.claimed) - 1)
        beside = other.claimed[place] == self.keys
        along = (self.heading * other.heading[other.owner[place]]).sum(axis=1)
        return _steady(np.where(beside, np.where(along >= 0, 1, -1), 0).astype(np.int8))


def _steady(signs: Signs) -> Signs:
    """Close short partings, drop short meetings, one heading per run."""
    shortest = int(_SHORTEST_KM / _STEP_KM)
    together = signs != 0
    for value in (False, True):
        for start, end in _runs(together):
            inner = start > 0 and end < len(together)
            if together[start] == value and end - start < shortest and (value or inner):
                together[start:end] = not value
    out = np.zeros_like(signs)
    for start, end in _runs(together):
        if together[start]:
            out[start:end] = 1 if signs[start:end].sum() >= 0 else -1
    return out


def _runs(values: np.ndarray[Any, Any]) -> list[tuple[int, int]]:
    if not len(values):
        return []
    cuts = [0, *(np.flatnonzero(values[1:] != values[:-1]) + 1).tolist(), len(values)]
    return list(itertools.pairwise(cuts))


def parallel_lanes(corridors: Sequence[Sequence[Points]]) -> list[list[Runs]]:
    """Give every corridor its lane wherever it runs beside others.

    Parameters
    ----------
    corridors : sequence of sequences of (n, 2) arrays
        For each corridor its legs in order of travel, as (lon, lat) vertices.

    Returns
    -------
    list of list of runs
        For each corridor and leg: (vertex position, lane) pairs, each lane holding from that
        position on; the position may lie between two vertices. Lanes are centred on the line:
        0 alone, -0.5 and 0.5 for two, -1, 0 and 1 for three, left negative seen in the
        direction of travel.

    Examples
    --------
    >>> line = np.array([[60.0, 45.0], [70.0, 45.0]])
    >>> parallel_lanes([[line], [line]])
    [[[(0.0, -0.5)]], [[(0.0, 0.5)]]]
    """
    tracks = [_Track(legs) for legs in corridors]
    out: list[list[Runs]] = []
    for me, track in enumerate(tracks):
        runs: list[Runs] = [[] for _ in corridors[me]]
        out.append(runs)
        if not len(track.keys):
            continue
        beside = np.stack(
            [
                track.meets(other) if you != me else np.ones(len(track.keys), dtype=np.int8)
                for you, other in enumerate(tracks)
            ]
        )
        together = beside != 0
        rank = together[:me].sum(axis=0) - (together.sum(axis=0) - 1) / 2
        # The first corridor of a group sets the sides; one that meets it head-on mirrors them.
        first = together.argmax(axis=0)
        lane = rank * beside[first, np.arange(beside.shape[1])]
        for number, (leg, position) in enumerate(track.position):
            value = float(lane[number]) + 0.0
            if not runs[leg] or runs[leg][-1][1] != value:
                start = 0.0 if not runs[leg] else round(position, 2)
                runs[leg].append((start, value))
    return out
