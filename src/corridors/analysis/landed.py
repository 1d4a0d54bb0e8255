"""What the cargo itself costs on the way: insurance, war risk, and capital tied up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.analysis.spread import Draws, Spread
from corridors.costing.charge import Charge, total
from corridors.parameters import Ledger
from corridors.routing.route import Route

HOURS_A_YEAR = 8760.0


class Landed(NamedTuple):
    """Total landed cost of a route at a stated cargo value, all of it in USD.

    Attributes
    ----------
    cargo_value_usd : float
    freight, insurance, war_risk, capital : float
        Expected values; `capital` is the value times the yearly share times the time.
    drawn : (n,) float64
        Draws of their sum.
    charges : tuple of Charge
        Insurance, war risk and the cost of capital, with their rows.
    """

    cargo_value_usd: float
    freight: float
    insurance: float
    war_risk: float
    capital: float
    drawn: NDArray[np.float64]
    charges: tuple[Charge, ...]

    @property
    def mean(self) -> float:
        """Expected landed cost."""
        return self.freight + self.insurance + self.war_risk + self.capital


def landed(
    route: Route, spread: Spread, ledger: Ledger, draws: Draws, *, cargo_value_usd: float
) -> Landed:
    """Add what the cargo costs on the way to the freight.

    Parameters
    ----------
    route : Route
    spread : Spread
        Its draws.
    ledger : Ledger
        With ``insurance_share``, ``war_risk_share/<corridor>`` and ``capital_cost_share_year``.
    draws : Draws
    cargo_value_usd : float
        Invoice value of the cargo in the container.

    Raises
    ------
    ParameterError
        The ledger has no share for insurance or capital.
    """
    # A free route is covered as the corridor whose box it leases.
    leases = (event.at for event in route.events if event.kind == "equipment")
    name = route.corridor or next(leases, "free")
    cover = ledger.get(f"insurance_share/{name}", "insurance_share")
    insurance = (Charge(cover, cargo_value_usd, False, name, name),)
    war = ledger.first(f"war_risk_share/{name}")
    war_risk = (Charge(war, cargo_value_usd, False, name, name),) if war is not None else ()
    rent = Charge(ledger.get("capital_cost_share_year"), cargo_value_usd, False, "cargo", "cargo")
    capital = rent.mean * route.mean("hours") / HOURS_A_YEAR
    drawn = spread.usd + draws.charge(rent, "usd") * spread.hours / HOURS_A_YEAR
    for charge in (*insurance, *war_risk):
        drawn = drawn + draws.charge(charge, "usd")
    return Landed(
        cargo_value_usd,
        route.mean("usd"),
        total(insurance),
        total(war_risk),
        capital,
        drawn,
        (*insurance, *war_risk, rent),
    )
