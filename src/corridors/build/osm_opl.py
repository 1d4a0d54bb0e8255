"""Ways and nodes of a file as lines of text, written by pyosmium without a step in Python.

pyosmium filters in C++, but each thing and each node of a way that it hands to Python costs about
a microsecond. Written to a scratch file in its plain text format (OPL) and read from there, the
same things cost a third of that.
"""

from __future__ import annotations

import re
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


def write_scratch(
    path: Path, scratch: Path, tags: Sequence[tuple[str, str]] = (), *, nodes: bool = False
) -> None:
    """Write ways of a file that have one of the tags, and all its nodes if asked, as text.

    Parameters
    ----------
    path, scratch : Path
        File to read, and to write.
    tags : sequence of (key, value)
        Without any, no way is written.
    nodes : bool

    Raises
    ------
    DataError
        The file is truncated, damaged or of another format.
    OutputError
        The scratch file cannot be written.
    """
    osmium = osmium_module()
    way, node = osmium.osm.WAY, osmium.osm.NODE
    kinds = (way | node) if tags and nodes else way if tags else node
    chosen = [osmium.filter.TagFilter(*tags).enable_for(way)] if tags else []
    try:
        writer = osmium.SimpleWriter(osmium.io.File(str(scratch), "opl"))
    except (RuntimeError, OSError) as error:
        raise OutputError(f"no scratch file can be written: {scratch} ({error})") from error
    try:
        reader = osmium.io.Reader(str(path), kinds)
        try:
            osmium.apply(reader, *chosen, writer)
            writer.close()
        finally:
            reader.close()
    except (RuntimeError, OSError) as error:
        if "No space left" in str(error):
            raise OutputError(
                f"no room for a scratch file in {scratch.parent}: set TMPDIR to a folder with more"
            ) from error
        raise DataError(
            f"{path}: cannot be read as OpenStreetMap data ({error}): "
            "download it again, or check that it is complete"
        ) from error


def ways(scratch: Path) -> Iterator[Way]:
    """Ways of a scratch file."""
    for line in _lines(scratch, "w"):
        # id, version, deleted or not, changeset, time, user id, user, tags, nodes
        name, version, visible, _, _, _, _, tags_text, refs = line[:-1].split(" ")
        yield Way(
            int(name[1:]), int(version[1:]), visible != "dD", _tags(tags_text[1:]), refs[1:],
            tags_text[1:],
        )  # fmt: skip


def nodes(scratch: Path) -> Iterator[tuple[int, int, int]]:
    """Id, longitude and latitude in units of 1e-7 degree of every node of a scratch file."""
    for line in _lines(scratch, "n"):
        head, _, y = line[:-1].rpartition(" y")
        head, _, x = head.rpartition(" x")
        name, _, rest = head.partition(" ")
        if " dD " in rest[:24]:
            continue
        if x and y:
            yield int(name[1:]), round(float(x) * 1e7), round(float(y) * 1e7)
        else:
            yield int(name[1:]), NOWHERE, NOWHERE


def _lines(scratch: Path, letter: str) -> Iterator[str]:
    with scratch.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            if line[0] == letter:
                yield line


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
