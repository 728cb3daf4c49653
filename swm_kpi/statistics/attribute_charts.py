"""Charts of shares and of counts, with limits that allow for the size of each period."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from swm_kpi.errors import RequestError
from swm_kpi.statistics.chart_limits import (
    ChartLimits,
    segment_numbers,
    segment_slices,
    segment_starts,
    validate_minimum,
)
from swm_kpi.statistics.validate_args import Array, Numbers, as_numbers, raise_where
from swm_kpi.statistics.xmr import LIMIT_FACTOR, MINIMUM_POINTS, mean_range


def share_chart(
    numerator: Numbers,
    denominator: Numbers,
    *,
    prime: bool = True,
    screen_moving_ranges: bool = False,
    breaks: Sequence[int] = (),
    minimum: int = MINIMUM_POINTS,
) -> ChartLimits:
    """Return the limits of a P' chart, or of a p chart, of shares.

    The centre line is the sum of the numerators over the sum of the denominators. Sigma of a point
    is that of a binomial share of its denominator. A P' chart multiplies it by the mean moving
    range of the standardised shares over 1.128, so the limits are as wide as the shares vary: large
    denominators no longer put most points outside. With equal denominators it is the XmR chart.

    Sources: D. B. Laney, *Improved control charts for attributes*, Quality Engineering 14 (2002)
    531-537; for the p chart D. C. Montgomery, *Introduction to statistical quality control* (6th
    edition, 2009) section 7.2. The factor of the mean moving range is that of :func:`xmr`, 2.66.

    Args:
        numerator: the number of cases that meet the condition, in order of time along the last
            axis; None or NaN where one is missing.
        denominator: the number of cases; above zero where there is a numerator.
        prime: whether the limits follow the variation of the shares. False gives a p chart, which
            assumes that a share varies by chance alone.
        screen_moving_ranges: as in :func:`xmr`.
        breaks: as in :func:`xmr`.
        minimum: as in :func:`xmr`.

    Returns:
        The limits, as shares. They are not cut off at 0 or 1. They are NaN at a period without a
        denominator, and in a segment without two consecutive numbers.

    Raises:
        RequestError: a numerator is below zero or above its denominator; a denominator is not above
            zero; a number is infinite; or an option is not valid.
    """
    counts, sizes = _counts_and_sizes("numerator", numerator, "denominator", denominator)
    raise_where(
        "numerator", counts > sizes, "above the denominator", "A share counts a part of a whole"
    )
    return _limits(
        counts, sizes, breaks, minimum, prime=prime, screen=screen_moving_ranges, binomial=True
    )


def rate_chart(
    count: Numbers,
    exposure: Numbers,
    *,
    prime: bool = True,
    screen_moving_ranges: bool = False,
    breaks: Sequence[int] = (),
    minimum: int = MINIMUM_POINTS,
) -> ChartLimits:
    """Return the limits of a U' chart, or of a u or c chart, of counts over an exposure.

    The exposure is the days, people or units in which events are counted. The centre line is the
    sum of the counts over the sum of the exposures. Sigma of a point is that of a Poisson count; a
    U' chart multiplies it as a P' chart does. With equal exposures U' is the XmR chart of the
    rates, and a u chart of exposures of 1 is the c chart.

    Sources: as :func:`share_chart`; for the c and u charts Montgomery (2009) section 7.3.

    Args:
        count: the number of events, in order of time along the last axis; None or NaN where one is
            missing.
        exposure: the days, people or units of each period; above zero where there is a count.
        prime: whether the limits follow the variation of the rates. False gives a u chart, which
            assumes Poisson counts.
        screen_moving_ranges: as in :func:`xmr`.
        breaks: as in :func:`xmr`.
        minimum: as in :func:`xmr`.

    Returns:
        The limits, per unit of exposure. They are not cut off at 0. They are NaN at a period
        without an exposure, and in a segment without two consecutive numbers.

    Raises:
        RequestError: a count is below zero; an exposure is not above zero; a number is infinite; or
            an option is not valid.
    """
    counts, sizes = _counts_and_sizes("count", count, "exposure", exposure)
    return _limits(
        counts, sizes, breaks, minimum, prime=prime, screen=screen_moving_ranges, binomial=False
    )


def _counts_and_sizes(
    name: str, counts: Numbers, size_name: str, sizes: Numbers
) -> tuple[Array, Array]:
    """Return the counts and the sizes, with NaN where one is missing."""
    top, bottom = as_numbers(name, counts), as_numbers(size_name, sizes)
    if top.ndim == 0:
        raise RequestError(f"{name}= is one number, not a series. Give a list or an array.")
    try:
        bottom = np.broadcast_to(bottom, top.shape)
    except ValueError:
        raise RequestError(
            f"{size_name}= has shape {bottom.shape} and {name}= {top.shape}. Give a number for "
            "each period."
        ) from None
    raise_where(name, np.isinf(top), "infinite", "Give None where there is no value")
    raise_where(name, top < 0, "below zero", "Count from zero")
    is_size = np.isfinite(bottom) & (bottom > 0)
    wrong = ~is_size & ~np.isnan(top)
    raise_where(size_name, wrong, "missing or not above zero", "Leave out the count there")
    return top, np.where(is_size, bottom, np.nan)


def _limits(
    counts: Array,
    sizes: Array,
    breaks: Sequence[int],
    minimum: int,
    *,
    prime: bool,
    screen: bool,
    binomial: bool,
) -> ChartLimits:
    least = validate_minimum(minimum)
    count = counts.shape[-1]
    starts = segment_starts(breaks, count)
    mean, sigma = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    trial = np.zeros(counts.shape, dtype=np.bool_)
    known = ~np.isnan(counts)
    values = counts / sizes
    for here in segment_slices(starts, count):
        points = known[here].sum(axis=-1, keepdims=True)
        total = np.where(known[here], counts[here], 0).sum(axis=-1, keepdims=True)
        whole = np.where(known[here], sizes[here], 0).sum(axis=-1, keepdims=True)
        centre = np.divide(total, whole, out=np.full(total.shape, np.nan), where=whole > 0)
        variance = centre * (1 - centre) if binomial else centre
        chance = np.sqrt(np.maximum(variance, 0) / sizes[here])
        factor = np.ones(points.shape)
        if prime:
            scores = np.divide(
                values[here] - centre,
                chance,
                out=np.where(known[here] & (chance == 0), 0.0, np.nan),
                where=chance > 0,
            )
            ranges = np.abs(np.diff(scores, axis=-1))
            factor = LIMIT_FACTOR / 3 * mean_range(ranges, screen=screen)[..., :1]
            if ranges.shape[-1] == 0:
                factor = np.full(points.shape, np.nan)
        mean[here], sigma[here], trial[here] = centre, chance * factor, points < least
    return ChartLimits(
        values,
        mean,
        mean - 3 * sigma,
        mean + 3 * sigma,
        sigma,
        segment_numbers(starts, count),
        trial,
    )
