"""Adjustments: what terms, seasons and dated conditions do to parameter rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from corridors.conditions.when import When
from corridors.errors import DataError, ParameterError
from corridors.parameters import Ledger, ParameterRow
from corridors.parameters.distribution import Z90
from corridors.parameters.parameter_table import read_table
from corridors.parameters.row import GRADES

COLUMNS = ("id", "effect", "target", "when", "note")
EFFECTS = ("add", "times")
RATES = ("speed_kmh", "rate_usd_km", "toll_usd_km", "co2e_kg_km", "sail_kmh")
"""Families that are multiplied by kilometres: a charge of its own cannot stand beside them."""
CORRIDOR_USD = "corridor_usd"
"""Family of what conditions charge once for all that goes along a corridor."""


class Adjustment(NamedTuple):
    """One change of a parameter.

    Attributes
    ----------
    id : str
    effect : {"add", "times", "set"}
        A charge of its own beside the target, a factor on it, or another value instead of it.
    targets : frozenset of str
        Ledger keys, special or general: it acts once on a charge that could have fallen back to
        any of them.
    when : When
    row : ParameterRow
        The number, with its source.
    condition : str
        Id of the dated condition it belongs to; empty for terms, seasons and prices.
    ramp_days : int
        Days from its first day until it acts in full; it grows evenly.
    is_level : bool
        A factor that brings a price to the level of an index: of several the last holds, and none
        acts on a price that is set.
    """

    id: str
    effect: Literal["add", "times", "set"]
    targets: frozenset[str]
    when: When
    row: ParameterRow
    condition: str = ""
    ramp_days: int = 0
    is_level: bool = False

    def on(self, day: date) -> Adjustment:
        """As it acts on a day: less than in full while it grows."""
        first = self.when.spans[0][0] if self.when.spans else None
        if not self.ramp_days or first is None:
            return self
        share = ((day - first).days + 1) / self.ramp_days
        if share >= 1.0:
            return self
        base = 0.0 if self.effect == "add" else 1.0
        low, typ, high = (
            base + (value - base) * share for value in (self.row.low, self.row.typ, self.row.high)
        )
        return self._replace(row=self.row._replace(low=low, typ=typ, high=high))


def read_adjustments(folder: Path, ledger: Ledger) -> list[Adjustment]:
    """Read ``adjustments.csv``; the numbers stand in the ledger as ``adjust/<id>``.

    Parameters
    ----------
    folder : Path
        Data folder; without the table there are no adjustments.
    ledger : Ledger
        With assumptions and own rates already in it.

    Raises
    ------
    DataError
        A row is broken, speaks of a target that no parameter has, or has no number.
    """
    path = folder / "curated" / "adjustments.csv"
    if not path.exists():
        return []
    families = ledger.families
    found = {}
    for line, cells in read_table(path, COLUMNS):
        where = f"{path}:{line}"
        if not cells["id"] or cells["id"] in found:
            raise DataError(f"{where}: column id: {cells['id']!r} is blank or appears twice")
        if cells["effect"] not in EFFECTS:
            raise DataError(
                f"{where}: column effect: {cells['effect']!r} is none of {', '.join(EFFECTS)}"
            )
        targets = frozenset(part.strip() for part in cells["target"].split(";"))
        for target in sorted(targets):
            family = target.partition("/")[0]
            if family not in families:
                raise DataError(
                    f"{where}: column target: {target!r} belongs to no family of parameters"
                )
            if cells["effect"] == "add" and family in RATES:
                raise DataError(f"{where}: column effect: {family} is per km; use times")
        try:
            when = When.parse(cells["when"])
            row = ledger.get(f"adjust/{cells['id']}")
        except DataError as error:
            raise DataError(f"{where}: column when: {error}") from None
        except ParameterError as error:
            raise DataError(f"{where}: column id: {error}; add the row to parameters.csv") from None
        effect: Literal["add", "times"] = "add" if cells["effect"] == "add" else "times"
        found[cells["id"]] = Adjustment(cells["id"], effect, targets, when, row)
    return list(found.values())


def settled(row: ParameterRow | None, acting: Sequence[Adjustment]) -> ParameterRow | None:
    """A row with all that sets or multiplies it; None where there is none and none is set.

    Parameters
    ----------
    row : ParameterRow or None
    acting : sequence of Adjustment
        In the order in which they are stated: the last that sets a value holds.

    Examples
    --------
    >>> rate = ParameterRow("freight_usd/sea", 900, 1000, 1200, "USD/FEU", "published")
    >>> fixed = ParameterRow("tariff", 700, 700, 700, "USD/FEU", "assumption")
    >>> level = ParameterRow("index", 2, 2, 2, "factor", "published")
    >>> set_to = Adjustment("tariff", "set", frozenset(), When(), fixed)
    >>> index = Adjustment("index", "times", frozenset(), When(), level, is_level=True)
    >>> settled(rate, [index]).typ, settled(rate, [index, index]).typ
    (2000, 2000)
    >>> settled(rate, [set_to, index]).typ, settled(rate, [set_to, index]).key
    (700, 'freight_usd/sea')
    """
    fixed = [a for a in acting if a.effect == "set"]
    levels = [a for a in acting if a.is_level][-1:]
    if fixed:
        levels = []
        new = fixed[-1].row
        row = (
            new
            if row is None
            else new._replace(key=row.key, unit=row.unit, adjusted=(*row.adjusted, fixed[-1].id))
        )
    if row is None:
        return None
    return product(row, [*levels, *(a for a in acting if a.effect == "times" and not a.is_level)])


def product(row: ParameterRow, factors: Iterable[Adjustment]) -> ParameterRow:
    """A row times some factors: medians multiply, independent spreads add in the square.

    The key stays, so that a charge keeps its draws under every condition; the grade is the
    worst of all.

    Examples
    --------
    >>> rate = ParameterRow("rate_usd_km/rail", 0.5, 0.6, 0.8, "USD/FEU-km", "published")
    >>> half = ParameterRow("adjust/half", 0.5, 0.5, 0.5, "factor", "assumption")
    >>> done = product(rate, [Adjustment("half", "times", frozenset(), When(), half)])
    >>> done.low, done.typ, done.high, done.grade
    (0.25, 0.3, 0.4, 'assumption')
    """
    for factor in factors:
        one, two = row, factor.row
        typ = one.typ * two.typ
        low, high = (typ * _spread(one, two, end) for end in ("low", "high"))
        row = row._replace(
            low=low,
            typ=typ,
            high=high,
            grade=max(row.grade, two.grade, key=GRADES.index),
            adjusted=(*row.adjusted, factor.id),
        )
    return row


def _spread(one: ParameterRow, two: ParameterRow, end: str) -> float:
    """P10 or P90 of a product over its median."""
    if one.typ == 0.0 or two.typ == 0.0:
        return 1.0
    a, b = getattr(one, end) / one.typ, getattr(two, end) / two.typ
    if b == 1.0 or a == 1.0:
        return float(a * b)
    wide = math.hypot(math.log(a) / Z90, math.log(b) / Z90) * Z90
    return math.exp(-wide if end == "low" else wide)
