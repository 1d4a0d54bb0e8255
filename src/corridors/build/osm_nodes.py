"""Where the nodes of a file lie, in batches of plain arrays.

The compressed binary format (PBF) keeps nodes as columns of small differences. They are decoded
here a column at a time: a country has tens of millions of nodes, of which a network needs a
few. Everything that is not a dense block compressed by zlib is left to pyosmium.
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from corridors.build import osm_opl
from corridors.errors import DataError

MOST_HEADER_BYTES = 64 * 1024
"""Largest header of a block that the format allows."""

MOST_BLOCK_BYTES = 32 * 1024 * 1024
"""Largest block, compressed or not, that the format allows."""

_BATCH = 8192

Batch = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Ids, and longitudes and latitudes in units of 1e-7 degree."""

Field = tuple[int, int, int | memoryview]
"""Number, wire type and value of a field: a number, or the bytes of it."""


class _NotPlainError(Exception):
    """A block that is not written in the one usual way."""


def node_batches(path: Path, scratch: Path | None = None) -> Iterator[Batch]:
    """Ids and positions of all nodes of a file, batch by batch.

    Parameters
    ----------
    path : Path
        Any file that pyosmium reads.
    scratch : Path, optional
        Text that its nodes have been written to already, see `osm_opl`.

    Raises
    ------
    DataError
        A block is larger than the format allows, or damaged.
    """
    if scratch is not None:
        yield from _from_text(scratch)
        return
    if path.name.endswith(".pbf"):
        blocks = iter(_blocks(path))
        done = 0
        try:
            for block in blocks:
                batches = list(_dense(block))
                done += 1
                yield from batches
            return
        except _NotPlainError:
            # Rare writers: read the whole file again in the general way. The same node twice
            # at one position does no harm.
            pass
        except (ValueError, IndexError, struct.error, zlib.error) as error:
            raise DataError(f"{path}: block {done + 1} is damaged ({error})") from error
    yield from _general(path)


def _general(path: Path) -> Iterator[Batch]:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder) / "nodes.opl"
        osm_opl.write_scratch(path, scratch, nodes=True)
        yield from _from_text(scratch)


def _from_text(scratch: Path) -> Iterator[Batch]:
    columns = array("q"), array("q"), array("q")
    for node in osm_opl.nodes(scratch):
        for column, value in zip(columns, node, strict=True):
            column.append(value)
        if len(columns[0]) >= _BATCH:
            yield _batch(columns)
            columns = array("q"), array("q"), array("q")
    if columns[0]:
        yield _batch(columns)


def _batch(columns: tuple[array[int], array[int], array[int]]) -> Batch:
    one, two, three = (np.frombuffer(column, dtype=np.int64) for column in columns)
    return one, two, three


def _blocks(path: Path) -> Iterator[bytes]:
    """Uncompressed data blocks of a PBF file."""
    with path.open("rb") as file:
        while size := file.read(4):
            if len(size) < 4:
                raise ValueError("the file ends inside a header")
            length = struct.unpack(">I", size)[0]
            if length > MOST_HEADER_BYTES:
                raise ValueError(f"a header of {length} bytes, {MOST_HEADER_BYTES} are allowed")
            kind, datasize = b"", -1
            for number, _, value in _fields(memoryview(_exactly(file, length))):
                if number == 1 and isinstance(value, memoryview):
                    kind = bytes(value)
                elif number == 3 and isinstance(value, int):
                    datasize = value
            if not 0 <= datasize <= MOST_BLOCK_BYTES:
                raise ValueError(f"a block of {datasize} bytes, {MOST_BLOCK_BYTES} are allowed")
            blob = _exactly(file, datasize)
            if kind == b"OSMData":
                yield _unpacked(blob)


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise ValueError("the file ends inside a block")
    return data


def _unpacked(blob: bytes) -> bytes:
    for number, _, value in _fields(memoryview(blob)):
        if number == 1 and isinstance(value, memoryview):
            return bytes(value)
        if number == 3 and isinstance(value, memoryview):
            stream = zlib.decompressobj()
            data = stream.decompress(value, MOST_BLOCK_BYTES + 1)
            if len(data) > MOST_BLOCK_BYTES:
                raise ValueError(f"a block of more than {MOST_BLOCK_BYTES} bytes uncompressed")
            return data
    raise _NotPlainError


def _dense(block: bytes) -> Iterator[Batch]:
    groups: list[memoryview] = []
    granularity, lat_offset, lon_offset = 100, 0, 0
    for number, _, value in _fields(memoryview(block)):
        if number == 2 and isinstance(value, memoryview):
            groups.append(value)
        elif number == 17 and isinstance(value, int):
            granularity = value
        elif number == 19 and isinstance(value, int):
            lat_offset = _signed(value)
        elif number == 20 and isinstance(value, int):
            lon_offset = _signed(value)
    for group in groups:
        for number, _, value in _fields(group):
            if number == 1:
                raise _NotPlainError
            if number != 2 or not isinstance(value, memoryview):
                break  # a group holds one kind of thing
            columns = {
                name: _differences(inner)
                for name, _, inner in _fields(value)
                if name in (1, 8, 9) and isinstance(inner, memoryview)
            }
            ids, lat, lon = (columns.get(name, _NONE) for name in (1, 8, 9))
            if not len(ids) == len(lat) == len(lon):
                raise ValueError("columns of nodes of different lengths")
            yield ids, _fixed(lon, granularity, lon_offset), _fixed(lat, granularity, lat_offset)


_NONE = np.empty(0, dtype=np.int64)


def _fixed(values: NDArray[np.int64], granularity: int, offset: int) -> NDArray[np.int64]:
    """Positions in units of 1e-7 degree, cut towards zero as pyosmium does."""
    if granularity == 100 and offset == 0:
        return values
    nano = values * granularity + offset
    return np.asarray(np.sign(nano) * (np.abs(nano) // 100), dtype=np.int64)


def _fields(data: memoryview) -> Iterator[Field]:
    """Fields of one protocol-buffer message."""
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield number, kind, value
        elif kind == 2:
            size, at = _varint(data, at)
            if at + size > end:
                raise ValueError("a field that is longer than its block")
            yield number, kind, data[at : at + size]
            at += size
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        else:
            raise ValueError(f"a field of unknown type {kind}")


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number of more than 64 bits")


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _differences(data: memoryview) -> NDArray[np.int64]:
    """Running sums of a packed column of zigzag numbers."""
    octets = np.frombuffer(data, dtype=np.uint8)
    if not len(octets):
        return _NONE
    ends = np.flatnonzero(octets < 0x80)
    if not len(ends) or ends[-1] != len(octets) - 1:
        raise ValueError("a column that ends inside a number")
    starts = np.concatenate([[0], ends[:-1] + 1])
    size = ends - starts + 1
    if size.max() > 10:
        raise ValueError("a number of more than 64 bits")
    value = (octets[starts] & 0x7F).astype(np.uint64)
    for more in range(1, int(size.max())):
        longer = np.flatnonzero(size > more)
        value[longer] |= (octets[starts[longer] + more] & 0x7F).astype(np.uint64) << np.uint64(
            7 * more
        )
    half = (value >> np.uint64(1)).astype(np.int64)
    return np.cumsum(np.where(value & np.uint64(1), ~half, half))
