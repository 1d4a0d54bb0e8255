"""One question before and after a change: what moves, by how much, and which rows move it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np

from corridors.analysis.compare import Answer, Option, compare
from corridors.analysis.desk import Conditions
from corridors.analysis.engine import Engine
from corridors.analysis.room import Room, rooms
from corridors.analysis.spread import quantiles
from corridors.errors import UsageError
from corridors.routing.route import Leg, Route
from corridors.shipment import Objective, Scope, Terms

Dimension = Literal["hours", "usd", "co2e_kg"]


class Cause(NamedTuple):
    """One parameter at one place whose share of a route has changed.

    Attributes
    ----------
    key : str
        Ledger key, or the id of an added charge.
    at : str
        Facility, crossing, service or zone.
    hours, usd, co2e_kg : float
        After less before.
    """

    key: str
    at: str
    hours: float
    usd: float
    co2e_kg: float


class Change(NamedTuple):
    """One corridor before and after.

    Attributes
    ----------
    corridor : str
    before, after : Option
    days, usd, co2e_kg : float or None
        Difference of the means; None where one of the two cannot be used.
    days_band, usd_band : (float, float) or None
        P10 and P90 of the difference, both drawn under the same luck.
    causes : tuple of Cause
        What adds up to the difference, largest first.
    room_before, room_after : Room or None
        What the way can take in a week; None where there is no way.
    """

    corridor: str
    before: Option
    after: Option
    days: float | None
    usd: float | None
    co2e_kg: float | None
    days_band: tuple[float, float] | None
    usd_band: tuple[float, float] | None
    causes: tuple[Cause, ...]
    room_before: Room | None = None
    room_after: Room | None = None

    @property
    def verdict(self) -> str:
        """``opened``, ``lost``, ``closed`` (both times), ``rerouted``, ``changed`` or ``same``."""
        one, other = self.before.route, self.after.route
        if one is None or other is None:
            if one is None and other is None:
                return "closed"
            return "lost" if other is None else "opened"
        if one.variant != other.variant:
            return "rerouted"
        return "changed" if self.causes else "same"


class WhatIf(NamedTuple):
    """An answer before and after, corridor by corridor."""

    before: Answer
    after: Answer
    changes: tuple[Change, ...]


def what_if(
    engine: Engine,
    origin: str,
    destination: str,
    *,
    corridors: Sequence[str] = (),
    scope: Scope = "terminal",
    objective: Objective = "balanced",
    value_of_time_usd_day: float | None = None,
    conditions: Conditions | None = None,
    terms: Terms | None = None,
    draws: int = 2000,
    seed: int = 1,
) -> WhatIf:
    """Compare the corridors before and after what `conditions` bring.

    Before are the same shipment, assumptions and modes without scenarios, `as_of`, countries to
    avoid and price month.

    Raises
    ------
    UsageError
        Nothing in the conditions changes anything.

    Examples
    --------
    >>> from corridors.analysis.desk import Conditions
    >>> answer = what_if(
    ...     Engine.load(), "Xi'an", "Duisburg", draws=50,
    ...     conditions=Conditions(scenarios=("russia-belarus-avoided",)),
    ... )
    >>> [(change.corridor, change.verdict) for change in answer.changes][0]
    ('northern', 'lost')
    """
    after = conditions or Conditions()
    before = replace(after, scenarios=(), as_of=None, avoid=(), closed=frozenset(), price_month="")
    if before == after:
        raise UsageError(
            "nothing is changed: name a --scenario (`corridors conditions` lists them), "
            "--as-of, --avoid or --price-month"
        )
    asked: dict[str, Any] = {
        "corridors": corridors,
        "scope": scope,
        "objective": objective,
        "value_of_time_usd_day": value_of_time_usd_day,
        "terms": terms,
        "draws": draws,
        "seed": seed,
    }
    one = compare(engine, origin, destination, conditions=before, **asked)
    other = compare(engine, origin, destination, conditions=after, **asked)
    earlier, later = rooms(one), rooms(other)
    changes = tuple(
        change_of(a, b)._replace(
            room_before=earlier.get(a.corridor), room_after=later.get(b.corridor)
        )
        for a, b in zip(one.options, other.options, strict=True)
    )
    return WhatIf(one, other, changes)


def change_of(before: Option, after: Option) -> Change:
    """What became of one corridor."""
    corridor = before.corridor or after.corridor or ""
    one, other = before.route, after.route
    if one is None or other is None or before.spread is None or after.spread is None:
        return Change(corridor, before, after, None, None, None, None, None, ())
    hours = _band(after.spread.hours - before.spread.hours)
    usd = _band(after.spread.usd - before.spread.usd)
    return Change(
        corridor,
        before,
        after,
        (other.mean("hours") - one.mean("hours")) / 24,
        other.mean("usd") - one.mean("usd"),
        other.mean("co2e_kg") - one.mean("co2e_kg"),
        (hours[0] / 24, hours[1] / 24),
        usd,
        causes_of(one, other),
    )


def _band(difference: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[float, float]:
    low, high = quantiles(difference, (0.1, 0.9))
    return float(low), float(high)


def causes_of(one: Route, other: Route) -> tuple[Cause, ...]:
    """Difference of two routes by parameter and place; the causes add up to it.

    Largest first, by days and dollars of a day's worth alike; nothing that has not changed, and
    nothing below half a minute or a cent.
    """
    before, after = charges_by_place(one), charges_by_place(other)
    causes = []
    for name in dict.fromkeys([*before, *after]):
        difference = [
            after.get(name, {}).get(d, 0.0) - before.get(name, {}).get(d, 0.0)
            for d in ("hours", "usd", "co2e_kg")
        ]
        # Less than half a minute or a cent is rounding of lengths, not a cause.
        if any(abs(value) > 0.01 for value in difference):
            causes.append(Cause(*name, *difference))
    return tuple(sorted(causes, key=lambda c: (-abs(c.hours) / 24 * 100 - abs(c.usd), c[:2])))


def charges_by_place(route: Route) -> Mapping[tuple[str, str], dict[Dimension, float]]:
    """Mean hours, USD and kg of a route by parameter and place.

    Runs are taken together by zone: a leg more or less in one zone is one cause.
    """
    found: dict[tuple[str, str], dict[Dimension, float]] = {}
    dimensions: tuple[Dimension, ...] = ("hours", "usd", "co2e_kg")
    for step in route.steps:
        for dimension in dimensions:
            for charge in getattr(step.vector, dimension):
                own = isinstance(step, Leg) and step.mode in ("rail", "road")
                name = ("run", charge.at) if own else (_line(charge.row.key), charge.at)
                row = found.setdefault(name, dict.fromkeys(dimensions, 0.0))
                row[dimension] = math.fsum((row[dimension], charge.mean))
    return found


def _line(key: str) -> str:
    """What a charge is for: border, gauge, wait; added charges keep their id."""
    family, _, rest = key.partition("/")
    if family in ("adjust", "condition", "hold"):
        return rest if family != "hold" else f"waiting for the end of {rest}"
    for unit in ("_h", "_usd", "_kmh", "_usd_km", "_kg_km", "_kg"):
        family = family.removesuffix(unit)
    return {"sail": "sailing", "freight": "sailing", "co2e": "emissions"}.get(family, family)
