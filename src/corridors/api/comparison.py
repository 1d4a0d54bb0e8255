"""Corridors side by side, as frames and a map."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.analysis.compare import Answer
from corridors.analysis.document import document
from corridors.analysis.geometry import Geometries, geometries
from corridors.api.option import OptionView
from corridors.errors import UsageError

if TYPE_CHECKING:
    import folium
    import pandas as pd

    from corridors.outputs.picture import Picture


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
        from corridors.outputs.text import clean

        shipment = self.answer.shipment
        ok = sum(option.status == "ok" for option in self.answer.options)
        return (
            f"<Comparison {clean(shipment.origin.name)} to {clean(shipment.destination.name)}: "
            f"{ok} of {len(self.answer.options)} options ok>"
        )

    def _repr_html_(self) -> str:
        from corridors.outputs import text, wording

        found = html.escape(wording.headline(self.document))
        scope = html.escape(wording.scope(self.document))
        frame = text.clean(self.table._repr_html_())
        return f"<p><strong>{found}</strong><br>{scope}</p>{frame}"

    @cached_property
    def document(self) -> dict[str, Any]:
        """The JSON document of the command line."""
        return document(self.answer, reproduce=self.reproduce, profile=True)

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

    def __iter__(self) -> Iterator[OptionView]:
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

    def map(
        self,
        *,
        scenarios: Sequence[str | Path] = (),
        projects: bool = False,
        pipelines: bool = False,
        boundaries: str | Path = "neutral",
        tiles: str | Mapping[str, Any] | None = None,
    ) -> folium.Map:
        """An interactive map; offline, and stackable with your own Folium layers.

        Parameters
        ----------
        scenarios : sequence of str or Path
            A button for each: the page switches to the answer with it, worked out now.
        projects, pipelines : bool
            Upgrades and oil and gas pipelines as layers.
        boundaries : "neutral", "none" or path
            Natural Earth boundaries with disputed lines dotted, none, or a GeoJSON of lines.
        tiles : str or mapping, optional
            Address template of an online tile layer, offered as a choice in the map.

        Returns
        -------
        folium.Map
            Saving it writes one HTML file.

        Examples
        --------
        >>> import corridors as co
        >>> c = co.compare("Xi'an", "Duisburg", draws=50)
        >>> type(c.map(scenarios=["red-sea-2023"])).__mro__[1].__name__
        'Map'
        """
        from corridors.outputs.map import comparison_map

        more = self._more(scenarios, projects=projects, pipelines=pipelines)
        return comparison_map(
            self.document, self.geometries, boundaries=boundaries, tiles=tiles, **more
        )

    def explore(self, **options: Any) -> folium.Map:
        """The same as `map`."""
        return self.map(**options)

    def _more(
        self, scenarios: Sequence[str | Path], *, projects: bool, pipelines: bool
    ) -> dict[str, Any]:
        """What a map shows beside the answer: other cases, what is shut, layers."""
        from corridors.analysis.alternatives import alternatives, shut_gates
        from corridors.outputs.answers import Case
        from corridors.outputs.theme_layers import pipeline_overlay, project_overlay

        if isinstance(scenarios, str):
            raise UsageError(f"scenarios is a list, such as scenarios=[{scenarios!r}]")
        found = alternatives(self.answer, self.geometries, [str(name) for name in scenarios])
        engine = self.answer.engine
        return {
            "shut": shut_gates(self.answer, self.geometries),
            "cases": [
                Case(
                    other.title,
                    document(other.answer, reproduce=self.reproduce, profile=True),
                    other.lines,
                    other.shut,
                )
                for other in found
            ],
            "overlays": [
                *([project_overlay(engine)] if projects else []),
                *([pipeline_overlay(engine)] if pipelines else []),
            ],
        }

    def profile(self, of: str = "days") -> Picture:
        """Days (or ``usd``) along the way, corridors overlaid, with bars by cause below."""
        from corridors.outputs.profile_page import profile_picture

        return profile_picture(self.document, of)

    def waterfall(self) -> Picture:
        """Where the mean days and dollars go, one bar per corridor."""
        from corridors.outputs.profile_page import waterfall_picture

        return waterfall_picture(self.document)

    def write_map(
        self,
        path: str | Path,
        *,
        scenarios: Sequence[str | Path] = (),
        projects: bool = False,
        pipelines: bool = False,
    ) -> list[Path]:
        """Write the map as HTML, with SVG and PNG beside it; see `map`."""
        from corridors.outputs.map import write_map

        more = self._more(scenarios, projects=projects, pipelines=pipelines)
        return write_map(self.document, self.geometries, Path(path), **more)

    def report(
        self,
        path: str | Path,
        *,
        lang: str = "en",
        formats: Sequence[str] | None = None,
    ) -> list[Path]:
        """Write a briefing folder: pages, Markdown, JSON, GeoJSON, pictures, XLSX, DOCX, PDF.

        Parameters
        ----------
        path : str or Path
            A new folder, or that of an earlier report, which is replaced at once.
        lang : {"en", "ru"}
            Headings and the finding; in Russian with the Cyrillic place names that are stored.
        formats : sequence of str, optional
            Some of ``html``, ``md``, ``json``, ``geojson``, ``svg``, ``png``, ``xlsx``, ``docx``,
            ``pdf``; all that the installed libraries can write without.
        """
        from corridors.outputs.report.folder import write_report
        from corridors.places.cyrillic import cyrillic_names

        names = cyrillic_names(self.answer.engine.folder) if lang == "ru" else None
        return write_report(
            self.document, self.geometries, path, lang=lang, forms=formats, names=names
        )


def map(comparison: Comparison, **options: Any) -> folium.Map:  # noqa: A001 - it is co.map
    """An interactive map of a comparison; see :meth:`Comparison.map`.

    Parameters
    ----------
    comparison : Comparison
    **options
        ``scenarios``, ``projects``, ``pipelines``, ``boundaries``, ``tiles``.

    Examples
    --------
    >>> import corridors as co
    >>> c = co.compare("Almaty", "Poti", corridors=["titr"], draws=50)
    >>> type(co.map(c)).__mro__[1].__name__
    'Map'
    """
    return comparison.map(**options)
