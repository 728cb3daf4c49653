"""Pooling: one number from the numbers of several periods, for the kinds where that is valid.

The pooled number equals the number that the engine computes for the longer period.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from swm_kpi.measures import Measure, PoolingMethod, PoolingRule, ResultColumn
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import Unit


@dataclass(frozen=True)
class RowNumbers:
    """The numbers and the marker of one row of a result, named as its columns.

    Attributes:
        is_absent_area: whether it is of an area that does not exist in the period.
    """

    value: float | None
    numerator: float | None
    denominator: float | None
    marker: str
    is_absent_area: bool = False
    lower: float | None = None
    upper: float | None = None
    effective_answers: float | None = None

    def number(self, column: ResultColumn) -> float | None:
        """Return the number in a column."""
        match column:
            case ResultColumn.VALUE:
                return self.value
            case ResultColumn.NUMERATOR:
                return self.numerator
            case ResultColumn.DENOMINATOR:
                return self.denominator
            case _:
                assert_never(column)


@dataclass(frozen=True)
class Pooled:
    """A pooled number and the count of cases behind it.

    Attributes:
        value: the number; None if its denominator is zero or unknown.
        count: the count of cases, for an average the mean count of one period; None if the measure
            has no count of cases.
    """

    value: float | None
    count: float | None


_NOT_COUNTS = {
    Unit.DAYS, Unit.HOURS, Unit.MINUTES, Unit.POUNDS, Unit.PROPORTION, Unit.SECONDS,
    Unit.TONNES_CO2E,
}  # fmt: skip


def pooling_rule(measure: Measure, metric: Metric) -> PoolingRule:
    """Return how the numbers of a measure in several periods are pooled.

    A measure that depends on other measures is pooled only if those can be pooled.
    """
    rule = measure.pooling
    inputs = [
        pooling_rule(metric.measure(key, measure.basis), metric) for key in measure.depends_on
    ]
    refused = next((part.no_average_reason for part in inputs if part.no_average_reason), "")
    if refused:
        return PoolingRule.refuse(refused)
    no_sum_reason = rule.no_sum_reason or next(
        (part.no_sum_reason for part in inputs if part.no_sum_reason), ""
    )
    if not no_sum_reason and any(_is_mean(part.method) for part in inputs):
        no_sum_reason = "a mean over a period does not add over time."
    return replace(rule, no_sum_reason=no_sum_reason)


def _is_mean(method: PoolingMethod) -> bool:
    """Return whether the numbers that a method combines are means over their periods."""
    match method:
        case PoolingMethod.WEIGHTED:
            return True
        case PoolingMethod.ADDED | PoolingMethod.DIVIDED | PoolingMethod.REFUSED:
            return False
        case _:
            assert_never(method)


def underlying_count(measure: Measure, row: RowNumbers) -> float | None:
    """Return the count of cases behind the value of a row.

    The kind of measure names the column of the count. The result is None for money, time and
    weight, which are not counts, and for a proportion, which changes in percentage points.
    """
    column = measure.percentage_change.count
    if column is None:
        return None
    if column is ResultColumn.VALUE and measure.resolved_unit in _NOT_COUNTS:
        return None
    return row.number(column)


def is_structural_zero(row: RowNumbers, rule: PoolingRule) -> bool:
    """Return whether a row is a quotient with no cases, which adds nothing to a pooled number.

    A month without cases has no proportion, but a year that contains such a month has one.
    """
    match rule.method:
        case PoolingMethod.DIVIDED | PoolingMethod.WEIGHTED:
            return row.value is None and not row.numerator and row.denominator == 0
        case PoolingMethod.ADDED | PoolingMethod.REFUSED:
            return False
        case _:
            assert_never(rule.method)


def pool(
    rows: Sequence[RowNumbers], rule: PoolingRule, measure: Measure, *, is_average: bool
) -> Pooled:
    """Return the pooled number of several periods.

    Args:
        rows: a row for each period; each has a value or is a structural zero.
        rule: how the numbers are pooled.
        measure: the measure of the rows.
        is_average: whether added values are divided by the number of periods.

    Raises:
        ValueError: there are several rows, and the rule is that they are never combined.
    """
    counts = [count for row in rows if (count := underlying_count(measure, row)) is not None]
    count = math.fsum(counts) if len(counts) == len(rows) else None
    if count is not None and is_average:
        count /= len(rows)
    if len(rows) == 1:
        return Pooled(rows[0].value, count)
    values = [row.value or 0.0 for row in rows]
    denominators = [row.denominator for row in rows]
    match rule.method:
        case PoolingMethod.ADDED:
            return Pooled(math.fsum(values) / (len(values) if is_average else 1), count)
        case PoolingMethod.DIVIDED:
            numerators = [row.numerator for row in rows]
        case PoolingMethod.WEIGHTED:
            numerators = [
                None if denominator is None else value * denominator
                for value, denominator in zip(values, denominators, strict=True)
            ]
        case PoolingMethod.REFUSED:
            raise ValueError(f"the periods of {measure.key!r} are never combined")
        case _:
            assert_never(rule.method)
    numerator, denominator = _sum_if_complete(numerators), _sum_if_complete(denominators)
    if numerator is None or not denominator:
        return Pooled(None, count)
    return Pooled(numerator / denominator * rule.scale, count)


def _sum_if_complete(numbers: Sequence[float | None]) -> float | None:
    """Return the sum, or None if a number is missing."""
    known = [number for number in numbers if number is not None]
    return math.fsum(known) if len(known) == len(numbers) else None
