"""The process limits and the signals of a series, segment by segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from swm_kpi.analysis.process_charts.chart_numbers import ChartNumbers
from swm_kpi.analysis.process_charts.process_chart import SIGNAL_RULES, ChartType
from swm_kpi.statistics import (
    ChartLimits,
    Season,
    SeriesModel,
    XmRLimits,
    outside_limits,
    rate_chart,
    runs,
    season,
    share_chart,
    small_count_limits,
    trends,
    two_of_three,
    xmr_or_nan,
)
from swm_kpi.statistics.validate_args import Array

MIN_MEAN_COUNT = 5
"""The smallest mean count for which limits follow from moving ranges: a choice of this project.

A series with a smaller mean can hardly fall, and its distribution is far from symmetric. Its limits
are those of the probability of small counts.
"""
MIN_EVENTS = 5
"""The smallest number of events in all for which small counts have limits."""
_RULES = (outside_limits, runs, trends, two_of_three)


@dataclass(frozen=True)
class Limits:
    """The limits and the signals of all points.

    Attributes:
        mean, lower, upper: in the unit of the value, for each point; NaN without limits.
        segment: the number of the segment of each point.
        trial: true where the segment has too few points for limits.
        signals: for each rule 1 or -1 at a signal, and 0 elsewhere.
        types: the type of chart of each segment.
        points: the number of points that the limits of each segment are calculated from.
        season: the season of the series.
    """

    mean: Array
    lower: Array
    upper: Array
    segment: NDArray[np.intp]
    trial: NDArray[np.bool_]
    signals: dict[str, NDArray[np.int8]]
    types: tuple[ChartType, ...]
    points: tuple[int, ...]
    season: Season


def calculate_limits(
    numbers: ChartNumbers,
    starts: Sequence[int],
    baseline: int | None,
    year: int,
    *,
    screen_moving_ranges: bool,
) -> Limits:
    """Return the limits of a series.

    Args:
        numbers: the numbers of the points.
        starts: the positions of the first point of each segment after the first.
        baseline: the number of points, from the start of each segment, that the limits are
            calculated from; None for all.
        year: the number of periods in a year, to look for a season; 0 if there can be none.
        screen_moving_ranges: leave outlying moving ranges out of the limits, once.
    """
    plain = xmr_or_nan(numbers.adjusted, breaks=starts)
    segments = [np.flatnonzero(plain.segment == at) for at in range(int(plain.segment[-1]) + 1)]
    known = ~np.isnan(numbers.counts)
    is_base = known.copy()
    for positions in segments:
        is_base[positions[known[positions]][baseline:]] &= baseline is None
    small = [_is_small(numbers, positions[is_base[positions]]) for positions in segments]
    observed = Season(False, 1.0, np.zeros(known.shape))
    if year and not any(small):
        observed = season(_without_steps(numbers.adjusted, segments), year)
    based = replace(numbers, counts=np.where(is_base, numbers.counts, np.nan))
    adjusted, chart_type = _moving_range_limits(
        based, starts, observed, screen_moving_ranges=screen_moving_ranges
    )
    adjusted = adjusted._replace(values=numbers.adjusted - observed.cycle)
    factor, cycle = numbers.factor, observed.cycle
    mean, lower, upper = (
        (limit + cycle) * factor for limit in (adjusted.mean, adjusted.lower, adjusted.upper)
    )
    signals = {
        name: np.where(plain.trial, 0, rule(adjusted)).astype(np.int8)
        for name, rule in zip(SIGNAL_RULES, _RULES, strict=True)
    }
    types = [chart_type] * len(segments)
    for at, positions in enumerate(segments):
        if small[at]:
            types[at] = ChartType.SMALL_COUNTS
            limits = _small_count_limits(numbers, positions, is_base)
            for line, part in zip((mean, lower, upper), limits, strict=True):
                line[positions] = part
            for flags in signals.values():
                flags[positions] = 0
            value = numbers.adjusted[positions] * factor[positions]
            above, below = value > limits[2] * (1 + 1e-12), value < limits[1] * (1 - 1e-12)
            flags = above.astype(np.int8) - below.astype(np.int8)
            signals["outside_limits"][positions] = np.where(plain.trial[positions], 0, flags)
    counted = tuple(int(np.count_nonzero(is_base[positions])) for positions in segments)
    return Limits(
        mean, lower, upper, plain.segment, plain.trial, signals, tuple(types), counted, observed
    )


def _moving_range_limits(
    numbers: ChartNumbers,
    starts: Sequence[int],
    observed: Season,
    *,
    screen_moving_ranges: bool,
) -> tuple[ChartLimits | XmRLimits, ChartType]:
    """Return the limits of rates, shares or values by their moving ranges.

    A seasonal series has the XmR limits of its seasonally adjusted numbers.
    """
    if numbers.model is SeriesModel.VALUES or observed.is_seasonal:
        values = numbers.adjusted - observed.cycle
        return xmr_or_nan(values, screen_moving_ranges, breaks=starts), ChartType.XMR
    is_count = numbers.model is SeriesModel.COUNTS
    chart = rate_chart if is_count else share_chart
    limits = chart(
        numbers.counts, numbers.exposure, screen_moving_ranges=screen_moving_ranges, breaks=starts
    )
    return limits, ChartType.U_PRIME if is_count else ChartType.P_PRIME


def _is_small(numbers: ChartNumbers, positions: NDArray[np.intp]) -> bool:
    """Return whether the mean count of the rarer outcome is too small for moving ranges."""
    if numbers.model is SeriesModel.VALUES or numbers.is_sample or positions.size == 0:
        return False
    return bool(numbers.rarer[positions].mean() < MIN_MEAN_COUNT)


def _small_count_limits(
    numbers: ChartNumbers, positions: NDArray[np.intp], is_base: NDArray[np.bool_]
) -> tuple[Array, Array, Array]:
    """Return the mean and the limits of a segment of small counts, in the unit of the value.

    The dispersion is that of the moving ranges, and at least that of a Poisson or binomial count.
    """
    exposure, factor = numbers.exposure[positions], numbers.factor[positions]
    base = is_base[positions]
    counts = np.where(base, numbers.rarer[positions], np.nan)
    no_limits = np.full(exposure.shape, np.nan)
    total = float(np.nansum(counts))
    if total < MIN_EVENTS:
        return no_limits, no_limits, no_limits
    is_share = numbers.model is SeriesModel.SHARES
    chart = (share_chart if is_share else rate_chart)(counts, exposure)
    level = float(chart.mean[0])
    chance = np.sqrt(level * (1 - level if is_share else 1) / exposure)
    ratio = np.where(chance > 0, chart.sigma / np.where(chance > 0, chance, 1), np.nan)
    known = ratio[~np.isnan(ratio)]
    dispersion = max(float(known[0]) ** 2, 1.0) if known.size else 1.0
    at = np.flatnonzero(~np.isnan(exposure))
    lines = [np.full(exposure.shape, np.nan) for _ in range(3)]
    expected = level * exposure[at]
    whole = exposure[at] if is_share else None
    limits = (expected, *small_count_limits(expected, dispersion, whole))
    for line, limit in zip(lines, limits, strict=True):
        line[at] = limit / exposure[at] * factor[at]
    mean, lower, upper = lines
    if is_share and numbers.counts_the_rest:
        return 1 - mean, 1 - upper, 1 - lower
    return mean, lower, upper


def _without_steps(values: Array, segments: Sequence[NDArray[np.intp]]) -> Array:
    """Return the values with every segment at the mean of all."""
    level = values.copy()
    known = ~np.isnan(values)
    if not known.any():
        return level
    overall = values[known].mean()
    for positions in segments:
        here = positions[known[positions]]
        if here.size:
            level[here] += overall - values[here].mean()
    return level
