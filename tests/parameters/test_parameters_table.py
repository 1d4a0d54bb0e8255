"""The packaged parameter table: sound, sourced, and covering the curated network."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from corridors.parameters import Ledger, ParameterRow
from corridors.parameters.parameter_table import MAX_RATIO
from corridors.parameters.row import GRADES

CURATED = Path(__file__).resolve().parents[2] / "geodata" / "curated"


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return Ledger.read(CURATED / "parameters.csv")


def rows_of(name: str) -> list[dict[str, str]]:
    path = CURATED / name
    if not path.exists():
        pytest.skip(f"{name} is not there yet")
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def broken(ledger: Ledger, test: str) -> list[str]:
    checks: dict[str, Callable[[ParameterRow], bool]] = {
        "grade": lambda r: r.grade in GRADES,
        "source": lambda r: (
            r.grade not in ("measured", "published")
            or (bool(r.source) and r.url.startswith("http"))
        ),
        "expert": lambda r: r.grade != "expert" or bool(r.source),
        "order": lambda r: 0.0 <= r.low <= r.typ <= r.high,
        "ratio": lambda r: (
            (r.high <= MAX_RATIO * r.typ and r.typ <= MAX_RATIO * r.low) or r.typ == 0
        ),
        "seen": lambda r: re.fullmatch(r"20\d\d-\d\d-\d\d", r.seen) is not None,
        "note": lambda r: bool(r.note),
        "unit": lambda r: UNITS[r.key.split("/")[0]].fullmatch(r.unit) is not None,
    }
    return [row.key for row in ledger if not checks[test](row)]


UNITS = {
    "speed_kmh": re.compile("km/h"),
    "sail_kmh": re.compile("km/h"),
    "rate_usd_km": re.compile("USD/FEU-km"),
    "co2e_kg_km": re.compile("kg/FEU-km"),
    "co2e_kg": re.compile("kg/FEU"),
    "value_of_time_usd_day": re.compile("USD/FEU-day"),
    "shock_share": re.compile("share"),
    "shock_share_week": re.compile("share"),
    "choice_usd": re.compile("USD/FEU"),
    "one_way_share": re.compile("share"),
    "insurance_share": re.compile("share of cargo value"),
    "war_risk_share": re.compile("share of cargo value"),
    "capital_cost_share_year": re.compile("share a year"),
    "toll_usd_km": re.compile("USD/FEU-km"),
    "payload_t": re.compile("t"),
    "payload_limit_t": re.compile("t/FEU"),
    "adjust": re.compile("h|USD/FEU|factor"),
    **{
        f"{name}_h": re.compile("h")
        for name in [
            "border",
            "reload",
            "passage",
            "gauge",
            "lift",
            "batch",
            "berth",
            "wait",
            "sail",
            "fill",
            "release",
            "pickup",
            "delivery",
        ]
    },
    **{
        f"{name}_usd": re.compile("USD/FEU")
        for name in [
            "border",
            "reload",
            "passage",
            "gauge",
            "lift",
            "freight",
            "fill",
            "release",
            "pickup",
            "delivery",
            "permit",
            "equipment",
            "empty_return",
        ]
    },
}


@pytest.mark.parametrize(
    "test", ["grade", "source", "expert", "order", "ratio", "seen", "note", "unit"]
)
def test_every_row_is_sound(ledger: Ledger, test: str) -> None:
    assert broken(ledger, test) == []


def test_no_row_names_a_machine_or_a_helper(ledger: Ledger) -> None:
    text = " ".join(f"{r.key} {r.source} {r.url} {r.note}" for r in ledger)
    assert not re.search(r"/tmp|/work|session|helper", text)


@pytest.mark.parametrize("family", ["speed_kmh", "rate_usd_km", "co2e_kg_km"])
def test_every_zone_has_a_speed_a_rate_and_a_factor(ledger: Ledger, family: str) -> None:
    for zone in rows_of("zones.csv"):
        own = ledger.first(f"{family}/{zone['zone']}")
        assert own, f"{family}/{zone['zone']}"
        assert own.typ > 0


def test_every_crossing_in_use_has_its_pair_in_both_directions(ledger: Ledger) -> None:
    country = {row["id"]: row["country"] for row in rows_of("facilities.csv")}
    for row in rows_of("crossings.csv"):
        if row["status"] != "operating":
            continue
        a, b = country[row["a"]], country[row["b"]]
        if a == b:  # a passage inside one country has hours of its own
            assert f"passage_h/{row['id']}" in ledger
            continue
        for pair in (f"{a}-{b}", f"{b}-{a}"):
            assert f"border_h/{row['mode']}/{pair}" in ledger


def test_every_gauge_yard_has_hours(ledger: Ledger) -> None:
    for row in rows_of("crossings.csv"):
        for yard in filter(None, (row["gauge_ab"], row["gauge_ba"])):
            assert f"gauge_h/{yard}" in ledger


def test_every_service_in_use_has_a_freight_and_a_wait(ledger: Ledger) -> None:
    for row in rows_of("services.csv"):
        assert ledger.first(f"freight_usd/{row['id']}", f"freight_usd/{row['group']}")
        if row["status"] in ("operating", "seasonal") and not row["headway_h_typ"]:
            assert ledger.first(f"wait_h/{row['id']}", f"wait_h/{row['group']}")


def test_no_row_speaks_of_a_place_that_does_not_exist(ledger: Ledger) -> None:
    facilities = {row["id"] for row in rows_of("facilities.csv")}
    crossings = {row["id"] for row in rows_of("crossings.csv")}
    services = {row["id"] for row in rows_of("services.csv")}
    groups = {row["group"] for row in rows_of("services.csv")}
    zones = {row["zone"] for row in rows_of("zones.csv")}
    corridors = {row["corridor"] for row in rows_of("corridors.csv")}
    modes = {"rail", "road", "sea", "ferry"}
    pairs = {f"{a}-{b}" for a in modes for b in modes}
    known = {
        "speed_kmh": zones | modes,
        "rate_usd_km": zones | modes,
        "co2e_kg_km": zones | modes | groups | services,
        "co2e_kg": {"lift", "gauge"},
        "toll_usd_km": zones | modes,
        "permit_usd": crossings | modes,
        "passage_h": crossings,
        "passage_usd": crossings,
        "berth_h": facilities,
        "batch_h": facilities,
        "equipment_usd": corridors,
        "empty_return_usd": corridors,
        "insurance_share": corridors,
        "war_risk_share": corridors,
        "payload_t": {"FEU", "2x20", "TEU"},
        "payload_limit_t": zones | modes,
        "border_h": crossings | modes,
        "border_usd": crossings | modes,
        "reload_h": crossings,
        "reload_usd": crossings,
        "gauge_h": facilities,
        "gauge_usd": facilities,
        "lift_h": facilities | pairs,
        "lift_usd": facilities | pairs,
        "wait_h": services | groups,
        "sail_h": services | groups,
        "freight_usd": services | groups,
    }
    strange = [
        row.key
        for row in ledger
        if "/" in row.key
        and row.key.split("/")[1] not in known.get(row.key.split("/")[0], {row.key.split("/")[1]})
    ]
    assert strange == []


def test_the_1520_leg_is_within_a_tenth_of_its_published_price(ledger: Ledger) -> None:
    # ERAI, first half of 2025: 3,239-3,292 USD per FEU, border to border, both ways round
    # Kazakhstan; distances by line, km.
    def price(**km: float) -> float:
        return sum(ledger.get(f"rate_usd_km/rail:{zone}").mean * d for zone, d in km.items())

    by_petropavl = price(KZ=1850, RU=3050, BY=610)
    by_iletsk = price(KZ=2700, RU=1950, BY=610)
    assert by_petropavl == pytest.approx(3265, rel=0.10)
    assert by_iletsk == pytest.approx(3265, rel=0.10)


def test_a_batch_and_a_berth_stand_beside_a_wait(ledger: Ledger) -> None:
    # What was one figure at Aktau before: dwell 57 h and wait 44 h, split of a train included.
    keys = [
        "lift_h/KZ-AAU/rail-sea",
        "wait_h/CAS-AAU-ALT",
        "berth_h/KZ-AAU",
        "batch_h/KZ-AAU/rail-sea",
    ]
    assert sum(ledger.get(key).mean for key in keys) == pytest.approx(101, rel=0.05)
    modes = {row["id"]: row["mode"] for row in rows_of("services.csv")}
    ports = {row[end] for row in rows_of("services.csv") for end in ("a", "b")}
    assert {row.key.split("/")[1] for row in ledger.find("batch_h/")} <= ports
    assert {row.key.split("/")[2].partition("-")[2] for row in ledger.find("batch_h/")} <= set(
        modes.values()
    )


def test_tolls_are_taken_out_of_the_rate(ledger: Ledger) -> None:
    # Rates with tolls in them as they stood before: 1.7 in the European Union, 1.4 in China.
    for zone, whole in {"EU": 1.7, "CN": 1.4, "RU": 1.3, "BY": 1.4, "KZ": 1.6, "TR": 1.5}.items():
        parts = [ledger.get(f"{f}_usd_km/road:{zone}") for f in ("rate", "toll")]
        assert sum(part.typ for part in parts) == pytest.approx(whole, abs=0.01)
        assert "tolls in toll_usd_km" in parts[0].note


def test_emission_rows_say_their_own_arithmetic(ledger: Ledger) -> None:
    # "0.9 x 0.52 x 0.582 + 0.1 x 0.41 = 0.31": shares add to one, the sum is the typical value.
    pattern = re.compile("N x N x N [+] N x N = N".replace("N", r"(\d+(?:\.\d+)?)"))
    for row in ledger.find("co2e_kg_km/rail:"):
        found = pattern.search(row.note)
        assert found, row.key
        electric, kwh, grid, diesel, kg, total = map(float, found.groups())
        assert electric + diesel == pytest.approx(1.0), row.key
        assert electric * kwh * grid + diesel * kg == pytest.approx(row.typ, abs=0.006), row.key
        assert total == pytest.approx(row.typ, abs=0.006), row.key


def test_direction_matters(ledger: Ledger) -> None:
    def mean(*keys: str) -> float:
        return sum(ledger.get(key).mean for key in keys)

    assert mean("border_h/rail/CN-KZ", "gauge_h/KZ-DOS") > mean(
        "border_h/rail/KZ-CN", "gauge_h/CN-ALA"
    )
    assert mean("freight_usd/asia-europe-cape") > 3 * mean("freight_usd/asia-europe-cape/eastbound")


def test_a_row_is_a_parameter_row(ledger: Ledger) -> None:
    assert all(isinstance(row, ParameterRow) for row in ledger)
