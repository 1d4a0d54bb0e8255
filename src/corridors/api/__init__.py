"""The notebook's side: ``import corridors as co``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

from corridors.analysis.compare import compare as _compare
from corridors.analysis.engine import Engine
from corridors.analysis.free import free_route
from corridors.analysis.whatif import what_if
from corridors.api.comparison import Comparison
from corridors.api.comparison import map as map  # noqa: A004 - co.map, never a bare name
from corridors.api.exchange import export as export
from corridors.api.exchange import import_tables as import_tables
from corridors.api.exchange import overlay as overlay
from corridors.api.exchange import to_osmnx as to_osmnx
from corridors.api.flows import assign as assign
from corridors.api.flows import capacity as capacity
from corridors.api.flows import dependence as dependence
from corridors.api.maps import chokepoints_map as chokepoints_map
from corridors.api.maps import isochrone_map as isochrone_map
from corridors.api.maps import projects_map as projects_map
from corridors.api.matrices import matrix as matrix
from corridors.api.question import Options, Question
from corridors.api.series import read_sweep as read_sweep
from corridors.api.series import sweep as sweep
from corridors.api.studies import alternatives as alternatives
from corridors.api.studies import breakeven as breakeven
from corridors.api.studies import criticality as criticality
from corridors.api.studies import cut as cut
from corridors.api.studies import disjoint as disjoint
from corridors.api.studies import isochrones as isochrones
from corridors.api.studies import pareto as pareto
from corridors.api.studies import switch as switch
from corridors.api.studies import tornado as tornado
from corridors.api.whatif import WhatIfView
from corridors.data_location import data_dir
from corridors.exchange.graphs import network_graph
from corridors.series.folder import data_files
from corridors.shipment import Booking, Objective, Ownership, Scope, Unit

_State = frozenset[tuple[str, int, int]]
_engines: dict[Path | None, tuple[_State | None, Engine]] = {}


def load(data: str | Path | None = None) -> Engine:
    """Read a data folder once and keep it for the session, or until its files change.

    Parameters
    ----------
    data : str or Path, optional
        Folder of your own; the packaged one without.

    Raises
    ------
    DataError
        The folder is missing or broken.

    Examples
    --------
    >>> import corridors as co
    >>> len(co.load().tables.corridors) > 10
    True
    """
    key = None if data is None else data_dir(data).resolve()
    state = _state(key) if key else None
    if key not in _engines or _engines[key][0] != state:
        _engines[key] = (state, Engine.load(data))
    return _engines[key][1]


def _state(folder: Path) -> _State:
    """What tells that a folder of the user's own was edited or built again."""
    files = [(file, file.stat()) for file in data_files(folder)]
    return frozenset((str(file), found.st_mtime_ns, found.st_size) for file, found in files)


def compare(
    origin: str,
    destination: str,
    *,
    corridors: Sequence[str] = (),
    scope: Scope = "terminal",
    optimise: Objective = "balanced",
    value_of_time_usd_day: float | None = None,
    unit: Unit = "FEU",
    booking: Booking = "block",
    ownership: Ownership = "SOC",
    weight_t: float | None = None,
    cargo_value_usd: float | None = None,
    cargo: str = "",
    goods: Sequence[str] = (),
    depart: dt.date | str | None = None,
    deadline_days: float | None = None,
    as_of: dt.date | str | None = None,
    scenarios: Sequence[str | Path] = (),
    price_month: str = "",
    avoid: Sequence[str] = (),
    via: Sequence[str] = (),
    mode: Sequence[str] = (),
    assume: Mapping[str, float] | None = None,
    rates: str | Path | None = None,
    draws: int = 2000,
    seed: int = 1,
    data: str | Path | None = None,
) -> Comparison:
    """Compare the corridors between two places.

    Parameters
    ----------
    origin, destination : str
        Names in any of the region's spellings, UN/LOCODEs, facility ids or ``lat,lon``.
    corridors : sequence of str
        Only these (``northern``, ``titr``, ``pakistan``, ``ocean``, ``southern``).
    scope : {"terminal", "door"}
        What the clock and the price cover.
    optimise : {"balanced", "time", "cost"}
        What variants of a corridor are ranked by.
    value_of_time_usd_day : float, optional
        USD per FEU and day in ``balanced``; the ledger's without.
    unit : {"FEU", "2x20", "TEU"}
        One laden forty-foot container, two twenty-foot ones, or one.
    booking : {"block", "single"}
        A slot on a block train, or a single wagon by ordinary freight trains.
    ownership : {"SOC", "COC"}
        Shipper-owned or carrier-owned container.
    weight_t : float, optional
        Weight of the cargo in tonnes; the usual payload without.
    cargo_value_usd : float, optional
        With it, insurance and capital cost are added up to a landed cost.
    cargo : str, optional
        HS code; rules for these goods are named with every option that meets them.
    goods : sequence of str
        ``dangerous``, ``reefer``.
    depart : date or str, optional
        Day of gate-in; seasons, holidays and dated conditions act on the days they are met.
    deadline_days : float, optional
        Adds the probability of being there in time.
    as_of : date or str, optional
        What held on that day acts all along; not together with `depart`.
    scenarios : sequence of str
        Conditions forced whatever their dates: ids of the catalogue or YAML files.
    price_month : str, optional
        Such as ``"2024-07"``: prices that have a dated index are moved to that month.
    avoid : sequence of str
        Country codes that no line may touch, hidden transit included.
    via : sequence of str
        Places to pass, in order.
    mode : sequence of str
        Only these modes (``rail``, ``road``, ``sea``, ``ferry``).
    assume : mapping of str to float
        Parameters set to one value, such as ``{"wait_h/CAS-AAU-ALT": 60}``.
    rates : str or Path
        Your own parameter rows as CSV.
    draws, seed : int
        Size and seed of the simulation.
    data : str or Path, optional
        A data folder of your own.

    Returns
    -------
    Comparison

    Raises
    ------
    UnknownPlaceError, AmbiguousPlaceError, SnapError, UsageError, ParameterError, DataError

    Examples
    --------
    >>> import corridors as co
    >>> c = co.compare("Xi'an", "Duisburg", draws=200)
    >>> c["northern"].countries[:2]
    ['CN', 'KZ']
    """
    question = Question(**locals())
    answer = _compare(load(data), origin, destination, corridors=corridors, **question.asked)
    return Comparison(answer, question.command("compare"))


def route(origin: str, destination: str, **options: Unpack[Options]) -> Comparison:
    """The best route over all corridors and none, and the next best that really differs.

    Takes the parameters of `compare`, but for `corridors`.

    Examples
    --------
    >>> import corridors as co
    >>> co.route("Almaty", "Poti", draws=200)[0].corridor is None
    True
    """
    question = Question(origin, destination, **options)
    answer = free_route(load(question.data), origin, destination, **question.asked)
    return Comparison(answer, question.command("route"))


def whatif(origin: str, destination: str, **options: Unpack[Options]) -> WhatIfView:
    """The corridors before and after scenarios, a date, countries avoided or another price month.

    Takes the parameters of `compare`, but for `corridors`.

    Examples
    --------
    >>> import corridors as co
    >>> change = co.whatif("Xi'an", "Duisburg", scenarios=["red-sea-2023"], draws=100)
    >>> change.table.loc["ocean", "verdict"]
    'rerouted'
    """
    question = Question(origin, destination, **options)
    answer = what_if(load(question.data), origin, destination, **question.asked)
    return WhatIfView(answer, question.command("whatif"))


def catalogue(*, as_of: dt.date | str | None = None, data: str | Path | None = None) -> Any:
    """Dated events and what-ifs of the catalogue, one row each.

    Parameters
    ----------
    as_of : date or str, optional
        Only what held on that day.
    data : str or Path, optional
        A data folder of your own.

    Returns
    -------
    pandas.DataFrame

    Examples
    --------
    >>> import corridors as co
    >>> "red-sea-2023" in co.catalogue(as_of="2025-06-01").index
    True
    """
    import pandas as pd

    from corridors.outputs.whatif import conditions_rows

    day = Question("", "", as_of=as_of).conditions.as_of
    found = [c for c in load(data).catalogue.values() if day is None or c.holds_on(day)]
    columns = ["id", "kind", "valid_from", "valid_to", "last_known", "grade", "title"]
    return pd.DataFrame(conditions_rows(found), columns=columns).set_index("id")


def projects(
    *,
    effect: tuple[str, str] | None = None,
    status: str = "",
    country: str = "",
    data: str | Path | None = None,
) -> Any:
    """Projects and their money, or what each changes between two places beside its own claim.

    Amounts of packages hold those of their parts (``within``): the column is not to be summed.

    Parameters
    ----------
    effect : (str, str), optional
        Origin and destination: each project that can be modelled, alone, one row a corridor.
    status, country : str, optional
        Only these.
    data : str or Path, optional
        A data folder of your own.

    Returns
    -------
    pandas.DataFrame

    Examples
    --------
    >>> import corridors as co
    >>> co.projects(status="built").loc["dostyk-moyinty", "condition"]
    'dostyk-moyinty-2025'
    """
    import pandas as pd

    from corridors.analysis.projects import effects, read_projects, select
    from corridors.outputs.projects import effect_rows, project_rows

    engine = load(data)
    every = read_projects(engine)
    chosen = select(every, status=status, country=country)
    if effect is None:
        return pd.DataFrame(project_rows(chosen)).set_index("id")
    return pd.DataFrame(effect_rows(effects(engine, chosen, every, *effect))).set_index("project")


def find_places(query: str, *, limit: int = 10, data: str | Path | None = None) -> list[Any]:
    """Look a place up by name, in any of the region's spellings.

    Examples
    --------
    >>> import corridors as co
    >>> co.find_places("Aqtau")[0].country
    'KZ'
    """
    return load(data).gazetteer.search(query, limit=limit)


def to_networkx(data: str | Path | None = None) -> Any:
    """The whole network as a graph: facilities, hauls inside zones, crossings, services.

    Parameters
    ----------
    data : str or Path, optional
        A data folder of your own.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are facility ids (``x``, ``y``, ``name``, ``country``, ``kind``); edges have
        ``kind``, ``mode`` and ``length`` in metres, one each way where both ways are open.

    Examples
    --------
    >>> import corridors as co
    >>> graph = co.to_networkx()
    >>> graph.nodes["KZ-AAU"]["country"]
    'KZ'
    """
    return network_graph(load(data))
