"""Charts of shares, counts and rare events, against published numbers and slow references."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, nbinom, poisson

from swm_kpi.errors import RequestError
from swm_kpi.statistics import (
    T_CHART_POWER,
    ChartLimits,
    g_chart,
    outside_limits,
    rate_chart,
    runs,
    share_chart,
    small_count_limits,
    t_chart,
    trends,
    two_of_three,
    xmr,
)

# D. C. Montgomery, *Introduction to statistical quality control* (6th edition, 2009), chapter 7.

CANS = [
    12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12,
    7, 13, 9, 6,
]  # fmt: skip
BOARDS = [
    21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19,
    17, 15,
]  # fmt: skip
ERRORS = [2, 3, 8, 1, 1, 4, 1, 4, 5, 1, 8, 2, 4, 3, 4, 1, 8, 3, 7, 4]
FAILURES = [
    286, 948, 536, 124, 816, 729, 4, 143, 431, 8, 2837, 596, 81, 227, 603, 492, 1199, 1214, 2831, 96
]  # fmt: skip
"""Hours between the failures of a valve: table 7.14."""


def lines(chart: ChartLimits, at: int = 0) -> list[float]:
    return [float(line[at]) for line in (chart.mean, chart.lower, chart.upper)]


def test_the_p_chart_of_orange_juice_cans() -> None:
    """Example 7.1: 347 of 1,500, limits 0.0524 and 0.4102; samples 15 and 23 are above."""
    chart = share_chart(CANS, [50] * 30, prime=False)
    assert lines(chart) == pytest.approx([0.2313, 0.0524, 0.4102], abs=5e-5)
    assert np.flatnonzero(outside_limits(chart)).tolist() == [14, 22]


def test_the_c_chart_of_circuit_boards() -> None:
    """Example 7.3: 516 in 26 samples; samples 6 and 20 are outside 6.48 and 33.22.

    The book rounds the mean to 19.85 first.
    """
    chart = rate_chart(BOARDS, 1, prime=False)
    assert lines(chart) == pytest.approx([19.85, 6.48, 33.22], abs=0.01)
    assert outside_limits(chart).tolist() == [-(at == 5) + (at == 19) for at in range(26)]


def test_the_u_chart_of_shipments() -> None:
    """Example 7.4: 0.0740 errors for each of 50 shipments, upper limit 0.1894."""
    chart = rate_chart(ERRORS, 50, prime=False)
    assert lines(chart)[0::2] == pytest.approx([0.0740, 0.1894], abs=5e-5)
    assert lines(chart)[1] < 0


def test_the_t_chart_of_valve_failures() -> None:
    """Table 7.14: the transformed times, which the book raises to 0.2777; none is outside."""
    transformed = [4.80986, 6.70903, 5.72650, 3.81367, 6.43541, 6.23705, 1.46958, 3.96768]
    actual = np.array(FAILURES[:8]) ** T_CHART_POWER
    assert actual == pytest.approx(transformed, rel=1e-3)
    chart = t_chart(FAILURES)
    assert not chart.outside.any()
    powers = xmr(np.array(FAILURES) ** T_CHART_POWER)
    assert chart.upper[0] == pytest.approx(powers.upper[0] ** 3.6)
    assert chart.centre[0] == pytest.approx(powers.mean[0] ** 3.6)
    assert chart.lower[0] == 0 > powers.lower[0]


def test_a_long_time_without_an_event_is_outside() -> None:
    chart = t_chart([5.0, 7, 6, 8, 5, 6, 7, 6, 5, 8, 60])
    assert chart.outside.tolist() == [0] * 10 + [1]


def test_the_g_chart_is_that_of_qicharts2() -> None:
    """``qic.g``: three standard deviations of a geometric number, and the median between."""
    between = [3, 0, 12, 5, 8, 1, 20, 4, 2, 90]
    chart = g_chart(between)
    mean = sum(between) / 10
    assert chart.upper[0] == pytest.approx(mean + 3 * math.sqrt(mean * (mean + 1)))
    assert (chart.lower[0], chart.centre[0]) == (0, 4.5)
    assert chart.outside.tolist() == [0] * 9 + [1]


# Laney's charts.


def slow_prime(tops: list[int], sizes: list[int], *, binomial: bool) -> list[list[float]]:
    """Laney's limits, as ``qic.pp`` and ``qic.up`` of qicharts2 write them."""
    centre = sum(tops) / sum(sizes)
    spread = [math.sqrt(centre * (1 - centre * binomial) / size) for size in sizes]
    scores = [(top / size - centre) / s for top, size, s in zip(tops, sizes, spread, strict=True)]
    steps = [abs(now - before) for before, now in pairwise(scores)]
    factor = 2.66 * sum(steps) / len(steps)
    return [[centre, centre - factor * s, centre + factor * s] for s in spread]


PARTS = st.lists(
    st.integers(20, 400).flatmap(lambda size: st.tuples(st.integers(1, size - 1), st.just(size))),
    min_size=3,
    max_size=20,
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(PARTS)
def test_prime_charts_are_laneys(parts: list[tuple[int, int]]) -> None:
    tops, sizes = [top for top, _ in parts], [size for _, size in parts]
    for chart, binomial in ((share_chart(tops, sizes), True), (rate_chart(tops, sizes), False)):
        expected = slow_prime(tops, sizes, binomial=binomial)
        for at, item in enumerate(expected):
            assert lines(chart, at) == pytest.approx(item, abs=1e-9)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=4, max_size=20))
def test_with_equal_sizes_they_are_the_xmr_chart(tops: list[int | None]) -> None:
    pairs = list(pairwise(tops))
    if not any(None not in pair for pair in pairs):
        tops = [*tops, 3, 4]
    plain = xmr([None if top is None else top / 60 for top in tops])
    for chart in (share_chart(tops, [60] * len(tops)), rate_chart(tops, 60)):
        for name in ("values", "mean", "lower", "upper", "sigma"):
            actual, expected = getattr(chart, name), getattr(plain, name)
            assert actual == pytest.approx(expected, nan_ok=True, abs=1e-9)
        for rule in (outside_limits, runs, trends, two_of_three):
            assert rule(chart).tolist() == rule(plain).tolist()


def test_each_segment_has_limits_of_its_own() -> None:
    chart = share_chart([10, 12, 10, 40, 44, 40], [100] * 6, breaks=[3], minimum=4)
    assert chart.segment.tolist() == [0, 0, 0, 1, 1, 1]
    assert chart.mean.tolist() == pytest.approx([32 / 300] * 3 + [124 / 300] * 3)
    assert chart.trial.all()


def test_shares_of_none_or_of_all_have_limits_where_they_are() -> None:
    for top in (0, 50):
        chart = share_chart([top] * 12, [50] * 12)
        assert lines(chart) == [top / 50] * 3
        assert not outside_limits(chart).any()


def test_a_gap_has_no_limits_beside_it_moved() -> None:
    chart = rate_chart([20, None, 22, 24, 20], [1, None, 1, 1, 1])
    assert np.isnan(chart.values[1])
    assert chart.mean[0] == 21.5


def test_a_segment_of_one_point_has_no_limits() -> None:
    chart = rate_chart([20, 22, 24], 1, breaks=[2])
    assert np.isnan(chart.upper[2])
    assert chart.mean[2] == 24


def test_large_shares_that_vary_stay_inside_the_prime_chart() -> None:
    """85% of 5,000, varying by two points: the p chart flags half of them, P' hardly any."""
    rng = np.random.default_rng(5)
    tops = rng.binomial(5000, rng.beta(0.85 * 318, 0.15 * 318, 24))
    flagged = np.count_nonzero(outside_limits(share_chart(tops, [5000] * 24, prime=False)))
    assert flagged > 6
    assert not outside_limits(share_chart(tops, [5000] * 24)).any()


# Probability limits of small counts.


@pytest.mark.parametrize("mean", [0.01, 0.3, 1, 4.9, 30])
def test_limits_of_small_counts_are_poisson(mean: float) -> None:
    lower, upper = small_count_limits(mean)
    assert poisson.sf(upper, mean) <= 0.00135 < poisson.sf(upper - 1, mean)
    assert poisson.cdf(lower - 1, mean) < 0.00135 <= poisson.cdf(lower, mean)


@pytest.mark.parametrize(("mean", "whole"), [(1, 50), (2.5, 20), (19, 20), (0.001, 5)])
def test_limits_of_small_parts_are_binomial(mean: float, whole: int) -> None:
    lower, upper = small_count_limits(mean, whole=whole)
    chance = binom(whole, mean / whole)
    assert chance.sf(upper) <= 0.00135
    assert upper == 0 or chance.sf(upper - 1) > 0.00135
    assert chance.cdf(lower - 1) < 0.00135 <= chance.cdf(lower)


@pytest.mark.parametrize("ratio", [1.5, 3])
def test_limits_of_overdispersed_counts_are_negative_binomial(ratio: float) -> None:
    lower, upper = small_count_limits(2, ratio)
    chance = nbinom(2 / (ratio - 1), 1 / ratio)
    assert chance.sf(upper) <= 0.00135 < chance.sf(upper - 1)
    assert lower == 0


def test_no_events_have_limits_at_zero() -> None:
    assert [float(limit) for limit in small_count_limits(0)] == [0, 0]
    assert [float(limit) for limit in small_count_limits(3, whole=3)] == [3, 3]


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: share_chart([2], [1]), "above the denominator"),
        (lambda: share_chart(2, 1), "not a series"),
        (lambda: share_chart([1, 2], [0, 2]), "denominator=.*not above zero"),
        (lambda: share_chart([1, 2], [None, 2]), "denominator=.*missing"),
        (lambda: share_chart([1, 2], [1, 2, 3]), "a number for each period"),
        (lambda: rate_chart([-1, 2], 1), "below zero"),
        (lambda: rate_chart([math.inf, 2], 1), "infinite"),
        (lambda: rate_chart([1, 2], 1, minimum=0), "minimum="),
        (lambda: rate_chart([1, 2], 1, breaks=[2]), "breaks="),
        (lambda: g_chart([1.5, 2]), "not whole"),
        (lambda: g_chart([1]), "two or more"),
        (lambda: t_chart([0, 2]), "zero"),
        (lambda: t_chart([[1, 2], [3, 4]]), "two or more"),
        (lambda: small_count_limits(2000), "above 1,000"),
        (lambda: small_count_limits(2, 0.5), "below 1"),
        (lambda: small_count_limits(2, whole=1), "above the number of cases"),
    ],
)
def test_what_is_refused_is_named(call: Any, why: str) -> None:
    with pytest.raises(RequestError, match=why):
        call()
