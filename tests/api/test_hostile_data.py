"""Hostile names in every table of a data folder: each output shows them as they are."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import corridors as co
from corridors.cli import main
from corridors.outputs import text

NAMES = json.loads(
    (Path(__file__).parents[1] / "outputs" / "hostile_names.json").read_text("utf-8")
) | {
    "bidi": "Aktau \u202eutatkA\u202c \u2066x\u2069 \u05d0",
    "marks": "Aktau *b* _i_ [l](http://x) |c|",
}
SHOWN = {"facilities": "name", "places": "name", "services": "name operator", "flags": "flag rule"}
ASK = ("alfa", "charlie")


@pytest.fixture(params=NAMES.values(), ids=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """One hostile name."""
    return str(request.param)


@pytest.fixture
def folder(toy: ModuleType, tmp_path: Path, name: str) -> Path:
    """The toy with that name wherever its tables have text to show."""
    flows = {"one_way_share": 0.5, "choice_usd/corridor": 500.0, "choice_usd/variant": 100.0}
    made = Path(toy.write_toy(tmp_path / "data", parameters=flows))
    for table, columns in SHOWN.items():
        path = made / "curated" / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            # A place and the facilities of a town have names that differ, as in the true tables.
            writer.writerows(row | {c: f"{name} {row[c]}" for c in columns.split()} for row in rows)
    return made


@pytest.fixture
def shown(name: str) -> str:
    """The name as a reader is to see it, without white space."""
    return _tight(text.clean(name))


def _tight(words: str) -> str:
    return re.sub(r"\s+", "", words)


def _seen(page: str) -> str:
    """What a reader sees of a page, roughly: tags away, entities read."""
    page = re.sub(r"(?s)<(script|style)\b.*?</\1>", "", page)
    return _tight(html.unescape(re.sub(r"<[^<>]*>", "", page)))


def _no_markup(page: str, name: str) -> None:
    if "<" in name:
        assert name not in page
    assert "<img src=x" not in page
    assert "window.__ran=1</script>" not in page
    assert "Aktau 49" not in page


def test_answers_in_a_notebook(folder: Path, name: str, shown: str) -> None:
    c = co.compare(*ASK, data=folder, draws=20)
    assert shown in _tight(repr(c))
    page = c._repr_html_()
    _no_markup(page, name)
    assert shown[:20] in _seen(page), "a frame shortens what is long"
    assert c.document["shipment"]["origin"]["name"] == f"{name} Alfa"
    option = c["rail"]
    assert option.legs["from"].iloc[0] == f"{name} Alfa terminal"
    assert f"{name} Bravo west" in option.events["place"].iloc[1]
    graph = option.to_networkx()
    assert graph.nodes["A-TER"]["name"] == f"{name} Alfa terminal"
    assert co.to_networkx(folder).nodes["A-TER"]["name"] == f"{name} Alfa terminal"
    for picture in (c.profile(), c.profile("usd"), c.waterfall()):
        _no_markup(picture.svg, name)
        ET.fromstring(picture.svg)
    drawn = c.explore().get_root().render()
    _no_markup(drawn, name)
    assert shown in _seen(drawn)
    assert json.loads(
        re.search(r'(?s)<script type="application/json"[^>]*>(.*?)</script>', drawn)[1]
    )


def test_files_of_a_map_and_a_report(folder: Path, name: str, shown: str, tmp_path: Path) -> None:
    c = co.compare(*ASK, data=folder, draws=20)
    c.write_map(tmp_path / "map.html")
    svg = (tmp_path / "map.svg").read_text("utf-8")
    _no_markup(svg, name)
    assert shown in _tight("".join(ET.fromstring(svg).itertext()))
    for path in c.report(tmp_path / "brief", formats=["html", "md", "json", "geojson", "svg"]):
        content = path.read_text("utf-8")
        if path.suffix in (".html", ".svg"):
            _no_markup(content, name)
            assert shown in _seen(content), path.name
        elif path.suffix in (".json", ".geojson"):
            wanted = name if path.suffix == ".json" else text.clean(name)
            assert json.dumps(wanted, ensure_ascii=False)[1:-1] in content, path.name
        else:
            assert shown in _rendered(content)


def test_studies(folder: Path, name: str, shown: str) -> None:
    given = {"data": folder, "draws": 20}
    views: list[Callable[[], Any]] = [
        lambda: co.route(*ASK, **given),
        lambda: co.whatif(*ASK, avoid=["DD"], **given).before,
        lambda: co.criticality(*ASK, **given),
        lambda: co.disjoint(*ASK, **given),
        lambda: co.alternatives(*ASK, **given),
        lambda: co.switch(*ASK, between=("rail", "water"), **given),
        lambda: co.tornado(*ASK, corridor="rail", **given),
        lambda: co.pareto(*ASK, **given),
        lambda: co.isochrones("alfa", data=folder),
        lambda: co.cut(["AA"], ["CC"], data=folder),
        lambda: co.capacity(["AA"], ["CC"], data=folder),
        lambda: co.dependence(["alfa"], ["charlie"], data=folder),
        lambda: co.assign([("alfa", "charlie", 10.0)], data=folder),
    ]
    told = 0
    for view in views:
        found = view()
        page = found._repr_html_()
        _no_markup(page, name)
        assert all(c.isprintable() or c == "\n" for c in repr(found)), repr(found)
        told += shown in _seen(page)
    assert told >= 7, "most of them name places"
    assert co.find_places("alfa", data=folder)[0].name == f"{name} Alfa"


def _printed(*words: str) -> str:
    import contextlib

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(list(words)) == 0
    return out.getvalue()


def test_the_command_line(folder: Path, name: str, shown: str) -> None:
    given = ("--data", str(folder), "--draws", "20")
    for form in ("table", "md", "csv", "json"):
        said = _printed("compare", *ASK, *given, "--format", form)
        if form == "json":
            assert json.loads(said)["shipment"]["origin"]["name"] == f"{name} Alfa"
            continue
        assert all(c.isprintable() or c == "\n" for c in said)
        if form == "md":
            said = _rendered(said)
        if form == "csv":
            cells = [cell for row in csv.reader(io.StringIO(said)) for cell in row]
            assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
            said = " ".join(cells)
        assert shown in _tight(said) or form == "csv", form
    assert shown in _tight(_printed("places", "alfa", "--data", str(folder)))


def _rendered(source: str) -> str:
    markdown_it = pytest.importorskip("markdown_it")
    page = markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table").render(source)
    assert "<img src=x" not in page
    assert "<script" not in page
    assert "<a " not in page
    return _seen(page)


@pytest.mark.parametrize("form", ["gpkg", "gmns"])
def test_tables_come_back(folder: Path, name: str, tmp_path: Path, form: str) -> None:
    out = tmp_path / ("net.gpkg" if form == "gpkg" else "net")
    co.export(out, form=form, data=folder)
    co.import_tables(out, tmp_path / "back")
    with (tmp_path / "back" / "facilities.csv").open(encoding="utf-8", newline="") as file:
        names = {row["id"]: row["name"] for row in csv.DictReader(file)}
    assert names["A-TER"] == f"{name} Alfa terminal"
