"""Charts of rare events: the number or the time between events, and limits of small counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swm_kpi.errors import RequestError
from swm_kpi.statistics.validate_args import (
    Array,
    Numbers,
    as_counts,
    as_numbers,
    raise_where,
    require_non_negative,
    require_positive,
)
from swm_kpi.statistics.xmr import xmr

T_CHART_POWER = 1 / 3.6
"""The power of times between Poisson events that is close to normal (Nelson)."""
TAIL = 0.00135
"""The probability beyond one three-sigma limit of a normal variable."""


class RareEventLimits(NamedTuple):
    """The limits of a G or T chart: arrays in the shape of the values.

    Attributes:
        values: the number or the time between events.
        centre: the centre line.
        lower, upper: the process limits. The lower is 0 or above.
        outside: 1 for a value above the upper limit, which means rarer events, -1 for one below the
            lower limit, 0 for none.
    """

    values: Array
    centre: Array
    lower: Array
    upper: Array
    outside: NDArray[np.int8]


def g_chart(between: Numbers) -> RareEventLimits:
    """Return the limits of a G chart: the number of opportunities between events.

    The numbers between events that are a Bernoulli process are geometric: their variance is the
    mean times the mean and one. The centre line is the median, because a geometric distribution is
    far from symmetric. The lower limit is 0 unless the mean were impossibly small, so a G chart
    shows rarer events, and not more frequent ones.

    Source: J. C. Benneyan, *Number-between g-type statistical quality control charts for monitoring
    adverse events*, Health Care Management Science 4 (2001) 305-318. The median as centre line is
    that of the program qicharts2.

    Args:
        between: the number of cases, days or periods without the event between two events, in order
            of time; whole numbers from 0, one dimension.

    Returns:
        The centre line and the limits: the mean plus and minus three standard deviations.

    Raises:
        RequestError: there are fewer than two numbers, or a number is missing, below zero or not
            whole.
    """
    values = _series("between", as_counts("between", between))
    mean = values.mean()
    spread = 3 * np.sqrt(mean * (mean + 1))
    return _rare_event_limits(values, np.median(values), max(mean - spread, 0.0), mean + spread)


def t_chart(between: Numbers) -> RareEventLimits:
    """Return the limits of a T chart: the time between events.

    The times between Poisson events are exponential. To the power 1/3.6 they are close to normal;
    the chart has the limits of the XmR chart of these powers, transformed back.

    For runs, trends and two of three, use ``xmr(times ** T_CHART_POWER)``.

    Source: L. S. Nelson, *A control chart for parts-per-million nonconforming items*, Journal of
    Quality Technology 26 (1994) 239-240; D. C. Montgomery, *Introduction to statistical quality
    control* (6th edition, 2009) section 7.3.5.

    Args:
        between: the times between two events, such as days and fractions of days, in order; above
            zero, one dimension.

    Returns:
        The centre line and the limits, in the unit of the times. A lower limit below zero is 0.

    Raises:
        RequestError: there are fewer than two times, or a time is missing or not above zero.
    """
    fix = "Give times of day too, so that no time between two events is zero"
    values = _series("between", require_positive("between", between, fix))
    limits = xmr(values**T_CHART_POWER)
    centre, lower, upper = (
        max(float(limit[0]), 0.0) ** (1 / T_CHART_POWER)
        for limit in (limits.mean, limits.lower, limits.upper)
    )
    return _rare_event_limits(values, centre, lower, upper)


def small_count_limits(
    mean: Numbers, dispersion: Numbers = 1.0, whole: Numbers | None = None
) -> tuple[Array, Array]:
    """Return the probability limits of small counts.

    The limits are those of three sigma of a normal variable: a count beyond one of them has a
    probability of at most 0.00135. The count is Poisson; binomial if the number of cases is given;
    negative binomial where the dispersion is above 1.

    Source: D. C. Montgomery, *Introduction to statistical quality control* (6th edition, 2009)
    section 7.3.1, on probability limits.

    Args:
        mean: the expected count of each period; 0 or more.
        dispersion: the variance over that of a Poisson or binomial count; 1 or more.
        whole: the number of cases that each count is a part of; None for events.

    Returns:
        The smallest and the largest count inside the limits, in the shape to which the arguments
        broadcast.

    Raises:
        RequestError: a mean is missing, below zero or above 1,000; a dispersion is below 1; or a
            mean is above its number of cases.
    """
    means = require_non_negative("mean", mean)
    raise_where("mean", means > 1000, "above 1,000", "Use a chart of rates for such counts")
    ratios = require_positive("dispersion", dispersion, "Give 1 for chance alone")
    raise_where("dispersion", ratios < 1, "below 1", "Give 1 for chance alone")
    sizes = np.full(means.shape, np.inf) if whole is None else as_numbers("whole", whole)
    means, ratios, sizes = np.broadcast_arrays(means, ratios, sizes)
    raise_where("mean", means > sizes, "above the number of cases", "A count is a part of them")
    lower, upper = np.zeros(means.shape), np.zeros(means.shape)
    for index in np.ndindex(means.shape):
        pair = _count_limits(float(means[index]), float(ratios[index]), float(sizes[index]))
        lower[index], upper[index] = pair
    return lower, upper


def _count_limits(mean: float, ratio: float, whole: float) -> tuple[float, float]:
    """Return the smallest and the largest count inside the limits."""
    from scipy.special import betainc, pdtr

    if mean == 0:
        return 0.0, 0.0
    most = int(mean + 12 * np.sqrt(mean * ratio) + 40 * ratio)
    counts = np.arange(min(most, whole) + 1)
    if ratio > 1:
        probability = 1 / ratio
        at_most = betainc(mean * probability / (1 - probability), counts + 1, probability)
    elif np.isfinite(whole):
        left = np.maximum(whole - counts, 1e-300)
        at_most = np.where(counts >= whole, 1.0, betainc(left, counts + 1, 1 - mean / whole))
    else:
        at_most = pdtr(counts, mean)
    lower = int(np.count_nonzero(at_most < TAIL))
    upper = int(np.count_nonzero(at_most < 1 - TAIL))
    return float(lower), float(min(upper, counts[-1]))


def _series(name: str, values: Array) -> Array:
    if values.ndim != 1 or values.size < 2:
        raise RequestError(f"{name}= is not a series of two or more numbers. Give a list of them.")
    return values


def _rare_event_limits(values: Array, centre: float, lower: float, upper: float) -> RareEventLimits:
    outside = (values > upper).astype(np.int8) - (values < lower).astype(np.int8)
    centres, lowers, uppers = (np.full(values.shape, float(x)) for x in (centre, lower, upper))
    return RareEventLimits(values, centres, lowers, uppers, outside)
