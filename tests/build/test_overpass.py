"""Overpass through OSMnx, from stored replies: the same lines as from a file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridors.build.osm_folder import OsmBuild
from corridors.build.osm_reader import read_osm
from corridors.build.overpass import build_overpass, read_box, read_overpass
from corridors.errors import DataError, UsageError

osmnx = pytest.importorskip("osmnx")
requests = pytest.importorskip("requests")

BOX = (-0.5, 0.5, 0.5, 1.5)
NODES = {
    1: (0.9, 0.0), 2: (1.0, 0.0), 3: (1.1, 0.0), 4: (1.0, 0.1), 5: (1.1, 0.1), 6: (1.05, 0.05),
}  # fmt: skip
WAYS = [
    (10, [1, 2, 3], {"railway": "rail", "gauge": "1435;1520", "usage": "main"}),
    (11, [2, 4], {"railway": "rail", "service": "spur"}),
    (12, [5, 4], {"highway": "primary", "oneway": "-1"}),
    (13, [3, 5], {"highway": "motorway", "hgv": "designated"}),
    (14, [4, 6, 5, 6, 3], {"highway": "secondary"}),
    (15, [1, 4], {"railway": "disused"}),
    (16, [3, 6], {"route": "ferry", "name": "Boat", "duration": "02:00"}),
]
TAGGED = {2: {"railway": "station", "name": "Alfa"}, 6: {"barrier": "border_control"}}


class Server:
    """Answers what the stored replies hold; knows no more of the query than key and values."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, data: Mapping[str, Any]) -> dict[str, Any]:
        query = str(data["data"])
        self.asked.append(query)
        elements: list[dict[str, Any]] = []
        wanted = re.findall(r'\[[\'"]([^\'"]+)[\'"]~?=?[\'"]([^\'"]+)[\'"]', query)
        for name, refs, tags in WAYS:
            if any(re.fullmatch(value, tags.get(key, "")) for key, value in wanted):
                elements.append({"type": "way", "id": name, "nodes": refs, "tags": tags})
        used = {ref for element in elements for ref in element["nodes"]}
        for name, (lon, lat) in NODES.items():
            tags = TAGGED.get(name, {})
            if name in used or any(re.fullmatch(v, tags.get(k, "")) for k, v in wanted):
                elements.append({"type": "node", "id": name, "lon": lon, "lat": lat, "tags": tags})
        return json.loads(json.dumps({"elements": elements}))  # as text it came


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr("osmnx._overpass._overpass_request", made)
    return made


def test_the_same_lines_as_from_a_file(server: Server, write_osm: Callable[..., Path]) -> None:
    asked = read_overpass(BOX)
    given = read_osm([write_osm(NODES, WAYS, tagged=TAGGED)])
    assert asked.way.tolist() == [10, 11, 12, 13, 14, 16]
    assert asked.points == given.points
    assert asked.ferries == given.ferries
    assert [asked.kinds[k].mode for k in asked.kind] == [given.kinds[k].mode for k in given.kind]
    assert asked.counts["ways_dropped"] == given.counts["ways_dropped"] == {"rail": {"disused": 1}}
    assert asked.counts["warnings"] == given.counts["warnings"] == {}
    assert asked.x[asked.node].sum() == given.x[given.node].sum()


def test_the_same_network_as_from_a_file(
    server: Server, write_osm: Callable[..., Path], toy: Any, tmp_path: Path
) -> None:
    from corridors.build.flatten_osm import flatten_osm

    lines = {"asked": read_overpass(BOX), "given": read_osm([write_osm(NODES, WAYS)])}
    for mode in ("rail", "road"):
        for name, some in lines.items():
            flat, _ = flatten_osm(
                some, mode=mode, polygons=toy.polygons(), served=frozenset({"AA"})
            )
            flat.write(tmp_path / name)
        assert (tmp_path / "asked").read_bytes() == (tmp_path / "given").read_bytes()


def test_settings_of_osmnx_are_left_as_they_were(server: Server) -> None:
    before = osmnx.settings.useful_tags_way, osmnx.settings.all_oneway, osmnx.settings.cache_folder
    read_overpass(BOX)
    assert (
        osmnx.settings.useful_tags_way, osmnx.settings.all_oneway, osmnx.settings.cache_folder
    ) == before  # fmt: skip


def test_an_empty_answer_is_an_empty_map(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("osmnx._overpass._overpass_request", lambda _: {"elements": []})
    lines = read_overpass(BOX)
    assert len(lines.way) == 0
    assert lines.points == []


def test_without_a_network_it_says_so_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, toy_folder: Path, tmp_path: Path
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise requests.exceptions.ConnectionError("Name or service not known")

    monkeypatch.setattr("osmnx._overpass._overpass_request", refused)
    with pytest.raises(DataError, match=r"cannot be reached.*needs a network.*--osm"):
        list(build_overpass(OsmBuild(tmp_path / "out", toy_folder), BOX))
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise osmnx._errors.ResponseStatusCodeError("504 Gateway\nTimeout")

    monkeypatch.setattr("osmnx._overpass._overpass_request", busy)
    with pytest.raises(DataError, match="504 Gateway Timeout"):
        read_overpass(BOX)


def test_a_folder_from_a_server(server: Server, toy_folder: Path, tmp_path: Path) -> None:
    said = list(build_overpass(OsmBuild(tmp_path / "out", toy_folder), BOX))
    assert "done" in said[-1]
    report = json.loads((tmp_path / "out" / "build-report.json").read_text("utf-8"))
    assert report["read"]["files"][0]["file"] == "Overpass -0.5,0.5,0.5,1.5"
    assert np.load(tmp_path / "out" / "osm" / "rail.npz")["arc_m"].sum() > 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,2,3", "no box"),
        ("a,b,c,d", "no box"),
        ("44,7,43,8", "no box on the world"),
        ("0,0,nan,1", "no box on the world"),
        ("40,60,50,80", "too large"),
    ],
)
def test_boxes_that_are_none(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_box(text)
