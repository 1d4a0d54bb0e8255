"""Rules of goods and law on the way: what to check, and which papers go with each leg.

Everything here flags; nothing clears. A rule without a hit says nothing about the goods.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

from corridors.errors import UsageError
from corridors.network.tables import read_rows
from corridors.routing.route import Leg, Route

GOODS = ("dangerous", "reefer")


class Rule(NamedTuple):
    """One row of ``goods_rules.csv``.

    Attributes
    ----------
    id : str
    goods : tuple of str
        ``any``, ``dangerous``, ``reefer``, or ``hs:84`` for a chapter, heading or subheading.
    countries, modes : tuple of str
        Where it holds: countries touched by legs of these modes; anywhere without.
    at : str
        Crossing or port that must be passed.
    months : tuple of str
        Numbers of the months in which it holds; all without.
    rule, since, source, url, note : str
    """

    id: str
    goods: tuple[str, ...]
    rule: str
    countries: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    at: str = ""
    months: tuple[str, ...] = ()
    since: str = ""
    source: str = ""
    url: str = ""
    note: str = ""


class Regime(NamedTuple):
    """One row of ``regimes.csv``: the papers of a leg of a mode inside some countries."""

    id: str
    mode: str
    document: str
    regime: str
    countries: tuple[str, ...] = ()
    source: str = ""
    note: str = ""


def read_rules(folder: Path) -> list[Rule]:
    """Rules of a data folder; none where it has no such table.

    Raises
    ------
    DataError
        The table is broken.
    """
    path = folder / "curated" / "goods_rules.csv"
    return list(read_rows(path, Rule)) if path.exists() else []


def read_regimes(folder: Path) -> list[Regime]:
    """Regimes of a data folder; none where it has no such table.

    Raises
    ------
    DataError
        The table is broken.
    """
    path = folder / "curated" / "regimes.csv"
    return list(read_rows(path, Regime)) if path.exists() else []


def check_cargo(cargo: str) -> str:
    """An HS code of two to ten digits, dots and blanks taken out.

    Raises
    ------
    UsageError
        It is none.

    Examples
    --------
    >>> check_cargo("8471.30")
    '847130'
    """
    digits = cargo.replace(".", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 10):
        raise UsageError(f"{cargo!r} is no HS code: write its chapter or more, such as 84 or 8471")
    return digits


def acting(
    rules: Collection[Rule], route: Route, *, cargo: str, goods: Collection[str], day: date | None
) -> list[Rule]:
    """Rules that a shipment meets on a route.

    Parameters
    ----------
    rules : collection of Rule
    route : Route
    cargo : str
        HS code; empty where none is stated.
    goods : collection of str
        ``dangerous``, ``reefer``.
    day : date or None
        Rules of a season hold in its months; without a day they are named whatever the month.
    """
    modes = {leg.mode for leg in route.legs}
    places = {step.at for step in route.events} | {
        end for leg in route.legs for end in (leg.a, leg.b)
    }
    found = []
    for rule in rules:
        asked = any(_speaks_of(name, cargo, goods) for name in rule.goods)
        there = (
            (not rule.modes or not modes.isdisjoint(rule.modes))
            and (not rule.at or rule.at in places)
            and _touches(rule, route)
        )
        in_season = not rule.months or day is None or str(day.month) in rule.months
        if asked and there and in_season:
            found.append(rule)
    return found


def _speaks_of(name: str, cargo: str, goods: Collection[str]) -> bool:
    if name.startswith("hs:"):
        return bool(cargo) and (cargo.startswith(name[3:]) or name[3:].startswith(cargo))
    return name in goods


def _touches(rule: Rule, route: Route) -> bool:
    if not rule.countries:
        return True
    legs = [leg for leg in route.legs if not rule.modes or leg.mode in rule.modes]
    return any(code in rule.countries for leg in legs for code in leg.countries)


NATIONAL = "national consignment note"


def papers(regimes: Collection[Regime], route: Route) -> dict[str, str]:
    """The consignment note or bill that each leg usually goes under, by leg id.

    Legs of one mode that follow each other are one carriage; inside one country it is national.
    Where no single regime covers all countries of a rail leg, two together do: the common
    CIM/SMGS note. Empty where no regime covers a leg.
    """
    found: dict[str, str] = {}
    for _, carriage in groupby(route.legs, key=lambda leg: leg.mode):
        legs = list(carriage)
        abroad = len({code for leg in legs for code in leg.countries}) > 1
        for leg in legs:
            on_land = leg.mode in ("rail", "road")
            found[leg.id] = NATIONAL if on_land and not abroad else _note(regimes, leg)
    return found


def _note(regimes: Collection[Regime], leg: Leg) -> str:
    fitting = [regime for regime in regimes if regime.mode == leg.mode]
    for regime in fitting:
        if not regime.countries or set(leg.countries) <= set(regime.countries):
            return regime.document
    if leg.mode == "rail" and set(leg.countries) <= {c for r in fitting for c in r.countries}:
        return "common CIM/SMGS consignment note"
    return ""


def handovers(notes: Collection[str]) -> int:
    """How often the contract of carriage changes, by the documents of the legs in order.

    Examples
    --------
    >>> handovers(["SMGS consignment note", "SMGS consignment note", "CIM consignment note"])
    1
    """
    return sum(one != other for one, other in pairwise(notes))
