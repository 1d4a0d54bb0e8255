"""Lookup by every kind of name, against a small curated table and the packaged cities."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.errors import (
    AmbiguousPlaceError,
    CorridorsError,
    DataError,
    UnknownPlaceError,
    UsageError,
)
from corridors.places import Gazetteer

PLACES = """\
id,name,country,lat,lon,facilities,unlocodes,aliases
CN-XIAN,Xi'an,CN,34.37,109.06,CN-XIA,CNSIA,Xian;西安;Сиань
KZ-AKTAU,Aktau,KZ,43.60,51.20,KZ-AKT,KZAAU,Aqtau;Актау
AZ-ALAT,Alat,AZ,39.94,49.41,AZ-ALT,,Ələt;Alyat
DE-FFM,Frankfurt am Main,DE,50.11,8.68,,DEFRA,
PL-X,Twin,PL,52.00,20.00,,,
UA-X,Twin,UA,49.00,25.00,,,
"""
FACILITIES = """\
id,name,country,lat,lon,kind,zones,unlocode,status,snap_exception,source,note
CN-XIA,Xi'an International Port,CN,34.37,109.06,terminal,rail:CN,,operating,,,
KZ-AKT,Aktau port,KZ,43.60,51.20,port,rail:KZ;sea,KZAAU,operating,,,
KZ-DOS,Dostyk,KZ,45.25,82.50,terminal,rail:KZ,,operating,,,
KZ-DOR,Dostyk,KZ,45.26,82.52,border,road:KZ,,operating,,,
KZ-NOT,Farend,KZ,45.00,70.00,waypoint,rail:KZ,,operating,,,
KZ-NO2,Farend,KZ,50.00,60.00,waypoint,rail:KZ,,operating,,,
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, geodata: Path) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "curated").mkdir()
    (folder / "curated" / "places.csv").write_text(PLACES, encoding="utf-8")
    (folder / "curated" / "facilities.csv").write_text(FACILITIES, encoding="utf-8")
    shutil.copytree(geodata / "places", folder / "places")
    return folder


@pytest.fixture(scope="module")
def gazetteer(data: Path) -> Gazetteer:
    return Gazetteer(data)


@pytest.mark.parametrize(
    "text", ["Xi'an", "XIAN", "xi an", "Xi’an", "西安", "Сиань", "cn-xian", "CNSIA", "CN SIA"]
)
def test_one_curated_place_by_any_name(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.resolve(text)
    assert (found.id, found.facilities, found.source) == ("CN-XIAN", ("CN-XIA",), "curated")


def test_a_facility_id_is_that_facility(gazetteer: Gazetteer) -> None:
    found = gazetteer.resolve("kz-akt")
    assert (found.name, found.source, found.facilities) == ("Aktau port", "facility", ("KZ-AKT",))


def test_a_facility_name_prefers_where_a_container_can_begin(gazetteer: Gazetteer) -> None:
    assert gazetteer.resolve("Dostyk").facilities == ("KZ-DOS",)


def test_facilities_of_one_name_far_apart_are_ambiguous(gazetteer: Gazetteer) -> None:
    with pytest.raises(AmbiguousPlaceError, match='id "KZ-NOT"'):
        gazetteer.resolve("Farend")


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("43.35, 77.0", 43.35, 77.0),
        ("43.35 77", 43.35, 77.0),
        ("-12.5,+130.25", -12.5, 130.25),
        ("12.5S, 5W", -12.5, -5.0),
    ],
)
def test_coordinates(gazetteer: Gazetteer, text: str, lat: float, lon: float) -> None:
    found = gazetteer.resolve(text)
    assert (found.lat, found.lon, found.country) == (lat, lon, "")
    assert gazetteer.resolve(found.id) == found


def test_swapped_coordinates_are_named(gazetteer: Gazetteer) -> None:
    with pytest.raises(UsageError, match="looks like lon,lat"):
        gazetteer.resolve("109.06,34.37")


@pytest.mark.parametrize("text", ["", "   ", "'", "\x1b\x07"])
def test_an_empty_place_is_a_usage_error(gazetteer: Gazetteer, text: str) -> None:
    with pytest.raises(UsageError):
        gazetteer.resolve(text)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Wuppertal", "DE"),
        ("Алматы", "KZ"),
        ("Łódź", "PL"),
        ("ÜRÜMQİ", "CN"),
        ("London", "GB"),
        ("London, Canada", "CA"),
        ("London, CA", "CA"),
        ("London (GB)", "GB"),
        ("London, GBR", "GB"),
    ],
)
def test_packaged_cities(gazetteer: Gazetteer, text: str, country: str) -> None:
    found = gazetteer.resolve(text)
    assert (found.country, found.source) == (country, "geonames")


def test_a_curated_place_wins_over_cities_elsewhere(gazetteer: Gazetteer) -> None:
    assert gazetteer.resolve("Alat").country == "AZ"


def test_curated_namesakes_are_ambiguous_until_a_country_is_given(gazetteer: Gazetteer) -> None:
    with pytest.raises(AmbiguousPlaceError, match='write "Twin, PL"') as caught:
        gazetteer.resolve("Twin")
    assert caught.value.candidates == ("Twin (PL) at 52.00,20.00", "Twin (UA) at 49.00,25.00")
    assert gazetteer.resolve("Twin, UA").id == "UA-X"


def test_cities_of_like_size_are_ambiguous_and_the_id_decides(gazetteer: Gazetteer) -> None:
    with pytest.raises(AmbiguousPlaceError, match=r"31\.\d+,120\.\d+") as caught:
        gazetteer.resolve("Suzhou")
    ident = str(caught.value).split('write the id "')[1].split('"')[0]
    assert gazetteer.resolve(ident).country == "CN"


def test_a_misspelling_is_met_with_the_right_name(gazetteer: Gazetteer) -> None:
    with pytest.raises(UnknownPlaceError, match=r"did you mean Aktau \(KZ\)") as caught:
        gazetteer.resolve("Aktua")
    assert caught.value.suggestions[0] == "Aktau"


def test_the_wrong_country_names_the_right_one(gazetteer: Gazetteer) -> None:
    with pytest.raises(UnknownPlaceError, match=r"Alat \(AZ\)"):
        gazetteer.resolve("Alat, NO")


@pytest.mark.parametrize("text", ["\x1b[31mred\x1b[0m\x07", "<script>alert(1)</script>", "{{7*7}}"])
def test_hostile_text_is_only_text(gazetteer: Gazetteer, text: str) -> None:
    with pytest.raises(UnknownPlaceError) as caught:
        gazetteer.resolve(text)
    assert str(caught.value).isprintable()


@given(st.text(max_size=80))
def test_any_text_gives_a_place_or_a_typed_one_line_error(gazetteer: Gazetteer, text: str) -> None:
    message = ""
    try:
        gazetteer.resolve(text)
    except CorridorsError as error:
        message = str(error)
    assert message.isprintable()


def test_search_lists_the_likeliest_first(gazetteer: Gazetteer) -> None:
    assert [p.id for p in gazetteer.search("akta", limit=2)] == ["KZ-AKTAU", "KZ-AKT"]
    assert gazetteer.search("wupper")[0].name == "Wuppertal"
    assert gazetteer.search("Wupertal")[0].name == "Wuppertal"
    assert gazetteer.search("") == []
    assert len(gazetteer.search("berg", limit=5)) == 5


def test_country_names(gazetteer: Gazetteer) -> None:
    assert gazetteer.country_name("KZ") == "Kazakhstan"
    assert gazetteer.country_name("??") == "??"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("43.60,51.20,KZ-AKT", "north,51.20,KZ-AKT", r"places\.csv:3:lat: 'north'"),
        ("43.60,51.20,KZ-AKT", "43.60,251.20,KZ-AKT", r"places\.csv:3:lon: '251\.20'"),
        ("Aktau,KZ", "Aktau,kaz", r"places\.csv:3:country: 'kaz'"),
        ("KZ-AKTAU,", ",", r"places\.csv:3:id: is empty"),
        ("KZ-AKTAU,", "CN-XIAN,", r"places\.csv:3:id: 'CN-XIAN' is already on line 2"),
        ("Aqtau;Актау", "Aqtau,Актау", r"places\.csv:3: 8 columns expected"),
        ("unlocodes,aliases", "unlocodes,other", r"places\.csv:1: column aliases is missing"),
    ],
)
def test_a_broken_row_is_named(
    data: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    broken = tmp_path / "data"
    shutil.copytree(data, broken)
    (broken / "curated" / "places.csv").write_text(PLACES.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        Gazetteer(broken).resolve("Xi'an")


def test_missing_and_damaged_city_files_are_data_errors(data: Path, tmp_path: Path) -> None:
    broken = tmp_path / "data"
    shutil.copytree(data, broken)
    path = broken / "places" / "cities.txt.gz"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(DataError, match="cannot be read"):
        Gazetteer(broken).resolve("Wuppertal")
    path.write_bytes(gzip.compress(b"something else"))
    with pytest.raises(DataError, match="is not a"):
        Gazetteer(broken).resolve("Wuppertal")
    path.unlink()
    with pytest.raises(DataError, match="missing"):
        Gazetteer(broken).resolve("Wuppertal")
    # Curated names never open it.
    assert Gazetteer(broken).resolve("Aktau").id == "KZ-AKTAU"
