"""Aggregate all statistics of a table, and merge what adds into periods and totals.

Arrays are over periods, then one axis for each breakdown of the request. An axis holds the
breakdown's members in order, then Unknown, then All. It has length 1 where the table does not carry
the breakdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import chain, combinations
from typing import Any, assert_never

import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.calendar import Period
from swm_kpi.contracts import ALL, UNKNOWN, Column, Dimension
from swm_kpi.engine.aggregate.parts import Parts, dimensions_read, plan_parts, same_statement
from swm_kpi.engine.aggregate.snapshots import day_of, nearest_year
from swm_kpi.engine.aggregate.texts import TextKey
from swm_kpi.engine.backends.backend import Backend
from swm_kpi.engine.backends.downtime import aggregate_downtime
from swm_kpi.engine.backends.narwhals_backend import NarwhalsBackend
from swm_kpi.engine.backends.polars_backend import PolarsBackend
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.engine.plan.exact_sums import Units, join, part_name, units_of
from swm_kpi.engine.plan.grouping import GroupingSet, PeriodRun
from swm_kpi.measures import Operation, Statistic, TimeAlignment
from swm_kpi.vocabulary import CoverageSource

Array = NDArray[np.float64]
Dates = list[date | int | None]


@dataclass(frozen=True)
class Axes:
    """The breakdowns of a request and their members, in the order of the result's columns."""

    dimensions: tuple[Dimension, ...]
    members: tuple[tuple[str, ...], ...]

    def carried(self, table: Table) -> tuple[int, ...]:
        """Return the positions of the breakdowns that a table carries."""
        return tuple(
            position
            for position, dimension in enumerate(self.dimensions)
            if dimension.key in table.contract.dimensions and _has_carrier(table, dimension)
        )

    def shape(self, carried: Iterable[int]) -> tuple[int, ...]:
        """Return the lengths of the axes for a table that carries some of the breakdowns."""
        kept = set(carried)
        return tuple(
            len(names) + 2 if position in kept else 1 for position, names in enumerate(self.members)
        )


def _has_carrier(table: Table, dimension: Dimension) -> bool:
    carrier = table.contract.dimensions[dimension.key][1]
    return all(part.name in table.columns for part in carrier.walk() if isinstance(part, Column))


@dataclass
class Aggregates:
    """The aggregates of some tables.

    Attributes:
        arrays: the array of each statistic, by the statistic's key.
        dates: by the statistic's key, what each period uses: for the last snapshot its day, for
            an average the number of snapshots, for a reference the year.
        parts: by the statistic's key, for a statement how many of its parts are there, and for an
            average how many snapshots are complete; and of how many.
        in_no_period: by the key of a count, the rows that have no date or are dated after the
            extraction.
        rows_by_month: by the key of a count of every row, the number of the first month that was
            counted, and the rows of each month from it.
        texts: the text of each period, by :func:`text_key`.
    """

    arrays: dict[str, Array] = field(default_factory=dict)
    dates: dict[str, Dates] = field(default_factory=dict)
    parts: dict[str, tuple[Array, Array]] = field(default_factory=dict)
    in_no_period: dict[str, float] = field(default_factory=dict)
    rows_by_month: dict[str, tuple[int, Array]] = field(default_factory=dict)
    texts: dict[TextKey, list[str]] = field(default_factory=dict)


def aggregate_table(
    table: Table,
    statistics: Sequence[Statistic],
    periods: Sequence[Period],
    axes: Axes,
    compiler: Compiler,
    last_day: date | None = None,
) -> Aggregates:
    """Aggregate statistics of one table, read once where it is in memory or in a file.

    Additive statistics are grouped once, by month and member, and merged. The others (distinct
    values, quantiles) are grouped again for each grouping set and run of periods.

    Args:
        table: the table.
        statistics: what to aggregate.
        periods: the periods of the request.
        axes: the breakdowns of the request.
        compiler: compiles expressions with the request's assumptions.
        last_day: the day of extraction. A row dated later is in no number, and no time after that
            day is counted.

    Raises:
        AssertionError: an operation or a time alignment has no case in the engine.
    """
    carried = axes.carried(table)
    grouping = GroupingSet(axes.dimensions, axes.members, carried, axes.shape(carried))
    aggregator = _TableAggregator(table, statistics, periods, grouping, compiler, last_day)
    aggregates = aggregator.aggregate(statistics)
    for statistic in statistics:
        for position, dimension in enumerate(axes.dimensions):
            if dimension.key == statistic.total_over and position in carried:
                array = aggregates.arrays[statistic.key]
                aggregates.arrays[statistic.key] = np.take(array, [-1], axis=position + 1)
    return aggregates


@dataclass(frozen=True)
class UsedSnapshots:
    """Which snapshots a period uses for one cell.

    Attributes:
        times: the times of the table, in order.
        parts: what tells the parts of a snapshot apart.
        snapshot: by time and part, the number of its snapshot.
        is_used: of each snapshot, whether the cell uses it.
    """

    times: Sequence[Any]
    parts: Parts
    snapshot: NDArray[np.int64]
    is_used: NDArray[np.bool_]

    @property
    def days(self) -> list[date]:
        """The days of the snapshots that are used."""
        is_used: NDArray[np.bool_] = np.any(self.is_used[self.snapshot], axis=1)
        return sorted(
            {day_of(time) for time, used in zip(self.times, is_used, strict=True) if used}
        )

    def are_used(self, rows: pl.DataFrame, taken: Sequence[Any]) -> NDArray[np.bool_]:
        """Return whether the cell uses the snapshot that each row is in.

        Args:
            rows: rows of the table.
            taken: the times of their snapshots.
        """
        position = {time: number for number, time in enumerate(self.times)}
        times = np.array([position.get(time, -1) for time in taken], dtype=np.int64)
        if not self.times:
            return np.zeros(rows.height, dtype=bool)
        used: NDArray[np.bool_] = self.is_used[self.snapshot[times, self.parts.codes(rows)]]
        return used & (times >= 0)


def find_used_snapshots(
    table: Table,
    statistic: Statistic,
    statistics: Sequence[Statistic],
    period: Period,
    axes: Axes,
    members: Mapping[str, str],
    compiler: Compiler,
    last_day: date | None = None,
) -> UsedSnapshots:
    """Return which snapshots of a period the number of some members uses.

    Args:
        table: the table.
        statistic: a statistic of snapshots.
        statistics: all that the request aggregates of the table: they decide which parts it has.
        period: the period.
        axes: the breakdowns of the request.
        members: by breakdown, the member; the total of the others.
        compiler: compiles expressions with the request's assumptions.
        last_day: the day of extraction. A later snapshot is not used.
    """
    carried = axes.carried(table)
    grouping = GroupingSet(axes.dimensions, axes.members, carried, axes.shape(carried))
    aggregator = _TableAggregator(table, statistics, [period], grouping, compiler, last_day)
    cell = [-1] * len(axes.dimensions)
    for position in carried:
        names = [*axes.members[position], UNKNOWN, ALL]
        cell[position] = names.index(members.get(axes.dimensions[position].key, ALL))
    return aggregator.used_snapshots(statistic, tuple(cell))


class _TableAggregator:
    """Aggregates one table with a backend, and merges the results into periods and totals."""

    def __init__(
        self,
        table: Table,
        statistics: Sequence[Statistic],
        periods: Sequence[Period],
        grouping: GroupingSet,
        compiler: Compiler,
        last_day: date | None,
    ) -> None:
        self.last_day = last_day
        self.table = table
        self.periods = periods
        self.grouping = grouping
        self.compiler = compiler
        self.first_month = min(period.first_month for period in periods)
        self.last_month = max(period.last_month for period in periods)
        counted = [s for s in statistics if s.alignment is not TimeAlignment.INTERVAL]
        self.parts = plan_parts(table, counted, grouping)
        backend = PolarsBackend if table.dialect is None else NarwhalsBackend
        read = self.parts.grouping
        self._backend = backend(table, counted, read, compiler) if counted else None

    @property
    def backend(self) -> Backend:
        if self._backend is None:
            raise TypeError("a table of intervals alone needs no backend")
        return self._backend

    def aggregate(self, statistics: Sequence[Statistic]) -> Aggregates:
        """Aggregate statistics, grouped by time alignment and time column.

        Sums stay in parts until the arrays of every period and total are made.
        """
        groups: dict[tuple[TimeAlignment, str], list[Statistic]] = {}
        for statistic in statistics:
            groups.setdefault((statistic.alignment, statistic.at.name), []).append(statistic)
        aggregates = Aggregates()
        for (alignment, _), alike in groups.items():
            at = alike[0].at
            match alignment:
                case TimeAlignment.EVENT:
                    additive = [s for s in alike if s.operation.is_additive]
                    every_row = Statistic(self.table.contract, Operation.ROWS, at)
                    covered = self.table.coverage
                    is_seen = covered is None or covered.source is CoverageSource.ROWS
                    if is_seen and all(s.key != every_row.key for s in additive):
                        # How many rows a period has shows whether the table covers it.
                        additive.append(every_row)
                    aggregates.arrays |= self.by_month(at, additive, aggregates)
                    others = [s for s in alike if not s.operation.is_additive]
                    aggregates.arrays |= self.by_grouping_set(at, others)
                case TimeAlignment.IN_FORCE:
                    aggregates.arrays |= self.in_force(at, alike)
                case TimeAlignment.INTERVAL:
                    aggregates.arrays |= self.downtime(alike)
                case TimeAlignment.REFERENCE:
                    self.reference_years(at, alike, aggregates)
                case (
                    TimeAlignment.LAST_SNAPSHOT
                    | TimeAlignment.MEAN_OF_SNAPSHOTS
                    | TimeAlignment.MEAN_OF_STOCKS
                ):
                    self.snapshots(at, alike, alignment, aggregates)
                case _:
                    assert_never(alignment)
        for statistic in statistics:
            units = self._units(statistic)
            if units is not None:
                parts = [aggregates.arrays.pop(name) for name in self._part_names(statistic)]
                aggregates.arrays[statistic.key] = join(parts, units)
        return aggregates

    def _units(self, statistic: Statistic) -> Units | None:
        """Return the units in which a statistic is summed; None if it is not."""
        if statistic.alignment is TimeAlignment.INTERVAL:
            return None
        return units_of(statistic, is_wide=self.table.adds_in_128_bits)

    def _part_names(self, statistic: Statistic) -> list[str]:
        """Return the names of the arrays of a statistic: of its parts, or of itself."""
        units = self._units(statistic)
        count = len(units.powers) if units is not None else 1
        return [part_name(statistic.key, number) for number in range(count)]

    def by_month(
        self, at: Column, statistics: list[Statistic], aggregates: Aggregates
    ) -> dict[str, Array]:
        """Aggregate additive statistics by month and member, then merge months into periods."""
        if not statistics:
            return {}
        before = [self._months_before(statistic) for statistic in statistics]
        first_month = self.first_month - max(before)
        count = self.last_month - first_month + 1
        months = PeriodRun(
            first_month,
            1,
            count,
            self.last_day,
            counts_undated=at.nullable,
            # A deadline after the extraction is as it should be.
            counts_later=not at.scheduled and self._is_later(self._last_of(at)),
        )
        monthly = self.backend.aggregate_by_period(at, statistics, months, self.grouping)
        if months.times > count:
            aggregates.in_no_period |= {
                statistic.key: float(monthly[statistic.key][-1].sum())
                for statistic in statistics
                if statistic.operation is Operation.ROWS
            }
            monthly = {key: array[:-1] for key, array in monthly.items()}
        every_row = Statistic(self.table.contract, Operation.ROWS, at).key
        if every_row in monthly:
            rows = monthly[every_row].reshape(count, -1).sum(axis=1)
            aggregates.rows_by_month[every_row] = first_month, rows
        # Merge all statistics in one step: over statistics, then months, then the axes.
        stacked = self._with_totals(np.stack(list(monthly.values())))
        sums = np.zeros((len(stacked), months.count + 1, *self.grouping.shape))
        np.cumsum(stacked, axis=1, out=sums[:, 1:])
        ends = [period.last_month + 1 - first_month for period in self.periods]
        starts = [period.first_month - first_month for period in self.periods]
        if not any(before):
            return dict(zip(monthly, sums[:, ends] - sums[:, starts], strict=True))
        lengths = {
            name: length
            for statistic, length in zip(statistics, before, strict=True)
            for name in self._part_names(statistic)
        }
        return {
            name: of_months[ends] - of_months[[start - lengths[name] for start in starts]]
            for name, of_months in zip(monthly, sums, strict=True)
        }

    def _months_before(self, statistic: Statistic) -> int:
        """Return in how many months before a period a statistic counts rows too."""
        months = statistic.months_before
        return 0 if months is None else self.compiler.months(months)

    def by_grouping_set(self, at: Column, statistics: list[Statistic]) -> dict[str, Array]:
        """Aggregate other statistics by each grouping set and run of periods."""
        arrays = self._zeros(statistics)
        if not statistics:
            return arrays
        for positions, length in _runs(self.periods):
            first_month = self.periods[positions[0]].first_month
            run = PeriodRun(first_month, length, len(positions), self.last_day)
            for grouping in self._grouping_sets():
                partial = self.backend.aggregate_by_period(at, statistics, run, grouping)
                target, source = _total_slices(grouping)
                for key, array in partial.items():
                    arrays[key][(positions, *target)] = array[(slice(None), *source)]
        return arrays

    def downtime(self, statistics: list[Statistic]) -> dict[str, Array]:
        """Aggregate the seconds of intervals by each grouping set."""
        arrays = self._zeros(statistics)
        for grouping in self._grouping_sets():
            partial = aggregate_downtime(
                self.table, statistics, self._spans, grouping, self.compiler
            )
            target, source = _total_slices(grouping)
            for key, array in partial.items():
                arrays[key][(slice(None), *target)] = array[(slice(None), *source)]
        return arrays

    def in_force(self, at: Column, statistics: list[Statistic]) -> dict[str, Array]:
        """Aggregate the rows of a register that are in force on the last day of each period.

        Of a period that the extraction cuts short, it is the day of extraction.
        """
        arrays: dict[str, Array] = {}
        for until in {id(s.until): s.until for s in statistics}.values():
            if until is None:
                raise TypeError("a register needs a column for the day a row ends")
            alike = [statistic for statistic in statistics if statistic.until is until]
            for position, (_, stop) in enumerate(self._spans):
                on_day = self.backend.aggregate_in_force(at, until, alike, stop, self.grouping)
                for key, array in on_day.items():
                    by_period = arrays.setdefault(key, self._zero())
                    by_period[position] = self._with_totals(array)[0]
        return arrays

    def reference_years(
        self, at: Column, statistics: list[Statistic], aggregates: Aggregates
    ) -> None:
        """Aggregate by year, and use for each period the nearest year.

        A member without a row in that year has no number, and neither has a total that needs it.
        """
        parts = self.parts
        rows = {
            statistic.key: replace(statistic, operation=Operation.ROWS, of=None)
            for statistic in statistics
        }
        by_year = self.backend.aggregate_by_time(at, [*statistics, *rows.values()], parts.grouping)
        arrays: dict[str, Array] = {}
        for statistic in statistics:
            counted = by_year.arrays[rows[statistic.key].key]
            read = dimensions_read(statistic, parts.grouping.dimensions)
            expected = parts.expected(counted, by_year.times, read)
            has = parts.count(expected & parts.present(counted) & parts.stated_once(counted))
            of = parts.count(expected)
            arrays |= {f"has {statistic.key}": has, f"of {statistic.key}": of}
            for name in self._part_names(statistic):
                array = parts.with_totals(by_year.arrays[name])
                arrays[name] = np.where(has < of, np.nan, array)
        chosen, years = nearest_year(arrays, by_year.times, self.periods, self.grouping.shape)
        for statistic in statistics:
            names = (f"has {statistic.key}", f"of {statistic.key}")
            has, of = (chosen.pop(name) for name in names)
            aggregates.parts[statistic.key] = np.nan_to_num(has), np.nan_to_num(of)
        aggregates.arrays |= chosen
        aggregates.dates |= dict.fromkeys((statistic.key for statistic in statistics), years)

    def snapshots(
        self,
        at: Column,
        statistics: list[Statistic],
        alignment: TimeAlignment,
        aggregates: Aggregates,
    ) -> None:
        """Aggregate by snapshot, and use the last of each period or the sum over all of them."""
        parts = self.parts
        # Parts are merged by every row, also by those that are not in a series.
        every_row = Statistic(self.table.contract, Operation.ROWS, at, alignment)
        by_time = self.backend.aggregate_by_time(at, [*statistics, every_row], parts.grouping)
        names = [name for statistic in statistics for name in self._part_names(statistic)]
        known = [time for time in by_time.times if not self._is_later(day_of(time))]
        rows_known = [rows[: len(known)] for rows in by_time.rows]
        *rows_of_series, every = rows_known
        read = [*rows_of_series, *(by_time.arrays[name][: len(known)] for name in names)]
        times, merged = parts.merge(known, every, read)
        days = [day_of(time) for time in times]
        arrays = dict(zip(names, merged[len(statistics) :], strict=True))
        for statistic, rows in zip(statistics, merged, strict=False):
            inside = self._inside(days, rows)
            if alignment is TimeAlignment.LAST_SNAPSHOT:
                self._last_snapshot(statistic, days, inside, rows, arrays, aggregates)
            else:
                self._mean(statistic, days, inside, rows, arrays, aggregates)

    def _last_snapshot(
        self,
        statistic: Statistic,
        days: list[date],
        inside: list[list[int]],
        rows: Array,
        arrays: Mapping[str, Array],
        aggregates: Aggregates,
    ) -> None:
        """Take the last snapshot of each period, and count the parts that it has.

        A statement has the parts that the others of its financial year have.
        """
        parts = self.parts
        empty = np.zeros(self.grouping.shape)
        is_statement = parts.are_declared or statistic.series is not None
        present = parts.present(rows)
        known = parts.known(rows)
        counted = parts.with_totals(rows)
        latest = [positions[-1] if positions else None for positions in inside]
        has, of, is_missing = [], [], []
        for last in latest:
            if last is None:
                has.append(empty)
                of.append(empty)
                is_missing.append(empty == 0)
                continue
            of_year = present[same_statement(days, last)].any(axis=0) & known
            expected = parts.needed(of_year, present[[last]], [days[last]])
            has.append(parts.count(present[[last]] & expected)[0])
            of.append(parts.count(expected)[0])
            is_missing.append((counted[last] == 0) & parts.are_declared)
        for name in self._part_names(statistic):
            totals = parts.with_totals(arrays[name])
            chosen = [empty if last is None else totals[last] for last in latest]
            aggregates.arrays[name] = np.where(is_missing, np.nan, chosen)
        aggregates.dates[statistic.key] = [None if last is None else days[last] for last in latest]
        if is_statement and parts.positions:
            aggregates.parts[statistic.key] = np.stack(has), np.stack(of)

    def _mean(
        self,
        statistic: Statistic,
        days: list[date],
        inside: list[list[int]],
        rows: Array,
        arrays: Mapping[str, Array],
        aggregates: Aggregates,
    ) -> None:
        """Sum over the snapshots of each period that have every part, or over all lists."""
        parts = self.parts
        is_list = statistic.alignment is TimeAlignment.MEAN_OF_STOCKS
        # A count of every row counts snapshots. Any other statistic is summed over them.
        counts = statistic.operation is Operation.ROWS and statistic.where is None
        usable = self._usable(statistic, days, inside, rows)
        for name in self._part_names(statistic):
            totals = parts.with_totals(arrays[name])
            aggregates.arrays[name] = np.stack(
                [
                    (used if counts else used * totals[positions]).sum(axis=0)
                    for used, positions in zip(usable, inside, strict=True)
                ]
            )
        aggregates.dates[statistic.key] = [len(positions) for positions in inside]
        if not is_list:
            complete_counts = np.stack([used.sum(axis=0) for used in usable])
            whole = np.zeros_like(complete_counts)
            whole[:] = np.reshape([len(i) for i in inside], (-1, *[1] * len(self.grouping.shape)))
            aggregates.parts[statistic.key] = complete_counts, whole

    def _usable(
        self, statistic: Statistic, days: list[date], inside: list[list[int]], rows: Array
    ) -> list[Array]:
        """Return which snapshots of each period every cell can use: those with every part of it.

        Of a list, every one can be used.
        """
        parts = self.parts
        present, known, counted = parts.present(rows), parts.known(rows), parts.with_totals(rows)
        usable = []
        for positions in inside:
            expected = parts.needed(
                present[positions].any(axis=0) & known,
                present[positions],
                [days[position] for position in positions],
            )
            lacking = parts.count(expected & ~present[positions])
            needed = parts.count(expected)
            # A cell without any known part, such as Unknown, uses the snapshots with rows of it.
            complete = np.where(needed > 0, lacking == 0, counted[positions] > 0)
            is_list = statistic.alignment is TimeAlignment.MEAN_OF_STOCKS
            usable.append(np.ones(complete.shape) if is_list else complete.astype(np.float64))
        return usable

    def used_snapshots(self, statistic: Statistic, cell: tuple[int, ...]) -> UsedSnapshots:
        """Return which snapshots of the only period one cell uses."""
        every_row = Statistic(
            self.table.contract, Operation.ROWS, statistic.at, statistic.alignment
        )
        by_time = self.backend.aggregate_by_time(
            statistic.at, [statistic, every_row], self.parts.grouping
        )
        times = [time for time in by_time.times if not self._is_later(day_of(time))]
        of_series, every = (rows[: len(times)] for rows in by_time.rows)
        snapshot, _ = self.parts.assign(times, every)
        firsts, (rows,) = self.parts.merge(times, every, [of_series])
        days = [day_of(time) for time in firsts]
        (inside,) = self._inside(days, rows)
        is_used = np.zeros(len(firsts), dtype=bool)
        if statistic.alignment is TimeAlignment.LAST_SNAPSHOT:
            is_used[inside[-1:]] = True
        elif inside:
            (usable,) = self._usable(statistic, days, [inside], rows)
            of_cell: tuple[Any, ...] = (slice(None), *cell)
            is_used[inside] = usable[of_cell] > 0
        return UsedSnapshots(times, self.parts, snapshot, is_used)

    def _inside(self, days: list[date], rows: Array) -> list[list[int]]:
        """Return the snapshots of each period that have any row."""
        has_rows: Any = rows.any(axis=tuple(range(1, rows.ndim)))
        return [
            [i for i, day in enumerate(days) if has_rows[i] and p.start <= day < p.stop]
            for p in self.periods
        ]

    @property
    def _spans(self) -> list[tuple[date, date]]:
        """The first day of each period, and the day after the last one that is known."""
        if self.last_day is None:
            return [(period.start, period.stop) for period in self.periods]
        stop = self.last_day + timedelta(days=1)
        return [(p.start, max(p.start, min(p.stop, stop))) for p in self.periods]

    def _last_of(self, at: Column) -> date:
        """Return the last day of a column of dates."""
        return self.table.spans[at.name][1] if at.name in self.table.spans else date.min

    def _is_later(self, day: date) -> bool:
        """Return whether a day is after the extraction."""
        return self.last_day is not None and day > self.last_day

    def _zeros(self, statistics: Sequence[Statistic]) -> dict[str, Array]:
        return {statistic.key: self._zero() for statistic in statistics}

    def _zero(self) -> Array:
        return np.zeros((len(self.periods), *self.grouping.shape))

    def _grouping_sets(self) -> Iterator[GroupingSet]:
        """Yield every subset of the breakdowns, so that each total is aggregated by itself."""
        carried = self.grouping.grouped
        sizes = range(len(carried) + 1)
        for grouped in chain.from_iterable(combinations(carried, size) for size in sizes):
            yield replace(self.grouping, grouped=grouped)

    def _with_totals(self, array: Array) -> Array:
        """Fill the last place of each breakdown's axis with its total, in place."""
        for position in self.grouping.grouped:
            axis_last = np.moveaxis(array, position - len(self.grouping.shape), -1)
            axis_last[..., -1] = axis_last[..., :-1].sum(axis=-1)
        return array


def _total_slices(grouping: GroupingSet) -> tuple[list[Any], list[Any]]:
    """Return where a grouping set's cells go among all totals, and where they come from."""
    axes = range(len(grouping.shape))
    target = [slice(0, -1) if position in grouping.grouped else -1 for position in axes]
    source = [slice(0, -1) if position in grouping.grouped else 0 for position in axes]
    return target, source


def _runs(periods: Sequence[Period]) -> Iterator[tuple[list[int], int]]:
    """Split periods into runs of consecutive periods of equal length, to group each run at once.

    Yields:
        The positions of the periods, and how many months each has.
    """
    run: list[int] = []
    for position, period in enumerate(periods):
        if run:
            previous = periods[run[-1]]
            follows = previous.last_month + 1 == period.first_month
            if not (follows and len(previous.months) == len(period.months)):
                yield run, len(previous.months)
                run = []
        run.append(position)
    if run:
        yield run, len(periods[run[0]].months)
