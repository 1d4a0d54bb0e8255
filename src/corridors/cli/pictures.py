"""Commands that draw: ``corridors profile``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from corridors.cli.journeys import EXIT_NONE_OK, ask, command_line


def run_profile(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors profile``."""
    from corridors.outputs.files import check_writable
    from corridors.outputs.picture import checked_ending

    check_writable(checked_ending(Path(options.out)))
    answer = ask(options, kind="compare")
    from corridors.analysis.document import document
    from corridors.outputs.profile_page import profile_picture

    again = f"{command_line(argv)} --out profile.html"
    made = document(answer, reproduce=again, profile=True)
    print(profile_picture(made, options.of).save(options.out))
    return 0 if answer.found else EXIT_NONE_OK
