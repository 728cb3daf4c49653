"""How one number is made from those of several periods, for the kinds where that is lawful.

The result of pooling is the number the engine gives for the longer period, or it is refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from swm_kpi.measures import (
    Average,
    AverageStock,
    BudgetVariance,
    Count,
    Distribution,
    Duration,
    Measure,
    PeriodEndStock,
    Proportion,
    Rate,
    Ratio,
    ReoffendingRate,
    RepeatRate,
    Sum,
    SumProduct,
    SurveyProportion,
    TextReport,
    Uptime,
)
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import Unit


class PoolingMethod(Enum):
    """What is done with the numbers of several periods."""

    ADDED = "added"
    DIVIDED = "numerators over denominators"
    WEIGHTED = "values weighted by what they rest on"
    REFUSED = "refused"


@dataclass(frozen=True)
class PoolingRule:
    """What may be done with the numbers of a measure.

    Attributes:
        how: how several are put together.
        scale: what a quotient is multiplied by.
        no_average_reason: why the same period of several years may not be averaged, or empty.
        no_sum_reason: why consecutive periods may not be pooled, or empty.
    """

    how: PoolingMethod
    scale: float = 1.0
    no_average_reason: str = ""
    no_sum_reason: str = ""


@dataclass(frozen=True)
class RowNumbers:
    """One row's numbers and its marker."""

    value: float | None
    numerator: float | None
    denominator: float | None
    marker: str


@dataclass(frozen=True)
class Pooled:
    """A number, and how many things it rests on.

    Attributes:
        value: the number; None where there is nothing to divide by.
        base: the count beneath it, for one period; None where no count is beneath it.
    """

    value: float | None
    base: float | None


_ADDED = PoolingRule(PoolingMethod.ADDED)
_SHARE = PoolingRule(PoolingMethod.DIVIDED)
_NOT_COUNTS = {
    Unit.DAYS, Unit.HOURS, Unit.MINUTES, Unit.POUNDS, Unit.SECONDS, Unit.TONNES_CO2E,
}  # fmt: skip


def _refused(reason: str) -> PoolingRule:
    return PoolingRule(PoolingMethod.REFUSED, no_average_reason=reason, no_sum_reason=reason)


def pooling_rule(measure: Measure, metric: Metric) -> PoolingRule:
    """Say what may be done with a measure's numbers over several periods."""
    if isinstance(measure, TextReport):
        return _refused("a narrative is a text, not a number.")
    if isinstance(measure, RepeatRate) or (
        isinstance(measure, Count) and measure.distinct is not None
    ):
        return _refused(
            "it counts each person or thing once in a period, so the numbers of several periods "
            "do not add."
        )
    if isinstance(measure, SurveyProportion):
        return _refused("the weights of different survey waves need not be on one scale.")
    if isinstance(measure, Duration) and measure.average is not Average.MEAN:
        return _refused(f"a {measure.average.value} cannot be worked out from other ones.")
    if isinstance(measure, Count | Sum | SumProduct):
        return _ADDED
    if isinstance(measure, Duration | AverageStock):
        return PoolingRule(PoolingMethod.WEIGHTED)
    if isinstance(measure, PeriodEndStock):
        return PoolingRule(
            PoolingMethod.ADDED, no_sum_reason="a stock at a date does not add over time."
        )
    if isinstance(measure, BudgetVariance):
        how = PoolingMethod.DIVIDED if measure.relative else PoolingMethod.ADDED
        return PoolingRule(
            how, no_sum_reason="a statement is cumulative, so its figures are never added."
        )
    if isinstance(measure, Proportion | Distribution | ReoffendingRate | Uptime):
        return _SHARE
    if isinstance(measure, Rate | Ratio):
        return _quotient(measure, metric)
    return _refused(f"nothing is laid down for putting together a {measure.kind}.")


def _quotient(measure: Rate | Ratio, metric: Metric) -> PoolingRule:
    parts = [pooling_rule(metric.measure(key, measure.basis), metric) for key in measure.siblings]
    refused = next((each.no_average_reason for each in parts if each.no_average_reason), "")
    if refused:
        return _refused(refused)
    if isinstance(measure, Rate):
        return PoolingRule(
            PoolingMethod.DIVIDED,
            measure.scale,
            no_sum_reason="a rate is per head of one population estimate: "
            "ask for the longer period.",
        )
    stocks = next((each.no_sum_reason for each in parts if each.no_sum_reason), "")
    if not stocks and any(each.how is PoolingMethod.WEIGHTED for each in parts):
        stocks = "a mean over a period does not add over time."
    return PoolingRule(PoolingMethod.DIVIDED, no_sum_reason=stocks)


def underlying_count(measure: Measure, cell: RowNumbers) -> float | None:
    """Return the count that a percentage change would be a percentage of.

    The numerator of a rate or a ratio, the cases of a duration, else the number itself. A
    proportion changes in points, and money, time and weight are not counted in things: None.
    """
    if isinstance(measure, Rate | Ratio):
        return cell.numerator
    if isinstance(measure, Duration):
        return cell.denominator
    unit = measure.measured_in
    return None if unit in _NOT_COUNTS or unit is Unit.PROPORTION else cell.value


def is_structural_zero(cell: RowNumbers, pooling: PoolingRule) -> bool:
    """Say whether a cell is a quotient of nothing, which others may be put together with.

    A month without a case has no share, and a year with such a month has one.
    """
    quotient = pooling.how in (PoolingMethod.DIVIDED, PoolingMethod.WEIGHTED)
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
    if pooling.how is PoolingMethod.ADDED:
        return Pooled(math.fsum(values) / (len(values) if averaged else 1), base)
    below = [cell.denominator for cell in cells]
    above = (
        [cell.numerator for cell in cells]
        if pooling.how is PoolingMethod.DIVIDED
        else [None if d is None else v * d for v, d in zip(values, below, strict=True)]
    )
    top, bottom = _total(above), _total(below)
    if top is None or not bottom:
        return Pooled(None, base)
    return Pooled(top / bottom * pooling.scale, base)


def _total(parts: Sequence[float | None]) -> float | None:
    known = [each for each in parts if each is not None]
    return math.fsum(known) if len(known) == len(parts) else None
