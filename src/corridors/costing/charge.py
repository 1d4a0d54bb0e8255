"""A charge: one parameter row times an amount, as a distribution that knows its origin."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, NamedTuple

from corridors.errors import ParameterError
from corridors.parameters import ParameterRow, SplitLognormal


class Charge(NamedTuple):
    """Hours, dollars or kilograms from one parameter row.

    Attributes
    ----------
    row : ParameterRow
        Where the number comes from.
    amount : float
        What it is multiplied by (km for a rate, 1 for an event).
    inverse : bool
        True for a speed: the charge is amount / value.
    at : str
        Facility or zone it is incurred at: charges of one row at one place draw together.
    group : str
        Country whose common shock it shares.
    """

    row: ParameterRow
    amount: float
    inverse: bool
    at: str
    group: str

    @property
    def distribution(self) -> SplitLognormal:
        """The charge as a distribution."""
        value = self.row.distribution
        if self.inverse and value.typ == 0:
            raise self._standstill()
        return (value.reciprocal() if self.inverse else value).scale(self.amount)

    @property
    def mean(self) -> float:
        """Expected value."""
        if not self.inverse:
            return self.row.chance * self.amount * self.row.mean
        if self.row.typ == 0:
            raise self._standstill()
        return self.amount * self.row.mean_reciprocal

    def _standstill(self) -> ParameterError:
        return ParameterError(f"{self.row.key}=0: a speed must be positive")

    @property
    def draw_key(self) -> str:
        """Charges with the same key get the same draw, on every corridor."""
        return f"{self.row.key}@{self.at}"


class Vector(NamedTuple):
    """Charges of one leg or event by dimension."""

    hours: tuple[Charge, ...] = ()
    usd: tuple[Charge, ...] = ()
    co2e_kg: tuple[Charge, ...] = ()

    def mean(self, dimension: Literal["hours", "usd", "co2e_kg"]) -> float:
        """Expected hours, dollars or kilograms."""
        charges: tuple[Charge, ...] = getattr(self, dimension)
        # Most have one charge, which is the exact sum already.
        return charges[0].mean if len(charges) == 1 else total(charges)


def total(charges: Iterable[Charge]) -> float:
    """Sum of expected values, exact to the last bit whatever the order."""
    return math.fsum(charge.mean for charge in charges)
