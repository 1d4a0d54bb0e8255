"""The toy compiled: hauls, crossings, services and findings as worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from corridors.analysis.engine import Engine
from corridors.errors import DataError
from corridors.movement.compile import compile_network
from corridors.movement.compiled import CompiledNetwork


@pytest.fixture
def compiled(toy: ModuleType, tmp_path: Path) -> Callable[..., CompiledNetwork]:
    def make(tables: Mapping[str, Sequence[str]] | None = None, **more: object) -> CompiledNetwork:
        folder = toy.write_toy(tmp_path / "data", tables=tables, **more)
        (tmp_path / "out").mkdir()
        return compile_network(folder, out=tmp_path / "out")

    return make


def km(network: CompiledNetwork) -> dict[tuple[str, str, str], float]:
    return {(h.zone, *sorted((h.a, h.b))): h.km for h in network.hauls}


def links(toy: ModuleType, *rows: str) -> dict[str, tuple[str, ...]]:
    return {"links": (*toy.TABLES["links"], *rows)}


def test_hauls_are_the_shortest_runs_inside_their_zone(toy_engine: Engine) -> None:
    assert km(toy_engine.network) == {
        ("rail:AA", "A-TER", "A-YRD"): 350,
        ("rail:AA", "A-TER", "A-Y2"): 290,
        ("rail:AA", "A-Y2", "A-YRD"): 640,  # by the terminal, not over the border
        ("rail:BB", "B-TER", "B-WYRD"): 230,
        ("rail:BB", "B-TER", "B-Y2"): 240,
        ("rail:BB", "B-EYRD", "B-TER"): 110,
        ("rail:BB", "B-WYRD", "B-Y2"): 470,
        ("rail:BB", "B-EYRD", "B-WYRD"): 340,
        ("rail:BB", "B-EYRD", "B-Y2"): 350,
        ("rail:CC", "C-TER", "C-YRD"): 300,
        ("road:AA", "A-GATE", "A-TER"): 310,
        ("road:AA", "A-PRT", "A-TER"): 120,
        ("road:AA", "A-GATE", "A-PRT"): 430,
        ("road:BB", "B-GATE", "B-TER"): 230,
        ("road:CC", "C-PRT", "C-TER"): 130,
    }


def test_crossings_meet_at_the_border(toy_engine: Engine) -> None:
    runs = {run.id: run for run in toy_engine.network.crossings}
    assert set(runs) >= {"AB-rail", "BC-rail", "AB-road"}
    run = runs["AB-rail"]
    assert (run.zone_a, run.zone_b, run.km_a, run.km_b) == ("rail:AA", "rail:BB", 12, 12)
    assert (run.lon, run.lat) == pytest.approx((3, 0))
    assert (run.countries_a, run.countries_b) == ({"AA": 12}, {"BB": 12})


def test_idle_services_are_measured_and_not_sailed(toy_engine: Engine) -> None:
    measured = [(s.id, s.km) for s in toy_engine.network.services]
    assert measured == [("TOY-FERRY", 867.1), ("TOY-IDLE", 867.1)]
    assert toy_engine.graph().open_services == {"TOY-FERRY"}


def test_clean_toy_has_no_findings(toy_engine: Engine) -> None:
    assert toy_engine.network.findings == []


def test_line_without_a_crossing_is_cut(
    toy: ModuleType, compiled: Callable[..., CompiledNetwork]
) -> None:
    crossings = [row for row in toy.TABLES["crossings"] if not row.startswith(("AB-rail", "AB2"))]
    corridors = [row for row in toy.TABLES["corridors"] if not row.startswith("rail,")]
    network = compiled({"crossings": crossings, "corridors": corridors})
    assert {run.id for run in network.crossings} == {"BC-rail", "AB-road"}
    zones = {(h.zone, c) for h in network.hauls for c in h.countries}
    assert zones == {
        ("rail:AA", "AA"), ("rail:BB", "BB"), ("rail:BB", "DD"), ("rail:CC", "CC"),
        ("road:AA", "AA"), ("road:BB", "BB"), ("road:CC", "CC"),
    }  # fmt: skip


def test_mask_cuts_a_line(toy: ModuleType, compiled: Callable[..., CompiledNetwork]) -> None:
    mask = (*toy.TABLES["masks"], "shut,rail,3.85,-0.1,4.35,0.1,closed,invented")
    network = compiled({"masks": mask})
    # Past DD no more: by the other line, 400 km instead of 230.
    assert km(network)[("rail:BB", "B-TER", "B-WYRD")] == 400


def test_link_joins_two_lines(toy: ModuleType, compiled: Callable[..., CompiledNetwork]) -> None:
    # From B-Y2 straight to B-WYRD: a degree of longitude is 111.2 km, 120 is published.
    row = 'new,rail,gap,"3.1 1,3.1 0.6,3.1 0.3,3.1 0",120,operating,invented,'
    network = compiled(links(toy, row))
    haul = next(h for h in network.hauls if {h.a, h.b} == {"B-WYRD", "B-Y2"})
    assert haul.km == pytest.approx(120, abs=0.01)
    assert haul.curated_km == pytest.approx(120, abs=0.1)
    assert haul.countries == {"BB": haul.km}


def test_link_without_a_length_is_measured(
    toy: ModuleType, compiled: Callable[..., CompiledNetwork]
) -> None:
    row = 'new,rail,gap,"3.1 1,3.1 0.6,3.1 0.3,3.1 0",,operating,invented,'
    haul = next(h for h in compiled(links(toy, row)).hauls if {h.a, h.b} == {"B-WYRD", "B-Y2"})
    assert haul.km == pytest.approx(111.195, abs=0.01)


def test_link_shorter_than_its_drawing_is_not_believed(
    toy: ModuleType, compiled: Callable[..., CompiledNetwork]
) -> None:
    row = 'new,rail,gap,"3.1 1,3.1 0.6,3.1 0.3,3.1 0",50,operating,invented,'
    haul = next(h for h in compiled(links(toy, row)).hauls if {h.a, h.b} == {"B-WYRD", "B-Y2"})
    assert haul.km >= 111.19


def test_reshape_without_a_length_keeps_that_of_its_chord(
    toy: ModuleType, compiled: Callable[..., CompiledNetwork]
) -> None:
    # The chord from B-Y2 to B-TER is drawn with 238.7 km and 240 km long; so is the new line.
    row = 'bent,rail,reshape,"3.1 1,4.05 0.52,5 0",,operating,invented,'
    haul = next(h for h in compiled(links(toy, row)).hauls if {h.a, h.b} == {"B-TER", "B-Y2"})
    assert haul.km == pytest.approx(240, abs=0.01)
    assert haul.curated_km == pytest.approx(240, abs=0.01)


def test_closed_reshape_takes_the_chord_away(
    toy: ModuleType, compiled: Callable[..., CompiledNetwork]
) -> None:
    row = 'shut,rail,reshape,"3.1 1,5 0",,closed,invented,'
    network = compiled(links(toy, row))
    assert not [h for h in network.hauls if "B-Y2" in (h.a, h.b)]
    assert km(network)[("rail:BB", "B-TER", "B-WYRD")] == 230


@pytest.mark.parametrize("status", ["planned", "closed"])
def test_planned_link_is_no_line(
    toy: ModuleType, compiled: Callable[..., CompiledNetwork], status: str
) -> None:
    row = f'new,rail,new_line,"3.1 1,3.1 0.6,3.1 0.3,3.1 0",120,{status},invented,'
    assert km(compiled(links(toy, row)))[("rail:BB", "B-WYRD", "B-Y2")] == 470


def test_link_over_a_border_does_not_bridge_it(
    toy: ModuleType, compiled: Callable[..., CompiledNetwork]
) -> None:
    """Joined lines of two countries are still two zones: only a crossing leads over."""
    row = 'over,rail,gap,"2.9 1,3.0 0.6,3.1 0",130,operating,invented,'
    network = compiled(links(toy, row))
    assert {h.zone for h in network.hauls if "A-Y2" in (h.a, h.b)} == {"rail:AA"}
    assert km(network)[("rail:AA", "A-Y2", "A-YRD")] == 640


def test_link_at_sea_is_an_error(toy: ModuleType, compiled: Callable[..., CompiledNetwork]) -> None:
    row = 'lost,rail,gap,"3.1 1,3.1 -5,3.1 0",,operating,invented,'
    with pytest.raises(DataError, match="lost"):
        compiled(links(toy, row))


def test_loose_link_far_crossing_and_lost_facility_are_found(
    toy: ModuleType, compiled: Callable[..., CompiledNetwork]
) -> None:
    tables = links(toy, 'loose,rail,gap,"3.1 0,3.5 0.9",,operating,invented,')
    tables |= toy.with_row("crossings", "BC-rail", "0,6,", "0.6,6,")  # 67 km off
    tables |= toy.with_row("facilities", "C-PRT", "-0.9,8,", "-0.4,7,")
    findings = {(f["check"], f["id"]) for f in compiled(tables).findings}
    assert ("link_loose_end", "loose") in findings
    assert ("crossing_unresolved", "BC-rail") in findings
    assert ("facility_unplaced", "C-PRT") in findings


def test_lane_that_misses_its_port_is_no_arc(
    toy: ModuleType, compiled: Callable[..., CompiledNetwork]
) -> None:
    lanes = {"lanes": ("lane,seq,lat,lon", "toy,1,-1.3,1", "toy,2,-1.3,6")}
    network = compiled(lanes)
    assert network.services == []
    assert [(f["check"], f["id"]) for f in network.findings] == [("lane_misses_port", "TOY-FERRY")]


def test_facility_beside_the_line_is_put_on_it(
    toy: ModuleType, compiled: Callable[..., CompiledNetwork]
) -> None:
    """3.3 km beside the middle of the line from the border to C-TER."""
    network = compiled(toy.with_row("facilities", "C-YRD", "0,6.1,", "0.03,7.3,"))
    assert network.snap_km[("C-YRD", "rail:CC")] == pytest.approx(0.03 * 110.574, rel=1e-3)
    assert network.foot[("C-YRD", "rail:CC")] == pytest.approx((7.3, 0), abs=1e-3)
    # Half way along 300 km.
    assert km(network)[("rail:CC", "C-TER", "C-YRD")] == pytest.approx(150, abs=0.05)
