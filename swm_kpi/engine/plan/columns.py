"""Which columns of a table a request reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from swm_kpi.contracts import Column, ContractType, Dimension
from swm_kpi.expressions import Elapsed, Expression, InRepeatedHour, Term, times_with_readings
from swm_kpi.measures import Statistic, TimeAlignment


@dataclass(frozen=True)
class ColumnsToRead:
    """The projection of one table.

    Attributes:
        wanted: the columns to read and validate, where the table has them.
        required: the columns that it is a violation to lack, in the order of the violations.
        instants: the columns whose instants are read: those that elapsed time is measured between,
            and times that are compared with each other.
    """

    wanted: frozenset[str]
    required: tuple[str, ...]
    instants: frozenset[str]


def columns_of_request(
    contract: ContractType,
    statistics: Sequence[Statistic],
    dimensions: Sequence[Dimension],
    *,
    is_required: bool,
) -> ColumnsToRead:
    """Return the columns that some statistics, breakdowns, keys and rules read.

    A rule over several columns is checked only where the statistics read all of them.

    Args:
        contract: the table's contract.
        statistics: everything to compute from the table.
        dimensions: the breakdowns.
        is_required: whether it is a violation to lack a column that a statistic reads.
    """
    read = {name for statistic in statistics for name in statistic.columns}
    carriers = {
        column.name
        for dimension in dimensions
        if dimension.key in contract.dimensions
        for column in contract.dimensions[dimension.key][1].walk()
        if isinstance(column, Column)
    }
    keys = {name for key in contract.keys for name in key}
    declared = (contract.reporter_column, contract.extraction_column)
    keys |= {column.name for column in declared if column is not None}
    rules = {
        column.name
        for rule in contract.rules.values()
        for column in rule.condition.walk()
        if isinstance(column, Column)
    }
    wanted = frozenset(read | carriers | keys | (rules if rules <= read else set()))
    compared = {
        time
        for rule in contract.rules.values()
        if all(part.name in wanted for part in rule.condition.walk() if isinstance(part, Column))
        for time in _times(rule.condition)
    }
    return ColumnsToRead(
        wanted,
        tuple(sorted(read)) if is_required else (),
        frozenset(_instants(statistics) | compared),
    )


def all_columns(contract: ContractType) -> ColumnsToRead:
    """Return every column of a contract, all of them required, and each time with its instant."""
    return ColumnsToRead(
        frozenset(contract.columns),
        tuple(contract.columns),
        frozenset(
            name for name, column in contract.columns.items() if column.dtype in (date, datetime)
        ),
    )


def _instants(statistics: Sequence[Statistic]) -> set[str]:
    ends: list[Term] = []
    times: set[str] = set()
    for statistic in statistics:
        for expression in (statistic.where, statistic.of, statistic.series):
            times |= _times(expression)
        if statistic.alignment is TimeAlignment.INTERVAL and statistic.until is not None:
            ends += [statistic.at, statistic.until]
    return times | {end.name for end in ends if isinstance(end, Column)}


def _times(expression: Expression | None) -> set[str]:
    """Return the names of the columns whose instants an expression reads."""
    if expression is None:
        return set()
    times = list(times_with_readings(expression))
    for part in expression.walk():
        if isinstance(part, Elapsed):
            times += [part.start, part.end]
        elif isinstance(part, InRepeatedHour):
            times.append(part.time)
    return {time.name for time in times if isinstance(time, Column)}
