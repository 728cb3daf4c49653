"""The limits of funnel plots, which compare the members of a breakdown with their average.

Sources: D. J. Spiegelhalter, *Funnel plots for comparing institutional performance*, Statistics in
Medicine 24 (2005) 1185-1202; and the *Public health technical guidance* of the Office for Health
Improvement and Disparities (fingertips.phe.org.uk), page *Funnel plots*, for the limits at 95% and
99.8% and for which intervals they invert.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swm_kpi.errors import RequestError
from swm_kpi.statistics.validate_args import (
    Array,
    Numbers,
    broadcast,
    raise_where,
    require_finite,
    require_non_negative,
    require_positive,
    tail_probability,
    z_score,
)

FUNNEL_LEVELS = (0.95, 0.998)
"""The confidence levels of the inner and of the outer limits."""
_BISECTIONS = 64
_LEAST_AVERAGE, _MOST_EVENTS = 1e-100, 1e12


class FunnelLimits(NamedTuple):
    """Between which values a member that does not differ from the average is expected to lie.

    Attributes:
        lower_95, upper_95: the limits at 95%: 1 member in 20 lies outside them by chance.
        lower_998, upper_998: the limits at 99.8%: 1 member in 500 lies outside them by chance.
    """

    lower_95: Array
    upper_95: Array
    lower_998: Array
    upper_998: Array


def share_funnel(denominator: Numbers, average: float, spread: float = 0.0) -> FunnelLimits:
    """Return the funnel limits of shares.

    A share lies on a limit if the average lies on the limit of its Wilson interval. That is
    average ± z √(average (1 - average) / denominator), cut off at 0 and 1.

    Args:
        denominator: how many cases each member has; the effective sample size of a survey.
        average: the average share, from 0 to 1.
        spread: the standard deviation between members that do not differ from each other by more
            than members usually do: see :func:`share_overdispersion`. 0 without overdispersion.

    Returns:
        The limits, from 0 to 1, in the shape of the denominators.

    Raises:
        RequestError: a denominator is missing, infinite, zero or below; the average is not from 0
            to 1; or the spread is below zero.
    """
    cases = require_positive("denominator", denominator, "Leave out empty groups")
    centre, tau = _single_number("average", average), _single_number("spread", spread)
    raise_where("average", centre > 1, "above 1", "Write 0.9 for 90%")
    error = np.sqrt(centre * (1 - centre) / cases + tau**2)
    limits = [
        np.clip(centre + sign * z_score(level) * error, 0, 1)
        for level in FUNNEL_LEVELS
        for sign in (-1, 1)
    ]
    return FunnelLimits(*limits)


def rate_funnel(
    exposure: Numbers, average: float, scale: float = 1.0, spread: float = 0.0
) -> FunnelLimits:
    """Return the funnel limits of rates of events, or of ratios of observed to expected events.

    A rate lies on a limit if the average lies on the limit of its exact Poisson interval (F.
    Garwood, *Fiducial limits for the Poisson distribution*, Biometrika 28 (1936) 437-442). Between
    whole numbers of events the limits are those of the gamma distribution, which is continuous.
    With a spread, the distance of each limit from the average grows as its standard error does.

    Args:
        exposure: the people, person-years or days of each member; for a ratio, the expected events.
        average: the average rate, per ``scale``; 1 for a ratio with a standard.
        scale: the number of people of the rate, such as 1,000.
        spread: the standard deviation between members, in the unit of the average: see
            :func:`rate_overdispersion`. 0 without overdispersion.

    Returns:
        The limits, in the unit of the average, in the shape of the exposures.

    Raises:
        RequestError: an exposure is missing, infinite, zero or below; the average or the spread is
            below zero; or the scale is not above zero.
    """
    time = require_positive("exposure", exposure, "Leave out areas where nobody lives")
    centre, tau = _single_number("average", average), _single_number("spread", spread)
    per = _single_number("scale", scale)
    raise_where("scale", per == 0, "zero", "Per 1,000 people is scale=1_000")
    raise_where(
        "average", (centre > 0) & (centre < _LEAST_AVERAGE), "too near zero", "Use a larger scale"
    )
    expected = centre * time / per
    raise_where("exposure", expected > _MOST_EVENTS, "too large", "Give it in a larger unit")
    growth = np.ones(expected.shape)
    if centre > 0:
        growth = np.sqrt(1 + tau**2 * time / (per * centre))
    limits = []
    for level in FUNNEL_LEVELS:
        tail = tail_probability(level)
        for events in (_events_at(expected, tail), _events_at(expected, 1 - tail) + 1):
            on_limit = events * per / time
            limits.append(np.maximum(centre + (on_limit - centre) * growth, 0))
    return FunnelLimits(*limits)


def funnel_position(value: Numbers, limits: FunnelLimits) -> NDArray[np.str_]:
    """Return where each value lies: ``above 99.8%``, ``above 95%``, ``within``, ``below 95%`` ...

    A value on a limit lies within it.

    Args:
        value: the values of the members, in the unit of the limits.
        limits: their limits, in the shape of the values.

    Raises:
        RequestError: a value is missing or infinite, or the shapes do not match.
    """
    values, *sides = broadcast(value=require_finite("value", value), **limits._asdict())
    lower_95, upper_95, lower_998, upper_998 = sides
    return np.select(
        [values > upper_998, values > upper_95, values < lower_998, values < lower_95],
        ["above 99.8%", "above 95%", "below 99.8%", "below 95%"],
        "within",
    )


def _single_number(name: str, number: float) -> Array:
    """Return one number from zero."""
    checked = require_non_negative(name, number)
    if checked.ndim:
        raise RequestError(f"{name}= must be one number.")
    return checked


def _events_at(expected: Array, probability: float) -> Array:
    """Return the number of events k, from -1, for which P(X <= k) is a probability.

    The Poisson distribution function of whole k is the regularised gamma function of k + 1, which
    is continuous and increasing in k, so bisection finds k to the last bit.
    """
    from scipy.special import gammaincc

    reach = 40 * np.sqrt(expected) + 60
    low, high = np.maximum(expected - reach, -1.0), expected + reach
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        is_below = gammaincc(np.maximum(middle + 1, 1e-300), expected) < probability
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return np.asarray(high)
