"""The packaged network under the straits and borders that the founding questions ask about."""

from __future__ import annotations

from typing import Any

import pytest

from corridors.analysis.breakeven import break_even
from corridors.analysis.compare import Option, compare
from corridors.analysis.cuts import minimum_cut
from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.analysis.free import free_route
from corridors.analysis.resilience import THREE, criticality
from corridors.analysis.setting import open_desk
from corridors.analysis.study import Study
from corridors.analysis.switching import switching
from corridors.analysis.tradeoffs import MOST_SHARED, pareto
from corridors.analysis.ways import best_way, corridors_of
from corridors.outputs.studies import shown, study_text
from corridors.routing.route import Route

pytestmark = pytest.mark.xdist_group("packaged")

D06 = ("hormuz-2026", "fuel-surcharge-2026")


def ask(engine: Engine, origin: str, destination: str, **conditions: Any) -> dict[str, Option]:
    answer = compare(engine, origin, destination, conditions=Conditions(**conditions), draws=1)
    return {str(option.corridor): option for option in answer.options}


def straits_of(engine: Engine, route: Route) -> set[str]:
    services = {service.id: service for service in engine.tables.services}
    moves = [move for leg in route.legs for _, move in leg.moves]
    return {point for m in moves if m.service for point in services[m.service.id].via}


@pytest.mark.parametrize("ends", [("Shanghai", "Rotterdam"), ("Shenzhen", "Hamburg")])
def test_malacca_matters_little_while_ships_go_round_the_cape(
    engine: Engine, ends: tuple[str, str]
) -> None:
    before = ask(engine, *ends, scenarios=("red-sea-2023",))["ocean"].route
    after = ask(engine, *ends, scenarios=("red-sea-2023", "malacca-closed"))["ocean"].route
    assert before is not None
    assert after is not None
    assert "MAL" in straits_of(engine, before)
    assert "COG" in straits_of(engine, before)
    assert not straits_of(engine, after) & {"MAL", "SUZ", "BAM"}
    assert "SUN" in straits_of(engine, after)
    # Sunda is a little shorter; ships take Malacca for its calls.
    assert 0.98 <= after.km / before.km <= 1.03
    assert 0.98 <= after.mean("hours") / before.mean("hours") <= 1.03
    assert 1.0 <= after.mean("usd") / before.mean("usd") <= 1.03


def test_what_a_closed_strait_does_to_the_market_is_a_level(engine: Engine) -> None:
    way = ("red-sea-2023", "malacca-closed")
    plain = ask(engine, "Shanghai", "Rotterdam", scenarios=way)["ocean"].route
    dear = ask(engine, "Shanghai", "Rotterdam", scenarios=(way[0], "malacca-closed@dear"))
    assert plain is not None
    assert dear["ocean"].route is not None
    assert dear["ocean"].route.variant == plain.variant
    assert dear["ocean"].route.mean("hours") == plain.mean("hours")
    assert dear["ocean"].route.mean("usd") > 1.08 * plain.mean("usd")


def test_without_the_caspian_russia_and_iran_all_that_is_left_goes_by_sea(engine: Engine) -> None:
    shut = {"avoid": ("RU", "BY", "IR"), "scenarios": ("caspian-closed",)}
    options = ask(engine, "Xi'an", "Duisburg", **shut)
    left = {name for name, option in options.items() if option.status == "ok"}
    assert "ocean" in left
    assert not left & {"northern", "titr", "southern"}
    for name in left:
        route = options[name].route
        assert route is not None
        assert sum(leg.km for leg in route.legs if leg.mode == "sea") > route.km / 2
    for name in ("northern", "titr", "southern"):
        assert options[name].status == "excluded"
        assert "--avoid RU,BY,IR" in options[name].reason
    assert "no ship crosses the Caspian" in options["titr"].reason
    # By land there is nothing, and the answer says so.
    land = free_route(
        engine, "Xi'an", "Duisburg", draws=1,
        conditions=Conditions(**shut, modes=frozenset({"rail", "road", "ferry"})),  # type: ignore[arg-type]
    )  # fmt: skip
    assert not land.found
    assert "barred" in land.options[0].reason


def test_banning_russia_and_belarus_removes_every_northern_variant(engine: Engine) -> None:
    options = ask(engine, "Xi'an", "Duisburg", avoid=("RU", "BY"))
    northern, titr = options["northern"], options["titr"]
    assert northern.status == "excluded"
    assert northern.variants
    assert all(variant.route is None for variant in northern.variants)
    assert titr.status == "ok"
    # Variants whose line clips Russia on the way through Kazakhstan are gone too.
    for option in options.values():
        for variant in option.variants:
            if variant.route is not None:
                assert not {"RU", "BY"} & set(variant.route.countries)
    more = ask(engine, "Xi'an", "Duisburg", avoid=("RU", "BY", "IR"))
    assert options["southern"].status == "ok"
    assert more["southern"].status == "excluded"


def test_hormuz_hurts_and_helps_pakistans_ports(engine: Engine) -> None:
    # Hurts: the Gulf is out of reach, and ships from China cost more.
    assert ask(engine, "Karachi", "Jebel Ali")["pakistan"].status == "ok"
    assert ask(engine, "Karachi", "Jebel Ali", scenarios=D06)["pakistan"].status == "excluded"
    before = ask(engine, "Shanghai", "Karachi")["ocean"].route
    after = ask(engine, "Shanghai", "Karachi", scenarios=D06)["ocean"].route
    assert before is not None
    assert after is not None
    assert after.mean("usd") > before.mean("usd") + 50
    # Helps: cargo to Oman that went by Bandar Abbas has only Karachi left.
    plain = ask(engine, "Tashkent", "Salalah")
    closed = ask(engine, "Tashkent", "Salalah", scenarios=D06)
    assert plain["southern"].status == plain["pakistan"].status == "ok"
    assert closed["southern"].status == "excluded"
    assert closed["pakistan"].status == "ok"


def test_criticality_of_titr_and_ocean(engine: Engine) -> None:
    desk = open_desk(
        engine, "Xi'an", "Duisburg", "terminal", "balanced", None,
        Conditions(scenarios=("red-sea-2023",)),
    )  # fmt: skip
    found = criticality(
        [desk], corridors=["titr", "ocean"], kinds=["crossing", "services", "chokepoint"]
    )
    by_id = {group[0].element.id: group[0] for group in found.removals}
    lost = {c.option for c in by_id["caspian"].by_corridor if c.days is None}
    assert lost == {"titr"}
    # The three straits alone and together: Hormuz is on no way, Suez not while the Cape is used.
    alone = {name: by_id["+".join(sorted(points))] for name, points in THREE.items()}
    assert alone["Hormuz"].by_corridor == ()
    assert alone["Red Sea"].by_corridor == ()
    (malacca,) = alone["Malacca"].by_corridor
    assert malacca.option == "ocean"
    assert malacca.instead == "sunda-cape"
    together = by_id["BAM+HOR+MAL+SUZ"].by_corridor
    assert [(c.option, c.instead) for c in together] == [("ocean", "sunda-cape")]
    # A strait that is on a way is taken away once.
    closed = [group[0].element.closed for group in found.removals if group[0].element.closed]
    assert len(closed) == len(set(closed))
    again = criticality(
        [desk], corridors=["titr", "ocean"], kinds=["crossing", "services", "chokepoint"]
    )
    assert again.study().rows == found.study().rows


def test_cuts_of_the_packaged_network(engine: Engine) -> None:
    graph = engine.graph()
    by_rail = minimum_cut(graph, ["CN"], ["DE"], modes=["rail"])
    # Trains leave China for Europe by Kazakhstan twice, by Manzhouli and by Mongolia.
    assert set(by_rail.doors) == {
        "CNKZ-DOS-rail", "CNKZ-ALT-rail", "CNRU-MLX-rail", "MNRU-NAU-rail",
    }  # fmt: skip
    shut = engine.graph(closed=by_rail.doors)
    assert minimum_cut(shut, ["CN"], ["DE"], modes=["rail"]).doors == ()
    by_road = minimum_cut(graph, ["CN"], ["PK"], modes=["road"]).doors
    (khunjerab,) = {door for door in by_road if door.startswith("CN")}
    assert khunjerab == "CNPK-KJB-road"


def test_a_box_can_leave_titr_for_the_north_until_the_caspian(engine: Engine) -> None:
    desk = open_desk(engine, "Xi'an", "Duisburg", "terminal", "balanced", None, None)
    last = switching(desk, "titr", "northern").last
    assert last is not None
    assert last.at in ("KZ-AAU", "KZ-KRY")
    back = switching(desk, "northern", "titr").last
    assert back is not None
    assert engine.graph().facilities[back.at].country == "KZ"


def test_pareto_of_the_founding_journey(engine: Engine) -> None:
    desk = open_desk(engine, "Xi'an", "Duisburg", "terminal", "balanced", None, None)
    found = pareto(desk)
    names = {choice.name for choice in found.choices}
    assert {"northern", "ocean", "titr"} <= names
    rows = [choice.measures.rounded for choice in found.choices]
    assert not any(
        one != other and all(a <= b for a, b in zip(one, other, strict=True))
        for one in rows
        for other in rows
    )
    assert found.choices[0].differs
    assert all(c.shared <= MOST_SHARED for c in found.choices[1:] if c.differs)
    # No corridor's own best is better in everything than what the front holds.
    for name in corridors_of(desk):
        route = best_way(desk, name)
        if route is not None:
            mine = (route.mean("hours"), route.mean("usd"))
            assert any(
                c.route.mean("hours") <= mine[0] + 1 and c.route.mean("usd") <= mine[1] + 10
                for c in found.choices
            )
    _check_table(found.study())


def _check_table(study: Study) -> None:
    """The table folds what is nearly alike, says how much, and keeps every extreme."""
    rows, seen = list(study.rows), shown(study)
    for measure in ("days", "usd", "co2e_kg", "exposure"):
        assert min(row[measure] for row in seen) == min(row[measure] for row in rows)
    assert [row for row in rows if row["differs"]] == [row for row in seen if row["differs"]]
    assert all(row["differs"] or row["leads"] for row in seen)
    table = study_text(study, "table", reproduce="corridors pareto")
    assert f"{len(rows) - len(seen)} more lie between these" in table
    assert len(study_text(study, "csv", reproduce="").splitlines()) == 1 + len(rows)


@pytest.mark.parametrize(
    ("key", "between", "of", "factor", "scenarios"),
    [
        ("wait_h/caspian", ("titr", "southern"), "time", True, ()),
        ("rate_usd_km/rail:AZ,rate_usd_km/rail:GE", ("titr", "southern"), "cost", True, ()),
        ("index/wci-shanghai-rotterdam", ("northern", "ocean"), "balanced", False,
         ("red-sea-2023",)),
        ("value_of_time_usd_day", ("northern", "ocean"), "balanced", False, ()),
    ],
)  # fmt: skip
def test_break_evens_of_the_founding_questions(
    engine: Engine,
    key: str,
    between: tuple[str, str],
    of: Any,
    factor: bool,
    scenarios: tuple[str, ...],
) -> None:
    ends = ("Xi'an", "Constanta") if key.startswith("rate") else ("Xi'an", "Duisburg")
    desk = open_desk(engine, *ends, "terminal", "balanced", None, Conditions(scenarios=scenarios))
    found = break_even(desk, key, between, of=of, factor=factor)
    assert found.flips
    for flip in found.flips:
        assert flip.verified
        assert found.low <= flip.value <= found.high
