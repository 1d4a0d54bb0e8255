"""The work itself: chunks of comparisons, one after the other, on what they share."""

from __future__ import annotations

import math
import shutil
import tempfile
import weakref
from collections import OrderedDict
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.analysis.compare import Option, option_of
from corridors.analysis.desk import Conditions, Desk, Setting
from corridors.analysis.engine import Engine
from corridors.analysis.spread import Draws
from corridors.errors import CorridorsError
from corridors.routing.many import series
from corridors.routing.route import Leg, Route
from corridors.series.plan import Asked, Chunk, ConditionSet, Journey

MOST_SETTINGS = 2
"""Condition sets kept at a time: chunks come in their order, so more are never needed."""

FIGURES = (
    "days_mean", "days_p10", "days_p50", "days_p90", "usd_mean", "usd_p10", "usd_p50", "usd_p90",
    "km", "co2e_kg",
)  # fmt: skip
ROW = (
    "pair", "origin", "destination", "origin_id", "destination_id", "condition", "depart",
    "corridor", "status", "reason", "variant", *FIGURES, "borders", "countries",
    "conditions_applied", "data_version",
)  # fmt: skip
"""Columns of the table of answers, in their order."""


class Drawn(NamedTuple):
    """Single draws of one answer."""

    pair: int
    corridor: str
    days: NDArray[np.float64]
    usd: NDArray[np.float64]


class Made(NamedTuple):
    """What a chunk came to: columns of its answers and, where they are kept, their draws."""

    chunk: Chunk
    condition: str
    rows: dict[str, list[Any]]
    drawn: list[Drawn]
    keep_draws: bool


class Bench:
    """One engine at work on one series.

    Parameters
    ----------
    engine : Engine
    asked : Asked

    Examples
    --------
    >>> from corridors.series.plan import SweepPlan
    >>> journey = Journey("Xi'an", "Duisburg", "CN-XIA", "DE-DUI")
    >>> asked = Asked((ConditionSet("ordinary"),), ("northern",), draws=100)
    >>> (chunk,) = SweepPlan(asked, (journey,)).chunks()
    >>> Bench(Engine.load(), asked).work(chunk).rows["status"]
    ['ok']
    """

    def __init__(self, engine: Engine, asked: Asked) -> None:
        self.engine, self.asked = engine, asked
        self._settings: OrderedDict[tuple[int, date | None], tuple[Setting, Draws]] = OrderedDict()
        self._numbers: Draws | None = None
        self._files: Path | None = None

    def work(self, chunk: Chunk) -> Made:
        """Answer every cell of a chunk.

        A cell that cannot be asked gets rows with the status ``error`` and its reason; the
        others go on.
        """
        condition = self.asked.conditions[chunk.condition].name
        rows: dict[str, list[Any]] = {name: [] for name in ROW}
        drawn: list[Drawn] = []
        with series():
            for number, journey in enumerate(chunk.journeys, chunk.first):
                head = (number, *journey, condition, chunk.depart)
                for answer in self._answers(chunk, journey, number, drawn):
                    for name, value in zip(ROW, (*head, *answer, self.engine.version), strict=True):
                        rows[name].append(value)
        return Made(chunk, condition, rows, drawn, self.asked.keep_draws)

    def _answers(
        self, chunk: Chunk, journey: Journey, number: int, drawn: list[Drawn]
    ) -> list[tuple[Any, ...]]:
        asked = self.asked
        try:
            setting, numbers = self.setting(chunk.condition, chunk.depart)
            ends = (self.engine.end(journey.origin), self.engine.end(journey.destination))
            desk = setting.desk(*ends)
        except CorridorsError as error:
            return [(corridor, *_failed(error)) for corridor in asked.corridors]
        applied = ";".join(desk.situation.ids)
        found: list[tuple[Any, ...]] = []
        for corridor in asked.corridors:
            try:
                option = option_of(desk, corridor, numbers)
                found.append((corridor, *_answer(desk, option), applied))
            except CorridorsError as error:
                found.append((corridor, *_failed(error)))
                continue
            if asked.keep_draws and option.spread is not None:
                spread = option.spread
                drawn.append(Drawn(number, corridor, spread.hours / 24, spread.usd))
        return found

    def setting(self, condition: int, depart: date | None) -> tuple[Setting, Draws]:
        """What the journeys of a condition set and day share, and their random numbers.

        Raises
        ------
        CorridorsError
            The conditions cannot be understood.
        """
        key = (condition, depart)
        if key not in self._settings:
            asked = self.asked
            setting = Setting(
                self.engine,
                asked.scope,
                asked.objective,
                asked.value_of_time_usd_day,
                self._conditions(asked.conditions[condition]),
                asked.terms_on(depart),
            )
            numbers = Draws(setting.ledger, count=asked.draws, seed=asked.seed, like=self._numbers)
            self._numbers = numbers
            self._settings[key] = (setting, numbers)
            if len(self._settings) > MOST_SETTINGS:
                self._settings.popitem(last=False)
        self._settings.move_to_end(key)
        return self._settings[key]

    def _conditions(self, one: ConditionSet) -> Conditions:
        return Conditions(
            avoid=one.avoid,
            via=one.via,
            modes=frozenset(one.modes) or None,
            assume=one.assume,
            rates=self._file(one.rates) if one.rates else None,
            closed=frozenset(one.closed),
            as_of=one.as_of,
            scenarios=tuple(self._scenario(name) for name in one.scenarios),
            price_month=one.price_month,
        )

    def _scenario(self, name: str) -> str:
        stem, at, level = name.rpartition("@")
        if name in self.asked.files:
            return str(self._file(name))
        return f"{self._file(stem)}{at}{level}" if stem in self.asked.files else name

    def _file(self, name: str) -> Path:
        """A file of the user's, as it was when the series began, wherever this is worked on."""
        if self._files is None:
            self._files = Path(tempfile.mkdtemp(prefix="corridors-"))
            weakref.finalize(self, shutil.rmtree, self._files, ignore_errors=True)
            for number, (known, data) in enumerate(self.asked.files.items()):
                folder = self._files / str(number)
                folder.mkdir()
                (folder / Path(known).name).write_bytes(data)
        number = list(self.asked.files).index(name)
        return self._files / str(number) / Path(name).name


def _answer(desk: Desk, option: Option) -> tuple[Any, ...]:
    """Status to countries of a row."""
    route, spread = option.route, option.spread
    if route is None or spread is None:
        return (option.status, option.reason, None, *(None,) * (2 + len(FIGURES)))
    hours, usd = spread.quantiles("hours"), spread.quantiles("usd")
    return (
        option.status,
        "",
        route.variant,
        route.mean("hours") / 24,
        *(value / 24 for value in hours),
        route.mean("usd"),
        *usd,
        route.km,
        math.fsum(charge.row.typ * charge.amount for charge in route.charges("co2e_kg")),
        sum(event.kind == "border" for event in route.events),
        ";".join(_countries(desk, route)),
    )


def _failed(error: CorridorsError) -> tuple[Any, ...]:
    """Status to applied conditions of a row that could not be asked."""
    return ("error", str(error), None, *(None,) * (2 + len(FIGURES)), None)


def _countries(desk: Desk, route: Route) -> list[str]:
    """Countries of the lines, and of ports where only a ship touches the country."""
    found: list[str] = []
    facilities = desk.graph.facilities
    for step in route.steps:
        if isinstance(step, Leg):
            found += step.countries
            found += [facilities[f].country for f in (step.a, step.b) if f in facilities]
    return list(dict.fromkeys(code for code in found if code))
