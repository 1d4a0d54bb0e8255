"""From what a planner writes to one place, or an error that says what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from corridors.errors import AmbiguousPlaceError, UnknownPlaceError, UsageError
from corridors.places.cities import City, CityIndex, CountryNames
from corridors.places.curated import CuratedRow, kept_curated
from corridors.places.place import Place
from corridors.places.spelling import fold, printable, similarity
from corridors.shelf import Shelf

# No name is longer; comparing such a text with every known name would take its time.
LONGEST_NAME = 200
# A city this many times larger than its namesakes is the one that is meant.
CLEARLY_LARGER = 20
# A city that has the name only as an alias counts for less than one that is called so.
ALIAS_WEIGHT = 0.25
_SAME_PLACE_KM = 30.0
_SUGGEST_FROM = 0.72
_UNKNOWN_POPULATION = 500
# The beginning of a longer name ("Khunjerab" of "Khunjerab Pass") is a good guess.
_LEAST_PREFIX = 4
_PREFIX_SCORE = 0.9

_NUMBER = r"[+-]?\d{1,3}(?:\.\d+)?"
_COORDINATES = re.compile(
    rf"\s*(?P<lat>{_NUMBER})\s*°?\s*(?P<ns>[NSns])?\s*[,;\s]"
    rf"\s*(?P<lon>{_NUMBER})\s*°?\s*(?P<ew>[EWew])?\s*"
)
_GEONAMES_ID = re.compile(r"\s*geonames:(\d{1,9})\s*", re.IGNORECASE)


class Gazetteer:
    """Every way to name a place.

    Parameters
    ----------
    data : Path
        The data folder, as `corridors.data_location.data_dir` returns it.

    Notes
    -----
    Order of lookup: ``lat,lon``; facility id; place id; UN/LOCODE; curated names and aliases;
    names of facilities; cities of the packaged gazetteer. The last is opened only when the others
    do not know the name.

    Examples
    --------
    >>> from corridors.data_location import data_dir
    >>> gazetteer = Gazetteer(data_dir())
    >>> gazetteer.resolve("43.35, 77.0").country
    ''
    >>> gazetteer.resolve("Wuppertal").country
    'DE'
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._cities = CityIndex(data / "places")
        self._countries = CountryNames(data / "places")

    @cached_property
    def _curated(self) -> tuple[list[CuratedRow], list[CuratedRow]]:
        """Places and facilities of the curated tables."""
        return kept_curated(self._data, Shelf(self._data))

    @cached_property
    def _by_id(self) -> dict[str, Place]:
        # Facilities last: where a place and a facility share an id, the facility is meant.
        return {row.place.id.casefold(): row.place for rows in self._curated for row in rows}

    @cached_property
    def _place_names(self) -> dict[str, list[Place]]:
        return _names(self._curated[0])

    @cached_property
    def _facility_names(self) -> dict[str, list[Place]]:
        facilities = self._curated[1]
        return _names(facilities) | _names(row for row in facilities if row.endpoint)

    def resolve(self, text: str) -> Place:
        """Return the one place that a text means.

        Parameters
        ----------
        text : str
            A name in any spelling or script, ``Name, CC``, a UN/LOCODE, an id or ``lat,lon``.

        Returns
        -------
        Place
            The place and the facilities that serve it.

        Raises
        ------
        UnknownPlaceError
            Nothing has that name; carries names that look alike.
        AmbiguousPlaceError
            Several places have it and none is clearly meant; carries the candidates.
        UsageError
            The text is empty, or coordinates that are not on the globe.
        """
        if len(text) > LONGEST_NAME:
            shown = printable(text[:30])
            raise UsageError(f"a place of {len(text):,} characters ({shown}...): that is no name")
        if not fold(text):
            raise UsageError("a place is empty: give a name, a UN/LOCODE, an id or lat,lon")
        found = self._coordinates(text) or self._identifier(text)
        if found is not None:
            return found
        name, country = self._split_country(text)
        candidates = self._candidates(name, country)
        if not candidates and country is not None:
            # A comma can be part of a name ("Port Qasim, Karachi").
            candidates = self._candidates(text, None)
        if not candidates:
            raise self._unknown(text, name, country)
        if len(candidates) > 1:
            raise _ambiguous(text, candidates)
        return candidates[0]

    def search(self, text: str, *, limit: int = 10) -> list[Place]:
        """Return places that answer to a text, the likeliest first; empty when none does.

        Parameters
        ----------
        text : str
            A name or the beginning of one, an id or a UN/LOCODE.
        limit : int
            At most this many.

        Returns
        -------
        list of Place
            Exact matches, then names that begin so, then names that contain it or look alike.

        Examples
        --------
        >>> from corridors.data_location import data_dir
        >>> [p.country for p in Gazetteer(data_dir()).search("Wuppert", limit=1)]
        ['DE']
        """
        name, country = self._split_country(text)
        key = fold(name)
        if not key or limit < 1:
            return []
        found: list[Place] = []
        exact = self._coordinates(text) or self._identifier(text)
        if exact is not None:
            found.append(exact)
        names = [
            (written, place)
            for table in (self._place_names, self._facility_names)
            for written, places in table.items()
            for place in places
        ]
        found += [place for written, place in names if written == key]
        cities = [_from_city(city) for city in self._cities.by_key(key)]
        found += cities
        found += [place for written, place in names if written.startswith(key)]
        if len(key) > 2:
            found += [place for written, place in names if key in written]
            found += map(_from_city, self._cities.starting_with(key, limit=4 * limit))
        if not found:
            found = self._alike(key, limit=limit)
        unique = {
            place.id: place for place in found if country is None or place.country in (country, "")
        }
        return list(unique.values())[:limit]

    def country_name(self, code: str) -> str:
        """Return the English name of a country, or the code itself where it is not known.

        Parameters
        ----------
        code : str
            ISO 3166-1 alpha-2 code.
        """
        return self._countries.names.get(code, code)

    def _coordinates(self, text: str) -> Place | None:
        match = _COORDINATES.fullmatch(text)
        if match is None:
            return None
        lat = float(match["lat"]) * (-1 if (match["ns"] or "").upper() == "S" else 1)
        lon = float(match["lon"]) * (-1 if (match["ew"] or "").upper() == "W" else 1)
        if abs(lat) > 90 or abs(lon) > 180:
            hint = " (it looks like lon,lat)" if abs(lon) <= 90 and abs(lat) <= 180 else ""
            raise UsageError(f"{printable(text)!r} is not lat,lon on the globe{hint}")
        name = f"{lat:.4f},{lon:.4f}"
        return Place(id=name, name=name, country="", lon=lon, lat=lat, source="coordinates")

    def _identifier(self, text: str) -> Place | None:
        written = text.strip()
        found = self._by_id.get(written.casefold())
        if found is not None:
            return found
        code = "".join(written.split()).upper()
        if len(code) == 5 and code.isascii():
            for rows in self._curated:
                matches = [row.place for row in rows if code in row.unlocodes]
                # A code is also a five-letter word: it must name one place to be taken as a code.
                if len(_merged(matches)) == 1:
                    return _merged(matches)[0]
        match = _GEONAMES_ID.fullmatch(text)
        if match is not None:
            city = self._cities.by_id(match[1])
            return None if city is None else _from_city(city)
        return None

    def _split_country(self, text: str) -> tuple[str, str | None]:
        name, comma, tail = text.rpartition(",")
        if not comma or not fold(name):
            # "Springfield (US)" is how results print a place: accept it back.
            match = re.fullmatch(r"(.+?)\s*\(([A-Za-z]{2})\)\s*", text)
            if match is None:
                return text, None
            name, tail = match[1], match[2]
        code = tail.strip()
        if len(code) == 2 and code.isascii() and code.isalpha():
            return name, code.upper()
        country = self._countries.code(tail)
        return (text, None) if country is None else (name, country)

    def _candidates(self, name: str, country: str | None) -> list[Place]:
        key = fold(name)
        for table in (self._place_names, self._facility_names):
            curated = [
                place for place in table.get(key, ()) if country is None or place.country == country
            ]
            if curated:
                return _merged(curated)
        cities = [
            city for city in self._cities.by_key(key) if country is None or city.country == country
        ]
        return [_from_city(city) for city in _likely(cities, key)]

    def _alike(self, key: str, *, limit: int) -> list[Place]:
        scored: dict[str, tuple[float, int, Place]] = {}
        for table in (self._place_names, self._facility_names):
            for written, places in table.items():
                score = similarity(key, written)
                if len(key) >= _LEAST_PREFIX and written.startswith(key):
                    score = max(score, _PREFIX_SCORE)
                if score >= _SUGGEST_FROM:
                    for place in places:
                        if score > scored.get(place.id, (0.0,))[0]:
                            scored[place.id] = (score, 0, place)
        cities = self._cities.alike(key, limit=limit, at_least=_SUGGEST_FROM + 0.05)
        for rank, (score, city) in enumerate(cities, 1):
            # Curated places come first among equals: they are what the corridors are made of.
            place = _from_city(city)
            scored[place.id] = (score - 0.1, rank, place)
        ranked = sorted(scored.values(), key=lambda item: (-item[0], item[1], item[2].id))
        return [place for _, _, place in ranked[:limit]]

    def _unknown(self, text: str, name: str, country: str | None) -> UnknownPlaceError:
        # "Xi'an, Shaanxi" and "Alat, IN": the name is known, what follows it does not fit.
        head = name if country is not None else text.partition(",")[0]
        elsewhere = self._candidates(head, None) if head != text else []
        alike = elsewhere[:3] or self._alike(fold(name), limit=3)
        names = list(dict.fromkeys(place.label for place in alike))
        message = f"unknown place {printable(text)!r}"
        if names:
            message += f"; did you mean {' or '.join(names)}?"
        else:
            message += ": give a city, a UN/LOCODE, a facility id or lat,lon"
        return UnknownPlaceError(message, suggestions=[place.name for place in alike])


def _names(rows: Iterable[CuratedRow]) -> dict[str, list[Place]]:
    table: dict[str, list[Place]] = {}
    for row in rows:
        for key in row.keys:
            table.setdefault(key, []).append(row.place)
    return table


def _merged(places: Sequence[Place]) -> list[Place]:
    """Facilities of one name beside each other are one place with several doors."""
    if len(places) < 2 or any(place.source != "facility" for place in places):
        return list(places)
    first = places[0]
    if any(place.country != first.country for place in places) or any(
        _kilometres(first, place) > _SAME_PLACE_KM for place in places[1:]
    ):
        return list(places)
    doors = tuple(door for place in places for door in place.facilities)
    return [
        Place(
            id=first.id,
            name=first.name,
            country=first.country,
            lon=first.lon,
            lat=first.lat,
            facilities=doors,
            source="facility",
        )
    ]


def _likely(cities: Sequence[City], key: str) -> list[City]:
    """Return the one city that is clearly meant, or all that may be."""
    apart: list[City] = []
    for city in cities:
        # A district or suburb listed beside its city under the same name is the same place.
        if all(
            city.country != other.country or _kilometres(city, other) > _SAME_PLACE_KM
            for other in apart
        ):
            apart.append(city)
    if len(apart) < 2:
        return apart

    def weight(city: City) -> float:
        known = max(city.population, _UNKNOWN_POPULATION)
        return known if fold(city.name) == key else ALIAS_WEIGHT * known

    ranked = sorted(apart, key=lambda city: (-weight(city), city.geoname_id))
    if weight(ranked[0]) >= CLEARLY_LARGER * weight(ranked[1]):
        return ranked[:1]
    return ranked


def _kilometres(a: Place | City, b: Place | City) -> float:
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half = (
        sin((lat_b - lat_a) / 2) ** 2
        + cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    )
    return 12742.0 * asin(sqrt(min(1.0, half)))


def _from_city(city: City) -> Place:
    return Place(
        id=f"geonames:{city.geoname_id}",
        name=city.name,
        country=city.country,
        lon=city.lon,
        lat=city.lat,
        source="geonames",
    )


def _ambiguous(text: str, candidates: Sequence[Place]) -> AmbiguousPlaceError:
    listed = [f"{place.label} at {place.position}" for place in candidates]
    shown = "; ".join(listed[:6]) + (f"; and {len(listed) - 6} more" if len(listed) > 6 else "")
    best = candidates[0]
    if sum(place.country == best.country for place in candidates) == 1:
        way = f'write "{best.name}, {best.country}", or the coordinates'
    else:
        way = f'write the id "{best.id}", or the coordinates'
    return AmbiguousPlaceError(
        f"{printable(text)!r} can mean {len(candidates)} places: {shown}. To choose, {way}",
        candidates=listed,
    )
