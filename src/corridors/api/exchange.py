"""The network and answers in the formats of other tools, for a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.api.comparison import Comparison
from corridors.api.option import OptionView
from corridors.errors import UsageError
from corridors.exchange.formats import export_answer, export_network
from corridors.exchange.graphs import line_graph, route_graph
from corridors.exchange.reading import read_exchange, write_curated
from corridors.exchange.selection import selection
from corridors.shelf import cache_dir

if TYPE_CHECKING:
    import networkx as nx


def export(
    out: str | Path,
    *,
    form: str | None = None,
    answer: Comparison | None = None,
    mode: Sequence[str] = (),
    bbox: Sequence[float] | None = None,
    data: str | Path | None = None,
) -> Path:
    """Write the network, or the legs and events of an answer, for another tool.

    Parameters
    ----------
    out : str or Path
        A ``.gpkg`` file, or a folder that does not exist yet.
    form : {"gpkg", "parquet", "gmns"}, optional
        By the name of `out` without: ``gpkg`` for a ``.gpkg``.
    answer : Comparison, optional
        Write its legs and events instead of the network.
    mode : sequence of str
        Only these modes (``rail``, ``road``, ``sea``, ``ferry``).
    bbox : (west, south, east, north), optional
        Only what lies in the box; lines that touch it are kept whole.
    data : str or Path, optional
        A data folder of your own.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    UsageError, DataError, OutputError, NoRouteError, OptionalDependencyError

    Examples
    --------
    >>> import tempfile
    >>> import corridors as co
    >>> folder = Path(tempfile.mkdtemp())
    >>> co.export(folder / "caspian.gpkg", mode=["ferry", "sea"], bbox=(46, 36, 55, 47)).name
    'caspian.gpkg'
    """
    from corridors.api import load

    target = Path(out)
    if form is None:
        if target.suffix.lower() != ".gpkg":
            raise UsageError(f"{target}: which form? Give form='parquet' or form='gmns'")
        form = "gpkg"
    chosen = selection(_list(mode), bbox)
    if answer is None:
        export_network(load(data), chosen, target, form=form)
    elif mode or bbox is not None or data is not None:
        raise UsageError("an answer is written whole: mode, bbox and data cut out the network")
    else:
        date = answer.answer.engine.edition.date
        export_answer(answer.document, answer.geometries, target, form=form, date=date)
    return target


def import_tables(path: str | Path, out: str | Path) -> list[Path]:
    """Read facilities, links, services and crossings of another tool into curated CSV files.

    Parameters
    ----------
    path : str or Path
        ``.gpkg``, ``.parquet``, or a folder of GeoParquet or GMNS files.
    out : str or Path
        Folder for the tables; none of them may be in it yet.

    Returns
    -------
    list of Path
        The tables written, for a data folder or for `overlay`.

    Raises
    ------
    DataError, UsageError, OutputError, OptionalDependencyError

    Examples
    --------
    >>> import tempfile
    >>> import corridors as co
    >>> folder = Path(tempfile.mkdtemp())
    >>> file = co.export(folder / "caspian.gpkg", mode=["sea"], bbox=(46, 36, 55, 47))
    >>> [path.name for path in co.import_tables(file, folder / "tables")][-1]
    'facilities.csv'
    """
    return write_curated(read_exchange(Path(path)), Path(out))


def overlay(tables: str | Path, *, data: str | Path | None = None) -> Path:
    """A data folder with tables of your own on top: rows of the same id replaced, others added.

    Parameters
    ----------
    tables : str or Path
        A folder with ``facilities.csv``, ``links.csv``, ``services.csv`` or other curated tables.
    data : str or Path, optional
        The data folder below; the packaged one without.

    Returns
    -------
    Path
        For ``data=`` of every other function.

    Raises
    ------
    DataError
        With file, line, column and value.
    """
    from corridors.data_location import data_dir
    from corridors.network.overlay_folder import overlay_folder

    return overlay_folder(data_dir(data), Path(tables), cache=cache_dir())


def to_osmnx(
    mode: str = "rail",
    *,
    bbox: Sequence[float] | None = None,
    route: OptionView | None = None,
    data: str | Path | None = None,
) -> nx.MultiDiGraph:
    """The lines of a mode, or one route, as a graph that OSMnx works with.

    Parameters
    ----------
    mode : {"rail", "road"}
    bbox : (west, south, east, north), optional
        Region; lines that touch it are kept whole.
    route : OptionView, optional
        One option of an answer, instead of a mode's lines.
    data : str or Path, optional
        A data folder of your own.

    Returns
    -------
    networkx.MultiDiGraph
        Junctions with whole numbers as ids; ``graph.graph["facilities"]`` leads from facility ids
        to them. Of a route, ``graph.graph["route"]`` is the list for ``plot_graph_route``.

    Raises
    ------
    UsageError, NoRouteError, DataError

    Examples
    --------
    >>> import corridors as co
    >>> graph = co.to_osmnx("rail", bbox=(49, 40, 50, 41))
    >>> graph.graph["facilities"]["AZ-ALT"] in graph
    True
    """
    from corridors.api import load

    if route is not None:
        return route_graph(route.legs)
    return line_graph(load(data), mode, selection(box=bbox))


def _list(mode: Sequence[str]) -> Sequence[str]:
    if isinstance(mode, str):
        raise UsageError(f"mode is a list, such as mode=[{mode!r}]")
    return mode
