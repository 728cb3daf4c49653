"""Distribution-free confidence intervals of a median or another quantile, from order statistics."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swm_kpi.errors import RequestError
from swm_kpi.statistics.intervals import Estimate
from swm_kpi.statistics.validate_args import (
    Array,
    Numbers,
    as_counts,
    raise_where,
    require_finite,
    tail_probability,
)

MOST_VALUES = 10**9
"""The largest number of values for which ranks are computed."""
_TIE = 1e-9


class Ranks(NamedTuple):
    """The ranks of two limits in the sorted values, from 1; both 0 if there are too few values."""

    lower: NDArray[np.int64]
    upper: NDArray[np.int64]


def quantile(values: Numbers, level: float = 0.5, confidence: float = 0.95) -> Estimate:
    """Return a quantile of the values and its order-statistic interval.

    Source of the interval: :func:`quantile_ranks`.

    Args:
        values: the values of one group, in any order; one dimension.
        level: the quantile: 0.5 for the median, 0.9 for the 90th percentile.
        confidence: the confidence level, between 0 and 1.

    Returns:
        The quantile, interpolated linearly between the two nearest values (type 7 of Hyndman and
        Fan, as Excel's PERCENTILE.INC), and its limits, which are two of the values. All are arrays
        without dimensions, in the unit of the values.

    Raises:
        RequestError: the values do not have one dimension; a value is missing or infinite; there
            are too few values for an interval at that confidence; or the level or the confidence is
            not between 0 and 1.
    """
    numbers = require_finite("values", values)
    if numbers.ndim != 1:
        raise RequestError("values= is not one list of numbers. Give the values of one group.")
    ordered = np.sort(numbers)
    lower, upper = quantile_ranks(ordered.size, level, confidence)
    if not lower:
        raise RequestError(
            f"values= holds too few numbers for an interval: {ordered.size:,}. The median needs 6 "
            "at 95% and the 90th percentile 36."
        )
    value = np.asarray(np.quantile(ordered, level))
    return Estimate(value, np.asarray(ordered[lower - 1]), np.asarray(ordered[upper - 1]))


def quantile_ranks(n: Numbers, level: float = 0.5, confidence: float = 0.95) -> Ranks:
    """Return the ranks of the sorted values that are the limits of a quantile.

    The number of values below the true quantile is binomial with probability ``level``, whatever
    the distribution of the values. The lower limit is the highest rank that lies above the quantile
    with at most the tail probability, and the upper limit is the lowest rank that lies below it
    with at most the tail probability. So the coverage is at least the confidence, and tied values
    can only raise it.

    Source: W. J. Conover, *Practical nonparametric statistics* (3rd edition, 1999), section 3.2;
    for the median also Altman and others, *Statistics with confidence* (2nd edition, 2000). The
    binomial probabilities are summed exactly, without a normal approximation.

    Args:
        n: the number of values; whole numbers in any shape.
        level: the quantile: 0.5 for the median, 0.9 for the 90th percentile.
        confidence: the confidence level, between 0 and 1.

    Returns:
        The ranks of the lower and upper limit, from 1, in the shape of ``n``. Both are 0 where no
        pair of values reaches the confidence: fewer than 6 values for a median at 95%, fewer than
        36 for a 90th percentile.

    Raises:
        RequestError: a number is missing, infinite, below zero, not whole or above a thousand
            million; or the level or the confidence is not between 0 and 1.
    """
    tail = tail_probability(confidence)
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
        raise RequestError(
            "level= must be one number above 0 and below 1. The median is level=0.5."
        )
    sizes = as_counts("n", n)
    raise_where("n", sizes > MOST_VALUES, "too large", "Give how many values there are")
    distinct, position = np.unique(sizes.astype(np.int64), return_inverse=True)
    ranks = np.array([_ranks(int(size), float(level), tail) for size in distinct], dtype=np.int64)
    lower, upper = ranks.reshape(len(distinct), 2).T
    shape = sizes.shape
    return Ranks(lower[position].reshape(shape), upper[position].reshape(shape))


@lru_cache(maxsize=4096)
def _ranks(n: int, level: float, tail: float) -> tuple[int, int]:
    """Return the two ranks for one number of values; 0 and 0 if there are too few."""
    first, probabilities = _binomial(n, level)
    # A cumulative probability of exactly 12.5% must count as 12.5% despite floating-point rounding.
    limit = tail * (1 + _TIE)
    below = int(np.count_nonzero(np.cumsum(probabilities) <= limit))
    above = int(np.count_nonzero(np.cumsum(probabilities[::-1]) <= limit))
    lower, upper = first + below, first + len(probabilities) - above
    return (lower, upper) if lower >= 1 and upper <= n else (0, 0)


def _binomial(n: int, p: float) -> tuple[int, Array]:
    """Return a first count, and the binomial probabilities of it and the counts that follow.

    Counts more than 12 standard deviations and 40 from the mean are left out, because their
    probability is negligible. The logarithm of each ratio to the count before is summed, and the
    probabilities are scaled to sum to one.
    """
    width = 12 * np.sqrt(n * p * (1 - p)) + 40
    first = max(0, int(n * p - width))
    counts = np.arange(first, min(n, int(n * p + width)), dtype=np.float64)
    log_ratios = np.log((n - counts) / (counts + 1) * p / (1 - p))
    logs = np.concatenate([[0.0], np.cumsum(log_ratios)])
    probabilities: Array = np.exp(logs - logs.max())
    return first, probabilities / probabilities.sum()
