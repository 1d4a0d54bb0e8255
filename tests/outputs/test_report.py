"""The briefing folder: one answer in nine forms that agree, whatever the names are."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import shutil
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.cli import main
from corridors.errors import OptionalDependencyError, OutputError, UsageError
from corridors.outputs import text
from corridors.outputs.report import folder
from corridors.outputs.report.brief import brief
from corridors.outputs.report.content import Brief, Grid, Lines
from corridors.outputs.report.folder import check_folder, write_report
from corridors.outputs.report.geojson import _line, geojson
from corridors.outputs.report.headings import LANGUAGES, WORDS
from corridors.outputs.report.markdown import markdown, prose
from corridors.outputs.report.names import renamed
from corridors.outputs.report.page import long_page, one_page

HOSTILE = json.loads(Path(__file__).with_name("hostile_names.json").read_text())
#: Commas, double quotes, UTF-8, from the first line on.
UTF8_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def full(document: dict[str, Any]) -> dict[str, Any]:
    """The invented document with the keys that only some questions have."""
    document["shipment"] |= {
        "deadline_days": 25.0,
        "objective": "balanced",
        "value_of_time_usd_day": 80.0,
    }
    usable = [option for option in document["options"] if option["status"] == "ok"]
    for option in usable:
        option["landed"] = {
            "cargo_value_usd": 1e5,
            "freight": option["cost_usd"]["mean"],
            "insurance": 300.0,
            "war_risk": 0.0,
            "capital": 700.0,
            "mean": option["cost_usd"]["mean"] + 1000,
            "p10": option["cost_usd"]["p10"] + 1000,
            "p90": option["cost_usd"]["p90"] + 1000,
        }
        option["reliability"] = {
            "p_meets_deadline": 0.5,
            "levels": [{"level": 0.9, "days": option["time_days"]["p90"], "buffer_days": 4.0}],
        }
        option["p_fastest"] = option["p_cheapest"] = 0.25
        for leg in option["legs"]:
            leg |= {"document": "SMGS note", "grade": "published", "source": "One; Two"}
    names = [option["corridor"] for option in usable]
    document["duels"] = [
        {"corridor": one, "other": other, "p_faster": 0.6, "p_cheaper": 0.3}
        for one, other in itertools.permutations(names, 2)
    ]
    return document


def _grids(made: Brief) -> list[Grid]:
    return [b for section in made.sections for b in section.blocks if isinstance(b, Grid)]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.hidden += tag in ("style", "svg")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("style", "svg")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


def _html_words(page: str) -> str:
    reader = _Words()
    reader.feed(page)
    return " ".join(reader.words)


def _markdown_words(source: str) -> str:
    markdown_it = pytest.importorskip("markdown_it")
    return _html_words(markdown_it.MarkdownIt().enable("table").render(source))


def _word_words(packed: bytes) -> str:
    docx = pytest.importorskip("docx")
    read = docx.Document(io.BytesIO(packed))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    return " ".join([paragraph.text for paragraph in read.paragraphs] + cells)


def _pdf_words(paper: bytes) -> str:
    pypdf = pytest.importorskip("pypdf")
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper)).pages)


def _cells(packed: bytes) -> dict[str, dict[str, tuple[str, str, str]]]:
    """Sheet to cell to (type, formula, value), read from the parts of the workbook themselves."""
    import xml.etree.ElementTree as ET

    with zipfile.ZipFile(io.BytesIO(packed)) as book:
        shared = [
            "".join(t.text or "" for t in item.iter(f"{SHEET}t"))
            for item in ET.fromstring(book.read("xl/sharedStrings.xml"))
        ]
        names = [
            str(sheet.get("name"))
            for sheet in ET.fromstring(book.read("xl/workbook.xml")).iter(f"{SHEET}sheet")
        ]
        found = {}
        for number, name in enumerate(names, 1):
            cells = {}
            root = ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            for cell in root.iter(f"{SHEET}c"):
                kind = cell.get("t", "n")
                value = cell.findtext(f"{SHEET}v") or ""
                value = shared[int(value)] if kind == "s" else value
                formula = cell.findtext(f"{SHEET}f") or ""
                cells[str(cell.get("r"))] = (kind, formula, value)
            found[name] = cells
    return found


def _tight(words: str) -> str:
    return re.sub(r"\s+", "", words)


# One answer, many forms -------------------------------------------------------------------


def test_every_form_has_every_figure(full: dict[str, Any], geometries: Any, tmp_path: Path) -> None:
    for name in ("docx", "xlsxwriter", "reportlab"):
        pytest.importorskip(name)
    written = {p.name: p for p in write_report(full, geometries, tmp_path / "brief")}
    assert sorted(written) == sorted(folder._OWN)
    made = brief(full)
    forms = {
        "report.html": _html_words(written["report.html"].read_text("utf-8")),
        "report.md": _markdown_words(written["report.md"].read_text("utf-8")),
        "report.docx": _word_words(written["report.docx"].read_bytes()),
        "report.pdf": _pdf_words(written["report.pdf"].read_bytes()),
    }
    wanted = [made.title, made.headline, made.scope]
    wanted += [cell for grid in _grids(made) for row in (grid.heads, *grid.rows) for cell in row]
    wanted += [
        item
        for section in made.sections
        for block in section.blocks
        if isinstance(block, Lines)
        for item in block.items
    ]
    for form, words in forms.items():
        said = _tight(words)
        assert [w for w in wanted if _tight(w) not in said] == [], form
    one = _tight(_html_words(written["brief.html"].read_text("utf-8")))
    for key in ("summary", "evidence", "flags", "method", "conditions", "data"):
        section = made.section(key)
        assert section is not None
        for block in section.blocks:
            cells = block.items if isinstance(block, Lines) else []
            cells = [c for row in block.rows for c in row] if isinstance(block, Grid) else cells
            assert [c for c in cells if _tight(c) not in one] == [], key
    assert json.loads(written["report.json"].read_text("utf-8")) == full


def test_what_a_briefing_must_say(full: dict[str, Any]) -> None:
    full["options"][0]["flags"] = ["RU: some regime"]
    full["options"][1]["flags"] = ["RU: some regime"]
    full["shipment"]["as_of"] = "2025-09-20"
    made = brief(full)
    said = " ".join(str(section) for section in made.sections)
    assert "as of 2025-09-20" in made.scope
    assert "Northern, TITR: RU: some regime" in said
    assert "Flags are no clearance" in said
    assert "SMGS note" in said
    assert "Chance of being there within 25 days: Northern 50 %" in said
    assert "60 % / 30 %" in said
    data = made.section("data")
    assert data is not None
    assert data.blocks[-1] == Lines((full["reproduce"],), "code")
    assert "ODbL" in said
    assert "fixture-0" in said
    assert "excluded. Fixture: no container service" in said


def test_shares_by_grade_by_hand(full: dict[str, Any]) -> None:
    full["options"][0]["evidence"] = {
        "time": {"measured": 0.5, "published": 0.25, "expert": 0.0, "assumption": 0.25},
        "cost": {"measured": 0.0, "published": 0.0, "expert": 0.1, "assumption": 0.9},
    }
    evidence = brief(full).section("evidence")
    assert evidence is not None
    grid = evidence.blocks[0]
    assert isinstance(grid, Grid)
    assert grid.rows[0][1:] == ("50%", "25%", "0%", "25%", "0%", "0%", "10%", "90%")


def test_a_document_without_options_can_be_written(
    document: dict[str, Any], geometries: Any, tmp_path: Path
) -> None:
    for option in document["options"]:
        for key in set(option) - {"corridor", "variant", "status", "reason", "flags"}:
            del option[key]
        option |= {"status": "infeasible", "reason": "no path"}
    written = write_report(document, geometries, tmp_path / "brief")
    page = next(p for p in written if p.name == "brief.html").read_text("utf-8")
    assert "No corridor can serve this shipment" in page
    assert "not possible. No path" in _html_words(page)


def test_same_answer_same_bytes(full: dict[str, Any], geometries: Any, tmp_path: Path) -> None:
    forms = [form for form in folder.chosen_forms(None) if form not in ("png", "svg")]
    one = write_report(full, geometries, tmp_path / "one", forms=forms)
    two = write_report(full, geometries, tmp_path / "two", forms=forms)
    for a, b in zip(one, two, strict=True):
        assert a.read_bytes() == b.read_bytes(), a.name
    for packed in (p for p in one if p.suffix in (".docx", ".xlsx")):
        with zipfile.ZipFile(packed) as archive:
            assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


# Hostile names ----------------------------------------------------------------------------


def _poisoned(document: dict[str, Any], name: str) -> dict[str, Any]:
    document["options"] = document["options"][:1] + document["options"][-1:]
    for option in document["options"]:
        option["reason"] = option["variant"] = name
        option["flags"] = [name]
        for part in (*option.get("legs", ()), *option.get("events", ())):
            for key in ("from", "to", "place", "source", "grade", "document"):
                if key in part:
                    part[key] = name
    document["options"][0]["corridor"] = name
    document["reproduce"] = document["data"]["version"] = name
    document["conditions"]["applied"] = [name]
    for end in ("origin", "destination"):
        document["shipment"][end]["name"] = name
    document["duels"] = []
    return document


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_names_are_shown_literally(full: dict[str, Any], name: str) -> None:
    made = brief(_poisoned(full, name))
    shown = _tight(name)
    for page in (one_page(made, full, {}), long_page(made, full, {})):
        words = _tight(_html_words(page))
        assert words.count(shown) >= 6
        assert not re.search(r"<(?:script|img|iframe|svg)\b", page)
        assert "Aktau 49" not in page
    rendered = _tight(_markdown_words(markdown(made)))
    assert rendered.count(shown) >= 10
    points = json.loads(geojson(full, {}))
    assert points["name"] == f"{name} to {name}"
    assert {f["properties"].get("place", name) for f in points["features"]} == {name}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_names_are_text_in_documents(full: dict[str, Any], name: str) -> None:
    for library in ("docx", "xlsxwriter", "reportlab"):
        pytest.importorskip(library)
    from corridors.outputs.report.letter import letter
    from corridors.outputs.report.paper import paper
    from corridors.outputs.report.workbook import workbook

    made = brief(_poisoned(full, name))
    shown = _tight(name)
    assert _tight(_word_words(letter(made, full, {}))).count(shown) >= 10
    assert _tight(_pdf_words(paper(made, {}))).count(shown) >= 10
    packed = workbook(made, full)
    sheets = _cells(packed)
    for sheet, cells in sheets.items():
        for kind, formula, value in cells.values():
            assert name not in formula
            assert formula == "" or sheet == "Summary"
            if name in value:
                assert kind == "s"
    assert sum(name == value for *_, value in sheets["Legs"].values()) >= 3
    # A cell that looks like a formula stays text when somebody edits it.
    with zipfile.ZipFile(io.BytesIO(packed)) as book:
        assert (b"quotePrefix" in book.read("xl/styles.xml")) is name.startswith("=")


def test_names_of_any_length_fit_on_paper(full: dict[str, Any]) -> None:
    pytest.importorskip("docx")
    pytest.importorskip("reportlab")
    from corridors.outputs.report.letter import letter
    from corridors.outputs.report.paper import paper

    full["options"][0]["legs"][0]["from"] = "x" * 9000
    full["options"][1]["legs"][0]["from"] = "word " * 2000
    full["options"][0]["flags"] = ["long " * 3000]
    full["shipment"]["origin"]["name"] = "y" * 3000
    made = brief(full)
    assert _pdf_words(paper(made, {})).count("x") >= 9000
    assert _word_words(letter(made, full, {})).count("word") >= 2000


def test_no_word_is_broken_while_others_have_room(full: dict[str, Any]) -> None:
    """A figure such as $2,200 stays on its line, whatever the sentences beside it."""
    for leg in full["options"][0]["legs"]:
        leg["document"] = "consignment note with a name of many words, carnet outside the union"
    for grid in _grids(brief(full)):
        for share, cells in zip(
            grid.widths(), zip(grid.heads, *grid.rows, strict=True), strict=True
        ):
            longest = max((len(word) for cell in cells for word in cell.split()), default=0)
            assert 124 * share >= min(longest, 26), cells[0]


def test_control_and_bidi_signs_are_gone(full: dict[str, Any]) -> None:
    made = brief(_poisoned(full, "A\x1b[31m\u202eb\ud800\x00"))
    for page in (one_page(made, full, {}), markdown(made), geojson(full, {})):
        assert not re.search("[\x00-\x08\x0b-\x1f\u202e\ud800]", page)


def test_signs_without_a_glyph_are_named(full: dict[str, Any]) -> None:
    pytest.importorskip("reportlab")
    from corridors.outputs.report.paper import paper

    full["shipment"]["origin"]["name"] = "西安 \U0001f682"
    words = _pdf_words(paper(brief(full), {}))
    assert "\\U0001f682" in words
    assert "西安" in words


@given(st.text(max_size=40))
def test_markdown_law(value: str) -> None:
    """Whatever the text, Markdown shows it as one paragraph of just that text."""
    markdown_it = pytest.importorskip("markdown_it")
    shown = " ".join(text.clean(value).split())
    if not shown:
        return
    rendered = markdown_it.MarkdownIt().enable("table").render(prose(shown))
    assert rendered.startswith("<p>")
    assert rendered.count("<") == 2
    assert " ".join(_html_words(rendered).split()) == shown


# Lines ------------------------------------------------------------------------------------

POINTS = st.lists(
    st.tuples(st.floats(-180, 180), st.floats(-80, 80)), min_size=2, max_size=12, unique=True
)


@given(POINTS)
def test_no_line_runs_across_the_world(points: list[tuple[float, float]]) -> None:
    made = _line(points)
    if made is None:
        return
    parts = made["coordinates"]
    parts = [parts] if made["type"] == "LineString" else parts
    for part in parts:
        assert len(part) >= 2
        for (x, _), (x2, _) in itertools.pairwise(part):
            assert -180 <= x <= 180
            assert abs(x2 - x) <= 180


def test_a_line_is_cut_on_the_meridian() -> None:
    made = _line([(170.0, 10.0), (-170.0, 20.0)])
    assert made == {
        "type": "MultiLineString",
        "coordinates": [[[170.0, 10.0], [180.0, 15.0]], [[-180.0, 15.0], [-170.0, 20.0]]],
    }


def test_geojson_adds_up(full: dict[str, Any], geometries: Any) -> None:
    made = json.loads(geojson(full, geometries))
    option = full["options"][0]
    mine = [
        f["properties"]
        for f in made["features"]
        if f["properties"]["corridor"] == option["corridor"]
    ]
    assert len(mine) == len(option["legs"]) + len(option["events"])
    assert sum(part["hours"] for part in mine) / 24 == pytest.approx(
        option["time_days"]["mean"], abs=0.01
    )
    lines = [f for f in made["features"] if f["properties"]["feature"] == "leg"]
    assert all(f["geometry"]["type"] == "LineString" for f in lines)


# The workbook -----------------------------------------------------------------------------


def _without_results(packed: bytes) -> bytes:
    """The workbook with its formulas but not what they gave: a reader has to work them out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/"):
                part = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part)
            new.writestr(name, part)
    return stream.getvalue()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_formulas_give_the_totals(full: dict[str, Any], tmp_path: Path, lang: str) -> None:
    pytest.importorskip("xlsxwriter")
    from corridors.outputs.report.workbook import workbook

    program = shutil.which("soffice") or shutil.which("libreoffice")
    if not program:
        pytest.skip("no LibreOffice on this machine: install 'libreoffice-calc'")
    packed = workbook(brief(full, lang), full)
    bare = _without_results(packed)
    assert bare != packed
    (tmp_path / "report.xlsx").write_bytes(bare)
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", UTF8_CSV,
         "--outdir", str(tmp_path), str(tmp_path / "report.xlsx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    rows = list(csv.reader((tmp_path / "report.csv").read_text("utf-8").splitlines()))
    usable = [option for option in full["options"] if option["status"] == "ok"]
    for row, option in zip(rows[6:], usable, strict=False):
        numbers = [float(cell.replace(",", "")) if cell else 0.0 for cell in row[4:15]]
        parts = (*option["legs"], *option["events"])
        days = sum(part["hours"] for part in parts) / 24
        usd = sum(part["cost_usd"] for part in parts)
        assert numbers[0] == pytest.approx(days, abs=0.005)
        assert f"{numbers[1]:g}" == text.days(days)
        assert numbers[4] == pytest.approx(usd, abs=0.005)
        assert f"${numbers[5]:,.0f}" == text.usd(usd)
        assert numbers[8] == pytest.approx(
            sum(leg["distance_km"] for leg in option["legs"]), abs=0.5
        )
        assert numbers[10] == pytest.approx(usd + 80.0 * days, abs=0.5)


def test_stored_results_are_those_of_the_report(full: dict[str, Any]) -> None:
    pytest.importorskip("xlsxwriter")
    from corridors.outputs.report.workbook import workbook

    made = brief(full)
    cells = _cells(workbook(made, full))["Summary"]
    summary = made.section("summary")
    assert summary is not None
    grid = summary.blocks[0]
    assert isinstance(grid, Grid)
    for number, row in enumerate(grid.rows, 7):
        assert row[1].startswith(f"{float(cells[f'F{number}'][2]):g} ")
        assert row[2].startswith(f"${float(cells[f'J{number}'][2]):,.0f} ")


# The folder -------------------------------------------------------------------------------


def _names(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.iterdir())


def test_an_earlier_report_is_replaced_as_a_whole(
    document: dict[str, Any], geometries: Any, tmp_path: Path
) -> None:
    target = tmp_path / "brief"
    write_report(document, geometries, target, forms=["json", "md"])
    write_report(document, geometries, target, forms=["json"])
    assert _names(target) == ["report.json"]
    assert _names(tmp_path) == ["brief"]


def test_foreign_files_are_never_touched(
    document: dict[str, Any], geometries: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("keep")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        write_report(document, geometries, mine, forms=["json"])
    (tmp_path / "file").write_text("keep")
    with pytest.raises(OutputError, match="a file of that name"):
        write_report(document, geometries, tmp_path / "file", forms=["json"])
    with pytest.raises(OutputError, match="does not exist"):
        check_folder(tmp_path / "no" / "brief")
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    for here in (".", ".."):
        with pytest.raises(OutputError):
            check_folder(here)
    link = tmp_path / "link"
    link.symlink_to(empty)
    monkeypatch.chdir(tmp_path)
    write_report(document, geometries, link, forms=["json"])
    assert link.is_symlink()
    assert _names(empty) == ["report.json"]
    assert _names(mine) == ["notes.txt"]


def test_a_failure_leaves_the_earlier_report(
    document: dict[str, Any], geometries: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    target = tmp_path / "brief"
    write_report(document, geometries, target, forms=["json"])
    before = (target / "report.json").read_bytes()
    real = Path.rename

    def fail(self: Path, to: Path) -> Path:
        if self.name == "new":
            raise OSError(28, "No space left on device")
        return real(self, to)

    document["reproduce"] = "other"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fail)
        with pytest.raises(OutputError, match="No space left"):
            write_report(document, geometries, target, forms=["json"])
    assert (target / "report.json").read_bytes() == before
    assert _names(tmp_path) == ["brief"]


def test_without_the_extra(
    document: dict[str, Any], geometries: Any, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.setattr(folder, "find_spec", lambda name: None)
    with pytest.raises(OptionalDependencyError, match=r"pip install 'corridors\[report\]'"):
        write_report(document, geometries, tmp_path / "brief", forms=["md", "pdf"])
    assert not (tmp_path / "brief").exists()
    words = ["report", "Almaty", "Poti", "--corridor", "titr", "--draws", "20", "--out"]
    assert main([*words, str(tmp_path / "brief")]) == 0
    said = capsys.readouterr()
    assert "xlsx, docx, pdf" in said.err
    assert not [name for name in _names(tmp_path / "brief") if name.endswith((".pdf", ".xlsx"))]
    for form, module in folder.LIBRARIES.items():
        for loaded in [module, *(name for name in sys.modules if name.startswith(f"{module}."))]:
            monkeypatch.setitem(sys.modules, loaded, None)
        with pytest.raises(OptionalDependencyError, match=r"corridors\[report\]"):
            list(folder._contents(brief(document), document, document, {}, [form]))


def test_usage(tmp_path: Path, capsys: Any) -> None:
    words = ["report", "Almaty", "Poti", "--draws", "20"]
    for more, code, said in (
        ([], 2, "--out"),
        (["--out", ""], 2, "empty"),
        (["--out", str(tmp_path / "a"), "--formats", "doc"], 2, "choose from html,md"),
        (["--out", str(tmp_path / "a"), "--formats", ","], 2, "no form is named"),
        (["--out", str(tmp_path / "no" / "a")], 4, "does not exist"),
    ):
        assert main([*words, *more]) == code
        assert said in capsys.readouterr().err
    with pytest.raises(UsageError, match="choose from en, ru"):
        brief({"options": [], "shipment": {}}, "de")


def test_the_command_makes_it_again(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    import shlex

    monkeypatch.chdir(tmp_path)
    words = ["report", "Almaty", "Poti", "--corridor", "titr", "--draws", "20"]
    assert main([*words, "--formats", "json,html", "--out", "first"]) == 0
    made = json.loads((tmp_path / "first" / "report.json").read_text("utf-8"))
    assert main(shlex.split(made["reproduce"])[1:]) == 0
    for name in ("report.json", "brief.html", "report.html"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "brief" / name).read_bytes()
    capsys.readouterr()


# Languages --------------------------------------------------------------------------------


def test_every_word_is_there_in_both_languages() -> None:
    for key, (english, russian) in WORDS.items():
        assert russian, key
        assert english or key == "english"
        assert re.findall(r"\{\w+\}", english) == re.findall(r"\{\w+\}", russian), key
        if key not in ("usd",):
            assert re.search("[а-я]", russian), key


def test_russian_has_the_same_numbers(full: dict[str, Any]) -> None:
    def numbers(made: Brief) -> list[str]:
        cells = [cell for grid in _grids(made) for row in grid.rows for cell in row]
        return re.findall(r"\d[\d.,]*", " ".join(cells))

    full["options"][0]["legs"][0]["source"] = "A 1"
    assert sorted(numbers(brief(full, "ru"))) == sorted(numbers(brief(full)))
    made = brief(full, "ru")
    assert [section.key for section in made.sections] == [s.key for s in brief(full).sections]
    assert "диапазоны пересекаются" in made.headline


def test_every_document_of_the_tables_has_a_russian_name(geodata: Path) -> None:
    from corridors.analysis.rules import NATIONAL
    from corridors.outputs.report.russian import paper

    with (geodata / "curated" / "regimes.csv").open(encoding="utf-8", newline="") as file:
        known = {row["document"] for row in csv.DictReader(file)} | {NATIONAL}
    for document in known:
        assert re.search("[а-я]{3}", paper(document)), document
    assert paper("A paper of my own") == "A paper of my own"


@pytest.mark.parametrize(("lang", "said"), [("en", "but for: Red Sea"), ("ru", "кроме: Red Sea")])
def test_the_scope_says_what_was_applied(full: dict[str, Any], lang: str, said: str) -> None:
    """A briefing on a closed sea must not be headed "normal operation"."""
    full["conditions"]["applied"] = ["Red Sea"]
    assert brief(full, lang).scope.endswith(said)
    full["conditions"]["applied"] = ["normal operation"]
    assert said not in brief(full, lang).scope


def test_russian_never_ranks_more_firmly_than_the_ranges(full: dict[str, Any]) -> None:
    usable = [option for option in full["options"] if option["status"] == "ok"]
    for place, option in enumerate(usable):
        mean = 10.0 + 10 * place
        option["time_days"] = {"mean": mean, "p10": mean - 1, "p90": mean + 1}
    assert brief(full, "ru").headline.startswith("Быстрее всех: Северный, 10 дн. (9–11).")
    usable[1]["time_days"]["p10"] = 10.5
    assert brief(full, "ru").headline.startswith(
        "Быстрее в среднем: Северный, 10 дн. (9–11), диапазоны пересекаются."
    )


def test_places_go_by_the_names_that_are_stored(full: dict[str, Any]) -> None:
    full["shipment"]["origin"] = {"id": "xian", "name": "Xi'an"}
    leg = full["options"][0]["legs"][0]
    leg |= {"from": "A yard (west)", "from_id": "A", "to": "B", "to_id": "B"}
    full["options"][0]["events"][0] |= {"place": "B–A yard (west)", "place_id": "crossing"}
    full["options"][0]["p90_made_by"] = "border B–A yard (west)"
    made = renamed(full, {"xian": "Сиань", "A": "Альфа"})
    assert made["shipment"]["origin"]["name"] == "Сиань"
    option = made["options"][0]
    assert option["legs"][0]["from"] == "Альфа (A yard, west)"
    assert option["legs"][0]["to"] == "B"
    assert option["events"][0]["place"] == "B–Альфа (A yard, west)"
    assert option["p90_made_by"] == "border B–Альфа (A yard, west)"
    assert full["options"][0]["legs"][0]["from"] == "A yard (west)"


def test_stored_names_are_russian_letters(geodata: Path) -> None:
    from corridors.places.cyrillic import cyrillic_names

    names = cyrillic_names(geodata)
    assert names["almaty"] == "Алматы"
    assert names["CN-YSN"] == "Яншань"
    assert not [name for name in names.values() if re.search("[A-Za-zӘҒҚҢӨҰҮҺІәғқңөұүһі]", name)]
