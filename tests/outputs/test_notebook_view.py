"""Maps as IPython shows them: a page beside a picture, neither heavier than it must be."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridors.outputs.map import comparison_map

formatters = pytest.importorskip("IPython.core.formatters")
Open = Callable[..., Any]


def _shown(thing: Any) -> dict[str, Any]:
    """What a notebook would store of it."""
    formatter = formatters.DisplayFormatter()
    formatter.formatters["image/png"].enabled = True
    data, _ = formatter.format(thing)
    return dict(data)


def test_a_map_is_a_page_and_a_picture(document: dict, geometries: dict, tmp_path: Path) -> None:
    drawn = comparison_map(document, geometries)
    drawn.save(tmp_path / "map.html")
    shown = _shown(drawn)
    page, file = shown["text/html"], (tmp_path / "map.html").stat().st_size
    assert file <= len(page.encode()) <= 1.2 * file
    png = shown["image/png"]
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", png[16:20])[0] == 1000
    assert len(png) <= 400_000


def test_pictures_are_shown_too(document: dict) -> None:
    from corridors.outputs.profile_page import profile_picture

    shown = _shown(profile_picture(document))
    assert "<svg" in shown["text/html"]
    assert shown["image/svg+xml"].startswith("<svg")


@pytest.mark.browser
def test_scripts_taken_out_leave_the_map(
    document: dict, geometries: dict, tmp_path: Path, open_page: Open
) -> None:
    """A viewer that strips scripts from the page in the frame still shows map and figures."""
    page_html = comparison_map(document, geometries).get_root().render()
    stripped = re.sub(r"(?s)<script\b.*?</script>", "", page_html)
    (tmp_path / "map.html").write_text(stripped, encoding="utf-8")
    page = open_page(tmp_path / "map.html")
    assert page.locator("#static svg").first.is_visible()
    assert page.locator(".card[data-option]").count() == 4
    assert not page.locator("#clock").is_visible()
