"""Commands that draw: ``map``, ``profile``, and what ``--map`` asks of others."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from corridors.cli.journeys import EXIT_NONE_OK, ask, command_line
from corridors.errors import OutputError


def run_map(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors map``."""
    from corridors.outputs.files import check_writable

    check_writable(Path(options.out))
    answer = ask(options, kind="compare")
    from corridors.api.comparison import Comparison

    written = Comparison(answer, f"{command_line(argv)} --out map.html").write_map(
        options.out,
        scenarios=scenario_buttons(options.scenario_buttons),
        projects=options.projects,
        pipelines=options.pipelines,
    )
    for path in written:
        print(path)
    return 0 if answer.found else EXIT_NONE_OK


def scenario_buttons(given: Sequence[str]) -> list[str]:
    """Names that stand apart or behind commas, each once.

    Examples
    --------
    >>> scenario_buttons(["red-sea-2023, caspian-closed", "red-sea-2023"])
    ['red-sea-2023', 'caspian-closed']
    """
    names = (name.strip() for text in given for name in text.split(","))
    return list(dict.fromkeys(name for name in names if name))


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


def check_map(path: str | None) -> None:
    """Refuse a target for a map before any work is done for it.

    Raises
    ------
    OutputError
        It does not end in ``.html``, or its folder cannot be written.
    """
    if path is None:
        return
    from corridors.outputs.files import check_writable

    if not path.lower().endswith((".html", ".htm")):
        raise OutputError(f"{path!r}: a map file must end in .html")
    check_writable(Path(path))
