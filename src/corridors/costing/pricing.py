"""Prices by the day: the cost model in force when a box gets there."""

from __future__ import annotations

from datetime import date

from corridors.conditions.situation import Situation
from corridors.costing.model import CostModel
from corridors.parameters import Ledger
from corridors.shipment import Heading


class Pricing:
    """Cost models of one question; days on which the same adjustments act share one.

    Parameters
    ----------
    ledger : Ledger
    heading : {"westbound", "eastbound"}
    situation : Situation

    Examples
    --------
    >>> from corridors.parameters import ParameterRow
    >>> ledger = Ledger([ParameterRow("gauge_h", 8, 8, 8, "h", "assumption")])
    >>> prices = Pricing(ledger, heading="westbound", situation=Situation())
    >>> prices.on(date(2026, 11, 1)) is prices.on(None)
    True
    """

    def __init__(self, ledger: Ledger, *, heading: Heading, situation: Situation) -> None:
        self.ledger, self.heading, self.situation = ledger, heading, situation
        self._by_day: dict[date | None, CostModel] = {}
        self._models: dict[tuple[int, ...], CostModel] = {}

    def on(self, day: date | None) -> CostModel:
        """The model of a day; of an ordinary week without one."""
        if day not in self._by_day:
            acting = self.situation.acting_on(day)
            # The adjustments live as long as the situation: who they are is enough.
            key = tuple(map(id, acting))
            if key not in self._models:
                self._models[key] = CostModel(
                    self.ledger,
                    heading=self.heading,
                    adjustments=acting,
                    ownership=self.situation.case.ownership,
                )
            self._by_day[day] = self._models[key]
        return self._by_day[day]
