"""The notebook's side: frames with a CRS, reasons, maps, graphs and typed errors."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import corridors as co
from corridors.api.question import Question
from corridors.errors import (
    AmbiguousPlaceError,
    CorridorsError,
    DataError,
    NoRouteError,
    ParameterError,
    UnknownPlaceError,
    UsageError,
)


@pytest.fixture(scope="module")
def c() -> Any:
    return co.compare("Xi'an", "Duisburg", draws=300)


@pytest.fixture(scope="module")
def barred() -> Any:
    return co.compare("Xi'an", "Duisburg", avoid=["RU", "BY"], draws=100)


def test_the_top_level_is_small() -> None:
    assert set(dir(co)) == {
        "__version__", "alternatives", "assign", "breakeven", "capacity", "compare", "catalogue",
        "chokepoints_map", "criticality", "cut", "dependence", "disjoint", "export", "find_places",
        "import_tables", "isochrone_map", "isochrones", "load", "map", "matrix", "overlay",
        "pareto", "projects", "projects_map", "read_sweep", "route",
        "sweep", "switch", "to_networkx", "to_osmnx",
        "tornado", "whatif",
    }  # fmt: skip
    with pytest.raises(AttributeError):
        co.nothing  # noqa: B018


# Comparison ------------------------------------------------------------------------------


def test_the_table_has_one_row_per_option(c: Any) -> None:
    table = c.table
    assert list(table.index) == ["northern", "titr", "pakistan", "ocean", "southern"]
    assert table.index.name == "corridor"
    assert len(c) == len(table)
    for name in table.index[table["status"] == "ok"]:
        row, summary = table.loc[name], c[name].summary
        assert row["days"] == summary["time_days"]["mean"]
        assert row["usd_p90"] == summary["cost_usd"]["p90"]
        assert row["days_p10"] < row["days"] < row["days_p90"]
        assert 0 <= row["assumed_time"] <= 1
        assert row["countries"].split()[0] == "CN"


def test_a_table_without_any_way_still_shows_reasons() -> None:
    nothing = co.compare("Xi'an", "Duisburg", avoid=["CN"], draws=100)
    assert set(nothing.table["status"]) <= {"excluded", "infeasible"}
    assert nothing.table["reason"].notna().all()
    assert "0 of 5 options ok" in repr(nothing)
    assert "No corridor" in nothing._repr_html_()


def test_repr_tells_what_it_holds(c: Any) -> None:
    ok = int((c.table["status"] == "ok").sum())
    assert repr(c) == f"<Comparison Xi'an to Duisburg: {ok} of 5 options ok>"
    assert repr(c["northern"]).startswith("<northern via ")
    assert "days" in repr(c["northern"])


def test_html_is_one_table_with_the_scope(c: Any) -> None:
    html = c._repr_html_()
    assert html.count("<table") == 1
    assert "shipper-owned" in html
    assert "northern" in html
    assert "<script" not in html


def test_html_escapes_names(c: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads(json.dumps(c.document))
    document["shipment"]["price_month"] = "<script>alert(1)</script>"
    monkeypatch.setitem(c.__dict__, "document", document)
    assert "<script" not in c._repr_html_()


def test_the_document_is_that_of_the_command_line(c: Any) -> None:
    import contextlib
    import io

    from corridors.cli import main

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        main(["compare", "Xi'an", "Duisburg", "--draws", "300", "--format", "json"])
    printed = json.loads(out.getvalue())
    document = json.loads(json.dumps(c.document))
    del printed["reproduce"], document["reproduce"]
    assert printed == document


def test_reproduce_repeats_what_was_asked(barred: Any) -> None:
    assert "--avoid RU,BY" in barred.document["reproduce"]


def test_options_by_name_number_and_in_turn(c: Any) -> None:
    assert c["titr"].corridor == "titr"
    assert c[0].corridor == "northern"
    assert c[-1].corridor == "southern"
    assert [option.corridor for option in c] == list(c.table.index)
    with pytest.raises(UsageError, match="choose from northern"):
        c["nothern"]
    with pytest.raises(IndexError):
        c[9]


# One option ------------------------------------------------------------------------------


def test_legs_are_lines_with_a_crs(c: Any) -> None:
    for option in c:
        if option.status != "ok":
            continue
        legs = option.legs
        assert legs.crs.to_epsg() == 4326
        assert set(legs.geom_type) == {"LineString"}
        assert legs.index.name == "id"
        assert {"from", "to", "mode", "gauge_mm", "distance_km", "hours", "cost_usd"} <= set(
            legs.columns
        )
        assert legs.geometry.is_valid.all()
        assert math.fsum(legs["distance_km"]) == pytest.approx(option.summary["distance_km"])
        bounds = legs.total_bounds
        assert -180 <= bounds[0] <= bounds[2] <= 180
        assert -60 <= bounds[1] <= bounds[3] <= 75


def test_lines_begin_and_end_near_their_facilities(c: Any) -> None:
    from corridors.geodesy import great_circle_km

    for option in c:
        if option.status != "ok":
            continue
        for leg, line in zip(option.summary["legs"], option.legs.geometry, strict=True):
            for end, (lon, lat) in (("from", line.coords[0]), ("to", line.coords[-1])):
                gap = float(great_circle_km(*leg[f"{end}_lonlat"], lon, lat))
                assert gap < 60, (option.corridor, leg["id"], end, gap)


def test_events_are_points_with_grade_and_source(c: Any) -> None:
    for option in c:
        if option.status != "ok":
            continue
        events = option.events
        assert events.crs.to_epsg() == 4326
        assert set(events.geom_type) == {"Point"}
        assert {"kind", "place", "hours", "cost_usd", "p10_hours", "p90_hours", "grade",
                "source"} <= set(events.columns)  # fmt: skip
        total = option.legs["hours"].sum() + events["hours"].sum()
        assert total / 24 == pytest.approx(option.summary["time_days"]["mean"])


def test_variants_show_what_was_tried(c: Any) -> None:
    variants = c["titr"].variants
    assert len(variants) > 3
    assert c["titr"].summary["variant"] in variants.index
    assert (variants["mean_days"].notna() | variants["reason"].notna()).all()


def test_why_not_gives_the_difference_or_the_reason(c: Any) -> None:
    titr = c["titr"]
    assert "USD against" in titr.why_not("kuryk") or ":" in titr.why_not("kuryk")
    assert "chosen" in titr.why_not(titr.summary["variant"])
    with pytest.raises(UsageError, match="there are"):
        titr.why_not("narnia")
    for name, row in c["pakistan"].variants.iterrows():
        if row["status"] != "ok":
            assert row["reason"] in c["pakistan"].why_not(str(name))


def test_why_not_of_a_corridor_that_is_shut_names_no_number(barred: Any) -> None:
    northern = barred["northern"]
    assert northern.status == "excluded"
    assert northern.variants["reason"].notna().any()
    assert ":" in northern.why_not("dostyk")


def test_an_option_that_is_shut_says_so_when_its_legs_are_asked_for(barred: Any) -> None:
    northern = barred["northern"]
    assert "excluded" in repr(northern)
    for part in ("legs", "events", "countries"):
        with pytest.raises(NoRouteError, match="RU"):
            getattr(northern, part)
    with pytest.raises(NoRouteError):
        northern.to_networkx()


def test_the_route_as_a_graph(c: Any) -> None:
    option = c["northern"]
    graph = option.to_networkx()
    assert isinstance(graph, nx.MultiDiGraph)
    assert graph.graph["crs"] == "EPSG:4326"
    legs = option.summary["legs"]
    assert graph.number_of_edges() == len(legs)
    path = nx.shortest_path(graph, legs[0]["from_id"], legs[-1]["to_id"], weight="length")
    assert path[0] == legs[0]["from_id"]
    assert len(path) == len(legs) + 1
    total = math.fsum(length for *_, length in graph.edges(data="length"))
    assert total / 1000 == pytest.approx(option.summary["distance_km"])
    assert all({"x", "y", "name"} <= set(data) for _, data in graph.nodes(data=True))
    assert nx.is_weakly_connected(graph)


# Maps ------------------------------------------------------------------------------------


def test_explore_returns_a_map_that_asks_no_network(c: Any) -> None:
    import folium

    found = c.explore()
    assert isinstance(found, folium.Map)
    page = found.get_root().render()
    assert "<script src=" not in page
    assert "<link rel='stylesheet' href='http" not in page


def test_write_map_names_its_files(c: Any, tmp_path: Path) -> None:
    written = c.write_map(tmp_path / "map.html")
    assert sorted(path.suffix for path in written) == [".html", ".png", ".svg"]
    assert sorted(tmp_path.iterdir()) == sorted(written)


# Free routes, places, data ---------------------------------------------------------------


def test_a_free_route_has_frames_too() -> None:
    found = co.route("Tashkent", "Istanbul", draws=100)
    best = found[0]
    assert best.corridor is None
    assert repr(best).startswith("<free route")
    assert best.legs.crs.to_epsg() == 4326
    assert list(best.legs["from_id"][1:]) == list(best.legs["to_id"][:-1])
    assert found.explore() is not None
    assert best.variants.empty


def test_options_that_are_lists_refuse_a_string() -> None:
    with pytest.raises(UsageError, match=r"avoid=\['RU,BY'\]"):
        co.compare("Xi'an", "Duisburg", avoid="RU,BY")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "kind", "builtin"),
    [
        ({"destination": "Duisbrug"}, UnknownPlaceError, KeyError),
        ({"destination": "Alexandria"}, AmbiguousPlaceError, KeyError),
        ({"destination": "38.0,50.5"}, CorridorsError, ValueError),
        ({"destination": "Xi'an"}, UsageError, ValueError),
        ({"corridors": ["nothern"]}, UsageError, ValueError),
        ({"avoid": ["Russia"]}, UsageError, ValueError),
        ({"mode": ["air"]}, UsageError, ValueError),
        ({"assume": {"sped_kmh/rail": 40}}, ParameterError, KeyError),
        ({"assume": {"speed_kmh/rail": -4}}, ParameterError, KeyError),
        ({"data": "/no/such/folder"}, DataError, ValueError),
        ({"rates": "/no/such/rates.csv"}, DataError, ValueError),
    ],
)
def test_errors_are_typed_and_built_in(
    options: dict[str, Any], kind: type[Exception], builtin: type[Exception]
) -> None:
    destination = options.pop("destination", "Duisburg")
    with pytest.raises(kind) as caught:
        co.compare("Xi'an", destination, **options)
    assert isinstance(caught.value, builtin)
    assert isinstance(caught.value, CorridorsError)
    assert "\n" not in str(caught.value)


def test_errors_carry_their_suggestions() -> None:
    with pytest.raises(UnknownPlaceError) as unknown:
        co.compare("Aktua", "Duisburg")
    assert any("Aktau" in name for name in unknown.value.suggestions)
    with pytest.raises(AmbiguousPlaceError) as ambiguous:
        co.compare("Xi'an", "Alexandria")
    assert len(ambiguous.value.candidates) > 1


def test_places() -> None:
    found = co.find_places("Aqtau", limit=3)
    assert found[0].country == "KZ"
    assert len(found) <= 3
    assert co.find_places("Qqxyzzy") == []


def test_a_data_folder_is_read_once() -> None:
    assert co.load() is co.load()


def test_the_seed_is_repeatable(c: Any) -> None:
    again = co.compare("Xi'an", "Duisburg", draws=300)
    assert again.document == c.document
    other = co.compare("Xi'an", "Duisburg", draws=300, seed=2)
    one, two = (x["titr"].summary["time_days"] for x in (c, other))
    assert one["mean"] == two["mean"]
    assert one["p90"] != two["p90"]


def test_an_assumption_changes_only_what_it_names(c: Any) -> None:
    wait = next(e for e in c["titr"].summary["events"] if e["kind"] == "wait")
    key = next(x["key"] for x in wait["components"] if x["key"].startswith("wait_h"))
    longer = co.compare("Xi'an", "Duisburg", assume={key: 30 * 24}, draws=300)
    same = longer["northern"].summary["time_days"], c["northern"].summary["time_days"]
    assert same[0] == same[1]
    kuryk_or_later = longer["titr"].summary["time_days"]["mean"]
    assert kuryk_or_later > c["titr"].summary["time_days"]["mean"]


def test_the_engine_says_what_it_holds() -> None:
    engine = co.load()
    assert {"northern", "titr", "pakistan", "ocean", "southern"} == set(engine.plans)
    assert engine.end("Xi'an").facilities


def test_the_command_has_every_digit() -> None:
    asked = Question("A", "B", cargo_value_usd=1234567.0, value_of_time_usd_day=87.654321)
    words = asked.command("compare")
    assert "--cargo-value 1234567 " in f"{words} "
    assert "--value-of-time 87.654321" in words
