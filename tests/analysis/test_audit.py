"""The audit: passes on the packaged data, and finds each fault that is put into the toy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from corridors.analysis.audit import Finding, audit
from corridors.analysis.engine import Engine
from corridors.errors import DataError


@pytest.fixture
def faults(
    toy: ModuleType, tmp_path: Path, load: Callable[[Path], Engine]
) -> Callable[..., set[tuple[str, str]]]:
    """(check, subject) of all faults of the toy with changed tables."""

    def find(tables: Mapping[str, Sequence[str]], **more: object) -> set[tuple[str, str]]:
        engine = load(toy.write_toy(tmp_path, tables=tables, **more))
        return {(f.check, f.subject) for f in audit(engine) if not f.allowed}

    return find


@pytest.mark.slow
def test_packaged_data_has_only_allowed_findings(engine: Engine) -> None:
    findings = audit(engine)
    assert [f for f in findings if not f.allowed] == []
    # What is allowed says why, and hidden transit is listed.
    hidden = {f.subject for f in findings if f.check == "hidden_transit"}
    assert {"rail:KZ/KG", "rail:KZ/RU"} <= hidden
    assert all(isinstance(f, Finding) and f.detail for f in findings)


def test_clean_toy_has_no_fault(toy_engine: Engine) -> None:
    findings = audit(toy_engine)
    assert [f for f in findings if not f.allowed] == []
    assert ("hidden_transit", "rail:BB/DD") in {(f.check, f.subject) for f in findings}
    assert ("gateway_shut", "rail/north") in {(f.check, f.subject) for f in findings}


def test_crossing_away_from_the_border(toy: ModuleType, faults: Callable[..., set]) -> None:
    # 22 km off: still joined, but said; 67 km off: not joined.
    near = toy.with_row("crossings", "BC-rail", ",0,6,", ",0.2,6,")
    assert ("crossing_off_border", "BC-rail") in faults(near)


def test_crossing_far_away(toy: ModuleType, faults: Callable[..., set]) -> None:
    found = faults(toy.with_row("crossings", "BC-rail", ",0,6,", ",0.6,6,"))
    assert ("crossing_unresolved", "BC-rail") in found
    # Every variant that needs it is named.
    assert {("gateway_shut", "rail/yard"), ("gateway_shut", "truck/gate")} <= found


@pytest.mark.parametrize("start", ["4.55 0", "3.1 0"], ids=["on the line", "at a yard"])
def test_loose_link(toy: ModuleType, faults: Callable[..., set], start: str) -> None:
    link = f'loose,rail,gap,"{start},3.5 0.9",,operating,invented,'
    assert ("link_loose_end", "loose") in faults({"links": (*toy.TABLES["links"], link)})


def test_spur_may_end_at_a_quay(toy: ModuleType, faults: Callable[..., set]) -> None:
    link = 'quay,rail,spur,"3.1 0,3.5 0.9",,operating,invented,'
    assert faults({"links": (*toy.TABLES["links"], link)}) == set()


def test_facility_off_its_line(toy: ModuleType, faults: Callable[..., set]) -> None:
    moved = toy.with_row("facilities", "C-PRT", "-0.9,8,", "-0.96,8,")  # 6.6 km
    assert ("facility_off_line", "C-PRT") in faults(moved)


def test_facility_off_its_line_with_a_reason(toy: ModuleType, faults: Callable[..., set]) -> None:
    moved = toy.with_row(
        "facilities", "C-PRT", "-0.9,8,ferry_port,road:CC,,operating,",
        "-0.96,8,ferry_port,road:CC,,operating,quay on an island",
    )  # fmt: skip
    assert faults(moved) == set()


def test_facility_too_far_from_any_line(toy: ModuleType, faults: Callable[..., set]) -> None:
    moved = toy.with_row("facilities", "C-PRT", "-0.9,8,", "-0.4,7,")
    assert ("facility_unplaced", "C-PRT") in faults(moved)


@pytest.mark.parametrize("blank", ["AB-rail", "BC-rail"])
def test_break_of_gauge_without_a_yard(
    toy: ModuleType, faults: Callable[..., set], blank: str
) -> None:
    yards = {"AB-rail": "B-WYRD,A-YRD,op", "BC-rail": "C-YRD,B-EYRD,op"}
    found = faults(toy.with_row("crossings", blank, yards[blank], ",,op"))
    assert ("gauge_event", blank) in found


def test_yard_named_on_one_side_only(toy: ModuleType, faults: Callable[..., set]) -> None:
    found = faults(toy.with_row("crossings", "BC-rail", "C-YRD,B-EYRD,op", "C-YRD,,op"))
    assert ("gauge_event", "BC-rail") in found


def test_yard_where_gauges_are_the_same(toy: ModuleType, faults: Callable[..., set]) -> None:
    zones = toy.with_row("zones", "rail:CC", "1435", "1520")
    assert ("gauge_event", "BC-rail") in faults(zones)


def test_yard_that_is_no_end_of_the_crossing(toy: ModuleType, faults: Callable[..., set]) -> None:
    found = faults(toy.with_row("crossings", "BC-rail", "C-YRD,B-EYRD,op", "C-TER,B-EYRD,op"))
    assert ("gauge_event", "BC-rail") in found


def test_parameter_of_nothing(toy: ModuleType, faults: Callable[..., set]) -> None:
    found = faults({}, parameters={"gauge_h/AX-GONE": 5.0, "border_h/AX-gone": 5.0})
    assert found == {
        ("parameter_orphan", "gauge_h/AX-GONE"), ("parameter_orphan", "border_h/AX-gone"),
    }  # fmt: skip


# The toy's sea is the Gulf of Guinea; the second point lies in Nigeria.
LANES_OVER_LAND = ("lane,seq,lat,lon", "toy,1,-1.3,1", "toy,2,9.0,6.5", "toy,3,-1.3,8")


def test_lane_over_land(toy: ModuleType, faults: Callable[..., set]) -> None:
    assert ("sea_leg_over_land", "TOY-FERRY") in faults({"lanes": LANES_OVER_LAND})


def test_canal_is_allowed_with_a_reason(toy: ModuleType, faults: Callable[..., set]) -> None:
    tables = {
        "lanes": LANES_OVER_LAND,
        "audit_allow": (
            "check,subject,reason",
            "sea_leg_over_land,TOY-FERRY,invented canal",
            "sea_leg_over_land,TOY-IDLE,invented canal",
        ),
    }
    assert faults(tables) == set()


def test_lane_that_misses_its_port(toy: ModuleType, faults: Callable[..., set]) -> None:
    lanes = {"lanes": ("lane,seq,lat,lon", "toy,1,-1.3,1", "toy,2,-1.3,6")}
    found = faults(lanes)
    assert ("lane_misses_port", "TOY-FERRY") in found
    assert ("gateway_shut", "water/ferry") in found


def test_facility_on_a_line_that_leads_nowhere(toy: ModuleType, faults: Callable[..., set]) -> None:
    nodes = toy.RAIL_NODES | {"x": (7.0, 1.0), "y": (7.5, 1.0)}
    arcs = (*toy.RAIL_ARCS, ("x", "y", 60, "CC"))
    alone = "C-ALO,Charlie alone,CC,1,7.2,terminal,rail:CC,,operating,,invented,"
    places = (*toy.TABLES["places"], "alone,Alone,CC,1,7.2,C-ALO,,")
    tables = {"facilities": (*toy.TABLES["facilities"], alone), "places": places}
    assert ("facility_isolated", "C-ALO") in faults(tables, rail=(nodes, arcs))


def test_allowed_finding_carries_its_reason_and_a_stale_one_is_a_fault(
    toy: ModuleType, tmp_path: Path, load: Callable[[Path], Engine]
) -> None:
    tables = toy.with_row("facilities", "C-PRT", "-0.9,8,", "-0.96,8,")
    tables["audit_allow"] = (
        *toy.TABLES["audit_allow"],
        "facility_off_line,C-PRT,the quay is new",
        "facility_off_line,A-PRT,was off its line once",
    )
    findings = audit(load(toy.write_toy(tmp_path, tables=tables)))
    kept = next(f for f in findings if f.subject == "C-PRT")
    assert kept.allowed
    assert "the quay is new" in kept.detail
    assert [(f.check, f.subject) for f in findings if not f.allowed] == [
        ("allow_list_stale", "A-PRT")
    ]


@pytest.mark.parametrize("table", ["audit_allow"])
def test_broken_lists_are_an_error(
    toy: ModuleType, tmp_path: Path, load: Callable[[Path], Engine], table: str
) -> None:
    folder = toy.write_toy(tmp_path)
    (folder / "curated" / f"{table}.csv").write_text("x,y\n1,2\n", "utf-8")
    with pytest.raises(DataError, match=table):
        audit(load(folder))
