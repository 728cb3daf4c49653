"""What the numbers of a measure count, so that the same count is known wherever it stands."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, assert_never

from swm_kpi.disclosure.policy import DisclosurePolicy
from swm_kpi.measures import (
    AverageOverRows,
    CountedValue,
    FreeText,
    MeanOfCounts,
    Measure,
    NoCounts,
    Operation,
    QuotientOfMeasures,
    ShareOfCounts,
    Statistic,
    TableMeasure,
    TimeAlignment,
    UnlinkedCount,
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


def read(metric: Metric, measure: Measure, policy: DisclosurePolicy) -> Reading:
    """Return how a measure's rows are read under a policy, as its kind declares."""
    rule = measure.disclosure
    covered = policy.covers(metric.ref, _rows(measure))
    statistics = measure.statistics
    match rule:
        case NoCounts():
            return Reading()
        case FreeText():
            return Reading(text=True)
        case CountedValue() | MeanOfCounts() | UnlinkedCount():
            return Reading(value=_counted(metric, measure, policy))
        case QuotientOfMeasures(scale=scale):
            top, *rest = (metric.measure(key, measure.basis) for key in measure.depends_on)
            return Reading(
                numerator=_counted(metric, top, policy),
                denominator=_counted(metric, rest[0], policy) if rest else None,
                divided=True,
                scale=scale,
            )
        case AverageOverRows(rows=rows, tail=tail):
            return Reading(
                denominator=_series(statistics[rows]) if covered else None,
                averaged=True,
                beyond=tail,
            )
        case ShareOfCounts():
            if not covered:
                return Reading()
            return Reading(
                numerator=_series(statistics[rule.part]),
                denominator=_less(_series(statistics[rule.whole]), statistics.get(rule.undecided)),
                divided=True,
                part=True,
                answered=rule.note_has_counts,
            )
        case _:
            assert_never(rule)


def _counted(metric: Metric, measure: Measure, policy: DisclosurePolicy) -> Series | None:
    """Return the count that a measure's value is, if it is one under the policy."""
    if not policy.covers(metric.ref, measure.resolved_unit):
        return None
    match measure.disclosure:
        case CountedValue(statistic=role):
            return _series(measure.statistics[role])
        case MeanOfCounts(statistic=role):
            return Series(f"mean of {measure.statistics[role].key}")
        case _:
            # The value is linked to no other count: it is protected by itself.
            return Series(json.dumps(measure.canonical(), default=str), over_members="")


def _rows(measure: Measure) -> Unit:
    rows = measure.of.row_unit if isinstance(measure, TableMeasure) else None
    return rows if rows is not None else Unit.PEOPLE


def _series(statistic: Statistic) -> Series:
    canonical: list[Any] = list(statistic.canonical)
    where, canonical[4], canonical[-1] = canonical[4], None, None
    clauses = where[1:] if where and where[0] == "and" else [where] if where else []
    joined = "sum" if statistic.operation.is_additive else "cover"
    return Series(
        json.dumps([canonical, where]),
        over_members=joined,
        over_time=joined if statistic.alignment is TimeAlignment.EVENT else "",
        whole=statistic.whole or "",
        clauses=frozenset(json.dumps(each) for each in clauses),
        family=json.dumps(canonical) if statistic.operation is not Operation.QUANTILE else "",
    )


def _less(series: Series, undecided: Statistic | None) -> Series:
    """Return the rows of a share that could be decided: a count of its own, and a part."""
    if undecided is None:
        return series
    decided = json.dumps(["decided", undecided.key])
    key = f"{series.key} less {undecided.key}"
    return replace(series, key=key, clauses=series.clauses | {decided})
