"""Results of a series: the answers of single comparisons, whole and the same after any accident."""

from __future__ import annotations

import datetime as dt
import errno
import gc
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from corridors import __version__
from corridors.analysis.compare import compare
from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.errors import OutputError, SweepError, UsageError
from corridors.series import folder as folders
from corridors.series import work
from corridors.series.reading import read_plan
from corridors.series.results import read_frame
from corridors.series.run import Outcome, run
from corridors.shipment import Terms


def sweep(engine: Engine, plan: Any, out: Path, **more: Any) -> Outcome:
    return run(engine, read_plan(engine, plan), out, edition=__version__, **more)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def same(found: Any, wanted: Any) -> bool:
    return (found is None or found != found) if wanted is None else bool(found == wanted)


def check(row: pd.Series[Any], option: Any) -> None:
    """A row says what a single comparison says, to the last bit."""
    assert row["status"] == option.status
    assert row["reason"] == option.reason
    if option.route is None:
        assert pd.isna(row["days_mean"])
        assert pd.isna(row["variant"])
        return
    assert row["variant"] == option.route.variant
    assert row["days_mean"] == option.route.mean("hours") / 24
    assert row["usd_mean"] == option.route.mean("usd")
    assert row["km"] == option.route.km
    low, middle, high = option.spread.quantiles("hours")
    assert tuple(row[["days_p10", "days_p50", "days_p90"]]) == (low / 24, middle / 24, high / 24)
    assert tuple(row[["usd_p10", "usd_p50", "usd_p90"]]) == option.spread.quantiles("usd")
    assert row["borders"] == sum(event.kind == "border" for event in option.route.events)


def test_rows_are_those_of_single_comparisons(engine: Engine, tmp_path: Path) -> None:
    plan = {
        "origins": ["Xi'an", "Almaty"],
        "destinations": ["Duisburg", "Istanbul"],
        "conditions": [
            {"name": "ordinary"},
            {"name": "red sea", "scenarios": ["red-sea-2023"]},
            {
                "name": "round russia",
                "avoid": ["RU", "BY"],
                "assume": {"wait_h/CAS-AAU-ALT": 240},
                "closed": ["CAS-AAU-ALT"],
                "price_month": "2024-07",
                "as_of": dt.date(2025, 6, 1),
            },
        ],
        "terms": {"booking": "single", "unit": "2x20", "weight_t": 20},
        "optimise": "time",
        "draws": 60,
        "seed": 7,
    }
    sweep(engine, plan, tmp_path / "out")
    table = read_frame(tmp_path / "out")
    asked = {
        "ordinary": Conditions(),
        "red sea": Conditions(scenarios=("red-sea-2023",)),
        "round russia": Conditions(
            avoid=("RU", "BY"),
            assume={"wait_h/CAS-AAU-ALT": 240.0},
            closed=frozenset({"CAS-AAU-ALT"}),
            price_month="2024-07",
            as_of=dt.date(2025, 6, 1),
        ),
    }
    assert len(table) == 4 * 3 * 5
    order = ["condition", "pair", "corridor"]
    assert table[order].drop_duplicates().index.tolist() == list(range(60))
    for (name, origin, destination), rows in table.groupby(
        ["condition", "origin", "destination"], sort=False
    ):
        answer = compare(
            engine, origin, destination, conditions=asked[name], objective="time",
            terms=Terms(booking="single", unit="2x20", weight_t=20.0), draws=60, seed=7,
        )  # fmt: skip
        assert rows["corridor"].tolist() == [option.corridor for option in answer.options]
        for (_, row), option in zip(rows.iterrows(), answer.options, strict=True):
            check(row, option)
    forced = table[table["condition"] == "red sea"]
    assert set(forced["conditions_applied"]) == {"red-sea-2023"}
    assert set(table["data_version"]) == {engine.version}


def test_days_of_departure_are_asked_one_by_one(engine: Engine, tmp_path: Path) -> None:
    days = [dt.date(2025, 9, 10), dt.date(2026, 11, 15)]
    plan = {
        "pairs": [("Xi'an", "Duisburg")], "corridors": ["northern", "titr"],
        "depart": [str(day) for day in days], "draws": 60,
    }  # fmt: skip
    sweep(engine, plan, tmp_path / "out")
    table = read_frame(tmp_path / "out")
    assert table["depart"].dt.date.tolist() == [days[0], days[0], days[1], days[1]]
    for day in days:
        answer = compare(
            engine, "Xi'an", "Duisburg", corridors=["northern", "titr"],
            terms=Terms(depart=day), draws=60,
        )  # fmt: skip
        rows = table[table["depart"].dt.date == day]
        for (_, row), option in zip(rows.iterrows(), answer.options, strict=True):
            check(row, option)
    assert table["conditions_applied"].str.contains("poland-belarus-2025").iloc[0]


def test_single_draws_are_those_of_the_comparison(spread_engine: Engine, tmp_path: Path) -> None:
    plan = {"pairs": [("Alfa", "Charlie"), ("Alfa", "Bravo")], "keep": ["draws"], "draws": 40}
    sweep(spread_engine, plan, tmp_path / "out")
    drawn = read_frame(tmp_path / "out", "draws")
    answer = compare(spread_engine, "Alfa", "Charlie", draws=40)
    for option in answer.options:
        rows = drawn[(drawn["pair"] == 0) & (drawn["corridor"] == option.corridor)]
        if option.spread is None:
            assert rows.empty
        else:
            assert rows["draw"].tolist() == list(range(40))
            assert np.array_equal(rows["days"], option.spread.hours / 24)
            assert np.array_equal(rows["usd"], option.spread.usd)


def test_a_cell_that_cannot_be_asked_says_why_and_the_others_go_on(
    engine: Engine, tmp_path: Path
) -> None:
    # Far from any road that is left without its own country.
    plan = {
        "pairs": [("Xi'an", "Duisburg"), ("46.9,103.8", "Duisburg")],
        "corridors": ["northern"], "draws": 20,
        "conditions": [{"name": "no mongolia", "avoid": ["MN"]}],
    }  # fmt: skip
    sweep(engine, plan, tmp_path / "out")
    table = read_frame(tmp_path / "out")
    assert table["status"].iloc[0] == "ok"
    assert table["status"].iloc[1] in ("error", "excluded", "infeasible")
    assert table["reason"].iloc[1]


def test_several_processes_make_the_same_bytes(
    spread_engine: Engine, plan_path: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    outcome = sweep(spread_engine, plan_path, tmp_path / "out", jobs=2)
    assert (outcome.parts, outcome.kept) == (36, 0)
    assert content(tmp_path / "out") == undisturbed


def test_what_is_damaged_missing_or_half_written_is_made_again(
    spread_engine: Engine, plan_path: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    sweep(spread_engine, plan_path, out)
    parts = sorted(out.glob("*.parquet"))
    flipped = bytearray(parts[3].read_bytes())
    flipped[len(flipped) // 2] ^= 1
    parts[3].write_bytes(flipped)
    parts[10].write_bytes(parts[10].read_bytes()[:-5])
    parts[-1].unlink()
    parts[-2].write_bytes(b"")
    (out / f".{parts[5].name}.abc123").write_bytes(b"half")
    with pytest.raises(SweepError, match="damaged"):
        read_frame(out, "draws")
    with pytest.raises(SweepError, match=r"made again|made anew"):
        read_frame(out)
    outcome = sweep(spread_engine, plan_path, out)
    assert outcome.kept == 36 - 4
    assert content(out) == undisturbed


def test_a_finished_series_is_left_alone(
    spread_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = {"pairs": [("Alfa", "Bravo")], "draws": 10}
    sweep(spread_engine, plan, tmp_path / "out")
    before = content(tmp_path / "out")
    monkeypatch.setattr(folders.Folder, "keep", None)  # nothing is written any more
    assert sweep(spread_engine, plan, tmp_path / "out").kept == 1
    assert content(tmp_path / "out") == before


def test_a_folder_of_another_plan_data_or_edition_is_refused(
    spread_engine: Engine, toy_engine: Engine, tmp_path: Path
) -> None:
    plan = {"pairs": [("Alfa", "Bravo")], "draws": 10}
    out = tmp_path / "out"
    sweep(spread_engine, plan, out)
    before = content(out)
    with pytest.raises(SweepError, match=r"another plan .* new folder with --out"):
        sweep(spread_engine, plan | {"seed": 2}, out)
    with pytest.raises(SweepError, match=r"other data .* new folder"):
        sweep(toy_engine, plan, out)
    with pytest.raises(SweepError, match="another edition of corridors"):
        run(spread_engine, read_plan(spread_engine, plan), out, edition="0.0.1")
    assert content(out) == before


def test_a_folder_with_other_files_and_a_file_are_refused(
    spread_engine: Engine, tmp_path: Path
) -> None:
    plan = {"pairs": [("Alfa", "Bravo")], "draws": 10}
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds other files"):
        sweep(spread_engine, plan, tmp_path)
    with pytest.raises(OutputError, match="it is a file"):
        sweep(spread_engine, plan, tmp_path / "notes.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(UsageError, match="at least 1"):
        sweep(spread_engine, plan, tmp_path / "out", jobs=0)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "other/9"}', "{}"])
def test_a_broken_manifest_is_named(spread_engine: Engine, tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(SweepError, match=r"manifest\.json"):
        sweep(spread_engine, {"pairs": [("Alfa", "Bravo")]}, tmp_path)


def test_an_unfinished_series_is_read_only_on_demand(
    spread_engine: Engine, plan_path: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    manifest = json.loads(undisturbed["manifest.json"])
    rows = sorted(name for name in undisturbed if name.startswith("rows"))
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | {"complete": False}))
    for name in rows[:2]:
        (tmp_path / name).write_bytes(undisturbed[name])
    with pytest.raises(SweepError, match="2 of 36 parts are done: run the same plan again"):
        read_frame(tmp_path)
    assert len(read_frame(tmp_path, partial=True)) == 2 * 2 * 4
    with pytest.raises(SweepError, match=r"no manifest\.json"):
        read_frame(tmp_path / "elsewhere")


def test_draws_that_were_not_kept_are_said_to_be_so(spread_engine: Engine, tmp_path: Path) -> None:
    sweep(spread_engine, {"pairs": [("Alfa", "Bravo")], "draws": 10}, tmp_path / "out")
    with pytest.raises(SweepError, match=r"keep: \[draws\]"):
        read_frame(tmp_path / "out", "draws")


def test_two_writers_do_not_share_a_folder(spread_engine: Engine, tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    plan = {"pairs": [("Alfa", "Bravo")], "draws": 10}
    sweep(spread_engine, plan, tmp_path / "out")
    with (
        folders.Folder(tmp_path / "out").locked(),
        pytest.raises(SweepError, match="another series is writing there"),
    ):
        sweep(spread_engine, plan, tmp_path / "out")


def test_what_a_killed_writer_left_alone_is_taken_away(
    spread_engine: Engine, tmp_path: Path
) -> None:
    plan = {"pairs": [("Alfa", "Bravo"), ("Alfa", "Charlie")], "draws": 5, "keep": ["draws"],
            "cells_per_part": 1}  # fmt: skip
    out = tmp_path / "out"
    sweep(spread_engine, plan, out)
    whole = content(out)
    # Killed between the draws and the rows of a chunk, and made by another library.
    (rows,) = out.glob("rows-000001-*.parquet")
    (draws,) = out.glob("draws-000001-*.parquet")
    rows.unlink()
    other = draws.read_bytes() + b" "
    draws.unlink()
    digest = hashlib.sha256(other).hexdigest()[:32]
    (out / f"draws-000001-{digest}.parquet").write_bytes(other)
    sweep(spread_engine, plan, out)
    assert content(out) == whole


def test_parts_beyond_a_million_are_parts(tmp_path: Path) -> None:
    folder = folders.Folder(tmp_path)
    for number in (1_000_000, 999_999):
        folder.keep(number, {"rows": str(number).encode()})
    assert [path.read_bytes() for path in folder.parts("rows")] == [b"999999", b"1000000"]


def test_a_file_system_without_locks_is_written_to(
    spread_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    sweep(spread_engine, {"pairs": [("Alfa", "Bravo")], "draws": 5}, tmp_path / "out")
    assert len(read_frame(tmp_path / "out"))


def test_a_first_journey_to_itself_is_a_row_like_any(spread_engine: Engine, tmp_path: Path) -> None:
    plan = {"pairs": [("Alfa", "A-TER"), ("Alfa", "Bravo")], "draws": 5}
    sweep(spread_engine, plan, tmp_path / "out")
    found = read_frame(tmp_path / "out").groupby("pair")["status"].agg(set)
    assert found.iloc[0] == {"error"}
    assert "ok" in found.iloc[1]


@pytest.mark.parametrize("scheduler", ["nowhere", "tcp://", "carrier-pigeon://here:1"])
def test_a_scheduler_that_is_none_is_refused_and_leaves_nothing(
    spread_engine: Engine, tmp_path: Path, scheduler: str
) -> None:
    dask = pytest.importorskip("distributed")
    gc.disable()  # what goes by chance is not gone
    try:
        with pytest.raises(SweepError, match=f"--scheduler {scheduler}: no answer"):
            sweep(
                spread_engine, {"pairs": [("Alfa", "Bravo")]}, tmp_path / "out", scheduler=scheduler
            )
        assert [one for one in gc.get_objects() if isinstance(one, dask.Client)] == []
    finally:
        gc.enable()


def test_data_travel_to_workers_that_have_none(
    spread_engine: Engine, plan_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDORS_CACHE", str(tmp_path / "cache"))
    plan = read_plan(spread_engine, plan_path)
    digest = folders.data_digest(spread_engine.folder)
    job = work.Job("shipped", plan.asked, str(tmp_path / "not here"), digest)
    chunk = next(iter(plan.chunks()))
    assert not work.has_data(job)
    from corridors.errors import DataError

    with pytest.raises(DataError, match="has not the data of this series"):
        work.work(job, chunk)
    work.unpack(digest, work.pack(spread_engine.folder))
    assert work.has_data(job)
    here = work.Job("here", plan.asked, str(spread_engine.folder), digest)
    assert work.work(job, chunk) == work.work(here, chunk)
