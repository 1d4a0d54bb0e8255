"""Rules that flag a country: a flag is no clearance, and no flag is none either."""

from __future__ import annotations

from typing import NamedTuple

from corridors.analysis.engine import Engine
from corridors.network.tables import read_rows


class Flag(NamedTuple):
    """A rule that a planner must check before using a country."""

    country: str
    flag: str
    rule: str
    since: str = ""
    source: str = ""
    note: str = ""


def read_flags(engine: Engine) -> dict[str, list[Flag]]:
    """Rules that flag a country, by code: a flag is no clearance, and no flag is none either.

    Raises
    ------
    DataError
        The table is missing or broken.
    """
    flags: dict[str, list[Flag]] = {}
    for row in read_rows(engine.folder / "curated" / "flags.csv", Flag):
        flags.setdefault(row.country, []).append(row)
    return flags
