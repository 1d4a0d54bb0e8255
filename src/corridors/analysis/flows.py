"""Flows of a demand: its ways, what goes on each, and what finds no room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corridors.analysis.capacities import Gate, Limit
from corridors.routing.route import Route

if TYPE_CHECKING:
    from corridors.conditions.situation import Situation

SMALL = 1e-6
"""TEU a week that nobody would miss."""

Booked = Mapping[tuple[int, str], float]
"""TEU a week by demand and corridor, of boxes that keep their corridor."""


@dataclass(frozen=True, eq=False)
class Way:
    """A way of one corridor for one demand.

    Attributes
    ----------
    demand : int
        Position in the demand table.
    corridor, variant : str
    cost_usd : float
        Generalised cost without queues.
    gates : tuple of Gate
        Those with a limit, in the order passed.
    route : Route
    """

    demand: int
    corridor: str
    variant: str
    cost_usd: float
    gates: tuple[Gate, ...]
    route: Route = field(repr=False)


@dataclass(frozen=True)
class Flows:
    """Where a demand goes under one situation.

    Attributes
    ----------
    ways : tuple of Way
    flow : tuple of float
        TEU a week on each.
    stranded : tuple of float
        TEU a week of each demand that find no room.
    limits : tuple of Limit
        Gates that some way passes and whose capacity is known.
    load, wait_h : tuple of float
        Of each of them.
    gap : float
        See `corridors.analysis.choice.Equilibrium`.
    situation : Situation
    unused_caps : tuple of str
    """

    ways: tuple[Way, ...] = field(repr=False)
    flow: tuple[float, ...] = field(repr=False)
    stranded: tuple[float, ...]
    limits: tuple[Limit, ...] = field(repr=False)
    load: tuple[float, ...]
    wait_h: tuple[float, ...]
    gap: float
    situation: Situation = field(repr=False)
    unused_caps: tuple[str, ...] = ()

    def by_corridor(self) -> dict[str, float]:
        """TEU a week of each corridor."""
        total: dict[str, float] = {}
        for way, teu in zip(self.ways, self.flow, strict=True):
            total[way.corridor] = total.get(way.corridor, 0.0) + teu
        return total

    @property
    def booked(self) -> Booked:
        """TEU a week by demand and corridor."""
        total: dict[tuple[int, str], float] = {}
        for way, teu in zip(self.ways, self.flow, strict=True):
            key = (way.demand, way.corridor)
            total[key] = total.get(key, 0.0) + teu
        return {key: teu for key, teu in total.items() if teu > SMALL}
