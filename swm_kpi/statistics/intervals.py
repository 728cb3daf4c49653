"""Confidence intervals of proportions, counts and rates, as English public health works them out.

Sources: Office for Health Improvement and Disparities, *Public health technical guidance*, pages
*Proportions* and *Rates* (fingertips.phe.org.uk), and *Technical guide: confidence intervals*,
Public Health England, 2018. Each function names the formula's own source.
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
"""Counts below this have exact Poisson limits, the others Byar's approximation to them."""


class Estimate(NamedTuple):
    """A value and its interval, arrays of one shape."""

    value: Array
    lower: Array
    upper: Array


def wilson(
    numerator: Numbers, denominator: Numbers, confidence: float = 0.95
) -> tuple[Array, Array]:
    """Return the Wilson score interval of a proportion, without continuity correction.

    Source: E. B. Wilson, *Probable inference, the law of succession, and statistical inference*,
    Journal of the American Statistical Association 22 (1927) 209-212; the method that the technical
    guidance named above prefers. The interval lies from 0 to 1 and holds the proportion.

    Args:
        numerator: how many met the condition. Need not be whole: for a weighted survey give the
            weighted share times the effective sample.
        denominator: out of how many; the effective sample of a weighted survey.
        confidence: the chance that such intervals hold the true proportion.

    Returns:
        The lower and upper limits, from 0 to 1, in the shape that the two broadcast to. The lower
        limit of none is 0 and the upper limit of all is 1, exactly.

    Raises:
        RequestError: a number is missing, infinite or below zero, a denominator is zero (nothing
            was observed, as the guidance's own program refuses it), a numerator is above its
            denominator, or the confidence is not between 0 and 1.
    """
    z = z_score(confidence)
    top, bottom = broadcast(
        numerator=require_non_negative("numerator", numerator),
        denominator=require_positive("denominator", denominator, "Leave out what was not observed"),
    )
    raise_where(
        "numerator", top > bottom, "above the denominator", "A proportion counts a part of a whole"
    )
    share = top / bottom
    # Half of z squared is added to the cases, and z squared to the trials.
    spread = z * np.sqrt(share * (bottom - top) + z * z / 4)
    middle, whole_of = top + z * z / 2, bottom + z * z
    # The lower limit is (middle - spread) / whole_of, written so that no digits cancel.
    added = middle + spread
    lower = np.divide(top * share, added, out=np.zeros(top.shape), where=added > 0)
    upper = np.where(top == bottom, 1, added / whole_of)
    # Rounding must not put the proportion itself outside.
    return np.minimum(lower, share), np.clip(upper, share, 1)


def byar(count: Numbers, confidence: float = 0.95) -> tuple[Array, Array]:
    """Return the limits of a count of independent events: exact below 10, Byar's from 10 up.

    Sources: below 10 the exact Poisson limits (F. Garwood, *Fiducial limits for the Poisson
    distribution*, Biometrika 28 (1936) 437-442), the same as half a chi-square quantile; from 10 up
    Byar's approximation, as N. E. Breslow and N. E. Day give it in *Statistical methods in cancer
    research*, volume II (IARC, 1987). The technical guidance named above changes over at 10.

    Args:
        count: how many events; whole numbers. A weighted or estimated number is not a count.
        confidence: the chance that such intervals hold the expected number.

    Returns:
        The lower and upper limits, in events, in the shape of the counts. The lower limit of no
        events is 0.

    Raises:
        RequestError: a count is missing, infinite, below zero or not whole, or the confidence is
            not between 0 and 1.
    """
    z = z_score(confidence)
    counts = as_counts("count", count)
    few = counts < EXACT_BELOW
    low, high = (np.asarray(limits) for limits in _exact(tail_probability(confidence)))
    rank = np.where(few, counts, 0).astype(np.intp)
    many = np.where(few, EXACT_BELOW, counts)
    lower = many * (1 - 1 / (9 * many) - z / (3 * np.sqrt(many))) ** 3
    many = many + 1
    upper = many * (1 - 1 / (9 * many) + z / (3 * np.sqrt(many))) ** 3
    return np.where(few, low[rank], lower), np.where(few, high[rank], upper)


def rate(count: Numbers, population: Numbers, scale: float, confidence: float = 0.95) -> Estimate:
    """Return a crude rate and its interval: the limits of the count, divided as the count is.

    Source: as for :func:`byar`; the population is taken as known.

    Args:
        count: how many events; whole numbers.
        population: how many people they befell, or person-years.
        scale: per how many people, such as 1,000.
        confidence: the chance that such intervals hold the true rate.

    Returns:
        The rate and its limits, per ``scale`` people, in the shape that count and population
        broadcast to. There may be more events than people: one can befall a person twice.

    Raises:
        RequestError: as for :func:`byar`; or a population is missing, infinite, zero or below; or
            the scale is not one number above zero; or a rate is too large to work with.
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
        found = Estimate(*(each * per / people for each in (counts, lower, upper)))
    large = ~np.isfinite(found.upper)
    raise_where("population", large, "too small to divide by", "Give people or person-years")
    return found


@lru_cache(maxsize=32)
def _exact(tail: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the exact lower and upper limits of each small count."""
    counts = range(EXACT_BELOW)
    lower = [0.0 if n == 0 else _mean_where(n, tail, at_least=True) for n in counts]
    upper = [_mean_where(n, tail, at_least=False) for n in counts]
    return tuple(lower), tuple(upper)


def _mean_where(count: int, tail: float, *, at_least: bool) -> float:
    """Return the Poisson mean at which the chance of so many, or of so few, is the tail.

    The chance rises (or falls) with the mean throughout, so halving finds it to the last bit.
    """
    chance = _at_least if at_least else _at_most
    low, high = 0.0, 1.0
    while (chance(count, high) < tail) if at_least else (chance(count, high) > tail):
        low, high = high, 2 * high
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if (chance(count, middle) < tail) is at_least:
            low = middle
        else:
            high = middle


def _at_most(count: int, mean: float) -> float:
    term = total = exp(-mean)
    for k in range(1, count + 1):
        term *= mean / k
        total += term
    return total


def _at_least(count: int, mean: float) -> float:
    """Add up the upper tail itself: one less the lower tail would lose digits when it is small."""
    term = exp(-mean)
    for k in range(1, count + 1):
        term *= mean / k
    total, k = term, count
    while term > total * 1e-18:
        k += 1
        term *= mean / k
        total += term
    return total
