"""The page of the benchmarks says what was measured, and what was missed."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def run(repository: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    return importlib.import_module("run")


def test_met_and_missed_bounds_are_told_apart(run: ModuleType) -> None:
    ratio = run.Ratio
    fast = ratio("Search", "a query", "ours", "theirs", (2.0, 2.0, 4.0), (300.0,) * 3, 150.0, 100.0)
    slow = ratio(
        "Start", "the import", "ours", "numpy", (15.0,), (10.0,), 1.5, 1.3,
        lower_is_better=True, note="process start to exit",
    )  # fmt: skip
    page = run.written([fast, slow], runs=3, loads=[0.1, 0.4], seconds=120)
    assert "1 of 2 bounds are met. Missed: the import." in page
    assert "| a query | **150** | ≥ 100 | met | ours | 2 (2–3) | theirs | 300 (300–300) |" in page
    assert "| the import | **1.50** | ≤ 1.3 | missed | ours | 15 | numpy | 10 |" in page
    assert "- *the import*: process start to exit." in page
    assert "load between the benchmarks 0.1 to 0.4; the whole run took 2 minutes" in page
    assert "MISSED" in run.line(slow)
    assert "MISSED" not in run.line(fast)


def test_every_module_of_the_run_can_be_measured(run: ModuleType) -> None:
    for name in run.MODULES:
        assert callable(importlib.import_module(name).measure), name
