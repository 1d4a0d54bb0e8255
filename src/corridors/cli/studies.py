"""Studies of a journey: what it hangs on, what is given for what, how far a place reaches."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.cli import journeys
from corridors.errors import UsageError

if TYPE_CHECKING:
    from corridors.analysis.desk import Desk
    from corridors.analysis.study import Study


def run_criticality(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors criticality``."""
    from corridors.analysis.resilience import KINDS, criticality
    from corridors.cli.pictures import check_map

    check_map(options.map)
    desks = _desks(options, [(options.origin, options.destination), *options.also])
    kinds = _words(options.kind) or KINDS
    answer = criticality(desks, corridors=options.corridor, kinds=kinds)
    if options.map is not None:
        from corridors.outputs.theme_gates import gates_theme
        from corridors.outputs.theme_map import theme_map

        again = journeys.command_line(argv).removesuffix(" --seed 1")
        again += " --map map.html"
        theme_map(gates_theme(desks, answer, reproduce=again)).write(options.map)
    return _show(answer.study(), options, argv)


def run_cut(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors cut``."""
    from corridors.analysis.cuts import minimum_cut
    from corridors.analysis.engine import Engine
    from corridors.analysis.setting import MODES

    modes = _words(options.mode)
    for mode in modes:
        if mode not in MODES:
            raise UsageError(f"no mode {mode!r}: choose from {', '.join(MODES)}")
    graph = Engine.load(options.data).graph(avoid=_codes(options.avoid))
    cut = minimum_cut(graph, _codes(options.start), _codes(options.goal), modes=modes)
    return _show(cut.study(), options, argv)


def run_disjoint(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors disjoint``."""
    from corridors.analysis.cuts import disjoint_routes, disjoint_study

    desk = _desk(options)
    by_group = not options.by_service
    routes = disjoint_routes(desk, by_group=by_group, most=options.most)
    return _show(disjoint_study(desk, routes, by_group=by_group), options, argv)


def run_alternatives(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors alternatives``."""
    from corridors.analysis.other_ways import other_ways

    found = other_ways(_desk(options), wanted=options.k, most_shared=options.most_shared)
    return _show(found.study(), options, argv)


def run_switch(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors switch``."""
    from corridors.analysis.switching import switching

    one, other = _pair(options.between)
    return _show(switching(_desk(options), one, other).study(), options, argv)


def run_breakeven(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors breakeven``."""
    from corridors.analysis.breakeven import break_even

    answer = break_even(
        _desk(options),
        options.key,
        _pair(options.between),
        of=options.of,
        factor=options.factor,
        span=_span(options.range),
    )
    return _show(answer.study(), options, argv)


def run_tornado(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors tornado``."""
    from corridors.analysis.tornado import tornado
    from corridors.analysis.ways import best_way, corridors_of

    if len(options.corridor) != 1:
        raise UsageError("name one corridor: --corridor titr (and --against another)")
    names = [*options.corridor, *([options.against] if options.against else [])]
    desk = _desk(options)
    corridors_of(desk, names)
    routes = [best_way(desk, name) for name in names]
    if routes[0] is None or (len(routes) > 1 and routes[1] is None):
        lost = names[[route is None for route in routes].index(True)]
        raise UsageError(f"{lost} has no route under these conditions")
    against = routes[1] if len(routes) > 1 else None
    return _show(tornado(routes[0], against, of=options.of).study(), options, argv)


def run_pareto(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors pareto``."""
    from corridors.analysis.tradeoffs import pareto

    return _show(pareto(_desk(options), corridors=options.corridor).study(), options, argv)


def run_isochrones(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors isochrones``."""
    from corridors.cli.pictures import check_map
    from corridors.outputs.files import check_writable, write_text

    if options.out is not None:
        if not options.out:
            raise UsageError("--out: the path is empty")
        check_writable(Path(options.out))
    check_map(options.map)
    from corridors.analysis.desk import Conditions
    from corridors.analysis.engine import Engine
    from corridors.analysis.isochrones import isochrones
    from corridors.analysis.setting import read_assumptions
    from corridors.outputs.studies import study_text

    conditions = Conditions(
        avoid=_codes(options.avoid),
        modes=frozenset(_words(options.mode)) or None,
        assume=read_assumptions(options.assume),
        rates=Path(options.rates) if options.rates else None,
        as_of=options.as_of,
        scenarios=tuple(options.scenario),
    )
    engine = Engine.load(options.data)
    found = isochrones(
        engine,
        options.place,
        of=options.of,
        bands=_numbers(options.bands, "--bands"),
        conditions=conditions,
    )
    again = journeys.command_line(argv).removesuffix(" --seed 1")
    if options.out is not None:
        drawn = found.geojson(reproduce=again)
        write_text(Path(options.out), json.dumps(drawn, ensure_ascii=False) + "\n")
    if options.map is not None and found.facilities:
        from corridors.outputs.theme_isochrones import isochrone_theme, scope_of
        from corridors.outputs.theme_map import theme_map

        scope, data = scope_of(conditions), engine.edition.date
        theme = isochrone_theme(found, scope=scope, data=data, reproduce=f"{again} --map map.html")
        theme_map(theme).write(options.map)
    journeys.emit(study_text(found.study(), options.format, reproduce=again), None)
    return 0 if found.facilities else journeys.EXIT_NONE_OK


# Options -------------------------------------------------------------------------------------


def _desk(options: argparse.Namespace) -> Desk:
    return _desks(options, [(options.origin, options.destination)])[0]


def _desks(options: argparse.Namespace, pairs: Sequence[Sequence[str]]) -> list[Desk]:
    from corridors.analysis.engine import Engine
    from corridors.analysis.setting import open_desk

    given = journeys.asked(options)
    engine = Engine.load(options.data)
    return [
        open_desk(
            engine,
            origin,
            destination,
            given["scope"],
            given["objective"],
            given["value_of_time_usd_day"],
            given["conditions"],
            given["terms"],
        )
        for origin, destination in pairs
    ]


def _pair(words: str) -> tuple[str, str]:
    parts = _words(words)
    if len(parts) != 2:
        raise UsageError(f"--between {words!r}: name two corridors, such as titr,northern")
    return parts[0], parts[1]


def _span(words: str | None) -> tuple[float, float] | None:
    if words is None:
        return None
    ends = _numbers(words.replace(":", ","), "--range")
    if len(ends) != 2:
        raise UsageError(f"--range {words!r}: write LOW:HIGH, such as 12:240")
    return ends[0], ends[1]


def _numbers(words: str, option: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in words.split(",") if part.strip())
    except ValueError:
        raise UsageError(f"{option} {words!r}: numbers, such as 5,10,20") from None


def _words(words: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in words.split(",") if part.strip())


def _codes(words: str) -> tuple[str, ...]:
    return tuple(part.strip().upper() for part in words.split(",") if part.strip())


def _show(study: Study, options: argparse.Namespace, argv: Sequence[str]) -> int:
    from corridors.outputs.studies import study_text

    again = journeys.command_line(argv).removesuffix(" --seed 1")
    journeys.emit(study_text(study, options.format, reproduce=again), options.out)
    return 0 if study.found else journeys.EXIT_NONE_OK
