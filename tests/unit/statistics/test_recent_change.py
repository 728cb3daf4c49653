"""Whether a series has changed lately: the scan against slow references, and what it refuses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chi2_contingency, norm, t, ttest_ind

from swm_kpi.errors import RequestError
from swm_kpi.statistics import (
    CHANGE_P_VALUE,
    RECENT_PERIODS,
    RecentChange,
    SeriesModel,
    recent_change,
)
from swm_kpi.statistics.change_scan import (
    _inflation,
    _margins,
    _p_value,
    _two_levels,
)

COUNTS, SHARES, VALUES = SeriesModel.COUNTS, SeriesModel.SHARES, SeriesModel.VALUES
STEADY = [98, 104, 95, 101, 110, 92, 99, 107, 103, 96, 100, 94] * 2
SPLITS = np.arange(24) >= 24 - np.arange(1, 7)[:, None]


def numbers(change: RecentChange) -> list[float]:
    return [float(item) for item in change]


# What it shows.


@pytest.mark.parametrize("model", [COUNTS, VALUES])
def test_a_steady_series_has_not_changed(model: SeriesModel) -> None:
    change = recent_change(STEADY, model=model)
    assert change.direction == 0
    assert change.p_value > CHANGE_P_VALUE


@pytest.mark.parametrize("model", [COUNTS, SHARES, VALUES])
@pytest.mark.parametrize(("late", "factor"), [(3, 1.5), (3, 0.6), (1, 1.6), (6, 0.7)])
def test_a_step_has_its_direction_and_its_first_period(
    model: SeriesModel, late: int, factor: float
) -> None:
    series = np.array(STEADY[:21] + STEADY[9:12]) * np.where(np.arange(24) >= 24 - late, factor, 1)
    exposure = None if model is VALUES else np.full(24, 400)
    change = recent_change(np.round(series), exposure, model=model)
    assert change.direction == (1 if factor > 1 else -1)
    assert change.start == 24 - late
    assert np.sign(change.statistic) == change.direction


def test_february_is_not_low_for_being_short() -> None:
    """Two a day: 56 in February after months of 60 and 62."""
    days = [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28]
    by_days = recent_change([2 * day for day in days] * 2, days * 2, model=COUNTS)
    assert abs(by_days.statistic) < 0.05
    assert recent_change([2 * day for day in days] * 2, model=COUNTS).statistic < -0.2


@pytest.mark.parametrize("model", [COUNTS, VALUES])
def test_a_trend_is_a_change(model: SeriesModel) -> None:
    """A trend is neither dispersion nor correlation."""
    rise = np.arange(100, 148, 2)
    assert recent_change(rise, model=model).direction == 1
    assert recent_change(rise[::-1], model=model).direction == -1


def test_a_yearly_cycle_is_no_change_if_it_is_fitted() -> None:
    """Three years that swing by 30%; the last months are high each year."""
    months = np.arange(36)
    cycle = 100 * (1 + 0.3 * np.cos(2 * np.pi * (months - 34) / 12))
    fitted = recent_change(np.round(cycle), model=COUNTS, season=12)
    assert fitted.direction == 0
    raised = np.round(cycle * np.where(months >= 33, 1.4, 1))
    change = recent_change(raised, model=COUNTS, season=12)
    assert (change.direction, change.start) == (1, 33)


# Its parts, against slow references.


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_compared_by_the_conditional_binomial_test(seed: int) -> None:
    """Mid-P of the recent count, given the total: Przyborowski and Wilenski."""
    rng = np.random.default_rng(seed)
    series, days = rng.poisson(8, 24).astype(float), rng.integers(28, 32, 24).astype(float)
    scores, _ = _two_levels(series, days, COUNTS, SPLITS)
    for late, score in enumerate(scores, start=1):
        recent, total = series[-late:].sum(), series.sum()
        chance = binom(total, days[-late:].sum() / days.sum())
        upper = chance.sf(recent) + chance.pmf(recent) / 2
        assert score == pytest.approx(norm.isf(upper), abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_shares_are_compared_by_the_likelihood_ratio_test(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cases = rng.integers(30, 60, 24).astype(float)
    tops = rng.binomial(cases.astype(int), 0.7).astype(float)
    scores, _ = _two_levels(tops, cases, SHARES, SPLITS)
    for late, score in enumerate(scores, start=1):
        recent = [tops[-late:].sum(), (cases - tops)[-late:].sum()]
        earlier = [tops[:-late].sum(), (cases - tops)[:-late].sum()]
        expected = chi2_contingency([recent, earlier], False, "log-likelihood").statistic
        assert score**2 == pytest.approx(expected, abs=1e-9)
        assert (score > 0) == (recent[0] / sum(recent) > tops.sum() / cases.sum())


def test_values_without_correlation_are_compared_by_the_t_test() -> None:
    """The series rises and falls in turn, without a trend. Its degree of freedom is spent."""
    series = np.array([-4.0, 0] * 10 + [-4, 5, 9, 5])
    change = recent_change(series)
    assert (change.start, change.autocorrelation) == (21, 0)
    expected = ttest_ind(series[-3:], series[:-3]).statistic * math.sqrt(21 / 22)
    assert change.statistic == pytest.approx(norm.isf(t.sf(expected, 21)), rel=1e-9)


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("late", [1, 4])
def test_the_inflation_is_that_of_an_autoregression(correlation: float, late: int) -> None:
    contrast = np.where(np.arange(20) >= 20 - late, 1 / late, -1 / (20 - late))
    lags = np.abs(np.subtract.outer(np.arange(20), np.arange(20)))
    expected = contrast @ correlation**lags @ contrast / (contrast @ contrast)
    actual = _inflation(np.full(6, correlation), 20, 6)[late - 1]
    assert actual == pytest.approx(max(expected, 0.1))


@pytest.mark.parametrize("count", [12, 24, 60])
def test_the_p_value_is_that_of_the_largest_of_the_scores(count: int) -> None:
    """Against 40,000 series of normal values with a known variance."""
    series = np.random.default_rng(1).normal(size=(40_000, count))
    scores = []
    for late in range(1, _margins(count).size + 1):
        difference = series[:, -late:].mean(axis=1) - series[:, :-late].mean(axis=1)
        scores.append(np.abs(difference) / math.sqrt(1 / late + 1 / (count - late)))
    largest = np.max(np.array(scores) - _margins(count)[:, None], axis=0)
    for level in (1.5, 2.2, 2.8):
        expected = np.mean(largest >= level)
        error = math.sqrt(expected * (1 - expected) / 40_000)
        assert _p_value(np.array(level), count) == pytest.approx(expected, abs=4 * error)


# Properties.

SERIES = st.lists(st.integers(0, 60), min_size=12, max_size=30)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(SERIES, st.sampled_from([COUNTS, SHARES, VALUES]), st.sampled_from([None, 4, 12]))
def test_every_number_is_a_number(
    series: list[int], model: SeriesModel, season: int | None
) -> None:
    exposure = None if model is VALUES else [60] * len(series)
    change = recent_change(series, exposure, model=model, season=season)
    assert np.isfinite(numbers(change)).all()
    assert 0 <= change.p_value <= 1
    assert (change.direction != 0) == (change.p_value <= CHANGE_P_VALUE)
    assert len(series) - 12 <= change.start < len(series)
    assert change.dispersion >= (0 if model is VALUES else 1)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(SERIES)
def test_the_rest_of_a_share_changes_the_other_way(series: list[int]) -> None:
    sizes = [60] * len(series)
    change = recent_change(series, sizes, model=SHARES)
    rest = recent_change([60 - item for item in series], sizes, model=SHARES)
    assert rest.statistic == pytest.approx(-change.statistic, abs=1e-9)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(SERIES, st.floats(0.01, 1000), st.floats(-1000, 0))
def test_plain_values_have_no_unit_and_no_zero(
    series: list[int], scale: float, zero: float
) -> None:
    """None of them is positive throughout, so none is taken in logarithms."""
    plain = np.array([*series, 0], dtype=float)
    change, moved = recent_change(plain - 61), recent_change((plain - 61 + zero) * scale)
    assert moved.statistic == pytest.approx(change.statistic, abs=1e-6)


def test_many_series_are_scanned_as_single_ones() -> None:
    rng = np.random.default_rng(3)
    series = rng.poisson(20, (2, 3, 24)).astype(float)
    series[1, 2, [4, 20]] = np.nan
    together = recent_change(series, model=COUNTS)
    for index in np.ndindex(2, 3):
        alone = recent_change(series[index], model=COUNTS)
        assert [item[index] for item in together] == pytest.approx(numbers(alone), rel=1e-9)


def test_a_gap_is_left_out_and_positions_are_those_of_the_series() -> None:
    gaps = [*STEADY[:20], None, 160, 170, 165]
    change = recent_change(gaps, model=COUNTS)
    without = recent_change([*STEADY[:20], 160, 170, 165], model=COUNTS)
    assert (change.direction, change.start, without.start) == (1, 21, 20)
    assert change.p_value == pytest.approx(float(without.p_value))


# What has no variation, and what is refused.


@pytest.mark.parametrize("model", [COUNTS, SHARES, VALUES])
@pytest.mark.parametrize("value", [0, 7, 3])
def test_equal_numbers_have_not_changed(model: SeriesModel, value: float) -> None:
    exposure = None if model is VALUES else [7] * 24
    change = recent_change([value] * 24, exposure, model=model)
    assert (change.direction, change.statistic, change.p_value) == (0, 0, 1)


def test_a_share_of_all_cases_has_not_changed() -> None:
    assert recent_change([7] * 24, [7] * 24, model=SHARES).p_value == 1


def test_a_step_without_any_variation_is_a_change() -> None:
    change = recent_change([5] * 21 + [6] * 3)
    assert (change.direction, change.start) == (1, 21)


def test_huge_counts_are_compared_too() -> None:
    change = recent_change([1e9] * 21 + [1.1e9] * 3, model=COUNTS)
    assert (change.direction, change.start) == (1, 21)
    assert recent_change([0] * 23 + [1e12], model=COUNTS).direction == 1


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: recent_change([1] * 11), "fewer than 12 numbers"),
        (lambda: recent_change([1] * 11 + [None]), "fewer than 12 numbers"),
        (lambda: recent_change(5), "not a series"),
        (lambda: recent_change([-1] * 12, model=COUNTS), "below zero"),
        (lambda: recent_change([math.inf] * 12), "infinite"),
        (lambda: recent_change([1] * 12, [1] * 12), "for counts and shares"),
        (lambda: recent_change([1] * 12, model=SHARES), "denominator of each period"),
        (lambda: recent_change([2] * 12, [1] * 12, model=SHARES), "above the denominator"),
        (lambda: recent_change([1] * 12, [0] * 12, model=COUNTS), "exposure=.*zero"),
        (lambda: recent_change([1] * 12, [None] * 12, model=COUNTS), "exposure=.*missing"),
        (lambda: recent_change([1] * 12, [1] * 11, model=COUNTS), "one exposure for each period"),
        (lambda: recent_change([1] * 12, model="count"), "not a model.*counts"),
        (lambda: recent_change([1] * 12, season=6), "12 for months"),
        (lambda: recent_change([1] * 12, season=True), "12 for months"),
    ],
)
def test_what_is_refused_is_named(call: Any, why: str) -> None:
    with pytest.raises(RequestError, match=why):
        call()


def test_an_exposure_is_not_needed_where_there_is_no_value() -> None:
    series, days = [None, *STEADY], [None, *[30] * 24]
    assert recent_change(series, days, model=COUNTS).start >= 19


@pytest.mark.parametrize(("count", "recent", "all_splits"), [(12, 4, 6), (24, 6, 12), (60, 6, 12)])
def test_more_than_six_periods_must_be_further_away(
    count: int, recent: int, all_splits: int
) -> None:
    margins = _margins(count)
    assert margins.size == all_splits
    assert (margins[0], set(margins[1:recent])) == (0.5, {0})
    assert set(margins[recent:]) == {1.7}
    assert recent <= RECENT_PERIODS


def test_a_doubling_of_a_year_ago_is_still_shown() -> None:
    change = recent_change([*STEADY[:12], *(2 * item for item in STEADY[:12])], model=COUNTS)
    assert (change.direction, change.start) == (1, 12)
