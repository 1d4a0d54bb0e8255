"""Folium layers of a user's own on our map: they work without a network, or say what they lack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import folium
import pytest
from folium import plugins

from corridors.outputs.figure import OfflineAssetError
from corridors.outputs.map import comparison_map

Open = Callable[..., Any]
POINTS = [(45.0, 60.0), (45.1, 60.1), (45.2, 60.2), (50.0, 70.0)]
#: What stands in for the plugins' own files, which this repository does not hold.
CLUSTER = """
L.MarkerClusterGroup = L.FeatureGroup.extend({
  onAdd: function (map) {
    /* As the plugin itself does. */
    if (!isFinite(map.getMaxZoom())) throw new Error("Map has no maxZoom specified");
    L.FeatureGroup.prototype.onAdd.call(this, map);
    this.getLayers().forEach(function (layer) { layer._icon.classList.add("clustered"); });
  }
});
L.markerClusterGroup = function (options) { return new L.MarkerClusterGroup([], options); };
"""
HEAT = """
L.HeatLayer = L.Layer.extend({
  initialize: function (points) { this.points = points; },
  onAdd: function (map) {
    var c = this.canvas = L.DomUtil.create("canvas", "heat", map.getPanes().overlayPane);
    c.dataset.points = this.points.length;
    c.getContext("2d").fillRect(0, 0, 9, 9);
  },
  onRemove: function () { this.canvas.remove(); }
});
L.heatLayer = function (points, options) { return new L.HeatLayer(points, options); };
"""


def _cluster() -> Any:
    layer = plugins.MarkerCluster(name="My depots")
    for at in POINTS:
        folium.Marker(at, popup="A depot of mine").add_to(layer)
    return layer


def _heat() -> Any:
    return plugins.HeatMap([[*at, 1.0] for at in POINTS], name="My traffic")


@pytest.mark.parametrize(
    ("layer", "file"),
    [(_cluster, "markercluster"), (_heat, "heat")],
    ids=["MarkerCluster", "HeatMap"],
)
def test_a_layer_that_lacks_a_file_says_which_and_what_to_do(
    document: dict, geometries: dict, tmp_path: Path, layer: Callable[[], Any], file: str
) -> None:
    drawn = comparison_map(document, geometries)
    layer().add_to(drawn)
    with pytest.raises(OfflineAssetError, match="allow_asset") as refused:
        drawn.save(tmp_path / "map.html")
    said = str(refused.value)
    assert file in refused.value.url
    assert refused.value.url in said
    assert "without a network" in said
    assert "map.get_root().allow_asset(url, Path('file'))" in said
    assert not (tmp_path / "map.html").exists()
    with pytest.raises(OfflineAssetError):
        drawn._repr_html_()


def _allow(drawn: Any, tmp_path: Path) -> list[str]:
    """Do what the message says until the map can be written."""
    allowed: list[str] = []
    while True:
        try:
            drawn.save(tmp_path / "map.html")
        except OfflineAssetError as refused:
            url = refused.url
        else:
            return allowed
        assert url not in allowed, "an allowed file is asked for again"
        allowed.append(url)
        own = tmp_path / f"asset-{len(allowed)}"
        own.write_text(_stand_in(url), "utf-8")
        drawn.get_root().allow_asset(url, own if len(allowed) % 2 else own.read_text("utf-8"))


def _stand_in(url: str) -> str:
    if url.endswith(".css"):
        return ".clustered{outline:3px solid red} /* </style><script>window.__ran=1</script> */"
    script = HEAT if "heat" in url else CLUSTER
    # What a plugin's file may hold: the end of a script, a source map on a network.
    return f'{script}var own = "</script>";\n//# sourceMappingURL=http://127.0.0.1:9/own.js.map'


@pytest.mark.browser
def test_marker_cluster_works_once_its_files_are_allowed(
    document: dict, geometries: dict, tmp_path: Path, open_page: Open
) -> None:
    drawn = comparison_map(document, geometries)
    _cluster().add_to(drawn)
    assert len(_allow(drawn, tmp_path)) == 3
    page = open_page(tmp_path / "map.html")
    assert page.locator(".clustered").count() == len(POINTS)
    page.locator(".clustered").first.dispatch_event("click")
    page.wait_for_timeout(200)
    assert "A depot of mine" in page.inner_text(".leaflet-popup-content")
    assert page.evaluate("window.__ran") is None
    assert page.locator(".card[data-option]").count() == 4, "our own part works beside it"
    assert page.log == []


@pytest.mark.browser
def test_heat_map_works_once_its_file_is_allowed(
    document: dict, geometries: dict, tmp_path: Path, open_page: Open
) -> None:
    drawn = comparison_map(document, geometries)
    _heat().add_to(drawn)
    assert len(_allow(drawn, tmp_path)) == 1
    page = open_page(tmp_path / "map.html")
    assert page.locator("canvas.heat").get_attribute("data-points") == str(len(POINTS))
    assert page.log == []


@pytest.mark.browser
def test_plain_layers_work_as_they_are(
    document: dict, geometries: dict, tmp_path: Path, open_page: Open
) -> None:
    drawn = comparison_map(document, geometries)
    folium.Marker([45, 60], popup="mine", tooltip="over").add_to(drawn)
    folium.CircleMarker([50, 60], radius=9).add_to(drawn)
    drawn.save(tmp_path / "map.html")
    page = open_page(tmp_path / "map.html")
    page.locator("img.leaflet-marker-icon").dispatch_event("click")
    page.wait_for_timeout(300)
    assert "mine" in page.inner_text(".leaflet-popup-content")
    assert page.log == []


@pytest.mark.browser
def test_geojson_works_as_it_is(
    document: dict, geometries: dict, tmp_path: Path, open_page: Open
) -> None:
    drawn = comparison_map(document, geometries)
    area = {
        "type": "Feature",
        "properties": {"name": "My region", "teu": 120},
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[60, 40], [70, 40], [70, 50], [60, 50], [60, 40]]],
        },
    }
    folium.GeoJson(
        {"type": "FeatureCollection", "features": [area]},
        name="Regions",
        style_function=lambda _: {"fillColor": "#d0a", "className": "mine"},
        tooltip=folium.GeoJsonTooltip(fields=["name", "teu"]),
        popup=folium.GeoJsonPopup(fields=["name"]),
    ).add_to(drawn)
    folium.LayerControl().add_to(drawn)
    drawn.save(tmp_path / "map.html")
    page = open_page(tmp_path / "map.html")
    assert page.locator("path.mine").count() == 1
    page.locator("path.mine").dispatch_event("click")
    page.wait_for_timeout(200)
    assert "My region" in page.inner_text(".leaflet-popup-content")
    assert page.log == []


def test_a_file_that_cannot_be_read_is_named(document: dict, geometries: dict) -> None:
    figure = comparison_map(document, geometries).get_root()
    with pytest.raises(ValueError, match="nowhere"):
        figure.allow_asset("https://example.org/a.js", Path("nowhere/a.js"))
