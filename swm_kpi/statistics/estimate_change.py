"""The change between two estimates of which only the values and the intervals are known."""

from __future__ import annotations

import numpy as np

from swm_kpi.statistics.change import (
    NO_DISPERSION,
    Change,
    Dispersion,
    agree,
    require_dispersion,
)
from swm_kpi.statistics.intervals import Estimate
from swm_kpi.statistics.validate_args import (
    Numbers,
    broadcast,
    raise_where,
    require_finite,
    require_non_negative,
    require_positive,
    tail_probability,
    z_score,
)


def estimate_change(
    current: Estimate,
    previous: Estimate,
    *,
    dispersion: Dispersion = NO_DISPERSION,
    confidence: float = 0.95,
) -> Change:
    """Test whether two estimates differ, such as two medians with order-statistic intervals.

    The limits of the two estimates are combined by the method of variance estimates recovery: each
    side of the change takes the half of each interval that faces it. The half-widths are read as
    standard errors, so the p-value is normal, or Student's t where a dispersion is estimated.

    Sources: G. Y. Zou and A. Donner, *Construction of confidence limits about effect measures: a
    general approach*, Statistics in Medicine 27 (2008) 1693-1702; for medians from order statistics
    R. M. Price and D. G. Bonett, *Distribution-free confidence intervals for difference and ratio
    of medians*, Journal of Statistical Computation and Simulation 72 (2002) 119-124.

    Args:
        current: the current estimate and its interval at ``confidence``.
        previous: the earlier estimate and its interval, in the same unit.
        dispersion: how much more the series varies than its intervals explain.
        confidence: the confidence level of the three intervals, between 0 and 1.

    Raises:
        RequestError: a number is missing; a value is outside its interval; the shapes do not match;
            or another argument is not valid.
    """
    require_dispersion(dispersion)
    tail_probability(confidence)
    now, lower, upper, before, previous_lower, previous_upper = broadcast(
        **{
            f"{name}.{field}": require_finite(f"{name}.{field}", getattr(estimate, field))
            for name, estimate in (("current", current), ("previous", previous))
            for field in Estimate._fields
        }
    )
    raise_where("current", (now < lower) | (now > upper), "outside its interval", "Check its order")
    outside = (before < previous_lower) | (before > previous_upper)
    raise_where("previous", outside, "outside its interval", "Check its order")
    change = now - before
    below = np.hypot(now - lower, previous_upper - before)
    above = np.hypot(upper - now, before - previous_lower)
    facing = np.where(change > 0, below, above)
    known = facing > 0
    z = np.where(known, np.abs(change) / np.where(known, facing, 1) * z_score(confidence), np.inf)
    p_value = np.where(change == 0, 1.0, dispersion.p_value(np.asarray(z)))
    inflation = dispersion.inflation(confidence)
    return agree(
        change, change - below * inflation, change + above * inflation, p_value, confidence
    )


def spread_change(
    current: Numbers,
    previous: Numbers,
    deviation: Numbers,
    degrees: Numbers,
    *,
    current_periods: Numbers = 1,
    previous_periods: Numbers = 1,
    confidence: float = 0.95,
) -> Change:
    """Test a change against the variation of the series from period to period.

    For numbers of which no sampling model is known, such as sums of pounds, means without an
    interval and ratios of two measures. The standard error of a mean of several periods is the
    deviation divided by the square root of their number. The test is Student's t.

    Source: a prediction interval of a new observation, as in D. C. Montgomery, E. A. Peck and G. G.
    Vining, *Introduction to linear regression analysis* (5th edition, 2012), section 2.5, without
    the uncertainty of the fitted trend.

    Args:
        current: the current value of a period, or the mean of several.
        previous: the earlier value of a period, or the mean of several.
        deviation: the standard deviation of a period's value about the trend and the season.
        degrees: the degrees of freedom of the deviation.
        current_periods: of how many periods the current number is a mean.
        previous_periods: of how many periods the earlier number is a mean.
        confidence: the confidence level, between 0 and 1.

    Raises:
        RequestError: a number is missing or infinite; the deviation is below zero; the degrees or
            the periods are not above zero; or the confidence is not between 0 and 1.
    """
    from scipy.special import stdtr, stdtrit

    tail = tail_probability(confidence)
    fix = "Give 1 or more"
    now, before, spread, freedom, periods, previous_count = broadcast(
        current=require_finite("current", current),
        previous=require_finite("previous", previous),
        deviation=require_non_negative("deviation", deviation),
        degrees=require_positive("degrees", degrees, fix),
        current_periods=require_positive("current_periods", current_periods, fix),
        previous_periods=require_positive("previous_periods", previous_periods, fix),
    )
    change = now - before
    error = spread * np.sqrt(1 / periods + 1 / previous_count)
    safe = np.where(error > 0, error, 1)
    t = np.where(error > 0, np.abs(change) / safe, np.inf)
    p_value = np.where(change == 0, 1.0, 2 * stdtr(freedom, -t))
    half = -stdtrit(freedom, tail) * error
    return agree(change, change - half, change + half, p_value, confidence)
