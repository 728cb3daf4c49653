"""What each number of a measure counts, so that one count is recognised wherever it appears.

A count can appear as the value of one measure, as the numerator of another and as the denominator
of a third. An attacker puts these together, so the linked tables must too. ``CountKey`` identifies
a count; ``CellRoles`` says which count is in which column of a measure's rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
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

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
"""The operators of the canonical form of a condition that compare a column with values."""
ROW_COUNTS = ("undecided", "without_value")
"""The columns of counts of rows that are not recorded."""
REASONS_LEFT_OUT = ("unmapped", "null_at_source")
"""The columns that say why those rows are not recorded: together they are the same rows."""
_OVER_SNAPSHOTS = (TimeAlignment.MEAN_OF_SNAPSHOTS, TimeAlignment.MEAN_OF_STOCKS)
"""Alignments that add up the rows of several snapshots."""
_UNITS_COUNTED: dict[Operation, Literal["rows", "values"]] = {
    Operation.ROWS: "rows",
    Operation.DISTINCT: "values",
}
_ROLES_OF_ROWS = {
    "undecided": ("undecided", "unanswered"),
    "without_value": ("without_value", "blank"),
}
"""The roles of the statistics that each column of unrecorded rows is the sum of."""
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
        unit_counted: what it counts one by one: rows, or different values of rows, which are at
            most as many; empty for a sum, which says nothing of the number of rows.
    """

    key: str
    over_members: PartRelation = "additive"
    over_time: PartRelation = ""
    total_over: str = ""
    conditions: frozenset[str] = frozenset()
    family: str = ""
    unit_counted: Literal["rows", "values", ""] = ""


@dataclass(frozen=True)
class SumOfCounts:
    """Counts that add up to another one in every cell, by the definition of a measure.

    Attributes:
        whole: the sum.
        parts: the counts that add up to it.
    """

    whole: CountKey
    parts: tuple[CountKey, ...]


@dataclass(frozen=True)
class CellRoles:
    """Which count is in each column of a measure's rows, and how the value depends on them.

    A column is None where it holds no count to which the policy applies.

    Attributes:
        value, numerator, denominator, answers: the count in that column.
        undecided, without_value, unmapped, null_at_source, mapped_to_other: the count in that
            column, which is suppressed by itself.
        is_quotient: whether the value is the numerator over the denominator, times the scale.
        has_complement: whether the numerator counts a subset of the denominator's rows, so that
            the difference of the two is a count as well.
        is_average: whether the value is an average over the denominator's rows.
        tail_share: the share of those rows beyond the value: 0.1 for a 90th percentile. 1.0 for a
            mean and a median, which are not near the end of a distribution.
        lacks_input: whether an input of a quotient of measures holds no count to which the policy
            applies.
        is_free_text: whether the row holds free text.
        scale: what a quotient is multiplied by, such as 1,000.
        min_answers: the number of answers below which a value is marked.
        sums: the sums of counts that the definition of the measure implies.
        sums_by_reason: the sums of the rows that are not recorded by their reasons, where the
            result has the reasons.
    """

    value: CountKey | None = None
    numerator: CountKey | None = None
    denominator: CountKey | None = None
    answers: CountKey | None = None
    undecided: CountKey | None = None
    without_value: CountKey | None = None
    unmapped: CountKey | None = None
    null_at_source: CountKey | None = None
    mapped_to_other: CountKey | None = None
    is_quotient: bool = False
    has_complement: bool = False
    is_average: bool = False
    tail_share: float = 1.0
    lacks_input: bool = False
    is_free_text: bool = False
    scale: int = 1
    min_answers: int = 0
    sums: tuple[SumOfCounts, ...] = ()
    sums_by_reason: tuple[SumOfCounts, ...] = ()

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
        columns = {
            "undecided": self.undecided, "without_value": self.without_value,
            "unmapped": self.unmapped, "null_at_source": self.null_at_source,
            "mapped_to_other": self.mapped_to_other,
        }  # fmt: skip
        return {column: count for column, count in columns.items() if count is not None}

    @property
    def is_quotient_of_measures(self) -> bool:
        """Whether the value is one measure divided by another, or by a population."""
        return self.is_quotient and not self.has_complement

    @property
    def columns_of_rows(self) -> tuple[str, ...]:
        """The columns of which each shows a number of rows that a value is based on, or fewer.

        It is empty where no column does: a sum says nothing of the number of rows.
        """
        if self.answers is not None:
            columns: tuple[str, ...] = ("answers",)
        elif self.value is not None:
            columns = ("value",)
        elif self.is_quotient_of_measures:
            columns = tuple(name for name in ("numerator", "denominator") if name in self.counts)
        else:
            columns = ("denominator",) if self.denominator is not None else ()
        counts_rows = all(self.counts[name].unit_counted for name in columns)
        return columns if counts_rows and not self.lacks_input else ()


def roles_of(metric: Metric, measure: Measure, policy: DisclosurePolicy) -> CellRoles:
    """Return which counts the rows of a measure hold, as its kind declares.

    Counts to which the policy does not apply are left out.
    """
    roles = _declared_roles(metric, measure, policy)
    sums = []
    row_counts: dict[str, CountKey] = {}
    left_out: list[CountKey] = []
    for column, names in _ROLES_OF_ROWS.items():
        counts = _row_counts(metric, measure, policy, names)
        left_out += counts
        if counts:
            row_counts[column] = _sum_of(counts)
        if len(counts) > 1:
            sums.append(SumOfCounts(row_counts[column], counts))
    sums += _sums_of_rows(metric, measure, policy, roles)
    sums_by_reason = []
    if left_out:
        whole = _sum_of(left_out)
        for reason in REASONS_LEFT_OUT:
            row_counts[reason] = _sum_of([_for_reason(count, reason) for count in left_out])
        parts = tuple(row_counts[reason] for reason in REASONS_LEFT_OUT)
        sums_by_reason.append(SumOfCounts(whole, parts))
        if len(columns := [row_counts[name] for name in ROW_COUNTS if name in row_counts]) > 1:
            sums_by_reason.append(SumOfCounts(whole, tuple(columns)))
    return replace(
        roles,
        undecided=row_counts.get("undecided"),
        without_value=row_counts.get("without_value"),
        unmapped=row_counts.get("unmapped"),
        null_at_source=row_counts.get("null_at_source"),
        mapped_to_other=_mapped_to_other(metric, measure, policy),
        sums=tuple(sums),
        sums_by_reason=tuple(sums_by_reason),
    )


def _row_counts(
    metric: Metric, measure: Measure, policy: DisclosurePolicy, roles: tuple[str, ...]
) -> tuple[CountKey, ...]:
    """Return the counts of rows that are not recorded; none if the policy does not protect all."""
    keys = {
        part.statistics[role].key: part.statistics[role]
        for part in metric.completeness_of(measure)
        for role in roles
        if role in part.statistics
    }
    is_protected = _are_protected(metric, keys.values(), policy)
    return tuple(count_key(keys[key]) for key in sorted(keys)) if is_protected else ()


def _are_protected(
    metric: Metric, statistics: Iterable[Statistic], policy: DisclosurePolicy
) -> bool:
    """Return whether the policy protects all of some counts of rows."""
    return all(
        policy.covers(metric.ref, statistic.contract.row_unit or Unit.PEOPLE)
        and statistic.alignment not in _OVER_SNAPSHOTS
        for statistic in statistics
    )


def _sum_of(counts: Sequence[CountKey]) -> CountKey:
    if len(counts) == 1:
        return counts[0]
    is_additive = all(count.over_time == "additive" for count in counts)
    key = json.dumps(["sum", *(count.key for count in counts)])
    return CountKey(key, over_time="additive" if is_additive else "")


def _for_reason(count: CountKey, reason: str) -> CountKey:
    """Return the count of those rows that are not recorded for a reason."""
    conditions = count.conditions | {json.dumps([reason])}
    return replace(count, key=json.dumps([reason, count.key]), conditions=conditions)


def _mapped_to_other(metric: Metric, measure: Measure, policy: DisclosurePolicy) -> CountKey | None:
    """Return the count of rows with a value that became another one; None if not protected."""
    counted = {
        part.statistics["counted"].key: part.statistics["counted"]
        for part in metric.completeness_of(measure)
    }
    if not counted or not _are_protected(metric, counted.values(), policy):
        return None
    # Measures of other answers or amounts have other such rows.
    read = [
        [column.name for column in part.read_columns] for part in metric.completeness_of(measure)
    ]
    is_event = all(item.alignment is TimeAlignment.EVENT for item in counted.values())
    key = json.dumps(["mapped to other", sorted(counted), read])
    return CountKey(key, over_time="additive" if is_event else "")


def _sums_of_rows(
    metric: Metric, measure: Measure, policy: DisclosurePolicy, roles: CellRoles
) -> Iterator[SumOfCounts]:
    """Yield what the rows that count are the sum of: those that a value is based on, and others."""
    based_on = roles.denominator
    if measure.completeness is None or based_on is None or based_on.unit_counted != "rows":
        return
    others = _row_counts(
        metric, measure, policy, ("without_value",) if roles.is_average else ("unanswered",)
    )
    counted = count_key(measure.completeness.statistics["counted"])
    if others and counted.key != based_on.key and not based_on.total_over:
        yield SumOfCounts(counted, (based_on, *others))


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
            inputs = [_value_count(metric, part, policy) for part in (numerator, *rest)]
            return CellRoles(
                numerator=inputs[0],
                denominator=inputs[1] if rest else None,
                is_quotient=True,
                lacks_input=None in inputs,
                scale=scale,
            )
        case AverageOverRows(rows=rows, tail=tail):
            return CellRoles(
                denominator=count_key(statistics[rows]) if covered else None,
                is_average=True,
                tail_share=tail,
            )
        case ShareOfCounts():
            if not covered:
                return CellRoles()
            return CellRoles(
                numerator=count_key(statistics[rule.part]),
                denominator=_without_undecided(
                    count_key(statistics[rule.whole]), statistics.get(rule.undecided)
                ),
                is_quotient=True,
                has_complement=True,
                answers=count_key(statistics[rule.answers]) if rule.answers else None,
                min_answers=rule.min_answers,
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
            return count_key(measure.statistics[name])
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


def count_key(statistic: Statistic) -> CountKey:
    """Return the identity of the count that a statistic is."""
    canonical: list[Any] = list(statistic.canonical)
    where, canonical[4], canonical[-1] = canonical[4], None, None
    conditions = where[1:] if where and where[0] == "and" else [where] if where else []
    conditions = [_as_null(condition) for condition in conditions]
    where = ["and", *conditions] if len(conditions) > 1 else conditions[0] if conditions else None
    relation: PartRelation = "additive" if statistic.operation.is_additive else "overlapping"
    return CountKey(
        json.dumps([canonical, where]),
        over_members=relation,
        over_time=relation if statistic.alignment is TimeAlignment.EVENT else "",
        total_over=statistic.total_over or "",
        conditions=frozenset(json.dumps(condition) for condition in conditions),
        family=json.dumps(canonical) if statistic.operation is not Operation.QUANTILE else "",
        unit_counted=_UNITS_COUNTED.get(statistic.operation, ""),
    )


def _as_null(condition: Any) -> Any:
    """Return the condition that a column is null, if that is what makes a condition undecided.

    So the undecided rows are the same count as the rows in which the column is null.
    """
    if condition[0] != "undecided":
        return condition
    decided = condition[1]
    while decided[0] == "not":
        decided = decided[1]
    column, *others = decided[1:] if decided[0] in COMPARISONS else [decided]
    is_only_column = column[0] == "column" and '"column"' not in json.dumps(others)
    return ["null", column] if is_only_column else condition


def _without_undecided(count: CountKey, undecided: Statistic | None) -> CountKey:
    """Return the denominator without the rows for which the condition is null.

    It is a count of its own, and a subset of the count with those rows.
    """
    if undecided is None:
        return count
    decided = json.dumps(["decided", undecided.key])
    key = f"{count.key} less {undecided.key}"
    return replace(count, key=key, conditions=count.conditions | {decided})
