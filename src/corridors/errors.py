"""Every failure a user can meet, as a typed error that says what, where and how to fix it.

Each class is also a built-in exception, so ``except KeyError`` or ``except ValueError``
in a notebook keeps working. The command line turns each class into one line on stderr and
the exit code given here.
"""

from __future__ import annotations

from collections.abc import Sequence


class CorridorsError(Exception):
    """Root of all errors raised on purpose by this package.

    Examples
    --------
    >>> issubclass(UnknownPlaceError, CorridorsError)
    True
    """

    exit_code = 2

    def __str__(self) -> str:
        # KeyError would print its argument with quotes: a message is text, not a key. Names from
        # anywhere stand in it, and a notebook prints it: no control or bidi sign gets through.
        said = str(self.args[0]) if self.args else self.__class__.__name__
        return "".join(c if c.isprintable() else " " for c in said)


class UsageError(CorridorsError, ValueError):
    """An option or argument that cannot be understood."""


class UnknownPlaceError(CorridorsError, KeyError):
    """No place of that name; carries the nearest names.

    Parameters
    ----------
    message : str
        What was looked up and what to do.
    suggestions : sequence of str
        Names that look alike, best first.
    """

    def __init__(self, message: str, *, suggestions: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.suggestions = tuple(suggestions)


class AmbiguousPlaceError(CorridorsError, KeyError):
    """Several places answer to the name; carries the candidates."""

    def __init__(self, message: str, *, candidates: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)


class SnapError(CorridorsError, ValueError):
    """A point too far from any line or terminal that could serve it.

    Parameters
    ----------
    message : str
        What lies how far from what.
    distance_km : float, optional
        Great-circle distance to the nearest usable line.
    """

    def __init__(self, message: str, *, distance_km: float | None = None) -> None:
        super().__init__(message)
        self.distance_km = distance_km


class NoRouteError(CorridorsError, ValueError):
    """No path under the given conditions; names what blocks it."""

    exit_code = 3


class ParameterError(CorridorsError, KeyError):
    """A parameter key that no row answers, or a value that cannot be used."""


class DataError(CorridorsError, ValueError):
    """A table or file of the data folder is missing, broken or inconsistent."""

    exit_code = 4


class OutputError(CorridorsError, OSError):
    """A result could not be written; nothing was left half-written."""

    exit_code = 4


class OptionalDependencyError(CorridorsError, ImportError):
    """A feature needs an extra that is not installed; the message names the pip command."""


class ScenarioError(CorridorsError, ValueError):
    """A scenario or dated condition that does not exist or cannot be read."""

    exit_code = 2


class SweepError(CorridorsError, ValueError):
    """A series whose plan cannot be understood, or a folder of results that cannot go on."""

    exit_code = 2
