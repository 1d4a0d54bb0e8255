"""What holds for a question, whatever its two places: conditions, terms, parameters, prices."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from corridors.analysis.desk import MOST_JOINED, Conditions, Desk
from corridors.analysis.engine import Engine
from corridors.analysis.rules import GOODS, check_cargo
from corridors.analysis.scenarios import forced_conditions
from corridors.conditions.adjustment import read_adjustments
from corridors.conditions.situation import Situation, compose
from corridors.conditions.when import Case
from corridors.costing.pricing import Pricing
from corridors.errors import UsageError
from corridors.movement.graph import MovementGraph
from corridors.parameters import Ledger
from corridors.routing.ends import RoadReach, road_reach
from corridors.shipment import End, Heading, Objective, Scope, Shipment, Terms

MODES = ("rail", "road", "sea", "ferry")
YEARS = range(2000, 2101)
"""Years of a departure."""


def open_desk(
    engine: Engine,
    origin: str,
    destination: str,
    scope: Scope,
    objective: Objective,
    value_of_time_usd_day: float | None,
    conditions: Conditions | None,
    terms: Terms | None = None,
) -> Desk:
    """Resolve places and parameters of a question.

    Raises
    ------
    UsageError, UnknownPlaceError, AmbiguousPlaceError, SnapError, ParameterError, ScenarioError
        The question cannot be understood.
    """
    setting = Setting(engine, scope, objective, value_of_time_usd_day, conditions, terms)
    return setting.desk(engine.end(origin), engine.end(destination))


class Setting:
    """Everything about a question but its two places: many journeys may be asked under it.

    Desks of one heading share their graph, their prices and what was weighed by them.

    Parameters
    ----------
    engine : Engine
    scope : {"terminal", "door"}
    objective : {"balanced", "time", "cost"}
    value_of_time_usd_day : float, optional
        The ledger's without.
    conditions : Conditions, optional
    terms : Terms, optional

    Raises
    ------
    UsageError, UnknownPlaceError, ParameterError, DataError
        The conditions or terms cannot be understood.

    Examples
    --------
    >>> engine = Engine.load()
    >>> setting = Setting(engine)
    >>> one = setting.desk(engine.end("Xi'an"), engine.end("Duisburg"))
    >>> other = setting.desk(engine.end("Chongqing"), engine.end("Duisburg"))
    >>> one.weigh is other.weigh
    True
    """

    def __init__(
        self,
        engine: Engine,
        scope: Scope = "terminal",
        objective: Objective = "balanced",
        value_of_time_usd_day: float | None = None,
        conditions: Conditions | None = None,
        terms: Terms | None = None,
    ) -> None:
        self.engine, self.scope, self.objective = engine, scope, objective
        self.conditions, self.terms = conditions or Conditions(), _checked(terms or Terms())
        _check_modes(self.conditions.modes)
        _check_countries(engine, self.conditions.avoid)
        ledger = engine.ledger
        if self.conditions.rates is not None:
            ledger = ledger.overlay(self.conditions.rates)
        if self.conditions.assume:
            ledger = ledger.override(self.conditions.assume)
        self.ledger, self._value = ledger, value_of_time_usd_day
        self._via: tuple[frozenset[str], ...] | None = None
        self._desks: dict[Heading, Desk] = {}
        self._reaches: dict[tuple[MovementGraph, End], RoadReach] = {}

    def desk(self, start: End, goal: End) -> Desk:
        """The question between two places.

        Raises
        ------
        UsageError, SnapError, ScenarioError, ParameterError
            The two are one place, or the situation cannot be made.
        """
        if is_one_place(start, goal):
            raise UsageError(f"origin and destination are the same place: {start.name}")
        value = self._value
        if value is None:
            value = self.ledger.get("value_of_time_usd_day").typ
        shipment = Shipment(start, goal, self.scope, self.objective, value, self.terms)
        if shipment.heading not in self._desks:
            self._desks[shipment.heading] = self._open(shipment)
        first = self._desks[shipment.heading]
        graph = first.graph
        return first.between(shipment, (self._reach(graph, start), self._reach(graph, goal)))

    def _reach(self, graph: MovementGraph, end: End) -> RoadReach | None:
        """Roads from a point off the terminals, measured once."""
        if _served(graph, end.facilities):
            return None
        key = (graph, end)
        if key not in self._reaches:
            if len(self._reaches) >= MOST_JOINED:
                self._reaches.clear()
            self._reaches[key] = road_reach(graph, end)
        return self._reaches[key]

    def _open(self, shipment: Shipment) -> Desk:
        engine, conditions = self.engine, self.conditions
        situation = situation_of(engine, self.ledger, conditions, shipment)
        pricing = Pricing(self.ledger, heading=shipment.heading, situation=situation)
        graph = engine.graph(
            avoid={*conditions.avoid, *situation.avoid},
            closed=conditions.closed | situation.closed,
            opened=situation.opened,
        )
        if self._via is None:
            self._via = tuple(_via(engine, name) for name in conditions.via)
        reaches = (None, None)
        return Desk(engine, graph, self.ledger, pricing, shipment, conditions, self._via, reaches)


def is_one_place(start: End, goal: End) -> bool:
    """Whether two ends have a name or a facility in common: nothing is to be shipped."""
    return start.id == goal.id or not set(start.facilities).isdisjoint(goal.facilities)


def situation_of(
    engine: Engine, ledger: Ledger, conditions: Conditions, shipment: Shipment
) -> Situation:
    """What differs from an ordinary week: terms, seasons, prices, dated conditions.

    Raises
    ------
    UsageError
        Two dates that exclude each other.
    ScenarioError
        A scenario that does not exist or cannot be read.
    """
    terms = shipment.terms
    if conditions.as_of is not None and terms.depart is not None:
        raise UsageError(
            "--as-of and --depart exclude each other: the first holds one day still, with the "
            "second the days go by on the way"
        )
    weight = terms.weight_t
    if weight is None:
        usual = ledger.first(f"payload_t/{terms.unit}")
        weight = usual.typ if usual is not None else None
    case = Case(terms.unit, terms.booking, terms.ownership, shipment.heading, weight, terms.cargo)
    adjustments = read_adjustments(engine.folder, ledger)
    applied: list[str] = []
    base = engine.edition.price_month if conditions.price_month else ""
    if conditions.price_month and conditions.price_month != base:
        from corridors.conditions.prices import index_prices

        indexed = index_prices(engine.folder, base=base, month=conditions.price_month)
        adjustments += indexed.adjustments
        applied.append(f"prices of {conditions.price_month}: {', '.join(indexed.moved)}")
        if indexed.missing:
            applied.append(f"prices of {base} kept for {', '.join(indexed.missing)}")
    dated = terms.depart is not None or conditions.as_of is not None
    catalogue = engine.catalogue if dated or conditions.scenarios else {}
    situation = compose(
        case,
        adjustments,
        tuple(catalogue.values()) if dated else (),
        depart=terms.depart,
        as_of=conditions.as_of,
        forced=forced_conditions(engine, ledger, conditions.scenarios),
        reference=engine.edition.day,
    )
    return replace(situation, applied=(*applied, *situation.applied))


def _checked(terms: Terms) -> Terms:
    """The terms with a plain HS code; unknown kinds of goods and far-off days are refused."""
    if terms.depart is not None and terms.depart.year not in YEARS:
        raise UsageError(
            f"depart {terms.depart}: years from {YEARS[0]} to {YEARS[-1]} are understood"
        )
    for name in terms.goods:
        if name not in GOODS:
            raise UsageError(f"no kind of goods {name!r}: choose from {', '.join(GOODS)}")
    return terms._replace(cargo=check_cargo(terms.cargo)) if terms.cargo else terms


def _served(graph: MovementGraph, facilities: Collection[str]) -> bool:
    return any(graph.states_of(f) or "sea" in graph.facilities[f].zones for f in facilities)


def _check_modes(modes: frozenset[str] | None) -> None:
    for mode in sorted(modes or ()):
        if mode not in MODES:
            raise UsageError(f"no mode {mode!r}: choose from {', '.join(MODES)}")


def _check_countries(engine: Engine, codes: Sequence[str]) -> None:
    known = {f.country for f in engine.tables.facilities}
    known |= {code for zone in engine.tables.zones for code in zone.countries}
    known |= {area.country for area in engine.tables.zone_areas}
    for code in codes:
        if code not in known:
            raise UsageError(
                f"cannot avoid {code!r}: not a country of the network "
                "(ISO codes of two letters, such as RU,BY)"
            )


def _via(engine: Engine, text: str) -> frozenset[str]:
    end = engine.end(text)
    if not end.facilities:
        raise UsageError(f"--via {text!r}: no terminal, port or crossing of the network there")
    return frozenset(end.facilities)


def read_assumptions(pairs: Sequence[str]) -> dict[str, str]:
    """``KEY=VALUE`` texts as a mapping.

    Raises
    ------
    UsageError
        A text has no ``=``.
    """
    result: dict[str, str] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise UsageError(f"--assume {pair!r}: write KEY=VALUE, such as wait_h/CAS-AAU-ALT=60")
        result[key.strip()] = value.strip()
    return result
