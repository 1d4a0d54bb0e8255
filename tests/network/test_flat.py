"""Flat networks: what is written is read, the same bytes for the same lines, faults are typed."""

from __future__ import annotations

import zipfile
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.errors import DataError
from corridors.geodesy import great_circle_km_array
from corridors.network.countries import CountryPolygons, read_polygons
from corridors.network.flat import DEGREES, FlatNetwork, read_flat_network

FIELDS = ("u", "v", "km", "country", "flags", "start")


@pytest.fixture
def network(toy: ModuleType) -> FlatNetwork:
    made: FlatNetwork = toy.flat_network("rail", toy.RAIL_NODES, toy.RAIL_ARCS)
    return made


def same(one: FlatNetwork, other: FlatNetwork) -> None:
    assert (one.mode, one.countries) == (other.mode, other.countries)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for name in ("lon", "lat", "vertex_lon", "vertex_lat"):
        a, b = getattr(one, name), getattr(other, name)
        np.testing.assert_allclose(a, b, rtol=0, atol=0.51 * DEGREES, err_msg=name)


def test_round_trip(network: FlatNetwork, tmp_path: Path) -> None:
    network.write(tmp_path / "rail.npz")
    same(read_flat_network(tmp_path / "rail.npz"), network)


def test_same_bytes_twice_and_nothing_left_beside(network: FlatNetwork, tmp_path: Path) -> None:
    network.write(tmp_path / "one.npz")
    network.write(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.npz", "two.npz"]


@pytest.mark.parametrize("mode", ["rail", "road"])
def test_writing_what_was_read_changes_nothing(geodata: Path, tmp_path: Path, mode: str) -> None:
    read = read_flat_network(geodata / "osm" / f"{mode}.npz")
    read.write(tmp_path / "again.npz")
    again = read_flat_network(tmp_path / "again.npz")
    np.testing.assert_array_equal(read.km, again.km)
    same(again, read)


@given(km=st.lists(st.integers(1, 3_000_000), min_size=1, max_size=40))
def test_whole_metres_stay_as_they_are(
    km: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    count = len(km)
    network = FlatNetwork(
        mode="rail", countries=("AA",), lon=np.zeros(2), lat=np.array([0.0, 1e-4]),
        u=np.zeros(count, dtype=np.int32), v=np.ones(count, dtype=np.int32),
        km=np.array(km) / 1000, country=np.zeros(count, dtype=np.uint8),
        flags=np.zeros(count, dtype=np.uint8), start=np.arange(0, 2 * count + 1, 2),
        vertex_lon=np.zeros(2 * count), vertex_lat=np.tile([0.0, 1e-4], count),
    )  # fmt: skip
    path = tmp_path_factory.mktemp("metres") / "x.npz"
    network.write(path)
    assert (np.rint(read_flat_network(path).km * 1000) == np.array(km)).all()


@pytest.mark.parametrize("mode", ["rail", "road"])
def test_packaged_lines_are_never_shorter_than_their_chords(geodata: Path, mode: str) -> None:
    flat = read_flat_network(geodata / "osm" / f"{mode}.npz")
    chord = great_circle_km_array(
        flat.lon[flat.u], flat.lat[flat.u], flat.lon[flat.v], flat.lat[flat.v]
    )
    # A metre of rounding in coordinates and a metre in length.
    assert (flat.km - chord).min() > -0.005
    for ends, at in ((flat.u, flat.start[:-1]), (flat.v, flat.start[1:] - 1)):
        np.testing.assert_allclose(flat.vertex_lon[at], flat.lon[ends], atol=1.5 * DEGREES)
        np.testing.assert_allclose(flat.vertex_lat[at], flat.lat[ends], atol=1.5 * DEGREES)


@pytest.mark.parametrize("keep", [0, 1, 100, 0.3, 0.9, 0.999])
def test_truncated_file_is_an_error(network: FlatNetwork, tmp_path: Path, keep: float) -> None:
    path = tmp_path / "rail.npz"
    network.write(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(keep if keep >= 1 or keep == 0 else keep * len(data))])
    with pytest.raises(DataError, match=r"rail\.npz") as caught:
        read_flat_network(path)
    assert "\n" not in str(caught.value)


def test_damaged_missing_and_foreign_files_are_errors(network: FlatNetwork, tmp_path: Path) -> None:
    path = tmp_path / "rail.npz"
    with pytest.raises(DataError, match="missing"):
        read_flat_network(path)
    network.write(path)
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(DataError, match=r"rail\.npz"):
        read_flat_network(path)
    np.savez(path, node_xy=np.zeros((1, 2)))
    with pytest.raises(DataError, match="not a readable network"):
        read_flat_network(path)
    path.write_text("id,name\n", "utf-8")
    with pytest.raises(DataError, match="not a readable network"):
        read_flat_network(path)


def test_pickled_objects_are_not_loaded(network: FlatNetwork, tmp_path: Path) -> None:
    path = tmp_path / "rail.npz"
    network.write(path)
    with zipfile.ZipFile(path) as archive:
        names = [n.removesuffix(".npy") for n in archive.namelist()]
    np.savez(path, **{name: np.array([{"a": 1}], dtype=object) for name in names})
    with pytest.raises(DataError, match=r"rail\.npz"):
        read_flat_network(path)


def test_polygons_round_trip_and_find_countries(toy: ModuleType, tmp_path: Path) -> None:
    polygons: CountryPolygons = toy.polygons()
    polygons.write(tmp_path / "one.npz")
    polygons.write(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    read = read_polygons(tmp_path / "one.npz")
    lon, lat = np.array([1.0, 5.0, 8.0, 4.1, 1.0, 20.0]), np.array([0.0, 0.0, 0.0, 0.0, -1.2, 0.0])
    # The fifth lies 0.2 degrees off the coast, the sixth far out.
    assert read.locate(lon, lat).tolist() == ["AA", "BB", "CC", "DD", "AA", ""]
    assert read.locate(lon, lat, reach_deg=0.01).tolist() == ["AA", "BB", "CC", "DD", "", ""]


def test_broken_polygons_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "countries.npz"
    with pytest.raises(DataError, match=r"countries\.npz"):
        read_polygons(path)
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(DataError, match=r"countries\.npz"):
        read_polygons(path)
