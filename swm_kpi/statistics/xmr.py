"""The XmR chart: individual values, their moving ranges and the limits of routine variation.

Sources: W. A. Shewhart's chart of individuals as D. J. Wheeler teaches it in *Understanding
variation* (1993), and NHS England's *Making data count*. Its Excel tool is the standard that the
NHS-R Community's open program NHSRplotthedots (version 0.2.2) copies, and where details are not in
print, that program's code fixes them here. An XmR chart is not lawful for rolling sums: neighbours
share most of their rows, so runs and trends appear in them that are not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swm_kpi.errors import RequestError
from swm_kpi.statistics.validate_args import Array, Numbers, as_numbers, raise_where

LIMIT_FACTOR = 2.66
"""Limits stand so many mean moving ranges from the mean: three sigma, which is 3 / d2 and d2 is
1.128. The rounded number is that of Wheeler, of Making Data Count and of NHSRplotthedots; programs
that divide by 1.128 (2.6596) get limits narrower by two parts in ten thousand.
"""
RANGE_FACTOR = 3.267
"""The upper limit of a moving range, in mean moving ranges: D4 for ranges of two. Elsewhere 3.27 or
3.268.
"""
MINIMUM_POINTS = 12
"""With fewer points the limits are on trial. NHSRplotthedots warns of fewer than 12 and fixes no
limits before; Making Data Count's single-chart tool shows limits from 13.
"""


class XmRLimits(NamedTuple):
    """An XmR chart: arrays in the shape of the values, the series along the last axis.

    What belongs to a segment stands at each of its points. NaN is *no answer*.

    Attributes:
        values: what was given; NaN where a value is missing.
        mean: the mean of the segment's values.
        lower, upper: the limits of routine variation; NaN in a segment with no moving range.
        sigma: a third of the way from the mean to a limit.
        moving_range: from the value before to this; NaN at the start of a segment, and where
            either is missing.
        moving_range_mean: the mean of the segment's moving ranges, of those kept if screened.
        moving_range_upper: the upper limit of the moving ranges.
        segment: the number of each point's segment, from 0; along the last axis only.
        trial: true where the segment has fewer points than the minimum.
    """

    values: Array
    mean: Array
    lower: Array
    upper: Array
    sigma: Array
    moving_range: Array
    moving_range_mean: Array
    moving_range_upper: Array
    segment: NDArray[np.intp]
    trial: NDArray[np.bool_]


def xmr(
    values: Numbers,
    screen_moving_ranges: bool = False,
    *,
    breaks: Sequence[int] = (),
    minimum: int = MINIMUM_POINTS,
) -> XmRLimits:
    """Return the mean, the limits and the moving ranges of one series, or of many.

    A missing value is a gap: it is not in the mean, no moving range reaches over it, and no signal
    does. It is never filled in. Limits are not cut off at zero or one: what a process cannot reach,
    its limits may pass.

    Args:
        values: the series, in order of time, along the last axis; None or NaN where there is none.
            Any further axes in front hold further series.
        screen_moving_ranges: leave out of the mean moving range, once, the moving ranges above
            3.267 times their mean, so that a single outlying point does not widen the limits.
            L. S. Nelson, *Control charts for individual measurements*, Journal of Quality Technology 14 (1982) 172-173,
            and L. P. Provost and S. K. Murray, *The health care data guide* (2011) 155 and 192, do
            so, and NHSRplotthedots by default; the Excel tool of Making Data Count does not. The
            values stay in the mean. A range that equals that limit is kept.
        breaks: where the process is known to have changed: the position, from 0, of the first point
            of each new segment. Each segment has its own mean and limits.
        minimum: with fewer points than this a segment's limits are on trial.

    Returns:
        The chart. If all values are equal the limits are the mean itself. A segment without a
        moving range, beside others that have one, has no limits: NaN there, and ``trial`` is true.

    Raises:
        RequestError: a series has no two numbers in a row, so that there is nothing to work limits
            out from (none, one, or each alone among gaps); a value is infinite; the values have no
            axis; or screen_moving_ranges=, breaks= or minimum= do not fit.
    """
    chart = xmr_or_nan(values, screen_moving_ranges, breaks=breaks, minimum=minimum)
    raise_where(
        "values",
        np.isnan(chart.moving_range).all(axis=-1),
        "without two numbers in a row, and so without limits",
        "Give two periods or more that follow one another",
    )
    return chart


def xmr_or_nan(
    values: Numbers,
    screen_moving_ranges: bool = False,
    *,
    breaks: Sequence[int] = (),
    minimum: int = MINIMUM_POINTS,
) -> XmRLimits:
    """Return the chart of :func:`xmr`, with NaN for limits where it would refuse a series.

    For a caller that says in its own words why there are none.
    """
    numbers = as_numbers("values", values)
    if numbers.ndim == 0:
        raise RequestError("values= is one number and no series. Give a list or an array.")
    raise_where("values", np.isinf(numbers), "infinite", "Give None where there is no value")
    if not isinstance(screen_moving_ranges, bool | np.bool_):
        raise RequestError(
            "screen_moving_ranges= is True or False: whether freak moving ranges are left out."
        )
    if isinstance(minimum, bool) or not isinstance(minimum, int | np.integer) or minimum < 1:
        raise RequestError("minimum= must be a whole number above 0: how many points are enough.")
    count = numbers.shape[-1]
    starts = _starts(breaks, count)
    segment = np.searchsorted(starts, np.arange(count), side="right") - 1
    moving = np.full(numbers.shape, np.nan)
    moving[..., 1:] = np.abs(np.diff(numbers, axis=-1))
    moving[..., starts[starts < count]] = np.nan
    mean, ranges, points = (np.full(numbers.shape, np.nan) for _ in range(3))
    for first, last in zip(starts, [*starts[1:], count], strict=True):
        here = (..., slice(first, last))
        mean[here] = _mean(numbers[here])
        kept = moving[here]
        average = _mean(kept)
        if screen_moving_ranges:
            average = _mean(np.where(kept > RANGE_FACTOR * average, np.nan, kept))
        ranges[here] = average
        points[here] = np.sum(~np.isnan(numbers[here]), axis=-1, keepdims=True)
    reach = LIMIT_FACTOR * ranges
    return XmRLimits(
        numbers,
        mean,
        mean - reach,
        mean + reach,
        reach / 3,
        moving,
        ranges,
        RANGE_FACTOR * ranges,
        segment,
        points < minimum,
    )


def _starts(breaks: Sequence[int], count: int) -> NDArray[np.intp]:
    """Return where each segment starts, the first at 0."""
    given = np.asarray(breaks)
    if given.size == 0:
        return np.zeros(1, dtype=np.intp)
    rising = given.ndim == 1 and given.dtype.kind in "iu" and np.all(np.diff(given) > 0)
    if not rising or given[0] < 1 or given[-1] >= count:
        raise RequestError(
            f"breaks= must be rising positions after the first point of a series of {count:,}: the "
            "position, from 0, of the first point of each new segment."
        )
    return np.concatenate([[0], given]).astype(np.intp)


def _mean(numbers: Array) -> Array:
    """Return the mean of what is there along the last axis, NaN where nothing is."""
    there = ~np.isnan(numbers)
    many = np.sum(there, axis=-1, keepdims=True)
    total = np.sum(np.where(there, numbers, 0), axis=-1, keepdims=True)
    mean = np.divide(total, many, out=np.full(total.shape, np.nan), where=many > 0)
    return np.broadcast_to(mean, numbers.shape)
