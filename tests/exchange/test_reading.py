"""Tables of other tools: what is moved or drawn there counts, what is wrong is named."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.engine import Engine
from corridors.errors import DataError, OutputError, UsageError
from corridors.exchange.formats import export_network
from corridors.exchange.reading import read_exchange, table_text, write_curated
from corridors.exchange.selection import Selection
from corridors.network.tables import (
    CHOICES,
    FILES,
    Link,
    Service,
    cell_kinds,
    read_rows,
)


@pytest.fixture
def file(rich: Engine, tmp_path: Path) -> Path:
    path = tmp_path / "toy.gpkg"
    export_network(rich, Selection(), path, form="gpkg")
    return path


@pytest.fixture
def folder(rich: Engine, tmp_path: Path) -> Path:
    path = tmp_path / "gmns"
    export_network(rich, Selection(), path, form="gmns")
    return path / "curated"


def change(file: Path, layer: str, edit: Callable[[Any], Any], **options: Any) -> None:
    frame = pyogrio.read_dataframe(file, layer=layer)
    pyogrio.write_dataframe(edit(frame), file, layer=layer, driver="GPKG", **options)


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def fault(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_exchange(path)
    return str(caught.value)


# Layers --------------------------------------------------------------------------------------


def test_a_point_moved_and_a_line_drawn_count(file: Path) -> None:
    def move(frame: Any) -> Any:
        frame.loc[frame["id"] == "B-TER", "geom" if "geom" in frame else "geometry"] = (
            shapely.Point(5.25, 0.125)
        )
        return frame

    change(file, "facilities", move)
    drawn = geopandas.GeoDataFrame(
        {"id": ["mine"], "mode": ["rail"], "kind": ["new_line"], "length_km": [None]},
        geometry=[shapely.LineString([(5, 0), (5.5, 0.5), (6, 0)])],
        crs="EPSG:4326",
    )
    pyogrio.write_dataframe(drawn, file, layer="links", driver="GPKG", append=True)
    found = read_exchange(file).rows
    moved = next(f for f in found["facilities"] if f.id == "B-TER")
    assert (moved.lon, moved.lat) == (5.25, 0.125)
    line = ((5.0, 0.0), (5.5, 0.5), (6.0, 0.0))
    assert found["links"][-1] == Link("mine", "rail", "new_line", line, None, "operating")


def test_another_coordinate_system_is_turned_into_degrees(file: Path, rich: Engine) -> None:
    change(file, "facilities", lambda frame: frame.to_crs("EPSG:3857"))
    for ours, theirs in zip(
        read_exchange(file).rows["facilities"], rich.tables.facilities, strict=True
    ):
        assert (ours.lon, ours.lat) == pytest.approx((theirs.lon, theirs.lat), abs=1e-5)


def test_columns_of_the_users_own_are_left_out_and_named(file: Path) -> None:
    change(file, "links", lambda frame: frame.assign(lenght_km=5.0, photo="x"))
    found = read_exchange(file)
    assert found.left_out == {"links": ["lenght_km", "photo"]}
    assert len(found.rows["links"]) == 2


@pytest.mark.parametrize(
    ("layer", "edit", "words"),
    [
        ("facilities", lambda f: f.assign(kind="yard"), ("row 1 (A-TER)", "kind", "dry_port")),
        ("facilities", lambda f: f.drop(columns="country"), ("'country' is missing",)),
        ("facilities", lambda f: f.assign(id=""), ("row 1", "'id'", "is empty")),
        ("facilities", lambda f: f.assign(id="A"), ("facilities: 'A' stands in two rows",)),
        ("zones", lambda f: f.assign(gauge_mm="wide"), ("gauge_mm", "'wide'", "whole number")),
        ("zones", lambda f: f.assign(gauge_mm=1435.5), ("gauge_mm", "'1435.5'", "whole number")),
        ("services", lambda f: f.assign(both_ways="perhaps"), ("both_ways", "1 or 0")),
        ("services", lambda f: f.assign(headway_h_typ="a day"), ("headway_h_typ", "a number")),
        ("facilities", lambda f: f.set_geometry([None] * len(f), crs=4326), ("has no geometry",)),
        ("links", lambda f: f.set_geometry([shapely.Point()] * len(f), crs=4326), ("geometry",)),
        ("links", lambda f: f.set_geometry(f.buffer(1), crs=4326), ("Polygon", "one line")),
        ("facilities", lambda f: f.set_geometry(f.buffer(1), crs=4326), ("one point",)),
        ("masks", lambda f: f.set_geometry(f.rotate(20), crs=4326), ("is no box",)),
        ("facilities", lambda f: f.set_geometry(f.translate(300), crs=4326), ("lon", "180")),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
def test_a_row_that_is_wrong_is_named(
    file: Path, layer: str, edit: Callable[[Any], Any], words: tuple[str, ...]
) -> None:
    change(file, layer, edit)
    message = fault(file)
    assert str(file) in message
    assert layer in message
    for word in words:
        assert word in message
    assert "\n" not in message


def test_a_layer_without_a_coordinate_system(file: Path) -> None:
    with pytest.warns(UserWarning, match="crs"):
        change(file, "links", lambda f: geopandas.GeoDataFrame(f.drop(columns="geometry"),
               geometry=list(f.geometry)))  # fmt: skip
    # GeoPackage writes an undefined system in its place; either is refused.
    message = fault(file)
    assert "layer 'links'" in message


def test_files_that_are_none(tmp_path: Path) -> None:
    assert "no such file" in fault(tmp_path / "absent.gpkg")
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"SQLite format 3\0 and no more")
    assert "not a readable GeoPackage" in fault(broken)
    (tmp_path / "facilities.parquet").write_bytes(b"PAR1PAR1")
    assert "not a readable GeoParquet" in fault(tmp_path / "facilities.parquet")
    (tmp_path / "empty").mkdir()
    (tmp_path / "table.xlsx").write_text("")
    for path in (tmp_path / "empty", tmp_path / "table.xlsx"):
        with pytest.raises(UsageError, match="GMNS"):
            read_exchange(path)


def test_a_geopackage_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "trees.gpkg"
    trees = geopandas.GeoDataFrame({"kind": ["oak"]}, geometry=[shapely.Point(0, 0)], crs=4326)
    pyogrio.write_dataframe(trees, path, layer="trees")
    with pytest.raises(UsageError, match="none of the tables"):
        read_exchange(path)


# GMNS ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("node", "node_id,", "id,", ("node.csv:1", "'node_id' is missing")),
        ("node", "A-TER,Alfa terminal,0.5", "A-TER,Alfa terminal,here", ("node.csv:2", "'here'")),
        ("node", "A-TER,Alfa terminal,0.5", "A-TER,Alfa terminal,500", ("node.csv:2", "180")),
        ("node", ",terminal,", ",hut,", ("node.csv:2", "kind", "'hut'")),
        ("node", "A-TER,Alfa", "A-TER,more,Alfa", ("node.csv:2", "cells expected")),
        ("link", ",false,", ",maybe,", ("link.csv:2", "directed", "'maybe'")),
        ("link", ",false,", ",true,", ("link.csv:2", "directed", "only services")),
        ("link", ",links,", ",lines,", ("link.csv:2", "corridors_table", "'lines'")),
        ("link", "corridors_table", "table", ("link.csv:1", "corridors_table")),
        ("link", ",95.5,", ",long,", ("link.csv:2", "length_km", "'long'")),
        ("geometry", "LINESTRING", "POINT", ("link.csv:2", "no well-known text")),
        ("geometry", "links/short-cut,", "other,", ("link.csv:2", "has no geometry")),
    ],
)  # fmt: skip
def test_a_gmns_row_that_is_wrong_is_named(
    folder: Path, name: str, old: str, new: str, words: tuple[str, ...]
) -> None:
    replaced(folder / f"{name}.csv", old, new)
    message = fault(folder)
    for word in words:
        assert word in message


def test_gmns_as_another_tool_may_write_it(folder: Path) -> None:
    """Geometry within the link table, no geometry.csv, ids without our column."""
    (folder / "geometry.csv").unlink()
    (folder / "link.csv").write_text(
        "corridors_table,link_id,from_node_id,to_node_id,directed,facility_type,geometry,"
        "corridors_kind\n"
        'links,new,1,2,False,road,"LINESTRING (1 2, 3 4)",gap\n',
        "utf-8",
    )
    assert read_exchange(folder).rows["links"] == [
        Link("new", "road", "gap", ((1.0, 2.0), (3.0, 4.0)))
    ]
    (folder / "link.csv").unlink()
    assert list(read_exchange(folder).rows) == ["facilities"]


# Curated CSV ---------------------------------------------------------------------------------


def texts() -> st.SearchStrategy[str]:
    # What a CSV cell can hold; blanks around are dropped when a table is read.
    plain = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters=";"))
    return plain.map(str.strip)


def rows(row_class: type[Any]) -> st.SearchStrategy[Any]:
    numbers = st.floats(-90, 90, allow_nan=False)
    filled = texts().filter(bool)
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "str": filled,
        "int": st.integers(-(10**6), 10**6),
        "float": numbers,
        "bool": st.booleans(),
        "tuple[str, ...]": st.lists(filled).map(tuple),
        "tuple[LonLat, ...]": st.lists(st.tuples(numbers, numbers), min_size=2).map(tuple),
    }
    choices = CHOICES.get(row_class.__name__, {})
    fields = {}
    for name, kind in cell_kinds(row_class).items():
        value = strategies[kind.removesuffix(" | None")]
        if name in choices:
            value = st.sampled_from(choices[name])
        fields[name] = st.none() | value if kind.endswith("None") else value
    return st.builds(row_class, **fields)


@given(st.data())
def test_any_row_is_read_back_from_its_table(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    row_class = data.draw(st.sampled_from(sorted(FILES.values(), key=lambda c: c.__name__)))
    found = data.draw(st.lists(rows(row_class), max_size=3))
    path = tmp_path_factory.getbasetemp() / "law.csv"
    path.write_text(table_text(row_class, found), "utf-8")
    assert read_rows(path, row_class) == tuple(found)


def test_tables_are_written_for_an_overlay(file: Path, tmp_path: Path, rich: Engine) -> None:
    out = tmp_path / "tables"
    written = write_curated(read_exchange(file), out)
    assert out / "services.csv" in written
    assert read_rows(out / "services.csv", Service) == rich.tables.services
    with (out / "services.csv").open(encoding="utf-8", newline="") as table:
        assert next(csv.reader(table)) == list(Service._fields)
    before = (out / "links.csv").read_bytes()
    with pytest.raises(OutputError, match=r"\.csv: it exists"):
        write_curated(read_exchange(file), out)
    assert (out / "links.csv").read_bytes() == before
    with pytest.raises(OutputError, match="cannot write"):
        write_curated(read_exchange(file), tmp_path / "no" / "such")
