"""Values of a condition file: read with care, refused with file, line and key."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from corridors.conditions.document import Spot


def keys_of(body: Spot, allowed: Sequence[str], *, required: Sequence[str]) -> dict[str, Spot]:
    """The keys of a mapping: none unknown, none missing that is required."""
    fields = body.mapping()
    for name, value in fields.items():
        if name not in allowed:
            raise value.error(f"no such key{like(name, allowed)}")
    for name in required:
        if name not in fields:
            raise body.error(f"the key {name} is missing")
    return fields


def rows_of(fields: Mapping[str, Spot], name: str) -> list[Spot]:
    """A list, empty where the key is absent."""
    return fields[name].items() if name in fields else []


def one_of(fields: Mapping[str, Spot], name: str, allowed: Sequence[str], default: str) -> str:
    """One word of a few; the default where the key is absent."""
    if name not in fields:
        return default
    value = fields[name].text()
    if value not in allowed:
        raise fields[name].error(f"{value!r} is none of {', '.join(allowed)}")
    return value


def day_of(spot: Spot | None) -> date | None:
    """A date, None for a blank."""
    if spot is None or spot.value is None:
        return None
    if type(spot.value) is not date:
        raise spot.error("expected a date such as 2026-02-28")
    return spot.value


def month_of(spot: Spot | None) -> str:
    """A month such as ``2026-02``, empty where the key is absent."""
    if spot is None:
        return ""
    text = str(spot.value)
    try:
        date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        raise spot.error("expected a month such as 2026-02") from None
    return text[:7]


def months_of(spot: Spot | None) -> frozenset[int] | None:
    """Months of the year, None where the key is absent."""
    if spot is None:
        return None
    numbers = [row.number() for row in spot.items()]
    if not numbers or not all(n in range(1, 13) for n in numbers):
        raise spot.error("months are numbers from 1 to 12")
    return frozenset(int(n) for n in numbers)


def codes_of(spot: Spot) -> tuple[str, ...]:
    """HS codes of two to ten digits; quoted, for 06 without quotes is a number to YAML."""
    codes = []
    for row in spot.items():
        code = str(row.value).replace(".", "")
        if not (code.isascii() and code.isdigit() and 2 <= len(code) <= 10):
            raise row.error(f"{row.value!r} is no HS code: write a chapter or more, such as '84'")
        codes.append(code)
    if not codes:
        raise spot.error("there is no HS code")
    return tuple(codes)


def like(name: str, known: Collection[str], *, likeness: float = 0.6) -> str:
    """Names that look like one that is not known, as the end of a message."""
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), n=3, cutoff=likeness)
    return f"; did you mean {', '.join(near)}?" if near else ""
