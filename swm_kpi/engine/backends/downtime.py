"""Intervals on every engine: merge the overlapping outages of a system, and clip to periods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, assert_never
from zoneinfo import ZoneInfo

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.calendar import LONDON
from swm_kpi.contracts import Column
from swm_kpi.engine.encoding.encode import INSTANT
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.plan.compile import MICROSECONDS, Compiler
from swm_kpi.engine.plan.grouping import Array, GroupingSet
from swm_kpi.expressions import Elapsed
from swm_kpi.measures import Operation, Statistic

_NEVER = np.iinfo(np.int64).max
_COVERED_TO = "covered_to"


def aggregate_downtime(
    table: Table,
    statistics: Sequence[Statistic],
    days: Sequence[tuple[date, date]],
    grouping: GroupingSet,
    compiler: Compiler,
) -> dict[str, Array]:
    """Return numbers over periods and the axes, by the key of each statistic.

    A sum is the seconds that systems were down. A count of rows of a system is the seconds of all
    systems. A count of rows alone is how many outages are in the period, if only in part.

    Args:
        table: the table.
        statistics: what to aggregate.
        days: of each period, the first day and the day after the last.
        grouping: the breakdowns.
        compiler: compiles expressions.

    Raises:
        TypeError: a statistic has another operation, or lacks an end.
        AssertionError: an operation has no case here.
    """
    spans = [(_instant(first), _instant(stop)) for first, stop in days]
    arrays = {}
    for statistic in statistics:
        outages = _outages(table, statistic, grouping, compiler)
        match statistic.operation:
            case Operation.SUM:
                time = _time_down(outages, spans, grouping, table)
            case Operation.ROWS if statistic.of is None:
                arrays[statistic.key] = grouping.to_dense(
                    _overlaps(outages, spans, grouping, table)
                )
                continue
            case Operation.ROWS:
                time = _time_observed(outages, spans, grouping, table, statistic)
            case Operation.SUM_OF_WEIGHTS | Operation.DISTINCT | Operation.QUANTILE:
                raise TypeError(f"{statistic.operation} of intervals is not supported")
            case _:
                assert_never(statistic.operation)
        arrays[statistic.key] = grouping.to_dense(time) / MICROSECONDS
    return arrays


def _outages(table: Table, statistic: Statistic, grouping: GroupingSet, compiler: Compiler) -> Any:
    """Return each outage's system, members, start and end, in microseconds since 1970."""
    if statistic.until is None:
        raise TypeError("an interval needs an end")
    frame = nw.from_native(table.lazy).filter(~nw.col(statistic.at.name).is_null())
    if statistic.where is not None:
        frame = frame.filter(compiler(statistic.where))
    members = {
        f"member{position}": compiler(
            table.contract.dimensions[grouping.dimensions[position].key][1]
        )
        for position in grouping.grouped
    }
    # The later reading of an end that is in the repeated hour counts where only that is in order.
    start = nw.col(statistic.at.name + INSTANT)
    end = start + compiler(Elapsed(statistic.at, statistic.until))
    has_no_end = nw.col(statistic.until.name).is_null()
    systems = [] if statistic.of is None else [compiler(statistic.of).alias("system")]
    selected = frame.select(
        *systems,
        start.alias("start"),
        nw.when(has_no_end).then(nw.lit(_NEVER)).otherwise(end).alias("end"),
        *(member.alias(name) for name, member in members.items()),
    )
    return selected.filter(~nw.col("system").is_null()) if systems else selected


def _time_down(
    outages: Any, spans: list[tuple[int, int]], grouping: GroupingSet, table: Table
) -> Array:
    """Sum over systems the microseconds of each period in which a system was down."""
    keys = [f"member{position}" for position in grouping.grouped]
    order = ("start", "end")
    covered_to = nw.col("end").cum_max().over("system", *keys, order_by=order)
    before = nw.col(_COVERED_TO).shift(1).over("system", *keys, order_by=order)
    # Time that an earlier outage of the system covers is not counted again.
    uncovered = (
        outages.with_columns(covered_to.alias(_COVERED_TO))
        .with_columns(before.fill_null(0).alias("before"))
        .with_columns(nw.max_horizontal("start", "before").alias("begin"))
    )
    lost = {}
    for number, (first, stop) in enumerate(spans):
        end = nw.min_horizontal(nw.col("end"), nw.lit(stop))
        begin = nw.max_horizontal(nw.col("begin"), nw.lit(first))
        lost[f"p{number}"] = nw.when(end > begin).then(end - begin).otherwise(nw.lit(0))
    clipped = uncovered.select(*keys, *(time.alias(name) for name, time in lost.items()))
    return _sum_by_member(clipped, list(lost), grouping, table)


def _sum_by_member(
    numbers: Any, periods: Sequence[str], grouping: GroupingSet, table: Table
) -> Array:
    """Add up the column of each period by member."""
    keys = [f"member{position}" for position in grouping.grouped]
    sums = [nw.col(name).sum() for name in periods]
    grouped = numbers.group_by(*keys).agg(*sums) if keys else numbers.select(*sums)
    rows = table.collect(grouped, "merging outages")
    dense = np.zeros((len(periods), *grouping.sizes))
    for number, name in enumerate(periods):
        cell = (np.full(rows.height, number), *_member_codes(rows, grouping))
        np.add.at(dense, cell, rows[name].fill_null(0).to_numpy().astype(np.float64))
    return dense


def _overlaps(
    outages: Any, spans: list[tuple[int, int]], grouping: GroupingSet, table: Table
) -> Array:
    """Count the outages of which some time is in each period."""
    keys = [f"member{position}" for position in grouping.grouped]
    # An outage that ends before it starts is in the period of its start.
    end = nw.max_horizontal("start", "end")
    inside = {
        # PostgreSQL casts no truth value to a number of 64 bits.
        f"p{number}": nw.when((end > first) & (nw.col("start") < stop))
        .then(nw.lit(1))
        .otherwise(nw.lit(0))
        for number, (first, stop) in enumerate(spans)
    }
    flags = outages.select(*keys, *(is_in.alias(name) for name, is_in in inside.items()))
    return _sum_by_member(flags, list(inside), grouping, table)


def _time_observed(
    outages: Any,
    spans: list[tuple[int, int]],
    grouping: GroupingSet,
    table: Table,
    statistic: Statistic,
) -> Array:
    """Multiply the length of each period by the number of systems, in microseconds.

    That is every system of the table, unless a breakdown is by system. The table does not show a
    system that was never down. No other breakdown is of systems: a system without an outage of
    some priority was up all the time as far as that priority goes.
    """
    by_system = [
        axis
        for axis, position in enumerate(grouping.grouped)
        if isinstance(statistic.of, Column)
        and statistic.of.dimension is grouping.dimensions[position]
    ]
    keys = [f"member{grouping.grouped[axis]}" for axis in by_system]
    query = outages.select("system", *keys).unique(["system", *keys])
    rows = table.collect(query, "listing systems")
    systems = np.full(grouping.sizes, float(rows.height))
    for axis, key in zip(by_system, keys, strict=True):
        codes = grouping.member_codes(grouping.grouped[axis], rows[key].to_list())
        counts = np.bincount(codes, minlength=grouping.sizes[axis])
        np.moveaxis(systems, axis, -1)[...] = counts
    lengths = np.array([stop - first for first, stop in spans], dtype=np.float64)
    dense: NDArray[np.float64] = lengths.reshape(-1, *([1] * systems.ndim)) * systems
    return dense


def _member_codes(rows: pl.DataFrame, grouping: GroupingSet) -> list[NDArray[np.int64]]:
    return [
        grouping.member_codes(position, rows[f"member{position}"].to_list())
        for position in grouping.grouped
    ]


def _instant(day: date) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(LONDON))
    return int(midnight.timestamp()) * MICROSECONDS
