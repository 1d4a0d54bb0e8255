"""Where the data folder lies: the user's own, the one in the wheel, or the repository's."""

from __future__ import annotations

import os
from pathlib import Path

from corridors.errors import DataError

_PACKAGE = Path(__file__).resolve().parent


def data_dir(user: str | Path | None = None) -> Path:
    """Return the data folder to read from.

    Parameters
    ----------
    user : str or Path, optional
        A folder of the user's own (``--data DIR``). Never falls back: a folder that was asked
        for and is not there is an error.

    Returns
    -------
    Path
        An existing folder that holds ``curated/``.

    Raises
    ------
    DataError
        The folder does not exist or does not look like a data folder.

    Examples
    --------
    >>> (data_dir() / "curated").is_dir()
    True
    """
    if user is not None:
        chosen = Path(user).expanduser()
        # Unlike Path.is_dir, this says no to a name that is too long for the file system.
        if not os.path.isdir(chosen):  # noqa: PTH112
            raise DataError(f"no data folder at {chosen}: give an existing folder with --data")
        if not (chosen / "curated").is_dir():
            raise DataError(
                f"{chosen} holds no 'curated' folder: copy the packaged data folder and edit that"
            )
        return chosen
    # Installed first: a wheel must not pick up a 'geodata' that happens to lie beside it.
    for candidate in (_PACKAGE / "geodata", _PACKAGE.parents[1] / "geodata"):
        if (candidate / "curated").is_dir():
            return candidate
    raise DataError(
        f"the packaged data folder is missing (looked in {_PACKAGE / 'geodata'}): "
        "reinstall corridors, or give a folder with --data"
    )
