"""The notebook's side: ``import corridors as co``."""

from __future__ import annotations

import html
import shlex
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.analysis.compare import (
    Answer,
    Conditions,
    Option,
    free_route,
    weights,
)
from corridors.analysis.compare import compare as _compare
from corridors.analysis.document import Geometries, document, geometries
from corridors.analysis.engine import Engine
from corridors.errors import NoRouteError, UsageError
from corridors.shipment import Objective, Scope

if TYPE_CHECKING:
    import folium
    import geopandas
    import networkx as nx
    import pandas as pd

_RANKED = {"balanced": "cost plus the value of time", "time": "time", "cost": "cost"}
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


def to_networkx(data: str | Path | None = None) -> nx.MultiDiGraph:
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
    import networkx as nx

    engine = load(data)
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for f in engine.tables.facilities:
        graph.add_node(f.id, x=f.lon, y=f.lat, name=f.name, country=f.country, kind=f.kind)

    def join(a: str, b: str, both: bool, km: float, **about: Any) -> None:
        graph.add_edge(a, b, length=km * 1000, **about)
        if both:
            graph.add_edge(b, a, length=km * 1000, **about)

    for haul in engine.network.hauls:
        mode = haul.zone.partition(":")[0]
        join(haul.a, haul.b, True, haul.km, kind="haul", mode=mode, zone=haul.zone)
    crossings = {c.id: c for c in engine.tables.crossings}
    for run in engine.network.crossings:
        row = crossings[run.id]
        if row.status == "operating":
            km = run.km_a + run.km_b
            join(row.a, row.b, True, km, kind="crossing", mode=row.mode, id=row.id)
    services = {s.id: s for s in engine.tables.services}
    for sailing in engine.network.services:
        row_s = services[sailing.id]
        about = {"kind": "service", "mode": row_s.mode, "id": row_s.id}
        join(row_s.a, row_s.b, row_s.both_ways, sailing.km, **about)
    return graph


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


class Comparison:
    """Corridors side by side: frames, reasons, map.

    Attributes
    ----------
    answer : Answer
        The model's own objects: routes, charges, draws.
    reproduce : str
        The command line that gives the same answer.
    """

    def __init__(self, answer: Answer, reproduce: str) -> None:
        self.answer, self.reproduce = answer, reproduce

    def __repr__(self) -> str:
        shipment = self.answer.shipment
        ok = sum(option.status == "ok" for option in self.answer.options)
        return (
            f"<Comparison {shipment.origin.name} to {shipment.destination.name}: "
            f"{ok} of {len(self.answer.options)} options ok>"
        )

    def _repr_html_(self) -> str:
        from corridors.outputs import wording

        found = html.escape(wording.headline(self.document))
        scope = html.escape(wording.scope(self.document))
        return f"<p><strong>{found}</strong><br>{scope}</p>{self.table._repr_html_()}"

    @cached_property
    def document(self) -> dict[str, Any]:
        """The JSON document of the command line."""
        return document(self.answer, reproduce=self.reproduce)

    @cached_property
    def geometries(self) -> Geometries:
        """(lon, lat) line of every leg."""
        return geometries(self.answer)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per option: days and USD with P10 to P90, borders, shares of assumptions."""
        import pandas as pd

        rows = []
        for option in self.document["options"]:
            row = {
                "corridor": option["corridor"],
                "variant": option["variant"],
                "status": option["status"],
                "reason": option["reason"],
            }
            if option["status"] == "ok":
                row |= {
                    "days_p10": option["time_days"]["p10"],
                    "days": option["time_days"]["mean"],
                    "days_p90": option["time_days"]["p90"],
                    "usd_p10": option["cost_usd"]["p10"],
                    "usd": option["cost_usd"]["mean"],
                    "usd_p90": option["cost_usd"]["p90"],
                    "co2e_kg": option["co2e_kg"]["typ"],
                    "km": option["distance_km"],
                    "borders": len(option["border_crossings"]),
                    "gauge_changes": len(option["gauge_changes"]),
                    "lifts": len(option["transshipments"]),
                    "countries": " ".join(option["countries"]),
                    "p90_made_by": option["p90_made_by"],
                    "assumed_time": option["evidence"]["time"]["assumption"],
                    "assumed_cost": option["evidence"]["cost"]["assumption"],
                }
            rows.append(row)
        return pd.DataFrame(rows).set_index("corridor")

    def __len__(self) -> int:
        return len(self.answer.options)

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: str | int) -> OptionView:
        options = self.answer.options
        if isinstance(key, int):
            position = range(len(options))[key]
        else:
            names = [option.corridor for option in options]
            if key not in names:
                known = ", ".join(str(name) for name in names)
                raise UsageError(f"no option {key!r}: choose from {known}")
            position = names.index(key)
        return OptionView(self, position)

    def explore(self, **options: Any) -> folium.Map:
        """An interactive map; offline, and stackable with your own Folium layers."""
        from corridors.outputs.map import comparison_map

        return comparison_map(self.document, self.geometries, **options)

    def write_map(self, path: str | Path) -> list[Path]:
        """Write the map as HTML, with SVG and PNG beside it."""
        from corridors.outputs.map import write_map

        return write_map(self.document, self.geometries, Path(path))


class OptionView:
    """One option of a comparison."""

    def __init__(self, comparison: Comparison, position: int) -> None:
        self._comparison, self._position = comparison, position

    @property
    def option(self) -> Option:
        """The model's own object."""
        return self._comparison.answer.options[self._position]

    @property
    def summary(self) -> dict[str, Any]:
        """The option as it stands in the JSON document."""
        found: dict[str, Any] = self._comparison.document["options"][self._position]
        return found

    def __repr__(self) -> str:
        name = self.corridor or "free route"
        if self.status != "ok":
            return f"<{name}: {self.status}: {self.summary['reason']}>"
        days, usd = self.summary["time_days"]["mean"], self.summary["cost_usd"]["mean"]
        return f"<{name} via {self.summary['variant']}: {days:.1f} days, {usd:,.0f} USD/FEU>"

    @property
    def corridor(self) -> str | None:
        """Corridor id; None for a free route."""
        return self.option.corridor

    @property
    def status(self) -> str:
        """``ok``, ``excluded`` or ``infeasible``."""
        return self.option.status

    @property
    def countries(self) -> list[str]:
        """Countries in the order met."""
        return list(self._ok()["countries"])

    def _ok(self) -> dict[str, Any]:
        if self.status != "ok":
            raise NoRouteError(f"{self.corridor}: {self.status}: {self.summary['reason']}")
        return self.summary

    @property
    def _key(self) -> str:
        return self.corridor or ("best", "next")[self._position]

    @cached_property
    def legs(self) -> geopandas.GeoDataFrame:
        """One row per leg, with its line (EPSG:4326), km, hours and USD."""
        import geopandas
        from shapely.geometry import LineString

        rows, lines = [], []
        for leg in self._ok()["legs"]:
            line = self._comparison.geometries[(self._key, leg["id"])]
            rows.append({k: v for k, v in leg.items() if not k.endswith("lonlat")})
            lines.append(LineString(line if len(line) > 1 else line * 2))
        return geopandas.GeoDataFrame(rows, geometry=lines, crs="EPSG:4326").set_index("id")

    @cached_property
    def events(self) -> geopandas.GeoDataFrame:
        """One row per event, with its point (EPSG:4326), hours, USD, grade and source."""
        import geopandas

        rows = [
            {k: v for k, v in event.items() if k not in ("components", "detail")}
            for event in self._ok()["events"]
        ]
        points = geopandas.points_from_xy([r["lon"] for r in rows], [r["lat"] for r in rows])
        return geopandas.GeoDataFrame(rows, geometry=points, crs="EPSG:4326").set_index("id")

    @cached_property
    def variants(self) -> pd.DataFrame:
        """Every variant that was tried, with its means or what blocks it."""
        import pandas as pd

        columns = ["variant", "status", "reason", "mean_days", "mean_cost_usd", "distance_km"]
        rows = self.summary.get("variants", [])
        return pd.DataFrame(rows, columns=columns).set_index("variant")

    def why_not(self, text: str) -> str:
        """Why another variant was not chosen.

        Parameters
        ----------
        text : str
            A variant, or a part of its name (``kuryk``).

        Raises
        ------
        UsageError
            No variant of that name.
        """
        matching = [v for v in self.summary.get("variants", []) if text in v["variant"]]
        if not matching:
            known = ", ".join(v["variant"] for v in self.summary.get("variants", []))
            raise UsageError(f"no variant like {text!r}: there are {known}")
        open_ones = [v for v in matching if v["status"] == "ok"]
        if not open_ones:
            return f"{matching[0]['variant']}: {matching[0]['reason']}"
        shipment = self._comparison.answer.shipment
        day, dollar = weights(shipment)
        best = min(open_ones, key=lambda v: v["mean_days"] * day * 24 + v["mean_cost_usd"] * dollar)
        chosen = self._ok()
        if best["variant"] == chosen["variant"]:
            return f"{best['variant']} is the variant chosen"
        days = best["mean_days"] - chosen["time_days"]["mean"]
        usd = best["mean_cost_usd"] - chosen["cost_usd"]["mean"]
        return (
            f"{best['variant']} would take {days:+.1f} days and {usd:+,.0f} USD against "
            f"{chosen['variant']} (means, ranked by {_RANKED[shipment.objective]})"
        )

    def to_networkx(self) -> nx.MultiDiGraph:
        """The route as a graph: facilities as nodes (x, y), legs as edges (km, hours, USD)."""
        import networkx as nx

        graph = nx.MultiDiGraph(crs="EPSG:4326")
        for leg in self._ok()["legs"]:
            for end in ("from", "to"):
                lon, lat = leg[f"{end}_lonlat"]
                graph.add_node(leg[f"{end}_id"], x=lon, y=lat, name=leg[end])
            line = self.legs.geometry[leg["id"]]
            graph.add_edge(
                leg["from_id"], leg["to_id"], key=leg["id"], mode=leg["mode"],
                length=leg["distance_km"] * 1000, hours=leg["hours"], cost_usd=leg["cost_usd"],
                geometry=line,
            )  # fmt: skip
        return graph
