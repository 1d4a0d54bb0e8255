"""GeoParquet: one file for each layer, in a folder."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from corridors.errors import OptionalDependencyError
from corridors.exchange.layers import Layers
from corridors.exchange.targets import whole_folder

NOTES = "README.txt"


def write_geoparquet(layers: Layers, folder: Path) -> None:
    """Write layers into a folder, whole or not at all.

    Parameters
    ----------
    layers : dict of str to Layer
    folder : Path
        Does not exist yet, or is empty. ``README.txt`` in it says what each layer is.

    Raises
    ------
    OptionalDependencyError
        pyarrow is not installed.
    OutputError
        The folder cannot be written.
    """
    need_pyarrow()
    with whole_folder(folder) as beside:
        for name, layer in layers.items():
            layer.frame.to_parquet(beside / f"{name}.parquet", index=False)
        (beside / NOTES).write_text(notes(layers), "utf-8")


def notes(layers: Layers) -> str:
    """What each layer is and whose data it is, one line each."""
    return "".join(f"{name}: {layer.about}\n" for name, layer in layers.items())


def need_pyarrow() -> None:
    """Refuse early, with the command that helps.

    Raises
    ------
    OptionalDependencyError
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise OptionalDependencyError("GeoParquet needs pyarrow: pip install 'corridors[exchange]'")
