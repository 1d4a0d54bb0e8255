"""Projects and pipelines as layers, for a map of their own or on top of a corridor map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from corridors.analysis.engine import Engine
from corridors.analysis.pipelines import SCHEMATIC_KM, Pipeline, read_pipelines
from corridors.analysis.project_places import Place, project_places
from corridors.analysis.projects import Project, amount, read_projects
from corridors.outputs.projects import amount_text
from corridors.outputs.theme import Style, line_of, overlay, point_of

BUILT = Style("Built", "#0b4a8a", weight=4.5, mark="full", size=6.5)
BUILDING = Style("Under construction", "#b8430f", weight=4.5, dash="9 5", mark="half", size=6.5)
PLANNED = Style(
    "Announced, memorandum or signed", "#a86db0", weight=4.5, dash="0.1 7.5", mark="ring", size=6.5
)
STATES = (BUILT, BUILDING, PLANNED)
"""Whole, dashed, dotted: the pattern says it without the colour."""

OIL = Style("Oil pipeline, schematic", "#4c3b38", "tube", 4.5, mark="")
GAS = Style("Gas pipeline, schematic", "#11936f", "tube", 4.5, mark="")
OIL_TO_COME = OIL._replace(label="Oil pipeline, not finished, schematic", dash="7 5")
GAS_TO_COME = GAS._replace(label="Gas pipeline, not finished, schematic", dash="7 5")
PIPES = (OIL, GAS, OIL_TO_COME, GAS_TO_COME)

QUIET = "#4b5661"
"""On a corridor map colours belong to corridors: there works and pipelines are grey."""

QUIET_STATES = tuple(style._replace(color=QUIET, weight=3.4, size=5.5) for style in STATES)
QUIET_PIPES = tuple(
    style._replace(color=color, weight=3.6)
    for style, color in zip(PIPES, ("#6f655f", "#7d8a94") * 2, strict=True)
)

DRAWN_BY = {
    "link": "by hand between the places that are named, to about 10 km",
    "haul": "along the lines of the network",
    "service": "along the lane of the ship",
    "facility": "at the yard or port",
    "crossing": "at the border crossing",
    "line": "straight between towns",
    "pipeline": "schematic",
}
"""How the shape of a place was found, by its kind."""

SCHEMATIC = (
    f"Pipelines are drawn straight between towns that published descriptions name, and between "
    f"points of our own: no closer than {SCHEMATIC_KM} km. Oil and gas are never added to boxes."
)


def state_of(project: Project) -> int:
    """Number of its style among `STATES`."""
    return {"built": 0, "under construction": 1}.get(project.status, 2)


def project_overlay(
    engine: Engine,
    chosen: Iterable[Project] | None = None,
    *,
    states: Mapping[str, int] | None = None,
    styles: Sequence[Style] = QUIET_STATES,
) -> dict[str, Any]:
    """Projects that have a place, pipelines aside, as a layer.

    Parameters
    ----------
    engine : Engine
    chosen : iterable of Project, optional
        Only these.
    states : mapping of str to int, optional
        Style by project id, other than by status.
    styles : sequence of Style
        One each for what is built, being built and to come; grey ones for a corridor map without.

    Examples
    --------
    >>> layer = project_overlay(Engine.load())
    >>> [entry["label"] for entry in layer["classes"]]
    ['Built', 'Under construction', 'Announced, memorandum or signed']
    """
    every = read_projects(engine)
    places = project_places(engine, every)
    lines: list[dict[str, Any]] = []
    points: list[dict[str, Any]] = []
    for project in every.values() if chosen is None else chosen:
        mine = places.get(project.id, [])
        if not mine or project.kind == "pipeline":
            continue
        number = (states or {}).get(project.id, state_of(project))
        rows = project_rows(project, every, mine)
        short = short_title(project.title)
        parts = [place.points for place in mine if len(place.points) > 1]
        spots = [place.points[0] for place in mine if len(place.points) == 1]
        if parts:
            label = "" if spots else short
            lines.append(line_of(number, project.title, parts, rows, label=label))
        points += [point_of(number, project.title, at, rows, label=short) for at in spots]
    return overlay("Projects", styles, lines, points, quiet=styles is QUIET_STATES)


def pipeline_overlay(
    engine: Engine, names: Sequence[str] | None = None, *, styles: Sequence[Style] = QUIET_PIPES
) -> dict[str, Any]:
    """Main pipelines as a layer, schematic: those named, or all of them.

    Examples
    --------
    >>> layer = pipeline_overlay(Engine.load())
    >>> {line["name"] for line in layer["lines"]} >= {"Caspian Pipeline Consortium"}
    True
    """
    lines = []
    for pipe in read_pipelines(engine).values():
        if names is not None and pipe.row.id not in names:
            continue
        number = ("oil", "gas").index(pipe.row.carries) + (0 if pipe.row.status == "built" else 2)
        label = f"{pipe.row.short} ({pipe.row.carries})"
        lines.append(line_of(number, pipe.row.name, [pipe.line], pipe_rows(pipe), label=label))
    return overlay("Pipelines", styles, lines, [], quiet=styles is QUIET_PIPES)


def short_title(title: str) -> str:
    """The part of a title that fits on a map.

    Examples
    --------
    >>> short_title("Anaklia deep-sea port, first phase"), short_title("ML-1, Karachi-Rohri")
    ('Anaklia deep-sea port', 'ML-1')
    """
    for mark in (",", ":", "("):
        title = title.partition(mark)[0]
    return title.strip()


def project_rows(
    project: Project, every: Mapping[str, Project], mine: Sequence[Place]
) -> list[tuple[str, str]]:
    """What a popup says of a project."""
    how = dict.fromkeys(DRAWN_BY[place.row.kind] for place in mine)
    assumed = [place.row.source for place in mine if place.row.basis == "assumed"]
    drawn = "; ".join([*how, *(f"assumed: {source}" for source in assumed)])
    return [
        ("Status", f"{project.status} ({project.since})" if project.since else project.status),
        ("Due", "" if project.status == "built" else project.expected),
        ("Money", money_text(project, every)),
        ("Funder", project.funder),
        ("Claim", project.claim),
        ("Modelled by", project.condition or "nothing"),
        ("Drawn", drawn),
        ("Source", f"{project.source} {project.url}".strip() or "none kept"),
        ("Note", project.note),
    ]


def money_text(project: Project, every: Mapping[str, Project]) -> str:
    """Its amount; of its parts where it has none of its own."""
    money = amount(project, every)
    if money is None:
        return "not published"
    said = amount_text(money.low, money.high, money.currency)
    return said if project.amount_low is not None else f"{said} for parts of it"


def pipe_rows(pipe: Pipeline) -> list[tuple[str, str]]:
    """What a popup says of a pipeline."""
    row = pipe.row
    named = [point.place for point in pipe.points if point.basis == "named"]
    length = f"{row.length_km:,.0f} km" if row.length_km else "not found"
    return [
        ("Carries", f"{row.carries}, {row.status}"),
        ("Length", length),
        ("Capacity", row.capacity),
        ("Named on the way", ", ".join(named)),
        ("Drawn", f"schematic, {len(pipe.points) - len(named)} points are ours"),
        ("Source", f"{row.source} {row.url}".strip()),
        ("Note", row.note),
    ]
