"""Studies of a journey, as frames."""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

from corridors.analysis.study import Study
from corridors.api.question import Options, Question, plain_number
from corridors.errors import UsageError
from corridors.outputs.studies import study_document, study_table

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from corridors.analysis.desk import Desk
    from corridors.analysis.isochrones import Isochrones


class StudyView:
    """What a study of this package found.

    Attributes
    ----------
    study : Study
        Title, rows and notes.
    answer : object
        The model's own objects.
    reproduce : str
        The command line that gives the same answer.
    """

    def __init__(self, study: Study, answer: Any, reproduce: str) -> None:
        self.study, self.answer, self.reproduce = study, answer, reproduce

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text)}</pre>"

    @property
    def text(self) -> str:
        """What the command line prints."""
        return study_table(self.study, reproduce=self.reproduce)

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document of the command line."""
        return study_document(self.study, reproduce=self.reproduce)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per element, place, value or choice, as the CSV of the command line."""
        import pandas as pd

        return pd.DataFrame(list(self.study.rows))


class IsochronesView(StudyView):
    """Facilities and lines by reach."""

    answer: Isochrones

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """Points of facilities and graded lines with ``kind``, ``mode``, ``band`` (WGS 84)."""
        import geopandas as gpd

        return gpd.GeoDataFrame.from_features(self.answer.features(), crs="EPSG:4326")


def desk_of(question: Question) -> Desk:
    """The question opened once, for studies that ask it again and again."""
    from corridors.analysis.setting import open_desk
    from corridors.api import load

    return open_desk(
        load(question.data),
        question.origin,
        question.destination,
        question.scope,
        question.optimise,
        question.value_of_time_usd_day,
        question.conditions,
        question.terms,
    )


def _view(study: Study, answer: Any, question: Question, kind: str, *more: str) -> StudyView:
    import shlex

    command = question.command(kind).partition(" --draws ")[0]
    return StudyView(study, answer, shlex.join([*shlex.split(command), *more]))


def criticality(
    origin: str,
    destination: str,
    *,
    corridors: Sequence[str] = (),
    kinds: Sequence[str] = (),
    also: Sequence[tuple[str, str]] = (),
    **options: Unpack[Options],
) -> StudyView:
    """What a journey hangs on: each crossing, port, strait and country taken away in turn.

    Parameters
    ----------
    origin, destination : str
    corridors : sequence of str
        Only these; all without.
    kinds : sequence of str
        Of ``crossing``, ``port``, ``services``, ``chokepoint``, ``country``; all without.
    also : sequence of (str, str)
        Further journeys; each counts alike.
    **options
        As `compare` takes them.

    Examples
    --------
    >>> import corridors as co
    >>> hurt = co.criticality("Aktau", "Poti", corridors=["titr"], kinds=["services"])
    >>> hurt.table["id"][0]
    'caspian'
    """
    from corridors.analysis.resilience import KINDS
    from corridors.analysis.resilience import criticality as run

    question = Question(origin, destination, corridors, **options)
    desks = [
        desk_of(Question(*ends, corridors, **options)) for ends in ((origin, destination), *also)
    ]
    answer = run(desks, corridors=corridors, kinds=tuple(kinds) or KINDS)
    more = ["--kind", ",".join(kinds)] if kinds else []
    more += [word for ends in also for word in ("--also", *ends)]
    return _view(answer.study(), answer, question, "criticality", *more)


def cut(
    sources: Sequence[str],
    sinks: Sequence[str],
    *,
    mode: Sequence[str] = (),
    avoid: Sequence[str] = (),
    data: str | Path | None = None,
) -> StudyView:
    """Fewest crossings and services to shut so that nothing passes between countries.

    Parameters
    ----------
    sources, sinks : sequence of str
        Country codes.
    mode : sequence of str
        Only these modes.
    avoid : sequence of str
        Countries no line may touch.
    data : str or Path, optional
        A data folder of your own.

    Examples
    --------
    >>> import corridors as co
    >>> len(co.cut(["KZ"], ["AZ"], mode=["rail", "sea"]).table) > 1
    True
    """
    import shlex

    from corridors.analysis.cuts import minimum_cut
    from corridors.api import load

    for name, value in (("sources", sources), ("sinks", sinks), ("mode", mode), ("avoid", avoid)):
        if isinstance(value, str):
            raise UsageError(f"{name} is a list, such as {name}=[{value!r}]")
    answer = minimum_cut(load(data).graph(avoid=avoid), sources, sinks, modes=mode)
    words = ["corridors", "cut", ",".join(sources), ",".join(sinks)]
    words += ["--mode", ",".join(mode)] if mode else []
    words += ["--avoid", ",".join(avoid)] if avoid else []
    words += ["--data", str(data)] if data is not None else []
    return StudyView(answer.study(), answer, shlex.join(words))


def disjoint(
    origin: str,
    destination: str,
    *,
    most: int = 12,
    by_group: bool = True,
    **options: Unpack[Options],
) -> StudyView:
    """Routes one after the other, none of which shares a crossing or a group of services.

    Parameters
    ----------
    origin, destination : str
    most : int
    by_group : bool
        False: each service is a door of its own.
    **options
        As `compare` takes them.

    Examples
    --------
    >>> import corridors as co
    >>> len(co.disjoint("Xi'an", "Duisburg", most=3).table)
    3
    """
    from corridors.analysis.cuts import disjoint_routes, disjoint_study

    question = Question(origin, destination, **options)
    desk = desk_of(question)
    routes = disjoint_routes(desk, by_group=by_group, most=most)
    more = ["--most", str(most)] + ([] if by_group else ["--by-service"])
    study = disjoint_study(desk, routes, by_group=by_group)
    return _view(study, routes, question, "disjoint", *more)


def alternatives(
    origin: str,
    destination: str,
    *,
    k: int = 5,
    most_shared: float = 0.7,
    **options: Unpack[Options],
) -> StudyView:
    """The best route and others that share less than a part of their length with it.

    Parameters
    ----------
    origin, destination : str
    k : int
        How many others; fewer where no more are found.
    most_shared : float
        Between 0 and 1.
    **options
        As `compare` takes them.

    Examples
    --------
    >>> import corridors as co
    >>> found = co.alternatives("Xi'an", "Duisburg", k=2)
    >>> bool((found.table["shared_with_best"][1:] < 0.7).all())
    True
    """
    from corridors.analysis.other_ways import other_ways

    question = Question(origin, destination, **options)
    answer = other_ways(desk_of(question), wanted=k, most_shared=most_shared)
    more = ["--k", str(k), "--most-shared", plain_number(most_shared)]
    return _view(answer.study(), answer, question, "alternatives", *more)


def switch(
    origin: str, destination: str, *, between: tuple[str, str], **options: Unpack[Options]
) -> StudyView:
    """Where a box on one corridor can still go on by another, and what that costs.

    Parameters
    ----------
    origin, destination : str
    between : (str, str)
        From this corridor to that one.
    **options
        As `compare` takes them.

    Examples
    --------
    >>> import corridors as co
    >>> turn = co.switch("Xi'an", "Duisburg", between=("titr", "northern"))
    >>> turn.document["last"]
    'KZ-AAU'
    """
    from corridors.analysis.switching import switching

    question = Question(origin, destination, **options)
    answer = switching(desk_of(question), *between)
    return _view(answer.study(), answer, question, "switch", "--between", ",".join(between))


def breakeven(
    origin: str,
    destination: str,
    *,
    key: str,
    between: tuple[str, str],
    of: Literal["cost", "time", "balanced"] = "cost",
    factor: bool = False,
    span: tuple[float, float] | None = None,
    **options: Unpack[Options],
) -> StudyView:
    """The value of a number at which two corridors change places, verified by asking again.

    Parameters
    ----------
    origin, destination : str
    key : str
        A parameter, ``value_of_time_usd_day``, or a price series as ``index/ID``.
    between : (str, str)
        Two corridors.
    of : {"cost", "time", "balanced"}
    factor : bool
        Turn a factor on every charge under the key, or under several joined by commas.
    span : (float, float), optional
        Values to look at; a tenth to ten times the present one without.
    **options
        As `compare` takes them.

    Examples
    --------
    >>> import corridors as co
    >>> even = co.breakeven("Xi'an", "Duisburg", key="value_of_time_usd_day",
    ...                     between=("northern", "ocean"), of="balanced")
    >>> bool(even.table["verified"].all())
    True
    """
    from corridors.analysis.breakeven import break_even

    if of not in ("cost", "time", "balanced"):
        raise UsageError(f"of={of!r}: choose from cost, time, balanced")
    question = Question(origin, destination, **options)
    answer = break_even(desk_of(question), key, between, of=of, factor=factor, span=span)
    more = ["--key", key, "--between", ",".join(between), "--of", of]
    more += ["--factor"] if factor else []
    more += ["--range", f"{plain_number(span[0])}:{plain_number(span[1])}"] if span else []
    return _view(answer.study(), answer, question, "breakeven", *more)


def tornado(
    origin: str,
    destination: str,
    *,
    corridor: str,
    against: str | None = None,
    of: Literal["days", "usd"] = "days",
    **options: Unpack[Options],
) -> StudyView:
    """Each parameter of a corridor at its P10 and P90, one at a time, the way held fixed.

    Parameters
    ----------
    origin, destination : str
    corridor : str
    against : str, optional
        The difference from this corridor instead.
    of : {"days", "usd"}
        What sorts the rows.
    **options
        As `compare` takes them.

    Examples
    --------
    >>> import corridors as co
    >>> bars = co.tornado("Xi'an", "Duisburg", corridor="titr").table
    >>> bool(bars["swing"].is_monotonic_decreasing)
    True
    """
    from corridors.analysis.tornado import tornado as run
    from corridors.analysis.ways import best_way, corridors_of

    question = Question(origin, destination, [corridor], **options)
    desk = desk_of(question)
    names = [corridor] if against is None else [corridor, against]
    corridors_of(desk, names)
    routes = [best_way(desk, name) for name in names]
    for name, route in zip(names, routes, strict=True):
        if route is None:
            raise UsageError(f"{name} has no route under these conditions")
    assert routes[0] is not None
    answer = run(routes[0], routes[1] if len(routes) > 1 else None, of=of)
    more = ["--of", of, *(["--against", against] if against else [])]
    return _view(answer.study(), answer, question, "tornado", *more)


def pareto(
    origin: str, destination: str, *, corridors: Sequence[str] = (), **options: Unpack[Options]
) -> StudyView:
    """Routes none of which another one beats in days, dollars, CO2e and exposure.

    Parameters
    ----------
    origin, destination : str
    corridors : sequence of str
        Only these; all and the free route without.
    **options
        As `compare` takes them.

    Examples
    --------
    >>> import corridors as co
    >>> set(co.pareto("Xi'an", "Duisburg").table["corridor"]) >= {"northern", "ocean"}
    True
    """
    from corridors.analysis.tradeoffs import pareto as run

    question = Question(origin, destination, corridors, **options)
    answer = run(desk_of(question), corridors=corridors)
    return _view(answer.study(), answer, question, "pareto")


def isochrones(
    place: str,
    *,
    of: Literal["days", "usd"] = "days",
    bands: Sequence[float] = (),
    **options: Unpack[Options],
) -> IsochronesView:
    """What is within so many days or dollars of a place: facilities and lines, never areas.

    Parameters
    ----------
    place : str
    of : {"days", "usd"}
    bands : sequence of float
        Upper ends; what lies beyond the last is left out.
    **options
        Conditions, as `compare` takes them.

    Examples
    --------
    >>> import corridors as co
    >>> near = co.isochrones("Almaty", bands=[5, 10], mode=["rail"])
    >>> sorted(near.frame["band"].unique().tolist())
    [5.0, 10.0]
    """
    import shlex

    from corridors.analysis.isochrones import isochrones as run
    from corridors.api import load

    question = Question(place, "", **options)
    answer = run(
        load(question.data),
        place,
        of=of,
        bands=bands,
        conditions=question.conditions,
        terms=question.terms,
    )
    command = question.command("isochrones").partition(" --draws ")[0]
    words = [word for word in shlex.split(command) if word]
    words += ["--of", of, *(["--bands", ",".join(map(plain_number, bands))] if bands else [])]
    return IsochronesView(answer.study(), answer, shlex.join(words))
