"""Conditions about other rows in a remote engine: one true-or-false column for each of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import narwhals as nw

from swm_kpi.engine.input.table import Table
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.expressions import MetByNone, Repeats
from swm_kpi.measures import Statistic

_WHO, _DAY, _BEFORE = "repeats:who", "repeats:day", "repeats:before"


def with_condition_columns(
    table: Table, statistics: Iterable[Statistic], compiler: Compiler
) -> Table:
    """Add the column of each condition about other rows that the statistics read."""
    groups = {
        compiler.group_column(part): part
        for statistic in statistics
        for part in statistic.expressions()
        if isinstance(part, MetByNone)
    }
    if groups:
        columns = (compiler.is_met_by_none(part).alias(name) for name, part in groups.items())
        added = nw.from_native(table.lazy).with_columns(*columns)
        table = replace(table, lazy=added.to_native())
    return _with_repeats(table, statistics, compiler)


def _with_repeats(table: Table, statistics: Iterable[Statistic], compiler: Compiler) -> Table:
    """Add the column of each repeat condition that the statistics read."""
    conditions = {
        compiler.repeats(part): part
        for statistic in statistics
        for expression in statistic.expressions()
        for part in expression.walk()
        if isinstance(part, Repeats)
    }
    for name, repeats in sorted(conditions.items()):
        table = replace(table, lazy=_with_repeat(table.lazy, name, repeats, compiler))
    return table


def _with_repeat(lazy: Any, name: str, repeats: Repeats, compiler: Compiler) -> Any:
    frame = nw.from_native(lazy)
    who = compiler(repeats.who)
    keyed = frame.with_columns(who.alias(_WHO), compiler(repeats.at).cast(nw.Date).alias(_DAY))
    counted = keyed if repeats.where is None else keyed.filter(compiler(repeats.where))
    months = compiler.months(repeats.months)
    # One row for each person and day, in order, so that the previous row is the previous event.
    events = (
        counted.select(_WHO, _DAY)
        .filter(~nw.col(_WHO).is_null() & ~nw.col(_DAY).is_null())
        .group_by(_WHO, _DAY)
        .agg()
        .with_columns(nw.col(_DAY).shift(1).over(_WHO, order_by=_DAY).alias(_BEFORE))
    )
    window_start = nw.col(_DAY).dt.offset_by(f"-{months}mo").cast(nw.Date)
    recent = (
        events.filter(~nw.col(_BEFORE).is_null())
        .filter(nw.col(_BEFORE) >= window_start)
        .select(_WHO, _DAY, nw.lit(True).alias(name))
    )
    joined = keyed.join(recent, on=[_WHO, _DAY], how="left")
    return joined.with_columns(nw.col(name).fill_null(False)).drop(_WHO, _DAY).to_native()
