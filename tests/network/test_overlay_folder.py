"""Tables laid over a data folder: what replaces what, and faults at the user's own line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from corridors.analysis.audit import audit
from corridors.analysis.compare import compare
from corridors.analysis.engine import Engine
from corridors.errors import DataError
from corridors.exchange.formats import export_network
from corridors.exchange.reading import read_exchange, write_curated
from corridors.exchange.selection import Selection
from corridors.network.overlay_folder import overlay_folder
from corridors.network.tables import read_tables


@pytest.fixture
def base(toy: ModuleType, tmp_path: Path) -> Path:
    (tmp_path / "base").mkdir()
    return Path(toy.write_toy(tmp_path / "base"))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def write(folder: Path, table: str, *lines: str) -> None:
    (folder / f"{table}.csv").write_text("\n".join(lines) + "\n", "utf-8")


def lay(base: Path, own: Path) -> Path:
    return overlay_folder(base, own, cache=base.parent / "cache")


def fault(base: Path, own: Path) -> str:
    with pytest.raises(DataError) as caught:
        lay(base, own)
    message = str(caught.value)
    assert "\n" not in message
    cache = base.parent / "cache"
    assert str(cache) not in message, "names a file that the user has never seen"
    assert not cache.exists() or list(cache.iterdir()) == []
    return message


def test_rows_of_the_same_id_are_replaced_and_others_added(base: Path, own: Path) -> None:
    write(
        own, "facilities",
        "id,name,country,lat,lon,kind,zones,note",
        "B-TER,Bravo anew,BB,0.01,5,terminal,rail:BB;road:BB,mine",
        'NEW,"New, here",CC,0,7,dry_port,rail:CC,mine',
    )  # fmt: skip
    before, after = read_tables(base), read_tables(lay(base, own))
    changed = {f.id: f for f in after.facilities}
    assert [f.id for f in after.facilities] == [*(f.id for f in before.facilities), "NEW"]
    assert changed["B-TER"].name == "Bravo anew"
    assert changed["B-TER"].source == ""  # a row is replaced whole, not cell by cell
    assert changed["NEW"].name == "New, here"
    assert [f for f in after.facilities if f.id not in ("B-TER", "NEW")] == [
        f for f in before.facilities if f.id != "B-TER"
    ]
    assert after.services == before.services
    assert read_tables(base) == before


def test_a_lane_and_a_variant_are_replaced_whole(base: Path, own: Path) -> None:
    write(own, "lanes", "lane,seq,lat,lon", "toy,1,-1.5,1", "toy,2,-1.6,4", "toy,3,-1.5,8")
    write(
        own, "corridors", "corridor,variant,seq,kind,value,modes,note",
        "water,ferry,1,section,CC,rail,", "water,ferry,2,gateway,group:toys,,",
        "water,ferry,3,section,AA,rail,",
    )  # fmt: skip
    after = read_tables(lay(base, own))
    assert [(p.seq, p.lat) for p in after.lanes] == [(1, -1.5), (2, -1.6), (3, -1.5)]
    water = [step for step in after.corridors if step.corridor == "water"]
    assert [step.modes for step in water] == [("rail",), (), ("rail",)]
    assert len(after.corridors) == len(read_tables(base).corridors)


def test_the_network_is_compiled_anew_and_answers_by_it(
    base: Path, own: Path, load: Callable[[Path], Engine]
) -> None:
    km = by_rail(load(base))
    # Another line from B-WYRD to B-TER: 229.5 km by its own word, against 230 through DD.
    write(
        own, "links", "id,mode,kind,geometry,length_km",
        'cut,rail,new_line,"3.1 0,4.1 -0.4,5 0",229.5',
    )  # fmt: skip
    assert by_rail(load(lay(base, own))) == pytest.approx(km - 230 + 229.5)
    assert by_rail(load(base)) == km


def by_rail(engine: Engine) -> float:
    answer = compare(engine, "Charlie", "Alfa", corridors=["rail"], draws=20)
    route = answer.options[0].route
    assert route is not None
    return route.km


def test_the_audit_looks_at_the_tables_on_top(
    base: Path, own: Path, load: Callable[[Path], Engine]
) -> None:
    write(
        own, "links", "id,mode,kind,geometry,length_km,status",
        'lost,rail,spur,"3.1 0.9,3.2 0.5",,operating',
    )  # fmt: skip
    found = {(f.check, f.subject) for f in audit(load(lay(base, own)))}
    known = {(f.check, f.subject) for f in audit(load(base))}
    assert ("link_loose_end", "lost") in found - known


def test_what_was_exported_lies_over_the_network_it_came_from(
    base: Path, tmp_path: Path, load: Callable[[Path], Engine]
) -> None:
    engine = load(base)
    export_network(engine, Selection(), tmp_path / "net.gpkg", form="gpkg")
    write_curated(read_exchange(tmp_path / "net.gpkg"), tmp_path / "own")
    laid = read_tables(lay(base, tmp_path / "own"))
    for name in ("zones", "zone_areas", "facilities", "crossings", "links", "services", "lanes"):
        assert getattr(laid, name) == getattr(engine.tables, name)


def test_same_tables_same_folder_and_a_change_makes_another(base: Path, own: Path) -> None:
    write(own, "masks", "id,mode,west,south,east,north,reason", "m,rail,0,0,1,1,mine")
    first = lay(base, own)
    assert lay(base, own) == first
    write(own, "masks", "id,mode,west,south,east,north,reason", "m,rail,0,0,1,2,mine")
    second = lay(base, own)
    assert second != first
    edition = base / "curated" / "edition.txt"
    edition.write_text("2025-02-02\n2025-01\n")
    assert lay(base, own) not in (first, second)


def test_where_folders_cannot_be_linked_they_are_copied(
    base: Path, own: Path, monkeypatch: pytest.MonkeyPatch, load: Callable[[Path], Engine]
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError("a required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refused)
    write(own, "chokepoints", "id,name,lat,lon", "STR,Strait,0,0")
    laid = lay(base, own)
    assert not any(part.is_symlink() for part in laid.iterdir())
    assert load(laid).tables.chokepoints[0].id == "STR"
    (base / "osm" / "rail.npz").write_bytes(b"other")
    assert lay(base, own) != laid


@pytest.mark.parametrize(
    ("table", "lines", "words"),
    [
        ("facilities", ("id,name,country,lat,lon,kind,zones", "X,X,AA,0,here,port,sea"),
         ("facilities.csv:2", "lon", "'here'")),
        ("facilities", ("id,name,country,lat,lon,kind,zones", '"X","two\nlines",AA,0,1,port,sea',
                        "Y,Y,AA,0,1,port,rail:QQ"), ("facilities.csv:4", "zones", "rail:QQ")),
        ("facilities", ("id,name,country,lat,lon,kind", "X,X,AA,0,0,port"),
         ("facilities.csv:1", "'zones' is missing")),
        ("facilities", ("id,name,country,lat,lon,kind,zones", "X,X,AA,0,0,port,sea",
                        "X,Y,AA,0,0,port,sea"), ("facilities.csv:3", "'X' stands in two rows")),
        ("links", ("id,mode,kind,geometry,lenght_km", 'x,rail,gap,"0 0,1 1",5'),
         ("links.csv:1", "no column 'lenght_km'", "length_km")),
        ("services", ("id,name,operator,mode,group,a,b,both_ways", "S,S,S,sea,g,A-PRT,Z-PRT,1"),
         ("services.csv:2", "column 'b'", "Z-PRT")),
        ("facility", ("id", "X"), ("facility.csv", "choose from", "facilities")),
        ("parameters", ("key", "x"), ("parameters.csv", "--rates")),
    ],
)  # fmt: skip
def test_a_fault_names_the_users_own_file_and_line(
    base: Path, own: Path, table: str, lines: tuple[str, ...], words: tuple[str, ...]
) -> None:
    write(own, table, *lines)
    message = fault(base, own)
    assert message.startswith(str(own))
    for word in words:
        assert word in message


def test_a_row_that_breaks_one_below_names_the_one_below(base: Path, own: Path) -> None:
    """A lane renamed away from under the base's service."""
    shutil.copy(base / "curated" / "services.csv", own / "services.csv")
    path = own / "services.csv"
    path.write_text(path.read_text("utf-8").replace(",toy,op", ",lost,op"), "utf-8")
    assert "services.csv:2: column 'lane'" in fault(base, own)


def test_folders_that_are_none(base: Path, own: Path) -> None:
    assert "no overlay folder" in fault(base, own / "absent")
    assert "holds no table" in fault(base, own)
    (own / "notes.txt").write_text("a note is no table")
    assert "holds no table" in fault(base, own)
