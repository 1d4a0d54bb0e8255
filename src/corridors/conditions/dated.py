"""Dated conditions: disruptions and upgrades as files, with what they change and from when.

The fields are described in ``geodata/conditions/README.md``.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from corridors.conditions.adjustment import RATES, Adjustment
from corridors.conditions.document import Spot, read_document
from corridors.conditions.fields import (
    day_of,
    keys_of,
    like,
    month_of,
    months_of,
    one_of,
    rows_of,
)
from corridors.conditions.when import When
from corridors.errors import DataError, ScenarioError
from corridors.network.tables import Tables
from corridors.parameters import Ledger, ParameterRow, SplitLognormal

KINDS = ("disruption", "upgrade")
GRADES = ("reported", "estimate", "claim", "planned", "hypothetical")
FIELDS = (
    "id", "title", "kind", "valid_from", "valid_to", "months", "last_known", "grade", "sources",
    "includes", "effects", "probability", "ramp_days", "note",
)  # fmt: skip
VERBS = ("close", "open", "add_h", "add_usd", "times", "cap", "flag")
TARGETS = ("crossing", "facility", "service", "group", "country", "chokepoint", "link")
NOT_TO_OPEN = ("country", "chokepoint")
_LEDGER_GRADE = {"reported": "published"}


class Flag(NamedTuple):
    """Words printed with an option that touches a country."""

    country: str
    hs: tuple[str, ...]
    text: str


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
    first, last : date or None
        First and last day; both None for a question that somebody may ask.
    months : frozenset of int or None
        Only in these months of each year.
    last_known : str
        Month of the newest report, such as ``2026-01``.
    sources : tuple of Source
    includes : tuple of str
        Ids of other conditions that come with it when it is named.
    closes, opens : tuple of (str, str)
        Kind of target and its id.
    changes : tuple of Adjustment
        On parameters; without their dates, which `in_force` gives them.
    caps : tuple of Cap
    flags : tuple of Flag
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
    closes: tuple[tuple[str, str], ...]
    opens: tuple[tuple[str, str], ...]
    changes: tuple[Adjustment, ...]
    caps: tuple[Cap, ...]
    flags: tuple[Flag, ...]
    note: str
    includes: tuple[str, ...] = ()

    @property
    def end_is_known(self) -> bool:
        """Whether a waiting box may count on the end."""
        return self.last is not None or self.months is not None

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


def read_catalogue(folder: Path, tables: Tables, ledger: Ledger) -> dict[str, Condition]:
    """Read every condition of a data folder, by id.

    Raises
    ------
    DataError
        A file is broken; the message names file, line and key.
    """
    found = {}
    for path in sorted((folder / "conditions").glob("*.yaml")):
        try:
            condition = read_condition(path, tables, ledger)
        except ScenarioError as error:
            raise DataError(str(error)) from None
        if condition.id != path.stem:
            raise DataError(f"{path}: id {condition.id!r} differs from the name of the file")
        found[condition.id] = condition
    try:
        for condition in found.values():
            with_parts(condition, found)
    except ScenarioError as error:
        raise DataError(f"{folder / 'conditions'}: {error}") from None
    return found


def with_parts(condition: Condition, catalogue: Mapping[str, Condition]) -> tuple[Condition, ...]:
    """A condition and all that it includes, each once, in the order they are named.

    Raises
    ------
    ScenarioError
        An id that does not exist, or a condition that includes itself on some way.
    """
    found: dict[str, Condition] = {}

    def add(part: Condition, above: tuple[str, ...]) -> None:
        if part.id in above:
            raise ScenarioError(f"includes: {' > '.join((*above, part.id))} comes back to itself")
        found.setdefault(part.id, part)
        for name in part.includes:
            if name not in catalogue:
                hint = like(name, list(catalogue))
                raise ScenarioError(f"{part.id}: includes: no condition {name!r}{hint}")
            add(catalogue[name], (*above, part.id))

    add(condition, ())
    return tuple(found.values())


def read_condition(path: Path, tables: Tables, ledger: Ledger) -> Condition:
    """Read one condition; what it speaks of must exist.

    Raises
    ------
    ScenarioError
        With file, line, key and, where something like it exists, a suggestion.
    """
    return _Reader(tables, ledger).read(read_document(path))


class _Reader:
    def __init__(self, tables: Tables, ledger: Ledger) -> None:
        self.ledger = ledger
        services = tables.services
        self.known: Mapping[str, frozenset[str]] = {
            "crossing": frozenset(row.id for row in tables.crossings),
            "facility": frozenset(row.id for row in tables.facilities),
            "service": frozenset(row.id for row in services),
            "group": frozenset(row.group for row in services),
            "chokepoint": frozenset(row.id for row in tables.chokepoints),
            "link": frozenset(row.id for row in tables.links),
            "country": frozenset(row.country for row in tables.facilities)
            | {code for zone in tables.zones for code in zone.countries},
        }

    def read(self, spot: Spot) -> Condition:
        fields = spot.mapping()
        for name, value in fields.items():
            if name not in FIELDS:
                raise value.error(f"no such field{like(name, FIELDS)}")
        includes = tuple(row.text() for row in rows_of(fields, "includes"))
        for name in ("id", "title", *(() if includes else ("effects",))):
            if name not in fields:
                raise spot.error(f"the field {name} is missing")
        ident = fields["id"].text()
        first, last = (day_of(fields.get(name)) for name in ("valid_from", "valid_to"))
        if last is not None and (first is None or first > last):
            raise fields["valid_to"].error(f"{last} lies before valid_from ({first})")
        grade = one_of(fields, "grade", GRADES, "hypothetical")
        kind = one_of(fields, "kind", KINDS, "disruption")
        sources = tuple(_source(row) for row in rows_of(fields, "sources"))
        if not sources and grade != "hypothetical":
            raise spot.error(f"a condition of grade {grade} needs sources with title and url")
        parts = _Effects(self, ident, grade, sources)
        parts.chance, parts.ramp_days = _chance(fields), _ramp(fields)
        for row in rows_of(fields, "effects"):
            parts.add(row)
        if parts.chance < 1.0 and (parts.closes or parts.opens or parts.caps):
            raise fields["probability"].error(
                "only add_h and add_usd may be uncertain: what is shut is shut; write hours instead"
            )
        if not includes and not fields["effects"].items():
            raise fields["effects"].error("there is no effect")
        return Condition(
            id=ident,
            title=fields["title"].text(),
            kind="upgrade" if kind == "upgrade" else "disruption",
            first=first,
            last=last,
            months=months_of(fields.get("months")),
            last_known=month_of(fields.get("last_known")),
            grade=grade,
            sources=sources,
            closes=tuple(parts.closes),
            opens=tuple(parts.opens),
            changes=tuple(parts.changes),
            caps=tuple(parts.caps),
            flags=tuple(parts.flags),
            note=fields["note"].text() if "note" in fields else "",
            includes=includes,
        )

    def target(self, spot: Spot) -> tuple[str, str]:
        """A ``{crossing: ID}`` whose id exists."""
        if len(spot.mapping()) != 1:
            raise spot.error(f"name one of {', '.join(TARGETS)}")
        ((kind, value),) = spot.mapping().items()
        if kind not in TARGETS:
            raise value.error(f"no such target{like(kind, TARGETS)}")
        name = value.text()
        if name not in self.known[kind]:
            raise value.error(f"no {kind} {name!r}{like(name, self.known[kind])}")
        return kind, name


class _Effects:
    """What the effects of one file add up to."""

    def __init__(self, reader: _Reader, ident: str, grade: str, sources: Sequence[Source]) -> None:
        self.reader, self.ident = reader, ident
        self.grade = _LEDGER_GRADE.get(grade, "assumption")
        self.source = sources[0] if sources else Source("hypothetical", "")
        self.chance, self.ramp_days = 1.0, 0
        self.closes: list[tuple[str, str]] = []
        self.opens: list[tuple[str, str]] = []
        self.changes: list[Adjustment] = []
        self.caps: list[Cap] = []
        self.flags: list[Flag] = []

    def add(self, spot: Spot) -> None:
        if len(spot.mapping()) != 1:
            raise spot.error(f"one effect a row: {', '.join(VERBS)}")
        ((verb, body),) = spot.mapping().items()
        if verb == "close":
            self.closes.append(self.reader.target(body))
        elif verb == "open":
            kind, name = self.reader.target(body)
            if kind in NOT_TO_OPEN:
                raise body.error(f"a {kind} cannot be opened: open what is shut there")
            self.opens.append((kind, name))
        elif verb in ("add_h", "add_usd", "times"):
            self.changes.append(self._change(verb, body))
        elif verb == "cap":
            self.caps.append(self._cap(body))
        elif verb == "flag":
            self.flags.append(self._flag(body))
        else:
            raise body.error(f"no such effect{like(verb, VERBS)}")

    def _change(self, verb: str, body: Spot) -> Adjustment:
        fields = keys_of(body, ("event", "low", "typ", "high", "grade"), required=("event", "typ"))
        event, ledger = fields["event"], self.reader.ledger
        target, family = event.text(), event.text().partition("/")[0]
        families = ledger.families
        if family not in families:
            raise event.error(f"no family of parameters {family!r}{like(family, families)}")
        if verb != "times" and not family.endswith("_h" if verb == "add_h" else "_usd"):
            raise event.error(f"{verb} does not go with {family}")
        if verb != "times" and family in RATES:
            raise event.error(f"{family} is per km; use times")
        keys = [row.key for row in ledger]
        known = any(key == target or key.startswith(f"{target}/") for key in keys)
        if not known and not self._names_something(target):
            raise event.error(f"no parameter {target!r}{like(target, keys)}")
        typ = fields["typ"].number()
        low = fields["low"].number() if "low" in fields else typ
        high = fields["high"].number() if "high" in fields else typ
        if min(low, typ, high) < 0:
            raise body.error("a negative number: an effect of this kind is never negative")
        try:
            SplitLognormal(low, typ, high)
        except ValueError as error:
            raise body.error(str(error)) from None
        except KeyError as error:  # ParameterError is a KeyError too
            raise body.error(str(error)) from None
        # A reported event may have hours that are only estimated.
        own = one_of(fields, "grade", GRADES, "")
        grade = _LEDGER_GRADE.get(own, "assumption") if own else self.grade
        unit = {"add_h": "h", "add_usd": "USD/FEU", "times": "factor"}[verb]
        name = f"{self.ident}/{target}"
        row = ParameterRow(
            f"condition/{name}", low, typ, high, unit, grade,
            source=self.source.title, url=self.source.url,
            chance=self.chance, chance_of=self.ident if self.chance < 1.0 else "",
        )  # fmt: skip
        if verb == "times" and self.chance < 1.0:
            raise body.error("a factor cannot be uncertain: write add_h or add_usd")
        effect: Literal["add", "times"] = "times" if verb == "times" else "add"
        return Adjustment(
            name, effect, frozenset({target}), When(), row, self.ident, self.ramp_days
        )

    def _names_something(self, target: str) -> bool:
        """A crossing, service or group that lives by a general row may have its own effect."""
        parts = target.split("/")[1:]
        known = self.reader.known
        names = known["crossing"] | known["service"] | known["group"] | known["facility"]
        pair = len(parts) == 2 and all(code in known["country"] for code in parts[1].split("-"))
        return any(part in names for part in parts) or pair

    def _cap(self, body: Spot) -> Cap:
        fields = body.mapping()
        if "teu_week" not in fields:
            raise body.error("a cap needs teu_week")
        teu = fields["teu_week"].number()
        if teu < 0:
            raise fields["teu_week"].error("a negative capacity")
        rest = {name: value for name, value in fields.items() if name != "teu_week"}
        target = self.reader.target(Spot(rest, body.file, body.line, body.path))
        return Cap(*target, teu)

    def _flag(self, body: Spot) -> Flag:
        fields = keys_of(body, ("country", "hs", "text"), required=("country", "text"))
        country = fields["country"].text()
        if country not in self.reader.known["country"]:
            raise fields["country"].error(f"no country {country!r} in the network")
        chapters = tuple(str(row.value) for row in fields["hs"].items()) if "hs" in fields else ()
        return Flag(country, chapters, fields["text"].text())


def _chance(fields: Mapping[str, Spot]) -> float:
    if "probability" not in fields:
        return 1.0
    chance = fields["probability"].number()
    if not 0.0 < chance <= 1.0:
        raise fields["probability"].error(f"{chance:g} is no probability above 0 and at most 1")
    return chance


def _ramp(fields: Mapping[str, Spot]) -> int:
    if "ramp_days" not in fields:
        return 0
    days = fields["ramp_days"].number()
    if days < 1 or days != int(days):
        raise fields["ramp_days"].error(f"{days:g} is no whole number of days from 1")
    if day_of(fields.get("valid_from")) is None:
        raise fields["ramp_days"].error("it grows from valid_from, which is missing")
    return int(days)


def _source(spot: Spot) -> Source:
    fields = keys_of(spot, ("title", "url"), required=("title", "url"))
    return Source(fields["title"].text(), fields["url"].text())
