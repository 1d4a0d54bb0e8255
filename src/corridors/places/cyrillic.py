"""Names of places as Russian readers write them, where the table has them."""

from __future__ import annotations

import re
from pathlib import Path

from corridors.places.curated import read_places

# The letters of the Russian alphabet: Kazakh, Ukrainian or Mongolian spellings have others.
_RUSSIAN = re.compile(r"[А-Яа-яЁё][А-Яа-яЁё .()–-]*")


def cyrillic_names(folder: Path) -> dict[str, str]:
    """Ids of places and facilities to the first alias in Russian letters.

    A facility takes the name of the place it serves; of several places, the one with the fewest
    facilities.

    Parameters
    ----------
    folder : Path
        A data folder.

    Examples
    --------
    >>> from corridors.data_location import data_dir
    >>> names = cyrillic_names(data_dir())
    >>> names["xian"], names["KZ-AAU"]
    ('Сиань', 'Актау')
    """
    names: dict[str, str] = {}
    rows = read_places(folder / "curated" / "places.csv")
    for row in sorted(rows, key=lambda row: len(row.place.facilities)):
        found = next((name for name in row.names if _RUSSIAN.fullmatch(name)), None)
        if found:
            names[row.place.id] = found
            for facility in row.place.facilities:
                names.setdefault(facility, found)
    return names
