"""Text and numbers as they stand in maps: cleaned, escaped, rounded honestly."""

from __future__ import annotations

import json
import math
import unicodedata
from typing import Any

_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x61C])
_JSON_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def clean(value: object) -> str:
    """Return a value as plain text without control, bidi-override or unpaired characters.

    A name from a table can hold anything. Markup stays as it is: it is escaped where it is
    written, and shown literally.

    Examples
    --------
    >>> clean("Aktau\\x1b[31m <b>")
    'Aktau[31m <b>'
    """
    if value is None:
        return ""
    text = str(value)
    if text.isprintable():
        return text.strip()
    text = text.translate(_BIDI)
    return "".join(
        " " if c in "\t\r\n" else c for c in text if c in "\t\r\n" or not _unprintable(c)
    ).strip()


def _unprintable(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co") or ord(char) in (0xFFFE, 0xFFFF)


def escape(value: object) -> str:
    """Clean a value and escape it for HTML or SVG, in text and in quoted attributes.

    Examples
    --------
    >>> escape("Côte d'Ivoire <b>")
    'Côte d&#x27;Ivoire &lt;b&gt;'
    """
    import html  # its table of entities is no use to a terminal

    return html.escape(clean(value), quote=True)


def script_json(value: Any) -> str:
    """Write JSON that cannot end a ``<script>`` element or start markup.

    Examples
    --------
    >>> script_json({"name": "</script>"})
    '{"name":"\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_JSON_ESCAPES)


def _round_to(value: float, step: float) -> float:
    return math.floor(value / step + 0.5) * step


def days(value: float) -> str:
    """Days rounded to a half, as the evidence deserves.

    Examples
    --------
    >>> days(17.3), days(4.04)
    ('17.5', '4')
    """
    return f"{_round_to(value, 0.5):g}"


def usd(value: float) -> str:
    """US dollars rounded to 50.

    Examples
    --------
    >>> usd(5912.4)
    '$5,900'
    """
    rounded = _round_to(value, 50)
    return f"−${-rounded:,.0f}" if rounded < 0 else f"${rounded:,.0f}"


def tonnes(kg: float) -> str:
    """Kilograms of CO2e as tonnes with one decimal.

    Examples
    --------
    >>> tonnes(1640)
    '1.6'
    """
    return f"{kg / 1000:.1f}"


def thousands(value: float) -> str:
    """A whole number with thousands separators.

    Examples
    --------
    >>> thousands(10432.4)
    '10,432'
    """
    return f"{value:,.0f}"


def hours(value: float) -> str:
    """Hours as hours below two days, as days from there on.

    Examples
    --------
    >>> hours(5.2), hours(80)
    ('5 h', '3.5 days')
    """
    if value < 48:
        return f"{value:.0f} h" if value >= 1 or value == 0 else f"{value:.1f} h"
    return f"{days(value / 24)} days"


def percent(share: float) -> str:
    """A chance from draws: never certain, never impossible.

    Examples
    --------
    >>> percent(0.874), percent(0.9999), percent(0.001), percent(0.0)
    ('87 %', '>99 %', '<1 %', '<1 %')
    """
    if share > 0.99:
        return ">99 %"
    return "<1 %" if share < 0.01 else f"{share * 100:.0f} %"


def shares(parts: dict[str, float]) -> dict[str, int]:
    """Whole percentages that add up to 100 (largest remainder).

    Examples
    --------
    >>> shares({"rail": 1.0, "sea": 2.0})
    {'rail': 33, 'sea': 67}
    """
    total = sum(parts.values())
    if total <= 0:
        return {}
    exact = {key: 100 * value / total for key, value in parts.items() if value > 0}
    out = {key: math.floor(value) for key, value in exact.items()}
    for key in sorted(exact, key=lambda k: out[k] - exact[k])[: 100 - sum(out.values())]:
        out[key] += 1
    return out
