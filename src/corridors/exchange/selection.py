"""Which part of the network is wanted: modes, and a box of the map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corridors.errors import UsageError
from corridors.network.tables import Facility, Link, Tables

Box = tuple[float, float, float, float]

MODES = ("rail", "road", "sea", "ferry")


@dataclass(frozen=True, slots=True)
class Selection:
    """A part of the network.

    Attributes
    ----------
    modes : frozenset of str
    box : (west, south, east, north) or None
        Facilities inside, lines and areas that touch it (whole), crossings and services with both
        ends inside; the whole network without.
    """

    modes: frozenset[str] = frozenset(MODES)
    box: Box | None = None

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a point lies in the box."""
        if self.box is None:
            return True
        west, south, east, north = self.box
        return west <= lon <= east and south <= lat <= north

    def tables(self, tables: Tables) -> Tables:
        """The rows of the selection."""
        inside = {f.id for f in tables.facilities if self.holds(f.lon, f.lat)}
        services = [
            s for s in tables.services if s.mode in self.modes and s.a in inside and s.b in inside
        ]
        ports = {port for s in services for port in (s.a, s.b)}
        facilities = [
            f for f in tables.facilities if f.id in inside and (self._serves(f) or f.id in ports)
        ]
        kept = {f.id for f in facilities}
        named = {name for s in services for name in s.via}
        lanes = {s.lane for s in services}
        sea = bool(self.modes & {"sea", "ferry"})
        return tables._replace(
            zones=tuple(z for z in tables.zones if z.mode in self.modes),
            zone_areas=tuple(
                a for a in tables.zone_areas if a.mode in self.modes and self._meets(a[3:7])
            ),
            facilities=tuple(facilities),
            crossings=tuple(
                c for c in tables.crossings if c.mode in self.modes and {c.a, c.b} <= kept
            ),
            links=tuple(k for k in tables.links if k.mode in self.modes and self._passes(k)),
            masks=tuple(m for m in tables.masks if m.mode in self.modes and self._meets(m[2:6])),
            services=tuple(services),
            lanes=tuple(p for p in tables.lanes if p.lane in lanes),
            chokepoints=tuple(
                c for c in tables.chokepoints if c.id in named or (sea and self.holds(c.lon, c.lat))
            ),
        )

    def _serves(self, facility: Facility) -> bool:
        modes = {zone.partition(":")[0] for zone in facility.zones}
        return bool(modes & self.modes) or ("sea" in modes and "ferry" in self.modes)

    def _meets(self, other: Sequence[float]) -> bool:
        if self.box is None:
            return True
        west, south, east, north = self.box
        return other[0] <= east and other[2] >= west and other[1] <= north and other[3] >= south

    def _passes(self, link: Link) -> bool:
        if self.box is None:
            return True
        import shapely

        return bool(shapely.intersects(shapely.linestrings(link.geometry), shapely.box(*self.box)))


def selection(modes: Iterable[str] = (), box: Sequence[float] | None = None) -> Selection:
    """A selection of what was asked for, checked.

    Parameters
    ----------
    modes : iterable of str
        Of ``rail``, ``road``, ``sea`` and ``ferry``; all without.
    box : (west, south, east, north), optional
        Degrees.

    Raises
    ------
    UsageError
        An unknown mode, or a box that is none.

    Examples
    --------
    >>> sorted(selection(["rail"], (46, 36, 55, 47)).modes)
    ['rail']
    """
    chosen = frozenset(modes)
    for mode in sorted(chosen):
        if mode not in MODES:
            raise UsageError(f"no mode {mode!r}: choose from {', '.join(MODES)}")
    return Selection(chosen or frozenset(MODES), None if box is None else _box(box))


def _box(numbers: Sequence[float]) -> Box:
    shown = ",".join(f"{number:g}" for number in numbers)
    if len(numbers) != 4:
        raise UsageError(f"no box {shown!r}: give four numbers, W,S,E,N in degrees")
    west, south, east, north = (float(number) for number in numbers)
    # Comparisons with a number that is none are false, so NaN is refused here too.
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise UsageError(f"no box {shown!r}: W,S,E,N in degrees, W less than E and S less than N")
    return west, south, east, north


def read_box(text: str) -> Box:
    """A box from ``W,S,E,N``.

    Raises
    ------
    UsageError
        The text is no box.

    Examples
    --------
    >>> read_box("46,36,55,47")
    (46.0, 36.0, 55.0, 47.0)
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise UsageError(f"no box {text!r}: give four numbers, W,S,E,N in degrees") from None
    return _box(numbers)
