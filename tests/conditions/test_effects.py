"""Bans, corridors, prices and levels of dated conditions, on the toy and by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corridors.analysis.compare import Answer, Option, compare, plans_of
from corridors.analysis.desk import Conditions
from corridors.analysis.document import document
from corridors.analysis.engine import Engine
from corridors.analysis.setting import open_desk
from corridors.conditions.dated import read_condition
from corridors.errors import DataError, ScenarioError
from corridors.routing.kernel import kernel_of
from corridors.routing.plan_tree import PlanTree
from corridors.shipment import Terms

HEAD = """\
id: case
title: A case
kind: disruption
grade: hypothetical
effects:
"""
INDEX = """\
series,month,value,unit,grade,source,url,seen,note
ferries,2025-01,100,USD,published,invented,https://example.org,,
ferries,2025-02,150,USD,published,invented,https://example.org,,
spare,2025-02,150,USD,published,invented,https://example.org,,
"""
MOVED = """\
series,target,note
ferries,freight_usd/toys/westbound,
spare,rate_usd_km/rail:BB,
"""


@pytest.fixture
def world(toy: Any, load: Any, tmp_path: Path) -> Any:
    """Makes the toy with some effects as the condition ``case``."""

    def make(*effects: str, head: str = HEAD, **tables: Any) -> Engine:
        toy.write_toy(tmp_path, **tables)
        (tmp_path / "conditions").mkdir(exist_ok=True)
        (tmp_path / "curated" / "price_index.csv").write_text(INDEX)
        (tmp_path / "curated" / "price_targets.csv").write_text(MOVED)
        text = head + "".join(f"  - {effect}\n" for effect in effects)
        (tmp_path / "conditions" / "case.yaml").write_text(text)
        engine: Engine = load(tmp_path)
        return engine

    return make


def asked(engine: Engine, *names: str, cargo: str = "", **conditions: Any) -> Answer:
    return compare(
        engine, "Charlie", "Alfa", terms=Terms(cargo=cargo), draws=20,
        conditions=Conditions(scenarios=names, **conditions),
    )  # fmt: skip


def option(answer: Answer, corridor: str) -> Option:
    return next(option for option in answer.options if option.corridor == corridor)


def usd(answer: Answer, corridor: str = "water") -> float:
    route = option(answer, corridor).route
    assert route is not None
    return route.mean("usd")


def flags(answer: Answer, corridor: str) -> list[str]:
    shown = document(answer, reproduce="")["options"]
    found: list[str] = next(row["flags"] for row in shown if row["corridor"] == corridor)
    return found


# Bans ---------------------------------------------------------------------------------------


def test_a_banned_country_is_shut(world: Any) -> None:
    answer = asked(world("ban: {country: BB}"), "case")
    assert option(answer, "rail").status == "excluded"
    assert option(answer, "water").status == "ok"


def test_goods_are_barred_by_their_chapter_only(world: Any) -> None:
    engine = world("ban: {crossing: AB-rail, hs: ['84', '8517'], text: machines barred}")
    assert option(asked(engine, "case", cargo="8471.30"), "rail").status == "excluded"
    barred = asked(engine, "case", cargo="8517")
    assert "A case" in option(barred, "rail").reason
    # Other goods: no trace, but it is said that the condition is not met.
    other = asked(engine, "case", cargo="0402")
    assert option(other, "rail").status == "ok"
    assert usd(other, "rail") == usd(asked(engine), "rail")
    assert other.situation.applied == ("A case (not met by goods of HS 0402)",)
    assert not any("barred" in flag for flag in flags(other, "rail"))


def test_without_a_cargo_a_ban_of_goods_is_a_flag(world: Any) -> None:
    engine = world("ban: {crossing: AB-rail, hs: ['84', '8517'], text: machines barred}")
    unknown = asked(engine, "case")
    said = "AB-rail: shut to goods of HS 84, 8517: machines barred (no cargo is stated: not shut)"
    assert said in flags(unknown, "rail")
    assert said not in flags(unknown, "water")
    assert unknown.situation.applied == ("A case (goods not known well enough: flagged, not shut)",)
    # A chapter that holds barred headings and others: nobody can tell.
    vague = asked(engine, "case", cargo="85")
    assert option(vague, "rail").status == "ok"
    assert any("85 is too short a code to tell" in flag for flag in flags(vague, "rail"))


def test_a_ban_of_goods_holds_on_its_days(world: Any) -> None:
    head = HEAD.replace("grade:", "valid_from: 2027-02-01\nvalid_to: 2027-02-10\ngrade:")
    engine = world("ban: {crossing: AB-rail, hs: ['84']}", head=head)

    def hours(depart: str, cargo: str) -> float:
        terms = Terms(depart=date.fromisoformat(depart), cargo=cargo)
        route = option(compare(engine, "Charlie", "Alfa", terms=terms, draws=20), "rail").route
        assert route is not None
        return route.mean("hours")

    # It gets to the yard on the 6th; the ban ends on the 10th: five days less half of one.
    plain = hours("2027-02-04", "0402")
    assert hours("2027-02-04", "8471") == pytest.approx(plain + 108)
    assert hours("2027-02-12", "8471") == pytest.approx(plain)


def test_an_operator_banned_takes_what_it_runs_alone(world: Any, toy: Any) -> None:
    answer = asked(world("ban: {operator: Toy}"), "case")
    assert option(answer, "water").status == "excluded"
    assert option(answer, "rail").status == "ok"
    # Run together with another it sails on, unless that one is banned too.
    both = toy.with_row("services", "TOY-FERRY", ",Toy,", ',"Toy (2 ships), Other",')
    shared = world("ban: {operator: T}", tables=both)
    assert option(asked(shared, "case"), "water").status == "ok"
    named = world("ban: {operator: [Toy, Other]}", tables=both)
    assert option(asked(named, "case"), "water").status == "excluded"


def test_what_a_banned_operator_shares_is_said(world: Any, toy: Any, tmp_path: Path) -> None:
    both = toy.with_row("services", "TOY-FERRY", ",Toy,", ',"Toy, T",')
    answer = asked(world("ban: {operator: T}", tables=both), "case")
    assert answer.situation.applied == ("A case (1 services shared with other operators sail on)",)
    engine = world("ban: {country: BB}", tables=both)
    path = tmp_path / "own.yaml"
    path.write_text(HEAD + "  - ban: {operator: Toy}\n")
    with pytest.raises(ScenarioError, match=r"no service is run by Toy alone.*TOY-FERRY"):
        read_condition(path, engine.tables, engine.ledger)


# Corridors ----------------------------------------------------------------------------------


def test_a_corridor_is_shut_as_a_whole_and_its_lines_stay(world: Any) -> None:
    engine = world("close: {corridor: rail}")
    answer = asked(engine, "case")
    assert option(answer, "rail").status == "excluded"
    assert option(answer, "rail").reason == "barred by A case"
    # The truck goes by the same railway as far as BB.
    assert usd(answer, "truck") == usd(asked(engine), "truck")


def test_a_corridor_is_charged_once(world: Any) -> None:
    engine = world("add_usd: {corridor: rail, typ: 250}")
    assert usd(asked(engine, "case"), "rail") == pytest.approx(usd(asked(engine), "rail") + 250)
    assert usd(asked(engine, "case"), "truck") == usd(asked(engine), "truck")


# Prices -------------------------------------------------------------------------------------


def test_an_index_is_set_to_a_month_a_value_or_multiplied(world: Any) -> None:
    # Freight of 900 USD is at an index of 100.
    for effect, more in (
        ("reprice: {index: ferries, month: 2025-02}", 450),
        ("reprice: {index: ferries, value: 120}", 180),
        ("reprice: {index: ferries, times: 2}", 900),
        ("reprice: {index: ferries, value: 300, on: [toys]}", 1800),
    ):
        engine = world(effect)
        assert usd(asked(engine, "case")) - usd(asked(engine)) == pytest.approx(more), effect
        # The other way has prices of its own.
        back = compare(engine, "Alfa", "Charlie", conditions=Conditions(scenarios=("case",)))
        plain = compare(engine, "Alfa", "Charlie")
        assert usd(back) == usd(plain)


def test_an_index_can_spread(world: Any) -> None:
    engine = world("reprice: {index: ferries, times: {low: 1.2, typ: 1.5, high: 2}}")
    found = option(asked(engine, "case"), "water").spread
    assert found is not None
    assert found.usd.std() > 0


def test_of_two_levels_of_a_price_the_last_named_holds(world: Any, tmp_path: Path) -> None:
    engine = world("reprice: {index: ferries, value: 120}")
    base = usd(asked(engine))
    month = {"price_month": "2025-02"}
    assert usd(asked(engine, **month)) - base == pytest.approx(450)
    assert usd(asked(engine, "case", **month)) - base == pytest.approx(180)
    other = tmp_path / "other.yaml"
    other.write_text(HEAD.replace("case", "other") + "  - reprice: {index: ferries, value: 110}\n")
    assert usd(asked(engine, "case", str(other))) - base == pytest.approx(90)
    assert usd(asked(engine, str(other), "case")) - base == pytest.approx(180)
    # A factor is no level: it multiplies what holds.
    other.write_text(HEAD.replace("case", "other") + "  - reprice: {index: ferries, times: 2}\n")
    assert usd(asked(engine, "case", str(other))) - base == pytest.approx(2 * 1080 - 900)


def test_a_tariff_stands_instead_of_row_and_index(world: Any) -> None:
    engine = world("reprice: {tariff: freight_usd/toys, low: 400, typ: 500, high: 700}")
    answer = asked(engine, "case", price_month="2025-02")
    route = option(answer, "water").route
    assert route is not None
    (freight,) = [c for c in route.charges("usd") if c.row.key.startswith("freight_usd")]
    assert (freight.row.low, freight.row.typ, freight.row.high) == (400, 500, 700)
    assert freight.row.key == "freight_usd/toys"
    assert freight.row.adjusted == ("case/freight_usd/toys",)


def test_a_tariff_stands_whatever_was_asked_before(world: Any) -> None:
    engine = world("reprice: {tariff: freight_usd/toys, typ: 500}")
    plain = {"scenarios": ("case",)}
    dear = {**plain, "assume": {"freight_usd/toys": 9000.0}}

    def cost(conditions: dict[str, Any]) -> float:
        desk = open_desk(
            engine, "Charlie", "Alfa", "terminal", "cost", None, Conditions(**conditions)
        )
        plans = plans_of(desk, "water")
        assert desk.price is not None
        found = kernel_of(desk.graph).search(desk.quest(plans), desk.price, PlanTree(plans))
        return min(way.cost for way in found.values())

    # The tariff holds, not the list price: the same asked alone, and after another question.
    alone = cost(dear)
    assert alone == pytest.approx(cost(plain))
    engine = world("reprice: {tariff: freight_usd/toys, typ: 500}")
    assert cost(plain) == pytest.approx(alone)
    assert cost(dear) == pytest.approx(alone)


def test_taken_off_nothing_is_left(world: Any) -> None:
    engine = world(
        "reprice: {index: ferries, value: 120}", "close: {corridor: rail}",
        "ban: {operator: T}", "add_usd: {corridor: water, typ: 9}",
    )  # fmt: skip
    plain = asked(engine)
    asked(engine, "case")
    again = asked(engine)
    for one, other in zip(plain.options, again.options, strict=True):
        assert one.status == other.status
        if one.spread is not None and other.spread is not None:
            assert (one.spread.hours == other.spread.hours).all()
            assert (one.spread.usd == other.spread.usd).all()


# Levels -------------------------------------------------------------------------------------

LEVELS = """\
id: case
title: A case
kind: disruption
grade: hypothetical
levels:
  dear:
    effects:
      - add_usd: {event: freight_usd/toys, typ: 100}
  slow:
    title: Slow and dear
    includes: [case@dear]
    effects:
      - add_h: {event: wait_h/TOY-FERRY, typ: 48}
  shut:
    effects:
      - close: {service: TOY-FERRY}
"""


def test_levels_are_named_one_by_one(world: Any, tmp_path: Path) -> None:
    engine = world(head=LEVELS)
    base = asked(engine)

    def changed(name: str) -> tuple[float, float]:
        one, other = option(base, "water").route, option(asked(engine, name), "water").route
        assert one is not None
        assert other is not None
        return (
            round(other.mean("hours") - one.mean("hours"), 6),
            round(other.mean("usd") - one.mean("usd"), 6),
        )

    assert changed("case@dear") == (0, 100)
    assert changed("case@slow") == (48, 100)
    assert option(asked(engine, "case@shut"), "water").status == "excluded"
    assert asked(engine, "case@slow").situation.applied == ("Slow and dear", "A case (dear)")
    assert asked(engine, "case@dear").situation.counterfactual == ("case@dear",)
    own = tmp_path / "own.yaml"
    own.write_text(LEVELS.replace("id: case", "id: own").replace("case@dear", "own@dear"))
    assert changed(f"{own}@slow") == (48, 100)
    with pytest.raises(ScenarioError, match=r"own\.yaml: no condition 'own' without a level"):
        asked(engine, str(own))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("case", "'case' without a level; name one of case@dear, case@slow, case@shut"),
        ("case@shot", "'case@shot': no level 'shot'; name one of case@dear, case@slow"),
        ("cace@shut", "did you mean case@shut"),
    ],
)
def test_a_wrong_level_is_refused(world: Any, name: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        asked(world(head=LEVELS), name)


def test_a_date_brings_the_files_own_effects_and_no_level(world: Any) -> None:
    dated = LEVELS.replace(
        "grade: hypothetical",
        "valid_from: 2027-01-01\nvalid_to: 2027-12-31\ngrade: hypothetical\n"
        "effects:\n  - add_usd: {event: freight_usd/toys, typ: 7}",
    )
    engine = world(head=dated)
    base = usd(asked(engine))
    assert usd(asked(engine, as_of=date(2027, 5, 1))) == pytest.approx(base + 7)
    assert usd(asked(engine, "case")) == pytest.approx(base + 7)
    # A level stands instead of the file's own effects and is supposed, whatever the day.
    level = asked(engine, "case@dear")
    assert usd(level) == pytest.approx(base + 100)
    assert level.situation.counterfactual == ("case@dear",)


# Hostile input ------------------------------------------------------------------------------

BROKEN = [
    ("ban: {operator: Toi}", r":6: effects\[0\].ban.operator: no operator 'Toi'; did you mean Toy"),
    ("ban: {operator: [Toy, Nobody]}", r"ban.operator\[1\]: no operator 'Nobody'"),
    ("ban: {operator: Toy, country: BB}", "an operator or one other target, not both"),
    ("ban: {countri: BB}", r":6: effects\[0\].ban.countri: no such key; did you mean country"),
    ("ban: {hs: ['84']}", "ban: name one of crossing"),
    ("ban: {country: XX, hs: ['84']}", "ban.country: no country 'XX'"),
    ("ban: {country: BB, hs: [machines]}", r"ban.hs\[0\]: 'machines' is no HS code"),
    ("ban: {country: BB, hs: [06]}", r"ban.hs\[0\]: 6 is no HS code: .* '84'"),
    ("ban: {country: BB, hs: []}", "ban.hs: there is no HS code"),
    ("ban: {country: BB, text: why}", "ban.text: text goes with hs"),
    ("flag: {country: BB, hs: [x], text: why}", "flag.hs"),
    ("close: {corridor: rial}", "close.corridor: no corridor 'rial'; did you mean rail"),
    ("close: {link: piece}", "a link cannot be shut: shut the crossing or facility"),
    ("ban: {link: piece, hs: ['84']}", "a link cannot be shut"),
    ("open: {corridor: rail}", "a corridor cannot be opened"),
    ("add_usd: {corridor: rial, typ: 1}", "add_usd.corridor: no corridor 'rial'"),
    ("add_usd: {corridor: rail, event: fill_usd, typ: 1}", "an event or a corridor, not both"),
    ("add_h: {corridor: rail, typ: 1}", "add_h.corridor: no such key"),
    ("add_usd: {typ: 1}", "the key event is missing"),
    ("reprice: {index: feries, value: 1}", "reprice.index: no price index 'feries'; did you"),
    ("reprice: {value: 1}", "reprice: name either an index or a tariff"),
    ("reprice: {index: ferries, tariff: gauge_usd, typ: 1}", "either an index or a tariff"),
    ("reprice: {index: ferries}", "give one of month, value and times"),
    ("reprice: {index: ferries, value: 1, times: 2}", "give one of month, value and times"),
    ("reprice: {index: ferries, month: 2019-01}", "no value for 2019-01; there are 2025-01, 2025"),
    ("reprice: {index: ferries, month: soon}", "reprice.month: expected a month"),
    ("reprice: {index: ferries, value: 0}", "reprice.value: a price index is above zero"),
    ("reprice: {index: ferries, value: -5}", "reprice.value: a price index is above zero"),
    ("reprice: {index: ferries, times: {low: 1}}", "reprice.times: the key typ is missing"),
    ("reprice: {index: ferries, times: {low: 3, typ: 1}}", "reprice.times: .*P10"),
    ("reprice: {index: ferries, value: 9, on: [toyz]}", r"on\[0\]: no group of services 'toyz'"),
    ("reprice: {index: spare, value: 9}", "spare has no value for 2025-01: only times"),
    ("reprice: {tariff: freight_usd/tois, typ: 1}", "no parameter .*did you mean freight_usd/toys"),
    ("reprice: {tariff: gauge_h, typ: 1}", "gauge_h is no price"),
    ("reprice: {tariff: gauge_usd}", "the key typ is missing"),
    ("reprice: {tariff: gauge_usd, typ: -1}", "negative"),
]  # fmt: skip


@pytest.mark.parametrize(("effect", "message"), BROKEN, ids=[effect for effect, _ in BROKEN])
def test_a_broken_effect_names_file_line_and_key(
    world: Any, toy: Any, tmp_path: Path, effect: str, message: str
) -> None:
    piece = (*toy.TABLES["links"], 'piece,rail,new_line,"3.1 1,5 0",250,planned,invented,')
    engine = world("ban: {country: BB}", tables={"links": piece})
    path = tmp_path / "own.yaml"
    path.write_text(HEAD + f"  - {effect}\n")
    with pytest.raises(ScenarioError, match=message) as caught:
        read_condition(path, engine.tables, engine.ledger)
    assert f"{path}:6: effects[0]" in str(caught.value)


BROKEN_LEVELS = [
    ("  dear:", "  Dear!:", ":7: levels.Dear!: 'Dear!' is no name of a level"),
    ("    title: Slow", "    titel: Slow", "levels.slow.titel: no such key; did you mean title"),
    ("title: A case\n", "", "the field title is missing"),
    ("id: case", "id: case@x", ":1: id: '@' names a level"),
    ("grade: hyp", "valid_from: 2027-01-01\ngrade: hyp", ":4: valid_from: levels have no dates"),
    ("      - close: {service: TOY-FERRY}", "      - close: {service: TOY}", "levels.shut.effects"),
    ("    title: Slow and dear", "    valid_from: 2027-01-01", "levels.slow.valid_from: no such"),
    ("    title: Slow and dear", "    grade: reported", "levels.slow: .* needs sources"),
    ("      - close: {service: TOY-FERRY}", "      []", "levels.shut.effects: there is no effect"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"), BROKEN_LEVELS, ids=[new.strip() for _, new, _ in BROKEN_LEVELS]
)
def test_a_broken_level_names_file_line_and_key(
    world: Any, tmp_path: Path, old: str, new: str, message: str
) -> None:
    engine = world("ban: {country: BB}")
    path = tmp_path / "own.yaml"
    path.write_text(LEVELS.replace(old, new, 1))
    with pytest.raises(ScenarioError, match=message) as caught:
        read_condition(path, engine.tables, engine.ledger, level="slow")
    assert str(path) in str(caught.value)


def test_a_level_that_is_missing_is_found_when_the_catalogue_is_read(world: Any) -> None:
    engine = world(head=LEVELS.replace("[case@dear]", "[case@deer]"))
    with pytest.raises(DataError, match=r"case@slow: includes: .*no level 'deer'"):
        asked(engine, "case@slow")


# On the real network ------------------------------------------------------------------------


def test_eu_measures_stop_machinery_and_let_food_pass(engine: Engine) -> None:
    def northern(cargo: str) -> Option:
        answer = compare(
            engine, "Almaty", "Duisburg", corridors=["northern"], draws=20,
            terms=Terms(cargo=cargo),
            conditions=Conditions(scenarios=("kazakhstan-russia-eu-measures",)),
        )  # fmt: skip
        return answer.options[0]

    assert northern("8471").status == "excluded"
    assert northern("0402").status == "ok"
    assert northern("").status == "ok"
