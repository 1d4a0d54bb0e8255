"""What a profile and its bars are made of: units, and the steps of an option in order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from corridors.errors import DataError, UsageError
from corridors.outputs import text, wording
from corridors.outputs.colours import MODES
from corridors.outputs.view import MARK_OF, MARKS

Option = Mapping[str, Any]
Span = tuple[float, float]
#: Runs shorter than this lie inside a stop: the yard on the other side of a border.
_HOP_KM = 60.0
#: Share of the total below which a stop gets no mark.
_LEAST_SHARE = 0.008


class Unit(NamedTuple):
    """What is counted upwards.

    Attributes
    ----------
    name : str
        ``days`` or ``usd``.
    key : str
        Under which the profile has it.
    size : float
        How much of the profile's number is one.
    summary, own : str
        Under which an option has its total, and a leg or event its own share.
    total : callable
        Writes a total as the table does.
    bare : callable
        Writes it without the word for days.
    part : callable
        Writes a part, finer than a total.
    """

    name: str
    key: str
    size: float
    summary: str
    own: str
    total: Callable[[float], str]
    bare: Callable[[float], str]
    part: Callable[[float], str]


UNITS = {
    "days": Unit(
        "days", "hours", 24.0, "time_days", "hours",
        lambda value: f"{text.days(value)} days", text.days, lambda value: f"{value:.1f} d",
    ),
    "usd": Unit("usd", "usd", 1.0, "cost_usd", "cost_usd", text.usd, text.usd, text.usd),
}  # fmt: skip


def unit_of(name: str) -> Unit:
    """The unit of a name.

    Examples
    --------
    >>> unit_of("usd").total(5912.4)
    '$5,900'
    """
    if name not in UNITS:
        raise UsageError(f"a profile of {name!r}: choose from {', '.join(UNITS)}")
    return UNITS[name]


@dataclass(frozen=True)
class Step:
    """A leg or event with what has run up before and after it.

    Attributes
    ----------
    part : mapping
        The leg or event of the document.
    mode : str
        Of a leg; empty for an event.
    number : int
        Place among the option's legs, or among its events.
    km, mean, p10, p90 : (before, after)
        In kilometres and in the unit.
    """

    part: Mapping[str, Any]
    mode: str
    number: int
    km: Span
    mean: Span
    p10: Span
    p90: Span


def steps_of(option: Option, unit: Unit) -> list[Step]:
    """The profile of an option joined with its legs and events.

    Raises
    ------
    DataError
        The document was made without profiles.
    """
    if "profile" not in option:
        raise DataError("the document has no profile: make it with document(..., profile=True)")
    parts = {
        part["id"]: (part, number, part["mode"] if kind == "legs" else "")
        for kind in ("legs", "events")
        for number, part in enumerate(option[kind])
    }
    found: list[Step] = []
    km, bands = 0.0, {"mean": 0.0, "p10": 0.0, "p90": 0.0}
    for row in option["profile"]:
        part, number, mode = parts[row["step"]]
        after = {name: float(row[unit.key][name]) / unit.size for name in bands}
        spans = [(bands[name], after[name]) for name in ("mean", "p10", "p90")]
        mode = mode if mode in MODES or not mode else "road"
        found.append(Step(part, mode, number, (km, float(row["km"])), *spans))
        km, bands = float(row["km"]), after
    return found


class Stop(NamedTuple):
    """Events at one place, drawn as one mark.

    Attributes
    ----------
    kind : str
        Kind of mark: that of the most telling event.
    name : str
        Short name of its place.
    value : float
        Days or dollars of all its events.
    first, last : int
        Places of the first and last event among the steps.
    """

    kind: str
    name: str
    value: float
    first: int
    last: int


def stops_of(steps: Sequence[Step]) -> Iterator[Stop]:
    """Events with nothing but a hop between them are one stop."""
    group: list[int] = []
    for number, step in enumerate(steps):
        apart = bool(step.mode) and step.km[1] - step.km[0] > _HOP_KM
        alone = step.part.get("kind") == "equipment"
        if apart or alone:
            yield from _stop(steps, group)
            group = []
        if alone:
            yield from _stop(steps, [number])
        elif not step.mode:
            group.append(number)
    yield from _stop(steps, group)


def _stop(steps: Sequence[Step], group: Sequence[int]) -> Iterator[Stop]:
    if not group:
        return
    events = [steps[number] for number in group]
    value = math.fsum(event.mean[1] - event.mean[0] for event in events)
    if value <= _LEAST_SHARE * steps[-1].mean[1]:
        return
    order = list(MARKS)
    kinds = [MARK_OF.get(event.part["kind"], "terminal") for event in events]
    telling = min(range(len(events)), key=lambda k: (order.index(kinds[k]), k))
    part = events[telling].part
    name = "Container" if part["kind"] == "equipment" else wording.short_place(part.get("place"))
    yield Stop(kinds[telling], name, value, group[0], group[-1])


def readings(document: Mapping[str, Any]) -> list[list[list[Any]]]:
    """Every step of every option in words, for a reader who points at it or cannot see it.

    Returns
    -------
    list of list of [is leg, number, what, km, days, days so far, dollars, dollars so far]
        ``number`` is its place among the legs, or the events, of the option.

    Examples
    --------
    >>> readings({"options": []})
    []
    """
    return [
        [
            _reading(one, two)
            for one, two in zip(
                steps_of(option, UNITS["days"]), steps_of(option, UNITS["usd"]), strict=True
            )
        ]
        for option in wording.usable(document)
    ]


def _reading(time: Step, cost: Step) -> list[Any]:
    part = time.part
    if time.mode:
        ends = (wording.short_place(part.get(end)) for end in ("from", "to"))
        what = f"{wording.MODE_WORDS[time.mode]}, {' to '.join(ends)}"
    else:
        what = wording.EVENT_WORDS.get(part["kind"], text.clean(part["kind"]))
        place = wording.short_place(part.get("place"))
        what += f", {place}" if place and part["kind"] != "equipment" else ""
    days, usd = text.days, text.usd
    return [
        int(bool(time.mode)),
        time.number,
        what,
        f"{text.thousands(time.km[1])} km",
        text.hours(float(part["hours"])),
        f"day {days(time.mean[1])} ({days(time.p10[1])}–{days(time.p90[1])})",
        usd(float(part["cost_usd"])),
        f"{usd(cost.mean[1])} ({usd(cost.p10[1])}–{usd(cost.p90[1])})",
    ]
