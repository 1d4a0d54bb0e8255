"""The packaged gazetteer of cities: one compressed text, searched without parsing it.

Opened only when the curated tables do not know a name. The file is UTF-8 text: a header line, one
line per city ordered by population, an empty line, then one line per search key. A lookup is one
scan for the key at the start of a line, which is much faster than building an index first.
"""

from __future__ import annotations

import csv
import zlib
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from corridors.errors import DataError
from corridors.places.spelling import fold, similarity

FORMAT = "corridors-cities/1"
CITIES_FILE = "cities.txt.gz"
COUNTRIES_FILE = "countries.csv"


class City(NamedTuple):
    """One populated place of GeoNames.

    Parameters
    ----------
    geoname_id : int
        GeoNames id.
    name : str
        Name in GeoNames.
    country : str
        ISO 3166-1 alpha-2 code.
    lat, lon : float
        Degrees north and east.
    population : int
        As GeoNames has it; 0 where unknown.
    """

    geoname_id: int
    name: str
    country: str
    lat: float
    lon: float
    population: int


class CityIndex:
    """Cities by any of their names.

    Parameters
    ----------
    folder : Path
        The ``places`` folder of the data.

    Examples
    --------
    >>> from corridors.data_location import data_dir
    >>> CityIndex(data_dir() / "places").by_key("duisburg")[0].country
    'DE'
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _text(self) -> str:
        path = self._folder / CITIES_FILE
        try:
            import gzip  # only where the curated names do not know the place

            with gzip.open(path, "rb") as stream:
                text = stream.read().decode("utf-8")
        except FileNotFoundError:
            raise DataError(f"{path} is missing: reinstall corridors or restore the file") from None
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as fault:
            raise DataError(f"{path} cannot be read: {fault}") from fault
        if not text.startswith(FORMAT + "\t"):
            raise DataError(f"{path} is not a {FORMAT} file: restore it from the package")
        return text

    @cached_property
    def _keys_from(self) -> int:
        return self._text.index("\n\n") + 1

    @cached_property
    def _rows(self) -> list[str]:
        return self._text[: self._keys_from].split("\n")[1:]

    def _city(self, number: int) -> City:
        ident, name, country, lat, lon, population = self._rows[number].split("\t")
        return City(int(ident), name, country, float(lat), float(lon), int(population))

    def by_key(self, key: str) -> list[City]:
        """Return the cities with exactly this search key, largest first.

        Parameters
        ----------
        key : str
            Made by `fold`.
        """
        if not key:
            return []
        at = self._text.find(f"\n{key}\t", self._keys_from)
        if at < 0:
            return []
        begin = at + len(key) + 2
        end = self._text.index("\n", begin)
        return [self._city(int(n)) for n in self._text[begin:end].split(" ")]

    def by_id(self, geoname_id: str) -> City | None:
        """Return the city with a GeoNames id, or None."""
        at = self._text.find(f"\n{geoname_id}\t", 0, self._keys_from)
        if at < 0:
            return None
        return self._city(self._text.count("\n", 0, at))

    def starting_with(self, prefix: str, *, limit: int) -> list[City]:
        """Return cities with a name that starts with the prefix, largest first.

        Parameters
        ----------
        prefix : str
            Start of a search key.
        limit : int
            At most this many.
        """
        if not prefix:
            return []
        numbers: set[int] = set()
        at = self._text.find(f"\n{prefix}", self._keys_from)
        while at >= 0:
            end = self._text.index("\n", at + 1)
            line = self._text[at + 1 : end]
            # Keys are sorted: the first line with another start ends the block.
            if not line.startswith(prefix):
                break
            numbers.update(int(n) for n in line.rpartition("\t")[2].split(" "))
            at = end
        return [self._city(n) for n in sorted(numbers)[:limit]]

    def alike(self, key: str, *, limit: int, at_least: float) -> list[tuple[float, City]]:
        """Return cities whose names look like the key, best first.

        Parameters
        ----------
        key : str
            Made by `fold`.
        limit : int
            At most this many.
        at_least : float
            Least similarity, 0 to 1.
        """
        best: dict[int, float] = {}
        letters = set(key)
        for line in self._text[self._keys_from + 1 :].split("\n"):
            name, _, numbers = line.partition("\t")
            # The cheap tests first: nearly all of the keys fail them.
            if abs(len(name) - len(key)) > 2 or not name or len(letters ^ set(name)) > 3:
                continue
            score = similarity(key, name)
            if score >= at_least:
                first = int(numbers.split(" ", 1)[0])
                best[first] = max(score, best.get(first, 0.0))
        ranked = sorted(best, key=lambda n: (-round(best[n], 2), n))[:limit]
        return [(best[n], self._city(n)) for n in ranked]


class CountryNames:
    """Country codes and their English names.

    Parameters
    ----------
    folder : Path
        The ``places`` folder of the data.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / COUNTRIES_FILE

    @cached_property
    def names(self) -> dict[str, str]:
        """English name by ISO 3166-1 alpha-2 code."""
        return {row["iso2"]: row["name"] for row in self._rows}

    @cached_property
    def _rows(self) -> list[dict[str, str]]:
        try:
            with self._path.open(encoding="utf-8", newline="") as stream:
                rows = list(csv.DictReader(stream))
        except (OSError, UnicodeDecodeError) as fault:
            raise DataError(f"{self._path} cannot be read: {fault}") from fault
        if not rows or not {"iso2", "iso3", "name"} <= rows[0].keys():
            raise DataError(f"{self._path}:1: expected the columns iso2, iso3, name")
        return rows

    @cached_property
    def _codes(self) -> dict[str, str]:
        codes: dict[str, str] = {}
        for row in self._rows:
            for written in (row["iso2"], row["iso3"], row["name"]):
                codes.setdefault(fold(written), row["iso2"])
        return codes

    def code(self, text: str) -> str | None:
        """Return the alpha-2 code for a code or English name, or None.

        Parameters
        ----------
        text : str
            ``KZ``, ``KAZ`` or ``Kazakhstan``, in any case.
        """
        return self._codes.get(fold(text))
