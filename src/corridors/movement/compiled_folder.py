"""The folder of a compiled network: its files, their digests, and how they are read again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import DataError
from corridors.movement.compiled import (
    CompiledNetwork,
    CrossingRun,
    HaulTable,
    Lines,
    ServiceRun,
    compact,
    pack,
    unpack,
)  # fmt: skip

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCHEMA = "corridors.network/5"

HAULS = "hauls.jsonl"

BESIDE = ("rail.npz", "rail.json", "road.npz", "road.json", "lanes.json")
"""Files that few questions open."""


def write_compiled(network: CompiledNetwork) -> None:
    """Write ``hauls.jsonl``, last of all files of the folder: it names their digests.

    One line of JSON each: schema and digest of the rest; what every question needs; then the
    hauls, zone by zone, which are parsed when a zone or a haul is asked for.
    """
    beside = [network.folder / name for name in BESIDE]
    network.files = {path.name: digest(path.read_bytes()) for path in beside if path.exists()}
    pieces, zones, at = [], [], 0
    for zone, (lengths, details) in network.hauls.texts.items():
        middle = at + len(lengths) + 1
        zones.append((zone, at, middle, middle + len(details)))
        at = middle + len(details) + 1
        pieces += [lengths, details]
    head = {
        "inputs": network.inputs,
        "files": network.files,
        "attribution": "Lines: (c) OpenStreetMap contributors, ODbL 1.0",
        "snap": [
            [a, b, round(km, 3), *(round(x, 5) for x in network.foot[(a, b)])]
            for (a, b), km in sorted(network.snap_km.items())
        ],
        "crossings": [_crossing_row(run) for run in network.crossings],
        "services": [[s.id, round(s.km, 1)] for s in network.services],
        "findings": network.findings,
        "zones": zones,
    }
    rest = "\n".join([compact(head), *pieces]).encode()
    first = compact([SCHEMA, digest(rest)]).encode()
    (network.folder / HAULS).write_bytes(first + b"\n" + rest)


def _crossing_row(run: CrossingRun) -> list[Any]:
    return [
        *run[:6],
        round(run.off_km, 2),
        round(run.km_a, 3),
        round(run.km_b, 3),
        pack(run.countries_a),
        pack(run.countries_b),
    ]


def read_compiled(folder: Path) -> CompiledNetwork:
    """Read what `write_compiled` wrote.

    Raises
    ------
    DataError
        The folder holds no compiled network, or a damaged one.
    """
    path = folder / HAULS
    try:
        first, _, rest = path.read_bytes().partition(b"\n")
        schema, expected = json.loads(first)
        if schema != SCHEMA:
            raise DataError(f"{path}: schema {schema!r}, expected {SCHEMA!r}")
        if digest(rest) != expected:
            raise DataError(f"{path}: damaged: its contents are not those that were written")
        line, _, hauls = rest.decode().partition("\n")
        head = json.loads(line)
        return CompiledNetwork(
            folder=folder,
            inputs=head["inputs"],
            files=head["files"],
            snap_km={(f, z): km for f, z, km, _, _ in head["snap"]},
            foot={(f, z): (lon, lat) for f, z, _, lon, lat in head["snap"]},
            hauls=HaulTable(
                {
                    zone: (hauls[start : middle - 1], hauls[middle:end])
                    for zone, start, middle, end in head["zones"]
                }
            ),
            crossings=[_crossing(row) for row in head["crossings"]],
            services=[ServiceRun(*row) for row in head["services"]],
            findings=head["findings"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path}: not a compiled network ({error})") from error


def _crossing(row: list[Any]) -> CrossingRun:
    *plain, km_a, km_b, a, b = row
    return CrossingRun._make([*plain, km_a, km_b, unpack(a, km_a), unpack(b, km_b)])


def digest(content: bytes) -> str:
    """SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def write_lines(path: Path, lines: Lines) -> None:
    """Write lines and their zones beside each other; same input, same bytes."""
    lines.flat.write(path)
    keys = sorted(lines.node_of)
    extra = {
        "zones": list(lines.zones),
        "nodes": [[facility, zone, lines.node_of[(facility, zone)]] for facility, zone in keys],
        "arc_zone": _runs(lines.arc_zone),
    }
    path.with_suffix(".json").write_text(json.dumps(extra, separators=(",", ":")), "utf-8")


def _runs(values: NDArray[np.int16]) -> list[list[int]]:
    """Run-length form: arcs of a zone mostly stand together."""
    if not len(values):
        return []
    edges = np.flatnonzero(np.diff(values)) + 1
    starts = np.concatenate([[0], edges]).astype(int)
    sizes = np.diff(np.concatenate([starts, [len(values)]]))
    return [[int(values[s]), int(n)] for s, n in zip(starts, sizes, strict=True)]


def read_lines(folder: Path, mode: str) -> Lines:
    """Read what `write_lines` wrote.

    Raises
    ------
    DataError
        A file is missing or damaged.
    """
    # Late: lines are opened to draw or to start off the terminals, not to compare.
    from corridors.network.flat import read_flat_network

    path = folder / f"{mode}.json"
    try:
        extra = json.loads(path.read_text("utf-8"))
        runs = np.array(extra["arc_zone"], dtype=np.int64).reshape(-1, 2)
        arc_zone = np.repeat(runs[:, 0], runs[:, 1]).astype(np.int16)
        node_of = {(f, z): int(n) for f, z, n in extra["nodes"]}
        zones = tuple(extra["zones"])
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise DataError(f"{path}: not readable ({error}); recompile the network") from error
    flat = read_flat_network(folder / f"{mode}.npz")
    return Lines(flat=flat, zones=zones, arc_zone=arc_zone, node_of=node_of)
