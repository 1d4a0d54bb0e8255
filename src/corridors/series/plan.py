"""What a series asks: journeys, sets of conditions, days of departure, terms; cut into chunks."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from corridors.shipment import Objective, Scope, Terms

SCHEMA = "corridors.sweep/1"
MOST_CELLS = 100
"""Cells of a chunk: what a killed worker loses, a second or two of work."""
MOST_DRAWN = 1_000_000
"""Single draws of a chunk, where they are kept: some tens of megabytes in memory."""


class Journey(NamedTuple):
    """Origin and destination as they were written, and the places they are."""

    origin: str
    destination: str
    origin_id: str
    destination_id: str


@dataclass(frozen=True, slots=True)
class ConditionSet:
    """One named set of conditions.

    Attributes
    ----------
    name : str
    scenarios : tuple of str
        Ids of the catalogue, or names of files in the plan's `files`.
    avoid, via, modes, closed : tuple of str
    assume : dict of str to float
    rates : str
        Name of a file in the plan's `files`; none when empty.
    price_month : str
    as_of : date or None
    """

    name: str
    scenarios: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    assume: Mapping[str, float] = field(default_factory=dict)
    rates: str = ""
    price_month: str = ""
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What all cells of a series have in common.

    Attributes
    ----------
    conditions : tuple of ConditionSet
    corridors : tuple of str
        In the order of the network; all of them, where the plan names none.
    terms : Terms
        Without a day of departure: that is the cell's own.
    scope, objective : str
    value_of_time_usd_day : float or None
    draws, seed : int
    keep_draws : bool
    files : dict of str to bytes
        Files of the user's that conditions name.
    """

    conditions: tuple[ConditionSet, ...]
    corridors: tuple[str, ...]
    terms: Terms = field(default_factory=Terms)
    scope: Scope = "terminal"
    objective: Objective = "balanced"
    value_of_time_usd_day: float | None = None
    draws: int = 500
    seed: int = 1
    keep_draws: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def terms_on(self, depart: date | None) -> Terms:
        """The terms with a day of departure."""
        return self.terms._replace(depart=depart)


class Chunk(NamedTuple):
    """Cells that are worked out together: some journeys under one condition set on one day.

    Attributes
    ----------
    number : int
    condition : int
        Position of the condition set.
    depart : date or None
    first : int
        Number of the first journey in the plan.
    journeys : tuple of Journey
    """

    number: int
    condition: int
    depart: date | None
    first: int
    journeys: tuple[Journey, ...]


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """A whole series.

    Attributes
    ----------
    asked : Asked
    journeys : tuple of Journey
        Those of one origin beside each other.
    departs : tuple of date or None
    cells_per_part : int
        Most cells of a chunk; 0 leaves it to the size of the plan.
    """

    asked: Asked
    journeys: tuple[Journey, ...]
    departs: tuple[date | None, ...] = (None,)
    cells_per_part: int = 0

    @property
    def cells(self) -> int:
        """How many comparisons it comes to."""
        return len(self.journeys) * len(self.asked.conditions) * len(self.departs)

    @property
    def chunk_size(self) -> int:
        """Cells of a chunk: by the plan alone, so that parts are the same on any machine."""
        if self.cells_per_part:
            return self.cells_per_part
        asked = self.asked
        most = min(MOST_CELLS, math.ceil(len(self.journeys) / 4))
        if asked.keep_draws:
            most = min(most, MOST_DRAWN // (len(asked.corridors) * asked.draws))
        return max(1, most)

    def chunks(self) -> Iterator[Chunk]:
        """All chunks: by condition set, then day, then journey, so that neighbours share most."""
        number, size = 0, self.chunk_size
        for condition in range(len(self.asked.conditions)):
            for depart in self.departs:
                for first in range(0, len(self.journeys), size):
                    journeys = self.journeys[first : first + size]
                    yield Chunk(number, condition, depart, first, journeys)
                    number += 1

    @property
    def parts(self) -> int:
        """How many chunks there are."""
        per_day = math.ceil(len(self.journeys) / self.chunk_size)
        return per_day * len(self.asked.conditions) * len(self.departs)

    def document(self) -> dict[str, Any]:
        """The plan as plain values; of the user's files their SHA-256."""
        asked = _plain(asdict(replace(self.asked, files={})))
        asked["files"] = {
            name: hashlib.sha256(data).hexdigest() for name, data in self.asked.files.items()
        }
        return {
            "asked": asked,
            "journeys": _plain(self.journeys),
            "departs": _plain(self.departs),
            "cells_per_part": self.chunk_size,
        }

    @property
    def digest(self) -> str:
        """Fingerprint of all that is asked, the content of the user's files included."""
        text = json.dumps(self.document(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Terms):
        return _plain(value._asdict())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
