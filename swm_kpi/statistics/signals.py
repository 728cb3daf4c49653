"""The signals of special causes on an XmR chart, as NHS England's *Making data count* reads it.

Each rule is a function of a chart, and answers for each point: 1 for a signal above the mean or
rising, -1 for one below or falling, 0 for none. Every point of a run or trend is in it, not only
the one that completes it. No rule reaches over a gap or from one segment into the next; where there
are no limits there is no signal. Whether up is good is not said here.

Two numbers that differ by less than a millionth of a millionth of the largest value are taken as
equal: they came apart in rounding.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swm_kpi.errors import RequestError
from swm_kpi.statistics.validate_args import Array
from swm_kpi.statistics.xmr import XmRLimits

Signals = NDArray[np.int8]
RUN_LENGTH = 7
"""So many points on one side of the mean are a run: seven in Making Data Count, whose Excel tool
also offers six; eight in Wheeler and Western Electric, nine in Nelson.
"""
TREND_LENGTH = 7
"""So many points in a row rising or falling are a trend, which is one step fewer: seven in Making
Data Count, whose Excel tool also offers six; five or six in rules for run charts.
"""
_ROUNDING = 1e-12


def outside_limits(chart: XmRLimits) -> Signals:
    """Flag each point above its upper limit or below its lower one; on a limit is inside.

    Making Data Count calls it an astronomical point.
    """
    values, slack = chart.values, _tolerance(chart)
    above = np.greater(values, chart.upper + slack)
    below = np.less(values, chart.lower - slack)
    return above.astype(np.int8) - below.astype(np.int8)


def runs(chart: XmRLimits, length: int = RUN_LENGTH) -> Signals:
    """Flag all points of each run of at least ``length`` on one side of the mean.

    A point on the mean is on neither side, and ends the run, as in NHSRplotthedots. Rules for run
    charts pass over it instead.

    Raises:
        RequestError: the length is not a whole number above 1.
    """
    side = _side(chart)
    linked = (side[..., 1:] == side[..., :-1]) & (side[..., 1:] != 0) & _same_segment(chart)
    return np.where(
        _run_lengths(linked, chart) >= _validate_length("length", length), side, 0
    ).astype(np.int8)


def trends(chart: XmRLimits, length: int = TREND_LENGTH) -> Signals:
    """Flag all points of each trend of at least ``length`` points, each above (or below) the last.

    Seven points are six rises, or six falls, one after another. Two equal neighbours end a trend,
    as in NHSRplotthedots; rules for run charts count them as one point. A point that ends one trend
    and starts the opposite one belongs to the second, as there.

    Raises:
        RequestError: the length is not a whole number above 1.
    """
    least = _validate_length("length", length)
    step = np.diff(chart.values, axis=-1)
    slack = _tolerance(chart)[..., 1:]
    rising = _run_lengths((step > slack) & _same_segment(chart), chart) >= least
    falling = _run_lengths((step < -slack) & _same_segment(chart), chart) >= least
    turns_down = rising & falling
    turns_down[..., :-1] &= step < 0
    return np.where(falling & (turns_down | ~rising), -1, rising).astype(np.int8)


def two_of_three(chart: XmRLimits, *, outside: bool = True) -> Signals:
    """Flag points beyond two sigma, of which two are among three neighbours on one side.

    All three must be on the same side of the mean; the third is not flagged unless it is beyond two
    sigma itself. So Making Data Count reads its rule of two in three points near a limit. The
    *Western Electric* handbook (1956) lets the third point be anywhere.

    Args:
        chart: the chart.
        outside: whether points beyond the limits count among the two, as in the tools of Making
            Data Count since its team announced it in November 2023. False leaves them out, as the
            tools did before and NHSRplotthedots 0.2.2 does.
    """
    side, slack = _side(chart), _tolerance(chart)
    far = np.abs(chart.values - chart.mean) > 2 * chart.sigma + slack
    if not outside:
        far &= outside_limits(chart) == 0
    found = np.zeros(side.shape, dtype=np.int8)
    count = side.shape[-1]
    if count < 3:
        return found
    three = [slice(each, count - 2 + each) for each in range(3)]
    same = _same_segment(chart)
    level = (side[..., three[0]] == side[..., three[1]]) & (
        side[..., three[1]] == side[..., three[2]]
    )
    joined = level & (side[..., three[0]] != 0) & same[..., :-1] & same[..., 1:]
    signal = joined & (sum(far[..., each].astype(np.int8) for each in three) >= 2)
    for each in three:
        found[..., each] |= np.where(signal & far[..., each], 1, 0).astype(np.int8)
    return found * side


def _side(chart: XmRLimits) -> Signals:
    """Return which side of the mean each point is on; 0 on the mean, and in a gap."""
    above = np.greater(chart.values, chart.mean + _tolerance(chart))
    below = np.less(chart.values, chart.mean - _tolerance(chart))
    return above.astype(np.int8) - below.astype(np.int8)


def _tolerance(chart: XmRLimits) -> Array:
    """Return how far apart two numbers must be to differ by more than rounding."""
    sizes = np.abs(np.nan_to_num(chart.values))
    largest = np.max(sizes, axis=-1, keepdims=True, initial=0)
    return np.broadcast_to(_ROUNDING * largest, chart.values.shape)


def _same_segment(chart: XmRLimits) -> NDArray[np.bool_]:
    """Say of each point but the first whether it is in one segment with the point before."""
    together: NDArray[np.bool_] = chart.segment[1:] == chart.segment[:-1]
    return together


def _run_lengths(linked: NDArray[np.bool_], chart: XmRLimits) -> NDArray[np.intp]:
    """Return for each point how many are in its stretch, given which neighbours link."""
    before, after = (np.zeros(chart.values.shape, dtype=np.intp) for _ in range(2))
    for at in range(linked.shape[-1]):
        before[..., at + 1] = np.where(linked[..., at], before[..., at] + 1, 0)
    for at in reversed(range(linked.shape[-1])):
        after[..., at] = np.where(linked[..., at], after[..., at + 1] + 1, 0)
    return before + after + 1


def _validate_length(name: str, length: int) -> int:
    if isinstance(length, bool) or not isinstance(length, int | np.integer) or length < 2:
        raise RequestError(f"{name}= must be a whole number above 1: how many points in a row.")
    return int(length)
