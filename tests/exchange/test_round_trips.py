"""Any facility, link or service survives the way out and in, whatever its texts hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corridors.analysis.engine import Engine
from corridors.exchange.formats import export_network
from corridors.exchange.reading import read_exchange
from corridors.exchange.selection import Selection
from corridors.network.tables import Facility, Link, Service

# Quotes, commas, breaks of lines, other scripts, words that a spreadsheet takes for numbers, dates
# or nothing; no control characters, which no cell of ours holds, and no ; in a part of a list.
TEXT = st.one_of(
    st.sampled_from(["", "NA", "nan", "None", "007", "1e5", "true", "2022-05", '"', "a,b", "'"]),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters=";")),
).map(str.strip)
NAME = TEXT.filter(bool)
DEGREES = st.floats(-60, 60).map(lambda number: round(number, 7))
KM = st.none() | st.floats(0.001, 1e4)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    ids = draw(st.lists(NAME, min_size=2, max_size=4, unique=True))
    facilities = tuple(
        Facility(
            name, draw(NAME), "AA", draw(DEGREES), draw(DEGREES), "port", ("sea",),
            draw(TEXT), draw(TEXT.filter(bool)), draw(TEXT), draw(TEXT), draw(TEXT),
        )
        for name in ids
    )  # fmt: skip
    line = st.lists(st.tuples(DEGREES, DEGREES), min_size=2, max_size=4, unique=True).map(tuple)
    links = tuple(
        Link(name, "rail", "gap", draw(line), draw(KM), "closed", draw(TEXT), draw(TEXT))
        for name in draw(st.lists(NAME, max_size=2, unique=True))
    )
    services = tuple(
        Service(
            name, draw(NAME), draw(TEXT), "ferry", draw(TEXT), ids[0], ids[1],
            draw(st.booleans()), tuple(draw(st.lists(NAME, max_size=2))), draw(TEXT),
            "suspended", draw(KM), draw(KM), draw(KM), draw(KM), draw(TEXT), draw(TEXT),
            draw(TEXT), draw(TEXT), draw(TEXT),
        )
        for name in draw(st.lists(NAME, max_size=2, unique=True))
    )  # fmt: skip
    return {"facilities": facilities, "links": links, "services": services, "crossings": ()}


@pytest.mark.parametrize("form", ["gpkg", "parquet", "gmns"])
@settings(max_examples=12)
@given(rows=tables())
@example(rows={
    "facilities": (Facility("a/b", "two\nlines", "AA", 0.1, -0.0, "port", ("sea",), "\u202e"),),
    "links": (), "services": (), "crossings": (),
})  # fmt: skip
def test_rows_survive_the_way_out_and_in(
    rich: Engine,
    same_rows: Callable[..., None],
    tmp_path_factory: pytest.TempPathFactory,
    form: str,
    rows: dict[str, Any],
) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    own = replace(rich, tables=rich.tables._replace(**rows), _graphs={})
    target = Path(tmp_path_factory.mktemp("law")) / ("net.gpkg" if form == "gpkg" else "net")
    export_network(own, Selection(frozenset({"rail", "sea", "ferry"})), target, form=form)
    found = read_exchange(target).rows
    same_rows(
        {name: found.get(name, []) for name in rows},
        own.tables,
        ("facilities", "links", "services"),
    )
