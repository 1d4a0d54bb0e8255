"""The legs and events of an answer as layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corridors.errors import NoRouteError
from corridors.exchange.layers import CRS, Layer, Layers

LegLines = Mapping[tuple[str, str], Sequence[tuple[float, float]]]
"""(lon, lat) line of every leg, by the option's name and the leg's id."""

_ANSWER = (
    "Modelled by corridors; lines (c) OpenStreetMap contributors, ODbL 1.0; sea lanes: searoute"
)

_LEG = (
    "id", "from", "to", "from_id", "to_id", "mode", "gauge_mm", "distance_km", "hours", "cost_usd",
    "countries", "grade", "source",
)  # fmt: skip
_EVENT = (
    "id", "kind", "place", "place_id", "hours", "p10_hours", "p90_hours", "cost_usd", "grade",
    "source",
)  # fmt: skip


def answer_layers(document: Mapping[str, Any], geometries: LegLines) -> Layers:
    """Legs, events and a table of options.

    Parameters
    ----------
    document : mapping
        The JSON document of the answer.
    geometries : dict
        (lon, lat) line of every leg.

    Returns
    -------
    dict of str to Layer
        ``options`` (no geometry, one row per corridor), ``legs`` and ``events`` of those that are
        ok. Hours and dollars are expected values and add up to those of the option.

    Raises
    ------
    NoRouteError
        No option is ok.
    """
    import geopandas
    import pandas as pd
    import shapely

    options, legs, events, lines, points = [], [], [], [], []
    for position, option in enumerate(document["options"]):
        key = option["corridor"] or ("best", "next")[position]
        options.append(_option(option, key))
        if option["status"] != "ok":
            continue
        where = {"corridor": key, "variant": option["variant"] or ""}
        order = {step: number for number, step in enumerate(option["sequence"], 1)}
        for leg in option["legs"]:
            line = geometries[(key, leg["id"])]
            legs.append(where | {"step": order[leg["id"]]} | _columns(leg, _LEG))
            lines.append(shapely.linestrings(line if len(line) > 1 else [*line, *line]))
        for event in option["events"]:
            events.append(where | {"step": order[event["id"]]} | _columns(event, _EVENT))
            points.append(shapely.points(event["lon"], event["lat"]))
    if not legs:
        raise NoRouteError("nothing to write: no option is ok")
    leg_frame = pd.DataFrame(legs).astype({"gauge_mm": "Int64"})
    reproduce = f"{_ANSWER}. Again: {document['reproduce']}"
    return {
        "options": Layer(pd.DataFrame(options), "", f"Options of the answer. {reproduce}"),
        "legs": Layer(
            geopandas.GeoDataFrame(leg_frame, geometry=lines, crs=CRS),
            "LineString",
            f"Legs in order of `step`. {_ANSWER}",
        ),
        "events": Layer(
            geopandas.GeoDataFrame(events, geometry=points, crs=CRS),
            "Point",
            f"Events in order of `step`. {_ANSWER}",
        ),
    }


def _columns(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: ";".join(row[name]) if isinstance(row[name], list) else row[name] for name in names
    }


def _option(option: Mapping[str, Any], key: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "corridor": key,
        "variant": option["variant"] or "",
        "status": option["status"],
        "reason": option["reason"] or "",
    }
    for name, column in (("time_days", "days"), ("cost_usd", "usd")):
        found = option.get(name) if option["status"] == "ok" else None
        for quantity in ("p10", "mean", "p90"):
            row[f"{column}_{quantity}"] = found[quantity] if found else float("nan")
    row["distance_km"] = option["distance_km"] if option["status"] == "ok" else float("nan")
    return row
