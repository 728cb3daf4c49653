"""Confidence intervals of proportions, counts and rates, by the methods of English public health.

Sources: Office for Health Improvement and Disparities, *Public health technical guidance*, pages
*Proportions* and *Rates* (fingertips.phe.org.uk), and *Technical guide: confidence intervals*,
Public Health England, 2018. Each function names the source of its formula.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp
from typing import NamedTuple

import numpy as np

from swm_kpi.errors import RequestError
from swm_kpi.statistics.validate_args import (
    Array,
    Numbers,
    as_counts,
    broadcast,
    raise_where,
    require_finite,
    require_non_negative,
    require_positive,
    tail_probability,
    z_score,
)

EXACT_BELOW = 10
"""Counts below this have exact Poisson limits; counts from here up have Byar's approximation."""


class Estimate(NamedTuple):
    """A value and its confidence interval: three arrays of one shape, in one unit."""

    value: Array
    lower: Array
    upper: Array


def wilson(
    numerator: Numbers, denominator: Numbers, confidence: float = 0.95
) -> tuple[Array, Array]:
    """Return the Wilson score interval of a proportion, without continuity correction.

    Source: E. B. Wilson, *Probable inference, the law of succession, and statistical inference*,
    Journal of the American Statistical Association 22 (1927) 209-212. It is the preferred method
    of the technical guidance that the module names. The interval lies between 0 and 1 and contains
    the proportion.

    Args:
        numerator: how many cases meet the condition. It need not be whole: for a weighted survey
            give the weighted proportion times the effective sample size.
        denominator: how many cases there are; the effective sample size of a weighted survey.
        confidence: the confidence level, between 0 and 1.

    Returns:
        The lower and upper limits, as proportions from 0 to 1, in the shape to which the two
        arguments broadcast. If the numerator is zero the lower limit is exactly 0; if it equals the
        denominator the upper limit is exactly 1.

    Raises:
        RequestError: a number is missing, infinite or below zero; a denominator is zero (the
            guidance's own program also raises there); a numerator is above its denominator; the
            shapes do not match; or the confidence is not between 0 and 1.
    """
    z = z_score(confidence)
    top, bottom = broadcast(
        numerator=require_non_negative("numerator", numerator),
        denominator=require_positive("denominator", denominator, "Leave out empty groups"),
    )
    raise_where(
        "numerator", top > bottom, "above the denominator", "A proportion counts a part of a whole"
    )
    proportion = top / bottom
    spread = z * np.sqrt(proportion * (bottom - top) + z * z / 4)
    middle, adjusted_bottom = top + z * z / 2, bottom + z * z
    # The lower limit is (middle - spread) / adjusted_bottom, written so that no digits cancel.
    total = middle + spread
    lower = np.divide(top * proportion, total, out=np.zeros(top.shape), where=total > 0)
    upper = np.where(top == bottom, 1, total / adjusted_bottom)
    # Floating-point rounding must not put the proportion outside its interval.
    return np.minimum(lower, proportion), np.clip(upper, proportion, 1)


def byar(count: Numbers, confidence: float = 0.95) -> tuple[Array, Array]:
    """Return the Poisson interval of a count of independent events.

    Below 10 the limits are exact: F. Garwood, *Fiducial limits for the Poisson distribution*,
    Biometrika 28 (1936) 437-442, which equals half a chi-square quantile. From 10 up they are
    Byar's approximation: N. E. Breslow and N. E. Day, *Statistical methods in cancer research*,
    volume II (IARC, 1987). The technical guidance that the module names also changes at 10.

    Args:
        count: the number of events; whole numbers. A weighted or estimated number is not a count.
        confidence: the confidence level, between 0 and 1.

    Returns:
        The lower and upper limits, in events, in the shape of the counts. The lower limit of a
        count of 0 is 0.

    Raises:
        RequestError: a count is missing, infinite, below zero or not whole; or the confidence is
            not between 0 and 1.
    """
    z = z_score(confidence)
    counts = as_counts("count", count)
    is_small = counts < EXACT_BELOW
    exact_lower, exact_upper = map(np.asarray, _exact_limits(tail_probability(confidence)))
    index = np.where(is_small, counts, 0).astype(np.intp)
    large = np.where(is_small, EXACT_BELOW, counts)
    lower = large * (1 - 1 / (9 * large) - z / (3 * np.sqrt(large))) ** 3
    large = large + 1
    upper = large * (1 - 1 / (9 * large) + z / (3 * np.sqrt(large))) ** 3
    return (
        np.where(is_small, exact_lower[index], lower),
        np.where(is_small, exact_upper[index], upper),
    )


def rate(count: Numbers, population: Numbers, scale: float, confidence: float = 0.95) -> Estimate:
    """Return a crude rate and its interval.

    The limits are those of the count (see :func:`byar`, also for the source), divided by the
    population. The population counts as known exactly.

    Args:
        count: the number of events; whole numbers.
        population: the population at risk: people or person-years.
        scale: the number of people of the rate, such as 1,000.
        confidence: the confidence level, between 0 and 1.

    Returns:
        The rate and its limits, per ``scale`` people, in the shape to which count and population
        broadcast. The count may exceed the population, because one person can have several events.

    Raises:
        RequestError: as :func:`byar`; a population is missing, infinite, zero or below; the scale
            is not one number above zero; a rate is too large; or the shapes do not match.
    """
    per = require_finite("scale", scale)
    if per.ndim or per <= 0:
        raise RequestError("scale= must be one number above 0. Per 1,000 people is scale=1_000.")
    lower, upper = byar(count, confidence)
    counts, people, lower, upper = broadcast(
        count=as_counts("count", count),
        population=require_positive("population", population, "Leave out areas where nobody lives"),
        lower=lower,
        upper=upper,
    )
    with np.errstate(over="ignore"):
        estimate = Estimate(*(number * per / people for number in (counts, lower, upper)))
    too_large = ~np.isfinite(estimate.upper)
    raise_where("population", too_large, "too small to divide by", "Give people or person-years")
    return estimate


@lru_cache(maxsize=32)
def _exact_limits(tail: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the exact lower limits and the exact upper limits of the counts below 10."""
    counts = range(EXACT_BELOW)
    lower = [0.0 if n == 0 else _poisson_mean(n, tail, at_least=True) for n in counts]
    upper = [_poisson_mean(n, tail, at_least=False) for n in counts]
    return tuple(lower), tuple(upper)


def _poisson_mean(count: int, tail: float, *, at_least: bool) -> float:
    """Return the Poisson mean for which P(X >= count), or P(X <= count), equals the tail.

    The probability is monotonic in the mean, so bisection finds the mean to the last bit.
    """
    probability = _at_least if at_least else _at_most
    low, high = 0.0, 1.0
    while (probability(count, high) < tail) if at_least else (probability(count, high) > tail):
        low, high = high, 2 * high
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if (probability(count, middle) < tail) is at_least:
            low = middle
        else:
            high = middle


def _at_most(count: int, mean: float) -> float:
    """Return P(X <= count) of a Poisson distribution."""
    term = total = exp(-mean)
    for k in range(1, count + 1):
        term *= mean / k
        total += term
    return total


def _at_least(count: int, mean: float) -> float:
    """Return P(X >= count) of a Poisson distribution.

    Adds the upper tail itself: subtracting the lower tail from 1 loses digits if the tail is small.
    """
    term = exp(-mean)
    for k in range(1, count + 1):
        term *= mean / k
    total, k = term, count
    while term > total * 1e-18:
        k += 1
        term *= mean / k
        total += term
    return total
