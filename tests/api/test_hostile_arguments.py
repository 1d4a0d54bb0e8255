"""Hostile text through every argument of every public function: an answer or a typed error."""

from __future__ import annotations

import errno
import inspect
import json
import typing
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import corridors as co
from corridors.api import flows, question
from corridors.errors import CorridorsError, UsageError
from corridors.outputs import text

NAMES = json.loads(
    (Path(__file__).parents[1] / "outputs" / "hostile_names.json").read_text("utf-8")
) | {
    "bidi": "\u202eutaktA\u202c\u2066x\u2069",
    "control": "Ak\x1b[31mtau\x07\r\nnext",
    "surrogate": "Aktau \udcff",
    "nul": "Ak\x00tau",
    "format": "%s %(x)s {0} {origin.__class__}",
    "path": "../../../etc/passwd",
    "long": "A" * 9000,
    "empty": "",
}

#: What each function is asked when it is asked rightly; `out` and `path` lie in a fresh folder.
RIGHT: dict[str, dict[str, Any]] = {
    "alternatives": {"origin": "alfa", "destination": "charlie", "draws": 20},
    "assign": {"demand": [("alfa", "charlie", 100.0)]},
    "breakeven": {
        "origin": "alfa", "destination": "charlie", "key": "border_h/rail",
        "between": ("rail", "water"), "draws": 20,
    },
    "capacity": {"origins": ["AA"], "destinations": ["CC"]},
    "catalogue": {},
    "chokepoints_map": {"origin": "alfa", "destination": "charlie", "draws": 20},
    "compare": {"origin": "alfa", "destination": "charlie", "draws": 20},
    "criticality": {"origin": "alfa", "destination": "charlie", "draws": 20},
    "cut": {"sources": ["AA"], "sinks": ["CC"]},
    "dependence": {"origins": ["alfa"], "destinations": ["charlie"]},
    "disjoint": {"origin": "alfa", "destination": "charlie", "draws": 20},
    "export": {"out": "net.gpkg", "mode": ["rail"]},
    "find_places": {"query": "Alfa"},
    "import_tables": {"path": "tables.gpkg", "out": "tables"},
    "isochrone_map": {"place": "alfa"},
    "isochrones": {"place": "alfa"},
    "load": {},
    "matrix": {"origins": ["alfa"], "destinations": ["charlie"]},
    "overlay": {"tables": "tables"},
    "pareto": {"origin": "alfa", "destination": "charlie", "draws": 20},
    "projects": {},
    "projects_map": {},
    "read_sweep": {"folder": "sweep"},
    "route": {"origin": "alfa", "destination": "charlie", "draws": 20},
    "sweep": {
        "plan": {"origins": ["alfa"], "destinations": ["charlie"], "draws": 20}, "out": "sweep",
    },
    "switch": {
        "origin": "alfa", "destination": "charlie", "between": ("rail", "water"), "draws": 20,
    },
    "to_networkx": {},
    "to_osmnx": {},
    "tornado": {"origin": "alfa", "destination": "charlie", "corridor": "rail", "draws": 20},
    "whatif": {
        "origin": "alfa", "destination": "charlie", "avoid": ["DD"], "draws": 20,
    },
}  # fmt: skip


def _annotations(function: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    """Names and annotations of parameters, those behind ``**options`` too."""
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD:
            yield name, str(parameter.annotation)
            continue
        for kind in (question.Options, flows.Situation):
            if kind.__name__ in str(parameter.annotation):
                yield from ((k, str(v)) for k, v in typing.get_type_hints(kind).items())


def _values(annotation: str, name: str) -> Iterator[Any]:
    """A hostile text in every place where this annotation has a text."""
    if "Mapping[str" in annotation:
        yield {name: 1.0}
    elif "tuple[str, str]" in annotation:
        pairs = ((name, "rail"), ("rail", name))
        yield from ([pair] for pair in pairs) if "Sequence" in annotation else pairs
    elif "Sequence[Demand]" in annotation:
        yield from ([(name, "charlie", 1.0)], [("alfa", name, 1.0)], name)
    elif "Sequence[str" in annotation:
        yield from ([name], name)
    else:
        yield name


#: All functions hand places and paths to the same readers: one of them is given every name.
FEW = ("markup", "jinja", "bidi", "nul", "long")

ASKED = [
    (function, argument, annotation)
    for function in co.__all__
    if callable(getattr(co, function))
    for argument, annotation in _annotations(getattr(co, function))
    if "str" in annotation or "Literal" in annotation
]


def test_every_public_function_is_asked() -> None:
    public = {name for name in co.__all__ if callable(getattr(co, name))}
    # It takes an answer; its options are those of the answer's own method, asked below.
    public.remove("map")
    assert public == set(RIGHT)
    assert public == {function for function, *_ in ASKED}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_methods_of_an_answer(name: str, toy_folder: Path) -> None:
    c = co.compare("alfa", "charlie", data=toy_folder, draws=20)
    asked: list[Callable[[], Any]] = [
        lambda: c[name],
        lambda: c["rail"].why_not(name),
        lambda: c.profile(name),
        lambda: co.map(c, scenarios=[name]),
        lambda: c.map(scenarios=name),
        lambda: c.explore(tiles=name),
        lambda: c.explore(tiles={"url": "https://a.b/{z}/{x}/{y}.png", "attribution": name}),
        lambda: c.explore(boundaries=name),
        lambda: c.report("brief", lang=name),
        lambda: c.report("brief", formats=[name]),
    ]
    for ask in asked:
        try:
            found = ask()
        except CorridorsError as problem:
            said = str(problem)
            assert said.isprintable()
        except (ValueError, OSError) as problem:
            no_name = "\x00" in name or getattr(problem, "errno", 0) == errno.ENAMETOOLONG
            if not no_name:
                raise
        else:
            page = found.get_root().render() if hasattr(found, "get_root") else str(found)
            assert "<img src=x" not in page
            assert "window.__ran=1</script>" not in page
            assert "Aktau 49" not in page


@pytest.mark.parametrize(("function", "argument", "annotation"), ASKED)
def test_text_is_only_text(
    function: str,
    argument: str,
    annotation: str,
    toy_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask = getattr(co, function)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside")
    for name in NAMES.values() if function == "compare" else (NAMES[kind] for kind in FEW):
        for value in _values(annotation, name):
            asked: Mapping[str, Any] = RIGHT[function] | {argument: value}
            if argument != "data" and "data" in dict(_annotations(ask)):
                asked = {"data": toy_folder} | asked
            try:
                found = ask(**asked)
            except CorridorsError as problem:
                said = str(problem)
                assert said.isprintable(), ascii(said)
                if value == name and argument in ("origin", "destination", "place"):
                    assert len(said) < 1000
                    begin = " ".join(text.clean(name).split())[:20]
                    assert begin in said or repr(name[:20])[1:-1] in said
            except (ValueError, OSError) as problem:
                # What no file system can hold is refused by Python itself.
                no_name = "\x00" in name or getattr(problem, "errno", 0) == errno.ENAMETOOLONG
                if "Path" not in annotation or not no_name:
                    raise
            else:
                shown = getattr(found, "_repr_html_", lambda: "")()
                assert "<img" not in shown
                assert "<script" not in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [("draws", 0), ("draws", -5), ("draws", 1.5), ("seed", "a"), ("weight_t", "20"),
     ("assume", ["gauge_h=1"]), ("depart", "9999-12-01")],
)  # fmt: skip
def test_numbers_that_are_none_are_refused(toy_folder: Path, name: str, value: object) -> None:
    with pytest.raises(UsageError, match=name):
        co.compare("Alfa", "Charlie", data=toy_folder, **{name: value})  # type: ignore[arg-type]
