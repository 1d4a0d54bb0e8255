"""One question as a notebook asks it: checked, and turned into what the model and a shell take."""

from __future__ import annotations

import datetime as dt
import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from numbers import Integral
from pathlib import Path
from typing import Any, TypedDict, get_args

from corridors.analysis.desk import Conditions
from corridors.errors import UsageError
from corridors.shipment import MOST_DRAWS, Booking, Objective, Ownership, Scope, Terms, Unit


def plain_number(value: float) -> str:
    """A number as a command takes it, to the last digit.

    Examples
    --------
    >>> plain_number(25.0), plain_number(1234567.5)
    ('25', '1234567.5')
    """
    return repr(float(value)).removesuffix(".0")


def _check_numbers(asked: Mapping[str, Any]) -> None:
    for name in ("weight_t", "cargo_value_usd", "deadline_days", "value_of_time_usd_day"):
        value = asked[name]
        if value is not None and not (
            isinstance(value, int | float) and math.isfinite(value) and value >= 0
        ):
            raise UsageError(f"{name}={value!r} is no number of at least 0")
    draws, seed, assume = asked["draws"], asked["seed"], asked["assume"]
    if not isinstance(draws, Integral) or not 1 <= int(draws) <= MOST_DRAWS:
        raise UsageError(f"draws={draws!r} is no whole number from 1 to {MOST_DRAWS:,}")
    if not isinstance(seed, Integral):
        raise UsageError(f"seed={seed!r} is no whole number")
    if assume is not None and not isinstance(assume, Mapping):
        raise UsageError(f"assume={assume!r} is no mapping such as {{'gauge_h': 12}}")


class Options(TypedDict, total=False):
    """Keywords that every question takes; `corridors.compare` says what they mean."""

    scope: Scope
    optimise: Objective
    value_of_time_usd_day: float | None
    unit: Unit
    booking: Booking
    ownership: Ownership
    weight_t: float | None
    cargo_value_usd: float | None
    cargo: str
    goods: Sequence[str]
    depart: dt.date | str | None
    deadline_days: float | None
    as_of: dt.date | str | None
    scenarios: Sequence[str | Path]
    price_month: str
    avoid: Sequence[str]
    via: Sequence[str]
    mode: Sequence[str]
    assume: Mapping[str, float] | None
    rates: str | Path | None
    draws: int
    seed: int
    data: str | Path | None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked between two places; the fields are those of `Options`."""

    origin: str
    destination: str
    corridors: Sequence[str] = ()
    scope: Scope = "terminal"
    optimise: Objective = "balanced"
    value_of_time_usd_day: float | None = None
    unit: Unit = "FEU"
    booking: Booking = "block"
    ownership: Ownership = "SOC"
    weight_t: float | None = None
    cargo_value_usd: float | None = None
    cargo: str = ""
    goods: Sequence[str] = ()
    depart: dt.date | str | None = None
    deadline_days: float | None = None
    as_of: dt.date | str | None = None
    scenarios: Sequence[str | Path] = ()
    price_month: str = ""
    avoid: Sequence[str] = ()
    via: Sequence[str] = ()
    mode: Sequence[str] = ()
    assume: Mapping[str, float] | None = None
    rates: str | Path | None = None
    draws: int = 2000
    seed: int = 1
    data: str | Path | None = field(default=None)

    def __post_init__(self) -> None:
        for name in ("corridors", "avoid", "via", "mode", "scenarios", "goods"):
            value = getattr(self, name)
            if isinstance(value, str):
                raise UsageError(f"{name} is a list, such as {name}=[{value!r}]")
        for name, kind in (
            ("scope", Scope), ("optimise", Objective), ("unit", Unit), ("booking", Booking),
            ("ownership", Ownership),
        ):  # fmt: skip
            if getattr(self, name) not in get_args(kind):
                raise UsageError(
                    f"{name}={getattr(self, name)!r}: choose from {', '.join(get_args(kind))}"
                )
        _check_numbers(asdict(self))

    @property
    def terms(self) -> Terms:
        """What is shipped and how it is booked."""
        return Terms(
            unit=self.unit,
            booking=self.booking,
            ownership=self.ownership,
            weight_t=self.weight_t,
            cargo_value_usd=self.cargo_value_usd,
            cargo=self.cargo,
            goods=tuple(self.goods),
            depart=_day("depart", self.depart),
            deadline_days=self.deadline_days,
        )

    @property
    def conditions(self) -> Conditions:
        """What the answer is asked under."""
        return Conditions(
            avoid=tuple(self.avoid),
            via=tuple(self.via),
            modes=frozenset(self.mode) or None,
            assume=dict(self.assume or {}),
            rates=Path(self.rates) if self.rates else None,
            as_of=_day("as_of", self.as_of),
            scenarios=tuple(str(name) for name in self.scenarios),
            price_month=self.price_month,
        )

    @property
    def asked(self) -> dict[str, Any]:
        """Arguments of the model's functions beside the engine, origin and destination."""
        return {
            "scope": self.scope,
            "objective": self.optimise,
            "value_of_time_usd_day": self.value_of_time_usd_day,
            "conditions": self.conditions,
            "terms": self.terms,
            "draws": self.draws,
            "seed": self.seed,
        }

    def command(self, kind: str) -> str:
        """The command line that gives the same answer."""
        words = ["corridors", kind, self.origin, self.destination]
        for name in self.corridors:
            words += ["--corridor", name]
        plain = Question(self.origin, self.destination)
        for option, name in _OPTIONS.items():
            value = getattr(self, name)
            if value != getattr(plain, name):
                words += [option, plain_number(value) if isinstance(value, float) else str(value)]
        if self.avoid:
            words += ["--avoid", ",".join(self.avoid)]
        if self.goods:
            words += ["--goods", ",".join(self.goods)]
        if self.mode:
            words += ["--mode", ",".join(self.mode)]
        for place in self.via:
            words += ["--via", place]
        for scenario in self.scenarios:
            words += ["--scenario", str(scenario)]
        for key, number in (self.assume or {}).items():
            words += ["--assume", f"{key}={number}"]
        if self.data is not None:
            words += ["--data", str(self.data)]
        return shlex.join([*words, "--draws", str(self.draws), "--seed", str(self.seed)])


_OPTIONS = {
    "--scope": "scope",
    "--optimise": "optimise",
    "--value-of-time": "value_of_time_usd_day",
    "--unit": "unit",
    "--booking": "booking",
    "--ownership": "ownership",
    "--weight-t": "weight_t",
    "--cargo-value": "cargo_value_usd",
    "--cargo": "cargo",
    "--depart": "depart",
    "--deadline": "deadline_days",
    "--as-of": "as_of",
    "--price-month": "price_month",
    "--rates": "rates",
}


def _day(name: str, value: dt.date | str | None) -> dt.date | None:
    if value is None or type(value) is dt.date:
        return value
    if isinstance(value, dt.datetime):
        return value.date()
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise UsageError(f"{name}={value!r} is no date: write 2026-11-15") from None
