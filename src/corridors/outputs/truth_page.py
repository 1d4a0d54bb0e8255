"""``docs/network-truth.md``: the network beside reference lengths.

``python -m corridors.outputs.truth_page docs/network-truth.md`` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median

from corridors.analysis.engine import Engine
from corridors.analysis.truth import (
    CLOSE_KM,
    SNAP_KM,
    STRAIGHT_KM,
    Measured,
    measure,
    read_references,
)
from corridors.outputs.files import write_text

OUTLIER = 0.12
"""Errors beyond this are argued one by one."""

TARGETS = {("rail", "all"): 0.05, ("road", "all"): 0.08, ("rail", ""): 0.03, ("road", ""): 0.05}
"""Median errors aimed at, over all rows and over published ones."""

INTRODUCTION = """\
# How true the network is

Made by `python -m corridors.outputs.truth_page docs/network-truth.md` from
`geodata/curated/reference_lengths.csv`. Each row asks for the shortest way on the lines between
known places, in one mode and inside the countries named. Borders are passed only at a curated
crossing and gauges change only at a yard, so a way that is found here can be run.

Most reference lengths are *approximate*: general knowledge, good to a few per cent and sometimes
wrong. *Published* ones have a source, named in the table. Where OpenStreetMap and Natural Earth
agree against an approximate figure, the figure is doubted, and said so below. A row marked *own*
proves that the line is whole and not how long it is: a curated link on it takes its length from the
same figure. Such rows are left out of the medians. A place must lie within {rail:.0f} km of a
railway or {road:.0f} km of a road.
"""

GROUPS = {
    "path": ("Named paths", "One continuous path in the right mode and gauge."),
    "border": (
        "Roads over borders",
        "Border roads that lorries use, from one town to the other.",
    ),
    "pair": ("Pairs", ""),
}


def truth_markdown(rows: Sequence[Measured]) -> str:
    """The page, from measured reference rows.

    Parameters
    ----------
    rows : sequence of Measured

    Examples
    --------
    >>> print(truth_markdown([]).splitlines()[0])
    # How true the network is
    """
    parts = [INTRODUCTION.format(**SNAP_KM), *_summary(rows)]
    for group, (title, words) in GROUPS.items():
        for mode in ("rail", "road"):
            members = [
                r for r in rows if (r.row.group, r.row.mode) == (group, mode) and r.row.exists
            ]
            if members:
                heading = f"{title}: {mode}" if group != "border" else title
                parts += [f"## {heading}", "", *([words, ""] if words else []), *_table(members)]
    parts += _argued(rows)
    parts += _absent(rows)
    parts += _straight(rows)
    return "\n".join(parts).rstrip() + "\n"


def _summary(rows: Sequence[Measured]) -> list[str]:
    lines = [
        "| Mode | Rows | Lines that exist and route | Lines that do not and are refused "
        "| Median error, all | Median error, published and within "
        f"{CLOSE_KM:.0f} km | Beyond {OUTLIER:.0%} |",
        "|---|---|---|---|---|---|---|",
    ]
    for mode in ("rail", "road"):
        own = [r for r in rows if r.row.mode == mode]
        there = [r for r in own if r.row.exists]
        absent = [r for r in own if not r.row.exists]
        published = [
            r for r in there if r.row.grade == "published" and r.well_placed and not r.row.own
        ]
        lines.append(
            f"| {mode} | {len(own)} | {sum(r.true for r in there)} of {len(there)} "
            f"| {sum(r.true for r in absent)} of {len(absent)} "
            f"| {_median(there)} (aim {TARGETS[mode, 'all']:.0%}) "
            f"| {_median(published)} of {len(published)} (aim {TARGETS[mode, '']:.0%}) "
            f"| {sum(_outlier(r) for r in own)} |"
        )
    return [*lines, ""]


def _median(rows: Iterable[Measured]) -> str:
    errors = [abs(r.error) for r in rows if r.error is not None and not r.row.own]
    return f"{median(errors):.1%}" if errors else "–"


def _outlier(row: Measured) -> bool:
    return row.error is not None and abs(row.error) > OUTLIER


def _table(rows: Sequence[Measured]) -> list[str]:
    lines = [
        "| Row | From, to | Gauge | Reference km | Grade | Network km | Error | Curated km |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.row.id} | {_cell(r.row.name)} | {'/'.join(r.gauge_mm) or '–'} "
        f"| {_km(r.row.km)} | {r.row.grade}{', own' if r.row.own else ''} | {_km(r.km)} "
        f"| {'–' if r.error is None else f'{r.error:+.1%}'} | {r.curated_km:,.0f} |"
        for r in rows
    ]
    return [*lines, ""]


def _argued(rows: Sequence[Measured]) -> list[str]:
    lines = ["## Errors beyond 12 %, one by one", ""]
    lines += [
        f"- **{r.row.id} {_cell(r.row.name)}** ({r.row.mode}, {r.error:+.0%}): "
        f"{_cell(r.row.argument)}"
        for r in rows
        if _outlier(r)
    ]
    notes = [r for r in rows if r.row.note and r.row.group == "pair" and r.row.exists]
    lines += ["", "References that were put together:", ""]
    lines += [f"- {r.row.id} {_cell(r.row.name)}: {_cell(r.row.note)}" for r in notes]
    return [*lines, ""]


def _absent(rows: Sequence[Measured]) -> list[str]:
    lines = [
        "## Lines that are not there",
        "",
        "Closed, planned or never built; the network must refuse them inside their countries.",
        "",
        "| Row | From, to | Why | Refused because |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {r.row.id} | {_cell(r.row.name)} | {_cell(r.row.note)} "
        f"| {_cell(r.reason) or f'**not refused: {_km(r.km)} km**'} |"
        for r in rows
        if not r.row.exists
    ]
    return [*lines, ""]


def _straight(rows: Sequence[Measured]) -> list[str]:
    found: dict[tuple[str, int, float, float, float, float], list[str]] = {}
    for r in rows:
        for km, (lon1, lat1), (lon2, lat2) in r.straight:
            ends = sorted([(lat1, lon1), (lat2, lon2)])
            found.setdefault((r.row.mode, round(km), *ends[0], *ends[1]), []).append(r.row.id)
    lines = [
        f"## Straight pieces over {STRAIGHT_KM:.0f} km on these ways",
        "",
        "Desert lines that are straight, and pieces for which no line shape can be had. Their "
        "length is that of the map data or above; only the drawing is straight.",
        "",
        "| Mode | km | From | To | Rows |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {mode} | {km} | {lat1:.2f}, {lon1:.2f} | {lat2:.2f}, {lon2:.2f} | {', '.join(ids)} |"
        for (mode, km, lat1, lon1, lat2, lon2), ids in sorted(found.items())
    ]
    return lines


def _km(km: float | None) -> str:
    return "–" if km is None else f"{km:,.0f}"


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def write_page(path: Path, *, load: Callable[[], Engine] = Engine.load) -> None:
    """Write the page for a data folder.

    Parameters
    ----------
    path : Path
    load : callable
        Gives the engine; the packaged data by default.
    """
    engine = load()
    rows = measure(engine.network, engine.tables, read_references(engine.folder))
    write_text(path, truth_markdown(rows))


if __name__ == "__main__":
    write_page(Path(sys.argv[1]))
