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
from corridors.conditions.when import When
from corridors.errors import DataError, ScenarioError
from corridors.network.tables import Tables
from corridors.parameters import Ledger, ParameterRow, SplitLognormal

KINDS = ("disruption", "upgrade")
GRADES = ("reported", "estimate", "claim", "planned", "hypothetical")
FIELDS = (
    "id", "title", "kind", "valid_from", "valid_to", "months", "last_known", "grade", "sources",
    "effects", "note",
)  # fmt: skip
VERBS = ("close", "open", "add_h", "add_usd", "times", "cap", "flag")
TARGETS = ("crossing", "facility", "service", "group", "country", "link")
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
    return found


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
            "link": frozenset(row.id for row in tables.links),
            "country": frozenset(row.country for row in tables.facilities)
            | {code for zone in tables.zones for code in zone.countries},
        }

    def read(self, spot: Spot) -> Condition:
        fields = spot.mapping()
        for name, value in fields.items():
            if name not in FIELDS:
                raise value.error(f"no such field{_like(name, FIELDS)}")
        for name in ("id", "title", "effects"):
            if name not in fields:
                raise spot.error(f"the field {name} is missing")
        ident = fields["id"].text()
        first, last = (_day(fields.get(name)) for name in ("valid_from", "valid_to"))
        if last is not None and (first is None or first > last):
            raise fields["valid_to"].error(f"{last} lies before valid_from ({first})")
        grade = _one_of(fields, "grade", GRADES, "hypothetical")
        kind = _one_of(fields, "kind", KINDS, "disruption")
        sources = tuple(_source(row) for row in _list(fields, "sources"))
        if not sources and grade != "hypothetical":
            raise spot.error(f"a condition of grade {grade} needs sources with title and url")
        parts = _Effects(self, ident, grade, sources)
        for row in fields["effects"].items():
            parts.add(row)
        if not fields["effects"].items():
            raise fields["effects"].error("there is no effect")
        return Condition(
            id=ident,
            title=fields["title"].text(),
            kind="upgrade" if kind == "upgrade" else "disruption",
            first=first,
            last=last,
            months=_months(fields.get("months")),
            last_known=_month(fields.get("last_known")),
            grade=grade,
            sources=sources,
            closes=tuple(parts.closes),
            opens=tuple(parts.opens),
            changes=tuple(parts.changes),
            caps=tuple(parts.caps),
            flags=tuple(parts.flags),
            note=fields["note"].text() if "note" in fields else "",
        )

    def target(self, spot: Spot) -> tuple[str, str]:
        """A ``{crossing: ID}`` whose id exists."""
        if len(spot.mapping()) != 1:
            raise spot.error(f"name one of {', '.join(TARGETS)}")
        ((kind, value),) = spot.mapping().items()
        if kind not in TARGETS:
            raise value.error(f"no such target{_like(kind, TARGETS)}")
        name = value.text()
        if name not in self.known[kind]:
            raise value.error(f"no {kind} {name!r}{_like(name, self.known[kind])}")
        return kind, name


class _Effects:
    """What the effects of one file add up to."""

    def __init__(self, reader: _Reader, ident: str, grade: str, sources: Sequence[Source]) -> None:
        self.reader, self.ident = reader, ident
        self.grade = _LEDGER_GRADE.get(grade, "assumption")
        self.source = sources[0] if sources else Source("hypothetical", "")
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
            self.opens.append(self.reader.target(body))
        elif verb in ("add_h", "add_usd", "times"):
            self.changes.append(self._change(verb, body))
        elif verb == "cap":
            self.caps.append(self._cap(body))
        elif verb == "flag":
            self.flags.append(self._flag(body))
        else:
            raise body.error(f"no such effect{_like(verb, VERBS)}")

    def _change(self, verb: str, body: Spot) -> Adjustment:
        fields = _fields(body, ("event", "low", "typ", "high", "grade"), required=("event", "typ"))
        event, ledger = fields["event"], self.reader.ledger
        target, family = event.text(), event.text().partition("/")[0]
        families = ledger.families
        if family not in families:
            raise event.error(f"no family of parameters {family!r}{_like(family, families)}")
        if verb != "times" and not family.endswith("_h" if verb == "add_h" else "_usd"):
            raise event.error(f"{verb} does not go with {family}")
        if verb != "times" and family in RATES:
            raise event.error(f"{family} is per km; use times")
        keys = [row.key for row in ledger]
        known = any(key == target or key.startswith(f"{target}/") for key in keys)
        if not known and not self._names_something(target):
            raise event.error(f"no parameter {target!r}{_like(target, keys)}")
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
        own = _one_of(fields, "grade", GRADES, "")
        grade = _LEDGER_GRADE.get(own, "assumption") if own else self.grade
        unit = {"add_h": "h", "add_usd": "USD/FEU", "times": "factor"}[verb]
        name = f"{self.ident}/{target}"
        row = ParameterRow(
            f"condition/{name}", low, typ, high, unit, grade,
            source=self.source.title, url=self.source.url,
        )  # fmt: skip
        effect: Literal["add", "times"] = "times" if verb == "times" else "add"
        return Adjustment(name, effect, frozenset({target}), When(), row, condition=self.ident)

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
        fields = _fields(body, ("country", "hs", "text"), required=("country", "text"))
        country = fields["country"].text()
        if country not in self.reader.known["country"]:
            raise fields["country"].error(f"no country {country!r} in the network")
        chapters = tuple(str(row.value) for row in fields["hs"].items()) if "hs" in fields else ()
        return Flag(country, chapters, fields["text"].text())


def _fields(body: Spot, allowed: Sequence[str], *, required: Sequence[str]) -> dict[str, Spot]:
    fields = body.mapping()
    for name, value in fields.items():
        if name not in allowed:
            raise value.error(f"no such key{_like(name, allowed)}")
    for name in required:
        if name not in fields:
            raise body.error(f"the key {name} is missing")
    return fields


def _list(fields: Mapping[str, Spot], name: str) -> list[Spot]:
    return fields[name].items() if name in fields else []


def _source(spot: Spot) -> Source:
    fields = _fields(spot, ("title", "url"), required=("title", "url"))
    return Source(fields["title"].text(), fields["url"].text())


def _one_of(fields: Mapping[str, Spot], name: str, allowed: Sequence[str], default: str) -> str:
    if name not in fields:
        return default
    value = fields[name].text()
    if value not in allowed:
        raise fields[name].error(f"{value!r} is none of {', '.join(allowed)}")
    return value


def _day(spot: Spot | None) -> date | None:
    if spot is None or spot.value is None:
        return None
    if type(spot.value) is not date:
        raise spot.error("expected a date such as 2026-02-28")
    return spot.value


def _month(spot: Spot | None) -> str:
    if spot is None:
        return ""
    text = str(spot.value)
    try:
        date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        raise spot.error("expected a month such as 2026-02") from None
    return text[:7]


def _months(spot: Spot | None) -> frozenset[int] | None:
    if spot is None:
        return None
    numbers = [row.number() for row in spot.items()]
    if not numbers or not all(n in range(1, 13) for n in numbers):
        raise spot.error("months are numbers from 1 to 12")
    return frozenset(int(n) for n in numbers)


def _like(name: str, known: Sequence[str] | frozenset[str] | set[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), n=3, cutoff=0.6)
    return f"; did you mean {', '.join(near)}?" if near else ""
