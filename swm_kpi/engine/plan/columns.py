"""Which columns of a table a request reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from swm_kpi.calendar import Period
from swm_kpi.contracts import Column, ContractType, Dimension
from swm_kpi.engine.plan.part_columns import part_columns
from swm_kpi.expressions import (
    Elapsed,
    Expression,
    InRepeatedHour,
    Repeats,
    Term,
    remembered,
    times_with_readings,
)
from swm_kpi.measures import Statistic, TimeAlignment


@dataclass(frozen=True)
class Window:
    """Rows that a request can use: those whose time is in its periods, or in a look-back before.

    Attributes:
        column: the name of the column of the time.
        start: the first day.
        stop: the day after the last.
    """

    column: str
    start: date
    stop: date


@dataclass(frozen=True)
class ColumnsToRead:
    """The projection of one table.

    Attributes:
        wanted: the columns to read and validate, where the table has them.
        required: the columns that it is a violation to lack, in the order of the violations.
        instants: the columns whose instants are read: those that elapsed time is measured between,
            and times that are compared with each other.
        identifying: the columns of times that tell rows or snapshots apart. Where such a time has
            an offset, rows are compared by its instant.
        windows: the rows that a request can use; None for all.
        shown: the columns that are read only to be shown: no number rests on them.
    """

    wanted: frozenset[str]
    required: tuple[str, ...]
    instants: frozenset[str]
    identifying: frozenset[str] = frozenset()
    windows: tuple[Window, ...] | None = None
    shown: frozenset[str] = frozenset()

    def with_shown(self, contract: ContractType) -> ColumnsToRead:
        """Return these columns, and the others of a contract to be shown beside them."""
        return replace(
            self,
            wanted=frozenset(contract.columns),
            instants=self.instants | all_columns(contract).instants,
            shown=frozenset(contract.columns) - self.wanted,
        )


def columns_of_request(
    contract: ContractType,
    statistics: Sequence[Statistic],
    dimensions: Sequence[Dimension],
    periods: Sequence[Period],
    *,
    is_required: bool,
) -> ColumnsToRead:
    """Return the columns that some statistics, breakdowns, keys and rules read.

    A rule over several columns is checked only where the statistics read all of them, or read the
    column that the rule names as ``checked_with``.

    Args:
        contract: the table's contract.
        statistics: everything to compute from the table.
        dimensions: the breakdowns.
        periods: the periods.
        is_required: whether it is a violation to lack a column that a statistic or a breakdown
            reads.
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
    keys |= {column.name for column in part_columns(contract, statistics)[0]}
    rules = {
        column.name
        for rule in contract.rules.values()
        for column in rule.condition.walk()
        if isinstance(column, Column)
    }
    guards = {
        column.name
        for rule in contract.rules.values()
        if rule.checked_with is not None and rule.checked_with.name in read
        for column in rule.condition.walk()
        if isinstance(column, Column)
    }
    wanted = frozenset(read | carriers | keys | guards | (rules if rules <= read else set()))
    wanted |= days_of_areas(contract, wanted)
    compared = {
        time
        for rule in contract.rules.values()
        if all(part.name in wanted for part in rule.condition.walk() if isinstance(part, Column))
        for time in _times(rule.condition)
    }
    taken = {s.at.name for s in statistics if s.alignment.is_of_snapshots}
    return ColumnsToRead(
        wanted,
        tuple(sorted(read | carriers)) if is_required else (),
        frozenset(_instants(statistics) | compared),
        _times_of(contract, {name for key in contract.keys for name in key} | taken),
        _windows(statistics, periods),
    )


def all_columns(contract: ContractType) -> ColumnsToRead:
    """Return every column of a contract, all of them required, and each time with its instant."""
    return ColumnsToRead(
        frozenset(contract.columns),
        tuple(contract.columns),
        frozenset(
            name for name, column in contract.columns.items() if column.dtype in (date, datetime)
        ),
        _times_of(contract, contract.columns),
    )


def _times_of(contract: ContractType, names: Iterable[str]) -> frozenset[str]:
    """Return the columns of times, and not of days, among some columns of a contract."""
    return frozenset(name for name in names if contract.columns[name].dtype is datetime)


def days_of_areas(contract: ContractType, names: Iterable[str]) -> set[str]:
    """Return the column of the day by which areas are looked up, if any column needs it."""
    lookups = [contract.columns[name].area_lookup for name in names if name in contract.columns]
    day = contract.area_day_column
    is_dated = any(lookup is not None and lookup.is_dated for lookup in lookups)
    return {day.name} if day is not None and is_dated else set()


def _instants(statistics: Sequence[Statistic]) -> set[str]:
    ends: list[Term] = []
    times: set[str] = set()
    for statistic in statistics:
        for expression in (statistic.where, statistic.of, statistic.series):
            times |= set(_times(expression))
        if statistic.alignment is TimeAlignment.INTERVAL and statistic.until is not None:
            ends += [statistic.at, statistic.until]
    return times | {end.name for end in ends if isinstance(end, Column)}


def _times(expression: Expression | None) -> tuple[str, ...]:
    """Return the names of the columns whose instants an expression reads."""
    return () if expression is None else _times_read(expression)


@remembered
def _times_read(expression: Expression) -> tuple[str, ...]:
    times = list(times_with_readings(expression))
    for part in expression.walk():
        if isinstance(part, Elapsed):
            times += [part.start, part.end]
        elif isinstance(part, InRepeatedHour):
            times.append(part.time)
    return tuple({time.name for time in times if isinstance(time, Column)})


def _windows(
    statistics: Sequence[Statistic], periods: Sequence[Period]
) -> tuple[Window, ...] | None:
    """Return the rows that some statistics can use; None if some can use every row."""
    first = min(period.first_month for period in periods)
    stop = max(period.stop for period in periods)
    windows: dict[Window, None] = {}
    for statistic in statistics:
        match statistic.alignment:
            case TimeAlignment.IN_FORCE | TimeAlignment.INTERVAL | TimeAlignment.REFERENCE:
                return None
            case (
                TimeAlignment.EVENT
                | TimeAlignment.LAST_SNAPSHOT
                | TimeAlignment.MEAN_OF_SNAPSHOTS
                | TimeAlignment.MEAN_OF_STOCKS
            ):
                windows[Window(statistic.at.name, _first_day(first), stop)] = None
            case _:
                assert_never(statistic.alignment)
        for part in statistic.expressions():
            if isinstance(part, Repeats) and isinstance(part.at, Column):
                (months,) = part.months.values
                windows[Window(part.at.name, _first_day(first - int(str(months))), stop)] = None
    return tuple(windows) or None


def _first_day(month: int) -> date:
    """Return the first day of a month by its number: 12 x year + month, with January as 0."""
    return date(month // 12, month % 12 + 1, 1)
