"""A plan as it is written, checked against the network it will be asked of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, get_args

from corridors.analysis.compare import check_corridors
from corridors.analysis.demand import demand_path, read_demand
from corridors.analysis.engine import Engine
from corridors.analysis.rules import check_cargo
from corridors.analysis.scenarios import forced_conditions
from corridors.analysis.setting import MODES, is_one_place
from corridors.conditions.document import Spot, read_document
from corridors.conditions.fields import day_of, keys_of, like, month_of, one_of, rows_of
from corridors.errors import CorridorsError, ScenarioError, SnapError, SweepError
from corridors.series.cells import Bench
from corridors.series.plan import Asked, ConditionSet, Journey, SweepPlan
from corridors.shipment import Booking, Objective, Ownership, Scope, Terms, Unit

FIELDS = (
    "title", "origins", "destinations", "pairs", "demand", "conditions", "depart", "corridors",
    "terms", "scope", "optimise", "value_of_time_usd_day", "draws", "seed", "keep",
    "cells_per_part",
)  # fmt: skip
TERMS = ("unit", "booking", "ownership", "weight_t", "cargo", "goods")
SET = (
    "name", "scenarios", "avoid", "via", "mode", "closed", "assume", "rates", "price_month",
    "as_of",
)  # fmt: skip
KEEP = ("rows", "draws")
MOST_DRAWS = 1_000_000
MOST_PART = 10_000


def read_plan(engine: Engine, source: str | Path | Mapping[str, Any]) -> SweepPlan:
    """Read a plan from a YAML file, or from the same keys in a mapping.

    Parameters
    ----------
    engine : Engine
        Its places, corridors and conditions are what the plan may name.
    source : str, Path or mapping

    Raises
    ------
    SweepError
        With file, line and key of the first fault, and what was probably meant.

    Examples
    --------
    >>> plan = read_plan(Engine.load(), {"origins": ["Xi'an"], "destinations": ["Duisburg"]})
    >>> plan.cells, plan.asked.corridors[:2]
    (1, ('northern', 'titr'))
    """
    try:
        if isinstance(source, Mapping):
            return _Reader(engine, _spots(source, ""), Path()).read()
        path = Path(source)
        return _Reader(engine, read_document(path), path.parent).read()
    except ScenarioError as error:
        raise SweepError(str(error)) from None


class _Reader:
    def __init__(self, engine: Engine, body: Spot, folder: Path) -> None:
        self.engine, self.body, self.folder = engine, body, folder
        self.fields = keys_of(body, FIELDS, required=())
        self.files: dict[str, bytes] = {}
        self.places: dict[str, str] = {}

    def read(self) -> SweepPlan:
        journeys = self._journeys()
        departs = self._departs()
        sets = tuple(self._set(spot, departs) for spot in rows_of(self.fields, "conditions"))
        names = [one.name for one in sets]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise self.fields["conditions"].items()[number].error(f"the name {name!r} twice")
        sets = sets or (ConditionSet("ordinary"),)
        asked = Asked(
            conditions=sets,
            corridors=self._corridors(),
            terms=self._terms(),
            scope=self._word("scope", Scope, "terminal"),
            objective=self._word("optimise", Objective, "balanced"),
            value_of_time_usd_day=self._worth(),
            draws=self._whole("draws", 500, 1, MOST_DRAWS),
            seed=self._whole("seed", 1, 0, 2**63 - 1),
            keep_draws="draws" in self._keep(),
            files=self.files,
        )
        plan = SweepPlan(asked, journeys, departs, self._whole("cells_per_part", 0, 1, MOST_PART))
        self._try(plan)
        return plan

    # Journeys ----------------------------------------------------------------------------

    def _journeys(self) -> tuple[Journey, ...]:
        fields = self.fields
        if ("origins" in fields) != ("destinations" in fields):
            raise self.body.error("origins and destinations belong together")
        ways = [name for name in ("origins", "pairs", "demand") if name in fields]
        if len(ways) != 1:
            raise self.body.error(
                "say which journeys: origins with destinations, or pairs, or demand; one of them"
            )
        found = {"origins": self._crossed, "pairs": self._pairs, "demand": self._demand}[ways[0]]()
        # Journeys of one origin stand together: neighbours share most.
        first: dict[str, int] = {}
        for journey in found:
            first.setdefault(journey.origin_id, len(first))
        return tuple(sorted(found, key=lambda journey: first[journey.origin_id]))

    def _crossed(self) -> list[Journey]:
        origins, destinations = (self._named(name) for name in ("origins", "destinations"))
        found = [
            Journey(one, other, one_id, other_id)
            for one, one_id in origins
            for other, other_id in destinations
            if one_id != other_id
        ]
        if not found:
            raise self.fields["origins"].error("no journey: every origin is its own destination")
        return found

    def _named(self, name: str) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        for spot in self._some(name):
            text = spot.text()
            place = self._place(spot, text)
            if place in found:
                raise spot.error(f"{text!r} is the same place as {found[place]!r}")
            found[place] = text
        return [(text, place) for place, text in found.items()]

    def _pairs(self) -> list[Journey]:
        found: dict[tuple[str, str], Journey] = {}
        for spot in self._some("pairs"):
            ends = spot.items()
            if len(ends) != 2:
                raise spot.error(f"a pair is [ORIGIN, DESTINATION], not {len(ends)} values")
            one, other = (end.text() for end in ends)
            journey = Journey(one, other, *(self._place(end, end.text()) for end in ends))
            if journey.origin_id == journey.destination_id:
                raise spot.error("origin and destination are the same place")
            if journey[2:] in found:
                known = found[journey.origin_id, journey.destination_id]
                raise spot.error(f"the same journey as {known.origin} to {known.destination}")
            found[journey.origin_id, journey.destination_id] = journey
        return list(found.values())

    def _demand(self) -> list[Journey]:
        spot = self.fields["demand"]
        name = spot.text()
        beside = self.folder / name
        path = beside if beside.exists() else demand_path(self.engine.folder, name)
        with _at(spot):
            rows = read_demand(path)
        found: dict[tuple[str, str], Journey] = {}
        for row in rows:
            ends = (row.origin, row.destination)
            journey = Journey(*ends, *(self._place(spot, text) for text in ends))
            if journey.origin_id == journey.destination_id:
                raise spot.error(f"{row.origin} to {row.destination}: the same place")
            # A table may give one journey twice, with cargo of another worth.
            found.setdefault(journey[2:], journey)
        return list(found.values())

    def _place(self, spot: Spot, text: str) -> str:
        if text not in self.places:
            with _at(spot):
                self.places[text] = self.engine.end(text).id
        return self.places[text]

    # Conditions --------------------------------------------------------------------------

    def _departs(self) -> tuple[dt.date | None, ...]:
        if "depart" not in self.fields:
            return (None,)
        days: list[dt.date | None] = []
        for spot in self._some("depart"):
            day = _day(spot)
            if day is None or day in days:
                raise spot.error("a day that is there already" if day else "a day is missing")
            days.append(day)
        return tuple(days)

    def _set(self, body: Spot, departs: Sequence[dt.date | None]) -> ConditionSet:
        fields = keys_of(body, SET, required=("name",))
        as_of = _day(fields.get("as_of"))
        if as_of is not None and departs != (None,):
            raise fields["as_of"].error(
                "as_of and depart exclude each other: the first holds one day still, with the "
                "second the days go by on the way; make two plans of them"
            )
        for spot in rows_of(fields, "mode"):
            if spot.text() not in MODES:
                raise spot.error(f"{spot.text()!r} is none of {', '.join(MODES)}")
        for spot in rows_of(fields, "via"):
            self._place(spot, spot.text())
        return ConditionSet(
            name=fields["name"].text(),
            scenarios=tuple(self._scenario(spot) for spot in rows_of(fields, "scenarios")),
            avoid=tuple(self._country(spot) for spot in rows_of(fields, "avoid")),
            via=_texts(fields, "via"),
            modes=_texts(fields, "mode"),
            closed=tuple(self._shut(spot) for spot in rows_of(fields, "closed")),
            assume=self._assume(fields),
            rates=self._rates(fields["rates"]) if "rates" in fields else "",
            price_month=month_of(fields.get("price_month")),
            as_of=as_of,
        )

    def _scenario(self, spot: Spot) -> str:
        """An id of the catalogue, or a file; either may be followed by ``@`` and a level."""
        name = where = spot.text()
        for file in (name, name.rpartition("@")[0]):
            if Path(file).suffix in (".yaml", ".yml"):
                self._keep_file(spot, file)
                where = str(self.folder / name)
        with _at(spot):
            forced_conditions(self.engine, self.engine.ledger, [where])
        return name

    def _country(self, spot: Spot) -> str:
        if isinstance(spot.value, bool):
            raise spot.error("YAML reads NO as a no: write 'NO' in quotes")
        tables = self.engine.tables
        known = {f.country for f in tables.facilities}
        known |= {code for zone in tables.zones for code in zone.countries}
        known |= {area.country for area in tables.zone_areas}
        code = spot.text().upper()
        if code not in known:
            raise spot.error(f"{code!r} is no country of the network (codes of two letters: RU)")
        return code

    def _shut(self, spot: Spot) -> str:
        tables = self.engine.tables
        known = {f.id for f in tables.facilities} | {c.id for c in tables.crossings}
        for service in tables.services:
            known |= {service.id, service.group, *service.via}
        name = spot.text()
        if name not in known:
            raise spot.error(
                f"no facility, crossing, service, group or strait {name!r}{like(name, known)}"
            )
        return name

    def _assume(self, fields: Mapping[str, Spot]) -> dict[str, float]:
        found = {}
        for key, spot in (fields["assume"].mapping() if "assume" in fields else {}).items():
            value = spot.number()
            with _at(spot):
                self.engine.ledger.override({key: value})
            found[key] = value
        return found

    def _rates(self, spot: Spot) -> str:
        self._keep_file(spot, spot.text())
        return spot.text()

    def _keep_file(self, spot: Spot, name: str) -> None:
        """Read a file of the user's, so that the series asks what it says now to its end."""
        try:
            self.files[name] = (self.folder / name).read_bytes()
        except OSError as error:
            raise spot.error(f"{name}: cannot be read ({error.strerror or error})") from None

    # The rest ----------------------------------------------------------------------------

    def _corridors(self) -> tuple[str, ...]:
        known = tuple(self.engine.plans)
        wanted = []
        for spot in rows_of(self.fields, "corridors"):
            with _at(spot):
                check_corridors(self.engine, [spot.text()])
            wanted.append(spot.text())
        return tuple(name for name in known if name in wanted) if wanted else known

    def _terms(self) -> Terms:
        if "terms" not in self.fields:
            return Terms()
        fields = keys_of(self.fields["terms"], TERMS, required=())
        weight = fields["weight_t"].number() if "weight_t" in fields else None
        if weight is not None and weight < 0.0:
            raise fields["weight_t"].error(f"{weight:g} t is below 0")
        plain = Terms()
        return Terms(
            unit=_choice(fields, "unit", Unit, plain.unit),
            booking=_choice(fields, "booking", Booking, plain.booking),
            ownership=_choice(fields, "ownership", Ownership, plain.ownership),
            weight_t=weight,
            cargo=self._cargo(fields),
            goods=_texts(fields, "goods"),
        )

    def _cargo(self, fields: Mapping[str, Spot]) -> str:
        if "cargo" not in fields:
            return ""
        spot = fields["cargo"]
        if not isinstance(spot.value, str):
            raise spot.error("write the HS code in quotes: '8471'")
        with _at(spot):
            return check_cargo(spot.text())

    def _word(self, name: str, kind: Any, default: str) -> Any:
        return _choice(self.fields, name, kind, default)

    def _worth(self) -> float | None:
        spot = self.fields.get("value_of_time_usd_day")
        if spot is None:
            return None
        if spot.number() < 0.0:
            raise spot.error(f"{spot.number():g} is below 0")
        return spot.number()

    def _whole(self, name: str, default: int, least: int, most: int) -> int:
        spot = self.fields.get(name)
        if spot is None:
            return default
        value = spot.value
        if type(value) is not int or not least <= value <= most:
            raise spot.error(f"expected a whole number from {least} to {most:,}, got {value!r}")
        return value

    def _keep(self) -> list[str]:
        kept = []
        for spot in rows_of(self.fields, "keep"):
            if spot.text() not in KEEP:
                raise spot.error(f"{spot.text()!r} is none of {', '.join(KEEP)}")
            kept.append(spot.text())
        return kept

    def _some(self, name: str) -> list[Spot]:
        spots = self.fields[name].items()
        if not spots:
            raise self.fields[name].error("the list is empty")
        return spots

    def _try(self, plan: SweepPlan) -> None:
        """Open each set of conditions once: what it cannot be is said before the work begins."""
        bench = Bench(self.engine, plan.asked)
        spots = rows_of(self.fields, "conditions") or [self.body]
        for number in range(len(plan.asked.conditions)):
            for depart in plan.departs:
                with _at(spots[number]):
                    setting = bench.ground(number, depart).setting
                    with suppress(SnapError):  # of this one journey, and said in its row
                        for journey in plan.journeys:
                            ends = [self.engine.end(text) for text in journey[:2]]
                            if not is_one_place(*ends):  # said in its row too
                                setting.desk(*ends)
                                break


def _day(spot: Spot | None) -> dt.date | None:
    """A date, in quotes or not."""
    if spot is not None and isinstance(spot.value, str):
        with suppress(ValueError):
            return dt.date.fromisoformat(spot.value)
    return day_of(spot)


def _choice(fields: Mapping[str, Spot], name: str, kind: Any, default: str) -> Any:
    return one_of(fields, name, get_args(kind), default)


def _texts(fields: Mapping[str, Spot], name: str) -> tuple[str, ...]:
    return tuple(spot.text() for spot in rows_of(fields, name))


@contextmanager
def _at(spot: Spot) -> Iterator[None]:
    """Put the place in the plan before what the model says about a value."""
    try:
        yield
    except CorridorsError as error:
        raise spot.error(str(error)) from None


def _spots(value: Any, path: str) -> Spot:
    """Values handed over in a mapping, as those of a file."""
    if isinstance(value, Mapping):
        value = {
            str(key): _spots(item, f"{path}.{key}" if path else str(key))
            for key, item in value.items()
        }
    elif isinstance(value, list | tuple):
        value = [_spots(item, f"{path}[{number}]") for number, item in enumerate(value)]
    elif isinstance(value, Path):
        value = str(value)
    return Spot(value, "plan", 0, path)
