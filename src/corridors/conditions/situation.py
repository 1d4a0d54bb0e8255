"""What holds for one question: adjustments and closures, in force for good or by the day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from corridors.conditions.adjustment import Adjustment
from corridors.conditions.when import Case, When

if TYPE_CHECKING:
    from corridors.conditions.condition import Cap, Condition, Flag

ORDINARY = Case()
HORIZON_DAYS = 120
"""No container of this network is longer under way: later conditions are none of its business."""


class Closure(NamedTuple):
    """Something shut by a dated condition.

    Attributes
    ----------
    id : str
        Crossing, facility, service or group.
    when : When
    end_is_known : bool
        Whether a box that arrives meanwhile may wait for the reopening.
    condition, title, grade, source, url : str
    """

    id: str
    when: When
    end_is_known: bool
    condition: str
    title: str
    grade: str
    source: str
    url: str

    def reopens(self, day: date) -> date:
        """First day after `day` on which it is open again."""
        while self.when.holds_on(day):
            day += timedelta(days=1)
        return day

    def wait_h(self, day: date) -> float:
        """Hours that a box waits which comes on a day; on average it comes in its middle."""
        return 24.0 * (self.reopens(day) - day).days - 12.0


@dataclass(frozen=True)
class Situation:
    """All that differs from an ordinary week for one question.

    Attributes
    ----------
    case : Case
    adjustments : tuple of Adjustment
        Those that fit the case; dated ones act on their days only.
    depart, fixed : date or None
        The day the clock starts; or the one day that everything is seen at (`as of`).
    closed, avoid : frozenset of str
        Shut for the whole journey: ids (see `corridor_id`), and countries.
    opened : frozenset of (str, str)
        Planned or unscheduled things to use: kind and id.
    closures : tuple of Closure
        Shut for some days.
    flags, caps : tuple
    applied, known, counterfactual : tuple of str
        Sentences: what was applied; what is known and was not; ids forced outside their dates.
    closing : tuple of str
        Those of `applied` that shut something.
    ids : tuple of str
        Of the dated conditions applied, in the order of their sentences.
    """

    case: Case = ORDINARY
    adjustments: tuple[Adjustment, ...] = ()
    depart: date | None = None
    fixed: date | None = None
    closed: frozenset[str] = frozenset()
    avoid: frozenset[str] = frozenset()
    opened: frozenset[tuple[str, str]] = frozenset()
    closures: tuple[Closure, ...] = ()
    flags: tuple[Flag, ...] = ()
    caps: tuple[Cap, ...] = ()
    applied: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    counterfactual: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    def day(self, hours: float) -> date | None:
        """The day so many hours after the start; None for an ordinary week."""
        if self.fixed is not None:
            return self.fixed
        return None if self.depart is None else self.depart + timedelta(hours=hours)

    def acting_on(self, day: date | None) -> tuple[Adjustment, ...]:
        """Adjustments that act on a day."""
        if day is None or not self._dated:
            return self._undated
        if day not in self._acting:
            dated = tuple(a.on(day) for a in self._dated if a.when.holds_on(day))
            # What sets a price: a date before the month of prices, a name before a date.
            ordinary = tuple(a for a in self._undated if not a.condition)
            named = tuple(a for a in self._undated if a.condition)
            self._acting[day] = ordinary + dated + named
        return self._acting[day]

    @cached_property
    def _acting(self) -> dict[date, tuple[Adjustment, ...]]:
        return {}

    @cached_property
    def _undated(self) -> tuple[Adjustment, ...]:
        return tuple(a for a in self.adjustments if not a.when.dated)

    @cached_property
    def _dated(self) -> tuple[Adjustment, ...]:
        return tuple(a for a in self.adjustments if a.when.dated)

    @property
    def is_dated(self) -> bool:
        """Whether anything depends on the day."""
        return bool(self._dated or self.closures)

    def shut(self, ids: Iterable[str], day: date | None) -> Closure | None:
        """The closure that bars one of the ids on a day; the one that lasts longest."""
        if day is None or not self.closures:
            return None
        wanted = frozenset(ids)
        barring = [c for c in self.closures if c.id in wanted and c.when.holds_on(day)]

        def until(closure: Closure) -> date:
            return closure.reopens(day) if closure.end_is_known else date.max

        return max(barring, key=until, default=None)


def compose(
    case: Case,
    adjustments: Collection[Adjustment],
    catalogue: Collection[Condition] = (),
    *,
    depart: date | None = None,
    as_of: date | None = None,
    forced: Collection[Condition] = (),
    reference: date | None = None,
) -> Situation:
    """Put a situation together.

    Parameters
    ----------
    case : Case
    adjustments : collection of Adjustment
        Of terms, seasons and prices.
    catalogue : collection of Condition
        Dated conditions that a date may bring into force.
    depart, as_of : date, optional
        One of them or none: with a departure, conditions act on the days they are met; as of a
        day, what held on that day acts all along.
    forced : collection of Condition
        Named scenarios: they act all along, whatever their dates.
    reference : date, optional
        Day by which a forced scenario counts as counterfactual, without `depart` and `as_of`.
    """
    parts = _Parts(case.cargo)
    parts.adjustments = [a for a in adjustments if a.when.fits(case)]
    names = {condition.id for condition in forced}
    for condition in catalogue:
        if condition.id in names:
            continue
        if as_of is not None and condition.holds_on(as_of):
            parts.force(condition, as_of)
        elif depart is not None and _may_be_met(condition, depart):
            parts.schedule(condition, depart)
        day = as_of or depart
        if day is not None and condition.unknown_on(day):
            parts.known.append(
                f"{condition.title} ({str(condition.first)[:7]} to at least {condition.last_known})"
            )
    for condition in forced:
        parts.force(condition)
        day = as_of or depart or reference
        if day is None or not condition.holds_on(day):
            parts.counterfactual.append(condition.id)
    return Situation(
        case=case,
        adjustments=tuple(parts.adjustments),
        depart=depart,
        fixed=as_of,
        closed=frozenset(parts.closed),
        avoid=frozenset(parts.avoid),
        opened=frozenset(parts.opened),
        closures=tuple(parts.closures),
        flags=tuple(parts.flags),
        caps=tuple(parts.caps),
        applied=tuple(parts.applied),
        known=tuple(parts.known),
        counterfactual=tuple(parts.counterfactual),
        closing=tuple(parts.closing),
        ids=tuple(parts.ids),
    )


def _may_be_met(condition: Condition, depart: date) -> bool:
    if condition.first is None:
        return False
    last = condition.until
    return condition.first <= depart + timedelta(days=HORIZON_DAYS) and (
        last is None or last >= depart
    )


def corridor_id(corridor: str) -> str:
    """What a corridor is called among things that are shut.

    Examples
    --------
    >>> corridor_id("titr")
    'corridor/titr'
    """
    return f"corridor/{corridor}"


class _Parts:
    """What the conditions of one question add up to, for one cargo."""

    def __init__(self, cargo: str) -> None:
        self.cargo = cargo
        self.adjustments: list[Adjustment] = []
        self.closed: set[str] = set()
        self.avoid: set[str] = set()
        self.opened: set[tuple[str, str]] = set()
        self.closures: list[Closure] = []
        self.flags: list[Flag] = []
        self.caps: list[Cap] = []
        self.applied: list[str] = []
        self.known: list[str] = []
        self.counterfactual: list[str] = []
        self.closing: list[str] = []
        self.ids: list[str] = []

    def force(self, condition: Condition, day: date | None = None) -> None:
        """In force for the whole journey; in full without a day."""
        for change in condition.changes:
            dated = replace_when(change, condition.when).on(day) if day else change
            self.adjustments.append(dated._replace(when=change.when))
        for kind, name in condition.shuts(self.cargo):
            self._shut(kind, name)
        self.opened.update(condition.opens)
        self._say(condition)

    def schedule(self, condition: Condition, depart: date) -> None:
        """In force on its own days."""
        when = condition.when
        self.adjustments += [replace_when(change, when) for change in condition.changes]
        source = condition.sources[0] if condition.sources else None
        for kind, name in condition.shuts(self.cargo):
            if kind in ("country", "corridor"):
                # Met everywhere on the way: what holds at the departure decides.
                if when.holds_on(depart):
                    self._shut(kind, name)
                continue
            self.closures.append(
                Closure(
                    name, when, condition.end_is_known, condition.id, condition.title,
                    condition.grade, source.title if source else "", source.url if source else "",
                )
            )  # fmt: skip
        if when.holds_on(depart):
            self.opened.update(condition.opens)
        elif condition.opens and not (condition.closes or condition.bans or condition.changes):
            return  # a line that opens while the box is under way is not built into its route
        self._say(condition)

    def _shut(self, kind: str, name: str) -> None:
        if kind == "country":
            self.avoid.add(name)
        else:
            self.closed.add(corridor_id(name) if kind == "corridor" else name)

    def _say(self, condition: Condition) -> None:
        self.flags += condition.warns(self.cargo)
        self.caps += condition.caps
        self.applied.append(condition.title + self._doubt(condition))
        self.ids.append(condition.id)
        if condition.shuts(self.cargo):
            self.closing.append(condition.title)

    def _doubt(self, condition: Condition) -> str:
        """What has to be said with the title of a condition that is applied."""
        if condition.grade == "planned" and condition.kind == "upgrade":
            return " (as planned; its opening was not seen)"
        met = {ban.meets(self.cargo) for ban in condition.bans}
        if None in met:
            return " (goods not known well enough: flagged, not shut)"
        if met == {False}:
            return f" (not met by goods of HS {self.cargo})"
        if condition.shared:
            return f" ({len(condition.shared)} services shared with other operators sail on)"
        return ""


def replace_when(change: Adjustment, when: When) -> Adjustment:
    """The same change on other days."""
    return change._replace(when=when._replace(terms=change.when.terms))
