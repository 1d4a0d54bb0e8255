"""The base map: small, water where water is, nothing across the antimeridian."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from shapely.geometry import LineString, Point, Polygon
from shapely.ops import unary_union

from corridors.build.basemap import basemap
from corridors.errors import DataError, UsageError
from corridors.outputs.basemap import load
from corridors.polyline import decode


def test_size(geodata: Path) -> None:
    assert (geodata / "basemap" / "basemap.json").stat().st_size <= 100_000


def test_caspian_is_water() -> None:
    base = load()
    land = unary_union(
        [
            Polygon(decode(outer, digits=2), [decode(h, digits=2) for h in holes]).buffer(0)
            for outer, *holes in base["land"]
        ]
    )
    lakes = unary_union([Polygon(decode(lake[0], digits=2)).buffer(0) for lake in base["lakes"]])
    for lon, lat, wet in (
        (51.0, 42.0, True),  # Caspian
        (34.0, 43.0, True),  # Black Sea
        (38.0, 20.5, True),  # Red Sea
        (76.9, 43.2, False),  # Almaty
        (37.6, 55.7, False),  # Moscow
        (114.0, 30.6, False),  # Wuhan
    ):
        assert land.contains(Point(lon, lat)) is not wet, (lon, lat)
    assert lakes.contains(Point(77.27, 42.45))  # Issyk-Kul
    assert land.contains(Point(77.27, 42.45))


def test_no_stray_lines() -> None:
    base = load()
    rings = [ring for area in (*base["land"], *base["lakes"]) for ring in area]
    for line in (*rings, *base["rivers"], *base["borders"], *base["disputed"]):
        lons = [lon for lon, _ in decode(line, digits=2)]
        assert max((abs(a - b) for a, b in itertools.pairwise(lons)), default=0) < 60


def test_disputed_lines_are_apart() -> None:
    base = load()
    near = {
        "Crimea": Point(34.0, 46.1),
        "Kashmir": Point(75.5, 34.6),
        "Western Sahara": Point(-8.7, 26.5),
    }
    for name, point in near.items():
        disputed = min(LineString(decode(b, digits=2)).distance(point) for b in base["disputed"])
        firm = min(LineString(decode(b, digits=2)).distance(point) for b in base["borders"])
        assert disputed < firm, name


def test_boundaries_are_the_users_choice(tmp_path: Path) -> None:
    assert load("none")["borders"] == load("none")["disputed"] == []
    own = tmp_path / "own.geojson"
    line = {"type": "LineString", "coordinates": [[60.0, 40.0], [61.0, 41.0]]}
    features = [{"geometry": line, "properties": {"disputed": True}}, {"geometry": line}]
    own.write_text(json.dumps({"features": features}))
    drawn = load(own)
    assert len(drawn["borders"]) == len(drawn["disputed"]) == 1
    assert "supplied by the user" in drawn["note"]
    with pytest.raises(UsageError, match="give 'neutral'"):
        load("nowhere.geojson")
    own.write_text("[1")
    with pytest.raises(DataError):
        load(own)
    own.write_text('{"features": [{"geometry": null}]}')
    with pytest.raises(DataError):
        load(own)


def test_rebuild_gives_the_same_file(source_dir: Path, geodata: Path) -> None:
    atlas = next(source_dir.rglob("countries-50m.json"))
    water = next(source_dir.rglob("world_50m.json"))
    stored = json.loads((geodata / "basemap" / "basemap.json").read_text(encoding="utf-8"))
    assert basemap(atlas, water)["source"]["sha256"] == stored["source"]["sha256"]
