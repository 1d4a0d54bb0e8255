"""Compare transport corridors across Eurasia on the real rail, road and sea network.

>>> import corridors as co
>>> co.compare("Xi'an", "Duisburg", draws=200)["northern"].status
'ok'
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "alternatives",
    "assign",
    "breakeven",
    "capacity",
    "compare",
    "catalogue",
    "chokepoints_map",
    "criticality",
    "cut",
    "dependence",
    "disjoint",
    "export",
    "find_places",
    "import_tables",
    "isochrone_map",
    "isochrones",
    "load",
    "map",
    "matrix",
    "overlay",
    "pareto",
    "projects",
    "projects_map",
    "read_sweep",
    "route",
    "sweep",
    "switch",
    "to_networkx",
    "to_osmnx",
    "tornado",
    "whatif",
]


def __getattr__(name: str) -> Any:
    # Lazy: `import corridors` costs next to nothing, and a query imports no map library.
    if name in __all__:
        from corridors import api

        return getattr(api, name)
    raise AttributeError(f"module 'corridors' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
