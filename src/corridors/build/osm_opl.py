"""Ways and nodes of a file as lines of text, written by pyosmium without a step in Python.

pyosmium filters in C++, but each thing and each node of a way that it hands to Python costs about
a microsecond. Written to a scratch file in its plain text format (OPL) and read from there, the
same things cost a third of that.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from corridors.build.osm_tags import FERRY_KEYS, KEYS, POINT_KINDS
from corridors.errors import DataError, OptionalDependencyError, OutputError

NOWHERE = 2**40
"""Coordinate of a node that has none."""

_WANTED = frozenset({*KEYS, *FERRY_KEYS, *(key for key, _ in POINT_KINDS)})


class Way(NamedTuple):
    """A way with those of its tags that decide anything, and its name."""

    id: int
    version: int
    visible: bool
    tags: dict[str, str]
    nodes: str
    text: str

    def name(self) -> str:
        """Its name, empty where it has none."""
        found = re.search("(?:^|,)name=([^,]*)", self.text)
        return _plain(found.group(1)) if found else ""

    def refs(self) -> list[int]:
        """Ids of its nodes."""
        if not self.nodes:
            return []
        if "x" in self.nodes:  # a file with positions on ways
            return [int(part.partition("x")[0][1:]) for part in self.nodes.split(",")]
        return [int(ref) for ref in self.nodes.replace("n", "").split(",")]


def osmium_module() -> Any:
    """The pyosmium package.

    Raises
    ------
    OptionalDependencyError
        It is not installed.
    """
    try:
        import osmium
    except ImportError as error:
        raise OptionalDependencyError(
            "reading OpenStreetMap files needs pyosmium: pip install 'corridors[osm]'"
        ) from error
    return osmium


def ways(path: Path, tags: Sequence[tuple[str, str]]) -> Iterator[Way]:
    """Ways of a file that have one of the tags.

    Raises
    ------
    DataError
        The file is truncated, damaged or of another format.
    """
    osmium = osmium_module()
    for line in _lines(path, osmium.osm.WAY, osmium.filter.TagFilter(*tags)):
        # id, version, deleted or not, changeset, time, user id, user, tags, nodes
        name, version, visible, _, _, _, _, tags_text, refs = line[:-1].split(" ")
        yield Way(
            int(name[1:]), int(version[1:]), visible != "dD", _tags(tags_text[1:]), refs[1:],
            tags_text[1:],
        )  # fmt: skip


def nodes(path: Path) -> Iterator[tuple[int, int, int]]:
    """Id, longitude and latitude in units of 1e-7 degree of every node of a file.

    Raises
    ------
    DataError
        The file is truncated, damaged or of another format.
    """
    osmium = osmium_module()
    for line in _lines(path, osmium.osm.NODE):
        head, _, y = line[:-1].rpartition(" y")
        head, _, x = head.rpartition(" x")
        name, _, rest = head.partition(" ")
        if " dD " in rest[:24]:
            continue
        if x and y:
            yield int(name[1:]), round(float(x) * 1e7), round(float(y) * 1e7)
        else:
            yield int(name[1:]), NOWHERE, NOWHERE


def _lines(path: Path, kind: Any, *filters: Any) -> Iterator[str]:
    osmium = osmium_module()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder) / "part.opl"
        try:
            writer = osmium.SimpleWriter(osmium.io.File(str(scratch), "opl"))
        except (RuntimeError, OSError) as error:
            raise OutputError(f"no scratch file can be written in {folder} ({error})") from error
        try:
            reader = osmium.io.Reader(str(path), kind)
            try:
                osmium.apply(reader, *filters, writer)
                writer.close()
            finally:
                reader.close()
        except (RuntimeError, OSError) as error:
            if "No space left" in str(error):
                raise OutputError(
                    f"no room for a scratch file in {folder}: set TMPDIR to a folder with more"
                ) from error
            raise DataError(
                f"{path}: cannot be read as OpenStreetMap data ({error}): "
                "download it again, or check that it is complete"
            ) from error
        with scratch.open(encoding="utf-8", newline="\n") as file:
            yield from file


def _tags(text: str) -> dict[str, str]:
    if not text:
        return {}
    pairs = [pair.partition("=") for pair in text.split(",")]
    return {key: _plain(value) for key, _, value in pairs if key in _WANTED}


def _plain(text: str) -> str:
    """Text without the escapes of the format.

    Examples
    --------
    >>> _plain("50%20%mph")
    '50 mph'
    """
    if "%" not in text:
        return text
    return re.sub("%([0-9a-f]+)%", lambda found: chr(int(found.group(1), 16)), text)
