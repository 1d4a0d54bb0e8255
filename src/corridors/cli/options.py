"""What several commands are asked: the journey, its terms and conditions, the data."""

from __future__ import annotations

import argparse
import datetime as dt

from corridors.shipment import MOST_DRAWS


def add_theme_map(command: argparse.ArgumentParser) -> None:
    """Where a map of the answer goes, beside the answer itself."""
    command.add_argument(
        "--map", metavar="FILE.html", help="draw it too; writes FILE.png and FILE.svg beside"
    )


def add_data(command: argparse.ArgumentParser) -> None:
    """Which data."""
    command.add_argument("--data", metavar="DIR", help="a data folder of your own")
    command.add_argument("--overlay", metavar="DIR", help="tables of your own, laid on top")


def add_situation(command: argparse.ArgumentParser) -> None:
    """What flows are asked under; they know neither a day of departure nor terms."""
    add = command.add_argument
    add("--corridor", action="append", default=[], metavar="ID", help="only this one (repeat)")
    add("--avoid", default="", metavar="RU,BY", help="countries no line may touch")
    add("--assume", action="append", default=[], metavar="KEY=VALUE", help="set a parameter")
    add("--rates", metavar="FILE.csv", help="your own parameter rows")
    add("--as-of", type=date, metavar="DATE", help="what held on that day")
    add("--scenario", action="append", default=[], metavar="ID|FILE", help="force it (repeat)")
    add("--format", choices=("table", "json", "csv"), default="table")
    add("--out", metavar="PATH", help="write there instead of stdout")
    add_data(command)


def add_journey(command: argparse.ArgumentParser, *, formats: bool = True) -> None:
    """Between which places, and under which terms and conditions."""
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
    add("--depart", type=date, metavar="DATE", help="day of gate-in: seasons and events act")
    add("--deadline", type=_days, metavar="25d", help="adds the probability of meeting it")
    add("--as-of", type=date, metavar="DATE", help="what held on that day acts all along")
    add("--scenario", action="append", default=[], metavar="ID|FILE", help="force it (repeat)")
    add("--price-month", type=_month, metavar="2024-07", help="move dated prices")
    add("--draws", type=positive, default=2000, metavar="N")
    add("--seed", type=int, default=1, metavar="N")
    if formats:
        add("--format", choices=("table", "json", "md", "csv"), default="table")
        add("--out", metavar="PATH", help="write there instead of stdout")
    add_data(command)


def positive(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_DRAWS:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to {MOST_DRAWS:,}")
    return int(text)


def date(text: str) -> dt.date:
    """A day such as 2026-11-15."""
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
