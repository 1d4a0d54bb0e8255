"""Capacity, assignment and dependence, as frames."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from corridors.analysis.demand import Demand, demand_path, read_demand
from corridors.analysis.desk import Conditions
from corridors.errors import UsageError
from corridors.outputs import flow_documents, flows

if TYPE_CHECKING:
    import pandas as pd

    from corridors.analysis.engine import Engine

Document = dict[str, Any]
_TABLES: dict[str, tuple[Callable[[Document], str], Callable[[Document], list[Document]]]] = {
    "capacity": (flows.capacity_table, flow_documents.capacity_rows),
    "assign": (flows.assignment_table, flow_documents.assignment_rows),
    "dependence": (flows.dependence_table, flow_documents.dependence_rows),
}


class FlowsView:
    """What `capacity`, `assign` or `dependence` of this package found.

    Attributes
    ----------
    answer : CapacityAnswer, Assignment or Dependence
        The model's own objects.
    document : dict
        The JSON document of the command line.
    """

    def __init__(self, answer: Any, document: Document) -> None:
        self.answer, self.document = answer, document

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text)}</pre>"

    @property
    def text(self) -> str:
        """What the command line prints."""
        return _TABLES[self.document["kind"]][0](self.document)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per corridor, way, or outlet, as the CSV of the command line."""
        import pandas as pd

        return pd.DataFrame(_TABLES[self.document["kind"]][1](self.document))

    @cached_property
    def doors(self) -> pd.DataFrame:
        """Of an assignment: one row per door with a known limit, the fullest first.

        Raises
        ------
        UsageError
            Another kind of answer.
        """
        import pandas as pd

        if self.document["kind"] != "assign":
            raise UsageError("only an assignment has doors that fill")
        return pd.DataFrame(flow_documents.door_rows(self.document))


class Situation(TypedDict, total=False):
    """Keywords that capacity, assignment and dependence take.

    Attributes
    ----------
    as_of : date or str
        What held on that day.
    scenarios : sequence of str
        Conditions forced whatever their dates: ids of the catalogue or YAML files.
    avoid : sequence of str
        Country codes that no line may touch.
    assume : mapping of str to float
        Parameters set to one value, such as ``{"choice_usd/corridor": 800}``.
    rates : str or Path
        Your own parameter rows as CSV.
    """

    as_of: dt.date | str | None
    scenarios: Sequence[str | Path]
    avoid: Sequence[str]
    assume: Mapping[str, float] | None
    rates: str | Path | None


def capacity(
    origins: Sequence[str],
    destinations: Sequence[str],
    *,
    corridors: Sequence[str] = (),
    data: str | Path | None = None,
    **asked: Unpack[Situation],
) -> FlowsView:
    """Most containers a corridor can take in a week, one way, and what binds.

    Parameters
    ----------
    origins, destinations : sequence of str
        Country codes; ``EU`` stands for its members on the standard gauge.
    corridors : sequence of str
        Only these; all without.
    data : str or Path, optional
        A data folder of your own.
    **asked
        See `Situation`.

    Examples
    --------
    >>> import corridors as co
    >>> co.capacity(["CN"], ["DE"], corridors=["titr"]).table["binds"][0]
    'Alat (Port of Baku)'
    """
    from corridors.analysis.capacity import capacity as solve
    from corridors.api import load

    conditions = _conditions(**asked)
    answer = solve(load(data), origins, destinations, corridors=corridors, conditions=conditions)
    return FlowsView(answer, flow_documents.capacity_document(answer))


def assign(
    demand: pd.DataFrame | str | Path | Sequence[Demand],
    *,
    corridors: Sequence[str] = (),
    closed_days: int | None = None,
    data: str | Path | None = None,
    **asked: Unpack[Situation],
) -> FlowsView:
    """A weekly demand spread over the corridors, with queues and what finds no room.

    Parameters
    ----------
    demand : DataFrame, path, name, or rows
        Columns ``origin``, ``destination``, ``teu_week`` and, if wanted, ``value_of_time`` in USD
        per forty-foot container and day.
    corridors : sequence of str
        Only these; all without.
    closed_days : int, optional
        How long a scenario holds; its own dates without.
    data : str or Path, optional
        A data folder of your own.
    **asked
        See `Situation`.

    Examples
    --------
    >>> import corridors as co
    >>> found = co.assign([("Xi'an", "Duisburg", 1000)])
    >>> round(found.table["teu_week"].sum())
    1000
    """
    from corridors.analysis.assignment import assign as solve
    from corridors.api import load

    engine = load(data)
    answer = solve(
        engine,
        demands_of(engine, demand),
        corridors=corridors,
        conditions=_conditions(**asked),
        closed_days=closed_days,
    )
    return FlowsView(answer, flow_documents.assignment_document(answer))


def dependence(
    origins: Sequence[str] = (),
    destinations: Sequence[str] = (),
    *,
    demand: pd.DataFrame | str | Path | Sequence[Demand] | None = None,
    corridors: Sequence[str] = (),
    projects: bool = False,
    data: str | Path | None = None,
    **asked: Unpack[Situation],
) -> FlowsView:
    """Shares and concentration of the ways out of some origins.

    Parameters
    ----------
    origins, destinations : sequence of str
        Places, or country codes for the terminals of a country; each pair weighs the same.
    demand : DataFrame, path, or rows, optional
        A demand table with volumes instead.
    corridors : sequence of str
        Only these; all without.
    projects : bool
        Try every upgrade of the catalogue, one at a time.
    data : str or Path, optional
        A data folder of your own.
    **asked
        See `Situation`.

    Examples
    --------
    >>> import corridors as co
    >>> found = co.dependence(["Almaty"], ["Duisburg"])
    >>> float(found.table.query("what == 'exit country'")["share"].sum().round(6))
    1.0
    """
    from corridors.analysis.dependence import dependence as solve
    from corridors.analysis.dependence import pairs
    from corridors.api import load

    engine = load(data)
    rows = pairs(engine, origins, destinations) if demand is None else demands_of(engine, demand)
    answer = solve(
        engine, rows, corridors=corridors, conditions=_conditions(**asked), projects=projects
    )
    return FlowsView(answer, flow_documents.dependence_document(answer))


def _conditions(
    *,
    as_of: dt.date | str | None = None,
    scenarios: Sequence[str | Path] = (),
    avoid: Sequence[str] = (),
    assume: Mapping[str, float] | None = None,
    rates: str | Path | None = None,
) -> Conditions:
    """What flows are asked under.

    Raises
    ------
    UsageError
        A text that is no date.
    """
    try:
        day = dt.date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    except ValueError:
        raise UsageError(f"as_of={as_of!r} is no date: write 2026-11-15") from None
    return Conditions(
        avoid=tuple(code.upper() for code in avoid),
        assume=dict(assume or {}),
        rates=None if rates is None else Path(rates),
        as_of=day,
        scenarios=tuple(map(str, scenarios)),
    )


def demands_of(
    engine: Engine, demand: pd.DataFrame | str | Path | Sequence[Demand]
) -> tuple[Demand, ...]:
    """A demand table from a file or by its name, from a frame with its columns, or from rows."""
    if isinstance(demand, (str, Path)):
        return read_demand(demand_path(engine.folder, str(demand)))
    records = getattr(demand, "to_dict", None)
    if records is None:
        return tuple(Demand(*row) for row in demand)
    rows = records("records")
    missing = {"origin", "destination", "teu_week"} - set(rows[0] if rows else ())
    if missing:
        raise UsageError(f"a demand needs the columns origin, destination, teu_week: {missing}")
    return tuple(
        Demand(row["origin"], row["destination"], float(row["teu_week"]), _worth(row))
        for row in rows
    )


def _worth(row: Mapping[str, Any]) -> float | None:
    value = row.get("value_of_time")
    return None if value is None or value != value else float(value)
