"""The report as PDF, set without a browser, its fonts inside."""

from __future__ import annotations

import html
import io
from collections.abc import Iterator, Mapping
from importlib.resources import as_file, files
from typing import Any

from corridors.errors import OptionalDependencyError
from corridors.outputs.colours import INK, MUTED
from corridors.outputs.report.content import Brief, Figure, Grid

_REGULAR, _BOLD, _CHINESE = "Inter", "Inter-SemiBold", "STSong-Light"
_RULE = "#d9dee3"
#: Blocks of Chinese, Japanese and Korean signs, which the built-in font of viewers has.
_EAST_ASIAN = ((0x2E80, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFF00, 0xFFEF))


def paper(brief: Brief, drawn: Mapping[str, bytes]) -> bytes:
    """Write the PDF.

    Parameters
    ----------
    brief : Brief
    drawn : mapping
        PNG of the figures.

    Raises
    ------
    OptionalDependencyError
        ReportLab is not installed.

    Examples
    --------
    >>> paper(Brief("en", "A to B", "", "", ()), {})[:4]
    b'%PDF'
    """
    try:
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.units import mm
        from reportlab.platypus import SimpleDocTemplate
    except ImportError as exc:
        raise OptionalDependencyError(
            "a PDF needs ReportLab: pip install 'corridors[report]'"
        ) from exc
    setter = _Setter(_fonts())
    stream = io.BytesIO()
    template = SimpleDocTemplate(
        stream,
        pagesize=A4,
        leftMargin=15 * mm,
        rightMargin=15 * mm,
        topMargin=13 * mm,
        bottomMargin=15 * mm,
        title=brief.title,
        subject=brief.scope,
        author="",
        lang={"en": "en-GB", "ru": "ru-RU"}[brief.lang],
        invariant=1,
    )
    setter.width = template.width - 12.0  # a frame keeps six points free on either side
    foot = setter.foot(brief.title)
    template.build(list(setter.story(brief, drawn)), onFirstPage=foot, onLaterPages=foot)
    return stream.getvalue()


def _fonts() -> frozenset[int]:
    """Register the fonts of the package; returns the signs they have."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont

    assets = files("corridors.outputs") / "assets"
    for name in (_REGULAR, _BOLD):
        file = f"{name}.ttf" if "-" in name else f"{name}-Regular.ttf"
        with as_file(assets / file) as path:
            pdfmetrics.registerFont(TTFont(name, str(path)))
    pdfmetrics.registerFontFamily(_REGULAR, normal=_REGULAR, bold=_BOLD)
    pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
    return frozenset(pdfmetrics.getFont(_REGULAR).face.charToGlyph)


class _Setter:
    """Sets the pieces of a report as flowables."""

    def __init__(self, signs: frozenset[int]) -> None:
        from reportlab.lib.colors import HexColor
        from reportlab.lib.styles import ParagraphStyle

        self.signs = signs
        self.width = 0.0
        ink, muted = HexColor(INK), HexColor(MUTED)
        plain = ParagraphStyle(
            "plain", fontName=_REGULAR, fontSize=8.6, leading=11.4, textColor=ink, spaceAfter=3,
            splitLongWords=1,
        )  # fmt: skip
        self.styles = {
            "plain": plain,
            "points": ParagraphStyle("points", plain, leftIndent=9, bulletIndent=1),
            "note": ParagraphStyle("note", plain, fontSize=7.6, leading=10, textColor=muted),
            "code": ParagraphStyle("code", plain, fontSize=7.6, leading=10, backColor="#f3f5f7"),
            "title": ParagraphStyle("title", plain, textColor=muted, fontName=_BOLD, fontSize=9.5),
            "headline": ParagraphStyle(
                "headline", plain, fontName=_BOLD, fontSize=14, leading=17.5, spaceAfter=5
            ),
            "heading": ParagraphStyle(
                "heading",
                plain,
                fontName=_BOLD,
                fontSize=10.5,
                leading=13,
                spaceBefore=9,
                spaceAfter=3,
                keepWithNext=1,
            ),
            "left": ParagraphStyle("left", plain, fontSize=7, leading=8.8, spaceAfter=0),
            "right": ParagraphStyle(
                "right", plain, fontSize=7, leading=8.8, spaceAfter=0, alignment=2
            ),
        }

    def marked(self, value: str, *, bold: bool = False) -> str:
        """Text as the paragraph markup has it: escaped, signs without a glyph named.

        Chinese signs are set in a font that viewers bring along.
        """
        out: list[str] = []
        for char in value:
            code = ord(char)
            if code in self.signs or char == " ":
                out.append(html.escape(char, quote=False))
            elif any(low <= code <= high for low, high in _EAST_ASIAN):
                out.append(f'<font name="{_CHINESE}">{char}</font>')
            else:
                out.append(f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
        words = "".join(out)
        return f"<b>{words}</b>" if bold else words

    def story(self, brief: Brief, drawn: Mapping[str, bytes]) -> Iterator[Any]:
        """Everything in order."""
        yield self._said(brief.title, "title")
        yield self._said(brief.headline, "headline")
        yield self._said(brief.scope, "note")
        for section in brief.sections:
            heading = [self._said(section.heading, "heading")]
            for block in section.blocks:
                if isinstance(block, Figure):
                    if block.name in drawn:
                        yield self._picture(block, drawn[block.name], heading)
                        heading = []
                    continue
                yield from heading
                heading = []
                if isinstance(block, Grid):
                    yield from self._table(block)
                else:
                    yield from (self._said(item, block.tone) for item in block.items)
            yield from heading

    def foot(self, title: str) -> Any:
        """What draws title and number under each page."""
        from reportlab.lib.colors import HexColor
        from reportlab.lib.units import mm

        shown = "".join(c if ord(c) in self.signs or c == " " else "?" for c in title)[:90]

        def draw(canvas: Any, template: Any) -> None:
            canvas.saveState()
            canvas.setFont(_REGULAR, 7)
            canvas.setFillColor(HexColor(MUTED))
            canvas.drawString(15 * mm, 8 * mm, shown)
            canvas.drawRightString(195 * mm, 8 * mm, str(template.page))
            canvas.restoreState()

        return draw

    def _said(self, value: str, style: str) -> Any:
        from reportlab.platypus import Paragraph

        bullet = "•" if style == "points" else None
        return Paragraph(self.marked(value), self.styles[style], bulletText=bullet)

    def _table(self, grid: Grid) -> Iterator[Any]:
        from reportlab.lib.colors import HexColor
        from reportlab.platypus import LongTable, Paragraph, Spacer

        def cell(value: str, column: int, *, bold: bool) -> Any:
            style = self.styles["left" if column in grid.words else "right"]
            return Paragraph(self.marked(value, bold=bold), style)

        rows = [
            [cell(value, column, bold=not number) for column, value in enumerate(cells)]
            for number, cells in enumerate((grid.heads, *grid.rows))
        ]
        table = LongTable(
            rows,
            colWidths=[share * self.width for share in grid.widths()],
            repeatRows=1,
            splitInRow=1,
        )
        table.setStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(_RULE)),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor(MUTED)),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
                ("LEFTPADDING", (0, 0), (-1, -1), 2.5),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2.5),
            ]
        )
        yield table
        yield Spacer(1, 5)

    def _picture(self, figure: Figure, png: bytes, before: list[Any]) -> Any:
        """A picture with what is said of it, on one page with the heading before it."""
        from reportlab.platypus import Image, KeepTogether

        picture = Image(io.BytesIO(png))
        picture.drawHeight *= self.width / picture.drawWidth
        picture.drawWidth = self.width
        return KeepTogether([*before, picture, self._said(figure.said, "note")])
