"""Wrong input: one line on stderr, the contract's exit code, nothing on stdout, no file."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridors.cli import journeys

Run = Callable[..., Any]
Failed = Callable[[Any, int], str]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Aktua", "Aktau"),
        ("Duisbrug", "Duisburg"),
        ("Qqxyzzy", "unknown place"),
        ("", "place"),
        ("   ", "place"),
        ("38.0,50.5", "at sea"),
        ("20.0,80.0", "800 km"),
        ("91,200", "91"),
        ("1e400,0", "1e400"),
        ("nan,nan", "nan"),
    ],
)
@pytest.mark.parametrize("side", ["origin", "destination"])
def test_a_place_that_cannot_be_used(
    run: Run, failed: Failed, name: str, words: str, side: str
) -> None:
    pair = (name, "Duisburg") if side == "origin" else ("Xi'an", name)
    line = failed(run("compare", *pair), 2)
    assert words in line
    assert len(line) < 500


def test_an_ambiguous_place_lists_the_candidates(run: Run, failed: Failed) -> None:
    line = failed(run("compare", "Alexandria", "Duisburg"), 2)
    assert "(EG)" in line
    assert "(RO)" in line


@pytest.mark.parametrize(
    "name",
    [
        "\x1b[31mAktau\x1b[0m",
        "Ak\ntau\r\nnow",
        "<script>alert(1)</script>",
        "[bold red]Akt[/]",
        "\u202eutaktkA",
        "{{ 7*7 }} %s %(x)s {0}",
        "=cmd|'/c calc'!A1",
        "\udcff\udcfe",
        "../../etc/passwd",
    ],
    ids=ascii,
)
@pytest.mark.parametrize("command", ["compare", "route", "via", "places"])
def test_names_with_markup_or_control_characters(
    run: Run, failed: Failed, name: str, command: str
) -> None:
    if command == "places":
        ran = run("places", name)
        assert ran.code in (0, 3)
        assert ran.out.replace("\n", "").replace("\t", "").isprintable()
        assert ran.err.replace("\n", "").isprintable()
    elif command == "via":
        failed(run("compare", "Xi'an", "Duisburg", "--via", name), 2)
    else:
        failed(run(command, name, "Duisburg"), 2)


def test_a_control_character_inside_a_known_name_is_not_printed(run: Run) -> None:
    for kind in ("table", "md", "csv"):
        ran = run("compare", "Ak\x00tau", "Duisburg", "--draws", "100", "--format", kind)
        assert ran.code in (0, 2)
        assert all(char.isprintable() or char == "\n" for char in ran.out + ran.err)


def test_a_very_long_name_is_refused_at_once(run: Run, failed: Failed) -> None:
    begin = time.monotonic()
    line = failed(run("compare", "A" * 9000, "Duisburg"), 2)
    assert len(line) < 500
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "COMMAND"),
        (("compar",), "compar"),
        (("compare",), "ORIGIN"),
        (("compare", "Xi'an"), "DESTINATION"),
        (("compare", "Xi'an", "Duisburg", "--nope"), "--nope"),
        (("compare", "Xi'an", "Duisburg", "--corr", "titr"), "--corr"),
        (("compare", "Xi'an", "Xi'an"), "same place"),
        (("compare", "Xi'an", "Duisburg", "--corridor", "nothern"), "northern"),
        (("compare", "Xi'an", "Duisburg", "--scope", "quay"), "quay"),
        (("compare", "Xi'an", "Duisburg", "--format", "yaml"), "yaml"),
        (("compare", "Xi'an", "Duisburg", "--mode", "teleport"), "teleport"),
        (("compare", "Xi'an", "Duisburg", "--avoid", "Russia"), "RUSSIA"),
        (("compare", "Xi'an", "Duisburg", "--avoid", "XX"), "XX"),
        (("compare", "Xi'an", "Duisburg", "--draws", "0"), "1,000,000"),
        (("compare", "Xi'an", "Duisburg", "--draws", "many"), "--draws"),
        (("compare", "Xi'an", "Duisburg", "--seed", "x"), "--seed"),
        (("compare", "Xi'an", "Duisburg", "--value-of-time", "-1"), "at least 0"),
        (("compare", "Xi'an", "Duisburg", "--value-of-time", "nan"), "at least 0"),
        (("compare", "Xi'an", "Duisburg", "--value-of-time", "x"), "--value-of-time"),
        (("map", "Xi'an", "Duisburg"), "--out"),
        (("places",), "QUERY"),
        (("evidence", "--stale", "soon"), "soon"),
        (("evidence", "--grade", "guess"), "guess"),
        (("build", "--out", "x"), "--packaged"),
        (("build", "--packaged"), "--out"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage(run: Run, failed: Failed, arguments: tuple[str, ...], words: str) -> None:
    line = failed(run(*arguments), 2)
    assert words in line
    assert "_positive" not in line
    assert "_not_negative" not in line


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("sped_kmh/rail=40", "speed_kmh/rail"),
        ("no such thing=1", "no such parameter"),
        ("speed_kmh/rail", "KEY=VALUE"),
        ("speed_kmh/rail=fast", "fast"),
        ("speed_kmh/rail=nan", "finite"),
        ("speed_kmh/rail=inf", "finite"),
        ("speed_kmh/rail=-3", "negative"),
        ("speed_kmh/rail:CN=0", "speed"),
        ("=5", ""),
        ("\x1b[31m=5", ""),
    ],
    ids=ascii,
)
def test_an_assumption_that_cannot_be_made(
    run: Run, failed: Failed, given: str, words: str
) -> None:
    assert words in failed(run("compare", "Xi'an", "Duisburg", "--assume", given), 2)


HEADER = "key,low,typ,high,unit,grade,source,url,year,seen,note\n"
GOOD = "speed_kmh/rail:CN,30,40,50,km/h,expert,our contract,,2025,2025-06-01,\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", "header"),
        (HEADER + "speed_kmh/rail:CN,30,fast,50,km/h,expert,mine,,2025,,\n", "column typ"),
        (HEADER + GOOD + "speed_kmh/rail:KZ,50,40,30,km/h,expert,mine,,2025,,\n", ":3: column low"),
        (HEADER + "speed_kmh/rail:CN,-1,4,5,km/h,expert,mine,,2025,,\n", "negative"),
        (HEADER + "speed_kmh/rail:CN,1e999,4,5,km/h,expert,mine,,2025,,\n", "column low"),
        (HEADER + "speed_kmh/rail:CN,nan,4,5,km/h,expert,mine,,2025,,\n", "column low"),
        (HEADER + "speed_kmh/rail:CN,30,40,50,knots,expert,mine,,2025,,\n", "km/h"),
        (HEADER + "speed_kmh/rail:CN,30,40,50,km/h,certain,mine,,2025,,\n", "grade"),
        (HEADER + "speed_kmh/rail:CN,30,40,50,km/h,expert,,,2025,,\n", "source"),
        (HEADER + "sped_kmh/rail:CN,30,40,50,km/h,expert,mine,,2025,,\n", "speed_kmh"),
        (HEADER + "speed_kmh/rail:CN,30,40\n", ":2"),
        (HEADER + "speed_kmh/rail:CN,30,40,50,km/h,expert,mine,,2025,,,,\n", ":2"),
        (HEADER + GOOD + GOOD, "speed_kmh/rail:CN"),
        (HEADER + '"' + "x" * 200_000 + '",1,1,1,h,expert,mine,,2025,,\n', "own.csv"),
        (HEADER + "\x1b[31mspeed\x07,1,1,1,h,expert,mine,,2025,,\n", "own.csv"),
        (HEADER + "<b>{{7*7}}</b>,1,1,1,h,expert,mine,,2025,,\n", "own.csv"),
        (HEADER + "=1+1,1,1,1,h,expert,mine,,2025,,\n", "own.csv"),
    ],
    ids=range(18),
)  # fmt: skip
def test_rates_that_cannot_be_read(
    run: Run, failed: Failed, tmp_path: Path, text: str, words: str
) -> None:
    rates = tmp_path / "own.csv"
    rates.write_text(text, encoding="utf-8")
    line = failed(run("compare", "Xi'an", "Duisburg", "--rates", str(rates)), 4)
    assert words in line
    assert "own.csv" in line
    assert len(line) < 1500


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe\x00k", HEADER.encode() + b"\x80\x81", b"PK\x03\x04" + bytes(range(256))]
)
def test_rates_that_are_no_text(run: Run, failed: Failed, tmp_path: Path, raw: bytes) -> None:
    rates = tmp_path / "own.csv"
    rates.write_bytes(raw)
    assert "own.csv" in failed(run("compare", "Xi'an", "Duisburg", "--rates", str(rates)), 4)


def test_rates_that_are_missing_or_a_folder(run: Run, failed: Failed, tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        failed(run("compare", "Xi'an", "Duisburg", "--rates", str(path)), 4)


def test_own_rates_are_used_and_named(run: Run, tmp_path: Path) -> None:
    import json

    rates = tmp_path / "own.csv"
    rates.write_text("\ufeff" + HEADER + GOOD.replace("30,40,50", "2,3,4"), encoding="utf-8")
    ask = ("compare", "Xi'an", "Duisburg", "--corridor", "northern", "--draws", "200")
    plain, own = (
        json.loads(run(*ask, *more, "--format", "json").out)
        for more in ((), ("--rates", str(rates)))
    )
    days = [document["options"][0]["time_days"]["mean"] for document in (plain, own)]
    assert days[1] > days[0] + 20
    assert "rates own.csv" in own["conditions"]["applied"]


# Output ----------------------------------------------------------------------------------

WRITERS = {
    "compare": ("compare", "Xi'an", "Duisburg", "--draws", "200"),
    "route": ("route", "Almaty", "Poti", "--draws", "200"),
    "map": ("map", "Xi'an", "Duisburg", "--draws", "200"),
}


@pytest.mark.parametrize("command", WRITERS)
def test_an_output_that_is_a_folder_or_has_none(
    run: Run, failed: Failed, tmp_path: Path, command: str
) -> None:
    folder = tmp_path / "folder.html"
    folder.mkdir()
    line = failed(run(*WRITERS[command], "--out", str(folder)), 4)
    assert "folder" in line
    line = failed(run(*WRITERS[command], "--out", str(tmp_path / "none" / "x.html")), 4)
    assert "does not exist" in line
    file = tmp_path / "file"
    file.write_text("kept")
    failed(run(*WRITERS[command], "--out", str(file / "x.html")), 4)
    assert file.read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.html"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
@pytest.mark.parametrize("command", WRITERS)
def test_an_output_that_may_not_be_written(
    run: Run, failed: Failed, tmp_path: Path, command: str
) -> None:
    tmp_path.chmod(0o500)
    try:
        failed(run(*WRITERS[command], "--out", str(tmp_path / "x.html")), 4)
        assert list(tmp_path.iterdir()) == []
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("command", WRITERS)
def test_an_error_leaves_the_old_file_alone(
    run: Run, failed: Failed, tmp_path: Path, command: str
) -> None:
    target = tmp_path / "x.html"
    target.write_text("old")
    name, _, destination, *rest = WRITERS[command]
    failed(run(name, "Aktua", destination, *rest, "--out", str(target)), 2)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("command", WRITERS)
def test_a_full_disk_leaves_nothing_behind(
    run: Run, failed: Failed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    import errno

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    target = tmp_path / "x.html"
    target.write_text("old")
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, other: full(0) or replace(self, other))
    failed(run(*WRITERS[command], "--out", str(target)), 4)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


# Nothing of ours -------------------------------------------------------------------------


def test_an_internal_error_is_one_line(
    run: Run, failed: Failed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("two\nlines \x1b[31m")

    monkeypatch.setattr(journeys, "run_places", broken)
    monkeypatch.delenv("CORRIDORS_DEBUG", raising=False)
    assert "report it" in failed(run("places", "Aktau"), 1)
    monkeypatch.setenv("CORRIDORS_DEBUG", "1")
    with pytest.raises(RuntimeError):
        run("places", "Aktau")


def test_csv_output_starts_no_formula(run: Run) -> None:
    ran = run("evidence", "--format", "csv")
    assert ran.code == 0
    for row in csv.reader(ran.out.splitlines()):
        assert not any(cell.startswith(("=", "+", "@")) for cell in row)
