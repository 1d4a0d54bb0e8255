"""What every haul and event costs: keys into the ledger, from most to least specific."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from corridors.conditions.adjustment import CORRIDOR_USD, Adjustment, settled
from corridors.costing.charge import Charge, Vector
from corridors.errors import ParameterError
from corridors.movement.compiled import CrossingRun, Haul
from corridors.network.tables import Crossing, Facility, Service
from corridors.parameters import Ledger, ParameterRow
from corridors.shipment import Heading

Keys = tuple[str, ...]

_AWAY = {"westbound": "eastbound", "eastbound": "westbound"}


class Priced(NamedTuple):
    """Rows that one charge comes to: its own, adjusted, and those added beside it."""

    row: ParameterRow | None
    added: tuple[ParameterRow, ...]


class CostModel:
    """Charges for one heading under one ledger and the adjustments of one day.

    Parameters
    ----------
    ledger : Ledger
        All numbers; user assumptions already applied.
    heading : {"westbound", "eastbound"}
        Rates may differ by direction.
    adjustments : sequence of Adjustment
        Those in force: an adjustment acts on a charge when its target is among the keys that
        the charge could have fallen back to.
    ownership : {"SOC", "COC"}
        Whose container: picks the rows of its lease and return.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        heading: Heading,
        adjustments: Sequence[Adjustment] = (),
        ownership: str = "SOC",
    ) -> None:
        self.ledger = ledger
        self.heading = heading
        self.adjustments = tuple(adjustments)
        self.ownership = ownership
        # Most keys have one row for both headings: the few that have not are known beforehand.
        suffix, away = f"/{heading}", f"/{_AWAY[heading]}"
        self._headed = {key.removesuffix(suffix) for key in ledger.keys if key.endswith(suffix)}
        self._by_target: dict[str, list[tuple[int, Adjustment]]] = {}
        for number, adjustment in enumerate(adjustments):
            for target in adjustment.targets:
                if not target.endswith(away):
                    key = target.removesuffix(suffix)
                    self._by_target.setdefault(key, []).append((number, adjustment))
        self._known: dict[Keys, Priced] = {}
        self._per_km: dict[str, tuple[float, float]] = {}

    def row(self, *keys: str) -> ParameterRow:
        """First row among the keys, each tried with the heading first."""
        found = self.priced(keys).row
        if found is None:
            tried = [k for key in keys for k in (f"{key}/{self.heading}", key)]
            return self.ledger.get(*tried)
        return found

    def find(self, *keys: str) -> ParameterRow | None:
        """As `row`, or None where no row exists."""
        return self.priced(keys).row

    def priced(self, keys: Keys, *, default: ParameterRow | None = None) -> Priced:
        """The row of a charge with its factors, and the rows that stand beside it."""
        found = self._known.get(keys)
        if found is None:
            row = self._first(keys) or default
            added: tuple[ParameterRow, ...] = ()
            if self._by_target:
                acting = self._acting((*keys, keys[0].partition("/")[0]))
                row = settled(row, acting)
                added = tuple(a.row for a in acting if a.effect == "add")
            found = self._known[keys] = Priced(row, added)
        return found

    def _first(self, keys: Keys) -> ParameterRow | None:
        if self._headed.isdisjoint(keys):
            return self.ledger.first(*keys)
        for key in keys:
            row = self.ledger.first(f"{key}/{self.heading}") if key in self._headed else None
            row = row or self.ledger.first(key)
            if row is not None:
                return row
        return None

    def _acting(self, keys: Sequence[str]) -> list[Adjustment]:
        """Adjustments of any of the keys, each once, in the order in which they are stated."""
        found = {
            number: adjustment
            for key in keys
            for number, adjustment in self._by_target.get(key, ())
        }
        return [found[number] for number in sorted(found)]

    def _charges(self, keys: Keys, *, at: str, country: str) -> tuple[Charge, ...]:
        """Charges of a line that may rightly be absent."""
        row, added = self._known.get(keys) or self.priced(keys)
        if not added:
            return () if row is None else (Charge(row, 1.0, False, at, country),)
        rows = added if row is None else (row, *added)
        return tuple([Charge(row, 1.0, False, at, country) for row in rows])

    def _needed(self, keys: Keys, *, at: str, country: str) -> tuple[Charge, ...]:
        """Charges of a line that every such event has."""
        if self.priced(keys).row is None:
            self.row(*keys)
        return self._charges(keys, at=at, country=country)

    # Runs --------------------------------------------------------------------------------

    def run(self, zone: str, km: float, *, country: str) -> Vector:
        """Running ``km`` in a zone: time by commercial speed, money by haul rate and toll."""
        mode = zone.partition(":")[0]

        def charge(name: str, *, inverse: bool = False) -> Charge:
            row = self.row(f"{name}/{zone}", f"{name}/{mode}")
            return Charge(row, km, inverse, zone, country)

        hours = charge("speed_kmh", inverse=True)
        usd = [charge("rate_usd_km")]
        toll = self.find(f"toll_usd_km/{zone}", f"toll_usd_km/{mode}")
        if toll is not None:
            usd.append(Charge(toll, km, False, zone, country))
        return Vector(
            hours=(hours,),
            usd=tuple(usd),
            co2e_kg=(charge("co2e_kg_km"),),
        )

    def per_km(self, zone: str) -> tuple[float, float]:
        """(hours, USD) expected per km in a zone."""
        if zone not in self._per_km:
            unit = self.run(zone, 1.0, country="")
            self._per_km[zone] = (unit.mean("hours"), unit.mean("usd"))
        return self._per_km[zone]

    def haul(self, haul: Haul) -> Vector:
        """A haul between two facilities of a zone."""
        return self.run(haul.zone, haul.km, country=next(iter(haul.countries), ""))

    def crossing_run(self, run: CrossingRun) -> Vector:
        """The line on both sides of a border point."""
        a = self.run(run.zone_a, run.km_a, country=next(iter(run.countries_a), ""))
        b = self.run(run.zone_b, run.km_b, country=next(iter(run.countries_b), ""))
        return Vector(a.hours + b.hours, a.usd + b.usd, a.co2e_kg + b.co2e_kg)

    # Events ------------------------------------------------------------------------------

    def border(self, row: Crossing, *, forward: bool, countries: tuple[str, str]) -> Vector:
        """The border event of a crossing, both sides of it together, once.

        Inside one country it is a passage: a tunnel with a night window, a ferry bridge.
        """
        way = "ab" if forward else "ba"
        one, other = countries
        passage = one == other
        name = "passage" if passage else "border"
        usd = (f"{name}_usd",) if not passage else ()

        def keys(family: str) -> Keys:
            own = (f"{family}/{row.id}/{way}", f"{family}/{row.id}")
            return (
                own
                if passage
                else (*own, f"{family}/{row.mode}/{one}-{other}", f"{family}/{row.mode}")
            )

        at, country = row.id, other
        hours = self._needed(keys(f"{name}_h"), at=at, country=country)
        money = (self._needed if usd else self._charges)(
            keys(f"{name}_usd"), at=at, country=country
        )
        permit = (
            f"permit_usd/{row.id}/{way}",
            f"permit_usd/{row.id}",
            f"permit_usd/{row.mode}/{one}-{other}",
        )
        return Vector(hours=hours, usd=money + self._charges(permit, at=at, country=country))

    def reload(self, row: Crossing, *, forward: bool, country: str) -> Vector | None:
        """Truck to truck at a road border, where carriers may not go on; None elsewhere."""
        way = "ab" if forward else "ba"
        return self.optional_event(
            "reload", (f"{row.id}/{way}", row.id), at=row.id, country=country
        )

    def gauge_change(self, facility: Facility) -> Vector:
        """A change of gauge worked at a yard, marshalling included where the yard has a row."""
        at, country = facility.id, facility.country

        def charges(name: str) -> tuple[Charge, ...]:
            marshal = (f"marshal_{name}/{at}", f"marshal_{name}")
            return self._needed(
                (f"gauge_{name}/{at}", f"gauge_{name}"), at=at, country=country
            ) + self._charges(marshal, at=at, country=country)

        return Vector(
            hours=charges("h"),
            usd=charges("usd"),
            co2e_kg=self._charges((f"co2e_kg/gauge/{at}", "co2e_kg/gauge"), at=at, country=country),
        )

    def lift(self, facility: Facility, from_mode: str, to_mode: str) -> Vector:
        """A change of mode at a terminal or port, its dwell included, the ship's wait not.

        A train load that goes on in several ships waits for them: the batch.
        """
        pair = f"{from_mode}-{to_mode}"
        at, country = facility.id, facility.country

        def keys(name: str) -> Keys:
            return (f"{name}/{at}/{pair}", f"{name}/{at}", f"{name}/{pair}")

        co2 = (f"co2e_kg/lift/{pair}", "co2e_kg/lift")
        return Vector(
            hours=self._needed(keys("lift_h"), at=at, country=country)
            + self._charges((f"batch_h/{at}/{pair}",), at=at, country=country),
            usd=self._needed(keys("lift_usd"), at=at, country=country),
            co2e_kg=self._charges(co2, at=at, country=country),
        )

    def wait(self, service: Service, port: Facility) -> Vector:
        """Waiting for a departure and for the berth.

        The departure: a row of its own, or from the headway, E[H^2] / 2 E[H].
        """
        keys = tuple(f"wait_h/{name}" for name in (service.id, service.group, service.mode))
        if self._first(keys) is None:
            self.priced(keys, default=_wait_from_headway(service))
        return Vector(
            hours=self._charges(keys, at=service.id, country=port.country)
            + self._charges((f"berth_h/{port.id}",), at=port.id, country=port.country)
        )

    def sailing(self, service: Service, km: float) -> Vector:
        """Time under way and freight of a sea or ferry service."""
        at, group = service.id, service.group
        keys = tuple(f"sail_h/{name}" for name in (at, group, service.mode))
        hours = self._charges(keys, at=at, country=group)
        if self.find(*keys) is None:
            speed = self.row(f"sail_kmh/{service.mode}")
            hours = (Charge(speed, km, True, at, group), *hours)
        freight = tuple(f"freight_usd/{name}" for name in (at, group, service.mode))
        usd = self._needed(freight, at=at, country=group)
        co2 = self.row(f"co2e_kg_km/{at}", f"co2e_kg_km/{group}", f"co2e_kg_km/{service.mode}")
        return Vector(
            hours=hours,
            usd=usd,
            co2e_kg=(Charge(co2, km, False, at, group),),
        )

    def fill(self, facility: Facility) -> Vector | None:
        """Waiting at the first rail terminal until the block train is full and leaves."""
        keys = (facility.id, facility.country, "rail")
        return self.optional_event("fill", keys, at=facility.id, country=facility.country)

    def equipment(self, corridor: str, *, country: str) -> Vector | None:
        """The container: lease one way, and its return when empty, each a line of its own.

        What a condition charges for a whole corridor stands here too.
        """

        def keys(family: str) -> Keys:
            return (f"{family}/{corridor}/{self.ownership}", f"{family}/{corridor}")

        usd = self._charges(keys("equipment_usd"), at=corridor, country=country)
        usd += self._charges(keys("empty_return_usd"), at=corridor, country=country)
        usd += self._charges((f"{CORRIDOR_USD}/{corridor}",), at=corridor, country=country)
        return Vector(usd=usd) if usd else None

    def optional_event(self, name: str, keys: Keys, *, at: str, country: str) -> Vector | None:
        """Fill, release, pickup, delivery: only where the ledger has a row."""

        def charges(dimension: str) -> tuple[Charge, ...]:
            family = f"{name}_{dimension}"
            rows = tuple(f"{family}/{key}" if key else family for key in keys)
            return self._charges(rows, at=at, country=country)

        hours, usd = charges("h"), charges("usd")
        return Vector(hours=hours, usd=usd) if hours or usd else None


def _wait_from_headway(service: Service) -> ParameterRow:
    """The wait of a box that arrives at random between departures (Osuna and Newell 1972).

    Its mean is E[H^2] / 2 E[H] for headways H; one in ten boxes waits less than a tenth of a
    short headway, one in ten longer than nine tenths of a long one.
    """
    low, typ, high = service.headway_h_low, service.headway_h_typ, service.headway_h_high
    if typ is None:
        raise ParameterError(
            f"service {service.id!r} has neither a row wait_h/{service.id} nor a headway: "
            "give one of them in parameters.csv or services.csv"
        )
    return ParameterRow(
        key=f"wait_h/{service.id}",
        low=0.1 * (low or typ),
        typ=0.5 * typ,
        high=0.9 * (high or typ),
        unit="h",
        grade="assumption" if service.grade == "assumption" else "expert",
        source=service.source or "derived from the headway in services.csv",
        url=service.url,
        note="derived from the headway",
    )
