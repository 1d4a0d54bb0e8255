"""Many places against many, as arrays and frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from corridors.analysis.matrix import Matrix
from corridors.analysis.matrix import matrix as _matrix
from corridors.api.question import Options, Question
from corridors.errors import UsageError


def matrix(
    origins: Sequence[str],
    destinations: Sequence[str],
    *,
    corridors: Sequence[str] = (),
    **options: Unpack[Options],
) -> Matrix:
    """Every origin against every destination: days, dollars, km, CO2e and the best corridor.

    Expected values of the best corridor by the stated objective. Nothing is drawn, so ``draws``
    and ``seed`` change nothing; quantiles are for `compare` and `sweep`.

    Parameters
    ----------
    origins, destinations : sequence of str
        Names, UN/LOCODEs, facility ids or ``lat,lon``.
    corridors : sequence of str
        Only these; all without. ``["free"]`` is the cheapest way over the whole network that is
        bound to no corridor, without the lease of the box.
    **options
        As in `compare`: ``optimise``, ``avoid``, ``depart``, ``assume`` and the others.

    Returns
    -------
    Matrix
        ``days``, ``usd``, ``km``, ``co2e_t`` and ``corridor`` are arrays, origins by
        destinations; ``frame`` has one row per pair with the reason where there is no way,
        ``options`` one per pair and corridor.

    Raises
    ------
    UnknownPlaceError, AmbiguousPlaceError, SnapError, UsageError, ParameterError
        A place or the conditions cannot be understood.

    Examples
    --------
    >>> import corridors as co
    >>> found = co.matrix(["Xi'an", "Almaty"], ["Duisburg", "Mersin"], optimise="cost")
    >>> found.usd.shape, found.frame["corridor"][0]
    ((2, 2), 'ocean')
    """
    from corridors.api import load

    for name, places in (("origins", origins), ("destinations", destinations)):
        if isinstance(places, str):
            raise UsageError(f"{name} is a list, such as {name}=[{places!r}]")
    if not origins or not destinations:
        raise UsageError("a matrix needs at least one origin and one destination")
    question = Question(origins[0], destinations[0], corridors=corridors, **options)
    return _matrix(
        load(question.data),
        origins,
        destinations,
        corridors=corridors,
        scope=question.scope,
        objective=question.optimise,
        value_of_time_usd_day=question.value_of_time_usd_day,
        conditions=question.conditions,
        terms=question.terms,
    )
