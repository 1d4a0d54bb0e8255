"""A dated condition: what it changes, from when to when, and who says so."""

from __future__ import annotations

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from corridors.conditions.adjustment import Adjustment
from corridors.conditions.when import When

Target = tuple[str, str]
"""Kind of a thing (``crossing``, ``country``, ``corridor`` ...) and its id."""


MONTHS = 12
"""Of a year: what holds in all of them has no end."""


class Flag(NamedTuple):
    """Words printed with an option that passes something.

    Attributes
    ----------
    target : Target
    hs : tuple of str
        Codes of the goods it is about; all goods without.
    text : str
    """

    target: Target
    hs: tuple[str, ...]
    text: str

    def speaks_of(self, cargo: str) -> bool:
        """Whether it may concern a cargo; of goods that nobody stated it always may."""
        return not self.hs or not cargo or any(_overlap(code, cargo) for code in self.hs)


class Ban(NamedTuple):
    """Something shut to some goods.

    Attributes
    ----------
    target : Target
    hs : tuple of str
        Chapters, headings or subheadings.
    text : str
        What to say where the goods are not known well enough.

    Examples
    --------
    >>> ban = Ban(("country", "RU"), ("84", "8517"), "transit barred")
    >>> [ban.meets(cargo) for cargo in ("8471", "85", "0402", "")]
    [True, None, False, None]
    """

    target: Target
    hs: tuple[str, ...]
    text: str

    def meets(self, cargo: str) -> bool | None:
        """Whether a cargo is barred; None where its code does not say."""
        if cargo and any(cargo.startswith(code) for code in self.hs):
            return True
        if not cargo or any(_overlap(code, cargo) for code in self.hs):
            return None
        return False

    def doubt(self, cargo: str) -> Flag:
        """What is printed where nobody can tell whether the goods are barred."""
        why = f"{cargo} is too short a code to tell" if cargo else "no cargo is stated"
        codes = ", ".join(self.hs)
        return Flag(self.target, (), f"shut to goods of HS {codes}: {self.text} ({why}: not shut)")


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


class Cap(NamedTuple):
    """A limit of capacity in TEU a week, both directions together."""

    target: str
    id: str
    teu_week: float


class Source(NamedTuple):
    """Where a condition is reported."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that changes the ordinary network for a time.

    Attributes
    ----------
    id, title, kind, grade, note : str
        A level of a condition has an ``@`` in its id.
    first, last : date or None
        First and last day; both None for a question that somebody may ask.
    months : frozenset of int or None
        Only in these months of each year.
    last_known : str
        Month of the newest report, such as ``2026-01``.
    sources : tuple of Source
    includes : tuple of str
        Ids of other conditions that come with it when it is named.
    closes, opens : tuple of Target
    bans : tuple of Ban
        Shut to some goods only.
    changes : tuple of Adjustment
        On parameters; without their dates, which `in_force` gives them.
    caps : tuple of Cap
    flags : tuple of Flag
    shared : tuple of str
        Services that a banned operator runs together with others: they sail on.
    """

    id: str
    title: str
    kind: Literal["disruption", "upgrade"]
    first: date | None
    last: date | None
    months: frozenset[int] | None
    last_known: str
    grade: str
    sources: tuple[Source, ...]
    closes: tuple[Target, ...]
    opens: tuple[Target, ...]
    changes: tuple[Adjustment, ...]
    caps: tuple[Cap, ...]
    flags: tuple[Flag, ...]
    note: str
    includes: tuple[str, ...] = ()
    bans: tuple[Ban, ...] = ()
    shared: tuple[str, ...] = ()

    @property
    def end_is_known(self) -> bool:
        """Whether a waiting box may count on the end."""
        seasonal = self.months is not None and len(self.months) < MONTHS
        return self.last is not None or seasonal

    @property
    def until(self) -> date | None:
        """Last day on which it is known to hold; None when it goes on by its nature.

        A disruption without an end is known as long as it was reported; an upgrade stays, and a
        season comes back.
        """
        if self.last is not None or self.kind == "upgrade" or self.months is not None:
            return self.last
        return end_of_month(self.last_known)

    @property
    def when(self) -> When:
        """The days on which it is known to hold."""
        return When(months=self.months, spans=((self.first, self.until),))

    def holds_on(self, day: date | None) -> bool:
        """Whether it is known to hold on a day; a hypothetical one holds on none."""
        return self.first is not None and self.when.holds_on(day)

    def unknown_on(self, day: date) -> bool:
        """Whether it began, no end was seen, and the newest report lies before that day."""
        until = self.until
        return self.first is not None and self.last is None and until is not None and day > until

    def shuts(self, cargo: str) -> tuple[Target, ...]:
        """What is shut to a cargo."""
        barred = tuple(ban.target for ban in self.bans if ban.meets(cargo))
        return self.closes + barred

    def warns(self, cargo: str) -> tuple[Flag, ...]:
        """What is said with options that pass something, for a cargo."""
        doubts = tuple(ban.doubt(cargo) for ban in self.bans if ban.meets(cargo) is None)
        return (*self.flags, *doubts)


def end_of_month(month: str) -> date | None:
    """Last day of a month such as ``2026-01``; None for a blank.

    Examples
    --------
    >>> end_of_month("2026-02")
    datetime.date(2026, 2, 28)
    """
    if not month:
        return None
    year, number = int(month[:4]), int(month[5:7])
    return date(year, number, calendar.monthrange(year, number)[1])


def by_id(conditions: Collection[Condition]) -> dict[str, Condition]:
    """Conditions by id, in their order."""
    return {condition.id: condition for condition in conditions}
