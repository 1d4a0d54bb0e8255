"""One key for many spellings; nothing a user types reaches the terminal raw."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.places.spelling import fold, printable, similarity


@pytest.mark.parametrize(
    "spellings",
    [
        ["Xi'an", "Xi’an", "XIAN", "Xi an", "Xi-an", "Xīʼān"],
        ["Małaszewicze", "malaszewicze", "MALASZEWICZE"],
        ["Ust-Kamenogorsk", "Ust Kamenogorsk", "ustkamenogorsk"],
        ["Ələt", "alat"],
        ["İstanbul", "Istanbul", "istanbul"],
        ["Алма-Ата", "алмаата"],
        ["Ürümqi", "urumqi"],
    ],
)
def test_spellings_of_one_name_share_a_key(spellings: list[str]) -> None:
    assert len({fold(s) for s in spellings}) == 1


def test_scripts_are_kept_apart() -> None:
    assert fold("西安") == "西安"
    assert fold("ალათი") == "ალათი"


@given(st.text())
def test_fold_is_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_an_echo_is_one_short_line_without_control_characters(text: str) -> None:
    shown = printable(text)
    assert len(shown) <= 60
    assert not [c for c in shown if unicodedata.category(c)[0] == "C"]


def test_swapped_letters_are_nearer_than_other_names() -> None:
    assert similarity(fold("Aktua"), fold("Aktau")) > similarity(fold("Aktua"), fold("Aktyubinsk"))
