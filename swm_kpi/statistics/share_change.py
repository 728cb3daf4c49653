"""The change between two shares of cases."""

from __future__ import annotations

import numpy as np

from swm_kpi.statistics.change import (
    NO_DISPERSION,
    Change,
    Dispersion,
    agree,
    require_dispersion,
)
from swm_kpi.statistics.intervals import wilson
from swm_kpi.statistics.validate_args import (
    Array,
    Numbers,
    broadcast,
    raise_where,
    require_non_negative,
    require_positive,
    tail_probability,
)

_LARGEST_Z = 40.0
_HALVINGS = 60


def share_change(
    cases: Numbers,
    total: Numbers,
    previous_cases: Numbers,
    previous_total: Numbers,
    *,
    dispersion: Dispersion = NO_DISPERSION,
    confidence: float = 0.95,
) -> Change:
    """Test whether two shares differ, and give the interval of their difference.

    The interval is R. G. Newcombe's hybrid of two score intervals. The p-value is one minus the
    confidence at which that interval would just touch zero, so that interval and test agree. If the
    series varies more than its numbers of cases explain, each total is divided by the dispersion,
    and the quantile is that of Student's t.

    For a weighted survey, give the effective number of answers as the total, and that number times
    the weighted share as the cases.

    Source: R. G. Newcombe, *Interval estimation for the difference between independent proportions:
    comparison of eleven methods*, Statistics in Medicine 17 (1998) 873-890, method 10.

    Args:
        cases: the current number of cases that count; it need not be whole.
        total: the current number of cases.
        previous_cases: the earlier number of cases that count.
        previous_total: the earlier number of cases.
        dispersion: how much more the series varies than a binomial share.
        confidence: the confidence level of the interval, between 0 and 1.

    Returns:
        The change of the share, from -1 to 1.

    Raises:
        RequestError: a number is missing or below zero; a total is zero or below its cases; the
            shapes do not match; or another argument is not valid.
    """
    require_dispersion(dispersion)
    tail_probability(confidence)
    empty = "A share of no cases does not exist"
    now, size, before, previous_size = broadcast(
        cases=require_non_negative("cases", cases),
        total=require_positive("total", total, empty),
        previous_cases=require_non_negative("previous_cases", previous_cases),
        previous_total=require_positive("previous_total", previous_total, empty),
    )
    for name, part, whole in (
        ("cases", now, size),
        ("previous_cases", before, previous_size),
    ):
        raise_where(name, part > whole, "above the total", "A share counts a part of a whole")
    squeeze = dispersion.inflation(confidence) ** 2
    share, previous_share = now / size, before / previous_size
    lower, upper = wilson(now / squeeze, size / squeeze, confidence)
    previous_lower, previous_upper = wilson(before / squeeze, previous_size / squeeze, confidence)
    change = share - previous_share
    below = np.hypot(share - lower, previous_upper - previous_share)
    above = np.hypot(upper - share, previous_share - previous_lower)
    factor = np.maximum(1.0, np.asarray(dispersion.factor))
    z = _z_that_touches_zero(share, size / factor, previous_share, previous_size / factor)
    p_value = np.where(change == 0, 1.0, dispersion.p_value(z * np.sqrt(factor)))
    return agree(
        change,
        np.maximum(change - below, -1),
        np.minimum(change + above, 1),
        p_value,
        confidence,
    )


def _z_that_touches_zero(share: Array, size: Array, previous: Array, previous_size: Array) -> Array:
    """Return the normal quantile at which the interval of the difference touches zero."""
    is_higher = share > previous
    high, high_size = (
        np.where(is_higher, share, previous),
        np.where(is_higher, size, previous_size),
    )
    low, low_size = np.where(is_higher, previous, share), np.where(is_higher, previous_size, size)
    gap = high - low
    below, above = np.zeros(gap.shape), np.full(gap.shape, _LARGEST_Z)
    for _ in range(_HALVINGS):
        z = (below + above) / 2
        reach = np.hypot(
            high - _score_limit(high, high_size, -z), _score_limit(low, low_size, z) - low
        )
        below, above = np.where(reach < gap, z, below), np.where(reach < gap, above, z)
    return np.asarray((below + above) / 2)


def _score_limit(share: Array, size: Array, z: Array) -> Array:
    """Return one limit of Wilson's score interval: the lower for a negative quantile."""
    squared = z * z
    middle = share + squared / (2 * size)
    spread = z * np.sqrt(share * (1 - share) / size + squared / (4 * size * size))
    return np.asarray((middle + spread) / (1 + squared / size))
