"""Rules of goods and papers of legs: what is named, and that nothing is ever cleared."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from corridors.analysis.compare import compare
from corridors.analysis.document import document
from corridors.analysis.engine import Engine
from corridors.analysis.rules import acting, papers, read_regimes, read_rules
from corridors.errors import UsageError
from corridors.routing.route import Route
from corridors.shipment import Terms


@pytest.fixture(scope="module")
def routes(engine: Engine) -> dict[str, Route]:
    answer = compare(engine, "Xi'an", "Duisburg", draws=20)
    return {str(o.corridor): o.route for o in answer.options if o.route is not None}


def ids(engine: Engine, route: Route, **asked: Any) -> set[str]:
    asked = {"cargo": "", "goods": (), "day": None} | asked
    return {rule.id for rule in acting(read_rules(engine.folder), route, **asked)}


def test_machinery_is_held_in_russia_only(engine: Engine, routes: dict[str, Route]) -> None:
    assert "ru-1374" in ids(engine, routes["northern"], cargo="8471")
    assert "ru-1374" not in ids(engine, routes["titr"], cargo="8471")
    assert "ru-1374" not in ids(engine, routes["northern"], cargo="2603")


def test_a_chapter_asked_meets_rules_on_its_headings(
    engine: Engine, routes: dict[str, Route]
) -> None:
    assert "batteries" in ids(engine, routes["northern"], cargo="85")
    assert "batteries" in ids(engine, routes["northern"], cargo="850760")
    assert "batteries" not in ids(engine, routes["northern"], cargo="8517")


def test_seasons_hold_in_their_months(engine: Engine, routes: dict[str, Route]) -> None:
    winter, summer = date(2027, 1, 5), date(2027, 7, 5)
    assert "reefer-winter" in ids(engine, routes["northern"], goods=("reefer",), day=winter)
    assert "reefer-winter" not in ids(engine, routes["northern"], goods=("reefer",), day=summer)
    assert "reefer-winter" in ids(engine, routes["northern"], goods=("reefer",))


def test_papers_follow_the_law_of_carriage(engine: Engine, routes: dict[str, Route]) -> None:
    regimes = read_regimes(engine.folder)
    north = list(papers(regimes, routes["northern"]).values())
    assert north[0] == "SMGS consignment note"
    assert north[-1] == "CIM consignment note"
    sea = papers(regimes, routes["ocean"])
    by_mode = {leg.mode: sea[leg.id] for leg in routes["ocean"].legs}
    assert by_mode["sea"].startswith("bill of lading")
    assert by_mode["rail"] == "national consignment note"


def test_every_leg_of_every_corridor_has_papers(engine: Engine, routes: dict[str, Route]) -> None:
    regimes = read_regimes(engine.folder)
    for name, route in routes.items():
        for leg, note in papers(regimes, route).items():
            assert note, f"{name} {leg}"


def test_flags_stand_in_the_document_and_clear_nothing(engine: Engine) -> None:
    terms = Terms(cargo="8471.30", goods=("dangerous",))
    answer = compare(engine, "Xi'an", "Duisburg", terms=terms, draws=20)
    found = document(answer, reproduce="")
    assert found["shipment"]["cargo"] == "847130"
    flags = " ".join(flag for option in found["options"] for flag in option["flags"])
    assert "1374" in flags
    assert "Marmaray" in flags or "IMDG" in flags
    for word in ("compliant", "cleared", "permitted"):
        assert word not in flags.lower()


def test_the_tables_never_say_that_goods_are_fine(engine: Engine) -> None:
    texts = [f"{rule.rule} {rule.note}".lower() for rule in read_rules(engine.folder)]
    assert not [text for text in texts if "compliant" in text or "cleared" in text]


@pytest.mark.parametrize("cargo", ["8", "machinery", "84x1", "12345678901", "٨٤"])
def test_what_is_no_hs_code_is_refused(engine: Engine, cargo: str) -> None:
    with pytest.raises(UsageError, match="HS code"):
        compare(engine, "Xi'an", "Duisburg", terms=Terms(cargo=cargo), draws=20)


def test_unknown_goods_are_refused(engine: Engine) -> None:
    with pytest.raises(UsageError, match="dangerous, reefer"):
        compare(engine, "Xi'an", "Duisburg", terms=Terms(goods=("frozen",)), draws=20)
