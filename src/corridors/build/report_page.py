"""The build report as one page that opens anywhere: figures, tables and a map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from corridors.network.flat import STITCHED, FlatNetwork

_WIDTH = 4000
"""Units across the map: a line is drawn to a four-thousandth of it."""

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;max-width:1080px;margin:2rem auto;padding:0 1rem;
color:#1c2733;background:#fff}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;margin:.5rem 0}td,th{padding:.2rem .7rem;text-align:left;
border-bottom:1px solid #dde3e8;vertical-align:top}td.n{text-align:right;
font-variant-numeric:tabular-nums}svg{width:100%;height:auto;border:1px solid #dde3e8;
background:#f7f9fa}summary{cursor:pointer;color:#1b4f8a}.key span{margin-right:1.2rem}
.warn{color:#9a3412}footer{margin-top:2rem;color:#5b6b7a;font-size:.85rem}
@media(prefers-color-scheme:dark){body{background:#12181e;color:#dbe4ec}td,th{border-color:#2b3742}
svg{background:#182028;border-color:#2b3742}summary{color:#8ab8ea}.warn{color:#fdba74}}
"""


def report_page(document: Mapping[str, Any], fresh: Mapping[str, FlatNetwork]) -> str:
    """The report as HTML without anything to fetch.

    Parameters
    ----------
    document : mapping
        What `build_report` returns.
    fresh : mapping
        Mode to the lines that were built, for the map.
    """
    read = document["read"]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width'><title>Build report</title>",
        f"<style>{_STYLE}</style><h1>Build report</h1>",
        _table(("File", "Bytes", "Ways looked at", "Ways kept"),
               [(f["file"], f["bytes"], f["ways_read"], f["ways_kept"]) for f in read["files"]]),
        _warnings(read["warnings"]),
        "<h2>Map</h2>", _map(document, fresh),
        "<h2>Lines</h2>", _lines(document),
        "<h2>Dropped</h2>",
        _table(("Mode", "Reason", "Ways"), [
            (mode, why, count)
            for mode, reasons in read["ways_dropped"].items() for why, count in reasons.items()
        ]),
        "<h2>Borders</h2>", _borders(document["crossings"]),
        "<h2>Facilities</h2>", _facilities(document["facilities"]),
        f"<footer>{escape(document['attribution'])}. The same input gives this page again, "
        "byte by byte; figures are in build-report.json.</footer></html>",
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    if not body:
        return "<p>None.</p>"
    return f"<table><tr>{''.join(f'<th>{escape(h)}' for h in head)}</tr>{body}</table>"


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return f"<td>{'yes' if value else 'no'}"
    if isinstance(value, int | float):
        return f"<td class=n>{value:,}"
    return f"<td>{escape('' if value is None else str(value))}"


def _warnings(warnings: Mapping[str, int]) -> str:
    if not warnings:
        return "<p>No fault was found in the files.</p>"
    return "".join(
        f"<p class=warn>{count:,} {escape(said)}</p>" for said, count in warnings.items()
    )


_ROWS = (
    ("mapped_km", "km as mapped, every track"),
    ("km", "km in the network"),
    ("km_side_by_side", "km side by side, made one line"),
    ("km_inside_junctions", "km inside yards and interchanges"),
    ("segments_lost_to_missing_nodes", "pieces lost to missing nodes"),
    ("segments_without_length", "pieces without length"),
    ("segments_mapped_twice", "pieces mapped twice"),
    ("stitched_breaks", "breaks joined"),
    ("stitched_km", "km of joins"),
    ("border_points", "border points"),
    ("oneway_km", "km one way only"),
    ("junctions", "junctions"),
    ("arcs", "arcs"),
)


def _lines(document: Mapping[str, Any]) -> str:
    modes = [mode for mode in ("rail", "road") if mode in document]
    rows = [(said, *(document[m].get(key) for m in modes)) for key, said in _ROWS]
    for key, said in (("count", "parts"), ("kept", "parts kept"), ("dropped_km", "km in islands")):
        rows.append((said, *(document[m].get("components", {}).get(key) for m in modes)))
    for code in dict.fromkeys(c for m in modes for c in document[m].get("km_dropped_unserved", {})):
        said = f"km dropped: {code}, no zone there"
        rows.append((said, *(document[m].get("km_dropped_unserved", {}).get(code) for m in modes)))
    for name in dict.fromkeys(c for m in modes for c in document[m].get("km_by_class", {})):
        said = f"km {name.replace('_', ' ')}"
        rows.append((said, *(document[m].get("km_by_class", {}).get(name) for m in modes)))
    return _table(("", *modes), rows)


def _borders(crossings: Mapping[str, Any]) -> str:
    unmatched = _table(
        ("Mode", "Between", "lat, lon", "Nearest listed", "km", "Control on the map"),
        [
            (row["mode"], "-".join(row["countries"]), f"{row['lat']}, {row['lon']}",
             row["nearest"], row["nearest_km"], row["control"])
            for row in crossings["unmatched"]
        ],
    )  # fmt: skip
    matched = _table(
        ("Crossing", "Mode", "Status", "km off", "Usable"),
        [
            (row["id"], row["mode"], row["status"], row["off_km"], row["usable"])
            for row in crossings["matched"]
        ],
    )
    return (
        "<p>Lines that leave a country at a point no listed crossing is near: they stay closed "
        f"until <code>crossings.csv</code> lists them.</p>{unmatched}"
        f"<details><summary>{len(crossings['matched'])} listed crossings found</summary>"
        f"{matched}</details>"
    )


def _facilities(facilities: Mapping[str, Any]) -> str:
    limit = facilities["limit_km"]
    refused = _table(
        ("Facility", "Name", "Zone"),
        [(row["id"], row["name"], row["zone"]) for row in facilities["refused"]],
    )
    placed = _table(
        ("Facility", "Name", "Zone", "km to its line"),
        [(r["id"], r["name"], r["zone"], r["snapped_km"]) for r in facilities["placed"]],
    )
    return (
        f"<p>Near the new lines but more than {limit:g} km from any line of their mode, country "
        f"and gauge:</p>{refused}<details open><summary>{len(facilities['placed'])} placed, the "
        f"furthest first</summary>{placed}</details>"
    )


def _map(document: Mapping[str, Any], fresh: Mapping[str, FlatNetwork]) -> str:
    """All lines that were built, joins, facilities and unmatched borders, as SVG."""
    drawn = [flat for flat in fresh.values() if len(flat.vertex_lon)]
    if not drawn:
        return "<p>No line was built.</p>"
    lon = np.concatenate([flat.vertex_lon for flat in drawn])
    lat = np.concatenate([flat.vertex_lat for flat in drawn])
    west, east = float(lon.min()), float(lon.max())
    south, north = float(lat.min()), float(lat.max())
    squeeze = float(np.cos(np.radians((south + north) / 2)))
    scale = _WIDTH / max((east - west) * squeeze, (north - south), 1e-6)
    pad = 60
    width = round((east - west) * squeeze * scale) + 2 * pad
    height = round((north - south) * scale) + 2 * pad

    def place(x: Any, y: Any) -> tuple[Any, Any]:
        return (x - west) * squeeze * scale + pad, (north - y) * scale + pad

    parts = [f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="Map of the lines built">']
    for mode, colour, thick in (("road", "#c08a3e", 5), ("rail", "#1f5f99", 9)):
        if mode in fresh:
            for stitched, stroke in ((False, colour), (True, "#d6336c")):
                path = _path(fresh[mode], place, stitched=stitched)
                parts.append(
                    f'<path d="{path}" fill="none" stroke="{stroke}" stroke-width="{thick}"/>'
                )
    for row in document["facilities"]["placed"]:
        x, y = place(row["lon"], row["lat"])
        parts.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="16" fill="#2f9e44">'
            f"<title>{escape(row['id'])} {escape(row['name'])}</title></circle>"
        )
    for row in document["crossings"]["unmatched"]:
        x, y = place(row["lon"], row["lat"])
        if 0 <= x <= width and 0 <= y <= height:
            parts.append(
                f'<rect x="{x - 18:.0f}" y="{y - 18:.0f}" width="36" height="36" fill="#e8590c">'
                f"<title>{escape('-'.join(row['countries']))}: no listed crossing</title></rect>"
            )
    key = (("#1f5f99", "rail"), ("#c08a3e", "road"), ("#d6336c", "holds a join"),
           ("#2f9e44", "facility"), ("#e8590c", "unlisted border point"))  # fmt: skip
    legend = "".join(f'<span><b style="color:{c}">&#9632;</b> {name}</span>' for c, name in key)
    return "".join([*parts, "</svg>", f"<p class=key>{legend}</p>"])


def _path(flat: FlatNetwork, place: Any, *, stitched: bool) -> str:
    """Arcs as one path; points that fall on the same unit are drawn once."""
    x, y = (np.rint(values).astype(np.int64) for values in place(flat.vertex_lon, flat.vertex_lat))
    wanted = (flat.flags & STITCHED > 0) == stitched
    parts: list[str] = []
    for arc in np.flatnonzero(wanted).tolist():
        part = slice(int(flat.start[arc]), int(flat.start[arc + 1]))
        points = list(dict.fromkeys(zip(x[part].tolist(), y[part].tolist(), strict=True)))
        if len(points) > 1:
            parts.append("M" + "L".join(f"{a} {b}" for a, b in points))
    return "".join(parts)
