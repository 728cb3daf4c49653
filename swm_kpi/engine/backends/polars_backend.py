"""Tables in memory or in files: Polars reads narrow columns once, and numpy counts them.

A row's period and members make one whole number, its cell. Counting is then one pass over whole
numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import groupby
from math import prod
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.contracts import Column
from swm_kpi.engine.backends.backend import SnapshotAggregates
from swm_kpi.engine.backends.quantiles import quantiles
from swm_kpi.engine.backends.repeats import has_prior_event
from swm_kpi.engine.completeness import require_complete
from swm_kpi.engine.execution.distinct import count_distinct_by_cell, encode_keys
from swm_kpi.engine.execution.scans import FEW
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.engine.plan.exact_sums import part_name, split, to_seconds, units_of
from swm_kpi.engine.plan.grouping import Array, GroupingSet, PeriodRun
from swm_kpi.engine.plan.predicates import (
    BOOLEAN_VALUES,
    PredicateGroup,
    dictionary_size,
    expression_name,
    group_by_predicates,
    predicate_columns,
    sort_key,
)
from swm_kpi.engine.plan.projection import decode_dictionary, plan_projection, time_column
from swm_kpi.errors import DataError
from swm_kpi.expressions import Expression, Repeats, Term, sql
from swm_kpi.measures import Operation, Statistic

# Evaluating a condition for one combination of values costs about as much as reading 16 rows.
ROWS_PER_COMBINATION = 16

_NULL_DAY = -(2**31)
_EPOCH = date(1970, 1, 1).toordinal()


class PolarsBackend:
    """The columns of one table that some statistics read, in memory.

    Args:
        table: the table, encoded.
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
        self.table = table
        self._cache: dict[Any, Any] = table.cache
        self._period_numbers: dict[tuple[str, PeriodRun], NDArray[Any]] = {}
        conditions = [c for s in statistics for c in (s.where, s.series) if c is not None]
        parts = [predicate_columns(condition) for condition in conditions]
        rowwise = {
            name: part for columns in parts for name, part in columns.boolean_columns.items()
        }
        names = {key: name for columns in parts for key, name in columns.names.items()}
        self._compiler = compiler.for_polars()
        self._condition_compiler = compiler.for_polars(names)
        self._frame = self._read(statistics, rowwise, grouping)
        # Encode keys first: their hashes take the most memory, and are dropped afterwards.
        for column in [name for name in self._frame.columns if name.startswith("hash:")]:
            self._encoded_keys(column.removeprefix("hash:"))
        self._add_repeats([part for part in rowwise.values() if isinstance(part, Repeats)])
        self._masks: dict[int, NDArray[np.bool_]] = {}
        masked = [s.where for s in statistics if s.operation is not Operation.ROWS]
        if table.rows <= FEW:
            masked += [condition for s in statistics for condition in (s.where, s.series)]
        self._masks = self._evaluate(self._frame, masked)

    def aggregate_by_period(
        self,
        at: Column,
        statistics: Sequence[Statistic],
        periods: PeriodRun,
        grouping: GroupingSet,
    ) -> dict[str, Array]:
        """Group by the period of a time column, and by member."""
        return self._group(self._periods(at, periods), periods.times, statistics, grouping)

    def aggregate_in_force(
        self,
        at: Column,
        until: Column,
        statistics: Sequence[Statistic],
        day: date,
        grouping: GroupingSet,
    ) -> dict[str, Array]:
        """Group the rows that began before a day and had not ended by then; one time."""
        day_number = day.toordinal() - _EPOCH
        began, ended = self._days(at), self._days(until)
        has_begun = (began != _NULL_DAY) & (began < day_number)
        in_force = has_begun & ((ended == _NULL_DAY) | (ended >= day_number))
        return self._group(np.where(in_force, 0, -1), 1, statistics, grouping)

    def aggregate_by_time(
        self, at: Column, statistics: Sequence[Statistic], grouping: GroupingSet
    ) -> SnapshotAggregates:
        """Group by each value of a time column, and by member."""
        values = self._frame[f"value:{at.name}"]
        times = values.drop_nulls().unique().sort()
        codes = (values.rank("dense").cast(pl.Int64) - 1).fill_null(-1).to_numpy()
        arrays = self._group(codes, len(times), statistics, grouping)
        cells, size = self._cells(codes, len(times), grouping)
        rows = []
        for statistic in statistics:
            series = statistic.series
            chosen = cells if series is None else cells[self._mask(series)]
            counts = np.bincount(chosen, minlength=size + 1)
            rows.append(_to_dense(counts, len(times), grouping))
        return SnapshotAggregates(times.to_list(), arrays, rows)

    def _read(
        self,
        statistics: Sequence[Statistic],
        rowwise: dict[str, Expression],
        grouping: GroupingSet,
    ) -> pl.DataFrame:
        """Read the narrow columns that are not in the cache yet."""
        contract = self.table.contract
        projection = plan_projection(
            statistics, rowwise, grouping, contract, self._compiler, self.table.exact
        )
        expressions = [
            expression
            for name, columns in projection.items()
            if not name.startswith(("day:", "hash:", "member:"))
            or self._cache_key(name, grouping) not in self._cache
            for expression in columns
        ]
        if not expressions:
            return pl.DataFrame()
        selected = _select(self.table.lazy, self.table.rows)(expressions)
        return self.table.collect(selected, "counting")

    def _add_repeats(self, conditions: Iterable[Repeats]) -> None:
        for condition in conditions:
            name = expression_name(condition)
            days = self._days(time_column(condition.at))
            counted = days != _NULL_DAY
            if condition.where is not None:
                counted &= self._frame[f"counted:{name}"].fill_null(False).to_numpy()
            months = self._compiler.months(condition.months)
            codes = self._encoded_keys(expression_name(condition.who))
            repeated = has_prior_event(codes, days, counted, months)
            self._frame = self._frame.with_columns(pl.Series(name, repeated))

    def _group(
        self,
        times: NDArray[Any],
        count: int,
        statistics: Sequence[Statistic],
        grouping: GroupingSet,
    ) -> dict[str, Array]:
        """Group by time (-1 for none) and member.

        Raises:
            TypeError: an operation has no aggregation here.
        """
        cells, size = self._cells(times, count, grouping)
        by_operation: dict[Operation, list[Statistic]] = {}
        for statistic in statistics:
            by_operation.setdefault(statistic.operation, []).append(statistic)
        flat: dict[str, Array] = {}
        for operation, alike in by_operation.items():
            aggregate = _AGGREGATIONS.get(operation)
            if aggregate is None:
                raise TypeError(f"the Polars backend has no aggregation for {operation}")
            flat |= aggregate(self, alike, cells, size)
        return {key: _to_dense(array, count, grouping) for key, array in flat.items()}

    def _counts(
        self, statistics: Sequence[Statistic], cells: NDArray[Any], size: int
    ) -> dict[str, Array]:
        """Count rows: in a large table once for all conditions that read the same few columns."""
        counts: dict[str, NDArray[Any]] = {}
        single = list(statistics)
        if self.table.rows > FEW:
            most = max(1, self.table.rows // ROWS_PER_COMBINATION // max(size, 1))
            groups, single = group_by_predicates(statistics, most)
            for group in groups:
                counts |= self._counts_by_combination(group, cells, size)
        for statistic in single:
            where = statistic.where
            chosen = cells if where is None else cells[self._mask(where)]
            counts[statistic.key] = np.bincount(chosen, minlength=size + 1)
        return {key: array[:size].astype(np.float64) for key, array in counts.items()}

    def _counts_by_combination(
        self, group: PredicateGroup, cells: NDArray[Any], size: int
    ) -> dict[str, Array]:
        """Count rows by every combination of values, then evaluate each condition on those."""
        parts = group.columns
        combinations = parts.combinations
        wide: Any = np.int64 if (size + 1) * combinations > np.iinfo(np.int32).max else np.int32
        codes: Any = cells.astype(wide) * wide(combinations)
        step = combinations
        for name, column in parts.dictionary_columns.items():
            step //= dictionary_size(column)
            codes += self._codes(name).astype(wide) * wide(step)
        for name in parts.boolean_columns:
            step //= BOOLEAN_VALUES
            codes += self._codes(name).astype(wide) * wide(step)
        counts = np.bincount(codes, minlength=(size + 1) * combinations)
        occupied = np.flatnonzero(counts[: size * combinations])
        counts = counts[occupied]
        cell, combination = np.divmod(occupied, combinations)
        columns = {}
        step = combinations
        for name, column in parts.dictionary_columns.items():
            step //= dictionary_size(column)
            columns[name] = decode_dictionary(combination // step % dictionary_size(column), column)
        for name in parts.boolean_columns:
            step //= BOOLEAN_VALUES
            columns[name] = decode_dictionary(combination // step % BOOLEAN_VALUES, None)
        frame = pl.DataFrame(columns) if columns else pl.DataFrame({"": pl.Series(combination)})
        masks = self._evaluate(frame, [statistic.where for statistic in group.statistics])
        by_key: dict[str, Any] = {}
        for statistic in group.statistics:
            kept = slice(None) if statistic.where is None else masks[id(statistic.where)]
            weights = counts[kept].astype(np.float64)
            by_key[statistic.key] = np.bincount(cell[kept], weights=weights, minlength=size + 1)
        return by_key

    def _sums(
        self, statistics: Sequence[Statistic], cells: NDArray[Any], size: int
    ) -> dict[str, Array]:
        """Sum the parts of each statistic; a part that is zero in every row is not summed."""
        columns: dict[str, pl.Series] = {"cell": pl.Series(cells)}
        aggregates = []
        sums: dict[str, Array] = {}
        for number, statistic in enumerate(statistics):
            columns[f"mask{number}"] = pl.Series(self._mask(statistic.where))
            names, summands = self._summands(statistic)
            for name in names:
                sums[name] = np.zeros(size + 1)
            columns |= summands
            aggregates += [
                pl.when(pl.col(f"mask{number}")).then(pl.col(column)).sum().alias(name)
                for name, column in zip(names, summands, strict=False)
            ]
        grouped = pl.DataFrame(columns).group_by("cell").agg(aggregates)
        occupied = grouped["cell"].to_numpy()
        for name in grouped.columns[1:]:
            sums[name][occupied] = grouped[name].cast(pl.Float64).to_numpy()
        return {name: array[:size] for name, array in sums.items()}

    def _summands(self, statistic: Statistic) -> tuple[list[str], dict[str, pl.Series]]:
        """Return the names of the parts of a sum, and the columns to sum, for the first of them."""
        of, units = _required(statistic), units_of(statistic)
        if units is None:
            raise TypeError(f"{statistic.operation} does not add")
        column = f"sum:{expression_name(of)}:{units.powers}"
        values = _fill_null(self._frame[f"sum:{expression_name(of)}"], 0)
        names = [part_name(statistic.key, number) for number in range(len(units.powers))]
        parts = (self._summable(part, of) for part in split(values, statistic, units))
        return names, {part_name(column, number): part for number, part in enumerate(parts)}

    def _summable(self, part: NDArray[Any], of: Term) -> pl.Series:
        """Return whole numbers in a type wide enough for every sum of them.

        128 bits are always enough: the checks of a contract refuse a number that cannot be summed
        exactly.
        """
        largest = max(-int(part.min()), int(part.max())) if len(part) else 0
        if largest >= 2**63:
            raise DataError(
                f"Table {self.table.contract.table!r}: {sql(of)} is too large to be added up "
                "exactly. Correct the largest values."
            )
        whole = pl.Series(part.astype(np.int64))
        return whole.cast(pl.Int64 if largest * max(len(part), 1) < 2**63 else pl.Int128)

    def _distinct(
        self, statistics: Sequence[Statistic], cells: NDArray[Any], size: int
    ) -> dict[str, Array]:
        by_key = {}
        for statistic in statistics:
            codes = self._encoded_keys(expression_name(_required(statistic)))
            kept = (codes >= 0) & (cells < size) & self._mask(statistic.where)
            by_key[statistic.key] = count_distinct_by_cell(cells[kept], codes[kept], size)
        return by_key

    def _quantiles(
        self, statistics: Sequence[Statistic], cells: NDArray[Any], size: int
    ) -> dict[str, Array]:
        """Sort each column of values once for all its quantiles over the same rows."""
        by_key = {}
        for (name, _), group in groupby(sorted(statistics, key=sort_key), key=sort_key):
            alike = list(group)
            values = self._frame[f"of:{name}"]
            kept = values.is_not_null().to_numpy() & (cells < size) & self._mask(alike[0].where)
            chosen = _fill_null(values, 0)[kept]
            requested = {statistic.quantile_and_limit for statistic in alike}
            arrays = quantiles(cells[kept].astype(np.int64), chosen, size, requested)
            for statistic in alike:
                by_key[statistic.key] = to_seconds(statistic, arrays[statistic.quantile_and_limit])
        return by_key

    def _cells(
        self, times: NDArray[Any], count: int, grouping: GroupingSet
    ) -> tuple[NDArray[Any], int]:
        """Return each row's cell and the number of cells; a row of no time is in an extra cell."""
        size = count * prod(grouping.sizes)
        cells: Any = times.astype(np.int64 if size > np.iinfo(np.int32).max else np.int32)
        for position, members in zip(grouping.grouped, grouping.sizes, strict=True):
            cells = cells * cells.dtype.type(members)
            cells += self._codes(f"member:{grouping.dimensions[position].key}", grouping)
        return np.where(times < 0, cells.dtype.type(size), cells), size

    def _periods(self, at: Column, periods: PeriodRun) -> NDArray[Any]:
        """Return the number of each row's period; -1 for a row in none.

        A row of no period that is counted has the number after the last period's.
        """
        if (at.name, periods) in self._period_numbers:
            return self._period_numbers[at.name, periods]
        first = periods.start.toordinal() - _EPOCH
        days = (periods.stop - periods.start).days
        calendar = np.arange(first, first + days).astype("datetime64[D]").astype("datetime64[M]")
        month = calendar.astype(np.int64) + 1970 * 12
        number = (month - periods.first_month) // periods.length
        table = np.concatenate([[-1], number, [-1]]).astype(np.int32)
        index = np.clip(self._days(at), first - 1, first + days) - (first - 1)
        by_row: NDArray[Any] = table[index]
        if periods.counts_undated:
            by_row[self._days(at) == _NULL_DAY] = periods.count
        if periods.counts_later and periods.last_day is not None:
            by_row[self._days(at) > periods.last_day.toordinal() - _EPOCH] = periods.count
        self._period_numbers[at.name, periods] = by_row
        return by_row

    def _days(self, column: Column) -> NDArray[Any]:
        name = f"day:{column.name}"
        if name not in self._cache:
            self._cache[name] = _fill_null(self._frame[name], _NULL_DAY)
        days: NDArray[Any] = self._cache[name]
        return days

    def _cache_key(self, name: str, grouping: GroupingSet | None) -> object:
        """Return the key of a narrow column in the cache; members can differ between requests."""
        if grouping is not None and name.startswith("member:"):
            keys = [dimension.key for dimension in grouping.dimensions]
            return (name, grouping.members[keys.index(name.removeprefix("member:"))])
        return name if name.startswith(("day:", "hash:")) else f"code:{name}"

    def _codes(self, name: str, grouping: GroupingSet | None = None) -> NDArray[Any]:
        """Return the codes of a listed column, of members or of conditions; null is the last."""
        key = self._cache_key(name, grouping)
        if key in self._cache:
            codes: NDArray[Any] = self._cache[key]
            return codes
        series = self._frame[name]
        if series.dtype == pl.Boolean:
            codes = _fill_null(series.cast(pl.UInt8), BOOLEAN_VALUES - 1)
        else:
            last = len(series.dtype.categories)  # type: ignore[attr-defined]
            wide = pl.UInt8 if last < 255 else pl.UInt32
            codes = _fill_null(series.to_physical().cast(wide), last)
        if not name.startswith("is:"):
            self._cache[key] = codes
        return codes

    def _encoded_keys(self, name: str) -> NDArray[Any]:
        """Return the code of each row's key, such as a person; -1 for null."""
        first, second = f"hash:{name}", f"second:{name}"
        if first not in self._cache:
            columns = [first, second, f"known:{name}"]
            # A column in several chunks is copied: drop it, because both do not fit in memory.
            hashes = [self._frame.drop_in_place(column).to_numpy() for column in columns]
            self._cache[first] = encode_keys(*hashes)
        codes: NDArray[Any] = self._cache[first]
        return codes

    def _mask(self, condition: Expression | None) -> NDArray[np.bool_]:
        """Return whether each row meets a condition."""
        if condition is None:
            return np.ones(self.table.rows, dtype=bool)
        if id(condition) not in self._masks:
            self._masks |= self._evaluate(self._frame, [condition])
        return self._masks[id(condition)]

    def _evaluate(
        self, frame: pl.DataFrame, conditions: Sequence[Expression | None]
    ) -> dict[int, NDArray[np.bool_]]:
        """Evaluate conditions for each row of a frame, by their identity; null is False."""
        named = {f"c{n}": part for n, part in enumerate(conditions) if part is not None}
        if not named:
            return {}
        values = _select(frame, frame.height)(
            self._condition_compiler(condition).alias(name) for name, condition in named.items()
        )
        return {id(part): _fill_null(values[name], False) for name, part in named.items()}


_AGGREGATIONS: dict[Operation, Callable[[PolarsBackend, Any, Any, int], dict[str, Array]]] = {
    Operation.ROWS: PolarsBackend._counts,
    Operation.SUM: PolarsBackend._sums,
    Operation.SUM_OF_WEIGHTS: PolarsBackend._sums,
    Operation.DISTINCT: PolarsBackend._distinct,
    Operation.QUANTILE: PolarsBackend._quantiles,
}
require_complete("operations of the Polars backend", _AGGREGATIONS, Operation)


def _required(statistic: Statistic) -> Term:
    if statistic.of is None:
        raise TypeError(f"{statistic.operation} needs an expression")
    return statistic.of


def _to_dense(flat: NDArray[Any], count: int, grouping: GroupingSet) -> Array:
    size = count * prod(grouping.sizes)
    return grouping.to_dense(flat[:size].astype(np.float64).reshape((count, *grouping.sizes)))


def _select(frame: Any, rows: int) -> Callable[..., Any]:
    """Return how to select from a frame: on few rows, waking a thread takes longer than reading."""
    select: Callable[..., Any] = frame.select_seq if rows <= FEW else frame.select
    return select


def _fill_null(series: pl.Series, value: int) -> NDArray[Any]:
    """Return a column as a numpy array, with a number in place of null."""
    return (series.fill_null(value) if series.null_count() else series).to_numpy()
