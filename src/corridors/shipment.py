"""What is asked: one shipment from here to there, under which terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from datetime import date

MOST_DRAWS = 1_000_000
"""Draws that one answer may take."""

Scope = Literal["terminal", "door"]
Objective = Literal["balanced", "time", "cost"]
Heading = Literal["westbound", "eastbound"]
Unit = Literal["FEU", "2x20", "TEU"]
Booking = Literal["block", "single"]
Ownership = Literal["SOC", "COC"]


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


class Terms(NamedTuple):
    """What is shipped, how it is booked, and by when it must be there.

    Attributes
    ----------
    unit : {"FEU", "2x20", "TEU"}
        One forty-foot container, two twenty-foot ones, or one.
    booking : {"block", "single"}
        A slot on a block train, or a single wagon by ordinary freight trains.
    ownership : {"SOC", "COC"}
        Shipper-owned or carrier-owned container.
    weight_t : float, optional
        Weight of the cargo; the usual payload of the unit without.
    cargo_value_usd : float, optional
        With it, insurance and the cost of capital are added up to a landed cost.
    cargo : str
        HS code of two to ten digits: rules for these goods are named.
    goods : tuple of str
        ``dangerous``, ``reefer``.
    depart : date, optional
        Day of gate-in: seasons, holidays and dated conditions act as they are met on the way.
    deadline_days : float, optional
        Days from the start of the clock by which the box must be there.
    """

    unit: Unit = "FEU"
    booking: Booking = "block"
    ownership: Ownership = "SOC"
    weight_t: float | None = None
    cargo_value_usd: float | None = None
    cargo: str = ""
    goods: tuple[str, ...] = ()
    depart: date | None = None
    deadline_days: float | None = None


class Shipment(NamedTuple):
    """A laden shipment and the terms it is asked under.

    Attributes
    ----------
    origin, destination : End
    scope : {"terminal", "door"}
    objective : {"balanced", "time", "cost"}
    value_of_time_usd_day : float
        What a day is worth when time and cost are weighed against each other.
    terms : Terms
    """

    origin: End
    destination: End
    scope: Scope
    objective: Objective
    value_of_time_usd_day: float
    terms: Terms = Terms()

    @property
    def heading(self) -> Heading:
        """``westbound`` when the destination lies west of the origin."""
        return "westbound" if self.destination.lon < self.origin.lon else "eastbound"
