"""An interval of a median that assumes nothing about how the values are spread."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swm_kpi.statistics.asking import Numbers, tail_of, whole, z_of

EXACT_TO = 5_000
"""Up to so many values the ranks are exact; for more they come from a normal approximation."""


class Ranks(NamedTuple):
    """Places in sorted values, from 1; 0 where there are too few values for an interval."""

    lower: NDArray[np.int64]
    upper: NDArray[np.int64]


def median_ranks(n: Numbers, confidence: float = 0.95) -> Ranks:
    """Return which of the sorted values are the limits of the median.

    The number of values below the true median is binomial with a chance of one half, whatever the
    distribution. The ranks are the innermost symmetric pair that holds the median at least as often
    as the confidence says: the k-th smallest and the k-th largest. Values that tie make the
    interval hold it more often, never less.

    Source: W. J. Conover, *Practical nonparametric statistics*, chapter on the binomial test. Up to
    ``EXACT_TO`` values the binomial is summed in whole numbers, so an exact 75% is 75%. Above, the
    normal approximation with continuity correction and the first Cornish-Fisher term for the
    kurtosis of the binomial is used; it gives the exact rank in all but two cases of a thousand,
    and in those the next one.

    Args:
        n: how many values; whole numbers in any shape.
        confidence: the chance that such intervals hold the true median.

    Returns:
        The ranks of the lower and upper limit, counted from 1; both 0 where even the smallest and
        the largest value do not reach the confidence, as for fewer than 6 values at 95%.

    Raises:
        RequestError: a number is missing, infinite, below zero or not whole, or the confidence is
            not between 0 and 1.
    """
    tail_of(confidence)
    size = whole("n", n).astype(np.int64)
    table = _exact(float(confidence))
    lower = np.take(table, np.minimum(size, EXACT_TO))
    large = size > EXACT_TO
    if np.any(large):
        z = z_of(confidence)
        root = np.sqrt(np.where(large, size, 1))
        deviate = z - (z**3 - 3 * z) / (12 * root**2)
        near = np.floor((size + 1 - deviate * root) / 2)
        lower = np.where(large, np.maximum(near, 0), lower).astype(np.int64)
    return Ranks(lower, np.where(lower > 0, size + 1 - lower, 0))


@lru_cache(maxsize=8)
def _exact(confidence: float) -> NDArray[np.int64]:
    """Return the lower rank for every number of values up to ``EXACT_TO``.

    ``below`` is the number of ways, out of 2 to the n, in which fewer than ``rank`` values lie
    below the median, and ``ways`` the number in which exactly ``rank - 1`` do. From n to n + 1 the
    rank stays or rises by one.
    """
    # 0.95 is meant as written, not as the nearest binary fraction to it.
    left = (1 - Fraction(repr(confidence))) / 2
    ranks = np.zeros(EXACT_TO + 1, dtype=np.int64)
    rank, below, ways = 0, 0, 0
    for n in range(1, EXACT_TO + 1):
        # Pascal's rule: the ways for n values from those for n - 1.
        below, ways = 2 * below - ways, (ways * n // (n - rank + 1) if rank else 0)
        following = ways * (n - rank + 1) // rank if rank else 1
        if (below + following) * left.denominator <= left.numerator << n:
            rank, below, ways = rank + 1, below + following, following
        ranks[n] = rank
    ranks.setflags(write=False)
    return ranks
