"""Profile and bars in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import corridors as co
from corridors.errors import OutputError, UsageError
from corridors.outputs import text


@pytest.fixture(scope="module")
def c() -> Any:
    return co.compare("Almaty", "Poti", draws=100)


def test_a_notebook_shows_them(c: Any) -> None:
    for picture in (c.profile(), c.profile("usd"), c.waterfall()):
        assert picture._repr_svg_().startswith("<svg")
        assert "<svg" in picture._repr_html_()
    days = c["titr"].summary["time_days"]["mean"]
    assert f"TITR {text.days(days)} days" in c.profile("days").svg
    with pytest.raises(UsageError, match="choose from days, usd"):
        c.profile("hours")


def test_they_are_saved(c: Any, tmp_path: Path) -> None:
    assert c.profile().save(tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"
    assert c.waterfall().save(tmp_path / "b.svg").exists()
    assert c.waterfall().save(tmp_path / "c.html").exists()
    with pytest.raises(OutputError, match="does not exist"):
        c.profile().save(tmp_path / "nowhere" / "a.svg")


def test_a_free_route_has_a_profile() -> None:
    picture = co.route("Tashkent", "Istanbul", draws=50).profile("usd")
    assert "First choice" in picture.svg


def test_the_map_has_the_profile_below(c: Any) -> None:
    page = c.explore().get_root().render()
    assert '<section id="profile"' in page
    assert len(page.encode()) < 500_000
