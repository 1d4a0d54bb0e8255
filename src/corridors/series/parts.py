"""Parts of a result as Parquet: the same rows give the same bytes."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

from corridors.errors import OptionalDependencyError
from corridors.series.cells import FIGURES, ROW, Made
from corridors.series.plan import SCHEMA

if TYPE_CHECKING:
    import pyarrow as pa

ROWS, DRAWS = "rows", "draws"
"""Tables of a result: one row per answer, and one per single draw."""


def need_pyarrow() -> None:
    """Refuse early, with the command that helps.

    Raises
    ------
    OptionalDependencyError
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise OptionalDependencyError("a series needs pyarrow: pip install 'corridors[series]'")


def parts_of(made: Made) -> dict[str, bytes]:
    """What a chunk came to, by the name of the table, as Parquet.

    Nothing in it depends on when, where and by how many it was made.
    """
    found = {ROWS: _parquet(_rows(made))}
    if made.keep_draws:
        found[DRAWS] = _parquet(_draws(made))
    return found


def _rows(made: Made) -> pa.Table:
    import pyarrow as pa

    kinds: dict[str, Any] = {
        "pair": pa.int32(), "depart": pa.date32(), "borders": pa.int32(),
        **dict.fromkeys(FIGURES, pa.float64()),
    }  # fmt: skip
    schema = pa.schema(
        [(name, kinds.get(name, pa.string())) for name in ROW], metadata={"schema": SCHEMA}
    )
    return pa.table(made.rows, schema=schema)


def _draws(made: Made) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    count = len(made.drawn[0].days) if made.drawn else 0
    blocks, total = len(made.drawn), len(made.drawn) * count

    def repeated(values: list[Any], kind: pa.DataType) -> pa.Array:
        """Each value once for every draw, in few bytes."""
        known = list(dict.fromkeys(values))
        places = np.array([known.index(value) for value in values], dtype=np.int32)
        numbers = pa.array(np.repeat(places, count))
        return pa.DictionaryArray.from_arrays(numbers, pa.array(known, kind))

    def drawn(name: str) -> pa.Array:
        parts = [getattr(block, name) for block in made.drawn]
        return pa.array(np.concatenate(parts) if parts else np.zeros(0), pa.float64())

    columns = {
        "pair": pa.array(np.repeat([block.pair for block in made.drawn], count), pa.int32()),
        "condition": repeated([made.condition] * blocks, pa.string()),
        "depart": pa.array([made.chunk.depart] * total, pa.date32()),
        "corridor": repeated([block.corridor for block in made.drawn], pa.string()),
        "draw": pa.array(np.tile(np.arange(count, dtype=np.int32), blocks), pa.int32()),
        "days": drawn("days"),
        "usd": drawn("usd"),
    }
    return pa.table(columns).replace_schema_metadata({"schema": SCHEMA})


def _parquet(table: pa.Table) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", version="2.6")
    return bytes(sink.getvalue())
