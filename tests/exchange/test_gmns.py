"""GMNS: the fields of its specification, the lengths of the network, and tables back."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest
import shapely

from corridors.analysis.engine import Engine
from corridors.errors import OutputError
from corridors.exchange.formats import export_network
from corridors.exchange.reading import read_exchange
from corridors.exchange.selection import Selection, selection

# Fields of node, link, geometry and config in version 0.96 of the specification.
FIELDS = {
    "node": {"node_id", "name", "x_coord", "y_coord", "z_coord", "node_type", "ctrl_type",
             "zone_id", "parent_node_id"},
    "link": {"link_id", "name", "from_node_id", "to_node_id", "directed", "geometry_id",
             "geometry", "parent_link_id", "dir_flag", "length", "grade", "facility_type",
             "capacity", "free_speed", "lanes", "bike_facility", "ped_facility", "parking",
             "allowed_uses", "toll", "jurisdiction", "row_width"},
    "geometry": {"geometry_id", "geometry"},
    "config": {"dataset_name", "short_length", "long_length", "speed", "crs",
               "geometry_field_format", "currency", "version_number", "id_type"},
}  # fmt: skip
REQUIRED = {
    "node": ("node_id", "x_coord", "y_coord"),
    "link": ("link_id", "from_node_id", "to_node_id", "directed"),
    "geometry": ("geometry_id",),
}
TABLES = ("facilities", "links", "crossings", "services")


@pytest.fixture(scope="module")
def folder(rich: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gmns") / "net"
    export_network(rich, Selection(), path, form="gmns")
    return path


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("network", ["movement", "curated", "rail", "road"])
def test_each_network_keeps_to_the_specification(folder: Path, network: str) -> None:
    for name, fields in FIELDS.items():
        rows = table(folder / network, name)
        columns = {column for column in rows[0] if not column.startswith("corridors_")}
        assert columns <= fields
        for row in rows:
            assert all(row[column] for column in REQUIRED.get(name, ()))
    nodes = [row["node_id"] for row in table(folder / network, "node")]
    links = table(folder / network, "link")
    shapes = {r["geometry_id"]: r["geometry"] for r in table(folder / network, "geometry")}
    assert len(nodes) == len(set(nodes))
    assert len(links) == len({row["link_id"] for row in links})
    assert len(shapes) == len(table(folder / network, "geometry"))
    for row in links:
        assert {row["from_node_id"], row["to_node_id"]} <= set(nodes)
        assert row["directed"] in ("true", "false")
        assert not row["length"] or float(row["length"]) > 0
        if row["geometry_id"]:
            assert row["dir_flag"] == "1"
            assert shapely.from_wkt(shapes[row["geometry_id"]]).geom_type == "LineString"
        else:
            assert row["dir_flag"] == "0"
    config = table(folder / network, "config")
    assert [(c["long_length"], c["crs"]) for c in config] == [("km", "EPSG:4326")]


def test_a_line_leads_from_its_first_node_to_its_last(folder: Path) -> None:
    for network in ("rail", "road", "curated"):
        nodes = {
            r["node_id"]: (float(r["x_coord"]), float(r["y_coord"]))
            for r in table(folder / network, "node")
        }
        shapes = {r["geometry_id"]: r["geometry"] for r in table(folder / network, "geometry")}
        for row in table(folder / network, "link"):
            if row["geometry_id"]:
                line = shapely.get_coordinates(shapely.from_wkt(shapes[row["geometry_id"]]))
                for node, point in ((row["from_node_id"], line[0]), (row["to_node_id"], line[-1])):
                    assert math.dist(nodes[node], point) < 2e-5


def test_movement_is_what_is_open(folder: Path, rich: Engine) -> None:
    rows = table(folder / "movement", "link")
    by_kind = {kind: {r["link_id"] for r in rows if r["corridors_kind"] == kind}
               for kind in ("haul", "crossing", "service")}  # fmt: skip
    assert by_kind["crossing"] == {"AB-rail", "BC-rail", "AB-road"}  # AB2-rail is closed
    assert by_kind["service"] == {"TOY-FERRY", "TOY-ONE"}  # TOY-IDLE is suspended
    assert len(by_kind["haul"]) == len(rich.network.hauls)
    ships = {row["link_id"]: row["directed"] for row in rows if row["corridors_kind"] == "service"}
    assert ships == {"TOY-FERRY": "false", "TOY-ONE": "true"}


def test_another_tool_finds_the_length_worked_out_by_hand(folder: Path) -> None:
    graph = nx.Graph()
    for row in table(folder / "movement", "link"):
        if row["facility_type"] == "rail":
            graph.add_edge(row["from_node_id"], row["to_node_id"], km=float(row["length"]))
    # A-TER 350 A-YRD 24 B-WYRD 100 DD 50 and 80 B-TER 110 B-EYRD 24 C-YRD 300 C-TER
    assert nx.shortest_path_length(graph, "A-TER", "C-TER", weight="km") == pytest.approx(1038)
    lines = nx.Graph()
    for row in table(folder / "rail", "link"):
        lines.add_edge(row["from_node_id"], row["to_node_id"], km=float(row["length"]))
    at = {
        name: row["node_id"]
        for row in table(folder / "rail", "node")
        for name in row["corridors_facility"].split(";")
    }
    # The lines still hold the closed crossing in the north, and no gauge: 290 + 24 + 240 + 434.
    km = nx.shortest_path_length(lines, at["A-TER"], at["C-TER"], weight="km")
    assert km == pytest.approx(290 + 24 + 240 + 110 + 24 + 300)


def test_tables_come_back_as_they_were(
    folder: Path, rich: Engine, same_rows: Callable[..., None]
) -> None:
    for path in (folder, folder / "curated"):
        found = read_exchange(path)
        same_rows(found.rows, rich.tables, TABLES)


def test_packaged_tables_come_back_as_they_were(
    engine: Engine, tmp_path: Path, same_rows: Callable[..., None]
) -> None:
    caspian = selection(["sea", "ferry"])
    export_network(engine, caspian, tmp_path / "sea", form="gmns")
    found = read_exchange(tmp_path / "sea")
    same_rows(found.rows, caspian.tables(engine.tables), ("facilities", "services"))


def test_only_the_modes_asked_for(rich: Engine, tmp_path: Path) -> None:
    export_network(rich, selection(["rail"]), tmp_path / "rail", form="gmns")
    assert {p.name for p in (tmp_path / "rail").iterdir()} == {
        "movement", "curated", "rail", "README.txt",
    }  # fmt: skip
    assert {r["facility_type"] for r in table(tmp_path / "rail" / "movement", "link")} == {"rail"}


def test_a_folder_in_use_is_not_touched(rich: Engine, tmp_path: Path) -> None:
    target = tmp_path / "net"
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="it exists"):
        export_network(rich, Selection(), target, form="gmns")
    assert [p.name for p in target.iterdir()] == ["mine.txt"]
    (target / "mine.txt").unlink()
    export_network(rich, Selection(), target, form="gmns")  # an empty one is filled
    assert (target / "movement" / "link.csv").is_file()
    assert [p.name for p in tmp_path.iterdir()] == ["net"]


def test_nothing_is_left_of_a_folder_that_fails(
    rich: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corridors.exchange import gmns

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gmns, "_write_lines", full)
    with pytest.raises(OutputError, match="No space left"):
        export_network(rich, Selection(), tmp_path / "net", form="gmns")
    assert list(tmp_path.iterdir()) == []
