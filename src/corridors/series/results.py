"""The folder of a series read back: as a frame, and counted."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from corridors.errors import SweepError
from corridors.series.folder import Folder
from corridors.series.parts import need_pyarrow

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def read_frame(
    folder: str | Path, table: Literal["rows", "draws"] = "rows", *, partial: bool = False
) -> pd.DataFrame:
    """Results of a series as one frame, in the order of the plan.

    Parameters
    ----------
    folder : str or Path
    table : {"rows", "draws"}
        One row per answer, or one per single draw, where the plan keeps draws.
    partial : bool
        Whether to read what is there of a series that has not come to its end.

    Raises
    ------
    SweepError
        There is no series, it is not finished, a part is damaged, or draws were not kept.
    OptionalDependencyError
        pyarrow is not installed.
    """
    import pandas as pd

    need_pyarrow()
    frames = [
        part.to_pandas(date_as_object=False, use_threads=False)
        for part in _parts(Folder(Path(folder)), table, partial=partial)
    ]
    if not frames:
        return pd.DataFrame()
    if table == "draws":
        frames = [frame.astype({"condition": str, "corridor": str}) for frame in frames]
    return pd.concat(frames, ignore_index=True)


def statuses(folder: Path) -> Counter[str]:
    """How many answers have which status."""
    counts: Counter[str] = Counter()
    for part in _parts(Folder(folder), "rows", columns=["status"]):
        counts.update(part["status"].to_pylist())
    return counts


def _parts(
    folder: Folder, table: str, *, partial: bool = False, columns: list[str] | None = None
) -> list[pa.Table]:
    import pyarrow.parquet as pq

    manifest = folder.manifest()
    if table == "draws" and not manifest["plan"]["asked"]["keep_draws"]:
        raise SweepError(f"{folder.path}: draws were not kept: write keep: [draws] in the plan")
    if not manifest["complete"] and not partial:
        raise SweepError(
            f"{folder.path}: {len(folder.parts('rows'))} of {manifest['parts']} parts are done: "
            "run the same plan again to go on, or read what is there with partial=True"
        )
    found = []
    for path in folder.parts(table):
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest()[:32] != path.stem.rpartition("-")[2]:
            raise SweepError(f"{path} is damaged: run the same plan again, it is made anew")
        # Small files: threads gain nothing, and a process that ends while they start aborts.
        file = pq.ParquetFile(io.BytesIO(data), pre_buffer=False)
        found.append(file.read(columns=columns, use_threads=False))
    wanted = manifest["parts"] if manifest["complete"] else None
    if wanted is not None and len(found) != wanted:
        raise SweepError(
            f"{folder.path}: {len(found)} of {wanted} parts of {table}: run the same plan again, "
            "what is missing is made anew"
        )
    return found
