"""Tables in a database or a cluster: the engine groups the rows and returns only the groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any, assert_never

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from swm_kpi.contracts import Column
from swm_kpi.engine.backends.backend import SnapshotAggregates
from swm_kpi.engine.backends.narwhals_columns import with_condition_columns
from swm_kpi.engine.backends.narwhals_quantiles import (
    VALUE,
    quantiles_from_ranks,
    query_values_near_ranks,
)
from swm_kpi.engine.backends.quantiles import empty_cells
from swm_kpi.engine.encoding.dst import time_of
from swm_kpi.engine.encoding.encode import INSTANT
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.engine.plan.dictionary_grouping import DictionaryGrouping, plan_dictionary_grouping
from swm_kpi.engine.plan.exact_sums import (
    additive_aggregates,
    part_name,
    parts_of,
    to_seconds,
    units_of,
)
from swm_kpi.engine.plan.grouping import Array, GroupingSet, PeriodRun
from swm_kpi.engine.plan.predicates import sort_key
from swm_kpi.expressions import canonical
from swm_kpi.measures import Operation, Statistic

_TIME, _LISTED, _ROWS = "time", "listed", "rows"
# A finer grouping pays only where each group that the engine returns has this many rows or more.
ROWS_PER_GROUP = 100


class NarwhalsBackend:
    """A table in a database or a cluster.

    Args:
        table: the table, encoded there.
        statistics: every statistic that the methods will receive.
        grouping: every breakdown that the table carries.
        compiler: compiles expressions.
    """

    def __init__(
        self,
        table: Table,
        statistics: Sequence[Statistic],
        grouping: GroupingSet,
        compiler: Compiler,
    ) -> None:
        self.table = with_condition_columns(table, statistics, compiler)
        self._compiler = compiler

    def aggregate_by_period(
        self,
        at: Column,
        statistics: Sequence[Statistic],
        periods: PeriodRun,
        grouping: GroupingSet,
    ) -> dict[str, Array]:
        """Group by the period of a time column, and by member.

        Raises:
            AssertionError: an operation has no case here.
        """
        day = self._day(at)
        month = day.dt.year().cast(nw.Int64) * 12 + day.dt.month().cast(nw.Int64)
        month = month - 1 - periods.first_month
        # Not every engine simplifies floor division by one, so it is left out.
        period = month // periods.length if periods.length > 1 else month
        within = (day >= periods.start) & (day < periods.stop)
        in_no_period = _in_no_period(day, periods)
        if in_no_period is not None:
            period = nw.when(in_no_period).then(nw.lit(periods.count)).otherwise(period)
            within = within | in_no_period
        additive: list[Statistic] = []
        distinct: dict[str, list[Statistic]] = {}
        ordered: dict[tuple[str, str], list[Statistic]] = {}
        for statistic in statistics:
            match statistic.operation:
                case Operation.ROWS | Operation.SUM | Operation.SUM_OF_WEIGHTS:
                    additive.append(statistic)
                case Operation.DISTINCT:
                    if statistic.of is None:
                        raise TypeError("a count of distinct values needs an expression")
                    distinct.setdefault(str(canonical(statistic.of)), []).append(statistic)
                case Operation.QUANTILE:
                    ordered.setdefault(sort_key(statistic), []).append(statistic)
                case _:
                    assert_never(statistic.operation)
        queries = [
            (alike, self._count_distinct(period, grouping, alike, within))
            for alike in distinct.values()
        ]
        if additive:
            listed = self._listed_column(additive, grouping, periods.times)
            queries.append((additive, self._group(period, grouping, additive, within, listed)))
        arrays: dict[str, Array] = {}
        for alike, groups in queries:
            indexes = _time_indexes(groups[_TIME])
            arrays |= self._scatter_all(groups, grouping, periods.times, alike, indexes)
        for alike in ordered.values():
            arrays |= self._quantiles(period, grouping, alike, within, periods.times)
        return arrays

    def aggregate_in_force(
        self,
        at: Column,
        until: Column,
        statistics: Sequence[Statistic],
        day: date,
        grouping: GroupingSet,
    ) -> dict[str, Array]:
        """Group the rows that began before a day and had not ended by then; one time."""
        ended = self._day(until)
        in_force = (self._day(at) < day) & (ended.is_null() | (ended >= day))
        listed = self._listed_column(statistics, grouping, 1)
        groups = self._group(nw.lit(0), grouping, statistics, in_force, listed)
        indexes = np.zeros(len(groups[_TIME]), dtype=np.int64)
        return self._scatter_all(groups, grouping, 1, statistics, indexes)

    def aggregate_by_time(
        self, at: Column, statistics: Sequence[Statistic], grouping: GroupingSet
    ) -> SnapshotAggregates:
        """Group by each value of a time column, and by member."""
        is_exact = at.name in self.table.exact
        time = nw.col(at.name + INSTANT) if is_exact else self._compiler(at)
        groups = self._group(time, grouping, statistics, None, None, count_series=True)
        values = groups[_TIME].tolist()
        if is_exact:
            values = [time_of(value) for value in values]
        times = sorted({value for value in values if value is not None and value == value})
        positions = {time: position for position, time in enumerate(times)}
        indexes = np.array([positions.get(value, -1) for value in values], dtype=np.int64)
        arrays = self._scatter_all(groups, grouping, len(times), statistics, indexes)
        rows = [
            self._scatter(groups[f"rows{number}"], groups, grouping, len(times), indexes)
            for number in range(len(statistics))
        ]
        return SnapshotAggregates(times, arrays, rows)

    def _listed_column(
        self, statistics: Sequence[Statistic], grouping: GroupingSet, times: int
    ) -> DictionaryGrouping | None:
        """Return a listed column to group by, where that leaves few groups for the rows."""
        most = self.table.rows // (ROWS_PER_GROUP * times * math.prod(grouping.sizes))
        return plan_dictionary_grouping(statistics, most, self._compiler)

    def _day(self, column: Column) -> nw.Expr:
        day: nw.Expr = self._compiler(column).cast(nw.Date)
        return day

    def _group(
        self,
        time: nw.Expr,
        grouping: GroupingSet,
        statistics: Sequence[Statistic],
        within: nw.Expr | None,
        listed: DictionaryGrouping | None,
        *,
        count_series: bool = False,
    ) -> dict[str, Any]:
        """Aggregate additive statistics in one query."""
        keys = self._keys(time, grouping)
        if listed is not None:
            keys[f"key:{_LISTED}"] = self._compiler(listed.column)
        aggregates = [] if listed is None else [nw.len().alias(_ROWS)]
        aggregates += [
            aggregate.alias(name)
            for number, statistic in enumerate(statistics)
            if listed is None or statistic.key not in listed.matches
            for name, aggregate in additive_aggregates(
                f"s{number}", statistic, self._compiler, is_wide=self.table.adds_in_128_bits
            )
        ]
        for number, statistic in enumerate(statistics if count_series else ()):
            count = nw.len()
            if statistic.series is not None:
                inside = self._compiler(statistic.series)
                count = nw.when(inside).then(nw.lit(1)).otherwise(nw.lit(0)).sum()
            aggregates.append(count.alias(f"rows{number}"))
        keyed = self._frame(within).with_columns(*_aliased(keys))
        query = keyed.group_by(*keys).agg(*aggregates)
        groups = self._collect(query, grouping, "counting", listed)
        for number, statistic in enumerate(statistics):
            if listed is not None and statistic.key in listed.matches:
                groups[f"s{number}"] = (
                    groups[_ROWS] * listed.matches[statistic.key][groups[_LISTED]]
                )
        return groups

    def _count_distinct(
        self,
        time: nw.Expr,
        grouping: GroupingSet,
        statistics: Sequence[Statistic],
        within: nw.Expr,
    ) -> dict[str, Any]:
        """Count the distinct values of one expression under several conditions, by grouping twice.

        The first grouping is by value too, and finds which conditions some row of it meets. Not
        every engine can count distinct values while it groups.
        """
        (of, *_) = (statistic.of for statistic in statistics)
        if of is None:
            raise TypeError("a count of distinct values needs an expression")
        value = self._compiler(of)
        keys = self._keys(time, grouping)
        flags = {}
        for number, statistic in enumerate(statistics):
            if statistic.where is not None:
                inside = nw.when(self._compiler(statistic.where)).then(nw.lit(1))
                flags[f"s{number}"] = inside.otherwise(nw.lit(0))
        known = self._frame(within & ~value.is_null())
        keyed = known.select(value.alias(VALUE), *_aliased(keys | flags))
        values = keyed.group_by(*keys, VALUE).agg(*(nw.col(name).max() for name in flags))
        counts = [
            (nw.col(name).sum() if name in flags else nw.len()).alias(name)
            for name in (f"s{number}" for number in range(len(statistics)))
        ]
        query = values.group_by(*keys).agg(*counts)
        return self._collect(query, grouping, "counting distinct values")

    def _quantiles(
        self,
        time: nw.Expr,
        grouping: GroupingSet,
        statistics: Sequence[Statistic],
        within: nw.Expr,
        times: int,
    ) -> dict[str, Array]:
        """Rank the values of each cell for all quantiles of one expression over the same rows."""
        first = statistics[0]
        if first.of is None:
            raise TypeError("a quantile needs an expression")
        value = self._compiler(first.of)
        within = within & ~value.is_null()
        if first.where is not None:
            within = within & self._compiler(first.where)
        keys = self._keys(time, grouping)
        values = self._frame(within).select(value.alias(VALUE), *_aliased(keys))
        requested = {statistic.quantile_and_limit for statistic in statistics}
        query = query_values_near_ranks(values, list(keys), requested)
        rows = self._collect(query, grouping, "ranking")
        shape = (times, *grouping.sizes)
        index = (_time_indexes(rows[_TIME]), *(rows[f"member{p}"] for p in grouping.grouped))
        cells = np.ravel_multi_index(index, shape)
        occupied, by_quantile = quantiles_from_ranks(cells, rows, requested)
        arrays = {}
        for statistic in statistics:
            array = empty_cells(math.prod(shape), statistic.quantile_and_limit)
            array[occupied] = to_seconds(statistic, by_quantile[statistic.quantile_and_limit])
            arrays[statistic.key] = grouping.to_dense(array.reshape(shape))
        return arrays

    def _frame(self, within: nw.Expr | None) -> Any:
        frame = nw.from_native(self.table.lazy)
        return frame if within is None else frame.filter(within)

    def _keys(self, time: nw.Expr, grouping: GroupingSet) -> dict[str, nw.Expr]:
        """Return what to group by, under the names that the keys have in the groups."""
        keys = {f"key:{_TIME}": time}
        for position in grouping.grouped:
            key = grouping.dimensions[position].key
            keys[f"key:member{position}"] = self._compiler(self.table.contract.dimensions[key][1])
        return keys

    def _collect(
        self,
        query: Any,
        grouping: GroupingSet,
        purpose: str,
        listed: DictionaryGrouping | None = None,
    ) -> dict[str, Any]:
        """Run a query and return its columns, with members and listed values as codes."""
        rows = self.table.collect(query, purpose)
        columns: dict[str, Any] = {
            name: rows[name].to_numpy() for name in rows.columns if not name.startswith("key:")
        }
        columns[_TIME] = np.array(rows[f"key:{_TIME}"].to_list(), dtype=object)
        for position in grouping.grouped:
            values = rows[f"key:member{position}"].to_list()
            columns[f"member{position}"] = grouping.member_codes(position, values)
        if listed is not None:
            columns[_LISTED] = listed.codes(rows[f"key:{_LISTED}"].to_list())
        return columns

    def _scatter_all(
        self,
        groups: dict[str, Any],
        grouping: GroupingSet,
        times: int,
        statistics: Sequence[Statistic],
        indexes: NDArray[Any],
    ) -> dict[str, Array]:
        """Return the array of each statistic, or of its parts; a cell without a group is zero."""
        arrays = {}
        for number, statistic in enumerate(statistics):
            units = units_of(statistic, is_wide=self.table.adds_in_128_bits)
            for part, values in enumerate(parts_of(f"s{number}", groups, units)):
                arrays[part_name(statistic.key, part)] = self._scatter(
                    np.nan_to_num(values), groups, grouping, times, indexes
                )
        return arrays

    def _scatter(
        self,
        values: NDArray[Any],
        groups: dict[str, Any],
        grouping: GroupingSet,
        times: int,
        indexes: NDArray[Any],
    ) -> Array:
        """Add each group's value to its cell; a group of no time (index -1) is left out."""
        dense = np.zeros((times, *grouping.sizes))
        keep = indexes >= 0
        cell = [indexes[keep], *(groups[f"member{p}"][keep] for p in grouping.grouped)]
        # Null and a value outside the list are two groups, and both are Unknown.
        np.add.at(dense, tuple(cell), np.asarray(values, dtype=np.float64)[keep])
        return grouping.to_dense(dense)


def _in_no_period(day: nw.Expr, periods: PeriodRun) -> nw.Expr | None:
    """Return which rows are counted though they are in no period; None for none."""
    is_undated = day.is_null() if periods.counts_undated else None
    if not periods.counts_later or periods.last_day is None:
        return is_undated
    is_later = day > periods.last_day
    # Not every engine takes null for false.
    is_later = nw.when(is_later).then(nw.lit(True)).otherwise(nw.lit(False))
    return is_later if is_undated is None else is_undated | is_later


def _aliased(expressions: dict[str, nw.Expr]) -> list[nw.Expr]:
    return [expression.alias(name) for name, expression in expressions.items()]


def _time_indexes(times: NDArray[Any]) -> NDArray[np.int64]:
    return np.array([-1 if time is None else int(time) for time in times], dtype=np.int64)
