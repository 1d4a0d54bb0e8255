"""Plans: what they come to, and how a wrong one is refused."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.analysis.engine import Engine
from corridors.errors import SweepError
from corridors.series.plan import Asked, ConditionSet, Journey, SweepPlan
from corridors.series.reading import read_plan

DAYS = [dt.date(2026, 11, 15), dt.date(2027, 2, 1), dt.date(2027, 6, 1)]
JOURNEYS = "origins: [Alfa]\ndestinations: [Charlie, Bravo]\n"


@given(
    journeys=st.integers(1, 60),
    sets=st.integers(1, 4),
    days=st.integers(0, 3),
    size=st.integers(0, 70),
    draws=st.sampled_from([10, 500, 200_000]),
    keep=st.booleans(),
)
def test_chunks_hold_every_cell_once_and_in_order(
    journeys: int, sets: int, days: int, size: int, draws: int, keep: bool
) -> None:
    asked = Asked(
        tuple(ConditionSet(str(n)) for n in range(sets)),
        ("rail", "truck"),
        draws=draws,
        keep_draws=keep,
    )
    departs: tuple[dt.date | None, ...] = tuple(DAYS[:days]) or (None,)
    ways = tuple(Journey(f"o{n}", f"d{n}", f"o{n}", f"d{n}") for n in range(journeys))
    plan = SweepPlan(asked, ways, departs, size)
    chunks = list(plan.chunks())
    assert [chunk.number for chunk in chunks] == list(range(plan.parts))
    assert all(0 < len(chunk.journeys) <= plan.chunk_size for chunk in chunks)
    cells = [
        (chunk.condition, chunk.depart, chunk.first + n)
        for chunk in chunks
        for n in range(len(chunk.journeys))
    ]
    assert cells == list(itertools.product(range(sets), departs, range(journeys)))
    assert len(cells) == plan.cells
    if keep and not size:
        assert plan.chunk_size == 1 or plan.chunk_size * 2 * draws <= 1_000_000


def test_origins_and_destinations_are_crossed_without_journeys_to_oneself(
    toy_engine: Engine,
) -> None:
    places = ["Alfa", "Bravo", "Charlie"]
    plan = read_plan(toy_engine, {"origins": places, "destinations": places})
    assert [journey[:2] for journey in plan.journeys] == list(itertools.permutations(places, 2))
    assert plan.asked.conditions == (ConditionSet("ordinary"),)
    assert plan.asked.corridors == ("rail", "truck", "water", "idle")


def test_journeys_of_one_origin_stand_together(toy_engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "trade.csv").write_text(
        "origin,destination,teu_week,value_of_time\n"
        "Alfa,Bravo,5,\nCharlie,Alfa,1,\nAlfa,Charlie,2,90\nAlfa,Charlie,2,10\n"
    )
    (tmp_path / "plan.yaml").write_text("demand: trade.csv\ncorridors: [water, rail]\n")
    plan = read_plan(toy_engine, tmp_path / "plan.yaml")
    ends = [journey[:2] for journey in plan.journeys]
    assert ends == [("Alfa", "Bravo"), ("Alfa", "Charlie"), ("Charlie", "Alfa")]
    assert plan.asked.corridors == ("rail", "water"), "in the order of the network"


def test_a_changed_file_of_the_users_is_another_plan(toy_engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(f"{JOURNEYS}conditions: [{{name: own, rates: own.csv}}]\n")
    head = "key,low,typ,high,unit,grade,source,url,year,seen,note\n"
    digests = []
    for speed in (40, 45):
        row = f"speed_kmh/rail:AA,{speed},{speed},{speed},km/h,expert,a contract,,,,\n"
        (tmp_path / "own.csv").write_text(head + row)
        plan = read_plan(toy_engine, tmp_path / "plan.yaml")
        digests.append(plan.digest)
        assert plan.digest == read_plan(toy_engine, tmp_path / "plan.yaml").digest
    assert digests[0] != digests[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("origin: [Alfa]\n", r"plan.yaml:1: origin: no such key; did you mean origins"),
        ("origins: [Alfa]\n", r"plan.yaml:1: origins and destinations belong together"),
        ("draws: 5\n", r"say which journeys"),
        (JOURNEYS + "pairs: [[Alfa, Bravo]]\n", r"one of them"),
        ("origins: [Alfa, Brawo]\ndestinations: [Charlie]\n", r":1: origins\[1\]: .*Bravo"),
        ("origins: []\ndestinations: [Alfa]\n", r":1: origins: the list is empty"),
        ("origins: [Alfa]\ndestinations: [Alfa]\n", r":1: origins: no journey"),
        ("origins: Alfa\ndestinations: [Alfa]\n", r":1: origins: expected a list"),
        ("origins: [Alfa, A-TER, alfa]\ndestinations: [Bravo]\n", r"origins\[2\]: .* same place"),
        ("pairs:\n- [Alfa, Bravo]\n- [Alfa]\n", r":3: pairs\[1\]: a pair is"),
        ("pairs:\n- [Alfa, Bravo]\n- [alfa, bravo]\n", r":3: pairs\[1\]: the same journey"),
        ("pairs: [[Alfa, alfa]]\n", r":1: pairs\[0\]: .*same place"),
        ("demand: nowhere.csv\n", r":1: demand: .*no such file"),
        (JOURNEYS + "conditions: [{name: a, avoid: [NO]}]\n", r":3: .*avoid\[0\]: .*in quotes"),
        (JOURNEYS + "conditions: [{name: a, avoid: [XX]}]\n", r"avoid\[0\]: 'XX' is no country"),
        (JOURNEYS + "conditions: [{name: a, avid: [BB]}]\n", r"avid: .*did you mean avoid"),
        (JOURNEYS + "conditions: [{avoid: [BB]}]\n", r":3: conditions\[0\]: the key name is"),
        (JOURNEYS + "conditions:\n- name: a\n- name: a\n", r":5: .*'a' twice"),
        (JOURNEYS + "conditions: [{name: a, mode: [air]}]\n", r"'air' is none of rail"),
        (JOURNEYS + "conditions: [{name: a, closed: [AB-rial]}]\n", r"did you mean AB-rail"),
        (JOURNEYS + "conditions: [{name: a, via: [Delta]}]\n", r"via\[0\]: .*Delta"),
        (JOURNEYS + "conditions: [{name: a, scenarios: [storm]}]\n", r"no scenario 'storm'"),
        (JOURNEYS + "conditions: [{name: a, scenarios: [no.yaml]}]\n", r"cannot be read"),
        (JOURNEYS + "conditions: [{name: a, rates: no.csv}]\n", r"rates: no.csv: cannot be read"),
        (JOURNEYS + "conditions: [{name: a, assume: {gauge: 3}}]\n", r"gauge.*did you mean gauge"),
        (JOURNEYS + "conditions: [{name: a, assume: {gauge_h: -3}}]\n", r"not negative"),
        (JOURNEYS + "conditions: [{name: a, assume: {gauge_h: x}}]\n", r"expected a number"),
        (JOURNEYS + "conditions: [{name: a, as_of: soon}]\n", r"as_of: expected a date"),
        (JOURNEYS + "conditions: [{name: a, price_month: x}]\n", r"expected a month"),
        (JOURNEYS + "depart: [2026-11-15, 2026-11-15]\n", r":3: depart\[1\]: .*already"),
        (
            JOURNEYS + "depart: [2026-11-15]\nconditions: [{name: a, as_of: 2026-01-01}]\n",
            r":4: .*as_of and depart exclude each other",
        ),
        (JOURNEYS + "corridors: [rial]\n", r":3: corridors\[0\]: no corridor 'rial'"),
        (JOURNEYS + "terms: {unit: box}\n", r":3: terms.unit: 'box' is none of FEU"),
        (JOURNEYS + "terms: {units: FEU}\n", r"did you mean unit"),
        (JOURNEYS + "terms: {weight_t: -1}\n", r"below 0"),
        (JOURNEYS + "scope: desk\n", r":3: scope: 'desk' is none of terminal, door"),
        (JOURNEYS + "draws: 0\n", r"whole number from 1"),
        (JOURNEYS + "draws: 1.5\n", r"whole number from 1"),
        (JOURNEYS + "draws: true\n", r"whole number from 1"),
        (JOURNEYS + "seed: -1\n", r"whole number from 0"),
        (JOURNEYS + "keep: [all]\n", r":3: keep\[0\]: 'all' is none of rows, draws"),
        (JOURNEYS + "draws: 1\ndraws: 2\n", r":4: draws: twice"),
        ("origins: &a [Alfa]\ndestinations: *a\n", r"anchors and aliases"),
        ("origins: !!python/object:os.system [Alfa]\n", r"tags are not allowed"),
        ("[" * 40, r"nested deeper"),
        ("- a\n", r"expected keys with values"),
        ("", r"empty"),
        ("a: [", r"no YAML"),
    ],
)
def test_a_wrong_plan_names_file_line_and_key(
    toy_engine: Engine, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    with pytest.raises(SweepError) as error:
        read_plan(toy_engine, path)
    assert re.search(said, str(error.value)), str(error.value)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"origins": ["Alfa"], "destinations": [3]}, r"^plan: destinations\[0\]: expected text"),
        ({"pairs": [("Alfa", "Bravo")], "draws": "10"}, r"^plan: draws: expected a whole"),
        ({"pairs": [("Alfa", "Bravo")], "depart": ["someday"]}, r"^plan: depart\[0\]: .*date"),
    ],
)
def test_a_wrong_mapping_names_its_key(toy_engine: Engine, plan: dict[str, Any], said: str) -> None:
    with pytest.raises(SweepError, match=said):
        read_plan(toy_engine, plan)


def test_a_missing_plan_is_named(toy_engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(SweepError, match=r"no-such\.yaml: cannot be read"):
        read_plan(toy_engine, tmp_path / "no-such.yaml")
