"""Accumulate every statistic of a table together, and merge what adds into periods and totals.

Arrays are over periods, then one axis for each breakdown asked for. An axis holds the breakdown's
members in their order, then Unknown, then All; it has length 1 where the table lacks the breakdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray

from swm_kpi.calendar import Period
from swm_kpi.contracts import Column, Dimension
from swm_kpi.engine.aggregate.aggregates import settled
from swm_kpi.engine.aggregate.downtime import downtime
from swm_kpi.engine.aggregate.snapshots import complete, day_of, nearest_year
from swm_kpi.engine.backends.backend import Level, Months, Reading
from swm_kpi.engine.backends.narwhals_backend import RemoteReading
from swm_kpi.engine.backends.polars_backend import LocalReading
from swm_kpi.engine.input.tables import Table
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.measures import Operation, Statistic, TimeAlignment

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Axes:
    """The breakdowns asked for and their members, in the order of the result's columns."""

    dimensions: tuple[Dimension, ...]
    members: tuple[tuple[str, ...], ...]

    def carried(self, table: Table) -> tuple[int, ...]:
        """Return the positions of the breakdowns that a table carries."""
        return tuple(
            position
            for position, dimension in enumerate(self.dimensions)
            if dimension.key in table.contract.dimensions and _carrier_given(table, dimension)
        )

    def shape(self, carried: Iterable[int]) -> tuple[int, ...]:
        """Return the lengths of the axes for a table that carries some of them."""
        kept = set(carried)
        return tuple(
            len(names) + 2 if position in kept else 1 for position, names in enumerate(self.members)
        )


def _carrier_given(table: Table, dimension: Dimension) -> bool:
    carrier = table.contract.dimensions[dimension.key][1]
    return all(each.name in table.columns for each in carrier.walk() if isinstance(each, Column))


@dataclass
class Accumulated:
    """What the tables gave.

    Attributes:
        arrays: each statistic's array, by the statistic's key.
        dates: for a snapshot, the day used in each period; for a reference, the year. By key.
    """

    arrays: dict[str, Array] = field(default_factory=dict)
    dates: dict[str, list[date | int | None]] = field(default_factory=dict)


def accumulate(
    table: Table,
    statistics: Sequence[Statistic],
    periods: Sequence[Period],
    axes: Axes,
    compiler: Compiler,
) -> Accumulated:
    """Accumulate statistics of one table, read once where it is in memory or in a file.

    What adds is grouped once, by month and member, and merged. What does not (distinct values,
    quantiles) is grouped again for each level and run of periods.
    """
    done = Accumulated()
    carried = axes.carried(table)
    level = Level(axes.dimensions, axes.members, carried, axes.shape(carried))
    lasting = [each for each in statistics if each.alignment is TimeAlignment.INTERVAL]
    if lasting:
        done.arrays |= downtime(table, lasting, periods, level, compiler)
    counted = [each for each in statistics if each.alignment is not TimeAlignment.INTERVAL]
    if counted:
        reader = RemoteReading if table.remote else LocalReading
        pass_ = _Pass(reader(table, counted, level, compiler), periods, level)
        for alignment in TimeAlignment:
            for at in {
                each.at.name: each.at for each in counted if each.alignment is alignment
            }.values():
                here = [each for each in counted if each.alignment is alignment and each.at is at]
                pass_.accumulate(alignment, at, here, done)
    for statistic in statistics:
        for position, dimension in enumerate(axes.dimensions):
            if dimension.key == statistic.whole and position in carried:
                array = done.arrays[statistic.key]
                done.arrays[statistic.key] = np.take(array, [-1], axis=position + 1)
    return done


class _Pass:
    """Merges what a reading gives into periods and totals."""

    def __init__(self, reading: Reading, periods: Sequence[Period], level: Level) -> None:
        self.reading = reading
        self.periods = periods
        self.level = level
        self.first = min(each.first_month for each in periods)
        self.last = max(each.last_month for each in periods)

    def accumulate(
        self, alignment: TimeAlignment, at: Column, statistics: list[Statistic], done: Accumulated
    ) -> None:
        """Accumulate the statistics of one time alignment and one time column."""
        if alignment is TimeAlignment.EVENT:
            adding = [each for each in statistics if each.operation.adds]
            done.arrays |= self.by_month(at, adding)
            others = [each for each in statistics if not each.operation.adds]
            done.arrays |= self.at_each_level(at, others)
        elif alignment is TimeAlignment.IN_FORCE:
            done.arrays |= self.in_force(at, statistics)
        else:
            found, used = self.by_value(at, statistics, alignment)
            done.arrays |= found
            done.dates |= used

    def by_month(self, at: Column, statistics: list[Statistic]) -> dict[str, Array]:
        """Accumulate what adds by month and member, then merge months into periods."""
        if not statistics:
            return {}
        months = Months(self.first, 1, self.last - self.first + 1)
        monthly = self.reading.by_month(at, statistics, months, self.level)
        # All statistics are merged together: over statistics, then months, then the axes.
        stacked = self._totalled(np.stack(list(monthly.values())))
        sums = np.zeros((len(stacked), months.count + 1, *self.level.shape))
        np.cumsum(stacked, axis=1, out=sums[:, 1:])
        ends = [each.last_month + 1 - self.first for each in self.periods]
        starts = [each.first_month - self.first for each in self.periods]
        merged = dict(zip(monthly, sums[:, ends] - sums[:, starts], strict=True))
        return {each.key: settled(each, merged[each.key]) for each in statistics}

    def at_each_level(self, at: Column, statistics: list[Statistic]) -> dict[str, Array]:
        """Accumulate what does not add for each level (members, totals) and period by itself."""
        shape = self.level.shape
        found = {each.key: np.zeros((len(self.periods), *shape)) for each in statistics}
        if not statistics:
            return found
        carried = self.level.grouped
        levels = list(
            chain.from_iterable(combinations(carried, n) for n in range(len(carried) + 1))
        )
        for positions, length in _runs(self.periods):
            months = Months(self.periods[positions[0]].first_month, length, len(positions))
            for grouped in levels:
                level = replace(self.level, grouped=grouped)
                answers = self.reading.by_month(at, statistics, months, level)
                target = [slice(0, -1) if p in grouped else -1 for p in range(len(shape))]
                source = [slice(0, -1) if p in grouped else 0 for p in range(len(shape))]
                for key, array in answers.items():
                    found[key][(positions, *target)] = array[(slice(None), *source)]
        return found

    def in_force(self, at: Column, statistics: list[Statistic]) -> dict[str, Array]:
        """Accumulate the rows of a register that are in force on the last day of each period."""
        found = {each.key: np.zeros((len(self.periods), *self.level.shape)) for each in statistics}
        for until in {id(each.until): each.until for each in statistics}.values():
            if until is None:
                raise TypeError("a register has a column in which rows end")
            here = [each for each in statistics if each.until is until]
            for position, period in enumerate(self.periods):
                answers = self.reading.in_force(at, until, here, period.stop, self.level)
                for key, array in answers.items():
                    found[key][position] = self._totalled(array)[0]
        return found

    def by_value(
        self, at: Column, statistics: list[Statistic], alignment: TimeAlignment
    ) -> tuple[dict[str, Array], dict[str, list[date | int | None]]]:
        """Accumulate by each value of the time column: snapshots, or years of a reference.

        Returns the arrays by period, and the snapshot or year that each period used.
        """
        dated = self.reading.by_value(at, statistics, self.level)
        times, shape = dated.times, self.level.shape
        arrays = {key: self._totalled(array) for key, array in dated.arrays.items()}
        if alignment is TimeAlignment.REFERENCE:
            arrays, years = nearest_year(arrays, times, self.periods, shape)
            return arrays, dict.fromkeys(arrays, years)
        days = [day_of(each) for each in times]
        used: dict[str, list[date | int | None]] = {}
        for statistic, given in zip(statistics, dated.rows, strict=True):
            rows = self._totalled(given)
            taken = rows.reshape(len(times), int(np.prod(shape)))[:, -1] > 0
            inside = [
                [i for i, day in enumerate(days) if taken[i] and each.start <= day < each.stop]
                for each in self.periods
            ]
            array = arrays[statistic.key]
            if alignment is TimeAlignment.LAST_SNAPSHOT:
                used[statistic.key] = [days[i[-1]] if i else None for i in inside]
                nothing = np.full(shape, np.nan)
                chosen = [array[i[-1]] if i else nothing for i in inside]
            else:
                used[statistic.key] = [len(i) for i in inside]
                same = alignment is TimeAlignment.MEAN_OF_SNAPSHOTS
                whole = [complete(rows[i]) if same else np.ones_like(rows[i]) for i in inside]
                # Rows of a snapshot stand for the snapshot itself; anything else is summed.
                counts = statistic.operation is Operation.ROWS and statistic.where is None
                chosen = [
                    (each if counts else each * array[i]).sum(axis=0)
                    for each, i in zip(whole, inside, strict=True)
                ]
            arrays[statistic.key] = np.stack(chosen)
        return arrays, used

    def _totalled(self, array: Array) -> Array:
        """Put each breakdown's total in the place that was kept for it, the last of its axis."""
        for position in self.level.grouped:
            along = np.moveaxis(array, position - len(self.level.shape), -1)
            along[..., -1] = along[..., :-1].sum(axis=-1)
        return array


def _runs(periods: Sequence[Period]) -> Iterator[tuple[list[int], int]]:
    """Split periods into runs that follow one another, of one length, to group each run at once."""
    run: list[int] = []
    for position, period in enumerate(periods):
        if run:
            before = periods[run[-1]]
            follows = before.last_month + 1 == period.first_month
            if not (follows and len(before.months) == len(period.months)):
                yield run, len(before.months)
                run = []
        run.append(position)
    if run:
        yield run, len(periods[run[0]].months)
