"""The folder a series writes into: its manifest, its parts, and what is done of them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from corridors.errors import OutputError, SweepError
from corridors.outputs.files import write_bytes
from corridors.series.parts import DRAWS, ROWS
from corridors.series.plan import SCHEMA, SweepPlan

MANIFEST = "manifest.json"
_PART = re.compile(r"(rows|draws)-(\d{6,})-([0-9a-f]{32})\.parquet")
_BESIDE = re.compile(r"\.(?:(?:rows|draws)-\d{6,}-[0-9a-f]{32}\.parquet|manifest\.json)\.\w+")


class Makers(NamedTuple):
    """What answers come from beside the plan.

    Attributes
    ----------
    edition : str
        Of this package.
    version : str
        Of the data, as answers print it.
    digest : str
        Fingerprint of all files of the data.
    """

    edition: str
    version: str
    digest: str


class Folder:
    """Results of one plan on one state of the data.

    A part bears its number and the digest of its content in its name: it is whole when the two
    agree, whatever was killed when.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self, plan: SweepPlan, made_by: Makers) -> None:
        """Begin or go on.

        Parameters
        ----------
        plan : SweepPlan
        made_by : Makers

        Raises
        ------
        SweepError
            The folder holds the results of another plan, of other data or another edition of
            this package.
        OutputError
            It holds something else, or cannot be written.
        """
        asked = _identity(plan, made_by)
        if self.path.exists() and not self.path.is_dir():
            raise OutputError(f"cannot write {self.path}: it is a file; --out names a folder")
        if (self.path / MANIFEST).exists():
            self._check(asked)
            return
        if self.path.is_dir() and any(not _BESIDE.fullmatch(p.name) for p in self.path.iterdir()):
            raise OutputError(
                f"cannot write {self.path}: it holds other files; give a folder of its own"
            )
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot make {self.path}: {error.strerror or error}") from error
        self._write(asked, complete=False, parts=[])

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from writing meanwhile, where the system can.

        Raises
        ------
        SweepError
            Another process writes into this folder.
        """
        try:
            import fcntl
        except ImportError:  # Windows: parts are renamed into place, two writers do no harm
            yield
            return
        handle = os.open(self.path, os.O_RDONLY)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SweepError(
                    f"{self.path}: another series is writing there; wait for it, or give another "
                    "folder"
                ) from None
            except OSError:
                pass  # a network file system without locks: as on Windows
            yield
        finally:
            os.close(handle)

    def clear(self) -> None:
        """Take away what a killed writer left half-written beside the parts."""
        for path in self.path.iterdir():
            if _BESIDE.fullmatch(path.name):
                path.unlink(missing_ok=True)

    def keep(self, number: int, parts: Mapping[str, bytes]) -> dict[str, str]:
        """Write the tables of a chunk; returns their names."""
        names = {}
        # The table of answers last: where it is, the chunk is done.
        for table in sorted(parts, key=lambda name: name == ROWS):
            digest = hashlib.sha256(parts[table]).hexdigest()[:32]
            names[table] = f"{table}-{number:06d}-{digest}.parquet"
            write_bytes(self.path / names[table], parts[table])
            # A writer that was killed may have left another one, made by other libraries.
            for path in self.path.glob(f"{table}-{number:06d}-*.parquet"):
                if path.name != names[table]:
                    path.unlink(missing_ok=True)
        return names

    def finish(self, plan: SweepPlan, made_by: Makers) -> None:
        """Say in the manifest that all parts are there, and which."""
        names = [path.name for table in (DRAWS, ROWS) for path in self.parts(table)]
        self._write(_identity(plan, made_by), complete=True, parts=names)

    def manifest(self) -> dict[str, Any]:
        """The manifest.

        Raises
        ------
        SweepError
            There is none, or it cannot be read.
        """
        path = self.path / MANIFEST
        try:
            found = json.loads(path.read_text("utf-8"))
            if found["schema"] != SCHEMA:
                raise SweepError(f"{path}: schema {found['schema']!r} instead of {SCHEMA!r}")
        except FileNotFoundError:
            raise SweepError(
                f"{self.path}: no {MANIFEST} in it; give the folder that a series wrote into"
            ) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, SweepError):
                raise
            raise SweepError(
                f"{path}: damaged ({type(error).__name__}); move the folder away and run again"
            ) from None
        return dict(found)

    def parts(self, table: str) -> list[Path]:
        """Parts of a table in their order."""
        found = [p for p in self.path.glob(f"{table}-*.parquet") if _PART.fullmatch(p.name)]
        return sorted(found, key=lambda path: (_number(path), path.name))

    # -------------------------------------------------------------------------------------

    def _check(self, asked: Mapping[str, Any]) -> None:
        found = self.manifest()
        for key, what in (
            ("plan_digest", "another plan"),
            ("data_digest", "other data"),
            ("corridors", "another edition of corridors"),
        ):
            if found.get(key) != asked[key]:
                raise SweepError(
                    f"{self.path} holds results of {what} ({_short(found.get(key))}, now "
                    f"{_short(asked[key])}): give a new folder with --out, or go back to what it "
                    f"was begun with, which {MANIFEST} states"
                )

    def done(self, plan: SweepPlan) -> dict[int, dict[str, str]]:
        """Chunks whose parts are whole: number, table, name of the file.

        What is damaged or belongs to no whole chunk is taken away: nobody else may be writing.
        """
        found: dict[int, dict[str, str]] = {}
        for path in sorted(self.path.iterdir()):
            match = _PART.fullmatch(path.name)
            if match is None:
                continue
            table, number, digest = match[1], int(match[2]), match[3]
            known = table in found.get(number, {})
            if known or number >= plan.parts or _digest(path) != digest:
                path.unlink(missing_ok=True)
            else:
                found.setdefault(number, {})[table] = path.name
        wanted = {ROWS, DRAWS} if plan.asked.keep_draws else {ROWS}
        whole = {number: names for number, names in found.items() if names.keys() == wanted}
        for number, names in found.items():
            if number not in whole:
                for name in names.values():
                    (self.path / name).unlink(missing_ok=True)
        return whole

    def _write(self, asked: Mapping[str, Any], *, complete: bool, parts: list[str]) -> None:
        document = {**asked, "complete": complete, "files": parts}
        text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        write_bytes(self.path / MANIFEST, text.encode())


def _number(path: Path) -> int:
    return int(path.name.split("-")[1])


def data_digest(folder: Path) -> str:
    """Fingerprint of every file of a data folder that an answer may rest on."""
    digest = hashlib.sha256()
    for path in data_files(folder):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()}\n{content}\n".encode())
    return digest.hexdigest()


def data_files(folder: Path) -> list[Path]:
    """Files of a data folder in a fixed order; what can be made again from them is left out."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.relative_to(folder).parts[0] not in ("compiled", "demand")
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _identity(plan: SweepPlan, made_by: Makers) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "corridors": made_by.edition,
        "plan_digest": plan.digest,
        "plan": plan.document(),
        "data_version": made_by.version,
        "data_digest": made_by.digest,
        "cells": plan.cells,
        "parts": plan.parts,
    }


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()[:32]
    except OSError:
        return ""


def _short(text: object) -> str:
    return str(text)[:12]
