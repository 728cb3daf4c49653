"""What a reader must know beside limits and signals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from swm_kpi.analysis.measure_series import MeasureSeries
from swm_kpi.analysis.process_charts.points import Point
from swm_kpi.analysis.process_charts.target import Target
from swm_kpi.calendar import format_date
from swm_kpi.model.metric import Break
from swm_kpi.statistics import MINIMUM_POINTS, XmRLimits
from swm_kpi.vocabulary import Direction

_ENOUGH = 24
_ALIKE = 0.7


def build_notes(
    selected: MeasureSeries,
    points: Sequence[Point],
    chart: XmRLimits,
    breaks: Sequence[Break],
    targets: Sequence[Target],
    *,
    refused: bool,
    disclosed: bool,
) -> list[str]:
    """Return what a reader must know beside the limits and the signals."""
    found = [
        f"Limits are worked out afresh from {format_date(each.day)}: {each.because}."
        for each in breaks
    ]
    reasons = dict.fromkeys(each.excluded_reason for each in points if each.excluded_reason)
    for why in reasons:
        names = [each.period.words for each in points if each.excluded_reason == why]
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        found.append(f"Left out, {why}: {shown}.")
    if refused:
        return found
    if disclosed:
        found.append(
            "Worked out from the numbers as disclosed: hidden ones take no part, and where they "
            "are rounded, limits and signals are those of rounded numbers."
        )
    if selected.measure.process_limits.caution:
        found.append(selected.measure.process_limits.caution)
    short = sorted({int(each) for each in chart.segment[chart.trial]})
    if short:
        found.append(f"Fewer than {MINIMUM_POINTS} points before a break have no limits.")
    count = sum(not each.excluded_reason for each in points)
    if count < _ENOUGH:
        found.append(f"Limits from {count} points; {_ENOUGH} make them firmer.")
    if _follows_the_seasons(points):
        found.append(
            "The numbers follow the time of year, and limits know no seasons: a signal may be the "
            "season's. Compare with the year before as well."
        )
    if targets and selected.direction is Direction.NEUTRAL:
        found.append("Neither way is better in itself, so nothing is said of the target.")
    elif targets:
        last = [each for each in points if not each.excluded_reason][-1]
        held = [each for each in targets if each.applies_to(last.period)]
        if not held:
            found.append(f"No target holds for all of {last.period.words}.")
        found += [f"Target: {each.source.strip().rstrip('.')}." for each in held]
    return found


def _follows_the_seasons(points: Sequence[Point]) -> bool:
    """Say whether numbers go with those of a year earlier: a rule of thumb, for a warning.

    True where at least a year of numbers has a correlation above 0.7 with the year before each.
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
    return bool(np.corrcoef(before, now)[0, 1] > _ALIKE)
