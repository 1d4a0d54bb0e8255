"""The report as a Word document."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from corridors.errors import OptionalDependencyError
from corridors.outputs.report.content import Brief, Figure, Grid, Lines
from corridors.outputs.report.workbook import made_on

_TEXT_WIDTH_MM = 178.0
_FONT = "Arial"
_RULE = "D9DEE3"
_TAG = {"en": "en-GB", "ru": "ru-RU"}


def letter(brief: Brief, document: Mapping[str, Any], drawn: Mapping[str, bytes]) -> bytes:
    """Write the document.

    Parameters
    ----------
    brief : Brief
    document : mapping
        The JSON document the brief was worded from.
    drawn : mapping
        PNG of the figures.

    Raises
    ------
    OptionalDependencyError
        python-docx is not installed.

    Examples
    --------
    >>> letter(Brief("en", "A to B", "", "", ()), {}, {})[:2]
    b'PK'
    """
    try:
        import docx
    except ImportError as exc:
        raise OptionalDependencyError(
            "a Word document needs python-docx: pip install 'corridors[report]'"
        ) from exc
    word = docx.Document()
    _set_up(word, brief, document)
    word.add_heading(brief.title, level=0)
    word.add_paragraph().add_run(brief.headline).bold = True
    word.add_paragraph(brief.scope)
    for section in brief.sections:
        word.add_heading(section.heading, level=1)
        for block in section.blocks:
            if isinstance(block, Grid):
                _table(word, block)
            elif isinstance(block, Lines):
                _lines(word, block)
            elif block.name in drawn:
                _picture(word, block, drawn[block.name])
    stream = io.BytesIO()
    word.save(stream)
    return _undated(stream.getvalue())


def _set_up(word: Any, brief: Brief, document: Mapping[str, Any]) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    page = word.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(16)
    page.top_margin = page.bottom_margin = Mm(15)
    ink = RGBColor(0x16, 0x20, 0x2B)
    for name, size in (("Normal", 9.5), ("Title", 18), ("Heading 1", 12.5), ("List Bullet", 9.5)):
        style = word.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = _FONT, Pt(size), ink
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        # A theme font would win over the name.
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), _FONT)
    word.styles["Normal"].paragraph_format.space_after = Pt(3)
    word.styles["Heading 1"].paragraph_format.space_before = Pt(10)
    language = word.styles["Normal"].element.get_or_add_rPr()
    tag = language.makeelement(qn("w:lang"), {qn("w:val"): _TAG[brief.lang]})
    language.append(tag)
    about = word.core_properties
    about.title, about.subject = brief.title[:250], brief.scope[:250]
    about.author = about.last_modified_by = about.comments = ""
    about.language = _TAG[brief.lang]
    about.created = about.modified = made_on(document)


def _lines(word: Any, lines: Lines) -> None:
    from docx.shared import Pt

    for item in lines.items:
        run = word.add_paragraph(style="List Bullet" if lines.tone == "points" else None).add_run(
            item
        )
        run.italic = lines.tone == "note" or None
        if lines.tone == "code":
            run.font.name, run.font.size = "Consolas", Pt(8.5)


def _table(word: Any, grid: Grid) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    table = word.add_table(rows=0, cols=len(grid.heads))
    table.autofit = False
    _rule(table)
    widths = [Mm(share * _TEXT_WIDTH_MM) for share in grid.widths()]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for number, cells in enumerate((grid.heads, *grid.rows)):
        row = table.add_row()
        if not number:
            mark = row._tr.get_or_add_trPr()
            mark.append(mark.makeelement(qn("w:tblHeader"), {}))
        whole = row._tr.get_or_add_trPr()
        whole.append(whole.makeelement(qn("w:cantSplit"), {}))
        for column, (cell, value) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = widths[column]
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            if column not in grid.words:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            run = paragraph.add_run(value)
            run.font.size, run.bold = Pt(7.5), not number
    after = word.add_paragraph()
    after.paragraph_format.space_after = Pt(2)


def _rule(table: Any) -> None:
    """Thin rules between rows and narrow margins, as on the pages."""
    from docx.oxml.ns import qn

    about = table._tbl.tblPr
    borders = about.makeelement(qn("w:tblBorders"), {})
    for edge in ("top", "bottom", "insideH"):
        look = {"val": "single", "sz": "4", "space": "0", "color": _RULE}
        borders.append(
            borders.makeelement(qn(f"w:{edge}"), {qn(f"w:{k}"): v for k, v in look.items()})
        )
    margins = about.makeelement(qn("w:tblCellMar"), {})
    for edge in ("left", "right"):
        wide = {qn("w:w"): "50", qn("w:type"): "dxa"}
        margins.append(margins.makeelement(qn(f"w:{edge}"), wide))
    look = about.find(qn("w:tblLook"))
    # The schema wants them in this order, before the look.
    for piece in (borders, margins):
        if look is None:
            about.append(piece)
        else:
            look.addprevious(piece)


def _picture(word: Any, figure: Figure, png: bytes) -> None:
    from docx.shared import Mm, Pt

    picture = word.add_picture(io.BytesIO(png), width=Mm(_TEXT_WIDTH_MM))
    picture._inline.docPr.set("descr", figure.said)
    run = word.add_paragraph().add_run(figure.said)
    run.italic, run.font.size = True, Pt(8)


def _undated(packed: bytes) -> bytes:
    """The same archive without the time of writing: same answer, same bytes."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return stream.getvalue()
