"""Effects of a condition file: what is shut, opened, charged, multiplied, repriced, capped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Literal

from corridors.conditions.adjustment import CORRIDOR_USD, RATES, Adjustment
from corridors.conditions.condition import Ban, Cap, Flag, Source, Target
from corridors.conditions.document import Spot
from corridors.conditions.fields import codes_of, keys_of, like, month_of, one_of
from corridors.conditions.prices import PriceBook
from corridors.conditions.when import When
from corridors.network.tables import Service, Tables
from corridors.parameters import Ledger, ParameterRow, SplitLognormal

GRADES = ("reported", "estimate", "claim", "planned", "hypothetical")
VERBS = ("close", "open", "ban", "add_h", "add_usd", "times", "reprice", "cap", "flag")
TARGETS = (
    "crossing", "facility", "service", "group", "country", "chokepoint", "corridor", "link",
)  # fmt: skip
NOT_TO_OPEN = ("country", "chokepoint", "corridor")
SEA = "sea"
"""Stands for every service of ships where a price index is laid on."""
_LEDGER_GRADE = {"reported": "published"}
_NOT_A_NAME = re.compile(r"\s*(\(.*?\)| via .*| and others)$")


class Known:
    """What effects may speak of: things of the network, parameters, price series."""

    def __init__(self, tables: Tables, ledger: Ledger) -> None:
        self.tables, self.ledger = tables, ledger
        services = tables.services
        self.ids: Mapping[str, frozenset[str]] = {
            "crossing": frozenset(row.id for row in tables.crossings),
            "facility": frozenset(row.id for row in tables.facilities),
            "service": frozenset(row.id for row in services),
            "group": frozenset(row.group for row in services),
            "chokepoint": frozenset(row.id for row in tables.chokepoints),
            "corridor": frozenset(row.corridor for row in tables.corridors),
            "link": frozenset(row.id for row in tables.links),
            "country": frozenset(row.country for row in tables.facilities)
            | {code for zone in tables.zones for code in zone.countries},
        }

    @cached_property
    def prices(self) -> PriceBook:
        """Price series of the data folder."""
        return PriceBook.read(self.tables.folder)

    @cached_property
    def price_month(self) -> str:
        """Month of the prices in the tables; empty where the data folder does not say."""
        try:
            text = (self.tables.folder / "curated" / "edition.txt").read_text("utf-8")
        except OSError:
            return ""
        return text.split()[-1] if text.split() else ""

    def target(self, spot: Spot, kinds: Sequence[str] = TARGETS) -> Target:
        """A ``{crossing: ID}`` whose id exists."""
        if len(spot.mapping()) != 1:
            raise spot.error(f"name one of {', '.join(kinds)}")
        ((kind, value),) = spot.mapping().items()
        if kind not in kinds:
            raise value.error(f"no such target{like(kind, kinds)}")
        name = value.text()
        if name not in self.ids[kind]:
            raise value.error(f"no {kind} {name!r}{like(name, self.ids[kind])}")
        return kind, name

    def names_something(self, key: str) -> bool:
        """A crossing, service or group that lives by a general row may have its own effect."""
        parts = key.split("/")[1:]
        ids = self.ids
        names = ids["crossing"] | ids["service"] | ids["group"] | ids["facility"]
        pair = len(parts) == 2 and all(code in ids["country"] for code in parts[1].split("-"))
        return any(part in names for part in parts) or pair


def operators(service: Service) -> tuple[str, ...]:
    """Who runs a service, by name; ``and others`` and the like are names that nobody bears.

    Examples
    --------
    >>> from corridors.analysis.engine import Engine
    >>> rows = {row.id: row for row in Engine.load().tables.services}
    >>> operators(rows["CAS-AAU-ALT"])
    ('Kazmortransflot', 'ASCO')
    """
    parts = [part.strip() for part in service.operator.split(",")]
    names = [_NOT_A_NAME.sub("", part) for part in parts if part]
    others = ("others",) if any(part.endswith(" and others") for part in parts) else ()
    return (*names, *others)


class Effects:
    """What the effects of one condition add up to.

    Parameters
    ----------
    known : Known
    ident, grade : str
        Of the condition.
    sources : sequence of Source
    chance : float
        Probability that hours and dollars are charged at all.
    ramp_days : int
    """

    def __init__(
        self,
        known: Known,
        ident: str,
        grade: str,
        sources: Sequence[Source],
        *,
        chance: float = 1.0,
        ramp_days: int = 0,
    ) -> None:
        self.known, self.ident = known, ident
        self.grade = _LEDGER_GRADE.get(grade, "assumption")
        self.source = sources[0] if sources else Source("hypothetical", "")
        self.chance, self.ramp_days = chance, ramp_days
        self.closes: list[Target] = []
        self.opens: list[Target] = []
        self.bans: list[Ban] = []
        self.changes: list[Adjustment] = []
        self.caps: list[Cap] = []
        self.flags: list[Flag] = []
        self.shared: list[str] = []

    @property
    def is_certain(self) -> bool:
        """Whether anything is shut, opened, repriced or limited: no matter of luck."""
        priced = any(change.effect != "add" for change in self.changes)
        return bool(self.closes or self.opens or self.bans or self.caps or priced)

    def add(self, spot: Spot) -> None:
        """Take in one row of ``effects``."""
        if len(spot.mapping()) != 1:
            raise spot.error(f"one effect a row: {', '.join(VERBS)}")
        ((verb, body),) = spot.mapping().items()
        if verb == "close":
            self.closes.append(self._shut(body))
        elif verb == "open":
            kind, name = self.known.target(body)
            if kind in NOT_TO_OPEN:
                raise body.error(f"a {kind} cannot be opened: open what is shut there")
            self.opens.append((kind, name))
        elif verb == "ban":
            self._ban(body)
        elif verb in ("add_h", "add_usd", "times"):
            self.changes.append(self._change(verb, body))
        elif verb == "reprice":
            self.changes.append(self._reprice(body))
        elif verb == "cap":
            self.caps.append(self._cap(body))
        elif verb == "flag":
            self.flags.append(self._flag(body))
        else:
            raise body.error(f"no such effect{like(verb, VERBS)}")

    # Shut ----------------------------------------------------------------------------------

    def _shut(self, spot: Spot) -> Target:
        """Something that can be shut; a piece of line cannot, for boxes would pass unseen."""
        kind, name = self.known.target(spot)
        if kind == "link":
            raise spot.error("a link cannot be shut: shut the crossing or facility on its line")
        return kind, name

    def _ban(self, body: Spot) -> None:
        fields = keys_of(body, ("operator", "hs", "text", *TARGETS), required=())
        rest = {name: value for name, value in fields.items() if name not in ("hs", "text")}
        if "operator" in rest:
            if len(rest) > 1:
                raise body.error("name an operator or one other target, not both")
            targets = [("service", name) for name in self._run_by(rest["operator"])]
        else:
            targets = [self._shut(Spot(rest, body.file, body.line, body.path))]
        if "hs" not in fields:
            if "text" in fields:
                raise fields["text"].error("text goes with hs: a ban of all goods shuts")
            self.closes += targets
            return
        codes = codes_of(fields["hs"])
        text = fields["text"].text() if "text" in fields else "banned there"
        self.bans += [Ban(target, codes, text) for target in targets]

    def _run_by(self, spot: Spot) -> list[str]:
        """Services run by some operators and nobody else."""
        rows = spot.items() if isinstance(spot.value, list) else [spot]
        run = {row.id: operators(row) for row in self.known.tables.services}
        everybody = {name for names in run.values() for name in names} - {"others"}
        banned = set()
        for row in rows:
            name = row.text()
            if name not in everybody:
                raise row.error(f"no operator {name!r}{like(name, everybody)}")
            banned.add(name)
        alone = [name for name, names in run.items() if names and set(names) <= banned]
        shared = [name for name, names in run.items() if banned & set(names)]
        shared = [name for name in shared if name not in alone]
        if not alone:
            raise spot.error(
                f"no service is run by {', '.join(sorted(banned))} alone ({', '.join(shared[:3])} "
                "and such by others too): name all operators, or close a service"
            )
        self.shared += shared
        return alone

    # Numbers -------------------------------------------------------------------------------

    def _change(self, verb: str, body: Spot) -> Adjustment:
        named = ("event", "corridor") if verb == "add_usd" else ("event",)
        fields = keys_of(body, (*named, "low", "typ", "high", "grade"), required=("typ",))
        if "event" not in fields and "corridor" not in fields:
            raise body.error("the key event is missing")
        if "corridor" in fields:
            if "event" in fields:
                raise body.error("name an event or a corridor, not both")
            only = Spot({"corridor": fields["corridor"]}, body.file, body.line, body.path)
            target = f"{CORRIDOR_USD}/{self.known.target(only)[1]}"
        else:
            target = self._key(fields["event"])
            family = target.partition("/")[0]
            if verb != "times" and not family.endswith("_h" if verb == "add_h" else "_usd"):
                raise fields["event"].error(f"{verb} does not go with {family}")
            if verb != "times" and family in RATES:
                raise fields["event"].error(f"{family} is per km; use times")
        unit = {"add_h": "h", "add_usd": "USD/FEU", "times": "factor"}[verb]
        row = self._row(target, self._values(body, fields), unit, self._grade(fields))
        effect: Literal["add", "times"] = "times" if verb == "times" else "add"
        return self._adjustment(effect, [target], row)

    def _key(self, spot: Spot) -> str:
        """A parameter that exists, or of a thing that has a general one."""
        key, family = spot.text(), spot.text().partition("/")[0]
        ledger = self.known.ledger
        if family not in ledger.families:
            raise spot.error(f"no family of parameters {family!r}{like(family, ledger.families)}")
        keys = [row.key for row in ledger]
        exists = any(name == key or name.startswith(f"{key}/") for name in keys)
        if not exists and not self.known.names_something(key):
            raise spot.error(f"no parameter {key!r}{like(key, keys)}")
        return key

    def _reprice(self, body: Spot) -> Adjustment:
        given = body.mapping()
        if ("tariff" in given) == ("index" in given):
            raise body.error("name either an index or a tariff")
        return self._tariff(body) if "tariff" in given else self._index(body)

    def _tariff(self, body: Spot) -> Adjustment:
        fields = keys_of(body, ("tariff", "low", "typ", "high", "grade"), required=("typ",))
        key = self._key(fields["tariff"])
        family = key.partition("/")[0]
        if not (family.endswith("_usd") or "_usd_" in family):
            raise fields["tariff"].error(f"{family} is no price; add to it or multiply it")
        unit = next(r.unit for r in self.known.ledger if r.key.partition("/")[0] == family)
        row = self._row(key, self._values(body, fields), unit, self._grade(fields))
        return self._adjustment("set", [key], row)

    def _index(self, body: Spot) -> Adjustment:
        fields = keys_of(
            body, ("index", "month", "value", "times", "on", "grade"), required=("index",)
        )
        prices, series = self.known.prices, fields["index"].text()
        if series not in prices.moving:
            raise fields["index"].error(f"no price index {series!r}{like(series, prices.moving)}")
        set_by = [name for name in ("month", "value", "times") if name in fields]
        if len(set_by) != 1:
            raise body.error("give one of month, value and times")
        values, is_level = self._factor(fields, series, set_by[0]), set_by[0] != "times"
        targets = prices.moving[series]
        if "on" in fields:
            heading = prices.heading(series)
            ends = f"/{heading}" if heading else ""
            targets = frozenset(f"freight_usd/{name}{ends}" for name in self._ships(fields["on"]))
        row = self._row(f"index/{series}", values, "factor", self._grade(fields))
        return self._adjustment("times", targets, row)._replace(is_level=is_level)

    def _factor(
        self, fields: Mapping[str, Spot], series: str, name: str
    ) -> tuple[float, float, float]:
        """What an index is multiplied by: given, or from the month of the tables to a value."""
        spot, prices = fields[name], self.known.prices
        if name == "times":
            if isinstance(spot.value, dict):
                inner = keys_of(spot, ("low", "typ", "high"), required=("typ",))
                return self._values(spot, inner)
            factor = spot.number()
        else:
            base = prices.rows.get((series, self.known.price_month))
            if base is None:
                raise fields["index"].error(
                    f"{series} has no value for {self.known.price_month or 'the month of prices'}: "
                    "only times can be given"
                )
            if name == "value":
                factor = spot.number() / base.value
            else:
                row = prices.rows.get((series, month_of(spot)))
                if row is None:
                    months = ", ".join(prices.months(series))
                    raise spot.error(f"{series} has no value for {spot.value}; there are {months}")
                factor = row.value / base.value
        if factor <= 0.0:
            raise spot.error("a price index is above zero")
        return factor, factor, factor

    def _ships(self, spot: Spot) -> list[str]:
        """Groups of services whose freight is moved; ``sea`` for all ships."""
        names = []
        for row in spot.items() if isinstance(spot.value, list) else [spot]:
            name = row.text()
            if name != SEA and name not in self.known.ids["group"]:
                near = like(name, self.known.ids["group"] | {SEA})
                raise row.error(f"no group of services {name!r}{near}")
            names.append(name)
        return names

    def _values(self, body: Spot, fields: Mapping[str, Spot]) -> tuple[float, float, float]:
        typ = fields["typ"].number()
        low = fields["low"].number() if "low" in fields else typ
        high = fields["high"].number() if "high" in fields else typ
        if min(low, typ, high) < 0:
            raise body.error("a negative number: an effect of this kind is never negative")
        try:
            SplitLognormal(low, typ, high)
        except (ValueError, KeyError) as error:  # ParameterError is a KeyError too
            raise body.error(str(error)) from None
        return low, typ, high

    def _grade(self, fields: Mapping[str, Spot]) -> str:
        """A reported event may have figures that are only estimated."""
        own = one_of(fields, "grade", GRADES, "")
        return _LEDGER_GRADE.get(own, "assumption") if own else self.grade

    def _row(
        self, target: str, values: tuple[float, float, float], unit: str, grade: str
    ) -> ParameterRow:
        return ParameterRow(
            f"condition/{self.ident}/{target}", *values, unit, grade,
            source=self.source.title, url=self.source.url,
            chance=self.chance, chance_of=self.ident if self.chance < 1.0 else "",
        )  # fmt: skip

    def _adjustment(
        self, effect: Literal["add", "times", "set"], targets: Iterable[str], row: ParameterRow
    ) -> Adjustment:
        name = row.key.removeprefix("condition/")
        return Adjustment(name, effect, frozenset(targets), When(), row, self.ident, self.ramp_days)

    # Limits and words ----------------------------------------------------------------------

    def _cap(self, body: Spot) -> Cap:
        fields = body.mapping()
        if "teu_week" not in fields:
            raise body.error("a cap needs teu_week")
        teu = fields["teu_week"].number()
        if teu < 0:
            raise fields["teu_week"].error("a negative capacity")
        rest = {name: value for name, value in fields.items() if name != "teu_week"}
        target = self.known.target(Spot(rest, body.file, body.line, body.path))
        return Cap(*target, teu)

    def _flag(self, body: Spot) -> Flag:
        fields = keys_of(body, ("country", "hs", "text"), required=("country", "text"))
        only = Spot({"country": fields["country"]}, body.file, body.line, body.path)
        codes = codes_of(fields["hs"]) if "hs" in fields else ()
        return Flag(self.known.target(only), codes, fields["text"].text())


def refuse_luck(parts: Effects, spot: Spot | None) -> None:
    """A probability beside something that is shut, opened, repriced or limited is refused.

    Raises
    ------
    ScenarioError
    """
    if parts.chance < 1.0 and spot is not None and parts.is_certain:
        raise spot.error(
            "only add_h and add_usd may be uncertain: what is shut is shut; write hours instead"
        )
