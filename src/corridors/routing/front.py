"""All hauls of a zone at once, against the best costs known at its facilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corridors.movement.compiled import ZoneHauls


class Front:
    """Costs of all hauls of a zone, and the best cost known so far at its facilities."""

    def __init__(self, hauls: ZoneHauls, cost: NDArray[np.float64], wanted: Sequence[bool]) -> None:
        self.names, self.at, self.cost = hauls.names, hauls.at, cost
        # Where nobody needs to be hauled, nothing is ever an improvement.
        self.best = np.where(wanted, np.inf, -np.inf)

    def improve(self, facility: str, cost: float) -> list[tuple[str, float]]:
        """Facilities that one haul more, from or to this one, makes cheaper."""
        at = self.at.get(facility)
        if at is None:
            return []
        total = cost + self.cost[at]
        better = (total < self.best).nonzero()[0]
        if not better.size:
            return []
        best = self.best[better] = total[better]
        names = self.names
        return [(names[i], cost) for i, cost in zip(better.tolist(), best.tolist(), strict=True)]
