"""Both maps of a real comparison on the packaged network."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from corridors.outputs.map import comparison_map, write_map
from corridors.outputs.view import view


@pytest.fixture(scope="module")
def real() -> tuple[dict[str, Any], dict[tuple[str, str], list[tuple[float, float]]]]:
    from corridors.analysis.compare import compare
    from corridors.analysis.document import document
    from corridors.analysis.engine import Engine
    from corridors.analysis.geometry import geometries

    answer = compare(Engine.load(), "Xi'an", "Duisburg", draws=100)
    return document(answer, reproduce="corridors compare"), geometries(answer)


def test_every_leg_is_drawn_and_times_add_up(real: Any) -> None:
    document, geometries = real
    seen = view(document, geometries)
    assert seen["undrawn"] == []
    for option in seen["options"]:
        assert sum(span[0] for span in option["times"]) / 24 == pytest.approx(
            option["days"], abs=0.02
        )


def test_legs_join_up(real: Any) -> None:
    document, geometries = real
    for option, legs in zip(view(document, geometries)["options"], _lines(real), strict=True):
        for one, other in itertools.pairwise(legs):
            away = max(abs(one[-1][0] - other[0][0]), abs(one[-1][1] - other[0][1]))
            assert away < 0.3, option["name"]


def _lines(real: Any) -> Any:
    return view(*real)["lines"]


def test_size_of_three_corridors(real: Any) -> None:
    document, geometries = real
    three = dict(document, options=document["options"][:3])
    assert len(comparison_map(three, geometries).get_root().render().encode()) <= 500_000


def test_files(real: Any, tmp_path: Path) -> None:
    page, svg, png = write_map(*real, tmp_path / "map.html")
    for credit in ("OpenStreetMap", "Natural Earth", "GeoNames", "Suez Canal"):
        assert credit in svg.read_text(encoding="utf-8")
    assert page.stat().st_size <= 600_000
    assert svg.stat().st_size <= 100_000
    assert png.stat().st_size <= 1_500_000
