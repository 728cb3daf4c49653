"""The four special-cause rules of an XmR chart, as NHS England's *Making data count* applies them.

Each rule is a function of the limits that :func:`xmr` or a function of a chart of shares or counts
returns. It returns one number for each
point: 1 for a signal above the mean or rising, -1 for a signal below the mean or falling, 0 for no
signal. Every point of a run or trend is flagged, not only the one that completes it. No rule
crosses a gap or the start of a segment, and there is no signal where there are no limits. The rules
do not know which direction is better.

Two numbers that differ by less than a million-millionth of the largest value count as equal,
because floating-point rounding causes such differences.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swm_kpi.errors import RequestError
from swm_kpi.statistics.chart_limits import ChartLimits
from swm_kpi.statistics.validate_args import Array
from swm_kpi.statistics.xmr import XmRLimits

Signals = NDArray[np.int8]
Limits = XmRLimits | ChartLimits
"""The limits of an XmR chart, or of a chart of shares or counts."""
RUN_LENGTH = 7
"""The number of consecutive points on one side of the mean that make a run.

Making Data Count uses seven, and its Excel tool also offers six. Wheeler and Western Electric use
eight, Nelson nine.
"""
TREND_LENGTH = 7
"""The number of consecutive rising or falling points that make a trend: one more than its steps.

Making Data Count uses seven, and its Excel tool also offers six. Rules for run charts use five or
six.
"""
_ROUNDING = 1e-12


def outside_limits(limits: Limits) -> Signals:
    """Flag each point above its upper limit or below its lower limit.

    A point on a limit is not flagged. Making Data Count calls a flagged point an astronomical
    point. The result has the shape of the values.
    """
    values, tolerance = limits.values, _tolerance(limits)
    above = np.greater(values, limits.upper + tolerance)
    below = np.less(values, limits.lower - tolerance)
    return above.astype(np.int8) - below.astype(np.int8)


def runs(limits: Limits, length: int = RUN_LENGTH) -> Signals:
    """Flag all points of each run: at least ``length`` consecutive points on one side of the mean.

    A point on the mean is on neither side and ends the run, as in NHSRplotthedots. Rules for run
    charts skip such a point instead. The result has the shape of the values.

    Raises:
        RequestError: the length is not a whole number above 1.
    """
    side = _side_of_mean(limits)
    linked = (side[..., 1:] == side[..., :-1]) & (side[..., 1:] != 0) & _same_segment(limits)
    is_run = _run_lengths(linked, limits) >= _validate_length("length", length)
    return np.where(is_run, side, 0).astype(np.int8)


def trends(limits: Limits, length: int = TREND_LENGTH) -> Signals:
    """Flag all points of each trend: at least ``length`` points, each above (or below) the last.

    Seven points are six consecutive rises or six consecutive falls. Two equal neighbours end a
    trend, as in NHSRplotthedots; rules for run charts count them as one point. A point that ends
    one trend and starts the opposite one gets the sign of the second, as in NHSRplotthedots. The
    result has the shape of the values.

    Raises:
        RequestError: the length is not a whole number above 1.
    """
    minimum = _validate_length("length", length)
    step = np.diff(limits.values, axis=-1)
    tolerance = _tolerance(limits)[..., 1:]
    rising = _run_lengths((step > tolerance) & _same_segment(limits), limits) >= minimum
    falling = _run_lengths((step < -tolerance) & _same_segment(limits), limits) >= minimum
    turns_down = rising & falling
    turns_down[..., :-1] &= step < 0
    return np.where(falling & (turns_down | ~rising), -1, rising).astype(np.int8)


def two_of_three(limits: Limits, *, outside: bool = True) -> Signals:
    """Flag points beyond two sigma, where two of three consecutive points are beyond it.

    All three points must be on the same side of the mean, as Making Data Count applies the rule.
    The third point is flagged only if it is beyond two sigma too. The *Western Electric* handbook
    (1956) allows the third point to be anywhere. The result has the shape of the values.

    Args:
        limits: the limits.
        outside: whether points outside the process limits count among the two. The tools of Making
            Data Count have counted them since its team announced it in November 2023. False leaves
            them out, as the tools did before and as NHSRplotthedots 0.2.2 does.
    """
    side, tolerance = _side_of_mean(limits), _tolerance(limits)
    far = np.abs(limits.values - limits.mean) > 2 * limits.sigma + tolerance
    if not outside:
        far &= outside_limits(limits) == 0
    flagged = np.zeros(side.shape, dtype=np.int8)
    count = side.shape[-1]
    if count < 3:
        return flagged
    windows = [slice(shift, count - 2 + shift) for shift in range(3)]
    first, second, third = windows
    same_segment = _same_segment(limits)
    same_side = (side[..., first] == side[..., second]) & (side[..., second] == side[..., third])
    connected = same_side & (side[..., first] != 0) & same_segment[..., :-1] & same_segment[..., 1:]
    signal = connected & (sum(far[..., window].astype(np.int8) for window in windows) >= 2)
    for window in windows:
        flagged[..., window] |= np.where(signal & far[..., window], 1, 0).astype(np.int8)
    return flagged * side


def _side_of_mean(limits: Limits) -> Signals:
    """Return 1 for a point above the mean, -1 below, and 0 on the mean or in a gap."""
    above = np.greater(limits.values, limits.mean + _tolerance(limits))
    below = np.less(limits.values, limits.mean - _tolerance(limits))
    return above.astype(np.int8) - below.astype(np.int8)


def _tolerance(limits: Limits) -> Array:
    """Return the difference up to which two numbers count as equal."""
    sizes = np.abs(np.nan_to_num(limits.values))
    largest = np.max(sizes, axis=-1, keepdims=True, initial=0)
    return np.broadcast_to(_ROUNDING * largest, limits.values.shape)


def _same_segment(limits: Limits) -> NDArray[np.bool_]:
    """Return, for each point except the first, whether the point before is in its segment."""
    same: NDArray[np.bool_] = limits.segment[1:] == limits.segment[:-1]
    return same


def _run_lengths(linked: NDArray[np.bool_], limits: Limits) -> NDArray[np.intp]:
    """Return, for each point, the number of points in its chain of linked neighbours."""
    place = np.arange(limits.values.shape[-1])
    ends = np.ones((*linked.shape[:-1], 1), dtype=np.bool_)
    starts = np.where(np.concatenate([ends, ~linked], axis=-1), place, 0)
    stops = np.where(np.concatenate([~linked, ends], axis=-1), place, place[-1:])
    first = np.maximum.accumulate(starts, axis=-1)
    last = np.minimum.accumulate(stops[..., ::-1], axis=-1)[..., ::-1]
    lengths: NDArray[np.intp] = last - first + 1
    return lengths


def _validate_length(name: str, length: int) -> int:
    if isinstance(length, bool) or not isinstance(length, int | np.integer) or length < 2:
        raise RequestError(f"{name}= must be a whole number of points above 1.")
    return int(length)
