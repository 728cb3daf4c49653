"""Rows that last: outages merged where they overlap, and clipped to each period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain, combinations
from typing import Any
from zoneinfo import ZoneInfo

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.calendar import LONDON, Period
from swm_kpi.contracts import Column
from swm_kpi.engine.backends.backend import Array, Level
from swm_kpi.engine.backends.scans import collect
from swm_kpi.engine.input.encode import INSTANT
from swm_kpi.engine.input.tables import Table
from swm_kpi.engine.plan.compile import MICROSECONDS, Compiler
from swm_kpi.measures import Operation, Statistic

_FOREVER = np.iinfo(np.int64).max
_REACHED = "reached"


def downtime(
    table: Table,
    statistics: Sequence[Statistic],
    periods: Sequence[Period],
    level: Level,
    compiler: Compiler,
) -> dict[str, Array]:
    """Return seconds down, and seconds of all systems, by period and member."""
    spans = [(_instant(each.start), _instant(each.stop)) for each in periods]
    every = range(len(level.grouped) + 1)
    levels = chain.from_iterable(combinations(level.grouped, n) for n in every)
    found = {each.key: np.zeros((len(periods), *level.shape)) for each in statistics}
    for grouped in levels:
        here = replace(level, grouped=grouped)
        target = [slice(0, -1) if p in grouped else -1 for p in range(len(level.shape))]
        source = [slice(0, -1) if p in grouped else 0 for p in range(len(level.shape))]
        for statistic in statistics:
            outages = _outages(table, statistic, here, compiler)
            if statistic.operation is Operation.SUM:
                array = _lost(outages, spans, here, table.contract.table)
            else:
                array = _observed(outages, spans, here, table.contract.table, statistic)
            place = (slice(None), *target)
            found[statistic.key][place] = here.spread(array)[(slice(None), *source)] / MICROSECONDS
    return found


def _outages(table: Table, statistic: Statistic, level: Level, compiler: Compiler) -> Any:
    """Return each outage's system, members, start and end, in microseconds."""
    if statistic.of is None or statistic.until is None:
        raise TypeError("an interval has a system and an end")
    frame = nw.from_native(table.lazy).filter(~nw.col(statistic.at.name).is_null())
    if statistic.where is not None:
        frame = frame.filter(compiler(statistic.where))
    members = {
        f"member{position}": compiler(table.contract.dimensions[level.dimensions[position].key][1])
        for position in level.grouped
    }
    start = nw.col(statistic.at.name + INSTANT)
    end = nw.col(statistic.until.name + INSTANT)
    lasting = nw.col(statistic.until.name).is_null()
    # Wall clock in the hour that occurs twice is at no known instant, and takes no time.
    known = nw.when(~start.is_null()).then(end.fill_null(0)).otherwise(nw.lit(0))
    unknown_start = nw.when(start.is_null()).then(nw.lit(0)).otherwise(nw.lit(_FOREVER))
    selected = frame.select(
        compiler(statistic.of).alias("system"),
        start.fill_null(_FOREVER).alias("start"),
        nw.when(lasting).then(unknown_start).otherwise(known).alias("end"),
        *(each.alias(name) for name, each in members.items()),
    )
    return selected.filter(~nw.col("system").is_null())


def _lost(outages: Any, spans: list[tuple[int, int]], level: Level, table: str) -> Array:
    """Sum the microseconds of each period in which a system was down, over all systems."""
    keys = [f"member{position}" for position in level.grouped]
    order = ("start", "end")
    reached = nw.col("end").cum_max().over("system", *keys, order_by=order)
    before = nw.col(_REACHED).shift(1).over("system", *keys, order_by=order)
    # What an earlier outage of the system has covered is not lost again.
    fresh = (
        outages.with_columns(reached.alias(_REACHED))
        .with_columns(before.fill_null(0).alias("before"))
        .with_columns(nw.max_horizontal("start", "before").alias("begin"))
    )
    lost = {}
    for number, (first, stop) in enumerate(spans):
        end = nw.min_horizontal(nw.col("end"), nw.lit(stop))
        begin = nw.max_horizontal(nw.col("begin"), nw.lit(first))
        lost[f"p{number}"] = nw.when(end > begin).then(end - begin).otherwise(nw.lit(0))
    clipped = fresh.select(*keys, *(each.alias(name) for name, each in lost.items()))
    sums = [nw.col(name).sum() for name in lost]
    grouped = clipped.group_by(*keys).agg(*sums) if keys else clipped.select(*sums)
    rows = collect(grouped, table, "merging outages")
    dense = np.zeros((len(spans), *level.sizes))
    for number, name in enumerate(lost):
        place = (np.full(rows.height, number), *_members(rows, level))
        np.add.at(dense, place, rows[name].fill_null(0).to_numpy().astype(np.float64))
    return dense


def _observed(
    outages: Any,
    spans: list[tuple[int, int]],
    level: Level,
    table: str,
    statistic: Statistic,
) -> Array:
    """Multiply each period by the systems whose time a cell divides by: all, unless it is of one.

    A system that is never down within the table is not known to it.
    """
    keys = [f"member{position}" for position in level.grouped]
    held = outages.select("system", *keys).unique(["system", *keys])
    rows = collect(held, table, "naming systems")
    lengths = np.array([stop - first for first, stop in spans], dtype=np.float64)
    of_system = any(
        isinstance(statistic.of, Column) and statistic.of.dimension is level.dimensions[position]
        for position in level.grouped
    )
    systems = np.zeros(level.sizes)
    if of_system:
        np.add.at(systems, tuple(_members(rows, level)), 1)
    else:
        systems[...] = rows["system"].n_unique()
    dense: NDArray[np.float64] = lengths.reshape(-1, *([1] * systems.ndim)) * systems
    return dense


def _members(rows: pl.DataFrame, level: Level) -> list[NDArray[np.int64]]:
    found = []
    for position in level.grouped:
        names = level.members[position]
        codes = {name: code for code, name in enumerate(names)}
        held = rows[f"member{position}"].to_list()
        found.append(np.array([codes.get(each, len(names)) for each in held], dtype=np.int64))
    return found


def _instant(day: date) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(LONDON))
    return int(midnight.timestamp()) * MICROSECONDS
