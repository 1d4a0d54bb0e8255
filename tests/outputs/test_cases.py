"""Several answers in one page: shared parts once, every part at its place."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.errors import UsageError
from corridors.outputs import text, wording
from corridors.outputs.answers import Case, change, moved, share_elements
from corridors.outputs.map import comparison_map

HOSTILE = json.loads(Path(__file__).with_name("hostile_names.json").read_text())
Open = Callable[..., Any]
MAP = "window[Object.keys(window).find(k => k.startsWith('map_'))]"


class _Gate(NamedTuple):
    name: str = "Suez Canal"
    lon: float = 32.35
    lat: float = 30.45
    why: str = "a fixture shuts it"


def _later(document: dict, days: float, usd: float) -> dict:
    """The same answer with the last usable option slower and dearer."""
    made = copy.deepcopy(document)
    option = [o for o in made["options"] if o["status"] == "ok"][-1]
    for key, more in (("time_days", days), ("cost_usd", usd)):
        option[key] = {name: value + more for name, value in option[key].items()}
    option["events"][-1]["hours"] += days * 24
    option["events"][-1]["cost_usd"] += usd
    option["profile"][-1]["hours"] = {
        name: value + days * 24 for name, value in option["profile"][-1]["hours"].items()
    }
    return made


def _lost(document: dict) -> dict:
    made = copy.deepcopy(document)
    first = made["options"][0]
    made["options"][0] = {
        "corridor": first["corridor"],
        "variant": None,
        "status": "infeasible",
        "reason": "a fixture shuts it",
    }
    return made


@pytest.fixture
def cases(document: dict, geometries: dict) -> list[Case]:
    """The last option 14 days later and its strait shut; the first option lost."""
    kept = {key: line for key, line in geometries.items() if key[0] != "northern"}
    return [
        Case("Cape", _later(document, 14.0, 650.0), geometries, (_Gate(),)),
        Case("No north", _lost(document), kept),
    ]


@pytest.fixture
def cases_file(document: dict, geometries: dict, cases: list[Case], tmp_path: Path) -> Path:
    """The page of all three answers."""
    comparison_map(document, geometries, cases=cases).save(tmp_path / "cases.html")
    return tmp_path / "cases.html"


_elements = st.lists(st.sampled_from(["<p>a</p>", "<p>b</p>", "<p>c</p>"]), max_size=5)


class _Spare(HTMLParser):
    """What the spare elements of a slot say, one by one."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@given(st.lists(_elements, min_size=1, max_size=5))
def test_every_answer_can_be_put_together_again(answers: list[list[str]]) -> None:
    found = share_elements([{"cards": elements} for elements in answers])
    spare = _Spare()
    spare.feed(found.spare)
    pool = [re.sub("<.*?>", "", e) for e in answers[0]] + spare.said
    for elements, fill in zip(answers, found.fill, strict=True):
        places = fill.get("cards", range(len(answers[0])))
        assert [f"<p>{pool[place]}</p>" for place in places] == elements
        # An element can stand in one place at a time only.
        assert len(set(places)) == len(list(places))
    most = {e: max(a.count(e) for a in answers) for a in answers for e in a}
    assert len(pool) == sum(most.values())


def test_changes_are_written_as_figures_are(document: dict) -> None:
    option = next(o for o in document["options"] if o["status"] == "ok")
    less = copy.deepcopy(option)
    less["time_days"]["mean"] -= 3.0
    assert change(option, less, "time_days", text.days) == "−3"
    assert change(option, option, "time_days", text.days) == ""
    less["time_days"]["mean"] = option["time_days"]["mean"] + 0.1
    assert change(option, less, "time_days", text.days) == ""


def test_what_moves_is_said(document: dict, cases: list[Case]) -> None:
    last = wording.names(wording.usable(document))[-1]
    assert moved(document, cases[0].document) == f"{last} +14 days, +$650"
    assert moved(document, cases[1].document) == "Northern is lost"
    assert moved(cases[1].document, document) == "Northern opens"
    assert moved(document, document) == "Nothing changes"


def test_shared_parts_are_written_once(document: dict, geometries: dict, cases: list[Case]) -> None:
    alone = len(comparison_map(document, geometries).get_root().render())
    both = len(comparison_map(document, geometries, cases=cases).get_root().render())
    same = [Case("Same", document, geometries), Case("Again", document, geometries)]
    nothing = comparison_map(document, geometries, cases=same).get_root().render()
    # Two answers that change nothing cost their buttons, table rows and the picture script.
    assert len(nothing) - alone < 14_000
    assert both - alone < 55_000


def test_other_corridors_are_refused(document: dict, geometries: dict) -> None:
    other = dict(document, options=document["options"][1:])
    with pytest.raises(UsageError, match="same corridors"):
        comparison_map(document, geometries, cases=[Case("Fewer", other, geometries)])


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_no_template_ever_sees_the_title_of_a_case(
    document: dict, geometries: dict, cases: list[Case], name: str
) -> None:
    hostile = [cases[0]._replace(title=name, shut=(_Gate(name=name, why=name),))]
    page = comparison_map(document, geometries, cases=hostile).get_root().render()
    assert "Aktau 49" not in page
    assert "window.__ran=1</script>" not in page
    assert page.count("<script") == page.count("</script>")


def test_all_cases_stand_in_a_table(cases_file: Path, document: dict) -> None:
    page = cases_file.read_text(encoding="utf-8")
    start = page.index('class="figures every"')
    table = page[start : page.index("</table>", start)]
    assert table.count('scope="rowgroup"') == 3
    assert table.count('scope="row"') == 3 * len(document["options"])
    assert "<td>+14</td>" in table
    assert "<td>+$650</td>" in table


def test_buttons_need_corridors_and_something_new() -> None:
    import corridors as co

    free = co.route("Almaty", "Poti", draws=50)
    assert type(free.map()).__name__ == "CorridorMap"
    with pytest.raises(UsageError, match="free route"):
        free.map(scenarios=["red-sea-2023"])
    with pytest.raises(UsageError, match="is a list"):
        free.map(scenarios="red-sea-2023")
    shut = co.compare("Almaty", "Poti", corridors=["titr"], scenarios=["caspian-closed"], draws=50)
    with pytest.raises(UsageError, match="in force already"):
        shut.map(scenarios=["caspian-closed"])


def test_what_shuts_a_scenario_is_marked() -> None:
    import corridors as co
    from corridors.analysis.alternatives import alternatives, shut_gates

    c = co.compare("Xi'an", "Duisburg", draws=50)
    assert shut_gates(c.answer, c.geometries) == ()
    names = ["red-sea-2023", "poland-belarus-2025", "caspian-closed", "russia-belarus-avoided"]
    red_sea, poland, caspian, avoided = alternatives(c.answer, c.geometries, [*names, names[0]])
    assert {gate.name for gate in red_sea.shut} == {"Suez Canal", "Bab el-Mandeb"}
    assert any("Malaszewicze" in gate.name for gate in poland.shut)
    # Between Aktau and Alat, on the water.
    [ship] = caspian.shut
    assert 49.5 < ship.lon < 52
    assert 39.5 < ship.lat < 44
    assert {o.corridor for o in avoided.answer.options if o.status != "ok"} == {"northern"}
    assert all("Russia" in gate.why for gate in avoided.shut)
    # The same as asked in one go.
    at_once = co.compare("Xi'an", "Duisburg", scenarios=["red-sea-2023"], draws=50)
    again = [o.route.mean("hours") for o in red_sea.answer.options if o.route]
    assert again == [o.route.mean("hours") for o in at_once.answer.options if o.route]


# In a browser -------------------------------------------------------------------------------


def _press(page: Any, number: int) -> None:
    page.check(f"#cases input[value='{number}']", force=True)
    page.wait_for_timeout(250)


@pytest.mark.browser
def test_a_button_switches_the_whole_page(
    cases_file: Path, open_page: Open, document: dict, cases: list[Case]
) -> None:
    page = open_page(cases_file)
    before = page.inner_text("h1")
    size = page.evaluate(f"{MAP}.corridors.data.lines.length")
    ends = [len(o["legs"]) for o in document["options"] if o["status"] == "ok"]
    assert size <= sum(ends)
    for number, case in enumerate(cases, 1):
        _press(page, number)
        assert page.inner_text("h1") == wording.headline(case.document)
        assert case.title in page.inner_text(".case")
        assert wording.headline(case.document) in page.inner_text("#live")
        assert moved(document, case.document) in page.inner_text("#live")
        usable = wording.usable(case.document)
        rows = page.locator(".figures:not(.every) tbody tr").all_inner_texts()
        cards = page.locator(".card[data-option]").all_inner_texts()
        for option, row, card in zip(usable, rows, cards, strict=True):
            for wanted in (
                text.days(option["time_days"]["mean"]),
                text.usd(option["cost_usd"]["mean"]),
            ):
                assert wanted in row
                assert wanted in card
        spent = page.evaluate(
            f"(m => m.corridors.data.answers[{number}].options.map(n => m.corridors.data.options[n]"
            f".times.reduce((t, s) => t + s[0], 0) / 24))({MAP})"
        )
        for option, days in zip(usable, spent, strict=True):
            assert days == pytest.approx(option["time_days"]["mean"], abs=0.01)
        longest = max(option["time_days"]["mean"] for option in usable)
        assert float(page.get_attribute("#day", "max")) >= longest
        assert page.locator("#where > div").count() == len(usable)
        assert page.locator("#profile .wide .line").count() == 2 * len(usable)
    _press(page, 0)
    assert page.inner_text("h1") == before
    assert page.inner_text(".finding .case") == ""
    assert page.log == []


@pytest.mark.browser
def test_a_shut_gateway_is_a_red_triangle(cases_file: Path, open_page: Open) -> None:
    page = open_page(cases_file)
    assert page.locator('[aria-label*="shut"]').count() == 0
    _press(page, 1)
    mark = page.locator('[aria-label*="Suez Canal, shut"]')
    assert mark.count() == 1
    assert mark.locator('path[fill="#c8102e"]').count() == 1
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(250)
    assert "a fixture shuts it" in page.inner_text(".leaflet-popup-content")
    _press(page, 0)
    assert page.locator('[aria-label*="shut"]').count() == 0


@pytest.mark.browser
def test_buttons_answer_to_the_keyboard(cases_file: Path, open_page: Open) -> None:
    page = open_page(cases_file)
    page.focus("#cases input[value='0']")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(250)
    assert page.evaluate(f"{MAP}.corridors.answer()") == 1
    assert page.evaluate("document.activeElement.value") == "1"
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(250)
    assert page.locator(".card.off").count() >= 1
    # The colour and the place of a corridor stay its own when another one is lost.
    assert page.get_attribute(".card[data-option] >> nth=0", "data-option") == "1"


@pytest.mark.browser
def test_a_chosen_case_is_printed_and_saved(cases_file: Path, open_page: Open) -> None:
    import xml.etree.ElementTree as ET

    page = open_page(cases_file)
    _press(page, 1)
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) == 1
    with page.expect_download() as svg:
        page.click("[data-do=svg] >> nth=0")
    drawn = ET.fromstring(Path(svg.value.path()).read_text(encoding="utf-8"))
    said = " ".join("".join(e.itertext()) for e in drawn.iter("{http://www.w3.org/2000/svg}text"))
    for wanted in ("What if: Cape", "Suez Canal", page.inner_text("h1").split()[0], "Natural"):
        assert wanted in said
    with page.expect_download() as png:
        page.click("[data-do=png] >> nth=0")
    assert Path(png.value.path()).read_bytes()[:4] == b"\x89PNG"
    assert page.log == []


@pytest.mark.browser
def test_cases_on_a_phone_and_by_the_rules(cases_file: Path, open_page: Open) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    for size in ({"width": 390, "height": 844}, {"width": 1400, "height": 900}):
        page = open_page(cases_file, viewport=size, bypass_csp=True)
        _press(page, 1)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        for box in page.locator("#cases label").all():
            assert box.bounding_box()["height"] >= 34
        found = axe.Axe().run(page).response["violations"]
        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []


@pytest.mark.browser
def test_without_scripts_the_first_answer_and_the_table_are_there(
    cases_file: Path, open_page: Open
) -> None:
    page = open_page(cases_file, java_script_enabled=False)
    assert page.locator("#static svg").first.is_visible()
    assert not page.locator("#cases").is_visible()
    assert "+14" in page.inner_text(".every")


@pytest.mark.browser
def test_dates_stand_beside_days(
    document: dict, geometries: dict, tmp_path: Path, open_page: Open
) -> None:
    document["shipment"]["depart"] = "2026-11-15"
    comparison_map(document, geometries).save(tmp_path / "map.html")
    page = open_page(tmp_path / "map.html")
    page.evaluate("document.querySelector('#day').value = 20")
    page.dispatch_event("#day", "input")
    assert page.inner_text("#day-label") == "Day 20 · 5 Dec"
    assert "10 · 25 Nov" in page.inner_text("#ticks")
    assert "day 10, 25 Nov" in page.inner_text(".leaflet-names-pane")
    assert page.log == []
