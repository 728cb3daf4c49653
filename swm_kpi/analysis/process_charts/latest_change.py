"""Whether a series has changed lately, as its chart says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from swm_kpi.analysis.process_charts.chart_numbers import ChartNumbers
from swm_kpi.analysis.process_charts.limits import Limits
from swm_kpi.analysis.process_charts.points import Point
from swm_kpi.analysis.process_charts.process_chart import Signal
from swm_kpi.statistics import SeriesModel, recent_change
from swm_kpi.vocabulary import Direction


class LatestChange(NamedTuple):
    """What a chart says of the latest periods.

    Attributes:
        signal: the signal.
        since: the first period of the change; None without one.
    """

    signal: Signal
    since: Point | None


def latest_change(
    numbers: ChartNumbers,
    points: Sequence[Point],
    limits: Limits,
    direction: Direction,
    year: int,
) -> LatestChange:
    """Return whether the latest periods differ from all earlier ones since the last break.

    Args:
        numbers: the numbers of the points.
        points: the points.
        limits: the limits of the points; the latest has limits.
        direction: which way is better.
        year: the number of periods in a year.
    """
    known = ~np.isnan(numbers.counts)
    latest = limits.segment[np.flatnonzero(known)[-1]]
    at = np.flatnonzero(limits.segment == latest)
    exposure = None if numbers.model is SeriesModel.VALUES else numbers.exposure[at]
    change = recent_change(
        numbers.counts[at],
        exposure,
        model=numbers.model,
        season=year if limits.season.is_seasonal else None,
    )
    sign = int(change.direction)
    if sign == 0:
        return LatestChange(Signal.NONE, None)
    since = points[at[int(change.start)]]
    if direction is Direction.NEUTRAL:
        return LatestChange(Signal.HIGHER if sign > 0 else Signal.LOWER, since)
    is_better = (sign > 0) == (direction is Direction.HIGHER_IS_BETTER)
    return LatestChange(Signal.IMPROVING if is_better else Signal.CONCERNING, since)
