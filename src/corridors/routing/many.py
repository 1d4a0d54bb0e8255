"""Whether one question is asked or many: a series is answered by the compiled search."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

_SERIES: ContextVar[bool] = ContextVar("series", default=False)


@cache
def is_compiled() -> bool:
    """Whether loops can be compiled: the extra ``[fast]`` is there."""
    from importlib.util import find_spec

    return find_spec("numba") is not None


@contextmanager
def series() -> Iterator[None]:
    """Many questions follow: answer them by the compiled search where it can be had.

    The answers are the same without it, only slower: the compiled search takes a second or two
    to load, which a single question would have to wait for.

    Examples
    --------
    >>> with series():
    ...     in_series() == is_compiled()
    True
    >>> in_series()
    False
    """
    token = _SERIES.set(True)
    try:
        yield
    finally:
        _SERIES.reset(token)


def in_series() -> bool:
    """Whether questions are to be answered by the compiled search."""
    return _SERIES.get() and is_compiled()
