"""Numbers that can be turned: a parameter, everything under a key, a price index, a day's worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from corridors.analysis.desk import Desk
from corridors.analysis.ways import aimed, repriced
from corridors.conditions.adjustment import Adjustment
from corridors.conditions.when import When
from corridors.errors import UsageError
from corridors.parameters import ParameterRow

VALUE_OF_TIME = "value_of_time_usd_day"
INDEX = "index/"


class Lever(NamedTuple):
    """A number and how a question looks with another value of it.

    Attributes
    ----------
    key : str
    unit : str
    now : float
        Its value in the question as asked (the mean, for a parameter with a spread).
    turn : callable
        The question under another value.
    option : str
        Option of the command line that sets it, up to the value; empty where there is none.
    """

    key: str
    unit: str
    now: float
    turn: Callable[[Desk, float], Desk]
    option: str


def lever(desk: Desk, key: str, *, factor: bool = False) -> Lever:
    """Find what a key turns.

    Parameters
    ----------
    desk : Desk
    key : str
        A parameter (``wait_h/CAS-AAU-ALT``), ``value_of_time_usd_day``, or a price series as
        ``index/wci-shanghai-rotterdam``, which moves all prices that follow it.
    factor : bool
        Turn a factor on every charge under the key instead, general keys such as
        ``wait_h/caspian`` included; several keys joined by commas turn together.

    Raises
    ------
    UsageError, ParameterError
        Nothing answers to the key.
    """
    if factor:
        return _factor(desk, key)
    if key == VALUE_OF_TIME:
        now = desk.shipment.value_of_time_usd_day

        def turn(one: Desk, value: float) -> Desk:
            return aimed(one, one.shipment.objective, value)

        return Lever(key, "USD/day", now, turn, "--value-of-time ")
    if key.startswith(INDEX):
        return _index(desk, key.removeprefix(INDEX))
    # The error names the nearest keys.
    row = desk.ledger.get(key)
    return Lever(
        key, row.unit, row.mean, lambda one, value: repriced(one, {key: value}), f"--assume {key}="
    )


def _factor(desk: Desk, key: str) -> Lever:
    families = {row.key.partition("/")[0] for row in desk.ledger}
    targets = {part.strip() for part in key.split(",")}
    for target in sorted(targets):
        if target.partition("/")[0] not in families:
            raise UsageError(
                f"no parameter begins with {target.partition('/')[0]!r}: see `corridors evidence`"
            )
    return Lever(key, "factor", 1.0, lambda one, value: _times(one, key, targets, value), "")


def _index(desk: Desk, series: str) -> Lever:
    from corridors.conditions.prices import IndexRow, PriceTarget
    from corridors.network.tables import read_rows

    folder, month = desk.engine.folder / "curated", desk.engine.edition.price_month
    targets = read_rows(folder / "price_targets.csv", PriceTarget)
    known = list(dict.fromkeys(row.series for row in targets))
    month = desk.conditions.price_month or month
    rows = [
        row
        for row in read_rows(folder / "price_index.csv", IndexRow)
        if row.series == series and row.month == month
    ]
    if series not in known or not rows:
        raise UsageError(
            f"no price series {series!r} with a value for {month}: choose from {', '.join(known)}"
        )
    moved = {row.target for row in targets if row.series == series}
    now = rows[0].value
    return Lever(
        f"{INDEX}{series}",
        rows[0].unit,
        now,
        lambda one, value: _times(one, series, moved, value / now),
        "",
    )


def _times(desk: Desk, name: str, targets: set[str], factor: float) -> Desk:
    row = ParameterRow(f"factor/{name}", factor, factor, factor, "factor", "assumption")
    change = Adjustment(f"factor/{name}", "times", frozenset(targets), When(), row)
    return repriced(desk, factors=(change,))
