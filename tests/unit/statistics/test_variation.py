"""Tests of the dispersion, season and trend of a series: references, properties and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from swm_kpi import RequestError
from swm_kpi.statistics import linear_trend, residual_variation
from swm_kpi.statistics.validate_args import Array

VALUES = st.lists(st.floats(-1e4, 1e4), min_size=8, max_size=36)


def slow_trend(values: Array, positions: Array) -> tuple[float, float]:
    """Return the slope and p-value, one correlation after another, from the normal equations."""
    count = len(values)
    slopes, p_values, likelihoods = [], [], []
    for correlation in np.arange(20) / 20:
        covariance = np.array(
            [[correlation ** abs(a - b) for b in positions] for a in positions], dtype=float
        ) / (1 - correlation**2)
        np.fill_diagonal(covariance, 1 / (1 - correlation**2))
        lower = np.linalg.cholesky(covariance)
        design = np.linalg.solve(lower, np.c_[np.ones(count), positions - np.mean(positions)])
        target = np.linalg.solve(lower, values - np.mean(values))
        coefficients, (squares,), *_ = np.linalg.lstsq(design, target, rcond=None)
        information = design.T @ design
        error = np.sqrt(squares / (count - 2) * np.linalg.inv(information)[1, 1])
        slopes.append(coefficients[1])
        p_values.append(2 * stats.t.sf(abs(coefficients[1] / error), count - 2))
        likelihoods.append(
            -(count - 2) / 2 * np.log(squares)
            - np.log(np.diag(lower)).sum()
            - np.log(np.linalg.det(information)) / 2
        )
    weights = np.exp(np.array(likelihoods) - max(likelihoods))
    weights /= weights.sum()
    return float(weights @ slopes), float(weights @ p_values)


@pytest.mark.parametrize("count", [8, 13, 24])
def test_a_trend_is_that_of_a_slow_reference(count: int) -> None:
    """With and without gaps in the series."""
    random = np.random.default_rng(count)
    for _ in range(20):
        values = random.normal(size=count).cumsum() + random.normal(size=count)
        positions = np.sort(random.choice(np.arange(count + 6), count, replace=False))
        trend = linear_trend(values, positions)
        slope, p_value = slow_trend(values, positions.astype(float))
        assert float(trend.slope) == pytest.approx(slope, rel=1e-8, abs=1e-12)
        assert float(trend.p_value) == pytest.approx(p_value, rel=1e-6, abs=1e-12)


@given(values=VALUES, scale=st.floats(0.01, 100), shift=st.floats(-1e4, 1e4))
def test_a_trend_has_the_unit_of_its_values(
    values: list[float], scale: float, shift: float
) -> None:
    """Another unit or another zero changes the slope alone; reversed, it falls as it rose."""
    rounded = np.round(values, 3)
    trend, other = linear_trend(rounded), linear_trend(scale * rounded + shift)
    tolerance = 1e-6 * (1 + np.ptp(rounded))
    assert float(other.slope) == pytest.approx(scale * float(trend.slope), abs=scale * tolerance)
    if np.ptp(rounded) > 1:
        assert float(other.p_value) == pytest.approx(float(trend.p_value), abs=1e-3)
    back = linear_trend(rounded[::-1])
    assert float(back.slope) == pytest.approx(-float(trend.slope), abs=tolerance)


@given(values=VALUES)
def test_the_interval_of_a_trend_agrees_with_its_test(values: list[float]) -> None:
    """Zero is outside exactly where the p-value is at most 5%."""
    trend = linear_trend(values)
    assert np.isfinite(trend).all()
    assert trend.lower <= trend.slope <= trend.upper
    if trend.p_value > 0.0501:
        assert trend.lower <= 0 <= trend.upper
    elif trend.p_value < 0.02:
        assert trend.lower >= 0 or trend.upper <= 0


def test_a_line_is_a_trend_without_doubt_and_a_flat_series_is_none() -> None:
    """Neither has any variation."""
    line = [float(number) for number in linear_trend(2 * np.arange(9))]
    assert line == pytest.approx([2, 2, 2, 0])
    assert [float(number) for number in linear_trend(np.full(9, 7.7))] == [0, 0, 0, 1]


@pytest.mark.slow
@pytest.mark.parametrize(("correlation", "most"), [(0.0, 0.05), (0.5, 0.06), (0.8, 0.16)])
@pytest.mark.parametrize("count", [8, 24])
def test_series_without_a_trend_seldom_show_one(
    count: int, correlation: float, most: float
) -> None:
    """Of 800 series at 5%, also where neighbours are alike."""
    random = np.random.default_rng(1)
    noise = random.normal(size=(800, count + 40))
    series = np.zeros_like(noise)
    for at in range(1, noise.shape[1]):
        series[:, at] = correlation * series[:, at - 1] + noise[:, at]
    shown = np.mean(linear_trend(series[:, 40:]).p_value <= 0.05)
    assert shown <= most


# Dispersion and season.


def variation(values: Array, variances: object = 1.0, season: int = 0) -> object:
    """Return the variation of consecutive values."""
    return residual_variation(values, variances, np.arange(len(values)), season)


def test_the_dispersion_is_that_of_a_regression_by_another_program() -> None:
    """The squared residuals of a line over their degrees of freedom."""
    values = np.random.default_rng(3).normal(50, 4, 20)
    line = stats.linregress(np.arange(20), values)
    rest = values - line.intercept - line.slope * np.arange(20)
    residuals = variation(values, 16.0)
    assert residuals.dispersion.factor == pytest.approx(float(rest @ rest) / 18 / 16)
    assert residuals.dispersion.degrees == 18


@pytest.mark.slow
def test_a_season_is_seen_and_a_trend_is_not_taken_for_one() -> None:
    """Waves of 15% of 100 in most of 200 series; plain trends and noise in about one in 100."""
    random, months = np.random.default_rng(5), np.arange(36)
    wave = 100 + 15 * np.sin(2 * np.pi * months / 12)
    seen = [variation(random.poisson(wave), 100.0, 12).is_seasonal for _ in range(200)]
    trend = [variation(random.poisson(60 + 2 * months), 100.0, 12).is_seasonal for _ in range(400)]
    assert np.mean(seen) > 0.8
    assert np.mean(trend) < 0.03


def test_a_season_is_taken_out_of_the_dispersion_of_one_time_of_year() -> None:
    """Quarters that repeat exactly vary from each other, and not from year to year."""
    values = np.tile([10.0, 20.0, 30.0, 20.0], 4)
    residuals = variation(values, 1.0, 4)
    assert residuals.is_seasonal
    assert residuals.within_seasons.factor == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_few_values_have_no_dispersion(count: int) -> None:
    """Three degrees of freedom are the fewest: five values."""
    assert variation(np.arange(float(count))) is None
    assert variation(np.arange(5.0) ** 2) is not None


def test_equal_values_have_no_dispersion_and_no_correlation() -> None:
    """Nothing is divided by zero."""
    residuals = variation(np.full(24, 3.0), 1.0, 12)
    assert (residuals.dispersion.factor, residuals.autocorrelation) == (0, 0)
    assert not residuals.is_seasonal


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_the_correlation_of_neighbours_is_estimated_without_much_bias(correlation: float) -> None:
    """On average over 500 series of 36."""
    random = np.random.default_rng(8)
    noise = random.normal(size=(500, 76))
    series = np.zeros_like(noise)
    for at in range(1, 76):
        series[:, at] = correlation * series[:, at - 1] + noise[:, at]
    estimates = [variation(row).autocorrelation for row in series[:, 40:]]
    assert np.mean(estimates) == pytest.approx(correlation, abs=0.08)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (([1.0] * 9, [0.0] * 9, range(9)), "variances"),
        (([1.0, float("nan"), *[1.0] * 7], 1.0, range(9)), "values"),
    ],
    ids=["zero", "missing"],
)
def test_a_variation_of_what_is_no_number_is_refused(
    arguments: tuple[object, ...], name: str
) -> None:
    """The message names the argument."""
    with pytest.raises(RequestError, match=f"^{name}"):
        residual_variation(*arguments)


@pytest.mark.parametrize(
    ("values", "positions", "message"),
    [
        (range(7), None, "a trend needs 8"),
        ([float("nan")] * 9, None, "values"),
        (range(9), [0, 1, 2, 3, 4, 5, 6, 7, 7], "positions"),
        (range(9), range(8), "differ in length"),
        (5.0, None, "a trend needs 8"),
    ],
    ids=range(5),
)
def test_a_trend_of_too_little_is_refused(values: object, positions: object, message: str) -> None:
    """The message says what a trend needs."""
    with pytest.raises(RequestError, match=message):
        linear_trend(values, positions)
