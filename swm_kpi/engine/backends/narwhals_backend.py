"""Tables that stay where they are: grouped there, and only the groups cross over."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from swm_kpi.contracts import Column
from swm_kpi.engine.aggregate.aggregates import aggregates, finished
from swm_kpi.engine.backends.backend import Array, Dated, Level, Months
from swm_kpi.engine.backends.ranking import VALUE, ranked, read_off
from swm_kpi.engine.backends.repeats import with_repeats
from swm_kpi.engine.backends.scans import collect
from swm_kpi.engine.backends.sorting import blank
from swm_kpi.engine.input.tables import Table
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.engine.plan.dictionary_grouping import Kinds, kinds_of
from swm_kpi.engine.plan.predicates import rows_of
from swm_kpi.expressions import canonical
from swm_kpi.measures import Operation, Statistic

_TIME, _KIND, _ROWS = "time", "kind", "rows"
# Fewer rows than these for each group that comes back are not worth a finer one.
ROWS_A_GROUP = 100


class RemoteReading:
    """A table in a database or a cluster.

    Args:
        table: the table, encoded there.
        statistics: everything that will be asked of it.
        level: every breakdown that it carries.
        compiler: how expressions are compiled.
    """

    def __init__(
        self, table: Table, statistics: Sequence[Statistic], level: Level, compiler: Compiler
    ) -> None:
        self.table = with_repeats(table, statistics, compiler)
        self._compiler = compiler

    def by_month(
        self, at: Column, statistics: Sequence[Statistic], months: Months, level: Level
    ) -> dict[str, Array]:
        """Group by period and member; arrays by the statistics' keys."""
        day = self._day(at)
        month = day.dt.year().cast(nw.Int64) * 12 + day.dt.month().cast(nw.Int64)
        month = month - 1 - months.first
        # Floor division by one is left out: not every engine simplifies it.
        period = month // months.length if months.length > 1 else month
        within = (day >= months.start) & (day < months.stop)
        found: dict[str, Array] = {}
        apart: dict[str, list[Statistic]] = {}
        ordered: dict[tuple[str, str], list[Statistic]] = {}
        others: list[Statistic] = []
        for each in statistics:
            if each.operation is Operation.QUANTILE:
                ordered.setdefault(rows_of(each), []).append(each)
            elif each.operation is Operation.DISTINCT and each.of is not None:
                apart.setdefault(str(canonical(each.of)), []).append(each)
            else:
                others.append(each)
        answers = [(each, self._apart(period, level, each, within)) for each in apart.values()]
        if others:
            kinds = self._kinds(others, level, months.count)
            answers.append((others, self._grouped(period, level, others, within, kinds)))
        for together, grouped in answers:
            indexes = _whole(grouped[_TIME])
            found |= self._dense(grouped, level, months.count, together, indexes)
        for alike in ordered.values():
            found |= self._ordered(period, level, alike, within, months.count)
        return found

    def in_force(
        self, at: Column, until: Column, statistics: Sequence[Statistic], day: date, level: Level
    ) -> dict[str, Array]:
        """Group the rows that began before a day and had not ended by then; one time."""
        ended = self._day(until)
        lasting = (self._day(at) < day) & (ended.is_null() | (ended >= day))
        kinds = self._kinds(statistics, level, 1)
        grouped = self._grouped(nw.lit(0), level, statistics, lasting, kinds)
        indexes = np.zeros(len(grouped[_TIME]), dtype=np.int64)
        return self._dense(grouped, level, 1, statistics, indexes)

    def by_value(self, at: Column, statistics: Sequence[Statistic], level: Level) -> Dated:
        """Group by each value of the time column."""
        grouped = self._grouped(self._compiler(at), level, statistics, None, None, series=True)
        held = grouped[_TIME].tolist()
        times = sorted({each for each in held if each is not None and each == each})
        order = {each: position for position, each in enumerate(times)}
        indexes = np.array([order.get(each, -1) for each in held], dtype=np.int64)
        arrays = self._dense(grouped, level, len(times), statistics, indexes)
        rows = [
            self._placed(grouped[f"rows{number}"], grouped, level, len(times), indexes)
            for number in range(len(statistics))
        ]
        return Dated(times, arrays, rows)

    def _kinds(self, statistics: Sequence[Statistic], level: Level, times: int) -> Kinds | None:
        """Return the list to count by, where the groups that come back stay few for the rows."""
        most = self.table.rows // (ROWS_A_GROUP * times * math.prod(level.sizes))
        return kinds_of(statistics, most, self._compiler)

    def _day(self, column: Column) -> nw.Expr:
        day: nw.Expr = self._compiler(column).cast(nw.Date)
        return day

    def _grouped(
        self,
        time: nw.Expr,
        level: Level,
        statistics: Sequence[Statistic],
        within: nw.Expr | None,
        kinds: Kinds | None,
        *,
        series: bool = False,
    ) -> dict[str, Any]:
        keys = self._keys(time, level)
        if kinds is not None:
            keys[f"key:{_KIND}"] = self._compiler(kinds.column)
        wanted = [] if kinds is None else [nw.len().alias(_ROWS)]
        wanted += [
            each.alias(name)
            for number, statistic in enumerate(statistics)
            if kinds is None or statistic.key not in kinds.met
            for name, each in aggregates(f"s{number}", statistic, self._compiler)
        ]
        for number, statistic in enumerate(statistics if series else ()):
            each = nw.len()
            if statistic.series is not None:
                inside = self._compiler(statistic.series)
                each = nw.when(inside).then(nw.lit(1)).otherwise(nw.lit(0)).sum()
            wanted.append(each.alias(f"rows{number}"))
        frame = self._frame(within).with_columns(*(e.alias(name) for name, e in keys.items()))
        found = self._answers(frame.group_by(*keys).agg(*wanted), level, "counting", kinds)
        for number, statistic in enumerate(statistics):
            if kinds is not None and statistic.key in kinds.met:
                found[f"s{number}"] = found[_ROWS] * kinds.met[statistic.key][found[_KIND]]
        return found

    def _apart(
        self,
        time: nw.Expr,
        level: Level,
        statistics: Sequence[Statistic],
        within: nw.Expr,
    ) -> dict[str, Any]:
        """Count different values of one thing, whatever the conditions, by grouping twice.

        First by the value too, where each condition is met by some row or by none. Not every engine
        counts different values as it groups.
        """
        (of, *_) = (each.of for each in statistics)
        if of is None:
            raise TypeError("different values are of something")
        value = self._compiler(of)
        keys = self._keys(time, level)
        met = {}
        for number, statistic in enumerate(statistics):
            if statistic.where is not None:
                inside = nw.when(self._compiler(statistic.where)).then(nw.lit(1))
                met[f"s{number}"] = inside.otherwise(nw.lit(0))
        known = self._frame(within & ~value.is_null())
        keyed = known.select(
            value.alias(VALUE), *(each.alias(name) for name, each in (keys | met).items())
        )
        values = keyed.group_by(*keys, VALUE).agg(*(nw.col(name).max() for name in met))
        counts = [
            (nw.col(name).sum() if name in met else nw.len()).alias(name)
            for name in (f"s{number}" for number in range(len(statistics)))
        ]
        counted = values.group_by(*keys).agg(*counts)
        return self._answers(counted, level, "telling values apart")

    def _ordered(
        self,
        time: nw.Expr,
        level: Level,
        statistics: Sequence[Statistic],
        within: nw.Expr,
        length: int,
    ) -> dict[str, Array]:
        """Rank the values of each cell, for all the quantiles of one thing over the same rows."""
        first = statistics[0]
        if first.of is None:
            raise TypeError("a quantile is of something")
        value = self._compiler(first.of)
        within = within & ~value.is_null()
        if first.where is not None:
            within = within & self._compiler(first.where)
        keys = self._keys(time, level)
        values = self._frame(within).select(
            value.alias(VALUE), *(each.alias(name) for name, each in keys.items())
        )
        asked = {each.ordered for each in statistics}
        rows = self._answers(ranked(values, list(keys), asked), level, "ranking")
        shape = (length, *level.sizes)
        place = (_whole(rows[_TIME]), *(rows[f"member{p}"] for p in level.grouped))
        cells = np.ravel_multi_index(place, shape)
        held, answers = read_off(cells, rows, asked)
        found = {}
        for each in statistics:
            array = blank(math.prod(shape), each.ordered)
            array[held] = finished("s", each, {"s": answers[each.ordered]})
            found[each.key] = level.spread(array.reshape(shape))
        return found

    def _frame(self, within: nw.Expr | None) -> Any:
        frame = nw.from_native(self.table.lazy)
        return frame if within is None else frame.filter(within)

    def _keys(self, time: nw.Expr, level: Level) -> dict[str, nw.Expr]:
        """Return what to group by, under the names that the groups come back with."""
        keys = {f"key:{_TIME}": time}
        for position in level.grouped:
            carrier = self.table.contract.dimensions[level.dimensions[position].key][1]
            keys[f"key:member{position}"] = self._compiler(carrier)
        return keys

    def _answers(
        self, grouped: Any, level: Level, purpose: str, kinds: Kinds | None = None
    ) -> dict[str, Any]:
        """Bring the groups here, their members as codes."""
        rows = collect(grouped, self.table.contract.table, purpose)
        found: dict[str, Any] = {
            name: rows[name].to_numpy() for name in rows.columns if not name.startswith("key:")
        }
        found[_TIME] = np.array(rows[f"key:{_TIME}"].to_list(), dtype=object)
        for position in level.grouped:
            members = level.members[position]
            codes = {member: index for index, member in enumerate(members)}
            held = rows[f"key:member{position}"].to_list()
            found[f"member{position}"] = np.array(
                [codes.get(each, len(members)) for each in held], dtype=np.int64
            )
        if kinds is not None:
            found[_KIND] = kinds.codes(rows[f"key:{_KIND}"].to_list())
        return found

    def _dense(
        self,
        grouped: dict[str, Any],
        level: Level,
        length: int,
        statistics: Sequence[Statistic],
        indexes: NDArray[Any],
    ) -> dict[str, Array]:
        """Spread grouped rows over the grid; what no row speaks of is zero."""
        return {
            statistic.key: self._placed(
                np.nan_to_num(finished(f"s{number}", statistic, grouped)),
                grouped,
                level,
                length,
                indexes,
            )
            for number, statistic in enumerate(statistics)
        }

    def _placed(
        self,
        values: NDArray[Any],
        grouped: dict[str, Any],
        level: Level,
        length: int,
        indexes: NDArray[Any],
    ) -> Array:
        """Put each group where it stands; groups of no time stand nowhere."""
        dense = np.zeros((length, *level.sizes))
        keep = indexes >= 0
        place = [indexes[keep], *(grouped[f"member{p}"][keep] for p in level.grouped)]
        # Two spellings of nothing may be two groups, so they are added.
        np.add.at(dense, tuple(place), np.asarray(values, dtype=np.float64)[keep])
        return level.spread(dense)


def _whole(times: NDArray[Any]) -> NDArray[np.int64]:
    return np.array([-1 if each is None else int(each) for each in times], dtype=np.int64)
