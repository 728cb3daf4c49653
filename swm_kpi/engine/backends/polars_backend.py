"""Tables in memory or in files: read once by Polars into narrow columns, then counted by numpy.

A row's period and members make one whole number, its cell, so that counting is one pass over
whole numbers.
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
from swm_kpi.engine.aggregate.aggregates import finished, summands
from swm_kpi.engine.backends.backend import Array, Dated, Level, Months
from swm_kpi.engine.backends.scans import FEW, collect
from swm_kpi.engine.backends.sorting import came_before, distinct, quantiles
from swm_kpi.engine.backends.sorting import codes_of as people_of
from swm_kpi.engine.input.tables import Table
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.engine.plan.predicates import (
    ANSWERS,
    Cluster,
    clusters,
    codes_of,
    name_of,
    parts_of,
    rows_of,
)
from swm_kpi.engine.plan.projection import column_of, decoded, narrow
from swm_kpi.expressions import Expression, Repeats, Term
from swm_kpi.measures import Operation, Statistic

# A kind of row to decide costs about what reading so many rows does.
ROWS_A_KIND = 16

_NEVER = -(2**31)
_EPOCH = date(1970, 1, 1).toordinal()


class LocalReading:
    """The columns of one table that some statistics need, in memory.

    Args:
        table: the table, encoded.
        statistics: everything that will be asked of it.
        level: every breakdown that it carries.
        compiler: how expressions are compiled.
    """

    def __init__(
        self, table: Table, statistics: Sequence[Statistic], level: Level, compiler: Compiler
    ) -> None:
        self.table = table
        self._kept: dict[Any, Any] = table.kept
        self._numbered: dict[tuple[str, Months], NDArray[Any]] = {}
        conditions = [c for s in statistics for c in (s.where, s.series) if c is not None]
        parts = [parts_of(each) for each in conditions]
        answers = {name: each for part in parts for name, each in part.answers.items()}
        names = {key: name for part in parts for key, name in part.names.items()}
        self._compiler = compiler.for_polars()
        self._decide = compiler.for_polars(names)
        self._frame = self._read(statistics, answers, level)
        # People first: their hashes take most of the room, and are not kept.
        for name in [each for each in self._frame.columns if each.startswith("hash:")]:
            self._people(name.removeprefix("hash:"))
        self._answer_repeats([each for each in answers.values() if isinstance(each, Repeats)])
        self._masks: dict[int, NDArray[np.bool_]] = {}
        rowwise = [each.where for each in statistics if each.operation is not Operation.ROWS]
        if table.rows <= FEW:
            rowwise += [c for s in statistics for c in (s.where, s.series)]
        self._masks = self._decided(self._frame, rowwise)

    def by_month(
        self, at: Column, statistics: Sequence[Statistic], months: Months, level: Level
    ) -> dict[str, Array]:
        """Group by period and member; arrays by the statistics' keys."""
        periods = self._periods(at, months)
        return self._grouped(periods, months.count, statistics, level)

    def in_force(
        self, at: Column, until: Column, statistics: Sequence[Statistic], day: date, level: Level
    ) -> dict[str, Array]:
        """Group the rows that began before a day and had not ended by then; one time."""
        edge = day.toordinal() - _EPOCH
        began, ended = self._days(at), self._days(until)
        lasting = (began != _NEVER) & (began < edge) & ((ended == _NEVER) | (ended >= edge))
        return self._grouped(np.where(lasting, 0, -1), 1, statistics, level)

    def by_value(self, at: Column, statistics: Sequence[Statistic], level: Level) -> Dated:
        """Group by each value of the time column."""
        values = self._frame[f"value:{at.name}"]
        times = values.drop_nulls().unique().sort()
        codes = (values.rank("dense").cast(pl.Int64) - 1).fill_null(-1).to_numpy()
        arrays = self._grouped(codes, len(times), statistics, level)
        cells, size = self._cells(codes, len(times), level)
        rows = []
        for each in statistics:
            chosen = cells if each.series is None else cells[self._mask(each.series)]
            rows.append(self._spread(np.bincount(chosen, minlength=size + 1), len(times), level))
        return Dated(times.to_list(), arrays, rows)

    def _read(
        self, statistics: Sequence[Statistic], answers: dict[str, Expression], level: Level
    ) -> pl.DataFrame:
        contract = self.table.contract
        wanted = narrow(statistics, answers, level, contract, self._compiler)
        asked = [
            each
            for name, columns in wanted.items()
            if not name.startswith(("day:", "hash:", "member:"))
            or self._key(name, level) not in self._kept
            for each in columns
        ]
        if not asked:
            return pl.DataFrame()
        read = _select(self.table.lazy, self.table.rows)(asked)
        return collect(read, contract.table, "counting")

    def _answer_repeats(self, asked: Iterable[Repeats]) -> None:
        for each in asked:
            name = name_of(each)
            days = self._days(column_of(each.at))
            counted = days != _NEVER
            if each.where is not None:
                counted &= self._frame[f"counted:{name}"].fill_null(False).to_numpy()
            months = self._compiler.months(each.months)
            found = came_before(self._people(name_of(each.who)), days, counted, months)
            self._frame = self._frame.with_columns(pl.Series(name, found))

    def _grouped(
        self,
        times: NDArray[Any],
        count: int,
        statistics: Sequence[Statistic],
        level: Level,
    ) -> dict[str, Array]:
        """Group by time (-1 for none) and member, and spread over the axes."""
        cells, size = self._cells(times, count, level)
        found: dict[str, Array] = {}
        rows = [each for each in statistics if each.operation is Operation.ROWS]
        found |= self._counts(rows, cells, size)
        sums = [each for each in statistics if each.operation is Operation.SUM]
        found |= self._sums(sums, cells, size)
        for each in statistics:
            if each.operation is Operation.DISTINCT and each.of is not None:
                codes = self._people(name_of(each.of))
                kept = (codes >= 0) & (cells < size) & self._mask(each.where)
                found[each.key] = distinct(cells[kept], codes[kept], size)
        ordered = [each for each in statistics if each.operation is Operation.QUANTILE]
        found |= self._quantiles(ordered, cells, size)
        return {key: self._spread(array, count, level) for key, array in found.items()}

    def _counts(
        self, statistics: Sequence[Statistic], cells: NDArray[Any], size: int
    ) -> dict[str, Array]:
        """Count rows: of each kind together where there are many, else one by one."""
        found: dict[str, NDArray[Any]] = {}
        alone = list(statistics)
        if self.table.rows > FEW:
            most = max(1, self.table.rows // ROWS_A_KIND // max(size, 1))
            together, alone = clusters(statistics, most)
            for cluster in together:
                found |= self._cluster(cluster, cells, size)
        for each in alone:
            if each.where is None:
                found[each.key] = np.bincount(cells, minlength=size + 1)
            else:
                found[each.key] = np.bincount(cells[self._mask(each.where)], minlength=size + 1)
        return {key: array[:size].astype(np.float64) for key, array in found.items()}

    def _cluster(self, cluster: Cluster, cells: NDArray[Any], size: int) -> dict[str, Array]:
        parts = cluster.parts
        kinds = parts.kinds
        wide: Any = np.int64 if (size + 1) * kinds > np.iinfo(np.int32).max else np.int32
        codes: Any = cells.astype(wide) * wide(kinds)
        step = kinds
        for name, column in parts.columns.items():
            step //= codes_of(column)
            codes += self._codes(name).astype(wide) * wide(step)
        for name in parts.answers:
            step //= ANSWERS
            codes += self._codes(name).astype(wide) * wide(step)
        counts = np.bincount(codes, minlength=(size + 1) * kinds)
        held = np.flatnonzero(counts[: size * kinds])
        counts = counts[held]
        where, kind = np.divmod(held, kinds)
        columns = {}
        step = kinds
        for name, listed in parts.columns.items():
            step //= codes_of(listed)
            columns[name] = decoded(kind // step % codes_of(listed), listed)
        for name in parts.answers:
            step //= ANSWERS
            columns[name] = decoded(kind // step % ANSWERS, None)
        frame = pl.DataFrame(columns) if columns else pl.DataFrame({"": pl.Series(kind)})
        decided = self._decided(frame, [each.where for each in cluster.statistics])
        found: dict[str, Any] = {}
        for each in cluster.statistics:
            kept = slice(None) if each.where is None else decided[id(each.where)]
            weights = counts[kept].astype(np.float64)
            found[each.key] = np.bincount(where[kept], weights=weights, minlength=size + 1)
        return found

    def _sums(
        self, statistics: Sequence[Statistic], cells: NDArray[Any], size: int
    ) -> dict[str, Array]:
        if not statistics:
            return {}
        columns: dict[str, pl.Series] = {"cell": pl.Series(cells)}
        wanted = []
        for number, each in enumerate(statistics):
            if each.of is None:
                raise TypeError("a sum is of something")
            mask = self._mask(each.where)
            for suffix, _ in summands(each.of, pl.lit(0)):
                values = self._summable(each.of, suffix)
                columns[f"s{number}{suffix}"] = values
                columns[f"mask{number}"] = pl.Series(mask)
                chosen = pl.when(pl.col(f"mask{number}")).then(pl.col(f"s{number}{suffix}"))
                wanted.append(chosen.sum().alias(f"s{number}{suffix}"))
        grouped = pl.DataFrame(columns).group_by("cell").agg(wanted)
        held = grouped["cell"].to_numpy()
        answers = {name: grouped[name].cast(pl.Float64).to_numpy() for name in grouped.columns}
        found = {}
        for number, each in enumerate(statistics):
            array = np.zeros(size + 1)
            array[held] = finished(f"s{number}", each, answers)
            found[each.key] = array[:size]
        return found

    def _summable(self, of: Term, suffix: str) -> pl.Series:
        """Return whole numbers wide enough that no sum of them can wrap.

        128 bits are always enough: a number too large to be added up exactly breaks its contract.
        """
        values = self._frame[f"sum:{name_of(of)}{suffix}"]
        least, most = (int(each or 0) for each in (values.min(), values.max()))  # type: ignore[arg-type]
        bound = max(-least, most) * max(self.table.rows, 1)
        return values.cast(pl.Int64 if bound < 2**63 else pl.Int128)

    def _quantiles(
        self, statistics: Sequence[Statistic], cells: NDArray[Any], size: int
    ) -> dict[str, Array]:
        """Order each column of values once for all its quantiles over the same rows."""
        found = {}
        for (name, _), group in groupby(sorted(statistics, key=rows_of), key=rows_of):
            alike = list(group)
            values = self._frame[f"of:{name}"]
            kept = values.is_not_null().to_numpy() & (cells < size) & self._mask(alike[0].where)
            chosen = _filled(values, 0)[kept]
            asked = {each.ordered for each in alike}
            answers = quantiles(cells[kept].astype(np.int64), chosen, size, asked)
            for each in alike:
                found[each.key] = finished("s", each, {"s": answers[each.ordered]})
        return found

    def _cells(self, times: NDArray[Any], count: int, level: Level) -> tuple[NDArray[Any], int]:
        """Number each row's cell; rows of no time are all in one more, after the last."""
        size = count * prod(level.sizes)
        cells: Any = times.astype(np.int64 if size > np.iinfo(np.int32).max else np.int32)
        for position, members in zip(level.grouped, level.sizes, strict=True):
            cells = cells * cells.dtype.type(members)
            cells += self._codes(f"member:{level.dimensions[position].key}", level)
        return np.where(times < 0, cells.dtype.type(size), cells), size

    def _spread(self, flat: NDArray[Any], count: int, level: Level) -> Array:
        size = count * prod(level.sizes)
        dense = flat[:size].astype(np.float64).reshape((count, *level.sizes))
        return level.spread(dense)

    def _periods(self, at: Column, months: Months) -> NDArray[Any]:
        """Number each row's period; -1 for a row in none."""
        if (at.name, months) in self._numbered:
            return self._numbered[at.name, months]
        first = months.start.toordinal() - _EPOCH
        days = (months.stop - months.start).days
        calendar = np.arange(first, first + days).astype("datetime64[D]").astype("datetime64[M]")
        number = (calendar.astype(np.int64) + 1970 * 12 - months.first) // months.length
        table = np.concatenate([[-1], number, [-1]]).astype(np.int32)
        place = np.clip(self._days(at), first - 1, first + days) - (first - 1)
        found: NDArray[Any] = table[place]
        self._numbered[at.name, months] = found
        return found

    def _days(self, column: Column) -> NDArray[Any]:
        name = f"day:{column.name}"
        if name not in self._kept:
            self._kept[name] = _filled(self._frame[name], _NEVER)
        days: NDArray[Any] = self._kept[name]
        return days

    def _key(self, name: str, level: Level | None) -> object:
        """Return what a narrow column is kept under: members may differ from call to call."""
        if level is not None and name.startswith("member:"):
            position = [each.key for each in level.dimensions].index(name.removeprefix("member:"))
            return (name, level.members[position])
        return name if name.startswith(("day:", "hash:")) else f"code:{name}"

    def _codes(self, name: str, level: Level | None = None) -> NDArray[Any]:
        """Return the codes of a listed column, of members or of answers; null is the last."""
        key = self._key(name, level)
        if key in self._kept:
            codes: NDArray[Any] = self._kept[key]
            return codes
        series = self._frame[name]
        if series.dtype == pl.Boolean:
            codes = _filled(series.cast(pl.UInt8), ANSWERS - 1)
        else:
            last = len(series.dtype.categories)  # type: ignore[attr-defined]
            wide = pl.UInt8 if last < 255 else pl.UInt32
            codes = _filled(series.to_physical().cast(wide), last)
        if not name.startswith("is:"):
            self._kept[key] = codes
        return codes

    def _people(self, name: str) -> NDArray[Any]:
        first, second = f"hash:{name}", f"second:{name}"
        if first not in self._kept:
            read = [first, second, f"known:{name}"]
            # What came in several pieces is copied, and there is no room for both.
            hashes = [self._frame.drop_in_place(each).to_numpy() for each in read]
            self._kept[first] = people_of(*hashes)
        codes: NDArray[Any] = self._kept[first]
        return codes

    def _mask(self, condition: Expression | None) -> NDArray[np.bool_]:
        """Say for each row whether a condition holds."""
        if condition is None:
            return np.ones(self.table.rows, dtype=bool)
        if id(condition) not in self._masks:
            self._masks |= self._decided(self._frame, [condition])
        return self._masks[id(condition)]

    def _decided(
        self, frame: pl.DataFrame, conditions: Sequence[Expression | None]
    ) -> dict[int, NDArray[np.bool_]]:
        """Decide conditions for each row of a frame; null is no."""
        asked = {f"c{n}": each for n, each in enumerate(conditions) if each is not None}
        if not asked:
            return {}
        answers = _select(frame, frame.height)(
            self._decide(each).alias(name) for name, each in asked.items()
        )
        return {id(each): _filled(answers[name], False) for name, each in asked.items()}


def _select(frame: Any, rows: int) -> Callable[..., Any]:
    """Return how to select from a frame: to wake a thread takes longer than to read a few rows."""
    select: Callable[..., Any] = frame.select_seq if rows <= FEW else frame.select
    return select


def _filled(series: pl.Series, value: int) -> NDArray[Any]:
    """Return a column as numpy has it, with a number in place of null."""
    return (series.fill_null(value) if series.null_count() else series).to_numpy()
