"""The toy with limits: what each border and ship of it can take in a week."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from corridors.analysis.engine import Engine

CAPACITIES = """\
target,id,direction,teu_week_low,teu_week,teu_week_high,basis,year,grade,source,url,seen,note
crossing,BC-rail,both,160,200,240,stated,2025,published,invented,https://example.org,2026-01-01,
crossing,AB-rail,each,50,60,70,stated,2025,published,invented,https://example.org,2026-01-01,
crossing,AB-road,both,100,100,100,carried,2025,published,invented,https://example.org,2026-01-01,
service,TOY-FERRY,each,30,30,30,sailings,2025,published,invented,https://example.org,2026-01-01,
"""
NUMBERS = """\
choice_usd/corridor,500,500,500,USD/FEU,expert,invented,https://example.org,2025,2026-01-01,toy
choice_usd/variant,100,100,100,USD/FEU,expert,invented,https://example.org,2025,2026-01-01,toy
one_way_share,0.5,0.5,0.5,share,expert,invented,https://example.org,2025,2026-01-01,toy
"""
SHUT = """\
id: ab-shut
title: The railway border is shut
kind: disruption
valid_from: 2026-03-01
valid_to: 2026-03-14
grade: hypothetical
effects:
  - close: {crossing: AB-rail}
"""
CAPPED = """\
id: ferry-capped
title: One ship less
kind: disruption
valid_from: null
valid_to: null
grade: hypothetical
effects:
  - cap: {service: TOY-FERRY, teu_week: 20}
"""


@pytest.fixture(scope="session")
def numbers() -> str:
    """Rows of parameters that flows need."""
    return NUMBERS


@pytest.fixture(scope="session")
def limited(
    toy: ModuleType, load: Callable[[Path], Engine], tmp_path_factory: pytest.TempPathFactory
) -> Engine:
    """The toy with capacities, scales of choice and two conditions."""
    folder = Path(toy.write_toy(tmp_path_factory.mktemp("limited")))
    curated = folder / "curated"
    (curated / "capacities.csv").write_text(CAPACITIES, "utf-8")
    with (curated / "parameters.csv").open("a", encoding="utf-8") as numbers:
        numbers.write(NUMBERS)
    (folder / "conditions").mkdir(exist_ok=True)
    (folder / "conditions" / "ab-shut.yaml").write_text(SHUT, "utf-8")
    (folder / "conditions" / "ferry-capped.yaml").write_text(CAPPED, "utf-8")
    return load(folder)
