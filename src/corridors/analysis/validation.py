"""Modelled beside published figures: each figure by its own clock and as what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from corridors.analysis.desk import Conditions, Desk
from corridors.analysis.engine import Engine
from corridors.analysis.published import QUANTITIES, Row, Split, read_validation, splits
from corridors.analysis.setting import open_desk
from corridors.analysis.spread import Draws, draw, quantiles
from corridors.conditions.prices import index_prices
from corridors.errors import DataError, NoRouteError, UsageError
from corridors.routing.plan_tree import PlanTree
from corridors.routing.route import Event, Leg, Route
from corridors.routing.search import search
from corridors.shipment import Booking, Scope, Terms

Dimension = Literal["hours", "usd"]

DRAWS, SEED = 4000, 1
LEVELS = (0.1, 0.5, 0.9, 0.95)

ENDS = frozenset({"fill", "release", "pickup", "delivery", "equipment"})
"""Events outside a clock that runs from departure to arrival."""

RECORD_BELOW_P10 = 0.1
"""A record may lie below P10 by this share of it: one train in very many, not one in ten."""

SLACK = {"time_days": 0.15, "cost_usd": 0.2}
"""By how much P50 may leave the published range: the targets for the median error."""

PRICE_MONTHS = {"land": 6, "sea": 0}
"""Months on either side of the tables' own in which a price is still the same price: the index of
the 1520 leg moved by one per cent in half a year of 2025, ocean spot rates by half in one month."""

INDEXED_SHARE = 0.8
"""Share of a cost that an index must move before a figure of another month is scored."""


@dataclass(frozen=True, slots=True)
class Modelled:
    """What the model makes of a row, in days or USD.

    Attributes
    ----------
    mean, p10, p50, p90, p95 : float
    km : dict
        Kilometres by mode inside the clock.
    """

    mean: float
    p10: float
    p50: float
    p90: float
    p95: float
    km: Mapping[str, float]

    def middle(self, kind: str) -> float:
        """The value that a figure of a kind is held against."""
        return self.mean if kind in ("mean", "ratio", "difference") else self.p50


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with what the model makes of it.

    Attributes
    ----------
    row : Row
    split : {"calibrate", "validate"}
        Side of its publisher; of several publishers, ``validate`` only if all are.
    modelled : Modelled or None
        None where the model has no answer, or none at the price level of the figure.
    met : bool or None
        None where the row is not scored.
    why : str
        What is missed, or why the row is not scored.
    """

    row: Row
    split: Split
    modelled: Modelled | None
    met: bool | None
    why: str


def validate(engine: Engine) -> list[Judged]:
    """Judge every row of ``validation.csv``.

    Raises
    ------
    DataError
        A table is broken.
    """
    rows = read_validation(engine.folder)
    sides = splits(engine.folder, rows)
    numbers = Draws(engine.ledger, count=DRAWS, seed=SEED)
    return [judge(engine, row, sides[row.id], numbers) for row in rows]


# One row ---------------------------------------------------------------------------------


def judge(engine: Engine, row: Row, split: Split, numbers: Draws) -> Judged:
    """One row with what the model makes of it."""
    if row.unscored:
        return Judged(row, split, None, None, row.unscored)
    try:
        asked = ask(engine, row)
        if row.quantity == "cost_usd" and row.kind != "ratio":
            level = price_level(engine, row, asked)
            if level:
                return Judged(row, split, None, None, level)
        route = within_clock(asked, row.clock)
        modelled = measure(route, row.quantity, numbers)
        if row.kind in ("ratio", "difference"):
            other = within_clock(ask(engine, _benchmark(row)), row.clock)
            modelled = _against(row, modelled, measure(other, row.quantity, numbers))
    except NoRouteError as error:
        return Judged(row, split, None, False, f"not modelled: {error}")
    met, why = meets(row, modelled)
    return Judged(row, split, modelled, met, why)


def ask(engine: Engine, row: Row) -> Route:
    """The route that answers a row, under its booking, date, scenario and price month."""
    booking: Booking = "single" if row.booking == "single" else "block"
    scope: Scope = "door" if row.clock == "door-door" else "terminal"
    far = row.month and not _near(engine, row.month, PRICE_MONTHS["sea"])
    conditions = Conditions(
        modes=frozenset(row.modes) or None,
        scenarios=(row.scenario,) if row.scenario else (),
        price_month=row.month if far and _has_index(engine, row.month) else "",
    )
    terms = Terms(booking=booking, depart=_day(row))
    desk = open_desk(
        engine, row.origin, row.destination, scope, "balanced", None, conditions, terms
    )
    return _route(desk, row.corridor, row.variant)


def price_level(engine: Engine, row: Row, asked: Route) -> str:
    """Why a cost is of another price level than the model can answer at, or nothing."""
    at_sea = any(leg.mode == "sea" for leg in asked.legs)
    if _near(engine, row.month, PRICE_MONTHS["sea" if at_sea else "land"]):
        return ""
    base = engine.edition.price_month
    if not _has_index(engine, row.month):
        return f"prices of {row.month}: no index leads there from {base}"
    now = within_clock(ask(engine, row._replace(month=base)), row.clock)
    share = _moved(now, within_clock(asked, row.clock))
    if share >= INDEXED_SHARE:
        return ""
    percent = f"{share:.0%}".replace("%", " %")
    return f"prices of {row.month}: an index leads there from {base} for {percent} of the cost"


def _moved(now: Route, then: Route) -> float:
    """Share of the dollars of a route in charges that a price index has changed."""
    prices = {charge.row.key: charge.row.typ for charge in then.charges("usd")}
    charges = now.charges("usd")
    whole = math.fsum(charge.mean for charge in charges)
    same = [charge.mean for charge in charges if prices.get(charge.row.key) == charge.row.typ]
    return 1 - math.fsum(same) / whole if whole else 0.0


def _near(engine: Engine, month: str, months: int) -> bool:
    (year, number), (base_year, base) = (
        map(int, text.split("-")) for text in (month, engine.edition.price_month)
    )
    return abs((year - base_year) * 12 + number - base) <= months


def _has_index(engine: Engine, month: str) -> bool:
    try:
        index_prices(engine.folder, base=engine.edition.price_month, month=month)
    except (UsageError, DataError):
        return False
    return True


def _day(row: Row) -> date | None:
    try:
        return date.fromisoformat(row.depart) if row.depart else None
    except ValueError as error:
        raise DataError(f"validation row {row.id}: depart {row.depart!r}: {error}") from None


def _benchmark(row: Row) -> Row:
    """The row that a ratio or a difference is taken against."""
    if row.corridor == "ocean":
        return row._replace(variant="suez")
    return row._replace(corridor="northern", variant="")


def _route(desk: Desk, corridor: str, variant: str) -> Route:
    if not corridor:
        found = search(desk.graph, desk.quest(()), desk.weigh).get(0)
        if found is None:
            raise NoRouteError("no path")
        return desk.route(found, corridor=None, variant=None)
    origin, destination = desk.shipment.origin.country, desk.shipment.destination.country
    plans = [
        part
        for plan in desk.engine.plans.get(corridor, [])
        if (not variant or plan.variant == variant)
        and (part := plan.between(origin, destination)) is not None
    ]
    if not plans:
        raise NoRouteError(f"no variant {corridor}/{variant} serves the journey")
    found_all = search(desk.graph, desk.quest(plans), desk.weigh, PlanTree(plans))
    if not found_all:
        raise NoRouteError(f"{corridor}/{variant} has no path")
    number, best = min(found_all.items(), key=lambda item: item[1].cost)
    return desk.route(best, corridor=corridor, variant=plans[number].variant)


# Clocks and figures ----------------------------------------------------------------------


def within_clock(route: Route, clock: str) -> Route:
    """Only the legs and events that a published figure's clock covers."""

    def covered(step: Leg | Event) -> bool:
        at_sea = isinstance(step, Leg) and step.mode in ("sea", "ferry")
        kind = step.kind if isinstance(step, Event) else ""
        match clock:
            case "port-port":
                return at_sea or kind == "transshipment"
            case "wait-sailing":
                return at_sea or kind in ("transshipment", "wait")
            case "border-reload":
                return bool(kind) and kind not in ENDS
            case "release":
                return kind == "release"
            case "departure-arrival" | "border-border":
                return kind not in ENDS
        return True

    return route._replace(steps=tuple(step for step in route.steps if covered(step)))


def measure(route: Route, quantity: str, numbers: Draws) -> Modelled:
    """Mean and quantiles of a route in days or USD."""
    scale = QUANTITIES[quantity]
    dimension: Dimension = "hours" if quantity == "time_days" else "usd"
    drawn = getattr(draw(route, numbers), dimension) / scale
    p10, p50, p90, p95 = (float(value) for value in quantiles(drawn, LEVELS))
    km: dict[str, float] = {}
    for leg in route.legs:
        mode = "sea" if leg.mode == "ferry" else leg.mode
        km[mode] = km.get(mode, 0.0) + leg.km
    return Modelled(route.mean(dimension) / scale, p10, p50, p90, p95, km)


def _against(row: Row, one: Modelled, other: Modelled) -> Modelled:
    value = one.mean / other.mean if row.kind == "ratio" else one.mean - other.mean
    return Modelled(value, value, value, value, value, {})


def meets(row: Row, modelled: Modelled) -> tuple[bool, str]:
    """Whether a figure of this kind is met, and if not, what is missed.

    Examples
    --------
    >>> journey = ("A", "B", "ocean", "cape", (), "port-port")
    >>> row = Row("V1", "", ("N005",), *journey, "record", "time_days", 9, 9)
    >>> meets(row, Modelled(12, 10.5, 12, 14, 15, {}))
    (False, 'the record 9 lies more than 10 % below P10 (10.5)')
    """
    if row.kind == "record":
        if modelled.p50 < row.low:
            return False, f"P50 ({modelled.p50:.1f}) beats the record {row.low:g}: too fast"
        met = row.high >= modelled.p10 * (1 - RECORD_BELOW_P10)
        far = f"the record {row.high:g} lies more than {RECORD_BELOW_P10:.0%} below P10"
        return met, "" if met else f"{far.replace('%', ' %')} ({modelled.p10:.1f})"
    if row.kind == "target":
        met = modelled.mean >= row.low
        return met, "" if met else f"the mean ({modelled.mean:.1f}) beats the target {row.low:g}"
    if row.kind == "bad_week":
        met = modelled.p95 >= row.low
        return met, "" if met else f"P95 ({modelled.p95:.1f}) stays under the bad week {row.low:g}"
    if row.kind == "trip":
        met = modelled.p10 <= row.high and row.low <= modelled.p90
        band = f"{modelled.p10:.1f}–{modelled.p90:.1f}"
        return met, "" if met else f"the trip of {row.low:g} lies outside P10–P90 ({band})"
    slack = 0.0 if row.kind in ("ratio", "difference") else SLACK[row.quantity]
    low, high = row.low * (1 - slack), row.high * (1 + slack)
    value = modelled.middle(row.kind)
    if low <= value <= high:
        return True, ""
    name = {"mean": "the mean", "ratio": "the ratio", "difference": "the difference"}
    side = "above" if value > high else "below"
    return False, f"{name.get(row.kind, 'P50')} {value:,.4g} lies {side} {low:,.4g}–{high:,.4g}"
