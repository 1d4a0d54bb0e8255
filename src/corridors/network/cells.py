"""One cell of a curated table: from text to a value, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

LonLat = tuple[float, float]

LIMITS = {"lat": 90, "south": 90, "north": 90, "lon": 180, "west": 180, "east": 180}
"""Columns in degrees."""

MUST_BE_FILLED = frozenset({"id", "zone", "name", "country", "a", "b", "mode"})


def reader(kind: str, name: str, allowed: tuple[str, ...] | None) -> Callable[[str], Any]:
    """How a cell of a column is read; a ValueError says what a text is not.

    Parameters
    ----------
    kind : str
        The column's type as it is written in its row class, such as ``int | None``.
    name : str
        The column: degrees have limits, ids must be filled.
    allowed : tuple of str or None
        The only values that the column may hold.

    Examples
    --------
    >>> reader("tuple[str, ...]", "countries", None)("KZ;UZ")
    ('KZ', 'UZ')
    """
    if kind.endswith(" | None"):
        inner = reader(kind.removesuffix(" | None"), name, allowed)
        return lambda text: inner(text) if text else None
    if allowed is not None:
        return lambda text: _one_of(text, allowed)
    if kind in ("int", "float"):
        number = int if kind == "int" else float
        return lambda text: _number(text, number, LIMITS.get(name))
    return {
        "str": _filled if name in MUST_BE_FILLED else str,
        "bool": _yes_or_no,
        "tuple[LonLat, ...]": _polyline,
        "tuple[str, ...]": _list,
    }[kind]


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _one_of(text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise ValueError(f"is not one of {', '.join(allowed)}")
    return text


def _filled(text: str) -> str:
    if not text:
        raise ValueError("is empty")
    return text


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("1", "0", "true", "false"):
        raise ValueError("is not 1 or 0")
    return text.lower() in ("1", "true")


def _number(text: str, kind: type[Any], limit: int | None) -> Any:
    try:
        value = kind(text)
    except ValueError:
        what = "a whole number" if kind is int else "a number"
        raise ValueError(f"is not {what}") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("is not finite")
    if limit is not None and abs(value) > limit:
        raise ValueError(f"lies beyond {limit} degrees")
    return value


def _polyline(text: str) -> tuple[LonLat, ...]:
    points: list[LonLat] = []
    for pair in text.split(","):
        numbers = pair.split()
        if len(numbers) != 2:
            raise ValueError("is no line: points are `lon lat`, with commas between")
        lon, lat = (
            _number(part, float, limit) for part, limit in zip(numbers, (180, 90), strict=True)
        )
        points.append((lon, lat))
    if len(points) < 2:
        raise ValueError("is no line: it needs two points")
    return tuple(points)


def cell_text(value: Any) -> str:
    """The text of one cell; reading it again gives the same value.

    Examples
    --------
    >>> cell_text(((57.486, 43.974), (58.0, 43.5)))
    '57.486 43.974,58 43.5'
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, tuple):
        if value and isinstance(value[0], tuple):
            return ",".join(" ".join(cell_text(number) for number in point) for point in value)
        return ";".join(value)
    return str(value)
