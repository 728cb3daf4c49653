"""Funnel limits, the test of all members, and overdispersion."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swm_kpi.errors import RequestError
from swm_kpi.statistics import (
    FunnelLimits,
    byar,
    funnel_position,
    homogeneity_of_estimates,
    homogeneity_of_rates,
    homogeneity_of_shares,
    rate_funnel,
    rate_overdispersion,
    share_funnel,
    share_overdispersion,
    wilson,
)

# Limits published with the R package PHEindicatormethods: its test data of funnels.


@pytest.mark.parametrize(
    ("cases", "limits"),
    [
        (1, (0.03204264, 1, 0, 1)),
        (3, (0.35933491, 1, 0.10150815, 1)),
        (18, (0.62390093, 0.98894803, 0.51864359, 1)),
        (50, (0.69691035, 0.91593861, 0.63375595, 0.97909301)),
        (1_008, (0.78203374, 0.83081521, 0.76796814, 0.84488082)),
        (110_000, (0.80408963, 0.80875933, 0.80274317, 0.81010578)),
    ],
)
def test_limits_of_shares_are_those_of_phe(cases: int, limits: tuple[float, ...]) -> None:
    # The published limits have six decimals of a percentage, and so has the average.
    actual = share_funnel(cases, 0.80642448)
    assert np.allclose(actual, limits, atol=2e-8)


@pytest.mark.parametrize(
    ("observed", "expected", "is_upper", "tail"),
    [
        (1, 5.571644585, False, 95),
        (10, 18.39035799, False, 95),
        (100, 121.6268111, False, 95),
        (716, 770.4222128, False, 95),
        (1, 0.025317898, True, 95),
        (10, 4.795387629, True, 95),
        (100, 81.36400699, True, 95),
        (716, 664.5083011, True, 95),
        (1, 9.233410143, False, 998),
        (100, 134.9243187, False, 998),
        (1, 0.001000547, True, 998),
        (100, 71.92139974, True, 998),
    ],
)
def test_limits_of_ratios_are_those_of_phe(
    observed: int, expected: float, is_upper: bool, tail: int
) -> None:
    """The published table has the expected events at which so many observed ones are on a limit."""
    limits = rate_funnel(expected, 1)._asdict()
    side = "upper" if is_upper else "lower"
    assert limits[f"{side}_{tail}"] * expected == pytest.approx(observed, rel=2e-5, abs=2e-5)


@pytest.mark.parametrize(
    ("people", "side", "limit"),
    [
        (1_598.675694, "lower_95", 20.85059119),
        (5_276.757672, "lower_95", 63.17010446),
        (1_375.943768, "upper_95", 242.2579623),
        (6_924.776769, "lower_998", 48.13632908),
        (849.4639547, "upper_998", 392.4043292),
        (411_529.9259, "lower_95", 110.158048),
        (369_759.5622, "upper_95", 122.6021934),
    ],
)
def test_limits_of_rates_are_those_of_phe(people: float, side: str, limit: float) -> None:
    """The published table has the people a year, over 3 years, and the rate per 100,000."""
    limits = rate_funnel(3 * people, 116.1720835, scale=100_000)._asdict()
    assert limits[side] == pytest.approx(limit, rel=1e-5)


# Properties.


@given(st.integers(0, 400), st.integers(1, 400), st.floats(0.01, 0.99))
def test_a_share_is_outside_where_its_wilson_interval_does_not_contain_the_average(
    top: int, bottom: int, average: float
) -> None:
    top = min(top, bottom)
    for level in (0.95, 0.998):
        lower, upper = wilson(top, bottom, level)
        limits = share_funnel(bottom, average)._asdict()
        name = str(level)[2:]
        if min(abs(average - lower), abs(average - upper)) > 1e-9:
            is_inside = limits[f"lower_{name}"] <= top / bottom <= limits[f"upper_{name}"]
            assert is_inside == (lower < average < upper)


@given(st.integers(0, 9), st.floats(0.001, 60))
def test_a_rate_is_outside_where_its_exact_interval_does_not_contain_the_average(
    count: int, expected: float
) -> None:
    lower, upper = byar(count)
    limits = rate_funnel(expected, 1)
    if min(abs(expected - lower), abs(expected - upper)) > 1e-9:
        is_inside = limits.lower_95 <= count / expected <= limits.upper_95
        assert is_inside == (lower < expected < upper)


@settings(max_examples=25)
@given(st.floats(0.01, 1e9), st.just(0) | st.floats(1e-9, 50), st.floats(0, 5))
def test_limits_are_in_order_and_widen_with_the_spread(
    exposure: float, average: float, spread: float
) -> None:
    narrow, wide = rate_funnel(exposure, average), rate_funnel(exposure, average, spread=spread)
    for limits in (narrow, wide):
        assert np.isfinite(limits).all()
        assert 0 <= limits.lower_998 <= limits.lower_95 <= average * (1 + 1e-9)
        assert average <= limits.upper_95 * (1 + 1e-9)
        assert limits.upper_95 <= limits.upper_998
    assert wide.upper_95 >= narrow.upper_95
    assert wide.lower_95 <= narrow.lower_95


def test_a_spread_adds_to_the_standard_error() -> None:
    """Spiegelhalter's additive limits, for rates of many events."""
    limits = rate_funnel(1e6, 0.01, scale=1, spread=0.002)
    half = 1.959964 * math.sqrt(0.01 / 1e6 + 0.002**2)
    assert limits.upper_95 == pytest.approx(0.01 + half, rel=1e-2)
    assert limits.lower_95 == pytest.approx(0.01 - half, rel=1e-2)
    shares = share_funnel(100, 0.5, spread=0.1)
    assert shares.upper_95 == pytest.approx(0.5 + 1.959964 * math.sqrt(0.0025 + 0.01))


def test_where_nothing_happens_every_limit_is_zero() -> None:
    assert np.array_equal(rate_funnel([5, 50], 0), np.zeros((4, 2)))
    assert np.array_equal(share_funnel([5, 50], 0), np.zeros((4, 2)))
    assert np.array_equal(share_funnel([5, 50], 1), np.ones((4, 2)))


def test_the_largest_and_the_smallest_numbers_have_limits() -> None:
    large = rate_funnel(1e12, 1)
    assert large.upper_95 == pytest.approx(1 + 1.96e-6, abs=1e-8)
    assert large.lower_998 == pytest.approx(1 - 3.09e-6, abs=1e-8)
    assert np.isfinite(rate_funnel(1, 1e-100)).all()
    assert rate_funnel(1, 1e-100).lower_95 == 0


def test_a_value_on_a_limit_is_within() -> None:
    limits = FunnelLimits(*(np.full(7, at) for at in (2.0, 4.0, 1.0, 5.0)))
    positions = funnel_position([0.9, 1, 2, 3, 4, 5, 5.1], limits)
    assert positions.tolist() == [
        *("below 99.8%", "below 95%", "within", "within", "within", "above 95%", "above 99.8%")
    ]


# The test of all members.


def test_the_test_of_shares_is_pearsons() -> None:
    """Snedecor and Cochran's slow way: over the cells of the table."""
    top, bottom = np.array([30, 45, 60]), np.array([100, 120, 110])
    average = top.sum() / bottom.sum()
    slow = sum(
        (seen - cases * share) ** 2 / (cases * share)
        for hits, cases in zip(top, bottom, strict=True)
        for seen, share in ((hits, average), (cases - hits, 1 - average))
    )
    actual = homogeneity_of_shares(top, bottom)
    assert actual.statistic == pytest.approx(slow)
    assert (actual.degrees, actual.is_simulated) == (2, False)
    # For two degrees of freedom the tail of chi-square is exp(-x / 2).
    assert actual.p_value == pytest.approx(math.exp(-slow / 2))


def test_the_test_of_rates_is_fishers_index_of_dispersion() -> None:
    count = np.array([24, 31, 40])
    actual = homogeneity_of_rates(count, [1, 1, 1])
    assert actual.statistic == pytest.approx(((count - count.mean()) ** 2 / count.mean()).sum())
    unequal = homogeneity_of_rates([10, 20, 30], [100, 200, 300])
    assert (unequal.statistic, unequal.p_value) == (0, 1)


def test_small_counts_are_simulated_and_the_same_each_time() -> None:
    """One event: it is in one of five equal areas, so no statistic is surprising."""
    single = homogeneity_of_rates([1, 0, 0, 0, 0], [1, 1, 1, 1, 1])
    assert (single.is_simulated, single.p_value) == (True, 1)
    # All 4 events in one of 5 areas: 5 in 625.
    four = homogeneity_of_rates([4, 0, 0, 0, 0], [1, 1, 1, 1, 1])
    assert four.p_value == pytest.approx(5 / 625, abs=0.003)
    assert four == homogeneity_of_rates([4, 0, 0, 0, 0], [1, 1, 1, 1, 1])
    # 3 of 3 against 0 of 3: 2 of the 20 tables with these totals.
    shares = homogeneity_of_shares([3, 0], [3, 3])
    assert shares.is_simulated
    assert shares.p_value == pytest.approx(2 / 20, abs=0.01)


@pytest.mark.parametrize(
    ("top", "bottom"), [([1.5, 0.5], [3.5, 3.2]), ([1, 0.5], [3, 3]), ([1, 0], [3, 3.5])]
)
def test_effective_samples_are_not_simulated(top: list[float], bottom: list[float]) -> None:
    assert not homogeneity_of_shares(top, bottom).is_simulated


@pytest.mark.parametrize("top", [[0, 0, 0], [5, 6, 7]])
def test_members_of_one_value_do_not_differ(top: list[int]) -> None:
    assert homogeneity_of_shares(top, [5, 6, 7])[::2] == (0, 1)
    assert homogeneity_of_rates([0, 0, 0], [5, 6, 7])[::2] == (0, 1)


def test_estimates_are_weighted_by_their_precision() -> None:
    """Two estimates: the square of their difference over its variance."""
    actual = homogeneity_of_estimates([10, 13], [8, 11], [12, 15])
    error = 4 / (2 * 1.959964)
    assert actual.statistic == pytest.approx(9 / (2 * error**2), rel=1e-6)
    assert (actual.degrees, actual.is_simulated) == (1, False)
    # For one degree of freedom the tail is that of a normal number on both sides.
    assert actual.p_value == pytest.approx(math.erfc(math.sqrt(actual.statistic / 2)))


@pytest.mark.parametrize(
    ("exposure", "is_simulated"),
    [
        # 100 events. An expected count of 0.99, and of 1.01.
        ([0.99, 99.01 / 3, 99.01 / 3, 99.01 / 3], True),
        ([1.01, *[98.99 / 5] * 5], False),
        # A fifth of the expected counts below 5, more than a fifth, and a count of 5.
        ([4.99, *[95.01 / 4] * 4], False),
        ([4.99, *[95.01 / 3] * 3], True),
        ([5.0, *[95 / 3] * 3], False),
    ],
)
def test_small_expected_counts_decide_whether_to_simulate(
    exposure: list[float], is_simulated: bool
) -> None:
    events = [0] * (len(exposure) - 1) + [100]
    assert homogeneity_of_rates(events, exposure).is_simulated == is_simulated


# Overdispersion.


def test_overdispersion_is_estimated_from_winsorised_scores() -> None:
    """The slow way, with one member far away, which changes the spread little."""
    events = np.array([90.0, 95, 100, 105, 110, 85, 115, 100, 98, 102, 120, 80])
    time = np.full(12, 100.0)
    average = events.sum() / time.sum()
    scores = (events - time * average) / np.sqrt(time * average)
    low, high = np.quantile(scores, 0.1), np.quantile(scores, 0.9)
    phi = sum(min(max(score, low), high) ** 2 for score in scores) / 12 / 0.67865456
    actual = rate_overdispersion(events, time)
    assert actual.phi == pytest.approx(phi)
    variance = max(0, (12 * phi - 11) / 11) * average / 100
    assert actual.spread == pytest.approx(math.sqrt(variance))
    per_1000 = rate_overdispersion(events, time, 1_000)
    assert per_1000.spread == pytest.approx(1_000 * actual.spread)
    outlier = rate_overdispersion([*events[:-1], 200], time)
    assert outlier.phi < 2 * phi


def test_the_overdispersion_of_shares_is_that_of_their_own_errors() -> None:
    """The slow way, of shares of cases of different number."""
    top = np.array([20, 35, 52, 40, 61, 80, 90, 66, 120, 75])
    bottom = np.array([50, 60, 80, 90, 110, 120, 150, 160, 200, 210])
    average = top.sum() / bottom.sum()
    variances = average * (1 - average) / bottom
    scores = (top / bottom - average) / np.sqrt(variances)
    low, high = np.quantile(scores, 0.1), np.quantile(scores, 0.9)
    phi = sum(min(max(score, low), high) ** 2 for score in scores) / 10 / 0.67865456
    weights = 1 / variances
    between = (10 * phi - 9) / (weights.sum() - (weights**2).sum() / weights.sum())
    actual = share_overdispersion(top, bottom)
    assert between > 0
    assert actual == pytest.approx((phi, math.sqrt(between)))


def test_members_that_differ_by_chance_have_no_spread() -> None:
    assert rate_overdispersion([100] * 10, [100] * 10) == (0, 0)
    assert share_overdispersion([0] * 10, [100] * 10) == (0, 0)
    assert share_overdispersion([50] * 10, [100] * 10) == (0, 0)


@pytest.mark.slow
def test_one_member_in_twenty_lies_outside_adjusted_limits() -> None:
    """43 members that differ by as much again as by chance, 100 times."""
    generator = np.random.default_rng(5)
    outside = far = 0
    for _ in range(100):
        time = generator.uniform(500, 5_000, 43)
        rates = np.maximum(generator.normal(0.1, 0.0067, 43), 0)
        events = generator.poisson(time * rates)
        average, spread = events.sum() / time.sum(), rate_overdispersion(events, time).spread
        limits = rate_funnel(time, average, spread=spread)
        positions = funnel_position(events / time, limits)
        outside += (positions != "within").sum()
        far += np.isin(positions, ["above 99.8%", "below 99.8%"]).sum()
    assert outside / 100 / 43 == pytest.approx(0.05, abs=0.015)
    assert far / 100 / 43 < 3 * 0.002


# Hostile input.


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: share_funnel(0, 0.5), "zero"),
        (lambda: share_funnel(10, 1.5), "0.9 for 90%"),
        (lambda: share_funnel(10, [0.5, 0.5]), "one number"),
        (lambda: share_funnel(math.nan, 0.5), "missing"),
        (lambda: rate_funnel(-1, 0.5), "below zero"),
        (lambda: rate_funnel(1, -0.5), "below zero"),
        (lambda: rate_funnel(1, 1, 0), "scale="),
        (lambda: rate_funnel(1.000001e12, 1), "too large"),
        (lambda: rate_funnel(1, 0.99e-100), "too near zero"),
        (lambda: rate_funnel(1, 1, -1), "below zero"),
        (lambda: share_funnel(10, 0.5, -0.1), "below zero"),
        (lambda: homogeneity_of_shares([1], [2]), "two members or more"),
        (lambda: homogeneity_of_shares([3, 1], [2, 2]), "above the denominator"),
        (lambda: homogeneity_of_rates([1, 2], [0, 2]), "zero"),
        (lambda: homogeneity_of_rates([1, None], [1, 2]), "missing"),
        (lambda: homogeneity_of_rates([[1, 2]], [[1, 2]]), "two members or more"),
        (lambda: homogeneity_of_rates([1, 2, 3], [1, 2]), "matching shapes"),
        (lambda: homogeneity_of_estimates([1, 2], [1, 2], [1, 3]), "not above its lower limit"),
        (lambda: rate_overdispersion([1] * 9, [1] * 9), "10 members"),
        (lambda: funnel_position([math.nan], share_funnel([3], 0.5)), "missing"),
    ],
)
def test_a_question_without_an_answer_raises(call: Any, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        call()
