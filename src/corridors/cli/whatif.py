"""``corridors whatif`` and ``corridors conditions``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from corridors.cli import journeys


def run_whatif(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors whatif``."""
    from corridors.analysis.engine import Engine
    from corridors.analysis.whatif import what_if
    from corridors.outputs.plain import rows_as
    from corridors.outputs.whatif import whatif_document, whatif_rows, whatif_table

    engine = Engine.load(options.data)
    answer = what_if(
        engine,
        options.origin,
        options.destination,
        corridors=options.corridor,
        **journeys.asked(options),
    )
    found = whatif_document(answer, reproduce=journeys.command_line(argv))
    if options.format == "json":
        result = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    elif options.format == "table":
        result = whatif_table(found, names=engine.names)
    else:
        result = rows_as(options.format, whatif_rows(found))
    journeys.emit(result, options.out)
    return 0 if answer.after.found else journeys.EXIT_NONE_OK


def run_conditions(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors conditions``."""
    from corridors.analysis.engine import Engine
    from corridors.outputs.plain import rows_as
    from corridors.outputs.whatif import condition_text, conditions_rows

    engine = Engine.load(options.data)
    if options.show is not None:
        from corridors.conditions.dated import levels_of, named

        levels = levels_of(options.show, engine.catalogue)
        if options.show not in engine.catalogue and "@" not in options.show and levels:
            shown = levels
        else:
            shown = [named(options.show, engine.catalogue, "no condition").id]
        sys.stdout.write("\n".join(condition_text(engine.catalogue[name]) for name in shown))
        return 0
    day = options.as_of
    found = [c for c in engine.catalogue.values() if day is None or c.holds_on(day)]
    sys.stdout.write(rows_as(options.format, conditions_rows(found)))
    return 0 if found else journeys.EXIT_NONE_OK
