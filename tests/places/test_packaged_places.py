"""The names a planner writes, against the tables that ship."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.errors import UnknownPlaceError
from corridors.places import Gazetteer


@pytest.fixture(scope="module")
def gazetteer(geodata: Path) -> Gazetteer:
    return Gazetteer(geodata)


@pytest.mark.parametrize(
    "spellings",
    [
        ["Xi'an", "Xi’an", "xian", "西安", "Сиань"],
        ["Aktau", "Aqtau", "Актау", "KZAAU"],
        ["Dostyk", "Druzhba"],
        ["Małaszewicze", "Malaszewicze"],
        ["Almaty", "Алматы", "KZALA"],
        ["Tbilisi", "თბილისი", "Тбилиси"],
        ["Munich", "München", "Muenchen"],
        ["Moscow", "Москва"],
    ],
)
def test_spellings_mean_one_place(gazetteer: Gazetteer, spellings: list[str]) -> None:
    assert len({gazetteer.resolve(spelling).id for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("Alat", "Baku"), ("Altynkol", "Khorgos"), ("Karachi", "Gwadar")]
)
def test_neighbours_are_not_mixed_up(gazetteer: Gazetteer, one: str, other: str) -> None:
    assert gazetteer.resolve(one).id != gazetteer.resolve(other).id


def test_aktua_suggests_aktau(gazetteer: Gazetteer) -> None:
    with pytest.raises(UnknownPlaceError, match="Aktau"):
        gazetteer.resolve("Aktua")


def test_every_curated_place_is_found_by_its_own_name_and_id(gazetteer: Gazetteer) -> None:
    for row in gazetteer._curated[0]:
        assert gazetteer.resolve(row.place.id) == row.place
        found = gazetteer.resolve(f"{row.place.name}, {row.place.country}")
        assert (found.id, found.facilities) == (row.place.id, row.place.facilities)


def test_every_facility_of_a_place_exists(gazetteer: Gazetteer) -> None:
    known = {row.place.id for row in gazetteer._curated[1]}
    for row in gazetteer._curated[0]:
        assert set(row.place.facilities) <= known, row.place.id
