"""What each command does. Imports stand in the functions: a comparison must start at once."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.errors import UsageError

if TYPE_CHECKING:
    from corridors.analysis.compare import Answer

EXIT_NONE_OK = 3
EXIT_DATA = 4


def run_compare(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors compare``."""
    return _show(ask(options, kind="compare"), options, argv)


def run_route(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors route``."""
    return _show(ask(options, kind="route"), options, argv)


def ask(options: argparse.Namespace, *, kind: str) -> Answer:
    """Answer what the options of a journey ask."""
    from corridors.analysis.compare import compare
    from corridors.analysis.engine import Engine
    from corridors.analysis.free import free_route

    shared = asked(options)
    engine = Engine.load(options.data)
    if kind == "route":
        return free_route(engine, options.origin, options.destination, **shared)
    return compare(
        engine, options.origin, options.destination, corridors=options.corridor, **shared
    )


def asked(options: argparse.Namespace) -> dict[str, Any]:
    """The options of a journey as arguments of `compare`, engine and ends aside."""
    for name in ("data", "out", "rates"):
        if getattr(options, name, None) == "":
            raise UsageError(f"--{name}: the path is empty")
    from corridors.analysis.desk import Conditions
    from corridors.analysis.setting import read_assumptions
    from corridors.shipment import Terms

    conditions = Conditions(
        avoid=_codes(options.avoid),
        via=tuple(options.via),
        modes=frozenset(_list(options.mode)) or None,
        assume=read_assumptions(options.assume),
        rates=Path(options.rates) if options.rates else None,
        as_of=options.as_of,
        scenarios=tuple(options.scenario),
        price_month=options.price_month or "",
    )
    terms = Terms(
        unit=options.unit,
        booking=options.booking,
        ownership=options.ownership,
        weight_t=options.weight_t,
        cargo_value_usd=options.cargo_value,
        cargo=options.cargo,
        goods=_list(options.goods),
        depart=options.depart,
        deadline_days=options.deadline,
    )
    return {
        "scope": options.scope,
        "objective": options.optimise,
        "value_of_time_usd_day": options.value_of_time,
        "conditions": conditions,
        "terms": terms,
        "draws": options.draws,
        "seed": options.seed,
    }


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())


def _codes(text: str) -> tuple[str, ...]:
    return tuple(part.strip().upper() for part in text.split(",") if part.strip())


def command_line(argv: Sequence[str]) -> str:
    """The command that gives the same answer again: with its seed, without its output path."""
    kept: list[str] = []
    skip = False
    for part in argv:
        if skip:
            skip = False
        elif part in ("--out", "--format", "--map"):
            skip = True
        elif not part.startswith(("--out=", "--format=", "--map=")):
            kept.append(part)
    if "--seed" not in kept and not any(part.startswith("--seed=") for part in kept):
        kept += ["--seed", "1"]
    return shlex.join(["corridors", *kept])


def _show(answer: Answer, options: argparse.Namespace, argv: Sequence[str]) -> int:
    from corridors.analysis.document import document

    answer_document = document(
        answer,
        reproduce=command_line(argv),
        profile=options.format == "json",
        # The table shows none of them, and each costs the making of its route.
        variants=options.format != "table",
    )
    if options.format == "json":
        result = json.dumps(answer_document, ensure_ascii=False, indent=2) + "\n"
    elif options.format == "csv":
        from corridors.outputs.plain import comparison_csv

        result = comparison_csv(answer_document)
    elif options.format == "md":
        from corridors.outputs.plain import comparison_markdown

        result = comparison_markdown(answer_document)
    else:
        from corridors.outputs.table import comparison_table

        colour = options.out is None and sys.stdout.isatty()
        result = comparison_table(answer_document, colour=colour)
    emit(result, options.out)
    return 0 if answer.found else EXIT_NONE_OK


def emit(result: str, out: str | None) -> None:
    """Write a result to stdout, or whole to a file."""
    if out is None:
        sys.stdout.write(result)
        sys.stdout.flush()
        return
    from corridors.outputs.files import write_text

    write_text(Path(out), result)


def run_places(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors places``."""
    from corridors.data_location import data_dir
    from corridors.outputs.text import clean
    from corridors.places import Gazetteer

    found = Gazetteer(data_dir(options.data)).search(options.query, limit=options.limit)
    for place in found:
        row = (place.id, clean(place.name), place.country, place.position, place.source)
        print("\t".join(row))
    if not found:
        print(f"corridors: no place like {clean(options.query)!r}", file=sys.stderr)
    return 0 if found else EXIT_NONE_OK


def run_audit(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors audit``."""
    from corridors.analysis.audit import audit
    from corridors.analysis.engine import Engine
    from corridors.outputs.plain import findings_table

    findings = audit(Engine.load(options.data))
    if options.format == "json":
        print(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False, indent=1))
    else:
        print(findings_table(findings), end="")
    faults = [finding for finding in findings if not finding.allowed]
    return EXIT_DATA if options.strict and faults else 0


def run_evidence(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors evidence``."""
    from corridors.analysis.sources import evidence_rows
    from corridors.data_location import data_dir
    from corridors.outputs.plain import rows_as

    rows = evidence_rows(
        data_dir(options.data),
        subject=options.subject,
        grade=options.grade,
        facts=options.facts,
        stale=options.stale,
    )
    if not rows:
        print("corridors: no row matches", file=sys.stderr)
        return EXIT_NONE_OK
    sys.stdout.write(rows_as(options.format, rows))
    return 0


def run_validate(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors validate``."""
    from corridors.analysis.checks import checks, convergence
    from corridors.analysis.engine import Engine
    from corridors.analysis.scoring import scores
    from corridors.analysis.unused import unused_figures
    from corridors.analysis.validation import validate
    from corridors.outputs.validation_page import validation_page

    engine = Engine.load(options.data)
    judged = validate(engine)
    page = validation_page(
        judged, scores(judged), checks(engine), convergence(engine), unused_figures(engine.folder)
    )
    emit(page, options.out)
    return 0
