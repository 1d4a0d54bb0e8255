"""A document with other names of its places: those the tables store, nothing transliterated."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any


def renamed(document: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Put stored names in the place of those of the document.

    A facility keeps its own name in brackets, so that a port and a yard of one town stay apart.

    Parameters
    ----------
    document : mapping
        A compare or route document.
    names : mapping
        Ids of places and facilities to names.

    Returns
    -------
    dict
        A copy; places without another name stay as they are.

    Examples
    --------
    >>> end = {"id": "KZ-AAU", "name": "Aktau port"}
    >>> made = renamed({"shipment": {"origin": end, "destination": {}}, "options": []},
    ...                {"KZ-AAU": "Актау"})
    >>> made["shipment"]["origin"]["name"]
    'Актау'
    """
    made = copy.deepcopy(dict(document))
    for option in made["options"]:
        _rename_option(option, names)
    for end in ("origin", "destination"):
        place = made["shipment"][end]
        place["name"] = names.get(str(place.get("id")), place.get("name"))
    return made


def _rename_option(option: dict[str, Any], names: Mapping[str, str]) -> None:
    parts = (*option.get("legs", ()), *option.get("events", ()))
    labels: dict[str, str] = {}
    for part in parts:
        for key in ("from", "to", "place"):
            stored, other = part.get(key), names.get(str(part.get(f"{key}_id")))
            if stored and other:
                labels[stored] = _label(other, stored)
    for part in parts:
        for key in ("from", "to", "place"):
            if key in part:
                part[key] = _relabelled(part[key], labels)
    for key in ("border_crossings", "gauge_changes", "transshipments"):
        for row in option.get(key, ()):
            row["place"] = _relabelled(row["place"], labels)
    slowest = option.get("p90_made_by")
    for stored in sorted(labels, key=len, reverse=True):
        if slowest and stored in slowest:
            option["p90_made_by"] = slowest.replace(stored, labels[stored])
            break


def _label(name: str, stored: str) -> str:
    # One level of brackets: what reads names for labels takes off no more.
    plain = stored.replace(" (", ", ").replace("(", ", ").replace(")", "")
    return f"{name} ({plain})"


def _relabelled(place: Any, labels: Mapping[str, str]) -> Any:
    """A border is named by both its ends."""
    if not isinstance(place, str) or place in labels:
        return labels.get(place, place) if isinstance(place, str) else place
    return "–".join(labels.get(part, part) for part in place.split("–"))
