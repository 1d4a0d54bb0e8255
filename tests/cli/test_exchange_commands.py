"""``corridors export`` and ``corridors import``, and ``--overlay`` with every command."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyogrio
import pytest

CASPIAN = ("--bbox", "46,36,60,48")


def test_out_and_in_again(run: Callable[..., Any], toy_folder: Path, tmp_path: Path) -> None:
    file, tables, data = tmp_path / "net.gpkg", tmp_path / "tables", ("--data", str(toy_folder))
    ran = run("export", "--out", str(file), "--mode", "rail", *data)
    assert (ran.code, ran.out) == (0, f"{file}\n")
    names = {"facilities", "crossings", "zones", "zone_areas"}
    layers = {str(name) for name, _ in pyogrio.list_layers(file)}
    assert layers == {*names, "rail_lines", "layer_styles"}
    ran = run("import", str(file), "--out", str(tables))
    assert (ran.code, ran.err) == (0, "")
    assert {line.split("\t")[0] for line in ran.out.splitlines()} == {
        str(tables / f"{name}.csv") for name in names
    }
    findings = [run("audit", "--format", "json", *data, *more).out for more in (
        (), ("--overlay", str(tables)),
    )]  # fmt: skip
    assert findings[0] == findings[1]  # the same tables on top change nothing


def test_other_forms_are_folders(run: Callable[..., Any], tmp_path: Path) -> None:
    for form, inside in (("gmns", "movement/link.csv"), ("parquet", "facilities.parquet")):
        target = tmp_path / form
        ran = run("export", "--format", form, "--out", str(target), "--mode", "ferry", *CASPIAN)
        assert ran.code == 0, ran.err
        assert (target / inside).is_file()


def test_an_answer_for_qgis(run: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "answer.gpkg"
    ran = run("export", "--answer", "Xi'an", "Duisburg", "--out", str(file))
    assert (ran.code, ran.out) == (0, f"{file}\n"), ran.err
    names = {str(name) for name, _ in pyogrio.list_layers(file)}
    assert names == {"options", "legs", "events", "layer_styles"}
    options = pyogrio.read_dataframe(file, layer="options").set_index("corridor")
    legs, events = (pyogrio.read_dataframe(file, layer=name) for name in ("legs", "events"))
    for corridor, option in options.iterrows():
        steps = [frame[frame["corridor"] == corridor] for frame in (legs, events)]
        # Hours and dollars of legs and events are expected values: they add up to the mean.
        hours = sum(frame["hours"].sum() for frame in steps)
        dollars = sum(frame["cost_usd"].sum() for frame in steps)
        assert hours / 24 == pytest.approx(option["days_mean"])
        assert dollars == pytest.approx(option["usd_mean"])
        order = sorted(step for frame in steps for step in frame["step"])
        assert order == list(range(1, len(order) + 1))
    about = pyogrio.read_info(file, layer="options")["layer_metadata"]["DESCRIPTION"]
    assert about.endswith(shlex.join(["corridors", "compare", "Xi'an", "Duisburg", "--seed", "1"]))
    assert str(tmp_path) not in about
    assert set(legs.geometry.geom_type) == {"LineString"}
    assert set(events.geometry.geom_type) == {"Point"}


def test_columns_left_out_are_named(run: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "net.gpkg"
    run("export", "--out", str(file), "--mode", "ferry", *CASPIAN)
    frame = pyogrio.read_dataframe(file, layer="facilities").assign(photo="a\x1b[31m")
    pyogrio.write_dataframe(frame.rename(columns={"note": "n\x1bote"}), file, layer="facilities")
    ran = run("import", str(file), "--out", str(tmp_path / "tables"))
    assert ran.code == 0
    assert "facilities: not columns of the table, left out: " in ran.err
    assert "photo" in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (("export", "--out", ""), ("--out", "empty"), 2),
        (("export", "--out", "x.gpkg", "--bbox", "1,2,3"), ("W,S,E,N",), 2),
        (("export", "--out", "x.gpkg", "--bbox", ""), ("W,S,E,N",), 2),
        (("export", "--out", "x.gpkg", "--mode", "tram"), ("no mode 'tram'",), 2),
        (("export", "--out", "x.gpkg", "--bbox=-40,-40,-39,-39"), ("nothing to write",), 2),
        (("export", "--out", "x", "--format", "gmns", "--bbox=-40,-40,-39,-39"), ("nothing",), 2),
        (("export", "--out", "no/x.gpkg"), ("does not exist",), 4),
        (("export", "--out", "x", "--format", "gmns", "--answer", "Xi'an", "Duisburg"),
         ("gpkg or parquet",), 2),
        (("export", "--out", "x.gpkg", "--mode", "rail", "--answer", "Xi'an", "Duisburg"),
         ("--answer",), 2),
        (("export", "--out", "x.gpkg", "--answer", "Xi'an", "Nowhere-at-all"), ("Nowhere",), 2),
        (("import", "absent.gpkg", "--out", "t"), ("no such file",), 4),
        (("import", "", "--out", "t"), ("path is empty",), 2),
        (("import", ".", "--out", "t"), ("GMNS",), 2),
        (("audit", "--overlay", ""), ("--overlay", "empty"), 2),
        (("compare", "Xi'an", "Duisburg", "--overlay", "absent"), ("no overlay folder",), 4),
    ],
)  # fmt: skip
def test_wrong_input(
    run: Callable[..., Any],
    failed: Callable[[Any, int], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    words: tuple[str, ...],
    code: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    message = failed(run(*arguments), code)
    for word in words:
        assert word in message
    assert list(tmp_path.iterdir()) == []


def test_a_service_of_the_users_own_is_known_everywhere(
    run: Callable[..., Any], toy_folder: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "services.csv").write_text(
        "id,name,operator,mode,group,a,b,both_ways,lane,headway_h_low,headway_h_typ,headway_h_high\n"
        "MY-FERRY,My ferry,me,ferry,toys,A-PRT,C-PRT,1,toy,1,2,3\n",
        "utf-8",
    )
    laid = ("--data", str(toy_folder), "--overlay", str(own))
    ran = run("export", "--out", str(tmp_path / "net.gpkg"), "--mode", "ferry", *laid)
    assert ran.code == 0, ran.err
    services = pyogrio.read_dataframe(tmp_path / "net.gpkg", layer="services").set_index("id")
    assert services.loc["MY-FERRY", "status"] == "operating"  # by the table's default
    assert services.loc["MY-FERRY", "distance_km"] == services.loc["TOY-FERRY", "distance_km"]
    ran = run("compare", "Charlie", "Alfa", "--draws", "20", "--format", "json", *laid)
    assert ran.code == 0, ran.err
    answer = json.loads(ran.out)
    # It leaves every two hours instead of once a day: the ship is waited for at its headway.
    water = next(o for o in answer["options"] if o["corridor"] == "water")
    waits = [e for e in water["events"] if e["kind"] == "wait"]
    assert [e["components"][0]["key"] for e in waits] == ["wait_h/MY-FERRY"]
    assert f"--overlay {own}" in answer["reproduce"]
