"""The folium map as a file, without a browser."""

from __future__ import annotations

import hashlib
import json
import os
import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import folium
import pytest
from folium import plugins

from corridors.errors import OutputError, UsageError
from corridors.outputs.figure import OfflineAssetError
from corridors.outputs.map import SCRIPTS, comparison_map, write_map

HOSTILE = json.loads(Path(__file__).with_name("hostile_names.json").read_text())
ASSETS = files("corridors.outputs") / "assets"


def _page(document: dict, geometries: dict, **options: object) -> str:
    return comparison_map(document, geometries, **options).get_root().render()


def test_vendored_files_are_what_the_manifest_says() -> None:
    manifest = json.loads((ASSETS / "MANIFEST.json").read_text())
    for name, entry in manifest.items():
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == entry["sha256"], name
        assert "GPL" not in entry["licence"]
    assert {"leaflet.js", "leaflet.css", "leaflet-LICENSE.txt", "Inter-LICENSE.txt"} <= set(
        manifest
    )


@pytest.mark.parametrize("script", SCRIPTS)
def test_own_script_never_parses_markup(script: str) -> None:
    code = (ASSETS / script).read_text()
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "</"):
        assert way not in code


def test_size(document: dict, geometries: dict) -> None:
    three = dict(document, options=document["options"][:3])
    assert len(_page(three, geometries).encode()) <= 440_000
    assert len(_page(document, geometries).encode()) <= 480_000


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [v or "" for k, v in attrs if k in ("src", "href", "action", "data")]


def test_nothing_is_linked(document: dict, geometries: dict) -> None:
    page = _page(document, geometries)
    links = _Links()
    links.feed(page)
    assert all(link.startswith(("data:", "#")) for link in links.found)
    assert not re.search(r"url\((?!data:|#)", page.split("<script")[0])
    assert "default-src &#x27;none&#x27;" in page


def test_flags_are_no_clearance(document: dict, geometries: dict) -> None:
    for option in document["options"]:
        option["flags"] = []
    assert "Flags are no clearance" not in _page(document, geometries)
    document["options"][0]["flags"] = ["RU: a regime"]
    assert "Flags are no clearance" in _page(document, geometries)


def test_chances_stand_under_the_ranges(document: dict, geometries: dict) -> None:
    for option in document["options"][:2]:
        option |= {"p_fastest": 0.5, "p_cheapest": 0.0}
    assert "Chance of being fastest: Northern 50 %, TITR 50 %." in _page(document, geometries)


def test_same_input_same_bytes(document: dict, geometries: dict) -> None:
    assert _page(document, geometries) == _page(document, geometries)
    other = json.loads(json.dumps(document))
    other["options"][0]["legs"][0]["hours"] += 1
    assert _page(document, geometries) != _page(other, geometries)


def test_rendering_twice_changes_nothing(document: dict, geometries: dict) -> None:
    figure = comparison_map(document, geometries).get_root()
    assert figure.render() == figure.render()


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_no_template_ever_sees_a_name(document: dict, geometries: dict, name: str) -> None:
    for option in document["options"]:
        option["reason"] = option["variant"] = name
        option["flags"] = [name]
        for part in (*option["legs"], *option["events"]):
            for key in ("from", "to", "place", "source", "grade"):
                if key in part:
                    part[key] = name
    document["reproduce"] = document["data"]["version"] = name
    document["conditions"]["applied"] = [name]
    for end in ("origin", "destination"):
        document["shipment"][end]["name"] = name
    page = _page(document, geometries)
    assert str(os.getpid()) not in re.findall(r"\d+", page) or "getpid" not in name
    assert "Aktau 49" not in page
    assert "window.__ran=1</script>" not in page
    assert page.count("<script") == page.count("</script>")


def test_users_own_layers_stack(document: dict, geometries: dict) -> None:
    drawn = comparison_map(document, geometries)
    folium.Marker([45, 60], popup="mine", tooltip="mine").add_to(drawn)
    folium.GeoJson({"type": "Point", "coordinates": [60, 45]}).add_to(drawn)
    folium.LayerControl().add_to(drawn)
    assert isinstance(drawn, folium.Map)
    assert "mine" in drawn.get_root().render()


def test_an_unknown_asset_is_refused_by_name(document: dict, geometries: dict) -> None:
    drawn = comparison_map(document, geometries)
    plugins.MarkerCluster().add_to(drawn)
    with pytest.raises(OfflineAssetError, match="allow_asset") as caught:
        drawn.get_root().render()
    assert caught.value.url.startswith("http")
    figure = drawn.get_root()
    for name, url in (*plugins.MarkerCluster.default_js, *plugins.MarkerCluster.default_css):
        figure.allow_asset(url, f"/* {name} */")
    assert "/* markerclusterjs */" in figure.render()


def test_tiles_of_folium_are_refused_and_ours_offered(document: dict, geometries: dict) -> None:
    drawn = comparison_map(document, geometries)
    folium.TileLayer().add_to(drawn)
    with pytest.raises(OfflineAssetError, match="tiles="):
        drawn.get_root().render()
    page = _page(document, geometries, tiles="https://tiles.example.org/{z}/{x}/{y}.png")
    assert "img-src data: blob: https://tiles.example.org;" in page
    with pytest.raises(UsageError, match="not a tile address"):
        comparison_map(document, geometries, tiles="javascript:alert(1)")


def test_folium_keeps_its_own_defaults() -> None:
    assert any("jquery" in url for _, url in folium.Map.default_js)


def test_notebook_view_is_not_much_larger(document: dict, geometries: dict) -> None:
    drawn = comparison_map(document, geometries)
    page = drawn.get_root().render()
    assert len(drawn._repr_html_().encode()) <= 1.2 * len(page.encode())


def test_three_files_or_none(document: dict, geometries: dict, tmp_path: Path) -> None:
    written = write_map(document, geometries, tmp_path / "new" / "map.html")
    assert sorted(p.name for p in written) == ["map.html", "map.png", "map.svg"]
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == sorted(p.name for p in written)
    blocked = tmp_path / "blocked"
    (blocked / "map.svg").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"map\.svg"):
        write_map(document, geometries, blocked / "map.html")
    assert [p.name for p in blocked.iterdir()] == ["map.svg"]
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_map(document, geometries, tmp_path / "file" / "map.html")
    with pytest.raises(OutputError, match="must end in"):
        write_map(document, geometries, tmp_path / "map.pdf")


def test_save_writes_whole_or_nothing(document: dict, geometries: dict, tmp_path: Path) -> None:
    drawn = comparison_map(document, geometries)
    drawn.save(tmp_path / "a.html")
    assert (tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    plugins.MarkerCluster().add_to(drawn)
    with pytest.raises(OfflineAssetError):
        drawn.save(tmp_path / "b.html")
    assert not (tmp_path / "b.html").exists()
