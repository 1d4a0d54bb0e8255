"""Where projects lie, and pipelines: worked out by hand on the toy, and true of the real tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from corridors.analysis.audit import audit
from corridors.analysis.engine import Engine
from corridors.analysis.pipelines import PipelinePoint, PipelineRow, read_pipelines
from corridors.analysis.project_places import PlaceRow, project_places
from corridors.analysis.projects import Project, read_projects
from corridors.errors import DataError
from corridors.geodesy import great_circle_km

PROJECTS = ",".join(Project._fields)
PLACES = ",".join(PlaceRow._fields)
PIPES = ",".join(PipelineRow._fields)
POINTS = ",".join(PipelinePoint._fields)
PIPE = "p,A pipe,Pipe,oil,built,{km},,AA,,A report,https://example.org,"
Make = Callable[..., Engine]


@pytest.fixture
def make(toy: ModuleType, load: Callable[[Path], Engine], tmp_path: Path) -> Make:
    def write(*places: str, pipes: tuple[str, ...] = (), points: tuple[str, ...] = ()) -> Engine:
        toy.write_toy(tmp_path)
        (tmp_path / "conditions").mkdir(exist_ok=True)
        curated = tmp_path / "curated"
        cells = {"id": "one", "title": "One", "kind": "rail", "status": "built", "grade": "claim"}
        row = ",".join(cells.get(name, "") for name in Project._fields)
        (curated / "projects.csv").write_text(f"{PROJECTS}\n{row}\n", "utf-8")
        (curated / "project_places.csv").write_text("\n".join([PLACES, *places]) + "\n", "utf-8")
        if pipes:
            (curated / "pipelines.csv").write_text("\n".join([PIPES, *pipes]) + "\n", "utf-8")
            (curated / "pipeline_points.csv").write_text("\n".join([POINTS, *points]) + "\n")
        return load(tmp_path)

    return write


def places_of(engine: Engine) -> list[list[tuple[float, float]]]:
    found = project_places(engine, read_projects(engine))
    return [[(round(x, 3), round(y, 3)) for x, y in place.points] for place in found.get("one", [])]


def test_each_kind_of_place_is_drawn_by_what_it_names(make: Make) -> None:
    engine = make(
        "one,facility,A-TER,,stated,x",
        "one,crossing,AB-rail,,stated,x",
        'one,line,"1 2,3 4.5",,assumed,x',
        "one,haul,B-WYRD;B-TER,rail:BB,stated,x",
        "one,haul,B-WYRD;3.9 0.05,rail:BB,stated,x",
        "one,pipeline,p,,stated,x",
        pipes=(PIPE.format(km=""),),
        points=("p,1,A,0,0,named", "p,2,B,1,0,placed"),
    )
    assert places_of(engine) == [
        [(0.5, 0.0)],
        [(3.0, 0.0)],
        [(1.0, 2.0), (3.0, 4.5)],
        [(3.1, 0.0), (3.9, 0.0), (4.3, 0.0), (5.0, 0.0)],
        [(3.1, 0.0), (3.9, 0.0)],
        [(0.0, 0.0), (1.0, 0.0)],
    ]


def test_a_service_is_drawn_along_its_lane(make: Make) -> None:
    engine = make("one,service,TOY-FERRY,,stated,x")
    assert places_of(engine) == [
        [(round(x, 3), round(y, 3)) for x, y in engine.network.lane("TOY-FERRY")]
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("two,facility,A-TER,,stated,x", "no such project"),
        ("one,bridge,A-TER,,stated,x", "none of link"),
        ("one,facility,A-TER,,guessed,x", "none of stated"),
        ("one,facility,NOWHERE,,stated,x", "no such id"),
        ("one,link,{{7*7}},,stated,x", "no such id"),
        ("one,service,=cmd,,stated,x", "no such id"),
        ('one,line,"1 2",,stated,x', "two points"),
        ('one,line,"1 2,999 4",,stated,x', "180 degrees"),
        ("one,haul,A-TER,rail:AA,stated,x", "two ends"),
        ("one,haul,A-TER;C-TER,rail:AA,stated,x", "neither a place"),
        ("one,haul,A-TER;A-YRD,,stated,x", "no zone"),
        ("one,haul,A-TER;A-YRD,rail:ZZ,stated,x", "no zone"),
        ("one,haul,A-TER;40 40,rail:AA,stated,x", "more than 20 km"),
        ("one,pipeline,p,,stated,x", "no such id"),
    ],
)
def test_a_broken_row_is_named(make: Make, row: str, said: str) -> None:
    engine = make(row)
    with pytest.raises(DataError, match=said) as caught:
        project_places(engine, read_projects(engine))
    assert "project_places.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("pipes", "points", "said"),
    [
        ((PIPE.format(km=""),), ("p,1,A,0,0,named",), "two points"),
        ((PIPE.format(km=""),), ("p,2,A,0,0,named", "p,1,B,1,0,named"), "growing seq"),
        ((PIPE.format(km=""),), ("p,1,A,0,0,seen", "p,2,B,1,0,named"), "none of named"),
        ((PIPE.format(km=""),) * 2, ("p,1,A,0,0,named", "p,2,B,1,0,named"), "appears twice"),
        ((PIPE.format(km="").replace("oil", "water"),), ("p,1,A,0,0,named",), "none of oil"),
        ((PIPE.format(km=""),), ("p,1,A,0,0,named", "p,2,B,1,0,named", "q,1,C,0,0,named"), "'q'"),
    ],
)
def test_a_broken_pipeline_is_named(
    make: Make, pipes: tuple[str, ...], points: tuple[str, ...], said: str
) -> None:
    engine = make(pipes=pipes, points=points)
    with pytest.raises(DataError, match=said):
        read_pipelines(engine)


def test_the_audit_sees_a_work_without_a_place_and_a_pipe_that_is_too_short(make: Make) -> None:
    points = ("p,1,A,0,0,named", "p,2,B,1,0,named")

    def findings(*places: str, km: str) -> set[tuple[str, str]]:
        engine = make(*places, pipes=(PIPE.format(km=km),), points=points)
        checks = ("project_unplaced", "pipeline_length")
        return {(f.check, f.subject) for f in audit(engine) if f.check in checks}

    # One degree of the equator is 111 km.
    place = "one,facility,A-TER,,stated,x"
    assert findings(place, km="120") == set()
    assert findings(km="120") == {("project_unplaced", "one")}
    assert findings(place, km="200") == {("pipeline_length", "p")}
    assert findings(place, km="100") == {("pipeline_length", "p")}


def test_lengths_of_works_agree_with_what_their_sources_say(engine: Engine) -> None:
    """Hauls and links are as long as published: 836 km second track, 322 km new line."""
    places = project_places(engine, read_projects(engine))

    def km(name: str) -> float:
        return sum(
            great_circle_km(*a, *b)
            for place in places[name]
            for a, b in zip(place.points, place.points[1:], strict=False)
        )

    assert km("dostyk-moyinty") == pytest.approx(836, rel=0.06)
    assert km("moyinty-kyzylzhar") == pytest.approx(322, rel=0.06)
    assert km("ml-1") == pytest.approx(480, rel=0.06)


def test_every_pipeline_is_about_as_long_as_published(engine: Engine) -> None:
    pipes = read_pipelines(engine)
    known = [pipe for pipe in pipes.values() if pipe.share is not None]
    assert len(known) >= 9
    assert all(0.85 <= pipe.share <= 1.0 for pipe in known if pipe.share is not None)
    # Oil and gas have no capacity in boxes.
    table = (engine.folder / "curated" / "capacities.csv").read_text("utf-8")
    assert not any(f",{name}," in table for name in pipes)
