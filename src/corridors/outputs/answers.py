"""Several answers in one page: what they share is written once.

A page shows the answer as asked and what becomes of it in other cases. Most corridors, lines,
marks and elements of the page are the same in many of them: each is put into a pool, and an
answer is a list of places in the pools.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from corridors.outputs import text, wording
from corridors.outputs.profile_page import has_profile, reading_data
from corridors.outputs.view import Geometries, view

#: Strings at least so long are written once if they are said more than once.
_LONG = 4
#: What elements of a slot stand in while they wait; the first word of the slot's name tells.
_PARENTS = {"table": ("<table><tbody", "</tbody></table>"), "chart": ("<svg><g", "</g></svg>")}


class Shut(Protocol):
    """A gateway that is shut in an answer."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def lon(self) -> float:
        """Degrees east."""

    @property
    def lat(self) -> float:
        """Degrees north."""

    @property
    def why(self) -> str:
        """What shuts it."""


class Case(NamedTuple):
    """One answer of a page.

    Attributes
    ----------
    title : str
        What a reader chooses it by.
    document : mapping
        The JSON document of ``corridors compare``.
    geometries : mapping
        (corridor, leg id) to (lon, lat) vertices.
    shut : sequence
        Gateways that are shut, with ``name``, ``lon``, ``lat`` and ``why``.
    """

    title: str
    document: Mapping[str, Any]
    geometries: Geometries
    shut: Sequence[Shut] = ()


class Pool:
    """Values that are kept once, however often they are asked for.

    Examples
    --------
    >>> pool = Pool()
    >>> [pool.put("a"), pool.put({"b": 1}), pool.put("a")], pool.values
    ([0, 1, 0], ['a', {'b': 1}])
    """

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._known: dict[str, int] = {}

    def put(self, value: Any) -> int:
        """The place of a value, a new one if it is not there."""
        key = json.dumps(value, ensure_ascii=False, sort_keys=True)
        if key not in self._known:
            self._known[key] = len(self.values)
            self.values.append(value)
        return self._known[key]


def map_data(cases: Sequence[Case], seen: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the script of a map needs to know of its answers.

    Parameters
    ----------
    cases : sequence of Case
        The answer as asked first.
    seen : sequence of mapping
        The `view` of each.
    """
    lines, options, marks = Pool(), Pool(), Pool()
    answers = []
    for case, shown in zip(cases, seen, strict=True):
        seats = _seats(case.document)
        steps = reading_data(case.document) if has_profile(case.document) else []
        places, lanes = [], []
        for number, (seat, option) in enumerate(zip(seats, shown["options"], strict=True)):
            legs = [dict(leg, g=lines.put(_plain(leg["g"])) if leg["g"] else None)
                    for leg in option["legs"]]  # fmt: skip
            lanes.append([_whole(leg.pop("lanes")) for leg in legs])
            own = {"seat": seat, "legs": legs, "times": _whole(option["times"])}
            if steps:
                own["steps"] = steps[seat]["steps"]
            places.append(options.put({**shown["options"][number], **own}))
        seated = dict(enumerate(seats))
        answers.append(
            {
                "said": said(cases[0].document, case) if case is not cases[0] else _back(case),
                "options": places,
                "lanes": lanes,
                "marks": [marks.put(_at_seat(mark, seated)) for mark in shown["marks"]],
                "bounds": shown["bounds"],
            }
        )
    texts = _texts([options.values, marks.values])
    return {
        "seats": [text.clean(name) for name in _names(cases[0].document)],
        "lines": lines.values,
        "options": options.values,
        "marks": marks.values,
        "texts": texts,
        "answers": answers,
        "depart": cases[0].document["shipment"].get("depart") or None,
    }


def _whole(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    """Whole numbers are written without a point."""
    return [[int(n) if float(n).is_integer() else n for n in row] for row in rows]


def _plain(encoded: str) -> str:
    """A backslash is written twice in JSON; no encoded line holds an exclamation mark."""
    return encoded.replace("\\", "!")


def plain_base(base: Mapping[str, Any]) -> dict[str, Any]:
    """The base map as the script reads it.

    Examples
    --------
    >>> plain_base({"land": [["a\\\\b"]], "borders": ["c"]})
    {'land': [['a!b']], 'borders': ['c']}
    """

    def plain(value: Any) -> Any:
        return _plain(value) if isinstance(value, str) else [plain(part) for part in value]

    return {key: plain(value) for key, value in base.items()}


def _seats(document: Mapping[str, Any]) -> list[int]:
    """Places of the usable options among all: the same corridor sits on the same in every case."""
    return [n for n, option in enumerate(document["options"]) if option["status"] == "ok"]


def _names(document: Mapping[str, Any]) -> list[str]:
    usable = iter(wording.names(wording.usable(document)))
    return [
        next(usable) if option["status"] == "ok" else wording.corridor_name(option)
        for option in document["options"]
    ]


def _at_seat(mark: Mapping[str, Any], seated: Mapping[int, int]) -> dict[str, Any]:
    items = []
    for item in mark["items"]:
        own = {key: value for key, value in item.items() if value != mark["name"]}
        items.append(own | {"option": seated[item["option"]]} if "option" in item else own)
    return {**mark, "items": items}


def _texts(records: Sequence[Any]) -> list[str]:
    """Take what rows say more than once out of the records, in place; the most frequent first."""

    def rows(value: Any) -> Any:
        if isinstance(value, dict):
            for key, part in value.items():
                if key == "rows":
                    yield from part
                else:
                    yield from rows(part)
        elif isinstance(value, list):
            for part in value:
                yield from rows(part)

    # A leg of two options may be one object: each list of rows is seen once.
    every = list({id(row): row for row in rows(list(records))}.values())
    count = Counter(part for row in every for part in row)
    said_again = (t for t, times in count.items() if times > 1 and len(t) >= _LONG)
    table = sorted(said_again, key=lambda t: (-count[t], t))
    place = {value: number for number, value in enumerate(table)}
    for row in every:
        row[:] = [place.get(part, part) for part in row]
    return table


# What is said ------------------------------------------------------------------------------


def change(before: Mapping[str, Any], after: Mapping[str, Any], key: str, write: Any) -> str:
    """What a mean has gone up or down by, as it is written; empty where that is nothing.

    Examples
    --------
    >>> change({"time_days": {"mean": 20}}, {"time_days": {"mean": 34.2}}, "time_days", text.days)
    '+14'
    """
    if before.get(key) is None or after.get(key) is None:
        return ""
    moved = float(after[key]["mean"]) - float(before[key]["mean"])
    words = str(write(abs(moved)))
    if words == str(write(0.0)):
        return ""
    return f"{'+' if moved > 0 else '−'}{words}"


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What becomes of each corridor that does not stay as it was."""
    parts = []
    for one, other, name in zip(before["options"], after["options"], _names(after), strict=True):
        if one["status"] != "ok" or other["status"] != "ok":
            if one["status"] != other["status"]:
                parts.append(f"{name} {'opens' if other['status'] == 'ok' else 'is lost'}")
            continue
        days = change(one, other, "time_days", text.days)
        usd = change(one, other, "cost_usd", text.usd)
        told = ", ".join(p for p in (f"{days} days" if days else "", usd) if p)
        if told:
            parts.append(f"{name} {told}")
    return "; ".join(parts) or "Nothing changes"


def said(before: Mapping[str, Any], case: Case) -> str:
    """A case in a few sentences, for those who hear it."""
    found = wording.headline(case.document)
    return f"{text.clean(case.title)}. {found}. {moved(before, case.document)}."


def _back(case: Case) -> str:
    return f"{text.clean(case.title)}. {wording.headline(case.document)}."


# Elements ------------------------------------------------------------------------------------


class Elements(NamedTuple):
    """Elements that fill the slots of a page.

    Attributes
    ----------
    fill : list of dict
        For each answer and slot the places of its elements, where they are not those of the first
        answer, which stand in the page.
    spare : str
        A ``<template>`` with the others; empty without others.
    """

    fill: list[dict[str, list[int]]]
    spare: str


def share_elements(answers: Sequence[Mapping[str, Sequence[str]]]) -> Elements:
    """Put the elements of all answers into one pool for each slot.

    Examples
    --------
    >>> found = share_elements([{"cards": ["<p>a</p>"]}, {"cards": ["<p>b</p>", "<p>a</p>"]}])
    >>> found.fill[1]
    {'cards': [1, 0]}
    >>> found.spare[26:-11]
    '<div data-more="cards"><p>b</p></div>'
    """
    fill: list[dict[str, list[int]]] = [{} for _ in answers]
    spare: list[str] = []
    for slot in answers[0]:
        known: dict[tuple[str, int], int] = {}
        for number, answer in enumerate(answers):
            met: Counter[str] = Counter()
            places = []
            for element in answer[slot]:
                # An element stands in one place at a time: twice the same is two elements.
                key = (element, met[element])
                met[element] += 1
                places.append(known.setdefault(key, len(known)))
            fill[number][slot] = places
        first = len(answers[0][slot])
        more = "".join(element for element, _ in list(known)[first:])
        if more:
            start, end = _PARENTS.get(slot.partition("-")[0], ("<div", "</div>"))
            spare.append(f'{start} data-more="{slot}">{more}{end}')
    fill = [{slot: p for slot, p in one.items() if p != fill[0][slot]} for one in fill]
    pool = f'<template id="cases-pool">{"".join(spare)}</template>' if spare else ""
    return Elements(fill, pool)


def views(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """The `view` of each answer."""
    return [view(case.document, case.geometries, shut=case.shut) for case in cases]
