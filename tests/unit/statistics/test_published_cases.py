"""Numbers that others have published, or that their open programs give, to the last digit printed.

Each case names where it is from. The programs were read, not run: what they do is written out again
in a line or two of arithmetic, with scipy's distributions where they use R's.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2, norm

from swm_kpi.statistics import (
    byar,
    outside_limits,
    quantile,
    rate,
    runs,
    trends,
    two_of_three,
    wilson,
    xmr,
)

CONFIDENCES = [0.9, 0.95, 0.99, 0.998]

# Public health indicators: PHEindicatormethods, of the Department of Health and Social Care.


@pytest.mark.parametrize("confidence", CONFIDENCES)
@pytest.mark.parametrize("count", [0, 1, 2, 5, 8, 9, 10, 11, 48, 65, 82, 750, 900, 1045, 10_000])
def test_limits_of_rates_are_those_of_phe_rate(count: int, confidence: float) -> None:
    """``R/Rates.R``: exact from chi-square below 10, Byar's from 10; per 100,000."""
    z = norm.ppf(confidence + (1 - confidence) / 2)
    if count < 10:
        lower = chi2.ppf((1 - confidence) / 2, 2 * count) / 2 if count else 0
        upper = chi2.ppf(confidence + (1 - confidence) / 2, 2 * count + 2) / 2
    else:
        lower = count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3
        more = count + 1
        upper = more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3
    actual = rate(count, 10_000, 100_000, confidence)
    assert actual.value == pytest.approx(count * 10, rel=1e-14)
    assert actual.lower == pytest.approx(lower * 10, rel=1e-11, abs=1e-12)
    assert actual.upper == pytest.approx(upper * 10, rel=1e-11)


@pytest.mark.parametrize("confidence", CONFIDENCES)
@pytest.mark.parametrize(
    ("numerator", "denominator"),
    [(65, 100), (82, 100), (100, 100), (0, 100), (448_348, 10_363_996), (16_733, 49_074_816)],
)
def test_limits_of_proportions_are_those_of_wilson_lower_and_upper(
    numerator: int, denominator: int, confidence: float
) -> None:
    """``R/Wilson.R``."""
    z = norm.ppf(confidence + (1 - confidence) / 2)
    root = z * math.sqrt(z**2 + 4 * numerator * (1 - numerator / denominator))
    ends = [(2 * numerator + z**2 + sign * root) / 2 / (denominator + z**2) for sign in (-1, 1)]
    assert wilson(numerator, denominator, confidence) == pytest.approx(ends, rel=1e-9, abs=1e-15)


def test_byar_is_as_near_to_exact_as_the_technical_guide_says() -> None:
    """*Technical guide: confidence intervals* (2018): within 0.2% at 95% for 10 and more."""
    counts = np.arange(10, 3_000)
    exact = chi2.ppf(0.025, 2 * counts) / 2, chi2.isf(0.025, 2 * counts + 2) / 2
    for actual, expected in zip(byar(counts), exact, strict=True):
        assert np.max(np.abs(actual / expected - 1)) < 0.002


# Medians.


def test_the_median_of_altman() -> None:
    """*Statistics with confidence* (2000), page 38: eleven values, limits the 2nd and the 10th."""
    actual = quantile([66, 71.2, 83, 83.6, 101, 107.6, 122, 143, 160, 177, 414])
    assert [float(item) for item in actual] == [107.6, 71.2, 177]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([25, 29, 35, 36, 36, 40, 41, 43, 44, 54], [38, 29, 44]),
        (
            [
                30.2, 20.4, 15.1, 10.2, 10.5, 60.8, 20.8, 25.0, 20.7, 30.9, 10.8, 5.1, 50.9, 40.0,
                20.9, 10.8, 0, 20.5, 50.8,
            ],
            [20.7, 10.8, 30.9],
        ),
    ],
)  # fmt: skip
def test_the_medians_of_statpsych(values: list[float], expected: list[float]) -> None:
    """The two examples of ``ci.median`` in the R package statpsych."""
    assert [float(item) for item in quantile(values)] == expected


# Process behaviour charts.


def flagged(
    values: Any, *, screen_moving_ranges: bool = False, outside: bool = True
) -> list[list[int]]:
    """Return the places, from 1, of the points that each of the four rules flags."""
    chart = xmr(values, screen_moving_ranges)
    actual = (
        outside_limits(chart), runs(chart), trends(chart), two_of_three(chart, outside=outside),
    )  # fmt: skip
    return [(np.flatnonzero(item) + 1).tolist() for item in actual]


def test_the_demonstration_series_of_the_nhs_england_tool() -> None:
    """As the tests of nhspy-plotthedots give it: mean 76.67, limits 57 and 96, the 12th flagged.

    The 14 moving ranges sum to 103.
    """
    values = [89, 86, 75, 77, 81, 74, 72, 78, 76, 82, 77, 54, 66, 77, 86]
    chart = xmr(values)
    assert chart.mean[0] == pytest.approx(76.67, abs=5e-3)
    assert chart.upper[0] == pytest.approx(1150 / 15 + 2.66 * 103 / 14, rel=1e-14)
    assert [round(float(item[0])) for item in (chart.lower, chart.upper)] == [57, 96]
    assert flagged(values) == [[12], [], [], []]


@pytest.mark.parametrize(
    ("values", "mean", "lower", "upper", "near_lower", "near_upper"),
    [
        (range(1, 11), 5.5, 2.84, 8.16, 3.7266666666666666, 7.273333333333333),
        ([1, 2, 3, 4, 5, 4, 3, 2, 1, 2], 2.7, 0.04, 5.36, 0.9266666666666667, 4.473333333333334),
        ([1, 2, 3], 2, -0.66, 4.66, 0.22666666666666657, 3.7733333333333334),
        (range(20), 9.5, 6.84, 12.16, 7.726666666666667, 11.273333333333333),
        (
            [3, 1, 4, 1, 5, 9, 2],
            3.5714285714285716, -6.625238095238096, 13.768095238095238,
            -3.2263492063492065, 10.36920634920635,
        ),
        (
            [1, 2, 3, 2, 1, 2, 3, 4, 5, 6, 7, 4, 3, 2, 1, 2],
            3, -0.014666666666666828, 6.014666666666667, 0.9902222222222221, 5.009777777777778,
        ),
    ],
)  # fmt: skip
def test_limits_are_those_of_nhspy_plotthedots(
    values: Any, mean: float, lower: float, upper: float, near_lower: float, near_upper: float
) -> None:
    """``tests/unittests/test_limits_calculations.py`` there; near is two thirds of the way."""
    chart = xmr(list(values))
    middle, sigma = chart.mean[0], chart.sigma[0]
    actual = [middle, chart.lower[0], chart.upper[0], middle - 2 * sigma, middle + 2 * sigma]
    expected = [mean, lower, upper, near_lower, near_upper]
    assert actual == pytest.approx(expected, rel=1e-13, abs=1e-13)


def test_the_random_series_of_nhsrplotthedots() -> None:
    """``tests/testthat/_snaps/ptd_spc_standard.md``: 20 standard normals of R's seed 123.

    The values are printed to three digits, so the limits agree to a hundredth.
    """
    values = [
        -0.560, -0.230, 1.56, 0.0705, 0.129, 1.72, 0.461, -1.27, -0.687, -0.446, 1.22, 0.360, 0.401,
        0.111, -0.556, 1.79, 0.498, -1.97, 0.701, -0.473,
    ]  # fmt: skip
    chart = xmr(values, screen_moving_ranges=True)
    for name, printed in (("mean", 0.142), ("lower", -3.01), ("upper", 3.29)):
        assert getattr(chart, name)[0] == pytest.approx(printed, abs=1e-2)


def test_two_points_near_opposite_limits_are_no_signal() -> None:
    """``test-ptd_spc_standard.R``: the fault that version 0.2 of NHSRplotthedots put right."""
    values = [1, -1] * 7 + [5.5, -5.5]
    assert not set(flagged(values, screen_moving_ranges=True)[3]) & {15, 16}


@pytest.mark.parametrize("values", [list(range(8)), [-item for item in range(8)]])
def test_a_trend_is_flagged_up_and_down(values: list[int]) -> None:
    """The example of discussion 167 of NHSRplotthedots, where a fall was missed."""
    assert flagged(values)[2] == list(range(1, 9))


@pytest.mark.parametrize(
    ("values", "trend"),
    [
        ([1, 2, 3, 4, 5, 6], []),
        ([1, 2, 3, 3, 4, 5, 6], []),
        ([1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6, 7]),
        ([2, 1, 2, 3, 4, 5, 6, 7, 3], [2, 3, 4, 5, 6, 7, 8]),
        ([2, 7, 6, 5, 4, 3, 2, 1, 3], [2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_trends_are_those_of_nhsrplotthedots(values: list[int], trend: list[int]) -> None:
    """``test-ptd_calculate_point_type.R``."""
    assert flagged(values)[2] == trend


def test_an_outlying_point_in_the_series_of_the_vignette() -> None:
    """*Deviations from Excel defaults*: only the 10 stands out, with screening and without."""
    values = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
    assert flagged(values)[0] == flagged(values, screen_moving_ranges=True)[0] == [5]


def test_a_missing_point_makes_no_signal_before_it() -> None:
    """The fault of discussion 156 of NHSRplotthedots, where it flags five points before it."""
    values: list[float | None] = [20, 24, 21, 25, 20, 24, 21, 25, 20, 24, 21, 26, 23, 26, 23, 24]
    assert flagged(values) == [[], [], [], []]
    assert flagged([*values[:-1], None]) == [[], [], [], []]
