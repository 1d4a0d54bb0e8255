"""Modelled beside published figures: each kind of figure judged as what it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from corridors.analysis.desk import Desk, open_desk
from corridors.analysis.engine import Engine
from corridors.analysis.spread import Draws, draw, quantiles
from corridors.errors import CorridorsError, DataError
from corridors.network.tables import read_rows
from corridors.routing.plan_tree import PlanTree
from corridors.routing.route import Event, Leg, Route
from corridors.routing.search import search

DRAWS, SEED = 4000, 1

ENDS = frozenset({"fill", "release", "pickup", "delivery", "equipment"})
"""Events outside a clock that runs from departure to arrival."""


class Row(NamedTuple):
    """One calibration row of ``validation.csv``."""

    id: str
    fact_ids: tuple[str, ...]
    origin: str
    destination: str
    corridor: str
    variant: str
    clock: str
    kind: str
    quantity: str
    low: float
    high: float
    tolerance: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A calibration row with what the model makes of it.

    Attributes
    ----------
    id, journey, corridor, clock, kind, published, modelled, band, result, reason : str
    met : bool
    """

    id: str
    journey: str
    corridor: str
    clock: str
    kind: str
    published: str
    modelled: str
    band: str
    result: str
    met: bool
    reason: str


@dataclass(frozen=True, slots=True)
class _Modelled:
    mean: float
    p10: float
    p50: float
    p90: float
    p95: float


def validate(engine: Engine) -> list[Judged]:
    """Judge every calibration row.

    Raises
    ------
    DataError
        The table is broken.
    """
    path = engine.folder / "curated" / "validation.csv"
    return [_judge(engine, row, path) for row in read_rows(path, Row)]


def _judge(engine: Engine, row: Row, path: Path) -> Judged:
    try:
        route, other = _routes(engine, row)
    except CorridorsError as error:
        return _result(row, None, met=False, why=f"not modelled: {error}")
    if row.kind == "ratio":
        return _judge_ratio(row, route, other)
    numbers = Draws(engine.ledger, count=DRAWS, seed=SEED)
    kept = _within_clock(route, row)
    dimension = "hours" if row.quantity == "time_days" else "usd"
    scale = 24.0 if dimension == "hours" else 1.0
    spread = draw(kept, numbers)
    values = getattr(spread, dimension) / scale
    low, middle, high, bad = quantiles(values, (0.1, 0.5, 0.9, 0.95))
    mean = kept.mean("hours" if dimension == "hours" else "usd") / scale
    modelled = _Modelled(mean, float(low), float(middle), float(high), float(bad))
    met, why = _meets(row, modelled)
    return _result(row, modelled, met=met, why=why)


def _meets(row: Row, modelled: _Modelled) -> tuple[bool, str]:
    """Whether a figure of this kind is met, and if not, by how much it is missed."""
    if row.kind == "target":
        # A best train: one in ten of ours should come near it, half of them not beat it.
        near = abs(modelled.p10 - row.high) <= row.tolerance * row.high
        above = modelled.p50 >= row.low
        if near and above:
            return True, ""
        if not above:
            return False, "the model's median beats a best train: it is too fast"
        return False, f"P10 is {modelled.p10:.1f} against a best of {row.high:g}"
    if row.kind == "bad_week":
        if modelled.p50 <= row.low and modelled.p95 * (1 + row.tolerance) >= row.low:
            return True, ""
        return False, f"P95 is {modelled.p95:.1f}: the bad week lies outside the model's spread"
    low, high = row.low * (1 - row.tolerance), row.high * (1 + row.tolerance)
    if low <= modelled.mean <= high:
        return True, ""
    side = "above" if modelled.mean > high else "below"
    return False, f"mean {modelled.mean:,.1f} lies {side} {low:,.1f}–{high:,.1f}"


def _judge_ratio(row: Row, route: Route, other: Route | None) -> Judged:
    if other is None:
        return _result(row, None, met=False, why="nothing to compare with")
    dimension = "hours" if row.quantity == "time_days" else "usd"
    one, two = (_within_clock(r, row) for r in (route, other))
    first, second = (
        one.mean("hours" if dimension == "hours" else "usd"),
        two.mean("hours" if dimension == "hours" else "usd"),
    )
    # Of the ocean corridor, Cape minus Suez in days.
    value = (first - second) / 24 if row.corridor == "ocean" else first / second
    low, high = row.low * (1 - row.tolerance), row.high * (1 + row.tolerance)
    modelled = _Modelled(value, value, value, value, value)
    met = low <= value <= high
    why = "" if met else f"{value:.2f} lies outside {low:.2f}–{high:.2f}"
    return _result(row, modelled, met=met, why=why)


def _routes(engine: Engine, row: Row) -> tuple[Route, Route | None]:
    desk = open_desk(engine, row.origin, row.destination, "terminal", "balanced", None, None)
    route = _route(desk, row.corridor, row.variant)
    if row.kind != "ratio":
        return route, None
    if row.corridor == "ocean":
        return route, _route(desk, "ocean", "suez")
    return route, _route(desk, "northern", "")


def _route(desk: Desk, corridor: str, variant: str) -> Route:
    if not corridor:
        found = search(desk.graph, desk.quest(()), desk.weigh).get(0)
        if found is None:
            raise DataError("no path")
        return desk.route(found, corridor=None, variant=None)
    origin, destination = desk.shipment.origin.country, desk.shipment.destination.country
    plans = [
        part
        for plan in desk.engine.plans.get(corridor, [])
        if (not variant or plan.variant == variant)
        and (part := plan.between(origin, destination)) is not None
    ]
    if not plans:
        raise DataError(f"no variant {corridor}/{variant} serves the journey")
    found_all = search(desk.graph, desk.quest(plans), desk.weigh, PlanTree(plans))
    if not found_all:
        raise DataError(f"{corridor}/{variant} has no path")
    number, best = min(found_all.items(), key=lambda item: item[1].cost)
    return desk.route(best, corridor=corridor, variant=plans[number].variant)


def _within_clock(route: Route, row: Row) -> Route:
    """Only the legs and events that a published figure's clock covers."""
    steps: list[Leg | Event] = list(route.steps)
    if row.clock == "port-port":
        steps = [
            step
            for step in steps
            if (isinstance(step, Leg) and step.mode in ("sea", "ferry"))
            or (isinstance(step, Event) and step.kind == "transshipment")
        ]
    elif row.clock in ("departure-arrival", "border-border"):
        steps = [s for s in steps if not (isinstance(s, Event) and s.kind in ENDS)]
    return replace(route, steps=tuple(steps))


def _result(row: Row, modelled: _Modelled | None, *, met: bool, why: str) -> Judged:
    unit = {"time_days": "d", "cost_usd": "USD"}.get(row.quantity, "")
    if row.kind == "ratio":
        unit = "d" if row.corridor == "ocean" else "×"
    fine = ".0f" if unit == "USD" else ".2f" if unit == "×" else ".1f"

    def number(value: float) -> str:
        return f"{value:,{fine}}"

    span = number(row.low) if row.low == row.high else f"{number(row.low)}–{number(row.high)}"
    facts = f" ({', '.join(row.fact_ids)})" if row.fact_ids else ""
    ratio = row.kind == "ratio"
    return Judged(
        id=row.id,
        journey=f"{row.origin} to {row.destination}",
        corridor=" ".join(part for part in (row.corridor, row.variant) if part) or "any",
        clock=row.clock,
        kind=row.kind,
        published=f"{span} {unit}{facts}",
        modelled="–" if modelled is None else f"{number(modelled.mean)} {unit}",
        band="–" if modelled is None or ratio else f"{number(modelled.p10)}–{number(modelled.p90)}",
        result="met" if met else "missed",
        met=met,
        reason="" if met else f"{why}. {row.note}".strip(),
    )
