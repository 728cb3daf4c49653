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


class How(Enum):
    """What is done with the numbers of several periods."""

    ADDED = "added"
    DIVIDED = "numerators over denominators"
    WEIGHTED = "values weighted by what they rest on"
    REFUSED = "refused"


@dataclass(frozen=True)
class Pooling:
    """What may be done with the numbers of a measure.

    Attributes:
        how: how several are put together.
        scale: what a quotient is multiplied by.
        no_average: why the same period of several years may not be averaged; empty if it may.
        no_run: why periods that follow one another may not be put together; empty if they may.
    """

    how: How
    scale: float = 1.0
    no_average: str = ""
    no_run: str = ""


@dataclass(frozen=True)
class Cell:
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


_ADDED = Pooling(How.ADDED)
_SHARE = Pooling(How.DIVIDED)
_NOT_COUNTS = {
    Unit.DAYS, Unit.HOURS, Unit.MINUTES, Unit.POUNDS, Unit.SECONDS, Unit.TONNES_CO2E,
}  # fmt: skip


def _refused(reason: str) -> Pooling:
    return Pooling(How.REFUSED, no_average=reason, no_run=reason)


def pooling_of(measure: Measure, metric: Metric) -> Pooling:
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
        return Pooling(How.WEIGHTED)
    if isinstance(measure, PeriodEndStock):
        return Pooling(How.ADDED, no_run="a stock at a date does not add over time.")
    if isinstance(measure, BudgetVariance):
        how = How.DIVIDED if measure.relative else How.ADDED
        return Pooling(how, no_run="a statement is cumulative, so its figures are never added.")
    if isinstance(measure, Proportion | Distribution | ReoffendingRate | Uptime):
        return _SHARE
    if isinstance(measure, Rate | Ratio):
        return _quotient(measure, metric)
    return _refused(f"nothing is laid down for putting together a {measure.kind}.")


def _quotient(measure: Rate | Ratio, metric: Metric) -> Pooling:
    parts = [pooling_of(metric.measure(key, measure.basis), metric) for key in measure.siblings]
    refused = next((each.no_average for each in parts if each.no_average), "")
    if refused:
        return _refused(refused)
    if isinstance(measure, Rate):
        return Pooling(
            How.DIVIDED,
            measure.scale,
            no_run="a rate is per head of one population estimate: ask for the longer period.",
        )
    stocks = next((each.no_run for each in parts if each.no_run), "")
    if not stocks and any(each.how is How.WEIGHTED for each in parts):
        stocks = "a mean over a period does not add over time."
    return Pooling(How.DIVIDED, no_run=stocks)


def base_of(measure: Measure, cell: Cell) -> float | None:
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


def adds_nothing(cell: Cell, pooling: Pooling) -> bool:
    """Say whether a cell is a quotient of nothing, which others may be put together with.

    A month without a case has no share, and a year with such a month has one.
    """
    quotient = pooling.how in (How.DIVIDED, How.WEIGHTED)
    return quotient and cell.value is None and not cell.numerator and cell.denominator == 0


def pool(cells: Sequence[Cell], pooling: Pooling, measure: Measure, *, averaged: bool) -> Pooled:
    """Put the numbers of several periods together; every cell has a value."""
    bases = [base for cell in cells if (base := base_of(measure, cell)) is not None]
    base = math.fsum(bases) if len(bases) == len(cells) else None
    if base is not None and averaged:
        base /= len(cells)
    values = [cell.value or 0.0 for cell in cells]
    if len(cells) == 1:
        return Pooled(cells[0].value, base)
    if pooling.how is How.ADDED:
        return Pooled(math.fsum(values) / (len(values) if averaged else 1), base)
    below = [cell.denominator for cell in cells]
    above = (
        [cell.numerator for cell in cells]
        if pooling.how is How.DIVIDED
        else [None if d is None else v * d for v, d in zip(values, below, strict=True)]
    )
    top, bottom = _total(above), _total(below)
    if top is None or not bottom:
        return Pooled(None, base)
    return Pooled(top / bottom * pooling.scale, base)


def _total(parts: Sequence[float | None]) -> float | None:
    known = [each for each in parts if each is not None]
    return math.fsum(known) if len(known) == len(parts) else None
