"""Rows that last: outages merged where they overlap, and clipped to each period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import product
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from swm_kpi.contracts import Column
from swm_kpi.engine.compile import MICROSECONDS, Compiler
from swm_kpi.engine.encode import INSTANT
from swm_kpi.engine.frames import collect
from swm_kpi.engine.tables import Table
from swm_kpi.measures import Operation, Statistic
from swm_kpi.periods import LONDON, Period

if TYPE_CHECKING:
    from swm_kpi.engine.accumulate import Axes

Array = NDArray[np.float64]
_FOREVER = np.iinfo(np.int64).max


def downtime(
    table: Table,
    statistics: Sequence[Statistic],
    periods: Sequence[Period],
    axes: Axes,
    compiler: Compiler,
) -> dict[str, Array]:
    """Return seconds down, and seconds of all systems, by period and member.

    A table of outages is short, so its times are read whole and merged here.
    """
    carried = axes.carried(table)
    shape = axes.shape(carried)
    spans = [(_instant(each.start), _instant(each.stop)) for each in periods]
    found = {}
    for statistic in statistics:
        rows = _rows(table, statistic, axes, carried, compiler)
        array = np.zeros((len(periods), *shape))
        for cell in product(*(range(length) for length in shape)):
            chosen = np.ones(len(rows["start"]), dtype=bool)
            for position in carried:
                if cell[position] < shape[position] - 1:
                    chosen &= rows[f"member{position}"] == cell[position]
            systems = _systems(rows, axes, statistic, cell, chosen)
            outages = {name: values[chosen] for name, values in rows.items()}
            for number, (start, stop) in enumerate(spans):
                if statistic.operation is Operation.SUM:
                    microseconds = _lost(outages, start, stop)
                else:
                    microseconds = len(systems) * (stop - start)
                array[(number, *cell)] = microseconds / MICROSECONDS
        found[statistic.key] = array
    return found


def _rows(
    table: Table, statistic: Statistic, axes: Axes, carried: Sequence[int], compiler: Compiler
) -> dict[str, Any]:
    if statistic.of is None or statistic.until is None:
        raise TypeError("an interval has a system and an end")
    frame = nw.from_native(table.lazy).filter(~nw.col(statistic.at.name).is_null())
    if statistic.where is not None:
        frame = frame.filter(compiler(statistic.where))
    members = {
        f"member{position}": compiler(table.contract.dimensions[axes.dimensions[position].key][1])
        for position in carried
    }
    lazy = frame.select(
        compiler(statistic.of).alias("system"),
        nw.col(statistic.at.name + INSTANT).alias("start"),
        nw.col(statistic.until.name + INSTANT).alias("end"),
        nw.col(statistic.until.name).is_null().alias("lasting"),
        *(each.alias(name) for name, each in members.items()),
    )
    native = collect(lazy.to_native(), table.contract.table).drop_nulls("system")
    # Wall clock in the hour that occurs twice is at no known instant, and takes no time.
    lasting, start = native["lasting"].to_numpy(), native["start"].fill_null(_FOREVER).to_numpy()
    end = np.where(lasting, _FOREVER, native["end"].fill_null(0).to_numpy())
    rows: dict[str, Any] = {
        "system": np.array(native["system"].to_list(), dtype=object),
        "start": start,
        "end": end,
    }
    for position in carried:
        names = axes.members[position]
        codes = {name: code for code, name in enumerate(names)}
        given = native[f"member{position}"].to_list()
        rows[f"member{position}"] = np.array([codes.get(each, len(names)) for each in given])
    return rows


def _systems(
    rows: dict[str, Any], axes: Axes, statistic: Statistic, cell: tuple[int, ...], chosen: Any
) -> set[Any]:
    """Return the systems whose time a cell divides by: all, unless it is of one system."""
    for position, dimension in enumerate(axes.dimensions):
        of_system = isinstance(statistic.of, Column) and statistic.of.dimension is dimension
        if of_system and cell[position] < len(axes.members[position]) + 1:
            return set(rows["system"][chosen])
    return set(rows["system"])


def _lost(outages: dict[str, Any], first: int, stop: int) -> int:
    """Return the microseconds of a period in which a system was down, over all systems."""
    lost = 0
    for system in set(outages["system"]):
        here = outages["system"] == system
        reached = first
        for start, end in sorted(zip(outages["start"][here], outages["end"][here], strict=True)):
            begin, finish = max(int(start), reached), min(int(end), stop)
            if finish > begin:
                lost += finish - begin
                reached = finish
    return lost


def _instant(day: date) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(LONDON))
    return int(midnight.timestamp()) * MICROSECONDS
