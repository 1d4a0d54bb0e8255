"""Every speed, rate, dwell, wait and factor as a row with a spread, a source and a grade.

The parameters live in ``parameters.csv`` (what the model computes with) and the published
figures they were weighed against in ``evidence.csv``. No number has its home in code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.parameters.distribution import SplitLognormal
from corridors.parameters.ledger import Ledger, ParameterRow

if TYPE_CHECKING:
    from corridors.parameters.evidence import Evidence, EvidenceRow, parse_age

__all__ = [
    "Evidence",
    "EvidenceRow",
    "Ledger",
    "ParameterRow",
    "SplitLognormal",
    "parse_age",
]


def __getattr__(name: str) -> Any:
    # The table of published facts is opened by few commands; a comparison does not wait for it.
    if name in __all__:
        from corridors.parameters import evidence

        return getattr(evidence, name)
    raise AttributeError(f"module 'corridors.parameters' has no attribute {name!r}")
