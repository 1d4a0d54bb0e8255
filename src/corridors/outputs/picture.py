"""A picture for a notebook: shown as it is, saved as SVG, PNG or a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from corridors.errors import OutputError
from corridors.outputs.files import write_bytes, write_text

ENDINGS = (".svg", ".png", ".html")


class Picture:
    """A drawn sheet.

    Parameters
    ----------
    svg : str
        The sheet.
    page : callable
        Makes the page that holds it when it is asked for.

    Examples
    --------
    >>> Picture("<svg/>", lambda: "<p>")._repr_html_()
    '<div><svg/></div>'
    """

    def __init__(self, svg: str, page: Callable[[], str]) -> None:
        self.svg, self._page = svg, page

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        return f"<div>{self.svg.strip()}</div>"

    def save(self, path: str | Path) -> Path:
        """Write the picture; its form goes by the ending.

        Parameters
        ----------
        path : str or Path
            Ends in ``.svg``, ``.png`` or ``.html`` (a page that asks no network).

        Raises
        ------
        OutputError
            Another ending, or a place that cannot be written.
        """
        target = checked_ending(Path(path))
        if target.suffix.lower() == ".svg":
            write_text(target, self.svg)
        elif target.suffix.lower() == ".png":
            from corridors.outputs.static_map import png_of

            write_bytes(target, png_of(self.svg))
        else:
            write_text(target, self._page())
        return target


def checked_ending(path: Path) -> Path:
    """Refuse a file name whose ending says no form of picture.

    Raises
    ------
    OutputError
        Not ``.svg``, ``.png`` or ``.html``.

    Examples
    --------
    >>> checked_ending(Path("days.pdf"))
    Traceback (most recent call last):
        ...
    corridors.errors.OutputError: days.pdf: a picture must end in .svg, .png or .html
    """
    if path.suffix.lower() not in ENDINGS:
        raise OutputError(f"{path}: a picture must end in {', '.join(ENDINGS[:-1])} or .html")
    return path
