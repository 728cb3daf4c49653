"""The statistics: intervals agree with scipy, charts with published examples, and rules with words.

Nothing given to them is answered by a numpy warning, which the tests turn into an error.
"""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import Direction, RequestError, statistics
from swm_kpi.statistics import (
    EXACT_BELOW,
    MINIMUM_POINTS,
    XmRLimits,
    assurance,
    byar,
    outside_limits,
    quantile,
    quantile_ranks,
    rate,
    runs,
    trends,
    two_of_three,
    wilson,
    xmr,
    xmr_or_nan,
)

confidences = st.floats(0.5, 0.9999)
counts = st.integers(0, 2_000_000)
Z = 1.959963984540054


@st.composite
def parts(draw: Any) -> tuple[int, int]:
    whole = draw(st.integers(1, 2_000_000))
    return draw(st.integers(0, whole)), whole


@pytest.mark.slow
def test_the_room_is_an_attribute_and_is_not_loaded_before_it_is_used() -> None:
    assert kpi.statistics is statistics
    code = "import sys, swm_kpi; print('numpy' in sys.modules, 'swm_kpi.statistics' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


# Wilson


@pytest.mark.parametrize(
    ("numerator", "denominator", "lower", "upper"),
    [
        (8, 10, 0.490162, 0.943318),
        (0, 10, 0, 0.277533),
        (10, 10, 0.722467, 1),
        (146, 200, 0.664566, 0.786766),
        # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_limits(
    numerator: int, denominator: int, lower: float, upper: float
) -> None:
    assert wilson(numerator, denominator) == (
        pytest.approx(lower, abs=6e-5),
        pytest.approx(upper, abs=6e-5),
    )


@pytest.mark.slow
@settings(deadline=None)
@given(parts(), confidences)
def test_wilson_equals_scipy(part: tuple[int, int], confidence: float) -> None:
    expected = scipy.stats.binomtest(*part).proportion_ci(confidence, method="wilson")
    assert wilson(*part, confidence) == pytest.approx(tuple(expected), rel=1e-9, abs=1e-13)


@settings(deadline=None)
@given(parts(), confidences, confidences)
def test_wilson_holds_the_share_and_widens_with_confidence(
    part: tuple[int, int], single: float, other: float
) -> None:
    narrow, wide = (wilson(*part, item) for item in sorted([single, other]))
    share = part[0] / part[1]
    assert 0 <= wide[0] <= narrow[0] <= share <= narrow[1] <= wide[1] <= 1


@settings(deadline=None)
@given(parts(), st.integers(2, 100), confidences)
def test_wilson_narrows_as_more_is_seen(
    part: tuple[int, int], times: int, confidence: float
) -> None:
    few, many = wilson(*part, confidence), wilson(part[0] * times, part[1] * times, confidence)
    assert many[1] - many[0] < few[1] - few[0]


@settings(deadline=None)
@given(parts(), confidences)
def test_wilson_of_the_others_is_its_mirror(part: tuple[int, int], confidence: float) -> None:
    lower, upper = wilson(*part, confidence)
    others = wilson(part[1] - part[0], part[1], confidence)
    assert [1 - upper, 1 - lower] == [pytest.approx(item, abs=1e-12) for item in others]


def test_wilson_takes_an_effective_sample_that_is_not_whole() -> None:
    lower, upper = wilson(12.5, 31.25)
    before, after = wilson(12, 30), wilson(13, 32.5)
    assert before[0] < lower < after[0] < 0.4 < after[1] < upper < before[1]
    tiny = wilson([1e-300, 0], [1e-300, 1e-300])
    assert np.all(tiny[0] >= 0)
    assert np.all(tiny[1] <= 1)


def test_a_tiny_share_keeps_its_digits() -> None:
    """Of a share so small, the lower limit is its square times n over z squared."""
    lower, upper = wilson(1e-6, 1e12)
    assert lower == pytest.approx(1e-24 / Z**2, rel=1e-5)
    assert upper == pytest.approx(Z**2 / 1e12, rel=1e-5)


def test_with_no_confidence_to_speak_of_the_limits_are_the_share() -> None:
    for of in (0, 4, 10):
        assert wilson(of, 10, 1e-17) == (of / 10, of / 10)


def test_arrays_are_spread_over_one_shape() -> None:
    lower, upper = wilson([[1], [2], [3]], [4, 5])
    assert lower.shape == upper.shape == (3, 2)
    assert lower[2, 1] == wilson(3, 5)[0]
    assert [item.shape for item in wilson([], [])] == [(0,), (0,)]
    assert np.shape(wilson(1, 2)[0]) == ()


# Counts


@pytest.mark.slow
@settings(deadline=None)
@given(st.integers(0, EXACT_BELOW - 1), st.floats(0.01, 0.999999))
def test_small_counts_have_the_exact_poisson_limits(count: int, confidence: float) -> None:
    tail = (1 - confidence) / 2
    lower = scipy.stats.chi2.ppf(tail, 2 * count) / 2 if count else 0
    upper = scipy.stats.chi2.isf(tail, 2 * count + 2) / 2
    assert byar(count, confidence) == pytest.approx((lower, upper), rel=1e-10, abs=1e-10)


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [
        (0, 0, 3.688879),
        (1, 0.025318, 5.571643),
        (9, 4.115373, 17.084803),
        (10, 4.787450, 18.391459),
        (100, 81.362105, 121.627938),
    ],
)
def test_counts_change_over_at_ten(count: int, lower: float, upper: float) -> None:
    assert byar(count) == (pytest.approx(lower, abs=1e-6), pytest.approx(upper, abs=1e-6))


@settings(deadline=None)
@given(st.integers(EXACT_BELOW, 2_000_000))
def test_byar_is_as_near_to_the_exact_limits_as_its_guidance_says(count: int) -> None:
    """Within 0.2%, for counts of 10 and more at 95%."""
    exact = (
        scipy.stats.chi2.ppf(0.025, 2 * count) / 2,
        scipy.stats.chi2.isf(0.025, 2 * count + 2) / 2,
    )
    assert byar(count) == pytest.approx(exact, rel=0.002)


@pytest.mark.slow
@settings(deadline=None)
@given(counts, confidences, confidences)
def test_limits_hold_the_count_and_widen_with_confidence(
    count: int, single: float, other: float
) -> None:
    narrow, wide = (byar(count, item) for item in sorted([single, other]))
    assert 0 <= wide[0] <= narrow[0] <= count <= narrow[1] <= wide[1]


def test_limits_rise_with_the_count() -> None:
    lower, upper = byar(np.arange(200))
    assert np.all(np.diff(lower) > 0)
    assert np.all(np.diff(upper) > 0)


@pytest.mark.slow
@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 1_000_000), confidences)
def test_a_rate_is_divided_as_its_count_is(count: int, people: int, confidence: float) -> None:
    actual = rate(count, people, 1_000, confidence)
    lower, upper = byar(count, confidence)
    assert actual.value == pytest.approx(count / people * 1_000)
    assert actual.lower == pytest.approx(lower / people * 1_000)
    assert actual.upper == pytest.approx(upper / people * 1_000)


def test_more_may_befall_than_there_are_people() -> None:
    actual = rate(12, 3, 1)
    assert actual.value == 4
    assert 1 < actual.lower < 4 < actual.upper


@pytest.mark.slow
@settings(deadline=None)
@given(st.integers(0, 10**15), confidences)
def test_limits_of_large_counts_hold_them(count: int, confidence: float) -> None:
    lower, upper = byar(count, confidence)
    assert 0 <= lower <= count < upper


# What is refused


HOSTILE = [
    (lambda: wilson(-1, 10), "numerator=: 1 of 1 is below zero"),
    (lambda: wilson([1, 5, 6], 4), "numerator=: 2 of 3 are above the denominator"),
    (lambda: wilson([1, math.nan], 4), "numerator=: 1 of 2 is missing or infinite"),
    (lambda: wilson(1, math.inf), "denominator=: 1 of 1 is missing or infinite"),
    (lambda: wilson([1, 2], [3, 4, 5]), r"numerator= is \(2,\), denominator= is \(3,\)"),
    (lambda: wilson("8", 10), "numerator= does not hold numbers"),
    (lambda: wilson([[1], [1, 2]], 10), "numerator= does not hold numbers"),
    (lambda: wilson(np.array(["2024-01-01"], "datetime64[D]"), 1), "does not hold numbers"),
    (lambda: byar(2.5), "count=: 1 of 1 is not whole"),
    (lambda: byar([1, None]), "count=: 1 of 2 is missing"),
    (lambda: rate(1, -5, 1_000), "population=: 1 of 1 is below zero"),
    (lambda: rate(1, 5, 0), "scale= must be one number above 0"),
    (lambda: rate(1, 5, [1, 2]), "scale= must be one number above 0"),  # type: ignore[arg-type]
    (lambda: wilson([0, 1], [0, 2]), "denominator=: 1 of 2 is zero"),
    (lambda: wilson([0, 0], 0), "denominator=: 1 of 1 is zero"),
    (lambda: wilson(pd.Series([1, None], dtype="Int64"), 4), "numerator=: 1 of 2 is missing"),
    (lambda: wilson(pl.Series([1, None]), 4), "numerator=: 1 of 2 is missing"),
    (lambda: wilson(np.ma.masked_array([1, 2], [False, True]), 4), "1 of 2 is missing"),
    (lambda: wilson(pd.Series(["1", "2"]), 4), "numerator= does not hold numbers"),
    (lambda: wilson([b"1", None], 4), "numerator= does not hold numbers"),
    (lambda: wilson([1, {}], 4), "numerator= does not hold numbers"),
    (lambda: wilson(1j, 4), "numerator= does not hold numbers"),
    (lambda: wilson(1, 10**400), "denominator= does not hold numbers"),
    (lambda: wilson(1, 1e200), "denominator=: 1 of 1 is too large"),
    (lambda: rate(1, 0, 1_000), "population=: 1 of 1 is zero"),
    (lambda: rate([3, 3], [0, 1_500], 1_000), "population=: 1 of 2 is zero"),
    (lambda: rate(1, 1e-310, 1_000), "population=: 1 of 1 is too small to divide by"),
    (lambda: rate([1, 2], [3, 4, 5], 1_000), r"count= is \(2,\), population= is \(3,\)"),
    (lambda: byar(-1), "count=: 1 of 1 is below zero"),
    (lambda: byar("many"), "count= does not hold numbers"),
    (lambda: byar(2**60), "count=: 1 of 1 is above 2 to the power of 53"),
    (lambda: quantile_ranks(5.5), "n=: 1 of 1 is not whole"),
    (lambda: quantile_ranks(10**10), "n=: 1 of 1 is too large"),
    (lambda: quantile_ranks(9, 1), "level= must be one number above 0 and below 1"),
    (lambda: quantile_ranks(9, 0), "level= must be one number above 0 and below 1"),
    (lambda: quantile_ranks(9, -0.5), "level= must be one number above 0 and below 1"),
    (lambda: quantile_ranks(9, True), "level= must be one number"),
    (lambda: quantile([1, 2, 3]), "holds too few numbers for an interval: 3"),
    (lambda: quantile([]), "holds too few numbers for an interval: 0"),
    (lambda: quantile([[1.0] * 9] * 9), "values= is not one list of numbers"),
    (lambda: quantile(5), "values= is not one list of numbers"),
    (lambda: quantile([1, None] * 9), "values=: 9 of 18 are missing"),
    (lambda: xmr([]), "values=: 1 of 1 is without two consecutive numbers, so there are no limits"),
    (lambda: xmr([7]), "values=: 1 of 1 is without two consecutive numbers"),
    (lambda: xmr([None, None]), "values=: 1 of 1 is without two consecutive numbers"),
    (lambda: xmr([1, None, 2, None]), "values=: 1 of 1 is without two consecutive numbers"),
    (lambda: xmr([1, 2], breaks=[1]), "values=: 1 of 1 is without two consecutive numbers"),
    (lambda: xmr([[1, 2], [3, None]]), "values=: 1 of 2 is without two consecutive numbers"),
    (lambda: xmr([1e300, -1e300]), "values=: 2 of 2 are too large"),
    (lambda: xmr(["1", "2"]), "values= does not hold numbers"),
    (lambda: xmr([1, 2], "no"), "screen_moving_ranges= is not True or False"),  # type: ignore[arg-type]
    (lambda: xmr(5), "values= is one number, not a series"),
    (lambda: xmr([1, math.inf]), "values=: 1 of 2 is infinite"),
    (lambda: xmr([1, 2, 3], breaks=[0]), "breaks= must be increasing positions"),
    (lambda: xmr([1, 2, 3], breaks=[3]), "breaks= must be increasing positions"),
    (lambda: xmr([1, 2, 3], breaks=[2, 1]), "breaks= must be increasing positions"),
    (lambda: xmr([1, 2, 3], breaks=[1, 1]), "breaks= must be increasing positions"),
    (lambda: xmr([1, 2, 3, 4], breaks=[1, 3, 2]), "breaks= must be increasing positions"),
    (lambda: xmr([1, 2, 3], breaks=[1, 3]), "breaks= must be increasing positions"),
    (lambda: xmr([1, 2, 3], breaks=[0, 1]), "breaks= must be increasing positions"),
    (lambda: xmr([1, 2, 3], breaks=[[1, 2]]), "breaks= must be increasing"),  # type: ignore[list-item]
    (lambda: xmr([1, 2, 3], breaks=[1.5]), "breaks= must be increasing"),  # type: ignore[list-item]
    (lambda: xmr([1, 2, 3], minimum=0), "minimum= must be a whole number of points above 0"),
    (lambda: runs(xmr([1, 2]), 1), "length= must be a whole number of points above 1"),
    (lambda: trends(xmr([1, 2]), True), "length= must be a whole number of points above 1"),
    (lambda: assurance(1, 2, 3, Direction.NEUTRAL), "direction= is neutral"),
    (lambda: assurance(1, 2, 3, "up"), "direction= is not a direction"),  # type: ignore[arg-type]
    (lambda: assurance(3, 2, 3, Direction.HIGHER_IS_BETTER), "lower=: 1 of 1 is above the upper"),
    (lambda: assurance(3, math.inf, 3, Direction.HIGHER_IS_BETTER), "upper=: 1 of 1 is infinite"),
]


@pytest.mark.parametrize(("call", "message"), HOSTILE)
def test_what_is_refused_is_named_and_counted(call: Any, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        call()


def test_the_largest_numbers_are_taken_and_no_larger() -> None:
    """Above 2 to the 53 floats skip whole numbers; above 1e150 a square overflows."""
    assert byar(2**53)[0] < 2**53
    with pytest.raises(RequestError, match="above 2 to the power of 53"):
        byar(2**53 + 2)
    assert xmr([1e150, -1e150]).mean.tolist() == [0, 0]
    with pytest.raises(RequestError, match="1 of 2 is too large"):
        xmr([1.01e150, 0])
    assert quantile_ranks(10**9).lower < 10**9 / 2 < quantile_ranks(10**9).upper
    with pytest.raises(RequestError, match="1 of 1 is too large"):
        quantile_ranks(10**9 + 1)


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, math.nan, "0.95", None, True, [0.9]])
@pytest.mark.parametrize(
    "call",
    [
        lambda c: wilson(1, 2, c),
        lambda c: byar(1, c),
        lambda c: rate(1, 2, 1, c),
        lambda c: quantile_ranks(9, 0.5, c),
    ],
)
def test_a_confidence_is_between_0_and_1(call: Any, confidence: Any) -> None:
    with pytest.raises(RequestError, match=r"confidence= .* write confidence=0\.95"):
        call(confidence)


def test_a_refusal_shows_no_value() -> None:
    with pytest.raises(RequestError) as caught:
        wilson([1, 987654], [2, 3])
    assert "987654" not in str(caught.value)


# What is taken


@pytest.mark.parametrize(
    "many",
    [
        [200, 100],
        (200, 100),
        np.array([200, 100], dtype=np.uint8),
        np.array([200, 100], dtype=np.int16),
        np.array([200, 100], dtype=np.float32),
        np.ma.masked_array([200, 100]),
        pd.Series([200, 100]),
        pd.Series([200, 100], dtype="UInt8"),
        pd.Series([200, 100], dtype=object),
        pl.Series([200, 100], dtype=pl.UInt8),
        [Decimal(200), Fraction(100)],
    ],
    ids=lambda many: f"{type(many).__module__}.{type(many).__name__}",
)
def test_numbers_of_any_sort_are_the_same_numbers(many: Any) -> None:
    """An unsigned 200 is not wrapped round when a hundred more is added to it."""
    for actual, expected in zip(wilson(many, 250), wilson([200.0, 100.0], 250.0), strict=True):
        assert actual.tolist() == expected.tolist()
    assert byar(many)[1].tolist() == byar([200.0, 100.0])[1].tolist()
    assert rate(many, many, 1).value.tolist() == [1, 1]
    assert xmr(many).moving_range[1] == 100


def test_true_is_one() -> None:
    assert wilson(np.array([True, False]), np.array([True, True]))[0].tolist() == [
        wilson(1, 1)[0],
        0,
    ]


def test_a_series_may_have_gaps_of_any_sort() -> None:
    gaps: list[Any] = [
        [1, 3, None, 9, 8],
        [1, 3, math.nan, 9, 8],
        [1, 3, pd.NA, 9, 8],
        np.ma.masked_array([1, 3, 99, 9, 8], mask=[0, 0, 1, 0, 0]),
        pd.Series([1, 3, None, 9, 8], dtype="Int64"),
        pl.Series([1, 3, None, 9, 8]),
    ]
    for values in gaps:
        assert of_all(xmr(values), "mean") == 21 / 4
        assert of_all(xmr(values), "moving_range_mean") == 1.5


def test_no_zero_is_negative() -> None:
    assert not any(np.signbit(item) for item in (*wilson(-0.0, 5), *byar(-0.0)))


# Medians and other quantiles


# Standard table of confidence intervals of a median: values, lower rank, chance in %.
MEDIANS = [
    (6, 0.95, 1, 96.9),
    (9, 0.95, 2, 96.1),
    (10, 0.95, 2, 97.9),
    (12, 0.95, 3, 96.1),
    (15, 0.95, 4, 96.5),
    (17, 0.95, 5, 95.1),
    (20, 0.95, 6, 95.9),
    (20, 0.85, 7, 88.5),
]


@pytest.mark.parametrize(("n", "confidence", "lower", "chance"), MEDIANS)
def test_ranks_of_the_median_are_those_of_the_table(
    n: int, confidence: float, lower: int, chance: float
) -> None:
    assert quantile_ranks(n, 0.5, confidence) == (lower, n + 1 - lower)
    assert 100 * (1 - 2 * scipy.stats.binom.cdf(lower - 1, n, 0.5)) == pytest.approx(
        chance, abs=0.06
    )


@pytest.mark.parametrize(("level", "least"), [(0.5, 6), (0.9, 36), (0.1, 36)])
def test_too_few_values_have_no_interval(level: float, least: int) -> None:
    """Half to the power of 6, and 0.9 to the power of 36, are the first below 2.5%."""
    lower, upper = quantile_ranks(range(least + 1), level)
    assert lower[:least].tolist() == upper[:least].tolist() == [0] * least
    assert (lower[least], upper[least]) != (0, 0)
    assert max(0.5, level, 1 - level) ** (least - 1) > 0.025


def test_a_chance_that_is_met_exactly_is_met() -> None:
    """Of three values the smallest and the largest hold the median three times in four."""
    assert quantile_ranks(3, 0.5, 0.75) == (1, 3)
    assert quantile_ranks(3, 0.5, 0.7500001) == (0, 0)


@pytest.mark.parametrize("level", [1e-12, 1 - 1e-12])
def test_a_quantile_that_no_value_is_likely_to_pass_has_no_interval(level: float) -> None:
    assert quantile_ranks(100, level) == (0, 0)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.25])
@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.95, 0.998])
def test_ranks_are_the_innermost_that_hold_the_quantile(level: float, confidence: float) -> None:
    """By scipy's binomial: no more than half of the chance is left out, and one rank nearer is."""
    n = np.concatenate([np.arange(600), np.arange(25_000, 25_060), [1_000_003]])
    lower, upper = quantile_ranks(n, level, confidence)
    tail = (1 - confidence) / 2
    kept = lower > 0
    assert np.array_equal(kept, upper > 0)
    few, low, high = n[kept], lower[kept], upper[kept]
    assert np.all(scipy.stats.binom.cdf(low - 1, few, level) <= tail * (1 + 1e-9))
    assert np.all(scipy.stats.binom.cdf(low, few, level) > tail)
    assert np.all(scipy.stats.binom.sf(high - 1, few, level) <= tail * (1 + 1e-9))
    assert np.all(scipy.stats.binom.sf(high - 2, few, level) > tail)
    assert np.all((low <= high) & (high <= few))


def test_a_quantile_stands_between_its_limits() -> None:
    """Of 0 to 99: the median 49.5 from the 40th to the 61st value, the 90th percentile 89.1."""
    actual = quantile(np.random.default_rng(1).permutation(100))
    assert [float(item) for item in actual] == [49.5, 39, 60]
    actual = quantile(range(100), 0.9)
    assert [float(item) for item in actual] == pytest.approx([89.1, 83, 95])


@pytest.mark.slow
def test_limits_hold_the_true_median_as_often_as_they_say() -> None:
    """Of 2,000 samples of 41 from a long-tailed distribution whose median is 1."""
    samples = np.exp(np.random.default_rng(20).normal(size=(2_000, 41)))
    kept = [bool(lower <= 1 <= upper) for _, lower, upper in map(quantile, samples)]
    assert 0.95 <= np.mean(kept) <= 0.98


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(st.integers(0, 20_000), max_size=30))
def test_ranks_of_many_are_those_of_each(sizes: list[int]) -> None:
    together = quantile_ranks(sizes)
    item = [quantile_ranks(size) for size in sizes]
    assert together.lower.tolist() == [int(single.lower) for single in item]
    assert together.upper.tolist() == [int(single.upper) for single in item]


# The chart


OUTLYING = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]


def of_all(chart: XmRLimits, name: str) -> float:
    (number,) = set(np.ravel(getattr(chart, name)).tolist())
    return float(number)


def test_limits_of_the_nist_flow_rate_example() -> None:
    """NIST/SEMATECH e-Handbook, 6.3.2.2. It takes 3 / 1.128 for 2.66, hence the last digit."""
    chart = xmr([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
    assert of_all(chart, "mean") == pytest.approx(50.81)
    assert of_all(chart, "moving_range_mean") == pytest.approx(1.8778, abs=5e-5)
    assert of_all(chart, "upper") == pytest.approx(55.8041, abs=2e-3)
    assert of_all(chart, "lower") == pytest.approx(45.8159, abs=2e-3)
    assert not outside_limits(chart).any()


def test_limits_with_and_without_a_outlying_moving_range() -> None:
    plain, screened = xmr(OUTLYING), xmr(OUTLYING, screen_moving_ranges=True)
    names = ("mean", "moving_range_mean", "lower", "upper")
    assert [of_all(plain, item) for item in names] == pytest.approx(
        [1.944444, 1.882353, -3.062614, 6.951503], abs=1e-6
    )
    assert [of_all(screened, item) for item in names] == pytest.approx(
        [1.944444, 1.0, -0.715556, 4.604444], abs=1e-6
    )
    assert of_all(plain, "moving_range_upper") == pytest.approx(3.267 * 1.882353, abs=1e-6)
    assert of_all(plain, "sigma") == pytest.approx(2.66 * 1.882353 / 3, abs=1e-6)
    assert plain.moving_range[1:].tolist() == np.abs(np.diff(OUTLYING)).tolist()


def test_outlying_ranges_are_screened_only_on_request() -> None:
    assert of_all(xmr_or_nan(OUTLYING), "upper") == of_all(xmr(OUTLYING), "upper")
    assert of_all(xmr_or_nan(OUTLYING, True), "upper") == of_all(
        xmr(OUTLYING, screen_moving_ranges=True), "upper"
    )


def test_ranges_are_screened_once_only() -> None:
    """The 5 stands out only once the 60 is gone: a second screening would take it as well."""
    steps = [1.0] * 16 + [5, 60]
    values = np.concatenate([[0.0], np.cumsum(steps)])
    assert of_all(xmr(values, screen_moving_ranges=True), "moving_range_mean") == pytest.approx(
        21 / 17
    )
    assert 5 > 3.267 * 21 / 17


def test_a_range_that_equals_the_limit_of_ranges_is_kept() -> None:
    """Of 3267, 733, 0 and 0 the mean is 1000, and 3.267 times 1000 is the largest."""
    values = [0, 3267, 4000, 4000, 4000]
    assert of_all(xmr(values, screen_moving_ranges=True), "moving_range_mean") == 1000
    values = [0, 3268, 4000, 4000, 4000]
    assert of_all(xmr(values, screen_moving_ranges=True), "moving_range_mean") == pytest.approx(
        732 / 3
    )


def test_two_points_have_limits_and_no_signal() -> None:
    """1 and 3: mean 2, one range of 2; and of equal values the limits are the mean."""
    chart = xmr([1, 3])
    assert [of_all(chart, item) for item in ("lower", "mean", "upper")] == [2 - 5.32, 2, 2 + 5.32]
    zeros = xmr([0, 0, 0])
    assert [of_all(zeros, item) for item in ("lower", "mean", "upper")] == [0, 0, 0]
    for item in (chart, zeros):
        assert item.trial.all()
        for rule in (outside_limits, runs, trends, two_of_three):
            assert rule(item).shape == item.values.shape
            assert not rule(item).any()


def test_a_segment_of_one_point_has_no_limits_beside_one_that_has() -> None:
    chart = xmr([1, 3, 9], breaks=[2])
    assert chart.mean.tolist() == [2, 2, 9]
    assert np.isnan(chart.upper).tolist() == [False, False, True]
    assert chart.trial[2]
    assert not outside_limits(chart).any()


def test_limits_are_on_trial_below_the_minimum() -> None:
    assert xmr(range(11)).trial.all()
    assert not xmr(range(12)).trial.any()
    assert xmr([*range(11), None]).trial.all()
    assert MINIMUM_POINTS == 12
    # In each series by itself.
    assert xmr([[1, 2, 3], [1, 2, None]], minimum=3).trial.tolist() == [[False] * 3, [True] * 3]
    assert not xmr([1, 2, 3], minimum=3).trial.any()
    assert not xmr([1, 2], minimum=1).trial.any()


def test_a_gap_is_in_no_mean_and_no_range_reaches_over_it() -> None:
    chart = xmr([1, 3, None, 9, 8])
    assert of_all(chart, "mean") == 21 / 4
    assert np.isnan(chart.moving_range).tolist() == [True, False, True, True, False]
    assert of_all(chart, "moving_range_mean") == 1.5


def test_each_segment_has_its_own_limits() -> None:
    before, after = [5, 7, 6, 5, 6], [20, 24, 21, 25]
    chart = xmr([*before, *after], breaks=[5])
    for part, values in ((slice(0, 5), before), (slice(5, 9), after)):
        alone = xmr(values)
        for name in ("mean", "lower", "upper", "sigma", "moving_range", "moving_range_upper"):
            assert np.array_equal(getattr(chart, name)[part], getattr(alone, name), equal_nan=True)
    assert chart.segment.tolist() == [0] * 5 + [1] * 4
    assert xmr_or_nan([1, 2, 3, 4], breaks=[1, 2]).segment.tolist() == [0, 1, 2, 2]
    assert xmr_or_nan([1, 2, 3, 4]).segment.tolist() == [0] * 4


@pytest.mark.slow
@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.none() | st.integers(-50, 50), min_size=9, max_size=9), min_size=1, max_size=4
    ),
    st.booleans(),
)
def test_many_series_are_charted_as_each_is(
    series: list[list[int | None]], screen_moving_ranges: bool
) -> None:
    together = xmr_or_nan(np.array(series, dtype=float), screen_moving_ranges, breaks=[4])
    for position, values in enumerate(series):
        alone = xmr_or_nan(values, screen_moving_ranges, breaks=[4])
        assert np.allclose(together.upper[position], alone.upper, equal_nan=True)
        for rule in (outside_limits, runs, trends, two_of_three):
            assert np.array_equal(rule(together)[position], rule(alone))


def test_a_small_series_beside_a_large_one_keeps_its_signals() -> None:
    small = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    both = xmr([small, [item * 1e15 for item in small]])
    for rule in (outside_limits, runs, trends, two_of_three):
        assert rule(both)[0].tolist() == rule(xmr(small)).tolist()
    assert trends(both).all()


# The signals


def chart_of(
    values: Sequence[float | None], mean: float = 0, sigma: float = 1, breaks: Sequence[int] = ()
) -> XmRLimits:
    """Limits that are set and not calculated, to test one rule at a time."""
    chart = xmr_or_nan(values, breaks=breaks)
    at = np.full(len(values), float(mean))
    return chart._replace(mean=at, lower=at - 3 * sigma, upper=at + 3 * sigma, sigma=at * 0 + sigma)


def test_a_point_outside_the_limits() -> None:
    actual = outside_limits(chart_of([0, 3, 3.01, -3, -3.01, None]))
    assert actual.tolist() == [0, 0, 1, 0, -1, 0]


def test_a_run_is_flagged_whole_and_ends_on_the_mean() -> None:
    seven = [1, 2, 1, 2, 1, 2, 1]
    assert runs(chart_of([-1, *seven, -1])).tolist() == [0, *[1] * 7, 0]
    assert runs(chart_of([-item for item in seven])).tolist() == [-1] * 7
    assert not runs(chart_of([1, 2, 1, 0, 1, 2, 1, 2])).any()
    assert not runs(chart_of([*seven[:6], -1])).any()
    assert not runs(chart_of(seven), 8).any()
    assert runs(chart_of([*seven, 3]), 8).all()


def test_a_run_reaches_over_no_gap_and_no_break() -> None:
    assert not runs(chart_of([1, 1, 1, None, 1, 1, 1, 1])).any()
    assert not runs(chart_of([1] * 8, breaks=[4])).any()
    assert runs(chart_of([1] * 11, breaks=[4])).tolist() == [0] * 4 + [1] * 7


def test_a_trend_is_seven_points_and_six_steps() -> None:
    assert trends(chart_of([5, 1, 2, 3, 4, 5, 6, 7, 0])).tolist() == [0, *[1] * 7, 0]
    assert not trends(chart_of([1, 2, 3, 4, 5, 6])).any()
    assert trends(chart_of([7, 6, 5, 4, 3, 2, 1])).tolist() == [-1] * 7
    assert not trends(chart_of([1, 2, 3, 4, 4, 5, 6, 7])).any()
    assert not trends(chart_of([1, 2, 3, None, 4, 5, 6, 7])).any()
    assert not trends(chart_of([1, 2, 3, 4, 5, 6, 7], breaks=[3])).any()
    assert trends(chart_of([1, 2, 3, 4]), 4).all()


def test_a_turning_point_belongs_to_the_trend_it_starts() -> None:
    up = [1, 2, 3, 4, 5, 6, 7]
    assert trends(chart_of([*up, *up[-2::-1]])).tolist() == [1] * 6 + [-1] * 7
    assert trends(chart_of([*up[::-1], *up[1:]])).tolist() == [-1] * 6 + [1] * 7
    assert trends(chart_of([*up, 5, 4])).tolist() == [1] * 7 + [0] * 2
    # However small the steps are.
    for unit in (1e-2, 1e-14):
        small = [item * unit for item in up]
        assert trends(chart_of([*small[::-1], *small[1:]])).tolist() == [-1] * 6 + [1] * 7


def test_two_of_three_beyond_two_sigma() -> None:
    assert two_of_three(chart_of([0, 2.5, 1, 2.5, 0])).tolist() == [0, 1, 0, 1, 0]
    assert two_of_three(chart_of([-2.5, -2.5, -1])).tolist() == [-1, -1, 0]
    assert two_of_three(chart_of([2.5, 3.5, 1])).tolist() == [1, 1, 0]
    # One is not enough, two sigma is not beyond it, and all three are on one side.
    for values in ([2.5, 1, 1], [2, 2, 2], [2.5, -2.5, 2.5], [2.5, 2.5, 0], [2.5, None, 2.5]):
        assert not two_of_three(chart_of(values)).any()
    assert not two_of_three(chart_of([2.5, 1, 2.5], breaks=[2])).any()
    for values in ([-2.5, 2.5, 2.5], [2.5, 2.5, -2.5], [2.5, -1, 2.5]):
        assert not two_of_three(chart_of(values)).any()
    # Zero is exactly two sigma from a mean of -2.
    assert not two_of_three(chart_of([0, 0, 0], mean=-2)).any()
    for between in (2, 3):
        assert not two_of_three(chart_of([0, 2.5, 1, 2.5, 0], breaks=[between])).any()
    assert not two_of_three(chart_of([2.5, 2.5])).any()


def test_a_point_outside_the_limits_counts_among_the_two_by_default() -> None:
    """As Making Data Count has counted since the end of 2023, and as it did before."""
    for values, now, before in (
        ([2.5, 3.5, 1], [1, 1, 0], [0, 0, 0]),
        ([-3.5, -1, -3.5], [-1, 0, -1], [0, 0, 0]),
        ([3.5, 2.5, 2.5], [1, 1, 1], [0, 1, 1]),
        ([3.5, 3.5, 2.5], [1, 1, 1], [0, 0, 0]),
    ):
        assert two_of_three(chart_of(values)).tolist() == now
        assert two_of_three(chart_of(values), outside=False).tolist() == before


def slow_runs(values: Sequence[float | None], mean: float, length: int) -> list[int]:
    """Flag every window of one side, one window at a time."""
    actual = [0] * len(values)
    for first in range(len(values) - length + 1):
        window = values[first : first + length]
        if None in window:
            continue
        sides = {(v > mean) - (v < mean) for v in window if v is not None}
        if sides in ({1}, {-1}):
            actual[first : first + length] = [sides.pop()] * length
    return actual


def slow_trends(values: Sequence[float | None], length: int) -> list[int]:
    actual = [0] * len(values)
    for first in range(len(values) - length + 1):
        window = values[first : first + length]
        if None in window:
            continue
        steps = [b - a for a, b in pairwise(window)]  # type: ignore[operator]
        if all(step > 0 for step in steps) or all(step < 0 for step in steps):
            # Earlier trends first, so that the later one gets the point where they meet.
            actual[first : first + length] = [1 if steps[0] > 0 else -1] * length
    return actual


@settings(deadline=None)
@given(
    st.lists(st.none() | st.integers(-3, 3), max_size=25),
    st.integers(2, 7),
)
def test_rules_equal_a_slow_reading_of_their_words(values: list[int | None], length: int) -> None:
    chart = chart_of(values)
    assert runs(chart, length).tolist() == slow_runs(values, 0, length)
    assert trends(chart, length).tolist() == slow_trends(values, length)


@settings(deadline=None)
@given(st.floats(0.001, 1e6), st.integers(7, 40))
def test_equal_values_give_no_signal_for_all_their_rounding(value: float, points: int) -> None:
    chart = xmr([value] * points)
    for rule in (outside_limits, runs, trends, two_of_three):
        assert not rule(chart).any()


def four(chart: XmRLimits) -> list[list[int]]:
    return [rule(chart).tolist() for rule in (outside_limits, runs, trends, two_of_three)]


SERIES = st.lists(st.none() | st.integers(-99, 99), min_size=2, max_size=30).filter(
    lambda values: any(None not in pair for pair in pairwise(values))
)


@pytest.mark.slow
@settings(deadline=None)
@given(SERIES, st.sampled_from([0.1, 3.0, 1e6]), st.integers(-1000, 1000), st.booleans())
def test_limits_and_signals_go_with_the_unit_and_the_zero(
    values: list[int | None], factor: float, shift: int, screen_moving_ranges: bool
) -> None:
    """Minutes or hours, counted from here or there: the chart is the same picture."""
    plain = xmr(values, screen_moving_ranges)
    moved = xmr([None if v is None else (v + shift) * factor for v in values], screen_moving_ranges)
    for name in ("mean", "lower", "upper"):
        expected = (getattr(plain, name) + shift) * factor
        assert getattr(moved, name) == pytest.approx(expected, rel=1e-9, abs=1e-9 * factor)
    assert four(moved) == four(plain)


@pytest.mark.slow
@settings(deadline=None)
@given(SERIES, st.booleans())
def test_a_chart_turned_over_has_its_signals_turned_over(
    values: list[int | None], screen_moving_ranges: bool
) -> None:
    plain, turned = (
        xmr(values, screen_moving_ranges),
        xmr([None if v is None else -v for v in values], screen_moving_ranges),
    )
    assert turned.lower == pytest.approx(-plain.upper)
    assert four(turned) == [[-flag for flag in rule] for rule in four(plain)]


@pytest.mark.slow
@settings(deadline=None)
@given(SERIES)
def test_a_chart_read_backwards_has_the_same_limits_and_runs(values: list[int | None]) -> None:
    plain, back = xmr(values), xmr(values[::-1])
    assert back.upper == pytest.approx(plain.upper)
    for rule in (outside_limits, runs, two_of_three):
        assert rule(back).tolist() == rule(plain).tolist()[::-1]
    assert (trends(back)[::-1] != 0).tolist() == (trends(plain) != 0).tolist()


@pytest.mark.slow
@settings(deadline=None)
@given(SERIES, st.data())
def test_the_order_moves_the_limits_and_never_the_mean(
    values: list[int | None], data: st.DataObject
) -> None:
    """Sorted, neighbours are as near as can be, so no order has narrower limits."""
    known = [item for item in values if item is not None]
    mixed, sorted_ = xmr(data.draw(st.permutations(known))), xmr(sorted(known))
    assert mixed.mean == pytest.approx(sorted_.mean)
    assert np.all(mixed.upper >= sorted_.upper - 1e-9)


@pytest.mark.slow
@settings(deadline=None)
@given(SERIES)
def test_screening_never_widens_the_limits(values: list[int | None]) -> None:
    plain, screened = xmr(values), xmr(values, True)
    assert np.all(screened.upper <= plain.upper + 1e-9)
    assert screened.mean.tolist() == plain.mean.tolist()


# Assurance


@pytest.mark.parametrize(
    ("target", "higher", "lower"),
    [
        (5, "consistently met", "consistently missed"),
        (10, "hit and miss", "hit and miss"),
        (15, "hit and miss", "hit and miss"),
        (20, "hit and miss", "hit and miss"),
        (25, "consistently missed", "consistently met"),
        (None, "", ""),
    ],
)
def test_a_target_against_limits_of_10_and_20(
    target: float | None, higher: str, lower: str
) -> None:
    assert assurance(10, 20, target, Direction.HIGHER_IS_BETTER) == higher
    assert assurance(10, 20, target, Direction.LOWER_IS_BETTER) == lower


def test_no_limits_assure_nothing() -> None:
    chart = xmr_or_nan([[4.0, 5.0, 6.0], [7.0, math.nan, math.nan]])
    actual = assurance(chart.lower, chart.upper, 100, Direction.LOWER_IS_BETTER)
    assert actual.tolist() == [["consistently met"] * 3, ["cannot tell"] * 3]


@pytest.mark.parametrize("limits", [(math.nan, 20), (10, math.nan)])
@pytest.mark.parametrize("target", [5, 15, 25])
def test_one_limit_assures_nothing(limits: tuple[float, float], target: float) -> None:
    assert assurance(*limits, target, Direction.HIGHER_IS_BETTER) == "cannot tell"


def test_without_a_target_nothing_is_assured() -> None:
    assert assurance(10, math.nan, [math.nan, 5], Direction.LOWER_IS_BETTER).tolist() == [
        "",
        "cannot tell",
    ]


def test_a_process_that_never_varies_passes_or_fails() -> None:
    actual = assurance(10, 10, [9, 10, 11], Direction.HIGHER_IS_BETTER)
    assert actual.tolist() == ["consistently met", "hit and miss", "consistently missed"]
