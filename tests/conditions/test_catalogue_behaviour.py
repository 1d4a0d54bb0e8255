"""The catalogue on the packaged network: what its conditions must do, by date and by name."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from corridors.analysis.compare import Option, compare
from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.analysis.free import free_route
from corridors.conditions.situation import Situation, compose
from corridors.conditions.when import Case
from corridors.routing.route import Event, Route
from corridors.shipment import Terms

pytestmark = pytest.mark.xdist_group("packaged")


def by_pakistan(engine: Engine, **conditions: object) -> Option:
    answer = compare(
        engine, "Kashgar", "Karachi", corridors=["pakistan"], draws=20,
        conditions=Conditions(**conditions),  # type: ignore[arg-type]
    )  # fmt: skip
    return answer.options[0]


def leaving(engine: Engine, depart: str) -> Option:
    terms = Terms(depart=date.fromisoformat(depart))
    return compare(
        engine, "Kashgar", "Karachi", corridors=["pakistan"], terms=terms, draws=20
    ).options[0]


def passes(option: Option) -> set[str]:
    assert option.route is not None
    return {e.at for e in option.route.events if isinstance(e, Event) and e.kind == "border"}


# Khunjerab: open on paper, shut in winter, blockaded ------------------------------------------


def test_khunjerab_is_open_on_paper(engine: Engine) -> None:
    assert "CNPK-KJB-road" in passes(by_pakistan(engine))
    # In January of a year after the agreement it is open by law.
    assert "CNPK-KJB-road" in passes(by_pakistan(engine, as_of=date(2025, 1, 15)))


def test_khunjerab_was_shut_in_winter(engine: Engine) -> None:
    winter = by_pakistan(engine, as_of=date(2023, 1, 15))
    assert winter.status == "excluded"
    assert "Khunjerab closed in winter" in winter.reason
    assert by_pakistan(engine, as_of=date(2023, 6, 15)).status == "ok"


def test_the_blockade_of_sost_held_boxes_while_the_pass_was_open(engine: Engine) -> None:
    held = by_pakistan(engine, as_of=date(2025, 8, 15))
    assert held.status == "excluded"
    assert "Sost dry port blockaded" in held.reason
    usual = leaving(engine, "2025-05-01").route
    waits = leaving(engine, "2025-08-15").route
    assert usual is not None
    assert waits is not None
    # It ended on 27 September: six weeks for who came in the middle of August.
    assert waits.mean("hours") > usual.mean("hours") + 30 * 24
    assert {closure.condition for closure in waits.held} == {"sost-blockade-2025"}


# Planned lines ----------------------------------------------------------------------------------

PLANNED = {
    "bakhty-ayagoz-2027": date(2027, 12, 31),
    "china-kyrgyzstan-uzbekistan-2030": date(2030, 12, 31),
    "zangezur-2030": date(2030, 12, 31),
    "anaklia-2029": date(2029, 12, 31),
    "trans-afghan": None,
    "rasht-astara": None,
}


def situation(engine: Engine, *, day: date | None = None, named: str = "") -> Situation:
    forced = [engine.catalogue[named]] if named else []
    return compose(Case(), (), tuple(engine.catalogue.values()), as_of=day, forced=forced)


@pytest.mark.parametrize("name", PLANNED)
def test_a_planned_line_opens_after_its_day_or_by_name(engine: Engine, name: str) -> None:
    opens = set(engine.catalogue[name].opens)
    assert any(kind == "link" for kind, _ in opens)
    assert not opens & situation(engine).opened
    assert opens <= situation(engine, named=name).opened
    first = PLANNED[name]
    if first is None:
        # No date is announced that still holds: never by date.
        assert not opens & situation(engine, day=date(2040, 1, 1)).opened
    else:
        assert not opens & situation(engine, day=first - timedelta(days=1)).opened
        assert opens <= situation(engine, day=first).opened
        assert opens <= situation(engine, day=date(2040, 1, 1)).opened


@pytest.mark.parametrize("name", PLANNED)
def test_what_is_planned_carries_no_box_until_it_is_opened(engine: Engine, name: str) -> None:
    tables, graph = engine.tables, engine.graph()
    status = {
        "link": {row.id: row.status for row in tables.links},
        "facility": {row.id: row.status for row in tables.facilities},
        "crossing": {row.id: row.status for row in tables.crossings},
        "service": {row.id: row.status for row in tables.services},
    }
    for kind, thing in engine.catalogue[name].opens:
        assert status[kind][thing] in ("planned", "unscheduled"), thing
        assert thing not in graph.open_crossings | graph.open_services


BY_RAIL: dict[str, Any] = {"modes": frozenset({"rail"})}
NO_OTHER_PORT: dict[str, Any] = {
    "modes": frozenset({"rail", "sea"}),
    "closed": frozenset({"GE-PTI", "GE-BUS"}),
    "avoid": ("TR", "RU"),
}
JOURNEYS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "bakhty-ayagoz-2027": ("Tacheng", "Semey", BY_RAIL),
    "china-kyrgyzstan-uzbekistan-2030": ("Kashgar", "Tashkent", BY_RAIL),
    "zangezur-2030": ("Baku", "Nakhchivan", BY_RAIL),
    "anaklia-2029": ("Tbilisi", "Constanta", NO_OTHER_PORT),
    "trans-afghan": ("Termez", "Peshawar", BY_RAIL),
    "rasht-astara": ("Baku", "Bandar Abbas", BY_RAIL),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", JOURNEYS)
def test_a_planned_line_is_taken_where_it_is_shorter(engine: Engine, name: str) -> None:
    """Each opens with a network of its own, which is compiled once and kept in the cache."""
    origin, destination, limits = JOURNEYS[name]

    def best(scenarios: tuple[str, ...]) -> Route | None:
        conditions = Conditions(scenarios=scenarios, **limits)
        answer = free_route(
            engine, origin, destination, draws=1, objective="time", conditions=conditions
        )
        return answer.options[0].route

    def stops(route: Route) -> set[str]:
        return {leg.a for leg in route.legs} | {leg.b for leg in route.legs}

    opened = {thing for kind, thing in engine.catalogue[name].opens if kind == "facility"}
    before, after = best(()), best((name,))
    assert after is not None
    assert stops(after) & opened
    if before is not None:
        assert after.mean("hours") < before.mean("hours")
        assert not stops(before) & opened
