"""What the studies hand on: flat rows with a title and notes, whatever they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Study:
    """Rows of one study, ready to be printed or framed.

    Attributes
    ----------
    kind : str
        Such as ``criticality``.
    title : str
        What was asked, in words.
    rows : sequence of dict
        Flat rows with the same keys, in their order.
    notes : sequence of str
        What the rows rest on, and what they leave out.
    found : bool
        Whether there is a result to act on.
    facts : dict
        Results that are no rows.
    """

    kind: str
    title: str
    rows: Sequence[dict[str, Any]]
    notes: Sequence[str] = ()
    found: bool = True
    facts: dict[str, Any] = field(default_factory=dict)
