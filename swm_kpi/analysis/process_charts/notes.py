"""The sentences that a reader of a process chart needs beside its limits and signals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from swm_kpi.analysis.measure_series import MeasureSeries
from swm_kpi.analysis.process_charts.points import Point
from swm_kpi.analysis.targets import Target
from swm_kpi.calendar import format_date
from swm_kpi.model.metric import Break
from swm_kpi.statistics import MINIMUM_POINTS, XmRLimits
from swm_kpi.vocabulary import Direction

_ENOUGH_POINTS = 24
_SEASONAL_CORRELATION = 0.7


def build_notes(
    series: MeasureSeries,
    points: Sequence[Point],
    limits: XmRLimits,
    breaks: Sequence[Break],
    targets: Sequence[Target],
    *,
    has_limits: bool,
    is_protected: bool,
) -> list[str]:
    """Return the notes of a process chart, one sentence or two each.

    Args:
        series: the rows of the measure.
        points: the points of one member.
        limits: the limits of the points.
        breaks: where the limits are recalculated.
        targets: the targets of the measure.
        has_limits: whether the latest points have limits. Without limits there are only notes about
            breaks and excluded periods.
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
    if not has_limits:
        return notes
    if is_protected:
        notes.append(
            "Calculated from the protected numbers: suppressed numbers are excluded, and if "
            "numbers are rounded, the limits and signals are those of the rounded numbers."
        )
    if series.measure.process_limits.caution:
        notes.append(series.measure.process_limits.caution)
    if limits.trial.any():
        notes.append(f"Fewer than {MINIMUM_POINTS} points before a break have no limits.")
    count = sum(not point.excluded_reason for point in points)
    if count < _ENOUGH_POINTS:
        notes.append(
            f"The limits use {count} points; with {_ENOUGH_POINTS} they are more reliable."
        )
    if _is_seasonal(points):
        notes.append(
            "The numbers follow the time of year. The limits do not allow for seasons, so a signal "
            "may be seasonal. Compare with the year before as well."
        )
    if targets and series.direction is Direction.NEUTRAL:
        notes.append("Neither direction is better in itself, so the target is not assessed.")
    elif targets:
        latest = [point for point in points if not point.excluded_reason][-1]
        in_force = [target for target in targets if target.applies_to(latest.period)]
        if not in_force:
            notes.append(f"No target applies to all of {latest.period.words}.")
        notes += [f"Target: {target.source.strip().rstrip('.')}." for target in in_force]
    return notes


def _is_seasonal(points: Sequence[Point]) -> bool:
    """Return whether the numbers correlate with those of a year earlier.

    A rule of thumb of this project, for a warning only: at least a year of pairs, and a correlation
    above 0.7.
    """
    months = points[0].period.grain.months
    lag = 12 // months
    pairs = [
        (before.value, now.value)
        for before, now in zip(points, points[lag:], strict=False)
        if lag > 1 and not before.excluded_reason and not now.excluded_reason
    ]
    if len(pairs) < 12 // months:
        return False
    before, now = np.array(pairs, dtype=np.float64).T
    if before.std() == 0 or now.std() == 0:
        return False
    return bool(np.corrcoef(before, now)[0, 1] > _SEASONAL_CORRELATION)
