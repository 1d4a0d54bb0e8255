"""Writing the network, or an answer, in one of the formats."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corridors.analysis.engine import Engine
from corridors.errors import UsageError
from corridors.exchange.answers import LegLines, answer_layers
from corridors.exchange.geopackage import write_geopackage
from corridors.exchange.geoparquet import need_pyarrow, write_geoparquet
from corridors.exchange.gmns import write_gmns
from corridors.exchange.layers import Layers, network_layers
from corridors.exchange.selection import Selection
from corridors.outputs.files import check_writable

FORMATS = ("gpkg", "parquet", "gmns")


def export_network(engine: Engine, chosen: Selection, out: Path, *, form: str) -> None:
    """Write a part of the network.

    Parameters
    ----------
    engine : Engine
    chosen : Selection
    out : Path
        A file for ``gpkg``; a folder that does not exist yet for the others.
    form : {"gpkg", "parquet", "gmns"}

    Raises
    ------
    UsageError
        Another format, or nothing of the network lies in the box.
    OutputError
        The target cannot be written.
    OptionalDependencyError
        GeoParquet without pyarrow.
    """
    _check(form, out)
    layers = {} if form == "gmns" else network_layers(engine, chosen)
    if form == "gmns" and chosen.tables(engine.tables).facilities:
        write_gmns(engine, chosen, out)
    elif layers:
        _write(layers, out, form=form, date=engine.edition.date)
    else:
        raise UsageError("nothing to write: no facility and no line of these modes in the box")


def export_answer(
    document: Mapping[str, Any], geometries: LegLines, out: Path, *, form: str, date: str
) -> None:
    """Write the legs and events of an answer.

    Parameters
    ----------
    document : mapping
        The JSON document of the answer.
    geometries : dict
        (lon, lat) line of every leg.
    out : Path
        A file for ``gpkg``; a folder that does not exist yet for ``parquet``.
    form : {"gpkg", "parquet"}
    date : str
        Day of the data.

    Raises
    ------
    UsageError
        Another format.
    NoRouteError
        No option is ok.
    OutputError
        The target cannot be written.
    OptionalDependencyError
        GeoParquet without pyarrow.
    """
    if form == "gmns":
        raise UsageError("an answer has no GMNS form: choose gpkg or parquet")
    _check(form, out)
    _write(answer_layers(document, geometries), out, form=form, date=date)


def _check(form: str, out: Path) -> None:
    """Refuse before any work is done."""
    if form not in FORMATS:
        raise UsageError(f"no format {form!r}: choose from {', '.join(FORMATS)}")
    if form == "parquet":
        need_pyarrow()
    if form == "gpkg":
        check_writable(out)


def _write(layers: Layers, out: Path, *, form: str, date: str) -> None:
    if form == "gpkg":
        write_geopackage(layers, out, date=date)
    else:
        write_geoparquet(layers, out)
