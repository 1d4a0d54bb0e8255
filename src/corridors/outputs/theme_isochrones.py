"""The map of reach: lines and places graded by days or dollars, never areas, never water."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from corridors.analysis.desk import Conditions
from corridors.analysis.isochrones import Isochrones, Line, Reached
from corridors.analysis.setting import MODES
from corridors.errors import UsageError
from corridors.outputs import text
from corridors.outputs.colours import INK
from corridors.outputs.theme import (
    LonLat,
    Style,
    Theme,
    bounds_of,
    line_of,
    overlay,
    point_of,
)

RAMP = ((5, 25, 58), (31, 99, 173), (134, 182, 220))
"""One hue, near to far: what is near is dark and broad, what is far is light and thin."""

BROAD, THIN = 5.2, 1.8
ROAD_SHARE = 0.55
"""A road is drawn thinner than a railway of its band."""

UNITS = {"days": "days", "usd": "dollars"}
SHIP_DASH = "2 5"
AT_HOME = 0.1
"""Days within which a place is where the box stands already."""

GRIDS_DEG = (0.02, 0.05, 0.1, 0.2)
"""Lines nearer to each other than this are drawn as one: the finest that fits the page."""

MOST_CHARACTERS = 40_000
"""Of lines in the page: so that it can still be sent by e-mail."""

READ = (
    "Only places, and the lines on the way to them, are graded: between them nothing is served, "
    "and on water only the lanes of ships that are taken. A line is graded by when a train or "
    "truck passes. Mean days and dollars, with waits and borders; what lies west of the place at "
    "westward prices, the rest at eastward ones."
)


def ramp(number: int) -> list[str]:
    """Colours of so many bands, near to far.

    Examples
    --------
    >>> ramp(2)
    ['#05193a', '#86b6dc']
    """
    steps = np.linspace(0.0, 2.0, max(number, 1))
    mixed = np.column_stack([np.interp(steps, (0, 1, 2), part) for part in zip(*RAMP, strict=True)])
    return ["#{:02x}{:02x}{:02x}".format(*row) for row in np.rint(mixed).astype(int).tolist()]


def isochrone_theme(found: Isochrones, *, scope: str, data: str = "", reproduce: str = "") -> Theme:
    """Reach of a place as a theme.

    Parameters
    ----------
    found : Isochrones
    scope : str
        Conditions in words.
    data : str
        Edition of the data.
    reproduce : str

    Raises
    ------
    UsageError
        Nothing is within reach.
    """
    if not found.facilities:
        raise UsageError(f"nothing is within reach of {found.place}: widen the bands")
    styles = _styles(found)
    reach = overlay("Reach", styles, _lines(found), _points(found))
    spots = [(place.lon, place.lat) for place in found.facilities]
    return Theme(
        title=f"Reach of {text.clean(found.place)} in {UNITS[found.of]}",
        headline=_headline(found),
        scope=scope,
        overlays=(reach, _origin(found)),
        bounds=bounds_of(spots),
        caption="The first place reached in each country",
        columns=("Place", "Country", "Days", "USD", "Places"),
        rows=tuple(_rows(found)),
        notes=(
            READ,
            "Lines: © OpenStreetMap contributors, ODbL 1.0.",
            *((f"Data {data}.",) if data else ()),
        ),
        key=_modes(found),
        reproduce=reproduce,
    )


def scope_of(conditions: Conditions) -> str:
    """What the reach is asked under, in words.

    Examples
    --------
    >>> scope_of(Conditions(avoid=("RU",), modes=frozenset({"rail"})))
    'One laden container, by rail only, without RU'
    """
    said = ["One laden container"]
    modes = conditions.modes
    said.append(
        f"by {', '.join(mode for mode in MODES if mode in modes)} only"
        if modes
        else "by rail, road and ship"
    )
    if conditions.avoid:
        said.append(f"without {', '.join(conditions.avoid)}")
    if conditions.as_of:
        said.append(f"as of {conditions.as_of}")
    said += [f"with {name}" for name in conditions.scenarios]
    return ", ".join(said)


def _styles(found: Isochrones) -> list[Style]:
    colours = ramp(len(found.bands))
    widths = np.linspace(BROAD, THIN, len(found.bands)).round(2).tolist()
    out = []
    low = 0.0
    for band, colour, weight in zip(found.bands, colours, widths, strict=True):
        out.append(Style(_said(found, low, band), colour, "line", weight, "", "dot", 3.4))
        low = band
    return out


def _said(found: Isochrones, low: float, band: float) -> str:
    if found.of == "days":
        return f"{low:g} to {band:g} days" if low else f"Up to {band:g} days"
    return f"${low:,.0f} to ${band:,.0f}" if low else f"Up to ${band:,.0f}"


def _headline(found: Isochrones) -> str:
    band = found.bands[min(1, len(found.bands) - 1)]
    near = [place for place in found.facilities if place.band <= band]
    countries = len({place.country for place in near})
    within = f"within {band:g} days" if found.of == "days" else f"for less than ${band:,.0f}"
    said = (
        f"From {text.clean(found.place)} {len(near)} of {len(found.facilities)} yards, ports and "
        f"borders are {within}, in {countries} {'country' if countries == 1 else 'countries'}"
    )
    ports = [p for p in found.facilities if p.kind in ("port", "ferry_port") and p.days >= AT_HOME]
    if not ports:
        return said
    first = ports[0]
    price = f"{text.days(first.days)} days" if found.of == "days" else text.usd(first.usd)
    return f"{said}; first port: {text.clean(first.name)}, {price}"


def _rows(found: Isochrones) -> list[tuple[str, ...]]:
    first: dict[str, Reached] = {}
    count: dict[str, int] = {}
    for place in found.facilities:
        if place.days >= AT_HOME:
            first.setdefault(place.country, place)
        count[place.country] = count.get(place.country, 0) + 1
    return [
        (
            text.clean(place.name), text.clean(country), f"{place.days:.1f}",
            text.usd(place.usd), str(count[country]),
        )
        for country, place in first.items()
    ]  # fmt: skip


def _points(found: Isochrones) -> list[dict[str, Any]]:
    seen: set[str] = set()
    points = []
    for place in found.facilities:
        first = place.days >= AT_HOME and place.country not in seen
        if first:
            seen.add(place.country)
        value = f"{text.days(place.days)} d" if found.of == "days" else text.usd(place.usd)
        points.append(
            point_of(
                found.bands.index(place.band), place.name, (place.lon, place.lat),
                [
                    ("Days", f"{place.days:.1f}"), ("Cost", text.usd(place.usd)),
                    ("Country", place.country),
                ],
                **({"label": f"{place.name} {value}", "size": 5.0} if first else {}),
            )
        )  # fmt: skip
    # Labelled places first: where marks meet, the first one is drawn.
    return sorted(points, key=lambda point: "label" not in point)


def _origin(found: Isochrones) -> dict[str, Any]:
    style = Style("Where it begins", INK, "point", mark="end", size=8.0)
    if found.at is None:
        return overlay("Origin", [style], [], [])
    point = point_of(0, found.place, found.at, [("Reach", found.study().title)], label=found.place)
    return overlay("Origin", [style], [], [point])


def _modes(found: Isochrones) -> tuple[dict[str, Any], ...]:
    modes = {line.mode for line in found.ways if line.kind == "line"}
    out = []
    if len(modes) > 1:
        out.append(Style("Railway", INK, "line", 3.2, mark=""))
        out.append(Style("Road", INK, "line", 3.2 * ROAD_SHARE, mark=""))
    if any(line.kind == "ship" for line in found.ways):
        out.append(Style("Ship that is taken", INK, "line", 2.4, SHIP_DASH, mark=""))
    return tuple(style.as_json() for style in out)


def _lines(found: Isochrones) -> list[dict[str, Any]]:
    """Lines with the far bands first, so that the near ones lie on top."""
    drawn: list[dict[str, Any]] = []
    for grid in GRIDS_DEG:
        drawn = [
            made
            for line in sorted(found.ways, key=lambda line: (-line.band, line.mode, line.name))
            if (made := _line(found, line, grid))["g"]
        ]
        if sum(len(part) for line in drawn for part in line["g"]) <= MOST_CHARACTERS:
            break
    return drawn


def _line(found: Isochrones, line: Line, grid: float) -> dict[str, Any]:
    number = found.bands.index(line.band)
    weight = _styles(found)[number].weight
    if line.kind == "ship":
        return line_of(
            number, line.name, line.parts, [("Ship", line.mode), ("Within", f"{line.band:g}")],
            dash=SHIP_DASH, weight=2.4, bare=True,
        )  # fmt: skip
    if line.mode == "road":
        weight = round(weight * ROAD_SHARE, 2)
    return line_of(number, line.mode, joined(line.parts, grid), [], weight=weight)


def joined(parts: Sequence[Sequence[LonLat]], grid: float) -> list[list[LonLat]]:
    """Lines as they are seen from afar: on a grid, doubles once, pieces joined, bends straightened.

    Examples
    --------
    >>> twice = [[(60.0, 45.0), (61.0, 45.0)], [(60.0, 45.01), (61.0, 45.01)]]
    >>> joined(twice, 0.05)
    [[(60.0, 45.0), (61.0, 45.0)]]
    """
    import shapely

    rounded = [np.unique(np.round(part, 3), axis=0) for part in parts]
    lines = [
        shapely.LineString(np.round(part, 3))
        for part, points in zip(parts, rounded, strict=True)
        if len(points) > 1
    ]
    snapped = shapely.union_all(lines, grid_size=grid)
    whole = shapely.line_merge(shapely.simplify(shapely.line_merge(snapped), grid * 0.9))
    found = [
        [(round(x, 2), round(y, 2)) for x, y in shapely.get_coordinates(piece).tolist()]
        for piece in shapely.get_parts(whole).tolist()
    ]
    return sorted(found)
