"""What is given for what: routes none of which beats another in days, dollars, CO2e, exposure."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from corridors.analysis.compare import plans_of, variants_of
from corridors.analysis.desk import Desk
from corridors.analysis.efficient import efficient_routes
from corridors.analysis.flags import read_flags
from corridors.analysis.shared import Tracks, shared_share
from corridors.analysis.study import Study
from corridors.analysis.ways import FREE, aimed, corridors_of, countries
from corridors.routing.route import Route

MOST_SHARED = 0.7
"""Two routes that share more of their length than this do not really differ."""


class Measures(NamedTuple):
    """What a route is judged by; less is better.

    Attributes
    ----------
    days, usd, co2e_kg : float
        Means; CO2e by middle factors.
    exposure : float
        Share of the kilometres on land that lie in countries with a flag.
    """

    days: float
    usd: float
    co2e_kg: float
    exposure: float

    @property
    def rounded(self) -> tuple[int, int, int, int]:
        """In steps that matter to anybody: an hour, ten dollars, ten kilograms, one percent."""
        return (
            round(self.days * 24),
            round(self.usd / 10),
            round(self.co2e_kg / 10),
            round(self.exposure * 100),
        )


class Choice(NamedTuple):
    """A route of the front.

    Attributes
    ----------
    name, variant : str
        Corridor and variant, or ``free``.
    route : Route
    measures : Measures
    flagged : tuple of str
        Countries on the way that have a flag.
    shared : float
        Share of its length that it has in common with the best choice, by generalised cost.
    differs : bool
        Whether it shares at most `MOST_SHARED` with every better one that differs.
    """

    name: str
    variant: str
    route: Route
    measures: Measures
    flagged: tuple[str, ...]
    shared: float
    differs: bool


@dataclass(frozen=True)
class Pareto:
    """Choices in order of generalised cost, and how many routes they were chosen from.

    Attributes
    ----------
    desk : Desk
    choices : tuple of Choice
    candidates : int
    free : bool
        Whether routes bound to no corridor were looked at too.
    """

    desk: Desk
    choices: tuple[Choice, ...]
    candidates: int
    free: bool = True

    @property
    def _searched(self) -> str:
        words = "of a corridor"
        if self.free:
            words += " or of none (searched without the lease of the box)"
        if self.desk.situation.depart is not None:
            words += f", by the prices of {self.desk.situation.depart},"
        return words

    def study(self) -> Study:
        """One row per choice."""
        shipment = self.desk.shipment
        rows = [
            {
                "corridor": choice.name,
                "variant": choice.variant,
                **choice.measures._asdict(),
                "flagged": " ".join(choice.flagged),
                "countries": " ".join(countries(self.desk.graph, choice.route)),
                "km": choice.route.km,
                "shared_with_best": choice.shared,
                "differs": choice.differs,
                "leads": ", ".join(leads),
            }
            for choice, leads in zip(self.choices, _leads(self.choices), strict=True)
        ]
        really = sum(choice.differs for choice in self.choices)
        return Study(
            "pareto",
            f"{shipment.origin.name} to {shipment.destination.name}: {len(rows)} choices none of "
            f"which beats another, {really} of them really differ",
            rows,
            (
                f"Out of {self.candidates} routes. Days against dollars: exact; no route "
                f"{self._searched} that is faster or cheaper by a step is missing. CO2e and "
                "exposure: of these routes and of each variant's best by generalised cost, by "
                "time and by cost; a route that is best in these two alone may be missing.",
                "Compared in steps of an hour, 10 USD, 10 kg and 1 %. Exposure: share of the "
                "kilometres on land in countries with a flag; a flag is no clearance, and none is "
                f"none either. Differs: shares at most {MOST_SHARED:.0%} of its length with each "
                "better choice that differs.",
            ),
            found=bool(rows),
            facts={"candidates": self.candidates},
        )


def _leads(choices: Sequence[Choice]) -> list[list[str]]:
    """In what each choice is the best of all; of equals the first."""
    words = {
        "days": "fastest",
        "usd": "cheapest",
        "co2e_kg": "least CO2e",
        "exposure": "least exposed",
    }
    found: list[list[str]] = [[] for _ in choices]
    for measure, word in words.items():
        if choices:
            values = [getattr(choice.measures, measure) for choice in choices]
            found[values.index(min(values))].append(word)
    return found


def pareto(desk: Desk, *, corridors: Collection[str] = ()) -> Pareto:
    """Routes none of which another one beats in days, dollars, CO2e and exposure.

    In days and dollars the front is exact, see `efficient_routes`.

    Parameters
    ----------
    desk : Desk
    corridors : collection of str
        Only these; all and the free route without.

    Raises
    ------
    UsageError
        A corridor does not exist.
    """
    names = corridors_of(desk, corridors)
    routes: dict[object, Route] = {}
    # First the plain searches: they say which parameter is missing where one is.
    for here in (desk, aimed(desk, "time"), aimed(desk, "cost")):
        for name in names:
            for variant in variants_of(here, plans_of(here, name)):
                if variant.route is not None:
                    routes.setdefault(_signature(variant.route), variant.route)
    for name in [*names, *(() if corridors else (FREE,))]:
        for route in efficient_routes(desk, name):
            routes.setdefault(_signature(route), route)
    flags = frozenset(read_flags(desk.engine))
    rated = [(measured(desk, route, flags), route) for route in routes.values()]
    rated.sort(key=lambda pair: (desk.rank(pair[1]), pair[1].corridor is None))
    kept = front(rated)
    tracks = Tracks(desk.graph)
    lines = [tracks.of(route) for _, route in kept]
    apart: list[int] = []
    choices = []
    for i, (measures, route) in enumerate(kept):
        differs = all(shared_share(lines[j], lines[i]) <= MOST_SHARED for j in apart)
        if differs:
            apart.append(i)
        choices.append(
            Choice(
                route.corridor or FREE,
                route.variant or "",
                route,
                measures,
                tuple(code for code in countries(desk.graph, route) if code in flags),
                shared_share(lines[0], lines[i]),
                differs,
            )
        )
    return Pareto(desk, tuple(choices), len(rated), not corridors)


def _signature(route: Route) -> object:
    legs = tuple((leg.mode, leg.a, leg.b, _door(leg.moves[0][1])) for leg in route.legs)
    return (route.corridor is None, legs)


def _door(move: object) -> str:
    row = getattr(move, "crossing", None) or getattr(move, "service", None)
    return "" if row is None else str(row.id)


def measured(desk: Desk, route: Route, flagged: Collection[str]) -> Measures:
    """What a route is judged by."""
    land = math.fsum(km for leg in route.legs for km in leg.countries.values())
    exposed = math.fsum(
        km for leg in route.legs for code, km in leg.countries.items() if code in flagged
    )
    co2e = math.fsum(charge.row.typ * charge.amount for charge in route.charges("co2e_kg"))
    return Measures(
        route.mean("hours") / 24,
        route.mean("usd"),
        co2e,
        exposed / land if land else 0.0,
    )


Rated = TypeVar("Rated", bound="tuple[Measures, object]")


def front(rated: Sequence[Rated]) -> list[Rated]:
    """Entries that no other one equals or beats in everything; the first of several alike."""
    kept: list[Rated] = []
    for i, one in enumerate(rated):
        mine = one[0].rounded
        beaten = any(
            (other[0].rounded != mine or j < i)
            and all(a <= b for a, b in zip(other[0].rounded, mine, strict=True))
            for j, other in enumerate(rated)
            if j != i
        )
        if not beaten:
            kept.append(one)
    return kept
