"""The statistics: intervals agree with scipy, charts with published examples, and rules with words.

Nothing given to them is answered by a numpy warning, which the tests turn into an error.
"""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, chi2

import swm_kpi as kpi
from swm_kpi import Direction, RequestError, statistics
from swm_kpi.statistics import (
    EXACT_BELOW,
    EXACT_TO,
    MINIMUM_POINTS,
    Chart,
    assurance,
    byar,
    median_ranks,
    outside_limits,
    rate,
    runs,
    trends,
    two_of_three,
    wilson,
    xmr,
)

confidences = st.floats(0.5, 0.9999)
counts = st.integers(0, 2_000_000)


@st.composite
def parts(draw: Any) -> tuple[int, int]:
    whole = draw(st.integers(1, 2_000_000))
    return draw(st.integers(0, whole)), whole


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


@given(parts(), confidences)
def test_wilson_equals_scipy(part: tuple[int, int], confidence: float) -> None:
    expected = binomtest(*part).proportion_ci(confidence, method="wilson")
    assert wilson(*part, confidence) == pytest.approx(tuple(expected), abs=1e-11)


@given(parts(), confidences, confidences)
def test_wilson_holds_the_share_and_widens_with_confidence(
    part: tuple[int, int], one: float, other: float
) -> None:
    narrow, wide = (wilson(*part, each) for each in sorted([one, other]))
    share = part[0] / part[1]
    assert 0 <= wide[0] <= narrow[0] <= share <= narrow[1] <= wide[1] <= 1


@given(parts(), st.integers(2, 100), confidences)
def test_wilson_narrows_as_more_is_seen(
    part: tuple[int, int], times: int, confidence: float
) -> None:
    few, many = wilson(*part, confidence), wilson(part[0] * times, part[1] * times, confidence)
    assert many[1] - many[0] < few[1] - few[0]


@given(parts(), confidences)
def test_wilson_of_the_others_is_its_mirror(part: tuple[int, int], confidence: float) -> None:
    lower, upper = wilson(*part, confidence)
    others = wilson(part[1] - part[0], part[1], confidence)
    assert [1 - upper, 1 - lower] == [pytest.approx(each, abs=1e-12) for each in others]


def test_wilson_takes_an_effective_sample_that_is_not_whole() -> None:
    lower, upper = wilson(12.5, 31.25)
    before, after = wilson(12, 30), wilson(13, 32.5)
    assert before[0] < lower < after[0] < 0.4 < after[1] < upper < before[1]
    tiny = wilson([1e-300, 0], [1e-300, 1e-300])
    assert np.all(tiny[0] >= 0)
    assert np.all(tiny[1] <= 1)


def test_nothing_observed_has_no_interval() -> None:
    lower, upper = wilson([0, 1], [0, 2])
    assert np.isnan(lower).tolist() == np.isnan(upper).tolist() == [True, False]


def test_arrays_are_spread_over_one_shape() -> None:
    lower, upper = wilson([[1], [2], [3]], [4, 5])
    assert lower.shape == upper.shape == (3, 2)
    assert lower[2, 1] == wilson(3, 5)[0]
    assert [each.shape for each in wilson([], [])] == [(0,), (0,)]
    assert np.shape(wilson(1, 2)[0]) == ()


# Counts


@given(st.integers(0, EXACT_BELOW - 1), st.floats(0.01, 0.999999))
def test_small_counts_have_the_exact_poisson_limits(count: int, confidence: float) -> None:
    tail = (1 - confidence) / 2
    lower = chi2.ppf(tail, 2 * count) / 2 if count else 0
    upper = chi2.isf(tail, 2 * count + 2) / 2
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


@given(st.integers(EXACT_BELOW, 2_000_000))
def test_byar_is_as_near_to_the_exact_limits_as_its_guidance_says(count: int) -> None:
    """Within 0.2%, for counts of 10 and more at 95%."""
    exact = chi2.ppf(0.025, 2 * count) / 2, chi2.isf(0.025, 2 * count + 2) / 2
    assert byar(count) == pytest.approx(exact, rel=0.002)


@given(counts, confidences, confidences)
def test_limits_hold_the_count_and_widen_with_confidence(
    count: int, one: float, other: float
) -> None:
    narrow, wide = (byar(count, each) for each in sorted([one, other]))
    assert 0 <= wide[0] <= narrow[0] <= count <= narrow[1] <= wide[1]


def test_limits_rise_with_the_count() -> None:
    lower, upper = byar(np.arange(200))
    assert np.all(np.diff(lower) > 0)
    assert np.all(np.diff(upper) > 0)


@given(st.integers(0, 10_000), st.integers(1, 1_000_000), confidences)
def test_a_rate_is_divided_as_its_count_is(count: int, people: int, confidence: float) -> None:
    found = rate(count, people, 1_000, confidence)
    lower, upper = byar(count, confidence)
    assert found.value == pytest.approx(count / people * 1_000)
    assert found.lower == pytest.approx(lower / people * 1_000)
    assert found.upper == pytest.approx(upper / people * 1_000)


def test_a_rate_of_no_people_is_no_answer() -> None:
    found = rate([3, 3], [0, 1_500], 1_000)
    assert np.isnan([each[0] for each in found]).all()
    assert found.value[1] == 2


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
    (lambda: median_ranks(5.5), "n=: 1 of 1 is not whole"),
    (lambda: xmr(5), "values= is one number and no series"),
    (lambda: xmr([1, math.inf]), "values=: 1 of 2 is infinite"),
    (lambda: xmr([1, 2, 3], breaks=[0]), "breaks= must be rising positions"),
    (lambda: xmr([1, 2, 3], breaks=[3]), "breaks= must be rising positions"),
    (lambda: xmr([1, 2, 3], breaks=[2, 1]), "breaks= must be rising positions"),
    (lambda: xmr([1, 2, 3], breaks=[1.5]), "breaks= must be rising"),  # type: ignore[list-item]
    (lambda: xmr([1, 2, 3], minimum=0), "minimum= must be a whole number above 0"),
    (lambda: runs(xmr([1, 2]), 1), "length= must be a whole number above 1"),
    (lambda: trends(xmr([1, 2]), True), "length= must be a whole number above 1"),
    (lambda: assurance(1, 2, 3, Direction.NEUTRAL), "direction= is neutral"),
    (lambda: assurance(1, 2, 3, "up"), "direction= is not a direction"),  # type: ignore[arg-type]
    (lambda: assurance(3, 2, 3, Direction.HIGHER_IS_BETTER), "lower=: 1 of 1 is above the upper"),
    (lambda: assurance(3, math.inf, 3, Direction.HIGHER_IS_BETTER), "upper=: 1 of 1 is infinite"),
]


@pytest.mark.parametrize(("call", "message"), HOSTILE)
def test_what_is_refused_is_named_and_counted(call: Any, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        call()


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, math.nan, "0.95", None, True, [0.9]])
@pytest.mark.parametrize(
    "call", [lambda c: wilson(1, 2, c), lambda c: byar(1, c), lambda c: median_ranks(9, c)]
)
def test_a_confidence_is_between_0_and_1(call: Any, confidence: Any) -> None:
    with pytest.raises(RequestError, match=r"confidence= .* write confidence=0\.95"):
        call(confidence)


def test_a_refusal_shows_no_value() -> None:
    with pytest.raises(RequestError) as caught:
        wilson([1, 987654], [2, 3])
    assert "987654" not in str(caught.value)


# Medians


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
    assert median_ranks(n, confidence) == (lower, n + 1 - lower)
    assert 100 * (1 - 2 * binom.cdf(lower - 1, n, 0.5)) == pytest.approx(chance, abs=0.06)


@pytest.mark.parametrize("n", range(6))
def test_too_few_values_have_no_interval(n: int) -> None:
    assert median_ranks(n) == (0, 0)


def test_a_chance_that_is_met_exactly_is_met() -> None:
    """Of three values the smallest and the largest hold the median three times in four."""
    assert median_ranks(3, 0.75) == (1, 3)
    assert median_ranks(3, 0.7500001) == (0, 0)


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
def test_ranks_are_the_innermost_that_hold_the_median(confidence: float) -> None:
    n = np.arange(EXACT_TO + 1)
    lower, upper = median_ranks(n, confidence)
    tail = (1 - confidence) / 2
    assert np.all(binom.cdf(lower - 1, n, 0.5) <= tail + 1e-12)
    assert np.all(binom.cdf(lower, n, 0.5) > tail - 1e-12)
    assert np.all(upper[lower > 0] == (n + 1 - lower)[lower > 0])
    assert np.all(upper[lower == 0] == 0)


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
def test_the_approximation_agrees_with_the_exact_ranks(confidence: float) -> None:
    n = np.concatenate([np.arange(EXACT_TO + 1, 25_000), np.arange(1_000_000, 1_003_000)])
    lower = median_ranks(n, confidence).lower
    tail = (1 - confidence) / 2
    exact = binom.ppf(tail, n, 0.5)
    exact += binom.cdf(exact, n, 0.5) <= tail
    assert np.max(np.abs(lower - exact)) <= 1
    assert np.mean(lower != exact) < 0.002


@given(st.lists(st.integers(0, 20_000), max_size=30))
def test_ranks_of_many_are_those_of_each(sizes: list[int]) -> None:
    together = median_ranks(sizes)
    each = [median_ranks(size) for size in sizes]
    assert together.lower.tolist() == [int(one.lower) for one in each]
    assert together.upper.tolist() == [int(one.upper) for one in each]


# The chart


FREAK = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]


def of_all(chart: Chart, name: str) -> float:
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


def test_limits_with_and_without_a_freak_moving_range() -> None:
    plain, screened = xmr(FREAK), xmr(FREAK, screen=True)
    names = ("mean", "moving_range_mean", "lower", "upper")
    assert [of_all(plain, each) for each in names] == pytest.approx(
        [1.944444, 1.882353, -3.062614, 6.951503], abs=1e-6
    )
    assert [of_all(screened, each) for each in names] == pytest.approx(
        [1.944444, 1.0, -0.715556, 4.604444], abs=1e-6
    )
    assert of_all(plain, "moving_range_upper") == pytest.approx(3.267 * 1.882353, abs=1e-6)
    assert of_all(plain, "sigma") == pytest.approx(2.66 * 1.882353 / 3, abs=1e-6)
    assert plain.moving_range[1:].tolist() == np.abs(np.diff(FREAK)).tolist()


def test_ranges_are_screened_once_only() -> None:
    """The 5 stands out only once the 60 is gone: a second screening would take it as well."""
    steps = [1.0] * 16 + [5, 60]
    values = np.concatenate([[0.0], np.cumsum(steps)])
    assert of_all(xmr(values, screen=True), "moving_range_mean") == pytest.approx(21 / 17)
    assert 5 > 3.267 * 21 / 17


def test_few_points_and_none() -> None:
    nothing = xmr([])
    assert nothing.mean.shape == nothing.lower.shape == nothing.trial.shape == (0,)
    one = xmr([7])
    assert one.mean.tolist() == [7]
    assert np.isnan([one.lower[0], one.upper[0], one.moving_range[0]]).all()
    missing = xmr([None, None])
    assert np.isnan(missing.mean).all()
    zeros = xmr([0, 0, 0])
    assert (of_all(zeros, "lower"), of_all(zeros, "upper")) == (0, 0)
    for chart in (nothing, one, missing, zeros):
        for rule in (outside_limits, runs, trends, two_of_three):
            assert rule(chart).shape == chart.values.shape
            assert not rule(chart).any()


def test_limits_are_on_trial_below_the_minimum() -> None:
    assert xmr(range(MINIMUM_POINTS - 1)).trial.all()
    assert not xmr(range(MINIMUM_POINTS)).trial.any()
    assert xmr([*range(MINIMUM_POINTS - 1), None]).trial.all()
    assert not xmr([1, 2, 3], minimum=3).trial.any()


def test_a_gap_is_in_no_mean_and_no_range_reaches_over_it() -> None:
    chart = xmr([1, 3, None, 9, 8])
    assert of_all(chart, "mean") == 21 / 4
    assert np.isnan(chart.moving_range).tolist() == [True, False, True, True, False]
    assert of_all(chart, "moving_range_mean") == 1.5
    masked = np.ma.masked_array([1, 3, 99, 9, 8], mask=[0, 0, 1, 0, 0])
    assert np.array_equal(xmr(masked).mean, chart.mean)


def test_each_segment_has_its_own_limits() -> None:
    before, after = [5, 7, 6, 5, 6], [20, 24, 21, 25]
    chart = xmr([*before, *after], breaks=[5])
    for part, values in ((slice(0, 5), before), (slice(5, 9), after)):
        alone = xmr(values)
        for name in ("mean", "lower", "upper", "sigma", "moving_range", "moving_range_upper"):
            assert np.array_equal(getattr(chart, name)[part], getattr(alone, name), equal_nan=True)
    assert chart.segment.tolist() == [0] * 5 + [1] * 4


@given(
    st.lists(
        st.lists(st.none() | st.integers(-50, 50), min_size=9, max_size=9), min_size=1, max_size=4
    ),
    st.booleans(),
)
def test_many_series_are_charted_as_each_is(series: list[list[int | None]], screen: bool) -> None:
    together = xmr(np.array(series, dtype=float), screen, breaks=[4])
    for position, values in enumerate(series):
        alone = xmr(values, screen, breaks=[4])
        assert np.allclose(together.upper[position], alone.upper, equal_nan=True)
        for rule in (outside_limits, runs, trends, two_of_three):
            assert np.array_equal(rule(together)[position], rule(alone))


# The signals


def chart_of(
    values: Sequence[float | None], mean: float = 0, sigma: float = 1, breaks: Sequence[int] = ()
) -> Chart:
    """A chart with limits that are given and not worked out, to try one rule at a time."""
    chart = xmr(values, breaks=breaks)
    at = np.full(len(values), float(mean))
    return chart._replace(mean=at, lower=at - 3 * sigma, upper=at + 3 * sigma, sigma=at * 0 + sigma)


def test_a_point_outside_the_limits() -> None:
    found = outside_limits(chart_of([0, 3, 3.01, -3, -3.01, None]))
    assert found.tolist() == [0, 0, 1, 0, -1, 0]


def test_a_run_is_flagged_whole_and_ends_on_the_mean() -> None:
    seven = [1, 2, 1, 2, 1, 2, 1]
    assert runs(chart_of([-1, *seven, -1])).tolist() == [0, *[1] * 7, 0]
    assert runs(chart_of([-each for each in seven])).tolist() == [-1] * 7
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


def test_a_turning_point_belongs_to_the_trend_it_ends() -> None:
    up = [1, 2, 3, 4, 5, 6, 7]
    assert trends(chart_of([*up, *up[-2::-1]])).tolist() == [1] * 7 + [-1] * 6
    assert trends(chart_of([*up[::-1], *up[1:]])).tolist() == [-1] * 7 + [1] * 6


def test_two_of_three_beyond_two_sigma() -> None:
    assert two_of_three(chart_of([0, 2.5, 1, 2.5, 0])).tolist() == [0, 1, 0, 1, 0]
    assert two_of_three(chart_of([-2.5, -2.5, -1])).tolist() == [-1, -1, 0]
    assert two_of_three(chart_of([2.5, 3.5, 1])).tolist() == [1, 1, 0]
    # One is not enough, two sigma is not beyond it, and all three are on one side.
    for values in ([2.5, 1, 1], [2, 2, 2], [2.5, -2.5, 2.5], [2.5, 2.5, 0], [2.5, None, 2.5]):
        assert not two_of_three(chart_of(values)).any()
    assert not two_of_three(chart_of([2.5, 1, 2.5], breaks=[2])).any()
    assert not two_of_three(chart_of([2.5, 2.5])).any()


def slow_runs(values: Sequence[float | None], mean: float, length: int) -> list[int]:
    """Flag every window of one side, one window at a time."""
    found = [0] * len(values)
    for first in range(len(values) - length + 1):
        window = values[first : first + length]
        if None in window:
            continue
        sides = {(v > mean) - (v < mean) for v in window if v is not None}
        if sides in ({1}, {-1}):
            found[first : first + length] = [sides.pop()] * length
    return found


def slow_trends(values: Sequence[float | None], length: int) -> list[int]:
    found = [0] * len(values)
    for first in reversed(range(len(values) - length + 1)):
        window = values[first : first + length]
        if None in window:
            continue
        steps = [b - a for a, b in pairwise(window)]  # type: ignore[operator]
        if all(step > 0 for step in steps) or all(step < 0 for step in steps):
            # Later trends first, so that the earlier one keeps the point where they meet.
            found[first : first + length] = [1 if steps[0] > 0 else -1] * length
    return found


@given(
    st.lists(st.none() | st.integers(-3, 3), max_size=25),
    st.integers(2, 7),
)
def test_rules_equal_a_slow_reading_of_their_words(values: list[int | None], length: int) -> None:
    chart = chart_of(values)
    assert runs(chart, length).tolist() == slow_runs(values, 0, length)
    assert trends(chart, length).tolist() == slow_trends(values, length)


@given(st.floats(0.001, 1e6), st.integers(7, 40))
def test_equal_values_give_no_signal_for_all_their_rounding(value: float, points: int) -> None:
    chart = xmr([value] * points)
    for rule in (outside_limits, runs, trends, two_of_three):
        assert not rule(chart).any()


@given(
    st.lists(st.none() | st.integers(-99, 99), min_size=1, max_size=30),
    st.sampled_from([0.1, 3.0, 1e6]),
)
def test_signals_do_not_depend_on_the_unit_and_turn_with_the_sign(
    values: list[int | None], factor: float
) -> None:
    scaled = xmr([None if each is None else each * factor for each in values])
    turned = xmr([None if each is None else -each for each in values])
    for rule in (outside_limits, runs, two_of_three):
        assert np.array_equal(rule(scaled), rule(xmr(values)))
        assert np.array_equal(rule(turned), -rule(xmr(values)))


# Assurance


@pytest.mark.parametrize(
    ("target", "higher", "lower"),
    [
        (5, "will consistently pass", "will consistently fail"),
        (10, "hit and miss", "hit and miss"),
        (15, "hit and miss", "hit and miss"),
        (20, "hit and miss", "hit and miss"),
        (25, "will consistently fail", "will consistently pass"),
        (None, "", ""),
    ],
)
def test_a_target_against_limits_of_10_and_20(
    target: float | None, higher: str, lower: str
) -> None:
    assert assurance(10, 20, target, Direction.HIGHER_IS_BETTER) == higher
    assert assurance(10, 20, target, Direction.LOWER_IS_BETTER) == lower


def test_no_limits_assure_nothing() -> None:
    chart = xmr([[4.0, 5.0, 6.0], [7.0, math.nan, math.nan]])
    found = assurance(chart.lower, chart.upper, 100, Direction.LOWER_IS_BETTER)
    assert found.tolist() == [["will consistently pass"] * 3, [""] * 3]
