"""Every speed, rate, dwell, wait and factor as a row with a spread, a source and a grade.

The parameters live in ``parameters.csv`` (what the model computes with) and the published
figures they were weighed against in ``evidence.csv``. No number has its home in code.
"""

from __future__ import annotations

from corridors.parameters.distribution import SplitLognormal
from corridors.parameters.evidence import Evidence, EvidenceRow, parse_age
from corridors.parameters.ledger import Ledger, ParameterRow

__all__ = [
    "Evidence",
    "EvidenceRow",
    "Ledger",
    "ParameterRow",
    "SplitLognormal",
    "parse_age",
]
