"""How far a build has come, on a terminal only: a log or a pipe stays clean."""

from __future__ import annotations

import time
from typing import TextIO

_WIDTH = 24
_EVERY_S = 0.1


class Progress:
    """One line that is written over until its step is done.

    Parameters
    ----------
    stream : text stream, optional
        Usually stderr. Nothing is written where it is no terminal, or without it.

    Examples
    --------
    >>> progress = Progress()
    >>> progress.step("reading ways", total=10)
    >>> progress.add(10)
    >>> progress.done()
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None and stream.isatty() else None
        self._name, self._total, self._count = "", 0, 0
        self._shown = 0.0

    def step(self, name: str, *, total: int = 0) -> None:
        """Begin a step; without a total its count is shown and no bar."""
        self.done()
        self._name, self._total, self._count = name, total, 0
        self._show()

    def add(self, count: int = 1) -> None:
        """So much more of the step is done."""
        self._count += count
        if self._stream is not None and time.monotonic() - self._shown >= _EVERY_S:
            self._show()

    def done(self) -> None:
        """End the step and clear its line."""
        if self._stream is not None and self._name:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
        self._name = ""

    def _show(self) -> None:
        if self._stream is None:
            return
        self._shown = time.monotonic()
        if self._total:
            share = min(1.0, self._count / self._total)
            bar = ("#" * round(share * _WIDTH)).ljust(_WIDTH, ".")
            state = f"[{bar}] {share:4.0%}"
        else:
            state = f"{self._count:,}" if self._count else ""
        self._stream.write(f"\r\x1b[K{self._name} {state}")
        self._stream.flush()
