"""The best way, and others of which only a part lies on the lines of the best."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

from corridors.analysis.desk import Desk, weights
from corridors.analysis.lease import doors, leased
from corridors.analysis.shared import Track, Tracks, shared_share
from corridors.analysis.study import Study
from corridors.analysis.ways import countries
from corridors.errors import UsageError
from corridors.routing.kernel import MOST_GRAPHS, Kernel
from corridors.routing.pareto import fronts_of, weighed
from corridors.routing.penalties import DEARER, Overlaps, Penalties
from corridors.routing.route import Route
from corridors.routing.unrolled import Unrolled

MOST_SHARED = 0.7
"""Part of its length that another way may share with the best, unless asked otherwise."""

MOST_ALIKE = 0.9
"""Two other ways that share more of their length than this are one and the same."""

MOST_WAYS, MOST_SEARCHES = 20, 60
"""Most ways that can be asked for, and searches after which no more are looked for."""


class OtherWay(NamedTuple):
    """A way beside the best.

    Attributes
    ----------
    route : Route
    shared : float
        Part of its length that lies on lines and lanes of the best.
    stretch : float
        Its length over that of the best.
    dearer : float
        Its mean generalised cost over that of the best.
    """

    route: Route
    shared: float
    stretch: float
    dearer: float


@dataclass(frozen=True)
class OtherWays:
    """The best way, others in the order in which they were found, and how they were looked for.

    Attributes
    ----------
    desk : Desk
    best : Route or None
        None where nothing joins the two places.
    others : tuple of OtherWay
    wanted : int
    most_shared : float
    searches : int
    """

    desk: Desk
    best: Route | None
    others: tuple[OtherWay, ...]
    wanted: int
    most_shared: float
    searches: int

    def study(self) -> Study:
        """One row per way, the best first."""
        shipment = self.desk.shipment
        between = f"{shipment.origin.name} to {shipment.destination.name}"
        if self.best is None:
            return Study("alternatives", f"{between}: no way at all", (), (), found=False)
        ways = [OtherWay(self.best, 1.0, 1.0, 1.0), *self.others]
        rows = [
            {
                "way": number,
                "days": way.route.mean("hours") / 24,
                "usd": way.route.mean("usd"),
                "km": way.route.km,
                "stretch": way.stretch,
                "dearer": way.dearer,
                "shared_with_best": way.shared,
                "countries": " ".join(countries(self.desk.graph, way.route)),
                "doors": " ".join(doors(way.route)),
            }
            for number, way in enumerate(ways)
        ]
        count = len(self.others)
        return Study(
            "alternatives",
            f"{between}: the best way and {count} of {self.wanted} others that share less than "
            f"{self.most_shared:.0%} of their length with it",
            rows,
            (
                *self._why_fewer(),
                "Each is the cheapest after lines and lanes of those before it were made "
                f"{DEARER - 1:.0%} dearer for the search, once for each; days and dollars are "
                "without that. Shared: measured on the lines. Stretch: length over that of the "
                f"best. Two that share more than {MOST_ALIKE:.0%} count as one. Searched without "
                "the lease of the box, which is then charged as on the corridor nearest to it.",
            ),
            facts={"searches": self.searches},
        )

    def _why_fewer(self) -> tuple[str, ...]:
        missing = self.wanted - len(self.others)
        if not missing:
            return ()
        return (f"{missing} fewer than asked for: {self.searches} searches found no more.",)


def other_ways(desk: Desk, *, wanted: int = 5, most_shared: float = MOST_SHARED) -> OtherWays:
    """The best way and others that share less than a part of their length with it.

    Parameters
    ----------
    desk : Desk
    wanted : int
        How many others; fewer where no more are found.
    most_shared : float
        Between 0 and 1.

    Raises
    ------
    UsageError
        A number is out of bounds.

    Examples
    --------
    >>> from corridors.analysis.setting import open_desk
    >>> from corridors.analysis.engine import Engine
    >>> desk = open_desk(Engine.load(), "Xi'an", "Duisburg", "terminal", "balanced", None, None)
    >>> found = other_ways(desk, wanted=3)
    >>> all(way.shared < 0.7 for way in found.others), len(found.others)
    (True, 3)
    """
    if not 1 <= wanted <= MOST_WAYS:
        raise UsageError(f"--k {wanted}: from 1 to {MOST_WAYS} other ways")
    if not 0.0 < most_shared <= 1.0:
        raise UsageError(f"--most-shared {most_shared:g}: a part between 0 and 1, such as 0.7")
    fronts = fronts_of(desk.graph)
    quest = desk.quest(())
    price = weighed(
        fronts.kernel, desk.model, *weights(desk.shipment), closed=desk.graph.closed
    )  # fmt: skip
    search = Penalties(_overlaps(fronts.unrolled(quest)), quest, price)
    tracks = _tracks(fronts.kernel)
    best: Route | None = None
    base: Track = {}
    kept: list[tuple[OtherWay, Track]] = []
    searches = 0
    while len(kept) < wanted and searches < MOST_SEARCHES:
        way = search.following()
        searches += 1
        if way is None:
            break
        route = desk.route(way.found, corridor=None, variant=None)
        if route.barred:
            search.shut({closure.id for closure in route.barred})
            continue
        if _turns_back(route):
            continue
        track = tracks.of(route)
        if best is None:
            best, base = leased(desk, route), track
            continue
        shared = shared_share(base, track)
        alike = any(shared_share(other, track) > MOST_ALIKE for _, other in kept)
        if shared < most_shared and not alike:
            route = leased(desk, route)
            other = OtherWay(
                route, shared, route.km / best.km, desk.rank(route) / desk.rank(best)
            )  # fmt: skip
            kept.append((other, track))
    return OtherWays(desk, best, tuple(way for way, _ in kept), wanted, most_shared, searches)


def _turns_back(route: Route) -> bool:
    """Whether a way comes to a place twice: what was made dearer was gone round for nothing."""
    places = [leg.b for leg in route.legs]
    return len({route.legs[0].a, *places}) <= len(places) if route.legs else False


_OVERLAPS: OrderedDict[Unrolled, Overlaps] = OrderedDict()
_TRACKS: OrderedDict[Kernel, Tracks] = OrderedDict()


def _overlaps(unrolled: Unrolled) -> Overlaps:
    if unrolled not in _OVERLAPS:
        _OVERLAPS[unrolled] = Overlaps(unrolled)
        while len(_OVERLAPS) > MOST_GRAPHS:
            _OVERLAPS.popitem(last=False)
    return _OVERLAPS[unrolled]


def _tracks(kernel: Kernel) -> Tracks:
    """Lines that were traced by now: the next question is likely to run over some of them."""
    if kernel not in _TRACKS:
        _TRACKS[kernel] = Tracks(kernel.arcs.graph)
        while len(_TRACKS) > MOST_GRAPHS:
            _TRACKS.popitem(last=False)
    return _TRACKS[kernel]
