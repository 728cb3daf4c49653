"""Accumulate every statistic of a table together, and merge what adds into periods and totals.

Arrays are over periods, then one axis for each breakdown asked for. An axis holds the breakdown's
members in their order, then Unknown, then All; it has length 1 where the table lacks the breakdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import chain, combinations
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from swm_kpi.contracts import Column, Dimension
from swm_kpi.engine.aggregates import aggregates, finished
from swm_kpi.engine.compile import Compiler
from swm_kpi.engine.frames import collect
from swm_kpi.engine.intervals import downtime
from swm_kpi.engine.repeats import with_repeats
from swm_kpi.engine.snapshots import complete, day_of, nearest_year
from swm_kpi.engine.tables import Table
from swm_kpi.measures import Clock, Operation, Statistic
from swm_kpi.periods import Period

Array = NDArray[np.float64]
_TIME = "time"


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
    """Accumulate statistics of one table: one grouped query for each date column that adds.

    Statistics that do not add (distinct values, quantiles) are grouped again for each level and
    run of periods.
    """
    done = Accumulated()
    table = with_repeats(table, statistics, compiler)
    pass_ = _Pass(table, periods, axes, compiler)
    for clock in Clock:
        for at in {each.at.name: each.at for each in statistics if each.clock is clock}.values():
            here = [each for each in statistics if each.clock is clock and each.at is at]
            if clock is Clock.EVENT:
                adding = [each for each in here if each.operation.adds]
                done.arrays |= pass_.by_month(at, adding)
                others = [each for each in here if not each.operation.adds]
                done.arrays |= pass_.at_each_level(at, others)
            elif clock is Clock.IN_FORCE:
                done.arrays |= pass_.in_force(at, here)
            elif clock is Clock.INTERVAL:
                done.arrays |= downtime(table, here, periods, axes, compiler)
            else:
                found, used = pass_.by_value(at, here, clock)
                done.arrays |= found
                done.dates |= used
    for statistic in statistics:
        for position, dimension in enumerate(axes.dimensions):
            if dimension.key == statistic.whole and position in pass_.carried:
                array = done.arrays[statistic.key]
                done.arrays[statistic.key] = np.take(array, [-1], axis=position + 1)
    return done


class _Pass:
    """Grouped queries over one table."""

    def __init__(
        self, table: Table, periods: Sequence[Period], axes: Axes, compiler: Compiler
    ) -> None:
        self.table = table
        self.periods = periods
        self.axes = axes
        self.compiler = compiler
        self.carried = axes.carried(table)
        self.shape = axes.shape(self.carried)
        self.first = min(each.first_month for each in periods)
        self.last = max(each.last_month for each in periods)

    def by_month(self, at: Column, statistics: list[Statistic]) -> dict[str, Array]:
        """Accumulate what adds by month and member, then merge months into periods."""
        if not statistics:
            return {}
        month = _month(self.compiler(at))
        within = (month >= self.first) & (month <= self.last)
        grouped = self._grouped(month, self.carried, statistics, within)
        months = self.last - self.first + 1
        monthly = self._dense(
            grouped, self.carried, months, statistics, grouped[_TIME] - self.first
        )
        found = {}
        for statistic in statistics:
            sums = np.concatenate(
                [
                    np.zeros((1, *self.shape)),
                    np.cumsum(self._totalled(monthly[statistic.key]), axis=0),
                ]
            )
            found[statistic.key] = np.stack(
                [
                    sums[p.last_month + 1 - self.first] - sums[p.first_month - self.first]
                    for p in self.periods
                ]
            )
        return found

    def at_each_level(self, at: Column, statistics: list[Statistic]) -> dict[str, Array]:
        """Accumulate what does not add for each level (members, totals) and period by itself."""
        found = {each.key: np.zeros((len(self.periods), *self.shape)) for each in statistics}
        if not statistics:
            return found
        month = _month(self.compiler(at))
        levels = list(
            chain.from_iterable(combinations(self.carried, n) for n in range(len(self.carried) + 1))
        )
        for positions, length in _runs(self.periods):
            start = self.periods[positions[0]].first_month
            within = (month >= start) & (month < start + length * len(positions))
            for level in levels:
                # Floor division by one is left out: not every engine simplifies it.
                period = (month - start) // length if length > 1 else month - start
                grouped = self._grouped(period, level, statistics, within)
                dense = self._dense(grouped, level, len(positions), statistics, grouped[_TIME])
                target = [slice(0, -1) if p in level else -1 for p in range(len(self.shape))]
                source = [slice(0, -1) if p in level else 0 for p in range(len(self.shape))]
                for key, array in dense.items():
                    found[key][(positions, *target)] = array[(slice(None), *source)]
        return found

    def in_force(self, at: Column, statistics: list[Statistic]) -> dict[str, Array]:
        """Accumulate the rows of a register that are in force on the last day of each period."""
        found = {each.key: np.zeros((len(self.periods), *self.shape)) for each in statistics}
        began = self.compiler(at)
        for statistic in statistics:
            if statistic.until is None:
                raise TypeError("a register has a column in which rows end")
            ended = self.compiler(statistic.until)
            for position, period in enumerate(self.periods):
                stop = datetime.combine(period.stop, time.min)
                edge = stop if at.dtype is datetime else period.stop
                lasting = (began < edge) & (ended.is_null() | (ended >= edge))
                grouped = self._grouped(nw.lit(0), self.carried, [statistic], lasting)
                indexes = np.zeros(len(grouped["s0"]), dtype=int)
                dense = self._dense(grouped, self.carried, 1, [statistic], indexes)
                found[statistic.key][position] = self._totalled(dense[statistic.key])[0]
        return found

    def by_value(
        self, at: Column, statistics: list[Statistic], clock: Clock
    ) -> tuple[dict[str, Array], dict[str, list[date | int | None]]]:
        """Accumulate by each value of the time column: snapshots, or years of a reference.

        Returns the arrays by period, and the snapshot or year that each period used.
        """
        grouped = self._grouped(self.compiler(at), self.carried, statistics, None, series=True)
        times = sorted(each for each in set(grouped[_TIME].tolist()) if each is not None)
        order = {each: position for position, each in enumerate(times)}
        indexes = np.array([order.get(each, -1) for each in grouped[_TIME].tolist()], dtype=int)
        dense = self._dense(grouped, self.carried, len(times), statistics, indexes)
        arrays = {key: self._totalled(array) for key, array in dense.items()}
        if clock is Clock.REFERENCE:
            arrays, years = nearest_year(arrays, times, self.periods, self.shape)
            return arrays, dict.fromkeys(arrays, years)
        days = [day_of(each) for each in times]
        used: dict[str, list[date | int | None]] = {}
        for number, statistic in enumerate(statistics):
            rows = np.zeros((len(times), *self.shape))
            place = self._place(grouped, self.carried, indexes)
            rows[place] = grouped[f"rows{number}"][indexes >= 0]
            rows = self._totalled(rows)
            taken = rows.reshape(len(times), int(np.prod(self.shape)))[:, -1] > 0
            inside = [
                [i for i, day in enumerate(days) if taken[i] and each.start <= day < each.stop]
                for each in self.periods
            ]
            array = arrays[statistic.key]
            if clock is Clock.LAST_SNAPSHOT:
                used[statistic.key] = [days[i[-1]] if i else None for i in inside]
                nothing = np.full(self.shape, np.nan)
                chosen = [array[i[-1]] if i else nothing for i in inside]
            else:
                used[statistic.key] = [len(i) for i in inside]
                same = clock is Clock.MEAN_OF_SNAPSHOTS
                whole = [complete(rows[i]) if same else np.ones_like(rows[i]) for i in inside]
                # Rows of a snapshot stand for the snapshot itself; anything else is summed.
                counts = statistic.operation is Operation.ROWS and statistic.where is None
                chosen = [
                    (each if counts else each * array[i]).sum(axis=0)
                    for each, i in zip(whole, inside, strict=True)
                ]
            arrays[statistic.key] = np.stack(chosen)
        return arrays, used

    def _grouped(
        self,
        time: nw.Expr,
        level: Sequence[int],
        statistics: list[Statistic],
        within: nw.Expr | None,
        *,
        series: bool = False,
    ) -> dict[str, Any]:
        frame = nw.from_native(self.table.lazy)
        if within is not None:
            frame = frame.filter(within)
        keys = {_TIME: time}
        for position in level:
            carrier = self.table.contract.dimensions[self.axes.dimensions[position].key][1]
            keys[f"member{position}"] = self.compiler(carrier)
        wanted = [
            each.alias(name)
            for number, statistic in enumerate(statistics)
            for name, each in aggregates(f"s{number}", statistic, self.compiler)
        ]
        for number, statistic in enumerate(statistics if series else ()):
            each = nw.len()
            if statistic.series is not None:
                each = self.compiler(statistic.series).cast(nw.Int64).sum()
            wanted.append(each.alias(f"rows{number}"))
        lazy = (
            frame.with_columns(*(each.alias(f"key:{name}") for name, each in keys.items()))
            .group_by(*(f"key:{name}" for name in keys))
            .agg(*wanted)
        )
        native = collect(lazy.to_native(), self.table.contract.table)
        found: dict[str, Any] = {name: native[name].to_numpy() for name in native.columns}
        found[_TIME] = _times(native[f"key:{_TIME}"])
        for position in level:
            members = self.axes.members[position]
            codes = {member: index for index, member in enumerate(members)}
            found[f"member{position}"] = np.array(
                [
                    codes.get(each, len(members))
                    for each in native[f"key:member{position}"].to_list()
                ],
                dtype=np.int64,
            )
        return found

    def _dense(
        self,
        grouped: Mapping[str, Any],
        level: Sequence[int],
        length: int,
        statistics: list[Statistic],
        indexes: NDArray[Any],
    ) -> dict[str, Array]:
        """Spread grouped rows over the grid; what no row speaks of is zero."""
        place = self._place(grouped, level, indexes)
        found = {}
        for number, statistic in enumerate(statistics):
            array = np.zeros((length, *self.shape))
            array[place] = finished(f"s{number}", statistic, grouped)[indexes >= 0]
            found[statistic.key] = array
        return found

    def _place(
        self, grouped: Mapping[str, Any], level: Sequence[int], indexes: NDArray[Any]
    ) -> tuple[NDArray[Any], ...]:
        """Return where each grouped row stands on the grid; rows with no time stand nowhere."""
        keep = indexes >= 0
        nowhere = np.zeros(int(keep.sum()), dtype=int)
        return (
            indexes[keep],
            *(
                grouped[f"member{position}"][keep] if position in level else nowhere
                for position in range(len(self.shape))
            ),
        )

    def _totalled(self, array: Array) -> Array:
        for position in self.carried:
            axis = position + 1
            total = array.sum(axis=axis, keepdims=True)
            array = np.concatenate([np.delete(array, -1, axis=axis), total], axis=axis)
        return array


def _month(local: nw.Expr) -> nw.Expr:
    """Number a local day's month: twelve times the year, and January nought."""
    return local.dt.year().cast(nw.Int64) * 12 + local.dt.month().cast(nw.Int64) - 1


def _times(series: Any) -> NDArray[Any]:
    if series.dtype.is_integer():
        return np.asarray(series.fill_null(-1).to_numpy(), dtype=np.int64)
    return np.array(series.to_list(), dtype=object)


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
