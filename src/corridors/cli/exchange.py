"""``corridors export`` and ``corridors import``, and tables laid over a data folder."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from corridors.errors import UsageError


def run_export(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors export``."""
    if not options.out:
        raise UsageError("--out: the path is empty")
    from corridors.exchange.selection import read_box, selection

    modes = [part.strip().lower() for part in options.mode.split(",") if part.strip()]
    box = read_box(options.bbox) if options.bbox is not None else None
    chosen = selection(modes, box)
    if options.answer and (modes or box):
        raise UsageError("--answer writes legs and events: --mode and --bbox cut out the network")
    from corridors.analysis.engine import Engine
    from corridors.exchange.formats import export_answer, export_network

    engine = Engine.load(options.data)
    out = Path(options.out)
    if options.answer:
        from corridors.analysis.compare import compare
        from corridors.analysis.document import document
        from corridors.analysis.geometry import geometries

        answer = compare(engine, *options.answer)
        export_answer(
            document(answer, reproduce=_again(options)),
            geometries(answer),
            out,
            form=options.format,
            date=engine.edition.date,
        )
    else:
        export_network(engine, chosen, out, form=options.format)
    print(out)
    return 0


def _again(options: argparse.Namespace) -> str:
    """The command that gives the same answer, without the path it was written to."""
    words = ["corridors", "compare", *options.answer]
    if options.below:
        words += ["--data", options.below]
    if options.overlay:
        words += ["--overlay", options.overlay]
    return shlex.join([*words, "--seed", "1"])


def run_import(options: argparse.Namespace, argv: Sequence[str]) -> int:
    """``corridors import``."""
    for name in ("path", "out"):
        if not getattr(options, name):
            raise UsageError(f"{name}: the path is empty")
    from corridors.exchange.reading import read_exchange, write_curated
    from corridors.outputs.text import clean

    found = read_exchange(Path(options.path))
    for name, columns in found.left_out.items():
        shown = ", ".join(clean(column) for column in columns)
        print(f"{name}: not columns of the table, left out: {shown}", file=sys.stderr)
    for path in write_curated(found, Path(options.out)):
        print(f"{path}\t{len(found.rows[path.stem])}")
    return 0


def lay_over(options: argparse.Namespace) -> None:
    """Put ``--data`` with ``--overlay`` on top in the place of ``--data``."""
    if not options.overlay:
        raise UsageError("--overlay: the path is empty")
    from corridors.data_location import data_dir
    from corridors.network.overlay_folder import overlay_folder
    from corridors.shelf import cache_dir

    folder = overlay_folder(data_dir(options.data), Path(options.overlay), cache=cache_dir())
    options.data = str(folder)
