"""What the numbers of a measure count, so that the same count is known wherever it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from swm_kpi.disclosure.policy import DisclosurePolicy
from swm_kpi.measures import (
    AverageStock,
    BudgetVariance,
    Count,
    Distribution,
    Duration,
    Measure,
    Operation,
    PeriodEndStock,
    Proportion,
    Rate,
    Ratio,
    ReoffendingRate,
    RepeatRate,
    Statistic,
    Sum,
    SumProduct,
    SurveyProportion,
    TableMeasure,
    TextReport,
    TimeAlignment,
    Uptime,
)
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import Unit


@dataclass(frozen=True)
class Series:
    """One count over the whole grid, whichever ref shows it.

    Attributes:
        key: equal for two series that are the same count.
        over_members: ``"sum"`` where members add to the total, ``"cover"`` where one person may be
            in several, so that they come to the total or more.
        over_time: the same of months and quarters; empty where time does not add.
        whole: a breakdown whose total is meant, whichever member's row it stands in.
        clauses: its conditions, one by one, to tell when one count is a part of another.
        family: equal for counts of one table with one time alignment.
    """

    key: str
    over_members: str = "sum"
    over_time: str = ""
    whole: str = ""
    clauses: frozenset[str] = frozenset()
    family: str = ""


@dataclass(frozen=True)
class Reading:
    """How one measure's rows are read. A role is None where it is not under the policy.

    Attributes:
        value, numerator, denominator: which count stands in each column.
        divided: whether the value is the numerator over the denominator, times the scale.
        part: whether the numerator is a part of the denominator, so that the rest is a count too.
        averaged: whether the value is an average over the denominator's rows.
        beyond: which part of those rows an extreme value has beyond it: a tenth, of the 90th
            percentile. All of them for a mean and a median, which are no extremes.
        answered: whether the note says on how many answers it rests.
        text: whether it is a written text.
    """

    value: Series | None = None
    numerator: Series | None = None
    denominator: Series | None = None
    divided: bool = False
    part: bool = False
    averaged: bool = False
    beyond: float = 1.0
    answered: bool = False
    text: bool = False
    scale: int = 1

    @property
    def roles(self) -> dict[str, Series]:
        """The counts under the policy, by column."""
        found = {
            "value": self.value, "numerator": self.numerator, "denominator": self.denominator,
        }  # fmt: skip
        return {name: each for name, each in found.items() if each is not None}


_MEDIAN = 0.5
_VALUE = {Count: "count", Sum: "sum", SumProduct: "total", PeriodEndStock: "stock"}
_SHARE: dict[type[Measure], tuple[str, str]] = {
    Proportion: ("numerator", "denominator"),
    Distribution: ("member", "all"),
    RepeatRate: ("again", "people"),
    ReoffendingRate: ("reoffended", "cohort"),
    SurveyProportion: ("favourable", "valid"),
}


def read(metric: Metric, measure: Measure, policy: DisclosurePolicy) -> Reading:
    """Return how a measure's rows are read under a policy."""
    if isinstance(measure, TextReport):
        return Reading(text=True)
    if isinstance(measure, Uptime | BudgetVariance):
        return Reading()
    if isinstance(measure, Rate | Ratio):
        top, *rest = measure.siblings
        bottom = [_counted(metric, metric.measure(key, measure.basis), policy) for key in rest]
        return Reading(
            numerator=_counted(metric, metric.measure(top, measure.basis), policy),
            denominator=bottom[0] if bottom else None,
            divided=True,
            scale=measure.scale if isinstance(measure, Rate) else 1,
        )
    covered = policy.covers(metric.ref, _rows(measure))
    statistics = measure.statistics
    if isinstance(measure, Duration):
        quantile = statistics["seconds"].quantile
        return Reading(
            denominator=_series(statistics["timed"]) if covered else None,
            averaged=True,
            beyond=1.0 if quantile in (None, _MEDIAN) else min(quantile, 1 - quantile),
        )
    counted = isinstance(measure, RepeatRate) and measure.as_count
    if type(measure) in _SHARE and not counted:
        if not covered:
            return Reading()
        part, whole = (statistics[role] for role in _SHARE[type(measure)])
        return Reading(
            numerator=_series(part),
            denominator=_less(_series(whole), statistics),
            divided=True,
            part=True,
            answered=isinstance(measure, SurveyProportion),
        )
    return Reading(value=_counted(metric, measure, policy))


def _counted(metric: Metric, measure: Measure, policy: DisclosurePolicy) -> Series | None:
    """Return the count that a measure's value is, if it is one under the policy."""
    if not policy.covers(metric.ref, measure.measured_in):
        return None
    role = next((name for kind, name in _VALUE.items() if isinstance(measure, kind)), "")
    if isinstance(measure, RepeatRate):
        role = "again"
    if role:
        return _series(measure.statistics[role])
    if isinstance(measure, AverageStock):
        return Series(f"mean of {measure.statistics['sum'].key}")
    # A kind of measure that this room does not know: its numbers are protected by themselves.
    return Series(json.dumps(measure.canonical(), default=str), over_members="")


def _rows(measure: Measure) -> Unit:
    rows = measure.of.row_unit if isinstance(measure, TableMeasure) else None
    return rows if rows is not None else Unit.PEOPLE


def _series(statistic: Statistic) -> Series:
    canonical: list[Any] = list(statistic.canonical)
    where, canonical[4], canonical[-1] = canonical[4], None, None
    clauses = where[1:] if where and where[0] == "and" else [where] if where else []
    joined = "sum" if statistic.operation.adds else "cover"
    return Series(
        json.dumps([canonical, where]),
        over_members=joined,
        over_time=joined if statistic.alignment is TimeAlignment.EVENT else "",
        whole=statistic.whole or "",
        clauses=frozenset(json.dumps(each) for each in clauses),
        family=json.dumps(canonical) if statistic.operation is not Operation.QUANTILE else "",
    )


def _less(series: Series, statistics: Mapping[str, Statistic]) -> Series:
    """Return the rows of a share that could be decided: a count of its own, and a part."""
    if "unknown" not in statistics:
        return series
    unknown = statistics["unknown"].key
    decided = json.dumps(["decided", unknown])
    key = f"{series.key} less {unknown}"
    return replace(series, key=key, clauses=series.clauses | {decided})
