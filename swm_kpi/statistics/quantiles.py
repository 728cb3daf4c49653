"""Limits of a median, or of another quantile, that assume nothing about how values are spread."""

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
"""Ranks are worked out for so many values at the most."""
_TIE = 1e-9


class Ranks(NamedTuple):
    """Places in sorted values, from 1; both 0 where there are too few values for an interval."""

    lower: NDArray[np.int64]
    upper: NDArray[np.int64]


def quantile(values: Numbers, level: float = 0.5, confidence: float = 0.95) -> Estimate:
    """Return a quantile of values, with its order-statistic limits.

    Args:
        values: the values, in any order.
        level: which quantile: 0.5 for the median, 0.9 for the 90th percentile.
        confidence: the chance that such intervals hold the true quantile.

    Returns:
        The quantile, interpolated linearly between the two nearest values (Hyndman and Fan's type
        7, as Excel's PERCENTILE.INC), and its limits, which are two of the values.

    Raises:
        RequestError: the values are not one list of numbers, one is missing or infinite, there are
            too few for limits at that confidence, or the level or the confidence is not between 0
            and 1.
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
    """Return which of the sorted values are the limits of a quantile.

    How many values lie below the true quantile is binomial, with the level for its chance, whatever
    the distribution. The lower limit is the highest rank, and the upper limit the lowest, that is
    on the wrong side of the quantile with no more than half of the chance left out. So the
    interval holds the quantile at least as often as the confidence says. Values that tie make it
    hold it more often, never less.

    Source: W. J. Conover, *Practical nonparametric statistics* (3rd edition, 1999), section 3.2;
    for the median also Altman and others, *Statistics with confidence* (2nd edition, 2000). The
    binomial is summed and not approximated.

    Args:
        n: how many values; whole numbers in any shape.
        level: which quantile: 0.5 for the median, 0.9 for the 90th percentile.
        confidence: the chance that such intervals hold the true quantile.

    Returns:
        The ranks of the lower and upper limit, counted from 1. Both are 0 where even the smallest
        or the largest value does not reach the confidence: for a median at 95%, with fewer than 6
        values; for a 90th percentile, with fewer than 36.

    Raises:
        RequestError: a number is missing, infinite, below zero, not whole or above a thousand
            million, or the level or the confidence is not between 0 and 1.
    """
    tail = tail_probability(confidence)
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
        raise RequestError(
            "level= must be one number above 0 and below 1. The median is level=0.5."
        )
    sizes = as_counts("n", n)
    raise_where("n", sizes > MOST_VALUES, "too many to rank", "Give how many values there are")
    each, position = np.unique(sizes.astype(np.int64), return_inverse=True)
    found = np.array([_ranks(int(one), float(level), tail) for one in each], dtype=np.int64)
    lower, upper = found.reshape(len(each), 2).T
    shape = sizes.shape
    return Ranks(lower[position].reshape(shape), upper[position].reshape(shape))


@lru_cache(maxsize=4096)
def _ranks(n: int, level: float, tail: float) -> tuple[int, int]:
    """Return the two ranks for one number of values."""
    first, chances = _binomial(n, level)
    # An exact 12.5% is 12.5%, whatever the sum of its parts comes to.
    least = tail * (1 + _TIE)
    below = int(np.count_nonzero(np.cumsum(chances) <= least))
    above = int(np.count_nonzero(np.cumsum(chances[::-1]) <= least))
    lower, upper = first + below, first + len(chances) - above
    return (lower, upper) if lower >= 1 and upper <= n else (0, 0)


def _binomial(n: int, chance: float) -> tuple[int, Array]:
    """Return the chances of a binomial, and of what number of values the first is.

    Those so far out that they come to nothing are left out. Each is worked out from the one
    before, and all are made to sum to one.
    """
    reach = 12 * np.sqrt(n * chance * (1 - chance)) + 40
    first = max(0, int(n * chance - reach))
    counts = np.arange(first, min(n, int(n * chance + reach)), dtype=np.float64)
    steps = np.log((n - counts) / (counts + 1) * chance / (1 - chance))
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    chances: Array = np.exp(logs - logs.max())
    return first, chances / chances.sum()
