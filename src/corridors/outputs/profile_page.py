"""The profile in pages: below a map, and as a page of its own. Readable without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corridors.outputs import text, wording
from corridors.outputs.picture import Picture
from corridors.outputs.profile import key, notes, profile_svg, waterfall_svg
from corridors.outputs.profile_chart import Pieces, chart_pieces
from corridors.outputs.profile_steps import UNITS, readings, unit_of
from corridors.outputs.static_parts import glyph_shapes
from corridors.outputs.template import asset_text, fill
from corridors.outputs.text import escape
from corridors.outputs.waterfall import panel

#: Width and height of a chart: beside a map's cards, on a page of its own, on a telephone.
_BELOW_MAP = (1000.0, 250.0)
_OWN_PAGE = (1340.0, 560.0)
_NARROW = (362.0, 430.0)


def reading_data(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the script of the page needs to know of each option; of one not usable only a name.

    Examples
    --------
    >>> reading_data({"options": []})
    []
    """
    told = iter(zip(wording.names(wording.usable(document)), readings(document), strict=True))
    out: list[dict[str, Any]] = []
    for option in document["options"]:
        usable = option["status"] == "ok"
        name, steps = next(told) if usable else (wording.corridor_name(option), [])
        # One string a step, its parts on lines: half the size where a notebook escapes quotes.
        rows = [[*step[:2], "\n".join(step[2:])] for step in steps]
        out.append({"short": name, "steps": rows})
    return out


def has_profile(document: Mapping[str, Any]) -> bool:
    """Whether the document was made with profiles and has something to show.

    Examples
    --------
    >>> has_profile({"options": []})
    False
    """
    options = wording.usable(document)
    return bool(options) and all(option.get("profile") for option in options)


def map_charts(
    document: Mapping[str, Any], among: Sequence[Mapping[str, Any]] = ()
) -> dict[tuple[str, str], Pieces]:
    """The charts below a map, in elements: for days or dollars, wide or narrow.

    Examples
    --------
    >>> map_charts({"options": []})
    {}
    """
    if not has_profile(document):
        return {}
    return _pieces(document, _BELOW_MAP, among)


def below_map(document: Mapping[str, Any], among: Sequence[Mapping[str, Any]] = ()) -> str:
    """The section that stands below a map; empty for a document without profiles.

    Parameters
    ----------
    among : sequence of mapping
        All documents that the page can show: the charts are drawn on one scale.

    Examples
    --------
    >>> below_map({"options": []})
    ''
    """
    if not has_profile(document):
        return ""
    return (
        '<section id="profile" class="way" aria-label="Days and dollars along the way">'
        "<details open><summary>Where the days and dollars go, along the way</summary>"
        f"{_charts(document, 'days', _BELOW_MAP, among)}</details></section>"
    )


def profile_html(document: Mapping[str, Any], of: str = "days") -> str:
    """Write the profile as a page of its own that asks no network.

    Parameters
    ----------
    document : mapping
        The JSON document of ``corridors compare``, made with ``profile=True``.
    of : "days" or "usd"
        What is shown first; the other is one click away.

    Examples
    --------
    >>> place = {"name": "A<b>", "lon": 60.0, "lat": 45.0}
    >>> nothing = {"options": [], "shipment": {"origin": place, "destination": place}}
    >>> "<title>A&lt;b&gt; to A&lt;b&gt;</title>" in profile_html(nothing)
    True
    """
    unit_of(of)
    shown = has_profile(document)
    return fill(
        asset_text("profile.html"),
        {
            "TITLE": escape(wording.title(document)),
            "HEADLINE": escape(wording.headline(document)),
            "SCOPE": escape(wording.scope(document)),
            "STYLE": asset_text("profile.css"),
            "CHARTS": (
                glyph_shapes() + _charts(document, of, _OWN_PAGE) + _key(document) if shown else ""
            ),
            "BARS": _bars(document) if shown else "",
            "TABLES": _tables(document) if shown else "",
            "NOTES": "".join(f"<p>{escape(line)}</p>" for line in notes(document))
            + (
                f"<p>Made by <code>{escape(document['reproduce'])}</code></p>"
                if document.get("reproduce")
                else ""
            ),
            "DATA": text.script_json(reading_data(document) if shown else []),
            "SCRIPT": asset_text("profile.js"),
        },
    )


def profile_picture(document: Mapping[str, Any], of: str = "days") -> Picture:
    """The profile as a picture; its page shows both days and dollars.

    Examples
    --------
    >>> place = {"name": "A", "lon": 60.0, "lat": 45.0}
    >>> nothing = {"options": [], "shipment": {"origin": place, "destination": place}}
    >>> profile_picture(nothing).svg[:4]
    '<svg'
    """
    return Picture(profile_svg(document, of), lambda: profile_html(document, of))


def waterfall_picture(document: Mapping[str, Any]) -> Picture:
    """The bars of days and dollars as a picture; its page has the profile too.

    Examples
    --------
    >>> place = {"name": "A", "lon": 60.0, "lat": 45.0}
    >>> nothing = {"options": [], "shipment": {"origin": place, "destination": place}}
    >>> waterfall_picture(nothing).svg[:4]
    '<svg'
    """
    return Picture(waterfall_svg(document), lambda: profile_html(document))


def _pieces(
    document: Mapping[str, Any], size: tuple[float, float], among: Sequence[Mapping[str, Any]] = ()
) -> dict[tuple[str, str], Pieces]:
    return {
        (of, kind): chart_pieces(document, of, (0, 0, *area), narrow=kind == "narrow", among=among)
        for of in UNITS
        for kind, area in (("wide", size), ("narrow", _NARROW))
    }


def _charts(
    document: Mapping[str, Any],
    of: str,
    size: tuple[float, float],
    among: Sequence[Mapping[str, Any]] = (),
) -> str:
    pieces = _pieces(document, size, among)
    said = f"{wording.title(document)}: {wording.headline(document)}"
    panes = "".join(
        f'<div class="{of_unit}">'
        + "".join(
            f'<div class="pane {kind}">'
            f"{_svg(_linked(pieces[of_unit, kind], f'{of_unit}-{kind}'), *area, said)}</div>"
            for kind, area in (("wide", size), ("narrow", _NARROW))
        )
        + "</div>"
        for of_unit in UNITS
    )
    choices = "".join(
        f'<label><input type="radio" name="profile-of" value="{unit}"'
        f"{' checked' if unit == of else ''}>{words}</label>"
        for unit, words in (("days", "Days"), ("usd", "Dollars"))
    )
    return (
        f'<div class="bar" role="group" aria-label="Shown upwards">{choices}'
        '<p class="reading">Each line is the mean, the band P10 to P90 of everything so far; '
        f'straight up is time or money at a stop.</p></div><div class="walk">{panes}</div>'
    )


def _linked(drawn: Pieces, name: str) -> str:
    """A chart that a script can point at and fill anew."""
    return (
        f'<g data-zero="{drawn.zero:.1f}" data-scale="{drawn.scale:.6g}">'
        f'<g data-slot="chart-{name}-under">{"".join(drawn.under)}</g>'
        f'<g class="over" data-slot="chart-{name}-over">{"".join(drawn.over)}</g>{drawn.now}</g>'
    )


def _key(document: Mapping[str, Any]) -> str:
    out: list[str] = []
    for kind, width in (("wide", _OWN_PAGE[0]), ("narrow", _NARROW[0])):
        drawn, base = key(document, (0, width), 16)
        out.append(f'<div class="{kind}">{_svg(drawn, width, base + 8, "Key")}</div>')
    return f'<div class="key">{"".join(out)}</div>'


def _bars(document: Mapping[str, Any]) -> str:
    out: list[str] = []
    for kind, width in (("wide", _OWN_PAGE[0]), ("narrow", _NARROW[0])):
        for of in ("days", "usd"):
            drawn, height = panel(document, of, 0, 0, width, narrow=kind == "narrow")
            said = f"Where the mean {'days' if of == 'days' else 'dollars'} go"
            out.append(f'<div class="pane {kind}">{_svg(drawn, width, height, said)}</div>')
    return "".join(out)


def _svg(drawn: str, width: float, height: float, said: str) -> str:
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(said)}">'
        f"{drawn}</svg>"
    )


def _tables(document: Mapping[str, Any]) -> str:
    """Every step as a row, for those who cannot see the picture."""
    head = "".join(
        f'<th scope="col">{words}</th>'
        for words in ("Step", "km so far", "Time", "Since the start", "USD", "USD so far")
    )
    out: list[str] = []
    names = wording.names(wording.usable(document))
    for short, steps in zip(names, readings(document), strict=True):
        name = escape(short)
        rows = "".join(
            f'<tr><th scope="row">{escape(step[2])}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in step[3:])
            + "</tr>"
            for step in steps
        )
        out.append(
            f"<details><summary>{name}, step by step</summary>"
            f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">'
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
        )
    return "".join(out)
