"""The work itself: chunks of comparisons, one after the other, on what they share."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections import OrderedDict
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.analysis.compare import option_of
from corridors.analysis.desk import Conditions, Desk
from corridors.analysis.engine import Engine
from corridors.analysis.setting import Setting
from corridors.analysis.spread import Draws, quantiles
from corridors.errors import CorridorsError
from corridors.routing.many import series
from corridors.series.plan import Asked, Chunk, ConditionSet, Journey
from corridors.series.tally import Figures, Tally, route_figures
from corridors.shipment import Heading

SHARES = (0.1, 0.5, 0.9)
MOST_GROUNDS = 2
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


class Ground:
    """One condition set on one day of departure, and what its journeys have worked out so far.

    Parameters
    ----------
    setting : Setting
    numbers : Draws
    """

    def __init__(self, setting: Setting, numbers: Draws) -> None:
        self.setting, self.numbers = setting, numbers
        self._tallies: dict[Heading, Tally] = {}

    def answer(
        self, desk: Desk, corridor: str
    ) -> tuple[tuple[str, str, str | None], Figures | None]:
        """Status, reason and variant of a corridor, and its figures: those of a comparison."""
        heading = desk.shipment.heading
        if heading not in self._tallies:
            self._tallies[heading] = Tally(desk, self.numbers)
        tally = self._tallies[heading]
        if desk.situation.depart is None:
            plans, tree = tally.passable(desk, corridor)
            best = desk.cheapest(plans, tree) if plans else None
            if best is not None:
                number, way = best
                return ("ok", "", plans[number].variant), tally.figures(desk, way, corridor)
        # On days that go by on the way, or where nothing leads through: as any comparison.
        option = option_of(desk, corridor, self.numbers)
        if option.route is None or option.spread is None:
            return (option.status, option.reason, None), None
        spread, route = option.spread, option.route
        return ("ok", "", route.variant), route_figures(desk, route, spread)


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
        self._grounds: OrderedDict[tuple[int, date | None], Ground] = OrderedDict()
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
            ground = self.ground(chunk.condition, chunk.depart)
            ends = (self.engine.end(journey.origin), self.engine.end(journey.destination))
            desk = ground.setting.desk(*ends)
        except CorridorsError as error:
            return [(corridor, *_failed(error)) for corridor in asked.corridors]
        applied = ";".join(desk.situation.ids)
        found: list[tuple[Any, ...]] = []
        for corridor in asked.corridors:
            try:
                answer, figures = ground.answer(desk, corridor)
            except CorridorsError as error:
                found.append((corridor, *_failed(error)))
                continue
            found.append((corridor, *answer, *_row(figures), applied))
            if asked.keep_draws and figures is not None:
                drawn.append(Drawn(number, corridor, figures.hours / 24, figures.usd))
        return found

    def ground(self, condition: int, depart: date | None) -> Ground:
        """What the journeys of a condition set and day share.

        Raises
        ------
        CorridorsError
            The conditions cannot be understood.
        """
        key = (condition, depart)
        if key not in self._grounds:
            asked = self.asked
            setting = Setting(
                self.engine,
                asked.scope,
                asked.objective,
                asked.value_of_time_usd_day,
                self._conditions(asked.conditions[condition]),
                asked.terms_on(depart),
            )
            count, seed = asked.draws, asked.seed
            self._numbers = Draws(setting.ledger, count=count, seed=seed, like=self._numbers)
            self._grounds[key] = Ground(setting, self._numbers)
            if len(self._grounds) > MOST_GROUNDS:
                self._grounds.popitem(last=False)
        self._grounds.move_to_end(key)
        return self._grounds[key]

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


def _row(figures: Figures | None) -> tuple[Any, ...]:
    """Figures to countries of a row."""
    if figures is None:
        return (None,) * (2 + len(FIGURES))
    low, middle, high = (float(q) for q in quantiles(figures.hours, SHARES))
    return (
        figures.hours_mean / 24, low / 24, middle / 24, high / 24,
        figures.usd_mean, *(float(q) for q in quantiles(figures.usd, SHARES)),
        figures.km, figures.co2e_kg, figures.borders, ";".join(figures.countries),
    )  # fmt: skip


def _failed(error: CorridorsError) -> tuple[Any, ...]:
    """Status to applied conditions of a row that could not be asked."""
    return ("error", str(error), None, *_row(None), None)
