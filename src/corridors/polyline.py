"""Encoded polylines: coordinates as short ASCII text, for maps that travel in one file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def encode(points: Iterable[Sequence[float]], *, digits: int = 3) -> str:
    """Encode (lon, lat) points as text: differences of rounded values, five bits a character.

    Parameters
    ----------
    points : iterable of (lon, lat)
        Degrees.
    digits : int
        Decimals kept; three are about 100 m.

    Examples
    --------
    >>> decode(encode([(76.95, 43.25), (51.17, 43.6)], digits=2), digits=2)
    [(76.95, 43.25), (51.17, 43.6)]
    """
    scale = 10**digits
    out: list[str] = []
    last_lat = last_lon = 0
    for point in points:
        lon, lat = round(point[0] * scale), round(point[1] * scale)
        for step in (lat - last_lat, lon - last_lon):
            value = ~(step << 1) if step < 0 else step << 1
            while value >= 0x20:
                out.append(chr((0x20 | (value & 0x1F)) + 63))
                value >>= 5
            out.append(chr(value + 63))
        last_lat, last_lon = lat, lon
    return "".join(out)


def decode(text: str, *, digits: int = 3) -> list[tuple[float, float]]:
    """Decode what :func:`encode` wrote, back to (lon, lat) points.

    Examples
    --------
    >>> decode("_p~iF~ps|U", digits=5)
    [(-120.2, 38.5)]
    """
    scale = 10**digits
    values: list[int] = []
    shift = value = 0
    for char in text:
        bits = ord(char) - 63
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:
            values.append(~(value >> 1) if value & 1 else value >> 1)
            shift = value = 0
    points: list[tuple[float, float]] = []
    lat = lon = 0
    for step_lat, step_lon in zip(values[::2], values[1::2], strict=True):
        lat += step_lat
        lon += step_lon
        points.append((lon / scale, lat / scale))
    return points
