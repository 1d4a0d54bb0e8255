"""Every command: what it is called, what runs it, what it is asked.

Only the command of the day is told its options, and what runs it is imported when it runs: a
comparison does not wait for commands that nobody asked for.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from corridors.cli import options

Parser = argparse.ArgumentParser


class Command(NamedTuple):
    """One command.

    Attributes
    ----------
    run : str
        Module of this package and function, such as ``studies.run_cut``.
    summary : str
    add_options : callable
    """

    run: str
    summary: str
    add_options: Callable[[Parser], None]

    def __call__(self, asked: argparse.Namespace, argv: list[str]) -> int:
        """Run it; returns the exit code."""
        module, _, function = self.run.partition(".")
        return int(getattr(import_module(f"corridors.cli.{module}"), function)(asked, argv))


def _add_compare(command: Parser) -> None:
    options.add_journey(command)


def _add_route(command: Parser) -> None:
    options.add_journey(command)


def _add_map(command: Parser) -> None:
    options.add_journey(command, formats=False)
    command.add_argument(
        "--scenario-buttons",
        action="append",
        default=[],
        metavar="ID,ID",
        help="buttons that switch the page to the answer with each of them (repeat)",
    )
    for layer in ("projects", "pipelines"):
        command.add_argument(f"--{layer}", action="store_true", help="a layer of them")
    command.add_argument(
        "--out", required=True, metavar="FILE.html", help="also writes FILE.png and FILE.svg"
    )


def _add_profile(command: Parser) -> None:
    options.add_journey(command, formats=False)
    command.add_argument(
        "--of", choices=("days", "usd"), default="days", help="what is drawn upwards"
    )
    command.add_argument("--out", required=True, metavar="FILE.html", help="or FILE.svg, FILE.png")


def _add_report(command: Parser) -> None:
    options.add_journey(command, formats=False)
    from corridors.cli.report import add_options

    add_options(command)


def _add_whatif(command: Parser) -> None:
    options.add_journey(command, formats=False)
    command.add_argument("--format", choices=("table", "json", "csv"), default="table")
    command.add_argument("--out", metavar="PATH", help="write there instead of stdout")


def _add_conditions(command: Parser) -> None:
    command.add_argument("show", nargs="?", metavar="ID", help="all that one of them says")
    command.add_argument(
        "--as-of", type=options.date, metavar="DATE", help="only what held on that day"
    )
    command.add_argument("--format", choices=("table", "json", "csv"), default="table")
    options.add_data(command)


def _add_capacity(command: Parser) -> None:
    command.add_argument("--from", dest="start", required=True, metavar="CN", help="country codes")
    command.add_argument(
        "--to", dest="goal", required=True, metavar="EU", help="country codes or EU"
    )
    options.add_situation(command)


def _add_assign(command: Parser) -> None:
    command.add_argument("demand", metavar="DEMAND", help="FILE.csv: origin,destination,teu_week")
    command.add_argument(
        "--closed-days", type=options.positive, metavar="N", help="how long it holds"
    )
    options.add_situation(command)


def _add_dependence(command: Parser) -> None:
    command.add_argument("--origins", metavar="A,B", help="places, or a country for its terminals")
    command.add_argument("--destinations", metavar="C,D")
    command.add_argument("--demand", metavar="DEMAND", help="a demand table instead")
    command.add_argument("--projects", action="store_true", help="try every upgrade, one at a time")
    options.add_situation(command)


def _add_criticality(command: Parser) -> None:
    options.add_journey(command)
    command.add_argument(
        "--kind", default="", metavar="crossing,port,services,chokepoint,country", help="only these"
    )
    command.add_argument(
        "--also", nargs=2, action="append", default=[], metavar=("ORIGIN", "DESTINATION"),
        help="one more journey (repeat)",
    )  # fmt: skip
    options.add_theme_map(command)


def _add_cut(command: Parser) -> None:
    command.add_argument("start", metavar="CN", help="country codes")
    command.add_argument("goal", metavar="DE", help="country codes")
    command.add_argument("--avoid", default="", metavar="RU,BY", help="countries no line may touch")
    command.add_argument(
        "--mode", default="", metavar="rail,road,sea,ferry", help="only these modes"
    )
    command.add_argument("--format", choices=("table", "json", "md", "csv"), default="table")
    command.add_argument("--out", metavar="PATH", help="write there instead of stdout")
    options.add_data(command)


def _add_disjoint(command: Parser) -> None:
    options.add_journey(command)
    command.add_argument(
        "--most", type=options.positive, default=12, metavar="N", help="stop after so many"
    )
    command.add_argument("--by-service", action="store_true", help="each service a door of its own")


def _add_alternatives(command: Parser) -> None:
    options.add_journey(command)
    command.add_argument("--k", type=options.positive, default=5, metavar="N", help="how many")
    command.add_argument(
        "--most-shared", type=float, default=0.7, metavar="PART",
        help="part of its length that each may share with the best (default 0.7)",
    )  # fmt: skip


def _add_switch(command: Parser) -> None:
    options.add_journey(command)
    command.add_argument("--between", required=True, metavar="titr,northern", help="from, to")


def _add_breakeven(command: Parser) -> None:
    options.add_journey(command)
    command.add_argument(
        "--key", required=True, help="a parameter, value_of_time_usd_day, index/ID"
    )
    command.add_argument("--between", required=True, metavar="titr,northern")
    command.add_argument("--of", choices=("cost", "time", "balanced"), default="cost")
    command.add_argument("--factor", action="store_true", help="a factor on all under the key")
    command.add_argument("--range", metavar="LOW:HIGH", help="values to look at")


def _add_tornado(command: Parser) -> None:
    options.add_journey(command)
    command.add_argument(
        "--against", metavar="ID", help="the difference from this corridor instead"
    )
    command.add_argument(
        "--of", choices=("days", "usd"), default="days", help="what sorts the bars"
    )


def _add_pareto(command: Parser) -> None:
    options.add_journey(command)


def _add_isochrones(command: Parser) -> None:
    command.add_argument("place", metavar="PLACE", help="a name, UN/LOCODE, facility id or lat,lon")
    command.add_argument("--of", choices=("days", "usd"), default="days")
    command.add_argument("--bands", default="", metavar="5,10,20", help="upper ends of the bands")
    command.add_argument(
        "--mode", default="", metavar="rail,road,sea,ferry", help="only these modes"
    )
    command.add_argument("--avoid", default="", metavar="RU,BY", help="countries no line may touch")
    command.add_argument("--assume", action="append", default=[], metavar="KEY=VALUE")
    command.add_argument("--rates", metavar="FILE.csv", help="your own parameter rows")
    command.add_argument("--as-of", type=options.date, metavar="DATE", help="what held on that day")
    command.add_argument("--scenario", action="append", default=[], metavar="ID|FILE")
    command.add_argument("--format", choices=("table", "json", "md", "csv"), default="table")
    command.add_argument("--out", metavar="FILE.geojson", help="facilities and graded lines")
    options.add_theme_map(command)
    options.add_data(command)


def _add_projects(command: Parser) -> None:
    command.add_argument("id", nargs="?", metavar="ID", help="one project and what is within it")
    command.add_argument("--status", default="", metavar="STATUS", help="announced, MoU, built ...")
    command.add_argument("--country", default="", metavar="KZ", help="only those in this country")
    command.add_argument(
        "--effect", nargs=2, metavar=("ORIGIN", "DESTINATION"), help="what each changes there"
    )
    command.add_argument("--format", choices=("table", "json", "csv"), default="table")
    options.add_theme_map(command)
    command.add_argument(
        "--on", type=options.date, metavar="DATE", help="on the map: what is promised by that day"
    )
    options.add_data(command)


def _add_sweep(command: Parser) -> None:
    from corridors.cli.sweep import add_options

    add_options(command)


def _add_places(command: Parser) -> None:
    command.add_argument("query", metavar="QUERY")
    command.add_argument("--limit", type=options.positive, default=10, metavar="N")
    options.add_data(command)


def _add_audit(command: Parser) -> None:
    command.add_argument("--strict", action="store_true", help="exit 4 on any finding not allowed")
    command.add_argument("--format", choices=("table", "json"), default="table")
    options.add_data(command)


def _add_evidence(command: Parser) -> None:
    command.add_argument("--for", dest="subject", metavar="ID", help="facility, crossing, zone")
    command.add_argument("--grade", choices=("measured", "published", "expert", "assumption"))
    command.add_argument("--stale", metavar="24m", help="only figures older than this")
    command.add_argument("--facts", action="store_true", help="published facts, not parameters")
    command.add_argument("--format", choices=("table", "csv", "json"), default="table")
    options.add_data(command)


def _add_validate(command: Parser) -> None:
    command.add_argument("--out", metavar="FILE.md", help="write there instead of stdout")
    options.add_data(command)


def _add_export(command: Parser) -> None:
    command.add_argument("--format", choices=("gpkg", "parquet", "gmns"), default="gpkg")
    command.add_argument("--out", required=True, metavar="PATH", help="a file; else a new folder")
    command.add_argument("--mode", default="", metavar="rail,road,sea,ferry", help="only these")
    command.add_argument("--bbox", metavar="W,S,E,N", help="only this box, in degrees")
    command.add_argument(
        "--answer", nargs=2, metavar=("ORIGIN", "DESTINATION"), help="legs and events instead"
    )
    options.add_data(command)


def _add_import_(command: Parser) -> None:
    command.add_argument("path", metavar="PATH", help="GeoPackage, GeoParquet or GMNS")
    command.add_argument(
        "--out", required=True, metavar="DIR", help="for --overlay or a data folder"
    )


def _add_build(command: Parser) -> None:
    from corridors.cli.build import add_options

    add_options(command)


COMMANDS = {
    "compare": Command("journeys.run_compare", "the corridors side by side", _add_compare),
    "route": Command(
        "journeys.run_route", "the best route over all corridors and none", _add_route
    ),
    "map": Command("pictures.run_map", "an interactive map that works offline", _add_map),
    "profile": Command("pictures.run_profile", "where the days or dollars go, drawn", _add_profile),
    "report": Command("report.run_report", "a briefing folder: pages, tables, papers", _add_report),
    "whatif": Command("whatif.run_whatif", "before and after a scenario or a date", _add_whatif),
    "conditions": Command("whatif.run_conditions", "dated events and what-ifs", _add_conditions),
    "capacity": Command(
        "flows.run_capacity", "what a corridor can take, what binds", _add_capacity
    ),
    "assign": Command("flows.run_assign", "a weekly demand spread over the corridors", _add_assign),
    "dependence": Command(
        "flows.run_dependence", "how much hangs on one neighbour", _add_dependence
    ),
    "criticality": Command(
        "studies.run_criticality", "what hurts most when it is gone", _add_criticality
    ),
    "cut": Command("studies.run_cut", "fewest doors to shut between countries", _add_cut),
    "disjoint": Command(
        "studies.run_disjoint", "routes that share no border or ship", _add_disjoint
    ),
    "alternatives": Command(
        "studies.run_alternatives", "the best route and others that differ", _add_alternatives
    ),
    "switch": Command("studies.run_switch", "where a box can still change corridor", _add_switch),
    "breakeven": Command(
        "studies.run_breakeven", "when two corridors change places", _add_breakeven
    ),
    "tornado": Command("studies.run_tornado", "which numbers an answer hangs on", _add_tornado),
    "pareto": Command("studies.run_pareto", "choices none of which beats another", _add_pareto),
    "isochrones": Command("studies.run_isochrones", "what is within so many days", _add_isochrones),
    "projects": Command(
        "projects.run_projects", "projects, their money, what they do", _add_projects
    ),
    "sweep": Command("sweep.run_sweep", "many journeys under many conditions", _add_sweep),
    "places": Command("journeys.run_places", "look a place up", _add_places),
    "audit": Command("journeys.run_audit", "check the network and its tables", _add_audit),
    "evidence": Command("journeys.run_evidence", "where the numbers come from", _add_evidence),
    "validate": Command(
        "journeys.run_validate", "modelled beside published figures", _add_validate
    ),
    "build": Command("build.run_build", "make a network from its sources", _add_build),
    "export": Command("exchange.run_export", "the network for other tools", _add_export),
    "import": Command("exchange.run_import", "tables of other tools as curated CSV", _add_import_),
}
"""In the order of the help."""
