"""What every haul and event costs: keys into the ledger, from most to least specific."""

from __future__ import annotations

from corridors.costing.charge import Charge, Vector
from corridors.errors import ParameterError
from corridors.movement.compiled import CrossingRun, Haul
from corridors.network.tables import Crossing, Facility, Service
from corridors.parameters import Ledger, ParameterRow
from corridors.shipment import Heading


class CostModel:
    """Charges for one heading under one ledger.

    Parameters
    ----------
    ledger : Ledger
        All numbers; conditions and user assumptions already applied.
    heading : {"westbound", "eastbound"}
        Rates may differ by direction.
    """

    def __init__(self, ledger: Ledger, *, heading: Heading) -> None:
        self.ledger = ledger
        self.heading = heading
        self._known: dict[tuple[str, ...], ParameterRow | None] = {}
        self._per_km: dict[str, tuple[float, float]] = {}

    def row(self, *keys: str) -> ParameterRow:
        """First row among the keys, each tried with the heading first."""
        found = self.find(*keys)
        return found if found is not None else self.ledger.get(*self._tried(keys))

    def find(self, *keys: str) -> ParameterRow | None:
        """As `row`, or None where no row exists."""
        if keys not in self._known:
            self._known[keys] = self.ledger.first(*self._tried(keys))
        return self._known[keys]

    def _tried(self, keys: tuple[str, ...]) -> list[str]:
        return [k for key in keys for k in (f"{key}/{self.heading}", key)]

    # Runs --------------------------------------------------------------------------------

    def run(self, zone: str, km: float, *, country: str) -> Vector:
        """Running ``km`` in a zone: time by commercial speed, money by haul rate."""
        mode = zone.partition(":")[0]

        def charge(name: str, *, inverse: bool = False) -> Charge:
            row = self.row(f"{name}/{zone}", f"{name}/{mode}")
            return Charge(row, km, inverse, zone, country)

        return Vector(
            hours=(charge("speed_kmh", inverse=True),),
            usd=(charge("rate_usd_km"),),
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
        """The border event of a crossing, both sides of it together, once."""
        way = "ab" if forward else "ba"
        one, other = countries

        def keys(name: str) -> tuple[str, ...]:
            return (
                f"{name}/{row.id}/{way}",
                f"{name}/{row.id}",
                f"{name}/{row.mode}/{one}-{other}",
                f"{name}/{row.mode}",
            )

        return self._event(keys("border_h"), keys("border_usd"), at=row.id, country=other)

    def reload(self, row: Crossing, *, forward: bool, country: str) -> Vector | None:
        """Truck to truck at a road border, where carriers may not go on; None elsewhere."""
        way = "ab" if forward else "ba"
        return self.optional_event(
            "reload", (f"{row.id}/{way}", row.id), at=row.id, country=country
        )

    def gauge_change(self, facility: Facility) -> Vector:
        """A change of gauge worked at a yard."""
        return self._event(
            (f"gauge_h/{facility.id}", "gauge_h"),
            (f"gauge_usd/{facility.id}", "gauge_usd"),
            at=facility.id,
            country=facility.country,
            co2=("co2e_kg/gauge",),
        )

    def lift(self, facility: Facility, from_mode: str, to_mode: str) -> Vector:
        """A change of mode at a terminal or port, its dwell included, the ship's wait not."""
        pair = f"{from_mode}-{to_mode}"

        def keys(name: str) -> tuple[str, ...]:
            return (f"{name}/{facility.id}/{pair}", f"{name}/{facility.id}", f"{name}/{pair}")

        return self._event(
            keys("lift_h"),
            keys("lift_usd"),
            at=facility.id,
            country=facility.country,
            co2=(f"co2e_kg/lift/{pair}", "co2e_kg/lift"),
        )

    def wait(self, service: Service, port: Facility) -> Vector:
        """Waiting for a departure: a row of its own, or from the headway E[H^2] / 2 E[H]."""
        row = self.find(f"wait_h/{service.id}", f"wait_h/{service.group}")
        if row is None:
            row = _wait_from_headway(service)
        return Vector(hours=(Charge(row, 1.0, False, service.id, port.country),))

    def sailing(self, service: Service, km: float) -> Vector:
        """Time under way and freight of a sea or ferry service."""
        row = self.find(f"sail_h/{service.id}", f"sail_h/{service.group}")
        if row is not None:
            hours = Charge(row, 1.0, False, service.id, service.group)
        else:
            row = self.row(f"sail_kmh/{service.mode}")
            hours = Charge(row, km, True, service.id, service.group)
        freight = self.row(f"freight_usd/{service.id}", f"freight_usd/{service.group}")
        co2 = self.row(
            f"co2e_kg_km/{service.id}",
            f"co2e_kg_km/{service.group}",
            f"co2e_kg_km/{service.mode}",
        )
        return Vector(
            hours=(hours,),
            usd=(Charge(freight, 1.0, False, service.id, service.group),),
            co2e_kg=(Charge(co2, km, False, service.id, service.group),),
        )

    def fill(self, facility: Facility) -> Vector | None:
        """Waiting at the first rail terminal until the block train is full and leaves."""
        keys = (facility.id, facility.country, "rail")
        return self.optional_event("fill", keys, at=facility.id, country=facility.country)

    def optional_event(
        self, name: str, keys: tuple[str, ...], *, at: str, country: str
    ) -> Vector | None:
        """Fill, release, pickup, delivery, equipment: only where the ledger has a row."""
        hours = self.find(*(f"{name}_h/{key}" if key else f"{name}_h" for key in keys))
        usd = self.find(*(f"{name}_usd/{key}" if key else f"{name}_usd" for key in keys))
        if hours is None and usd is None:
            return None
        return Vector(
            hours=(Charge(hours, 1.0, False, at, country),) if hours else (),
            usd=(Charge(usd, 1.0, False, at, country),) if usd else (),
        )

    def _event(
        self,
        hours: tuple[str, ...],
        usd: tuple[str, ...],
        *,
        at: str,
        country: str,
        co2: tuple[str, ...] = (),
    ) -> Vector:
        co2_row = self.find(*co2) if co2 else None
        return Vector(
            hours=(Charge(self.row(*hours), 1.0, False, at, country),),
            usd=(Charge(self.row(*usd), 1.0, False, at, country),),
            co2e_kg=(Charge(co2_row, 1.0, False, at, country),) if co2_row else (),
        )


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
