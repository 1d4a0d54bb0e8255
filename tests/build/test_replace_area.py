"""One region made anew: new lines inside, old ones outside, joined at the edge."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.engine import Engine
from corridors.build.osm_folder import OsmBuild, build_osm
from corridors.build.replace_area import JOIN_KM, read_area, replace_area
from corridors.errors import DataError
from corridors.network.flat import STITCHED, FlatNetwork, read_flat_network

pytest.importorskip("osmium")

DEGREE = 111.195
MIDDLE = shapely.box(1.0, -1.0, 2.0, 1.0)


def line(toy: ModuleType, *lat: float, west: float = 0.5, east: float = 2.5) -> FlatNetwork:
    """Straight lines along some latitudes."""
    nodes = {f"{end}{i}": (x, y) for i, y in enumerate(lat)
             for end, x in (("w", west), ("e", east))}  # fmt: skip
    arcs = [(f"w{i}", f"e{i}", (east - west) * DEGREE, "AA") for i in range(len(lat))]
    flat: FlatNetwork = toy.flat_network("rail", nodes, arcs)
    return flat


def test_the_new_line_takes_the_place_of_the_old(toy: ModuleType) -> None:
    counts: dict[str, Any] = {}
    flat = replace_area(line(toy, 0.0), line(toy, 0.01), MIDDLE, counts=counts)
    replaced = counts["replaced"]
    assert replaced["km_kept"] == pytest.approx(DEGREE, abs=0.2)
    assert replaced["km_new"] == pytest.approx(DEGREE, abs=0.2)
    assert replaced["joins"] == 2
    assert replaced["join_km"] == pytest.approx(2 * 0.01 * DEGREE, abs=0.1)
    assert replaced["old_lines_cut_loose"] == []
    stitched = flat.flags & STITCHED > 0
    assert flat.km[stitched].sum() == pytest.approx(replaced["join_km"], abs=0.1)
    assert flat.km.sum() == pytest.approx(2 * DEGREE + replaced["join_km"], abs=0.5)
    inside = (flat.vertex_lon > 1.001) & (flat.vertex_lon < 1.999)
    assert (flat.vertex_lat[inside] == 0.01).all()


def test_a_line_without_a_partner_is_reported(toy: ModuleType) -> None:
    counts: dict[str, Any] = {}
    far = 1.5 * JOIN_KM["rail"] / DEGREE
    replace_area(line(toy, 0.0), line(toy, far), MIDDLE, counts=counts)
    assert counts["replaced"]["joins"] == 0
    assert counts["replaced"]["new_lines_ending_at_the_edge"] == 2
    loose = counts["replaced"]["old_lines_cut_loose"]
    assert [x for x, _ in loose] == pytest.approx([1.0, 2.0], abs=0.001)


def test_the_nearest_ends_are_joined_each_once(toy: ModuleType) -> None:
    counts: dict[str, Any] = {}
    replace_area(line(toy, 0.0, 0.01), line(toy, 0.001, 0.011), MIDDLE, counts=counts)
    assert counts["replaced"]["joins"] == 4
    assert counts["replaced"]["join_km"] == pytest.approx(4 * 0.001 * DEGREE, abs=0.1)


@given(
    west=st.floats(0.6, 1.4), width=st.floats(0.05, 0.9),
    lats=st.lists(st.integers(-8, 8), min_size=1, max_size=4, unique=True),
)  # fmt: skip
def test_replacing_a_region_by_itself_changes_nothing(
    toy: ModuleType, west: float, width: float, lats: list[int]
) -> None:
    network = line(toy, *(lat / 10 for lat in lats))
    counts: dict[str, Any] = {}
    area = shapely.box(west, -2.0, west + width, 2.0)
    flat = replace_area(network, network, area, counts=counts)
    assert counts["replaced"]["joins"] == 2 * len(lats)
    assert flat.km.sum() == pytest.approx(network.km.sum(), rel=1e-6)


AREA = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": {}, "geometry": {
            "type": "Polygon",
            "coordinates": [[[3.5, -0.9], [5.5, -0.9], [5.5, 0.9], [3.5, 0.9], [3.5, -0.9]]],
        }}
    ],
}  # fmt: skip


def test_a_folder_with_one_region_made_anew(
    write_osm: Callable[..., Path], toy_folder: Path, tmp_path: Path,
    load: Callable[[Path], Engine], toy_engine: Engine,
) -> None:  # fmt: skip
    rail = {"railway": "rail", "gauge": "1520", "electrified": "no"}
    nodes = {
        1: (3.1, 0.001), 2: (3.6, 0.001), 3: (4.0, 0.5), 4: (4.5, 0.5), 5: (5.0, 0.001),
        6: (5.9, 0.001),
    }  # fmt: skip
    source = write_osm(nodes, [(1, [1, 2, 3, 4, 5, 6], rail)])
    area = tmp_path / "bravo.geojson"
    area.write_text(json.dumps(AREA))
    said = list(build_osm(OsmBuild(tmp_path / "out", toy_folder, area=area), [source]))
    assert any("road: no line in the files" in line for line in said)
    engine = load(tmp_path / "out")
    road = read_flat_network(toy_folder / "osm" / "road.npz")
    assert engine.network.lines("road").flat.km.sum() == pytest.approx(road.km.sum(), rel=1e-6)
    report = json.loads((tmp_path / "out" / "build-report.json").read_text("utf-8"))
    assert report["rail"]["replaced"]["joins"] >= 2

    def km(some: Engine, one: str, other: str) -> float:
        return next(h.km for h in some.network.hauls if {h.a, h.b} == {one, other}
                    and h.zone.startswith("rail"))  # fmt: skip

    # Outside the area nothing changes; inside the new detour is longer than the straight line.
    assert km(engine, "C-TER", "C-YRD") == km(toy_engine, "C-TER", "C-YRD")
    assert km(engine, "B-WYRD", "B-EYRD") > 1.05 * 2.8 * DEGREE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not json", "not a readable GeoJSON"),
        ("[1]", "not GeoJSON"),
        ('{"type": "Point", "coordinates": [1, 2]}', "no polygon"),
        ('{"type": "Polygon", "coordinates": "x"}', "not GeoJSON"),
        ('{"type": "FeatureCollection", "features": [3]}', "not GeoJSON"),
        ('{"type": "FeatureCollection", "features": []}', "no polygon"),
        ('{"type": "Polygon", "coordinates": [[[0,0],[0,95],[1,95],[0,0]]]}', "leaves the world"),
        ('{"type": "Feature", "geometry": null}', "GeoJSON|no polygon"),
    ],
)
def test_areas_that_are_none(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "area.geojson"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        read_area(path)
    with pytest.raises(DataError, match="absent"):
        read_area(tmp_path / "absent.geojson")


def test_a_crossed_polygon_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "area.geojson"
    path.write_text('{"type":"Polygon","coordinates":[[[0,0],[2,2],[2,0],[0,2],[0,0]]]}')
    assert read_area(path).area == pytest.approx(2.0)


@pytest.mark.slow
def test_a_genuine_region_keeps_the_length_of_its_trunk(
    extract: Callable[[str], Path], geodata: Path
) -> None:
    from corridors.build.flatten_osm import flatten_osm
    from corridors.build.osm_reader import read_osm
    from corridors.movement.segments import Segments
    from corridors.movement.zone_graph import ZoneGraph
    from corridors.network.countries import read_polygons

    lines = read_osm([extract("china_nw_rail_reconstructed.osm.pbf")], modes=["rail"], points=False)
    polygons = read_polygons(geodata / "basemap" / "countries.npz")
    served = frozenset({"CN", "MN"})
    fresh, _ = flatten_osm(lines, mode="rail", polygons=polygons, served=served)
    base = read_flat_network(geodata / "osm" / "rail.npz")
    area = shapely.Polygon([(96.5, 37.0), (106.0, 34.6), (106.0, 38.5), (96.5, 42.5)])
    merged = replace_area(base, fresh, area, counts={})

    def km(flat: FlatNetwork, *ends: tuple[float, float]) -> float:
        segments, allowed = Segments(flat), np.ones(len(flat.u), dtype=bool)
        nodes = []
        for lon, lat in ends:
            anchor = segments.nearest(lon, lat, allowed=allowed, reach_km=10.0)
            assert anchor is not None
            nodes.append(int(flat.u[anchor.arc]))
        graph = ZoneGraph(flat, np.arange(len(flat.u)))
        return graph.reach({nodes[0]: 0.0}, targets=[nodes[1]]).km[nodes[1]]

    # Hami to Xi'an runs through the whole area, and leaves it at both ends.
    hami, xian = (93.51, 42.83), (108.94, 34.28)
    assert km(merged, hami, xian) == pytest.approx(km(base, hami, xian), rel=0.06)
