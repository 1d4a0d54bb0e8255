"""The report as an Excel workbook whose totals are formulas over its legs and events.

Text is written as text, whatever it begins with: a name can never be a formula.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

from corridors.errors import OptionalDependencyError
from corridors.outputs import text, wording
from corridors.outputs.report.content import Brief, Grid, Lines

Option = Mapping[str, Any]
_SHEETS = {
    "en": ("Summary", "Legs", "Events", "Sources", "Notes"),
    "ru": ("Сводка", "Участки", "События", "Источники", "Примечания"),
}
_LEGS = {
    "en": (
        "No.", "Corridor", "Leg", "From", "To", "Mode", "Gauge mm", "km", "Hours", "USD",
        "CO₂e kg", "Document", "Countries", "Grade", "Source",
    ),
    "ru": (
        "№", "Коридор", "Участок", "Откуда", "Куда", "Вид", "Колея мм", "км", "Часы", "USD",
        "CO₂e кг", "Документ", "Страны", "Класс", "Источник",
    ),
}  # fmt: skip
_EVENTS = {
    "en": (
        "No.", "Corridor", "Event", "Kind", "Place", "Hours", "P10", "P90", "USD", "CO₂e kg",
        "Grade", "Source",
    ),
    "ru": (
        "№", "Коридор", "Событие", "Вид", "Место", "Часы", "P10", "P90", "USD", "CO₂e кг",
        "Класс", "Источник",
    ),
}  # fmt: skip
_SUMMARY = {
    "en": (
        "No.", "Corridor", "Variant", "Status", "Days, mean", "Days, as reported", "Days P10",
        "Days P90", "USD, mean", "USD, as reported", "USD P10", "USD P90", "km", "CO₂e kg",
        "USD plus value of time", "Assumed days", "Assumed USD", "Countries", "P90 made by",
    ),
    "ru": (
        "№", "Коридор", "Вариант", "Состояние", "Дни, среднее", "Дни, как в отчёте", "Дни P10",
        "Дни P90", "USD, среднее", "USD, как в отчёте", "USD P10", "USD P90", "км", "CO₂e кг",
        "USD плюс стоимость времени", "Допущения, дни", "Допущения, USD", "Страны",
        "P90 создаёт",
    ),
}  # fmt: skip
_VALUE_OF_TIME = {
    "en": "Value of time, USD per container and day (change it)",
    "ru": "Стоимость времени, USD за контейнер и сутки (можно менять)",
}
_FIRST = 6  # row of the first option, counted from 0: title, finding, scope, input, gap, heads


def workbook(brief: Brief, document: Mapping[str, Any]) -> bytes:
    """Write the workbook: summary, legs, events, sources and notes.

    Parameters
    ----------
    brief : Brief
    document : mapping
        The JSON document the brief was worded from.

    Raises
    ------
    OptionalDependencyError
        XlsxWriter is not installed.

    Examples
    --------
    >>> place = {"name": "A", "lon": 60.0, "lat": 45.0}
    >>> nothing = {"options": [], "shipment": {"origin": place, "destination": place}}
    >>> workbook(Brief("en", "A to A", "", "", ()), nothing)[:2]
    b'PK'
    """
    try:
        import xlsxwriter
    except ImportError as exc:
        raise OptionalDependencyError(
            "a workbook needs XlsxWriter: pip install 'corridors[report]'"
        ) from exc
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    book.set_properties(
        {"title": brief.title, "comments": brief.scope, "created": made_on(document)}
    )
    writer = _Book(book, brief, document)
    writer.write()
    book.close()
    return stream.getvalue()


def made_on(document: Mapping[str, Any]) -> dt.datetime:
    """Day of the data, so that the same answer makes the same file.

    Examples
    --------
    >>> made_on({"data": {"built": "2026-11-21"}}).day
    21
    """
    try:
        day = dt.date.fromisoformat(str((document.get("data") or {}).get("built")))
    except ValueError:
        day = dt.date(1980, 1, 1)
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).replace(tzinfo=None)


class _Book:
    def __init__(self, book: Any, brief: Brief, document: Mapping[str, Any]) -> None:
        self.brief, self.document = brief, document
        self.lang = brief.lang
        self.usable = wording.usable(document)
        summary = brief.section("summary")
        grids = [b for b in summary.blocks if isinstance(b, Grid)] if summary else []
        self.names = [row[0] for row in grids[0].rows] if grids else []
        plain = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
        words = plain | {"text_wrap": True, "indent": 1}
        self.formats = {
            "text": book.add_format(plain),
            "wrapped": book.add_format(words),
            "quoted": book.add_format(words | {"quote_prefix": True}),
            "bold": book.add_format(plain | {"bold": True, "text_wrap": True}),
            "title": book.add_format(plain | {"bold": True, "font_size": 14}),
            "head": book.add_format(
                plain | {"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#EEF1F4"}
            ),
            "one": book.add_format(plain | {"num_format": "#,##0.0"}),
            "whole": book.add_format(plain | {"num_format": "#,##0"}),
            "two": book.add_format(plain | {"num_format": "#,##0.00"}),
            "share": book.add_format(plain | {"num_format": "0%"}),
            "input": book.add_format(
                plain | {"num_format": "#,##0.00", "bg_color": "#FFF6D6", "border": 1}
            ),
        }
        # Neither Excel nor LibreOffice makes a row higher for text that wraps, so we count lines.
        self.widths: dict[int, Sequence[int]] = {}
        self.lines: dict[tuple[int, int], int] = {}
        self.sheets = [book.add_worksheet(name) for name in _SHEETS[self.lang]]

    def write(self) -> None:
        legs = self._legs()
        events = self._events()
        self._summary(legs, events)
        self._sources()
        self._notes()
        for sheet in self.sheets:
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)

    def _text(self, sheet: Any, row: int, column: int, value: object, kind: str = "text") -> None:
        """A cell that is text for good, also after somebody has edited it."""
        cleaned = text.clean(value)
        if cleaned.startswith(("=", "+", "-", "@")):
            kind = "quoted"
        sheet.write_string(row, column, cleaned[:32_000], self.formats[kind])
        widths = self.widths.get(id(sheet))
        if widths and kind in ("wrapped", "quoted", "head"):
            lines = math.ceil(1.05 * len(cleaned) / widths[column])
            key = (id(sheet), row)
            if lines > self.lines.get(key, 1):
                self.lines[key] = min(lines, 20)
                sheet.set_row(row, 13.5 * self.lines[key] + 1)

    def _number(self, sheet: Any, row: int, column: int, value: Any, kind: str) -> None:
        if value is not None:
            sheet.write_number(row, column, float(value), self.formats[kind])

    def _heads(self, sheet: Any, row: int, heads: Sequence[str], widths: Sequence[int]) -> None:
        self.widths[id(sheet)] = widths
        for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
            self._text(sheet, row, column, head, "head")
            sheet.set_column(column, column, width)
        sheet.freeze_panes(row + 1, 2)
        sheet.repeat_rows(row)

    def _legs(self) -> int:
        """Fill the sheet of legs; returns how many there are."""
        sheet = self.sheets[1]
        self._heads(
            sheet, 0, _LEGS[self.lang], (5, 12, 6, 28, 28, 7, 7, 9, 9, 10, 9, 26, 12, 12, 50)
        )
        row = 0
        for number, (name, option) in enumerate(zip(self.names, self.usable, strict=True), 1):
            for leg in option["legs"]:
                row += 1
                self._number(sheet, row, 0, number, "whole")
                for column, value in enumerate((name, leg["id"], leg["from"], leg["to"]), 1):
                    self._text(sheet, row, column, value, "wrapped")
                self._text(sheet, row, 5, leg["mode"])
                self._number(sheet, row, 6, leg.get("gauge_mm"), "whole")
                self._number(sheet, row, 7, leg["distance_km"], "one")
                self._number(sheet, row, 8, leg["hours"], "two")
                self._number(sheet, row, 9, leg["cost_usd"], "two")
                self._number(sheet, row, 10, _kilograms(leg), "one")
                for column, value in (
                    (11, leg.get("document")),
                    (12, " ".join(map(str, leg.get("countries") or ()))),
                    (13, leg.get("grade")),
                    (14, leg.get("source")),
                ):
                    self._text(sheet, row, column, value, "wrapped")
        return row

    def _events(self) -> int:
        """Fill the sheet of events; returns how many there are."""
        sheet = self.sheets[2]
        self._heads(sheet, 0, _EVENTS[self.lang], (5, 12, 7, 16, 36, 9, 9, 9, 10, 9, 12, 50))
        row = 0
        for number, (name, option) in enumerate(zip(self.names, self.usable, strict=True), 1):
            for event in option["events"]:
                row += 1
                self._number(sheet, row, 0, number, "whole")
                told = (name, event["id"], event["kind"], event["place"])
                for column, value in enumerate(told, 1):
                    self._text(sheet, row, column, value, "wrapped")
                for column, key in ((5, "hours"), (6, "p10_hours"), (7, "p90_hours")):
                    self._number(sheet, row, column, event.get(key), "two")
                self._number(sheet, row, 8, event["cost_usd"], "two")
                self._number(sheet, row, 9, _kilograms(event), "one")
                self._text(sheet, row, 10, event.get("grade"))
                self._text(sheet, row, 11, event.get("source"), "wrapped")
        return row

    def _summary(self, legs: int, events: int) -> None:
        sheet = self.sheets[0]
        self._text(sheet, 0, 0, self.brief.title, "title")
        self._text(sheet, 1, 0, self.brief.headline)
        self._text(sheet, 2, 0, self.brief.scope)
        self._text(sheet, 3, 0, _VALUE_OF_TIME[self.lang])
        asked = self.document["shipment"].get("value_of_time_usd_day")
        day = float(asked) if asked is not None else 0.0
        sheet.write_number(3, 4, day, self.formats["input"])
        widths = (5, 12, 24, 10, 9, 9, 8, 8, 10, 10, 9, 9, 9, 9, 12, 11, 11, 26, 34)
        self._heads(sheet, _FIRST - 1, _SUMMARY[self.lang], widths)
        row = _FIRST
        for number, (name, option) in enumerate(zip(self.names, self.usable, strict=True), 1):
            self._number(sheet, row, 0, number, "whole")
            for column, value in ((1, name), (2, option.get("variant")), (3, option["status"])):
                self._text(sheet, row, column, value, "wrapped")
            self._totals(row, option, day, legs, events)
            evidence = option.get("evidence") or {}
            for column, key in ((15, "time"), (16, "cost")):
                share = (evidence.get(key) or {}).get("assumption")
                self._number(sheet, row, column, share, "share")
            self._text(sheet, row, 17, " ".join(map(str, option["countries"])), "wrapped")
            self._text(sheet, row, 18, option.get("p90_made_by"), "wrapped")
            row += 1
        for option in self.document["options"]:
            if option["status"] != "ok":
                self._text(sheet, row, 1, option["corridor"], "wrapped")
                self._text(sheet, row, 3, option["status"], "wrapped")
                self._text(sheet, row, 4, wording.why_not(option))
                row += 1

    def _totals(self, row: int, option: Option, day: float, legs: int, events: int) -> None:
        sheet, at = self.sheets[0], row + 1
        _, leg_sheet, event_sheet, *_ = _SHEETS[self.lang]

        def total(leg_column: str, event_column: str = "") -> str:
            found = [_sum_if(leg_sheet, leg_column, at, legs)]
            if event_column:
                found.append(_sum_if(event_sheet, event_column, at, events))
            return "+".join(found)

        parts = (*option["legs"], *option["events"])
        days = math.fsum(part["hours"] for part in parts) / 24
        usd = math.fsum(part["cost_usd"] for part in parts)
        kilograms = math.fsum(_kilograms(part) or 0.0 for part in parts)
        km = math.fsum(leg["distance_km"] for leg in option["legs"])
        for column, formula, value, kind in (
            (4, f"=({total('I', 'F')})/24", days, "two"),
            (5, f"=INT(E{at}*2+0.5)/2", math.floor(days * 2 + 0.5) / 2, "one"),
            (8, f"={total('J', 'I')}", usd, "two"),
            (9, f"=INT(I{at}/50+0.5)*50", math.floor(usd / 50 + 0.5) * 50, "whole"),
            (12, f"={total('H')}", km, "whole"),
            (13, f"={total('K', 'J')}", kilograms, "whole"),
            (14, f"=I{at}+$E$4*E{at}", usd + day * days, "whole"),
        ):
            sheet.write_formula(row, column, formula, self.formats[kind], value)
        for column, key, quantile, kind in (
            (6, "time_days", "p10", "two"),
            (7, "time_days", "p90", "two"),
            (10, "cost_usd", "p10", "two"),
            (11, "cost_usd", "p90", "two"),
        ):
            self._number(sheet, row, column, option[key][quantile], kind)

    def _sources(self) -> None:
        sheet = self.sheets[3]
        section = self.brief.section("sources")
        grids = [b for b in section.blocks if isinstance(b, Grid)] if section else []
        if not grids:
            return
        self._heads(sheet, 0, grids[0].heads, (80, 80))
        for row, cells in enumerate(grids[0].rows, 1):
            for column, value in enumerate(cells):
                self._text(sheet, row, column, value, "wrapped")

    def _notes(self) -> None:
        """Everything else that the report says, row by row."""
        sheet = self.sheets[4]
        self.widths[id(sheet)] = (60, *[18] * 20)
        sheet.set_column(0, 0, 60)
        sheet.set_column(1, 20, 18)
        row = 0
        for section in self.brief.sections:
            if section.key in ("summary", "sources", "map") or section.key.startswith("way-"):
                continue
            self._text(sheet, row, 0, section.heading, "bold")
            row += 1
            for block in section.blocks:
                if isinstance(block, Lines):
                    for item in block.items:
                        self._text(sheet, row, 0, item)
                        row += 1
                elif isinstance(block, Grid):
                    for cells in (block.heads, *block.rows):
                        for column, value in enumerate(cells):
                            self._text(sheet, row, column, value, "wrapped")
                        row += 1
            row += 1


def _kilograms(part: Mapping[str, Any]) -> float | None:
    co2 = part.get("co2e_kg")
    return float(co2["typ"]) if isinstance(co2, Mapping) else co2


def _sum_if(sheet: str, column: str, at: int, rows: int) -> str:
    last = max(rows, 1) + 1
    return f"SUMIF('{sheet}'!$A$2:$A${last},$A{at},'{sheet}'!${column}$2:${column}${last})"
