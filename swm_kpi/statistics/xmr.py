"""The XmR chart: individual values, their moving ranges and the process limits.

Sources: the chart of individuals of W. A. Shewhart, as D. J. Wheeler teaches it in *Understanding
variation* (1993), and *Making data count*, NHS England. The NHS-R Community's open program
NHSRplotthedots (version 0.2.2) copies the Excel tool of *Making data count*. Where a detail is not
in print, the code of that program decides it here.

An XmR chart is not valid for rolling sums. Neighbouring sums share most of their rows, so the chart
shows runs and trends that do not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swm_kpi.errors import RequestError
from swm_kpi.statistics.chart_limits import (
    segment_numbers,
    segment_slices,
    segment_starts,
    validate_minimum,
)
from swm_kpi.statistics.validate_args import Array, Numbers, as_numbers, raise_where

LIMIT_FACTOR = 2.66
"""Distance of a process limit from the mean, in mean moving ranges.

It is three sigma: 3 / d2, where d2 is 1.128. Wheeler, Making Data Count and NHSRplotthedots use
this rounded number. Programs that divide by 1.128 use 2.6596: narrower limits, by two parts in
ten thousand.
"""
RANGE_FACTOR = 3.267
"""Upper limit of a moving range, in mean moving ranges: D4 for ranges of two points.

Other texts round it to 3.27 or 3.268.
"""
MINIMUM_POINTS = 12
"""With fewer points the limits are trial limits.

NHSRplotthedots warns below 12 points and fixes no limits before. The single-chart tool of Making
Data Count shows limits from 13 points.
"""


class XmRLimits(NamedTuple):
    """The process limits of one or more series.

    All arrays except ``segment`` have the shape of the values, with time along the last axis. A
    number that belongs to a segment is repeated at each point of the segment. NaN means that there
    is no such number. All numbers are in the unit of the values.

    Attributes:
        values: the values; NaN where one is missing.
        mean: the mean of the segment.
        lower, upper: the process limits; NaN in a segment without a moving range.
        sigma: a third of the distance from the mean to a limit.
        moving_range: the absolute difference from the value before; NaN at the start of a segment
            and where either value is missing.
        moving_range_mean: the mean moving range of the segment, after screening if requested.
        moving_range_upper: the upper limit of the moving ranges.
        segment: the number of the segment of each point, from 0; one axis, time.
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
    """Return the mean, the process limits and the moving ranges of one series or of many.

    A missing value is a gap. It is never filled in: the mean leaves it out, and no moving range and
    no signal crosses it. Limits are not cut off at zero or one, so a limit may lie beyond what the
    process can reach.

    Sources: Wheeler (1993) and *Making data count*, as the module says.

    Args:
        values: the series, in order of time along the last axis; None or NaN where a value is
            missing. Leading axes hold further series.
        screen_moving_ranges: leave out of the mean moving range, once, every moving range above
            3.267 times that mean, so that one outlying point does not widen the limits. The values
            stay in the mean. A range equal to that limit is kept. Sources: L. S. Nelson, *Control
            charts for individual measurements*, Journal of Quality Technology 14 (1982) 172-173; L.
            P. Provost and S. K. Murray, *The health care data guide* (2011) 155 and 192.
            NHSRplotthedots screens by default, and the Excel tool of Making Data Count does not.
        breaks: positions, from 0, of the first point of each new segment. The limits are
            recalculated there: each segment has its own mean and limits.
        minimum: a segment with fewer points than this has trial limits.

    Returns:
        The limits. If all values are equal, both limits equal the mean. If a segment has no moving
        range and another segment has one, its limits are NaN and its ``trial`` is true.

    Raises:
        RequestError: a series has no two consecutive numbers, so there is no moving range; a value
            is infinite; ``values`` is a single number; or ``screen_moving_ranges``, ``breaks`` or
            ``minimum`` is not valid.
    """
    limits = xmr_or_nan(values, screen_moving_ranges, breaks=breaks, minimum=minimum)
    raise_where(
        "values",
        np.isnan(limits.moving_range).all(axis=-1),
        "without two consecutive numbers, so there are no limits",
        "Give two or more consecutive periods",
    )
    return limits


def xmr_or_nan(
    values: Numbers,
    screen_moving_ranges: bool = False,
    *,
    breaks: Sequence[int] = (),
    minimum: int = MINIMUM_POINTS,
) -> XmRLimits:
    """Return the limits of :func:`xmr`, or NaN where a series has no two consecutive numbers.

    Use it where the caller explains the missing limits itself.

    Raises:
        RequestError: as :func:`xmr`, except for a series without a moving range.
    """
    numbers = as_numbers("values", values)
    if numbers.ndim == 0:
        raise RequestError("values= is one number, not a series. Give a list or an array.")
    raise_where("values", np.isinf(numbers), "infinite", "Give None where there is no value")
    if not isinstance(screen_moving_ranges, bool | np.bool_):
        raise RequestError(
            "screen_moving_ranges= is not True or False. True leaves out outlying moving ranges."
        )
    least = validate_minimum(minimum)
    count = numbers.shape[-1]
    starts = segment_starts(breaks, count)
    moving_range = np.full(numbers.shape, np.nan)
    moving_range[..., 1:] = np.abs(np.diff(numbers, axis=-1))
    moving_range[..., starts[starts < count]] = np.nan
    mean, range_mean, points = (np.full(numbers.shape, np.nan) for _ in range(3))
    for here in segment_slices(starts, count):
        mean[here] = nan_mean(numbers[here])
        range_mean[here] = mean_range(moving_range[here], screen=screen_moving_ranges)
        points[here] = np.sum(~np.isnan(numbers[here]), axis=-1, keepdims=True)
    distance = LIMIT_FACTOR * range_mean
    return XmRLimits(
        numbers,
        mean,
        mean - distance,
        mean + distance,
        distance / 3,
        moving_range,
        range_mean,
        RANGE_FACTOR * range_mean,
        segment_numbers(starts, count),
        points < least,
    )


def mean_range(ranges: Array, *, screen: bool) -> Array:
    """Return the mean moving range of a segment, screened once if requested; NaN without any."""
    average = nan_mean(ranges)
    if not screen:
        return average
    return nan_mean(np.where(ranges > RANGE_FACTOR * average, np.nan, ranges))


def nan_mean(numbers: Array) -> Array:
    """Return the mean along the last axis without NaN; NaN where every number is NaN.

    Unlike numpy's ``nanmean`` it does not warn, and it keeps the shape of the numbers.
    """
    known = ~np.isnan(numbers)
    count = np.sum(known, axis=-1, keepdims=True)
    total = np.sum(np.where(known, numbers, 0), axis=-1, keepdims=True)
    mean = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return np.broadcast_to(mean, numbers.shape)
