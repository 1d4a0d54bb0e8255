"""Progress is for a terminal; nothing else ever sees it."""

from __future__ import annotations

import io

import pytest

from corridors.build.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(stream: io.StringIO) -> str:
    progress = Progress(stream)
    progress.step("reading", total=4)
    for _ in range(4):
        progress.add()
    progress.step("counting")
    progress.add(1234)
    progress.done()
    progress.done()
    return stream.getvalue()


def test_a_pipe_sees_nothing() -> None:
    assert run(io.StringIO()) == ""


def test_a_terminal_sees_a_bar_and_a_clean_line_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corridors.build.progress._EVERY_S", -1.0)
    shown = run(Terminal())
    assert "[######" in shown
    assert "100%" in shown
    assert "counting 1,234" in shown
    assert shown.endswith("\r\x1b[K")
    assert "\n" not in shown
