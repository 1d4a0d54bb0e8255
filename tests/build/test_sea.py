"""Sea legs: known lengths, passages that can be avoided, no way over land, none to the Caspian."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.build.marnet import CUT, build_sea
from corridors.build.sources import locate
from corridors.build.water import way_by_water
from corridors.errors import DataError, NoRouteError, SnapError, UsageError
from corridors.geodesy import great_circle_km
from corridors.network.coast import Coast, ashore_pieces, in_box, read_coast
from corridors.network.sea import SeaNetwork, read_sea_network, sea_path

PORTS = {
    "Shanghai": (122.08, 30.63),
    "Tianjin": (117.75, 38.98),
    "Shenzhen": (114.27, 22.57),
    "Singapore": (103.80, 1.27),
    "Karachi": (66.98, 24.83),
    "Qasim": (67.33, 24.78),
    "Gwadar": (62.34, 25.11),
    "Bandar Abbas": (56.06, 27.11),
    "Jebel Ali": (55.05, 25.01),
    "Jeddah": (39.16, 21.47),
    "Poti": (41.65, 42.15),
    "Batumi": (41.65, 41.65),
    "Constanta": (28.66, 44.10),
    "Varna": (27.92, 43.20),
    "Chornomorsk": (30.67, 46.33),
    "Ambarli": (28.69, 40.97),
    "Mersin": (34.64, 36.80),
    "Piraeus": (23.62, 37.95),
    "Trieste": (13.76, 45.64),
    "Rotterdam": (4.05, 51.95),
    "Hamburg": (9.93, 53.53),
    "Gdansk": (18.66, 54.38),
    "Riga": (24.10, 56.97),
}
SUEZ, CAPE, MALACCA, SUNDA = (32.35, 30.45), (18.3, -35.0), (101.0, 2.8), (105.8, -5.95)
LOMBOK = (115.75, -8.75)


@pytest.fixture(scope="module")
def network(geodata: Path) -> SeaNetwork:
    return read_sea_network(geodata / "sea")


def _passes(line: list[tuple[float, float]], point: tuple[float, float], km: float) -> bool:
    return min(great_circle_km(*p, *point) for p in line) < km


@pytest.mark.parametrize(
    ("a", "b", "via", "low", "high"),
    [
        ("Shanghai", "Rotterdam", (SUEZ,), 19_300, 20_300),
        ("Shanghai", "Rotterdam", (MALACCA, SUEZ), 19_300, 20_300),
        ("Shanghai", "Rotterdam", (CAPE,), 25_400, 26_600),
        ("Shanghai", "Rotterdam", (MALACCA, CAPE), 25_500, 26_600),
        ("Shanghai", "Rotterdam", (SUNDA, CAPE), 25_400, 26_600),
        ("Shanghai", "Singapore", (), 3_850, 4_250),
        ("Shanghai", "Karachi", (), 9_300, 9_900),
        ("Poti", "Constanta", (), 1_060, 1_180),
        ("Karachi", "Bandar Abbas", (), 1_150, 1_400),
        ("Piraeus", "Trieste", (), 1_200, 1_650),
        ("Batumi", "Chornomorsk", (), 1_020, 1_200),
    ],
)
def test_known_lengths(
    network: SeaNetwork,
    a: str,
    b: str,
    via: tuple[tuple[float, float], ...],
    low: float,
    high: float,
) -> None:
    km, line = sea_path(network, PORTS[a], PORTS[b], via=via)
    assert low <= km <= high
    assert line[0] == PORTS[a]
    assert line[-1] == PORTS[b]
    for point in via:
        assert _passes(line, point, 260)


def test_without_suez_the_cape(network: SeaNetwork) -> None:
    a, b = PORTS["Shanghai"], PORTS["Rotterdam"]
    km, line = sea_path(network, a, b, avoid_passages={"suez"})
    assert km > 25_000
    assert _passes(line, CAPE, 300)
    assert not _passes(line, SUEZ, 300)
    assert sea_path(network, a, b, avoid_passages={"bab_el_mandeb"})[0] == km


def test_each_way_past_malacca_is_longer(network: SeaNetwork) -> None:
    a, b = PORTS["Shanghai"], PORTS["Rotterdam"]
    closed: set[str] = set()
    lengths = []
    for passage in ("malacca", "sunda", "lombok"):
        km, line = sea_path(network, a, b, avoid_passages=closed)
        lengths.append(km)
        assert _passes(line, {"malacca": MALACCA, "sunda": SUNDA, "lombok": LOMBOK}[passage], 200)
        closed.add(passage)
    assert lengths == sorted(set(lengths))


@pytest.mark.parametrize(
    ("port", "passage"),
    [
        ("Poti", "bosporus"),
        ("Poti", "dardanelles"),
        ("Jebel Ali", "hormuz"),
        ("Constanta", "bosporus"),
    ],
)
def test_a_closed_strait_locks_a_sea(network: SeaNetwork, port: str, passage: str) -> None:
    with pytest.raises(NoRouteError, match=passage):
        sea_path(network, PORTS[port], PORTS["Rotterdam"], avoid_passages={passage})


@pytest.mark.parametrize("aktau", [(51.2, 43.6), (49.44, 39.98), (52.97, 40.0)])
def test_no_ship_leaves_the_caspian(network: SeaNetwork, aktau: tuple[float, float]) -> None:
    with pytest.raises(SnapError, match="no sea lane within reach"):
        sea_path(network, aktau, PORTS["Poti"])


def test_no_lane_lies_in_inland_waters(network: SeaNetwork) -> None:
    for box in CUT.values():
        assert not [p for p in network.points.tolist() if in_box((p[0], p[1]), box)]


@pytest.mark.parametrize("far", [(80.0, 48.0), (87.6, 43.8), (-60.0, 20.0)])
def test_a_point_inland_or_off_the_lanes_is_refused(
    network: SeaNetwork, far: tuple[float, float]
) -> None:
    with pytest.raises(SnapError) as caught:
        sea_path(network, far, PORTS["Poti"])
    assert caught.value.distance_km is not None


def test_an_unknown_passage_is_named(network: SeaNetwork) -> None:
    with pytest.raises(UsageError, match="known are suez"):
        sea_path(network, PORTS["Poti"], PORTS["Varna"], avoid_passages={"panama"})


@pytest.mark.parametrize("a", ["Shanghai", "Karachi", "Poti", "Rotterdam"])
@pytest.mark.parametrize("b", PORTS)
def test_ways_are_sound_between_ports(network: SeaNetwork, a: str, b: str) -> None:
    if a == b:
        pytest.skip("one port")
    km, line = sea_path(network, PORTS[a], PORTS[b])
    assert km >= great_circle_km(*PORTS[a], *PORTS[b]) - 1e-6
    assert sum(great_circle_km(*p, *q) for p, q in pairwise(line)) == pytest.approx(km)
    assert ashore_pieces(network.coast, line) == []
    back, _ = sea_path(network, PORTS[b], PORTS[a])
    assert back == pytest.approx(km)
    assert (km, line) == sea_path(network, PORTS[a], PORTS[b])


def test_closing_a_passage_never_shortens(network: SeaNetwork) -> None:
    for a, b in (("Shanghai", "Piraeus"), ("Karachi", "Gdansk"), ("Tianjin", "Shenzhen")):
        open_km, _ = sea_path(network, PORTS[a], PORTS[b])
        for passage in network.passage_names:
            try:
                km, _ = sea_path(network, PORTS[a], PORTS[b], avoid_passages={passage})
            except NoRouteError:
                continue
            assert km >= open_km - 1e-9


def test_edges_are_no_shorter_than_great_circles(network: SeaNetwork) -> None:
    direct = [
        great_circle_km(network.lon[u], network.lat[u], network.lon[v], network.lat[v])
        for u, v in zip(network.u, network.v, strict=True)
    ]
    assert np.all(network.km >= np.array(direct) - 1e-6)


def test_lanes_are_one_network(network: SeaNetwork) -> None:
    table = network.neighbours()
    reached, stack = {0}, [0]
    while stack:
        for other, _, _ in table[stack.pop()]:
            if other not in reached:
                reached.add(other)
                stack.append(other)
    assert len(reached) == len(network.lon)


def _square() -> Coast:
    x, y = np.array([0.0, 1, 1, 0, 0]), np.array([0.0, 0, 1, 1, 0])
    x1, x2 = np.minimum(x[:-1], x[1:]), np.maximum(x[:-1], x[1:])
    order = np.argsort(x1, kind="stable")
    y1, y2 = np.where(x[:-1] <= x[1:], (y[:-1], y[1:]), (y[1:], y[:-1]))
    return Coast(x1[order], y1[order], x2[order], y2[order], 1.0)


@pytest.mark.parametrize(
    ("point", "ashore"), [((0.5, 0.5), True), ((1.5, 0.5), False), ((0.5, -0.5), False)]
)
def test_ashore_on_a_square_island(point: tuple[float, float], ashore: bool) -> None:
    assert _square().ashore(*point) is ashore


def test_land_on_a_chord_over_a_square_island() -> None:
    square = _square()
    width = great_circle_km(0, 0.5, 1, 0.5)
    assert square.land_km((-1, 0.5), (2, 0.5)) == pytest.approx(width, rel=1e-3)
    assert square.land_km((0.5, 0.5), (2, 0.5)) == pytest.approx(width / 2, rel=1e-3)
    assert square.land_km((-1, 2), (2, 2)) == 0


def test_a_way_by_water_goes_round_a_square_island() -> None:
    square = _square()
    line = way_by_water(square, (-0.3, 0.4), (1.3, 0.4))
    assert line is not None
    assert sum(square.land_km(p, q) for p, q in pairwise(line)) < 3
    length = sum(great_circle_km(*p, *q) for p, q in pairwise(line))
    # Round the two southern corners.
    least = 2 * great_circle_km(-0.3, 0.4, 0, 0) + great_circle_km(0, 0, 1, 0)
    assert least * 0.99 < length < least * 1.06


@given(
    lon=st.floats(-29, 149),
    lat=st.floats(-43, 65),
    width=st.floats(0.01, 5),
    height=st.floats(0.01, 5),
)
def test_land_on_a_chord_is_at_most_the_chord(
    network: SeaNetwork, lon: float, lat: float, width: float, height: float
) -> None:
    a, b = (lon, lat), (lon + width, lat + height)
    chord = great_circle_km(*a, *b)
    assert -1e-9 <= network.coast.land_km(a, b) <= chord + 1e-9
    assert network.coast.land_km(a, b) == pytest.approx(network.coast.land_km(b, a), abs=1e-6)


def test_damaged_and_missing_files_are_data_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="missing"):
        read_sea_network(tmp_path)
    (tmp_path / "lanes.npz").write_bytes(b"not an archive")
    with pytest.raises(DataError, match="cannot be read"):
        read_sea_network(tmp_path)
    with pytest.raises(DataError, match="missing"):
        read_coast(tmp_path / "coast.npz")
    np.savez(tmp_path / "coast.npz", schema=np.array("other"))
    with pytest.raises(DataError, match="rebuild"):
        read_coast(tmp_path / "coast.npz")


def test_rebuild_gives_the_packaged_lanes(source_dir: Path, geodata: Path, tmp_path: Path) -> None:
    searoute = locate("searoute", tmp_path, source_dir=source_dir)
    world_atlas = locate("world-atlas", tmp_path, source_dir=source_dir)
    counts = build_sea(searoute, world_atlas, tmp_path / "sea")
    assert counts.cut > 50
    for name in ("lanes.npz", "coast.npz"):
        with (
            np.load(tmp_path / "sea" / name) as built,
            np.load(geodata / "sea" / name) as packaged,
        ):
            assert sorted(built) == sorted(packaged)
            for array in built:
                assert np.array_equal(built[array], packaged[array]), array
