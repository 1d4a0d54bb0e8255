"""Maximum flow and what binds: by hand on small graphs, by other solvers on random ones."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.capacities import (
    Capacities,
    CapacityRow,
    Limit,
    read_capacities,
)
from corridors.analysis.capacity import Arc, CapacityAnswer, Cut, capacity, cuts_of, maximum_flow
from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.conditions.condition import Cap
from corridors.errors import DataError, UsageError
from corridors.parameters.row import GRADES


def limit(name: str, teu: float) -> Limit:
    return Limit(("crossing", name), "westbound", teu, teu, teu, "stated")


def arc(tail: str, head: str, teu: float | None = None) -> Arc:
    return Arc(tail, head, None if teu is None else limit(f"{tail}-{head}", teu))


def names(cut: Cut) -> list[str]:
    return [limit.door[1] for limit in cut.limits]


# By hand ----------------------------------------------------------------------------------


def test_the_narrowest_door_of_a_line_binds_and_then_the_next() -> None:
    line = [arc("from", "a", 30), arc("a", "b", 10), arc("b", "to", 20)]
    found = cuts_of(line)
    assert [(cut.teu_week, names(cut)) for cut in found] == [(10, ["a-b"]), (20, ["b-to"])]


def test_two_ways_add_up_and_a_cross_link_helps() -> None:
    square = [
        arc("from", "a", 30), arc("from", "b", 10), arc("a", "to", 10), arc("b", "to", 30),
    ]  # fmt: skip
    assert maximum_flow(square) == Cut(20, (limit("a-to", 10), limit("from-b", 10)))
    crossed = maximum_flow([*square, arc("a", "b", 15)])
    assert crossed is not None
    assert crossed.teu_week == 35


def test_a_way_without_a_limit_has_no_maximum() -> None:
    assert maximum_flow([arc("from", "a", 5), arc("from", "b"), arc("b", "to")]) is None


def test_no_way_is_zero() -> None:
    assert maximum_flow([arc("from", "a", 5)]) == Cut(0, ())


# By others --------------------------------------------------------------------------------

NODES = ["from", "a", "b", "c", "d", "to"]


@st.composite
def graphs(draw: st.DrawFn) -> list[Arc]:
    ends = st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda e: e[0] != e[1])
    chosen = draw(st.lists(ends, unique=True, max_size=20))
    return [arc(NODES[u], NODES[v], draw(st.integers(0, 40))) for u, v in chosen]


@given(graphs())
def test_the_flow_is_that_of_scipy_and_of_a_linear_programme(arcs: list[Arc]) -> None:
    from scipy.optimize import linprog
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow as scipy_flow

    ours = maximum_flow(arcs)
    assert ours is not None
    dense = np.zeros((6, 6), dtype=np.int32)
    for one in arcs:
        assert one.limit is not None
        dense[NODES.index(str(one.tail)), NODES.index(str(one.head))] = int(one.limit.teu_week)
    assert ours.teu_week == scipy_flow(csr_array(dense), 0, 5).flow_value
    if not arcs:
        return
    balance = np.zeros((6, len(arcs)))
    for k, one in enumerate(arcs):
        balance[NODES.index(str(one.tail)), k] -= 1
        balance[NODES.index(str(one.head)), k] += 1
    room = [(0, one.limit.teu_week) for one in arcs if one.limit]
    best = linprog(-balance[5], A_eq=balance[1:5], b_eq=np.zeros(4), bounds=room, method="highs")
    assert ours.teu_week == pytest.approx(-best.fun, abs=1e-6)


@given(graphs())
def test_the_doors_of_a_cut_add_up_to_the_flow_and_part_the_graph(arcs: list[Arc]) -> None:
    found = maximum_flow(arcs)
    assert found is not None
    assert sum(limit.teu_week for limit in found.limits) == found.teu_week
    full = {limit.door for limit in found.limits}
    rest = [one for one in arcs if one.limit and one.limit.door not in full]
    left = maximum_flow(rest)
    assert left is not None
    assert left.teu_week == 0


@given(graphs())
def test_each_next_cut_lets_no_less_through(arcs: list[Arc]) -> None:
    found = cuts_of(arcs, count=5)
    values = [cut.teu_week for cut in found]
    assert values == sorted(values)
    doors = [limit.door for cut in found for limit in cut.limits]
    assert len(doors) == len(set(doors))  # what has been raised does not bind again


# On the toy -------------------------------------------------------------------------------


def row(answer: CapacityAnswer, corridor: str) -> Any:
    (found,) = [row for row in answer.each if row.corridors == (corridor,)]
    return found


def test_the_toy_by_hand(limited: Engine) -> None:
    answer = capacity(limited, ["CC"], ["AA"], corridors=["rail", "truck", "water"])
    assert answer.heading == "westbound"
    # BC-rail is for both directions: half of 200. AB-rail is each way, AB-road half of 100.
    assert [row(answer, name).teu_week for name in ("rail", "truck", "water")] == [60, 50, 30]
    assert [row(answer, "rail").low, row(answer, "rail").high] == [50, 70]
    together = answer.together
    assert together is not None
    assert together.teu_week == 130  # 60 + 50 do not fit through BC-rail: 100, and the ship 30
    assert names(together.cuts[0]) == ["BC-rail", "TOY-FERRY"]


def test_what_binds_after_the_first_has_been_raised(limited: Engine) -> None:
    answer = capacity(limited, ["CC"], ["AA"], corridors=["rail", "truck"])
    assert answer.together is not None
    first, then = answer.together.cuts
    assert (first.teu_week, names(first)) == (100, ["BC-rail"])
    assert (then.teu_week, names(then)) == (110, ["AB-rail", "AB-road"])


def test_everything_published_is_no_upper_bound_only(limited: Engine) -> None:
    answer = capacity(limited, ["CC"], ["AA"], corridors=["rail"])
    assert row(answer, "rail").known == row(answer, "rail").teu_week
    assert row(answer, "rail").unknown == ()


def test_without_a_table_nothing_is_known(
    toy: ModuleType, load: Callable[[Path], Engine], numbers: str, tmp_path: Path
) -> None:
    folder = Path(toy.write_toy(tmp_path / "plain"))
    with (folder / "curated" / "parameters.csv").open("a", encoding="utf-8") as stream:
        stream.write(numbers)
    answer = capacity(load(folder), ["CC"], ["AA"])
    assert row(answer, "rail").teu_week is None
    assert ("crossing", "AB-rail") in row(answer, "rail").unknown


def test_a_closed_border_takes_its_corridor(limited: Engine) -> None:
    shut = Conditions(scenarios=("ab-shut",))
    answer = capacity(limited, ["CC"], ["AA"], corridors=["rail", "truck"], conditions=shut)
    assert row(answer, "rail").teu_week == 0
    assert row(answer, "rail").reason == "no open way"
    assert row(answer, "truck").teu_week == 50


def test_a_condition_caps_both_directions_together(limited: Engine) -> None:
    capped = Conditions(scenarios=("ferry-capped",))
    answer = capacity(limited, ["CC"], ["AA"], corridors=["water"], conditions=capped)
    assert row(answer, "water").teu_week == 10
    assert row(answer, "water").cuts[0].limits[0].basis == "condition"


def test_avoiding_a_country_on_the_way_leaves_the_ship(limited: Engine) -> None:
    answer = capacity(limited, ["CC"], ["AA"], conditions=Conditions(avoid=("BB",)))
    assert [row(answer, name).teu_week for name in ("rail", "water")] == [0, 30]


@pytest.mark.parametrize(
    ("origins", "destinations", "corridors", "said"),
    [
        (["CC"], ["CC"], [], "both origin and goal"),
        (["ZZ"], ["AA"], [], "no country"),
        ([], ["AA"], [], "at least one country"),
        (["CC"], ["AA"], ["sky"], "no corridor"),
    ],
)
def test_what_cannot_be_asked(
    limited: Engine, origins: list[str], destinations: list[str], corridors: list[str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        capacity(limited, origins, destinations, corridors=corridors)


# On the packaged network ------------------------------------------------------------------


@pytest.fixture(scope="module")
def china(engine: Engine) -> CapacityAnswer:
    return capacity(engine, ["CN"], ["EU"])


def test_the_caspian_binds_the_middle_corridor(china: CapacityAnswer) -> None:
    titr = row(china, "titr")
    assert 800 < titr.teu_week < 2500  # 77,000 TEU were carried in 2025, both ways
    assert all(
        limit.door[1] in ("AZ-ALT", "KZ-AAU") or limit.door[1].startswith("CAS-")
        for limit in titr.cuts[0].limits
    )


def test_the_chinese_border_binds_the_northern_corridor(china: CapacityAnswer) -> None:
    northern = row(china, "northern")
    assert northern.teu_week > 6360  # carried westbound in 2024
    assert {limit.door[1][:2] for limit in northern.cuts[0].limits} == {"CN"}
    assert 0 < northern.known < 0.1 * northern.teu_week


def test_the_sea_has_no_published_limit_and_says_so(china: CapacityAnswer) -> None:
    assert row(china, "ocean").teu_week is None
    assert row(china, "ocean").unknown


def test_with_poland_shut_a_tenth_of_the_trains_finds_a_way(engine: Engine) -> None:
    shut = Conditions(scenarios=("poland-belarus-2025",))
    answer = capacity(engine, ["CN"], ["PL"], corridors=["northern"], conditions=shut)
    found = row(answer, "northern")
    assert 0 < found.teu_week < 0.3 * 6360
    assert set(names(found.cuts[0])) <= {"LTPL-MOC-rail", "RUPL-BRN-rail"}


# The table --------------------------------------------------------------------------------


def test_the_packaged_table_is_sourced(engine: Engine) -> None:
    rows = read_capacities(engine.folder, engine.tables)
    assert len(rows) > 20
    for one in rows:
        assert one.url.startswith("http"), one.id
        assert one.grade in GRADES
        assert one.grade != "assumption", one.id
        assert one.note, one.id
        # Tonnes are never boxes: a figure in tonnes does not stand behind a row.
        assert "Mt" not in one.note


def test_every_fact_that_a_note_names_is_in_the_evidence(engine: Engine) -> None:
    with (engine.folder / "curated" / "evidence.csv").open(encoding="utf-8") as stream:
        facts = {row["id"] for row in csv.DictReader(stream)}
    for one in read_capacities(engine.folder, engine.tables):
        cited = set(re.findall(r"\b[NTPSORX]\d{3}\b", one.note))
        assert cited <= facts, one.id


HEAD = "target,id,direction,teu_week_low,teu_week,teu_week_high,basis,year,grade,source,url"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("crossing,NO,each,1,2,3,stated,2025,published,s,https://x", "no crossing 'NO'"),
        ("link,AB-rail,each,1,2,3,stated,2025,published,s,https://x", "'link' is none of"),
        ("crossing,AB-rail,up,1,2,3,stated,2025,published,s,https://x", "'up' is none of"),
        ("crossing,AB-rail,each,3,2,1,stated,2025,published,s,https://x", "not in order"),
        ("crossing,AB-rail,each,-1,2,3,stated,2025,published,s,https://x", "not in order"),
        ("crossing,AB-rail,each,1,2,3,tonnes,2025,published,s,https://x", "'tonnes' is none"),
        ("crossing,AB-rail,each,1,2,3,stated,2025,published,,", "without a source"),
        ("crossing,AB-rail,each,1,two,3,stated,2025,published,s,https://x", "not a number"),
        ("crossing,AB-rail,each,1,2,nan,stated,2025,published,s,https://x", "not finite"),
    ],
)
def test_a_bad_row_is_named(toy_engine: Engine, tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "curated").mkdir()
    (tmp_path / "curated" / "capacities.csv").write_text(f"{HEAD}\n{line}\n")
    with pytest.raises(DataError, match=said):
        read_capacities(tmp_path, toy_engine.tables)


def test_one_row_or_one_for_each_way(toy_engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "curated").mkdir()
    table = tmp_path / "curated" / "capacities.csv"
    end = "1,2,3,stated,2025,published,s,https://x"
    table.write_text(
        f"{HEAD}\ncrossing,AB-rail,westbound,{end}\ncrossing,AB-rail,eastbound,{end}\n"
    )
    assert len(read_capacities(tmp_path, toy_engine.tables)) == 2
    for second in ("both", "westbound"):
        table.write_text(
            f"{HEAD}\ncrossing,AB-rail,westbound,{end}\ncrossing,AB-rail,{second},{end}\n"
        )
        with pytest.raises(DataError, match=r"one row, or one for each way|appears twice"):
            read_capacities(tmp_path, toy_engine.tables)


def test_a_condition_stands_instead_of_the_table() -> None:
    table = CapacityRow("crossing", "X", "each", 5, 6, 7, "stated", 2025, "published", "s", "u")
    found = Capacities((table,), (Cap("crossing", "X", 4.0), Cap("link", "L", 9.0)), 0.5)
    own = found.limit(("crossing", "X"), "eastbound")
    assert own is not None
    assert own.teu_week == 2.0
    assert [cap.id for cap in found.unused_caps()] == ["L"]
