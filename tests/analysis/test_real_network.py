"""The packaged network: what a planner knows about these journeys must come out."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

from corridors.analysis.compare import Answer, Option, compare
from corridors.analysis.desk import Conditions
from corridors.analysis.document import document
from corridors.analysis.engine import Engine
from corridors.analysis.free import free_route
from corridors.analysis.geometry import geometries
from corridors.analysis.setting import open_desk
from corridors.errors import CorridorsError
from corridors.geodesy import great_circle_km
from corridors.routing.route import Leg, Route
from corridors.routing.search import Quest, search

pytestmark = pytest.mark.xdist_group("packaged")


def ask(engine: Engine, origin: str, destination: str, **more: Any) -> dict[str, Option]:
    answer = compare(engine, origin, destination, draws=50, **more)
    return {str(option.corridor): option for option in answer.options}


@pytest.fixture(scope="module")
def westbound(engine: Engine) -> dict[str, Option]:
    return ask(engine, "Xi'an", "Duisburg")


@pytest.fixture(scope="module")
def eastbound(engine: Engine) -> dict[str, Option]:
    return ask(engine, "Duisburg", "Xi'an")


def route_of(options: dict[str, Option], corridor: str) -> Route:
    option = options[corridor]
    assert option.status == "ok", option.reason
    assert option.route is not None
    return option.route


def kinds(route: Route, *wanted: str) -> list[str]:
    return [e.at for e in route.events if e.kind in wanted]


def borders(route: Route) -> list[tuple[Any, Any]]:
    return [(e.detail["from"], e.detail["to"]) for e in route.events if e.kind == "border"]


# Xi'an and Duisburg -----------------------------------------------------------------------


def test_five_options_are_all_open(
    westbound: dict[str, Option], eastbound: dict[str, Option]
) -> None:
    for options in (westbound, eastbound):
        assert list(options) == ["northern", "titr", "pakistan", "ocean", "southern"]
        assert {o.status for o in options.values()} == {"ok"}


def test_northern_westbound(westbound: dict[str, Option]) -> None:
    route = route_of(westbound, "northern")
    yards = kinds(route, "gauge_change")
    assert len(yards) == 2
    assert yards[0] in ("KZ-DOS", "KZ-ALT")
    assert yards[1].startswith("PL-MA")  # Malaszewicze, not Brest
    assert borders(route) == [("CN", "KZ"), ("KZ", "RU"), ("RU", "BY"), ("BY", "PL")]
    assert kinds(route, "lift", "transshipment", "wait") == []
    assert {leg.mode for leg in route.legs} == {"rail"}
    gauges = [leg.gauge_mm for leg in route.legs]
    assert [g for g, _ in itertools.groupby(gauges)] == [1435, 1520, 1435]


def test_northern_eastbound_works_gauges_on_the_other_side(eastbound: dict[str, Option]) -> None:
    route = route_of(eastbound, "northern")
    yards = kinds(route, "gauge_change")
    assert len(yards) == 2
    assert yards[0].startswith("BY-B")  # Brest
    assert yards[1] in ("CN-ALA", "CN-KHO")
    assert borders(route) == [("PL", "BY"), ("BY", "RU"), ("RU", "KZ"), ("KZ", "CN")]
    assert kinds(route, "lift", "transshipment", "wait") == []


def test_titr_goes_by_the_caspian_and_not_by_russia(
    westbound: dict[str, Option], eastbound: dict[str, Option]
) -> None:
    for options in (westbound, eastbound):
        route = route_of(options, "titr")
        assert kinds(route, "wait")
        assert {leg.mode for leg in route.legs} & {"sea", "ferry"}
        assert {"KZ", "AZ", "GE"} <= set(route.countries)
        assert not {"RU", "BY", "IR"} & set(route.countries)
        for variant in options["titr"].variants:
            if variant.route is not None:
                assert not {"RU", "BY", "IR"} & set(variant.route.countries), variant.name


def test_titr_variants_by_the_black_sea_wait_twice(westbound: dict[str, Option]) -> None:
    by_sea = [v.route for v in westbound["titr"].variants if v.route and "poti" in v.name]
    assert by_sea
    for route in by_sea:
        assert len(kinds(route, "wait")) >= 2


def test_pakistan_is_reloaded_at_sost(westbound: dict[str, Option]) -> None:
    route = route_of(westbound, "pakistan")
    lifts = [(e.at, e.detail["from"], e.detail["to"]) for e in route.events if e.kind == "lift"]
    assert ("PK-SST", "road", "road") in lifts
    over = next(leg for leg in route.legs if leg.b == "PK-SST")
    assert over.mode == "road"
    assert set(over.countries) == {"CN", "PK"}
    sailed = next(leg for leg in route.legs if leg.mode == "sea")
    assert sailed.a in ("PK-KHI", "PK-BQM") or sailed.a.startswith(("PK-K", "PK-B"))
    assert "GWD" not in "".join(leg.a + leg.b for leg in route.legs)


def test_gwadar_has_no_service(westbound: dict[str, Option]) -> None:
    by_gwadar = [v for v in westbound["pakistan"].variants if "gwadar" in v.name]
    assert by_gwadar
    for variant in by_gwadar:
        assert variant.route is None
        assert "service" in variant.reason


def test_every_change_of_mode_is_an_event(engine: Engine, westbound: dict[str, Option]) -> None:
    for option in westbound.values():
        for variant in option.variants:
            if variant.route is not None:
                assert_lifts(variant.route)


def assert_lifts(route: Route) -> None:
    """Between two legs of different modes stands a lift; a ship is always waited for."""
    steps = list(route.steps)
    legs = [i for i, step in enumerate(steps) if isinstance(step, Leg)]
    for i, j in itertools.pairwise(legs):
        one, other = steps[i], steps[j]
        assert isinstance(one, Leg)
        assert isinstance(other, Leg)
        between = [step.kind for step in steps[i + 1 : j] if not isinstance(step, Leg)]
        if one.mode != other.mode:
            assert {"lift", "transshipment"} & set(between), (one.b, between)
        if other.mode in ("sea", "ferry"):
            assert "wait" in between
        if one.gauge_mm and other.gauge_mm and one.gauge_mm != other.gauge_mm:
            assert "gauge_change" in between, (one.b, other.a)


# Conditions -------------------------------------------------------------------------------


def test_ban_on_russia_and_belarus(engine: Engine) -> None:
    options = ask(engine, "Xi'an", "Duisburg", conditions=Conditions(avoid=("RU", "BY")))
    assert options["northern"].status == "excluded"
    assert "RU,BY" in options["northern"].reason
    assert options["titr"].status == "ok"
    for option in options.values():
        if option.route is not None:
            assert not {"RU", "BY"} & set(option.route.countries)


def test_ban_on_iran_as_well(engine: Engine) -> None:
    options = ask(engine, "Xi'an", "Duisburg", conditions=Conditions(avoid=("RU", "BY", "IR")))
    assert options["northern"].status == "excluded"
    assert options["southern"].status == "excluded"
    assert options["titr"].status == "ok"


def test_closing_suez_leaves_the_cape(engine: Engine, westbound: dict[str, Option]) -> None:
    closed = Conditions(closed=frozenset({"SUZ"}))
    option = ask(engine, "Xi'an", "Duisburg", conditions=closed)["ocean"]
    assert option.status == "ok"
    assert option.route is not None
    usual = route_of(westbound, "ocean")
    assert option.route.mean("hours") > usual.mean("hours")
    assert option.route.km > usual.km + 3000


def test_closing_all_of_the_caspian_excludes_titr(engine: Engine) -> None:
    closed = Conditions(closed=frozenset({"caspian"}))
    options = ask(engine, "Xi'an", "Duisburg", conditions=closed)
    assert options["titr"].status == "excluded"
    assert options["northern"].status == "ok"


@pytest.mark.parametrize(
    "conditions",
    [
        Conditions(avoid=("RU",)),
        Conditions(closed=frozenset({"CNKZ-DOS-rail"})),
        Conditions(closed=frozenset({"caspian", "BYPL-BRE-rail"})),
        Conditions(avoid=("TR", "KG")),
        Conditions(closed=frozenset({"MAL", "KZ-AAU"})),
    ],
)
def test_no_closure_lowers_a_cost(
    engine: Engine, westbound: dict[str, Option], conditions: Conditions
) -> None:
    desk = open_desk(engine, "Xi'an", "Duisburg", "terminal", "balanced", None, None)
    options = ask(engine, "Xi'an", "Duisburg", conditions=conditions)
    for name, option in options.items():
        if option.route is not None:
            usual = desk.rank(route_of(westbound, name))
            # Lengths on an avoided network are measured to the metre, each piece by itself.
            assert desk.rank(option.route) >= usual * (1 - 1e-6)


def test_closed_borders_are_never_crossed(engine: Engine) -> None:
    """Kars-Gyumri, India-Pakistan and Russia-Ukraine: no crossing joins these countries."""
    graph = engine.graph()
    facilities = graph.facilities
    joined = {
        frozenset((facilities[row.a].country, facilities[row.b].country))
        for row in (graph.crossing_rows[name] for name in graph.open_crossings)
    }
    for pair in (("TR", "AM"), ("IN", "PK"), ("RU", "UA"), ("AM", "AZ"), ("BY", "UA")):
        assert frozenset(pair) not in joined, pair


@pytest.mark.parametrize(("origin", "destination"), [("Yerevan", "Istanbul"), ("Yerevan", "Kars")])
def test_armenia_and_turkey_are_joined_by_way_of_others(
    engine: Engine, origin: str, destination: str
) -> None:
    route = free_route(engine, origin, destination, draws=10).options[0].route
    assert route is not None
    assert frozenset(("AM", "TR")) not in [frozenset(pair) for pair in borders(route)]
    assert {"GE", "IR"} & set(route.countries)


# Distances --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "modes", "low", "high"),
    [
        # 5,430 km is published by way of Kartaly; free to choose, rail takes a shorter line.
        ("KZ-DOS", "BY-BQT", {"rail"}, 5050, 5700),
        ("CN-XIA", "CN-ALA", {"rail"}, 2700, 3100),
        ("KZ-DOS", "KZ-AAU", {"rail"}, 2900, 3500),
        ("PL-MAA", "DE-DUI", {"rail"}, 1050, 1350),
        ("AZ-ALT", "GE-PTI", {"rail"}, 740, 900),
        ("PK-SST", "PK-ISB", {"road"}, 600, 850),
    ],
)
def test_length_by_land(
    engine: Engine, a: str, b: str, modes: set[str], low: float, high: float
) -> None:
    desk = open_desk(engine, "Xi'an", "Duisburg", "terminal", "balanced", None, None)

    def ends(facility: str) -> dict[tuple[str, str], float]:
        states = desk.graph.states_of(facility)
        assert states, f"{facility} stands on no line"
        return {s: 0.0 for s in states if desk.graph.mode_of(s) in modes}

    found = search(desk.graph, Quest(ends(a), ends(b), modes=frozenset(modes)), desk.weigh)[0]
    km = math.fsum(
        move.haul.km if move.haul else move.crossing.km_a + move.crossing.km_b
        for move in found.moves
        if move.haul or move.crossing
    )
    assert low < km < high


@pytest.mark.parametrize(
    ("a", "b", "via", "low", "high"),
    [
        ("Shanghai", "Rotterdam", "suez", 19300, 20300),
        ("Shanghai", "Rotterdam", "cape", 25000, 27500),
    ],
)
def test_length_by_sea(engine: Engine, a: str, b: str, via: str, low: float, high: float) -> None:
    option = ask(engine, a, b, corridors=["ocean"])["ocean"]
    routes = [v.route for v in option.variants if v.name == via]
    assert routes, [v.name for v in option.variants]
    assert routes[0] is not None
    sailed = math.fsum(leg.km for leg in routes[0].legs if leg.mode == "sea")
    assert low < sailed < high


def test_caspian_goes_round_absheron(engine: Engine) -> None:
    graph = engine.graph()
    legs = [s for s in engine.tables.services if {s.a, s.b} == {"KZ-AAU", "AZ-ALT"}]
    assert legs
    for service in legs:
        assert 440 < graph.service_km[service.id] < 560


# The whole region -------------------------------------------------------------------------

PAIRS = [
    ("Xi'an", "Duisburg"), ("Chongqing", "Hamburg"), ("Chengdu", "Lodz"), ("Zhengzhou", "Warsaw"),
    ("Yiwu", "Madrid"), ("Urumqi", "Istanbul"), ("Shanghai", "Rotterdam"), ("Shenzhen", "Milan"),
    ("Kashgar", "Karachi"), ("Lanzhou", "Tashkent"), ("Harbin", "Moscow"), ("Wuhan", "Budapest"),
    ("Tianjin", "Ulaanbaatar"), ("Lianyungang", "Almaty"), ("Almaty", "Duisburg"),
    ("Almaty", "Istanbul"), ("Astana", "Baku"), ("Aktau", "Poti"), ("Shymkent", "Karachi"),
    ("Bishkek", "Istanbul"), ("Bishkek", "Moscow"), ("Osh", "Karachi"), ("Tashkent", "Istanbul"),
    ("Tashkent", "Karachi"), ("Tashkent", "Hamburg"), ("Samarkand", "Mersin"),
    ("Dushanbe", "Istanbul"), ("Dushanbe", "Moscow"), ("Ashgabat", "Baku"), ("Ashgabat", "Vienna"),
    ("Kabul", "Karachi"), ("Mazar-i-Sharif", "Istanbul"), ("Herat", "Istanbul"),
    ("Karachi", "Tashkent"), ("Lahore", "Istanbul"), ("Islamabad", "Xi'an"), ("Tehran", "Beijing"),
    ("Bandar Abbas", "Almaty"), ("Tabriz", "Moscow"), ("Mashhad", "Duisburg"),
    ("Istanbul", "Xi'an"), ("Mersin", "Almaty"), ("Ankara", "Tashkent"), ("Baku", "Xi'an"),
    ("Baku", "Rotterdam"), ("Tbilisi", "Urumqi"), ("Poti", "Almaty"), ("Yerevan", "Xi'an"),
    ("Yerevan", "Hamburg"), ("Moscow", "Chengdu"), ("Moscow", "Tehran"),
    ("Novosibirsk", "Duisburg"), ("Minsk", "Xi'an"), ("Ulaanbaatar", "Warsaw"),
    ("Duisburg", "Xi'an"), ("Warsaw", "Almaty"),
    ("Bucharest", "Baku"), ("Riga", "Tashkent"), ("43.35,77.00", "Duisburg"),
    ("Xi'an", "50.10,14.60"),
]  # fmt: skip
DRAWN = 12
"""So many of the pairs have the line of every leg drawn and measured."""


def test_list_of_pairs_covers_the_region() -> None:
    assert len(set(PAIRS)) == 60


@pytest.mark.slow
def test_sixty_pairs_route_or_say_why(engine: Engine) -> None:
    """No exception; each option has a whole chain or a reason; the region is not empty."""
    corridors_open, drawn = 0, 0
    faults: list[str] = []
    for number, (origin, destination) in enumerate(PAIRS):
        name = f"{origin} to {destination}"
        try:
            answer = compare(engine, origin, destination, draws=20)
        except CorridorsError as error:
            faults.append(f"{name}: {error}")
            continue
        made = document(answer, reproduce="x")
        for option, written in zip(answer.options, made["options"], strict=True):
            where = f"{name}, {option.corridor}"
            if option.route is None:
                if not option.reason or "\n" in option.reason:
                    faults.append(f"{where}: no reason")
                continue
            corridors_open += 1
            faults += [f"{where}: {fault}" for fault in chain_faults(engine, answer, option.route)]
            if written["time_days"]["mean"] <= 0 or written["cost_usd"]["mean"] <= 0:
                faults.append(f"{where}: nothing to pay")
        if number % 5 == 0:
            drawn += 1
            faults += [f"{name}: {fault}" for fault in line_faults(answer)]
    assert not faults, "\n".join(faults)
    assert corridors_open > 60
    assert drawn == DRAWN


def chain_faults(engine: Engine, answer: Answer, route: Route) -> list[str]:
    """Legs that do not join, or are shorter than the great circle between their ends."""
    faults = []
    ends = {e.id: (e.lon, e.lat) for e in (answer.shipment.origin, answer.shipment.destination)}
    places = {f.id: (f.lon, f.lat) for f in engine.tables.facilities} | ends
    foot = engine.network.foot
    for one, other in itertools.pairwise(route.legs):
        if one.b != other.a:
            faults.append(f"{one.id} ends at {one.b}, {other.id} starts at {other.a}")
    if not route.legs:
        faults.append("no leg")
    try:
        assert_lifts(route)
    except AssertionError as error:
        faults.append(f"a mode or gauge changes without an event: {error}")
    for leg in route.legs:
        state, move = leg.moves[0][0], leg.moves[-1][1]
        start = foot.get(state, places[leg.a])
        stop = foot.get(move.to, places[leg.b])
        straight = great_circle_km(*start, *stop)
        if leg.km < straight - 0.06:
            faults.append(f"{leg.id} {leg.a}-{leg.b}: {leg.km:.2f} < {straight:.2f} km")
        land = math.fsum(leg.countries.values())
        if leg.countries and not math.isclose(land, leg.km, abs_tol=0.2):
            faults.append(f"{leg.id}: {land:.1f} km by country of {leg.km:.1f}")
    return faults


def line_faults(answer: Answer) -> list[str]:
    """Lines that jump, do not start where the last one ended, or are not as long as their leg."""
    faults = []
    lines = geometries(answer)
    for option in answer.options:
        if option.route is None:
            continue
        for leg in option.route.legs:
            line = lines[(str(option.corridor), leg.id)]
            where = f"{option.corridor} {leg.id} {leg.mode} {leg.a}-{leg.b}"
            steps = [great_circle_km(*p, *q) for p, q in itertools.pairwise(line)]
            if leg.km > 1 and len(line) < 2:
                faults.append(f"{where}: no line")
                continue
            drawn = math.fsum(steps)
            # Lines are stored simplified but with their true length: in the mountains of the
            # Karakoram the drawing is up to a sixth shorter, and it is never longer.
            if not 0.8 * leg.km - 1 <= drawn <= 1.005 * leg.km + 0.5:
                faults.append(f"{where}: {drawn:.1f} km drawn of {leg.km:.1f}")
            longest = max(steps, default=0.0)
            if leg.mode in ("rail", "road") and longest > 350:
                faults.append(f"{where}: a chord of {longest:.0f} km")
        for one, other in itertools.pairwise(option.route.legs):
            end = lines[(str(option.corridor), one.id)][-1:]
            start = lines[(str(option.corridor), other.id)][:1]
            if end and start:
                gap = great_circle_km(*end[0], *start[0])
                if gap > 25:
                    faults.append(f"{option.corridor} {one.id}-{other.id}: {gap:.1f} km apart")
    return faults
