"""Series, from the notebook's side."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

    from corridors.series.run import Outcome


class Sweep:
    """Results of a series, in their folder.

    Attributes
    ----------
    folder : Path
    outcome : Outcome
        How many parts there are, and how many had been done before.
    """

    def __init__(self, outcome: Outcome) -> None:
        self.outcome, self.folder = outcome, outcome.folder

    def __repr__(self) -> str:
        told = ", ".join(f"{count:,} {status}" for status, count in sorted(self.counts.items()))
        return f"<Sweep {self.folder}: {told}>"

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows have which status."""
        from corridors.series.results import statuses

        return dict(statuses(self.folder))

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per journey, set of conditions, day and corridor."""
        return read_sweep(self.folder)

    @cached_property
    def draws(self) -> pd.DataFrame:
        """One row per single draw, where the plan keeps them.

        Raises
        ------
        SweepError
            It does not.
        """
        return read_sweep(self.folder, "draws")


def sweep(
    plan: str | Path | Mapping[str, Any],
    out: str | Path,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    data: str | Path | None = None,
) -> Sweep:
    """Compare the corridors for many journeys under many conditions; go on after a kill.

    Parameters
    ----------
    plan : str, Path or mapping
        A YAML file, or the same keys: ``origins`` with ``destinations``, or ``pairs``, or
        ``demand``; ``conditions``, ``depart``, ``corridors``, ``terms``, ``draws``, ``seed``,
        ``keep`` (see ``docs/scaling.md``).
    out : str or Path
        Folder of the results. Where an interrupted run of the same plan is in it, that goes on.
    jobs : int
        Processes on this machine. The result is the same, to the byte, for any number.
    scheduler : str, optional
        Address of a Dask scheduler, which must be trusted, or ``local``.
    data : str or Path, optional
        A data folder of your own.

    Raises
    ------
    SweepError
        The plan cannot be understood, or the folder holds results of another plan or other data.
    OutputError
        The folder cannot be written.
    OptionalDependencyError
        The extra ``series`` or ``dask`` is not installed.

    Examples
    --------
    >>> import tempfile
    >>> import corridors as co
    >>> plan = {"origins": ["Xi'an"], "destinations": ["Duisburg", "Warsaw"], "draws": 100}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = co.sweep(plan, folder).table
    >>> table.groupby("corridor")["status"].count()["northern"]
    np.int64(2)
    """
    from corridors import __version__
    from corridors.api import load
    from corridors.series.reading import read_plan
    from corridors.series.run import run

    engine = load(data)
    read = read_plan(engine, plan)
    outcome = run(
        engine, read, out,
        edition=__version__, jobs=jobs, scheduler=scheduler, stream=sys.stderr,
    )  # fmt: skip
    return Sweep(outcome)


def read_sweep(
    folder: str | Path, table: Literal["rows", "draws"] = "rows", *, partial: bool = False
) -> pd.DataFrame:
    """Results of a series as a frame, in the order of its plan.

    Parameters
    ----------
    folder : str or Path
        What `sweep` or ``corridors sweep`` wrote.
    table : {"rows", "draws"}
        One row per answer; or one per single draw, where the plan keeps them.
    partial : bool
        Whether to read what is there of a series that has not come to its end.

    Raises
    ------
    SweepError
        There is no series in the folder, it is not finished, or a part is damaged.
    """
    from corridors.series.results import read_frame

    return read_frame(folder, table, partial=partial)
