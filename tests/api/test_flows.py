"""Capacity, assignment and dependence in a notebook."""

from __future__ import annotations

import pandas as pd
import pytest

import corridors as co
from corridors.errors import UsageError


def test_capacity_as_a_frame() -> None:
    found = co.capacity(["CN"], ["EU"], corridors=["northern", "titr"])
    table = found.table
    assert list(table["corridor"]) == ["northern", "titr", "northern + titr"]
    assert (table["teu_week_low"] <= table["teu_week"]).all()
    assert (table["teu_week"] <= table["teu_week_high"]).all()
    assert repr(found) == found.text
    assert "<pre>" in found._repr_html_()


def test_a_frame_is_a_demand() -> None:
    demand = pd.DataFrame(
        {"origin": ["Xi'an", "Almaty"], "destination": ["Duisburg", "Poti"], "teu_week": [900, 100],
         "value_of_time": [300.0, float("nan")]}
    )  # fmt: skip
    found = co.assign(demand)
    assert found.table["teu_week"].sum() == pytest.approx(1000.0)
    assert set(found.table["origin"]) == {"Xi'an", "Almaty"}
    assert (found.doors["load"] <= found.doors["teu_week"] * (1 + 1e-9)).all()


def test_dependence_as_a_frame() -> None:
    found = co.dependence(["Almaty"], ["Duisburg", "Shanghai"], avoid=["ru"])
    shares = found.table.groupby("what")["share"].sum()
    assert shares["exit gateway"] == pytest.approx(1.0, abs=1e-5)
    assert "RU" not in set(found.table["id"])
    with pytest.raises(UsageError, match="only an assignment"):
        _ = found.doors


def test_what_is_no_question() -> None:
    with pytest.raises(UsageError, match="no date"):
        co.capacity(["CN"], ["EU"], as_of="soon")
    with pytest.raises(UsageError, match="needs the columns"):
        co.assign(pd.DataFrame({"origin": ["Almaty"]}))
