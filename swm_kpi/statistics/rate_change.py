"""The change between two rates of events over time."""

from __future__ import annotations

import numpy as np

from swm_kpi.statistics.change import (
    NO_DISPERSION,
    Change,
    Dispersion,
    agree,
    require_dispersion,
)
from swm_kpi.statistics.intervals import byar
from swm_kpi.statistics.validate_args import (
    Numbers,
    as_counts,
    broadcast,
    require_positive,
    tail_probability,
)

_DIVISOR = "Give the days, or the people times the days, that the events happened in"


def rate_change(
    events: Numbers,
    previous_events: Numbers,
    exposure: Numbers = 1.0,
    previous_exposure: Numbers = 1.0,
    *,
    dispersion: Dispersion = NO_DISPERSION,
    confidence: float = 0.95,
) -> Change:
    """Test whether two counts of events come from one rate.

    The test is conditional on the sum of the counts: if the rates are equal, the current count is
    binomial, with the current share of the exposure. The p-value is twice the smaller tail, at most
    1. If the series varies more than a Poisson process, the p-value is that of Student's t with the
    variance multiplied by the dispersion, and never below the exact one.

    The interval combines the limits of the two counts, exact or Byar's, by the method of variance
    estimates recovery.

    Sources: J. Przyborowski and H. Wilenski, *Homogeneity of results in testing samples from
    Poisson series*, Biometrika 31 (1940) 313-323, for the test; P. McCullagh and J. A. Nelder,
    *Generalized linear models* (2nd edition, 1989), section 6.2, for the dispersion; G. Y. Zou and
    A. Donner, *Construction of confidence limits about effect measures: a general approach*,
    Statistics in Medicine 27 (2008) 1693-1702, for the interval.

    Args:
        events: the current number of events; whole numbers.
        previous_events: the earlier number of events; whole numbers.
        exposure: the days that the current events happened in, or the people times the days.
        previous_exposure: the same of the earlier events.
        dispersion: how much more the series varies than a Poisson process.
        confidence: the confidence level of the interval, between 0 and 1.

    Returns:
        The change in events: the current count less what the earlier rate gives for the current
        exposure.

    Raises:
        RequestError: a count is missing, below zero or not whole; an exposure is missing or not
            above zero; the shapes do not match; or another argument is not valid.
    """
    from scipy.special import betainc, betaincc

    require_dispersion(dispersion)
    tail_probability(confidence)
    now, before, days, previous_days = broadcast(
        events=as_counts("events", events),
        previous_events=as_counts("previous_events", previous_events),
        exposure=require_positive("exposure", exposure, _DIVISOR),
        previous_exposure=require_positive("previous_exposure", previous_exposure, _DIVISOR),
    )
    scale = days / previous_days
    total, share = now + before, scale / (1 + scale)
    # The tails of a binomial distribution are incomplete beta functions.
    rest = total - now
    at_most = np.where(rest > 0, betaincc(now + 1, np.maximum(rest, 1), share), 1.0)
    at_least = np.where(now > 0, betainc(np.maximum(now, 1), rest + 1, share), 1.0)
    p_value = np.where(total > 0, np.minimum(1.0, 2 * np.minimum(at_most, at_least)), 1.0)
    deviation = np.sqrt(np.where(total > 0, total * share * (1 - share), 1))
    student = dispersion.p_value(np.asarray((now - total * share) / deviation))
    is_dispersed = (np.asarray(dispersion.factor) > 1) & (total > 0)
    p_value = np.where(is_dispersed, np.maximum(p_value, student), p_value)
    inflation = dispersion.inflation(confidence)
    lower, upper = byar(now, confidence)
    previous_lower, previous_upper = byar(before, confidence)
    change = now - before * scale
    below = np.hypot(now - lower, scale * (previous_upper - before)) * inflation
    above = np.hypot(upper - now, scale * (before - previous_lower)) * inflation
    return agree(change, change - below, change + above, p_value, confidence)
