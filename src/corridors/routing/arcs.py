"""The movement graph by number, and its price: what a compiled search and a vector step over.

States, doors and zones get numbers once per graph. What each of them costs is kept as terms
(parameter row times amount), so that new rates are one pass over the terms, whatever the
conditions behind them. Hours, dollars and kilograms stay apart until a search weighs them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.conditions.adjustment import Adjustment, settled
from corridors.costing.charge import Charge, Vector
from corridors.costing.model import CostModel
from corridors.errors import ParameterError
from corridors.movement.graph import Move, MovementGraph, State
from corridors.parameters import Ledger, ParameterRow
from corridors.routing.doors import door_vectors

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Mask = NDArray[np.bool_]

KINDS = ("crossing", "service", "lift", "gauge_change", "pass")
"""Kinds of doors, by number."""

DIMENSIONS = ("hours", "usd", "co2e_kg")


class Arcs:
    """States, doors and zone hauls of a movement graph by number.

    Parameters
    ----------
    graph : MovementGraph

    Attributes
    ----------
    states : list of State
        A state's number is its place here; those of one zone stand together, in the order of
        the zone's haul matrix, and quays and states without hauls after them.
    at : dict
        State to number.
    moves : list of Move
        A door's number is its place here; sorted by the state it leads out of.
    tail, head, kind : (m,) int32
        Of each door: state before, state after, kind (see `KINDS`).
    indptr : (n + 1,) int32
        Doors out of state ``s`` are those from ``indptr[s]`` up to ``indptr[s + 1]``.
    zones : list of str
        Zones of the network, those without a haul included.
    zone_of : (n,) int32
        Zone of a state, -1 where no haul leads on.
    first : (z + 1,) int32
        Number of the first state of each zone, and of the first state in none.
    km : list of (k, k) float64
        Lengths of the hauls of each zone, infinite where there is none.
    rail : (n,) bool
        States on a railway.
    """

    def __init__(self, graph: MovementGraph) -> None:
        self.graph = graph
        self.states: list[State] = []
        self.zones: list[str] = []
        self.km: list[Floats] = []
        first = []
        for zone in graph.zones:
            hauls = graph.zone_hauls(zone)
            first.append(len(self.states))
            self.zones.append(zone)
            self.km.append(np.ascontiguousarray(hauls.km))
            self.states += [(name, zone) for name in hauls.names]
        self.first = np.array([*first, len(self.states)], dtype=np.int32)
        land = [(f, zone) for f in graph.facilities for _, zone in graph.states_of(f)]
        others = [
            s for before, moves in graph.moves.items() for s in (before, *(m.to for m in moves))
        ]
        known = set(self.states)
        self.states += [s for s in dict.fromkeys([*land, *others]) if s not in known]
        self.at = {state: number for number, state in enumerate(self.states)}
        sizes = np.diff(self.first)
        self.zone_of = np.full(len(self.states), -1, dtype=np.int32)
        self.zone_of[: self.first[-1]] = np.repeat(np.arange(len(sizes)), sizes)
        self.rail = np.array([zone.startswith("rail:") for _, zone in self.states], dtype=bool)
        doors = [
            (self.at[before], number, move)
            for before, moves in graph.moves.items()
            for number, move in enumerate(moves)
        ]
        doors.sort(key=lambda door: door[:2])
        self.moves: list[Move] = [move for _, _, move in doors]
        self.tail = np.array([tail for tail, _, _ in doors], dtype=np.int32)
        self.head = np.array([self.at[move.to] for move in self.moves], dtype=np.int32)
        self.kind = np.array([KINDS.index(move.kind) for move in self.moves], dtype=np.int32)
        counts = np.bincount(self.tail, minlength=len(self.states))
        self.indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)

    def __len__(self) -> int:
        return len(self.states)

    @cached_property
    def doors_of(self) -> dict[str, Ints]:
        """Doors that shut with a crossing, service, group, chokepoint or facility, by its id."""
        found: dict[str, list[int]] = defaultdict(list)
        for door, move in enumerate(self.moves):
            if move.crossing is not None:
                names: Iterable[str] = (move.crossing.id,)
            elif move.service is not None:
                row = move.service
                names = {row.id, row.group, row.a, row.b, *row.via}
            elif move.kind == "lift":
                names = (move.to[0],)
            else:
                continue
            for name in names:
                found[name].append(door)
        return {name: np.array(numbers, dtype=np.int32) for name, numbers in found.items()}

    def open_doors(self, closed: Collection[str] = ()) -> Mask:
        """Which doors stay open when more is shut than in the graph itself."""
        open_ones = np.ones(len(self.moves), dtype=bool)
        for name in closed:
            if name in self.doors_of:
                open_ones[self.doors_of[name]] = False
        return open_ones

    @cached_property
    def flat_km(self) -> Floats:
        """The haul matrices of all zones, row by row, one behind the other."""
        return np.concatenate([km.ravel() for km in self.km]) if self.km else np.zeros(0)

    @cached_property
    def first_km(self) -> NDArray[np.int64]:
        """Where in `flat_km` the matrix of each zone begins."""
        return np.concatenate([[0], np.cumsum([km.size for km in self.km])]).astype(np.int64)


@lru_cache(maxsize=8)
def arcs_of(graph: MovementGraph) -> Arcs:
    """The graph by number, kept for the newest few graphs: a long series has many."""
    return Arcs(graph)


class Price(NamedTuple):
    """One dimension of the price of everything in `Arcs`.

    Attributes
    ----------
    door : (m,) float64
        Of each door.
    zone : (z,) float64
        Of a kilometre in each zone.
    board : (n,) float64
        Of boarding the first train in each state.
    release : (n,) float64
        Of being handed over in each state, at the end of a journey.
    """

    door: Floats
    zone: Floats
    board: Floats
    release: Floats

    def times(self, factor: float) -> Price:
        """Everything times a factor."""
        return Price(*(part * factor for part in self))

    def plus(self, other: Price) -> Price:
        """Two prices together."""
        return Price(*(one + two for one, two in zip(self, other, strict=True)))


class Prices(NamedTuple):
    """Expected hours, dollars and kilograms of CO2e of everything in `Arcs`."""

    hours: Price
    usd: Price
    co2e_kg: Price

    def weighed(self, hour: float, dollar: float) -> Price:
        """Generalised cost, with what an hour and what a dollar counts."""
        return self.hours.times(hour).plus(self.usd.times(dollar))


class Column(NamedTuple):
    """A parameter row where it is charged: charges of one column are drawn together.

    Attributes
    ----------
    row : ParameterRow
        With the adjustments that act on it multiplied in.
    factors : tuple of Adjustment
        What was multiplied in.
    at, group : str
        Where it is charged, and the country whose shock it shares.
    inverse : bool
        Whether it is a speed, of which a charge takes the pace.
    """

    row: ParameterRow
    factors: tuple[Adjustment, ...]
    at: str
    group: str
    inverse: bool

    @property
    def unit(self) -> float:
        """Expected value for an amount of one; not a number where nothing moves."""
        if self.inverse and self.row.typ == 0.0:
            return math.nan
        return self.row.mean_reciprocal if self.inverse else self.row.chance * self.row.mean


@dataclass(frozen=True)
class Terms:
    """Terms of one dimension: ``amount`` times the rate of ``column`` is part of ``item``."""

    item: NDArray[np.int64]
    column: NDArray[np.int64]
    amount: Floats

    def total(self, rates: Floats, size: int) -> Floats:
        """Sum of the terms of every item."""
        parts = self.amount * rates[self.column]
        return np.bincount(self.item, weights=parts, minlength=size).astype(np.float64)


class Components:
    """What everything in `Arcs` is charged with: parameter rows and amounts.

    Parameters
    ----------
    arcs : Arcs
    model : CostModel
        Prices of one day for one heading.

    Attributes
    ----------
    columns : list of Column
        Parameter rows where they are charged.
    hours, usd, co2e_kg : Terms
        Items are doors, then zones (a kilometre), boarding and release in each state.
    failed : dict of int to ParameterError
        Items that cannot be priced for want of a row: whoever needs one of them meets its error.

    Examples
    --------
    >>> from corridors.analysis.engine import Engine
    >>> from corridors.conditions.situation import Situation
    >>> from corridors.costing.pricing import Pricing
    >>> engine = Engine.load()
    >>> prices = Pricing(engine.ledger, heading="westbound", situation=Situation())
    >>> parts = Components(arcs_of(engine.graph()), prices.on(None))
    >>> double = parts.prices(parts.rates * 2.0)
    >>> bool((double.usd.door == 2.0 * parts.prices().usd.door).all())
    True
    """

    def __init__(self, arcs: Arcs, model: CostModel) -> None:
        self.arcs, self.model = arcs, model
        self.columns: list[Column] = []
        self.failed: dict[int, ParameterError] = {}
        self._numbers: dict[tuple[object, ...], int] = {}
        self._terms: dict[str, list[tuple[int, int, float]]] = {name: [] for name in DIMENSIONS}
        self._charge_all()
        self.hours, self.usd, self.co2e_kg = (_terms(self._terms[name]) for name in DIMENSIONS)

    @cached_property
    def rates(self) -> Floats:
        """Expected value of every column for an amount of one."""
        return np.array([column.unit for column in self.columns], dtype=np.float64)

    def rates_under(self, ledger: Ledger) -> Floats | None:
        """The rates with the rows of another ledger; None where it has other keys.

        A ledger with more or fewer rows may price an event by another row than this one does,
        and one with other adjustments by another factor: then the components themselves have to
        be made anew.
        """
        before = self.model.ledger
        if ledger is before:
            return self.rates
        if len(ledger) != len(before):
            return None
        changed: dict[str, ParameterRow] = {}
        for old in before:
            new = ledger.first(old.key)
            if new is None or (new is not old and old.key.startswith("adjust/")):
                return None
            if new is not old:
                changed[old.key] = new
        rates = self.rates.copy()
        for key, new in changed.items():
            for number in self._columns_of.get(key, ()):
                column = self.columns[number]
                # A price that is set stands whatever the ledger says.
                row = settled(new, column.factors)
                rates[number] = column._replace(row=row or new).unit
        return rates

    @cached_property
    def _columns_of(self) -> dict[str, list[int]]:
        """Columns of each row that stands in the ledger, by its key."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, column in enumerate(self.columns):
            if column.row.key in self.model.ledger:
                found[column.row.key].append(number)
        return found

    def prices(self, rates: Floats | None = None) -> Prices:
        """Price of everything under some rates; under those of the model without.

        Parameters
        ----------
        rates : (c,) float64, optional
            Value of every column: means under other conditions, or one draw.
        """
        values = self.rates if rates is None else rates
        doors, zones, states = len(self.arcs.moves), len(self.arcs.zones), len(self.arcs)
        ends = np.cumsum([doors, zones, states])
        size = doors + zones + 2 * states
        return Prices(
            *(
                Price(*np.split(terms.total(values, size), ends))
                for terms in (self.hours, self.usd, self.co2e_kg)
            )
        )

    # What there is to price ----------------------------------------------------------------

    def _charge_all(self) -> None:
        arcs, model, graph = self.arcs, self.model, self.arcs.graph
        known: dict[tuple[object, ...], list[Vector]] = {}

        def door(state: State, move: Move) -> list[Vector]:
            key: tuple[object, ...] = (state, move.to, move.kind)
            if move.crossing is not None:
                key = (move.crossing.id, move.forward)
            elif move.service is not None:
                key = (move.service.id, move.forward)
            if key not in known:
                known[key] = door_vectors(model, graph, state, move)
                if move.crossing is not None:
                    known[key].append(model.crossing_run(move.crossing))
            return known[key]

        def run(zone: str) -> list[Vector]:
            return [model.run(zone, 1.0, country="")]

        def fill(facility: str, zone: str) -> list[Vector]:
            vector = model.fill(graph.facilities[facility]) if zone.startswith("rail:") else None
            return [] if vector is None else [vector]

        def release(facility: str, zone: str) -> list[Vector]:
            keys, country = (facility, zone.partition(":")[0]), graph.facilities[facility].country
            vector = model.optional_event("release", keys, at=facility, country=country)
            return [] if vector is None else [vector]

        tails = [arcs.states[tail] for tail in arcs.tail.tolist()]
        item = 0
        rows: Iterable[tuple[object, ...]]
        for charged, rows in (
            (door, zip(tails, arcs.moves, strict=True)),
            (run, zip(arcs.zones)),
            (fill, arcs.states),
            (release, arcs.states),
        ):
            for row in rows:
                self._charge(item, charged, row)
                item += 1

    def _charge(
        self, item: int, charged: Callable[..., list[Vector]], row: tuple[object, ...]
    ) -> None:
        try:
            vectors = charged(*row)
        except ParameterError as error:
            self.failed[item] = error
            return
        for vector in vectors:
            for name, charges in zip(DIMENSIONS, vector, strict=True):
                self._terms[name] += [(item, self._column(c), c.amount) for c in charges]

    def _column(self, charge: Charge) -> int:
        row = charge.row
        # Rows of equal key and adjustments are the same row.
        key = (row.key, row.adjusted, charge.inverse, charge.at, charge.group)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.columns)
            factors = self._factors(row)
            self.columns.append(Column(row, factors, charge.at, charge.group, charge.inverse))
        return number

    def _factors(self, row: ParameterRow) -> tuple[Adjustment, ...]:
        if not row.adjusted:
            return ()
        by_id = self._adjustments
        return tuple(by_id[name] for name in row.adjusted)

    @cached_property
    def _adjustments(self) -> dict[str, Adjustment]:
        return {adjustment.id: adjustment for adjustment in self.model.adjustments}


def _terms(rows: list[tuple[int, int, float]]) -> Terms:
    item, column, amount = zip(*rows, strict=True) if rows else ((), (), ())
    return Terms(
        np.array(item, dtype=np.int64),
        np.array(column, dtype=np.int64),
        np.array(amount, dtype=np.float64),
    )
