"""Who came before: a true-or-false column derived once a table, on its people and days alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import narwhals as nw
import polars as pl

from swm_kpi.engine.compile import Compiler
from swm_kpi.engine.tables import Table
from swm_kpi.expressions import Repeats
from swm_kpi.measures import Statistic

_WHO, _DAY, _BEFORE = "repeats:who", "repeats:day", "repeats:before"


def with_repeats(table: Table, statistics: Iterable[Statistic], compiler: Compiler) -> Table:
    """Add the column of each different repeat condition that the statistics read."""
    found = {
        compiler.repeats(each): each
        for statistic in statistics
        for expression in statistic.expressions()
        for each in expression.walk()
        if isinstance(each, Repeats)
    }
    for name, repeats in sorted(found.items()):
        table = replace(table, lazy=_derived(table.lazy, name, repeats, compiler))
    return table


def _derived(lazy: pl.LazyFrame, name: str, repeats: Repeats, compiler: Compiler) -> pl.LazyFrame:
    who = compiler(repeats.who)
    keyed = nw.from_native(lazy).with_columns(
        who.alias(_WHO), compiler(repeats.at).dt.truncate("1d").cast(nw.Date).alias(_DAY)
    )
    counted = keyed if repeats.where is None else keyed.filter(compiler(repeats.where))
    events: pl.LazyFrame = counted.select(_WHO, _DAY).to_native()
    months = compiler.months(repeats.months)
    # One row a person and day, in order: the row before is the event before.
    same = pl.col(_WHO) == pl.col(_WHO).shift(1)
    before = pl.when(same).then(pl.col(_DAY).shift(1))
    recent = (
        events.drop_nulls()
        .unique()
        .sort(_WHO, _DAY)
        .with_columns(before.alias(_BEFORE))
        .filter(pl.col(_BEFORE) >= pl.col(_DAY).dt.offset_by(f"-{months}mo"))
        .select(_WHO, _DAY, pl.lit(True).alias(name))
    )
    joined = keyed.to_native().join(recent, on=[_WHO, _DAY], how="left")
    return joined.with_columns(pl.col(name).fill_null(False)).drop(_WHO, _DAY)
