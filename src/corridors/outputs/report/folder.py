"""A folder with one answer in every form that was asked for; it appears whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from corridors.errors import OptionalDependencyError, OutputError, UsageError
from corridors.outputs.report.brief import brief
from corridors.outputs.report.content import Brief
from corridors.outputs.report.names import renamed
from corridors.outputs.view import Geometries

FORMS = ("html", "md", "json", "geojson", "svg", "png", "xlsx", "docx", "pdf")
#: Forms that need a library of the extra [report], by the name it is imported under.
LIBRARIES = {"xlsx": "xlsxwriter", "docx": "docx", "pdf": "reportlab"}
#: Everything a report can write: a folder that holds anything else is not replaced.
_OWN = frozenset(
    {
        "brief.html", "report.html", "report.md", "report.json", "report.geojson", "report.xlsx",
        "report.docx", "report.pdf", "map.svg", "map.png", "days.svg", "days.png", "usd.svg",
        "usd.png",
    }
)  # fmt: skip


def missing_forms() -> tuple[str, ...]:
    """Forms whose library is not installed.

    Examples
    --------
    >>> set(missing_forms()) <= set(LIBRARIES)
    True
    """
    return tuple(form for form, name in LIBRARIES.items() if find_spec(name) is None)


def chosen_forms(wanted: Sequence[str] | None) -> tuple[str, ...]:
    """The forms to write: those asked for, else all whose libraries are there.

    Raises
    ------
    UsageError
        An unknown form, or none.
    OptionalDependencyError
        A form was asked for whose library is not installed.

    Examples
    --------
    >>> chosen_forms(["json", "html"])
    ('html', 'json')
    """
    missing = missing_forms()
    if wanted is None:
        return tuple(form for form in FORMS if form not in missing)
    unknown = [form for form in wanted if form not in FORMS]
    if unknown or not wanted:
        said = f"no form {unknown[0]!r}" if unknown else "no form is named"
        raise UsageError(f"{said}: choose from {','.join(FORMS)}")
    absent = [form for form in FORMS if form in wanted and form in missing]
    if absent:
        raise OptionalDependencyError(
            f"{', '.join(absent)} cannot be written without the extra [report]: "
            "pip install 'corridors[report]'"
        )
    return tuple(form for form in FORMS if form in wanted)


def check_folder(path: str | Path) -> Path:
    """Refuse a target that cannot become the report, before any work is done for it.

    Parameters
    ----------
    path : str or Path
        A folder that does not exist yet, is empty, or holds an earlier report and nothing else.

    Returns
    -------
    Path
        Where the report goes, links followed.

    Raises
    ------
    OutputError
        A file is there, the folder holds other files, or it cannot be written.
    """
    target = Path(os.path.realpath(path))
    if target.exists():
        if not target.is_dir():
            raise OutputError(f"cannot write {path}: a file of that name is there")
        if target == Path.cwd() or target in Path.cwd().parents:
            raise OutputError(f"cannot write {path}: choose a folder you are not in")
        foreign = sorted(entry.name for entry in target.iterdir() if not _is_own(entry))
        if foreign:
            raise OutputError(
                f"cannot write {path}: it holds {foreign[0]!r}, which no report wrote; "
                "choose a new folder"
            )
    if not target.parent.is_dir():
        raise OutputError(f"cannot write {path}: the folder {target.parent} does not exist")
    if not os.access(target.parent, os.W_OK):
        raise OutputError(f"cannot write {path}: no permission in {target.parent}")
    return target


def _is_own(entry: Path) -> bool:
    return entry.name in _OWN and entry.is_file() and not entry.is_symlink()


def write_report(
    document: Mapping[str, Any],
    geometries: Geometries,
    path: str | Path,
    *,
    lang: str = "en",
    forms: Sequence[str] | None = None,
    names: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write a report as a folder, which takes the place of an earlier report at once.

    Parameters
    ----------
    document : mapping
        The JSON document of ``corridors compare`` or ``corridors route``, made with
        ``profile=True`` to have its pictures.
    geometries : mapping
        (corridor, leg id) to (lon, lat) vertices.
    path : str or Path
        The folder.
    lang : {"en", "ru"}
        Language of headings and of the finding.
    forms : sequence of str, optional
        Some of :data:`FORMS`; all whose libraries are installed without.
    names : mapping, optional
        Other names of places by id, as the tables store them.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        The folder cannot be written; nothing was changed.
    OptionalDependencyError
        A form was asked for whose library is not installed.
    UsageError
        An unknown form or language.

    Examples
    --------
    >>> write_report({"options": []}, {}, "brief", forms=["doc"])
    Traceback (most recent call last):
        ...
    corridors.errors.UsageError: no form 'doc': choose from html,md,json,...
    """
    chosen = chosen_forms(forms)
    target = check_folder(path)
    shown = renamed(document, names) if names else document
    contents = dict(_contents(brief(shown, lang), document, shown, geometries, chosen))
    _replace_folder(target, contents)
    return [target / name for name in contents]


def _contents(
    worded: Brief,
    document: Mapping[str, Any],
    shown: Mapping[str, Any],
    geometries: Geometries,
    forms: Sequence[str],
) -> Iterator[tuple[str, bytes]]:
    from corridors.outputs.report import pictures

    drawn = pictures.figures(shown, geometries) if set(forms) & {"html", "docx", "pdf"} else {}
    sheets = pictures.sheets(shown, geometries) if set(forms) & {"svg", "png"} else {}
    files = [f"{name}.{form}" for name in sheets for form in ("svg", "png") if form in forms]
    if "html" in forms:
        from corridors.outputs.report.page import long_page, one_page

        yield "brief.html", one_page(worded, shown, drawn).encode()
        yield "report.html", long_page(worded, shown, drawn).encode()
    if "md" in forms:
        from corridors.outputs.report.markdown import markdown

        yield "report.md", markdown(worded, files).encode()
    if "json" in forms:
        # As `corridors compare` gives it: scripts want the names of the tables.
        yield "report.json", (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
    if "geojson" in forms:
        from corridors.outputs.report.geojson import geojson

        yield "report.geojson", geojson(shown, geometries).encode()
    if "svg" in forms:
        yield from ((f"{name}.svg", svg.encode()) for name, svg in sheets.items())
    if "png" in forms:
        yield from (
            (f"{name}.png", png) for name, png in pictures.raster(sheets, width=2000).items()
        )
    if "xlsx" in forms:
        from corridors.outputs.report.workbook import workbook

        yield "report.xlsx", workbook(worded, shown)
    rastered = pictures.raster(drawn) if set(forms) & {"docx", "pdf"} else {}
    if "docx" in forms:
        from corridors.outputs.report.letter import letter

        yield "report.docx", letter(worded, shown, rastered)
    if "pdf" in forms:
        from corridors.outputs.report.paper import paper

        yield "report.pdf", paper(worded, rastered)


def _replace_folder(target: Path, contents: Mapping[str, bytes]) -> None:
    """Write beside, then rename: a reader finds the old report or the new one, never a mixture."""
    beside: Path | None = None
    try:
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        fresh = beside / "new"
        fresh.mkdir()
        for name, content in contents.items():
            (fresh / name).write_bytes(content)
        if target.exists():
            target.rename(beside / "old")
        try:
            fresh.rename(target)
        except OSError:
            if (beside / "old").exists():
                (beside / "old").rename(target)
            raise
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
