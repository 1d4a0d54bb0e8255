"""Whether every id that a row names exists, and no id stands twice."""

from __future__ import annotations

import csv
from collections.abc import Container, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.errors import DataError
from corridors.network.rows import gateway_targets

if TYPE_CHECKING:
    from corridors.network.tables import Tables


def check_references(tables: Tables) -> None:
    """Every id a row names must exist, and no id twice.

    Raises
    ------
    DataError
        Naming the table, the row and the id.
    """
    curated = tables.folder / "curated"
    zones = _unique(tables.zones, "zone", curated / "zones.csv")
    facilities = _unique(tables.facilities, "id", curated / "facilities.csv")
    crossings = _unique(tables.crossings, "id", curated / "crossings.csv")
    services = _unique(tables.services, "id", curated / "services.csv")
    chokepoints = _unique(tables.chokepoints, "id", curated / "chokepoints.csv")
    _unique(tables.links, "id", curated / "links.csv")
    groups = {service.group for service in tables.services}
    lanes = {point.lane for point in tables.lanes}

    def need(
        table: str,
        row: tuple[str, ...],
        names: Iterable[str],
        known: Container[str],
    ) -> None:
        for name in names:
            if name and name not in known:
                where = _where(curated / table, row, name)
                raise DataError(f"{where}: row {'/'.join(row)!r} names {name!r}: no such id")

    for facility in tables.facilities:
        need("facilities.csv", (facility.id,), facility.zones, {*zones, "sea"})
    for area in tables.zone_areas:
        need("zone_areas.csv", (area.id,), [area.zone], zones)
    for crossing in tables.crossings:
        ends = [crossing.a, crossing.b, crossing.gauge_ab, crossing.gauge_ba]
        need("crossings.csv", (crossing.id,), ends, facilities)
    for service in tables.services:
        need("services.csv", (service.id,), [service.a, service.b], facilities)
        need("services.csv", (service.id,), service.via, chokepoints)
        need("services.csv", (service.id,), [service.lane], lanes)
    for step in tables.corridors:
        row = (step.corridor, step.variant, str(step.seq))
        for kind, name in gateway_targets(step):
            known = {"crossing": crossings, "service": services, "group": groups}.get(kind)
            if known is None:
                raise DataError(
                    f"{_where(curated / 'corridors.csv', row, name)}: gateway {name!r} "
                    "must start with crossing:, service: or group:"
                )
            need("corridors.csv", row, [name], known)


def _unique(rows: Iterable[Any], attribute: str, path: Path) -> set[str]:
    seen: set[str] = set()
    for row in rows:
        key = getattr(row, attribute)
        if key in seen:
            raise DataError(f"{_where(path, (key,), key, last=True)}: {key!r} stands in two rows")
        seen.add(key)
    return seen


def _where(path: Path, row: tuple[str, ...], value: str, *, last: bool = False) -> str:
    """File, line and column of a value, looked for again once a row is known to be wrong."""
    found = str(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        header = next(lines, [])
        for cells in lines:
            if tuple(cell.strip() for cell in cells[: len(row)]) != row:
                continue
            holds = [h for h, c in zip(header, cells, strict=False) if _mentions(c, value)]
            found = f"{path}:{lines.line_num}: column {holds[0]!r}" if holds else found
            if not last:
                break
    return found


def _mentions(cell: str, value: str) -> bool:
    return value in (part.strip().rpartition(":")[2] for part in cell.split(";")) or value in (
        part.strip() for part in cell.split(";")
    )
