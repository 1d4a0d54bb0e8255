"""One option of a comparison: its legs, events, variants and reasons."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from corridors.analysis.compare import Option
from corridors.analysis.desk import weights
from corridors.errors import NoRouteError, UsageError

if TYPE_CHECKING:
    import geopandas
    import networkx as nx
    import pandas as pd

    from corridors.api.comparison import Comparison

_RANKED = {"balanced": "cost plus the value of time", "time": "time", "cost": "cost"}


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
        from corridors.outputs.text import clean

        return clean(self._told())

    def _told(self) -> str:
        name = self.corridor or "free route"
        if self.status != "ok":
            return f"<{name}: {self.status}: {self.summary['reason']}>"
        days, usd = self.summary["time_days"]["mean"], self.summary["cost_usd"]["mean"]
        via = f" via {self.summary['variant']}" if self.summary["variant"] else ""
        return f"<{name}{via}: {days:.1f} days, {usd:,.0f} USD/FEU>"

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
