"""The variants of a corridor: the cheapest at once, the others when somebody looks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import overload

from corridors.routing.plan import Plan
from corridors.routing.quest import SAME
from corridors.routing.route import Route


class Variant:
    """One way along a corridor.

    Parameters
    ----------
    name : str
    rank : float
        What it is chosen by among the variants of its corridor: mean generalised cost, but for
        what they all have in common.
    make : callable, optional
        Makes its route, when somebody looks at it; none where there is no way.
    reason : str
        Why there is none.
    """

    def __init__(
        self,
        name: str,
        *,
        rank: float = math.inf,
        make: Callable[[], Route] | None = None,
        reason: str = "",
    ) -> None:
        self.name, self.rank, self.reason = name, rank, reason
        self._make = make

    @cached_property
    def route(self) -> Route | None:
        """The route, None where there is no way."""
        return None if self._make is None else self._make()

    @property
    def is_open(self) -> bool:
        """Whether there is a way."""
        return self._make is not None


class Variants(Sequence[Variant]):
    """Variants in the order of their table.

    Parameters
    ----------
    plans : sequence of Plan
    ways : iterator of (int, Variant)
        Number of a plan and its variant, the cheapest first; plans without a way do not come.
    why : callable
        Why a plan has no way; asked once all ways are known.

    Examples
    --------
    >>> plans = [Plan("titr", name, (), ()) for name in ("baku", "batumi", "poti")]
    >>> ways = [(2, Variant("poti", rank=5.0, make=None)), (0, Variant("baku", rank=9.0))]
    >>> variants = Variants(plans, iter(ways), lambda plan: "shut")
    >>> variants.best.name
    'poti'
    >>> [variant.reason for variant in variants]
    ['', 'shut', '']
    """

    def __init__(
        self,
        plans: Sequence[Plan],
        ways: Iterator[tuple[int, Variant]],
        why: Callable[[Plan], str],
    ) -> None:
        self._plans, self._ways, self._why = plans, ways, why
        self._known: dict[int, Variant] = {}

    @cached_property
    def best(self) -> Variant | None:
        """The cheapest that is open, of equal ones the first of the table."""
        # Whoever looked at all of them before has used up the iterator.
        limit = min((v.rank for v in self._known.values()), default=math.inf) * (1 + SAME)
        for number, variant in self._ways:
            self._known[number] = variant
            limit = min(limit, variant.rank * (1 + SAME))
            if variant.rank > limit:
                break
        near = (number for number in sorted(self._known) if self._known[number].rank <= limit)
        return next((self._known[number] for number in near), None)

    @cached_property
    def _all(self) -> tuple[Variant, ...]:
        self._known.update(self._ways)
        return tuple(
            self._known.get(number) or Variant(plan.variant, reason=self._why(plan))
            for number, plan in enumerate(self._plans)
        )

    def __len__(self) -> int:
        return len(self._plans)

    @overload
    def __getitem__(self, number: int) -> Variant: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Variant, ...]: ...
    def __getitem__(self, number: int | slice) -> Variant | tuple[Variant, ...]:
        return self._all[number]

    def __reduce__(self) -> tuple[type[tuple[Variant, ...]], tuple[tuple[Variant, ...]]]:
        # A search half done stays in its process: all of them travel.
        return tuple, (self._all,)
