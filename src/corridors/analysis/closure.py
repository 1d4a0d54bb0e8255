"""Something shuts for some days: what is left behind on each corridor, and when it has passed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridors.analysis.choice import incidence
from corridors.analysis.flows import SMALL, Booked, Flows
from corridors.errors import OptionalDependencyError


class Held(NamedTuple):
    """What becomes of the boxes of one corridor when something shuts and nobody re-books.

    Attributes
    ----------
    corridor : str
    before, carried, stranded : float
        TEU a week.
    clear_days : float or None
        Days after the end in which the backlog passes beside the ordinary traffic; None where
        the length is not known, or where it never does.
    """

    corridor: str
    before: float
    carried: float
    stranded: float
    clear_days: float | None


def held_boxes(before: Flows, at_once: Flows, days: int | None) -> tuple[Held, ...]:
    """What becomes of each corridor's boxes while something is shut for so many days."""
    carried, still = at_once.by_corridor(), at_once.booked
    left = {key: teu - still.get(key, 0.0) for key, teu in before.booked.items()}
    result = []
    for corridor, teu in before.by_corridor().items():
        stranded = max(teu - carried.get(corridor, 0.0), 0.0)
        if stranded <= SMALL * teu:
            stranded = 0.0
        clear = 0.0 if days is not None else None
        if stranded and days is not None:
            backlog = {
                key: amount * days / 7
                for key, amount in left.items()
                if key[1] == corridor and amount > SMALL
            }
            clear = _clear_days(before, backlog)
        result.append(Held(corridor, teu, teu - stranded, stranded, clear))
    return tuple(result)


def _clear_days(before: Flows, backlog: Booked) -> float | None:
    """Fewest days in which a backlog passes what the ordinary traffic leaves free.

    A linear programme: flows of the backlog on the ways of its corridor and the weeks they take,
    such that in these weeks no gate is passed by more than its room. Every box is counted at all
    gates of its way, also at those it may have passed before it was stopped.
    """
    try:
        from scipy.optimize import linprog
    except ImportError as error:
        raise OptionalDependencyError(
            "the time to clear needs SciPy: pip install 'corridors[analysis]'"
        ) from error
    ways = [way for way in before.ways if (way.demand, way.corridor) in backlog]
    gates = [limit.gate for limit in before.limits]
    free = [limit.teu_week - load for limit, load in zip(before.limits, before.load, strict=True)]
    passes = incidence([way.gates for way in ways], gates).T
    owners = incidence([[(way.demand, way.corridor)] for way in ways], list(backlog)).T
    found = linprog(
        np.append(np.zeros(len(ways)), 1.0),
        A_ub=np.hstack([passes, -np.maximum(np.array(free), 0.0)[:, None]]),
        b_ub=np.zeros(len(gates)),
        A_eq=np.hstack([owners, np.zeros((len(backlog), 1))]),
        b_eq=np.array(list(backlog.values())),
        method="highs",
    )
    if not found.success:
        return None  # some of it has no room at all, however long it waits
    return float(7.0 * found.fun)
