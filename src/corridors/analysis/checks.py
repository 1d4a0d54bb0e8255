"""Named checks: what an expert asks of the model first, each with the range that answers it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from corridors.analysis.engine import Engine
from corridors.analysis.published import Row
from corridors.analysis.spread import Draws, draw, quantiles
from corridors.analysis.validation import DRAWS, SEED, Modelled, ask, measure, within_clock
from corridors.parameters import Evidence
from corridors.routing.route import Route


class Check(NamedTuple):
    """One named check.

    Attributes
    ----------
    name, unit, basis : str
        What is asked, and where the range comes from.
    value, low, high : float
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    basis: str

    @property
    def met(self) -> bool:
        """Whether the value lies in the range."""
        return self.low <= self.value <= self.high


class Wanted(NamedTuple):
    """What a check asks for: an absolute range, or a share around published facts."""

    low: float
    high: float


LEG = ("KZ-DOS", "BY-BQT")
"""Ends of the 1520 mm leg: no change of gauge and no outer border at either."""

PRICE_FACT, TIME_FACT = "N037", "N032"
PRICE_SHARE, TIME_SHARE = 0.1, 0.2
PREMIUM = Wanted(1.2, 1.6)
CAPE_MINUS_SUEZ = Wanted(8, 13)
KASHGAR_KARACHI = Wanted(9, 12)
ALTYNKOL_BAKU = Wanted(10, 12)
BEST_TRAINS, NEAR = 9, 0.12
"""Days of the best trains Altynkol-Baku, and how near P10 is to lie to them."""

CONVERGENCE = 0.01
CONVERGENCE_DRAWS = (2000, 20000)
HEADLINES = (
    ("CN-XIA", "DE-DUI", "northern", "dostyk"),
    ("CN-XIA", "DE-DUI", "titr", "altynkol-aktau-poti"),
    ("CN-XIA", "HU-BUD", "titr", "altynkol-aktau-poti"),
    ("CN-XIA", "DE-DUI", "pakistan", "khunjerab-karachi-cape"),
    ("CN-XIA", "DE-DUI", "ocean", "cape"),
    ("CN-XIA", "DE-DUI", "southern", "altynkol-sarakhs-kapikule"),
    ("KZ-ALT", "AZ-ABS", "titr", "altynkol-aktau-poti"),
)


class Converged(NamedTuple):
    """How far a figure moves between few draws and many, as a share of it."""

    journey: str
    corridor: str
    mean: float
    p10: float
    p50: float
    p90: float

    @property
    def worst(self) -> float:
        """The largest of the four."""
        return max(self[2:])


def checks(engine: Engine) -> list[Check]:
    """All named checks.

    Raises
    ------
    DataError
        A fact they rest on is missing.
    """
    numbers = Draws(engine.ledger, count=DRAWS, seed=SEED)
    facts = Evidence.read(engine.folder / "curated" / "evidence.csv")

    def model(*journey: str, clock: str = "departure-arrival", what: str = "time_days") -> Modelled:
        return measure(within_clock(ask(engine, question(*journey)), clock), what, numbers)

    def leg(what: str) -> float:
        # The index holds both directions.
        return statistics.fmean(
            model(*ends, "northern", what=what).p50 for ends in (LEG, LEG[::-1])
        )

    result = []
    for name, fact, share, what, unit in (
        ("1520 mm leg, price, both directions", PRICE_FACT, PRICE_SHARE, "cost_usd", "USD"),
        ("1520 mm leg, time, both directions", TIME_FACT, TIME_SHARE, "time_days", "d"),
    ):
        middle = facts[fact].midpoint or 0.0
        low, high = middle * (1 - share), middle * (1 + share)
        basis = f"ERAI ({fact}), {middle:,.4g} {unit} ±{share:.0%}".replace("%", " %")
        result.append(Check(name, leg(what), low, high, unit, basis))
    for city, name in (("HU-BUD", "Budapest"), ("DE-DUI", "Duisburg")):
        one, other = (
            model("CN-XIA", city, corridor, what="cost_usd").mean
            for corridor in ("titr", "northern")
        )
        basis = "SOC, westbound, same month"
        result.append(
            Check(f"TITR over Northern, cost, Xi'an–{name}", one / other, *PREMIUM, "×", basis)
        )
    cape, suez = (
        model("CN-YSN", "NL-RTM", "ocean", way, clock="port-port") for way in ("cape", "suez")
    )
    basis = "Shanghai–Rotterdam, port to port"
    result.append(Check("Cape minus Suez", cape.mean - suez.mean, *CAPE_MINUS_SUEZ, "d", basis))
    basis = "truck, boxes reloaded at Sost, P50"
    kashgar = model("CN-KSU", "PK-KHI", "pakistan")
    result.append(Check("Kashgar–Karachi", kashgar.p50, *KASHGAR_KARACHI, "d", basis))
    baku = model("KZ-ALT", "AZ-ABS", "titr", "altynkol-aktau-poti")
    basis = "mean of an ordinary week"
    result.append(Check("Altynkol–Baku", baku.mean, *ALTYNKOL_BAKU, "d", basis))
    near = Wanted(BEST_TRAINS * (1 - NEAR), BEST_TRAINS * (1 + NEAR))
    basis = f"P10 near the {BEST_TRAINS} days of the best trains"
    result.append(Check("Altynkol–Baku, best trains", baku.p10, *near, "d", basis))
    return result


def question(origin: str, destination: str, corridor: str, variant: str = "") -> Row:
    """A row that asks for a route and says nothing about a figure."""
    return Row(
        "", "", (), origin, destination, corridor, variant, (), "departure-arrival", "average",
        "time_days", 1, 1,
    )  # fmt: skip


def convergence(
    engine: Engine,
    journeys: Sequence[tuple[str, str, str, str]] = HEADLINES,
    draws: tuple[int, int] = CONVERGENCE_DRAWS,
) -> list[Converged]:
    """How far time and cost of the headline routes move between few draws and many."""
    few, many = (Draws(engine.ledger, count=count, seed=SEED) for count in draws)
    result = []
    for origin, destination, corridor, variant in journeys:
        route = ask(engine, question(origin, destination, corridor, variant))
        for dimension in ("hours", "usd"):
            one, other = _figures(route, dimension, few), _figures(route, dimension, many)
            moved = [abs(a / b - 1) for a, b in zip(one, other, strict=True)]
            unit = {"hours": "days", "usd": "USD"}[dimension]
            result.append(Converged(f"{origin} to {destination}, {unit}", corridor, *moved))
    return result


def _figures(route: Route, dimension: str, numbers: Draws) -> list[float]:
    drawn = getattr(draw(route, numbers), dimension)
    return [float(drawn.mean()), *(float(value) for value in quantiles(drawn, (0.1, 0.5, 0.9)))]
