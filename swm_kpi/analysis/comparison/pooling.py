"""How one number is made from those of several periods, for the kinds where that is lawful.

The result of pooling is the number the engine gives for the longer period, or it is refused.
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
    """One row's numbers and its marker."""

    value: float | None
    numerator: float | None
    denominator: float | None
    marker: str

    def number(self, column: ResultColumn) -> float | None:
        """Return the number of a column."""
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
    """A number, and how many things it rests on.

    Attributes:
        value: the number; None where there is nothing to divide by.
        base: the count beneath it, for one period; None where no count is beneath it.
    """

    value: float | None
    base: float | None


_NOT_COUNTS = {
    Unit.DAYS, Unit.HOURS, Unit.MINUTES, Unit.POUNDS, Unit.PROPORTION, Unit.SECONDS,
    Unit.TONNES_CO2E,
}  # fmt: skip


def pooling_rule(measure: Measure, metric: Metric) -> PoolingRule:
    """Return how the numbers of a measure in several periods become one.

    A measure that depends on others is pooled only where those can be.
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
    if not no_sum_reason and any(part.method is PoolingMethod.WEIGHTED for part in inputs):
        no_sum_reason = "a mean over a period does not add over time."
    return replace(rule, no_sum_reason=no_sum_reason)


def underlying_count(measure: Measure, cell: RowNumbers) -> float | None:
    """Return the count that a percentage change would be a percentage of.

    The kind of measure names the column. Money, time and weight are not counts, and a proportion
    changes in percentage points: None.
    """
    column = measure.percentage_change.count
    if column is None:
        return None
    if column is ResultColumn.VALUE and measure.resolved_unit in _NOT_COUNTS:
        return None
    return cell.number(column)


def is_structural_zero(cell: RowNumbers, pooling: PoolingRule) -> bool:
    """Say whether a cell is a quotient of nothing, which others may be put together with.

    A month without a case has no share, and a year with such a month has one.
    """
    quotient = pooling.method in (PoolingMethod.DIVIDED, PoolingMethod.WEIGHTED)
    return quotient and cell.value is None and not cell.numerator and cell.denominator == 0


def pool(
    cells: Sequence[RowNumbers], pooling: PoolingRule, measure: Measure, *, averaged: bool
) -> Pooled:
    """Put the numbers of several periods together; every cell has a value."""
    bases = [base for cell in cells if (base := underlying_count(measure, cell)) is not None]
    base = math.fsum(bases) if len(bases) == len(cells) else None
    if base is not None and averaged:
        base /= len(cells)
    values = [cell.value or 0.0 for cell in cells]
    if len(cells) == 1:
        return Pooled(cells[0].value, base)
    if pooling.method is PoolingMethod.ADDED:
        return Pooled(math.fsum(values) / (len(values) if averaged else 1), base)
    below = [cell.denominator for cell in cells]
    above = (
        [cell.numerator for cell in cells]
        if pooling.method is PoolingMethod.DIVIDED
        else [None if d is None else v * d for v, d in zip(values, below, strict=True)]
    )
    top, bottom = _total(above), _total(below)
    if top is None or not bottom:
        return Pooled(None, base)
    return Pooled(top / bottom * pooling.scale, base)


def _total(parts: Sequence[float | None]) -> float | None:
    known = [each for each in parts if each is not None]
    return math.fsum(known) if len(known) == len(parts) else None
