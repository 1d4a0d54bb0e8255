"""The spread law: hand-computed values, exact quantiles, and the algebra it promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corridors.errors import ParameterError
from corridors.parameters import SplitLognormal

positive = st.floats(min_value=1e-3, max_value=1e5)
stretch = st.floats(min_value=1.0, max_value=6.0)


@st.composite
def spreads(draw: st.DrawFn) -> SplitLognormal:
    typ = draw(positive)
    return SplitLognormal(typ / draw(stretch), typ, typ * draw(stretch))


def test_symmetric_mean_is_the_textbook_lognormal() -> None:
    # median 20, P90 40: sigma = ln 2 / 1.28155 = 0.540865; mean = 20 exp(sigma^2 / 2)
    sigma = math.log(2.0) / 1.2815515655446004
    spread = SplitLognormal(10.0, 20.0, 40.0)
    assert spread.sigma_lo == pytest.approx(0.5408648, abs=1e-6)
    assert spread.mean == pytest.approx(20.0 * math.exp(0.5 * sigma**2), rel=1e-12)
    assert spread.mean == pytest.approx(23.1502, abs=1e-3)


def test_skewed_mean_by_hand() -> None:
    # sigma_lo = 0 (low = typ): the lower half contributes typ / 2 exactly.
    # sigma_hi = ln 4 / 1.28155 = 1.081730; exp(0.585070) * Phi(1.081730) = 1.795117 * 0.860314
    spread = SplitLognormal(48.0, 48.0, 192.0)
    assert spread.mean == pytest.approx(48.0 * (0.5 + 1.795117 * 0.860314), rel=2e-5)


def test_skewed_mean_by_quadrature() -> None:
    spread = SplitLognormal(12.0, 30.0, 150.0)
    z = np.linspace(-9.0, 9.0, 400_001)
    density = np.exp(-0.5 * z**2) / math.sqrt(2.0 * math.pi)
    integral = float((spread.sample(z) * density).sum() * (z[1] - z[0]))
    assert spread.mean == pytest.approx(integral, rel=1e-6)


@given(spreads())
def test_low_typ_high_are_the_deciles_and_the_median(spread: SplitLognormal) -> None:
    assert spread.quantile(0.1) == pytest.approx(spread.low, rel=1e-9)
    assert spread.quantile(0.5) == spread.typ
    assert spread.quantile(0.9) == pytest.approx(spread.high, rel=1e-9)


@given(spreads(), st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_quantiles_are_monotone(spread: SplitLognormal, p: float, q: float) -> None:
    assume(p <= q)
    assert spread.quantile(p) <= spread.quantile(q) * (1 + 1e-12)


@given(spreads(), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_mean_lies_within_the_sampling_error(spread: SplitLognormal, seed: int) -> None:
    draws = spread.sample(np.random.default_rng(seed).standard_normal(40_000))
    error = draws.std() / math.sqrt(draws.size)
    assert abs(draws.mean() - spread.mean) <= 6.0 * error + 1e-9 * spread.mean


@given(positive, st.integers(0, 2**32 - 1))
def test_no_spread_is_deterministic(value: float, seed: int) -> None:
    constant = SplitLognormal.constant(value)
    draws = constant.sample(np.random.default_rng(seed).standard_normal(7))
    assert constant.is_constant
    assert constant.mean == value
    assert constant.quantile(0.01) == value
    assert draws.tolist() == [value] * 7


def test_zero_is_a_constant_and_has_no_reciprocal() -> None:
    zero = SplitLognormal.constant(0.0)
    assert zero.mean == 0.0
    assert zero.scale(3.0) == zero
    assert zero.sample(np.array([-3.0, 0.0, 3.0])).tolist() == [0.0, 0.0, 0.0]
    with pytest.raises(ParameterError, match="reciprocal"):
        zero.reciprocal()


@given(spreads())
def test_reciprocal_of_the_reciprocal_is_the_same(spread: SplitLognormal) -> None:
    back = spread.reciprocal().reciprocal()
    assert (back.low, back.typ, back.high) == pytest.approx(
        (spread.low, spread.typ, spread.high), rel=1e-12
    )


@given(spreads(), st.floats(-3.0, 3.0))
def test_reciprocal_mirrors_every_draw(spread: SplitLognormal, z: float) -> None:
    product = spread.sample(np.array([z])) * spread.reciprocal().sample(np.array([-z]))
    assert product[0] == pytest.approx(1.0, rel=1e-9)


@given(spreads(), st.floats(0.0, 1e3))
def test_scaling_scales_the_mean(spread: SplitLognormal, k: float) -> None:
    assume(k == 0.0 or k > 1e-6)
    assert spread.scale(k).mean == pytest.approx(k * spread.mean, rel=1e-9)


def test_draws_keep_shape_and_order() -> None:
    spread = SplitLognormal(1.0, 2.0, 5.0)
    z = np.array([[-2.0, -1.0, 0.0], [0.5, 1.0, 2.0]])
    draws = spread.sample(z)
    assert draws.shape == (2, 3)
    assert np.all(np.diff(draws.ravel()) > 0)


@pytest.mark.parametrize(
    "values",
    [(3.0, 2.0, 4.0), (1.0, 3.0, 2.0), (-1.0, 1.0, 2.0), (0.0, 1.0, 2.0), (0.0, 0.0, 1.0)],
)
def test_values_out_of_order_are_refused(values: tuple[float, float, float]) -> None:
    with pytest.raises(ParameterError):
        SplitLognormal(*values)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_values_that_are_not_finite_are_refused(bad: float) -> None:
    with pytest.raises(ParameterError):
        SplitLognormal(1.0, 2.0, bad)
    with pytest.raises(ParameterError):
        SplitLognormal(1.0, 2.0, 3.0).scale(bad)


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, 1.1, math.nan])
def test_a_probability_is_a_probability(p: float) -> None:
    with pytest.raises(ParameterError):
        SplitLognormal(1.0, 2.0, 3.0).quantile(p)
