"""Scenarios that are named: conditions of the catalogue or of files, with all they include."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.analysis.engine import Engine
from corridors.parameters import Ledger

if TYPE_CHECKING:
    from corridors.conditions.condition import Condition


def forced_conditions(engine: Engine, ledger: Ledger, names: Sequence[str]) -> list[Condition]:
    """Conditions that are named, each with what it includes and each once.

    Raises
    ------
    ScenarioError
        A scenario that does not exist or cannot be read.

    Examples
    --------
    >>> engine = Engine.load()
    >>> found = forced_conditions(engine, engine.ledger, ["russia-iran-red-sea-free"])
    >>> [condition.id for condition in found]
    ['russia-iran-red-sea-free', 'russia-belarus-avoided', 'red-sea-2023']
    """
    if not names:
        return []
    from corridors.conditions.dated import with_parts

    found: dict[str, Condition] = {}
    for name in names:
        condition, own = _scenario(engine, ledger, name)
        for part in with_parts(condition, own):
            found.setdefault(part.id, part)
    return list(found.values())


def _scenario(
    engine: Engine, ledger: Ledger, name: str
) -> tuple[Condition, Mapping[str, Condition]]:
    """A condition of the catalogue, or of a file of the user's, and what it may include."""
    from corridors.conditions.dated import AT, named, read_conditions

    stem, _, level = name.rpartition(AT) if not _is_file(name) else (name, "", "")
    if not _is_file(stem):
        hint = " (`corridors conditions` lists them; a file ends in .yaml)"
        return named(name, engine.catalogue, "no scenario", hint), engine.catalogue
    own = read_conditions(Path(stem), engine.tables, ledger)
    ident = next(iter(own)).partition(AT)[0]
    wanted = f"{ident}{AT}{level}" if level else ident
    return named(wanted, own, f"{stem}: no condition"), {**engine.catalogue, **own}


def _is_file(name: str) -> bool:
    return Path(name).suffix in (".yaml", ".yml")
