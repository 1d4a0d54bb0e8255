"""The report on paper: the PDF, and the Word document as LibreOffice sets it, page by page."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridors.outputs.report.brief import brief
from corridors.outputs.report.content import Brief, Grid

pypdfium2 = pytest.importorskip("pypdfium2")
pytest.importorskip("docx")
pytest.importorskip("reportlab")
A4 = (595, 842)


@pytest.fixture(scope="module")
def asked() -> Any:
    """Five corridors with all that a question can add."""
    import corridors as co

    return co.compare(
        "Xi'an", "Duisburg", draws=100, depart="2026-11-15", deadline_days=25,
        cargo_value_usd=150_000, cargo="8703", goods=["dangerous"],
    )  # fmt: skip


@pytest.fixture(scope="module", params=["en", "ru"])
def written(request: pytest.FixtureRequest, asked: Any, tmp_path_factory: Any) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("paper") / "brief"
    asked.report(folder, lang=request.param, formats=["pdf", "docx"])
    return folder, request.param


def _pages(paper: bytes, scale: float = 1.0) -> list[np.ndarray]:
    """Every page in grey, one pixel a point."""
    document = pypdfium2.PdfDocument(paper)
    pages = [
        np.asarray(document[i].render(scale=scale, grayscale=True).to_numpy()).squeeze()
        for i in range(len(document))
    ]
    document.close()
    return pages


def _words(paper: bytes) -> str:
    document = pypdfium2.PdfDocument(paper)
    said = "".join(document[i].get_textpage().get_text_bounded() for i in range(len(document)))
    document.close()
    return re.sub(r"[\s\ufffe\u00ad]+", "", said)


def _check(paper: bytes, made: Brief, pages: range) -> None:
    seen = _pages(paper)
    assert len(seen) in pages, len(seen)
    for number, page in enumerate(seen, 1):
        assert page.shape[::-1] == pytest.approx(A4, abs=1)
        ink = float((page < 200).mean())
        assert ink > (0.004 if number < len(seen) else 0.0005), f"page {number} is blank"
        # Nothing runs off the sheet: its edges are white.
        edges = (page[:14], page[-14:], page[:, :28], page[:, -28:])
        assert all(float(edge.min()) > 235 for edge in edges), f"page {number} is cut off"
    words = _words(paper)
    missing = [
        part
        for part in (made.title, made.headline, *(section.heading for section in made.sections))
        if re.sub(r"\s+", "", part) not in words
    ]
    assert missing == []
    figures = [
        cell
        for section in made.sections
        for block in section.blocks
        if isinstance(block, Grid)
        for row in block.rows
        for cell in row
        if re.fullmatch(r"[$\d.,]+", cell)
    ]
    assert len(figures) > 100
    assert [f for f in figures if f not in words] == []


def _worded(asked: Any, lang: str) -> Brief:
    from corridors.outputs.report.names import renamed
    from corridors.places.cyrillic import cyrillic_names

    if lang == "en":
        return brief(asked.document)
    return brief(renamed(asked.document, cyrillic_names(asked.answer.engine.folder)), lang)


def test_the_pdf_looks_right(written: tuple[Path, str], asked: Any) -> None:
    folder, lang = written
    paper = (folder / "report.pdf").read_bytes()
    _check(paper, _worded(asked, lang), range(5, 13))
    pypdf = pytest.importorskip("pypdf")
    reader = pypdf.PdfReader(io.BytesIO(paper))
    assert reader.metadata.title == _worded(asked, lang).title
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert any("Inter" in font for font in fonts)


@pytest.mark.slow
def test_the_word_document_looks_right(
    written: tuple[Path, str], asked: Any, tmp_path: Path
) -> None:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if not program:
        pytest.skip("no LibreOffice on this machine: install 'libreoffice-writer-nogui'")
    folder, lang = written
    subprocess.run(
        [program, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--convert-to", "pdf", "--outdir", str(tmp_path), str(folder / "report.docx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    if not (tmp_path / "report.pdf").exists():
        pytest.skip("this LibreOffice has no Writer: install 'libreoffice-writer-nogui'")
    _check((tmp_path / "report.pdf").read_bytes(), _worded(asked, lang), range(6, 18))
