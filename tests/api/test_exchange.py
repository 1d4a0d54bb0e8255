"""Export, import and overlay from a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyogrio
import pytest

import corridors as co
from corridors.errors import DataError, UsageError


def test_an_answer_as_layers_is_that_of_the_frames(tmp_path: Path) -> None:
    answer = co.compare("Xi'an", "Duisburg", corridors=["titr", "ocean"], draws=50)
    written = co.export(tmp_path / "answer.gpkg", answer=answer)
    legs = pyogrio.read_dataframe(written, layer="legs")
    for option in answer:
        mine = legs[legs["corridor"] == option.corridor]
        assert mine["id"].tolist() == option.legs.index.tolist()
        assert mine["distance_km"].sum() == pytest.approx(option.summary["distance_km"])
        assert mine.geometry.geom_equals(option.legs.geometry.set_axis(mine.index)).all()


def test_a_free_route_as_layers(tmp_path: Path) -> None:
    answer = co.route("Tashkent", "Istanbul", draws=50)
    written = co.export(tmp_path / "parquet", answer=answer, form="parquet")
    assert {path.name for path in written.iterdir()} >= {"legs.parquet", "events.parquet"}


def test_tables_of_the_users_own(toy_folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "facilities.csv").write_text(
        "id,name,country,lat,lon,kind,zones\nNEW,New,CC,0,7,dry_port,rail:CC\n", "utf-8"
    )
    data = co.overlay(own, data=toy_folder)
    assert "NEW" in co.to_networkx(data)
    assert "NEW" in co.to_osmnx("rail", data=data).graph["facilities"]
    assert "NEW" not in co.to_networkx(toy_folder)
    (own / "facilities.csv").write_text("id,name,country,lat,lon,kind,zones\nX,X,CC,0,7,hut,\n")
    with pytest.raises(DataError, match=r"facilities\.csv:2: column 'kind'"):
        co.overlay(own, data=toy_folder)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"out": "net"}, "which form"),
        ({"out": "net", "form": "shp"}, "no format"),
        ({"out": "net.gpkg", "mode": "rail"}, "mode is a list"),
        ({"out": "net.gpkg", "bbox": (1, 2, 3)}, "W,S,E,N"),
    ],
)
def test_wrong_input(
    options: dict[str, Any], word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=word):
        co.export(**options)
    assert list(tmp_path.iterdir()) == []


def test_an_answer_is_written_whole(tmp_path: Path) -> None:
    answer = co.compare("Xi'an", "Duisburg", corridors=["titr"], draws=50)
    for more in ({"mode": ["rail"]}, {"bbox": (0, 0, 1, 1)}, {"data": tmp_path}):
        with pytest.raises(UsageError, match="answer"):
            co.export(tmp_path / "a.gpkg", answer=answer, **more)  # type: ignore[arg-type]
