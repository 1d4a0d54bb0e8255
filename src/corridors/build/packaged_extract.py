"""Read the rail and road networks of the ``scgraph_data`` wheel without running its code.

The wheel holds OpenStreetMap lines as two Python literals per module. They are data, so they
are parsed, by a grammar that allows nothing but numbers and brackets, and never imported.
"""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridors.errors import DataError

MEMBERS = {"rail": "scgraph_data/world_railways.py", "road": "scgraph_data/world_highways.py"}

_LITERAL = re.compile(r"[\[\]{}0-9:., e\-]*\Z")
_KEY = re.compile(r"(\d+): ")


@dataclass(frozen=True, slots=True)
class RawLines:
    """Vertices and undirected edges as the source gives them.

    Attributes
    ----------
    lon, lat : (n,) float64
        Degrees, rounded to 0.001 by the source.
    u, v : (m,) int32
        Vertex indices, ``u < v``, every pair once.
    km : (m,) float64
        Length along the line; a contracted edge is longer than its chord.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    u: NDArray[np.int32]
    v: NDArray[np.int32]
    km: NDArray[np.float64]


def read_packaged_extract(wheel: Path, *, mode: str) -> RawLines:
    """Parse one network of the wheel.

    Parameters
    ----------
    wheel : Path
        ``scgraph_data-2.0.0-py3-none-any.whl``.
    mode : {"rail", "road"}

    Returns
    -------
    RawLines

    Raises
    ------
    DataError
        The file is not such a wheel, or holds anything but number literals.
    """
    member = MEMBERS[mode]
    try:
        with zipfile.ZipFile(wheel) as archive:
            text = archive.read(member).decode("ascii")
    except (OSError, KeyError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise DataError(f"{wheel}: cannot read {member}: {error}") from error
    graph = json.loads(_KEY.sub(r'"\1": ', _literal(text, "graph", member)))
    nodes = np.array(json.loads(_literal(text, "nodes", member)), dtype=np.float64)
    u, v, km = _edges(graph)
    return RawLines(lon=nodes[:, 1], lat=nodes[:, 0], u=u, v=v, km=km)


def _literal(text: str, name: str, member: str) -> str:
    for line in text.splitlines():
        if line.startswith(f"{name}="):
            literal = line[len(name) + 1 :]
            if _LITERAL.match(literal):
                return literal
            raise DataError(f"{member}: the value of {name!r} holds more than number literals")
    raise DataError(f"{member}: no line defines {name!r}")


def _edges(
    graph: list[dict[str, Any]],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    sources: list[int] = []
    targets: list[int] = []
    lengths: list[float] = []
    for source, neighbours in enumerate(graph):
        for key, km in neighbours.items():
            target = int(key)
            if source < target:
                sources.append(source)
                targets.append(target)
                lengths.append(km)
    return (
        np.array(sources, dtype=np.int32),
        np.array(targets, dtype=np.int32),
        np.array(lengths, dtype=np.float64),
    )
