"""Places: from what a planner writes to a point with the facilities that serve it."""

from __future__ import annotations

from corridors.places.gazetteer import Gazetteer
from corridors.places.place import Place
from corridors.places.spelling import fold, printable

__all__ = ["Gazetteer", "Place", "fold", "printable"]
