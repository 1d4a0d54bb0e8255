"""``corridors projects``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from corridors.cli import journeys
from corridors.cli.pictures import check_map
from corridors.errors import UsageError


def run_projects(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors projects``."""
    from corridors.analysis.engine import Engine
    from corridors.analysis.projects import effects, read_projects, select, totals
    from corridors.outputs import projects as written
    from corridors.outputs.plain import rows_as

    check_map(options.map)
    if options.on is not None and options.map is None:
        raise UsageError("--on is a date of the map: add --map FILE.html")
    engine = Engine.load(options.data)
    every = read_projects(engine)
    chosen = select(every, name=options.id or "", status=options.status, country=options.country)
    if not chosen:
        print("no project matches", file=sys.stderr)
        return journeys.EXIT_NONE_OK
    if options.map is not None:
        from corridors.outputs.theme_map import theme_map
        from corridors.outputs.theme_projects import projects_theme

        again = journeys.command_line(argv).removesuffix(" --seed 1")
        theme = projects_theme(
            engine, name=options.id or "", status=options.status, country=options.country,
            on=options.on, reproduce=f"{again} --map map.html",
        )  # fmt: skip
        theme_map(theme).write(options.map)
    money = totals(chosen, every)
    found = effects(engine, chosen, every, *options.effect) if options.effect else None
    if found is not None and not found:
        print("none of these projects has a condition that models it", file=sys.stderr)
        return journeys.EXIT_NONE_OK
    if options.format == "json":
        document = written.projects_document(chosen, money, found)
        result = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    elif options.format == "csv":
        rows = written.project_rows(chosen) if found is None else written.effect_rows(found)
        result = rows_as("csv", rows)
    elif found is None:
        result = written.projects_table(chosen, money, every)
    else:
        result = written.effects_table(found, *options.effect)
    sys.stdout.write(result)
    return 0
