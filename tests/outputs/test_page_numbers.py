"""The same figures on cards, in the table, in popups, without scripts and in the document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from corridors.outputs import text, wording

pytestmark = pytest.mark.browser
Open = Callable[..., Any]
#: Heading and rows of each part of the popup opened last; the one before it may still fade.
SHEET = """[...[...document.querySelectorAll(".leaflet-popup-content")].at(-1)
.querySelectorAll("h3")].map(h => [h.textContent,
[...h.nextElementSibling.children].map(e => e.textContent)])"""


def _figures(option: Mapping[str, Any]) -> tuple[str, ...]:
    time, cost = option["time_days"], option["cost_usd"]
    return (
        text.days(time["mean"]), wording.spread(time, text.days), text.usd(cost["mean"]),
        wording.spread(cost, text.usd), text.tonnes(option["co2e_kg"]["typ"]),
        text.thousands(option["distance_km"]),
    )  # fmt: skip


def _rows(cells: list[str]) -> dict[str, str]:
    return dict(zip(cells[::2], cells[1::2], strict=True))


@pytest.fixture
def usable(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [option for option in document["options"] if option["status"] == "ok"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_card_and_table_say_what_the_document_says(
    page_file: Path, open_page: Open, document: dict, usable: list, scripts: bool
) -> None:
    page = open_page(page_file, java_script_enabled=scripts)
    cards = page.locator(".card[data-option]").all_inner_texts()
    rows = page.locator(".figures tbody tr").all_inner_texts()
    for option, card, row in zip(usable, cards, rows, strict=True):
        for figure in _figures(option):
            assert figure in row
            assert figure in card
        mix = re.findall(r"(Rail|Road|Ferry|Sea) (\d+)%", card)
        assert sum(int(share) for _, share in mix) == 100
        assert len(mix) == sum(km > 0 for km in option["km_by_mode"].values())
    assert page.inner_text("h1") == wording.headline(document)
    closed = [option for option in document["options"] if option["status"] != "ok"]
    assert page.locator(".card.off").count() == len(closed)


def _hours(said: str) -> tuple[float, float]:
    """Hours that a popup states, and how far they may be from the true ones by rounding."""
    number, unit = re.match(r"([\d.,]+) (h|days)", said).groups()
    return (float(number) * 24, 6.0) if unit == "days" else (float(number), 0.5)


def test_popups_add_up_to_the_answer(page_file: Path, open_page: Open, usable: list) -> None:
    page = open_page(page_file)
    said: dict[str, list[dict[str, str]]] = {option["corridor"]: [] for option in usable}
    names = dict(zip(wording.names(usable), said, strict=True))
    full = {style.name: c for style, c in zip(wording.styles(usable), said, strict=True)}
    for mark in page.query_selector_all(".leaflet-marker-icon"):
        mark.dispatch_event("click")
        for heading, cells in page.evaluate(SHEET):
            if "passes" not in heading:
                said[names[heading.split(":")[0]]].append(_rows(cells))
    events = {corridor: len(found) for corridor, found in said.items()}
    for line in page.query_selector_all(".leaflet-hits-pane path"):
        line.dispatch_event("click")
        ((heading, cells),) = page.evaluate(SHEET)
        said[full[heading]].append(_rows(cells))
    for option in usable:
        found = said[option["corridor"]]
        # What belongs to no place on the map has no popup: its figures are in the table of steps.
        placed = [e for e in option["events"] if e["hours"] or e["cost_usd"]]
        assert events[option["corridor"]] >= len(placed)
        stated = [_hours(row.get("Moving time") or row["Time"]) for row in found]
        wanted = option["time_days"]["mean"] * 24
        assert abs(sum(h for h, _ in stated) - wanted) <= sum(r for _, r in stated)
        money = [row.get("Haul cost") or row["Cost"] for row in found]
        usd = sum(float(m.replace("$", "").replace(",", "")) for m in money)
        assert abs(usd - option["cost_usd"]["mean"]) <= 25 * len(money)
        moved = [row for row in found if "Moving time" in row]
        stated_legs = [(r["Distance"], r["Moving time"], r["Haul cost"]) for r in moved]
        assert sorted(stated_legs) == sorted(
            (f"{text.thousands(leg['distance_km'])} km", text.hours(leg["hours"]),
             text.usd(leg["cost_usd"]))
            for leg in option["legs"]
        )  # fmt: skip


def test_the_clock_runs_for_the_mean(page_file: Path, open_page: Open, usable: list) -> None:
    page = open_page(page_file)
    for option, short in zip(usable, wording.names(usable), strict=True):
        for day, arrived in ((0.3, False), (-0.3, True)):
            at = option["time_days"]["mean"] - day
            page.evaluate(f"document.querySelector('#day').value = {at}")
            page.dispatch_event("#day", "input")
            told = next(
                line for line in page.locator("#where div").all_inner_texts() if short in line
            )
            assert ("arrived" in told) is arrived, (short, at, told)
