"""Builds the process chart of one series of a result."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from swm_kpi.analysis.measure_series import MeasureSeries, Member
from swm_kpi.analysis.process_charts.chart_numbers import ChartNumbers, chart_numbers
from swm_kpi.analysis.process_charts.latest_change import LatestChange, latest_change
from swm_kpi.analysis.process_charts.limits import (
    MIN_EVENTS,
    MIN_MEAN_COUNT,
    Limits,
    calculate_limits,
)
from swm_kpi.analysis.process_charts.notes import build_notes
from swm_kpi.analysis.process_charts.points import Point, build_points
from swm_kpi.analysis.process_charts.process_chart import (
    RULE_PRECEDENCE,
    ChartType,
    ProcessChart,
    Signal,
    VariationType,
)
from swm_kpi.analysis.targets import Target, Targets, parse_targets
from swm_kpi.errors import RequestError
from swm_kpi.measures import ResultColumn
from swm_kpi.model.metric import Break
from swm_kpi.statistics import (
    MINIMUM_POINTS,
    Assurance,
    SeriesModel,
    assurance,
    quantile_ranks,
)
from swm_kpi.vocabulary import Direction, Grain, Marker, Unit

_PERIODS_IN_YEAR = {Grain.MONTH: 12, Grain.QUARTER: 4}


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
    """Return the process chart of one member of a measure.

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
    numbers = chart_numbers(series, points)
    year = _PERIODS_IN_YEAR.get(series.grain, 0)
    limits = calculate_limits(
        numbers,
        _segment_starts(points, breaks),
        baseline,
        year,
        screen_moving_ranges=screen_moving_ranges,
    )
    marker, reason = _reason_no_limits(series, points, numbers, limits) or (Marker.NONE, "")
    change = LatestChange(Signal.NO_LIMITS, None)
    chart_type, limit_points = ChartType.NONE, 0
    if not reason:
        change = latest_change(numbers, points, limits, series.direction, year)
        segment = limits.segment[_included(points)[-1]]
        chart_type, limit_points = limits.types[segment], limits.points[segment]
    frame = _frame(series, member, points, limits, targets, has_limits=not reason)
    notes = build_notes(
        series,
        points,
        numbers,
        limits,
        breaks,
        targets,
        chart_type=chart_type,
        is_protected=bool(policy),
    )
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
        signal=change.signal,
        signal_since="" if change.since is None else change.since.period.label,
        chart_type=chart_type,
        limit_points=limit_points,
        marker=marker.value,
        reason=reason,
        notes=tuple(notes),
        assurance=_assurance(series.direction, frame, points),
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


def _included(points: Sequence[Point]) -> list[int]:
    """Return the positions of the points that are included."""
    return [at for at, point in enumerate(points) if not point.excluded_reason]


def _reason_no_limits(
    series: MeasureSeries, points: Sequence[Point], numbers: ChartNumbers, limits: Limits
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
    included = _included(points)
    if not included:
        return Marker.NOT_AVAILABLE, "every period is excluded or has no number."
    latest = included[-1]
    segment = [at for at in included if limits.segment[at] == limits.segment[latest]]
    if len(segment) < MINIMUM_POINTS:
        since = " since the last break" if limits.segment[latest] else ""
        count = "is 1 point" if len(segment) == 1 else f"are {len(segment)} points"
        return Marker.LOW_RELIABILITY, f"there {count}{since}, and limits need {MINIMUM_POINTS}."
    reason = _reason_too_few_cases(series, points, numbers, segment)
    if limits.types[limits.segment[latest]] is ChartType.SMALL_COUNTS:
        reason = _reason_too_few_events(numbers, segment)
    if reason:
        return Marker.LOW_RELIABILITY, reason
    if np.isnan(limits.upper[latest]):
        return Marker.LOW_RELIABILITY, "no two consecutive periods have a number."
    return None


def _reason_too_few_events(numbers: ChartNumbers, segment: Sequence[int]) -> str:
    """Return why even small counts have no limits; empty if they have."""
    total = float(numbers.rarer[segment].sum())
    if total >= MIN_EVENTS:
        return ""
    cases = "events"
    if numbers.model is SeriesModel.SHARES:
        cases = "cases that do not count" if numbers.counts_the_rest else "cases that count"
    return (
        f"the number of {cases} in all {len(segment)} periods is {total:,.0f}, and limits need "
        f"{MIN_EVENTS}."
    )


def _reason_too_few_cases(
    series: MeasureSeries,
    points: Sequence[Point],
    numbers: ChartNumbers,
    segment: Sequence[int],
) -> str:
    """Return why there are too few cases behind each value; empty if there are enough.

    Counts of events and parts of a whole have limits of small counts instead.
    """
    rule = series.measure.process_limits
    if rule.quantile is not None:
        needed = _cases_for_quantile(rule.quantile)
        cases = [points[at].denominator for at in segment]
        known = [count for count in cases if count is not None]
        if known and math.fsum(known) / len(known) < needed:
            return (
                f"the mean number of cases is below {needed}, which a 95% interval of the value "
                "needs. Use longer periods."
            )
        return ""
    if numbers.is_sample:
        counts = numbers.counts[segment]
        least = min(counts.mean(), (numbers.exposure[segment] - counts).mean())
    elif numbers.model is SeriesModel.VALUES and rule.count is not None:
        least = _mean_count(rule.count, series.unit, [points[at] for at in segment])
    else:
        return ""
    if least >= MIN_MEAN_COUNT:
        return ""
    return (
        f"the mean count is below {MIN_MEAN_COUNT}, too few for meaningful limits. Use longer "
        "periods."
    )


def _mean_count(column: ResultColumn, unit: str, segment: Sequence[Point]) -> float:
    """Return the mean count behind the values, or that of the other cases of a proportion."""
    if column is ResultColumn.VALUE:
        return math.fsum(point.value or 0 for point in segment) / len(segment)
    known = [point for point in segment if point.numerator is not None]
    if not known:
        return math.inf
    least = math.fsum(point.numerator or 0 for point in known) / len(known)
    if unit == Unit.PROPORTION and all(point.denominator is not None for point in known):
        rest = math.fsum((point.denominator or 0) - (point.numerator or 0) for point in known)
        least = min(least, max(rest, 0) / len(known))
    return least


@lru_cache(maxsize=16)
def _cases_for_quantile(level: float) -> int:
    """Return how many values the order-statistic interval of a quantile needs."""
    sizes = np.arange(1, 1_000)
    return int(sizes[np.argmax(quantile_ranks(sizes, level).lower > 0)])


def _frame(
    series: MeasureSeries,
    member: Member,
    points: Sequence[Point],
    limits: Limits,
    targets: Sequence[Target],
    *,
    has_limits: bool,
) -> pl.DataFrame:
    """Return the table of the chart: see ``ProcessChart.to_polars``."""
    members = series.parse_member(member)
    count = len(points)
    with_limits = ~limits.trial & ~np.isnan(limits.upper) & has_limits
    signals = {rule: np.where(with_limits, flags, 0) for rule, flags in limits.signals.items()}
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
        name: pl.Series(
            [
                float(number) if shown else None
                for number, shown in zip(getattr(limits, name), with_limits, strict=True)
            ],
            dtype=pl.Float64,
        )
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


def _assurance(direction: Direction, frame: pl.DataFrame, points: Sequence[Point]) -> str:
    """Return the assurance of the target in force at the latest included point, if there is one."""
    included = _included(points)
    if not included:
        return ""
    target, lower, upper = (frame[name][included[-1]] for name in ("target", "lower", "upper"))
    if target is None:
        return ""
    if direction is Direction.NEUTRAL:
        return Assurance.CANNOT_TELL.value
    return str(assurance(lower, upper, target, direction))
