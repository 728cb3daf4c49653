"""Builds the XmR process chart of one series of a result."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, assert_never

import numpy as np
import polars as pl

from swm_kpi.analysis.measure_series import MeasureSeries, Member
from swm_kpi.analysis.process_charts.notes import build_notes
from swm_kpi.analysis.process_charts.points import Point, build_points
from swm_kpi.analysis.process_charts.process_chart import (
    RULE_PRECEDENCE,
    SIGNAL_RULES,
    ProcessChart,
    VariationType,
)
from swm_kpi.analysis.targets import Target, Targets, parse_targets
from swm_kpi.errors import RequestError
from swm_kpi.measures import Measure, ResultColumn
from swm_kpi.model.metric import Break
from swm_kpi.statistics import (
    MINIMUM_POINTS,
    Assurance,
    XmRLimits,
    assurance,
    outside_limits,
    runs,
    trends,
    two_of_three,
    xmr_or_nan,
)
from swm_kpi.vocabulary import Direction, Grain, Marker

MIN_MEAN_COUNT = 5
"""The smallest mean count for which a chart of counts has limits: a choice of this project.

A series with a smaller mean can hardly fall, and its distribution is far from symmetric, so limits
from moving ranges say little. Longer periods have larger counts.
"""


def build_process_chart(
    series: MeasureSeries,
    *,
    member: Member = None,
    target: Target | Iterable[Target] | Targets | None = None,
    recalculate_from: Sequence[Break] = (),
    baseline: int | None = None,
    screen_moving_ranges: bool = False,
    policy: str = "",
) -> ProcessChart:
    """Return the XmR chart of one member of a measure.

    Args:
        series: the rows of the measure.
        member: the member; None for the total.
        target: the targets of the series, or a register that may have some.
        recalculate_from: days on which the process is known to have changed, as well as the
            declared breaks. The limits are recalculated from each.
        baseline: the number of points, from the start of each segment, that the limits are
            calculated from; None for all points.
        screen_moving_ranges: leave outlying moving ranges out of the limits, once.
        policy: the disclosure policy that protects the numbers; empty if none does.

    Returns:
        The chart. If the data do not allow limits, it has a marker and a reason and no limits.

    Raises:
        RequestError: an argument is not valid.
    """
    targets = parse_targets(target, series, member)
    _validate(series, recalculate_from, baseline)
    breaks = _breaks_in_series(series, member, recalculate_from)
    points = build_points(series, member, breaks)
    starts = _segment_starts(points, breaks)
    limits = _limits(points, starts, baseline, screen_moving_ranges=screen_moving_ranges)
    no_limits = _reason_no_limits(series, points, limits)
    signals = {rule: np.zeros(len(points), dtype=np.int8) for rule in SIGNAL_RULES}
    if no_limits is None:
        flags = (outside_limits(limits), runs(limits), trends(limits), two_of_three(limits))
        signals = {
            rule: np.where(~limits.trial, flag, 0)
            for rule, flag in zip(SIGNAL_RULES, flags, strict=True)
        }
    marker, reason = no_limits or (Marker.NONE, "")
    has_limits = no_limits is None
    frame = _frame(series, member, points, limits, signals, targets, has_limits=has_limits)
    return ProcessChart(
        ref=series.ref,
        measure=series.measure.key,
        basis=series.measure.basis.value,
        title=series.measure.title,
        member=series.parse_member(member),
        unit=series.unit,
        statement_period=series.statement_period,
        direction=series.direction,
        targets=targets,
        breaks=breaks,
        marker=marker.value,
        reason=reason,
        notes=tuple(
            build_notes(
                series,
                points,
                limits,
                breaks,
                targets,
                has_limits=has_limits,
                is_protected=bool(policy),
            )
        ),
        assurance=_assurance(series.direction, frame),
        frame=frame,
        policy=policy,
    )


def _validate(
    series: MeasureSeries,
    recalculate_from: Sequence[Break],
    baseline: int | None,
) -> None:
    if not isinstance(recalculate_from, Sequence) or not all(
        isinstance(item, Break) for item in recalculate_from
    ):
        raise RequestError(
            'recalculate_from= takes a list of breaks, such as [kpi.Break("2023-05-01", "why")].'
        )
    is_whole = isinstance(baseline, int) and not isinstance(baseline, bool)
    if baseline is not None and not (is_whole and baseline >= MINIMUM_POINTS):
        raise RequestError(f"baseline= must be a number of points, {MINIMUM_POINTS} or more.")
    periods = series.periods()
    for series_break in recalculate_from:
        if not periods[0].start < series_break.day <= periods[-1].start:
            raise RequestError(
                f"recalculate_from=: {series_break.on} is not inside the series. Give a day from "
                f"{periods[0].stop} to {periods[-1].start}."
            )


def _breaks_in_series(
    series: MeasureSeries, member: Member, recalculate_from: Sequence[Break]
) -> tuple[Break, ...]:
    """Return the breaks inside the series in order of time, one for each day.

    A declared break replaces a requested one on the same day.
    """
    periods = series.periods()
    first, stop = periods[0].start, periods[-1].stop
    declared = series.breaks_of(member)
    by_day = {item.day: item for item in (*recalculate_from, *declared)}
    return tuple(by_day[day] for day in sorted(by_day) if first < day < stop)


def _segment_starts(points: Sequence[Point], breaks: Sequence[Break]) -> list[int]:
    """Return the positions of the first point of each segment after the first segment."""
    starts = set()
    for series_break in breaks:
        after = [at for at, point in enumerate(points) if point.period.start >= series_break.day]
        starts |= {after[0]} if after else set()
    return sorted(starts - {0})


def _limits(
    points: Sequence[Point],
    starts: Sequence[int],
    baseline: int | None,
    *,
    screen_moving_ranges: bool,
) -> XmRLimits:
    """Return the limits of all points, calculated from the baseline of each segment."""
    values = np.array(
        [
            np.nan if point.excluded_reason or point.value is None else point.value
            for point in points
        ]
    )
    limits = xmr_or_nan(values, screen_moving_ranges, breaks=starts)
    if baseline is None:
        return limits
    known = ~np.isnan(values)
    baseline_values = values.copy()
    for segment in np.unique(limits.segment):
        positions = np.flatnonzero((limits.segment == segment) & known)
        baseline_values[positions[baseline:]] = np.nan
    return xmr_or_nan(baseline_values, screen_moving_ranges, breaks=starts)._replace(
        values=limits.values, moving_range=limits.moving_range
    )


def _reason_no_limits(
    series: MeasureSeries, points: Sequence[Point], limits: XmRLimits
) -> tuple[Marker, str] | None:
    """Return the marker and the reason if the latest points have no limits."""
    measure = series.measure
    refusals = [part.process_limits.refusal for part in series.parts if part.statement_period]
    for refusal in (measure.process_limits.refusal, *refusals):
        if refusal:
            return Marker.NOT_APPLICABLE, refusal
    if series.grain is Grain.ROLLING_12:
        return Marker.NOT_APPLICABLE, (
            "neighbouring rolling 12 months share eleven of their months, so a chart would show "
            "runs and trends that do not exist. Use months or quarters."
        )
    included = [at for at, point in enumerate(points) if not point.excluded_reason]
    if not included:
        return Marker.NOT_AVAILABLE, "every period is excluded or has no number."
    latest = included[-1]
    segment = [points[at] for at in included if limits.segment[at] == limits.segment[latest]]
    if len(segment) < MINIMUM_POINTS:
        since = " since the last break" if limits.segment[latest] else ""
        count = "is 1 point" if len(segment) == 1 else f"are {len(segment)} points"
        return Marker.LOW_RELIABILITY, f"there {count}{since}, and limits need {MINIMUM_POINTS}."
    counts = [_underlying_count(measure, point) for point in segment]
    known = [count for count in counts if count is not None]
    if known and math.fsum(known) / len(known) < MIN_MEAN_COUNT:
        return Marker.LOW_RELIABILITY, (
            f"the mean count is below {MIN_MEAN_COUNT}, too few for meaningful limits. Use longer "
            "periods."
        )
    if np.isnan(limits.upper[latest]):
        return Marker.LOW_RELIABILITY, "no two consecutive periods have a number."
    return None


def _underlying_count(measure: Measure, point: Point) -> float | None:
    """Return the count of cases behind a value, if the measure has one."""
    match measure.process_limits.count:
        case None:
            return None
        case ResultColumn.VALUE:
            return point.value
        case ResultColumn.NUMERATOR:
            return point.numerator
        case _:
            assert_never(measure.process_limits.count)


def _frame(
    series: MeasureSeries,
    member: Member,
    points: Sequence[Point],
    limits: XmRLimits,
    signals: dict[str, Any],
    targets: Sequence[Target],
    *,
    has_limits: bool,
) -> pl.DataFrame:
    """Return the table of the chart: see ``ProcessChart.to_polars``."""
    members = series.parse_member(member)
    count = len(points)
    with_limits = ~limits.trial if has_limits else np.zeros(count, dtype=bool)
    levels = [
        next((float(target.value) for target in targets if target.applies_to(point.period)), None)
        for point in points
    ]
    variations = [
        _variation(at, points[at], signals, series.direction) if with_limits[at] else ""
        for at in range(count)
    ]
    row = series.rows.row(0, named=True)
    constants = {
        name: [row[name]] * count for name in ("ref", "metric", "measure", "basis", "grain")
    }
    limit_columns = {
        name: pl.Series(np.where(with_limits, getattr(limits, name), np.nan)).fill_nan(None)
        for name in ("mean", "lower", "upper")
    }
    return pl.DataFrame(
        {
            **constants,
            "period": [point.period.label for point in points],
            "period_start": [point.period.start for point in points],
            "period_end": [point.period.end for point in points],
            **{key: [members.get(key, "All")] * count for key in series.by},
            "value": pl.Series([point.value for point in points], dtype=pl.Float64),
            "unit": [series.unit] * count,
            "marker": [point.marker for point in points],
            "excluded_reason": [point.excluded_reason for point in points],
            "segment": limits.segment,
            **limit_columns,
            **{rule: pl.Series(flags, dtype=pl.Int8) for rule, flags in signals.items()},
            "variation": variations,
            "target": pl.Series(levels, dtype=pl.Float64),
        }
    )


def _variation(at: int, point: Point, signals: dict[str, Any], direction: Direction) -> str:
    """Return the type of variation at a point: of the first rule in precedence that flags it."""
    if point.excluded_reason:
        return ""
    sign = next((int(signals[rule][at]) for rule in RULE_PRECEDENCE if signals[rule][at]), 0)
    if sign == 0:
        return VariationType.COMMON.value
    if direction is Direction.NEUTRAL:
        return (VariationType.HIGH if sign > 0 else VariationType.LOW).value
    is_better = (sign > 0) == (direction is Direction.HIGHER_IS_BETTER)
    return (VariationType.IMPROVING if is_better else VariationType.CONCERNING).value


def _assurance(direction: Direction, frame: pl.DataFrame) -> str:
    """Return the assurance of the target in force at the latest included point, if there is one."""
    included = frame.filter(pl.col("excluded_reason") == "")
    if included.is_empty() or included["target"][-1] is None:
        return ""
    if direction is Direction.NEUTRAL:
        return Assurance.CANNOT_TELL.value
    latest = included.row(-1, named=True)
    return str(assurance(latest["lower"], latest["upper"], latest["target"], direction))
