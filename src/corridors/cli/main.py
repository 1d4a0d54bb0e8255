"""Entry point: arguments in, one result on stdout, exit codes that scripts rely on."""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from corridors.cli import (
    build,
    commands,
    exchange,
    flows,
    pictures,
    projects,
    report,
    studies,
    whatif,
)
from corridors.errors import CorridorsError, OutputError, UsageError

EXIT_INTERNAL = 1
EXIT_INTERRUPTED = 130


class _Help(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=100)


class Parser(argparse.ArgumentParser):
    """A parser whose errors are ours: one line, exit code 2."""

    def __init__(self, **options: Any) -> None:
        # Of a fixed width: to ask the terminal, argparse loads shutil and all its compressors.
        super().__init__(**options, formatter_class=_Help)

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage."""
        raise UsageError(f"{message} (see: {self.prog} --help)")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process without.

    Returns
    -------
    int
        0 at least one option is ok, 1 internal error, 2 usage, 3 no option is ok, 4 invalid
        data or unwritable output, 130 interrupted.
    """
    if argv is None:
        # A process of half a second makes no cycles worth looking for.
        gc.disable()
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        _prepare_stdout()
        options = parser().parse_args(arguments)
        exchange.lay_over(options)
        code = int(options.run(options, arguments))
        sys.stdout.flush()
        return code
    except CorridorsError as error:
        return _fail(error)
    except BrokenPipeError:
        # The reader has gone (`| head`): nothing to say, and no traceback at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _fail(OutputError(f"cannot write the result: {error.strerror or error}"))
    except KeyboardInterrupt:
        print("corridors: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except Exception as error:
        if os.environ.get("CORRIDORS_DEBUG"):
            raise
        kind = type(error).__name__
        print(
            f"corridors: internal error, please report it: {kind}: {_one_line(str(error))} "
            "(CORRIDORS_DEBUG=1 shows where)",
            file=sys.stderr,
        )
        return EXIT_INTERNAL


def _prepare_stdout() -> None:
    """Place names are written in many scripts; a narrow pipe gets escapes, not a failure."""
    if sys.stdout is None:
        raise OutputError("cannot write the result: standard output is closed")
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def _fail(error: CorridorsError) -> int:
    print(f"corridors: {_one_line(str(error))}", file=sys.stderr)
    return error.exit_code


def _one_line(message: str) -> str:
    """Text from data never runs in a terminal: control characters go, lines are joined."""
    return " ".join("".join(c if c.isprintable() else " " for c in message).split())


def parser() -> Parser:
    """The whole command line."""
    top = Parser(
        prog="corridors",
        description="Compare transport corridors across Eurasia on the real rail, road and sea "
        "network: days, dollars, borders, and what is not known.",
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"corridors {commands.version()}")
    sub = top.add_subparsers(
        required=True, metavar="COMMAND", parser_class=Parser, prog="corridors"
    )

    compare = _command(sub, "compare", commands.run_compare, "the corridors side by side")
    _journey(compare)
    route = _command(sub, "route", commands.run_route, "the best route over all corridors and none")
    _journey(route)
    chart = _command(sub, "map", commands.run_map, "an interactive map that works offline")
    _journey(chart, formats=False)
    chart.add_argument(
        "--out", required=True, metavar="FILE.html", help="also writes FILE.png and FILE.svg"
    )
    way = _command(sub, "profile", pictures.run_profile, "where the days or dollars go, drawn")
    _journey(way, formats=False)
    way.add_argument("--of", choices=("days", "usd"), default="days", help="what is drawn upwards")
    way.add_argument("--out", required=True, metavar="FILE.html", help="or FILE.svg, FILE.png")

    brief = _command(sub, "report", report.run_report, "a briefing folder: pages, tables, papers")
    _journey(brief, formats=False)
    report.add_options(brief)

    change = _command(sub, "whatif", whatif.run_whatif, "before and after a scenario or a date")
    _journey(change, formats=False)
    change.add_argument("--format", choices=("table", "json", "csv"), default="table")
    change.add_argument("--out", metavar="PATH", help="write there instead of stdout")

    dated = _command(sub, "conditions", whatif.run_conditions, "dated events and what-ifs")
    dated.add_argument("show", nargs="?", metavar="ID", help="all that one of them says")
    dated.add_argument("--as-of", type=_date, metavar="DATE", help="only what held on that day")
    dated.add_argument("--format", choices=("table", "json", "csv"), default="table")
    _data(dated)

    most = _command(sub, "capacity", flows.run_capacity, "what a corridor can take, what binds")
    most.add_argument("--from", dest="start", required=True, metavar="CN", help="country codes")
    most.add_argument("--to", dest="goal", required=True, metavar="EU", help="country codes or EU")
    _situation(most)
    share = _command(sub, "assign", flows.run_assign, "a weekly demand spread over the corridors")
    share.add_argument("demand", metavar="DEMAND", help="FILE.csv: origin,destination,teu_week")
    share.add_argument("--closed-days", type=_positive, metavar="N", help="how long it holds")
    _situation(share)
    out = _command(sub, "dependence", flows.run_dependence, "how much hangs on one neighbour")
    out.add_argument("--origins", metavar="A,B", help="places, or a country for its terminals")
    out.add_argument("--destinations", metavar="C,D")
    out.add_argument("--demand", metavar="DEMAND", help="a demand table instead")
    out.add_argument("--projects", action="store_true", help="try every upgrade, one at a time")
    _situation(out)

    _studies(sub)

    works = _command(sub, "projects", projects.run_projects, "projects, their money, what they do")
    works.add_argument("id", nargs="?", metavar="ID", help="one project and what is within it")
    works.add_argument("--status", default="", metavar="STATUS", help="announced, MoU, built ...")
    works.add_argument("--country", default="", metavar="KZ", help="only those in this country")
    works.add_argument(
        "--effect", nargs=2, metavar=("ORIGIN", "DESTINATION"), help="what each changes there"
    )
    works.add_argument("--format", choices=("table", "json", "csv"), default="table")
    _data(works)

    places = _command(sub, "places", commands.run_places, "look a place up")
    places.add_argument("query", metavar="QUERY")
    places.add_argument("--limit", type=_positive, default=10, metavar="N")
    _data(places)

    audit = _command(sub, "audit", commands.run_audit, "check the network and its tables")
    audit.add_argument("--strict", action="store_true", help="exit 4 on any finding not allowed")
    audit.add_argument("--format", choices=("table", "json"), default="table")
    _data(audit)

    evidence = _command(sub, "evidence", commands.run_evidence, "where the numbers come from")
    evidence.add_argument("--for", dest="subject", metavar="ID", help="facility, crossing, zone")
    evidence.add_argument("--grade", choices=("measured", "published", "expert", "assumption"))
    evidence.add_argument("--stale", metavar="24m", help="only figures older than this")
    evidence.add_argument("--facts", action="store_true", help="published facts, not parameters")
    evidence.add_argument("--format", choices=("table", "csv", "json"), default="table")
    _data(evidence)

    validate = _command(sub, "validate", commands.run_validate, "modelled beside published figures")
    validate.add_argument("--out", metavar="FILE.md", help="write there instead of stdout")
    _data(validate)

    build.add_options(_command(sub, "build", build.run_build, "make a network from its sources"))

    export = _command(sub, "export", exchange.run_export, "the network for other tools")
    export.add_argument("--format", choices=("gpkg", "parquet", "gmns"), default="gpkg")
    export.add_argument("--out", required=True, metavar="PATH", help="a file; else a new folder")
    export.add_argument("--mode", default="", metavar="rail,road,sea,ferry", help="only these")
    export.add_argument("--bbox", metavar="W,S,E,N", help="only this box, in degrees")
    export.add_argument(
        "--answer", nargs=2, metavar=("ORIGIN", "DESTINATION"), help="legs and events instead"
    )
    _data(export)

    back = _command(sub, "import", exchange.run_import, "tables of other tools as curated CSV")
    back.add_argument("path", metavar="PATH", help="GeoPackage, GeoParquet or GMNS")
    back.add_argument("--out", required=True, metavar="DIR", help="for --overlay or a data folder")
    return top


def _studies(sub: Any) -> None:
    """What a journey hangs on, what is given for what, how far a place reaches."""
    gone = _command(sub, "criticality", studies.run_criticality, "what hurts most when it is gone")
    _journey(gone)
    gone.add_argument(
        "--kind", default="", metavar="crossing,port,services,chokepoint,country", help="only these"
    )
    gone.add_argument(
        "--also", nargs=2, action="append", default=[], metavar=("ORIGIN", "DESTINATION"),
        help="one more journey (repeat)",
    )  # fmt: skip
    cut = _command(sub, "cut", studies.run_cut, "fewest doors to shut between countries")
    cut.add_argument("start", metavar="CN", help="country codes")
    cut.add_argument("goal", metavar="DE", help="country codes")
    cut.add_argument("--avoid", default="", metavar="RU,BY", help="countries no line may touch")
    cut.add_argument("--mode", default="", metavar="rail,road,sea,ferry", help="only these modes")
    cut.add_argument("--format", choices=("table", "json", "md", "csv"), default="table")
    cut.add_argument("--out", metavar="PATH", help="write there instead of stdout")
    _data(cut)
    apart = _command(sub, "disjoint", studies.run_disjoint, "routes that share no border or ship")
    _journey(apart)
    apart.add_argument("--most", type=_positive, default=12, metavar="N", help="stop after so many")
    apart.add_argument("--by-service", action="store_true", help="each service a door of its own")
    turn = _command(sub, "switch", studies.run_switch, "where a box can still change corridor")
    _journey(turn)
    turn.add_argument("--between", required=True, metavar="titr,northern", help="from, to")
    even = _command(sub, "breakeven", studies.run_breakeven, "when two corridors change places")
    _journey(even)
    even.add_argument("--key", required=True, help="a parameter, value_of_time_usd_day, index/ID")
    even.add_argument("--between", required=True, metavar="titr,northern")
    even.add_argument("--of", choices=("cost", "time", "balanced"), default="cost")
    even.add_argument("--factor", action="store_true", help="a factor on all under the key")
    even.add_argument("--range", metavar="LOW:HIGH", help="values to look at")
    bars = _command(sub, "tornado", studies.run_tornado, "which numbers an answer hangs on")
    _journey(bars)
    bars.add_argument("--against", metavar="ID", help="the difference from this corridor instead")
    bars.add_argument("--of", choices=("days", "usd"), default="days", help="what sorts the bars")
    best = _command(sub, "pareto", studies.run_pareto, "choices none of which beats another")
    _journey(best)
    reach = _command(sub, "isochrones", studies.run_isochrones, "what is within so many days")
    reach.add_argument("place", metavar="PLACE", help="a name, UN/LOCODE, facility id or lat,lon")
    reach.add_argument("--of", choices=("days", "usd"), default="days")
    reach.add_argument("--bands", default="", metavar="5,10,20", help="upper ends of the bands")
    reach.add_argument("--mode", default="", metavar="rail,road,sea,ferry", help="only these modes")
    reach.add_argument("--avoid", default="", metavar="RU,BY", help="countries no line may touch")
    reach.add_argument("--assume", action="append", default=[], metavar="KEY=VALUE")
    reach.add_argument("--rates", metavar="FILE.csv", help="your own parameter rows")
    reach.add_argument("--as-of", type=_date, metavar="DATE", help="what held on that day")
    reach.add_argument("--scenario", action="append", default=[], metavar="ID|FILE")
    reach.add_argument("--format", choices=("table", "json", "md", "csv"), default="table")
    reach.add_argument("--out", metavar="FILE.geojson", help="facilities and graded lines")
    _data(reach)


def _command(sub: Any, name: str, run: Any, summary: str) -> Parser:
    command: Parser = sub.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + ".", allow_abbrev=False
    )
    command.set_defaults(run=run)
    return command


def _data(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", metavar="DIR", help="a data folder of your own")
    command.add_argument("--overlay", metavar="DIR", help="tables of your own, laid on top")


def _situation(command: argparse.ArgumentParser) -> None:
    """What flows are asked under; they know neither a day of departure nor terms."""
    add = command.add_argument
    add("--corridor", action="append", default=[], metavar="ID", help="only this one (repeat)")
    add("--avoid", default="", metavar="RU,BY", help="countries no line may touch")
    add("--assume", action="append", default=[], metavar="KEY=VALUE", help="set a parameter")
    add("--rates", metavar="FILE.csv", help="your own parameter rows")
    add("--as-of", type=_date, metavar="DATE", help="what held on that day")
    add("--scenario", action="append", default=[], metavar="ID|FILE", help="force it (repeat)")
    add("--format", choices=("table", "json", "csv"), default="table")
    add("--out", metavar="PATH", help="write there instead of stdout")
    _data(command)


def _journey(command: argparse.ArgumentParser, *, formats: bool = True) -> None:
    add = command.add_argument
    add("origin", metavar="ORIGIN", help="a name, UN/LOCODE, facility id or lat,lon")
    add("destination", metavar="DESTINATION")
    add("--corridor", action="append", default=[], metavar="ID", help="only this one (repeat)")
    add("--scope", choices=("terminal", "door"), default="terminal")
    add("--avoid", default="", metavar="RU,BY", help="countries no line may touch")
    add("--via", action="append", default=[], metavar="PLACE", help="pass this place (repeat)")
    add("--mode", default="", metavar="rail,road,sea,ferry", help="only these modes")
    add("--assume", action="append", default=[], metavar="KEY=VALUE", help="set a parameter")
    add("--rates", metavar="FILE.csv", help="your own parameter rows")
    add("--optimise", choices=("balanced", "time", "cost"), default="balanced")
    add("--value-of-time", type=_not_negative, metavar="USD_PER_DAY")
    add("--unit", choices=("FEU", "2x20", "TEU"), default="FEU", help="one 40 ft, two 20 ft, one")
    add("--booking", choices=("block", "single"), default="block", help="block train or single")
    add("--ownership", choices=("SOC", "COC"), default="SOC", help="whose container")
    add("--weight-t", type=_not_negative, metavar="T", help="weight of the cargo")
    add("--cargo-value", type=_not_negative, metavar="USD", help="adds up to a landed cost")
    add("--cargo", default="", metavar="HS", help="HS code: names rules for these goods")
    add("--goods", default="", metavar="dangerous,reefer", help="names rules for these goods")
    add("--depart", type=_date, metavar="DATE", help="day of gate-in: seasons and events act")
    add("--deadline", type=_days, metavar="25d", help="adds the probability of meeting it")
    add("--as-of", type=_date, metavar="DATE", help="what held on that day acts all along")
    add("--scenario", action="append", default=[], metavar="ID|FILE", help="force it (repeat)")
    add("--price-month", type=_month, metavar="2024-07", help="move dated prices")
    add("--draws", type=_positive, default=2000, metavar="N")
    add("--seed", type=int, default=1, metavar="N")
    if formats:
        add("--format", choices=("table", "json", "md", "csv"), default="table")
        add("--out", metavar="PATH", help="write there instead of stdout")
    _data(command)


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to {MOST:,}")
    return int(text)


MOST = 1_000_000


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date: write 2026-11-15") from None


def _month(text: str) -> str:
    try:
        dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no month: write 2024-07") from None
    return text


def _days(text: str) -> float:
    return _not_negative(text.removesuffix("d"))


def _not_negative(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of at least 0")
    return value
