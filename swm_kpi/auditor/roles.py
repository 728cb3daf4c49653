"""Which counts are in each column of a measure's rows, as the definitions say.

Every kind of measure declares what its numbers count (``Measure.disclosure``). From that, and from
its statistics, each column of a row is written as a sum of counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from swm_kpi.auditor.stated_policy import StatedPolicy
from swm_kpi.expressions import Expression, canonical
from swm_kpi.expressions.literals import canonical_literal
from swm_kpi.measures import (
    AverageOverRows,
    CountedValue,
    MeanOfCounts,
    Measure,
    Operation,
    QuotientOfMeasures,
    ShareOfCounts,
    Statistic,
    TimeAlignment,
    UnlinkedCount,
)
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import Metric, MetricAlias
from swm_kpi.vocabulary import Unit

_LEFT_OUT = {"undecided": ("undecided", "unanswered"), "without_value": ("without_value",)}
_ONE_BY_ONE = (Operation.ROWS, Operation.DISTINCT)
_SNAPSHOTS = (TimeAlignment.MEAN_OF_SNAPSHOTS, TimeAlignment.MEAN_OF_STOCKS)


@dataclass(frozen=True)
class Counted:
    """One count, over all periods and members.

    Attributes:
        family: equal for counts of the same rows of a table, which differ only in conditions.
        where: the condition that the rows meet; None for every row.
        statistic: what is accumulated; None for a number that is linked to no other.
        is_whole: whether it is a whole number.
        adds_over_members: whether members add up to their total.
        adds_over_time: whether periods add up to longer ones.
    """

    family: str
    where: Expression | None = None
    statistic: Statistic | None = None
    is_whole: bool = True
    adds_over_members: bool = True
    adds_over_time: bool = True


Terms = tuple[tuple[float, Counted], ...]
"""A sum of counts, each with a factor."""


@dataclass(frozen=True)
class Roles:
    """Which counts are in the columns of the rows of a measure.

    Attributes:
        columns: for each column, the counts that it is the sum of.
        left_out: the same for columns of rows that are not recorded.
        hides_zero: whether a hidden value may be zero, because the row has other counts.
        is_share: whether the numerator is a part of the denominator.
        total: for a mean, the sum that the value is times its denominator; None for other values.
        seconds_in_unit: what a mean or median is multiplied by to be in the unit of its sum.
        median_is_whole: whether the value is a median of whole numbers in its unit.
        is_mean_of_snapshots: whether the denominator is a number of snapshots.
        scale: what a quotient of the two is multiplied by; 0 if the value is no quotient.
    """

    columns: Mapping[str, Terms] = field(default_factory=dict)
    left_out: Mapping[str, Terms] = field(default_factory=dict)
    hides_zero: bool = True
    is_share: bool = False
    total: Counted | None = None
    median_is_whole: bool = False
    is_mean_of_snapshots: bool = False
    scale: float = 0.0


def metric_of(catalogue: Catalogue, ref: str) -> Metric | None:
    """Return the metric that is computed for a ref, or None where none is defined."""
    if ref not in catalogue:
        return None
    entry = catalogue[ref]
    if isinstance(entry, MetricAlias):
        entry = catalogue[entry.of]
    return entry if isinstance(entry, Metric) else None


def roles_of(metric: Metric, measure: Measure, policy: StatedPolicy) -> Roles:
    """Return which counts the rows of a measure hold, of those that the policy protects."""
    roles = _roles_of_value(metric, measure, policy)
    left_out = {}
    for column, names in _LEFT_OUT.items():
        parts = {
            part.statistics[name].key: part.statistics[name]
            for part in metric.completeness_of(measure)
            for name in names
            if name in part.statistics
        }
        if parts and all(_is_protected(policy, item) for item in parts.values()):
            left_out[column] = tuple((1.0, counted(item)) for item in parts.values())
    return replace(roles, left_out=left_out)


def _is_protected(policy: StatedPolicy, statistic: Statistic) -> bool:
    unit = statistic.contract.row_unit or Unit.PEOPLE
    return policy.is_of_people(unit) and statistic.alignment not in _SNAPSHOTS


def _roles_of_value(metric: Metric, measure: Measure, policy: StatedPolicy) -> Roles:
    rule = measure.disclosure
    statistics = measure.statistics
    unit = measure.contract.row_unit if measure.contract is not None else None
    is_covered = policy.is_of_people(unit or Unit.PEOPLE)
    match rule:
        case CountedValue() | MeanOfCounts() | UnlinkedCount():
            value = value_of(metric, measure, policy)
            if value is None:
                return Roles()
            is_mean = isinstance(rule, MeanOfCounts)
            return Roles(
                {} if is_mean else {"value": ((1.0, value),)},
                hides_zero=not policy.shows_zeros,
                total=value if is_mean else None,
                is_mean_of_snapshots=is_mean,
            )
        case QuotientOfMeasures(scale=scale):
            columns = ("numerator", "denominator")
            inputs = (metric.measure(key, measure.basis) for key in measure.depends_on)
            quotient = {
                name: ((1.0, value),)
                for name, part in zip(columns, inputs, strict=False)
                if not isinstance(part.disclosure, MeanOfCounts)
                and (value := value_of(metric, part, policy)) is not None
            }
            return Roles(quotient, scale=scale)
        case AverageOverRows(rows=rows) if is_covered:
            based_on = {"denominator": ((1.0, counted(statistics[rows])),)}
            names = [name for name in ("sum", "seconds") if name in statistics]
            values = statistics[names[0]] if names else None
            if values is None or values.operation is Operation.QUANTILE:
                return Roles(based_on, median_is_whole=_is_median_of_days(measure))
            return Roles(based_on, total=counted(values))
        case ShareOfCounts(part=part, whole=whole) if is_covered:
            if rule.answers:
                return Roles({"answers": ((1.0, counted(statistics[rule.answers])),)})
            among: list[tuple[float, Counted]] = [(1.0, counted(statistics[whole]))]
            if rule.undecided in statistics:
                among.append((-1.0, counted(statistics[rule.undecided])))
            share: dict[str, Terms] = {
                "numerator": ((1.0, counted(statistics[part])),),
                "denominator": tuple(among),
            }
            return Roles(share, is_share=True, scale=1)
    return Roles()


def value_of(metric: Metric, measure: Measure, policy: StatedPolicy) -> Counted | None:
    """Return the count that is the value of a measure; None where it holds no protected count."""
    if not policy.is_of_people(measure.resolved_unit):
        return None
    match measure.disclosure:
        case CountedValue(statistic=name) | MeanOfCounts(statistic=name):
            return counted(measure.statistics[name])
        case UnlinkedCount():
            family = json.dumps([metric.ref, measure.canonical()], default=str)
            return Counted(family, None, None, True, False, False)
    return None


def counted(statistic: Statistic) -> Counted:
    """Return the count that a statistic is."""
    alignment = statistic.alignment
    is_additive = statistic.operation.is_additive
    column = statistic.of
    adds_up = statistic.operation in _ONE_BY_ONE
    adds_whole = statistic.operation is Operation.SUM and column is not None and (
        column.dtype is int or column.dtype is bool
    )  # fmt: skip
    return Counted(
        json.dumps(
            [
                statistic.contract.table,
                statistic.operation.value,
                alignment.value,
                canonical(statistic.at),
                canonical(column) if column is not None else None,
                canonical(statistic.series) if statistic.series is not None else None,
                canonical(statistic.until) if statistic.until is not None else None,
                statistic.quantile,
                *_months_before(statistic),
            ]
        ),
        statistic.where,
        statistic,
        adds_up or adds_whole,
        is_additive,
        is_additive and alignment is TimeAlignment.EVENT,
    )


def family_of_last_snapshot(mean: Counted) -> str:
    """Return the family of the counts at the last snapshot, of a count over all snapshots.

    A period with one snapshot has one number in both.
    """
    form = json.loads(mean.family)
    form[2] = TimeAlignment.LAST_SNAPSHOT.value
    return json.dumps(form)


def _months_before(statistic: Statistic) -> Iterator[object]:
    if statistic.months_before is not None:
        yield canonical_literal(statistic.months_before)


def _is_median_of_days(measure: Measure) -> bool:
    """Return whether the value is a median of whole days."""
    quantile = measure.statistics["seconds"].quantile if "seconds" in measure.statistics else None
    return quantile == 0.5 and measure.resolved_unit is Unit.DAYS
