"""What each number of a measure counts, so that one count is recognised wherever it appears.

A count can appear as the value of one measure, as the numerator of another and as the denominator
of a third. An attacker puts these together, so the linked tables must too. ``CountKey`` identifies
a count; ``CellRoles`` says which count is in which column of a measure's rows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Literal, assert_never

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

_OVER_SNAPSHOTS = (TimeAlignment.MEAN_OF_SNAPSHOTS, TimeAlignment.MEAN_OF_STOCKS)
"""Alignments that add up the rows of several snapshots."""
PartRelation = Literal["additive", "overlapping", ""]
"""How a total is related to its parts: equal to their sum, or at most their sum (because one person
can be in several parts), or not related."""


@dataclass(frozen=True)
class CountKey:
    """The identity of a count over all periods and members, whichever refs show it.

    Attributes:
        key: equal for two measures that count the same.
        over_members: how the total of a breakdown is related to its members.
        over_time: how a longer period is related to the shorter periods in it.
        total_over: a breakdown over which this count is always the total, whichever member's row
            it is in.
        conditions: the conditions that its rows meet, joined by "and", each as canonical JSON.
        family: equal for counts of the same rows of one table with one time alignment, which
            differ only in their conditions; empty for a count that is never compared by conditions.
    """

    key: str
    over_members: PartRelation = "additive"
    over_time: PartRelation = ""
    total_over: str = ""
    conditions: frozenset[str] = frozenset()
    family: str = ""


@dataclass(frozen=True)
class CellRoles:
    """Which count is in each column of a measure's rows, and how the value depends on them.

    A column is None where it holds no count to which the policy applies.

    Attributes:
        value, numerator, denominator, answers: the count in that column.
        undecided, without_value: the count in that column, which is suppressed by itself.
        is_quotient: whether the value is the numerator over the denominator, times the scale.
        has_complement: whether the numerator counts a subset of the denominator's rows, so that
            the difference of the two is a count as well.
        is_average: whether the value is an average over the denominator's rows.
        tail_share: the share of those rows beyond the value: 0.1 for a 90th percentile. 1.0 for a
            mean and a median, which are not near the end of a distribution.
        is_free_text: whether the row holds free text.
        scale: what a quotient is multiplied by, such as 1,000.
    """

    value: CountKey | None = None
    numerator: CountKey | None = None
    denominator: CountKey | None = None
    answers: CountKey | None = None
    undecided: CountKey | None = None
    without_value: CountKey | None = None
    is_quotient: bool = False
    has_complement: bool = False
    is_average: bool = False
    tail_share: float = 1.0
    is_free_text: bool = False
    scale: int = 1

    @property
    def counts(self) -> dict[str, CountKey]:
        """The counts to which the policy applies, by column."""
        columns = {
            "value": self.value, "numerator": self.numerator, "denominator": self.denominator,
            "answers": self.answers,
        }  # fmt: skip
        return {column: count for column, count in columns.items() if count is not None}

    @property
    def row_counts(self) -> dict[str, CountKey]:
        """The counts of rows that are not recorded, which are suppressed without the value."""
        columns = {"undecided": self.undecided, "without_value": self.without_value}
        return {column: count for column, count in columns.items() if count is not None}


def roles_of(metric: Metric, measure: Measure, policy: DisclosurePolicy) -> CellRoles:
    """Return which counts the rows of a measure hold, as its kind declares.

    Counts to which the policy does not apply are left out.
    """
    roles = _declared_roles(metric, measure, policy)
    return replace(
        roles,
        undecided=_row_count(metric, measure, policy, ("undecided", "unanswered")),
        without_value=_row_count(metric, measure, policy, ("without_value", "blank")),
    )


def _row_count(
    metric: Metric, measure: Measure, policy: DisclosurePolicy, roles: tuple[str, ...]
) -> CountKey | None:
    """Return the count of rows that are not recorded; None if it is a sum of several counts."""
    keys = {
        part.statistics[role].key: part.statistics[role]
        for part in metric.completeness_of(measure)
        for role in roles
        if role in part.statistics
    }
    counted = [
        statistic
        for statistic in keys.values()
        if policy.covers(metric.ref, statistic.contract.row_unit or Unit.PEOPLE)
    ]
    if len(keys) != 1 or not counted or counted[0].alignment in _OVER_SNAPSHOTS:
        return None
    return _count_key(counted[0])


def _declared_roles(metric: Metric, measure: Measure, policy: DisclosurePolicy) -> CellRoles:
    rule = measure.disclosure
    covered = policy.covers(metric.ref, _row_unit(measure))
    statistics = measure.statistics
    match rule:
        case NoCounts():
            return CellRoles()
        case FreeText():
            return CellRoles(is_free_text=True)
        case CountedValue() | MeanOfCounts() | UnlinkedCount():
            return CellRoles(value=_value_count(metric, measure, policy))
        case QuotientOfMeasures(scale=scale):
            numerator, *rest = (metric.measure(key, measure.basis) for key in measure.depends_on)
            return CellRoles(
                numerator=_value_count(metric, numerator, policy),
                denominator=_value_count(metric, rest[0], policy) if rest else None,
                is_quotient=True,
                scale=scale,
            )
        case AverageOverRows(rows=rows, tail=tail):
            return CellRoles(
                denominator=_count_key(statistics[rows]) if covered else None,
                is_average=True,
                tail_share=tail,
            )
        case ShareOfCounts():
            if not covered:
                return CellRoles()
            return CellRoles(
                numerator=_count_key(statistics[rule.part]),
                denominator=_without_undecided(
                    _count_key(statistics[rule.whole]), statistics.get(rule.undecided)
                ),
                is_quotient=True,
                has_complement=True,
                answers=_count_key(statistics[rule.answers]) if rule.answers else None,
            )
        case _:
            assert_never(rule)


def _value_count(metric: Metric, measure: Measure, policy: DisclosurePolicy) -> CountKey | None:
    """Return the count that is a measure's value, if the policy applies to its unit."""
    if not policy.covers(metric.ref, measure.resolved_unit):
        return None
    rule = measure.disclosure
    match rule:
        case CountedValue(statistic=name):
            return _count_key(measure.statistics[name])
        case MeanOfCounts(statistic=name):
            return CountKey(f"mean of {measure.statistics[name].key}")
        case (
            UnlinkedCount()
            | ShareOfCounts()
            | AverageOverRows()
            | QuotientOfMeasures()
            | FreeText()
            | NoCounts()
        ):
            # The value is linked to no other count: it is suppressed or shown by itself.
            return CountKey(json.dumps(measure.canonical(), default=str), over_members="")
        case _:
            assert_never(rule)


def _row_unit(measure: Measure) -> Unit:
    unit = measure.of.row_unit if isinstance(measure, TableMeasure) else None
    return unit if unit is not None else Unit.PEOPLE


def _count_key(statistic: Statistic) -> CountKey:
    canonical: list[Any] = list(statistic.canonical)
    where, canonical[4], canonical[-1] = canonical[4], None, None
    conditions = where[1:] if where and where[0] == "and" else [where] if where else []
    relation: PartRelation = "additive" if statistic.operation.is_additive else "overlapping"
    return CountKey(
        json.dumps([canonical, where]),
        over_members=relation,
        over_time=relation if statistic.alignment is TimeAlignment.EVENT else "",
        total_over=statistic.total_over or "",
        conditions=frozenset(json.dumps(condition) for condition in conditions),
        family=json.dumps(canonical) if statistic.operation is not Operation.QUANTILE else "",
    )


def _without_undecided(count: CountKey, undecided: Statistic | None) -> CountKey:
    """Return the denominator without the rows for which the condition is null.

    It is a count of its own, and a subset of the count with those rows.
    """
    if undecided is None:
        return count
    decided = json.dumps(["decided", undecided.key])
    key = f"{count.key} less {undecided.key}"
    return replace(count, key=key, conditions=count.conditions | {decided})
