"""Dated conditions: read with care, met on their days, waited out or gone round."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corridors.analysis.compare import Option, compare
from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.conditions.dated import read_condition
from corridors.errors import DataError, ParameterError, ScenarioError, UsageError
from corridors.shipment import Terms

SHUT = """\
id: shut
title: The yard is shut
kind: disruption
valid_from: 2027-02-01
valid_to: 2027-02-10
last_known: 2027-02
grade: reported
sources:
  - {title: A report, url: https://example.org/report}
effects:
  - close: {crossing: AB-rail}
"""


@pytest.fixture
def world(toy: Any, load: Any, tmp_path: Path) -> Any:
    """Makes the toy with some condition files."""

    def make(**files: str) -> Engine:
        toy.write_toy(tmp_path)
        (tmp_path / "conditions").mkdir(exist_ok=True)
        for name, text in files.items():
            (tmp_path / "conditions" / f"{name}.yaml").write_text(text)
        engine: Engine = load(tmp_path)
        return engine

    return make


def option(engine: Engine, corridor: str, **asked: Any) -> Option:
    return compare(engine, "Charlie", "Alfa", corridors=[corridor], **asked).options[0]


def hours(engine: Engine, corridor: str = "rail", **asked: Any) -> float:
    route = option(engine, corridor, **asked).route
    assert route is not None
    return route.mean("hours")


def leaving(day: str) -> dict[str, Any]:
    return {"terms": Terms(depart=date.fromisoformat(day))}


def test_a_box_waits_for_a_reopening_that_is_known(world: Any) -> None:
    engine = world(shut=SHUT)
    base = hours(engine)
    # 30 h fill, 312 km at 50 km/h, border 10 h, gauge 8 h, 352 km at 40 km/h: 63 h to the yard.
    assert hours(engine, **leaving("2027-01-01")) == pytest.approx(base)
    late = option(engine, "rail", **leaving("2027-02-04"))
    assert late.route is not None
    (hold,) = [event for event in late.route.events if event.kind == "hold"]
    assert hold.detail["condition"] == "shut"
    assert late.route.mean("hours") == pytest.approx(base + hold.vector.mean("hours"))
    # It gets there on the 6th and the yard opens on the 11th: five days less half of one.
    assert hold.vector.mean("hours") == 108.0
    assert hours(engine, **leaving("2027-02-11")) == pytest.approx(base)


def test_a_closure_without_an_end_is_not_waited_for(world: Any) -> None:
    engine = world(shut=SHUT.replace("valid_to: 2027-02-10", "valid_to: null"))
    # Reported in February, nothing later is known.
    barred = option(engine, "rail", **leaving("2027-02-04"))
    assert barred.status == "excluded"
    assert "The yard is shut" in barred.reason
    after = compare(engine, "Charlie", "Alfa", corridors=["rail"], **leaving("2027-05-01"))
    assert after.options[0].status == "ok"
    assert after.situation.known == ("The yard is shut (2027-02 to at least 2027-02)",)


def test_an_upgrade_that_shuts_for_good_bars_at_once(world: Any) -> None:
    text = SHUT.replace("valid_to: 2027-02-10", "valid_to: null")
    text = text.replace("kind: disruption", "kind: upgrade")
    barred = option(world(shut=text), "rail", **leaving("2027-05-01"))
    assert barred.status == "excluded"
    assert "The yard is shut" in barred.reason


def test_as_of_holds_one_day_still(world: Any) -> None:
    engine = world(shut=SHUT)
    shut = Conditions(as_of=date(2027, 2, 3))
    assert option(engine, "rail", conditions=shut).status == "excluded"
    fine = Conditions(as_of=date(2027, 2, 11))
    assert hours(engine, conditions=fine) == pytest.approx(hours(engine))


def test_a_scenario_is_forced_and_says_so_outside_its_dates(world: Any) -> None:
    engine = world(shut=SHUT)
    forced = Conditions(scenarios=("shut",))
    answer = compare(engine, "Charlie", "Alfa", conditions=forced)
    assert answer.options[0].status == "excluded"
    assert answer.situation.counterfactual == ("shut",)
    inside = Conditions(scenarios=("shut",), as_of=date(2027, 2, 3))
    assert compare(engine, "Charlie", "Alfa", conditions=inside).situation.counterfactual == ()


def test_hours_on_top_act_on_their_days_only(world: Any) -> None:
    slow = SHUT.replace("close: {crossing: AB-rail}", "add_h: {event: border_h/AB-rail, typ: 100}")
    engine = world(shut=slow)
    base = hours(engine)
    assert hours(engine, **leaving("2027-02-04")) == pytest.approx(base + 100)
    assert hours(engine, **leaving("2027-01-01")) == pytest.approx(base)
    assert hours(engine, conditions=Conditions(scenarios=("shut",))) == pytest.approx(base + 100)


def test_effects_grow_over_a_ramp(world: Any) -> None:
    slow = SHUT.replace("close: {crossing: AB-rail}", "add_h: {event: border_h/AB-rail, typ: 100}")
    engine = world(shut=slow.replace("grade:", "ramp_days: 4\ngrade:"))
    base = hours(engine)
    # At the border 63 h after departure: on the first, second and fourth day of the condition.
    for depart, share in (("2027-01-30", 0.25), ("2027-01-31", 0.5), ("2027-02-02", 1.0)):
        assert hours(engine, **leaving(depart)) == pytest.approx(base + 100 * share), depart
    as_of = Conditions(as_of=date(2027, 2, 2))
    assert hours(engine, conditions=as_of) == pytest.approx(base + 50)
    assert hours(engine, conditions=Conditions(scenarios=("shut",))) == pytest.approx(base + 100)


def test_what_may_happen_is_all_or_nothing(world: Any) -> None:
    slow = SHUT.replace("close: {crossing: AB-rail}", "add_h: {event: border_h/AB-rail, typ: 100}")
    engine = world(shut=slow.replace("grade:", "probability: 0.3\ngrade:"))
    forced = Conditions(scenarios=("shut",))
    found = option(engine, "rail", conditions=forced, draws=1000)
    assert found.route is not None
    assert found.spread is not None
    base = hours(engine)
    assert found.route.mean("hours") == pytest.approx(base + 30)
    late = found.spread.hours > base + 50
    assert late.mean() == pytest.approx(0.3, abs=0.001)
    assert found.spread.hours[late] == pytest.approx(base + 100)
    assert found.spread.hours[~late] == pytest.approx(base)


def test_two_dates_exclude_each_other(world: Any) -> None:
    with pytest.raises(UsageError, match="--as-of and --depart"):
        option(
            world(), "rail",
            terms=Terms(depart=date(2027, 1, 1)), conditions=Conditions(as_of=date(2027, 1, 1)),
        )  # fmt: skip


def test_an_idle_service_can_be_opened(world: Any, tmp_path: Path) -> None:
    wakes = SHUT.replace("close: {crossing: AB-rail}", "open: {service: TOY-IDLE}")
    engine = world(shut=wakes)
    assert option(engine, "idle").status == "infeasible"
    # It has no freight row of its own: opened, it asks for one rather than sail for nothing.
    with pytest.raises(ParameterError, match="freight_usd/TOY-IDLE"):
        option(engine, "idle", conditions=Conditions(scenarios=("shut",)))
    priced = Conditions(scenarios=("shut",), rates=rates(tmp_path))
    assert option(engine, "idle", conditions=priced).status == "ok"


def rates(folder: Path) -> Path:
    """Own rates for the idle ferry."""
    path = folder / "rates.csv"
    path.write_text(
        "key,low,typ,high,unit,grade,source,url,year,seen,note\n"
        "freight_usd/TOY-IDLE,500,500,500,unit,assumption,own quote,,,,\n"
    )
    return path


def test_unknown_scenario_is_refused_with_a_suggestion(world: Any) -> None:
    with pytest.raises(ScenarioError, match="did you mean shut"):
        option(world(shut=SHUT), "rail", conditions=Conditions(scenarios=("shot",)))


BROKEN = [
    ("crossing: AB-rail", "crossing: AB-rial", r":11: effects\[0\].close.crossing.*AB-rail"),
    ("crossing: AB-rail", "facility: A-YRDD", r":11: .*close.facility: no facility .* mean A-YRD"),
    ("close:", "clos:", r":11: effects\[0\].clos: no such effect; did you mean close"),
    ("valid_to: 2027-02-10", "valid_to: 2027-01-10", r":5: valid_to: .*before valid_from"),
    ("valid_from: 2027-02-01", "valid_from: soon", r":4: valid_from: expected a date"),
    ("valid_from: 2027-02-01", "valid_from: 2027-02-31", "day is out of range"),
    ("close: {crossing: AB-rail}", "add_h: {event: border_h/AB-rail, typ: -1}", "negative"),
    ("close: {crossing: AB-rail}", "add_h: {event: border_h/AB-rail, low: 9, typ: 1}", "P10"),
    ("close: {crossing: AB-rail}", "add_h: {event: boder_h/AB-rail, typ: 1}", "border_h"),
    ("close: {crossing: AB-rail}", "add_h: {event: border_usd/rail, typ: 1}", "does not go"),
    ("close: {crossing: AB-rail}", "add_h: {event: border_h/AB-rail, typ: .nan}", "finite"),
    ("close: {crossing: AB-rail}", "add_h: {event: border_h/AB-rail}", "typ is missing"),
    ("title: The yard is shut", "title: !!python/object:os.system x", ":2: tags are not allowed"),
    ("title: The yard is shut", "title: &a The yard", ":2: anchors"),
    ("kind: disruption", "kind: disaster", ":3: kind: 'disaster' is none of"),
    ("grade: reported", "grade: reported\ngrade: claim", ":8: grade: twice"),
    ("title: The yard is shut", "titel: The yard is shut", ":2: titel: no such field; did you"),
    ("sources:\n  - {title: A report, url: https://example.org/report}\n", "", "needs sources"),
    ("grade: reported", "grade: reported\nprobability: 0.5", "what is shut is shut"),
    ("grade: reported", "grade: reported\nprobability: 2", ":8: probability: 2 is no prob"),
    ("grade: reported", "grade: reported\nramp_days: 0.5", "ramp_days: 0.5 is no whole"),
    ("close: {crossing: AB-rail}", "close: " + "[" * 40, "nested deeper"),
    ("close: {crossing: AB-rail}", "close: [unclosed", "no YAML"),
]


@pytest.mark.parametrize(("old", "new", "message"), BROKEN, ids=[new[:40] for _, new, _ in BROKEN])
def test_a_broken_file_names_line_and_key(
    toy_engine: Engine, tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "shut.yaml"
    path.write_text(SHUT.replace(old, new))
    with pytest.raises(ScenarioError, match=message) as caught:
        read_condition(path, toy_engine.tables, toy_engine.ledger)
    assert "shut.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "empty"), (b"\xff\xfe\x00", "UTF-8"), (b"a: 1\n" * 300_000, "bytes"),
     (b"#" * 10_000_000, "10,000,000 bytes; at most 1,000,000 are read"),
     (b"- 1\n", "expected keys"), (b"\x00", "no YAML")],
)  # fmt: skip
def test_what_is_no_scenario_is_refused(
    toy_engine: Engine, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError, match=message):
        read_condition(path, toy_engine.tables, toy_engine.ledger)


def test_deep_block_nesting_is_refused(toy_engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "deep.yaml"
    path.write_text("\n".join(" " * depth + "a:" for depth in range(300)))
    with pytest.raises(ScenarioError, match="nested deeper"):
        read_condition(path, toy_engine.tables, toy_engine.ledger)


# On the real network ------------------------------------------------------------------------


def test_every_condition_of_the_catalogue_reads(engine: Engine) -> None:
    assert len(engine.catalogue) >= 30


def test_polish_closure_costs_who_arrives_inside_it_days(engine: Engine) -> None:
    def days(depart: str | None) -> float:
        terms = Terms(depart=date.fromisoformat(depart)) if depart else None
        answer = compare(engine, "Xi'an", "Duisburg", corridors=["northern"], terms=terms, draws=50)
        route = answer.options[0].route
        assert route is not None
        return route.mean("hours") / 24

    ordinary = days(None)
    assert days("2025-09-01") - ordinary >= 5
    assert abs(days("2025-08-01") - ordinary) < 1


def test_red_sea_sends_ships_round_the_cape(engine: Engine) -> None:
    during = Conditions(as_of=date(2025, 6, 1))
    answer = compare(engine, "Xi'an", "Duisburg", corridors=["ocean"], conditions=during, draws=50)
    assert answer.options[0].route is not None
    assert answer.options[0].route.variant == "cape"


def test_november_differs_from_june_on_the_caspian(engine: Engine) -> None:
    def days(depart: str) -> float:
        terms = Terms(depart=date.fromisoformat(depart))
        answer = compare(engine, "KZ-ALT", "AZ-ABS", corridors=["titr"], terms=terms, draws=50)
        route = answer.options[0].route
        assert route is not None
        return route.mean("hours") / 24

    assert days("2026-11-10") > days("2026-06-10") + 0.5


def test_a_compound_brings_its_parts(world: Any) -> None:
    slow = SHUT.replace("id: shut", "id: slow").replace(
        "close: {crossing: AB-rail}", "add_h: {event: border_h/BC-rail, typ: 50}"
    )
    both = "id: both\ntitle: Both at once\nincludes: [slow, shut]\n"
    more = both.replace("both", "more") + "effects:\n  - add_h: {event: gauge_h, typ: 1}\n"
    engine = world(
        shut=SHUT, slow=slow, both=both, more=more.replace("[slow, shut]", "[slow, slow]")
    )
    answer = compare(engine, "Charlie", "Alfa", conditions=Conditions(scenarios=("both",)))
    assert answer.options[0].status == "excluded"
    assert answer.situation.applied == ("Both at once", "The yard is shut", "The yard is shut")
    assert answer.situation.counterfactual == ("both", "slow", "shut")
    # A part that two of them name acts once; two gauge changes take an hour more each.
    base = hours(engine)
    twice = Conditions(scenarios=("more", "slow"))
    assert hours(engine, conditions=twice) == pytest.approx(base + 50 + 2)
    # A compound has no dates: a day brings its parts, each on its own.
    day = Conditions(as_of=date(2027, 2, 3))
    assert compare(engine, "Charlie", "Alfa", conditions=day).situation.counterfactual == ()


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"one": "[two]", "two": "[one]"}, "one > two > one comes back to itself"),
        ({"one": "[one]"}, "one > one comes back to itself"),
        ({"one": "[shutt]"}, "one: includes: no condition 'shutt'; did you mean shut"),
    ],
    ids=["cycle", "itself", "unknown"],
)
def test_includes_that_lead_nowhere(world: Any, files: dict[str, str], why: str) -> None:
    texts = {name: f"id: {name}\ntitle: One\nincludes: {ids}\n" for name, ids in files.items()}
    engine = world(shut=SHUT, **texts)
    with pytest.raises(DataError, match=why):
        compare(engine, "Charlie", "Alfa", conditions=Conditions(scenarios=("shut",)))


def test_a_strait_can_be_shut_and_not_opened(world: Any, toy: Any, tmp_path: Path) -> None:
    strait = SHUT.replace("close: {crossing: AB-rail}", "close: {chokepoint: GAP}")
    engine = world(shut=strait, fine=SHUT.replace("id: shut", "id: fine"))
    with pytest.raises(DataError, match="no chokepoint 'GAP'"):
        compare(engine, "Charlie", "Alfa", conditions=Conditions(scenarios=("fine",)))
    own = tmp_path / "own.yaml"
    own.write_text(SHUT.replace("close: {crossing: AB-rail}", "open: {country: BB}"))
    with pytest.raises(ScenarioError, match="a country cannot be opened"):
        read_condition(own, engine.tables, engine.ledger)


def test_a_planned_line_changes_a_route_after_its_day_or_by_name(
    toy: Any, load: Any, tmp_path: Path
) -> None:
    """The northern gate has no line beyond it until 250 km to the terminal are built."""
    tables = {
        "links": (
            *toy.TABLES["links"],
            'beyond,rail,new_line,"3.1 1,5 0",250,planned,invented,',
        ),
        **toy.with_row("crossings", "AB2-rail", ",closed,", ",planned,"),
        **toy.with_row("facilities", "B-Y2", ",operating,", ",planned,"),
    }
    arcs = [arc for arc in toy.RAIL_ARCS if arc[:2] != ("b2", "b")]
    toy.write_toy(tmp_path, tables=tables, rail=(toy.RAIL_NODES, arcs))
    (tmp_path / "conditions").mkdir()
    new = SHUT.replace("kind: disruption", "kind: upgrade").replace("2027-02-10", "null")
    new = new.replace("close: {crossing: AB-rail}", "open: {crossing: AB2-rail}")
    new += "  - open: {link: beyond}\n  - open: {facility: B-Y2}\n"
    (tmp_path / "conditions" / "shut.yaml").write_text(new)
    engine = load(tmp_path)

    def way(**conditions: Any) -> tuple[str | None, float]:
        route = option(engine, "rail", conditions=Conditions(**conditions)).route
        assert route is not None
        return route.variant, pytest.approx(route.km)

    # 300 + 12 + 12 + 110 km to the terminal, then 230 + 12 + 12 + 350 or 250 + 12 + 12 + 290.
    assert way() == ("yard", 1038)
    assert way(as_of=date(2027, 1, 31)) == ("yard", 1038)
    assert way(as_of=date(2027, 2, 1)) == ("north", 998)
    assert way(as_of=date(2031, 1, 1)) == ("north", 998)
    assert way(scenarios=("shut",)) == ("north", 998)
    assert way() == ("yard", 1038)
    blocked = compare(engine, "Charlie", "Alfa", corridors=["rail"]).options[0].variants
    assert {v.name: v.reason for v in blocked}["north"] == (
        "no open way through AB2-rail (AB2-rail: planned)"
    )
