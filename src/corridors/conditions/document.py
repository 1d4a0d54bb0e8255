"""A YAML file as plain values, each of which knows its line: safe, bounded, without surprises.

YAML can run code by tags, grow without end by aliases and nest without end; a scenario needs
none of that, so all of it is refused with file, line and key.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridors.errors import ScenarioError

MOST_BYTES = 1_000_000
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Spot:
    """A value of a document and where it stands.

    Attributes
    ----------
    value : dict of str to Spot, list of Spot, or a plain value
    file : str
    line : int
        0 where it was handed over as it is and stands in no file.
    path : str
        Keys that lead to it, such as ``effects[2].add_h.event``.
    """

    value: Any
    file: str
    line: int
    path: str

    def error(self, why: str) -> ScenarioError:
        """The error to raise about this value."""
        key = f"{self.path}: " if self.path else ""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return ScenarioError(f"{where}: {key}{why}")

    def mapping(self) -> dict[str, Spot]:
        """The value as a mapping.

        Raises
        ------
        ScenarioError
            It is none.
        """
        if not isinstance(self.value, dict):
            raise self.error(f"expected keys with values, got {_short(self.value)}")
        return self.value

    def items(self) -> list[Spot]:
        """The value as a list."""
        if not isinstance(self.value, list):
            raise self.error(f"expected a list, got {_short(self.value)}")
        return self.value

    def text(self) -> str:
        """The value as text."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.error(f"expected text, got {_short(self.value)}")
        return self.value.strip()

    def number(self) -> float:
        """The value as a finite number."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(f"expected a number, got {_short(value)}")
        if not abs(value) < 1e12:  # not-a-number fails as well
            raise self.error(f"{value!r} is no finite number of use here")
        return float(value)


def read_document(path: Path) -> Spot:
    """Read one YAML file.

    Raises
    ------
    ScenarioError
        It is missing, too large, no YAML, or uses tags, anchors, merges or a key twice.

    Examples
    --------
    >>> read_document(Path("no-such.yaml"))
    Traceback (most recent call last):
        ...
    corridors.errors.ScenarioError: no-such.yaml: cannot be read (No such file or directory)
    """
    import yaml

    try:
        if path.stat().st_size > MOST_BYTES:
            size = path.stat().st_size
            raise ScenarioError(f"{path}: {size:,} bytes; at most {MOST_BYTES:,} are read")
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: not UTF-8 text ({error.reason})") from None
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read ({error.strerror or error})") from None
    _refuse_depth(path, text)
    try:
        _refuse_anchors(path, yaml, text)
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is None:
            raise ScenarioError(f"{path}:1: the file is empty")
        return _spot(node, loader, str(path), "", 0)
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path}:{_line(error)}: no YAML: {_problem(error)}") from None
    except ValueError as error:  # an impossible date, a broken number
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError(f"{path}: {error}") from None


def _refuse_depth(path: Path, text: str) -> None:
    """Brackets nest only as deep as a scenario needs: the parser itself would recurse."""
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        for char in line:
            depth += (char in "[{") - (char in "]}")
            if depth > DEEPEST:
                raise ScenarioError(f"{path}:{number}: nested deeper than {DEEPEST} levels")
        if len(line) - len(line.lstrip(" -")) > 8 * DEEPEST:
            raise ScenarioError(f"{path}:{number}: nested deeper than {DEEPEST} levels")


def _refuse_anchors(path: Path, yaml: Any, text: str) -> None:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ScenarioError(f"{path}:{line}: anchors and aliases are not allowed")
        if getattr(event, "tag", None):
            raise ScenarioError(f"{path}:{line}: tags are not allowed ({event.tag})")


def _spot(node: Any, loader: Any, file: str, path: str, depth: int) -> Spot:
    import yaml

    line = node.start_mark.line + 1
    if depth > DEEPEST:
        raise ScenarioError(f"{file}:{line}: nested deeper than {DEEPEST} levels")
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Spot] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            where = f"{path}.{key}" if path else key
            if key in found:
                raise ScenarioError(f"{file}:{key_node.start_mark.line + 1}: {where}: twice")
            found[key] = _spot(value_node, loader, file, where, depth + 1)
        return Spot(found, file, line, path)
    if isinstance(node, yaml.SequenceNode):
        rows = [
            _spot(child, loader, file, f"{path}[{number}]", depth + 1)
            for number, child in enumerate(node.value)
        ]
        return Spot(rows, file, line, path)
    return Spot(loader.construct_object(node), file, line, path)


def _line(error: Any) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark else 1


def _problem(error: Any) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
