"""Sums that do not depend on the order of rows: what to sum, and how to read the sums.

Engines sum whole numbers of the smallest unit. This module has no query of its own, so that every
backend sums in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.engine.encoding.encode import PLACES, places_of
from swm_kpi.engine.plan.compile import MICROSECONDS, Compiler
from swm_kpi.expressions import Elapsed, Term
from swm_kpi.measures import Operation, Statistic

Array = NDArray[np.float64]


def additive_aggregates(
    name: str, statistic: Statistic, compiler: Compiler
) -> Iterator[tuple[str, nw.Expr]]:
    """Yield the names and narwhals aggregates of an additive statistic.

    Raises:
        TypeError: the statistic does not add, or sums nothing.
    """
    where = compiler(statistic.where) if statistic.where is not None else None
    match statistic.operation:
        case Operation.ROWS:
            counts, ignored = nw.lit(1), nw.lit(0)
            yield (
                name,
                nw.len() if where is None else nw.when(where).then(counts).otherwise(ignored).sum(),
            )
        case Operation.SUM:
            if statistic.of is None:
                raise TypeError("a sum needs an expression to sum")
            value = compiler(statistic.of)
            chosen = value if where is None else nw.when(where).then(value)
            for suffix, summand in exact_sum_expressions(statistic.of, chosen):
                yield name + suffix, summand.sum()
        case Operation.DISTINCT | Operation.QUANTILE:
            raise TypeError(f"{statistic.operation} does not add")
        case _:
            assert_never(statistic.operation)


def exact_sum_expressions(of: Term, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what to sum so that the sum is exact, each with a suffix for its column's name.

    Engines sum whole numbers of the smallest unit, so the order of rows cannot change the result.
    Elapsed time is summed as whole seconds and remaining microseconds, so that a long table does
    not overflow. Polars sums in 128 bits.

    Args:
        of: the term to sum.
        value: the compiled term, in Polars or narwhals, null for rows that do not count.
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


def round_to_scale(statistic: Statistic, merged: Array) -> Array:
    """Round merged sums to the decimals of what is summed; leave counts of rows as they are.

    Months are merged as floats, which can differ from the exact sum in the last bits. A month's
    pounds and pence must not depend on which other months the request has.
    """
    of = statistic.of
    if statistic.operation is not Operation.SUM or of is None:
        return merged
    if isinstance(of, Elapsed):
        return np.round(merged, PLACES)
    return np.round(merged, places_of(of)) if of.dtype is float else merged


def to_unit(name: str, statistic: Statistic, grouped: Mapping[str, Any]) -> Array:
    """Return a statistic's values in its own unit: seconds for elapsed time.

    Args:
        name: the column of the aggregate, without a suffix.
        statistic: the statistic that the column answers.
        grouped: the aggregates by name, as the engine returned them.
    """
    values: Array = np.asarray(grouped[name], dtype=np.float64)
    of = statistic.of
    match statistic.operation:
        case Operation.ROWS | Operation.DISTINCT:
            return values
        case Operation.QUANTILE:
            return values / MICROSECONDS if isinstance(of, Elapsed) else values
        case Operation.SUM:
            if isinstance(of, Elapsed):
                rest: Array = np.asarray(grouped[f"{name}:rest"], dtype=np.float64)
                return values + rest / MICROSECONDS
            if of is not None and of.dtype is float:
                scaled: Array = values / float(10 ** places_of(of))
                return scaled
            return values
        case _:
            assert_never(statistic.operation)
