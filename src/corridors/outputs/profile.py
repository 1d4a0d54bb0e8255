"""Where the days go, as a sheet: the profile along the way and the bars by cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridors.outputs import text, wording
from corridors.outputs.colours import INK, MODES, MUTED
from corridors.outputs.labels import text_width
from corridors.outputs.profile_chart import chart
from corridors.outputs.profile_steps import unit_of
from corridors.outputs.static_parts import glyph, header, svg_text, wrap
from corridors.outputs.view import MARK_OF, MARKS
from corridors.outputs.waterfall import panel

WIDTH = 1400.0
_EDGE = 28.0
_FONT = 'Inter, "Segoe UI", "Noto Sans", "Helvetica Neue", Arial, sans-serif'


def profile_svg(document: Mapping[str, Any], of: str = "days") -> str:
    """Draw profile and bars of one dimension as a sheet.

    Parameters
    ----------
    document : mapping
        The JSON document of ``corridors compare``, made with ``profile=True``.
    of : "days" or "usd"

    Returns
    -------
    str
        A standalone SVG without scripts, links or fonts of its own.

    Raises
    ------
    UsageError
        Neither days nor USD.
    DataError
        A document without profiles.

    Examples
    --------
    >>> place = {"name": "A", "lon": 60.0, "lat": 45.0}
    >>> profile_svg({"options": [], "shipment": {"origin": place, "destination": place}})[:4]
    '<svg'
    """
    unit = unit_of(of)
    head, y = header(document, WIDTH)
    out = [head]
    if wording.usable(document):
        title = "Days along the way" if unit.name == "days" else "Dollars along the way"
        out.append(svg_text(_EDGE, y + 20, title, 15, bold=True))
        out.append(key(document, (210.0, WIDTH - _EDGE), y + 20)[0])
        out.append(chart(document, of, (_EDGE, y + 34, WIDTH - _EDGE, y + 590)))
        bars, y = panel(document, of, _EDGE, y + 608, WIDTH - 2 * _EDGE, narrow=False)
        out.append(bars)
    return _sheet(document, out, y)


def waterfall_svg(document: Mapping[str, Any]) -> str:
    """Draw the bars of days and of dollars as a sheet.

    Examples
    --------
    >>> place = {"name": "A", "lon": 60.0, "lat": 45.0}
    >>> waterfall_svg({"options": [], "shipment": {"origin": place, "destination": place}})[:4]
    '<svg'
    """
    head, y = header(document, WIDTH)
    out = [head]
    for of in ("days", "usd"):
        bars, y = panel(document, of, _EDGE, y + 14, WIDTH - 2 * _EDGE, narrow=False)
        out.append(bars)
    return _sheet(document, out, y)


def _sheet(document: Mapping[str, Any], body: list[str], top: float) -> str:
    y = top + 16
    feet: list[str] = []
    for paragraph in notes(document):
        for line in wrap(paragraph, WIDTH - 2 * _EDGE, 12):
            feet.append(svg_text(_EDGE, y, line, 12, fill=MUTED))
            y += 17
    name = text.escape(wording.title(document))
    said = text.escape(f"{wording.headline(document)}. {wording.scope(document)}.")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {y + 4:.0f}" '
        f"font-family='{_FONT}' role=\"img\"><title>{name}</title><desc>{said}</desc>"
        f'<rect width="{WIDTH:.0f}" height="{y + 4:.0f}" fill="#fff"/>'
        f"{''.join(body)}{''.join(feet)}</svg>\n"
    )


def key(document: Mapping[str, Any], edges: tuple[float, float], top: float) -> tuple[str, float]:
    """What lines, steps, bands and marks stand for; only what occurs.

    Returns
    -------
    (str, float)
        A fragment of SVG, and the base of its last row.

    Examples
    --------
    >>> key({"options": []}, (0, 100), 20)[1]
    20
    """
    options = wording.usable(document)
    modes = [m for m in MODES if any(leg["mode"] == m for o in options for leg in o["legs"])]
    kinds = {MARK_OF.get(e["kind"], "terminal") for o in options for e in o["events"]}
    out: list[str] = []
    x, y = edges[0], top

    def add(drawn: str, wide: float, words: str) -> None:
        nonlocal x, y
        if x + wide + 7 + text_width(words, 12) > edges[1]:
            x, y = edges[0], y + 22
        out.append(f'<g transform="translate({x:.0f} {y - 4:.0f})">{drawn}</g>')
        out.append(svg_text(x + wide + 7, y, words, 12, fill=MUTED))
        x += wide + 7 + text_width(words, 12) + 18

    for mode in modes:
        words, width, dash, cap = MODES[mode]
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        stroke = f'stroke="{INK}" stroke-width="{min(width, 3.4):g}" stroke-linecap="{cap}"'
        add(f'<path d="M0 0h34" {stroke}{dashes}/>', 34, words)
    if not options:
        return "", top
    add(f'<path d="M0 5h5V-7h5" fill="none" stroke="{INK}" stroke-width="3"/>', 10, "Stop")
    add(f'<path d="M0-6h22v12h-22Z" fill="{INK}" fill-opacity=".12"/>', 22, "P10–P90")
    for kind, words in MARKS.items():
        if kind in kinds and kind != "terminal":
            add(glyph(kind, 7, 0), 14, words)
    return "".join(out), y


def notes(document: Mapping[str, Any]) -> list[str]:
    """How to read it, what was applied, what it rests on, sources."""
    options = wording.usable(document)
    lines: list[str] = []
    closed: dict[str, list[str]] = {}
    for option in document["options"]:
        if option["status"] != "ok":
            status = "excluded" if option["status"] == "excluded" else "not possible"
            name = wording.styles([option])[0].short
            closed.setdefault(f"{status}. {wording.why_not(option)}", []).append(name)
    lines += [f"{', '.join(found)}: {reason}" for reason, found in closed.items()]
    if options:
        lines.append(
            "Lines and bars are means, which add; P10 and P90 (one in ten better, one in ten "
            "worse) are of everything up to that point and do not. Totals are rounded to the "
            "half day and 50 dollars, parts finer."
        )
    shares = [
        f"{name} {time:.0%} of days, {cost:.0%} of dollars"
        for name, option in zip(wording.names(options), options, strict=True)
        if (time := wording.assumption_share(option, "time")) is not None
        and (cost := wording.assumption_share(option, "cost")) is not None
    ]
    if shares:
        lines.append(f"Resting on assumptions: {'; '.join(shares)}.")
    lines += wording.condition_lines(document, most=6)
    lines.append(" ".join(line for line in wording.sources(document, "") if line))
    return lines
