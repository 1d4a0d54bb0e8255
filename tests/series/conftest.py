"""A series on the toy, with enough spread and parts to be cut short."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.analysis.engine import Engine

SETS = 12


@pytest.fixture(scope="session")
def plan_text() -> str:
    """Six journeys under twelve sets of conditions, two cells a part."""
    places = "[Alfa, Bravo, Charlie]"
    sets = "\n".join(f"- {{name: s{n}, assume: {{gauge_h: {n + 1}}}}}" for n in range(SETS))
    return (
        f"origins: {places}\ndestinations: {places}\nconditions:\n{sets}\n"
        "draws: 3000\nkeep: [draws]\ncells_per_part: 2\n"
    )


@pytest.fixture(scope="session")
def plan_path(tmp_path_factory: pytest.TempPathFactory, plan_text: str) -> Path:
    path = tmp_path_factory.mktemp("plan") / "plan.yaml"
    path.write_text(plan_text)
    return path


@pytest.fixture(scope="session")
def undisturbed(
    spread_engine: Engine, plan_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """What one process makes of the plan that nobody interrupts."""
    from corridors import __version__
    from corridors.series.reading import read_plan
    from corridors.series.run import run

    out = tmp_path_factory.mktemp("undisturbed")
    run(spread_engine, read_plan(spread_engine, plan_path), out, edition=__version__)
    return content(out)


def content(folder: Path) -> dict[str, bytes]:
    """Files of a folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}
