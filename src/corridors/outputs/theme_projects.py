"""The map of upgrades: what is built, what is being built, what is only said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from corridors.analysis.engine import Engine
from corridors.analysis.pipelines import read_pipelines
from corridors.analysis.project_places import Place, project_places
from corridors.analysis.projects import Project, read_projects, select
from corridors.errors import UsageError
from corridors.outputs.theme import LonLat, Theme, bounds_of
from corridors.outputs.theme_layers import (
    BUILDING,
    BUILT,
    PIPES,
    PLANNED,
    SCHEMATIC,
    STATES,
    money_text,
    pipeline_overlay,
    project_overlay,
    state_of,
)

DRAWN = (
    "Lines of the network: © OpenStreetMap contributors, ODbL 1.0. New lines are drawn by hand, to "
    "about 10 km; where the place is ours and not the source's, its note says so. "
    "Announced is not signed, signed is not paid, and a date is the project's own."
)


def projects_theme(
    engine: Engine,
    *,
    name: str = "",
    status: str = "",
    country: str = "",
    on: dt.date | None = None,
    pipelines: bool = True,
    reproduce: str = "",
) -> Theme:
    """Upgrades with a place, and beside them what has none.

    Parameters
    ----------
    engine : Engine
    name, status, country : str
        Only these, as of :func:`corridors.analysis.projects.select`.
    on : date, optional
        Instead of the state of today, what is promised to be there by that day.
    pipelines : bool
        Whether pipelines are drawn too.
    reproduce : str

    Raises
    ------
    UsageError
        No such project, status or country, or none that matches.

    Examples
    --------
    >>> theme = projects_theme(Engine.load(), country="PK")
    >>> theme.columns
    ('Project', 'Status', 'Due', 'Money')
    """
    every = read_projects(engine)
    chosen = [
        project
        for project in select(every, name=name, status=status, country=country)
        if on is None or (_first_day(project.since) or on) <= on
    ]
    if not chosen:
        raise UsageError("no project matches")
    places = project_places(engine, every)
    upgrades = [project for project in chosen if project.kind != "pipeline"]
    drawn = [project for project in upgrades if project.id in places]
    unplaced = [project for project in upgrades if project.id not in places]
    states = {project.id: _state(project, on) for project in drawn}
    styles = STATES
    if on is not None:
        styles = (
            BUILT,
            BUILDING._replace(label=f"Promised for {on:%Y-%m-%d} or before"),
            PLANNED._replace(label="Promised for later, or without a date"),
        )
    layers = [project_overlay(engine, drawn, states=states, styles=styles)]
    beside: list[tuple[str, tuple[str, ...]]] = []
    if unplaced:
        said = tuple(
            f"{project.title}: {money_text(project, every)}, {project.status}"
            for project in unplaced
        )
        beside.append(("Without a place on the map (packages of money, tariffs, companies)", said))
    if pipelines:
        shown = [
            pipe
            for pipe in read_pipelines(engine).values()
            if not country or country.upper() in pipe.row.countries
        ]
        if shown:
            layers.insert(
                0, pipeline_overlay(engine, [pipe.row.id for pipe in shown], styles=PIPES)
            )
            lines = tuple(
                f"{pipe.row.name}: {pipe.row.carries}, {pipe.row.status}"
                + (f", {pipe.row.length_km:,.0f} km" if pipe.row.length_km else "")
                for pipe in shown
            )
            beside.append(("Pipelines, schematic", lines))
    return Theme(
        title="Upgrades of the corridors" + (f", {country.upper()}" if country else ""),
        headline=_headline(drawn, states, on),
        scope=_scope(engine, unplaced, on),
        overlays=tuple(layers),
        bounds=bounds_of(_spots(drawn, places)),
        caption="Upgrades on the map",
        columns=("Project", "Status", "Due", "Money"),
        rows=tuple(
            (
                project.title,
                project.status,
                "" if project.status == "built" else project.expected or "no date",
                money_text(project, every),
            )
            for project in sorted(drawn, key=lambda project: states[project.id])
        ),
        beside=tuple(beside),
        notes=(*((SCHEMATIC,) if pipelines else ()), DRAWN, f"Data {engine.edition.date}."),
        reproduce=reproduce,
    )


def _spots(drawn: Sequence[Project], places: Mapping[str, Sequence[Place]]) -> list[LonLat]:
    return [at for project in drawn for place in places[project.id] for at in place.points]


def _state(project: Project, on: dt.date | None) -> int:
    if on is None or project.status == "built":
        return state_of(project)
    due = _last_day(project.expected)
    return 1 if due is not None and due <= on else 2


def _headline(drawn: Sequence[Project], states: dict[str, int], on: dt.date | None) -> str:
    built, second, third = (list(states.values()).count(number) for number in range(3))
    total = f"{len(drawn)} upgrade{'' if len(drawn) == 1 else 's'}"
    if on is not None:
        return (
            f"Of {total} on this map, {built} {_are(built)} built and {second} "
            f"{_are(second)} promised by {on:%Y-%m-%d}; {third} come later or have no date"
        )
    return (
        f"Of {total} on this map, {built} {_are(built)} built and {second} under construction; "
        f"{third} {_are(third)} only announced or signed"
    )


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _scope(engine: Engine, unplaced: Sequence[Project], on: dt.date | None) -> str:
    said = f"Status as last reported, data of {engine.edition.date}"
    if on is not None:
        said += f" · promised by {on:%Y-%m-%d} by the projects' own dates"
    if unplaced:
        said += f" · {len(unplaced)} entries of the register have no place and are listed"
    return said


def _first_day(text: str) -> dt.date | None:
    """First day of a year, month or day; None where it is no date.

    Examples
    --------
    >>> _first_day("2025-06"), _first_day("2026")
    (datetime.date(2025, 6, 1), datetime.date(2026, 1, 1))
    """
    parts = text.split("-")
    try:
        year, month, day = (int(part) for part in (*parts, "1", "1")[:3])
        return dt.date(year, month, day)
    except ValueError:
        return None


def _last_day(text: str) -> dt.date | None:
    """Last day of a year, month or day; None where it is no date.

    Examples
    --------
    >>> _last_day("2025-06"), _last_day("2026"), _last_day("2026-02-03")
    (datetime.date(2025, 6, 30), datetime.date(2026, 12, 31), datetime.date(2026, 2, 3))
    """
    first = _first_day(text)
    if first is None or text.count("-") == 2:
        return first
    months = 12 if "-" not in text else 1
    month = first.month - 1 + months
    return dt.date(first.year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
