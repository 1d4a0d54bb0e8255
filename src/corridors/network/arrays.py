"""Arrays in one compressed file, the same bytes for the same content."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DATE = (1980, 1, 1, 0, 0, 0)  # a zip member needs a date; a fixed one keeps files comparable


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write named arrays beside the target, then rename.

    Parameters
    ----------
    path : Path
        The ``.npz`` file; `numpy.load` reads it, with pickling off.
    arrays : mapping of str to array
    """
    temporary = path.with_name(path.name + ".part")
    with zipfile.ZipFile(temporary, "w") as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", _DATE)
            archive.writestr(member, buffer.getvalue(), zipfile.ZIP_DEFLATED, 9)
    temporary.replace(path)
