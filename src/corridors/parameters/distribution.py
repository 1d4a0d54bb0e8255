"""The spread of one number: a two-piece lognormal through its P10, P50 and P90.

Transport times and prices are positive and lean to the right, and a curator can say
"one in ten is better than this, one in ten is worse than that" but rarely more. A
lognormal with one spread below the median and another above it is the simplest law that
takes those three numbers exactly, has a closed mean, and stays in its own family when it
is scaled or turned upside down (a speed into a pace).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from corridors.errors import ParameterError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Standard normal quantile of 0.9: what makes low and high the P10 and the P90.
Z90 = 1.2815515655446004


def _normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


class SplitLognormal:
    """Two-piece lognormal with given P10, P50 and P90.

    Parameters
    ----------
    low, typ, high : float
        P10, median and P90, in the unit of the quantity. Either ``0 < low <= typ <= high``
        or all three zero (a cost that is not charged, a wait that does not exist).

    Raises
    ------
    corridors.errors.ParameterError
        If the three numbers are not finite, not in order, negative, or zero only in part.

    Notes
    -----
    With ``z`` standard normal, ``X = typ * exp(sigma_lo * z)`` for ``z < 0`` and
    ``typ * exp(sigma_hi * z)`` for ``z >= 0``, where ``sigma_lo = ln(typ / low) / z90`` and
    ``sigma_hi = ln(high / typ) / z90``. The density has a step at the median when the two
    spreads differ; the distribution function and all quantiles are continuous.

    Examples
    --------
    >>> wait = SplitLognormal(24.0, 48.0, 168.0)
    >>> wait.quantile(0.5)
    48.0
    >>> wait.mean > 48.0
    True
    """

    __slots__ = ("high", "low", "sigma_hi", "sigma_lo", "typ")

    def __init__(self, low: float, typ: float, high: float) -> None:
        values = (low, typ, high)
        if not all(map(math.isfinite, values)):
            raise ParameterError(f"P10, P50 and P90 must be finite numbers, got {values}")
        if not low <= typ <= high:
            raise ParameterError(f"P10 <= P50 <= P90 does not hold for {values}")
        self.low, self.typ, self.high = values
        if typ == 0.0 and low == 0.0 and high == 0.0:
            self.sigma_lo = self.sigma_hi = 0.0
        elif low > 0.0:
            # log(a) - log(b), not log(a / b): the quotient of two tiny numbers may underflow.
            self.sigma_lo = (math.log(typ) - math.log(low)) / Z90
            self.sigma_hi = (math.log(high) - math.log(typ)) / Z90
        else:
            raise ParameterError(f"P10, P50 and P90 must be all positive or all zero, got {values}")

    def __repr__(self) -> str:
        return f"SplitLognormal(low={self.low}, typ={self.typ}, high={self.high})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SplitLognormal):
            return NotImplemented
        return (self.low, self.typ, self.high) == (other.low, other.typ, other.high)

    def __hash__(self) -> int:
        return hash((self.low, self.typ, self.high))

    @classmethod
    def constant(cls, value: float) -> SplitLognormal:
        """Return the distribution that always takes one value.

        Examples
        --------
        >>> SplitLognormal.constant(5.0).mean
        5.0
        """
        return cls(value, value, value)

    @property
    def is_constant(self) -> bool:
        """Whether there is no spread at all."""
        return self.sigma_lo == 0.0 and self.sigma_hi == 0.0

    @property
    def mean(self) -> float:
        """Expected value, in the unit of the quantity (closed form).

        Examples
        --------
        >>> round(SplitLognormal(10.0, 20.0, 40.0).mean, 3)
        23.15
        """
        if self.is_constant:
            return self.typ
        lo, hi = self.sigma_lo, self.sigma_hi
        below = math.exp(0.5 * lo * lo) * _normal_cdf(-lo)
        above = math.exp(0.5 * hi * hi) * _normal_cdf(hi)
        return self.typ * (below + above)

    def quantile(self, p: float) -> float:
        """Return the value that is not exceeded with probability `p`.

        Parameters
        ----------
        p : float
            Probability, strictly between 0 and 1.

        Examples
        --------
        >>> round(SplitLognormal(10.0, 20.0, 60.0).quantile(0.9), 9)
        60.0
        """
        if not 0.0 < p < 1.0:
            raise ParameterError(f"a probability lies strictly between 0 and 1, got {p}")
        if self.is_constant:
            return self.typ
        # Imported here: it costs more than the rest of this module and few callers need it.
        from statistics import NormalDist

        z = NormalDist().inv_cdf(p)
        return self.typ * math.exp((self.sigma_lo if z < 0.0 else self.sigma_hi) * z)

    def sample(self, z: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Turn standard normal draws into draws of this quantity.

        Taking the draws from outside keeps shocks common: two routes that cross the same
        border in the same week are given the same `z`.

        Parameters
        ----------
        z : numpy.ndarray
            Standard normal draws, any shape.

        Returns
        -------
        numpy.ndarray
            Values of the same shape, rising with `z`.

        Examples
        --------
        >>> import numpy as np
        >>> SplitLognormal(10.0, 20.0, 60.0).sample(np.array([0.0])).tolist()
        [20.0]
        """
        import numpy as np

        draws = np.asarray(z, dtype=np.float64)
        if self.is_constant:
            return np.full(draws.shape, self.typ, dtype=np.float64)
        sigma = np.where(draws < 0.0, self.sigma_lo, self.sigma_hi)
        return np.asarray(self.typ * np.exp(sigma * draws), dtype=np.float64)

    def scale(self, k: float) -> SplitLognormal:
        """Return the distribution of `k` times this quantity.

        Parameters
        ----------
        k : float
            Factor, zero or positive.

        Examples
        --------
        >>> SplitLognormal(1.0, 2.0, 3.0).scale(10.0)
        SplitLognormal(low=10.0, typ=20.0, high=30.0)
        """
        if not (math.isfinite(k) and k >= 0.0):
            raise ParameterError(f"a scale factor must be finite and not negative, got {k}")
        return SplitLognormal(self.low * k, self.typ * k, self.high * k)

    def reciprocal(self) -> SplitLognormal:
        """Return the distribution of one over this quantity (a speed becomes a pace).

        Raises
        ------
        corridors.errors.ParameterError
            If the quantity is zero: nothing moves at no speed.

        Examples
        --------
        >>> SplitLognormal(20.0, 40.0, 50.0).reciprocal()
        SplitLognormal(low=0.02, typ=0.025, high=0.05)
        """
        if self.typ == 0.0:
            raise ParameterError("zero has no reciprocal: a speed must be positive")
        return SplitLognormal(1.0 / self.high, 1.0 / self.typ, 1.0 / self.low)
