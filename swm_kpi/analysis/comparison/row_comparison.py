"""The comparison of one row, or the reason why it is not compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from swm_kpi.analysis.comparison.compared_periods import ComparedPeriods, periods_label
from swm_kpi.analysis.comparison.pooling import RowNumbers, is_structural_zero, pool
from swm_kpi.analysis.comparison.verdict import Verdict
from swm_kpi.calendar import Period, format_date
from swm_kpi.formatting import is_percentage
from swm_kpi.measures import Measure, PoolingRule
from swm_kpi.model.metric import Break
from swm_kpi.vocabulary import Direction, Marker

_MOST_LABELS = 4
"""The most period labels in a note; the rest are counted."""


@dataclass(frozen=True)
class RowComparison:
    """The columns that a comparison adds to a row, in their order."""

    current_period: str = ""
    current_value: float | None = None
    previous_period: str = ""
    previous_value: float | None = None
    change: float | None = None
    change_pct: float | None = None
    change_percentage_points: float | None = None
    verdict: str = Verdict.CANNOT_TELL.value
    change_marker: str = ""
    change_note: str = ""


@dataclass(frozen=True)
class ComparedNumbers:
    """The numbers of a comparison that was made.

    Attributes:
        current, previous: the numbers of each period.
        value, previous_value: the pooled numbers.
    """

    current: Sequence[RowNumbers]
    previous: Sequence[RowNumbers]
    value: float
    previous_value: float


@dataclass(frozen=True)
class ComparisonRules:
    """The rules for comparing the rows of one measure.

    Attributes:
        measure: the measure.
        direction: which way is better.
        breaks: the days across which nothing is compared.
        pooling: how the numbers of several periods are pooled.
        min_count: the smallest earlier count for which a percentage change is given.
        is_unknown: whether the rows have no recorded member of a breakdown.
    """

    measure: Measure
    direction: Direction
    breaks: tuple[Break, ...]
    pooling: PoolingRule
    min_count: float
    is_unknown: bool = False


def compare_row(
    periods: ComparedPeriods,
    current: Sequence[RowNumbers | None],
    previous: Sequence[RowNumbers | None],
    rules: ComparisonRules,
) -> tuple[RowComparison, ComparedNumbers | None]:
    """Return the comparison of one row, without its verdict, and the numbers compared if any are.

    Args:
        periods: the periods on both sides.
        current: the numbers of each current period; None where the result has no row.
        previous: the numbers of each previous period; None where the result has no row.
        rules: the rules of the measure.
    """
    current_label = periods_label(periods.current)
    previous_label = periods_label(periods.previous, is_average=periods.is_average)
    obstacle = _reason_not_comparable(periods, current, previous, rules)
    if obstacle is not None:
        marker, reason = obstacle
        only = current[0] if len(current) == 1 else None
        comparison = RowComparison(
            current_label,
            None if only is None else only.value,
            previous_label,
            change_marker=marker.value,
            change_note=f"Not compared: {reason}",
        )
        return comparison, None
    current_rows = [row for row in current if row is not None]
    previous_rows = [row for row in previous if row is not None]
    now = pool(current_rows, rules.pooling, rules.measure, is_average=False)
    before = pool(previous_rows, rules.pooling, rules.measure, is_average=periods.is_average)
    if now.value is None or before.value is None:
        comparison = RowComparison(
            current_label,
            now.value,
            previous_label,
            before.value,
            change_marker=Marker.NOT_APPLICABLE.value,
            change_note="Not compared: the denominator is zero.",
        )
        return comparison, None
    change = now.value - before.value
    marker, notes = _caveats([*current_rows, *previous_rows], periods)
    percent = points = None
    if is_percentage(rules.measure.resolved_unit):
        points = 100 * change
    else:
        percent_marker, reason = _reason_no_percentage(before.value, before.count, rules)
        if reason:
            marker = percent_marker
            notes.append(reason)
        else:
            percent = 100 * change / before.value
    comparison = RowComparison(
        current_label,
        now.value,
        previous_label,
        before.value,
        change,
        percent,
        points,
        Verdict.CANNOT_TELL.value,
        marker.value,
        " ".join(notes),
    )
    return comparison, ComparedNumbers(current_rows, previous_rows, now.value, before.value)


def _reason_not_comparable(
    periods: ComparedPeriods,
    current: Sequence[RowNumbers | None],
    previous: Sequence[RowNumbers | None],
    rules: ComparisonRules,
) -> tuple[Marker, str] | None:
    """Return the marker and reason if the two sides cannot be compared.

    The most permanent reason comes first: the kind of measure, then a break, then missing numbers.
    """
    refused = rules.pooling.no_sum_reason if len(periods.current) > 1 else ""
    if periods.is_average:
        refused = rules.pooling.no_average_reason
    if refused:
        return Marker.NOT_APPLICABLE, refused
    for series_break in rules.breaks:
        if periods.spans(series_break.day):
            day = format_date(series_break.day)
            return Marker.BREAK, f"the series breaks on {day}: {series_break.because}."
    if all(row is not None and row.value is not None and not row.marker for row in current) and all(
        row is not None and row.value is not None and not row.marker for row in previous
    ):
        return None
    rows = [
        (period, row, len(side) > 1)
        for side_periods, side in ((periods.current, current), (periods.previous, previous))
        for period, row in zip(side_periods, side, strict=True)
    ]
    absent = [period for period, row, _ in rows if row is not None and row.is_absent_area]
    if absent:
        return Marker.NOT_APPLICABLE, f"the area does not exist: {_list_periods(absent)}."
    reasons = (
        (Marker.CONFIDENTIAL, "withheld to protect people"),
        (Marker.NOT_AVAILABLE, "no number in this result"),
        (Marker.PROVISIONAL, "provisional, so the data for the period are not complete"),
        (Marker.NOT_APPLICABLE, "no number, because the denominator is zero"),
        (Marker.LOW_RELIABILITY, "no number, because it is not reliable enough to show"),
    )
    for marker, reason in reasons:
        affected = [
            period
            for period, row, is_pooled in rows
            if _blocking_marker(row) is marker
            and not (is_pooled and row is not None and is_structural_zero(row, rules.pooling))
        ]
        if affected:
            return marker, f"{reason}: {_list_periods(affected)}."
    return None


def _blocking_marker(row: RowNumbers | None) -> Marker | None:
    """Return the marker that prevents a comparison, or None if nothing does."""
    if row is None or (row.value is None and not row.marker):
        return Marker.NOT_AVAILABLE
    marker = Marker(row.marker)
    if marker in (Marker.CONFIDENTIAL, Marker.PROVISIONAL):
        return marker
    if row.value is not None:
        return None
    known = (Marker.NOT_APPLICABLE, Marker.LOW_RELIABILITY)
    return marker if marker in known else Marker.NOT_AVAILABLE


def _list_periods(periods: Sequence[Period]) -> str:
    labels = [period.label for period in periods]
    if len(labels) > _MOST_LABELS:
        labels = [*labels[: _MOST_LABELS - 1], f"{len(labels) - _MOST_LABELS + 1} more"]
    *before, last = labels
    return f"{', '.join(before)} and {last}" if before else last


def _caveats(rows: Sequence[RowNumbers], periods: ComparedPeriods) -> tuple[Marker, list[str]]:
    """Return the marker and the notes of a comparison that is valid but uncertain."""
    notes = []
    marker = Marker.NONE
    if any(row.marker == Marker.LOW_RELIABILITY for row in rows):
        marker = Marker.LOW_RELIABILITY
        notes.append("It uses a number of low reliability.")
    if periods.is_average and periods.includes_pandemic:
        notes.append("The average includes April 2020 to March 2021, the year of restrictions.")
    return marker, notes


def _reason_no_percentage(
    previous: float, count: float | None, rules: ComparisonRules
) -> tuple[Marker, str]:
    """Return the marker and reason if there is no percentage change; otherwise an empty reason."""
    if rules.measure.percentage_change.refusal:
        reason = f"No percentage: {rules.measure.percentage_change.refusal}"
        return Marker.NOT_APPLICABLE, reason
    if previous <= 0:
        start = "zero" if previous == 0 else "below zero"
        return Marker.NOT_APPLICABLE, f"No percentage: the earlier number is {start}."
    if count is not None and count < rules.min_count:
        minimum = f"{rules.min_count:g}"
        return Marker.LOW_RELIABILITY, f"No percentage: the earlier count is below {minimum}."
    return Marker.NONE, ""
