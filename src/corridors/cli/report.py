"""``corridors report``."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence

from corridors.cli.journeys import EXIT_NONE_OK, ask, command_line
from corridors.errors import UsageError


def add_options(command: argparse.ArgumentParser) -> None:
    """Options beside those of a journey."""
    add = command.add_argument
    add("--out", required=True, metavar="DIR", help="a new folder, or that of an earlier report")
    add("--lang", choices=("en", "ru"), default="en", help="headings, and stored place names")
    add("--formats", metavar="html,pdf", help="html,md,json,geojson,svg,png,xlsx,docx,pdf")


def run_report(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors report``."""
    from corridors.outputs.report.folder import (
        check_folder,
        chosen_forms,
        missing_forms,
        write_report,
    )

    if not options.out:
        raise UsageError("--out: the path is empty")
    wanted = None
    if options.formats is not None:
        wanted = [part.strip().lower() for part in options.formats.split(",") if part.strip()]
    forms = chosen_forms(wanted)
    check_folder(options.out)
    answer = ask(options, kind="compare")
    from corridors.analysis.document import document
    from corridors.analysis.geometry import geometries

    names = None
    if options.lang == "ru":
        from corridors.places.cyrillic import cyrillic_names

        names = cyrillic_names(answer.engine.folder)
    made = document(answer, reproduce=_again(argv), profile=True)
    written = write_report(
        made, geometries(answer), options.out, lang=options.lang, forms=forms, names=names
    )
    for path in written:
        print(path)
    if wanted is None and missing_forms():
        left_out = ", ".join(missing_forms())
        print(f"left out: {left_out} (pip install 'corridors[report]')", file=sys.stderr)
    return 0 if answer.found else EXIT_NONE_OK


def _again(argv: Sequence[str]) -> str:
    """The command that writes the report again, into a folder of this name wherever it is run."""
    return f"{command_line(argv)} {shlex.join(['--out', 'brief'])}"
