"""A corridor variant as a plan: sections to travel freely, gateways to pass in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from corridors.errors import DataError
from corridors.movement.graph import Move
from corridors.network.tables import CorridorStep, Tables, Zone, gateway_targets


class Section(NamedTuple):
    """Countries and modes that a stage of a plan may use."""

    countries: frozenset[str]
    modes: frozenset[str]

    def admits(self, zone: Zone) -> bool:
        """Whether hauls of a zone may be used: a zone of several countries is entered whole."""
        return zone.mode in self.modes and not self.countries.isdisjoint(zone.countries)


class Gateway(NamedTuple):
    """Crossings and services that lead from one section to the next.

    Attributes
    ----------
    crossings, services : frozenset of str
        Ids that count as this gateway.
    label : str
        What to call it when it blocks.
    """

    crossings: frozenset[str]
    services: frozenset[str]
    label: str

    def passed_by(self, move: Move) -> bool:
        """Whether a move goes through this gateway (in either direction)."""
        if move.crossing is not None:
            return move.crossing.id in self.crossings
        return move.service is not None and move.service.id in self.services


class Plan(NamedTuple):
    """Sections in the order of travel, with a gateway between each two.

    Attributes
    ----------
    corridor, variant : str
    sections : tuple of Section
    gateways : tuple of Gateway
        One fewer than sections.
    """

    corridor: str
    variant: str
    sections: tuple[Section, ...]
    gateways: tuple[Gateway, ...]

    def sails(self, ships: Collection[str]) -> bool:
        """Whether it passes a gateway of ships."""
        return any(not gateway.services.isdisjoint(ships) for gateway in self.gateways)

    def between(self, origin_country: str, destination_country: str) -> Plan | None:
        """The part of the plan from one country to another, in the order of travel.

        Returns None where the two lie in no sections, or only in the same one: then the
        corridor has nothing to say about the journey.
        """
        starts = [i for i, s in enumerate(self.sections) if origin_country in s.countries]
        ends = [i for i, s in enumerate(self.sections) if destination_country in s.countries]
        pairs = [(i, j) for i in starts for j in ends if i != j]
        if not pairs:
            return None
        i, j = min(pairs, key=lambda pair: (abs(pair[0] - pair[1]), pair))
        if i < j:
            return Plan(self.corridor, self.variant, self.sections[i : j + 1], self.gateways[i:j])
        return Plan(
            self.corridor,
            self.variant,
            self.sections[j : i + 1][::-1],
            self.gateways[j:i][::-1],
        )


def read_plans(tables: Tables) -> dict[str, list[Plan]]:
    """All variants of every corridor, in table order.

    Raises
    ------
    DataError
        A variant does not alternate section, gateway, section.
    """
    groups: dict[str, set[str]] = defaultdict(set)
    for service in tables.services:
        groups[service.group].add(service.id)
    steps: dict[tuple[str, str], list[CorridorStep]] = defaultdict(list)
    for step in tables.corridors:
        steps[(step.corridor, step.variant)].append(step)
    # Variants of a corridor share most of their steps: each is read once.
    sections: dict[tuple[object, ...], Section] = {}
    gateways: dict[tuple[str, ...], Gateway] = {}
    for step in tables.corridors:
        if step.kind == "gateway":
            if step.value not in gateways:
                gateways[step.value] = _gateway(step, groups)
        elif (step.value, step.modes) not in sections:
            modes = frozenset(step.modes or ("rail",))
            sections[(step.value, step.modes)] = Section(frozenset(step.value), modes)
    plans: dict[str, list[Plan]] = {}
    for (corridor, variant), rows in steps.items():
        rows = sorted(rows, key=_seq)
        kinds = [row.kind for row in rows]
        if (
            len(rows) < 3
            or kinds[::2] != ["section"] * len(kinds[::2])
            or (kinds[1::2] != ["gateway"] * len(kinds[1::2]) or len(rows) % 2 == 0)
        ):
            raise DataError(
                f"corridors.csv: {corridor}/{variant} must run section, gateway, section ..."
            )
        plans.setdefault(corridor, []).append(
            Plan(
                corridor,
                variant,
                tuple(sections[(row.value, row.modes)] for row in rows[::2]),
                tuple(gateways[row.value] for row in rows[1::2]),
            )
        )
    return plans


def _seq(step: CorridorStep) -> int:
    return step.seq


def _gateway(step: CorridorStep, groups: dict[str, set[str]]) -> Gateway:
    crossings: set[str] = set()
    services: set[str] = set()
    targets = gateway_targets(step)
    for kind, name in targets:
        if kind == "crossing":
            crossings.add(name)
        elif kind == "service":
            services.add(name)
        else:
            services |= groups[name]
    label = " or ".join(name for _, name in targets)
    return Gateway(frozenset(crossings), frozenset(services), label)
