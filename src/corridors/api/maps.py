"""Maps about one thing: upgrades and pipelines, reach, chokepoints."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

from corridors.api.question import Options, Question
from corridors.api.studies import criticality, desk_of, isochrones

if TYPE_CHECKING:
    from corridors.outputs.theme_map import ThemeMap


def projects_map(
    *,
    status: str = "",
    country: str = "",
    on: dt.date | str | None = None,
    pipelines: bool = True,
    boundaries: str | Path = "neutral",
    tiles: str | Mapping[str, Any] | None = None,
    data: str | Path | None = None,
) -> ThemeMap:
    """Upgrades on a map: built whole, under construction dashed, announced dotted.

    What has no place, such as a package of money, is listed beside the map.

    Parameters
    ----------
    status, country : str, optional
        Only these.
    on : date or str, optional
        Instead of the state of today, what is promised to be there by that day.
    pipelines : bool
        Whether schematic lines of oil and gas pipelines are drawn too.
    boundaries, tiles
        As of :meth:`Comparison.explore`.
    data : str or Path, optional
        A data folder of your own.

    Returns
    -------
    ThemeMap
        A folium map: ``save`` writes one HTML file that asks no network, ``write`` an SVG and a
        PNG beside it; ``theme`` has the headline and the table.

    Examples
    --------
    >>> import corridors as co
    >>> co.projects_map(country="GE").theme.headline[:33]
    'Of 2 upgrades on this map, 1 is b'
    """
    from corridors.api import load
    from corridors.outputs.theme_map import theme_map
    from corridors.outputs.theme_projects import projects_theme

    day = Question("", "", as_of=on).conditions.as_of
    theme = projects_theme(load(data), status=status, country=country, on=day, pipelines=pipelines)
    return theme_map(theme, boundaries=boundaries, tiles=tiles)


def isochrone_map(
    place: str,
    *,
    of: Literal["days", "usd"] = "days",
    bands: Sequence[float] = (),
    boundaries: str | Path = "neutral",
    tiles: str | Mapping[str, Any] | None = None,
    **options: Unpack[Options],
) -> ThemeMap:
    """Places and lines by days or dollars from a place; never areas, never across a sea.

    Parameters
    ----------
    place : str
    of : {"days", "usd"}
    bands : sequence of float
        Upper ends; what lies beyond the last is left out.
    boundaries, tiles
        As of :meth:`Comparison.explore`.
    **options
        Conditions, as `compare` takes them.

    Examples
    --------
    >>> import corridors as co
    >>> co.isochrone_map("Almaty", bands=[5, 10], mode=["rail"]).theme.title
    'Reach of Almaty in days'
    """
    from corridors.api import load
    from corridors.outputs.theme_isochrones import isochrone_theme, scope_of
    from corridors.outputs.theme_map import theme_map

    found = isochrones(place, of=of, bands=bands, **options)
    question = Question(place, "", **options)
    theme = isochrone_theme(
        found.answer,
        scope=scope_of(question.conditions),
        data=load(question.data).edition.date,
        reproduce=f"{found.reproduce} --map map.html",
    )
    return theme_map(theme, boundaries=boundaries, tiles=tiles)


def chokepoints_map(
    origin: str,
    destination: str,
    *,
    corridors: Sequence[str] = (),
    kinds: Sequence[str] = ("chokepoint", "crossing", "port"),
    boundaries: str | Path = "neutral",
    tiles: str | Mapping[str, Any] | None = None,
    **options: Unpack[Options],
) -> ThemeMap:
    """What closing each strait, border crossing and port on the way changes, on a map.

    Parameters
    ----------
    origin, destination : str
    corridors : sequence of str
        Only these.
    kinds : sequence of str
        As of `criticality`; what has no place of its own is listed beside the map.
    boundaries, tiles
        As of :meth:`Comparison.explore`.
    **options
        Conditions, as `compare` takes them.

    Examples
    --------
    >>> import corridors as co
    >>> co.chokepoints_map("Aktau", "Poti", corridors=["titr"]).theme.title
    'What hangs on one gate'
    """
    from corridors.outputs.theme_gates import gates_theme
    from corridors.outputs.theme_map import theme_map

    found = criticality(origin, destination, corridors=corridors, kinds=kinds, **options)
    desk = desk_of(Question(origin, destination, corridors, **options))
    theme = gates_theme([desk], found.answer, reproduce=f"{found.reproduce} --map map.html")
    return theme_map(theme, boundaries=boundaries, tiles=tiles)
