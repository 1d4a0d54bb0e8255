"""The notebook's side: ``import corridors as co``."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corridors.analysis.compare import compare as _compare
from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.analysis.free import free_route
from corridors.api.comparison import Comparison
from corridors.api.network_view import network_graph
from corridors.errors import UsageError
from corridors.shipment import Objective, Scope

_engines: dict[Path | None, Engine] = {}


def load(data: str | Path | None = None) -> Engine:
    """Read a data folder once and keep it for the session.

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
    key = None if data is None else Path(data).resolve()
    if key not in _engines:
        _engines[key] = Engine.load(data)
    return _engines[key]


def compare(
    origin: str,
    destination: str,
    *,
    corridors: Sequence[str] = (),
    scope: Scope = "terminal",
    optimise: Objective = "balanced",
    value_of_time_usd_day: float | None = None,
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
    answer = _compare(
        load(data),
        origin,
        destination,
        corridors=corridors,
        scope=scope,
        objective=optimise,
        value_of_time_usd_day=value_of_time_usd_day,
        conditions=_conditions(avoid, via, mode, assume, rates),
        draws=draws,
        seed=seed,
    )
    asked = _asked(
        "compare", origin, destination, corridors=corridors, scope=scope, optimise=optimise,
        value_of_time_usd_day=value_of_time_usd_day, avoid=avoid, via=via, mode=mode,
        assume=assume, rates=rates, draws=draws, seed=seed, data=data,
    )  # fmt: skip
    return Comparison(answer, asked)


def route(
    origin: str,
    destination: str,
    *,
    scope: Scope = "terminal",
    optimise: Objective = "balanced",
    value_of_time_usd_day: float | None = None,
    avoid: Sequence[str] = (),
    via: Sequence[str] = (),
    mode: Sequence[str] = (),
    assume: Mapping[str, float] | None = None,
    rates: str | Path | None = None,
    draws: int = 2000,
    seed: int = 1,
    data: str | Path | None = None,
) -> Comparison:
    """The best route over all corridors and none, and the next best that really differs.

    Takes the parameters of `compare`.

    Examples
    --------
    >>> import corridors as co
    >>> co.route("Almaty", "Poti", draws=200)[0].corridor is None
    True
    """
    answer = free_route(
        load(data),
        origin,
        destination,
        scope=scope,
        objective=optimise,
        value_of_time_usd_day=value_of_time_usd_day,
        conditions=_conditions(avoid, via, mode, assume, rates),
        draws=draws,
        seed=seed,
    )
    asked = _asked(
        "route", origin, destination, corridors=(), scope=scope, optimise=optimise,
        value_of_time_usd_day=value_of_time_usd_day, avoid=avoid, via=via, mode=mode,
        assume=assume, rates=rates, draws=draws, seed=seed, data=data,
    )  # fmt: skip
    return Comparison(answer, asked)


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


def _conditions(
    avoid: Sequence[str],
    via: Sequence[str],
    mode: Sequence[str],
    assume: Mapping[str, float] | None,
    rates: str | Path | None,
) -> Conditions:
    for name, value in (("avoid", avoid), ("via", via), ("mode", mode)):
        if isinstance(value, str):
            raise UsageError(f"{name} is a list, such as {name}=[{value!r}]")
    return Conditions(
        avoid=tuple(avoid),
        via=tuple(via),
        modes=frozenset(mode) or None,
        assume=dict(assume or {}),
        rates=Path(rates) if rates else None,
    )


def _asked(
    kind: str,
    origin: str,
    destination: str,
    *,
    corridors: Sequence[str],
    scope: str,
    optimise: str,
    value_of_time_usd_day: float | None,
    avoid: Sequence[str],
    via: Sequence[str],
    mode: Sequence[str],
    assume: Mapping[str, float] | None,
    rates: str | Path | None,
    draws: int,
    seed: int,
    data: str | Path | None,
) -> str:
    """The command line that gives the same answer."""
    words = ["corridors", kind, origin, destination]
    for name in corridors:
        words += ["--corridor", name]
    if scope != "terminal":
        words += ["--scope", scope]
    if optimise != "balanced":
        words += ["--optimise", optimise]
    if value_of_time_usd_day is not None:
        words += ["--value-of-time", f"{value_of_time_usd_day:g}"]
    if avoid:
        words += ["--avoid", ",".join(avoid)]
    for place in via:
        words += ["--via", place]
    if mode:
        words += ["--mode", ",".join(mode)]
    for key, value in (assume or {}).items():
        words += ["--assume", f"{key}={value}"]
    if rates is not None:
        words += ["--rates", str(rates)]
    if data is not None:
        words += ["--data", str(data)]
    return shlex.join([*words, "--draws", str(draws), "--seed", str(seed)])
