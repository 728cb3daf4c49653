"""What is summed for a statistic, and what an engine's answers come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.engine.input.encode import PLACES, places_of
from swm_kpi.engine.plan.compile import MICROSECONDS, Compiler
from swm_kpi.expressions import Elapsed, Term
from swm_kpi.measures import Operation, Statistic

Array = NDArray[np.float64]


def aggregates(
    name: str, statistic: Statistic, compiler: Compiler
) -> Iterator[tuple[str, nw.Expr]]:
    """Yield the engine's aggregates for a statistic that adds."""
    where = compiler(statistic.where) if statistic.where is not None else None
    if statistic.of is None or statistic.operation is Operation.ROWS:
        one, no = nw.lit(1), nw.lit(0)
        yield name, nw.len() if where is None else nw.when(where).then(one).otherwise(no).sum()
        return
    of = compiler(statistic.of)
    chosen = of if where is None else nw.when(where).then(of)
    for suffix, each in summands(statistic.of, chosen):
        yield name + suffix, each.sum()


def summands(of: Term, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what to sum so that sums are exact, and what to add to a column's name.

    Whole numbers of the smallest unit are summed, so that order cannot change the bytes. Elapsed
    time is summed as whole seconds and the rest, so that no table is too long for it. Polars has
    whole numbers of 128 bits.
    """
    if isinstance(of, Elapsed):
        yield "", value // MICROSECONDS
        yield ":rest", value % MICROSECONDS
    elif of.dtype is float:
        scaled = (value * float(10 ** places_of(of))).round(0)
        if isinstance(value, nw.Expr):
            yield "", scaled.cast(nw.Int64)
        else:
            yield "", scaled.cast(pl.Int128)
    else:
        yield "", value


def settled(statistic: Statistic, merged: Array) -> Array:
    """Return merged sums as the whole numbers they stand for would come to.

    Sums are merged as floats, which are whole numbers of the smallest unit only within a rounding:
    a month's pounds and pence must not depend on which other months were asked for.
    """
    of = statistic.of
    if statistic.operation is not Operation.SUM or of is None:
        return merged
    if isinstance(of, Elapsed):
        return np.round(merged, PLACES)
    return np.round(merged, places_of(of)) if of.dtype is float else merged


def finished(name: str, statistic: Statistic, grouped: Mapping[str, Any]) -> Array:
    """Return a statistic's values in its own unit: seconds for elapsed time."""
    values: Array = np.asarray(grouped[name], dtype=np.float64)
    of = statistic.of
    if statistic.operation is Operation.QUANTILE and isinstance(of, Elapsed):
        return values / MICROSECONDS
    if statistic.operation is Operation.SUM and isinstance(of, Elapsed):
        rest: Array = np.asarray(grouped[f"{name}:rest"], dtype=np.float64)
        return values + rest / MICROSECONDS
    if statistic.operation is Operation.SUM and of is not None and of.dtype is float:
        scaled: Array = values / float(10 ** places_of(of))
        return scaled
    return values
