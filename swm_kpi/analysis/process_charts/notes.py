"""The sentences that a reader of a process chart needs beside its limits and signals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from swm_kpi.analysis.measure_series import MeasureSeries
from swm_kpi.analysis.process_charts.chart_numbers import ChartNumbers
from swm_kpi.analysis.process_charts.limits import MIN_MEAN_COUNT, Limits
from swm_kpi.analysis.process_charts.points import Point
from swm_kpi.analysis.process_charts.process_chart import ChartType
from swm_kpi.analysis.targets import Target
from swm_kpi.calendar import format_date
from swm_kpi.model.metric import Break
from swm_kpi.statistics import MINIMUM_POINTS
from swm_kpi.vocabulary import Direction, Grain

_ENOUGH_POINTS = 24
_NOTICEABLE = 2.0
"""Standard errors above zero from which a correlation of neighbouring periods is stated."""


def build_notes(
    series: MeasureSeries,
    points: Sequence[Point],
    numbers: ChartNumbers,
    limits: Limits,
    breaks: Sequence[Break],
    targets: Sequence[Target],
    *,
    chart_type: ChartType,
    is_protected: bool,
) -> list[str]:
    """Return the notes of a process chart, one sentence or two each.

    Args:
        series: the rows of the measure.
        points: the points of one member.
        numbers: the numbers behind the points.
        limits: the limits of the points.
        breaks: where the limits are recalculated.
        targets: the targets of the measure.
        chart_type: the type of chart of the latest points. Without limits there are only notes
            about breaks and excluded periods.
        is_protected: whether the numbers have gone through disclosure control.
    """
    notes = [
        f"Limits are recalculated from {format_date(series_break.day)}: {series_break.because}."
        for series_break in breaks
    ]
    reasons = dict.fromkeys(point.excluded_reason for point in points if point.excluded_reason)
    for reason in reasons:
        names = [point.period.words for point in points if point.excluded_reason == reason]
        listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        notes.append(f"Excluded, {reason}: {listed}.")
    if chart_type is ChartType.NONE:
        return notes
    if is_protected:
        notes.append(
            "Calculated from the protected numbers: suppressed numbers are excluded, and if "
            "numbers are rounded, the limits and signals are those of the rounded numbers."
        )
    if series.measure.process_limits.caution:
        notes.append(series.measure.process_limits.caution)
    notes += _notes_on_limits(series, points, numbers, limits, chart_type)
    if targets and series.direction is Direction.NEUTRAL:
        notes.append("Neither direction is better in itself, so the target is not assessed.")
    elif targets:
        latest = [point for point in points if not point.excluded_reason][-1]
        in_force = [target for target in targets if target.applies_to(latest.period)]
        if not in_force:
            notes.append(f"No target applies to all of {latest.period.words}.")
        notes += [f"Target: {target.source.strip().rstrip('.')}." for target in in_force]
    return notes


def _notes_on_limits(
    series: MeasureSeries,
    points: Sequence[Point],
    numbers: ChartNumbers,
    limits: Limits,
    chart_type: ChartType,
) -> Iterator[str]:
    """Yield what a reader needs to know of the limits."""
    included = [at for at, point in enumerate(points) if not point.excluded_reason]
    if limits.trial.any():
        yield f"Fewer than {MINIMUM_POINTS} points before a break have no limits."
    has_none = ~limits.trial & np.isnan(limits.upper)
    if has_none[included].any():
        yield "Before a break there are too few cases for limits."
    used = limits.points[limits.segment[included[-1]]]
    if used < _ENOUGH_POINTS:
        yield f"The limits use {used} points; with {_ENOUGH_POINTS} they are more reliable."
    if chart_type is ChartType.SMALL_COUNTS:
        yield (
            f"The mean count is below {MIN_MEAN_COUNT}, so the limits are those of the probability "
            "of small counts, and only a point outside them is marked."
        )
    elif chart_type is ChartType.P_PRIME:
        yield "The limits follow the number of cases in each period."
    if series.grain is Grain.MONTH and np.any(numbers.factor != numbers.factor[0]):
        yield "The limits follow the days of each month: a short month is not low for being short."
    if limits.season.is_seasonal:
        yield (
            "The numbers follow the time of year. The limits and the recent change allow for it. "
            "Compare with the year before as well."
        )
    correlation = _correlation(numbers, limits, included)
    if correlation is not None:
        yield (
            f"Neighbouring periods resemble each other (a correlation of {correlation:.1f}), so "
            "runs and trends are common without a change. The recent change allows for it."
        )


def _correlation(numbers: ChartNumbers, limits: Limits, included: Sequence[int]) -> float | None:
    """Return the correlation of neighbouring periods beside a trend; None if it may be chance.

    It is that of the residuals of the latest segment, without its season, corrected for the trend.
    """
    latest = limits.segment[included[-1]]
    at = [place for place in included if limits.segment[place] == latest]
    values = (numbers.adjusted - limits.season.cycle)[at]
    time = np.arange(values.size) - (values.size - 1) / 2
    left = values - values.mean()
    left -= time * (time @ left) / (time @ time)
    squares = float(left @ left)
    if squares <= 1e-18 * float(values @ values):
        return None
    lagged = float(left[1:] @ left[:-1]) / squares
    correlation = min(lagged + (2 + 4 * max(lagged, 0.0)) / values.size, 1.0)
    return correlation if correlation * np.sqrt(values.size) > _NOTICEABLE else None
