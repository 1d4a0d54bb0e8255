"""Entry point: arguments in, one result on stdout, exit codes that scripts rely on."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from corridors import __version__
from corridors.cli.commands import COMMANDS
from corridors.errors import CorridorsError, OutputError, UsageError

EXIT_INTERNAL = 1
EXIT_INTERRUPTED = 130


class _Help(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=100)


class Parser(argparse.ArgumentParser):
    """A parser whose errors are ours: one line, exit code 2."""

    def __init__(self, **options: Any) -> None:
        # Of a fixed width: to ask the terminal, argparse loads shutil and all its compressors.
        super().__init__(**options, formatter_class=_Help)

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage."""
        raise UsageError(f"{message} (see: {self.prog} --help)")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process without.

    Returns
    -------
    int
        0 at least one option is ok, 1 internal error, 2 usage, 3 no option is ok, 4 invalid
        data or unwritable output, 130 interrupted.
    """
    if argv is not None:
        return _run(list(argv))
    # A process of a fraction of a second makes no cycles worth looking for, neither on its way
    # nor at its end, where the interpreter would look at every object once more.
    gc.disable()
    # No command multiplies matrices: threads for it would only have to be started.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        return _run(sys.argv[1:])
    finally:
        gc.freeze()


def _run(arguments: list[str]) -> int:
    try:
        _prepare_stdout()
        options = parser(arguments[0] if arguments else None).parse_args(arguments)
        options.below = getattr(options, "data", None)
        if getattr(options, "overlay", None) is not None:
            from corridors.cli.exchange import lay_over

            lay_over(options)
        code = int(options.run(options, arguments))
        sys.stdout.flush()
        return code
    except CorridorsError as error:
        return _fail(error)
    except BrokenPipeError:
        # The reader has gone (`| head`): nothing to say, and no traceback at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _fail(OutputError(f"cannot write the result: {error.strerror or error}"))
    except KeyboardInterrupt:
        print("corridors: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except Exception as error:
        if os.environ.get("CORRIDORS_DEBUG"):
            raise
        kind = type(error).__name__
        print(
            f"corridors: internal error, please report it: {kind}: {_one_line(str(error))} "
            "(CORRIDORS_DEBUG=1 shows where)",
            file=sys.stderr,
        )
        return EXIT_INTERNAL


def _prepare_stdout() -> None:
    """Place names are written in many scripts; a narrow pipe gets escapes, not a failure."""
    if sys.stdout is None:
        raise OutputError("cannot write the result: standard output is closed")
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def _fail(error: CorridorsError) -> int:
    print(f"corridors: {_one_line(str(error))}", file=sys.stderr)
    return error.exit_code


def _one_line(message: str) -> str:
    """Text from data never runs in a terminal: control characters go, lines are joined."""
    return " ".join("".join(c if c.isprintable() else " " for c in message).split())


def parser(only: str | None = None) -> Parser:
    """The command line.

    Parameters
    ----------
    only : str, optional
        The one command to set up; all of them, for the help, when it is none of them.
    """
    top = Parser(
        prog="corridors",
        description="Compare transport corridors across Eurasia on the real rail, road and sea "
        "network: days, dollars, borders, and what is not known.",
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"corridors {__version__}")
    sub = top.add_subparsers(
        required=True, metavar="COMMAND", parser_class=Parser, prog="corridors"
    )
    for name, command in COMMANDS.items():
        if only in (None, name) or only not in COMMANDS:
            text = command.summary
            one = sub.add_parser(
                name, help=text, description=f"{text[0].upper()}{text[1:]}.", allow_abbrev=False
            )
            one.set_defaults(run=command)
            command.add_options(one)
    return top
