"""Scenarios that are named: conditions of the catalogue or of files, with all they include."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.analysis.engine import Engine
from corridors.errors import ScenarioError
from corridors.parameters import Ledger

if TYPE_CHECKING:
    from corridors.conditions.dated import Condition


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

    named = [_scenario(engine, ledger, name) for name in names]
    parts = [part for one in named for part in with_parts(one, engine.catalogue)]
    return list({part.id: part for part in parts}.values())


def _scenario(engine: Engine, ledger: Ledger, name: str) -> Condition:
    """A condition of the catalogue, or of a file of the user's."""
    from corridors.conditions.dated import read_condition

    if name in engine.catalogue:
        return engine.catalogue[name]
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        return read_condition(path, engine.tables, ledger)
    from difflib import get_close_matches

    near = get_close_matches(name, engine.catalogue, n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(near)}? " if near else ""
    raise ScenarioError(
        f"no scenario {name!r}: {hint}`corridors conditions` lists them; a file ends in .yaml"
    )
