"""Colours for every eye, as CAM02-UCS measures them; modes without any colour at all."""

from __future__ import annotations

import io
import itertools
import math
import re

import numpy as np
import pytest

from corridors.outputs import colours
from corridors.outputs.static_map import comparison_svg, png_of

_ONE = np.eye(3)
#: Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
VISION = {
    "normal": _ONE,
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip
# IEC 61966-2-1; CIECAM02 of CIE 159:2004; its uniform space by Luo, Cui and Li 2006.
_RGB_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])  # fmt: skip
_CAT02 = np.array(
    [[0.7328, 0.4296, -0.1624], [-0.7036, 1.6975, 0.0061], [0.0030, 0.0136, 0.9834]])  # fmt: skip
_HPE = np.array(
    [[0.38971, 0.68898, -0.07868], [-0.22981, 1.18340, 0.04641], [0.0, 0.0, 1.0]])  # fmt: skip
_WHITE = np.array([95.047, 100.0, 108.883])
_BACKGROUND, _LUMINANCE = 20.0, 64 / math.pi / 5  # a screen in a lit office
_F, _C, _NC = 1.0, 0.69, 1.0  # average surround


def _cones(xyz: np.ndarray) -> np.ndarray:
    """Post-adaptation responses of CIECAM02."""
    k = 1 / (5 * _LUMINANCE + 1)
    level = 0.2 * k**4 * 5 * _LUMINANCE + 0.1 * (1 - k**4) ** 2 * (5 * _LUMINANCE) ** (1 / 3)
    degree = _F * (1 - 1 / 3.6 * math.exp((-_LUMINANCE - 42) / 92))
    adapted = _CAT02 @ xyz * (degree * 100 / (_CAT02 @ _WHITE) + 1 - degree)
    cones = _HPE @ np.linalg.inv(_CAT02) @ adapted
    power = (level * np.abs(cones) / 100) ** 0.42
    return np.asarray(np.sign(cones) * 400 * power / (27.13 + power) + 0.1)


def ucs(colour: str, vision: str = "normal") -> np.ndarray:
    """J', a', b' of a colour as an eye of that kind sees it."""
    raw = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(raw <= 0.04045, raw / 12.92, ((raw + 0.055) / 1.055) ** 2.4)
    xyz = 100 * _RGB_XYZ @ np.clip(VISION[vision] @ linear, 0, 1)
    n = _BACKGROUND / 100
    k = 1 / (5 * _LUMINANCE + 1)
    level = 0.2 * k**4 * 5 * _LUMINANCE + 0.1 * (1 - k**4) ** 2 * (5 * _LUMINANCE) ** (1 / 3)
    nbb = 0.725 * (1 / n) ** 0.2
    r, g, b = _cones(xyz)
    red, yellow = r - 12 * g / 11 + b / 11, (r + g - 2 * b) / 9
    hue = math.atan2(yellow, red)

    def achromatic(cones: np.ndarray) -> float:
        return float((2 * cones[0] + cones[1] + cones[2] / 20 - 0.305) * nbb)

    share = achromatic(_cones(xyz)) / achromatic(_cones(_WHITE))
    light = 100 * max(share, 0) ** (_C * (1.48 + math.sqrt(n)))
    eccentric = (math.cos(hue + 2) + 3.8) / 4
    t = 50000 / 13 * _NC * nbb * eccentric * math.hypot(red, yellow) / (r + g + 21 * b / 20)
    chroma = t**0.9 * math.sqrt(light / 100) * (1.64 - 0.29**n) ** 0.73
    colourful = math.log(1 + 0.0228 * chroma * level**0.25) / 0.0228
    return np.array(
        [1.7 * light / (1 + 0.007 * light), colourful * math.cos(hue), colourful * math.sin(hue)]
    )


def closest(shades: list[str]) -> float:
    """Least difference of any two of some colours for any eye."""
    return min(
        float(np.linalg.norm(ucs(one, eye) - ucs(other, eye)))
        for one, other in itertools.combinations(shades, 2)
        for eye in VISION
    )


def test_the_measure_is_the_published_one() -> None:
    """Values of colorspacious 1.1.2, which computes the same from the same papers."""
    assert ucs("#b8430f") == pytest.approx([49.409, 24.013, 21.942], abs=0.005)
    assert closest(["#ff0000", "#0000ff", "#008000"]) == pytest.approx(8.523, abs=0.005)
    assert closest(["#0072b2", "#d55e00", "#009e73"]) == pytest.approx(11.729, abs=0.005)


def test_corridors_differ_for_every_eye() -> None:
    lines = [style.line for style in colours.STYLES.values()]
    assert closest(lines[:3]) >= 20
    assert closest(lines) >= 15


def test_lines_and_words_stand_out() -> None:
    for style in (*colours.STYLES.values(), *colours.CHOICES, colours.style_of("own")):
        assert colours.contrast(style.line, colours.SEA) >= 3
        assert colours.contrast(style.line, colours.LAND) >= 3
        assert colours.contrast(style.text, "#ffffff") >= 4.5


def _points(path: str) -> np.ndarray:
    """Points of relative path data, one in each pixel."""
    start, _, moves = path.removeprefix("M").partition("l")
    steps = np.array(re.findall(r"-?[\d.]+", moves), dtype=float).reshape(-1, 2)
    corners = np.cumsum(np.vstack([np.array(start.split(), dtype=float), steps]), axis=0)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    at = np.arange(0, along[-1], 0.5)
    return np.column_stack([np.interp(at, along, corners[:, k]) for k in (0, 1)])


def test_a_grey_copy_tells_the_modes(document: dict, geometries: dict) -> None:
    """Of each line's own pixels in grey: how many changes from dark to light in a hundred."""
    image = pytest.importorskip("PIL.Image")
    svg = comparison_svg(document, geometries)
    grey = np.asarray(image.open(io.BytesIO(png_of(svg, width=2800))).convert("L"), dtype=float)
    dashes = {dash: mode for mode, (_, _, dash, _) in colours.MODES.items()}
    seen: dict[str, list[float]] = {mode: [] for mode in colours.MODES}
    strokes = re.findall(
        r'<path d="(M[^"]*)" stroke-width="[\d.]+" stroke="(#\w+)" stroke-linecap="\w+"'
        r'(?: stroke-dasharray="([^"]*)")?/>',
        svg,
    )
    for path, colour, dash in strokes:
        points = _points(path)
        if colour == "#fff" or len(points) < 160:
            continue
        x, y = np.round(points * 2).astype(int).T
        dark = grey[np.clip(y, 0, len(grey) - 1), np.clip(x, 0, 2799)] < 170
        # The middle of many windows: a mark or a label over a piece of the line is no change.
        rates = [np.abs(np.diff(part.astype(int))).sum() / 0.6 for part in _windows(dark)]
        seen[dashes[dash]].append(float(np.median(rates)))
    assert all(seen.values()), "every mode is drawn long enough to be measured"
    limits = {"rail": (0, 4), "sea": (7, 12), "road": (13, 20), "ferry": (22, 32)}
    for mode, (low, high) in limits.items():
        assert all(low <= rate <= high for rate in seen[mode]), (mode, seen[mode])


def _windows(dark: np.ndarray) -> list[np.ndarray]:
    """Pieces of sixty pixels, two samples each."""
    return [dark[i : i + 121] for i in range(0, len(dark) - 121, 20)] or [dark]
