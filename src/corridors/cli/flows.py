"""``corridors capacity``, ``corridors assign`` and ``corridors dependence``."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.cli import journeys
from corridors.errors import UsageError

if TYPE_CHECKING:
    from corridors.analysis.desk import Conditions

Document = dict[str, Any]


def run_capacity(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors capacity``."""
    from corridors.analysis.capacity import capacity
    from corridors.analysis.engine import Engine
    from corridors.outputs.flow_documents import capacity_document, capacity_rows
    from corridors.outputs.flows import capacity_table

    answer = capacity(
        Engine.load(options.data),
        _list(options.start),
        _list(options.goal),
        corridors=options.corridor,
        conditions=_conditions(options),
    )
    document = capacity_document(answer, reproduce=_again(argv))
    _show(options, document, capacity_table, capacity_rows)
    passes = any(row.teu_week is None or row.teu_week > 0 for row in answer.each)
    return 0 if passes else journeys.EXIT_NONE_OK


def run_assign(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors assign``."""
    from corridors.analysis.assignment import assign
    from corridors.analysis.demand import demand_path, read_demand
    from corridors.analysis.engine import Engine
    from corridors.outputs.flow_documents import assignment_document, assignment_rows
    from corridors.outputs.flows import assignment_table

    engine = Engine.load(options.data)
    answer = assign(
        engine,
        read_demand(demand_path(engine.folder, options.demand)),
        corridors=options.corridor,
        conditions=_conditions(options),
        closed_days=options.closed_days,
    )
    document = assignment_document(answer, reproduce=_again(argv))
    _show(options, document, assignment_table, assignment_rows)
    return 0 if sum(answer.flows.flow) > 0.0 else journeys.EXIT_NONE_OK


def run_dependence(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors dependence``."""
    from corridors.analysis.demand import demand_path, read_demand
    from corridors.analysis.dependence import dependence, pairs
    from corridors.analysis.engine import Engine
    from corridors.outputs.flow_documents import dependence_document, dependence_rows
    from corridors.outputs.flows import dependence_table

    engine = Engine.load(options.data)
    if (options.demand is None) == (options.origins is None or options.destinations is None):
        raise UsageError("give --origins and --destinations, or --demand FILE.csv instead")
    demands = (
        read_demand(demand_path(engine.folder, options.demand))
        if options.demand is not None
        else pairs(engine, _list(options.origins), _list(options.destinations))
    )
    answer = dependence(
        engine,
        demands,
        corridors=options.corridor,
        conditions=_conditions(options),
        projects=options.projects,
    )
    document = dependence_document(answer, reproduce=_again(argv))
    _show(options, document, dependence_table, dependence_rows)
    return 0 if answer.countries else journeys.EXIT_NONE_OK


def _conditions(options: argparse.Namespace) -> Conditions:
    from corridors.analysis.desk import Conditions
    from corridors.analysis.setting import read_assumptions

    for name in ("data", "out", "rates"):
        if getattr(options, name, None) == "":
            raise UsageError(f"--{name}: the path is empty")
    return Conditions(
        avoid=tuple(code.upper() for code in _list(options.avoid)),
        assume=read_assumptions(options.assume),
        rates=Path(options.rates) if options.rates else None,
        as_of=options.as_of,
        scenarios=tuple(options.scenario),
    )


def _list(words: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in words.split(",") if part.strip())


def _show(
    options: argparse.Namespace,
    document: Document,
    table: Callable[[Document], str],
    rows: Callable[[Document], list[Document]],
) -> None:
    from corridors.outputs.plain import rows_as

    if options.format == "json":
        result = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    elif options.format == "csv":
        found = rows(document)
        result = rows_as("csv", found) if found else "\n"
    else:
        result = table(document)
    journeys.emit(result, options.out)


def _again(argv: Sequence[str]) -> str:
    """The command that gives the same answer again, without its output."""
    kept: list[str] = []
    skip = False
    for part in argv:
        if skip:
            skip = False
        elif part in ("--out", "--format"):
            skip = True
        elif not part.startswith(("--out=", "--format=")):
            kept.append(part)
    return shlex.join(["corridors", *kept])
