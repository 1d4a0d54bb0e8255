"""GeoPackage: what QGIS and GDAL find in it, and tables back from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas
import pyogrio
import pytest
import shapely

from corridors.analysis.engine import Engine
from corridors.errors import OutputError, UsageError
from corridors.exchange.formats import export_network
from corridors.exchange.reading import TABLES, read_exchange
from corridors.exchange.selection import Selection, selection
from corridors.exchange.styles import LAYER_STYLES


@pytest.fixture(scope="module")
def file(rich: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gpkg") / "toy.gpkg"
    export_network(rich, Selection(), path, form="gpkg")
    return path


def layer(path: Path, name: str) -> Any:
    return pyogrio.read_dataframe(path, layer=name)


def test_it_is_a_geopackage_with_every_layer(file: Path) -> None:
    names = {str(name) for name, _ in pyogrio.list_layers(file)}
    assert names == {*TABLES, "rail_lines", "road_lines", "layer_styles"}
    for name, shape in pyogrio.list_layers(file):
        if name != "layer_styles":
            info = pyogrio.read_info(file, layer=name)
            assert info["crs"] == "EPSG:4326"
            assert info["features"] > 0
            assert shape in ("Point", "LineString", "Polygon", "MultiPolygon")
    with sqlite3.connect(file) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA application_id").fetchone() == (0x47504B47,)  # GPKG
        about = dict(database.execute("SELECT table_name, description FROM gpkg_contents"))
    assert "OpenStreetMap contributors, ODbL 1.0" in about["rail_lines"]
    assert "CC BY 4.0" in about["facilities"]


def test_layers_hold_what_the_tables_say(file: Path) -> None:
    facilities = layer(file, "facilities").set_index("id")
    yard = facilities.loc["A-YRD"]
    assert (yard.geometry.x, yard.geometry.y, yard["kind"]) == (2.9, 0.0, "gauge_yard")
    assert facilities.loc["A-TER", "zones"] == "rail:AA;road:AA"
    services = layer(file, "services").set_index("id")
    # A lane of two points between two ports at -0.9: by hand, -0.9 to -1.3, along it, and up.
    assert shapely.get_coordinates(services.loc["TOY-FERRY", "geometry"]).tolist() == [
        [1.0, -0.9], [1.0, -1.3], [8.0, -1.3], [8.0, -0.9],
    ]  # fmt: skip
    assert services.loc["TOY-ONE", "both_ways"] == False  # noqa: E712 - numpy's, not Python's
    links = layer(file, "links").set_index("id")
    assert links.loc["short-cut", "length_km"] == 95.5
    assert links.loc["loop", "length_km"] != links.loc["loop", "length_km"]  # unknown, not 0


def test_lines_are_those_that_are_searched(file: Path, rich: Engine) -> None:
    flat = rich.network.lines("rail").flat
    lines = layer(file, "rail_lines")
    assert lines["length_km"].sum() == pytest.approx(flat.km.sum())
    assert set(zip(lines["from_node"], lines["to_node"], strict=True)) == set(
        zip(flat.u.tolist(), flat.v.tolist(), strict=True)
    )
    # The railway of BB clips DD: the country is DD, the zone that of BB.
    assert set(lines[lines["country"] == "DD"]["zone"]) == {"rail:BB"}
    assert not lines["curated"].any()
    # Only the operating one of the two links is a line; the planned one is none.
    assert layer(file, "road_lines")["curated"].sum() == 2


def test_zones_are_their_countries_and_moved_boxes(file: Path) -> None:
    zones = layer(file, "zones").set_index("zone")["geometry"]
    assert zones["rail:AA"].equals(shapely.box(0, -1, 3, 2))
    assert zones["rail:BB"].covers(shapely.Point(4, 0))  # in DD, transit without control
    assert zones["rail:BB"].area == pytest.approx(9 - 0.4 * 0.6 + 0.4 * 0.4)
    assert not zones["road:BB"].intersects(shapely.Point(4, 0))


def test_every_layer_has_a_style_that_fits_it(file: Path) -> None:
    with sqlite3.connect(file) as database:
        rows = list(
            database.execute(
                "SELECT f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                "useAsDefault, styleQML FROM layer_styles"
            )
        )
        columns = dict(
            database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns")
        )
    assert {row[2] for row in rows} == set(columns)
    for catalog, schema, name, geometry, default, text in rows:
        # QGIS finds a style by the table's and the geometry's name, with nothing before them.
        assert (catalog, schema, default) == ("", "", 1)
        assert geometry == columns[name]
        renderer = ET.fromstring(text).find("renderer-v2")
        assert renderer is not None
        kind = pyogrio.read_info(file, layer=name)["geometry_type"]
        symbols = [symbol.get("type") for symbol in renderer.iter("symbol")]
        assert set(symbols) == {"Point": {"marker"}, "LineString": {"line"}}.get(kind, {"fill"})
        column = renderer.get("attr")
        if column:
            drawn = {c.get("value") for c in renderer.iter("category")}
            held = {str(v).lower() for v in layer(file, name)[column]}
            assert held <= drawn, f"{name}: not drawn {held - drawn}"


def test_every_value_of_the_packaged_network_is_drawn(engine: Engine) -> None:
    for name, style in LAYER_STYLES.items():
        if style.column and name in TABLES:
            held = {getattr(row, style.column) for row in getattr(engine.tables, name)}
            assert held <= {sign.value for sign in style.signs}, name


def test_tables_come_back_as_they_were(
    file: Path, rich: Engine, same_rows: Callable[..., None]
) -> None:
    found = read_exchange(file)
    assert set(found.rows) == set(TABLES)
    same_rows(found.rows, rich.tables, TABLES)
    assert found.left_out == {}


def test_packaged_tables_come_back_as_they_were(
    engine: Engine, tmp_path: Path, same_rows: Callable[..., None]
) -> None:
    path = tmp_path / "sea.gpkg"
    export_network(engine, selection(["sea", "ferry"]), path, form="gpkg")
    rows = read_exchange(path).rows
    same_rows(rows, engine.tables, ("services", "chokepoints", "lanes"))
    ours = {f.id: f for f in engine.tables.facilities}
    assert len(rows["facilities"]) > 60
    assert all(facility == ours[facility.id] for facility in rows["facilities"])


def test_same_network_same_bytes(rich: Engine, file: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.gpkg"
    export_network(rich, Selection(), again, form="gpkg")
    assert again.read_bytes() == file.read_bytes()


def test_a_file_that_is_there_is_replaced_whole(rich: Engine, tmp_path: Path) -> None:
    path = tmp_path / "net.gpkg"
    path.write_text("something else")
    export_network(rich, selection(["sea"]), path, form="gpkg")
    assert len(geopandas.read_file(path, layer="services")) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["net.gpkg"]


def test_nothing_is_left_of_a_file_that_fails(
    rich: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.gpkg"
    path.write_text("old")

    def full(*_: Any, **__: Any) -> None:
        raise pyogrio.errors.DataSourceError("No space left on device")

    monkeypatch.setattr(pyogrio, "write_dataframe", full)
    with pytest.raises(OutputError, match=r"cannot write .*net\.gpkg: No space left"):
        export_network(rich, Selection(), path, form="gpkg")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["net.gpkg"]


def test_targets_that_cannot_be_written(rich: Engine, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        export_network(rich, Selection(), tmp_path, form="gpkg")
    with pytest.raises(OutputError, match="does not exist"):
        export_network(rich, Selection(), tmp_path / "no" / "net.gpkg", form="gpkg")
    with pytest.raises(UsageError, match="gpkg, parquet, gmns"):
        export_network(rich, Selection(), tmp_path / "net.shp", form="shp")
