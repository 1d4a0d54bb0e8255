"""What is asked: one container from here to there, under which terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Scope = Literal["terminal", "door"]
Objective = Literal["balanced", "time", "cost"]
Heading = Literal["westbound", "eastbound"]


class End(NamedTuple):
    """Origin or destination of a shipment.

    Attributes
    ----------
    id, name, country : str
    lon, lat : float
    facilities : tuple of str
        Facilities that serve the place; empty for a point off the terminals.
    """

    id: str
    name: str
    country: str
    lon: float
    lat: float
    facilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shipment:
    """One laden forty-foot container and the terms it is asked under.

    Attributes
    ----------
    origin, destination : End
    scope : {"terminal", "door"}
    objective : {"balanced", "time", "cost"}
    value_of_time_usd_day : float
        What a day is worth when time and cost are weighed against each other.
    unit, ownership : str
        ``FEU``; ``SOC`` (shipper-owned container).
    """

    origin: End
    destination: End
    scope: Scope
    objective: Objective
    value_of_time_usd_day: float
    unit: str = "FEU"
    ownership: str = "SOC"

    @property
    def heading(self) -> Heading:
        """``westbound`` when the destination lies west of the origin."""
        return "westbound" if self.destination.lon < self.origin.lon else "eastbound"
