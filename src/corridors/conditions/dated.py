"""Dated conditions as files: disruptions and upgrades, read with care.

The fields are described in ``geodata/conditions/README.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from corridors.conditions.condition import Condition, Source, by_id
from corridors.conditions.document import Spot, read_document
from corridors.conditions.effects import GRADES, Effects, Known, refuse_luck
from corridors.conditions.fields import (
    day_of,
    keys_of,
    like,
    month_of,
    months_of,
    one_of,
    rows_of,
)
from corridors.errors import DataError, ScenarioError
from corridors.network.tables import Tables
from corridors.parameters import Ledger

KINDS = ("disruption", "upgrade")
FIELDS = (
    "id", "title", "kind", "valid_from", "valid_to", "months", "last_known", "grade", "sources",
    "includes", "effects", "probability", "ramp_days", "levels", "note",
)  # fmt: skip
LEVEL_FIELDS = (
    "title", "last_known", "grade", "sources", "includes", "effects", "probability", "note",
)  # fmt: skip
AT = "@"
"""Stands between the id of a condition and the name of a level."""


def read_catalogue(folder: Path, tables: Tables, ledger: Ledger) -> dict[str, Condition]:
    """Read every condition of a data folder, by id; a level is a condition of its own.

    Raises
    ------
    DataError
        A file is broken; the message names file, line and key.
    """
    found: dict[str, Condition] = {}
    for path in sorted((folder / "conditions").glob("*.yaml")):
        try:
            conditions = read_conditions(path, tables, ledger)
        except ScenarioError as error:
            raise DataError(str(error)) from None
        for name in conditions:
            if name.partition(AT)[0] != path.stem:
                raise DataError(f"{path}: id {name!r} differs from the name of the file")
        found |= conditions
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
            add(named(name, catalogue, f"{part.id}: includes: no condition"), (*above, part.id))

    add(condition, ())
    return tuple(found.values())


def named(name: str, catalogue: Mapping[str, Condition], what: str, hint: str = "") -> Condition:
    """The condition of a name.

    Parameters
    ----------
    name : str
    catalogue : mapping of str to Condition
    what, hint : str
        Begin and end of the message where there is none.

    Raises
    ------
    ScenarioError
        With suggestions; a condition that has only levels names them.
    """
    if name in catalogue:
        return catalogue[name]
    stem, at, level = name.partition(AT)
    levels = levels_of(name, catalogue)
    if levels:
        why = f": no level {level!r}" if at else " without a level"
        raise ScenarioError(f"{what} {name!r}{why}; name one of {', '.join(levels)}")
    if at and stem in catalogue:
        raise ScenarioError(f"{what} {name!r}: {stem} has no levels")
    raise ScenarioError(f"{what} {name!r}{like(name, catalogue, likeness=0.4)}{hint}")


def levels_of(name: str, catalogue: Mapping[str, Condition]) -> list[str]:
    """Ids of the levels of a condition, or of those that its level could have been."""
    return [other for other in catalogue if other.startswith(f"{name.partition(AT)[0]}{AT}")]


def read_conditions(path: Path, tables: Tables, ledger: Ledger) -> dict[str, Condition]:
    """Read one file: the condition and its levels, by id; what they speak of must exist.

    Raises
    ------
    ScenarioError
        With file, line, key and, where something like it exists, a suggestion.
    """
    return by_id(_Reader(Known(tables, ledger)).read(read_document(path)))


def read_condition(path: Path, tables: Tables, ledger: Ledger, level: str = "") -> Condition:
    """Read one condition, or one level of it.

    Raises
    ------
    ScenarioError
        With file, line, key and, where something like it exists, a suggestion.
    """
    found = read_conditions(path, tables, ledger)
    stem = next(iter(found)).partition(AT)[0]
    name = f"{stem}{AT}{level}" if level else stem
    return named(name, found, f"{path}: no condition")


class _Reader:
    def __init__(self, known: Known) -> None:
        self.known = known

    def read(self, spot: Spot) -> list[Condition]:
        """The file's own condition, where it has effects, and its levels."""
        fields = spot.mapping()
        for name, value in fields.items():
            if name not in FIELDS:
                raise value.error(f"no such field{like(name, FIELDS)}")
        if "id" not in fields:
            raise spot.error("the field id is missing")
        ident = fields["id"].text()
        if AT in ident:
            raise fields["id"].error(f"{AT!r} names a level: it cannot stand in an id")
        if "levels" not in fields:
            return [self._condition(spot, fields, ident)]
        levels = fields["levels"].mapping()
        if not levels:
            raise fields["levels"].error("there is no level")
        found = [self._level(name, level, fields, ident) for name, level in levels.items()]
        if "effects" in fields or "includes" in fields:
            return [self._condition(spot, fields, ident), *found]
        for name in ("valid_from", "valid_to", "months", "probability", "ramp_days"):
            if name in fields and fields[name].value is not None:
                raise fields[name].error(
                    "levels have no dates and act only when named: give the file effects of its "
                    "own that hold by date, or leave this out"
                )
        return found

    def _level(self, name: str, spot: Spot, above: Mapping[str, Spot], ident: str) -> Condition:
        """A level: its own effects instead of the file's, the rest from the file."""
        if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name):
            raise spot.error(f"{name!r} is no name of a level: write words-with-hyphens")
        own = keys_of(spot, LEVEL_FIELDS, required=())
        # Not the grade: what holds by date may be reported, that it were worse is a supposition.
        kept = ("kind", "last_known", "sources", "note")
        fields = {key: above[key] for key in kept if key in above} | own
        if "title" not in own:
            fields["title"] = _titled(above.get("title"), name, spot)
        return self._condition(spot, fields, f"{ident}{AT}{name}")

    def _condition(self, spot: Spot, fields: Mapping[str, Spot], ident: str) -> Condition:
        includes = tuple(row.text() for row in rows_of(fields, "includes"))
        for name in ("title", *(() if includes else ("effects",))):
            if name not in fields:
                raise spot.error(f"the field {name} is missing")
        first, last = (day_of(fields.get(name)) for name in ("valid_from", "valid_to"))
        if last is not None and (first is None or first > last):
            raise fields["valid_to"].error(f"{last} lies before valid_from ({first})")
        grade = one_of(fields, "grade", GRADES, "hypothetical")
        kind = one_of(fields, "kind", KINDS, "disruption")
        sources = tuple(_source(row) for row in rows_of(fields, "sources"))
        if not sources and grade != "hypothetical":
            raise spot.error(f"a condition of grade {grade} needs sources with title and url")
        parts = Effects(
            self.known, ident, grade, sources, chance=_chance(fields), ramp_days=_ramp(fields)
        )
        for row in rows_of(fields, "effects"):
            parts.add(row)
        refuse_luck(parts, fields.get("probability"))
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
            bans=tuple(parts.bans),
            shared=tuple(parts.shared),
        )


def _titled(title: Spot | None, level: str, spot: Spot) -> Spot:
    """The file's title with the name of a level."""
    if title is None:
        raise spot.error("the field title is missing")
    return Spot(f"{title.text()} ({level})", title.file, title.line, title.path)


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
