"""From a series of a result to its process behaviour chart."""

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
from swm_kpi.analysis.process_charts.target import Target, parse_targets
from swm_kpi.errors import RequestError
from swm_kpi.measures import Measure, ResultColumn
from swm_kpi.model.metric import Break
from swm_kpi.statistics import (
    MINIMUM_POINTS,
    XmRLimits,
    assurance,
    outside_limits,
    runs,
    trends,
    two_of_three,
    xmr_or_nan,
)
from swm_kpi.vocabulary import Direction, Grain, Marker, Unit

MIN_MEAN_COUNT = 5
"""The least mean count a chart of counts is drawn for: a house rule.

With fewer, a count can hardly fall and its distribution is far from even about the mean, so that
limits worked out from moving ranges say little. Longer periods hold more.
"""


def build_process_chart(
    selected: MeasureSeries,
    *,
    member: Member = None,
    target: Target | Iterable[Target] | None = None,
    recalculate_from: Sequence[Break] = (),
    baseline: int | None = None,
    screen_moving_ranges: bool = False,
    policy: str = "",
) -> ProcessChart:
    """Return the XmR chart of one member of a measure.

    Args:
        selected: the measure's rows.
        member: whose series; the total when left out.
        target: the targets that somebody set.
        recalculate_from: days on which the process is known to have changed, as well as the
            declared breaks.
        baseline: how many points, from the start of each segment, the limits are worked out from;
            all of them when left out.
        screen_moving_ranges: leave freak moving ranges out of the limits, once.
        policy: the disclosure policy the numbers went through.

    Raises:
        RequestError: an argument is not what it should be. What the data do not allow is an answer
            with a marker and a reason.
    """
    targets = parse_targets(target)
    _check(selected, targets, recalculate_from, baseline)
    breaks = _breaks(selected, recalculate_from)
    points = build_points(selected, member, breaks)
    starts = _starts(points, breaks)
    chart = _limits(points, starts, baseline, screen_moving_ranges=screen_moving_ranges)
    refused = _refusal(selected, points, chart)
    signals = {rule: np.zeros(len(points), dtype=np.int8) for rule in SIGNAL_RULES}
    if not refused:
        with_limits = ~chart.trial
        found = (outside_limits(chart), runs(chart), trends(chart), two_of_three(chart))
        signals = {
            rule: np.where(with_limits, each, 0)
            for rule, each in zip(SIGNAL_RULES, found, strict=True)
        }
    marker, reason = refused or (Marker.NONE, "")
    frame = _frame(selected, member, points, chart, signals, targets, refused=bool(refused))
    return ProcessChart(
        ref=selected.ref,
        measure=selected.measure.key,
        basis=selected.measure.basis.value,
        title=selected.measure.title,
        member=selected.parse_member(member),
        unit=selected.unit,
        direction=selected.direction,
        targets=targets,
        breaks=breaks,
        marker=marker.value,
        reason=reason,
        notes=tuple(
            build_notes(
                selected,
                points,
                chart,
                breaks,
                targets,
                refused=bool(refused),
                disclosed=bool(policy),
            )
        ),
        assurance="" if refused else _assured(selected.direction, frame),
        frame=frame,
        policy=policy,
    )


def _check(
    selected: MeasureSeries,
    targets: Sequence[Target],
    recalculate_from: Sequence[Break],
    baseline: int | None,
) -> None:
    if not isinstance(recalculate_from, Sequence) or not all(
        isinstance(each, Break) for each in recalculate_from
    ):
        raise RequestError(
            'recalculate_from= takes a list of breaks, such as [kpi.Break("2023-05-01", "why")].'
        )
    whole = isinstance(baseline, int) and not isinstance(baseline, bool)
    if baseline is not None and not (whole and baseline >= MINIMUM_POINTS):
        raise RequestError(f"baseline= is a number of points, {MINIMUM_POINTS} or more.")
    periods = selected.periods()
    for each in recalculate_from:
        if not periods[0].start < each.day <= periods[-1].start:
            raise RequestError(
                f"recalculate_from=: {each.on} is not inside the series. Give a day from "
                f"{periods[0].stop} to {periods[-1].start}."
            )
    shares = selected.measure.resolved_unit is Unit.PROPORTION
    if shares and not all(0 <= each.value <= 1 for each in targets):
        raise RequestError("The target of a proportion is from 0 to 1. Write 0.9 for 90%.")


def _breaks(selected: MeasureSeries, recalculate_from: Sequence[Break]) -> tuple[Break, ...]:
    """Return the breaks inside the series, in order; one day once."""
    periods = selected.periods()
    first, stop = periods[0].start, periods[-1].stop
    days = {each.day: each for each in (*recalculate_from, *selected.metric.breaks)}
    return tuple(days[day] for day in sorted(days) if first < day < stop)


def _starts(points: Sequence[Point], breaks: Sequence[Break]) -> list[int]:
    """Return the positions at which a new segment starts."""
    found = set()
    for each in breaks:
        after = [at for at, point in enumerate(points) if point.period.start >= each.day]
        found |= {after[0]} if after else set()
    return sorted(found - {0})


def _limits(
    points: Sequence[Point],
    starts: Sequence[int],
    baseline: int | None,
    *,
    screen_moving_ranges: bool,
) -> XmRLimits:
    values = np.array(
        [np.nan if each.excluded_reason or each.value is None else each.value for each in points]
    )
    whole = xmr_or_nan(values, screen_moving_ranges, breaks=starts)
    if baseline is None:
        return whole
    there = ~np.isnan(values)
    used = values.copy()
    for segment in np.unique(whole.segment):
        here = np.flatnonzero((whole.segment == segment) & there)
        used[here[baseline:]] = np.nan
    return xmr_or_nan(used, screen_moving_ranges, breaks=starts)._replace(
        values=whole.values, moving_range=whole.moving_range
    )


def _refusal(
    selected: MeasureSeries, points: Sequence[Point], chart: XmRLimits
) -> tuple[Marker, str] | None:
    """Return why there are no limits for the latest points."""
    measure = selected.measure
    if measure.process_limits.refusal:
        return Marker.NOT_APPLICABLE, measure.process_limits.refusal
    if selected.grain is Grain.ROLLING_12:
        return Marker.NOT_APPLICABLE, (
            "neighbouring rolling 12 months share eleven of their months, so runs and trends "
            "appear that are not there. Use months or quarters."
        )
    taking_part = [each for each in points if not each.excluded_reason]
    if not taking_part:
        return Marker.NOT_AVAILABLE, "no period has a number that can take part."
    latest = max(at for at, each in enumerate(points) if not each.excluded_reason)
    here = [
        each for each, segment in zip(points, chart.segment, strict=True)
        if segment == chart.segment[latest] and not each.excluded_reason
    ]  # fmt: skip
    if len(here) < MINIMUM_POINTS:
        since = " since the last break" if chart.segment[latest] else ""
        count = "is 1 point" if len(here) == 1 else f"are {len(here)} points"
        return Marker.LOW_RELIABILITY, (f"there {count}{since}, and limits need {MINIMUM_POINTS}.")
    counts = [_count(measure, each) for each in here]
    known = [each for each in counts if each is not None]
    if known and math.fsum(known) / len(known) < MIN_MEAN_COUNT:
        return Marker.LOW_RELIABILITY, (
            f"the mean count beneath it is below {MIN_MEAN_COUNT}, too few for limits to mean "
            "anything. Use longer periods."
        )
    if np.isnan(chart.upper[latest]):
        return Marker.LOW_RELIABILITY, "no two neighbouring periods both have a number."
    return None


def _count(measure: Measure, point: Point) -> float | None:
    """Return the count beneath a number, where there is one."""
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
    selected: MeasureSeries,
    member: Member,
    points: Sequence[Point],
    chart: XmRLimits,
    signals: dict[str, Any],
    targets: Sequence[Target],
    *,
    refused: bool,
) -> pl.DataFrame:
    chosen = selected.parse_member(member)
    count = len(points)
    shown = np.zeros(count, dtype=bool) if refused else ~chart.trial
    levels = [
        next((float(t.value) for t in targets if t.applies_to(each.period)), None)
        for each in points
    ]
    variations = [
        _variation(at, points[at], signals, selected.direction) if shown[at] else ""
        for at in range(count)
    ]
    one = selected.rows.row(0, named=True)
    same = {name: [one[name]] * count for name in ("ref", "metric", "measure", "basis", "grain")}
    limits = {
        name: pl.Series(np.where(shown, getattr(chart, name), np.nan)).fill_nan(None)
        for name in ("mean", "lower", "upper")
    }
    return pl.DataFrame(
        {
            **same,
            "period": [each.period.label for each in points],
            "period_start": [each.period.start for each in points],
            "period_end": [each.period.end for each in points],
            **{key: [chosen.get(key, "All")] * count for key in selected.by},
            "value": pl.Series([each.value for each in points], dtype=pl.Float64),
            "unit": [selected.unit] * count,
            "marker": [each.marker for each in points],
            "excluded_reason": [each.excluded_reason for each in points],
            "segment": chart.segment,
            **limits,
            **{rule: pl.Series(each, dtype=pl.Int8) for rule, each in signals.items()},
            "variation": variations,
            "target": pl.Series(levels, dtype=pl.Float64),
        }
    )


def _variation(at: int, point: Point, signals: dict[str, Any], direction: Direction) -> str:
    """Return the variation of a point: by the deciding one of the rules that it breaks."""
    if point.excluded_reason:
        return ""
    way = next((int(signals[rule][at]) for rule in RULE_PRECEDENCE if signals[rule][at]), 0)
    if way == 0:
        return VariationType.COMMON.value
    if direction is Direction.NEUTRAL:
        return (VariationType.HIGH if way > 0 else VariationType.LOW).value
    better = (way > 0) == (direction is Direction.HIGHER_IS_BETTER)
    return (VariationType.IMPROVING if better else VariationType.CONCERNING).value


def _assured(direction: Direction, frame: pl.DataFrame) -> str:
    if direction is Direction.NEUTRAL:
        return ""
    last = frame.filter(pl.col("excluded_reason") == "").row(-1, named=True)
    if last["target"] is None or last["lower"] is None:
        return ""
    return str(assurance(last["lower"], last["upper"], last["target"], direction))
