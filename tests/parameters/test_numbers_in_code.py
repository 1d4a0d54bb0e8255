"""Speeds, rates, hours and dollars live in the tables, never in the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[2] / "src" / "corridors"

ANSWER = ("conditions", "costing", "routing", "shipment.py")
"""Rooms where hours and dollars are made: every number in them is known here."""

ROOMS = (*ANSWER, "analysis", "movement", "parameters", "api")
"""Rooms where no name of a quantity may hold a number. Maps and pictures have lengths and sizes."""

PLAIN = {
    0, 1, -1, 2, 0.5,  # counting, halves, squares
    24,  # hours of a day
    100, 1000,  # per cent, metres
    0.1, 0.9,  # quantiles
}  # fmt: skip

KNOWN: dict[str, dict[float, str]] = {
    "conditions/condition.py": {
        12: "months of a year", 4: "places of a year", 5: "of a month", 7: "of a date",
    },
    "conditions/dated.py": {0.4: "likeness of a suggestion"},
    "conditions/effects.py": {3: "services named in a message"},
    "conditions/fields.py": {
        13: "one month more than a year has", 3: "suggestions", 0.6: "likeness of a suggestion",
        7: "places of a month", 10: "digits of an HS code",
    },
    "conditions/document.py": {
        1_000_000: "bytes of a document", 60: "characters shown", 57: "and of them kept",
        8: "depth of a list", 12: "depth of a document",
        1e12: "largest number read",
    },
    "conditions/situation.py": {
        12: "half a day: a box that arrives during a day waits from its middle",
        120: "days after which no condition can matter", 7: "places of a month",
    },
    "conditions/when.py": {12: "months of a year"},
    "routing/ends.py": {
        40.0: "km of a reach by road", 800.0: "km of the widest reach", 3: "nearest candidates",
        0.02: "degrees",
    },
    "routing/arcs.py": {8: "graphs kept"},
    "routing/asked.py": {3: "column of a row", 4: "column of a row"},
    "routing/kernel.py": {
        8: "graphs kept", 16: "models kept",
        5: "figures of a way", 4: "labels of a state", 3: "offset of a further move",
    },
    "routing/heap.py": {4: "children in a heap"},
    "routing/loops.py": {4: "labels of a state, figures", 3: "offset of a further move, figures"},
    "routing/tree_loops.py": {4: "labels of a state", 3: "offset of a further move"},
    "routing/reach.py": {
        12: "zones kept", 4096: "buckets of the queue", 3: "buckets to spare",
        12.5: "km of the first look", 4: "and each next look is so much wider",
        110.0: "km of a degree, rounded down", 90: "degrees", 180: "degrees", 360: "degrees",
    },
    "routing/label_loops.py": {3: "places in a label", 4: "places in a label"},
    "routing/pareto.py": {16: "plan trees kept"},
    "routing/penalties.py": {1.4: "what is used is dearer for the next search, never in an answer"},
    "routing/plan.py": {3: "words of a step"},
    "routing/quest.py": {1e-9: "costs alike but for the order of a sum"},
    "routing/unrolled.py": {4: "labels of a state"},
    "shipment.py": {1_000_000: "most draws"},
}  # fmt: skip
"""Other numbers of single modules; none is a speed, rate, wait or charge."""

HELD = {
    ("movement/compile.py", "CROSSING_REACH_KM"): "how far the line may be from a border point",
    ("movement/link_overlay.py", "LINK_REACH_KM"): "how far a drawn line may end from a line",
    ("movement/overlay.py", "FACILITY_REACH_KM"): "how far a facility may lie from its line",
    ("movement/overlay.py", "BACKBONE_KM"): "length of a line worth joining",
    ("movement/overlay.py", "BACKBONE_DETOUR_KM"): "how near two lines are one",
    ("movement/sea_lanes.py", "QUAY_REACH_KM"): "how far a port may lie from a lane",
    ("analysis/pipelines.py", "SCHEMATIC_KM"): "how far a drawn pipeline may lie from the pipe",
    ("analysis/pipelines.py", "SHARE"): "how much shorter than the pipe its drawing may be",
    ("analysis/project_places.py", "REACH_KM"): "how far a drawn work may lie from a line",
    ("routing/ends.py", "ROAD_REACH_KM"): "how far a door may lie from a road",
    ("routing/ends.py", "LOOKED_AT_KM"): "how far a drayage is looked for",
    ("analysis/alternatives.py", "_LONGEST_KM"): "how long a ship leg is still marked on a map",
    (
        "analysis/capacities.py",
        "one_way_share",
    ): "where no row says otherwise, half of a flow stated both ways",
}
"""Names that hold a length of the map, by which data are matched or refused: no charge."""

MAP = {"analysis/audit.py", "analysis/truth.py"}
"""Modules that measure the map: their lengths say how far is too far, not how long a way is."""

NAMES = ("_h", "_kmh", "_usd", "_km", "hours", "usd", "rate", "speed", "wait", "price", "share")
"""Endings of names that hold what a table must hold."""


def modules(rooms: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []
    for room in rooms:
        path = SOURCES / room
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return found


def numbers(tree: ast.AST) -> Iterator[tuple[int, float]]:
    """Numeric literals, with the sign that stands before them."""
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield getattr(node, "lineno", 0), value


def held(tree: ast.AST) -> Iterator[tuple[int, str, float]]:
    """Names of quantities that are given a number: assignments, defaults, keywords."""
    for node in ast.walk(tree):
        pairs: list[tuple[str, ast.expr | None]] = []
        if isinstance(node, ast.Assign):
            pairs = [(t.id, node.value) for t in node.targets if isinstance(t, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            pairs = [(node.target.id, node.value)]
        elif isinstance(node, ast.keyword) and node.arg:
            pairs = [(node.arg, node.value)]
        elif isinstance(node, ast.arguments):
            named = node.posonlyargs + node.args
            pairs = [
                (arg.arg, value)
                for arg, value in zip(named[::-1], node.defaults[::-1], strict=False)
            ]
            pairs += [
                (arg.arg, value)
                for arg, value in zip(node.kwonlyargs, node.kw_defaults, strict=True)
            ]
        for name, value in pairs:
            if value is not None and name.lower().endswith(NAMES):
                yield from ((line, name, number) for line, number in numbers(value))


def relative(path: Path) -> str:
    return path.relative_to(SOURCES).as_posix()


def test_the_search_finds_what_it_looks_for() -> None:
    code = "speed_kmh = 42\ndef f(wait_h=3.5, *, rate=1.2): g(usd=7)\ncount = 9\n"
    tree = ast.parse(code)
    assert {(name, number) for _, name, number in held(tree)} == {
        ("speed_kmh", 42), ("wait_h", 3.5), ("rate", 1.2), ("usd", 7),
    }  # fmt: skip
    assert {number for _, number in numbers(tree)} == {42, 3.5, 1.2, 7, 9}


@pytest.mark.parametrize("path", modules(ROOMS), ids=relative)
def test_no_quantity_of_a_table_has_a_default_in_code(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {(relative(path), name) for _, name, n in held(tree) if n not in (0, 1, 24)}
    assert relative(path) in MAP or found <= set(HELD) | TARGETS


@pytest.mark.parametrize("path", modules(ANSWER), ids=relative)
def test_every_number_where_an_answer_is_made_is_known(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {number for _, number in numbers(tree)} - PLAIN
    assert found - set(KNOWN.get(relative(path), {})) == set()


def test_no_reason_outlives_what_it_speaks_of() -> None:
    trees = {relative(p): ast.parse(p.read_text(encoding="utf-8")) for p in modules(ROOMS)}
    there = {(name, held_name) for name, tree in trees.items() for _, held_name, _ in held(tree)}
    assert set(HELD) | TARGETS <= there
    assert set(trees) >= MAP
    for name, reasons in KNOWN.items():
        assert set(reasons) <= {number for _, number in numbers(trees[name])}, name


TARGETS = {
    ("analysis/validation.py", "INDEXED_SHARE"),
}
"""What is asked of the model; none goes into an answer."""
