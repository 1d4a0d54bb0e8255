"""The register of projects: nested money, claims apart from effects, broken rows refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.engine import Engine
from corridors.analysis.projects import (
    Project,
    amount,
    effects,
    read_projects,
    select,
    totals,
)
from corridors.cli.main import main
from corridors.errors import DataError, UsageError
from corridors.outputs.projects import amount_text, effects_table

HEADER = ",".join(Project._fields)
FASTER = """\
id: faster
title: A faster line
kind: upgrade
grade: hypothetical
effects:
  - times: {event: 'speed_kmh/rail:BB', typ: 2}
"""


def row(name: str, amounts: tuple[float, float] | None = None, **other: object) -> str:
    low, high = amounts or ("", "")
    cells = {
        "id": name, "title": name.title(), "kind": "rail", "status": "announced",
        "amount_low": low, "amount_high": high, "currency": "EUR" if amounts else "",
        "countries": "AA;BB", "source": "A report", "grade": "claim", **other,
    }  # fmt: skip
    return ",".join(str(cells.get(field, "")) for field in Project._fields)


@pytest.fixture
def register(toy: ModuleType, load: Callable[[Path], Engine], tmp_path: Path) -> Callable:
    def make(*rows: str) -> Engine:
        toy.write_toy(tmp_path, parameters={"one_way_share": 0.5})
        (tmp_path / "conditions").mkdir(exist_ok=True)
        (tmp_path / "conditions" / "faster.yaml").write_text(FASTER)
        table = tmp_path / "curated" / "projects.csv"
        table.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
        return load(tmp_path)

    return make


def test_a_package_counts_its_parts_once(register: Callable) -> None:
    engine = register(
        row("whole", (10, 13)), row("one", (10, 10), within="whole"),
        row("two", (12, 12), within="whole"), row("bit", (1, 2), within="one"),
        row("alone", (5, 6)), row("dollars", (7, 7), currency="USD"), row("unknown"),
    )  # fmt: skip
    rows = read_projects(engine)

    def sums(*names: str) -> dict[str, tuple[float, float]]:
        chosen = [rows[name] for name in names or rows]
        return {total.currency: (total.low, total.high) for total in totals(chosen, rows)}

    assert sums() == {"EUR": (15, 19), "USD": (7, 7)}
    # The two announcements alone: at most the package, never 22.
    assert sums("one", "two") == {"EUR": (10, 13)}
    assert sums("two") == {"EUR": (12, 12)}
    assert sums("one", "bit") == {"EUR": (10, 10)}
    assert sums("bit", "alone") == {"EUR": (6, 8)}
    assert sums("unknown") == {}


def test_a_project_without_an_amount_has_that_of_its_parts(register: Callable) -> None:
    rows = read_projects(
        register(
            row("whole"), row("one", (2, 3), within="whole"), row("two", within="whole"), row("x")
        )
    )
    money = amount(rows["whole"], rows)
    assert money is not None
    assert (money.low, money.high) == (2, 3)
    assert amount(rows["x"], rows) is None


def test_effect_beside_claim(register: Callable) -> None:
    engine = register(
        row("fast", (2e9, 4e9), condition="faster", claim="Ten days less", claim_days=10),
        row("talk", (1e9, 1e9), claim="Half the time"),
    )
    rows = read_projects(engine)
    found = effects(engine, list(rows.values()), rows, "Charlie", "Alfa", draws=50)
    assert {effect.project.id for effect in found} == {"fast"}
    (rail,) = [effect for effect in found if effect.corridor == "rail"]
    # 12 + 110 + 230 km (and 12 to the border) at 40 km/h, which takes half the time at 80.
    assert rail.days == pytest.approx(-(12 + 110 + 230 + 12) / 40 / 2 / 24)
    assert rail.days_per_billion == pytest.approx(-rail.days / 4)
    text = effects_table(found, "Charlie", "Alfa")
    assert "claim: Ten days less" in text
    assert "do not add up" in " ".join(text.split())


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([row("a", within="b")], "'b' is no project"),
        ([row("a", within="b"), row("b", within="a")], "comes back to itself"),
        ([row("a", kind="canal")], "'canal' is none of"),
        ([row("a", status="promised")], "'promised' is none of"),
        ([row("a", (3, 2))], "in order"),
        ([row("a", (-3, 2))], "above zero"),
        ([row("a", (1, 2), currency="")], "has a currency"),
        ([row("a", condition="fasster")], "no condition 'fasster'"),
        ([row("a"), row("a")], "appears twice"),
    ],
)  # fmt: skip
def test_broken_rows(register: Callable, rows: list[str], why: str) -> None:
    with pytest.raises(DataError, match=why):
        read_projects(register(*rows))


def test_selection(register: Callable) -> None:
    rows = read_projects(
        register(row("a"), row("b", within="a", countries="CC"), row("c", status="built"))
    )
    assert [p.id for p in select(rows, name="a")] == ["a", "b"]
    assert [p.id for p in select(rows, status="built")] == ["c"]
    assert [p.id for p in select(rows, country="cc")] == ["b"]
    with pytest.raises(UsageError, match="no project in 'XX'"):
        select(rows, country="XX")
    with pytest.raises(UsageError, match="no status 'done'"):
        select(rows, status="done")


@given(st.floats(1e6, 1e12), st.floats(1.0, 3.0))
def test_amounts_read_as_they_are(low: float, factor: float) -> None:
    shown = amount_text(low, low * factor, "EUR")
    assert shown.startswith("€")
    assert shown.endswith(("bn", "m"))
    size = 1e9 if shown.endswith("bn") else 1e6
    ends = [float(part) * size for part in shown.strip("€bnm").split("–")]
    assert ends[0] == pytest.approx(low, rel=1e-3)
    assert ends[-1] == pytest.approx(low * factor, rel=1e-3)


def test_the_packaged_register(engine: Engine) -> None:
    rows = read_projects(engine)
    assert len(rows) > 30
    euro = next(t for t in totals(rows.values(), rows) if t.currency == "EUR")
    assert "eu-transport-central-asia" in euro.projects
    assert not {"eu-2024", "eu-2025", "eib-2024"} & set(euro.projects)
    # Every planned line and upgrade of the catalogue has its project.
    upgrades = {c.id for c in engine.catalogue.values() if c.kind == "upgrade"}
    assert upgrades == {row.condition for row in rows.values() if row.condition}
    # A source is named with its address, but for the one row that says none was kept.
    assert {row.id for row in rows.values() if not row.url} == {"gwadar-roads"}
    # Nothing that is only announced counts as money spent.
    assert not {row.id for row in rows.values() if row.status == "disbursed"}


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["projects", "eu-2024", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "corridors.projects/1"
    assert found["totals"] == [
        {"currency": "EUR", "low": 10e9, "high": 10e9, "projects": ["eu-2024"]}
    ]
    assert main(["projects", "dostyk-moyinty", "--effect", "Xi'an", "Duisburg"]) == 0
    shown = capsys.readouterr().out
    assert "no corridor changes on this journey" in shown
    assert "12 to 60" in shown
    assert main(["projects", "--status", "built", "--country", "UZ", "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("central-asia-china-gas,")
    assert main(["projects", "eu-2024", "--effect", "Xi'an", "Duisburg"]) == 3
    assert main(["projects", "dostyk-moyintyy"]) == 2
    assert "did you mean dostyk-moyinty" in capsys.readouterr().err


@pytest.mark.slow
def test_a_real_planned_line_acts_after_its_day_only(engine: Engine) -> None:
    import datetime as dt

    from corridors.analysis.compare import compare
    from corridors.analysis.desk import Conditions

    def variant(**conditions: object) -> str | None:
        answer = compare(
            engine, "Kashgar", "Tashkent", corridors=["southern"], draws=20,
            conditions=Conditions(**conditions),  # type: ignore[arg-type]
        )  # fmt: skip
        route = answer.options[0].route
        assert route is not None
        return route.variant

    named = ("china-kyrgyzstan-uzbekistan-2030",)
    assert not (variant() or "").startswith("cku")
    assert not (variant(as_of=dt.date(2026, 6, 1)) or "").startswith("cku")
    assert (variant(scenarios=named) or "").startswith("cku")
