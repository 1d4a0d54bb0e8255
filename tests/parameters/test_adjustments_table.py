"""The packaged adjustments and price series: each has its number, its target and its time."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from corridors.conditions.adjustment import Adjustment, read_adjustments
from corridors.conditions.prices import index_prices
from corridors.conditions.when import Case
from corridors.costing.charge import Charge
from corridors.parameters import Ledger

GEODATA = Path(__file__).resolve().parents[2] / "geodata"
CURATED = GEODATA / "curated"
TERMS = ("unit=", "booking=", "ownership=", "weight_t>")


def rows_of(name: str) -> list[dict[str, str]]:
    with (CURATED / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return Ledger.read(CURATED / "parameters.csv")


@pytest.fixture(scope="module")
def adjustments(ledger: Ledger) -> list[Adjustment]:
    return read_adjustments(GEODATA, ledger)


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Every key an adjustment can meet, whether or not a row has it."""

    def column(table: str, name: str) -> set[str]:
        return {row[name] for row in rows_of(f"{table}.csv")}

    country = {row["id"]: row["country"] for row in rows_of("facilities.csv")}
    zones, facilities, modes = column("zones", "zone"), column("facilities", "id"), {"rail", "road"}
    sailed = column("services", "id") | column("services", "group") | {"sea", "ferry"}
    crossings = rows_of("crossings.csv")
    borders = {row["id"] for row in crossings} | modes
    for row in crossings:
        a, b = country[row["a"]], country[row["b"]]
        borders |= {f"{row['mode']}/{a}-{b}", f"{row['mode']}/{b}-{a}"}
    every = modes | {"sea", "ferry"}
    pairs = {f"{a}-{b}" for a in every for b in every}
    lifts = facilities | pairs | {f"{f}/{pair}" for f in facilities for pair in pairs}
    ends = facilities | set(country.values()) | every
    per_km = zones | modes
    boxes = {f"{c}/{o}" for c in column("corridors", "corridor") for o in ("SOC", "COC")}
    names = {
        "speed_kmh": per_km, "rate_usd_km": per_km, "co2e_kg_km": per_km | sailed,
        "border_h": borders, "border_usd": borders, "lift_h": lifts, "lift_usd": lifts,
        "wait_h": sailed, "freight_usd": sailed, "fill_h": ends, "fill_usd": ends,
        "equipment_usd": boxes, "empty_return_usd": boxes,
    }  # fmt: skip
    bare = {
        "gauge_h", "gauge_usd", "reload_usd", "release_usd", "pickup_usd", "delivery_usd",
        "batch_h", "co2e_kg",
    }  # fmt: skip
    return {f"{family}/{name}" for family, ids in names.items() for name in ids} | {*names, *bare}


def test_every_target_is_something_that_can_be_charged(
    adjustments: list[Adjustment], known: set[str]
) -> None:
    dead = [(a.id, target) for a in adjustments for target in a.targets if target not in known]
    assert dead == []


def test_no_number_is_left_without_its_adjustment(
    ledger: Ledger, adjustments: list[Adjustment]
) -> None:
    numbers = {row.key for row in ledger.find("adjust/")}
    assert numbers == {f"adjust/{adjustment.id}" for adjustment in adjustments}


def test_units_follow_the_effect(adjustments: list[Adjustment]) -> None:
    for adjustment in adjustments:
        families = {target.partition("/")[0] for target in adjustment.targets}
        if adjustment.effect == "times":
            assert adjustment.row.unit == "factor", adjustment.id
        else:
            assert adjustment.row.unit == ("h" if families.pop().endswith("_h") else "USD/FEU")
            assert all(f.endswith("_h") == (adjustment.row.unit == "h") for f in families), (
                adjustment.id
            )


def test_each_says_when_and_what(adjustments: list[Adjustment]) -> None:
    assert all(row["note"] for row in rows_of("adjustments.csv"))
    for row in rows_of("adjustments.csv"):
        assert row["when"].startswith(("month=", "date=", *TERMS)), row["id"]


def test_an_ordinary_week_and_an_ordinary_box_know_no_adjustment(
    adjustments: list[Adjustment],
) -> None:
    ordinary = Case(weight_t=13.0)
    assert [a.id for a in adjustments if a.when.fits(ordinary) and a.when.holds_on(None)] == []


@pytest.mark.parametrize("port", ["aktau", "kuryk", "turkmenbashi"])
def test_the_caspian_year_has_twelve_months_once_each(
    adjustments: list[Adjustment], port: str
) -> None:
    months = Counter(
        month
        for adjustment in adjustments
        if adjustment.id.startswith(f"caspian-{port}-")
        for month in adjustment.when.months or ()
    )
    assert months == dict.fromkeys(range(1, 13), 1)


def extra_h(adjustments: list[Adjustment], target: str, day: date) -> float:
    return sum(
        Charge(a.row, 1.0, False, "", "").mean
        for a in adjustments
        if a.effect == "add" and target in a.targets and a.when.holds_on(day)
    )


def test_november_on_the_caspian_is_not_june(adjustments: list[Adjustment]) -> None:
    for service in ("CAS-AAU-ALT", "CAS-KRY-ALT", "CAS-KRW-ALT"):
        november = extra_h(adjustments, f"wait_h/{service}", date(2026, 11, 15))
        june = extra_h(adjustments, f"wait_h/{service}", date(2026, 6, 15))
        assert november > 4 * june > 0
    # Kuryk is shut for half of November and December.
    assert extra_h(adjustments, "wait_h/CAS-KRY-ALT", date(2026, 12, 1)) > 72


# First day of the lunar year, first of October, the feasts: from the calendars, not the table.
FEASTS = {
    "new-year-china-road-borders": ["2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26"],
    "golden-week-road-borders": ["2025-10-01", "2026-10-01", "2027-10-01", "2028-10-01"],
    "nauryz-borders": ["2025-03-21", "2026-03-21", "2027-03-22", "2028-03-21"],
    "eid-turkey": ["2026-03-20", "2027-03-10", "2028-02-26", "2026-05-27", "2027-05-16"],
    "ramadan-pakistan": ["2026-03-01", "2027-02-20", "2028-02-10"],
    "christmas-europe-fill": ["2026-12-25", "2027-12-25", "2028-01-01"],
}


@pytest.mark.parametrize(("name", "days"), FEASTS.items())
def test_feasts_fall_on_their_days(
    adjustments: list[Adjustment], name: str, days: list[str]
) -> None:
    when = next(a.when for a in adjustments if a.id == name)
    assert [day for day in days if not when.holds_on(date.fromisoformat(day))] == []
    assert not when.holds_on(date(2026, 8, 1))


def test_two_twenties_cost_more_than_one_forty_and_less_than_two(ledger: Ledger) -> None:
    for mode in ("rail", "sea"):
        two, one = (ledger.get(f"adjust/{n}-{mode}") for n in ("two-twenties", "one-twenty"))
        assert 1.0 < two.typ < 2.0
        assert two.typ == pytest.approx(2 * one.typ, rel=0.02)


def test_a_single_wagon_is_slower_and_dearer(ledger: Ledger) -> None:
    assert ledger.get("adjust/single-run").high < 1.0
    assert ledger.get("adjust/single-rate").low > 1.0
    # CAREC: 92 h at the Kazakh border for all shipments, gauge change included.
    hours = [
        "border_h/rail/CN-KZ", "gauge_h/KZ-DOS",
        "adjust/single-border-china-kazakhstan", "adjust/single-gauge",
    ]  # fmt: skip
    assert sum(ledger.get(key).mean for key in hours) == pytest.approx(92, rel=0.05)


def test_lease_and_return_add_up_to_the_published_line(ledger: Ledger) -> None:
    # 1,100 USD in March and 1,400 in January 2025.
    total = sum(ledger.get(f"{f}_usd/northern/SOC").mean for f in ("equipment", "empty_return"))
    assert 1100 < total < 1400


# Prices --------------------------------------------------------------------------------------


def test_price_rows_are_sound() -> None:
    rows = rows_of("price_index.csv")
    assert len({(row["series"], row["month"]) for row in rows}) == len(rows)
    for row in rows:
        assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", row["month"]), row
        assert float(row["value"]) > 0
        assert row["note"]
        if row["grade"] != "assumption":
            assert row["source"]
            assert row["url"].startswith("http")


def test_every_series_moves_something_that_is_priced(ledger: Ledger) -> None:
    series = {row["series"] for row in rows_of("price_index.csv")}
    targets = rows_of("price_targets.csv")
    assert {row["series"] for row in targets} == series
    groups = {row["id"]: row["group"] for row in rows_of("services.csv")}
    for row in targets:
        family, _, rest = row["target"].partition("/")
        name = re.sub(r"/(west|east)bound$", "", rest)
        found = ledger.first(f"{family}/{name}", f"{family}/{groups.get(name, name)}")
        assert found is not None, row["target"]


def test_every_series_has_the_month_of_the_tables() -> None:
    base = (CURATED / "edition.txt").read_text(encoding="utf-8").split()[-1]
    months = {(row["series"], row["month"]) for row in rows_of("price_index.csv")}
    assert {(row["series"], base) for row in rows_of("price_index.csv")} <= months


def test_no_charge_is_moved_by_two_series() -> None:
    moved = Counter(row["target"] for row in rows_of("price_targets.csv"))
    assert [target for target, times in moved.items() if times > 1] == []
    groups = {row["id"]: row["group"] for row in rows_of("services.csv")}
    for target in moved:
        name, _, heading = target.removeprefix("freight_usd/").partition("/")
        group = f"freight_usd/{groups.get(name, '')}/{heading}"
        assert group == target or group not in moved, target


def test_the_ocean_market_of_october_2025_was_half_that_of_june() -> None:
    # Drewry, Shanghai-Rotterdam: 1,613 USD on 2 October after about 3,070 in June.
    moved = index_prices(GEODATA, base="2025-06", month="2025-10")
    factor = next(
        a.row.typ for a in moved.adjustments if "freight_usd/OCC-YSN-RTM/westbound" in a.targets
    )
    assert factor == pytest.approx(1613 / 3070, rel=0.01)
    assert "scfi-gulf" in moved.missing
