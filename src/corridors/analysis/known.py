"""Conditions known at the data's date that an answer for normal operation leaves out."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from corridors.errors import DataError


class KnownCondition(NamedTuple):
    """A dated disruption whose end is not known, or lies after the data's date."""

    id: str
    title: str
    since: str
    last_known: str

    @property
    def sentence(self) -> str:
        """One line for an answer."""
        return f"{self.title} ({self.since[:7]} to at least {self.last_known})"


def known_conditions(folder: Path) -> list[KnownCondition]:
    """Disruptions without a known end, by id.

    Only the head of each file is read here (``key: value`` lines at no indent): an answer must
    not wait for a YAML parser to name what it does not apply.
    """
    known = []
    for path in sorted((folder / "conditions").glob("*.yaml")):
        head = _head(path)
        # Without a start it is no event but a question that somebody may ask.
        started = bool(head.get("valid_from"))
        if head.get("kind") == "disruption" and started and not head.get("valid_to"):
            known.append(
                KnownCondition(
                    head.get("id", path.stem),
                    head.get("title", path.stem),
                    head.get("valid_from", "unknown"),
                    head.get("last_known", "unknown"),
                )
            )
    return known


def _head(path: Path) -> dict[str, str]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error
    head: dict[str, str] = {}
    for line in text.splitlines():
        if not line[:1].isalpha():
            continue
        key, colon, value = line.partition(":")
        if colon and key.isidentifier():
            cleaned = value.split(" #")[0].strip().strip("'\"")
            head[key] = "" if cleaned in ("null", "~") else cleaned
    return head
